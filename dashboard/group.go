package dashboard

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"outcomes/dashboard/chart"
	"outcomes/metrics"
)

// groupView is the similar areas: each with a small picture on one scale, and
// a table in the order of their values.
type groupView struct {
	Name     string
	Proposal bool
	Source   string
	Period   string // that the values are of
	Scale    string // "from 0 to 14"
	Spread   string // least, quartiles, greatest and mean
	Panels   []panelView
	Rows     []groupRow
	Value    string // the values' heading
	Caption  string
	Method   string
}

type panelView struct {
	Name  string
	URL   string // "" for the page's own area
	Value string
	Own   bool
	Chart template.HTML
}

type groupRow struct {
	Rank  string
	Name  string
	URL   string
	Value string
	Own   bool
}

// groupOf shows the areas that the figures were compared with, from the values
// that the means were taken of; nil where none was.
func groupOf(strategy *metrics.Strategy, ch choice, subject []metrics.Figure) *groupView {
	ind := ch.indicator
	var compared []metrics.Figure
	for _, f := range subject {
		if c, ok := f.Comparison(metrics.WithSimilar); ok && c.Group != nil && c.Value != nil && len(c.Group.Values) > 0 && f.Status == metrics.Available {
			compared = append(compared, f)
		}
	}
	if len(compared) == 0 {
		return nil
	}
	latest := compared[len(compared)-1]
	cmp, _ := latest.Comparison(metrics.WithSimilar)
	group := *cmp.Group
	periods := periodsOf(subject)
	for len(periods) > 0 && periods[0].Last < compared[0].Period.Last {
		periods = periods[1:]
	}

	// Each member's line, and the mean of all.
	lines := map[string]*chart.Line{}
	mean := chart.Line{Values: make([]*float64, len(periods)), Breaks: map[int]bool{}}
	for _, m := range group.Values {
		lines[m.Code] = &chart.Line{Values: make([]*float64, len(periods)), Breaks: mean.Breaks}
	}
	for _, f := range compared {
		at := slices.Index(periods, f.Period)
		c, _ := f.Comparison(metrics.WithSimilar)
		mean.Values[at] = c.Value
		for _, m := range c.Group.Values {
			if l := lines[m.Code]; l != nil {
				l.Values[at] = &m.Value
			}
		}
	}
	for _, f := range subject {
		if at := slices.Index(periods, f.Period); at >= 0 && f.BreakBefore != "" {
			mean.Breaks[at] = true
		}
	}
	in := chart.Input{Percent: ind.Kind == metrics.Proportion, Decimals: ind.Decimals, Lines: []chart.Line{mean}}
	for _, m := range group.Values {
		in.Lines = append(in.Lines, *lines[m.Code])
	}
	axis := in.Scale()

	view := &groupView{
		Name: group.Name, Proposal: group.Proposal, Period: the(latest.Period), Method: methodURL("similar"),
		Scale:   fmt.Sprintf("from %s to %s", in.Tick(axis, axis.Min), in.Tick(axis, axis.Max)),
		Spread:  cmp.Spread(ind),
		Value:   "Rate " + ind.Unit,
		Caption: fmt.Sprintf("%s, similar areas, %s", ind.Title, latest.Period.Label()),
	}
	if ind.Kind != metrics.CrudeRate {
		view.Value = upperFirst(strings.TrimSpace(unitWords(ind)))
		if ind.Kind == metrics.Proportion {
			view.Value = "Share"
		}
	}
	if group.Name == strategy.Similar.Name {
		view.Source = upperFirst(strategy.Similar.Source)
		if d := strategy.Similar.Date; d != "" && view.Source != "" {
			view.Source = strings.TrimSuffix(view.Source, ".") + " (" + d + ")."
		}
	}
	short := axisOf(periods)
	rank := 0
	for i, m := range group.Values {
		if i == 0 || m.Value < group.Values[i-1].Value {
			rank = i + 1
		}
		own := m.Code == ch.area
		address := ""
		if !own {
			address = indicatorURL(ind.ID, "", m.Code, ch.kind, "", "")
		}
		value := written(ind, m.Value)
		description := fmt.Sprintf("Small trend line of %s: %s in %s.", m.Name, value, the(latest.Period))
		panel := panelView{Name: m.Name, URL: address, Value: value, Own: own, Chart: chart.Panel(short, axis, *lines[m.Code], mean, description)}
		if own {
			view.Panels = slices.Insert(view.Panels, 0, panel)
		} else {
			view.Panels = append(view.Panels, panel)
		}
		view.Rows = append(view.Rows, groupRow{metrics.Ordinal(rank), m.Name, address, value, own})
	}
	return view
}
