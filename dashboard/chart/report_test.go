package chart

import (
	"maps"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"outcomes/metrics"
)

// A trend becomes a report's chart and a trend again, and nothing that a
// report's chart can hold is lost.
func TestReportAndBack(t *testing.T) {
	n := math.NaN()
	in := Input{Title: "Rate per 1,000", Description: "Line chart: …", Decimals: 1, Percent: true, Periods: quarters(8),
		Lines: []Line{
			{Role: Subject, Name: "Coventry", Values: values(5, n, n, 6, 7, n, 5, 6), Lower: values(4, n, n, 5, 6, n, 4, 5), Upper: values(6, n, n, 7, 8, n, 6, 7), Band: true,
				Breaks: map[int]bool{4: true}, Hollow: map[int]bool{6: true, 7: true}, Hidden: map[int]bool{5: true}},
			{Role: Similar, Name: "Similar areas", Values: values(6, 6, n, 6, 6, 6, 6, 6), Breaks: map[int]bool{}, Hollow: map[int]bool{}, Hidden: map[int]bool{}},
			{Role: Target, Name: "Way to target", Values: values(n, 6, 5.8, 5.6, 5.4, 5.2, 5, 4.8), Breaks: map[int]bool{}, Hollow: map[int]bool{}, Hidden: map[int]bool{}},
		},
		Gaps:    []Gap{{1, 2, "No figure"}, {5, 5, "Not shown"}},
		Markers: []Marker{{At: 2018*12 + 5, Label: "City summit", When: "June 2018"}, {At: 2018*12 + 9, Label: "Break", When: "October 2018", Break: true}},
		Limits:  []Limits{{0, 7, 6, 3, 9}}, Marks: []Mark{{At: 0, Class: "worse"}},
	}
	c := in.Report()
	s := c.Series[0]
	if s.Role != "subject" || s.Shorthand[1] != "[x]" || s.Shorthand[5] != "[c]" || s.Shorthand[7] != "[p]" || s.Shorthand[0] != "" || !s.BreakBefore[4] || len(s.BreakBefore) != 1 {
		t.Errorf("%+v", s)
	}
	if c.Series[1].Lower != nil || c.Axis != in.Title || c.Alt != in.Description || c.Periods[0].At != metrics.Month(in.Periods[0].At) || c.Periods[0].Label != "quarter 0" {
		t.Errorf("%+v", c)
	}
	out := Of(c)
	want := in.Fit()
	want.Limits, want.Marks = nil, nil // for which a report's chart has no room
	for i := range want.Periods {
		want.Periods[i].Article = ""
	}
	for _, list := range [][]Line{out.Lines, want.Lines} { // what is not said of a period is false
		for i := range list {
			maps.DeleteFunc(list[i].Hollow, func(_ int, yes bool) bool { return !yes })
			maps.DeleteFunc(list[i].Hidden, func(_ int, yes bool) bool { return !yes })
		}
	}
	if !reflect.DeepEqual(out, want) {
		t.Errorf("got  %+v\nwant %+v", out, want)
	}
	if one, two := SVG(out, Wide), SVG(want, Wide); one != two {
		t.Error("the two are drawn differently")
	}
	if again := out.Report(); !reflect.DeepEqual(again, c) {
		t.Errorf("got  %+v\nwant %+v", again, c)
	}
}

// What lasted has a marker where it began and one where it ended, while that lies
// on the axis.
func TestUntil(t *testing.T) {
	in := Input{Periods: quarters(4), Markers: []Marker{{At: 2018*12 + 3, Until: 2018*12 + 8, Label: "National lockdowns", Break: true}, {At: 2018*12 + 5, Label: "City summit"}, {At: 2018*12 + 7, Until: 2020 * 12, Label: "On and on"}}}
	c := in.Report()
	var labels []string
	for _, m := range c.Markers {
		labels = append(labels, m.Label)
	}
	if got := strings.Join(labels, ", "); got != "National lockdowns, City summit, On and on, National lockdowns: end" || !c.Markers[3].Break {
		t.Errorf("%s", got)
	}
	if long := ended(strings.Repeat("é", 60)); utf8.RuneCountInString(long) != 50 || !strings.HasSuffix(long, "…: end") {
		t.Errorf("%q", long)
	}
}

// A value beside a shorthand for no number is none, and lists that are too short
// leave the rest missing.
func TestOfWhatDoesNotAgree(t *testing.T) {
	c := metrics.ReportChart{Periods: []metrics.ReportPeriod{{At: 1}, {At: 2}, {At: 3}}, Series: []metrics.ReportSeries{
		{Role: "subject", Values: values(1, 2, 3), Lower: values(0), Upper: values(9, 9, 9), Shorthand: []string{"[c]", "[x]"}},
		{Role: "somebody", Values: values(1)},
	}}
	in := Of(c)
	l := in.Lines[0]
	if l.Values[0] != nil || l.Values[1] != nil || *l.Values[2] != 3 || l.Lower[0] != nil || l.Upper[0] != nil || len(in.Gaps) != 2 || in.Lines[1].Values[2] != nil {
		t.Errorf("%+v", in)
	}
	if in.Lines[1].Look().Colour != looks[Beside].Colour {
		t.Errorf("%+v", in.Lines[1].Look())
	}
}
