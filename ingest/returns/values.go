package returns

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"outcomes/metrics"
	"outcomes/metrics/stats"
)

// period looks at what is said about the quarter apart from the rows: whether
// it is due, headings that name it, and lines above the tables.
func (s *screen) period() bool {
	h := s.h
	switch {
	case !h.Today.After(h.Quarter.Last.End()):
		s.add("period_is_not_due", "", "", "%s has not ended.", metrics.QuarterInWords(h.Quarter))
	case !h.Project.Runs(h.Quarter):
		s.add("period_is_not_due", "", "", "%s did not run in %s.", h.Project.Name, metrics.QuarterInWords(h.Quarter))
	}
	if h.Held.Now != nil {
		s.add("period_already_accepted", "", "", "A return of %s for %s is already accepted; this one would replace it.", h.Project.Name, metrics.QuarterInWords(h.Quarter))
	}
	if s.about == nil {
		s.aboveTables()
		if project, q, ok := Identify(h.Name, nil); ok {
			if other, known := h.Strategy.Project(project); known && other.ID != h.Project.ID {
				s.add("not_your_project", "", "", "The file's name says that it is of %s, not of %s.", other.Name, h.Project.Name)
			}
			if q == h.Quarter {
				s.said = true
			} else {
				s.add("wrong_quarter", "", "", "The file's name says that it is of %s, not of %s.", metrics.QuarterInWords(q), metrics.QuarterInWords(h.Quarter))
			}
		}
	}
	for _, g := range s.tables {
		if numbers := s.valueColumns(g); len(numbers) > 0 {
			for _, c := range numbers {
				if c.asks != nil && !s.lineOfPeriod(g.sheet, cell{col: c.col, text: c.head}, g.head.number) {
					c.asks.rule = "wrong_quarter_code" // told of: its numbers are not read
				}
			}
			continue
		}
		for _, c := range g.of(valueRole) {
			s.ofPeriod(g.sheet, cell{col: c.col, text: c.head}, g.head.number)
		}
	}
	s.tables = slices.DeleteFunc(s.tables, func(g *grid) bool { return len(s.valueColumns(g)) == 0 })
	return len(s.tables) > 0
}

// aboveTables reads lines such as “Project: Staying Safe” and “Quarter: 2019-Q1”
// of a workbook of the project's own.
func (s *screen) aboveTables() {
	for _, sh := range s.book.sheets {
		head := maxHead
		for _, g := range s.tables {
			if g.sheet == sh {
				head = g.head.number
			}
		}
		for _, r := range sh.rows {
			if r.number >= head {
				break
			}
			for i, c := range r.cells {
				label, rest, inOne := strings.Cut(c.text, ":")
				value := cell{col: c.col, text: strings.TrimSpace(rest)}
				if !inOne || value.text == "" {
					if i+1 == len(r.cells) {
						value.text = ""
					} else {
						value = r.cells[i+1]
					}
				}
				switch kind := headings[normal(label)]; {
				case kind == projectRole && value.text != "":
					s.ofProject(sh, value, r.number)
				case kind == periodRole && normal(label) != "date" && value.text != "":
					s.lineOfPeriod(sh, value, r.number)
				case c.kind == textCell:
					if st, ok := statePeriod(c, s.book.date1904); ok && st.rule == "" && st.style != "date" && kind == unknownRole && !s.isValueOf(r, i) {
						s.lineOfPeriod(sh, c, r.number)
					}
				}
			}
		}
	}
}

// isValueOf says whether the cell before names what this one is the value of.
func (s *screen) isValueOf(r row, i int) bool {
	return i > 0 && headings[normal(r.cells[i-1].text)] == periodRole
}

// lineOfPeriod is ofPeriod of a line above a table, or of a heading: it may be
// written in another way than the rows.
func (s *screen) lineOfPeriod(sh *sheet, c cell, row int) bool {
	styles := s.styles
	s.styles = map[string]bool{}
	ok := s.ofPeriod(sh, c, row)
	s.styles = styles
	return ok
}

var (
	errorText    = regexp.MustCompile(`^(#(REF|N/A|DIV/0|VALUE|NAME|NUM|NULL|SPILL|CALC|FIELD|GETTING_DATA|BUSY|CONNECT|BLOCKED|UNKNOWN)[!?]?|Err:\d{3})$`)
	shorthand    = regexp.MustCompile(`^[\[(][a-z0-9 ]{1,12}[\])]$`)
	storedNumber = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`)
	plainText    = regexp.MustCompile(`^(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$`)
	minusText    = regexp.MustCompile(`^(-|−|\()[£ ]?[\d,.]+\)?$`)
	percent      = regexp.MustCompile(`^(\d+|\d{1,3}(?:,\d{3})+)(\.\d+)? ?(%|per ?cent)$`)
)

var nullWords = map[string]bool{"null": true, "na": true, "nan": true, "none": true, "nil": true, "nothing": true, "unknown": true, "not known": true, "tbc": true, "tba": true, "tbd": true, "blank": true, "?": true}

var legacySymbols = map[string]bool{"n/a": true, "-": true, "--": true, "*": true, ":": true, ".": true, "..": true, "...": true, "…": true, "x": true, "not available": true, "#": true}

// maxValue is beyond any count or sum of a project in a quarter.
const maxValue = 1e9

// readValue reads a cell's number into the entry, or says what is wrong with it.
func (s *screen) readValue(e *entry, c cell) {
	m := e.measure
	add := func(rule, format string, args ...any) { s.add(rule, e.sheet.name, e.at(), format, args...) }
	if c.formula {
		if strings.TrimSpace(c.text) == "" {
			add("formula_no_value", "The cell has a formula that was never calculated.")
			return
		}
		add("formula_cells", "The number is calculated by a formula.")
	}
	// TrimSpace takes non-breaking blanks away too; those within are not a number's.
	text := strings.TrimSpace(c.text)
	said := "“" + shorten(text) + "”"
	switch {
	case text == "":
		add("value_blank", "%s is blank.", s.what(e.cell))
		return
	case c.kind == errorCell, errorText.MatchString(text):
		add("error_values", "The cell shows the error %s.", shorten(text))
		return
	case c.kind == booleanCell:
		add("value_numeric", "The cell holds %s, not a number.", said)
		return
	case c.kind == dateCell, c.kind == numberCell && c.format == dateFormat:
		add("value_is_date", "The cell holds a date, not a number.")
		return
	}
	var v float64
	if c.kind == numberCell {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !storedNumber.MatchString(text) || math.IsInf(n, 0) { // ParseFloat takes 0x1F and NaN, too
			add("value_numeric", "%s is not a number.", said)
			return
		}
		if c.format == percentFormat {
			s.percentage(e, n*100)
			return
		}
		v = n
	} else {
		low := dashes.Replace(strings.ToLower(text))
		plain := text
		if m.Kind == metrics.MoneyMeasure {
			plain = strings.TrimSpace(strings.TrimPrefix(plain, "£"))
		}
		switch p := percent.FindStringSubmatch(low); {
		case low == "[x]":
			e.read, e.none = true, true
			return
		case legacySymbols[low]:
			add("legacy_symbols", "%s was read as [x], not available.", said)
			e.read, e.none = true, true
			return
		case nullWords[normal(low)]:
			add("null_words", "%s may mean 0 or not known.", said)
			return
		case minusText.MatchString(text):
			add("negative_count", "%s is below 0.", said)
			return
		case shorthand.MatchString(low):
			add("ind_invalid_entry", "%s is not a shorthand that may stand here.", said)
			return
		case p != nil:
			n, err := strconv.ParseFloat(strings.ReplaceAll(p[1], ",", "")+p[2], 64)
			if err != nil {
				add("value_numeric", "%s is not a number.", said)
				return
			}
			s.percentage(e, n)
			return
		case strings.HasPrefix(plain, "£"), strings.HasPrefix(plain, "$"), strings.HasPrefix(plain, "€"):
			add("unit_valid", "%s is money; what is asked is the number of %s.", said, m.Unit)
			return
		case !plainText.MatchString(plain):
			add("value_numeric", "%s is not a number.", said)
			return
		}
		n, err := strconv.ParseFloat(strings.ReplaceAll(plain, ",", ""), 64)
		if err != nil {
			add("value_numeric", "%s is not a number.", said)
			return
		}
		v = n
	}
	switch step := decimals(m); {
	case v < 0:
		add("negative_count", "%s is below 0.", said)
	case v > maxValue:
		add("value_numeric", "%s is larger than a project's number can be.", said)
	case math.Abs(v*step-math.Round(v*step)) > 1e-6: // what a calculation leaves is not a decimal
		if m.Whole() {
			add("dp_values", "%s is not a whole number.", said)
		} else {
			add("dp_values", "%s has more than two decimals.", said)
		}
	default:
		e.read, e.value = true, math.Round(v*step)/step+0 // not -0
	}
}

// decimals is 1 for whole numbers, 100 for pounds with pence.
func decimals(m metrics.ReturnMeasure) float64 {
	if m.Whole() {
		return 1
	}
	return 100
}

func (s *screen) percentage(e *entry, v float64) {
	said := strconv.FormatFloat(v, 'f', -1, 64) + "%"
	if v > 100 {
		s.add("percent_gt_100", e.sheet.name, e.at(), "The cell says %s.", said)
		return
	}
	s.add("unit_valid", e.sheet.name, e.at(), "The cell says %s; what is asked is a count.", said)
}

var (
	compact  = strings.NewReplacer(" ", "", "'", "", ",", "", ".", "", "(", "", ")", "")
	scaled   = regexp.MustCompile(`%|percent|hundred|thousand|million|^[£$€]?000s?[£$€]?$|^[£$€]?(k|m|mn|bn)[£$€]?$|^per\d|^rate`)
	currency = regexp.MustCompile(`[£$€]|\b(pounds?|gbp|sterling|pence|euros?|dollars?)\b`)
	howMany  = regexp.MustCompile(`^(number|numbers|no|count|counts|how many|total)( of)?\b[ :]*`)
)

var unitsOfMoney = map[string]bool{"£": true, "£s": true, "pound": true, "pounds": true, "gbp": true, "£ gbp": true, "gbp £": true, "pounds sterling": true, "£ sterling": true, "sterling": true, "money": true, "pounds (£)": true, "£ (pounds)": true}

var unitsOfPeople = map[string]bool{"person": true, "persons": true, "people": true, "individuals": true, "headcount": true}

// rowsUnit looks at a row's unit, where the table has a column of units. It
// says whether the row's numbers can be read: they cannot where they would be
// another number in the measure's unit.
func (s *screen) rowsUnit(g *grid, r row, m metrics.ReturnMeasure) bool {
	good := true
	for _, c := range g.of(unitRole) {
		at := r.at(c.col)
		name := normal(at.text)
		if name == "" || s.isUnit(m, name) {
			continue
		}
		asked := "the number of " + m.Unit
		if m.Kind == metrics.MoneyMeasure {
			asked = "pounds"
		}
		where := ref(c.col, r.number)
		if scaled.MatchString(compact.Replace(name)) || currency.MatchString(name) {
			s.add("unit_valid", g.sheet.name, where, "The row of “%s” says that its unit is “%s”; what is asked is %s. Its number was not read.", m.Title, shorten(at.text), asked)
			good = false
			continue
		}
		s.add("unit_other", g.sheet.name, where, "The row of “%s” says that its unit is “%s”; it was read as %s.", m.Title, shorten(at.text), asked)
	}
	return good
}

// isUnit says whether a name is one of the measure's unit.
func (s *screen) isUnit(m metrics.ReturnMeasure, name string) bool {
	if m.Kind == metrics.MoneyMeasure && unitsOfMoney[name] {
		return true
	}
	known := map[string]string{normal(m.Unit): m.Unit}
	for _, part := range m.Parts() {
		known[normal(partLabel(m, part))] = m.Unit
	}
	if m.Of != "" {
		known[normal(m.Of)] = m.Of
	}
	if id, _ := match(name, known); id != "" { // “meeting” for “meetings”
		return true
	}
	if m.Kind == metrics.MoneyMeasure {
		return false
	}
	rest := howMany.ReplaceAllString(name, "")
	if id, _ := match(rest, known); id != "" || rest == "" {
		return true
	}
	return m.People && unitsOfPeople[rest]
}

// what names a number in a sentence: “Referrals accepted”, 10 to 14.
func (s *screen) what(c metrics.ReturnCell) string {
	m, _ := s.h.Strategy.ReturnMeasure(c.Measure)
	words := "“" + m.Title + "”"
	if d, ok := s.h.Strategy.Dimension(c.Dimension); ok {
		words += ", " + itemTitle(&d, c.Item)
	}
	switch c.Part {
	case metrics.Numerator:
		words += " (how many)"
	case metrics.Denominator:
		words += " (out of how many)"
	}
	return words
}

func pounds(v float64) string { return metrics.Pounds + number(v) }

// amount is a measure's number in a sentence.
func amount(m metrics.ReturnMeasure, v float64) string {
	if m.Whole() {
		return number(v)
	}
	return pounds(v)
}

func number(v float64) string {
	whole, frac, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		whole += "." + frac
	}
	return whole
}

func valueWords(v metrics.ReturnValue, ok bool) string {
	switch {
	case !ok:
		return "nothing"
	case v.NotAvailable:
		return "[x]"
	}
	return number(v.Value)
}

// given gives the first entry of each number that was read.
func (s *screen) given() map[metrics.ReturnCell]*entry {
	m := map[metrics.ReturnCell]*entry{}
	for _, e := range s.entries {
		if _, twice := m[e.cell]; e.read && !twice {
			m[e.cell] = e
		}
	}
	return m
}

// relations looks at numbers beside one another.
func (s *screen) relations() bool {
	given := s.given()
	for _, c := range s.h.Strategy.Cells(s.h.Project) {
		if c.Part != metrics.Numerator {
			continue
		}
		whole := c
		whole.Part = metrics.Denominator
		n, d := given[c], given[whole]
		if n != nil && d != nil && !n.none && !d.none && n.value > d.value {
			s.add("numerator_gt_denominator", n.sheet.name, n.at(), "%s is %s, more than the %s it is out of (%s).", s.what(c), number(n.value), number(d.value), d.where(n))
		}
	}
	for _, c := range s.h.Strategy.Cells(s.h.Project) {
		m, _ := s.h.Strategy.ReturnMeasure(c.Measure)
		whole := c
		whole.Measure = m.PartOf
		n, of := given[c], given[whole]
		if m.PartOf != "" && n != nil && of != nil && !n.none && !of.none && n.value > of.value {
			s.add("part_gt_whole", n.sheet.name, n.at(), "%s is %s, more than the %s of %s that it is among (%s).", s.what(c), number(n.value), number(of.value), s.what(whole), of.where(n))
		}
	}
	for _, id := range s.h.Project.Measures {
		m, ok := s.h.Strategy.ReturnMeasure(id)
		if !ok {
			continue
		}
		for _, by := range m.Breakdowns {
			for _, part := range m.Parts() {
				s.partsOf(given, m, by, part)
			}
		}
	}
	s.roundRun()
	return true
}

// where is the cell's name, with its sheet when that is another than e's.
func (e *entry) where(from *entry) string {
	if e.sheet == from.sheet {
		return e.at()
	}
	return e.sheet.name + ", " + e.at()
}

func (s *screen) partsOf(given map[metrics.ReturnCell]*entry, m metrics.ReturnMeasure, by, part string) {
	d, ok := s.h.Strategy.Dimension(by)
	total := given[metrics.ReturnCell{Measure: m.ID, Part: part}]
	if !ok || total == nil {
		return
	}
	sum, missing, unknown := 0.0, 0, 0
	var first *entry
	for _, item := range m.ItemsOf(d) {
		e := given[metrics.ReturnCell{Measure: m.ID, Part: part, Dimension: by, Item: item.ID}]
		switch {
		case e == nil:
			missing++ // told already, or told as a missing row
			continue
		case e.none:
			unknown++
		default:
			sum += e.value
		}
		if first == nil {
			first = e
		}
	}
	sum = math.Round(sum*decimals(m)) / decimals(m)
	name := s.what(metrics.ReturnCell{Measure: m.ID, Part: part})
	groups := strings.ToLower(d.Title)
	switch {
	case first == nil || missing > 0 && (total.none || sum <= total.value):
	case total.none && unknown == 0:
		s.add("parts_ne_total", total.sheet.name, total.at(), "The groups of %s by %s add up to %s (from %s), and the total is [x].", name, groups, number(sum), first.where(total))
	case total.none:
	case sum > total.value, sum < total.value && unknown == 0:
		s.add("parts_ne_total", total.sheet.name, total.at(), "The groups of %s by %s add up to %s (from %s), and the total is %s.", name, groups, number(sum), first.where(total), number(total.value))
	}
}

// roundRun looks for numbers in a row that all end in 0.
func (s *screen) roundRun() {
	const enough = 5
	var run []*entry
	var sh *sheet
	told := func() {
		if len(run) >= enough {
			s.add("round_number_run", run[0].sheet.name, run[0].at(), "%d numbers in a row, %s to %s, end in 0.", len(run), run[0].at(), run[len(run)-1].at())
		}
		run = nil
	}
	for _, e := range s.entries {
		if e.sheet != sh {
			told()
			sh = e.sheet
		}
		switch {
		case !e.read || e.none || e.value == 0 || e.measure.Kind == metrics.MoneyMeasure:
			// Says nothing either way.
		case math.Mod(e.value, 10) == 0:
			run = append(run, e)
		default:
			told()
		}
	}
	told()
}

// history looks at numbers beside those of earlier quarters.
func (s *screen) history() bool {
	if s.failed(PeriodStage) {
		return true // it is not known which quarter they follow
	}
	q := s.h.Quarter
	last := s.h.Held.last(q)
	before := s.h.Held.last(metrics.QuarterOf(q.First - 1))
	const long = 4
	nonzero := s.h.Held.nonzero(q)
	given := s.given()
	for _, id := range s.h.Project.Measures {
		m, ok := s.h.Strategy.ReturnMeasure(id)
		if !ok {
			continue
		}
		for _, part := range m.Parts() {
			c := metrics.ReturnCell{Measure: id, Part: part}
			e := given[c]
			if e == nil || e.none {
				continue
			}
			if n := nonzero[c]; e.value == 0 && n >= long {
				s.add("zero_after_long_nonzero", e.sheet.name, e.at(), "%s is 0, after %d quarters in which it was not.", s.what(c), n)
			}
			was, ok := last[c]
			if !ok || was.NotAvailable {
				continue
			}
			now, then := e.value, was.Value
			if m.Cumulative {
				if e.value < was.Value {
					s.add("cumulative_fell", e.sheet.name, e.at(), "%s is a total since the start and fell from %s to %s.", s.what(c), amount(m, was.Value), amount(m, e.value))
					continue
				}
				earlier, ok := before[c]
				if !ok || earlier.NotAvailable || earlier.Value > was.Value {
					continue
				}
				now, then = e.value-was.Value, was.Value-earlier.Value
			}
			s.jump(e, now, then)
		}
	}
	s.overBudget(given)
	s.sameAgain(given, last)
	return true
}

// overBudget looks for more money than the money that an indicator sets it
// against: more spent than was budgeted. Quarters of which either is not known
// are left out.
func (s *screen) overBudget(given map[metrics.ReturnCell]*entry) {
	money := func(m metrics.Measure) (metrics.ReturnMeasure, *entry) {
		if m.From != metrics.FromReturns || len(m.Returned) != 1 {
			return metrics.ReturnMeasure{}, nil
		}
		measure, _ := s.h.Strategy.ReturnMeasure(m.Returned[0])
		e := given[metrics.ReturnCell{Measure: measure.ID}]
		if measure.Kind != metrics.MoneyMeasure || e == nil || e.none {
			return measure, nil
		}
		return measure, e
	}
	told := map[string]bool{}
	for _, ind := range s.h.Strategy.Indicators {
		spend, now := money(ind.Numerator)
		budget, of := money(ind.Denominator)
		if ind.Kind != metrics.Proportion || now == nil || of == nil || spend.Cumulative != budget.Cumulative || told[spend.ID+" "+budget.ID] {
			continue
		}
		told[spend.ID+" "+budget.ID] = true
		since, spent, budgeted := s.h.Quarter.First, now.value, of.value
		for _, r := range s.h.Held.before(s.h.Quarter) {
			if spend.Cumulative || r.Quarter.First < metrics.YearToDateIn(s.h.Quarter.Last).First {
				continue
			}
			held := valuesOf(r)
			x, ok := held[now.cell]
			y, also := held[of.cell]
			if ok && also && !x.NotAvailable && !y.NotAvailable {
				since, spent, budgeted = min(since, r.Quarter.First), spent+x.Value, budgeted+y.Value
			}
		}
		spent, budgeted = math.Round(spent*decimals(spend))/decimals(spend), math.Round(budgeted*decimals(budget))/decimals(budget)
		if spent <= budgeted {
			continue
		}
		when := "since the start"
		if !spend.Cumulative {
			when = fmt.Sprintf("from %s to %s", since.Name(), s.h.Quarter.Last.Name())
		}
		s.add("spend_over_budget", now.sheet.name, now.at(), "%s is %s %s, more than the %s of %s (%s).", s.what(now.cell), pounds(spent), when, pounds(budgeted), s.what(of.cell), of.where(now))
	}
}

func (s *screen) jump(e *entry, now, then float64) {
	if !e.measure.Whole() {
		if then > 0 && (now > 2*then || 2*now < then) {
			s.add("jump_vs_last_quarter", e.sheet.name, e.at(), "%s is %s; last quarter it was %s.", s.what(e.cell), pounds(now), pounds(then))
		}
		return
	}
	band, err := stats.Poisson(then, 0.998)
	if err != nil || now >= band.Lower && now <= band.Upper {
		return
	}
	of := ""
	if e.measure.Cumulative {
		of = " more than the quarter before"
	}
	s.add("jump_vs_last_quarter", e.sheet.name, e.at(), "%s is %s%s; last quarter it was %s, and chance alone would take it from %s to %s.",
		s.what(e.cell), number(now), of, number(then), number(math.Ceil(band.Lower)), number(math.Floor(band.Upper)))
}

// nonzero counts, for each number, the quarters up to the last one in which it
// was not 0; those in which it was not known are passed over.
func (h Held) nonzero(q metrics.Period) map[metrics.ReturnCell]int {
	run := map[metrics.ReturnCell]int{}
	for _, r := range h.before(q) {
		for _, v := range r.Values {
			switch {
			case v.Dimension != "" || v.NotAvailable:
			case v.Value == 0:
				run[v.ReturnCell] = 0
			default:
				run[v.ReturnCell]++
			}
		}
	}
	return run
}

// sameAgain looks for numbers that are last quarter's: of the return, else of a
// measure with its groups.
func (s *screen) sameAgain(given map[metrics.ReturnCell]*entry, last map[metrics.ReturnCell]metrics.ReturnValue) {
	const enough = 4 // numbers above 0, so that small ones do not agree by chance
	type tally struct {
		first       *entry
		same, other int
	}
	all := tally{}
	of := map[string]*tally{}
	for _, c := range s.h.Strategy.Cells(s.h.Project) {
		e := given[c]
		was, ok := last[c]
		if e == nil {
			continue
		}
		t := of[c.Measure]
		if t == nil {
			t = &tally{first: e}
			of[c.Measure] = t
		}
		switch {
		case !ok || was.NotAvailable != e.none || was.Value != e.value:
			t.other++
			all.other++
		case e.value > 0:
			t.same++
			all.same++
		}
	}
	if all.other == 0 && all.same >= enough {
		s.add("identical_to_last_quarter", "", "", "Every number is the same as last quarter's.")
		return
	}
	for _, id := range s.h.Project.Measures {
		if t := of[id]; t != nil && t.other == 0 && t.same >= enough {
			m, _ := s.h.Strategy.ReturnMeasure(id)
			s.add("identical_to_last_quarter", t.first.sheet.name, t.first.at(), "Every number of “%s” is the same as last quarter's.", m.Title)
		}
	}
}

// duplicates looks for numbers that are given twice, and for what would change.
func (s *screen) duplicates() bool {
	first := map[metrics.ReturnCell]*entry{}
	for _, e := range s.entries {
		f, twice := first[e.cell]
		if !twice {
			first[e.cell] = e
			continue
		}
		s.add("general_dupes", e.sheet.name, e.at(), "%s is given here as %s and in %s as %s.", s.what(e.cell), e.words(), f.where(e), f.words())
	}
	if s.h.Held.Now == nil {
		return true
	}
	held := valuesOf(*s.h.Held.Now)
	given := s.given()
	changed := 0
	for _, id := range s.h.Project.Measures {
		var at *entry
		var changes []string
		for _, c := range s.h.Strategy.Cells(s.h.Project) {
			e := given[c]
			if c.Measure != id || e == nil {
				continue
			}
			was, ok := held[c]
			if ok && was.NotAvailable == e.none && was.Value == e.value {
				continue
			}
			if at == nil {
				at = e
			}
			changes = append(changes, fmt.Sprintf("%s (%s) from %s to %s", s.what(c), e.where(at), valueWords(was, ok), e.words()))
		}
		if len(changes) > 0 {
			changed++
			more := ""
			if n := len(changes) - 10; n > 0 {
				changes, more = changes[:10], fmt.Sprintf("; and %d more", n)
			}
			s.add("duplicate_of_held_data", at.sheet.name, at.at(), "Other than what is held: %s%s.", strings.Join(changes, "; "), more)
		}
	}
	if changed == 0 && len(given) > 0 {
		s.add("duplicate_of_held_data", "", "", "Every number is the same as the one that is held: there is nothing new to accept.")
	}
	return true
}

// words is the number as the entry gives it.
func (e *entry) words() string {
	if !e.read {
		return "something that is not a number"
	}
	return valueWords(metrics.ReturnValue{Value: e.value, NotAvailable: e.none}, true)
}

// small tells of small counts of people, once for the file.
func (s *screen) small() bool {
	var cells []string
	var first *entry
	for _, e := range s.entries {
		if e.read && !e.none && e.measure.People && e.value >= 1 && e.value <= float64(s.h.Strategy.Returns.Small) {
			if first == nil {
				first = e
			}
			cells = append(cells, e.where(first))
		}
	}
	if first == nil {
		return true
	}
	more := ""
	n := len(cells)
	if n > 20 {
		cells, more = cells[:20], fmt.Sprintf(" and %d more", n-20)
	}
	how := fmt.Sprintf("%d counts of people are", n)
	if n == 1 {
		how = "One count of people is"
	}
	s.add("small_number", first.sheet.name, first.at(), "%s from 1 to %d (%s%s). Nothing has to be done: wherever figures are shown, small counts are hidden as [c].", how, s.h.Strategy.Returns.Small, strings.Join(cells, "; "), more)
	return true
}

// missing looks for numbers that are asked for and have no row.
func (s *screen) missing() bool {
	has := map[metrics.ReturnCell]bool{}
	byMeasure := map[string]bool{}
	for _, e := range s.entries {
		has[e.cell] = true
		byMeasure[e.cell.Measure] = true
	}
	lacking := map[[2]string][]metrics.ReturnCell{}
	for _, c := range s.h.Strategy.Cells(s.h.Project) {
		if !has[c] {
			key := [2]string{c.Measure, c.Dimension}
			lacking[key] = append(lacking[key], c)
		}
	}
	for _, id := range s.h.Project.Measures {
		m, ok := s.h.Strategy.ReturnMeasure(id)
		if !ok {
			continue
		}
		if cells := lacking[[2]string{id, ""}]; len(cells) > 0 {
			rule, words := "cross_meta_to_data", "no row gives %s."
			if byMeasure[id] && len(cells) == len(m.Parts()) {
				rule, words = "filter_defaults", "%s is given by groups and without its total."
			}
			name := s.what(metrics.ReturnCell{Measure: id, Part: cells[0].Part})
			if len(cells) > 1 || len(m.Parts()) == 1 {
				name = "“" + m.Title + "”"
			}
			s.add(rule, "", "", "%s", capital(fmt.Sprintf(words, name)))
		}
		for _, by := range m.Breakdowns {
			cells := lacking[[2]string{id, by}]
			if len(cells) == 0 {
				continue
			}
			d, _ := s.h.Strategy.Dimension(by)
			var items []string
			for _, c := range cells {
				if t := itemTitle(&d, c.Item); !slices.Contains(items, t) {
					items = append(items, t)
				}
			}
			if len(items) == len(m.ItemsOf(d)) {
				s.add("cross_meta_to_data", "", "", "No row gives “%s” by %s.", m.Title, strings.ToLower(d.Title))
			} else {
				s.add("cross_meta_to_data", "", "", "No row gives “%s” by %s for %s.", m.Title, strings.ToLower(d.Title), strings.Join(items, ", "))
			}
		}
	}
	return true
}

func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-32) + s[1:]
	}
	return s
}
