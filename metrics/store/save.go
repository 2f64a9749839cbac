package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"outcomes/metrics"
)

// Saved is what became of a release.
type Saved struct {
	Release  string
	Batch    int64 // 0 when the release said what is held already
	Changed  bool  // facts were added or replaced
	Replaced int64 // the batch whose facts it replaced whole, 0 when none
}

// ReadBefore is what the ledger says of a file that was read before.
type ReadBefore struct {
	At string // when, RFC 3339
	// Intact says that all its facts are in force: reading it again would
	// change nothing. Where they are not, Name, Digest and Coverage are of the
	// file that last took the place of some.
	Intact                 bool
	Name, Digest, Coverage string
}

// Known says whether a file was read before under that name and for the same
// coverage. The name counts: it says which month a police file is of.
func (s reading) Known(ctx context.Context, source metrics.Source, name, digest, coverage string) (ReadBefore, bool, error) {
	before, known := ReadBefore{Intact: true}, false
	err := s.each(ctx, `SELECT b.imported_at, b.current, coalesce(r.name, ''), coalesce(r.digest, ''), coalesce(r.coverage, '')
		FROM batch b LEFT JOIN batch r ON r.id = b.replaced_by
		WHERE b.id IN (SELECT max(id) FROM batch WHERE source = ? AND digest = ? AND name = ? AND coverage = ? GROUP BY release)
		ORDER BY b.id`, func(r *sql.Rows) error {
		var current bool
		var name, digest, coverage string
		if err := r.Scan(&before.At, &current, &name, &digest, &coverage); err != nil {
			return err
		}
		known = true
		if !current || digest != "" {
			before.Intact, before.Name, before.Digest, before.Coverage = false, name, digest, coverage
		}
		return nil
	}, source, digest, name, coverage)
	if err != nil {
		return before, false, failed("look up what was read", err)
	}
	return before, known, nil
}

// Save writes the releases of one file. A release whose facts are those already
// in force adds no batch. Invented and real data do not share a database.
func (s *Session) Save(ctx context.Context, releases []Release) ([]Saved, error) {
	var out []Saved
	for _, rel := range releases {
		if err := sameMake(ctx, s.tx, rel); err != nil {
			return nil, err
		}
		saved, err := s.saveRelease(ctx, s.tx, rel)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", rel.Release, err)
		}
		out = append(out, saved)
	}
	return out, nil
}

// sameMake refuses to mix invented with real data.
func sameMake(ctx context.Context, tx *sql.Tx, rel Release) error {
	var held sql.Null[bool]
	if err := tx.QueryRowContext(ctx, `SELECT sample FROM house`).Scan(&held); err != nil {
		return err
	}
	switch {
	case !held.Valid:
		_, err := tx.ExecContext(ctx, `UPDATE house SET sample = ?`, rel.Sample)
		return err
	case held.V && !rel.Sample:
		return metrics.Errorf(metrics.Conflict, "this database holds the invented sample data; %s is real: import real data into a database of its own (--db)", rel.File)
	case !held.V && rel.Sample:
		return metrics.Errorf(metrics.Conflict, "this database holds real data; %s is invented sample data: import it into a database of its own (--db)", rel.File)
	}
	return nil
}

func (s *Session) saveRelease(ctx context.Context, tx *sql.Tx, rel Release) (Saved, error) {
	saved := Saved{Release: rel.Release}
	// A batch is written first, so that facts can name it, and taken back
	// when they turn out to be those already held.
	if _, err := tx.ExecContext(ctx, `SAVEPOINT release`); err != nil {
		return saved, err
	}
	replaced, facts, err := heldRelease(ctx, tx, rel)
	if err != nil {
		return saved, err
	}
	whole := replacesWhole(rel.Facts)
	if whole && replaced != 0 && facts == rel.FactsSHA {
		_, err := tx.ExecContext(ctx, `RELEASE release`)
		return saved, err
	}
	id, err := s.insertBatch(ctx, tx, rel.Batch)
	if err != nil {
		return saved, err
	}
	if whole && replaced != 0 {
		if err := dropFacts(ctx, tx, rel.Facts, replaced); err != nil {
			return saved, err
		}
	}
	var changed int64
	switch f := rel.Facts.(type) {
	case *StreetMonth:
		changed, err = insertStreetMonth(ctx, tx, id, f)
	case *DeprivationRanks:
		changed, err = insertRanks(ctx, tx, id, f)
	case *Estimates:
		changed, err = insertEstimates(ctx, tx, id, f)
	case *Lookup:
		changed, err = insertLookup(ctx, tx, id, f)
	case *Boundaries:
		changed, err = insertBoundaries(ctx, tx, id, f)
	default:
		err = fmt.Errorf("facts of a kind the store does not know: %T", f)
	}
	if err != nil {
		return saved, err
	}
	if changed == 0 && !whole {
		if _, err := tx.ExecContext(ctx, `ROLLBACK TO release`); err != nil {
			return saved, err
		}
		_, err := tx.ExecContext(ctx, `RELEASE release`)
		return saved, err
	}
	if whole {
		_, err = tx.ExecContext(ctx, `UPDATE batch SET current = 0, superseded_by = ?1, replaced_by = ?1 WHERE id = ?2`, id, replaced)
	} else {
		err = retireEmptied(ctx, tx, rel.Facts, rel.Source, id)
	}
	if err != nil {
		return saved, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE house SET facts = facts + 1`); err != nil {
		return saved, err
	}
	if _, err := tx.ExecContext(ctx, `RELEASE release`); err != nil {
		return saved, err
	}
	saved.Batch, saved.Changed, saved.Replaced = id, true, replaced
	return saved, nil
}

// replacesWhole says whether a newer release drops all facts of the older one
// (a force's month, an edition's domain); the others replace code by code.
func replacesWhole(f Facts) bool {
	switch f.(type) {
	case *StreetMonth, *DeprivationRanks:
		return true
	}
	return false
}

// heldRelease gives the batch in force for the release and the digest of its
// facts. The digest counts only for the same coverage: counts for other areas
// are other facts.
func heldRelease(ctx context.Context, tx *sql.Tx, rel Release) (id int64, sha string, err error) {
	var coverage string
	err = tx.QueryRowContext(ctx, `SELECT id, facts_sha, coverage FROM batch WHERE source = ? AND release = ? AND current = 1`,
		rel.Source, rel.Release).Scan(&id, &sha, &coverage)
	if err == sql.ErrNoRows {
		return 0, "", nil
	}
	if coverage != rel.Coverage {
		sha = ""
	}
	return id, sha, err
}

func (s *Session) insertBatch(ctx context.Context, tx *sql.Tx, b metrics.Batch) (int64, error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO batch (source, release, file, member, name, size, digest, period, coverage,
		rows_read, rows_kept, rows_no_location, rows_outside, rows_rejected, rows_repeated, facts, facts_sha, sample, imported_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		b.Source, b.Release, b.File, b.Member, b.Name, b.Size, b.Digest, b.Period, b.Coverage,
		b.Account.Read, b.Account.Kept, b.Account.WithoutLocation, b.Account.Outside, b.Account.Rejected, b.Account.Repeated,
		b.Facts, b.FactsSHA, b.Sample, s.stamp())
	if err != nil {
		return 0, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, err
	}
	rows := newBulk(tx, `INSERT INTO problem (batch_id, seq, file, sheet, line, col, rule, message, rejects) VALUES `, "", 9)
	for i, p := range b.Problems {
		if err := rows.add(ctx, id, i+1, p.File, p.Sheet, p.Row, p.Column, p.Rule, p.Message, p.Rejects); err != nil {
			return 0, err
		}
	}
	return id, rows.flush(ctx)
}

func dropFacts(ctx context.Context, tx *sql.Tx, f Facts, batch int64) error {
	tables := []string{"crime_lsoa", "crime_area", "outcome_area"}
	if _, ok := f.(*DeprivationRanks); ok {
		tables = []string{"deprivation_rank"}
	}
	for _, t := range tables {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+t+` WHERE batch_id = ?`, batch); err != nil {
			return err
		}
	}
	return nil
}

// retireEmptied marks batches of the source whose last fact was replaced.
func retireEmptied(ctx context.Context, tx *sql.Tx, f Facts, source metrics.Source, by int64) error {
	var tables []string
	switch f.(type) {
	case *Estimates:
		tables = []string{"population", "district_area"}
	case *Lookup:
		tables = []string{"lsoa", "lsoa_change", "ward", "successor", "lad_force"}
	case *Boundaries:
		tables = []string{"boundary"}
	}
	q := `UPDATE batch SET current = 0, superseded_by = ? WHERE source = ? AND current = 1 AND id <> ?`
	for _, t := range tables {
		q += ` AND NOT EXISTS (SELECT 1 FROM ` + t + ` WHERE ` + t + `.batch_id = batch.id)`
	}
	_, err := tx.ExecContext(ctx, q, by, source, by)
	return err
}

func insertStreetMonth(ctx context.Context, tx *sql.Tx, id int64, m *StreetMonth) (int64, error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO street_file (batch_id, force, slug, force_area, month, has_lsoa, scheme) VALUES (?,?,?,?,?,?,?)`,
		id, m.Force, m.Slug, m.ForceArea, m.Month.String(), m.HasLSOA, int(m.Scheme)); err != nil {
		return 0, err
	}
	types, err := newNames(ctx, tx, "crime_type")
	if err != nil {
		return 0, err
	}
	outcomes, err := newNames(ctx, tx, "outcome_type")
	if err != nil {
		return 0, err
	}
	// In the key's order the inserts append; the types' numbers need not be in
	// the order of their names, so each LSOA's few rows are out of order at most.
	lsoas := newBulk(tx, `INSERT INTO crime_lsoa (batch_id, lsoa, crime_type, n) VALUES `, "", 4)
	for _, c := range m.LSOA {
		n, err := lsoaNumber(c.LSOA)
		if err != nil {
			return 0, err
		}
		t, err := types.id(ctx, c.Type)
		if err != nil {
			return 0, err
		}
		if err := lsoas.add(ctx, id, n, t, c.Count); err != nil {
			return 0, err
		}
	}
	if err := lsoas.flush(ctx); err != nil {
		return 0, err
	}
	areas := newBulk(tx, `INSERT INTO crime_area (batch_id, area, crime_type, n) VALUES `, "", 4)
	for _, c := range m.Area {
		t, err := types.id(ctx, c.Type)
		if err != nil {
			return 0, err
		}
		if err := areas.add(ctx, id, c.Area, t, c.Count); err != nil {
			return 0, err
		}
	}
	if err := areas.flush(ctx); err != nil {
		return 0, err
	}
	outs := newBulk(tx, `INSERT INTO outcome_area (batch_id, area, crime_type, outcome, n) VALUES `, "", 5)
	for _, c := range m.Outcome {
		t, err := types.id(ctx, c.Type)
		if err != nil {
			return 0, err
		}
		o, err := outcomes.id(ctx, c.Outcome)
		if err != nil {
			return 0, err
		}
		if err := outs.add(ctx, id, c.Area, t, o, c.Count); err != nil {
			return 0, err
		}
	}
	return 1, outs.flush(ctx)
}

func insertRanks(ctx context.Context, tx *sql.Tx, id int64, d *DeprivationRanks) (int64, error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO deprivation_file (batch_id, edition, domain) VALUES (?,?,?)`, id, d.Edition, d.Domain); err != nil {
		return 0, err
	}
	names := map[string]string{}
	rows := newBulk(tx, `INSERT INTO deprivation_rank (batch_id, lsoa, lad, rank) VALUES `, "", 4)
	for _, r := range d.Ranks {
		n, err := lsoaNumber(r.LSOA)
		if err != nil {
			return 0, err
		}
		if err := rows.add(ctx, id, n, r.LAD, r.Rank); err != nil {
			return 0, err
		}
		if r.LAD != "" {
			names[r.LAD] = r.LADName
		}
	}
	if err := rows.flush(ctx); err != nil {
		return 0, err
	}
	lads := newBulk(tx, `INSERT INTO deprivation_lad (edition, lad, name) VALUES `, ` ON CONFLICT (edition, lad) DO UPDATE SET name = excluded.name`, 3)
	for code, name := range names {
		if err := lads.add(ctx, d.Edition, code, name); err != nil {
			return 0, err
		}
	}
	return 1, lads.flush(ctx)
}

func insertEstimates(ctx context.Context, tx *sql.Tx, id int64, e *Estimates) (int64, error) {
	rows := newBulk(tx, `INSERT INTO population (area, year, age, persons, base, batch_id) VALUES `,
		` ON CONFLICT (area, year, age) DO UPDATE SET persons = excluded.persons, base = excluded.base, batch_id = excluded.batch_id
		WHERE persons <> excluded.persons OR base <> excluded.base`, 6)
	for _, r := range e.Rows {
		if err := rows.add(ctx, r.Area, e.Year, r.Age, r.Persons, e.Base, id); err != nil {
			return 0, err
		}
	}
	// The size from the newest year's file stands, whichever was read last.
	sizes := newBulk(tx, `INSERT INTO district_area (area, km2, year, batch_id) VALUES `,
		` ON CONFLICT (area) DO UPDATE SET km2 = excluded.km2, year = excluded.year, batch_id = excluded.batch_id
		WHERE excluded.year >= year AND km2 <> excluded.km2`, 4)
	for _, a := range e.Areas {
		if err := sizes.add(ctx, a.Area, a.Km2, e.Year, id); err != nil {
			return 0, err
		}
	}
	if err := rows.flush(ctx); err != nil {
		return 0, err
	}
	err := sizes.flush(ctx)
	return rows.changed + sizes.changed, err
}

func insertLookup(ctx context.Context, tx *sql.Tx, id int64, l *Lookup) (int64, error) {
	lsoas := newBulk(tx, `INSERT INTO lsoa (code, vintage, name, lad, lad_name, lad_year, batch_id) VALUES `,
		` ON CONFLICT (code, vintage) DO UPDATE SET name = excluded.name, lad = excluded.lad, lad_name = excluded.lad_name, lad_year = excluded.lad_year, batch_id = excluded.batch_id
		WHERE excluded.lad <> '' AND (excluded.lad_year > lad_year OR excluded.lad_year = lad_year AND excluded.lad <> lad)`, 7)
	for _, r := range l.LSOAs {
		if err := lsoas.add(ctx, r.Code, r.Vintage, r.Name, r.LAD, r.LADName, r.LADYear, id); err != nil {
			return 0, err
		}
	}
	changes := newBulk(tx, `INSERT INTO lsoa_change (from_vintage, from_code, to_vintage, to_code, change, batch_id) VALUES `,
		` ON CONFLICT (from_vintage, from_code, to_vintage, to_code) DO UPDATE SET change = excluded.change, batch_id = excluded.batch_id WHERE change <> excluded.change`, 6)
	for _, r := range l.Changes {
		if err := changes.add(ctx, r.FromVintage, r.From, r.ToVintage, r.To, r.Change, id); err != nil {
			return 0, err
		}
	}
	wards := newBulk(tx, `INSERT INTO ward (lsoa, year, ward, name, batch_id) VALUES `,
		` ON CONFLICT (lsoa, year) DO UPDATE SET ward = excluded.ward, name = excluded.name, batch_id = excluded.batch_id WHERE ward <> excluded.ward OR name <> excluded.name`, 5)
	for _, r := range l.Wards {
		if err := wards.add(ctx, r.LSOA, r.Year, r.Ward, r.WardName, id); err != nil {
			return 0, err
		}
	}
	successors := newBulk(tx, `INSERT INTO successor (code, name, active, active_name, batch_id) VALUES `,
		` ON CONFLICT (code) DO UPDATE SET name = excluded.name, active = excluded.active, active_name = excluded.active_name, batch_id = excluded.batch_id
		WHERE active <> excluded.active OR name <> excluded.name OR active_name <> excluded.active_name`, 5)
	for _, r := range l.Successors {
		if err := successors.add(ctx, r.Code, r.Name, r.Active, r.ActiveName, id); err != nil {
			return 0, err
		}
	}
	forces := newBulk(tx, `INSERT INTO lad_force (lad, lad_name, csp, csp_name, force, force_name, batch_id) VALUES `,
		` ON CONFLICT (lad) DO UPDATE SET lad_name = excluded.lad_name, csp = excluded.csp, csp_name = excluded.csp_name, force = excluded.force, force_name = excluded.force_name, batch_id = excluded.batch_id
		WHERE csp <> excluded.csp OR force <> excluded.force OR lad_name <> excluded.lad_name OR csp_name <> excluded.csp_name OR force_name <> excluded.force_name`, 7)
	for _, r := range l.Forces {
		if err := forces.add(ctx, r.LAD, r.LADName, r.CSP, r.CSPName, r.Force, r.ForceName, id); err != nil {
			return 0, err
		}
	}
	var changed int64
	for _, b := range []*bulk{lsoas, changes, wards, successors, forces} {
		if err := b.flush(ctx); err != nil {
			return 0, err
		}
		changed += b.changed
	}
	return changed, nil
}

func insertBoundaries(ctx context.Context, tx *sql.Tx, id int64, b *Boundaries) (int64, error) {
	rows := newBulk(tx, `INSERT INTO boundary (code, kind, vintage, name, lad, geometry, batch_id) VALUES `,
		` ON CONFLICT (code, kind, vintage) DO UPDATE SET name = excluded.name, geometry = excluded.geometry, batch_id = excluded.batch_id,
		lad = CASE excluded.lad WHEN '' THEN lad ELSE excluded.lad END
		WHERE geometry <> excluded.geometry OR name <> excluded.name OR excluded.lad NOT IN ('', lad)`, 7)
	for _, r := range b.Rows {
		if err := rows.add(ctx, r.Code, r.Kind, r.Vintage, r.Name, r.LAD, string(r.Geometry), id); err != nil {
			return 0, err
		}
	}
	err := rows.flush(ctx)
	return rows.changed, err
}

// lsoaNumber packs an LSOA code into the number it is stored as.
func lsoaNumber(code string) (int64, error) {
	if len(code) == 9 && code[1:3] == "01" {
		if n, err := strconv.ParseUint(code[3:], 10, 32); err == nil {
			switch code[0] {
			case 'E':
				return 1_000_000 + int64(n), nil
			case 'W':
				return 3_000_000 + int64(n), nil
			}
		}
	}
	return 0, metrics.Errorf(metrics.Internal, "%q is not the code of an LSOA", code)
}

// lsoaCode unpacks it.
func lsoaCode(n int64) string {
	if n >= 3_000_000 {
		return fmt.Sprintf("W01%06d", n-3_000_000)
	}
	return fmt.Sprintf("E01%06d", n-1_000_000)
}

// names turns the text of a crime type or outcome into its number, adding new ones.
type names struct {
	tx    *sql.Tx
	table string
	ids   map[string]int64
}

func newNames(ctx context.Context, tx *sql.Tx, table string) (*names, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, name FROM `+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	n := &names{tx, table, map[string]int64{}}
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		n.ids[name] = id
	}
	return n, rows.Err()
}

func (n *names) id(ctx context.Context, name string) (int64, error) {
	if id, ok := n.ids[name]; ok {
		return id, nil
	}
	res, err := n.tx.ExecContext(ctx, `INSERT INTO `+n.table+` (name) VALUES (?)`, name)
	if err != nil {
		return 0, err
	}
	id, err := res.LastInsertId()
	n.ids[name] = id
	return id, err
}

// bulk writes many rows a statement: one by one they take thrice as long.
type bulk struct {
	tx      *sql.Tx
	head    string
	tail    string
	columns int
	args    []any
	full    *sql.Stmt
	changed int64
}

const bulkRows = 200

func newBulk(tx *sql.Tx, head, tail string, columns int) *bulk {
	return &bulk{tx: tx, head: head, tail: tail, columns: columns, args: make([]any, 0, bulkRows*columns)}
}

func (b *bulk) add(ctx context.Context, values ...any) error {
	b.args = append(b.args, values...)
	if len(b.args) < bulkRows*b.columns {
		return nil
	}
	return b.flush(ctx)
}

func (b *bulk) flush(ctx context.Context) error {
	rows := len(b.args) / b.columns
	if rows == 0 {
		return nil
	}
	var res sql.Result
	var err error
	if rows == bulkRows {
		if b.full == nil {
			if b.full, err = b.tx.PrepareContext(ctx, b.text(rows)); err != nil {
				return err
			}
		}
		res, err = b.full.ExecContext(ctx, b.args...)
	} else {
		res, err = b.tx.ExecContext(ctx, b.text(rows), b.args...)
	}
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	b.changed += n
	b.args = b.args[:0]
	return err
}

func (b *bulk) text(rows int) string {
	row := "(" + strings.Repeat("?,", b.columns-1) + "?)"
	return b.head + strings.Repeat(row+",", rows-1) + row + b.tail
}
