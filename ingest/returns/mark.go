package returns

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"outcomes/ingest"
	"outcomes/metrics"
)

// marker is the author of the comments that Mark writes.
const marker = "Return check"

// problemWidth is that of the column of messages, in characters.
const problemWidth = 70

// words of a severity, beside the colour.
var words = map[metrics.Severity]string{metrics.Fail: "Must be mended", metrics.Warn: "Please check", metrics.Note: "For information"}

var colours = map[metrics.Severity]string{metrics.Fail: "F7D4D4", metrics.Warn: "FFF0C2", metrics.Note: "DCE9F5"}

// Mark writes the workbook again with what is wrong marked in it: each cell of
// a finding coloured and commented, the message in a column “Problem” beside
// the table, and a sheet “Problems” that lists all findings with links. Marks
// of an earlier time are taken off first, so that a workbook can go to and fro.
// For a file that cannot be opened it writes a new workbook with the list alone.
//
// Text is written as text, never as a formula.
func Mark(w io.Writer, body []byte, findings []metrics.Finding) error {
	out, err := marked(body, findings)
	if err != nil {
		if out, err = listed(findings); err != nil {
			return fmt.Errorf("mark a workbook: %w", err)
		}
	}
	_, err = w.Write(out)
	return err
}

// listed is a new workbook with the list of findings alone.
func listed(findings []metrics.Finding) ([]byte, error) {
	x := excelize.NewFile()
	defer x.Close()
	if err := x.SetSheetName("Sheet1", problemsSheet); err != nil {
		return nil, err
	}
	if err := x.SetDocProps(&excelize.DocProperties{Title: "Problems in a return", Creator: marker, LastModifiedBy: marker, Language: "en-GB"}); err != nil {
		return nil, err
	}
	t := &template{x: x}
	t.styles()
	t.problems(findings, nil)
	if t.err != nil {
		return nil, t.err
	}
	var b bytes.Buffer
	err := x.Write(&b)
	return b.Bytes(), err
}

// marked is the workbook with its marks. A file that was not read, or that
// excelize would fill all memory to open, is an error.
func marked(body []byte, findings []metrics.Finding) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("excelize: %v", p)
		}
	}()
	if len(body) > maxFile || !ingest.IsWorkbook(body) {
		return nil, fmt.Errorf("not an .xlsx workbook")
	}
	p, err := unzip(body)
	if err != nil {
		return nil, err
	}
	b, err := readBook(p)
	if err != nil {
		return nil, err
	}
	if b.wide || p.any("xl/vbaproject", "xl/macrosheets/", "xl/activex/", "xl/embeddings/", "xl/externallinks/") {
		return nil, fmt.Errorf("not to be handed back")
	}
	x, err := excelize.OpenReader(bytes.NewReader(body), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxXML})
	if err != nil {
		return nil, err
	}
	defer x.Close()
	t := &template{x: x}
	t.styles()
	t.unmark(b)
	t.mark(b, findings)
	t.problems(findings, b)
	if t.err != nil {
		return nil, t.err
	}
	var buf bytes.Buffer
	err = x.Write(&buf)
	return buf.Bytes(), err
}

// unmark takes off what Mark put on before.
func (t *template) unmark(b *book) {
	for i, sh := range b.sheets {
		if sh.name == problemsSheet && len(b.sheets) > 1 {
			t.do(t.x.DeleteSheet(problemsSheet))
			b.sheets = append(b.sheets[:i:i], b.sheets[i+1:]...)
			break
		}
	}
	for _, sh := range b.sheets {
		comments, err := t.x.GetComments(sh.name)
		t.do(err)
		for _, c := range comments {
			if c.Author == marker {
				t.do(t.x.DeleteComment(sh.name, c.Cell))
				t.colour(sh.name, c.Cell, "")
			}
		}
		if col, head := problemColumn(sh); col > 0 {
			for _, r := range sh.rows {
				if r.number >= head && !r.at(col).blank() {
					t.do(t.x.SetCellStr(sh.name, ref(col, r.number), ""))
					t.do(t.x.SetCellStyle(sh.name, ref(col, r.number), ref(col, r.number), 0))
				}
			}
		}
	}
}

// problemColumn finds the column of messages that Mark wrote, 0 where there is none.
func problemColumn(sh *sheet) (col, head int) {
	for _, r := range sh.rows {
		if r.number > maxHead {
			break
		}
		for _, c := range r.cells {
			if len(r.cells) > 2 && c.text == problemHead {
				return c.col, r.number
			}
		}
	}
	return 0, 0
}

// colour fills a cell; the rest of its style stays. No colour takes the fill off.
func (t *template) colour(sheet, cell, colour string) {
	id, err := t.x.GetCellStyle(sheet, cell)
	t.do(err)
	style, err := t.x.GetStyle(id)
	t.do(err)
	if style == nil {
		return
	}
	// Some programs write colours with their transparency, which is written once.
	if style.Font != nil && len(style.Font.Color) == len("FF000000") {
		style.Font.Color = style.Font.Color[2:]
	}
	for i, b := range style.Border {
		switch len(b.Color) {
		case len("FF000000"):
			style.Border[i].Color = b.Color[2:]
		case 0:
			style.Border[i].Color = "000000"
		}
	}
	style.Fill = excelize.Fill{}
	if colour != "" {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	t.do(t.x.SetCellStyle(sheet, cell, cell, t.style(*style)))
}

// mark colours and comments the cells of the findings.
func (t *template) mark(b *book, findings []metrics.Finding) {
	for _, sh := range b.sheets {
		byCell := map[string][]metrics.Finding{}
		var order []string
		for _, f := range findings {
			if f.Sheet != sh.name || f.Cell == "" {
				continue
			}
			if byCell[f.Cell] == nil {
				order = append(order, f.Cell)
			}
			byCell[f.Cell] = append(byCell[f.Cell], f)
		}
		if len(order) == 0 {
			continue
		}
		col, head := t.messageColumn(sh)
		t.set(sh.name, col, head, problemHead, t.head)
		name, err := excelize.ColumnNumberToName(col)
		t.do(err)
		t.do(t.x.SetColWidth(sh.name, name, name, problemWidth))
		commented := map[string]bool{}
		comments, err := t.x.GetComments(sh.name)
		t.do(err)
		for _, c := range comments {
			commented[c.Cell] = true
		}
		lines := map[int][]string{}
		for _, cell := range order {
			_, row, err := excelize.CellNameToCoordinates(cell)
			if err != nil || row > maxRow {
				continue // a cell that the workbook does not have
			}
			worst := len(metrics.Severities) - 1
			var said []string
			for _, f := range byCell[cell] {
				worst = min(worst, slices.Index(metrics.Severities, f.Severity))
				said = append(said, strings.TrimSpace(fmt.Sprintf("%s: %s %s", words[f.Severity], f.Message, f.Mend)))
			}
			t.colour(sh.name, cell, colours[metrics.Severities[worst]])
			// Somebody's own comment on the cell stays as it is: a cell has one.
			if !commented[cell] {
				t.do(t.x.AddComment(sh.name, excelize.Comment{Author: marker, Cell: cell, Width: 320, Height: 160,
					Paragraph: []excelize.RichTextRun{{Text: strings.Join(said, "\n")}}}))
			}
			for _, s := range said {
				lines[row] = append(lines[row], cell+": "+s)
			}
		}
		for row, said := range lines {
			// What is wrong with the headings stands in the comment and in the list.
			if row != head {
				t.set(sh.name, col, row, strings.Join(said, "\n"), t.text)
				t.heighten(sh.name, row, linesOf(strings.Join(said, "\n"), problemWidth), 12)
			}
		}
	}
}

// messageColumn is the column beside everything on the sheet, and the row of
// its heading: the template's, else the first that holds something.
func (t *template) messageColumn(sh *sheet) (col, head int) {
	if col, head = problemColumn(sh); col > 0 {
		return col, head
	}
	for _, r := range sh.rows {
		for _, c := range r.cells {
			col = max(col, c.col)
			if headings[normal(c.text)] == measureRole && head == 0 {
				head = r.number
			}
		}
	}
	if head == 0 && len(sh.rows) > 0 {
		head = sh.rows[0].number
	}
	return col + 1, max(head, 1)
}

// problems adds the sheet that lists the findings, with links into the workbook.
func (t *template) problems(findings []metrics.Finding, b *book) {
	if b != nil {
		t.sheets(problemsSheet)
	}
	t.lines(problemsSheet, "Problems", "This worksheet contains one table.",
		"What must be mended stands in the way of the return; what is to be checked needs a reason, or another number. What is for information asks for nothing.")
	if len(findings) == 0 {
		t.set(problemsSheet, 1, 3, "Nothing was found.", t.text)
	}
	heads := []string{"Problem number", "What to do with it", "Sheet", "Cell", "What is wrong", "What to do", "Check"}
	for i, h := range heads {
		t.set(problemsSheet, i+1, 5, h, t.head)
	}
	known := map[string]bool{}
	if b != nil {
		for _, sh := range b.sheets {
			known[sh.name] = true
		}
	}
	for i, f := range findings {
		r := 6 + i
		sheet, cell := f.Sheet, f.Cell
		if sheet == "" {
			sheet = "the whole file"
		}
		if cell == "" {
			cell = "[z]" // not applicable
		}
		mend := f.Mend
		if mend == "" {
			mend = "Nothing"
		}
		t.set(problemsSheet, 1, r, float64(i+1), t.text)
		for j, v := range []string{words[f.Severity], sheet, cell, f.Message, mend, f.Rule} {
			t.set(problemsSheet, j+2, r, v, t.text)
		}
		if f.Cell != "" && known[f.Sheet] {
			t.set(problemsSheet, 4, r, f.Cell, t.link)
			t.do(t.x.SetCellHyperLink(problemsSheet, ref(4, r), "'"+strings.ReplaceAll(f.Sheet, "'", "''")+"'!"+f.Cell, "Location"))
		}
	}
	if len(findings) > 0 {
		t.table(problemsSheet, "Problems_found", 5, 5+len(findings), len(heads))
	}
	t.widths(problemsSheet, 12, 20, 24, 10, 70, 70, 28)
	landscape, one, all, fit := "landscape", 1, 0, true // printed as wide as a page, and as long as it is
	t.do(t.x.SetPageLayout(problemsSheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &one, FitToHeight: &all}))
	t.do(t.x.SetSheetProps(problemsSheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
}
