package table

import (
	"archive/zip"
	"bytes"
	"strings"

	"outcomes/ingest"
	"outcomes/metrics"
)

// WhyNot says why a file that fits none of the layouts that are read does not:
// what it looks like instead, and what to do. It is never nil.
func WhyNot(in ingest.Input) error {
	book, err := Open(in)
	if err != nil {
		return err
	}
	defer book.Close()
	var header Row
	var sheet string
	for _, s := range book.Sheets() {
		row, err := book.firstRow(s)
		if err != nil {
			return err
		}
		if len(row.Cells) > len(header.Cells) {
			header, sheet = row, s
		}
	}
	switch {
	case header.Number == 0:
		return metrics.Errorf(metrics.Invalid, "%s has no table in it: fetch it again", in.Path)
	case sheet == "":
		return metrics.Errorf(metrics.Invalid, "%s is none of the tables that are read here: its columns are %s", in.Path, Quote(header.Cells))
	default:
		return metrics.Errorf(metrics.Invalid, "%s is none of the workbooks that are read here: its sheets are %s, and row %d of sheet %q has %s",
			in.Path, Quote(book.Sheets()), header.Number, sheet, Quote(header.Cells))
	}
}

// firstRow is the row that looks most like a sheet's header: the first of those
// with the most cells, near the top.
func (b *Book) firstRow(sheet string) (Row, error) {
	var widest Row
	seen := 0
	for row, err := range b.Rows(sheet) {
		if err != nil {
			return Row{}, err
		}
		if len(row.Cells) > len(widest.Cells) && !row.Blank() {
			widest = row
		}
		if seen++; seen == 12 {
			break
		}
	}
	return widest, nil
}

// whyNoText is the error for content that is neither a workbook nor text, nil for text.
func whyNoText(in ingest.Input, start []byte) error {
	text := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(start, []byte("\ufeff"))))
	starts := func(with ...string) bool {
		for _, w := range with {
			if bytes.HasPrefix(text, []byte(w)) {
				return true
			}
		}
		return false
	}
	switch {
	case len(text) == 0:
		return metrics.Errorf(metrics.Invalid, "%s is empty: fetch it again", in.Path)
	case ingest.IsOldWorkbook(start):
		return metrics.Errorf(metrics.Invalid, "%s is an old .xls workbook (Excel 97–2003) or has a password: open it and save it as .xlsx", in.Path)
	case starts("<!doctype html", "<html", "<head", "<body"):
		return metrics.Errorf(metrics.Invalid, "%s is a web page, not a table: the download went wrong; fetch the file itself again", in.Path)
	case starts("<"):
		return metrics.Errorf(metrics.Invalid, "%s is XML, not a table: save it as .xlsx or .csv", in.Path)
	case starts("{", "["):
		return metrics.Errorf(metrics.Invalid, "%s is JSON, not a table: fetch the .xlsx or .csv of it", in.Path)
	case starts("%pdf"):
		return metrics.Errorf(metrics.Invalid, "%s is a PDF: fetch the table itself, as .xlsx or .csv", in.Path)
	case bytes.HasPrefix(start, []byte("\x89PNG")), bytes.HasPrefix(start, []byte("\xff\xd8\xff")), bytes.HasPrefix(start, []byte("GIF8")):
		return metrics.Errorf(metrics.Invalid, "%s is a picture: fetch the table itself, as .xlsx or .csv", in.Path)
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return metrics.Errorf(metrics.Invalid, "%s is text in UTF-16: save it as “CSV UTF-8”", in.Path)
	case bytes.IndexByte(start, 0) >= 0:
		return metrics.Errorf(metrics.Invalid, "%s is neither a workbook nor text: fetch it again", in.Path)
	}
	return nil
}

// wholeZip is the error for content that starts as an .xlsx does but was cut
// short, is another kind of zip, or unpacks to more than any table needs.
func wholeZip(in ingest.Input, content []byte) error {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return metrics.Errorf(metrics.Invalid, "%s is not a whole .xlsx workbook%s (%w): it may have been cut short on the way; fetch it again", in.Path, named(in), err)
	}
	var unpacked uint64
	workbook := false
	for _, f := range z.File {
		workbook = workbook || strings.HasPrefix(strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")), "xl/")
		if unpacked += f.UncompressedSize64; unpacked > maxUnzipped || f.UncompressedSize64 > maxUnzipped {
			return metrics.Errorf(metrics.TooLarge, "%s unpacks to more than %d MB: it is not a published table", in.Path, maxUnzipped>>20)
		}
	}
	if !workbook {
		return metrics.Errorf(metrics.Invalid, "%s is a zip archive but not an .xlsx workbook%s: save the table as .xlsx or .csv", in.Path, named(in))
	}
	return nil
}

// named is words that say which ending the file's name has, when it is not .xlsx.
func named(in ingest.Input) string {
	if i := strings.LastIndexByte(in.Name, '.'); i >= 0 && !strings.EqualFold(in.Name[i:], ".xlsx") {
		return ", though its name ends in " + in.Name[i:]
	}
	return ""
}
