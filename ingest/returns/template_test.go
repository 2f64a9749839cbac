package returns

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

func template0(t testing.TB, held Held, sample bool) []byte {
	t.Helper()
	s := strategy()
	var b bytes.Buffer
	must(t, Template(&b, s, s.Projects[0], quarter, held, sample))
	return b.Bytes()
}

func TestTemplateAsksForEveryNumber(t *testing.T) {
	s := strategy()
	body := template0(t, Held{Before: []metrics.AcceptedReturn{returned(metrics.QuarterOf(quarter.First-1), func(v *metrics.ReturnValue) {
		if v.Measure == "sessions" {
			v.Value, v.NotAvailable = 0, true
		}
	})}}, true)
	got := Screen(context.Background(), Handed{Name: "r.xlsx", Body: body, Project: s.Projects[0], Quarter: quarter, Strategy: s, Today: today})
	if rules := rules(got.Findings); !slices.Equal(rules, []string{"value_blank"}) {
		t.Errorf("findings:%s", describe(got.Findings))
	}
	if cells := s.Cells(s.Projects[0]); len(got.Findings) != len(cells) || len(cells) != 18 {
		t.Errorf("%d cells are blank, %d are asked for", len(got.Findings), len(cells))
	}
	if !got.Sample || got.Template != "1" {
		t.Errorf("sample %t, template %q", got.Sample, got.Template)
	}
	x, err := excelize.OpenReader(bytes.NewReader(body))
	must(t, err)
	defer x.Close()
	for cell, want := range map[string]string{"C7": "41", "C8": "17", "C10": "[x]", "C12": "12,345.67", "D7": "", "B8": "How many: young people who say that it is better", "B9": "Out of how many: young people who finished",
		"B11": "How many: young people (total since the start)"} {
		if v, err := x.GetCellValue("Totals", cell); err != nil || v != want {
			t.Errorf("Totals!%s is %q, want %q", cell, v, want)
		}
	}
	if v, _ := x.GetCellValue("By sex", "D8"); v != "19" {
		t.Errorf("last quarter's females are %q", v)
	}
	var cover strings.Builder
	for row := range 30 {
		v, _ := x.GetCellValue(coverSheet, ref(1, row+1))
		cover.WriteString(v + "\n")
	}
	for _, want := range []string{"Staying Safe", "Invented Youth Trust", metrics.QuarterInWords(quarter), "Tuesday 30 April 2019", "invented sample", "[x]"} {
		if !strings.Contains(cover.String(), want) {
			t.Errorf("the cover does not say %q:\n%s", want, cover.String())
		}
	}
}

// The rules for spreadsheets that people who use a screen reader rely on.
func TestTemplateIsAccessible(t *testing.T) {
	body := template0(t, Held{}, false)
	x, err := excelize.OpenReader(bytes.NewReader(body))
	must(t, err)
	defer x.Close()
	props, err := x.GetDocProps()
	must(t, err)
	if props.Title == "" || props.Creator != "Invented Partnership" || props.Language != "en-GB" {
		t.Errorf("document properties %+v", props)
	}
	sheets := x.GetSheetList()
	if want := []string{"Cover", "Contents", "What counts", "Totals", "By age band", "By sex", "About this file"}; !slices.Equal(sheets, want) {
		t.Fatalf("sheets %q, want %q", sheets, want)
	}
	if x.GetActiveSheetIndex() != 0 {
		t.Error("the first sheet is not the one shown")
	}
	tables := map[string]bool{}
	for _, sheet := range sheets {
		if visible, err := x.GetSheetVisible(sheet); err != nil || !visible {
			t.Errorf("%s is hidden", sheet)
		}
		if merged, err := x.GetMergeCells(sheet); err != nil || len(merged) > 0 {
			t.Errorf("%s has merged cells", sheet)
		}
		if p, err := x.GetSheetProtection(sheet); err != nil || p.AlgorithmName != "" || p.Password != "" {
			t.Errorf("%s has a password: %+v", sheet, p)
		}
		list, err := x.GetTables(sheet)
		must(t, err)
		if want := map[bool]int{true: 0, false: 1}[sheet == coverSheet]; len(list) != want {
			t.Errorf("%s has %d tables", sheet, len(list))
		}
		for _, table := range list {
			if tables[table.Name] || table.Name == "" || strings.HasPrefix(table.Name, "Table") {
				t.Errorf("%s: the table's name %q", sheet, table.Name)
			}
			tables[table.Name] = true
		}
	}
	for name, content := range unpack(t, body) {
		for _, never := range []string{"<autoFilter", "state=\"frozen\"", "<f>", "<drawing", "hidden=\"1\"", "<headerFooter"} {
			if strings.HasPrefix(name, "xl/") && strings.Contains(content, never) {
				t.Errorf("%s has %s", name, never)
			}
		}
	}
	// Open cells are open, all others locked; each open one is checked as it is typed.
	for sheet, open := range map[string]string{"Totals": "D7", "By sex": "E15"} {
		col, _, err := excelize.SplitCellName(open)
		must(t, err)
		for _, c := range []string{"A", "B", "C", "D", "E", "F"} {
			cell := c + open[1:]
			id, err := x.GetCellStyle(sheet, cell)
			must(t, err)
			style, err := x.GetStyle(id)
			must(t, err)
			unlocked := style.Protection != nil && !style.Protection.Locked
			if beyond := sheet == "Totals" && c == "F"; unlocked != (c == col || c == string(col[0]+1)) && !beyond {
				t.Errorf("%s!%s is open: %t", sheet, cell, unlocked)
			}
		}
		validations, err := x.GetDataValidations(sheet)
		must(t, err)
		var lists, checked int
		for _, v := range validations {
			switch v.Type {
			case "list":
				lists++
			case "custom":
				if v.Error == nil || !strings.Contains(*v.Error, "[x]") || !v.ShowErrorMessage {
					t.Errorf("%s: the validation of %s does not say what to do", sheet, v.Sqref)
				}
				checked++
			}
		}
		if lists != 1 || checked < 1 {
			t.Errorf("%s has %d drop-downs and %d validations of numbers", sheet, lists, checked)
		}
	}
}

func TestTemplateIsTheSameEachTime(t *testing.T) {
	if !bytes.Equal(template0(t, Held{}, false), template0(t, Held{}, false)) {
		t.Error("the same return makes two files")
	}
}

// A strategy's words may be anything; none becomes a formula or breaks a sheet.
func TestTemplateHostileWords(t *testing.T) {
	s := strategy()
	s.Dimensions[0].Title = "=cmd|' /C calc'!A0 [age]: a/b?*'s very long name of a dimension"
	s.Dimensions[1].Title = "=cmd|' /C calc'!A0 [age]: a/b?*'s very long name of another"
	s.Measures[0].Title = "=HYPERLINK(\"http://example.org\")"
	s.Dimensions[0].Items[0].Title = "+1"
	s.Projects[0].Name = "@SUM(1)"
	var b bytes.Buffer
	must(t, Filled(&b, s, s.Projects[0], quarter, Held{}, false, good()))
	got := Screen(context.Background(), Handed{Name: "r.xlsx", Body: b.Bytes(), Project: s.Projects[0], Quarter: quarter, Strategy: s, Today: today})
	if len(got.Findings) > 0 {
		t.Errorf("findings:%s", describe(got.Findings))
	}
	if wrong := equal(got.Values, good()); wrong != "" {
		t.Error(wrong)
	}
	for name, content := range unpack(t, b.Bytes()) {
		if strings.HasPrefix(name, "xl/worksheets") && strings.Contains(content, "<f>") {
			t.Errorf("%s has a formula", name)
		}
	}
}

// convert has LibreOffice open a workbook and save it in another format.
func convert(t *testing.T, body []byte, to string) []byte {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("LibreOffice is not here, and CI must have it: install libreoffice-calc")
		}
		t.Skip("LibreOffice is not here: install libreoffice-calc to run this test")
	}
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "return.xlsx"), body, 0o644), os.Mkdir(filepath.Join(dir, "out"), 0o755))
	cmd := exec.Command(soffice, "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", to, "--outdir", filepath.Join(dir, "out"), filepath.Join(dir, "return.xlsx"))
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("LibreOffice cannot open it: %v\n%s", err, said)
	}
	for _, word := range []string{"warning", "repair", "corrupt", "error"} {
		if strings.Contains(strings.ToLower(string(said)), word) && !strings.Contains(string(said), "javaldx") {
			t.Errorf("LibreOffice says: %s", said)
		}
	}
	out, err := os.ReadFile(filepath.Join(dir, "out", "return."+to))
	if err != nil {
		t.Fatalf("LibreOffice wrote nothing: %s", said)
	}
	return out
}

func TestLibreOffice(t *testing.T) {
	s := strategy()
	h := Handed{Name: "r.xlsx", Project: s.Projects[0], Quarter: quarter, Strategy: s, Today: today}
	t.Run("the empty template", func(t *testing.T) {
		h.Body = convert(t, template0(t, Held{}, true), "xlsx")
		got := Screen(context.Background(), h)
		if r := rules(got.Findings); !slices.Equal(r, []string{"value_blank"}) || len(got.Findings) != 18 {
			t.Errorf("findings:%s", describe(got.Findings))
		}
		if !got.Sample || got.Template != "1" {
			t.Errorf("sample %t, template %q", got.Sample, got.Template)
		}
		if p, q, ok := Identify("r.xlsx", h.Body); !ok || p != "staying-safe" || q != quarter {
			t.Errorf("it says that it is of %q, %v", p, q)
		}
		x, err := excelize.OpenReader(bytes.NewReader(h.Body))
		must(t, err)
		defer x.Close()
		if v, err := x.GetDataValidations("Totals"); err != nil || len(v) < 2 {
			t.Errorf("%d validations are left (%v)", len(v), err)
		}
	})
	t.Run("a filled one", func(t *testing.T) {
		h.Body = convert(t, handed(t, nil).Body, "xlsx")
		got := Screen(context.Background(), h)
		if len(got.Findings) > 0 {
			t.Errorf("findings:%s", describe(got.Findings))
		}
		if wrong := equal(got.Values, good()); wrong != "" {
			t.Error(wrong)
		}
	})
	t.Run("a marked one", func(t *testing.T) {
		h := in(t, "Totals", "D10", "about 33")
		var b bytes.Buffer
		must(t, Mark(&b, h.Body, Screen(context.Background(), h).Findings))
		h.Body = convert(t, b.Bytes(), "xlsx")
		got := Screen(context.Background(), h)
		if r := rules(got.Findings); !slices.Equal(r, []string{"value_numeric"}) {
			t.Errorf("findings:%s", describe(got.Findings))
		}
	})
	t.Run("as PDF", func(t *testing.T) {
		if pdf := convert(t, template0(t, Held{}, true), "pdf"); !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Error("LibreOffice made no PDF of it")
		}
	})
}

// A row is high enough for what is in it: programs that do not find that out
// for themselves would print one line over the other.
func TestRowsHaveRoom(t *testing.T) {
	for text, want := range map[string]int{"": 1, "one": 1, "one two": 1, "one two three": 2, "onetwothreefour": 2, "one\ntwo": 2, "one two three four five": 3} {
		if got := linesOf(text, 10); got != want {
			t.Errorf("%q takes %d lines of 10, want %d", text, got, want)
		}
	}
	body := handed(t, nil).Body
	var marked bytes.Buffer
	must(t, Mark(&marked, in(t, "Totals", "D10", "about thirty").Body, []metrics.Finding{{Rule: "value_numeric", Severity: metrics.Fail, Sheet: "Totals", Cell: "D10",
		Message: strings.Repeat("It is not a number. ", 12), Mend: "Type one."}}))
	wrapped := 0
	for _, file := range [][]byte{body, marked.Bytes()} {
		x, err := excelize.OpenReader(bytes.NewReader(file))
		must(t, err)
		defer x.Close()
		for _, sheet := range x.GetSheetList() {
			rows, err := x.GetRows(sheet)
			must(t, err)
			for i, row := range rows {
				for j, text := range row {
					col, err := excelize.ColumnNumberToName(j + 1)
					must(t, err)
					width, err := x.GetColWidth(sheet, col)
					must(t, err)
					id, err := x.GetCellStyle(sheet, ref(j+1, i+1))
					must(t, err)
					style, err := x.GetStyle(id)
					must(t, err)
					if style.Alignment == nil || !style.Alignment.WrapText {
						continue
					}
					height, err := x.GetRowHeight(sheet, i+1)
					must(t, err)
					if n := linesOf(text, width); n > 1 {
						wrapped++
						if height < float64(n)*12*1.2 {
							t.Errorf("%s row %d: %d lines in %v points: %s", sheet, i+1, n, height, text)
						}
					}
				}
			}
		}
	}
	if wrapped < 10 {
		t.Errorf("%d wrapped texts", wrapped)
	}
}
