package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"outcomes/metrics"
)

// Computed says what a computation changed.
type Computed struct {
	Figures int // how many figures are in force
	New     int // that were not there before
	Revised int // that read otherwise before
	Retired int // that are no longer made
}

// Compute makes the strategy's figures from the facts as the session sees them
// and puts them in force. A figure that reads as before stays; one that changed
// becomes a new revision, with the cause; one that is no longer made is retired.
func (s *Session) Compute(ctx context.Context, strategy *metrics.Strategy, cause string) (Computed, error) {
	g, err := s.Geography(ctx)
	if err != nil {
		return Computed{}, err
	}
	facts, version, err := s.Facts(ctx, g, metrics.NeedsOf(strategy, g))
	if err != nil {
		return Computed{}, err
	}
	result := metrics.Compute(strategy, facts)
	figures := result.Figures
	done := Computed{Figures: len(figures)}
	held := map[string]metrics.Figure{}
	if err := eachFigure(ctx, s.q, metrics.FigureFilter{}, func(f metrics.Figure) { held[figureKey(f)] = f }); err != nil {
		return done, err
	}
	var fresh, moved []metrics.Figure
	for _, f := range figures {
		key := figureKey(f)
		old, ok := held[key]
		delete(held, key)
		switch {
		case ok && sameFigure(old, f):
			if !slices.Equal(old.Batches, f.Batches) { // the same again from a newer file
				moved = append(moved, metrics.Figure{ID: old.ID, Batches: f.Batches})
			}
			continue
		case ok:
			done.Revised++
			f.ID = old.ID
		default:
			done.New++
		}
		fresh = append(fresh, f)
	}
	done.Retired = len(held)
	var state struct {
		version  int64
		strategy sql.Null[string]
	}
	if err := s.tx.QueryRowContext(ctx, `SELECT figures, figures_strategy FROM house`).Scan(&state.version, &state.strategy); err != nil {
		return done, err
	}
	if err := s.saveSignals(ctx, result.Signals, moved); err != nil {
		return done, err
	}
	if err := s.saveMaps(ctx, result.Maps); err != nil {
		return done, err
	}
	if len(fresh) == 0 && len(held) == 0 && state.version == version && state.strategy.V == strategy.SHA {
		return done, nil
	}
	now := s.stamp()
	if _, err := s.tx.ExecContext(ctx, `INSERT INTO strategy (sha, source, built_in, first_used) VALUES (?,?,?,?) ON CONFLICT (sha) DO NOTHING`,
		strategy.SHA, string(strategy.Source), strategy.BuiltIn, now); err != nil {
		return done, err
	}
	res, err := s.tx.ExecContext(ctx, `INSERT INTO computation (made_at, strategy, facts, cause) VALUES (?,?,?,?)`, now, strategy.SHA, version, cause)
	if err != nil {
		return done, err
	}
	made, err := res.LastInsertId()
	if err != nil {
		return done, err
	}
	if err := s.insertFigures(ctx, made, fresh); err != nil {
		return done, err
	}
	for _, f := range held {
		if _, err := s.tx.ExecContext(ctx, `UPDATE figure SET current = 0, retired_by = ? WHERE id = ?`, made, f.ID); err != nil {
			return done, err
		}
	}
	_, err = s.tx.ExecContext(ctx, `UPDATE house SET figures = ?, figures_at = ?, figures_strategy = ?`, version, now, strategy.SHA)
	return done, err
}

// saveSignals replaces the signals, and points figures that read as before to
// the batches that they come from now.
func (s *Session) saveSignals(ctx context.Context, signals []metrics.Signal, moved []metrics.Figure) error {
	for _, f := range moved {
		b, err := json.Marshal(f.Batches)
		if err != nil {
			return err
		}
		if _, err := s.tx.ExecContext(ctx, `UPDATE figure SET batches = ? WHERE id = ?`, string(b), f.ID); err != nil {
			return err
		}
	}
	if _, err := s.tx.ExecContext(ctx, `DELETE FROM signal`); err != nil {
		return err
	}
	rows := newBulk(s.tx, `INSERT INTO signal (indicator, area, period_kind, body) VALUES `, "", 4)
	for _, sig := range signals {
		b, err := json.Marshal(sig)
		if err != nil {
			return err
		}
		if err := rows.add(ctx, sig.Indicator, sig.Area, sig.Kind, string(b)); err != nil {
			return err
		}
	}
	return rows.flush(ctx)
}

// Signals gives what the series of an indicator say over time, of every area
// and kind of period where area and kind are empty.
func (s reading) Signals(ctx context.Context, indicator, area string, kind metrics.PeriodKind) ([]metrics.Signal, error) {
	var out []metrics.Signal
	err := s.each(ctx, `SELECT body FROM signal WHERE indicator = ?1 AND (?2 = '' OR area = ?2) AND (?3 = '' OR period_kind = ?3) ORDER BY area, period_kind`,
		func(r *sql.Rows) error {
			var body string
			if err := r.Scan(&body); err != nil {
				return err
			}
			var sig metrics.Signal
			if err := json.Unmarshal([]byte(body), &sig); err != nil {
				return err
			}
			out = append(out, sig)
			return nil
		}, indicator, area, kind)
	if err != nil {
		return nil, failed("read the signals", err)
	}
	return out, nil
}

// insertFigures adds new figures and new revisions; a figure with an ID takes
// the place of that one.
func (s *Session) insertFigures(ctx context.Context, made int64, figures []metrics.Figure) error {
	insert, err := s.tx.PrepareContext(ctx, `INSERT INTO figure (indicator, priority, area, area_name, area_kind, period, period_kind, period_end,
		revision, current, made_by, status, reason, numerator, denominator, value, lower, upper, unit, rank, rank_of, method, denominated, notes, break_before, comparisons, sentence, statements, batches, breakdown)
		VALUES (?,?,?,?,?,?,?,?, (SELECT coalesce(max(revision), 0) + 1 FROM figure WHERE indicator = ?1 AND area = ?3 AND period = ?6),
		1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`)
	if err != nil {
		return err
	}
	for _, f := range figures {
		if f.ID != 0 {
			if _, err := s.tx.ExecContext(ctx, `UPDATE figure SET current = 0 WHERE id = ?`, f.ID); err != nil {
				return err
			}
		}
		lists, err := packed(f)
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, f.Indicator, f.Priority, f.Area.Code, f.Area.Name, f.Area.Kind, f.Period.Code(), f.Period.Kind, f.Period.Last.String(),
			made, f.Status, f.Reason, f.Numerator, f.Denominator, f.Value, f.Lower, f.Upper, f.Unit, f.Rank, f.RankOf,
			f.Method, f.Denominated, lists[0], f.BreakBefore, lists[1], f.Sentence, lists[2], lists[3], lists[4]); err != nil {
			return fmt.Errorf("%s %s %s: %w", f.Indicator, f.Area.Code, f.Period.Code(), err)
		}
	}
	return nil
}

func figureKey(f metrics.Figure) string {
	return f.Indicator + " " + f.Area.Code + " " + f.Period.Code()
}

// sameFigure says whether two figures read the same.
func sameFigure(a, b metrics.Figure) bool {
	a.ID, a.Revision, a.MadeAt = 0, 0, ""
	b.ID, b.Revision, b.MadeAt = 0, 0, ""
	if len(a.Notes) == 0 && len(b.Notes) == 0 {
		a.Notes, b.Notes = nil, nil
	}
	if len(a.Comparisons) == 0 && len(b.Comparisons) == 0 {
		a.Comparisons, b.Comparisons = nil, nil
	}
	if len(a.Statements) == 0 && len(b.Statements) == 0 {
		a.Statements, b.Statements = nil, nil
	}
	if len(a.Breakdown) == 0 && len(b.Breakdown) == 0 {
		a.Breakdown, b.Breakdown = nil, nil
	}
	a.Batches, b.Batches = nil, nil
	return reflect.DeepEqual(a, b)
}

// packed writes a figure's lists as they are stored: notes, comparisons,
// statements, batches, breakdown.
func packed(f metrics.Figure) ([]string, error) {
	var out []string
	for _, list := range []any{f.Notes, f.Comparisons, f.Statements, f.Batches, f.Breakdown} {
		if reflect.ValueOf(list).Len() == 0 {
			out = append(out, "[]")
			continue
		}
		b, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		out = append(out, string(b))
	}
	return out, nil
}

// Figures gives the figures in force that the filter chooses, in order of
// indicator, area, kind of period and period.
func (s reading) Figures(ctx context.Context, filter metrics.FigureFilter) ([]metrics.Figure, error) {
	var out []metrics.Figure
	if err := eachFigure(ctx, s.q, filter, func(f metrics.Figure) { out = append(out, f) }); err != nil {
		return nil, failed("read the figures", err)
	}
	return out, nil
}

func eachFigure(ctx context.Context, q queryer, filter metrics.FigureFilter, do func(metrics.Figure)) error {
	where := []string{"f.current = 1"}
	var args []any
	equal := func(column, value string) {
		if value != "" {
			where = append(where, column+" = ?")
			args = append(args, value)
		}
	}
	equal("f.indicator", filter.Indicator)
	equal("f.priority", filter.Priority)
	equal("f.period_kind", string(filter.Kind))
	equal("f.period", filter.Period)
	if len(filter.Areas) > 0 {
		where = append(where, "f.area IN ("+marks(len(filter.Areas))+")")
		for _, a := range filter.Areas {
			args = append(args, a)
		}
	}
	return eachFigureWhere(ctx, q, strings.Join(where, " AND "), args, do)
}

// eachFigureWhere hands over the figures of a condition in order of indicator,
// area, kind of period, period and revision.
func eachFigureWhere(ctx context.Context, q queryer, where string, args []any, do func(metrics.Figure)) error {
	rows, err := q.QueryContext(ctx, `SELECT f.id, f.revision, c.made_at, f.indicator, f.priority, f.area, f.area_name, f.area_kind, f.period, f.status, f.reason,
		f.numerator, f.denominator, f.value, f.lower, f.upper, f.unit, f.rank, f.rank_of, f.method, f.denominated, f.notes, f.break_before, f.comparisons, f.sentence, f.statements, f.batches, f.breakdown
		FROM figure f JOIN computation c ON c.id = f.made_by
		WHERE `+where+` ORDER BY f.indicator, f.area, f.period_kind, f.period_end, f.period, f.revision`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f metrics.Figure
		var period, notes, comparisons, statements, batches, breakdown string
		var num, den, value, lower, upper sql.Null[float64]
		var rank, of sql.Null[int]
		if err := rows.Scan(&f.ID, &f.Revision, &f.MadeAt, &f.Indicator, &f.Priority, &f.Area.Code, &f.Area.Name, &f.Area.Kind, &period, &f.Status, &f.Reason,
			&num, &den, &value, &lower, &upper, &f.Unit, &rank, &of, &f.Method, &f.Denominated, &notes, &f.BreakBefore, &comparisons, &f.Sentence, &statements, &batches, &breakdown); err != nil {
			return err
		}
		f.Numerator, f.Denominator = pointer(num), pointer(den)
		f.Value, f.Lower, f.Upper = pointer(value), pointer(lower), pointer(upper)
		f.Rank, f.RankOf = pointer(rank), pointer(of)
		if f.Period, err = metrics.ParsePeriod(period); err != nil {
			return err
		}
		for text, list := range map[string]any{notes: &f.Notes, comparisons: &f.Comparisons, statements: &f.Statements, batches: &f.Batches, breakdown: &f.Breakdown} {
			if text == "[]" {
				continue
			}
			if err := json.Unmarshal([]byte(text), list); err != nil {
				return err
			}
		}
		do(f)
	}
	return rows.Err()
}

func pointer[T any](n sql.Null[T]) *T {
	if !n.Valid {
		return nil
	}
	return &n.V
}

// State says what the store holds as a whole.
func (s reading) State(ctx context.Context) (metrics.State, error) {
	var st metrics.State
	var sample sql.Null[bool]
	var at, sha sql.Null[string]
	var facts, figures int64
	if err := s.q.QueryRowContext(ctx, `SELECT facts, figures, figures_at, figures_strategy, sample,
		EXISTS (SELECT 1 FROM place_map) AND EXISTS (SELECT 1 FROM boundary) FROM house`).Scan(&facts, &figures, &at, &sha, &sample, &st.Mapped); err != nil {
		return st, failed("read the state", err)
	}
	st.Sample, st.MadeAt, st.StrategySHA, st.Behind = sample.V, at.V, sha.V, figures < facts
	st.Version = facts
	return st, nil
}

// StrategySource gives the text of the strategy that the figures were made
// with; nil when none were made yet, or when it was the built-in one.
func (s reading) StrategySource(ctx context.Context) ([]byte, error) {
	var text string
	err := s.q.QueryRowContext(ctx, `SELECT s.source FROM house h JOIN strategy s ON s.sha = h.figures_strategy WHERE s.built_in = 0`).Scan(&text)
	if err == sql.ErrNoRows {
		return nil, nil
	}
	if err != nil {
		return nil, failed("read the strategy", err)
	}
	return []byte(text), nil
}

// Batches gives what was read, newest first, with its problems.
func (s reading) Batches(ctx context.Context) ([]metrics.Batch, error) {
	var out []metrics.Batch
	at := map[int64]int{}
	err := s.each(ctx, `SELECT `+batchColumns+` FROM batch ORDER BY id DESC`, func(r *sql.Rows) error {
		b, err := scanBatch(r)
		if err != nil {
			return err
		}
		at[b.ID] = len(out)
		out = append(out, b)
		return nil
	})
	if err == nil {
		err = s.each(ctx, `SELECT batch_id, file, sheet, line, col, rule, message, rejects FROM problem ORDER BY batch_id, seq`, func(r *sql.Rows) error {
			var id int64
			var p metrics.Problem
			if err := r.Scan(&id, &p.File, &p.Sheet, &p.Row, &p.Column, &p.Rule, &p.Message, &p.Rejects); err != nil {
				return err
			}
			b := &out[at[id]]
			b.Problems = append(b.Problems, p)
			return nil
		})
	}
	if err != nil {
		return nil, failed("read the ledger", err)
	}
	return out, nil
}

const batchColumns = `id, source, release, file, member, name, size, digest, period, coverage, rows_read, rows_kept, rows_no_location, rows_outside, rows_rejected, rows_repeated,
	facts, facts_sha, sample, imported_at, current, coalesce(superseded_by, 0)`

func scanBatch(r *sql.Rows) (metrics.Batch, error) {
	var b metrics.Batch
	a := &b.Account
	err := r.Scan(&b.ID, &b.Source, &b.Release, &b.File, &b.Member, &b.Name, &b.Size, &b.Digest, &b.Period, &b.Coverage,
		&a.Read, &a.Kept, &a.WithoutLocation, &a.Outside, &a.Rejected, &a.Repeated,
		&b.Facts, &b.FactsSHA, &b.Sample, &b.ImportedAt, &b.Current, &b.Superseded)
	return b, err
}
