package metrics

import (
	"fmt"
	"testing"
)

func TestGaps(t *testing.T) {
	for _, c := range []struct {
		periods []string
		want    string
	}{
		{nil, "[]"},
		{[]string{"2019-03"}, "[]"},
		{[]string{"2018-11", "2018-12", "2019-01"}, "[]"},
		{[]string{"2018-11", "2019-02", "2019-04"}, "[2018-12 2019-01 2019-03]"},
		{[]string{"mid-2018", "mid-2020"}, "[]"},
	} {
		if got := fmt.Sprint(Holding{Periods: c.periods}.Gaps()); got != c.want {
			t.Errorf("%v: %s, want %s", c.periods, got, c.want)
		}
	}
}

func TestOlderThanExpected(t *testing.T) {
	for _, c := range []struct {
		source Source
		period string
		now    string
		want   bool
	}{
		{PoliceSource, "2026-08", "2026-11", false},
		{PoliceSource, "2026-07", "2026-11", true},
		{PoliceSource, "2025-11", "2026-01", false},
		{PoliceSource, "2019-03", "2026-11", true},
		{PoliceSource, "", "2026-11", false},
		{PopulationSource, "mid-2024", "2026-06", false},
		{PopulationSource, "mid-2024", "2026-07", true},
		{PopulationSource, "2024", "2019-01", false},
		{DeprivationSource, "IoD2010", "2026-11", false},
	} {
		now, err := ParseMonth(c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := OlderThanExpected(c.source, c.period, now); got != c.want {
			t.Errorf("%s %s in %s: %v", c.source, c.period, c.now, got)
		}
	}
}
