package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics"
)

// small is a world with everything that figures depend on, and little of it.
func small(t testing.TB) *world {
	w := newWorld(t, 60, 4, 4, 3, 4)
	w.editions, w.years, w.corners, w.wards = []int{2015, 2019}, []int{2020, 2022, 2023}, 8, 3
	return w
}

const smallMonths = 15

// brought brings the figures up to the facts.
func brought(t testing.TB, s *Store, st *metrics.Strategy) Computed {
	t.Helper()
	var done Computed
	err := s.Update(context.Background(), "test", func(tx *Session) (err error) {
		done, err = tx.Compute(context.Background(), st, "test")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// written is all that a page can read: figures, signals and maps, as JSON, a
// line each. What tells one database from another is left out: batches are
// there by the name of their release.
func written(t testing.TB, s *Store) []string {
	t.Helper()
	ctx := context.Background()
	batches, err := s.Batches(ctx)
	if err != nil {
		t.Fatal(err)
	}
	release := map[int64]string{}
	for _, b := range batches {
		release[b.ID] = b.Release
	}
	var out []string
	add := func(value any) {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	figures, err := s.Figures(ctx, metrics.FigureFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		var from []string
		for _, id := range f.Batches {
			from = append(from, release[id])
		}
		slices.Sort(from)
		f.ID, f.Revision, f.MadeAt, f.Batches = 0, 0, "", nil
		add([]any{f, slices.Compact(from)})
	}
	var indicators []string
	if err := s.texts(`SELECT DISTINCT indicator FROM signal UNION SELECT DISTINCT indicator FROM place_map ORDER BY 1`, &indicators); err != nil {
		t.Fatal(err)
	}
	for _, id := range indicators {
		signals, err := s.Signals(ctx, id, "", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, sig := range signals {
			add(sig)
		}
		maps, err := s.PlaceMaps(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range maps {
			m, err := s.Places(ctx, id, m.Period.Code(), m.Kind)
			if err != nil {
				t.Fatal(err)
			}
			add(m)
		}
	}
	return out
}

func (s *Store) texts(query string, out *[]string) error {
	rows, err := s.r.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		*out = append(*out, text)
	}
	return rows.Err()
}

func sameWritten(t *testing.T, name string, got, want []string) {
	t.Helper()
	wrong := 0
	for i := range max(len(got), len(want)) {
		a, b := "nothing", "nothing"
		if i < len(got) {
			a = got[i]
		}
		if i < len(want) {
			b = want[i]
		}
		if a != b {
			if wrong++; wrong < 3 {
				t.Errorf("%s, line %d:\n%s\nwant\n%s", name, i, a, b)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%s: %d of %d lines differ", name, wrong, len(want))
	}
}

// changed is the strategy with other similar areas, another target, an
// indicator less and other words.
func changed(st *metrics.Strategy) *metrics.Strategy {
	out := *st
	out.SHA = "changed"
	out.Similar.Areas = st.Similar.Areas[2:8]
	out.Indicators = slices.Clone(st.Indicators)
	out.Indicators = slices.DeleteFunc(out.Indicators, func(i metrics.Indicator) bool { return i.ID == "robbery-rate" })
	for i := range out.Indicators {
		if out.Indicators[i].ID == "violence-rate" {
			out.Indicators[i].Noun = "recorded violence"
			out.Indicators[i].Target = &metrics.Target{Baseline: metrics.Milestone{Period: "YE2023-09", Value: 50}, Value: 40, By: "YE2029-03"}
		}
	}
	return &out
}

// Whatever order facts come in and are replaced in, figures that were brought
// up to them step by step read as those that are made of the same facts at
// once, in a new database and in the same one.
func TestStepByStepAsAtOnce(t *testing.T) {
	w := small(t)
	other := changed(w.strategy)
	moved := func(cover string) []Release { // the lookups of the next year, and the own force's files counted by them
		out := []Release{w.lookups(2)}
		for n := range smallMonths {
			rel := w.month(0, n, 1)
			rel.Coverage = cover
			out = append(out, rel)
		}
		return out
	}
	type step struct {
		releases []Release
		cover    string // as which coverage the lookups are remembered after it
		strategy *metrics.Strategy
	}
	first := []step{{releases: []Release{w.lookups(1)}, cover: "w"}}
	for _, rel := range w.ground()[1:] {
		first = append(first, step{releases: []Release{rel}})
	}
	for f := range w.forces {
		for n := 0; n < smallMonths; n += 3 {
			first = append(first, step{releases: []Release{w.month(f, n, 1), w.month(f, n+1, 1), w.month(f, n+2, 1)}})
		}
	}
	later := []step{
		{releases: moved("w2"), cover: "w2"},
		{releases: []Release{w.month(4, 3, 2)}},  // a revised month of a similar area's force
		{releases: []Release{w.month(2, 15, 1)}}, // a month more of another
		{releases: []Release{w.estimates(2022, 2)}},
		{releases: []Release{w.ranks(2019, "imd", 2)}},
		{strategy: other},
		{strategy: w.strategy},
	}
	revised := w.month(0, 7, 2) // a revised month of the own force
	revised.Coverage = "w2"

	final := open(t)
	save(t, final, w.lookups(2))
	for _, cover := range []string{"w", "w2"} {
		w.coverAs(t, final, cover)
	}
	for _, y := range w.years {
		version := 1
		if y == 2022 {
			version = 2
		}
		save(t, final, w.estimates(y, version))
	}
	for _, e := range w.editions {
		for _, domain := range []string{"imd", "education", "income"} {
			version := 1
			if e == 2019 && domain == "imd" {
				version = 2
			}
			save(t, final, w.ranks(e, domain, version))
		}
	}
	save(t, final, w.outlines())
	for f := range w.forces {
		for n := range smallMonths {
			switch {
			case f == 0 && n == 7:
				save(t, final, revised)
			case f == 0:
				rel := w.month(f, n, 1)
				rel.Coverage = "w2"
				save(t, final, rel)
			case f == 4 && n == 3:
				save(t, final, w.month(f, n, 2))
			default:
				save(t, final, w.month(f, n, 1))
			}
		}
	}
	save(t, final, w.month(2, 15, 1))
	brought(t, final, w.strategy)
	want := written(t, final)
	available := 0
	for _, line := range want {
		if strings.Contains(line, `"Code":"`+ownDistrict+`"`) && strings.Contains(line, `"Status":"available"`) {
			available++
		}
	}
	if available < 40 || len(want) < 500 {
		t.Fatalf("%d lines, %d of them figures of the own district: there is nothing to compare", len(want), available)
	}

	for seed := range uint64(2) {
		t.Run(fmt.Sprint("order ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 3))
			shuffled := func(steps []step) []step {
				out := slices.Clone(steps)
				random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
				return out
			}
			s := open(t)
			st := w.strategy
			kept := 0
			for i, x := range slices.Concat(shuffled(first), shuffled(later), []step{{releases: []Release{revised}}, {strategy: w.strategy}}) {
				save(t, s, x.releases...)
				if x.cover != "" {
					w.coverAs(t, s, x.cover)
				}
				if x.strategy != nil {
					st = x.strategy
				}
				if i >= len(first) || random.IntN(20) == 0 {
					kept += len(brought(t, s, st).Kept)
					sameWritten(t, fmt.Sprintf("step %d against all made anew", i), written(t, s), anew(t, s, st))
				}
			}
			if kept < 60 {
				t.Errorf("%d parts kept in all: nothing was made step by step", kept)
			}
			got := written(t, s)
			sameWritten(t, "step by step against at once", got, want)
		})
	}
}

// anew is what is written where a copy of the database makes all its parts again.
func anew(t *testing.T, s *Store, st *metrics.Strategy) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if _, err := s.w.Exec(`VACUUM INTO ?`, path); err != nil {
		t.Fatal(err)
	}
	again, err := Open(context.Background(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.w.Exec(`DELETE FROM part; DELETE FROM figure; DELETE FROM signal; DELETE FROM place; DELETE FROM place_map`); err != nil {
		t.Fatal(err)
	}
	if done := brought(t, again, st); len(done.Kept) != 0 || done.New != done.Figures {
		t.Fatalf("not all was made anew: %+v", done)
	}
	return written(t, again)
}

// What comes in decides what is made: nothing that it does not touch.
func TestOnlyWhatIsTouchedIsMade(t *testing.T) {
	t.Parallel()
	w := small(t)
	s := open(t)
	save(t, s, w.ground()...)
	w.coverAs(t, s, "w")
	for f := range w.forces {
		for n := range smallMonths {
			save(t, s, w.month(f, n, 1))
		}
	}
	all := brought(t, s, w.strategy)
	if len(all.Kept) != 0 || all.Figures < 300 {
		t.Fatalf("the first time: %d figures, %d parts kept", all.Figures, len(all.Kept))
	}
	// parts gives the names of the indicators' parts that a happening touches.
	parts := func(touched func(i metrics.Indicator) []string) []string {
		var out []string
		for _, i := range w.strategy.Indicators {
			for _, p := range touched(i) {
				out = append(out, i.ID+" "+p)
			}
		}
		slices.Sort(out)
		return out
	}
	counted := func(i metrics.Indicator) bool {
		return i.Numerator.From == metrics.FromCrimes || i.Numerator.From == metrics.FromOutcomes
	}
	areas := func(i metrics.Indicator, codes ...string) []string {
		switch {
		case !counted(i):
			return nil
		case i.Kind == metrics.Inequality:
			return []string{ownDistrict}
		case i.Kind == metrics.CrudeRate:
			return append(codes, "maps")
		}
		return codes
	}
	similar := w.strategy.Similar.Areas[3]
	own := w.month(0, smallMonths, 1)
	for _, tt := range []struct {
		name     string
		releases []Release
		want     []string
	}{
		{"nothing", nil, nil},
		{"the same again", []Release{w.month(0, 3, 1)}, nil},
		{"a month more of the own force", []Release{own}, parts(func(i metrics.Indicator) []string { return areas(i, ownDistrict, ownForce) })},
		{"a revised month of the own force", []Release{w.month(0, 3, 2)}, parts(func(i metrics.Indicator) []string { return areas(i, ownDistrict, ownForce) })},
		{"a month more of a similar area's force", []Release{w.month(4, smallMonths, 1)}, parts(func(i metrics.Indicator) []string {
			if !counted(i) || i.Kind == metrics.Inequality {
				return nil
			}
			return []string{ownDistrict, similar}
		})},
		{"an edition of the Indices, one domain", []Release{w.ranks(2019, "income", 2)}, parts(func(i metrics.Indicator) []string {
			if i.Numerator.From == metrics.FromDeprivation {
				return []string{"editions"}
			}
			return nil
		})},
		{"the lookups", []Release{w.lookups(2)}, all.Made},
	} {
		t.Run(tt.name, func(t *testing.T) {
			save(t, s, tt.releases...)
			done := brought(t, s, w.strategy)
			want := slices.Sorted(slices.Values(tt.want))
			if got := slices.Sorted(slices.Values(done.Made)); !slices.Equal(got, want) {
				t.Errorf("made %d parts:\n%s\nwant %d:\n%s", len(got), strings.Join(got, ", "), len(want), strings.Join(want, ", "))
			}
			if len(done.Made)+len(done.Kept) != len(all.Made) {
				t.Errorf("%d parts made and %d kept of %d", len(done.Made), len(done.Kept), len(all.Made))
			}
		})
	}
	// The neighbourhoods' fifths come from the index alone.
	save(t, s, w.ranks(2019, "imd", 2))
	if done := brought(t, s, w.strategy); !slices.Contains(done.Made, "violence-gap "+ownDistrict) || slices.Contains(done.Made, "violence-rate "+ownDistrict) {
		t.Errorf("after new ranks of the index: %v", done.Made)
	}
	// A part that was made by another program, or from something else, is made again.
	if _, err := s.w.Exec(`UPDATE part SET digest = 'another' WHERE name IN ('violence-rate E23000014', 'income-most-deprived-10 editions')`); err != nil {
		t.Fatal(err)
	}
	if done := brought(t, s, w.strategy); !slices.Equal(slices.Sorted(slices.Values(done.Made)), []string{"income-most-deprived-10 editions", "violence-rate E23000014"}) || done.New+done.Revised+done.Retired != 0 {
		t.Errorf("%v, %d new, %d revised, %d retired", done.Made, done.New, done.Revised, done.Retired)
	}
}
