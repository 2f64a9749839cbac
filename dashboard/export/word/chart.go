package word

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"outcomes/metrics"
)

// look is how a series is drawn; the colours are those of the pages. Dash and
// symbol tell the series apart for who does not see the colour.
type look struct {
	colour, dash, symbol string
	width                float64 // points
}

var looks = map[string]look{
	"subject": {ink, "solid", "circle", 2.5},
	"beside":  {"801650", "dash", "square", 2},
	"similar": {"5B6168", "sysDot", "triangle", 2.25},
	"england": {"6D4FA3", "dashDot", "diamond", 2},
	"target":  {"1B1F24", "lgDash", "none", 1.5},
}

// again are the looks of series whose role another has already.
var again = []look{
	{"2073BC", "sysDash", "x", 2},
	{"6D4FA3", "lgDashDot", "star", 2},
	{"3D3D3D", "sysDashDot", "plus", 2},
}

// chart is a chart with all that follows from its data: how large it is and
// where things stand in it, in points from the top left.
type chart struct {
	*metrics.ReportChart
	number    int    // of the chart in the document, from 1
	sheetName string // of its data
	height    float64
	axis      axis
	looks     []look
	lines     []stretch
	// The plot, without axes' labels.
	left, top, right, bottom float64
	ends                     []end // by series
	marks                    []mark
	dated                    string // the format of an axis of dates, "" where periods stand side by side
	each                     int    // every which period is labelled
}

// stretch is a run of a series' periods without a break in it. Each is drawn
// as a line of its own: nothing else keeps every program from joining them.
type stretch struct {
	series   int
	from, to int // periods, the last not included
	name     string
	newest   bool // it bears the series' name and label
}

// has says whether the stretch holds a value of a period.
func (c *chart) has(l stretch, i int) bool {
	return i >= l.from && i < l.to && c.Series[l.series].Values[i] != nil
}

// stretches parts each series at its breaks and leaves out what has no value.
func (c *chart) stretches() {
	for i, s := range c.Series {
		var own []stretch
		from := 0
		for to := 1; to <= len(s.Values); to++ {
			if to < len(s.Values) && !s.BreakBefore[to] {
				continue
			}
			l := stretch{series: i, from: from, to: to, name: line(s.Name) + ", to " + line(c.Periods[to-1].Short)}
			if slices.ContainsFunc(s.Values[from:to], func(v *float64) bool { return v != nil }) {
				own = append(own, l)
			}
			from = to
		}
		if len(own) == 0 {
			own = []stretch{{series: i, to: len(s.Values)}}
		}
		own[len(own)-1].name, own[len(own)-1].newest = line(s.Name), true
		c.lines = append(c.lines, own...)
	}
}

// end is the label at a line's end.
type end struct {
	at            int    // period of the newest value, -1 where there is none
	text          string // name and value
	cut           bool   // the name is too long to stand there whole
	lines         int
	y, was        float64 // its middle, and that of the point
	width, height float64
}

// mark is an event or break within the chart's time.
type mark struct {
	metrics.ReportMarker
	key string  // the letter in the chart
	x   float64 // its line's place
	row int     // of letters above the plot
}

const (
	letter     = 6.2 // a letter's width at 12 points, on average; for placing, not for cutting
	lineHeight = 15.0
	rowHeight  = 16.0
	labelRoom  = 58.0 // of a period's name under the plot
)

func newChart(of *metrics.ReportChart, number int, sample bool) *chart {
	c := &chart{ReportChart: of, number: number, sheetName: "Data"}
	if sample {
		c.sheetName = "Invented data"
	}
	if c.empty() {
		return c
	}
	c.axis = scale(of)
	seen := map[string]bool{}
	spare := 0
	for _, s := range of.Series {
		l, known := looks[s.Role]
		if !known || seen[s.Role] {
			l = again[spare%len(again)]
			spare++
		}
		seen[s.Role] = true
		c.looks = append(c.looks, l)
	}
	c.stretches()
	c.dated = datedAs(of.Periods)
	c.place()
	return c
}

// empty says that there is nothing to draw.
func (c *chart) empty() bool {
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v != nil {
				return false
			}
		}
	}
	return true
}

func (c *chart) relation() string { return "rIdChart" + strconv.Itoa(c.number) }

// datedAs is the format of an axis of dates, on which periods that lie
// unevenly, as the editions of the Indices do, do not bend the trend. It is ""
// where the periods' names are no dates: then they stand side by side.
func datedAs(periods []metrics.ReportPeriod) string {
	year, month := true, true
	for i, p := range periods {
		if i > 0 && p.At <= periods[i-1].At {
			return ""
		}
		year = year && p.Short == strconv.Itoa(p.At.Year())
		month = month && p.Short == p.At.Start().Format("Jan 2006")
	}
	switch {
	case len(periods) < 2:
		return ""
	case year:
		return "yyyy"
	case month:
		return "mmm yyyy"
	}
	return ""
}

// step is how many months lie between periods, 0 where that differs.
func step(periods []metrics.ReportPeriod) int {
	if len(periods) < 2 {
		return 0
	}
	s := periods[1].At - periods[0].At
	for i := 2; i < len(periods); i++ {
		if periods[i].At-periods[i-1].At != s {
			return 0
		}
	}
	return int(s)
}

// place decides where everything stands.
func (c *chart) place() {
	// To the right of the plot stand the lines' names and newest values.
	c.ends = make([]end, len(c.Series))
	room := 40.0
	for i, s := range c.Series {
		e := end{at: -1}
		for j, v := range s.Values {
			if v != nil {
				e.at = j
			}
		}
		if e.at >= 0 {
			name := []rune(line(s.Name))
			if len(name) > 40 {
				name, e.cut = append(name[:39:39], '…'), true
			}
			e.text = string(name) + " " + c.write(*s.Values[e.at], c.Decimals)
			room = max(room, min(width(e.text)+8, 128), longest(e.text)+8)
		}
		c.ends[i] = e
	}
	room = min(room, 170)
	for i := range c.ends {
		if e := &c.ends[i]; e.at >= 0 {
			e.lines = wrapped(e.text, room-8)
			e.width, e.height = room-4, float64(e.lines)*lineHeight
		}
	}
	ticks := 0.0
	for _, v := range c.axis.ticks() {
		ticks = max(ticks, width(c.write(v, c.axis.decimals())))
	}
	c.left, c.right = ticks+14, chartWidth-room-8
	c.each = every(c.Periods, (c.right-c.left)/labelRoom)

	// Above it the axis' title and the letters of events and breaks.
	c.marks = c.fit()
	rows := 0
	for _, m := range c.marks {
		rows = max(rows, m.row+1)
	}
	title := float64(wrapped(line(c.Axis), chartWidth*0.75)) * lineHeight
	c.top = 6 + title + 8 + float64(rows)*rowHeight
	below := 30.0
	if len(c.Series) > 1 {
		keys := 0.0
		for _, s := range c.Series {
			keys += width(line(s.Name)) + 48
		}
		below += 22 + math.Floor(keys/(chartWidth*0.9))*lineHeight
	}
	c.bottom = c.top + 180
	c.height = c.bottom + below

	c.spread()
}

// fit are the markers within the chart's time, each with its letter.
func (c *chart) fit() []mark {
	var out []mark
	first, last := c.Periods[0].At, c.Periods[len(c.Periods)-1].At
	ends := []float64{} // of the letters in each row
	for _, m := range c.Markers {
		if m.At < first || m.At > last {
			continue
		}
		k := mark{ReportMarker: m, key: letters(len(out)), x: c.x(m.At)}
		for k.row < len(ends) && k.x-9 < ends[k.row] {
			k.row++
		}
		if k.row == len(ends) {
			ends = append(ends, 0)
		}
		ends[k.row] = k.x + 9
		out = append(out, k)
	}
	return out
}

// letters are A to Z, and AA after them.
func letters(n int) string {
	s := string(rune('A' + n%26))
	if n >= 26 {
		s = letters(n/26-1) + s
	}
	return s
}

// x is the place of a month. Word sets the first period on the plot's left edge
// and the last on its right one, those between evenly or, on an axis of dates,
// by months; a month between two periods lies between their places.
func (c *chart) x(m metrics.Month) float64 {
	n := len(c.Periods)
	if n == 1 {
		return (c.left + c.right) / 2
	}
	first, last := c.Periods[0].At, c.Periods[n-1].At
	if c.dated != "" {
		return c.left + (c.right-c.left)*float64(m-first)/float64(last-first)
	}
	for i := 1; i < n; i++ {
		if from, to := c.Periods[i-1].At, c.Periods[i].At; m <= to || i == n-1 {
			part := 1.0
			if to > from {
				part = min(max(float64(m-from)/float64(to-from), 0), 1)
			}
			return c.left + (c.right-c.left)*(float64(i-1)+part)/float64(n-1)
		}
	}
	return c.right
}

func (c *chart) y(v float64) float64 {
	part := (v - c.axis.low) / (c.axis.high - c.axis.low)
	return c.bottom - min(max(part, 0), 1)*(c.bottom-c.top)
}

// spread moves the labels at the lines' ends apart, each as little as need be.
func (c *chart) spread() {
	var order []*end
	for i := range c.ends {
		if e := &c.ends[i]; e.at >= 0 {
			e.was = c.y(*c.Series[i].Values[e.at])
			e.y = e.was
			order = append(order, e)
		}
	}
	slices.SortStableFunc(order, func(a, b *end) int { return cmp.Compare(a.was, b.was) })
	low := c.top - rowHeight/2
	for _, e := range order {
		e.y = max(e.y, low+e.height/2)
		low = e.y + e.height/2
	}
	high := c.bottom + lineHeight
	for _, e := range slices.Backward(order) {
		e.y = min(e.y, high-e.height/2)
		high = e.y - e.height/2
	}
}

// width is about how wide a text is at 12 points.
func width(s string) float64 {
	var w float64
	for _, r := range s {
		switch {
		case r > 0x2E80: // ideographs, emoji
			w += 12
		case strings.ContainsRune("iIl.,:;'|!fjrt ()[]", r):
			w += 3.6
		case r >= 'A' && r <= 'Z' || strings.ContainsRune("mw%—", r):
			w += 8.4
		default:
			w += 6.7
		}
	}
	return w
}

func longest(s string) float64 {
	var w float64
	for f := range strings.FieldsSeq(s) {
		w = max(w, width(f))
	}
	return w
}

// wrapped is about how many lines a text takes in a column.
func wrapped(s string, column float64) int {
	lines, at := 1, 0.0
	for f := range strings.FieldsSeq(s) {
		w := width(f)
		if at > 0 && at+letter/2+w > column {
			lines, at = lines+1, 0
		}
		for at+w > column && w > column { // a word that is longer than the column is parted
			lines, w = lines+1, w-column
		}
		at += w + letter/2
	}
	return lines
}

// every is every which period has its label, where there is room for so many:
// the same month of each year where that is near, and the last one labelled.
func every(periods []metrics.ReportPeriod, room float64) int {
	n := len(periods)
	if float64(n) <= room || n < 3 {
		return 1
	}
	least := int(float64(n-1)/max(room, 1)) + 1
	months := step(periods)
	for _, wanted := range []func(int) bool{
		func(k int) bool { return (n-1)%k == 0 && months > 0 && k*months%12 == 0 },
		func(k int) bool { return months > 0 && k*months%12 == 0 },
		func(k int) bool { return (n-1)%k == 0 },
	} {
		for k := least; k <= 2*least && k < n; k++ {
			if wanted(k) {
				return k
			}
		}
	}
	return least
}

// write is a value as the chart writes it.
func (c *chart) write(v float64, decimals int) string {
	s := metrics.Decimal(v, decimals)
	switch {
	case c.Percent:
		return s + "%"
	case c.Pounds && strings.HasPrefix(s, "-"):
		return "-£" + s[1:]
	case c.Pounds:
		return "£" + s
	}
	return s
}

// format is the same for Word.
func (c *chart) format(decimals int) string {
	f := "#,##0"
	if decimals > 0 {
		f += "." + strings.Repeat("0", decimals)
	}
	switch {
	case c.Percent:
		return f + `"%"`
	case c.Pounds:
		return `"£"` + f + `;-"£"` + f
	}
	return f
}

// notes are what stands under the chart: what its marks mean, and what it
// cannot say itself.
func (c *chart) notes() []string {
	if c.empty() {
		return nil
	}
	var out []string
	if c.axis.low > 0 {
		out = append(out, "The upright axis starts at "+c.write(c.axis.low, c.axis.decimals())+", not at 0.")
	}
	if c.bars() {
		out = append(out, "The thin upright lines at the points of "+line(c.Series[0].Name)+" are the intervals of its values.")
	}
	var provisional []string
	for i, p := range c.Periods {
		if c.provisional(i) {
			provisional = append(provisional, line(p.Label))
		}
	}
	if n := len(provisional); n > 4 {
		out = append(out, "Provisional "+metrics.ProvisionalMark+", with a hollow point: "+metrics.Whole(int64(n))+" periods, the last "+provisional[n-1]+".")
	} else if n > 0 {
		out = append(out, "Provisional "+metrics.ProvisionalMark+", with a hollow point: "+strings.Join(provisional, "; ")+".")
	}
	if signs := shorthands(c.ReportChart); len(signs) > 0 {
		out = append(out, "Where a value cannot be shown there is no point: "+strings.Join(signs, ", ")+" in the table.")
	}
	if len(out) > 0 {
		out = []string{strings.Join(out, " ")}
	}
	if len(c.marks) > 0 {
		var list []string
		for _, m := range c.marks {
			kind := ""
			if m.Break {
				kind = ", break in the series, dashed"
			}
			list = append(list, m.key+" "+line(m.Label)+" ("+m.At.Name()+kind+")")
		}
		out = append(out, "Marked in the chart: "+strings.Join(list, "; ")+".")
	}
	return out
}

// provisional says whether any series' value for a period is.
func (c *chart) provisional(i int) bool {
	for _, s := range c.Series {
		if s.Values[i] != nil && sign(s, i) == metrics.ProvisionalMark {
			return true
		}
	}
	return false
}

// bars says whether the subject's intervals are drawn.
func (c *chart) bars() bool {
	if len(c.Series) == 0 {
		return false
	}
	s := c.Series[0]
	for i, v := range s.Values {
		if v != nil && at(s.Lower, i) != nil && at(s.Upper, i) != nil {
			return true
		}
	}
	return false
}

// axis is the scale of values.
type axis struct{ low, high, step float64 }

// scale starts at zero, unless the values lie so high that their differences
// would not be seen. It is the pages' scale.
func scale(c *metrics.ReportChart) axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for _, v := range slices.Concat(s.Values, s.Lower, s.Upper) {
			if v != nil {
				low, high = min(low, *v), max(high, *v)
			}
		}
	}
	if low >= 0 && low < 0.5*high || high == 0 {
		low = min(low, 0)
	}
	span := high - low
	if span == 0 {
		span = math.Abs(high)
	}
	if span == 0 || math.IsInf(span, 0) { // nothing to measure by
		return axis{0, 1, 0.5}
	}
	step := niceStep(span / 4)
	a := axis{low: math.Floor(low/step) * step, step: step}
	if low > 0 && a.low == low {
		a.low = max(0, a.low-step)
	}
	a.high = math.Ceil(high/step) * step
	if a.high-high < 0.2*step {
		a.high += step
	}
	if c.Percent && low >= 0 && high <= 100 {
		a.high = min(a.high, 100)
	}
	return a
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

func (a axis) ticks() []float64 {
	var out []float64
	for i := 0; i < 20; i++ {
		v := a.low + float64(i)*a.step
		if v > a.high+a.step/1e6 {
			break
		}
		out = append(out, v)
	}
	return out
}

// decimals are as many as the steps need.
func (a axis) decimals() int {
	n := 0
	for s := a.step; n < 6 && math.Abs(s-math.Round(s)) > 1e-9; s *= 10 {
		n++
	}
	return n
}

// fraction is a part of the chart's width or height, as its layout is written.
func fraction(part, whole float64) string {
	return strconv.FormatFloat(math.Round(part/whole*1e5)/1e5, 'f', -1, 64)
}

// number is a value as the chart's part keeps it: not rounded.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func emu(points float64) string { return strconv.Itoa(int(math.Round(points * emuPerPoint))) }

func stroke(width float64, colour, dash string) string {
	return fmt.Sprintf(`<a:ln w="%s" cap="rnd"><a:solidFill><a:srgbClr val="%s"/></a:solidFill><a:prstDash val="%s"/><a:round/></a:ln>`, emu(width), colour, dash)
}
