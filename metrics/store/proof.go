package store

import (
	"context"
	"database/sql"
	"fmt"

	"outcomes/metrics"
)

// Figure gives one revision of a figure by its number, in force or not.
func (s reading) Figure(ctx context.Context, id int64) (metrics.Figure, error) {
	var out []metrics.Figure
	if err := eachFigureWhere(ctx, s.q, "f.id = ?", []any{id}, func(f metrics.Figure) { out = append(out, f) }); err != nil {
		return metrics.Figure{}, failed("read the figure", err)
	}
	if len(out) == 0 {
		return metrics.Figure{}, metrics.Errorf(metrics.NotFound, "there is no figure with the number %d", id)
	}
	return out[0], nil
}

// Revisions gives every revision of a figure, the newest first, with the cause
// of the computation that made it.
func (s reading) Revisions(ctx context.Context, indicator, area, period string) ([]metrics.Revision, error) {
	var out []metrics.Revision
	err := eachFigureWhere(ctx, s.q, "f.indicator = ? AND f.area = ? AND f.period = ?", []any{indicator, area, period},
		func(f metrics.Figure) { out = append(out, metrics.Revision{Figure: f}) })
	if err == nil {
		err = s.each(ctx, `SELECT f.id, f.current, c.cause FROM figure f JOIN computation c ON c.id = f.made_by
			WHERE f.indicator = ? AND f.area = ? AND f.period = ?`, func(r *sql.Rows) error {
			var id int64
			var current bool
			var cause string
			if err := r.Scan(&id, &current, &cause); err != nil {
				return err
			}
			for i := range out {
				if out[i].Figure.ID == id {
					out[i].Current, out[i].Cause = current, cause
				}
			}
			return nil
		}, indicator, area, period)
	}
	if err != nil {
		return nil, failed("read the revisions", err)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, nil
}

// BatchesByID gives these batches, without their problems, in order of number.
func (s reading) BatchesByID(ctx context.Context, ids []int64) ([]metrics.Batch, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	var out []metrics.Batch
	err := s.each(ctx, fmt.Sprintf(`SELECT %s FROM batch WHERE id IN (%s) ORDER BY id`, batchColumns, marks(len(ids))), func(r *sql.Rows) error {
		b, err := scanBatch(r)
		out = append(out, b)
		return err
	}, args...)
	if err != nil {
		return nil, failed("read the batches", err)
	}
	return out, nil
}
