package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"testing"
)

// slopeGroups gives five quintiles of rates that fall with affluence.
func slopeGroups() []SIIGroup {
	return []SIIGroup{
		{1000, 48, 0.05}, {1200, 40, 0.05}, {900, 35, 0.06}, {1100, 28, 0.06}, {1000, 22, 0.07},
	}
}

func TestSIIByHand(t *testing.T) {
	// Equal groups: x = 0.1, 0.3, … 0.9; values on a line of slope −20 from 50.
	var groups []SIIGroup
	for i := range 5 {
		groups = append(groups, SIIGroup{100, 50 - 20*(0.1+0.2*float64(i)), 0})
	}
	line, err := SIIPoint(groups, SIIOptions{})
	if err != nil || !near(line.SII, -20, 1e-12) || !near(line.Intercept, 50, 1e-12) || !near(line.RII, 0.6, 1e-12) {
		t.Errorf("%+v, %v", line, err)
	}
	line, _ = SIIPoint(groups, SIIOptions{Multiplier: -100})
	if !near(line.SII, 2000, 1e-12) || !near(line.RII, 1/0.6, 1e-12) {
		t.Errorf("negative multiplier: %+v", line)
	}
	// A line that crosses 0 has a slope and no ratio.
	for i := range groups {
		groups[i].Value -= 45
		groups[i].SE = 0.1
	}
	line, err = SIIPoint(groups, SIIOptions{})
	if err != nil || !near(line.SII, -20, 1e-12) || !math.IsNaN(line.RII) {
		t.Errorf("through 0: %+v, %v", line, err)
	}
	r, err := SII(groups, SIIOptions{Repetitions: 1000})
	if err != nil || r.RII != nil {
		t.Errorf("through 0: %+v, %v", r, err)
	}
}

func TestSIIInterval(t *testing.T) {
	for _, options := range []SIIOptions{
		{}, {Scale: SIIRate}, {Scale: SIIRate, Transform: true}, {Scale: SIIRate, Multiplier: -1},
		{Scale: SIIRate, Transform: true, Multiplier: -1},
	} {
		r, err := SII(slopeGroups(), options)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := SII(slopeGroups(), options)
		if r.SII != again.SII || *r.RII != *again.RII {
			t.Errorf("%+v: two runs differ", options)
		}
		ordered(t, "SII", r.SII)
		ordered(t, "RII", *r.RII)
		line, _ := SIIPoint(slopeGroups(), options)
		if r.SII.Value != line.SII || r.RII.Value != line.RII || r.Intercept != line.Intercept {
			t.Errorf("%+v: %+v against %+v", options, r, line)
		}
		options.Confidence = 0.998
		if wide, _ := SII(slopeGroups(), options); wide.SII.Lower > r.SII.Lower || wide.SII.Upper < r.SII.Upper {
			t.Errorf("%+v: narrower at 99.8%%", options)
		}
		options.Confidence, options.Seed = 0.95, 7
		other, _ := SII(slopeGroups(), options)
		if other.SII == r.SII || !near(other.SII.Lower, r.SII.Lower, 0.02) || !near(other.SII.Upper, r.SII.Upper, 0.02) {
			t.Errorf("%+v: another seed gives %+v against %+v", options, other.SII, r.SII)
		}
	}
	// For plain values the slope is normal: Σ c²·SE² is its variance.
	groups := slopeGroups()
	fit, _ := newSIIFit(groups, SIIOptions{})
	var variance float64
	for i, g := range groups {
		variance += fit.slope[i] * fit.slope[i] * g.SE * g.SE
	}
	r, _ := SII(groups, SIIOptions{})
	if half := 1.959964 * math.Sqrt(variance); !near(r.SII.Upper-r.SII.Lower, 2*half, 0.02) {
		t.Errorf("%+v, want a width of %v", r.SII, 2*half)
	}
}

// The limits are the percentiles of the sorted draws.
func TestDrawLimits(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for n := 1; n < 300; n++ {
		draws := make([]float64, n)
		for i := range draws {
			draws[i] = float64(random.IntN(n)) // with ties
		}
		sorted := slices.Sorted(slices.Values(draws))
		for _, p := range []float64{0.001, 0.025, 0.3} {
			lower, upper := drawLimits(slices.Clone(draws), p)
			if lower != percentile(sorted, p) || upper != percentile(sorted, 1-p) {
				t.Fatalf("%d draws at %v: %v and %v", n, p, lower, upper)
			}
		}
	}
}

func TestSIINoAnswer(t *testing.T) {
	change := func(f func([]SIIGroup)) []SIIGroup {
		groups := slopeGroups()
		f(groups)
		return groups
	}
	for _, c := range []struct {
		name    string
		groups  []SIIGroup
		options SIIOptions
		want    error
	}{
		{"four groups", slopeGroups()[:4], SIIOptions{}, ErrNotAvailable},
		{"101 groups", make([]SIIGroup, 101), SIIOptions{}, ErrNotAvailable},
		{"no population", change(func(g []SIIGroup) { g[1].Population = 0 }), SIIOptions{}, ErrNotAvailable},
		{"unknown error", change(func(g []SIIGroup) { g[1].SE = 0 }), SIIOptions{}, ErrNotAvailable},
		{"a rate of 0", change(func(g []SIIGroup) { g[1].Value = 0 }), SIIOptions{Scale: SIIRate}, ErrNotAvailable},
		{"a rate below 0", change(func(g []SIIGroup) { g[1].Value = -1 }), SIIOptions{Scale: SIIRate}, ErrInvalid},
		{"a proportion above 1", slopeGroups(), SIIOptions{Scale: SIIProportion}, ErrInvalid},
		{"missing value", change(func(g []SIIGroup) { g[1].Value = math.NaN() }), SIIOptions{}, ErrInvalid},
		{"negative error", change(func(g []SIIGroup) { g[1].SE = -1 }), SIIOptions{}, ErrInvalid},
		{"negative population", change(func(g []SIIGroup) { g[1].Population = -1 }), SIIOptions{}, ErrInvalid},
		{"few repetitions", slopeGroups(), SIIOptions{Repetitions: 999}, ErrInvalid},
		{"confidence", slopeGroups(), SIIOptions{Confidence: 95}, ErrInvalid},
		{"multiplier", slopeGroups(), SIIOptions{Multiplier: math.NaN()}, ErrInvalid},
		{"scale", slopeGroups(), SIIOptions{Scale: 9}, ErrInvalid},
	} {
		if _, err := SII(c.groups, c.options); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := SIIPoint(change(func(g []SIIGroup) { g[1].Value = 0 }), SIIOptions{Scale: SIIRate, Transform: true}); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("log of 0: %v", err)
	}
	many := slices.Concat(slopeGroups(), slopeGroups(), slopeGroups())
	if r, err := SII(many, SIIOptions{Repetitions: 1000}); err != nil || !r.ManyGroups {
		t.Errorf("fifteen groups: %+v, %v", r, err)
	}
}

func TestSIIStandardError(t *testing.T) {
	z, _ := ZScore(0.95)
	for scale, want := range map[SIIScale]float64{
		SIIPlain: 0.3 / (2 * z), SIIRate: math.Log(0.5/0.2) / (2 * z), SIIProportion: math.Log(4) / (2 * z),
	} {
		if got, err := scale.SE(0.2, 0.5, 0.95); err != nil || !near(got, want, 1e-12) {
			t.Errorf("scale %d: %v, %v, want %v", scale, got, err, want)
		}
	}
	if _, err := SIIRate.SE(0, 0.5, 0.95); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("a limit of 0: %v", err)
	}
	if _, err := SIIPlain.SE(1, 0, 0.95); !errors.Is(err, ErrInvalid) {
		t.Errorf("limits the wrong way round: %v", err)
	}
}

func TestQuantileMethods(t *testing.T) {
	nan := math.NaN()
	values := []float64{3, 1, 4, 1, 5, nan, 9, 2, 6}
	for _, c := range []struct {
		options QuantileOptions
		want    []int
	}{
		{QuantileOptions{}, []int{2, 1, 3, 1, 3, 0, 4, 2, 4}},
		{QuantileOptions{HighestFirst: true}, []int{3, 4, 2, 4, 2, 0, 1, 3, 1}},
		{QuantileOptions{Method: QuantileFingertips}, []int{2, 1, 3, 1, 3, 0, 4, 2, 4}},
		{QuantileOptions{Method: QuantileNTile}, []int{2, 1, 3, 1, 3, 0, 4, 2, 4}},
		{QuantileOptions{Method: QuantileNTile, HighestFirst: true}, []int{3, 4, 2, 4, 2, 0, 1, 3, 1}},
	} {
		got, err := Quantile(values, 4, c.options)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, %v, want %v", c.options, got, err, c.want)
		}
	}
	for _, method := range []QuantileMethod{QuantilePHE, QuantileFingertips, QuantileNTile} {
		for _, first := range []bool{false, true} {
			for q := 2; q <= 10; q++ {
				random := rand.New(rand.NewPCG(uint64(q), 1))
				list := make([]float64, 10*q)
				for i := range list {
					list[i] = random.Float64()
				}
				got, err := Quantile(list, q, QuantileOptions{method, first})
				if err != nil {
					t.Fatal(err)
				}
				counts := make([]int, q+1)
				for i, g := range got {
					counts[g]++
					for j := range list {
						if list[i] < list[j] && (got[i] > got[j]) != first && got[i] != got[j] {
							t.Fatalf("method %d: out of order", method)
						}
					}
				}
				for g := 1; g <= q; g++ {
					if counts[g] != 10 {
						t.Errorf("method %d, %d quantiles: %v", method, q, counts)
						break
					}
				}
			}
		}
		few, err := Quantile([]float64{1, 2, nan}, 3, QuantileOptions{Method: method})
		if err != nil || !slices.Equal(few, []int{0, 0, 0}) {
			t.Errorf("method %d: fewer values than quantiles: %v, %v", method, few, err)
		}
	}
	for _, err := range []error{
		func() error { _, err := Quantile(values, 1, QuantileOptions{}); return err }(),
		func() error { _, err := Quantile(values, 4, QuantileOptions{Method: 9}); return err }(),
		func() error { _, err := Quantile([]float64{1, math.Inf(1)}, 2, QuantileOptions{}); return err }(),
		func() error { _, err := QuantileOfRank(0, 10, 10); return err }(),
		func() error { _, err := QuantileOfRank(11, 10, 10); return err }(),
	} {
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%v", err)
		}
	}
	// The national deciles: rank 3,284 of 32,844 is the last of the first.
	for rank, want := range map[int]int{1: 1, 3284: 1, 3285: 2, 32844: 10} {
		if got, err := QuantileOfRank(rank, 32844, 10); err != nil || got != want {
			t.Errorf("decile of rank %d: %d, %v", rank, got, err)
		}
	}
}

func TestRankAndFiveNumbers(t *testing.T) {
	values := []float64{5, 9, math.NaN(), 9, 1}
	if got, err := Rank(values); err != nil || !slices.Equal(got, []int{3, 1, 0, 1, 4}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := FiveNumbers(values); err != nil || got != (Five{1, 4, 7, 9, 9}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := FiveNumbers([]float64{math.NaN()}); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("no values: %v", err)
	}
}

// grid gives the neighbours of a square of areas, queen contiguity.
func grid(side int) [][]int {
	lists := make([][]int, side*side)
	for i := range lists {
		for dr := -1; dr <= 1; dr++ {
			for dc := -1; dc <= 1; dc++ {
				r, c := i/side+dr, i%side+dc
				if (dr != 0 || dc != 0) && r >= 0 && r < side && c >= 0 && c < side {
					lists[i] = append(lists[i], r*side+c)
				}
			}
		}
	}
	return lists
}

func TestGiStar(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]float64, 100)
	scaled := make([]float64, 100)
	negative := make([]float64, 100)
	for i := range values {
		values[i] = random.Float64() * 20
		scaled[i], negative[i] = 1000+7*values[i], -values[i]
	}
	neighbours := grid(10)
	z, err := GiStar(values, neighbours)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := GiStar(scaled, neighbours)
	turned, _ := GiStar(negative, neighbours)
	// The formula as it is printed.
	var sum, squares float64
	for _, v := range values {
		sum, squares = sum+v, squares+v*v
	}
	n, mean := 100., sum/100
	s := math.Sqrt(squares/n - mean*mean)
	for i := range z {
		wx, w := values[i], 1.0
		for _, j := range neighbours[i] {
			wx, w = wx+values[j], w+1
		}
		want := (wx - mean*w) / (s * math.Sqrt((n*w-w*w)/(n-1)))
		if math.Abs(z[i]-want) > 1e-10 || math.Abs(z[i]-other[i]) > 1e-10 || math.Abs(z[i]+turned[i]) > 1e-10 {
			t.Errorf("area %d: %v, printed %v, scaled %v, turned %v", i, z[i], want, other[i], turned[i])
		}
	}
}

func TestGiStarNoAnswer(t *testing.T) {
	nan := math.NaN()
	z, err := GiStar([]float64{1, 5, 2, 8, nan, 3}, [][]int{{1}, {0}, {}, {4}, {3}, {0, 1, 2, 3, 4}})
	if err != nil {
		t.Fatal(err)
	}
	for i, has := range []bool{true, true, false, false, false, false} {
		if math.IsNaN(z[i]) == has {
			t.Errorf("area %d: %v", i, z[i])
		}
	}
	for _, c := range []struct {
		values     []float64
		neighbours [][]int
		want       error
	}{
		{[]float64{2, 2, 2}, [][]int{{1}, {0}, {1}}, ErrNotAvailable},
		{[]float64{2, nan}, [][]int{{1}, {0}}, ErrNotAvailable},
		{nil, nil, ErrNotAvailable},
		{[]float64{1, 2}, [][]int{{1}}, ErrInvalid},
		{[]float64{1, 2}, [][]int{{2}, {0}}, ErrInvalid},
		{[]float64{1, 2}, [][]int{{-1}, {0}}, ErrInvalid},
		{[]float64{1, 2}, [][]int{{0}, {0}}, ErrInvalid},
		{[]float64{1, 2}, [][]int{{1, 1}, {0}}, ErrInvalid},
		{[]float64{1, math.Inf(1)}, [][]int{{1}, {0}}, ErrInvalid},
	} {
		if _, err := GiStar(c.values, c.neighbours); !errors.Is(err, c.want) {
			t.Errorf("%v %v: %v", c.values, c.neighbours, err)
		}
	}
}

func TestBenjaminiHochberg(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for n := range 60 {
		p := make([]float64, n)
		for i := range p {
			p[i] = math.Pow(random.Float64(), 3)
			if random.IntN(10) == 0 {
				p[i] = 0.5 // ties
			}
		}
		adjusted, err := BenjaminiHochberg(p)
		if err != nil || len(adjusted) != n {
			t.Fatal(err)
		}
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		sort.Slice(order, func(i, j int) bool { return p[order[i]] < p[order[j]] })
		for k, i := range order {
			if adjusted[i] < p[i] || adjusted[i] > 1 {
				t.Errorf("p %v became %v", p[i], adjusted[i])
			}
			if k > 0 && adjusted[i] < adjusted[order[k-1]] {
				t.Errorf("not monotone: %v, %v", p, adjusted)
			}
		}
	}
	for _, p := range [][]float64{{-0.1}, {1.1}, {math.NaN()}} {
		if _, err := BenjaminiHochberg(p); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v: %v", p, err)
		}
	}
}

func TestHotSpots(t *testing.T) {
	values := make([]float64, 400)
	random := rand.New(rand.NewPCG(5, 6))
	for i := range values {
		values[i] = 10 + random.NormFloat64()
		if r, c := i/20, i%20; r < 4 && c < 4 {
			values[i] += 8
		}
	}
	values[399] = math.NaN()
	spots, err := HotSpots(values, grid(20))
	if err != nil {
		t.Fatal(err)
	}
	if !spots[0].Hot() || spots[0].Confidence != 0.99 || spots[0].Cold() {
		t.Errorf("the corner: %+v", spots[0])
	}
	if spots[210].Hot() || spots[210].Confidence != 0 {
		t.Errorf("the middle: %+v", spots[210])
	}
	if s := spots[399]; !math.IsNaN(s.Z) || !math.IsNaN(s.AdjustedP) || s.Hot() {
		t.Errorf("the missing one: %+v", s)
	}
	if _, err := HotSpots(values[:25], grid(5)); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("25 areas: %v", err)
	}
}

func TestFunnelProperties(t *testing.T) {
	points := []FunnelPoint{{Count: 40, Denominator: 100}, {Count: 50, Denominator: 100}, {Count: 100, Denominator: 200}, {Count: 80, Denominator: 100}}
	r, err := Funnel(points, FunnelOptions{Per: 100})
	if err != nil || !near(r.Baseline, 54, 1e-12) || r.Overdispersed {
		t.Fatalf("%+v, %v", r, err)
	}
	for i, want := range []FunnelVerdict{FunnelLow95, FunnelNotSignificant, FunnelNotSignificant, FunnelHigh998} {
		if r.Areas[i].Verdict != want {
			t.Errorf("area %d: %+v, want %s", i, r.Areas[i], want)
		}
	}
	if r, _ = Funnel(append(points, points[3], points[0], points[0]), FunnelOptions{Per: 100, Baseline: 54}); !r.Overdispersed {
		t.Error("most areas outside, and no word of it")
	}
	// No events: low once enough were expected, and no limits to draw.
	none, err := Funnel([]FunnelPoint{{Count: 0, Denominator: 3.6}, {Count: 0, Denominator: 3.7}}, FunnelOptions{Kind: FunnelRatio, Per: 100})
	if err != nil || none.Areas[0].Verdict != FunnelNotSignificant || none.Areas[1].Verdict != FunnelLow95 || !math.IsNaN(none.Areas[0].Limits.Upper95) {
		t.Errorf("%+v, %v", none, err)
	}
	// The limits narrow, and the wider hold the narrower and the baseline.
	for _, kind := range []FunnelKind{FunnelProportion, FunnelRatio, FunnelRate, FunnelDSR} {
		var last FunnelLimits
		for i, size := range []float64{1, 3, 10, 100, 5000, 1e6} {
			l, err := LimitsOfFunnel(kind, 0.3, size, 1)
			if err != nil || !(l.Lower998 <= l.Lower95 && l.Lower95 <= 0.3 && 0.3 <= l.Upper95 && l.Upper95 <= l.Upper998) {
				t.Errorf("kind %d at %v: %+v, %v", kind, size, l, err)
			}
			if i > 0 && (l.Upper95 > last.Upper95 || l.Lower95 < last.Lower95) {
				t.Errorf("kind %d at %v: wider", kind, size)
			}
			last = l
		}
	}
	// The limit is where the Wilson interval touches the baseline.
	l, _ := LimitsOfFunnel(FunnelProportion, 0.3, 50, 1)
	if e, _ := Wilson(50*l.Upper95, 50, 0.95); !near(e.Lower, 0.3, 1e-12) {
		t.Errorf("Wilson at the limit: %+v", e)
	}

	one := []FunnelPoint{{Count: 4, Denominator: 10, DSR: 3}}
	for _, c := range []struct {
		points  []FunnelPoint
		options FunnelOptions
		want    error
	}{
		{nil, FunnelOptions{}, ErrNotAvailable},
		{[]FunnelPoint{{Count: 4}}, FunnelOptions{}, ErrNotAvailable},
		{[]FunnelPoint{{Count: 40, DSR: 0}}, FunnelOptions{Kind: FunnelDSR, Baseline: 3}, ErrNotAvailable},
		{[]FunnelPoint{{Count: 11, Denominator: 10}}, FunnelOptions{}, ErrInvalid},
		{[]FunnelPoint{{Count: -4, Denominator: 10}}, FunnelOptions{}, ErrInvalid},
		{[]FunnelPoint{{Count: 4, Denominator: math.NaN()}}, FunnelOptions{Kind: FunnelRate}, ErrInvalid},
		{one, FunnelOptions{Kind: FunnelDSR}, ErrInvalid},
		{one, FunnelOptions{Kind: 9}, ErrInvalid},
		{one, FunnelOptions{Per: -1}, ErrInvalid},
		{one, FunnelOptions{Baseline: -1}, ErrInvalid},
		{one, FunnelOptions{Baseline: 2}, ErrInvalid},
	} {
		if _, err := Funnel(c.points, c.options); !errors.Is(err, c.want) {
			t.Errorf("%+v %+v: %v, want %v", c.points, c.options, err, c.want)
		}
	}
	if r, err := Funnel(one, FunnelOptions{Kind: FunnelDSR, Baseline: 3}); err != nil || r.Areas[0].Verdict != FunnelNotApplicable || !math.IsNaN(r.Areas[0].Value) {
		t.Errorf("four events: %+v, %v", r, err)
	}
}

func TestComparisonEdges(t *testing.T) {
	area := Estimate{11, 10, 12}
	for _, c := range []struct {
		name      string
		got, want Verdict
	}{
		{"on the lower limit", Compare(area, 10, HighIsGood), Similar},
		{"on the upper limit", Compare(area, 12, HighIsGood), Similar},
		{"below", Compare(area, 12.1, HighIsGood), Worse},
		{"below, low is good", Compare(area, 12.1, LowIsGood), Better},
		{"below, no judgement", Compare(area, 12.1, NoJudgement), Lower},
		{"above, no judgement", Compare(area, 9.9, NoJudgement), Higher},
		{"no benchmark", Compare(area, math.NaN(), HighIsGood), NotCompared},
		{"no estimate", Compare(NoEstimate(), 10, HighIsGood), NotCompared},
		{"no limits", Compare(Estimate{11, math.NaN(), math.NaN()}, 10, HighIsGood), NotCompared},
		{"a zero rate below", Compare(Estimate{0, 0, 3.7}, 4, LowIsGood), Better},
		{"on a 99.8% limit", CompareTwoLevels(area, Estimate{11, 9, 13}, 13, HighIsGood), Worse},
		{"beyond it", CompareTwoLevels(area, Estimate{11, 9, 13}, 13.1, HighIsGood), Worst},
		{"beyond it, low is good", CompareTwoLevels(area, Estimate{11, 9, 13}, 13.1, LowIsGood), Best},
		{"beyond it, no judgement", CompareTwoLevels(area, Estimate{11, 9, 13}, 13.1, NoJudgement), Lowest},
		{"far above, no judgement", CompareTwoLevels(area, Estimate{11, 9, 13}, 8, NoJudgement), Highest},
		{"one interval missing", CompareTwoLevels(area, NoEstimate(), 8, NoJudgement), NotCompared},
		{"intervals touch", CompareIntervals(area, Estimate{13, 12, 14}, HighIsGood), Similar},
		{"intervals apart", CompareIntervals(area, Estimate{13, 12.1, 14}, HighIsGood), Worse},
		{"goal met", CompareGoal(10, 10, LowIsGood), Better},
		{"goal met, high is good", CompareGoal(10, 10, HighIsGood), Better},
		{"goal missed", CompareGoal(10.1, 10, LowIsGood), Worse},
		{"goal without judgement", CompareGoal(10, 10, NoJudgement), NotCompared},
		{"interval on the goal, low is good", CompareGoalInterval(10, 10, 10, LowIsGood), Worse},
		{"interval on the goal, high is good", CompareGoalInterval(10, 10, 10, HighIsGood), Better},
		{"interval up to the goal", CompareGoalInterval(9, 10, 10, LowIsGood), Similar},
		{"interval below the goal", CompareGoalInterval(8, 9.9, 10, LowIsGood), Better},
		{"range, lower end", CompareGoalRange(1, 1, 2, HighIsGood), Similar},
		{"range, upper end", CompareGoalRange(2, 1, 2, HighIsGood), Better},
		{"range, upper end, low is good", CompareGoalRange(2, 1, 2, LowIsGood), Worse},
		{"range, below", CompareGoalRange(0.9, 1, 2, LowIsGood), Better},
		{"range turned round", CompareGoalRange(1, 2, 1, LowIsGood), NotCompared},
		{"proportion without people", CompareProportion(10, 0, 10, 100, 0.95, LowIsGood), NotCompared},
		{"proportion, far above", CompareProportion(30, 500, 10, 100, 0.95, LowIsGood), Worse},
		{"benchmark above all", CompareProportion(30, 500, 110, 100, 0.95, LowIsGood), NotCompared},
		{"rate without people", CompareRate(10, 0, 10, 1000, 0.95, LowIsGood), NotCompared},
		{"rate, far above", CompareRate(30, 5000, 10, 1000, 0.95, LowIsGood), Worse},
		{"rate, no events expected", CompareRate(0, 5000, 0, 1000, 0.95, LowIsGood), Similar},
		{"four areas", QuintileWord(1, 4, HighIsGood), NotCompared},
		{"no quintile", QuintileWord(0, 20, HighIsGood), NotCompared},
		{"highest quintile", QuintileWord(5, 20, LowIsGood), Worst},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
	for want, previous := range map[TrendMarker]Estimate{
		TrendIncreasing: {5, 4, 6}, TrendDecreasing: {15, 14, 16}, TrendNoChange: {13, 12, 14}, TrendCannotBeCalculated: NoEstimate(),
	} {
		if got := CompareWithPrevious(area, previous); got != want {
			t.Errorf("against %+v: %s, want %s", previous, got, want)
		}
	}
}

func TestSummariseDeprivation(t *testing.T) {
	// A country of 100 small areas and an authority of four, by hand.
	areas := []SmallArea{{20, 25, 300}, {60, 5, 100}, {40, 11, 200}, {5, 80, 400}}
	d, err := SummariseDeprivation(areas, 100)
	want := Deprivation{
		AverageScore:       0.3*20 + 0.1*60 + 0.2*40 + 0.4*5,
		AverageRank:        0.3*76 + 0.1*96 + 0.2*90 + 0.4*21,
		Proportion:         0.25,
		Extent:             0.1 + 0.2*0.95 + 0.3*(0.95-0.9*14/19),
		LocalConcentration: 96,
	}
	if err != nil || !near(d.AverageScore, want.AverageScore, 1e-12) || !near(d.AverageRank, want.AverageRank, 1e-12) ||
		d.Proportion != want.Proportion || !near(d.Extent, want.Extent, 1e-12) || !near(d.LocalConcentration, 96, 1e-12) {
		t.Errorf("%+v, %v, want %+v", d, err, want)
	}
	// The last small area counts in part: 60 of the first and 40 of the second.
	areas = []SmallArea{{0, 1, 60}, {0, 50, 940}}
	if d, _ = SummariseDeprivation(areas, 100); !near(d.LocalConcentration, 0.6*100+0.4*51, 1e-12) {
		t.Errorf("local concentration %v", d.LocalConcentration)
	}
	for percentile, want := range map[int]float64{1: 1, 10: 1, 11: 0.95, 30: 0.05, 31: 0, 100: 0} {
		if got := extentWeight(percentile, 100); math.Abs(got-want) > 1e-12 {
			t.Errorf("weight of percentile %d: %v", percentile, got)
		}
	}
	if _, err := SummariseDeprivation(nil, 100); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("no small areas: %v", err)
	}
	for _, a := range []SmallArea{{1, 0, 1}, {1, 101, 1}, {math.NaN(), 1, 1}, {1, 1, -1}} {
		if _, err := SummariseDeprivation([]SmallArea{a}, 100); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", a, err)
		}
	}
}

// The published summary of Coventry in 2019, from its small areas.
func TestPublishedDeprivation(t *testing.T) {
	casesDir(t)
	authorities, err := authorities2019()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the published Indices must be there in CI: %v", err)
		}
		t.Skipf("SKIPPED: %v", err)
	}
	for _, a := range authorities {
		if a.code != "E08000026" {
			continue
		}
		d, err := SummariseDeprivation(a.areas, national2019)
		if err != nil || math.Abs(d.AverageRank-19432.08) > 0.01 || math.Abs(d.Proportion-0.1436) > 5e-5 ||
			math.Abs(d.Extent-0.2669) > 5e-5 || math.Abs(d.LocalConcentration-31409.97) > 0.01 {
			t.Errorf("%+v, %v", d, err)
		}
		return
	}
	t.Error("Coventry is not there")
}
