package word

import (
	"bytes"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

func book0(t testing.TB, body []byte) *excelize.File {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func sheets(t testing.TB, body []byte) []string { return book0(t, body).GetSheetList() }

// raw is a cell's value as it is kept, not as it is shown.
func raw(t testing.TB, x *excelize.File, sheet string, column, row int) (string, excelize.CellType) {
	t.Helper()
	cell, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		t.Fatal(err)
	}
	v, err := x.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	kind, err := x.GetCellType(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	return v, kind
}

var reference = regexp.MustCompile(`^'([^']+)'!\$([A-Z]+)\$(\d+)(?::\$([A-Z]+)\$(\d+))?$`)

// cached are a reference's points as the chart keeps them, by index.
func cached(t testing.TB, ref *node) (points map[int]string, count int) {
	t.Helper()
	points = map[int]string{}
	cache := ref.at("c:numCache")
	if cache == nil {
		cache = ref.at("c:strCache")
	}
	count, err := strconv.Atoi(cache.val("c:ptCount"))
	if err != nil {
		t.Fatal(err)
	}
	before := -1
	for _, pt := range cache.kids {
		if pt.name != "c:pt" {
			continue
		}
		i, err := strconv.Atoi(pt.attrs["idx"])
		if err != nil || i <= before || i >= count {
			t.Fatalf("point %q of %d after %d", pt.attrs["idx"], count, before)
		}
		before = i
		points[i] = pt.at("c:v").text
	}
	return points, count
}

// checkCharts holds that each chart of the report is in the document, that its
// data lie in its workbook, and that workbook, chart and report have the same
// numbers in the same places and none besides.
func checkCharts(t *testing.T, d *docx, r *metrics.Report) {
	t.Helper()
	var want []*metrics.ReportChart
	tables := map[string]*metrics.ReportTable{}
	for _, s := range r.Sections {
		for _, b := range s.Blocks {
			if b.Chart != nil && slices.ContainsFunc(b.Chart.Series, func(s metrics.ReportSeries) bool {
				return slices.ContainsFunc(s.Values, func(v *float64) bool { return v != nil })
			}) {
				want = append(want, b.Chart)
			}
			if b.Table != nil {
				tables[b.Table.ID] = b.Table
			}
		}
	}
	frames := d.trees["word/document.xml"].all("c:chart")
	if len(frames) != len(want) {
		t.Fatalf("%d charts, want %d", len(frames), len(want))
	}
	for i, of := range want {
		part := d.target("word/document.xml", frames[i].attrs["r:id"])
		tree := d.trees[part]
		if tree == nil {
			t.Fatalf("chart %d is not there", i+1)
		}
		book := d.target(part, tree.at("c:externalData").attrs["r:id"])
		x := book0(t, d.parts[book])
		plot := tree.at("c:chart", "c:plotArea", "c:lineChart")
		if plot == nil || tree.at("c:chart").val("c:dispBlanksAs") != "gap" {
			t.Fatalf("%s is no line chart with gaps", part)
		}
		if of.Axis != "" {
			var title strings.Builder
			for _, n := range tree.at("c:chart", "c:title").all("a:t") {
				title.WriteString(n.text)
			}
			if title.String() != line(of.Axis) {
				t.Errorf("%s measures %q, want %q", part, title.String(), of.Axis)
			}
		}

		// Each reference leads to cells that hold just what the chart keeps.
		for _, ref := range append(plot.all("c:numRef"), plot.all("c:strRef")...) {
			m := reference.FindStringSubmatch(ref.at("c:f").text)
			if m == nil {
				t.Fatalf("%s refers to %q", part, ref.at("c:f").text)
			}
			column, err := excelize.ColumnNameToNumber(m[2])
			if err != nil || m[4] != "" && m[4] != m[2] {
				t.Fatalf("%s refers to %q", part, m[0])
			}
			from, _ := strconv.Atoi(m[3])
			to := from
			if m[5] != "" {
				to, _ = strconv.Atoi(m[5])
			}
			points, count := cached(t, ref)
			if count != to-from+1 {
				t.Errorf("%s: %s has %d cells, the chart %d", part, m[0], to-from+1, count)
			}
			for j := range count {
				cell, kind := raw(t, x, m[1], column, from+j)
				if ref.name == "c:strRef" {
					if cell != points[j] {
						t.Errorf("%s: row %d of %s is %q, the chart has %q", part, j, m[0], cell, points[j])
					}
					continue
				}
				point, there := points[j]
				if there != (cell != "") || there && kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
					t.Errorf("%s: row %d of %s is %q, the chart has %q", part, j, m[0], cell, point)
					continue
				}
				if there && !same(float(t, cell), float(t, point)) {
					t.Errorf("%s: row %d of %s is %s, the chart has %s", part, j, m[0], cell, point)
				}
			}
		}

		// The lines of a series, one for each stretch between breaks, have
		// together its values; none is in two of them or across a break.
		lines := plot.all("c:ser")
		table := tables[of.TableID]
		for k, s := range of.Series {
			values := map[int]float64{}
			byLine := map[int]int{}
			own := 0
			for l, ser := range lines {
				name, _ := cached(t, ser.at("c:tx", "c:strRef"))
				if name[0] != line(s.Name) && !strings.HasPrefix(name[0], line(s.Name)+", to ") {
					continue
				}
				own++
				points, count := cached(t, ser.at("c:val", "c:numRef"))
				if count != len(of.Periods) {
					t.Errorf("%s: a line of %d periods of %d", part, count, len(of.Periods))
				}
				for j, v := range points {
					if _, twice := values[j]; twice {
						t.Errorf("%s: %s has period %d twice", part, s.Name, j)
					}
					values[j], byLine[j] = float(t, v), l
				}
			}
			if own == 0 {
				t.Errorf("%s has no line for %q", part, s.Name)
			}
			for j, v := range s.Values {
				got, there := values[j]
				if there != (v != nil) || there && got != *v {
					t.Errorf("%s: %s in period %d is %v (%t)", part, s.Name, j, got, there)
				}
				if j > 0 && s.BreakBefore[j] && v != nil && s.Values[j-1] != nil && byLine[j] == byLine[j-1] {
					t.Errorf("%s joins %s across a break at %d", part, s.Name, j)
				}
				if table == nil {
					continue
				}
				// The table of the report says the same.
				cell := table.Rows[j][slices.IndexFunc(table.Columns, func(c metrics.ReportColumn) bool { return c.Head == s.Name })]
				if (cell.Number != nil) != there || there && *cell.Number != got {
					t.Errorf("%s: %s in period %d is %v, the table has %q", part, s.Name, j, got, cell.Text)
				}
			}
			checkSigns(t, x, of, k)
		}
	}
}

// same is equal in all the 15 digits that a spreadsheet has of a number.
func same(a, b float64) bool { return math.Abs(a-b) <= 1e-14*math.Abs(b) }

func float(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		t.Errorf("%q is no number", s)
	}
	return v
}

// checkSigns holds that the workbook says by sign why a cell of a series is
// empty, and that limits follow it.
func checkSigns(t *testing.T, x *excelize.File, of *metrics.ReportChart, k int) {
	t.Helper()
	s := of.Series[k]
	data := x.GetSheetList()[0]
	rows, err := x.Rows(data)
	if err != nil {
		t.Fatal(err)
	}
	rows.Next()
	heads, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	rows.Close()
	column := func(head string) int { return slices.Index(heads, line(s.Name)+": "+head) + 1 }
	for j := range of.Periods {
		wanted := sign(s, j)
		if wanted == "" && s.Values[j] == nil {
			wanted = "[x]"
		}
		if wanted != "" || column("sign") > 0 {
			if c := column("sign"); c == 0 {
				t.Errorf("%s has no signs for %s", of.ID, s.Name)
			} else if got, _ := raw(t, x, data, c, j+2); got != wanted {
				t.Errorf("%s: the sign of %s in period %d is %q, want %q", of.ID, s.Name, j, got, wanted)
			}
		}
		for head, limits := range map[string][]*float64{"lower limit": s.Lower, "upper limit": s.Upper} {
			if len(limits) == 0 {
				continue
			}
			c := column(head)
			if c == 0 {
				t.Fatalf("%s has no %s of %s", of.ID, head, s.Name)
			}
			got, kind := raw(t, x, data, c, j+2)
			switch {
			case s.Values[j] == nil:
				if got != wanted || kind != excelize.CellTypeSharedString {
					t.Errorf("%s: the %s of %s in period %d is %q, want %q", of.ID, head, s.Name, j, got, wanted)
				}
			case limits[j] == nil:
				if got != "" {
					t.Errorf("%s: the %s of %s in period %d is %q", of.ID, head, s.Name, j, got)
				}
			case !same(float(t, got), *limits[j]):
				t.Errorf("%s: the %s of %s in period %d is %s", of.ID, head, s.Name, j, got)
			}
		}
	}
}

func TestChartsHaveTheirData(t *testing.T) {
	r := report()
	d := open(t, write(t, r))
	checkCharts(t, d, r)
	for name, body := range d.parts {
		if !strings.HasSuffix(name, ".xlsx") {
			continue
		}
		x := book0(t, body)
		if props, err := x.GetDocProps(); err != nil || props.Title == "" || props.Creator != r.Partnership || props.Language != "en-GB" || props.Created != "2019-05-14T09:30:00Z" {
			t.Errorf("%s: properties %+v, %v", name, props, err)
		}
		if x.GetActiveSheetIndex() != 0 {
			t.Errorf("%s does not open at its data", name)
		}
	}
}

// The checks themselves must see what is wrong.
func TestChartsCheckSees(t *testing.T) {
	r := report()
	d := open(t, write(t, r))
	for name, change := range map[string]func(*node){
		"a number that is another": func(n *node) { n.all("c:val")[0].all("c:v")[0].text += "1" },
		"a point too few":          func(n *node) { c := n.all("c:val")[0].all("c:numCache")[0]; c.kids = c.kids[:len(c.kids)-1] },
		"a reference elsewhere":    func(n *node) { n.all("c:val")[0].all("c:f")[0].text = "'Invented data'!$C$2:$C$5" },
	} {
		t.Run(name, func(t *testing.T) {
			fresh := open(t, write(t, r))
			change(fresh.trees["word/charts/chart1.xml"])
			if !fails(func(inner *testing.T) { checkCharts(inner, fresh, r) }) {
				t.Error("was not seen")
			}
		})
	}
	if fails(func(inner *testing.T) { checkCharts(inner, d, r) }) {
		t.Error("a right one was called wrong")
	}
}

// fails runs a check apart from the test and says whether it found something.
func fails(check func(*testing.T)) bool {
	inner := &testing.T{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { recover() }()
		check(inner)
	}()
	<-done
	return inner.Failed()
}

// How the lines look: by role, told apart without colour too.
func TestChartsLook(t *testing.T) {
	d := open(t, write(t, report()))
	chart := func(i int) *node { return d.trees["word/charts/chart"+strconv.Itoa(i)+".xml"] }

	violence := chart(2)
	var looks []string
	for _, ser := range violence.all("c:ser") {
		ln := ser.at("c:spPr", "a:ln")
		looks = append(looks, ln.val("a:solidFill", "a:srgbClr")+" "+ln.val("a:prstDash")+" "+ser.val("c:marker", "c:symbol"))
	}
	if want := []string{"12436D solid circle", "801650 dash square", "5B6168 sysDot triangle", "6D4FA3 dashDot diamond"}; !slices.Equal(looks, want) {
		t.Errorf("lines %q", looks)
	}
	for _, ser := range violence.all("c:ser") {
		label := ser.at("c:dLbls", "c:dLbl")
		if label == nil || label.val("c:idx") != "16" || label.val("c:showSerName") != "1" || label.val("c:showVal") != "1" || len(ser.all("c:dLbl")) != 1 {
			t.Error("a line has no name at its end")
		}
	}
	if violence.at("c:chart", "c:legend") == nil || chart(3).at("c:chart", "c:legend") != nil {
		t.Error("a legend stands where there are several lines, and only there")
	}
	// Provisional points are hollow.
	hollow := map[string]bool{}
	for _, pt := range violence.all("c:ser")[0].all("c:dPt") {
		hollow[pt.val("c:idx")] = pt.val("c:marker", "c:spPr", "a:solidFill", "a:srgbClr") == "FFFFFF"
	}
	if !hollow["15"] || !hollow["16"] || len(hollow) != 2 {
		t.Errorf("hollow points %v", hollow)
	}
	// The subject's intervals, from its values to its limits.
	if bars := violence.all("c:errBars"); len(bars) != 1 || violence.all("c:ser")[0].at("c:errBars") == nil {
		t.Error("the subject's intervals are not drawn")
	}

	// A break: two lines, one look, and a dashed upright line with its letter.
	weapons := chart(3)
	if lines := weapons.all("c:ser"); len(lines) != 2 || lines[0].val("c:marker", "c:symbol") != lines[1].val("c:marker", "c:symbol") || lines[0].at("c:dLbls", "c:dLbl") != nil {
		t.Error("the break is not one")
	}
	shapes := d.trees[d.target("word/charts/chart3.xml", weapons.at("c:userShapes").attrs["r:id"])]
	if l := shapes.all("cdr:cxnSp"); len(l) != 1 || l[0].val("cdr:spPr", "a:ln", "a:prstDash") != "dash" || shapes.all("a:t")[0].text != "A" {
		t.Error("the break is not marked")
	}
	events := d.trees["word/drawings/drawing2.xml"]
	var letters []string
	for _, n := range events.all("a:t") {
		letters = append(letters, n.text)
	}
	if !slices.Equal(letters, []string{"A", "B", "C"}) {
		t.Errorf("events %q", letters)
	}
	for _, n := range append(events.all("cdr:x"), events.all("cdr:y")...) {
		if v := float(t, n.text); v < 0 || v > 1 {
			t.Errorf("something stands outside the chart, at %v", v)
		}
	}

	// Editions lie unevenly: their axis is one of dates.
	if axis := chart(1).at("c:chart", "c:plotArea", "c:dateAx"); axis == nil || axis.val("c:baseTimeUnit") != "months" || axis.val("c:majorUnit") != "60" {
		t.Error("editions stand side by side")
	}
	for i, want := range map[int]string{1: `#,##0.0"%"`, 2: "#,##0", 5: `"£"#,##0;-"£"#,##0`} {
		if got := chart(i).at("c:chart", "c:plotArea", "c:valAx", "c:numFmt").attrs["formatCode"]; got != want {
			t.Errorf("the axis of chart %d is written as %s", i, got)
		}
	}
	// Text is horizontal and of 12 points.
	for name, tree := range d.trees {
		if !strings.Contains(name, "charts/chart") {
			continue
		}
		for _, n := range tree.all("a:bodyPr") {
			if r := n.attrs["rot"]; r != "" && r != "0" {
				t.Errorf("%s has text at an angle of %s", name, r)
			}
		}
		for _, n := range append(tree.all("a:defRPr"), tree.all("a:rPr")...) {
			if n.attrs["sz"] != "1200" {
				t.Errorf("%s has text of size %q", name, n.attrs["sz"])
			}
		}
	}
}

// Labels at the lines' ends stand apart from each other however close the ends.
func TestLabelsStandApart(t *testing.T) {
	of := &metrics.ReportChart{Title: "T", Axis: "A", Periods: periods(metrics.NewMonth(2019, 3), 8, 3)}
	for i, v := range []float64{5, 5.01, 5.02, 0.1} {
		of.Series = append(of.Series, metrics.ReportSeries{Name: "A district with a long name " + letters(i), Role: "subject", Values: values(8, v, v, 0)})
	}
	c := newChart(of, 1, false)
	var ends []end
	for _, e := range c.ends {
		ends = append(ends, e)
		if e.y-e.height/2 < 0 || e.y+e.height/2 > c.height {
			t.Errorf("%q stands outside the chart", e.text)
		}
	}
	slices.SortFunc(ends, func(a, b end) int { return int(1000 * (a.y - b.y)) })
	for i := 1; i < len(ends); i++ {
		if gap := ends[i].y - ends[i].height/2 - ends[i-1].y - ends[i-1].height/2; gap < -1e-6 {
			t.Errorf("%q and %q overlap by %g", ends[i-1].text, ends[i].text, -gap)
		}
	}
	// Their looks differ though their roles are the same.
	seen := map[look]bool{}
	for _, l := range c.looks {
		if seen[l] {
			t.Errorf("two lines look like %v", l)
		}
		seen[l] = true
	}
}

// Periods whose names are no dates stand side by side, with as many labels as
// there is room for.
func TestPeriodsThatAreNoDates(t *testing.T) {
	of := &metrics.ReportChart{Title: "T", Periods: periods(metrics.NewMonth(2019, 3), 40, 3), Series: []metrics.ReportSeries{{Name: "A", Role: "subject", Values: values(40, 1, 2, 0.1)}}}
	for i := range of.Periods {
		of.Periods[i].Short = "Term " + strconv.Itoa(i)
	}
	r := report()
	r.Sections = []metrics.ReportSection{{Number: 1, Title: "T", Blocks: []metrics.ReportBlock{{Chart: of}}}}
	d := open(t, write(t, r))
	checkCharts(t, d, r)
	checkOrder(t, d)
	axis := d.trees["word/charts/chart1.xml"].at("c:chart", "c:plotArea", "c:catAx")
	if axis == nil {
		t.Fatal("there is no axis of names")
	}
	if each, err := strconv.Atoi(axis.val("c:tickLblSkip")); err != nil || each < 8 || each%4 != 0 {
		t.Errorf("every %s is labelled", axis.val("c:tickLblSkip"))
	}
}

// A suppressed number stands nowhere in the file, however deep it is packed.
func TestSuppressedStandsNowhere(t *testing.T) {
	r := report()
	r.Figures = []metrics.ReportFigure{{Figure: metrics.Figure{Status: metrics.Suppressed, Value: p(secret), Numerator: p(secret)}}}
	body := write(t, r)
	look := func(body []byte) (found []string) {
		d := open(t, body)
		for name, content := range d.parts {
			if bytes.Contains(content, []byte("3.1415")) {
				found = append(found, name)
			}
			if strings.HasSuffix(name, ".xlsx") {
				for inner, content := range open(t, content).parts {
					if bytes.Contains(content, []byte("3.1415")) {
						found = append(found, name+"/"+inner)
					}
				}
			}
		}
		return found
	}
	if found := look(body); found != nil {
		t.Errorf("it stands in %q", found)
	}
	r.Sections[1].Blocks[2].Chart.Series[0].Values[0] = p(secret) // as a number that may be shown
	if found := look(write(t, r)); len(found) < 2 {
		t.Errorf("where it may stand it is only found in %q", found)
	}
	for _, change := range []func(*metrics.ReportSeries){
		func(s *metrics.ReportSeries) { s.Values[4] = p(secret) },
		func(s *metrics.ReportSeries) { s.Lower[4] = p(secret) },
		func(s *metrics.ReportSeries) { s.Upper[4] = p(secret) },
		func(s *metrics.ReportSeries) { s.Values[0] = p(math.NaN()) },
	} {
		r := report()
		change(&r.Sections[2].Blocks[7].Chart.Series[0])
		var b bytes.Buffer
		if err := Write(&b, r); err == nil || b.Len() > 0 || strings.Contains(err.Error(), "3.14") {
			t.Errorf("%d bytes, %v", b.Len(), err)
		}
	}
}
