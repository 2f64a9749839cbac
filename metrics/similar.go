package metrics

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// DistrictProfile is what districts are compared by when a group of similar
// areas is proposed. A number that is not known is nil.
type DistrictProfile struct {
	Code, Name string
	// Deprivation is the mean place of the district's LSOAs among all of
	// England's by the Index of Multiple Deprivation, in per cent of the way
	// from the most deprived (near 0) to the least deprived (100).
	Deprivation *float64
	Residents   *float64 // persons of all ages
	Km2         *float64 // the district's size in square kilometres
	Young       *float64 // residents aged 10 to 24, in per cent of all
}

// Density is the residents for each square kilometre, nil where one of the two
// is not known.
func (p DistrictProfile) Density() *float64 {
	if p.Residents == nil || p.Km2 == nil || *p.Km2 <= 0 {
		return nil
	}
	d := *p.Residents / *p.Km2
	return &d
}

// Lacking names what is not known of the district, nil when nothing lacks.
func (p DistrictProfile) Lacking() []string {
	var out []string
	for _, x := range []struct {
		value *float64
		least float64
		what  string
	}{
		{p.Deprivation, 0, "its deprivation"},
		{p.Residents, 1, "its residents"},
		{p.Km2, math.SmallestNonzeroFloat64, "its size in square kilometres"},
		{p.Young, 0, "the ages of its residents"},
	} {
		if x.value == nil || !(*x.value >= x.least) || math.IsInf(*x.value, 0) {
			out = append(out, x.what)
		}
	}
	return out
}

// Unpublished is a police force that does not publish its street-level files,
// so that a group with one of its districts has no mean.
type Unpublished struct {
	Force string // its area's code
	Name  string
	Since Month // the first month without a file
}

// UnpublishedForces are the forces known to publish none. Greater Manchester
// Police changed its computer system in July 2019 and has supplied nothing that
// data.police.uk could publish since; police.uk says so itself.
var UnpublishedForces = []Unpublished{{Force: "E23000005", Name: "Greater Manchester Police", Since: NewMonth(2019, 7)}}

// DoesNotPublish gives the force of a district where it is one of those.
func DoesNotPublish(g *Geography, lad string) (Unpublished, bool) {
	force, _ := g.ForceArea(lad)
	for _, u := range UnpublishedForces {
		if u.Force == force {
			return u, true
		}
	}
	return Unpublished{}, false
}

// Neighbour is a district with its distance from the one that was asked for.
type Neighbour struct {
	DistrictProfile
	Distance float64
}

// SimilarityWeights are the weights of the four numbers in the squared
// distance of [ProposeSimilar]: deprivation, population, density, young people.
// None of them is known to matter more for violence than another, so they are equal.
var SimilarityWeights = [4]float64{1, 1, 1, 1}

// SimilarityMethod says in a sentence how a group is proposed.
const SimilarityMethod = "nearest districts of England by the Euclidean distance of four z-scores with equal weights: the mean deprivation rank of the LSOAs, " +
	"the logarithm of the population, the logarithm of the population density and the share of residents aged 10 to 24"

// ProposeSimilar gives the n districts most like the one with the code, the
// nearest first.
//
// The four numbers are the mean deprivation rank of the district's LSOAs, the
// natural logarithm of its residents, the natural logarithm of its residents
// per square kilometre, and the share of its residents aged 10 to 24. The mean
// rank is taken rather than the share of LSOAs in the most deprived tenth,
// because two districts in five have none there and that share cannot tell
// them apart. Each number is turned into a z-score over all districts of
// England that have all four (mean, and standard deviation with divisor N); the
// distance is sqrt(Σ wᵢ·(zᵢ − zᵢ′)²) with the weights of [SimilarityWeights].
// A number that is the same everywhere adds nothing.
//
// Districts outside England, and those that lack a number, are not in it; nor
// is the district itself. Where districts are equally far the smaller code
// comes first. There are fewer than n where England has fewer. The result is
// not symmetric: a district's nearest need not have it among theirs.
//
// It is a simple nearest-neighbour model after the manner of CIPFA's, this
// program's own. It is not the most similar group of police.uk and HMICFRS,
// whose model has other and more variables.
//
// It is an error if the district is not among those given, lacks a number, or
// no other has all four, and if n is below 1.
func ProposeSimilar(code string, districts []DistrictProfile, n int) ([]Neighbour, error) {
	if n < 1 {
		return nil, Errorf(Invalid, "a group needs at least one other area, not %d", n)
	}
	at := slices.IndexFunc(districts, func(d DistrictProfile) bool { return d.Code == code })
	if at < 0 {
		return nil, Errorf(NotFound, "there is no district %s in what is imported", code)
	}
	own := districts[at]
	if !strings.HasPrefix(code, "E") {
		return nil, Errorf(Invalid, "%s (%s) is not in England: the Indices of Deprivation cover no other country", own.Name, code)
	}
	if lacking := own.Lacking(); lacking != nil {
		return nil, Errorf(NotFound, "nothing imported gives %s (%s) %s", own.Name, code, listed(lacking))
	}
	var whole []DistrictProfile
	for _, d := range districts {
		if strings.HasPrefix(d.Code, "E") && d.Lacking() == nil {
			whole = append(whole, d)
		}
	}
	if len(whole) < 2 {
		return nil, Errorf(NotFound, "no other district of England has all four numbers")
	}
	// In one order, so that the sums come out alike whatever order they were given in.
	slices.SortFunc(whole, func(a, b DistrictProfile) int { return strings.Compare(a.Code, b.Code) })
	scores := make([][4]float64, len(whole))
	for i, d := range whole {
		scores[i] = [4]float64{*d.Deprivation, math.Log(*d.Residents), math.Log(*d.Density()), *d.Young}
	}
	standardise(scores)
	self := scores[slices.IndexFunc(whole, func(d DistrictProfile) bool { return d.Code == code })]
	var out []Neighbour
	for i, d := range whole {
		if d.Code == code {
			continue
		}
		sum := 0.0
		for k, w := range SimilarityWeights {
			sum += w * (scores[i][k] - self[k]) * (scores[i][k] - self[k])
		}
		out = append(out, Neighbour{d, math.Sqrt(sum)})
	}
	slices.SortFunc(out, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), strings.Compare(a.Code, b.Code))
	})
	return out[:min(n, len(out))], nil
}

// standardise turns each of the four columns into z-scores; one without spread
// becomes 0.
func standardise(rows [][4]float64) {
	for k := range 4 {
		mean, square := 0.0, 0.0
		for _, r := range rows {
			mean += r[k] / float64(len(rows))
		}
		for _, r := range rows {
			square += (r[k] - mean) * (r[k] - mean) / float64(len(rows))
		}
		sd := math.Sqrt(square)
		for i := range rows {
			// What rounding leaves of a column of equal values is not spread.
			if sd <= 1e-12*math.Abs(mean) {
				rows[i][k] = 0
			} else {
				rows[i][k] = (rows[i][k] - mean) / sd
			}
		}
	}
}
