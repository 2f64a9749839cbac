package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// profile makes a district with all four numbers.
func profile(code string, deprivation, residents, km2, young float64) DistrictProfile {
	return DistrictProfile{Code: code, Name: "Name of " + code, Deprivation: &deprivation, Residents: &residents, Km2: &km2, Young: &young}
}

// Worked by hand: the columns' standard deviations have the divisor N.
func TestProposeSimilar(t *testing.T) {
	for _, tt := range []struct {
		name      string
		districts []DistrictProfile
		want      map[string]float64
		order     string
	}{
		// Deprivation 0, 10, 20, 30: deviation √125. Population and density
		// are the same everywhere and add nothing.
		{"one number differs", []DistrictProfile{
			profile("E06000001", 0, 1000, 10, 20), profile("E06000002", 10, 1000, 10, 20), profile("E06000003", 20, 1000, 10, 20), profile("E06000004", 30, 1000, 10, 20),
		}, map[string]float64{"E06000002": 10 / math.Sqrt(125), "E06000003": 20 / math.Sqrt(125), "E06000004": 30 / math.Sqrt(125)}, "E06000002 E06000003 E06000004"},
		// Beside that young people 10, 30, 10, 30: deviation 10, so that the
		// second and fourth are 2 away and the third is not.
		{"two differ", []DistrictProfile{
			profile("E06000001", 0, 1000, 10, 10), profile("E06000002", 10, 1000, 10, 30), profile("E06000003", 20, 1000, 10, 10), profile("E06000004", 30, 1000, 10, 30),
		}, map[string]float64{"E06000002": math.Sqrt(0.8 + 4), "E06000003": math.Sqrt(3.2), "E06000004": math.Sqrt(7.2 + 4)}, "E06000003 E06000002 E06000004"},
		// Populations 1,000, 10,000, 100,000 of one density: their logarithms
		// are evenly spaced, ±√1.5 deviations from the one in the middle. The
		// two are equally far, so the smaller code is first.
		{"logarithms, and a tie", []DistrictProfile{
			profile("E06000009", 5, 1000, 1, 20), profile("E06000001", 5, 10_000, 10, 20), profile("E06000002", 5, 100_000, 100, 20),
		}, map[string]float64{"E06000002": math.Sqrt(1.5), "E06000009": math.Sqrt(1.5)}, "E06000002 E06000009"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ProposeSimilar("E06000001", tt.districts, 14)
			if err != nil {
				t.Fatal(err)
			}
			var order []string
			for _, n := range got {
				order = append(order, n.Code)
				if math.Abs(n.Distance-tt.want[n.Code]) > 1e-9 {
					t.Errorf("%s: distance %v, want %v", n.Code, n.Distance, tt.want[n.Code])
				}
			}
			if strings.Join(order, " ") != tt.order {
				t.Errorf("order %v, want %s", order, tt.order)
			}
		})
	}
}

// england is n districts with numbers of all sizes.
func england(r *rand.Rand, n int) []DistrictProfile {
	var out []DistrictProfile
	for i := range n {
		residents := math.Exp(8 + 6*r.Float64())
		out = append(out, profile(fmt.Sprintf("E07%06d", i), 100*r.Float64(), residents, residents/math.Exp(3+6*r.Float64()), 10+20*r.Float64()))
	}
	return out
}

func TestProposeSimilarProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		districts := england(r, 5+r.IntN(60))
		own := districts[r.IntN(len(districts))].Code
		n := 1 + r.IntN(70)
		got, err := ProposeSimilar(own, districts, n)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != min(n, len(districts)-1) {
			t.Fatalf("%d neighbours of %d districts, asked for %d", len(got), len(districts), n)
		}
		if !slices.IsSortedFunc(got, func(a, b Neighbour) int { return int(math.Copysign(1, a.Distance-b.Distance)) }) {
			t.Error("not in order of distance")
		}
		seen := map[string]bool{own: true}
		for _, x := range got {
			if seen[x.Code] || x.Distance < 0 || math.IsNaN(x.Distance) {
				t.Errorf("%s, %v: the area itself, twice, or no distance", x.Code, x.Distance)
			}
			seen[x.Code] = true
		}
		// In another order, the same; the input is left as it was.
		shuffled := slices.Clone(districts)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		before := slices.Clone(shuffled)
		again, err := ProposeSimilar(own, shuffled, n)
		if err != nil || !reflect.DeepEqual(got, again) || !reflect.DeepEqual(before, shuffled) {
			t.Error("the order of the districts makes a difference")
		}
		// A whole country of districts ten times as large, and as peopled,
		// with every share doubled has the same neighbours.
		scaled := make([]DistrictProfile, len(districts))
		for i, d := range districts {
			scaled[i] = profile(d.Code, *d.Deprivation*2, *d.Residents*10, *d.Km2*10, *d.Young*2)
		}
		other, err := ProposeSimilar(own, scaled, n)
		if err != nil {
			t.Fatal(err)
		}
		for i := range other {
			if math.Abs(other[i].Distance-got[i].Distance) > 1e-9 {
				t.Errorf("scale makes a difference: %v, %v", other[i].Distance, got[i].Distance)
			}
		}
		// The distance there is the distance back.
		back, err := ProposeSimilar(got[0].Code, districts, len(districts))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range back {
			if b.Code == own && math.Abs(b.Distance-got[0].Distance) > 1e-9 {
				t.Errorf("there %v, back %v", got[0].Distance, b.Distance)
			}
		}
	}
}

// Who is not in the comparison moves nobody: neither the districts of Wales nor
// those that lack a number.
func TestProposeSimilarLeavesOut(t *testing.T) {
	districts := england(rand.New(rand.NewPCG(3, 4)), 20)
	want, err := ProposeSimilar("E07000003", districts, 19)
	if err != nil {
		t.Fatal(err)
	}
	zero, nan, infinite := 0.0, math.NaN(), math.Inf(1)
	odd := []DistrictProfile{profile("W06000001", 1, 1e6, 10, 50), {Code: "E09000001"}}
	for i, bad := range []*float64{nil, &zero, &nan, &infinite} {
		for k := range 4 {
			d := profile(fmt.Sprintf("E09%03d%03d", i+1, k), 50, 1e6, 10, 50)
			switch k {
			case 0:
				d.Deprivation = bad
			case 1:
				d.Residents = bad
			case 2:
				d.Km2 = bad
			case 3:
				d.Young = bad
			}
			if bad == &zero && (k == 0 || k == 3) {
				continue // nobody of these ages, rank 0: numbers, if odd ones
			}
			odd = append(odd, d)
		}
	}
	got, err := ProposeSimilar("E07000003", append(odd, districts...), 100)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: got %d neighbours, want %d", err, len(got), len(want))
	}
}

func TestProposeSimilarErrors(t *testing.T) {
	districts := england(rand.New(rand.NewPCG(5, 6)), 5)
	lacking := profile("E06000001", 1, 2, 3, 4)
	lacking.Km2, lacking.Young = nil, nil
	for _, tt := range []struct {
		name, code string
		districts  []DistrictProfile
		n          int
		want       string
	}{
		{"none asked for", "E07000001", districts, 0, "at least one other area, not 0"},
		{"unknown", "E08000026", districts, 3, "there is no district E08000026"},
		{"nothing at all", "E08000026", nil, 3, "there is no district E08000026"},
		{"Wales", "W06000001", slices.Concat(districts, []DistrictProfile{profile("W06000001", 1, 2, 3, 4)}), 3, "is not in England"},
		{"numbers lack", "E06000001", slices.Concat(districts, []DistrictProfile{lacking}), 3, "nothing imported gives Name of E06000001 (E06000001) its size in square kilometres and the ages of its residents"},
		{"alone", "E07000001", districts[1:2], 3, "no other district"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ProposeSimilar(tt.code, tt.districts, tt.n)
			if err == nil || !strings.Contains(err.Error(), tt.want) || got != nil {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestForcesThatDoNotPublish(t *testing.T) {
	g := NewGeography()
	g.ForceOf = map[string]string{"E08000003": "E23000005", "E08000026": "E23000014"}
	g.Successor = map[string]string{"E08000993": "E08000003"}
	for lad, want := range map[string]bool{"E08000003": true, "E08000993": true, "E08000026": false, "E08000999": false, "": false} {
		if u, got := DoesNotPublish(g, lad); got != want || got && (u.Name != "Greater Manchester Police" || u.Since.String() != "2019-07") {
			t.Errorf("%s: %v, %+v", lad, got, u)
		}
	}
}
