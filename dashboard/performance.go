package dashboard

import (
	"fmt"
	"slices"
	"strings"

	"outcomes/metrics"
)

// What projects return, on the pages. Suppressed numbers have been taken out by
// metrics; here they get their words.

// waitsForReturns is what a performance indicator without a figure waits for.
const waitsForReturns = "the projects’ returns: it has a figure once an analyst has accepted them"

const suppressedKey = "confidential: [c] is shown where the count is small enough to identify someone, or where such a count could be worked out from it"

// performanceView is what a priority's projects do, under the three questions
// of Results-Based Accountability.
type performanceView struct {
	Projects string
	Asks     []askView
	Key      *note
}

type askView struct {
	Question   string
	Indicators []indicatorView
}

type question struct {
	asks     metrics.Asks
	question string
}

// questions are the three questions, in their order.
var questions = []question{
	{metrics.HowMuch, "How much did we do?"},
	{metrics.HowWell, "How well did we do it?"},
	{metrics.BetterOff, "Is anyone better off?"},
}

// performanceOf is nil where the priority has no performance indicators.
func (s *Server) performanceOf(priority metrics.Priority, summary metrics.PrioritySummary) *performanceView {
	v := &performanceView{Projects: s.projectWords(priority)}
	for _, q := range questions {
		a := askView{Question: q.question}
		for _, ind := range summary.Indicators {
			if ind.Indicator.Accountability != metrics.Performance || ind.Indicator.Asks != q.asks {
				continue
			}
			a.Indicators = append(a.Indicators, viewOf(ind, 300, 84))
			for _, f := range ind.Series {
				if f.Status == metrics.Suppressed {
					v.Key = &note{metrics.Suppressed.Shorthand(), suppressedKey}
				}
			}
		}
		if len(a.Indicators) > 0 {
			v.Asks = append(v.Asks, a)
		}
	}
	if len(v.Asks) == 0 {
		return nil
	}
	return v
}

// projectWords names the priority's projects.
func (s *Server) projectWords(priority metrics.Priority) string {
	var names []string
	for _, p := range s.strategy.Projects {
		if p.Priority == priority.ID {
			names = append(names, p.Name)
		}
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return "The project: " + names[0] + "."
	default:
		return "The projects: " + strings.Join(names[:n-1], ", ") + " and " + names[n-1] + "."
	}
}

// doesWords says that a priority has performance measures, "" where it has none.
func (s *Server) doesWords(priority metrics.Priority) string {
	n := 0
	for _, ind := range s.strategy.ByPriority(priority.ID) {
		if ind.Accountability == metrics.Performance {
			n++
		}
	}
	projects := 0
	for _, p := range s.strategy.Projects {
		if p.Priority == priority.ID {
			projects++
		}
	}
	if n == 0 {
		return ""
	}
	return "What the projects do: " + plural(int64(n), "performance measure", "performance measures") + " of " + plural(int64(projects), "project", "projects")
}

// breakdownsOf are the parts of a performance figure: by project, then by each
// way of telling people apart. The key explains the shorthand that occurs.
func breakdownsOf(strategy *metrics.Strategy, ind metrics.Indicator, f metrics.Figure, write func(metrics.Indicator, float64) string) ([]groupsView, []note) {
	var out []groupsView
	shown := map[metrics.Status]bool{}
	var lacks missingWords
	by := ""
	for _, g := range f.Breakdown {
		if len(out) == 0 || g.By != by {
			by = g.By
			title := "By project"
			if d, ok := strategy.Dimension(by); ok {
				title = "By " + lowerFirst(d.Title)
			}
			v := groupsView{Caption: fmt.Sprintf("%s: %s, %s", title, ind.Title, f.Period.Label()), Head: []string{upperFirst(strings.TrimPrefix(title, "By ")), upperFirst(ind.Counted)}}
			if ind.Kind == metrics.Proportion {
				v.Head = append(v.Head, upperFirst(noun(ind.Denominator.Label)), "Share", "Lower 95% limit", "Upper 95% limit")
			}
			if !slices.ContainsFunc(f.Breakdown, func(g metrics.GroupValue) bool { return g.By == by && g.Status != metrics.Suppressed }) {
				v.Hidden = fmt.Sprintf("%s: every number of %s is hidden as %s.", title, the(f.Period), metrics.Suppressed.Shorthand())
			}
			out = append(out, v)
		}
		numbers := []*float64{g.Value}
		if ind.Kind == metrics.Proportion {
			numbers = []*float64{g.Numerator, g.Denominator, g.Value, g.Lower, g.Upper}
		}
		row := []string{g.Label}
		for i, n := range numbers {
			status := g.Status
			switch {
			case n == nil && status == metrics.Available:
				status = metrics.Missing
			case n != nil && g.OfNobody():
				status = metrics.Available
			}
			shown[status] = true
			switch {
			case status == metrics.Missing:
				row = append(row, status.Shorthand())
				lacks.add(g.OfNobody())
			case status != metrics.Available:
				row = append(row, status.Shorthand())
			case i < 2 && ind.Kind == metrics.Proportion:
				row = append(row, counted(*n))
			default:
				row = append(row, write(ind, *n))
			}
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, row)
	}
	var key []note
	if shown[metrics.Suppressed] {
		key = append(key, note{metrics.Suppressed.Shorthand(), suppressedKey})
	}
	if shown[metrics.Missing] {
		key = append(key, lacks.note())
	}
	return out, key
}

// missingWords gathers why shares and other numbers of a table are not available.
type missingWords struct{ nobody, other bool }

// add takes in a missing number, of nobody or for want of something else.
func (w *missingWords) add(ofNobody bool) {
	w.nobody, w.other = w.nobody || ofNobody, w.other || !ofNobody
}

func (w missingWords) note() note {
	text := "not available: there is nothing to make the figure from"
	switch {
	case w.nobody && w.other:
		text += ", or, where the counts are 0, there was nobody to take a share of"
	case w.nobody:
		text = "not available: the counts are 0, and there is nothing to take a share of"
	}
	return note{metrics.Missing.Shorthand(), text}
}

// added is how a total comes about.
func added(ind metrics.Indicator, f metrics.Figure) string {
	var parts []string
	for _, g := range f.Breakdown {
		if g.By != "project" {
			continue
		}
		if g.Status != metrics.Available || g.Value == nil {
			return "The projects’ numbers added up give " + written(ind, *f.Value) + "."
		}
		parts = append(parts, written(ind, *g.Value)+" ("+g.Label+")")
	}
	if len(parts) == 0 {
		return "The projects’ numbers added up give " + written(ind, *f.Value) + "."
	}
	return strings.Join(parts, " + ") + " = " + written(ind, *f.Value)
}

func inForce(f metrics.Figure, revisions []metrics.Revision) bool {
	return slices.ContainsFunc(revisions, func(r metrics.Revision) bool { return r.Current && r.Figure.ID == f.ID })
}
