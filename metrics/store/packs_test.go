package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"outcomes/metrics"
	"outcomes/metrics/strategy"
)

// packOf freezes the figures in force of an indicator.
func packOf(t testing.TB, s *Store, indicators ...string) int {
	t.Helper()
	number, err := s.Freeze(ctx, "ann@example.org", func(number int, at string) (metrics.Pack, error) {
		r := &metrics.Report{Number: number, Title: "Report", FrozenAt: at}
		for _, id := range indicators {
			for _, f := range figuresOf(t, s, metrics.FigureFilter{Indicator: id}) {
				r.Figures = append(r.Figures, metrics.ReportFigure{Figure: f, Title: id})
			}
		}
		q, _ := metrics.ParsePeriod("2019-Q1")
		return metrics.Pack{Title: "Report", Period: q, Choice: metrics.ReportChoice{Period: q, Indicators: indicators}, FrozenAt: at, FrozenBy: "Ann Lee", SHA256: "hash", Report: r,
			Files: []metrics.PackFile{{Name: "report.csv", Body: fmt.Appendf(nil, "pack %d", number)}, {Name: "charts/same.svg", Body: []byte("<svg/>")}}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func TestCommentary(t *testing.T) {
	s := open(t)
	q, _ := metrics.ParsePeriod("2019-Q1")
	write := func(by, text string, seen int64) error {
		return s.Comment(ctx, metrics.Comment{Period: q, Indicator: "violence-rate", By: by, Email: by + "@example.org", Text: text}, seen)
	}
	read := func() metrics.Comment {
		t.Helper()
		list, err := s.Comments(ctx, q)
		if err != nil || len(list) > 1 {
			t.Fatalf("%v, %v", list, err)
		}
		if len(list) == 0 {
			return metrics.Comment{}
		}
		return list[0]
	}
	if err := write("ann", "First.", 0); err != nil {
		t.Fatal(err)
	}
	first := read()
	if first.Text != "First." || first.By != "ann" || first.At != "2020-01-15T12:00:00Z" {
		t.Errorf("%+v", first)
	}
	if err := write("bob", "At the same time.", 0); metrics.KindOf(err) != metrics.Conflict || !strings.Contains(err.Error(), "ann wrote here while you did") {
		t.Errorf("two at once: %v", err)
	}
	if err := write("bob", "Second.", first.ID); err != nil || read().Text != "Second." {
		t.Errorf("after reading: %v, %+v", err, read())
	}
	if err := write("ann", "", read().ID); err != nil || read().Text != "" {
		t.Errorf("taken back: %v, %+v", err, read())
	}
	if err := write("ann", "Third.", 0); err != nil || read().Text != "Third." {
		t.Errorf("again: %v", err)
	}
	var n int
	if err := s.r.QueryRow(`SELECT count(*) FROM commentary`).Scan(&n); err != nil || n != 4 {
		t.Errorf("%d versions are kept, %v", n, err)
	}
	if err := s.r.QueryRow(`SELECT count(*) FROM audit WHERE action LIKE 'comment%'`).Scan(&n); err != nil || n != 4 {
		t.Errorf("%d lines of the audit, %v", n, err)
	}
	if other, err := s.Comments(ctx, metrics.QuarterOf(metrics.NewMonth(2019, 6))); err != nil || len(other) != 0 {
		t.Errorf("another quarter: %v, %v", other, err)
	}
}

// A pack is made whole or not at all, has the next number, and stays as it is.
func TestFreeze(t *testing.T) {
	s := open(t)
	quarter(t, s)
	compute(t, s)
	if n := packOf(t, s, "violence-rate"); n != 1 {
		t.Fatalf("the first has the number %d", n)
	}
	stopped := errors.New("stopped")
	if _, err := s.Freeze(ctx, "ann", func(int, string) (metrics.Pack, error) { return metrics.Pack{}, stopped }); !errors.Is(err, stopped) {
		t.Errorf("%v", err)
	}
	// Two files of one name cannot be kept: all of it is undone.
	if _, err := s.Freeze(ctx, "ann", func(_ int, at string) (metrics.Pack, error) {
		return metrics.Pack{FrozenAt: at, Report: &metrics.Report{}, Files: []metrics.PackFile{{Name: "a", Body: []byte("one")}, {Name: "a", Body: []byte("two")}}}, nil
	}); err == nil {
		t.Error("a pack with two files of one name was kept")
	}
	if n := packOf(t, s, "violence-rate"); n != 2 {
		t.Errorf("after two that failed, the second has the number %d", n)
	}
	packs, err := s.Packs(ctx)
	if err != nil || len(packs) != 2 || packs[0].Number != 2 || packs[1].SupersededBy != 2 || packs[0].SupersededBy != 0 || packs[0].Report != nil || len(packs[0].Files) != 2 {
		t.Errorf("%+v, %v", packs, err)
	}
	p, err := s.Pack(ctx, 1)
	if err != nil || p.Report == nil || len(p.Report.Figures) == 0 || p.Files[1].Name != "charts/same.svg" || p.Period.Code() != "2019-Q1" {
		t.Errorf("%+v, %v", p, err)
	}
	f, err := s.PackFile(ctx, 1, "report.csv")
	if err != nil || string(f.Body) != "pack 1" {
		t.Errorf("%s, %v", f.Body, err)
	}
	for _, ask := range []func() error{
		func() error { _, err := s.Pack(ctx, 3); return err },
		func() error { _, err := s.PackFile(ctx, 1, "none"); return err },
		func() error { _, err := s.PackFile(ctx, 3, "report.csv"); return err },
		func() error { _, err := s.Ledger(ctx, 3, &metrics.Strategy{}); return err },
	} {
		if err := ask(); metrics.KindOf(err) != metrics.NotFound {
			t.Errorf("what there is none of: %v", err)
		}
	}
	for _, change := range []string{
		`UPDATE pack SET title = 'x'`, `DELETE FROM pack`, `UPDATE pack_file SET name = 'x'`, `DELETE FROM pack_file`, `UPDATE raw_file SET body = x'00'`, `DELETE FROM raw_file`,
	} {
		if _, err := s.w.Exec(change); err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: %v", change, err)
		}
	}
	q, _ := metrics.ParsePeriod("2019-Q1")
	if err := s.Comment(ctx, metrics.Comment{Period: q, Indicator: "a", Text: "b"}, 0); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{`UPDATE commentary SET text = 'x'`, `DELETE FROM commentary`} {
		if _, err := s.w.Exec(change); err == nil || !strings.Contains(err.Error(), "only ever added to") {
			t.Errorf("%s: %v", change, err)
		}
	}
}

func TestManyFreezeAtOnce(t *testing.T) {
	s := open(t)
	quarter(t, s)
	compute(t, s)
	var wg sync.WaitGroup
	numbers := make([]int, 8)
	for i := range numbers {
		wg.Go(func() { numbers[i] = packOf(t, s, "violence-rate") })
	}
	wg.Wait()
	slices.Sort(numbers)
	if !slices.Equal(numbers, []int{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("the packs have the numbers %v", numbers)
	}
	for _, n := range numbers {
		if f, err := s.PackFile(ctx, n, "report.csv"); err != nil || string(f.Body) != fmt.Sprintf("pack %d", n) {
			t.Errorf("pack %d holds %q, %v", n, f.Body, err)
		}
	}
}

// A disk that fills while a pack is written leaves all as it was, and says so.
func TestFreezeOnAFullDisk(t *testing.T) {
	s := open(t)
	quarter(t, s)
	compute(t, s)
	packOf(t, s, "violence-rate")
	var pages int
	if err := s.w.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := s.w.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+20)); err != nil {
		t.Fatal(err)
	}
	big := func(_ int, at string) (metrics.Pack, error) {
		return metrics.Pack{FrozenAt: at, Report: &metrics.Report{}, Files: []metrics.PackFile{{Name: "small", Body: []byte("small")}, {Name: "big", Body: bytes.Repeat([]byte{1}, 1<<20)}}}, nil
	}
	if _, err := s.Freeze(ctx, "ann", big); metrics.KindOf(err) != metrics.Unavailable || !strings.Contains(err.Error(), "full") {
		t.Errorf("%v, kind %v", err, metrics.KindOf(err))
	}
	var n int
	if err := s.r.QueryRow(`SELECT (SELECT count(*) FROM pack) + (SELECT count(*) FROM pack_file) + (SELECT count(*) FROM audit WHERE action = 'report frozen')`).Scan(&n); err != nil || n != 4 {
		t.Errorf("%d rows of packs, %v", n, err)
	}
	if _, err := s.w.Exec(`PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	if number, err := s.Freeze(ctx, "ann", big); err != nil || number != 2 {
		t.Errorf("with room again: %d, %v", number, err)
	}
}

// The ledger of a pack names what changed since, and why.
func TestPackLedger(t *testing.T) {
	now := clock()
	s := at(t, &now)
	st, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	made := func(cause string, st *metrics.Strategy) {
		t.Helper()
		err := s.Update(ctx, "test", func(tx *Session) error {
			_, err := tx.Compute(ctx, st, cause)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	quarter(t, s)
	accepted := hand(t, s, "early-intervention-youth-fund", "2019-Q1", 31)
	if err := decide(s, accepted); err != nil {
		t.Fatal(err)
	}
	made("import police", st)
	packOf(t, s, "violence-rate", "robbery-rate", "referrals-received")
	before, err := s.Pack(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	line := func(indicator, area, period string) metrics.LedgerLine {
		t.Helper()
		lines, err := s.Ledger(ctx, 1, st)
		if err != nil || len(lines) != len(before.Report.Figures) {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		for _, l := range lines {
			if l.Then.Indicator == indicator && l.Then.Area.Code == area && l.Then.Period.Code() == period {
				return l
			}
		}
		t.Fatalf("no line of %s %s %s", indicator, area, period)
		return metrics.LedgerLine{}
	}
	const own = "E08000026"
	if l := line("violence-rate", own, "2019-Q1"); l.Changed || len(l.Causes) != 0 || l.Now == nil {
		t.Errorf("at once: %+v", l)
	}

	now = now.Add(24 * time.Hour)
	save(t, s, month("2019-03", "new", "newer", 20))
	made("import police", st)
	const restated = "16 January 2020: the police restated March 2019 (2019-03-west-midlands-street.csv, read on 16 January 2020, took the place of 2019-03-west-midlands-street.csv, read on 15 January 2020)."
	if l := line("violence-rate", own, "2019-Q1"); !l.Changed || *l.Then.Numerator != 33 || *l.Now.Numerator != 41 || !slices.Equal(l.Causes, []string{restated}) {
		t.Errorf("restated: %q", l.Causes)
	}

	now = now.Add(24 * time.Hour)
	save(t, s, population(2019, 1100))
	made("import population", st)
	const estimates = "17 January 2020: the population estimates of mid-2019 changed (mye.csv, read on 17 January 2020, took the place of mye.csv, read on 15 January 2020)."
	if l := line("violence-rate", own, "2019-Q1"); !slices.Equal(l.Causes, []string{restated, estimates}) {
		t.Errorf("population: %q", l.Causes)
	}

	now = now.Add(24 * time.Hour)
	without := *st
	without.SHA = "without robbery"
	without.Indicators = slices.DeleteFunc(slices.Clone(st.Indicators), func(i metrics.Indicator) bool { return i.ID == "robbery-rate" })
	made("another strategy file", &without)
	if l := line("violence-rate", own, "2019-Q1"); len(l.Causes) != 2 {
		t.Errorf("a strategy that says the same of an indicator: %q", l.Causes)
	}
	st = &without
	l := line("robbery-rate", own, "2019-Q1")
	if l.Now != nil || !l.Changed || len(l.Causes) == 0 || l.Causes[len(l.Causes)-1] != "18 January 2020: the strategy file was changed; the figure is no longer made." {
		t.Errorf("retired: %+v", l.Causes)
	}

	after, err := s.Pack(ctx, 1)
	if err != nil || after.Report.Hashed().SHA256 != before.Report.Hashed().SHA256 {
		t.Errorf("the pack itself changed, %v", err)
	}
}

// A figure made from returns says which return was accepted, replaced and
// withdrawn, by project and quarter, and never by its file.
func TestPackLedgerOfReturns(t *testing.T) {
	now := clock()
	s := at(t, &now)
	st, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	in := slices.IndexFunc(st.Indicators, func(i metrics.Indicator) bool {
		return i.Accountability == metrics.Performance && i.Kind == metrics.Total && slices.Contains(i.Periods, metrics.Quarter) && len(st.Contributors(i)) == 1
	})
	if in < 0 {
		t.Fatal("the strategy has no total of one project")
	}
	ind := st.Indicators[in]
	project := st.Contributors(ind)[0]
	measure := ind.Numerator.Returned[0]
	q, _ := metrics.ParsePeriod("2019-Q2")
	round := func(what string, do func(tx *Session) error) {
		t.Helper()
		now = now.Add(24 * time.Hour)
		err := s.Update(ctx, "test", func(tx *Session) error {
			if err := do(tx); err != nil {
				return err
			}
			_, err := tx.Compute(ctx, st, what)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var held int64
	accept := func(n float64) {
		t.Helper()
		held++
		round(fmt.Sprintf("return %d accepted", held), func(tx *Session) error {
			sha, err := tx.KeepFile(ctx, fmt.Appendf(nil, "workbook %v", n))
			if err != nil {
				return err
			}
			id, err := tx.Receive(ctx, metrics.Submission{Project: project.ID, Quarter: q, File: "Jane Doe.xlsx", SHA: sha, ReceivedBy: "a",
				Values: []metrics.ReturnValue{{ReturnCell: metrics.ReturnCell{Measure: measure}, Value: n, Sheet: "Totals", Cell: "D2"}}})
			if err != nil || id != held {
				return fmt.Errorf("return %d: %w", id, err)
			}
			return tx.Accept(ctx, id, Decision{By: "a"})
		})
	}
	save(t, s, lookups())
	accept(40)
	packOf(t, s, ind.ID)
	accept(55)
	round("return 2 withdrawn", func(tx *Session) error { return tx.Withdraw(ctx, 2, "a", "Counted twice.") })
	accept(60)
	lines, err := s.Ledger(ctx, 1, st)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, l := range lines {
		if l.Then.Period != q || l.Then.Status != metrics.Available {
			continue
		}
		found = true
		named := "the return of " + project.Name + " for April to June 2019 (quarter 1 of 2019-20) was "
		want := []string{"17 January 2020: " + named + "replaced by a newer one.", "18 January 2020: " + named + "withdrawn; the figure is no longer made.", "19 January 2020: " + named + "accepted; the figure is made again."}
		if !l.Changed || *l.Then.Value != 40 || *l.Now.Value != 60 || !slices.Equal(l.Causes, want) {
			t.Errorf("%+v %q, want %q", l.Now, l.Causes, want)
		}
	}
	if !found {
		t.Errorf("no figure of %s among %d", ind.ID, len(lines))
	}
}
