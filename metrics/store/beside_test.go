package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics"
	"outcomes/metrics/strategy"
)

// Which other forces recorded crimes in a district, and for which months their
// files are held and were counted for it.
func TestOtherForcesInADistrict(t *testing.T) {
	s := open(t)
	quarter(t, s)
	other := func(m, coverage string, n int64) Release {
		rel := month(m, "w"+m, "w"+m, n)
		rel.Release, rel.File, rel.Name, rel.Coverage = "police/warwickshire/"+m, m+"-warwickshire-street.csv", m+"w", coverage
		facts := *rel.Facts.(*StreetMonth)
		facts.Force, facts.Slug, facts.ForceArea = "Warwickshire Police", "warwickshire", "E23000017"
		facts.Area, facts.Outcome = facts.Area[:1], nil
		if n == 0 {
			facts.LSOA, facts.Area = nil, nil
		}
		rel.Facts = &facts
		return rel
	}
	// Two crimes in February; in December a file without any; in January one
	// that was counted for another district.
	save(t, s, other("2019-02", "c", 2), other("2018-12", "c", 0), other("2019-01", "elsewhere", 0))
	ctx := context.Background()
	g, err := s.Geography(ctx)
	if err != nil {
		t.Fatal(err)
	}
	st, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := s.Facts(ctx, g, metrics.NeedsOf(st, g))
	if err != nil {
		t.Fatal(err)
	}
	forces := f.Beside["E08000026"]
	if len(f.Beside) != 1 || len(forces) != 1 {
		t.Fatalf("%v", f.Beside)
	}
	want := []metrics.Month{metrics.NewMonth(2018, 12), metrics.NewMonth(2019, 2)}
	if got := slices.Sorted(maps.Keys(forces["Warwickshire Police"])); !slices.Equal(got, want) {
		t.Errorf("months %v", got)
	}
}

// That a figure is provisional is kept, and it stops to be with later months.
func TestProvisionalFigures(t *testing.T) {
	s := open(t)
	quarter(t, s)
	compute(t, s)
	f := violence(t, s, "E08000026", "2019-Q1")
	if !f.Provisional || f.Shorthand() != "[p]" || !slices.ContainsFunc(f.Notes, func(n string) bool { return strings.HasPrefix(n, "Provisional: ") }) {
		t.Errorf("%+v", f)
	}
	for _, m := range []string{"2019-04", "2019-05", "2019-06"} {
		save(t, s, month(m, "d"+m, "f"+m, 10))
	}
	compute(t, s)
	if later := violence(t, s, "E08000026", "2019-Q1"); later.Provisional || later.Shorthand() != "" || len(later.Notes) != 0 || *later.Value != *f.Value || later.Revision != 2 {
		t.Errorf("%+v", later)
	}
	if latest := violence(t, s, "E08000026", "2019-Q2"); !latest.Provisional {
		t.Errorf("%+v", latest)
	}
}
