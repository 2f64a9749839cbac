package stats

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func mustXmR(t *testing.T, values []float64, options XmROptions) XmRResult {
	t.Helper()
	r, err := XmR(values, options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rules gives the rule of every point, with c for common cause.
func rules(r XmRResult) string {
	letters := map[SpecialCause]string{CommonCause: ".", OutsideLimits: "a", Shift: "b", TrendRule: "c", TwoOfThree: "d"}
	s := ""
	for _, p := range r.Points {
		s += letters[p.Cause]
	}
	return s
}

// steady goes up and down around 10 by 1, which gives limits of 10 ∓ 2.66·2.
func steady(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = 9 + 2*float64(i%2)
	}
	return values
}

func TestXmRScreening(t *testing.T) {
	series := []float64{1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1}
	for _, c := range []struct {
		noScreening  bool
		lower, upper float64
	}{{false, -0.72, 4.60}, {true, -3.06, 6.95}} {
		s := mustXmR(t, series, XmROptions{NoScreening: c.noScreening}).Segments[0]
		if math.Abs(s.Lower-c.lower) > 0.005 || math.Abs(s.Upper-c.upper) > 0.005 {
			t.Errorf("NoScreening %v: %v to %v", c.noScreening, s.Lower, s.Upper)
		}
	}
}

func TestXmROddSeries(t *testing.T) {
	nan := math.NaN()
	constant := []float64{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}
	if s := mustXmR(t, constant, XmROptions{}).Segments[0]; s.HasLimits() || s.Mean != 4 {
		t.Errorf("equal values, screened: %+v", s)
	}
	if s := mustXmR(t, constant, XmROptions{NoScreening: true}).Segments[0]; s.Lower != 4 || s.Upper != 4 {
		t.Errorf("equal values, not screened: %+v", s)
	}
	r := mustXmR(t, []float64{7}, XmROptions{})
	if s := r.Segments[0]; s.HasLimits() || s.Mean != 7 || !s.Trial || s.N != 1 || r.Variation != CommonVariation {
		t.Errorf("one value: %+v", r)
	}
	if _, err := XmR(nil, XmROptions{}); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("no values: %v", err)
	}
	if _, err := XmR([]float64{nan, nan}, XmROptions{}); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("all missing: %v", err)
	}
	for _, options := range []XmROptions{
		{Segments: []int{0}}, {Segments: []int{5, 5}}, {Segments: []int{14}}, {Segments: []int{-1}},
		{Baseline: 1}, {Baseline: -2}, {TrendPoints: 2}, {TrendPoints: -1}, {Improvement: 7}, {Target: &nan},
	} {
		if _, err := XmR(constant, options); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", options, err)
		}
	}
	if _, err := XmR([]float64{1, math.Inf(1)}, XmROptions{}); !errors.Is(err, ErrInvalid) {
		t.Errorf("infinite: %v", err)
	}
	// A count of 0 is a point, at 0.
	r = mustXmR(t, []float64{3, 0, 4, 2, 5}, XmROptions{})
	if r.Points[1].Value != 0 || r.Segments[0].N != 5 {
		t.Errorf("a zero: %+v", r)
	}
}

func TestXmRRules(t *testing.T) {
	nan := math.NaN()
	target := 20.0
	for _, c := range []struct {
		name    string
		tail    []float64 // after a steady baseline of 20 values
		options XmROptions
		want    string
	}{
		{"a point beyond the limit", []float64{10, 16}, XmROptions{}, ".a"},
		{"a point on the limit", []float64{10 + 2*2.66}, XmROptions{}, "."},
		{"seven above the mean", []float64{10.1, 11, 10.1, 11, 10.1, 11, 10.1}, XmROptions{}, "bbbbbbb"},
		{"six above the mean", []float64{9, 11, 10.1, 11, 10.1, 11, 10.1, 9}, XmROptions{}, "........"},
		{"a point on the mean breaks a shift", []float64{11, 10.1, 11, 10, 10.1, 11, 10.1}, XmROptions{}, "......."},
		{"a missing month breaks a shift", []float64{10.1, 11, 10.1, nan, 10.1, 11, 10.1, 11}, XmROptions{}, "........"},
		{"seven rising", []float64{7, 8, 9, 10, 11, 12, 13}, XmROptions{}, "ccccccc"},
		{"six rising", []float64{9, 8, 9, 10, 11, 12, 13, 9}, XmROptions{}, "........"},
		{"six rising, by the spreadsheet's option", []float64{9, 8, 9, 10, 11, 12, 13, 9}, XmROptions{TrendPoints: 6}, ".cccccc."},
		{"a tie breaks a trend", []float64{7, 8, 9, 9, 10, 11, 12, 13}, XmROptions{}, "........"},
		{"a missing month breaks a trend", []float64{7, 8, 9, nan, 11, 12, 13, 14}, XmROptions{}, "........"},
		{"two of three beyond two sigma", []float64{14, 10.5, 14}, XmROptions{}, "d.d"},
		{"the third on the other side", []float64{14, 9, 14}, XmROptions{}, "..."},
		{"a point outside does not count", []float64{16, 10.5, 14}, XmROptions{}, "a.."},
		{"but it may be the third", []float64{14, 16, 14}, XmROptions{}, "dad"},
		{"outside comes before trend", []float64{10, 11, 12, 13, 14, 15, 16}, XmROptions{}, "cccccca"},
		{"trend comes before shift", []float64{10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7}, XmROptions{}, "ccccccc"},
		{"two of three comes before shift", []float64{10.5, 11, 14, 10.5, 14, 11, 10.5}, XmROptions{}, "bbdbdbb"},
		{"a target changes no rule", []float64{10, 16}, XmROptions{Target: &target, Improvement: Decrease}, ".a"},
	} {
		c.options.Baseline = 20
		r := mustXmR(t, append(steady(20), c.tail...), c.options)
		if got := rules(r)[20:]; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	// A peak belongs to the trend on its right.
	peak := append(steady(20), 7, 8, 9, 10, 11, 12, 13, 12, 11, 10, 9, 8, 7)
	r := mustXmR(t, peak, XmROptions{Baseline: 20})
	if r.Points[26].High || r.Points[26].Rule() != "7 Point Trend (Decreasing)" || !r.Points[25].High {
		t.Errorf("peak: %+v", r.Points[26])
	}
}

func TestXmRSegmentsAndGaps(t *testing.T) {
	nan := math.NaN()
	// A gap takes both its moving ranges out: 1, 1 and not 9.
	s := mustXmR(t, []float64{1, 2, nan, 10, 11}, XmROptions{NoScreening: true}).Segments[0]
	if s.N != 4 || s.Mean != 6 || s.MeanRange != 1 || !s.Trial {
		t.Errorf("gap: %+v", s)
	}
	// The runs of one process do not reach into the next, nor do its ranges.
	values := append(steady(13), 104, 106, 104, 106, 104, 106, 104, 106, 104, 106, 104, 106, 104)
	r := mustXmR(t, values, XmROptions{Segments: []int{13}})
	if len(r.Segments) != 2 || r.Segments[1].Start != 13 || r.Segments[1].MeanRange != 2 || r.Trial {
		t.Errorf("segments: %+v", r.Segments)
	}
	if got := rules(r); got != strings.Repeat(".", 26) {
		t.Errorf("rules %s", got)
	}
	if r.Points[12].Segment != 0 || r.Points[13].Segment != 1 {
		t.Error("points in the wrong segment")
	}
	// Twelve points are a trial, thirteen are not; a missing one does not count.
	for n, trial := range map[int]bool{12: true, 13: false} {
		if r := mustXmR(t, steady(n), XmROptions{}); r.Trial != trial {
			t.Errorf("%d points: trial %v", n, r.Trial)
		}
	}
	if r := mustXmR(t, append(steady(12), nan), XmROptions{}); !r.Trial {
		t.Error("a missing point was counted")
	}
	// The latest point that is there gives the icon.
	r = mustXmR(t, append(steady(20), 30, nan), XmROptions{Baseline: 20, Improvement: Decrease})
	if r.Variation != Concern {
		t.Errorf("latest: %v", r.Variation)
	}
}

func TestXmRProperties(t *testing.T) {
	values := []float64{23, 15, 18, 13, 17, 24, 17, 26, 17, 23, 27, 12, 23, 22, 21, 20, 22, 14, 16, 10, 25, 19, 4, 6, 5, 7, 6, 5, 4}
	up := mustXmR(t, values, XmROptions{Improvement: Increase})
	turned := make([]float64, len(values))
	scaled := make([]float64, len(values))
	for i, v := range values {
		turned[i], scaled[i] = -v, 3*v+40
	}
	down := mustXmR(t, turned, XmROptions{Improvement: Decrease})
	same := mustXmR(t, scaled, XmROptions{Improvement: Increase})
	for i := range values {
		if up.Points[i].Variation != down.Points[i].Variation || up.Points[i].Cause != same.Points[i].Cause {
			t.Errorf("point %d: %v, turned %v, scaled %v", i, up.Points[i], down.Points[i], same.Points[i])
		}
	}
	a, b := up.Segments[0], same.Segments[0]
	if !near(b.Lower, 3*a.Lower+40, 1e-12) || !near(b.Upper, 3*a.Upper+40, 1e-12) {
		t.Errorf("limits %+v do not scale to %+v", a, b)
	}
	wide := mustXmR(t, values, XmROptions{NoScreening: true}).Segments[0]
	if wide.Upper < a.Upper || wide.Lower > a.Lower {
		t.Error("screening widened the limits")
	}
}

func TestAssurance(t *testing.T) {
	for _, c := range []struct {
		target    float64
		direction Direction
		want      Assurance
	}{
		{4, Increase, ConsistentFail}, {0, Increase, ConsistentPass}, {2, Increase, HitAndMiss},
		{4, Decrease, ConsistentPass}, {0, Decrease, ConsistentFail}, {2, Decrease, HitAndMiss},
		{1, Increase, HitAndMiss}, {3, Decrease, HitAndMiss}, {4, Neutral, NoAssurance}, {math.NaN(), Increase, NoAssurance},
	} {
		if got := AssuranceOf(1, 3, c.target, c.direction); got != c.want {
			t.Errorf("target %v, direction %v: %q, want %q", c.target, c.direction, got, c.want)
		}
	}
	target := 50.0
	if r := mustXmR(t, steady(13), XmROptions{Target: &target, Improvement: Decrease}); r.Assurance != ConsistentPass {
		t.Errorf("assurance %q", r.Assurance)
	}
	if r := mustXmR(t, []float64{5, 5, 5}, XmROptions{Target: &target, Improvement: Decrease}); r.Assurance != NoAssurance {
		t.Errorf("assurance without limits: %q", r.Assurance)
	}
}

// five gives five years of rates with limits a tenth either side.
func five(values ...float64) []TrendPoint {
	points := make([]TrendPoint, len(values))
	for i, v := range values {
		points[i] = TrendPoint{Year: float64(2020 + i), Value: v, Lower: v - 0.1, Upper: v + 0.1}
	}
	return points
}

func proportions(counts ...float64) []TrendPoint {
	points := make([]TrendPoint, len(counts))
	for i, c := range counts {
		points[i] = TrendPoint{Year: float64(2020 + i), Count: c, Denominator: 1000}
	}
	return points
}

func TestTrendMarker(t *testing.T) {
	nan := math.NaN()
	with := func(points []TrendPoint, change func([]TrendPoint)) []TrendPoint {
		change(points)
		return points
	}
	share := TrendOptions{Proportion: true}
	for _, c := range []struct {
		name    string
		points  []TrendPoint
		options TrendOptions
		want    TrendMarker
	}{
		{"rising", five(1, 2, 3, 4, 5), TrendOptions{}, TrendIncreasing},
		{"rising, low is good", five(1, 2, 3, 4, 5), TrendOptions{Polarity: LowIsGood}, TrendIncreasingWorse},
		{"rising, high is good", five(1, 2, 3, 4, 5), TrendOptions{Polarity: HighIsGood}, TrendIncreasingBetter},
		{"falling, low is good", five(5, 4, 3, 2, 1), TrendOptions{Polarity: LowIsGood}, TrendDecreasingBetter},
		{"falling, high is good", five(5, 4, 3, 2, 1), TrendOptions{Polarity: HighIsGood}, TrendDecreasingWorse},
		{"level", five(3, 3, 3, 3, 3), TrendOptions{}, TrendNoChange},
		{"one point makes it", five(3, 3, 3, 3, 5), TrendOptions{}, TrendNoChange},
		{"four points", five(1, 2, 3, 4), TrendOptions{}, TrendCannotBeCalculated},
		{"no points", nil, TrendOptions{}, TrendCannotBeCalculated},
		{"pooled years", five(1, 2, 3, 4, 5), TrendOptions{YearsPooled: 3}, TrendCannotBeCalculated},
		{"suppressed in the last five", with(five(1, 2, 3, 4, 5), func(p []TrendPoint) { p[2].Value = nan }), TrendOptions{}, TrendCannotBeCalculated},
		{"no interval", with(five(1, 2, 3, 4, 5), func(p []TrendPoint) { p[4].Upper = nan }), TrendOptions{}, TrendCannotBeCalculated},
		{"missing before the last five", with(five(9, 1, 2, 3, 4, 5), func(p []TrendPoint) { p[0].Value = nan }), TrendOptions{}, TrendIncreasing},
		{"only the last five count", five(90, 1, 2, 3, 4, 5), TrendOptions{}, TrendIncreasing},
		{"two points for a year", with(five(1, 2, 3, 4, 5), func(p []TrendPoint) { p[3].Year = p[2].Year }), TrendOptions{}, TrendCannotBeCalculated},
		{"two points for the fifth year", with(five(0, 1, 2, 3, 4, 5), func(p []TrendPoint) { p[0].Year = p[1].Year }), TrendOptions{}, TrendCannotBeCalculated},
		{"two points for an older year", with(five(0, 0, 1, 2, 3, 4, 5), func(p []TrendPoint) { p[0].Year = p[1].Year }), TrendOptions{}, TrendIncreasing},
		{"a break among the last five", with(five(1, 2, 3, 4, 5), func(p []TrendPoint) { p[3].Break = true }), TrendOptions{}, TrendCannotBeCalculated},
		{"a break before them", with(five(1, 2, 3, 4, 5), func(p []TrendPoint) { p[0].Break = true }), TrendOptions{}, TrendIncreasing},
		{"any order", with(five(1, 2, 3, 4, 5), func(p []TrendPoint) { p[0], p[4] = p[4], p[0] }), TrendOptions{}, TrendIncreasing},
		{"a rate with a zero year and an exact interval", with(five(0, 5, 9, 14, 20), func(p []TrendPoint) { p[0].Lower, p[0].Upper = 0, 0.369 }), TrendOptions{}, TrendIncreasing},
		{"no width", with(five(1, 2, 3, 4, 5), func(p []TrendPoint) { p[0].Lower, p[0].Upper = 1, 1 }), TrendOptions{}, TrendCannotBeCalculated},
		{"proportions", proportions(100, 150, 200, 250, 300), share, TrendIncreasing},
		{"a proportion of 0", proportions(0, 150, 200, 250, 300), share, TrendCannotBeCalculated},
		{"a proportion of all", proportions(1000, 150, 200, 250, 300), share, TrendCannotBeCalculated},
		{"a proportion of none of none", with(proportions(1, 2, 3, 4, 5), func(p []TrendPoint) { p[1] = TrendPoint{Year: 2021} }), share, TrendCannotBeCalculated},
		{"a suppressed count", proportions(nan, 150, 200, 250, 300), share, TrendCannotBeCalculated},
	} {
		r, err := Trend(c.points, c.options)
		if err != nil || r.Marker != c.want || r.Reason == "" {
			t.Errorf("%s: %+v, %v, want %s", c.name, r, err, c.want)
		}
	}
	for name, points := range map[string][]TrendPoint{
		"negative count":          proportions(-1, 1, 2, 3, 4),
		"more than there are":     proportions(1001, 1, 2, 3, 4),
		"infinite value":          five(math.Inf(1), 1, 2, 3, 4),
		"limits wrong way around": {{Year: 1, Value: 1, Lower: 2, Upper: 1}},
		"no year":                 {{Year: nan}},
	} {
		_, asShare := Trend(points, share)
		_, asRate := Trend(points, TrendOptions{})
		if !errors.Is(asShare, ErrInvalid) && !errors.Is(asRate, ErrInvalid) {
			t.Errorf("%s: %v, %v", name, asShare, asRate)
		}
	}
}

// The years of a calendar give the same χ² as 1 to 5, to the last digits.
func TestTrendIsInvariantToYears(t *testing.T) {
	for _, options := range []TrendOptions{{}, {Proportion: true}} {
		points := five(1, 1.2, 1.5, 1.4, 1.9)
		if options.Proportion {
			points = proportions(100, 120, 150, 140, 190)
		}
		calendar, _ := Trend(points, options)
		for i := range points {
			points[i].Year -= 2019
		}
		numbered, err := Trend(points, options)
		if err != nil || !near(calendar.ChiSquared, numbered.ChiSquared, 1e-9) || !near(calendar.Slope, numbered.Slope, 1e-9) {
			t.Errorf("%+v against %+v, %v", calendar, numbered, err)
		}
	}
}
