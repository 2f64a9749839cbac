package geography

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"outcomes/ingest"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// All LSOAs of England and Wales, generalised, are 60 MB; in full detail 1.5 GB,
// which no page could draw.
const boundaryLimit = 512 << 20

// Boundaries reads outlines of LSOAs and wards, as GeoJSON.
type Boundaries struct{}

// NewBoundaries gives the reader of boundaries.
func NewBoundaries() *Boundaries { return &Boundaries{} }

// Source is boundaries.
func (*Boundaries) Source() metrics.Source { return metrics.BoundarySource }

var claimsBoundary = regexp.MustCompile(`(?i)(lsoa|lower_layer|ward)`)

// Knows says whether the file is a GeoJSON collection of LSOAs or wards. A
// TopoJSON file, or one of other areas, is not.
func (*Boundaries) Knows(in ingest.Input) bool {
	switch strings.ToLower(filepath.Ext(in.Name)) {
	case ".geojson", ".json":
	default:
		return false
	}
	r, err := in.Open()
	if err != nil {
		return claimsBoundary.MatchString(in.Name)
	}
	defer r.Close()
	seen := 0
	err = eachFeature(io.LimitReader(r, 16<<20), &collection{}, func(f *feature) error {
		if _, ok := kindOf(f.Properties); ok {
			return errFound
		}
		if seen++; seen == 10 {
			return errOther
		}
		return nil
	})
	switch {
	case errors.Is(err, errFound):
		return true
	case errors.Is(err, errOther), errors.Is(err, errTopology), err == nil && seen > 0:
		return false
	}
	// It is empty or not whole: its name says what it should have been.
	return claimsBoundary.MatchString(in.Name)
}

var (
	errFound    = errors.New("a feature of ours")
	errOther    = errors.New("features of other areas")
	errTopology = errors.New("TopoJSON")
)

// Read reads the outlines of a file into one release.
func (*Boundaries) Read(ctx context.Context, in ingest.Input, opts ingest.Options) ([]store.Release, error) {
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	a := &account{file: in.Name}
	facts := &store.Boundaries{}
	var layer areaLayer
	seen := map[string]bool{}
	var whole collection
	err = eachFeature(watch(in, r, boundaryLimit, opts), &whole, func(f *feature) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		a.Read++
		n := int(a.Read)
		if layer.kind == "" {
			layer, _ = kindOf(f.Properties)
		}
		if layer.kind == "" {
			a.reject(n, "properties", "code", "feature %d has none of the properties LSOA11CD, LSOA21CD or WDyyCD", n)
			return nil
		}
		row, problem := f.row(layer)
		switch {
		case elsewhere.MatchString(row.Code):
			a.Outside++
		case errors.Is(problem, errGrid):
			return metrics.Errorf(metrics.Invalid, "%s, feature %d (%s): the coordinates are eastings and northings of the British National Grid; fetch the file as GeoJSON, which is in longitude and latitude (WGS84)", in.Path, n, row.Code)
		case problem != nil:
			where := "geometry"
			if errors.Is(problem, errCode) {
				where = layer.column("CD")
			}
			a.reject(n, where, "boundary", "feature %d (%s): %s", n, cmp.Or(row.Code, "no code"), problem)
		case seen[row.Code]:
			a.reject(n, layer.column("CD"), "contradiction", "feature %d: %s has an outline already, of a feature before", n, row.Code)
		default:
			seen[row.Code] = true
			facts.Rows = append(facts.Rows, row)
		}
		return nil
	})
	switch {
	case errors.Is(err, errTopology):
		return nil, metrics.Errorf(metrics.Invalid, "%s is TopoJSON: fetch it as GeoJSON", in.Path)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, metrics.Errorf(metrics.Invalid, "%s ends in the middle, after feature %d: it was cut short on the way; fetch it again", in.Path, a.Read)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		if e, ok := errors.AsType[*metrics.Error](err); ok {
			return nil, e
		}
		return nil, metrics.Errorf(metrics.Invalid, "%s is not whole GeoJSON after feature %d (%w): fetch it again", in.Path, a.Read, err)
	case a.Read == 0:
		return nil, metrics.Errorf(metrics.Invalid, "%s has no features: fetch it again as a GeoJSON FeatureCollection", in.Path)
	}
	if !whole.wgs84() {
		return nil, metrics.Errorf(metrics.Invalid, "%s says that its coordinates are in %s; fetch it as GeoJSON in longitude and latitude (WGS84)", in.Path, whole.CRS.Properties.Name)
	}
	if err := a.tooManyBad(in.Path, "feature"); err != nil {
		return nil, err
	}
	a.Kept = a.Read - a.Rejected - a.Outside
	noun := string(layer.kind)
	b, err := a.batch(in, metrics.BoundarySource, fmt.Sprintf("boundaries/%s-%d", noun, layer.year), strconv.Itoa(layer.year))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(facts.Rows, func(x, y store.BoundaryRow) int { return strings.Compare(x.Code, y.Code) })
	sha := sha256.New()
	for _, r := range facts.Rows {
		fmt.Fprintf(sha, "%q %d %q %q %q %s\n", r.Kind, r.Vintage, r.Code, r.Name, r.LAD, r.Geometry)
	}
	return release(b, facts, len(facts.Rows), sha), nil
}

// collection is what a FeatureCollection says of itself.
type collection struct {
	Type string
	CRS  struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
}

// wgs84 says whether the collection is in longitude and latitude, as GeoJSON
// is unless a member of the old standard says otherwise.
func (c *collection) wgs84() bool {
	name := strings.ToUpper(c.CRS.Properties.Name)
	return name == "" || strings.Contains(name, "CRS84") || strings.HasSuffix(name, "4326") || strings.Contains(name, "WGS84")
}

type feature struct {
	Properties map[string]any `json:"properties"`
	Geometry   *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

// eachFeature gives the features of a collection one by one, so that a file of
// tens of megabytes is never held whole.
func eachFeature(r io.Reader, c *collection, each func(*feature) error) error {
	mark := make([]byte, 3)
	n, err := io.ReadFull(r, mark)
	if err != nil && err != io.ErrUnexpectedEOF {
		return err
	}
	if mark = mark[:n]; string(mark) == "\ufeff" {
		mark = nil
	}
	d := json.NewDecoder(io.MultiReader(bytes.NewReader(mark), r))
	if err := delim(d, '{'); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		switch key {
		case "type":
			if err := d.Decode(&c.Type); err != nil {
				return err
			}
			if c.Type == "Topology" {
				return errTopology
			}
			if c.Type != "FeatureCollection" {
				return fmt.Errorf("it is a %q, not a FeatureCollection", c.Type)
			}
		case "crs":
			var crs any // some write null
			if err := d.Decode(&crs); err != nil {
				return err
			}
			b, _ := json.Marshal(crs)
			if err := json.Unmarshal(b, &c.CRS); err != nil {
				return fmt.Errorf("its crs is not one: %w", err)
			}
		case "features":
			if err := delim(d, '['); err != nil {
				return err
			}
			for d.More() {
				var f feature
				if err := d.Decode(&f); err != nil {
					return err
				}
				if err := each(&f); err != nil {
					return err
				}
			}
			if err := delim(d, ']'); err != nil {
				return err
			}
		default:
			var skip json.RawMessage
			if err := d.Decode(&skip); err != nil {
				return err
			}
		}
	}
	if err := delim(d, '}'); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return cmp.Or(err, errors.New("something follows the collection"))
	}
	if c.Type != "FeatureCollection" {
		return errors.New("it is not a FeatureCollection")
	}
	return nil
}

func delim(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("%v stands where %v should", t, want)
	}
	return nil
}

// areaLayer is the areas that a file outlines: their kind, the year of their
// codes and the property that holds those, LSOA11CD or WD25CD.
type areaLayer struct {
	kind   metrics.AreaKind
	year   int
	prefix string
}

func (l areaLayer) column(suffix string) string { return l.prefix + suffix }

var layerProperty = regexp.MustCompile(`^(?i)(LSOA|WD)(\d\d)CD$`)

// kindOf finds the layer in a feature's properties. A ward's feature may name
// its LSOAs nowhere, but an LSOA's may name its ward: the LSOA is the finer.
func kindOf(properties map[string]any) (areaLayer, bool) {
	var found areaLayer
	for name := range properties {
		m := layerProperty.FindStringSubmatch(strings.TrimSpace(name))
		if m == nil {
			continue
		}
		yy, _ := strconv.Atoi(m[2])
		l := areaLayer{metrics.Ward, 2000 + yy, strings.ToUpper(m[1] + m[2])}
		if strings.EqualFold(m[1], "LSOA") {
			l.kind = metrics.LSOA
		}
		finer := l.kind == metrics.LSOA && found.kind == metrics.Ward
		if found.kind == "" || finer || l.kind == found.kind && l.year > found.year {
			found = l
		}
	}
	return found, found.kind != ""
}

// text is a property, by its name in whatever case; "" where there is none.
func (f *feature) text(name string) string {
	v, ok := f.Properties[name]
	if !ok {
		for k := range f.Properties {
			if strings.EqualFold(strings.TrimSpace(k), name) {
				v = f.Properties[k]
			}
		}
	}
	s, _ := v.(string)
	return strings.TrimSpace(s)
}

var ladProperty = regexp.MustCompile(`(?i)^LAD\d\dCD$`)

// district is the code of the feature's district; "" where it does not say.
func (f *feature) district() string {
	lad := ""
	for name := range f.Properties {
		if ladProperty.MatchString(strings.TrimSpace(name)) {
			lad = max(lad, f.text(name))
		}
	}
	if !ladCode.MatchString(lad) {
		lad = f.text("LADCD_ACTIVE")
	}
	if !ladCode.MatchString(lad) {
		return ""
	}
	return lad
}

var (
	errGrid = errors.New("eastings and northings")
	errCode = errors.New("the code is not one")
)

// row checks a feature. Its code is given with the problem too.
func (f *feature) row(l areaLayer) (store.BoundaryRow, error) {
	row := store.BoundaryRow{Kind: l.kind, Vintage: l.year, Code: f.text(l.column("CD")), Name: f.text(l.column("NM")), LAD: f.district()}
	form := lsoaCode
	if l.kind == metrics.Ward {
		form = wardCode
	}
	if !form.MatchString(row.Code) {
		return row, fmt.Errorf("%w: %q stands in %s", errCode, row.Code, l.column("CD"))
	}
	if f.Geometry == nil {
		return row, errors.New("it has no geometry")
	}
	var err error
	row.Geometry, err = compact(f.Geometry.Type, f.Geometry.Coordinates)
	return row, err
}

type (
	position     []float64
	polygon      [][]position
	multiPolygon []polygon
)

// compact checks a geometry and writes it with six decimals, a tenth of a metre.
func compact(kind string, coordinates []byte) ([]byte, error) {
	var shape multiPolygon
	switch kind {
	case "Polygon":
		shape = multiPolygon{nil}
		if err := json.Unmarshal(coordinates, &shape[0]); err != nil {
			return nil, errors.New("its coordinates are not those of a Polygon")
		}
	case "MultiPolygon":
		if err := json.Unmarshal(coordinates, &shape); err != nil {
			return nil, errors.New("its coordinates are not those of a MultiPolygon")
		}
	default:
		return nil, fmt.Errorf("its geometry is a %q, not a Polygon or MultiPolygon", kind)
	}
	if len(shape) == 0 {
		return nil, errors.New("its geometry is empty")
	}
	for _, p := range shape {
		if len(p) == 0 {
			return nil, errors.New("its geometry is empty")
		}
		for _, ring := range p {
			if err := check(ring); err != nil {
				return nil, err
			}
		}
	}
	out := append([]byte(`{"type":"`), kind...)
	out = append(out, `","coordinates":`...)
	if kind == "Polygon" {
		out = shape[0].append(out)
	} else {
		out = list(out, shape, polygon.append)
	}
	return append(out, '}'), nil
}

// check says what is wrong with a ring.
func check(ring []position) error {
	for _, p := range ring {
		if len(p) < 2 {
			return errors.New("a position has not both longitude and latitude")
		}
		lon, lat := p[0], p[1]
		switch {
		case math.Abs(lon) > 180 || math.Abs(lat) > 180:
			return errGrid
		case lon >= -9 && lon <= 3 && lat >= 49 && lat <= 62:
		case lat >= -9 && lat <= 3 && lon >= 49 && lon <= 62:
			return fmt.Errorf("latitude stands before longitude: %v, %v", lon, lat)
		default:
			return fmt.Errorf("the position %v, %v is not in the United Kingdom", lon, lat)
		}
	}
	if len(ring) < 4 {
		return fmt.Errorf("a ring has %d positions; the least is 4", len(ring))
	}
	if last := ring[len(ring)-1]; ring[0][0] != last[0] || ring[0][1] != last[1] {
		return errors.New("a ring is not closed: its last position is not its first")
	}
	return nil
}

func (p polygon) append(out []byte) []byte {
	return list(out, p, func(ring []position, out []byte) []byte { return list(out, ring, position.append) })
}

func (p position) append(out []byte) []byte {
	out = degrees(append(out, '['), p[0])
	out = degrees(append(out, ','), p[1])
	return append(out, ']')
}

func degrees(out []byte, d float64) []byte {
	return strconv.AppendFloat(out, math.Round(d*1e6)/1e6+0, 'f', -1, 64) // +0: a zero has no sign
}

func list[T any](out []byte, items []T, write func(T, []byte) []byte) []byte {
	out = append(out, '[')
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = write(item, out)
	}
	return append(out, ']')
}
