package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"outcomes/metrics"
)

// LedgerColumns are the columns of a ledger's CSV.
var LedgerColumns = []string{"indicator", "indicator_title", "area_code", "area_name", "period", "then_value", "then_numerator", "then_denominator", "then_lower", "then_upper", "then_shorthand",
	"now_value", "now_numerator", "now_denominator", "now_lower", "now_upper", "now_shorthand", "changed", "causes", "report", "report_sha256"}

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
		for _, v := range []*float64{f.Value, f.Numerator, f.Denominator, f.Lower, f.Upper} {
			text := ""
			if v != nil && f.Status == metrics.Available {
				text = strconv.FormatFloat(*v, 'f', -1, 64)
			}
			row = append(row, text)
		}
		return append(row, f.Shorthand())
	}
	for _, l := range lines {
		row := []string{l.Then.Indicator, text(l.Then.Title), l.Then.Area.Code, text(l.Then.Area.Name), l.Then.Period.Code()}
		row = append(row, numbers(&l.Then.Figure)...)
		row = append(row, numbers(l.Now)...)
		row = append(row, strconv.FormatBool(l.Changed), text(strings.Join(l.Causes, " ")), text(fmt.Sprintf("pack %d", p.Number)), p.SHA256)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
