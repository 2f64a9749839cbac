package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"outcomes/metrics"
)

func number64(v float64) *float64 { return &v }

func about(sample bool) About {
	return About{Sample: sample, Sources: map[string]string{"share": "The Indices"}, Accountable: map[string]metrics.Accountability{"share": metrics.Performance}}
}

func sample() []metrics.Figure {
	rank, of := 64, 317
	return []metrics.Figure{
		{Indicator: "share", Priority: "one", Area: metrics.Area{Code: "E08000026", Name: "Coventry"}, Period: metrics.EditionOf(2019), Status: metrics.Available,
			Numerator: number64(28), Denominator: number64(195), Value: number64(28.0 / 195 * 100), Lower: number64(10.1), Upper: number64(-0.5), Unit: "%",
			Rank: &rank, RankOf: &of, Denominated: "LSOAs of the 2019 edition", Notes: []string{"A note.", "Another."}, BreakBefore: "redrawn", Sentence: "In 2019, …",
			Method: "Wilson", Revision: 2, MadeAt: "2026-01-02T03:04:05Z", Provisional: true,
			Comparisons: []metrics.Comparison{
				{Kind: metrics.InTime, With: "previous edition", Period: "IoD2015", Value: number64(18.461538), Numerator: number64(36), Direction: metrics.Down, Verdict: metrics.Better,
					Rule: "by a point", Ratio: number64(0.78), Lower: number64(0.5), Upper: number64(0.9), Care: "=redrawn"},
				{Kind: metrics.WithSimilar, Value: number64(20), Direction: metrics.Lower, Group: &metrics.Group{Rank: 3, Members: 15}},
				{Kind: metrics.WithForce, Direction: metrics.NotCompared, Reason: "no file"},
				{Kind: metrics.WithEngland, Value: number64(10), Direction: metrics.Higher, Basis: "3,284 of 32,844"},
				{Kind: metrics.WithTarget, Value: number64(12), Direction: metrics.OffTrack},
			}},
		{Indicator: "share", Area: metrics.Area{Code: "E08000026"}, Period: metrics.QuarterOf(metrics.NewMonth(2019, 3)), Status: metrics.Suppressed, Reason: "too few",
			Numerator: number64(3), Value: number64(1.5), Provisional: true, Comparisons: []metrics.Comparison{{Kind: metrics.InTime, Value: number64(3), Direction: metrics.Up}}},
		{Indicator: "share", Area: metrics.Area{Code: "E08000026"}, Period: metrics.MonthPeriod(metrics.NewMonth(2019, 3)), Status: metrics.Missing, Reason: "no file"},
		{Indicator: "share", Area: metrics.Area{Code: "E08000026"}, Period: metrics.YearEndingIn(metrics.NewMonth(2019, 3)), Status: metrics.Available, Value: number64(math.NaN()), Numerator: number64(0)},
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, sample(), about(true)); err != nil {
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
		{1, "notes", "A note. Another. Break in the series: redrawn"}, {1, "sample", "true"}, {1, "shorthand", "[p]"}, {1, "provisional", "true"},
		{1, "method", "Wilson"}, {1, "direction", "down"}, {1, "verdict", "better"}, {1, "compared_with", "previous edition"}, {1, "compared_period", "IoD2015"},
		{1, "compared_value", "18.461538"}, {1, "compared_numerator", "36"}, {1, "compared_ratio", "0.78"}, {1, "compared_lower", "0.5"}, {1, "compared_upper", "0.9"},
		{1, "compared_rule", "by a point"}, {1, "compared_care", "'=redrawn"}, {1, "not_compared_reason", ""},
		{1, "similar_value", "20"}, {1, "similar_direction", "lower"}, {1, "similar_rank", "3"}, {1, "similar_of", "15"},
		{1, "force_value", ""}, {1, "force_direction", "not compared"}, {1, "england_value", "10"}, {1, "england_direction", "higher"},
		{1, "target_value", "12"}, {1, "target_direction", "off track"}, {1, "source", "The Indices"}, {1, "revision", "2"}, {1, "made_at", "2026-01-02T03:04:05Z"}, {1, "accountability", "performance"},
		{2, "compared_value", ""}, {2, "direction", ""}, {2, "provisional", "false"},
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
	if err := JSON(&b, sample(), about(false)); err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	if err := json.Unmarshal(b.Bytes(), &objects); err != nil {
		t.Fatal(err)
	}
	for _, column := range Columns {
		if _, ok := objects[0][column]; !ok && !strings.HasPrefix(column, "breakdown") { // a list of its own there
			t.Errorf("no %q, which is a column of the CSV", column)
		}
	}
	if objects[1]["value"] != nil || objects[1]["numerator"] != nil || len(objects[1]["comparisons"].([]any)) != 0 {
		t.Errorf("a suppressed figure shows a number: %v", objects[1])
	}
	if objects[0]["value"] != 14.358974 || objects[3]["value"] != nil || objects[3]["numerator"] != 0.0 {
		t.Errorf("values %v, %v", objects[0]["value"], objects[3])
	}
	if objects[0]["compared_ratio"] != 0.78 || objects[0]["direction"] != "down" || objects[0]["england_value"] != 10.0 || objects[0]["value"] == objects[0]["compared_value"] ||
		objects[0]["source"] != "The Indices" || objects[1]["compared_value"] != nil || objects[0]["comparisons"].([]any)[3].(map[string]any)["basis"] != "3,284 of 32,844" {
		t.Errorf("the comparison: %v", objects[0])
	}
	b.Reset()
	if err := JSON(&b, nil, about(false)); err != nil || b.String() != "[]\n" {
		t.Errorf("no figures: %q, %v", b.String(), err)
	}
}

// A share of nobody has its counts, and no other number; what is missing for
// another reason has none, whatever it was given with.
func TestShareOfNobody(t *testing.T) {
	none, some := 0.0, 12.0
	f := sample()[0]
	f.Status, f.Numerator, f.Denominator = metrics.Missing, &none, &none
	other := f
	other.Denominator = &some
	f.Breakdown, other.Breakdown = nil, nil
	whole := sample()[0]
	whole.Breakdown = []metrics.GroupValue{{By: "age", Label: "10 to 14", Numerator: &none, Denominator: &none, Value: &some, Status: metrics.Missing}}
	var b bytes.Buffer
	if err := CSV(&b, []metrics.Figure{f, other, whole}, about(true)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range map[int]string{1: "0/0//[x]", 2: "///[x]", 4: "0/0//[x]"} {
		var got []string
		for _, column := range []string{"numerator", "denominator", "value", "shorthand"} {
			got = append(got, rows[i][slices.Index(Columns, column)])
		}
		if strings.Join(got, "/") != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
}

// Groups stand under their figure, and a suppressed one shows no number in
// either file, whatever it was given with.
func TestBreakdowns(t *testing.T) {
	secret, other := 3.0, 17.0
	f := sample()[0]
	f.Breakdown = []metrics.GroupValue{
		{By: "project", Label: "=Staying Safe", Value: &other, Status: metrics.Available},
		{By: "age", Item: "10-14", Label: "10 to 14", Value: &secret, Numerator: &secret, Lower: &secret, Upper: &secret, Denominator: &secret, Status: metrics.Suppressed},
	}
	missing := f
	missing.Status = metrics.Missing
	var b bytes.Buffer
	if err := CSV(&b, []metrics.Figure{f, missing}, about(true)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	at := func(row []string, column string) string { return row[slices.Index(Columns, column)] }
	if p := rows[2]; at(p, "breakdown_by") != "project" || at(p, "breakdown") != "'=Staying Safe" || at(p, "value") != "17" || at(p, "sample") != "true" || at(p, "accountability") != at(rows[1], "accountability") || at(p, "accountability") == "" || at(p, "sentence") != "" {
		t.Errorf("the project's row is %v", p)
	}
	if g := rows[3]; at(g, "breakdown") != "10 to 14" || at(g, "shorthand") != "[c]" || at(g, "status") != "suppressed" || slices.Contains(g, "3") || at(g, "period") != at(rows[1], "period") {
		t.Errorf("the suppressed group's row is %v", g)
	}
	if at(rows[1], "breakdown_by") != "" || at(rows[4], "breakdown_by") != "" {
		t.Error("a figure's own row is told as a group's")
	}
	b.Reset()
	if err := JSON(&b, []metrics.Figure{f, missing}, about(true)); err != nil {
		t.Fatal(err)
	}
	var objects []struct {
		Breakdown []struct {
			By        string   `json:"breakdown_by"`
			Value     *float64 `json:"value"`
			Lower     *float64 `json:"lower"`
			Shorthand string   `json:"shorthand"`
		} `json:"breakdown"`
	}
	if err := json.Unmarshal(b.Bytes(), &objects); err != nil {
		t.Fatal(err)
	}
	if g := objects[0].Breakdown; len(g) != 2 || *g[0].Value != 17 || g[1].Value != nil || g[1].Lower != nil || g[1].Shorthand != "[c]" || len(objects[1].Breakdown) != 0 {
		t.Errorf("the JSON's groups are %+v", g)
	}
}
