package store

import (
	"fmt"
	"testing"

	"outcomes/metrics"
)

func TestDeciles(t *testing.T) {
	s := open(t)
	release := func(edition, from int, domain string) Release {
		var ranks []metrics.DeprivationRank
		for i := range 20 {
			ranks = append(ranks, metrics.DeprivationRank{LSOA: fmt.Sprintf("E01%06d", from+i), LAD: "E08000026", LADName: "Coventry", Rank: i + 1})
		}
		name := fmt.Sprintf("IoD%d/%s", edition, domain)
		return Release{Batch: metrics.Batch{Source: metrics.DeprivationSource, Release: name, File: name, Name: name, Digest: "sha256:" + name, Period: fmt.Sprintf("IoD%d", edition), FactsSHA: name},
			Facts: &DeprivationRanks{Edition: edition, Domain: domain, Ranks: ranks}}
	}
	save(t, s, release(2019, 100, "imd"), release(2025, 105, "imd"), release(2025, 100, "income"))
	got, err := s.Deciles(t.Context(), "E01000107")
	if err != nil || len(got) != 2 || got[0] != (metrics.Decile{Edition: 2025, Rank: 3, Of: 20}) || got[1] != (metrics.Decile{Edition: 2019, Rank: 8, Of: 20}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, code := range []string{"E01999999", "E05001218", "", "<script>"} {
		if got, err := s.Deciles(t.Context(), code); err != nil || len(got) != 0 {
			t.Errorf("%q: %v, %v", code, got, err)
		}
	}
	state, err := s.State(t.Context())
	if err != nil || state.Mapped || state.Version == 0 {
		t.Errorf("state %+v, %v", state, err)
	}
}
