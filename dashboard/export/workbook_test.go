package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

func workbook(t testing.TB, r *metrics.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, Workbook(&b, r))
	return b.Bytes()
}

// kept writes a workbook to a file of the report's name.
func kept(t testing.TB, r *metrics.Report) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), r.FileName()+".xlsx")
	must(t, os.WriteFile(file, workbook(t, r), 0o644))
	return file
}

func TestWorkbookKeepsEveryRule(t *testing.T) {
	for name, r := range map[string]*metrics.Report{"full": full(), "large": large(5, 7, 40, 50), "bare": bare(), "hostile": hostile()} {
		t.Run(name, func(t *testing.T) {
			for _, broken := range check(t, kept(t, r)) {
				t.Error(broken)
			}
		})
	}
}

func TestWorkbookIsTheSameEachTime(t *testing.T) {
	want := workbook(t, full())
	for range 20 {
		if got := workbook(t, full()); !bytes.Equal(got, want) {
			a, b := unpack(t, want), unpack(t, got)
			for name := range a {
				if a[name] != b[name] {
					t.Errorf("%s is\n%s\nand\n%s", name, a[name], b[name])
				}
			}
			t.Fatal("the same report makes two files")
		}
	}
}

// tableOf is a report's table by its ID.
func tableOf(t testing.TB, r *metrics.Report, id string) *metrics.ReportTable {
	t.Helper()
	for _, s := range r.Sections {
		for _, b := range s.Blocks {
			if b.Table != nil && b.Table.ID == id {
				return b.Table
			}
		}
	}
	t.Fatalf("no table %s", id)
	return nil
}

// A cell holds the number that the report has, to six decimals, and shows it as
// the report does; a number that is not there is its shorthand.
func TestWorkbookSaysWhatTheReportSays(t *testing.T) {
	r := full()
	o := open(t, kept(t, r))
	sheets := 0
	for _, section := range r.Sections {
		for _, block := range section.Blocks {
			if block.Table == nil {
				continue
			}
			sheets++
			want := block.Table
			var s *sheet
			for _, other := range o.sheets {
				if strings.HasPrefix(other.name, strconv.Itoa(sheets)+" ") && !other.chart {
					s = other
				}
			}
			if s == nil {
				t.Fatalf("no sheet of table %d", sheets)
			}
			title, _, _ := strings.Cut(s.at(1, 1).text, " [note")
			if title != want.Title {
				t.Errorf("%s is titled %q, want %q", s.name, title, want.Title)
			}
			shift := map[bool]int{true: 1}[s.headOf(2) == "Period in short"]
			for i, row := range want.Rows {
				for j, cell := range row {
					col := j + 1
					if j > 0 {
						col += shift
					}
					got := s.at(col, s.topOf()+1+i)
					shown, err := o.x.GetCellValue(s.name, got.ref)
					must(t, err)
					switch {
					case cell.Shorthand == "[c]" || cell.Shorthand == "[x]":
						if got.number || got.text != cell.Shorthand {
							t.Errorf("%s!%s is %q, want %s", s.name, got.ref, got.text, cell.Shorthand)
						}
					case want.Columns[j].Numeric:
						v, err := strconv.ParseFloat(got.text, 64)
						if !got.number || err != nil || v != *finite(cell.Number) || shown != cell.Text {
							t.Errorf("%s!%s is %q, shown as %q; want %v, %q", s.name, got.ref, got.text, shown, *cell.Number, cell.Text)
						}
						if mark := s.at(s.tables[0].right, got.row).text; cell.Shorthand == "[p]" != strings.Contains(mark, "[p] "+want.Columns[j].Head) {
							t.Errorf("%s!%s is marked %q, and beside it stands %q", s.name, got.ref, cell.Shorthand, mark)
						}
					case got.text != cell.Text:
						t.Errorf("%s!%s is %q, want %q", s.name, got.ref, got.text, cell.Text)
					}
				}
			}
			for _, note := range want.Notes {
				if !slices.ContainsFunc(o.sheet("Notes").body(), func(c cellAt) bool {
					return c.text == note && strings.Contains(o.sheet("Notes").at(3, c.row).text, s.name) && strings.Contains(s.at(1, 1).text, "["+o.sheet("Notes").at(1, c.row).text+"]")
				}) {
					t.Errorf("%s does not lead to its note %q", s.name, note)
				}
			}
		}
	}
	all := strings.Builder{}
	for _, s := range o.sheets {
		for _, c := range s.order {
			all.WriteString(c.text + "\n")
		}
	}
	for _, want := range append(slices.Clone(r.Headlines), r.Cite, r.Licence, r.Address, "Ann Example", "20 May 2019", "14 May 2019", "pack 3", "Two things were asked:\n- what changed in recording", "Intervals of rates are by Byar's method.", "Home Office",
		"Marked on the chart: A, Recording of stalking changed, April 2017 (break in the series); B, City summit, January 2019") {
		if !strings.Contains(all.String(), want) {
			t.Errorf("nowhere is it said: %q", want)
		}
	}
	if props, err := o.x.GetDocProps(); err != nil || props.Created != "2019-05-20T10:00:00Z" || props.Creator != r.Partnership || !strings.Contains(props.Title, "Invented") {
		t.Errorf("properties %+v (%v)", props, err)
	}
}

// The chart's XML, as far as its numbers go.
type chartXML struct {
	Series []struct {
		Name  string `xml:"tx>v"`
		Names struct {
			F      string     `xml:"strRef>f"`
			Points []pointXML `xml:"strRef>strCache>pt"`
			Lit    []pointXML `xml:"strLit>pt"`
		} `xml:"cat"`
		Values struct {
			F      string     `xml:"numRef>f"`
			Points []pointXML `xml:"numRef>numCache>pt"`
			Lit    []pointXML `xml:"numLit>pt"`
		} `xml:"val"`
	} `xml:"chart>plotArea>lineChart>ser"`
	Hidden []struct {
		Index struct {
			Val int `xml:"val,attr"`
		} `xml:"idx"`
	} `xml:"chart>legend>legendEntry"`
}

type pointXML struct {
	Index int    `xml:"idx,attr"`
	V     string `xml:"v"`
}

// cellsOf are the cells that a formula of a chart names, in order.
func cellsOf(t testing.TB, o *opened, formula string) (out []cellAt) {
	t.Helper()
	for area := range strings.SplitSeq(strings.Trim(formula, "()"), ",") {
		m := regexp.MustCompile(`^'(.+)'!\$([A-Z]+)\$([0-9]+)(?::\$[A-Z]+\$([0-9]+))?$`).FindStringSubmatch(area)
		if m == nil {
			t.Fatalf("%q is no area", area)
		}
		col, err := excelize.ColumnNameToNumber(m[2])
		must(t, err)
		from, _ := strconv.Atoi(m[3])
		to, _ := strconv.Atoi(m[4])
		for row := from; row <= max(from, to); row++ {
			out = append(out, o.sheet(m[1]).at(col, row))
		}
	}
	return out
}

// What a chart draws, what the cells that it draws from hold, and what the
// report's chart says are the same. Where there is no number it is a gap, and no
// line goes over a break.
func TestWorkbookCharts(t *testing.T) {
	r := full()
	o := open(t, kept(t, r))
	for sheet, c := range map[string]*metrics.ReportChart{"1 Chart": r.Sections[0].Blocks[3].Chart, "2 Chart": r.Sections[1].Blocks[1].Chart} {
		var drawn chartXML
		must(t, xml.Unmarshal([]byte(o.parts[o.target(o.sheet(sheet).target("drawing"), "chart")]), &drawn))
		got := map[string]map[int]float64{}
		segments := map[string]int{}
		for _, s := range drawn.Series {
			if s.Names.F == "" || s.Values.F == "" {
				t.Errorf("%s: %s is not drawn from cells", sheet, s.Name)
				continue
			}
			names, values := cellsOf(t, o, s.Names.F), cellsOf(t, o, s.Values.F)
			if len(names) != len(c.Periods) || len(values) != len(c.Periods) || len(s.Names.Points) != len(names) {
				t.Fatalf("%s: %s has %d names and %d values", sheet, s.Name, len(names), len(values))
			}
			for i, p := range c.Periods {
				if names[i].text != p.Short || s.Names.Points[i].V != p.Short {
					t.Errorf("%s: %q, %q stand for %s", sheet, names[i].text, s.Names.Points[i].V, p.Short)
				}
			}
			cached := map[int]string{}
			for _, p := range s.Values.Points {
				cached[p.Index] = p.V
			}
			if got[s.Name] == nil {
				got[s.Name] = map[int]float64{}
			}
			segments[s.Name]++
			for i, v := range values {
				if v.text != cached[i] || v.text != "" && !v.number {
					t.Errorf("%s: %s at %d is %q in the cell and %q in the chart", sheet, s.Name, i, v.text, cached[i])
				}
				if v.text != "" {
					n, err := strconv.ParseFloat(v.text, 64)
					must(t, err)
					got[s.Name][i] = n
				}
			}
		}
		for _, s := range c.Series {
			for i := range c.Periods {
				v, ok := got[s.Name][i]
				if want := finite(s.Values[i]); ok != (want != nil) || ok && v != *want {
					t.Errorf("%s: %s at %d is %v, want %v", sheet, s.Name, i, v, want)
				}
			}
			if segments[s.Name] != 1+len(s.BreakBefore) {
				t.Errorf("%s: %s is drawn as %d lines, with %d breaks", sheet, s.Name, segments[s.Name], len(s.BreakBefore))
			}
		}
		for _, h := range drawn.Hidden {
			if name := drawn.Series[h.Index.Val].Name; !slices.Contains([]string{"Coventry", "Events", "Breaks in the series"}, name) {
				t.Errorf("%s: the legend leaves out %s", sheet, name)
			}
		}
	}
	if names := o.sheet("2 Neighbourhoods among the 10%"); names.headOf(2) != "Period in short" || !names.at(2, names.topOf()+1).number {
		t.Error("years on an axis are not kept as numbers")
	}
}

// A chart whose table says something else, or that has none, is drawn from its
// own numbers.
func TestWorkbookChartWithoutItsTable(t *testing.T) {
	for name, change := range map[string]func(*metrics.ReportTable, *metrics.ReportChart){
		"no table":                   func(_ *metrics.ReportTable, c *metrics.ReportChart) { c.TableID = "other" },
		"another number":             func(t *metrics.ReportTable, _ *metrics.ReportChart) { t.Rows[0][1].Number = number64(99) },
		"another heading":            func(t *metrics.ReportTable, _ *metrics.ReportChart) { t.Columns[1].Head = "City" },
		"a period twice":             func(t *metrics.ReportTable, _ *metrics.ReportChart) { t.Rows[1][0].Text = t.Rows[0][0].Text },
		"a period that is not in it": func(t *metrics.ReportTable, c *metrics.ReportChart) { c.Periods[0].Label = "some time" },
	} {
		t.Run(name, func(t *testing.T) {
			r := full()
			chart := r.Sections[0].Blocks[3].Chart
			change(tableOf(t, r, "violence-rate-quarter"), chart)
			o := open(t, kept(t, r))
			sheet := "1 Chart"
			if chart.TableID == "other" {
				sheet = "Chart"
			}
			var drawn chartXML
			must(t, xml.Unmarshal([]byte(o.parts[o.target(o.sheet(sheet).target("drawing"), "chart")]), &drawn))
			got := map[int]string{}
			for _, s := range drawn.Series {
				if s.Name == "Coventry" {
					if s.Values.F != "" {
						t.Errorf("drawn from %s", s.Values.F)
					}
					for _, p := range s.Values.Lit {
						got[p.Index] = p.V
					}
				}
			}
			for i, v := range chart.Series[0].Values {
				if got[i] != number(v) {
					t.Errorf("at %d there is %q, want %q", i, got[i], number(v))
				}
			}
			for _, broken := range check(t, kept(t, r)) {
				t.Error(broken)
			}
		})
	}
}

// The same figure is the same in every file, and a suppressed one in none.
func TestFiguresAreTheSameInEveryFile(t *testing.T) {
	r := large(0, 0, 0, 60)
	r.Sample = true
	for i := range r.Figures {
		if r.Figures[i].Status == metrics.Suppressed {
			r.Figures[i].Numerator, r.Figures[i].Value = number64(3141.592), number64(2718.281)
		}
	}
	var c, j bytes.Buffer
	must(t, ReportCSV(&c, r), ReportJSON(&j, r))
	rows, err := csv.NewReader(bytes.NewReader(c.Bytes())).ReadAll()
	must(t, err)
	var file struct {
		Report  map[string]any
		Figures []map[string]any
	}
	must(t, json.Unmarshal(j.Bytes(), &file))
	o := open(t, kept(t, r))
	s := o.sheet("Figures")
	if len(rows)-1 != len(r.Figures) || len(file.Figures) != len(r.Figures) || s.tables[0].bottom-s.topOf() != len(r.Figures) {
		t.Fatalf("%d figures: %d in the CSV, %d in the JSON, %d in the workbook", len(r.Figures), len(rows)-1, len(file.Figures), s.tables[0].bottom-s.topOf())
	}
	if !slices.Equal(rows[0], ReportColumns) || !slices.Equal(s.header(s.tables[0]), ReportColumns) {
		t.Errorf("columns %q, %q", rows[0], s.header(s.tables[0]))
	}
	for i, f := range r.Figures {
		for col, name := range ReportColumns {
			inCSV, inBook := rows[i+1][col], s.at(col+1, s.topOf()+1+i)
			switch {
			case inCSV == "":
				if !regexp.MustCompile(`^(\[[xcz]\]|none)$`).MatchString(inBook.text) {
					t.Errorf("%d: %s is empty in the CSV and %q in the workbook", i, name, inBook.text)
				}
			case inBook.text != inCSV || inBook.number != numeric[name]:
				t.Errorf("%d: %s is %q in the CSV and %q in the workbook", i, name, inCSV, inBook.text)
			}
			v, ok := file.Figures[i][name]
			if !ok {
				continue // said once, of the report
			}
			said := ""
			switch v := v.(type) {
			case string:
				said = text(v)
			case float64:
				said = strconv.FormatFloat(v, 'f', -1, 64)
			case bool:
				said = strconv.FormatBool(v)
			case []any:
				var all []string
				for _, n := range v {
					all = append(all, n.(string))
				}
				said = strings.Join(all, " ")
			}
			if said != inCSV {
				t.Errorf("%d: %s is %q in the JSON and %q in the CSV", i, name, said, inCSV)
			}
		}
		at := slices.Index(ReportColumns, "value")
		want := ""
		if v := finite(f.Value); f.Status == metrics.Available && v != nil {
			want = strconv.FormatFloat(*v, 'f', -1, 64)
		}
		if rows[i+1][at] != want {
			t.Errorf("%d: the value is %q, want %q", i, rows[i+1][at], want)
		}
		if f.Status == metrics.Suppressed && s.at(at+1, s.topOf()+1+i).text != "[c]" {
			t.Errorf("%d: a suppressed value is %q", i, s.at(at+1, s.topOf()+1+i).text)
		}
	}
	for name, body := range map[string]string{"CSV": c.String(), "JSON": j.String(), "workbook": strings.Join(slices.Collect(mapValues(o.parts)), "")} {
		for _, secret := range []string{"3141.592", "2718.281"} {
			if strings.Contains(body, secret) {
				t.Errorf("the %s shows %s, which is suppressed", name, secret)
			}
		}
	}
	if file.Report["version"] != "pack 4" || file.Report["as_at"] != r.AsAt || file.Report["sample"] != true || file.Report["citation"] != r.Cite {
		t.Errorf("of the report it says %v", file.Report)
	}
	last := rows[1][len(Columns):]
	if !slices.Equal(last, []string{"Violence and sexual offences", r.Title, "pack 4", r.AsAt, r.Licence, r.Address, r.SHA256}) {
		t.Errorf("a row ends with %q", last)
	}
}

func mapValues(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// A suppressed number that was left in a table or a chart by mistake is shown
// nowhere.
func TestWorkbookShowsNoSuppressedNumber(t *testing.T) {
	r := full()
	tab, chart := tableOf(t, r, "violence-rate-quarter"), r.Sections[0].Blocks[3].Chart
	tab.Rows[5][2].Number, chart.Series[1].Values[5] = number64(3141.592), number64(3141.592)
	tab.Rows[3][1].Number, tab.Rows[3][1].Text = number64(2718.281), "2,718.3"
	o := open(t, kept(t, r))
	for name, body := range o.parts {
		for _, secret := range []string{"3141.592", "2718.281", "2,718.3"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %s", name, secret)
			}
		}
	}
	if s := o.sheet("1 Violence and sexual offences"); s.at(4, s.topOf()+6).text != "[c]" || s.at(3, s.topOf()+4).text != "[x]" {
		t.Error("the shorthand is not there")
	}
}

// hostile is a report whose words try to get out of the files.
func hostile() *metrics.Report {
	r := full()
	formula, markup := "=cmd|' /C calc'!A0", "</script><script>alert(1)</script>"
	r.Title = formula + markup
	r.Partnership = "@SUM(1)\x00\x07\ufffe" + markup
	r.Area.Name = "+1+1 " + markup
	r.Licence, r.Cite, r.FrozenBy = "-1+1", formula, formula
	r.Address = "javascript:alert(1)"
	r.Headlines = append(r.Headlines, formula, strings.Repeat("long ", 8000), "\x01\x02")
	tab, chart := tableOf(t0{}, r, "violence-rate-quarter"), r.Sections[0].Blocks[3].Chart
	tab.Title, tab.Source = "='"+markup+"[]:?/\\ _x0041_", formula
	tab.Notes = append(tab.Notes, formula, "[note 7]", strings.Repeat("n", 40000))
	tab.Columns[0].Head = "=1\n+1" + markup
	tab.Columns[1].Head, chart.Series[0].Name = "target", "target" // as another, but for its capital
	tab.Columns[2].Head = strings.Repeat("head ", 100)
	chart.Title, chart.Alt, chart.Source, chart.Axis = formula+markup, `" onload="x" [note 3] `+markup, markup, markup
	chart.Markers[1].Label = markup
	r.Sections[0].Blocks[0].Heading = "-1"
	r.Sections[0].Blocks[5].Commentary.Text = strings.Repeat("😀 commentary ", 4000) + markup + "\n\n" + formula + "\n\n\x0b\n\n_x000D_"
	spend := tableOf(t0{}, r, "r1")
	spend.Title = tab.Title
	spend.Rows[0][0].Text = formula
	spend.Rows[1][0].Text = strings.Repeat("x", 40000)
	spend.Columns = append(spend.Columns, metrics.ReportColumn{}, metrics.ReportColumn{}) // without a heading, and rows too short
	spend.Rows[0][1].Number = number64(math.Inf(1))
	r.Sources = append(r.Sources, metrics.ReportSource{Name: formula, URL: "file:///etc/passwd", Publisher: markup}, metrics.ReportSource{Name: "A long one", URL: "https://example.org/" + strings.Repeat("a", 3000)})
	r.Key = append(r.Key, metrics.Shorthand{Mark: "[u]", Meaning: formula})
	r.Figures[0].Title, r.Figures[0].Source, r.Figures[0].Sentence = formula, markup, strings.Repeat("s", 40000)
	r.Figures[1].Indicator, r.Figures[1].Reason = "\x00@x", "\u202e"+formula
	return r
}

// t0 is for helpers outside a test: a failure there is a panic.
type t0 struct{ testing.TB }

func (t0) Helper()                        {}
func (t0) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

func TestHostileWords(t *testing.T) {
	r := hostile()
	o := open(t, kept(t, r))
	for name, body := range o.parts {
		if strings.Contains(body, "<script") || strings.Contains(body, "<f>") && !strings.Contains(name, "charts/") || strings.ContainsAny(body, "\x00\x01\x07\x0b") {
			t.Errorf("%s has markup, a formula or a control character", name)
		}
		if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") {
			continue
		}
		for dec := xml.NewDecoder(strings.NewReader(body)); ; {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
		}
	}
	cuts := 0
	for _, s := range o.sheets {
		for _, c := range s.order {
			if n := utf16Len(c.text); n > maxCell {
				t.Errorf("%s!%s holds %d characters", s.name, c.ref, n)
			}
			if strings.HasSuffix(c.text, cutWord) {
				cuts++
			}
		}
		for _, l := range s.xml.Links {
			if l.Location == "" && s.name == "Cover" {
				t.Error("the cover leads to javascript:")
			}
		}
	}
	if cuts < 6 {
		t.Errorf("%d texts say that they were cut", cuts)
	}
	if n := len(o.rels(o.sheet("Sources").part).List); n != 2 { // the police's page and the table
		t.Errorf("the sources lead to %d places", n)
	}
	var c, j bytes.Buffer
	must(t, ReportCSV(&c, r), ReportJSON(&j, r))
	if strings.Contains(j.String(), "</script>") || strings.ContainsAny(c.String()+j.String(), "\x00\x07") {
		t.Error("markup or control characters in the CSV or the JSON")
	}
	rows, err := csv.NewReader(&c).ReadAll()
	must(t, err)
	for _, row := range rows {
		for i, cell := range row {
			if !numeric[ReportColumns[i]] && cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Errorf("%s starts a formula: %q", ReportColumns[i], cell[:min(len(cell), 40)])
			}
		}
	}
	must(t, json.Unmarshal(j.Bytes(), &struct{}{}))
}

func TestCut(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"short", "short"},
		{strings.Repeat("a", 60), strings.Repeat("a", 60)},
		{strings.Repeat("é", 60), strings.Repeat("é", 60)},
		{strings.Repeat("😀", 30), strings.Repeat("😀", 30)},
	} {
		if got := cut(c.text, 60); got != c.want {
			t.Errorf("%q became %q", c.text, got)
		}
	}
	for _, s := range []string{strings.Repeat("a", 61), strings.Repeat("é", 61), strings.Repeat("😀", 31), strings.Repeat("a😀", 21)} {
		if got := cut(s, 60); utf16Len(got) > 60 || utf16Len(got) < 57 || !strings.HasSuffix(got, cutWord) {
			t.Errorf("%q became %q, %d long", s, got, utf16Len(got))
		}
	}
}

// Forty indicators over fifteen years, by quarter and by month.
func TestWorkbookOfFifteenYears(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	r := large(40, 80, 180, 40*60)
	o := open(t, kept(t, r))
	for _, broken := range brokenIn(o) {
		t.Error(broken)
	}
	charts := 0
	for _, s := range o.sheets {
		if s.chart {
			charts++
		}
	}
	if charts != 40 || len(o.sheets) != 3+1+80+40+1 {
		t.Errorf("%d charts on %d sheets", charts, len(o.sheets))
	}
}

func TestWorkbookSheetNames(t *testing.T) {
	b := &book{sheetNames: map[string]bool{}}
	for _, c := range []struct{ name, want string }{
		{"1 Violence and sexual offences, offences per 1,000 residents", "1 Violence and sexual offences"},
		{"1 violence and sexual offences: rates", "1 violence and sexual (2)"},
		{"1 Violence and sexual offences – rates", "1 Violence and sexual (3)"},
		{"2 " + strings.Repeat("x", 60), "2 " + strings.Repeat("x", 29)},
		{"'[:]*", "Sheet"},
		{"", "Sheet (2)"},
		{strings.Repeat("😀", 20), strings.Repeat("😀", 15)},
	} {
		if got := b.sheetName(c.name); got != c.want {
			t.Errorf("%q is named %q, want %q", c.name, got, c.want)
		}
	}
	b.tableNames = map[string]bool{}
	for _, c := range []struct{ id, want string }{{"q1", "q1_table"}, {"Q1", "q1_table_2"}, {"violence-rate", "violence_rate"}, {"2019-rate", "table_2019_rate"}, {"", "table_"}, {"R1C1", "r1c1_table"}, {"é", "table__2"}} {
		if got := b.tableName(c.id); got != c.want {
			t.Errorf("%q is named %q, want %q", c.id, got, c.want)
		}
	}
}

// Two tables of one title have a sheet each.
func TestWorkbookTablesOfOneTitle(t *testing.T) {
	r := bare()
	a, _ := trend("one", "Violence", 4)
	b, _ := trend("two", "Violence", 4)
	c, _ := trend("one", "Violence", 4) // an ID twice is a mistake, and no reason for no workbook
	r.Sections = []metrics.ReportSection{{Number: 1, Title: "Violence", Blocks: []metrics.ReportBlock{{Table: a}, {Table: b}, {Table: c}, {Table: &metrics.ReportTable{ID: "none"}}, {Table: &metrics.ReportTable{ID: "rows", Title: "No rows", Columns: []metrics.ReportColumn{{Head: "Period"}, {Head: "Value", Numeric: true}}}}}}}
	at := kept(t, r)
	for _, broken := range check(t, at) {
		t.Error(broken)
	}
	o := open(t, at)
	var names []string
	for _, s := range o.sheets {
		names = append(names, s.name)
	}
	if want := []string{"Cover", "Contents", "Notes", "Report text", "1 Violence, offences per 1,000", "2 Violence, offences per 1,000", "3 Violence, offences per 1,000", "4 No rows"}; !slices.Equal(names, want) {
		t.Errorf("sheets %q, want %q", names, want)
	}
	if s := o.sheet("4 No rows"); s.at(1, s.topOf()+1).text != "[z]" {
		t.Error("a table without rows does not say so")
	}
}

type brokenDisk struct{ left int }

func (d *brokenDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestAFullDiskIsAnError(t *testing.T) {
	r := full()
	for name, write := range map[string]func(io.Writer) error{
		"workbook": func(w io.Writer) error { return Workbook(w, r) },
		"CSV":      func(w io.Writer) error { return ReportCSV(w, r) },
		"JSON":     func(w io.Writer) error { return ReportJSON(w, r) },
		"zip":      func(w io.Writer) error { return Zip(w, r, []File{{"a.csv", []byte("a")}}) },
	} {
		if err := write(&brokenDisk{left: 100}); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// convert has LibreOffice open workbooks and save them in another format. It is
// started once for all of them, with a profile of its own.
func convert(t *testing.T, profile, to string, bodies map[string][]byte) map[string][]byte {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("LibreOffice is not here, and CI must have it: install libreoffice-calc")
		}
		t.Skip("LibreOffice is not here: install libreoffice-calc to run this test")
	}
	dir := t.TempDir()
	args := []string{"--headless", "-env:UserInstallation=file://" + profile, "--convert-to", to, "--outdir", filepath.Join(dir, "out")}
	must(t, os.Mkdir(filepath.Join(dir, "out"), 0o755))
	for name, body := range bodies {
		file := filepath.Join(dir, name+".xlsx")
		must(t, os.WriteFile(file, body, 0o644))
		args = append(args, file)
	}
	said, err := exec.Command(soffice, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("LibreOffice cannot open them: %v\n%s", err, said)
	}
	for line := range strings.Lines(string(said)) {
		if regexp.MustCompile(`(?i)warning|repair|corrupt|error`).MatchString(line) && !strings.Contains(line, "javaldx") {
			t.Errorf("LibreOffice says: %s", line)
		}
	}
	out := map[string][]byte{}
	for name := range bodies {
		if out[name], err = os.ReadFile(filepath.Join(dir, "out", name+"."+to)); err != nil {
			t.Fatalf("LibreOffice wrote no %s of %s: %s", to, name, said)
		}
	}
	return out
}

// LibreOffice opens the workbook, and what it saves says the same, cell by cell.
func TestWorkbookInLibreOffice(t *testing.T) {
	reports := map[string]*metrics.Report{"full": full(), "hostile": hostile()}
	bodies := map[string][]byte{}
	for name, r := range reports {
		bodies[name] = workbook(t, r)
	}
	profile := filepath.Join(t.TempDir(), "profile")
	saved, printed := convert(t, profile, "xlsx", bodies), convert(t, profile, "pdf", bodies)
	for name, r := range reports {
		t.Run(name, func(t *testing.T) {
			before := open(t, kept(t, r))
			at := filepath.Join(t.TempDir(), "saved.xlsx")
			must(t, os.WriteFile(at, saved[name], 0o644))
			after := open(t, at)
			cells := 0
			for _, s := range before.sheets {
				if s.chart {
					continue
				}
				for _, c := range s.order {
					cells++
					got := after.sheet(s.name).byRef[c.ref]
					if got.text != c.text || got.number != c.number || got.formula {
						t.Errorf("%s!%s was %.60q and is %.60q", s.name, c.ref, c.text, got.text)
					}
				}
				if len(after.sheet(s.name).tables) != len(s.tables) {
					t.Errorf("%s had %d tables and has %d", s.name, len(s.tables), len(after.sheet(s.name).tables))
				}
			}
			if cells < 200 {
				t.Errorf("%d cells were compared", cells)
			}
			if !bytes.HasPrefix(printed[name], []byte("%PDF")) {
				t.Error("LibreOffice made no PDF of it")
			}
		})
	}
}

// The standard pack: 25 charts, 30 tables of 40 rows, 1,000 figures. A second and
// 128 MB are what it may take.
func BenchmarkWorkbook(b *testing.B) {
	r := large(25, 30, 40, 1000)
	b.ReportAllocs()
	for b.Loop() {
		must(b, Workbook(io.Discard, r))
	}
}

func BenchmarkReportCSV(b *testing.B) {
	r := large(25, 30, 40, 1000)
	b.ReportAllocs()
	for b.Loop() {
		must(b, ReportCSV(io.Discard, r))
	}
}

func BenchmarkReportJSON(b *testing.B) {
	r := large(25, 30, 40, 1000)
	b.ReportAllocs()
	for b.Loop() {
		must(b, ReportJSON(io.Discard, r))
	}
}

// All that is allocated for the standard pack, also what is given back meanwhile.
func TestStandardPackFitsInItsMemory(t *testing.T) {
	r := large(25, 30, 40, 1000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	must(t, Workbook(io.Discard, r))
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 128 {
		t.Errorf("the workbook took %d MB, and may take 128", n)
	}
}
