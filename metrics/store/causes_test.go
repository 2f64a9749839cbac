package store

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"outcomes/metrics"
	"outcomes/metrics/strategy"
)

// The ledger tells each change of a figure by what happened: what the police
// restated, what was estimated anew, that it was no longer made and is again; a
// newer file that says the same is none.
func TestLedgerTellsCauses(t *testing.T) {
	day := clock()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "outcomes.db"), func() time.Time { return day })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	st, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	compute := func(with *metrics.Strategy, cause string) {
		t.Helper()
		if err := s.Update(t.Context(), "test", func(tx *Session) error {
			_, err := tx.Compute(t.Context(), with, cause)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	quarter(t, s)
	compute(st, "import police")
	then := violence(t, s, "E08000026", "2019-Q1")
	if _, err := s.Freeze(t.Context(), "sam@example.org", func(number int, at string) (metrics.Pack, error) {
		p := packWith(number, at, []byte("report"))
		p.Report.Figures = []metrics.ReportFigure{{Figure: then, Title: "Violence"}}
		return p, nil
	}); err != nil {
		t.Fatal(err)
	}
	var said []string
	told := func(changed bool, more ...string) {
		t.Helper()
		said = append(said, more...)
		lines, err := s.Ledger(t.Context(), 1, st)
		if err != nil || len(lines) != 1 {
			t.Fatal(len(lines), err)
		}
		want := said
		if !changed {
			want = nil
		}
		if lines[0].Changed != changed || !slices.Equal(lines[0].Causes, want) {
			t.Errorf("on %s the ledger says %v\n%s\nand not\n%s", day.Format(time.DateOnly), lines[0].Changed, strings.Join(lines[0].Causes, "\n"), strings.Join(want, "\n"))
		}
	}
	told(false)

	day = day.AddDate(0, 0, 1)
	save(t, s, month("2019-04", "d2019-04", "f2019-04", 12)) // a later one
	compute(st, "import police")
	told(false)

	day = day.AddDate(0, 0, 1)
	save(t, s, month("2019-02", "new", "newer", 20), month("2019-03", "new", "newer", 20))
	compute(st, "import police")
	told(true, "17 January 2020: the police restated February 2019 and March 2019 (2019-02-west-midlands-street.csv, read on 17 January 2020; 2019-03-west-midlands-street.csv, read on 17 January 2020, took the place of 2019-02-west-midlands-street.csv, read on 15 January 2020; 2019-03-west-midlands-street.csv, read on 15 January 2020).")

	day = day.AddDate(0, 0, 1)
	save(t, s, month("2019-02", "spaced otherwise", "spaced", 20)) // another file that counts the same
	compute(st, "import police")
	if f := violence(t, s, "E08000026", "2019-Q1"); f.Revision != 2 {
		t.Fatalf("it is revision %d", f.Revision)
	}
	told(true)

	day = day.AddDate(0, 0, 1)
	save(t, s, population(2019, 2000))
	compute(st, "import population")
	told(true, "19 January 2020: the population estimates of mid-2019 changed (mye.csv, read on 19 January 2020, took the place of mye.csv, read on 15 January 2020).")

	day = day.AddDate(0, 0, 1)
	other := *st
	other.SHA = "other"
	other.Indicators = slices.DeleteFunc(slices.Clone(st.Indicators), func(ind metrics.Indicator) bool { return ind.ID == "violence-rate" })
	compute(&other, "another strategy file")
	told(true, "20 January 2020: the strategy file was changed; the figure is no longer made.")

	day = day.AddDate(0, 0, 1)
	save(t, s, month("2019-01", "new", "newer", 40))
	compute(st, "import police") // and it is the strategy of before again
	told(true, "21 January 2020: the strategy file was changed; the police restated January 2019 (2019-01-west-midlands-street.csv, read on 21 January 2020, took the place of 2019-01-west-midlands-street.csv, read on 15 January 2020); the figure is made again.")

	if _, err := s.Ledger(t.Context(), 2, st); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("the ledger of a pack that is not there: %v", err)
	}
}
