package image

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"image/color"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"outcomes/dashboard/chart"
	"outcomes/metrics"
)

var gap = math.NaN()

// values of a series; NaN is a gap.
func values(vs ...float64) []*float64 {
	var out []*float64
	for _, v := range vs {
		if math.IsNaN(v) {
			out = append(out, nil)
			continue
		}
		out = append(out, &v)
	}
	return out
}

// periods from January 2015 on, so many months apart.
func periods(n, step int) []metrics.ReportPeriod {
	var out []metrics.ReportPeriod
	for i := range n {
		m := metrics.Month(2015*12 + step - 1 + step*i)
		out = append(out, metrics.ReportPeriod{At: m, Short: fmt.Sprintf("%s %d", m.Name()[:3], m.Year()), Label: "period ending " + m.Name()})
	}
	return out
}

func shorthand(n int, marks map[int]string) []string {
	out := make([]string, n)
	for i, m := range marks {
		out[i] = m
	}
	return out
}

// sample is a chart with a little of everything.
func sample() metrics.ReportChart {
	return metrics.ReportChart{
		ID: "violence-rate-quarter-chart", Title: "Violence was about the same in Coventry as a year before",
		Subtitle: "Violence and sexual offences per 1,000 residents, Coventry, by quarter", Alt: "Line chart: violence and sexual offences per 1,000 residents.",
		Source: "Source: recorded crime, data.police.uk", Axis: "Violence and sexual offences per 1,000 residents", Decimals: 1, Periods: periods(14, 3),
		Series: []metrics.ReportSeries{
			{Name: "Coventry", Role: "subject",
				Values:      values(5.1, 4.7, gap, 5.3, 5.4, 5.1, 4.9, 6.1, 6.4, 6.1, 5.9, 6.6, 6.7, 6.1),
				Lower:       values(4.8, 4.4, gap, 5.0, 5.1, 4.8, 4.6, 5.8, 6.1, 5.8, 5.6, 6.3, 6.4, 5.8),
				Upper:       values(5.4, 5.0, gap, 5.6, 5.7, 5.4, 5.2, 6.4, 6.7, 6.4, 6.2, 6.9, 7.0, 6.4),
				Shorthand:   shorthand(14, map[int]string{2: "[x]", 12: "[p]", 13: "[p]"}),
				BreakBefore: map[int]bool{5: true}},
			{Name: "Similar areas", Role: "similar", Values: values(7.9, 8, gap, 8, 8.1, 8.2, 8.2, 8.3, 8.5, 8.4, 8.5, 8.6, 8.7, 8.7)},
			{Name: "West Midlands force area", Role: "beside", Values: values(5.9, 5.5, gap, 6.1, 6.4, 6, 5.9, 7, 7.4, 7.1, 6.9, 7.6, 7.8, 7.2)},
			{Name: "Way to target", Role: "target", Values: values(gap, gap, gap, gap, gap, gap, gap, gap, 6.1, 6, 5.9, 5.8, 5.7, 5.6)},
		},
		Markers: []metrics.ReportMarker{
			{At: 2016*12 + 0, Label: "Break in the series", Break: true}, {At: 2017*12 + 0, Label: "City summit"},
			{At: 2017*12 + 5, Label: "Partnership Board formed"}, {At: 2017*12 + 9, Label: "Violence Reduction Unit launched"}, {At: 2017*12 + 10, Label: "Scrutiny committee"},
		},
	}
}

func drawn(t testing.TB, c metrics.ReportChart, o Options) (pixels, document []byte) {
	t.Helper()
	var p, s bytes.Buffer
	if err := PNG(&p, c, o); err != nil {
		t.Fatal(err)
	}
	if err := SVG(&s, c, o); err != nil {
		t.Fatal(err)
	}
	return p.Bytes(), s.Bytes()
}

// laidOut is the sheet of a chart.
func laidOut(t testing.TB, c metrics.ReportChart, o Options) *sheet {
	t.Helper()
	o, err := o.checked()
	if err != nil {
		t.Fatal(err)
	}
	return draw(newVector(o, "", ""), c, o)
}

// element is an element of an SVG.
type element struct {
	name, part string // part is the group it is in
	attr       map[string]string
	text       string
}

// parsed reads an SVG and fails on anything that it must not hold.
func parse(t testing.TB, document []byte) []element {
	t.Helper()
	var out []element
	var parts []string
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%v in %s", err, document)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if !slices.Contains(strings.Fields("svg title desc g rect line polyline polygon circle text"), e.Name.Local) {
				t.Errorf("element %s", e.Name.Local)
			}
			el := element{name: e.Name.Local, part: strings.Join(parts, "/"), attr: map[string]string{}}
			for _, a := range e.Attr {
				if a.Name.Local == "style" || a.Name.Local == "class" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "url(") ||
					strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("%s=%q on %s", a.Name.Local, a.Value, e.Name.Local)
				}
				el.attr[a.Name.Local] = a.Value
			}
			if e.Name.Local == "g" {
				parts = append(parts, el.attr["data-part"])
			}
			out = append(out, el)
		case xml.EndElement:
			if e.Name.Local == "g" {
				parts = parts[:len(parts)-1]
			}
		case xml.CharData:
			if n := len(out); n > 0 && strings.TrimSpace(string(e)) != "" {
				out[n-1].text += string(e)
			}
		case xml.ProcInst, xml.Directive, xml.Comment:
			t.Errorf("%T in %s", e, document[:200])
		}
	}
}

func count(list []element, name, part string) int {
	n := 0
	for _, e := range list {
		if e.name == name && e.part == part {
			n++
		}
	}
	return n
}

func texts(list []element) string {
	var out []string
	for _, e := range list {
		if e.name == "text" {
			out = append(out, e.text)
		}
	}
	return strings.Join(out, "|")
}

// The PNG has the page's colours on white, nothing of a line where there is a
// gap, and the size that was asked for.
func TestPixels(t *testing.T) {
	for _, scale := range []float64{1, 2} {
		c := sample()
		pixels, _ := drawn(t, c, Options{Scale: scale})
		img, err := png.Decode(bytes.NewReader(pixels))
		if err != nil {
			t.Fatal(err)
		}
		if size := img.Bounds().Size(); size.X != int(900*scale) || size.Y != int(420*scale) {
			t.Errorf("size %v", size)
		}
		at := func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }
		for _, corner := range [][2]int{{0, 0}, {int(900*scale) - 1, 0}, {0, int(420*scale) - 1}, {int(900*scale) - 1, int(420*scale) - 1}} {
			if got := at(corner[0], corner[1]); got != (color.NRGBA{255, 255, 255, 255}) {
				t.Errorf("corner %v is %v", corner, got)
			}
		}
		seen := map[color.NRGBA]int{}
		for y := range int(420 * scale) {
			for x := range int(900 * scale) {
				seen[at(x, y)]++
			}
		}
		for _, l := range chart.Of(c).Lines {
			if n := seen[tint(l.Look().Colour, 1)]; n < 100 {
				t.Errorf("%d pixels in the colour of %s", n, l.Name)
			}
		}
		for _, colour := range []string{axisColour, gridColour, gapColour} {
			if n := seen[tint(colour, 1)]; n < 100 {
				t.Errorf("%d pixels of %s", n, colour)
			}
		}
		band := 0
		for colour, n := range seen {
			if want := over(bandColour, paper, bandOpacity); near(colour, want) {
				band += n
			}
		}
		if band < 1000 {
			t.Errorf("%d pixels of the band", band)
		}

		// between the middle of the periods beside the gap and the gap's own
		// there is nothing but ground, grid and words
		s := laidOut(t, c, Options{})
		plain := map[color.NRGBA]bool{tint(gapColour, 1): true, tint(gridColour, 1): true, tint(axisColour, 1): true}
		from, to := s.x(float64(c.Periods[1].At)+1.6), s.x(float64(c.Periods[3].At)-1.6)
		for x := int(from*scale) + 1; x < int(to*scale); x++ {
			for y := int((s.plot.y0 + 46) * scale); y < int((s.plot.y1-2)*scale); y++ { // below the words
				if got := at(x, y); !plain[got] && !nearlyBetween(got, gapColour, gridColour) {
					t.Fatalf("in the gap, at %d, %d, is %v", x, y, got)
				}
			}
		}
		// and across the break no line of the subject's
		middle := (s.x(float64(c.Periods[4].At)) + s.x(float64(c.Periods[5].At))) / 2
		for y := int(s.y(5.6) * scale); y < int(s.y(5.0)*scale); y++ {
			if at(int((middle+3)*scale), y) == tint("#12436D", 1) {
				t.Fatalf("the subject's line goes on over the break")
			}
		}
		// a provisional point is white within, another is not
		last := s.at(s.in.Lines[0], 13)
		if got := at(int(last.x*scale), int(last.y*scale)); got != (color.NRGBA{255, 255, 255, 255}) {
			t.Errorf("the provisional point is %v within", got)
		}
		if first := s.at(s.in.Lines[0], 0); at(int(first.x*scale), int(first.y*scale)) != tint("#12436D", 1) {
			t.Error("a point that is not provisional is not filled")
		}
	}
}

func over(above, below string, opacity float64) color.NRGBA {
	a, b := tint(above, 1), tint(below, 1)
	alpha := math.Round(opacity*255) / 255
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*alpha + float64(b)*(1-alpha)) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

func near(a, b color.NRGBA) bool {
	close := func(a, b uint8) bool { return int(a) >= int(b)-2 && int(a) <= int(b)+2 }
	return close(a.R, b.R) && close(a.G, b.G) && close(a.B, b.B)
}

func nearlyBetween(c color.NRGBA, one, other string) bool {
	a, b := tint(one, 1), tint(other, 1)
	in := func(v, a, b uint8) bool { return int(v) >= int(min(a, b))-2 && int(v) <= int(max(a, b))+2 }
	return in(c.R, a.R, b.R) && in(c.G, a.G, b.G) && in(c.B, a.B, b.B)
}

// Every point, piece of line and label of the sample is in the SVG, once.
func TestDocument(t *testing.T) {
	_, document := drawn(t, sample(), Options{Sample: true})
	list := parse(t, document)
	for _, want := range []struct {
		name, part string
		n          int
	}{
		{"circle", "subject", 13}, {"polyline", "subject", 2}, {"line", "subject", 1}, // 2 + 2 + 9 points: the pieces with two are a line
		{"polygon", "similar", 13}, {"polygon", "beside", 13}, {"polyline", "target", 1}, {"circle", "target", 0},
		{"polygon", "intervals", 3}, {"polygon", "gaps", 1}, {"line", "markers", 5}, {"text", "markers", 5}, {"text", "gap-words", 2},
	} {
		if want.part == "subject" && want.name != "circle" {
			continue
		}
		if n := count(list, want.name, want.part); n != want.n {
			t.Errorf("%d of %s in %s, want %d", n, want.name, want.part, want.n)
		}
	}
	if pieces := count(list, "polyline", "subject") + count(list, "line", "subject"); pieces != 3 {
		t.Errorf("the subject is drawn in %d pieces", pieces)
	}
	hollow, dashed := 0, 0
	for _, e := range list {
		if e.part == "subject" && e.name == "circle" && e.attr["fill"] == paper {
			hollow++
		}
		if e.part == "markers" && e.name == "line" && e.attr["stroke-dasharray"] != "" {
			dashed++
		}
		if size := e.attr["font-size"]; size != "" && size < "16" {
			t.Errorf("letters of %s pixels: %s", size, e.text)
		}
		if e.name == "g" && e.part != "" {
			t.Errorf("a group within %s", e.part)
		}
	}
	if hollow != 2 || dashed != 1 {
		t.Errorf("%d hollow points, %d dashed markers", hollow, dashed)
	}
	root := list[0]
	if root.attr["role"] != "img" || root.attr["aria-labelledby"] != "chart-title chart-description" || root.attr["width"] != "900" || root.attr["viewBox"] != "0 0 900 420" {
		t.Errorf("root %v", root.attr)
	}
	if list[1].name != "title" || list[1].text != sample().Title+" (invented data)" || list[2].name != "desc" || list[2].text != inventedWords+" "+sample().Alt {
		t.Errorf("%+v %+v", list[1], list[2])
	}
	words := texts(list)
	for _, want := range []string{"Coventry 6.1", "Similar areas 8.7", "West Midlands force|area 7.2", "Way to target 5.6", "No|figure", "Invented data", "Break in the series", "City summit",
		"Violence and sexual offences per 1,000 residents (axis starts at 4, not at 0)", "Mar|2015"} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is missing in %s", want, words)
		}
	}
	if strings.Contains(words, sample().Title) || strings.Contains(words, sample().Subtitle) {
		t.Error("the title stands inside the picture")
	}
}

// A picture for a link's preview has its title inside, and says that the data
// are invented.
func TestPreview(t *testing.T) {
	pixels, document := drawn(t, sample(), Options{Title: true, Sample: true})
	config, err := png.DecodeConfig(bytes.NewReader(pixels))
	if err != nil || config.Width != 1200 || config.Height != 630 {
		t.Errorf("%v %v", config, err)
	}
	words := strings.ReplaceAll(texts(parse(t, document)), "|", " ")
	for _, want := range []string{sample().Title, sample().Subtitle, sample().Source, "Invented data", "Axis starts at 4, not at 0"} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is missing in %s", want, words)
		}
	}
	if strings.Count(words, "per 1,000 residents") != 1 {
		t.Errorf("what is measured stands there twice: %s", words)
	}
}

// apart fails where words cover each other or stick out.
func apart(t *testing.T, name string, s *sheet) {
	t.Helper()
	for i, a := range s.words {
		if r := a.room; r.x0 < 0 || r.y0 < 0 || r.x1 > s.w || r.y1 > s.h {
			t.Errorf("%s: %q sticks out: %+v", name, a.text, r)
		}
		for _, b := range s.words[i+1:] {
			if a.room.overlaps(b.room) {
				t.Errorf("%s: %q lies on %q: %+v, %+v", name, a.text, b.text, a.room, b.room)
			}
		}
	}
}

// odd are charts at the edges of what can come.
func odd() map[string]metrics.ReportChart {
	list := map[string]metrics.ReportChart{"empty": {}, "sample": sample()}
	add := func(name string, c metrics.ReportChart) {
		c.ID, c.Title, c.Alt, c.Axis = name, name, "Line chart: "+name, cmp.Or(c.Axis, "Offences per 1,000 residents")
		list[name] = c
	}
	series := func(name, role string, vs ...float64) metrics.ReportSeries {
		return metrics.ReportSeries{Name: name, Role: role, Values: values(vs...)}
	}
	add("periods without series", metrics.ReportChart{Periods: periods(4, 3)})
	add("one point", metrics.ReportChart{Periods: periods(1, 3), Series: []metrics.ReportSeries{series("Coventry", "subject", 3)}})
	add("all missing", metrics.ReportChart{Periods: periods(4, 3), Series: []metrics.ReportSeries{series("Coventry", "subject", gap, gap, gap, gap)}})
	add("all missing but the other", metrics.ReportChart{Periods: periods(4, 3), Series: []metrics.ReportSeries{series("Coventry", "subject", gap, gap, gap, gap), series("England", "england", 1, 2, 3, 4)}})
	add("constant", metrics.ReportChart{Periods: periods(5, 3), Series: []metrics.ReportSeries{series("Coventry", "subject", 7, 7, 7, 7, 7)}})
	add("zero", metrics.ReportChart{Periods: periods(5, 3), Series: []metrics.ReportSeries{series("Coventry", "subject", 0, 0, 0, 0, 0)}})
	add("negative", metrics.ReportChart{Periods: periods(5, 3), Decimals: 1, Pounds: true, Series: []metrics.ReportSeries{series("Coventry", "subject", -12000, 3400, -5000, 20, -1)}})
	add("share", metrics.ReportChart{Periods: periods(5, 12), Percent: true, Series: []metrics.ReportSeries{series("Coventry", "subject", 96, 97, 99, 100, 98), series("England", "england", 50, 51, 49, 50, 50)}})
	many := make([]float64, 60)
	other := make([]float64, 60)
	for i := range many {
		many[i], other[i] = 10+3*math.Sin(float64(i)/4), 11+2*math.Cos(float64(i)/5)
	}
	add("60 points", metrics.ReportChart{Periods: periods(60, 1), Decimals: 1, Series: []metrics.ReportSeries{series("Coventry", "subject", many...), series("West Midlands force area", "beside", other...)}})
	long := make([]float64, 180)
	for i := range long {
		long[i] = float64(i % 12)
	}
	add("180 points", metrics.ReportChart{Periods: periods(180, 1), Series: []metrics.ReportSeries{series("Coventry", "subject", long...)}})
	add("four that end alike", metrics.ReportChart{Periods: periods(3, 3), Decimals: 2, Series: []metrics.ReportSeries{
		series("A district with a long name beside another", "subject", 1, 2, 3), series("Average of similar areas", "similar", 3, 3, 3.01), series("West Midlands force area", "beside", 2, 3, 3), series("Way to target", "target", 4, 3.5, 3)}})
	add("ends early", metrics.ReportChart{Periods: periods(8, 3), Series: []metrics.ReportSeries{series("Coventry", "subject", 1, 2, 3, 4, gap, gap, gap, gap), series("England", "england", 4, 4, 4, 4, 4, 4, 4, 4)}})
	crowd := sample()
	for i := range 30 {
		crowd.Markers = append(crowd.Markers, metrics.ReportMarker{At: metrics.Month(2015*12 + 3 + i), Label: fmt.Sprintf("An event whose label has about fifty letters: %2d", i)})
	}
	slices.SortFunc(crowd.Markers, func(a, b metrics.ReportMarker) int { return int(a.At - b.At) })
	add("35 events", crowd)
	six := sample()
	six.Markers = append(six.Markers, metrics.ReportMarker{At: 2017*12 + 11, Label: "One more"})
	add("6 events", six)
	five := sample()
	for i := range five.Markers {
		five.Markers[i].At, five.Markers[i].Label = metrics.Month(2018*12+i), fmt.Sprintf("An event whose label has about fifty letters: %2d", i)
	}
	add("long labels at the edge", five)
	wide := sample()
	wide.Series = append(wide.Series, metrics.ReportSeries{Name: "One more than a report may have", Role: "england", Values: values(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)})
	add("five lines", wide)
	editions := metrics.ReportChart{Percent: true, Decimals: 1, Series: []metrics.ReportSeries{series("Coventry", "subject", 18.5, 14.4, 15, 17)}}
	for _, year := range []int{2010, 2015, 2019, 2025} {
		editions.Periods = append(editions.Periods, metrics.ReportPeriod{At: metrics.Month(year*12 + 11), Short: fmt.Sprint(year), Label: fmt.Sprint("the Indices of ", year)})
	}
	add("editions", editions)
	return list
}

// No words cover others or stick out, whatever comes, at the sizes that are used.
func TestWordsLieApart(t *testing.T) {
	dir := os.Getenv("OUTCOMES_PICTURES") // to look at them
	for name, c := range odd() {
		for _, o := range []Options{{}, {Sample: true}, {Title: true, Sample: true}, {Width: 620, Height: 400}, {Width: 480, Height: 400, Sample: true}, {Width: 1600, Height: 800}} {
			what := fmt.Sprintf("%s, %vx%v, title %v", name, o.Width, o.Height, o.Title)
			apart(t, what, laidOut(t, c, o))
			pixels, document := drawn(t, c, o)
			parse(t, document)
			if _, err := png.Decode(bytes.NewReader(pixels)); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if dir != "" {
				if err := os.WriteFile(fmt.Sprintf("%s/%s.png", dir, strings.NewReplacer(" ", "-", ",", "").Replace(what)), pixels, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestWordsLieApartAtRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	roles := []string{"subject", "beside", "similar", "england", "target"}
	for round := range 400 {
		n := 2 + random.IntN(40)
		c := metrics.ReportChart{Axis: strings.Repeat("measure ", 1+random.IntN(16)), Alt: "a", Decimals: random.IntN(3), Periods: periods(n, []int{1, 3, 12}[random.IntN(3)])}
		scale := math.Pow(10, float64(random.IntN(7)))
		for i := range 1 + random.IntN(4) {
			vs := make([]float64, n)
			for j := range vs {
				if vs[j] = random.Float64() * scale; random.IntN(6) == 0 {
					vs[j] = gap
				}
			}
			c.Series = append(c.Series, metrics.ReportSeries{Name: strings.TrimSpace(strings.Repeat("name ", 1+random.IntN(7))), Role: roles[i], Values: values(vs...)})
		}
		for range random.IntN(9) {
			c.Markers = append(c.Markers, metrics.ReportMarker{At: c.Periods[random.IntN(n)].At, Label: strings.TrimSpace(strings.Repeat("event ", 1+random.IntN(8))), Break: random.IntN(2) == 0})
		}
		for _, o := range []Options{{Sample: random.IntN(2) == 0}, {Title: true}} {
			s := laidOut(t, c, o)
			apart(t, fmt.Sprintf("round %d, title %v", round, o.Title), s)
			if s.plot.y1-s.plot.y0 < 60 && len(s.words) > 1 {
				t.Errorf("round %d: the plot is %v high", round, s.plot.y1-s.plot.y0)
			}
		}
		if t.Failed() {
			return
		}
	}
}

func TestWithoutValues(t *testing.T) {
	for _, name := range []string{"empty", "periods without series", "all missing"} {
		_, document := drawn(t, odd()[name], Options{})
		if words := texts(parse(t, document)); !strings.HasSuffix(words, "No figures to show") {
			t.Errorf("%s: %s", name, words)
		}
	}
	_, document := drawn(t, odd()["all missing but the other"], Options{})
	if list := parse(t, document); count(list, "polygon", "england") != 4 || count(list, "circle", "subject") != 0 || count(list, "polygon", "gaps") != 1 {
		t.Errorf("%s", document)
	}
}

func TestUnits(t *testing.T) {
	_, document := drawn(t, odd()["negative"], Options{})
	if words := texts(parse(t, document)); !strings.Contains(words, "Coventry -£1.0") || !strings.Contains(words, "-£10,000") || !strings.Contains(words, "|£0|") {
		t.Errorf("pounds: %s", words)
	}
	_, document = drawn(t, odd()["share"], Options{})
	if words := texts(parse(t, document)); !strings.Contains(words, "Coventry 98%") || !strings.Contains(words, "100%") {
		t.Errorf("per cent: %s", words)
	}
}

// Nothing suppressed is drawn or written, even where a value was left in the
// chart by mistake, and it is said that it is not shown.
func TestSuppressed(t *testing.T) {
	c := metrics.ReportChart{Axis: "Young people", Alt: "Line chart", Periods: periods(6, 3), Series: []metrics.ReportSeries{{Name: "Coventry", Role: "subject",
		Values: values(11, 12, 3777, 12, 11, 3777), Lower: values(10, 10, 3666, 10, 10, 3666), Upper: values(13, 13, 3888, 13, 13, 3888),
		Shorthand: shorthand(6, map[int]string{2: "[c]", 5: "[c]"})}}}
	pixels, document := drawn(t, c, Options{})
	for _, secret := range []string{"3777", "3,777", "3666", "3888", "4000", "4,000"} {
		if bytes.Contains(document, []byte(secret)) || bytes.Contains(pixels, []byte(secret)) {
			t.Errorf("%s is in the picture", secret)
		}
	}
	list := parse(t, document)
	if n := count(list, "circle", "subject"); n != 4 {
		t.Errorf("%d points", n)
	}
	if n := count(list, "polygon", "intervals"); n != 2 {
		t.Errorf("%d bands", n)
	}
	if words := texts(list); !strings.Contains(words, "Not|shown") || !strings.Contains(words, "Coventry 11") {
		t.Errorf("%s", words)
	}
	c.Series[0].Values[2], c.Series[0].Values[5] = nil, nil
	clean, cleaned := drawn(t, c, Options{})
	if !bytes.Equal(clean, pixels) || !bytes.Equal(cleaned, document) {
		t.Error("what is suppressed makes a difference")
	}
}

func TestHostileText(t *testing.T) {
	const evil = "</text><script>alert(1)</script> \" onload=\"x\" ]]> &amp; \x00\x07 \u202eevil \ufffe 𝔘 é"
	c := sample()
	c.Title, c.Subtitle, c.Alt, c.Source, c.Axis = evil, evil, evil, evil, evil
	for i := range c.Series {
		c.Series[i].Name = evil
	}
	for i := range c.Markers {
		c.Markers[i].Label = evil
	}
	for i := range c.Periods {
		c.Periods[i].Short, c.Periods[i].Label = evil, evil
	}
	c.Series[0].Role = evil
	for _, o := range []Options{{}, {Title: true, Sample: true}} {
		pixels, document := drawn(t, c, o)
		list := parse(t, document)
		if bytes.Contains(document, []byte("<script")) || bytes.ContainsAny(document, "\x00\x07") || bytes.Contains(document, []byte("\u202e")) {
			t.Error("hostile text came through")
		}
		if want := plain(evil); !strings.HasPrefix(list[1].text, want) || !strings.Contains(list[1].text, "</text><script>alert(1)</script>") {
			t.Errorf("the title is %q", list[1].text)
		}
		if _, err := png.Decode(bytes.NewReader(pixels)); err != nil {
			t.Error(err)
		}
		apart(t, "hostile", laidOut(t, c, o))
	}
	c.Series[0].Name = strings.Repeat("x", 100000)
	c.Axis = strings.Repeat("y", 100000)
	drawn(t, c, Options{Title: true})
}

// The words of a PNG are in its text chunks, whole and in UTF-8.
func TestChunks(t *testing.T) {
	c := sample()
	c.Alt = "Line chart: “quoted”, £5 – and more."
	pixels, _ := drawn(t, c, Options{Sample: true, Scale: 2})
	found := map[string]string{}
	var order []string
	for rest := pixels[8:]; len(rest) > 0; {
		n := binary.BigEndian.Uint32(rest)
		kind, data := string(rest[4:8]), rest[8:8+n]
		if sum := binary.BigEndian.Uint32(rest[8+n:]); sum != crc32.ChecksumIEEE(rest[4:8+n]) {
			t.Errorf("%s: the checksum is wrong", kind)
		}
		if len(order) == 0 || order[len(order)-1] != kind {
			order = append(order, kind)
		}
		switch kind {
		case "iTXt":
			parts := bytes.SplitN(data, []byte{0}, 2)
			if rest := parts[1]; string(rest[:2]) != "\x00\x00" || !bytes.HasPrefix(rest[2:], []byte("en-GB\x00\x00")) {
				t.Errorf("%q", rest)
			} else {
				found[string(parts[0])] = string(rest[len("\x00\x00en-GB\x00\x00"):])
			}
		case "pHYs":
			if perMetre := binary.BigEndian.Uint32(data); perMetre != 7559 || data[8] != 1 { // 192 to the inch
				t.Errorf("%d pixels a metre", perMetre)
			}
		}
		rest = rest[12+n:]
	}
	if got := strings.Join(order, " "); got != "IHDR pHYs iTXt PLTE IDAT IEND" {
		t.Errorf("chunks %s", got)
	}
	if found["Title"] != c.Title+" (invented data)" || found["Description"] != inventedWords+" "+c.Alt || found["Disclaimer"] != inventedWords {
		t.Errorf("%q", found)
	}
	if pixels, _ := drawn(t, c, Options{}); bytes.Contains(pixels, []byte("nvented")) {
		t.Error("real data are called invented")
	}
}

// The same chart gives the same bytes, on many goroutines too.
func TestSameBytes(t *testing.T) {
	pixels, document := drawn(t, sample(), Options{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				var p, s bytes.Buffer
				if err := errors.Join(PNG(&p, sample(), Options{}), SVG(&s, sample(), Options{})); err != nil {
					t.Error(err)
				}
				if !bytes.Equal(p.Bytes(), pixels) || !bytes.Equal(s.Bytes(), document) {
					t.Error("the bytes differ")
				}
			}
		})
	}
	wg.Wait()
}

func TestSizes(t *testing.T) {
	for _, o := range []Options{{Width: 10, Height: 400}, {Width: 900}, {Width: -900, Height: -400}, {Width: math.NaN(), Height: 400}, {Width: math.Inf(1), Height: 400}, {Scale: 100}, {Scale: -1}, {Width: 4000, Height: 4000, Scale: 4}} {
		var b bytes.Buffer
		var e *metrics.Error
		if err := PNG(&b, sample(), o); !errors.As(err, &e) || e.Kind != metrics.Invalid || b.Len() > 0 {
			t.Errorf("%+v: %v, %d bytes", o, err, b.Len())
		}
		if err := SVG(&b, sample(), o); err == nil || b.Len() > 0 {
			t.Errorf("%+v: %v, %d bytes", o, err, b.Len())
		}
	}
	if err := PNG(broken{}, sample(), Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Colours, dashes and widths are those of the stylesheet, in which the pages'
// drawings are.
func TestLooksAreTheStylesheets(t *testing.T) {
	css, err := os.ReadFile("../../assets/outcomes.css")
	if err != nil {
		t.Fatal(err)
	}
	token := func(name string) string {
		m := regexp.MustCompile(`--` + name + `:(#[0-9a-f]{6})`).FindSubmatch(css) // the first is light
		if m == nil {
			t.Fatalf("the stylesheet has no %s", name)
		}
		return strings.ToUpper(string(m[1]))
	}
	for name, colour := range map[string]string{"ink": ink, "soft": soft, "axis": axisColour, "line": gridColour, "event": eventLine, "gap": gapColour, "band": bandColour, "banner": banner, "banner-ink": bannerInk} {
		if name == "banner" {
			if !bytes.Contains(css, []byte("--banner:#fff1c2")) {
				t.Error("the banner has another colour")
			}
			continue
		}
		if got := token(name); got != colour {
			t.Errorf("%s is %s, the stylesheet's %s", name, colour, got)
		}
	}
	for _, role := range []chart.Role{chart.Subject, chart.Beside, chart.Similar, chart.England, chart.Target} {
		look := chart.Line{Role: role}.Look()
		if got := token(string(role)); got != look.Colour {
			t.Errorf("%s is %s, the stylesheet's %s", role, look.Colour, got)
		}
		m := regexp.MustCompile(`svg \.` + string(role) + `\{([^}]*)\}`).FindSubmatch(css)
		if m == nil {
			t.Fatalf("the stylesheet does not say how %s is drawn", role)
		}
		want := fmt.Sprintf("stroke-width:%g", look.Width)
		if rule := string(m[1]); !strings.Contains(rule, want) {
			t.Errorf("%s: %s, want %s", role, rule, want)
		}
		var dash []string
		for _, d := range look.Dash {
			dash = append(dash, fmt.Sprint(d))
		}
		if rule := string(m[1]); len(dash) > 0 && !strings.Contains(rule, "stroke-dasharray:"+strings.Join(dash, " ")) || len(dash) == 0 && strings.Contains(rule, "dasharray") {
			t.Errorf("%s: %s, want dashes %v", role, rule, dash)
		}
	}
}

func TestWrapAndCut(t *testing.T) {
	var r ruler
	l := letters{size: 16}
	for _, words := range []string{"", "a", "two words", strings.Repeat("long ", 40), strings.Repeat("x", 200), "Łódź żółć 東京"} {
		for _, lines := range []int{1, 2, 5} {
			out := r.wrap(words, 120, lines, l)
			if len(out) > lines {
				t.Errorf("%d lines of %q", len(out), words)
			}
			for _, line := range out {
				if r.width(line, l) > 120 {
					t.Errorf("%q is too wide", line)
				}
			}
		}
		if cut := r.cut(words, 60, l); r.width(cut, l) > 60 {
			t.Errorf("%q is too wide", cut)
		}
	}
	if got := r.wrap("W", 1, 2, l); !slices.Equal(got, []string{"W"}) {
		t.Errorf("a letter wider than the room: %q", got)
	}
}

func benchmark(b *testing.B, make func(io.Writer, metrics.ReportChart, Options) error, o Options) {
	c := sample()
	b.ReportAllocs()
	for b.Loop() {
		if err := make(io.Discard, c, o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPNG(b *testing.B)        { benchmark(b, PNG, Options{}) }
func BenchmarkPNGDouble(b *testing.B)  { benchmark(b, PNG, Options{Scale: 2}) }
func BenchmarkPNGPreview(b *testing.B) { benchmark(b, PNG, Options{Title: true}) }
func BenchmarkSVG(b *testing.B)        { benchmark(b, SVG, Options{}) }
