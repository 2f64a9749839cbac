// Package table reads the rows of published tables, from .csv and .xlsx alike.
// It knows the file formats and how publishers write headers and numbers; what
// the columns mean is for the source's own package. It must not import one.
package table

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"outcomes/ingest"
	"outcomes/metrics"
)

// Limits of what is read. The largest table published, every score of an
// edition of the Indices, is a workbook of some 10 MB that unpacks to 100 MB; a
// file far beyond that is made to fill memory, or is not what its name says.
const (
	maxWorkbook = 64 << 20  // bytes of an .xlsx as it came
	maxUnzipped = 256 << 20 // bytes of all its parts
	maxInMemory = 16 << 20  // bytes of one sheet; a larger one is unpacked to a temporary file
	maxText     = 512 << 20 // bytes of a .csv
	maxColumns  = 2000
)

// Book is a file opened to read its tables: a workbook with its sheets, or a
// CSV, which is one sheet without a name. Close it when done.
type Book struct {
	in   ingest.Input
	xlsx *excelize.File // nil for a CSV
}

// Row is one row of a sheet. Number counts from 1 as a spreadsheet program or
// an editor does, the header and blank rows among them.
type Row struct {
	Number int
	Cells  []string
}

// Cell is the cell at index i without the blanks around it, "" where the row has none.
func (r Row) Cell(i int) string {
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return strings.TrimSpace(r.Cells[i])
}

// Blank says whether every cell of the row is blank.
func (r Row) Blank() bool {
	for i := range r.Cells {
		if r.Cell(i) != "" {
			return false
		}
	}
	return true
}

// Open opens a file by what it holds, whatever its name ends in. The error for
// a file that holds no table (an old .xls, a web page, a picture, a workbook
// cut short) says what it is and what to do.
func Open(in ingest.Input) (*Book, error) {
	start, err := firstBytes(in)
	if err != nil {
		return nil, err
	}
	if !ingest.IsWorkbook(start) {
		if err := whyNoText(in, start); err != nil {
			return nil, err
		}
		return &Book{in: in}, nil
	}
	content, err := in.Bytes(maxWorkbook)
	if err != nil {
		return nil, err
	}
	if err := wholeZip(in, content); err != nil {
		return nil, err
	}
	x, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{
		RawCellValue:      true,
		UnzipSizeLimit:    maxUnzipped,
		UnzipXMLSizeLimit: maxInMemory,
	})
	if err != nil {
		if x != nil {
			x.Close()
		}
		return nil, metrics.Errorf(metrics.Invalid, "%s cannot be read as an .xlsx workbook%s (%w): open it and save it again, or fetch it again", in.Path, named(in), err)
	}
	if len(x.GetSheetList()) == 0 {
		x.Close()
		return nil, metrics.Errorf(metrics.Invalid, "%s is a workbook without sheets: fetch it again", in.Path)
	}
	return &Book{in: in, xlsx: x}, nil
}

// Close frees what the workbook holds, temporary files among it.
func (b *Book) Close() error {
	if b.xlsx == nil {
		return nil
	}
	return b.xlsx.Close()
}

// Sheets are the names of the sheets in the order of the workbook, as written
// there, with any blank at the end. A CSV has one, "".
func (b *Book) Sheets() []string {
	if b.xlsx == nil {
		return []string{""}
	}
	return b.xlsx.GetSheetList()
}

// Rows gives the rows of a sheet in order, blank ones as rows without cells
// (a CSV's blank lines are left out). The error, if any, comes last and names
// the file and the row.
func (b *Book) Rows(sheet string) iter.Seq2[Row, error] {
	if b.xlsx == nil {
		return b.csvRows
	}
	return func(yield func(Row, error) bool) { b.sheetRows(sheet, yield) }
}

func (b *Book) sheetRows(sheet string, yield func(Row, error) bool) {
	rows, err := b.xlsx.Rows(sheet)
	if err != nil {
		yield(Row{}, metrics.Errorf(metrics.Invalid, "%s cannot be read (%w)", b.At(sheet, 0, ""), err))
		return
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
		cells, err := rows.Columns()
		if err != nil {
			yield(Row{}, metrics.Errorf(metrics.Invalid, "%s cannot be read (%w): open the workbook and save it again", b.At(sheet, n, ""), err))
			return
		}
		if len(cells) > maxColumns {
			yield(Row{}, metrics.Errorf(metrics.TooLarge, "%s has %d columns: that is not a published table", b.At(sheet, n, ""), len(cells)))
			return
		}
		if !yield(Row{n, cells}, nil) {
			return
		}
	}
	if err := rows.Error(); err != nil {
		yield(Row{}, metrics.Errorf(metrics.Invalid, "%s cannot be read (%w): open the workbook and save it again", b.At(sheet, n+1, ""), err))
	}
}

// At says where something stands, for messages: the file, the sheet, the row
// (when not 0) and the column (when not "").
func (b *Book) At(sheet string, row int, column string) string {
	at := b.in.Path
	if sheet != "" {
		at += fmt.Sprintf(", sheet %q", sheet)
	}
	if row > 0 {
		at += fmt.Sprintf(", row %d", row)
	}
	if column != "" {
		at += fmt.Sprintf(", column %q", column)
	}
	return at
}

// Quote lists cells for a message, the blank ones left out and a long list cut.
func Quote(cells []string) string {
	const most = 12
	var quoted []string
	for _, c := range cells {
		c = strings.Join(strings.Fields(c), " ")
		if c == "" {
			continue
		}
		if r := []rune(c); len(r) > 80 {
			c = string(r[:80]) + "…"
		}
		quoted = append(quoted, strconv.Quote(c))
	}
	if more := len(quoted) - most; more > 0 {
		quoted = append(quoted[:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}

var note = regexp.MustCompile(`\[notes? [^\]]*\]`)

// Header gives a header the one form it is recognised by: lower case, one
// blank for any white space and line breaks, without "[note 9]".
func Header(s string) string {
	s = note.ReplaceAllString(strings.ToLower(strings.TrimPrefix(s, "\ufeff")), " ")
	return strings.Join(strings.Fields(s), " ")
}

var (
	thousands = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.0+)?$`)
	number    = regexp.MustCompile(`^\d+(\.\d*)?([eE]\+?\d+)?$`)
)

// ParseCount reads a whole number of 0 or more as publishers and spreadsheet
// programs write it: 29199, "29,199", 29199.0, 1e+05. The error is the reason
// alone, to be put behind the cell's place.
func ParseCount(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 && s[0] != '+' && s[0] != '-' {
		return n, nil
	}
	plain := s
	if thousands.MatchString(s) {
		plain = strings.ReplaceAll(s, ",", "")
	}
	const exact = 1 << 53 // beyond it a float no longer tells whole numbers apart
	if number.MatchString(plain) {
		if f, err := strconv.ParseFloat(plain, 64); err == nil && f < exact && f == float64(int64(f)) {
			return int64(f), nil
		}
	}
	if s == "" {
		return 0, fmt.Errorf("is blank")
	}
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return 0, fmt.Errorf("%q is not a whole number", s)
}

// firstBytes gives the start of the file's content, enough to tell what it is.
func firstBytes(in ingest.Input) ([]byte, error) {
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	start := make([]byte, 4096)
	n, err := io.ReadFull(r, start)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, in.Broken(err)
	}
	return start[:n], nil
}
