package dashboard_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics"
)

// firstQuarter is the quarter that most of these reports are of.
const firstQuarter = "2019-Q1"

func choiceOf(t testing.TB, period string) metrics.ReportChoice {
	t.Helper()
	p, err := metrics.ParsePeriod(period)
	if err != nil {
		t.Fatal(err)
	}
	return metrics.ReportChoice{Period: p}
}

// composed is the report of a choice from what a ledger holds.
func composed(t testing.TB, s *metrics.Strategy, l *ledger, choice metrics.ReportChoice, told []metrics.Commentary, before *metrics.Report) (*metrics.Report, []metrics.ReportCheck) {
	t.Helper()
	r, checks, err := newServer(t, s, l).Compose(t.Context(), choice, told, before)
	if err != nil {
		t.Fatal(err)
	}
	return r, checks
}

// blocks are the blocks of all sections, in their order.
func blocks(r *metrics.Report) []metrics.ReportBlock {
	var out []metrics.ReportBlock
	for _, s := range r.Sections {
		out = append(out, s.Blocks...)
	}
	return out
}

// said is every word of a report's sections and headlines.
func said(r *metrics.Report) string {
	lines := slices.Clone(r.Headlines)
	for _, b := range blocks(r) {
		lines = append(lines, b.Heading, b.Paragraph)
		lines = append(lines, b.List...)
		if b.Chart != nil {
			lines = append(lines, b.Chart.Title, b.Chart.Subtitle, b.Chart.Alt)
		}
		if b.Table != nil {
			lines = append(lines, b.Table.Title)
			lines = append(lines, b.Table.Notes...)
		}
	}
	return strings.Join(lines, "\n")
}

// performed gives a ledger figures of a measure of projects, one a quarter from
// the first of 2018 on; where a value is below 0 the figure is suppressed.
func performed(t testing.TB, s *metrics.Strategy, l *ledger, id string, values ...float64) {
	t.Helper()
	ind, ok := s.Indicator(id)
	if !ok {
		t.Fatalf("the strategy has no %s", id)
	}
	for i := range values {
		p := metrics.QuarterOf(metrics.NewMonth(2018, 3) + metrics.Month(3*i))
		f := metrics.Figure{ID: int64(500000 + len(l.figures)), Revision: 1, Indicator: id, Priority: ind.Priority, Area: s.Area, Period: p, Unit: ind.Unit, Status: metrics.Available, Value: &values[i], Numerator: &values[i], Sentence: "So many took part in " + p.Phrase() + "."}
		if values[i] < 0 {
			f.Status, f.Value, f.Numerator, f.Reason, f.Sentence = metrics.Suppressed, nil, nil, "the count is small", "It is not shown."
		}
		l.figures = append(l.figures, f)
	}
}

// A report of a quarter says, draws and lists nothing of a later one, though the
// store has more; and of its own quarter what the store has.
func TestReportIsOfItsQuarter(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	months := regexp.MustCompile(`(?:January|February|March|April|May|June|July|August|September|October|November|December) (20\d\d)`)
	for _, code := range []string{"2017-Q4", "2018-Q4", firstQuarter, "2019-Q3"} {
		choice := choiceOf(t, code)
		last := choice.Period.Last
		r, _ := composed(t, s, l, choice, nil, nil)
		if r.Period != choice.Period || len(r.Figures) < 80 {
			t.Errorf("%s: a report of %s with %d figures", code, r.Period.Code(), len(r.Figures))
		}
		for _, f := range r.Figures {
			if f.Period.Last > last && !(f.Period.Kind == metrics.Edition && f.Period.Last.Year() <= last.Year()) {
				t.Errorf("%s: it has the figure of %s of %s", code, f.Indicator, f.Period.Code())
			}
		}
		for _, b := range blocks(r) {
			if b.Chart == nil {
				continue
			}
			for _, p := range b.Chart.Periods {
				edition := strings.HasSuffix(p.Label, "Indices of Deprivation") && p.At.Year() <= last.Year()
				if p.At > last && !edition {
					t.Errorf("%s: the chart %s goes to %s", code, b.Chart.ID, p.Label)
				}
			}
		}
		// The month names of definitions and caveats are not of data: they are left out.
		words := said(r)
		if at := strings.Index(words, "What is counted"); at > 0 {
			words = words[:at]
		}
		for _, m := range months.FindAllString(words, -1) {
			month, year, _ := strings.Cut(m, " ")
			for n := metrics.NewMonth(2015, 1); n <= metrics.NewMonth(2030, 12); n++ {
				if n.Name() == month+" "+year && n > last {
					t.Errorf("%s: it speaks of %s", code, m)
				}
			}
		}
		for _, f := range l.figures {
			if f.Period != choice.Period || f.Indicator != "violence-rate" || f.Area.Code != coventry {
				continue
			}
			at := slices.IndexFunc(r.Figures, func(g metrics.ReportFigure) bool { return g.Key() == f.Key() })
			if at < 0 || !reflect.DeepEqual(r.Figures[at].Figure, f) {
				t.Errorf("%s: violence-rate is not as the store has it", code)
			}
			if f.Status == metrics.Available && !strings.Contains(said(r), f.Sentence) {
				t.Errorf("%s: it does not say %q", code, f.Sentence)
			}
		}
	}
}

// Of each chart there is a table with the same numbers and signs, words for
// those who cannot see it, and a title that is not those words; every table is
// as wide as its headings, and no cell is empty.
func TestReportHasWhole(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	performed(t, s, l, "secondary-young-people-engaged", 12, 20, -1, 31, 18)
	r, _ := composed(t, s, l, choiceOf(t, firstQuarter), nil, nil)
	tables := map[string]*metrics.ReportTable{}
	charts, cells := 0, 0
	for _, b := range blocks(r) {
		tbl := b.Table
		if tbl == nil {
			continue
		}
		if tables[tbl.ID] != nil || tbl.Title == "" || tbl.Source == "" {
			t.Errorf("table %q, %q, %q", tbl.ID, tbl.Title, tbl.Source)
		}
		tables[tbl.ID] = tbl
		heads := map[string]bool{}
		for _, c := range tbl.Columns {
			if heads[c.Head] || c.Head == "" {
				t.Errorf("%s: two columns are called %q", tbl.ID, c.Head)
			}
			heads[c.Head] = true
		}
		for _, row := range tbl.Rows {
			if len(row) != len(tbl.Columns) {
				t.Errorf("%s: a row of %d cells under %d headings", tbl.ID, len(row), len(tbl.Columns))
			}
			for _, c := range row {
				none := c.Shorthand == "[x]" || c.Shorthand == "[c]"
				if c.Text == "" || none && (c.Number != nil || c.Text != c.Shorthand) {
					t.Errorf("%s: a cell %+v", tbl.ID, c)
				}
			}
		}
	}
	for _, b := range blocks(r) {
		c := b.Chart
		if c == nil {
			continue
		}
		charts++
		tbl := tables[c.TableID]
		if tbl == nil || c.Alt == "" || c.Alt == c.Title || c.Title == "" || c.Source == "" || len(c.Series) < 1 || len(c.Series) > 4 || len(tbl.Rows) != len(c.Periods) {
			t.Errorf("chart %s: table %v, alt %q, title %q, source %q, %d lines", c.ID, tbl != nil, c.Alt, c.Title, c.Source, len(c.Series))
			continue
		}
		points := 0
		for _, line := range c.Series {
			at := slices.IndexFunc(tbl.Columns, func(col metrics.ReportColumn) bool { return col.Head == line.Name })
			if at < 0 {
				t.Errorf("chart %s: its table has no column %q", c.ID, line.Name)
				continue
			}
			for i := range c.Periods {
				cell := tbl.Rows[i][at]
				if !reflect.DeepEqual(cell.Number, line.Values[i]) || cell.Shorthand != line.Shorthand[i] {
					t.Errorf("chart %s, %s, %s: %v %q, in the table %+v", c.ID, line.Name, c.Periods[i].Label, line.Values[i], line.Shorthand[i], cell)
				}
				if line.Values[i] != nil && line.Role == "subject" {
					points++
				}
				cells++
			}
		}
		if points < 2 {
			t.Errorf("chart %s has %d points", c.ID, points)
		}
	}
	if charts < 6 || cells < 120 || len(r.Headlines) == 0 || len(r.Headlines) > 6 {
		t.Errorf("%d charts, %d cells compared, %d headlines", charts, cells, len(r.Headlines))
	}
	totals := tables["secondary-prevention-totals"]
	if totals == nil {
		t.Fatal("there is no table of what the projects counted")
	}
	order := []string{"How much did we do?", "How well did we do it?", "Is anyone better off?"}
	if !slices.IsSortedFunc(totals.Rows, func(a, b []metrics.ReportCell) int {
		return slices.Index(order, a[0].Text) - slices.Index(order, b[0].Text)
	}) {
		t.Error("its rows are not in the order of the questions")
	}
	if title := tables["violence-rate"].Title; !strings.Contains(title, "per 1,000 residents") {
		t.Errorf("the title %q does not say the unit", title)
	}
	for i, sec := range r.Sections {
		if sec.Number != i+1 || sec.Title == "" {
			t.Errorf("section %d is numbered %d, %q", i+1, sec.Number, sec.Title)
		}
	}
	if last := r.Sections[len(r.Sections)-1].Title; last != "Methods" {
		t.Errorf("the last section is %q", last)
	}
}

// One point is no trend: it has its table and no chart.
func TestReportChartsNoSinglePoint(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	performed(t, s, l, "referral-process-total", -1, -1, -1, -1, 40)
	for i := range l.figures {
		if l.figures[i].Indicator == "referral-process-total" {
			ind, _ := s.Indicator("referral-process-total")
			l.figures[i].Period.Kind = ind.Periods[0]
		}
	}
	r, _ := composed(t, s, l, choiceOf(t, firstQuarter), nil, nil)
	found := false
	for _, b := range blocks(r) {
		if b.Chart != nil && b.Chart.TableID == "referral-process-total" {
			t.Error("there is a chart of one point")
		}
		found = found || b.Table != nil && b.Table.ID == "referral-process-total"
	}
	if !found {
		t.Error("the point has no table")
	}
}

func TestReportIsTheSameTwice(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	var first []byte
	for range 3 {
		r, checks := composed(t, s, l, choiceOf(t, firstQuarter), nil, nil)
		body, err := json.Marshal([]any{r, checks})
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && string(body) != string(first) {
			t.Fatal("the same figures made another report")
		}
		first = body
		if r.AsAt != l.state.MadeAt {
			t.Errorf("figures as at %s, made at %s", r.AsAt, l.state.MadeAt)
		}
	}
}

// What people wrote stands with its indicator, after its own words and before
// its chart, and nowhere else.
func TestReportCommentary(t *testing.T) {
	s := defaultStrategy(t)
	told := []metrics.Commentary{
		{Indicator: "robbery-rate", By: "Ann Lee", At: "2019-05-01T09:00:00Z", Text: "We put patrols on.\n\n- <b>one</b>"},
		{Indicator: "secondary-young-people-engaged", By: "Ann Lee", At: "2019-05-01T09:00:00Z", Text: "Of a measure that has no figure."},
	}
	r, _ := composed(t, s, demo(t, s), choiceOf(t, firstQuarter), told, nil)
	all, heading, sentences, seen := blocks(r), "", 0, 0
	for i, b := range all {
		if b.Heading != "" {
			heading, sentences = b.Heading, 0
		}
		if b.Paragraph != "" {
			sentences++
		}
		if b.Commentary == nil {
			continue
		}
		seen++
		if b.Commentary.Indicator == "robbery-rate" && (heading != "Robbery" || sentences == 0 || all[i+1].Chart == nil || *b.Commentary != told[0]) {
			t.Errorf("under %q after %d sentences: %+v", heading, sentences, *b.Commentary)
		}
	}
	if seen != 2 || strings.Contains(said(r), "patrols") {
		t.Errorf("commentary stands in %d places of 2, or among the words that are made", seen)
	}
}

// The changes since the last report name what reads otherwise, with both
// readings; of figures about people only that they do.
func TestReportChangesSinceTheLast(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	performed(t, s, l, "secondary-young-people-engaged", 12, 20, 23, 31, 987)
	choice := choiceOf(t, firstQuarter)
	before, _ := composed(t, s, l, choice, nil, nil)
	r, _ := composed(t, s, l, choice, nil, before)
	if words := said(r); !strings.Contains(words, "reads otherwise.") || strings.Contains(words, "otherwise now") {
		t.Error("of two reports that are the same it does not say so")
	}
	before.Number, before.FrozenAt = 4, "2019-06-01T09:00:00Z"
	changed := 0
	for i := range before.Figures {
		f := &before.Figures[i]
		if f.Period != choice.Period || f.Area.Code != coventry {
			continue
		}
		switch f.Indicator {
		case "violence-rate":
			v, n := 3.2, 1151.0
			f.Value, f.Numerator = &v, &n
			changed++
		case "secondary-young-people-engaged":
			v := 985.0
			f.Value, f.Numerator = &v, &v
			changed++
		}
	}
	if changed != 2 {
		t.Fatalf("%d figures of 2 are in the report", changed)
	}
	r, _ = composed(t, s, l, choice, nil, before)
	var list []string
	for _, sec := range r.Sections {
		if sec.Title == "Changes since the last report" {
			for _, b := range sec.Blocks {
				list = append(list, b.Paragraph)
				list = append(list, b.List...)
			}
		}
	}
	words := strings.Join(list, "\n")
	for _, want := range []string{"2 of the ", "report pack 4 of quarter ending March 2019, frozen on 1 June 2019", "before 3.2 (1,151)", "Young people engaged, the projects, Secondary prevention, quarter ending March 2019: 987, before 985."} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is not in\n%s", want, words)
		}
	}
}

// The sources are those that the report's figures come from, the projects'
// returns among them.
func TestReportSources(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	performed(t, s, l, "secondary-young-people-engaged", 12, 20, 23, 31, 18)
	l.batches = append(l.batches, metrics.Batch{ID: 9000, Source: metrics.ReturnsSource, Release: "returns/secondary-panels/2019-Q1", Period: firstQuarter, Current: true, ImportedAt: "2019-04-20T09:00:00Z"})
	names := func(choice metrics.ReportChoice) string {
		r, _ := composed(t, s, l, choice, nil, nil)
		var out []string
		for _, source := range r.Sources {
			if source.Name == "" || source.Publisher == "" || source.Latest == "" && source.Name != "Areas and lookups" || source.ReadAt == "" {
				t.Errorf("%+v", source)
			}
			out = append(out, source.Name)
		}
		return strings.Join(out, ", ")
	}
	choice := choiceOf(t, firstQuarter)
	if got := names(choice); got != "Areas and lookups, Population, English Indices of Deprivation, Recorded crime, Projects’ quarterly returns" {
		t.Error(got)
	}
	choice.Indicators = []string{"secondary-young-people-engaged"}
	if got := names(choice); got != "Projects’ quarterly returns" {
		t.Error(got)
	}
	choice.Indicators = []string{"neighbourhoods-most-deprived-10"}
	if got := names(choice); got != "English Indices of Deprivation" {
		t.Error(got)
	}
}

func TestReportRefuses(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	of := func(period string, change func(*metrics.ReportChoice)) metrics.ReportChoice {
		c := choiceOf(t, period)
		if change != nil {
			change(&c)
		}
		return c
	}
	for name, c := range map[string]struct {
		choice metrics.ReportChoice
		kind   metrics.Kind
		says   string
	}{
		"a month":               {of("2019-03", nil), metrics.Invalid, "2019-Q1"},
		"a year":                {of("YE2019-03", nil), metrics.Invalid, "of a quarter"},
		"before the data":       {of("2011-Q1", nil), metrics.NotFound, "from 2016-Q1 to 2019-Q4"},
		"after the data":        {of("2026-Q2", nil), metrics.NotFound, "from 2016-Q1 to 2019-Q4"},
		"unknown indicator":     {of(firstQuarter, func(c *metrics.ReportChoice) { c.Indicators = []string{"violence-of-old"} }), metrics.NotFound, `"violence-of-old"`},
		"unknown priority":      {of(firstQuarter, func(c *metrics.ReportChoice) { c.Priorities = []string{"seventh"} }), metrics.NotFound, `"seventh"`},
		"before the editions":   {of("2011-Q1", func(c *metrics.ReportChoice) { c.Indicators = []string{"neighbourhoods-most-deprived-10"} }), metrics.NotFound, "2015 Indices of Deprivation"},
		"more years than there": {of(firstQuarter, func(c *metrics.ReportChoice) { c.Years = 51 }), metrics.Invalid, "from 1 to 50"},
	} {
		r, _, err := newServer(t, s, l).Compose(t.Context(), c.choice, nil, nil)
		if e, ok := errors.AsType[*metrics.Error](err); !ok || r != nil || e.Kind != c.kind || !strings.Contains(e.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := newServer(t, s, &ledger{}).Compose(t.Context(), choiceOf(t, firstQuarter), nil, nil); err == nil || !strings.Contains(err.Error(), "import the sources") {
		t.Errorf("of an empty store: %v", err)
	}
	broken := demo(t, s)
	broken.err = errors.New("the disk is gone")
	if _, _, err := newServer(t, s, broken).Compose(t.Context(), choiceOf(t, firstQuarter), nil, nil); !errors.Is(err, broken.err) {
		t.Errorf("of a broken store: %v", err)
	}
}

// Where nothing but the Indices was imported, the report of a quarter says what
// they say, and of the rest that there is no figure.
func TestReportOfTheIndicesAlone(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	l.figures = slices.DeleteFunc(l.figures, func(f metrics.Figure) bool { return f.Period.Kind != metrics.Edition })
	l.batches = slices.DeleteFunc(l.batches, func(b metrics.Batch) bool { return b.Source == metrics.PoliceSource })
	r, _ := composed(t, s, l, choiceOf(t, firstQuarter), nil, nil)
	for _, want := range []string{"14.4%", "18.5%", "There is no figure of it for the quarter ending March 2019: nothing has been imported of Recorded crime."} {
		if !strings.Contains(said(r), want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if _, _, err := newServer(t, s, l).Compose(t.Context(), choiceOf(t, "2014-Q1"), nil, nil); err == nil || !strings.Contains(err.Error(), "The first are those of the 2015 Indices of Deprivation") {
		t.Errorf("before the first edition: %v", err)
	}
}

// What the overview and an indicator's page offer as files is what they show:
// it leads back to them, and says nothing of drafts and earlier reports.
func TestExportsAreOfThePages(t *testing.T) {
	s := richStrategy(t)
	server := newServer(t, s, demo(t, s))
	for query, address := range map[string]string{"?period=2019-Q1": "/", "?period=2019-Q1&indicator=violence-rate": "/indicators/violence-rate", "?period=2019-Q1&indicator=violence-rate&indicator=robbery-rate": "/"} {
		r := get(t, server, "/reports/export/json"+query)
		var file struct {
			Report  struct{ Address, Citation string }
			Figures []any
		}
		if err := json.Unmarshal(r.Body.Bytes(), &file); err != nil || r.Code != http.StatusOK {
			t.Fatalf("%s: %d, %v", query, r.Code, err)
		}
		if file.Report.Address != address || !strings.HasSuffix(file.Report.Citation, ", "+address) || len(file.Figures) == 0 {
			t.Errorf("%s: %+v, %d figures", query, file.Report, len(file.Figures))
		}
		doc := get(t, server, "/reports/export/docx"+query).Body.Bytes()
		zipped, err := zip.NewReader(bytes.NewReader(doc), int64(len(doc)))
		if err != nil {
			t.Fatal(err)
		}
		body, err := fs.ReadFile(zipped, "word/document.xml")
		if err != nil || !bytes.Contains(body, []byte("Methods")) || bytes.Contains(body, []byte("Changes since the last report")) {
			t.Errorf("%s: the document speaks of an earlier report, or of no methods (%v)", query, err)
		}
	}
	if r := get(t, server, "/reports/export/pdf"); r.Code != http.StatusNotFound {
		t.Errorf("a format that there is none of: %d", r.Code)
	}
}

func BenchmarkCompose(b *testing.B) {
	s := richStrategy(b)
	server, choice := newServer(b, s, demo(b, s)), choiceOf(b, firstQuarter)
	for b.Loop() {
		if _, _, err := server.Compose(b.Context(), choice, nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}
