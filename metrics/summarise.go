package metrics

import (
	"fmt"
	"slices"
	"strings"
)

// Summarise makes the overview's words from stored figures. It computes
// nothing: verdicts were found when the figures were made.
func Summarise(s *Strategy, figures []Figure) Summary {
	var sum Summary
	for _, p := range s.Priorities {
		ps := SummaryOf(s, p, figures)
		ps.Indicators = slices.DeleteFunc(ps.Indicators, func(i IndicatorSummary) bool { return !i.Indicator.Headline })
		sum.Priorities = append(sum.Priorities, ps)
	}
	sum.Headline = headline(sum.Priorities)
	return sum
}

// SummaryOf is what one priority's indicators say, all of them.
func SummaryOf(s *Strategy, p Priority, figures []Figure) PrioritySummary {
	ps := PrioritySummary{Priority: p, Verdict: NoCompared, Words: "Waiting for data"}
	for _, ind := range s.ByPriority(p.ID) {
		ps.Indicators = append(ps.Indicators, IndicatorSummaryOf(ind, s.Area.Code, ind.Periods[0], figures))
	}
	for _, i := range ps.Indicators {
		if i.Latest == nil || !i.Indicator.Headline {
			continue
		}
		ps.Verdict, ps.Words = i.Verdict, verdictWords(i)
		break
	}
	return ps
}

func verdictWords(i IndicatorSummary) string {
	switch i.Verdict {
	case Better:
		return "Getting better"
	case Worse:
		return "Getting worse"
	case Same:
		return "About the same"
	case NoVerdict:
		cmp, _ := firstComparison(*i.Latest)
		return capital(string(cmp.Direction)) + ", neither way is good by itself"
	}
	return "Not compared yet"
}

// IndicatorSummaryOf picks an indicator's series for an area and kind of
// period out of figures, its latest figure, and the words for its direction.
func IndicatorSummaryOf(ind Indicator, area string, kind PeriodKind, figures []Figure) IndicatorSummary {
	sum := IndicatorSummary{Indicator: ind, Kind: kind, Verdict: NoCompared, Words: "No figure yet"}
	for _, f := range figures {
		if f.Indicator == ind.ID && f.Area.Code == area && f.Period.Kind == kind {
			sum.Series = append(sum.Series, f)
		}
	}
	slices.SortFunc(sum.Series, func(a, b Figure) int { return int(a.Period.Last - b.Period.Last) })
	for i := range sum.Series {
		sum.Newest = &sum.Series[i]
		if sum.Series[i].Status == Available {
			sum.Latest = &sum.Series[i]
		}
	}
	if sum.Latest == nil {
		return sum
	}
	cmp, ok := firstComparison(*sum.Latest)
	if !ok || cmp.Direction == NotCompared {
		sum.Words = "Not compared: there is no earlier figure"
		if cmp.Reason != "" {
			sum.Words = "Not compared: " + cmp.Reason
		}
		return sum
	}
	sum.Verdict = cmp.Verdict
	sum.Words = directionWords(*sum.Latest, cmp)
	return sum
}

func directionWords(fig Figure, cmp Comparison) string {
	then := "the corresponding quarter of " + fmt.Sprint(fig.Period.Last.Year()-1)
	if p, err := ParsePeriod(cmp.Period); err == nil && p.Kind != Quarter {
		then = "the " + p.Label()
		if p.Kind == Edition {
			then = fmt.Sprint(p.Last.Year())
		}
	}
	if cmp.Direction == AboutSame {
		return "About the same as " + inThe(then)
	}
	return capital(string(cmp.Direction)) + " on " + then
}

func inThe(then string) string { return "in " + then }

// headline is the answer in one sentence: what changed by rule first, the
// newest kind of data first, three indicators at most.
func headline(priorities []PrioritySummary) string {
	type clause struct {
		text  string
		order int
	}
	var clauses []clause
	for _, p := range priorities {
		for _, i := range p.Indicators {
			if i.Latest == nil || i.Verdict == NoCompared {
				continue
			}
			cmp, _ := firstComparison(*i.Latest)
			c := clause{text: fmt.Sprintf("%s rates are %s", i.Indicator.Noun, cmp.Direction)}
			if i.Indicator.Kind == Proportion {
				c.text = fmt.Sprintf("the %s is %s", i.Indicator.Noun, cmp.Direction)
			}
			if i.Verdict == Same {
				c.order++
			}
			if i.Kind == Edition {
				c.order += 2
			}
			clauses = append(clauses, c)
			break // one a priority: its first headline indicator
		}
	}
	if len(clauses) == 0 {
		return "There is nothing to report yet: the strategy's data have not come in."
	}
	slices.SortStableFunc(clauses, func(a, b clause) int { return a.order - b.order })
	var texts []string
	for _, c := range clauses[:min(3, len(clauses))] {
		texts = append(texts, c.text)
	}
	return capital(strings.Join(texts, "; ")) + "."
}
