package metrics

import "testing"

func TestTenth(t *testing.T) {
	for _, c := range []struct{ rank, of, want int }{
		{1, 32844, 1}, {3284, 32844, 1}, {3285, 32844, 2}, {32844, 32844, 10}, // a tenth of England is 3,284.4
		{3375, 33755, 1}, {3376, 33755, 2}, {29560, 32844, 10}, {29559, 32844, 9},
		{1, 5, 2}, {5, 5, 10}, {0, 100, 0}, {101, 100, 0}, {1, 0, 0},
	} {
		if got := (Decile{Rank: c.rank, Of: c.of}).Tenth(); got != c.want {
			t.Errorf("rank %d of %d: decile %d, want %d", c.rank, c.of, got, c.want)
		}
	}
}
