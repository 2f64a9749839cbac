package metrics

import (
	"fmt"

	"outcomes/metrics/stats"
)

// Method is one of the methods that figures, comparisons and sentences are made
// by, in words that a reader can check. The page of methods is made of these.
type Method struct {
	ID        string // in addresses: "wilson"
	Title     string
	Plain     string   // what it does, in one sentence for anybody
	Formula   string   // "" where there is none
	Edges     []string // what it does at its edges, and when it refuses
	Reference string
	Functions []string // of package stats that it stands for
}

// Methods lists the methods in use, in the order in which a figure meets them.
// Constants are those of the code.
func Methods() []Method {
	level := fmt.Sprintf("%g%%", 100*confidence)
	shift, trial := 7, stats.XmRTrialBelow
	return []Method{
		{
			ID: "population", Title: "Which population a rate is divided by",
			Plain: "A rate uses the Office for National Statistics’ mid-year estimate of the calendar year that holds the period’s midpoint.",
			Edges: []string{
				"Where that year has no estimate, the nearest earlier one is used, and the figure says so. A later one is never used.",
				"A force area’s residents are the sum of its districts’, all of one year and one census base.",
				"The 2021 Census rebased the estimates. Rates on estimates of two censuses are not one series and are not compared.",
				"Without an estimate there is no rate.",
			},
			Reference: "ONS, mid-year population estimates",
		},
		{
			ID: "missing", Title: "Months without a file",
			Plain: "A month without a file is missing, not zero: a period that holds one has no figure, and says why.",
			Edges: []string{
				"Missing is written [x], a figure that may not be shown [c]; a zero is a zero, with an interval of its own.",
				"A chart draws a gap as a gap. Nothing is filled in, and no line is drawn across.",
				"A part of a period is never compared with a whole one.",
				"A figure that holds one of the latest months, which the publisher may still restate, is provisional: marked [p], drawn hollow, and left out of the recent trend. How many months that is the strategy says for each indicator.",
			},
			Reference: "Government Statistical Service, symbols in tables",
		},
		{
			ID: "rate", Title: "Interval of a rate: Byar’s method, exact for small counts",
			Plain:   "The interval says how far chance alone could have moved the number of events, and so the rate.",
			Formula: fmt.Sprintf("rate = events ÷ residents × per. For %d events O or more, by Byar: lower = O × (1 − 1/(9O) − z/(3√O))³, upper = (O+1) × (1 − 1/(9(O+1)) + z/(3√(O+1)))³. Below %d, exact: lower = χ²(α/2; 2O)/2, upper = χ²(1−α/2; 2O+2)/2. Each divided by the residents, times per.", stats.ByarFrom, stats.ByarFrom),
			Edges: []string{
				level + " intervals, two-sided, with z = 1.959964.",
				"No events is a rate of 0 with an upper limit above 0.",
				"No residents, or none known: no rate.",
			},
			Reference: "Breslow and Day 1987, vol. II; Garwood 1936; Association of Public Health Observatories, Technical Briefing 3 (2008); OHID, Public Health Technical Guidance",
			Functions: []string{"Rate", "Poisson", "PoissonMethod"},
		},
		{
			ID: "wilson", Title: "Interval of a share: Wilson’s method",
			Plain:   "The interval of a percentage, which stays between 0 and 100 and is honest for small numbers.",
			Formula: "limits = (2x + z² ∓ z √(z² + 4x(1 − x/n))) ÷ (2(n + z²)), for x of n, times 100",
			Edges: []string{
				"None of n has a lower limit of 0, all of n an upper limit of 100%.",
				"Only for parts of a whole. Nothing to take a share of: no figure.",
			},
			Reference: "Wilson 1927; Newcombe 1998; OHID, Public Health Technical Guidance",
			Functions: []string{"Wilson"},
		},
		{
			ID: "ratio", Title: "Up, down or about the same: the ratio of two rates",
			Plain:   "A rate is set beside that of the same quarter, or year, one year earlier. It is up or down where the interval of the ratio between them leaves out 1.",
			Formula: "ratio = (a/A) ÷ (b/B). Given a + b, a is binomial; the limits of its share p (Clopper–Pearson) give those of the ratio: p/(1−p) × B/A",
			Edges: []string{
				"The interval is the exact conditional one, " + level + ".",
				"Up and down are said only where the figures as shown differ as well.",
				"A quarter is never set beside the quarter before it, for crime has seasons.",
				"Where the earlier count is 0 there is no ratio; the reciprocal is tested. Nothing against nothing is about the same.",
			},
			Reference: "Clopper and Pearson 1934; Breslow and Day 1987, vol. II",
			Functions: []string{"RateRatio"},
		},
		{
			ID: "overlap", Title: "Up, down or about the same: two intervals",
			Plain: "A percentage, or a measure of inequality, is up or down on a year earlier where the two " + level + " intervals do not overlap.",
			Edges: []string{
				"This is cautious: two intervals that overlap a little may still differ.",
				fmt.Sprintf("Editions of the Indices of Deprivation count every neighbourhood and are no sample. There a share is up or down where it moved by %g percentage point or more: a smaller move can be one neighbourhood crossing the line.", float64(editionBand)),
			},
			Reference: "OHID, Public Health Technical Guidance, comparing two estimates",
		},
		{
			ID: "totals", Title: "Totals over projects, and how they are compared",
			Plain:   "A total adds up what the projects of an indicator returned for every quarter of the period, and is given only where all of them have.",
			Formula: "total = Σ over projects and quarters; compared by a ÷ b with the exact limits of the ratio of two counts: given a + b, a is binomial (Clopper–Pearson)",
			Edges: []string{
				"Where a return is missing there is no total, and the figure says whose and how many are in. An empty cell is never a zero.",
				"Quarters are calendar quarters. The financial year to date begins in April; all since the start begins with the first project of the indicator.",
				"Of a number that projects return since their start, the quarter’s is the difference from the quarter before; where it falls there is none.",
				"A total counts all that was done and is no sample: it has no interval. A share of counts has Wilson’s.",
				"Totals are compared with a year earlier only where the same projects ran in the same months of both. The interval of the ratio is the exact one, " + level + ".",
				"Money is added up to the penny and compared as it reads, without a test and without an interval.",
				"Where projects begin or end the series breaks, and its process limits are made anew.",
			},
			Reference: "Clopper and Pearson 1934; Friedman, Trying Hard Is Not Good Enough (Results-Based Accountability)",
			Functions: []string{"RateRatio"},
		},
		{
			ID: "benchmark", Title: "Higher, lower or about the same as a benchmark",
			Plain: "The figure is higher or lower than the force area’s, or the average of similar areas, where that value lies outside the figure’s own " + level + " interval.",
			Edges: []string{
				"On the limit is about the same. So are two figures that read the same as shown.",
				"The benchmark is of the same period, and counts as one value without an interval.",
				"England’s figure is the sum of the files of all English police forces, for residents by ONS’s estimate of England or the sum over all its districts. Where a force lacks a month, or its file holds none of what is counted, England is not compared, and the reason says how many forces are there. British Transport Police is in no force’s file.",
				"England’s share of deprived neighbourhoods is that of the same edition.",
				"Rates on estimates of two censuses are not compared. A break that touches one of the two areas, or an estimate of another year, is said beside the comparison.",
				"Better and worse follow from the indicator’s polarity. Where neither way is good by itself, only higher and lower are said.",
			},
			Reference: "OHID Fingertips, comparison with a reference value",
		},
		{
			ID: "similar", Title: "The average of similar areas",
			Plain:   "The average is the sum of the members’ rates divided by their number, the area itself among them, as police.uk and HMICFRS take it.",
			Formula: "average = (rate 1 + … + rate m) ÷ m; rank 1 has the highest rate, equal rates share a rank",
			Edges: []string{
				"It is not a rate of all their offences to all their residents: each area counts the same.",
				"When one member has no figure, the group is not compared for that period.",
				"Quartiles lie linearly between the members’ values.",
				"Groups are named and dated, and they are not symmetric. A group proposed by this program is not the police.uk group, and every sentence about it says so.",
			},
			Reference: "police.uk, compare your area; HMICFRS, most similar groups",
			Functions: []string{"FiveNumbers"},
		},
		{
			ID: "target", Title: "On track to a target",
			Plain:   "A figure is on track where the straight path from the baseline over the milestones to the target is reached, or lies within its " + level + " interval.",
			Formula: "path at a month = a + (b − a) × months since a ÷ months from a to b, for the two points of the path around it",
			Edges: []string{
				"At the target or beyond it, the target is met.",
				"Without a baseline there is no path to be on, and it is not judged before the baseline.",
				"A target is for one kind of period, and other kinds are not set beside it.",
			},
			Reference: "This program’s rule",
		},
		{
			ID: "chance", Title: "What fall could be told from chance",
			Plain:   "The smallest fall in a quarter’s count, with the same residents, whose rate ratio has a " + level + " interval below 1.",
			Formula: "the least n for which the upper limit of the ratio of (O − n) to O is below 1",
			Edges: []string{
				"A smaller fall may be real. It cannot be told from chance in one quarter.",
			},
			Reference: "As for the ratio of two rates",
			Functions: []string{"RateRatio"},
		},
		{
			ID: "xmr", Title: "Process limits: the XmR chart",
			Plain: "The limits show how far a figure moves from period to period while nothing changes. A figure within them is no news; one beyond them, or a long run, is.",
			Formula: "limits = mean ∓ 2.66 × mean moving range, the moving range being the difference between neighbouring periods. " +
				"Moving ranges of 3.267 times their mean or more are left out once",
			Edges: []string{
				"Rule 1: a figure outside a limit.",
				fmt.Sprintf("Rule 2: %d periods or more in a row, each above or each below the one before.", shift),
				"Rule 3: two of three neighbouring periods in the outer third between mean and limit, all three on one side of the mean.",
				fmt.Sprintf("Rule 4: %d periods or more in a row on one side of the mean.", shift),
				fmt.Sprintf("Below %d periods the limits are trial limits, without marks and icons.", trial),
				"Only for months and quarters: periods that overlap, such as years ending each quarter, would make runs of their own.",
				"A missing period breaks a run. At a break, or a step that the strategy declares, mean and limits are calculated anew.",
				"A lower limit below 0 is drawn at 0. Where all figures are the same there are no limits.",
				"With a target: limits wholly on its good side meet it consistently, wholly on its bad side miss it consistently, else by chance.",
			},
			Reference: "Shewhart; Wheeler, Understanding Variation; NHS England, Making Data Count",
			Functions: []string{"XmR", "AssuranceOf"},
		},
		{
			ID: "trend", Title: "Recent trend",
			Plain:   fmt.Sprintf("The %s latest years, not overlapping, are rising or falling where a straight line through them is too steep for chance.", small(stats.TrendPoints)),
			Formula: "χ² = slope² ÷ variance of the slope, weighted by 1 ÷ standard error² (shares: χ² for linear trend); a trend where χ² is above 9.5495 (p < 0.002)",
			Edges: []string{
				"The slope must keep its sign when each of the points is left out in turn.",
				fmt.Sprintf("Fewer than %s years, a missing one or a break among them: it cannot be calculated.", small(stats.TrendPoints)),
				"It is a screen, not an analysis of the series, and not for months or quarters.",
			},
			Reference: "Armitage 1955; OHID, Public Health Technical Guidance, trend markers",
			Functions: []string{"Trend"},
		},
		{
			ID: "breaks", Title: "Breaks: what is not compared",
			Plain: "Two periods are not compared where something other than the thing measured changed between them; every comparison in time passes this one check.",
			Edges: []string{
				"From the data: another census under the population, neighbourhoods redrawn between editions, crime types that do not carry over, a missing month.",
				"Where another force records crimes in the district and its files are held for more of one period than of the other, the comparison says so.",
				"From the strategy: a change in recording, a lockdown, a move to another system, with the months it touches and its reason.",
				"What becomes of offences takes months to come in: the periods that the strategy says are not whole yet are not compared.",
				"A break that refuses parts the line and the process limits. One that does not is drawn, and the comparison carries its reason in words.",
			},
			Reference: "Code of Practice for Statistics",
		},
		{
			ID: "deprivation", Title: "Share and rank of deprived neighbourhoods",
			Plain:   "The share of a district’s neighbourhoods (LSOAs) that are among the most deprived tenth of England, and the district’s rank by that share.",
			Formula: "neighbourhoods with a rank up to ⌊N ÷ 10⌋ of England’s N, divided by all neighbourhoods of the district",
			Edges: []string{
				"Neighbourhoods count the same, whatever their population.",
				"Each edition has its own neighbourhoods and its own districts and is ranked among its own; rank 1 has the largest share, equal shares share a rank.",
				"The Indices are relative. A district can move because others changed. Scores of two editions are never compared.",
			},
			Reference: "MHCLG, English Indices of Deprivation, Technical Report and File 10",
		},
		{
			ID: "inequality", Title: "Gap between most and least deprived: SII and RII",
			Plain:   "The slope index is the difference in rate between the most and the least deprived end of the city, through all fifths of its neighbourhoods; the relative index is their ratio.",
			Formula: "the line of rates over cumulative shares of the population, weighted by population: SII = its value at the most deprived end − at the least deprived end; RII = the first ÷ the second. Gap = rate of the most deprived fifth − (and ÷) that of the least deprived",
			Edges: []string{
				"Both are given: the absolute and the relative gap can move in different directions.",
				fmt.Sprintf("The indices’ intervals are simulated from the rates’ own, with %s draws and a fixed seed, so that two runs print the same.", Whole(siiDraws)),
				"The gap’s interval is made of the two rates’ own (MOVER): lower = difference − √((rate 1 − its lower)² + (upper of rate 2 − rate 2)²), upper likewise.",
				"Neighbourhoods are put into the fifths of England by their rank, in the edition of the period’s year or the nearest before it. Periods on two editions are not compared.",
				"LSOAs of two censuses are matched by the lookup: the parts of a split one have its fifth. What cannot be put into one fifth is left out of offences and residents alike, and the figure says how much.",
				"The indices need residents and offences in each fifth, the gap in the first and last. Else there is none.",
			},
			Reference: "Pamuk 1985; Low and Low 2004; Zou and Donner 2008; PHE, inequalities calculation tool",
			Functions: []string{"SII", "SIIPoint", "RateDifference", "QuantileOfRank"},
		},
		{
			ID: "hot-spots", Title: "Hot spots: Gi* with false discovery rate",
			Plain:   "A neighbourhood is a hot spot where it and those around it have rates so high together that chance is an unlikely explanation.",
			Formula: "z = (Σ wx − x̄ Σ w) ÷ (S √((n Σ w² − (Σ w)²) ÷ (n − 1))), over the area and its neighbours; p-values adjusted by Benjamini and Hochberg: least p × n ÷ rank",
			Edges: []string{
				"Flagged at 95% and 99%, by an adjusted p of at most 0.05 and 0.01. Neighbourhoods overlap, so this is approximate.",
				fmt.Sprintf("Fewer than %d areas with a rate: not looked for. An area without neighbours has no result.", stats.HotSpotMinimum),
				"Neighbours touch in at least one point of their outlines (queen contiguity).",
				fmt.Sprintf("Beside it stands in how many of the last %s years, none overlapping, the area was one.", small(yearsLooked)),
				"The map’s shades are fifths of its areas by rate: equal rates share a shade.",
				"Rates are for residents. A city centre has more people in it than residents.",
			},
			Reference: "Getis and Ord 1992; Ord and Getis 1995; Caldas de Castro and Singer 2006; Benjamini and Hochberg 1995",
			Functions: []string{"HotSpots", "GiStar", "BenjaminiHochberg", "TwoSidedP", "Quantile"},
		},
		{
			ID: "disclosure", Title: "Small numbers",
			Plain: "Counts of recorded crime are published as they are, at places moved to the nearest of a list of map points; a figure that could identify someone is not shown, anywhere.",
			Edges: []string{
				"Not shown is written [c]: no value, no count, no interval, no comparison, on the page, in the chart, in the sentence and in every file.",
				"On the map, areas with fewer than 5 offences are not singled out.",
				"Counts of people that projects return are suppressed from 1 up to the strategy’s limit (4 where it names no other), and so is a share where those counted, all, or those left out are so few. A zero is shown.",
				"What would let such a count be worked out is suppressed, too: further parts of a breakdown, other projects, and sums over time, of which one less another leaves a quarter. The next smallest parts go first, a quarter’s total last.",
				"What can be worked out is found by solving all published sums together: parts and wholes, quarters and years, and the indicators that share a measure.",
				"A series with a figure that is not shown has no process limits and no trend.",
			},
			Reference: "Government Statistical Service, disclosure control; data.police.uk, about the data",
		},
	}
}

// small writes a number up to ten as a word.
func small(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return Whole(int64(n))
}

// IntervalMethod gives the id of the method that made a figure's interval, ""
// where it has none.
func (f Figure) IntervalMethod() string {
	switch f.Method {
	case "Byar", "Exact":
		return "rate"
	case "Wilson":
		return "wilson"
	case gapMethod, ratioMethod, slopeMethod:
		return "inequality"
	}
	return ""
}

// MethodOf gives the id of the method by which a comparison of an indicator's
// figure was made.
func (c Comparison) MethodOf(ind Indicator) string {
	switch c.Kind {
	case WithSimilar:
		return "similar"
	case WithForce, WithEngland:
		return "benchmark"
	case WithTarget:
		return "target"
	}
	switch {
	case c.Direction == NotCompared:
		return "breaks"
	case ind.Kind == CrudeRate:
		return "ratio"
	case ind.Kind == Total || c.Rule == moneyRule:
		return "totals"
	}
	return "overlap"
}
