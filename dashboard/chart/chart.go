// Package chart turns a series of values into a picture of a trend: the
// options for ECharts in the browser (Trend), the same drawn by the server for
// those without JavaScript and for print (SVG), and in words for those who do
// not see either (Describe). It is the only importer of go-echarts. It knows
// nothing of indicators and computes no statistics.
package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"outcomes/metrics"
)

// Input is a trend to draw.
type Input struct {
	Title       string // what is measured: "Violence and sexual offences per 1,000 residents"
	Description string // the text alternative
	Decimals    int
	Percent     bool
	Pounds      bool
	Count       bool     // a count or an amount, not a rate: the axis starts at 0 and has whole numbers only
	Periods     []Period // oldest first
	Lines       []Line   // the first is the subject, the others what it is seen beside
	Limits      []Limits // process limits, oldest first
	Marks       []Mark   // the subject's points that are out of the ordinary
	Gaps        []Gap
	Markers     []Marker // events and breaks, oldest first
}

// Period is a place on the time axis.
type Period struct {
	At      int    // month number, for a true scale of time
	Short   string // "Mar 2019"
	Label   string // "quarter ending March 2019"
	Article string // what stands before the label in a sentence: "the ", or "" for a month
}

// The is the period within a sentence.
func (p Period) The() string { return p.Article + p.Label }

// Role is what a line is for: it decides on its looks.
type Role string

// The roles, each with its own colour, dash and symbol.
const (
	Subject Role = "subject"
	Beside  Role = "beside"  // another area
	Similar Role = "similar" // the mean of similar areas
	England Role = "england"
	Target  Role = "target"
)

// Line is one series. A nil value is missing or suppressed and is drawn as a gap.
type Line struct {
	Role         Role // Subject where it is empty
	Name         string
	Values       []*float64   // one for each period
	Lower, Upper []*float64   // of the values' intervals, or nil; the scale leaves room for them: chance must not look like news
	Band         bool         // the intervals are drawn
	Breaks       map[int]bool // periods that must not be joined to the one before
	Hollow       map[int]bool // periods whose value is provisional
	Hidden       map[int]bool // periods whose value is suppressed
}

// Limits are the process limits of a stretch of periods, both ends included.
type Limits struct {
	First, Last        int
	Mean, Lower, Upper float64
}

// Mark is a point out of the ordinary.
type Mark struct {
	At    int    // index of the period
	Class string // "better", "worse" or "none": shape and colour
	Short string // "above limit", "" where a neighbour says it already
	Words string // "above the process limit"
	High  bool
}

// Gap is a run of periods, both ends included, for which the subject has no value.
type Gap struct {
	First, Last int
	Label       string
}

// Marker is a dated event or a break in the series, drawn as a vertical line.
type Marker struct {
	At    int // month number
	Label string
	When  string // "January 2019"
	Break bool
	Until int    // month number of a second line, where what is marked ended; 0 for none
	Key   string // the letter that stands for the label where there is no room; set by Fit
}

// Look is how a line is drawn: in which colour, dashed how, and with which
// symbol at its points. The stylesheet says the same of the drawings on pages.
type Look struct {
	Colour string
	Dash   []float64 // lengths of dash and gap, in pixels; none for a line without gaps
	Width  float64
	Round  bool   // the dashes' ends are round, so that short ones are dots
	Symbol string // "circle", "rect", "triangle", "diamond" or "none"
}

// From the palette of the Analysis Function, its teal and orange left to better
// and worse.
var looks = map[Role]Look{
	Subject: {"#12436D", nil, 2.5, false, "circle"},
	Beside:  {"#801650", []float64{7, 5}, 2, false, "rect"},
	Similar: {"#5B6168", []float64{1, 5}, 2.5, true, "triangle"},
	England: {"#6D4FA3", []float64{10, 4, 2, 4}, 2, false, "diamond"},
	Target:  {"#1B1F24", []float64{12, 6}, 1.5, false, "none"},
}

// Look is the line's, by its role.
func (l Line) Look() Look {
	if look, ok := looks[l.role()]; ok {
		return look
	}
	return looks[Beside]
}

const axisColour = "#595959"

func (l Line) role() Role {
	if l.Role == "" {
		return Subject
	}
	return l.Role
}

// Fit prepares an input to be drawn: it leaves out the markers that lie
// outside the axis and gives the others their letters.
func (in Input) Fit() Input {
	if len(in.Periods) == 0 {
		return in
	}
	first, last := in.Periods[0].At, in.Periods[len(in.Periods)-1].At
	var kept []Marker
	for _, m := range in.Markers {
		if m.At >= first && m.At <= last {
			n := len(kept)
			m.Key = string(rune('A' + n%26))
			if n >= 26 { // AA after Z
				m.Key = string(rune('A'+(n/26-1)%26)) + m.Key
			}
			kept = append(kept, m)
		}
	}
	in.Markers = kept
	return in
}

// Crowded says that the markers are too many to stand in the picture with
// their words: letters stand there and the words in a key.
func (in Input) Crowded() bool { return len(in.Markers) > 5 }

// Format writes a value as the picture does.
func (in Input) Format(v float64) string {
	return in.write(v, in.Decimals)
}

func (in Input) write(v float64, decimals int) string {
	switch {
	case in.Percent:
		return metrics.Decimal(v, decimals) + "%"
	case in.Pounds:
		return metrics.Amount(metrics.Indicator{Unit: metrics.Pounds, Decimals: decimals}, v)
	}
	return metrics.Decimal(v, decimals)
}

// Last is the index of the newest value of a line, -1 when it has none.
func (l Line) Last() int {
	for i := len(l.Values) - 1; i >= 0; i-- {
		if l.Values[i] != nil {
			return i
		}
	}
	return -1
}

// End is what stands at a line's end: its name, cut where it is very long for
// the table has it whole, and its last value.
func (in Input) End(l Line) string {
	name := []rune(l.Name)
	if len(name) > 40 {
		name = append(name[:39], '…')
	}
	return string(name) + " " + in.Format(*l.Values[l.Last()])
}

// span is the axis of time: from the first period to the last, with a little
// room before and after.
func (in Input) span() (first, last float64) {
	first, last = float64(in.Periods[0].At), float64(in.Periods[len(in.Periods)-1].At)
	room := max((last-first)*0.015, 0.5)
	return first - room, last + room
}

// reach is from the lowest to the highest that a line may be: its values and
// the limits of their intervals.
func (l Line) reach() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range slices.Concat(l.Values, l.Lower, l.Upper) {
		if v != nil {
			low, high = min(low, *v), max(high, *v)
		}
	}
	return low, high
}

// Axis is the scale of values.
type Axis struct{ Min, Max, Step float64 }

// Scale is the axis of values: from zero, unless these are no counts and lie so
// high that their differences would not be seen. Cut says when that is so.
func (in Input) Scale() Axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range in.Lines {
		from, to := l.reach()
		low, high = min(low, from), max(high, to)
	}
	for _, l := range in.Limits {
		low, high = min(low, l.Lower), max(high, l.Upper)
	}
	nothing := Axis{0, 1, 0.5}
	if in.Count {
		nothing.Step = 1
	}
	if low > high {
		return nothing
	}
	if low >= 0 && (in.Count || low < 0.5*high) || high == 0 {
		low = 0
	}
	span := high - low
	if span == 0 {
		span = math.Abs(high)
	}
	if span == 0 {
		return nothing
	}
	step := niceStep(span / 4)
	if in.Count {
		if step = max(step, 1); step == 2.5 {
			step = 5
		}
	}
	axis := Axis{Min: math.Floor(low/step) * step, Step: step}
	if low > 0 && axis.Min == low {
		axis.Min = max(0, axis.Min-step)
	}
	axis.Max = math.Ceil(high/step) * step
	if axis.Max-high < 0.2*step { // room for the label of the line that ends highest
		axis.Max += step
	}
	if in.Percent && low >= 0 && high <= 100 {
		axis.Max = min(axis.Max, 100)
	}
	return axis
}

// Cut is where the axis starts when it does not start at zero: the caption must say so.
func (in Input) Cut() (string, bool) {
	axis := in.Scale()
	return in.Tick(axis, axis.Min), axis.Min > 0
}

// Tick writes a value of the axis, with as many decimals as its steps need.
func (in Input) Tick(axis Axis, v float64) string {
	decimals := 0
	for s := axis.Step; decimals < 6 && math.Abs(s-math.Round(s)) > 1e-9; s *= 10 {
		decimals++
	}
	return in.write(v, decimals)
}

// Ticks are where the lines of the grid are.
func (a Axis) Ticks() []float64 {
	var out []float64
	for i := 0; ; i++ {
		v := a.Min + float64(i)*a.Step
		if v > a.Max+a.Step/1e6 {
			return out
		}
		out = append(out, v)
	}
}

func niceStep(rough float64) float64 {
	magnitude := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if rough <= m*magnitude*(1+1e-9) {
			return m * magnitude
		}
	}
	return 10 * magnitude
}

// hollow are the periods whose value of the subject is provisional, in order.
func (in Input) hollow() []int {
	if len(in.Lines) == 0 {
		return nil
	}
	var out []int
	for i, v := range in.Lines[0].Values {
		if v != nil && in.Lines[0].Hollow[i] {
			out = append(out, i)
		}
	}
	return out
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Describe is the picture in words: what kind it is, what it shows from when
// to when, each line's range and end value, and what is missing.
func (in Input) Describe() string {
	if len(in.Periods) == 0 {
		return "No chart: there are no figures yet."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Line chart: %s, from %s to %s.", in.Title, in.Periods[0].The(), in.Periods[len(in.Periods)-1].The())
	for _, l := range in.Lines {
		end := l.Last()
		if end < 0 {
			fmt.Fprintf(&b, " %s: no values.", l.Name)
			continue
		}
		low, high := *l.Values[end], *l.Values[end]
		for _, v := range l.Values {
			if v != nil {
				low, high = min(low, *v), max(high, *v)
			}
		}
		fmt.Fprintf(&b, " %s: between %s and %s, ending at %s in %s.", l.Name, in.Format(low), in.Format(high), in.Format(*l.Values[end]), in.Periods[end].The())
	}
	if at := in.hollow(); len(at) == 1 {
		fmt.Fprintf(&b, " %s is provisional.", capital(in.Periods[at[0]].The()))
	} else if n := len(at); n > 1 {
		fmt.Fprintf(&b, " The %d periods from %s on are provisional.", n, in.Periods[at[0]].The())
	}
	for i, l := range in.Limits {
		if i == len(in.Limits)-1 {
			fmt.Fprintf(&b, " Process limits from %s on: %s to %s, around a mean of %s.", in.Periods[l.First].The(), in.Format(l.Lower), in.Format(l.Upper), in.Format(l.Mean))
		}
	}
	for i, m := range in.Marks {
		if i == len(in.Marks)-1 {
			fmt.Fprintf(&b, " %d marked as out of the ordinary, the latest %s: %s.", len(in.Marks), in.Periods[m.At].The(), m.Words)
		}
	}
	for _, g := range in.Gaps {
		if g.First == g.Last {
			fmt.Fprintf(&b, " %s for %s.", g.Label, in.Periods[g.First].The())
		} else {
			fmt.Fprintf(&b, " %s from %s to %s.", g.Label, in.Periods[g.First].The(), in.Periods[g.Last].The())
		}
	}
	for i, m := range in.Markers {
		if i == 0 {
			b.WriteString(" Marked: ")
		} else {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s (%s)", m.Label, m.When)
	}
	if len(in.Markers) > 0 {
		b.WriteString(".")
	}
	return b.String()
}
