package police

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// scanned is a row as the scanner gives it.
type scanned struct {
	line   int
	fault  fault
	fields []string
}

func scanAll(t testing.TB, src io.Reader, width, limit, buffer int) []scanned {
	t.Helper()
	s := &scanner{buf: make([]byte, buffer), limit: limit}
	s.reset(src, nil)
	if _, err := s.start(); err != nil {
		t.Fatal(err)
	}
	var rows []scanned
	for {
		fault, err := s.scan(width)
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		row := scanned{line: s.line, fault: fault}
		for i := range s.ends {
			row.fields = append(row.fields, string(s.field(i)))
		}
		rows = append(rows, row)
	}
}

func TestScan(t *testing.T) {
	long := strings.Repeat("x", 60)
	for _, tt := range []struct {
		name, text string
		width      int
		want       []scanned
	}{
		{"nothing", "", 0, nil},
		{"only line ends", "\n\r\n\n", 0, nil},
		{"LF", "a,b\nc,d\n", 2, []scanned{{1, 0, []string{"a", "b"}}, {2, 0, []string{"c", "d"}}}},
		{"CRLF", "a,b\r\nc,d\r\n", 2, []scanned{{1, 0, []string{"a", "b"}}, {2, 0, []string{"c", "d"}}}},
		{"last line without end", "a,b\nc,d", 2, []scanned{{1, 0, []string{"a", "b"}}, {2, 0, []string{"c", "d"}}}},
		{"last line ends in CR", "a,b\nc,d\r", 2, []scanned{{1, 0, []string{"a", "b"}}, {2, 0, []string{"c", "d"}}}},
		{"BOM", "\xef\xbb\xbfa,b\n", 2, []scanned{{1, 0, []string{"a", "b"}}}},
		{"empty lines count", "a,b\n\n\r\nc,d\n", 2, []scanned{{1, 0, []string{"a", "b"}}, {4, 0, []string{"c", "d"}}}},
		{"empty fields", ",\n,,\n", 2, []scanned{{1, 0, []string{"", ""}}, {2, 0, []string{"", "", ""}}}},
		{"quoted", "\"a,1\",\"b\"\n\"\",c\r\n", 2, []scanned{{1, 0, []string{"a,1", "b"}}, {2, 0, []string{"", "c"}}}},
		{"doubled quotes", "\"say \"\"a\"\"\",\"\"\"\"\n", 2, []scanned{{1, 0, []string{`say "a"`, `"`}}}},
		{"line ends within quotes", "\"a\nb\r\nc\",d\ne,f\n", 2, []scanned{{1, 0, []string{"a\nb\r\nc", "d"}}, {4, 0, []string{"e", "f"}}}},
		{"quoted to the end", "a,\"b\"", 2, []scanned{{1, 0, []string{"a", "b"}}}},
		{"quoted, CR and the end", "a,\"b\"\r", 2, []scanned{{1, 0, []string{"a", "b"}}}},
		{"a quote within a field is text", "5\" nail,b\n", 2, []scanned{{1, 0, []string{`5" nail`, "b"}}}},
		{"text after the closing quote", "\"a\"b,c\nd,e\n", 2, []scanned{{1, badQuote, nil}, {2, 0, []string{"d", "e"}}}},
		{"CR after the closing quote", "\"a\"\rb,c\nd,e\n", 2, []scanned{{1, badQuote, nil}, {2, 0, []string{"d", "e"}}}},
		{"a stray quote costs its own line", "\"a,b\nc,d\ne,f\n", 2, []scanned{{1, badQuote, nil}, {2, 0, []string{"c", "d"}}, {3, 0, []string{"e", "f"}}}},
		{"two stray quotes", "a,\"b\nc,d\n\",f\n", 2, []scanned{{1, badQuote, nil}, {2, 0, []string{"c", "d"}}, {3, badQuote, nil}}},
		{"too long", long + long + ",a\nc,d\n" + long + long, 2, []scanned{{1, tooLong, nil}, {2, 0, []string{"c", "d"}}, {3, tooLong, nil}}},
		{"as long as can be", long + "1234\n" + long + "12345\n", 1, []scanned{{1, 0, []string{long + "1234"}}, {2, tooLong, nil}}},
		{"quoted over the limit", "\"" + long + "\n" + long + "\",b\nc,d\n", 2, []scanned{{1, badQuote, nil}, {2, 0, []string{long + `"`, "b"}}, {3, 0, []string{"c", "d"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, buffer := range []int{65, 66, 71, 100, 4096} {
				got := scanAll(t, iotest.HalfReader(strings.NewReader(tt.text)), tt.width, 64, buffer)
				if !slices.EqualFunc(got, tt.want, func(a, b scanned) bool {
					return a.line == b.line && a.fault == b.fault && slices.Equal(a.fields, b.fields)
				}) {
					t.Errorf("with a buffer of %d:\ngot  %v\nwant %v", buffer, got, tt.want)
				}
			}
		})
	}
}

func TestScanReadError(t *testing.T) {
	s := &scanner{buf: make([]byte, 100), limit: 64}
	bad := errors.New("disk")
	s.reset(io.MultiReader(strings.NewReader(strings.Repeat("a,b\n", 100)), iotest.ErrReader(bad)), nil)
	for {
		if _, err := s.scan(2); err != nil {
			if !errors.Is(err, bad) {
				t.Errorf("got %v, want %v", err, bad)
			}
			return
		}
	}
}

// agreesWithCSV says where the scanner and encoding/csv differ on text that
// encoding/csv reads without a complaint; "" when they do not.
func agreesWithCSV(t testing.TB, text []byte) string {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\xef\xbb\xbf")))
	r.FieldsPerRecord = -1
	var want [][]string
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return ""
		}
		want = append(want, row)
	}
	got := scanAll(t, strings.NewReader(string(text)), 0, rowLimit, bufferSize)
	if len(got) != len(want) {
		return "different numbers of rows"
	}
	for i, row := range got {
		// encoding/csv makes LF of CRLF within quotes.
		for j, f := range row.fields {
			row.fields[j] = strings.ReplaceAll(f, "\r\n", "\n")
		}
		if row.fault != noFault || !slices.Equal(row.fields, want[i]) {
			return strings.Join(row.fields, "|") + " and " + strings.Join(want[i], "|")
		}
	}
	return ""
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{"a,b\n", "\"a\"\"b\",c\r\n\"d\ne\",\n", "\"", "a\"b,\"c\"\r", "\xef\xbb\xbf\"x\",\r\n\r\n", "\"a\r\"\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > rowLimit {
			return
		}
		if diff := agreesWithCSV(t, text); diff != "" {
			t.Errorf("encoding/csv reads %q differently: %s", text, diff)
		}
	})
}
