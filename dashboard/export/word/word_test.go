package word

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"outcomes/metrics"
)

// Every word of a report stands in the document, in the report's order and in
// the style that is meant for it, and no paragraph stands there besides.
func TestEverythingIsThere(t *testing.T) {
	r := report()
	checkWords(t, open(t, write(t, r)), r, besides{
		front: []string{"From:\tMidborough Community Safety Partnership", "Date:\t14 May 2019", "Area:\tMidborough", "Period:\tQuarter ending March 2019",
			"Figures as at:\t12 May 2019, 08:15 UTC", "Version:\tPack 3, frozen on 14 May 2019 by Amina Okafor", "Address:\t" + r.Address, "SHA-256:\t" + r.SHA256},
		comments: [][]item{
			{{style: "CommentaryLead", text: "Commentary by Tomasz Bell-Greene, 13 May 2019"},
				{style: "Commentary", text: "The rise was discussed by the Board on 3 May 2019. Members asked for three things:"},
				{style: "CommentaryList", text: "a breakdown by ward"}, {style: "CommentaryList", text: "a comparison with hospital admissions"}, {style: "CommentaryList", text: "a note on recording"},
				{style: "Commentary", text: "The police will bring the first two to the next meeting.\nThe third is attached."},
				{style: "Commentary", text: "End of commentary"}},
			{{style: "CommentaryLead", text: "Commentary by Amina Okafor, 13 May 2019"}, {style: "Commentary", text: "Searches were fewer in this quarter."}},
		},
		notes: map[string][]string{
			"violence-rate-quarter-chart": {"The upright axis starts at 4, not at 0. The thin upright lines at the points of Midborough are the intervals of its values. Provisional [p], with a hollow point: quarter ending December 2018; quarter ending March 2019.",
				"Marked in the chart: A Recording rules changed (June 2017); B City summit (January 2019); C Partnership Board is formed (February 2019)."},
			"weapons-chart": {"The thin upright lines at the points of Midborough are the intervals of its values. Where a value cannot be shown there is no point: [c], [x] in the table.",
				"Marked in the chart: A Offences counted anew (February 2018, break in the series, dashed)."},
			"deprived-chart": {"The upright axis starts at 7.5%, not at 0. Where a value cannot be shown there is no point: [x] in the table."},
			"spend-chart":    {"The upright axis starts at £1,250, not at 0. Provisional [p], with a hollow point: quarter ending March 2019."},
			"months-chart":   {"The upright axis starts at 200, not at 0. Provisional [p], with a hollow point: March 2019."},
		},
	})
}

// besides is what a document says that its report does not have word for word.
type besides struct {
	front    []string            // below the title
	comments [][]item            // each commentary's paragraphs, with their styles
	notes    map[string][]string // under a chart, by its ID; nil for whatever stands there
}

// checkWords holds that a document has every word of its report and those
// besides, in their order and styles, and no other paragraph.
func checkWords(t *testing.T, d *docx, r *metrics.Report, more besides) {
	t.Helper()
	got := d.body(t)
	at := 0
	next := func(style, text string) *node {
		t.Helper()
		if at >= len(got) {
			t.Fatalf("the document ends before %s %q", style, text)
		}
		i := got[at]
		at++
		if i.style != style || i.text != text {
			t.Fatalf("paragraph %d is %s %q, want %s %q", at, i.style, i.text, style, text)
		}
		return i.node
	}
	table := func(number int, m *metrics.ReportTable) {
		t.Helper()
		next("Caption", fmt.Sprintf("Table %d. %s", number, m.Title))
		n := next("table", "")
		want := [][]string{{}}
		for _, c := range m.Columns {
			want[0] = append(want[0], c.Head)
		}
		for _, row := range m.Rows {
			var texts []string
			for _, c := range row {
				texts = append(texts, c.Text)
			}
			want = append(want, texts)
		}
		if have := cells(n); !slices.EqualFunc(have, want, slices.Equal) {
			t.Errorf("table %d is\n%q\nwant\n%q", number, have, want)
		}
		if m.Source+strings.Join(m.Notes, "") == "" {
			next("SourceNote", "") // parts it from what follows
			return
		}
		next("SourceNote", m.Source+".")
		for _, note := range m.Notes {
			next("SourceNote", note)
		}
	}

	if r.Sample {
		next("Notice", "Invented data: every figure in this document is made up for demonstration")
	}
	next("Title", r.Title)
	next("Subtitle", r.Area.Place()+", "+r.Period.Label())
	for _, l := range more.front {
		next("FrontMatter", l)
	}
	next("FrontHeading", "Headlines")
	for _, h := range r.Headlines {
		next("Headline", h)
	}
	next("TOCHeading", "Contents")
	for _, s := range r.Sections {
		next("TOC1", fmt.Sprintf("%d\t%s", s.Number, s.Title))
	}
	charts, tables := 0, 0
	numbers := map[string]int{}
	for _, s := range r.Sections {
		for _, b := range s.Blocks {
			if b.Table != nil {
				numbers[b.Table.ID] = len(numbers) + 1
			}
		}
	}
	comments := 0
	for _, s := range r.Sections {
		next("Heading1", s.Title)
		for _, b := range s.Blocks {
			switch {
			case b.Heading != "":
				next("Heading2", b.Heading)
			case b.Paragraph != "":
				next("NumberedParagraph", b.Paragraph)
			case b.List != nil:
				for _, l := range b.List {
					next("ListBullet", l)
				}
			case b.Commentary != nil:
				for _, p := range more.comments[comments] {
					next(p.style, p.text)
				}
				comments++
			case b.Table != nil:
				tables++
				table(tables, b.Table)
			case b.Chart != nil:
				charts++
				next("Caption", fmt.Sprintf("Chart %d. %s", charts, b.Chart.Title))
				next("CaptionDetail", b.Chart.Subtitle)
				source := b.Chart.Source + "."
				if n := numbers[b.Chart.TableID]; n > 0 {
					source += fmt.Sprintf(" The figures are in Table %d.", n)
				}
				if b.Chart.ID == "none-chart" {
					next("SourceNote", "There is no value to draw.")
					next("SourceNote", source)
					continue
				}
				frame := next("chart", "")
				if alt := frame.all("wp:docPr")[0].attrs["descr"]; alt != b.Chart.Alt {
					t.Errorf("chart %d: the text alternative is %q", charts, alt)
				}
				next("SourceNote", source)
				for _, n := range more.notes[b.Chart.ID] {
					next("SourceNote", n)
				}
				for more.notes == nil && at < len(got) && got[at].style == "SourceNote" {
					at++
				}
			}
		}
	}
	next("Heading2", "Sources")
	sources := &metrics.ReportTable{Title: "What the figures in this report are made from"}
	for _, h := range []string{"Source", "Publisher", "Licence", "Newest period", "Last read"} {
		sources.Columns = append(sources.Columns, metrics.ReportColumn{Head: h})
	}
	for _, s := range r.Sources {
		read, err := time.Parse(time.RFC3339, s.ReadAt)
		if err != nil {
			t.Fatal(err)
		}
		var row []metrics.ReportCell
		for _, text := range []string{s.Name, s.Publisher, cmp.Or(s.Licence, "Not stated"), s.Latest, read.Format("2 January 2006")} {
			row = append(row, metrics.ReportCell{Text: text})
		}
		sources.Rows = append(sources.Rows, row)
	}
	table(tables+1, sources)
	next("Heading2", "Signs used in place of or beside a number")
	for _, k := range r.Key {
		next("ListBullet", k.Mark+" "+k.Meaning)
	}
	next("Heading2", "Licence")
	next("BodyText", r.Licence)
	next("Heading2", "How to cite this report")
	next("BodyText", r.Cite)
	if at != len(got) {
		t.Errorf("the document goes on after its end: %q", got[at].text)
	}
}

// Headings, numbers, lists and tables are Word's own, so that it lists,
// renumbers and reads them out as such.
func TestStructureIsReal(t *testing.T) {
	d := open(t, write(t, report()))
	styles := map[string]*node{}
	for _, s := range d.trees["word/styles.xml"].all("w:style") {
		id := s.attrs["w:styleId"]
		if styles[id] != nil {
			t.Errorf("style %s is defined twice", id)
		}
		styles[id] = s
	}
	for id, s := range styles {
		for _, other := range []string{s.val("w:basedOn"), s.val("w:next")} {
			if other != "" && styles[other] == nil {
				t.Errorf("style %s leads to %s, which is none", id, other)
			}
		}
	}
	document := d.trees["word/document.xml"]
	for _, name := range []string{"w:pStyle", "w:rStyle", "w:tblStyle"} {
		for _, part := range []string{"word/document.xml", "word/header1.xml", "word/footer1.xml", "word/numbering.xml"} {
			for _, n := range d.trees[part].all(name) {
				if styles[n.attrs["w:val"]] == nil {
					t.Errorf("%s uses style %q, which is none", part, n.attrs["w:val"])
				}
			}
		}
	}
	for id, level := range map[string]string{"Heading1": "0", "Heading2": "1"} {
		if got := styles[id].val("w:pPr", "w:outlineLvl"); got != level {
			t.Errorf("%s has outline level %q", id, got)
		}
	}
	for id, name := range map[string]string{"Title": "Title", "Subtitle": "Subtitle", "Heading1": "heading 1", "Heading2": "heading 2", "ListBullet": "List Bullet", "Caption": "caption", "BodyText": "Body Text"} {
		if got := styles[id].val("w:name"); got != name {
			t.Errorf("%s is named %q: Word knows it as %q", id, got, name)
		}
	}
	fonts := styles["Normal"]
	if fonts == nil || d.trees["word/styles.xml"].at("w:docDefaults", "w:rPrDefault", "w:rPr", "w:rFonts").attrs["w:ascii"] != "Arial" ||
		d.trees["word/styles.xml"].val("w:docDefaults", "w:rPrDefault", "w:rPr", "w:sz") != "24" || d.trees["word/styles.xml"].val("w:docDefaults", "w:rPrDefault", "w:rPr", "w:lang") != "en-GB" {
		t.Error("the text is not 12 point Arial in British English")
	}

	// Sections 3 and paragraphs 3.1 are two levels of one numbering.
	numbering := d.trees["word/numbering.xml"]
	abstract := map[string]*node{}
	for _, n := range numbering.all("w:abstractNum") {
		abstract[n.attrs["w:abstractNumId"]] = n
	}
	nums := map[string]*node{"0": {}}
	for _, n := range numbering.all("w:num") {
		nums[n.attrs["w:numId"]] = abstract[n.val("w:abstractNumId")]
	}
	outline := nums[styles["Heading1"].val("w:pPr", "w:numPr", "w:numId")]
	if outline == nil || outline.val("w:multiLevelType") != "multilevel" || nums[styles["NumberedParagraph"].val("w:pPr", "w:numPr", "w:numId")] != outline ||
		styles["NumberedParagraph"].val("w:pPr", "w:numPr", "w:ilvl") != "1" {
		t.Fatal("headings and paragraphs are not of one numbering")
	}
	for i, want := range []string{"%1 Heading1", "%1.%2 NumberedParagraph"} {
		if l := outline.all("w:lvl")[i]; l.val("w:lvlText")+" "+l.val("w:pStyle") != want || l.val("w:numFmt") != "decimal" {
			t.Errorf("level %d is %s %s", i, l.val("w:lvlText"), l.val("w:pStyle"))
		}
	}
	if b := nums[styles["ListBullet"].val("w:pPr", "w:numPr", "w:numId")]; b == nil || b.all("w:lvl")[0].val("w:numFmt") != "bullet" {
		t.Error("a list is none")
	}
	for _, n := range append(document.all("w:numId"), d.trees["word/styles.xml"].all("w:numId")...) {
		if nums[n.attrs["w:val"]] == nil {
			t.Errorf("numbering %s is not defined", n.attrs["w:val"])
		}
	}
	if bar := styles["Commentary"].at("w:pPr", "w:pBdr", "w:left"); bar == nil || styles["CommentaryLead"].at("w:pPr", "w:pBdr", "w:left") == nil {
		t.Error("commentary has no bar")
	}

	tables := document.all("w:tbl")
	if len(tables) != 7 {
		t.Errorf("%d tables", len(tables))
	}
	for i, table := range tables {
		properties := table.at("w:tblPr")
		if properties.val("w:tblStyle") != "ReportTable" || properties.val("w:tblCaption") == "" || !strings.HasPrefix(properties.val("w:tblDescription"), "Table of ") {
			t.Errorf("table %d has no style, title or text alternative", i+1)
		}
		for j, row := range table.all("w:tr") {
			if header := row.at("w:trPr", "w:tblHeader") != nil; header != (j == 0) {
				t.Errorf("table %d, row %d: header row %t", i+1, j, header)
			}
			if row.at("w:trPr", "w:cantSplit") == nil {
				t.Errorf("table %d, row %d may be parted", i+1, j)
			}
			if cells, columns := len(row.all("w:tc")), len(table.all("w:gridCol")); cells != columns {
				t.Errorf("table %d, row %d has %d cells of %d", i+1, j, cells, columns)
			}
		}
		width := 0
		for _, c := range table.all("w:gridCol") {
			w, err := strconv.Atoi(c.attrs["w:w"])
			if err != nil || w < 300 {
				t.Errorf("table %d has a column of width %q", i+1, c.attrs["w:w"])
			}
			width += w
		}
		if width > textWidth {
			t.Errorf("table %d is wider than the page", i+1)
		}
	}
	// Numbers stand at the right: through the style of their cells.
	right := 0
	for _, c := range tables[2].all("w:tr")[1].all("w:tc") {
		if styles[c.val("w:p", "w:pPr", "w:pStyle")].val("w:pPr", "w:jc") == "right" {
			right++
		}
	}
	if right != 4 {
		t.Errorf("%d of 4 numbers stand at the right", right)
	}
	// What belongs together is not parted by a page's end.
	for _, id := range []string{"Heading1", "Heading2", "Caption", "Chart", "CommentaryLead", "TableHead"} {
		if styles[id].at("w:pPr", "w:keepNext") == nil {
			t.Errorf("%s does not keep with what follows", id)
		}
	}

	// The contents lead to the headings.
	marks := map[string]string{}
	ids := map[string]bool{}
	for _, p := range document.all("w:p") {
		for _, b := range p.all("w:bookmarkStart") {
			marks[b.attrs["w:name"]] = p.words()
			if ids[b.attrs["w:id"]] {
				t.Errorf("two bookmarks have id %s", b.attrs["w:id"])
			}
			ids[b.attrs["w:id"]] = true
		}
	}
	links := 0
	for _, p := range document.all("w:p") {
		if p.val("w:pPr", "w:pStyle") != "TOC1" {
			continue
		}
		links++
		_, title, _ := strings.Cut(p.words(), "\t")
		if marks[p.at("w:hyperlink").attrs["w:anchor"]] != title {
			t.Errorf("%q leads elsewhere", title)
		}
	}
	if links != 5 {
		t.Errorf("%d entries in the contents", links)
	}
	// So do the charts' references to their tables.
	refs := 0
	for _, f := range document.all("w:fldSimple") {
		if mark, ok := strings.CutPrefix(f.attrs["w:instr"], " REF "); ok {
			refs++
			mark, _, _ = strings.Cut(mark, " ")
			if !strings.HasPrefix(marks[mark], f.words()+". ") {
				t.Errorf("%q leads to %q", f.words(), marks[mark])
			}
		}
	}
	if refs != 4 {
		t.Errorf("%d references to tables", refs)
	}
}

func TestEachPageSaysWhatItIs(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*metrics.Report)
		header []string
		footer string
	}{
		"a pack of invented data": {func(*metrics.Report) {}, []string{invented}, "quarterly report, pack 3\tPage 1 of 1"},
		"a draft": {func(r *metrics.Report) { r.Number, r.Sample, r.FrozenAt, r.FrozenBy = 0, false, "", "" },
			[]string{"Draft: figures may still change"}, "quarterly report, draft\tPage 1 of 1"},
		"a draft of invented data": {func(r *metrics.Report) { r.Number = 0 }, []string{invented, "Draft: figures may still change"}, "quarterly report, draft\tPage 1 of 1"},
		"a pack":                   {func(r *metrics.Report) { r.Sample = false }, []string{"Midborough Community Safety Partnership"}, "quarterly report, pack 3\tPage 1 of 1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := report()
			test.change(r)
			d := open(t, write(t, r))
			var header []string
			for _, p := range d.trees["word/header1.xml"].all("w:p") {
				header = append(header, p.words())
			}
			if !slices.Equal(header, test.header) {
				t.Errorf("header %q", header)
			}
			if footer := d.trees["word/footer1.xml"].words(); !strings.HasSuffix(footer, test.footer) {
				t.Errorf("footer %q", footer)
			}
			var fields []string
			for _, f := range d.trees["word/footer1.xml"].all("w:fldSimple") {
				fields = append(fields, strings.TrimSpace(f.attrs["w:instr"]))
			}
			if !slices.Equal(fields, []string{"PAGE", "NUMPAGES"}) {
				t.Errorf("fields %q", fields)
			}
			section := d.trees["word/document.xml"].at("w:body", "w:sectPr")
			if size := section.at("w:pgSz"); size.attrs["w:w"] != "11906" || size.attrs["w:h"] != "16838" || size.attrs["w:orient"] != "" {
				t.Error("the page is not A4 upright")
			}
			for _, name := range []string{"header", "footer"} {
				if d.target("word/document.xml", section.at("w:" + name + "Reference").attrs["r:id"]) != "word/"+name+"1.xml" {
					t.Errorf("pages have no %s", name)
				}
			}
			if said := strings.Contains(d.body(t)[0].text, invented); said != r.Sample {
				t.Errorf("invented is said: %t", said)
			}
			for _, n := range d.names { // the charts' workbooks say it too
				if strings.HasSuffix(n, ".xlsx") {
					if x := sheets(t, d.parts[n]); slices.Contains(x, "Invented data") != r.Sample {
						t.Errorf("%s has sheets %q", n, x)
					}
				}
			}
		})
	}
}

func TestProperties(t *testing.T) {
	d := open(t, write(t, report()))
	core := d.trees["docProps/core.xml"]
	for name, want := range map[string]string{"dc:title": report().Title, "dc:creator": report().Partnership, "dc:language": "en-GB", "dcterms:created": "2019-05-14T09:30:00Z"} {
		if n := core.at(name); n == nil || n.text != want {
			t.Errorf("%s is %v, want %q", name, n, want)
		}
	}
	if s := d.trees["word/settings.xml"].all("w:compatSetting"); len(s) != 1 || s[0].attrs["w:name"] != "compatibilityMode" || s[0].attrs["w:val"] != "15" {
		t.Error("not in the mode of Word 2013 and later")
	}
	draft := report()
	draft.FrozenAt = ""
	if n := open(t, write(t, draft)).trees["docProps/core.xml"].at("dcterms:created"); n == nil || n.text != "2019-05-12T08:15:00Z" {
		t.Error("a draft is not of the time of its figures")
	}
}

// checkPackage holds what Word asks of any document before it opens it.
func checkPackage(t *testing.T, d *docx) {
	t.Helper()
	if d.names[0] != "[Content_Types].xml" {
		t.Errorf("the first part is %s", d.names[0])
	}
	types := d.trees["[Content_Types].xml"]
	kinds, endings := map[string]string{}, map[string]string{}
	for _, k := range types.kids {
		if k.name == "ct:Default" {
			endings[k.attrs["Extension"]] = k.attrs["ContentType"]
		} else {
			kinds[strings.TrimPrefix(k.attrs["PartName"], "/")] = k.attrs["ContentType"]
		}
	}
	for name := range kinds {
		if d.parts[name] == nil {
			t.Errorf("%s has a type and is not there", name)
		}
	}
	reached := map[string]bool{"[Content_Types].xml": true}
	for _, name := range d.names {
		ending := strings.TrimPrefix(path.Ext(name), ".")
		if kinds[name] == "" && (endings[ending] == "" || ending == "xml" && name != "[Content_Types].xml") {
			t.Errorf("%s has no type of its own", name)
		}
		if strings.Contains(strings.ToLower(name+kinds[name]), "vba") || strings.Contains(kinds[name], "macro") {
			t.Errorf("%s is a macro", name)
		}
		rels, ok := strings.CutSuffix(name, ".rels")
		if !ok {
			continue
		}
		reached[name] = true
		from := path.Join(path.Dir(path.Dir(rels)), path.Base(rels))
		if from != "." && name != "_rels/.rels" && d.parts[from] == nil {
			t.Errorf("%s is of %s, which is not there", name, from)
		}
		ids := map[string]bool{}
		for _, r := range d.trees[name].kids {
			if ids[r.attrs["Id"]] {
				t.Errorf("%s has %s twice", name, r.attrs["Id"])
			}
			ids[r.attrs["Id"]] = true
			if r.attrs["TargetMode"] == "External" {
				if !strings.HasSuffix(r.attrs["Type"], "/hyperlink") || !regexp.MustCompile(`^https?://[!-~]+$`).MatchString(r.attrs["Target"]) {
					t.Errorf("%s leads out to %s", name, r.attrs["Target"])
				}
				continue
			}
			target := path.Join(path.Dir(path.Dir(name)), r.attrs["Target"])
			reached[target] = true
			if d.parts[target] == nil {
				t.Errorf("%s leads to %s, which is not there", name, target)
			}
		}
		if tree := d.trees[from]; tree != nil {
			tree.each(func(n *node) {
				for _, a := range []string{"r:id", "r:embed", "r:link"} {
					if id := n.attrs[a]; id != "" && !ids[id] {
						t.Errorf("%s names %s, which is no relationship of it", from, id)
					}
				}
			})
		}
	}
	for _, name := range d.names {
		if !reached[name] {
			t.Errorf("nothing leads to %s", name)
		}
	}
	ids := map[string]bool{}
	for _, n := range d.trees["word/document.xml"].all("wp:docPr") {
		if ids[n.attrs["id"]] || n.attrs["descr"] == "" {
			t.Errorf("drawing %q has the id of another or no text alternative", n.attrs["id"])
		}
		ids[n.attrs["id"]] = true
	}
}

func TestPackage(t *testing.T) {
	d := open(t, write(t, report()))
	checkPackage(t, d)
	for _, f := range d.files {
		if got := f.Modified.UTC(); !got.Equal(time.Date(2019, 5, 14, 9, 30, 0, 0, time.UTC)) {
			t.Errorf("%s is of %s", f.Name, got)
		}
	}
}

func TestTheSameBytesEachTime(t *testing.T) {
	first := write(t, report())
	for range 3 {
		if !bytes.Equal(first, write(t, report())) {
			t.Fatal("the same report makes two documents")
		}
	}
	other := report()
	other.Sections[0].Blocks[0].Paragraph += "."
	if bytes.Equal(first, write(t, other)) {
		t.Error("another report makes the same document")
	}
}

// What may do harm as text, and how it must be read again.
const nasty = "<script>alert(1)</script> ]]> &amp; <w:p/> \" ' =cmd|' /C calc'!A0 {{.}} %s \u202e\u0000\u0007\u001b\ufffe\ufffftail \xff\xfe " +
	"שלום עולם مرحبا بالعالم 👩‍👩‍👧 \U0001F600 é"

var clean = strings.ToValidUTF8(strings.NewReplacer("\u0000", "", "\u0007", "", "\u001b", "", "\ufffe", "", "\uffff", "", "\u202e", "").Replace(nasty), "\uFFFD")
var long = strings.Repeat("Donaudampfschifffahrt", 500)
var huge = strings.Repeat("A paragraph of <b>commentary</b> & more. ", 2500) // 100 kB

// hostile is a report whose every text is one that may do harm, or is long.
func hostile() *metrics.Report {
	r := report()
	r.Title, r.Partnership, r.FrozenBy, r.Licence, r.Cite = nasty, nasty, nasty, nasty, nasty
	r.Area.Name = nasty
	r.Headlines = []string{nasty, long}
	r.Address = "javascript:alert(1)"
	r.Key = append(r.Key, metrics.Shorthand{Mark: nasty, Meaning: nasty})
	r.Sources = append(r.Sources, metrics.ReportSource{Name: nasty, URL: "javascript:alert(1)", Publisher: nasty, Licence: long},
		metrics.ReportSource{Name: "b", URL: "https://example.org/a b?q=<x>&y=\"é\"#'"}, metrics.ReportSource{Name: "c", URL: "file:///etc/passwd"},
		metrics.ReportSource{Name: "d", URL: "https://user:pass@example.org/"}, metrics.ReportSource{Name: "e", URL: "https://exa mple.org/"}, metrics.ReportSource{Name: "f", URL: `\\server\share`},
		metrics.ReportSource{Name: "g", URL: "https://example.org/" + strings.Repeat("x", 5000)})
	for i := range r.Sections {
		s := &r.Sections[i]
		s.Title = nasty
		for j := range s.Blocks {
			b := &s.Blocks[j]
			switch {
			case b.Heading != "":
				b.Heading = nasty
			case b.Paragraph != "":
				b.Paragraph = nasty
			case b.List != nil:
				b.List = []string{nasty, long}
			case b.Commentary != nil:
				b.Commentary.By, b.Commentary.Text = nasty, nasty+"\n\n- "+nasty+"\r\n\r\n"+huge
			case b.Table != nil:
				b.Table.Title, b.Table.Source, b.Table.Notes = nasty, nasty, []string{nasty}
				b.Table.Columns[0].Head = nasty
				for k := range b.Table.Rows {
					b.Table.Rows[k][0].Text = nasty
				}
				b.Table.Rows[0][0].Text = long
			case b.Chart != nil:
				b.Chart.Title, b.Chart.Subtitle, b.Chart.Alt, b.Chart.Axis, b.Chart.Source = nasty, nasty, nasty, nasty, nasty
				for k := range b.Chart.Series {
					b.Chart.Series[k].Name = nasty + strconv.Itoa(k)
				}
				for _, other := range s.Blocks { // its table's columns are headed as its lines are named
					if other.Table != nil && other.Table.ID == b.Chart.TableID {
						for k := range b.Chart.Series {
							other.Table.Columns[k+1].Head = b.Chart.Series[k].Name
						}
					}
				}
				for k := range b.Chart.Markers {
					b.Chart.Markers[k].Label = nasty
				}
				for k := range b.Chart.Periods {
					b.Chart.Periods[k].Short, b.Chart.Periods[k].Label = nasty, nasty
				}
			}
		}
	}
	return r
}

// Text stays text, whatever it holds.
func TestHostileText(t *testing.T) {
	r := hostile()
	d := open(t, write(t, r))
	checkPackage(t, d)
	checkOrder(t, d)
	checkCharts(t, d, r)
	counts := map[string]int{}
	for _, i := range d.body(t) {
		counts[i.text]++
	}
	// On several lines where the text may have them, on one where it must not:
	// runs of spaces are kept in sentences and lost in titles.
	if n := counts[clean]; n < 10 {
		t.Errorf("the text stands in %d paragraphs", n)
	}
	if counts[long] == 0 || counts[strings.TrimSpace(huge)] == 0 {
		t.Error("a long text is lost")
	}
	for name, body := range d.parts {
		if strings.HasSuffix(name, ".xml") && (!utf8.Valid(body) || bytes.ContainsAny(body, "\x00\x07\x1b")) {
			t.Errorf("%s has bytes that XML cannot hold", name)
		}
	}
	for _, n := range d.trees["word/document.xml"].all("w:script") {
		t.Errorf("text became %s", n.name)
	}
	var out []string
	for _, rel := range d.trees["word/_rels/document.xml.rels"].kids {
		if rel.attrs["TargetMode"] == "External" {
			out = append(out, rel.attrs["Target"])
		}
	}
	if want := []string{"https://data.police.uk/data/", "https://www.gov.uk/government/collections/english-indices-of-deprivation", "https://example.org/a%20b?q=%3Cx%3E&y=%22%C3%A9%22#'"}; !slices.Equal(out, want) {
		t.Errorf("links %q\nwant  %q", out, want)
	}
	// Words from right to left are marked so, and only they.
	rtl := 0
	for _, run := range d.trees["word/document.xml"].all("w:r") {
		marked := run.at("w:rPr", "w:rtl") != nil
		if marked {
			rtl++
		}
		if words := run.words(); marked != strings.ContainsAny(words, "שמ") && !strings.Contains(words, "مرحبا") {
			t.Errorf("direction of %.60q is marked: %t", words, marked)
		}
	}
	if rtl == 0 {
		t.Error("no run is from right to left")
	}
}

func TestCommentaryParts(t *testing.T) {
	for text, want := range map[string][]part{
		"":                                     nil,
		"One.":                                 {{"One.", false}},
		"One.\nStill one.\n\n\nTwo":            {{"One.\nStill one.", false}, {"Two", false}},
		"Three:\n- a\n- b\n  goes on\n\nAfter": {{"Three:", false}, {"a", true}, {"b\ngoes on", true}, {"After", false}},
		"- a\r\n- b\r\n\r\nc":                  {{"a", true}, {"b", true}, {"c", false}},
		"-not an item\n-5 degrees":             {{"-not an item\n-5 degrees", false}},
	} {
		if got := commentaryParts(text); !slices.Equal(got, want) {
			t.Errorf("%q has parts %v, want %v", text, got, want)
		}
	}
}

// Sections that do not count 1, 2, 3 keep their numbers.
func TestSectionNumbers(t *testing.T) {
	r := report()
	r.Sections = nil
	for _, n := range []int{2, 3, 7, 8, 1} {
		r.Sections = append(r.Sections, metrics.ReportSection{Number: n, Title: fmt.Sprint("Section ", n), Blocks: []metrics.ReportBlock{{Paragraph: "First."}, {Paragraph: "Second."}}})
	}
	d := open(t, write(t, r))
	checkOrder(t, d)
	starts := map[string]int{"": 1} // of a style's own numbering
	for _, n := range d.trees["word/numbering.xml"].all("w:num") {
		if s := n.val("w:lvlOverride", "w:startOverride"); s != "" {
			starts[n.attrs["w:numId"]], _ = strconv.Atoi(s)
		}
	}
	// As Word counts: a numbering's own start, then one more each time.
	last := map[string]int{}
	var got []int
	id := ""
	for _, i := range d.body(t) {
		own := i.node.val("w:pPr", "w:numPr", "w:numId")
		switch i.style {
		case "Heading1":
			id = own
			if last[id] == 0 {
				last[id] = starts[id]
			} else {
				last[id]++
			}
			got = append(got, last[id])
		case "NumberedParagraph":
			if own != id || i.node.val("w:pPr", "w:numPr", "w:ilvl") != "1" {
				t.Errorf("%q is numbered apart from its section", i.text)
			}
		}
	}
	if !slices.Equal(got, []int{2, 3, 7, 8, 1}) {
		t.Errorf("sections %d", got)
	}
}

// What contradicts itself is refused before a byte is written.
func TestBadReports(t *testing.T) {
	chart := func(f func(*metrics.ReportChart)) func(*metrics.Report) {
		return func(r *metrics.Report) { f(r.Sections[2].Blocks[5].Chart) }
	}
	for name, change := range map[string]func(*metrics.Report){
		"a date that is none": func(r *metrics.Report) { r.FrozenAt = "yesterday" },
		"a cell too few": func(r *metrics.Report) {
			r.Sections[0].Blocks[3].Table.Rows[1] = r.Sections[0].Blocks[3].Table.Rows[1][:4]
		},
		"no columns":                func(r *metrics.Report) { r.Sections[0].Blocks[3].Table.Columns = nil },
		"a suppressed cell's value": func(r *metrics.Report) { r.Sections[0].Blocks[3].Table.Rows[3][2].Number = p(secret) },
		"a value too few":           chart(func(c *metrics.ReportChart) { c.Series[0].Values = c.Series[0].Values[1:] }),
		"a limit too many":          chart(func(c *metrics.ReportChart) { c.Series[0].Lower = append(c.Series[0].Lower, p(1)) }),
		"a sign too few":            chart(func(c *metrics.ReportChart) { c.Series[0].Shorthand = c.Series[0].Shorthand[1:] }),
	} {
		t.Run(name, func(t *testing.T) {
			r := report()
			if r.Sections[2].Blocks[5].Heading != "" { // the weapons chart stands after its heading and paragraph
				r.Sections[2].Blocks = slices.Delete(r.Sections[2].Blocks, 5, 7)
			}
			if r.Sections[2].Blocks[5].Chart == nil {
				t.Fatal("the report was changed: name its chart anew")
			}
			var b bytes.Buffer
			if err := Write(&b, r); err != nil {
				t.Fatal(err)
			}
			change(r)
			b.Reset()
			err := Write(&b, r)
			if metrics.KindOf(err) != metrics.Internal || err == nil || b.Len() > 0 {
				t.Errorf("%d bytes, %v", b.Len(), err)
			}
		})
	}
	if err := Write(&bytes.Buffer{}, nil); err == nil {
		t.Error("no report is written")
	}
}

type full struct{ left int }

var errFull = errors.New("no space left on device")

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.left {
		n := f.left
		f.left = 0
		return n, errFull
	}
	f.left -= len(b)
	return len(b), nil
}

func TestADiskThatFills(t *testing.T) {
	whole := len(write(t, report()))
	for left := 0; left < whole; left += 6007 {
		err := Write(&full{left}, report())
		if !errors.Is(err, errFull) || metrics.KindOf(err) != metrics.Unavailable {
			t.Fatalf("after %d of %d bytes: %v", left, whole, err)
		}
	}
	if err := Write(&full{whole}, report()); err != nil {
		t.Error(err)
	}
}

// A report may have next to nothing, or very much.
func TestLittleAndMuch(t *testing.T) {
	for name, r := range map[string]*metrics.Report{
		"nothing":      {},
		"no blocks":    {Title: "T", Period: metrics.QuarterOf(metrics.NewMonth(2019, 3)), Sections: []metrics.ReportSection{{Number: 1, Title: "Empty", Blocks: []metrics.ReportBlock{{}}}}},
		"only sources": {Title: "T", Sources: []metrics.ReportSource{{Name: "One"}}},
		"no periods": {Sections: []metrics.ReportSection{{Number: 1, Title: "T", Blocks: []metrics.ReportBlock{{Chart: &metrics.ReportChart{Title: "None", Series: []metrics.ReportSeries{{Name: "A"}}}}, {Chart: &metrics.ReportChart{}},
			{Table: &metrics.ReportTable{Columns: []metrics.ReportColumn{{Head: "A"}}}}, {Table: &metrics.ReportTable{Columns: []metrics.ReportColumn{{Head: "A"}}}}}}}},
		"one period":                          {AsAt: "2019-05-12T08:15:00Z", Sections: []metrics.ReportSection{{Number: 1, Title: "T", Blocks: []metrics.ReportBlock{{Chart: &metrics.ReportChart{Title: "One", Periods: periods(metrics.NewMonth(2019, 3), 1, 3), Series: []metrics.ReportSeries{{Name: "A", Role: "subject", Values: []*float64{p(0)}}}, Markers: []metrics.ReportMarker{{At: metrics.NewMonth(2019, 3), Label: "Now"}}}}}}}},
		"below zero":                          {Sections: []metrics.ReportSection{{Number: 1, Title: "T", Blocks: []metrics.ReportBlock{{Chart: &metrics.ReportChart{Title: "One", Pounds: true, Periods: periods(metrics.NewMonth(2019, 3), 3, 3), Series: []metrics.ReportSeries{{Name: "A", Role: "subject", Values: []*float64{p(-5), p(0), p(-1e6)}}, {Name: "B", Role: "nobody", Values: []*float64{p(1e300), p(-1e300), nil}}}}}}}}},
		"forty indicators over fifteen years": large(40, 180),
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, write(t, r))
			checkPackage(t, d)
			checkOrder(t, d)
			checkCharts(t, d, r)
			kids := d.trees["word/document.xml"].at("w:body").kids
			if n := len(kids); n < 2 || kids[n-2].name != "w:p" { // Word asks for a paragraph after a table
				t.Errorf("the body ends with %s", kids[max(n-2, 0)].name)
			}
			for _, n := range d.trees["word/document.xml"].all("w:tbl") {
				if len(n.all("w:tr")) == 0 {
					t.Error("a table has no row")
				}
			}
		})
	}
}

// large is a report with a chart and its table for each of n indicators.
func large(n, months int) *metrics.Report {
	r := report()
	for i := range n {
		c := &metrics.ReportChart{ID: fmt.Sprintf("i%d-chart", i), TableID: fmt.Sprintf("i%d", i), Title: fmt.Sprintf("Indicator %d changed", i), Subtitle: "Offences per 1,000 residents, Midborough, by month", Alt: "A line chart.", Source: "Source: data.police.uk",
			Axis: "Offences per 1,000 residents", Decimals: 1, Periods: periods(metrics.NewMonth(2019, 3), months, 1), Markers: []metrics.ReportMarker{{At: metrics.NewMonth(2019, 1), Label: "City summit"}}}
		for j, role := range []string{"subject", "beside", "similar", "england"} {
			s := metrics.ReportSeries{Name: fmt.Sprint("Area ", j), Role: role, Values: values(months, 5+float64(j), 7+float64(i), 0.5)}
			if j == 0 {
				s.Lower, s.Upper = shifted(s.Values, -0.4), shifted(s.Values, 0.4)
			}
			c.Series = append(c.Series, s)
		}
		r.Sections[3].Blocks = append(r.Sections[3].Blocks, metrics.ReportBlock{Heading: c.Title}, metrics.ReportBlock{Paragraph: "It changed."}, metrics.ReportBlock{Chart: c}, metrics.ReportBlock{Table: tableOf(c)})
	}
	return r
}

// A standard pack: 25 charts and 30 tables of 40 rows.
func BenchmarkWrite(b *testing.B) {
	r := large(20, 40)
	blocks := r.Sections[3].Blocks
	for i := range 4 {
		t := *blocks[len(blocks)-1].Table
		t.ID = fmt.Sprint("more-", i)
		r.Sections[3].Blocks = append(r.Sections[3].Blocks, metrics.ReportBlock{Table: &t})
	}
	b.ReportAllocs()
	for b.Loop() {
		var size counter
		if err := Write(&size, r); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(size)/1e3, "kB/document")
	}
}

type counter int

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }
