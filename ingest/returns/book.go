package returns

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// Limits of what is read. The largest template is 1 MB unpacked and 10,000 cells.
const (
	maxFile     = 10 << 20 // bytes as it came
	maxUnzipped = 48 << 20 // bytes of all parts, pictures among them
	maxXML      = 16 << 20 // bytes of all parts but pictures
	maxParts    = 500
	maxCells    = 50_000  // that hold something
	maxCellText = 1 << 20 // bytes of all cells, a text that many of them show counted each time
	maxRow      = 20_000
	maxCol      = 256
)

// book is a workbook as it was read. Not by excelize: it gives a value, whether
// a formula made it, its type, its format, and what is hidden or merged in
// separate questions, for each of which it fills a sheet up to its last row and
// column; a file of a few bytes whose last cell is XFD1048576 takes all memory.
type book struct {
	sheets   []*sheet
	date1904 bool
	asides   []aside // texts outside the cells
	wide     bool    // cells, the blank ones among them, are too far out or too many to be filled up to
}

type sheet struct {
	name       string
	hidden     bool
	rows       []row // those that hold something
	merged     []area
	hiddenCols []area // rows 0
	formulas   []string
}

type row struct {
	number int
	hidden bool
	cells  []cell
}

type cell struct {
	col     int
	text    string // as stored: 1234.5 for a number whatever its format
	kind    cellKind
	format  cellFormat
	formula bool
}

type area struct{ col1, row1, col2, row2 int }

type cellKind int

const (
	textCell cellKind = iota
	numberCell
	booleanCell
	errorCell
	dateCell // ISO 8601 text, of a strict workbook
)

type cellFormat int

const (
	plainFormat cellFormat = iota
	dateFormat
	percentFormat
)

// at gives the row's cell in a column, blank where it has none.
func (r row) at(col int) cell {
	for _, c := range r.cells {
		if c.col == col {
			return c
		}
	}
	return cell{col: col}
}

// blank says whether the cell holds nothing but white space, and no formula.
func (c cell) blank() bool { return !c.formula && strings.TrimSpace(c.text) == "" }

// ref is a cell's name, "D7".
func ref(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return "" // beyond what a sheet has, which reading refuses
	}
	return name
}

// refusal is why a file is not read: the check that it fails and a sentence.
type refusal struct{ rule, message string }

func (r refusal) Error() string { return r.message }

func refuse(rule, format string, args ...any) error {
	return refusal{rule, fmt.Sprintf(format, args...)}
}

// parts are the files within a workbook, by their names in lower case.
type parts map[string]*zip.File

func (p parts) any(prefixes ...string) bool {
	for name := range p {
		for _, prefix := range prefixes {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
	}
	return false
}

// foreign gives the name of a part that is of no kind a workbook is made of, ""
// where there is none.
func (p parts) foreign() string {
	for name := range p {
		switch path.Ext(name) {
		case ".xml", ".rels", ".vml":
		case ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg":
			if !strings.HasPrefix(name, "xl/media/") && !strings.HasPrefix(name, "docprops/thumbnail") {
				return name
			}
		case ".bin":
			if !strings.HasPrefix(name, "xl/printersettings/") && !strings.HasPrefix(name, "xl/vbaproject") { // which macro_present tells of
				return name
			}
		default:
			if !strings.HasSuffix(name, "/") {
				return name
			}
		}
	}
	return ""
}

// unzip opens the file and refuses one that unpacks to more than a return needs.
// The standard library fails the reading of a part that is longer than it says.
func unzip(body []byte) (parts, error) {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, refuse("file_broken", "The file starts as an .xlsx workbook does but is not whole: it may have been cut short on the way.")
	}
	if len(z.File) > maxParts {
		return nil, refuse("zip_bomb", "The file is made of %d parts; a workbook of a return has fewer than %d.", len(z.File), maxParts)
	}
	p := parts{}
	var all, inXML uint64
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if _, twice := p[name]; twice {
			return nil, refuse("file_broken", "The file holds two parts of the same name.")
		}
		p[name] = f
		size := min(f.UncompressedSize64, 1<<40)
		all += size
		if !strings.HasPrefix(name, "xl/media/") {
			inXML += size
		}
	}
	switch {
	case all > maxUnzipped:
		return nil, refuse("zip_bomb", "The file unpacks to %d MB; a workbook of a return needs less than %d MB.", all>>20, maxUnzipped>>20)
	case inXML > maxXML:
		return nil, refuse("zip_bomb", "The tables in the file unpack to %d MB; those of a return need less than %d MB.", inXML>>20, maxXML>>20)
	}
	return p, nil
}

func (p parts) open(name string) (io.ReadCloser, error) {
	f, ok := p[strings.ToLower(strings.TrimPrefix(name, "/"))]
	if !ok {
		return nil, refuse("file_broken", "The workbook lacks the part %q.", shorten(name))
	}
	r, err := f.Open()
	if err != nil {
		return nil, refuse("file_broken", "The workbook's part %q cannot be unpacked.", shorten(name))
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, maxXML), r}, nil
}

// read decodes a part into v.
func (p parts) read(name string, v any) error {
	r, err := p.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := xml.NewDecoder(r).Decode(v); err != nil {
		return refuse("file_broken", "The workbook's part %q cannot be read.", shorten(name))
	}
	return nil
}

type relationships struct {
	List []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
		Mode   string `xml:"TargetMode,attr"`
	} `xml:"Relationship"`
}

// readBook reads the sheets of a workbook.
func readBook(p parts) (*book, error) {
	home := "xl/workbook.xml"
	var top relationships
	if err := p.read("_rels/.rels", &top); err != nil {
		return nil, err
	}
	for _, r := range top.List {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			home = strings.TrimPrefix(r.Target, "/")
		}
	}
	var wb struct {
		Props struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := p.read(home, &wb); err != nil {
		return nil, err
	}
	dir := path.Dir(home)
	var rels relationships
	if err := p.read(path.Join(dir, "_rels", path.Base(home)+".rels"), &rels); err != nil {
		return nil, err
	}
	type target struct{ kind, part string }
	targets := map[string]target{}
	b := &book{date1904: isTrue(wb.Props.Date1904)}
	var texts []string
	var formats []cellFormat
	for _, r := range rels.List {
		part := path.Join(dir, r.Target)
		if strings.HasPrefix(r.Target, "/") {
			part = r.Target[1:]
		}
		kind := path.Base(r.Type)
		targets[r.ID] = target{kind, part}
		var err error
		switch kind {
		case "sharedStrings":
			texts, err = p.sharedStrings(part)
		case "styles":
			formats, err = p.formats(part)
		}
		if err != nil {
			return nil, err
		}
	}
	var cells filled
	read := map[string]bool{}
	for _, s := range wb.Sheets {
		var t target
		for _, a := range s.Attrs {
			if a.Name.Local == "id" && a.Name.Space != "" {
				t = targets[a.Value]
			}
		}
		if t.kind == "chartsheet" || t.kind == "dialogsheet" {
			continue
		}
		t.part = strings.ToLower(t.part)
		if read[t.part] {
			return nil, refuse("file_broken", "Two sheets of the workbook are one and the same part of it.")
		}
		read[t.part] = true
		sh := &sheet{name: s.Name, hidden: s.State == "hidden" || s.State == "veryHidden"}
		wide, err := p.sheet(t.part, sh, texts, formats, &cells)
		if err != nil {
			return nil, err
		}
		b.wide = b.wide || wide
		b.sheets = append(b.sheets, sh)
	}
	if len(b.sheets) == 0 {
		return nil, refuse("file_broken", "The workbook has no sheet.")
	}
	var err error
	b.asides, err = p.asides(read)
	for _, sh := range b.sheets {
		for _, f := range sh.formulas {
			b.asides = append(b.asides, aside{"a formula", f})
		}
	}
	return b, err
}

func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" }

func (p parts) sharedStrings(name string) ([]string, error) {
	r, err := p.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []string
	var text strings.Builder
	in, phonetic := false, 0
	d := xml.NewDecoder(r)
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, refuse("file_broken", "The workbook's texts cannot be read.")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "rPh":
				phonetic++
			case "t":
				in = phonetic == 0
			}
		case xml.CharData:
			if in {
				text.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "rPh":
				phonetic--
			case "t":
				in = false
			case "si":
				out = append(out, unescape(text.String()))
				text.Reset()
			}
		}
	}
}

var escaped = regexp.MustCompile(`_x([0-9A-Fa-f]{4})_`)

// unescape undoes the format's way of writing characters that XML cannot hold.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(e string) string {
		n, _ := strconv.ParseUint(e[2:6], 16, 16)
		return string(utf16.Decode([]uint16{uint16(n)}))
	})
}

func (p parts) formats(name string) ([]cellFormat, error) {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := p.read(name, &styles); err != nil {
		return nil, err
	}
	code := map[int]string{}
	for _, f := range styles.Formats {
		code[f.ID] = f.Code
	}
	out := make([]cellFormat, len(styles.Cells))
	for i, c := range styles.Cells {
		out[i] = formatOf(c.Format, code[c.Format])
	}
	return out, nil
}

// literal is what a number format shows as it stands, and colours and conditions.
var literal = regexp.MustCompile(`"[^"]*"|\\.|\[[^\]]*\]|_.|\*.`)

func formatOf(id int, code string) cellFormat {
	switch {
	case code != "":
		code = literal.ReplaceAllString(code, "")
		switch {
		case strings.EqualFold(code, "general"):
			return plainFormat
		case strings.Contains(code, "%"):
			return percentFormat
		case strings.ContainsAny(strings.ToLower(code), "ymdhs"):
			return dateFormat
		}
	case id == 9, id == 10:
		return percentFormat
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 45 && id <= 47, id >= 50 && id <= 58:
		return dateFormat
	}
	return plainFormat
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// maxSpace is how many cells a sheet may have when each row is filled up to its
// last cell, as excelize does.
const maxSpace = 400_000

// filled is how much was read of all sheets so far: cells, and bytes of text.
type filled struct{ n, text int }

// sheet reads a sheet's cells that hold something. wide says that a program
// that fills the space up to the last cells, the blank ones among them, takes
// much time and memory.
func (p parts) sheet(name string, s *sheet, texts []string, formats []cellFormat, cells *filled) (wide bool, err error) {
	r, err := p.open(name)
	if err != nil {
		return false, err
	}
	defer r.Close()
	broken := func() error { return refuse("file_broken", "The sheet “%s” cannot be read.", shorten(s.name)) }
	d := xml.NewDecoder(r)
	var now row
	var c cell
	var kind string
	var text strings.Builder
	in, inFormula, phonetic, hiddenByDefault := false, false, 0, false
	col, space := 0, 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, broken()
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "sheetFormatPr":
				hiddenByDefault = isTrue(attr(t, "zeroHeight"))
			case "col":
				from, err1 := strconv.Atoi(attr(t, "min"))
				to, err2 := strconv.Atoi(attr(t, "max"))
				if isTrue(attr(t, "hidden")) && err1 == nil && err2 == nil {
					s.hiddenCols = append(s.hiddenCols, area{col1: from, col2: to})
				}
			case "row":
				now = row{number: now.number + 1, hidden: hiddenByDefault || isTrue(attr(t, "hidden"))}
				if n := attr(t, "r"); n != "" {
					if now.number, err = strconv.Atoi(n); err != nil || now.number < 1 {
						return false, broken()
					}
				}
				wide = wide || now.number > maxRow
				col = 0
			case "c":
				col++
				if at := attr(t, "r"); at != "" {
					x, y, err := excelize.CellNameToCoordinates(at)
					if err != nil || y != now.number {
						return false, broken()
					}
					col = x
				}
				wide = wide || col > maxCol
				kind, c = attr(t, "t"), cell{col: col}
				if n, err := strconv.Atoi(attr(t, "s")); err == nil && n >= 0 && n < len(formats) {
					c.format = formats[n]
				}
				text.Reset()
			case "f":
				c.formula, inFormula = true, true
			case "rPh":
				phonetic++
			case "v", "t":
				in = phonetic == 0
			case "mergeCell":
				a, err := areaOf(attr(t, "ref"))
				if err != nil {
					return false, broken()
				}
				s.merged = append(s.merged, a)
			}
		case xml.CharData:
			if in {
				text.Write(t)
			}
			if inFormula {
				s.formulas = append(s.formulas, string(t))
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "rPh":
				phonetic--
			case "v", "t":
				in = false
			case "f":
				inFormula = false
			case "c":
				c.text = text.String()
				switch kind {
				case "s":
					n, err := strconv.Atoi(strings.TrimSpace(c.text))
					if err != nil || n < 0 || n >= len(texts) {
						return false, broken()
					}
					c.text = texts[n]
				case "inlineStr", "str":
					c.text = unescape(c.text)
				case "b":
					c.kind = booleanCell
					c.text = map[bool]string{true: "TRUE", false: "FALSE"}[isTrue(strings.TrimSpace(c.text))]
				case "e":
					c.kind = errorCell
				case "d":
					c.kind = dateCell
				default:
					c.kind = numberCell
				}
				if c.text == "" && !c.formula {
					continue
				}
				if cells.n++; cells.n > maxCells {
					return false, refuse("sheet_size", "More than %d cells of the workbook are filled in.", maxCells)
				}
				if cells.text += len(c.text); cells.text > maxCellText {
					return false, refuse("zip_bomb", "The cells of the workbook hold more than %d MB of text; those of a return need less than 100 kB.", maxCellText>>20)
				}
				if now.number > maxRow || col > maxCol {
					return false, refuse("sheet_size", "The sheet “%s” has something in cell %s, far from where a return's table is.", shorten(s.name), ref(col, now.number))
				}
				now.cells = append(now.cells, c)
			case "row":
				space += col
				wide = wide || space > maxSpace
				if len(now.cells) > 0 {
					slices.SortStableFunc(now.cells, func(x, y cell) int { return x.col - y.col })
					s.rows = append(s.rows, now)
				}
				now.cells = nil
			}
		}
	}
	slices.SortStableFunc(s.rows, func(x, y row) int { return x.number - y.number })
	return wide, nil
}

// areaOf reads "B2:D2".
func areaOf(s string) (area, error) {
	from, to, two := strings.Cut(s, ":")
	if !two {
		to = from
	}
	var a area
	var err error
	if a.col1, a.row1, err = excelize.CellNameToCoordinates(from); err != nil {
		return a, err
	}
	a.col2, a.row2, err = excelize.CellNameToCoordinates(to)
	return a, err
}

// aside is a text outside the cells.
type aside struct{ where, text string }

// wordsIn are attributes that hold words for people.
var wordsIn = map[string]bool{"descr": true, "title": true, "name": true, "alt": true, "author": true, "displayname": true, "comment": true, "prompt": true, "prompttitle": true,
	"error": true, "errortitle": true, "tooltip": true, "target": true, "location": true, "display": true, "string": true, "userid": true}

const (
	deletedText = "a text that stands in the file and in no cell"
	ofFile      = "what the file says of itself (File, Info)"
)

// whereOf says in words what a part of the workbook is.
func whereOf(name string) string {
	for _, p := range []struct{ prefix, where string }{
		{"xl/comments", "a comment"}, {"xl/threadedcomments", "a comment"}, {"xl/persons", "the list of those who commented"}, {"xl/drawings", "a text box or picture"},
		{"xl/sharedstrings", deletedText}, {"xl/worksheets", "a header, footer, link or drop-down"},
		{"docprops", ofFile}, {"customxml", "a hidden part of the file (customXml)"}, {"xl/charts", "a chart"}, {"xl/tables", "a table's settings"},
	} {
		if strings.HasPrefix(name, p.prefix) {
			return p.where
		}
	}
	return "a hidden part of the file"
}

// asides gives the texts of every part that is not read as cells: comments,
// text boxes, headers and footers, properties, links, texts that no cell shows
// any more, and parts that nothing refers to. sheets are the parts whose cells
// were read.
func (p parts) asides(sheets map[string]bool) ([]aside, error) {
	var out []aside
	for _, name := range slices.Sorted(maps.Keys(p)) {
		switch path.Ext(name) {
		case ".xml", ".rels", ".vml", ".svg":
			found, err := p.asidesIn(name, sheets[name])
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, nil
}

// maxAside is how much there may be outside the cells: a return has a few
// thousand words and elements there.
const (
	maxAsideText  = 2 << 20
	maxAsideParts = 200_000
)

var cellsOfSheet = regexp.MustCompile(`(?s)<(?:\w+:)?sheetData[ >].*</(?:\w+:)?sheetData>`)

// asidesIn gives the texts of one part, those of a paragraph or comment in one.
func (p parts) asidesIn(name string, withoutCells bool) ([]aside, error) {
	r, err := p.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, refuse("file_broken", "The workbook's part %q cannot be unpacked.", shorten(name))
	}
	if withoutCells {
		body = cellsOfSheet.ReplaceAll(body, nil)
	}
	where := whereOf(name)
	var out []aside
	size, elements := 0, 0
	add := func(text string) {
		if text = unescape(strings.TrimSpace(text)); text != "" {
			size += len(text)
			out = append(out, aside{where, text})
		}
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = path.Ext(name) == ".xml" || path.Ext(name) == ".rels" // old drawings are not always XML
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // what is looked for is ASCII
	var text strings.Builder
	maker := false // within the name of whoever made the file
	for {
		tok, err := d.Token()
		if err == io.EOF || err != nil && !d.Strict {
			break
		}
		if err != nil {
			return nil, refuse("file_broken", "The workbook's part %q cannot be read.", shorten(name))
		}
		if elements++; elements > maxAsideParts || size+text.Len() > maxAsideText {
			return nil, refuse("zip_bomb", "The workbook holds more outside its cells than a return can need: %s.", where)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			maker = name == "docprops/core.xml" && (t.Name.Local == "creator" || t.Name.Local == "lastModifiedBy")
			for _, a := range t.Attr {
				if wordsIn[strings.ToLower(a.Name.Local)] {
					add(a.Value)
				}
			}
		case xml.CharData:
			if !maker { // a project's own worker, and often an address
				text.Write(t)
			}
		case xml.EndElement:
			if t.Name.Local != "t" && t.Name.Local != "r" && t.Name.Local != "rPr" { // runs of one text
				add(text.String())
				text.Reset()
			}
		}
	}
	add(text.String())
	return out, nil
}

// shorten makes what a file says fit into a sentence: one line, 60 characters.
func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
