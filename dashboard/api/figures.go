package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outcomes/dashboard/export"
	"outcomes/metrics"
)

var figureParameters = []string{"indicator", "priority", "area", "period", "period_kind", "from", "to", "status", "limit", "cursor"}

var (
	periodKinds = []metrics.PeriodKind{metrics.Monthly, metrics.Quarter, metrics.YearEnding, metrics.FinancialYear, metrics.Edition, metrics.YearToDate, metrics.SinceStart}
	statuses    = []metrics.Status{metrics.Available, metrics.Missing, metrics.Suppressed}
)

// figure is a figure named as the columns of the CSV are, with where it is found.
type figure struct {
	ID int64 `json:"id"`
	export.Record
	AsAt    *string     `json:"as_at"`
	Licence *string     `json:"licence"`
	Links   figureLinks `json:"links"`
}

type figureLinks struct {
	Self      string `json:"self"`
	Page      string `json:"page"`
	Indicator string `json:"indicator"`
}

func linksOf(f metrics.Figure) figureLinks {
	return figureLinks{at("figures", f.ID), fmt.Sprintf("/figures/%d", f.ID), at("indicators", f.Indicator)}
}

// about is what is said of figures besides what they know themselves.
func (a *API) about(state metrics.State) export.About {
	return export.AboutOf(a.strategy, state.Sample)
}

// figureOf is a figure without anything that its status forbids. metrics has
// taken it out; an answer cannot be called back, so it is made sure of here.
func (a *API) figureOf(f metrics.Figure, state metrics.State, about export.About) figure {
	if f.Status == metrics.Suppressed {
		f.Statements = nil
	}
	return figure{ID: f.ID, Record: export.RecordOf(f, about), AsAt: maybe(state.MadeAt), Licence: a.licenceOf(f.Indicator), Links: linksOf(f)}
}

type figurePage struct {
	AsAt    *string   `json:"as_at"`
	Sample  bool      `json:"sample"`
	Total   int       `json:"total"`
	Figures []figure  `json:"figures"`
	Links   pageLinks `json:"links"`
}

func (a *API) figures(ctx context.Context, r request) (any, error) {
	filter, err := a.figureFilter(r.query)
	if err != nil {
		return nil, err
	}
	state, err := a.state(ctx)
	if err != nil {
		return nil, err
	}
	page := figurePage{AsAt: maybe(state.MadeAt), Sample: state.Sample, Figures: []figure{}}
	if page.Total, err = a.store.CountFigures(ctx, filter); err != nil {
		return nil, fmt.Errorf("counting figures: %w", err)
	}
	limit := filter.Limit
	filter.Limit++ // one more tells whether there is a next page
	figures, err := a.store.Figures(ctx, filter)
	if err != nil {
		return nil, fmt.Errorf("figures: %w", err)
	}
	next := ""
	if len(figures) > limit {
		figures = figures[:limit]
		next = cursorOf(placeOf(figures[limit-1].Key()))
	}
	about := a.about(state)
	for _, f := range figures {
		page.Figures = append(page.Figures, a.figureOf(f, state, about))
	}
	page.Links = r.links(next)
	return page, nil
}

func (a *API) figureFilter(q query) (metrics.FigureFilter, error) {
	var f metrics.FigureFilter
	var errs [8]error
	f.Indicator, errs[0] = a.indicatorParameter(q)
	f.Priority, errs[1] = a.priorityParameter(q)
	f.Areas, errs[2] = q.area()
	f.Period, errs[3] = q.period()
	f.Kind, errs[4] = oneOf(q, "period_kind", periodKinds)
	f.From, f.To, errs[5] = q.months()
	f.Status, errs[6] = oneOf(q, "status", statuses)
	f.Limit, errs[7] = q.limit()
	for _, err := range errs {
		if err != nil {
			return f, err // one at a time, in the order in which they are described
		}
	}
	var p place
	given, err := q.cursor(&p)
	if err != nil {
		return f, err
	}
	if given {
		period, err := metrics.ParsePeriod(p[2])
		if err != nil {
			return f, badCursor(err)
		}
		f.After = &metrics.FigureKey{Indicator: p[0], Area: p[1], Period: period}
	}
	return f, nil
}

// place is a place in the list of figures: indicator, area, period.
type place [3]string

func placeOf(k metrics.FigureKey) place { return place{k.Indicator, k.Area, k.Period.Code()} }

// proof is a figure with all that it rests on.
type proof struct {
	figure
	InForce   bool      `json:"in_force"`
	Current   *int64    `json:"current"`  // the reading in force; null where the figure is no longer made
	Withheld  *string   `json:"withheld"` // why this reading is not shown
	Revisions []reading `json:"revisions"`
	Batches   []batch   `json:"batches"`
}

// reading is what a figure read at a time, without words.
type reading struct {
	Figure      int64    `json:"figure"`
	Revision    int      `json:"revision"`
	MadeAt      string   `json:"made_at"`
	Cause       string   `json:"cause"`
	InForce     bool     `json:"in_force"`
	Withheld    bool     `json:"withheld"`
	Status      string   `json:"status"`
	Shorthand   string   `json:"shorthand"`
	Provisional bool     `json:"provisional"`
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"`
	Value       *float64 `json:"value"`
	Lower       *float64 `json:"lower"`
	Upper       *float64 `json:"upper"`
	Rank        *int     `json:"rank"`
	RankOf      *int     `json:"rank_of"`
	Links       readAt   `json:"links"`
}

type readAt struct {
	Self string `json:"self"`
	Page string `json:"page"`
}

func readingOf(f metrics.Figure, cause string, inForce, keptBack bool) reading {
	withheld := keptBack && !inForce
	if withheld {
		f = f.Unread()
	}
	r := export.RecordOf(f, export.About{})
	l := linksOf(f)
	return reading{f.ID, f.Revision, f.MadeAt, cause, inForce, withheld, r.Status, r.Shorthand, r.Provisional, r.Numerator, r.Denominator, r.Value, r.Lower, r.Upper, r.Rank, r.RankOf, readAt{l.Self, l.Page}}
}

// batch is a file that was read. Of a project's workbook neither name nor
// digest is told: with a digest a guess at what it holds could be proved right.
type batch struct {
	ID              int64   `json:"id"`
	Source          string  `json:"source"`
	Release         string  `json:"release"`
	Period          string  `json:"period"`
	File            *string `json:"file"`
	Member          *string `json:"member"`
	Digest          *string `json:"digest"`
	Size            *int64  `json:"size"`
	Read            int64   `json:"rows_read"`
	Kept            int64   `json:"rows_kept"`
	WithoutLocation int64   `json:"rows_without_location"`
	Outside         int64   `json:"rows_outside"`
	Rejected        int64   `json:"rows_rejected"`
	ImportedAt      string  `json:"imported_at"`
	InForce         bool    `json:"in_force"`
	SupersededBy    *int64  `json:"superseded_by"`
	Sample          bool    `json:"sample"`
}

func batchOf(b metrics.Batch) batch {
	out := batch{
		ID: b.ID, Source: string(b.Source), Release: b.Release, Period: b.Period,
		Read: b.Account.Read, Kept: b.Account.Kept, WithoutLocation: b.Account.WithoutLocation, Outside: b.Account.Outside, Rejected: b.Account.Rejected,
		ImportedAt: b.ImportedAt, InForce: b.Current, Sample: b.Sample,
	}
	if b.Source != metrics.ReturnsSource {
		out.File, out.Member, out.Digest, out.Size = &b.File, maybe(b.Member), &b.Digest, &b.Size
	}
	if b.Superseded != 0 {
		out.SupersededBy = &b.Superseded
	}
	return out
}

func (a *API) figure(ctx context.Context, r request) (any, error) {
	unknown := metrics.Errorf(metrics.NotFound, "There is no figure with the number %s. The figures may have been made anew: look it up again under %s/figures.", quoted(r.id), Root)
	id, err := strconv.ParseInt(r.id, 10, 64)
	if err != nil || id < 1 || strings.Trim(r.id, "0123456789") != "" {
		return nil, unknown
	}
	state, err := a.state(ctx)
	if err != nil {
		return nil, err
	}
	f, err := a.store.Figure(ctx, id)
	if e, ok := errors.AsType[*metrics.Error](err); ok && e.Kind == metrics.NotFound {
		return nil, unknown
	}
	if err != nil {
		return nil, fmt.Errorf("figure %d: %w", id, err)
	}
	revisions, err := a.store.Revisions(ctx, f.Indicator, f.Area.Code, f.Period.Code())
	if err != nil {
		return nil, fmt.Errorf("revisions of figure %d: %w", id, err)
	}
	batches, err := a.store.BatchesByID(ctx, f.Batches)
	if err != nil {
		return nil, fmt.Errorf("batches of figure %d: %w", id, err)
	}
	keptBack := a.strategy.KeepsBack(f.Indicator, batches)
	out := proof{Revisions: []reading{}, Batches: []batch{}}
	for _, rev := range revisions {
		out.Revisions = append(out.Revisions, readingOf(rev.Figure, rev.Cause, rev.Current, keptBack))
		if rev.Current {
			out.Current = &rev.Figure.ID
			out.InForce = rev.Figure.ID == id
		}
	}
	if keptBack && !out.InForce {
		f = f.Unread()
		out.Withheld = maybe(metrics.KeptBack)
	}
	out.figure = a.figureOf(f, state, a.about(state))
	for _, b := range batches {
		out.Batches = append(out.Batches, batchOf(b))
	}
	return out, nil
}

type changePage struct {
	Since   string    `json:"since"`
	AsAt    *string   `json:"as_at"`
	Sample  bool      `json:"sample"`
	Changes []change  `json:"changes"`
	Links   pageLinks `json:"links"`
}

// change is a figure reading otherwise from a time on.
type change struct {
	Change      string      `json:"change"`
	At          string      `json:"at"`
	Cause       string      `json:"cause"`
	Indicator   string      `json:"indicator"`
	Priority    string      `json:"priority"`
	AreaCode    string      `json:"area_code"`
	AreaName    string      `json:"area_name"`
	Period      string      `json:"period"`
	PeriodStart string      `json:"period_start"`
	PeriodEnd   string      `json:"period_end"`
	Unit        string      `json:"unit"`
	Sample      bool        `json:"sample"`
	Licence     *string     `json:"licence"`
	From        *changed    `json:"from"`
	To          *changed    `json:"to"`
	Links       figureLinks `json:"links"`
}

// changed is one side of a change: a reading without when and why, which the
// change says.
type changed struct {
	Figure      int64    `json:"figure"`
	Revision    int      `json:"revision"`
	InForce     bool     `json:"in_force"`
	Withheld    bool     `json:"withheld"`
	Status      string   `json:"status"`
	Shorthand   string   `json:"shorthand"`
	Provisional bool     `json:"provisional"`
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"`
	Value       *float64 `json:"value"`
	Lower       *float64 `json:"lower"`
	Upper       *float64 `json:"upper"`
	Rank        *int     `json:"rank"`
	RankOf      *int     `json:"rank_of"`
}

func changedOf(f *metrics.Figure, inForce, keptBack bool) *changed {
	if f == nil {
		return nil
	}
	r := readingOf(*f, "", inForce, keptBack)
	return &changed{r.Figure, r.Revision, r.InForce, r.Withheld, r.Status, r.Shorthand, r.Provisional, r.Numerator, r.Denominator, r.Value, r.Lower, r.Upper, r.Rank, r.RankOf}
}

func (a *API) changes(ctx context.Context, r request) (any, error) {
	var filter metrics.ChangeFilter
	var err error
	if filter.Since, err = r.query.since(); err != nil {
		return nil, err
	}
	if filter.Limit, err = r.query.limit(); err != nil {
		return nil, err
	}
	var key metrics.ChangeKey
	given, err := r.query.cursor(&key)
	if err != nil {
		return nil, err
	}
	if given {
		filter.After = &key
	}
	for _, ind := range a.strategy.Indicators {
		if !a.strategy.CountsPeople(ind) {
			filter.Compared = append(filter.Compared, ind.ID)
		}
	}
	state, err := a.state(ctx)
	if err != nil {
		return nil, err
	}
	page := changePage{Since: filter.Since, AsAt: maybe(state.MadeAt), Sample: state.Sample, Changes: []change{}}
	limit := filter.Limit
	filter.Limit++
	changes, err := a.store.Changes(ctx, filter)
	if err != nil {
		return nil, fmt.Errorf("changes since %s: %w", filter.Since, err)
	}
	next := ""
	if len(changes) > limit {
		changes = changes[:limit]
		next = cursorOf(changes[limit-1].Key)
	}
	keepsBack, err := a.keepsBack(ctx, changes)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		f := c.Figure()
		about := export.RecordOf(f.Unread(), export.About{}) // what it is of, and nothing that it read
		kept := keepsBack(c)
		page.Changes = append(page.Changes, change{
			Change: string(c.Kind), At: c.At, Cause: c.Cause, Indicator: about.Indicator, Priority: about.Priority, AreaCode: about.AreaCode, AreaName: about.AreaName,
			Period: about.Period, PeriodStart: about.PeriodStart, PeriodEnd: about.PeriodEnd, Unit: about.Unit, Sample: state.Sample, Licence: a.licenceOf(f.Indicator),
			From: changedOf(c.From, false, kept), To: changedOf(c.To, c.InForce, kept), Links: linksOf(f),
		})
	}
	page.Links = r.links(next)
	return page, nil
}

// keepsBack tells the changes whose former readings are kept back. Batches are
// looked up only of indicators that the strategy no longer has.
func (a *API) keepsBack(ctx context.Context, changes []metrics.Change) (func(metrics.Change) bool, error) {
	of := func(c metrics.Change) []int64 {
		var ids []int64
		for _, f := range []*metrics.Figure{c.From, c.To} {
			if f != nil {
				ids = append(ids, f.Batches...)
			}
		}
		return ids
	}
	known := map[string]bool{}
	for _, ind := range a.strategy.Indicators {
		known[ind.ID] = true
	}
	wanted := map[int64]bool{}
	for _, c := range changes {
		if !known[c.Figure().Indicator] {
			for _, id := range of(c) {
				wanted[id] = true
			}
		}
	}
	var ids []int64
	for id := range wanted {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	batches := map[int64]metrics.Batch{}
	const atOnce = 500
	for part := range slices.Chunk(ids, atOnce) {
		list, err := a.store.BatchesByID(ctx, part)
		if err != nil {
			return nil, fmt.Errorf("batches of changes: %w", err)
		}
		for _, b := range list {
			batches[b.ID] = b
		}
	}
	return func(c metrics.Change) bool {
		var list []metrics.Batch
		if !known[c.Figure().Indicator] {
			for _, id := range of(c) {
				list = append(list, batches[id])
			}
		}
		return a.strategy.KeepsBack(c.Figure().Indicator, list)
	}, nil
}
