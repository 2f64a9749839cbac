package metrics

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// facts of a small city, Aton (E08000001), with a neighbour, Beton, in the
// force area of Ceton; two years from January 2018.
func smallFacts() *Facts {
	g := NewGeography()
	g.Names = map[string]string{"E08000001": "Aton", "E08000002": "Beton", "E23000001": "Ceton"}
	g.ForceOf = map[string]string{"E08000001": "E23000001", "E08000002": "E23000001"}
	f := &Facts{Geography: g, Files: map[string]map[Month]StreetFile{}, Crimes: map[string]map[string]map[Month]int64{},
		Outcomes: map[string]map[string]map[string]map[Month]int64{}, Editions: map[int]map[string][]DeprivationRank{},
		Residents: map[string]map[int]Estimate{
			"E08000001": {2017: {Persons: 100_000, Base: 2011}, 2018: {Persons: 101_000, Base: 2011}},
			"E08000002": {2017: {Persons: 50_000, Base: 2011}, 2018: {Persons: 50_000, Base: 2011}},
		}}
	for _, area := range []string{"E08000001", "E23000001"} {
		f.Files[area] = map[Month]StreetFile{}
		f.Crimes[area] = map[string]map[Month]int64{"Robbery": {}, "Violence and sexual offences": {}}
		f.Outcomes[area] = map[string]map[string]map[Month]int64{"Violence and sexual offences": {"Local resolution": {}, "Under investigation": {}, "Unable to prosecute suspect": {}}}
		for m := NewMonth(2018, 1); m <= NewMonth(2019, 12); m++ {
			f.Files[area][m] = StreetFile{Force: "Ceton Police", HasLSOA: true, Scheme: Scheme2013}
			n := int64(100)
			if m.Year() == 2019 {
				n = 130
			}
			if area == "E23000001" {
				n *= 2
			}
			f.Crimes[area]["Violence and sexual offences"][m] = n
			o := f.Outcomes[area]["Violence and sexual offences"]
			o["Local resolution"][m], o["Unable to prosecute suspect"][m], o["Under investigation"][m] = n/10, n/2, n/10
		}
	}
	return f
}

func smallStrategy() *Strategy {
	violence := []string{"Violence and sexual offences"}
	return &Strategy{
		Area:       Area{Code: "E08000001", Kind: LAD},
		Priorities: []Priority{{ID: "p", Number: 1, Title: "P"}},
		Indicators: []Indicator{
			{ID: "violence-rate", Title: "Violence", Noun: "violence crime", Counted: "offences", Priority: "p", Kind: CrudeRate, Per: 1000, Decimals: 1,
				Numerator: Measure{From: FromCrimes, Categories: violence}, Denominator: Measure{From: FromResidents},
				Unit: "per 1,000 residents", Polarity: LowGood, Periods: []PeriodKind{Quarter, YearEnding}, Comparators: []string{"corresponding-period", "force"}, Headline: true},
			{ID: "robbery-rate", Title: "Robbery", Noun: "robbery", Counted: "offences", Priority: "p", Kind: CrudeRate, Per: 1000, Decimals: 1,
				Numerator: Measure{From: FromCrimes, Categories: []string{"Robbery"}}, Denominator: Measure{From: FromResidents},
				Unit: "per 1,000 residents", Polarity: LowGood, Periods: []PeriodKind{Quarter}},
			{ID: "outcome-share", Title: "Outcomes", Noun: "share of offences resolved", Counted: "offences", Priority: "p", Kind: Proportion, Per: 100, Decimals: 1,
				Numerator:   Measure{From: FromOutcomes, Categories: violence, Outcomes: []string{"Local resolution"}},
				Denominator: Measure{From: FromOutcomes, Categories: violence, Except: []string{"Under investigation"}, Label: "known outcomes"},
				Unit:        "%", Polarity: HighGood, Periods: []PeriodKind{Quarter}},
			{ID: "deprived", Title: "Deprived", Noun: "share of neighbourhoods", Counted: "neighbourhoods", Priority: "p", Kind: Proportion, Per: 100, Decimals: 1,
				Numerator: Measure{From: FromDeprivation, Domain: "imd", MostDeprived: 10}, Denominator: Measure{From: FromDeprivation, Domain: "imd"},
				Unit: "%", Polarity: LowGood, Periods: []PeriodKind{Edition}},
		},
	}
}

func pick(t *testing.T, figures []Figure, indicator, area, period string) Figure {
	t.Helper()
	for _, f := range figures {
		if f.Indicator == indicator && f.Area.Code == area && f.Period.Code() == period {
			return f
		}
	}
	t.Fatalf("there is no figure %s %s %s", indicator, area, period)
	return Figure{}
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 1e-9 {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestRates(t *testing.T) {
	figures := Compute(smallStrategy(), smallFacts()).Figures
	q := pick(t, figures, "violence-rate", "E08000001", "2019-Q1")
	near(t, "numerator", q.Numerator, 390)
	near(t, "denominator", q.Denominator, 101_000)
	near(t, "rate", q.Value, 390.0/101)
	if q.Denominated != "ONS mid-2018 population estimate" || len(q.Notes) != 1 {
		t.Errorf("a later period does not say that it uses an earlier estimate: %q %q", q.Denominated, q.Notes)
	}
	want := "In the quarter ending March 2019, violence crime rates were up in Aton and up in the Ceton force area, compared with the corresponding quarter in 2018. The rate in Aton was 3.9 per 1,000 residents (390 offences), from 3.0 (300)."
	if q.Sentence != want {
		t.Errorf("got  %s\nwant %s", q.Sentence, want)
	}
	if c := q.Comparisons[0]; c.Verdict != Worse || c.Period != "2018-Q1" || *c.Lower <= 1 || c.Rule == "" {
		t.Errorf("comparison: %+v", c)
	}
	force := pick(t, figures, "violence-rate", "E23000001", "2019-Q1")
	near(t, "force's rate, of the residents of both districts", force.Value, 780.0/151)

	// The first year has nothing to be compared with, and says so.
	first := pick(t, figures, "violence-rate", "E08000001", "2018-Q1")
	if c := first.Comparisons[0]; c.Direction != NotCompared || c.Reason == "" {
		t.Errorf("comparison: %+v", c)
	}
	// A year ending's midpoint decides on the estimate: YE2018-12 has 2018's.
	year := pick(t, figures, "violence-rate", "E08000001", "YE2018-12")
	near(t, "year ending", year.Value, 1200.0/101)
	for _, f := range figures {
		if f.Period.Code() == "YE2018-09" {
			t.Error("a year ending is given before the series has twelve months")
		}
	}
}

// No robbery in a month that has a file is a true zero, with an upper limit.
func TestZeroIsAFigure(t *testing.T) {
	q := pick(t, Compute(smallStrategy(), smallFacts()).Figures, "robbery-rate", "E08000001", "2019-Q1")
	near(t, "rate", q.Value, 0)
	if q.Status != Available || *q.Upper <= 0 || q.Method != "Exact" {
		t.Errorf("%+v", q)
	}
	if c := q.Comparisons[0]; c.Direction != AboutSame {
		t.Errorf("nothing against nothing is %s", c.Direction)
	}
}

func TestMissingMonths(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Facts)
		period string
		want   string
	}{
		{"a month without a file", func(f *Facts) { delete(f.Files["E08000001"], NewMonth(2019, 7)) }, "2019-Q3", "the Ceton Police file for July 2019 has not been imported"},
		{"a year with such a month", func(f *Facts) { delete(f.Files["E08000001"], NewMonth(2019, 7)) }, "YE2019-12", "the Ceton Police file for July 2019 has not been imported"},
		{"two of them", func(f *Facts) {
			delete(f.Files["E08000001"], NewMonth(2019, 7))
			delete(f.Files["E08000001"], NewMonth(2019, 8))
		}, "2019-Q3", "the Ceton Police files for July 2019 and August 2019 have not been imported"},
		{"the newest quarter not whole yet", func(f *Facts) { delete(f.Files["E08000001"], NewMonth(2019, 12)) }, "2019-Q4", "the Ceton Police file for December 2019 has not come in yet"},
		{"read for other areas", func(f *Facts) {
			f.Files["E08000001"][NewMonth(2019, 7)] = StreetFile{Force: "Ceton Police", HasLSOA: true, Scheme: Scheme2013, ForOthers: true}
		},
			"2019-Q3", "the Ceton Police file for July 2019 was read for other areas: import it again"},
		{"no LSOAs", func(f *Facts) {
			f.Files["E08000001"][NewMonth(2019, 7)] = StreetFile{Force: "Ceton Police", Scheme: Scheme2013}
		},
			"2019-Q3", "names no LSOA"},
		{"other crime types", func(f *Facts) {
			f.Files["E08000001"][NewMonth(2019, 7)] = StreetFile{Force: "Ceton Police", HasLSOA: true, Scheme: Scheme2010}
		},
			"2019-Q3", "does not carry over"},
		{"no population", func(f *Facts) { f.Residents = nil }, "2019-Q3", "no population estimate of Aton for 2019 or a year before it has been imported"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := smallFacts()
			tt.change(f)
			fig := pick(t, Compute(smallStrategy(), f).Figures, "violence-rate", "E08000001", tt.period)
			if fig.Status != Missing || fig.Value != nil || fig.Lower != nil || fig.Numerator != nil {
				t.Errorf("got a figure: %+v", fig)
			}
			if !strings.Contains(fig.Reason, tt.want) || !strings.Contains(fig.Sentence, tt.want) || !strings.HasPrefix(fig.Sentence, "There is no figure for Aton") {
				t.Errorf("got %q: %q", fig.Reason, fig.Sentence)
			}
		})
	}
}

// A quarter whose corresponding quarter is missing is a figure that is not compared.
func TestNotComparedWithAGap(t *testing.T) {
	f := smallFacts()
	delete(f.Files["E08000001"], NewMonth(2018, 7))
	fig := pick(t, Compute(smallStrategy(), f).Figures, "violence-rate", "E08000001", "2019-Q3")
	if fig.Status != Available || fig.Comparisons[0].Direction != NotCompared {
		t.Fatalf("%+v", fig)
	}
	if want := "It is not compared with the corresponding quarter: the Ceton Police file for July 2018 has not been imported."; !strings.HasSuffix(fig.Sentence, want) {
		t.Errorf("got %q", fig.Sentence)
	}
}

// Rates on estimates of two censuses are not one series.
func TestRebasing(t *testing.T) {
	f := smallFacts()
	f.Residents["E08000001"][2019] = Estimate{Persons: 90_000, Base: 2021}
	figures := Compute(smallStrategy(), f).Figures
	fig := pick(t, figures, "violence-rate", "E08000001", "2019-Q1")
	if c := fig.Comparisons[0]; c.Direction != NotCompared || !strings.Contains(c.Reason, "2021 Census") {
		t.Errorf("%+v", c)
	}
	if fig.BreakBefore == "" {
		t.Error("the break is not marked")
	}
	if next := pick(t, figures, "violence-rate", "E08000001", "2019-Q2"); next.BreakBefore != "" {
		t.Error("the break is marked twice")
	}
}

func TestOutcomeShare(t *testing.T) {
	fig := pick(t, Compute(smallStrategy(), smallFacts()).Figures, "outcome-share", "E08000001", "2018-Q1")
	near(t, "share", fig.Value, 100*30.0/180) // 10 of 60 known outcomes a month
	near(t, "denominator", fig.Denominator, 180)
	if fig.Method != "Wilson" || *fig.Lower < 0 || *fig.Upper > 100 {
		t.Errorf("%+v", fig)
	}
	f := smallFacts()
	f.Outcomes = nil
	if fig := pick(t, Compute(smallStrategy(), f).Figures, "outcome-share", "E08000001", "2018-Q1"); fig.Status != Missing {
		t.Errorf("a share of nothing is %v", *fig.Value)
	}
}

// ranks gives n LSOAs; the district of each is named by the rank.
func ranks(n int, district func(rank int) string) []DeprivationRank {
	var out []DeprivationRank
	for r := 1; r <= n; r++ {
		lad := district(r)
		out = append(out, DeprivationRank{LSOA: fmt.Sprintf("E01%06d", r), LAD: lad, LADName: "Name of " + lad, Rank: r})
	}
	return out
}

func TestEditions(t *testing.T) {
	f := smallFacts()
	// 105 LSOAs: the most deprived tenth is ranks 1 to 10.
	f.Editions[2015] = map[string][]DeprivationRank{"imd": ranks(105, func(r int) string {
		if r <= 4 || r > 100 {
			return "E08000001" // 4 of 9
		}
		if r <= 50 {
			return "E08000002" // 6 of 46
		}
		return "E08000003" // none
	})}
	f.Editions[2019] = map[string][]DeprivationRank{"imd": ranks(105, func(r int) string {
		if r == 10 || r > 97 {
			return "E08000001" // 1 of 9
		}
		if r <= 9 {
			return "E08000002" // all of 9
		}
		return "E08000003"
	})}
	figures := Compute(smallStrategy(), f).Figures
	old := pick(t, figures, "deprived", "E08000001", "IoD2015")
	near(t, "share", old.Value, 100*4.0/9)
	if *old.Rank != 1 || *old.RankOf != 3 {
		t.Errorf("rank %d of %d", *old.Rank, *old.RankOf)
	}
	now := pick(t, figures, "deprived", "E08000001", "IoD2019")
	if *now.Rank != 2 || now.Comparisons[0].Direction != Down || now.Comparisons[0].Verdict != Better || now.BreakBefore == "" {
		t.Errorf("%+v", now)
	}
	want := "In 2019, 11.1% of the neighbourhoods in Aton (1 of 9) were amongst the 10% most deprived in England (rank: 2nd of 3 districts), down from 44.4% in 2015 (rank: 1st of 3)."
	if !strings.HasPrefix(now.Sentence, want) {
		t.Errorf("got  %s\nwant %s", now.Sentence, want)
	}
	if other := pick(t, figures, "deprived", "E08000003", "IoD2015"); *other.Value != 0 || *other.Rank != 3 {
		t.Errorf("%+v", other)
	}
}

// An edition's own code for a renamed district is the strategy's area; parts of
// a merged one are summed without a rank.
func TestEditionsOfOtherCodes(t *testing.T) {
	f := smallFacts()
	f.Geography.Successor = map[string]string{"E07000001": "E08000001"}
	f.Editions[2015] = map[string][]DeprivationRank{"imd": ranks(100, func(r int) string {
		if r <= 10 {
			return "E07000001"
		}
		return "E08000002"
	})}
	figures := Compute(smallStrategy(), f).Figures
	if fig := pick(t, figures, "deprived", "E08000001", "IoD2015"); fig.Rank == nil || *fig.Rank != 1 || fig.Area.Name != "Aton" {
		t.Errorf("renamed: %+v", fig)
	}
	f.Geography.Successor["E08000002"] = "E08000001"
	figures = Compute(smallStrategy(), f).Figures
	fig := pick(t, figures, "deprived", "E08000001", "IoD2015")
	if fig.Rank != nil || *fig.Denominator != 100 || len(fig.Notes) == 0 {
		t.Errorf("merged: %+v", fig)
	}
	if part := pick(t, figures, "deprived", "E07000001", "IoD2015"); *part.Denominator != 10 {
		t.Errorf("part: %+v", part)
	}
}

func TestEqualSharesShareTheRank(t *testing.T) {
	f := smallFacts()
	f.Editions[2015] = map[string][]DeprivationRank{"imd": ranks(40, func(r int) string {
		return []string{"E08000001", "E08000002", "E08000003", "E08000004"}[r%4]
	})} // ranks 1 to 4: one in each of the four districts of ten
	for _, code := range []string{"E08000001", "E08000002", "E08000003", "E08000004"} {
		if fig := pick(t, Compute(smallStrategy(), f).Figures, "deprived", code, "IoD2015"); *fig.Rank != 1 {
			t.Errorf("%s ranks %d", code, *fig.Rank)
		}
	}
}

func TestNothingToCompute(t *testing.T) {
	f := &Facts{Geography: NewGeography()}
	if got := Compute(smallStrategy(), f).Figures; len(got) != 0 {
		t.Errorf("figures out of nothing: %+v", got)
	}
	s := smallStrategy()
	sum := Summarise(s, nil)
	if sum.Headline == "" || sum.Priorities[0].Verdict != NoCompared || sum.Priorities[0].Words != "Waiting for data" {
		t.Errorf("%+v", sum)
	}
}

func TestSummarise(t *testing.T) {
	s := smallStrategy()
	figures := Compute(s, smallFacts()).Figures
	sum := Summarise(s, figures)
	p := sum.Priorities[0]
	if p.Verdict != Worse || p.Words != "Violence: getting worse" || len(p.Indicators) != 1 {
		t.Fatalf("%+v", p)
	}
	i := p.Indicators[0]
	if i.Latest.Period.Code() != "2019-Q4" || i.Words != "Up on the corresponding quarter of 2018" {
		t.Errorf("%s: %s", i.Latest.Period.Code(), i.Words)
	}
	if sum.Headline != "In E08000001 violence is up on a year ago (quarter ending December 2019)." {
		t.Errorf("headline: %s", sum.Headline)
	}
}

// A month stands in a sentence without an article.
func TestMonthlySentence(t *testing.T) {
	s := smallStrategy()
	s.Indicators[0].Periods = []PeriodKind{Monthly}
	f := smallFacts()
	delete(f.Files["E08000001"], NewMonth(2019, 7))
	figures := Compute(s, f).Figures
	for period, want := range map[string]string{
		"2019-03": "In March 2019, the violence crime rate in Aton was 1.3 per 1,000 residents (130 offences)",
		"2019-07": "There is no figure for Aton for July 2019: the Ceton Police file for July 2019 has not been imported.",
	} {
		if got := pick(t, figures, "violence-rate", "E08000001", period).Sentence; !strings.HasPrefix(got, want) {
			t.Errorf("got %q", got)
		}
	}
}
