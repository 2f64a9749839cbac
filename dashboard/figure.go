package dashboard

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/export"
	"outcomes/metrics"
)

// figurePage is the proof of one reading of a figure.
type figurePage struct {
	layout
	Name         string // the indicator's
	IndicatorURL string
	Place        string
	Period       string
	Value        string
	Unit         string
	State        string // "Available", "Not available", "Not shown"
	Reason       string
	Number       int64
	Revision     int
	MadeAt       string
	Packs        []link // the report packs that this reading stands in
	Replaced     *replacement
	Formula      string
	Shown        string // how the result is written on the pages
	Groups       *groupsView
	Breakdowns   []groupsView // of what projects returned
	BreakdownKey []note
	Withheld     string // why a former reading is not shown
	Interval     string
	Method       string
	MethodURL    string
	Rank         string
	Population   string
	Which        string // where the choice of what it is divided by is explained
	Sentence     string
	Statements   []statementView
	Comparisons  []comparedView
	Notes        []string
	Batches      []batchView
	Revisions    []revisionView
	Facts        indicatorFacts
	Licence      string
}

// replacement is the reading that took an old one's place.
type replacement struct {
	URL   string // "" where the figure is no longer made
	When  string
	Cause string
	Value string
}

// comparedView is a comparison with all that it rests on.
type comparedView struct {
	ID       string
	Title    string
	Sign     verdict
	Value    string
	Formula  string
	Interval string
	Own      string // the figure's own interval, where the rule asks for it
	Rule     string
	Reason   string
	Care     string
	Basis    string
	Method   string
}

type revisionView struct {
	Number  int
	URL     string
	Here    bool
	MadeAt  string
	Value   string
	Limits  string
	Cause   string
	Current bool
}

// figure shows how a figure is made, what it was made from and what it read before.
func (s *Server) figure(c echo.Context) error {
	ctx := c.Request().Context()
	unknown := metrics.Errorf(metrics.NotFound, "There is no figure with the number %q. If you followed a link, the figures may have been made anew: go to the indicator and follow its link again.", c.Param("id"))
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id < 1 {
		return unknown
	}
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	f, err := s.store.Figure(ctx, id)
	if e, ok := errors.AsType[*metrics.Error](err); ok && e.Kind == metrics.NotFound {
		return unknown
	}
	if err != nil {
		return fmt.Errorf("figure %d: %w", id, err)
	}
	revisions, err := s.store.Revisions(ctx, f.Indicator, f.Area.Code, f.Period.Code())
	if err != nil {
		return fmt.Errorf("revisions of figure %d: %w", id, err)
	}
	batches, err := s.store.BatchesByID(ctx, f.Batches)
	if err != nil {
		return fmt.Errorf("batches of figure %d: %w", id, err)
	}
	page := s.figurePageOf(f, revisions, batches, seesReturns(ctx))
	if s.reports != nil {
		numbers, err := s.reports.PacksWith(ctx, f.ID)
		if err != nil {
			return fmt.Errorf("the report packs with figure %d: %w", f.ID, err)
		}
		for _, n := range numbers {
			page.Packs = append(page.Packs, link{Text: fmt.Sprintf("report pack %d", n), URL: packURL(n)})
		}
	}
	page.layout = s.layout(state, "How this figure is made: "+page.Name, "priorities")
	return s.render(c, 200, "figure", page)
}

// indicatorOf is the figure's indicator, or as much of one as the figure knows
// where the strategy has it no longer.
func (s *Server) indicatorOf(f metrics.Figure) (ind metrics.Indicator, known bool) {
	if ind, ok := s.strategy.Indicator(f.Indicator); ok {
		return ind, true
	}
	ind = metrics.Indicator{ID: f.Indicator, Title: f.Indicator, Unit: f.Unit, Kind: metrics.CrudeRate, Per: 1, Decimals: 2, Counted: "counted"}
	if f.Method == "Wilson" {
		ind.Kind, ind.Per = metrics.Proportion, 100
	} else if f.Value != nil && f.Numerator != nil && f.Denominator != nil && *f.Numerator > 0 && *f.Denominator > 0 {
		ind.Per = *f.Value * *f.Denominator / *f.Numerator
	}
	return ind, false
}

func (s *Server) figurePageOf(f metrics.Figure, revisions []metrics.Revision, batches []metrics.Batch, returns bool) figurePage {
	ind, known := s.indicatorOf(f)
	withheld := s.strategy.KeepsBack(f.Indicator, batches) && !inForce(f, revisions)
	if withheld {
		f = f.Unread()
	}
	page := figurePage{
		Name: ind.Title, Place: placeOf(s.strategy, ind, f.Area), Period: f.Period.Label(), Number: f.ID, Revision: f.Revision, MadeAt: day(f.MadeAt),
		Sentence: f.Sentence, Statements: statementsOf(f), Notes: export.Notes(f), Licence: licence,
	}
	if known {
		page.Facts = factsOf(ind)
		if slices.Contains(ind.Periods, f.Period.Kind) {
			page.IndicatorURL = indicatorURL(ind.ID, "", f.Area.Code, f.Period.Kind, "", "")
		}
	}
	page.State, page.Reason = stateOf(f)
	if f.Status == metrics.Available && f.Value != nil {
		page.Value, page.Unit = written(ind, *f.Value), unitWords(ind)
		page.Formula, page.Shown = formula(ind, f)
		if within := interval(ind, f); within != "" {
			page.Interval = fmt.Sprintf("%s to %s", finer(ind, *f.Lower), finer(ind, *f.Upper))
			page.Method, page.MethodURL = intervalWords[f.Method], methodURL(f.IntervalMethod())
			if page.Method == "" {
				page.Method = f.Method
			}
		}
		if f.Rank != nil && f.RankOf != nil {
			page.Rank = fmt.Sprintf("%s of %s districts, 1st having the largest value", metrics.Ordinal(*f.Rank), metrics.Whole(int64(*f.RankOf)))
		}
		if f.Denominated != "" {
			page.Population, page.Which = f.Denominated, methodURL("population")
			switch {
			case f.Period.Kind == metrics.Edition:
				page.Which = methodURL("deprivation")
			case ind.Kind == metrics.Inequality:
				page.Which = methodURL("inequality")
			}
			if f.Denominator != nil {
				page.Population += ": " + counted(*f.Denominator)
			}
		}
		page.Groups = groupsOf(ind, f, finer)
		for _, c := range f.Comparisons {
			page.Comparisons = append(page.Comparisons, comparedOf(ind, f, c))
		}
	}
	for _, b := range batches {
		page.Batches = append(page.Batches, batchOf(b, returns))
	}
	if s.strategy.KeepsBack(f.Indicator, batches) {
		for i, r := range revisions {
			if !r.Current {
				revisions[i].Figure = r.Figure.Unread()
			}
		}
	}
	if withheld {
		page.Withheld, page.State = metrics.KeptBack, metrics.Suppressed.Shorthand()+" not shown"
	}
	if f.Status != metrics.Missing && ind.Accountability == metrics.Performance && !withheld {
		page.Breakdowns, page.BreakdownKey = breakdownsOf(s.strategy, ind, f, written)
	}
	page.Revisions, page.Replaced = revisionsOf(ind, f, revisions)
	return page
}

func stateOf(f metrics.Figure) (state, reason string) {
	switch f.Status {
	case metrics.Available:
		return "", ""
	case metrics.Suppressed:
		state = f.Status.Shorthand() + " not shown"
	default:
		state = f.Status.Shorthand() + " not available"
	}
	return state, f.Reason
}

var intervalWords = map[string]string{"Byar": "Byar’s method", "Exact": "exact Poisson limits, the count being below 10", "Wilson": "Wilson’s method"}

// finer writes a value with two decimals more than the pages show, so that a
// reader can check the arithmetic.
func finer(ind metrics.Indicator, v float64) string {
	s := metrics.Decimal(v, ind.Decimals+2)
	if ind.Kind == metrics.Proportion {
		s += "%"
	}
	return s
}

// formula is the arithmetic with its numbers put in, and how its result is
// written elsewhere.
func formula(ind metrics.Indicator, f metrics.Figure) (arithmetic, shown string) {
	if ind.Kind == metrics.Total && f.Value != nil {
		return added(ind, f), strings.TrimSpace(written(ind, *f.Value) + " " + unitWords(ind))
	}
	if f.Numerator == nil || f.Denominator == nil {
		return "", ""
	}
	if ind.Kind == metrics.Inequality {
		return between(ind, f), strings.TrimSpace(written(ind, *f.Value) + " " + unitWords(ind))
	}
	below := noun(ind.Denominator.Label)
	switch {
	case ind.Kind == metrics.Proportion && f.Period.Kind == metrics.Edition:
		below = ind.Counted
	case ind.Kind == metrics.Proportion && below == "":
		below = "all of them"
	}
	arithmetic = fmt.Sprintf("%s %s ÷ %s %s × %s = %s", counted(*f.Numerator), ind.Counted, counted(*f.Denominator), below, counted(ind.Per), finer(ind, *f.Value))
	return strings.Join(strings.Fields(arithmetic), " "), strings.TrimSpace(written(ind, *f.Value) + " " + unitWords(ind))
}

// between is the arithmetic of a measure of inequality that is one of its first
// and last groups; the others are of a line that no short formula gives.
func between(ind metrics.Indicator, f metrics.Figure) string {
	sign := map[metrics.InequalityMeasure]string{metrics.Gap: "−", metrics.Ratio: "÷"}[ind.Measure]
	if n := len(f.Breakdown); n > 1 && sign != "" && f.Breakdown[0].Value != nil && f.Breakdown[n-1].Value != nil {
		return fmt.Sprintf("%s %s %s = %s", finer(ind, *f.Breakdown[0].Value), sign, finer(ind, *f.Breakdown[n-1].Value), finer(ind, *f.Value))
	}
	return "The straight line through the rates below, weighted by residents, gives " + finer(ind, *f.Value) + "."
}

// groupsView is the groups that a measure of inequality is made of, or a
// breakdown of what projects returned.
type groupsView struct {
	Caption string
	Hidden  string // the sentence that stands for the table where all of it is hidden
	Head    []string
	Rows    [][]string
}

// groupsOf shows a figure's groups with their rates written by write; nil where
// it has none.
func groupsOf(ind metrics.Indicator, f metrics.Figure, write func(metrics.Indicator, float64) string) *groupsView {
	if ind.Kind != metrics.Inequality || len(f.Breakdown) == 0 || f.Status != metrics.Available {
		return nil
	}
	v := &groupsView{
		Caption: fmt.Sprintf("The groups it is made of, %s", f.Period.Label()),
		Head:    []string{"Group", upperFirst(ind.Counted), upperFirst(noun(ind.Denominator.Label)), "Rate per " + counted(ind.Per), "Lower 95% limit", "Upper 95% limit"},
	}
	for _, g := range f.Breakdown {
		row := []string{g.Label}
		for i, n := range []*float64{g.Numerator, g.Denominator, g.Value, g.Lower, g.Upper} {
			switch {
			case g.Status == metrics.Suppressed:
				row = append(row, g.Status.Shorthand())
			case n == nil || g.Status != metrics.Available:
				row = append(row, metrics.Missing.Shorthand())
			case i < 2:
				row = append(row, counted(*n))
			default:
				row = append(row, write(ind, *n))
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

var comparedTitles = map[metrics.ComparisonKind]string{
	metrics.InTime: "In time", metrics.WithSimilar: "With similar areas", metrics.WithForce: "With the force area",
	metrics.WithEngland: "With England", metrics.WithTarget: "With the target",
}

func comparedOf(ind metrics.Indicator, f metrics.Figure, c metrics.Comparison) comparedView {
	v := comparedView{
		ID: "with-" + string(c.Kind), Title: comparedTitles[c.Kind], Sign: comparisonSign(c), Rule: upperFirst(c.Rule), Reason: upperFirst(c.Reason), Care: upperFirst(c.Care), Basis: upperFirst(c.Basis),
		Method: methodURL(c.MethodOf(ind)),
	}
	if v.Title == "" {
		v.Title = "With " + c.With
	}
	v.Sign.Words = c.Words()
	if c.Value != nil {
		v.Value = comparedWith(c) + ": " + finer(ind, *c.Value)
		if c.Numerator != nil && c.Kind != metrics.WithTarget && ind.Kind != metrics.Inequality { // whose numbers are not one count
			v.Value += fmt.Sprintf(" (%s %s)", counted(*c.Numerator), ind.Counted)
		}
	}
	if c.Kind != metrics.InTime && c.Direction != metrics.NotCompared && f.Lower != nil && f.Upper != nil {
		v.Own = fmt.Sprintf("%s, 95%% interval %s to %s", finer(ind, *f.Value), finer(ind, *f.Lower), finer(ind, *f.Upper))
	}
	switch {
	case c.Ratio != nil && c.Value != nil:
		v.Formula = fmt.Sprintf("%s ÷ %s = %s", finer(ind, *f.Value), finer(ind, *c.Value), metrics.Decimal(*c.Ratio, 4))
		if c.Lower != nil && c.Upper != nil {
			v.Interval = fmt.Sprintf("95%% interval of the ratio: %s to %s", metrics.Decimal(*c.Lower, 4), metrics.Decimal(*c.Upper, 4))
		}
	case c.Group != nil && c.Value != nil:
		var parts []string
		for _, m := range c.Group.Values {
			parts = append(parts, metrics.Decimal(m.Value, ind.Decimals+2))
		}
		v.Formula = fmt.Sprintf("(%s) ÷ %d = %s", strings.Join(parts, " + "), len(parts), finer(ind, *c.Value))
		v.Interval = fmt.Sprintf("Rank: %s of %d, in %s", metrics.Highest(c.Group.Rank), c.Group.Members, c.Group.Name)
		if c.Group.Proposal {
			v.Interval += ", a group proposed by this program, not the police.uk group"
		}
	}
	return v
}

// comparedWith names what a figure is set beside, with its period where that
// is another one.
func comparedWith(c metrics.Comparison) string {
	p, err := metrics.ParsePeriod(c.Period)
	switch {
	case c.Kind == metrics.WithSimilar:
		return "Mean of " + c.With
	case c.Kind == metrics.InTime && err == nil:
		return upperFirst(p.Label())
	}
	return upperFirst(strings.TrimPrefix(c.With, "the "))
}

func revisionsOf(ind metrics.Indicator, f metrics.Figure, revisions []metrics.Revision) (rows []revisionView, replaced *replacement) {
	here := slices.IndexFunc(revisions, func(r metrics.Revision) bool { return r.Figure.ID == f.ID })
	for i, r := range revisions {
		row := revisionView{Number: r.Figure.Revision, URL: figureURL(r.Figure), Here: i == here, MadeAt: day(r.Figure.MadeAt), Cause: r.Cause, Current: r.Current}
		row.Value, row.Limits = readingOf(ind, r.Figure)
		rows = append(rows, row)
	}
	if here < 0 || revisions[here].Current {
		return rows, nil
	}
	replaced = &replacement{}
	if here > 0 { // the newest first: the one above took its place
		replaced.When, replaced.Cause = day(revisions[here-1].Figure.MadeAt), revisions[here-1].Cause
	}
	if at := slices.IndexFunc(revisions, func(r metrics.Revision) bool { return r.Current }); at >= 0 {
		replaced.URL = figureURL(revisions[at].Figure)
		replaced.Value, _ = readingOf(ind, revisions[at].Figure)
	}
	return rows, replaced
}

// readingOf is what a figure reads, or why it reads nothing.
func readingOf(ind metrics.Indicator, f metrics.Figure) (value, limits string) {
	if f.Status != metrics.Available || f.Value == nil {
		none := f.Status.Shorthand()
		if none == "" {
			none = metrics.Missing.Shorthand()
		}
		return none, none
	}
	value, limits = finer(ind, *f.Value), metrics.Missing.Shorthand()
	if f.Lower != nil && f.Upper != nil {
		limits = finer(ind, *f.Lower) + " to " + finer(ind, *f.Upper)
	}
	if f.Numerator != nil && ind.Kind != metrics.Inequality && ind.Kind != metrics.Total {
		value += " (" + counted(*f.Numerator) + ")"
	}
	return value, limits
}
