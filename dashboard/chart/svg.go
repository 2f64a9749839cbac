package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
	"strings"
)

// Size is the size a picture is drawn for.
type Size struct {
	Class         string
	Width, Height float64
	right         float64 // room for the labels at the lines' ends
	letters       bool    // markers by letter, their words in a key
}

// A picture for a page, one for a phone, and one for a sheet of A4, on which the
// first one's words would be too small.
var (
	Wide   = Size{"wide", 860, 420, 150, false}
	Narrow = Size{"narrow", 360, 340, 92, true}
	Paper  = Size{"paper", 690, 390, 150, false}
)

const (
	left, bottom = 52, 52
	rowHeight    = 20
	charWidth    = 6.6 // of the sans at 13 pixels, on average; for placing, not for cutting
)

// SVG draws the trend without JavaScript. Colours and fonts come from the
// stylesheet, by class, so that dark mode and print follow.
func SVG(in Input, size Size) template.HTML {
	in = in.Fit()
	if len(in.Periods) == 0 {
		return ""
	}
	letters := size.letters || in.Crowded()
	first, last := in.span()
	x := func(at float64) float64 { return left + (at-first)/(last-first)*(size.Width-left-size.right) }

	labels := make([]Label, len(in.Markers))
	for i, m := range in.Markers {
		text := m.Label
		if letters {
			text = m.Key
		}
		labels[i] = Label{X: x(float64(m.At)), Width: float64(len([]rune(text)))*charWidth + 10, Text: text}
	}
	rows := Place(labels, size.Width)
	top := 22 + float64(rows)*rowHeight
	axis := in.Scale()
	y := func(v float64) float64 {
		return top + (axis.Max-v)/(axis.Max-axis.Min)*(size.Height-top-bottom)
	}
	floor := size.Height - bottom

	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="drawn %s" viewBox="0 0 %g %g" role="img" aria-label="%s">`, size.Class, size.Width, size.Height, html.EscapeString(in.Description))
	for _, g := range in.Gaps {
		from, to := in.GapEdges(g)
		fmt.Fprintf(&b, `<rect class="gap" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, x(from), top, max(x(to)-x(from), 4), floor-top)
		crossing := slices.Clone(labels)
		for _, m := range in.Markers {
			if m.Until > 0 {
				crossing = append(crossing, Label{X: x(float64(m.Until))})
			}
		}
		middle := gapLabel(x(from), x(to), crossing)
		for i, word := range strings.SplitN(g.Label, " ", 2) {
			fmt.Fprintf(&b, `<text class="soft small" text-anchor="middle" x="%.1f" y="%.1f">%s</text>`, middle, top+16+float64(i)*15, html.EscapeString(word))
		}
	}
	for _, v := range axis.Ticks() {
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%.1f" y1="%.1f" y2="%.1f"/>`, left, size.Width-size.right, y(v), y(v))
		fmt.Fprintf(&b, `<text class="soft" text-anchor="end" x="%d" y="%.1f">%s</text>`, left-8, y(v)+4, html.EscapeString(in.Tick(axis, v)))
	}
	fmt.Fprintf(&b, `<line class="axis" x1="%d" x2="%.1f" y1="%.1f" y2="%.1f"/>`, left, size.Width-size.right, floor, floor)
	every := stride(len(in.Periods), size.Width-left-size.right)
	for i := len(in.Periods) - 1; i >= 0; i -= every {
		p := in.Periods[i]
		fmt.Fprintf(&b, `<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, x(float64(p.At)), x(float64(p.At)), floor, floor+5)
		for j, word := range strings.SplitN(p.Short, " ", 2) {
			fmt.Fprintf(&b, `<text class="soft" text-anchor="middle" x="%.1f" y="%.1f">%s</text>`, x(float64(p.At)), floor+21+float64(j)*17, html.EscapeString(word))
		}
	}
	in.drawBands(&b, x, y)
	in.drawLimits(&b, x, y)
	for i, m := range in.Markers {
		class := "event"
		if m.Break {
			class = "break"
		}
		l := labels[i]
		ly := top - float64(l.Row+1)*rowHeight + 4
		fmt.Fprintf(&b, `<line class="%s" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, class, l.X, l.X, ly, floor)
		if m.Until > 0 && float64(m.Until) < last {
			fmt.Fprintf(&b, `<line class="%s" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, class, x(float64(m.Until)), x(float64(m.Until)), top, floor)
		}
		anchor, dx := "start", 5.0
		if l.Before {
			anchor, dx = "end", -5
		}
		fmt.Fprintf(&b, `<text class="soft" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`, anchor, l.X+dx, ly+11, html.EscapeString(l.Text))
	}
	for i := len(in.Lines) - 1; i >= 0; i-- { // the subject last, so that it lies on top
		l := in.Lines[i]
		class := string(l.role())
		var run []string
		flush := func() {
			if len(run) > 1 {
				fmt.Fprintf(&b, `<polyline class="%s" points="%s"/>`, class, strings.Join(run, " "))
			}
			run = nil
		}
		for j, v := range l.Values {
			if v == nil || l.Breaks[j] {
				flush()
			}
			if v != nil {
				run = append(run, fmt.Sprintf("%.1f,%.1f", x(float64(in.Periods[j].At)), y(*v)))
			}
		}
		flush()
		end := l.Last()
		for j, v := range l.Values {
			if v == nil {
				continue
			}
			r := 3.5
			if j == end {
				r = 5
			}
			cx, cy := x(float64(in.Periods[j].At)), y(*v)
			switch l.role() {
			case Beside:
				fmt.Fprintf(&b, `<rect class="beside-dot" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, cx-r*0.85, cy-r*0.85, 1.7*r, 1.7*r)
			case Similar:
				fmt.Fprintf(&b, `<polygon class="similar-dot" points="%.1f,%.1f %.1f,%.1f %.1f,%.1f"/>`, cx, cy-r*1.2, cx+r*1.1, cy+r*0.8, cx-r*1.1, cy+r*0.8)
			case England:
				fmt.Fprintf(&b, `<polygon class="england-dot" points="%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f"/>`, cx, cy-r*1.2, cx+r*1.2, cy, cx, cy+r*1.2, cx-r*1.2, cy)
			case Target: // a path has no measurements
			default:
				look := "subject-dot"
				if l.Hollow[j] {
					look += " hollow"
				}
				fmt.Fprintf(&b, `<circle class="%s" cx="%.1f" cy="%.1f" r="%.1f"/>`, look, cx, cy, r)
			}
		}
	}
	in.drawMarks(&b, size, x, y)
	for _, e := range in.endLabels(size, x, y) {
		fmt.Fprintf(&b, `<text class="%s">`, e.class)
		for i, words := range e.lines {
			fmt.Fprintf(&b, `<tspan x="%.1f" y="%.1f">%s</tspan>`, e.x, e.y+float64(i)*endHeight, html.EscapeString(words))
		}
		b.WriteString(`</text>`)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// gapLabel is where a gap's label stands: in its middle, or at a side where an
// event's line runs through the middle.
func gapLabel(from, to float64, markers []Label) float64 {
	const half = 24
	middle := (from + to) / 2
	for _, at := range []float64{middle, from + half, to - half} {
		crossed := slices.ContainsFunc(markers, func(m Label) bool { return math.Abs(m.X-at) < half })
		if !crossed && (at == middle || to-from > 2*half) {
			return at
		}
	}
	return middle
}

// drawBands draws the intervals of the lines that show them, one piece for
// each stretch without a gap or a break.
func (in Input) drawBands(b *strings.Builder, x, y func(float64) float64) {
	for _, l := range in.Lines {
		for _, run := range l.Runs() {
			var upper, lower []string
			for _, i := range run {
				at := x(float64(in.Periods[i].At))
				upper = append(upper, fmt.Sprintf("%.1f,%.1f", at, y(*l.Upper[i])))
				lower = append(lower, fmt.Sprintf("%.1f,%.1f", at, y(*l.Lower[i])))
			}
			slices.Reverse(lower)
			if len(run) == 1 { // a value between two gaps has no width to fill
				at := x(float64(in.Periods[run[0]].At))
				fmt.Fprintf(b, `<line class="whisker" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, at, at, y(*l.Upper[run[0]]), y(*l.Lower[run[0]]))
				continue
			}
			fmt.Fprintf(b, `<polygon class="band" points="%s %s"/>`, strings.Join(upper, " "), strings.Join(lower, " "))
		}
	}
}

// Runs are the stretches of periods over which a line's band goes on.
func (l Line) Runs() [][]int {
	if !l.Band {
		return nil
	}
	var out [][]int
	open := false
	for i, v := range l.Values {
		if v == nil || i >= len(l.Lower) || i >= len(l.Upper) || l.Lower[i] == nil || l.Upper[i] == nil {
			open = false
			continue
		}
		if !open || l.Breaks[i] {
			out = append(out, nil)
		}
		open = true
		out[len(out)-1] = append(out[len(out)-1], i)
	}
	return out
}

// drawLimits draws mean and process limits of each stretch, quietly.
func (in Input) drawLimits(b *strings.Builder, x, y func(float64) float64) {
	for _, l := range in.Limits {
		from, to := in.GapEdges(Gap{First: l.First, Last: l.Last})
		fmt.Fprintf(b, `<line class="mean" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, x(from), x(to), y(l.Mean), y(l.Mean))
		for _, v := range []float64{l.Upper, l.Lower} {
			fmt.Fprintf(b, `<line class="limit" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, x(from), x(to), y(v), y(v))
		}
	}
}

// drawMarks draws the points out of the ordinary: a ring for better, a square
// for worse, a diamond for neither, with a word where there is room.
func (in Input) drawMarks(b *strings.Builder, size Size, x, y func(float64) float64) {
	if len(in.Lines) == 0 {
		return
	}
	taken := math.Inf(-1)
	for _, m := range in.Marks {
		v := in.Lines[0].Values[m.At]
		if v == nil {
			continue
		}
		cx, cy := x(float64(in.Periods[m.At].At)), y(*v)
		switch m.Class {
		case "better":
			fmt.Fprintf(b, `<circle class="mark better" cx="%.1f" cy="%.1f" r="6"/>`, cx, cy)
		case "worse":
			fmt.Fprintf(b, `<rect class="mark worse" x="%.1f" y="%.1f" width="11" height="11"/>`, cx-5.5, cy-5.5)
		default:
			fmt.Fprintf(b, `<polygon class="mark none" points="%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f"/>`, cx, cy-7, cx+7, cy, cx, cy+7, cx-7, cy)
		}
		half := float64(len([]rune(m.Short))) * charWidth / 2
		if m.Short == "" || size.letters || cx-half < taken+4 {
			continue
		}
		tx := min(max(cx, left+half), size.Width-size.right-half)
		ty := cy
		for i, v := range in.Lines[0].Values { // clear of its neighbours
			if at := x(float64(in.Periods[i].At)); v != nil && at > tx-half-6 && at < tx+half+6 {
				if m.High {
					ty = min(ty, y(*v))
				} else {
					ty = max(ty, y(*v))
				}
			}
		}
		if ty -= 12; !m.High {
			ty += 34
		}
		taken = tx + half
		fmt.Fprintf(b, `<text class="%s-text small" text-anchor="middle" x="%.1f" y="%.1f">%s</text>`, markClass(m.Class), tx, ty, html.EscapeString(m.Short))
	}
}

func markClass(class string) string {
	if class == "better" || class == "worse" {
		return class
	}
	return "none"
}

// endLabel names a line where it ends.
type endLabel struct {
	class string
	x, y  float64
	lines []string
}

// endHeight is the height of a line of an end's label.
const endHeight = 17

// endLabels are the lines' names and last values, and the words for mean and
// limits, moved apart where they would touch. The limits' words give way.
func (in Input) endLabels(size Size, x, y func(float64) float64) []endLabel {
	var out []endLabel
	room := int((size.right - 12) / 7.4)
	for _, l := range in.Lines {
		end := l.Last()
		if end < 0 {
			continue
		}
		ex := x(float64(in.Periods[end].At)) + 10
		lines := wrap(in.End(l), room)
		out = append(out, endLabel{"end " + string(l.role()) + "-text", ex, y(*l.Values[end]) + 5 - float64(len(lines)-1)*8.5, lines})
	}
	if n := len(in.Limits); n > 0 {
		l := in.Limits[n-1]
		_, to := in.GapEdges(Gap{First: l.First, Last: l.Last})
		for _, w := range []struct {
			words string
			at    float64
		}{{"upper limit", l.Upper}, {"mean", l.Mean}, {"lower limit", l.Lower}} {
			words := w.words
			if size.letters { // a phone has no room to say which limit, and one sees it
				words = strings.TrimPrefix(strings.TrimPrefix(words, "upper "), "lower ")
			}
			out = append(out, endLabel{"soft small", x(to) + 6, y(w.at) + 4, []string{words + " " + in.Format(w.at)}})
		}
	}
	boxes := make([]*Box, len(out))
	for i, e := range out {
		boxes[i] = &Box{Y: e.y, Tall: float64(len(e.lines))*endHeight + 1}
	}
	Spread(boxes, 14, size.Height-bottom+endHeight)
	for i := range out {
		out[i].y = boxes[i].Y
	}
	return out
}

// wrap breaks a text into lines of about so many letters, and a word that is
// longer than a line within itself.
func wrap(s string, width int) []string {
	width = max(width, 6)
	var lines []string
	current := []rune{}
	for _, word := range strings.Fields(s) {
		w := []rune(word)
		for len(w) > width {
			if len(current) > 0 {
				lines, current = append(lines, string(current)), nil
			}
			lines, w = append(lines, string(w[:width])), w[width:]
		}
		switch {
		case len(current) == 0:
			current = w
		case len(current)+1+len(w) <= width:
			current = append(append(current, ' '), w...)
		default:
			lines, current = append(lines, string(current)), w
		}
	}
	if len(current) > 0 {
		lines = append(lines, string(current))
	}
	return lines
}

// stride is how many periods lie between two labels of the time axis so that
// they do not touch. It keeps to whole years where it can.
func stride(n int, width float64) int {
	need := int(math.Ceil(float64(n) * 44 / width))
	for _, s := range []int{1, 2, 4, 8, 12, 20, 40} {
		if s >= need {
			return s
		}
	}
	return need
}

// Spark draws a trend the size of a word. A value that is not there is a gap,
// and so is a break in the series.
func Spark(at []int, line Line, width, height float64, description string) template.HTML {
	end := line.Last()
	if end < 0 {
		return ""
	}
	low, high := line.reach()
	middle := high == low
	first, last := float64(at[0]), float64(at[len(at)-1])
	x := func(i int) float64 {
		if first == last {
			return width / 2
		}
		return 5 + (float64(at[i])-first)/(last-first)*(width-10)
	}
	y := func(v float64) float64 {
		if middle {
			return height / 2
		}
		return 6 + (high-v)/(high-low)*(height-12)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="spark" width="%g" height="%g" viewBox="0 0 %g %g" role="img" aria-label="%s">`, width, height, width, height, html.EscapeString(description))
	pieces(&b, "subject", line, x, y)
	fmt.Fprintf(&b, `<circle class="subject-dot" cx="%.1f" cy="%.1f" r="3.5"/></svg>`, x(end), y(*line.Values[end]))
	return template.HTML(b.String())
}

// Panel draws one of a row of small pictures that share their axes: a line of
// its own on the scale of all, over the mean of all.
func Panel(periods []Period, axis Axis, line, mean Line, description string) template.HTML {
	const width, height, edge = 200, 96, 5
	if len(periods) == 0 {
		return ""
	}
	first, last := float64(periods[0].At), float64(periods[len(periods)-1].At)
	x := func(i int) float64 {
		if first == last {
			return width / 2
		}
		return edge + (float64(periods[i].At)-first)/(last-first)*(width-2*edge)
	}
	y := func(v float64) float64 { return edge + (axis.Max-v)/(axis.Max-axis.Min)*(height-2*edge) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="panel" viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, html.EscapeString(description))
	fmt.Fprintf(&b, `<line class="grid" x1="0" x2="%d" y1="%.1f" y2="%.1f"/><line class="axis" x1="0" x2="%d" y1="%.1f" y2="%.1f"/>`, width, y(axis.Max), y(axis.Max), width, y(axis.Min), y(axis.Min))
	pieces(&b, "average", mean, x, y)
	pieces(&b, "own", line, x, y)
	if end := line.Last(); end >= 0 {
		fmt.Fprintf(&b, `<circle class="own-dot" cx="%.1f" cy="%.1f" r="3.5"/>`, x(end), y(*line.Values[end]))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// pieces draws a line in as many pieces as its gaps and breaks leave.
func pieces(b *strings.Builder, class string, l Line, x func(int) float64, y func(float64) float64) {
	var run []string
	flush := func() {
		switch {
		case len(run) == 1: // a value between two gaps would be invisible as a line
			cx, cy, _ := strings.Cut(run[0], ",")
			fmt.Fprintf(b, `<circle class="%s-dot" cx="%s" cy="%s" r="1.8"/>`, class, cx, cy)
		case len(run) > 1:
			fmt.Fprintf(b, `<polyline class="%s" points="%s"/>`, class, strings.Join(run, " "))
		}
		run = nil
	}
	for i, v := range l.Values {
		if v == nil || l.Breaks[i] {
			flush()
		}
		if v != nil {
			run = append(run, fmt.Sprintf("%.1f,%.1f", x(i), y(*v)))
		}
	}
	flush()
}
