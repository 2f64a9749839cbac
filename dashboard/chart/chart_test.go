package chart

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func values(vs ...float64) []*float64 {
	var out []*float64
	for _, v := range vs {
		if math.IsNaN(v) { // in these tests, a gap
			out = append(out, nil)
			continue
		}
		out = append(out, &v)
	}
	return out
}

func quarters(n int) []Period {
	var out []Period
	for i := range n {
		at := 2018*12 + 2 + 3*i
		out = append(out, Period{At: at, Short: fmt.Sprintf("%s %d", []string{"Mar", "Jun", "Sep", "Dec"}[i%4], at/12), Label: fmt.Sprintf("quarter %d", i), Article: "the "})
	}
	return out
}

func TestScale(t *testing.T) {
	gap := math.NaN()
	for _, c := range []struct {
		name    string
		values  []float64
		percent bool
		cut     string
	}{
		{"from zero where low", []float64{1, 4, 9}, false, ""},
		{"cut where high", []float64{9.5, 11.4}, false, "9.0"},
		{"no values", []float64{gap}, false, ""},
		{"all zero", []float64{0, 0}, false, ""},
		{"one value", []float64{7}, false, "6"},
		{"never above all", []float64{96, 99}, true, "95%"},
	} {
		in := Input{Lines: []Line{{Values: values(c.values...)}}, Percent: c.percent}
		got := in.Scale()
		for _, v := range c.values {
			if !math.IsNaN(v) && (v < got.Min || v > got.Max) {
				t.Errorf("%s: %v lies outside %+v", c.name, v, got)
			}
		}
		cut, is := in.Cut()
		if is != (c.cut != "") || is && cut != c.cut {
			t.Errorf("%s: axis %+v, cut at %s", c.name, got, cut)
		}
		if got.Step <= 0 || len(got.Ticks()) > 12 || len(got.Ticks()) < 2 {
			t.Errorf("%s: axis %+v has ticks %v", c.name, got, got.Ticks())
		}
	}
}

// The axis of a count starts at 0, however high and near one another the counts
// lie, and has whole numbers only, however low.
func TestScaleOfCounts(t *testing.T) {
	for _, list := range [][]float64{{19, 22}, {340, 351, 338}, {1}, {2, 1}, {3, 5, 4}, {7, 10}, {0, 0}, {math.NaN()}, {18_400, 19_212}} {
		in := Input{Lines: []Line{{Values: values(list...)}}, Count: true, Limits: []Limits{{Lower: 0, Upper: 0}}}
		if len(list) > 1 {
			in.Limits = nil
		}
		axis := in.Scale()
		if axis.Min != 0 || axis.Step < 1 || len(axis.Ticks()) < 2 {
			t.Errorf("%v: axis %+v", list, axis)
		}
		for _, v := range axis.Ticks() {
			if v != math.Trunc(v) {
				t.Errorf("%v: the axis has %v", list, v)
			}
		}
		if _, cut := in.Cut(); cut {
			t.Errorf("%v: the axis is cut", list)
		}
		for _, v := range list {
			if v > axis.Max {
				t.Errorf("%v lies outside %+v", v, axis)
			}
		}
	}
}

func TestTrendKeepsMissingApartFromZero(t *testing.T) {
	in := Input{Periods: quarters(4), Lines: []Line{{Name: "A", Values: values(0, math.NaN(), 2, 3), Breaks: map[int]bool{3: true}}},
		Gaps: []Gap{{1, 1, "No figure"}}, Decimals: 1}
	out, err := Trend(in)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Option struct {
			Series []struct {
				Data     []struct{ Value []any }
				MarkArea struct{ Data [][]struct{ XAxis float64 } }
			}
		}
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	var got []any
	for _, d := range doc.Option.Series[0].Data {
		got = append(got, d.Value[1])
	}
	if want := []any{0.0, "-", 2.0, "-", 3.0}; !slices.Equal(got, want) { // the last "-" parts the line at the break
		t.Errorf("values %v, want %v", got, want)
	}
	area := doc.Option.Series[0].MarkArea.Data[0]
	if area[1].XAxis-area[0].XAxis != 3 {
		t.Errorf("the gap is shaded from %v to %v", area[0].XAxis, area[1].XAxis)
	}
}

func TestHostileTextStaysText(t *testing.T) {
	const evil = `</script><img src=x onerror=alert(1)>__f__alert(1)__f__ {b} "&`
	in := Input{Title: evil, Description: evil, Periods: quarters(3), Lines: []Line{{Name: evil, Values: values(1, 2, 3)}},
		Gaps: []Gap{{0, 0, evil}}, Markers: []Marker{{At: 2018*12 + 4, Label: evil, When: evil}}}
	in.Periods[2].Short, in.Periods[2].Label = evil, evil
	out, err := Trend(in)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(string(out), "<>&") {
		t.Errorf("the options are not safe in a script element: %s", out)
	}
	for _, size := range []Size{Wide, Narrow, Paper} {
		wellFormed(t, string(SVG(in, size)))
	}
	wellFormed(t, string(Spark([]int{1, 2, 3}, in.Lines[0], 100, 40, evil)))
}

// wellFormed fails on a drawing that is no XML or holds anything but shapes and text.
func wellFormed(t *testing.T, drawing string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(drawing))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in %s", err, drawing)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains(strings.Fields("svg rect text tspan line polyline polygon circle"), start.Name.Local) {
			t.Errorf("element %s", start.Name.Local)
		}
		for _, a := range start.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "NaN") {
				t.Errorf("%s=%q", a.Name.Local, a.Value)
			}
		}
	}
}

func TestGapsAreDrawnAsGaps(t *testing.T) {
	in := Input{Periods: quarters(6), Lines: []Line{{Name: "A", Values: values(1, 2, math.NaN(), 3, math.NaN(), 4)}}}
	drawing := string(SVG(in, Wide))
	if n := strings.Count(drawing, "<polyline"); n != 1 { // only two values stand side by side
		t.Errorf("%d pieces of line", n)
	}
	if n := strings.Count(drawing, "<circle"); n != 4 {
		t.Errorf("%d points for 4 values", n)
	}
	spark := string(Spark([]int{1, 2, 3, 4, 5, 6}, in.Lines[0], 100, 40, ""))
	if n := strings.Count(spark, "<polyline"); n != 1 {
		t.Errorf("the small line has %d pieces", n)
	}
	if SVG(Input{}, Wide) != "" || Spark([]int{1}, Line{Values: values(math.NaN())}, 100, 40, "") != "" {
		t.Error("nothing is drawn as something")
	}
}

// No label of an event covers another or is struck through by another's line.
func TestPlace(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		n := 1 + random.IntN(6)
		labels := make([]Label, n)
		for i := range labels {
			labels[i] = Label{X: 52 + random.Float64()*650, Width: 40 + random.Float64()*250}
		}
		slices.SortFunc(labels, func(a, b Label) int { return cmp.Compare(a.X, b.X) })
		rows := Place(labels, 860)
		if rows > n {
			t.Fatalf("%d rows for %d labels", rows, n)
		}
		for i, l := range labels {
			if !free(l, labels[i+1:]) || l.Row >= rows {
				t.Fatalf("%+v", labels)
			}
		}
	}
	many := make([]Label, 20)
	for i := range many {
		many[i] = Label{X: 100 + float64(i)*30, Width: 20}
	}
	if rows := Place(many, 860); rows != 1 {
		t.Errorf("letters that do not touch stand in %d rows", rows)
	}
}

func TestMarkersOutsideTheAxisAreLeftOut(t *testing.T) {
	in := Input{Periods: quarters(4), Markers: []Marker{{At: 2000 * 12}, {At: 2018*12 + 5, Label: "in"}, {At: 2030 * 12}}}.Fit()
	if len(in.Markers) != 1 || in.Markers[0].Key != "A" {
		t.Errorf("markers %+v", in.Markers)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"West Midlands force area 9.8", 16, []string{"West Midlands", "force area 9.8"}},
		{"Coventry 9.8", 16, []string{"Coventry 9.8"}},
		{"Llanfairpwllgwyngyll 1", 8, []string{"Llanfair", "pwllgwyn", "gyll 1"}},
	} {
		if got := wrap(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q", c.text, got)
		}
	}
	in := Input{Decimals: 1}
	if got := in.End(Line{Name: strings.Repeat("ab ", 40), Values: values(1234.56)}); len([]rune(got)) > 50 || !strings.HasSuffix(got, "… 1,234.6") {
		t.Errorf("a long name's end label is %q", got)
	}
}

// Everything at once: bands with a gap and a break, limits in two stretches,
// marks of each class, four lines.
func TestOverlaysAreDrawn(t *testing.T) {
	n := math.NaN()
	in := Input{Decimals: 1, Periods: quarters(8), Title: "Rate",
		Lines: []Line{
			{Name: "A", Values: values(5, 6, n, 6, 7, 6, 5, 6), Lower: values(4, 5, n, 5, 6, 5, 4, 5), Upper: values(6, 7, n, 7, 8, 7, 6, 7), Band: true, Breaks: map[int]bool{5: true}},
			{Role: Similar, Name: "Similar areas", Values: values(6, 6, n, 6, 6, 6, 6, 6)},
			{Role: Beside, Name: "Force", Values: values(7, 7, 7, 7, 7, 7, 7, 7)},
			{Role: Target, Name: "Way to target", Values: values(n, 6, 5.8, 5.6, 5.4, 5.2, 5, 4.8)},
		},
		Limits: []Limits{{0, 4, 6, 3, 9}, {5, 7, 5.6, 0, 12}},
		Marks:  []Mark{{At: 4, Class: "worse", Short: "above limit", Words: "above the process limit", High: true}, {At: 6, Class: "better", Words: "below the process limit"}, {At: 2, Class: "none", Short: "x"}},
	}
	if axis := in.Scale(); axis.Max < 12 {
		t.Errorf("the limits lie outside %+v", axis)
	}
	for _, size := range []Size{Wide, Narrow, Paper} {
		drawing := string(SVG(in, size))
		wellFormed(t, drawing)
		for want, count := range map[string]int{`class="band"`: 3, `class="limit"`: 4, `class="mean"`: 2, `class="mark worse"`: 1, `class="mark better"`: 1, `class="mark none"`: 0, `polyline class="similar"`: 2, `polyline class="target"`: 1} {
			if n := strings.Count(drawing, want); n != count {
				t.Errorf("%s: %d of %s, want %d", size.Class, n, want, count)
			}
		}
	}
	out, err := Trend(in)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Bands  [][]struct{ At, Lower, Upper float64 }
		Limits []struct{ From, To, Mean, Lower, Upper float64 }
		Marks  []struct{ Class string }
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Bands) != 3 || len(doc.Bands[0]) != 2 || len(doc.Limits) != 2 || len(doc.Marks) != 3 || doc.Limits[0].To >= doc.Limits[1].To || doc.Limits[1].Upper != 12 {
		t.Errorf("%+v", doc)
	}
	if words := in.Describe(); !strings.Contains(words, "Process limits from the quarter 5 on: 0.0 to 12.0, around a mean of 5.6.") {
		t.Errorf("the description does not give the limits: %s", words)
	}
	panel := string(Panel(in.Periods, in.Scale(), in.Lines[0], in.Lines[1], "<b>"))
	wellFormed(t, panel)
	if strings.Count(panel, `polyline class="own"`) != 3 || Panel(nil, in.Scale(), in.Lines[0], in.Lines[1], "") != "" {
		t.Errorf("panel: %s", panel)
	}
}

// Labels at the lines' ends never cover each other, stay where they are while
// they do not, and stay inside while there is room for all.
func TestSpread(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		boxes := make([]*Box, 1+random.IntN(7))
		apart := true
		for i := range boxes {
			boxes[i] = &Box{Y: 30 + 330*random.Float64(), Tall: 17 * float64(1+random.IntN(2))}
		}
		slices.SortFunc(boxes, func(a, b *Box) int { return cmp.Compare(a.Y, b.Y) })
		was := make([]float64, len(boxes))
		for i, b := range boxes {
			was[i] = b.Y
			apart = apart && b.Y+b.Tall <= 368 && (i == 0 || boxes[i-1].Y+boxes[i-1].Tall <= b.Y)
		}
		Spread(boxes, 14, 368)
		for i, b := range boxes {
			if i > 0 && boxes[i-1].Y+boxes[i-1].Tall > b.Y+1e-6 || b.Y < 14 || b.Y+b.Tall > 368+1e-6 {
				t.Fatalf("label %d of %v lies at %v", i, was, b.Y)
			}
			if apart && b.Y != was[i] {
				t.Fatalf("a label that touched none moved from %v to %v", was[i], b.Y)
			}
		}
	}
	crowd := []*Box{{50, 40}, {50, 40}, {50, 40}} // more than there is room for
	Spread(crowd, 10, 60)
	if crowd[0].Y != 10 || crowd[1].Y != 50 || crowd[2].Y != 90 {
		t.Errorf("a crowd lies at %v, %v, %v", crowd[0].Y, crowd[1].Y, crowd[2].Y)
	}
}

func TestDescribe(t *testing.T) {
	in := Input{Title: "Robbery per 1,000 residents", Decimals: 2, Periods: quarters(4),
		Lines: []Line{{Name: "Coventry", Values: values(0.5, math.NaN(), 0.9, 0.7)}, {Name: "Nowhere", Values: values(math.NaN())}},
		Gaps:  []Gap{{1, 1, "No figure"}}, Markers: []Marker{{At: 2018*12 + 5, Label: "City summit", When: "June 2018"}}}
	want := "Line chart: Robbery per 1,000 residents, from the quarter 0 to the quarter 3. Coventry: between 0.50 and 0.90, ending at 0.70 in the quarter 3." +
		" Nowhere: no values. No figure for the quarter 1. Marked: City summit (June 2018)."
	if got := in.Describe(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
