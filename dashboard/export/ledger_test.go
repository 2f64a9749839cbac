package export

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outcomes/metrics"
)

// ledger is a pack with four figures: one that stayed, one that the police
// restated, one that is suppressed now, one that is no longer made.
func ledger() (metrics.Pack, []metrics.LedgerLine) {
	r := full()
	r.Number, r.FrozenAt, r.FrozenBy, r.SHA256 = 7, "2019-11-06T10:00:00Z", "Ann Lee", strings.Repeat("ab", 32)
	p := metrics.Pack{Number: 7, Title: r.Title, Period: r.Period, FrozenAt: r.FrozenAt, FrozenBy: r.FrozenBy, SHA256: r.SHA256, Report: r}
	number := func(v float64) *float64 { return &v }
	figure := func(title string, v float64) metrics.ReportFigure {
		f := metrics.ReportFigure{Title: title}
		f.Indicator, f.Area, f.Period, f.Unit = "violence-rate", r.Area, r.Period, "per 1,000 residents"
		f.Status, f.Value, f.Numerator, f.Denominator, f.Lower, f.Upper = metrics.Available, number(v), number(v*100), number(100000), number(v-1), number(v+1)
		return f
	}
	var lines []metrics.LedgerLine
	for i, title := range []string{"Stayed", "Restated", "=cmd|' /C calc'!A0", "Retired"} {
		then := figure(title, 6.25+float64(i))
		now := then.Figure
		l := metrics.LedgerLine{Then: then, Now: &now, Changed: i > 0}
		switch i {
		case 1:
			now.Value, now.Numerator = number(7.5), number(750)
			now.Provisional = true
			l.Causes = []string{"24 January 2020: the police restated March 2019.", "@SUM(1): a second cause."}
		case 2:
			now.Status = metrics.Suppressed // and the numbers are left in it, which nothing may write
			now.Value, now.Numerator = number(3.125), number(4)
		case 3:
			l.Now, l.Causes = nil, []string{"25 January 2020: the indicator was retired."}
		}
		lines = append(lines, l)
	}
	return p, lines
}

func TestLedger(t *testing.T) {
	p, lines := ledger()
	var b bytes.Buffer
	must(t, Ledger(&b, p, lines))
	rows, err := csv.NewReader(&b).ReadAll()
	must(t, err)
	if len(rows) != 5 {
		t.Fatalf("%d rows", len(rows))
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for i, want := range []map[string]string{
		{"indicator_title": "Stayed", "then_value": "6.25", "now_value": "6.25", "then_shorthand": "", "changed": "false", "causes": "", "period_start": p.Period.StartDate(), "period_end": p.Period.EndDate(), "unit": "per 1,000 residents"},
		{"indicator_title": "Restated", "then_value": "7.25", "now_value": "7.5", "now_numerator": "750", "now_shorthand": "[p]", "changed": "true", "causes": "24 January 2020: the police restated March 2019. @SUM(1): a second cause."},
		{"indicator_title": "'=cmd|' /C calc'!A0", "then_value": "8.25", "now_value": "", "now_numerator": "", "now_lower": "", "now_shorthand": "[c]", "changed": "true"},
		{"indicator_title": "Retired", "then_value": "9.25", "now_value": "", "now_shorthand": "[x]", "causes": "25 January 2020: the indicator was retired.", "report": "pack 7", "report_sha256": p.SHA256},
	} {
		for name, value := range want {
			if got := rows[i+1][at[name]]; got != value {
				t.Errorf("row %d, %s: %q, want %q", i+1, name, got, value)
			}
		}
	}
}

func TestLedgerWorkbook(t *testing.T) {
	p, lines := ledger()
	var b, again bytes.Buffer
	must(t, LedgerWorkbook(&b, p, lines, "2020-01-25T09:00:00Z"), LedgerWorkbook(&again, p, lines, "2020-01-25T09:00:00Z"))
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same ledger makes other bytes")
	}
	path := filepath.Join(t.TempDir(), LedgerName(p)+".xlsx")
	must(t, os.WriteFile(path, b.Bytes(), 0o600))
	for _, broken := range check(t, path) {
		t.Error(broken)
	}
	var table *sheet
	for _, s := range open(t, path).tableSheets() {
		if strings.Contains(s.at(1, 1).text, "then and now") {
			table = s
		}
	}
	if table == nil {
		t.Fatal("there is no worksheet with the figures then and now")
	}
	said := map[string][]string{}
	for _, c := range table.body() {
		head := table.headOf(c.col)
		said[head] = append(said[head], c.text)
	}
	for head, want := range map[string]string{
		"Changed": "No Yes Yes Yes", "In the pack: value": "6.25 7.25 8.25 9.25", "Now: value": "6.25 7.5 [c] [x]", "Now: numerator": "625 750 [c] [x]", "Now: upper 95% limit": "7.25 8.25 [c] [x]",
		"Cause": "None 24 January 2020: the police restated March 2019. @SUM(1): a second cause. Not known 25 January 2020: the indicator was retired.",
	} {
		if got := strings.Join(said[head], " "); got != want {
			t.Errorf("%s: %q, want %q", head, got, want)
		}
	}
	for name, body := range unpack(t, b.Bytes()) {
		if strings.Contains(body, "3.125") {
			t.Errorf("%s holds a suppressed number", name)
		}
	}
}

func TestLedgerWords(t *testing.T) {
	p, _ := ledger()
	for changed, want := range map[int]string{0: "None of the 1,200 figures of report pack 7 has changed.", 1: "1 of the 1,200 figures of report pack 7 reads otherwise now.", 2: "2 of the 1,200 figures of report pack 7 read otherwise now."} {
		if got := LedgerWords(p, changed, 1200); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
