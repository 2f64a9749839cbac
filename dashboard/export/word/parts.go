package word

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"outcomes/metrics"
)

// The parts of a document besides its text and its charts.

const (
	officeRelation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	wordNamespace  = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
)

const invented = "Invented data: every figure in this document is made up for demonstration"

func (d *document) contentTypes(m markup) {
	const word = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	m.put(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`,
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`,
		`<Default Extension="xml" ContentType="application/xml"/>`,
		`<Default Extension="xlsx" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/>`)
	part := func(name, kind string) {
		m.put(`<Override PartName="/`, name, `" ContentType="`, kind, `"/>`)
	}
	part("word/document.xml", word+"document.main+xml")
	part("word/styles.xml", word+"styles+xml")
	part("word/numbering.xml", word+"numbering+xml")
	part("word/settings.xml", word+"settings+xml")
	part("word/fontTable.xml", word+"fontTable+xml")
	part("word/header1.xml", word+"header+xml")
	part("word/footer1.xml", word+"footer+xml")
	part("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml")
	part("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml")
	for _, c := range d.charts {
		if c.empty() {
			continue
		}
		part(fmt.Sprintf("word/charts/chart%d.xml", c.number), "application/vnd.openxmlformats-officedocument.drawingml.chart+xml")
		if len(c.marks) > 0 {
			part(fmt.Sprintf("word/drawings/drawing%d.xml", c.number), "application/vnd.openxmlformats-officedocument.drawingml.chartshapes+xml")
		}
	}
	m.put(`</Types>`)
}

type relationship struct {
	id, kind, target string
	external         bool
}

func (m markup) relationships(list ...relationship) {
	m.put(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, r := range list {
		m.put(`<Relationship Id="`, r.id, `" Type="`, r.kind, `" Target="`, escaped(r.target), `"`)
		if r.external {
			m.put(` TargetMode="External"`)
		}
		m.put(`/>`)
	}
	m.put(`</Relationships>`)
}

func (d *document) relations(m markup) {
	list := []relationship{
		{"rId1", officeRelation + "styles", "styles.xml", false},
		{"rId2", officeRelation + "numbering", "numbering.xml", false},
		{"rId3", officeRelation + "settings", "settings.xml", false},
		{"rId4", officeRelation + "fontTable", "fontTable.xml", false},
		{"rId5", officeRelation + "header", "header1.xml", false},
		{"rId6", officeRelation + "footer", "footer1.xml", false},
	}
	for _, c := range d.charts {
		if !c.empty() {
			list = append(list, relationship{c.relation(), officeRelation + "chart", fmt.Sprintf("charts/chart%d.xml", c.number), false})
		}
	}
	for i, address := range d.links {
		list = append(list, relationship{linkRelation(i), officeRelation + "hyperlink", address, true})
	}
	m.relationships(list...)
}

func linkRelation(i int) string { return "rIdLink" + strconv.Itoa(i+1) }

// link takes an address into the document's relationships, where it is one on
// the web.
func (d *document) link(address string) {
	target, ok := webAddress(address)
	if _, known := d.linkAt[address]; !ok || known {
		return
	}
	d.linkAt[address] = len(d.links)
	d.links = append(d.links, target)
}

// webAddress is an absolute address on the web as Word takes it, which calls a
// whole document corrupt over one that is not well formed.
func webAddress(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", false
	}
	if strings.Trim(u.Host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:[]") != "" || u.Hostname() == "" {
		return "", false
	}
	var out strings.Builder
	for _, b := range []byte(u.String()) {
		if b <= ' ' || b >= 0x7F || strings.IndexByte("\"<>\\^`{|}", b) >= 0 {
			fmt.Fprintf(&out, "%%%02X", b)
		} else {
			out.WriteByte(b)
		}
	}
	if out.Len() > 2000 { // Word's limit is a little above
		return "", false
	}
	return out.String(), true
}

func (d *document) core(m markup) {
	m.put(`<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`)
	say := func(name, text string) {
		if text != "" {
			m.put("<", name, ">", escaped(text), "</", name, ">")
		}
	}
	say("dc:title", line(d.r.Title))
	say("dc:subject", line(d.r.Area.Place()+", "+d.r.Period.Label()+", "+d.r.Version()))
	say("dc:creator", line(d.r.Partnership))
	if d.r.Sample {
		say("dc:description", invented+".")
	}
	say("cp:lastModifiedBy", line(d.r.Partnership))
	if !d.at.IsZero() {
		stamp := d.at.Format("2006-01-02T15:04:05Z")
		m.put(`<dcterms:created xsi:type="dcterms:W3CDTF">`, stamp, `</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">`, stamp, `</dcterms:modified>`)
	}
	say("dc:language", "en-GB")
	m.put(`</cp:coreProperties>`)
}

func (d *document) app(m markup) {
	m.put(`<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>outcomes</Application>`)
	if name := line(d.r.Partnership); name != "" {
		m.put(`<Company>`, escaped(name), `</Company>`)
	}
	m.put(`</Properties>`)
}

func settings(m markup) {
	m.put(`<w:settings `, wordNamespace, `><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/><w:characterSpacingControl w:val="doNotCompress"/>`,
		`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>`,
		`<w:themeFontLang w:val="en-GB"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>`)
}

// fonts says what stands in for Arial where it is not installed.
func fonts(m markup) {
	m.put(`<w:fonts `, wordNamespace, `><w:font w:name="Arial"><w:altName w:val="Liberation Sans"/><w:panose1 w:val="020B0604020202020204"/><w:charset w:val="00"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font></w:fonts>`)
}

// header says on each page what must not be overlooked when a page is taken
// out of the document.
func (d *document) header(m markup) {
	m.put(`<w:hdr `, wordNamespace, `>`)
	said := false
	say := func(text, properties string) {
		m.put(`<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>`)
		m.runs(text, properties)
		m.put(`</w:p>`)
		said = true
	}
	if d.r.Sample {
		say(invented, "<w:b/>")
	}
	if d.r.Number == 0 {
		say("Draft: figures may still change", "")
	}
	if !said {
		say(line(d.r.Partnership), "")
	}
	m.put(`</w:hdr>`)
}

func (d *document) footer(m markup) {
	title := line(d.r.Title) + ", " + d.r.Version()
	m.put(`<w:ftr `, wordNamespace, `><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>`)
	m.runs(title, "")
	if len([]rune(title)) <= 80 {
		m.put(`<w:r><w:tab/></w:r>`)
	} else { // a long title has lines of its own
		m.put(`</w:p><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:tab/></w:r>`)
	}
	m.runs("Page ", "")
	m.put(`<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>`)
	m.runs(" of ", "")
	m.put(`<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>`)
}

// The numberings, by the id that paragraphs name.
const (
	sectionNumbers = 1 // 3 and 3.1
	bullets        = 2
	firstRestart   = 3 // sections whose number does not follow the one before
)

func (d *document) numbering(m markup) {
	level := func(i int, format, text, style, rest string) {
		m.put(`<w:lvl w:ilvl="`, strconv.Itoa(i), `"><w:start w:val="1"/><w:numFmt w:val="`, format, `"/>`)
		if style != "" {
			m.put(`<w:pStyle w:val="`, style, `"/>`)
		}
		m.put(`<w:lvlText w:val="`, text, `"/><w:lvlJc w:val="left"/>`, rest, `</w:lvl>`)
	}
	m.put(`<w:numbering `, wordNamespace, `>`,
		`<w:abstractNum w:abstractNumId="0"><w:nsid w:val="3A5C1E01"/><w:multiLevelType w:val="multilevel"/><w:tmpl w:val="3A5C1E02"/>`)
	const hanging = `<w:pPr><w:ind w:left="794" w:hanging="794"/></w:pPr>`
	level(0, "decimal", "%1", "Heading1", hanging)
	level(1, "decimal", "%1.%2", "NumberedParagraph", hanging)
	m.put(`</w:abstractNum><w:abstractNum w:abstractNumId="1"><w:nsid w:val="3A5C1E03"/><w:multiLevelType w:val="hybridMultilevel"/><w:tmpl w:val="3A5C1E04"/>`)
	level(0, "bullet", "•", "", `<w:pPr><w:ind w:left="1191" w:hanging="397"/></w:pPr><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial" w:hint="default"/></w:rPr>`)
	m.put(`</w:abstractNum>`,
		`<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`,
		`<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>`)
	for i, number := range d.starts {
		m.put(`<w:num w:numId="`, strconv.Itoa(firstRestart+i), `"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="`, strconv.Itoa(number), `"/></w:lvlOverride></w:num>`)
	}
	m.put(`</w:numbering>`)
}

// day is the date of an RFC 3339 time, in words; what is none stays as it is.
func day(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.UTC().Format("2 January 2006")
}

// moment is the date with the time of day: figures may be made twice in a day.
func moment(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// ink is the colour of headings and of the subject's line.
const (
	ink  = "12436D"
	soft = "595959"
)

// style is a paragraph style: its properties stand in the order of the standard.
type style struct {
	id, name, based, next string
	paragraph, run        string
	own                   bool // not one of Word's own
}

// On A4 with margins of 2 cm, in twentieths of a point.
const textWidth = 11906 - 2*1134

func paragraphStyles() []style {
	list := []style{
		{"Title", "Title", "Normal", "Subtitle", `<w:keepNext/><w:spacing w:before="0" w:after="80" w:line="240" w:lineRule="auto"/>`, `<w:b/><w:bCs/><w:color w:val="` + ink + `"/><w:sz w:val="44"/><w:szCs w:val="44"/>`, false},
		{"Subtitle", "Subtitle", "Normal", "BodyText", `<w:keepNext/><w:spacing w:before="0" w:after="240"/>`, `<w:color w:val="` + soft + `"/><w:sz w:val="28"/><w:szCs w:val="28"/>`, false},
		{"Heading1", "heading 1", "Normal", "NumberedParagraph", `<w:keepNext/><w:keepLines/><w:numPr><w:numId w:val="1"/></w:numPr><w:spacing w:before="440" w:after="160" w:line="240" w:lineRule="auto"/><w:outlineLvl w:val="0"/>`, `<w:b/><w:bCs/><w:color w:val="` + ink + `"/><w:sz w:val="34"/><w:szCs w:val="34"/>`, false},
		{"Heading2", "heading 2", "Normal", "NumberedParagraph", `<w:keepNext/><w:keepLines/><w:spacing w:before="320" w:after="120" w:line="240" w:lineRule="auto"/><w:outlineLvl w:val="1"/>`, `<w:b/><w:bCs/><w:color w:val="` + ink + `"/><w:sz w:val="27"/><w:szCs w:val="27"/>`, false},
		{"FrontHeading", "Front Heading", "Heading1", "BodyText", `<w:numPr><w:numId w:val="0"/></w:numPr><w:ind w:left="0" w:firstLine="0"/>`, "", true},
		{"TOCHeading", "TOC Heading", "Normal", "BodyText", `<w:keepNext/><w:keepLines/><w:spacing w:before="440" w:after="120" w:line="240" w:lineRule="auto"/>`, `<w:b/><w:bCs/><w:color w:val="` + ink + `"/><w:sz w:val="27"/><w:szCs w:val="27"/>`, false},
		{"TOC1", "toc 1", "Normal", "BodyText", `<w:tabs><w:tab w:val="left" w:pos="794"/></w:tabs><w:spacing w:before="0" w:after="60"/><w:ind w:left="794" w:hanging="794"/>`, "", false},
		{"BodyText", "Body Text", "Normal", "", "", "", false},
		{"NumberedParagraph", "Numbered Paragraph", "BodyText", "", `<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>`, "", true},
		{"ListBullet", "List Bullet", "BodyText", "", `<w:numPr><w:numId w:val="2"/></w:numPr><w:spacing w:after="100"/>`, "", false},
		{"Headline", "Headline", "ListBullet", "", `<w:spacing w:after="120"/><w:ind w:left="397" w:hanging="397"/>`, "", true},
		{"FrontMatter", "Front Matter", "Normal", "", `<w:tabs><w:tab w:val="left" w:pos="2268"/></w:tabs><w:spacing w:after="60"/><w:ind w:left="2268" w:hanging="2268"/>`, "", true},
		{"Notice", "Notice", "Normal", "BodyText", box(12, "1B1F24") + `<w:shd w:val="clear" w:color="auto" w:fill="FFF2CC"/><w:spacing w:after="280"/><w:ind w:left="113" w:right="113"/>`, `<w:b/><w:bCs/>`, true},
		{"CommentaryLead", "Commentary Lead", "BodyText", "Commentary", `<w:keepNext/>` + bar + `<w:spacing w:before="160" w:after="60"/><w:ind w:left="1077"/>`, `<w:b/><w:bCs/><w:color w:val="801650"/>`, true},
		{"Commentary", "Commentary", "BodyText", "", bar + `<w:ind w:left="1077"/>`, "", true},
		{"CommentaryList", "Commentary List", "Commentary", "", `<w:numPr><w:numId w:val="2"/></w:numPr><w:spacing w:after="80"/><w:ind w:left="1474" w:hanging="397"/>`, "", true},
		{"Caption", "caption", "Normal", "BodyText", `<w:keepNext/><w:keepLines/><w:spacing w:before="280" w:after="60"/>`, `<w:b/><w:bCs/><w:color w:val="` + ink + `"/>`, false},
		{"CaptionDetail", "Caption Detail", "Caption", "BodyText", `<w:spacing w:before="0" w:after="80"/>`, `<w:b w:val="0"/><w:bCs w:val="0"/><w:color w:val="` + soft + `"/>`, true},
		{"Chart", "Chart", "Normal", "SourceNote", `<w:keepNext/><w:spacing w:before="0" w:after="60" w:line="240" w:lineRule="auto"/>`, "", true},
		{"SourceNote", "Source Note", "Normal", "BodyText", `<w:keepLines/><w:spacing w:before="40" w:after="40"/>`, `<w:sz w:val="21"/><w:szCs w:val="21"/>`, true},
		{"Header", "header", "Normal", "", `<w:spacing w:after="0"/>`, `<w:sz w:val="20"/><w:szCs w:val="20"/>`, false},
		{"Footer", "footer", "Normal", "", `<w:pBdr><w:top w:val="single" w:sz="4" w:space="6" w:color="` + soft + `"/></w:pBdr><w:tabs><w:tab w:val="right" w:pos="` + strconv.Itoa(textWidth) + `"/></w:tabs><w:spacing w:after="0"/>`, `<w:sz w:val="18"/><w:szCs w:val="18"/>`, false},
	}
	// Of tables there are two sizes: with many columns their text is smaller.
	for _, size := range tableSizes {
		run := fmt.Sprintf(`<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, size.half, size.half)
		list = append(list,
			style{"TableText" + size.id, "Table Text" + size.name, "Normal", "", `<w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/>`, run, true},
			style{"TableNumber" + size.id, "Table Number" + size.name, "TableText" + size.id, "", `<w:jc w:val="right"/>`, "", true},
			style{"TableHead" + size.id, "Table Head" + size.name, "TableText" + size.id, "", `<w:keepNext/>`, `<w:b/><w:bCs/>`, true},
			style{"TableHeadNumber" + size.id, "Table Head Number" + size.name, "TableHead" + size.id, "", `<w:jc w:val="right"/>`, "", true},
		)
	}
	return list
}

type tableSize struct {
	id, name string
	half     int     // of a point, the letters' size
	letter   float64 // width of one on average, in twentieths of a point
}

var tableSizes = []tableSize{{"", "", 22, 122}, {"Small", " Small", 19, 105}}

// bar is what stands beside commentary, so that it is told from the report's
// own words without its colour.
const bar = `<w:pBdr><w:left w:val="single" w:sz="36" w:space="10" w:color="801650"/></w:pBdr>`

func box(eighths int, colour string) string {
	var b strings.Builder
	b.WriteString("<w:pBdr>")
	for _, side := range []string{"top", "left", "bottom", "right"} {
		fmt.Fprintf(&b, `<w:%s w:val="single" w:sz="%d" w:space="5" w:color="%s"/>`, side, eighths, colour)
	}
	b.WriteString("</w:pBdr>")
	return b.String()
}

func styles(m markup) {
	m.put(`<w:styles `, wordNamespace, `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:eastAsia="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>`,
		`<w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>`,
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>`,
		`<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/><w:unhideWhenUsed/></w:style>`,
		`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>`,
		`<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/></w:style>`)
	for _, s := range paragraphStyles() {
		m.put(`<w:style w:type="paragraph"`)
		if s.own {
			m.put(` w:customStyle="1"`)
		}
		m.put(` w:styleId="`, s.id, `"><w:name w:val="`, s.name, `"/><w:basedOn w:val="`, s.based, `"/>`)
		if s.next != "" {
			m.put(`<w:next w:val="`, s.next, `"/>`)
		}
		m.put(`<w:qFormat/>`)
		if s.paragraph != "" {
			m.put(`<w:pPr>`, s.paragraph, `</w:pPr>`)
		}
		if s.run != "" {
			m.put(`<w:rPr>`, s.run, `</w:rPr>`)
		}
		m.put(`</w:style>`)
	}
	m.put(`<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:uiPriority w:val="99"/><w:unhideWhenUsed/><w:rPr><w:color w:val="1D4F91"/><w:u w:val="single"/></w:rPr></w:style>`,
		`<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="Report Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>`,
		`<w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblBorders><w:top w:val="single" w:sz="12" w:space="0" w:color="`, ink, `"/><w:bottom w:val="single" w:sz="8" w:space="0" w:color="`, ink, `"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="B1B4B6"/></w:tblBorders>`,
		`<w:tblCellMar><w:top w:w="28" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="28" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>`,
		`<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr><w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="`, ink, `"/></w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="EAF0F6"/><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>`,
		`</w:style></w:styles>`)
}

// version says which report it is, and of what standing.
func version(r *metrics.Report) string {
	if r.Number == 0 {
		return "Draft: its figures may still change until it is frozen as a pack"
	}
	s := "Pack " + strconv.Itoa(r.Number)
	if r.FrozenAt != "" {
		s += ", frozen on " + day(r.FrozenAt)
	}
	if r.FrozenBy != "" {
		s += " by " + line(r.FrozenBy)
	}
	return s
}

// shorthands are the signs that a chart has for periods without a value.
func shorthands(c *metrics.ReportChart) []string {
	var out []string
	for _, s := range c.Series {
		for i, v := range s.Values {
			if v == nil {
				out = append(out, cmp.Or(sign(s, i), metrics.Missing.Shorthand()))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
