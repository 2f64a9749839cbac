package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"outcomes/metrics"
)

// neighbourhoods gathers the wanted district's facts by LSOA.
func (s reading) neighbourhoods(ctx context.Context, f *metrics.Facts, needs metrics.Needs) error {
	if needs.Neighbourhoods == "" {
		return nil
	}
	n := &metrics.Neighbourhoods{Vintages: map[int][]string{}, Names: map[string]string{}, Counts: map[string]map[metrics.Month][]int64{},
		Residents: map[int]metrics.LSOAEstimate{}, Ward: map[string]string{}, Outlines: map[metrics.AreaKind]map[int][]metrics.Outline{}}
	family := f.Geography.Family(needs.Neighbourhoods)
	if err := s.lsoas(ctx, n, family); err != nil || len(n.Codes) == 0 {
		return err
	}
	f.Neighbourhoods = n
	for _, read := range []func() error{
		func() error { return s.lsoaChanges(ctx, n) },
		func() error { return s.lsoaCounts(ctx, n, family, needs.NeighbourhoodCrimes) },
		func() error { return s.lsoaRanks(ctx, n) },
		func() error { return s.lsoaResidents(ctx, n) },
		func() error { return s.lsoaWards(ctx, n) },
		func() error { return s.lsoaOutlines(ctx, n) },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// anys makes codes into a statement's arguments.
func anys(codes []string) []any {
	out := make([]any, len(codes))
	for i, c := range codes {
		out[i] = c
	}
	return out
}

func (s reading) lsoas(ctx context.Context, n *metrics.Neighbourhoods, family []string) error {
	err := s.each(ctx, `SELECT code, vintage, name FROM lsoa WHERE lad IN (`+marks(len(family))+`) ORDER BY vintage, code`, func(r *sql.Rows) error {
		var code, name string
		var vintage int
		if err := r.Scan(&code, &vintage, &name); err != nil {
			return err
		}
		n.Vintages[vintage] = append(n.Vintages[vintage], code)
		n.Names[code] = name
		n.Codes = append(n.Codes, code)
		return nil
	}, anys(family)...)
	slices.Sort(n.Codes)
	n.Codes = slices.Compact(n.Codes)
	return err
}

// lsoaChanges reads the changes that touch the district's LSOAs, from and to.
func (s reading) lsoaChanges(ctx context.Context, n *metrics.Neighbourhoods) error {
	in, codes := marks(len(n.Codes)), anys(n.Codes)
	return s.each(ctx, `SELECT from_vintage, from_code, to_code, change FROM lsoa_change WHERE from_vintage IN (2001, 2011) AND from_code IN (`+in+`) AND from_code <> to_code
		UNION SELECT from_vintage, from_code, to_code, change FROM lsoa_change WHERE to_code IN (`+in+`) AND from_code <> to_code
		ORDER BY from_vintage, from_code, to_code`, func(r *sql.Rows) error {
		var c metrics.LSOAChange
		err := r.Scan(&c.FromVintage, &c.From, &c.To, &c.Change)
		n.Changes = append(n.Changes, c)
		return err
	}, slices.Concat(codes, codes)...)
}

// lsoaCounts reads the counts of the district's LSOAs from the files that have
// any crime there: in each, the stretches of numbers that its LSOAs have.
func (s reading) lsoaCounts(ctx context.Context, n *metrics.Neighbourhoods, family, types []string) error {
	if len(types) == 0 {
		return nil
	}
	at := map[int64]int{}
	var numbers []int64
	for i, code := range n.Codes {
		number, err := lsoaNumber(code)
		if err != nil {
			return err
		}
		at[number] = i
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	const gap = 32 // numbers of others that are cheaper to pass over than to begin anew
	var runs []string
	var args []any
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1]-numbers[j] <= gap {
			j++
		}
		runs = append(runs, "(?,?)")
		args = append(args, numbers[i], numbers[j])
		i = j + 1
	}
	args = append(args, anys(types)...)
	args = append(args, anys(family)...)
	for _, t := range types {
		n.Counts[t] = map[metrics.Month][]int64{}
	}
	return s.each(ctx, `WITH run (first, last) AS (VALUES `+strings.Join(runs, ",")+`),
		kind (id, name) AS MATERIALIZED (SELECT id, name FROM crime_type WHERE name IN (`+marks(len(types))+`)),
		file (batch_id, month) AS MATERIALIZED (SELECT f.batch_id, f.month FROM street_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1
			WHERE EXISTS (SELECT 1 FROM crime_area a WHERE a.batch_id = f.batch_id AND a.area IN (`+marks(len(family))+`)))
		SELECT file.month, kind.name, c.lsoa, c.n
		FROM file CROSS JOIN run CROSS JOIN crime_lsoa c ON c.batch_id = file.batch_id AND c.lsoa BETWEEN run.first AND run.last
		JOIN kind ON kind.id = c.crime_type`, func(r *sql.Rows) error {
		var month, kind sql.RawBytes
		var lsoa, count int64
		if err := r.Scan(&month, &kind, &lsoa, &count); err != nil {
			return err
		}
		i, ok := at[lsoa]
		if !ok {
			return nil
		}
		m, err := metrics.ParseMonth(string(month))
		if err != nil {
			return err
		}
		months := n.Counts[string(kind)]
		if months[m] == nil {
			months[m] = make([]int64, len(n.Codes))
		}
		months[m][i] += count
		return nil
	}, args...)
}

// lsoaResidents reads the estimates of the district's LSOAs. Where a year has
// them by the codes of two censuses, those of the newer one stand, if whole.
func (s reading) lsoaResidents(ctx context.Context, n *metrics.Neighbourhoods) error {
	labels := map[int64]string{}
	err := s.each(ctx, `SELECT p.area, p.year, p.persons, p.base, p.batch_id, b.period FROM population p JOIN batch b ON b.id = p.batch_id
		WHERE p.age = -1 AND p.area IN (`+marks(len(n.Codes))+`) ORDER BY p.year, p.area`, func(r *sql.Rows) error {
		var area, period string
		var year, base int
		var persons, batch int64
		if err := r.Scan(&area, &year, &persons, &base, &batch, &period); err != nil {
			return err
		}
		e, ok := n.Residents[year]
		if !ok {
			e.Persons = map[string]int64{}
		}
		e.Base = base
		e.Persons[area] = persons
		if !slices.Contains(e.Batches, batch) {
			e.Batches = append(e.Batches, batch)
			labels[batch] = fmt.Sprintf("ONS mid-%d population estimate", year)
			if census, ok := strings.CutPrefix(period, "census-"); ok {
				labels[batch] = "Census " + census
			}
		}
		slices.Sort(e.Batches)
		e.Label = labels[e.Batches[0]]
		n.Residents[year] = e
		return nil
	}, anys(n.Codes)...)
	if err != nil {
		return err
	}
	for year, e := range n.Residents {
		for _, vintage := range []int{2021, 2011} {
			codes := n.Vintages[vintage]
			if len(codes) == 0 || slices.ContainsFunc(codes, func(c string) bool { _, ok := e.Persons[c]; return !ok }) {
				continue
			}
			whole := make(map[string]int64, len(codes))
			for _, c := range codes {
				whole[c] = e.Persons[c]
			}
			e.Persons = whole
			n.Residents[year] = e
			break
		}
	}
	return nil
}

// lsoaRanks reads the ranks of the district's LSOAs, and of what they were cut
// from or into, in each edition of the Index of Multiple Deprivation.
func (s reading) lsoaRanks(ctx context.Context, n *metrics.Neighbourhoods) error {
	code := map[int64]string{}
	add := func(c string) error {
		number, err := lsoaNumber(c)
		code[number] = c
		return err
	}
	for _, c := range n.Codes {
		if err := add(c); err != nil {
			return err
		}
	}
	for _, ch := range n.Changes {
		for _, c := range []string{ch.From, ch.To} {
			if err := add(c); err != nil {
				return err
			}
		}
	}
	n.Ranks = map[int]metrics.LSOARanks{}
	err := s.each(ctx, `SELECT f.edition, f.batch_id, (SELECT max(count(*), max(r.rank)) FROM deprivation_rank r WHERE r.batch_id = f.batch_id)
		FROM deprivation_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1 WHERE f.domain = 'imd'`, func(r *sql.Rows) error {
		var edition int
		ranks := metrics.LSOARanks{Rank: map[string]int{}}
		err := r.Scan(&edition, &ranks.Batch, &ranks.Of)
		n.Ranks[edition] = ranks
		return err
	})
	if err != nil {
		return err
	}
	var numbers []any
	for number := range code {
		numbers = append(numbers, number)
	}
	for _, ranks := range n.Ranks {
		err := s.each(ctx, `SELECT lsoa, rank FROM deprivation_rank WHERE batch_id = ? AND lsoa IN (`+marks(len(numbers))+`)`, func(r *sql.Rows) error {
			var lsoa int64
			var rank int
			err := r.Scan(&lsoa, &rank)
			ranks.Rank[code[lsoa]] = rank
			return err
		}, append([]any{ranks.Batch}, numbers...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s reading) lsoaWards(ctx context.Context, n *metrics.Neighbourhoods) error {
	return s.each(ctx, `SELECT lsoa, year, ward, name FROM ward WHERE lsoa IN (`+marks(len(n.Codes))+`) ORDER BY year`, func(r *sql.Rows) error {
		var lsoa, ward, name string
		var year int
		if err := r.Scan(&lsoa, &year, &ward, &name); err != nil {
			return err
		}
		if year > n.WardVintage {
			n.WardVintage = year
			clear(n.Ward)
		}
		n.Ward[lsoa] = ward
		n.Names[ward] = name
		return nil
	}, anys(n.Codes)...)
}

// lsoaOutlines reads the boundaries: the LSOAs of each census, and the wards
// of the vintage that has most of the lookup's.
func (s reading) lsoaOutlines(ctx context.Context, n *metrics.Neighbourhoods) error {
	n.Outlines[metrics.LSOA] = map[int][]metrics.Outline{}
	for vintage, codes := range n.Vintages {
		list, err := s.outlines(ctx, metrics.LSOA, vintage, codes)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			n.Outlines[metrics.LSOA][vintage] = list
		}
	}
	wards := map[string]bool{}
	for _, w := range n.Ward {
		wards[w] = true
	}
	var codes []string
	for w := range wards {
		codes = append(codes, w)
	}
	vintage, err := s.wardVintage(ctx, codes)
	if err != nil || vintage == 0 {
		return err
	}
	n.WardVintage = vintage
	list, err := s.outlines(ctx, metrics.Ward, vintage, codes)
	n.Outlines[metrics.Ward] = map[int][]metrics.Outline{vintage: list}
	return err
}

// wardVintage is the vintage of ward outlines that has most of these wards,
// the newest of equals; 0 where none has any.
func (s reading) wardVintage(ctx context.Context, wards []string) (int, error) {
	if len(wards) == 0 {
		return 0, nil
	}
	var vintage int
	err := s.q.QueryRowContext(ctx, `SELECT vintage FROM boundary WHERE kind = 'ward' AND code IN (`+marks(len(wards))+`)
		GROUP BY vintage ORDER BY count(*) DESC, vintage DESC LIMIT 1`, anys(wards)...).Scan(&vintage)
	if err == sql.ErrNoRows {
		return 0, nil
	}
	return vintage, err
}

func (s reading) outlines(ctx context.Context, kind metrics.AreaKind, vintage int, codes []string) ([]metrics.Outline, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	var out []metrics.Outline
	args := append([]any{kind, vintage}, anys(codes)...)
	err := s.each(ctx, `SELECT code, name, geometry FROM boundary WHERE kind = ? AND vintage = ? AND code IN (`+marks(len(codes))+`) ORDER BY code`, func(r *sql.Rows) error {
		var o metrics.Outline
		var geometry string
		err := r.Scan(&o.Code, &o.Name, &geometry)
		o.Geometry = []byte(geometry)
		out = append(out, o)
		return err
	}, args...)
	return out, err
}
