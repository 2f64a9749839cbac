package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"outcomes/metrics"
)

// walk is a person's way through the demo in a browser.
type walk struct {
	t     testing.TB
	ctx   context.Context
	base  string
	axe   string
	watch *console
	shots string                  // the folder for screenshots, "" for none
	name  string                  // what they are called
	links map[metrics.Role]string // by which one signs in
}

// startWalk starts the demo and signs in by the link that it prints for a role.
func startWalk(t testing.TB, role metrics.Role, name string) *walk {
	t.Helper()
	ctx := browser(t)
	base, said := startedSaying(t, "demo", "--listen", "127.0.0.1:0")
	links := map[metrics.Role]string{}
	for _, m := range regexp.MustCompile(`(\w+)\s+(http\S+/join/\S+)`).FindAllStringSubmatch(said, -1) {
		links[metrics.Role(m[1])] = m[2]
	}
	if links[role] == "" {
		t.Fatalf("the demo prints no link for the role %s: %s", role, said)
	}
	axe, err := os.ReadFile(filepath.Join(repository(t), "testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{t: t, ctx: ctx, base: base, axe: string(axe), watch: newConsole(t, ctx, base), shots: os.Getenv("OUTCOMES_SCREENSHOTS"), name: name, links: links}
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, log.Enable, cdp.Empty{})
	call(t, ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `document.addEventListener("securitypolicyviolation", e => console.error("CSP: " + e.violatedDirective + " " + e.blockedURI))`})
	w.do(links[role])
	w.submit(`main form button`)
	return w
}

// do goes to an address, unless it is "", and acts there.
func (w *walk) do(at string, more ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	short, cancel := context.WithTimeout(w.ctx, 2*time.Minute)
	defer cancel()
	if at != "" {
		more = append([]chromedp.Action[chromedp.Void]{chromedp.Navigate(at)}, more...)
	}
	if err := chromedp.Do(short, more...); err != nil {
		w.t.Fatal(err)
	}
}

// read gives what a script says.
func (w *walk) read(script string) string {
	w.t.Helper()
	short, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	out, err := chromedp.Run(short, chromedp.Evaluate[string](script))
	if err != nil {
		w.t.Fatalf("%s: %v", script, err)
	}
	return out
}

// text is what the page says.
func (w *walk) text() string {
	w.t.Helper()
	return w.read(`document.querySelector("main").innerText`)
}

// submit sends a form by its button and waits for the page that answers.
func (w *walk) submit(button string) {
	w.t.Helper()
	w.read(`(window.before = true, "")`)
	w.do("", chromedp.Click(button))
	for range 600 {
		if w.read(`String(!window.before && document.readyState === "complete" && !!document.querySelector("main"))`) == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatalf("%s leads nowhere", button)
}

// check looks at a page as TestBrowser looks at the board's: wide, narrow and dark.
func (w *walk) check(at string) {
	w.t.Helper()
	for _, l := range []look{{"wide", 1280, false, false}, {"narrow", 390, true, false}, {"dark", 1280, false, true}} {
		scheme := "light"
		if l.dark {
			scheme = "dark"
		}
		w.watch.begin(at)
		call(w.t, w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		call(w.t, w.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 900, DeviceScaleFactor: 1, Mobile: l.mobile})
		result, err := inspect(w.ctx, at, w.axe)
		if err != nil {
			w.t.Fatalf("%s, %s: %v", at, l.name, err)
		}
		for _, v := range result.Violations {
			for _, n := range v.Nodes {
				w.t.Errorf("%s, %s: axe: %s (%s): %s\n%s", at, l.name, v.ID, v.Help, n.HTML, n.FailureSummary)
			}
		}
		if result.Passes < 5 || result.Scroll > 0 || result.H1 != 1 {
			w.t.Errorf("%s, %s: %d rules pass, %v pixels too wide, %d h1", at, l.name, result.Passes, result.Scroll, result.H1)
		}
		for _, said := range w.watch.end() {
			w.t.Errorf("%s, %s: %s", at, l.name, said)
		}
		if w.shots != "" {
			if err := screenshot(w.ctx, w.shots, w.base, at, w.name+"-"+l.name); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	call(w.t, w.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: 900, DeviceScaleFactor: 1})
}

// download fetches a file in the browser's session, as it would save it to disk.
func (w *walk) download(path string) []byte {
	w.t.Helper()
	cookies, err := chromedp.Call(w.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{w.base}})
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(w.base, "/")+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range cookies.Cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
		w.t.Fatalf("%s: %s %v", path, res.Status, err)
	}
	return body
}
