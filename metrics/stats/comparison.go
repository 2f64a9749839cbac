package stats

import "math"

// Polarity says what a high value means.
type Polarity int

const (
	// NoJudgement: neither high nor low is good. The default.
	NoJudgement Polarity = iota
	// HighIsGood: higher is better.
	HighIsGood
	// LowIsGood: lower is better.
	LowIsGood
)

// Verdict is the word of a comparison. It is a statistical difference, not a
// measure of importance: Similar is "similar to", never "same as".
type Verdict string

const (
	// NotCompared: a number is missing, so nothing can be said.
	NotCompared Verdict = "Not compared"
	// Better, Similar and Worse judge; Best and Worst are the same beyond the
	// 99.8% interval, or the outer quintiles.
	Best    Verdict = "Best"
	Better  Verdict = "Better"
	Similar Verdict = "Similar"
	Worse   Verdict = "Worse"
	Worst   Verdict = "Worst"
	// Lower, Similar and Higher are the words without judgement; Lowest and
	// Highest are the same beyond the 99.8% interval, or the outer quintiles.
	Lowest  Verdict = "Lowest"
	Lower   Verdict = "Lower"
	Higher  Verdict = "Higher"
	Highest Verdict = "Highest"
	// Low, Middle and High are quintile words.
	Low    Verdict = "Low"
	Middle Verdict = "Middle"
	High   Verdict = "High"
)

// different gives the word for a value above, or below, what it is compared
// with; far for a difference beyond the wider interval.
func (p Polarity) different(above, far bool) Verdict {
	if p == NoJudgement {
		switch {
		case above && far:
			return Highest
		case above:
			return Higher
		case far:
			return Lowest
		}
		return Lower
	}
	good := above == (p == HighIsGood)
	switch {
	case good && far:
		return Best
	case good:
		return Better
	case far:
		return Worst
	}
	return Worse
}

func (p Polarity) valid() bool { return p >= NoJudgement && p <= LowIsGood }

// whole says whether the estimate has a value and an interval.
func (e Estimate) whole() bool {
	return finite(e.Value) && finite(e.Lower) && finite(e.Upper) && e.Lower <= e.Upper
}

// contains says whether a number lies in the interval, on a limit too.
func (e Estimate) contains(v float64) bool { return e.Lower <= v && v <= e.Upper }

// Compare compares an estimate with a single benchmark value of the same
// period, sex and age, the default of Fingertips: a benchmark strictly outside
// the interval is different; inside it or on a limit, Similar. Segments of an
// area (sexes, ages, quintiles) are compared with the area's own value the
// same way.
//
// A missing value, limit or benchmark (NaN) is NotCompared.
//
// Reference: Fingertips, "Overlapping CI reference value (95%)".
func Compare(area Estimate, benchmark float64, polarity Polarity) Verdict {
	switch {
	case !area.whole() || !finite(benchmark) || !polarity.valid():
		return NotCompared
	case area.contains(benchmark):
		return Similar
	}
	return polarity.different(area.Value > benchmark, false)
}

// CompareTwoLevels is Compare with two intervals of the same value, at 95% and
// 99.8%. A benchmark outside both is Best or Worst (Highest or Lowest without
// judgement); one on a 99.8% limit is still Better or Worse.
//
// Reference: Fingertips, "Overlapping CI reference value (95% and 99.8%)".
func CompareTwoLevels(area95, area998 Estimate, benchmark float64, polarity Polarity) Verdict {
	switch {
	case !area95.whole() || !area998.whole() || !finite(benchmark) || !polarity.valid():
		return NotCompared
	case area95.contains(benchmark):
		return Similar
	}
	return polarity.different(area95.Value > benchmark, !area998.contains(benchmark))
}

// CompareIntervals compares two estimates: they differ when their intervals do
// not overlap; intervals that touch do. It is conservative, and used for this
// period against the last. Missing numbers (NaN) are NotCompared.
//
// Reference: Fingertips, DoubleOverlappingCIsComparer.
func CompareIntervals(area, other Estimate, polarity Polarity) Verdict {
	switch {
	case !area.whole() || !other.whole() || !polarity.valid():
		return NotCompared
	case area.Lower <= other.Upper && other.Lower <= area.Upper:
		return Similar
	}
	return polarity.different(area.Value > other.Value, false)
}

// CompareWithPrevious gives the change of an estimate since the one before, by
// CompareIntervals: Increasing, Decreasing, or No significant change. Missing
// numbers (NaN) cannot be calculated.
//
// Reference: Fingertips, TrendBetweenTwoValuesCalculator.
func CompareWithPrevious(recent, previous Estimate) TrendMarker {
	switch CompareIntervals(recent, previous, NoJudgement) {
	case Higher:
		return TrendIncreasing
	case Lower:
		return TrendDecreasing
	case Similar:
		return TrendNoChange
	}
	return TrendCannotBeCalculated
}

// CompareProportion compares a proportion with control limits around a
// benchmark: Wilson's limits of the benchmark with the area's own denominator.
// value and benchmark are in the same unit, per (100 for a percentage). A
// value strictly outside the limits is different.
//
// Missing or impossible numbers, and a denominator that is not positive, are
// NotCompared.
//
// Reference: Fingertips, SpcForProportionsComparer.
func CompareProportion(value, denominator, benchmark, per, confidence float64, polarity Polarity) Verdict {
	if !finite(value) || !finite(benchmark) || !finite(per) || per <= 0 || !polarity.valid() {
		return NotCompared
	}
	p := benchmark / per
	limits, err := Wilson(p*denominator, denominator, confidence)
	if err != nil {
		return NotCompared
	}
	return polarity.against(value/per, limits)
}

// CompareRate compares a rate, crude or standardised, with control limits
// around a benchmark: the exact Poisson limits of the events that the area
// would have at the benchmark's rate. value and benchmark are in the same unit,
// per; the denominator is in person-years. A value strictly outside the limits
// is different.
//
// Missing or impossible numbers, and a denominator that is not positive, are
// NotCompared.
//
// Reference: Fingertips, SpcForDsrComparer.
func CompareRate(value, denominator, benchmark, per, confidence float64, polarity Polarity) Verdict {
	p, err := tail(confidence)
	expected := benchmark * denominator / per
	if err != nil || !finite(value) || checkDenominator("", denominator) != nil ||
		checkPer(per) != nil || checkCount("", expected) != nil || !polarity.valid() {
		return NotCompared
	}
	return polarity.against(value, exactPoisson(expected, p).scaled(per/denominator))
}

// against gives the word for a value and the control limits around a benchmark.
func (p Polarity) against(value float64, limits Estimate) Verdict {
	switch {
	case value > limits.Upper:
		return p.different(true, false)
	case value < limits.Lower:
		return p.different(false, false)
	}
	return Similar
}

// CompareGoal compares a value with a goal: Better when it is met, Worse when
// it is not. On the goal counts as met. A missing number (NaN), or no
// judgement, is NotCompared.
//
// Reference: Fingertips, SingleValueTargetComparer.
func CompareGoal(value, goal float64, polarity Polarity) Verdict {
	if !finite(value) || !finite(goal) || polarity != HighIsGood && polarity != LowIsGood {
		return NotCompared
	}
	if polarity == HighIsGood && value >= goal || polarity == LowIsGood && value <= goal {
		return Better
	}
	return Worse
}

// CompareGoalInterval compares an interval with a goal. An interval that lies
// at or above the goal, its lower limit on the goal too, is Better when high is
// good and Worse when low is good; one that lies strictly below it the other
// way round; anything else is Similar. So an interval that touches the goal
// from above counts as above, even when low is good: the published rule. Only
// the limits are read. Missing numbers (NaN), or no judgement, are NotCompared.
//
// Reference: Fingertips, SingleValueTargetComparer with CIs.
func CompareGoalInterval(lower, upper, goal float64, polarity Polarity) Verdict {
	if !finite(lower) || !finite(upper) || lower > upper || !finite(goal) ||
		polarity != HighIsGood && polarity != LowIsGood {
		return NotCompared
	}
	switch {
	case lower >= goal:
		return polarity.different(true, false)
	case upper < goal:
		return polarity.different(false, false)
	}
	return Similar
}

// CompareGoalRange compares a value with a range as goal: Similar from lower
// up to, but not including, upper; otherwise Better or Worse. Missing numbers
// (NaN), a range the wrong way round, or no judgement are NotCompared.
//
// Reference: Fingertips, RangeTargetComparer.
func CompareGoalRange(value, lower, upper float64, polarity Polarity) Verdict {
	if !finite(value) || !finite(lower) || !finite(upper) || lower > upper ||
		polarity != HighIsGood && polarity != LowIsGood {
		return NotCompared
	}
	switch {
	case value >= upper:
		return polarity.different(true, false)
	case value < lower:
		return polarity.different(false, false)
	}
	return Similar
}

// QuintileWord gives the word for a quintile, 1 for the lowest values, among so
// many areas compared: Worst, Worse, Middle, Better, Best by polarity, or
// Lowest, Low, Middle, High, Highest without judgement. Fewer than 5 areas, or
// no quintile, is NotCompared.
//
// Reference: FingertipsNext, quintile benchmark comparison.
func QuintileWord(quintile, areas int, polarity Polarity) Verdict {
	if areas < 5 || quintile < 1 || quintile > 5 || !polarity.valid() {
		return NotCompared
	}
	switch polarity {
	case HighIsGood:
		return [5]Verdict{Worst, Worse, Middle, Better, Best}[quintile-1]
	case LowIsGood:
		return [5]Verdict{Best, Better, Middle, Worse, Worst}[quintile-1]
	}
	return [5]Verdict{Lowest, Low, Middle, High, Highest}[quintile-1]
}

// NoEstimate is an estimate of which nothing is known: every number NaN.
func NoEstimate() Estimate {
	return Estimate{math.NaN(), math.NaN(), math.NaN()}
}
