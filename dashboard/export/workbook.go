package export

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// Workbook writes a report as an accessible Excel workbook: a cover, the
// contents and the notes, then one table a worksheet and one chart a chart
// sheet. The same report makes the same bytes.
//
// A chart stands on a chart sheet and not on a worksheet because a box that
// floats over cells is passed over by a screen reader and covers what is under
// it. Its text alternative is set on the chart, and said in the cells above its
// table and in the report's text for those whose program reads no charts.
//
// Percentages are numbers in per cent, 14.4 for 14.4%, as in the CSV, and the
// cells' format adds the sign.
func Workbook(w io.Writer, r *metrics.Report) error {
	x := excelize.NewFile()
	defer x.Close()
	b := &book{x: x, r: r, used: marksOf(r), sheetNames: map[string]bool{}, tableNames: map[string]bool{}, noteOf: map[string]int{}, styles: map[string]int{}}
	if err := b.write(w); err != nil {
		return fmt.Errorf("write the workbook of %s: %w", r.FileName(), err)
	}
	return nil
}

// book is a workbook that is being written; the first error stops it.
type book struct {
	x          *excelize.File
	r          *metrics.Report
	err        error
	used       map[string]bool // shorthands, to be explained on the cover
	sheetNames map[string]bool
	tableNames map[string]bool
	notes      []note
	noteOf     map[string]int // a note's number, by its text
	styles     map[string]int
	charts     int
}

type note struct {
	text   string
	sheets []string
}

// grid is a worksheet with one table.
type grid struct {
	sheet, kind, title string
	table              string // the name of the table in the workbook
	notes              []int
	source             string
	more               []string // further lines above the table
	back               string   // the sheet that the last line above the table leads to
	columns            []column
	rows               [][]cell
}

type column struct {
	head   string
	format string // of numbers; "" for a column of words
	width  float64
}

// cell is a cell of a table: a number, or words that may be a link.
type cell struct {
	text   string
	number *float64
	sheet  string // the worksheet it leads to
	url    string // the page it leads to
}

func words(s string) cell { return cell{text: s} }

// The sheets that every workbook has.
const (
	coverSheet    = "Cover"
	contentsSheet = "Contents"
	notesSheet    = "Notes"
)

// What stands in a table's cell where a shorthand could, and none does.
const noMark = "none"

const (
	firstWidth = 60 // of column A, where the lines above a table stand too
	textWidth  = 100
	maxCell    = 32767 // UTF-16 units that a cell may hold
	maxHead    = 255
	maxRows    = 1 << 20
)

const keptNote = "Numbers are kept to six decimal places and shown rounded. Percentages are kept in per cent, as 14.4 for 14.4%, and pounds in pounds."

func (b *book) do(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) write(w io.Writer) error {
	for _, name := range []string{coverSheet, contentsSheet, notesSheet} {
		b.sheetNames[strings.ToLower(name)] = true
	}
	tables, pictures := b.tables()
	var grids []grid
	if g, ok := b.reportText(tables, pictures); ok {
		grids = append(grids, g)
	}
	if g, ok := b.sources(); ok {
		grids = append(grids, g)
	}
	for _, t := range tables {
		grids = append(grids, t.grid)
	}
	if g, ok := b.figures(); ok {
		grids = append(grids, g)
	}
	contents, notes := b.contents(grids, pictures), b.notesGrid(grids)
	for _, g := range append(grids, notes) {
		if rows := len(g.rows); rows > maxRows-20 {
			return metrics.Errorf(metrics.TooLarge, "the table “%s” has %s rows, more than a worksheet can hold: choose fewer periods or indicators, or take the CSV", g.title, metrics.Whole(int64(rows)))
		}
	}

	b.do(b.x.SetDefaultFont(font))
	b.do(b.x.SetSheetName("Sheet1", coverSheet))
	b.x.SetActiveSheet(0)
	b.sheet(contents)
	b.sheet(notes)
	for _, g := range grids {
		b.sheet(g)
		for _, p := range pictures {
			if p.after == g.sheet {
				b.chartSheet(p)
			}
		}
	}
	for _, p := range pictures {
		if p.after == "" {
			b.chartSheet(p)
		}
	}
	b.cover(grids) // last: it explains the shorthands that the others used
	b.properties()
	if b.err != nil {
		return b.err
	}
	return b.save(w, pictures)
}

// numbered is a table of the report and its worksheet.
type numbered struct {
	*metrics.ReportTable
	grid
	number int
	first  int // the row of the worksheet in which its first row of data stands
	at     map[int]int
}

// tables are the report's tables as worksheets, and its charts beside them.
func (b *book) tables() ([]*numbered, []*picture) {
	var tables []*numbered
	byID := map[string]*numbered{}
	var charts []*metrics.ReportChart
	for _, s := range b.r.Sections {
		for _, block := range s.Blocks {
			if t := block.Table; t != nil && len(t.Columns) > 0 {
				n := &numbered{ReportTable: t, number: len(tables) + 1}
				tables = append(tables, n)
				byID[t.ID] = n
			}
			if block.Chart != nil && len(block.Chart.Periods) > 0 && len(block.Chart.Series) > 0 {
				charts = append(charts, block.Chart)
			}
		}
	}
	for _, t := range tables {
		t.sheet = b.sheetName(strconv.Itoa(t.number) + " " + t.Title)
	}
	var pictures []*picture
	of := map[*numbered][]*picture{}
	for _, c := range charts {
		p := &picture{ReportChart: c, sample: b.r.Sample}
		name := "Chart"
		if t := byID[c.TableID]; t != nil {
			name, p.after, p.table = strconv.Itoa(t.number)+" Chart", t.sheet, t
			of[t] = append(of[t], p)
		}
		p.sheet = b.sheetName(name)
		p.markers()
		pictures = append(pictures, p)
	}
	for _, t := range tables {
		b.table(t, of[t])
	}
	return tables, pictures
}

// table makes a worksheet of a report's table. Where a chart is drawn from it
// there is a column more, with the short names that stand on the chart's axis.
func (b *book) table(t *numbered, pictures []*picture) {
	g := &t.grid
	g.kind, g.title, g.table, g.back = "Table", t.Title, b.tableName(t.ID), contentsSheet
	g.source = t.Source
	notes := slices.Clone(t.Notes)
	t.at = map[int]int{}
	short := shortPeriods(t.ReportTable, pictures)
	if short != nil {
		pictures[0].onAxis = true
	}
	for i, c := range t.Columns {
		t.at[i] = len(g.columns)
		col := column{head: c.Head}
		if c.Numeric {
			col.format = numberFormat(c.Decimals, c.Percent, c.Pounds)
			if !slices.Contains(notes, keptNote) {
				notes = append(notes, keptNote)
			}
			switch {
			case c.Percent && !strings.Contains(c.Head, "%"):
				col.head += " (%)"
			case c.Pounds && !strings.Contains(c.Head, "£"):
				col.head += " (£)"
			}
		}
		g.columns = append(g.columns, col)
		if i == 0 && short != nil {
			g.columns = append(g.columns, column{head: "Period in short"})
		}
	}
	marked := map[int]bool{} // columns with a shorthand beside a number
	for _, row := range t.Rows {
		for i, c := range row {
			if i < len(t.Columns) && c.Shorthand != "" && beside(t.Columns[i], c) {
				marked[i] = true
			}
		}
	}
	if len(marked) > 0 {
		g.columns = append(g.columns, column{head: "Shorthand"})
	}
	for n, row := range t.Rows {
		var cells []cell
		mark := ""
		for i, col := range t.Columns {
			var c metrics.ReportCell
			if i < len(row) {
				c = row[i]
			}
			cells = append(cells, b.reportCell(col, c))
			if i == 0 && short != nil {
				cells = append(cells, short[n])
				b.used[short[n].text] = true
			}
			if c.Shorthand != "" && beside(col, c) {
				if mark != "" {
					mark += "; "
				}
				mark += c.Shorthand
				if len(marked) > 1 {
					mark += " " + col.Head
				}
			}
		}
		if len(marked) > 0 {
			if mark == "" {
				mark = noMark
			}
			cells = append(cells, words(mark))
		}
		g.rows = append(g.rows, cells)
	}
	for _, p := range pictures {
		g.more = append(g.more, "The chart of these numbers is on the sheet “"+p.sheet+"”. "+p.Alt)
		if p.key != "" {
			g.more = append(g.more, "Marked on the chart: "+p.key)
		}
	}
	g.notes = b.noteNumbers(g.sheet, notes)
	b.finish(g)
	t.first = g.headRow(b.r) + 1
}

// beside says whether a cell's shorthand stands beside its number or words and
// not in their place.
func beside(col metrics.ReportColumn, c metrics.ReportCell) bool {
	if c.Shorthand == metrics.Missing.Shorthand() || c.Shorthand == metrics.Suppressed.Shorthand() {
		return false
	}
	if col.Numeric {
		return finite(c.Number) != nil
	}
	return c.Text != "" && c.Text != c.Shorthand
}

// reportCell is a cell of a report's table. One whose shorthand stands for its
// number has none, whatever else it holds: a file cannot be called back.
func (b *book) reportCell(col metrics.ReportColumn, c metrics.ReportCell) cell {
	if c.Shorthand != "" && !beside(col, c) {
		return words(c.Shorthand)
	}
	if col.Numeric {
		if v := finite(c.Number); v != nil {
			return cell{number: v}
		}
		if c.Number != nil { // infinite: a division by nothing
			b.used[metrics.Missing.Shorthand()] = true
			return words(metrics.Missing.Shorthand())
		}
	}
	if strings.TrimSpace(c.Text) == "" {
		b.used[notApplicable] = true
		return words(notApplicable)
	}
	return words(c.Text)
}

// shortPeriods are the short names of a table's periods, by row, where the
// first chart drawn from the table knows them; nil where no chart does.
func shortPeriods(t *metrics.ReportTable, pictures []*picture) []cell {
	if len(pictures) == 0 || len(t.Columns) == 0 || t.Columns[0].Numeric {
		return nil
	}
	names := map[string]string{}
	years := true // all of them numbers, which must not be kept as words
	for _, p := range pictures[0].Periods {
		if p.Short == "" {
			return nil
		}
		_, err := strconv.Atoi(p.Short)
		years = years && err == nil
		names[p.Label] = p.Short
	}
	out := make([]cell, len(t.Rows))
	found := 0
	for i, row := range t.Rows {
		out[i] = words(notApplicable)
		if len(row) == 0 {
			continue
		}
		if short, ok := names[row[0].Text]; ok {
			found++
			out[i] = words(short)
			if n, err := strconv.ParseFloat(short, 64); err == nil && years {
				out[i] = cell{number: &n}
			}
		}
	}
	if found != len(names) { // a period twice, or one that is not in the table: the chart is not drawn from it
		return nil
	}
	return out
}

// reportText is what the report says in words, and where its tables and charts
// stand among them.
func (b *book) reportText(tables []*numbered, pictures []*picture) (grid, bool) {
	g := grid{sheet: b.sheetName("Report text"), kind: "Text", title: "What the report says, in its order", table: b.tableName("report_text"), back: contentsSheet,
		source:  flat(b.r.Partnership),
		columns: []column{{head: "Section"}, {head: "Part", width: 52}, {head: "Text", width: textWidth}}}
	for _, s := range b.r.Sections {
		section := strings.TrimSpace(strconv.Itoa(s.Number) + " " + s.Title)
		row := func(part, text string) {
			if strings.TrimSpace(text) != "" {
				g.rows = append(g.rows, []cell{words(section), words(part), words(text)})
			}
		}
		paragraph := 0
		for _, block := range s.Blocks {
			switch {
			case block.Heading != "":
				row("Heading", block.Heading)
			case block.Paragraph != "":
				paragraph++
				row(fmt.Sprintf("Paragraph %d.%d", s.Number, paragraph), block.Paragraph)
			case len(block.List) > 0:
				for _, item := range block.List {
					row("Item of a list", item)
				}
			case block.Commentary != nil:
				c := block.Commentary
				for part := range strings.SplitSeq(clean(c.Text), "\n\n") {
					row("Commentary by "+flat(c.By)+", "+day(c.At), text(part))
				}
			case block.Chart != nil:
				for _, p := range pictures {
					if p.ReportChart == block.Chart {
						row("Chart on the sheet “"+p.sheet+"”", p.Title+". "+p.Alt)
					}
				}
			case block.Table != nil:
				for _, t := range tables {
					if t.ReportTable == block.Table {
						g.rows = append(g.rows, []cell{words(section), {text: "Table on the worksheet “" + t.sheet + "”", sheet: t.sheet}, words(t.Title)})
					}
				}
			}
		}
	}
	if len(g.rows) == 0 {
		return g, false
	}
	b.finish(&g)
	return g, true
}

func (b *book) sources() (grid, bool) {
	g := grid{sheet: b.sheetName("Sources"), kind: "Table", title: "Sources of the figures", table: b.tableName("sources_of_the_figures"), back: contentsSheet,
		source:  "as the table names them",
		columns: []column{{head: "Source"}, {head: "Publisher", width: 36}, {head: "Licence", width: 36}, {head: "Newest period", width: 26}, {head: "Last read", width: 22}, {head: "Address", width: 50}}}
	for _, s := range b.r.Sources {
		g.rows = append(g.rows, []cell{{text: s.Name, url: page(s.URL)}, b.orNone(s.Publisher), b.orNone(s.Licence), b.orNone(s.Latest), b.orNone(day(s.ReadAt)), b.orNone(s.URL)})
	}
	if len(g.rows) == 0 {
		return g, false
	}
	b.finish(&g)
	return g, true
}

func (b *book) orNone(s string) cell {
	if strings.TrimSpace(s) == "" {
		b.used[notApplicable] = true
		return words(notApplicable)
	}
	return words(s)
}

// numeric are the columns of ReportColumns that hold numbers.
var numeric = map[string]bool{
	"numerator": true, "denominator": true, "value": true, "lower": true, "upper": true, "rank": true, "rank_of": true,
	"compared_value": true, "compared_numerator": true, "compared_ratio": true, "compared_lower": true, "compared_upper": true,
	"similar_value": true, "similar_rank": true, "similar_of": true, "force_value": true, "england_value": true, "target_value": true, "revision": true,
}

// ofStatus are the numbers in whose place a figure's shorthand stands where it
// is missing or suppressed.
var ofStatus = map[string]bool{"numerator": true, "denominator": true, "value": true, "lower": true, "upper": true}

// figures is the sheet with the rows of the CSV. Numbers have no format there:
// they are to be worked with, and shown whole. Words keep the CSV's apostrophe
// before what would be a formula, for whoever saves the sheet as CSV.
func (b *book) figures() (grid, bool) {
	g := grid{sheet: b.sheetName("Figures"), kind: "Table", title: "All figures of the report, one row a figure, as in the CSV file", table: b.tableName("all_figures"), back: contentsSheet,
		source: "as the column source names it for each figure"}
	at := map[string]int{}
	for i, name := range ReportColumns {
		at[name] = i
		c := column{head: name, width: 24}
		if numeric[name] {
			c.format, c.width = "General", 16
		}
		if slices.Contains([]string{"sentence", "notes", "reason", "compared_rule", "compared_care", "licence"}, name) {
			c.width = 50
		}
		g.columns = append(g.columns, c)
	}
	none := words(notApplicable)
	b.do(reportRows(b.r, func(row []string) error {
		cells := make([]cell, len(row))
		for i, s := range row {
			name := ReportColumns[i]
			switch {
			case s != "" && numeric[name]:
				v, err := strconv.ParseFloat(s, 64)
				if err != nil {
					return fmt.Errorf("%s of %s: %w", name, row[at["indicator"]], err)
				}
				cells[i] = cell{number: &v}
			case s != "":
				cells[i] = words(s)
			case name == "shorthand":
				cells[i] = words(noMark)
			case ofStatus[name] && row[at["status"]] != string(metrics.Available):
				cells[i] = words(metrics.Status(row[at["status"]]).Shorthand())
			case strings.HasSuffix(name, "_value") && row[at[directionOf(name)]] != "":
				cells[i] = words(metrics.Missing.Shorthand())
			default:
				cells[i] = none
			}
			for _, sign := range strings.Fields(cells[i].text) {
				b.used[sign] = true
			}
		}
		g.rows = append(g.rows, cells)
		return nil
	}))
	if len(g.rows) == 0 {
		return g, false
	}
	g.notes = b.noteNumbers(g.sheet, []string{keptNote})
	b.finish(&g)
	return g, true
}

// directionOf is the column that says how a figure stands to the value in
// another: empty where they were never to be compared.
func directionOf(value string) string {
	if value == "compared_value" {
		return "direction"
	}
	return strings.TrimSuffix(value, "value") + "direction"
}

func (b *book) contents(grids []grid, pictures []*picture) grid {
	g := grid{sheet: contentsSheet, kind: "Table", title: "Contents", table: b.tableName("contents_of_this_workbook"), back: coverSheet,
		source: flat(b.r.Partnership), more: []string{"A chart stands on a chart sheet, to which a cell cannot lead: choose it by its tab. Its numbers are in the table on the worksheet before it."},
		columns: []column{{head: "Sheet"}, {head: "Kind", width: 16}, {head: "What it holds", width: textWidth}}}
	row := func(sheet, kind, what string, link bool) {
		c := cell{text: sheet}
		if link {
			c.sheet = sheet
		}
		g.rows = append(g.rows, []cell{c, words(kind), words(what)})
	}
	row(coverSheet, "Text", "What this workbook is, the headlines, the shorthand, the licence and how to cite it", true)
	row(notesSheet, "Table", "Notes to the tables", true)
	for _, t := range grids {
		row(t.sheet, t.kind, t.title, true)
		for _, p := range pictures {
			if p.after == t.sheet {
				row(p.sheet, "Chart", p.Title, false)
			}
		}
	}
	for _, p := range pictures {
		if p.after == "" {
			row(p.sheet, "Chart", p.Title, false)
		}
	}
	b.finish(&g)
	return g
}

func (b *book) notesGrid(grids []grid) grid {
	g := grid{sheet: notesSheet, kind: "Table", title: "Notes", table: b.tableName("notes_to_the_tables"), back: contentsSheet, source: flat(b.r.Partnership),
		columns: []column{{head: "Note", width: firstWidth}, {head: "What it says", width: textWidth}, {head: "Worksheets", width: 50}}}
	for i, n := range b.notes {
		g.rows = append(g.rows, []cell{words("note " + strconv.Itoa(i+1)), words(n.text), words(strings.Join(n.sheets, "; "))})
	}
	if len(g.rows) == 0 {
		g.rows = [][]cell{{words("none"), words("No table of this workbook has a note."), words("none")}}
	}
	b.finish(&g)
	return g
}

// noteNumbers are the numbers of a sheet's notes. The same words are one note.
func (b *book) noteNumbers(sheet string, notes []string) []int {
	var out []int
	for _, text := range notes {
		text = flat(text)
		if text == "" {
			continue
		}
		n, ok := b.noteOf[text]
		if !ok {
			b.notes = append(b.notes, note{text: text})
			n = len(b.notes)
			b.noteOf[text] = n
		}
		if slices.Contains(out, n) {
			continue
		}
		b.notes[n-1].sheets = append(b.notes[n-1].sheets, sheet)
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// finish sees that a grid can be a table: headings that differ also for Excel,
// which does not tell capitals apart, and a cell in every place.
func (b *book) finish(g *grid) {
	taken := map[string]bool{}
	for i := range g.columns {
		head := cut(safe(flat(g.columns[i].head)), maxHead-16)
		if head == "" {
			head = "Column " + strconv.Itoa(i+1)
		}
		name := head
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s, column %d", head, i+n-1)
		}
		taken[strings.ToLower(name)] = true
		g.columns[i].head = name
	}
	if len(g.rows) == 0 {
		g.rows = [][]cell{make([]cell, len(g.columns))}
	}
	for _, row := range g.rows {
		for i := range row {
			if c := &row[i]; c.number == nil {
				if c.text = cut(safe(clean(c.text)), maxCell); strings.TrimSpace(c.text) == "" {
					c.text = notApplicable
					b.used[notApplicable] = true
				}
			}
		}
	}
	for i := range g.columns {
		if g.columns[i].width == 0 {
			g.columns[i].width = widthOf(g, i)
		}
	}
	g.columns[0].width = firstWidth
}

// widthOf fits a column to its words, within reason: they wrap.
func widthOf(g *grid, i int) float64 {
	longest := 0
	for word := range strings.FieldsSeq(g.columns[i].head) {
		longest = max(longest, utf8.RuneCountInString(word))
	}
	longest = max(longest, utf8.RuneCountInString(g.columns[i].head)/2)
	for _, row := range g.rows {
		n := utf8.RuneCountInString(row[i].text)
		if row[i].number != nil {
			n = 12
		}
		longest = max(longest, n)
	}
	return min(max(float64(longest)*1.2+2, 14), 44)
}

// lines are what stands above a grid's table, a row each.
func (g grid) lines(r *metrics.Report) []cell {
	title := safe(flat(g.title))
	for _, n := range g.notes {
		title += " [note " + strconv.Itoa(n) + "]"
	}
	out := []cell{words(title)}
	if r.Sample {
		out = append(out, words(sampleWarning))
	}
	out = append(out, words("This worksheet contains one table."))
	switch len(g.notes) {
	case 0:
		out = append(out, words("Notes: this table has none."))
	case 1:
		out = append(out, cell{text: fmt.Sprintf("Notes: note %d is on the worksheet “Notes”.", g.notes[0]), sheet: notesSheet})
	default:
		var list []string
		for _, n := range g.notes {
			list = append(list, strconv.Itoa(n))
		}
		out = append(out, cell{text: "Notes: notes " + strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1] + " are on the worksheet “Notes”.", sheet: notesSheet})
	}
	source := flat(g.source)
	if len(source) < 7 || !strings.EqualFold(source[:7], "source:") {
		source = "Source: " + cmp.Or(source, "not given")
	}
	out = append(out, words(safe(source)))
	for _, l := range g.more {
		out = append(out, words(safe(flat(l))))
	}
	return append(out, cell{text: "Go to the worksheet “" + g.back + "”", sheet: g.back})
}

func (g grid) headRow(r *metrics.Report) int { return len(g.lines(r)) + 1 }

const font = "Arial"

// style is a cell's style by what it is for; a number's by its format.
func (b *book) style(name string) int {
	if id, ok := b.styles[name]; ok {
		return id
	}
	top := func(horizontal string) *excelize.Alignment {
		return &excelize.Alignment{Vertical: "top", Horizontal: horizontal, WrapText: true}
	}
	s := excelize.Style{Font: &excelize.Font{Family: font, Size: 12}, Alignment: top("")}
	rule := []excelize.Border{{Type: "bottom", Color: "595959", Style: 1}}
	switch name {
	case "text":
	case "words": // a little off the number before it
		s.Alignment.Horizontal, s.Alignment.Indent = "left", 1
	case "title":
		s.Font = &excelize.Font{Family: font, Size: 16, Bold: true}
	case "heading":
		s.Font = &excelize.Font{Family: font, Size: 14, Bold: true}
	case "warning":
		s.Font = &excelize.Font{Family: font, Size: 12, Bold: true}
	case "link":
		s.Font = &excelize.Font{Family: font, Size: 12, Color: "12436D", Underline: "single"}
	case "head":
		s.Font, s.Border = &excelize.Font{Family: font, Size: 12, Bold: true}, rule
	case "words head":
		s.Font, s.Border, s.Alignment = &excelize.Font{Family: font, Size: 12, Bold: true}, rule, top("left")
		s.Alignment.Indent = 1
	case "number head":
		s.Font, s.Border, s.Alignment = &excelize.Font{Family: font, Size: 12, Bold: true}, rule, top("right")
	default:
		s.Alignment, s.CustomNumFmt = top("right"), &name
	}
	id, err := b.x.NewStyle(&s)
	b.do(err)
	b.styles[name] = id
	return id
}

// heightOf is the height of a row with a cell of these words in it, in points.
// Excel would find it by itself and LibreOffice does not, so it is estimated,
// and rather too high than too low: what does not fit is not seen.
func heightOf(text string, width float64, style string) float64 {
	line, letters := 15.5, 0.92 // the height of a line, and how many letters for a unit of width
	switch style {
	case "title":
		line, letters = 21, 0.64
	case "heading":
		line, letters = 18.5, 0.72
	case "warning", "head", "words head", "number head":
		letters = 0.82
	}
	room := int(width*letters) - 1
	lines := 0
	for part := range strings.SplitSeq(text, "\n") {
		lines++
		at := 0
		for word := range strings.FieldsSeq(part) {
			n := utf8.RuneCountInString(word)
			switch {
			case at == 0:
				at = n
			case at+1+n > room:
				lines++
				at = n
			default:
				at += 1 + n
			}
			for ; at > room; at -= room { // a word longer than a line is broken
				lines++
			}
		}
	}
	return float64(lines)*line + 2
}

// numberFormat shows a number as the report does. The signs are in quotes, so
// that the number is not multiplied by 100.
func numberFormat(decimals int, percent, pounds bool) string {
	f := "#,##0"
	if decimals > 0 {
		f += "." + strings.Repeat("0", min(decimals, 6))
	}
	if percent {
		f += `"%"`
	}
	if pounds {
		f = `"£"` + f
	}
	return f
}

// sheet writes a worksheet with its table, row after row.
func (b *book) sheet(g grid) {
	if b.err != nil {
		return
	}
	_, err := b.x.NewSheet(g.sheet)
	b.do(err)
	above := g.lines(b.r)
	head := len(above) + 1
	last := head + len(g.rows)
	b.do(b.x.SetSheetDimension(g.sheet, "A1:"+ref(len(g.columns), last)))
	width := 0.0
	for _, c := range g.columns {
		width += c.width
	}
	b.paper(g.sheet, width)
	out, err := b.x.NewStreamWriter(g.sheet)
	b.do(err)
	if b.err != nil {
		return
	}
	for i, c := range g.columns {
		b.do(out.SetColWidth(i+1, i+1, c.width))
	}
	values := make([]any, len(g.columns))
	row := func(at, cells int, height float64) {
		b.do(out.SetRow(ref(1, at), values[:cells], excelize.RowOpts{Height: min(height, 409)}))
	}
	for i, l := range above {
		style := "text"
		switch {
		case i == 0:
			style = "title"
		case l.text == sampleWarning:
			style = "warning"
		}
		values[0] = b.cell(g.sheet, 1, i+1, l, style)
		row(i+1, 1, heightOf(l.text, g.columns[0].width, style))
	}
	styles := make([]string, len(g.columns))
	height := 0.0
	for i, c := range g.columns {
		style := "words head"
		styles[i] = "words"
		switch {
		case c.format != "":
			style, styles[i] = "number head", c.format
		case i == 0:
			style, styles[i] = "head", "text"
		}
		values[i] = b.cell(g.sheet, i+1, head, words(c.head), style)
		height = max(height, heightOf(c.head, c.width, style))
	}
	row(head, len(values), height)
	for n, cells := range g.rows {
		height := heightOf("", 1, "text")
		for i, c := range cells {
			values[i] = b.cell(g.sheet, i+1, head+1+n, c, styles[i])
			if c.number == nil {
				height = max(height, heightOf(c.text, g.columns[i].width, styles[i]))
			}
		}
		row(head+1+n, len(values), height)
	}
	stripes := false
	b.do(out.AddTable(&excelize.Table{Range: ref(1, head) + ":" + ref(len(g.columns), last), Name: g.table, ShowRowStripes: &stripes}))
	b.do(out.Flush())
}

// cell is a cell as it is streamed, its link already in place.
func (b *book) cell(sheet string, col, row int, c cell, style string) excelize.Cell {
	switch {
	case c.sheet != "":
		b.do(b.x.SetCellHyperLink(sheet, ref(col, row), quoted(c.sheet)+"!A1", "Location"))
		style = "link"
	case c.url != "":
		b.do(b.x.SetCellHyperLink(sheet, ref(col, row), c.url, "External"))
		style = "link"
	}
	if c.number != nil {
		return excelize.Cell{StyleID: b.style(style), Value: *c.number}
	}
	return excelize.Cell{StyleID: b.style(style), Value: c.text}
}

// paper makes a worksheet print one page wide, unless nobody could read it then.
func (b *book) paper(sheet string, width float64) {
	if width > 400 {
		return
	}
	fit, landscape, wide, tall, a4 := true, "landscape", 1, 0, 9
	b.do(b.x.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	b.do(b.x.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall}))
}

func (b *book) cover(grids []grid) {
	r, row := b.r, 0
	put := func(c cell, style string) {
		if c.text = cut(safe(clean(c.text)), maxCell); strings.TrimSpace(c.text) == "" {
			return
		}
		row++
		put := b.cell(coverSheet, 1, row, c, style)
		b.do(b.x.SetCellStr(coverSheet, ref(1, row), c.text))
		b.do(b.x.SetCellStyle(coverSheet, ref(1, row), ref(1, row), put.StyleID))
		b.do(b.x.SetRowHeight(coverSheet, row, min(heightOf(c.text, textWidth, style), 409)))
	}
	line := func(label, s string) {
		if s = strings.TrimSpace(s); s != "" {
			put(words(label+s), "text")
		}
	}
	put(words(flat(r.Title)), "title")
	if r.Sample {
		put(words(sampleWarning), "warning")
	}
	line("Published by: ", flat(r.Partnership))
	line("Area: ", r.Area.Place())
	line("Period: ", r.Period.Label())
	line("Version: ", flat(version(r)))
	line("Figures as at: ", day(r.AsAt))
	if address := page(r.Address); address != "" {
		put(cell{text: "Open this report on its own page", url: address}, "")
	}
	line("Address of this report: ", flat(r.Address))
	line("SHA-256 of the report: ", r.SHA256)
	if len(r.Headlines) > 0 {
		put(words("Headlines"), "heading")
		for _, h := range r.Headlines {
			put(words(h), "text")
		}
	}
	put(words("How to use this workbook"), "heading")
	put(cell{text: "Go to the worksheet “" + contentsSheet + "”", sheet: contentsSheet}, "")
	put(words("Each table stands on a worksheet of its own and each chart on a chart sheet after the table that it is drawn from."), "text")
	for _, g := range grids {
		switch {
		case g.kind == "Text":
			put(words("How the figures were made is said on the worksheet “"+g.sheet+"”, with all that the report says in words."), "text")
		case g.table == "all_figures":
			put(words("Every figure, with its period, method, source and comparisons, is on the worksheet “"+g.sheet+"”."), "text")
		}
	}
	put(words("No cell of a table is empty: where there is nothing to show, a shorthand says why. In a column named Shorthand, “"+noMark+"” means that no number of the row is marked."), "text")
	put(words(keptNote), "text")
	if key := keyOf(r, b.used); len(key) > 0 {
		put(words("Shorthand"), "heading")
		for _, k := range key {
			put(words(k.Mark+" "+k.Meaning), "text")
		}
	}
	put(words("Licence"), "heading")
	line("", flat(r.Licence))
	put(words("How to cite"), "heading")
	line("", flat(r.Cite))
	b.do(b.x.SetColWidth(coverSheet, "A", "A", textWidth))
	b.paper(coverSheet, textWidth)
}

// properties are what a program says of the document before it opens it.
func (b *book) properties() {
	r := b.r
	title := flat(r.Title) + ", " + r.Area.Place() + ", " + r.Period.Label() + ", " + r.Version()
	description := "Figures as at " + day(r.AsAt) + "."
	if r.Sample {
		title = "Invented sample: " + title
		description += " " + sampleWarning
	}
	author := flat(r.Partnership)
	if author == "" {
		author = r.Area.Place()
	}
	at := stamp(r).Format(time.RFC3339)
	b.do(b.x.SetDocProps(&excelize.DocProperties{Title: title, Subject: "Strategy report", Creator: author, LastModifiedBy: author, Description: description,
		Identifier: flat(r.Address), Version: r.Version(), Language: "en-GB", Created: at, Modified: at}))
	b.do(b.x.SetAppProps(&excelize.AppProperties{Application: "outcomes", Company: author}))
}

// parts takes the files within a workbook from excelize, which would give them
// the time of nobody knows when and in an order of its own.
type parts struct {
	names  []string
	bodies map[string]*bytes.Buffer
}

func (p *parts) Create(name string) (io.Writer, error) {
	body := &bytes.Buffer{}
	p.names = append(p.names, name)
	p.bodies[name] = body
	return body, nil
}

func (p *parts) AddFS(fs.FS) error { return fmt.Errorf("a workbook is made of parts, not of folders") }
func (p *parts) Close() error      { return nil }

var filterButtons = regexp.MustCompile(`(?s)<autoFilter.*?(?:/>|</autoFilter>)`)

// imageTypes are kinds of image, of which there is none in the workbook;
// excelize names them in another order each time.
var imageTypes = regexp.MustCompile(`<Default Extension="[a-z]+" ContentType="image/[^"]*">\s*</Default>`)

// save writes the workbook, with what excelize cannot be told: tables without
// filter buttons, rows that grow with their letters, a chart's text alternative, and chart sheets that lie across
// the page.
func (b *book) save(w io.Writer, pictures []*picture) error {
	made := &parts{bodies: map[string]*bytes.Buffer{}}
	b.x.SetZipWriter(func(io.Writer) excelize.ZipWriter { return made })
	if _, err := b.x.WriteToBuffer(); err != nil {
		return err
	}
	// A program that reads the zip from its start wants the types first.
	first := []string{"[Content_Types].xml", "_rels/.rels"}
	slices.SortFunc(made.names, func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(first, b), slices.Index(first, a)), cmp.Compare(a, b))
	})
	files := make([]File, 0, len(made.names))
	for _, name := range made.names {
		body := made.bodies[name].Bytes()
		switch {
		case name == "[Content_Types].xml":
			body = imageTypes.ReplaceAllLiteral(body, nil)
		case strings.HasPrefix(name, "xl/tables/"):
			body = filterButtons.ReplaceAll(body, nil)
		case strings.HasPrefix(name, "xl/worksheets/sheet"):
			// Or a row would stay as high as it is, however large somebody sets the
			// letters. A text has no such quotation marks in it.
			for _, fixed := range []string{` customHeight="1"`, ` customHeight="true"`} {
				body = bytes.ReplaceAll(body, []byte(fixed), nil)
			}
		}
		files = append(files, File{name, body})
	}
	for i := range files {
		for _, p := range pictures {
			switch files[i].Name {
			case p.part:
				files[i].Body = []byte(p.xml())
			case p.drawing:
				files[i].Body = p.described(files[i].Body)
			}
		}
		if strings.HasPrefix(files[i].Name, "xl/chartsheets/sheet") {
			files[i].Body = bytes.Replace(files[i].Body, []byte("<drawing"), []byte(`<pageSetup paperSize="9" orientation="landscape"/><drawing`), 1)
		}
	}
	return pack(w, b.r, files)
}

// clean is a text without what XML and people's screens have no use for:
// control characters but for the end of a line, and what is not UTF-8.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n':
			return c
		case c == '\t':
			return ' '
		case unicode.IsControl(c), c == 0xFFFE, c == 0xFFFF:
			return -1
		}
		return c
	}, s)
}

var (
	noteMarker = regexp.MustCompile(`(?i)\[(note \d+)\]`)
	escape     = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)
)

// safe takes from somebody's words what would be read as a note's marker of
// this workbook, or as a character that is written by its number.
func safe(s string) string {
	return escape.ReplaceAllString(noteMarker.ReplaceAllString(s, "($1)"), "_ $1")
}

const cutWord = " … (cut here: a cell can hold no more)"

// cut shortens a text to so many UTF-16 units, as Excel counts, and says so.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	units := 0
	end := 0 // where the text ends that leaves room for the word
	for i, c := range s {
		if units <= limit-len(cutWord) {
			end = i
		}
		units++
		if c > 0xFFFF {
			units++
		}
	}
	if units <= limit {
		return s
	}
	return s[:end] + cutWord
}

var notInSheetName = regexp.MustCompile(`[:\\/?*\[\]'‘’“”"]`)

// sheetName makes a name that a sheet may have and no other has: 31 letters,
// cut between words.
func (b *book) sheetName(name string) string {
	const limit = 31
	name = flat(notInSheetName.ReplaceAllString(escape.ReplaceAllString(name, "$1"), " "))
	fit := func(s string, limit int) string {
		for n := utf16Len(s); n > limit; n = utf16Len(s) {
			if cut := strings.LastIndexByte(s, ' '); cut > limit/2 {
				s = s[:cut]
			} else {
				_, size := utf8.DecodeLastRuneInString(s)
				s = s[:len(s)-size]
			}
		}
		return strings.TrimRight(s, " ,;.-–")
	}
	out := fit(name, limit)
	if out == "" {
		out = "Sheet"
	}
	for n := 2; b.sheetNames[strings.ToLower(out)]; n++ {
		more := " (" + strconv.Itoa(n) + ")"
		out = fit(cmp.Or(name, "Sheet"), limit-len(more)) + more
	}
	b.sheetNames[strings.ToLower(out)] = true
	return out
}

func utf16Len(s string) int {
	n := 0
	for _, c := range s {
		n++
		if c > 0xFFFF {
			n++
		}
	}
	return n
}

var notInTableName = regexp.MustCompile(`[^a-z0-9]+`)

// tableName makes a name for a table from its ID. It has an underscore in it,
// since one without may read as a cell's address: q1, r1c1.
func (b *book) tableName(id string) string {
	name := strings.Trim(notInTableName.ReplaceAllString(strings.ToLower(id), "_"), "_")
	if len(name) > 200 {
		name = name[:200]
	}
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "table_" + name
	}
	if !strings.Contains(name, "_") {
		name += "_table"
	}
	out := name
	for n := 2; b.tableNames[out]; n++ {
		out = name + "_" + strconv.Itoa(n)
	}
	b.tableNames[out] = true
	return out
}

// page is an address that a cell may lead to: of a page, and no longer than
// Excel takes. "" for any other.
func page(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(u.String()) > 2000 {
		return ""
	}
	return u.String()
}

// quoted is a sheet's name within a reference. It has no apostrophes.
func quoted(sheet string) string { return "'" + sheet + "'" }

func ref(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		panic(err) // the grid is smaller than a worksheet
	}
	return name
}
