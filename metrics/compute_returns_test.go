package metrics

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// twoProjects is a strategy of two projects with one measure of each kind, and what
// they returned: numbers large enough to be shown.
func twoProjects() (*Strategy, *Facts) {
	s := roundStrategy()
	s.Projects = s.Projects[:2]
	s.Indicators = slices.DeleteFunc(s.Indicators, func(i Indicator) bool { return i.Priority != "p" })
	f := &Facts{Geography: NewGeography(), Returns: map[string][]AcceptedReturn{}}
	f.Geography.Names["E08000001"] = "Aton"
	for n, p := range s.Projects {
		for q := range 6 {
			add := func(measure, part string, v float64) ReturnValue {
				return ReturnValue{ReturnCell: ReturnCell{Measure: measure, Part: part}, Value: v}
			}
			x := float64(20 + 10*n + q)
			f.Returns[p.ID] = append(f.Returns[p.ID], AcceptedReturn{Project: p.ID, Quarter: QuarterOf(p.From + Month(3*q)), Batch: int64(10*n + q + 1), Values: []ReturnValue{
				add("engaged", "", x), add("completed", "", x), add("improved", "", x-10), add("safe", Denominator, 100), add("safe", Numerator, 60+x),
				add("through", "", 10*float64(q+1)+float64(10*n)), add("meetings", "", 2), add("spend", "", 900.25), add("budget", "", 1000),
			}})
		}
	}
	return s, f
}

func drop(f *Facts, project, quarter string) {
	f.Returns[project] = slices.DeleteFunc(f.Returns[project], func(r AcceptedReturn) bool { return r.Quarter.Code() == quarter })
}

// change changes one number of a return.
func changeReturn(t *testing.T, f *Facts, project, quarter, measure string, do func(*ReturnValue)) {
	t.Helper()
	for _, ret := range f.Returns[project] {
		for i := range ret.Values {
			if v := &ret.Values[i]; ret.Quarter.Code() == quarter && v.Measure == measure {
				do(v)
				return
			}
		}
	}
	t.Fatalf("there is no %s of %s %s", measure, project, quarter)
}

func TestTotals(t *testing.T) {
	s, f := twoProjects()
	figures := Compute(s, f).Figures
	for _, tt := range []struct {
		indicator, period string
		want              float64
	}{
		{"engaged", "2018-Q4", 50},
		{"engaged", "2019-Q1", 52},
		{"engaged", "FYTD2018-12", 50},
		{"engaged", "FYTD2019-03", 102},
		{"engaged", "FYTD2019-06", 54},
		{"engaged", "YE2019-09", 50 + 52 + 54 + 56},
		{"engaged", "2018-10--2019-06", 50 + 52 + 54},
		{"through", "2018-Q4", 30}, // 10 and 20 since the start
		{"through", "2019-Q1", 20}, // 20 and 30, less those
		{"through", "2018-10--2020-03", 60 + 70},
		{"meetings", "2019-Q1", 4},
		{"asked", "2019-Q1", 200},
		{"touched", "2019-Q1", 104},
	} {
		fig := pick(t, figures, tt.indicator, "E08000001", tt.period)
		near(t, tt.indicator+" "+tt.period, fig.Value, tt.want)
		if fig.Lower != nil || fig.Method != "" || fig.Denominator != nil {
			t.Errorf("%s %s: a total has an interval or a denominator", tt.indicator, tt.period)
		}
		sum := 0.0
		for _, g := range fig.Breakdown {
			if g.By == "project" {
				sum += *g.Value
			}
		}
		near(t, tt.indicator+" "+tt.period+" by project", &sum, tt.want)
	}
	if fig := pick(t, figures, "engaged", "E08000001", "FYTD2019-03"); !slices.Equal(fig.Batches, []int64{1, 2, 11, 12}) {
		t.Errorf("made from batches %v", fig.Batches)
	}
	if fig := pick(t, figures, "through", "E08000001", "2019-Q1"); !slices.Equal(fig.Batches, []int64{1, 2, 11, 12}) {
		t.Errorf("a difference is made from batches %v", fig.Batches)
	}
	for _, fig := range figures {
		if fig.Period.Kind == YearEnding && fig.Period.Last < NewMonth(2019, time.September) {
			t.Errorf("%s has a year that begins before the first project", fig.Period.Code())
		}
	}
}

func TestSharesOfReturns(t *testing.T) {
	s, f := twoProjects()
	figures := Compute(s, f).Figures
	fig := pick(t, figures, "improved-share", "E08000001", "2019-Q1")
	near(t, "share", fig.Value, 100*32.0/52)
	if fig.Method != "Wilson" || *fig.Lower >= *fig.Value || *fig.Upper <= *fig.Value || *fig.Numerator != 32 || *fig.Denominator != 52 {
		t.Errorf("%+v", fig)
	}
	near(t, "survey", pick(t, figures, "safe-share", "E08000001", "2018-Q4").Value, 100*(80.0+90)/200)
	money := pick(t, figures, "spend-share", "E08000001", "2019-Q1")
	near(t, "money", money.Value, 90.025)
	if money.Lower != nil || money.Method != "" {
		t.Error("a share of money has an interval")
	}
	changeReturn(t, f, "ay", "2019-Q1", "completed", func(v *ReturnValue) { v.Value = 0 })
	changeReturn(t, f, "bee", "2019-Q1", "completed", func(v *ReturnValue) { v.Value = 0 })
	fig = pick(t, Compute(s, f).Figures, "improved-share", "E08000001", "2019-Q1")
	if fig.Status != Missing || !strings.Contains(fig.Reason, "nothing to take a share of") || fig.OfNobody() {
		t.Errorf("a share of nobody, of whom some improved: %+v", fig)
	}
	changeReturn(t, f, "ay", "2019-Q1", "improved", func(v *ReturnValue) { v.Value = 0 })
	changeReturn(t, f, "bee", "2019-Q1", "improved", func(v *ReturnValue) { v.Value = 0 })
	fig = pick(t, Compute(s, f).Figures, "improved-share", "E08000001", "2019-Q1")
	if fig.Status != Missing || !fig.OfNobody() || *fig.Numerator != 0 || fig.Value != nil {
		t.Errorf("a share of nobody: %+v", fig)
	}
	for _, g := range fig.Breakdown {
		if g.By == byProject && (!g.OfNobody() || *g.Numerator != 0 || g.Value != nil) {
			t.Errorf("a project's share of nobody: %+v", g)
		}
	}
}

// A total says which return it waits for, and how many are in.
func TestReturnsThatAreMissing(t *testing.T) {
	for _, tt := range []struct {
		name              string
		change            func(*testing.T, *Facts)
		indicator, period string
		want              string
	}{
		{"one project", func(_ *testing.T, f *Facts) { drop(f, "ay", "2019-Q1") }, "engaged", "2019-Q1",
			"Ay has no accepted return for January to March 2019; the numbers of 1 of 2 projects are in"},
		{"within a year", func(_ *testing.T, f *Facts) { drop(f, "ay", "2019-Q1"); drop(f, "ay", "2019-Q2") }, "engaged", "YE2019-09",
			"Ay has no accepted return for January to March 2019 and April to June 2019; the numbers of 1 of 2 projects are in"},
		{"both", func(_ *testing.T, f *Facts) { drop(f, "ay", "2019-Q1"); drop(f, "bee", "2019-Q1") }, "engaged", "2019-Q1",
			"Ay and Bee have no accepted return for January to March 2019; the numbers of 0 of 2 projects are in"},
		{"of many quarters", func(_ *testing.T, f *Facts) {
			for _, q := range []string{"2018-Q4", "2019-Q1", "2019-Q2", "2019-Q3", "2019-Q4"} {
				drop(f, "ay", q)
			}
		}, "engaged", "2018-10--2020-03", "Ay has no accepted return for October to December 2018 and four later quarters; the numbers of 1 of 2 projects are in"},
		{"not available", func(t *testing.T, f *Facts) {
			changeReturn(t, f, "bee", "2019-Q1", "engaged", func(v *ReturnValue) { v.Value, v.NotAvailable = 0, true })
		}, "engaged", "2019-Q1", "Bee has no such number for January to March 2019; the numbers of 1 of 2 projects are in"},
		{"a measure that is not in the return", func(t *testing.T, f *Facts) {
			changeReturn(t, f, "bee", "2019-Q1", "meetings", func(v *ReturnValue) { v.Measure = "gone" })
		}, "meetings", "2019-Q1", "Bee has returned January to March 2019 without this number; the numbers of 1 of 2 projects are in"},
		{"a total since the start that falls", func(t *testing.T, f *Facts) {
			changeReturn(t, f, "ay", "2019-Q1", "through", func(v *ReturnValue) { v.Value = 9 })
		}, "through", "2019-Q1", "the total since the start that Ay returned is lower at the end of January to March 2019 than a quarter before; the numbers of 1 of 2 projects are in"},
		{"the quarter before a difference", func(_ *testing.T, f *Facts) { drop(f, "ay", "2018-Q4") }, "through", "2019-Q1",
			"Ay has no accepted return for October to December 2018; the numbers of 1 of 2 projects are in"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, f := twoProjects()
			tt.change(t, f)
			fig := pick(t, Compute(s, f).Figures, tt.indicator, "E08000001", tt.period)
			if fig.Status != Missing || fig.Value != nil || fig.Reason != tt.want {
				t.Errorf("got %s: %s", fig.Status, fig.Reason)
			}
			if !strings.HasPrefix(fig.Sentence, "There is no figure for the ") || !strings.Contains(fig.Sentence, tt.want) {
				t.Errorf("says %q", fig.Sentence)
			}
		})
	}
	s, f := twoProjects()
	drop(f, "ay", "2019-Q1")
	fig := pick(t, Compute(s, f).Figures, "engaged", "E08000001", "2019-Q1")
	if g := fig.Breakdown[1]; g.Item != "bee" || g.Value == nil || *g.Value != 31 || fig.Breakdown[0].Status != Missing {
		t.Errorf("the other project's own number is not there: %+v", fig.Breakdown)
	}
}

func TestNoReturnsNoFigures(t *testing.T) {
	s, f := twoProjects()
	f.Returns = nil
	if r := Compute(s, f); len(r.Figures)+len(r.Signals) > 0 {
		t.Errorf("%d figures from nothing", len(r.Figures))
	}
	s.Projects = nil
	if r := Compute(s, f); len(r.Figures) > 0 {
		t.Errorf("%d figures without projects", len(r.Figures))
	}
}

func TestReturnsInTime(t *testing.T) {
	s, f := twoProjects()
	changeReturn(t, f, "ay", "2019-Q4", "engaged", func(v *ReturnValue) { v.Value = 90 })
	for i := range s.Indicators {
		if s.Indicators[i].ID == "meetings" {
			s.Indicators[i].Polarity = HighGood
		}
	}
	figures := Compute(s, f).Figures
	cmp, ok := pick(t, figures, "engaged", "E08000001", "2019-Q4").Comparison(InTime)
	if !ok || cmp.Direction != Up || cmp.Verdict != NoVerdict || cmp.Rule != totalRule || *cmp.Value != 50 || cmp.Period != "2018-Q4" {
		t.Errorf("%+v", cmp)
	}
	near(t, "ratio", cmp.Ratio, 124.0/50)
	if cmp, _ := pick(t, figures, "engaged", "E08000001", "2020-Q1").Comparison(InTime); cmp.Direction != AboutSame {
		t.Errorf("60 after 52 is %s", cmp.Direction)
	}
	if cmp, _ := pick(t, figures, "spend-share", "E08000001", "2019-Q4").Comparison(InTime); cmp.Rule != moneyRule || cmp.Direction != AboutSame || cmp.Ratio != nil {
		t.Errorf("money: %+v", cmp)
	}
	if cmp, _ := pick(t, figures, "improved-share", "E08000001", "2019-Q4").Comparison(InTime); cmp.Direction == NotCompared || !strings.Contains(cmp.Rule, "do not overlap") {
		t.Errorf("share: %+v", cmp)
	}
	if cmp, _ := pick(t, figures, "engaged", "E08000001", "FYTD2019-12").Comparison(InTime); cmp.Direction != NotCompared || cmp.Reason != "Ay and Bee did not run in the same months of both periods" {
		t.Errorf("a year to date with another time before: %+v", cmp)
	}
	if _, ok := pick(t, figures, "engaged", "E08000001", "2018-10--2020-03").Comparison(InTime); ok {
		t.Error("all since the start is compared with a year earlier")
	}
	if cmp, _ := pick(t, figures, "engaged", "E08000001", "2019-Q1").Comparison(InTime); cmp.Reason != "the series begins later" {
		t.Errorf("%+v", cmp)
	}

	// A project that began in between makes another total, and a break.
	s.Projects[1].From = NewMonth(2019, time.February)
	f.Returns["bee"] = slices.DeleteFunc(f.Returns["bee"], func(r AcceptedReturn) bool { return r.Quarter.Code() == "2018-Q4" })
	figures = Compute(s, f).Figures
	cmp, _ = pick(t, figures, "engaged", "E08000001", "2020-Q1").Comparison(InTime)
	if cmp.Direction != NotCompared || cmp.Reason != "Bee did not run in the same months of both periods" || cmp.Value != nil {
		t.Errorf("%+v", cmp)
	}
	if b := pick(t, figures, "engaged", "E08000001", "2019-Q1").BreakBefore; b != "Bee began" {
		t.Errorf("the break is %q", b)
	}
	if b := pick(t, figures, "engaged", "E08000001", "2019-Q2").BreakBefore; b != "" {
		t.Errorf("a break without cause: %q", b)
	}
}

// A break of the whole city's figures says nothing of projects.
func TestBreaksAndReturns(t *testing.T) {
	s, f := twoProjects()
	s.Breaks = []Break{{From: "2020-01", Label: "x", Reason: "crime was recorded otherwise"}}
	if cmp, _ := pick(t, Compute(s, f).Figures, "engaged", "E08000001", "2020-Q1").Comparison(InTime); cmp.Care != "" {
		t.Errorf("compared with care: %s", cmp.Care)
	}
	s.Breaks[0].Indicators, s.Breaks[0].Refuse = []string{"engaged"}, true
	if cmp, _ := pick(t, Compute(s, f).Figures, "engaged", "E08000001", "2020-Q1").Comparison(InTime); cmp.Reason != "crime was recorded otherwise" {
		t.Errorf("%+v", cmp)
	}
}

// A small count, and only what would tell it, is hidden.
func TestOneSmallCount(t *testing.T) {
	s, f := twoProjects()
	s.Indicators = slices.DeleteFunc(s.Indicators, func(i Indicator) bool { return i.ID != "engaged" })
	changeReturn(t, f, "ay", "2019-Q2", "engaged", func(v *ReturnValue) { v.Value = 3 })
	result := Compute(s, f)
	fig := pick(t, result.Figures, "engaged", "E08000001", "2019-Q2")
	if fig.Status != Available || *fig.Value != 35 {
		t.Errorf("the quarter's total gave way first: %+v", fig)
	}
	for _, g := range fig.Breakdown {
		if g.By == "project" && (g.Status != Suppressed || g.Value != nil) {
			t.Errorf("%s is shown beside the total", g.Item)
		}
	}
	before := pick(t, result.Figures, "engaged", "E08000001", "2018-Q4")
	for _, g := range before.Breakdown {
		if g.By == "project" && g.Status != Available {
			t.Errorf("%s is hidden in another quarter", g.Item)
		}
	}
	for _, sig := range result.Signals {
		if sig.Kind == Quarter && len(sig.Segments) == 0 {
			t.Error("a series of shown totals has no limits")
		}
	}
	changeReturn(t, f, "bee", "2019-Q2", "engaged", func(v *ReturnValue) { v.Value = 1 })
	result = Compute(s, f)
	fig = pick(t, result.Figures, "engaged", "E08000001", "2019-Q2")
	if fig.Status != Suppressed || fig.Reason != notShown || fig.Status.Shorthand() != "[c]" ||
		fig.Sentence != "The figure for the quarter ending June 2019 is not shown: "+notShown+"." {
		t.Errorf("%+v", fig)
	}
	for _, sig := range result.Signals {
		if len(sig.Words) == 0 {
			t.Errorf("the series by %s says nothing", sig.Kind)
		}
		if sig.Kind == Quarter && (len(sig.Segments) > 0 || sig.Words[0] != "There are no process limits: a figure of the series is not shown.") {
			t.Errorf("the limits tell a hidden figure: %+v", sig)
		}
	}
	if cmp, _ := pick(t, result.Figures, "engaged", "E08000001", "2019-Q4").Comparison(InTime); cmp.Direction == NotCompared {
		t.Errorf("2019-Q4 is not compared: %s", cmp.Reason)
	}
}

// A share of which nearly all, or few, are counted hides its numbers.
func TestSharesThatLeaveFew(t *testing.T) {
	s, f := twoProjects()
	s.Indicators = slices.DeleteFunc(s.Indicators, func(i Indicator) bool {
		return !slices.Contains([]string{"completed", "improved", "improved-share"}, i.ID)
	})
	for _, project := range []string{"ay", "bee"} { // 51 of 52
		changeReturn(t, f, project, "2019-Q1", "completed", func(v *ReturnValue) { v.Value = 26 })
		changeReturn(t, f, project, "2019-Q1", "improved", func(v *ReturnValue) { v.Value = 25 })
	}
	figures := Compute(s, f).Figures
	for id, want := range map[string]Status{"improved-share": Suppressed, "improved": Suppressed, "completed": Available} {
		if fig := pick(t, figures, id, "E08000001", "2019-Q1"); fig.Status != want {
			t.Errorf("%s is %s", id, fig.Status)
		}
	}
}

func TestCountsPeople(t *testing.T) {
	s := roundStrategy()
	for id, want := range map[string]bool{"engaged": true, "improved-share": true, "asked": true, "meetings": false, "spend-share": false} {
		ind, _ := s.Indicator(id)
		if s.CountsPeople(ind) != want {
			t.Errorf("%s counts people: %v", id, !want)
		}
	}
	if s.CountsPeople(Indicator{Numerator: Measure{From: FromCrimes}, Denominator: Measure{From: FromResidents}}) {
		t.Error("a rate of crimes counts people")
	}
}

// Every part of the strategy's performance is made again when a return changes,
// for what may be shown of one depends on the others.
func TestReturnsArePartOfWhatIsDigested(t *testing.T) {
	s, f := twoProjects()
	f.Geography.Version = 1
	before, err := Parts(s, f)
	if err != nil {
		t.Fatal(err)
	}
	changeReturn(t, f, "ay", "2019-Q1", "meetings", func(v *ReturnValue) { v.Value = 3 })
	after, err := Parts(s, f)
	if err != nil {
		t.Fatal(err)
	}
	if len(before) != len(s.Indicators) {
		t.Fatalf("%d parts of %d indicators", len(before), len(s.Indicators))
	}
	for i := range before {
		if before[i].Key() != after[i].Key() || before[i].Digest == after[i].Digest {
			t.Errorf("%s is not made again", before[i].Key())
		}
	}
	some := ComputeParts(s, f, after)
	if len(some.Figures) == 0 || len(some.Figures) != len(Compute(s, f).Figures) {
		t.Errorf("%d figures by parts", len(some.Figures))
	}
}

func TestTargetOfATotal(t *testing.T) {
	s, f := twoProjects()
	s.Indicators = s.Indicators[:1]
	ind := &s.Indicators[0]
	ind.Polarity, ind.Comparators = HighGood, []string{"corresponding-period", "target"}
	ind.Target = &Target{Value: 100, By: "2021-Q1", Baseline: Milestone{Period: "2018-Q4", Value: 50}}
	cmp, ok := pick(t, Compute(s, f).Figures, ind.ID, "E08000001", "2019-Q4").Comparison(WithTarget)
	if !ok || cmp.Direction != OffTrack {
		t.Errorf("58 on a path of 72: %+v", cmp)
	}
	ind.Target.Value = 51
	if cmp, _ := pick(t, Compute(s, f).Figures, ind.ID, "E08000001", "2019-Q4").Comparison(WithTarget); cmp.Direction != Met {
		t.Errorf("58 of 51: %+v", cmp)
	}
}
