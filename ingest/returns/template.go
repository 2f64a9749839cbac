package returns

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// Version is the template's, raised when its sheets or columns change.
const Version = 1

// Held is what the project has returned before.
type Held struct {
	Now    *metrics.AcceptedReturn  // of this quarter, nil where none is accepted
	Before []metrics.AcceptedReturn // accepted ones of the project, oldest first
}

// before gives the accepted returns of quarters before q, the oldest first.
func (h Held) before(q metrics.Period) []metrics.AcceptedReturn {
	var out []metrics.AcceptedReturn
	for _, r := range h.Before {
		if r.Quarter.Last < q.First {
			out = append(out, r)
		}
	}
	return out
}

// last gives the values of the quarter before q, nil where none is accepted.
func (h Held) last(q metrics.Period) map[metrics.ReturnCell]metrics.ReturnValue {
	for _, r := range h.Before {
		if r.Quarter.Last+1 == q.First {
			return valuesOf(r)
		}
	}
	return nil
}

func valuesOf(r metrics.AcceptedReturn) map[metrics.ReturnCell]metrics.ReturnValue {
	m := map[metrics.ReturnCell]metrics.ReturnValue{}
	for _, v := range r.Values {
		m[v.ReturnCell] = v
	}
	return m
}

// Names of the template's sheets that hold no numbers.
const (
	coverSheet    = "Cover"
	contentsSheet = "Contents"
	meaningSheet  = "What counts"
	aboutSheet    = "About this file"
	problemsSheet = "Problems" // of a workbook that was handed back
)

// Headings of the template's tables.
const (
	measureHead = "Measure"
	partHead    = "What is counted"
	lastHead    = "Last quarter (accepted)"
	nowHead     = "This quarter"
	notesHead   = "Notes"
	problemHead = "Problem" // of a workbook that was handed back
)

const headRow = 6 // of the heading, on every sheet with a table of numbers

// numbers is one sheet of the template with a table of numbers.
type numbers struct {
	sheet string
	by    *metrics.Dimension // nil for the totals
	rows  []metrics.ReturnCell
}

// valueCol is the column of this quarter's number.
func (n numbers) valueCol() int {
	if n.by == nil {
		return 4
	}
	return 5
}

// layout says which number of a return stands on which sheet and row: the
// totals on the first, each dimension on its own.
func layout(s *metrics.Strategy, p metrics.Project) []numbers {
	cells := s.Cells(p)
	out := []numbers{{sheet: "Totals"}}
	for i := range s.Dimensions {
		d := &s.Dimensions[i]
		out = append(out, numbers{sheet: sheetName("By "+strings.ToLower(d.Title), out), by: d})
	}
	for i := range out {
		by := ""
		if out[i].by != nil {
			by = out[i].by.ID
		}
		for _, c := range cells {
			if c.Dimension == by {
				out[i].rows = append(out[i].rows, c)
			}
		}
	}
	used := out[:0]
	for _, n := range out {
		if len(n.rows) > 0 {
			used = append(used, n)
		}
	}
	return used
}

var notInSheetName = regexp.MustCompile(`[:\\/?*\[\]']`)

// sheetName makes a name that a sheet may have and no other has.
func sheetName(name string, taken []numbers) string {
	name = notInSheetName.ReplaceAllString(name, " ")
	for utf8.RuneCountInString(name) > 28 {
		name = string([]rune(name)[:28])
	}
	name = strings.TrimSpace(name)
	for n := 2; ; n++ {
		again := false
		for _, t := range taken {
			again = again || strings.EqualFold(t.sheet, name)
		}
		if !again {
			return name
		}
		name = fmt.Sprintf("%s %d", strings.TrimRight(name, " 0123456789"), n)
	}
}

// partLabel says in words what a number of a measure counts.
func partLabel(m metrics.ReturnMeasure, part string) string {
	how := "How many: "
	if m.Kind == metrics.MoneyMeasure {
		how = "How much: "
	}
	label := how + m.Unit
	if part == metrics.Denominator {
		label = "Out of how many: " + m.Of
	}
	if m.Cumulative {
		label += " (total since the start)"
	}
	return label
}

// questions is a short digest of what is asked, by which a template made before
// the strategy changed is known.
func questions(s *metrics.Strategy, p metrics.Project) string {
	h := sha256.New()
	for _, c := range s.Cells(p) {
		m, _ := s.ReturnMeasure(c.Measure)
		fmt.Fprintf(h, "%q %q %q %q %q %q %q %t\n", c.Measure, c.Part, c.Dimension, c.Item, m.Title, m.Definition, m.Unit+"/"+m.Of, m.Cumulative)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// FileName is the name that a project's template is given.
func FileName(p metrics.Project, q metrics.Period) string {
	return fmt.Sprintf("return-%s-%s-v%d.xlsx", p.ID, q.Code(), Version)
}

// Template writes the workbook that a project fills in for a quarter, with the
// numbers accepted for the quarter before beside the open cells. sample marks
// it as invented.
func Template(w io.Writer, s *metrics.Strategy, p metrics.Project, q metrics.Period, held Held, sample bool) error {
	return Filled(w, s, p, q, held, sample, nil)
}

// Filled writes the template with this quarter's numbers in it, as a project
// would return it.
func Filled(w io.Writer, s *metrics.Strategy, p metrics.Project, q metrics.Period, held Held, sample bool, values []metrics.ReturnValue) error {
	x := excelize.NewFile()
	defer x.Close()
	t := &template{x: x, s: s, p: p, q: q, sample: sample, last: held.last(q), now: valuesOf(metrics.AcceptedReturn{Values: values})}
	t.write()
	if t.err != nil {
		return fmt.Errorf("write the template of %s for %s: %w", p.ID, q.Code(), t.err)
	}
	return x.Write(w)
}

// template writes one workbook; the first error stops it.
type template struct {
	x      *excelize.File
	s      *metrics.Strategy
	p      metrics.Project
	q      metrics.Period
	sample bool
	last   map[metrics.ReturnCell]metrics.ReturnValue
	now    map[metrics.ReturnCell]metrics.ReturnValue
	err    error

	title, head, text, number, money, open, openMoney, note, link int // styles
}

func (t *template) do(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *template) set(sheet string, col, row int, value any, style int) {
	at := ref(col, row)
	switch v := value.(type) {
	case string:
		t.do(t.x.SetCellStr(sheet, at, v))
	case float64:
		t.do(t.x.SetCellFloat(sheet, at, v, -1, 64))
	}
	t.do(t.x.SetCellStyle(sheet, at, at, style))
}

func (t *template) style(s excelize.Style) int {
	id, err := t.x.NewStyle(&s)
	t.do(err)
	return id
}

const font = "Arial"

func (t *template) styles() {
	thin := []excelize.Border{{Type: "left", Color: "595959", Style: 1}, {Type: "right", Color: "595959", Style: 1}, {Type: "top", Color: "595959", Style: 1}, {Type: "bottom", Color: "595959", Style: 1}}
	plain, bold := &excelize.Font{Family: font, Size: 12}, &excelize.Font{Family: font, Size: 12, Bold: true}
	top := &excelize.Alignment{Vertical: "top"}
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	right := &excelize.Alignment{Vertical: "top", Horizontal: "right", WrapText: true}
	// Text counts as such while nothing is typed: [x] lines up with the numbers.
	whole, pence := 3, 4 // #,##0 and #,##0.00
	t.title = t.style(excelize.Style{Font: &excelize.Font{Family: font, Size: 16, Bold: true}, Alignment: top})
	t.head = t.style(excelize.Style{Font: bold, Alignment: wrap, Border: thin})
	t.text = t.style(excelize.Style{Font: plain, Alignment: wrap})
	t.number = t.style(excelize.Style{Font: plain, Alignment: right, NumFmt: whole})
	t.money = t.style(excelize.Style{Font: plain, Alignment: right, NumFmt: pence})
	t.open = t.style(excelize.Style{Font: bold, Alignment: right, Border: thin, NumFmt: whole, Protection: &excelize.Protection{Locked: false}})
	t.openMoney = t.style(excelize.Style{Font: bold, Alignment: right, Border: thin, NumFmt: pence, Protection: &excelize.Protection{Locked: false}})
	t.note = t.style(excelize.Style{Font: plain, Alignment: wrap, Border: thin, Protection: &excelize.Protection{Locked: false}})
	t.link = t.style(excelize.Style{Font: &excelize.Font{Family: font, Size: 12, Color: "12436D", Underline: "single"}, Alignment: top})
}

func (t *template) write() {
	t.styles()
	tables := layout(t.s, t.p)
	t.do(t.x.SetSheetName("Sheet1", coverSheet))
	t.sheets(contentsSheet, meaningSheet)
	for _, n := range tables {
		t.sheets(n.sheet)
	}
	t.sheets(aboutSheet)
	if t.err != nil {
		return
	}
	t.cover()
	t.contents(tables)
	t.meaning()
	for _, n := range tables {
		t.numbers(n)
	}
	t.about()
	title := fmt.Sprintf("Return of %s, %s", t.p.Name, metrics.QuarterInWords(t.q))
	if t.sample {
		title = "Invented sample: " + title
	}
	stamp := t.q.EndDate() + "T00:00:00Z" // the same return makes the same file
	t.do(t.x.SetDocProps(&excelize.DocProperties{Title: title, Subject: "Quarterly return", Creator: t.author(), LastModifiedBy: t.author(),
		Description: t.p.ID + " " + t.q.Code(), Language: "en-GB", Created: stamp, Modified: stamp}))
	t.x.SetActiveSheet(0)
}

func (t *template) author() string {
	if t.s.Partnership != "" {
		return t.s.Partnership
	}
	return t.s.Name
}

func (t *template) sheets(names ...string) {
	for _, n := range names {
		_, err := t.x.NewSheet(n)
		t.do(err)
	}
}

// lines writes the text above a table, in column A.
func (t *template) lines(sheet, title string, lines ...string) {
	t.set(sheet, 1, 1, title, t.title)
	plain := t.style(excelize.Style{Font: &excelize.Font{Family: font, Size: 12}, Alignment: &excelize.Alignment{Vertical: "top"}})
	for i, l := range lines {
		t.set(sheet, 1, i+2, l, plain)
	}
}

func (t *template) linkTo(sheet string, row int, to, words string) {
	t.set(sheet, 1, row, words, t.link)
	t.do(t.x.SetCellHyperLink(sheet, ref(1, row), "'"+to+"'!A1", "Location"))
}

func (t *template) widths(sheet string, widths ...float64) {
	for i, w := range widths {
		col, err := excelize.ColumnNumberToName(i + 1)
		t.do(err)
		t.do(t.x.SetColWidth(sheet, col, col, w))
	}
	t.heights(sheet, widths)
}

// heights makes each row as high as its wrapped texts need in columns of these
// widths: not every program finds that out when it opens a workbook.
func (t *template) heights(sheet string, widths []float64) {
	rows, err := t.x.GetRows(sheet)
	t.do(err)
	for i, cells := range rows {
		for j, text := range cells {
			if j >= len(widths) || text == "" {
				continue
			}
			id, err := t.x.GetCellStyle(sheet, ref(j+1, i+1))
			t.do(err)
			style, err := t.x.GetStyle(id)
			t.do(err)
			if style != nil && style.Alignment != nil && style.Alignment.WrapText {
				size := 12.0
				if style.Font != nil && style.Font.Size > 0 {
					size = style.Font.Size
				}
				t.heighten(sheet, i+1, linesOf(text, widths[j]*12/size), size)
			}
		}
	}
}

// heighten makes a row high enough for so many lines of a font, no row lower.
func (t *template) heighten(sheet string, row, lines int, size float64) {
	height := math.Min(409, float64(lines)*size*1.35) // the most that a row can have
	if lines < 2 {
		return
	}
	if now, err := t.x.GetRowHeight(sheet, row); err == nil && now >= height {
		return
	}
	t.do(t.x.SetRowHeight(sheet, row, height))
}

// linesOf is how many lines a text takes where so many characters stand in one.
func linesOf(text string, width float64) int {
	lines := 0
	for _, paragraph := range strings.Split(text, "\n") {
		lines++
		at := 0.0
		for _, word := range strings.Fields(paragraph) {
			n := float64(utf8.RuneCountInString(word))
			if at > 0 && at+1+n > width {
				lines++
				at = 0
			}
			if at > 0 {
				n++
			}
			at += n
			for at > width { // a word that is longer than a line
				lines++
				at -= width
			}
		}
	}
	return lines
}

var filter = regexp.MustCompile(`(?s)<autoFilter.*?(/>|</autoFilter>)`)

// table marks up a table: a heading row, then rows down to the last. The
// filter buttons that excelize gives every table are taken off it again.
func (t *template) table(sheet, name string, head, last, cols int) {
	stripes := false
	t.do(t.x.AddTable(sheet, &excelize.Table{Range: ref(1, head) + ":" + ref(cols, last), Name: name, ShowRowStripes: &stripes}))
	t.x.Pkg.Range(func(key, part any) bool {
		if k, ok := key.(string); ok && strings.HasPrefix(k, "xl/tables/") {
			if b, ok := part.([]byte); ok {
				t.x.Pkg.Store(k, filter.ReplaceAll(b, nil))
			}
		}
		return true
	})
}

// lock protects a sheet against slips; no password, so that nobody is stuck.
// On paper it is one page wide.
func (t *template) lock(sheet string) {
	fit, landscape, wide, tall, a4 := true, "landscape", 1, 0, 9
	t.do(t.x.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	t.do(t.x.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall}))
	t.do(t.x.ProtectSheet(sheet, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true}))
}

func (t *template) cover() {
	lines := []string{
		"Project: " + t.p.Name,
		"Who fills it in: " + t.p.Lead,
		"Quarter: " + metrics.QuarterInWords(t.q),
		"Send it back by: " + t.s.Returns.Due(t.q).Format("Monday 2 January 2006"),
		"Questions: the contact for this return is the project's lead, " + t.p.Lead + ".",
	}
	if t.sample {
		lines = append(lines, "This is an invented sample: no number in it is real.")
	}
	lines = append(lines,
		"How to fill it in",
		"1. Go through the sheets named on the sheet “"+contentsSheet+"”. Each holds one table.",
		"2. Fill in the column “"+nowHead+"”. The cells around it are locked; there is no password.",
		"3. Every cell needs a number. 0 means that there were none. Where you have no number, write [x], which means not available.",
		"4. Numbers by group have to add up to the total. Who is not known goes under “not stated”, where there is one.",
		"5. “"+meaningSheet+"” says what to count and what not. A total since the start counts everything from the first day to the end of the quarter.",
		"6. Anything that we should know goes into the column “"+notesHead+"”. No names, dates of birth, postcodes or other details of a person, anywhere in the file.",
		"7. Save it as an .xlsx workbook and send it back. Small numbers are fine here: they are hidden before anything is published.",
	)
	t.lines(coverSheet, t.s.Name+": quarterly return", lines...)
	for i, l := range lines {
		if l == "How to fill it in" {
			t.set(coverSheet, 1, i+2, l, t.style(excelize.Style{Font: &excelize.Font{Family: font, Size: 12, Bold: true}}))
		} else {
			t.set(coverSheet, 1, i+2, l, t.text)
		}
	}
	t.set(coverSheet, 1, 1, t.s.Name+": quarterly return", t.style(excelize.Style{Font: &excelize.Font{Family: font, Size: 16, Bold: true}, Alignment: &excelize.Alignment{WrapText: true}}))
	t.widths(coverSheet, 100)
	t.lock(coverSheet)
}

func (t *template) contents(tables []numbers) {
	t.lines(contentsSheet, "Contents", "This worksheet contains one table.")
	t.set(contentsSheet, 1, 3, "Sheet", t.head)
	t.set(contentsSheet, 2, 3, "What it holds", t.head)
	row := 4
	line := func(sheet, what string) {
		t.linkTo(contentsSheet, row, sheet, sheet)
		t.set(contentsSheet, 2, row, what, t.text)
		row++
	}
	line(coverSheet, "How to fill in the workbook, and by when")
	line(meaningSheet, "What each measure counts")
	for _, n := range tables {
		if n.by == nil {
			line(n.sheet, fmt.Sprintf("To fill in: the totals, %d numbers", len(n.rows)))
		} else {
			line(n.sheet, fmt.Sprintf("To fill in: the numbers by %s, %d numbers", strings.ToLower(n.by.Title), len(n.rows)))
		}
	}
	line(aboutSheet, "The project, the quarter and the version of this file")
	t.table(contentsSheet, "Contents_list", 3, row-1, 2)
	t.widths(contentsSheet, 32, 70)
	t.lock(contentsSheet)
}

func (t *template) meaning() {
	t.lines(meaningSheet, "What counts", "This worksheet contains one table.", "[x] means not available: you have no number to give. 0 means that there were none.")
	t.linkTo(meaningSheet, 4, contentsSheet, "Back to the contents")
	for i, h := range []string{measureHead, "What counts and what does not", "Asked as", "By"} {
		t.set(meaningSheet, i+1, 5, h, t.head)
	}
	row := 6
	for _, id := range t.p.Measures {
		m, ok := t.s.ReturnMeasure(id)
		if !ok {
			continue
		}
		t.set(meaningSheet, 1, row, m.Title, t.text)
		t.set(meaningSheet, 2, row, m.Definition, t.text)
		var asked, by []string
		for _, part := range m.Parts() {
			asked = append(asked, partLabel(m, part))
		}
		for _, d := range m.Breakdowns {
			if d, ok := t.s.Dimension(d); ok {
				by = append(by, byWords(m, d))
			}
		}
		if len(by) == 0 {
			by = []string{"the total only"}
		}
		t.set(meaningSheet, 3, row, strings.Join(asked, "; "), t.text)
		t.set(meaningSheet, 4, row, strings.Join(by, ", "), t.text)
		row++
	}
	if row > 6 {
		t.table(meaningSheet, "What_counts", 5, row-1, 4)
	}
	t.widths(meaningSheet, 40, 70, 50, 28)
	t.lock(meaningSheet)
}

// byWords names a breakdown, and what the measure is not asked by of it.
func byWords(m metrics.ReturnMeasure, d metrics.Dimension) string {
	words := strings.ToLower(d.Title)
	var without []string
	for _, id := range m.Without[d.ID] {
		without = append(without, itemTitle(&d, id))
	}
	if len(without) > 0 {
		words += " (not " + strings.Join(without, ", ") + ")"
	}
	return words
}

var notInTableName = regexp.MustCompile(`[^A-Za-z0-9]+`)

// numbers writes one sheet with a table of numbers.
func (t *template) numbers(n numbers) {
	what := "totals"
	if n.by != nil {
		what = "numbers by " + strings.ToLower(n.by.Title)
	}
	title := fmt.Sprintf("%s: %s, %s", t.p.Name, what, metrics.QuarterInWords(t.q))
	if t.sample {
		title = "Invented sample. " + title
	}
	last := "There is no accepted return of the quarter before: the column “" + lastHead + "” shows [x], not available."
	if t.last != nil {
		last = "The column “" + lastHead + "” shows what you returned for " + metrics.QuarterInWords(metrics.QuarterOf(t.q.First-1)) + "; [x] is not available."
	}
	t.lines(n.sheet, title, "This worksheet contains one table.",
		"Fill in the column “"+nowHead+"”: a number, 0 if there were none, [x] if you have none to give. Notes may stay blank.", last)
	t.linkTo(n.sheet, 5, contentsSheet, "Back to the contents")
	heads := []string{measureHead, partHead}
	if n.by != nil {
		heads = append(heads, n.by.Title)
	}
	heads = append(heads, lastHead, nowHead, notesHead)
	for i, h := range heads {
		t.set(n.sheet, i+1, headRow, h, t.head)
	}
	now := n.valueCol()
	for i, c := range n.rows {
		r := headRow + 1 + i
		m, _ := t.s.ReturnMeasure(c.Measure)
		t.set(n.sheet, 1, r, m.Title, t.text)
		t.set(n.sheet, 2, r, partLabel(m, c.Part), t.text)
		if n.by != nil {
			t.set(n.sheet, 3, r, itemTitle(n.by, c.Item), t.text)
		}
		shown, open := t.number, t.open
		if !m.Whole() {
			shown, open = t.money, t.openMoney
		}
		before, ok := t.last[c]
		t.set(n.sheet, now-1, r, shownValue(before, ok, "[x]"), shown)
		after, ok := t.now[c]
		t.set(n.sheet, now, r, shownValue(after, ok, nil), open)
		t.set(n.sheet, now+1, r, nil, t.note)
	}
	t.validate(n)
	end := headRow + len(n.rows)
	name := "Totals"
	if n.by != nil {
		name = strings.Trim(notInTableName.ReplaceAllString(n.sheet, "_"), "_")
	}
	t.table(n.sheet, name, headRow, end, len(heads))
	if n.by == nil {
		t.widths(n.sheet, 36, 42, 15, 15, 40)
	} else {
		t.widths(n.sheet, 36, 42, 20, 15, 15, 40)
	}
	t.lock(n.sheet)
}

func itemTitle(d *metrics.Dimension, id string) string {
	for _, i := range d.Items {
		if i.ID == id {
			return i.Title
		}
	}
	return id
}

func shownValue(v metrics.ReturnValue, ok bool, none any) any {
	switch {
	case !ok:
		return none
	case v.NotAvailable:
		return "[x]"
	}
	return v.Value
}

// validate refuses what is neither a number that fits nor [x], at once where
// it is typed, and suggests notes. A validation for each run of rows of a kind.
func (t *template) validate(n numbers) {
	col := n.valueCol()
	for i := 0; i < len(n.rows); {
		m, _ := t.s.ReturnMeasure(n.rows[i].Measure)
		j := i
		for j < len(n.rows) {
			if other, _ := t.s.ReturnMeasure(n.rows[j].Measure); other.Whole() != m.Whole() {
				break
			}
			j++
		}
		first := ref(col, headRow+1+i)
		rule, words := fmt.Sprintf(`IF(ISNUMBER(%[1]s),AND(%[1]s>=0,%[1]s=INT(%[1]s)),%[1]s="[x]")`, first), "a whole number of 0 or more"
		if !m.Whole() {
			rule, words = fmt.Sprintf(`IF(ISNUMBER(%[1]s),AND(%[1]s>=0,%[1]s=ROUND(%[1]s,2)),%[1]s="[x]")`, first), "pounds with pence, 0 or more, without the sign"
		}
		v := excelize.NewDataValidation(true)
		v.Sqref = first + ":" + ref(col, headRow+j)
		t.do(v.SetRange(rule, "", excelize.DataValidationTypeCustom, excelize.DataValidationOperatorBetween))
		v.Operator = ""
		v.SetError(excelize.DataValidationErrorStyleStop, "This cell needs a number", "Type "+words+". 0 means that there were none. If you have no number, type [x].")
		v.SetInput(nowHead, "Type "+words+", or [x] if you have no number.")
		t.do(t.x.AddDataValidation(n.sheet, v))
		i = j
	}
	v := excelize.NewDataValidation(true)
	v.Sqref = ref(col+1, headRow+1) + ":" + ref(col+1, headRow+len(n.rows))
	t.do(v.SetDropList([]string{"Estimated", "Not collected", "Not known yet", "Corrects an earlier quarter", "Includes late figures"}))
	v.SetInput(notesHead, "Choose one or write your own. No names or other details of a person.")
	v.ShowErrorMessage = false // other words are welcome
	t.do(t.x.AddDataValidation(n.sheet, v))
}

// Lines of the sheet by which a template is known again; it survives saving by
// any program, which document properties do not.
const (
	aboutVersion   = "Template version"
	aboutProject   = "Project"
	aboutQuarter   = "Quarter"
	aboutQuestions = "Questions"
	aboutSample    = "Sample"
)

func (t *template) about() {
	t.lines(aboutSheet, "About this file", "This worksheet contains one table. It tells which return this is; please leave it as it is.")
	t.linkTo(aboutSheet, 3, contentsSheet, "Back to the contents")
	t.set(aboutSheet, 1, 4, "What", t.head)
	t.set(aboutSheet, 2, 4, "Value", t.head)
	sample := "no"
	if t.sample {
		sample = "yes: every number is invented"
	}
	lines := [][2]string{
		{aboutVersion, fmt.Sprint(Version)},
		{aboutProject, t.p.ID},
		{"Project's name", t.p.Name},
		{aboutQuarter, t.q.Code()},
		{"Quarter in words", metrics.QuarterInWords(t.q)},
		{aboutQuestions, questions(t.s, t.p)},
		{aboutSample, sample},
	}
	for i, l := range lines {
		t.set(aboutSheet, 1, 5+i, l[0], t.text)
		t.set(aboutSheet, 2, 5+i, l[1], t.text)
	}
	t.table(aboutSheet, "About_this_file", 4, 4+len(lines), 2)
	t.widths(aboutSheet, 32, 60)
	t.lock(aboutSheet)
}
