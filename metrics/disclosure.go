package metrics

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Disclosure control of counts of people. A count from 1 to a few could
// identify somebody, so it is suppressed; and so is what would let it be worked
// out: the parts that a total leaves when the others are taken from it, and sums
// over time of which one less the other leaves a quarter.
//
// What can be worked out is found exactly. All that is published are sums over
// quarters of strands, a strand being one number a quarter: a project's, an
// item's of a breakdown, or a total's. Within a strand the sums join points in
// time (to know the sum from a to b joins a and b), and whatever lies between
// two points that are joined, over however many others, can be worked out.
// Between strands the parts add up to their whole in each quarter; elimination
// (modulo a prime) tells what can be worked out from these equations.
//
// What was shown cannot be taken back. So what the readings so far have shown is
// taken into account (disclosure_past.go), and stays. Where there are none yet,
// the quarters are gone through in their order, each as if it were the latest:
// what is shown once its returns are in stays, and only sums that end with the
// next quarter give way for that one.

// CountsPeople says whether an indicator is made from counts of people. Its
// small numbers are suppressed, and the difference of two revisions of its
// figures could be one: former revisions are not for showing.
func (s *Strategy) CountsPeople(ind Indicator) bool {
	for _, m := range []Measure{ind.Numerator, ind.Denominator} {
		if m.From != FromReturns {
			continue
		}
		for _, id := range m.Returned {
			if r, ok := s.ReturnMeasure(id); ok && r.People {
				return true
			}
		}
	}
	return false
}

// KeepsBack says whether former readings of an indicator's figures are kept
// back: of one that counts people, and of any that was made from projects'
// returns where the strategy no longer says what it counts. The batches are
// those that the readings were made from.
func (s *Strategy) KeepsBack(indicator string, batches []Batch) bool {
	if ind, ok := s.Indicator(indicator); ok {
		return s.CountsPeople(ind)
	}
	return slices.ContainsFunc(batches, func(b Batch) bool { return b.Source == ReturnsSource })
}

// KeptBack is why a former reading is not shown.
const KeptBack = "A former reading of a figure about people is not shown: set beside the reading in force, it could tell a number that is small enough to identify someone."

// Unread is the figure without anything that tells what it read.
func (f Figure) Unread() Figure {
	return Figure{
		ID: f.ID, Revision: f.Revision, MadeAt: f.MadeAt, Indicator: f.Indicator, Priority: f.Priority, Area: f.Area, Period: f.Period, Unit: f.Unit,
		Batches: f.Batches, Status: Suppressed,
	}
}

// notShown is why a figure is suppressed. It does not tell a small count from
// one that is hidden for another's sake: that would narrow down the other.
const notShown = "the count is small enough to identify someone, or would let such a count be worked out"

// suppress takes out of a figure all that was made from its numbers.
func (f *Figure) suppress() {
	f.Status, f.Reason = Suppressed, notShown
	f.Numerator, f.Denominator, f.Value, f.Lower, f.Upper = nil, nil, nil, nil, nil
	f.Rank, f.RankOf, f.Method = nil, nil, ""
	f.Comparisons, f.Statements = nil, nil
}

// suppress does the same for a group of a figure.
func (g *GroupValue) suppress() {
	*g = GroupValue{By: g.By, Item: g.Item, Label: g.Label, Status: Suppressed}
}

// What gives way first: a part of a breakdown, then a project's number, then a total.
const (
	rankUnseen = iota // in no figure by itself
	rankItem
	rankProject
	rankTotal
)

// strand is one number a quarter.
type strand struct {
	id    int
	rank  int
	value []float64 // 0 where it is not known
	known []bool
	idle  []bool // nothing ran: a zero that everybody knows of

	sums  []float64        // up to the quarter, of the known ones
	holes []int            // how many quarters up to this one are not known
	forms map[[2]int]*form // by the quarters from (inclusive) to (exclusive)
	order [][2]int         // of forms
	comp  []int            // which points in time are joined; nil when that has to be found anew
	comps int
	at    []int // comp, as the elimination found it
	base  int   // of its unknowns among all
	in    []*relation
}

func newStrand(value []float64, known, idle []bool) *strand {
	s := &strand{value: value, known: known, idle: idle, forms: map[[2]int]*form{}, sums: make([]float64, len(value)+1), holes: make([]int, len(value)+1)}
	for q, v := range value {
		s.sums[q+1], s.holes[q+1] = s.sums[q], s.holes[q]
		if known[q] {
			s.sums[q+1] += v
		} else {
			s.holes[q+1]++
		}
	}
	return s
}

// sum is that of the quarters from a up to b; ok is false where one is not known.
// It does not tell what lies before a, as the noise of a binary fraction would.
func (s *strand) sum(a, b int) (float64, bool) {
	return Kept(s.sums[b] - s.sums[a]), s.holes[a] == s.holes[b]
}

// form is the sum of a strand from one quarter up to another, as figures show it.
type form struct {
	of     *strand
	a, b   int
	weight int  // how much it is wanted
	due    bool // it ends with the quarter that is gone through or one before
	hidden bool
	fixed  bool // it was shown before that quarter
	known  bool // a reading of a figure has shown it
	cells  []*cell
}

// cell is what one place of a figure shows: a sum, or the two of a share. It
// is shown only where neither is hidden.
type cell struct {
	forms []*form
	off   bool // it was hidden when the figure was last made, from the same returns
}

func (c *cell) shown() bool {
	return !c.off && !slices.ContainsFunc(c.forms, func(f *form) bool { return f.hidden })
}

// live says whether some place shows the sum.
func (f *form) live() bool {
	return f.due && (f.known || !f.hidden && slices.ContainsFunc(f.cells, (*cell).shown))
}

// mayGo says whether it is shown and may be taken away.
func (f *form) mayGo() bool { return !f.fixed && !f.known && f.live() }

// hide takes the sum out of every place.
func (f *form) hide() {
	f.hidden = true
	for _, c := range f.cells {
		for _, other := range c.forms {
			other.of.comp = nil
		}
	}
}

// relation says that the parts add up to the whole, in every quarter in which
// all of them are known.
type relation struct {
	whole *strand
	parts []*strand
}

func (r *relation) each(do func(s *strand, sign int64)) {
	do(r.whole, 1)
	for _, p := range r.parts {
		do(p, -1)
	}
}

func (r *relation) known(q int) bool {
	ok := true
	r.each(func(s *strand, _ int64) { ok = ok && s.known[q] })
	return ok
}

// disclosure is the control of all figures that are made from counts of people.
type disclosure struct {
	small     float64 // counts from 1 to this are hidden
	quarters  int     // up to the one that is gone through
	strands   []*strand
	relations []*relation
	pairs     [][2]*strand // numerator and denominator of a share: the difference is a count, too

	formers  int            // how many numbers of former returns there are
	formerAt map[string]int // their places
	learned  []learned      // what former readings tell
	secret   [][]learned    // what may not be worked out, besides what is small now
	said     map[string]bool

	pivots map[int]row // of the elimination, by the leading unknown
	base   int         // of the former numbers among the unknowns
	told   map[[2]int]bool
}

func (d *disclosure) strand(s *strand) *strand {
	s.id = len(d.strands)
	d.strands = append(d.strands, s)
	return s
}

func (d *disclosure) relate(whole *strand, parts []*strand) {
	if len(parts) == 1 && parts[0] == whole {
		return
	}
	r := &relation{whole, parts}
	d.relations = append(d.relations, r)
	r.each(func(s *strand, _ int64) { s.in = append(s.in, r) })
}

// wanted gives the kinds of period by how much their figures are wanted.
// Nothing outweighs what was shown before.
var wanted = map[PeriodKind]int{SinceStart: 2, YearEnding: 2, YearToDate: 3, Quarter: 4}

const weightFixed = math.MaxInt32

// form gives the sum of a strand as a kind of period shows it.
func (s *strand) form(a, b int, kind PeriodKind) *form {
	key := [2]int{a, b}
	f, ok := s.forms[key]
	if !ok {
		f = &form{of: s, a: a, b: b}
		s.forms[key] = f
		s.order = append(s.order, key)
	}
	f.weight = max(f.weight, wanted[kind])
	return f
}

// show registers a place that shows these sums.
func (d *disclosure) show(forms ...*form) *cell {
	c := &cell{forms: forms}
	for _, f := range forms {
		f.cells = append(f.cells, c)
	}
	if len(forms) == 2 {
		pair := [2]*strand{forms[0].of, forms[1].of}
		if !slices.Contains(d.pairs, pair) {
			d.pairs = append(d.pairs, pair)
		}
	}
	return c
}

func (d *disclosure) isSmall(v float64) bool { return v > 0 && v <= d.small }

// control hides what has to be hidden. It is deterministic.
func (d *disclosure) control() {
	for _, s := range d.strands {
		slices.SortFunc(s.order, func(x, y [2]int) int { return cmp.Or(x[0]-y[0], x[1]-y[1]) })
	}
	slices.SortFunc(d.pairs, func(p, q [2]*strand) int { return cmp.Or(p[0].id-q[0].id, p[1].id-q[1].id) })
	// What the readings so far have shown is known of every quarter at once;
	// where there are none yet, the quarters are taken in their order.
	for _, s := range d.strands {
		for _, f := range s.forms {
			if f.known {
				d.latest(0)
				return
			}
		}
	}
	for last, q := d.quarters, 1; q <= last; q++ {
		d.quarters = q
		d.latest(q)
	}
}

// latest hides what has to be hidden once the sums that end with the latest
// quarter, with all of them where it is 0, are shown beside those that are shown
// already.
func (d *disclosure) latest(quarter int) {
	anew := false
	for _, s := range d.strands {
		for _, f := range s.forms {
			f.fixed = f.live()
		}
		for _, key := range s.order {
			if f := s.forms[key]; f.b == quarter || quarter == 0 {
				f.due, anew, s.comp = true, true, nil
				if v, ok := s.sum(f.a, f.b); ok && d.isSmall(v) && !f.known {
					f.hide()
				}
			}
		}
	}
	if !anew {
		return
	}
	for _, s := range d.strands {
		d.targets(s, func(a, b int) {
			if s.joined(a, b) {
				s.part(a, b)
			}
		})
	}
	for _, s := range d.strands {
		for a := range d.quarters {
			for b := a + 2; b <= d.quarters; b++ {
				for s.joined(a, b) && d.isSmall(s.left(a, b)) && (s.part(a, b) || s.thin(a, b)) {
				}
			}
		}
	}
	for _, pair := range d.pairs {
		d.pairTargets(pair, func(a, b int) {
			if pair[0].joined(a, b) && pair[1].joined(a, b) && !pair[0].part(a, b) {
				pair[1].part(a, b)
			}
		})
	}
	for hidden := d.hidden(); d.hideAcross(); {
		now := d.hidden()
		if now == hidden { // returns that contradict themselves: rather nothing new than a small number
			for _, s := range d.strands {
				for _, f := range s.forms {
					if f.mayGo() {
						f.hide()
					}
				}
			}
			return
		}
		hidden = now
	}
}

// hidden counts the sums that no place shows.
func (d *disclosure) hidden() int {
	n := 0
	for _, s := range d.strands {
		for _, f := range s.forms {
			if f.hidden {
				n++
			}
		}
	}
	return n
}

// targets are the sums over neighbouring quarters that nobody may work out.
func (d *disclosure) targets(s *strand, do func(a, b int)) {
	for a := range d.quarters {
		for b := a + 1; b <= d.quarters && s.known[b-1]; b++ {
			v, _ := s.sum(a, b)
			if v > d.small {
				break // longer ones are no smaller
			}
			if v > 0 {
				do(a, b)
			}
		}
	}
}

// pairTargets are the sums of which those that a share leaves out are few.
func (d *disclosure) pairTargets(pair [2]*strand, do func(a, b int)) {
	n, of := pair[0], pair[1]
	for a := range d.quarters {
		for b := a + 1; b <= d.quarters && n.known[b-1] && of.known[b-1]; b++ {
			x, _ := n.sum(a, b)
			y, _ := of.sum(a, b)
			if d.isSmall(y - x) {
				do(a, b)
			}
		}
	}
}

// joined says whether the sum from a to b can be worked out within the strand.
func (s *strand) joined(a, b int) bool {
	s.join()
	return s.comp[a] == s.comp[b]
}

// left is what the sum from a to b leaves when all shorter ones that can be
// worked out are taken from it: the sum of several hidden quarters.
func (s *strand) left(a, b int) float64 {
	s.join()
	left := 0.0
	for at := a; at < b; {
		next := b
		for next > at && (s.comp[next] != s.comp[at] || at == a && next == b) {
			next--
		}
		if next == at { // nothing is known from here
			left += s.value[at]
			next++
		}
		at = next
	}
	return left
}

func (s *strand) join() {
	if s.comp != nil {
		return
	}
	up := make([]int, len(s.value)+1)
	for i := range up {
		up[i] = i
	}
	root := func(i int) int {
		for up[i] != i {
			up[i] = up[up[i]]
			i = up[i]
		}
		return i
	}
	for q, idle := range s.idle {
		if idle {
			up[root(q)] = root(q + 1)
		}
	}
	for _, key := range s.order {
		if s.forms[key].live() {
			up[root(key[0])] = root(key[1])
		}
	}
	s.comp, s.comps = make([]int, len(up)), 0
	number := map[int]int{}
	for i := range up {
		r := root(i)
		if _, ok := number[r]; !ok {
			number[r] = s.comps
			s.comps++
		}
		s.comp[i] = number[r]
	}
}

// thin hides the least wanted sum from which the time from a to b could be told.
// It says whether there was one.
func (s *strand) thin(a, b int) bool {
	f := cmp.Or(s.least(a, b), s.least(0, len(s.value)))
	if f != nil {
		f.hide()
	}
	return f != nil
}

// least is the least wanted of the sums that hold a quarter of the time from a
// to b and may be taken away; nil where there is none.
func (s *strand) least(a, b int) *form {
	var least *form
	for _, key := range s.order {
		if f := s.forms[key]; key[0] < b && key[1] > a && f.mayGo() && (least == nil || f.weight < least.weight) {
			least = f
		}
	}
	return least
}

// part hides the least wanted sums that join a and b: a smallest cut, by
// Edmonds and Karp. It says whether it hid any: where what was shown before
// joins them it cannot.
func (s *strand) part(a, b int) (hid bool) {
	n := len(s.value) + 1
	room := make([][]int, n)
	for i := range room {
		room[i] = make([]int, n)
	}
	add := func(i, j, w int) { room[i][j] += w; room[j][i] += w }
	for q, idle := range s.idle {
		if idle {
			add(q, q+1, weightFixed)
		}
	}
	for _, key := range s.order {
		switch f := s.forms[key]; {
		case f.mayGo():
			add(key[0], key[1], f.weight)
		case f.live():
			add(key[0], key[1], weightFixed)
		}
	}
	for {
		from := make([]int, n)
		for i := range from {
			from[i] = -1
		}
		from[a] = a
		for queue := []int{a}; len(queue) > 0; queue = queue[1:] {
			for j := range n {
				if i := queue[0]; from[j] < 0 && room[i][j] > 0 {
					from[j] = i
					queue = append(queue, j)
				}
			}
		}
		if from[b] < 0 {
			for _, key := range s.order {
				if f := s.forms[key]; f.live() && (from[key[0]] < 0) != (from[key[1]] < 0) {
					f.hide()
					hid = true
				}
			}
			s.comp = nil
			return hid
		}
		flow := math.MaxInt
		for j := b; j != a; j = from[j] {
			flow = min(flow, room[from[j]][j])
		}
		if flow >= weightFixed/2 {
			return false
		}
		for j := b; j != a; j = from[j] {
			room[from[j]][j] -= flow
			room[j][from[j]] += flow
		}
	}
}

// hideAcross finds what can be worked out from parts and wholes together, and
// hides the next smallest beside it. It says whether it hid anything: then
// another look is needed, for one that was hidden may lie open by another way.
func (d *disclosure) hideAcross() bool {
	d.eliminate()
	type span struct {
		r    *relation
		a, b int
	}
	var touched []span
	again := false
	mend := func(relations []*relation, targets []*strand, a, b int) (done bool) {
		for _, t := range touched {
			if t.a < b && a < t.b && slices.Contains(relations, t.r) {
				again = true // what was hidden there may have mended it
				return true
			}
		}
		s := d.giveWay(relations, targets, a, b)
		if s == nil { // all that is new is hidden there, and what was shown before did not tell it
			return false
		}
		again = true
		for _, r := range s.in {
			touched = append(touched, span{r, a, b})
		}
		return true
	}
	for _, s := range d.strands {
		if len(s.in) == 0 && len(d.learned) == 0 {
			continue
		}
		d.targets(s, func(a, b int) {
			if d.follows(s, a, b) {
				mend(s.in, []*strand{s}, a, b)
			}
		})
	}
	for _, sums := range d.secret {
		if near, ok := d.toldSecret(sums); ok {
			mend(nil, near, 0, d.quarters)
		}
	}
	for _, pair := range d.pairs {
		d.pairTargets(pair, func(a, b int) {
			if !d.open(pair[0], a, b) || !d.open(pair[1], a, b) {
				return
			}
			for i, s := range pair { // one of them closed is enough
				if s.joined(a, b) && s.part(a, b) {
					again = true
					return
				}
				if !s.joined(a, b) && mend(s.in, pair[i:i+1], a, b) {
					return
				}
			}
		})
	}
	for _, r := range d.relations {
		for _, span := range d.spans(r) {
			a, b := span[0], span[1]
			var hidden []*strand
			left, known := 0.0, true
			for _, p := range r.parts {
				v, ok := p.sum(a, b)
				known = known && ok
				if !p.joined(a, b) {
					hidden = append(hidden, p)
					left += v
				}
			}
			if known && len(hidden) > 1 && d.isSmall(left) && d.spanned(hidden, a, b) {
				mend([]*relation{r}, hidden, a, b)
			}
		}
	}
	return again
}

// spans are the quarters and the longer times that a relation's strands are shown for.
func (d *disclosure) spans(r *relation) [][2]int {
	var out [][2]int
	for q := range d.quarters {
		out = append(out, [2]int{q, q + 1})
	}
	r.each(func(s *strand, _ int64) {
		for _, key := range s.order {
			if key[1] <= d.quarters {
				out = append(out, key)
			}
		}
	})
	slices.SortFunc(out, func(x, y [2]int) int { return cmp.Or(x[0]-y[0], x[1]-y[1]) })
	return slices.Compact(out)
}

// giveWay hides one more strand's sums beside the targets, and gives that
// strand; nil where there is none that may be taken away.
func (d *disclosure) giveWay(relations []*relation, targets []*strand, a, b int) *strand {
	is := func(s *strand) bool { return slices.Contains(targets, s) }
	direct := slices.DeleteFunc(slices.Clone(relations), func(r *relation) bool {
		closed := false
		r.each(func(s *strand, _ int64) { closed = closed || !is(s) && !s.joined(a, b) })
		return closed
	})
	if len(direct) == 0 {
		direct = relations
	}
	var open []*strand
	for _, r := range direct {
		r.each(func(s *strand, _ int64) {
			if v, ok := s.sum(a, b); ok && v > 0 && !is(s) && s.joined(a, b) {
				open = append(open, s)
			}
		})
	}
	slices.SortFunc(open, func(s, t *strand) int {
		v, _ := s.sum(a, b)
		w, _ := t.sum(a, b)
		return cmp.Or(cmp.Compare(s.rank, t.rank), cmp.Compare(v, w), cmp.Compare(s.id, t.id))
	})
	for _, s := range open {
		if s.part(a, b) {
			return s
		}
	}
	// No one strand is open from a to b: take away what is least wanted of
	// those that tell something of the time between, in wider circles; at last
	// of any time, for what was shown before may lead there from another.
	if s := d.thin(relations, targets, a, b); s != nil {
		return s
	}
	return d.thin(relations, targets, 0, d.quarters)
}

// thin hides the least wanted sum of the strands nearest to the targets that
// holds a quarter of the time from a to b, and gives its strand; nil where there
// is none.
func (d *disclosure) thin(relations []*relation, targets []*strand, a, b int) *strand {
	reach := map[*strand]bool{}
	for _, s := range targets {
		reach[s] = true
	}
	for _, r := range relations {
		r.each(func(s *strand, _ int64) { reach[s] = true })
	}
	for {
		var least *form
		for _, s := range d.strands {
			if !reach[s] {
				continue
			}
			if f := s.least(a, b); f != nil && (least == nil || cmp.Or(s.rank-least.of.rank, f.weight-least.weight) < 0) {
				least = f
			}
		}
		if least != nil {
			least.hide()
			return least.of
		}
		before := len(reach)
		from := maps.Clone(reach) // one circle, whatever the order
		for s := range from {
			for _, r := range s.in {
				r.each(func(s *strand, _ int64) { reach[s] = true })
			}
		}
		for _, l := range d.learned {
			if slices.ContainsFunc(l, func(p piece) bool { return from[p.of] }) {
				for _, p := range l {
					if p.of != nil {
						reach[p.of] = true
					}
				}
			}
		}
		if len(reach) == before {
			return nil
		}
	}
}

// The elimination. An unknown stands for each group of joined points of a
// strand; the sum from a to b is the unknown of b less that of a.

const prime = 1<<31 - 1

// row is an equation: unknowns in order, with their factors modulo the prime.
type row []term

type term struct {
	unknown int
	factor  uint64
}

// eliminate brings the equations of all relations into echelon form.
func (d *disclosure) eliminate() {
	base := 0
	for _, s := range d.strands {
		s.join()
		s.base, s.at = base, s.comp
		base += s.comps
	}
	d.base = base
	d.pivots, d.told = map[int]row{}, map[[2]int]bool{}
	put := func(e equation) {
		if left := d.reduce(e.row()); len(left) > 0 {
			d.pivots[left[0].unknown] = left.scaled(inverse(left[0].factor))
		}
	}
	for _, r := range d.relations {
		for q := range d.quarters {
			if !r.known(q) {
				continue
			}
			var sum equation
			r.each(func(s *strand, sign int64) { sum.add(s, q, q+1, sign) })
			put(sum)
		}
	}
	for _, l := range d.learned {
		put(l.equation(d))
	}
}

// equation gathers the terms of a row.
type equation []unknowns

// unknowns is one unknown so many times.
type unknowns struct {
	unknown int
	factor  int64
}

func (e *equation) add(s *strand, a, b int, factor int64) {
	if s.at[a] != s.at[b] {
		*e = append(*e, unknowns{s.base + s.at[b], factor}, unknowns{s.base + s.at[a], -factor})
	}
}

func (e equation) row() row {
	sums := map[int]int64{}
	for _, t := range e {
		sums[t.unknown] += t.factor
	}
	var out row
	for unknown, f := range sums {
		if f != 0 {
			out = append(out, term{unknown, uint64((f%prime + prime) % prime)})
		}
	}
	slices.SortFunc(out, func(x, y term) int { return x.unknown - y.unknown })
	return out
}

// reduce takes the pivots' equations from a row. What is left is nothing where
// the row follows from them.
func (d *disclosure) reduce(r row) row {
	for len(r) > 0 {
		pivot, ok := d.pivots[r[0].unknown]
		if !ok {
			return r
		}
		r = r.less(pivot, r[0].factor)
	}
	return r
}

func (r row) scaled(by uint64) row {
	out := make(row, len(r))
	for i, t := range r {
		out[i] = term{t.unknown, t.factor * by % prime}
	}
	return out
}

// less is the row less so many times another one.
func (r row) less(other row, by uint64) row {
	out := make(row, 0, len(r)+len(other))
	i, j := 0, 0
	for i < len(r) || j < len(other) {
		switch {
		case j == len(other) || i < len(r) && r[i].unknown < other[j].unknown:
			out = append(out, r[i])
			i++
		case i == len(r) || other[j].unknown < r[i].unknown:
			out = append(out, term{other[j].unknown, (prime - other[j].factor*by%prime) % prime})
			j++
		default:
			if f := (r[i].factor + prime - other[j].factor*by%prime) % prime; f != 0 {
				out = append(out, term{r[i].unknown, f})
			}
			i++
			j++
		}
	}
	return out
}

// inverse is 1/x modulo the prime, by Fermat.
func inverse(x uint64) uint64 {
	out := uint64(1)
	for n := prime - 2; n > 0; n >>= 1 {
		if n&1 == 1 {
			out = out * x % prime
		}
		x = x * x % prime
	}
	return out
}

// follows says whether the sum of a strand from a to b follows from the equations.
func (d *disclosure) follows(s *strand, a, b int) bool {
	key := [2]int{s.base + s.at[a], s.base + s.at[b]}
	told, ok := d.told[key]
	if !ok {
		told = d.spanned([]*strand{s}, a, b)
		d.told[key] = told
	}
	return told
}

// spanned says the same of the strands together.
func (d *disclosure) spanned(strands []*strand, a, b int) bool {
	var sum equation
	for _, s := range strands {
		sum.add(s, a, b, 1)
	}
	return len(d.reduce(sum.row())) == 0
}

// open says whether a sum is shown, or can be worked out in any way.
func (d *disclosure) open(s *strand, a, b int) bool {
	return s.joined(a, b) || d.follows(s, a, b)
}
