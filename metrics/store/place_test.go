package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"outcomes/metrics"
)

// ground are a lookup's, an edition's and a census's releases for three LSOAs
// of Coventry, one of which was split.
func ground() []Release {
	const cov, name = "E08000026", "Coventry"
	square := func(x int) []byte {
		return fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[-1.%[1]d,52.4],[-1.%[2]d,52.4],[-1.%[2]d,52.5],[-1.%[1]d,52.4]]]}`, 50+x, 51+x)
	}
	more := lookups()
	more.Release, more.Digest = "lookup/more", "sha256:more"
	more.Facts = &Lookup{
		LSOAs: []LSOARow{
			{2021, "E01035001", "Coventry 010F", cov, name, 2022},
			{2021, "E01035002", "Coventry 010G", cov, name, 2022},
		},
		Changes: []LSOAChange{{2011, 2021, "E01009522", "E01009522", "U"}, {2011, 2021, "E01009523", "E01035001", "S"}, {2011, 2021, "E01009523", "E01035002", "S"}},
		Wards:   []WardRow{{"E01009522", "E05001218", "Bablake", 2024}, {"E01035001", "E05001219", "Binley", 2024}, {"E01035002", "E05001219", "Binley", 2024}},
	}
	return []Release{lookups(), more,
		{Batch: metrics.Batch{Source: metrics.PopulationSource, Release: "census-2021/lsoa", File: "TS001.csv", Digest: "sha256:ts", Period: "census-2021"},
			Facts: &Estimates{Year: 2021, Base: 2021, Rows: []EstimateRow{{"E01009522", "", -1, 1000}, {"E01035001", "", -1, 400}, {"E01035002", "", -1, 600}, {"E01008881", "", -1, 9}}}},
		{Batch: metrics.Batch{Source: metrics.PopulationSource, Release: "mid-2019/lsoa", File: "p19.csv", Digest: "sha256:p19", Period: "mid-2019"},
			Facts: &Estimates{Year: 2019, Base: 2011, Rows: []EstimateRow{{"E01009522", "", -1, 900}, {"E01009523", "", -1, 1100}}}},
		{Batch: metrics.Batch{Source: metrics.BoundarySource, Release: "boundaries/lsoa-2011", File: "l.geojson", Digest: "sha256:b", Period: "2011"},
			Facts: &Boundaries{Rows: []BoundaryRow{{metrics.LSOA, 2011, "E01009522", "Coventry 014A", "", square(0)}, {metrics.LSOA, 2011, "E01009523", "Coventry 010A", cov, square(1)},
				{metrics.LSOA, 2011, "E01008881", "Birmingham 067A", "E08000025", square(2)}, {metrics.Ward, 2025, "E05001218", "Bablake", "", square(0)}}}},
	}
}

func TestPlaces(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	for _, rel := range ground() {
		save(t, s, rel)
	}
	cover(t, s)
	save(t, s, population(2019, 1000))
	const violence = "Violence and sexual offences"
	for i, m := range []string{"2019-01", "2019-02", "2019-03"} {
		rel := month(m, "d"+m, "f"+m, int64(10+i))
		rel.Facts.(*StreetMonth).LSOA = []LSOACount{{"E01008881", violence, 99}, {"E01009522", "Robbery", 5}, {"E01009522", violence, int64(10 + i)}, {"E01009523", violence, 2}}
		save(t, s, rel)
	}
	compute(t, s)
	maps, err := s.PlaceMaps(ctx, "violence-rate")
	if err != nil || len(maps) != 2 || maps[0].Kind != metrics.LSOA || maps[1].Kind != metrics.Ward {
		t.Fatalf("%+v, %v", maps, err)
	}
	m, err := s.Places(ctx, "violence-rate", "2019-Q1", metrics.LSOA)
	if err != nil || m.Vintage != 2011 || m.Denominated != "ONS mid-2019 population estimate" || len(m.Places) != 2 || len(m.Notes) != 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	if p := m.Places[0]; p.Code != "E01009522" || *p.Count != 33 || *p.Residents != 900 || math.Abs(*p.Rate-33/0.9) > 1e-9 || p.Name != "Coventry 014A" || p.Period.Code() != "2019-Q1" {
		t.Errorf("%+v", p)
	}
	w, err := s.Places(ctx, "violence-rate", "2019-Q1", metrics.Ward)
	if err != nil || len(w.Places) != 2 || w.Vintage != 2025 || *w.Places[1].Count != 6 || *w.Places[1].Residents != 1100 || w.Places[1].Name != "Binley" {
		t.Errorf("%+v, %v", w, err)
	}
	if r, err := s.Places(ctx, "robbery-rate", "2019-Q1", metrics.LSOA); err != nil || *r.Places[0].Count != 15 || *r.Places[1].Count != 0 || *r.Places[1].Rate != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	series, err := s.PlaceSeries(ctx, "violence-rate", "E01009523")
	if err != nil || len(series) != 1 || *series[0].Count != 6 {
		t.Errorf("%+v, %v", series, err)
	}
	if _, err := s.Places(ctx, "violence-rate", "2009-Q1", metrics.LSOA); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("got %v", err)
	}
	for _, tt := range []struct {
		kind    metrics.AreaKind
		vintage int
		want    []string
	}{
		{metrics.LSOA, 2011, []string{"E01009522", "E01009523"}},
		{metrics.LSOA, 2021, nil},
		{metrics.Ward, 2025, []string{"E05001218"}},
		{metrics.Ward, 0, []string{"E05001218"}},
	} {
		list, err := s.Outlines(ctx, "E08000026", tt.kind, tt.vintage)
		var codes []string
		for _, o := range list {
			codes = append(codes, o.Code)
		}
		if err != nil || !slices.Equal(codes, tt.want) {
			t.Errorf("%s %d: %v, %v", tt.kind, tt.vintage, codes, err)
		}
	}
	// LSOAs are no districts.
	f := &metrics.Facts{Geography: metrics.NewGeography(), Residents: map[string]map[int]metrics.Estimate{}}
	if err := s.residents(ctx, f, nil); err != nil || len(f.Residents) != 2 {
		t.Errorf("%d areas, %v", len(f.Residents), err)
	}

	// What reads as before is left alone; what changed is written anew.
	digests := func() map[string]string {
		out := map[string]string{}
		rows, err := s.r.Query(`SELECT indicator || kind || period, digest FROM place_map`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var key, digest string
			if err := rows.Scan(&key, &digest); err != nil {
				t.Fatal(err)
			}
			out[key] = digest
		}
		return out
	}
	before := digests()
	rel := month("2019-03", "new", "newer", 20)
	rel.Facts.(*StreetMonth).LSOA = []LSOACount{{"E01009522", "Robbery", 5}, {"E01009522", violence, 20}}
	save(t, s, rel)
	compute(t, s)
	after := digests()
	if before["violence-ratelsoa2019-Q1"] == after["violence-ratelsoa2019-Q1"] || before["robbery-ratelsoa2019-Q1"] != after["robbery-ratelsoa2019-Q1"] {
		t.Errorf("%v %v", before, after)
	}
	m, err = s.Places(ctx, "violence-rate", "2019-Q1", metrics.LSOA)
	if err != nil || len(m.Places) != 2 || *m.Places[0].Count != 41 || *m.Places[1].Count != 4 {
		t.Errorf("%+v, %v", m.Places, err)
	}
}

// A breakdown comes back as it was stored.
func TestBreakdownIsKept(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	for _, rel := range ground() {
		save(t, s, rel)
	}
	cover(t, s)
	save(t, s, Release{Batch: metrics.Batch{Source: metrics.DeprivationSource, Release: "IoD2019/imd", File: "imd.csv", Digest: "sha256:i", Period: "IoD2019"},
		Facts: &DeprivationRanks{Edition: 2019, Domain: "imd", Ranks: []metrics.DeprivationRank{{LSOA: "E01009522", LAD: "E08000026", LADName: "Coventry", Rank: 1}, {LSOA: "E01009523", LAD: "E08000026", LADName: "Coventry", Rank: 10}}}})
	for i, m := range []string{"2019-01", "2019-02", "2019-03"} {
		save(t, s, month(m, "d"+m, "f"+m, int64(10+i)))
	}
	compute(t, s)
	figures, err := s.Figures(ctx, metrics.FigureFilter{Indicator: "violence-gap"})
	if err != nil || len(figures) != 1 {
		t.Fatalf("%d figures, %v", len(figures), err)
	}
	f := figures[0]
	if f.Status != metrics.Available || len(f.Breakdown) != 5 || *f.Breakdown[0].Numerator != 33 || *f.Breakdown[4].Value != 0 || f.Breakdown[2].Status != metrics.Missing || f.Breakdown[2].Value != nil {
		t.Errorf("%s %q %+v", f.Status, f.Reason, f.Breakdown)
	}
	if sii, err := s.Figures(ctx, metrics.FigureFilter{Indicator: "violence-sii"}); err != nil || len(sii) != 1 || sii[0].Status != metrics.Missing {
		t.Errorf("%+v, %v", sii, err)
	}
	if done := compute(t, s); done.New+done.Revised+done.Retired != 0 {
		t.Errorf("computed again: %+v", done)
	}
}
