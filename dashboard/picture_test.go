package dashboard_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/metrics"
)

// group is what a picture's group holds.
type group struct {
	shapes map[string]int
	words  []string
}

// drawing reads an SVG by its groups; what is in none is under "".
func drawing(t testing.TB, document string) map[string]group {
	t.Helper()
	out := map[string]group{}
	name, in := "", ""
	for d := xml.NewDecoder(strings.NewReader(document)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%v in %s", err, document)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if in = e.Name.Local; in == "g" {
				name = e.Attr[0].Value
			}
			p, ok := out[name]
			if !ok {
				p.shapes = map[string]int{}
			}
			p.shapes[in]++
			out[name] = p
		case xml.EndElement:
			if e.Name.Local == "g" {
				name = ""
			}
			in = ""
		case xml.CharData:
			if in != "" && in != "g" && in != "svg" {
				p := out[name]
				p.words = append(p.words, string(e))
				out[name] = p
			}
		}
	}
}

// The picture is the page's: the same lines, points, names, gaps and events, for
// each choice that the page offers.
func TestPictureIsThePages(t *testing.T) {
	s := richStrategy(t)
	server := newServer(t, s, demo(t, s))
	for _, query := range []string{"", "?period=year-ending&show=interval,force,similar,target", "?area=" + westMidlands, "?show=none"} {
		doc := document(t, server, "/indicators/violence-rate"+query)
		page := all(doc, "svg", "class=wide")[0]
		r := get(t, server, "/indicators/violence-rate/chart.svg"+query)
		if r.Code != http.StatusOK || r.Header().Get("Content-Type") != "image/svg+xml" {
			t.Fatalf("%s: %d %s", query, r.Code, r.Header().Get("Content-Type"))
		}
		parts := drawing(t, r.Body.String())
		for role, shape := range map[string]string{"subject": "circle", "beside": "rect", "similar": "polygon", "england": "polygon"} {
			drawn := shape
			if shape == "rect" {
				drawn = "polygon"
			}
			want := len(all(page, shape, "class="+role+"-dot"))
			if got := parts[role].shapes[drawn]; got != want {
				t.Errorf("%s: %d points of %s, the page has %d", query, got, role, want)
			}
			if pieces := parts[role].shapes["polyline"] + parts[role].shapes["line"]; pieces != len(all(page, "polyline", "class="+role)) {
				t.Errorf("%s: %d pieces of %s, the page has %d", query, pieces, role, len(all(page, "polyline", "class="+role)))
			}
		}
		var names []string
		for _, end := range all(page, "text", "class=end") {
			var lines []string
			for _, l := range all(end, "tspan") {
				lines = append(lines, text(l))
			}
			names = append(names, strings.Join(lines, " "))
		}
		if got := strings.Join(parts["names"].words, " "); got != strings.Join(names, " ") {
			t.Errorf("%s: names %q, the page has %q", query, got, names)
		}
		if got, want := len(parts["gaps"].shapes), len(all(page, "rect", "class=gap")); (got > 1) != (want > 0) || parts["gaps"].shapes["polygon"] != want {
			t.Errorf("%s: gaps %v, the page has %d", query, parts["gaps"], want)
		}
		if got, want := parts["intervals"].shapes["polygon"], len(all(page, "polygon", "class=band")); got != want {
			t.Errorf("%s: %d bands, the page has %d", query, got, want)
		}
		if got, want := parts["markers"].shapes["line"], len(all(page, "line", "class=event"))+len(all(page, "line", "class=break")); got != want {
			t.Errorf("%s: %d markers, the page has %d", query, got, want)
		}
		heading := text(all(doc, "h1")[0])
		for _, want := range []string{heading, "Line chart: Violence and sexual offences per 1,000 residents"} {
			if alt := strings.Join(parts[""].words, " "); !strings.Contains(alt, strings.TrimSuffix(want, ".")) {
				t.Errorf("%s: the text alternative does not say %q: %s", query, want, alt)
			}
		}
		if alt := strings.Join(parts[""].words, " "); strings.Contains(alt, "rocess limit") || !strings.Contains(alt, "Invented data") {
			t.Errorf("%s: %s", query, alt)
		}
		var links []string
		for _, a := range all(all(doc, "aside")[0], "a") {
			if href := attr(a, "href"); strings.Contains(href, "/chart.") {
				links = append(links, href)
				same := get(t, server, href)
				if same.Code != http.StatusOK {
					t.Errorf("%s: %d", href, same.Code)
				}
				if strings.Contains(href, ".svg") && same.Body.String() != get(t, server, "/indicators/violence-rate/chart.svg"+query).Body.String() {
					t.Errorf("%s: the page links to another picture, %s", query, href)
				}
			}
		}
		if len(links) != 2 {
			t.Errorf("%s: links %q", query, links)
		}
	}
	for _, ind := range s.Indicators {
		for _, kind := range ind.Periods {
			address := "/indicators/" + ind.ID + "/chart.svg?period=" + string(kind)
			r := get(t, server, address)
			shown := len(all(document(t, server, "/indicators/"+ind.ID+"?period="+string(kind)), "figure")) > 0
			if shown != (r.Code == http.StatusOK) || !shown && r.Code != http.StatusNotFound {
				t.Errorf("%s: %d, the page has a chart: %v", address, r.Code, shown)
			}
			if shown {
				drawing(t, r.Body.String())
			}
		}
	}
}

func TestPictureFiles(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	server := newServer(t, s, l)
	for query, size := range map[string][2]int{"": {1800, 840}, "?size=preview": {1200, 630}} {
		address := "/indicators/violence-rate/chart.png" + query
		r := get(t, server, address)
		config, err := png.DecodeConfig(bytes.NewReader(r.Body.Bytes()))
		if err != nil || config.Width != size[0] || config.Height != size[1] {
			t.Errorf("%s: %v %v", address, config, err)
		}
		header := r.Header()
		if header.Get("Content-Type") != "image/png" || header.Get("Cache-Control") != "no-cache" || header.Get("Content-Disposition") != `inline; filename="violence-rate-quarter-chart.png"` ||
			header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", address, header)
		}
		if !bytes.Contains(r.Body.Bytes(), []byte("Invented data")) {
			t.Errorf("%s: the file does not say that the data are invented", address)
		}
		again := httptest.NewRequest(http.MethodGet, address, nil)
		again.Header.Set("If-None-Match", header.Get("ETag"))
		again.Header.Set("Accept-Encoding", "gzip")
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, again)
		if answer.Code != http.StatusNotModified || answer.Body.Len() != 0 || header.Get("ETag") == "" {
			t.Errorf("%s: %d, ETag %q", address, answer.Code, header.Get("ETag"))
		}
		again.Header.Del("If-None-Match")
		answer = httptest.NewRecorder()
		server.ServeHTTP(answer, again)
		if answer.Header().Get("Content-Encoding") != "" || !bytes.Equal(answer.Body.Bytes(), r.Body.Bytes()) {
			t.Errorf("%s: a PNG was compressed again, or is another", address)
		}
	}
	tag := func(address string) string { return get(t, server, address).Header().Get("ETag") }
	tags := []string{tag("/indicators/violence-rate/chart.png"), tag("/indicators/violence-rate/chart.svg"), tag("/indicators/violence-rate/chart.svg?size=preview"),
		tag("/indicators/violence-rate/chart.svg?period=year-ending"), tag("/indicators/violence-rate/chart.svg?area=" + westMidlands)}
	slices.Sort(tags)
	if len(slices.Compact(tags)) != 5 {
		t.Errorf("different pictures have the same ETag: %q", tags)
	}
	for i := range l.figures {
		if f := &l.figures[i]; f.Indicator == "violence-rate" && f.Area.Code == coventry && f.Period.Code() == "2019-Q1" {
			changed := *f.Value + 1
			f.Value = &changed
		}
	}
	if was := tags; slices.Contains(was, tag("/indicators/violence-rate/chart.png")) {
		t.Error("a figure was revised and the ETag is as before")
	}
	for address, status := range map[string]int{
		"/indicators/violence-rate/chart.png?size=huge":        http.StatusBadRequest,
		"/indicators/violence-rate/chart.png?period=century":   http.StatusBadRequest,
		"/indicators/violence-rate/chart.png?show=everything":  http.StatusBadRequest,
		"/indicators/nothing/chart.png":                        http.StatusNotFound,
		"/indicators/violence-rate.csv/chart.png":              http.StatusNotFound,
		"/indicators/violence-rate/chart.svg?area=E99999999":   http.StatusNotFound,
		"/indicators/violence-rate/chart.gif":                  http.StatusNotFound,
		"/indicators/" + url.PathEscape("../x") + "/chart.svg": http.StatusNotFound,
	} {
		if r := get(t, server, address); r.Code != status {
			t.Errorf("%s: %d, want %d", address, r.Code, status)
		}
	}
	if r := get(t, newServer(t, s, &ledger{}), "/indicators/violence-rate/chart.png"); r.Code != http.StatusNotFound {
		t.Errorf("without figures: %d", r.Code)
	}
	if r := get(t, newServer(t, s, &ledger{err: errors.New("disk")}), "/indicators/violence-rate/chart.png"); r.Code != http.StatusInternalServerError {
		t.Errorf("with a store that fails: %d", r.Code)
	}
}

// A suppressed figure is in neither picture, whatever numbers it still holds.
func TestSuppressedIsInNoPicture(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	hide := func(number float64) {
		for i := range l.figures {
			if f := &l.figures[i]; f.Indicator == "violence-rate" && f.Area.Code == coventry && f.Period.Code() == "2017-Q1" {
				f.Status, f.Reason, f.Value, f.Lower, f.Upper, f.Sentence = metrics.Suppressed, "too few", &number, &number, &number, ""
			}
		}
	}
	hide(777.7)
	server := newServer(t, s, l)
	svg := get(t, server, "/indicators/violence-rate/chart.svg").Body.String()
	pixels := get(t, server, "/indicators/violence-rate/chart.png").Body.String()
	if strings.Contains(svg, "777") || strings.Contains(svg, "800") || !strings.Contains(svg, "Not shown") {
		t.Errorf("%s", svg)
	}
	hide(888.8)
	if get(t, server, "/indicators/violence-rate/chart.svg").Body.String() != svg || get(t, server, "/indicators/violence-rate/chart.png").Body.String() != pixels {
		t.Error("the suppressed number makes a difference")
	}
}

// meta are the properties of a page for previews of links to it.
func meta(doc *html.Node) map[string]string {
	out := map[string]string{}
	for _, m := range all(doc, "meta") {
		if name := attr(m, "property"); name != "" {
			out[name] = attr(m, "content")
		}
	}
	return out
}

// What a link looks like elsewhere is said where everybody may read the page, and
// nowhere else; its picture can be fetched by whoever asks.
func TestPreviewOfALink(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	made := func(public bool, address string) (*dashboard.Server, *site) {
		site := newSite(t, account.Config{PublicURL: address}, public)
		server, err := dashboard.New(dashboard.Config{Store: l, Strategy: s, Accounts: site.accounts, PublicViewing: public, Now: func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }})
		if err != nil {
			t.Fatal(err)
		}
		return server, site
	}
	const query = "?period=year-ending&show=interval,force,similar"
	server, _ := made(true, "https://outcomes.example.org")
	doc := document(t, server, "/indicators/violence-rate"+query)
	m := meta(doc)
	heading := text(all(doc, "h1")[0])
	if m["og:title"] == "" || !strings.HasPrefix(heading, m["og:title"]) || strings.HasSuffix(m["og:title"], ".") || !strings.HasPrefix(m["og:description"], "Invented data. Violence and sexual offences per 1,000 residents, Coventry, by year ending each quarter, ") ||
		!strings.HasSuffix(m["og:description"], "Source: "+strings.TrimSuffix(indicatorOf(t, s, "violence-rate").Source, ".")+".") || m["og:site_name"] != s.ShortName || !strings.Contains(m["og:image:alt"], "Line chart") {
		t.Errorf("%q", m)
	}
	for _, name := range []string{"og:url", "og:image"} {
		if !strings.HasPrefix(m[name], "https://outcomes.example.org/indicators/violence-rate") {
			t.Errorf("%s is %q", name, m[name])
		}
		u, err := url.Parse(m[name])
		if err != nil || u.Query().Get("period") != "year-ending" || u.Query().Get("show") != "interval,force,similar" {
			t.Errorf("%s is %q", name, m[name])
		}
	}
	r := get(t, server, strings.TrimPrefix(m["og:image"], "https://outcomes.example.org"))
	if config, err := png.DecodeConfig(r.Body); err != nil || config.Width != 1200 || m["og:image:width"] != "1200" || m["og:image:height"] != "630" {
		t.Errorf("%v %v", config, err)
	}
	if m := meta(document(t, server, "/priorities")); len(m) != 0 {
		t.Errorf("a page without a chart: %q", m)
	}
	server, _ = made(true, "")
	if m := meta(document(t, server, "/indicators/violence-rate")); m["og:url"] != "" || !strings.HasPrefix(m["og:image"], "/indicators/violence-rate/chart.png?") {
		t.Errorf("without an address of its own: %q", m)
	}
	// the name that the request came by is the client's to choose
	asked := httptest.NewRequest(http.MethodGet, "/indicators/violence-rate", nil)
	asked.Host = "evil.example"
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, asked)
	if strings.Contains(answer.Body.String(), "evil.example") {
		t.Error("the page repeats the name it was asked by")
	}

	server, closed := made(false, "https://outcomes.example.org")
	at := httptest.NewServer(server)
	defer at.Close()
	client := browser(t)
	token, err := closed.accounts.Invite(t.Context(), account.CommandLine, metrics.Person{Email: "ann@example.org", Name: "Ann", Role: metrics.Viewer})
	if err != nil {
		t.Fatal(err)
	}
	if a := ask(t, client, "POST", at.URL+"/join/"+token, url.Values{"password": {password}, "again": {password}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("joining: %s", a.Status)
	}
	page := ask(t, client, "GET", at.URL+"/indicators/violence-rate", nil)
	if m := meta(page.parsed(t)); page.StatusCode != http.StatusOK || len(m) != 0 {
		t.Errorf("where viewing is not public: %s %q", page.Status, m)
	}
	if a := ask(t, client, "GET", at.URL+"/indicators/violence-rate/chart.png", nil); a.StatusCode != http.StatusOK || a.Header.Get("Cache-Control") != "private, no-store" || a.Header.Get("ETag") != "" {
		t.Errorf("the picture for one who is signed in: %s, %v", a.Status, a.Header)
	}
	if a := ask(t, browser(t), "GET", at.URL+"/indicators/violence-rate/chart.png", nil); !a.refused() {
		t.Errorf("the picture for one who is not: %s", a.Status)
	}
}

func indicatorOf(t testing.TB, s *metrics.Strategy, id string) metrics.Indicator {
	t.Helper()
	ind, ok := s.Indicator(id)
	if !ok {
		t.Fatalf("no indicator %s", id)
	}
	return ind
}

func BenchmarkPicture(b *testing.B) {
	s := defaultStrategy(b)
	server := newServer(b, s, demo(b, s))
	for _, address := range []string{"/indicators/violence-rate/chart.png", "/indicators/violence-rate/chart.svg", "/indicators/violence-rate/chart.png?size=preview"} {
		b.Run(address[len("/indicators/violence-rate/"):], func(b *testing.B) {
			for b.Loop() {
				if r := get(b, server, address); r.Code != http.StatusOK {
					b.Fatal(r.Code)
				}
			}
		})
	}
}
