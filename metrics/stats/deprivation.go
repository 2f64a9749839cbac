package stats

import "sort"

// SmallArea is one small area (LSOA) of an authority, with its place in an
// index of deprivation.
type SmallArea struct {
	Score      float64 // the index's score: higher is more deprived
	Rank       int     // national rank: 1 is the most deprived
	Population float64 // the population that the index weights by
}

// Deprivation summarises an index of deprivation for a local authority, as
// MHCLG's File 10 does. Each measure has its own national ranking: say which.
type Deprivation struct {
	// AverageScore is Σ score × population / Σ population.
	AverageScore float64
	// AverageRank is the same of the reversed ranks, with which the most
	// deprived small area of n has n: higher is more deprived.
	AverageRank float64
	// Proportion is the share (0 to 1) of the small areas that are in the
	// nation's most deprived tenth. It is not weighted by population.
	Proportion float64
	// Extent is the share (0 to 1) of the population living in the nation's
	// most deprived small areas: all of the most deprived 10%, then on a
	// sliding scale from 0.95 of the 11th percentile to 0.05 of the 30th.
	Extent float64
	// LocalConcentration is the population-weighted mean reversed rank of the
	// authority's most deprived small areas that hold exactly 10% of its
	// population; the last of them counts in part.
	LocalConcentration float64
}

// SummariseDeprivation gives the summaries for the small areas of one
// authority, out of national small areas in the country (32,844 in 2019,
// 33,755 in 2025).
//
// No small areas, or no population in any, is not available; a rank that is
// not between 1 and national, or a negative or infinite number, is invalid.
// Never compare scores of two editions as a change, nor average deciles.
//
// Reference: MHCLG, English Indices of Deprivation, Technical Report and
// File 10.
func SummariseDeprivation(areas []SmallArea, national int) (Deprivation, error) {
	var total float64
	for _, a := range areas {
		if !finite(a.Score) {
			return Deprivation{}, invalid("a score is not a number")
		}
		if a.Rank < 1 || a.Rank > national {
			return Deprivation{}, invalid("rank %d of %d", a.Rank, national)
		}
		if err := checkCount("population", a.Population); err != nil {
			return Deprivation{}, err
		}
		total += a.Population
	}
	if total == 0 {
		return Deprivation{}, notAvailable("no small areas with population")
	}

	var d Deprivation
	inTopTenth := 0
	for _, a := range areas {
		share := a.Population / total
		d.AverageScore += share * a.Score
		d.AverageRank += share * reversed(a.Rank, national)
		d.Extent += share * extentWeight(a.Rank, national)
		if ceilDiv(a.Rank*10, national) == 1 {
			inTopTenth++
		}
	}
	d.Proportion = float64(inTopTenth) / float64(len(areas))

	worst := append([]SmallArea(nil), areas...)
	sort.SliceStable(worst, func(i, j int) bool { return worst[i].Rank < worst[j].Rank })
	left := total / 10
	var weighted float64
	for _, a := range worst {
		people := min(a.Population, left)
		weighted += people * reversed(a.Rank, national)
		left -= people
		if left <= 0 {
			break
		}
	}
	d.LocalConcentration = weighted / (total / 10)
	return d, nil
}

func reversed(rank, national int) float64 { return float64(national + 1 - rank) }

// extentWeight falls from 0.95 in the 11th percentile to 0.05 in the 30th in
// nineteen equal steps.
func extentWeight(rank, national int) float64 {
	percentile := ceilDiv(rank*100, national)
	switch {
	case percentile <= 10:
		return 1
	case percentile <= 30:
		return 0.95 - 0.9*float64(percentile-11)/19
	}
	return 0
}
