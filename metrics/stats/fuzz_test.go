package stats

import (
	"math"
	"testing"
)

// sound fails when an estimate without an error is not in order.
func sound(t *testing.T, e Estimate, err error) {
	t.Helper()
	if err != nil {
		return
	}
	if !finite(e.Value) || !finite(e.Lower) || !finite(e.Upper) || e.Lower > e.Value || e.Value > e.Upper || e.Lower < 0 {
		t.Errorf("%+v without an error", e)
	}
}

func FuzzWilson(f *testing.F) {
	f.Add(0.0, 10.0, 0.95)
	f.Add(7776456.0, 7564336677.0, 0.998)
	f.Add(1.0, 1.0, 0.5)
	f.Add(math.NaN(), math.Inf(1), 1.0)
	f.Add(5e-324, math.MaxFloat64, 0.95)
	f.Fuzz(func(t *testing.T, x, n, confidence float64) {
		e, err := Wilson(x, n, confidence)
		sound(t, e, err)
		if err == nil && e.Upper > 1 {
			t.Errorf("%+v is above 1", e)
		}
	})
}

func FuzzPoisson(f *testing.F) {
	f.Add(0.0, 0.95)
	f.Add(9.999, 0.998)
	f.Add(10.0, 0.9999999)
	f.Add(1e300, 0.95)
	f.Add(-1.0, math.NaN())
	f.Fuzz(func(t *testing.T, count, confidence float64) {
		e, err := Poisson(count, confidence)
		sound(t, e, err)
	})
}

func FuzzRateRatio(f *testing.F) {
	f.Add(11.0, 800.0, 21.0, 3011.0, 0.95)
	f.Add(0.0, 1.0, 1.0, 1.0, 0.998)
	f.Add(1e8, 1e9, 1.0, 1e-9, 0.95)
	f.Add(math.Inf(1), math.NaN(), 0.0, -1.0, 2.0)
	f.Fuzz(func(t *testing.T, a, popA, b, popB, confidence float64) {
		// Beyond these no count of people or crimes goes, and the beta quantile
		// takes its time.
		if a > 1e9 || b > 1e9 {
			return
		}
		e, err := RateRatio(a, popA, b, popB, confidence)
		sound(t, e, err)
		e, err = RateRatioLog(a, popA, b, popB, confidence)
		sound(t, e, err)
	})
}
