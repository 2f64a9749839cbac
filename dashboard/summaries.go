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
}

func viewOf(summary metrics.IndicatorSummary, sparkWidth, sparkHeight float64) indicatorView {
	ind := summary.Indicator
	v := indicatorView{
		ID: ind.ID, Title: ind.Title, URL: indicatorURL(ind.ID, "", "", "", "", ""),
		Verdict: verdictOf(summary.Verdict, summary.Words, summary.Latest),
		Late:    late(summary),
	}
	if ind.Kind != metrics.Proportion { // a share's title says what it is a share of
		v.Unit = unitWords(ind)
	}
	latest := summary.Latest
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

// late says what is missing after the latest figure, "" when nothing is.
func late(summary metrics.IndicatorSummary) string {
	newest := summary.Newest
	if newest == nil || newest.Status == metrics.Available {
		return ""
	}
	reason := newest.Reason
	if reason == "" {
		reason = "not available"
	}
	return fmt.Sprintf("There is no figure for %s: %s.", the(newest.Period), reason)
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
	Number   int
	Title    string
	URL      string
	Summary  string
	Verdict  verdict
	Main     *indicatorView // the first headline indicator with a figure
	Others   []indicatorView
	Question string
	WaitsFor string
}

func cardOf(summary metrics.PrioritySummary) card {
	p := summary.Priority
	c := card{Number: p.Number, Title: p.Title, URL: priorityURL(p.ID), Summary: p.Summary, Question: p.Question}
	var latest *metrics.Figure
	for _, ind := range summary.Indicators {
		v := viewOf(ind, 132, 48)
		switch {
		case c.Main == nil && v.Value != "":
			c.Main, latest = &v, ind.Latest
		case v.Value != "":
			c.Others = append(c.Others, v)
		}
	}
	if c.Main == nil {
		c.WaitsFor = p.WaitsFor
	}
	c.Verdict = verdictOf(summary.Verdict, summary.Words, latest)
	return c
}

// headlineView is one of the overview's news.
type headlineView struct {
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
	DataTo   string // the newest period that has a figure
	Cards    []card
	Empty    bool
}

func (s *Server) overview(c echo.Context) error {
	state, cards, page, err := s.summary(c)
	if err != nil {
		return err
	}
	page.layout = s.layout(state, "Overview", "overview")
	page.Here = true
	page.Cards = cards
	return s.render(c, 200, "overview", page)
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
		page.News = append(page.News, headlineView{Title: h.Title, URL: indicatorURL(h.Indicator, "", "", "", "", ""), Text: h.Text,
			Verdict: verdictOf(h.Verdict, h.Words, h.Figure), ProofURL: figureURL(*h.Figure)})
	}
	var cards []card
	var newest metrics.Period
	for _, p := range summary.Priorities {
		c := cardOf(p)
		for _, h := range summary.Headlines { // what the headlines say the card does not say again
			if c.Main != nil && c.Main.ID == h.Indicator {
				c.Main.Sentence = strings.TrimSpace(strings.TrimPrefix(c.Main.Sentence, h.Text))
			}
		}
		cards = append(cards, c)
		for _, ind := range p.Indicators {
			if f := ind.Latest; f != nil && f.Period.Kind != metrics.Edition && f.Period.Last > newest.Last {
				newest = f.Period
				page.DataTo = newest.Label()
			}
		}
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
		some, err := s.store.Figures(ctx, metrics.FigureFilter{Indicator: ind.ID, Areas: []string{s.strategy.Area.Code}, Kind: ind.Periods[0]})
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
	Indicators     []indicatorView
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
		page.Indicators = append(page.Indicators, v)
	}
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
