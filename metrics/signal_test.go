package metrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// quarters is a series of quarterly figures of these values from 2015 on; a
// value below 0 is missing.
func quarters(values ...float64) []Figure {
	var out []Figure
	for i, v := range values {
		f := Figure{Indicator: "x", Area: Area{Code: "A"}, Period: QuarterOf(NewMonth(2015, time.January) + Month(3*i)), Status: Missing}
		if v >= 0 {
			low, up, n, d := v*0.9, v*1.1, v*100, 100_000.0
			f.Status, f.Value, f.Lower, f.Upper, f.Numerator, f.Denominator = Available, &v, &low, &up, &n, &d
		}
		out = append(out, f)
	}
	return out
}

func signalOf(ind Indicator, series []Figure) Signal {
	c := &computation{}
	ind.Periods = []PeriodKind{series[0].Period.Kind}
	return c.signals(ind, Area{Code: "A"}, series)[0]
}

func usual(n int) []float64 {
	var out []float64
	for i := range n {
		out = append(out, 10+[]float64{0, 0.6, -0.4, 0.3, -0.5}[i%5])
	}
	return out
}

func TestProcess(t *testing.T) {
	low := Indicator{Polarity: LowGood}
	for _, tt := range []struct {
		name      string
		values    []float64
		ind       Indicator
		variation string
		words     string
	}{
		{"usual variation", usual(16), low, "common cause", "within the process limits"},
		{"a point far below", append(usual(16), 5), low, "improvement", "below the process limit"},
		{"a point far above", append(usual(16), 15), low, "concern", "a concern"},
		{"above, without judgement", append(usual(16), 15), Indicator{Polarity: NoJudgment}, "neutral high", "above the process limit"},
		{"seven on one side", append(usual(13), 10.5, 10.6, 10.5, 10.6, 10.5, 10.6, 10.5), low, "concern", "seven or more quarters above the mean"},
		{"too few", usual(8), low, "", "trial limits"},
		{"all the same", slices.Repeat([]float64{3}, 16), low, "", "no process limits"},
		{"one point", []float64{3}, low, "", "no process limits"},
		{"none", []float64{-1, -1}, low, "", "no figure yet"},
		{"a gap is not joined", append(append(usual(13), 10.5, 10.6, 10.5, -1), 10.6, 10.5, 10.6, 10.5), low, "common cause", "within the process limits"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := signalOf(tt.ind, quarters(tt.values...))
			if s.Variation != tt.variation || len(s.Words) == 0 || !strings.Contains(strings.Join(s.Words, " "), tt.words) {
				t.Errorf("%q: %q", s.Variation, s.Words)
			}
		})
	}
}

func TestProcessSteps(t *testing.T) {
	ind := Indicator{Polarity: LowGood, Steps: []Step{{From: "2019-01", Reason: "a new unit began"}}}
	values := usual(16)
	for _, v := range usual(14) {
		values = append(values, v-5)
	}
	s := signalOf(ind, quarters(values...))
	if len(s.Segments) != 2 || s.Segments[1].From != "2019-Q1" || s.Segments[1].Reason != "a new unit began" || *s.Segments[1].Mean > 6 || *s.Segments[0].Mean < 9 {
		t.Fatalf("%+v", s.Segments)
	}
	if len(s.Marked) != 0 {
		t.Errorf("after a step that is known nothing is special: %+v", s.Marked)
	}
}

func TestTrendMarker(t *testing.T) {
	years := func(values ...float64) []Figure {
		out := quarters(values...)
		for i := range out {
			out[i].Period = YearEndingIn(NewMonth(2012+i, time.March))
		}
		return out
	}
	for _, tt := range []struct {
		values []float64
		want   string
	}{
		{[]float64{10, 12, 14, 16, 18}, "Increasing and getting worse"},
		{[]float64{18, 16, 14, 12, 10}, "Decreasing and getting better"},
		{[]float64{10, 10.1, 9.9, 10, 10.1}, "No significant change"},
		{[]float64{10, 12, 14, 16}, "Cannot be calculated"},
		{[]float64{10, 12, -1, 16, 18}, "Cannot be calculated"},
		{nil, ""},
	} {
		if len(tt.values) == 0 {
			continue
		}
		series := years(tt.values...)
		for i := range series {
			if series[i].Value != nil { // narrow enough to tell a trend from chance
				lo, up := *series[i].Value*0.98, *series[i].Value*1.02
				series[i].Lower, series[i].Upper = &lo, &up
			}
		}
		s := signalOf(Indicator{Polarity: LowGood, Kind: CrudeRate}, series)
		if s.Trend != tt.want || len(s.Words) != 1 {
			t.Errorf("%v: %q, %q", tt.values, s.Trend, s.Words)
		}
	}
}

// Years that overlap are no annual series: only every fourth year ending a quarter counts.
func TestTrendTakesYearsThatDoNotOverlap(t *testing.T) {
	var series []Figure
	for i, f := range quarters(slices.Repeat([]float64{10, 11, 12, 13}, 4)...) {
		f.Period = YearEndingIn(NewMonth(2014, time.March) + Month(3*i))
		series = append(series, f)
	}
	s := signalOf(Indicator{Polarity: LowGood, Kind: CrudeRate}, series)
	if s.Trend != "Cannot be calculated" { // four years, though sixteen points
		t.Errorf("%s: %s", s.Trend, fmt.Sprint(s.Words))
	}
}
