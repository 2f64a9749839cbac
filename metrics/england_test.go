package metrics

import (
	"slices"
	"strings"
	"testing"
)

// withCountry is the small strategy, compared with an England of two forces:
// Ceton, with 2 × 130 offences of violence a month in 2019, and Deton, with 50
// and 49,000 residents in one district. A force and a district of Wales are not
// of it.
func withCountry() (*Strategy, *Facts) {
	s, f := smallStrategy(), smallFacts()
	for i := range s.Indicators {
		s.Indicators[i].Comparators = []string{"corresponding-period", "england"}
	}
	g := f.Geography
	g.ForceOf["E07000001"], g.Names["E07000001"], g.Names["E23000002"] = "E23000002", "Deville", "Deton"
	g.ForceOf["W06000001"], g.Names["W06000001"], g.Names["W15000001"] = "W15000001", "Efyn", "Efon"
	for area, each := range map[string]int64{"E23000002": 50, "W15000001": 7000} {
		f.Files[area] = map[Month]StreetFile{}
		f.Crimes[area] = map[string]map[Month]int64{"Violence and sexual offences": {}, "Anti-social behaviour": {}}
		f.Outcomes[area] = map[string]map[string]map[Month]int64{"Violence and sexual offences": {"Local resolution": {}, "Unable to prosecute suspect": {}, "Under investigation": {}}}
		for m := NewMonth(2018, 1); m <= NewMonth(2019, 12); m++ {
			f.Files[area][m] = StreetFile{Force: g.Names[area] + " Police", HasLSOA: true, Scheme: Scheme2013}
			f.Crimes[area]["Violence and sexual offences"][m] = each
			f.Crimes[area]["Anti-social behaviour"][m] = each
			o := f.Outcomes[area]["Violence and sexual offences"]
			o["Local resolution"][m], o["Unable to prosecute suspect"][m], o["Under investigation"][m] = each/5, each/5, each/5
		}
	}
	f.Residents["E07000001"] = map[int]Estimate{2017: {Persons: 48_000, Base: 2011}, 2018: {Persons: 49_000, Base: 2011}}
	f.Residents["W06000001"] = map[int]Estimate{2018: {Persons: 1, Base: 2011}}
	return s, f
}

// By hand: 3 × 260 + 3 × 50 offences for 101,000 + 50,000 + 49,000 residents.
func TestEngland(t *testing.T) {
	s, f := withCountry()
	figures := Compute(s, f).Figures
	fig := pick(t, figures, "violence-rate", "E08000001", "2019-Q1")
	c, ok := fig.Comparison(WithEngland)
	if !ok || c.Rule != benchmarkRule || c.Period != "2019-Q1" || c.With != "England" {
		t.Fatalf("%+v", c)
	}
	near(t, "England's rate", c.Value, 930.0/200)
	near(t, "England's count", c.Numerator, 930)
	// 390 offences among 101,000: 3.86 (3.49 to 4.26), all below 4.65.
	if c.Direction != Lower || c.Verdict != Better {
		t.Errorf("%s, %s", c.Direction, c.Verdict)
	}
	if want := "930 offences in the files of the 2 English police forces, British Transport Police not among them, for 200,000 residents (ONS mid-2018 population estimates)"; c.Basis != want {
		t.Errorf("made from %s", c.Basis)
	}
	want := "In the quarter ending March 2019, the violence crime rate in Aton was lower than in England (3.9 against 4.7 per 1,000 residents)."
	if !slices.ContainsFunc(fig.Statements, func(st Statement) bool { return st.About == "england" && st.Text == want && !st.Refused }) {
		t.Errorf("%+v", fig.Statements)
	}
	// The year ending has its own estimate and all twelve months.
	year, _ := pick(t, figures, "violence-rate", "E08000001", "YE2019-12").Comparison(WithEngland)
	near(t, "a year ending", year.Value, (12*260.0+12*50)/200)
	// A share is of all forces' offences with a known outcome: 26 + 10 of
	// 156 + 20 are resolved each month.
	share, _ := pick(t, figures, "outcome-share", "E08000001", "2019-Q1").Comparison(WithEngland)
	near(t, "England's share", share.Value, 100*36.0/176)
	for _, x := range figures {
		if _, ok := x.Comparison(WithEngland); ok && x.Area.Code != "E08000001" {
			t.Errorf("%s is set beside England", x.Area.Code)
		}
	}
	if none, _ := pick(t, figures, "robbery-rate", "E08000001", "2019-Q1").Comparison(WithEngland); none.Value == nil || *none.Value != 0 || none.Direction != Similar {
		t.Errorf("no robbery anywhere: %+v", none)
	}
}

func TestEnglandRefused(t *testing.T) {
	const deton = "E23000002"
	feb := NewMonth(2019, 2)
	for name, tt := range map[string]struct {
		change func(*Strategy, *Facts)
		want   string
	}{
		"a force without any file":  {func(_ *Strategy, f *Facts) { delete(f.Files, deton) }, "files of 1 of 2 English forces are imported for all of its months; there is none of Deton"},
		"a force without one month": {func(_ *Strategy, f *Facts) { delete(f.Files[deton], feb) }, "files of 1 of 2 English forces are imported for all of its months; of Deton there are 2 of 3"},
		"a file read for others": {func(_ *Strategy, f *Facts) {
			f.Files[deton][feb] = StreetFile{Force: "Deton Police", ForOthers: true, HasLSOA: true, Scheme: Scheme2013}
		}, "the Deton Police file for February 2019 was read for other areas"},
		"other crime types": {func(_ *Strategy, f *Facts) {
			f.Files[deton][feb] = StreetFile{Force: "Deton Police", HasLSOA: true, Scheme: Scheme2010}
		}, "does not carry over"},
		// As a force that has stopped to supply its crimes, but not its incidents.
		"a force's crimes are not in its file": {func(_ *Strategy, f *Facts) {
			f.Crimes[deton]["Violence and sexual offences"][feb] = 0
			for _, months := range f.Outcomes[deton]["Violence and sexual offences"] {
				months[feb] = 0
			}
		}, "that of Deton for February 2019 holds nothing of the kinds that are counted"},
		"a district without estimate": {func(_ *Strategy, f *Facts) { delete(f.Residents, "E07000001") }, "no population estimate of every English district for 2019 or a year before"},
		"a district left out of the lookups": {func(_ *Strategy, f *Facts) {
			f.Residents[EnglandCode] = map[int]Estimate{2018: {Persons: 230_000, Base: 2011}}
		}, "sum to 200,000 residents and England's own estimate is 230,000"},
		"another census": {func(_ *Strategy, f *Facts) {
			f.Residents["E08000001"] = map[int]Estimate{2017: {Persons: 100_000, Base: 2011}, 2018: {Persons: 101_000, Base: 2021}}
		}, "based on the 2021 Census and that of England on the 2011 Census"},
		"no lookups": {func(_ *Strategy, f *Facts) { f.Geography.ForceOf = map[string]string{"W06000001": "W15000001"} }, "do not say which police forces England has"},
	} {
		t.Run(name, func(t *testing.T) {
			s, f := withCountry()
			tt.change(s, f)
			fig := pick(t, Compute(s, f).Figures, "violence-rate", "E08000001", "2019-Q1")
			refusedWith(t, fig, WithEngland, tt.want)
			if !slices.ContainsFunc(fig.Statements, func(st Statement) bool {
				return st.About == "england" && st.Refused && strings.Contains(st.Text, "Aton is not compared with England: ") && strings.Contains(st.Text, tt.want)
			}) {
				t.Errorf("%+v", fig.Statements)
			}
		})
	}
	// England's own estimate does for a district that has none under its code of today.
	s, f := withCountry()
	f.Residents[EnglandCode] = map[int]Estimate{2018: {Persons: 200_000, Base: 2011}}
	delete(f.Residents, "E07000001")
	if c, _ := pick(t, Compute(s, f).Figures, "violence-rate", "E08000001", "2019-Q1").Comparison(WithEngland); c.Value == nil || *c.Value != 930.0/200 {
		t.Errorf("%+v", c)
	}
	// England's own estimate may be rounded, and a gap in one quarter is none in the next.
	s, f = withCountry()
	f.Residents[EnglandCode] = map[int]Estimate{2018: {Persons: 200_100, Base: 2011}}
	delete(f.Files[deton], feb)
	figures := Compute(s, f).Figures
	if c, _ := pick(t, figures, "violence-rate", "E08000001", "2019-Q2").Comparison(WithEngland); c.Value == nil {
		t.Errorf("%+v", c)
	}
	refusedWith(t, pick(t, figures, "violence-rate", "E08000001", "YE2019-12"), WithEngland, "of Deton there are 11 of 12")
}

// The files of all English forces are asked for only where England is.
func TestNeedsOfEngland(t *testing.T) {
	s, f := withCountry()
	n := NeedsOf(s, f.Geography)
	if !slices.Contains(n.Forces, "E23000001") || !slices.Contains(n.Forces, "E23000002") || len(n.Forces) != 2 || len(n.LADs) != 1 {
		t.Errorf("%+v", n)
	}
	for i := range s.Indicators {
		if s.Indicators[i].Numerator.From != FromDeprivation {
			s.Indicators[i].Comparators = []string{"force"}
		}
	}
	if n := NeedsOf(s, f.Geography); len(n.Forces) != 1 {
		t.Errorf("without England: %v", n.Forces)
	}
}

// England's share of most deprived neighbourhoods is that of the edition.
func TestEnglandOfAnEdition(t *testing.T) {
	s, f := withCountry()
	ranks := func(n int) []DeprivationRank {
		var out []DeprivationRank
		for i := range n {
			r := DeprivationRank{LSOA: "E01" + Ordinal(i), LAD: "E07000001", LADName: "Deville", Rank: i + 1}
			if i < 15 || i >= n-5 { // 15 of Aton's 20 are the most deprived
				r.LAD, r.LADName = "E08000001", "Aton"
			}
			out = append(out, r)
		}
		return out
	}
	f.Editions[2019] = map[string][]DeprivationRank{"imd": ranks(205)}
	figures := Compute(s, f).Figures
	fig := pick(t, figures, "deprived", "E08000001", "IoD2019")
	c, _ := fig.Comparison(WithEngland)
	near(t, "England", c.Value, 100*20.0/205) // the first 20 of 205 are its most deprived tenth
	if c.Direction != Higher || c.Verdict != Worse || c.Basis != "20 of the edition's 205 neighbourhoods" {
		t.Errorf("%+v", c)
	}
	if len(fig.Statements) != 1 || !strings.Contains(fig.Statements[0].Text, "was higher than in England (75.0% against 9.8%).") {
		t.Errorf("%+v", fig.Statements)
	}
	if other := pick(t, figures, "deprived", "E07000001", "IoD2019"); len(other.Statements) != 0 || len(other.Comparisons) != 0 {
		t.Errorf("%+v", other)
	}
	// A file with some of the neighbourhoods says nothing of England.
	f.Editions[2019]["imd"] = ranks(205)[:100]
	f.Editions[2019]["imd"][99].Rank = 32_844
	refusedWith(t, pick(t, Compute(s, f).Figures, "deprived", "E08000001", "IoD2019"), WithEngland, "the edition ranks 32,844 neighbourhoods and 100 of them are held")
}

// A neighbouring force whose files are held for one period and not for the
// other would make a change where there is none.
func TestNeighbouringForceHeldByHalf(t *testing.T) {
	s, f := smallStrategy(), smallFacts()
	held := map[Month]bool{}
	for m := NewMonth(2018, 12); m <= NewMonth(2019, 6); m++ {
		held[m] = true
	}
	f.Beside = map[string]map[string]map[Month]bool{"E08000001": {"Deton Police": held}}
	figures := Compute(s, f).Figures
	for period, want := range map[string]string{
		"2019-Q1":   "Deton Police records crimes in Aton too, and its files are held for all of this period and none of the earlier one",
		"2019-Q4":   "Deton Police records crimes in Aton too, and its files are held for none of this period and 1 of 3 months of the earlier one",
		"2019-Q3":   "",
		"YE2019-12": "Deton Police records crimes in Aton too, and its files are held for 6 of 12 months of this period and 1 of 12 months of the earlier one",
	} {
		fig := pick(t, figures, "violence-rate", "E08000001", period)
		c, _ := fig.Comparison(InTime)
		if c.Direction == NotCompared || c.Care != want || want != "" && !strings.Contains(fig.Sentence, want+".") {
			t.Errorf("%s: %q: %s", period, c.Care, fig.Sentence)
		}
	}
	if c, _ := pick(t, figures, "violence-rate", "E23000001", "2019-Q1").Comparison(InTime); c.Care != "" {
		t.Errorf("the force area: %q", c.Care)
	}
	// With two breaks both are said.
	s.Breaks = []Break{{From: "2019-01", Label: "One", Reason: "one thing changed"}, {From: "2019-02", Label: "Two", Reason: "another did"}}
	if c, _ := pick(t, Compute(s, f).Figures, "violence-rate", "E08000001", "2019-Q1").Comparison(InTime); !strings.HasPrefix(c.Care, "one thing changed; another did; Deton Police records") {
		t.Errorf("%q", c.Care)
	}
}
