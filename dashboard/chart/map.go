package chart

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"outcomes/metrics"
)

// Atlas is the outlines of a set of areas made ready to be drawn, by the
// server and, as GeoJSON, by the browser. Making one takes some milliseconds;
// it is then drawn as often as one likes.
type Atlas struct {
	Digest  string // of the GeoJSON
	GeoJSON []byte

	width, height int     // of the drawing
	aspect        float64 // how much shorter a degree of longitude is than one of latitude
	order         []string
	paths         map[string]string // by the area's code
}

// Region is an area as a map shows it.
type Region struct {
	Code  string
	Name  string
	Class string // its shade: a class of the stylesheet
	Words string // what is said of it, lines parted by \n
	URL   string // where to read more; "" for nowhere
}

// Choropleth is a map of shaded areas.
type Choropleth struct {
	Description string // the text alternative
	Regions     []Region
}

// The drawing is a thousand units wide: for a city of fifteen kilometres one
// unit is fifteen metres, and less than a pixel of a wide window.
const (
	mapWidth  = 1000
	mapMargin = 6
	mapScale  = 10_000 // the browser's coordinates have four decimals of a degree
)

// point is a corner of an outline on a grid: neighbours that share a corner
// share it still once it is rounded, so that no gap opens between them.
type point struct{ x, y int }

// NewAtlas makes an atlas of outlines. One whose geometry cannot be read is
// left out; without any that can it is an error.
func NewAtlas(outlines []metrics.Outline) (*Atlas, error) {
	a := &Atlas{paths: map[string]string{}}
	type shape struct {
		metrics.Outline
		rings [][][][2]float64 // polygons of rings of positions
	}
	var shapes []shape
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, o := range outlines {
		rings, err := polygons(o.Geometry)
		if err != nil {
			continue
		}
		for _, polygon := range rings {
			for _, ring := range polygon {
				for _, p := range ring {
					west, east = min(west, p[0]), max(east, p[0])
					south, north = min(south, p[1]), max(north, p[1])
				}
			}
		}
		shapes = append(shapes, shape{o, rings})
	}
	if len(shapes) == 0 || east <= west || north <= south {
		return nil, errors.New("no outline can be drawn")
	}
	a.aspect = math.Cos((south + north) / 2 * math.Pi / 180)
	scale := (mapWidth - 2*mapMargin) / ((east - west) * a.aspect)
	a.width = mapWidth
	a.height = int(math.Ceil((north-south)*scale)) + 2*mapMargin
	onPage := func(p [2]float64) point {
		return point{mapMargin + int(math.Round((p[0]-west)*a.aspect*scale)), mapMargin + int(math.Round((north-p[1])*scale))}
	}
	onGlobe := func(p [2]float64) point {
		return point{int(math.Round(p[0] * mapScale)), int(math.Round(p[1] * mapScale))}
	}
	var geo bytes.Buffer
	geo.WriteString(`{"type":"FeatureCollection","features":[`)
	for i, s := range shapes {
		var d strings.Builder
		var coordinates []byte
		for _, polygon := range s.rings {
			var kept []byte
			for _, ring := range polygon {
				drawRing(&d, cleaned(ring, onPage))
				if r := cleaned(ring, onGlobe); len(r) >= 3 {
					kept = appendRing(kept, r)
				}
			}
			if len(kept) == 0 {
				continue
			}
			if len(coordinates) > 0 {
				coordinates = append(coordinates, ',')
			}
			coordinates = append(append(append(coordinates, '['), kept...), ']')
		}
		a.paths[s.Code] = d.String()
		a.order = append(a.order, s.Code)
		properties, err := json.Marshal(struct {
			Code string `json:"code"`
			Name string `json:"name"`
		}{s.Code, cmp.Or(s.Name, s.Code)})
		if err != nil {
			return nil, err
		}
		if i > 0 {
			geo.WriteByte(',')
		}
		fmt.Fprintf(&geo, `{"type":"Feature","properties":%s,"geometry":{"type":"MultiPolygon","coordinates":[%s]}}`, properties, coordinates)
	}
	geo.WriteString("]}\n")
	a.GeoJSON = geo.Bytes()
	sum := sha256.Sum256(a.GeoJSON)
	a.Digest = hex.EncodeToString(sum[:8])
	return a, nil
}

// Has says whether the atlas has an area's outline.
func (a *Atlas) Has(code string) bool { _, ok := a.paths[code]; return ok }

// polygons reads a GeoJSON geometry as polygons of rings of positions.
func polygons(geometry []byte) ([][][][2]float64, error) {
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal(geometry, &g); err != nil {
		return nil, err
	}
	var out [][][][2]float64
	var err error
	switch g.Type {
	case "Polygon":
		out = make([][][][2]float64, 1)
		err = json.Unmarshal(g.Coordinates, &out[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &out)
	default:
		err = fmt.Errorf("%q is not the type of an area's outline", g.Type)
	}
	if err != nil {
		return nil, err
	}
	n := 0
	for _, polygon := range out {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	if n < 3 {
		return nil, errors.New("an outline without corners")
	}
	return out, nil
}

// cleaned puts a ring on a grid, its first corner not repeated at the end, and
// leaves out corners that lie on the one before or on a straight line.
func cleaned(ring [][2]float64, to func([2]float64) point) []point {
	out := make([]point, 0, len(ring))
	for _, position := range ring {
		p := to(position)
		for len(out) > 1 && between(out[len(out)-2], out[len(out)-1], p) {
			out = out[:len(out)-1]
		}
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	for len(out) > 1 && out[len(out)-1] == out[0] {
		out = out[:len(out)-1]
	}
	for len(out) > 2 && between(out[len(out)-2], out[len(out)-1], out[0]) {
		out = out[:len(out)-1]
	}
	return out
}

// between says whether b lies on the straight way from a to c.
func between(a, b, c point) bool {
	return (b.x-a.x)*(c.y-b.y) == (b.y-a.y)*(c.x-b.x) && (b.x-a.x)*(c.x-b.x)+(b.y-a.y)*(c.y-b.y) >= 0
}

func drawRing(d *strings.Builder, ring []point) {
	if len(ring) < 3 {
		return
	}
	at := ring[0]
	fmt.Fprintf(d, "M%d %d", at.x, at.y)
	for i, p := range ring[1:] {
		dx, dy := p.x-at.x, p.y-at.y
		if i == 0 {
			d.WriteByte('l')
		} else if dx >= 0 {
			d.WriteByte(' ')
		}
		d.WriteString(strconv.Itoa(dx))
		if dy >= 0 {
			d.WriteByte(' ')
		}
		d.WriteString(strconv.Itoa(dy))
		at = p
	}
	d.WriteByte('z')
}

func appendRing(b []byte, ring []point) []byte {
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = append(b, '[')
	for i := 0; i <= len(ring); i++ { // GeoJSON repeats the first corner
		p := ring[i%len(ring)]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendFloat(b, float64(p.x)/mapScale, 'f', -1, 64)
		b = append(b, ',')
		b = strconv.AppendFloat(b, float64(p.y)/mapScale, 'f', -1, 64)
		b = append(b, ']')
	}
	return append(b, ']')
}

// Patterns are drawn over the shade of the classes that have one, so that
// colour is not the only way to tell them.
var patterns = map[string]string{"hot99": "dense", "hot95": "wide", "cold99": "dots", "cold95": "dots", "gone": "cross"}

// Patterns stands once in a page with maps: the patterns that their drawings,
// and the swatches of their keys, refer to. It is a drawing of its own because
// those of the maps may be hidden.
const Patterns template.HTML = `<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>` +
	`<pattern id="dense" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ink" width="4" height="10"/></pattern>` +
	`<pattern id="wide" width="18" height="18" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ink" width="3" height="18"/></pattern>` +
	`<pattern id="dots" width="14" height="14" patternUnits="userSpaceOnUse"><circle class="ink" cx="4" cy="4" r="2.2"/></pattern>` +
	`<pattern id="cross" width="14" height="14" patternUnits="userSpaceOnUse"><path class="thin" d="M0 0 14 14M14 0 0 14"/></pattern>` +
	`</defs></svg>`

// SVG draws the map without JavaScript: the city's rim, the areas with their
// shades, and what is to be seen beyond colour. An area's words come up where
// the pointer rests on it.
func (a *Atlas) SVG(c Choropleth) template.HTML {
	byCode := map[string]Region{}
	for _, r := range c.Regions {
		byCode[r.Code] = r
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="drawn map" viewBox="0 0 %d %d" role="img" aria-label="%s"><g class="rim"><use href="#areas"/></g><g class="edge"><g id="areas">`, a.width, a.height, html.EscapeString(c.Description))
	var over strings.Builder
	for _, code := range a.order {
		r, ok := byCode[code]
		if !ok {
			r = Region{Code: code, Name: code, Class: "gone"}
		}
		d := a.paths[code]
		fmt.Fprintf(&b, `<path class="%s" d="%s">`, html.EscapeString(r.Class), d)
		if r.Words != "" {
			fmt.Fprintf(&b, `<title>%s</title>`, html.EscapeString(r.Words))
		}
		b.WriteString(`</path>`)
		if p := patterns[r.Class]; p != "" {
			class := ""
			if strings.HasPrefix(r.Class, "hot") {
				class = ` class="out"`
			}
			fmt.Fprintf(&over, `<path%s fill="url(#%s)" d="%s"/>`, class, p, d)
		}
	}
	fmt.Fprintf(&b, `</g></g>%s</svg>`, over.String())
	return template.HTML(b.String())
}

// Swatch draws a class's shade for the map's key. Its patterns are those of
// the map on the same page.
func Swatch(class string) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="swatch" viewBox="0 0 44 28" aria-hidden="true" focusable="false"><path class="%s" d="M1 1h42v26H1z"/>`, html.EscapeString(class))
	if p := patterns[class]; p != "" {
		fmt.Fprintf(&b, `<path fill="url(#%s)" d="M1 1h42v26H1z"/>`, p)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// Options gives the map for the browser as JSON, safe inside a script element:
// {"option": what ECharts draws, "outlines": where map.js finds the shapes to
// register, …}. The shades are the stylesheet's, by class.
func (a *Atlas) Options(c Choropleth, outlines string) ([]byte, error) {
	chart := charts.NewMap()
	chart.RegisterMapType("outlines")
	chart.SetGlobalOptions(
		charts.WithAnimation(false),
		charts.WithAriaOpts(&opts.Aria{Enabled: opts.Bool(true), Label: &opts.AriaLabel{Enabled: opts.Bool(true), Description: c.Description}}),
		charts.WithTitleOpts(opts.Title{Show: opts.Bool(false)}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithToolboxOpts(opts.Toolbox{Show: opts.Bool(false)}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "item"}),
	)
	chart.AddSeries("areas", nil, charts.WithLabelOpts(opts.Label{Show: opts.Bool(false)}))
	data := []region{}
	for _, r := range c.Regions {
		if a.Has(r.Code) {
			data = append(data, region{Name: r.Code, Title: r.Name, Class: r.Class, Pattern: patterns[r.Class], Words: r.Words, URL: r.URL})
		}
	}
	chart.MultiSeries[0].Data = data
	chart.Validate()
	return json.Marshal(struct {
		Option   map[string]any `json:"option"`
		Outlines string         `json:"outlines"`
		Aspect   float64        `json:"aspect"` // of the map, for ECharts
		Shape    float64        `json:"shape"`  // width by height of the drawing
	}{chart.JSON(), outlines, a.aspect, float64(a.width) / float64(a.height)})
}

// region is what the browser has to know of an area.
type region struct {
	Name    string `json:"name"` // its code: ECharts knows areas by it
	Title   string `json:"title"`
	Class   string `json:"class"`
	Pattern string `json:"pattern,omitempty"`
	Words   string `json:"words"`
	URL     string `json:"url,omitempty"`
}

// Marking are the atlas's areas with one of them marked, to show where it lies.
func (a *Atlas) Marking(code string) []Region {
	var out []Region
	for _, c := range a.order {
		r := Region{Code: c, Class: "plain"}
		if c == code {
			r.Class = "here"
		}
		out = append(out, r)
	}
	return out
}
