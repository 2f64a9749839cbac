package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/chart"
	"outcomes/dashboard/export"
	"outcomes/metrics"
)

// choice is what an indicator's address asks to see.
type choice struct {
	indicator metrics.Indicator
	area      string
	kind      metrics.PeriodKind
	view      string   // chart or table
	show      []string // what the chart shows besides the line, in the order of overlays
	chosen    bool     // show is not what the page would choose
	ext       string   // "", ".csv" or ".json"
}

func (s *Server) parseChoice(c echo.Context) (choice, error) {
	var ch choice
	id := c.Param("id")
	for _, ext := range []string{".csv", ".json"} {
		if base, ok := strings.CutSuffix(id, ext); ok {
			id, ch.ext = base, ext
		}
	}
	ind, ok := s.strategy.Indicator(id)
	if !ok || len(ind.Periods) == 0 {
		return ch, metrics.Errorf(metrics.NotFound, "The strategy has no indicator called %q. The pages of the priorities list those it has.", id)
	}
	ch.indicator = ind
	if ch.area = c.QueryParam("area"); ch.area == "" {
		ch.area = s.strategy.Area.Code
	}
	if ch.kind = metrics.PeriodKind(c.QueryParam("period")); ch.kind == "" {
		ch.kind = ind.Periods[0]
	}
	if !slices.Contains(ind.Periods, ch.kind) {
		var names []string
		for _, k := range ind.Periods {
			names = append(names, string(k))
		}
		return ch, metrics.Errorf(metrics.Invalid, "The period %q is not one that %q is given for. Use %s.", string(ch.kind), ind.Title, strings.Join(names, " or "))
	}
	switch ch.view = c.QueryParam("view"); ch.view {
	case "":
		ch.view = "chart"
	case "chart", "table":
	default:
		return ch, metrics.Errorf(metrics.Invalid, "The view %q is not known. Use chart or table.", ch.view)
	}
	return ch, ch.parseShow(c.QueryParam("show"))
}

// indicator shows one indicator, or hands over exactly the figures shown.
func (s *Server) indicator(c echo.Context) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	strategy := s.strategy
	ch, err := s.parseChoice(c)
	if err != nil {
		return err
	}
	figures, err := s.shown(ctx, ch)
	if err != nil {
		return err
	}
	place, ok, err := s.place(ctx, ch)
	if err != nil {
		return err
	}
	if !ok {
		return metrics.Errorf(metrics.NotFound, "There are no figures of %q for the area %q. Check the code: it is the nine characters of the Office for National Statistics, such as E08000026.", ch.indicator.Title, ch.area)
	}
	if ch.ext != "" {
		return download(c, ch, figures, export.AboutOf(s.strategy, state.Sample))
	}
	signals, err := s.store.Signals(ctx, ch.indicator.ID, ch.area, ch.kind)
	if err != nil {
		return fmt.Errorf("the signals of %s: %w", ch.indicator.ID, err)
	}
	var signal metrics.Signal
	if len(signals) > 0 {
		signal = signals[0]
	}
	page := indicatorPageOf(strategy, ch, place, figures, signal)
	page.layout = s.layout(state, page.Name, "priorities")
	page.Script = page.Chart != nil
	if page.trend != nil {
		page.Preview = s.previewOf(ch, *page.trend, state.Sample)
	}
	return s.render(c, 200, "indicator", page)
}

// place gives the area asked for, named; ok is false where the indicator has
// figures of it in no kind of period.
func (s *Server) place(ctx context.Context, ch choice) (metrics.Area, bool, error) {
	if ch.area == s.strategy.Area.Code {
		return s.strategy.Area, true, nil
	}
	figures, err := s.store.Figures(ctx, metrics.FigureFilter{Indicator: ch.indicator.ID, Areas: []string{ch.area}})
	if err != nil || len(figures) == 0 {
		return metrics.Area{}, false, err
	}
	return figures[0].Area, true, nil
}

// shown reads the figures that a page of the indicator shows: those of the
// area asked for and, beside it, of the force area or the strategy's own.
func (s *Server) shown(ctx context.Context, ch choice) ([]metrics.Figure, error) {
	own, force := s.strategy.Area.Code, s.strategy.Force.Code
	filter := metrics.FigureFilter{Indicator: ch.indicator.ID, Areas: []string{ch.area, own, force}, Kind: ch.kind}
	if force == "" && ch.kind != metrics.Edition {
		filter.Areas = nil // the strategy leaves the force area's code to the lookups: its figures know it
	}
	figures, err := s.store.Figures(ctx, filter)
	if err != nil {
		return nil, fmt.Errorf("figures of %s: %w", ch.indicator.ID, err)
	}
	beside := ""
	for _, f := range figures {
		if f.Area.Code != ch.area && (f.Area.Kind == metrics.Force || ch.area != own && f.Area.Code == own && beside == "") {
			beside = f.Area.Code
		}
	}
	return slices.DeleteFunc(figures, func(f metrics.Figure) bool { return f.Area.Code != ch.area && f.Area.Code != beside }), nil
}

func download(c echo.Context, ch choice, figures []metrics.Figure, about export.About) error {
	var b bytes.Buffer
	write, mime := export.CSV, "text/csv; charset=utf-8; header=present"
	if ch.ext == ".json" {
		write, mime = export.JSON, "application/json"
	}
	if err := write(&b, figures, about); err != nil {
		return fmt.Errorf("writing %s%s: %w", ch.indicator.ID, ch.ext, err)
	}
	name := fmt.Sprintf("%s-%s-%s%s", ch.indicator.ID, ch.area, ch.kind, ch.ext)
	header := c.Response().Header()
	header.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	header.Set("Cache-Control", "no-cache")
	return c.Blob(200, mime, b.Bytes())
}

type indicatorPage struct {
	layout
	Name          string
	Heading       string // the sentence, or the indicator's name while there is none
	HeadingRest   string // the sentence's numbers, set smaller
	PriorityTitle string
	PriorityURL   string
	Verdict       verdict
	Proof         []string
	ProofURL      string // how the latest figure is made
	Statements    []statementView
	Signal        *signalView
	Comparisons   []string
	Late          string
	WaitsFor      string
	Notes         []string // that stand beside the latest value
	Switches      []switchGroup
	Overlays      []toggle
	Measure       string // the chart's subtitle
	Chart         *chartView
	Table         *tableView
	Group         *groupView
	Groups        *groupsView  // of a measure of inequality
	Breakdowns    []groupsView // of what projects returned
	BreakdownKey  []note
	Brief         bool // the table is short enough to stand under the chart
	ShowChart     bool
	Facts         indicatorFacts
	CSV, JSON     string
	PNG, SVG      link   // the chart as a picture
	AsReport      []link // the indicator's own report, by format
	Plainer       bool   // the picture lacks what the chart has
	trend         *trend
}

type chartView struct {
	Wide, Narrow template.HTML
	Paper        template.HTML // what is printed
	Data         template.JS   // the options, in a script element of type application/json
	Key          []chart.Marker
	ShowKey      bool // on wide windows too
	Caption      []string
}

// indicatorFacts is what is known of an indicator, on its page and beside its proofs.
type indicatorFacts struct {
	Definition, Rationale  string
	Numerator, Denominator string
	GoodIs                 string
	WhoseIs                string
	Source, SourceURL      string
	Method, Frequency      string
	Caveats                []string
}

func indicatorPageOf(strategy *metrics.Strategy, ch choice, area metrics.Area, figures []metrics.Figure, signal metrics.Signal) indicatorPage {
	ind := ch.indicator
	summary := metrics.IndicatorSummaryOf(ind, ch.area, ch.kind, figures)
	subject, beside := split(figures, ch.area)
	page := indicatorPage{
		Name: ind.Title, Heading: ind.Title,
		Verdict:   verdictOf(summary.Verdict, summary.Words, summary.Latest),
		Late:      summary.Late(),
		ShowChart: ch.view == "chart",
		Measure:   strings.Join([]string{measure(ind), kindBy[ch.kind]}, ", "),
		Facts:     factsOf(ind),
		CSV:       indicatorURL(ind.ID, ".csv", ch.area, ch.kind, "", ""),
		JSON:      indicatorURL(ind.ID, ".json", ch.area, ch.kind, "", ""),
	}
	if p, ok := strategy.Priority(ind.Priority); ok {
		page.PriorityTitle, page.PriorityURL = p.Title, priorityURL(p.ID)
		if summary.Latest == nil && page.Late == "" {
			page.WaitsFor = p.WaitsFor
			if ind.Accountability == metrics.Performance {
				page.WaitsFor = waitsForReturns
			}
		}
	}
	if f := summary.Latest; f != nil {
		if f.Sentence != "" {
			page.Heading, page.HeadingRest = lead(f.Sentence)
		}
		page.Proof, page.ProofURL = proof(ind, *f), figureURL(*f)
		page.Statements = statementsOf(*f)
		page.Signal = signalOf(ind, ch.kind, signal)
		page.Comparisons = comparisons(ind, *f)
		page.Notes = slices.DeleteFunc(export.Notes(*f), func(note string) bool { // said by the sentence already
			return f.BreakBefore != "" && strings.HasSuffix(note, f.BreakBefore) && strings.Contains(strings.ToLower(f.Sentence), strings.ToLower(f.BreakBefore))
		})
	} else {
		page.Heading = ind.Title + ": no figure yet"
	}
	page.Switches = switches(strategy, ch, area, beside)
	if len(subject) > 0 {
		page.Table = tableOf(ch, placeOf(strategy, ch.indicator, area), subject, beside, signal)
	}
	if summary.Latest != nil {
		trend := trendOf(strategy, ch, summary, subject, beside, signal)
		page.trend = &trend
		if page.ShowChart {
			page.Chart = chartOf(trend)
			page.Overlays = trend.toggles()
			page.Plainer = trend.shows(showLimits)
			page.PNG = link{Text: "PNG", URL: ch.pictureURL(picturePNG, ""), NoFollow: ch.chosen}
			page.SVG = link{Text: "SVG", URL: ch.pictureURL(pictureSVG, ""), NoFollow: ch.chosen}
		}
		if ch.area == strategy.Area.Code {
			page.AsReport = exportLinks(metrics.ReportChoice{Indicators: []string{ind.ID}})
		}
		page.Group, page.Groups = groupOf(strategy, ch, subject), groupsOf(ind, *summary.Latest, written)
	}
	if summary.Newest != nil && ind.Accountability == metrics.Performance {
		of := *summary.Newest
		if of.Status == metrics.Missing && summary.Latest != nil {
			of = *summary.Latest
		}
		page.Breakdowns, page.BreakdownKey = breakdownsOf(strategy, ind, of, written)
	}
	page.Brief = page.Chart == nil || page.Group == nil && (ch.kind == metrics.Edition || ind.Kind == metrics.Inequality)
	return page
}

func factsOf(ind metrics.Indicator) indicatorFacts {
	facts := indicatorFacts{
		Definition: ind.Definition, Rationale: ind.Rationale, Numerator: upperFirst(ind.Numerator.Label), Denominator: ind.Denominator.Label,
		Source: ind.Source, SourceURL: web(ind.SourceURL), Method: ind.Method, Frequency: upperFirst(ind.Frequency), Caveats: ind.Caveats,
	}
	switch ind.Polarity {
	case metrics.HighGood:
		facts.GoodIs = "Higher"
	case metrics.LowGood:
		facts.GoodIs = "Lower"
	default:
		facts.GoodIs = "Neither: no judgement is made of a rise or a fall"
	}
	switch ind.Accountability {
	case metrics.Population:
		facts.WhoseIs = "The whole population’s, and so no one project’s to answer for"
	case metrics.Performance:
		facts.WhoseIs = "A project’s, for those who took part"
	}
	return facts
}

// split parts the figures of the area asked for from those seen beside it.
func split(figures []metrics.Figure, area string) (subject, beside []metrics.Figure) {
	for _, f := range figures {
		if f.Area.Code == area {
			subject = append(subject, f)
		} else {
			beside = append(beside, f)
		}
	}
	return subject, beside
}

// proof is the value and all that it was made from.
func proof(ind metrics.Indicator, f metrics.Figure) []string {
	if f.Value == nil {
		return nil
	}
	value := strings.TrimSpace(written(ind, *f.Value) + " " + unitWords(ind))
	var out []string
	if ind.Kind == metrics.Total && ind.Unit != metrics.Pounds {
		value = strings.TrimSpace(written(ind, *f.Value) + " " + ind.Counted)
	}
	if within := interval(ind, f); within != "" {
		value += " (95% interval " + within
		if f.Method != "" {
			value += ", " + f.Method
		}
		value += ")"
	}
	out = append(out, value)
	if f.Numerator != nil && f.Denominator != nil && ind.Kind != metrics.Total {
		of, what := " of ", ind.Counted
		if ind.Kind != metrics.Proportion {
			of = " " + ind.Counted + " among "
			what = noun(ind.Denominator.Label)
		}
		out = append(out, strings.TrimSpace(counted(*f.Numerator)+of+counted(*f.Denominator)+" "+what))
	}
	if f.Rank != nil && f.RankOf != nil {
		out = append(out, fmt.Sprintf("rank: %s of %d districts", metrics.Ordinal(*f.Rank), *f.RankOf))
	}
	if f.Denominated != "" {
		out = append(out, f.Denominated)
	}
	return out
}

// comparisons are what the figure was set beside in time, and by which rule;
// what it was set beside else its statements say.
func comparisons(ind metrics.Indicator, f metrics.Figure) []string {
	var out []string
	for _, c := range f.Comparisons {
		if c.Kind != metrics.InTime {
			continue
		}
		joint := map[metrics.Direction]string{metrics.NotCompared: " with the ", metrics.AboutSame: " as in the "}[c.Direction]
		if joint == "" {
			joint = " on the "
		}
		words := upperFirst(string(c.Direction)) + joint + c.With
		if c.Value != nil {
			words += " (" + written(ind, *c.Value) + ")"
		}
		if c.Reason != "" {
			words += ": " + c.Reason
		}
		words = strings.TrimSuffix(words, ".") + "."
		if c.Rule != "" {
			words += " Rule: " + strings.TrimSuffix(c.Rule, ".") + "."
		}
		out = append(out, words)
	}
	return out
}

// web lets only addresses of the web become links.
func web(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	return ""
}

// measure is what a chart shows: "Robbery per 1,000 residents".
func measure(ind metrics.Indicator) string {
	if ind.Kind == metrics.Proportion {
		return ind.Title + ", in per cent"
	}
	if ind.Kind == metrics.Total {
		return ind.Title
	}
	if ind.Unit != "" && !strings.HasPrefix(ind.Unit, "per ") {
		return ind.Title + " (" + ind.Unit + ")"
	}
	return strings.TrimSpace(ind.Title + " " + ind.Unit)
}
