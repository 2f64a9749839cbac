package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"outcomes/metrics"
)

// Ledger sets every figure of a pack beside what it reads now, and says why it
// changed where it did, in sentences. The strategy names the projects.
func (s reading) Ledger(ctx context.Context, number int, strategy *metrics.Strategy) ([]metrics.LedgerLine, error) {
	p, err := s.Pack(ctx, number)
	if err != nil {
		return nil, err
	}
	areas := map[string][]string{} // by indicator
	for _, f := range p.Report.Figures {
		if !slices.Contains(areas[f.Indicator], f.Area.Code) {
			areas[f.Indicator] = append(areas[f.Indicator], f.Area.Code)
		}
	}
	held := map[metrics.FigureKey]metrics.Figure{}
	for indicator, of := range areas {
		figures, err := s.Figures(ctx, metrics.FigureFilter{Indicator: indicator, Areas: of})
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
		// a report says of a figure that is not made why it is not there
		if line.Changed = !then.Reads(now) && (ok || then.Status != metrics.Missing); line.Changed {
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
	metrics.Figure         // with the batches that it came from at last
	from           []int64 // the batches that it was made from
	made           step
	ended          *step
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
				had := before.Batches
				if gone && !l.made.strategy { // there was nothing that it was made from
					had = nil
				}
				words, err := t.words(ctx, l.made, had, l.from)
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
		before = l.Figure
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
	if err := eachFigureOf(ctx, t.q, numbersBeside, where, args, 0, func(f metrics.Figure) { out = append(out, life{Figure: f}) }); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b life) int { return cmp.Compare(a.ID, b.ID) })
	err := t.each(ctx, `SELECT f.id, coalesce(nullif(f.made_from, ''), f.batches), c.id = f.retired_by, c.made_at, c.cause,
			coalesce((SELECT p.strategy FROM computation p WHERE p.id < c.id ORDER BY p.id DESC LIMIT 1) <> c.strategy, 0)
		FROM figure f JOIN computation c ON c.id IN (f.made_by, f.retired_by) WHERE `+where, func(r *sql.Rows) error {
		var id int64
		var ended sql.Null[bool]
		var from string
		var st step
		if err := r.Scan(&id, &from, &ended, &st.at, &st.cause, &st.strategy); err != nil {
			return err
		}
		for i := range out {
			switch {
			case out[i].ID != id:
			case ended.V:
				out[i].ended = &st
			default:
				out[i].made = st
				if from != "" {
					return json.Unmarshal([]byte(from), &out[i].from)
				}
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
	stood, err := t.only(ctx, before, nil)
	if err != nil {
		return "", err
	}
	for _, c := range changesOf(came, went, stood) {
		if st.strategy && c.fate == takenOut && c.source != metrics.ReturnsSource {
			continue // it is there still, and no longer asked for
		}
		said = append(said, t.changed(c))
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
	out = append(out, read...)
	slices.SortFunc(out, func(a, b metrics.Batch) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// fate is what became of a release.
type fate int

const (
	added fate = iota
	takenOut
	restated
	readAgain // the same file, for other areas
)

// change is what happened alike to releases of a source.
type change struct {
	source     metrics.Source
	fate       fate
	releases   []metrics.Batch // one of each
	came, went []metrics.Batch
}

// changesOf sets what came beside what went of the same release, and puts those
// together that the same happened to. before are the batches that there were:
// one that stays may have lost only some of its facts to another one.
func changesOf(came, went, before []metrics.Batch) []change {
	release := func(b metrics.Batch) string {
		switch b.Source {
		case metrics.PoliceSource, metrics.ReturnsSource:
			return b.Release
		case metrics.PopulationSource, metrics.DeprivationSource: // may come in several files
			return string(b.Source) + " " + b.Period
		}
		return string(b.Source)
	}
	var order []metrics.Batch
	alike := func(list []metrics.Batch, of metrics.Batch) []metrics.Batch {
		var out []metrics.Batch
		for _, b := range list {
			if release(b) == release(of) {
				out = append(out, b)
			}
		}
		return out
	}
	for _, b := range slices.Concat(came, went) {
		if len(alike(order, b)) == 0 {
			order = append(order, b)
		}
	}
	place := func(s metrics.Source) int { return slices.Index(metrics.Sources, s) }
	slices.SortFunc(order, func(a, b metrics.Batch) int {
		return cmp.Or(cmp.Compare(place(a.Source), place(b.Source)), strings.Compare(a.Period, b.Period), strings.Compare(a.Release, b.Release))
	})
	var out []change
	for _, b := range order {
		came, went := alike(came, b), alike(went, b)
		f := restated
		switch {
		case len(came) == 0:
			f = takenOut
		case len(alike(before, b)) == 0:
			f = added
		case len(went) > 0 && sameFiles(came, went):
			f = readAgain
		}
		i := slices.IndexFunc(out, func(c change) bool { return c.source == b.Source && c.fate == f })
		if i < 0 {
			out, i = append(out, change{source: b.Source, fate: f}), len(out)
		}
		c := &out[i]
		c.releases, c.came, c.went = append(c.releases, b), append(c.came, came...), append(c.went, went...)
	}
	return out
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

// changed is a change as a clause, with the names of the files; but the name of a
// return's file is not for everybody.
func (t *teller) changed(c change) string {
	if c.source == metrics.ReturnsSource {
		var names []string
		for _, b := range c.releases {
			project := strings.TrimSuffix(strings.TrimPrefix(b.Release, string(b.Source)+"/"), "/"+b.Period)
			names = append(names, t.returnOf(project, b.Period))
		}
		verb := " was "
		if len(names) > 1 {
			verb = " were each "
		}
		return few(names) + verb + map[fate]string{added: "accepted", takenOut: "withdrawn", restated: "replaced by a newer one", readAgain: "replaced by the same file again"}[c.fate]
	}
	var periods []string
	for _, b := range c.releases {
		if name := periodWords(b.Period); !slices.Contains(periods, name) {
			periods = append(periods, name)
		}
	}
	what := few(periods)
	switch c.source {
	case metrics.PoliceSource:
		what = "the police files of " + what
	case metrics.PopulationSource:
		what = "the population estimates of " + what
	case metrics.DeprivationSource:
		what = "the " + what
	case metrics.GeographySource:
		what = "the lookups between areas"
	case metrics.BoundarySource:
		what = "the outlines of areas"
	}
	files := filesOf(c.came)
	if len(c.went) > 0 && c.fate == restated {
		files += ", took the place of " + filesOf(c.went)
	}
	switch c.fate {
	case added:
		return what + " were added (" + files + ")"
	case takenOut:
		return what + " were taken out (" + filesOf(c.went) + ")"
	case readAgain:
		return what + " were read again, for other areas (" + files + ")"
	}
	if c.source == metrics.PoliceSource {
		return "the police restated " + few(periods) + " (" + files + ")"
	}
	return what + " changed (" + files + ")"
}

// few lists names, three at most.
func few(names []string) string {
	if n := len(names); n > 3 {
		names = append(slices.Clone(names[:3]), fmt.Sprintf("%d more", n-3))
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// periodWords is a batch's period as it stands in a sentence.
func periodWords(code string) string {
	if p, err := metrics.ParsePeriod(code); err == nil {
		return p.Label()
	}
	return code
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
		metrics.PoliceSource: "other police files were imported", metrics.PopulationSource: "other population estimates were imported", metrics.DeprivationSource: "the Indices of Deprivation were imported",
		metrics.GeographySource: "the lookups between areas were imported", metrics.BoundarySource: "the outlines of areas were imported", metrics.ReturnsSource: "projects’ returns were imported",
	}[metrics.Source(source)]
	if !ok {
		words = source + " was imported"
	}
	return words, nil
}

// dayOf is the day of a moment, in words.
func dayOf(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.UTC().Format("2 January 2006")
}
