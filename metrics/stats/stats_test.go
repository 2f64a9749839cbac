package stats

import (
	"errors"
	"math"
	"testing"
)

// near says whether two numbers agree to a relative tolerance.
func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*math.Max(1e-300, math.Abs(want))
}

var confidences = []float64{0.8, 0.9, 0.95, 0.99, 0.998}

// ordered fails unless lower ≤ value ≤ upper, all three numbers.
func ordered(t *testing.T, what string, e Estimate) {
	t.Helper()
	if !(e.Lower <= e.Value && e.Value <= e.Upper) || math.IsInf(e.Upper, 0) {
		t.Errorf("%s: %+v is not in order", what, e)
	}
}

func TestZScore(t *testing.T) {
	for confidence, want := range map[float64]float64{
		0.95: 1.959963984540054, 0.998: 3.090232306167813, 0.5: 0.674489750196082,
	} {
		if got, err := ZScore(confidence); err != nil || !near(got, want, 1e-12) {
			t.Errorf("ZScore(%v) = %v, %v, want %v", confidence, got, err, want)
		}
	}
}

// Limits that a published table, or arbitrary-precision arithmetic, gives.
func TestPublishedLimits(t *testing.T) {
	for _, c := range []struct {
		count, confidence, lower, upper, within float64
	}{
		{0, 0.95, 0, 3.689, 5e-4},
		{1, 0.95, 0.025, 5.572, 5e-4},
		{5, 0.95, 1.623, 11.668, 5e-4},
		{9, 0.95, 4.115, 17.085, 5e-4},
		{9, 0.998, 2.4524244043637755, 22.657373309062926, 1e-12},
	} {
		e, err := Poisson(c.count, c.confidence)
		if err != nil || math.Abs(e.Lower-c.lower) > c.within || math.Abs(e.Upper-c.upper) > c.within {
			t.Errorf("Poisson(%v, %v) = %+v, %v", c.count, c.confidence, e, err)
		}
	}
	for _, c := range []struct{ count, p, lower, upper float64 }{
		{1e3, 0.001, 905.12079093497664, 1101.6269438790305},
		{1e6, 0.025, 998040.98334029387, 1001961.9119454322},
		{1e6, 0.001, 996912.61731981521, 1003094.08391497},
	} {
		e := exactPoisson(c.count, c.p)
		if !near(e.Lower, c.lower, 1e-12) || !near(e.Upper, c.upper, 1e-12) {
			t.Errorf("exact limits of %v at %v: %+v", c.count, c.p, e)
		}
	}
	for _, c := range []struct{ a, b, p, odds float64 }{
		{3494, 3482, 0.025, 0.95716541506309027},
		{1e5, 1e5, 0.001, 0.98626521791482524},
		{1e6, 1e6, 0.025, 0.99723103293395576},
		{1e6, 1e6, 0.001, 0.99563829037326079},
	} {
		if got := lowerOdds(c.a, c.b, c.p); !near(got, c.odds, 1e-9) {
			t.Errorf("lower odds of %v to %v at %v: %v", c.a, c.b, c.p, got)
		}
	}
	wilson, err := Wilson(0, 10, 0.95)
	if err != nil || wilson.Lower != 0 || math.Abs(wilson.Upper-0.2775) > 5e-5 {
		t.Errorf("Wilson(0, 10) = %+v, %v", wilson, err)
	}
}

// Every situation of the field's table of short, missing and odd input that a
// function can meet, and what it must say.
func TestNoAnswer(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	wrong := func(f func(v ...float64) (Estimate, error), want error, inputs ...[]float64) {
		t.Helper()
		for _, in := range inputs {
			e, err := f(in...)
			if !errors.Is(err, want) {
				t.Errorf("%v: %+v, %v, want %v", in, e, err, want)
			}
			if e != (Estimate{}) {
				t.Errorf("%v: an estimate came with the error: %+v", in, e)
			}
		}
	}
	wilson := func(v ...float64) (Estimate, error) { return Wilson(v[0], v[1], v[2]) }
	wrong(wilson, ErrNotAvailable, []float64{0, 0, 0.95})
	wrong(wilson, ErrInvalid, []float64{80, 50, 0.95}, []float64{-1, 10, 0.95}, []float64{1, -10, 0.95},
		[]float64{nan, 10, 0.95}, []float64{10, nan, 0.95}, []float64{1, inf, 0.95},
		[]float64{1, 10, 0}, []float64{1, 10, 1}, []float64{1, 10, 95}, []float64{1, 10, nan})

	poisson := func(v ...float64) (Estimate, error) { return Poisson(v[0], v[1]) }
	wrong(poisson, ErrInvalid, []float64{-1, 0.95}, []float64{nan, 0.95}, []float64{inf, 0.95}, []float64{1, 1.5})

	rate := func(v ...float64) (Estimate, error) { return Rate(v[0], v[1], v[2], 0.95) }
	wrong(rate, ErrNotAvailable, []float64{4, 0, 1000}, []float64{0, 0, 1000})
	wrong(rate, ErrInvalid, []float64{nan, 100, 1000}, []float64{4, nan, 1000}, []float64{4, -1, 1000},
		[]float64{-4, 100, 1000}, []float64{4, 100, 0}, []float64{4, 100, -5}, []float64{4, 5e-324, 1000})

	for _, f := range []func(a, popA, b, popB, confidence float64) (Estimate, error){RateRatio, RateRatioLog} {
		ratio := func(v ...float64) (Estimate, error) { return f(v[0], v[1], v[2], v[3], 0.95) }
		wrong(ratio, ErrNotAvailable, []float64{3, 100, 0, 100}, []float64{0, 100, 0, 100},
			[]float64{3, 0, 3, 100}, []float64{3, 100, 3, 0})
		wrong(ratio, ErrInvalid, []float64{-3, 100, 3, 100}, []float64{3, nan, 3, 100}, []float64{3, 100, inf, 100},
			[]float64{3, 100, 3, -100})
	}
	if _, err := RateRatioLog(0, 100, 3, 100, 0.95); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("log ratio of no events: %v", err)
	}

	mean := func(v ...float64) (Estimate, error) { return Mean(v, 0.95) }
	wrong(mean, ErrNotAvailable, nil, []float64{3})
	wrong(mean, ErrInvalid, []float64{3, nan}, []float64{3, inf}, []float64{math.MaxFloat64, -math.MaxFloat64})

	indirect := func(v ...float64) (Estimate, error) { return IndirectRatio(v[0], v[1], v[2], 0.95) }
	wrong(indirect, ErrNotAvailable, []float64{4, 0, 100})
	wrong(indirect, ErrInvalid, []float64{-4, 4, 100}, []float64{4, -4, 100}, []float64{4, nan, 1}, []float64{4, 4, 0})

	dsr := func(counts, pops, standard []float64) error {
		_, err := DSR(counts, pops, standard, 100_000, 0.95)
		return err
	}
	for want, errs := range map[error][]error{
		ErrNotAvailable: {
			dsr([]float64{4, 5}, []float64{100, 100}, []float64{1, 1}),        // nine events
			dsr([]float64{20, 5}, []float64{100, 0}, []float64{1, 1}),         // a band without population
			dsr([]float64{20, 5}, []float64{100, 100}, []float64{0, 0}),       // no standard
			dsr([]float64{nan, nan}, []float64{100, 100}, []float64{1, 1}),    // all missing
			dsr([]float64{9.999, nan}, []float64{100, 100}, []float64{1, 1})}, // just below ten
		ErrInvalid: {
			dsr([]float64{20}, []float64{100, 100}, []float64{1, 1}),
			dsr([]float64{20, 5}, []float64{100, 100}, []float64{1}),
			dsr(nil, nil, nil),
			dsr([]float64{20, -5}, []float64{100, 100}, []float64{1, 1}),
			dsr([]float64{20, inf}, []float64{100, 100}, []float64{1, 1}),
			dsr([]float64{20, 5}, []float64{100, nan}, []float64{1, 1}),
			dsr([]float64{20, 5}, []float64{100, 100}, []float64{1, -1})},
	} {
		for i, err := range errs {
			if !errors.Is(err, want) {
				t.Errorf("DSR %d: %v, want %v", i, err, want)
			}
		}
	}
}

// A count of 0 is a figure: it has a value and an upper limit.
func TestZeroIsAFigure(t *testing.T) {
	e, err := Rate(0, 2000, 1000, 0.95)
	if err != nil || e.Value != 0 || e.Lower != 0 || !near(e.Upper, 3.6888794541139363/2, 1e-12) {
		t.Errorf("Rate(0) = %+v, %v", e, err)
	}
	e, err = RateRatio(0, 100, 5, 100, 0.95)
	if err != nil || e.Value != 0 || e.Lower != 0 || !(e.Upper > 0) {
		t.Errorf("RateRatio(0, …) = %+v, %v", e, err)
	}
	e, err = IndirectRatio(0, 5, 100, 0.95)
	if err != nil || e.Value != 0 || !(e.Upper > 0) {
		t.Errorf("IndirectRatio(0, …) = %+v, %v", e, err)
	}
	// More events than people is a rate above its multiplier, not an error.
	if e, err := Rate(250, 220, 100, 0.95); err != nil || !(e.Value > 100) {
		t.Errorf("Rate(250, 220) = %+v, %v", e, err)
	}
}

func TestWilsonProperties(t *testing.T) {
	for _, n := range []float64{1, 2, 3.5, 10, 57, 1000, 1e6, 7.5e9} {
		for _, share := range []float64{0, 1e-6, 0.1, 1. / 3, 0.5, 0.9, 1} {
			x := share * n
			var last Estimate
			for i, confidence := range confidences {
				e, err := Wilson(x, n, confidence)
				if err != nil {
					t.Fatal(err)
				}
				ordered(t, "Wilson", e)
				if e.Lower < 0 || e.Upper > 1 {
					t.Errorf("Wilson(%v, %v): %+v leaves 0..1", x, n, e)
				}
				if i > 0 && (e.Lower > last.Lower || e.Upper < last.Upper) {
					t.Errorf("Wilson(%v, %v): narrower at %v", x, n, confidence)
				}
				last = e
				other, err := Wilson(n-x, n, confidence)
				if err != nil || math.Abs(other.Lower-(1-e.Upper)) > 1e-14 || math.Abs(other.Upper-(1-e.Lower)) > 1e-14 {
					t.Errorf("Wilson(%v, %v) is not the mirror of its complement: %+v, %+v", x, n, e, other)
				}
				more, err := Wilson(2*x, 2*n, confidence)
				if err != nil || more.Upper-more.Lower > e.Upper-e.Lower {
					t.Errorf("Wilson(%v, %v): wider with twice the numbers", x, n)
				}
			}
		}
	}
	// The lower limit of 0 and the upper limit of all are exact.
	for _, n := range []float64{1, 3, 7, 49, 1e9} {
		none, _ := Wilson(0, n, 0.95)
		all, _ := Wilson(n, n, 0.95)
		if none.Lower != 0 || all.Upper != 1 {
			t.Errorf("n = %v: %+v, %+v", n, none, all)
		}
	}
}

func TestPoissonProperties(t *testing.T) {
	for _, confidence := range confidences {
		var last Estimate
		for count := 0.0; count < 2e6; count = math.Ceil(count*1.05 + 1) {
			e, err := Poisson(count, confidence)
			if err != nil {
				t.Fatal(err)
			}
			ordered(t, "Poisson", e)
			if e.Value != count || e.Lower < 0 {
				t.Errorf("Poisson(%v) = %+v", count, e)
			}
			if count > 0 && (e.Lower < last.Lower || e.Upper < last.Upper) {
				t.Errorf("limits fall from %+v to %+v", last, e)
			}
			if count >= 10 {
				exact := exactPoisson(count, (1-confidence)/2)
				if confidence == 0.95 && (!near(e.Lower, exact.Lower, 0.002) || !near(e.Upper, exact.Upper, 0.002)) {
					t.Errorf("Byar %+v is not within 0.2%% of exact %+v", e, exact)
				}
			}
			last = e
		}
	}
	for _, count := range []float64{0, 1, 4.5, 9, 10, 300, 1e6} {
		var last Estimate
		for i, confidence := range confidences {
			e, _ := Poisson(count, confidence)
			if i > 0 && (e.Lower > last.Lower || e.Upper < last.Upper) {
				t.Errorf("Poisson(%v): narrower at %v", count, confidence)
			}
			last = e
		}
	}
	if PoissonMethod(9.9) != "Exact" || PoissonMethod(10) != "Byar's" {
		t.Error("the switch is at a count of 10")
	}
}

func TestRateScalesWithPer(t *testing.T) {
	for _, count := range []float64{0, 3, 10, 812} {
		one, _ := Rate(count, 57890, 1, 0.95)
		many, err := Rate(count, 57890, 100_000, 0.95)
		if err != nil || !near(many.Value, one.Value*1e5, 1e-14) || !near(many.Lower, one.Lower*1e5, 1e-14) ||
			!near(many.Upper, one.Upper*1e5, 1e-14) {
			t.Errorf("count %v: %+v against %+v", count, one, many)
		}
		// Twice the events of twice the people: the same rate, surer.
		twice, _ := Rate(2*count, 2*57890, 1, 0.95)
		if count > 0 && (!near(twice.Value, one.Value, 1e-14) || twice.Upper-twice.Lower >= one.Upper-one.Lower) {
			t.Errorf("count %v: pooling does not narrow", count)
		}
	}
}

func TestRateRatioProperties(t *testing.T) {
	for _, f := range []func(a, popA, b, popB, confidence float64) (Estimate, error){RateRatio, RateRatioLog} {
		for _, c := range [][4]float64{{1, 100, 1, 100}, {11, 800, 21, 3011}, {5, 10000, 2, 9500}, {3494, 345325, 3482, 345325},
			{2.5, 10, 7.25, 90}, {1e6, 5e7, 1.1e6, 5.1e7}, {1, 1e6, 5000, 1e6}} {
			var last Estimate
			for i, confidence := range confidences {
				e, err := f(c[0], c[1], c[2], c[3], confidence)
				if err != nil {
					t.Fatal(err)
				}
				ordered(t, "ratio", e)
				other, err := f(c[2], c[3], c[0], c[1], confidence)
				if err != nil || !near(other.Value, 1/e.Value, 1e-12) || !near(other.Lower, 1/e.Upper, 1e-9) || !near(other.Upper, 1/e.Lower, 1e-9) {
					t.Errorf("%v: %+v is not one over %+v", c, e, other)
				}
				if i > 0 && (e.Lower > last.Lower || e.Upper < last.Upper) {
					t.Errorf("%v: narrower at %v", c, confidence)
				}
				last = e
				scaled, _ := f(c[0], 7*c[1], c[2], 7*c[3], confidence)
				if !near(scaled.Upper, e.Upper, 1e-12) {
					t.Errorf("%v: the unit of the populations matters", c)
				}
			}
		}
	}
	// With many events the two intervals agree.
	exact, _ := RateRatio(1e6, 5e7, 1.1e6, 5.1e7, 0.95)
	log, _ := RateRatioLog(1e6, 5e7, 1.1e6, 5.1e7, 0.95)
	if !near(exact.Lower, log.Lower, 1e-5) || !near(exact.Upper, log.Upper, 1e-5) {
		t.Errorf("exact %+v, log-normal %+v", exact, log)
	}
}

func TestRateRatioP(t *testing.T) {
	// By hand: 3 of 3 events in one of two equal halves has probability 1/8 on
	// either side.
	for _, c := range []struct{ a, popA, b, popB, want float64 }{
		{3, 10, 0, 10, 0.25}, {0, 10, 3, 10, 0.25}, {5, 10, 5, 10, 1}, {1, 10, 1, 10, 1},
		// Thirds: the splits of 3 have 8, 12, 6 and 1 parts of 27.
		{3, 10, 0, 20, 1. / 27}, {0, 10, 3, 20, 15. / 27},
	} {
		if got, err := RateRatioP(c.a, c.popA, c.b, c.popB); err != nil || !near(got, c.want, 1e-12) {
			t.Errorf("RateRatioP(%v, %v, %v, %v) = %v, %v, want %v", c.a, c.popA, c.b, c.popB, got, err, c.want)
		}
	}
	p, err := RateRatioP(3494, 345325, 3482, 345325)
	if err != nil || math.Abs(p-0.895) > 0.002 {
		t.Errorf("3,494 against 3,482: p = %v, %v", p, err)
	}
	one, _ := RateRatioP(17, 800, 41, 900)
	other, _ := RateRatioP(41, 900, 17, 800)
	if !near(one, other, 1e-12) {
		t.Errorf("not symmetric: %v and %v", one, other)
	}
	if _, err := RateRatioP(0, 10, 0, 10); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("no events: %v", err)
	}
	if _, err := RateRatioP(1.5, 10, 2, 10); !errors.Is(err, ErrInvalid) {
		t.Errorf("half an event: %v", err)
	}
}

func TestMeanProperties(t *testing.T) {
	values := []float64{4, 8, 15, 16, 23, 42}
	e, err := Mean(values, 0.95)
	// t(0.975; 5) = 2.570581835636314; s² = 182; n = 6.
	half := 2.570581835636314 * math.Sqrt(182./6)
	if err != nil || !near(e.Value, 18, 1e-15) || !near(e.Lower, 18-half, 1e-12) || !near(e.Upper, 18+half, 1e-12) {
		t.Errorf("Mean = %+v, %v", e, err)
	}
	shifted := make([]float64, len(values))
	for i, v := range values {
		shifted[i] = 1e9 + 2*v
	}
	s, _ := Mean(shifted, 0.95)
	if !near(s.Upper-s.Lower, 4*half, 1e-8) {
		t.Errorf("shifted: %+v", s)
	}
	if e, err := Mean([]float64{7, 7, 7}, 0.95); err != nil || e != (Estimate{7, 7, 7}) {
		t.Errorf("equal values: %+v, %v", e, err)
	}
}

func TestDSRProperties(t *testing.T) {
	// The crude rate is the standardised one when the standard is the
	// population itself, and the interval that of the count.
	counts, pops := []float64{12, 40, 3}, []float64{1000, 2500, 800}
	e, err := DSR(counts, pops, pops, 1000, 0.95)
	crude, _ := Rate(55, 4300, 1000, 0.95)
	if err != nil || !near(e.Value, crude.Value, 1e-12) || !near(e.Lower, crude.Lower, 1e-12) || !near(e.Upper, crude.Upper, 1e-12) {
		t.Errorf("%+v, %v, want %+v", e, err, crude)
	}
	// A missing count is 0.
	missing, _ := DSR([]float64{12, 40, math.NaN()}, pops, pops, 1000, 0.95)
	zero, _ := DSR([]float64{12, 40, 0}, pops, pops, 1000, 0.95)
	if missing != zero || missing == (Estimate{}) {
		t.Errorf("missing %+v, zero %+v", missing, zero)
	}
	// The same events in fewer persons are less sure.
	once, _ := DSRRepeated([]EventFrequency{{1, []float64{12, 40, 4}}}, pops, pops, 1000, 0.95)
	twice, err := DSRRepeated([]EventFrequency{{2, []float64{6, 20, 2}}}, pops, pops, 1000, 0.95)
	if err != nil || !near(twice.Value, once.Value, 1e-12) || !near(twice.Upper-twice.Lower, math.Sqrt2*(once.Upper-once.Lower), 1e-12) {
		t.Errorf("once %+v, twice %+v, %v", once, twice, err)
	}
	var sum float64
	for _, w := range ESP2013 {
		sum += w
	}
	if sum != 100_000 || len(ESP2013) != 19 {
		t.Errorf("the European Standard Population has %d bands and sums to %v", len(ESP2013), sum)
	}
}

func TestIndirect(t *testing.T) {
	r := Reference{Counts: []float64{10, math.NaN(), 0, 30}, Populations: []float64{1000, 1000, 0, 1500}}
	expected, err := r.Expected([]float64{200, 300, math.NaN(), 50})
	if err != nil || !near(expected, 3, 1e-15) {
		t.Errorf("expected %v, %v", expected, err)
	}
	if rate, err := r.Rate(1000); err != nil || !near(rate, 40./3.5, 1e-15) {
		t.Errorf("reference rate %v, %v", rate, err)
	}
	for _, pops := range [][]float64{{1, 1, 1}, {math.NaN(), 1, 1, 1}, {-1, 1, 1, 1}} {
		if _, err := r.Expected(pops); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v: %v", pops, err)
		}
	}
	if _, err := (Reference{[]float64{4}, []float64{0}}).Expected([]float64{1}); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("events in no population: %v", err)
	}
	if _, err := (Reference{}).Rate(1); !errors.Is(err, ErrNotAvailable) {
		t.Errorf("empty reference: %v", err)
	}
}
