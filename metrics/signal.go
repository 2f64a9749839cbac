package metrics

import (
	"fmt"
	"math"
	"slices"

	"outcomes/metrics/stats"
)

// Signal is what a series says over time: its process limits and special
// causes (months and quarters), its recent trend (years).
type Signal struct {
	Indicator string
	Area      string
	Kind      PeriodKind

	// Segments are the stretches with limits of their own, oldest first.
	Segments []Segment
	// Marked are the periods with a special cause.
	Marked []SpecialCause
	// Variation is the class of the latest figure, "" where there are too few
	// points to say: "common cause", "improvement", "concern", "neutral high", "neutral low".
	Variation string
	High      bool   // the latest figure's special cause is above the mean
	Assurance string // with a target: "consistently passing", "consistently failing", "hit and miss"
	// Trend is the Fingertips recent-trend marker of an annual series, "" for other kinds.
	Trend string
	// Words says all that in sentences; there is always one.
	Words []string
}

// Segment is a stretch of a series under one process.
type Segment struct {
	From, To           string // period codes
	Points             int
	Mean, Lower, Upper *float64 // nil where there are none
	Trial              bool     // fewer than 13 points
	Reason             string   // why it begins, "" for the first
}

// SpecialCause marks a period.
type SpecialCause struct {
	Period    string
	Variation string
	Rule      string // in words
	High      bool
}

// signals analyses the series of an indicator and an area, one for each kind of period.
func (c *computation) signals(ind Indicator, a Area, figures []Figure) []Signal {
	var out []Signal
	for _, kind := range ind.Periods {
		var series []Figure
		for _, f := range figures {
			if f.Period.Kind == kind {
				series = append(series, f)
			}
		}
		if len(series) == 0 {
			continue
		}
		s := Signal{Indicator: ind.ID, Area: a.Code, Kind: kind}
		switch kind {
		case Monthly, Quarter:
			process(ind, series, &s)
		case YearEnding, FinancialYear, Edition:
			trend(ind, series, &s)
		}
		out = append(out, s)
	}
	return out
}

var improvement = map[Polarity]stats.Direction{HighGood: stats.Increase, LowGood: stats.Decrease, NoJudgment: stats.Neutral}

// unit words of one period of a kind.
var periodNoun = map[PeriodKind]string{Monthly: "month", Quarter: "quarter", YearEnding: "year", FinancialYear: "year"}

// process finds process limits and special causes. Missing periods stay gaps.
func process(ind Indicator, series []Figure, s *Signal) {
	values := make([]float64, len(series))
	options := stats.XmROptions{Improvement: improvement[ind.Polarity]}
	reasons := map[int]string{}
	for i, f := range series {
		values[i] = math.NaN()
		if f.Status == Available {
			values[i] = *f.Value
		}
		reason := f.BreakBefore
		for _, step := range ind.Steps {
			if from, err := ParseMonth(step.From); err == nil && f.Period.First >= from && (i == 0 || series[i-1].Period.First < from) {
				reason = step.Reason
			}
		}
		if reason != "" && i > 0 {
			options.Segments = append(options.Segments, i)
			reasons[i] = reason
		}
	}
	if t := ind.Target; t != nil {
		if by, err := ParsePeriod(t.By); err == nil && by.Kind == s.Kind {
			options.Target = &t.Value
		}
	}
	noun := periodNoun[s.Kind]
	if !slices.ContainsFunc(values, func(v float64) bool { return !math.IsNaN(v) }) {
		s.Words = []string{"There are no process limits: there is no figure yet."}
		return
	}
	result, err := stats.XmR(values, options)
	if err != nil {
		s.Words = []string{"There are no process limits: " + because(err.Error()) + "."}
		return
	}
	for i, seg := range result.Segments {
		end := len(series) - 1
		if i+1 < len(result.Segments) {
			end = result.Segments[i+1].Start - 1
		}
		out := Segment{From: series[seg.Start].Period.Code(), To: series[end].Period.Code(), Points: seg.N, Trial: seg.Trial, Reason: reasons[seg.Start]}
		out.Mean, out.Lower, out.Upper = finite(seg.Mean), finite(seg.Lower), finite(seg.Upper)
		s.Segments = append(s.Segments, out)
	}
	latest := -1
	for i, p := range result.Points {
		if math.IsNaN(p.Value) {
			continue
		}
		latest = i
		if p.Cause != stats.CommonCause && !result.Segments[p.Segment].Trial {
			s.Marked = append(s.Marked, SpecialCause{series[i].Period.Code(), string(p.Variation), causeWords(p, noun), p.High})
		}
	}
	last := result.Segments[len(result.Segments)-1]
	switch {
	case !last.HasLimits():
		s.Words = []string{fmt.Sprintf("There are no process limits: %s.", noLimits(last, noun))}
	case result.Trial:
		s.Words = []string{fmt.Sprintf("The process limits are trial limits, made from %d %ss: from 13 on, special causes are marked.", last.N, noun)}
	default:
		p := result.Points[latest]
		s.Variation, s.High, s.Assurance = string(p.Variation), p.High, string(result.Assurance)
		s.Words = append(s.Words, variationWords(p, series[latest], noun))
		if words := assuranceWords[result.Assurance]; words != "" {
			s.Words = append(s.Words, words)
		}
	}
}

func noLimits(seg stats.XmRSegment, noun string) string {
	switch seg.N {
	case 0:
		return "there is no figure yet since they were last made anew"
	case 1:
		return "they need more than 1 " + noun
	}
	return fmt.Sprintf("the %d %ss are all the same, or every change between them is exceptional", seg.N, noun)
}

func causeWords(p stats.XmRPoint, noun string) string {
	side := "below"
	if p.High {
		side = "above"
	}
	switch p.Cause {
	case stats.OutsideLimits:
		return side + " the process limit"
	case stats.TrendRule:
		return fmt.Sprintf("in a run of seven or more %ss, each %s the one before", noun, side)
	case stats.TwoOfThree:
		return fmt.Sprintf("one of two out of three neighbouring %ss far %s the mean", noun, side)
	default:
		return fmt.Sprintf("in a run of seven or more %ss %s the mean", noun, side)
	}
}

func variationWords(p stats.XmRPoint, f Figure, noun string) string {
	if p.Cause == stats.CommonCause {
		return fmt.Sprintf("The figure for %s is within the process limits: no more than the usual variation from %s to %s.", f.Period.Phrase(), noun, noun)
	}
	judge := map[stats.Variation]string{stats.Improvement: ", an improvement", stats.Concern: ", a concern"}[p.Variation]
	return fmt.Sprintf("The figure for %s is %s: more than the usual variation from %s to %s%s.", f.Period.Phrase(), causeWords(p, noun), noun, noun, judge)
}

var assuranceWords = map[stats.Assurance]string{
	stats.ConsistentPass: "As things run, the target is met consistently.",
	stats.ConsistentFail: "As things run, the target is missed consistently: something has to change for it to be met.",
	stats.HitAndMiss:     "As things run, the target is met or missed by chance.",
}

// provisional marks a figure that holds one of the latest months, which may
// still be restated; last is the latest month held.
func provisional(ind Indicator, fig *Figure, last Month) {
	if ind.Provisional == 0 || fig.Status != Available || fig.Period.Last <= last-Month(ind.Provisional) {
		return
	}
	fig.Provisional = true
	latest := fmt.Sprintf("the latest %s months", small(ind.Provisional))
	if ind.Provisional == 1 {
		latest = "the latest month"
	}
	fig.Notes = append(fig.Notes, fmt.Sprintf("Provisional: the counts of %s may still be restated.", latest))
}

// trend gives the Fingertips recent-trend marker: years that do not overlap,
// back from the latest that is not provisional.
func trend(ind Indicator, series []Figure, s *Signal) {
	latest := -1
	why := "there is no figure yet"
	for i, f := range series {
		switch {
		case f.Status != Available:
		case f.Provisional:
			why = "all figures are provisional"
		default:
			latest = i
		}
	}
	if latest < 0 {
		s.Trend = string(stats.TrendCannotBeCalculated)
		s.Words = []string{"The recent trend cannot be calculated: " + why + "."}
		return
	}
	if s.Kind == Edition {
		s.Words = []string{"No recent trend is calculated: editions are years apart."}
		return
	}
	if ind.Kind == Inequality {
		s.Words = []string{"No recent trend is calculated of a measure of inequality: the marker is for rates and shares of one population."}
		return
	}
	var points []stats.TrendPoint
	end := series[latest].Period.Last
	for _, f := range slices.Backward(series[:latest+1]) {
		if (end-f.Period.Last)%12 == 0 {
			nan := math.NaN() // a year without a figure keeps its place
			p := stats.TrendPoint{Year: math.Floor(float64(f.Period.Last) / 12), Count: nan, Denominator: nan, Value: nan, Lower: nan, Upper: nan}
			if f.Status == Available && !f.Provisional {
				p.Count, p.Denominator, p.Value, p.Lower, p.Upper = *f.Numerator, *f.Denominator, *f.Value, *f.Lower, *f.Upper
			}
			points = append(points, p)
		}
		// The break may lie before a figure between two of the points.
		if len(points) > 0 && f.BreakBefore != "" {
			points[len(points)-1].Break = true
		}
	}
	polarity := map[Polarity]stats.Polarity{HighGood: stats.HighIsGood, LowGood: stats.LowIsGood, NoJudgment: stats.NoJudgement}[ind.Polarity]
	result, err := stats.Trend(points, stats.TrendOptions{Proportion: ind.Kind == Proportion, Polarity: polarity})
	if err != nil {
		s.Trend = string(stats.TrendCannotBeCalculated)
		s.Words = []string{"The recent trend cannot be calculated: " + because(err.Error()) + "."}
		return
	}
	s.Trend = string(result.Marker)
	s.Words = []string{trendWords(result)}
}

// trendReasons are the test's reasons as a sentence gives them.
var trendReasons = map[string]string{
	"no significant trend":                "the test finds no trend that is statistically significant at the 99.8% level",
	"the trend rests on one point":        "there is a trend only with one of the years among them",
	"fewer than five points":              "there are fewer than five years that do not overlap",
	"a missing value among the last five": "one of the five latest years has no figure",
	"a break in the series":               "there is a break among the five latest years",
	"significant trend without outliers":  "the trend is statistically significant at the 99.8% level, and its direction does not rest on any one year",
}

func trendWords(r stats.TrendResult) string {
	why, ok := trendReasons[r.Reason]
	if !ok {
		why = because(r.Reason)
	}
	if r.Marker == stats.TrendCannotBeCalculated {
		return "The recent trend cannot be calculated: " + why + "."
	}
	return fmt.Sprintf("Recent trend, by the five latest years that do not overlap: %s (%s).", lower(string(r.Marker)), why)
}

func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
