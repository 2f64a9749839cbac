package dashboard

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"outcomes/dashboard/chart"
	"outcomes/metrics"
)

// trend is what a chart of an indicator is made of, and what it could show.
type trend struct {
	strategy *metrics.Strategy
	choice   choice
	summary  metrics.IndicatorSummary
	subject  []metrics.Figure
	beside   []metrics.Figure
	signal   metrics.Signal
	periods  []metrics.Period
	can      map[string]string // overlays there is something to show for, with their words
}

func trendOf(strategy *metrics.Strategy, ch choice, summary metrics.IndicatorSummary, subject, beside []metrics.Figure, signal metrics.Signal) trend {
	t := trend{strategy: strategy, choice: ch, summary: summary, subject: subject, beside: beside, signal: signal,
		periods: periodsOf(slices.Concat(subject, beside)), can: map[string]string{}}
	for _, f := range subject {
		if f.Status == metrics.Available && f.Lower != nil && f.Upper != nil {
			t.can[showInterval] = "95% interval"
		}
		if c, ok := f.Comparison(metrics.WithSimilar); ok && c.Value != nil && f.Status == metrics.Available {
			t.can[showSimilar] = "Similar areas"
		}
		if c, ok := f.Comparison(metrics.WithEngland); ok && c.Value != nil && f.Status == metrics.Available {
			t.can[showEngland] = c.With
		}
	}
	if slices.ContainsFunc(signal.Segments, func(s metrics.Segment) bool { return s.Mean != nil && s.Lower != nil && s.Upper != nil }) {
		t.can[showLimits] = "Process limits"
	}
	if slices.ContainsFunc(beside, func(f metrics.Figure) bool { return f.Status == metrics.Available && f.Value != nil }) {
		t.can[showBeside] = areaName(beside[0].Area)
	}
	if target := ch.indicator.Target; target != nil && target.Of(ch.kind) && len(subject) > 0 && subject[0].Area.Code == strategy.Area.Code {
		t.can[showTarget] = "Target"
	}
	return t
}

// shows says whether the chart shows an overlay: it is chosen, and there is
// something to show.
func (t trend) shows(name string) bool { return t.can[name] != "" && t.choice.shows(name) }

// periodsOf are the periods of figures, from the first that has a value, hidden or not.
func periodsOf(figures []metrics.Figure) []metrics.Period {
	var periods []metrics.Period
	started := map[metrics.Period]bool{}
	for _, f := range figures {
		if _, seen := started[f.Period]; !seen {
			periods = append(periods, f.Period)
		}
		started[f.Period] = started[f.Period] || f.Status == metrics.Suppressed || f.Status == metrics.Available && f.Value != nil
	}
	slices.SortFunc(periods, func(a, b metrics.Period) int { return int(a.Last - b.Last) })
	for len(periods) > 0 && !started[periods[0]] {
		periods = periods[1:]
	}
	return periods
}

// axisOf are periods as places on the axis of time.
func axisOf(periods []metrics.Period) []chart.Period {
	var out []chart.Period
	for _, p := range periods {
		short := p.Last.Name()[:3] + fmt.Sprintf(" %d", p.Last.Year())
		if p.Kind == metrics.Edition {
			short = fmt.Sprint(p.Last.Year())
		}
		out = append(out, chart.Period{At: int(p.Last), Short: short, Label: p.Label(), Article: periodArticle(p)})
	}
	return out
}

func chartOf(t trend) *chartView {
	in := t.input()
	in.Description = t.described(in)
	view := &chartView{
		Wide: chart.SVG(in, chart.Wide), Narrow: chart.SVG(in, chart.Narrow), Paper: chart.SVG(in, chart.Paper),
		Key: in.Markers, ShowKey: in.Crowded(),
	}
	if options, err := chart.Trend(in); err == nil { // without them the server's drawing stays
		view.Data = template.JS(options)
	}
	var how []string
	if at, cut := in.Cut(); cut {
		how = append(how, "The axis starts at "+at+", not at 0.")
	}
	how = append(how, t.captions(in)...)
	for _, words := range []string{strings.Join(how, " "), strings.Join(t.reasons(), " ")} {
		if words != "" {
			view.Caption = append(view.Caption, words)
		}
	}
	if source := t.choice.indicator.Source; source != "" {
		view.Caption = append(view.Caption, "Source: "+strings.TrimSuffix(source, ".")+".")
	}
	return view
}

// described is the chart in words: what the latest figure says, then the picture.
func (t trend) described(in chart.Input) string {
	words := in.Describe()
	if f := t.summary.Latest; f != nil && f.Sentence != "" {
		words = strings.TrimSuffix(f.Sentence, ".") + ". " + words
	}
	return words
}

// captions say in words what the chart's lines and marks are.
func (t trend) captions(in chart.Input) []string {
	ind := t.choice.indicator
	var out []string
	if t.shows(showInterval) {
		out = append(out, "The band is the 95% interval.")
	}
	var restated []string
	for _, f := range t.subject {
		if f.Provisional {
			restated = append(restated, the(f.Period))
		}
	}
	if n := len(restated); n > 0 {
		words := restated[0]
		if n > 1 {
			words += " to " + restated[n-1]
		}
		out = append(out, "Provisional, and drawn as a hollow circle where nothing else marks it: "+words+".")
	}
	if t.shows(showEngland) {
		out = append(out, "England: "+t.england()+".")
	}
	if t.shows(showSimilar) {
		out = append(out, "Similar areas: the mean of the group’s values, this area among them.")
	}
	if t.shows(showTarget) {
		target := ind.Target
		words := "Target: " + metrics.Amount(ind, target.Value)
		if by, err := metrics.ParsePeriod(target.By); err == nil {
			words += " by " + the(by)
		}
		if base, err := metrics.ParsePeriod(target.Baseline.Period); err == nil {
			words += "; the dashed line is the straight way to it from " + written(ind, target.Baseline.Value) + " in " + the(base)
		}
		out = append(out, words+".")
	}
	if n := len(in.Limits); n > 0 {
		l := in.Limits[n-1]
		words := fmt.Sprintf("Process limits: %s to %s around a mean of %s, from %s", in.Format(l.Lower), in.Format(l.Upper), in.Format(l.Mean), in.Periods[l.First].The())
		if t.signal.Segments[len(t.signal.Segments)-1].Trial {
			words += "; trial limits"
		}
		out = append(out, words+".")
	}
	if words := marksInWords(t, in); words != "" {
		out = append(out, words)
	}
	return out
}

// england says what the latest of England's figures was made from.
func (t trend) england() string {
	for _, f := range slices.Backward(t.subject) {
		if c, ok := f.Comparison(metrics.WithEngland); ok && c.Basis != "" {
			return c.Basis + " in " + the(f.Period)
		}
	}
	return "as the figures were compared with it"
}

// reasons say why there are breaks and gaps.
func (t trend) reasons() []string {
	var breaks []string
	for _, f := range t.subject {
		if f.BreakBefore != "" && slices.Contains(t.periods, f.Period) {
			breaks = append(breaks, "Break before "+the(f.Period)+": "+strings.TrimSuffix(f.BreakBefore, ".")+".")
		}
	}
	if len(breaks) > 2 {
		breaks = append(breaks[:1], "The table gives the reason for each of the other breaks.")
	}
	var missing []string
	for _, f := range t.subject {
		if f.Status != metrics.Available && f.Reason != "" && f.Period.Last >= t.periods[0].Last {
			missing = append(missing, "No figure for "+the(f.Period)+": "+f.Reason+".")
		}
	}
	if len(missing) > 2 {
		missing = append(missing[:1], "The table gives the reason for each of the other gaps.")
	}
	return append(breaks, missing...)
}

var markClasses = map[string]string{"improvement": "better", "concern": "worse"}

var shapeWords = map[string]string{"better": "a circle is an improvement", "worse": "a square is a concern", "none": "a diamond is unusual, neither way being good by itself"}

// marksInWords names the latest marked periods and what their shapes mean.
func marksInWords(t trend, in chart.Input) string {
	if len(in.Marks) == 0 {
		return ""
	}
	var classes, periods []string
	for _, m := range in.Marks {
		if words := shapeWords[m.Class]; !slices.Contains(classes, words) {
			classes = append(classes, words)
		}
	}
	for _, m := range slices.Backward(in.Marks) {
		if len(periods) == 2 {
			break
		}
		periods = append(periods, fmt.Sprintf("%s (%s)", in.Periods[m.At].The(), m.Words))
	}
	words := fmt.Sprintf("Marked (%s): %s", strings.Join(classes, "; "), strings.Join(periods, ", "))
	if more := len(in.Marks) - len(periods); more > 0 {
		words += fmt.Sprintf(" and %d earlier, which the table names", more)
	}
	return words + "."
}

// input lays the figures out along the periods.
func (t trend) input() chart.Input {
	ind := t.choice.indicator
	in := chart.Input{
		Title:    measure(ind),
		Decimals: ind.Decimals, Percent: ind.Kind == metrics.Proportion, Pounds: ind.Unit == metrics.Pounds, Count: ind.Kind == metrics.Total,
		Periods: axisOf(t.periods),
	}
	subject := lineOf(t.subject, t.periods, chart.Subject, t.shows(showInterval))
	if ind.Accountability == metrics.Performance {
		subject.Name = upperFirst(whose(t.strategy, ind))
	}
	in.Lines = append(in.Lines, subject)
	for _, f := range t.subject {
		if at := slices.Index(t.periods, f.Period); at >= 0 && f.Status != metrics.Available {
			in.Gaps = chart.AddGap(in.Gaps, at, f.Status == metrics.Suppressed)
		}
	}
	if t.shows(showSimilar) {
		in.Lines = append(in.Lines, t.benchmark(chart.Similar, metrics.WithSimilar, "Similar areas"))
	}
	if t.shows(showBeside) {
		in.Lines = append(in.Lines, lineOf(t.beside, t.periods, chart.Beside, false))
	}
	if t.shows(showEngland) {
		in.Lines = append(in.Lines, t.benchmark(chart.England, metrics.WithEngland, t.can[showEngland]))
	}
	if t.shows(showTarget) {
		in.Lines = append(in.Lines, t.target())
	}
	if t.shows(showLimits) {
		in.Limits, in.Marks = t.limits(), t.marks()
	}
	in.Markers = t.markers()
	return in.Fit()
}

// whose is what a performance indicator's line is called: it is the projects',
// not the city's.
func whose(s *metrics.Strategy, ind metrics.Indicator) string {
	if list := s.Contributors(ind); len(list) == 1 {
		return list[0].Name
	}
	return "the projects"
}

// placeOf is what a figure is of: the area, or the projects.
func placeOf(s *metrics.Strategy, ind metrics.Indicator, a metrics.Area) string {
	if ind.Accountability == metrics.Performance {
		return whose(s, ind)
	}
	return areaName(a)
}

// lineOf is the line of one area's figures, with the limits of its intervals
// where it is the subject.
func lineOf(figures []metrics.Figure, periods []metrics.Period, role chart.Role, band bool) chart.Line {
	n := len(periods)
	line := chart.Line{Role: role, Values: make([]*float64, n), Breaks: map[int]bool{}, Hollow: map[int]bool{}, Hidden: map[int]bool{}, Band: band}
	if role == chart.Subject {
		line.Lower, line.Upper = make([]*float64, n), make([]*float64, n)
	}
	for _, f := range figures {
		line.Name = areaName(f.Area)
		at := slices.Index(periods, f.Period)
		if at < 0 {
			continue
		}
		if f.Status == metrics.Available {
			line.Values[at] = f.Value
			if role == chart.Subject {
				line.Lower[at], line.Upper[at] = f.Lower, f.Upper
			}
		}
		line.Breaks[at] = f.BreakBefore != ""
		line.Hollow[at], line.Hidden[at] = f.Provisional, f.Status == metrics.Suppressed
	}
	return line
}

// benchmark is the line of what the figures were compared with: the mean of the
// similar areas, or England.
func (t trend) benchmark(role chart.Role, kind metrics.ComparisonKind, name string) chart.Line {
	line := chart.Line{Role: role, Name: name, Values: make([]*float64, len(t.periods)), Breaks: map[int]bool{}}
	for _, f := range t.subject {
		at := slices.Index(t.periods, f.Period)
		if at < 0 {
			continue
		}
		if c, ok := f.Comparison(kind); ok && f.Status == metrics.Available {
			line.Values[at] = c.Value
		}
		line.Breaks[at] = f.BreakBefore != ""
	}
	return line
}

// target is the way to the target, or the target itself where there is no way.
func (t trend) target() chart.Line {
	target := t.choice.indicator.Target
	line := chart.Line{Role: chart.Target, Name: "Way to target", Values: make([]*float64, len(t.periods))}
	for i, p := range t.periods {
		switch v, ok := target.Path(p); {
		case ok:
			line.Values[i] = &v
		case target.Baseline.Period == "":
			line.Name, line.Values[i] = "Target", &target.Value
		}
	}
	return line
}

// limits are the process limits of the stretches that have some. One below 0
// is drawn at 0, a percentage above 100 at 100.
func (t trend) limits() []chart.Limits {
	ind := t.choice.indicator
	var out []chart.Limits
	for _, s := range t.signal.Segments {
		if s.Mean == nil || s.Lower == nil || s.Upper == nil {
			continue
		}
		first, last := -1, -1
		from, err1 := metrics.ParsePeriod(s.From)
		to, err2 := metrics.ParsePeriod(s.To)
		if err1 != nil || err2 != nil {
			continue
		}
		for i, p := range t.periods {
			if p.Last >= from.Last && first < 0 {
				first = i
			}
			if p.Last <= to.Last {
				last = i
			}
		}
		if first < 0 || last < first {
			continue
		}
		l := chart.Limits{First: first, Last: last, Mean: *s.Mean, Lower: *s.Lower, Upper: *s.Upper}
		if ind.Kind != metrics.Inequality { // which may be below 0
			l.Lower = math.Max(l.Lower, 0)
		}
		if ind.Kind == metrics.Proportion {
			l.Upper = math.Min(l.Upper, 100)
		}
		out = append(out, l)
	}
	return out
}

// marks are the periods with a special cause. Of neighbours that say the same the
// last one carries the word.
func (t trend) marks() []chart.Mark {
	var out []chart.Mark
	for _, c := range t.signal.Marked {
		p, err := metrics.ParsePeriod(c.Period)
		at := slices.Index(t.periods, p)
		if err != nil || at < 0 {
			continue
		}
		class := markClasses[c.Variation]
		if class == "" {
			class = "none"
		}
		m := chart.Mark{At: at, Class: class, Short: shortRule(c.Rule, c.High), Words: c.Rule, High: c.High}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b chart.Mark) int { return a.At - b.At })
	for i := 1; i < len(out); i++ {
		if out[i-1].At == out[i].At-1 && out[i-1].Class == out[i].Class {
			out[i-1].Short = ""
		}
	}
	return out
}

// shortRule is a rule in the words that there is room for beside a point.
func shortRule(rule string, high bool) string {
	switch {
	case strings.Contains(rule, "process limit"):
		if high {
			return "above limit"
		}
		return "below limit"
	case strings.HasPrefix(rule, "in a run") && strings.HasSuffix(rule, "rising"):
		return "rising run"
	case strings.HasPrefix(rule, "in a run") && strings.HasSuffix(rule, "falling"):
		return "falling run"
	case strings.HasPrefix(rule, "in a run") && high:
		return "run above mean"
	case strings.HasPrefix(rule, "in a run"):
		return "run below mean"
	case high:
		return "2 of 3 high"
	}
	return "2 of 3 low"
}

// markers are the strategy's events, the breaks that it declares, and those
// that the figures show.
func (t trend) markers() []chart.Marker {
	var out []chart.Marker
	declared := map[string]bool{}
	for _, b := range t.strategy.Breaks {
		from, err := metrics.ParseMonth(b.From)
		if err != nil || t.choice.kind == metrics.Edition || !touches(b, t.choice.indicator.ID, t.choice.area) {
			continue
		}
		m := chart.Marker{At: int(from), Label: b.Label, When: "from " + from.Name(), Break: true}
		if to, err := metrics.ParseMonth(b.To); err == nil {
			m.Until, m.When = int(to), from.Name()+" to "+to.Name()
		}
		for _, f := range t.subject { // where it parts the line, it stands between the two periods
			if b.Refuse && f.BreakBefore == b.Reason {
				m.At, declared[b.Reason] = t.before(f.Period), true
			}
		}
		out = append(out, m)
	}
	for _, f := range t.subject {
		if at := slices.Index(t.periods, f.Period); f.BreakBefore != "" && at > 0 && !declared[f.BreakBefore] {
			out = append(out, chart.Marker{At: t.before(f.Period), Label: "Break in the series", When: "before " + the(f.Period), Break: true})
		}
	}
	if t.choice.kind != metrics.Edition { // an edition is of a year, an event of a day
		for _, e := range t.strategy.Events {
			if month, err := e.Month(); err == nil {
				out = append(out, chart.Marker{At: int(month), Label: e.Label, When: month.Name()})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b chart.Marker) int { return a.At - b.At })
	return out
}

// before is half-way between a period and the one before it on the axis.
func (t trend) before(p metrics.Period) int {
	if at := slices.Index(t.periods, p); at > 0 {
		return int(t.periods[at-1].Last+p.Last) / 2
	}
	return int(p.Last)
}

// touches says whether a declared break is of an indicator and an area.
func touches(b metrics.Break, indicator, area string) bool {
	return (len(b.Indicators) == 0 || slices.Contains(b.Indicators, indicator)) && (len(b.Areas) == 0 || slices.Contains(b.Areas, area))
}
