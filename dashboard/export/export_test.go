package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"testing"
	"unicode/utf8"

	"outcomes/metrics"
)

func number64(v float64) *float64 { return &v }

func sample() []metrics.Figure {
	rank, of := 64, 317
	return []metrics.Figure{
		{Indicator: "share", Priority: "one", Area: metrics.Area{Code: "E08000026", Name: "Coventry"}, Period: metrics.EditionOf(2019), Status: metrics.Available,
			Numerator: number64(28), Denominator: number64(195), Value: number64(28.0 / 195 * 100), Lower: number64(10.1), Upper: number64(-0.5), Unit: "%",
			Rank: &rank, RankOf: &of, Denominated: "LSOAs of the 2019 edition", Notes: []string{"A note.", "Another."}, BreakBefore: "redrawn", Sentence: "In 2019, …",
			Comparisons: []metrics.Comparison{{With: "previous edition", Period: "IoD2015", Direction: metrics.Down, Verdict: metrics.Better}}},
		{Indicator: "share", Area: metrics.Area{Code: "E08000026"}, Period: metrics.QuarterOf(metrics.NewMonth(2019, 3)), Status: metrics.Suppressed, Reason: "too few",
			Numerator: number64(3), Value: number64(1.5), Comparisons: []metrics.Comparison{{Value: number64(3)}}},
		{Indicator: "share", Area: metrics.Area{Code: "E08000026"}, Period: metrics.MonthPeriod(metrics.NewMonth(2019, 3)), Status: metrics.Missing, Reason: "no file"},
		{Indicator: "share", Area: metrics.Area{Code: "E08000026"}, Period: metrics.YearEndingIn(metrics.NewMonth(2019, 3)), Status: metrics.Available, Value: number64(math.NaN()), Numerator: number64(0)},
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, sample(), true); err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(b.Bytes()) {
		t.Error("not UTF-8")
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(row int, column string) string {
		for i, c := range rows[0] {
			if c == column {
				return rows[row][i]
			}
		}
		t.Fatalf("no column %s", column)
		return ""
	}
	for _, c := range []struct {
		row          int
		column, want string
	}{
		{1, "value", "14.358974"}, {1, "upper", "-0.5"}, {1, "rank", "64"}, {1, "rank_of", "317"}, {1, "period", "IoD2019"}, {1, "period_start", "2019-01-01"},
		{1, "notes", "A note. Another. Break in the series: redrawn"}, {1, "sample", "true"}, {1, "shorthand", ""},
		{2, "value", ""}, {2, "numerator", ""}, {2, "shorthand", "[c]"}, {2, "status", "suppressed"},
		{3, "value", ""}, {3, "shorthand", "[x]"}, {3, "reason", "no file"},
		{4, "value", ""}, {4, "numerator", "0"},
	} {
		if got := at(c.row, c.column); got != c.want {
			t.Errorf("row %d, %s: %q, want %q", c.row, c.column, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Coventry": "Coventry", "=cmd": "'=cmd", "+1": "'+1", "-1+1": "'-1+1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "\nx": "'\nx", "a=b": "a=b", "…": "…",
	} {
		if got := text(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, sample(), false); err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	if err := json.Unmarshal(b.Bytes(), &objects); err != nil {
		t.Fatal(err)
	}
	for _, column := range Columns {
		if _, ok := objects[0][column]; !ok {
			t.Errorf("no %q, which is a column of the CSV", column)
		}
	}
	if objects[1]["value"] != nil || objects[1]["numerator"] != nil || len(objects[1]["comparisons"].([]any)) != 0 {
		t.Errorf("a suppressed figure shows a number: %v", objects[1])
	}
	if objects[0]["value"] != 14.358974 || objects[3]["value"] != nil || objects[3]["numerator"] != 0.0 {
		t.Errorf("values %v, %v", objects[0]["value"], objects[3])
	}
	b.Reset()
	if err := JSON(&b, nil, false); err != nil || b.String() != "[]\n" {
		t.Errorf("no figures: %q, %v", b.String(), err)
	}
}
