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
		revision, current, made_by, status, reason, numerator, denominator, value, lower, upper, unit, rank, rank_of, method, denominated, notes, break_before, comparisons, similar_group, sentence, statements, batches, breakdown, provisional)
		VALUES (?,?,?,?,?,?,?,?, (SELECT coalesce(max(revision), 0) + 1 FROM figure WHERE indicator = ?1 AND area = ?3 AND period = ?6),
		1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`)
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
			f.Method, f.Denominated, lists.notes, f.BreakBefore, lists.comparisons, lists.group, f.Sentence, lists.statements, lists.batches, lists.breakdown, f.Provisional); err != nil {
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

// lists are a figure's lists as they are stored, JSON each. The group of the
// comparison with similar areas stands apart from the comparisons, ” where
// there is none.
type lists struct {
	notes, comparisons, group, statements, batches, breakdown string
}

func packed(f metrics.Figure) (lists, error) {
	var out lists
	comparisons := slices.Clone(f.Comparisons)
	for i, c := range comparisons {
		if c.Group == nil {
			continue
		}
		if c.Kind != metrics.WithSimilar || out.group != "" {
			return out, metrics.Errorf(metrics.Internal, "a figure has one group, of its comparison with similar areas, and not one more with %s", c.With)
		}
		b, err := json.Marshal(c.Group)
		if err != nil {
			return out, err
		}
		out.group, comparisons[i].Group = string(b), nil
	}
	for _, column := range []struct {
		to   *string
		list any
	}{{&out.notes, f.Notes}, {&out.comparisons, comparisons}, {&out.statements, f.Statements}, {&out.batches, f.Batches}, {&out.breakdown, f.Breakdown}} {
		*column.to = "[]"
		if reflect.ValueOf(column.list).Len() == 0 {
			continue
		}
		b, err := json.Marshal(column.list)
		if err != nil {
			return out, err
		}
		*column.to = string(b)
	}
	return out, nil
}

// unpack gives a figure what its columns hold; an empty text is a column that
// was not asked for, or a group that there is none of.
func (l lists) unpack(f *metrics.Figure) error {
	for _, column := range []struct {
		text string
		list any
	}{{l.notes, &f.Notes}, {l.comparisons, &f.Comparisons}, {l.statements, &f.Statements}, {l.batches, &f.Batches}, {l.breakdown, &f.Breakdown}} {
		if column.text == "" || column.text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(column.text), column.list); err != nil {
			return err
		}
	}
	if l.group == "" {
		return nil
	}
	var group metrics.Group
	if err := json.Unmarshal([]byte(l.group), &group); err != nil {
		return err
	}
	for i := range f.Comparisons {
		if f.Comparisons[i].Kind == metrics.WithSimilar {
			f.Comparisons[i].Group = &group
		}
	}
	return nil
}

// Figures gives the figures in force that the filter chooses, in order of
// indicator, area, kind of period and period.
func (s reading) Figures(ctx context.Context, filter metrics.FigureFilter) ([]metrics.Figure, error) {
	var out []metrics.Figure
	q := s.q
	if filter.Limit > 0 {
		q = s.seldom()
	}
	if err := eachFigure(ctx, q, filter, func(f metrics.Figure) { out = append(out, f) }); err != nil {
		return nil, failed("read the figures", err)
	}
	return out, nil
}

// CountFigures says how many figures in force the filter chooses, wherever the
// part of the list that it asks for begins and ends.
func (s reading) CountFigures(ctx context.Context, filter metrics.FigureFilter) (int, error) {
	filter.After, filter.Limit = nil, 0
	where, args := chosen(filter)
	var n int
	if err := s.seldom().QueryRowContext(ctx, `SELECT count(*) FROM figure f WHERE `+where, args...).Scan(&n); err != nil {
		return 0, failed("count the figures", err)
	}
	return n, nil
}

// seldom is for queries of so many shapes that to keep the statement of each
// would leave no room for those that every page asks.
func (s reading) seldom() queryer {
	if p, ok := s.q.(*prepared); ok {
		return p.db
	}
	return s.q
}

func eachFigure(ctx context.Context, q queryer, filter metrics.FigureFilter, do func(metrics.Figure)) error {
	where, args := chosen(filter)
	columns := allLists
	if filter.Brief {
		columns = briefLists
	}
	return eachFigureOf(ctx, q, columns, where, args, filter.Limit, do)
}

// chosen is the condition of the figures in force that a filter chooses.
func chosen(filter metrics.FigureFilter) (where string, args []any) {
	conditions := []string{"f.current = 1"}
	add := func(condition string, values ...any) {
		conditions = append(conditions, condition)
		args = append(args, values...)
	}
	equal := func(column, value string) {
		if value != "" {
			add(column+" = ?", value)
		}
	}
	equal("f.indicator", filter.Indicator)
	equal("f.priority", filter.Priority)
	equal("f.period_kind", string(filter.Kind))
	equal("f.period", filter.Period)
	equal("f.status", string(filter.Status))
	if filter.Status != "" && filter.Status != metrics.Available {
		add("f.status <> 'available'") // so that the index of those few is taken
	}
	if len(filter.Areas) > 0 {
		add("f.area IN ("+marks(len(filter.Areas))+")", anys(filter.Areas)...)
	}
	if filter.From != 0 {
		add("f.period_end >= ?", filter.From.String())
	}
	if filter.To != 0 {
		add("f.period_end <= ?", filter.To.String())
	}
	if k := filter.After; k != nil { // in the order of eachFigureOf, and of the index figure_current
		add("(f.indicator, f.area, f.period_kind, f.period_end, f.period) > (?,?,?,?,?)", k.Indicator, k.Area, k.Period.Kind, k.Period.Last.String(), k.Period.Code())
	}
	return strings.Join(conditions, " AND "), args
}

// eachFigureWhere hands over the figures of a condition in order of indicator,
// area, kind of period, period and revision.
func eachFigureWhere(ctx context.Context, q queryer, where string, args []any, do func(metrics.Figure)) error {
	return eachFigureOf(ctx, q, allLists, where, args, 0, do)
}

// The columns of lists, in the order of their fields: all of them, those of a brief figure.
const (
	allLists   = "f.notes, f.comparisons, f.similar_group, f.statements, f.batches, f.breakdown"
	briefLists = "f.notes, f.comparisons, '', '', '', ''"
	// those of a reading that is set beside another one
	numbersOnly = "'', '', '', '', f.batches, ''"
	// those of one, with what it is compared with and its groups
	numbersBeside = "'', f.comparisons, f.similar_group, '', f.batches, f.breakdown"
	// those of what a figure of people showed
	numbersAndGroups = "'', '', '', '', f.batches, f.breakdown"
)

// eachFigureOf hands over so many figures of a condition, all where limit is 0.
func eachFigureOf(ctx context.Context, q queryer, columns, where string, args []any, limit int, do func(metrics.Figure)) error {
	part := ""
	if limit > 0 {
		part = " LIMIT ?"
		args = append(slices.Clone(args), limit)
	}
	rows, err := q.QueryContext(ctx, `SELECT f.id, f.revision, c.made_at, f.indicator, f.priority, f.area, f.area_name, f.area_kind, f.period, f.status, f.reason,
		f.numerator, f.denominator, f.value, f.lower, f.upper, f.unit, f.rank, f.rank_of, f.method, f.denominated, f.break_before, f.sentence, f.provisional, `+columns+`
		FROM figure f JOIN computation c ON c.id = f.made_by
		WHERE `+where+` ORDER BY f.indicator, f.area, f.period_kind, f.period_end, f.period, f.revision`+part, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	periods := map[string]metrics.Period{} // many figures are of the same few
	for rows.Next() {
		var f metrics.Figure
		var code string
		var l lists
		var num, den, value, lower, upper sql.Null[float64]
		var rank, of sql.Null[int]
		if err := rows.Scan(&f.ID, &f.Revision, &f.MadeAt, &f.Indicator, &f.Priority, &f.Area.Code, &f.Area.Name, &f.Area.Kind, &code, &f.Status, &f.Reason,
			&num, &den, &value, &lower, &upper, &f.Unit, &rank, &of, &f.Method, &f.Denominated, &f.BreakBefore, &f.Sentence, &f.Provisional,
			&l.notes, &l.comparisons, &l.group, &l.statements, &l.batches, &l.breakdown); err != nil {
			return err
		}
		f.Numerator, f.Denominator = pointer(num), pointer(den)
		f.Value, f.Lower, f.Upper = pointer(value), pointer(lower), pointer(upper)
		f.Rank, f.RankOf = pointer(rank), pointer(of)
		var known bool
		if f.Period, known = periods[code]; !known {
			if f.Period, err = metrics.ParsePeriod(code); err != nil {
				return err
			}
			periods[code] = f.Period
		}
		if err := l.unpack(&f); err != nil {
			return fmt.Errorf("figure %d: %w", f.ID, err)
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
