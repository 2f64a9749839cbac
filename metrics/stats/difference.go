package stats

import "math"

// RateDifference gives the difference between two crude rates, a/popA − b/popB,
// times per, with the interval that the method of variance estimates recovery
// (MOVER) makes of the two rates' own limits l and u, those of Rate:
//
//	lower = rA − rB − √((rA − lA)² + (uB − rB)²)
//	upper = rA − rB + √((uA − rA)² + (rB − lB)²)
//
// Unit: that of the rates; 0 means no difference. The limits need not lie
// evenly about the value, as the rates' own do not, and are there for counts
// of 0 too. A population of 0 is not available; negative, NaN or infinite
// numbers are invalid.
//
// References: Zou & Donner 2008, Statistics in Medicine 27; Donner & Zou 2012.
func RateDifference(a, popA, b, popB, per, confidence float64) (Estimate, error) {
	one, err := Rate(a, popA, per, confidence)
	if err != nil {
		return Estimate{}, err
	}
	two, err := Rate(b, popB, per, confidence)
	if err != nil {
		return Estimate{}, err
	}
	value := one.Value - two.Value
	return Estimate{
		Value: value,
		Lower: value - math.Hypot(one.Value-one.Lower, two.Upper-two.Value),
		Upper: value + math.Hypot(one.Upper-one.Value, two.Value-two.Lower),
	}.finish()
}
