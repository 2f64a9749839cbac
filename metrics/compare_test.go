package metrics

import (
	"math"
	"strings"
	"testing"
)

// withGroup is the small strategy with two similar areas, whose counts are
// those of Aton times a factor.
func withGroup(t *testing.T, factors map[string]float64) (*Strategy, *Facts) {
	t.Helper()
	s, f := smallStrategy(), smallFacts()
	s.Similar = SimilarGroup{Name: "Test group", Proposal: true}
	s.Indicators[0].Comparators = []string{"corresponding-period", "force", "similar", "target"}
	for _, code := range []string{"E08000002", "E08000003"} {
		factor, ok := factors[code]
		if !ok {
			continue
		}
		s.Similar.Areas = append(s.Similar.Areas, code)
		f.Geography.Names[code] = "District " + code[8:]
		f.Geography.ForceOf[code] = "E23000001"
		f.Residents[code] = f.Residents["E08000001"]
		f.Files[code] = f.Files["E08000001"]
		f.Crimes[code] = map[string]map[Month]int64{"Violence and sexual offences": {}}
		for m, n := range f.Crimes["E08000001"]["Violence and sexual offences"] {
			f.Crimes[code]["Violence and sexual offences"][m] = int64(math.Round(float64(n) * factor))
		}
	}
	return s, f
}

func TestSimilarAreas(t *testing.T) {
	s, f := withGroup(t, map[string]float64{"E08000002": 2, "E08000003": 0.5})
	fig := pick(t, Compute(s, f).Figures, "violence-rate", "E08000001", "YE2018-12")
	cmp, ok := fig.Comparison(WithSimilar)
	if !ok || cmp.Direction == NotCompared {
		t.Fatalf("%+v", cmp)
	}
	// The mean of the members' rates, the area itself among them.
	own := 1200.0 / 101
	near(t, "mean", cmp.Value, (own+2*own+0.5*own)/3)
	g := cmp.Group
	if g.Rank != 2 || g.Members != 3 || g.Values[0].Code != "E08000002" || math.Abs(g.Least-own/2) > 1e-9 || math.Abs(g.Greatest-2*own) > 1e-9 || math.Abs(g.Median-own) > 1e-9 {
		t.Errorf("%+v", g)
	}
	if cmp.Direction != Lower || cmp.Verdict != Better {
		t.Errorf("%s, %s", cmp.Direction, cmp.Verdict)
	}
	want := "In the year ending December 2018, the violence crime rate in Aton was lower than the average across similar areas (11.9 against 13.9 per 1,000 residents; 2nd highest of 3). The group of similar areas is proposed by this program from open data; it is not the police.uk group."
	if got := fig.Statements[0].Text; got != want && fig.Statements[1].Text != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSimilarAreasRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Strategy, *Facts)
		want   string
	}{
		"no group":        {func(s *Strategy, f *Facts) { s.Similar.Areas = nil }, "no group of similar areas is entered yet"},
		"an unknown area": {func(s *Strategy, f *Facts) { s.Similar.Areas = append(s.Similar.Areas, "E08999999") }, "the group has no figure for E08999999"},
		"only itself":     {func(s *Strategy, f *Facts) { s.Similar.Areas = []string{"E08000001"} }, "no area besides this one"},
		"a member's gap":  {func(s *Strategy, f *Facts) { f.Residents["E08000003"] = nil }, "the group has no figure for District 3"},
		"many without figure": {func(s *Strategy, f *Facts) {
			s.Similar.Areas = []string{"E08000011", "E08000012", "E08000013", "E08000014"}
		}, "4 of the group's other areas have no figure"},
	} {
		t.Run(name, func(t *testing.T) {
			s, f := withGroup(t, map[string]float64{"E08000002": 2, "E08000003": 0.5})
			tt.change(s, f)
			fig := pick(t, Compute(s, f).Figures, "violence-rate", "E08000001", "YE2018-12")
			cmp, _ := fig.Comparison(WithSimilar)
			if cmp.Direction != NotCompared || cmp.Value != nil || !strings.Contains(cmp.Reason, tt.want) {
				t.Errorf("%+v", cmp)
			}
			if s := fig.Statements[len(fig.Statements)-1]; !s.Refused && fig.Statements[0].Refused == fig.Statements[1].Refused {
				t.Errorf("no statement is refused: %+v", fig.Statements)
			}
			if fig.Status != Available {
				t.Error("the figure went with its comparison")
			}
		})
	}
}

func TestForceBenchmark(t *testing.T) {
	s, f := withGroup(t, nil)
	fig := pick(t, Compute(s, f).Figures, "violence-rate", "E08000001", "2019-Q1")
	cmp, _ := fig.Comparison(WithForce)
	near(t, "force", cmp.Value, 780.0/151)
	if cmp.Direction != Lower || cmp.Rule != benchmarkRule {
		t.Errorf("%+v", cmp)
	}
}

func TestTarget(t *testing.T) {
	quarter := func(value float64) Figure {
		lower, upper := value-0.1, value+0.1
		p, _ := ParsePeriod("2021-Q1")
		return Figure{Period: p, Value: &value, Lower: &lower, Upper: &upper, Status: Available}
	}
	ind := Indicator{Polarity: LowGood, Decimals: 1, Target: &Target{Baseline: Milestone{"2019-Q1", 10}, Value: 6, By: "2023-Q1"}}
	for value, want := range map[float64]Direction{5.9: Met, 6: Met, 7.5: OnTrack, 8: OnTrack, 8.05: OnTrack, 8.2: OffTrack} {
		cmp, ok := withTarget(ind, quarter(value))
		if !ok || cmp.Direction != want {
			t.Errorf("%v (the path is at 8): %s, want %s", value, cmp.Direction, want)
		}
	}
	ind.Target.Milestones = []Milestone{{"2021-Q1", 9}}
	if cmp, _ := withTarget(ind, quarter(8.9)); cmp.Direction != OnTrack {
		t.Errorf("with a milestone of 9: %s", cmp.Direction)
	}
	ind.Target.Baseline = Milestone{}
	if cmp, _ := withTarget(ind, quarter(8)); cmp.Direction != NotCompared || !strings.Contains(cmp.Reason, "no baseline") {
		t.Errorf("without a baseline: %+v", cmp)
	}
	if cmp, _ := withTarget(ind, quarter(5)); cmp.Direction != NotCompared {
		t.Errorf("met without a baseline: %s", cmp.Direction)
	}
	ind.Target.Baseline, ind.Target.Milestones = Milestone{"2022-Q1", 10}, nil
	if cmp, _ := withTarget(ind, quarter(5)); cmp.Direction != NotCompared || !strings.Contains(cmp.Reason, "before") {
		t.Errorf("met before the baseline: %+v", cmp)
	}
	ind.Target.Baseline, ind.Target.By = Milestone{"2019-Q1", 10}, "2020-Q1"
	if cmp, _ := withTarget(ind, quarter(6.05)); cmp.Direction != OffTrack {
		t.Errorf("on track after the target's date: %+v", cmp)
	}
	year := quarter(8)
	year.Period = YearEndingIn(NewMonth(2021, 3))
	if _, ok := withTarget(ind, year); ok {
		t.Error("a target for quarters judges a year")
	}
}

func TestGuard(t *testing.T) {
	s, f := smallStrategy(), smallFacts()
	s.Breaks = []Break{{From: "2019-01", Label: "New system", Reason: "the force changed its recording system in January 2019", Refuse: true, Areas: []string{"E08000001"}}}
	figures := Compute(s, f).Figures
	fig := pick(t, figures, "violence-rate", "E08000001", "2019-Q1")
	cmp, _ := fig.Comparison(InTime)
	if cmp.Direction != NotCompared || !strings.Contains(cmp.Reason, "recording system") || fig.BreakBefore == "" {
		t.Errorf("across a refused break: %+v", cmp)
	}
	if next := pick(t, figures, "violence-rate", "E08000001", "2019-Q2"); next.BreakBefore != "" {
		t.Error("the break is marked twice")
	}
	if cmp, _ := pick(t, figures, "violence-rate", "E23000001", "2019-Q1").Comparison(InTime); cmp.Direction == NotCompared {
		t.Error("another area's break refuses the comparison")
	}

	s.Breaks = []Break{{From: "2019-04", To: "2019-06", Label: "Lockdown", Reason: "people were kept at home", Indicators: []string{"violence-rate"}}}
	figures = Compute(s, f).Figures
	for period, care := range map[string]bool{"2019-Q1": false, "2019-Q2": true, "2019-Q3": false, "YE2019-12": true} {
		fig := pick(t, figures, "violence-rate", "E08000001", period)
		cmp, _ := fig.Comparison(InTime)
		if (cmp.Care != "") != care || strings.Contains(fig.Sentence, "People were kept at home.") != care {
			t.Errorf("%s: %q: %s", period, cmp.Care, fig.Sentence)
		}
		if fig.BreakBefore != "" {
			t.Errorf("%s: a break that is not refused parts the series", period)
		}
	}
	if cmp, _ := pick(t, figures, "outcome-share", "E08000001", "2019-Q2").Comparison(InTime); cmp.Care != "" {
		t.Error("another indicator's break is said")
	}
}

func TestFallFromChance(t *testing.T) {
	p, _ := ParsePeriod("2026-Q1")
	n, d := 3494.0, 355600.0
	fall, ok := fallFromChance(Indicator{Kind: CrudeRate}, Figure{Period: p, Numerator: &n, Denominator: &d})
	// By the exact interval; the log-normal one would say 162.
	if !ok || fall != 163 {
		t.Errorf("a fall of %d from 3,494", fall)
	}
	few := 3.0 // not even a fall to none is more than chance
	if fall, ok := fallFromChance(Indicator{Kind: CrudeRate}, Figure{Period: p, Numerator: &few, Denominator: &d}); ok {
		t.Errorf("a fall of %d from 3", fall)
	}
}

func TestSettling(t *testing.T) {
	s, f := smallStrategy(), smallFacts()
	for i := range s.Indicators {
		s.Indicators[i].Settles = 6
	}
	figures := Compute(s, f).Figures
	for period, compared := range map[string]bool{"2019-Q2": true, "2019-Q3": false, "2019-Q4": false} {
		cmp, _ := pick(t, figures, "violence-rate", "E08000001", period).Comparison(InTime)
		if (cmp.Direction != NotCompared) != compared {
			t.Errorf("%s: %s, %s", period, cmp.Direction, cmp.Reason)
		}
	}
}

func TestNamesWithCommas(t *testing.T) {
	for want, names := range map[string][]string{
		"Leeds": {"Leeds"}, "Brighton and Hove": {"Brighton and Hove"}, "Leeds, Derby and Hull": {"Leeds", "Derby", "Hull"},
		"Bristol, City of; Brighton and Hove; and Southampton": {"Bristol, City of", "Brighton and Hove", "Southampton"},
	} {
		if got := listedNames(names); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
