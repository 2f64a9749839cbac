package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"outcomes/metrics"
)

// partOf is the part of its source that a release is of: the force of
// "police/west-midlands/2019-03", the project of "returns/music/2019-Q1".
const partOf = `CASE WHEN source IN ('police', 'returns') THEN substr(release, length(source) + 2, instr(substr(release, length(source) + 2), '/') - 1) ELSE '' END`

// Holdings gives what is held, by source and part, in order of both.
func (s reading) Holdings(ctx context.Context) ([]metrics.Holding, error) {
	type part struct {
		source metrics.Source
		name   string
	}
	held := map[part]*metrics.Holding{}
	files := map[part]map[string]bool{}
	newest := map[metrics.Source]string{}
	// A text for all the releases of a source, taken apart here: handed over
	// row by row, or grouped by a part of their names, they take thrice as long.
	err := s.each(ctx, `SELECT source, current, max(imported_at), group_concat(`+partOf+` || char(31) || period || char(31) || digest, char(30))
		FROM batch GROUP BY source, current`, func(r *sql.Rows) error {
		var source metrics.Source
		var current bool
		var imported, releases string
		if err := r.Scan(&source, &current, &imported, &releases); err != nil {
			return err
		}
		newest[source] = max(newest[source], imported)
		for release := range strings.SplitSeq(releases, "\x1e") {
			name, file, _ := strings.Cut(release, "\x1f")
			p := part{source, name}
			h := held[p]
			if h == nil {
				h = &metrics.Holding{Source: source, Part: name}
				held[p], files[p] = h, map[string]bool{}
			}
			if !current {
				h.Superseded++
				continue
			}
			files[p][file] = true
			if period, _, _ := strings.Cut(file, "\x1f"); period != "" {
				h.Periods = append(h.Periods, period)
			}
		}
		return nil
	})
	if err != nil {
		return nil, failed("read the ledger", err)
	}
	var out []metrics.Holding
	for p, h := range held {
		slices.Sort(h.Periods)
		h.Periods = slices.Compact(h.Periods)
		h.Files, h.ImportedAt = len(files[p]), newest[p.source]
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b metrics.Holding) int {
		return cmp.Or(strings.Compare(string(a.Source), string(b.Source)), strings.Compare(a.Part, b.Part))
	})
	return out, nil
}

// NewestPeriods gives the newest period in force of each source that comes by
// periods; of the police, that of the force of the area where the lookups know
// the force, else of any.
func (s reading) NewestPeriods(ctx context.Context, area string) (map[metrics.Source]string, error) {
	var force string
	err := s.q.QueryRowContext(ctx, `SELECT force FROM lad_force WHERE lad = ?`, area).Scan(&force)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, failed("read the area's force", err)
	}
	out := map[metrics.Source]string{}
	err = s.each(ctx, `SELECT 'police', max(f.month) AS newest FROM street_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1 WHERE ?1 = '' OR f.force_area = ?1
		UNION ALL SELECT source, max(period) FROM batch WHERE current = 1 AND source IN ('population', 'deprivation', 'returns') GROUP BY source`, func(r *sql.Rows) error {
		var source metrics.Source
		var newest sql.Null[string]
		if err := r.Scan(&source, &newest); err != nil {
			return err
		}
		if newest.V != "" {
			out[source] = newest.V
		}
		return nil
	}, force)
	if err != nil {
		return nil, failed("read the newest periods", err)
	}
	return out, nil
}

// BatchesOf gives what was read of a part of a source, newest first, with its
// problems; of a source without parts, part is "".
func (s reading) BatchesOf(ctx context.Context, source metrics.Source, part string) ([]metrics.Batch, error) {
	return s.batches(ctx, ` WHERE source = ? AND `+partOf+` = ?`, source, part)
}

// Batches gives all that was read, newest first, with its problems.
func (s reading) Batches(ctx context.Context) ([]metrics.Batch, error) { return s.batches(ctx, "") }

func (s reading) batches(ctx context.Context, where string, args ...any) ([]metrics.Batch, error) {
	var out []metrics.Batch
	at := map[int64]int{}
	err := s.each(ctx, `SELECT `+batchColumns+` FROM batch`+where+` ORDER BY id DESC`, func(r *sql.Rows) error {
		b, err := scanBatch(r)
		if err != nil {
			return err
		}
		at[b.ID] = len(out)
		out = append(out, b)
		return nil
	}, args...)
	if err == nil {
		err = s.each(ctx, `SELECT batch_id, file, sheet, line, col, rule, message, rejects FROM problem
			WHERE batch_id IN (SELECT id FROM batch`+where+`) ORDER BY batch_id, seq`, func(r *sql.Rows) error {
			var id int64
			var p metrics.Problem
			if err := r.Scan(&id, &p.File, &p.Sheet, &p.Row, &p.Column, &p.Rule, &p.Message, &p.Rejects); err != nil {
				return err
			}
			if i, ok := at[id]; ok { // else it came with an import meanwhile
				out[i].Problems = append(out[i].Problems, p)
			}
			return nil
		}, args...)
	}
	if err != nil {
		return nil, failed("read the ledger", err)
	}
	return out, nil
}
