package export

import (
	"encoding/csv"
	"io"
	"strconv"

	"outcomes/metrics"
)

// AuditColumns are the columns of the audit trail's CSV.
var AuditColumns = []string{"id", "at", "who", "action", "what", "detail"}

// Audit writes the audit trail as CSV, a row an entry. No cell can start a
// formula in a spreadsheet.
func Audit(w io.Writer, trail []metrics.AuditEntry) error {
	out := csv.NewWriter(w)
	if err := out.Write(AuditColumns); err != nil {
		return err
	}
	for _, e := range trail {
		if err := out.Write([]string{strconv.FormatInt(e.ID, 10), text(e.At), text(e.Who), text(e.Action), text(e.What), text(e.Detail)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
