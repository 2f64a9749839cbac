package word

import (
	"strings"
	"testing"
)

// orders is the order of an element's children in ISO/IEC 29500-1 (and for c15
// in MS-ODRAWXML), for each element that has any here. Names between bars are
// a choice; a star says that it may be taken several times.
var orders = map[string]string{
	"w:document":   "w:background w:body",
	"w:body":       "w:p|w:tbl* w:sectPr",
	"w:hdr":        "w:p|w:tbl*",
	"w:ftr":        "w:p|w:tbl*",
	"w:p":          "w:pPr w:r|w:hyperlink|w:fldSimple|w:bookmarkStart|w:bookmarkEnd*",
	"w:hyperlink":  "w:r|w:fldSimple|w:bookmarkStart|w:bookmarkEnd*",
	"w:fldSimple":  "w:fldData w:r|w:hyperlink|w:fldSimple|w:bookmarkStart|w:bookmarkEnd*",
	"w:r":          "w:rPr w:t|w:tab|w:br|w:drawing|w:fldChar|w:instrText*",
	"w:pPr":        "w:pStyle w:keepNext w:keepLines w:pageBreakBefore w:framePr w:widowControl w:numPr w:suppressLineNumbers w:pBdr w:shd w:tabs w:suppressAutoHyphens w:kinsoku w:wordWrap w:overflowPunct w:topLinePunct w:autoSpaceDE w:autoSpaceDN w:bidi w:adjustRightInd w:snapToGrid w:spacing w:ind w:contextualSpacing w:mirrorIndents w:suppressOverlap w:jc w:textDirection w:textAlignment w:textboxTightWrap w:outlineLvl w:divId w:cnfStyle w:rPr w:sectPr w:pPrChange",
	"w:rPr":        "w:rStyle w:rFonts w:b w:bCs w:i w:iCs w:caps w:smallCaps w:strike w:dstrike w:outline w:shadow w:emboss w:imprint w:noProof w:snapToGrid w:vanish w:webHidden w:color w:spacing w:w w:kern w:position w:sz w:szCs w:highlight w:u w:effect w:bdr w:shd w:fitText w:vertAlign w:rtl w:cs w:em w:lang w:eastAsianLayout w:specVanish w:oMath",
	"w:numPr":      "w:ilvl w:numId w:numberingChange w:ins",
	"w:pBdr":       "w:top w:left w:bottom w:right w:between w:bar",
	"w:tabs":       "w:tab*",
	"w:sectPr":     "w:headerReference|w:footerReference* w:footnotePr w:endnotePr w:type w:pgSz w:pgMar w:paperSrc w:pgBorders w:lnNumType w:pgNumType w:cols w:formProt w:vAlign w:noEndnote w:titlePg w:textDirection w:bidi w:rtlGutter w:docGrid",
	"w:tbl":        "w:tblPr w:tblGrid w:tr*",
	"w:tblPr":      "w:tblStyle w:tblpPr w:tblOverlap w:bidiVisual w:tblStyleRowBandSize w:tblStyleColBandSize w:tblW w:jc w:tblCellSpacing w:tblInd w:tblBorders w:shd w:tblLayout w:tblCellMar w:tblLook w:tblCaption w:tblDescription",
	"w:tblGrid":    "w:gridCol*",
	"w:tblBorders": "w:top w:left|w:start w:bottom w:right|w:end w:insideH w:insideV",
	"w:tblCellMar": "w:top w:left|w:start w:bottom w:right|w:end",
	"w:tr":         "w:tblPrEx w:trPr w:tc*",
	"w:trPr":       "w:cnfStyle|w:gridBefore|w:gridAfter|w:cantSplit|w:trHeight|w:tblHeader|w:jc|w:hidden*",
	"w:tc":         "w:tcPr w:p|w:tbl*",
	"w:tcPr":       "w:cnfStyle w:tcW w:gridSpan w:hMerge w:vMerge w:tcBorders w:shd w:noWrap w:tcMar w:textDirection w:tcFitText w:vAlign w:hideMark",
	"w:tcBorders":  "w:top w:left|w:start w:bottom w:right|w:end w:insideH w:insideV w:tl2br w:tr2bl",

	"w:styles":      "w:docDefaults w:latentStyles w:style*",
	"w:docDefaults": "w:rPrDefault w:pPrDefault",
	"w:rPrDefault":  "w:rPr",
	"w:pPrDefault":  "w:pPr",
	"w:style":       "w:name w:aliases w:basedOn w:next w:link w:autoRedefine w:hidden w:uiPriority w:semiHidden w:unhideWhenUsed w:qFormat w:locked w:personal w:personalCompose w:personalReply w:rsid w:pPr w:rPr w:tblPr w:trPr w:tcPr w:tblStylePr*",
	"w:tblStylePr":  "w:pPr w:rPr w:tblPr w:trPr w:tcPr",
	"w:numbering":   "w:numPicBullet* w:abstractNum* w:num* w:numIdMacAtCleanup",
	"w:abstractNum": "w:nsid w:multiLevelType w:tmpl w:name w:styleLink w:numStyleLink w:lvl*",
	"w:lvl":         "w:start w:numFmt w:lvlRestart w:pStyle w:isLgl w:suff w:lvlText w:lvlPicBulletId w:legacy w:lvlJc w:pPr w:rPr",
	"w:num":         "w:abstractNumId w:lvlOverride*",
	"w:lvlOverride": "w:startOverride w:lvl",
	"w:settings":    "w:writeProtection w:view w:zoom w:defaultTabStop w:autoHyphenation w:characterSpacingControl w:footnotePr w:endnotePr w:compat w:docVars w:rsids w:themeFontLang w:clrSchemeMapping w:decimalSymbol w:listSeparator",
	"w:compat":      "w:compatSetting*",
	"w:fonts":       "w:font*",
	"w:font":        "w:altName w:panose1 w:charset w:family w:notTrueType w:pitch w:sig",

	"w:drawing":     "wp:inline|wp:anchor*",
	"wp:inline":     "wp:extent wp:effectExtent wp:docPr wp:cNvGraphicFramePr a:graphic",
	"a:graphic":     "a:graphicData",
	"a:graphicData": "c:chart",

	"c:chartSpace":   "c:date1904 c:lang c:roundedCorners c:style c:clrMapOvr c:pivotSource c:protection c:chart c:spPr c:txPr c:externalData c:printSettings c:userShapes c:extLst",
	"c:chart":        "c:title c:autoTitleDeleted c:pivotFmts c:view3D c:floor c:sideWall c:backWall c:plotArea c:legend c:plotVisOnly c:dispBlanksAs c:showDLblsOverMax c:extLst",
	"c:title":        "c:tx c:layout c:overlay c:spPr c:txPr c:extLst",
	"c:tx":           "c:strRef|c:rich",
	"c:rich":         "a:bodyPr a:lstStyle a:p*",
	"c:txPr":         "a:bodyPr a:lstStyle a:p*",
	"cdr:txBody":     "a:bodyPr a:lstStyle a:p*",
	"c:layout":       "c:manualLayout c:extLst",
	"c15:layout":     "c:manualLayout c:extLst",
	"c:manualLayout": "c:layoutTarget c:xMode c:yMode c:wMode c:hMode c:x c:y c:w c:h c:extLst",
	"c:plotArea":     "c:layout c:lineChart c:catAx|c:dateAx|c:valAx|c:serAx* c:dTable c:spPr c:extLst",
	"c:lineChart":    "c:grouping c:varyColors c:ser* c:dLbls c:dropLines c:hiLowLines c:upDownBars c:marker c:smooth c:axId* c:extLst",
	"c:ser":          "c:idx c:order c:tx c:spPr c:marker c:dPt* c:dLbls c:trendline* c:errBars c:cat c:val c:smooth c:extLst",
	"c:marker":       "c:symbol c:size c:spPr c:extLst",
	"c:dPt":          "c:idx c:invertIfNegative c:marker c:bubble3D c:explosion c:spPr c:pictureOptions c:extLst",
	"c:dLbls":        "c:dLbl* c:delete c:numFmt c:spPr c:txPr c:dLblPos c:showLegendKey c:showVal c:showCatName c:showSerName c:showPercent c:showBubbleSize c:separator c:showLeaderLines c:leaderLines c:extLst",
	"c:dLbl":         "c:idx c:delete c:layout c:tx c:numFmt c:spPr c:txPr c:dLblPos c:showLegendKey c:showVal c:showCatName c:showSerName c:showPercent c:showBubbleSize c:separator c:extLst",
	"c:errBars":      "c:errDir c:errBarType c:errValType c:noEndCap c:plus c:minus c:val c:spPr c:extLst",
	"c:plus":         "c:numRef|c:numLit",
	"c:minus":        "c:numRef|c:numLit",
	"c:cat":          "c:multiLvlStrRef|c:numRef|c:numLit|c:strRef|c:strLit",
	"c:val":          "c:numRef|c:numLit",
	"c:numRef":       "c:f c:numCache c:extLst",
	"c:strRef":       "c:f c:strCache c:extLst",
	"c:numCache":     "c:formatCode c:ptCount c:pt* c:extLst",
	"c:strCache":     "c:ptCount c:pt* c:extLst",
	"c:pt":           "c:v",
	"c:catAx":        "c:axId c:scaling c:delete c:axPos c:majorGridlines c:minorGridlines c:title c:numFmt c:majorTickMark c:minorTickMark c:tickLblPos c:spPr c:txPr c:crossAx c:crosses|c:crossesAt c:auto c:lblAlgn c:lblOffset c:tickLblSkip c:tickMarkSkip c:noMultiLvlLbl c:extLst",
	"c:dateAx":       "c:axId c:scaling c:delete c:axPos c:majorGridlines c:minorGridlines c:title c:numFmt c:majorTickMark c:minorTickMark c:tickLblPos c:spPr c:txPr c:crossAx c:crosses|c:crossesAt c:auto c:lblOffset c:baseTimeUnit c:majorUnit c:majorTimeUnit c:minorUnit c:minorTimeUnit c:extLst",
	"c:valAx":        "c:axId c:scaling c:delete c:axPos c:majorGridlines c:minorGridlines c:title c:numFmt c:majorTickMark c:minorTickMark c:tickLblPos c:spPr c:txPr c:crossAx c:crosses|c:crossesAt c:crossBetween c:majorUnit c:minorUnit c:dispUnits c:extLst",
	"c:scaling":      "c:logBase c:orientation c:max c:min c:extLst",
	"c:legend":       "c:legendPos c:legendEntry* c:layout c:overlay c:spPr c:txPr c:extLst",
	"c:legendEntry":  "c:idx c:delete|c:txPr c:extLst",
	"c:externalData": "c:autoUpdate",
	"c:extLst":       "c:ext*",
	"c:ext":          "c15:layout|c15:showLeaderLines",

	"c:majorGridlines": "c:spPr",
	"c:spPr":           "a:xfrm a:custGeom|a:prstGeom a:noFill|a:solidFill|a:gradFill|a:pattFill a:ln a:effectLst",
	"cdr:spPr":         "a:xfrm a:custGeom|a:prstGeom a:noFill|a:solidFill|a:gradFill|a:pattFill a:ln a:effectLst",
	"a:ln":             "a:noFill|a:solidFill|a:gradFill|a:pattFill a:prstDash|a:custDash a:round|a:bevel|a:miter a:headEnd a:tailEnd a:extLst",
	"a:solidFill":      "a:srgbClr|a:schemeClr",
	"a:xfrm":           "a:off a:ext",
	"a:prstGeom":       "a:avLst",
	"a:p":              "a:pPr a:r|a:br|a:fld* a:endParaRPr",
	"a:pPr":            "a:lnSpc a:spcBef a:spcAft a:buNone a:tabLst a:defRPr a:extLst",
	"a:r":              "a:rPr a:t",
	"a:rPr":            "a:ln a:noFill|a:solidFill a:effectLst a:highlight a:latin a:ea a:cs a:sym a:hlinkClick",
	"a:defRPr":         "a:ln a:noFill|a:solidFill a:effectLst a:highlight a:latin a:ea a:cs a:sym a:hlinkClick",

	"c:userShapes":      "cdr:relSizeAnchor|cdr:absSizeAnchor*",
	"cdr:relSizeAnchor": "cdr:from cdr:to cdr:sp|cdr:grpSp|cdr:graphicFrame|cdr:cxnSp|cdr:pic",
	"cdr:from":          "cdr:x cdr:y",
	"cdr:to":            "cdr:x cdr:y",
	"cdr:sp":            "cdr:nvSpPr cdr:spPr cdr:style cdr:txBody",
	"cdr:nvSpPr":        "cdr:cNvPr cdr:cNvSpPr",
	"cdr:cxnSp":         "cdr:nvCxnSpPr cdr:spPr cdr:style",
	"cdr:nvCxnSpPr":     "cdr:cNvPr cdr:cNvCxnSpPr",
}

// required are children without which an element is not valid, of those that
// are easily forgotten.
var required = map[string]string{
	"w:tc": "w:p", "w:tbl": "w:tblPr w:tblGrid", "c:lineChart": "c:grouping c:axId", "c:ser": "c:idx c:order", "c:valAx": "c:axId c:scaling c:axPos c:crossAx",
	"c:dateAx": "c:axId c:scaling c:axPos c:crossAx", "c:catAx": "c:axId c:scaling c:axPos c:crossAx", "wp:inline": "wp:extent wp:docPr a:graphic", "c:chart": "c:plotArea", "c:txPr": "a:bodyPr a:p", "c:rich": "a:bodyPr a:p",
	"cdr:cxnSp": "cdr:nvCxnSpPr cdr:spPr", "cdr:sp": "cdr:nvSpPr cdr:spPr", "w:num": "w:abstractNumId", "c:dLbl": "c:idx", "c:dPt": "c:idx", "c:legendEntry": "c:idx",
}

// checkOrder holds each part of the document against orders: Word calls a
// document corrupt whose elements stand in another.
func checkOrder(t *testing.T, d *docx) {
	t.Helper()
	for name, tree := range d.trees {
		if !strings.HasPrefix(name, "word/") || strings.HasSuffix(name, ".rels") {
			continue
		}
		said := map[string]bool{}
		tree.each(func(n *node) {
			for _, wrong := range misplaced(n) {
				if !said[wrong] {
					said[wrong] = true
					t.Errorf("%s: %s", name, wrong)
				}
			}
		})
	}
}

func misplaced(n *node) (wrong []string) {
	for child := range strings.FieldsSeq(required[n.name]) {
		if n.at(child) == nil && n.name != "c:chart" { // in a text it is a reference of the same name
			wrong = append(wrong, n.name+" has no "+child)
		}
	}
	if len(n.kids) == 0 {
		return wrong
	}
	order, known := orders[n.name]
	if !known {
		return append(wrong, "no order is known for "+n.name)
	}
	places := strings.Fields(order)
	at, taken := 0, false
	for _, k := range n.kids {
		place := -1
		for i, p := range places {
			for choice := range strings.SplitSeq(strings.TrimSuffix(p, "*"), "|") {
				if choice == k.name {
					place = i
				}
			}
		}
		switch {
		case place < 0:
			wrong = append(wrong, n.name+" may not have "+k.name)
			continue
		case place < at:
			wrong = append(wrong, k.name+" stands too late in "+n.name)
		case place == at && taken && !strings.HasSuffix(places[place], "*"):
			wrong = append(wrong, n.name+" has "+k.name+" twice")
		}
		at, taken = max(at, place), true
	}
	return wrong
}

func TestOrderOfElements(t *testing.T) {
	checkOrder(t, open(t, write(t, report())))

	// The check sees what it is for.
	for _, bad := range []string{
		`<w:pPr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:jc/><w:spacing/></w:pPr>`,
		`<w:pPr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:jc/><w:jc/></w:pPr>`,
		`<w:tc xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:tcPr/></w:tc>`,
		`<c:ser xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:order/><c:idx/></c:ser>`,
		`<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:script/></w:p>`,
		`<w:unheard xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p/></w:unheard>`,
	} {
		n, err := parse([]byte(bad))
		if err != nil {
			t.Fatal(err)
		}
		if misplaced(n) == nil {
			t.Errorf("passed: %s", bad)
		}
	}
}
