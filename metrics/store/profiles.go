package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"outcomes/metrics"
)

// Profiles are the districts' numbers for proposing similar areas, with what
// they were taken from.
type Profiles struct {
	Edition   int // of the Indices of Deprivation: the latest one held
	Year      int // of the estimates by age
	Districts []metrics.DistrictProfile
}

// Profiles gathers the numbers that similar areas are proposed by, for every
// district under the code in use now, in the codes' order: deprivation from the
// latest edition, residents and ages from one year, the size from the
// population workbook. The year is the one that gives the ages of the most
// districts, the latest of several: an estimate for one district alone is of no
// use here. The error names the import that has to come first.
func (s reading) Profiles(ctx context.Context) (Profiles, error) {
	var out Profiles
	g, err := s.Geography(ctx)
	if err != nil {
		return out, err
	}
	if len(g.Successor) == 0 && len(g.LSOA) == 0 {
		return out, metrics.Errorf(metrics.NotFound, "the lookups are not imported, which say which district is which: run `outcomes import geography` first")
	}
	f := &metrics.Facts{Geography: g, Residents: map[string]map[int]metrics.Estimate{}}
	if err := s.residents(ctx, f, nil); err != nil {
		return out, failed("read the population estimates", err)
	}
	districts := map[string]*metrics.DistrictProfile{}
	at := func(code string) *metrics.DistrictProfile {
		code = g.Active(code)
		if districts[code] == nil {
			districts[code] = &metrics.DistrictProfile{Code: code, Name: g.Names[code]}
		}
		return districts[code]
	}
	if out.Year = yearOfAges(g, f.Residents); out.Year == 0 {
		return out, metrics.Errorf(metrics.NotFound, "no population estimates by single year of age are imported: run `outcomes import population` with the ONS workbook that has the sheet MYE2 - Persons")
	}
	for area, years := range f.Residents {
		if e := years[out.Year]; isDistrict(area) && g.Active(area) == area && e.Ages != nil {
			persons, young := 0.0, 0.0
			for age, n := range e.Ages {
				persons += float64(n)
				if age >= 10 && age <= 24 {
					young += float64(n)
				}
			}
			if d := at(area); persons > 0 {
				young *= 100 / persons
				d.Residents, d.Young = &persons, &young
			}
		}
	}
	sizes, err := s.sizes(ctx, g)
	if err != nil {
		return out, failed("read the sizes of districts", err)
	}
	if len(sizes) == 0 {
		return out, metrics.Errorf(metrics.NotFound, "the sizes of districts are not imported: run `outcomes import population` with the ONS workbook whose sheet MYE 5 has the column Area (sq km)")
	}
	for code, km2 := range sizes {
		at(code).Km2 = &km2
	}
	if out.Edition, err = s.meanRanks(ctx, g, func(lad string, mean float64) { at(lad).Deprivation = &mean }); err != nil {
		return out, failed("read the Indices of Deprivation", err)
	}
	if out.Edition == 0 {
		return out, metrics.Errorf(metrics.NotFound, "the Index of Multiple Deprivation is not imported: run `outcomes import deprivation` with File 1 of an edition")
	}
	for _, code := range slices.Sorted(maps.Keys(districts)) {
		out.Districts = append(out.Districts, *districts[code])
	}
	return out, nil
}

// isDistrict says whether a code is that of a local authority district.
func isDistrict(code string) bool {
	return len(code) == 9 && (code[0] == 'E' || code[0] == 'W') && code[1] == '0' && strings.IndexByte("6789", code[2]) >= 0
}

// yearOfAges is the year with the ages of the most districts, the latest of
// several; 0 where no district has ages.
func yearOfAges(g *metrics.Geography, residents map[string]map[int]metrics.Estimate) int {
	count := map[int]int{}
	for area, years := range residents {
		for year, e := range years {
			if isDistrict(area) && g.Active(area) == area && e.Ages != nil {
				count[year]++
			}
		}
	}
	best := 0
	for year, n := range count {
		if n > count[best] || n == count[best] && year > best {
			best = year
		}
	}
	return best
}

// sizes gives each district's square kilometres under its code in use now. A
// district that was merged gets the sum of what it was made of, if all is there.
func (s reading) sizes(ctx context.Context, g *metrics.Geography) (map[string]float64, error) {
	held := map[string]float64{}
	err := s.each(ctx, `SELECT area, km2 FROM district_area`, func(r *sql.Rows) error {
		var area string
		var km2 float64
		if err := r.Scan(&area, &km2); err != nil {
			return err
		}
		if isDistrict(area) {
			held[area] = km2
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for code, km2 := range held {
		if g.Active(code) == code {
			out[code] = km2
		}
	}
	// The parts of a district are the codes in which the lookups place LSOAs:
	// they cover it once, as its residents are summed.
	parts := map[string]map[string]bool{}
	for _, lad := range g.LSOA {
		if active := g.Active(lad); active != lad {
			if parts[active] == nil {
				parts[active] = map[string]bool{}
			}
			parts[active][lad] = true
		}
	}
	for active, codes := range parts {
		if _, ok := out[active]; ok {
			continue
		}
		sum, whole := 0.0, true
		for _, part := range slices.Sorted(maps.Keys(codes)) {
			km2, ok := held[part]
			sum, whole = sum+km2, whole && ok
		}
		if whole {
			out[active] = sum
		}
	}
	return out, nil
}

// meanRanks gives each district's mean rank in the latest edition, in per cent
// of the number of LSOAs, and the edition; 0 where there is none.
func (s reading) meanRanks(ctx context.Context, g *metrics.Geography, give func(lad string, mean float64)) (int, error) {
	var edition, batch sql.Null[int64]
	err := s.q.QueryRowContext(ctx, `SELECT f.edition, f.batch_id FROM deprivation_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1
		WHERE f.domain = 'imd' ORDER BY f.edition DESC LIMIT 1`).Scan(&edition, &batch)
	if err == sql.ErrNoRows {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	all := 0.0
	sum, n := map[string]float64{}, map[string]float64{}
	err = s.each(ctx, `SELECT lsoa, lad, rank FROM deprivation_rank WHERE batch_id = ? ORDER BY lsoa`, func(r *sql.Rows) error {
		var lsoa, rank int64
		var lad string
		if err := r.Scan(&lsoa, &lad, &rank); err != nil {
			return err
		}
		all++
		if lad == "" { // the edition's file has no districts
			lad = g.LSOA[lsoaCode(lsoa)]
		}
		if lad != "" {
			lad = g.Active(lad)
			sum[lad] += float64(rank)
			n[lad]++
		}
		return nil
	}, batch.V)
	if err != nil {
		return 0, err
	}
	for lad := range sum {
		give(lad, 100*sum[lad]/n[lad]/all)
	}
	return int(edition.V), nil
}
