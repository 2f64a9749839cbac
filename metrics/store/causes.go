package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"outcomes/metrics"
)

// Ledger sets every figure of a pack beside what it reads now, and says why it
// changed where it did, in sentences. The strategy names the projects.
func (s reading) Ledger(ctx context.Context, strategy *metrics.Strategy, number int) ([]metrics.LedgerLine, error) {
	p, err := s.Pack(ctx, number)
	if err != nil {
		return nil, err
	}
	held := map[metrics.FigureKey]metrics.Figure{}
	read := map[string]bool{}
	for _, f := range p.Report.Figures {
		if read[f.Indicator] {
			continue
		}
		read[f.Indicator] = true
		figures, err := s.Figures(ctx, metrics.FigureFilter{Indicator: f.Indicator})
		if err != nil {
			return nil, err
		}
		for _, now := range figures {
			held[now.Key()] = now
		}
	}
	tell := teller{reading: s, strategy: strategy, batches: map[int64]metrics.Batch{}, returns: map[int64]string{}}
	out := make([]metrics.LedgerLine, 0, len(p.Report.Figures))
	for _, then := range p.Report.Figures {
		line := metrics.LedgerLine{Then: then}
		now, ok := held[then.Key()]
		if ok {
			line.Now = &now
		}
		if line.Changed = !ok || !then.Reads(now); line.Changed {
			if line.Causes, err = tell.causes(ctx, then.Figure); err != nil {
				return nil, failed("read the causes", err)
			}
		}
		out = append(out, line)
	}
	return out, nil
}

// teller says why figures changed. It keeps what it has read: many figures
// change for the same reason.
type teller struct {
	reading
	strategy *metrics.Strategy
	batches  map[int64]metrics.Batch
	returns  map[int64]string // by number, in words
}

// life is one reading of a figure, from the computation that made it until the
// one, if any, that no longer did.
type life struct {
	metrics.Figure
	made  step
	ended *step
}

// step is a computation.
type step struct {
	at, cause string
	strategy  bool // it was the first with another strategy file
}

// causes says what happened to a figure since: what each computation that made
// it read otherwise had been given, the oldest first.
func (t *teller) causes(ctx context.Context, then metrics.Figure) ([]string, error) {
	lives, err := t.lives(ctx, then)
	if err != nil {
		return nil, err
	}
	before, gone := then, false
	var out []string
	for _, l := range lives {
		if l.ID > then.ID {
			if gone || !before.Reads(l.Figure) {
				words, err := t.words(ctx, l.made, before.Batches, l.Batches)
				if err != nil {
					return nil, err
				}
				switch {
				case gone:
					words += "; the figure is made again"
				case before.Provisional && !l.Provisional && l.Status == metrics.Available:
					words += "; the figure is no longer provisional"
				case before.Status != metrics.Suppressed && l.Status == metrics.Suppressed:
					words += "; the figure is no longer shown"
				}
				out = append(out, words+".")
			}
			gone = false
		}
		before = l.Figure // with the files that it came from at last
		if l.ended != nil {
			words, err := t.words(ctx, *l.ended, nil, nil)
			if err != nil {
				return nil, err
			}
			out, gone = append(out, words+"; the figure is no longer made."), true
		}
	}
	return out, nil
}

// lives are the readings of a figure from then on, the oldest first.
func (t *teller) lives(ctx context.Context, then metrics.Figure) ([]life, error) {
	const where = "f.indicator = ? AND f.area = ? AND f.period = ? AND f.id >= ?"
	args := []any{then.Indicator, then.Area.Code, then.Period.Code(), then.ID}
	var out []life
	if err := eachFigureOf(ctx, t.q, numbersOnly, where, args, 0, func(f metrics.Figure) { out = append(out, life{Figure: f}) }); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b life) int { return cmp.Compare(a.ID, b.ID) })
	err := t.each(ctx, `SELECT f.id, c.id = f.retired_by, c.made_at, c.cause,
			coalesce((SELECT p.strategy FROM computation p WHERE p.id < c.id ORDER BY p.id DESC LIMIT 1) <> c.strategy, 0)
		FROM figure f JOIN computation c ON c.id IN (f.made_by, f.retired_by) WHERE `+where, func(r *sql.Rows) error {
		var id int64
		var ended sql.Null[bool]
		var st step
		if err := r.Scan(&id, &ended, &st.at, &st.cause, &st.strategy); err != nil {
			return err
		}
		for i := range out {
			switch {
			case out[i].ID != id:
			case ended.V:
				out[i].ended = &st
			default:
				out[i].made = st
			}
		}
		return nil
	}, args...)
	return out, err
}

// words say what a computation had been given that the figure was not made from
// before, and what had been taken away. They have no full stop.
func (t *teller) words(ctx context.Context, st step, before, after []int64) (string, error) {
	came, err := t.only(ctx, after, before)
	if err != nil {
		return "", err
	}
	went, err := t.only(ctx, before, after)
	if err != nil {
		return "", err
	}
	var said []string
	if st.strategy || st.cause == "another strategy file" {
		said = append(said, "the strategy file was changed")
	}
	for _, c := range changesOf(came, went) {
		if c.source == metrics.ReturnsSource {
			said = append(said, t.returnWords(c))
		} else {
			said = append(said, c.words())
		}
	}
	if len(said) == 0 {
		words, err := t.causeWords(ctx, st.cause)
		if err != nil {
			return "", err
		}
		said = append(said, words)
	}
	return dayOf(st.at) + ": " + strings.Join(said, "; "), nil
}

// only are the batches of a list that are not in another one.
func (t *teller) only(ctx context.Context, list, other []int64) ([]metrics.Batch, error) {
	var out []metrics.Batch
	var ids []int64
	for _, id := range list {
		if slices.Contains(other, id) {
			continue
		}
		if b, ok := t.batches[id]; ok {
			out = append(out, b)
		} else {
			ids = append(ids, id)
		}
	}
	read, err := t.BatchesByID(ctx, ids)
	for _, b := range read {
		t.batches[b.ID] = b
	}
	return append(out, read...), err
}

// change is what became of a source's release of a period.
type change struct {
	source     metrics.Source
	period     string
	project    string // of a return
	came, went []metrics.Batch
}

// changesOf sets what came beside what went of the same source and period, in
// order of both.
func changesOf(came, went []metrics.Batch) []change {
	var out []change
	at := func(b metrics.Batch) *change {
		c := change{source: b.Source, period: b.Period}
		switch b.Source {
		case metrics.ReturnsSource:
			parts := strings.Split(b.Release, "/")
			c.project = parts[min(1, len(parts)-1)]
		case metrics.GeographySource, metrics.BoundarySource: // of no period that a reader would know
			c.period = ""
		}
		i := slices.IndexFunc(out, func(o change) bool { return o.source == c.source && o.period == c.period && o.project == c.project })
		if i < 0 {
			out, i = append(out, c), len(out)
		}
		return &out[i]
	}
	for _, b := range came {
		c := at(b)
		c.came = append(c.came, b)
	}
	for _, b := range went {
		c := at(b)
		c.went = append(c.went, b)
	}
	slices.SortFunc(out, func(a, b change) int {
		return cmp.Or(cmp.Compare(slices.Index(metrics.Sources, a.source), slices.Index(metrics.Sources, b.source)), strings.Compare(a.period, b.period), strings.Compare(a.project, b.project))
	})
	return out
}

// words are a change of anything but returns, with the names of its files.
func (c change) words() string {
	what := map[metrics.Source]string{
		metrics.PoliceSource: "police files of " + monthWords(c.period), metrics.PopulationSource: "population estimates of " + c.period,
		metrics.DeprivationSource: "the Indices of Deprivation", metrics.GeographySource: "the lookups between areas", metrics.BoundarySource: "the outlines of areas",
	}[c.source]
	if p, err := metrics.ParsePeriod(c.period); err == nil && p.Kind == metrics.Edition {
		what = "the " + p.Label()
	}
	if what == "" {
		what = string(c.source)
	}
	switch {
	case len(c.went) == 0:
		return what + " were added (" + filesOf(c.came) + ")"
	case len(c.came) == 0:
		return what + " were taken out (" + filesOf(c.went) + ")"
	}
	files := " (" + filesOf(c.came) + ", took the place of " + filesOf(c.went) + ")"
	switch {
	case sameFiles(c.came, c.went):
		return what + " were read again, for other areas (" + filesOf(c.came) + ")"
	case c.source == metrics.PoliceSource:
		return "the police restated " + monthWords(c.period) + files
	}
	return what + " changed" + files
}

// sameFiles says whether files went that came again as they were.
func sameFiles(a, b []metrics.Batch) bool {
	digests := func(list []metrics.Batch) []string {
		var out []string
		for _, f := range list {
			out = append(out, f.Digest)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return slices.Equal(digests(a), digests(b))
}

// filesOf names files, three at most, and says when they were read.
func filesOf(list []metrics.Batch) string {
	var names []string
	for _, b := range list {
		name := b.File
		if b.Member != "" {
			name = b.Member[strings.LastIndexByte(b.Member, '/')+1:]
		}
		if name += ", read on " + dayOf(b.ImportedAt); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("and %d more", len(names)-3))
	}
	return strings.Join(names, "; ")
}

// returnWords are a change of a project's return. The name of its file is not
// for everybody.
func (t *teller) returnWords(c change) string {
	what := t.returnOf(c.project, c.period)
	switch {
	case len(c.went) == 0:
		return what + " was accepted"
	case len(c.came) == 0:
		return what + " was withdrawn"
	}
	return what + " was replaced by a newer one"
}

func (t *teller) returnOf(project, period string) string {
	name := project
	if p, ok := t.strategy.Project(project); ok {
		name = p.Name
	}
	if q, err := metrics.ParsePeriod(period); err == nil {
		period = metrics.QuarterInWords(q)
	}
	return "the return of " + name + " for " + period
}

// causeWords are a computation's cause, where the figure itself was made from
// the same files as before: what it is compared with, or hidden for the sake
// of, was not.
func (t *teller) causeWords(ctx context.Context, cause string) (string, error) {
	var id int64
	var what string
	if n, err := fmt.Sscanf(cause, "return %d %s", &id, &what); err == nil && n == 2 {
		words, ok := t.returns[id]
		if !ok {
			var project, period string
			if err := t.q.QueryRowContext(ctx, `SELECT project, period FROM submission WHERE id = ?`, id).Scan(&project, &period); err != nil {
				return "", err
			}
			words = t.returnOf(project, period)
			t.returns[id] = words
		}
		return words + " was " + what, nil
	}
	source, imported := strings.CutPrefix(cause, "import ")
	if !imported {
		return cause, nil
	}
	words, ok := map[metrics.Source]string{
		metrics.PoliceSource: "police files of other months were imported", metrics.PopulationSource: "other population estimates were imported", metrics.DeprivationSource: "the Indices of Deprivation were imported",
		metrics.GeographySource: "the lookups between areas were imported", metrics.BoundarySource: "the outlines of areas were imported", metrics.ReturnsSource: "projects’ returns were imported",
	}[metrics.Source(source)]
	if !ok {
		words = source + " was imported"
	}
	return words, nil
}

func monthWords(code string) string {
	m, err := metrics.ParseMonth(code)
	if err != nil {
		return code
	}
	return m.Name()
}

// dayOf is the day of a moment, in words.
func dayOf(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.UTC().Format("2 January 2006")
}
