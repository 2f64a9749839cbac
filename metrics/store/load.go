package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"outcomes/metrics"
)

// Geography gathers the imported lookups.
func (s reading) Geography(ctx context.Context) (*metrics.Geography, error) {
	g := metrics.NewGeography()
	err := s.each(ctx, `SELECT code, lad, lad_name FROM lsoa WHERE lad <> '' ORDER BY vintage, lad_year`, func(r *sql.Rows) error {
		var code, lad, name string
		if err := r.Scan(&code, &lad, &name); err != nil {
			return err
		}
		g.LSOA[code] = lad
		if name != "" {
			g.Names[lad] = name
		}
		return nil
	})
	if err == nil { // an LSOA of 2001 lies where all that became of it lies
		ambiguous := map[string]bool{}
		err = s.each(ctx, `SELECT from_code, to_code FROM lsoa_change WHERE from_vintage = 2001 ORDER BY from_code, to_code`, func(r *sql.Rows) error {
			var from, to string
			if err := r.Scan(&from, &to); err != nil {
				return err
			}
			lad, ok := g.LSOA[to]
			if !ok || ambiguous[from] {
				return nil
			}
			if held, ok := g.LSOA[from]; ok && held != lad {
				ambiguous[from] = true
				delete(g.LSOA, from)
				return nil
			}
			g.LSOA[from] = lad
			return nil
		})
	}
	if err == nil {
		err = s.each(ctx, `SELECT code, name, active, active_name FROM successor`, func(r *sql.Rows) error {
			var code, name, active, activeName string
			if err := r.Scan(&code, &name, &active, &activeName); err != nil {
				return err
			}
			g.Successor[code] = active
			for c, n := range map[string]string{code: name, active: activeName} {
				if g.Names[c] == "" && n != "" {
					g.Names[c] = n
				}
			}
			return nil
		})
	}
	if err == nil {
		err = s.each(ctx, `SELECT lad, lad_name, force, force_name FROM lad_force`, func(r *sql.Rows) error {
			var lad, name, force, forceName string
			if err := r.Scan(&lad, &name, &force, &forceName); err != nil {
				return err
			}
			g.ForceOf[lad] = force
			g.Names[force] = forceName
			if g.Names[lad] == "" {
				g.Names[lad] = name
			}
			return nil
		})
	}
	if err != nil {
		return nil, failed("read the lookups", err)
	}
	return g, nil
}

// LSOAsOf stands for the LSOAs, of every census, in each of the areas'
// families, as a digest of each list, "" for an area without any. Police files
// that were counted under another digest have to be read again.
func LSOAsOf(g *metrics.Geography, lads []string) map[string]string {
	byActive := map[string][]string{}
	for _, lad := range lads {
		byActive[g.Active(lad)] = nil
	}
	for code, lad := range g.LSOA {
		active := g.Active(lad)
		if list, ok := byActive[active]; ok {
			byActive[active] = append(list, code)
		}
	}
	out := map[string]string{}
	for active, list := range byActive {
		if len(list) == 0 {
			out[active] = ""
			continue
		}
		slices.Sort(list)
		sum := sha256.Sum256([]byte(strings.Join(list, " ")))
		out[active] = hex.EncodeToString(sum[:8])
	}
	return out
}

// SaveCoverage remembers which areas a coverage's digest stands for.
func (s *Session) SaveCoverage(ctx context.Context, digest string, areas map[string]string) error {
	rows := newBulk(s.tx, `INSERT INTO coverage (digest, area, lsoas) VALUES `, ` ON CONFLICT DO NOTHING`, 3)
	for area, lsoas := range areas {
		if err := rows.add(ctx, digest, area, lsoas); err != nil {
			return err
		}
	}
	return rows.flush(ctx)
}

// each runs a query and hands each row to f.
func (s reading) each(ctx context.Context, query string, f func(*sql.Rows) error, args ...any) error {
	rows, err := s.q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Facts gathers what figures are computed from. The version it returns is
// kept with the figures that are computed from them.
func (s reading) Facts(ctx context.Context, g *metrics.Geography, needs metrics.Needs) (*metrics.Facts, int64, error) {
	f := &metrics.Facts{
		Geography: g,
		Files:     map[string]map[metrics.Month]metrics.StreetFile{},
		Crimes:    map[string]map[string]map[metrics.Month]int64{},
		Outcomes:  map[string]map[string]map[string]map[metrics.Month]int64{},
		Residents: map[string]map[int]metrics.Estimate{},
		Editions:  map[int]map[string][]metrics.DeprivationRank{},

		EditionBatches: map[int]map[string]int64{},
	}
	var version int64
	var sample sql.Null[bool]
	if err := s.q.QueryRowContext(ctx, `SELECT facts, sample FROM house`).Scan(&version, &sample); err != nil {
		return nil, 0, failed("read the facts", err)
	}
	f.Sample = sample.V
	for _, read := range []func() error{
		func() error { return s.files(ctx, f, needs) },
		func() error { return s.counts(ctx, f, needs) },
		func() error { return s.residents(ctx, f) },
		func() error { return s.editions(ctx, f, needs) },
		func() error { return s.neighbourhoods(ctx, f, needs) },
	} {
		if err := read(); err != nil {
			return nil, 0, failed("read the facts", err)
		}
	}
	return f, version, nil
}

// files fills in which months each area has a file for.
func (s reading) files(ctx context.Context, f *metrics.Facts, needs metrics.Needs) error {
	g := f.Geography
	lsoas := LSOAsOf(g, needs.LADs)
	covered := map[string]map[string]string{} // digest, area, LSOAs
	err := s.each(ctx, `SELECT digest, area, lsoas FROM coverage`, func(r *sql.Rows) error {
		var digest, area, list string
		if err := r.Scan(&digest, &area, &list); err != nil {
			return err
		}
		if covered[digest] == nil {
			covered[digest] = map[string]string{}
		}
		covered[digest][area] = list
		return nil
	})
	if err != nil {
		return err
	}
	// The areas whose months depend on a force's files: its own and those of
	// the districts that it polices.
	policed := map[string][]string{}
	for _, force := range needs.Forces {
		policed[force] = append(policed[force], force)
	}
	for _, lad := range needs.LADs {
		if force, ok := g.ForceArea(lad); ok {
			policed[force] = append(policed[force], g.Active(lad))
		}
	}
	return s.each(ctx, `SELECT b.id, b.coverage, b.rows_no_location, b.rows_read, f.force, f.force_area, f.month, f.has_lsoa, f.scheme
		FROM street_file f JOIN batch b ON b.id = f.batch_id WHERE b.current = 1`, func(r *sql.Rows) error {
		var file metrics.StreetFile
		var coverage, forceArea, month string
		var batch int64
		if err := r.Scan(&batch, &coverage, &file.NoLSOA, &file.Read, &file.Force, &forceArea, &month, &file.HasLSOA, &file.Scheme); err != nil {
			return err
		}
		m, err := metrics.ParseMonth(month)
		if err != nil {
			return err
		}
		for _, area := range policed[forceArea] {
			list, ok := covered[coverage][area]
			file.ForOthers = !ok || list != lsoas[area]
			file.Batches = []int64{batch}
			if f.Files[area] == nil {
				f.Files[area] = map[metrics.Month]metrics.StreetFile{}
			}
			f.Files[area][m] = file
		}
		return nil
	})
}

// counts fills in crimes and outcomes by area, crime type and month.
func (s reading) counts(ctx context.Context, f *metrics.Facts, needs metrics.Needs) error {
	active := map[string]string{}
	for _, lad := range needs.LADs {
		for _, code := range f.Geography.Family(lad) {
			active[code] = f.Geography.Active(lad)
		}
	}
	for _, force := range needs.Forces {
		active[force] = force
	}
	if len(active) == 0 {
		return nil
	}
	in, args := inList(active)
	err := s.each(ctx, `SELECT c.area, t.name, f.month, f.batch_id, c.n
		FROM street_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1
		JOIN crime_area c ON c.batch_id = f.batch_id AND c.area IN (`+in+`)
		JOIN crime_type t ON t.id = c.crime_type
		ORDER BY f.batch_id`, func(r *sql.Rows) error {
		var area, kind, month string
		var batch, n int64
		if err := r.Scan(&area, &kind, &month, &batch, &n); err != nil {
			return err
		}
		m, err := metrics.ParseMonth(month)
		if err != nil {
			return err
		}
		area = active[area]
		if f.Crimes[area] == nil {
			f.Crimes[area] = map[string]map[metrics.Month]int64{}
		}
		if f.Crimes[area][kind] == nil {
			f.Crimes[area][kind] = map[metrics.Month]int64{}
		}
		f.Crimes[area][kind][m] += n
		if file, ok := f.Files[area][m]; ok && !slices.Contains(file.Batches, batch) {
			file.Batches = append(file.Batches, batch)
			f.Files[area][m] = file
		}
		return nil
	}, args...)
	if err != nil {
		return err
	}
	return s.each(ctx, `SELECT c.area, t.name, o.name, f.month, sum(c.n)
		FROM street_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1
		JOIN outcome_area c ON c.batch_id = f.batch_id AND c.area IN (`+in+`)
		JOIN crime_type t ON t.id = c.crime_type
		JOIN outcome_type o ON o.id = c.outcome
		GROUP BY c.area, t.name, o.name, f.month`, func(r *sql.Rows) error {
		var area, kind, outcome, month string
		var n int64
		if err := r.Scan(&area, &kind, &outcome, &month, &n); err != nil {
			return err
		}
		m, err := metrics.ParseMonth(month)
		if err != nil {
			return err
		}
		area = active[area]
		if f.Outcomes[area] == nil {
			f.Outcomes[area] = map[string]map[string]map[metrics.Month]int64{}
		}
		if f.Outcomes[area][kind] == nil {
			f.Outcomes[area][kind] = map[string]map[metrics.Month]int64{}
		}
		if f.Outcomes[area][kind][outcome] == nil {
			f.Outcomes[area][kind][outcome] = map[metrics.Month]int64{}
		}
		f.Outcomes[area][kind][outcome][m] += n
		return nil
	}, args...)
}

func inList(codes map[string]string) (string, []any) {
	var args []any
	for code := range codes {
		args = append(args, code)
	}
	return marks(len(args)), args
}

// marks are n placeholders.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// residents fills in the estimates, under the district's code in use now. A
// district that was merged gets the sum of what it was made of, in a year for
// which all of them are there and it is not.
func (s reading) residents(ctx context.Context, f *metrics.Facts) error {
	raw := map[string]map[int]metrics.Estimate{}
	// LSOAs (E01, W01) share the table, and are hundreds of times as many: the
	// key's order is passed over where they stand.
	err := s.each(ctx, `SELECT area, year, age, persons, base, batch_id FROM population WHERE area < 'E01'
		UNION ALL SELECT area, year, age, persons, base, batch_id FROM population WHERE area >= 'E02' AND area < 'W01'
		UNION ALL SELECT area, year, age, persons, base, batch_id FROM population WHERE area >= 'W02' ORDER BY area, year, age`, func(r *sql.Rows) error {
		var area string
		var year, age, base int
		var persons, batch int64
		if err := r.Scan(&area, &year, &age, &persons, &base, &batch); err != nil {
			return err
		}
		if raw[area] == nil {
			raw[area] = map[int]metrics.Estimate{}
		}
		e := raw[area][year]
		e.Base = base
		if !slices.Contains(e.Batches, batch) {
			e.Batches = append(e.Batches, batch)
		}
		switch {
		case age < 0:
			e.Persons = persons
		case age == len(e.Ages):
			e.Ages = append(e.Ages, persons)
		default:
			return fmt.Errorf("ages of %s in %d are not whole", area, year)
		}
		raw[area][year] = e
		return nil
	})
	if err != nil {
		return err
	}
	for area, years := range raw {
		for year, e := range years {
			if e.Persons == 0 && e.Ages != nil {
				for _, n := range e.Ages {
					e.Persons += n
				}
				years[year] = e
			}
		}
		f.Residents[area] = years
	}
	// Under the code in use now, from the codes before it: those in which the
	// lookups place LSOAs, for they cover the district once. A district may have
	// been merged twice, and then its first parts lie within the second ones.
	parts := map[string][]string{}
	err = s.each(ctx, `SELECT DISTINCT lad FROM lsoa WHERE lad <> ''`, func(r *sql.Rows) error {
		var old string
		if err := r.Scan(&old); err != nil {
			return err
		}
		if active := f.Geography.Active(old); active != old {
			parts[active] = append(parts[active], old)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for active, olds := range parts {
		slices.Sort(olds)
		for year := range raw[olds[0]] {
			if _, ok := f.Residents[active][year]; ok {
				continue
			}
			if sum, ok := sumEstimates(raw, olds, year); ok {
				if f.Residents[active] == nil {
					f.Residents[active] = map[int]metrics.Estimate{}
				}
				f.Residents[active][year] = sum
			}
		}
	}
	return nil
}

func sumEstimates(raw map[string]map[int]metrics.Estimate, areas []string, year int) (metrics.Estimate, bool) {
	var sum metrics.Estimate
	for i, area := range areas {
		e, ok := raw[area][year]
		if !ok || i > 0 && e.Base != sum.Base {
			return sum, false
		}
		sum.Base = e.Base
		sum.Persons += e.Persons
		sum.Batches = append(sum.Batches, e.Batches...)
		switch {
		case i == 0:
			sum.Ages = slices.Clone(e.Ages)
		case len(e.Ages) != len(sum.Ages):
			sum.Ages = nil
		default:
			for age, n := range e.Ages {
				sum.Ages[age] += n
			}
		}
	}
	return sum, true
}

// editions fills in the Indices of Deprivation.
func (s reading) editions(ctx context.Context, f *metrics.Facts, needs metrics.Needs) error {
	names := map[string]string{}
	key := func(edition int, lad string) string { return fmt.Sprintf("%d %s", edition, lad) }
	err := s.each(ctx, `SELECT edition, lad, name FROM deprivation_lad`, func(r *sql.Rows) error {
		var edition int
		var lad, name string
		if err := r.Scan(&edition, &lad, &name); err != nil {
			return err
		}
		names[key(edition, lad)] = name
		return nil
	})
	if err != nil {
		return err
	}
	if len(needs.Domains) == 0 {
		return nil
	}
	var domains []any
	for _, d := range needs.Domains {
		domains = append(domains, d)
	}
	return s.each(ctx, `SELECT f.edition, f.domain, f.batch_id, r.lsoa, r.lad, r.rank
		FROM deprivation_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1
		JOIN deprivation_rank r ON r.batch_id = f.batch_id
		WHERE f.domain IN (`+marks(len(domains))+`)
		ORDER BY f.edition, f.domain, r.lsoa`, func(r *sql.Rows) error {
		var edition, rank int
		var domain, lad string
		var lsoa, batch int64
		if err := r.Scan(&edition, &domain, &batch, &lsoa, &lad, &rank); err != nil {
			return err
		}
		if f.Editions[edition] == nil {
			f.Editions[edition] = map[string][]metrics.DeprivationRank{}
			f.EditionBatches[edition] = map[string]int64{}
		}
		f.EditionBatches[edition][domain] = batch
		f.Editions[edition][domain] = append(f.Editions[edition][domain],
			metrics.DeprivationRank{LSOA: lsoaCode(lsoa), LAD: lad, LADName: names[key(edition, lad)], Rank: rank})
		return nil
	}, domains...)
}

// StreetMonths gives the months for which a force area's street-level files
// are in force, in order, and the force's name as they write it.
func (s reading) StreetMonths(ctx context.Context, forceArea string) (force string, months []metrics.Month, err error) {
	err = s.each(ctx, `SELECT f.force, f.month FROM street_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1
		WHERE f.force_area = ? ORDER BY f.month`, func(r *sql.Rows) error {
		var month string
		if err := r.Scan(&force, &month); err != nil {
			return err
		}
		m, err := metrics.ParseMonth(month)
		months = append(months, m)
		return err
	}, forceArea)
	if err != nil {
		return "", nil, failed("read which months are held", err)
	}
	return force, months, nil
}

// StreetFilesOfOthers is how many police files in force were counted under
// another coverage than the one with this digest.
func (s reading) StreetFilesOfOthers(ctx context.Context, coverage string) (int, error) {
	var n int
	err := s.q.QueryRowContext(ctx, `SELECT count(*) FROM batch WHERE source = ? AND current = 1 AND coverage <> ?`, metrics.PoliceSource, coverage).Scan(&n)
	if err != nil {
		return 0, failed("read which areas were counted", err)
	}
	return n, nil
}
