package stats

import (
	"math"
	"slices"
	"sort"
)

// QuantileMethod names one of the field's rules for cutting values into equal
// groups. They differ at ties.
type QuantileMethod int

const (
	// QuantilePHE ranks the values, ties sharing the lowest rank. The default.
	QuantilePHE QuantileMethod = iota
	// QuantileFingertips cuts at percentiles (type 7); a value on a bound joins
	// the lower group. It is the rule of the first Fingertips.
	QuantileFingertips
	// QuantileNTile deals the sorted values out into groups whose sizes differ
	// by at most one, the larger first, splitting ties: SQL NTILE, the rule of
	// FingertipsNext.
	QuantileNTile
)

// QuantileOptions holds the choices of Quantile. Its zero value is the PHE
// rule with quantile 1 for the lowest values.
type QuantileOptions struct {
	Method QuantileMethod
	// HighestFirst puts the highest values in quantile 1, as deprivation
	// deciles do.
	HighestFirst bool
}

// Quantile gives each value its quantile from 1 to q (4 for quartiles, 5 for
// quintiles, 10 for deciles).
//
// The PHE rule, with rank 1 for the value that comes first and n values:
//
//	max(1, ⌊q+1 − ⌈(n+1−rank)/(n/q)⌉⌋)
//
// A missing value (NaN) has no quantile, 0, and does not count. With fewer
// values than q nobody has one. Infinite values and q below 2 are invalid.
//
// References: PHEindicatormethods phe_quantile; Fingertips QuintilesComparer;
// SQL NTILE.
func Quantile(values []float64, q int, options QuantileOptions) ([]int, error) {
	if q < 2 {
		return nil, invalid("%d quantiles", q)
	}
	order, err := present(values)
	if err != nil {
		return nil, err
	}
	quantiles := make([]int, len(values))
	n := len(order)
	if n < q {
		return quantiles, nil
	}
	// The one that comes first has place 1.
	comesBefore := func(a, b float64) bool {
		if options.HighestFirst {
			return a > b
		}
		return a < b
	}
	sort.SliceStable(order, func(i, j int) bool { return comesBefore(values[order[i]], values[order[j]]) })

	switch options.Method {
	case QuantilePHE:
		rank := 1
		for place, i := range order {
			if place > 0 && values[i] != values[order[place-1]] {
				rank = place + 1
			}
			// Whole numbers throughout: n/q as a fraction of two would round.
			group := q + 1 - ceilDiv((n+1-rank)*q, n)
			quantiles[i] = max(1, group)
		}
	case QuantileFingertips:
		bounds := quantileBounds(values, order, q)
		for _, i := range order {
			group := 1 + sort.SearchFloat64s(bounds, values[i])
			if options.HighestFirst {
				group = q + 1 - group
			}
			quantiles[i] = group
		}
	case QuantileNTile:
		larger, size := n%q, n/q
		for place, i := range order {
			if place < larger*(size+1) {
				quantiles[i] = 1 + place/(size+1)
			} else {
				quantiles[i] = 1 + larger + (place-larger*(size+1))/size
			}
		}
	default:
		return nil, invalid("quantile method %d", options.Method)
	}
	return quantiles, nil
}

// present gives the places of the values that are not missing.
func present(values []float64) ([]int, error) {
	places := make([]int, 0, len(values))
	for i, v := range values {
		if math.IsInf(v, 0) {
			return nil, invalid("a value is infinite")
		}
		if !math.IsNaN(v) {
			places = append(places, i)
		}
	}
	return places, nil
}

// quantileBounds gives the upper bounds of all groups but the last. Fingertips
// rounds them to ten decimals, so that a value does not miss its own bound by
// the last bit.
func quantileBounds(values []float64, order []int, q int) []float64 {
	sorted := make([]float64, len(order))
	for k, i := range order {
		sorted[k] = values[i]
	}
	slices.Sort(sorted)
	bounds := make([]float64, q-1)
	for k := range bounds {
		bound := percentile(sorted, float64(k+1)/float64(q))
		// Values too large to have ten decimals stay as they are.
		if math.Abs(bound) < 1e5 {
			bound = math.Round(bound*1e10) / 1e10
		}
		bounds[k] = bound
	}
	return bounds
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// QuantileOfRank gives the quantile from 1 to q of a rank out of n, with equal
// numbers in each as far as n allows: the deprivation decile (q = 10) of a
// small area from its national rank, 1 for the most deprived.
func QuantileOfRank(rank, n, q int) (int, error) {
	if q < 2 || rank < 1 || rank > n {
		return 0, invalid("rank %d of %d in %d quantiles", rank, n, q)
	}
	return ceilDiv(rank*q, n), nil
}

// Rank gives each value its rank, 1 for the highest, ties sharing the lowest
// number: "3rd highest of 15". A missing value (NaN) has the rank 0; infinite
// values are invalid.
func Rank(values []float64) ([]int, error) {
	order, err := present(values)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(order, func(i, j int) bool { return values[order[i]] > values[order[j]] })
	ranks := make([]int, len(values))
	for place, i := range order {
		ranks[i] = place + 1
		if place > 0 && values[i] == values[order[place-1]] {
			ranks[i] = ranks[order[place-1]]
		}
	}
	return ranks, nil
}

// Five is a five-number summary, in the unit of the values.
type Five struct{ Least, LowerQuartile, Median, UpperQuartile, Greatest float64 }

// FiveNumbers gives least, quartiles and greatest of the values (quantiles of
// type 7: linear between order statistics). Missing values (NaN) are left out;
// none at all is not available.
func FiveNumbers(values []float64) (Five, error) {
	places, err := present(values)
	if err != nil {
		return Five{}, err
	}
	if len(places) == 0 {
		return Five{}, notAvailable("no values")
	}
	sorted := make([]float64, len(places))
	for k, i := range places {
		sorted[k] = values[i]
	}
	slices.Sort(sorted)
	return Five{
		Least:         sorted[0],
		LowerQuartile: percentile(sorted, 0.25),
		Median:        percentile(sorted, 0.5),
		UpperQuartile: percentile(sorted, 0.75),
		Greatest:      sorted[len(sorted)-1],
	}, nil
}
