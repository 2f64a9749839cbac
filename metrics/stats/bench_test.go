package stats

import (
	"math/rand/v2"
	"testing"
	"time"
)

// forceGrid gives about 1,700 areas with rates and some six neighbours each.
func forceGrid() ([]float64, [][]int) {
	const side = 41
	neighbours := make([][]int, side*side)
	for i, list := range grid(side) {
		for k, j := range list {
			if k%4 != 3 {
				neighbours[i] = append(neighbours[i], j)
			}
		}
	}
	random := rand.New(rand.NewPCG(7, 8))
	values := make([]float64, side*side)
	for i := range values {
		values[i] = random.ExpFloat64() * 20
	}
	return values, neighbours
}

func BenchmarkGiStar(b *testing.B) {
	values, neighbours := forceGrid()
	for b.Loop() {
		if _, err := GiStar(values, neighbours); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHotSpots(b *testing.B) {
	values, neighbours := forceGrid()
	for b.Loop() {
		if _, err := HotSpots(values, neighbours); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSII(b *testing.B) {
	for b.Loop() {
		if _, err := SII(slopeGroups(), SIIOptions{Scale: SIIRate}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkXmR(b *testing.B) {
	values := steady(60)
	for b.Loop() {
		if _, err := XmR(values, XmROptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRate(b *testing.B) {
	for b.Loop() {
		if _, err := Rate(7, 1500, 1000, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRateRatio(b *testing.B) {
	for b.Loop() {
		if _, err := RateRatio(3494, 345325, 3482, 345325, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}

// A force's hot spots take well under a tenth of a second.
func TestHotSpotsAreFast(t *testing.T) {
	values, neighbours := forceGrid()
	start := time.Now()
	if _, err := HotSpots(values, neighbours); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 100*time.Millisecond {
		t.Errorf("hot spots of %d areas took %v", len(values), took)
	}
}
