package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics"
)

// spine makes a database as the first version of the schema had it, with the
// figures of the store in it.
func spine(t testing.TB, from *Store) (path string) {
	t.Helper()
	ctx := context.Background()
	path = filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite", file(path)+"?_dqs=0")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, `INSERT INTO strategy (sha, source, built_in, first_used) VALUES ('s', '', 1, '2020-01-15T12:00:00Z');
		INSERT INTO computation (id, made_at, strategy, facts, cause) VALUES (1, '2020-01-15T12:00:00Z', 's', 1, 'import')`); err != nil {
		t.Fatal(err)
	}
	text := func(list any) string {
		if reflect.ValueOf(list).Len() == 0 {
			return "[]"
		}
		b, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	figures, err := from.Figures(ctx, metrics.FigureFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		if _, err := db.ExecContext(ctx, `INSERT INTO figure (id, indicator, priority, area, area_name, area_kind, period, period_kind, period_end,
			revision, current, made_by, status, reason, numerator, denominator, value, lower, upper, unit, rank, rank_of, method, denominated,
			notes, break_before, comparisons, sentence, statements, batches, breakdown)
			VALUES (?,?,?,?,?,?,?,?,?,1,1,1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			f.ID, f.Indicator, f.Priority, f.Area.Code, f.Area.Name, f.Area.Kind, f.Period.Code(), f.Period.Kind, f.Period.Last.String(),
			f.Status, f.Reason, f.Numerator, f.Denominator, f.Value, f.Lower, f.Upper, f.Unit, f.Rank, f.RankOf, f.Method, f.Denominated,
			text(f.Notes), f.BreakBefore, text(f.Comparisons), f.Sentence, text(f.Statements), text(f.Batches), text(f.Breakdown)); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// grouped is a store whose figures were compared with similar areas, one of
// them with a name that JSON has to escape.
func grouped(t testing.TB) *Store {
	t.Helper()
	s := open(t)
	save(t, s, lookups(), population(2018, 360000), population(2019, 366000))
	cover(t, s)
	save(t, s, month("2019-01", "d1", "f1", 11), month("2019-02", "d2", "f2", 12), month("2019-03", "d3", "f3", 10))
	compute(t, s)
	figures, err := s.Figures(context.Background(), metrics.FigureFilter{Indicator: "violence-rate", Areas: []string{"E08000026"}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range figures {
		if f.Status != metrics.Available {
			continue
		}
		mean := 10.0 / 3
		f.Comparisons = append(slices.Clone(f.Comparisons), metrics.Comparison{Kind: metrics.WithSimilar, With: "similar areas", Value: &mean, Direction: metrics.Higher, Verdict: metrics.Worse,
			Group: &metrics.Group{Name: "Two <areas>", Members: 2, Rank: 1, Median: 0.1 + 0.2, Greatest: 1e-9, Values: []metrics.Member{{Code: "E08000026", Name: "Coventry", Value: *f.Value}, {Code: "E07000001", Name: "King’s \"Lynn\" \\ & Westñorfolk", Value: 1.0 / 3}}}},
			metrics.Comparison{Kind: metrics.WithTarget, With: "the target", Reason: "none </script>"})
		if err := s.Update(context.Background(), "test", func(tx *Session) error {
			var made int64
			if err := tx.tx.QueryRow(`SELECT max(id) FROM computation`).Scan(&made); err != nil {
				return err
			}
			return tx.insertFigures(context.Background(), made, []metrics.Figure{f})
		}); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n == 0 {
		t.Fatal("there is no figure to compare")
	}
	return s
}

// A database that the first version of the schema made is brought up to date,
// and its figures read as before.
func TestOldDatabase(t *testing.T) {
	ctx := context.Background()
	from := grouped(t)
	want, err := from.Figures(ctx, metrics.FigureFilter{})
	if err != nil {
		t.Fatal(err)
	}
	path := spine(t, from)
	if _, err := OpenToRead(ctx, path); err == nil || !strings.Contains(err.Error(), "older version") {
		t.Errorf("an old database, read only: %v", err)
	}
	s, err := Open(ctx, path, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Figures(ctx, metrics.FigureFilter{})
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d figures, were %d: %v", len(got), len(want), err)
	}
	groups := 0
	for i := range got {
		want[i].Provisional = false // which that schema did not know
		if !sameFigure(got[i], want[i]) || got[i].ID != want[i].ID || !slices.Equal(got[i].Batches, want[i].Batches) {
			t.Errorf("%s reads otherwise:\n%+v\nwas\n%+v", figureKey(got[i]), got[i], want[i])
		}
		if c, ok := got[i].Comparison(metrics.WithSimilar); ok && c.Group != nil {
			groups++
		}
	}
	if groups == 0 {
		t.Error("no figure has a group: there was nothing to move")
	}
	var left int
	if err := s.r.QueryRow(`SELECT count(*) FROM figure WHERE comparisons LIKE '%"Median"%'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d comparisons still hold their group, %v", left, err)
	}
}

func TestBriefFigures(t *testing.T) {
	ctx := context.Background()
	s := grouped(t)
	whole, err := s.Figures(ctx, metrics.FigureFilter{})
	if err != nil {
		t.Fatal(err)
	}
	brief, err := s.Figures(ctx, metrics.FigureFilter{Brief: true})
	if err != nil || len(brief) != len(whole) {
		t.Fatalf("%d figures, %d brief ones, %v", len(whole), len(brief), err)
	}
	less := 0
	for i, f := range whole {
		if len(f.Statements)+len(f.Batches) > 0 {
			less++
		}
		f.Statements, f.Batches, f.Breakdown = nil, nil, nil
		for j := range f.Comparisons {
			f.Comparisons[j].Group = nil
		}
		if !reflect.DeepEqual(f, brief[i]) {
			t.Errorf("%s in brief:\n%+v\nin full\n%+v", figureKey(f), brief[i], f)
		}
	}
	if less == 0 {
		t.Error("no figure had anything to leave out")
	}
}

func TestOpenToRead(t *testing.T) {
	ctx := context.Background()
	s := grouped(t)
	want, err := s.Figures(ctx, metrics.FigureFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := OpenToRead(ctx, s.path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Figures(ctx, metrics.FigureFilter{})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%d figures, were %d: %v", len(got), len(want), err)
	}
	if _, err := r.r.ExecContext(ctx, `DELETE FROM figure`); err == nil {
		t.Error("figures could be deleted")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(s.path)
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("the file is another one than before, %v", err)
	}

	dir := t.TempDir()
	other := filepath.Join(dir, "other.db")
	db, err := sql.Open("sqlite", file(other))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE something (a INTEGER)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{dir: "is a folder", filepath.Join(dir, "none.db"): "there is no database", other: "not an outcomes database", text: "not an outcomes database"} {
		if r, err := OpenToRead(ctx, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", path, r, err)
		}
	}
}
