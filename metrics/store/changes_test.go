package store

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"outcomes/metrics"
)

// at opens a store whose clock is set by the test.
func at(t testing.TB, now *time.Time) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "outcomes.db"), func() time.Time { return *now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func figuresOf(t testing.TB, s *Store, filter metrics.FigureFilter) []metrics.Figure {
	t.Helper()
	list, err := s.Figures(context.Background(), filter)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The list read in parts of any size is the list read at once, whatever it is
// filtered by, and its count says how long it is.
func TestFiguresInParts(t *testing.T) {
	ctx := context.Background()
	s := grouped(t)
	march := metrics.NewMonth(2019, 3)
	seen := 0
	for _, filter := range []metrics.FigureFilter{
		{}, {Indicator: "violence-rate"}, {Priority: "enforcement"}, {Kind: metrics.Quarter}, {Areas: []string{"E08000026"}}, {Period: "2019-Q1"},
		{Status: metrics.Available}, {Status: metrics.Missing, Kind: metrics.YearEnding}, {From: march}, {To: march}, {From: march - 1, To: march, Brief: true},
		{Indicator: "none"}, {Indicator: "violence-rate", Areas: []string{"E08000026"}, From: march, Status: metrics.Available},
	} {
		whole := figuresOf(t, s, filter)
		seen += len(whole)
		if n, err := s.CountFigures(ctx, filter); err != nil || n != len(whole) {
			t.Errorf("%+v: %d figures are counted as %d, %v", filter, len(whole), n, err)
		}
		for _, f := range whole {
			if filter.Status != "" && f.Status != filter.Status || filter.From != 0 && f.Period.Last < filter.From || filter.To != 0 && f.Period.Last > filter.To {
				t.Errorf("%+v chooses %s, %s", filter, figureKey(f), f.Status)
			}
		}
		for _, size := range []int{1, 7, len(whole) + 1} {
			var parts []metrics.Figure
			part := filter
			part.Limit = size
			for {
				list := figuresOf(t, s, part)
				if n, err := s.CountFigures(ctx, part); err != nil || n != len(whole) {
					t.Errorf("%+v: the part counts %d, %v", part, n, err)
				}
				if len(list) > size {
					t.Fatalf("%d figures in a part of %d", len(list), size)
				}
				parts = append(parts, list...)
				if len(list) < size {
					break
				}
				key := list[len(list)-1].Key()
				part.After = &key
			}
			if !reflect.DeepEqual(parts, whole) {
				t.Errorf("%+v in parts of %d: %d figures, %d at once", filter, size, len(parts), len(whole))
			}
		}
	}
	if seen < 50 {
		t.Errorf("%d figures: there was little to take apart", seen)
	}
	// Statements of so many shapes are not kept.
	if held := s.q.(*prepared).held; slices.ContainsFunc(keys(held), func(q string) bool {
		return strings.Contains(q, "LIMIT") || strings.Contains(q, "count(*) FROM figure")
	}) {
		t.Error("the statement of a part is kept")
	}
	if plan := explain(t, s, metrics.FigureFilter{After: &metrics.FigureKey{Indicator: "violence-rate", Area: "E08000026", Period: metrics.QuarterOf(march)}, Limit: 10}); !strings.Contains(plan, "figure_current (indicator>?") && !strings.Contains(plan, "figure_current ((indicator,") {
		t.Errorf("a part is not read from the index: %s", plan)
	} else if strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
		t.Errorf("a part is sorted whole: %s", plan)
	}
	if plan := explain(t, s, metrics.FigureFilter{Status: metrics.Suppressed, Limit: 10}); !strings.Contains(plan, "figure_not_available (status=?)") || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
		t.Errorf("the few that are suppressed are looked for among all: %s", plan)
	}
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

// explain is how SQLite goes about a part of the figures.
func explain(t testing.TB, s *Store, filter metrics.FigureFilter) string {
	t.Helper()
	where, args := chosen(filter)
	rows, err := s.r.Query(`EXPLAIN QUERY PLAN SELECT f.id FROM figure f JOIN computation c ON c.id = f.made_by WHERE `+where+
		` ORDER BY f.indicator, f.area, f.period_kind, f.period_end, f.period, f.revision LIMIT ?`, append(args, filter.Limit)...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	return strings.Join(plan, "; ")
}

// told is a change in a few words.
func told(c metrics.Change) string {
	read := func(f *metrics.Figure) string {
		switch {
		case f == nil:
			return "nothing"
		case f.Numerator == nil:
			return string(f.Status)
		}
		return metrics.Decimal(*f.Numerator, 0)
	}
	state := ""
	if c.InForce {
		state = ", in force"
	}
	f := c.Figure()
	return c.At + " " + string(c.Kind) + " " + figureKey(f) + ": " + read(c.From) + " to " + read(c.To) + state + " (" + c.Cause + ")"
}

func TestChanges(t *testing.T) {
	ctx := context.Background()
	now := clock()
	s := at(t, &now)
	save(t, s, lookups(), population(2018, 360000), population(2019, 366000))
	cover(t, s)
	save(t, s, month("2019-01", "d1", "f1", 11), month("2019-02", "d2", "f2", 12), month("2019-03", "d3", "f3", 10))
	made := compute(t, s)
	changes := func(filter metrics.ChangeFilter) []metrics.Change {
		t.Helper()
		list, err := s.Changes(ctx, filter)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	first := changes(metrics.ChangeFilter{})
	if len(first) != made.New || len(first) == 0 {
		t.Fatalf("%d changes of %d new figures", len(first), made.New)
	}
	for _, c := range first {
		if c.Kind != metrics.ChangeMade || c.From != nil || c.To == nil || !c.InForce || c.At != "2020-01-15T12:00:00Z" {
			t.Fatalf("%s: %+v", told(c), c)
		}
	}
	const quarter = "violence-rate E08000026 2019-Q1"
	of := func(list []metrics.Change, key string) []string {
		var out []string
		for _, c := range list {
			if figureKey(c.Figure()) == key {
				out = append(out, told(c))
			}
		}
		return out
	}

	// One file counts more: the figures of its quarter read otherwise.
	now = now.Add(24 * time.Hour)
	save(t, s, month("2019-03", "d4", "f4", 17))
	compute(t, s)
	since := metrics.ChangeFilter{Since: "2020-01-16T00:00:00Z"}
	if got := of(changes(since), quarter); !slices.Equal(got, []string{"2020-01-16T12:00:00Z revised " + quarter + ": 33 to 40, in force (test)"}) {
		t.Errorf("after a revision: %q", got)
	}
	// The moment itself is within, the one after it is not.
	if n := len(changes(metrics.ChangeFilter{Since: "2020-01-16T12:00:00Z"})); n != len(changes(since)) {
		t.Errorf("%d changes since the moment of the computation", n)
	}
	if list := changes(metrics.ChangeFilter{Since: "2020-01-16T12:00:01Z"}); len(list) != 0 {
		t.Errorf("after it: %s", told(list[0]))
	}

	// Only the words change: a change where words are enough.
	now = now.Add(24 * time.Hour)
	f := figuresOf(t, s, metrics.FigureFilter{Indicator: "violence-rate", Areas: []string{"E08000026"}, Period: "2019-Q1"})[0]
	write := func(do func(tx *Session, made int64) error) {
		t.Helper()
		err := s.Update(ctx, "test", func(tx *Session) error {
			res, err := tx.tx.Exec(`INSERT INTO computation (made_at, strategy, facts, cause) SELECT ?, strategy, facts, 'other words' FROM computation LIMIT 1`, tx.stamp())
			if err != nil {
				return err
			}
			made, err := res.LastInsertId()
			if err != nil {
				return err
			}
			return do(tx, made)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	f.Sentence = "In other words."
	write(func(tx *Session, made int64) error { return tx.insertFigures(ctx, made, []metrics.Figure{f}) })
	since.Since = "2020-01-17T00:00:00Z"
	since.Compared = []string{"violence-rate"}
	if list := changes(since); len(list) != 0 {
		t.Errorf("other words are a change: %s", told(list[0]))
	}
	since.Compared = []string{"robbery-rate"}
	if got := of(changes(since), quarter); !slices.Equal(got, []string{"2020-01-17T12:00:00Z revised " + quarter + ": 40 to 40, in force (other words)"}) {
		t.Errorf("every revision: %q", got)
	}

	// It is retired, and made again: then it has nothing that it read before.
	now = now.Add(24 * time.Hour)
	f = figuresOf(t, s, metrics.FigureFilter{Indicator: "violence-rate", Areas: []string{"E08000026"}, Period: "2019-Q1"})[0]
	write(func(tx *Session, made int64) error {
		_, err := tx.tx.Exec(`UPDATE figure SET current = 0, retired_by = ? WHERE id = ?`, made, f.ID)
		return err
	})
	now = now.Add(24 * time.Hour)
	write(func(tx *Session, made int64) error {
		f.ID = 0
		return tx.insertFigures(ctx, made, []metrics.Figure{f})
	})
	since.Since = "2020-01-18T00:00:00Z"
	since.Compared = []string{"violence-rate"}
	if got := of(changes(since), quarter); !slices.Equal(got, []string{
		"2020-01-18T12:00:00Z retired " + quarter + ": 40 to nothing (other words)",
		"2020-01-19T12:00:00Z made " + quarter + ": nothing to 40, in force (other words)"}) {
		t.Errorf("retired and made again: %q", got)
	}

	// In parts it is the same list.
	whole := changes(metrics.ChangeFilter{})
	for _, size := range []int{1, 5, len(whole)} {
		part := metrics.ChangeFilter{Limit: size}
		var parts []metrics.Change
		for {
			list := changes(part)
			parts = append(parts, list...)
			if len(list) < size {
				break
			}
			part.After = &list[len(list)-1].Key
		}
		if !reflect.DeepEqual(parts, whole) {
			t.Errorf("in parts of %d: %d changes, %d at once", size, len(parts), len(whole))
		}
	}
	for _, c := range whole {
		if f := c.Figure(); len(f.Statements)+len(f.Comparisons)+len(f.Notes) > 0 {
			t.Errorf("%s says more than what it read", told(c))
		}
		if len(c.Figure().Batches) == 0 && c.Figure().Status == metrics.Available {
			t.Errorf("%s says not what it was made from", told(c))
		}
	}
}
