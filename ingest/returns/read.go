package returns

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"outcomes/ingest/table"
	"outcomes/metrics"
)

var inFileName = regexp.MustCompile(`([a-z0-9]+(?:-[a-z0-9]+)*)[-_ ](\d{4}-q[1-4])`)

var dashes = strings.NewReplacer("‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "−", "-", "’", "'", "‘", "'", "&", "and")

// normal gives a name the one form it is recognised by: lower case, single
// blanks, plain dashes, no full stop or colon at its ends.
func normal(s string) string {
	return strings.Trim(strings.Join(strings.Fields(dashes.Replace(strings.ToLower(s))), " "), " .:;")
}

// role is what a column of a table holds.
type role int

const (
	unknownRole   role = iota
	measureRole        // the measure's name or id
	partRole           // what is counted: of a share, the numerator or the denominator
	breakdownRole      // the dimension
	itemRole           // the item of a dimension
	valueRole          // the number
	periodRole         // the quarter
	projectRole        // the project
	unitRole           // the unit that the number is in
	passedRole         // what is not read: last quarter's number, notes
	smushedRole        // the number of one item
)

var headings = map[string]role{
	"measure": measureRole, "measures": measureRole, "measure id": measureRole, "measure title": measureRole, "measure name": measureRole, "indicator": measureRole,
	"indicator id": measureRole, "indicator name": measureRole, "kpi": measureRole, "performance measure": measureRole,
	"what is counted": partRole, "part": partRole, "counted": partRole, "part of the share": partRole, "numerator or denominator": partRole,
	"breakdown": breakdownRole, "dimension": breakdownRole, "broken down by": breakdownRole, "by": breakdownRole,
	"group": itemRole, "item": itemRole, "category": itemRole, "breakdown value": itemRole, "breakdown group": itemRole,
	"this quarter": valueRole, "value": valueRole, "number": valueRole, "count": valueRole, "figure": valueRole, "actual": valueRole, "total": valueRole,
	"quarter's number": valueRole, "this quarter's number": valueRole, "numerator": valueRole, "denominator": valueRole, "out of": valueRole,
	"period": periodRole, "quarter": periodRole, "time period": periodRole, "reporting period": periodRole, "date": periodRole, "quarter ending": periodRole,
	"project": projectRole, "project id": projectRole, "project name": projectRole, "project title": projectRole,
	"last quarter (accepted)": passedRole, "last quarter": passedRole, "previous quarter": passedRole,
	"unit": unitRole, "units": unitRole, "unit of measure": unitRole, "unit of measurement": unitRole, "measured in": unitRole,
	"notes": passedRole, "note": passedRole, "comment": passedRole, "comments": passedRole, "remarks": passedRole, "problem": passedRole,
}

// column is one column of a table.
type column struct {
	col  int
	head string
	role role
	dim  *metrics.Dimension // of an item: the heading names the dimension
	part string             // of a number: the heading names the part of a share
	asks *stated            // of a number: the heading names the quarter
}

// grid is a table of numbers found on a sheet.
type grid struct {
	sheet   *sheet
	head    row
	columns []column
	rows    []row // below the headings
}

func (g *grid) of(r role) []column {
	var out []column
	for _, c := range g.columns {
		if c.role == r {
			out = append(out, c)
		}
	}
	return out
}

// names finds what the strategy has by the names it is known by.
type names struct {
	measures map[string]string // normal title or id → id
	items    map[string]map[string]string
	words    map[string]bool // whatever else the template says of measures and projects
}

func namesOf(s *metrics.Strategy) names {
	n := names{map[string]string{}, map[string]map[string]string{}, map[string]bool{}}
	for _, m := range s.Measures {
		for _, text := range []string{m.Unit, m.Of, m.Definition} {
			n.words[normal(text)] = true
		}
		for _, part := range m.Parts() {
			n.words[normal(partLabel(m, part))] = true
		}
	}
	for _, p := range s.Projects {
		for _, text := range []string{p.Name, p.ID, p.Lead} {
			n.words[normal(text)] = true
		}
	}
	for _, m := range s.Measures {
		n.measures[normal(m.Title)] = m.ID
		n.measures[normal(strings.ReplaceAll(m.ID, "-", " "))] = m.ID
		n.measures[normal(m.ID)] = m.ID
	}
	for _, d := range s.Dimensions {
		n.items[d.ID] = map[string]string{}
		for _, i := range d.Items {
			n.items[d.ID][normal(i.Title)] = i.ID
			n.items[d.ID][normal(i.ID)] = i.ID
		}
	}
	return n
}

// dimension gives the dimension of a name: “Age band”, “age”, “by age band”.
func (s *screen) dimension(name string) *metrics.Dimension {
	name = strings.TrimPrefix(normal(name), "by ")
	for i, d := range s.h.Strategy.Dimensions {
		if name == normal(d.Title) || name == normal(d.ID) {
			return &s.h.Strategy.Dimensions[i]
		}
	}
	return nil
}

// column says what a heading's column holds.
func (s *screen) column(c cell) column {
	out := column{col: c.col, head: c.text}
	name := normal(table.Header(c.text))
	out.role = headings[name]
	switch name {
	case "numerator":
		out.part = metrics.Numerator
	case "denominator", "out of":
		out.part = metrics.Denominator
	}
	if out.role != unknownRole {
		return out
	}
	if out.dim = s.dimension(name); out.dim != nil {
		out.role = itemRole
		return out
	}
	if st, ok := statePeriod(c, s.book.date1904); ok && c.kind == textCell {
		out.role, out.asks = valueRole, &st
		return out
	}
	if s.holdsItem(name) {
		out.role = smushedRole
	}
	return out
}

var notWord = regexp.MustCompile(`[^\p{L}\p{N}-]+`)

// holdsItem says whether a name has an item of a dimension in it, as a word of its own.
func (s *screen) holdsItem(name string) bool {
	within := " " + strings.TrimSpace(notWord.ReplaceAllString(normal(name), " ")) + " "
	for _, items := range s.names.items {
		for item := range items {
			item = strings.TrimSpace(notWord.ReplaceAllString(item, " "))
			// A bare number such as 25 is in many a heading that is not about ages.
			if strings.TrimSpace(within) == item || strings.ContainsAny(item, "abcdefghijklmnopqrstuvwxyz-") && strings.Contains(within, " "+item+" ") {
				return true
			}
		}
	}
	return false
}

// maxHead is how far down a sheet the headings are looked for.
const maxHead = 40

// findTable finds a sheet's row of headings: the first that has a column of
// measures, or three columns that are known.
func (s *screen) findTable(sh *sheet) *grid {
	for i, r := range sh.rows {
		if r.number > maxHead {
			break
		}
		g := &grid{sheet: sh, head: r, rows: sh.rows[i+1:]}
		known := 0
		for _, c := range r.cells {
			if strings.TrimSpace(c.text) == "" {
				continue
			}
			col := s.column(c)
			if col.role != unknownRole && col.role != smushedRole {
				known++
			}
			g.columns = append(g.columns, col)
		}
		if len(g.columns) >= 2 && len(g.of(measureRole)) > 0 || known >= 3 {
			return g
		}
	}
	return nil
}

// shape looks for the tables and at how they are laid out.
func (s *screen) shape() bool {
	if s.about != nil {
		for _, n := range layout(s.h.Strategy, s.h.Project) {
			if !slices.ContainsFunc(s.book.sheets, func(sh *sheet) bool { return strings.EqualFold(strings.TrimSpace(sh.name), n.sheet) }) {
				s.add("sheet_name", "", "", "The template's sheet “%s” is missing or has another name.", n.sheet)
			}
		}
	}
	for _, sh := range s.book.sheets {
		if len(sh.rows) == 0 || sh.name == problemsSheet ||
			s.about != nil && slices.Contains([]string{coverSheet, contentsSheet, meaningSheet, aboutSheet}, sh.name) {
			continue
		}
		if sh.hidden {
			s.add("hidden_rows_cols_sheets", sh.name, "", "The sheet is hidden and holds something.")
		}
		g := s.findTable(sh)
		if g == nil {
			s.add("sheet_unread", sh.name, "", "No table of measures is found on the sheet: nothing of it was read.")
			continue
		}
		s.tables = append(s.tables, g)
		s.columns(g)
		s.layout(g)
	}
	if len(s.tables) == 0 && !s.failed(ShapeStage) {
		s.add("col_required", "", "", "No sheet has a table with a column “%s” and a column “%s”.", measureHead, nowHead)
	}
	// A table without its columns says nothing; the others are read.
	s.tables = slices.DeleteFunc(s.tables, func(g *grid) bool { return len(g.of(measureRole)) == 0 || len(g.of(valueRole)) == 0 })
	return len(s.tables) > 0
}

// columns looks at a table's headings.
func (s *screen) columns(g *grid) {
	at := func(c column) string { return ref(c.col, g.head.number) }
	if len(g.of(measureRole)) == 0 {
		s.add("col_required", g.sheet.name, ref(1, g.head.number), "The table has no column “%s”.", measureHead)
	}
	if len(g.of(valueRole)) == 0 && len(g.of(smushedRole)) == 0 {
		s.add("col_required", g.sheet.name, ref(1, g.head.number), "The table has no column “%s”.", nowHead)
	}
	s.totalColumns(g)
	seen := map[string]column{}
	for _, c := range g.columns {
		name := normal(table.Header(c.head))
		switch {
		case c.role == valueRole && c.asks == nil:
			name = "the number " + c.part
		case c.role == itemRole && c.dim != nil:
			name = "the item of " + c.dim.ID
		case c.role == partRole, c.role == breakdownRole, c.role == periodRole:
			name = string(rune(c.role))
		}
		if first, twice := seen[name]; twice {
			s.add("col_name_duplicate", g.sheet.name, at(c), "The columns “%s” (%s) and “%s” (%s) are of one and the same thing.", shorten(first.head), at(first), shorten(c.head), at(c))
		}
		seen[name] = c
		if b := inBrackets.FindString(normal(c.head)); c.role == valueRole && scaled.MatchString(compact.Replace(b)) {
			s.add("unit_valid", g.sheet.name, at(c), "The heading “%s” gives the unit “%s”; what is asked is the number itself, or pounds.", shorten(c.head), strings.Trim(b, " ()"))
		}
		switch c.role {
		case smushedRole:
			s.add("indicator_smushed", g.sheet.name, at(c), "The heading “%s” names a group: the numbers of each group have a column to themselves.", shorten(c.head))
		case unknownRole:
			s.add("col_unexpected", g.sheet.name, at(c), "The heading “%s” is not known.", shorten(c.head))
		}
	}
	under := map[int]bool{}
	for _, r := range g.rows {
		for _, c := range r.cells {
			if !c.blank() && !under[c.col] && !slices.ContainsFunc(g.columns, func(col column) bool { return col.col == c.col }) {
				under[c.col] = true
				s.add("col_unexpected", g.sheet.name, ref(c.col, r.number), "The column has no heading and holds “%s”.", shorten(c.text))
			}
		}
	}
}

// ofThisQuarter are headings by which a column of numbers is this quarter's,
// whatever stands beside it.
var ofThisQuarter = map[string]bool{"this quarter": true, "quarter's number": true, "this quarter's number": true}

// totalColumns passes over columns of numbers that may add up those beside them:
// one without a quarter among columns of quarters, and a “Total” beside groups
// or beside other numbers.
func (s *screen) totalColumns(g *grid) {
	quarters := slices.ContainsFunc(g.columns, func(c column) bool { return c.asks != nil })
	several := len(g.of(valueRole)) > 1 || len(g.of(itemRole))+len(g.of(breakdownRole))+len(g.of(smushedRole)) > 0
	for i, c := range g.columns {
		name := normal(table.Header(c.head))
		if c.role != valueRole || c.asks != nil || ofThisQuarter[name] {
			continue
		}
		switch {
		case quarters:
			s.add("total_column", g.sheet.name, ref(c.col, g.head.number), "The column “%s” stands beside columns of quarters and does not say its own: it may be their total. It was not read.", shorten(c.head))
		case totals[name] && several:
			s.add("total_column", g.sheet.name, ref(c.col, g.head.number), "The column “%s” may add up what stands beside it. It was not read.", shorten(c.head))
		default:
			continue
		}
		g.columns[i].role = passedRole
	}
}

// layout looks for what is merged or hidden within a table.
func (s *screen) layout(g *grid) {
	last := g.head.number
	if n := len(g.rows); n > 0 {
		last = g.rows[n-1].number
	}
	within := func(a area) bool {
		return a.row1 <= last && a.row2 >= g.head.number && slices.ContainsFunc(g.columns, func(c column) bool { return a.col1 <= c.col && c.col <= a.col2 })
	}
	for _, a := range g.sheet.merged {
		if within(a) {
			s.add("merged_cells", g.sheet.name, ref(a.col1, a.row1), "The cells %s to %s are merged.", ref(a.col1, a.row1), ref(a.col2, a.row2))
		}
	}
	for _, r := range append([]row{g.head}, g.rows...) {
		if r.hidden {
			s.add("hidden_rows_cols_sheets", g.sheet.name, ref(r.cells[0].col, r.number), "Row %d is hidden and holds something.", r.number)
		}
	}
	for _, c := range g.columns {
		if slices.ContainsFunc(g.sheet.hiddenCols, func(a area) bool { return a.col1 <= c.col && c.col <= a.col2 }) {
			s.add("hidden_rows_cols_sheets", g.sheet.name, ref(c.col, g.head.number), "The column “%s” is hidden.", shorten(c.head))
		}
	}
}

// entry is one number that a row gives, or should.
type entry struct {
	cell    metrics.ReturnCell
	measure metrics.ReturnMeasure
	sheet   *sheet
	row     int
	col     int
	read    bool // value or none holds
	value   float64
	none    bool // [x]
}

func (e *entry) at() string { return ref(e.col, e.row) }

var totals = map[string]bool{"total": true, "totals": true, "grand total": true, "sum": true, "overall total": true, "sub-total": true, "subtotal": true}

// rows reads the rows of every table.
func (s *screen) rows() bool {
	for _, g := range s.tables {
		for i, r := range g.rows {
			if s.passedOver(g, r) || s.secondHeading(g, r, i) || s.totalRow(g, r) || !s.rowsProject(g, r) || !s.rowsPeriod(g, r) {
				continue
			}
			s.row(g, r)
		}
	}
	if s.about == nil && !s.said {
		s.add("period_unstated", "", "", "Neither the file's name nor anything in it says that it is of %s.", metrics.QuarterInWords(s.h.Quarter))
	}
	return true
}

// passedOver says whether a row says nothing: blank, or notes alone.
func (s *screen) passedOver(g *grid, r row) bool {
	for _, c := range g.columns {
		if c.role != passedRole && c.role != unitRole && c.role != unknownRole && !r.at(c.col).blank() {
			return false
		}
	}
	return true
}

func (s *screen) secondHeading(g *grid, r row, i int) bool {
	heading := func(c cell) role { return headings[normal(table.Header(c.text))] }
	measure := r.at(g.of(measureRole)[0].col)
	second := heading(measure) == measureRole
	if i == 0 && measure.blank() {
		// A second line of headings under the first names no measure.
		second = true
		for _, c := range g.columns {
			if at := r.at(c.col); !at.blank() && heading(at) == unknownRole {
				second = false
			}
		}
	}
	if second {
		s.add("two_header_rows", g.sheet.name, ref(measure.col, r.number), "Row %d is a second row of headings.", r.number)
	}
	return second
}

func (s *screen) totalRow(g *grid, r row) bool {
	for _, c := range g.columns {
		text := normal(r.at(c.col).text)
		if totals[text] && (c.role == measureRole || c.role == itemRole && c.dim != nil) {
			s.add("total_rows_in_data", g.sheet.name, ref(c.col, r.number), "The row gives a total (“%s”) among the rows of measures and groups.", shorten(r.at(c.col).text))
			return true
		}
	}
	return false
}

// ofProject looks at a cell that names a project.
func (s *screen) ofProject(sh *sheet, c cell, row int) bool {
	name := normal(c.text)
	for _, p := range s.h.Strategy.Projects {
		if name == normal(p.ID) || name == normal(p.Name) {
			if p.ID != s.h.Project.ID {
				s.addRow("not_your_project", sh, ref(c.col, row), fmt.Sprintf("“%s” is another project than “%s”.", shorten(c.text), s.h.Project.Name))
			}
			return p.ID == s.h.Project.ID
		}
	}
	s.addRow("unknown_project", sh, ref(c.col, row), fmt.Sprintf("The strategy has no project “%s”.", shorten(c.text)))
	return false
}

func (s *screen) rowsProject(g *grid, r row) bool {
	for _, c := range g.of(projectRole) {
		if at := r.at(c.col); !at.blank() && !s.ofProject(g.sheet, at, r.number) {
			return false
		}
	}
	return true
}

// ofPeriod says whether a cell that names a period names the quarter, and tells
// what it fails. Cells that say the same are told of once.
func (s *screen) ofPeriod(sh *sheet, c cell, row int) bool {
	at := ref(c.col, row)
	st, _ := statePeriod(c, s.book.date1904)
	if st.rule == "" && len(s.styles) > 0 && !s.styles[st.style] && !s.told["mix"] {
		s.told["mix"] = true
		s.add("time_identifier_mix", sh.name, at, "“%s” is written in another way than the periods before it.", shorten(c.text))
	}
	if st.rule == "" {
		s.styles[st.style] = true
	}
	if st.rule == "" && st.quarter != s.h.Quarter {
		said := "“" + shorten(c.text) + "”"
		if st.serial > 0 {
			said = "the date" // stands in the file as a number of days
		}
		both := metrics.QuarterInWords(st.quarter) + "%s, and this return is of " + metrics.QuarterInWords(s.h.Quarter)
		st.rule = wrongQuarter(st, s.h.Quarter, s.book.date1904, s.h.Today)
		switch st.rule {
		case "date_1900_1904":
			st.message = "the date falls in " + metrics.QuarterInWords(s.h.Quarter) + " only if days are counted from another year than the workbook's"
		case "wrong_quarter_code":
			st.message = said + " is " + fmt.Sprintf(both, " as it stands")
		case "period_is_not_due":
			st.message = said + " is " + fmt.Sprintf(both, ", which has not ended")
		default:
			st.message = said + " is of " + fmt.Sprintf(both, "")
		}
	}
	if st.rule != "" {
		s.addRow(st.rule, sh, at, "The period is not right: "+st.message+".")
		return false
	}
	if st.other != (metrics.Period{}) && !s.eitherYears(st, sh, c, at) {
		return false
	}
	s.said = true
	return true
}

// eitherYears tells of a quarter's number that may be the calendar year's or
// the financial year's. It is taken for the calendar year's, which makes it
// the quarter that is asked for, unless the workbook speaks of financial years.
func (s *screen) eitherYears(st stated, sh *sheet, c cell, at string) bool {
	said, financial := "“"+shorten(c.text)+"”", fmt.Sprintf("%d-%02d", st.year, (st.year+1)%100)
	if where := s.financialYears(); where != "" {
		s.addRow("wrong_quarter_code", sh, at, fmt.Sprintf("The period is not right: %s is %s in the calendar year and %s in the financial year %s, and the workbook speaks of financial years (%s).",
			said, monthsOf(st.quarter), monthsOf(st.other), financial, where))
		return false
	}
	s.addRow("quarter_either_year", sh, at, fmt.Sprintf("%s can be %s, by the calendar year, or %s, by the financial year %s. It was taken for %s.",
		said, monthsOf(st.quarter), monthsOf(st.other), financial, monthsOf(st.quarter)))
	return true
}

// monthsOf are a quarter's months without its number: “April to June 2019”.
func monthsOf(q metrics.Period) string {
	words, _, _ := strings.Cut(metrics.QuarterInWords(q), " (")
	return words
}

// financialYears is where a workbook of the project's own speaks of financial
// years: in its name, in a sheet's, above a table, in its headings or where
// it gives periods; "" where it does not.
func (s *screen) financialYears() string {
	if s.about != nil {
		return ""
	}
	if speaksOfFinancialYears(cell{text: s.h.Name}) {
		return "the file's name"
	}
	for _, sh := range s.book.sheets {
		if speaksOfFinancialYears(cell{text: sh.name}) {
			return "the name of the sheet “" + shorten(sh.name) + "”"
		}
		var g *grid
		for _, t := range s.tables {
			if t.sheet == sh {
				g = t
			}
		}
		for _, r := range sh.rows {
			for _, c := range r.cells {
				below := g != nil && r.number > g.head.number
				if below && !slices.ContainsFunc(g.of(periodRole), func(p column) bool { return p.col == c.col }) {
					continue
				}
				if speaksOfFinancialYears(c) {
					return "“" + shorten(c.text) + "”, " + sh.name + " " + ref(c.col, r.number)
				}
			}
		}
	}
	return ""
}

func (s *screen) rowsPeriod(g *grid, r row) bool {
	for _, c := range g.of(periodRole) {
		cell := r.at(c.col)
		if cell.blank() {
			s.addRow("filter_blanks", g.sheet, ref(c.col, r.number), "The row does not say its period.")
			return false
		}
		if !s.ofPeriod(g.sheet, cell, r.number) {
			return false
		}
	}
	return true
}

// row reads one row: which measure, which group, and its numbers.
func (s *screen) row(g *grid, r row) {
	m, ok := s.rowsMeasure(g, r)
	if !ok {
		return
	}
	by, item, ok := s.rowsItem(g, r, m)
	if !ok {
		return
	}
	if by != "" && !m.Asks(by, item) {
		s.leftOut(g, r, m, by, item)
		return
	}
	parts := m.Parts()
	numbers := s.valueColumns(g)
	if len(parts) == 2 && !slices.ContainsFunc(numbers, func(c column) bool { return c.part != "" }) {
		part, ok := s.rowsPart(g, r, m)
		if !ok {
			return
		}
		parts = []string{part}
	}
	inUnit := s.rowsUnit(g, r, m)
	for _, c := range numbers {
		at := r.at(c.col)
		part := parts[0]
		if c.part != "" && len(parts) == 2 {
			part = c.part
		} else if c.part == metrics.Denominator {
			if !at.blank() {
				s.add("filter_item_unknown", g.sheet.name, ref(c.col, r.number), "“%s” is one number, not out of another.", m.Title)
			}
			continue
		} else if c.part == "" && len(parts) == 2 {
			if !at.blank() {
				s.add("filter_item_unknown", g.sheet.name, ref(c.col, r.number), "“%s” is two numbers, and there are columns for each: which one this is cannot be told.", m.Title)
			}
			continue
		} else if len(parts) == 1 && at.blank() && len(numbers) > 1 {
			// One number and several columns that may hold it: the blank ones are not its.
			if slices.ContainsFunc(numbers, func(o column) bool { return o.col != c.col && o.part != metrics.Denominator && !r.at(o.col).blank() }) {
				continue
			}
		}
		e := &entry{cell: metrics.ReturnCell{Measure: m.ID, Part: part, Dimension: by, Item: item}, measure: m, sheet: g.sheet, row: r.number, col: c.col}
		if inUnit {
			s.readValue(e, at)
		}
		s.entries = append(s.entries, e)
	}
}

// leftOut tells of a row of a group that the measure counts nobody of. One that
// says there was nobody, or nothing, was not read; another is a mistake.
func (s *screen) leftOut(g *grid, r row, m metrics.ReturnMeasure, by, item string) {
	d, _ := s.h.Strategy.Dimension(by)
	group := strings.ToLower(d.Title) + " " + itemTitle(&d, item)
	for _, c := range s.valueColumns(g) {
		at := r.at(c.col)
		if text := strings.ToLower(strings.TrimSpace(at.text)); text != "" && text != "0" && text != "[x]" {
			s.add("filter_item_left_out", g.sheet.name, ref(c.col, r.number), "“%s” counts nobody of the %s, and the row gives “%s”.", m.Title, group, shorten(at.text))
			return
		}
	}
	if key := "without " + m.ID + by + item; !s.told[key] {
		s.told[key] = true
		s.add("cross_data_to_meta", g.sheet.name, ref(g.of(measureRole)[0].col, r.number), "“%s” is not asked for the %s; the row was not read.", m.Title, group)
	}
}

// valueColumns are the columns of this quarter's numbers. Columns of other
// quarters are passed over; period has told where none is of this one.
func (s *screen) valueColumns(g *grid) []column {
	var out []column
	for _, c := range g.of(valueRole) {
		if c.asks == nil || c.asks.rule == "" && c.asks.quarter == s.h.Quarter {
			out = append(out, c)
		}
	}
	return out
}

// rowsMeasure gives the measure of a row; several columns, an id and a title,
// have to agree.
func (s *screen) rowsMeasure(g *grid, r row) (metrics.ReturnMeasure, bool) {
	var found metrics.ReturnMeasure
	for _, c := range g.of(measureRole) {
		at := r.at(c.col)
		if at.blank() {
			continue
		}
		where := ref(c.col, r.number)
		id, near := match(at.text, s.names.measures)
		m, ok := s.h.Strategy.ReturnMeasure(id)
		switch {
		case !ok && s.smushed(at.text):
			s.add("indicator_smushed", g.sheet.name, where, "“%s” names a measure and a group in one.", shorten(at.text))
			return m, false
		case !ok:
			s.add("indicator_unknown", g.sheet.name, where, "There is no measure “%s”.", shorten(at.text))
			return m, false
		case found.ID != "" && found.ID != m.ID:
			s.add("indicator_unknown", g.sheet.name, where, "The row names two measures, “%s” and “%s”.", found.Title, m.Title)
			return m, false
		case near:
			s.near(g.sheet, where, at.text, m.Title)
		}
		found = m
	}
	if found.ID == "" {
		s.add("filter_blanks", g.sheet.name, ref(g.of(measureRole)[0].col, r.number), "The row does not say its measure.")
		return found, false
	}
	if !slices.Contains(s.h.Project.Measures, found.ID) {
		if !s.told["measure "+found.ID] {
			s.told["measure "+found.ID] = true
			s.add("cross_data_to_meta", g.sheet.name, ref(g.of(measureRole)[0].col, r.number), "“%s” is not asked of this project; it was not read.", found.Title)
		}
		return found, false
	}
	return found, true
}

// near tells once that a name was read as one that is nearly it.
func (s *screen) near(sh *sheet, at, text, as string) {
	if key := sh.name + "\x00" + normal(text); !s.told[key] {
		s.told[key] = true
		s.add("category_new_spelling", sh.name, at, "“%s” was read as “%s”.", shorten(text), as)
	}
}

// smushed says whether a text is a measure's name with an item behind it.
func (s *screen) smushed(text string) bool {
	text = normal(text)
	for name := range s.names.measures {
		if rest, ok := strings.CutPrefix(text, name); ok && rest != "" && s.holdsItem(rest) {
			return true
		}
	}
	return false
}

// rowsItem gives the dimension and the item of a row, both empty for a total.
func (s *screen) rowsItem(g *grid, r row, m metrics.ReturnMeasure) (by, item string, ok bool) {
	var dim *metrics.Dimension
	var dimAt string
	for _, c := range g.of(breakdownRole) {
		at := r.at(c.col)
		if at.blank() || noGroup[normal(at.text)] {
			continue
		}
		dimAt = ref(c.col, r.number)
		if dim = s.dimension(at.text); dim == nil {
			s.add("filter_item_unknown", g.sheet.name, dimAt, "There is no breakdown “%s”.", shorten(at.text))
			return "", "", false
		}
	}
	items := 0
	for _, c := range g.of(itemRole) {
		at := r.at(c.col)
		where := ref(c.col, r.number)
		if at.blank() {
			// A column of one dimension says the group of every row; among several, of some.
			if c.dim != nil && len(g.of(itemRole)) == 1 || dim != nil && c.dim == nil {
				s.add("filter_blanks", g.sheet.name, where, "The row of “%s” does not say its group.", m.Title)
				return "", "", false
			}
			continue
		}
		if c.dim == nil && noGroup[normal(at.text)] {
			continue
		}
		if clean := strings.Join(strings.Fields(at.text), " "); clean != at.text {
			s.add("filter_whitespace", g.sheet.name, where, "The group “%s” has stray blanks, or one that does not break.", shorten(at.text))
		}
		if items++; items > 1 {
			s.add("filter_item_unknown", g.sheet.name, where, "The row of “%s” names two groups; numbers are asked by one breakdown at a time.", m.Title)
			return "", "", false
		}
		dims := m.Breakdowns
		switch {
		case c.dim != nil:
			dims = []string{c.dim.ID}
		case dim != nil:
			dims = []string{dim.ID}
		}
		hits, nearly := 0, false
		for _, d := range dims {
			if id, near := match(at.text, s.names.items[d]); id != "" {
				hits, by, item, nearly = hits+1, d, id, near
			}
		}
		switch {
		case hits == 0:
			s.add("filter_item_unknown", g.sheet.name, where, "“%s” is not a group that “%s” is asked by.", shorten(at.text), m.Title)
			return "", "", false
		case hits > 1:
			s.add("filter_item_unknown", g.sheet.name, where, "“%s” is a group of more than one breakdown: say which in a column “Breakdown”.", shorten(at.text))
			return "", "", false
		case nearly:
			d, _ := s.h.Strategy.Dimension(by)
			s.near(g.sheet, where, at.text, itemTitle(&d, item))
		}
	}
	if dim != nil && items == 0 {
		s.add("filter_blanks", g.sheet.name, dimAt, "The row of “%s” names a breakdown and no group.", m.Title)
		return "", "", false
	}
	if by != "" && !slices.Contains(m.Breakdowns, by) {
		key := "by " + m.ID + by
		if !s.told[key] {
			s.told[key] = true
			d, _ := s.h.Strategy.Dimension(by)
			s.add("cross_data_to_meta", g.sheet.name, ref(g.of(measureRole)[0].col, r.number), "“%s” is not asked by %s; these rows were not read.", m.Title, strings.ToLower(d.Title))
		}
		return "", "", false
	}
	return by, item, true
}

// noGroup is how a row says that it is of everybody.
var noGroup = map[string]bool{"total": true, "all": true, "none": true, "everybody": true, "everyone": true, "-": true, "[z]": true, "": true}

// rowsPart says which number of a share a row gives.
func (s *screen) rowsPart(g *grid, r row, m metrics.ReturnMeasure) (string, bool) {
	columns := g.of(partRole)
	if len(columns) == 0 {
		s.add("filter_blanks", g.sheet.name, ref(g.of(measureRole)[0].col, r.number), "“%s” is two numbers, and the table has no column “%s” to tell which one this is.", m.Title, partHead)
		return "", false
	}
	at := r.at(columns[0].col)
	where := ref(at.col, r.number)
	if at.blank() {
		s.add("filter_blanks", g.sheet.name, where, "The row of “%s” does not say which of its two numbers this is.", m.Title)
		return "", false
	}
	name := normal(at.text)
	known := map[string]string{"numerator": metrics.Numerator, "denominator": metrics.Denominator, "out of": metrics.Denominator, "out of how many": metrics.Denominator, "how many": metrics.Numerator}
	known[normal(m.Of)] = metrics.Denominator
	known[normal(m.Unit)] = metrics.Numerator
	if normal(m.Of) == normal(m.Unit) {
		delete(known, normal(m.Of))
	}
	for _, part := range m.Parts() {
		known[normal(partLabel(m, part))] = part
	}
	if part, ok := known[name]; ok {
		return part, true
	}
	s.add("filter_item_unknown", g.sheet.name, where, "“%s” is neither of the two numbers of “%s”: write “numerator” for “%s”, “denominator” for “%s”.",
		shorten(at.text), m.Title, partLabel(m, metrics.Numerator), partLabel(m, metrics.Denominator))
	return "", false
}

// match finds a name among those known, by normal name; near says that it is
// not quite the one found: up to two letters differ, and no digit.
func match(text string, known map[string]string) (id string, near bool) {
	name := normal(text)
	if id, ok := known[name]; ok {
		return id, false
	}
	if len([]rune(name)) < 6 || len(name) > 200 {
		return "", false
	}
	for k, kid := range known {
		if digits(k) == digits(name) && len(k) >= 6 && distance(name, k) <= 2 {
			if id != "" && id != kid {
				return "", false // near to two: not to be guessed
			}
			id = kid
		}
	}
	return id, id != ""
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// distance is how many letters have to be changed, put in or left out to make
// one text of the other (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > 2 || d < -2 {
		return 3
	}
	line := make([]int, len(y)+1)
	for j := range line {
		line[j] = j
	}
	for i := range x {
		diagonal := line[0]
		line[0] = i + 1
		for j := range y {
			change := diagonal
			if x[i] != y[j] {
				change++
			}
			diagonal = line[j+1]
			line[j+1] = min(change, line[j]+1, line[j+1]+1)
		}
	}
	return line[len(y)]
}
