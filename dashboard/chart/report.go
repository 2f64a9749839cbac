package chart

import (
	"slices"
	"unicode/utf8"

	"outcomes/metrics"
)

// A trend and a report's chart are two forms of one picture: Report and Of go
// from one to the other. What a report's chart has no room for, process limits
// and the points marked by them, is left out.

// missing and hidden are how a report writes that there is no value.
var missing, hidden = metrics.Missing.Shorthand(), metrics.Suppressed.Shorthand()

// Report is the picture as a report's chart, without its name, title and source.
func (in Input) Report() metrics.ReportChart {
	in = in.Fit()
	c := metrics.ReportChart{Alt: in.Description, Axis: in.Title, Decimals: in.Decimals, Percent: in.Percent, Pounds: in.Pounds, Count: in.Count}
	for _, p := range in.Periods {
		c.Periods = append(c.Periods, metrics.ReportPeriod{At: metrics.Month(p.At), Short: p.Short, Label: p.Label})
	}
	for _, l := range in.Lines {
		s := metrics.ReportSeries{Name: l.Name, Role: string(l.role()), Values: slices.Clone(l.Values), Shorthand: make([]string, len(l.Values)), BreakBefore: map[int]bool{}}
		for i, v := range l.Values {
			switch {
			case v == nil && l.Hidden[i]:
				s.Shorthand[i] = hidden
			case v == nil:
				s.Shorthand[i] = missing
			case l.Hollow[i]:
				s.Shorthand[i] = metrics.ProvisionalMark
			}
			if l.Breaks[i] {
				s.BreakBefore[i] = true
			}
		}
		if l.Band {
			s.Lower, s.Upper = slices.Clone(l.Lower), slices.Clone(l.Upper)
		}
		c.Series = append(c.Series, s)
	}
	for _, m := range in.Markers {
		c.Markers = append(c.Markers, metrics.ReportMarker{At: metrics.Month(m.At), Label: m.Label, Break: m.Break})
		if m.Until > 0 && len(in.Periods) > 0 && m.Until < in.Periods[len(in.Periods)-1].At {
			c.Markers = append(c.Markers, metrics.ReportMarker{At: metrics.Month(m.Until), Label: ended(m.Label), Break: m.Break})
		}
	}
	slices.SortStableFunc(c.Markers, func(a, b metrics.ReportMarker) int { return int(a.At - b.At) })
	return c
}

// ended marks where something is over, in as many letters as a marker may have.
func ended(label string) string {
	const most, words = 50, ": end"
	if utf8.RuneCountInString(label)+len(words) > most {
		label = string([]rune(label)[:most-len(words)-1]) + "…"
	}
	return label + words
}

// Of is a report's chart as a trend to draw. A value that stands beside a
// shorthand for no number is none.
func Of(c metrics.ReportChart) Input {
	in := Input{Title: c.Axis, Description: c.Alt, Decimals: c.Decimals, Percent: c.Percent, Pounds: c.Pounds, Count: c.Count}
	for _, p := range c.Periods {
		in.Periods = append(in.Periods, Period{At: int(p.At), Short: p.Short, Label: p.Label})
	}
	for n, s := range c.Series {
		l := Line{Role: Role(s.Role), Name: s.Name, Values: make([]*float64, len(c.Periods)), Breaks: s.BreakBefore, Hollow: map[int]bool{}, Hidden: map[int]bool{}}
		if len(s.Lower) > 0 && len(s.Upper) > 0 {
			l.Band, l.Lower, l.Upper = true, make([]*float64, len(c.Periods)), make([]*float64, len(c.Periods))
		}
		for i := range c.Periods {
			mark := ""
			if i < len(s.Shorthand) {
				mark = s.Shorthand[i]
			}
			if i < len(s.Values) && mark != missing && mark != hidden {
				l.Values[i] = s.Values[i]
			}
			l.Hidden[i] = mark == hidden
			switch {
			case l.Values[i] == nil && n == 0:
				in.Gaps = AddGap(in.Gaps, i, mark == hidden)
			case l.Values[i] != nil:
				l.Hollow[i] = mark == metrics.ProvisionalMark
				if l.Band && i < len(s.Lower) && i < len(s.Upper) {
					l.Lower[i], l.Upper[i] = s.Lower[i], s.Upper[i]
				}
			}
		}
		in.Lines = append(in.Lines, l)
	}
	for _, m := range c.Markers {
		in.Markers = append(in.Markers, Marker{At: int(m.At), Label: m.Label, When: m.At.Name(), Break: m.Break})
	}
	slices.SortStableFunc(in.Markers, func(a, b Marker) int { return a.At - b.At })
	return in.Fit()
}

// AddGap adds a period for which the subject has no value, because it is
// suppressed or for another reason, to the gaps before it.
func AddGap(gaps []Gap, at int, suppressed bool) []Gap {
	label := "No figure"
	if suppressed {
		label = "Not shown"
	}
	if n := len(gaps) - 1; n >= 0 && gaps[n].Last == at-1 && gaps[n].Label == label {
		gaps[n].Last = at
		return gaps
	}
	return append(gaps, Gap{First: at, Last: at, Label: label})
}
