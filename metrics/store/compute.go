package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"outcomes/metrics"
)

// What is read and written here is an input of every figure, as the arithmetic
// is: see [metrics.Part].
//
//go:embed *.go migrations/*.sql
var sources embed.FS

var program = sync.OnceValue(func() string { return metrics.SourceDigest(sources, ".", "migrations") })

// Computed says what a computation changed.
type Computed struct {
	Figures int // how many figures are in force
	New     int // that were not there before
	Revised int // that read otherwise before
	Retired int // that are no longer made
	// Hidden are those that were shown and are suppressed now, as they are now.
	Hidden []metrics.Figure

	// Made and Kept name the parts ([metrics.Part]) that were made, and those
	// that were left as they are because nothing that they are made from changed.
	Made, Kept []string
}

// Compute makes the strategy's figures from the facts as the session sees them
// and puts them in force. What is made from the same as before is left alone. A
// figure that reads as before stays; one that changed becomes a new revision,
// with the cause; one that is no longer made is retired.
func (s *Session) Compute(ctx context.Context, strategy *metrics.Strategy, cause string) (Computed, error) {
	var done Computed
	g, err := s.Geography(ctx)
	if err != nil {
		return done, err
	}
	facts, version, err := s.Facts(ctx, g, metrics.NeedsOf(strategy, g))
	if err != nil {
		return done, err
	}
	parts, err := metrics.Parts(strategy, facts)
	if err != nil {
		return done, err
	}
	todo, kept, err := s.takeUp(ctx, parts)
	if err != nil {
		return done, err
	}
	byDomain := map[string][]metrics.Part{}
	for _, p := range todo {
		done.Made = append(done.Made, p.Key())
		byDomain[p.Domain] = append(byDomain[p.Domain], p)
	}
	for _, p := range kept {
		done.Kept = append(done.Kept, p.Key())
	}
	if err := s.published(ctx, strategy, facts, todo); err != nil {
		return done, err
	}
	var result metrics.Result
	for _, domain := range slices.Sorted(maps.Keys(byDomain)) { // one domain's ranks at a time
		if err := s.Ranks(ctx, facts, domain); err != nil {
			return done, err
		}
		some := metrics.ComputeParts(strategy, facts, byDomain[domain])
		result.Figures = append(result.Figures, some.Figures...)
		result.Signals = append(result.Signals, some.Signals...)
		result.Maps = append(result.Maps, some.Maps...)
	}

	held := map[string]metrics.Figure{}
	other, args := notOf(kept)
	if err := eachFigureWhere(ctx, s.q, "f.current = 1 AND "+other, args, func(f metrics.Figure) { held[figureKey(f)] = f }); err != nil {
		return done, err
	}
	var fresh, moved []metrics.Figure
	for _, f := range result.Figures {
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
			if old.Status == metrics.Available && f.Status == metrics.Suppressed {
				done.Hidden = append(done.Hidden, f)
			}
		default:
			done.New++
		}
		fresh = append(fresh, f)
	}
	done.Retired = len(held)
	if err := s.saveSignals(ctx, result.Signals, moved, kept); err != nil {
		return done, err
	}
	if err := s.saveMaps(ctx, result.Maps, kept); err != nil {
		return done, err
	}
	if err := s.saveComputation(ctx, strategy, version, cause, fresh, held); err != nil {
		return done, err
	}
	err = s.tx.QueryRowContext(ctx, `SELECT count(*) FROM figure WHERE current = 1`).Scan(&done.Figures)
	return done, err
}

// published fills in every reading so far of the figures about people, and the
// former returns that they were made from, where figures are to be made of returns.
func (s *Session) published(ctx context.Context, strategy *metrics.Strategy, f *metrics.Facts, todo []metrics.Part) error {
	var people []any
	todoNow := false
	for _, ind := range strategy.Indicators {
		if strategy.CountsPeople(ind) {
			people = append(people, ind.ID)
		}
		todoNow = todoNow || ind.Numerator.From == metrics.FromReturns && slices.ContainsFunc(todo, func(p metrics.Part) bool { return p.Indicator == ind.ID })
	}
	if !todoNow {
		return nil
	}
	for current := range 2 {
		err := eachFigureOf(ctx, s.q, numbersAndGroups, "f.current = ? AND f.indicator IN ("+marks(len(people))+")", append([]any{current}, people...), 0, func(fig metrics.Figure) {
			f.Published = append(f.Published, metrics.PublishedFigure{Figure: fig, InForce: current == 1})
		})
		if err != nil {
			return err
		}
	}
	var err error
	f.Former, err = s.formerReturns(ctx)
	return err
}

// saveComputation puts new figures and revisions in force and retires others,
// in the name of a computation. One that finds all as it was leaves no trace.
func (s *Session) saveComputation(ctx context.Context, strategy *metrics.Strategy, version int64, cause string, fresh []metrics.Figure, gone map[string]metrics.Figure) error {
	var held int64
	var with sql.Null[string]
	if err := s.tx.QueryRowContext(ctx, `SELECT figures, figures_strategy FROM house`).Scan(&held, &with); err != nil {
		return err
	}
	if len(fresh) == 0 && len(gone) == 0 && held == version && with.V == strategy.SHA {
		return nil
	}
	now := s.stamp()
	if _, err := s.tx.ExecContext(ctx, `INSERT INTO strategy (sha, source, built_in, first_used) VALUES (?,?,?,?) ON CONFLICT (sha) DO NOTHING`,
		strategy.SHA, string(strategy.Source), strategy.BuiltIn, now); err != nil {
		return err
	}
	res, err := s.tx.ExecContext(ctx, `INSERT INTO computation (made_at, strategy, facts, cause) VALUES (?,?,?,?)`, now, strategy.SHA, version, cause)
	if err != nil {
		return err
	}
	made, err := res.LastInsertId()
	if err != nil {
		return err
	}
	if err := s.insertFigures(ctx, made, fresh); err != nil {
		return err
	}
	for _, f := range gone {
		if _, err := s.tx.ExecContext(ctx, `UPDATE figure SET current = 0, retired_by = ? WHERE id = ?`, made, f.ID); err != nil {
			return err
		}
	}
	_, err = s.tx.ExecContext(ctx, `UPDATE house SET figures = ?, figures_at = ?, figures_strategy = ?`, version, now, strategy.SHA)
	return err
}

// takeUp tells the parts that have to be made from those that would come out
// as they are stored, and remembers what all of them are made from.
func (s *Session) takeUp(ctx context.Context, parts []metrics.Part) (todo, kept []metrics.Part, err error) {
	held := map[string]string{}
	err = s.each(ctx, `SELECT name, digest FROM part`, func(r *sql.Rows) error {
		var name, digest string
		err := r.Scan(&name, &digest)
		held[name] = digest
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if _, err := s.tx.ExecContext(ctx, `DELETE FROM part`); err != nil {
		return nil, nil, err
	}
	rows := newBulk(s.tx, `INSERT INTO part (name, digest) VALUES `, "", 2)
	for _, p := range parts {
		sum := sha256.Sum256([]byte(program() + " " + p.Digest))
		digest := hex.EncodeToString(sum[:16])
		if held[p.Key()] == digest {
			kept = append(kept, p)
		} else {
			todo = append(todo, p)
		}
		if err := rows.add(ctx, p.Key(), digest); err != nil {
			return nil, nil, err
		}
	}
	return todo, kept, rows.flush(ctx)
}

// notOf is the condition that a row of figure or signal is of none of these parts.
func notOf(kept []metrics.Part) (where string, args []any) {
	var whole, series []string
	for _, p := range kept {
		switch {
		case p.Maps:
		case p.Area == "":
			whole = append(whole, p.Indicator)
		default:
			series = append(series, p.Key())
		}
	}
	where = "1 = 1"
	if len(whole) > 0 {
		where += " AND indicator NOT IN (" + marks(len(whole)) + ")"
	}
	if len(series) > 0 {
		where += " AND indicator || ' ' || area NOT IN (" + marks(len(series)) + ")"
	}
	return where, anys(slices.Concat(whole, series))
}

// saveSignals replaces the signals but those of parts that are kept, and points
// figures that read as before to the batches that they come from now.
func (s *Session) saveSignals(ctx context.Context, signals []metrics.Signal, moved []metrics.Figure, kept []metrics.Part) error {
	for _, f := range moved {
		b, err := json.Marshal(f.Batches)
		if err != nil {
			return err
		}
		if _, err := s.tx.ExecContext(ctx, `UPDATE figure SET made_from = CASE made_from WHEN '' THEN batches ELSE made_from END, batches = ? WHERE id = ?`, string(b), f.ID); err != nil {
			return err
		}
	}
	other, args := notOf(kept)
	if _, err := s.tx.ExecContext(ctx, `DELETE FROM signal WHERE `+other, args...); err != nil {
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
