package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The map comes alive in a browser: it fetches our outlines, draws them in
// place of the server's drawing, and an area that is pointed at says what it
// is and where its page lies.
func TestBrowserMap(t *testing.T) {
	ctx := browser(t)
	base := started(t, "demo", "--listen", "127.0.0.1:0")
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"map?show=hotspots")); err != nil {
		t.Fatal(err)
	}
	type seen struct {
		Live, Canvas, Drawing bool
		Picked, Link          string
		Outlines              int
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[seen](`(async () => {
		for (let i = 0; i < 100 && !document.querySelector("#map.live canvas"); i++) await new Promise(done => setTimeout(done, 50));
		const box = document.querySelector("#map"), canvas = box.querySelector("canvas"), drawing = box.querySelector("svg.drawn");
		const at = canvas.getBoundingClientRect();
		for (const type of ["mousemove", "mousedown", "mouseup", "click"])
			canvas.dispatchEvent(new MouseEvent(type, {bubbles: true, clientX: at.left + at.width / 2, clientY: at.top + at.height / 2}));
		const picked = document.querySelector(".picked");
		return {Live: box.classList.contains("live"), Canvas: canvas.width > 300, Drawing: getComputedStyle(drawing).display !== "none",
			Picked: picked.hidden ? "" : picked.textContent, Link: (picked.querySelector("a") || {href: ""}).href,
			Outlines: performance.getEntriesByType("resource").filter(e => e.name.includes("/map/outlines.json")).length};
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Live || !got.Canvas || got.Drawing || got.Outlines != 1 {
		t.Errorf("the map did not come alive: %+v", got)
	}
	if !strings.HasPrefix(got.Picked, "Coventry ") || !strings.Contains(got.Picked, "95% interval") || !strings.Contains(got.Link, "/places/E01") {
		t.Errorf("the area in the middle says %q and leads to %q", got.Picked, got.Link)
	}
}
