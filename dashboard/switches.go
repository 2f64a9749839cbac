package dashboard

import (
	"slices"
	"strings"

	"outcomes/metrics"
)

// What a chart can show besides its line, by the names in the address.
const (
	showInterval = "interval"
	showLimits   = "limits"
	showBeside   = "force"
	showSimilar  = "similar"
	showEngland  = "england"
	showTarget   = "target"
)

var overlays = []string{showInterval, showLimits, showBeside, showSimilar, showEngland, showTarget}

// byDefault is what a chart of this kind of period shows when nothing is chosen.
func byDefault(kind metrics.PeriodKind) []string {
	if kind == metrics.Quarter || kind == metrics.Monthly {
		return []string{showInterval, showLimits, showBeside}
	}
	if kind == metrics.Edition { // there is no force area to see it beside
		return []string{showInterval, showBeside, showEngland}
	}
	return []string{showInterval, showBeside}
}

// parseShow reads the choice of overlays: names with commas between, none, or
// nothing for what the page would choose.
func (ch *choice) parseShow(value string) error {
	ch.show = byDefault(ch.kind)
	if value == "" {
		return nil
	}
	asked := strings.Split(value, ",")
	if value == "none" {
		asked = nil
	}
	ch.show = nil
	for _, name := range overlays {
		if slices.Contains(asked, name) {
			ch.show = append(ch.show, name)
		}
	}
	for _, name := range asked {
		if !slices.Contains(overlays, name) {
			return metrics.Errorf(metrics.Invalid, "The chart cannot show %q. Use %s, with commas between, or none.", name, strings.Join(overlays, ", "))
		}
	}
	ch.chosen = !slices.Equal(ch.show, byDefault(ch.kind))
	return nil
}

func (ch choice) shows(name string) bool { return slices.Contains(ch.show, name) }

// showing is the value in the address for a set of overlays: "" for what the
// page would choose anyway.
func showing(kind metrics.PeriodKind, show []string) string {
	switch {
	case slices.Equal(show, byDefault(kind)):
		return ""
	case len(show) == 0:
		return "none"
	}
	return strings.Join(show, ",")
}

// link is one choice of a switch. A state that is reached from here only is
// marked for robots not to follow: switches multiply.
type link struct {
	Text     string
	URL      string
	Current  bool
	NoFollow bool
}

type switchGroup struct {
	Name  string
	Links []link
}

// toggle turns one thing on the chart on or off.
type toggle struct {
	Text     string
	URL      string
	On       bool
	NoFollow bool
}

// address is that of the page with other choices, the rest as it is here.
func (ch choice) address(area string, kind metrics.PeriodKind, view string, show []string) string {
	if view == "chart" {
		view = ""
	}
	return indicatorURL(ch.indicator.ID, "", area, kind, view, showing(kind, show))
}

func switches(strategy *metrics.Strategy, ch choice, area metrics.Area, beside []metrics.Figure) []switchGroup {
	to := func(text, area string, kind metrics.PeriodKind, view string, current bool) link {
		show := byDefault(kind)
		if ch.chosen {
			show = ch.show
		}
		return link{text, ch.address(area, kind, view, show), current, ch.chosen}
	}
	areas := switchGroup{Name: "Area"}
	add := func(a metrics.Area) {
		for _, l := range areas.Links {
			if l.Text == areaName(a) {
				return
			}
		}
		areas.Links = append(areas.Links, to(areaName(a), a.Code, ch.kind, ch.view, a.Code == ch.area))
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
	for _, kind := range ch.indicator.Periods {
		periods.Links = append(periods.Links, to(kindNames[kind], ch.area, kind, ch.view, kind == ch.kind))
	}
	view := switchGroup{Name: "View", Links: []link{
		to("Chart and table", ch.area, ch.kind, "chart", ch.view == "chart"),
		to("Table only", ch.area, ch.kind, "table", ch.view == "table"),
	}}
	var out []switchGroup
	for _, g := range []switchGroup{areas, periods, view} {
		if len(g.Links) > 1 {
			out = append(out, g)
		}
	}
	return out
}

// toggles are the switches of what the chart can show.
func (t trend) toggles() []toggle {
	var out []toggle
	for _, name := range overlays {
		words, ok := t.can[name]
		if !ok {
			continue
		}
		show := slices.DeleteFunc(slices.Clone(overlays), func(o string) bool { return t.choice.shows(o) == (o == name) })
		address := t.choice.address(t.choice.area, t.choice.kind, "", show)
		out = append(out, toggle{Text: words, URL: address, On: t.choice.shows(name), NoFollow: strings.Contains(address, "show=")})
	}
	return out
}
