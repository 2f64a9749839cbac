package metrics

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// leaveOut is the round of two measures that are not asked by an age band; the
// people of it are counted in the next one.
func leaveOut(s *Strategy, f *Facts) {
	for i, m := range s.Measures {
		if m.ID == "completed" || m.ID == "improved" {
			s.Measures[i].Without = map[string][]string{"age": {"under-15"}}
		}
	}
	for _, list := range f.Returns {
		for i := range list {
			kept, moved := []ReturnValue(nil), map[string]float64{}
			for _, v := range list[i].Values {
				if m, _ := s.ReturnMeasure(v.Measure); v.Item == "under-15" && !m.Asks("age", v.Item) {
					moved[v.Measure] = v.Value
					continue
				}
				kept = append(kept, v)
			}
			for j := range kept {
				if kept[j].Item == "15-17" {
					kept[j].Value += moved[kept[j].Measure]
				}
			}
			list[i].Values = kept
		}
	}
}

// A measure that leaves an age band out has the other bands, and none is
// missing because of it; nor does the control of small counts suffer.
func TestItemsLeftOut(t *testing.T) {
	for seed := range 12 {
		s := roundStrategy()
		rng := rand.New(rand.NewPCG(uint64(seed), 25))
		top := []int{4, 9, 40}[seed%3]
		f := draws(s, rng, 5, func() int { return rng.IntN(top + 1) }, 0)
		leaveOut(s, f)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			attack(t, s, f)
			for _, fig := range Compute(s, f).Figures {
				items := map[string]Status{}
				for _, g := range fig.Breakdown {
					if g.By == "age" {
						items[g.Item] = g.Status
					}
				}
				want := map[string]int{"engaged": 3, "touched": 3, "completed": 2, "improved": 2, "improved-share": 2}[fig.Indicator]
				if want > 0 && len(items) != want {
					t.Errorf("%s %s has the age bands %v", fig.Indicator, fig.Period.Code(), items)
				}
				for item, status := range items {
					if fig.Status == Available && fig.Indicator != "improved-share" && status == Missing {
						t.Errorf("%s %s lacks %s", fig.Indicator, fig.Period.Code(), item)
					}
				}
			}
		})
	}
}

// A number that was accepted before its band was left out is in the total, and
// what the other bands leave of it is not told.
func TestItemsLeftOutLater(t *testing.T) {
	s := roundStrategy()
	rng := rand.New(rand.NewPCG(1, 25))
	f := draws(s, rng, 3, func() int { return 20 + rng.IntN(9) }, 0)
	for id, list := range f.Returns {
		for i := range list {
			for j, v := range list[i].Values {
				if v.Measure == "completed" && v.Dimension == "age" {
					list[i].Values[j].Value = map[string]float64{"under-15": 0, "15-17": v.Value, "18-24": v.Value}[v.Item]
				}
			}
			total := 0.0
			for _, v := range list[i].Values {
				if v.Measure == "completed" && v.Dimension == "age" {
					total += v.Value
				}
			}
			extra := 0.0
			if id == "ay" && i == 0 {
				extra = 3 // of the band
			}
			female := 0.0
			for j, v := range list[i].Values {
				switch at := &list[i].Values[j]; {
				case v.Measure != "completed":
				case v.Dimension == "":
					at.Value = total + extra
				case v.Item == "under-15":
					at.Value = extra
				case v.Item == "female":
					at.Value, female = 20, 20
				case v.Item == "male":
					at.Value = total + extra - female
				}
			}
		}
	}
	s.Indicators = slices.DeleteFunc(s.Indicators, func(i Indicator) bool { return i.Kind == Proportion })
	for i, m := range s.Measures {
		if m.ID == "completed" {
			s.Measures[i].Without = map[string][]string{"age": {"under-15"}}
		}
	}
	hidden := 0
	for _, fig := range Compute(s, f).Figures {
		if fig.Indicator != "completed" {
			continue
		}
		sum, all := 0.0, true
		for _, g := range fig.Breakdown {
			if g.By == "age" {
				if all = all && g.Status == Available; g.Value != nil {
					sum += *g.Value
				}
			}
		}
		if !all || fig.Status != Available {
			hidden++
		} else if left := *fig.Value - sum; left >= 1 && left <= 4 {
			t.Errorf("%s: the total less its bands leaves %v", fig.Period.Code(), left)
		}
	}
	if hidden == 0 {
		t.Error("nothing is hidden")
	}
}
