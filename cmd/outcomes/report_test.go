package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"outcomes/dashboard"
	"outcomes/metrics"
)

// committee is the office that the demo's reports are made in.
type committee struct {
	*office
	srv  *dashboard.Server
	path string // of the database
}

func newCommittee(t testing.TB) committee {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	st, err := makeDemo(ctx, dir, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	g, err := st.Geography(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Area = metrics.OwnArea(s, g)
	o := officeOf(t, st, s, newDemoClock(demoDay))
	return committee{o, o.server.(*dashboard.Server), filepath.Join(dir, "outcomes.db")}
}

// standard is the choice of a quarter's standard report.
func standard(t testing.TB, quarter string) metrics.ReportChoice {
	t.Helper()
	p, err := metrics.ParsePeriod(quarter)
	if err != nil {
		t.Fatal(err)
	}
	return metrics.ReportChoice{Period: p}
}

func (c committee) freeze(t testing.TB, quarter string) metrics.Pack {
	t.Helper()
	n, err := c.srv.Freeze(t.Context(), standard(t, quarter), "", metrics.Person{Name: "Amina Okafor", Email: "scrutiny@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.round.Pack(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// file is a pack's file in a format, as its page hands it out.
func (c committee) file(p metrics.Pack, format string) []byte {
	return []byte(c.get(fmt.Sprintf("/reports/%d/files/%s.%s", p.Number, p.Report.FileName(), format), http.StatusOK))
}

// Packs of the demo: what each file of them says is the same, and each file is
// what its readers need. The report of the third quarter has suppressed figures
// and waits for a return.
func TestDemoPacks(t *testing.T) {
	c := newCommittee(t)
	if _, err := c.srv.Freeze(t.Context(), standard(t, "2019-Q3"), "", metrics.Person{Name: "Amina Okafor"}); metrics.KindOf(err) != metrics.Conflict || !strings.Contains(err.Error(), "Magistrates in Schools") {
		t.Fatalf("a report with a return that waits is frozen, or nobody is told which: %v", err)
	}
	if list, err := c.round.Packs(t.Context()); err != nil || len(list) != 0 {
		t.Fatalf("what could not be frozen is kept: %v, %v", list, err)
	}
	waits := 0
	list, err := c.round.Submissions(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range list {
		if sub.Status == metrics.SubmissionReceived {
			waits++
			if err := c.round.Withdraw(t.Context(), sub.ID, "analyst@example.org", "The project will hand in another."); err != nil {
				t.Fatal(err)
			}
		}
	}
	if waits == 0 {
		t.Fatal("no return waits")
	}
	for _, quarter := range []string{"2019-Q2", "2019-Q3"} {
		err := c.round.Comment(t.Context(), metrics.Comment{Period: standard(t, quarter).Period, Indicator: "violence-rate", By: "Amina Okafor", Email: "scrutiny@example.org",
			Text: "The committee asked for two things:\n\n- a breakdown by ward <b>\n- =1+1, and nothing else\n\nBoth are in hand & will be sent."}, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := c.freeze(t, quarter)
		t.Run(quarter, func(t *testing.T) {
			t.Run("one word in all outputs", func(t *testing.T) { c.sameEverywhere(t, p) })
			t.Run("zip", func(t *testing.T) { c.sameInZip(t, p) })
			dir := t.TempDir()
			report, err := json.Marshal(p.Report)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, "report.json", report)
			for _, format := range []string{"docx", "xlsx"} {
				write(t, dir, p.Report.FileName()+"."+format, c.file(p, format))
			}
			t.Run("Word", func(t *testing.T) { tested(t, dir, "outcomes/dashboard/export/word") })
			t.Run("workbook", func(t *testing.T) { tested(t, dir, "outcomes/dashboard/export") })
		})
	}
}

// tested has a package test a pack's file by its own rules: dir has the report
// as report.json and the files.
func tested(t *testing.T, dir, pkg string) {
	t.Helper()
	cmd := exec.Command("go", "test", "-count=1", "-v", "-run", "^TestGivenPack$", pkg)
	cmd.Dir = repository(t)
	cmd.Env = append(os.Environ(), "OUTCOMES_PACK="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !bytes.Contains(out, []byte("--- PASS: TestGivenPack")) {
		t.Fatalf("nothing was tested: %s", out)
	}
}

// told is a figure, or a group of one, as an output tells it: by the names of
// the CSV's columns.
type told map[string]any

// key is which figure it is of, and which group of it.
func (f told) key() string {
	var parts []string
	for _, name := range []string{"indicator", "area_code", "period", "breakdown_by", "breakdown"} {
		s, _ := f[name].(string)
		parts = append(parts, s)
	}
	return strings.Join(parts, "|")
}

// number is one of its numbers; nil where there is none.
func (f told) number(name string) *float64 {
	if v, ok := f[name].(float64); ok {
		return &v
	}
	return nil
}

// shorthand is what stands in the place of its numbers, or beside its value.
func (f told) shorthand() string { s, _ := f["shorthand"].(string); return s }

// numbersOf are what a suppressed figure has none of.
var numbersOf = []string{"numerator", "denominator", "value", "lower", "upper", "rank", "rank_of"}

// figuresIn reads figures as JSON has them, groups after their figure.
func figuresIn(t *testing.T, body string) []told {
	t.Helper()
	var file struct{ Figures []told }
	if err := json.Unmarshal([]byte(body), &file); err != nil {
		t.Fatal(err)
	}
	var out []told
	for _, f := range file.Figures {
		groups, _ := f["breakdown"].([]any)
		delete(f, "breakdown")
		out = append(out, f)
		for _, g := range groups {
			group := told(g.(map[string]any))
			for _, name := range []string{"indicator", "area_code", "period"} {
				group[name] = f[name]
			}
			out = append(out, group)
		}
	}
	return out
}

// inCSV is how a value of JSON is written in the CSV.
func inCSV(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	case []any:
		var parts []string
		for _, p := range v {
			parts = append(parts, inCSV(p))
		}
		return strings.Join(parts, " ")
	}
	return ""
}

// sameEverywhere sets every value of every figure of a pack side by side: its
// page, document, workbook, CSV, JSON and the API.
func (c committee) sameEverywhere(t *testing.T, p metrics.Pack) {
	figures := figuresIn(t, string(c.file(p, "json")))
	of := map[string]told{}
	suppressed := 0
	for _, f := range figures {
		if of[f.key()] != nil {
			t.Errorf("%s is there twice", f.key())
		}
		of[f.key()] = f
		if f["status"] != string(metrics.Available) && f["breakdown_by"] == nil || f["status"] == string(metrics.Suppressed) {
			for _, name := range numbersOf {
				if f[name] != nil {
					t.Errorf("%s is %s and has a %s: %v", f.key(), f["status"], name, f[name])
				}
			}
		}
		if f["status"] == string(metrics.Suppressed) {
			suppressed++
			if f.shorthand() != "[c]" {
				t.Errorf("%s is suppressed and marked %q", f.key(), f.shorthand())
			}
		}
	}
	counts := map[string]int{}

	// The CSV has the same rows, and the workbook's sheet of figures has them too.
	records, err := csv.NewReader(bytes.NewReader(c.file(p, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	counts["CSV"] = sameRows(t, "the CSV", figures, records, func(name string, v any) string { return inCSV(v) })
	x, err := excelize.OpenReader(bytes.NewReader(c.file(p, "xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	sheets := sheetsOf(t, x)
	counts["workbook’s figures"] = sameRows(t, "the workbook", figures, sheets["Figures"], nil)

	// The API has what was frozen, and as nothing has changed since, the same is in force.
	api := c.get(fmt.Sprintf("/api/v1/packs/%d", p.Number), http.StatusOK)
	counts["API’s pack"] = sameRecords(t, "the API's pack", of, figuresIn(t, api))
	var inForce []told
	for _, ind := range c.round.strategy.Indicators {
		for next := fmt.Sprintf("/api/v1/figures?limit=200&indicator=%s", ind.ID); next != ""; {
			body := c.get(next, http.StatusOK)
			inForce = append(inForce, figuresIn(t, body)...)
			var page struct{ Links struct{ Next string } }
			if err := json.Unmarshal([]byte(body), &page); err != nil {
				t.Fatal(err)
			}
			next = page.Links.Next
		}
	}
	made := map[string]told{} // a figure that is not made stands in the report only, with its reason
	for key, f := range of {
		if f["revision"] != 0.0 {
			made[key] = f
		} else if f["reason"] == "" || f["status"] != string(metrics.Missing) {
			t.Errorf("%s is not made and says %q", key, f["reason"])
		}
	}
	counts["API’s figures in force"] = sameRecords(t, "the API", made, inForce)

	// The tables say what the figures say, and say it alike in every output.
	var pack struct {
		Sections []struct {
			Title  string
			Blocks []struct {
				Heading, Paragraph string
				List               []string
				Chart              *struct{ Title, Subtitle, Source string }
				Table              *apiTable
			}
		}
		Headlines []string
		Area      struct{ Code string }
	}
	if err := json.Unmarshal([]byte(api), &pack); err != nil {
		t.Fatal(err)
	}
	page := c.get(fmt.Sprintf("/reports/%d", p.Number), http.StatusOK)
	onPage := tablesIn(page, "table", "tr", "th td", "caption")
	inWord := tablesIn(string(partOf(t, c.file(p, "docx"), "word/document.xml")), "w:tbl", "w:tr", "w:tc", "w:tblcaption")
	title := map[string]string{}
	for _, f := range p.Report.Figures {
		title[f.Priority+"|"+f.Title] = f.Indicator
	}
	words := wordsIn(page)
	n := 0
	says := func(texts ...string) {
		for _, text := range texts {
			if text = strings.Join(strings.Fields(text), " "); !strings.Contains(words, text) {
				t.Errorf("the page does not say %q", text)
			} else if text != "" {
				counts["sentences on the page"]++
			}
		}
	}
	says(pack.Headlines...)
	for _, s := range pack.Sections {
		says(s.Title)
		for _, b := range s.Blocks {
			says(b.Heading, b.Paragraph)
			says(b.List...)
			if b.Chart != nil {
				says(b.Chart.Title, b.Chart.Subtitle, b.Chart.Source)
			}
			if b.Table == nil {
				continue
			}
			if n >= len(onPage) || n >= len(inWord) {
				t.Fatalf("there is no table %d on the page (%d) or in the document (%d)", n+1, len(onPage), len(inWord))
			}
			want := b.Table.texts()
			for where, got := range map[string]tableIn{"page": onPage[n], "document": inWord[n]} {
				if got.title != b.Table.Title || !slices.EqualFunc(got.rows, want, slices.Equal) {
					t.Errorf("table %d on the %s is %q\n%q\nand by the API %q\n%q", n+1, where, got.title, got.rows, b.Table.Title, want)
				}
			}
			n++
			counts["cells of tables"] += len(want) * len(want[0])
			sheet := ""
			for name := range sheets {
				if strings.HasPrefix(name, strconv.Itoa(n)+" ") && !strings.HasSuffix(name, " Chart") {
					sheet = name
				}
			}
			counts["cells of worksheets"] += b.Table.sameInSheet(t, sheets[sheet])
			counts["figures in tables"] += b.Table.sameAsFigures(t, of, title, p.Period, pack.Area.Code)
		}
	}
	if len(inWord) != n+1 || len(onPage) != n+1 { // and the sources
		t.Errorf("%d tables on the page, %d in the document, %d by the API", len(onPage), len(inWord), n)
	}

	t.Logf("%d figures and groups, %d of them suppressed: %v", len(figures), suppressed, counts)
	if len(figures) < 250 || suppressed < 20 {
		t.Errorf("%d figures, %d of them suppressed: there is too little to compare", len(figures), suppressed)
	}
	for name, least := range map[string]int{"CSV": 5000, "workbook’s figures": 5000, "API’s pack": 5000, "API’s figures in force": 5000,
		"cells of tables": 800, "cells of worksheets": 600, "figures in tables": 500, "sentences on the page": 200} {
		if counts[name] < least {
			t.Errorf("%s: %d compared only, of %d at least", name, counts[name], least)
		}
	}
}

// sameRows compares figures with rows under the CSV's headings, value by value,
// and gives how many values. Without written it is the workbook, where signs
// stand for what is not there.
func sameRows(t *testing.T, where string, figures []told, rows [][]string, written func(string, any) string) int {
	t.Helper()
	if len(rows) != len(figures)+1 {
		t.Fatalf("%s has %d rows, the JSON %d figures", where, len(rows)-1, len(figures))
	}
	compared := 0
	for i, f := range figures {
		for j, name := range rows[0] {
			v, known := f[name]
			group := f["breakdown_by"] != nil
			if _, whole := figures[0][name]; !known && (group || !whole) { // what a group repeats of its figure, and what the file says of all
				continue
			}
			compared++
			got := rows[i+1][j]
			if written != nil {
				if want := written(name, v); got != want {
					t.Errorf("%s: %s, %s is %q, in the JSON %q", where, f.key(), name, got, want)
				}
				continue
			}
			want := inCSV(v)
			if n, ok := v.(float64); ok {
				if cell, err := strconv.ParseFloat(got, 64); err != nil || !near(cell, n) {
					t.Errorf("%s: %s, %s is %q, in the JSON %v", where, f.key(), name, got, n)
				}
				continue
			}
			status := f["status"].(string)
			switch {
			case want != "":
			case status != string(metrics.Available) && slices.Contains(numbersOf[:5], name):
				want = metrics.Status(status).Shorthand()
			case name == "shorthand":
				want = "none"
			case strings.HasSuffix(name, "_value") && got == "[x]": // was to be compared, and could not be
				want = got
			default:
				want = "[z]"
			}
			if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
				t.Errorf("%s: %s, %s is %q, in the JSON %q", where, f.key(), name, got, want)
			}
		}
	}
	return compared
}

// near is equal in all the digits that a spreadsheet keeps.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-14*max(math.Abs(a), math.Abs(b)) }

// sameRecords compares figures as one JSON has them with those of another, all
// that both say, and gives how many values.
func sameRecords(t *testing.T, where string, want map[string]told, list []told) int {
	t.Helper()
	compared, found := 0, map[string]bool{}
	for _, f := range list {
		w := want[f.key()]
		if w == nil {
			continue
		}
		found[f.key()] = true
		for name, v := range w {
			got, ok := f[name]
			if !ok || !reflect.DeepEqual(got, v) {
				t.Errorf("%s: %s, %s is %v, in the JSON file %v", where, f.key(), name, got, v)
			}
			compared++
		}
	}
	for key := range want {
		if !found[key] {
			t.Errorf("%s has no %s", where, key)
		}
	}
	return compared
}

// apiTable is a table of a pack as the API has it.
type apiTable struct {
	ID, Title string
	Columns   []string
	Rows      [][]struct {
		Text, Shorthand string
		Number          *float64
	}
}

// texts are the table as it is read.
func (a *apiTable) texts() [][]string {
	out := [][]string{a.Columns}
	for _, row := range a.Rows {
		var texts []string
		for _, c := range row {
			texts = append(texts, c.Text)
		}
		out = append(out, texts)
	}
	return out
}

// sameInSheet compares it with its worksheet and gives how many cells.
func (a *apiTable) sameInSheet(t *testing.T, sheet [][]string) int {
	t.Helper()
	if len(sheet) != len(a.Rows)+1 {
		t.Errorf("the worksheet of “%s” has %d rows, the table %d", a.Title, len(sheet)-1, len(a.Rows))
		return 0
	}
	compared := 0
	marks := slices.Index(sheet[0], "Shorthand")
	for i, head := range a.Columns {
		at := slices.IndexFunc(sheet[0], func(s string) bool { return s == head || s == head+" (%)" || s == head+" (£)" })
		if at < 0 {
			t.Errorf("the worksheet of “%s” has no column %q: %q", a.Title, head, sheet[0])
			continue
		}
		for n, row := range a.Rows {
			compared++
			got, want := sheet[n+1][at], row[i]
			if want.Number != nil {
				if v, err := strconv.ParseFloat(got, 64); err != nil || !near(v, *want.Number) {
					t.Errorf("“%s”: %s of %s is %q on the worksheet, by the API %v", a.Title, head, row[0].Text, got, *want.Number)
				}
				if want.Shorthand != "" && (marks < 0 || !strings.Contains(sheet[n+1][marks], want.Shorthand)) {
					t.Errorf("“%s”: %s of %s is not marked %s on the worksheet", a.Title, head, row[0].Text, want.Shorthand)
				}
				continue
			}
			if got != want.Text {
				t.Errorf("“%s”: %s of %s is %q on the worksheet, by the API %q", a.Title, head, row[0].Text, got, want.Text)
			}
		}
	}
	return compared
}

// sameAsFigures compares the cells of a table with the figures that they are of,
// as they are written, and gives how many. Indicators are found by priority and
// title. Every column must be known.
func (a *apiTable) sameAsFigures(t *testing.T, of map[string]told, indicators map[string]string, quarter metrics.Period, area string) int {
	t.Helper()
	compared := 0
	before, _ := quarter.YearBefore()
	figure := func(indicator, area string, p metrics.Period) told { return of[indicator+"|"+area+"|"+p.Code()+"||"] }
	beside := func(indicator, name string, p metrics.Period) told { // of another area
		for _, f := range of {
			if f["indicator"] == indicator && f["period"] == p.Code() && f["breakdown_by"] == nil && f["area_code"] != area &&
				(f["area_name"] == name || fmt.Sprint(f["area_name"], " force area") == name) {
				return f
			}
		}
		return nil
	}
	for _, row := range a.Rows {
		indicator, p := a.ID, quarter
		if a.Columns[0] == "Period" {
			for _, f := range of {
				if of, err := metrics.ParsePeriod(f["period"].(string)); err == nil && strings.EqualFold(of.Label(), row[0].Text) {
					p = of
				}
			}
		} else {
			indicator = indicators[a.ID[:strings.LastIndex(a.ID, "-")]+"|"+row[1].Text]
		}
		subject := slices.Index(a.Columns, "Lower 95% limit") - 1 // stands before it
		if subject < 0 {
			subject = 1
		}
		for i, c := range row {
			head := a.Columns[i]
			f, name := figure(indicator, area, p), ""
			switch {
			case i == 0 || head == "Measure":
				continue
			case head == "Lower 95% limit":
				name = "lower"
			case head == "Upper 95% limit":
				name = "upper"
			case head == "Rank of districts":
				want := "[x]"
				if f["rank"] != nil {
					want = fmt.Sprintf("%s of %v", metrics.Ordinal(int(*f.number("rank"))), f["rank_of"])
				}
				if compared++; c.Text != want {
					t.Errorf("“%s”, %s: the rank is %q, by the figure %q", a.Title, row[0].Text, c.Text, want)
				}
				continue
			case a.Columns[0] == "Period" && i == subject, head == "Quarter", head == "Share", head == "Share of the budget":
				name = "value"
			case a.Columns[0] == "Period" && i == 1, head == "Counted", head == "Spent":
				name = "numerator"
			case a.Columns[0] == "Period" && i < subject, head == "Out of", head == "Budget":
				name = "denominator"
			case head == "Same quarter a year before", head == "Share a year before":
				f, name = figure(indicator, area, before), "value"
			case head == "Financial year to date", head == "Share in the financial year to date":
				f, name = figure(indicator, area, metrics.YearToDateIn(quarter.Last)), "value"
			case head == "England":
				name = "england_value"
			case head == "Target":
				name = "target_value"
			default:
				f, name = beside(indicator, head, p), "value"
			}
			compared++
			want := f.number(name)
			what := fmt.Sprintf("“%s”, %s, %s", a.Title, row[0].Text, head)
			switch {
			case want == nil:
				mark := f.shorthand()
				if mark == "" || mark == "[p]" {
					mark = "[x]"
				}
				if c.Text != mark || c.Number != nil {
					t.Errorf("%s is %q, and its figure has none: %s", what, c.Text, mark)
				}
			case c.Number == nil || math.Abs(*c.Number-*want) > 1e-6:
				t.Errorf("%s is %q, by its figure %v", what, c.Text, *want)
			default:
				text, mark, _ := strings.Cut(c.Text, " ")
				plain := strings.NewReplacer("£", "", ",", "", "%", "", "−", "-").Replace(text)
				_, decimals, _ := strings.Cut(plain, ".")
				v, err := strconv.ParseFloat(plain, 64)
				if err != nil || math.Abs(v-*want) > 0.5*math.Pow10(-len(decimals))+1e-9 || mark != c.Shorthand {
					t.Errorf("%s reads %q, by its figure %v %s", what, c.Text, *want, c.Shorthand)
				}
				if name == "value" && mark != f.shorthand() {
					t.Errorf("%s reads %q, and its figure is marked %q", what, c.Text, f.shorthand())
				}
			}
		}
	}
	return compared
}

// tableIn is a table as a page or a document shows it, headings first.
type tableIn struct {
	title string
	rows  [][]string
}

// tablesIn reads the tables of a page or of a part of a document, whose
// elements for tables, rows and cells have these names. The title is the
// caption's text, or its attribute w:val.
func tablesIn(body, table, row, cells, caption string) []tableIn {
	var out []tableIn
	var open *strings.Builder // the caption or the cell
	in := false
	for z := html.NewTokenizer(strings.NewReader(body)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out
		}
		token := z.Token()
		last := len(out) - 1
		switch {
		case kind == html.TextToken && open != nil:
			open.WriteString(token.Data)
		case kind == html.EndTagToken && token.Data == table:
			in = false
		case kind == html.EndTagToken && open != nil && token.Data == caption:
			out[last].title, open = strings.TrimSpace(open.String()), nil
		case kind == html.EndTagToken && open != nil && slices.Contains(strings.Fields(cells), token.Data):
			at := len(out[last].rows) - 1
			out[last].rows[at], open = append(out[last].rows[at], strings.TrimSpace(open.String())), nil
		case kind == html.StartTagToken && token.Data == table:
			out, in = append(out, tableIn{}), true
		case !in:
		case token.Data == caption && kind == html.SelfClosingTagToken:
			for _, a := range token.Attr {
				out[last].title = a.Val
			}
		case kind == html.StartTagToken && token.Data == row:
			out[last].rows = append(out[last].rows, nil)
		case kind == html.StartTagToken && (token.Data == caption || slices.Contains(strings.Fields(cells), token.Data)):
			open = &strings.Builder{}
		}
	}
}

// wordsIn is the text of a page, each gap one space.
func wordsIn(page string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.WriteString(z.Token().Data)
		}
	}
}

// sheetsOf gives each worksheet's table with its heading, as the cells are kept.
func sheetsOf(t *testing.T, x *excelize.File) map[string][][]string {
	t.Helper()
	out := map[string][][]string{}
	for _, name := range x.GetSheetList() {
		tables, err := x.GetTables(name)
		if err != nil || len(tables) == 0 {
			continue // a chart sheet, or the cover
		}
		from, _, _ := strings.Cut(tables[0].Range, ":")
		_, top, err := excelize.CellNameToCoordinates(from)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := x.Rows(name)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; rows.Next(); n++ {
			cells, err := rows.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			if n >= top {
				out[name] = append(out[name], cells)
			}
		}
		rows.Close()
	}
	return out
}

// partOf is a part of a zipped file.
func partOf(t *testing.T, body []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sameInZip holds that the zip has the pack's other files as they are handed
// out one by one.
func (c committee) sameInZip(t *testing.T, p metrics.Pack) {
	whole := c.file(p, "zip")
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, member := range z.File {
		for _, f := range p.Files {
			if f.Name == member.Name || strings.HasSuffix(member.Name, "/"+f.Name) {
				if f.Name == "SHA256SUMS" {
					continue // of the zip's members there, of the pack's files here
				}
				if one := c.get(fmt.Sprintf("/reports/%d/files/%s", p.Number, f.Name), http.StatusOK); one != string(partOf(t, whole, member.Name)) {
					t.Errorf("%s is another in the zip", f.Name)
				}
				same++
			}
		}
	}
	if same < 20 {
		t.Errorf("%d files compared only", same)
	}
}

// What is wrong on the command line is said in a sentence; no file, no pack and
// no half of one is left.
func TestReportBadInput(t *testing.T) {
	db, files := small(t)
	dir := t.TempDir()
	old := write(t, dir, "old.docx", []byte("what was there"))
	deprivation := filepath.Join(dir, "deprivation.db")
	for _, source := range []string{"geography", "population", "deprivation"} {
		outcomes(t, "import", source, filepath.Join(files, source), "--db", deprivation)
	}
	for name, tt := range map[string]struct {
		args string
		said []string
	}{
		"a format":                   {"--period 2019-Q1 --format pdf", []string{`no format "pdf"`, "docx, xlsx, csv, json, zip"}},
		"a word for a period":        {"--period spring", []string{`"spring"`, "2019-Q1"}},
		"a quarter of none":          {"--period 2019-Q5", []string{`"2019-Q5"`}},
		"a year":                     {"--period YE2019-03", []string{"A report is of a quarter", "2019-Q1"}},
		"a period without data":      {"--period 2031-Q1", []string{"no figures of the quarter ending March 2031", "from 2019-Q1 to 2019-Q1"}},
		"a period before the data":   {"--period 2012-Q4", []string{"no figures of the quarter ending December 2012", "from 2019-Q1 to 2019-Q1"}},
		"an indicator":               {"--period 2019-Q1 --indicator no-such-thing", []string{`no indicator called "no-such-thing"`, "retired"}},
		"a priority":                 {"--period 2019-Q1 --priority no-such-thing", []string{`no priority called "no-such-thing"`}},
		"too many years":             {"--period 2019-Q1 --years 51", []string{"1 to 50 years", "51"}},
		"years before now":           {"--period 2019-Q1 --years -1", []string{"1 to 50 years", "-1"}},
		"nobody who freezes":         {"--period 2019-Q1 --freeze", []string{"--freeze needs --by"}},
		"somebody without a name":    {"--period 2019-Q1 --freeze --by=", []string{"--freeze needs --by"}},
		"freezing what there is not": {"--period 2031-Q1 --freeze --by Amina", []string{"no figures of"}},
		"a folder that is not there": {"--period 2019-Q1 --out DIR/none/report.docx", []string{"none/report.docx cannot be written", "no such file or directory"}},
		"freezing into none":         {"--period 2019-Q1 --freeze --by Amina --out DIR/none/report.docx", []string{"none/report.docx cannot be written"}},
		"a folder for a file":        {"--period 2019-Q1 --out DIR", []string{"is not a file that can be written", "name a file"}},
		"a device for a file":        {"--period 2019-Q1 --out /dev/null", []string{"/dev/null is not a file that can be written"}},
		"an address that is none":    {"--period 2019-Q1 --public-url here", []string{"--public-url here: write it as https://"}},
		"changes of no pack":         {"changes 7", []string{"There is no report pack with the number 7"}},
		"changes of no number":       {"changes last", []string{"is not the number of a report pack"}},
		"a database that is none":    {"--period 2019-Q1 --db DIR/old.docx", []string{"old.docx"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"report", "--db", db, "--out", old}
			if strings.HasPrefix(tt.args, "changes ") {
				args = append([]string{"report", "changes"}, args[1:]...)
				tt.args = strings.TrimPrefix(tt.args, "changes ")
			}
			for a := range strings.SplitSeq(tt.args, " ") {
				args = append(args, strings.Replace(a, "DIR", dir, 1))
			}
			message := refusal(t, args...)
			for _, want := range tt.said {
				if !strings.Contains(message, want) {
					t.Errorf("it says %q, not %q", message, want)
				}
			}
			if strings.Count(strings.TrimSpace(message), "\n") > 1 {
				t.Errorf("it says more than a sentence: %s", message)
			}
			if content, err := os.ReadFile(old); err != nil || string(content) != "what was there" {
				t.Errorf("the old file is %q, %v", content, err)
			}
			left(t, dir, "deprivation.db", "old.docx")
			st := openStore(t, db)
			defer st.Close()
			if list, err := st.Packs(t.Context()); err != nil || len(list) != 0 {
				t.Errorf("there are packs: %v, %v", list, err)
			}
		})
	}
	// Without a figure of any quarter there is one of the Indices to report.
	out := filepath.Join(t.TempDir(), "report.csv")
	outcomes(t, "report", "--period", "2019-Q1", "--format", "csv", "--out", out, "--db", deprivation)
	if content, err := os.ReadFile(out); err != nil || !strings.Contains(string(content), "IoD2019") || strings.Contains(string(content), "violence-rate") {
		t.Errorf("the report of the Indices is %s, %v", content, err)
	}
	if message := refusal(t, "report", "--period", "2019-Q1", "--indicator", "violence-rate", "--out", out, "--db", deprivation); !strings.Contains(message, "import the sources first") {
		t.Errorf("it says %q", message)
	}
}

// left holds that a folder has these files, and none besides but what the
// database's program keeps beside its own.
func left(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := strings.TrimSuffix(strings.TrimSuffix(e.Name(), "-wal"), "-shm"); !slices.Contains(names, name) {
			t.Errorf("%s is left behind", e.Name())
		}
	}
}

// A disk that is full leaves the file that was there, and no part of another.
func TestReportOnFullDisk(t *testing.T) {
	dir := t.TempDir()
	old := write(t, dir, "report.zip", []byte("what was there"))
	err := writeWhole(old, func(w io.Writer) error {
		if _, err := w.Write(make([]byte, 1000)); err != nil {
			return err
		}
		return fmt.Errorf("write: %w", syscall.ENOSPC)
	})
	if metrics.KindOf(err) != metrics.Unavailable || !strings.Contains(err.Error(), "no space left on device; what was there is as it was") {
		t.Errorf("it says %v", err)
	}
	if content, err := os.ReadFile(old); err != nil || string(content) != "what was there" {
		t.Errorf("the old file is %q, %v", content, err)
	}
	left(t, dir, "report.zip")
	if err := writeWhole(old, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(old); err != nil || string(content) != "new" {
		t.Errorf("the new file is %q, %v", content, err)
	}
	if info, err := os.Stat(old); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}

	// The program itself on a disk of 64 kB; where this system lets none be made, with
	// files of 64 kB at most, which a pack's database would not fit in either.
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	full, cases := "no space left on device", map[string]string{"draft": "", "pack": "--freeze --by Amina"}
	run := []string{"unshare", "-rm", "sh", "-c", `mount -t tmpfs -o size=64k tmpfs "$DISK" && `}
	on := func(script string, env ...string) ([]byte, error) {
		cmd := exec.Command(run[0], append(slices.Clone(run[1:len(run)-1]), run[len(run)-1]+script)...)
		cmd.Env = append(os.Environ(), append(env, "DISK="+disk)...)
		return cmd.CombinedOutput()
	}
	if out, err := on("true"); err != nil {
		t.Logf("no small disk can be made here (%v: %s): files are limited instead", err, out)
		full, run = "file too large", []string{"sh", "-c", "ulimit -f 128 && "}
		delete(cases, "pack")
	}
	binary := filepath.Join(dir, "outcomes")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	db, _ := small(t)
	for name, args := range cases {
		t.Run(name, func(t *testing.T) {
			out, err := on(`printf old > "$DISK/report.zip"; "$BIN" report --period 2019-Q1 --format zip --db "$DB" --out "$DISK/report.zip" `+args+`; echo "status $?"; ls -A "$DISK"; cat "$DISK/report.zip"`, "BIN="+binary, "DB="+db)
			if err != nil || !strings.Contains(string(out), full+"; what was there is as it was") || !strings.HasSuffix(string(out), "status 1\nreport.zip\nold") {
				t.Errorf("%v: %s", err, out)
			}
			if frozen := strings.Contains(string(out), "report pack 1 was frozen, and its page has all its files, but"); frozen != (args != "") {
				t.Errorf("it says %s", out)
			}
		})
	}
}
