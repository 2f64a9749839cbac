package stats

import (
	"math"
	"testing"
)

// The cells of the table of odd series that are pure arithmetic, a row a
// situation.
func TestOddSeries(t *testing.T) {
	nan := math.NaN()
	// rate is a year with a count among 1,000, with its exact or Byar interval.
	rate := func(year int, count float64) TrendPoint {
		if math.IsNaN(count) {
			return TrendPoint{Year: float64(year), Value: nan, Lower: nan, Upper: nan}
		}
		e, err := Rate(count, 1000, 1000, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		return TrendPoint{Year: float64(year), Value: e.Value, Lower: e.Lower, Upper: e.Upper}
	}
	rates := func(counts ...float64) (out []TrendPoint) {
		for i, n := range counts {
			out = append(out, rate(2015+i, n))
		}
		return out
	}
	shares := func(counts ...float64) (out []TrendPoint) {
		for i, n := range counts {
			out = append(out, TrendPoint{Year: float64(2015 + i), Count: n, Denominator: 1000})
		}
		return out
	}
	broken := rates(10, 40, 70, 100, 130)
	broken[2].Break = true
	for _, tt := range []struct {
		situation  string
		points     []TrendPoint
		proportion bool
		want       TrendMarker
	}{
		{"count 0: a rate", rates(40, 30, 20, 9, 0), false, TrendDecreasing},
		{"count 0: a proportion", shares(40, 30, 20, 9, 0), true, TrendCannotBeCalculated},
		{"count missing", rates(10, 20, 40, 70, nan, 100, 130), false, TrendCannotBeCalculated},
		{"count missing: a proportion", shares(10, 40, nan, 70, 100), true, TrendCannotBeCalculated},
		{"count missing before the five", rates(nan, 10, 40, 70, 100, 130), false, TrendIncreasing},
		{"fewer than 5 points", rates(10, 40, 70, 100), false, TrendCannotBeCalculated},
		{"a break among them", broken, false, TrendCannotBeCalculated},
	} {
		t.Run("trend/"+tt.situation, func(t *testing.T) {
			if r, err := Trend(tt.points, TrendOptions{Proportion: tt.proportion}); err != nil || r.Marker != tt.want || r.Reason == "" {
				t.Errorf("%s, %s, %v", r.Marker, r.Reason, err)
			}
		})
	}

	for _, tt := range []struct {
		situation string
		estimate  func() (Estimate, error)
		upper     float64 // of a value of 0; NaN where there is no answer
	}{
		{"count 0: a rate", func() (Estimate, error) { return Rate(0, 1000, 1000, 0.95) }, 3.688879},
		{"count 0: a proportion", func() (Estimate, error) { return Wilson(0, 10, 0.95) }, 0.277533},
		{"n 0: a rate", func() (Estimate, error) { return Rate(1, 0, 1000, 0.95) }, nan},
		{"n 0: a proportion", func() (Estimate, error) { return Wilson(0, 0, 0.95) }, nan},
		{"n missing", func() (Estimate, error) { return Rate(1, nan, 1000, 0.95) }, nan},
		{"count missing", func() (Estimate, error) { return Wilson(nan, 10, 0.95) }, nan},
		{"negative: a rate", func() (Estimate, error) { return Rate(-1, 1000, 1000, 0.95) }, nan},
		{"negative: a proportion", func() (Estimate, error) { return Wilson(-1, 10, 0.95) }, nan},
		{"more than the whole", func() (Estimate, error) { return Wilson(11, 10, 0.95) }, nan},
	} {
		t.Run("value/"+tt.situation, func(t *testing.T) {
			e, err := tt.estimate()
			if math.IsNaN(tt.upper) != (err != nil) || err == nil && (e.Value != 0 || e.Lower != 0 || math.Abs(e.Upper-tt.upper) > 1e-6) {
				t.Errorf("%+v, %v", e, err)
			}
		})
	}

	usual := []float64{10, 10.6, 9.6, 10.3, 9.5, 10, 10.6, 9.6, 10.3, 9.5, 10, 10.6, 9.6}
	high := []float64{11.2, 11.3, 11.2, 11.3, 11.2, 11.3, 11.2}
	join := func(parts ...[]float64) (out []float64) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	for _, tt := range []struct {
		situation string
		values    []float64
		segments  []int
		check     func(t *testing.T, r XmRResult)
	}{
		{"count 0 is a point", join(usual, []float64{0}), nil, func(t *testing.T, r XmRResult) {
			if p := r.Points[13]; p.Value != 0 || p.Cause != OutsideLimits || r.Segments[0].N != 14 {
				t.Errorf("%+v, %+v", p, r.Segments)
			}
		}},
		{"seven on one side", join(usual, usual, high), nil, func(t *testing.T, r XmRResult) {
			if p := r.Points[32]; p.Cause == CommonCause {
				t.Errorf("%+v", p)
			}
		}},
		{"a gap breaks the run", join(usual, usual, high[:3], []float64{nan}, high[3:]), nil, func(t *testing.T, r XmRResult) {
			if p := r.Points[33]; p.Cause != CommonCause || r.Segments[0].N != 33 || !math.IsNaN(r.Points[29].Value) {
				t.Errorf("%+v, %+v", p, r.Segments)
			}
		}},
		{"fewer than 13 points", usual[:12], nil, func(t *testing.T, r XmRResult) {
			if !r.Trial || !r.Segments[0].Trial || !r.Segments[0].HasLimits() {
				t.Errorf("%+v", r.Segments)
			}
		}},
		{"13 points", usual, nil, func(t *testing.T, r XmRResult) {
			if r.Trial || r.Segments[0].Trial {
				t.Errorf("%+v", r.Segments)
			}
		}},
		{"a break begins anew", join(usual, []float64{5, 5.6, 4.6, 5.3, 4.5, 5, 5.6, 4.6, 5.3, 4.5, 5, 5.6, 4.6}), []int{13}, func(t *testing.T, r XmRResult) {
			if len(r.Segments) != 2 || r.Segments[0].Mean < 9 || r.Segments[1].Mean > 6 {
				t.Errorf("%+v", r.Segments)
			}
			for _, p := range r.Points {
				if p.Cause != CommonCause {
					t.Errorf("after a break that is known: %+v", p)
				}
			}
		}},
	} {
		t.Run("process/"+tt.situation, func(t *testing.T) {
			r, err := XmR(tt.values, XmROptions{Improvement: Decrease, Segments: tt.segments})
			if err != nil {
				t.Fatal(err)
			}
			tt.check(t, r)
		})
	}
}
