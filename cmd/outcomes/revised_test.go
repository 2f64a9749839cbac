package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"outcomes/ingest"
	"outcomes/metrics"
)

// What a figure is compared with is part of what a pack says: where only that
// changes, the ledger and the next report say so. A figure with another value is
// marked. Nothing that did not change is said to have changed.
func TestReportSaysWhatIsRevised(t *testing.T) {
	o := demoOffice(t)
	const quarter, own = "2019-Q1", "E08000026"
	o.freeze(choiceForm(quarter))
	dir := t.TempDir()
	write(t, dir, ingest.SampleMarker, nil)
	thinned := func(force string, keep int) { // of three violent offences in March 2019
		t.Helper()
		o.clock.set(o.clock.now().AddDate(0, 0, 1))
		body := streetFile(t, "2019-03", force, func(n int, line string) string {
			if n%3 >= keep && strings.Contains(line, "Violence and sexual offences") {
				return ""
			}
			return line
		})
		o.load(metrics.PoliceSource, write(t, dir, "2019-03-"+force+"-street.csv", body))
	}
	const key = "violence-rate " + own + " " + quarter
	line := func() metrics.LedgerLine {
		t.Helper()
		changed, _ := o.changes(1)
		l, ok := changed[key]
		if !ok {
			t.Fatalf("the ledger does not say that %s reads otherwise", key)
		}
		return l
	}
	draft := func(format string) string {
		t.Helper()
		res := o.as(metrics.Scrutiny, "/reports/draft/"+format+"?period="+quarter)
		if res.Code != http.StatusOK {
			t.Fatalf("the draft as %s answers %d", format, res.Code)
		}
		return res.Body.String()
	}

	thinned("south-yorkshire", 0) // where some similar areas lie
	l := line()
	if *l.Now.Value != *l.Then.Value || len(l.Then.Apart(*l.Now)) == 0 || !strings.Contains(strings.Join(l.Causes, " "), "other police files were imported") {
		t.Errorf("%s reads %v, before %v, because of %q", key, *l.Now.Value, *l.Then.Value, l.Causes)
	}
	page := o.as(metrics.Viewer, "/reports/1/changes").Body.String()
	if !strings.Contains(page, "beside similar areas: ") {
		t.Error("the page of changes does not say what it is compared with now")
	}
	if text := o.as(metrics.Scrutiny, "/reports/draft?period="+quarter).Body.String(); !strings.Contains(text, "as before; beside similar areas: ") || strings.Contains(text, "[r]") {
		t.Error("the next report does not say that what it is compared with has changed, or marks a value that has not")
	}

	thinned("west-midlands", 2)
	if l := line(); *l.Now.Numerator >= *l.Then.Numerator {
		t.Errorf("%s reads %v, before %v", key, *l.Now.Numerator, *l.Then.Numerator)
	}
	csv := draft("csv")
	for name, text := range map[string]string{"csv": csv, "json": draft("json")} {
		if !strings.Contains(text, "[r]") {
			t.Errorf("no figure is marked as revised in the %s", name)
		}
	}
	if html := o.as(metrics.Scrutiny, "/reports/draft?period="+quarter).Body.String(); !strings.Contains(html, "[r]") || !strings.Contains(html, "revised: it has another value than in the report before") {
		t.Error("the draft's page does not mark what is revised, or does not explain the mark")
	}

	// A return of another quarter is withdrawn: what was shared out by money in
	// this one has not changed, not by a fraction of a penny.
	at := fmt.Sprintf("/returns/submissions/%d/withdraw", o.accepted("strengthening-families", "2018-Q4"))
	o.post(at, url.Values{"reason": {"Counted twice."}}, http.StatusSeeOther)
	changed, _ := o.changes(1)
	if l, ok := changed["primary-spend-share "+own+" "+quarter]; ok {
		t.Errorf("the spend of a quarter has changed by the return of another: %+v", l)
	}
	if f := o.figures("primary-young-people-engaged", metrics.Quarter)[quarter]; f.Status != metrics.Suppressed {
		t.Errorf("a total that was hidden beside its parts is shown since another quarter's return was withdrawn: %+v", f)
	}

	// Another length of its charts makes no other report of it.
	form := choiceForm(quarter)
	form.Set("years", "3")
	o.freeze(form)
	if p, err := o.round.Pack(t.Context(), 1); err != nil || p.SupersededBy != 2 {
		t.Errorf("the first pack is superseded by %d, %v", p.SupersededBy, err)
	}
	if html := o.as(metrics.Viewer, "/reports/2").Body.String(); !strings.Contains(html, "[r]") {
		t.Error("the pack does not mark what is revised since the one before")
	}

	// A pack of another quarter in between does not come before the one that a new
	// one would supersede.
	o.freeze(choiceForm("2018-Q4"))
	if text := o.as(metrics.Scrutiny, "/reports/draft?period="+quarter).Body.String(); !strings.Contains(text, "shares with report pack 2 of quarter ending March 2019") {
		t.Error("the draft is not set beside the pack that it would supersede")
	}
	// A quoted figure leads to the packs that it stands in, replaced or not.
	if text := o.as(metrics.Viewer, fmt.Sprintf("/figures/%d", l.Then.ID)).Body.String(); !strings.Contains(text, `<a href="/reports/1">report pack 1</a>`) || strings.Contains(text, "/reports/2\"") {
		t.Error("the figure's page does not lead to the pack that it was published in, or leads to another")
	}
	// Nothing is frozen by one click.
	form = choiceForm("2019-Q2")
	form.Set("digest", o.digest(form))
	if res := o.send(metrics.Scrutiny, "/reports", form); res.Code != http.StatusUnprocessableEntity || !strings.Contains(res.Body.String(), "cannot be changed or taken back. Nothing was frozen") {
		t.Errorf("freezing without a word answers %d", res.Code)
	}

	// The ledger as files to read and to compute with.
	var file struct {
		Report  int
		Figures []struct {
			Indicator, Period string
			Changed           bool
			Beside, Causes    []string
		}
	}
	res := o.as(metrics.Viewer, "/reports/1/changes.json")
	if err := json.Unmarshal(res.Body.Bytes(), &file); err != nil || file.Report != 1 || len(file.Figures) < 100 {
		t.Errorf("the ledger as JSON: %v, %d figures", err, len(file.Figures))
	}
	n := 0
	for _, f := range file.Figures {
		if f.Changed {
			n++
			if len(f.Causes) == 0 {
				t.Errorf("%s of %s: no cause", f.Indicator, f.Period)
			}
		}
	}
	if n == 0 {
		t.Error("the ledger as JSON knows of no change")
	}
	res = o.as(metrics.Viewer, "/reports/1/changes.docx")
	path := write(t, dir, "changes.docx", res.Body.Bytes())
	text := strings.Join(paragraphsOf(t, path), "\n")
	for _, want := range []string{"read otherwise now", "Cause", "the police restated March 2019"} {
		if !strings.Contains(text, want) {
			t.Errorf("the ledger in Word does not say %q", want)
		}
	}
}
