package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"outcomes/metrics"
)

// Geography gathers the imported lookups.
func (s reading) Geography(ctx context.Context) (*metrics.Geography, error) {
	g := metrics.NewGeography()
	err := s.q.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM batch WHERE source = ?`, metrics.GeographySource).Scan(&g.Version)
	if err == nil {
		text := texts{}
		named := map[string]int{} // when a district got its name
		// In the key's order, so that a code's newest district comes last.
		err = s.each(ctx, `SELECT code, lad, lad_name, vintage * 10000 + lad_year FROM lsoa WHERE lad <> '' ORDER BY code, vintage`, func(r *sql.Rows) error {
			var code, lad, name sql.RawBytes
			var when int
			if err := r.Scan(&code, &lad, &name, &when); err != nil {
				return err
			}
			in := text.of(lad)
			g.LSOA[text.of(code)] = in
			if len(name) > 0 && when >= named[in] {
				g.Names[in], named[in] = text.of(name), when
			}
			return nil
		})
	}
	if err == nil { // an LSOA of 2001 lies where all that became of it lies
		ambiguous := map[string]bool{}
		err = s.each(ctx, `SELECT from_code, to_code FROM lsoa_change WHERE from_vintage = 2001 AND from_code <> to_code ORDER BY from_code, to_code`, func(r *sql.Rows) error {
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

// texts gives one string for all bytes that read alike.
type texts map[string]string

func (t texts) of(b []byte) string {
	if s, ok := t[string(b)]; ok {
		return s
	}
	s := string(b)
	t[s] = s
	return s
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

// Facts gathers what figures are computed from, but for the Indices of
// Deprivation of the whole country, which [reading.Ranks] adds. The version it
// returns is kept with the figures that are computed from them.
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
		func() error { return s.beside(ctx, f, needs) },
		func() error { return s.residents(ctx, f, districtsOf(g, needs)) },
		func() error { return s.editions(ctx, f) },
		func() error { return s.neighbourhoods(ctx, f, needs) },
		func() error { return s.returns(ctx, f) },
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

// counts fills in the wanted crimes and outcomes by area, crime type and month.
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
	areas := slices.Sorted(maps.Keys(active))
	months := map[string]metrics.Month{}
	// read hands over the rows of a table of counts, with the months in order of batch.
	read := func(table, outcome string, types []string, do func(area, kind, outcome string, m metrics.Month, batch, n int64)) error {
		if len(areas) == 0 || len(types) == 0 {
			return nil
		}
		text := texts{}
		return s.each(ctx, `WITH kind (id, name) AS MATERIALIZED (SELECT id, name FROM crime_type WHERE name IN (`+marks(len(types))+`))
			SELECT c.area, kind.name, `+outcome+`, f.month, f.batch_id, c.n
			FROM street_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1
			CROSS JOIN kind CROSS JOIN `+table+`
			WHERE c.batch_id = f.batch_id AND c.area IN (`+marks(len(areas))+`) AND c.crime_type = kind.id
			ORDER BY f.batch_id`, func(r *sql.Rows) error {
			var area, kind, outcome, month sql.RawBytes
			var batch, n int64
			if err := r.Scan(&area, &kind, &outcome, &month, &batch, &n); err != nil {
				return err
			}
			m, ok := months[string(month)]
			if !ok {
				var err error
				if m, err = metrics.ParseMonth(string(month)); err != nil {
					return err
				}
				months[string(month)] = m
			}
			do(active[string(area)], text.of(kind), text.of(outcome), m, batch, n)
			return nil
		}, anys(slices.Concat(types, areas))...)
	}
	err := read("crime_area c", "''", needs.Crimes, func(area, kind, _ string, m metrics.Month, batch, n int64) {
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
	})
	if err != nil {
		return err
	}
	return read("outcome_area c JOIN outcome_type o ON o.id = c.outcome", "o.name", needs.Outcomes, func(area, kind, outcome string, m metrics.Month, _, n int64) {
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
	})
}

// marks are n placeholders.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// districtsOf are all codes, old ones among them, of the districts whose
// residents are needed: those of the force areas too.
func districtsOf(g *metrics.Geography, needs metrics.Needs) []string {
	lads := append(slices.Clone(needs.LADs), metrics.EnglandCode)
	for _, force := range needs.Forces {
		lads = append(lads, g.DistrictsNow(force)...)
	}
	var out []string
	for _, lad := range lads {
		out = append(out, g.Family(lad)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// residents fills in the estimates of these districts, of all where none is
// named, under the district's code in use now. A district that was merged gets
// the sum of what it was made of, in a year for which all of them are there and
// it is not.
func (s reading) residents(ctx context.Context, f *metrics.Facts, districts []string) error {
	raw := map[string]map[int]metrics.Estimate{}
	wanted := map[string]bool{}
	for _, d := range districts {
		wanted[d] = true
	}
	// LSOAs (E01, W01) share the table, and are hundreds of times as many: the
	// key's order is passed over where they stand.
	query := `SELECT area, year, age, persons, base, batch_id FROM population WHERE area < 'E01'
		UNION ALL SELECT area, year, age, persons, base, batch_id FROM population WHERE area >= 'E02' AND area < 'W01'
		UNION ALL SELECT area, year, age, persons, base, batch_id FROM population WHERE area >= 'W02' ORDER BY area, year, age`
	if len(districts) > 0 {
		query = `SELECT area, year, age, persons, base, batch_id FROM population WHERE area IN (` + marks(len(districts)) + `) ORDER BY area, year, age`
	}
	err := s.each(ctx, query, func(r *sql.Rows) error {
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
	}, anys(districts)...)
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
		if active := f.Geography.Active(old); active != old && (len(districts) == 0 || wanted[active]) {
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

// editions fills in which batches the Indices of Deprivation are from.
func (s reading) editions(ctx context.Context, f *metrics.Facts) error {
	return s.each(ctx, `SELECT f.edition, f.domain, f.batch_id FROM deprivation_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1`, func(r *sql.Rows) error {
		var edition int
		var domain string
		var batch int64
		if err := r.Scan(&edition, &domain, &batch); err != nil {
			return err
		}
		if f.EditionBatches[edition] == nil {
			f.EditionBatches[edition] = map[string]int64{}
		}
		f.EditionBatches[edition][domain] = batch
		return nil
	})
}

// Ranks puts into the facts the ranks of one domain of the Indices of
// Deprivation, in place of another's: a row for every LSOA of England and edition.
func (s reading) Ranks(ctx context.Context, f *metrics.Facts, domain string) error {
	clear(f.Editions)
	codes, text := map[int64]string{}, texts{}
	for edition, batches := range f.EditionBatches {
		batch, ok := batches[domain]
		if !ok {
			continue
		}
		names := map[string]string{}
		err := s.each(ctx, `SELECT lad, name FROM deprivation_lad WHERE edition = ?`, func(r *sql.Rows) error {
			var lad, name string
			err := r.Scan(&lad, &name)
			names[lad] = name
			return err
		}, edition)
		if err != nil {
			return failed("read the Indices of Deprivation", err)
		}
		// All in one text: handed over row by row they take twice as long.
		var all sql.Null[string]
		err = s.q.QueryRowContext(ctx, `SELECT group_concat(lsoa || ' ' || rank || ' ' || lad, char(10)) FROM deprivation_rank WHERE batch_id = ?`, batch).Scan(&all)
		list := make([]metrics.DeprivationRank, 0, strings.Count(all.V, "\n")+1)
		for row := range strings.Lines(all.V) {
			number, rest, _ := strings.Cut(row, " ")
			place, lad, _ := strings.Cut(strings.TrimSuffix(rest, "\n"), " ")
			lsoa, err1 := strconv.ParseInt(number, 10, 64)
			rank, err2 := strconv.Atoi(place)
			if err = errors.Join(err, err1, err2); err != nil {
				break
			}
			if codes[lsoa] == "" {
				codes[lsoa] = lsoaCode(lsoa)
			}
			in := text.of([]byte(lad))
			list = append(list, metrics.DeprivationRank{LSOA: codes[lsoa], LAD: in, LADName: names[in], Rank: rank})
		}
		if err != nil {
			return failed("read the Indices of Deprivation", err)
		}
		f.Editions[edition] = map[string][]metrics.DeprivationRank{domain: list}
	}
	return nil
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
