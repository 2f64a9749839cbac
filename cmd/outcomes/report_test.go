package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/dashboard"
	"outcomes/metrics"
)

// frozen is the whole demo with the standard report of a quarter frozen.
type frozen struct {
	server *dashboard.Server
	pack   metrics.Pack
	files  map[string][]byte // by name
}

func freezeDemo(t testing.TB, quarter string) frozen {
	t.Helper()
	st, err := makeDemo(t.Context(), t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	clock := newDemoClock(demoDay)
	var f frozen
	if f.server, err = dashboard.New(dashboard.Config{Store: st, Strategy: s, PublicViewing: true, Round: newRound(st, s, clock.now), Packs: st, Log: slog.New(slog.DiscardHandler), Now: clock.now}); err != nil {
		t.Fatal(err)
	}
	period, err := metrics.ParsePeriod(quarter)
	if err != nil {
		t.Fatal(err)
	}
	n, err := f.server.Freeze(t.Context(), metrics.ReportChoice{Period: period}, "", metrics.Person{Name: "Some scrutiny", Email: "scrutiny@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if f.pack, err = st.Pack(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	f.files = map[string][]byte{}
	for _, file := range f.pack.Files {
		body, err := st.PackFile(t.Context(), n, file.Name)
		if err != nil {
			t.Fatal(err)
		}
		f.files[file.Name] = body.Body
	}
	return f
}

func (f frozen) file(t testing.TB, ending string) []byte {
	t.Helper()
	body := f.files[f.pack.Report.FileName()+"."+ending]
	if len(body) == 0 {
		t.Fatalf("the pack has no %s", ending)
	}
	return body
}

func (f frozen) get(t testing.TB, path string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	f.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s answers %d: %s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

var (
	tableOnPage = regexp.MustCompile(`(?s)<caption[^>]*><span>([^<]*)</span></caption>(.*?)</table>`)
	rowOnPage   = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	cellOnPage  = regexp.MustCompile(`(?s)<t[hd][^>]*>(.*?)</t[hd]>`)
	markup      = regexp.MustCompile(`<[^>]*>`)
)

// tablesOnPage are a page's tables by caption, the heads first.
func tablesOnPage(page []byte) map[string][][]string {
	out := map[string][][]string{}
	for _, m := range tableOnPage.FindAllSubmatch(page, -1) {
		var rows [][]string
		for _, row := range rowOnPage.FindAllSubmatch(m[2], -1) {
			var cells []string
			for _, c := range cellOnPage.FindAllSubmatch(row[1], -1) {
				cells = append(cells, strings.TrimSpace(html.UnescapeString(markup.ReplaceAllString(string(c[1]), ""))))
			}
			rows = append(rows, cells)
		}
		out[html.UnescapeString(string(m[1]))] = rows
	}
	return out
}

var captionInWord = regexp.MustCompile(`^Table \d+\. (.*)$`)

// tablesInWord are a document's tables by caption, the heads first, and all of
// its paragraphs outside of tables.
func tablesInWord(t testing.TB, body []byte) (tables map[string][][]string, said []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tables = map[string][][]string{}
	var text, cell strings.Builder
	var row []string
	var rows [][]string
	inTable, caption := false, ""
	for d := xml.NewDecoder(f); ; {
		tok, err := d.Token()
		if err == io.EOF {
			return tables, said
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			text.Write(tok)
			cell.Write(tok)
		case xml.StartElement:
			switch tok.Name.Local {
			case "tbl":
				inTable, rows = true, nil
			case "tr":
				row = nil
			case "tc":
				cell.Reset()
			case "instrText": // what a field is made by
				if err := d.Skip(); err != nil {
					t.Fatal(err)
				}
			}
		case xml.EndElement:
			switch tok.Name.Local {
			case "tbl":
				tables[caption], inTable = rows, false
			case "tr":
				rows = append(rows, row)
			case "tc":
				row = append(row, strings.TrimSpace(cell.String()))
			case "p":
				if !inTable {
					said = append(said, strings.TrimSpace(text.String()))
					if m := captionInWord.FindStringSubmatch(strings.TrimSpace(text.String())); m != nil {
						caption = m[1]
					}
				}
				text.Reset()
			}
		}
	}
}

var noteMarks = regexp.MustCompile(`( \[note \d+\])+$`)

// tablesInWorkbook are a workbook's tables by the title over each, the heads
// first; numbers are as they are kept.
func tablesInWorkbook(t testing.TB, body []byte) map[string][][]string {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	out := map[string][][]string{}
	for _, sheet := range x.GetSheetList() {
		tables, err := x.GetTables(sheet)
		if err != nil || len(tables) == 0 {
			continue
		}
		rows, err := x.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		_, head, err := excelize.CellNameToCoordinates(strings.Split(tables[0].Range, ":")[0])
		if err != nil {
			t.Fatal(err)
		}
		out[noteMarks.ReplaceAllString(rows[0][0], "")] = rows[head-1:]
	}
	return out
}

type packFigure struct {
	Indicator, AreaCode, Period, Shorthand      string
	Value, Numerator, Denominator, Lower, Upper *float64
}

func (f *packFigure) UnmarshalJSON(body []byte) error {
	var r struct {
		Indicator   string   `json:"indicator"`
		AreaCode    string   `json:"area_code"`
		Period      any      `json:"period"`
		Shorthand   string   `json:"shorthand"`
		Value       *float64 `json:"value"`
		Numerator   *float64 `json:"numerator"`
		Denominator *float64 `json:"denominator"`
		Lower       *float64 `json:"lower"`
		Upper       *float64 `json:"upper"`
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return err
	}
	*f = packFigure{r.Indicator, r.AreaCode, fmt.Sprint(r.Period), r.Shorthand, r.Value, r.Numerator, r.Denominator, r.Lower, r.Upper}
	return nil
}

func (f packFigure) key() string { return f.Indicator + " " + f.AreaCode + " " + f.Period }

// numbers are a figure's numbers as files write them, to six decimal places; ""
// where there is none.
func (f packFigure) numbers() [6]string {
	out := [6]string{5: f.Shorthand}
	for i, v := range []*float64{f.Value, f.Numerator, f.Denominator, f.Lower, f.Upper} {
		if v != nil {
			out[i] = sixPlaces(*v)
		}
	}
	return out
}

func sixPlaces(v float64) string { return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64) }

// Every value of a pack is the same wherever it stands: on the page, in the
// document, the workbook, the CSV, the JSON and what the API answers; suppressed
// ones included.
func TestPackIsTheSameEverywhere(t *testing.T) {
	for _, quarter := range []string{"2019-Q2", "2019-Q1"} {
		t.Run(quarter, func(t *testing.T) { samePack(t, freezeDemo(t, quarter)) })
	}
}

func samePack(t *testing.T, f frozen) {
	r := f.pack.Report
	page := tablesOnPage(f.get(t, "/reports/"+strconv.Itoa(r.Number)))
	document, said := tablesInWord(t, f.file(t, "docx"))
	workbook := tablesInWorkbook(t, f.file(t, "xlsx"))

	// The figures, from the three ways in which they come as such.
	figures := map[string][6]string{}
	suppressed, available := 0, 0
	for _, one := range r.Figures {
		p := packFigure{one.Indicator, one.Area.Code, one.Period.Code(), one.Shorthand(), one.Value, one.Numerator, one.Denominator, one.Lower, one.Upper}
		figures[p.key()] = p.numbers()
		switch one.Status {
		case metrics.Suppressed:
			suppressed++
			if p.numbers() != [6]string{5: "[c]"} {
				t.Errorf("%s is suppressed and in the pack: %q", p.key(), p.numbers())
			}
		case metrics.Available:
			available++
		}
	}
	var inFile, inAPI struct{ Figures []packFigure }
	if err := json.Unmarshal(f.file(t, "json"), &inFile); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(f.get(t, "/api/v1/packs/"+strconv.Itoa(r.Number)), &inAPI); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(f.file(t, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var inCSV []packFigure
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for _, row := range rows[1:] {
		if row[at["breakdown_by"]] != "" || row[at["breakdown"]] != "" {
			continue
		}
		p := packFigure{Indicator: row[at["indicator"]], AreaCode: row[at["area_code"]], Period: row[at["period"]], Shorthand: row[at["shorthand"]]}
		for name, to := range map[string]**float64{"value": &p.Value, "numerator": &p.Numerator, "denominator": &p.Denominator, "lower": &p.Lower, "upper": &p.Upper} {
			if text := row[at[name]]; text != "" {
				v, err := strconv.ParseFloat(text, 64)
				if err != nil {
					t.Fatal(err)
				}
				*to = &v
			}
		}
		if row[at["report_sha256"]] != r.SHA256 || row[at["report_version"]] != r.Version() {
			t.Errorf("%s: the row says it is of %s, %s", p.key(), row[at["report_version"]], row[at["report_sha256"]])
		}
		inCSV = append(inCSV, p)
	}
	for name, list := range map[string][]packFigure{"CSV": inCSV, "JSON": inFile.Figures, "API": inAPI.Figures} {
		if len(list) != len(figures) {
			t.Errorf("%s has %d figures, the pack %d", name, len(list), len(figures))
		}
		for _, p := range list {
			if p.numbers() != figures[p.key()] {
				t.Errorf("%s: %s in the %s is %q, in the pack %q", p.key(), p.Indicator, name, p.numbers(), figures[p.key()])
			}
		}
	}
	if available < 150 || suppressed < 5 {
		t.Errorf("only %d figures available, %d suppressed", available, suppressed)
	}

	// The tables, from the three ways in which they come as such, and against the figures.
	cells, hidden, ofFigures := 0, 0, 0
	for _, sec := range r.Sections {
		for _, b := range sec.Blocks {
			switch {
			case b.Paragraph != "":
				if !slices.Contains(said, b.Paragraph) {
					t.Errorf("the document does not say %q", b.Paragraph)
				}
			case b.Chart != nil:
				sameChart(t, r, b.Chart)
			}
			table := b.Table
			if table == nil {
				continue
			}
			onPage, inWord := page[table.Title], document[table.Title]
			inBook := workbook[table.Title]
			if inBook == nil {
				t.Fatalf("the workbook has no table %q, only %q", table.Title, slices.Sorted(maps.Keys(workbook)))
			}
			if len(onPage) != len(table.Rows)+1 || len(inWord) != len(table.Rows)+1 || len(inBook) != len(table.Rows)+1 {
				t.Fatalf("%s: %d rows on the page, %d in the document, %d in the workbook, want %d", table.Title, len(onPage), len(inWord), len(inBook), len(table.Rows)+1)
			}
			for i, row := range table.Rows {
				for j, c := range row {
					cells++
					if onPage[i+1][j] != c.Text || inWord[i+1][j] != c.Text {
						t.Errorf("%s, %s, %s: %q on the page, %q in the document, %q in the pack", table.Title, row[0].Text, table.Columns[j].Head, onPage[i+1][j], inWord[i+1][j], c.Text)
					}
					col := slices.IndexFunc(inBook[0], func(head string) bool {
						return head == table.Columns[j].Head || strings.HasPrefix(head, table.Columns[j].Head+" (")
					})
					if col < 0 {
						t.Fatalf("%s: the workbook has no column %s: %q", table.Title, table.Columns[j].Head, inBook[0])
					}
					got := inBook[i+1][col]
					switch {
					case c.Number == nil:
						if got != c.Text {
							t.Errorf("%s, %s: %q in the workbook, want %q", table.Title, row[0].Text, got, c.Text)
						}
						if c.Shorthand == "[c]" {
							hidden++
						}
					default:
						v, err := strconv.ParseFloat(got, 64)
						if err != nil || math.Abs(v-*c.Number) > 1e-6 {
							t.Errorf("%s, %s: %q in the workbook, want %v", table.Title, row[0].Text, got, *c.Number)
						}
					}
				}
			}
			ofFigures += againstFigures(t, r, table, figures)
		}
	}
	if cells < 500 || hidden < 5 || ofFigures < 60 {
		t.Errorf("only %d cells, %d of them hidden, and %d that are a figure's value", cells, hidden, ofFigures)
	}
	t.Logf("%d figures available, %d suppressed; %d cells in page, document and workbook, %d hidden; %d cells are a figure's value", available, suppressed, cells, hidden, ofFigures)
}

// againstFigures finds the figures of an indicator's own table by their periods.
func againstFigures(t *testing.T, r *metrics.Report, table *metrics.ReportTable, figures map[string][6]string) (found int) {
	t.Helper()
	for _, f := range r.Figures {
		if f.Indicator != table.ID || f.Area.Code != r.Area.Code {
			continue
		}
		for _, row := range table.Rows {
			if !strings.EqualFold(row[0].Text, f.Period.Label()) {
				continue
			}
			value := figures[f.Indicator+" "+f.Area.Code+" "+f.Period.Code()][0]
			if value == "" {
				if !slices.ContainsFunc(row[1:], func(c metrics.ReportCell) bool { return c.Text == f.Status.Shorthand() }) {
					t.Errorf("%s, %s: the figure is %s, and the row is %v", table.Title, row[0].Text, f.Status, row)
				}
				continue
			}
			if !slices.ContainsFunc(row[1:], func(c metrics.ReportCell) bool {
				return c.Number != nil && sixPlaces(*c.Number) == value
			}) {
				t.Errorf("%s, %s: no cell is the figure's %s", table.Title, row[0].Text, value)
			}
			found++
		}
	}
	return found
}

// sameChart sets a chart's values beside its table's.
func sameChart(t *testing.T, r *metrics.Report, c *metrics.ReportChart) {
	t.Helper()
	var table *metrics.ReportTable
	for _, sec := range r.Sections {
		for _, b := range sec.Blocks {
			if b.Table != nil && b.Table.ID == c.TableID {
				table = b.Table
			}
		}
	}
	if table == nil || c.Alt == "" || c.Title == "" {
		t.Fatalf("the chart %s has no table, no title or no words for those who cannot see it", c.ID)
	}
	for _, s := range c.Series {
		col := slices.IndexFunc(table.Columns, func(col metrics.ReportColumn) bool { return col.Head == s.Name })
		if col < 0 {
			t.Fatalf("%s: the table has no column %s", c.ID, s.Name)
		}
		for i, v := range s.Values {
			if n := table.Rows[i][col].Number; (n == nil) != (v == nil) || n != nil && *n != *v {
				t.Errorf("%s, %s, %s: the chart and the table differ", c.ID, s.Name, c.Periods[i].Label)
			}
		}
	}
}
