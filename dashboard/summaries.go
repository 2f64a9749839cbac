package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/chart"
	"outcomes/metrics"
)

// indicatorView is an indicator on the overview or its priority's page.
type indicatorView struct {
	ID       string
	Title    string
	URL      string
	Verdict  verdict
	Value    string // "9.8", "" when there is no figure
	Unit     string
	Interval string
	Period   string // "quarter ending March 2019"
	Sentence string
	ProofURL string // how the latest figure is made
	Late     string // what is missing after the latest figure
	Spark    template.HTML
	Hidden   bool // all that there is, is suppressed
}

func viewOf(summary metrics.IndicatorSummary, sparkWidth, sparkHeight float64) indicatorView {
	ind := summary.Indicator
	v := indicatorView{
		ID: ind.ID, Title: ind.Title, URL: indicatorURL(ind.ID, "", "", "", "", ""),
		Verdict: verdictOf(summary.Verdict, summary.Words, summary.Latest),
		Late:    summary.Late(),
	}
	if ind.Kind != metrics.Proportion { // a share's title says what it is a share of
		v.Unit = unitWords(ind)
		if strings.HasPrefix(strings.ToLower(ind.Title), strings.ToLower(v.Unit)) { // the name says it already
			v.Unit = ""
		}
	}
	latest := summary.Latest
	if latest == nil && summary.Newest != nil && summary.Newest.Status == metrics.Suppressed {
		v.Hidden, v.Value, v.Unit, v.Period = true, metrics.Suppressed.Shorthand(), "", summary.Newest.Period.Label()
	}
	if latest == nil || latest.Value == nil {
		return v
	}
	v.Value = written(ind, *latest.Value)
	v.Period = latest.Period.Label()
	v.Sentence, v.ProofURL = latest.Sentence, figureURL(*latest)
	v.Interval = interval(ind, *latest)
	v.Spark = spark(summary, sparkWidth, sparkHeight)
	return v
}

// interval is the 95% interval in words, "" when the figure has none.
func interval(ind metrics.Indicator, f metrics.Figure) string {
	if f.Lower == nil || f.Upper == nil {
		return ""
	}
	return written(ind, *f.Lower) + " to " + written(ind, *f.Upper)
}

func spark(summary metrics.IndicatorSummary, width, height float64) template.HTML {
	at := make([]int, len(summary.Series))
	n := len(summary.Series)
	line := chart.Line{Values: make([]*float64, n), Lower: make([]*float64, n), Upper: make([]*float64, n), Breaks: map[int]bool{}}
	var first *metrics.Figure
	for i, f := range summary.Series {
		at[i] = int(f.Period.Last)
		if f.Status == metrics.Available {
			line.Values[i] = f.Value
			line.Lower[i], line.Upper[i] = f.Lower, f.Upper
			if first == nil {
				first = &summary.Series[i]
			}
		}
		line.Breaks[i] = f.BreakBefore != ""
	}
	if first == nil || first.Value == nil || summary.Latest.Value == nil {
		return ""
	}
	description := fmt.Sprintf("Small trend line: %s in %s, %s in %s.",
		written(summary.Indicator, *first.Value), the(first.Period), written(summary.Indicator, *summary.Latest.Value), the(summary.Latest.Period))
	return chart.Spark(at, line, width, height, description)
}

// card is a priority on the overview and in the list.
type card struct {
	Number    int
	Title     string
	URL       string
	Summary   string
	Verdict   verdict
	Main      *indicatorView // the first headline indicator with a figure
	Others    []indicatorView
	Question  string
	WaitsFor  string
	Performed []indicatorView // what its projects did: headline indicators with a figure
	Does      string          // what else its projects return, in words
}

func cardOf(summary metrics.PrioritySummary) card {
	p := summary.Priority
	c := card{Number: p.Number, Title: p.Title, URL: priorityURL(p.ID), Summary: p.Summary, Question: p.Question}
	var latest *metrics.Figure
	for _, ind := range summary.Indicators {
		v := viewOf(ind, 132, 48)
		switch {
		case ind.Indicator.Accountability == metrics.Performance: // never mixed with the whole city's
			if v.Value != "" {
				c.Performed = append(c.Performed, v)
			}
			if latest == nil {
				latest = ind.Latest
			}
		case c.Main == nil && v.Value != "":
			c.Main, latest = &v, ind.Latest
		case v.Value != "":
			c.Others = append(c.Others, v)
		}
	}
	if c.Main == nil && len(c.Performed) == 0 {
		c.WaitsFor = p.WaitsFor
	}
	c.Verdict = verdictOf(summary.Verdict, summary.Words, latest)
	return c
}

// headlineView is one of the overview's news.
type headlineView struct {
	Projects bool // what projects did, not how the city fares
	Title    string
	URL      string
	Text     string
	Verdict  verdict
	ProofURL string
}

type overviewPage struct {
	layout
	Headline string
	News     []headlineView
	Strategy string
	Years    string
	DataTo   string // how far each source's data go, in a sentence
	Cards    []card
	Empty    bool
	AsReport []link // the standard quarterly report as it stands, by format
}

func (s *Server) overview(c echo.Context) error {
	state, cards, page, err := s.summary(c)
	if err != nil {
		return err
	}
	page.layout = s.layout(state, "Overview", "overview")
	page.Here = true
	page.Cards = cards
	newest, err := s.store.NewestPeriods(c.Request().Context(), s.strategy.Area.Code)
	if err != nil {
		return fmt.Errorf("the newest periods: %w", err)
	}
	if !page.Empty {
		page.AsReport = exportLinks(metrics.ReportChoice{})
	}
	overdue, err := s.overdue(c.Request().Context())
	if err != nil {
		return err
	}
	page.DataTo = dataTo(newest, s.month(), overdue)
	return s.render(c, 200, "overview", page)
}

// dataTo says for each source how far its data go: "Police data to March 2019;
// population estimates last updated mid-2018, older than expected; two of the
// projects’ returns are overdue."
func dataTo(newest map[metrics.Source]string, now metrics.Month, overdue int) string {
	var parts []string
	for _, source := range []struct {
		id   metrics.Source
		name string
	}{{metrics.PoliceSource, "police data"}, {metrics.DeprivationSource, "Indices of Deprivation"}, {metrics.PopulationSource, "population estimates"}, {metrics.ReturnsSource, "projects’ returns"}} {
		period := newest[source.id]
		if period == "" {
			continue
		}
		name := strings.TrimSuffix(periodName(period), " Indices of Deprivation")
		if p, err := metrics.ParsePeriod(period); err == nil && p.Kind == metrics.Quarter {
			name = p.Last.Name()
		}
		switch {
		case metrics.OlderThanExpected(source.id, period, now):
			parts = append(parts, source.name+" last updated "+name+", older than expected")
		case source.id == metrics.DeprivationSource:
			parts = append(parts, source.name+" "+name)
		default:
			parts = append(parts, source.name+" to "+name)
		}
	}
	if overdue > 0 {
		parts = append(parts, plural(int64(overdue), "return of a project is overdue", "returns of projects are overdue"))
	}
	if len(parts) == 0 {
		return ""
	}
	return upperFirst(strings.Join(parts, "; ")) + "."
}

// summary reads what the overview and the list of priorities share.
func (s *Server) summary(c echo.Context) (metrics.State, []card, overviewPage, error) {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return state, nil, overviewPage{}, fmt.Errorf("the store's state: %w", err)
	}
	strategy := s.strategy
	figures, err := s.own(ctx, "")
	if err != nil {
		return state, nil, overviewPage{}, err
	}
	summary := metrics.Summarise(strategy, figures)
	page := overviewPage{
		Headline: summary.Headline, Strategy: strategy.Name, Empty: len(figures) == 0,
		Years: fmt.Sprintf("%d to %d", strategy.From, strategy.To),
	}
	for _, h := range summary.Headlines {
		page.News = append(page.News, headlineView{Title: h.Title, Projects: h.Accountability == metrics.Performance, URL: indicatorURL(h.Indicator, "", "", "", "", ""), Text: h.Text,
			Verdict: verdictOf(h.Verdict, h.Words, h.Figure), ProofURL: figureURL(*h.Figure)})
	}
	var cards []card
	for _, p := range summary.Priorities {
		c := cardOf(p)
		c.Does = s.doesWords(p.Priority)
		for _, h := range summary.Headlines { // what the headlines say the card does not say again
			if c.Main != nil && c.Main.ID == h.Indicator {
				c.Main.Sentence = strings.TrimSpace(strings.TrimPrefix(c.Main.Sentence, h.Text))
			}
		}
		cards = append(cards, c)
	}
	return state, cards, page, nil
}

// own reads the figures of the strategy's own area that a summary is made of:
// those of each indicator's first kind of period. "" is the headline indicators
// of every priority.
func (s *Server) own(ctx context.Context, priority string) ([]metrics.Figure, error) {
	var figures []metrics.Figure
	for _, ind := range s.strategy.Indicators {
		if len(ind.Periods) == 0 || priority == "" && !ind.Headline || priority != "" && ind.Priority != priority {
			continue
		}
		some, err := s.store.Figures(ctx, metrics.FigureFilter{Indicator: ind.ID, Areas: []string{s.strategy.Area.Code}, Kind: ind.Periods[0], Brief: true})
		if err != nil {
			return nil, fmt.Errorf("figures of %s for %s: %w", ind.ID, s.strategy.Area.Code, err)
		}
		figures = append(figures, some...)
	}
	return figures, nil
}

func (s *Server) priorityList(c echo.Context) error {
	state, cards, page, err := s.summary(c)
	if err != nil {
		return err
	}
	page.layout = s.layout(state, "Priorities", "priorities")
	page.Here = true
	page.Cards = cards
	return s.render(c, 200, "priorities", page)
}

type priorityPage struct {
	layout
	Number         int
	Heading        string
	Summary        string
	Question       string
	WaitsFor       string
	Verdict        verdict
	Indicators     []indicatorView // the whole city's
	Performance    *performanceView
	Previous, Next *card
}

func (s *Server) priority(c echo.Context) error {
	ctx := c.Request().Context()
	priority, ok := s.strategy.Priority(c.Param("id"))
	if !ok {
		return metrics.Errorf(metrics.NotFound, "The strategy has no priority called %q. The list of priorities shows those it has.", c.Param("id"))
	}
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	strategy := s.strategy
	figures, err := s.own(ctx, priority.ID)
	if err != nil {
		return err
	}
	page := priorityPage{
		layout: s.layout(state, priority.Title, "priorities"),
		Number: priority.Number, Heading: priority.Title, Summary: priority.Summary, Question: priority.Question,
		WaitsFor: priority.WaitsFor,
	}
	summary := metrics.SummaryOf(strategy, priority, figures)
	var latest *metrics.Figure
	for _, ind := range summary.Indicators {
		v := viewOf(ind, 300, 84)
		if latest == nil && ind.Indicator.Headline {
			latest = ind.Latest // the one whose verdict is the priority's
		}
		if v.Value != "" {
			page.WaitsFor = ""
		}
		if ind.Indicator.Accountability != metrics.Performance {
			page.Indicators = append(page.Indicators, v)
		}
	}
	page.Performance = s.performanceOf(priority, summary)
	page.Verdict = verdictOf(summary.Verdict, summary.Words, latest)
	for i, p := range strategy.Priorities {
		if p.ID != priority.ID {
			continue
		}
		if i > 0 {
			before := strategy.Priorities[i-1]
			page.Previous = &card{Number: before.Number, Title: before.Title, URL: priorityURL(before.ID)}
		}
		if i < len(strategy.Priorities)-1 {
			after := strategy.Priorities[i+1]
			page.Next = &card{Number: after.Number, Title: after.Title, URL: priorityURL(after.ID)}
		}
	}
	return s.render(c, 200, "priority", page)
}
