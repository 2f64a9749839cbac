package api

import (
	"context"

	"outcomes/metrics"
)

type index struct {
	Name        string     `json:"name"`
	Version     string     `json:"version"`
	Strategy    string     `json:"strategy"`
	Partnership string     `json:"partnership"`
	Area        area       `json:"area"`
	AsAt        *string    `json:"as_at"`
	Sample      bool       `json:"sample"`
	Behind      bool       `json:"behind"` // an import was cut short: the figures are those from before it
	Licence     string     `json:"licence"`
	Attribution string     `json:"attribution"`
	Links       indexLinks `json:"links"`
}

type indexLinks struct {
	Self       string `json:"self"`
	Strategy   string `json:"strategy"`
	Priorities string `json:"priorities"`
	Indicators string `json:"indicators"`
	Figures    string `json:"figures"`
	Changes    string `json:"changes"`
	Packs      string `json:"packs"`
	OpenAPI    string `json:"openapi"`
	About      string `json:"about"`
}

const attribution = "Contains public sector information licensed under the Open Government Licence v3.0: recorded crime from data.police.uk; English Indices of Deprivation, Ministry of Housing, Communities and Local Government; population estimates and area lookups, Office for National Statistics."

func (a *API) index(ctx context.Context, r request) (any, error) {
	state, err := a.state(ctx)
	if err != nil {
		return nil, err
	}
	s := a.strategy
	return index{
		Name: "outcomes", Version: "1", Strategy: s.Name, Partnership: s.Partnership, Area: areaOf(s.Area),
		AsAt: maybe(state.MadeAt), Sample: state.Sample, Behind: state.Behind, Licence: a.licence, Attribution: attribution,
		Links: indexLinks{Root, Root + "/strategy", Root + "/priorities", Root + "/indicators", Root + "/figures", Root + "/changes", Root + "/packs", Root + "/openapi.yaml", "/api"},
	}, nil
}

type area struct {
	Code *string `json:"code"` // null while the lookups have not been read
	Name *string `json:"name"`
	Kind string  `json:"kind"`
}

func areaOf(a metrics.Area) area { return area{maybe(a.Code), maybe(a.Name), string(a.Kind)} }

type strategy struct {
	Name        string        `json:"name"`
	Partnership string        `json:"partnership"`
	ShortName   string        `json:"short_name"`
	From        int           `json:"from"`
	To          int           `json:"to"`
	Area        area          `json:"area"`
	Force       area          `json:"force"`
	Similar     similarGroup  `json:"similar"`
	Priorities  []ref         `json:"priorities"`
	Events      []event       `json:"events"`
	Breaks      []seriesBreak `json:"breaks"`
	Projects    []project     `json:"projects"`
	SmallCounts smallCounts   `json:"small_counts"`
	SHA         string        `json:"sha256"` // of the strategy's file: figures are made anew with another one
	Links       selfLink      `json:"links"`
}

type similarGroup struct {
	Name     string   `json:"name"`
	Source   string   `json:"source"`
	Date     string   `json:"date"`
	Proposal bool     `json:"proposal"`
	Areas    []string `json:"area_codes"`
}

// ref names a thing that has an address of its own.
type ref struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Links selfLink `json:"links"`
}

type selfLink struct {
	Self string `json:"self"`
}

type event struct {
	Date  string `json:"date"`
	Label string `json:"label"`
}

type seriesBreak struct {
	From       string   `json:"from"`
	To         *string  `json:"to"`
	Label      string   `json:"label"`
	Reason     string   `json:"reason"`
	Refuses    bool     `json:"refuses_comparison"`
	Indicators []string `json:"indicators"` // none: all
	Areas      []string `json:"area_codes"` // none: all
}

type project struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Lead     string  `json:"lead"`
	Priority string  `json:"priority"`
	Summary  string  `json:"summary"`
	From     string  `json:"from"`
	To       *string `json:"to"`
}

type smallCounts struct {
	From int `json:"from"`
	To   int `json:"to"`
}

func (a *API) strategyOf(_ context.Context, r request) (any, error) {
	s := a.strategy
	out := strategy{
		Name: s.Name, Partnership: s.Partnership, ShortName: s.ShortName, From: s.From, To: s.To, Area: areaOf(s.Area), Force: areaOf(s.Force),
		Similar:    similarGroup{s.Similar.Name, s.Similar.Source, s.Similar.Date, s.Similar.Proposal, list(s.Similar.Areas)},
		Priorities: []ref{}, Events: []event{}, Breaks: []seriesBreak{}, Projects: []project{},
		SmallCounts: smallCounts{1, s.Returns.Small}, SHA: s.SHA, Links: selfLink{r.path},
	}
	for _, p := range s.Priorities {
		out.Priorities = append(out.Priorities, ref{p.ID, p.Title, selfLink{at("priorities", p.ID)}})
	}
	for _, e := range s.Events {
		out.Events = append(out.Events, event{e.Date, e.Label})
	}
	for _, b := range s.Breaks {
		out.Breaks = append(out.Breaks, seriesBreak{b.From, maybe(b.To), b.Label, b.Reason, b.Refuse, list(b.Indicators), list(b.Areas)})
	}
	for _, p := range s.Projects {
		one := project{ID: p.ID, Name: p.Name, Lead: p.Lead, Priority: p.Priority, Summary: p.Summary, From: p.From.String()}
		if p.To != 0 {
			to := p.To.String()
			one.To = &to
		}
		out.Projects = append(out.Projects, one)
	}
	return out, nil
}

type priority struct {
	ID         string        `json:"id"`
	Number     int           `json:"number"`
	Title      string        `json:"title"`
	Summary    string        `json:"summary"`
	Question   string        `json:"question"`
	WaitsFor   string        `json:"waits_for"`
	Indicators []ref         `json:"indicators"`
	Links      priorityLinks `json:"links"`
}

type priorityLinks struct {
	Self       string `json:"self"`
	Page       string `json:"page"`
	Indicators string `json:"indicators"`
	Figures    string `json:"figures"`
}

func (a *API) priorityOf(p metrics.Priority) priority {
	self := at("priorities", p.ID)
	out := priority{ID: p.ID, Number: p.Number, Title: p.Title, Summary: p.Summary, Question: p.Question, WaitsFor: p.WaitsFor, Indicators: []ref{},
		Links: priorityLinks{self, self[len(Root):], request{path: Root + "/indicators"}.with("priority", p.ID), request{path: Root + "/figures"}.with("priority", p.ID)}}
	for _, ind := range a.strategy.ByPriority(p.ID) {
		out.Indicators = append(out.Indicators, ref{ind.ID, ind.Title, selfLink{at("indicators", ind.ID)}})
	}
	return out
}

type priorityList struct {
	Priorities []priority `json:"priorities"`
	Links      selfLink   `json:"links"`
}

func (a *API) priorities(_ context.Context, r request) (any, error) {
	out := priorityList{Priorities: []priority{}, Links: selfLink{r.path}}
	for _, p := range a.strategy.Priorities {
		out.Priorities = append(out.Priorities, a.priorityOf(p))
	}
	return out, nil
}

func (a *API) priority(_ context.Context, r request) (any, error) {
	p, ok := a.strategy.Priority(r.id)
	if !ok {
		return nil, metrics.Errorf(metrics.NotFound, "The strategy has no priority called %s. %s/priorities lists those it has.", quoted(r.id), Root)
	}
	return a.priorityOf(p), nil
}

// indicator is all that is known of an indicator.
type indicator struct {
	ID             string         `json:"id"`
	Title          string         `json:"title"`
	ShortTitle     string         `json:"short_title"`
	Priority       string         `json:"priority"`
	Accountability string         `json:"accountability"`
	Asks           *string        `json:"asks"`
	Headline       bool           `json:"headline"`
	Definition     string         `json:"definition"`
	Rationale      string         `json:"rationale"`
	Kind           string         `json:"kind"`
	Inequality     *string        `json:"inequality"`
	Numerator      part           `json:"numerator"`
	Denominator    *part          `json:"denominator"`
	Per            float64        `json:"per"`
	Unit           string         `json:"unit"`
	Counted        string         `json:"counted"`
	Decimals       int            `json:"decimals"`
	Polarity       string         `json:"polarity"`
	CountsPeople   bool           `json:"counts_people"`
	Method         string         `json:"method"`
	Frequency      string         `json:"frequency"`
	Periods        []string       `json:"periods"`
	Comparators    []string       `json:"comparators"`
	Settles        int            `json:"settles_after_months"`
	Provisional    int            `json:"provisional_months"`
	Target         *target        `json:"target"`
	Steps          []step         `json:"steps"`
	Caveats        []string       `json:"caveats"`
	Source         string         `json:"source"`
	SourceURL      *string        `json:"source_url"`
	Licence        *string        `json:"licence"`
	Links          indicatorLinks `json:"links"`
}

type indicatorLinks struct {
	Self     string `json:"self"`
	Page     string `json:"page"`
	Priority string `json:"priority"`
	Figures  string `json:"figures"`
}

// part is what a numerator or denominator is counted from.
type part struct {
	Label        string   `json:"label"`
	From         string   `json:"from"`
	Categories   []string `json:"categories"`
	Outcomes     []string `json:"outcomes"`
	Except       []string `json:"except_outcomes"`
	Domain       *string  `json:"domain"`
	MostDeprived *int     `json:"most_deprived_percent"`
	Returned     []string `json:"returned"`
	Projects     []string `json:"projects"`
}

func partOf(m metrics.Measure) part {
	p := part{m.Label, string(m.From), list(m.Categories), list(m.Outcomes), list(m.Except), maybe(m.Domain), nil, list(m.Returned), list(m.Projects)}
	if m.MostDeprived != 0 {
		p.MostDeprived = &m.MostDeprived
	}
	return p
}

type target struct {
	Value      float64     `json:"value"`
	By         string      `json:"by"`
	Baseline   *milestone  `json:"baseline"`
	Milestones []milestone `json:"milestones"`
}

type milestone struct {
	Period string  `json:"period"`
	Value  float64 `json:"value"`
}

type step struct {
	From   string `json:"from"`
	Reason string `json:"reason"`
}

func (a *API) indicatorOf(ind metrics.Indicator) indicator {
	self := at("indicators", ind.ID)
	out := indicator{
		ID: ind.ID, Title: ind.Title, ShortTitle: ind.Short, Priority: ind.Priority, Accountability: string(ind.Accountability), Asks: maybe(string(ind.Asks)),
		Headline: ind.Headline, Definition: ind.Definition, Rationale: ind.Rationale, Kind: string(ind.Kind), Inequality: maybe(string(ind.Measure)),
		Numerator: partOf(ind.Numerator), Per: ind.Per, Unit: ind.Unit, Counted: ind.Counted, Decimals: ind.Decimals, Polarity: string(ind.Polarity),
		CountsPeople: a.strategy.CountsPeople(ind), Method: ind.Method, Frequency: ind.Frequency, Periods: []string{}, Comparators: list(ind.Comparators),
		Settles: ind.Settles, Provisional: ind.Provisional, Steps: []step{}, Caveats: list(ind.Caveats), Source: ind.Source, SourceURL: maybe(ind.SourceURL),
		Licence: a.licenceOf(ind.ID),
		Links:   indicatorLinks{self, self[len(Root):], at("priorities", ind.Priority), request{path: Root + "/figures"}.with("indicator", ind.ID)},
	}
	if ind.Denominator.From != "" {
		d := partOf(ind.Denominator)
		out.Denominator = &d
	}
	for _, k := range ind.Periods {
		out.Periods = append(out.Periods, string(k))
	}
	for _, s := range ind.Steps {
		out.Steps = append(out.Steps, step{s.From, s.Reason})
	}
	if t := ind.Target; t != nil {
		out.Target = &target{Value: t.Value, By: t.By, Milestones: []milestone{}}
		if t.Baseline.Period != "" {
			out.Target.Baseline = &milestone{t.Baseline.Period, t.Baseline.Value}
		}
		for _, m := range t.Milestones {
			out.Target.Milestones = append(out.Target.Milestones, milestone{m.Period, m.Value})
		}
	}
	return out
}

type indicatorList struct {
	Total      int         `json:"total"`
	Indicators []indicator `json:"indicators"`
	Links      selfLink    `json:"links"`
}

func (a *API) indicators(_ context.Context, r request) (any, error) {
	priority, err := a.priorityParameter(r.query)
	if err != nil {
		return nil, err
	}
	accountability, err := oneOf(r.query, "accountability", []metrics.Accountability{metrics.Population, metrics.Performance})
	if err != nil {
		return nil, err
	}
	out := indicatorList{Indicators: []indicator{}, Links: selfLink{r.with("", "")}}
	for _, ind := range a.strategy.Indicators {
		if (priority == "" || ind.Priority == priority) && (accountability == "" || ind.Accountability == accountability) {
			out.Indicators = append(out.Indicators, a.indicatorOf(ind))
		}
	}
	out.Total = len(out.Indicators)
	return out, nil
}

func (a *API) indicator(_ context.Context, r request) (any, error) {
	ind, ok := a.strategy.Indicator(r.id)
	if !ok {
		return nil, metrics.Errorf(metrics.NotFound, "The strategy has no indicator called %s. %s/indicators lists those it has.", quoted(r.id), Root)
	}
	return a.indicatorOf(ind), nil
}
