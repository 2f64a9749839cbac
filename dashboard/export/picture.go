package export

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// picture is a chart of the report on a chart sheet of its own.
//
// Its XML is written here and not by excelize, which cannot leave a gap: Excel
// draws a cell with [c] in it as 0. So a series is drawn from the cells that
// hold numbers, and in the place of any other from a cell that is empty.
// Intervals are not drawn: LibreOffice reads them from cells only, and the
// limits are no columns of the table. The sheet of figures has them.
type picture struct {
	*metrics.ReportChart
	sheet         string
	after         string    // the worksheet of its table, "" where it has none
	table         *numbered // nil where it has none
	sample        bool
	onAxis        bool // the table's second column holds the periods as they stand on the axis
	marks         []mark
	key           string // what the marks' letters stand for
	part, drawing string // its files within the workbook
}

// mark is an event or a break, drawn as a vertical line with a letter.
type mark struct {
	at      int // the period's index
	letter  string
	isBreak bool
}

// markers chooses the markers that lie on the axis and gives them letters.
func (p *picture) markers() {
	var key []string
	for _, m := range p.Markers {
		at := slices.IndexFunc(p.Periods, func(q metrics.ReportPeriod) bool { return q.At >= m.At })
		if at < 0 || at == 0 && len(p.Periods) > 1 && m.At <= p.Periods[0].At-(p.Periods[1].At-p.Periods[0].At) {
			continue
		}
		letter := strconv.Itoa(len(p.marks) + 1)
		if len(p.marks) < 26 {
			letter = string(rune('A' + len(p.marks)))
		}
		p.marks = append(p.marks, mark{at, letter, m.Break})
		said := letter + ", " + flat(m.Label) + ", " + m.At.Name()
		if m.Break {
			said += " (break in the series)"
		}
		key = append(key, said)
	}
	p.key = strings.Join(key, "; ")
}

// chartSheet makes the sheet; what it draws is put in when the file is saved.
func (b *book) chartSheet(p *picture) {
	if b.err != nil {
		return
	}
	b.do(b.x.AddChartSheet(p.sheet, &excelize.Chart{Type: excelize.Line, Series: []excelize.ChartSeries{{Name: "x", Values: "Cover!$B$1"}}}))
	b.charts++
	p.part = fmt.Sprintf("xl/charts/chart%d.xml", b.charts)
	p.drawing = fmt.Sprintf("xl/drawings/drawing%d.xml", b.charts)
}

var chartName = regexp.MustCompile(`name="Chart [0-9]+"( descr="")?`)

// described is the drawing that holds the chart, with its text alternative.
func (p *picture) described(drawing []byte) []byte {
	return chartName.ReplaceAllLiteral(drawing, []byte(`name="`+escaped(p.sheet)+`" descr="`+escaped(p.alt())+`"`))
}

func (p *picture) alt() string { return cut(flat(p.Alt), 8000) }

// look is how a series is told from the others, by colour, dash and symbol, the
// same as on the pages.
type look struct{ colour, dash, symbol string }

var looks = map[string]look{
	"subject": {"12436D", "solid", "circle"},
	"beside":  {"801650", "dash", "square"},
	"similar": {"3D3D3D", "sysDot", "triangle"},
	"england": {"6D4FA3", "sysDash", "diamond"},
	"target":  {"3D3D3D", "dash", "none"},
}

// others are for the second and third series of a role.
var others = []look{{"F46A25", "lgDash", "x"}, {"28A197", "dashDot", "plus"}}

func (p *picture) looks() []look {
	out := make([]look, len(p.Series))
	role := map[string]int{}
	for i, s := range p.Series {
		l, ok := looks[s.Role]
		if n := role[s.Role]; n > 0 || !ok {
			l = others[max(n-1, 0)%len(others)]
		}
		role[s.Role]++
		out[i] = l
	}
	return out
}

// value is a series' value at a period, nil where it is missing or suppressed.
func value(s metrics.ReportSeries, i int) *float64 {
	if i < len(s.Shorthand) {
		if m := s.Shorthand[i]; m == metrics.Missing.Shorthand() || m == metrics.Suppressed.Shorthand() {
			return nil
		}
	}
	if i >= len(s.Values) {
		return nil
	}
	return finite(s.Values[i])
}

// cells are the rows of the chart's table, by period, and the column of a
// series, counted from 1. They are only given where the table says what the
// chart does, cell by cell: otherwise a chart would change when it is opened.
func (p *picture) cells(s metrics.ReportSeries) (rows []int, col int, ok bool) {
	rows, ok = p.rows()
	if !ok {
		return nil, 0, false
	}
	t := p.table
	i := slices.IndexFunc(t.Columns, func(c metrics.ReportColumn) bool { return c.Head == s.Name })
	if i < 0 {
		return nil, 0, false
	}
	col = t.at[i]
	for n, row := range rows {
		c, v := t.grid.rows[row-t.first][col].number, value(s, n)
		if (c == nil) != (v == nil) || c != nil && *c != *v {
			return nil, 0, false
		}
	}
	return rows, col + 1, true
}

// rows are the rows of the worksheet in which the chart's periods stand.
func (p *picture) rows() ([]int, bool) {
	if p.table == nil || len(p.table.Columns) == 0 {
		return nil, false
	}
	at := map[string]int{}
	for i, row := range p.table.Rows {
		if len(row) == 0 {
			continue
		}
		if at[row[0].Text] > 0 { // a period twice: which one is the chart's?
			return nil, false
		}
		at[row[0].Text] = p.table.first + i
	}
	rows := make([]int, len(p.Periods))
	for i, q := range p.Periods {
		if rows[i] = at[q.Label]; rows[i] == 0 {
			return nil, false
		}
	}
	return rows, true
}

// reference names the cells of a column in those rows, in their order, and for
// those that are not wanted the cell B1, which is empty on every worksheet. ""
// where it would be longer than a formula may be.
func reference(sheet string, col int, rows []int, wanted func(int) bool) string {
	name, err := excelize.ColumnNumberToName(col)
	if err != nil {
		return ""
	}
	var areas []string
	for i := 0; i < len(rows); i++ {
		if !wanted(i) {
			areas = append(areas, quoted(sheet)+emptyCell)
			continue
		}
		j := i
		for j+1 < len(rows) && wanted(j+1) && rows[j+1] == rows[j]+1 {
			j++
		}
		area := fmt.Sprintf("%s!$%s$%d", quoted(sheet), name, rows[i])
		if j > i {
			area += fmt.Sprintf(":$%s$%d", name, rows[j])
		}
		areas = append(areas, area)
		i = j
	}
	out := strings.Join(areas, ",")
	if len(areas) > 1 {
		out = "(" + out + ")"
	}
	if len(out) > 8000 {
		return ""
	}
	return out
}

// emptyCell is empty on every worksheet with a table: what stands above a table
// stands in column A. All cells of a series have to be on one worksheet.
const emptyCell = "!$B$1"

const axisColour = "595959"

// xml is the chart as a part of the workbook. The elements' order is that of
// the schema, without which Excel calls the file broken.
func (p *picture) xml() string {
	var b strings.Builder
	b.WriteString(xml.Header)
	b.WriteString(`<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
		`<c:date1904 val="0"/><c:lang val="en-GB"/><c:roundedCorners val="0"/><c:chart>`)
	p.titles(&b)
	b.WriteString(`<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>`)
	hidden := p.series(&b)
	b.WriteString(`<c:marker val="1"/><c:axId val="1"/><c:axId val="2"/></c:lineChart>`)
	p.axes(&b)
	b.WriteString(`<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr></c:plotArea>`)
	if len(p.Series) > 1 {
		b.WriteString(`<c:legend><c:legendPos val="b"/>`)
		for _, i := range hidden {
			fmt.Fprintf(&b, `<c:legendEntry><c:idx val="%d"/><c:delete val="1"/></c:legendEntry>`, i)
		}
		b.WriteString(`<c:overlay val="0"/></c:legend>`)
	}
	b.WriteString(`<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>` +
		`<c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>` +
		`<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1200"><a:solidFill><a:srgbClr val="000000"/></a:solidFill><a:latin typeface="` + font + `"/></a:defRPr></a:pPr><a:endParaRPr lang="en-GB"/></a:p></c:txPr>` +
		`</c:chartSpace>`)
	return b.String()
}

// titles are live text, so that they can be enlarged and read out. Some
// programs give all lines the looks of the first, so there are few of them here
// and the rest stands below the axis.
func (p *picture) titles(b *strings.Builder) {
	lines := []string{p.Title}
	if p.sample {
		lines = append(lines, sampleWarning)
	}
	subtitle := flat(p.Subtitle)
	if axis := flat(p.Axis); axis != "" && !strings.Contains(strings.ToLower(subtitle), strings.ToLower(axis)) {
		subtitle = strings.TrimPrefix(strings.TrimRight(subtitle, ".")+". "+axis, ". ")
	}
	title(b, 1400, append(lines, subtitle)...)
}

// below is what stands under the chart: what its letters mean, and its source.
func (p *picture) below(b *strings.Builder) {
	var lines []string
	if p.key != "" {
		lines = append(lines, "Marked: "+p.key+".")
	}
	title(b, 1200, append(lines, p.Source)...)
}

// title writes lines, the first of them bold where they are the chart's title.
func title(b *strings.Builder, size int, lines ...string) {
	var said strings.Builder
	for _, s := range lines {
		if s = flat(s); s == "" {
			continue
		}
		bold := flag(size > 1200 && said.Len() == 0)
		fmt.Fprintf(&said, `<a:p><a:pPr><a:defRPr sz="%d" b="%s"/></a:pPr><a:r><a:rPr lang="en-GB" sz="%d" b="%s"><a:latin typeface="%s"/></a:rPr><a:t>%s</a:t></a:r></a:p>`,
			size, bold, size, bold, font, escaped(cut(s, 2000)))
	}
	if said.Len() > 0 {
		b.WriteString(`<c:title><c:tx><c:rich><a:bodyPr rot="0" vert="horz"/><a:lstStyle/>` + said.String() + `</c:rich></c:tx><c:overlay val="0"/></c:title>`)
	}
}

func flag(v bool) string {
	if v {
		return "1"
	}
	return "0"
}

// series writes the lines and gives the indexes of those that the legend leaves
// out: a line goes on as another one after a break, so that the two are not
// joined in any program.
func (p *picture) series(b *strings.Builder) (hidden []int) {
	n := 0
	looks := p.looks()
	for i, s := range p.Series {
		first := true
		for from := 0; from < len(p.Periods); {
			to := from + 1
			for to < len(p.Periods) && !s.BreakBefore[to] {
				to++
			}
			p.line(b, n, s, looks[i], func(at int) bool { return at >= from && at < to && value(s, at) != nil })
			if !first {
				hidden = append(hidden, n)
			}
			first = false
			n++
			from = to
		}
	}
	for _, isBreak := range []bool{false, true} {
		if slices.ContainsFunc(p.marks, func(m mark) bool { return m.isBreak == isBreak }) {
			p.markLines(b, n, isBreak)
			hidden = append(hidden, n)
			n++
		}
	}
	return hidden
}

func (p *picture) line(b *strings.Builder, n int, s metrics.ReportSeries, l look, wanted func(int) bool) {
	size := 7
	if len(p.Periods) > 40 {
		size = 5
	}
	fmt.Fprintf(b, `<c:ser><c:idx val="%d"/><c:order val="%d"/><c:tx><c:v>%s</c:v></c:tx>`, n, n, escaped(cut(flat(s.Name), 255)))
	fmt.Fprintf(b, `<c:spPr><a:ln w="28575" cap="flat"><a:solidFill><a:srgbClr val="%s"/></a:solidFill><a:prstDash val="%s"/><a:round/></a:ln></c:spPr>`, l.colour, l.dash)
	if l.symbol == "none" {
		b.WriteString(`<c:marker><c:symbol val="none"/></c:marker>`)
	} else {
		fmt.Fprintf(b, `<c:marker><c:symbol val="%s"/><c:size val="%d"/><c:spPr><a:solidFill><a:srgbClr val="%s"/></a:solidFill><a:ln><a:solidFill><a:srgbClr val="%s"/></a:solidFill></a:ln></c:spPr></c:marker>`, l.symbol, size, l.colour, l.colour)
	}
	p.categories(b)
	var points strings.Builder
	for i := range p.Periods {
		if wanted(i) {
			point(&points, i, value(s, i))
		}
	}
	formula := ""
	if rows, col, ok := p.cells(s); ok {
		formula = reference(p.table.sheet, col, rows, wanted)
	}
	fmt.Fprintf(b, `<c:val>%s</c:val><c:smooth val="0"/></c:ser>`, data("num", formula, `<c:formatCode>General</c:formatCode>`, len(p.Periods), points.String()))
}

func (p *picture) categories(b *strings.Builder) {
	var points strings.Builder
	for i, q := range p.Periods {
		name := q.Short
		if name == "" {
			name = q.Label
		}
		fmt.Fprintf(&points, `<c:pt idx="%d"><c:v>%s</c:v></c:pt>`, i, escaped(flat(name)))
	}
	formula := ""
	if p.onAxis {
		if rows, ok := p.rows(); ok {
			formula = reference(p.table.sheet, 2, rows, func(int) bool { return true })
		}
	}
	b.WriteString(`<c:cat>` + data("str", formula, "", len(p.Periods), points.String()) + `</c:cat>`)
}

// data are points that are read from cells, or where there is no formula stand
// for themselves.
func data(kind, formula, format string, n int, points string) string {
	body := fmt.Sprintf(`%s<c:ptCount val="%d"/>%s`, format, n, points)
	if formula == "" {
		return fmt.Sprintf(`<c:%sLit>%s</c:%sLit>`, kind, body, kind)
	}
	return fmt.Sprintf(`<c:%sRef><c:f>%s</c:f><c:%sCache>%s</c:%sCache></c:%sRef>`, kind, escaped(formula), kind, body, kind, kind)
}

func point(b *strings.Builder, i int, v *float64) {
	fmt.Fprintf(b, `<c:pt idx="%d"><c:v>%s</c:v></c:pt>`, i, number(v))
}

// markLines draws events or breaks as bars that hang from the chart's greatest
// value to its axis, with their letters on top.
func (p *picture) markLines(b *strings.Builder, n int, isBreak bool) {
	name, dash := "Events", "sysDot"
	if isBreak {
		name, dash = "Breaks in the series", "dash"
	}
	// The greatest value, from its own cell for each line: a cell's value is all
	// that every program can be given with gaps between.
	top, formula := 1.0, ""
	found := false
	for _, s := range p.Series {
		rows, col, ok := p.cells(s)
		for i := range p.Periods {
			if v := value(s, i); v != nil && (!found || *v > top) {
				found, top, formula = true, *v, ""
				if ok {
					formula = reference(p.table.sheet, col, rows[i:i+1], func(int) bool { return true })
				}
			}
		}
	}
	letters := make([]string, len(p.Periods))
	for _, m := range p.marks {
		if m.isBreak == isBreak {
			letters[m.at] = strings.TrimPrefix(letters[m.at]+", "+m.letter, ", ")
		}
	}
	fmt.Fprintf(b, `<c:ser><c:idx val="%d"/><c:order val="%d"/><c:tx><c:v>%s</c:v></c:tx><c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:marker><c:symbol val="none"/></c:marker><c:dLbls>`, n, n, name)
	var points strings.Builder
	areas := make([]string, len(letters))
	for i, l := range letters {
		if l == "" {
			if formula != "" {
				areas[i] = quoted(p.table.sheet) + emptyCell
			}
			continue
		}
		areas[i] = formula
		point(&points, i, &top)
		fmt.Fprintf(b, `<c:dLbl><c:idx val="%d"/><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang="en-GB" sz="1200" b="1"/><a:t>%s</a:t></a:r></a:p></c:rich></c:tx><c:dLblPos val="t"/>%s</c:dLbl>`, i, l, shown1)
	}
	b.WriteString(shown0 + `</c:dLbls>`)
	fmt.Fprintf(b, `<c:errBars><c:errDir val="y"/><c:errBarType val="minus"/><c:errValType val="percentage"/><c:noEndCap val="1"/><c:val val="100"/><c:spPr><a:ln w="12700"><a:solidFill><a:srgbClr val="%s"/></a:solidFill><a:prstDash val="%s"/></a:ln></c:spPr></c:errBars>`, axisColour, dash)
	p.categories(b)
	if formula != "" {
		if formula = "(" + strings.Join(areas, ",") + ")"; len(formula) > 8000 {
			formula = ""
		}
	}
	fmt.Fprintf(b, `<c:val>%s</c:val><c:smooth val="0"/></c:ser>`, data("num", formula, `<c:formatCode>General</c:formatCode>`, len(p.Periods), points.String()))
}

// What a label shows: its own text, or nothing.
const (
	shown1 = `<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>`
	shown0 = `<c:showLegendKey val="0"/><c:showVal val="0"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>`
)

// axes writes the axes. The one of values begins at 0 unless a value is below
// it, so that no chart makes a small change look great; its labels are level.
func (p *picture) axes(b *strings.Builder) {
	least := 0.0
	for _, s := range p.Series {
		for i := range p.Periods {
			if v := value(s, i); v != nil {
				least = min(least, *v)
			}
		}
	}
	labels := `<c:txPr><a:bodyPr rot="0" vert="horz"/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1200"><a:solidFill><a:srgbClr val="` + axisColour + `"/></a:solidFill><a:latin typeface="` + font + `"/></a:defRPr></a:pPr><a:endParaRPr lang="en-GB"/></a:p></c:txPr>`
	rule := `<c:spPr><a:ln w="9525"><a:solidFill><a:srgbClr val="` + axisColour + `"/></a:solidFill></a:ln></c:spPr>`
	skip := (len(p.Periods)-1)/12 + 1
	names := labels
	if skip > 1 {
		// Level in Excel, which leaves names out as it is told to. LibreOffice does
		// not, and breaks level names into a letter a line: it is left to choose.
		names = strings.Replace(labels, `rot="0"`, `rot="-60000000"`, 1)
	}
	b.WriteString(`<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/>`)
	p.below(b)
	fmt.Fprintf(b, `<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>%s%s<c:crossAx val="2"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:tickLblSkip val="%d"/><c:tickMarkSkip val="%d"/><c:noMultiLvlLbl val="1"/></c:catAx>`, rule, names, skip, skip)
	b.WriteString(`<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>`)
	if least >= 0 {
		b.WriteString(`<c:min val="0"/>`)
	}
	fmt.Fprintf(b, `</c:scaling><c:delete val="0"/><c:axPos val="l"/><c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="BFBFBF"/></a:solidFill></a:ln></c:spPr></c:majorGridlines><c:numFmt formatCode="%s" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr>%s<c:crossAx val="1"/><c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>`,
		escaped(numberFormat(p.Decimals, p.Percent, p.Pounds)), labels)
}

// escaped is a text for XML, in an element or an attribute.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes all
	return b.String()
}
