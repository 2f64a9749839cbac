package returns

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

func markedFile(t *testing.T, body []byte, findings []metrics.Finding) (*excelize.File, []byte) {
	t.Helper()
	var b bytes.Buffer
	must(t, Mark(&b, body, findings))
	x, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	must(t, err)
	t.Cleanup(func() { x.Close() })
	return x, b.Bytes()
}

func TestMark(t *testing.T) {
	h := handed(t, func(x *excelize.File) {
		must(t, x.SetCellValue("Totals", "D10", "about 33"), x.SetCellValue("By sex", "E10", 16))
	})
	screened := Screen(context.Background(), h)
	x, body := markedFile(t, h.Body, screened.Findings)
	comments, err := x.GetComments("Totals")
	must(t, err)
	if !slices.ContainsFunc(comments, func(c excelize.Comment) bool {
		return c.Cell == "D10" && len(c.Paragraph) == 1 && strings.Contains(c.Paragraph[0].Text, "Must be mended: “about 33”")
	}) {
		t.Errorf("comments %+v", comments)
	}
	if v, _ := x.GetCellValue("Totals", "F10"); !strings.HasPrefix(v, "D10: Must be mended: “about 33” is not a number.") {
		t.Errorf("the message beside the row is %q", v)
	}
	if v, _ := x.GetCellValue("Totals", "F6"); v != "Problem" {
		t.Errorf("the heading of the messages is %q", v)
	}
	for cell, want := range map[string]bool{"D10": true, "D11": false} {
		id, err := x.GetCellStyle("Totals", cell)
		must(t, err)
		style, err := x.GetStyle(id)
		must(t, err)
		if got := len(style.Fill.Color) > 0; got != want {
			t.Errorf("%s is coloured: %t", cell, got)
		}
		if style.Protection == nil || style.Protection.Locked {
			t.Errorf("%s is locked now", cell)
		}
	}
	for i, f := range screened.Findings {
		row := 6 + i
		for col, want := range map[int]string{2: words[f.Severity], 5: f.Message, 6: f.Mend, 7: f.Rule} {
			if v, _ := x.GetCellValue(problemsSheet, ref(col, row)); v != want {
				t.Errorf("Problems!%s is %q, want %q", ref(col, row), v, want)
			}
		}
		if linked, to, _ := x.GetCellHyperLink(problemsSheet, ref(4, row)); f.Cell != "" && (!linked || to != "'"+f.Sheet+"'!"+f.Cell) {
			t.Errorf("problem %d links to %q", i+1, to)
		}
	}

	// It is mended in place, goes to and fro, and loses its marks.
	h.Body = body
	if again := Screen(context.Background(), h); describe(again.Findings) != describe(screened.Findings) {
		t.Errorf("the marked workbook has other findings:%s", describe(again.Findings))
	}
	h.Body = edited(t, body, func(x *excelize.File) {
		must(t, x.SetCellValue("Totals", "D10", 33), x.SetCellValue("By sex", "E10", 9))
	})
	mended := Screen(context.Background(), h)
	if len(mended.Findings) > 0 {
		t.Errorf("mended, it has findings:%s", describe(mended.Findings))
	}
	if wrong := equal(mended.Values, good()); wrong != "" {
		t.Error(wrong)
	}
	x, _ = markedFile(t, h.Body, nil)
	for _, sheet := range []string{"Totals", "By sex"} {
		if comments, _ := x.GetComments(sheet); len(comments) > 0 {
			t.Errorf("comments are left: %+v", comments)
		}
	}
	if v, _ := x.GetCellValue("Totals", "F10"); v != "" {
		t.Errorf("a message is left: %q", v)
	}
	id, _ := x.GetCellStyle("Totals", "D10")
	if style, err := x.GetStyle(id); err != nil || len(style.Fill.Color) > 0 {
		t.Errorf("a colour is left: %v", style.Fill)
	}
}

func TestMarkCannotOpen(t *testing.T) {
	for name, body := range map[string][]byte{
		"old .xls":    kept(t, "old.xls"),
		"password":    locked(t),
		"cut short":   handed(t, nil).Body[:3000],
		"macro":       added(t, map[string]string{"xl/vbaProject.bin": "macro"}).Body,
		"text":        []byte("a,b\n"),
		"far corner":  far(t, `<row r="1048576"><c r="XFD1048576"/></row>`),
		"many blanks": far(t, manyBlanks()),
	} {
		t.Run(name, func(t *testing.T) {
			x, out := markedFile(t, body, []metrics.Finding{{Rule: "file_type", Severity: metrics.Fail, Message: "=cmd|' /C calc'!A0", Mend: "+mend"}})
			if sheets := x.GetSheetList(); !slices.Equal(sheets, []string{problemsSheet}) {
				t.Errorf("sheets %q", sheets)
			}
			if v, _ := x.GetCellValue(problemsSheet, "E6"); v != "=cmd|' /C calc'!A0" {
				t.Errorf("the message is %q", v)
			}
			noFormula(t, out)
		})
	}
}

func noFormula(t *testing.T, body []byte) {
	t.Helper()
	for name, content := range unpack(t, body) {
		if strings.HasPrefix(name, "xl/worksheets") && strings.Contains(content, "<f") {
			t.Errorf("%s has a formula", name)
		}
		if strings.Contains(content, "vbaProject") {
			t.Errorf("%s has a macro", name)
		}
	}
}

func TestMarkInjection(t *testing.T) {
	const evil = "=HYPERLINK(\"http://example.org\",\"x\")"
	h := own(t, [][]any{{"Measure", "This quarter"}, {evil, 3}, {"Sessions held", evil}}, func(x *excelize.File) {
		must(t, x.SetSheetName("Data", "=1+1"))
	})
	got := Screen(context.Background(), h)
	if !slices.Contains(rules(got.Findings), "indicator_unknown") || !slices.Contains(rules(got.Findings), "value_numeric") {
		t.Fatalf("findings:%s", describe(got.Findings))
	}
	_, out := markedFile(t, h.Body, got.Findings)
	noFormula(t, out)
}

// far is the good workbook with rows of blank cells below its table, which
// excelize fills up to their last cell: a few bytes take all memory.
func far(t testing.TB, rows string) []byte {
	t.Helper()
	h := handed(t, nil)
	const name = "xl/worksheets/sheet4.xml"
	content := unpack(t, h.Body)[name]
	if !strings.Contains(content, "</sheetData>") {
		t.Fatal("the workbook has no fourth sheet")
	}
	return repack(t, h.Body, map[string]string{name: strings.Replace(content, "</sheetData>", rows+"</sheetData>", 1)})
}

func manyBlanks() string {
	var b strings.Builder
	for row := 100; row < 10_000; row++ {
		fmt.Fprintf(&b, `<row r="%d"><c r="IV%d"/></row>`, row, row)
	}
	return b.String()
}

func TestBlanksFarOutAreNothing(t *testing.T) {
	for name, rows := range map[string]string{"far corner": `<row r="1048576"><c r="XFD1048576"/></row>`, "many": manyBlanks()} {
		h := handed(t, nil)
		h.Body = far(t, rows)
		got := Screen(context.Background(), h)
		if len(got.Findings) > 0 {
			t.Errorf("%s: findings:%s", name, describe(got.Findings))
		}
		if wrong := equal(got.Values, good()); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

// Some programs write colours with their transparency. The marked copy has every
// colour with eight digits, or other programs refuse to open it.
func TestMarkWritesColoursThatCanBeRead(t *testing.T) {
	h := handed(t, func(x *excelize.File) { must(t, x.SetCellValue("Totals", "D10", "about 33")) })
	in, err := zip.NewReader(bytes.NewReader(h.Body), int64(len(h.Body)))
	must(t, err)
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		body, err := fs.ReadFile(in, f.Name)
		must(t, err)
		if f.Name == "xl/styles.xml" {
			body = []byte(strings.ReplaceAll(regexp.MustCompile(`<color[^>]*/>|<color[^>]*></color>`).ReplaceAllString(string(body), ""), "</font>", `<color rgb="00000000"/></font>`))
		}
		w, err := out.Create(f.Name)
		must(t, err)
		_, err = w.Write(body)
		must(t, err)
	}
	must(t, out.Close())
	h.Body = b.Bytes()
	_, marked := markedFile(t, h.Body, Screen(context.Background(), h).Findings)
	again, err := zip.NewReader(bytes.NewReader(marked), int64(len(marked)))
	must(t, err)
	styles, err := fs.ReadFile(again, "xl/styles.xml")
	must(t, err)
	colours := regexp.MustCompile(`rgb="([^"]*)"`).FindAllSubmatch(styles, -1)
	if len(colours) == 0 {
		t.Fatal("the marked copy has no colours")
	}
	for _, c := range colours {
		if len(c[1]) != len("FF000000") {
			t.Errorf("a colour is written as %s", c[1])
		}
	}
}

// An NHS number is one as a number, too.
func TestNHSNumbersAsNumbersAreRefused(t *testing.T) {
	for n, refused := range map[int]bool{9434765919: true, 9434765918: false} {
		h := handed(t, func(x *excelize.File) { must(t, x.SetCellValue("Totals", "E10", n)) })
		if got := Screen(context.Background(), h).PersonalData; got != refused {
			t.Errorf("%d is personal data: %v", n, got)
		}
	}
}
