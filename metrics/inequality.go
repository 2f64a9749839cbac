package metrics

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"outcomes/metrics/stats"
)

// Inequality between neighbourhoods: the district's LSOAs are put into the
// fifths of England by their rank in the Index of Multiple Deprivation, and the
// offences and residents of each fifth make its rate.
//
// References: methods of the PHE Inequalities calculation tool; Pamuk 1985.

const fifths = 5

var fifthNames = [fifths]string{"Most deprived fifth", "Second most deprived fifth", "Middle fifth", "Second least deprived fifth", "Least deprived fifth"}

// siiDraws is how many draws an interval of a slope has: what the method asks
// for at least. A slope takes some 15 ms, of which each pair of SII and RII
// needs one.
const siiDraws = 100_000

// siiSeed is the fixed seed of the draws.
const siiSeed = 2019

// How the intervals are made, as a figure says it.
const (
	gapMethod   = "MOVER on Byar's limits"
	ratioMethod = "Exact conditional"
	slopeMethod = "Simulation with a fixed seed"
)

// slope is an SII with its RII, or why there is none.
type slope struct {
	result stats.SIIResult
	why    string
}

// grouping is an edition's fifths with what they leave out.
type grouping struct {
	edition int
	batch   int64
	of      map[string]int // the fifth of a code of the edition
}

// unequal makes the series of an inequality for the own district.
func (c *computation) unequal(ind Indicator, a Area) []Figure {
	first, last, ok := span(c.f.Files[c.key(a)], a)
	if !ok {
		return nil
	}
	groupings := c.groupings()
	var out []Figure
	for _, kind := range ind.Periods {
		var series []Figure
		grounds := map[Period]ground{}
		for _, p := range periods(kind, first, last) {
			fig, g := c.inequality(ind, a, p, last, groupings)
			series = append(series, fig)
			if fig.Status == Available {
				grounds[p] = g
			}
		}
		c.inTime(ind, a, series, grounds)
		for i := range series {
			series[i].Sentence = inequalitySentence(ind, series[i])
			series[i].Statements = slices.Concat(relativeStatement(ind, series[i]), statements(ind, series[i]))
		}
		out = append(out, series...)
	}
	return out
}

// groupings puts the LSOAs of each edition into the fifths of England by their
// rank among all of the edition's.
func (c *computation) groupings() []grouping {
	n := c.f.Neighbourhoods
	if n == nil {
		return nil
	}
	var out []grouping
	for _, year := range slices.Sorted(maps.Keys(n.Ranks)) {
		ranks := n.Ranks[year]
		g := grouping{edition: year, batch: ranks.Batch, of: map[string]int{}}
		for code, rank := range ranks.Rank {
			if q, err := stats.QuantileOfRank(rank, ranks.Of, fifths); err == nil {
				g.of[code] = q
			}
		}
		if len(g.of) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// inequality makes one figure and says on what ground it stands.
func (c *computation) inequality(ind Indicator, a Area, p Period, last Month, groupings []grouping) (Figure, ground) {
	fig := Figure{Indicator: ind.ID, Priority: ind.Priority, Area: a, Period: p, Unit: ind.Unit, Status: Missing}
	g := ground{period: p}
	if fig.Reason = c.cannot(ind, a, p, last); fig.Reason != "" {
		return fig, g
	}
	n, year := c.f.Neighbourhoods, p.MidpointYear()
	switch {
	case n == nil || len(n.Codes) == 0:
		fig.Reason = "the lookups name no neighbourhood (LSOA) of " + a.Place()
		return fig, g
	case len(groupings) == 0:
		fig.Reason = "there is no edition of the Index of Multiple Deprivation to put the neighbourhoods into fifths by"
		return fig, g
	case len(n.Residents) == 0:
		fig.Reason = "there is no population estimate by neighbourhood (LSOA)"
		return fig, g
	}
	by := groupings[0]
	for _, candidate := range groupings {
		if candidate.edition <= year {
			by = candidate
		}
	}
	if by.edition > year {
		fig.Notes = append(fig.Notes, fmt.Sprintf("The neighbourhoods are put into fifths by the %d Indices of Deprivation, a later year: there is no edition for %d or before.", by.edition, year))
	}
	used := n.years(year)[0]
	estimate := n.Residents[used]
	if used != year {
		fig.Notes = append(fig.Notes, yearNote(estimate.Label, used, year))
	}
	g.base, g.edition = estimate.Base, by.edition
	fig.Denominated = fmt.Sprintf("%s by LSOA, in fifths of England by the %d Index of Multiple Deprivation", estimate.Label, by.edition)

	count, persons, note := c.inFifths(n, n.byCode(n.sum(ind.Numerator.Categories, p)), estimate.Persons, by.of)
	if note != "" {
		fig.Notes = append(fig.Notes, note)
	}
	var all, residents float64
	for q := range fifths {
		all += count[q]
		residents += persons[q]
	}
	fig.Breakdown = groups(ind, count, persons)
	fig.Batches = c.batches(a, p, estimate.Batches)
	if by.batch != 0 && !slices.Contains(fig.Batches, by.batch) {
		fig.Batches = append(fig.Batches, by.batch)
		slices.Sort(fig.Batches)
	}
	c.measureInequality(ind, &fig, count, persons)
	provisional(ind, &fig, last)
	if fig.Status == Available {
		fig.Numerator, fig.Denominator = &all, &residents
	}
	return fig, g
}

// inFifths adds up offences and residents by fifth. Ground that cannot be put
// into one fifth, on either side, is left out of both, and the note says how
// much that is.
func (c *computation) inFifths(n *Neighbourhoods, counts, persons map[string]int64, of map[string]int) (count, residents [fifths]float64, note string) {
	g := n.ground()
	out := map[int]bool{} // pieces of ground
	lived := map[int]bool{}
	for _, code := range n.Codes {
		if persons[code] > 0 {
			lived[g.of[code]] = true
		}
		if (persons[code] > 0 || counts[code] > 0) && n.fifth(code, of) == 0 {
			out[g.of[code]] = true
		}
	}
	var lostCount, lostPersons int64
	for _, code := range n.Codes {
		piece := g.of[code]
		if out[piece] || !lived[piece] {
			lostCount += counts[code]
			lostPersons += persons[code]
			continue
		}
		if q := n.fifth(code, of); q > 0 {
			count[q-1] += float64(counts[code])
			residents[q-1] += float64(persons[code])
		}
	}
	if lostCount+lostPersons > 0 {
		note = fmt.Sprintf("Left out are %s and %s of neighbourhoods that cannot be put into one fifth, because they were split, merged or redrawn between censuses, or have no residents.",
			howMany(float64(lostCount), "offences"), howMany(float64(lostPersons), "residents"))
	}
	return count, residents, note
}

// groups gives each fifth's rate with its interval.
func groups(ind Indicator, count, persons [fifths]float64) []GroupValue {
	out := make([]GroupValue, fifths)
	for q := range out {
		out[q] = GroupValue{Label: fifthNames[q], Numerator: &count[q], Denominator: &persons[q], Status: Missing}
		if e, err := stats.Rate(count[q], persons[q], ind.Per, confidence); err == nil {
			out[q].Status, out[q].Value, out[q].Lower, out[q].Upper = Available, &e.Value, &e.Lower, &e.Upper
		} else {
			out[q].Numerator, out[q].Denominator = nil, nil
		}
	}
	return out
}

// measureInequality makes the fifths' rates into one number with its interval.
func (c *computation) measureInequality(ind Indicator, fig *Figure, count, persons [fifths]float64) {
	const first, last = 0, fifths - 1
	needs := []int{first, last}
	if ind.Measure == SII || ind.Measure == RII {
		needs = []int{0, 1, 2, 3, 4}
	}
	for _, q := range needs {
		if persons[q] == 0 {
			fig.Reason = fmt.Sprintf("%s has no neighbourhood with residents in the %s of England", fig.Area.Place(), lower(fifthNames[q]))
			return
		}
	}
	var e stats.Estimate
	var err error
	switch ind.Measure {
	case Gap:
		fig.Method = gapMethod
		e, err = stats.RateDifference(count[first], persons[first], count[last], persons[last], ind.Per, confidence)
	case Ratio:
		fig.Method = ratioMethod
		if count[last] == 0 {
			fig.Reason, fig.Method = nothingToDivide(ind), ""
			return
		}
		e, err = stats.RateRatio(count[first], persons[first], count[last], persons[last], confidence)
	default:
		fig.Method = slopeMethod
		s := c.slope(ind, count, persons)
		switch {
		case s.why != "":
			fig.Reason, fig.Method = s.why, ""
			return
		case ind.Measure == SII:
			e = s.result.SII
		case s.result.RII == nil:
			fig.Reason, fig.Method = "the fitted line, or the interval about it, is not above 0 at both ends, so there is nothing to divide by", ""
			return
		default:
			e = *s.result.RII
		}
	}
	if err != nil {
		fig.Reason, fig.Method = err.Error(), ""
		return
	}
	fig.Status = Available
	fig.Value, fig.Lower, fig.Upper = &e.Value, &e.Lower, &e.Upper
}

// nothingToDivide is why there is no ratio.
func nothingToDivide(ind Indicator) string {
	return fmt.Sprintf("there were no %s in the least deprived fifth, so there is nothing to divide by", ind.Counted)
}

// slope gives the SII and RII of the fifths' rates, signed so that a higher
// rate among the more deprived reads positive, and above 1. Both measures of
// the same numbers are found once.
func (c *computation) slope(ind Indicator, count, persons [fifths]float64) slope {
	key := fmt.Sprint(count, persons, ind.Per)
	if s, ok := c.slopes[key]; ok {
		return s
	}
	s := findSlope(ind, count, persons)
	c.slopes[key] = s
	return s
}

func findSlope(ind Indicator, count, persons [fifths]float64) slope {
	in := make([]stats.SIIGroup, fifths)
	for q := range in {
		if count[q] == 0 {
			return slope{why: fmt.Sprintf("there were no %s in the %s, and a slope needs a rate above 0 in each", ind.Counted, lower(fifthNames[q]))}
		}
		e, err := stats.Rate(count[q], persons[q], ind.Per, confidence)
		if err != nil {
			return slope{why: err.Error()}
		}
		se, err := stats.SIIRate.SE(e.Lower, e.Upper, confidence)
		if err != nil {
			return slope{why: err.Error()}
		}
		in[q] = stats.SIIGroup{Population: persons[q], Value: e.Value, SE: se}
	}
	result, err := stats.SII(in, stats.SIIOptions{Scale: stats.SIIRate, Multiplier: -1, Confidence: confidence, Repetitions: siiDraws, Seed: siiSeed})
	if err != nil {
		return slope{why: err.Error()}
	}
	return slope{result: result}
}

// inequalitySentence says what a measure of inequality reads.
func inequalitySentence(ind Indicator, fig Figure) string {
	if fig.Status != Available {
		return missingSentence(fig)
	}
	subject := fmt.Sprintf("In %s, the %s rate", fig.Period.Phrase(), ind.Noun)
	most, least := fig.Breakdown[0], fig.Breakdown[fifths-1]
	interval := fmt.Sprintf("95%% interval %s to %s", Decimal(*fig.Lower, ind.Decimals), Decimal(*fig.Upper, ind.Decimals))
	unit := rateUnit(ind)
	var s string
	switch ind.Measure {
	case Gap, Ratio:
		s = fmt.Sprintf("%s in the neighbourhoods of %s that are in the most deprived fifth of England was %s %s, against %s in those in the least deprived: ",
			subject, fig.Area.Place(), Decimal(*most.Value, 1), unit, Decimal(*least.Value, 1))
		if ind.Measure == Gap {
			s += fmt.Sprintf("a gap of %s (%s)", Decimal(*fig.Value, ind.Decimals), interval)
		} else {
			s += fmt.Sprintf("%s times as high (%s)", Decimal(*fig.Value, ind.Decimals), interval)
		}
	case SII:
		way, name := "higher", "slope index of inequality"
		if value := Decimal(*fig.Value, ind.Decimals); strings.HasPrefix(value, "-") {
			way, name = "lower", name+" "+value
		}
		s = fmt.Sprintf("%s in %s was %s %s %s at the most deprived end of its neighbourhoods than at the least deprived end (%s; %s)",
			subject, fig.Area.Place(), Decimal(math.Abs(*fig.Value), ind.Decimals), unit, way, name, interval)
	default:
		s = fmt.Sprintf("%s in %s was %s times as high at the most deprived end of its neighbourhoods as at the least deprived end (relative index of inequality; %s)",
			subject, fig.Area.Place(), Decimal(*fig.Value, ind.Decimals), interval)
	}
	cmp, ok := firstComparison(fig)
	switch {
	case !ok:
	case cmp.Direction == NotCompared:
		return s + "." + notCompared(cmp)
	default:
		s += change(ind, fig, cmp)
	}
	return s + "." + withCare(cmp)
}

// rateUnit is the unit of the rates that are compared.
func rateUnit(ind Indicator) string { return "per " + Decimal(ind.Per, 0) + " residents" }

// relativeStatement sets the ratio beside the gap: one alone misleads.
func relativeStatement(ind Indicator, fig Figure) []Statement {
	if fig.Status != Available || ind.Measure != Gap && ind.Measure != Ratio {
		return nil
	}
	most, least := fig.Breakdown[0], fig.Breakdown[fifths-1]
	if ind.Measure == Ratio {
		e, err := stats.RateDifference(*most.Numerator, *most.Denominator, *least.Numerator, *least.Denominator, ind.Per, confidence)
		if err != nil {
			return nil
		}
		return []Statement{{About: "absolute", Text: fmt.Sprintf("The difference between the two rates was %s %s (95%% interval %s to %s).",
			Decimal(e.Value, 1), rateUnit(ind), Decimal(e.Lower, 1), Decimal(e.Upper, 1))}}
	}
	refuse := func(why string) []Statement {
		return []Statement{{About: "relative", Refused: true, Text: fmt.Sprintf("For %s, the two rates are not set in proportion: %s.", fig.Period.Phrase(), because(why))}}
	}
	if *least.Numerator == 0 {
		return refuse(nothingToDivide(ind))
	}
	e, err := stats.RateRatio(*most.Numerator, *most.Denominator, *least.Numerator, *least.Denominator, confidence)
	if err != nil {
		return refuse(err.Error())
	}
	return []Statement{{About: "relative", Text: fmt.Sprintf("The rate in the most deprived fifth was %s times the rate in the least deprived (95%% interval %s to %s).",
		Decimal(e.Value, 1), Decimal(e.Lower, 1), Decimal(e.Upper, 1))}}
}

// measuredWords names what an indicator measures, to stand after "the".
func measuredWords(ind Indicator) string {
	if ind.Kind == CrudeRate {
		return ind.Noun + " rate"
	}
	if ind.Kind == Total {
		return totalWords(ind)
	}
	if ind.Kind != Inequality {
		return ind.Noun
	}
	switch ind.Measure {
	case Gap:
		return "gap in " + ind.Noun + " rates between the most and the least deprived fifth of neighbourhoods"
	case Ratio:
		return "ratio of " + ind.Noun + " rates between the most and the least deprived fifth of neighbourhoods"
	case SII:
		return "slope of " + ind.Noun + " rates with deprivation"
	}
	return "relative slope of " + ind.Noun + " rates with deprivation"
}
