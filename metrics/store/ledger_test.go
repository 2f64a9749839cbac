package store

import (
	"context"
	"fmt"
	"testing"

	"outcomes/metrics"
)

func TestLedger(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	if h, err := s.Holdings(ctx); err != nil || len(h) != 0 {
		t.Errorf("an empty store: %v, %v", h, err)
	}
	if n, err := s.NewestPeriods(ctx, "E08000026"); err != nil || len(n) != 0 {
		t.Errorf("an empty store: %v, %v", n, err)
	}
	other := month("2019-06", "d9", "f9", 4)
	other.Batch.Release, other.Batch.Name = "police/kent/2019-06", "kent"
	other.Facts.(*StreetMonth).Force, other.Facts.(*StreetMonth).Slug, other.Facts.(*StreetMonth).ForceArea = "Kent Police", "kent", "E23000032"
	save(t, s, lookups(), population(2018, 360000), population(2019, 366000), other)
	save(t, s, month("2018-11", "d1", "f1", 11), month("2019-02", "d2", "f2", 12), month("2019-01", "d3", "f3", 9))
	save(t, s, month("2018-11", "d4", "f4", 13)) // a newer release

	holdings, err := s.Holdings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range holdings {
		got = append(got, fmt.Sprint(h.Source, " ", h.Part, " ", h.Files, " ", h.Superseded, " ", h.Periods, " ", h.Gaps(), " ", h.ImportedAt))
	}
	want := []string{
		"geography  1 0 [2022] [] 2020-01-15T12:00:00Z",
		"police kent 1 0 [2019-06] [] 2020-01-15T12:00:00Z",
		"police west-midlands 3 1 [2018-11 2019-01 2019-02] [2018-12] 2020-01-15T12:00:00Z",
		"population  2 0 [mid-2018 mid-2019] [] 2020-01-15T12:00:00Z",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("holdings\n%q\nwant\n%q", got, want)
	}
	for area, want := range map[string]string{"E08000026": "2019-02", "E99999999": "2019-06"} { // whose force the lookups know, and one whose they do not
		newest, err := s.NewestPeriods(ctx, area)
		if err != nil || newest[metrics.PoliceSource] != want || newest[metrics.PopulationSource] != "mid-2019" || len(newest) != 2 {
			t.Errorf("%s: %v, %v", area, newest, err)
		}
	}
	all, err := s.Batches(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, h := range holdings {
		some, err := s.BatchesOf(ctx, h.Source, h.Part)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range some {
			if b.Source != h.Source || h.Source == metrics.PoliceSource && len(b.Problems) != 1 {
				t.Errorf("%s %s: %+v", h.Source, h.Part, b)
			}
		}
		n += len(some)
	}
	if n != len(all) || n != 8 {
		t.Errorf("%d batches by part, %d in all", n, len(all))
	}
}
