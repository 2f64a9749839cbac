package store

import (
	"fmt"
	"testing"

	"outcomes/metrics"
)

// The readings so far are read before figures are made anew: a total that would
// tell the small count of a return that came late, when the number beside it was
// read before, is hidden; without them it would be shown.
func TestComputeKnowsFormerReadings(t *testing.T) {
	s := open(t)
	save(t, s, lookups())
	from, _ := metrics.ParsePeriod("2019-Q1")
	project := func(id string) metrics.Project {
		return metrics.Project{ID: id, Name: id, Priority: "p", From: from.First, Measures: []string{"referrals"}}
	}
	st := &metrics.Strategy{
		SHA: "1", Source: []byte("a strategy"), Area: metrics.Area{Code: "E08000019", Kind: metrics.LAD}, Returns: metrics.ReturnRules{DueDays: 30, Small: 4},
		Priorities: []metrics.Priority{{ID: "p", Number: 1, Title: "P"}},
		Measures:   []metrics.ReturnMeasure{{ID: "referrals", Title: "Referrals", Kind: metrics.CountMeasure, Unit: "young people", People: true}},
		Projects:   []metrics.Project{project("mentors"), project("panels")},
		Indicators: []metrics.Indicator{{ID: "referred", Title: "Referred", Noun: "referred", Counted: "young people", Unit: "young people", Priority: "p", Accountability: metrics.Performance,
			Kind: metrics.Total, Numerator: metrics.Measure{From: metrics.FromReturns, Returned: []string{"referrals"}}, Per: 1, Polarity: metrics.NoJudgment, Periods: []metrics.PeriodKind{metrics.Quarter}}},
	}
	compute := func() Computed {
		t.Helper()
		var done Computed
		if err := s.Update(ctx, "compute", func(tx *Session) (err error) { done, err = tx.Compute(ctx, st, "test"); return err }); err != nil {
			t.Fatal(err)
		}
		return done
	}
	// reads gives the total of the quarter and the numbers of its projects.
	reads := func() (out string) {
		t.Helper()
		err := eachFigureWhere(ctx, s.q, "f.current = 1", nil, func(f metrics.Figure) {
			out = fmt.Sprint(f.Status, " ", shownAs(f.Value))
			for _, g := range f.Breakdown {
				out += fmt.Sprint("; ", g.Item, " ", g.Status, " ", shownAs(g.Value))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	accept := func(project string, n float64) int64 {
		t.Helper()
		id := hand(t, s, project, "2019-Q1", n)
		if err := decide(s, id); err != nil {
			t.Fatal(err)
		}
		compute()
		return id
	}
	check := func(when, want string) {
		t.Helper()
		if got := reads(); got != want {
			t.Errorf("%s: %s, and should read %s", when, got, want)
		}
		if done := compute(); done.Revised+done.New+done.Retired > 0 {
			t.Errorf("%s: made again, %d figures read otherwise", when, done.Revised)
		}
	}
	accept("mentors", 20)
	check("the first is in", "missing -; mentors available 20; panels missing -")
	late := accept("panels", 3)
	check("the other came late", "suppressed -; mentors available 20; panels suppressed -")
	if err := s.Update(ctx, "withdraw", func(tx *Session) error { return tx.Withdraw(ctx, late, "a", "A slip.") }); err != nil {
		t.Fatal(err)
	}
	compute()
	check("it is withdrawn", "missing -; mentors available 20; panels missing -")
	accept("panels", 7)
	check("seven were meant", "available 27; mentors available 20; panels available 7")
	accept("mentors", 26)
	check("the first is replaced", "available 33; mentors available 26; panels available 7")
}

func shownAs(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(*v)
}
