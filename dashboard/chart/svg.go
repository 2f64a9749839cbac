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
		middle := gapLabel(x(from), x(to), labels)
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
	for i, m := range in.Markers {
		class := "event"
		if m.Break {
			class = "break"
		}
		l := labels[i]
		ly := top - float64(l.row+1)*rowHeight + 4
		fmt.Fprintf(&b, `<line class="%s" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, class, l.x, l.x, ly, floor)
		anchor, dx := "start", 5.0
		if l.before {
			anchor, dx = "end", -5
		}
		fmt.Fprintf(&b, `<text class="soft" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`, anchor, l.x+dx, ly+11, html.EscapeString(l.text))
	}
	for i := len(in.Lines) - 1; i >= 0; i-- { // the subject last, so that it lies on top
		l, class := in.Lines[i], "subject"
		if i > 0 {
			class = "beside"
		}
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
			if i > 0 {
				fmt.Fprintf(&b, `<rect class="%s-dot" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, class, cx-r, cy-r, 2*r, 2*r)
			} else {
				fmt.Fprintf(&b, `<circle class="%s-dot" cx="%.1f" cy="%.1f" r="%.1f"/>`, class, cx, cy, r)
			}
		}
	}
	for _, e := range in.endLabels(size, x, y) {
		fmt.Fprintf(&b, `<text class="end %s-text">`, e.class)
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

// endLabel names a line where it ends.
type endLabel struct {
	class string
	x, y  float64
	lines []string
}

// endLabels are the lines' names and last values, moved apart where they would touch.
func (in Input) endLabels(size Size, x, y func(float64) float64) []endLabel {
	var out []endLabel
	for i, l := range in.Lines {
		end := l.last()
		if end < 0 {
			continue
		}
		class := "subject"
		if i > 0 {
			class = "beside"
		}
		ex := x(float64(in.Periods[end].At)) + 10
		lines := wrap(in.end(l), int((size.right-12)/7.4))
		out = append(out, endLabel{class, ex, y(*l.Values[end]) + 5 - float64(len(lines)-1)*8.5, lines})
	}
	if len(out) == 2 {
		above, below := &out[0], &out[1]
		if above.y > below.y {
			above, below = below, above
		}
		if need := float64(len(above.lines))*17 + 2; below.y-above.y < need {
			push := (need - (below.y - above.y)) / 2
			above.y -= push
			below.y += push
		}
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
	var run []string
	flush := func() {
		switch {
		case len(run) == 1: // a value between two gaps would be invisible as a line
			cx, cy, _ := strings.Cut(run[0], ",")
			fmt.Fprintf(&b, `<circle class="subject-dot" cx="%s" cy="%s" r="1.8"/>`, cx, cy)
		case len(run) > 1:
			fmt.Fprintf(&b, `<polyline class="subject" points="%s"/>`, strings.Join(run, " "))
		}
		run = nil
	}
	for i, v := range line.Values {
		if v == nil || line.Breaks[i] {
			flush()
		}
		if v == nil {
			continue
		}
		run = append(run, fmt.Sprintf("%.1f,%.1f", x(i), y(*v)))
	}
	flush()
	fmt.Fprintf(&b, `<circle class="subject-dot" cx="%.1f" cy="%.1f" r="3.5"/></svg>`, x(end), y(*line.Values[end]))
	return template.HTML(b.String())
}
