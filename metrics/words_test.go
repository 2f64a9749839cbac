package metrics

import (
	"math"
	"testing"
)

func TestDecimal(t *testing.T) {
	for _, tt := range []struct {
		x        float64
		decimals int
		want     string
	}{
		{0, 0, "0"}, {999, 0, "999"}, {1000, 0, "1,000"}, {1234567, 0, "1,234,567"}, {9.8256, 1, "9.8"},
		{1234.5, 2, "1,234.50"}, {-1234.5, 1, "-1,234.5"}, {-0.01, 1, "0.0"}, {math.Copysign(0, -1), 0, "0"},
	} {
		if got := Decimal(tt.x, tt.decimals); got != tt.want {
			t.Errorf("%v with %d decimals: got %s, want %s", tt.x, tt.decimals, got, tt.want)
		}
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st",
		46: "46th", 64: "64th", 101: "101st", 111: "111th", 112: "112th", 1002: "1,002nd"} {
		if got := Ordinal(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestListed(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  string
	}{{nil, ""}, {[]string{"a"}, "a"}, {[]string{"a", "b"}, "a and b"}, {[]string{"a", "b", "c"}, "a, b and c"}} {
		if got := listed(tt.words); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
