package word

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"outcomes/metrics"
)

// writer writes the document's text and counts as it goes.
type writer struct {
	markup
	d                               *document
	charts, tables, marks, sections int // written so far; marks are bookmarks
	numbering                       int // of the section at hand
}

func (d *document) body(m markup) {
	m.put(`<w:document `, wordNamespace, ` xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><w:body>`)
	w := &writer{markup: m, d: d, numbering: sectionNumbers}
	w.front()
	w.contents()
	restarts := 0
	for i, s := range d.r.Sections {
		if i == 0 && s.Number != 1 || i > 0 && s.Number != d.r.Sections[i-1].Number+1 {
			w.numbering = firstRestart + restarts
			restarts++
		}
		w.section(s)
	}
	w.sources()
	m.put(`<w:sectPr><w:headerReference w:type="default" r:id="rId5"/><w:footerReference w:type="default" r:id="rId6"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1304" w:right="1134" w:bottom="1191" w:left="1134" w:header="624" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>`)
}

// open starts a paragraph of a style; more are properties that follow it.
func (w *writer) open(style string, more ...string) {
	w.put(`<w:p><w:pPr><w:pStyle w:val="`, style, `"/>`)
	w.put(more...)
	w.put(`</w:pPr>`)
}

func (w *writer) paragraph(style, text string, more ...string) {
	w.open(style, more...)
	w.runs(text, "")
	w.put(`</w:p>`)
}

// bookmarked puts a bookmark around what write writes.
func (w *writer) bookmarked(name string, write func()) {
	id := strconv.Itoa(w.marks)
	w.marks++
	w.put(`<w:bookmarkStart w:id="`, id, `" w:name="`, name, `"/>`)
	write()
	w.put(`<w:bookmarkEnd w:id="`, id, `"/>`)
}

// linked writes words as a link where the address is one on the web.
func (w *writer) linked(text, address string) {
	i, ok := w.d.linkAt[address]
	if !ok {
		w.runs(text, "")
		return
	}
	w.put(`<w:hyperlink r:id="`, linkRelation(i), `" w:history="1">`)
	w.runs(text, `<w:rStyle w:val="Hyperlink"/>`)
	w.put(`</w:hyperlink>`)
}

// front is what a council report opens with, and then the answer: the headlines.
func (w *writer) front() {
	r := w.d.r
	if r.Sample {
		w.paragraph("Notice", invented)
	}
	w.paragraph("Title", line(r.Title))
	w.paragraph("Subtitle", line(r.Area.Place()+", "+r.Period.Label()))
	say := func(label string, write func()) {
		w.open("FrontMatter")
		w.runs(label+":", "<w:b/><w:bCs/>")
		w.put(`<w:r><w:tab/></w:r>`)
		write()
		w.put(`</w:p>`)
	}
	words := func(text string) func() { return func() { w.runs(text, "") } }
	if name := line(r.Partnership); name != "" {
		say("From", words(name))
	}
	if stamp := cmp.Or(r.FrozenAt, r.AsAt); stamp != "" {
		say("Date", words(day(stamp)))
	}
	say("Area", words(line(r.Area.Place())))
	say("Period", words(capital(r.Period.Label())))
	if r.AsAt != "" {
		say("Figures as at", words(moment(r.AsAt)))
	}
	say("Version", words(version(r)))
	if address := line(r.Address); address != "" {
		say("Address", func() { w.linked(address, r.Address) })
	}
	if r.SHA256 != "" {
		say("SHA-256", words(r.SHA256))
	}
	if len(r.Headlines) > 0 {
		w.paragraph("FrontHeading", "Headlines")
		for _, h := range r.Headlines {
			w.paragraph("Headline", h)
		}
	}
}

// contents lists the sections, each a link. It has no page numbers: they are
// known only when the document is laid out, and wrong ones are worse than none.
func (w *writer) contents() {
	sections := w.d.r.Sections
	if len(sections) < 3 {
		return
	}
	w.paragraph("TOCHeading", "Contents")
	for i, s := range sections {
		w.open("TOC1")
		if i == 0 {
			w.put(`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \o "1-1" \n \h \z </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>`)
		}
		w.put(`<w:hyperlink w:anchor="`, sectionMark(i), `" w:history="1">`)
		w.runs(strconv.Itoa(s.Number)+"\t"+line(s.Title), "")
		w.put(`</w:hyperlink>`)
		if i == len(sections)-1 {
			w.put(`<w:r><w:fldChar w:fldCharType="end"/></w:r>`)
		}
		w.put(`</w:p>`)
	}
}

func sectionMark(i int) string { return fmt.Sprintf("_Toc%08d", i+1) }

// numbered are the properties of a numbered paragraph, where its section does
// not follow the one before; its style says the rest.
func (w *writer) numbered(level int) string {
	if w.numbering == sectionNumbers {
		return ""
	}
	return fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, level, w.numbering)
}

func (w *writer) section(s metrics.ReportSection) {
	w.open("Heading1", w.numbered(0))
	w.bookmarked(sectionMark(w.sections), func() { w.runs(line(s.Title), "") })
	w.put(`</w:p>`)
	w.sections++
	for _, b := range s.Blocks {
		switch {
		case b.Chart != nil:
			w.chart(b.Chart)
		case b.Table != nil:
			w.table(b.Table, nil)
		case b.Commentary != nil:
			w.commentary(b.Commentary)
		case len(b.List) > 0:
			for _, item := range b.List {
				w.paragraph("ListBullet", item)
			}
		case b.Heading != "":
			w.paragraph("Heading2", line(b.Heading))
		case b.Paragraph != "":
			w.paragraph("NumberedParagraph", b.Paragraph, w.numbered(1))
		}
	}
}

// commentary is set apart by a bar, an indent and the word itself, and where
// it is long says where it ends: who hears it read has no bar.
func (w *writer) commentary(c *metrics.Commentary) {
	lead := "Commentary"
	if by := line(c.By); by != "" {
		lead += " by " + by
	}
	if c.At != "" {
		lead += ", " + day(c.At)
	}
	w.paragraph("CommentaryLead", lead)
	parts := commentaryParts(c.Text)
	for _, p := range parts {
		if p.item {
			w.paragraph("CommentaryList", p.text)
		} else {
			w.paragraph("Commentary", p.text)
		}
	}
	if len(parts) > 1 {
		w.open("Commentary")
		w.runs("End of commentary", `<w:color w:val="`+soft+`"/>`)
		w.put(`</w:p>`)
	}
}

type part struct {
	text string
	item bool
}

// commentaryParts are the paragraphs and list items of a commentary.
func commentaryParts(text string) []part {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	var out []part
	open := false // whether a line goes on with the paragraph before it
	for l := range strings.SplitSeq(text, "\n") {
		trimmed := strings.TrimSpace(l)
		item, isItem := strings.CutPrefix(trimmed, "- ")
		switch {
		case trimmed == "":
			open = false
		case isItem:
			out, open = append(out, part{strings.TrimSpace(item), true}), true
		case open:
			out[len(out)-1].text += "\n" + trimmed
		default:
			out, open = append(out, part{trimmed, false}), true
		}
	}
	return out
}

// caption is the numbered title of a chart or a table; it keeps with what
// follows. Only its number is bookmarked, for references to it.
func (w *writer) caption(kind, mark, title string, number int) {
	w.open("Caption")
	w.bookmarked(mark, func() {
		w.runs(kind+" ", "")
		w.put(`<w:fldSimple w:instr=" SEQ `, kind, ` \* ARABIC "><w:r><w:t>`, strconv.Itoa(number), `</w:t></w:r></w:fldSimple>`)
	})
	if title != "" {
		w.runs(". "+title, "")
	}
	w.put(`</w:p>`)
}

func tableMark(number int) string { return fmt.Sprintf("_RefTable%d", number) }

// The size of a chart, in points.
const (
	chartWidth  = textWidth / 20.0
	emuPerPoint = 12700
)

func (w *writer) chart(of *metrics.ReportChart) {
	c := w.d.charts[w.charts]
	w.charts++
	w.caption("Chart", fmt.Sprintf("_RefChart%d", c.number), line(of.Title), c.number)
	if s := line(of.Subtitle); s != "" {
		w.paragraph("CaptionDetail", s)
	}
	if c.empty() {
		w.paragraph("SourceNote", "There is no value to draw.", "<w:keepNext/>")
	} else {
		alt := cmp.Or(strings.TrimSpace(of.Alt), line(of.Title+". "+of.Subtitle))
		number := strconv.Itoa(c.number)
		w.open("Chart")
		w.put(`<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">`,
			fmt.Sprintf(`<wp:extent cx="%d" cy="%d"/>`, int(chartWidth*emuPerPoint), int(c.height*emuPerPoint)),
			`<wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr id="`, number, `" name="Chart `, number, `" descr="`, escaped(alt), `"/><wp:cNvGraphicFramePr/>`,
			`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="`, c.relation(), `"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`)
	}
	notes := c.notes()
	table := w.d.tables[of.TableID]
	source := strings.TrimSpace(of.Source)
	if table == 0 && source == "" && len(notes) == 0 { // the caption has to keep with something
		return
	}
	more := func(i int) string {
		if i < len(notes) {
			return "<w:keepNext/>"
		}
		return ""
	}
	if source != "" || table > 0 {
		w.open("SourceNote", more(0))
		w.runs(sentence(source), "")
		if table > 0 {
			if source != "" {
				w.runs(" ", "")
			}
			w.runs("The figures are in ", "")
			w.put(`<w:fldSimple w:instr=" REF `, tableMark(table), ` \h "><w:r><w:t>Table `, strconv.Itoa(table), `</w:t></w:r></w:fldSimple>`)
			w.runs(".", "")
		}
		w.put(`</w:p>`)
	}
	for i, n := range notes {
		w.paragraph("SourceNote", n, more(i+1))
	}
}

// table writes a table. Where links has an address for a row, the row's first
// cell leads there.
func (w *writer) table(t *metrics.ReportTable, links []string) {
	w.tables++
	title := line(t.Title)
	w.caption("Table", tableMark(w.tables), title, w.tables)
	size, widths := layout(t)
	total := 0
	for _, x := range widths {
		total += x
	}
	w.put(`<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="`, strconv.Itoa(total), `" w:type="dxa"/><w:tblLayout w:type="fixed"/>`,
		`<w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>`,
		`<w:tblCaption w:val="`, escaped(cmp.Or(title, "Table "+strconv.Itoa(w.tables))), `"/><w:tblDescription w:val="`, escaped(described(t)), `"/></w:tblPr><w:tblGrid>`)
	for _, x := range widths {
		w.put(`<w:gridCol w:w="`, strconv.Itoa(x), `"/>`)
	}
	heads := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = line(c.Head)
	}
	w.put(`</w:tblGrid><w:tr>`)
	height := lines(heads, widths, size)
	if height <= mostLines { // a higher row must be let part, and repeated it would leave no room
		w.put(`<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>`)
	}
	heights := make([]int, len(t.Rows))
	for i, row := range t.Rows {
		texts := make([]string, len(row))
		for j, c := range row {
			texts[j] = c.Text
		}
		heights[i] = lines(texts, widths, size)
		height += heights[i]
	}
	cell := func(column int, style string, write func(), more ...string) {
		w.put(`<w:tc><w:tcPr><w:tcW w:w="`, strconv.Itoa(widths[column]), `" w:type="dxa"/></w:tcPr>`)
		w.open(style, more...)
		write()
		w.put(`</w:p></w:tc>`)
	}
	for i, c := range t.Columns {
		style := "TableHead"
		if c.Numeric {
			style = "TableHeadNumber"
		}
		cell(i, style+size.id, func() { w.runs(heads[i], "") })
	}
	w.put(`</w:tr>`)
	for i, row := range t.Rows {
		// A short table is not parted; of a long one the first rows stay with
		// the headings and the last with the source.
		keep := ""
		if heights[i] <= 5 && (height <= mostLines || i < 2 || i >= len(t.Rows)-2) {
			keep = "<w:keepNext/>"
		}
		w.put(`<w:tr>`)
		if heights[i] <= mostLines {
			w.put(`<w:trPr><w:cantSplit/></w:trPr>`)
		}
		for j, c := range row {
			style := "TableText"
			if t.Columns[j].Numeric {
				style = "TableNumber"
			}
			cell(j, style+size.id, func() {
				if j == 0 && i < len(links) {
					w.linked(c.Text, links[i])
				} else {
					w.runs(c.Text, "")
				}
			}, keep)
		}
		w.put(`</w:tr>`)
	}
	w.put(`</w:tbl>`)
	// Without a paragraph between them Word makes one table of two.
	notes := append([]string{sentence(t.Source)}, t.Notes...)
	if notes[0] == "" && len(t.Notes) > 0 {
		notes = notes[1:]
	}
	for i, n := range notes {
		more := ""
		if i < len(notes)-1 {
			more = "<w:keepNext/>"
		}
		w.paragraph("SourceNote", n, more)
	}
}

// mostLines are about half a page of a table: what is longer is not kept
// together, for it might fit on no page.
const mostLines = 24

// lines is about how many lines a row of a table takes.
func lines(texts []string, widths []int, size tableSize) int {
	most := 1
	for i, s := range texts {
		room := max(float64(widths[i]-cellPadding)/size.letter, 1) // letters
		most = max(most, int(float64(utf8.RuneCountInString(s))/room)+1+strings.Count(s, "\n"))
	}
	return most
}

// cellPadding is what lies beside the text of a cell, in twentieths of a point.
const cellPadding = 190

// described is the text alternative of a table: what its columns are and how
// many rows there are.
func described(t *metrics.ReportTable) string {
	heads := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = line(c.Head)
	}
	rows := strconv.Itoa(len(t.Rows)) + " rows"
	if len(t.Rows) == 1 {
		rows = "1 row"
	}
	columns := strconv.Itoa(len(heads)) + " columns"
	if len(heads) == 1 {
		columns = "1 column"
	}
	return "Table of " + rows + " and " + columns + ": " + strings.Join(heads, "; ") + "."
}

// layout chooses the size of a table's text and the widths of its columns, by
// the longest word and the longest text in each. A table is as wide as it
// needs, so that numbers do not stand far from what they are of.
func layout(t *metrics.ReportTable) (tableSize, []int) {
	size := tableSizes[0]
	least, want := measure(t, size)
	if sum(least) > textWidth || len(t.Columns) > 7 {
		size = tableSizes[1]
		least, want = measure(t, size)
	}
	// What a row is of stays on one line where the numbers beside it leave room:
	// a long table is half as long then.
	if numbers(t.Columns[1:]) && sum(least)-least[0]+want[0] <= textWidth {
		least[0] = want[0]
	}
	sumLeast, sumWant := sum(least), sum(want)
	widths := make([]int, len(t.Columns))
	for j := range widths {
		switch {
		case sumWant <= textWidth:
			widths[j] = int(want[j])
		case sumLeast >= textWidth:
			widths[j] = int(least[j] * textWidth / sumLeast)
		default:
			widths[j] = int(least[j] + (want[j]-least[j])*(textWidth-sumLeast)/(sumWant-sumLeast))
		}
	}
	return size, widths
}

// numbers says whether all columns are of numbers.
func numbers(columns []metrics.ReportColumn) bool {
	return !slices.ContainsFunc(columns, func(c metrics.ReportColumn) bool { return !c.Numeric })
}

// measure is how wide each column must be for its longest word, and how wide
// it would be at best.
func measure(t *metrics.ReportTable, size tableSize) (least, want []float64) {
	const most = 3600 // twentieths of a point
	least, want = make([]float64, len(t.Columns)), make([]float64, len(t.Columns))
	text := func(j int, s string, letter float64) {
		word := 0
		for f := range strings.FieldsSeq(s) {
			word = max(word, utf8.RuneCountInString(f))
		}
		least[j] = max(least[j], min(float64(word)*letter, most*0.8)+cellPadding)
		want[j] = max(want[j], min(float64(utf8.RuneCountInString(s))*letter, most)+cellPadding)
	}
	for j, c := range t.Columns {
		text(j, c.Head, size.letter*1.1)
		if c.Numeric { // a long heading over numbers goes on several lines
			want[j] = max(least[j], min(want[j], 1700))
		}
	}
	for _, row := range t.Rows {
		for j, c := range row {
			text(j, c.Text, size.letter)
		}
	}
	return least, want
}

func sum(list []float64) float64 {
	var s float64
	for _, x := range list {
		s += x
	}
	return s
}

// sources closes the last section: what the figures draw on, the signs, the
// licence and how to cite the report.
func (w *writer) sources() {
	r := w.d.r
	if len(r.Sources) > 0 {
		w.paragraph("Heading2", "Sources")
		t := &metrics.ReportTable{Title: "What the figures in this report are made from", Columns: []metrics.ReportColumn{{Head: "Source"}, {Head: "Publisher"}, {Head: "Licence"}, {Head: "Newest period"}, {Head: "Last read"}}}
		var links []string
		for _, s := range r.Sources {
			read := ""
			if s.ReadAt != "" {
				read = day(s.ReadAt)
			}
			var row []metrics.ReportCell
			for _, text := range []string{s.Name, s.Publisher, s.Licence, s.Latest, read} {
				row = append(row, metrics.ReportCell{Text: cmp.Or(line(text), "Not stated")})
			}
			t.Rows, links = append(t.Rows, row), append(links, s.URL)
		}
		w.table(t, links)
	}
	if len(r.Key) > 0 {
		w.paragraph("Heading2", "Signs used in place of or beside a number")
		for _, k := range r.Key {
			w.open("ListBullet")
			w.runs(line(k.Mark), "<w:b/><w:bCs/>")
			w.runs(" "+line(k.Meaning), "")
			w.put(`</w:p>`)
		}
	}
	if s := strings.TrimSpace(r.Licence); s != "" {
		w.paragraph("Heading2", "Licence")
		w.paragraph("BodyText", s)
	}
	if s := strings.TrimSpace(r.Cite); s != "" {
		w.paragraph("Heading2", "How to cite this report")
		w.paragraph("BodyText", s)
	}
	if len(r.Sources)+len(r.Key) == 0 && r.Licence == "" && r.Cite == "" && len(r.Sections) == 0 && len(r.Headlines) == 0 {
		w.paragraph("BodyText", "This report has no sections.")
	}
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// sentence ends a text with a full stop, where it has words and no end yet.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
