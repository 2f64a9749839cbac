package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Mean gives the arithmetic mean of the values with Student's t interval, in
// the unit of the values:
//
//	x̄ ± t(1−α/2; n−1)·s/√n, s with n−1
//
// Fewer than two values have no interval and are not available. Equal values
// have an interval of no width. NaN and infinity are invalid: leave missing
// values out before calling.
//
// Reference: PHE Technical Guide: Confidence Intervals (2018).
func Mean(values []float64, confidence float64) (Estimate, error) {
	p, err := tail(confidence)
	if err != nil {
		return Estimate{}, err
	}
	for _, v := range values {
		if !finite(v) {
			return Estimate{}, invalid("a value is not a number")
		}
	}
	n := float64(len(values))
	if n < 2 {
		return Estimate{}, notAvailable("the interval of a mean needs at least two values")
	}
	// Adding small differences to a running mean loses less than two sums do
	// when the values are large and close together.
	var mean, squares float64
	for i, v := range values {
		d := v - mean
		mean += d / float64(i+1)
		squares += d * (v - mean)
	}
	t := -distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(p)
	half := t * math.Sqrt(squares/(n-1)/n)
	return Estimate{Value: mean, Lower: mean - half, Upper: mean + half}.finish()
}
