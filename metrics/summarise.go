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
	sum.Headline = headline(s, sum.Priorities)
	sum.Headlines = headlines(sum.Priorities)
	return sum
}

// maxHeadlines is how many sentences a board can take in.
const maxHeadlines = 6

// headlines picks the news over all priorities: what changed by rule first,
// the newest kind of data first, and what stayed about the same last. What
// could not be compared is no news.
func headlines(priorities []PrioritySummary) []HeadlineItem {
	var items []HeadlineItem
	for _, p := range priorities {
		for _, i := range p.Indicators {
			if i.Latest == nil || i.Verdict == NoCompared || i.Latest.Sentence == "" {
				continue
			}
			text := firstSentence(i.Latest.Sentence, i.Latest.Area)
			if cmp, ok := firstComparison(*i.Latest); ok && cmp.Care != "" && !strings.Contains(text, cmp.Care) {
				text += " " + cmp.Care
			}
			items = append(items, HeadlineItem{Indicator: i.Indicator.ID, Title: i.Indicator.Title, Accountability: i.Indicator.Accountability, Text: text,
				Verdict: i.Verdict, Words: verdictWords(i), Figure: i.Latest})
		}
	}
	order := func(h HeadlineItem) int {
		n := map[Verdict]int{NoVerdict: 2, Same: 4}[h.Verdict] // better and worse before what is neither
		if h.Figure.Period.Kind == Edition {
			n++
		}
		return n
	}
	slices.SortStableFunc(items, func(a, b HeadlineItem) int { return order(a) - order(b) })
	return items[:min(maxHeadlines, len(items))]
}

// firstSentence is a text up to its first full stop that ends a sentence: one
// after a number, a percentage or a bracket, for nouns hold full stops too. The
// area's name may hold anything.
func firstSentence(sentence string, a Area) string {
	name := named(a.Name, a.Code)
	text := strings.ReplaceAll(sentence, name, strings.Repeat("x", len(name)))
	depth := 0
	for i, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r != '.' || depth > 0 || i == 0 || i+1 >= len(text) || text[i+1] != ' ':
		case strings.IndexByte("0123456789)%", text[i-1]) >= 0:
			return sentence[:i+1]
		}
	}
	return sentence
}

// SummaryOf is what one priority's indicators say, all of them. The verdict is
// that of the city's first headline, or of the projects' where the city has none.
func SummaryOf(s *Strategy, p Priority, figures []Figure) PrioritySummary {
	ps := PrioritySummary{Priority: p, Verdict: NoCompared, Words: "Waiting for data"}
	for _, ind := range s.ByPriority(p.ID) {
		ps.Indicators = append(ps.Indicators, IndicatorSummaryOf(ind, s.Area.Code, ind.Periods[0], figures))
	}
	for _, projects := range []bool{false, true} {
		for _, i := range ps.Indicators {
			if i.Latest != nil && i.Indicator.Headline && (i.Indicator.Accountability == Performance) == projects {
				ps.Verdict, ps.Words = i.Verdict, capital(short(i.Indicator))+": "+lower(verdictWords(i))
				return ps
			}
		}
	}
	return ps
}

// verdictWords are said of a priority with the indicator's name before them:
// the verdict is that of its first headline indicator with a figure.
func verdictWords(i IndicatorSummary) string {
	words := plainVerdict(i)
	if cmp, ok := firstComparison(*i.Latest); ok && cmp.Care != "" && cmp.Direction != NotCompared {
		words += ", compared with care"
	}
	return words
}

func plainVerdict(i IndicatorSummary) string {
	switch i.Verdict {
	case Better:
		return "Getting better"
	case Worse:
		return "Getting worse"
	case Same:
		return "About the same"
	case NoVerdict:
		cmp, _ := firstComparison(*i.Latest)
		return capital(string(cmp.Direction)) + ", " + noJudgement
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
			sum.Words = "Not compared: " + because(cmp.Reason)
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
		then = p.Phrase()
		if p.Kind == Edition {
			then = fmt.Sprint(p.Last.Year())
		}
	}
	if cmp.Direction == AboutSame {
		return "About the same as in " + then
	}
	return capital(string(cmp.Direction)) + " on " + then
}

// Late says what is missing after the latest figure, "" when nothing is.
func (s IndicatorSummary) Late() string {
	if s.Newest == nil || s.Newest.Status == Available {
		return ""
	}
	return missing(*s.Newest, s.Newest.Period.Phrase())
}

// headline is the answer in a sentence or two: where, what, on what. What
// changed by rule comes first, and what is counted by the quarter before what
// comes with an edition.
func headline(s *Strategy, priorities []PrioritySummary) string {
	type clause struct {
		text, period string
		order        int
	}
	var clauses []clause
	for _, p := range priorities {
		for _, i := range p.Indicators {
			if i.Latest == nil || i.Verdict == NoCompared || i.Indicator.Accountability == Performance { // projects' work is not the city's
				continue
			}
			cmp, _ := firstComparison(*i.Latest)
			on := " on a year ago"
			if i.Kind == Edition {
				on = " on " + strings.TrimPrefix(cmp.Period, "IoD")
			}
			if cmp.Direction == AboutSame {
				on = strings.Replace(on, " on ", " as ", 1)
				if i.Kind == Edition {
					on = strings.Replace(on, " as ", " as in ", 1)
				}
			}
			c := clause{text: fmt.Sprintf("%s is %s%s", subject(i.Indicator), cmp.Direction, on), period: i.Latest.Period.Label()}
			if cmp.Care != "" {
				c.text += " (to be compared with care)"
			}
			if i.Verdict == Same {
				c.order++
			}
			if i.Kind == Edition {
				c.order += 2
				c.period = "the " + c.period
			}
			clauses = append(clauses, c)
			break // one a priority: its first headline indicator
		}
	}
	if len(clauses) == 0 {
		return "There is nothing to report yet: the strategy's data have not come in."
	}
	slices.SortStableFunc(clauses, func(a, b clause) int { return a.order - b.order })
	clauses = clauses[:min(3, len(clauses))]
	var sentences []string
	for at := 0; at < len(clauses); {
		end := at + 1
		texts := []string{clauses[at].text}
		for ; end < len(clauses) && clauses[end].period == clauses[at].period; end++ {
			texts = append(texts, clauses[end].text)
		}
		start := ""
		if at == 0 {
			start = "In " + s.Area.Place() + " "
		}
		sentences = append(sentences, capital(fmt.Sprintf("%s%s (%s).", start, listed(texts), clauses[at].period)))
		at = end
	}
	return strings.Join(sentences, " ")
}

// short is an indicator's name within a sentence.
func short(ind Indicator) string {
	if ind.Short != "" {
		return ind.Short
	}
	return lower(ind.Title)
}

// subject is an indicator's name where a sentence begins with it.
func subject(ind Indicator) string {
	name := short(ind)
	if ind.Kind == Inequality && !strings.HasPrefix(name, "the ") { // "the gap", but "violence"
		name = "the " + name
	}
	return name
}
