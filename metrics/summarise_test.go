package metrics

import (
	"fmt"
	"strings"
	"testing"
)

func TestFirstSentence(t *testing.T) {
	for text, want := range map[string]string{
		"": "",
		"In the quarter ending March 2019, rates were up in St. Helens, compared with the corresponding quarter in 2018. The rate was 3.9.": "In the quarter ending March 2019, rates were up in St. Helens, compared with the corresponding quarter in 2018.",
		"The rate was 9.8 per 1,000 (3,494. offences). More.":                                                                               "The rate was 9.8 per 1,000 (3,494. offences).",
		"In 2019, 14.4% of them, down from 18.5%. It was redrawn.":                                                                          "In 2019, 14.4% of them, down from 18.5%.",
		"One sentence only, with St. Helens in it and no other stop.":                                                                       "One sentence only, with St. Helens in it and no other stop.",
	} {
		if got := firstSentence(text, Area{Name: "Aton"}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// What changed by rule comes first, what stayed the same last, what was not
// compared not at all, and six at most.
func TestHeadlines(t *testing.T) {
	s := &Strategy{Area: Area{Code: "E08000001", Name: "Aton", Kind: LAD}}
	var figures []Figure
	add := func(n int, kind PeriodKind, v Verdict, d Direction) {
		id := fmt.Sprintf("i%d", n)
		s.Priorities = append(s.Priorities, Priority{ID: id, Number: n + 1})
		s.Indicators = append(s.Indicators, Indicator{ID: id, Title: id, Priority: id, Headline: true, Periods: []PeriodKind{kind}})
		p := QuarterOf(NewMonth(2019, 3))
		if kind == Edition {
			p = EditionOf(2019)
		}
		figures = append(figures, Figure{Indicator: id, Area: s.Area, Period: p, Status: Available, Sentence: fmt.Sprintf("It was so in 201%d. And more.", n),
			Comparisons: []Comparison{{Kind: InTime, Verdict: v, Direction: d, Period: "2018-Q1"}}})
	}
	add(0, Quarter, Same, AboutSame)
	add(1, Edition, Better, Down)
	add(2, Quarter, NoVerdict, Up)
	add(3, Quarter, NoCompared, NotCompared)
	add(4, Quarter, Worse, Up)
	add(5, Quarter, Better, Down)
	var got []string
	for _, h := range Summarise(s, figures).Headlines {
		got = append(got, h.Indicator)
		if h.Text != strings.Replace(h.Figure.Sentence, " And more.", "", 1) || h.Words == "" || h.Verdict == NoCompared {
			t.Errorf("%+v", h)
		}
	}
	if want := "i4 i5 i1 i2 i0"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for n := 6; n < 12; n++ {
		add(n, Quarter, Same, AboutSame)
	}
	if n := len(Summarise(s, figures).Headlines); n != 6 {
		t.Errorf("%d headlines", n)
	}
	if h := Summarise(s, nil).Headlines; len(h) != 0 {
		t.Errorf("headlines without figures: %v", h)
	}
}
