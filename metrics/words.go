package metrics

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"outcomes/metrics/stats"
)

// This file is the one place that writes sentences from figures, in the forms
// of police.uk's and the council's reports. Plain words, the numbers after
// them, no causes and no adjectives.

// Decimal writes a number with so many decimals and commas between thousands.
func Decimal(x float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, part, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if part != "" {
		whole += "." + part
	}
	if x < 0 && strings.Trim(whole, "0.,") != "" {
		whole = "-" + whole
	}
	return whole
}

// Whole writes a count with commas between thousands.
func Whole(n int64) string { return Decimal(float64(n), 0) }

// Ordinal writes 1st, 2nd, 3rd, 11th, 112th.
func Ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return Whole(int64(n)) + suffix
}

// listed joins words as people do: "a", "a and b", "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// Place is an area's name as it stands in a sentence.
func (a Area) Place() string {
	if a.Kind == Force {
		return "the " + a.Name + " force area"
	}
	return a.Name
}

// Amount writes a figure's value with its unit, in the indicator's decimals:
// "9.8 per 1,000 residents", "14.4%".
func Amount(ind Indicator, value float64) string {
	if ind.Kind == Proportion {
		return Decimal(value, ind.Decimals) + "%"
	}
	return Decimal(value, ind.Decimals) + " " + ind.Unit
}

// bare is the value without its unit, for the second number in a sentence.
func bare(ind Indicator, value float64) string {
	if ind.Kind == Proportion {
		return Amount(ind, value)
	}
	return Decimal(value, ind.Decimals)
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// missingSentence says why there is no figure.
func missingSentence(fig Figure) string {
	return fmt.Sprintf("There is no figure for %s for %s: %s.", fig.Area.Place(), fig.Period.Phrase(), fig.Reason)
}

// sentence says what a figure of a monthly series reads, beside the force
// area's where that is given.
func sentence(ind Indicator, fig Figure, force *Figure) string {
	if fig.Status != Available {
		return missingSentence(fig)
	}
	var s string
	cmp, ok := firstComparison(fig)
	compared := ok && cmp.Direction != NotCompared
	switch {
	case ind.Kind == Proportion:
		s = shareSentence(ind, fig, cmp, compared)
	case compared && fig.Period.Kind == Quarter:
		s = changeSentence(ind, fig, cmp, force)
	default:
		s = levelSentence(ind, fig, cmp, compared)
	}
	if ok && !compared {
		s += fmt.Sprintf(" It is not compared with the %s: %s.", cmp.With, cmp.Reason)
	}
	if compared && cmp.Care != "" {
		s += " " + capital(cmp.Care) + "."
	}
	return s
}

// firstComparison is the comparison in time, which a figure's sentence tells.
func firstComparison(fig Figure) (Comparison, bool) { return fig.Comparison(InTime) }

// Comparison gives the figure's comparison of a kind.
func (f Figure) Comparison(kind ComparisonKind) (Comparison, bool) {
	for _, c := range f.Comparisons {
		if c.Kind == kind {
			return c, true
		}
	}
	return Comparison{}, false
}

// changeSentence is the form of police.uk's quarterly comparison, which the
// council's report quotes.
func changeSentence(ind Indicator, fig Figure, cmp Comparison, force *Figure) string {
	places := fmt.Sprintf("%s in %s", cmp.Direction, fig.Area.Place())
	if force != nil {
		if f, ok := firstComparison(*force); ok && f.Direction != NotCompared {
			if f.Direction == AboutSame && cmp.Direction == AboutSame {
				places += " and in " + force.Area.Place()
			} else {
				places += fmt.Sprintf(" and %s in %s", f.Direction, force.Area.Place())
			}
		}
	}
	return fmt.Sprintf("In %s, %s rates were %s, compared with the corresponding quarter in %d. The rate in %s was %s (%s %s), %s %s (%s).",
		fig.Period.Phrase(), ind.Noun, places, fig.Period.Last.Year()-1,
		fig.Area.Place(), Amount(ind, *fig.Value), Decimal(*fig.Numerator, 0), ind.Counted, fromOrAgainst(cmp),
		bare(ind, *cmp.Value), Decimal(*cmp.Numerator, 0))
}

func fromOrAgainst(cmp Comparison) string {
	if cmp.Direction == AboutSame {
		return "against"
	}
	return "from"
}

func levelSentence(ind Indicator, fig Figure, cmp Comparison, compared bool) string {
	s := fmt.Sprintf("In %s, the %s rate in %s was %s (%s %s)",
		fig.Period.Phrase(), ind.Noun, fig.Area.Place(), Amount(ind, *fig.Value), Decimal(*fig.Numerator, 0), ind.Counted)
	if compared {
		s += change(ind, fig, cmp)
	}
	return s + "."
}

func shareSentence(ind Indicator, fig Figure, cmp Comparison, compared bool) string {
	s := fmt.Sprintf("In %s, in %s, the %s was %s (%s of %s %s)",
		fig.Area.Place(), fig.Period.Phrase(), ind.Noun, Amount(ind, *fig.Value), Decimal(*fig.Numerator, 0), Decimal(*fig.Denominator, 0), whole(ind))
	if compared {
		s += change(ind, fig, cmp)
	}
	return s + "."
}

// whole names what a share is of.
func whole(ind Indicator) string {
	if ind.Whole != "" {
		return ind.Whole
	}
	return ind.Counted
}

// change is the half-sentence that sets a figure beside the one a year earlier.
func change(ind Indicator, fig Figure, cmp Comparison) string {
	when := "in the corresponding quarter in " + strconv.Itoa(fig.Period.Last.Year()-1)
	if before, ok := fig.Period.YearBefore(); ok && fig.Period.Kind != Quarter {
		when = "in " + before.Phrase()
	}
	then := fmt.Sprintf("%s (%s) %s", bare(ind, *cmp.Value), Decimal(*cmp.Numerator, 0), when)
	if ind.Kind == Inequality { // its numbers are not one count
		then = bare(ind, *cmp.Value) + " " + when
	}
	if cmp.Direction == AboutSame {
		return ", about the same as " + then
	}
	return fmt.Sprintf(", %s from %s", cmp.Direction, then)
}

// statements says what a figure's benchmarks and its target tell, and what
// change could be told from chance.
func statements(ind Indicator, fig Figure) []Statement {
	var out []Statement
	if fig.Status != Available {
		return nil
	}
	for _, cmp := range fig.Comparisons {
		if cmp.Kind == InTime {
			continue
		}
		out = append(out, statement(ind, fig, cmp))
	}
	if n, ok := fallFromChance(ind, fig); ok {
		out = append(out, Statement{About: "chance", Text: fmt.Sprintf("A fall of at least %s %s in a quarter would be needed before it could be told from chance.", Whole(n), ind.Counted)})
	}
	return out
}

func statement(ind Indicator, fig Figure, cmp Comparison) Statement {
	about := string(cmp.Kind)
	if cmp.Direction == NotCompared {
		return Statement{About: about, Refused: true, Text: fmt.Sprintf("For %s, %s is not compared with %s: %s.", fig.Period.Phrase(), fig.Area.Place(), cmp.With, cmp.Reason)}
	}
	subject := fmt.Sprintf("In %s, the %s in %s was", fig.Period.Phrase(), measuredWords(ind), fig.Area.Place())
	if cmp.Kind == WithTarget {
		words := map[Direction]string{Met: "at its target or beyond", OnTrack: "on track to its target", OffTrack: "off track to its target"}
		by := ""
		if p, err := ParsePeriod(ind.Target.By); err == nil {
			by = " by the " + p.Label()
		}
		return Statement{About: about, Text: fmt.Sprintf("%s %s of %s%s, at %s.", subject, words[cmp.Direction], Amount(ind, *cmp.Value), by, bare(ind, *fig.Value))}
	}
	than := string(cmp.Direction) + " than"
	if cmp.Direction == Similar {
		than = "about the same as"
	}
	against := fmt.Sprintf("%s against %s", bare(ind, *fig.Value), Amount(ind, *cmp.Value))
	if cmp.Kind == WithSimilar {
		s := fmt.Sprintf("%s %s the average across similar areas (%s; %s highest of %d).", subject, than, against, Ordinal(cmp.Group.Rank), cmp.Group.Members)
		s = strings.Replace(s, "1st highest", "highest", 1)
		if cmp.Group.Proposal {
			s += " The group of similar areas is proposed by this program from open data; it is not the police.uk group."
		}
		return Statement{About: about, Text: s}
	}
	return Statement{About: about, Text: fmt.Sprintf("%s %s in %s (%s).", subject, than, cmp.With, against)}
}

// fallFromChance is the smallest fall in a quarter's count, at the same
// population, whose rate ratio's 95% interval lies below 1.
func fallFromChance(ind Indicator, fig Figure) (int64, bool) {
	if ind.Kind != CrudeRate || fig.Period.Kind != Quarter || *fig.Numerator < 1 {
		return 0, false
	}
	count := *fig.Numerator
	n := sort.Search(int(count)+1, func(fall int) bool {
		r, err := stats.RateRatio(count-float64(fall), *fig.Denominator, count, *fig.Denominator, confidence)
		return err == nil && r.Upper < 1
	})
	return int64(n), n <= int(count)
}

// domainWords are how a domain of the Indices is named in a sentence.
var domainWords = map[string]string{
	"imd": "", "income": " by income", "employment": " by employment", "education": " by education, skills and training",
	"health": " by health and disability", "crime": " by crime", "housing": " by barriers to housing and services",
	"environment": " by living environment", "idaci": " by income deprivation of children", "idaopi": " by income deprivation of older people",
}

// editionSentence is the report's form for the Indices of Deprivation.
func editionSentence(ind Indicator, fig Figure, old *Figure) string {
	s := fmt.Sprintf("In %d, %s of the neighbourhoods in %s (%s of %s) were amongst the %d%% most deprived in England%s",
		fig.Period.Last.Year(), Amount(ind, *fig.Value), fig.Area.Place(), Decimal(*fig.Numerator, 0), Decimal(*fig.Denominator, 0),
		ind.Numerator.MostDeprived, domainWords[ind.Numerator.Domain])
	if fig.Rank != nil {
		s += fmt.Sprintf(" (rank: %s of %d districts)", Ordinal(*fig.Rank), *fig.RankOf)
	}
	if cmp, ok := firstComparison(fig); ok && old != nil {
		word := ", " + string(cmp.Direction) + " from "
		if cmp.Direction == AboutSame {
			word = ", about the same as "
		}
		s += word + Amount(ind, *old.Value) + " in " + strconv.Itoa(old.Period.Last.Year())
		if old.Rank != nil {
			s += fmt.Sprintf(" (rank: %s of %d)", Ordinal(*old.Rank), *old.RankOf)
		}
	}
	s += "."
	if fig.BreakBefore != "" {
		s += " " + capital(fig.BreakBefore) + "."
	}
	return s
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
