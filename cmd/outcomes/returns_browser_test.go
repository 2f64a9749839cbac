package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// TestRoundInTheBrowser walks the whole round as an analyst would, in the demo:
// a template, a return with five faults, the marked workbook, the mended one,
// accepting with a reason, the new point on the priority's page, withdrawing.
// On the way every page is checked as TestBrowser checks the board's.
func TestRoundInTheBrowser(t *testing.T) {
	w := startWalk(t, metrics.Analyst, "returns")
	base, do, read, text, submit, check, download := w.base, w.do, w.read, w.text, w.submit, w.check, w.download
	returns := base + "returns"
	check(returns)
	do(returns)
	if got := text(); !strings.Contains(got, "overdue") || !strings.Contains(got, "Waiting for a decision") || !strings.Contains(got, "Overdue, withdrawn") {
		t.Fatalf("the matrix says %s", got)
	}
	own := base + "returns/" + hospital + "/2019-Q4"
	check(own)
	do(own)
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := download(read(`document.querySelector("a.button[download]").getAttribute("href")`))
	planted := map[string]string{} // cell, the check that finds it
	faults := fillIn(t, s, template, hospital, func(x *excelize.File, at func(m, p, g string) (string, string)) {
		for _, f := range []struct {
			measure, part, group string
			value                any
			rule                 string
		}{
			{"hospital-attendances", "numerator", "", "about twenty", "value_numeric"},
			{"hospital-represented", "numerator", "", 7, "numerator_gt_denominator"},
			{"young-people-completed", "numerator", "", -1, "negative_count"},
			{"spend", "numerator", "", "NULL", "null_words"},
			{"young-people-engaged", "numerator", "Female", 5, "parts_ne_total"},
		} {
			sheet, cell := at(f.measure, f.part, f.group)
			if err := x.SetCellValue(sheet, cell, f.value); err != nil {
				t.Fatal(err)
			}
			planted[f.rule] = sheet + " " + cell
		}
	})
	dir := t.TempDir()
	hand := func(name string, body []byte) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		do(own, chromedp.SetUploadFiles(`#file`, []string{file}))
		submit(`form[enctype] button[type=submit]`)
	}
	hand("first.xlsx", faults)
	first := strings.TrimSuffix(read(`location.href.split("?")[0]`), "/")
	if title := read(`document.title`); !strings.HasPrefix(title, "Error: ") {
		t.Errorf("the title of a return with faults is %q", title)
	}
	summary := read(`document.querySelector(".problems").innerText`)
	if !strings.HasPrefix(summary, "There is a problem") {
		t.Errorf("the summary is headed %q", summary)
	}
	for rule, place := range planted {
		sheet, cell := place[:strings.LastIndex(place, " ")], place[strings.LastIndex(place, " ")+1:]
		said := read(`[...document.querySelectorAll("#failures ~ .findings li")].filter(li => li.querySelector("code").innerText === "` + rule + `").map(li => li.innerText).join("\n")`)
		if rule != "parts_ne_total" && !strings.Contains(said, "Sheet "+sheet+", cell "+cell) {
			t.Errorf("%s is not named with its cell %s: %q", rule, place, said)
		}
		if said == "" {
			t.Errorf("%s is not found", rule)
		}
		if rule != "parts_ne_total" && !strings.Contains(summary, "Sheet "+sheet+", cell "+cell) {
			t.Errorf("the summary does not name %s, for %s: %s", place, rule, summary)
		}
	}
	if broken := read(`[...document.querySelectorAll(".problems a")].filter(a => !document.querySelector(a.getAttribute("href"))).map(a => a.href).join(" ")`); broken != "" {
		t.Errorf("the summary links to what is not there: %s", broken)
	}
	if strings.Contains(text(), "Accept this return") {
		t.Error("a return with faults can be accepted")
	}
	check(first)

	marked, err := excelize.OpenReader(bytes.NewReader(download(strings.TrimPrefix(first, strings.TrimSuffix(base, "/")) + "/marked.xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer marked.Close()
	for rule, place := range planted {
		sheet, cell := place[:strings.LastIndex(place, " ")], place[strings.LastIndex(place, " ")+1:]
		comments, err := marked.GetComments(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if rule != "parts_ne_total" && !slices.ContainsFunc(comments, func(c excelize.Comment) bool { return c.Cell == cell }) {
			t.Errorf("the marked workbook has no comment at %s, for %s", place, rule)
		}
	}
	if !slices.Contains(marked.GetSheetList(), "Problems") {
		t.Errorf("the marked workbook has the sheets %v", marked.GetSheetList())
	}

	hand("mended.xlsx", fillIn(t, s, template, hospital, nil))
	second := strings.TrimSuffix(read(`location.href.split("?")[0]`), "/")
	if got := text(); strings.Contains(got, "To be mended") || !strings.Contains(got, "Accept this return") {
		t.Fatalf("the mended return: %s", got)
	}
	check(second)
	do(second)
	submit(`#accept ~ p button`)
	if got := text(); !strings.Contains(got, "Say why this may pass") {
		t.Errorf("without a reason: %s", got)
	}
	do("", chromedp.SendKeys(`#same`, "The project confirmed it by telephone."))
	submit(`#accept ~ p button`)
	if got := text(); !strings.Contains(got, "Its numbers are in the figures now") {
		t.Fatalf("after accepting: %s", got)
	}
	check(second)
	tertiary := base + "priorities/tertiary-prevention"
	do(tertiary)
	const point = "In the quarter ending December 2019, 24 hospital attendances"
	if got := text(); !strings.Contains(got, point) {
		t.Errorf("the priority's page does not show the new point: %s", got)
	}
	for _, path := range []string{"priorities/primary-prevention", "priorities/secondary-prevention", "priorities/tertiary-prevention", "priorities/attitudinal-change"} {
		check(base + path)
		do(base + path)
		if got := text(); !regexp.MustCompile(`How much did we do\?`).MatchString(got) || !strings.Contains(got, "What the projects do") {
			t.Errorf("%s shows no performance measures", path)
		}
		if n := read(`String(document.querySelectorAll("#performance .trend svg").length)`); n == "0" {
			t.Errorf("%s shows no trend of a performance measure", path)
		}
	}
	for _, path := range []string{"indicators/referral-process-total", "indicators/hospital-attendances", "indicators/hospital-represented-share", "indicators/secondary-improved-share?period=year-to-date"} {
		check(base + path)
	}
	do(base + "indicators/referral-process-total")
	if got := text(); !strings.Contains(got, "170 young people") {
		t.Errorf("the referral total is not 170: %s", got)
	}

	do(second, chromedp.SendKeys(`#withdraw-reason`, "Counted twice."))
	submit(`form[action$="/withdraw"] button`)
	if got := text(); !strings.Contains(got, "out of the figures") {
		t.Fatalf("after withdrawing: %s", got)
	}
	do(tertiary)
	if got := text(); strings.Contains(got, point) {
		t.Errorf("after withdrawing, the point is still there")
	}
	do(own)
	if got := text(); !strings.Contains(got, "first.xlsx") || !strings.Contains(got, "mended.xlsx") || !strings.Contains(got, "Counted twice.") {
		t.Errorf("the history is %s", got)
	}
	check(own)
}
