package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"outcomes/metrics"
)

// TestReportsInTheBrowser walks the scrutiny officer's way in the demo: a
// quarter is chosen, its draft read and commented on, frozen, all of it
// downloaded; a return is withdrawn meanwhile; and after a newer pack the old one
// is found again as it was, marked as superseded, with what changed since. On the
// way every page is checked as TestBrowser checks the board's.
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
	w.read(`(document.querySelector("#sure").checked = true, "")`)
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
	w.read(`(document.querySelector("#sure").checked = true, "")`)
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
	taken := map[string][]byte{}
	for _, f := range files {
		taken[f] = w.download(f)
		if name := path.Base(f); name != "SHA256SUMS" {
			sum := sha256.Sum256(taken[f])
			if line := hex.EncodeToString(sum[:]) + "  " + name; !strings.Contains(sums, line) {
				t.Errorf("the list of sums has no line %q", line)
			}
		}
	}

	// A return of that quarter is withdrawn, and a newer one of the same choice is
	// frozen: the old one stays, and says so.
	withdraw(t, w, hospital+"/2019-Q2")
	w.do(draft)
	w.read(`(document.querySelector("#sure").checked = true, "")`)
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
	for f, body := range taken {
		if !bytes.Equal(w.download(f), body) {
			t.Errorf("%s is another than it was", f)
		}
	}
	w.check(pack + "/changes")
	w.do(pack + "/changes")
	if got := w.text(); !strings.Contains(got, "figures of report pack 1 read otherwise now") || !strings.Contains(got, "Hospital attendances") || !strings.Contains(got, "withdrawn") {
		t.Errorf("the ledger says %s", got)
	}
	ledger := strings.Fields(w.read(`[...document.querySelectorAll(".head a[download]")].map(a => a.getAttribute("href")).join(" ")`))
	for i, begins := range []string{"PK", "PK", "indicator,", "{"} { // Word, workbook, CSV, JSON
		if len(ledger) != 4 {
			t.Fatalf("the ledger's files are %s", ledger)
		}
		body := w.download(ledger[i])
		if !bytes.HasPrefix(body, []byte(begins)) || i > 1 && !bytes.Contains(body, []byte("hospital-attendances")) {
			t.Errorf("%s begins with %.40q", ledger[i], body)
		}
	}

	// What the overview and an indicator's page show can be had as files too.
	for _, at := range []string{"", "indicators/violence-rate"} {
		w.do(w.base + at)
		files := strings.Fields(w.read(`[...document.querySelectorAll('main a[href^="/reports/export/"]')].map(a => a.getAttribute("href")).join(" ")`))
		if len(files) != 4 {
			t.Errorf("/%s offers %s", at, files)
		}
		for _, f := range files {
			w.download(f)
		}
	}
}

// withdraw takes a project's return of a quarter out of the figures, as an
// administrator would.
func withdraw(t *testing.T, w *walk, of string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	ask := func(method, at string, form url.Values) string {
		t.Helper()
		req, err := http.NewRequest(method, at, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %v", at, res.Status, err)
		}
		return string(body)
	}
	ask(http.MethodPost, w.links[metrics.Administrator], nil)
	held := regexp.MustCompile(`returns/submissions/\d+`).FindString(ask(http.MethodGet, w.base+"returns/"+of, nil))
	if held == "" {
		t.Fatalf("there is no return of %s", of)
	}
	if got := ask(http.MethodPost, w.base+held+"/withdraw", url.Values{"reason": {"Counted twice."}}); !strings.Contains(got, "out of the figures") {
		t.Fatalf("withdrawing: %s", got)
	}
}
