package metrics

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden file anew")

// book is every form of sentence, each in each outcome, in order.
type book struct {
	t     *testing.T
	forms []string            // in the order of their first sentence
	lines map[string][]string // by form
	texts []string
	said  map[string]bool // form and outcome
	seen  map[string]bool // values of the constants that sentences were made from
}

func newBook(t *testing.T) *book {
	return &book{t: t, lines: map[string][]string{}, said: map[string]bool{}, seen: map[string]bool{}}
}

// add writes down an outcome of a form with its sentences.
func (b *book) add(form, outcome string, texts ...string) {
	b.t.Helper()
	if key := form + ": " + outcome; b.said[key] {
		b.t.Errorf("%s is said twice", key)
	} else {
		b.said[key] = true
	}
	if len(b.lines[form]) == 0 {
		b.forms = append(b.forms, form)
	}
	if len(texts) == 0 || slices.Contains(texts, "") {
		b.t.Errorf("%s, %s: nothing is said", form, outcome)
	}
	for _, s := range texts {
		b.lines[form] = append(b.lines[form], outcome+": "+strings.ReplaceAll(s, "\n", " / "))
		b.texts = append(b.texts, s)
	}
}

// text is the whole book.
func (b *book) text() string {
	var out strings.Builder
	for i, form := range b.forms {
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "# %s\n%s\n", form, strings.Join(b.lines[form], "\n"))
	}
	return out.String()
}

// see notes what a figure's sentences were made from.
func (b *book) see(ind Indicator, figs ...Figure) {
	b.seen[string(ind.Kind)], b.seen[string(ind.Measure)], b.seen[string(ind.Polarity)] = true, true, true
	for _, f := range figs {
		b.seen[string(f.Status)], b.seen[string(f.Period.Kind)], b.seen[string(f.Area.Kind)] = true, true, true
		for _, c := range f.Comparisons {
			b.seen[string(c.Kind)], b.seen[string(c.Direction)], b.seen[string(c.Verdict)] = true, true, true
		}
	}
}

// figure writes down a figure's first sentence.
func (b *book) figure(form, outcome string, s *Strategy, fig Figure) {
	b.t.Helper()
	ind, _ := s.Indicator(fig.Indicator)
	b.see(ind, fig)
	b.add(form, outcome, fig.Sentence)
}

// about writes down what a figure says of one of its comparisons.
func (b *book) about(form, outcome string, s *Strategy, fig Figure, about string) {
	b.t.Helper()
	ind, _ := s.Indicator(fig.Indicator)
	b.see(ind, fig)
	for _, st := range fig.Statements {
		if st.About == about {
			b.add(form, outcome, st.Text)
			return
		}
	}
	b.t.Errorf("%s, %s: there is no statement about %s: %+v", form, outcome, about, fig.Statements)
}

const own, beton, force = "E08000001", "E08000002", "E23000001"

// set gives an area's months of a year so many offences each.
func set(f *Facts, area, crime string, year int, n int64) {
	for m := NewMonth(year, 1); m <= NewMonth(year, 12); m++ {
		f.Crimes[area][crime][m] = n
	}
}

var moves = []struct {
	word  string
	count int64 // a month in 2019, after 1,000
}{{"up", 1300}, {"down", 700}, {"about the same", 1005}}

const violence, robbery = "Violence and sexual offences", "Robbery"

// thousands are the small facts with offences in thousands.
func thousands() *Facts {
	f := smallFacts()
	set(f, own, violence, 2018, 1000)
	set(f, own, violence, 2019, 1000)
	set(f, force, violence, 2018, 2000)
	set(f, force, violence, 2019, 2000)
	return f
}

func (b *book) changes() {
	t := b.t
	for _, here := range moves {
		for _, there := range moves {
			s, f := smallStrategy(), thousands()
			set(f, own, violence, 2019, here.count)
			set(f, force, violence, 2019, 2*there.count)
			b.figure("change of a rate in a quarter", here.word+", the force area "+there.word, s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2019-Q1"))
		}
		s, f := smallStrategy(), thousands()
		f.Geography.ForceOf = nil
		set(f, own, violence, 2019, here.count)
		b.figure("change of a rate in a quarter", here.word+", no force area", s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2019-Q1"))
		s.Indicators[0].Polarity = NoJudgment
		fig := pick(t, Compute(s, f).Figures, "violence-rate", own, "2019-Q1")
		b.figure("change of a rate in a quarter", here.word+", no judgement", s, fig)
	}
	s, f := smallStrategy(), thousands()
	b.figure("change of a rate in a quarter", "of the force area", s, pick(t, Compute(s, f).Figures, "violence-rate", force, "2019-Q1"))
	for _, tt := range []struct {
		name      string
		then, now int64
	}{{"none and none before", 0, 0}, {"none after some", 8, 0}, {"some after none", 0, 8}, {"one", 0, 1}} {
		f := thousands()
		f.Crimes[own][robbery][NewMonth(2018, 2)] = tt.then
		f.Crimes[own][robbery][NewMonth(2019, 2)] = tt.now
		b.figure("change of a small rate in a quarter", tt.name, s, pick(t, Compute(s, f).Figures, "robbery-rate", own, "2019-Q1"))
	}
	s.Breaks = []Break{{From: "2019-01", To: "2019-03", Reason: "people were kept at home"}, {From: "2019-02", Reason: "the force began to record stalking as an offence of its own"}}
	b.figure("change of a rate in a quarter", "with care", s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2019-Q1"))
	f.Beside = map[string]map[string]map[Month]bool{own: {"Deton Police": {NewMonth(2019, 1): true}, "Eton Police": {NewMonth(2018, 1): true, NewMonth(2018, 2): true, NewMonth(2018, 3): true}}}
	s.Breaks = nil
	b.figure("change of a rate in a quarter", "with files of other forces", s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2019-Q1"))
}

func (b *book) levels() {
	t := b.t
	for _, kind := range []PeriodKind{YearEnding, Monthly} {
		period := map[PeriodKind]string{YearEnding: "YE2019-12", Monthly: "2019-11"}[kind]
		for _, here := range moves {
			s, f := smallStrategy(), thousands()
			s.Indicators[0].Periods = []PeriodKind{kind}
			set(f, own, violence, 2019, here.count)
			b.figure("level of a rate", string(kind)+", "+here.word, s, pick(t, Compute(s, f).Figures, "violence-rate", own, period))
		}
	}
	s := smallStrategy()
	for _, p := range []Period{FinancialYearFrom(2018), YearToDateIn(NewMonth(2018, 9))} {
		before, _ := p.YearBefore()
		now, then := rateOf(s.Indicators[0], p, 900, 101_000), rateOf(s.Indicators[0], before, 600, 101_000)
		cmp := Comparison{Kind: InTime, With: beforeWords[p.Kind], Period: before.Code()}
		setBeside(s.Indicators[0], &cmp, now, then)
		now.Comparisons = []Comparison{cmp}
		now.Sentence = sentence(s.Indicators[0], now, nil)
		b.figure("level of a rate", string(p.Kind)+", up", s, now)
	}
	now := rateOf(s.Indicators[0], SinceStartOf(NewMonth(2018, 4), NewMonth(2019, 3)), 900, 101_000)
	now.Sentence = sentence(s.Indicators[0], now, nil)
	b.figure("level of a rate", "since a start", s, now)
}

func rateOf(ind Indicator, p Period, count, residents float64) Figure {
	fig := Figure{Indicator: ind.ID, Area: Area{Code: own, Name: "Aton", Kind: LAD}, Period: p, Unit: ind.Unit, Status: Missing, Numerator: &count, Denominator: &residents}
	measure(ind, &fig)
	return fig
}

func (b *book) shares() {
	t := b.t
	for _, tt := range []struct {
		word      string
		then, now int64 // of 600
	}{{"up", 100, 300}, {"down", 300, 100}, {"about the same", 100, 101}, {"none", 0, 0}, {"one", 1, 1}, {"all", 600, 600}} {
		s, f := smallStrategy(), thousands()
		s.Indicators[2].Whole = "offences with a known outcome"
		for m := NewMonth(2018, 1); m <= NewMonth(2019, 12); m++ {
			n := tt.then
			if m.Year() == 2019 {
				n = tt.now
			}
			o := f.Outcomes[own][violence]
			o["Local resolution"][m], o["Unable to prosecute suspect"][m] = n, 600-n
			if tt.word == "one" && m.Of() != 2 {
				o["Local resolution"][m], o["Unable to prosecute suspect"][m] = 0, 0
			}
			if tt.word == "one" && m.Of() == 2 {
				o["Unable to prosecute suspect"][m] = 0
			}
		}
		b.figure("share", tt.word, s, pick(t, Compute(s, f).Figures, "outcome-share", own, "2019-Q1"))
	}
}

// edition is 100 neighbourhoods of which the own district has the ranks from
// one to another, under the same codes whichever they are.
func edition(from, to int) map[string][]DeprivationRank {
	var out []DeprivationRank
	for r := 1; r <= 100; r++ {
		rank := DeprivationRank{LSOA: fmt.Sprintf("E01B%04d", r), LAD: beton, Rank: r}
		if r >= from && r <= to {
			rank.LSOA, rank.LAD, rank.LADName = fmt.Sprintf("E01A%04d", r-from), own, "Aton"
		}
		out = append(out, rank)
	}
	return map[string][]DeprivationRank{"imd": out}
}

func (b *book) editions() {
	t := b.t
	form := "edition of the Indices"
	for _, tt := range []struct {
		word      string
		then, now [2]int
	}{
		{"up", [2]int{8, 27}, [2]int{2, 21}}, {"down", [2]int{2, 21}, [2]int{8, 27}},
		{"about the same", [2]int{2, 21}, [2]int{2, 21}}, {"up, redrawn", [2]int{8, 27}, [2]int{2, 22}}, {"none and none before", [2]int{50, 60}, [2]int{50, 60}},
	} {
		s, f := smallStrategy(), smallFacts()
		s.Indicators[3].Comparators = []string{"england"}
		f.Editions[2015], f.Editions[2019] = edition(tt.then[0], tt.then[1]), edition(tt.now[0], tt.now[1])
		figures := Compute(s, f).Figures
		b.figure(form, tt.word, s, pick(t, figures, "deprived", own, "IoD2019"))
		if tt.word == "up" {
			b.figure(form, "the first", s, pick(t, figures, "deprived", own, "IoD2015"))
		}
	}
	s, f := smallStrategy(), smallFacts()
	f.Editions[2015] = map[string][]DeprivationRank{"imd": ranks(100, func(r int) string { return []string{"E07000001", "E07000002", beton}[r%3] })}
	f.Geography.Successor = map[string]string{"E07000001": own, "E07000002": own}
	b.figure(form, "of a merged district, without a rank", s, pick(t, Compute(s, f).Figures, "deprived", own, "IoD2015"))
	for _, code := range slices.Sorted(maps.Keys(domainWords)) {
		s, f := smallStrategy(), smallFacts()
		s.Indicators[3].Numerator.Domain, s.Indicators[3].Denominator.Domain = code, code
		f.Editions[2015] = map[string][]DeprivationRank{code: edition(8, 27)["imd"]}
		b.figure(form, "by "+code, s, pick(t, Compute(s, f).Figures, "deprived", own, "IoD2015"))
	}
}

// unequally are the facts by LSOA with these counts in every month of 2018 and
// of 2019.
func unequally(then, now func(i int) int64) *Facts {
	f := unequalFacts()
	for m := range f.Neighbourhoods.Counts[violence] {
		list := make([]int64, 10)
		for i := range list {
			if list[i] = then(i); m.Year() == 2019 {
				list[i] = now(i)
			}
		}
		f.Neighbourhoods.Counts[violence][m] = list
	}
	return f
}

// Counts by LSOA, the most deprived first.
func even(i int) int64   { return 10 + int64(i) } // as many to a resident in each
func steep(i int) int64  { return 20 - int64(i) }
func upside(i int) int64 { return 5 + 6*int64(i) }
func ending(i int) int64 { return max(0, 16-2*int64(i)) } // none in the least deprived fifth

func (b *book) inequalities() {
	t := b.t
	s := unequalStrategy(Gap, Ratio, SII, RII)
	for _, measure := range []InequalityMeasure{Gap, Ratio, SII, RII} {
		form := "inequality, " + string(measure)
		for _, tt := range []struct {
			word string
			f    *Facts
		}{
			{"up", unequally(even, steep)}, {"down", unequally(steep, even)}, {"about the same", unequally(steep, steep)}, {"the other way about", unequally(even, upside)},
		} {
			figures := Compute(s, tt.f).Figures
			fig := pick(t, figures, string(measure), own, "2019-Q1")
			b.figure(form, tt.word, s, fig)
			if tt.word == "about the same" {
				b.figure(form, "not compared", s, pick(t, figures, string(measure), own, "2018-Q1"))
			}
			if (measure == Gap || measure == Ratio) && (tt.word == "up" || tt.word == "the other way about") {
				b.about(form, tt.word+", beside it", s, fig, map[InequalityMeasure]string{Gap: "relative", Ratio: "absolute"}[measure])
			}
		}
		none := Compute(s, unequally(steep, ending)).Figures
		fig := pick(t, none, string(measure), own, "2019-Q1")
		b.figure(form, "none in the least deprived fifth", s, fig)
		if measure == Gap {
			b.about(form, "none in the least deprived fifth, beside it", s, fig, "relative")
		}
	}
	form := "inequality, not available"
	for _, tt := range []struct {
		name    string
		measure InequalityMeasure
		change  func(*Facts)
	}{
		{"no neighbourhoods", Gap, func(f *Facts) { f.Neighbourhoods.Codes = nil }},
		{"no edition", Gap, func(f *Facts) { f.Neighbourhoods.Ranks = nil }},
		{"no residents", Gap, func(f *Facts) { f.Neighbourhoods.Residents = nil }},
		{"nobody in a fifth", Gap, func(f *Facts) {
			f.Neighbourhoods.Residents[2018].Persons["E01000001"], f.Neighbourhoods.Residents[2018].Persons["E01000002"] = 0, 0
		}},
		{"nobody in the second", SII, func(f *Facts) {
			f.Neighbourhoods.Residents[2018].Persons["E01000003"], f.Neighbourhoods.Residents[2018].Persons["E01000004"] = 0, 0
		}},
		{"nobody in the fourth", SII, func(f *Facts) {
			f.Neighbourhoods.Residents[2018].Persons["E01000007"], f.Neighbourhoods.Residents[2018].Persons["E01000008"] = 0, 0
		}},
		{"a slope through nothing", RII, func(f *Facts) {
			for m := range f.Neighbourhoods.Counts[violence] {
				f.Neighbourhoods.Counts[violence][m] = []int64{200, 200, 30, 30, 20, 20, 10, 10, 1, 1}
			}
		}},
	} {
		f := unequalFacts()
		tt.change(f)
		b.figure(form, tt.name, s, pick(t, Compute(s, f).Figures, string(tt.measure), own, "2019-Q1"))
	}
	f := unequalFacts()
	f.Neighbourhoods.Ranks[2019] = f.Neighbourhoods.Ranks[2015]
	b.figure("inequality, not compared", "another edition", s, pick(t, Compute(s, f).Figures, string(Gap), own, "2019-Q1"))
	f = unequalFacts()
	f.Neighbourhoods.Ranks = map[int]LSOARanks{2025: f.Neighbourhoods.Ranks[2015]}
	fig := pick(t, Compute(s, f).Figures, string(Gap), own, "2018-Q1")
	b.add("inequality, notes", "a later edition and a later estimate", fig.Notes...)
	b.add("inequality, notes", "residents", fig.Denominated)
	for _, ind := range s.Indicators { // no strategy has such a target yet
		ind.Target = &Target{Value: 10, By: "2023-Q1"}
		b.add("inequality, target", ind.ID, statement(ind, fig, Comparison{Kind: WithTarget, Direction: OffTrack, Value: &ind.Target.Value}).Text)
	}
	s.Breaks = []Break{{From: "2019-01", To: "2019-03", Reason: "people were kept at home"}}
	b.figure("inequality, with care", "gap", s, pick(t, Compute(s, unequalFacts()).Figures, string(Gap), own, "2019-Q1"))

	// Ground that is in no fifth is left out, and the figure says how much that is.
	for _, persons := range []int64{1, 1200} {
		f := unequalFacts()
		n := f.Neighbourhoods
		n.Codes = append(n.Codes, "E01000099")
		n.Vintages[2011] = append(n.Vintages[2011], "E01000099")
		n.Residents[2018].Persons["E01000099"] = persons
		for m, list := range n.Counts[violence] {
			more := int64(0)
			if m == NewMonth(2019, 1) {
				more = persons
			}
			n.Counts[violence][m] = append(slices.Clone(list), more)
		}
		fig := pick(t, Compute(unequalStrategy(Gap), f).Figures, string(Gap), own, "2019-Q1")
		b.add("inequality, left out", fmt.Sprint(persons), fig.Notes[len(fig.Notes)-1])
	}
}

func (b *book) similar() {
	t := b.t
	for _, tt := range []struct {
		name    string
		factors map[string]float64
	}{
		{"lower, 2nd", map[string]float64{"E08000002": 2, "E08000003": 0.5}}, {"higher, highest", map[string]float64{"E08000002": 0.5, "E08000003": 0.4}},
		{"about the same, joint highest", map[string]float64{"E08000002": 1, "E08000003": 1}}, {"lower, last", map[string]float64{"E08000002": 2, "E08000003": 3}},
		{"lower, joint 2nd", map[string]float64{"E08000002": 2, "E08000003": 1}},
	} {
		s, f := withGroup(t, tt.factors)
		s.Similar.Proposal = tt.name == "lower, 2nd"
		fig := pick(t, Compute(s, f).Figures, "violence-rate", own, "YE2018-12")
		b.about("similar areas", tt.name, s, fig, "similar")
		if s.Similar.Proposal {
			cmp, _ := fig.Comparison(WithSimilar)
			b.add("similar areas", "how they spread", cmp.Spread(s.Indicators[0]))
		}
	}
	both := map[string]float64{"E08000002": 2, "E08000003": 0.5}
	for _, tt := range []struct {
		name   string
		change func(*Strategy, *Facts)
	}{
		{"no group", func(s *Strategy, f *Facts) { s.Similar.Areas = nil }},
		{"only itself", func(s *Strategy, f *Facts) { s.Similar.Areas = []string{own} }},
		{"a member without figure", func(s *Strategy, f *Facts) { f.Residents["E08000003"] = nil }},
		{"two members without", func(s *Strategy, f *Facts) { s.Similar.Areas = []string{"E08000011", "E08000012"} }},
		{"four members without", func(s *Strategy, f *Facts) {
			s.Similar.Areas = []string{"E08000011", "E08000012", "E08000013", "E08000014"}
		}},
		{"estimates of two censuses", func(s *Strategy, f *Facts) {
			f.Residents["E08000003"] = map[int]Estimate{2018: {Persons: 100_000, Base: 2021}}
		}},
		{"with care, estimates of two years", func(s *Strategy, f *Facts) {
			f.Residents["E08000003"] = map[int]Estimate{2017: {Persons: 100_000, Base: 2011}}
		}},
		{"with care, a break of one of them", func(s *Strategy, f *Facts) {
			s.Breaks = []Break{{From: "2018-03", Reason: "the police of District 3 changed their recording system in March 2018", Areas: []string{"E08000003"}}}
		}},
	} {
		s, f := withGroup(t, both)
		tt.change(s, f)
		b.about("similar areas", tt.name, s, pick(t, Compute(s, f).Figures, "violence-rate", own, "YE2018-12"), "similar")
	}
}

func (b *book) benchmarks() {
	t := b.t
	for _, tt := range []struct {
		word string
		n    int64 // of the force area, 1.5 times as many people
	}{{"lower", 2500}, {"higher", 800}, {"about the same", 1490}} {
		s, f := smallStrategy(), thousands()
		set(f, force, violence, 2018, tt.n)
		b.about("force area", tt.word, s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2018-Q4"), "force")
	}
	for _, tt := range []struct {
		name   string
		change func(*Facts)
	}{
		{"not known", func(f *Facts) { f.Geography.ForceOf = nil }},
		{"no figure", func(f *Facts) { delete(f.Files, force) }},
		{"no file", func(f *Facts) { delete(f.Files[force], NewMonth(2018, 12)) }},
		{"estimates of two censuses", func(f *Facts) {
			f.Residents[own] = map[int]Estimate{2018: {Persons: 100_000, Base: 2011}, 2017: {Persons: 100_000, Base: 2021}}
			f.Residents[beton] = map[int]Estimate{2017: {Persons: 50_000, Base: 2021}}
		}},
	} {
		s, f := smallStrategy(), thousands()
		tt.change(f)
		b.about("force area", tt.name, s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2018-Q4"), "force")
	}

	// A share's noun may end in a place.
	s, f := smallStrategy(), smallFacts()
	ind := &s.Indicators[3]
	ind.Noun, ind.Comparators = "share of neighbourhoods in the most deprived tenth of England", []string{"england"}
	for _, tt := range []struct {
		word     string
		from, to int
	}{{"higher", 1, 10}, {"about the same", 8, 27}, {"lower", 60, 99}} {
		f.Editions = map[int]map[string][]DeprivationRank{2015: edition(tt.from, tt.to)}
		b.about("England", tt.word+", by an edition", s, pick(t, Compute(s, f).Figures, "deprived", own, "IoD2015"), "england")
	}
	f.Editions[2015]["imd"] = f.Editions[2015]["imd"][10:]
	b.about("England", "an edition that is not whole", s, pick(t, Compute(s, f).Figures, "deprived", own, "IoD2015"), "england")
	s.Indicators[0].Comparators = []string{"england"}
	for _, tt := range []struct {
		word string
		n    int64
	}{{"lower", 2500}, {"higher", 800}, {"about the same", 1490}} {
		f := thousands() // England is one force here
		set(f, force, violence, 2018, tt.n)
		b.about("England", tt.word+", by the forces' files", s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2018-Q4"), "england")
	}
	f = thousands()
	f.Geography.ForceOf["E08000009"] = "E23000009"
	b.about("England", "a force without files", s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2018-Q4"), "england")
	f = thousands()
	f.Geography.ForceOf = nil
	b.about("England", "no forces", s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2018-Q4"), "england")
}

func (b *book) targets() {
	t := b.t
	for _, share := range []bool{false, true} {
		for _, tt := range []struct {
			word   string
			target Target
		}{
			{"met", Target{Baseline: Milestone{"2017-Q1", 40}, Value: 35, By: "2023-Q1"}},
			{"on track", Target{Baseline: Milestone{"2017-Q1", 32}, Value: 20, By: "2023-Q1"}},
			{"off track", Target{Baseline: Milestone{"2017-Q1", 20}, Value: 10, By: "2023-Q1"}},
			{"missed on its date", Target{Baseline: Milestone{"2017-Q1", 20}, Value: 10, By: "2018-Q1"}},
			{"no baseline", Target{Value: 10, By: "2023-Q1"}},
			{"before the baseline", Target{Baseline: Milestone{"2019-Q4", 40}, Value: 10, By: "2023-Q1"}},
		} {
			s, f := smallStrategy(), thousands()
			ind := &s.Indicators[0]
			if share {
				ind = &s.Indicators[2]
				ind.Polarity = LowGood
				for m := NewMonth(2018, 1); m <= NewMonth(2019, 12); m++ {
					f.Outcomes[own][violence]["Local resolution"][m] = 20 // with 50 others: 28.6%
				}
			}
			ind.Comparators, ind.Target = []string{"target"}, &tt.target
			name := map[bool]string{false: "rate, ", true: "share, "}[share]
			b.about("target", name+tt.word, s, pick(t, Compute(s, f).Figures, ind.ID, own, "2018-Q1"), "target")
		}
	}
	s, f := smallStrategy(), thousands()
	s.Indicators[0].Comparators, s.Indicators[0].Polarity = []string{"target"}, HighGood
	s.Indicators[0].Periods, s.Indicators[0].Target = []PeriodKind{Monthly}, &Target{Baseline: Milestone{"2017-01", 4}, Value: 9.5, By: "2023-01"}
	b.about("target", "month, high is good", s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2018-01"), "target")
}

func (b *book) chance() {
	s, f := smallStrategy(), thousands()
	figures := Compute(s, f).Figures
	b.about("told from chance", "many", s, pick(b.t, figures, "violence-rate", own, "2019-Q1"), "chance")
	f.Crimes[own][robbery][NewMonth(2019, 2)] = 6
	b.about("told from chance", "six", s, pick(b.t, Compute(s, f).Figures, "robbery-rate", own, "2019-Q1"), "chance")
}

func (b *book) notAvailable() {
	t := b.t
	july, august := NewMonth(2019, 7), NewMonth(2019, 8)
	for _, tt := range []struct {
		name, indicator, period string
		change                  func(*Facts)
	}{
		{"a month without a file", "violence-rate", "2019-Q3", func(f *Facts) { delete(f.Files[own], july) }},
		{"two months without", "violence-rate", "2019-Q3", func(f *Facts) { delete(f.Files[own], july); delete(f.Files[own], august) }},
		{"a year with such a month", "violence-rate", "YE2019-12", func(f *Facts) { delete(f.Files[own], july) }},
		{"not come in yet", "violence-rate", "2019-Q4", func(f *Facts) { delete(f.Files[own], NewMonth(2019, 12)) }},
		{"read for other areas", "violence-rate", "2019-Q3", func(f *Facts) {
			f.Files[own][july] = StreetFile{Force: "Ceton Police", HasLSOA: true, Scheme: Scheme2013, ForOthers: true}
		}},
		{"names no LSOA", "violence-rate", "2019-Q3", func(f *Facts) { f.Files[own][july] = StreetFile{Force: "Ceton Police", Scheme: Scheme2013} }},
		{"other crime types", "violence-rate", "2019-Q3", func(f *Facts) {
			f.Files[own][july] = StreetFile{Force: "Ceton Police", HasLSOA: true, Scheme: Scheme2010}
		}},
		{"no population", "violence-rate", "2019-Q3", func(f *Facts) { f.Residents = nil }},
		{"a share of nothing", "outcome-share", "2019-Q3", func(f *Facts) { f.Outcomes = nil }},
	} {
		s, f := smallStrategy(), smallFacts()
		tt.change(f)
		b.figure("not available", tt.name, s, pick(t, Compute(s, f).Figures, tt.indicator, own, tt.period))
	}
	for _, tt := range []struct {
		name   string
		change func(*Strategy, *Facts)
	}{
		{"the series begins later", func(s *Strategy, f *Facts) {
			for m := NewMonth(2018, 1); m < NewMonth(2019, 1); m++ {
				delete(f.Files[own], m)
			}
		}},
		{"a month without a file", func(s *Strategy, f *Facts) { delete(f.Files[own], NewMonth(2018, 2)) }},
		{"estimates of two censuses", func(s *Strategy, f *Facts) { f.Residents[own][2019] = Estimate{Persons: 90_000, Base: 2021} }},
		{"a break", func(s *Strategy, f *Facts) {
			s.Breaks = []Break{{From: "2019-01", Reason: "the force changed its recording system in January 2019", Refuse: true}}
		}},
		{"still coming in", func(s *Strategy, f *Facts) { s.Indicators[0].Settles = 12 }},
	} {
		s, f := smallStrategy(), smallFacts()
		tt.change(s, f)
		b.figure("not compared in time", tt.name, s, pick(t, Compute(s, f).Figures, "violence-rate", own, "2019-Q1"))
	}
	for _, kind := range []PeriodKind{Monthly, YearEnding, FinancialYear, YearToDate} {
		s := smallStrategy()
		p := map[PeriodKind]Period{Monthly: MonthPeriod(july), YearEnding: YearEndingIn(july), FinancialYear: FinancialYearFrom(2019), YearToDate: YearToDateIn(july)}[kind]
		fig := rateOf(s.Indicators[0], p, 900, 101_000)
		fig.Comparisons = []Comparison{{Kind: InTime, With: beforeWords[kind], Direction: NotCompared, Verdict: NoCompared, Reason: "the series begins later"}}
		fig.Sentence = sentence(s.Indicators[0], fig, nil)
		b.figure("not compared in time", "by "+string(kind), s, fig)
	}
	s := smallStrategy()
	fig := Figure{Indicator: "violence-rate", Area: Area{Code: own, Name: "Aton", Kind: LAD}, Period: QuarterOf(july), Status: Suppressed, Reason: "the count is small enough to identify someone"}
	fig.Sentence = sentence(s.Indicators[0], fig, nil)
	b.figure("not available", "not shown", s, fig)
	fig.Status, fig.Reason = Missing, ""
	fig.Sentence = sentence(s.Indicators[0], fig, nil)
	b.figure("not available", "no reason is recorded", s, fig)
	for _, kind := range []PeriodKind{Monthly, Edition, SinceStart} {
		fig.Period = map[PeriodKind]Period{Monthly: MonthPeriod(july), Edition: EditionOf(2019), SinceStart: SinceStartOf(july, august)}[kind]
		fig.Reason = "there is no file of it"
		fig.Sentence = sentence(s.Indicators[0], fig, nil)
		b.figure("not available", "by "+string(kind), s, fig)
	}
	for _, months := range []int{1, 3} {
		s := smallStrategy()
		s.Indicators[0].Provisional = months
		fig := pick(t, Compute(s, smallFacts()).Figures, "violence-rate", own, "2019-Q4")
		b.add("provisional", fmt.Sprint(months), fig.Notes[len(fig.Notes)-1])
	}
	fig = pick(t, Compute(smallStrategy(), smallFacts()).Figures, "violence-rate", own, "2019-Q1")
	b.add("residents of an earlier year", "rate", fig.Notes...)
}

func (b *book) rules() {
	s, f := withGroup(b.t, map[string]float64{"E08000002": 2})
	s.Indicators[0].Target = &Target{Baseline: Milestone{"2017-Q1", 4}, Value: 1, By: "2023-Q1"}
	f.Editions[2015], f.Editions[2019] = edition(1, 9), edition(1, 9)
	figures := Compute(s, f).Figures
	said := map[string]bool{}
	for _, fig := range []Figure{pick(b.t, figures, "violence-rate", own, "2019-Q1"), pick(b.t, figures, "outcome-share", own, "2019-Q1"), pick(b.t, figures, "deprived", own, "IoD2019")} {
		for _, c := range fig.Comparisons {
			if c.Rule != "" && !said[c.Rule] {
				said[c.Rule] = true
				b.add("rule", fig.Indicator+", "+string(c.Kind), c.Rule)
			}
		}
	}
	s.Indicators[0].Target.Value = 9
	cmp, _ := pick(b.t, Compute(s, f).Figures, "violence-rate", own, "2019-Q1").Comparison(WithTarget)
	b.add("rule", "a target that is met", cmp.Rule)
	s.Indicators[0].Target = &Target{Baseline: Milestone{"2017-Q1", 20}, Value: 1, By: "2019-Q1"}
	cmp, _ = pick(b.t, Compute(s, f).Figures, "violence-rate", own, "2019-Q1").Comparison(WithTarget)
	b.add("rule", "a target that is missed", cmp.Rule)
}

func (b *book) signals() {
	low := Indicator{Polarity: LowGood}
	none := Indicator{Polarity: NoJudgment}
	withTarget := func(value float64) Indicator {
		return Indicator{Polarity: LowGood, Target: &Target{Value: value}}
	}
	two := func(sign float64) []float64 { return append(usual(16), 10+sign*0.4, 10+sign*2, 10+sign*2) }
	for _, tt := range []struct {
		name   string
		ind    Indicator
		values []float64
	}{
		{"usual variation", low, usual(16)},
		{"above the limit, a concern", low, append(usual(16), 15)}, {"below it, an improvement", low, append(usual(16), 5)},
		{"above the limit, no judgement", none, append(usual(16), 15)}, {"below it, no judgement", none, append(usual(16), 5)},
		{"a run above the mean", low, append(usual(13), 10.5, 10.6, 10.5, 10.6, 10.5, 10.6, 10.5)},
		{"a run below it", low, append(usual(13), 9.5, 9.4, 9.5, 9.4, 9.5, 9.4, 9.5)},
		{"a run that rises", low, append(usual(13), 9.3, 9.5, 9.7, 9.9, 10.1, 10.3, 10.5)},
		{"a run that falls", low, append(usual(13), 10.7, 10.5, 10.3, 10.1, 9.9, 9.7, 9.5)},
		{"two of three far above", low, two(1)}, {"two of three far below", low, two(-1)},
		{"target met consistently", withTarget(14), usual(16)}, {"target missed consistently", withTarget(5), usual(16)}, {"target met by chance", withTarget(10), usual(16)},
		{"trial limits", low, usual(8)}, {"equal values", low, slices.Repeat([]float64{3}, 16)}, {"one point", low, []float64{3}}, {"no point", low, []float64{-1, -1}},
	} {
		for _, kind := range []PeriodKind{Quarter, Monthly} {
			series := quarters(tt.values...)
			if tt.ind.Target != nil {
				tt.ind.Target.By = map[PeriodKind]string{Quarter: "2030-Q1", Monthly: "2030-01"}[kind]
			}
			if kind == Monthly {
				for i := range series {
					series[i].Period = MonthPeriod(NewMonth(2015, 1) + Month(i))
				}
			}
			sig := signalOf(tt.ind, series)
			b.seen[sig.Variation], b.seen[sig.Assurance] = true, true
			b.add("process limits", string(kind)+", "+tt.name, sig.Words...)
		}
	}
	year := func(values []float64) []Figure {
		out := quarters(values...)
		for i := range out {
			out[i].Period = YearEndingIn(NewMonth(2012+i, 3))
			if v := out[i].Value; v != nil {
				lo, up := *v*0.98, *v*1.02
				out[i].Lower, out[i].Upper = &lo, &up
			}
		}
		return out
	}
	rise, fall := []float64{10, 12, 14, 16, 18}, []float64{18, 16, 14, 12, 10}
	for _, tt := range []struct {
		name   string
		ind    Indicator
		values []float64
	}{
		{"worse upwards", low, rise}, {"better downwards", low, fall}, {"better upwards", Indicator{Polarity: HighGood}, rise}, {"worse downwards", Indicator{Polarity: HighGood}, fall},
		{"up", none, rise}, {"down", none, fall}, {"no change", low, []float64{10, 10.1, 9.9, 10, 10.1}}, {"one year alone", low, []float64{10, 10, 10, 10, 30}},
		{"four points", low, rise[:4]}, {"a gap", low, []float64{10, 12, -1, 16, 18}}, {"no point", low, []float64{-1, -1}},
		{"equal values", low, slices.Repeat([]float64{3}, 5)}, {"zeros", low, make([]float64, 5)}, {"inequality", Indicator{Kind: Inequality}, rise},
	} {
		sig := signalOf(tt.ind, year(tt.values))
		b.seen[sig.Trend] = true
		b.add("recent trend", tt.name, sig.Words...)
	}
	broken := year(rise)
	broken[3].BreakBefore = "another system"
	b.add("recent trend", "a break", signalOf(low, broken).Words...)
	provisional := year(rise)
	for i := range provisional {
		provisional[i].Provisional = true
	}
	b.add("recent trend", "all provisional", signalOf(low, provisional).Words...)
	edition := year(rise)
	for i := range edition {
		edition[i].Period = EditionOf(2004 + i)
	}
	b.add("recent trend", "editions", signalOf(low, edition).Words...)
	again := quarters(append(usual(16), -1, -1)...)
	again[16].BreakBefore = "another system"
	b.add("process limits", "made anew without a figure since", signalOf(low, again).Words...)
}

func (b *book) summaries() {
	t := b.t
	b.add("headline", "no figures", Summarise(smallStrategy(), nil).Headline)
	for _, polarity := range []Polarity{LowGood, HighGood, NoJudgment} {
		for _, here := range moves {
			s, f := smallStrategy(), thousands()
			s.Area.Name, s.Indicators[0].Polarity, s.Indicators[0].Short = "Aton", polarity, "violence"
			set(f, own, violence, 2019, here.count)
			figures := Compute(s, f).Figures
			sum := Summarise(s, figures)
			name := here.word + " where good is " + string(polarity)
			i := sum.Priorities[0].Indicators[0]
			b.seen[string(i.Verdict)], b.seen[string(polarity)] = true, true
			b.add("priority", name, sum.Priorities[0].Words)
			b.add("verdict of a comparison", name, i.Latest.Comparisons[0].Words())
			if polarity == LowGood {
				b.add("headline", name, sum.Headline)
				b.add("indicator", name, i.Words)
				s.Indicators[0].Periods = []PeriodKind{YearEnding}
				b.add("indicator", name+", years", Summarise(s, Compute(s, f).Figures).Priorities[0].Indicators[0].Words)
				s.Indicators[0].Periods = []PeriodKind{Monthly}
				b.add("indicator", name+", months", Summarise(s, Compute(s, f).Figures).Priorities[0].Indicators[0].Words)
			}
		}
	}
	s, f := smallStrategy(), thousands()
	s.Breaks = []Break{{From: "2019-10", To: "2019-12", Reason: "people were kept at home"}}
	b.add("priority", "with care", Summarise(s, Compute(s, f).Figures).Priorities[0].Words)
	b.add("priority", "no figures", Summarise(s, nil).Priorities[0].Words)
	b.add("indicator", "no figures", IndicatorSummaryOf(s.Indicators[0], own, Quarter, nil).Words)
	s.Breaks = []Break{{From: "2019-01", Reason: "the force changed its recording system in January 2019", Refuse: true}}
	figures := Compute(s, f).Figures
	b.add("indicator", "not compared", IndicatorSummaryOf(s.Indicators[0], own, Quarter, figures).Words)
	b.add("priority", "not compared", Summarise(s, figures).Priorities[0].Words)
	delete(f.Files[own], NewMonth(2019, 12))
	late := IndicatorSummaryOf(s.Indicators[0], own, Quarter, Compute(s, f).Figures)
	b.add("indicator", "late", late.Late())
	late.Newest.Status, late.Newest.Reason = Suppressed, "the count is small enough to identify someone"
	b.add("indicator", "the newest is not shown", late.Late())
	old := pick(t, figures, "violence-rate", own, "2019-Q4")
	old.Comparisons = nil
	b.add("indicator", "nothing to compare with", IndicatorSummaryOf(s.Indicators[0], own, Quarter, []Figure{old}).Words)

	// Three priorities: a rate, an edition, a gap.
	for _, tt := range []struct {
		word      string
		then, now [2]int
		breaks    []Break
	}{
		{"down", [2]int{2, 21}, [2]int{8, 27}, nil}, {"about the same", [2]int{2, 21}, [2]int{2, 21}, nil},
		{"down, in a lockdown", [2]int{2, 21}, [2]int{8, 27}, []Break{{From: "2019-10", To: "2019-12", Label: "Lockdown", Reason: "People were kept at home."}}},
	} {
		s := smallStrategy()
		s.Breaks = tt.breaks
		s.Area.Name = "Aton"
		s.Priorities = append(s.Priorities, Priority{ID: "q"}, Priority{ID: "r"})
		deprived, gap := s.Indicators[3], unequalStrategy(Gap).Indicators[0]
		deprived.Priority, deprived.Headline, deprived.Short = "q", true, "the share of neighbourhoods in England's most deprived tenth"
		gap.Priority, gap.Headline, gap.Short = "r", true, "gap in violence between the most and least deprived neighbourhoods"
		s.Indicators = []Indicator{s.Indicators[0], deprived, gap}
		f := unequalFacts()
		f.Editions = map[int]map[string][]DeprivationRank{2015: edition(tt.then[0], tt.then[1]), 2019: edition(tt.now[0], tt.now[1])}
		sum := Summarise(s, Compute(s, f).Figures)
		b.add("headline", "three priorities, an edition "+tt.word, sum.Headline)
		b.add("indicator", "edition "+tt.word, sum.Priorities[1].Indicators[0].Words)
		for i, h := range sum.Headlines {
			b.add("news", fmt.Sprintf("an edition %s, %d", tt.word, i+1), h.Text)
		}
	}
}

func (b *book) places() {
	t := b.t
	s, f := mapFacts()
	ind := s.Indicators[0]
	result := Compute(s, f)
	city := OwnArea(s, f.Geography)
	m := mapOf(t, result.Maps, LSOA, "YE2019-12")
	b.add("map, hot spots", "how they are found", m.SpotWords()...)
	w := mapOf(t, result.Maps, Ward, "YE2019-12")
	b.add("map, hot spots", "too few areas", w.SpotWords()...)
	b.seen[string(w.Kind)] = true
	reading := func(m PlaceMap) MapReading {
		return MapReading{Indicator: ind, City: city, Map: m, Areas: len(m.Places), Highest: "24", InHighest: 8, Lowest: "12", InLowest: 7}
	}
	heading, rest := reading(w).NotLooked()
	b.add("map, hot spots", "not looked for", heading, rest)
	for _, tt := range []struct {
		name string
		a, z int
	}{{"none", 0, 0}, {"one at 95%", 0, 1}, {"at 99%", 3, 0}, {"at both", 3, 2}} {
		r := reading(m)
		r.Hot99, r.Hot95 = tt.a, tt.z
		b.add("map, hot spots", tt.name, r.HotSpots())
		if tt.a+tt.z == 0 {
			continue
		}
		heading, rest := r.Rates()
		b.add("map of rates", "hot spots "+tt.name, heading, rest)
		heading, rest = r.Counts()
		b.add("map of counts", "hot spots "+tt.name, heading, rest)
	}
	for _, tt := range []struct {
		name   string
		change func(*MapReading)
	}{
		{"all fifths", func(r *MapReading) {}},
		{"many areas", func(r *MapReading) { r.Areas, r.InHighest, r.InLowest, r.Few = 1702, 340, 341, 1100 }},
		{"some with few", func(r *MapReading) { r.Few = 1 }},
		{"the lowest fifth has few", func(r *MapReading) { r.Lowest, r.Few = "", 9 }},
		{"one area in a fifth", func(r *MapReading) { r.InHighest, r.InLowest = 1, 1 }},
		{"no fifths", func(r *MapReading) { r.Highest, r.Lowest = "", "" }},
		{"all have few", func(r *MapReading) { r.Highest, r.Lowest, r.Few = "", "", r.Areas }},
		{"wards", func(r *MapReading) { r.Map, r.Areas, r.InHighest, r.InLowest = w, len(w.Places), 2, 2 }},
	} {
		r := reading(m)
		tt.change(&r)
		heading, _ := r.Rates()
		b.add("map of rates", tt.name, heading)
		heading, _ = r.Counts()
		b.add("map of counts", tt.name, heading)
	}
	b.add("map, not on it", "neighbourhood", m.NotOnMap())

	series := func(code string) []Place {
		var out []Place
		for _, m := range result.Maps {
			for _, p := range m.Places {
				if m.Indicator == ind.ID && m.Period.Kind == YearEnding && p.Code == code {
					out = append(out, p)
				}
			}
		}
		return out
	}
	island, hot, usual, few := series("E01009999"), series("E01000007"), series("E01000003"), series("E01000014")
	say := func(name string, list []Place) {
		b.t.Helper()
		heading, rest := PlaceSentence(ind, city, list)
		texts := []string{heading}
		if rest != "" {
			texts = append(texts, rest)
		}
		b.add("small area", name, texts...)
		p := list[len(list)-1]
		b.seen[string(p.Spot)], b.seen[string(p.Kind)] = true, true
		rate, count := p.Numbers(ind)
		b.add("small area, numbers", name, slices.DeleteFunc([]string{rate, count}, func(s string) bool { return s == "" })...)
		b.add("small area, hot spot", name, SpotHistory(list)...)
	}
	say("in the highest fifth", hot)
	say("no hot spot", usual)
	say("an island", island)
	say("few", few)
	last := usual[len(usual)-1]
	for _, spot := range []Spot{Hot95, Hot99, Cold95, Cold99} {
		p := last
		p.Spot = spot
		if spot.Hot() {
			p.YearsHot = 1
		}
		say(string(spot), []Place{p})
	}
	p := last
	p.OfYears, p.YearsHot = 1, 0
	say("one year", []Place{p})
	p = last
	n := int64(5)
	p.Class, p.Z, p.SpotWhy, p.Count = 0, nil, "", &n
	say("in no fifth, not looked for", []Place{p})
	f.Neighbourhoods.Residents[2018].Persons["E01000003"] = 0
	result = Compute(s, f)
	say("nobody lives there", series("E01000003"))
	delete(f.Neighbourhoods.Residents[2018].Persons, "E01000003")
	result = Compute(s, f)
	say("no estimate", series("E01000003"))
	delete(f.Files[own], NewMonth(2019, 7))
	b.add("map, not available", "a month without a file", mapOf(t, Compute(s, f).Maps, LSOA, "YE2019-12").Missing())
	p.Status, p.Rate, p.Count, p.Residents, p.Reason = Missing, nil, nil, nil, m.NotOnMap()
	say("not on the map", []Place{p})
	b.add("small area, no line", "no periods", NoRates(ind, nil))
	b.add("small area, no line", "few", NoRates(ind, few))
	b.add("small area, no line", "no rates", NoRates(ind, []Place{p}))
	for tenth := 1; tenth <= 10; tenth++ {
		b.add("deprivation of a small area", fmt.Sprint(tenth), Decile{Edition: 2019, Rank: 3284*tenth - 100, Of: 32844}.Sentence())
	}
}

// returned are the sentences of what projects did.
func (b *book) returned() {
	quarter, _ := ParsePeriod("2019-Q1")
	s := &Strategy{Indicators: []Indicator{
		{ID: "referred", Noun: "referred", Counted: "young people", Kind: Total, Polarity: NoJudgment},
		{ID: "spent", Noun: "spent", Counted: "pounds spent", Unit: Pounds, Kind: Total, Polarity: NoJudgment},
		{ID: "completed", Noun: "share of those referred who completed the programme", Counted: "young people", Whole: "young people referred", Kind: Proportion, Per: 100, Unit: "%", Decimals: 1, Polarity: HighGood},
	}}
	say := func(id, outcome string, n float64, change func(*Figure)) {
		ind, _ := s.Indicator(id)
		of := 1500.0
		fig := Figure{Indicator: id, Area: Area{Code: own, Name: "Aton", Kind: LAD}, Period: quarter, Status: Available, Value: &n, Numerator: &n}
		if ind.Kind == Proportion {
			fig.Denominator = &of
			measure(ind, &fig)
		}
		change(&fig)
		fig.Sentence = returnedSentence(ind, fig)
		b.figure("what projects did, "+id, outcome, s, fig)
	}
	projects := func(names ...string) func(*Figure) {
		return func(f *Figure) {
			for _, name := range names {
				f.Breakdown = append(f.Breakdown, GroupValue{By: byProject, Item: "p", Label: name})
			}
		}
	}
	for _, id := range []string{"referred", "spent", "completed"} {
		say(id, "none", 0, projects())
		say(id, "one", 1, projects("Through Doors"))
		say(id, "many", 1234, projects("Through Doors", "Boxing", "Mentors"))
		say(id, "missing", 0, func(f *Figure) { f.Status, f.Reason = Missing, "no return of the quarter was accepted" })
		say(id, "not shown", 0, func(f *Figure) { f.Status, f.Reason = Suppressed, "the count is small enough to identify someone" })
		for _, direction := range []Direction{Up, Down, AboutSame, NotCompared} {
			say(id, string(direction), 1000, func(f *Figure) {
				before, value, numerator := "2018-Q1", 56.7, 850.0
				if id != "completed" {
					value = numerator
				}
				f.Comparisons = []Comparison{{Kind: InTime, With: "corresponding quarter", Period: before, Value: &value, Numerator: &numerator, Direction: direction, Reason: "the project had not begun"}}
			})
		}
		say(id, "a year to date", 1000, func(f *Figure) {
			f.Period = YearToDateIn(NewMonth(2018, 9))
			value := 850.0
			if id == "completed" {
				value = 56.7
			}
			f.Comparisons = []Comparison{{Kind: InTime, Value: &value, Numerator: &value, Direction: Up}}
		})
		say(id, "since a start", 1000, func(f *Figure) { f.Period = SinceStartOf(NewMonth(2018, 10), NewMonth(2019, 3)) })
		ind, _ := s.Indicator(id)
		n := 1000.0
		ind.Target = &Target{Value: 2000, By: "2023-Q1"}
		if id == "completed" {
			n, ind.Target.Value = 66.7, 75
		}
		fig := Figure{Area: Area{Name: "Aton"}, Period: quarter, Status: Available, Value: &n}
		b.add("what projects did, "+id, "target", statement(ind, fig, Comparison{Kind: WithTarget, Direction: OnTrack, Value: &ind.Target.Value}).Text)
	}
}

// sentences is the whole book.
func sentences(t *testing.T) *book {
	b := newBook(t)
	for _, write := range []func(){b.changes, b.levels, b.shares, b.editions, b.inequalities, b.similar, b.benchmarks, b.targets, b.chance,
		b.notAvailable, b.returned, b.rules, b.signals, b.summaries, b.places} {
		write()
	}
	return b
}

// The file holds every form of sentence, each in each outcome. To write it anew
// after a change of words: go test ./metrics -run TestSentences -update, and
// read what changed.
func TestSentences(t *testing.T) {
	b := sentences(t)
	path := filepath.Join("..", "testdata", "metrics", "sentences.golden")
	got := b.text()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	was, now := strings.Split(string(data), "\n"), strings.Split(got, "\n")
	for i := range max(len(was), len(now)) {
		line := func(list []string) string {
			if i < len(list) {
				return list[i]
			}
			return "(nothing)"
		}
		if line(was) != line(now) {
			t.Fatalf("line %d\n got %s\nwant %s\nIf the words are right, write the file anew with -update.", i+1, line(now), line(was))
		}
	}
	for _, s := range b.texts {
		if bad := wrong(s, ""); bad != "" {
			t.Errorf("%s: %s", bad, s)
		}
	}
	b.everyConstant()
	b.everyLiteral()
}

// everyConstant fails for a direction, a verdict, a kind and so on that no
// sentence of the book was made from.
func (b *book) everyConstant() {
	without := map[string]string{
		"Country": "is a benchmark, never an area with figures of its own",
	}
	found := map[string]int{}
	for dir, kinds := range map[string][]string{
		".":     {"Direction", "Verdict", "ComparisonKind", "Status", "Spot", "InequalityMeasure", "ValueKind", "PeriodKind", "Polarity", "AreaKind"},
		"stats": {"Variation", "Assurance", "TrendMarker"},
	} {
		for _, file := range goFiles(b.t, dir) {
			for _, d := range file.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok || g.Tok != token.CONST {
					continue
				}
				for _, sp := range g.Specs {
					v := sp.(*ast.ValueSpec)
					name, ok := v.Type.(*ast.Ident)
					if !ok || !slices.Contains(kinds, name.Name) || len(v.Values) != 1 {
						continue
					}
					lit, ok := v.Values[0].(*ast.BasicLit)
					if !ok {
						continue
					}
					value, err := strconv.Unquote(lit.Value)
					if err != nil {
						continue // a number
					}
					found[name.Name]++
					if !b.seen[value] && without[v.Names[0].Name] == "" {
						b.t.Errorf("no sentence is made from the %s %s (%q)", name.Name, v.Names[0].Name, value)
					}
				}
			}
		}
		for _, k := range kinds {
			if found[k] == 0 {
				b.t.Errorf("there are no constants of the type %s to look for", k)
			}
		}
	}
}

var verb = regexp.MustCompile(`%[-+#0-9.]*[a-zA-Z]`)

// everyLiteral fails for a string in the files that word figures which stands
// in no sentence of the book: a form that was forgotten.
func (b *book) everyLiteral() {
	without := map[string]string{
		"MOVER on Byar's limits": "a method's name", "Simulation with a fixed seed": "a method's name",
		"no significant trend": "a key", "the trend rests on one point": "a key", "significant trend without outliers": "a key",
		"fewer than five points": "a key", "a missing value among the last five": "a key", "a break in the series": "a key",
	}
	all := strings.ToLower(strings.Join(b.texts, "\n"))
	for _, file := range []string{"words.go", "placewords.go", "summarise.go", "signal.go", "inequality.go", "compare.go", "guard.go", "words_returns.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			b.t.Fatal(err)
		}
		looked := 0
		ast.Inspect(parsed, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || len(strings.Fields(verb.ReplaceAllString(text, ""))) < 3 {
				return true
			}
			looked++
			if without[text] != "" {
				return true
			}
			var pattern strings.Builder
			for i, part := range verb.Split(strings.ReplaceAll(text, "%%", "\x00"), -1) {
				if i > 0 {
					pattern.WriteString(".*")
				}
				pattern.WriteString(regexp.QuoteMeta(strings.ReplaceAll(strings.ToLower(part), "\x00", "%")))
			}
			if !regexp.MustCompile(pattern.String()).MatchString(all) {
				b.t.Errorf("%s: no sentence of the book says %q", file, text)
			}
			return true
		})
		if looked == 0 {
			b.t.Errorf("%s has no words", file)
		}
	}
}
