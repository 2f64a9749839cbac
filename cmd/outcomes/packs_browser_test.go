package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestOfficerInTheBrowser walks the scrutiny officer's way, in the demo: choose
// the quarter, read the draft, write beside an indicator, freeze, take every file
// along; then a return is withdrawn, a newer pack is frozen, and the first is
// found again as it was, marked as superseded, with what changed since.
func TestOfficerInTheBrowser(t *testing.T) {
	ctx := browser(t)
	base, said := startedSaying(t, "demo", "--listen", "127.0.0.1:0")
	links := map[string]string{}
	for _, m := range regexp.MustCompile(`(analyst|scrutiny)\s+(http\S+)`).FindAllStringSubmatch(said, -1) {
		links[m[1]] = m[2]
	}
	if len(links) != 2 {
		t.Fatalf("the demo prints no links: %s", said)
	}
	w := newWalk(t, ctx, base, "packs")
	do, read, text, submit, check, download := w.do, w.read, w.text, w.submit, w.check, w.download
	at := func() string { t.Helper(); return read(`location.pathname`) }

	do(links["scrutiny"])
	submit(`main form button`)
	submit(`nav a[href="/reports"]`)
	if got := text(); !strings.Contains(got, "No report has been frozen yet") {
		t.Fatalf("the list of packs says %s", got)
	}
	check(base + "reports")

	// The newest quarter cannot be frozen: a return waits.
	do(base + "reports")
	submit(`form[action="/reports/draft"] button`)
	if got := text(); !strings.Contains(got, "Stops it. 1 return waits for a decision") {
		t.Errorf("the checklist of the newest quarter says %s", got)
	}
	submit(`#freeze button`)
	if title, got := read(`document.title`), read(`document.querySelector(".problems").innerText`); !strings.HasPrefix(title, "Error: ") || !strings.Contains(got, "It cannot be frozen yet. 1 return waits") {
		t.Errorf("freezing it: %q, %s", title, got)
	}
	check(base + "reports/draft?period=2019-Q4")

	// The quarter before last can.
	do(base+"reports", chromedp.SetValue(`#period`, "2019-Q2"))
	submit(`form[action="/reports/draft"] button`)
	if got := text(); !strings.Contains(got, "Nothing stands in the way of freezing it") || !strings.Contains(got, "quarter ending June 2019") {
		t.Fatalf("the draft of 2019-Q2: %s", got)
	}
	const comment = "The partnership asked why.\n\n- Two schools joined in May.\n- <script>alert(1)</script> & “quotes”"
	do("", chromedp.Click(`#commentary ~ details.write > summary`), chromedp.Click(`details:has(> form #comment-violence-rate) > summary`), chromedp.SetValue(`#comment-violence-rate`, comment))
	submit(`form:has(#comment-violence-rate) button`)
	if got := text(); !strings.Contains(got, "The comment was kept") {
		t.Fatalf("after writing: %s", got)
	}
	beside := func() string {
		t.Helper()
		return read(`document.querySelector(".commentary").innerText + "|" + document.querySelectorAll(".commentary li").length + "|" + document.querySelectorAll(".commentary script").length`)
	}
	if got := beside(); !strings.Contains(got, "Commentary by Sample scrutiny, 20 January 2020. It is not generated") || !strings.Contains(got, "<script>alert(1)</script> & “quotes”") || !strings.HasSuffix(got, "|2|0") {
		t.Errorf("the comment reads %s", got)
	}
	check(base + "reports/draft?period=2019-Q2&said=comment")
	do(base + "reports/draft?period=2019-Q2")
	submit(`#freeze button`)
	if at() != "/reports/1" {
		t.Fatalf("after freezing: %s: %s", at(), text())
	}
	if got := text(); !strings.Contains(got, "Report pack 1") || !strings.Contains(got, "by Sample scrutiny") || strings.Contains(got, "Superseded") {
		t.Errorf("the pack says %s", got)
	}
	check(base + "reports/1")

	// Every file, each as the list of hashes says.
	do(base + "reports/1")
	body := read(`document.querySelector("article.report").outerHTML`)
	files := map[string][]byte{}
	for path := range strings.FieldsSeq(read(`[...document.querySelectorAll(".head a[download]")].map(a => a.getAttribute("href")).join(" ")`)) {
		files[path[strings.LastIndexByte(path, '/')+1:]] = download(path)
	}
	const name = "strategy-report_coventry_2019-q2_pack-1"
	if len(files) != 6 {
		t.Fatalf("the pack offers %d files", len(files))
	}
	sums := string(files["SHA256SUMS"])
	for file, content := range files {
		sum := sha256.Sum256(content)
		if file != "SHA256SUMS" && !strings.Contains(sums, hex.EncodeToString(sum[:])+"  "+file+"\n") {
			t.Errorf("the list of hashes does not have %s as it is: %s", file, sums)
		}
	}
	zipped, err := zip.NewReader(bytes.NewReader(files[name+".zip"]), int64(len(files[name+".zip"])))
	if err != nil {
		t.Fatal(err)
	}
	pictures := 0
	for _, f := range zipped.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		base := f.Name[strings.LastIndexByte(f.Name, '/')+1:]
		if own, ok := files[base]; ok && base != "SHA256SUMS" && !bytes.Equal(own, content) {
			t.Errorf("%s is another within the zip", f.Name)
		}
		if strings.HasSuffix(f.Name, ".png") || strings.HasSuffix(f.Name, ".svg") {
			pictures++
		}
	}
	if pictures < 20 {
		t.Errorf("the zip has %d pictures of charts", pictures)
	}

	// A return of the quarter is withdrawn by an analyst, and a newer pack frozen.
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	analyst := &http.Client{Jar: jar}
	send := func(at string, form url.Values) string {
		t.Helper()
		res, err := analyst.PostForm(at, form)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %v", at, res.Status, err)
		}
		return string(page)
	}
	send(links["analyst"], nil)
	res, err := analyst.Get(base + "returns/" + hospital + "/2019-Q2")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	held := regexp.MustCompile(`/returns/submissions/\d+`).FindString(string(page))
	if held == "" {
		t.Fatalf("there is no return of 2019-Q2 to withdraw: %s", page)
	}
	if got := send(base+held[1:]+"/withdraw", url.Values{"reason": {"Counted twice."}}); !strings.Contains(got, "out of the figures") {
		t.Fatalf("withdrawing: %s", got)
	}
	do(base + "reports/draft?period=2019-Q2")
	if got := text(); !strings.Contains(got, "Changes since the last report") || !strings.Contains(got, "that this report shares with report pack 1") {
		t.Errorf("the draft does not say what changed since pack 1")
	}
	submit(`#freeze button`)
	if at() != "/reports/2" {
		t.Fatalf("after freezing again: %s: %s", at(), text())
	}

	// The first is found again.
	submit(`nav a[href="/reports"]`)
	if got := text(); !strings.Contains(got, "Report pack 2") || !strings.Contains(got, "Superseded by report pack 2") {
		t.Errorf("the list of packs says %s", got)
	}
	check(base + "reports")
	do(base + "reports")
	submit(`.packs a[href="/reports/1"]`)
	if got := text(); !strings.Contains(got, "Superseded. Report pack 2 is newer") {
		t.Errorf("the first pack does not say that it is superseded: %s", got)
	}
	if read(`document.querySelector("article.report").outerHTML`) != body {
		t.Error("the first pack's page is another now")
	}
	for file, content := range files {
		if !bytes.Equal(download("/reports/1/files/"+file), content) {
			t.Errorf("%s is another now", file)
		}
	}
	check(base + "reports/1")
	do(base + "reports/1")
	submit(`.head a[href="/reports/1/changes"]`)
	if got := text(); !strings.Contains(got, "Hospital attendances") || !strings.Contains(got, "withdrawn") || !strings.Contains(got, "[x]") {
		t.Errorf("the changes since pack 1: %s", got)
	}
	check(base + "reports/1/changes")
	if got := string(download("/reports/1/changes.csv")); !strings.Contains(got, "hospital-attendances") || !strings.Contains(got, ",true,") {
		t.Error("the changes as CSV name no change")
	}
	if got := download("/reports/1/changes.xlsx"); !bytes.HasPrefix(got, []byte("PK")) {
		t.Error("the changes are no workbook")
	}
	for _, path := range []string{"", "indicators/violence-rate"} {
		do(base + path)
		for _, format := range []string{"docx", "xlsx", "csv", "zip"} {
			href := read(`(document.querySelector('main a[href^="/reports/export/` + format + `"]') || document.body).getAttribute("href") || ""`)
			if href == "" || len(download(href)) == 0 {
				t.Errorf("/%s offers no %s", path, format)
			}
		}
	}
}
