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
	view      string // chart or table
	ext       string // "", ".csv" or ".json"
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
	return ch, nil
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
		return download(c, ch, figures, state.Sample)
	}
	page := indicatorPageOf(strategy, ch, place, figures)
	page.layout = s.layout(state, page.Name, "priorities")
	page.Script = page.Chart != nil
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

func download(c echo.Context, ch choice, figures []metrics.Figure, sample bool) error {
	var b bytes.Buffer
	write, mime := export.CSV, "text/csv; charset=utf-8; header=present"
	if ch.ext == ".json" {
		write, mime = export.JSON, "application/json"
	}
	if err := write(&b, figures, sample); err != nil {
		return fmt.Errorf("writing %s%s: %w", ch.indicator.ID, ch.ext, err)
	}
	name := fmt.Sprintf("%s-%s-%s%s", ch.indicator.ID, ch.area, ch.kind, ch.ext)
	header := c.Response().Header()
	header.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	header.Set("Cache-Control", "no-cache")
	return c.Blob(200, mime, b.Bytes())
}

// link is one choice of a switch.
type link struct {
	Text    string
	URL     string
	Current bool
}

type switchGroup struct {
	Name  string
	Links []link
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
	Comparisons   []string
	Late          string
	WaitsFor      string
	Notes         []string // that stand beside the latest value
	Switches      []switchGroup
	Measure       string // the chart's subtitle
	Chart         *chartView
	Table         *tableView
	ShowChart     bool
	Facts         indicatorFacts
	CSV, JSON     string
}

type chartView struct {
	Wide, Narrow template.HTML
	Data         template.JS // the options, in a script element of type application/json
	Key          []chart.Marker
	ShowKey      bool // on wide windows too
	Caption      []string
}

type indicatorFacts struct {
	Definition, Rationale  string
	Numerator, Denominator string
	GoodIs                 string
	WhoseIs                string
	Source, SourceURL      string
	Method, Frequency      string
	Caveats                []string
}

func indicatorPageOf(strategy *metrics.Strategy, ch choice, area metrics.Area, figures []metrics.Figure) indicatorPage {
	ind := ch.indicator
	summary := metrics.IndicatorSummaryOf(ind, ch.area, ch.kind, figures)
	subject, beside := split(figures, ch.area)
	page := indicatorPage{
		Name: ind.Title, Heading: ind.Title,
		Verdict:   verdictOf(summary.Verdict, summary.Words, summary.Latest),
		Late:      late(summary),
		ShowChart: ch.view == "chart",
		Measure:   strings.Join([]string{measure(ind), kindBy[ch.kind]}, ", "),
		Facts: indicatorFacts{
			Definition: ind.Definition, Rationale: ind.Rationale, Numerator: upperFirst(ind.Numerator.Label), Denominator: ind.Denominator.Label,
			Source: ind.Source, SourceURL: web(ind.SourceURL), Method: ind.Method, Frequency: upperFirst(ind.Frequency), Caveats: ind.Caveats,
		},
		CSV:  indicatorURL(ind.ID, ".csv", ch.area, ch.kind, ""),
		JSON: indicatorURL(ind.ID, ".json", ch.area, ch.kind, ""),
	}
	switch ind.Polarity {
	case metrics.HighGood:
		page.Facts.GoodIs = "Higher"
	case metrics.LowGood:
		page.Facts.GoodIs = "Lower"
	default:
		page.Facts.GoodIs = "Neither: no judgement is made of a rise or a fall"
	}
	switch ind.Accountability {
	case metrics.Population:
		page.Facts.WhoseIs = "The whole population’s, and so no one project’s to answer for"
	case metrics.Performance:
		page.Facts.WhoseIs = "A project’s, for those who took part"
	}
	if p, ok := strategy.Priority(ind.Priority); ok {
		page.PriorityTitle, page.PriorityURL = p.Title, priorityURL(p.ID)
		if summary.Latest == nil {
			page.WaitsFor = p.WaitsFor
		}
	}
	if f := summary.Latest; f != nil {
		if f.Sentence != "" {
			page.Heading, page.HeadingRest = lead(f.Sentence)
		}
		page.Proof = proof(ind, *f)
		page.Comparisons = comparisons(ind, *f)
		page.Notes = slices.DeleteFunc(export.Notes(*f), func(note string) bool { // said by the sentence already
			return f.BreakBefore != "" && strings.HasSuffix(note, f.BreakBefore) && strings.Contains(strings.ToLower(f.Sentence), strings.ToLower(f.BreakBefore))
		})
	} else {
		page.Heading = ind.Title + ": no figure yet"
	}
	page.Switches = switches(strategy, ch, area, beside)
	if len(subject) > 0 {
		page.Table = tableOf(ind, ch.kind, area, subject, beside)
	}
	if summary.Latest != nil && page.ShowChart {
		page.Chart = chartOf(strategy, ind, ch.kind, summary, subject, beside)
	}
	return page
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
	if within := interval(ind, f); within != "" {
		value += " (95% interval " + within
		if f.Method != "" {
			value += ", " + f.Method
		}
		value += ")"
	}
	out = append(out, value)
	if f.Numerator != nil && f.Denominator != nil {
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

// comparisons are what the figure was set beside, and by which rule.
func comparisons(ind metrics.Indicator, f metrics.Figure) []string {
	var out []string
	for _, c := range f.Comparisons {
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

func switches(strategy *metrics.Strategy, ch choice, area metrics.Area, beside []metrics.Figure) []switchGroup {
	ind := ch.indicator
	view := ""
	if ch.view == "table" {
		view = "table"
	}
	areas := switchGroup{Name: "Area"}
	add := func(a metrics.Area) {
		for _, l := range areas.Links {
			if l.Text == areaName(a) {
				return
			}
		}
		areas.Links = append(areas.Links, link{areaName(a), indicatorURL(ind.ID, "", a.Code, ch.kind, view), a.Code == ch.area})
	}
	if ch.area == strategy.Force.Code && len(beside) > 0 {
		add(beside[0].Area) // the district first, whichever is shown
	}
	add(area)
	if len(beside) > 0 {
		add(beside[0].Area)
	}
	if ch.area != strategy.Area.Code {
		add(strategy.Area)
	}
	periods := switchGroup{Name: "Period"}
	for _, kind := range ind.Periods {
		periods.Links = append(periods.Links, link{kindNames[kind], indicatorURL(ind.ID, "", ch.area, kind, view), kind == ch.kind})
	}
	show := switchGroup{Name: "Show", Links: []link{
		{"Chart", indicatorURL(ind.ID, "", ch.area, ch.kind, ""), ch.view == "chart"},
		{"Table only", indicatorURL(ind.ID, "", ch.area, ch.kind, "table"), ch.view == "table"},
	}}
	var out []switchGroup
	for _, g := range []switchGroup{areas, periods, show} {
		if len(g.Links) > 1 {
			out = append(out, g)
		}
	}
	return out
}

func chartOf(strategy *metrics.Strategy, ind metrics.Indicator, kind metrics.PeriodKind, summary metrics.IndicatorSummary, subject, beside []metrics.Figure) *chartView {
	in := chartInput(strategy, ind, kind, subject, beside)
	in.Description = in.Describe()
	if summary.Latest.Sentence != "" {
		in.Description = strings.TrimSuffix(summary.Latest.Sentence, ".") + ". " + in.Description
	}
	view := &chartView{
		Wide: chart.SVG(in, chart.Wide), Narrow: chart.SVG(in, chart.Narrow),
		Key: in.Markers, ShowKey: in.Crowded(),
	}
	if options, err := chart.Trend(in); err == nil { // without them the server's drawing stays
		view.Data = template.JS(options)
	}
	if at, cut := in.Cut(); cut {
		view.Caption = append(view.Caption, "The axis starts at "+at+", not at 0.")
	}
	var missing []string
	for _, f := range subject {
		if f.Status != metrics.Available && f.Reason != "" && f.Period.Last >= metrics.Month(in.Periods[0].At) {
			missing = append(missing, "No figure for the "+f.Period.Label()+": "+f.Reason+".")
		}
	}
	if len(missing) > 2 {
		missing = append(missing[:1], "The table gives the reason for each of the other gaps.")
	}
	view.Caption = append(view.Caption, missing...)
	if ind.Source != "" {
		view.Caption = append(view.Caption, "Source: "+strings.TrimSuffix(ind.Source, ".")+".")
	}
	return view
}

// chartInput lays the figures out along the periods of both areas, from the
// first that has a value.
func chartInput(strategy *metrics.Strategy, ind metrics.Indicator, kind metrics.PeriodKind, subject, beside []metrics.Figure) chart.Input {
	in := chart.Input{
		Title:    measure(ind),
		Decimals: ind.Decimals, Percent: ind.Kind == metrics.Proportion,
	}
	var periods []metrics.Period
	started := map[metrics.Period]bool{}
	for _, f := range slices.Concat(subject, beside) {
		if !slices.Contains(periods, f.Period) {
			periods = append(periods, f.Period)
		}
		started[f.Period] = started[f.Period] || f.Status == metrics.Available && f.Value != nil
	}
	slices.SortFunc(periods, func(a, b metrics.Period) int { return int(a.Last - b.Last) })
	for len(periods) > 0 && !started[periods[0]] {
		periods = periods[1:]
	}
	for _, p := range periods {
		short := p.Last.Name()[:3] + fmt.Sprintf(" %d", p.Last.Year())
		if kind == metrics.Edition {
			short = fmt.Sprint(p.Last.Year())
		}
		in.Periods = append(in.Periods, chart.Period{At: int(p.Last), Short: short, Label: p.Label()})
	}
	for i, figures := range [][]metrics.Figure{subject, beside} {
		if len(figures) == 0 {
			continue
		}
		line := chart.Line{Name: areaName(figures[0].Area), Values: make([]*float64, len(periods)), Breaks: map[int]bool{}}
		for _, f := range figures {
			at := slices.Index(periods, f.Period)
			if at < 0 {
				continue
			}
			if f.Status == metrics.Available {
				line.Values[at] = f.Value
				line.Limits = append(line.Limits, f.Lower, f.Upper)
			}
			line.Breaks[at] = f.BreakBefore != ""
			if i > 0 {
				continue
			}
			if f.BreakBefore != "" && at > 0 {
				middle := (periods[at-1].Last + f.Period.Last) / 2
				in.Markers = append(in.Markers, chart.Marker{At: int(middle), Label: "Break in the series", When: "before the " + f.Period.Label(), Break: true})
			}
			if f.Status != metrics.Available {
				in.Gaps = addGap(in.Gaps, at, f.Status)
			}
		}
		in.Lines = append(in.Lines, line)
	}
	if kind != metrics.Edition { // an edition is of a year, an event of a day
		for _, e := range strategy.Events {
			if month, err := e.Month(); err == nil {
				in.Markers = append(in.Markers, chart.Marker{At: int(month), Label: e.Label, When: month.Name()})
			}
		}
	}
	slices.SortStableFunc(in.Markers, func(a, b chart.Marker) int { return a.At - b.At })
	return in.Fit()
}

func addGap(gaps []chart.Gap, at int, status metrics.Status) []chart.Gap {
	label := "No figure"
	if status == metrics.Suppressed {
		label = "Not shown"
	}
	if n := len(gaps) - 1; n >= 0 && gaps[n].Last == at-1 && gaps[n].Label == label {
		gaps[n].Last = at
		return gaps
	}
	return append(gaps, chart.Gap{First: at, Last: at, Label: label})
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
	return strings.TrimSpace(ind.Title + " " + ind.Unit)
}
