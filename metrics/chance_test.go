package metrics

import (
	"math"
	"math/big"
	"testing"
)

// The fall that can be told from chance, derived without the interval's code.
// With the same residents and given the sum of both counts, the later count is
// one of as many tosses of a fair coin. The upper limit of its share is below
// one half, and that of the ratio below 1, where so few heads or fewer come up
// in less than 2.5 of 100 such series: where 40 × Σ C(n, i) < 2ⁿ for i up to
// the later count, in whole numbers.
func TestFallFromChanceDerived(t *testing.T) {
	told := func(count, fall int64) bool {
		n, later := 2*count-fall, count-fall
		term, sum := big.NewInt(1), big.NewInt(0) // C(n, 0)
		for i := int64(0); ; i++ {
			sum.Add(sum, term)
			if i == later {
				break
			}
			term.Mul(term, big.NewInt(n-i)).Quo(term, big.NewInt(i+1))
		}
		return sum.Mul(sum, big.NewInt(40)).Cmp(new(big.Int).Lsh(big.NewInt(1), uint(n))) < 0
	}
	p, err := ParsePeriod("2026-Q1")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ count, fall int64 }{{3494, 163}, {3482, 163}, {300, 48}, {40, 17}, {10, 8}, {6, 6}} {
		if !told(tt.count, tt.fall) || told(tt.count, tt.fall-1) {
			t.Errorf("%d: a fall of %d is not the least", tt.count, tt.fall)
		}
		count, residents := float64(tt.count), 355_600.0
		if got, ok := fallFromChance(Indicator{Kind: CrudeRate}, Figure{Period: p, Numerator: &count, Denominator: &residents}); !ok || got != tt.fall {
			t.Errorf("%d: a fall of %d, derived %d", tt.count, got, tt.fall)
		}
	}
	// Against the log-normal interval, which would do with one offence less:
	// its upper limit is below 1 by two hundred-thousandths.
	if up := math.Log(3332.0/3494) + 1.959964*math.Sqrt(1.0/3332+1.0/3494); up >= 0 || up < -2e-5 || told(3494, 162) {
		t.Errorf("%v", up)
	}
	if told(5, 5) { // 1 of 32 is more than 2.5%
		t.Error("a fall from 5 to none is told from chance")
	}
}
