package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// printed is how a page looks to a printer.
type printed struct {
	Shown      []string // of what no paper can use, what is shown all the same
	Scroll     float64
	Ground     string
	Ink        string
	Underlined int // links
	External   int // links to elsewhere whose address is not printed
	Heads      int // tables whose headings are not repeated
	Cut        int // rows, charts and priorities that may be cut in two
	Canvas     int
	Charts     int      // drawings that are shown
	Smallest   float64  // of the drawings' letters, in pixels of the stylesheet
	Mark       string   // how the mark on invented data stands
	Wide       []string // what sticks out
}

const asPrinted = `(() => {
	const shown = (e) => e.checkVisibility();
	const all = (css) => [...document.querySelectorAll(css)];
	const style = (e, pseudo) => getComputedStyle(e, pseudo);
	const room = document.documentElement.clientWidth;
	return {
		Shown: all("nav, button, form, input, .skip, .visitor, .crumb, .switches, .how, .take, .canvas, a[download]").filter(shown).map(e => e.tagName + "." + e.className),
		Scroll: document.documentElement.scrollWidth - room,
		Ground: style(document.body).backgroundColor, Ink: style(document.body).color,
		Underlined: all("main a, .foot a").filter(shown).filter(e => style(e).textDecorationLine !== "none").length,
		External: all("main a[href^=http], .foot a[href^=http]").filter(shown).filter(e => !style(e, "::after").content.includes(e.getAttribute("href"))).length,
		Heads: all("thead").filter(e => style(e).display !== "table-header-group").length,
		Cut: all("tr, figure, .pri, .measure").filter(e => style(e).breakInside !== "avoid").length,
		Canvas: all("canvas").filter(shown).length,
		Charts: all(".chart svg.drawn").filter(shown).length,
		Smallest: Math.min(99, ...all(".chart svg.drawn:not(.map) text").filter(shown).map(e => parseFloat(style(e).fontSize) * e.ownerSVGElement.getScreenCTM().a)),
		Mark: all(".banner.sample").map(e => style(e).position + " " + e.innerText).join(),
		Wide: all("main *").filter(e => shown(e) && !e.closest("svg") && !e.closest(".sr") && e.getBoundingClientRect().right > room + 1).map(e => e.tagName + "." + e.className),
	};
})()`

// TestPrint prints the board's pages: on A4, black on white though the screen is
// dark, without what only a screen can use, nothing wider than the sheet, and the
// server's drawing in place of the browser's.
func TestPrint(t *testing.T) {
	ctx := browser(t)
	base := started(t, "demo", "--listen", "127.0.0.1:0")
	dir := os.Getenv("OUTCOMES_SCREENSHOTS") // to look at them
	a4 := regexp.MustCompile(`/MediaBox \[0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)\]`)
	for _, c := range []struct {
		path   string
		charts int
		least  int // sheets
	}{
		{"", 0, 2}, {"priorities", 0, 1}, {"priorities/enforcement", 0, 1}, {"priorities/secondary-prevention", 0, 2},
		{"indicators/violence-rate", 1, 3}, {"indicators/neighbourhoods-most-deprived-10", 1, 1}, {"indicators/violence-rate?view=table", 0, 2},
		{"sources", 0, 1}, {"methods", 0, 2}, {"map", 1, 2},
	} {
		at := base + c.path
		// As wide as a sheet between its margins.
		call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 658, Height: 987, DeviceScaleFactor: 1})
		call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		within, cancel := context.WithTimeout(ctx, time.Minute)
		if err := chromedp.Do(within, chromedp.Navigate(at)); err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Run(within, chromedp.Evaluate[int](`new Promise(done => requestAnimationFrame(() => setTimeout(() => done(1), 60)))`, chromedp.EvalAwaitPromise)); err != nil {
			t.Fatal(err)
		}
		p, err := chromedp.Run(within, chromedp.Evaluate[printed](asPrinted))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case len(p.Shown) > 0:
			t.Errorf("%s: printed all the same: %s", at, p.Shown)
		case p.Scroll > 0 || len(p.Wide) > 0:
			t.Errorf("%s: wider than the sheet by %v: %s", at, p.Scroll, p.Wide)
		case p.Ground != "rgb(255, 255, 255)" || p.Ink != "rgb(0, 0, 0)":
			t.Errorf("%s: %s on %s", at, p.Ink, p.Ground)
		case p.Underlined > 0 || p.External > 0:
			t.Errorf("%s: %d links are underlined, of %d one cannot read where they lead", at, p.Underlined, p.External)
		case p.Heads > 0 || p.Cut > 0:
			t.Errorf("%s: %d tables do not repeat their headings, %d things may be cut in two", at, p.Heads, p.Cut)
		case p.Canvas > 0 || p.Charts != c.charts:
			t.Errorf("%s: %d canvases, %d drawings", at, p.Canvas, p.Charts)
		case p.Smallest < 12: // 9 points
			t.Errorf("%s: letters of %v pixels", at, p.Smallest)
		case !strings.HasPrefix(p.Mark, "fixed Sample data, invented"):
			t.Errorf("%s: the mark on invented data: %q", at, p.Mark)
		}
		yes := true
		pdf, err := chromedp.Call(within, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &yes})
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		sheets := a4.FindAllSubmatch(pdf.Data, -1)
		if len(sheets) < c.least || len(sheets) > 30 {
			t.Errorf("%s: %d sheets", at, len(sheets))
		}
		for _, s := range sheets {
			width, _ := strconv.ParseFloat(string(s[1]), 64)
			height, _ := strconv.ParseFloat(string(s[2]), 64)
			if width < 594 || width > 596 || height < 841 || height > 843 { // points
				t.Errorf("%s: a sheet of %v by %v points", at, width, height)
			}
		}
		if dir != "" {
			name := strings.NewReplacer("/", "_", "?", "_", "=", "_").Replace("print_" + c.path + ".pdf")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), pdf.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
