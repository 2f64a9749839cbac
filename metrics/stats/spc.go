package stats

import (
	"fmt"
	"math"
)

const (
	// xmrLimit turns a mean moving range into three sigma: 3/1.128, by
	// convention to two decimals.
	xmrLimit = 2.66
	// xmrScreen times the mean moving range is the upper limit of the ranges
	// themselves.
	xmrScreen = 3.267
	// XmRTrialBelow is the number of points in a segment below which its limits
	// are trial limits and no icon is shown.
	XmRTrialBelow = 13
	// xmrShift is the number of points on one side of the mean that make a shift.
	xmrShift = 7
)

// Direction says which way an indicator improves.
type Direction int

const (
	// Neutral is for indicators without judgement. The default.
	Neutral Direction = iota
	// Increase means that higher is better.
	Increase
	// Decrease means that lower is better.
	Decrease
)

// XmROptions holds the choices of XmR. Its zero value is one process, screened
// limits from all points, a 7-point trend, no target and no judgement.
type XmROptions struct {
	// NoScreening keeps every moving range, as the Making Data Count
	// spreadsheet does. Screening drops the ranges of 3.267 times their mean or
	// more, once, and takes the mean of the rest: narrower limits.
	NoScreening bool
	// Segments holds the index of the first value of each new process after a
	// step change that is known, sustained and recorded; ascending, above 0.
	Segments []int
	// Baseline freezes mean and limits on the first so many places of each
	// segment, missing values among them; 0 uses them all.
	Baseline int
	// TrendPoints is the length of a trend: 7 (0 means 7), or 6 as the
	// spreadsheet also offers.
	TrendPoints int
	// Improvement colours the points; Neutral gives no judgement.
	Improvement Direction
	// Target, if any, gives an assurance together with a direction.
	Target *float64
}

// XmRSegment is the process over one stretch of the series.
type XmRSegment struct {
	Start int // index of the first value
	N     int // values present
	// Mean of the segment's values, or of its baseline. NaN with no value.
	Mean float64
	// MeanRange is the mean moving range after screening, if any. NaN when
	// there is none.
	MeanRange float64
	// Lower and Upper are the process limits, Mean ∓ 2.66·MeanRange; NaN, not
	// available, without a moving range. Lower may be below 0, where a chart of
	// counts or rates draws 0 and keeps the number.
	Lower, Upper float64
	// LowerTwoSigma and UpperTwoSigma lie two thirds of the way to the limits.
	LowerTwoSigma, UpperTwoSigma float64
	// Trial marks a segment of fewer than 13 values: trial limits, no icons.
	Trial bool
}

// HasLimits says whether the segment has process limits.
func (s XmRSegment) HasLimits() bool { return !math.IsNaN(s.Lower) }

// SpecialCause is the rule that marks a point.
type SpecialCause int

// The rules in their order of precedence on one point.
const (
	CommonCause SpecialCause = iota
	OutsideLimits
	TrendRule
	TwoOfThree
	Shift
)

// Variation is the class of a point, or of a series by its latest point.
type Variation string

const (
	CommonVariation Variation = "common cause"
	Improvement     Variation = "improvement"
	Concern         Variation = "concern"
	NeutralHigh     Variation = "neutral high"
	NeutralLow      Variation = "neutral low"
)

// XmRPoint is what the rules say of one value.
type XmRPoint struct {
	Value   float64 // NaN when missing
	Segment int     // index into XmRResult.Segments
	Cause   SpecialCause
	// High is true for a special cause above the mean, or a rising trend.
	High bool
	// Variation is the class of the point, by the direction of improvement.
	Variation Variation
	length    int // points in the trend that marks it
}

// Rule names the rule that marks the point, in the words of the reference
// implementation: "Above UCL", "7 Point Trend (Decreasing)", "2 in 3 Below
// CL", "7 Points Above CL", "Common Cause".
func (p XmRPoint) Rule() string {
	side, way := "Below", "Decreasing"
	if p.High {
		side, way = "Above", "Increasing"
	}
	switch p.Cause {
	case OutsideLimits:
		if p.High {
			return "Above UCL"
		}
		return "Below LCL"
	case TrendRule:
		return fmt.Sprintf("%d Point Trend (%s)", p.length, way)
	case TwoOfThree:
		return "2 in 3 " + side + " CL"
	case Shift:
		return "7 Points " + side + " CL"
	}
	return "Common Cause"
}

// Assurance says what the process will do against its target while it does
// not change.
type Assurance string

const (
	NoAssurance    Assurance = "" // no target, no direction, or no limits
	ConsistentPass Assurance = "consistently passing"
	ConsistentFail Assurance = "consistently failing"
	HitAndMiss     Assurance = "hit and miss"
)

// XmRResult is the analysis of one series.
type XmRResult struct {
	Segments []XmRSegment
	Points   []XmRPoint // one for each value given
	// Variation is the class of the latest point that is not missing, and
	// Assurance that of the last segment with a value. Show neither as an icon
	// when Trial is true.
	Variation Variation
	Assurance Assurance
	Trial     bool // the segment that Variation and Assurance come from is a trial
}

// XmR analyses a series of values in equal steps of time as an individuals
// chart, by the rules of the NHS "plot the dots" charts. In the unit of the
// values, with mR the absolute difference of neighbouring values:
//
//	limits = mean ∓ 2.66 × mean mR
//
// Special causes, in their order of precedence on one point:
//
//   - a point strictly outside a limit;
//   - a trend: 7 points, each strictly above (or below) the one before;
//   - two of three neighbouring points between two sigma and the limit, all
//     three on that side of the mean; only the points beyond two sigma are marked;
//   - a shift: 7 neighbouring points strictly on one side of the mean.
//
// A missing value (NaN) breaks every run and has no moving range on either
// side. So does the start of a segment. A segment with a single value has no
// limits; nor, with screening, has one of equal values, whose every range is
// dropped. Without limits only trend and shift are looked for. A series with
// no value at all is not available; infinite values and segments out of order
// are invalid. Never give it rolling sums: their points overlap.
//
// References: Shewhart; Wheeler, Understanding Variation; Provost & Murray; NHS
// England, Making Data Count; NHSRplotthedots.
func XmR(values []float64, options XmROptions) (XmRResult, error) {
	starts, err := options.starts(values)
	if err != nil {
		return XmRResult{}, err
	}
	trend := options.TrendPoints
	if trend == 0 {
		trend = 7
	}

	result := XmRResult{Points: make([]XmRPoint, len(values)), Variation: CommonVariation}
	latest := 0
	for s, start := range starts {
		end := len(values)
		if s+1 < len(starts) {
			end = starts[s+1]
		}
		segment := options.segment(values[start:end])
		segment.Start = start
		result.Segments = append(result.Segments, segment)

		points := result.Points[start:end]
		for i := range points {
			points[i] = XmRPoint{Value: values[start+i], Segment: s, length: trend}
			if !math.IsNaN(points[i].Value) {
				latest = start + i
			}
		}
		// The later rule overwrites: lowest precedence first.
		markShifts(points, segment)
		markTwoOfThree(points, segment)
		markTrends(points, trend)
		markOutside(points, segment)
		for i := range points {
			points[i].Variation = options.Improvement.judge(points[i])
		}
	}
	result.Variation = result.Points[latest].Variation
	last := result.Segments[result.Points[latest].Segment]
	result.Trial = last.Trial
	if options.Target != nil && last.HasLimits() {
		result.Assurance = AssuranceOf(last.Lower, last.Upper, *options.Target, options.Improvement)
	}
	return result, nil
}

// AssuranceOf judges process limits against a target. With lower better, a
// target above the upper limit is consistently passed and one below the lower
// limit consistently failed; with higher better the other way round. In
// between, on a limit too, it is hit and miss. Without a direction, or with a
// number that is not one, there is none.
func AssuranceOf(lower, upper, target float64, improvement Direction) Assurance {
	if improvement == Neutral || !finite(lower) || !finite(upper) || !finite(target) {
		return NoAssurance
	}
	switch {
	case target > upper && improvement == Decrease, target < lower && improvement == Increase:
		return ConsistentPass
	case target > upper, target < lower:
		return ConsistentFail
	}
	return HitAndMiss
}

// starts checks the options and gives the first index of every segment.
func (o XmROptions) starts(values []float64) ([]int, error) {
	places, err := present(values)
	if err != nil {
		return nil, err
	}
	if len(places) == 0 {
		return nil, notAvailable("no values")
	}
	if o.Baseline < 0 || o.Baseline == 1 {
		return nil, invalid("a baseline of %d points has no moving range", o.Baseline)
	}
	if o.TrendPoints < 0 || o.TrendPoints > 0 && o.TrendPoints < 3 {
		return nil, invalid("a trend of %d points", o.TrendPoints)
	}
	if o.Improvement < Neutral || o.Improvement > Decrease {
		return nil, invalid("direction %d", o.Improvement)
	}
	if o.Target != nil && !finite(*o.Target) {
		return nil, invalid("target is not a number")
	}
	starts := []int{0}
	for _, start := range o.Segments {
		if start <= starts[len(starts)-1] || start >= len(values) {
			return nil, invalid("segment start %d", start)
		}
		starts = append(starts, start)
	}
	return starts, nil
}

// segment calculates mean and limits of one stretch.
func (o XmROptions) segment(values []float64) XmRSegment {
	s := XmRSegment{}
	for _, v := range values {
		if !math.IsNaN(v) {
			s.N++
		}
	}
	s.Trial = s.N < XmRTrialBelow

	base := values
	if o.Baseline > 0 && o.Baseline < len(values) {
		base = values[:o.Baseline]
	}
	var ranges []float64
	for i := 1; i < len(base); i++ {
		if r := math.Abs(base[i] - base[i-1]); !math.IsNaN(r) {
			ranges = append(ranges, r)
		}
	}
	s.Mean, s.MeanRange = meanPresent(base), meanPresent(ranges)
	if !o.NoScreening {
		var kept []float64
		for _, r := range ranges {
			if r < xmrScreen*s.MeanRange {
				kept = append(kept, r)
			}
		}
		s.MeanRange = meanPresent(kept)
	}
	width := xmrLimit * s.MeanRange
	s.Lower, s.Upper = s.Mean-width, s.Mean+width
	near := 2 * (xmrLimit / 3) * s.MeanRange
	s.LowerTwoSigma, s.UpperTwoSigma = s.Mean-near, s.Mean+near
	return s
}

// meanPresent is the mean of the values that are not missing, NaN for none.
func meanPresent(values []float64) float64 {
	var sum, n float64
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	return sum / n
}

// side is 1 above the mean, −1 below and 0 on it or for a missing value.
func (p XmRPoint) side(mean float64) int {
	switch {
	case p.Value > mean:
		return 1
	case p.Value < mean:
		return -1
	}
	return 0
}

func (p *XmRPoint) mark(cause SpecialCause, high bool) { p.Cause, p.High = cause, high }

func markOutside(points []XmRPoint, s XmRSegment) {
	for i := range points {
		if points[i].Value > s.Upper {
			points[i].mark(OutsideLimits, true)
		} else if points[i].Value < s.Lower {
			points[i].mark(OutsideLimits, false)
		}
	}
}

// markTrends marks every stretch of at least length points that rises, or
// falls, throughout. A peak between two trends belongs to the later one.
func markTrends(points []XmRPoint, length int) {
	for from := 0; from+1 < len(points); {
		way := sign(points[from+1].Value - points[from].Value)
		to := from + 1
		for way != 0 && to+1 < len(points) && sign(points[to+1].Value-points[to].Value) == way {
			to++
		}
		if way != 0 && to-from+1 >= length {
			for i := from; i <= to; i++ {
				points[i].mark(TrendRule, way > 0)
			}
		}
		from = to
	}
}

// sign is 1, −1, or 0 for 0 and NaN.
func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func markTwoOfThree(points []XmRPoint, s XmRSegment) {
	near := func(v float64) bool {
		return v > s.UpperTwoSigma && v <= s.Upper || v < s.LowerTwoSigma && v >= s.Lower
	}
	for i := 0; i+3 <= len(points); i++ {
		three := points[i : i+3]
		sides, beyond := 0, 0
		for _, p := range three {
			sides += p.side(s.Mean)
			if near(p.Value) {
				beyond++
			}
		}
		if beyond < 2 || sides != 3 && sides != -3 {
			continue
		}
		for j := range three {
			if near(three[j].Value) {
				three[j].mark(TwoOfThree, sides > 0)
			}
		}
	}
}

func markShifts(points []XmRPoint, s XmRSegment) {
	for from := 0; from < len(points); {
		side, to := points[from].side(s.Mean), from+1
		for to < len(points) && points[to].side(s.Mean) == side {
			to++
		}
		if side != 0 && to-from >= xmrShift {
			for i := from; i < to; i++ {
				points[i].mark(Shift, side > 0)
			}
		}
		from = to
	}
}

// judge turns a marked point into its class.
func (d Direction) judge(p XmRPoint) Variation {
	switch {
	case p.Cause == CommonCause:
		return CommonVariation
	case d == Neutral && p.High:
		return NeutralHigh
	case d == Neutral:
		return NeutralLow
	case p.High == (d == Increase):
		return Improvement
	}
	return Concern
}
