package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Estimate is a value with the limits of its two-sided confidence interval,
// all three in the same unit.
type Estimate struct{ Value, Lower, Upper float64 }

// scaled multiplies the value and both limits by a factor that is not negative.
func (e Estimate) scaled(by float64) Estimate {
	return Estimate{e.Value * by, e.Lower * by, e.Upper * by}
}

var (
	// ErrInvalid marks input that is wrong in itself: negative, not a number,
	// infinite, of unequal lengths, more people with than people in all.
	ErrInvalid = errors.New("invalid input")
	// ErrNotAvailable marks sound input to which the method has no answer: no
	// denominator, too few events, too few points.
	ErrNotAvailable = errors.New("not available")
)

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

func notAvailable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotAvailable, fmt.Sprintf(format, args...))
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// checkCount refuses what cannot be a number of events. Counts need not be
// whole: pooled and apportioned counts are not.
func checkCount(name string, v float64) error {
	if !finite(v) {
		return invalid("%s is not a number", name)
	}
	if v < 0 {
		return invalid("%s %v is negative", name, v)
	}
	return nil
}

// checkDenominator refuses what cannot be divided by. No population is sound
// input without an answer; a negative one is wrong.
func checkDenominator(name string, v float64) error {
	if err := checkCount(name, v); err != nil {
		return err
	}
	if v == 0 {
		return notAvailable("%s is 0", name)
	}
	return nil
}

func checkPer(per float64) error {
	if !finite(per) || per <= 0 {
		return invalid("multiplier %v is not a positive number", per)
	}
	return nil
}

// tail gives the probability in one tail of a two-sided confidence.
func tail(confidence float64) (float64, error) {
	if !(confidence > 0 && confidence < 1) {
		return 0, invalid("confidence %v is not between 0 and 1", confidence)
	}
	return (1 - confidence) / 2, nil
}

// upperNormal is the z that leaves probability p above it.
func upperNormal(p float64) float64 { return -mathext.NormalQuantile(p) }

// ZScore gives the normal quantile of a two-sided confidence: 1.959964 for
// 0.95, 3.090232 for 0.998.
func ZScore(confidence float64) (float64, error) {
	p, err := tail(confidence)
	if err != nil {
		return 0, err
	}
	return upperNormal(p), nil
}

// finish refuses an estimate whose arithmetic left the range of a float64,
// and takes rounding in the last digits out of the order lower, value, upper.
func (e Estimate) finish() (Estimate, error) {
	if !finite(e.Value) || !finite(e.Lower) || !finite(e.Upper) {
		return Estimate{}, invalid("numbers too large or too small to calculate with")
	}
	e.Lower = math.Min(e.Lower, e.Value)
	e.Upper = math.Max(e.Upper, e.Value)
	return e, nil
}
