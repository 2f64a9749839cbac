package metrics

import (
	"fmt"
	"slices"
	"strings"

	"outcomes/metrics/stats"
)

// inTime sets each figure of a series beside the corresponding period a year
// earlier, and marks where the series breaks.
func (c *computation) inTime(ind Indicator, a Area, series []Figure, grounds map[Period]ground) {
	if len(series) == 0 {
		return
	}
	at := map[Period]int{}
	var last ground
	newest := series[len(series)-1].Period.Last
	for i, fig := range series {
		at[fig.Period] = i
		if g, ok := grounds[fig.Period]; ok {
			if last != (ground{}) {
				series[i].BreakBefore = c.breakBefore(ind, a, g, last)
			}
			last = g
		}
	}
	for i := range series {
		before, ok := series[i].Period.YearBefore()
		if !ok || series[i].Status != Available {
			continue
		}
		cmp := Comparison{Kind: InTime, With: beforeWords[series[i].Period.Kind], Period: before.Code(), Direction: NotCompared, Verdict: NoCompared}
		j, ok := at[before]
		switch {
		case !ok:
			cmp.Reason = "the series begins later"
		case series[j].Status != Available:
			if cmp.Reason = series[j].Reason; ind.Kind == Inequality { // which does not name its time
				cmp.Reason = "for " + series[j].Period.Phrase() + ", " + cmp.Reason
			}
		case ind.Settles > 0 && series[i].Period.Last > newest-Month(ind.Settles):
			cmp.Reason = fmt.Sprintf("what became of the %s of the latest %d months is still coming in", ind.Counted, ind.Settles)
		default:
			if cmp.Reason, cmp.Care = c.guard(ind, a, grounds[series[i].Period], grounds[before]); cmp.Reason == "" {
				setBeside(ind, &cmp, series[i], series[j])
			}
		}
		series[i].Comparisons = append(series[i].Comparisons, cmp)
	}
}

var beforeWords = map[PeriodKind]string{
	Monthly: "same month a year earlier", Quarter: "corresponding quarter", YearEnding: "previous year ending", FinancialYear: "previous financial year",
}

// setBeside finds the direction from old to new by the indicator's rule. Up and
// down are said only where the figures as shown differ too.
func setBeside(ind Indicator, cmp *Comparison, now, old Figure) {
	cmp.Value, cmp.Numerator = old.Value, old.Numerator
	shownDiffer := Decimal(*now.Value, ind.Decimals) != Decimal(*old.Value, ind.Decimals)
	change := 0
	if ind.Kind == CrudeRate {
		cmp.Rule = "up or down where the 95% interval of the ratio of the two rates (exact, conditional on their sum) leaves out 1"
		change = ratio(cmp, now, old)
	} else {
		cmp.Rule = "up or down where the two 95% intervals do not overlap"
		switch {
		case *now.Lower > *old.Upper:
			change = 1
		case *now.Upper < *old.Lower:
			change = -1
		}
	}
	if !shownDiffer {
		change = 0
	}
	cmp.Direction, cmp.Verdict = judged(change, ind.Polarity)
}

// ratio tests two rates by the ratio between them. Where the older one is 0
// the ratio has no value, and the reciprocal is tested instead.
func ratio(cmp *Comparison, now, old Figure) int {
	if *now.Numerator == 0 && *old.Numerator == 0 {
		return 0
	}
	if *old.Numerator == 0 {
		r, err := stats.RateRatio(*old.Numerator, *old.Denominator, *now.Numerator, *now.Denominator, confidence)
		if err == nil && r.Upper < 1 {
			return 1
		}
		return 0
	}
	r, err := stats.RateRatio(*now.Numerator, *now.Denominator, *old.Numerator, *old.Denominator, confidence)
	if err != nil {
		return 0
	}
	cmp.Ratio, cmp.Lower, cmp.Upper = &r.Value, &r.Lower, &r.Upper
	switch {
	case r.Lower > 1:
		return 1
	case r.Upper < 1:
		return -1
	}
	return 0
}

// judged turns a change into its words.
func judged(change int, polarity Polarity) (Direction, Verdict) {
	if change == 0 {
		return AboutSame, Same
	}
	direction := Up
	if change < 0 {
		direction = Down
	}
	return direction, verdict(change, polarity)
}

func verdict(change int, polarity Polarity) Verdict {
	switch {
	case change == 0:
		return Same
	case polarity == NoJudgment:
		return NoVerdict
	case (change > 0) == (polarity == HighGood):
		return Better
	}
	return Worse
}

const benchmarkRule = "higher or lower where the benchmark lies outside the figure's 95% interval"

// beside sets a figure beside a benchmark of the same period.
func beside(ind Indicator, fig Figure, cmp Comparison, value float64) Comparison {
	cmp.Period, cmp.Value, cmp.Rule = fig.Period.Code(), &value, benchmarkRule
	change := 0
	if Decimal(*fig.Value, ind.Decimals) != Decimal(value, ind.Decimals) {
		switch {
		case value < *fig.Lower:
			change = 1
		case value > *fig.Upper:
			change = -1
		}
	}
	cmp.Direction = map[int]Direction{1: Higher, 0: Similar, -1: Lower}[change]
	cmp.Verdict = verdict(change, ind.Polarity)
	return cmp
}

// benchmarks adds to the figures of the strategy's district the comparisons
// that the indicator declares.
func (c *computation) benchmarks(ind Indicator, own []Figure, series map[string][]Figure, force *Area) {
	for i := range own {
		if own[i].Status != Available {
			continue
		}
		for _, kind := range ind.Comparators {
			switch ComparisonKind(kind) {
			case WithSimilar:
				own[i].Comparisons = append(own[i].Comparisons, c.withSimilar(ind, own[i], series))
			case WithForce:
				own[i].Comparisons = append(own[i].Comparisons, c.withForce(ind, own[i], series, force))
			case WithEngland:
				own[i].Comparisons = append(own[i].Comparisons, c.withEngland(ind, own[i]))
			case WithTarget:
				if cmp, ok := withTarget(ind, own[i]); ok {
					own[i].Comparisons = append(own[i].Comparisons, cmp)
				}
			}
		}
	}
}

func refused(kind ComparisonKind, with string, p Period, reason string) Comparison {
	return Comparison{Kind: kind, With: with, Period: p.Code(), Direction: NotCompared, Verdict: NoCompared, Reason: reason}
}

func (c *computation) withForce(ind Indicator, fig Figure, series map[string][]Figure, force *Area) Comparison {
	if force == nil {
		return refused(WithForce, "the force area", fig.Period, "the lookups do not say which force area the district is in")
	}
	other := find(series[force.Code], fig.Period)
	switch {
	case other == nil:
		return refused(WithForce, force.Place(), fig.Period, "there is no figure for "+force.Place())
	case other.Status != Available:
		return refused(WithForce, force.Place(), fig.Period, other.Reason)
	}
	why, care := c.guardBeside(ind, fig.Period, fig.Area, *force)
	if why != "" {
		return refused(WithForce, force.Place(), fig.Period, why)
	}
	cmp := beside(ind, fig, Comparison{Kind: WithForce, With: force.Place(), Care: care}, *other.Value)
	cmp.Numerator = other.Numerator
	return cmp
}

// withSimilar sets the district beside the mean of its group's values: the sum
// of the members' rates by their number, the district itself among them, as
// police.uk and HMICFRS take it.
func (c *computation) withSimilar(ind Indicator, fig Figure, series map[string][]Figure) Comparison {
	const with = "similar areas"
	group := c.s.Similar
	if len(group.Areas) == 0 {
		return refused(WithSimilar, with, fig.Period, "no group of similar areas is entered yet")
	}
	members := []Member{{fig.Area.Code, fig.Area.Name, *fig.Value}}
	var lacking []string
	var care []string
	for _, a := range districtsOf(c.s, c.g)[1:] {
		other := find(series[a.Code], fig.Period)
		if other == nil || other.Status != Available {
			lacking = append(lacking, a.Name)
			continue
		}
		why, said := c.guardBeside(ind, fig.Period, fig.Area, a)
		if why != "" {
			return refused(WithSimilar, with, fig.Period, why)
		}
		if said != "" && !slices.Contains(care, said) {
			care = append(care, said)
		}
		members = append(members, Member{a.Code, a.Name, *other.Value})
	}
	switch {
	case len(lacking) > 3:
		return refused(WithSimilar, with, fig.Period, fmt.Sprintf("%d of the group's other areas have no figure, among them %s", len(lacking), listedNames(lacking[:3])))
	case len(lacking) > 0:
		return refused(WithSimilar, with, fig.Period, "the group has no figure for "+listedNames(lacking))
	case len(members) < 2:
		return refused(WithSimilar, with, fig.Period, "the group has no area besides this one")
	}
	slices.SortStableFunc(members, func(a, b Member) int {
		switch {
		case a.Value > b.Value:
			return -1
		case a.Value < b.Value:
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	values := make([]float64, len(members))
	sum, rank := 0.0, 1
	for i, m := range members {
		values[i] = m.Value
		sum += m.Value
		if m.Value > *fig.Value {
			rank++
		}
	}
	five, err := stats.FiveNumbers(values)
	if err != nil {
		return refused(WithSimilar, with, fig.Period, err.Error())
	}
	cmp := beside(ind, fig, Comparison{Kind: WithSimilar, With: with, Care: strings.Join(care, " ")}, sum/float64(len(members)))
	cmp.Group = &Group{Name: group.Name, Date: group.Date, Proposal: group.Proposal, Members: len(members), Rank: rank,
		Least: five.Least, LowerQuartile: five.LowerQuartile, Median: five.Median, UpperQuartile: five.UpperQuartile, Greatest: five.Greatest, Values: members}
	return cmp
}

// withTarget says whether a figure is on the way from the baseline over the
// milestones to the target. ok is false for figures of another kind of period.
func withTarget(ind Indicator, fig Figure) (cmp Comparison, ok bool) {
	t := ind.Target
	if t == nil {
		return cmp, false
	}
	by, err := ParsePeriod(t.By)
	if err != nil || by.Kind != fig.Period.Kind {
		return cmp, false
	}
	cmp = Comparison{Kind: WithTarget, With: "the target", Period: fig.Period.Code(), Value: &t.Value}
	better := func(value, than float64) bool {
		if ind.Polarity == HighGood {
			return value >= than
		}
		return value <= than
	}
	if t.Baseline.Period == "" {
		return refused(WithTarget, "the target", fig.Period, "the target has no baseline, so there is no path to be on"), true
	}
	expected, ok := pathTo(t, by, fig.Period)
	if !ok {
		return refused(WithTarget, "the target", fig.Period, "the period is before the target's baseline"), true
	}
	if better(*fig.Value, t.Value) {
		cmp.Rule = "met where the figure is at the target or beyond it"
		cmp.Direction, cmp.Verdict = Met, Better
		return cmp, true
	}
	if fig.Period.Last >= by.Last {
		cmp.Rule = "at the target's date and after it, met where the figure is at the target or beyond it, else off track"
		cmp.Direction, cmp.Verdict = OffTrack, Worse
		return cmp, true
	}
	cmp.Rule = fmt.Sprintf("on track where the path from baseline to target (%s here, straight between its points) is reached or lies within the figure's 95%% interval", Decimal(expected, ind.Decimals))
	if better(*fig.Value, expected) || fig.Lower != nil && *fig.Lower <= expected && expected <= *fig.Upper {
		cmp.Direction, cmp.Verdict = OnTrack, Same
	} else {
		cmp.Direction, cmp.Verdict = OffTrack, Worse
	}
	return cmp, true
}

// pathTo gives where the path from baseline to target stands at a period:
// straight between the points, level after the last.
func pathTo(t *Target, by, p Period) (float64, bool) {
	type point struct {
		at    Month
		value float64
	}
	var path []point
	for _, m := range append([]Milestone{t.Baseline}, t.Milestones...) {
		if q, err := ParsePeriod(m.Period); err == nil {
			path = append(path, point{q.Last, m.Value})
		}
	}
	path = append(path, point{by.Last, t.Value})
	slices.SortStableFunc(path, func(a, b point) int { return int(a.at - b.at) })
	if p.Last < path[0].at {
		return 0, false
	}
	for i := 1; i < len(path); i++ {
		if p.Last <= path[i].at {
			a, b := path[i-1], path[i]
			if b.at == a.at {
				return b.value, true
			}
			return a.value + (b.value-a.value)*float64(p.Last-a.at)/float64(b.at-a.at), true
		}
	}
	return t.Value, true
}
