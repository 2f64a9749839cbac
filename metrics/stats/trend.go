package stats

import (
	"math"
	"sort"
)

// TrendMarker is the word of the recent-trend marker.
type TrendMarker string

const (
	TrendCannotBeCalculated TrendMarker = "Cannot be calculated"
	TrendNoChange           TrendMarker = "No significant change"
	TrendIncreasing         TrendMarker = "Increasing"
	TrendDecreasing         TrendMarker = "Decreasing"
	TrendIncreasingBetter   TrendMarker = "Increasing and getting better"
	TrendIncreasingWorse    TrendMarker = "Increasing and getting worse"
	TrendDecreasingBetter   TrendMarker = "Decreasing and getting better"
	TrendDecreasingWorse    TrendMarker = "Decreasing and getting worse"
)

// Judge adds better or worse to a direction, by polarity. Other markers, and
// all of them without judgement, stay as they are.
func (m TrendMarker) Judge(polarity Polarity) TrendMarker {
	switch {
	case m == TrendIncreasing && polarity == HighIsGood:
		return TrendIncreasingBetter
	case m == TrendIncreasing && polarity == LowIsGood:
		return TrendIncreasingWorse
	case m == TrendDecreasing && polarity == HighIsGood:
		return TrendDecreasingWorse
	case m == TrendDecreasing && polarity == LowIsGood:
		return TrendDecreasingBetter
	}
	return m
}

// TrendPoints is the number of points the marker looks at.
const TrendPoints = 5

// TrendPoint is one year of a series. NaN stands for what is missing or
// suppressed.
type TrendPoint struct {
	Year float64
	// Count and Denominator are for proportions.
	Count, Denominator float64
	// Value, Lower and Upper are for everything else: the value and its
	// confidence limits, in any one unit.
	Value, Lower, Upper float64
	// Break marks the first year after a break in the series: a changed
	// definition, boundary or recording.
	Break bool
}

// TrendOptions holds the choices of Trend. Its zero value is for rates and
// means with 95% limits, one year to a period, without judgement.
type TrendOptions struct {
	// Proportion uses Count and Denominator; otherwise Value, Lower and Upper.
	Proportion bool
	// Confidence of Lower and Upper; 0 means 0.95.
	Confidence float64
	Polarity   Polarity
	// YearsPooled is the years in one period; 0 means 1. Pooled periods have no
	// marker.
	YearsPooled int
}

// TrendResult is a marker with the numbers it rests on.
type TrendResult struct {
	Marker TrendMarker
	Reason string // why, in words
	// ChiSquared and Slope are 0 when the marker cannot be calculated. Slope is
	// a year's change: in log odds for a proportion, otherwise in the value's
	// unit.
	ChiSquared, Slope float64
}

// Trend gives the Fingertips recent-trend marker over the five most recent
// points, in any order.
//
// Proportions, with c of n in year t (χ² for linear trend):
//
//	χ² = N(N·Σct − C·Σnt)² / (C(N−C)(N·Σnt² − (Σnt)²)), N = Σn, C = Σc
//
// and the direction of the unweighted line through the log odds. Everything
// else, by least squares weighted with 1/SE², SE = (U − L)/(2z):
//
//	χ² = β²/Var(β)
//
// There is a trend when χ² exceeds 9.5495 (p < 0.002) and the slope keeps its
// sign when each of the five points is left out in turn. The years themselves
// are t, so a year that is not in the list leaves a gap, not a shorter step.
//
// It cannot be calculated from fewer than five points, pooled periods, two
// points for one year, a missing value among the last five, a break between
// them, a proportion of 0 or all, or an interval of no width. Numbers that
// cannot be (negative, infinite, a count above its denominator, a lower limit
// above the upper) are invalid.
//
// References: Armitage 1955; OHID Public Health Technical Guidance, Trend
// markers; Fingertips TrendMarkerCalculator. It is a screen, not an analysis
// of the series, and not for monthly or quarterly figures: see XmR.
func Trend(points []TrendPoint, options TrendOptions) (TrendResult, error) {
	confidence := options.Confidence
	if confidence == 0 {
		confidence = 0.95
	}
	z, err := ZScore(confidence)
	if err != nil {
		return TrendResult{}, err
	}
	if options.YearsPooled < 0 {
		return TrendResult{}, invalid("%d years in a period", options.YearsPooled)
	}
	for _, p := range points {
		if err := p.check(options.Proportion); err != nil {
			return TrendResult{}, err
		}
	}
	cannot := func(reason string) (TrendResult, error) {
		return TrendResult{Marker: TrendCannotBeCalculated, Reason: reason}, nil
	}
	if options.YearsPooled > 1 {
		return cannot("periods of more than one year")
	}
	if len(points) < TrendPoints {
		return cannot("fewer than five points")
	}
	sorted := append([]TrendPoint(nil), points...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Year < sorted[j].Year })
	recent := sorted[len(sorted)-TrendPoints:]
	for i, p := range recent {
		// The sixth point may share its year with the fifth.
		if before := len(sorted) - TrendPoints + i - 1; before >= 0 && sorted[before].Year == p.Year {
			return cannot("two points for one year")
		}
		if i > 0 && p.Break {
			return cannot("a break in the series")
		}
		if p.missing(options.Proportion) {
			return cannot("a missing value among the last five")
		}
		if options.Proportion && (p.Count == 0 || p.Count == p.Denominator) {
			return cannot("a proportion of none or all")
		}
		if !options.Proportion && p.Upper == p.Lower {
			return cannot("an interval of no width")
		}
	}

	// Every line is a weighted fit of y on the year.
	y, weight := make([]float64, TrendPoints), make([]float64, TrendPoints)
	for i, p := range recent {
		if options.Proportion {
			y[i], weight[i] = math.Log(p.Count/(p.Denominator-p.Count)), 1
		} else {
			se := (p.Upper - p.Lower) / (2 * z)
			y[i], weight[i] = p.Value, 1/(se*se)
		}
	}
	result := TrendResult{}
	var variance float64
	result.Slope, variance = slope(recent, y, weight, -1)
	if options.Proportion {
		result.ChiSquared = chiSquaredTrend(recent)
	} else {
		result.ChiSquared = result.Slope * result.Slope / variance
	}
	if !finite(result.ChiSquared) || !finite(result.Slope) {
		return TrendResult{}, invalid("numbers too large or too small to calculate with")
	}

	// The upper 0.2% point of χ² on one degree of freedom is a squared z.
	threshold, _ := ZScore(0.998)
	if result.ChiSquared <= threshold*threshold {
		result.Marker, result.Reason = TrendNoChange, "no significant trend"
		return result, nil
	}
	for leave := range recent {
		if without, _ := slope(recent, y, weight, leave); sign(without) != sign(result.Slope) {
			result.Marker, result.Reason = TrendNoChange, "the trend rests on one point"
			return result, nil
		}
	}
	result.Marker, result.Reason = TrendDecreasing, "significant trend without outliers"
	if result.Slope > 0 {
		result.Marker = TrendIncreasing
	}
	result.Marker = result.Marker.Judge(options.Polarity)
	return result, nil
}

// check refuses what cannot be; NaN is missing.
func (p TrendPoint) check(proportion bool) error {
	if !finite(p.Year) {
		return invalid("year is not a number")
	}
	used := []float64{p.Value, p.Lower, p.Upper}
	if proportion {
		used = []float64{p.Count, p.Denominator}
	}
	for _, v := range used {
		if math.IsInf(v, 0) {
			return invalid("a number of year %v is infinite", p.Year)
		}
	}
	switch {
	case proportion && (p.Count < 0 || p.Denominator < 0):
		return invalid("a negative count or denominator in year %v", p.Year)
	case proportion && p.Count > p.Denominator:
		return invalid("count %v above denominator %v in year %v", p.Count, p.Denominator, p.Year)
	case !proportion && p.Lower > p.Upper:
		return invalid("lower limit %v above upper %v in year %v", p.Lower, p.Upper, p.Year)
	}
	return nil
}

func (p TrendPoint) missing(proportion bool) bool {
	if proportion {
		return math.IsNaN(p.Count) || math.IsNaN(p.Denominator)
	}
	return math.IsNaN(p.Value) || math.IsNaN(p.Lower) || math.IsNaN(p.Upper)
}

// slope fits y on the year and gives the slope with its variance, leaving one
// point out (−1 for none).
func slope(points []TrendPoint, y, weight []float64, leave int) (slope, variance float64) {
	var w, t, v float64
	for i, p := range points {
		if i != leave {
			w += weight[i]
			t += weight[i] * p.Year
			v += weight[i] * y[i]
		}
	}
	t, v = t/w, v/w
	var tt, tv float64
	for i, p := range points {
		if i != leave {
			tt += weight[i] * (p.Year - t) * (p.Year - t)
			tv += weight[i] * (p.Year - t) * (y[i] - v)
		}
	}
	return tv / tt, 1 / tt
}

// chiSquaredTrend is χ² for linear trend in proportions. Years are taken from
// their mean, which changes nothing but the rounding: the sums are of
// differences of large numbers.
func chiSquaredTrend(points []TrendPoint) float64 {
	var c, n, nt, tMean float64
	for _, p := range points {
		c += p.Count
		n += p.Denominator
		tMean += p.Denominator * p.Year
	}
	tMean /= n
	var ct, ntt float64
	for _, p := range points {
		t := p.Year - tMean
		ct += p.Count * t
		nt += p.Denominator * t
		ntt += p.Denominator * t * t
	}
	// Divided through by N², which keeps the products in range.
	top := ct - c/n*nt
	return top * top / (c / n * (1 - c/n) * (ntt - nt*nt/n))
}
