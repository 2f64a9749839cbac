package metrics

import (
	"fmt"
	"strconv"
	"strings"
)

// Sentences of performance figures: what projects did, how much, how well, and
// who is better off. They say what was returned and claim no cause.

// pounds writes an amount of money: "£1,250", "-£30".
func pounds(v float64, decimals int) string {
	s := Decimal(v, decimals)
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return "-" + Pounds + rest
	}
	return Pounds + s
}

// totalWords names a total, to stand after "the".
func totalWords(ind Indicator) string {
	if ind.Unit == Pounds {
		return "amount " + ind.Noun
	}
	return "number of " + ind.Counted + " " + ind.Noun
}

// inTheTime begins a sentence with a figure's period.
func inTheTime(p Period) string {
	if p.Kind == SinceStart {
		return fmt.Sprintf("From %s to %s", p.First.Name(), p.Last.Name())
	}
	return "In " + p.Phrase()
}

// returnedSentence says what a performance figure reads.
func returnedSentence(ind Indicator, fig Figure) string {
	if fig.Status != Available {
		return missing(fig, fig.Period.Phrase())
	}
	var s string
	if ind.Kind == Proportion {
		s = fmt.Sprintf("%s, the %s was %s (%s%s)", inTheTime(fig.Period), ind.Noun, Amount(ind, *fig.Value), outOf(ind, fig), contributed(fig, "; "))
	} else {
		s = inTheTime(fig.Period) + ", " + done(ind, *fig.Value)
		if by := contributed(fig, ""); by != "" {
			s += " (" + by + ")"
		}
	}
	cmp, ok := firstComparison(fig)
	switch {
	case !ok:
		return s + "."
	case cmp.Direction == NotCompared:
		return s + "." + notCompared(cmp)
	}
	return s + sinceThen(ind, fig, cmp) + "." + withCare(cmp)
}

// done is a total as what was done: "45 young people were referred".
func done(ind Indicator, n float64) string {
	switch {
	case ind.Unit == Pounds:
		return pounds(n, ind.Decimals) + " was " + ind.Noun
	case n == 0:
		return "no " + ind.Counted + " were " + ind.Noun
	case n == 1:
		return howMany(n, ind.Counted) + " was " + ind.Noun
	}
	return howMany(n, ind.Counted) + " were " + ind.Noun
}

// outOf is what a share was taken from: "20 of 25 young people who completed".
func outOf(ind Indicator, fig Figure) string {
	if strings.HasPrefix(ind.Counted, "pounds") {
		return pounds(*fig.Numerator, 0) + " of " + pounds(*fig.Denominator, 0)
	}
	return Decimal(*fig.Numerator, 0) + " of " + howMany(*fig.Denominator, whole(ind))
}

// contributed names the project that a figure is made from, or says how many
// they are, after the words that lead to it; "" where the figure does not tell.
func contributed(fig Figure, lead string) string {
	n, name := 0, ""
	for _, g := range fig.Breakdown {
		if g.By == byProject {
			n, name = n+1, named(g.Label, g.Item)
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return lead + name
	}
	return lead + strconv.Itoa(n) + " projects"
}

// sinceThen is the half-sentence that sets a figure beside the one a year earlier.
func sinceThen(ind Indicator, fig Figure, cmp Comparison) string {
	when := "in the corresponding quarter in " + strconv.Itoa(fig.Period.Last.Year()-1)
	if before, ok := fig.Period.YearBefore(); ok && fig.Period.Kind != Quarter {
		when = "in " + before.Phrase()
	}
	then := bare(ind, *cmp.Value)
	if ind.Kind == Proportion && cmp.Numerator != nil && !strings.HasPrefix(ind.Counted, "pounds") {
		then += fmt.Sprintf(" (%s)", Decimal(*cmp.Numerator, 0))
	}
	if cmp.Direction == AboutSame {
		return ", about the same as " + then + " " + when
	}
	return fmt.Sprintf(", %s from %s %s", cmp.Direction, then, when)
}
