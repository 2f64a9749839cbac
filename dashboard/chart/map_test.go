package chart

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"outcomes/metrics"
)

func outline(code, kind, coordinates string) metrics.Outline {
	return metrics.Outline{Code: code, Name: "Area " + code, Geometry: fmt.Appendf(nil, `{"type":%q,"coordinates":%s}`, kind, coordinates)}
}

// two share the border at -1.5, which has a corner that is none once rounded.
var two = []metrics.Outline{
	outline("W", "Polygon", `[[[-1.6,52.3],[-1.5,52.3],[-1.50000001,52.35],[-1.5,52.4],[-1.6,52.4],[-1.6,52.3]]]`),
	outline("E", "MultiPolygon", `[[[[-1.5,52.3],[-1.4,52.3],[-1.4,52.4],[-1.5,52.4],[-1.50000001,52.35],[-1.5,52.3]],[[-1.47,52.33],[-1.47,52.37],[-1.43,52.37],[-1.43,52.33],[-1.47,52.33]]],[[[-1.39,52.3],[-1.38,52.3],[-1.38,52.31],[-1.39,52.3]]]]`),
}

func TestAtlas(t *testing.T) {
	a, err := NewAtlas(append(slices.Clone(two), outline("P", "Point", `[1,2]`), metrics.Outline{Code: "X", Geometry: []byte("{")}, outline("0", "Polygon", `[]`)))
	if err != nil {
		t.Fatal(err)
	}
	if !a.Has("W") || !a.Has("E") || a.Has("P") || a.Has("X") || a.Has("0") {
		t.Error("not the outlines that can be drawn")
	}
	if n := strings.Count(a.paths["W"], "M"); n != 1 {
		t.Errorf("W: %d rings", n)
	}
	if n := strings.Count(a.paths["E"], "M"); n != 3 { // with a hole, and an island
		t.Errorf("E: %d rings", n)
	}
	corners := func(path string) map[[2]int]bool {
		out := map[[2]int]bool{}
		var at [2]int
		for _, ring := range strings.Split(strings.Trim(path, "z"), "z") {
			var numbers []int
			for _, n := range regexp.MustCompile(`-?\d+`).FindAllString(ring, -1) {
				v, _ := strconv.Atoi(n)
				numbers = append(numbers, v)
			}
			at = [2]int{}
			for i := 0; i < len(numbers); i += 2 {
				at = [2]int{at[0] + numbers[i], at[1] + numbers[i+1]}
				out[at] = true
				if at[0] < 0 || at[0] > a.width || at[1] < 0 || at[1] > a.height {
					t.Errorf("a corner at %v lies outside", at)
				}
			}
		}
		return out
	}
	w, e := corners(a.paths["W"]), corners(a.paths["E"])
	shared := 0
	for p := range w {
		if e[p] {
			shared++
		}
	}
	if len(w) != 4 || shared != 2 {
		t.Errorf("W has the corners %v, E %v", w, e)
	}
	var geo struct {
		Features []struct {
			Geometry struct{ Coordinates [][][][2]float64 }
		}
	}
	if err := json.Unmarshal(a.GeoJSON, &geo); err != nil {
		t.Fatal(err)
	}
	if len(geo.Features) != 2 || len(geo.Features[1].Geometry.Coordinates) != 2 || len(geo.Features[1].Geometry.Coordinates[0]) != 2 {
		t.Errorf("%s", a.GeoJSON)
	}
	other, err := NewAtlas(two[:1])
	if err != nil || other.Digest == a.Digest {
		t.Errorf("two atlases with one digest, %v", err)
	}
	for _, none := range [][]metrics.Outline{nil, {outline("P", "Point", `[1,2]`)}, {outline("L", "Polygon", `[[[1,2],[1,2],[1,2],[1,2]]]`)}} {
		if _, err := NewAtlas(none); err == nil {
			t.Error("an atlas of nothing")
		}
	}
}

func TestCleaned(t *testing.T) {
	whole := func(p [2]float64) point { return point{int(p[0]), int(p[1])} }
	for _, c := range []struct {
		ring [][2]float64
		want int
	}{
		{[][2]float64{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, 4},
		{[][2]float64{{0, 0}, {2, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 2}, {0, 0}}, 4},         // on straight lines
		{[][2]float64{{0, 0}, {0, 0}, {4, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}, {0, 0}}, 4}, // repeated
		{[][2]float64{{0, 0}, {4, 0}, {2, 0}, {4, 4}, {0, 0}}, 4},                         // there and back is not straight on
		{[][2]float64{{1, 1}, {1, 1}}, 1},
		{nil, 0},
	} {
		if got := cleaned(c.ring, whole); len(got) != c.want {
			t.Errorf("%v: %v, want %d corners", c.ring, got, c.want)
		}
	}
}

func TestMapDrawing(t *testing.T) {
	a, err := NewAtlas(two)
	if err != nil {
		t.Fatal(err)
	}
	c := Choropleth{Description: `A "map" <of> two`, Regions: []Region{{Code: "W", Name: "W", Class: "hot99", Words: "<W>\nsecond line", URL: "/places/W"}, {Code: "nowhere", Class: "c1"}}}
	svg := string(a.SVG(c))
	for _, want := range []string{`aria-label="A &#34;map&#34; &lt;of&gt; two"`, `<title>&lt;W&gt;`, `class="out" fill="url(#dense)"`, `class="gone"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("the drawing lacks %s: %s", want, svg)
		}
	}
	for _, class := range []string{"dense", "wide", "dots", "cross"} {
		if !strings.Contains(string(Patterns), `id="`+class+`"`) {
			t.Errorf("no pattern %s", class)
		}
	}
	raw, err := a.Options(c, "/map/outlines.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Option struct {
			Animation bool
			Series    []struct {
				Type, Map string
				Data      []struct{ Name, Class, Pattern, Words string }
			}
		}
		Aspect, Shape float64
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	s := doc.Option.Series
	if len(s) != 1 || s[0].Type != "map" || len(s[0].Data) != 1 || s[0].Data[0].Pattern != "dense" || doc.Option.Animation || doc.Aspect < 0.6 || doc.Aspect > 0.62 {
		t.Errorf("%s", raw)
	}
	if strings.ContainsAny(string(raw), "<>") {
		t.Error("an angle bracket in the options")
	}
	if n := len(a.Marking("W")); n != 2 {
		t.Errorf("%d regions", n)
	}
}

func BenchmarkAtlas(b *testing.B) {
	var outlines []metrics.Outline
	for i := range 200 {
		var ring []string
		for j := range 50 {
			ring = append(ring, fmt.Sprintf("[%f,%f]", -1.6+float64(i%20)*0.01+float64(j%7)*0.001, 52.3+float64(i/20)*0.01+float64(j%11)*0.0007))
		}
		ring = append(ring, ring[0])
		outlines = append(outlines, outline(fmt.Sprint(i), "Polygon", "[["+strings.Join(ring, ",")+"]]"))
	}
	for b.Loop() {
		if _, err := NewAtlas(outlines); err != nil {
			b.Fatal(err)
		}
	}
}
