package metrics

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What former readings tell. Who has followed the figures can take a former
// reading from a new one: a return came late, was replaced in one number, or was
// withdrawn, and the difference is its number. So what was shown is taken into
// the equations. A former reading of returns that are all in force is a sum that
// cannot be taken away any more. One that was made from others, too, is an
// equation with unknowns for their numbers; a number that the return in force
// repeats is not unknown twice.

// piece is a sum of a strand from a to b, or one number of a former return, as it
// is added in an equation.
type piece struct {
	of     *strand // nil of a former return's number
	a, b   int
	former int // its place among them
	sign   int64
}

// learned is an equation that does not follow from what adds up now: its pieces'
// sum is known.
type learned []piece

// formerNumber adds a number of a former return, and gives its place.
func (d *disclosure) formerNumber(name string, value float64) int {
	if d.formerAt == nil {
		d.formerAt = map[string]int{}
	}
	at, ok := d.formerAt[name]
	if !ok {
		at = d.formers
		d.formerAt[name] = at
		d.formers++
		if d.isSmall(value) {
			d.keep(learned{{former: at, sign: 1}})
		}
	}
	return at
}

// learn adds an equation, once.
func (d *disclosure) learn(e learned) {
	if d.first("learn", e) {
		d.learned = append(d.learned, e)
	}
}

// keep says that these sums may not all be worked out.
func (d *disclosure) keep(sums ...learned) {
	if d.first("keep", sums...) {
		d.secret = append(d.secret, sums)
	}
}

// first says whether that is said for the first time.
func (d *disclosure) first(what string, sums ...learned) bool {
	key := strings.Builder{}
	key.WriteString(what)
	for _, e := range sums {
		for _, p := range e {
			id := -1
			if p.of != nil {
				id = p.of.id
			}
			fmt.Fprint(&key, " ", id, p.a, p.b, p.former, p.sign)
		}
		key.WriteByte(';')
	}
	if d.said[key.String()] {
		return false
	}
	if d.said == nil {
		d.said = map[string]bool{}
	}
	d.said[key.String()] = true
	return true
}

// equation gathers what is added.
func (l learned) equation(d *disclosure) equation {
	var out equation
	for _, p := range l {
		if p.of != nil {
			out.add(p.of, p.a, p.b, p.sign)
		} else {
			out = append(out, unknowns{d.base + p.former, p.sign})
		}
	}
	return out
}

// strands are those of which it tells.
func (l learned) strands() []*strand {
	var out []*strand
	for _, p := range l {
		if p.of != nil {
			out = append(out, p.of)
		}
	}
	return out
}

// toldSecret gives the strands near a secret that the equations tell: those of the
// equations that its numbers of former returns are in, over however many others;
// ok is false where they tell none.
func (d *disclosure) toldSecret(sums []learned) (near []*strand, ok bool) {
	formers := map[int]bool{}
	for _, e := range sums {
		if len(d.reduce(e.equation(d).row())) > 0 {
			return nil, false
		}
		near = append(near, e.strands()...)
		for _, p := range e {
			if p.of == nil {
				formers[p.former] = true
			}
		}
	}
	for more := true; more && len(near) == 0; {
		more = false
		for _, l := range d.learned {
			if !slices.ContainsFunc(l, func(p piece) bool { return p.of == nil && formers[p.former] }) {
				continue
			}
			near = append(near, l.strands()...)
			for _, p := range l {
				if p.of == nil && !formers[p.former] {
					formers[p.former], more = true, true
				}
			}
		}
	}
	return near, true
}

// row gives the total of a figure, where by is "", or one of its groups.
func (f Figure) row(by, item string) GroupValue {
	if by == "" {
		return GroupValue{Status: f.Status, Value: f.Value, Numerator: f.Numerator, Denominator: f.Denominator}
	}
	for _, g := range f.Breakdown {
		if g.By == by && g.Item == item {
			return g
		}
	}
	return GroupValue{By: by, Item: item}
}

// accepted are returns by project and quarter.
type accepted map[string]map[Period]*AcceptedReturn

// recaller takes the readings so far into the control of disclosure.
type recaller struct {
	*returns
	batches map[int64]*AcceptedReturn
	split   map[string]bool // what was said already
}

// recall takes in what the readings so far of these indicators have shown.
func (r *returns) recall(f *Facts, people []*performance) {
	if len(f.Published) == 0 {
		return
	}
	c := &recaller{r, map[int64]*AcceptedReturn{}, map[string]bool{}}
	for _, list := range f.Returns {
		for i := range list {
			c.batches[list[i].Batch] = &list[i]
		}
	}
	for i := range f.Former {
		c.batches[f.Former[i].Batch] = &f.Former[i]
	}
	by := map[string]*performance{}
	for _, p := range people {
		by[p.ind.ID] = p
	}
	for _, was := range f.Published {
		if p := by[was.Indicator]; p != nil {
			c.reading(p, was.Figure)
		}
	}
}

// reading takes in one.
func (c *recaller) reading(p *performance, was Figure) {
	w := accepted{}
	for _, b := range was.Batches {
		ret := c.batches[b]
		if ret == nil {
			continue // not a return's
		}
		if w[ret.Project] == nil {
			w[ret.Project] = map[Period]*AcceptedReturn{}
		}
		w[ret.Project][ret.Quarter] = ret
	}
	c.line(p, p.total, p.num, p.den, was, w)
	for _, g := range was.Breakdown {
		l := line{by: g.By, item: g.Item} // of a project or an item that the strategy has no longer
		if at := slices.IndexFunc(p.groups, func(l line) bool { return l.by == g.By && l.item == g.Item }); at >= 0 {
			l = p.groups[at]
		}
		if l.by == byProject {
			c.line(p, l, of(p.num, l.item), of(p.den, l.item), was, w)
		} else {
			c.line(p, l, in(p.num, l.by, l.item), in(p.den, l.by, l.item), was, w)
		}
	}
}

// then gives the parts that one side of an indicator's line had in a world of
// returns, whatever the strategy asks of whom now.
func (c *recaller) then(m Measure, denominator bool, l line, w accepted) []part {
	var out []part
	for _, id := range slices.Sorted(maps.Keys(w)) {
		if l.by == byProject && id != l.item {
			continue
		}
		project, ok := c.s.Project(id)
		if !ok {
			quarters := slices.SortedFunc(maps.Keys(w[id]), func(a, b Period) int { return int(a.First - b.First) })
			project = Project{ID: id, From: quarters[0].First, To: quarters[len(quarters)-1].Last}
		}
		for _, of := range m.Returned {
			measure, ok := c.s.ReturnMeasure(of)
			if !ok {
				continue
			}
			cell := ReturnCell{Measure: of, Part: partOf(measure, m, denominator)}
			if l.by != "" && l.by != byProject {
				cell.Dimension, cell.Item = l.by, l.item
			}
			for _, ret := range w[id] {
				if _, ok := valueIn(ret, cell); ok {
					out = append(out, part{&project, cell})
					break
				}
			}
		}
	}
	return out
}

// line takes in a total or a group of a reading.
func (c *recaller) line(p *performance, l line, num, den []part, was Figure, w accepted) {
	g := was.row(l.by, l.item)
	switch g.Status {
	case Available, Missing:
	case Suppressed:
		c.hidden(l, num, den, was.Period, w)
		return
	default: // it was not in the reading
		return
	}
	n := g.Numerator
	if n == nil {
		n = g.Value
	}
	d := g.Denominator
	if g.Status == Missing { // a share that is missing though all was returned: there was nobody
		if _, sum, ok := c.pieces(l.den, den, was.Period, w); len(den) == 0 || !ok || sum != 0 {
			return
		}
		zero := 0.0
		d = &zero
	}
	if n != nil && !c.known(l.num, num, was.Period, w, *n) {
		c.known(nil, c.then(p.ind.Numerator, false, l, w), was.Period, w, *n)
	}
	if d != nil && len(p.den) > 0 && !c.known(l.den, den, was.Period, w, *d) {
		c.known(nil, c.then(p.ind.Denominator, true, l, w), was.Period, w, *d)
	}
}

// hidden takes in that a line was hidden. Small numbers of it stay secret after a
// return is withdrawn, too: it may be accepted again.
func (c *recaller) hidden(l line, num, den []part, period Period, w accepted) {
	x, n, ok := c.pieces(l.num, num, period, w)
	if !ok {
		return
	}
	former := func(e learned) bool { return slices.ContainsFunc(e, func(p piece) bool { return p.of == nil }) }
	if c.isSmall(n) && former(x) {
		c.keep(x)
	}
	if len(den) == 0 {
		return
	}
	y, d, ok := c.pieces(l.den, den, period, w)
	if !ok {
		return
	}
	if c.isSmall(d) && former(y) {
		c.keep(y)
	}
	if c.isSmall(d-n) && (former(x) || former(y)) {
		c.keep(x, y)
	}
}

// known takes in that the sum of parts over a period was shown; s is their strand,
// nil where the strategy adds up others now. It says no where
// these parts do not make what was shown: the strategy has changed whom it asks.
func (c *recaller) known(s *strand, parts []part, period Period, w accepted, shown float64) bool {
	e, sum, ok := c.pieces(s, parts, period, w)
	if !ok || sum != shown {
		return false
	}
	if c.isSmall(sum) { // the rule has changed
		return true
	}
	if s != nil && len(e) > 0 && !slices.ContainsFunc(e, func(p piece) bool { return p.of != s }) {
		s.form(e[0].a, e[len(e)-1].b, period.Kind).known = true
		return true
	}
	c.learn(e)
	return true
}

// pieces gives what a sum of parts over a period is made of, and the sum; ok is
// false where it could not have been shown.
func (c *recaller) pieces(s *strand, parts []part, period Period, w accepted) (e learned, sum float64, ok bool) {
	for q := c.place(max(period.First, c.first)); q <= c.place(period.Last); q++ {
		var own learned
		inForce := q < c.quarters
		for _, p := range parts {
			if !p.project.Runs(c.quarter(q)) {
				continue
			}
			terms, v, ok := c.number(p, q, w)
			if !ok {
				return nil, 0, false
			}
			sum += v
			own = append(own, terms...)
			for _, t := range terms {
				inForce = inForce && t.of != nil
			}
		}
		if s != nil && q < c.quarters && s.known[q] {
			c.splits(s, parts, q)
		}
		if inForce && s != nil { // all parts of it: what the strand adds up now
			own = learned{{of: s, a: q, b: q + 1, sign: 1}}
		}
		e = append(e, own...)
	}
	return e, sum, true
}

// splits says that a strand's number of a quarter is the sum of its parts'.
func (c *recaller) splits(s *strand, parts []part, q int) {
	key := fmt.Sprint("splits", s.id, q)
	if c.split[key] {
		return
	}
	c.split[key] = true
	e := learned{{of: s, a: q, b: q + 1, sign: 1}}
	for _, p := range parts {
		if p.project.Runs(c.quarter(q)) {
			e = append(e, piece{of: c.sum([]part{p}, rankUnseen), a: q, b: q + 1, sign: -1})
		}
	}
	c.learn(e)
}

// number gives what one project's number of a quarter is made of, in a world of
// returns.
func (c *recaller) number(p part, q int, w accepted) (e learned, v float64, ok bool) {
	m, _ := c.s.ReturnMeasure(p.cell.Measure)
	raw := func(q, from int, sign int64) bool {
		ret := w[p.project.ID][c.quarter(q)]
		if ret == nil {
			return false
		}
		x, ok := valueIn(ret, p.cell)
		if !ok {
			if p.cell.Dimension != "" && !m.Asks(p.cell.Dimension, p.cell.Item) {
				return true // nothing to count
			}
			return false
		}
		e = append(e, c.one(p, q, from, x, sign))
		c.byItem(p, q, from, ret)
		v += float64(sign) * x
		return true
	}
	if !m.Cumulative {
		return e, v, raw(q, q, 1) && v >= 0
	}
	start := c.place(max(p.project.From, c.first))
	ok = raw(q, start, 1) && (q == start || raw(q-1, start, -1)) && v >= 0
	return e, v, ok
}

// one is a number as returned, the sum of the quarters from one to another: that
// of the return in force, where it says the same, else a former one's.
func (c *recaller) one(p part, q, from int, x float64, sign int64) piece {
	if q < c.quarters {
		if held := c.held[p.project.ID]; len(held) > 0 && held[q] != nil {
			ret := held[q]
			if now, ok := valueIn(ret, p.cell); ok && now == x {
				return piece{of: c.sum([]part{p}, rankUnseen), a: from, b: q + 1, sign: sign}
			}
		}
	}
	name := strings.Join([]string{p.project.ID, p.cell.Measure, p.cell.Part, p.cell.Dimension, p.cell.Item, fmt.Sprint(q, " ", x)}, "\x00")
	return piece{former: c.formerNumber(name, x), sign: sign}
}

// byItem says of a return that everybody falls in one item of each breakdown.
func (c *recaller) byItem(p part, q, from int, ret *AcceptedReturn) {
	p.cell.Dimension, p.cell.Item = "", ""
	key := fmt.Sprint("items", ret.Batch, p.cell.Measure, p.cell.Part)
	if c.split[key] {
		return
	}
	c.split[key] = true
	m, _ := c.s.ReturnMeasure(p.cell.Measure)
	total, ok := valueIn(ret, p.cell)
	if !ok {
		return
	}
	for _, d := range c.s.Dimensions {
		if !slices.Contains(m.Breakdowns, d.ID) {
			continue
		}
		e, sum := learned{c.one(p, q, from, total, 1)}, 0.0
		for _, item := range d.Items {
			x := in([]part{p}, d.ID, item.ID)[0]
			if v, ok := valueIn(ret, x.cell); ok {
				e, sum = append(e, c.one(x, q, from, v, -1)), sum+v
			}
		}
		if sum == total {
			c.learn(e)
		}
	}
}

// valueIn gives a number of a return; ok is false where it has none.
func valueIn(ret *AcceptedReturn, cell ReturnCell) (float64, bool) {
	for _, v := range ret.Values {
		if v.ReturnCell == cell {
			return v.Value, !v.NotAvailable && v.Value >= 0
		}
	}
	return 0, false
}
