package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The pages of people, wide and narrow, light and dark: as an administrator
// sees them who came by the demo's link, and as somebody does who mistypes.
func TestBrowserPeople(t *testing.T) {
	ctx := browser(t)
	base, said := startedSaying(t, "demo", "--listen", "127.0.0.1:0")
	links := oneTimeLink.FindAllString(said, -1)
	if len(links) != 4 {
		t.Fatalf("%d links: %s", len(links), said)
	}
	axe, err := os.ReadFile(filepath.Join(repository(t), "testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	watch := newConsole(t, ctx, base)
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, log.Enable, cdp.Empty{})
	shots := os.Getenv("OUTCOMES_SCREENSHOTS")
	check := func(name, at string) {
		t.Helper()
		for _, l := range []look{{"wide", 1280, false, false}, {"narrow", 390, true, false}, {"dark", 1280, false, true}} {
			scheme := "light"
			if l.dark {
				scheme = "dark"
			}
			call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 900, DeviceScaleFactor: 1, Mobile: l.mobile})
			watch.begin(at)
			result, err := inspect(ctx, at, string(axe))
			if err != nil {
				t.Fatalf("%s, %s: %v", name, l.name, err)
			}
			for _, v := range result.Violations {
				for _, n := range v.Nodes {
					t.Errorf("%s, %s: axe: %s (%s): %s\n%s", name, l.name, v.ID, v.Help, n.HTML, n.FailureSummary)
				}
			}
			if result.Passes < 5 || result.Scroll > 0 || result.H1 != 1 {
				t.Errorf("%s, %s: %d rules passed, %v pixels sideways, %d h1", name, l.name, result.Passes, result.Scroll, result.H1)
			}
			// A narrow window grows with what overflows: only the width that was set counts.
			width, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
			if err != nil {
				t.Fatal(err)
			}
			if width > l.width {
				t.Errorf("%s, %s: the page is %d pixels wide", name, l.name, width)
			}
			for _, said := range watch.end() {
				t.Errorf("%s, %s: %s", name, l.name, said)
			}
			if shots != "" {
				if err := screenshot(ctx, shots, base, base+name, l.name); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	title := func() string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.title + " | " + document.activeElement.className + " | " + location.pathname`))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	// click sends the form whose button it is, and waits for the page that answers.
	click := func(selector string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.dataset.old = "1"; document.querySelector(`+"`"+selector+"`"+`).click(); 1`)); err != nil {
			t.Fatal(err)
		}
		for range 200 {
			fresh, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && !document.documentElement.dataset.old`))
			if err == nil && fresh {
				return
			}
		}
		t.Fatalf("nothing answers %s", selector)
	}
	check("sign-in", base+"sign-in")
	click("form.form button")
	if got := title(); !strings.HasPrefix(got, "Error: Sign in") || !strings.Contains(got, "| problems |") {
		t.Errorf("after sending nothing: %s", got)
	}
	if shots != "" {
		if err := screenshot(ctx, shots, base, base+"sign-in-error", "dark"); err != nil {
			t.Fatal(err)
		}
	}
	check("join", links[3])
	click("form.form button")
	if got := title(); !strings.HasSuffix(got, "| /") {
		t.Fatalf("the link leads to %s", got)
	}
	for _, name := range []string{"", "people", "audit", "account"} {
		check(name, base+name)
	}
	check("people again", base+"people?done=role&person=1")
	click("header form button")
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"people")); err != nil {
		t.Fatal(err)
	}
	if got := title(); !strings.HasSuffix(got, "| /sign-in") {
		t.Errorf("after signing out /people is %s", got)
	}
}
