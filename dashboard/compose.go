package dashboard

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"outcomes/metrics"
)

// A report is composed here from what the pages show: the same sentences, the
// same charts, the same numbers, as they could be said of one quarter.

// yearsBefore is how far back a report's charts go.
const yearsBefore = 4

// composer composes one report.
type composer struct {
	*Server
	ctx      context.Context
	choice   metrics.ReportChoice
	state    metrics.State
	holdings []metrics.Holding
	first    metrics.Month // of the charts and tables
	last     metrics.Month // of the quarter
	told     []metrics.Commentary

	before map[metrics.FigureKey]metrics.Figure // in the report before

	r      *metrics.Report
	checks []metrics.ReportCheck
	shown  map[metrics.FigureKey]bool
	marks  map[string]bool
}

// Compose makes the report of a choice from the figures in force. Commentary is
// what people wrote beside indicators for it; before is the report that it
// follows, or nil. The checklist says what stands in the way of freezing it and
// what to know besides.
//
// The error is Invalid where the period is no quarter, NotFound where the
// strategy has no such priority or indicator, or there are no figures of the quarter.
func (s *Server) Compose(ctx context.Context, choice metrics.ReportChoice, commentary []metrics.Commentary, before *metrics.Report) (*metrics.Report, []metrics.ReportCheck, error) {
	c := &composer{Server: s, ctx: ctx, choice: choice, told: commentary, shown: map[metrics.FigureKey]bool{}, marks: map[string]bool{}}
	if err := c.compose(before); err != nil {
		return nil, nil, err
	}
	return c.r, c.checks, nil
}

func (c *composer) compose(before *metrics.Report) error {
	if c.choice.Period.Kind != metrics.Quarter {
		return metrics.Errorf(metrics.Invalid, "A report is of a quarter: write it as 2019-Q1, the first quarter of the calendar year 2019.")
	}
	if c.choice.Years < 0 || c.choice.Years > 50 {
		return metrics.Errorf(metrics.Invalid, "A report goes back from 1 to 50 years, not %d.", c.choice.Years)
	}
	var err error
	if c.state, err = c.store.State(c.ctx); err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	if c.holdings, err = c.store.Holdings(c.ctx); err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	c.last = c.choice.Period.Last
	years := yearsBefore
	if c.choice.Years > 0 {
		years = c.choice.Years
	}
	c.first = c.last - metrics.Month(12*years)
	chosen, err := c.chosen()
	if err != nil {
		return err
	}
	if before != nil {
		c.before = map[metrics.FigureKey]metrics.Figure{}
		for _, f := range before.Figures {
			c.before[f.Key()] = f.Figure
		}
	}
	series, err := c.series(chosen)
	if err != nil {
		return err
	}
	c.head(chosen)
	own := []metrics.Figure{}
	for _, s := range series {
		own = append(own, s.subject...)
	}
	summary := metrics.Summarise(c.strategy, own)
	for _, h := range summary.Headlines {
		c.r.Headlines = append(c.r.Headlines, h.Text)
	}
	for _, p := range c.strategy.Priorities {
		if err := c.priority(p, chosen, series); err != nil {
			return err
		}
	}
	if err := c.returns(chosen); err != nil {
		return err
	}
	c.changes(before)
	if err := c.sources(chosen); err != nil {
		return err
	}
	c.methods(chosen)
	c.key()
	c.checked()
	return nil
}

// chosen are the indicators of the report, in the strategy's order.
func (c *composer) chosen() ([]metrics.Indicator, error) {
	for _, id := range c.choice.Priorities {
		if _, ok := c.strategy.Priority(id); !ok {
			return nil, metrics.Errorf(metrics.NotFound, "The strategy has no priority called %q. The list of priorities shows those it has.", id)
		}
	}
	for _, id := range c.choice.Indicators {
		if ind, ok := c.strategy.Indicator(id); !ok || len(ind.Periods) == 0 {
			return nil, metrics.Errorf(metrics.NotFound, "The strategy has no indicator called %q: it may have been retired. Choose among those it has, on the pages of the priorities.", id)
		}
	}
	var out []metrics.Indicator
	for _, p := range c.strategy.Priorities {
		for _, ind := range c.strategy.ByPriority(p.ID) {
			if len(ind.Periods) > 0 && (c.choice.Standard() || slices.Contains(c.choice.Priorities, p.ID) || slices.Contains(c.choice.Indicators, ind.ID)) {
				out = append(out, ind)
			}
		}
	}
	if len(out) == 0 {
		return nil, metrics.Errorf(metrics.NotFound, "What was chosen has no indicators: choose a priority that has some.")
	}
	return out, nil
}

// seriesOf is an indicator's figures up to the report's quarter.
type seriesOf struct {
	subject, beside []metrics.Figure // of its first kind of period
	others          []metrics.Figure // of its other kinds, that end with the quarter
	from            metrics.Month    // the first period of the charts and tables ends here or later
}

// upTo is the last month in which a period of an indicator may end. An edition
// is of a year: the report of any of its quarters has it.
func (c *composer) upTo(ind metrics.Indicator) metrics.Month {
	if ind.Periods[0] == metrics.Edition {
		return metrics.NewMonth(c.last.Year(), time.December)
	}
	return c.last
}

// series reads the figures of the indicators.
func (c *composer) series(chosen []metrics.Indicator) (map[string]*seriesOf, error) {
	out := map[string]*seriesOf{}
	known, editions := false, false
	var oldest, newest metrics.Month // of the quarters that there are figures of
	var edition metrics.Period       // the first that there is a figure of
	for _, ind := range chosen {
		ch := choice{indicator: ind, area: c.strategy.Area.Code, kind: ind.Periods[0]}
		figures, err := c.Server.shown(c.ctx, ch)
		if err != nil {
			return nil, err
		}
		s := &seriesOf{from: c.first}
		if ch.kind == metrics.Edition { // they are few
			s.from = 0
		}
		for _, f := range figures {
			switch {
			case f.Area.Code != ch.area || f.Status == metrics.Missing:
			case ch.kind == metrics.Edition:
				if edition.Last == 0 || f.Period.Last < edition.Last {
					edition = f.Period
				}
			default:
				if oldest == 0 || f.Period.Last < oldest {
					oldest = f.Period.Last
				}
				newest = max(newest, f.Period.Last)
			}
		}
		upTo := c.upTo(ind)
		c.revised(figures)
		s.subject, s.beside = split(slices.DeleteFunc(figures, func(f metrics.Figure) bool { return f.Period.Last > upTo }), ch.area)
		for _, f := range s.subject {
			known = known || f.Status != metrics.Missing && ch.kind != metrics.Edition && f.Period.Last == c.last
			editions = editions || f.Status != metrics.Missing && ch.kind == metrics.Edition
		}
		if len(ind.Periods) > 1 {
			if s.others, err = c.store.Figures(c.ctx, metrics.FigureFilter{Indicator: ind.ID, Areas: []string{ch.area}, From: c.last, To: c.last}); err != nil {
				return nil, fmt.Errorf("figures of %s: %w", ind.ID, err)
			}
			c.revised(s.others)
			s.others = slices.DeleteFunc(s.others, func(f metrics.Figure) bool { return f.Period.Kind == ch.kind })
		}
		out[ind.ID] = s
	}
	if !known && !(newest == 0 && editions) { // where there are no quarters at all, the editions are what can be said
		if newest == 0 && edition.Last != 0 {
			return nil, metrics.Errorf(metrics.NotFound, "There are no figures of %s. The first are those of %s.", the(c.choice.Period), the(edition))
		}
		if newest == 0 {
			return nil, metrics.Errorf(metrics.NotFound, "There are no figures of %s, nor of any other quarter: import the sources first.", the(c.choice.Period))
		}
		return nil, metrics.Errorf(metrics.NotFound, "There are no figures of %s. There are some from %s to %s.", the(c.choice.Period), quarterCode(oldest), quarterCode(newest))
	}
	return out, nil
}

func quarterCode(m metrics.Month) string { return metrics.QuarterOf(m).Code() }

// head is what the report says of itself.
func (c *composer) head(chosen []metrics.Indicator) {
	s := c.strategy
	name, title := "strategy-report", s.Name+": quarterly report"
	switch {
	case len(c.choice.Indicators) == 1 && len(c.choice.Priorities) == 0:
		name, title = chosen[0].ID, chosen[0].Title
	case !c.choice.Standard():
		name, title = "chosen-indicators", s.Name+": report of chosen indicators"
	}
	c.r = &metrics.Report{
		Name: name, Title: title, Partnership: s.Partnership, Area: s.Area, Period: c.choice.Period, AsAt: c.state.MadeAt, Address: c.address(), Sample: c.state.Sample,
		Licence: "Contains public sector information licensed under the " + licence + ". Projects’ numbers: " + s.Partnership + ".",
	}
	c.r.Cite = cited(c.r)
}

// address is where the draft is found.
func (c *composer) address() string {
	return c.site + DraftURL(c.choice)
}

// DraftURL is the address of a choice's draft, without the server's.
func DraftURL(choice metrics.ReportChoice) string {
	query := url.Values{}
	if choice.Period.Kind != "" {
		query.Set("period", choice.Period.Code())
	}
	for _, id := range choice.Priorities {
		query.Add("priority", id)
	}
	for _, id := range choice.Indicators {
		query.Add("indicator", id)
	}
	if choice.Years > 0 {
		query.Set("years", fmt.Sprint(choice.Years))
	}
	return "/reports/draft?" + query.Encode()
}

// cited is how a report is cited.
func cited(r *metrics.Report) string {
	at := r.AsAt
	if r.FrozenAt != "" {
		at = r.FrozenAt
	}
	parts := []string{r.Partnership, r.Title, r.Area.Place(), r.Period.Label(), r.Version()}
	if at != "" {
		parts = append(parts, day(at))
	}
	return strings.Join(append(parts, r.Address), ", ")
}

func (c *composer) section(title string) *metrics.ReportSection {
	c.r.Sections = append(c.r.Sections, metrics.ReportSection{Number: len(c.r.Sections) + 1, Title: title})
	return &c.r.Sections[len(c.r.Sections)-1]
}

func say(s *metrics.ReportSection, text string) {
	if text = strings.TrimSpace(text); text != "" {
		s.Blocks = append(s.Blocks, metrics.ReportBlock{Paragraph: text})
	}
}

// priority is a priority's section; none where nothing of it was chosen.
func (c *composer) priority(p metrics.Priority, chosen []metrics.Indicator, series map[string]*seriesOf) error {
	var city, projects []metrics.Indicator
	for _, ind := range chosen {
		switch {
		case ind.Priority != p.ID:
		case ind.Accountability == metrics.Performance:
			projects = append(projects, ind)
		default:
			city = append(city, ind)
		}
	}
	if len(city)+len(projects) == 0 {
		return nil
	}
	sec := c.section(fmt.Sprintf("Priority %d: %s", p.Number, p.Title))
	say(sec, p.Summary)
	for _, ind := range city {
		if err := c.indicatorBlocks(sec, ind, series[ind.ID]); err != nil {
			return err
		}
	}
	if len(projects) == 0 {
		return nil
	}
	if len(city) > 0 || len(projects) > 1 {
		sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Heading: "What the projects did"})
		say(sec, c.projectWords(p)+" These measures are of those who took part, not of the whole city.")
	}
	for _, ind := range projects {
		if s := series[ind.ID]; ind.Headline || len(c.choice.Indicators) > 0 {
			if err := c.indicatorBlocks(sec, ind, s); err != nil {
				return err
			}
		} else {
			c.comment(sec, ind)
		}
	}
	return c.performance(sec, p, projects, series)
}

// indicatorBlocks is what a report says of one indicator: sentences, what
// people wrote beside them, the chart and its table.
func (c *composer) indicatorBlocks(sec *metrics.ReportSection, ind metrics.Indicator, s *seriesOf) error {
	sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Heading: ind.Title})
	kind := ind.Periods[0]
	summary := metrics.IndicatorSummaryOf(ind, c.strategy.Area.Code, kind, s.subject)
	var told []metrics.Figure // whose sentences stand here
	if f := summary.Latest; f != nil {
		told = append(told, *f)
		say(sec, f.Sentence)
		for _, st := range f.Statements {
			say(sec, st.Text)
		}
	}
	if late := summary.Late(); late != "" {
		say(sec, late)
	} else if summary.Latest == nil {
		say(sec, c.none(ind))
	}
	for _, f := range s.others {
		if f.Period.Kind == metrics.YearEnding || f.Period.Kind == metrics.SinceStart && ind.Headline {
			told = append(told, f)
			say(sec, f.Sentence)
			c.figure(ind, f)
		}
	}
	for _, words := range cautions(told) {
		say(sec, words)
	}
	if err := c.signal(sec, ind, kind, s.subject); err != nil {
		return err
	}
	c.comment(sec, ind)
	if summary.Latest == nil {
		return nil
	}
	shown := func(f metrics.Figure) bool { return f.Period.Last < s.from }
	subject, beside := slices.DeleteFunc(slices.Clone(s.subject), shown), slices.DeleteFunc(slices.Clone(s.beside), shown)
	if !slices.ContainsFunc(subject, func(f metrics.Figure) bool { return f.Status == metrics.Available }) {
		return nil
	}
	ch := choice{indicator: ind, area: c.strategy.Area.Code, kind: kind, view: "chart"}
	if err := ch.parseShow(""); err != nil {
		return err
	}
	ch.show = slices.DeleteFunc(slices.Clone(ch.show), func(name string) bool { return name == showLimits })
	t := trendOf(c.strategy, ch, summary, subject, beside, metrics.Signal{})
	in := t.input()
	in.Title = measured(ind)
	in.Description = t.described(in)
	rc := in.Report()
	for len(rc.Series) > 4 { // what a printed chart can tell apart: the target matters more than the neighbour
		at := slices.IndexFunc(rc.Series, func(s metrics.ReportSeries) bool { return s.Role == "beside" })
		if at < 0 {
			at = len(rc.Series) - 1
		}
		rc.Series = slices.Delete(rc.Series, at, at+1)
	}
	place := placeOf(c.strategy, ind, c.strategy.Area)
	if p, ok := c.strategy.Priority(ind.Priority); ok && ind.Accountability == metrics.Performance && len(c.strategy.Contributors(ind)) > 1 {
		place += " of “" + p.Title + "”"
	}
	table := c.table(ind, place, kind, rc, subject)
	for _, line := range rc.Series { // after the table, whose words are of the numbers before rounding, as on the pages
		keep(line.Values)
		keep(line.Lower)
		keep(line.Upper)
	}
	rc.ID, rc.TableID, rc.Axis = ind.ID+"-chart", ind.ID, axis(ind)
	rc.Title = ind.Title
	if summary.Verdict != metrics.NoCompared { // why it is not compared the sentences say
		rc.Title += ": " + lowerFirst(summary.Words)
	}
	rc.Subtitle = measured(ind) + ", " + place + ", " + kindBy[kind] + " to " + periodEnd(t.periods)
	rc.Source = sourceWords(ind)
	if len(slices.DeleteFunc(slices.Clone(rc.Series[0].Values), func(v *float64) bool { return v == nil })) > 1 { // one point is no trend: the table has it
		sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Chart: &rc})
	}
	sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Table: table})
	for _, f := range slices.Concat(subject, beside) {
		c.figure(ind, f)
	}
	return nil
}

// cautions are what figures are to be read with and their sentences do not say
// already, each once.
func cautions(figures []metrics.Figure) []string {
	var out, said []string
	for _, f := range figures {
		said = append(said, f.Sentence)
	}
	add := func(words, reason string) {
		known := func(s string) bool { return strings.Contains(s, strings.TrimSuffix(reason, ".")) }
		if words != "" && !slices.ContainsFunc(said, known) && !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	for _, f := range figures {
		for _, note := range f.Notes {
			add(sentence(note), note)
		}
		if f.BreakBefore != "" {
			add(sentence("Break in the series before "+the(f.Period)+": "+f.BreakBefore), f.BreakBefore)
		}
	}
	return out
}

// measured is what a chart and its table show, with the unit.
func measured(ind metrics.Indicator) string {
	if ind.Unit == "times" { // of a ratio, which is how many times as much
		return ind.Title + ", as a ratio"
	}
	return measure(ind)
}

// axis is what a chart's upright axis counts: the subtitle says of what.
func axis(ind metrics.Indicator) string {
	switch {
	case ind.Kind == metrics.Proportion:
		return "Per cent"
	case ind.Unit == metrics.Pounds:
		return "Pounds"
	case ind.Unit == "times":
		return "Ratio"
	case ind.Kind == metrics.Inequality:
		return upperFirst(ind.Unit)
	}
	return upperFirst(strings.TrimSpace(ind.Counted + " " + unitOf(ind)))
}

// unitOf is the unit of a rate; a total's is what is counted.
func unitOf(ind metrics.Indicator) string {
	if ind.Kind == metrics.Total {
		return ""
	}
	return ind.Unit
}

// keep puts in the place of numbers what files keep of them.
func keep(numbers []*float64) {
	for i, v := range numbers {
		if v != nil {
			n := metrics.Kept(*v)
			numbers[i] = &n
		}
	}
}

func periodEnd(periods []metrics.Period) string {
	p := periods[len(periods)-1]
	if p.Kind == metrics.Edition {
		return fmt.Sprint(p.Last.Year())
	}
	return p.Last.Name()
}

func sourceWords(ind metrics.Indicator) string {
	if ind.Source == "" {
		return ""
	}
	return "Source: " + strings.TrimSuffix(ind.Source, ".")
}

// none says why an indicator has no figure.
func (c *composer) none(ind metrics.Indicator) string {
	words := "There is no figure of it for " + the(c.choice.Period)
	var without []string // sources
	for _, source := range usedBy(ind) {
		if !slices.ContainsFunc(c.holdings, func(h metrics.Holding) bool { return h.Source == source }) {
			without = append(without, publicationOf(source).Name)
		}
	}
	switch {
	case ind.Accountability == metrics.Performance:
		words += ". It waits for " + waitsForReturns
	case len(without) > 0:
		words += ": nothing has been imported of " + strings.Join(without, " and ")
	}
	return words + "."
}

// signal says what the series of an indicator says over time: its process limits
// or its trend. A series that goes on after the report's quarter says it of later
// figures, too, and is not told of.
func (c *composer) signal(sec *metrics.ReportSection, ind metrics.Indicator, kind metrics.PeriodKind, subject []metrics.Figure) error {
	signals, err := c.store.Signals(c.ctx, ind.ID, c.strategy.Area.Code, kind)
	if err != nil {
		return fmt.Errorf("what the series of %s says: %w", ind.ID, err)
	}
	if len(subject) == 0 {
		return nil
	}
	last := subject[len(subject)-1].Period.Code()
	for _, s := range signals {
		if n := len(s.Segments); s.Variation != "" && n > 0 && s.Segments[n-1].To == last {
			for _, words := range s.Words {
				say(sec, words)
			}
		}
	}
	return nil
}

// comment puts in what people wrote beside an indicator.
func (c *composer) comment(sec *metrics.ReportSection, ind metrics.Indicator) {
	for i := range c.told {
		if c.told[i].Indicator == ind.ID {
			sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Commentary: &c.told[i]})
		}
	}
}

// figure copies a figure into the report, once.
func (c *composer) figure(ind metrics.Indicator, f metrics.Figure) {
	key := f.Key()
	if c.shown[key] {
		return
	}
	c.shown[key] = true
	one := metrics.ReportFigure{Figure: f, Title: ind.Title, Source: ind.Source, Accountability: ind.Accountability}
	if ind.Numerator.From != metrics.FromReturns {
		one.Licence = licence
	}
	c.r.Figures = append(c.r.Figures, one)
	c.mark(f.Shorthand())
}

// mark notes the signs that are used.
func (c *composer) mark(signs string) {
	for _, sign := range strings.Fields(signs) {
		c.marks[sign] = true
	}
}

// number is a cell with a number as the pages write it, or the sign that stands for none.
func (c *composer) number(status metrics.Status, v *float64, mark string, write func(float64) string) metrics.ReportCell {
	if status == metrics.Available && v == nil {
		status = metrics.Missing
	}
	if status != metrics.Available {
		c.marks[status.Shorthand()] = true
		return metrics.ReportCell{Text: status.Shorthand(), Shorthand: status.Shorthand()}
	}
	n := metrics.Kept(*v)
	cell := metrics.ReportCell{Text: write(*v), Number: &n, Shorthand: mark}
	if mark != "" {
		c.mark(mark)
		cell.Text += " " + mark
	}
	return cell
}

// table is a chart's table: its lines, and beside the first of them what its
// values are made of.
func (c *composer) table(ind metrics.Indicator, place string, kind metrics.PeriodKind, rc metrics.ReportChart, subject []metrics.Figure) *metrics.ReportTable {
	t := &metrics.ReportTable{ID: ind.ID, Title: measured(ind) + ", " + place + ", " + kindBy[kind], Source: sourceWords(ind), Columns: []metrics.ReportColumn{{Head: "Period"}}}
	of := map[string]metrics.Figure{}
	limits, ranked, divided := false, false, ind.Kind == metrics.Proportion
	for _, f := range subject {
		of[f.Period.Label()] = f
		limits = limits || f.Lower != nil && f.Upper != nil
		ranked = ranked || f.Rank != nil
	}
	made := ind.Kind != metrics.Total && ind.Kind != metrics.Inequality
	if made {
		head := upperFirst(ind.Counted)
		if head == "" {
			head = "Numerator"
		}
		if divided {
			head += " counted"
		}
		t.Columns = append(t.Columns, metrics.ReportColumn{Head: head, Numeric: true})
		if divided {
			below := upperFirst(noun(ind.Denominator.Label))
			if below == "" {
				below = "Out of"
			}
			t.Columns = append(t.Columns, metrics.ReportColumn{Head: below, Numeric: true})
		}
	}
	values := metrics.ReportColumn{Numeric: true, Decimals: rc.Decimals, Percent: rc.Percent, Pounds: rc.Pounds}
	for i, s := range rc.Series {
		col := values
		col.Head = s.Name
		t.Columns = append(t.Columns, col)
		if i > 0 || !limits {
			continue
		}
		for _, head := range []string{"Lower 95% limit", "Upper 95% limit"} {
			col.Head = head
			t.Columns = append(t.Columns, col)
		}
	}
	if ranked {
		t.Columns = append(t.Columns, metrics.ReportColumn{Head: "Rank of districts"})
	}
	in := func(v float64) string { return written(ind, v) }
	for n, p := range rc.Periods {
		f := of[p.Label]
		row := []metrics.ReportCell{{Text: upperFirst(p.Label)}}
		if made {
			row = append(row, c.number(f.Status, f.Numerator, "", counted))
			if divided {
				row = append(row, c.number(f.Status, f.Denominator, "", counted))
			}
		}
		for i, s := range rc.Series {
			status, mark := metrics.Available, s.Shorthand[n]
			switch mark {
			case metrics.Suppressed.Shorthand():
				status = metrics.Suppressed
			case metrics.Missing.Shorthand():
				status = metrics.Missing
			}
			if status != metrics.Available {
				mark = ""
			} else if i == 0 {
				mark = f.Shorthand()
			}
			row = append(row, c.number(status, s.Values[n], mark, in))
			if i == 0 && limits {
				row = append(row, c.number(f.Status, f.Lower, "", in), c.number(f.Status, f.Upper, "", in))
			}
		}
		if ranked {
			row = append(row, c.rank(f))
		}
		t.Rows = append(t.Rows, row)
		if f.BreakBefore != "" {
			t.Notes = append(t.Notes, "Break before "+the(f.Period)+": "+strings.TrimSuffix(f.BreakBefore, ".")+".")
		}
		if f.Status != metrics.Available && f.Reason != "" {
			t.Notes = append(t.Notes, upperFirst(f.Period.Label())+": "+strings.TrimSuffix(f.Reason, ".")+".")
		}
	}
	return t
}

// rank is "46th of 326".
func (c *composer) rank(f metrics.Figure) metrics.ReportCell {
	if f.Status == metrics.Available && f.Rank != nil && f.RankOf != nil {
		return metrics.ReportCell{Text: fmt.Sprintf("%s of %d", metrics.Ordinal(*f.Rank), *f.RankOf)}
	}
	return c.number(f.Status, nil, "", counted)
}

// performance is the tables of what projects did: totals, shares, and money, the
// rows in the order of the three questions.
func (c *composer) performance(sec *metrics.ReportSection, p metrics.Priority, projects []metrics.Indicator, series map[string]*seriesOf) error {
	asks := func(ind metrics.Indicator) int { // the strategy's loader knows only the three
		return max(0, slices.IndexFunc(questions, func(q question) bool { return q.asks == ind.Asks }))
	}
	projects = slices.Clone(projects)
	slices.SortStableFunc(projects, func(a, b metrics.Indicator) int { return asks(a) - asks(b) })
	period := c.choice.Period
	yearBefore, _ := period.YearBefore()
	read := map[string]performed{}
	for _, ind := range projects {
		one, all := performed{}, slices.Concat(series[ind.ID].subject, series[ind.ID].others)
		find := func(of metrics.Period) (metrics.Figure, bool) {
			if at := slices.IndexFunc(all, func(f metrics.Figure) bool { return f.Period == of }); at >= 0 {
				return all[at], true
			}
			return c.notMade(ind, of), false
		}
		one.now, _ = find(period)
		one.toDate, _ = find(metrics.YearToDateIn(period.Last))
		var known bool
		if one.before, known = find(yearBefore); !known && ind.Periods[0] != metrics.Quarter { // a series that leads with another kind of period
			var err error
			if one.before, err = c.quarterOf(ind, yearBefore); err != nil {
				return err
			}
		}
		for _, f := range []metrics.Figure{one.now, one.before, one.toDate} {
			c.figure(ind, f)
		}
		read[ind.ID] = one
	}
	// A column has as many decimals as the measure in it that has most.
	table := func(id, title string, of func(metrics.Indicator) bool, in []performedIn, columns func(decimals int) []metrics.ReportColumn, row func(ind metrics.Indicator, f performed) []metrics.ReportCell) {
		list := slices.DeleteFunc(slices.Clone(projects), func(ind metrics.Indicator) bool { return !of(ind) })
		if len(list) == 0 {
			return
		}
		decimals := slices.MaxFunc(list, func(a, b metrics.Indicator) int { return a.Decimals - b.Decimals }).Decimals
		t := &metrics.ReportTable{ID: p.ID + "-" + id, Title: p.Title + ": " + title + ", " + period.Label(), Source: "Source: projects’ quarterly returns",
			Columns: append([]metrics.ReportColumn{{Head: "Question"}, {Head: "Measure"}}, columns(decimals)...)}
		t.Notes = gaps(list, read, in)
		for _, ind := range list {
			wide := ind
			wide.Decimals = decimals
			t.Rows = append(t.Rows, append([]metrics.ReportCell{{Text: questions[asks(ind)].question}, {Text: ind.Title}}, row(wide, read[ind.ID])...))
		}
		sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Table: t})
	}
	// cell is a number of a figure; beside a figure's own value stands its mark.
	cell := func(f metrics.Figure, v *float64, write func(float64) string) metrics.ReportCell {
		mark := ""
		if v == f.Value {
			mark = f.Shorthand()
		}
		return c.number(f.Status, v, mark, write)
	}
	in := func(ind metrics.Indicator) func(float64) string {
		return func(v float64) string { return written(ind, v) }
	}
	total := func(pounds bool) func(int) []metrics.ReportColumn {
		return func(decimals int) []metrics.ReportColumn {
			var out []metrics.ReportColumn
			for _, head := range []string{"Quarter", "Same quarter a year before", "Financial year to date"} {
				out = append(out, metrics.ReportColumn{Head: head, Numeric: true, Decimals: decimals, Pounds: pounds})
			}
			return out
		}
	}
	totals := func(ind metrics.Indicator, f performed) []metrics.ReportCell {
		return []metrics.ReportCell{cell(f.now, f.now.Value, in(ind)), cell(f.before, f.before.Value, in(ind)), cell(f.toDate, f.toDate.Value, in(ind))}
	}
	table("totals", "what the projects counted", func(ind metrics.Indicator) bool { return ind.Kind == metrics.Total && !money(ind) },
		[]performedIn{inQuarter, inBefore, inToDate}, total(false), totals)
	table("shares", "shares that the projects reached", func(ind metrics.Indicator) bool { return ind.Kind == metrics.Proportion && !money(ind) },
		[]performedIn{inQuarter, inBefore}, func(decimals int) []metrics.ReportColumn {
			out := []metrics.ReportColumn{{Head: "Counted", Numeric: true}, {Head: "Out of", Numeric: true}}
			for _, head := range []string{"Share", "Lower 95% limit", "Upper 95% limit", "Share a year before"} {
				out = append(out, metrics.ReportColumn{Head: head, Numeric: true, Percent: true, Decimals: decimals})
			}
			return out
		},
		func(ind metrics.Indicator, f performed) []metrics.ReportCell {
			return []metrics.ReportCell{cell(f.now, f.now.Numerator, counted), cell(f.now, f.now.Denominator, counted), cell(f.now, f.now.Value, in(ind)),
				cell(f.now, f.now.Lower, in(ind)), cell(f.now, f.now.Upper, in(ind)), cell(f.before, f.before.Value, in(ind))}
		})
	table("amounts", "amounts of money", func(ind metrics.Indicator) bool { return ind.Kind == metrics.Total && money(ind) },
		[]performedIn{inQuarter, inBefore, inToDate}, total(true), totals)
	table("money", "what was spent of the budget", func(ind metrics.Indicator) bool { return ind.Kind == metrics.Proportion && money(ind) },
		[]performedIn{inQuarter, inToDate}, func(decimals int) []metrics.ReportColumn {
			return []metrics.ReportColumn{{Head: "Spent", Numeric: true, Pounds: true}, {Head: "Budget", Numeric: true, Pounds: true},
				{Head: "Share of the budget", Numeric: true, Percent: true, Decimals: decimals}, {Head: "Share in the financial year to date", Numeric: true, Percent: true, Decimals: decimals}}
		},
		func(ind metrics.Indicator, f performed) []metrics.ReportCell {
			pounds := func(v float64) string { return metrics.Amount(metrics.Indicator{Unit: metrics.Pounds}, v) }
			return []metrics.ReportCell{cell(f.now, f.now.Numerator, pounds), cell(f.now, f.now.Denominator, pounds), cell(f.now, f.now.Value, in(ind)), cell(f.toDate, f.toDate.Value, in(ind))}
		})
	return nil
}

// performed is what projects did by a measure in a report's quarter, in the
// same quarter a year before, and in the financial year to the quarter's end.
type performed struct{ now, before, toDate metrics.Figure }

// money says whether a measure is an amount of money or a share of one.
func money(ind metrics.Indicator) bool {
	return strings.Contains(ind.Counted, "pounds") || ind.Unit == metrics.Pounds
}

// quarterOf reads one quarter's figure of an indicator.
func (c *composer) quarterOf(ind metrics.Indicator, p metrics.Period) (metrics.Figure, error) {
	figures, err := c.store.Figures(c.ctx, metrics.FigureFilter{Indicator: ind.ID, Areas: []string{c.strategy.Area.Code}, Kind: metrics.Quarter, Period: p.Code()})
	if err != nil {
		return metrics.Figure{}, fmt.Errorf("figures of %s: %w", ind.ID, err)
	}
	if len(figures) == 0 {
		return c.notMade(ind, p), nil
	}
	c.revised(figures)
	return figures[0], nil
}

// revised marks the figures that have another value than in the report before.
func (c *composer) revised(figures []metrics.Figure) {
	for i, f := range figures {
		then, ok := c.before[f.Key()]
		figures[i].Revised = ok && f.Revises(then)
	}
}

// notMade stands for a figure that is not made, and says why.
func (c *composer) notMade(ind metrics.Indicator, p metrics.Period) metrics.Figure {
	var from, to metrics.Month
	open := false
	for _, project := range c.strategy.Contributors(ind) {
		if from == 0 || project.From < from {
			from = project.From
		}
		to, open = max(to, project.To), open || project.To == 0
	}
	why := "no return of " + the(p) + " that it is made from has been accepted"
	switch {
	case !slices.Contains(ind.Periods, p.Kind):
		why = "the measure is not given for this kind of period"
	case p.Last < from:
		why = "the projects that it is made from had not begun"
	case p.First > to && !open:
		why = "the projects that it is made from had ended"
	}
	return metrics.Figure{Indicator: ind.ID, Priority: ind.Priority, Area: c.r.Area, Period: p, Unit: ind.Unit, Status: metrics.Missing, Reason: why, Sentence: upperFirst(why) + "."}
}

// performedIn is a column of a table of projects' measures.
type performedIn struct {
	name string // as a note names it: "" for the report's quarter
	of   func(performed) metrics.Figure
}

var (
	inQuarter = performedIn{"", func(p performed) metrics.Figure { return p.now }}
	inBefore  = performedIn{"a year before, ", func(p performed) metrics.Figure { return p.before }}
	inToDate  = performedIn{"financial year to date, ", func(p performed) metrics.Figure { return p.toDate }}
)

// gaps say why figures of a table of projects' measures are not there: one
// sentence for all that have the same reason.
func gaps(list []metrics.Indicator, read map[string]performed, columns []performedIn) []string {
	titles := map[string][]string{}
	var order []string
	for _, column := range columns {
		for _, ind := range list {
			f := column.of(read[ind.ID])
			if f.Status == metrics.Available || f.Reason == "" {
				continue
			}
			key := f.Status.Shorthand() + " " + column.name + "\x00" + f.Reason
			if titles[key] == nil {
				order = append(order, key)
			}
			titles[key] = append(titles[key], ind.Title)
		}
	}
	var out []string
	for _, key := range order {
		of, why, _ := strings.Cut(key, "\x00")
		names := strings.Join(titles[key], "; ")
		if len(titles[key]) == len(list) && len(list) > 1 {
			names = "every measure"
		}
		out = append(out, of+names+": "+sentence(why))
	}
	return out
}

// returns says which returns were late.
func (c *composer) returns(chosen []metrics.Indicator) error {
	if c.round == nil || !slices.ContainsFunc(chosen, func(ind metrics.Indicator) bool { return ind.Accountability == metrics.Performance }) {
		return nil
	}
	standings, err := c.round.Standings(c.ctx)
	if err != nil {
		return err
	}
	on := map[[2]string]metrics.Standing{}
	for _, st := range standings {
		on[[2]string{st.Project, st.Quarter.Code()}] = st
	}
	sec := c.section("Late returns")
	var late, wait []string
	for _, q := range c.strategy.Quarters(c.now()) {
		if q.Last > c.last {
			continue
		}
		for _, p := range c.strategy.Projects {
			st := on[[2]string{p.ID, q.Code()}]
			name := p.Name + ", " + metrics.QuarterInWords(q)
			if c.strategy.Owes(p, q, st, c.now()) {
				late = append(late, name)
			}
			if st.Waiting != 0 {
				wait = append(wait, name)
			}
		}
	}
	if len(late) == 0 {
		say(sec, "Every project’s return to the end of "+c.last.Name()+" that was due has been handed in.")
	} else {
		say(sec, upperFirst(plural(int64(len(late)), "return is", "returns are"))+" overdue. Totals that need them are not available.")
		sec.Blocks = append(sec.Blocks, metrics.ReportBlock{List: late})
		c.check("late-returns", false, upperFirst(plural(int64(len(late)), "return is", "returns are"))+" overdue: "+some(late)+".", "Totals that need them are shown as [x], and the report says so.")
	}
	if len(wait) > 0 {
		c.check("return-waits", true, upperFirst(plural(int64(len(wait)), "return waits", "returns wait"))+" for a decision: "+some(wait)+".", "Analysts and administrators answer its warnings and accept it, or set it aside, on the page of the returns.")
		c.checks[len(c.checks)-1].URL = "/returns"
	}
	in := false
	for _, p := range c.strategy.Projects {
		in = in || on[[2]string{p.ID, c.choice.Period.Code()}].Accepted != 0
	}
	if !in {
		c.check("quarter-not-in", false, "No project’s return of "+the(c.choice.Period)+" has been accepted: what projects did in it is not in the report.",
			"They are due by "+c.strategy.Returns.Due(c.choice.Period).Format("2 January 2006")+"; the tables mark their numbers as [x] and say so.")
	}
	return nil
}

// some names the first few.
func some(names []string) string {
	if len(names) > 4 {
		return strings.Join(names[:4], "; ") + fmt.Sprintf("; and %d more", len(names)-4)
	}
	return strings.Join(names, "; ")
}

func (c *composer) check(id string, stops bool, message, mend string) {
	c.checks = append(c.checks, metrics.ReportCheck{ID: id, Stops: stops, Message: message, Mend: mend})
}

// changesTitle heads the section on what changed.
const changesTitle = "Changes since the last report"

// changes says which figures read otherwise than in the report before.
func (c *composer) changes(before *metrics.Report) {
	sec := c.section(changesTitle)
	if before == nil {
		say(sec, "There is no earlier report to compare these figures with.")
		return
	}
	var list []string
	both := 0
	for _, f := range c.r.Figures {
		old, ok := c.before[f.Key()]
		if !ok {
			continue
		}
		both++
		ind, _ := c.strategy.Indicator(f.Indicator)
		was, is := reads(ind, old), reads(ind, f.Figure)
		beside := c.besideWords(ind, old, f.Figure)
		if was == is && len(beside) == 0 {
			continue
		}
		words := is + ", before " + was
		if was == is {
			words = is + " as before"
		}
		words = strings.Join(append([]string{words}, beside...), "; ")
		list = append(list, fmt.Sprintf("%s, %s, %s: %s.", f.Title, c.whereOf(ind, f.Figure), f.Period.Label(), words))
	}
	of := fmt.Sprintf("report pack %d of %s, frozen on %s", before.Number, before.Period.Label(), day(before.FrozenAt))
	if len(list) == 0 {
		say(sec, fmt.Sprintf("None of the %s that this report shares with %s reads otherwise.", plural(int64(both), "figure", "figures"), of))
		return
	}
	verb := "read"
	if len(list) == 1 {
		verb = "reads"
	}
	say(sec, fmt.Sprintf("%s of the %s that this report shares with %s %s otherwise now:", upperFirst(metrics.Whole(int64(len(list)))), plural(int64(both), "figure", "figures"), of, verb))
	sec.Blocks = append(sec.Blocks, metrics.ReportBlock{List: list})
}

// besideWords say of each comparison and group of a figure that reads otherwise
// what it reads now and what it read then. A difference that no page shows is left
// out; so are the groups of a figure of which there is no number any more.
func (s *Server) besideWords(ind metrics.Indicator, then, now metrics.Figure) []string {
	reads := func(c *metrics.Comparison) string {
		if c == nil || c.Direction == metrics.NotCompared || c.Value == nil {
			return "not compared"
		}
		words := written(ind, *c.Value)
		if c.Group != nil {
			words += fmt.Sprintf(", %s highest of %d", metrics.Ordinal(c.Group.Rank), c.Group.Members)
		}
		return words + ", " + string(c.Direction)
	}
	var out []string
	for _, pair := range then.Apart(now) {
		with := pair[0]
		if with == nil {
			with = pair[1]
		}
		if was, is := reads(pair[0]), reads(pair[1]); was != is {
			out = append(out, fmt.Sprintf("beside %s: %s (before: %s)", with.With, is, was))
		}
	}
	group := func(g *metrics.GroupValue) string {
		if g == nil {
			return metrics.Missing.Shorthand()
		}
		return readsGroup(ind, *g)
	}
	groups := then.GroupsApart(now)
	if len(groups) > 0 && !slices.ContainsFunc(groups, func(pair [2]*metrics.GroupValue) bool { return pair[1] != nil && pair[1].Status != metrics.Missing }) {
		return append(out, "its groups: "+metrics.Missing.Shorthand())
	}
	for _, pair := range groups {
		with := pair[0]
		if with == nil {
			with = pair[1]
		}
		if was, is := group(pair[0]), group(pair[1]); was != is {
			label := with.Label
			if d, ok := s.strategy.Dimension(with.By); ok {
				label = d.Title + ", " + label
			}
			out = append(out, fmt.Sprintf("%s: %s (before: %s)", label, is, was))
		}
	}
	return out
}

// readsGroup is what a group of a figure reads.
func readsGroup(ind metrics.Indicator, g metrics.GroupValue) string {
	return reads(ind, metrics.Figure{Status: g.Status, Value: g.Value, Numerator: g.Numerator})
}

// reads is what a figure reads, with the count that a rate was made of.
func reads(ind metrics.Indicator, f metrics.Figure) string {
	if f.Status != metrics.Available || f.Value == nil {
		return f.Status.Shorthand()
	}
	words := written(ind, *f.Value)
	if f.Numerator != nil && ind.Kind != metrics.Total && ind.Kind != metrics.Inequality {
		made := counted(*f.Numerator)
		if money(ind) {
			made = metrics.Amount(metrics.Indicator{Unit: metrics.Pounds}, *f.Numerator)
		}
		words += " (" + made + ")"
	}
	return words
}

// usedBy are the sources that figures of an indicator come from.
func usedBy(ind metrics.Indicator) []metrics.Source {
	switch {
	case ind.Accountability == metrics.Performance:
		return []metrics.Source{metrics.ReturnsSource}
	case ind.Periods[0] == metrics.Edition:
		return []metrics.Source{metrics.DeprivationSource}
	case ind.Kind == metrics.Inequality:
		return []metrics.Source{metrics.PoliceSource, metrics.PopulationSource, metrics.GeographySource, metrics.DeprivationSource}
	case ind.Kind == metrics.Proportion:
		return []metrics.Source{metrics.PoliceSource, metrics.GeographySource}
	}
	return []metrics.Source{metrics.PoliceSource, metrics.PopulationSource, metrics.GeographySource}
}

func (c *composer) sources(chosen []metrics.Indicator) error {
	newest, err := c.store.NewestPeriods(c.ctx, c.strategy.Area.Code)
	if err != nil {
		return fmt.Errorf("the newest periods: %w", err)
	}
	used := map[metrics.Source]bool{}
	for _, ind := range chosen {
		for _, source := range usedBy(ind) {
			used[source] = true
		}
	}
	for _, source := range append(slices.Clone(metrics.Sources), metrics.ReturnsSource) {
		var latest, read string
		held := false
		for _, h := range c.holdings {
			if h.Source == source {
				held, latest, read = true, max(latest, h.Newest()), max(read, h.ImportedAt)
			}
		}
		if !held || !used[source] {
			continue
		}
		about := publicationOf(source)
		out := metrics.ReportSource{Name: about.Name, URL: about.Site, Publisher: about.Publisher, Licence: licence, Latest: periodName(latest), ReadAt: read}
		if source == metrics.ReturnsSource {
			out.Name, out.Publisher, out.Licence = "Projects’ quarterly returns", c.strategy.Partnership, ""
		}
		c.r.Sources = append(c.r.Sources, out)
		if period := newest[source]; period != "" && metrics.OlderThanExpected(source, period, c.month()) {
			c.check("stale-source", false, out.Name+" goes to "+periodName(period)+", which is older than its publisher’s rhythm would have it.", "Import what was published since, or say in a comment why not.")
		}
	}
	return nil
}

// methods is the section on how figures were made.
func (c *composer) methods(chosen []metrics.Indicator) {
	sec := c.section("Methods")
	say(sec, "Every sentence about a change follows a rule, which the pages of the figures name: up and down are said only where the difference is larger than chance, and what cannot be compared fairly is not compared.")
	var defined, said []string
	of := map[string][]string{} // the indicators that something is said of
	note := func(ind metrics.Indicator, words string) {
		if words = sentence(words); words == "" {
			return
		}
		if of[words] == nil {
			said = append(said, words)
		}
		if !slices.Contains(of[words], ind.Title) { // priorities may have measures of one name
			of[words] = append(of[words], ind.Title)
		}
	}
	for _, ind := range chosen {
		if words := ind.Title + ": " + sentence(ind.Definition); !slices.Contains(defined, words) {
			defined = append(defined, words)
		}
		note(ind, ind.Method)
		for _, caveat := range ind.Caveats {
			note(ind, caveat)
		}
	}
	sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Heading: "What is counted"}, metrics.ReportBlock{List: defined})
	if len(said) == 0 {
		return
	}
	for i, words := range said {
		if names := of[words]; len(names) < len(chosen) {
			said[i] = words + " (" + some(names) + ".)"
		}
	}
	sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Heading: "How it is calculated, and what to read it with"}, metrics.ReportBlock{List: said})
}

// sentence is a text on one line that ends in a full stop; "" for none.
func sentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// key explains the signs that occur.
func (c *composer) key() {
	for _, k := range []metrics.Shorthand{
		{Mark: metrics.Suppressed.Shorthand(), Meaning: "confidential: shown where the count is small enough to identify someone, or where such a count could be worked out from it"},
		{Mark: metrics.Missing.Shorthand(), Meaning: "not available: there is nothing to make the figure from"},
		{Mark: metrics.ProvisionalMark, Meaning: "provisional: the counts of the latest months may still be restated"},
		{Mark: metrics.RevisedMark, Meaning: "revised: it has another value than in the report before"},
	} {
		if c.marks[k.Mark] {
			c.r.Key = append(c.r.Key, k)
		}
	}
}

// checked is the rest of the checklist.
func (c *composer) checked() {
	if c.state.Behind {
		c.check("figures-behind", true, "Files were read after the figures were made: an import was cut short.", "Import again, and the figures are made anew.")
	}
	silent, provisional := map[string]bool{}, map[string]bool{}
	for _, f := range c.r.Figures {
		if f.Status != metrics.Available && f.Reason == "" {
			silent[f.Title+", "+f.Period.Label()] = true
		}
		if f.Provisional && f.Period.Last == c.last {
			provisional[f.Title] = true
		}
	}
	if names := sorted(silent); len(names) > 0 {
		c.check("no-word", true, "A figure is not available and nothing says why: "+some(names)+".", "Look into its sources; a report does not leave a gap unexplained.")
	}
	for _, s := range c.r.Sections {
		for _, b := range s.Blocks {
			if b.Chart != nil && strings.TrimSpace(b.Chart.Alt) == "" {
				c.check("no-alt", true, "A chart has no words for those who cannot see it: "+b.Chart.Title+".", "Give the indicator a definition in the strategy’s file.")
			}
		}
	}
	if names := sorted(provisional); len(names) > 0 {
		c.check("provisional", false, "Provisional, and marked "+metrics.ProvisionalMark+": "+some(names)+".", "The counts may be restated; what changed then stands in the pack’s list of changes.")
	}
	if c.state.Sample {
		c.check("sample", false, "The data are invented.", "Every page and file of the report says so.")
	}
}

func sorted(set map[string]bool) []string {
	var out []string
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}
