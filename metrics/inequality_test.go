package metrics

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics/stats"
)

// unequalFacts are Aton's by LSOA: two LSOAs in each fifth of England, the more
// deprived with more offences, all of one census.
func unequalFacts() *Facts {
	f := smallFacts()
	n := &Neighbourhoods{Vintages: map[int][]string{}, Names: map[string]string{}, Counts: map[string]map[Month][]int64{},
		Residents: map[int]LSOAEstimate{2018: {Label: "ONS mid-2018 population estimate", Base: 2011, Persons: map[string]int64{}, Batches: []int64{7}}}}
	ranks := LSOARanks{Of: 1000, Rank: map[string]int{}, Batch: 9}
	for i := range 10 {
		code := fmt.Sprintf("E010000%02d", i+1)
		n.Codes = append(n.Codes, code)
		n.Vintages[2011] = append(n.Vintages[2011], code)
		n.Residents[2018].Persons[code] = int64(1000 + 100*i)
		ranks.Rank[code] = i*100 + 50
	}
	n.Ranks = map[int]LSOARanks{2015: ranks}
	for _, t := range []string{"Violence and sexual offences", "Robbery"} {
		n.Counts[t] = map[Month][]int64{}
	}
	for m := NewMonth(2018, 1); m <= NewMonth(2019, 12); m++ {
		list := make([]int64, 10)
		for i := range list {
			list[i] = int64(20 - i)
		}
		n.Counts["Violence and sexual offences"][m] = list
	}
	f.Neighbourhoods = n
	return f
}

func unequalStrategy(measures ...InequalityMeasure) *Strategy {
	s := smallStrategy()
	s.Indicators = nil
	for _, m := range measures {
		s.Indicators = append(s.Indicators, Indicator{ID: string(m), Noun: "violence crime", Counted: "offences", Priority: "p", Kind: Inequality, Measure: m, Per: 1000, Decimals: 1,
			Numerator: Measure{From: FromCrimes, Categories: []string{"Violence and sexual offences"}}, Denominator: Measure{From: FromResidents},
			Unit: "per 1,000 residents", Polarity: LowGood, Periods: []PeriodKind{Quarter}, Comparators: []string{"corresponding-period"}})
	}
	return s
}

func TestInequality(t *testing.T) {
	f := unequalFacts()
	figures := Compute(unequalStrategy(Gap, Ratio, SII, RII), f).Figures
	gap := pick(t, figures, "gap", "E08000001", "2019-Q1")
	most, least := 3*39.0/2100, 3*23.0/3700
	near(t, "gap", gap.Value, 1000*(most-least))
	if len(gap.Breakdown) != 5 || gap.Breakdown[0].Label != "Most deprived fifth" {
		t.Fatalf("%+v", gap.Breakdown)
	}
	near(t, "the first fifth's offences", gap.Breakdown[0].Numerator, 117)
	near(t, "the last fifth's residents", gap.Breakdown[4].Denominator, 3700)
	near(t, "all offences", gap.Numerator, 3*155)
	want := "In the quarter ending March 2019, the violence crime rate in the neighbourhoods of Aton that are in the most deprived fifth of England was 55.7 per 1,000 residents, against 18.6 in those in the least deprived: " +
		"a gap of 37.1 (95% interval 26.2 to 48.9), about the same as 37.1 in the corresponding quarter in 2018."
	if gap.Sentence != want {
		t.Errorf("got  %s\nwant %s", gap.Sentence, want)
	}
	if !slices.Equal(gap.Batches, []int64{7, 9}) || gap.Method == "" || gap.IntervalMethod() != "inequality" || !strings.Contains(gap.Denominated, "2015 Index") {
		t.Errorf("%+v", gap)
	}
	if len(gap.Statements) == 0 || gap.Statements[0].About != "relative" || !strings.HasPrefix(gap.Statements[0].Text, "The rate in the most deprived fifth was 3.0 times") {
		t.Errorf("%+v", gap.Statements)
	}
	near(t, "ratio", pick(t, figures, "ratio", "E08000001", "2019-Q1").Value, most/least)

	// The slope is that of package stats, on the same five rates.
	var groups []stats.SIIGroup
	for _, g := range gap.Breakdown {
		se, err := stats.SIIRate.SE(*g.Lower, *g.Upper, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, stats.SIIGroup{Population: *g.Denominator, Value: *g.Value, SE: se})
	}
	result, err := stats.SII(groups, stats.SIIOptions{Scale: stats.SIIRate, Multiplier: -1})
	if err != nil {
		t.Fatal(err)
	}
	sii, rii := pick(t, figures, "sii", "E08000001", "2019-Q1"), pick(t, figures, "rii", "E08000001", "2019-Q1")
	near(t, "SII", sii.Value, result.SII.Value)
	near(t, "RII", rii.Value, result.RII.Value)
	// Fewer draws than the default move a limit by some hundredths of the width.
	for what, pair := range map[string][2]float64{"lower": {*sii.Lower, result.SII.Lower}, "upper": {*sii.Upper, result.SII.Upper}} {
		if math.Abs(pair[0]-pair[1]) > 0.03*(result.SII.Upper-result.SII.Lower) {
			t.Errorf("%s limit: %v with %d draws, %v with 100,000", what, pair[0], siiDraws, pair[1])
		}
	}
	if !strings.Contains(sii.Sentence, " higher at the most deprived end of its neighbourhoods than at the least deprived end (slope index of inequality; 95% interval ") {
		t.Error(sii.Sentence)
	}
	if !strings.Contains(rii.Sentence, " times as high at the most deprived end") {
		t.Error(rii.Sentence)
	}
	for i, fig := range Compute(unequalStrategy(Gap, Ratio, SII, RII), f).Figures {
		if fig.Sentence != figures[i].Sentence {
			t.Errorf("two runs differ: %s", fig.Sentence)
		}
	}
	if sigs := Compute(unequalStrategy(Gap), f).Signals; len(sigs) != 1 || len(sigs[0].Segments) == 0 {
		t.Errorf("signals: %+v", sigs)
	}
}

// What is lacking makes a figure missing, with the reason, and never 0.
func TestInequalityMissing(t *testing.T) {
	none := func(f *Facts, fifth int) {
		for m, list := range f.Neighbourhoods.Counts["Violence and sexual offences"] {
			list = slices.Clone(list)
			list[2*fifth], list[2*fifth+1] = 0, 0
			f.Neighbourhoods.Counts["Violence and sexual offences"][m] = list
		}
	}
	for _, tt := range []struct {
		name    string
		measure InequalityMeasure
		change  func(*Facts)
		want    string
	}{
		{"a month", Gap, func(f *Facts) { delete(f.Files["E08000001"], NewMonth(2019, 2)) }, "February 2019"},
		{"no lookups", Gap, func(f *Facts) { f.Neighbourhoods = nil }, "the lookups name no neighbourhood"},
		{"no Indices", SII, func(f *Facts) { f.Neighbourhoods.Ranks = nil }, "no edition of the Index of Multiple Deprivation"},
		{"no residents", SII, func(f *Facts) { f.Neighbourhoods.Residents = nil }, "no population estimate by neighbourhood"},
		{"nobody in the least deprived fifth", Gap, func(f *Facts) {
			delete(f.Neighbourhoods.Residents[2018].Persons, "E01000009")
			delete(f.Neighbourhoods.Residents[2018].Persons, "E01000010")
		}, "no neighbourhood with residents in the least deprived fifth"},
		{"no offences in the middle", SII, func(f *Facts) { none(f, 2) }, "there were no offences in the middle fifth"},
		{"no offences to divide by", Ratio, func(f *Facts) { none(f, 4) }, "nothing to divide by"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := unequalFacts()
			tt.change(f)
			fig := pick(t, Compute(unequalStrategy(tt.measure), f).Figures, string(tt.measure), "E08000001", "2019-Q1")
			if fig.Status != Missing || fig.Value != nil || fig.Lower != nil || !strings.Contains(fig.Reason, tt.want) || !strings.Contains(fig.Sentence, tt.want) {
				t.Errorf("%s: %q: %v", fig.Status, fig.Reason, fig.Value)
			}
		})
	}
	// A gap needs the two ends only, and 0 is a rate.
	f := unequalFacts()
	none(f, 4)
	if fig := pick(t, Compute(unequalStrategy(Gap), f).Figures, "gap", "E08000001", "2019-Q1"); fig.Status != Available || *fig.Breakdown[4].Value != 0 {
		t.Errorf("%+v", fig)
	}
}

// A later estimate or edition is used where there is none before, and said.
func TestInequalityOfALaterYear(t *testing.T) {
	f := unequalFacts()
	f.Neighbourhoods.Ranks[2025] = f.Neighbourhoods.Ranks[2015]
	delete(f.Neighbourhoods.Ranks, 2015)
	f.Neighbourhoods.Residents[2021] = LSOAEstimate{Label: "Census 2021", Base: 2021, Persons: f.Neighbourhoods.Residents[2018].Persons}
	delete(f.Neighbourhoods.Residents, 2018)
	notes := strings.Join(pick(t, Compute(unequalStrategy(Gap), f).Figures, "gap", "E08000001", "2019-Q1").Notes, " ")
	for _, want := range []string{"by the 2025 Indices of Deprivation, a later year", "a later year, Census 2021"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q does not say %q", notes, want)
		}
	}
}

// Two editions, and two censuses under the residents, are not compared.
func TestInequalityAcrossBreaks(t *testing.T) {
	f := unequalFacts()
	f.Neighbourhoods.Ranks[2019] = f.Neighbourhoods.Ranks[2015]
	fig := pick(t, Compute(unequalStrategy(Gap), f).Figures, "gap", "E08000001", "2019-Q1")
	if cmp := fig.Comparisons[0]; cmp.Direction != NotCompared || !strings.Contains(cmp.Reason, "2019 Indices") || fig.BreakBefore == "" {
		t.Errorf("%+v %q", cmp, fig.BreakBefore)
	}
	f = unequalFacts()
	f.Neighbourhoods.Residents[2019] = LSOAEstimate{Label: "x", Base: 2021, Persons: f.Neighbourhoods.Residents[2018].Persons}
	fig = pick(t, Compute(unequalStrategy(Gap), f).Figures, "gap", "E08000001", "2019-Q1")
	if cmp := fig.Comparisons[0]; cmp.Direction != NotCompared || !strings.Contains(cmp.Reason, "2021 Census") {
		t.Errorf("%+v", cmp)
	}
}

// Splits take the parent's fifth; merges of two fifths are left out of both
// sides; what was cut otherwise is left out.
func TestFifthsThroughChanges(t *testing.T) {
	n := &Neighbourhoods{
		Codes:    []string{"A", "A1", "A2", "B", "C", "BC", "D", "E", "DE", "F", "G"},
		Vintages: map[int][]string{2011: {"A", "B", "C", "D", "E", "F"}, 2021: {"A1", "A2", "BC", "DE", "G"}},
		Changes: []LSOAChange{{2011, "A", "A1", "S"}, {2011, "A", "A2", "S"}, {2011, "B", "BC", "M"}, {2011, "C", "BC", "M"},
			{2011, "D", "DE", "M"}, {2011, "E", "DE", "M"}, {2011, "F", "G", "X"}, {2011, "F", "elsewhere", "X"}, {2001, "old", "A", "S"}},
	}
	by2011 := map[string]int{"A": 1, "B": 2, "C": 3, "D": 4, "E": 4, "F": 5}
	by2021 := map[string]int{"A1": 1, "A2": 2, "BC": 3, "DE": 4, "G": 5}
	for _, tt := range []struct {
		name string
		of   map[string]int
		want string
	}{
		{"on 2011", by2011, "A=1 A1=1 A2=1 B=2 C=3 BC=0 D=4 E=4 DE=4 F=5 G=0"},
		{"on 2021", by2021, "A=0 A1=1 A2=2 B=3 C=3 BC=3 D=4 E=4 DE=4 F=0 G=5"},
		{"on 2001", map[string]int{"old": 1}, "A=1 A1=1 A2=1 B=0 C=0 BC=0 D=0 E=0 DE=0 F=0 G=0"},
	} {
		var got []string
		for _, code := range n.Codes {
			got = append(got, fmt.Sprintf("%s=%d", code, n.fifth(code, tt.of)))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: got  %s\nwant %s", tt.name, s, tt.want)
		}
	}
	var c computation
	// Counts by the codes of 2021, residents by those of 2011, fifths by 2011:
	// BC has two fifths, G was cut otherwise.
	count, persons, note := c.inFifths(n, map[string]int64{"A1": 3, "A2": 4, "BC": 5, "DE": 6, "G": 7}, map[string]int64{"A": 100, "B": 50, "C": 60, "D": 70, "E": 80, "F": 90}, by2011)
	if count != [5]float64{7, 0, 0, 6, 0} || persons != [5]float64{100, 0, 0, 150, 0} {
		t.Errorf("%v %v", count, persons)
	}
	if !strings.Contains(note, "12 offences and 200 residents") {
		t.Error(note)
	}
	// All by one census: nothing is left out.
	if _, _, note := c.inFifths(n, map[string]int64{"B": 1, "C": 2, "F": 3}, map[string]int64{"A": 100, "B": 50, "C": 60, "D": 70, "E": 80, "F": 90}, by2011); note != "" {
		t.Error(note)
	}
	// Counts on the codes of a census.
	for _, tt := range []struct {
		name    string
		vintage int
		values  map[string]int64
		zero    bool
		want    map[string]int64
	}{
		{"new counts on the old codes", 2011, map[string]int64{"A1": 3, "A2": 4, "DE": 6}, true, map[string]int64{"A": 7, "B": 0, "C": 0, "F": 0}},
		{"old counts on the new codes", 2021, map[string]int64{"A": 3, "B": 1, "C": 2}, true, map[string]int64{"BC": 3, "DE": 0, "G": 0}},
		{"old residents on the new codes", 2021, map[string]int64{"A": 9, "B": 1, "C": 2, "D": 5}, false, map[string]int64{"BC": 3}},
		{"residents of both censuses", 2021, map[string]int64{"A": 9, "A1": 4, "A2": 5}, false, map[string]int64{"A1": 4, "A2": 5}},
		{"cut otherwise", 2021, map[string]int64{"F": 9}, true, map[string]int64{"A1": 0, "A2": 0, "BC": 0, "DE": 0}},
	} {
		if got := n.on(n.Vintages[tt.vintage], tt.values, tt.zero); !maps.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
