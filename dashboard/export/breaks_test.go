package export

import (
	"bytes"
	"encoding/base64"
	_ "image/png" // so that a picture can be put in
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A pixel.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

// A workbook that breaks a rule is found out, whichever rule it is. The copies
// are of the fullest report; each is broken in one way.
func TestEachRuleFindsItsBreak(t *testing.T) {
	r := full()
	good := workbook(t, r)
	file := r.FileName() + ".xlsx"
	o := open(t, kept(t, r))
	const rates, shares = "1 Violence and sexual offences", "2 Neighbourhoods among the 10%"
	tab := o.sheet(rates).tables[0]
	head := tab.top
	first := head + 1
	tablePart, chartDrawing := o.sheet(rates).target("table"), o.sheet("1 Chart").target("drawing")
	if o.sheet(rates).at(3, first).text == "" || tablePart == "" || chartDrawing == "" {
		t.Fatal("the report is another than these cases were written for")
	}
	put := func(sheet string, col, row int, v string) func(testing.TB, *excelize.File) {
		return func(t testing.TB, x *excelize.File) { must(t, x.SetCellStr(sheet, ref(col, row), v)) }
	}
	styled := func(s excelize.Style) func(testing.TB, *excelize.File) {
		return func(t testing.TB, x *excelize.File) {
			id, err := x.NewStyle(&s)
			must(t, err, x.SetCellStyle(rates, ref(2, first), ref(2, first), id))
		}
	}
	replaced := func(part, old, new string) func(testing.TB, map[string]string) {
		return func(t testing.TB, parts map[string]string) {
			if !strings.Contains(parts[part], old) {
				t.Fatalf("%s has no %s", part, old)
			}
			parts[part] = strings.ReplaceAll(parts[part], old, new)
		}
	}
	without := func(part, pattern string) func(testing.TB, map[string]string) {
		return func(t testing.TB, parts map[string]string) {
			before := parts[part]
			if parts[part] = regexp.MustCompile(pattern).ReplaceAllString(before, ""); parts[part] == before {
				t.Fatalf("%s has no %s", part, pattern)
			}
		}
	}
	lineWith := func(start string) int {
		for row := 1; row < head; row++ {
			if strings.HasPrefix(o.sheet(rates).at(1, row).text, start) {
				return row
			}
		}
		t.Fatalf("no line starts with %q", start)
		return 0
	}
	image, err := base64.StdEncoding.DecodeString(pixel)
	must(t, err)
	wrapped := &excelize.Alignment{WrapText: true}

	cases := []struct {
		rule, how string
		raw       func(testing.TB, map[string]string)
		with      func(testing.TB, *excelize.File)
		name      string // of the file, where that is what is wrong
	}{
		{rule: "tables are marked up as tables", how: "no table", with: func(t testing.TB, x *excelize.File) { must(t, x.DeleteTable(tab.Name)) }},
		{rule: "tables have meaningful names", how: "Table4", raw: replaced(tablePart, `"`+tab.Name+`"`, `"Table4"`)},
		{rule: "tables have meaningful names", how: "two of one name", raw: replaced(tablePart, `"`+tab.Name+`"`, `"notes_to_the_tables"`)},
		{rule: "a table has one header row", how: "none", raw: replaced(tablePart, ` ref=`, ` headerRowCount="0" ref=`)},
		{rule: "a table has one header row", how: "other words than the table's", with: put(rates, 3, head, "Something else")},
		{rule: "headings are unique", how: "twice the same but for capitals", with: put(rates, 3, head, "TARGET")},
		{rule: "no cells are merged", how: "two cells of the title", with: func(t testing.TB, x *excelize.File) { must(t, x.MergeCell(rates, "A1", "B1")) }},
		{rule: "no blank rows inside a table", how: "a row taken out", raw: without(o.sheet(rates).part, `(?s)<row r="15".*?</row>`)},
		{rule: "no blank columns inside a table", how: "a column emptied", with: func(t testing.TB, x *excelize.File) {
			for row := first; row <= tab.bottom; row++ {
				must(t, x.SetCellStr(rates, ref(4, row), ""))
			}
		}},
		{rule: "text wraps", how: "one that does not", with: styled(excelize.Style{})},
		{rule: "no filters", how: "on the worksheet", with: func(t testing.TB, x *excelize.File) { must(t, x.AutoFilter("Cover", "A1:A5", nil)) }},
		{rule: "no filters", how: "on the table", raw: replaced(tablePart, `<tableColumns`, `<autoFilter ref="`+tab.Ref+`"/><tableColumns`)},
		{rule: "no freeze panes", how: "frozen", with: func(t testing.TB, x *excelize.File) {
			must(t, x.SetPanes(rates, &excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: ref(1, first), ActivePane: "bottomLeft"}))
		}},
		{rule: "no freeze panes", how: "split", with: func(t testing.TB, x *excelize.File) {
			must(t, x.SetPanes(rates, &excelize.Panes{Split: true, XSplit: 2000, TopLeftCell: "C1", ActivePane: "topRight"}))
		}},
		{rule: "no hidden rows", how: "hidden", with: func(t testing.TB, x *excelize.File) { must(t, x.SetRowVisible(rates, first, false)) }},
		{rule: "no hidden rows", how: "of no height", with: func(t testing.TB, x *excelize.File) { must(t, x.SetRowHeight(rates, first, 0)) }},
		{rule: "no hidden columns", how: "hidden", with: func(t testing.TB, x *excelize.File) { must(t, x.SetColVisible(rates, "C", false)) }},
		{rule: "no hidden columns", how: "of no width", with: func(t testing.TB, x *excelize.File) { must(t, x.SetColWidth(rates, "C", "C", 0)) }},
		{rule: "no hidden sheets", how: "hidden", raw: replaced("xl/workbook.xml", `name="Figures"`, `name="Figures" state="hidden"`)},
		{rule: "no hidden sheets", how: "very hidden", raw: replaced("xl/workbook.xml", `name="Figures"`, `name="Figures" state="veryHidden"`)},
		{rule: "one table a sheet", how: "two", with: func(t testing.TB, x *excelize.File) {
			must(t, x.SetCellStr(rates, "A60", "More"), x.AddTable(rates, &excelize.Table{Range: "A60:A61", Name: "more_of_it"}))
		}},
		{rule: "tables start in column A", how: "in B", raw: replaced(tablePart, `ref="A`, `ref="B`)},
		{rule: "a title stands in A1", how: "no title", with: put(rates, 1, 1, "")},
		{rule: "a title stands in A1", how: "no title on the cover", with: put("Cover", 1, 1, " ")},
		{rule: "the sheet says that it contains one table", how: "it does not", with: put(rates, 1, lineWith("This worksheet"), "Here is a table.")},
		{rule: "a line on the notes stands above the table", how: "it does not", with: put(rates, 1, lineWith("Notes:"), "See elsewhere.")},
		{rule: "the source stands above the table", how: "it does not", with: put(rates, 1, lineWith("Source:"), "From somewhere.")},
		{rule: "the source stands above the table", how: "an empty one", with: put(rates, 1, lineWith("Source:"), "Source: ")},
		{rule: "a link leads back to the contents", how: "it does not", with: func(t testing.TB, x *excelize.File) {
			must(t, x.SetCellHyperLink(rates, ref(1, lineWith("Go to")), "", "None"))
		}},
		{rule: "above the table there is nothing but in column A", how: "a word in B", with: put(rates, 2, 2, "here")},
		{rule: "nothing stands below or beside the table", how: "below", with: put(rates, 1, tab.bottom+2, "Total")},
		{rule: "nothing stands below or beside the table", how: "beside", with: put(rates, tab.right+2, first, "seen")},
		{rule: "cover, contents and notes come first", how: "notes last", raw: func(t testing.TB, parts map[string]string) {
			notes := regexp.MustCompile(`<sheet name="Notes"[^>]*></sheet>`).FindString(parts["xl/workbook.xml"])
			replaced("xl/workbook.xml", notes, "")(t, parts)
			replaced("xl/workbook.xml", "</sheets>", notes+"</sheets>")(t, parts)
		}},
		{rule: "the contents name every sheet", how: "one by another name", raw: replaced("xl/workbook.xml", `name="Figures"`, `name="Data"`)},
		{rule: "the contents name every sheet", how: "one more", with: func(t testing.TB, x *excelize.File) {
			_, err := x.NewSheet("More")
			must(t, err)
		}},
		{rule: "notes are in the notes table", how: "a marker without a note", with: put(rates, 1, 1, "Rates [note 99]")},
		{rule: "note markers are in brackets, no symbols and no superscript", how: "a star", with: put(rates, 1, 1, "Rates*")},
		{rule: "note markers are in brackets, no symbols and no superscript", how: "a superscript digit", with: put(rates, 3, head, "Coventry ¹")},
		{rule: "note markers are in brackets, no symbols and no superscript", how: "a digit in brackets", with: put(rates, 1, 1, "Rates (1)")},
		{rule: "note markers are in brackets, no symbols and no superscript", how: "raised letters", with: func(t testing.TB, x *excelize.File) {
			must(t, x.SetCellRichText(rates, "A1", []excelize.RichTextRun{{Text: "Rates "}, {Text: "a", Font: &excelize.Font{VertAlign: "superscript"}}}))
		}},
		{rule: "no note markers in data cells", how: "a marker", with: put(rates, 2, first, "Mar 2014 [note 1]")},
		{rule: "no note markers in data cells", how: "a star after a number", with: put(rates, 3, first, "4.0*")},
		{rule: "sheet names are unique and fit", how: "twice the same but for capitals", raw: replaced("xl/workbook.xml", `name="Figures"`, `name="cover"`)},
		{rule: "sheet names are unique and fit", how: "too long", raw: replaced("xl/workbook.xml", `name="Figures"`, `name="`+strings.Repeat("Figures ", 5)+`"`)},
		{rule: "no blank sheets", how: "one", with: func(t testing.TB, x *excelize.File) {
			_, err := x.NewSheet("Sheet1")
			must(t, err)
		}},
		{rule: "no images", how: "a logo", with: func(t testing.TB, x *excelize.File) {
			must(t, x.AddPictureFromBytes("Cover", "C1", &excelize.Picture{Extension: ".png", File: image, Format: &excelize.GraphicOptions{AltText: "logo"}}))
		}},
		{rule: "no images", how: "behind the cells", with: func(t testing.TB, x *excelize.File) { must(t, x.SetSheetBackgroundFromBytes("Cover", ".png", image)) }},
		{rule: "no macros", how: "a project", raw: func(t testing.TB, parts map[string]string) { parts["xl/vbaProject.bin"] = "x" }},
		{rule: "no background fill", how: "a cell", with: styled(excelize.Style{Alignment: wrapped, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFFF00"}}})},
		{rule: "no background fill", how: "a table in stripes", raw: replaced(tablePart, `showRowStripes="false"`, `showRowStripes="true"`)},
		{rule: "no background fill", how: "a table's style", raw: replaced(tablePart, `<tableStyleInfo `, `<tableStyleInfo name="TableStyleMedium2" `)},
		{rule: "no floating boxes", how: "a text box", with: func(t testing.TB, x *excelize.File) {
			must(t, x.AddShape(rates, &excelize.Shape{Cell: "J5", Type: "rect", Paragraph: []excelize.RichTextRun{{Text: "See here"}}}))
		}},
		{rule: "no floating boxes", how: "a chart over the cells", with: func(t testing.TB, x *excelize.File) {
			must(t, x.AddChart(rates, "J5", &excelize.Chart{Type: excelize.Line, Series: []excelize.ChartSeries{{Values: "Cover!$A$1:$A$2"}}}))
		}},
		{rule: "no floating boxes", how: "a comment", with: func(t testing.TB, x *excelize.File) {
			must(t, x.AddComment(rates, excelize.Comment{Cell: "A1", Text: "look"}))
		}},
		{rule: "no page headers or footers", how: "a footer", with: func(t testing.TB, x *excelize.File) {
			must(t, x.SetHeaderFooter(rates, &excelize.HeaderFooterOptions{OddFooter: "&P"}))
		}},
		{rule: "links say where they lead", how: "an address", with: put("Sources", 1, o.sheet("Sources").topOf()+1, "https://data.police.uk/")},
		{rule: "links say where they lead", how: "here", with: put(rates, 1, lineWith("Go to"), "Click here")},
		{rule: "links say where they lead", how: "nowhere", with: func(t testing.TB, x *excelize.File) {
			must(t, x.SetCellHyperLink("Contents", "A8", "'1 Chart'!A1", "Location"))
		}},
		{rule: "colour is never the only signal", how: "red if high", with: func(t testing.TB, x *excelize.File) {
			id, err := x.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "9A0511"}})
			must(t, err, x.SetConditionalFormat(rates, "C10:C20", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: ">", Format: &id, Value: "5"}}))
		}},
		{rule: "colour is never the only signal", how: "red letters", with: styled(excelize.Style{Alignment: wrapped, Font: &excelize.Font{Color: "FF0000"}})},
		{rule: "no cell of a table is empty", how: "an empty text", with: put(rates, 3, first, "")},
		{rule: "no cell of a table is empty", how: "no cell at all", raw: without(o.sheet(rates).part, `(?s)<c r="C15".*?</c>`)},
		{rule: "shorthand is in brackets and explained", how: "an unknown one", with: put(rates, 3, first, "[q]")},
		{rule: "shorthand is in brackets and explained", how: "an unknown one beside a number", with: put(rates, tab.right, first, "[q] Coventry")},
		{rule: "shorthand is in brackets and explained", how: "two dots", with: put(rates, 3, first, "..")},
		{rule: "shorthand is in brackets and explained", how: "an error for a number", raw: func(t testing.TB, parts map[string]string) {
			part := o.sheet(rates).part
			replaced(part, `<c r="`+ref(3, first)+`" s="`, `<c r="`+ref(3, first)+`" t="e" s="`)(t, parts)
		}},
		{rule: "shorthand is in brackets and explained", how: "not on the cover", with: func(t testing.TB, x *excelize.File) {
			for _, c := range o.sheet("Cover").order {
				if strings.HasPrefix(c.text, "[c] ") {
					must(t, x.SetCellStr("Cover", c.ref, "confidential"))
				}
			}
		}},
		{rule: "title, author and language are set", how: "no title", raw: without("docProps/core.xml", `<dc:title>.*</dc:title>`)},
		{rule: "title, author and language are set", how: "no author", raw: without("docProps/core.xml", `<dc:creator>.*</dc:creator>`)},
		{rule: "title, author and language are set", how: "no language", raw: without("docProps/core.xml", `<dc:language>.*</dc:language>`)},
		{rule: "the cursor is in A1 of the first sheet", how: "another sheet", with: func(t testing.TB, x *excelize.File) { x.SetActiveSheet(2) }},
		{rule: "the cursor is in A1 of the first sheet", how: "another cell", with: func(t testing.TB, x *excelize.File) {
			must(t, x.SetPanes("Cover", &excelize.Panes{Selection: []excelize.Selection{{ActiveCell: "A9", SQRef: "A9"}}}))
		}},
		{rule: "the cursor is in A1 of the first sheet", how: "scrolled down", with: func(t testing.TB, x *excelize.File) {
			at := "A20"
			must(t, x.SetSheetView("Cover", 0, &excelize.ViewOptions{TopLeftCell: &at}))
		}},
		{rule: "the file's name says report, area, period and version", how: "report.xlsx", name: "report.xlsx"},
		{rule: "numbers are numbers", how: "one as text among numbers", with: put(rates, 3, first, "4.0")},
		{rule: "numbers are numbers", how: "a column of text", with: func(t testing.TB, x *excelize.File) {
			top := o.sheet(shares).topOf()
			col := 3
			must(t, x.SetCellStr(shares, ref(col, top+1), "18.5%"), x.SetCellStr(shares, ref(col, top+2), "14.4%"))
		}},
		{rule: "no formulas and nothing outside the file", how: "a sum", with: func(t testing.TB, x *excelize.File) { must(t, x.SetCellFormula(rates, ref(3, first), "SUM(D10:D12)")) }},
		{rule: "no formulas and nothing outside the file", how: "another workbook", raw: func(t testing.TB, parts map[string]string) { parts["xl/externalLinks/externalLink1.xml"] = "<x/>" }},
		{rule: "a chart has its sheet and a text alternative", how: "none", raw: without(chartDrawing, ` descr="[^"]*"`)},
		{rule: "a chart has its sheet and a text alternative", how: "a word", raw: func(t testing.TB, parts map[string]string) {
			parts[chartDrawing] = regexp.MustCompile(`descr="[^"]*"`).ReplaceAllString(parts[chartDrawing], `descr="Chart"`)
		}},
		{rule: "invented data are called so on every sheet", how: "not on one", with: put(rates, 1, 2, "Data")},
		{rule: "invented data are called so on every sheet", how: "not on a chart", raw: func(t testing.TB, parts map[string]string) {
			part := o.target(chartDrawing, "chart")
			replaced(part, "Invented sample data", "Data")(t, parts)
		}},
	}
	covered := map[string]bool{}
	for _, c := range cases {
		covered[c.rule] = true
		t.Run(c.rule+"/"+c.how, func(t *testing.T) {
			name := file
			if c.name != "" {
				name = c.name
			}
			at := filepath.Join(t.TempDir(), name)
			switch {
			case c.raw != nil:
				parts := maps.Clone(o.parts)
				c.raw(t, parts)
				repack(t, at, parts)
			case c.with != nil:
				x, err := excelize.OpenReader(bytes.NewReader(good))
				must(t, err)
				defer x.Close()
				c.with(t, x)
				must(t, x.SaveAs(at))
			default:
				must(t, os.WriteFile(at, good, 0o644))
			}
			found := false
			var others []string
			for _, broken := range check(t, at) {
				if strings.HasPrefix(broken, c.rule+": ") {
					found = true
				} else {
					others = append(others, broken)
				}
			}
			if !found {
				t.Errorf("it is not found out; the others are %q", others)
			}
		})
	}
	for _, r := range rules {
		if !covered[r.name] {
			t.Errorf("nothing breaks the rule %q", r.name)
		}
		delete(covered, r.name)
	}
	for name := range covered {
		t.Errorf("%q is no rule", name)
	}
	t.Run("a copy that nothing was done to keeps them all", func(t *testing.T) {
		at := filepath.Join(t.TempDir(), file)
		x, err := excelize.OpenReader(bytes.NewReader(good))
		must(t, err)
		defer x.Close()
		must(t, x.SaveAs(at))
		for _, broken := range check(t, at) {
			t.Error(broken)
		}
	})
}
