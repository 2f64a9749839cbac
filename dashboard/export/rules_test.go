package export

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// The rules for accessible workbooks: the Analysis Function's checklist, as the
// checks of gptables and a11ytables apply it, and the house's own. Each rule has
// a case in TestEachRuleFindsItsBreak that breaks it.

// rule is one of them: what must hold, and where a workbook does not keep it.
type rule struct {
	name string
	find func(*opened) []string
}

var rules = []rule{
	{name: "tables are marked up as tables", find: func(o *opened) (bad []string) {
		for _, s := range o.tableSheets() {
			if len(s.tables) == 0 {
				bad = append(bad, s.name)
			}
		}
		return bad
	}},
	{name: "tables have meaningful names", find: func(o *opened) (bad []string) {
		seen := map[string]bool{}
		for _, s := range o.sheets {
			for _, t := range s.tables {
				if name := strings.ToLower(t.Name); seen[name] || plainName.MatchString(name) || t.Name != t.DisplayName {
					bad = append(bad, s.name+": "+t.Name)
				} else {
					seen[name] = true
				}
			}
		}
		return bad
	}},
	{name: "a table has one header row", find: func(o *opened) (bad []string) {
		for _, s := range o.sheets {
			for _, t := range s.tables {
				if t.HeaderRowCount != "" && t.HeaderRowCount != "1" {
					bad = append(bad, s.name+": header rows: "+t.HeaderRowCount)
				}
				heads := s.header(t)
				for i, h := range heads {
					if i >= len(t.Columns) || t.Columns[i].Name != h || h == "" {
						bad = append(bad, fmt.Sprintf("%s: column %d is headed %q", s.name, i+1, h))
					}
				}
			}
		}
		return bad
	}},
	{name: "headings are unique", find: func(o *opened) (bad []string) {
		for _, s := range o.sheets {
			for _, t := range s.tables {
				seen := map[string]bool{}
				for _, h := range s.header(t) {
					if seen[strings.ToLower(h)] {
						bad = append(bad, s.name+": "+h)
					}
					seen[strings.ToLower(h)] = true
				}
			}
		}
		return bad
	}},
	{name: "no cells are merged", find: each(func(s *sheet) []string { return if_(len(s.xml.Merged) > 0, "merged") })},
	{name: "no blank rows inside a table", find: tables(func(s *sheet, t table) (bad []string) {
		for row := t.top + 1; row <= t.bottom; row++ {
			if s.blank(t.left, row, t.right, row) {
				bad = append(bad, fmt.Sprintf("row %d", row))
			}
		}
		return bad
	})},
	{name: "no blank columns inside a table", find: tables(func(s *sheet, t table) (bad []string) {
		for col := t.left; col <= t.right; col++ {
			if s.blank(col, t.top+1, col, t.bottom) {
				bad = append(bad, fmt.Sprintf("column %d", col))
			}
		}
		return bad
	})},
	{name: "text wraps", find: each(func(s *sheet) (bad []string) {
		for _, c := range s.order {
			if c.text != "" && !c.number && !s.of.styles.xfs[c.style].Alignment.Wrap {
				return []string{c.ref}
			}
		}
		return nil
	})},
	{name: "no filters", find: each(func(s *sheet) (bad []string) {
		bad = if_(s.xml.AutoFilter != nil, "a filter on the worksheet")
		for _, t := range s.tables {
			bad = append(bad, if_(t.AutoFilter != nil, "a filter on "+t.Name)...)
		}
		return bad
	})},
	{name: "no freeze panes", find: each(func(s *sheet) []string {
		for _, v := range s.xml.Views {
			if v.Pane != nil {
				return []string{"a pane"}
			}
		}
		return nil
	})},
	{name: "no hidden rows", find: each(func(s *sheet) []string {
		for _, r := range s.xml.Rows {
			if yes(r.Hidden) || r.Height == "0" {
				return []string{"row " + strconv.Itoa(r.R)}
			}
		}
		return nil
	})},
	{name: "no hidden columns", find: each(func(s *sheet) []string {
		for _, c := range s.xml.Cols {
			if yes(c.Hidden) || c.Width == "0" {
				return []string{"columns " + c.Min + " to " + c.Max}
			}
		}
		return nil
	})},
	{name: "no hidden sheets", find: each(func(s *sheet) []string { return if_(s.state != "" && s.state != "visible", s.state) })},
	{name: "one table a sheet", find: each(func(s *sheet) []string { return if_(len(s.tables) > 1, fmt.Sprint(len(s.tables), " tables")) })},
	{name: "tables start in column A", find: tables(func(s *sheet, t table) []string { return if_(t.left != 1, t.Ref) })},
	{name: "a title stands in A1", find: each(func(s *sheet) []string {
		return if_(!s.chart && (strings.TrimSpace(s.at(1, 1).text) == "" || s.topOf() == 1), "no title")
	})},
	{name: "the sheet says that it contains one table", find: above(func(s *sheet, lines []line) []string {
		return if_(!slices.ContainsFunc(lines, func(l line) bool { return strings.HasPrefix(l.text, "This worksheet contains one table") }), "it does not")
	})},
	{name: "a line on the notes stands above the table", find: above(func(s *sheet, lines []line) []string {
		return if_(!slices.ContainsFunc(lines, func(l line) bool { return strings.HasPrefix(l.text, "Notes: ") }), "there is none")
	})},
	{name: "the source stands above the table", find: above(func(s *sheet, lines []line) []string {
		return if_(!slices.ContainsFunc(lines, func(l line) bool { return strings.HasPrefix(l.text, "Source: ") && len(l.text) > 9 }), "it does not")
	})},
	{name: "a link leads back to the contents", find: above(func(s *sheet, lines []line) []string {
		to := "'Contents'!A1"
		if s.name == "Contents" {
			to = "'Cover'!A1"
		}
		return if_(!slices.ContainsFunc(lines, func(l line) bool { return l.to == to }), "there is none")
	})},
	{name: "above the table there is nothing but in column A", find: each(func(s *sheet) []string {
		for _, c := range s.order {
			if top := s.topOf(); c.text != "" && c.col > 1 && (top == 0 || c.row < top) {
				return []string{c.ref}
			}
		}
		return nil
	})},
	{name: "nothing stands below or beside the table", find: tables(func(s *sheet, t table) []string {
		for _, c := range s.order {
			if c.text != "" && (c.row > t.bottom || c.row >= t.top && c.col > t.right) {
				return []string{c.ref}
			}
		}
		return nil
	})},
	{name: "cover, contents and notes come first", find: func(o *opened) []string {
		var first []string
		for _, s := range o.sheets[:min(3, len(o.sheets))] {
			first = append(first, s.name)
		}
		return if_(!slices.Equal(first, []string{"Cover", "Contents", "Notes"}), strings.Join(first, ", "))
	}},
	{name: "the contents name every sheet", find: func(o *opened) (bad []string) {
		for _, s := range o.sheets {
			if s.name != "Contents" && !slices.ContainsFunc(o.sheet("Contents").body(), func(c cellAt) bool { return c.col == 1 && c.text == s.name }) {
				bad = append(bad, s.name)
			}
		}
		return bad
	}},
	{name: "notes are in the notes table", find: func(o *opened) (bad []string) {
		known := map[string]bool{}
		for _, c := range o.sheet("Notes").body() {
			if c.col == 1 {
				known["["+c.text+"]"] = true
			}
		}
		for _, s := range o.sheets {
			for _, c := range s.order {
				for _, m := range marker.FindAllString(c.text, -1) {
					if !known[m] {
						bad = append(bad, s.name+": "+m)
					}
				}
			}
		}
		return bad
	}},
	{name: "note markers are in brackets, no symbols and no superscript", find: each(func(s *sheet) (bad []string) {
		top := s.topOf()
		for _, c := range s.order {
			if top > 0 && c.row > top {
				continue
			}
			if symbolMarker.MatchString(c.text) || c.raised {
				bad = append(bad, c.ref+": "+c.text)
			}
		}
		return bad
	})},
	{name: "no note markers in data cells", find: each(func(s *sheet) (bad []string) {
		for _, c := range s.body() {
			if s.headOf(c.col) != "Notes" && (marker.MatchString(c.text) || c.raised || markedNumber.MatchString(c.text)) {
				bad = append(bad, c.ref+": "+c.text)
			}
		}
		return bad
	})},
	{name: "sheet names are unique and fit", find: func(o *opened) (bad []string) {
		seen := map[string]bool{}
		for _, s := range o.sheets {
			name := strings.ToLower(s.name)
			if seen[name] || len(utf16.Encode([]rune(s.name))) > 31 || strings.ContainsAny(name, `:\/?*[]'`) || strings.TrimSpace(name) == "" {
				bad = append(bad, s.name)
			}
			seen[name] = true
		}
		return bad
	}},
	{name: "no blank sheets", find: each(func(s *sheet) []string { return if_(!s.chart && s.blank(1, 1, 200, 200), "blank") })},
	{name: "no images", find: func(o *opened) (bad []string) {
		for name := range o.parts {
			if strings.HasPrefix(name, "xl/media/") {
				bad = append(bad, name)
			}
		}
		for _, s := range o.sheets {
			bad = append(bad, if_(s.xml.Picture != nil, s.name+": a picture behind the cells")...)
		}
		return bad
	}},
	{name: "no macros", find: func(o *opened) (bad []string) {
		for name := range o.parts {
			if strings.Contains(name, "vbaProject") || strings.Contains(name, "macrosheets") || strings.Contains(name, "activeX") {
				bad = append(bad, name)
			}
		}
		return append(bad, if_(strings.Contains(o.parts["[Content_Types].xml"], "macroEnabled"), "macros are enabled")...)
	}},
	{name: "no background fill", find: func(o *opened) (bad []string) {
		for _, s := range o.sheets {
			for _, c := range s.order {
				if fill := o.styles.fills[o.styles.xfs[c.style].Fill]; fill != "none" && fill != "" {
					bad = append(bad, s.name+" "+c.ref)
				}
			}
			for _, t := range s.tables {
				if t.Style != nil && t.Style.Name != "" || t.Style != nil && yes(t.Style.Stripes) {
					bad = append(bad, s.name+": "+t.Style.Name)
				}
			}
		}
		return bad
	}},
	{name: "no floating boxes", find: each(func(s *sheet) []string {
		return if_(!s.chart && (s.xml.Drawing != nil || s.xml.Legacy != nil), "something floats over the cells")
	})},
	{name: "no page headers or footers", find: each(func(s *sheet) []string { return if_(s.xml.HeaderFooter != nil, "a header or footer") })},
	{name: "links say where they lead", find: each(func(s *sheet) (bad []string) {
		for _, l := range s.xml.Links {
			text := s.byRef[l.Ref].text
			if strings.Contains(text, "://") || strings.HasPrefix(text, "www.") || len(text) < 4 || emptyLink.MatchString(text) {
				bad = append(bad, l.Ref+": "+text)
			}
			if to := strings.Trim(strings.TrimSuffix(l.Location, "!A1"), "'"); l.Location != "" && (s.of.sheet(to).name != to || s.of.sheet(to).chart) {
				bad = append(bad, l.Ref+" leads to "+l.Location)
			}
		}
		return bad
	})},
	{name: "colour is never the only signal", find: each(func(s *sheet) (bad []string) {
		bad = if_(len(s.xml.Conditional) > 0, "conditional formatting")
		for _, c := range s.order {
			if f := s.of.styles.fonts[s.of.styles.xfs[c.style].Font]; f.Color.RGB != "" && f.Color.RGB != "FF000000" && f.Underline == nil {
				bad = append(bad, c.ref)
			}
		}
		return bad
	})},
	{name: "no cell of a table is empty", find: tables(func(s *sheet, t table) (bad []string) {
		for row := t.top; row <= t.bottom; row++ {
			for col := t.left; col <= t.right; col++ {
				if strings.TrimSpace(s.at(col, row).text) == "" {
					bad = append(bad, fmt.Sprintf("row %d, column %d", row, col))
				}
			}
		}
		return bad[:min(len(bad), 5)]
	})},
	{name: "shorthand is in brackets and explained", find: func(o *opened) (bad []string) {
		explained := map[string]bool{}
		for _, name := range []string{"Cover", "Notes"} {
			for _, c := range o.sheet(name).order {
				if m := explainedMark.FindStringSubmatch(c.text); m != nil {
					explained[m[1]] = true
				}
			}
		}
		for _, s := range o.sheets {
			for _, c := range s.body() {
				for _, m := range anyMark.FindAllString(c.text, -1) {
					if (len(c.text) <= 5 || s.headOf(c.col) == "Shorthand") && !explained[m] {
						bad = append(bad, s.name+" "+c.ref+": "+m)
					}
				}
				if slices.Contains([]string{"-", "–", "—", ".", "..", ":", "*", "~", "#", "n/a", "na", "null", "x", "c", "#n/a"}, strings.ToLower(c.text)) || c.kind == "e" {
					bad = append(bad, s.name+" "+c.ref+": "+c.text)
				}
			}
		}
		return bad
	}},
	{name: "title, author and language are set", find: func(o *opened) (bad []string) {
		props, err := o.x.GetDocProps()
		if err != nil {
			return []string{err.Error()}
		}
		return slices.Concat(if_(len(props.Title) < 5, "no title"), if_(props.Creator == "" || props.Creator == "xuri", "no author"), if_(props.Language != "en-GB", "language "+props.Language))
	}},
	{name: "the cursor is in A1 of the first sheet", find: func(o *opened) (bad []string) {
		if o.x.GetActiveSheetIndex() != 0 {
			bad = append(bad, "another sheet is shown")
		}
		for i, s := range o.sheets {
			for _, v := range s.xml.Views {
				if yes(v.Selected) != (i == 0) {
					bad = append(bad, s.name+" is selected, or is not")
				}
				if v.TopLeft != "" && v.TopLeft != "A1" {
					bad = append(bad, s.name+" starts at "+v.TopLeft)
				}
				for _, sel := range v.Selection {
					if sel.Active != "" && sel.Active != "A1" {
						bad = append(bad, s.name+" "+sel.Active)
					}
				}
			}
		}
		return bad
	}},
	{name: "the file's name says report, area, period and version", find: func(o *opened) []string {
		name := filepath.Base(o.path)
		return if_(!fileName.MatchString(name), name)
	}},
	{name: "numbers are numbers", find: tables(func(s *sheet, t table) (bad []string) {
		for col := t.left; col <= t.right; col++ {
			anyNumber, onlyNumbers := false, true
			var words []cellAt
			for row := t.top + 1; row <= t.bottom; row++ {
				c := s.at(col, row)
				reads := readsAsNumber.MatchString(c.text)
				switch {
				case c.number:
					anyNumber = true
				case reads:
					words = append(words, c)
				case !strings.HasPrefix(c.text, "["):
					onlyNumbers = false
				}
			}
			if len(words) > 0 && (anyNumber || onlyNumbers) {
				bad = append(bad, words[0].ref+": "+words[0].text)
			}
		}
		return bad
	})},
	{name: "no formulas and nothing outside the file", find: func(o *opened) (bad []string) {
		for _, s := range o.sheets {
			for _, c := range s.order {
				bad = append(bad, if_(c.formula, s.name+" "+c.ref)...)
			}
		}
		for name := range o.parts {
			bad = append(bad, if_(strings.Contains(name, "externalLink") || strings.Contains(name, "connections"), name)...)
		}
		return bad
	}},
	{name: "a chart has its sheet and a text alternative", find: each(func(s *sheet) []string {
		if !s.chart {
			return nil
		}
		m := altText.FindStringSubmatch(s.of.parts[s.target("drawing")])
		return if_(m == nil, "no text alternative")
	})},
	{name: "invented data are called so on every sheet", find: func(o *opened) (bad []string) {
		if !strings.Contains(o.sheet("Cover").at(1, 2).text, "Invented") {
			return nil
		}
		for _, s := range o.sheets {
			said := strings.Contains(s.at(1, 2).text, "Invented")
			if s.chart {
				drawing := s.target("drawing")
				said = strings.Contains(o.parts[o.target(drawing, "chart")], "Invented")
			}
			if !said {
				bad = append(bad, s.name)
			}
		}
		return bad
	}},
}

var (
	marker        = regexp.MustCompile(`\[note [0-9]+\]`)
	plainName     = regexp.MustCompile(`^(table)?_?[0-9]*$`)
	symbolMarker  = regexp.MustCompile(`[*†‡§¹²³⁰-⁹ªº]| \([0-9]\)$|\[[0-9]+\]`)
	markedNumber  = regexp.MustCompile(`[0-9][*†‡¹²³]$`)
	emptyLink     = regexp.MustCompile(`(?i)^(click )?(here|link|more|this|read more)$`)
	explainedMark = regexp.MustCompile(`^(\[[a-z]+\]) \S`)
	anyMark       = regexp.MustCompile(`\[[a-z]{1,4}\]`)
	fileName      = regexp.MustCompile(`^[a-z-]+_[a-z0-9-]+_[a-z0-9-]+_(draft|pack-[0-9]+)\.xlsx$`)
	readsAsNumber = regexp.MustCompile(`^[-+]?£?[0-9][0-9,]*(\.[0-9]+)?%?$`)
	altText       = regexp.MustCompile(`descr="([^"]{20,})"`)
)

// check gives the rules that a workbook breaks: the rule, and where.
func check(t testing.TB, path string) []string {
	t.Helper()
	return brokenIn(open(t, path))
}

func brokenIn(o *opened) []string {
	var broken []string
	for _, r := range rules {
		for _, where := range r.find(o) {
			broken = append(broken, r.name+": "+where)
		}
	}
	return broken
}

func each(find func(*sheet) []string) func(*opened) []string {
	return func(o *opened) (bad []string) {
		for _, s := range o.sheets {
			for _, b := range find(s) {
				bad = append(bad, s.name+": "+b)
			}
		}
		return bad
	}
}

func tables(find func(*sheet, table) []string) func(*opened) []string {
	return each(func(s *sheet) (bad []string) {
		for _, t := range s.tables {
			bad = append(bad, find(s, t)...)
		}
		return bad
	})
}

// line is a line above a table.
type line struct{ text, to string }

func above(find func(*sheet, []line) []string) func(*opened) []string {
	return each(func(s *sheet) []string {
		if s.chart || s.name == "Cover" {
			return nil
		}
		var lines []line
		for row := 1; row < s.topOf(); row++ {
			c := s.at(1, row)
			l := line{text: c.text}
			for _, link := range s.xml.Links {
				if link.Ref == c.ref {
					l.to = link.Location
				}
			}
			lines = append(lines, l)
		}
		return find(s, lines)
	})
}

func if_(bad bool, what string) []string {
	if bad {
		return []string{what}
	}
	return nil
}

func yes(attr string) bool { return attr == "1" || attr == "true" }

// opened is a workbook as it lies in the file, and as excelize reads it.
type opened struct {
	path   string
	x      *excelize.File
	parts  map[string]string
	sheets []*sheet
	styles struct {
		fonts []fontXML
		fills []string
		xfs   []xfXML
	}
}

type fontXML struct {
	Color struct {
		RGB string `xml:"rgb,attr"`
	} `xml:"color"`
	Underline *struct{} `xml:"u"`
	Align     struct {
		Val string `xml:"val,attr"`
	} `xml:"vertAlign"`
}

type xfXML struct {
	NumFmt    int `xml:"numFmtId,attr"`
	Font      int `xml:"fontId,attr"`
	Fill      int `xml:"fillId,attr"`
	Alignment struct {
		Wrap bool `xml:"wrapText,attr"`
	} `xml:"alignment"`
}

type textXML struct {
	T    string `xml:"t"`
	Runs []struct {
		T   string  `xml:"t"`
		RPr fontXML `xml:"rPr"`
	} `xml:"r"`
}

func (t textXML) read() (string, bool) {
	text, raised := t.T, false
	for _, r := range t.Runs {
		text += r.T
		raised = raised || r.RPr.Align.Val != ""
	}
	return text, raised
}

type sheetXML struct {
	Views []struct {
		Selected  string    `xml:"tabSelected,attr"`
		TopLeft   string    `xml:"topLeftCell,attr"`
		Pane      *struct{} `xml:"pane"`
		Selection []struct {
			Active string `xml:"activeCell,attr"`
		} `xml:"selection"`
	} `xml:"sheetViews>sheetView"`
	Cols []struct {
		Min    string `xml:"min,attr"`
		Max    string `xml:"max,attr"`
		Width  string `xml:"width,attr"`
		Hidden string `xml:"hidden,attr"`
	} `xml:"cols>col"`
	Rows []struct {
		R      int    `xml:"r,attr"`
		Hidden string `xml:"hidden,attr"`
		Height string `xml:"ht,attr"`
		Cells  []struct {
			R string    `xml:"r,attr"`
			S int       `xml:"s,attr"`
			T string    `xml:"t,attr"`
			F *struct{} `xml:"f"`
			V string    `xml:"v"`
			I textXML   `xml:"is"`
		} `xml:"c"`
	} `xml:"sheetData>row"`
	Merged []struct {
		Ref string `xml:"ref,attr"`
	} `xml:"mergeCells>mergeCell"`
	AutoFilter   *struct{}  `xml:"autoFilter"`
	Conditional  []struct{} `xml:"conditionalFormatting"`
	HeaderFooter *struct{}  `xml:"headerFooter"`
	Drawing      *struct{}  `xml:"drawing"`
	Legacy       *struct{}  `xml:"legacyDrawing"`
	Picture      *struct{}  `xml:"picture"`
	Links        []struct {
		Ref      string `xml:"ref,attr"`
		Location string `xml:"location,attr"`
	} `xml:"hyperlinks>hyperlink"`
}

type table struct {
	Name           string    `xml:"name,attr"`
	DisplayName    string    `xml:"displayName,attr"`
	Ref            string    `xml:"ref,attr"`
	HeaderRowCount string    `xml:"headerRowCount,attr"`
	AutoFilter     *struct{} `xml:"autoFilter"`
	Columns        []struct {
		Name string `xml:"name,attr"`
	} `xml:"tableColumns>tableColumn"`
	Style *struct {
		Name    string `xml:"name,attr"`
		Stripes string `xml:"showRowStripes,attr"`
	} `xml:"tableStyleInfo"`
	left, top, right, bottom int
}

type cellAt struct {
	ref      string
	col, row int
	style    int
	text     string
	number   bool
	formula  bool
	raised   bool // superscript
	kind     string
}

type sheet struct {
	of          *opened
	name, state string
	part        string
	chart       bool
	xml         sheetXML
	tables      []table
	order       []cellAt
	byRef       map[string]cellAt
}

func (s *sheet) at(col, row int) cellAt { return s.byRef[ref(col, row)] }

func (s *sheet) blank(left, top, right, bottom int) bool {
	for _, c := range s.order {
		if c.text != "" && c.col >= left && c.col <= right && c.row >= top && c.row <= bottom {
			return false
		}
	}
	return true
}

// topOf is the row of the first table's header, 0 where there is none.
func (s *sheet) topOf() int {
	if len(s.tables) == 0 {
		return 0
	}
	return s.tables[0].top
}

func (s *sheet) header(t table) (out []string) {
	for col := t.left; col <= t.right; col++ {
		out = append(out, s.at(col, t.top).text)
	}
	return out
}

func (s *sheet) headOf(col int) string { return s.at(col, s.topOf()).text }

// body are the cells of the tables, without the headings.
func (s *sheet) body() (out []cellAt) {
	for _, t := range s.tables {
		for _, c := range s.order {
			if c.row > t.top && c.row <= t.bottom && c.col >= t.left && c.col <= t.right {
				out = append(out, c)
			}
		}
	}
	return out
}

func (o *opened) sheet(name string) *sheet {
	for _, s := range o.sheets {
		if s.name == name {
			return s
		}
	}
	return &sheet{of: o, byRef: map[string]cellAt{}}
}

// tableSheets are those that must have a table.
func (o *opened) tableSheets() (out []*sheet) {
	for _, s := range o.sheets {
		if !s.chart && s.name != "Cover" {
			out = append(out, s)
		}
	}
	return out
}

type relationships struct {
	List []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

func (o *opened) rels(part string) (out relationships) {
	_ = xml.Unmarshal([]byte(o.parts[path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")]), &out)
	for i, r := range out.List {
		if t, ok := strings.CutPrefix(r.Target, "/"); ok {
			out.List[i].Target = t
		} else {
			out.List[i].Target = path.Join(path.Dir(part), r.Target)
		}
	}
	return out
}

// target is the part of a kind that another refers to first.
func (o *opened) target(part, kind string) string {
	for _, r := range o.rels(part).List {
		if strings.HasSuffix(r.Type, "/"+kind) {
			return r.Target
		}
	}
	return ""
}

func (s *sheet) target(kind string) string { return s.of.target(s.part, kind) }

func unpack(t testing.TB, body []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	must(t, err)
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		b, err := io.ReadAll(r)
		must(t, err)
		parts[f.Name] = string(b)
	}
	return parts
}

func repack(t testing.TB, to string, parts map[string]string) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, parts[name])
		must(t, err)
	}
	must(t, z.Close(), os.WriteFile(to, b.Bytes(), 0o644))
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func open(t testing.TB, file string) *opened {
	t.Helper()
	body, err := os.ReadFile(file)
	must(t, err)
	o := &opened{path: file, parts: unpack(t, body)}
	o.x, err = excelize.OpenReader(bytes.NewReader(body))
	must(t, err)
	t.Cleanup(func() { o.x.Close() })

	var styles struct {
		Fonts []fontXML `xml:"fonts>font"`
		Fills []struct {
			Pattern struct {
				Type string `xml:"patternType,attr"`
			} `xml:"patternFill"`
			Gradient *struct{} `xml:"gradientFill"`
		} `xml:"fills>fill"`
		Xfs []xfXML `xml:"cellXfs>xf"`
	}
	must(t, xml.Unmarshal([]byte(o.parts["xl/styles.xml"]), &styles))
	o.styles.fonts, o.styles.xfs = styles.Fonts, styles.Xfs
	for _, f := range styles.Fills {
		kind := f.Pattern.Type
		if f.Gradient != nil {
			kind = "gradient"
		}
		o.styles.fills = append(o.styles.fills, kind)
	}
	var shared struct {
		List []textXML `xml:"si"`
	}
	if s := o.parts["xl/sharedStrings.xml"]; s != "" {
		must(t, xml.Unmarshal([]byte(s), &shared))
	}
	var book struct {
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	must(t, xml.Unmarshal([]byte(o.parts["xl/workbook.xml"]), &book))
	for _, b := range book.Sheets {
		s := &sheet{of: o, name: b.Name, state: b.State, byRef: map[string]cellAt{}}
		for _, r := range o.rels("xl/workbook.xml").List {
			if r.ID == b.ID {
				s.part, s.chart = r.Target, strings.HasSuffix(r.Type, "/chartsheet")
			}
		}
		must(t, xml.Unmarshal([]byte(o.parts[s.part]), &s.xml))
		for _, row := range s.xml.Rows {
			for _, c := range row.Cells {
				at := cellAt{ref: c.R, row: row.R, style: c.S, kind: c.T, formula: c.F != nil}
				at.col, at.row, err = excelize.CellNameToCoordinates(c.R)
				must(t, err)
				switch c.T {
				case "s":
					n, err := strconv.Atoi(c.V)
					must(t, err)
					at.text, at.raised = shared.List[n].read()
				case "inlineStr":
					at.text, at.raised = c.I.read()
				case "", "n":
					at.text, at.number = c.V, c.V != ""
				default:
					at.text = c.V
				}
				at.raised = at.raised || at.text != "" && o.styles.fonts[o.styles.xfs[c.S].Font].Align.Val != ""
				s.order = append(s.order, at)
				s.byRef[c.R] = at
			}
		}
		for _, r := range o.rels(s.part).List {
			if strings.HasSuffix(r.Type, "/table") {
				var tab table
				must(t, xml.Unmarshal([]byte(o.parts[r.Target]), &tab))
				from, to, _ := strings.Cut(tab.Ref, ":")
				tab.left, tab.top, err = excelize.CellNameToCoordinates(from)
				must(t, err)
				tab.right, tab.bottom, err = excelize.CellNameToCoordinates(to)
				must(t, err)
				s.tables = append(s.tables, tab)
			}
		}
		slices.SortFunc(s.tables, func(a, b table) int { return a.top - b.top })
		o.sheets = append(o.sheets, s)
	}
	return o
}
