package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outcomes/metrics"
	"outcomes/metrics/strategy"
)

func clock() time.Time { return time.Date(2020, 1, 15, 12, 0, 0, 0, time.UTC) }

func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "outcomes.db"), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func save(t testing.TB, s *Store, releases ...Release) []Saved {
	t.Helper()
	var saved []Saved
	err := s.Update(context.Background(), "test", func(tx *Session) (err error) {
		saved, err = tx.Save(context.Background(), releases)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// lookups place three LSOAs in Coventry and one elsewhere in the force area.
func lookups() Release {
	return Release{
		Batch: metrics.Batch{Source: metrics.GeographySource, Release: "lookup/test", File: "lookup.csv", Digest: "sha256:1", Period: "2022"},
		Facts: &Lookup{
			LSOAs: []LSOARow{
				{2011, "E01009522", "Coventry 014A", "E08000026", "Coventry", 2022},
				{2011, "E01009523", "Coventry 010A", "E08000026", "Coventry", 2022},
				{2021, "E01009522", "Coventry 014A", "E08000026", "Coventry", 2022},
				{2011, "E01008881", "Birmingham 067A", "E08000025", "Birmingham", 2022},
			},
			Forces: []ForceRow{
				{"E08000026", "Coventry", "E22000336", "Coventry", "E23000014", "West Midlands"},
				{"E08000025", "Birmingham", "E22000335", "Birmingham", "E23000014", "West Midlands"},
			},
		},
	}
}

func month(m, digest, sha string, n int64) Release {
	parsed, _ := metrics.ParseMonth(m)
	const violence = "Violence and sexual offences"
	return Release{
		Batch: metrics.Batch{Source: metrics.PoliceSource, Release: "police/west-midlands/" + m, File: m + "-west-midlands-street.csv", Name: m, Digest: digest,
			Period: m, Coverage: "c", Account: metrics.Account{Read: n + 1, Kept: n, WithoutLocation: 1}, Facts: 3, FactsSHA: sha,
			Problems: []metrics.Problem{{File: "f", Row: 2, Rule: "lsoa_unknown", Message: "</script>"}}},
		Facts: &StreetMonth{Force: "West Midlands Police", Slug: "west-midlands", ForceArea: "E23000014", Month: parsed, HasLSOA: true, Scheme: metrics.Scheme2013,
			LSOA:    []LSOACount{{"E01009522", violence, n}},
			Area:    []AreaCount{{"E08000026", violence, n}, {"E23000014", violence, n + 1}},
			Outcome: []OutcomeCount{{"E08000026", violence, "Local resolution", n}}},
	}
}

func population(year int, persons int64) Release {
	return Release{
		Batch: metrics.Batch{Source: metrics.PopulationSource, Release: fmt.Sprintf("mid-%d", year), File: "mye.csv", Digest: fmt.Sprintf("sha256:p%d", persons), Period: fmt.Sprintf("mid-%d", year)},
		Facts: &Estimates{Year: year, Base: 2011, Rows: []EstimateRow{{"E08000026", "Coventry", -1, persons}, {"E08000025", "Birmingham", -1, 3 * persons}}},
	}
}

func cover(t testing.TB, s *Store) {
	t.Helper()
	err := s.Update(context.Background(), "test", func(tx *Session) error {
		g, err := tx.Geography(context.Background())
		if err != nil {
			return err
		}
		areas := LSOAsOf(g, []string{"E08000026"})
		areas["E23000014"] = ""
		return tx.SaveCoverage(context.Background(), "c", areas)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func compute(t testing.TB, s *Store) Computed {
	t.Helper()
	st, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	var done Computed
	err = s.Update(context.Background(), "test", func(tx *Session) (err error) {
		done, err = tx.Compute(context.Background(), st, "test")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func violence(t testing.TB, s *Store, area, period string) metrics.Figure {
	t.Helper()
	figures, err := s.Figures(context.Background(), metrics.FigureFilter{Indicator: "violence-rate", Areas: []string{area}, Period: period})
	if err != nil || len(figures) != 1 {
		t.Fatalf("%d figures, %v", len(figures), err)
	}
	return figures[0]
}

func quarter(t testing.TB, s *Store) {
	t.Helper()
	save(t, s, lookups())
	cover(t, s)
	save(t, s, population(2019, 1000))
	for i, m := range []string{"2019-01", "2019-02", "2019-03"} {
		save(t, s, month(m, "d"+m, "f"+m, int64(10+i)))
	}
}

func TestFromFactsToFigures(t *testing.T) {
	s := open(t)
	quarter(t, s)
	if done := compute(t, s); done.New == 0 || done.Figures != done.New {
		t.Errorf("%+v", done)
	}
	f := violence(t, s, "E08000026", "2019-Q1")
	if *f.Numerator != 33 || *f.Value != 33 || f.Revision != 1 || f.Area.Name != "Coventry" {
		t.Errorf("%+v", f)
	}
	if f := violence(t, s, "E23000014", "2019-Q1"); *f.Numerator != 36 || *f.Value != 9 {
		t.Errorf("the force's: %+v", f)
	}
	st, err := s.State(context.Background())
	if err != nil || st.Behind || st.MadeAt == "" || st.StrategySHA == "" {
		t.Errorf("%+v, %v", st, err)
	}
	if done := compute(t, s); done.New+done.Revised+done.Retired != 0 {
		t.Errorf("computed again: %+v", done)
	}
}

// A newer release of a month replaces it, and what changed is a revision.
func TestRevisions(t *testing.T) {
	s := open(t)
	quarter(t, s)
	compute(t, s)
	saved := save(t, s, month("2019-03", "new", "newer", 20))
	if !saved[0].Changed || saved[0].Replaced == 0 {
		t.Errorf("%+v", saved)
	}
	if st, _ := s.State(context.Background()); !st.Behind {
		t.Error("facts are ahead of the figures and the state does not say so")
	}
	compute(t, s)
	if f := violence(t, s, "E08000026", "2019-Q1"); *f.Numerator != 41 || f.Revision != 2 {
		t.Errorf("%v, revision %d", *f.Numerator, f.Revision)
	}
	var old int
	if err := s.r.QueryRow(`SELECT count(*) FROM figure WHERE indicator = 'violence-rate' AND area = 'E08000026' AND period = '2019-Q1' AND numerator = 33 AND current = 0`).Scan(&old); err != nil || old != 1 {
		t.Errorf("the old revision is not kept: %d, %v", old, err)
	}
	var left int
	if err := s.r.QueryRow(`SELECT count(*) FROM crime_lsoa c JOIN batch b ON b.id = c.batch_id WHERE b.current = 0`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d facts of a superseded batch are left, %v", left, err)
	}
}

func TestTheSameAgainChangesNothing(t *testing.T) {
	s := open(t)
	quarter(t, s)
	for _, rel := range []Release{lookups(), population(2019, 1000), month("2019-03", "another file", "f2019-03", 12)} {
		if saved := save(t, s, rel); saved[0].Changed || saved[0].Batch != 0 {
			t.Errorf("%s: %+v", rel.Release, saved[0])
		}
	}
	batches, err := s.Batches(context.Background())
	if err != nil || len(batches) != 5 {
		t.Errorf("%d batches, %v", len(batches), err)
	}
	if len(batches[0].Problems) != 1 || batches[0].Problems[0].Message != "</script>" {
		t.Errorf("problems: %+v", batches[0].Problems)
	}
	known := func(name, digest, coverage string) (ReadBefore, bool) {
		before, ok, err := s.Known(context.Background(), metrics.PoliceSource, name, digest, coverage)
		if err != nil {
			t.Fatal(err)
		}
		return before, ok
	}
	if before, ok := known("2019-01", "d2019-01", "c"); !ok || !before.Intact {
		t.Errorf("a file that was read is not known: %+v", before)
	}
	if _, ok := known("2019-02", "d2019-01", "c"); ok {
		t.Error("one month's file passes for another's")
	}
	if _, ok := known("2019-01", "d2019-01", "other areas"); ok {
		t.Error("a file read for other areas passes for read")
	}
	// Once its facts were replaced a file can be put back in force.
	save(t, s, month("2019-01", "wrong", "wrong", 99))
	if before, _ := known("2019-01", "d2019-01", "c"); before.Intact || before.Digest != "wrong" {
		t.Errorf("a file whose facts were replaced counts as read: %+v", before)
	}
	if saved := save(t, s, month("2019-01", "d2019-01", "f2019-01", 10)); !saved[0].Changed {
		t.Error("it was not put back")
	}
	if before, _ := known("2019-01", "d2019-01", "c"); !before.Intact {
		t.Error("put back, it does not count as read")
	}
}

// Estimates replace area by area: what a newer file does not have stays.
func TestEstimatesReplaceByArea(t *testing.T) {
	s := open(t)
	save(t, s, population(2019, 1000))
	one := population(2019, 1500)
	one.Facts.(*Estimates).Rows = one.Facts.(*Estimates).Rows[:1]
	save(t, s, one)
	f, _, err := s.Facts(context.Background(), metrics.NewGeography(), metrics.Needs{LADs: []string{"E08000026", "E08000025"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Residents["E08000026"][2019].Persons; got != 1500 {
		t.Errorf("Coventry has %d", got)
	}
	if got := f.Residents["E08000025"][2019].Persons; got != 3000 {
		t.Errorf("Birmingham has %d", got)
	}
	save(t, s, population(2019, 2000)) // now nothing of the two is left
	batches, _ := s.Batches(context.Background())
	if batches[0].Current != true || batches[1].Current || batches[2].Current || batches[1].Superseded != batches[0].ID {
		t.Errorf("%+v", batches)
	}
}

// Counts made for other areas are no zeros for this one.
func TestCoverage(t *testing.T) {
	s := open(t)
	quarter(t, s)
	compute(t, s)
	more := lookups()
	more.Digest = "sha256:2"
	l := more.Facts.(*Lookup)
	l.LSOAs = append(l.LSOAs, LSOARow{2021, "E01035000", "Coventry 014F", "E08000026", "Coventry", 2024})
	save(t, s, more)
	compute(t, s)
	f := violence(t, s, "E08000026", "2019-Q1")
	if f.Status != metrics.Missing || !strings.Contains(f.Reason, "import them again") {
		t.Errorf("%s %s", f.Status, f.Reason)
	}
	if f := violence(t, s, "E23000014", "2019-Q1"); f.Status != metrics.Available {
		t.Errorf("the force's: %s", f.Reason)
	}
}

func TestAnErrorUndoesAll(t *testing.T) {
	s := open(t)
	boom := errors.New("boom")
	err := s.Update(context.Background(), "test", func(tx *Session) error {
		if _, err := tx.Save(context.Background(), []Release{lookups()}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	if batches, _ := s.Batches(context.Background()); len(batches) != 0 {
		t.Errorf("%d batches", len(batches))
	}
	// Rows that do not add up are refused by the database itself.
	bad := month("2019-01", "d", "f", 3)
	bad.Account.Read = 99
	err = s.Update(context.Background(), "test", func(tx *Session) error {
		_, err := tx.Save(context.Background(), []Release{bad})
		return err
	})
	if err == nil {
		t.Error("an account that does not add up was kept")
	}
}

func TestSampleAndRealDoNotMix(t *testing.T) {
	s := open(t)
	invented := lookups()
	invented.Sample = true
	save(t, s, invented)
	err := s.Update(context.Background(), "test", func(tx *Session) error {
		_, err := tx.Save(context.Background(), []Release{population(2019, 1)})
		return err
	})
	if metrics.KindOf(err) != metrics.Conflict {
		t.Errorf("got %v", err)
	}
	if st, _ := s.State(context.Background()); !st.Sample {
		t.Error("the state does not say that the data are invented")
	}
}

// Readers go on while a write is under way, and see none of it.
func TestReadersDuringAWrite(t *testing.T) {
	s := open(t)
	quarter(t, s)
	compute(t, s)
	err := s.Update(context.Background(), "test", func(tx *Session) error {
		if _, err := tx.Save(context.Background(), []Release{month("2019-03", "new", "newer", 99)}); err != nil {
			return err
		}
		if f := violence(t, s, "E08000026", "2019-Q1"); *f.Numerator != 33 {
			t.Errorf("a reader sees %v", *f.Numerator)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWrongFiles(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), text, clock); metrics.KindOf(err) != metrics.Invalid {
		t.Errorf("a text file: %v", err)
	}
	if _, err := Open(context.Background(), dir, clock); metrics.KindOf(err) != metrics.Invalid {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(context.Background(), filepath.Join(dir, "no", "such.db"), clock); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("no folder: %v", err)
	}
	if _, err := OpenExisting(context.Background(), filepath.Join(dir, "none.db"), clock); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("none: %v", err)
	}
	odd := filepath.Join(dir, "what? #50%.db")
	s, err := Open(context.Background(), odd, clock)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := os.Stat(odd); err != nil {
		t.Errorf("the file went elsewhere: %v", err)
	}
}

func TestLSOANumbers(t *testing.T) {
	for _, code := range []string{"E01009522", "E01000001", "W01001476", "E01035762"} {
		n, err := lsoaNumber(code)
		if err != nil || lsoaCode(n) != code {
			t.Errorf("%s became %d, %s (%v)", code, n, lsoaCode(n), err)
		}
	}
	for _, code := range []string{"", "E02000001", "S01006506", "E0100952", "E01-00001"} {
		if n, err := lsoaNumber(code); err == nil {
			t.Errorf("%s became %d", code, n)
		}
	}
}
