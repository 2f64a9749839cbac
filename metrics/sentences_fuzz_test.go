package metrics

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"outcomes/metrics/stats"
)

var (
	ordinals = regexp.MustCompile(`([0-9][0-9,]*)(st|nd|rd|th)\b`)
	minus    = regexp.MustCompile(`(^|[^0-9])-0(\.0+)?($|[^0-9.]|\.($|[^0-9]))`)
	ungroup  = regexp.MustCompile(`(?:^|[^0-9A-Za-z,.])([0-9]{4,})(?:$|[^0-9])`)
	singular = regexp.MustCompile(`(^|[ (])1 (offences|neighbourhoods|residents|districts)\b`)
)

// wrong says what is wrong with a sentence as a piece of writing, "" for
// nothing. What stands in name is the area's own.
func wrong(s, name string) string {
	if name != "" {
		s = strings.ReplaceAll(s, name, "Aton")
	}
	for _, bad := range []string{"  ", "()", "( ", " )", " ,", " .", " ;", " :", "..", ",,", ": .", ":.", ",.", "NaN", "Inf", "%!", "<nil>", "not available:", "invalid input"} {
		if strings.Contains(s, bad) {
			return fmt.Sprintf("%q in it", bad)
		}
	}
	switch {
	case strings.TrimSpace(s) == "" || strings.TrimSpace(s) != s:
		return "blank, or blanks about it"
	case minus.MatchString(s):
		return "minus nothing"
	case singular.MatchString(s):
		return "one of many"
	}
	for _, m := range ungroup.FindAllStringSubmatch(s, -1) {
		if n, err := strconv.Atoi(m[1]); err != nil || n < 1990 || n > 2060 { // else a year
			return "a number without commas"
		}
	}
	for _, m := range ordinals.FindAllStringSubmatch(s, -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
		if err != nil {
			return err.Error()
		}
		suffix := "th" // by another way than Ordinal's
		switch digits := fmt.Sprintf("%02d", n); {
		case digits[len(digits)-2] == '1':
		case strings.HasSuffix(digits, "1"):
			suffix = "st"
		case strings.HasSuffix(digits, "2"):
			suffix = "nd"
		case strings.HasSuffix(digits, "3"):
			suffix = "rd"
		}
		if m[2] != suffix {
			return "a wrong ordinal"
		}
	}
	return ""
}

func TestWrong(t *testing.T) {
	for _, s := range []string{"", "It is () so.", "It was , so.", "It  was.", "The 11st of 12.", "The 22th of 30.", "The 111st.", "It was NaN.", "It was -0.0.", "There were 12345 offences.", "(1 offences)", "It was so: ."} {
		if wrong(s, "") == "" {
			t.Errorf("nothing is wrong with %q", s)
		}
	}
	for _, s := range []string{"The 1st, 2nd, 3rd, 11th, 12th, 13th, 21st, 111th and 1,002nd.", "It was -0.1 in 2019 (12,345 offences, 1 offence).", "In X  Y it was."} {
		if bad := wrong(s, "X  Y"); bad != "" {
			t.Errorf("%s: %q", bad, s)
		}
	}
}

// FuzzSentences words figures of all kinds from any numbers and names.
func FuzzSentences(f *testing.F) {
	f.Add(uint32(3494), uint32(355600), uint32(3482), uint32(355600), uint16(2), uint16(15), "Coventry", byte(0), byte(0))
	f.Add(uint32(0), uint32(1), uint32(0), uint32(1), uint16(1), uint16(1), "", byte(1), byte(1))
	f.Add(uint32(1), uint32(1), uint32(0), uint32(0), uint16(11), uint16(11), "St. Helens (North), etc.", byte(2), byte(2))
	f.Add(uint32(0), uint32(9), uint32(1), uint32(9), uint16(112), uint16(1700), "A  B\n%!s(MISSING)", byte(3), byte(0))
	f.Add(uint32(4_000_000_000), uint32(1), uint32(1), uint32(4_000_000_000), uint16(21), uint16(22), "É", byte(4), byte(1))
	f.Add(uint32(5), uint32(0), uint32(5), uint32(5), uint16(3), uint16(3), "\xff\xfe", byte(5), byte(2))
	f.Add(uint32(12), uint32(100), uint32(40), uint32(100), uint16(101), uint16(1001), "Ward 3. 4) (", byte(6), byte(2))
	f.Fuzz(func(t *testing.T, n, of, n0, of0 uint32, rank, members uint16, name string, kind, polarity byte) {
		if name != "" {
			name = "«" + name + "»" // so that it is found again, and nothing else with it
		}
		area := Area{Code: "E08000001", Name: name, Kind: []AreaKind{LAD, Force}[int(kind)%2]}
		check := func(full bool, texts ...string) {
			t.Helper()
			for _, s := range texts {
				if full && !strings.HasSuffix(s, ".") {
					t.Errorf("no full stop: %q", s)
				}
				if bad := wrong(s, named(name, area.Code)); bad != "" {
					t.Errorf("%s: %q", bad, s)
				}
			}
		}
		ind := Indicator{ID: "x", Title: "Violence", Noun: "violence crime", Counted: "offences", Kind: CrudeRate, Per: 1000, Unit: "per 1,000 residents", Decimals: int(kind) % 3,
			Polarity: []Polarity{LowGood, HighGood, NoJudgment}[int(polarity)%3], Numerator: Measure{MostDeprived: 10, Domain: []string{"imd", "crime"}[int(kind)%2]}}
		if polarity%2 == 1 {
			ind.Kind, ind.Per, ind.Unit, ind.Whole = Proportion, 100, "%", "offences with a known outcome"
		}
		month := NewMonth(2000+int(rank)%40, 1) + Month(members%12)
		period := []Period{QuarterOf(month), YearEndingIn(month), MonthPeriod(month), FinancialYearFrom(month.Year()), YearToDateIn(month), SinceStartOf(month-5, month)}[int(kind)%6]
		made := func(p Period, n, of uint32) Figure {
			num, den := float64(n), float64(of)
			fig := Figure{Indicator: "x", Area: area, Period: p, Status: Missing, Numerator: &num, Denominator: &den}
			measure(ind, &fig)
			return fig
		}
		now := made(period, n, of)
		check(true, missingSentence(now))
		if before, ok := period.YearBefore(); ok && now.Status == Available {
			then := made(before, n0, of0)
			cmp := Comparison{Kind: InTime, With: beforeWords[period.Kind], Period: before.Code(), Direction: NotCompared, Reason: then.Reason}
			if then.Status == Available {
				setBeside(ind, &cmp, now, then)
			}
			now.Comparisons = append(now.Comparisons, cmp)
			check(false, cmp.Words())
		}
		now.Sentence = sentence(ind, now, &now)
		check(true, now.Sentence, sentence(ind, now, nil), firstSentence(now.Sentence, area))
		if now.Status == Available {
			value := float64(n0) / float64(of0+1) * ind.Per
			for _, k := range []ComparisonKind{WithForce, WithEngland} {
				now.Comparisons = append(now.Comparisons, beside(ind, now, Comparison{Kind: k, With: area.Place()}, value))
			}
			group := Comparison{Kind: WithSimilar, With: "similar areas", Group: &Group{Members: int(members), Rank: int(rank), Proposal: kind%2 == 0,
				Values: slices.Repeat([]Member{{Value: value}}, int(members)%7)}}
			now.Comparisons = append(now.Comparisons, beside(ind, now, group, value), refused(WithSimilar, "similar areas", period, now.Reason))
			check(true, now.Comparisons[len(now.Comparisons)-2].Spread(ind))
			ind.Target = &Target{Baseline: Milestone{"2010-Q1", float64(n0)}, Value: value, By: []string{"2045-Q1", "YE2045-03", "2045-03"}[int(kind)%3]}
			if cmp, ok := withTarget(ind, now); ok {
				now.Comparisons = append(now.Comparisons, cmp)
			}
			for _, st := range statements(ind, now) {
				check(true, st.Text)
			}
			r, of := int(rank), int(members)
			old := now
			old.Period, now.Period, now.Rank, now.RankOf, old.Rank, old.RankOf = EditionOf(2015), EditionOf(2019), &r, &of, &of, &r
			if ind.Kind == Proportion {
				check(true, editionSentence(ind, now, &old), editionSentence(ind, now, nil))
			}
		}
		s := &Strategy{Area: area, Priorities: []Priority{{ID: "p"}}, Indicators: []Indicator{ind}}
		s.Indicators[0].Priority, s.Indicators[0].Headline, s.Indicators[0].Periods = "p", true, []PeriodKind{now.Period.Kind}
		sum := Summarise(s, []Figure{now})
		check(true, sum.Headline)
		check(false, sum.Priorities[0].Words, sum.Priorities[0].Indicators[0].Words)
		if late := sum.Priorities[0].Indicators[0].Late(); late != "" {
			check(true, late)
		}

		// Inequality: fifths with these numbers at their ends.
		for _, m := range []InequalityMeasure{Gap, Ratio} {
			ind := ind
			ind.Kind, ind.Measure, ind.Per = Inequality, m, 1000
			fig := Figure{Area: area, Period: period, Status: Missing}
			count := [fifths]float64{float64(n), 3, 3, 3, float64(n0)}
			persons := [fifths]float64{float64(of), 3000, 3000, 3000, float64(of0)}
			fig.Breakdown = groups(ind, count, persons)
			(&computation{slopes: map[string]slope{}}).measureInequality(ind, &fig, count, persons)
			check(true, inequalitySentence(ind, fig))
			for _, st := range relativeStatement(ind, fig) {
				check(true, st.Text)
			}
		}

		for _, m := range []InequalityMeasure{SII, RII} { // whose interval takes too long to find here
			ind := ind
			ind.Kind, ind.Measure, ind.Per = Inequality, m, 1000
			value := (float64(n) - float64(n0)) / float64(of+1)
			lower, upper := value-float64(of0%9), value+float64(of0%7)
			fig := Figure{Area: area, Period: period, Status: Available, Value: &value, Lower: &lower, Upper: &upper, Breakdown: groups(ind, [fifths]float64{1}, [fifths]float64{1})}
			if before, ok := period.YearBefore(); ok {
				then, edge := fig, float64(n0)
				then.Value, then.Lower, then.Upper = &edge, &edge, &edge
				cmp := Comparison{Kind: InTime, Period: before.Code(), Care: name}
				setBeside(ind, &cmp, fig, then)
				fig.Comparisons = []Comparison{cmp}
			}
			check(true, inequalitySentence(ind, fig))
		}

		// A map and one of its areas.
		kindOf := []AreaKind{LSOA, Ward}[int(kind)%2]
		r := MapReading{Indicator: ind, City: area, Map: PlaceMap{Kind: kindOf, Period: period, Vintage: 2011}, Areas: int(members), InHighest: int(rank), InLowest: int(members), Few: int(n % 9), Hot99: int(n0 % 5), Hot95: int(of % 5)}
		if kind%3 > 0 {
			r.Highest = Decimal(float64(n), ind.Decimals)
		}
		if kind%5 > 0 {
			r.Lowest = Decimal(float64(n0), ind.Decimals)
		}
		for _, words := range []func() (string, string){r.Rates, r.Counts, r.NotLooked} {
			heading, rest := words()
			check(true, heading)
			if rest != "" {
				check(true, rest)
			}
		}
		check(true, r.HotSpots(), r.Map.Missing())
		check(true, r.Map.SpotWords()...)
		check(false, r.Map.NotOnMap())
		count, persons := int64(n), int64(of)
		p := Place{Period: period, Name: name, Code: area.Code, Kind: kindOf, Status: Missing, Class: int(rank) % 6, OfYears: int(members) % 6, Spot: []Spot{NoSpot, Hot95, Cold99}[int(kind)%3]}
		(&mapper{poisson: map[int64]stats.Estimate{}}).rate(ind, &p, count, persons, kind%4 < 3, kind%7 < 5)
		heading, rest := PlaceSentence(ind, area, []Place{p})
		check(true, heading)
		if rest != "" {
			check(true, rest)
		}
		rate, number := p.Numbers(ind)
		if rate != "" {
			check(false, rate)
		}
		check(false, number)
		check(true, NoRates(ind, []Place{p}))
		check(true, SpotHistory([]Place{p})...)
		if words := (Decile{Edition: 2019, Rank: int(rank), Of: int(members)}).Sentence(); words != "" {
			check(true, words)
		}

		// A series of the two values.
		for _, k := range []PeriodKind{Quarter, Monthly, YearEnding} {
			var series []Figure
			for i := range int(members) % 30 {
				v, w := float64(n), float64(of)
				if i%2 == int(rank)%2 {
					v, w = float64(n0), float64(of0)
				}
				fig := made(map[PeriodKind]Period{Quarter: QuarterOf(month + Month(3*i)), Monthly: MonthPeriod(month + Month(i)), YearEnding: YearEndingIn(month + Month(12*i))}[k], uint32(v), uint32(w))
				series = append(series, fig)
			}
			if len(series) > 0 {
				check(true, signalOf(ind, series).Words...)
			}
		}
	})
}
