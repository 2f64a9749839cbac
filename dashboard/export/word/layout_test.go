package word

import (
	"testing"

	"outcomes/metrics"
)

// A period stands on one line beside as many numbers as a chart's table has,
// and no table is wider than the page.
func TestLayoutKeepsPeriodsOnOneLine(t *testing.T) {
	const period = "Quarter ending September 2016"
	number := func(head string) metrics.ReportColumn { return metrics.ReportColumn{Head: head, Numeric: true} }
	columns := []metrics.ReportColumn{{Head: "Period"}, number("Offences"), number("Coventry"), number("Lower 95% limit"), number("Upper 95% limit"), number("West Midlands force area")}
	for n := 1; n <= len(columns); n++ {
		table := &metrics.ReportTable{Columns: columns[:n]}
		row := []metrics.ReportCell{{Text: period}}
		for range n - 1 {
			row = append(row, metrics.ReportCell{Text: "4,033"})
		}
		table.Rows = [][]metrics.ReportCell{row}
		size, widths := layout(table)
		total := 0
		for _, w := range widths {
			total += w
		}
		if need := int(float64(len(period))*size.letter) + cellPadding; widths[0] < need || total > textWidth {
			t.Errorf("%d columns: the period has %d of the %d that it needs, the table is %d wide of %d", n, widths[0], need, total, int(textWidth))
		}
	}
}
