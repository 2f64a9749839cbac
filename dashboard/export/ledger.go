package export

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"outcomes/metrics"
)

// LedgerColumns are the columns of a ledger's CSV.
var LedgerColumns = []string{"indicator", "indicator_title", "area_code", "area_name", "period", "period_start", "period_end", "unit", "then_value", "then_numerator", "then_denominator", "then_lower", "then_upper", "then_shorthand",
	"now_value", "now_numerator", "now_denominator", "now_lower", "now_upper", "now_shorthand", "changed", "beside", "causes", "report", "report_sha256"}

// LedgerName is the name of a ledger's file without the ending: report, area,
// period, version.
func LedgerName(p metrics.Pack) string {
	report, rest, _ := strings.Cut(p.Report.FileName(), "_")
	return report + "-changes_" + rest
}

// Ledger writes a pack's ledger as CSV, one row a figure.
func Ledger(w io.Writer, p metrics.Pack, lines []metrics.LedgerLine) error {
	out := csv.NewWriter(w)
	if err := out.Write(LedgerColumns); err != nil {
		return err
	}
	numbers := func(f *metrics.Figure) []string {
		if f == nil {
			return []string{"", "", "", "", "", metrics.Missing.Shorthand()}
		}
		row := make([]string, 0, 6)
		for _, v := range readingOf(f) {
			text := ""
			if v != nil {
				text = strconv.FormatFloat(metrics.Kept(*v), 'f', -1, 64)
			}
			row = append(row, text)
		}
		return append(row, f.Shorthand())
	}
	for _, l := range lines {
		row := []string{l.Then.Indicator, text(l.Then.Title), l.Then.Area.Code, text(l.Then.Area.Name), l.Then.Period.Code(), l.Then.Period.StartDate(), l.Then.Period.EndDate(), text(l.Then.Unit)}
		row = append(row, numbers(&l.Then.Figure)...)
		row = append(row, numbers(l.Now)...)
		row = append(row, strconv.FormatBool(l.Changed), text(strings.Join(l.Beside, "; ")), text(strings.Join(l.Causes, " ")), text(fmt.Sprintf("pack %d", p.Number)), p.SHA256)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// readingOf are a figure's numbers, in the order of the ledger's columns; each
// is nil where the figure is not available.
func readingOf(f *metrics.Figure) []*float64 {
	if f == nil || f.Status != metrics.Available {
		return make([]*float64, 5)
	}
	return []*float64{f.Value, f.Numerator, f.Denominator, f.Lower, f.Upper}
}

// ledgerLine is a figure of a ledger as JSON, under the names of the CSV's columns.
type ledgerLine struct {
	Indicator      string      `json:"indicator"`
	IndicatorTitle string      `json:"indicator_title"`
	AreaCode       string      `json:"area_code"`
	AreaName       string      `json:"area_name"`
	Period         string      `json:"period"`
	PeriodStart    string      `json:"period_start"`
	PeriodEnd      string      `json:"period_end"`
	Unit           string      `json:"unit"`
	Then           ledgerValue `json:"then"`
	Now            ledgerValue `json:"now"`
	Changed        bool        `json:"changed"`
	Beside         []string    `json:"beside"`
	Causes         []string    `json:"causes"`
}

type ledgerValue struct {
	Value       *float64 `json:"value"`
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"`
	Lower       *float64 `json:"lower"`
	Upper       *float64 `json:"upper"`
	Shorthand   string   `json:"shorthand"`
}

// LedgerJSON writes a pack's ledger as JSON. asAt is when the figures in force were
// made, RFC 3339.
func LedgerJSON(w io.Writer, p metrics.Pack, lines []metrics.LedgerLine, asAt string) error {
	value := func(f *metrics.Figure) ledgerValue {
		if f == nil {
			return ledgerValue{Shorthand: metrics.Missing.Shorthand()}
		}
		v := readingOf(f)
		return ledgerValue{finite(v[0]), finite(v[1]), finite(v[2]), finite(v[3]), finite(v[4]), f.Shorthand()}
	}
	file := struct {
		Report  int          `json:"report"`
		SHA256  string       `json:"report_sha256"`
		Cite    string       `json:"citation"`
		AsAt    string       `json:"as_at"`
		Sample  bool         `json:"sample"`
		Figures []ledgerLine `json:"figures"`
	}{p.Number, p.SHA256, p.Report.Cite, asAt, p.Report.Sample, []ledgerLine{}}
	for _, l := range lines {
		file.Figures = append(file.Figures, ledgerLine{l.Then.Indicator, l.Then.Title, l.Then.Area.Code, l.Then.Area.Name, l.Then.Period.Code(), l.Then.Period.StartDate(), l.Then.Period.EndDate(), l.Then.Unit,
			value(&l.Then.Figure), value(l.Now), l.Changed, append([]string{}, l.Beside...), append([]string{}, l.Causes...)})
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(file)
}

// LedgerReport is a ledger as a report to read: the figures that have changed,
// what they read then and read now, and why.
func LedgerReport(p metrics.Pack, lines []metrics.LedgerLine, asAt string) *metrics.Report {
	r := ledgerReport(p, lines, asAt)
	t := &metrics.ReportTable{ID: "then-and-now", Title: fmt.Sprintf("Figures of report pack %d that read otherwise now", p.Number), Source: "as report pack " + strconv.Itoa(p.Number) + " names it for each figure"}
	for _, head := range []string{"Figure", "In the pack", "Now", "Cause"} {
		t.Columns = append(t.Columns, metrics.ReportColumn{Head: head})
	}
	for _, l := range lines {
		if l.Changed {
			t.Rows = append(t.Rows, []metrics.ReportCell{{Text: l.Then.Title + ", " + l.Where + ", " + l.Then.Period.Label()}, {Text: l.Was},
				{Text: strings.Join(append([]string{l.Is}, l.Beside...), "; ")}, {Text: cmp.Or(strings.Join(l.Causes, " "), "Not known")}})
		}
	}
	sec := &r.Sections[0]
	sec.Blocks = sec.Blocks[:1]
	if len(t.Rows) > 0 {
		sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Table: t})
	}
	return r
}

// LedgerWorkbook writes a pack's ledger as a workbook, by the rules of a
// report's. asAt is when the figures in force were made, RFC 3339.
func LedgerWorkbook(w io.Writer, p metrics.Pack, lines []metrics.LedgerLine, asAt string) error {
	return Workbook(w, ledgerReport(p, lines, asAt))
}

// ledgerReport is a ledger as a report: what changed and why, and the table of
// all figures then and now.
func ledgerReport(p metrics.Pack, lines []metrics.LedgerLine, asAt string) *metrics.Report {
	t := &metrics.ReportTable{ID: "then-and-now", Title: fmt.Sprintf("Figures of report pack %d, then and now", p.Number), Source: "as report pack " + strconv.Itoa(p.Number) + " names it for each figure",
		Columns: []metrics.ReportColumn{{Head: "Indicator"}, {Head: "Area"}, {Head: "Period"}, {Head: "Unit"}, {Head: "Changed"}}}
	for _, when := range []string{"In the pack", "Now"} {
		for _, what := range []string{"value", "numerator", "denominator", "lower 95% limit", "upper 95% limit"} {
			col := metrics.ReportColumn{Head: when + ": " + what, Numeric: true, Decimals: 2}
			if what == "numerator" || what == "denominator" {
				col.Decimals = 0
			}
			t.Columns = append(t.Columns, col)
		}
	}
	t.Columns = append(t.Columns, metrics.ReportColumn{Head: "Comparisons and groups"}, metrics.ReportColumn{Head: "Cause"})
	numbers := func(f *metrics.Figure) []metrics.ReportCell {
		mark := metrics.Missing.Shorthand()
		if f != nil {
			mark = f.Shorthand()
		}
		var out []metrics.ReportCell
		for i, v := range readingOf(f) {
			cell := metrics.ReportCell{Number: v}
			if i == 0 || f == nil || f.Status != metrics.Available { // beside the value, or in the place of each number
				cell.Shorthand = mark
			}
			out = append(out, cell)
		}
		return out
	}
	changed := 0
	var causes []string
	for _, l := range lines {
		said, cause := "No", "None"
		if l.Changed {
			changed++
			said, cause = "Yes", "Not known"
		}
		if len(l.Causes) > 0 {
			cause = strings.Join(l.Causes, " ")
		}
		for _, c := range l.Causes {
			if !slices.Contains(causes, c) {
				causes = append(causes, c)
			}
		}
		row := []metrics.ReportCell{{Text: l.Then.Title}, {Text: l.Then.Area.Name}, {Text: l.Then.Period.Label()}, {Text: l.Then.Unit}, {Text: said}}
		row = append(row, numbers(&l.Then.Figure)...)
		row = append(row, numbers(l.Now)...)
		beside := "None"
		if len(l.Beside) > 0 {
			beside = strings.Join(l.Beside, "; ")
		}
		t.Rows = append(t.Rows, append(row, metrics.ReportCell{Text: beside}, metrics.ReportCell{Text: cause}))
	}
	sec := metrics.ReportSection{Number: 1, Title: "What has changed"}
	sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Paragraph: LedgerWords(p, changed, len(lines))})
	if len(causes) > 0 {
		sec.Blocks = append(sec.Blocks, metrics.ReportBlock{List: causes})
	}
	sec.Blocks = append(sec.Blocks, metrics.ReportBlock{Table: t})
	r := p.Report
	return &metrics.Report{
		Number: p.Number, Title: fmt.Sprintf("Changes since report pack %d: %s", p.Number, p.Title), Partnership: r.Partnership, Area: r.Area, Period: r.Period, AsAt: asAt,
		FrozenAt: r.FrozenAt, FrozenBy: r.FrozenBy, Address: r.Address, Sample: r.Sample, Sections: []metrics.ReportSection{sec}, Sources: r.Sources, Licence: r.Licence, Key: r.Key,
		SHA256: p.SHA256, Cite: "Changes as at " + day(asAt) + " since: " + r.Cite,
	}
}

// LedgerWords says how many figures of a pack read otherwise now.
func LedgerWords(p metrics.Pack, changed, all int) string {
	of := fmt.Sprintf("of the %s figures of report pack %d", metrics.Whole(int64(all)), p.Number)
	switch changed {
	case 0:
		return "None " + of + " has changed."
	case 1:
		return "1 " + of + " reads otherwise now."
	}
	return metrics.Whole(int64(changed)) + " " + of + " read otherwise now."
}
