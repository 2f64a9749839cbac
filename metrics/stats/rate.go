package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ByarFrom is the count from which Byar's approximation replaces the exact
// Poisson limits. It is a rule on the count, not on the rate.
const ByarFrom = 10

// PoissonMethod names the interval that Poisson and Rate use for a count.
func PoissonMethod(count float64) string {
	if count < ByarFrom {
		return "Exact"
	}
	return "Byar's"
}

// Poisson gives a count of events with the confidence limits of its
// expectation, in events. Value is the count itself.
//
// Below 10 the limits are exact (Garwood):
//
//	lower = χ²(α/2; 2O)/2, 0 when O = 0
//	upper = χ²(1−α/2; 2O+2)/2
//
// and from 10 Byar's approximation, within 0.2% of exact at 95%:
//
//	lower = O·(1 − 1/(9O) − z/(3√O))³
//	upper = (O+1)·(1 − 1/(9(O+1)) + z/(3√(O+1)))³
//
// A count of 0 is a real value with an upper limit above 0. The count need not
// be whole. Negative, NaN and infinite counts are invalid.
//
// References: Garwood 1936; Breslow & Day 1987, vol. II; Armitage & Berry 2002;
// APHO Technical Briefing 3 (2008).
func Poisson(count, confidence float64) (Estimate, error) {
	if err := checkCount("count", count); err != nil {
		return Estimate{}, err
	}
	p, err := tail(confidence)
	if err != nil {
		return Estimate{}, err
	}
	if count < ByarFrom {
		return exactPoisson(count, p).finish()
	}
	return byar(count, upperNormal(p)).finish()
}

func byar(count, z float64) Estimate {
	return Estimate{
		Value: count,
		Lower: count * cube(1-1/(9*count)-z/(3*math.Sqrt(count))),
		Upper: (count + 1) * cube(1-1/(9*(count+1))+z/(3*math.Sqrt(count+1))),
	}
}

// exactPoisson gives the limits that leave probability p in each tail. Half a
// chi-squared variable on 2k degrees of freedom is a gamma variable of shape k.
func exactPoisson(count, p float64) Estimate {
	e := Estimate{Value: count, Upper: mathext.GammaIncRegCompInv(count+1, p)}
	if count > 0 {
		e.Lower = mathext.GammaIncRegInv(count, p)
	}
	return e
}

func cube(v float64) float64 { return v * v * v }

// Rate gives a crude rate: count/denominator × per, with the limits of Poisson
// divided and multiplied likewise. per is the multiplier (1,000 or 100,000) and
// the denominator is in person-years: three pooled years have the sum of their
// three populations.
//
// A count of 0 is a rate of 0 with an upper limit above 0. A rate may exceed
// its multiplier, because one person may have several events. A denominator of
// 0 is not available; negative, NaN or infinite numbers are invalid.
//
// References: as for Poisson; PHE Technical Guide: Confidence Intervals (2018).
func Rate(count, denominator, per, confidence float64) (Estimate, error) {
	if err := checkDenominator("denominator", denominator); err != nil {
		return Estimate{}, err
	}
	if err := checkPer(per); err != nil {
		return Estimate{}, err
	}
	e, err := Poisson(count, confidence)
	if err != nil {
		return Estimate{}, err
	}
	return e.scaled(per / denominator).finish()
}
