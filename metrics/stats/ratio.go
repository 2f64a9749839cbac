package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// RateRatio gives the ratio of two rates, (a/popA) / (b/popB), with its exact
// conditional interval. Given the total a+b, a is binomial; the Clopper–Pearson
// limits p of its share, which are beta quantiles, give the limits of the ratio
// as p/(1−p) × popB/popA:
//
//	p lower = Beta(α/2; a, b+1), p upper = Beta(1−α/2; a+1, b)
//
// Unit: none; 1 means the same rate. With a = 0 the ratio and its lower limit
// are 0. With b = 0 the ratio is undefined and not available: print the counts.
// A population of 0 is not available; negative, NaN or infinite numbers are
// invalid. Counts need not be whole.
//
// References: Clopper & Pearson 1934; Breslow & Day 1987, vol. II; R
// stats::poisson.test.
func RateRatio(a, popA, b, popB, confidence float64) (Estimate, error) {
	ratio, err := rateRatio(a, popA, b, popB)
	if err != nil {
		return Estimate{}, err
	}
	p, err := tail(confidence)
	if err != nil {
		return Estimate{}, err
	}
	e := Estimate{Value: ratio, Upper: popB / popA / lowerOdds(b, a, p)}
	if a > 0 {
		e.Lower = popB / popA * lowerOdds(a, b, p)
	}
	return e.finish()
}

// lowerOdds is the lower Clopper–Pearson limit of the odds of a to b. The upper
// limit is one over the lower limit of b to a.
func lowerOdds(a, b, p float64) float64 {
	share := mathext.InvRegIncBeta(a, b+1, p)
	return share / (1 - share)
}

func rateRatio(a, popA, b, popB float64) (float64, error) {
	if err := checkRates(a, popA, b, popB); err != nil {
		return 0, err
	}
	if b == 0 {
		return 0, notAvailable("the ratio is undefined when the second count is 0")
	}
	return (a / popA) / (b / popB), nil
}

func checkRates(a, popA, b, popB float64) error {
	if err := checkCount("first count", a); err != nil {
		return err
	}
	if err := checkCount("second count", b); err != nil {
		return err
	}
	if err := checkDenominator("first population", popA); err != nil {
		return err
	}
	return checkDenominator("second population", popB)
}

// RateRatioLog gives the same ratio as RateRatio with the log-normal interval
// for large counts:
//
//	exp(ln RR ± z·√(1/a + 1/b))
//
// A zero in either count has no interval on the log scale and is not available;
// use RateRatio there. Everything else is as in RateRatio.
//
// Reference: Rothman & Greenland, Modern Epidemiology.
func RateRatioLog(a, popA, b, popB, confidence float64) (Estimate, error) {
	ratio, err := rateRatio(a, popA, b, popB)
	if err != nil {
		return Estimate{}, err
	}
	if a == 0 {
		return Estimate{}, notAvailable("the log-normal interval needs at least one event in each count")
	}
	z, err := ZScore(confidence)
	if err != nil {
		return Estimate{}, err
	}
	width := math.Exp(z * math.Sqrt(1/a+1/b))
	return Estimate{Value: ratio, Lower: ratio / width, Upper: ratio * width}.finish()
}

// RateRatioP gives the two-sided probability of a difference between two rates
// as unlikely as this one, or more so, when the rates are the same: the exact
// conditional (binomial) test that goes with RateRatio. It adds up all splits
// of the a+b events that are no more likely than the one seen.
//
// Unlike the ratio it has an answer when b is 0. No events in either count, or
// a population of 0, is not available; counts that are not whole, negative,
// NaN or infinite are invalid.
//
// Reference: R stats::poisson.test with two samples.
func RateRatioP(a, popA, b, popB float64) (float64, error) {
	if err := checkRates(a, popA, b, popB); err != nil {
		return 0, err
	}
	if a != math.Trunc(a) || b != math.Trunc(b) {
		return 0, invalid("the exact test needs whole counts, not %v and %v", a, b)
	}
	n := a + b
	if n == 0 {
		return 0, notAvailable("no events in either count")
	}
	share := popA / (popA + popB)
	if share == 0 || share == 1 {
		return 0, invalid("populations too far apart to calculate with")
	}
	// Work from below the expected count; above it, swap the two.
	if a > n*share {
		a, share = b, popB/(popA+popB)
	}
	logP := func(k float64) float64 {
		lgN, _ := math.Lgamma(n + 1)
		lgK, _ := math.Lgamma(k + 1)
		lgRest, _ := math.Lgamma(n - k + 1)
		return lgN - lgK - lgRest + k*math.Log(share) + (n-k)*math.Log1p(-share)
	}
	// Beyond the expected count the splits get ever less likely: find the first
	// that is no more likely than a. A hair of slack counts equals as equal.
	seen := logP(a) + math.Log1p(1e-7)
	from, to := math.Ceil(n*share), n+1
	for from < to {
		middle := math.Floor((from + to) / 2)
		if logP(middle) <= seen {
			to = middle
		} else {
			from = middle + 1
		}
	}
	p := atMost(a, n, share)
	if from <= n {
		p += 1 - atMost(from-1, n, share)
	}
	return math.Min(p, 1), nil
}

// atMost is the probability of k or fewer of n binomial events.
func atMost(k, n, share float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	}
	return mathext.RegIncBeta(n-k, k+1, 1-share)
}
