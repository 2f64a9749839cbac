package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"outcomes/metrics"
)

// lifeEvents are the events of figures' lives behind a place (?2 to ?4), one row
// each, as a list that grows only at its end: by computation, what it made
// before what it retired, by figure. A figure that was retired and is made again
// has nothing that it read before. Both halves are read in the list's order, so
// that a part of it takes no longer than it is long.
const lifeEvents = `
	SELECT c.id AS computation, 0 AS retired, f.id AS figure, c.made_at, c.cause, coalesce(p.id, 0), f.current
	FROM computation c JOIN figure f ON f.made_by = c.id AND f.id > CASE WHEN c.id > ?2 THEN 0 WHEN ?3 THEN 9223372036854775807 ELSE ?4 END
	LEFT JOIN figure p ON f.revision > 1 AND p.indicator = f.indicator AND p.area = f.area AND p.period = f.period AND p.revision = f.revision - 1 AND p.retired_by IS NULL
	WHERE c.made_at >= ?1 AND c.id >= ?2 AND (p.id IS NULL OR f.indicator NOT IN (SELECT value FROM json_each(?5))
		OR f.status <> p.status OR f.provisional <> p.provisional
		OR f.value IS DISTINCT FROM p.value OR f.lower IS DISTINCT FROM p.lower OR f.upper IS DISTINCT FROM p.upper
		OR f.numerator IS DISTINCT FROM p.numerator OR f.denominator IS DISTINCT FROM p.denominator
		OR f.rank IS DISTINCT FROM p.rank OR f.rank_of IS DISTINCT FROM p.rank_of)
	UNION ALL
	SELECT c.id, 1, f.id, c.made_at, c.cause, f.id, 0
	FROM computation c JOIN figure f ON f.retired_by = c.id AND f.id > CASE WHEN c.id > ?2 OR NOT ?3 THEN 0 ELSE ?4 END
	WHERE c.made_at >= ?1 AND c.id >= ?2
	ORDER BY computation, retired, figure LIMIT ?6`

// Changes gives what computations changed, the oldest first.
func (s reading) Changes(ctx context.Context, filter metrics.ChangeFilter) ([]metrics.Change, error) {
	var after metrics.ChangeKey
	if filter.After != nil {
		after = *filter.After
	}
	limit := filter.Limit
	if limit == 0 {
		limit = -1
	}
	type event struct {
		metrics.Change
		figure, before int64
	}
	var events []event
	ids := map[int64]bool{}
	err := s.each(ctx, lifeEvents, func(r *sql.Rows) error {
		var e event
		if err := r.Scan(&e.Key.Computation, &e.Key.Retired, &e.figure, &e.At, &e.Cause, &e.before, &e.InForce); err != nil {
			return err
		}
		e.Key.Figure = e.figure
		switch {
		case e.Key.Retired:
			e.Kind, e.figure = metrics.ChangeRetired, 0
		case e.before == 0:
			e.Kind = metrics.ChangeMade
		default:
			e.Kind = metrics.ChangeRevised
		}
		ids[e.figure], ids[e.before] = true, true
		events = append(events, e)
		return nil
	}, filter.Since, after.Computation, after.Retired, after.Figure, jsonOf(filter.Compared), limit)
	if err != nil {
		return nil, failed("read the changes", err)
	}
	delete(ids, 0)
	list := make([]int64, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	figures := map[int64]*metrics.Figure{}
	err = eachFigureOf(ctx, s.q, numbersOnly, "f.id IN (SELECT value FROM json_each(?))", []any{jsonOf(list)}, 0, func(f metrics.Figure) { figures[f.ID] = &f })
	if err != nil {
		return nil, failed("read the changes", err)
	}
	out := make([]metrics.Change, len(events))
	for i, e := range events {
		e.From, e.To = figures[e.before], figures[e.figure]
		out[i] = e.Change
	}
	return out, nil
}

// jsonOf is a list as SQLite takes one in a single argument.
func jsonOf[T any](list []T) string {
	if list == nil {
		list = []T{}
	}
	b, _ := json.Marshal(list) // of texts and whole numbers: it does not fail
	return string(b)
}
