package chart

import (
	"cmp"
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

// A picture for a page, and one for a phone.
var (
	Wide   = Size{"wide", 860, 420, 150, false}
	Narrow = Size{"narrow", 360, 340, 92, true}
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

	labels := make([]label, len(in.Markers))
	for i, m := range in.Markers {
		text := m.Label
		if letters {
			text = m.Key
		}
		labels[i] = label{x: x(float64(m.At)), width: float64(len([]rune(text)))*charWidth + 10, text: text}
	}
	rows := place(labels, size.Width)
	top := 22 + float64(rows)*rowHeight
	axis := in.Scale()
	y := func(v float64) float64 {
		return top + (axis.Max-v)/(axis.Max-axis.Min)*(size.Height-top-bottom)
	}
	floor := size.Height - bottom

	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="drawn %s" viewBox="0 0 %g %g" role="img" aria-label="%s">`, size.Class, size.Width, size.Height, html.EscapeString(in.Description))
	for _, g := range in.Gaps {
		from, to := in.gapEdges(g)
		fmt.Fprintf(&b, `<rect class="gap" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, x(from), top, max(x(to)-x(from), 4), floor-top)
		crossing := slices.Clone(labels)
		for _, m := range in.Markers {
			if m.Until > 0 {
				crossing = append(crossing, label{x: x(float64(m.Until))})
			}
		}
		middle := gapLabel(x(from), x(to), crossing)
		for i, word := range strings.SplitN(g.Label, " ", 2) {
			fmt.Fprintf(&b, `<text class="soft small" text-anchor="middle" x="%.1f" y="%.1f">%s</text>`, middle, top+16+float64(i)*15, html.EscapeString(word))
		}
	}
	for _, v := range axis.ticks() {
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
		ly := top - float64(l.row+1)*rowHeight + 4
		fmt.Fprintf(&b, `<line class="%s" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, class, l.x, l.x, ly, floor)
		if m.Until > 0 && float64(m.Until) < last {
			fmt.Fprintf(&b, `<line class="%s" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, class, x(float64(m.Until)), x(float64(m.Until)), top, floor)
		}
		anchor, dx := "start", 5.0
		if l.before {
			anchor, dx = "end", -5
		}
		fmt.Fprintf(&b, `<text class="soft" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`, anchor, l.x+dx, ly+11, html.EscapeString(l.text))
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
		end := l.last()
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
			fmt.Fprintf(&b, `<tspan x="%.1f" y="%.1f">%s</tspan>`, e.x, e.y+float64(i)*17, html.EscapeString(words))
		}
		b.WriteString(`</text>`)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// label is a marker's text and where it stands: in which row above the plot,
// after its line or before it.
type label struct {
	x, width float64
	text     string
	row      int
	before   bool
}

func (l label) span() (from, to float64) {
	if l.before {
		return l.x - l.width, l.x
	}
	return l.x, l.x + l.width
}

// place gives each label a row above the plot so that it neither covers
// another label nor is struck through by another's line, and gives the number
// of rows. It looks for as few rows as will do.
func place(labels []label, width float64) (rows int) {
	if len(labels) == 0 {
		return 0
	}
	if len(labels) <= 6 { // few enough to try all ways
		for rows = 1; rows <= len(labels); rows++ {
			if fits(labels, len(labels)-1, rows, width) {
				return rows
			}
		}
	}
	// A staircase down to the right always works, whatever sticks out.
	rows = 0
	for i := range slices.Backward(labels) {
		l := &labels[i]
		l.before = false
		for l.row = 0; l.row < len(labels) && !free(*l, labels[i+1:]); l.row++ {
		}
		rows = max(rows, l.row+1)
	}
	return rows
}

// fits places the labels up to index i, the later ones being placed already.
func fits(labels []label, i, rows int, width float64) bool {
	if i < 0 {
		return true
	}
	l := &labels[i]
	for l.row = 0; l.row < rows; l.row++ {
		for _, l.before = range []bool{false, true} {
			if from, to := l.span(); from < 0 || to > width {
				continue
			}
			if free(*l, labels[i+1:]) && fits(labels, i-1, rows, width) {
				return true
			}
		}
	}
	return false
}

func free(l label, others []label) bool {
	from, to := l.span()
	for _, o := range others {
		ofrom, oto := o.span()
		switch {
		case l.row == o.row && from < oto && ofrom < to: // one over the other
			return false
		case o.row >= l.row && o.x > from && o.x < to: // its line through our words
			return false
		case l.row >= o.row && l.x > ofrom && l.x < oto: // our line through its words
			return false
		}
	}
	return true
}

// gapLabel is where a gap's label stands: in its middle, or at a side where an
// event's line runs through the middle.
func gapLabel(from, to float64, markers []label) float64 {
	const half = 24
	middle := (from + to) / 2
	for _, at := range []float64{middle, from + half, to - half} {
		crossed := slices.ContainsFunc(markers, func(m label) bool { return math.Abs(m.x-at) < half })
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
		for _, run := range l.runs() {
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

// runs are the stretches of periods over which a line's band goes on.
func (l Line) runs() [][]int {
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
		from, to := in.gapEdges(Gap{First: l.First, Last: l.Last})
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

// tall is the height of a label.
func (e endLabel) tall() float64 { return float64(len(e.lines)) * 17 }

// endLabels are the lines' names and last values, and the words for mean and
// limits, moved apart where they would touch. The limits' words give way.
func (in Input) endLabels(size Size, x, y func(float64) float64) []endLabel {
	var out []endLabel
	room := int((size.right - 12) / 7.4)
	for _, l := range in.Lines {
		end := l.last()
		if end < 0 {
			continue
		}
		ex := x(float64(in.Periods[end].At)) + 10
		lines := wrap(in.end(l), room)
		out = append(out, endLabel{"end " + string(l.role()) + "-text", ex, y(*l.Values[end]) + 5 - float64(len(lines)-1)*8.5, lines})
	}
	if n := len(in.Limits); n > 0 {
		l := in.Limits[n-1]
		_, to := in.gapEdges(Gap{First: l.First, Last: l.Last})
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
	spread(out, 14, size.Height-bottom)
	return out
}

// spread moves labels apart so that none covers another, each as little as
// will do, and none above the least height or below the greatest.
func spread(labels []endLabel, least, greatest float64) {
	order := make([]*endLabel, len(labels))
	for i := range labels {
		order[i] = &labels[i]
	}
	slices.SortStableFunc(order, func(a, b *endLabel) int { return cmp.Compare(a.y, b.y) })
	for range 30 {
		moved := false
		for i := 1; i < len(order); i++ {
			above, below := order[i-1], order[i]
			if push := (above.y + above.tall() + 1 - below.y) / 2; push > 0.25 {
				above.y -= push
				below.y += push
				moved = true
			}
		}
		if len(order) > 0 {
			first, last := order[0], order[len(order)-1]
			first.y = max(first.y, least)
			last.y = min(last.y, greatest-last.tall()+17)
		}
		if !moved {
			return
		}
	}
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
	end := line.last()
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
	if end := line.last(); end >= 0 {
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
