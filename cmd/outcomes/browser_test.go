package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"
)

// lines is a buffer that two goroutines may use.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// browser starts Chromium. Without one the test is skipped, but not in CI.
func browser(t testing.TB) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium is missing, and in CI the browser tests must run")
		}
		t.Skip("Chromium is missing: `make test` installs it where it may")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// crawl follows the links of the site from its first page and gives the
// addresses of its pages, and of its downloads. Switches multiply: a link that
// is marked nofollow is followed, but not the next such link from there. Of
// the pages of one kind (a place, a figure, an indicator with one set of
// switches) a few stand for all.
func crawl(t testing.TB, base string) (pages, downloads []string) {
	t.Helper()
	type step struct {
		at       string
		switched bool // by a link marked nofollow
	}
	seen := map[string]bool{base: true}
	kinds := map[string]int{}
	queue := []step{{base, false}}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		res, err := http.Get(at.at)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", at.at, res.Status)
			continue
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			downloads = append(downloads, at.at)
			continue
		}
		pages = append(pages, at.at)
		doc, err := html.Parse(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		here, _ := url.Parse(at.at)
		for n := range doc.Descendants() {
			if n.Data != "a" {
				continue
			}
			var href, rel string
			for _, a := range n.Attr {
				switch a.Key {
				case "href":
					href = a.Val
				case "rel":
					rel = a.Val
				}
			}
			to, err := here.Parse(href)
			if href == "" || err != nil || to.Host != here.Host {
				continue
			}
			to.Fragment = ""
			switched := strings.Contains(rel, "nofollow")
			if seen[to.String()] || switched && at.switched {
				continue
			}
			seen[to.String()] = true
			kind := kindOf(to)
			if kinds[kind]++; kinds[kind] <= 2 {
				queue = append(queue, step{to.String(), switched})
			}
		}
	}
	return pages, downloads
}

// kindOf is what a few pages stand for: its address without what names one of
// many, and without the values of its switches.
func kindOf(u *url.URL) string {
	path := u.Path
	for _, many := range []string{"/places/", "/figures/"} {
		if strings.HasPrefix(path, many) {
			path = many
		}
	}
	q := u.Query()
	switch {
	case path == "/map":
		path += " " + q.Get("by") + " " + q.Get("show")
	case u.RawQuery != "" && strings.HasPrefix(path, "/indicators/"):
		path = "/indicators/" + filepath.Ext(path) + q.Get("period") + q.Get("view")
	}
	return path + "?" + strings.Join(slices.Sorted(maps.Keys(q)), "&")
}

// look is one way of looking at a page.
type look struct {
	name   string
	width  int64
	mobile bool
	dark   bool
}

// TestBrowser opens every page of the demo in Chromium, wide and narrow, light
// and dark: no error on the console, no request to another host, nothing that
// the content security policy stops, no sideways scrolling, and no violation
// of WCAG 2.2 AA that axe-core finds.
func TestBrowser(t *testing.T) {
	ctx := browser(t)
	base := started(t, "demo", "--listen", "127.0.0.1:0")
	pages, downloads := crawl(t, base)
	for _, want := range []string{"/priorities/enforcement", "/priorities/attitudinal-change", "/indicators/violence-rate", "/indicators/neighbourhoods-most-deprived-10", "/sources", "/map", "/places/", "/figures/", "/methods"} {
		if !slices.ContainsFunc(pages, func(p string) bool { return strings.Contains(p, want) }) {
			t.Errorf("no link leads to %s", want)
		}
	}
	if len(pages) < 20 || len(downloads) < 4 {
		t.Fatalf("the demo has %d pages and %d downloads: there is too little to check", len(pages), len(downloads))
	}
	pages = append(pages, base+"no-such-page")
	axe, err := os.ReadFile(filepath.Join(repository(t), "testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	watch := newConsole(t, ctx, base)
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, log.Enable, cdp.Empty{})
	call(t, ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		// What the content security policy stops goes to the console, where the test reads it.
		Source: `document.addEventListener("securitypolicyviolation", e => console.error("CSP: " + e.violatedDirective + " " + e.blockedURI + " " + e.sourceFile + ":" + e.lineNumber))`})
	shots := os.Getenv("OUTCOMES_SCREENSHOTS")
	for _, l := range []look{{"wide", 1280, false, false}, {"narrow", 390, true, false}, {"dark", 1280, false, true}} {
		for _, at := range pages {
			watch.begin(at)
			scheme := "light"
			if l.dark {
				scheme = "dark"
			}
			call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 900, DeviceScaleFactor: 1, Mobile: l.mobile})
			result, err := inspect(ctx, at, string(axe))
			if err != nil {
				t.Fatalf("%s, %s: %v", at, l.name, err)
			}
			for _, v := range result.Violations {
				for _, n := range v.Nodes {
					t.Errorf("%s, %s: axe: %s (%s): %s\n%s", at, l.name, v.ID, v.Help, n.HTML, n.FailureSummary)
				}
			}
			if result.Passes < 5 {
				t.Errorf("%s, %s: axe checked %d rules only", at, l.name, result.Passes)
			}
			if result.Scroll > 0 {
				t.Errorf("%s, %s: the page scrolls sideways by %v pixels", at, l.name, result.Scroll)
			}
			if result.H1 != 1 {
				t.Errorf("%s, %s: %d h1", at, l.name, result.H1)
			}
			for _, said := range watch.end() {
				t.Errorf("%s, %s: %s", at, l.name, said)
			}
			if shots != "" {
				if err := screenshot(ctx, shots, base, at, l.name); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// inspection is what a page was found to be.
type inspection struct {
	Violations []struct {
		ID, Help string
		Nodes    []struct{ HTML, FailureSummary string }
	}
	Passes int
	Scroll float64 // pixels by which the page is wider than what is seen of it: a phone's window grows with its page
	H1     int
}

func inspect(ctx context.Context, at, axe string) (inspection, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(at)); err != nil {
		return inspection{}, err
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](`new Promise(done => requestAnimationFrame(() => setTimeout(() => done(1), 60)))`, chromedp.EvalAwaitPromise)); err != nil {
		return inspection{}, err
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](axe+`;1`)); err != nil {
		return inspection{}, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[inspection](`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => ({
		Violations: r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html, FailureSummary: n.failureSummary}))})),
		Passes: r.passes.length,
		Scroll: document.documentElement.scrollWidth - document.documentElement.clientWidth,
		H1: document.querySelectorAll("h1").length}))`, chromedp.EvalAwaitPromise))
}

func call[P, R any](t testing.TB, ctx context.Context, cmd cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, cmd, params); err != nil {
		t.Fatal(err)
	}
}

// console collects what a page should not have done.
type console struct {
	mu   sync.Mutex
	host string
	at   string
	said []string
}

func newConsole(t testing.TB, ctx context.Context, base string) *console {
	u, _ := url.Parse(base)
	c := &console{host: u.Host}
	err := chromedp.Listen(ctx, func(ev any) {
		c.mu.Lock()
		defer c.mu.Unlock()
		switch e := ev.(type) {
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
				var words []string
				for _, a := range e.Args {
					words = append(words, string(a.Value))
				}
				c.said = append(c.said, "console: "+strings.Join(words, " "))
			}
		case *runtime.EventExceptionThrown:
			c.said = append(c.said, "exception: "+e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			notFound := strings.HasSuffix(c.at, "no-such-page") && e.Entry.URL == c.at // the page that is asked for in vain
			if e.Entry.Level == log.EntryLevelError && !notFound {
				c.said = append(c.said, "log: "+e.Entry.Text+" "+e.Entry.URL)
			}
		case *network.EventRequestWillBeSent:
			u, err := url.Parse(e.Request.URL)
			if err == nil && u.Host != c.host && u.Scheme != "data" && u.Scheme != "about" && u.Scheme != "blob" {
				c.said = append(c.said, "request to another host: "+e.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *console) begin(at string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.said = at, nil
}

func (c *console) end() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said
}

// screenshot keeps a picture of the whole page under dir, for people to look at.
func screenshot(ctx context.Context, dir, base, at, name string) error {
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	file := regexp.MustCompile(`[^a-z0-9.-]+`).ReplaceAllString(strings.ToLower(strings.TrimPrefix(at, base)), "_")
	if file == "" {
		file = "overview"
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s.%s.png", file, name)), png, 0o644)
}
