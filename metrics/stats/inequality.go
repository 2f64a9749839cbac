package stats

import (
	"math"
	"math/rand/v2"
)

// SIIScale says what kind of value the groups of an SII hold, and so the scale
// on which their standard errors are given and their values are simulated.
type SIIScale int

const (
	// SIIPlain is for values with symmetric intervals, such as life
	// expectancy; they are simulated as they are. The default.
	SIIPlain SIIScale = iota
	// SIIRate is for rates, simulated on the log scale.
	SIIRate
	// SIIProportion is for proportions from 0 to 1, simulated on the logit scale.
	SIIProportion
)

func (s SIIScale) forward(v float64) float64 {
	switch s {
	case SIIRate:
		return math.Log(v)
	case SIIProportion:
		return math.Log(v / (1 - v))
	}
	return v
}

func (s SIIScale) back(v float64) float64 {
	switch s {
	case SIIRate:
		return math.Exp(v)
	case SIIProportion:
		return 1 / (1 + math.Exp(-v))
	}
	return v
}

// SE gives the standard error of a value on this scale from its confidence
// limits: (U − L)/(2z), of their logarithms for a rate and their logits for a
// proportion. A limit with no finite image on the scale (0 for a rate, 0 or 1
// for a proportion) leaves the standard error unknown: not available.
func (s SIIScale) SE(lower, upper, confidence float64) (float64, error) {
	z, err := ZScore(confidence)
	if err != nil {
		return 0, err
	}
	if !finite(lower) || !finite(upper) || lower > upper {
		return 0, invalid("limits %v and %v are not an interval", lower, upper)
	}
	se := (s.forward(upper) - s.forward(lower)) / (2 * z)
	if !finite(se) {
		return 0, notAvailable("limits %v and %v have no standard error on this scale", lower, upper)
	}
	return se, nil
}

// SIIGroup is one group of an inequality slope.
type SIIGroup struct {
	Population float64 // persons in the group
	Value      float64 // the indicator's value
	SE         float64 // its standard error on the scale of SIIOptions.Scale; see SIIScale.SE
}

// SIIOptions holds the choices of SII. Its zero value is a plain value,
// untransformed, times 1, 95% limits from 100,000 draws with the fixed seed.
type SIIOptions struct {
	Scale SIIScale
	// Transform fits the line on the log or logit scale and puts the result
	// back, for relations that are not linear. It does nothing to plain values.
	Transform bool
	// Multiplier multiplies the SII; 0 means 1. A negative one flips the sign,
	// so that "more deprived is worse" reads positive, and inverts the RII.
	Multiplier  float64
	Confidence  float64 // 0 means 0.95
	Repetitions int     // draws; 0 means 100,000, and fewer than 1,000 are refused
	Seed        uint64  // two runs with one seed give the same interval
}

// SIILine is the fitted line of an SII, without intervals.
type SIILine struct {
	Intercept float64 // fitted value at the most deprived end, x = 0
	SII       float64
	// RII is the ratio of the fitted values at the two ends. It is NaN, not
	// available, when the line is not above 0 at both.
	RII float64
}

// SIIResult is an SII and RII with their intervals.
type SIIResult struct {
	SII Estimate
	// RII is nil when it is not available: the fitted line, or its simulated
	// interval, is not above 0 at both ends.
	RII       *Estimate
	Intercept float64 // fitted value at the most deprived end, x = 0
	// ManyGroups warns that there are more than 10 groups, which is unusual.
	ManyGroups bool
}

// SII gives the slope index of inequality and the relative index over groups
// in order of deprivation, the most deprived first.
//
// The line is a least-squares fit of the value on x, the midpoint of the
// group's range in the cumulative population (0 to 1), weighted by the group's
// share of the population:
//
//	SII = slope × multiplier (the unit of the value)
//	RII = (intercept + slope)/intercept (no unit)
//
// and with Transform, with f the log or logit,
//
//	SII = (f⁻¹(intercept + slope) − f⁻¹(intercept)) × multiplier, RII their ratio
//
// The intervals are percentiles over simulated values, normal around each
// group's value with its standard error, on the log scale for rates and the
// logit scale for proportions. The seed is fixed: two runs agree.
//
// Fewer than 5 groups or more than 100, a population of 0 or a standard error
// that is not known (0) makes the whole not available, for every group must be
// present; so does a rate of 0 or a proportion of 0 or 1, which have no
// logarithm or logit. Negative, NaN and infinite numbers are invalid.
//
// References: Pamuk 1985; Low & Low 2004; PHE Inequalities calculation tool;
// PHEindicatormethods phe_sii.
func SII(groups []SIIGroup, options SIIOptions) (SIIResult, error) {
	fit, err := newSIIFit(groups, options)
	if err != nil {
		return SIIResult{}, err
	}
	confidence, draws := options.Confidence, options.Repetitions
	if confidence == 0 {
		confidence = 0.95
	}
	if draws == 0 {
		draws = 100_000
	}
	if draws < 1000 {
		return SIIResult{}, invalid("%d repetitions are fewer than 1,000", draws)
	}
	p, err := tail(confidence)
	if err != nil {
		return SIIResult{}, err
	}
	scale := options.Scale
	centre := make([]float64, len(groups))
	for i, g := range groups {
		if !finite(g.SE) || g.SE < 0 {
			return SIIResult{}, invalid("standard error %v", g.SE)
		}
		if g.SE == 0 {
			return SIIResult{}, notAvailable("the standard error of group %d is not known", i+1)
		}
		if centre[i] = scale.forward(g.Value); !finite(centre[i]) {
			return SIIResult{}, notAvailable("the value %v of group %d has no logarithm or logit", g.Value, i+1)
		}
	}

	// Values are drawn on the scale of the standard errors and, unless the line
	// itself is fitted there, put back before the fit.
	putBack := scale != SIIPlain && !options.Transform
	random := rand.New(rand.NewPCG(options.Seed, 0x51D1CE))
	siis, riis := make([]float64, draws), make([]float64, draws)
	for d := range draws {
		var intercept, slope float64
		for i := range groups {
			y := centre[i] + groups[i].SE*random.NormFloat64()
			if putBack {
				y = scale.back(y)
			}
			intercept += fit.intercept[i] * y
			slope += fit.slope[i] * y
		}
		line := fit.line(intercept, slope)
		siis[d], riis[d] = line.SII, line.RII
	}

	line := fit.fitted(groups)
	result := SIIResult{Intercept: line.Intercept, ManyGroups: len(groups) > 10}
	lower, upper := drawLimits(siis, p)
	if result.SII, err = (Estimate{line.SII, lower, upper}).finish(); err != nil {
		return SIIResult{}, err
	}
	// Draws without an RII are as low as can be; if they reach into the
	// interval, it is not one.
	for i, v := range riis {
		if math.IsNaN(v) {
			riis[i] = math.Inf(-1)
		}
	}
	lower, upper = drawLimits(riis, p)
	if rii, err := (Estimate{line.RII, lower, upper}).finish(); err == nil {
		result.RII = &rii
	}
	return result, nil
}

// drawLimits gives the quantiles of draws that leave p on either side. It reorders
// the draws only as far as it must: sorting them would be half the work of SII.
func drawLimits(draws []float64, p float64) (lower, upper float64) {
	for _, at := range []float64{p, 1 - p} {
		k := int(float64(len(draws)-1) * at)
		partition(draws, k)
		if k+1 < len(draws) {
			partition(draws[k+1:], 0)
		}
		lower, upper = upper, percentile(draws, at)
	}
	return lower, upper
}

// partition reorders v so that v[k] is what sorting would put there, with
// nothing greater before it and nothing less after it.
func partition(v []float64, k int) {
	for low, high := 0, len(v)-1; low < high; {
		pivot := v[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return
		}
	}
}

// SIIPoint gives the fitted line of SII without intervals, and without need of
// standard errors. Everything else is as in SII.
func SIIPoint(groups []SIIGroup, options SIIOptions) (SIILine, error) {
	fit, err := newSIIFit(groups, options)
	if err != nil {
		return SIILine{}, err
	}
	line := fit.fitted(groups)
	if !finite(line.SII) || !finite(line.Intercept) {
		return SIILine{}, notAvailable("a value has no logarithm or logit")
	}
	return line, nil
}

// siiFit is the weighted fit as two lists of coefficients: intercept and slope
// are sums of coefficient × value.
type siiFit struct {
	intercept, slope []float64
	options          SIIOptions
}

func newSIIFit(groups []SIIGroup, options SIIOptions) (siiFit, error) {
	if len(groups) < 5 || len(groups) > 100 {
		return siiFit{}, notAvailable("%d groups: an inequality slope needs 5 to 100", len(groups))
	}
	if !finite(options.Multiplier) {
		return siiFit{}, invalid("multiplier is not a number")
	}
	if options.Multiplier == 0 {
		options.Multiplier = 1
	}
	if options.Scale < SIIPlain || options.Scale > SIIProportion {
		return siiFit{}, invalid("scale %d", options.Scale)
	}
	var total float64
	for _, g := range groups {
		if err := checkDenominator("population of a group", g.Population); err != nil {
			return siiFit{}, err
		}
		if !finite(g.Value) {
			return siiFit{}, invalid("the value of a group is not a number")
		}
		if options.Scale != SIIPlain && g.Value < 0 || options.Scale == SIIProportion && g.Value > 1 {
			return siiFit{}, invalid("value %v is not a rate or proportion", g.Value)
		}
		total += g.Population
	}

	n := len(groups)
	fit := siiFit{make([]float64, n), make([]float64, n), options}
	x := make([]float64, n)
	var below, mean, spread float64
	for i, g := range groups {
		share := g.Population / total
		x[i] = below + share/2
		below += share
		mean += share * x[i]
	}
	for i, g := range groups {
		spread += g.Population / total * (x[i] - mean) * (x[i] - mean)
	}
	for i, g := range groups {
		share := g.Population / total
		fit.slope[i] = share * (x[i] - mean) / spread
		fit.intercept[i] = share - mean*fit.slope[i]
	}
	return fit, nil
}

// fitted is the line through the groups' own values.
func (f siiFit) fitted(groups []SIIGroup) SIILine {
	var intercept, slope float64
	for i, g := range groups {
		y := g.Value
		if f.options.Transform {
			y = f.options.Scale.forward(y)
		}
		intercept += f.intercept[i] * y
		slope += f.slope[i] * y
	}
	return f.line(intercept, slope)
}

// line turns an intercept and slope on the fitted scale into the indices.
func (f siiFit) line(intercept, slope float64) SIILine {
	deprived, affluent := intercept, intercept+slope
	if f.options.Transform {
		deprived, affluent = f.options.Scale.back(deprived), f.options.Scale.back(affluent)
		slope = affluent - deprived
	}
	line := SIILine{Intercept: deprived, SII: slope * f.options.Multiplier, RII: math.NaN()}
	if deprived > 0 && affluent > 0 {
		line.RII = affluent / deprived
		if f.options.Multiplier < 0 {
			line.RII = deprived / affluent
		}
	}
	return line
}

// percentile is the type-7 sample quantile of sorted values: linear between
// the order statistics around (n−1)p.
func percentile(sorted []float64, p float64) float64 {
	at := float64(len(sorted)-1) * p
	k := int(at)
	if k+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[k] + (at-float64(k))*(sorted[k+1]-sorted[k])
}
