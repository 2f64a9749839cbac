package stats

import "math"

// Wilson gives the proportion x/n (0 to 1; multiply by 100 afterwards for a
// percentage) with its Wilson score interval:
//
//	(2x + z² ∓ z·√(z² + 4x(1−x/n))) / (2(n + z²))
//
// x counts people among the n: the numerator must be a subset of the
// denominator, otherwise it is a rate (see Rate). To pool groups, sum x and n
// first; never average proportions.
//
// x = 0 has the lower limit 0 and x = n the upper limit 1, exactly. n = 0 is
// not available; x > n, a negative number, NaN or infinity is invalid. Neither
// x nor n need be whole.
//
// References: Wilson 1927; Newcombe 1998; APHO Technical Briefing 3 (2008).
func Wilson(x, n, confidence float64) (Estimate, error) {
	if err := checkCount("numerator", x); err != nil {
		return Estimate{}, err
	}
	if err := checkDenominator("denominator", n); err != nil {
		return Estimate{}, err
	}
	if x > n {
		return Estimate{}, invalid("numerator %v is greater than denominator %v", x, n)
	}
	z, err := ZScore(confidence)
	if err != nil {
		return Estimate{}, err
	}
	// The two limits are the roots of (n+z²)p² − (2x+z²)p + x²/n = 0. The lower
	// comes from the product of the roots: the formula as printed subtracts two
	// nearly equal numbers when x is small.
	sum := 2*x + z*z + z*math.Sqrt(z*z+4*x*((n-x)/n))
	e := Estimate{
		Value: x / n,
		Lower: 2 * x * (x / n) / sum,
		Upper: sum / (2 * (n + z*z)),
	}
	if x == n {
		e.Upper = 1
	}
	e.Upper = math.Min(e.Upper, 1)
	return e.finish()
}
