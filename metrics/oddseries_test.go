package metrics

import (
	"math"
	"strings"
	"testing"
)

// The table of outcomes for missing, short and odd series, a row a situation
// and a test a cell. A cell without a test is one that the table leaves open.
func TestOddSeries(t *testing.T) {
	type test func(t *testing.T)
	for _, row := range []struct {
		situation                        string
		rate, benchmark, trend, process_ test
	}{
		{"count 0, n above 0", zeroRate, zeroBenchmark, zeroTrend, zeroProcess},
		{"count missing or suppressed", missingCount, missingBenchmark, missingTrend, missingProcess},
		{"n missing or 0", noResidents, noResidentsBenchmark, noResidentsTrend, noResidentsProcess},
		{"negative, or more than the whole", impossible, nil, nil, nil},
		{"fewer than 5 annual points", shortShown, shortCompared, shortTrend, nil},
		{"fewer than 13 monthly points", fewMonths, fewMonthsCompared, nil, fewMonthsProcess},
		{"boundary change or recording break", breakMarked, breakCompared, breakTrend, breakProcess},
		{"provisional latest period", provisionalMarked, provisionalCompared, provisionalTrend, provisionalProcess},
	} {
		t.Run(row.situation, func(t *testing.T) {
			for cell, run := range map[string]test{"rate or proportion": row.rate, "benchmark": row.benchmark, "trend marker": row.trend, "process": row.process_} {
				if run != nil {
					t.Run(cell, run)
				}
			}
		})
	}
}

// odd is the small city with what is odd about it, compared with its force area.
func odd(change func(s *Strategy, f *Facts)) Result {
	s, f := smallStrategy(), smallFacts()
	change(s, f)
	return Compute(s, f)
}

// none are no offences and no resolutions in Aton in the first quarter of 2019.
func none(_ *Strategy, f *Facts) {
	for m := NewMonth(2019, 1); m <= NewMonth(2019, 3); m++ {
		f.Crimes["E08000001"]["Violence and sexual offences"][m] = 0
		f.Outcomes["E08000001"]["Violence and sexual offences"]["Local resolution"][m] = 0
	}
}

func is(t *testing.T, what string, got, want *float64) {
	t.Helper()
	if (got == nil) != (want == nil) || got != nil && math.Abs(*got-*want) > 5e-4 {
		t.Errorf("%s is %v, want %v", what, deref(got), deref(want))
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func ptr(v float64) *float64 { return &v }

// absent says that a figure shows nothing but why.
func absent(t *testing.T, fig Figure, mark string) {
	t.Helper()
	if fig.Status == Available || fig.Value != nil || fig.Lower != nil || fig.Upper != nil || fig.Reason == "" || fig.Shorthand() != mark || len(fig.Comparisons) > 0 {
		t.Errorf("%+v", fig)
	}
}

// refusedWith says that a figure is not compared, with the reason, and stands.
func refusedWith(t *testing.T, fig Figure, kind ComparisonKind, reason string) {
	t.Helper()
	c, ok := fig.Comparison(kind)
	if fig.Status != Available || !ok || c.Direction != NotCompared || c.Verdict != NoCompared || c.Value != nil || !strings.Contains(c.Reason, reason) {
		t.Errorf("%s: %+v", fig.Status, c)
	}
}

func signalIn(t *testing.T, r Result, indicator, area string, kind PeriodKind) Signal {
	t.Helper()
	for _, s := range r.Signals {
		if s.Indicator == indicator && s.Area == area && s.Kind == kind {
			return s
		}
	}
	t.Fatalf("there is no signal of %s %s %s", indicator, area, kind)
	return Signal{}
}

// annual is a series of years ending in March, made from counts among 1,000
// each; a count below 0 is missing.
func annual(ind Indicator, counts ...float64) []Figure {
	var out []Figure
	for i, n := range counts {
		f := Figure{Area: Area{Code: "A"}, Period: YearEndingIn(NewMonth(2012+i, 3)), Status: Missing, Reason: "no file"}
		if n >= 0 {
			f.Numerator, f.Denominator = ptr(n), ptr(1000)
			measure(ind, &f)
		}
		out = append(out, f)
	}
	return out
}

var (
	oddRate  = Indicator{Kind: CrudeRate, Per: 1000, Polarity: LowGood}
	oddShare = Indicator{Kind: Proportion, Per: 100, Polarity: LowGood}
)

func marker(t *testing.T, ind Indicator, series []Figure, want string) {
	t.Helper()
	if s := signalOf(ind, series); s.Trend != want || len(s.Words) == 0 {
		t.Errorf("%s: %q, want %s", s.Trend, s.Words, want)
	}
}

const cannotTell = "Cannot be calculated"

// 3.6889 is the exact upper limit of no event.
func zeroRate(t *testing.T) {
	r := odd(none)
	fig := pick(t, r.Figures, "violence-rate", "E08000001", "2019-Q1")
	is(t, "value", fig.Value, ptr(0))
	is(t, "lower", fig.Lower, ptr(0))
	is(t, "upper", fig.Upper, ptr(3.6889/101)) // per 1,000 of the 101,000 residents of mid-2018
	if fig.Denominator == nil || fig.Method != "Exact" || fig.Shorthand() != "" {
		t.Errorf("%+v", fig)
	}
	share := pick(t, r.Figures, "outcome-share", "E08000001", "2019-Q1")
	n := 3 * 65.0 // known outcomes, none of them a resolution
	is(t, "share", share.Value, ptr(0))
	is(t, "lower", share.Lower, ptr(0))
	is(t, "upper", share.Upper, ptr(100*3.841459/(n+3.841459)))
}

func zeroBenchmark(t *testing.T) {
	c, _ := pick(t, odd(none).Figures, "violence-rate", "E08000001", "2019-Q1").Comparison(WithForce)
	if c.Direction != Lower || c.Verdict != Better || c.Value == nil {
		t.Errorf("%+v", c)
	}
}

func zeroTrend(t *testing.T) {
	marker(t, oddRate, annual(oddRate, 40, 30, 20, 9, 0), "Decreasing and getting better")
	marker(t, oddShare, annual(oddShare, 40, 30, 20, 9, 0), cannotTell)
}

func zeroProcess(t *testing.T) {
	s := signalOf(oddRate, quarters(append(usual(16), 0)...))
	last := s.Marked[len(s.Marked)-1]
	if s.Segments[0].Points != 17 || last.Period != "2019-Q1" || last.High || s.Variation != "improvement" {
		t.Errorf("%+v", s)
	}
}

func missingCount(t *testing.T) {
	r := odd(func(_ *Strategy, f *Facts) { delete(f.Files["E08000001"], NewMonth(2019, 2)) })
	absent(t, pick(t, r.Figures, "violence-rate", "E08000001", "2019-Q1"), "[x]")
	absent(t, pick(t, r.Figures, "outcome-share", "E08000001", "2019-Q1"), "[x]")
	hidden := Figure{Status: Suppressed, Reason: "the count is small"}
	absent(t, hidden, "[c]")
}

func missingBenchmark(t *testing.T) {
	r := odd(func(_ *Strategy, f *Facts) { delete(f.Files["E23000001"], NewMonth(2019, 2)) })
	refusedWith(t, pick(t, r.Figures, "violence-rate", "E08000001", "2019-Q1"), WithForce, "February 2019")
	refusedWith(t, pick(t, odd(func(_ *Strategy, f *Facts) { delete(f.Files["E08000001"], NewMonth(2018, 2)) }).Figures, "violence-rate", "E08000001", "2019-Q1"), InTime, "February 2018")

	// A figure that may not be shown is no benchmark either.
	c := newComputation(smallStrategy(), smallFacts())
	own := annual(oddRate, 40)
	hidden := annual(oddRate, 50)
	hidden[0].Status, hidden[0].Reason = Suppressed, "the count is small"
	force := Area{Code: "E23000001", Name: "Ceton", Kind: Force}
	c.benchmarks(Indicator{Kind: CrudeRate, Comparators: []string{"force"}}, own, map[string][]Figure{force.Code: hidden}, &force)
	refusedWith(t, own[0], WithForce, "the count is small")
}

func missingTrend(t *testing.T) {
	series := annual(oddRate, 10, 20, 30, 40, -1, 60, 70)
	marker(t, oddRate, series, cannotTell) // five others do not stand in for it
	for i, n := range []float64{10, 20, 30, 40, 50, 60, 70} {
		series[i] = annual(oddRate, n)[0]
		series[i].Period = YearEndingIn(NewMonth(2012+i, 3))
	}
	marker(t, oddRate, series, "Increasing and getting worse")
	series[4].Status = Suppressed
	marker(t, oddRate, series, cannotTell)
}

func missingProcess(t *testing.T) {
	high := []float64{10.5, 10.6, 10.5, 10.6, 10.5, 10.6, 10.5}
	whole := signalOf(oddRate, quarters(append(usual(13), high...)...))
	if whole.Variation != "concern" {
		t.Fatalf("%+v", whole)
	}
	for _, status := range []Status{Missing, Suppressed} {
		series := quarters(append(usual(13), append(append(high[:3:3], -1), high[3:]...)...)...)
		series[16].Status = status
		if s := signalOf(oddRate, series); s.Variation != "common cause" || len(s.Marked) != 0 || s.Segments[0].Points != 20 {
			t.Errorf("%s: %+v", status, s)
		}
	}
}

// Nobody, or nobody known, lives in Aton and Beton.
func empty(_ *Strategy, f *Facts) {
	f.Residents["E08000001"] = map[int]Estimate{2017: {Base: 2011}, 2018: {Base: 2011}}
	f.Residents["E08000002"] = nil
	for _, o := range []string{"Local resolution", "Unable to prosecute suspect"} {
		clear(f.Outcomes["E08000001"]["Violence and sexual offences"][o])
	}
}

func noResidents(t *testing.T) {
	r := odd(empty)
	absent(t, pick(t, r.Figures, "violence-rate", "E08000001", "2019-Q1"), "[x]")
	absent(t, pick(t, r.Figures, "violence-rate", "E23000001", "2019-Q1"), "[x]")
	absent(t, pick(t, r.Figures, "outcome-share", "E08000001", "2019-Q1"), "[x]")
}

func noResidentsBenchmark(t *testing.T) {
	r := odd(func(_ *Strategy, f *Facts) {
		f.Residents["E08000002"] = map[int]Estimate{2018: {Persons: 0, Base: 2011}}
	})
	refusedWith(t, pick(t, r.Figures, "violence-rate", "E08000001", "2019-Q1"), WithForce, "no population estimate")
}

func noResidentsTrend(t *testing.T) {
	if s := signalIn(t, odd(empty), "violence-rate", "E08000001", YearEnding); s.Trend != cannotTell || len(s.Words) == 0 {
		t.Errorf("%+v", s)
	}
}

func noResidentsProcess(t *testing.T) {
	if s := signalIn(t, odd(empty), "violence-rate", "E08000001", Quarter); len(s.Segments) != 0 || s.Variation != "" || len(s.Words) == 0 {
		t.Errorf("%+v", s)
	}
	// One year without an estimate: its quarters are a gap, the others have limits.
	r := odd(func(_ *Strategy, f *Facts) {
		delete(f.Residents["E08000001"], 2017)
		delete(f.Residents["E08000001"], 2018)
	})
	if s := signalIn(t, r, "violence-rate", "E23000001", Quarter); len(s.Segments) != 0 {
		t.Errorf("the force area lacks a district: %+v", s)
	}
}

// The readers reject such a row by its number; what came through all the same
// is no figure, and no other number.
func impossible(t *testing.T) {
	for _, x := range []struct {
		ind      Indicator
		num, den float64
	}{{oddRate, -1, 1000}, {oddRate, 1, -1000}, {oddShare, 11, 10}, {oddShare, -1, 10}, {oddShare, math.NaN(), 10}} {
		fig := Figure{Numerator: &x.num, Denominator: &x.den}
		measure(x.ind, &fig)
		if fig.Status != Missing || fig.Value != nil || fig.Lower != nil || fig.Upper != nil || fig.Reason == "" || fig.Method != "" {
			t.Errorf("%v of %v: %+v", x.num, x.den, fig)
		}
	}
}

func unchanged(*Strategy, *Facts) {}

func shortShown(t *testing.T) {
	fig := pick(t, odd(unchanged).Figures, "violence-rate", "E08000001", "YE2019-12")
	is(t, "value", fig.Value, ptr(1560.0/101))
	if fig.Status != Available || fig.Lower == nil || fig.Upper == nil {
		t.Errorf("%+v", fig)
	}
}

func shortCompared(t *testing.T) {
	fig := pick(t, odd(unchanged).Figures, "violence-rate", "E08000001", "YE2019-12")
	for _, kind := range []ComparisonKind{InTime, WithForce} {
		if c, ok := fig.Comparison(kind); !ok || c.Direction == NotCompared || c.Value == nil {
			t.Errorf("%+v", c)
		}
	}
}

func shortTrend(t *testing.T) {
	if s := signalIn(t, odd(unchanged), "violence-rate", "E08000001", YearEnding); s.Trend != cannotTell {
		t.Errorf("%+v", s)
	}
	marker(t, oddRate, annual(oddRate, 10, 30, 60, 90), cannotTell)
	marker(t, oddRate, annual(oddRate, 10, 30, 60, 90, 120), "Increasing and getting worse")
}

// twelve are the months of 2018 alone.
func twelve(s *Strategy, f *Facts) {
	s.Indicators[0].Periods = []PeriodKind{Monthly}
	for _, area := range []string{"E08000001", "E23000001"} {
		for m := NewMonth(2019, 1); m <= NewMonth(2019, 12); m++ {
			delete(f.Files[area], m)
		}
	}
	for m, n := range []int64{100, 104, 97, 101, 99, 103, 98, 102, 100, 96, 104, 300} {
		f.Crimes["E08000001"]["Violence and sexual offences"][NewMonth(2018, 1)+Month(m)] = n
	}
}

func fewMonths(t *testing.T) {
	is(t, "value", pick(t, odd(twelve).Figures, "violence-rate", "E08000001", "2018-12").Value, ptr(300.0/101))
}

func fewMonthsCompared(t *testing.T) {
	c, ok := pick(t, odd(twelve).Figures, "violence-rate", "E08000001", "2018-12").Comparison(WithForce)
	if !ok || c.Direction != Higher || c.Verdict != Worse {
		t.Errorf("%+v", c)
	}
}

func fewMonthsProcess(t *testing.T) {
	s := signalIn(t, odd(twelve), "violence-rate", "E08000001", Monthly)
	if len(s.Segments) != 1 || !s.Segments[0].Trial || s.Segments[0].Points != 12 || s.Segments[0].Upper == nil {
		t.Fatalf("%+v", s.Segments)
	}
	if s.Variation != "" || s.Assurance != "" || len(s.Marked) != 0 || !strings.Contains(s.Words[0], "trial") {
		t.Errorf("%+v", s) // December is far outside, and says nothing yet
	}
}

const moved = "the force moved to another system in July 2018"

func broken(s *Strategy, _ *Facts) {
	s.Breaks = []Break{{From: "2018-07", Label: "New system", Reason: moved, Refuse: true, Areas: []string{"E08000001"}}}
}

func breakMarked(t *testing.T) {
	figures := odd(broken).Figures
	for period, want := range map[string]string{"2018-Q2": "", "2018-Q3": moved, "2018-Q4": ""} {
		if fig := pick(t, figures, "violence-rate", "E08000001", period); fig.BreakBefore != want || fig.Value == nil {
			t.Errorf("%s: %q", period, fig.BreakBefore)
		}
	}
}

func breakCompared(t *testing.T) {
	figures := odd(broken).Figures
	refusedWith(t, pick(t, figures, "violence-rate", "E08000001", "2019-Q1"), InTime, moved)
	if c, _ := pick(t, figures, "violence-rate", "E08000001", "2019-Q3").Comparison(InTime); c.Direction == NotCompared {
		t.Errorf("both after it: %+v", c)
	}
	// The force area did not break: the words stand beside the comparison with it.
	c, _ := pick(t, figures, "violence-rate", "E08000001", "2019-Q1").Comparison(WithForce)
	if c.Direction == NotCompared || c.Care != moved {
		t.Errorf("%+v", c)
	}
	// Residents of two censuses make no one kind of rate, in time or beside another area.
	r := odd(func(_ *Strategy, f *Facts) {
		f.Residents["E08000001"] = map[int]Estimate{2017: {Persons: 100_000, Base: 2011}, 2018: {Persons: 101_000, Base: 2021}}
	})
	fig := pick(t, r.Figures, "violence-rate", "E08000001", "2019-Q1")
	refusedWith(t, fig, WithForce, "based on the 2021 Census and that of the Ceton force area on the 2011 Census")
	r = odd(func(_ *Strategy, f *Facts) { delete(f.Residents["E08000002"], 2018) })
	fig = pick(t, r.Figures, "violence-rate", "E08000001", "2019-Q1")
	if c, _ := fig.Comparison(WithForce); c.Direction == NotCompared || c.Care != "the rate of Aton uses the mid-2018 population estimate and that of the Ceton force area the mid-2017 one" {
		t.Errorf("%+v", c)
	}
}

func breakTrend(t *testing.T) {
	rising := []float64{10, 40, 70, 100, 130}
	series := annual(oddRate, rising...)
	marker(t, oddRate, series, "Increasing and getting worse")
	series[3].BreakBefore = moved
	marker(t, oddRate, series, cannotTell)
	series[3].BreakBefore, series[0].BreakBefore = "", moved
	marker(t, oddRate, series, "Increasing and getting worse") // before the first of the five

	// The years end in every quarter, and the break lies before one of those
	// between two of the points.
	var all []Figure
	for i, f := range annual(oddRate, rising...) {
		for q := range 4 {
			if i == 0 && q < 3 {
				continue
			}
			g := f
			g.Period = YearEndingIn(f.Period.Last - Month(9-3*q))
			all = append(all, g)
		}
	}
	marker(t, oddRate, all, "Increasing and getting worse")
	all[len(all)-3].BreakBefore = moved
	marker(t, oddRate, all, cannotTell)
}

func breakProcess(t *testing.T) {
	series := quarters(append(usual(14), usual(14)...)...)
	for i := range series[14:] {
		*series[14+i].Value -= 5
	}
	series[14].BreakBefore = moved
	s := signalOf(oddRate, series)
	if len(s.Segments) != 2 || s.Segments[1].From != series[14].Period.Code() || s.Segments[1].Reason != moved || s.Segments[0].Reason != "" || *s.Segments[1].Mean > 6 || len(s.Marked) != 0 {
		t.Errorf("%+v", s)
	}
}

func restated(s *Strategy, _ *Facts) { s.Indicators[0].Provisional = 3 }

func provisionalMarked(t *testing.T) {
	figures := odd(restated).Figures
	for period, want := range map[string]string{"2019-Q3": "", "2019-Q4": "[p]", "YE2019-09": "", "YE2019-12": "[p]"} {
		fig := pick(t, figures, "violence-rate", "E08000001", period)
		if fig.Shorthand() != want || fig.Provisional != (want != "") || fig.Value == nil || (len(fig.Notes) > 0 && strings.HasPrefix(fig.Notes[len(fig.Notes)-1], "Provisional: ")) != fig.Provisional {
			t.Errorf("%s: %+v", period, fig)
		}
	}
	// What is not there is not provisional.
	gap := odd(func(s *Strategy, f *Facts) { restated(s, f); delete(f.Files["E08000001"], NewMonth(2019, 11)) })
	absent(t, pick(t, gap.Figures, "violence-rate", "E08000001", "2019-Q4"), "[x]")
	if f := pick(t, odd(unchanged).Figures, "violence-rate", "E08000001", "2019-Q4"); f.Provisional {
		t.Error("an indicator that is not restated has a provisional figure")
	}
}

func provisionalCompared(t *testing.T) {
	fig := pick(t, odd(restated).Figures, "violence-rate", "E08000001", "2019-Q4")
	for _, kind := range []ComparisonKind{InTime, WithForce} {
		if c, ok := fig.Comparison(kind); !ok || c.Direction == NotCompared {
			t.Errorf("%+v", c)
		}
	}
}

func provisionalTrend(t *testing.T) {
	series := annual(oddRate, 10, 40, 70, 100, 130, 1)
	marker(t, oddRate, series, "No significant change")
	series[5].Provisional = true
	marker(t, oddRate, series, "Increasing and getting worse")
	marker(t, oddRate, series[1:], cannotTell) // four are left
	for i := range series {
		series[i].Provisional = true
	}
	marker(t, oddRate, series, cannotTell)
}

// The point is plotted and counts; the chart draws it hollow.
func provisionalProcess(t *testing.T) {
	series := quarters(append(usual(16), 15)...)
	series[16].Provisional = true
	if s := signalOf(oddRate, series); s.Segments[0].Points != 17 || s.Variation != "concern" {
		t.Errorf("%+v", s)
	}
}
