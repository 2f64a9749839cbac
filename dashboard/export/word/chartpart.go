package word

import (
	"fmt"
	"math"
	"strconv"

	"outcomes/metrics"
)

const chartNamespaces = `xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`

// part writes the chart as Word draws and edits it. The order of elements is
// the standard's: Word calls a chart with another order corrupt.
func (c *chart) part(m markup) {
	m.put(`<c:chartSpace `, chartNamespaces, `><c:date1904 val="0"/><c:lang val="en-GB"/><c:roundedCorners val="0"/><c:chart>`)
	c.title(m)
	m.put(`<c:plotArea>`,
		`<c:layout><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/><c:x val="`, fraction(c.left, chartWidth), `"/><c:y val="`, fraction(c.top, c.height),
		`"/><c:w val="`, fraction(c.right-c.left, chartWidth), `"/><c:h val="`, fraction(c.bottom-c.top, c.height), `"/></c:manualLayout></c:layout>`,
		`<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>`)
	s := c.sheet()
	for i := range c.lines {
		c.line(m, s, i)
	}
	m.put(`<c:marker val="1"/><c:axId val="1001"/><c:axId val="1002"/></c:lineChart>`)
	c.periodAxis(m)
	c.valueAxis(m)
	m.put(`<c:spPr><a:noFill/></c:spPr></c:plotArea>`)
	if len(c.Series) > 1 {
		m.put(`<c:legend><c:legendPos val="b"/>`)
		for i, l := range c.lines {
			if !l.newest {
				m.put(`<c:legendEntry><c:idx val="`, strconv.Itoa(i), `"/><c:delete val="1"/></c:legendEntry>`)
			}
		}
		m.put(`<c:overlay val="0"/>`, plain(0, soft, ""), `</c:legend>`)
	}
	m.put(`<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>`,
		`<c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>`,
		`<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1200"><a:latin typeface="Arial"/><a:cs typeface="Arial"/></a:defRPr></a:pPr><a:endParaRPr lang="en-GB"/></a:p></c:txPr>`,
		`<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData>`)
	if len(c.marks) > 0 {
		m.put(`<c:userShapes r:id="rId2"/>`)
	}
	m.put(`</c:chartSpace>`)
}

// plain is the look of a text: 12 points, horizontal.
func plain(bold int, colour, paragraph string) string {
	return fmt.Sprintf(`<c:txPr><a:bodyPr rot="0" vert="horz"/><a:lstStyle/><a:p><a:pPr%s><a:defRPr sz="1200" b="%d"><a:solidFill><a:srgbClr val="%s"/></a:solidFill><a:latin typeface="Arial"/><a:cs typeface="Arial"/></a:defRPr></a:pPr><a:endParaRPr lang="en-GB"/></a:p></c:txPr>`, paragraph, bold, colour)
}

// symbol is a point's marker.
func (l look) marker(size int, hollow bool) string {
	if l.symbol == "none" {
		return `<c:marker><c:symbol val="none"/></c:marker>`
	}
	fill := l.colour
	if hollow {
		fill = "FFFFFF"
	}
	return fmt.Sprintf(`<c:marker><c:symbol val="%s"/><c:size val="%d"/><c:spPr><a:solidFill><a:srgbClr val="%s"/></a:solidFill><a:ln w="%s"><a:solidFill><a:srgbClr val="%s"/></a:solidFill></a:ln></c:spPr></c:marker>`, l.symbol, size, fill, emu(1.5), l.colour)
}

// With more periods than this a marker at each would hide the line.
const manyPeriods = 48

func (c *chart) line(m markup, sheet sheet, i int) {
	of := c.lines[i]
	s, l, e := c.Series[of.series], c.looks[of.series], c.ends[of.series]
	column := sheet.values[i]
	index := strconv.Itoa(i)
	m.put(`<c:ser><c:idx val="`, index, `"/><c:order val="`, index, `"/><c:tx><c:strRef><c:f>`, escaped(sheet.cell(column, 0)), `</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>`, escaped(of.name), `</c:v></c:pt></c:strCache></c:strRef></c:tx>`,
		`<c:spPr>`, stroke(l.width, l.colour, l.dash), `</c:spPr>`)
	usual := l.marker(6, false)
	if len(c.Periods) > manyPeriods {
		usual = look{symbol: "none"}.marker(0, false)
	}
	m.put(usual)
	for j := of.from; j < of.to; j++ {
		if !c.has(of, j) {
			continue
		}
		hollow := sign(s, j) == metrics.ProvisionalMark
		alone := !c.has(of, j-1) && !c.has(of, j+1) // no line would show it
		own := usual
		switch {
		case alone && l.symbol == "none":
			own = look{colour: l.colour, symbol: "dash"}.marker(8, hollow)
		case j == e.at:
			own = l.marker(8, hollow)
		case hollow || alone:
			own = l.marker(6, hollow)
		}
		if own != usual {
			m.put(`<c:dPt><c:idx val="`, strconv.Itoa(j), `"/>`, own, `<c:bubble3D val="0"/><c:spPr>`, stroke(l.width, l.colour, l.dash), `</c:spPr></c:dPt>`)
		}
	}
	m.put(`<c:dLbls>`)
	if of.newest && e.at >= 0 {
		c.label(m, of.series)
	}
	m.put(`<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr><c:showLegendKey val="0"/><c:showVal val="0"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>`,
		`<c:extLst><c:ext uri="{CE6537A1-D6FC-4f65-9D91-7224C49458BB}" xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c15:showLeaderLines val="0"/></c:ext></c:extLst></c:dLbls>`)
	if of.series == 0 && c.bars() {
		m.put(`<c:errBars><c:errDir val="y"/><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="1"/><c:plus>`)
		c.numbers(m, sheet, sheet.above, func(j int) *float64 { return distance(s.Values[j], at(s.Upper, j)) })
		m.put(`</c:plus><c:minus>`)
		c.numbers(m, sheet, sheet.below, func(j int) *float64 { return distance(at(s.Lower, j), s.Values[j]) })
		thick := 1.0
		if len(c.Periods) > manyPeriods { // together they look like a band
			thick = 0.5
		}
		m.put(`</c:minus><c:spPr>`, stroke(thick, "6F8BB0", "solid"), `</c:spPr></c:errBars>`)
	}
	m.put(`<c:cat>`)
	if c.dated != "" {
		c.numbers(m, sheet, 0, func(j int) *float64 { v := serial(c.Periods[j].At); return &v })
	} else {
		m.put(`<c:strRef><c:f>`, escaped(sheet.span(0)), `</c:f><c:strCache><c:ptCount val="`, strconv.Itoa(len(c.Periods)), `"/>`)
		for j, p := range c.Periods {
			m.put(`<c:pt idx="`, strconv.Itoa(j), `"><c:v>`, escaped(line(p.Short)), `</c:v></c:pt>`)
		}
		m.put(`</c:strCache></c:strRef>`)
	}
	m.put(`</c:cat><c:val>`)
	c.numbers(m, sheet, column, func(j int) *float64 {
		if !c.has(of, j) {
			return nil
		}
		return s.Values[j]
	})
	m.put(`</c:val><c:smooth val="0"/></c:ser>`)
}

// numbers are a column of the workbook and its values as the chart shows them
// without opening it. Where there is none there is no point.
func (c *chart) numbers(m markup, s sheet, column int, value func(int) *float64) {
	format := "General"
	if column == 0 {
		format = c.dated
	}
	m.put(`<c:numRef><c:f>`, escaped(s.span(column)), `</c:f><c:numCache><c:formatCode>`, format, `</c:formatCode><c:ptCount val="`, strconv.Itoa(len(c.Periods)), `"/>`)
	for j := range c.Periods {
		if v := value(j); v != nil {
			m.put(`<c:pt idx="`, strconv.Itoa(j), `"><c:v>`, number(*v), `</c:v></c:pt>`)
		}
	}
	m.put(`</c:numCache></c:numRef>`)
}

// distance is how far the higher lies above the lower, which intervals are
// drawn by.
func distance(low, high *float64) *float64 {
	if low == nil || high == nil {
		return nil
	}
	d := max(*high-*low, 0)
	return &d
}

// label is the name and newest value of a line, at its end. It is the series'
// name in the workbook unless that is too long to stand there whole.
func (c *chart) label(m markup, i int) {
	e := c.ends[i]
	m.put(`<c:dLbl><c:idx val="`, strconv.Itoa(e.at), `"/>`)
	dx := c.right - c.x(c.Periods[e.at].At) // a line that ends early has its label at the right too
	dy := e.y - e.was
	if math.Abs(dx) > 0.5 || math.Abs(dy) > 0.5 {
		m.put(`<c:layout><c:manualLayout><c:x val="`, fraction(dx, chartWidth), `"/><c:y val="`, fraction(dy, c.height), `"/></c:manualLayout></c:layout>`)
	}
	bold := 0
	if i == 0 {
		bold = 1
	}
	colour := c.looks[i].colour
	if e.cut {
		fmt.Fprintf(m, `<c:tx><c:rich><a:bodyPr rot="0" vert="horz"/><a:lstStyle/><a:p><a:pPr algn="l"><a:defRPr sz="1200" b="%d"/></a:pPr><a:r><a:rPr lang="en-GB" sz="1200" b="%d"><a:solidFill><a:srgbClr val="%s"/></a:solidFill><a:latin typeface="Arial"/><a:cs typeface="Arial"/></a:rPr><a:t>%s</a:t></a:r></a:p></c:rich></c:tx>`, bold, bold, colour, escaped(e.text))
	}
	m.put(`<c:numFmt formatCode="`, escaped(c.format(c.Decimals)), `" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>`)
	if !e.cut {
		m.put(plain(bold, colour, ` algn="l"`))
	}
	m.put(`<c:dLblPos val="r"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="1"/><c:showPercent val="0"/><c:showBubbleSize val="0"/><c:separator> </c:separator>`)
	// Word wraps a label at a fifth of the chart's width unless it is told its size.
	m.put(`<c:extLst><c:ext uri="{CE6537A1-D6FC-4f65-9D91-7224C49458BB}" xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c15:layout><c:manualLayout><c:w val="`, fraction(e.width, chartWidth), `"/><c:h val="`, fraction(e.height+4, c.height), `"/></c:manualLayout></c15:layout></c:ext></c:extLst></c:dLbl>`)
}

func (c *chart) periodAxis(m markup) {
	name := "catAx"
	format := "General"
	if c.dated != "" {
		name, format = "dateAx", c.dated
	}
	m.put(`<c:`, name, `><c:axId val="1001"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:numFmt formatCode="`, format, `" sourceLinked="0"/><c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:spPr>`, stroke(1, soft, "solid"), `</c:spPr>`, plain(0, soft, ""), `<c:crossAx val="1002"/><c:crosses val="autoZero"/>`)
	if c.dated != "" {
		m.put(`<c:auto val="0"/><c:lblOffset val="100"/><c:baseTimeUnit val="months"/><c:majorUnit val="`, strconv.Itoa(c.months()), `"/><c:majorTimeUnit val="months"/>`)
	} else {
		each := strconv.Itoa(c.each)
		m.put(`<c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:tickLblSkip val="`, each, `"/><c:tickMarkSkip val="`, each, `"/><c:noMultiLvlLbl val="1"/>`)
	}
	m.put(`</c:`, name, `>`)
}

// months are how many lie between two labels of an axis of dates: of those that
// leave room, as many as put a label under most of the periods.
func (c *chart) months() int {
	if s := step(c.Periods); s > 0 {
		return s * c.each
	}
	first := c.Periods[0].At
	span := float64(c.Periods[len(c.Periods)-1].At - first)
	least := span / (c.right - c.left) * labelRoom
	best, most := 0, 0
	for _, step := range []int{1, 3, 6, 12, 24, 36, 60, 120, 240, 600} {
		if float64(step) < least || c.dated == "yyyy" && step%12 != 0 || best > 0 && float64(step) > max(3*least, 12) {
			continue
		}
		hit := 0
		for _, p := range c.Periods {
			if int(p.At-first)%step == 0 {
				hit++
			}
		}
		if hit >= most {
			best, most = step, hit
		}
	}
	return max(best, 12)
}

// title says what the upright axis measures, above it and horizontally so that
// nothing has to be read on its side. It is the chart's title and not the
// axis', which is wrapped to a narrow column where it is horizontal; the
// message is the caption on the page.
func (c *chart) title(m markup) {
	title := line(c.Axis)
	if title == "" {
		m.put(`<c:autoTitleDeleted val="1"/>`)
		return
	}
	m.put(`<c:title><c:tx><c:rich><a:bodyPr rot="0" vert="horz"/><a:lstStyle/><a:p><a:pPr algn="l"><a:defRPr sz="1200" b="0"/></a:pPr><a:r><a:rPr lang="en-GB" sz="1200" b="0"><a:solidFill><a:srgbClr val="`, soft, `"/></a:solidFill><a:latin typeface="Arial"/><a:cs typeface="Arial"/></a:rPr><a:t>`, escaped(title), `</a:t></a:r></a:p></c:rich></c:tx>`,
		`<c:layout><c:manualLayout><c:xMode val="edge"/><c:yMode val="edge"/><c:x val="0.002"/><c:y val="0.008"/></c:manualLayout></c:layout><c:overlay val="1"/></c:title><c:autoTitleDeleted val="0"/>`)
}

func (c *chart) valueAxis(m markup) {
	scaled := func(v float64) string { return strconv.FormatFloat(v, 'g', 12, 64) }
	m.put(`<c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/><c:max val="`, scaled(c.axis.high), `"/><c:min val="`, scaled(c.axis.low), `"/></c:scaling><c:delete val="0"/><c:axPos val="l"/>`,
		`<c:majorGridlines><c:spPr>`, stroke(0.5, "C4C7CA", "solid"), `</c:spPr></c:majorGridlines>`)
	m.put(`<c:numFmt formatCode="`, escaped(c.format(c.axis.decimals())), `" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr>`, plain(0, soft, ""), `<c:crossAx val="1001"/><c:crosses val="autoZero"/><c:crossBetween val="`, c.between(), `"/><c:majorUnit val="`, scaled(c.axis.step), `"/></c:valAx>`)
}

// between says whether the first and last period stand on the plot's edges.
func (c *chart) between() string {
	if len(c.Periods) == 1 {
		return "between"
	}
	return "midCat"
}

// shapes are the lines of events and breaks with their letters, drawn over the
// plot: among the series they would be numbers that nobody counted.
func (c *chart) shapes(m markup) {
	m.put(`<c:userShapes `, chartNamespaces, ` xmlns:cdr="http://schemas.openxmlformats.org/drawingml/2006/chartDrawing">`)
	id := 1
	anchor := func(x1, y1, x2, y2 float64, shape func()) {
		m.put(`<cdr:relSizeAnchor><cdr:from><cdr:x>`, fraction(x1, chartWidth), `</cdr:x><cdr:y>`, fraction(y1, c.height), `</cdr:y></cdr:from><cdr:to><cdr:x>`, fraction(x2, chartWidth), `</cdr:x><cdr:y>`, fraction(y2, c.height), `</cdr:y></cdr:to>`)
		id++
		shape()
		m.put(`</cdr:relSizeAnchor>`)
	}
	area := func(x1, y1, x2, y2 float64) string {
		return fmt.Sprintf(`<a:xfrm><a:off x="%s" y="%s"/><a:ext cx="%s" cy="%s"/></a:xfrm>`, emu(x1), emu(y1), emu(x2-x1), emu(y2-y1))
	}
	for _, k := range c.marks {
		foot := c.top - float64(k.row)*rowHeight
		colour, dash, thick := "80868B", "solid", 1.0
		if k.Break {
			colour, dash, thick = "1B1F24", "dash", 1.5
		}
		anchor(k.x, foot, k.x, c.bottom, func() {
			m.put(`<cdr:cxnSp macro=""><cdr:nvCxnSpPr><cdr:cNvPr id="`, strconv.Itoa(id), `" name="Line `, k.key, `"/><cdr:cNvCxnSpPr/></cdr:nvCxnSpPr><cdr:spPr>`, area(k.x, foot, k.x, c.bottom), `<a:prstGeom prst="line"><a:avLst/></a:prstGeom>`, stroke(thick, colour, dash), `</cdr:spPr></cdr:cxnSp>`)
		})
		half := 5 + 5*float64(len(k.key))
		anchor(k.x-half, foot-rowHeight, k.x+half, foot, func() {
			m.put(`<cdr:sp macro="" textlink=""><cdr:nvSpPr><cdr:cNvPr id="`, strconv.Itoa(id), `" name="Letter `, k.key, `"/><cdr:cNvSpPr txBox="1"/></cdr:nvSpPr><cdr:spPr>`, area(k.x-half, foot-rowHeight, k.x+half, foot), `<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></cdr:spPr>`,
				`<cdr:txBody><a:bodyPr vertOverflow="overflow" wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/><a:lstStyle/><a:p><a:pPr algn="ctr"/><a:r><a:rPr lang="en-GB" sz="1200" b="1"><a:solidFill><a:srgbClr val="3D3D3D"/></a:solidFill><a:latin typeface="Arial"/><a:cs typeface="Arial"/></a:rPr><a:t>`, k.key, `</a:t></a:r></a:p></cdr:txBody></cdr:sp>`)
		})
	}
	m.put(`</c:userShapes>`)
}
