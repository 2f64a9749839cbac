package main

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"outcomes/metrics"
)

// TestReportsInTheBrowser walks the scrutiny officer's way in the demo: a
// quarter is chosen, its draft read and commented on, frozen, all of it
// downloaded; and after a newer pack the old one is found again as it was,
// marked as superseded. On the way every page is checked as TestBrowser checks
// the board's.
func TestReportsInTheBrowser(t *testing.T) {
	w := startWalk(t, metrics.Scrutiny, "reports")
	reports := w.base + "reports"
	w.check(reports)
	w.do(reports)
	if got := w.text(); !strings.Contains(got, "No report has been frozen yet") {
		t.Fatalf("the list says %s", got)
	}

	// A quarter that waits for a decision cannot be frozen.
	w.read(`(document.querySelector("#period").value = "2019-Q3", "")`)
	w.submit(`#make ~ p button`)
	if got := w.text(); !strings.Contains(got, "Stops it") || !strings.Contains(got, "waits for a decision") {
		t.Fatalf("the checklist says %s", got)
	}
	w.submit(`#freeze button`)
	if got := w.text(); !strings.Contains(got, "There is a problem") || !strings.Contains(got, "cannot be frozen yet") {
		t.Fatalf("a draft that is stopped: %s", got)
	}

	w.do(reports)
	w.read(`(document.querySelector("#period").value = "2019-Q2", "")`)
	w.submit(`#make ~ p button`)
	draft := w.read(`location.href`)
	w.check(draft)
	w.do(draft)
	w.do("", chromedp.Click(`.write > summary`), chromedp.Click(`details:has(> form #comment-violence-rate) > summary`),
		chromedp.SendKeys(`#comment-violence-rate`, "The board discussed <b>this</b>.\n\n- ward figures\n- hospital data\n"))
	w.submit(`form:has(#comment-violence-rate) button`)
	if got := w.text(); !strings.Contains(got, "The comment was kept") || !strings.Contains(got, "The board discussed <b>this</b>.") {
		t.Fatalf("after the comment: %s", got)
	}
	w.check(w.read(`location.href.split("#")[0]`))
	w.do(draft)
	w.submit(`#freeze button`)
	pack := w.read(`location.href`)
	if !strings.HasSuffix(pack, "/reports/1") {
		t.Fatalf("freezing leads to %s: %s", pack, w.text())
	}
	w.check(pack)
	w.do(pack)
	said := w.read(`document.querySelector(".report").innerText`)
	commentary := w.read(`document.querySelector(".commentary").innerText`)
	if !strings.Contains(commentary, "Commentary by") || !strings.Contains(commentary, "<b>this</b>") || w.read(`String(document.querySelectorAll(".commentary li").length)`) != "2" {
		t.Errorf("the commentary is %q", commentary)
	}
	for _, want := range []string{"Headlines", "Violence and sexual offences", "What the projects did", "Changes since the last report", "Methods", "Sources"} {
		if !strings.Contains(said, want) {
			t.Errorf("the pack does not say %q", want)
		}
	}

	// All of it is downloaded, and is what the list of sums says.
	files := strings.Fields(w.read(`[...document.querySelectorAll(".head a[download]")].map(a => a.getAttribute("href")).join(" ")`))
	if len(files) != 6 {
		t.Fatalf("there are %d files to download: %v", len(files), files)
	}
	sums := ""
	for _, f := range files {
		if path.Base(f) == "SHA256SUMS" {
			sums = string(w.download(f))
		}
	}
	for _, f := range files {
		if name := path.Base(f); name != "SHA256SUMS" {
			sum := sha256.Sum256(w.download(f))
			if line := hex.EncodeToString(sum[:]) + "  " + name; !strings.Contains(sums, line) {
				t.Errorf("the list of sums has no line %q", line)
			}
		}
	}

	// A newer one of the same choice: the old one stays, and says so.
	w.do(draft)
	w.submit(`#freeze button`)
	if got := w.read(`location.href`); !strings.HasSuffix(got, "/reports/2") {
		t.Fatalf("freezing again leads to %s", got)
	}
	if got := w.text(); !strings.Contains(got, "that this report shares with report pack 1") {
		t.Error("the newer pack does not say what has changed since the older one")
	}
	w.do(reports)
	if got := w.text(); !strings.Contains(got, "Superseded by report pack 2") {
		t.Errorf("the list says %s", got)
	}
	w.check(reports)
	w.do(pack)
	if got := w.text(); !strings.Contains(got, "Superseded") || !strings.Contains(got, "Report pack 2") {
		t.Errorf("the older pack does not say that it is superseded: %s", got[:min(len(got), 400)])
	}
	if again := w.read(`document.querySelector(".report").innerText`); again != said {
		t.Error("the older pack reads otherwise than it did")
	}
	w.check(pack)
	w.check(pack + "/changes")
	w.do(pack + "/changes")
	if got := w.text(); !strings.Contains(got, "figures of report pack 1 has changed") {
		t.Errorf("the ledger says %s", got)
	}
}
