package stats

import (
	"math"
	"sort"
)

// GiStar gives each area's Getis-Ord Gi* as a z-score. neighbours lists for
// each area the indices of its neighbours, not itself: the star counts the
// area in, with the same weight of 1.
//
//	zᵢ = (Σⱼ wᵢⱼxⱼ − x̄ Σⱼ wᵢⱼ) / (S·√((n Σⱼ wᵢⱼ² − (Σⱼ wᵢⱼ)²)/(n−1)))
//	S² = Σ x²/n − x̄²
//
// Use rates per resident, not counts. High z is a cluster of high values.
//
// A missing value (NaN) takes its area out of the calculation. An area that is
// missing, or has no neighbour present, or has all others as neighbours, has
// no result: NaN. Equal values throughout are not available. An index out of
// range, an area that lists itself or another twice, and infinite values are
// invalid.
//
// References: Getis & Ord 1992; Ord & Getis 1995.
func GiStar(values []float64, neighbours [][]int) ([]float64, error) {
	if len(neighbours) != len(values) {
		return nil, invalid("%d values against %d lists of neighbours", len(values), len(neighbours))
	}
	places, err := present(values)
	if err != nil {
		return nil, err
	}
	n := float64(len(places))
	if n < 2 {
		return nil, notAvailable("%v areas with a value", n)
	}
	var mean, spread float64
	least, greatest := math.Inf(1), math.Inf(-1)
	for k, i := range places {
		mean += (values[i] - mean) / float64(k+1)
		least, greatest = math.Min(least, values[i]), math.Max(greatest, values[i])
	}
	if least == greatest {
		return nil, notAvailable("all values are equal")
	}
	for _, i := range places {
		spread += (values[i] - mean) * (values[i] - mean)
	}
	spread = math.Sqrt(spread / n)
	if !finite(spread) || spread == 0 {
		return nil, invalid("values too large or too close together to calculate with")
	}

	z := make([]float64, len(values))
	listedBy := make([]int, len(values)) // 1 + the last area that listed this one
	for i, list := range neighbours {
		// The sums are of differences from the mean: the same z, and no
		// cancellation when the values are large.
		sum, weight := values[i]-mean, 1.0
		listedBy[i] = i + 1
		for _, j := range list {
			if j < 0 || j >= len(values) {
				return nil, invalid("area %d has a neighbour %d out of range", i, j)
			}
			if listedBy[j] == i+1 {
				return nil, invalid("area %d lists area %d twice, or itself", i, j)
			}
			listedBy[j] = i + 1
			if !math.IsNaN(values[j]) {
				sum += values[j] - mean
				weight++
			}
		}
		if weight == 1 || weight == n {
			z[i] = math.NaN()
			continue
		}
		z[i] = sum / (spread * math.Sqrt((n*weight-weight*weight)/(n-1)))
	}
	return z, nil
}

// TwoSidedP gives the two-sided probability of a z-score as far from 0 as this
// one, under the standard normal distribution.
func TwoSidedP(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// BenjaminiHochberg gives p-values adjusted for the false discovery rate, in
// the order given:
//
//	adjusted p₍ₖ₎ = min over j ≥ k of p₍ⱼ₎·n/j, at most 1
//
// An adjusted p of at most q rejects at a false discovery rate of q. No
// p-values give none back. NaN, or a number outside 0 to 1, is invalid.
//
// References: Benjamini & Hochberg 1995; R stats::p.adjust.
func BenjaminiHochberg(p []float64) ([]float64, error) {
	for _, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, invalid("%v is not a probability", v)
		}
	}
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return p[order[i]] > p[order[j]] })
	adjusted := make([]float64, len(p))
	n, least := float64(len(p)), 1.0
	for place, i := range order {
		// n/(n−place) is at least 1, so the product never rounds below p.
		least = math.Min(least, p[i]*(n/(n-float64(place))))
		adjusted[i] = least
	}
	return adjusted, nil
}

// HotSpotMinimum is the number of areas with a value below which hot spots are
// not looked for.
const HotSpotMinimum = 30

// HotSpot is the result for one area.
type HotSpot struct {
	Z         float64 // Gi*; NaN when the area has no result
	P         float64 // two-sided probability; NaN likewise
	AdjustedP float64 // after Benjamini–Hochberg over all areas with a result; NaN likewise
	// Confidence is 0.99 or 0.95 when the adjusted probability is at most 0.01
	// or 0.05, otherwise 0.
	Confidence float64
}

// Hot says whether the area is a hot spot at 95% confidence or better.
func (h HotSpot) Hot() bool { return h.Confidence > 0 && h.Z > 0 }

// Cold says whether the area is a cold spot at 95% confidence or better.
func (h HotSpot) Cold() bool { return h.Confidence > 0 && h.Z < 0 }

// HotSpots runs GiStar and adjusts the two-sided probabilities for the false
// discovery rate. Neighbourhoods overlap, so the adjustment is approximate.
// Fewer than 30 areas with a value are not available; otherwise as GiStar.
//
// Reference: Caldas de Castro & Singer 2006.
func HotSpots(values []float64, neighbours [][]int) ([]HotSpot, error) {
	places, err := present(values)
	if err != nil {
		return nil, err
	}
	if len(places) < HotSpotMinimum {
		return nil, notAvailable("%d areas with a value: hot spots need %d", len(places), HotSpotMinimum)
	}
	z, err := GiStar(values, neighbours)
	if err != nil {
		return nil, err
	}
	var tested []int
	var p []float64
	spots := make([]HotSpot, len(z))
	for i := range z {
		spots[i] = HotSpot{Z: z[i], P: math.NaN(), AdjustedP: math.NaN()}
		if !math.IsNaN(z[i]) {
			spots[i].P = TwoSidedP(z[i])
			tested, p = append(tested, i), append(p, spots[i].P)
		}
	}
	adjusted, err := BenjaminiHochberg(p)
	if err != nil {
		return nil, err
	}
	for k, i := range tested {
		spots[i].AdjustedP = adjusted[k]
		switch {
		case adjusted[k] <= 0.01:
			spots[i].Confidence = 0.99
		case adjusted[k] <= 0.05:
			spots[i].Confidence = 0.95
		}
	}
	return spots, nil
}
