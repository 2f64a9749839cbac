package image

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"outcomes/dashboard/chart"
	"outcomes/metrics"
)

// sheet is a picture being laid out. Lengths are pixels of the stylesheet from
// the upper left corner.
type sheet struct {
	pen   pen
	ruler ruler
	in    chart.Input
	w, h  float64
	unit  float64 // 1 on a picture of 900 by 420, more on a larger one
	edge  float64 // left free all around
	plot  rect
	title bool // it stands inside, so that there is less room for the rest
	axis  chart.Axis
	words []placed // texts so far
	lines [][2]point
}

// placed is a text and the room it takes.
type placed struct {
	text string
	room rect
}

// textSize is 12 points, the least that a chart's words may have.
const textSize = 16

// draw lays the chart out and draws it. It gives the sheet, for the tests.
func draw(p pen, c metrics.ReportChart, o Options) *sheet {
	s := &sheet{pen: p, in: chart.Of(c), w: o.Width, h: o.Height, title: o.Title}
	s.unit = math.Max(1, math.Min(o.Width/900, o.Height/420))
	s.edge = 10 * s.unit
	for i := range s.in.Periods {
		s.in.Periods[i].Short = plain(s.in.Periods[i].Short)
	}
	for i := range s.in.Lines {
		s.in.Lines[i].Name = plain(s.in.Lines[i].Name)
	}
	for i := range s.in.Markers {
		s.in.Markers[i].Label = plain(s.in.Markers[i].Label)
	}
	top, bottom := s.edge, s.h-s.edge
	if o.Title {
		s.edge = 40 * s.unit / 1.3
		top, bottom = s.heading(c, o)
	}
	what := plain(c.Axis)
	if o.Title && strings.Contains(plain(c.Subtitle), what) { // said already
		what = ""
	}
	top = s.measure(what, top, o.Sample && !o.Title)
	if len(s.in.Periods) == 0 || !slices.ContainsFunc(s.in.Lines, func(l chart.Line) bool { return l.Last() >= 0 }) {
		s.write(point{s.w / 2, (top + bottom) / 2}, "No figures to show", s.letters(false, soft, middle))
		return s
	}
	s.axis = s.in.Scale()
	s.trend(top, bottom)
	return s
}

func (s *sheet) letters(heavy bool, colour string, a anchor) letters {
	return letters{textSize * s.unit, heavy, colour, a}
}

// leading is the height of a line of text.
func (s *sheet) leading() float64 { return 1.22 * textSize * s.unit }

// write draws a text and remembers where it is.
func (s *sheet) write(at point, words string, l letters) {
	if words == "" {
		return
	}
	s.words = append(s.words, placed{words, s.room(at, words, l)})
	s.pen.text(at, words, l)
}

// room is what a text takes, from the top of its capitals to below its line.
func (s *sheet) room(at point, words string, l letters) rect {
	width := s.ruler.width(words, l)
	x := at.x
	switch l.anchor {
	case middle:
		x -= width / 2
	case end:
		x -= width
	}
	return rect{x, at.y - 0.74*l.size, x + width, at.y + 0.21*l.size}
}

// heading writes title and subtitle at the top, the source and the sample's mark
// at the bottom, and gives what is left between.
func (s *sheet) heading(c metrics.ReportChart, o Options) (top, bottom float64) {
	room := s.w - 2*s.edge
	s.pen.area(corners(rect{s.edge, s.edge, s.w - s.edge, s.edge + 3*s.unit}), ink, 1, stroke{})
	y := s.edge + 5*s.unit
	var title letters
	var lines []string
	for _, size := range []float64{28, 26, 24, 22} { // as large as goes into three lines
		title = letters{size * s.unit, true, ink, start}
		if lines = s.ruler.wrap(plain(c.Title), room, 4, title); len(lines) <= 3 {
			break
		}
	}
	for _, words := range s.ruler.wrap(plain(c.Title), room, 3, title) {
		y += 1.22 * title.size
		s.write(point{s.edge, y}, words, title)
	}
	subtitle := letters{17 * s.unit, false, soft, start}
	for i, words := range s.ruler.wrap(plain(c.Subtitle), room, 2, subtitle) {
		if i == 0 {
			y += 0.4 * subtitle.size
		}
		y += 1.3 * subtitle.size
		s.write(point{s.edge, y}, words, subtitle)
	}
	bottom = s.h - s.edge
	l := s.letters(false, soft, start)
	base := bottom - 0.21*l.size
	if o.Sample {
		room -= s.mark(base)
	}
	if source := plain(c.Source); source != "" {
		s.write(point{s.edge, base}, s.ruler.cut(source, room, l), l)
	}
	if o.Sample || c.Source != "" {
		bottom -= 1.7 * s.leading()
	}
	return y + 0.8*subtitle.size, bottom
}

// mark writes at the right edge that the data are invented, and gives the room
// that this takes.
func (s *sheet) mark(y float64) float64 {
	l := s.letters(true, bannerInk, end)
	pad := 8 * s.unit
	width := s.ruler.width(invented, l) + 2*pad
	s.pen.area(corners(rect{s.w - s.edge - width, y - 1.1*l.size, s.w - s.edge, y + 0.45*l.size}), banner, 1, stroke{})
	s.write(point{s.w - s.edge - pad, y}, invented, l)
	return width + 2*pad
}

// measure writes what is measured above the axis of values, with where that
// starts if not at 0, and the sample's mark beside it. It gives where that ends.
func (s *sheet) measure(words string, top float64, sample bool) float64 {
	if at, cut := s.in.Cut(); cut && len(s.in.Lines) > 0 {
		start := "axis starts at " + at + ", not at 0"
		if words == "" {
			words = strings.ToUpper(start[:1]) + start[1:]
		} else {
			words += " (" + start + ")"
		}
	}
	if words == "" && !sample {
		return top
	}
	l := s.letters(false, axisColour, start)
	room := s.w - 2*s.edge
	y := top + 0.9*l.size
	if sample {
		room -= s.mark(y)
	}
	for i, part := range s.ruler.wrap(words, room, 2, l) {
		if i > 0 {
			y += s.leading()
		}
		s.write(point{s.edge, y}, part, l)
	}
	return y + 0.6*l.size
}

// x and y place a month and a value.
func (s *sheet) x(month float64) float64 {
	first, last := float64(s.in.Periods[0].At), float64(s.in.Periods[len(s.in.Periods)-1].At)
	if first == last {
		return (s.plot.x0 + s.plot.x1) / 2
	}
	edge := 8 * s.unit // for half a point, and as much again
	return s.plot.x0 + edge + (month-first)/(last-first)*(s.plot.x1-s.plot.x0-2*edge)
}

func (s *sheet) y(v float64) float64 {
	return s.plot.y0 + (s.axis.Max-v)/(s.axis.Max-s.axis.Min)*(s.plot.y1-s.plot.y0)
}

// at is where a line's value is drawn.
func (s *sheet) at(l chart.Line, i int) point {
	return point{s.x(float64(s.in.Periods[i].At)), s.y(*l.Values[i])}
}

// trend draws the chart between two heights.
func (s *sheet) trend(top, bottom float64) {
	u := s.unit
	tick := s.letters(false, axisColour, end)
	widest := 0.0
	for _, v := range s.axis.Ticks() {
		widest = math.Max(widest, s.ruler.width(s.in.Tick(s.axis, v), tick))
	}
	below := 2*s.leading() + 8*u // of the axis of time
	name := s.letters(true, ink, start)
	labels, right, tall := s.ends(name)
	s.plot = rect{s.edge + widest + 8*u, top, s.w - s.edge - right, bottom - below}
	markers, rows, key := s.markers()
	least := math.Max(0.3*s.h, 90*u) // the height of a plot in which something can be seen
	beside := bottom - top - below - (float64(rows)+0.5)*s.leading()
	if len(key) > 0 {
		rows := (len(key) + s.columns(key) - 1) / s.columns(key)
		beside = math.Max(least, beside-float64(rows)*s.leading()-keyEdge*s.unit)
	}
	if tall > beside { // there is no room at the lines' ends
		s.plot.x1 = s.w - s.edge - s.last()
		top = s.legend(labels, top)
		labels = nil
		markers, rows, key = s.markers()
	}
	if len(key) > 0 {
		free := bottom - top - below - float64(rows)*s.leading() - keyEdge*u - least
		bottom = s.key(key, bottom, max(1, int(free/s.leading())))
		s.plot.y1 = bottom - below
	}
	s.plot.y0 = top + float64(rows)*s.leading() + 0.5*textSize*u

	s.pen.group("gaps")
	for _, g := range s.in.Gaps {
		from, to := s.in.GapEdges(g)
		s.pen.area(corners(rect{s.x(from), s.plot.y0, math.Max(s.x(to), s.x(from)+4*u), s.plot.y1}), gapColour, 1, stroke{})
	}
	s.pen.end()
	s.scale(tick)
	s.time()
	s.bands()
	s.draw(markers, top, rows)
	for i := range slices.Backward(s.in.Lines) { // the subject last, so that it lies on top
		s.series(s.in.Lines[i])
	}
	s.name(labels, name)
	s.gapWords()
}

// last is how far the last period's label sticks out to the right.
func (s *sheet) last() float64 {
	l := s.letters(false, axisColour, middle)
	out := 0.0
	for word := range strings.SplitSeq(s.in.Periods[len(s.in.Periods)-1].Short, " ") {
		out = math.Max(out, math.Min(s.ruler.width(word, l), s.w/4)/2)
	}
	return out
}

// legend names the lines above the plot, each after a piece of it, and gives
// where that ends.
func (s *sheet) legend(labels []endLabel, top float64) float64 {
	s.pen.group("names")
	defer s.pen.end()
	l, u := s.letters(true, ink, start), s.unit
	const piece = 34
	x, y := s.edge, top+0.8*l.size
	for _, e := range labels {
		look := e.line.Look()
		l.colour = look.Colour
		words := s.ruler.cut(s.in.End(e.line), s.w-2*s.edge-piece*u, l)
		width := piece*u + s.ruler.width(words, l)
		if x > s.edge && x+width > s.w-s.edge {
			x, y = s.edge, y+s.leading()
		}
		at := y - 0.35*l.size
		s.pen.line([]point{{x, at}, {x + (piece-6)*u, at}}, s.stroke(look))
		s.symbol(look, point{x + (piece-6)*u/2, at}, 4*u, false, false)
		s.write(point{x + piece*u, y}, words, l)
		x += width + 16*u
	}
	return y + 0.6*l.size
}

// scale draws the grid and its values.
func (s *sheet) scale(l letters) {
	s.pen.group("scale")
	defer s.pen.end()
	ticks := s.axis.Ticks()
	every := 1
	for float64(every)*(s.plot.y1-s.plot.y0)/float64(len(ticks)) < s.leading() && every < len(ticks) {
		every++
	}
	for i, v := range ticks {
		if i%every != 0 {
			continue
		}
		colour := gridColour
		if v == 0 && s.axis.Min < 0 { // below it the values are negative
			colour = axisColour
		}
		s.pen.line([]point{{s.plot.x0, s.y(v)}, {s.plot.x1, s.y(v)}}, stroke{colour: colour, width: s.unit})
		s.write(point{s.plot.x0 - 8*s.unit, s.y(v) + 0.35*l.size}, s.in.Tick(s.axis, v), l)
	}
}

// time draws the axis of time, with as many labels as do not touch.
func (s *sheet) time() {
	s.pen.group("time")
	defer s.pen.end()
	line := stroke{colour: axisColour, width: s.unit}
	s.pen.line([]point{{s.plot.x0, s.plot.y1}, {s.plot.x1, s.plot.y1}}, line)
	l := s.letters(false, axisColour, middle)
	for _, i := range s.labelled(l) {
		p := s.in.Periods[i]
		at := s.x(float64(p.At))
		s.pen.line([]point{{at, s.plot.y1}, {at, s.plot.y1 + 5*s.unit}}, line)
		for row, word := range strings.SplitN(p.Short, " ", 2) {
			s.write(point{at, s.plot.y1 + 5*s.unit + float64(row+1)*s.leading() - 0.1*l.size}, s.ruler.cut(word, s.w/4, l), l)
		}
	}
}

// labelled are the periods with a label on the axis: the newest, and back from it
// in equal steps, of whole years where that can be.
func (s *sheet) labelled(l letters) []int {
	half := make([]float64, len(s.in.Periods))
	for i, p := range s.in.Periods {
		for word := range strings.SplitSeq(p.Short, " ") {
			half[i] = math.Max(half[i], math.Min(s.ruler.width(word, l), s.w/4)/2)
		}
	}
	steps := []int{1, 2, 3, 4, 6, 12, 24, 36, 60, 120, 240}
	if n := len(s.in.Periods); n > 1 && s.in.Periods[n-1].At-s.in.Periods[n-2].At == 3 {
		steps = []int{1, 2, 4, 8, 12, 20, 40, 80} // quarters
	}
	gap := 8 * s.unit
	for _, step := range append(steps, len(s.in.Periods)) {
		var out []int
		clear := math.Inf(1) // what lies right of it is taken
		for i := len(s.in.Periods) - 1; i >= 0; i -= step {
			at := s.x(float64(s.in.Periods[i].At))
			if at+half[i]+gap > clear {
				out = nil
				break
			}
			if at-half[i] < 0 {
				break
			}
			clear = at - half[i]
			out = append(out, i)
		}
		if out != nil {
			return out
		}
	}
	return nil
}

// bands draws the intervals.
func (s *sheet) bands() {
	s.pen.group("intervals")
	defer s.pen.end()
	for _, l := range s.in.Lines {
		for _, run := range l.Runs() {
			var upper, lower []point
			for _, i := range run {
				at := s.x(float64(s.in.Periods[i].At))
				upper = append(upper, point{at, s.y(*l.Upper[i])})
				lower = append(lower, point{at, s.y(*l.Lower[i])})
			}
			if len(run) == 1 { // a value between two gaps has no width to fill
				s.pen.line([]point{upper[0], lower[0]}, stroke{colour: bandColour, width: 9 * s.unit})
				continue
			}
			slices.Reverse(lower)
			s.pen.area(append(upper, lower...), bandColour, bandOpacity, stroke{})
		}
	}
}

// series draws a line in as many pieces as its gaps and breaks leave, and its
// points.
func (s *sheet) series(l chart.Line) {
	look, u := l.Look(), s.unit
	s.pen.group(plain(string(cmp.Or(l.Role, chart.Subject))))
	defer s.pen.end()
	line := s.stroke(look)
	var runs [][]int
	joined := false
	for i, v := range l.Values {
		if v == nil {
			joined = false
			continue
		}
		if !joined || l.Breaks[i] {
			runs = append(runs, nil)
		}
		joined = true
		runs[len(runs)-1] = append(runs[len(runs)-1], i)
	}
	last := l.Last()
	for _, run := range runs {
		var points []point
		for _, i := range run {
			points = append(points, s.at(l, i))
		}
		for i := 1; i < len(points); i++ {
			s.lines = append(s.lines, [2]point{points[i-1], points[i]})
		}
		if len(points) > 1 {
			s.pen.line(points, line)
		}
		crowded := len(points) > 2 && points[1].x-points[0].x < 9*u // the symbols would hide the line
		for n, i := range run {
			if crowded && n > 0 && n < len(run)-1 && !l.Hollow[i] {
				continue
			}
			r := 3.5 * u
			if i == last {
				r = 5 * u
			}
			s.symbol(look, points[n], r, l.Hollow[i], len(points) == 1)
		}
	}
}

// stroke is how a line with this look is drawn.
func (s *sheet) stroke(look chart.Look) stroke {
	out := stroke{colour: look.Colour, width: look.Width * s.unit, round: look.Round}
	for _, d := range look.Dash {
		out.dash = append(out.dash, d*s.unit)
	}
	return out
}

// symbol draws a point. A line without symbols has one only where nothing else
// would show that there is a value.
func (s *sheet) symbol(look chart.Look, at point, r float64, hollow, alone bool) {
	fill, edge := look.Colour, stroke{}
	if hollow {
		fill, edge = paper, stroke{colour: look.Colour, width: 2 * s.unit}
	}
	s.lines = append(s.lines, [2]point{{at.x - r, at.y - r}, {at.x + r, at.y + r}}, [2]point{{at.x - r, at.y + r}, {at.x + r, at.y - r}})
	switch look.Symbol {
	case "rect":
		s.pen.area(corners(rect{at.x - 0.85*r, at.y - 0.85*r, at.x + 0.85*r, at.y + 0.85*r}), fill, 1, edge)
	case "triangle":
		s.pen.area([]point{{at.x, at.y - 1.2*r}, {at.x + 1.1*r, at.y + 0.8*r}, {at.x - 1.1*r, at.y + 0.8*r}}, fill, 1, edge)
	case "diamond":
		s.pen.area([]point{{at.x, at.y - 1.2*r}, {at.x + 1.2*r, at.y}, {at.x, at.y + 1.2*r}, {at.x - 1.2*r, at.y}}, fill, 1, edge)
	case "none": // a path has no measurements
		if alone {
			s.pen.line([]point{{at.x - 4*s.unit, at.y}, {at.x + 4*s.unit, at.y}}, stroke{colour: look.Colour, width: look.Width * s.unit})
		}
	default:
		s.pen.circle(at, r, fill, edge)
	}
}

// endLabel names a line where it ends.
type endLabel struct {
	line  chart.Line
	words []string
}

// ends are the labels of the lines that have a value, the room they need right of
// the plot, and their height together.
func (s *sheet) ends(l letters) (labels []endLabel, room, tall float64) {
	most := math.Min(0.24*s.w, 190*s.unit)
	for _, line := range s.in.Lines {
		if line.Last() < 0 {
			continue
		}
		words := s.ruler.wrap(s.in.End(line), most, 4, l)
		for _, w := range words {
			room = math.Max(room, s.ruler.width(w, l))
		}
		labels = append(labels, endLabel{line, words})
		tall += float64(len(words)) * endHeight * l.size
	}
	return labels, math.Max(room+6*s.unit, s.last()), tall
}

// endHeight is of a line of an end's label, in the size of its letters.
const endHeight = 1.15

// name writes the labels at the lines' ends, moved apart where they would touch.
func (s *sheet) name(labels []endLabel, l letters) {
	s.pen.group("names")
	defer s.pen.end()
	tall := endHeight * l.size
	boxes := make([]*chart.Box, len(labels))
	for i, e := range labels {
		height := float64(len(e.words)) * tall
		boxes[i] = &chart.Box{Y: s.at(e.line, e.line.Last()).y - height/2, Tall: height}
	}
	chart.Spread(boxes, s.plot.y0-0.5*tall, s.plot.y1+0.3*tall)
	for i, e := range labels {
		l.colour = e.line.Look().Colour
		at := point{s.at(e.line, e.line.Last()).x + 10*s.unit, boxes[i].Y}
		if last := len(s.in.Periods) - 1; last > 0 && e.line.Last() == last { // clear of the grid
			at.x = math.Max(at.x, s.plot.x1+3*s.unit)
		}
		width := 0.0
		for _, words := range e.words {
			width = math.Max(width, s.ruler.width(words, l))
		}
		behind := rect{at.x - 2*s.unit, at.y, math.Min(at.x+width+2*s.unit, s.plot.x1), at.y + boxes[i].Tall}
		if behind.x1 > behind.x0 && slices.ContainsFunc(s.lines, func(line [2]point) bool { return behind.crossed(line[0], line[1]) }) {
			s.pen.area(corners(behind), paper, 0.85, stroke{}) // the line ends early, and others go on behind its name
		}
		for row, words := range e.words {
			s.write(point{at.x, at.y + float64(row)*tall + 0.83*l.size}, words, l)
		}
	}
}

// marker is a vertical line, its words and where those stand.
type marker struct {
	chart.Marker
	label chart.Label
}

// markers are placed above the plot: with their words, or with letters and their
// words in a key where there are many or the room is narrow.
func (s *sheet) markers() (out []marker, rows int, key []chart.Marker) {
	if len(s.in.Markers) == 0 {
		return nil, 0, nil
	}
	l := s.letters(false, axisColour, start)
	narrow := s.w/s.unit < 560
	if !s.in.Crowded() && !narrow {
		labels := make([]chart.Label, len(s.in.Markers))
		for i, m := range s.in.Markers {
			labels[i] = chart.Label{X: s.x(float64(m.At)) - s.edge, Width: s.ruler.width(m.Label, l) + 10*s.unit, Text: m.Label}
		}
		room := s.w - 2*s.edge
		rows = chart.Place(labels, room)
		fits := float64(rows)*s.leading() <= 0.3*s.h && (!s.title || rows <= 1)
		for i, label := range labels {
			from, to := label.X, label.X+label.Width
			if label.Before {
				from, to = label.X-label.Width, label.X
			}
			fits = fits && from >= 0 && to <= room
			label.X += s.edge
			out = append(out, marker{s.in.Markers[i], label})
		}
		if fits {
			return out, rows, nil
		}
	}
	if breaks := slices.DeleteFunc(slices.Clone(s.in.Markers), func(m chart.Marker) bool { return !m.Break }); s.title && len(breaks) < len(s.in.Markers) {
		s.in.Markers = breaks // a preview is for the message: without breaks it would be wrong, without events it is not
		return s.markers()
	}
	// Letters that would touch stand together, the first at its line.
	out = nil
	var group []string
	write := func() {
		n := len(out) - len(group)
		if n < 0 || len(group) == 0 {
			return
		}
		text := strings.Join(group, ", ")
		if len(group) > 2 {
			text = group[0] + "–" + group[len(group)-1]
		}
		out[n].label.Text, out[n].label.Width = text, s.ruler.width(text, l)+10*s.unit
		for i := n + 1; i < len(out); i++ {
			out[i].label.Text = ""
		}
	}
	for _, m := range s.in.Markers {
		at := s.x(float64(m.At))
		if n := len(out) - len(group); len(group) > 0 && at < out[n].label.X+out[n].label.Width {
			group = append(group, m.Key)
		} else {
			group = []string{m.Key}
		}
		out = append(out, marker{m, chart.Label{X: at}})
		write()
	}
	for i := range out { // the last ones turn to the left where the edge is near
		l := &out[i].label
		l.Before = l.Text != "" && l.X+l.Width > s.w-s.edge
	}
	return out, 1, s.in.Markers
}

// draw draws the markers' lines and words.
func (s *sheet) draw(markers []marker, top float64, rows int) {
	s.pen.group("markers")
	defer s.pen.end()
	l := s.letters(false, axisColour, start)
	for _, m := range markers {
		line := stroke{colour: eventLine, width: s.unit}
		if m.Break {
			line = stroke{colour: ink, width: 1.5 * s.unit, dash: []float64{6 * s.unit, 4 * s.unit}}
		}
		y := s.plot.y0
		if m.label.Text != "" {
			y = top + float64(rows-m.label.Row-1)*s.leading()
		}
		s.pen.line([]point{{m.label.X, y}, {m.label.X, s.plot.y1}}, line)
		s.lines = append(s.lines, [2]point{{m.label.X, y}, {m.label.X, s.plot.y1}})
		at := point{m.label.X + 5*s.unit, y + 0.8*l.size}
		if l.anchor = start; m.label.Before {
			l.anchor, at.x = end, m.label.X-5*s.unit
		}
		s.write(at, m.label.Text, l)
	}
}

// keyEdge is the room above a key.
const keyEdge = 0.6 * textSize

// keyed is what a marker's letter means.
func keyed(m chart.Marker) string { return m.Label + " (" + m.When + ")" }

// indent is the room that the letters take in a key.
func (s *sheet) indent(markers []chart.Marker) float64 {
	widest := 0.0
	for _, m := range markers {
		widest = math.Max(widest, s.ruler.width(m.Key, s.letters(true, ink, start)))
	}
	return widest + 8*s.unit
}

// columns are how many stand side by side in a key.
func (s *sheet) columns(markers []chart.Marker) int {
	widest := 0.0
	for _, m := range markers {
		widest = math.Max(widest, s.ruler.width(keyed(m), s.letters(false, soft, start)))
	}
	return min(max(1, int((s.w-2*s.edge)/(s.indent(markers)+widest+16*s.unit))), len(markers))
}

// key writes what the markers' letters mean at the bottom, in columns, and gives
// where it starts. What does not go into so many rows is left to the text.
func (s *sheet) key(markers []chart.Marker, bottom float64, most int) float64 {
	s.pen.group("key")
	defer s.pen.end()
	letter, words := s.letters(true, ink, start), s.letters(false, soft, start)
	indent, columns, room := s.indent(markers), s.columns(markers), s.w-2*s.edge
	rows := (len(markers) + columns - 1) / columns
	cut := rows > most
	if cut {
		rows = most
		markers = markers[:rows*columns-1]
	}
	top := bottom - float64(rows)*s.leading() - keyEdge*s.unit
	at := func(i int) point {
		return point{s.edge + float64(i/rows)*room/float64(columns), top + float64(i%rows+1)*s.leading() + 0.2*textSize*s.unit}
	}
	write := func(i int, text string) {
		p := at(i)
		s.write(point{p.x + indent, p.y}, s.ruler.cut(text, room/float64(columns)-indent, words), words)
	}
	for i, m := range markers {
		s.write(at(i), m.Key, letter)
		write(i, keyed(m))
	}
	if cut {
		write(len(markers), "and others, named in the text beside the chart")
	}
	return top
}

// gapWords says in each gap that there is no value, where there is room to: no
// line runs through it and no other words stand there.
func (s *sheet) gapWords() {
	s.pen.group("gap-words")
	defer s.pen.end()
	l := s.letters(false, axisColour, middle)
	for _, g := range s.in.Gaps {
		from, to := s.in.GapEdges(g)
		words := strings.SplitN(g.Label, " ", 2)
		tall, half := float64(len(words))*s.leading(), 0.0
		for _, w := range words {
			half = math.Max(half, s.ruler.width(w, l)/2+2*s.unit)
		}
		inside := func(x float64) float64 { return math.Min(math.Max(x, s.plot.x0+half), s.plot.x1-half) }
		across := []float64{inside((s.x(from) + s.x(to)) / 2)}
		if s.x(to)-s.x(from) > 2*half { // a line may run through the middle
			across = append(across, s.x(from)+half, s.x(to)-half)
		}
		pad := 6 * s.unit
		down := []float64{s.plot.y0 + pad, s.plot.y1 - tall - pad, (s.plot.y0 + s.plot.y1 - tall) / 2}
		place := func() (x, y float64, ok bool) {
			for _, y := range down {
				for _, x := range across {
					box := rect{x - half, y, x + half, y + tall}
					if !slices.ContainsFunc(s.lines, func(line [2]point) bool { return box.crossed(line[0], line[1]) }) &&
						!slices.ContainsFunc(s.words, func(w placed) bool { return box.overlaps(w.room) }) {
						return x, y, true
					}
				}
			}
			return 0, 0, false
		}
		if x, y, ok := place(); ok {
			for row, w := range words {
				s.write(point{x, y + float64(row+1)*s.leading() - 0.25*l.size}, w, l)
			}
		}
	}
}

func corners(r rect) []point { return []point{{r.x0, r.y0}, {r.x1, r.y0}, {r.x1, r.y1}, {r.x0, r.y1}} }
