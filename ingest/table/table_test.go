package table_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/ingest"
	"outcomes/ingest/table"
	"outcomes/metrics"
)

// input writes a file and finds it.
func input(t testing.TB, name string, content []byte) ingest.Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	a, err := ingest.Find([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a.Inputs[0]
}

// workbook makes a real .xlsx with a "Notes " sheet before the one of the rows,
// which start in row 3.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(x.SetSheetName("Sheet1", "Notes "))
	_, err := x.NewSheet("Data")
	must(err)
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+3)
		must(err)
		must(x.SetSheetRow("Data", cell, &r))
	}
	var b bytes.Buffer
	must(x.Write(&b))
	return b.Bytes()
}

type numbered struct {
	number int
	cells  string
}

func read(t *testing.T, in ingest.Input) (sheets []string, rows []numbered) {
	t.Helper()
	book, err := table.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for _, s := range book.Sheets() {
		for row, err := range book.Rows(s) {
			if err != nil {
				t.Fatal(err)
			}
			if !row.Blank() {
				rows = append(rows, numbered{row.Number, strings.Join(row.Cells, "|")})
			}
		}
	}
	return book.Sheets(), rows
}

func TestRows(t *testing.T) {
	book := workbook(t, []any{"code", "rank\nby year"}, []any{"E01000001", 29199}, nil, []any{" E01000002", 0.1234})
	tests := []struct {
		name    string
		content []byte
		sheets  []string
		want    []numbered
	}{
		{"plain.csv", []byte("code,rank\na,1\n\nb,2\n"), []string{""}, []numbered{{1, "code|rank"}, {2, "a|1"}, {4, "b|2"}}},
		{"bom and CRLF.csv", []byte("\ufeffcode,rank\r\na,\"29,199\"\r\n"), []string{""}, []numbered{{1, "code|rank"}, {2, "a|29,199"}}},
		{"break in a header.csv", []byte("code,\"rank\nby year\"\na,1"), []string{""}, []numbered{{1, "code|rank\nby year"}, {3, "a|1"}}},
		{"short and long rows.csv", []byte("code,rank\na\n,Note\nb,2,3\n"), []string{""}, []numbered{{1, "code|rank"}, {2, "a"}, {3, "|Note"}, {4, "b|2|3"}}},
		{"book.xlsx", book, []string{"Notes ", "Data"}, []numbered{{3, "code|rank\nby year"}, {4, "E01000001|29199"}, {6, " E01000002|0.1234"}}},
		{"a workbook named.csv", book, []string{"Notes ", "Data"}, []numbered{{3, "code|rank\nby year"}, {4, "E01000001|29199"}, {6, " E01000002|0.1234"}}},
		{"a csv named.xlsx", []byte("code,rank\na,1\n"), []string{""}, []numbered{{1, "code|rank"}, {2, "a|1"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sheets, rows := read(t, input(t, tt.name, tt.content))
			if !slices.Equal(sheets, tt.sheets) {
				t.Errorf("sheets %q, want %q", sheets, tt.sheets)
			}
			if !slices.Equal(rows, tt.want) {
				t.Errorf("rows %v, want %v", rows, tt.want)
			}
		})
	}
}

func TestCell(t *testing.T) {
	row := table.Row{Number: 1, Cells: []string{" a\u00a0", ""}}
	for i, want := range map[int]string{-1: "", 0: "a", 1: "", 2: ""} {
		if got := row.Cell(i); got != want {
			t.Errorf("Cell(%d) = %q, want %q", i, got, want)
		}
	}
}

// bomb is a zip with a sheet that unpacks to more than the limit, by its directory.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	sheet := &zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 10, UncompressedSize64: 257 << 20}
	w, err := z.CreateRaw(sheet)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func otherZip(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.Create("mimetype"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOpenRefuses(t *testing.T) {
	book := workbook(t, []any{"code", "rank"}, []any{"a", 1})
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"old.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), "old.xls is an old .xls workbook (Excel 97–2003) or has a password: open it and save it as .xlsx"},
		{"password.xlsx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), "has a password"},
		{"page.csv", []byte("\n<!DOCTYPE html><html>"), "is a web page"},
		{"page.xlsx", []byte("<html>"), "is a web page"},
		{"data.csv", []byte("<?xml version='1.0'?>"), "is XML"},
		{"data.csv", []byte(`{"a": 1}`), "is JSON"},
		{"report.csv", []byte("%PDF-1.7"), "is a PDF"},
		{"map.csv", []byte("\x89PNG\r\n\x1a\n"), "is a picture"},
		{"wide.csv", []byte("\xff\xfea\x00,\x00"), "is text in UTF-16"},
		{"binary.csv", []byte("a,b\x00\x01"), "is neither a workbook nor text"},
		{"blank.csv", []byte("\ufeff \r\n"), "is empty"},
		{"cut.xlsx", book[:len(book)/2], "is not a whole .xlsx workbook (zip: not a valid zip file): it may have been cut short"},
		{"cut.csv", book[:len(book)/2], "is not a whole .xlsx workbook, though its name ends in .csv"},
		{"text.xlsx", otherZip(t), "is a zip archive but not an .xlsx workbook"},
		{"bomb.xlsx", bomb(t), "unpacks to more than 256 MB"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.want, func(t *testing.T) {
			in := input(t, tt.name, tt.content)
			_, err := table.Open(in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want it to say %q", err, tt.want)
			}
			if _, ok := errors.AsType[*metrics.Error](err); !ok {
				t.Errorf("error %T is not for people", err)
			}
			if why := table.WhyNot(in); why == nil || why.Error() != err.Error() {
				t.Errorf("WhyNot says %v, Open %v", why, err)
			}
		})
	}
}

func TestWhyNot(t *testing.T) {
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"census.csv", []byte("\ntotal,2021 super output area,mnemonic\n1,a,b\n"), `its columns are "total", "2021 super output area", "mnemonic"`},
		{"book.xlsx", workbook(t, []any{"Title"}, []any{"LA code", "Average\nrank "}), `its sheets are "Notes", "Data", and row 4 of sheet "Data" has "LA code", "Average rank"`},
		{"empty.xlsx", workbook(t), "has no table in it"},
		{"quote.csv", []byte("a,b\nc,\"d\n"), "row 2 is not CSV"},
		{"latin.csv", []byte("Ynys M\xf4n,1\n"), "row 1 is not UTF-8 text"},
		{"wide.csv", []byte(strings.Repeat(",", 3000)), "row 1 has 3001 columns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := table.WhyNot(input(t, tt.name, tt.content)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want it to say %q", err, tt.want)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	tests := map[string]string{
		"LSOA code (2011)":                           "lsoa code (2011)",
		"IMD - Average rank ":                        "imd - average rank",
		"Estimated\r\nPopulation  mid-2019 [note 9]": "estimated population mid-2019",
		"Geography[notes 1 and 2]":                   "geography",
		"\ufeffarea_code":                            "area_code",
		"All\u00a0ages":                              "all ages",
	}
	for in, want := range tests {
		if got := table.Header(in); got != want {
			t.Errorf("Header(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseCount(t *testing.T) {
	good := map[string]int64{"0": 0, "29199": 29199, "29,199": 29199, " 29199 ": 29199, "123.0": 123, "123.": 123, "1,234,567": 1234567,
		"1,234.00": 1234, "1e+05": 100000, "1.5E3": 1500, "007": 7}
	for in, want := range good {
		if got, err := table.ParseCount(in); err != nil || got != want {
			t.Errorf("ParseCount(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", " ", "-1", "+1", "1.5", "29,19", "1,23,456", ",1", "1 234", "#N/A", "[x]", "1e-3", "0x10", "1e300", "١", "NaN", "Inf", "1_000"} {
		if got, err := table.ParseCount(in); err == nil {
			t.Errorf("ParseCount(%q) = %d, want an error", in, got)
		}
	}
}

func TestQuote(t *testing.T) {
	if got, want := table.Quote([]string{"a\nb ", "", strings.Repeat("é", 100)}), `"a b", "`+strings.Repeat("é", 80)+`…"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := table.Quote(make([]string, 0)); got != "" {
		t.Errorf("got %q for none", got)
	}
	if got := table.Quote(slices.Repeat([]string{"x"}, 20)); !strings.HasSuffix(got, `"x", and 8 more`) {
		t.Errorf("a long list reads %s", got)
	}
}

// FuzzCSV holds that whatever a text file holds, reading it ends, in rows that
// count upwards or in an error for people.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\ufeffa\r\n\"b\nc\"\r\n", "a,\"b", "\xff\xfe", "a\x00", "PK\x03\x04", "<html>", "\n\n,,\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) == 0 {
			return
		}
		in := input(t, "f.csv", content)
		if err := table.WhyNot(in); err == nil {
			t.Fatal("WhyNot gave no reason")
		}
		book, err := table.Open(in)
		if err == nil {
			defer book.Close()
			last := 0
			for row, e := range book.Rows(book.Sheets()[0]) {
				if err = e; err != nil {
					break
				}
				if row.Number <= last {
					t.Fatalf("row %d comes after row %d", row.Number, last)
				}
				last = row.Number
			}
		}
		if err != nil && metrics.KindOf(err) == metrics.Internal {
			t.Fatalf("not an error for people: %v", err)
		}
	})
}
