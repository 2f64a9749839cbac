package store

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"outcomes/metrics"
)

// agesOf is an area's 91 ages: so many persons of each age from 10 to 24, one of the others.
func agesOf(area string, young int64) []EstimateRow {
	var rows []EstimateRow
	for age := range 91 {
		n := int64(1)
		if age >= 10 && age <= 24 {
			n = young
		}
		rows = append(rows, EstimateRow{area, "", age, n})
	}
	return rows
}

func estimates(year int, digest string, sizes []AreaSize, rows ...[]EstimateRow) Release {
	e := &Estimates{Year: year, Base: 2011, Areas: sizes}
	for _, r := range rows {
		e.Rows = append(e.Rows, r...)
	}
	return Release{Batch: metrics.Batch{Source: metrics.PopulationSource, Release: fmt.Sprintf("mid-%d", year), File: digest, Name: digest, Digest: digest, Period: fmt.Sprintf("mid-%d", year), FactsSHA: digest}, Facts: e}
}

func indices(edition int, ranks ...metrics.DeprivationRank) Release {
	return Release{Batch: metrics.Batch{Source: metrics.DeprivationSource, Release: fmt.Sprintf("IoD%d/imd", edition), File: "imd.csv", Digest: fmt.Sprint(edition), Period: "IoD", FactsSHA: fmt.Sprint(edition)},
		Facts: &DeprivationRanks{Edition: edition, Domain: "imd", Ranks: ranks}}
}

// merged adds to the lookups that Birmingham got a new code, and that a new
// district was made of two.
func merged() Release {
	return Release{Batch: metrics.Batch{Source: metrics.GeographySource, Release: "lookup/codes", File: "codes.csv", Digest: "sha256:2"},
		Facts: &Lookup{LSOAs: []LSOARow{
			{2011, "E01000001", "East 001A", "E07000001", "East", 2022}, {2011, "E01000002", "West 001A", "E07000002", "West", 2022},
		}, Successors: []SuccessorRow{
			{"E08000025", "Birmingham", "E08000099", "Birmingham"},
			{"E07000001", "East", "E06000099", "East and West"}, {"E07000002", "West", "E06000099", "East and West"},
		}}}
}

func TestProfiles(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	wants := func(words string) {
		t.Helper()
		if _, err := s.Profiles(ctx); err == nil || metrics.KindOf(err) != metrics.NotFound || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %q in it", err, words)
		}
	}
	wants("outcomes import geography")
	save(t, s, lookups(), merged())
	wants("outcomes import population")
	save(t, s, population(2018, 1000))
	wants("by single year of age")
	save(t, s, estimates(2019, "ages", nil, agesOf("E08000026", 3), agesOf("E08000025", 1), agesOf("E07000001", 2), agesOf("E07000002", 4), agesOf("E92000001", 9)))
	wants("Area (sq km)")
	save(t, s, estimates(2018, "sizes", []AreaSize{{"E08000026", 98.5}, {"E08000025", 268}, {"E07000001", 10}, {"E07000002", 30}, {"E92000001", 130_000}}, []EstimateRow{{"E08000026", "", -1, 5}}))
	wants("outcomes import deprivation")
	save(t, s, indices(2015, metrics.DeprivationRank{LSOA: "E01009522", LAD: "E08000026", Rank: 1}),
		indices(2019,
			metrics.DeprivationRank{LSOA: "E01009522", LAD: "E08000026", LADName: "Coventry", Rank: 1}, metrics.DeprivationRank{LSOA: "E01009523", Rank: 4}, // placed by the lookups
			metrics.DeprivationRank{LSOA: "E01008881", LAD: "E08000025", Rank: 2}, metrics.DeprivationRank{LSOA: "E01000001", LAD: "E07000002", Rank: 4}))
	got, err := s.Profiles(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got.Edition != 2019 || got.Year != 2019 || len(got.Districts) != 3 {
		t.Fatalf("edition %d, year %d, %d districts", got.Edition, got.Year, len(got.Districts))
	}
	for i, want := range []struct {
		code, name                          string
		deprivation, residents, young, size float64
	}{ // of four LSOAs; 76 ages with one person each and 15 of the young
		{"E06000099", "East and West", 100, 2*76 + 15*6, 100. * 15 * 6 / (2*76 + 15*6), 40},
		{"E08000026", "Coventry", 62.5, 76 + 45, 100. * 45 / (76 + 45), 98.5},
		{"E08000099", "Birmingham", 50, 76 + 15, 100. * 15 / (76 + 15), 268},
	} {
		d := got.Districts[i]
		if d.Lacking() != nil {
			t.Fatalf("%s lacks %v", d.Code, d.Lacking())
		}
		if d.Code != want.code || d.Name != want.name || math.Abs(*d.Deprivation-want.deprivation) > 1e-9 || *d.Residents != want.residents || math.Abs(*d.Young-want.young) > 1e-9 || *d.Km2 != want.size {
			t.Errorf("%s %s: %v %v %v %v, want %+v", d.Code, d.Name, *d.Deprivation, *d.Residents, *d.Young, *d.Km2, want)
		}
	}
	// A later year that gives the ages of one district alone is not the year.
	save(t, s, estimates(2020, "one", nil, agesOf("E08000026", 9)))
	if again, err := s.Profiles(ctx); err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("%v: the year is %d", err, again.Year)
	}
}

// A file's sizes are facts like its estimates: kept once, replaced by a newer
// year's, not by an older's.
func TestSizesOfAreas(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	size := func() (km2 float64) {
		t.Helper()
		if err := s.q.QueryRowContext(ctx, `SELECT km2 FROM district_area WHERE area = 'E08000026'`).Scan(&km2); err != nil {
			t.Fatal(err)
		}
		return km2
	}
	row := []EstimateRow{{"E08000026", "Coventry", -1, 5}}
	first := estimates(2019, "a", []AreaSize{{"E08000026", 98.5}}, row)
	if saved := save(t, s, first); !saved[0].Changed || size() != 98.5 {
		t.Errorf("%+v, size %v", saved, size())
	}
	if saved := save(t, s, first); saved[0].Changed || saved[0].Batch != 0 {
		t.Errorf("the same again: %+v", saved)
	}
	save(t, s, estimates(2018, "b", []AreaSize{{"E08000026", 97}}, row))
	if size() != 98.5 {
		t.Errorf("an older year's size took the place of the newer: %v", size())
	}
	// Only the size differs: that is a change, and the batch with the
	// estimates stays in force.
	if saved := save(t, s, estimates(2019, "c", []AreaSize{{"E08000026", 99}}, row)); !saved[0].Changed || size() != 99 {
		t.Errorf("%+v, size %v", saved, size())
	}
	var current int
	if err := s.q.QueryRowContext(ctx, `SELECT count(*) FROM batch WHERE current = 1`).Scan(&current); err != nil || current != 3 {
		t.Errorf("%v: %d batches in force, want 3", err, current)
	}
}
