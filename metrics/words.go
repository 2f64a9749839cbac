package metrics

import (
	"fmt"
	"math"
	"strconv"
	"strings"
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
	return fmt.Sprintf("There is no figure for %s for the %s: %s.", fig.Area.Place(), fig.Period.Label(), fig.Reason)
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
	return s
}

func firstComparison(fig Figure) (Comparison, bool) {
	if len(fig.Comparisons) == 0 {
		return Comparison{}, false
	}
	return fig.Comparisons[0], true
}

// changeSentence is the form of police.uk's quarterly comparison, which the
// council's report quotes.
func changeSentence(ind Indicator, fig Figure, cmp Comparison, force *Figure) string {
	places := fmt.Sprintf("%s in %s", cmp.Direction, fig.Area.Place())
	if force != nil {
		if f, ok := firstComparison(*force); ok && f.Direction != NotCompared {
			places += fmt.Sprintf(" and %s in %s", f.Direction, force.Area.Place())
		}
	}
	return fmt.Sprintf("In the %s, %s rates were %s, compared with the corresponding quarter in %d. The rate in %s was %s (%s %s), from %s (%s).",
		fig.Period.Label(), ind.Noun, places, fig.Period.Last.Year()-1,
		fig.Area.Place(), Amount(ind, *fig.Value), Decimal(*fig.Numerator, 0), ind.Counted,
		bare(ind, *cmp.Value), Decimal(*cmp.Numerator, 0))
}

func levelSentence(ind Indicator, fig Figure, cmp Comparison, compared bool) string {
	s := fmt.Sprintf("In the %s, the %s rate in %s was %s (%s %s)",
		fig.Period.Label(), ind.Noun, fig.Area.Place(), Amount(ind, *fig.Value), Decimal(*fig.Numerator, 0), ind.Counted)
	if compared {
		s += change(ind, fig, cmp)
	}
	return s + "."
}

func shareSentence(ind Indicator, fig Figure, cmp Comparison, compared bool) string {
	s := fmt.Sprintf("In the %s, the %s in %s was %s (%s of %s %s)",
		fig.Period.Label(), ind.Noun, fig.Area.Place(), Amount(ind, *fig.Value), Decimal(*fig.Numerator, 0), Decimal(*fig.Denominator, 0), ind.Counted)
	if compared {
		s += change(ind, fig, cmp)
	}
	return s + "."
}

// change is the half-sentence that sets a figure beside the one a year earlier.
func change(ind Indicator, fig Figure, cmp Comparison) string {
	when := "in the corresponding quarter in " + strconv.Itoa(fig.Period.Last.Year()-1)
	if before, ok := fig.Period.YearBefore(); ok && fig.Period.Kind != Quarter {
		when = "in the " + before.Label()
	}
	then := fmt.Sprintf("%s (%s) %s", bare(ind, *cmp.Value), Decimal(*cmp.Numerator, 0), when)
	if cmp.Direction == AboutSame {
		return ", about the same as " + then
	}
	return fmt.Sprintf(", %s from %s", cmp.Direction, then)
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
