package metrics

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"outcomes/metrics/stats"
)

// Performance figures: what projects return, added up over the projects of an
// indicator, for the own district. A total is given only where every project
// that owes the measure has returned it for every quarter of the period.

// Pounds is the unit of money.
const Pounds = "£"

// byProject is [GroupValue].By of the projects' own numbers.
const byProject = "project"

// gap is why a project's number for a quarter is not known.
type gap int

const (
	noGap        gap = iota
	unreturned       // no return is accepted
	unfilled         // the return holds no such number
	notAvailable     // the project says that it has none
	fallen           // the total since the start is less than the quarter before
)

// entry is a project's number for a quarter.
type entry struct {
	value float64
	idle  bool // there was nothing to count: the project did not run, or is not asked by this item
	why   gap
	of    int // the quarter whose return is wanting, by its place
}

// returns are the accepted returns, made ready for adding up.
type returns struct {
	s        *Strategy
	first    Month // of the first quarter
	quarters int   // from the first project's start to the latest return
	held     map[string][]*AcceptedReturn
	numbers  map[*AcceptedReturn]map[ReturnCell]ReturnValue
	entries  map[projectCell][]entry

	strands map[string]*strand
	disclosure
}

type projectCell struct {
	project string
	ReturnCell
}

// gather lays out the accepted returns by project and quarter; nil where there is none.
func gather(s *Strategy, f *Facts) *returns {
	r := &returns{s: s, held: map[string][]*AcceptedReturn{}, numbers: map[*AcceptedReturn]map[ReturnCell]ReturnValue{},
		entries: map[projectCell][]entry{}, strands: map[string]*strand{}}
	var last Month
	for _, p := range s.Projects {
		if r.first == 0 || p.From < r.first {
			r.first = p.From
		}
		for _, ret := range f.Returns[p.ID] {
			last = max(last, ret.Quarter.Last)
		}
	}
	r.first = QuarterOf(r.first).First
	if last <= r.first {
		return nil
	}
	r.quarters = int(last-r.first+1) / 3
	r.disclosure = disclosure{small: float64(s.Returns.Small), quarters: r.quarters}
	for _, p := range s.Projects {
		r.held[p.ID] = make([]*AcceptedReturn, r.quarters)
		for i, ret := range f.Returns[p.ID] {
			if ret.Quarter.First < r.first {
				continue // from before the strategy has it run
			}
			ret := &f.Returns[p.ID][i]
			r.held[p.ID][r.place(ret.Quarter.First)] = ret
			r.numbers[ret] = map[ReturnCell]ReturnValue{}
			for _, v := range ret.Values {
				r.numbers[ret][v.ReturnCell] = v
			}
		}
	}
	return r
}

// place is that of the quarter which holds the month.
func (r *returns) place(m Month) int { return int(m-r.first) / 3 }

func (r *returns) quarter(at int) Period { return QuarterOf(r.first + Month(3*at)) }

// read gives a number as returned.
func (r *returns) read(project string, c ReturnCell, q int) (float64, gap) {
	ret := r.held[project][q]
	if ret == nil {
		return 0, unreturned
	}
	v, ok := r.numbers[ret][c]
	switch {
	case !ok || v.Value < 0:
		return 0, unfilled
	case v.NotAvailable:
		return 0, notAvailable
	}
	return v.Value, noGap
}

// entriesOf gives a project's numbers, quarter by quarter. Of a measure that is
// returned since the start the quarter's is the difference from the one before.
func (r *returns) entriesOf(p Project, c ReturnCell) []entry {
	key := projectCell{p.ID, c}
	if out, ok := r.entries[key]; ok {
		return out
	}
	m, _ := r.s.ReturnMeasure(c.Measure)
	out := make([]entry, r.quarters)
	for q := range out {
		e := entry{of: q}
		switch {
		case !p.Runs(r.quarter(q)):
			e.idle = true
		default:
			e.value, e.why = r.read(p.ID, c, q)
			if leftOut := c.Dimension != "" && !m.Asks(c.Dimension, c.Item); leftOut && e.why != unreturned && (e.why != noGap || e.value == 0) {
				e = entry{of: q, idle: true} // a number from before it was left out is in the total, and stays
				break
			}
			if e.why == noGap && m.Cumulative && p.From < r.quarter(q).First {
				before, why := r.read(p.ID, c, q-1)
				switch {
				case why != noGap:
					e = entry{why: why, of: q - 1}
				case e.value < before:
					e = entry{why: fallen, of: q}
				default:
					e.value -= before
				}
			}
		}
		out[q] = e
	}
	r.entries[key] = out
	return out
}

// part is one number of one project's return.
type part struct {
	project *Project
	cell    ReturnCell
}

// projectsOf are those whose returns an indicator adds up.
func (s *Strategy) projectsOf(ind Indicator, m Measure) []Project {
	var out []Project
	for _, p := range s.Projects {
		chosen := slices.Contains(m.Projects, p.ID) || len(m.Projects) == 0 && p.Priority == ind.Priority
		if chosen && slices.ContainsFunc(m.Returned, func(id string) bool { return slices.Contains(p.Measures, id) }) {
			out = append(out, p)
		}
	}
	return out
}

// Contributors are the projects whose returns make an indicator, in the file's order.
func (s *Strategy) Contributors(ind Indicator) []Project { return s.projectsOf(ind, ind.Numerator) }

// parts are the numbers that one side of an indicator adds up in a quarter.
func (r *returns) parts(ind Indicator, m Measure, denominator bool) []part {
	var out []part
	for _, p := range r.s.projectsOf(ind, m) {
		for _, id := range m.Returned {
			measure, ok := r.s.ReturnMeasure(id)
			if !ok || !slices.Contains(p.Measures, id) {
				continue
			}
			out = append(out, part{&p, ReturnCell{Measure: id, Part: partOf(measure, m, denominator)}})
		}
	}
	return out
}

// partOf is the part of a measure that one side of an indicator adds up.
func partOf(measure ReturnMeasure, m Measure, denominator bool) string {
	switch {
	case len(measure.Parts()) == 1:
		return TheCount
	case denominator || m.Part == Denominator:
		return Denominator
	}
	return Numerator
}

func of(parts []part, project string) []part {
	return slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return p.project.ID != project })
}

func in(parts []part, dimension, item string) []part {
	out := slices.Clone(parts)
	for i := range out {
		out[i].cell.Dimension, out[i].cell.Item = dimension, item
	}
	return out
}

// sum is the strand of some numbers added up; the same numbers have one strand.
func (r *returns) sum(parts []part, rank int) *strand {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = strings.Join([]string{p.project.ID, p.cell.Measure, p.cell.Part, p.cell.Dimension, p.cell.Item}, "\x00")
	}
	slices.Sort(names)
	key := strings.Join(names, "\x01")
	s, ok := r.strands[key]
	if !ok {
		value, known, idle := make([]float64, r.quarters), make([]bool, r.quarters), make([]bool, r.quarters)
		for q := range r.quarters {
			known[q], idle[q] = true, true
		}
		for _, p := range parts {
			for q, e := range r.entriesOf(*p.project, p.cell) {
				value[q] += e.value
				known[q] = known[q] && e.why == noGap
				idle[q] = idle[q] && e.idle
			}
		}
		for q := range r.quarters {
			if !known[q] {
				value[q] = 0
			}
		}
		s = r.strand(newStrand(value, known, idle))
		r.strands[key] = s
	}
	s.rank = max(s.rank, rank)
	return s
}

// performance is an indicator with the strands that it is made of.
type performance struct {
	ind      Indicator
	people   bool
	money    bool
	num, den []part // den is empty of a total
	projects []Project
	start    Month // of the first of them
	by       []Dimension
	total    line
	groups   []line // by project, then by each dimension
	figures  []Figure
}

// line is what a table shows in one row: the strands of a total or a group.
type line struct {
	by, item, label string
	project         Project // of a line by project
	num, den        *strand // den is nil of a total over projects
}

// returned makes the performance figures of the own district, with what their
// series say over time.
func (c *computation) returned(a Area) Result {
	r := gather(c.s, c.f)
	if r == nil {
		return Result{}
	}
	var all []*performance
	for _, ind := range c.s.Indicators {
		if ind.Numerator.From == FromReturns {
			if p := r.performance(ind); p != nil {
				all = append(all, p)
			}
		}
	}
	var people []*performance
	var cells []shownCell
	for _, p := range all {
		for _, kind := range p.ind.Periods {
			for q := range r.quarters {
				if period, ok := r.period(kind, p.start, q); ok {
					p.figures = append(p.figures, r.figure(p, a, period))
				}
			}
		}
		if p.people {
			people = append(people, p)
		}
	}
	for _, p := range people {
		cells = append(cells, r.publish(p, c.f.Published)...)
	}
	r.relateAll(people)
	r.recall(c.f, people)
	r.control()
	for _, cell := range cells {
		if !cell.shown() {
			cell.suppress()
		}
	}
	var out Result
	for _, p := range all {
		r.wordsOf(c, p, a)
		out.Figures = append(out.Figures, p.figures...)
		out.Signals = append(out.Signals, c.returnedSignals(p, a)...)
	}
	return out
}

// performance lays out an indicator; nil where no project returns it.
func (r *returns) performance(ind Indicator) *performance {
	p := &performance{ind: ind, people: r.s.CountsPeople(ind), num: r.parts(ind, ind.Numerator, false), projects: r.s.Contributors(ind)}
	if len(p.projects) == 0 {
		return nil
	}
	if ind.Kind == Proportion {
		p.den = r.parts(ind, ind.Denominator, true)
	}
	for _, project := range p.projects {
		if p.start == 0 || project.From < p.start {
			p.start = project.From
		}
	}
	for _, d := range r.s.Dimensions {
		if !slices.ContainsFunc(slices.Concat(p.num, p.den), func(x part) bool {
			m, _ := r.s.ReturnMeasure(x.cell.Measure)
			return !slices.Contains(m.Breakdowns, d.ID)
		}) {
			p.by = append(p.by, d)
		}
	}
	m, _ := r.s.ReturnMeasure(ind.Numerator.Returned[0])
	p.money = m.Kind == MoneyMeasure
	r.layOut(p)
	return p
}

// layOut makes the lines of an indicator's tables.
func (r *returns) layOut(p *performance) {
	strands := func(l line, num, den []part, rank int) line {
		l.num = r.sum(num, rank)
		if len(den) > 0 {
			l.den = r.sum(den, rank)
		}
		return l
	}
	p.total = strands(line{}, p.num, p.den, rankTotal)
	for _, project := range p.projects {
		p.groups = append(p.groups, strands(line{by: byProject, item: project.ID, label: project.Name, project: project},
			of(p.num, project.ID), of(p.den, project.ID), rankProject))
	}
	for _, d := range p.by {
		for _, item := range d.Items {
			if !r.asked(p.num, d.ID, item.ID) || len(p.den) > 0 && !r.asked(p.den, d.ID, item.ID) {
				continue
			}
			p.groups = append(p.groups, strands(line{by: d.ID, item: item.ID, label: item.Title},
				in(p.num, d.ID, item.ID), in(p.den, d.ID, item.ID), rankItem))
		}
	}
}

// asked says whether one of the measures is returned for an item.
func (r *returns) asked(parts []part, dimension, item string) bool {
	return slices.ContainsFunc(parts, func(p part) bool {
		m, _ := r.s.ReturnMeasure(p.cell.Measure)
		return m.Asks(dimension, item)
	})
}

// period is that of a kind which ends with the quarter; ok is false where it
// ends, or for a year begins, before the first project does.
func (r *returns) period(kind PeriodKind, start Month, q int) (Period, bool) {
	quarter := r.quarter(q)
	if quarter.Last < start {
		return Period{}, false
	}
	switch kind {
	case YearToDate:
		return YearToDateIn(quarter.Last), true
	case SinceStart:
		return SinceStartOf(start, quarter.Last), true
	case YearEnding:
		p := YearEndingIn(quarter.Last)
		return p, p.First >= QuarterOf(start).First
	}
	return quarter, true
}

// span is a period's first quarter and the one after its last, by place. What
// lies before the first project's start is left out: there was nothing.
func (r *returns) span(p Period) (a, b int) {
	return r.place(max(p.First, r.first)), r.place(p.Last) + 1
}

// figure makes one figure with its breakdown, before disclosure control.
func (r *returns) figure(p *performance, area Area, period Period) Figure {
	fig := Figure{Indicator: p.ind.ID, Priority: p.ind.Priority, Area: area, Period: period, Unit: p.ind.Unit, Status: Missing}
	a, b := r.span(period)
	fig.Batches = r.batches(slices.Concat(p.num, p.den), a, b)
	fig.Numerator, fig.Denominator, fig.Value, fig.Lower, fig.Upper, fig.Reason = p.value(p.total, a, b)
	if why := r.lacking(slices.Concat(p.num, p.den), a, b); why != "" {
		fig.Reason = why
		fig.Numerator, fig.Denominator, fig.Value, fig.Lower, fig.Upper = nil, nil, nil, nil, nil
	}
	if fig.Value != nil {
		fig.Status, fig.Reason = Available, ""
		if p.ind.Kind == Proportion && !p.money {
			fig.Method = "Wilson"
		}
	}
	for _, l := range p.groups {
		if l.by == byProject && !r.ran(l.project, a, b) {
			continue
		}
		g := GroupValue{By: l.by, Item: l.item, Label: l.label, Status: Missing}
		g.Numerator, g.Denominator, g.Value, g.Lower, g.Upper, _ = p.value(l, a, b)
		if g.Value != nil {
			g.Status = Available
		}
		fig.Breakdown = append(fig.Breakdown, g)
	}
	return fig
}

// ran says whether a project worked in one of the quarters.
func (r *returns) ran(p Project, a, b int) bool {
	for q := a; q < b; q++ {
		if p.Runs(r.quarter(q)) {
			return true
		}
	}
	return false
}

// value adds up a line's numbers over quarters. All are nil where one is not
// known; where there was nobody to take a share of, the counts are not.
func (p *performance) value(l line, a, b int) (n, d, v, low, up *float64, why string) {
	x, ok := l.num.sum(a, b)
	if !ok {
		return
	}
	if l.den == nil {
		return &x, nil, &x, nil, nil, ""
	}
	y, ok := l.den.sum(a, b)
	switch {
	case !ok:
		return
	case y == 0:
		if why = "there is nothing to take a share of: " + p.ind.Denominator.Label + " were none"; x == 0 || p.money {
			n, d = &x, &y
		}
		return
	case p.money:
		share := x / y * p.ind.Per
		return &x, &y, &share, nil, nil, ""
	}
	e, err := stats.Wilson(x, y, confidence)
	if err != nil { // without the numbers, which may not be for showing
		why = "the returns count more in the numerator than in the denominator"
		return
	}
	e.Value, e.Lower, e.Upper = e.Value*p.ind.Per, e.Lower*p.ind.Per, e.Upper*p.ind.Per
	return &x, &y, &e.Value, &e.Lower, &e.Upper, ""
}

// batches are those of the returns that a figure is made from.
func (r *returns) batches(parts []part, a, b int) []int64 {
	var out []int64
	for _, p := range parts {
		from := a
		if m, _ := r.s.ReturnMeasure(p.cell.Measure); m.Cumulative {
			from = max(a-1, 0)
		}
		for q := from; q < b; q++ {
			if ret := r.held[p.project.ID][q]; ret != nil {
				out = append(out, ret.Batch)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lacking says which returns a total waits for, and how many projects are in;
// "" where there is nothing to wait for.
func (r *returns) lacking(parts []part, a, b int) string {
	type want struct {
		why      gap
		quarters string
	}
	var wants []want
	projects := map[want][]string{}
	owe, whole := map[string]bool{}, map[string]bool{}
	for _, p := range parts {
		if r.ran(*p.project, a, b) && !owe[p.project.ID] {
			owe[p.project.ID], whole[p.project.ID] = true, true
		}
	}
	for _, p := range parts {
		lack := map[gap][]int{}
		for _, e := range r.entriesOf(*p.project, p.cell)[a:b] {
			if e.why != noGap && !slices.Contains(lack[e.why], e.of) {
				lack[e.why] = append(lack[e.why], e.of)
			}
		}
		for _, why := range slices.Sorted(maps.Keys(lack)) {
			whole[p.project.ID] = false
			w := want{why, r.quarterWords(lack[why])}
			if !slices.Contains(wants, w) {
				wants = append(wants, w)
			}
			if !slices.Contains(projects[w], p.project.Name) {
				projects[w] = append(projects[w], p.project.Name)
			}
		}
	}
	if len(owe) == 0 {
		return "no project that returns it ran then"
	}
	var clauses []string
	for _, w := range wants {
		who, have := listedNames(projects[w]), "has"
		if len(projects[w]) > 1 {
			have = "have"
		}
		clauses = append(clauses, map[gap]string{
			unreturned:   fmt.Sprintf("%s %s no accepted return for %s", who, have, w.quarters), // one may wait, or was withdrawn
			unfilled:     fmt.Sprintf("%s %s returned %s without this number", who, have, w.quarters),
			notAvailable: fmt.Sprintf("%s %s no such number for %s", who, have, w.quarters),
			fallen:       fmt.Sprintf("the total since the start that %s returned is lower at the end of %s than a quarter before", who, w.quarters),
		}[w.why])
	}
	if len(clauses) == 0 {
		return ""
	}
	if len(owe) > 1 {
		n := 0
		for _, ok := range whole {
			if ok {
				n++
			}
		}
		clauses = append(clauses, fmt.Sprintf("the numbers of %d of %d projects are in", n, len(owe)))
	}
	return strings.Join(clauses, "; ")
}

// quarterWords names quarters: all of them up to three, else the first and how many more.
func (r *returns) quarterWords(at []int) string {
	var words []string
	for _, q := range at {
		words = append(words, quarterMonths(r.quarter(q)))
	}
	if len(words) > 3 {
		return fmt.Sprintf("%s and %s later quarters", words[0], small(len(words)-1))
	}
	return listed(words)
}

// quarterMonths is a quarter by its months: "January to March 2019".
func quarterMonths(q Period) string { return fmt.Sprintf("%s to %s", q.First.Of(), q.Last.Name()) }

// shownCell is a place that shows sums of people.
type shownCell struct {
	*cell
	suppress func()
}

// publish registers all that an indicator's figures show.
func (r *returns) publish(p *performance, before []PublishedFigure) []shownCell {
	var out []shownCell
	inForce := map[Period]Figure{}
	for _, f := range before {
		if f.InForce && f.Indicator == p.ind.ID {
			inForce[f.Period] = f.Figure
		}
	}
	// What was hidden when the figure was last made, from the same returns, stays
	// so: the figures would else depend on how often they are made.
	wasHidden := func(f *Figure, l line) bool {
		was, ok := inForce[f.Period]
		return ok && slices.Equal(was.Batches, f.Batches) && was.row(l.by, l.item).Status == Suppressed
	}
	put := func(f *Figure, l line, suppress func()) {
		a, b := r.span(f.Period)
		forms := []*form{l.num.form(a, b, f.Period.Kind)}
		if l.den != nil {
			forms = append(forms, l.den.form(a, b, f.Period.Kind))
		}
		c := r.show(forms...)
		c.off = wasHidden(f, l)
		out = append(out, shownCell{c, suppress})
	}
	// A share that is missing though all was returned tells that there was
	// nobody to take it of.
	nobody := func(f *Figure, l line) {
		a, b := r.span(f.Period)
		if l.den == nil {
			return
		}
		if v, ok := l.den.sum(a, b); ok && v == 0 {
			for q := a; q < b; q++ {
				l.den.idle[q] = true
				l.num.idle[q] = l.num.idle[q] || l.num.known[q] && l.num.value[q] == 0
			}
		}
	}
	lines := map[[2]string]line{}
	for _, l := range p.groups {
		lines[[2]string{l.by, l.item}] = l
	}
	for i := range p.figures {
		f := &p.figures[i]
		if f.Status == Available {
			put(f, p.total, f.suppress)
		} else {
			nobody(f, p.total)
		}
		for j := range f.Breakdown {
			if g := &f.Breakdown[j]; g.Status == Available {
				put(f, lines[[2]string{g.By, g.Item}], g.suppress)
			} else {
				nobody(f, lines[[2]string{g.By, g.Item}])
			}
		}
	}
	return out
}

// relateAll says what adds up to what. Projects that occur in the same
// indicators only are one class, of which the breakdowns are known together.
func (r *returns) relateAll(all []*performance) {
	type side struct {
		parts []part
		by    []Dimension
	}
	var sides []side
	for _, p := range all {
		sides = append(sides, side{p.num, p.by})
		if len(p.den) > 0 {
			sides = append(sides, side{p.den, p.by})
		}
	}
	// In which of the sides a project's number occurs.
	marks := map[projectCell]string{}
	for i, s := range sides {
		for _, p := range s.parts {
			marks[projectCell{p.project.ID, p.cell}] += " " + strconv.Itoa(i)
		}
	}
	seen := map[*strand]bool{}
	classes := func(parts []part) [][]part {
		var keys []string
		by := map[string][]part{}
		for _, p := range parts {
			key := p.cell.Measure + " " + p.cell.Part + marks[projectCell{p.project.ID, p.cell}]
			if by[key] == nil {
				keys = append(keys, key)
			}
			by[key] = append(by[key], p)
		}
		var out [][]part
		for _, key := range keys {
			out = append(out, by[key])
		}
		return out
	}
	strandsOf := func(groups [][]part) []*strand {
		var out []*strand
		for _, g := range groups {
			out = append(out, r.sum(g, rankUnseen))
		}
		return out
	}
	for _, s := range sides {
		groups := classes(s.parts)
		if whole := r.sum(s.parts, rankUnseen); !seen[whole] {
			seen[whole] = true
			r.relate(whole, strandsOf(groups))
		}
		for _, g := range groups {
			class := r.sum(g, rankUnseen)
			var singles [][]part
			for _, p := range g {
				singles = append(singles, []part{p})
			}
			if len(singles) > 1 && !class.splits(r.sum(singles[0], rankUnseen)) {
				r.relate(class, strandsOf(singles))
			}
			for _, d := range s.by {
				var items [][]part
				for _, item := range d.Items {
					items = append(items, in(g, d.ID, item.ID))
				}
				strands := strandsOf(items)
				if !class.splits(strands[0]) {
					r.relate(class, strands)
				}
			}
		}
		// What stands in one table follows from these, and is said for itself:
		// the total by project and by each dimension.
		whole := r.sum(s.parts, rankUnseen)
		var own [][]part
		for _, p := range s.parts {
			if len(own) == 0 || own[len(own)-1][0].project.ID != p.project.ID {
				own = append(own, of(s.parts, p.project.ID))
			}
		}
		if strands := strandsOf(own); len(own) > 1 && !whole.splits(strands[0]) {
			r.relate(whole, strands)
		}
		for _, d := range s.by {
			var items [][]part
			for _, item := range d.Items {
				items = append(items, in(s.parts, d.ID, item.ID))
			}
			if strands := strandsOf(items); !whole.splits(strands[0]) {
				r.relate(whole, strands)
			}
		}
		// A project's number over several measures, and an item's over several classes.
		for _, p := range s.parts {
			own := of(s.parts, p.project.ID)
			if whole := r.sum(own, rankUnseen); len(own) > 1 && !seen[whole] {
				seen[whole] = true
				var singles [][]part
				for _, x := range own {
					singles = append(singles, []part{x})
				}
				r.relate(whole, strandsOf(singles))
			}
		}
		for _, d := range s.by {
			for _, item := range d.Items {
				if whole := r.sum(in(s.parts, d.ID, item.ID), rankUnseen); len(groups) > 1 && !seen[whole] {
					seen[whole] = true
					var parts [][]part
					for _, g := range groups {
						parts = append(parts, in(g, d.ID, item.ID))
					}
					r.relate(whole, strandsOf(parts))
				}
			}
		}
	}
}

// splits says whether a strand is known to be the whole of which another is the first part.
func (s *strand) splits(part *strand) bool {
	return slices.ContainsFunc(s.in, func(r *relation) bool { return r.whole == s && r.parts[0] == part })
}

// inTime sets the figures of an indicator beside those of a year earlier, by
// what disclosure control left of them, and marks where projects came or went.
func (r *returns) inTime(c *computation, p *performance, a Area) {
	at := map[Period]int{}
	last := -1
	for i := range p.figures {
		fig := &p.figures[i]
		at[fig.Period] = i
		if fig.Period.Kind != Quarter || fig.Status == Missing {
			continue
		}
		if last >= 0 {
			fig.BreakBefore = r.comeOrGone(p, p.figures[last].Period, fig.Period)
			if why := c.breakBefore(p.ind, a, ground{period: fig.Period}, ground{period: p.figures[last].Period}); why != "" {
				fig.BreakBefore = why
			}
		}
		last = i
	}
	for i := range p.figures {
		fig := &p.figures[i]
		if fig.Status != Available {
			continue
		}
		if before, ok := fig.Period.YearBefore(); ok {
			cmp := Comparison{Kind: InTime, With: yearBefore[fig.Period.Kind], Period: before.Code(), Direction: NotCompared, Verdict: NoCompared}
			j, ok := at[before]
			switch {
			case !ok:
				cmp.Reason = "the series begins later"
			case p.figures[j].Status != Available:
				cmp.Reason = p.figures[j].Reason
			default:
				r.setBeside(c, p, a, &cmp, *fig, p.figures[j])
			}
			fig.Comparisons = append(fig.Comparisons, cmp)
		}
		if slices.Contains(p.ind.Comparators, string(WithTarget)) {
			if cmp, ok := withTarget(p.ind, *fig); ok {
				fig.Comparisons = append(fig.Comparisons, cmp)
			}
		}
	}
}

var yearBefore = map[PeriodKind]string{Quarter: beforeWords[Quarter], YearEnding: beforeWords[YearEnding], YearToDate: "same part of the previous financial year"}

// How totals and amounts of money are set beside those of a year earlier.
const (
	totalRule = "up or down where the 95% interval of the ratio of the two counts (exact, conditional on their sum) leaves out 1"
	moneyRule = "up or down where the two amounts as shown differ: money is no count, and no test is made"
)

// setBeside finds the direction by the rule of the indicator's kind.
func (r *returns) setBeside(c *computation, p *performance, a Area, cmp *Comparison, now, old Figure) {
	other := r.otherMonths(p, now.Period, old.Period)
	if cmp.Reason, cmp.Care = c.guard(p.ind, a, ground{period: now.Period}, ground{period: old.Period}); cmp.Reason != "" {
		return
	}
	if p.ind.Kind == Proportion && !p.money {
		if other != "" {
			cmp.Care = strings.TrimPrefix(cmp.Care+"; "+other, "; ")
		}
		setBeside(p.ind, cmp, now, old)
		return
	}
	if other != "" && !p.money {
		cmp.Reason, cmp.Care = other, ""
		return
	}
	if p.money && other != "" {
		cmp.Care = strings.TrimPrefix(cmp.Care+"; "+other, "; ")
	}
	cmp.Value, cmp.Numerator = old.Value, old.Numerator
	change := 0
	if p.money {
		cmp.Rule = moneyRule
		switch {
		case *now.Value > *old.Value:
			change = 1
		case *now.Value < *old.Value:
			change = -1
		}
	} else {
		cmp.Rule = totalRule
		one := 1.0
		now.Denominator, old.Denominator = &one, &one
		change = ratio(cmp, now, old)
	}
	if Decimal(*now.Value, p.ind.Decimals) == Decimal(*old.Value, p.ind.Decimals) {
		change = 0
	}
	cmp.Direction, cmp.Verdict = judged(change, p.ind.Polarity)
}

// otherMonths names the projects that did not run in the same months of two
// periods of equal length.
func (r *returns) otherMonths(p *performance, now, old Period) string {
	worked := func(project Project, in Period) [2]Month {
		from, to := max(project.From, in.First), in.Last
		if project.To != 0 {
			to = min(to, project.To)
		}
		if from > to {
			return [2]Month{}
		}
		return [2]Month{from - in.First + 1, to - in.First + 1}
	}
	var names []string
	for _, project := range p.projects {
		if worked(project, now) != worked(project, old) {
			names = append(names, project.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return listedNames(names) + " did not run in the same months of both periods"
}

// comeOrGone says which projects began or ended between two quarters, so that
// their totals are not of one kind.
func (r *returns) comeOrGone(p *performance, old, now Period) string {
	var began, ended []string
	for _, project := range p.projects {
		switch before, after := project.Runs(old), project.Runs(now); {
		case after && !before:
			began = append(began, project.Name)
		case before && !after:
			ended = append(ended, project.Name)
		}
	}
	var words []string
	if len(began) > 0 {
		words = append(words, listedNames(began)+" began")
	}
	if len(ended) > 0 {
		words = append(words, listedNames(ended)+" ended")
	}
	return strings.Join(words, "; ")
}

// wordsOf writes what the figures of an indicator say.
func (r *returns) wordsOf(c *computation, p *performance, a Area) {
	r.inTime(c, p, a)
	for i := range p.figures {
		fig := &p.figures[i]
		fig.Sentence = returnedSentence(p.ind, *fig)
		fig.Statements = statements(p.ind, *fig)
	}
}

// returnedSignals analyses the series of an indicator. One of which a figure is
// hidden has no limits and no trend: they would tell it.
func (c *computation) returnedSignals(p *performance, a Area) []Signal {
	var out []Signal
	for _, kind := range p.ind.Periods {
		var series []Figure
		hidden := false
		for _, f := range p.figures {
			if f.Period.Kind == kind {
				series = append(series, f)
				hidden = hidden || f.Status == Suppressed
			}
		}
		if len(series) == 0 {
			continue
		}
		s := Signal{Indicator: p.ind.ID, Area: a.Code, Kind: kind}
		switch {
		case kind == Quarter && hidden:
			s.Words = []string{"There are no process limits: a figure of the series is not shown."}
		case kind == Quarter:
			process(p.ind, series, &s)
		case kind == YearEnding && hidden:
			s.Words = []string{"The recent trend cannot be calculated: a figure of the series is not shown."}
		case kind == YearEnding && p.ind.Kind == Proportion && !p.money:
			trend(p.ind, series, &s)
		case kind == YearEnding:
			s.Words = []string{"No recent trend is calculated of totals: the marker is for rates and shares."}
		case kind == YearToDate:
			s.Words = []string{"No process limits are calculated: each figure but a financial year’s first holds the one before."}
		default:
			s.Words = []string{"No process limits are calculated: each figure holds the one before."}
		}
		out = append(out, s)
	}
	return out
}
