package dashboard

import (
	"reflect"
	"strings"
	"testing"

	"outcomes/metrics"
)

// What a figure reads, with the count or the amount that it was made of.
func TestReads(t *testing.T) {
	n := func(v float64) *float64 { return &v }
	rate := metrics.Indicator{Kind: metrics.CrudeRate, Unit: "per 1,000 residents", Decimals: 1}
	spend := metrics.Indicator{Kind: metrics.Proportion, Counted: "pounds spent", Decimals: 1}
	total := metrics.Indicator{Kind: metrics.Total}
	for _, c := range []struct {
		ind    metrics.Indicator
		status metrics.Status
		v, num *float64
		want   string
	}{
		{rate, metrics.Available, n(6.86), n(2520), "6.9 (2,520)"},
		{spend, metrics.Available, n(90.3045), n(36121.8), "90.3% (£36,122)"},
		{total, metrics.Available, n(170), n(170), "170"},
		{rate, metrics.Suppressed, n(1), n(2), "[c]"},
		{rate, metrics.Missing, nil, nil, "[x]"},
	} {
		f := metrics.Figure{Status: c.status, Value: c.v, Numerator: c.num}
		if got := reads(c.ind, f); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A comment's text becomes paragraphs and lists, and nothing else.
func TestPartsOfText(t *testing.T) {
	const text = "One.\r\nTwo.\r\n\r\n- a\n- b\n\n \n- c\n-d\n\tThree\x00."
	want := []commentaryPart{{Paragraph: "One."}, {Paragraph: "Two."}, {List: []string{"a", "b", "c"}}, {Paragraph: "-d"}, {Paragraph: "Three."}}
	if got := partsOfText(text); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := plainText("  \x1b[31m a\xffb\uFFFD\tc\r\rd \n"); got != "[31m ab c\n\nd" {
		t.Errorf("%q", got)
	}
	if got := partsOfText(strings.Repeat("\n", 100)); got != nil {
		t.Errorf("%+v", got)
	}
}
