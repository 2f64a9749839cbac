package stats

import (
	"math"
	"testing"
)

func TestRateDifference(t *testing.T) {
	e, err := RateDifference(120, 8000, 60, 10000, 1000, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := Rate(120, 8000, 1000, 0.95)
	b, _ := Rate(60, 10000, 1000, 0.95)
	lower := 9 - math.Sqrt((15-a.Lower)*(15-a.Lower)+(b.Upper-6)*(b.Upper-6))
	upper := 9 + math.Sqrt((a.Upper-15)*(a.Upper-15)+(6-b.Lower)*(6-b.Lower))
	if math.Abs(e.Value-9) > 1e-12 || math.Abs(e.Lower-lower) > 1e-12 || math.Abs(e.Upper-upper) > 1e-12 {
		t.Errorf("%+v, want 9 (%v to %v)", e, lower, upper)
	}
	// Close to the normal approximation for large counts.
	wald := 1.959964 * 1000 * math.Sqrt(120.0/8000/8000+60.0/10000/10000)
	if math.Abs(e.Upper-e.Lower-2*wald) > 0.1*wald {
		t.Errorf("width %v, by Wald %v", e.Upper-e.Lower, 2*wald)
	}
	// The other way round it is the same with the other sign.
	o, err := RateDifference(60, 10000, 120, 8000, 1000, 0.95)
	if err != nil || math.Abs(o.Lower+e.Upper) > 1e-12 || math.Abs(o.Upper+e.Lower) > 1e-12 {
		t.Errorf("%+v, %v", o, err)
	}
	if z, err := RateDifference(0, 100, 0, 100, 1000, 0.95); err != nil || z.Value != 0 || z.Lower >= 0 || z.Upper <= 0 {
		t.Errorf("nothing in either: %+v, %v", z, err)
	}
	for _, bad := range [][5]float64{{1, 0, 1, 10, 1000}, {1, 10, 1, 0, 1000}, {-1, 10, 1, 10, 1000}, {1, 10, math.NaN(), 10, 1000}, {1, 10, 1, 10, 0}} {
		if e, err := RateDifference(bad[0], bad[1], bad[2], bad[3], bad[4], 0.95); err == nil {
			t.Errorf("%v: %+v", bad, e)
		}
	}
}
