package export

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"outcomes/metrics"
)

// The workbook of a pack that another test has frozen from a whole database
// keeps every rule, and is what the report makes. OUTCOMES_PACK names the folder
// with the report as JSON and the workbook.
func TestGivenPack(t *testing.T) {
	dir := os.Getenv("OUTCOMES_PACK")
	if dir == "" {
		t.Skip("OUTCOMES_PACK names no pack: the tests of the command line give one")
	}
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	must(t, err)
	r := &metrics.Report{}
	must(t, json.Unmarshal(text, r))
	at := filepath.Join(dir, r.FileName()+".xlsx")
	for _, broken := range check(t, at) {
		t.Error(broken)
	}
	if o := open(t, at); len(o.tableSheets()) < 25 {
		t.Errorf("%d worksheets with a table: there is too little to check", len(o.tableSheets()))
	}
	body, err := os.ReadFile(at)
	must(t, err)
	if string(workbook(t, r)) != string(body) {
		t.Error("the report as it was kept makes another workbook")
	}
}
