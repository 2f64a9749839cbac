package dashboard_test

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"outcomes/dashboard"
	"outcomes/metrics"
)

// get asks the whole router for a page.
func get(t testing.TB, h http.Handler, address string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRecorder()
	h.ServeHTTP(r, httptest.NewRequest(http.MethodGet, address, nil))
	return r
}

// document asks for a page and parses it.
func document(t testing.TB, h http.Handler, address string) *html.Node {
	t.Helper()
	r := get(t, h, address)
	if r.Code != http.StatusOK {
		t.Fatalf("%s: status %d", address, r.Code)
	}
	return parse(t, r.Body)
}

func parse(t testing.TB, r io.Reader) *html.Node {
	t.Helper()
	doc, err := html.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// all gives the elements of a name, with an attribute "class=x" where asked.
func all(n *html.Node, name string, with ...string) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type != html.ElementNode || d.Data != name {
			continue
		}
		match := true
		for _, w := range with {
			key, value, _ := strings.Cut(w, "=")
			match = match && slices.Contains(strings.Fields(attr(d, key)), value)
		}
		if match {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		} else if d.Data != "span" && d.Data != "a" && d.Data != "strong" {
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// everyPage are the addresses of all kinds of page for a strategy.
func everyPage(s *metrics.Strategy) []string {
	out := []string{"/", "/priorities", "/sources", "/methods", "/api"}
	for _, p := range s.Priorities {
		out = append(out, "/priorities/"+url.PathEscape(p.ID))
	}
	for _, i := range s.Indicators {
		for _, k := range i.Periods {
			for _, view := range []string{"chart", "table"} {
				out = append(out, "/indicators/"+i.ID+"?period="+string(k)+"&view="+view)
			}
		}
	}
	return append(out, "/indicators/violence-rate?area="+westMidlands)
}

func TestEveryPageIsWhole(t *testing.T) {
	s := defaultStrategy(t)
	for name, store := range map[string]*ledger{"demo": demo(t, s), "empty": {}} {
		server := newServer(t, s, store)
		for _, address := range everyPage(s) {
			if name == "empty" && strings.Contains(address, "area=") {
				continue
			}
			t.Run(name+address, func(t *testing.T) {
				doc := document(t, server, address)
				if h := all(doc, "html"); attr(h[0], "lang") != "en-GB" {
					t.Error("the language is not en-GB")
				}
				if n := len(all(doc, "h1")); n != 1 {
					t.Errorf("%d h1", n)
				}
				if n := len(all(doc, "main")); n != 1 {
					t.Errorf("%d main", n)
				}
				if title := text(all(doc, "title")[0]); !strings.HasSuffix(title, " – "+s.ShortName) || strings.HasPrefix(title, " ") {
					t.Errorf("title %q", title)
				}
				if n := len(all(doc, "a", "aria-current=page")) + len(all(doc, "a", "aria-current=true")); n == 0 {
					t.Error("the navigation does not say where we are")
				}
				if !strings.Contains(text(all(doc, "footer")[0]), "Open Government Licence v3.0") {
					t.Error("no attribution")
				}
				if sample := strings.Contains(text(doc), "Sample data, invented"); sample != (name == "demo") {
					t.Errorf("sample banner: %v", sample)
				}
				for d := range doc.Descendants() {
					if d.Type != html.ElementNode {
						continue
					}
					if attr(d, "style") != "" || d.Data == "style" {
						t.Errorf("inline style on %s", d.Data)
					}
					if d.Data == "script" && attr(d, "src") == "" && attr(d, "type") != "application/json" {
						t.Error("inline script")
					}
					for _, a := range d.Attr {
						if strings.HasPrefix(a.Key, "on") {
							t.Errorf("%s on %s", a.Key, d.Data)
						}
						if d.Data != "a" && (a.Key == "src" || a.Key == "href") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") {
							t.Errorf("%s asks another host: %s", d.Data, a.Val)
						}
					}
				}
				ids := map[string]bool{}
				for d := range doc.Descendants() {
					if id := attr(d, "id"); id != "" {
						if ids[id] {
							t.Errorf("the id %q occurs twice", id)
						}
						ids[id] = true
					}
				}
				for _, th := range all(doc, "th") {
					if text(th) == "" || attr(th, "scope") == "" {
						t.Error("a table's header cell is empty or has no scope")
					}
				}
			})
		}
	}
}

func TestNoLinkIsDead(t *testing.T) {
	s := richStrategy(t)
	server := newServer(t, s, demo(t, s))
	seen := map[string]bool{}
	queue := []string{"/"}
	ids := map[string]map[string]bool{}     // of every page
	anchors := map[string]map[string]bool{} // that links of other pages name
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		r := get(t, server, address)
		if r.Code != http.StatusOK {
			t.Errorf("%s: status %d", address, r.Code)
			continue
		}
		if !strings.HasPrefix(r.Header().Get("Content-Type"), "text/html") {
			continue
		}
		ids[address] = map[string]bool{}
		for d := range parse(t, r.Body).Descendants() {
			if id := attr(d, "id"); id != "" {
				ids[address][id] = true
			}
			for _, a := range d.Attr {
				if a.Key != "href" && a.Key != "src" || !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") {
					continue
				}
				to, at, _ := strings.Cut(a.Val, "#")
				if to == "" {
					to = address
				}
				if at != "" {
					if anchors[to] == nil {
						anchors[to] = map[string]bool{}
					}
					anchors[to][at] = true
				}
				if !seen[to] {
					seen[to] = true
					// A state of the switches is asked for, and not followed further.
					if attr(d, "rel") != "nofollow" || !strings.Contains(to, "show=") {
						queue = append(queue, to)
					} else if r := get(t, server, to); r.Code != http.StatusOK {
						t.Errorf("%s: status %d", to, r.Code)
					}
				}
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d addresses found", len(seen))
	}
	resolved := 0
	for page, names := range anchors {
		for name := range names {
			resolved++
			if ids[page] != nil && !ids[page][name] {
				t.Errorf("%s has no place called %q", page, name)
			}
		}
	}
	if len(anchors["/methods"]) < 8 || resolved < 100 {
		t.Errorf("%d links to places, %d of them on the page of methods", resolved, len(anchors["/methods"]))
	}
}

func TestOverviewAnswersFirst(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	doc := document(t, newServer(t, s, l), "/")
	summary := metrics.Summarise(s, l.figures)
	if got := text(all(doc, "h1")[0]); got != summary.Headline {
		t.Errorf("h1 %q, want %q", got, summary.Headline)
	}
	cards := all(doc, "section", "class=pri")
	if len(cards) != len(s.Priorities) {
		t.Fatalf("%d cards", len(cards))
	}
	for i, p := range summary.Priorities {
		words := text(cards[i])
		for _, want := range []string{p.Priority.Title, p.Words, p.Priority.Question} {
			if !strings.Contains(words, want) {
				t.Errorf("priority %d does not say %q", p.Priority.Number, want)
			}
		}
	}
	enforcement := text(cards[4])
	latest := summary.Priorities[4].Indicators[0].Latest
	if _, rest, ok := strings.Cut(latest.Sentence, summary.Headlines[0].Text+" "); summary.Headlines[0].Figure == latest && (!ok || !strings.Contains(enforcement, rest)) || !strings.Contains(enforcement, latest.Period.Label()) {
		t.Errorf("the card lacks the rest of its sentence, or its period: %s", enforcement)
	}
	// the headlines: six at most, what changed first, each with icon, words and proof
	news := all(all(doc, "section", "class=news")[0], "li")
	if len(news) != len(summary.Headlines) || len(news) == 0 || len(news) > 6 {
		t.Fatalf("%d headlines, want %d", len(news), len(summary.Headlines))
	}
	same := false
	for i, h := range summary.Headlines {
		words := text(news[i])
		if !strings.Contains(words, h.Text) || !strings.Contains(words, h.Words) || len(all(news[i], "svg")) != 1 {
			t.Errorf("headline %d: %q does not say %q and %q", i, words, h.Words, h.Text)
		}
		if same && h.Verdict != metrics.Same {
			t.Errorf("headline %d is news after what stayed the same", i)
		}
		same = same || h.Verdict == metrics.Same
		links := all(news[i], "a", "class=how")
		if len(links) != 1 || attr(links[0], "href") != fmt.Sprintf("/figures/%d", h.Figure.ID) {
			t.Errorf("headline %d does not lead to its proof", i)
		}
	}
	// the quarter that holds July 2018 is missing: the small line has a gap
	if n := len(all(cards[4], "polyline")); n != 2 {
		t.Errorf("the trend of violence has %d pieces, want 2", n)
	}
	if waits := text(cards[3]); !strings.Contains(waits, "waits for the quarterly returns") {
		t.Errorf("priority 4 does not say what it waits for: %s", waits)
	}
}

func TestOverviewWithoutFigures(t *testing.T) {
	doc := document(t, newServer(t, defaultStrategy(t), &ledger{}), "/")
	words := text(all(doc, "main")[0])
	for _, want := range []string{"There are no figures yet", "outcomes import geography", "outcomes import police", "outcomes demo", "Waiting for data"} {
		if !strings.Contains(words, want) {
			t.Errorf("the empty overview does not say %q", want)
		}
	}
}

func TestIndicatorPage(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	server := newServer(t, s, l)
	ind, _ := s.Indicator("violence-rate")
	doc := document(t, server, "/indicators/violence-rate")
	sum := metrics.IndicatorSummaryOf(ind, coventry, metrics.Quarter, l.figures)
	if got := text(all(doc, "h1")[0]); got != sum.Latest.Sentence {
		t.Errorf("h1 %q, want %q", got, sum.Latest.Sentence)
	}
	rows := all(all(doc, "tbody")[0], "tr")
	if len(rows) != len(sum.Series) { // the default group has no figures here, so this is the only table
		t.Errorf("%d rows for %d figures", len(rows), len(sum.Series))
	}
	var missing string
	for _, r := range rows {
		if strings.Contains(text(r), "September 2018") {
			missing = text(r)
		}
	}
	if !strings.Contains(missing, "[x]") || !strings.Contains(missing, "The West Midlands Police file for July 2018 has not been imported") {
		t.Errorf("the missing quarter's row: %q", missing)
	}
	if !strings.Contains(text(all(doc, "dl", "class=tablekey")[0]), "[x] not available") {
		t.Error("no key under the table")
	}
	current := map[string]bool{}
	for _, a := range all(doc, "a", "aria-current=true") {
		current[text(a)] = true
	}
	for _, want := range []string{"Coventry", "Quarters", "Chart and table"} {
		if !current[want] {
			t.Errorf("the switch does not mark %q as current: %v", want, current)
		}
	}
	words := text(all(doc, "aside")[0])
	for _, want := range []string{ind.Definition, ind.Method, ind.Caveats[0], "Good is Lower", ind.Source} {
		if !strings.Contains(words, strings.Join(strings.Fields(want), " ")) {
			t.Errorf("the aside does not say %q", want)
		}
	}
	// the picture and its words
	pictures := all(doc, "svg", "role=img")
	if len(pictures) != 3 {
		t.Fatalf("%d drawings, want one for a page, one for a phone and one for paper", len(pictures))
	}
	for _, want := range []string{sum.Latest.Sentence, "Line chart", "Coventry: between", "No figure for the quarter ending September 2018", "City summit (January 2019)"} {
		if !strings.Contains(attr(pictures[0], "aria-label"), want) {
			t.Errorf("the text alternative does not say %q: %s", want, attr(pictures[0], "aria-label"))
		}
	}
	if words := text(all(doc, "figcaption")[0]); !strings.Contains(words, "The axis starts at") {
		t.Errorf("the caption does not say where the axis starts: %s", words)
	}

	table := document(t, server, "/indicators/violence-rate?view=table")
	if len(all(table, "figure")) != 0 || len(all(table, "table")) != 1 {
		t.Error("the view table has a chart or no table")
	}
}

func TestRanksOfEditions(t *testing.T) {
	s := defaultStrategy(t)
	doc := document(t, newServer(t, s, demo(t, s)), "/indicators/neighbourhoods-most-deprived-10")
	words := text(all(doc, "table")[0])
	for _, want := range []string{"Rank of districts", "1st of 21", "2019 Indices of Deprivation", "14.4%", "18.5%"} {
		if !strings.Contains(words, want) {
			t.Errorf("the table does not say %q: %s", want, words)
		}
	}
}

func TestChartOptions(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	for i := range l.figures { // one suppressed with its numbers left in by mistake
		if f := &l.figures[i]; f.Indicator == "violence-rate" && f.Area.Code == coventry && f.Period.Code() == "2017-Q1" {
			f.Status, f.Reason = metrics.Suppressed, "too few"
		}
	}
	doc := document(t, newServer(t, s, l), "/indicators/violence-rate")
	var options struct {
		Option struct {
			Animation bool
			Series    []struct {
				Name string
				Data []struct {
					Name  string
					Value []any
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(all(doc, "script", "type=application/json")[0].FirstChild.Data), &options); err != nil {
		t.Fatal(err)
	}
	if len(options.Option.Series) != 2 || options.Option.Animation {
		t.Fatalf("%d series, animation %v", len(options.Option.Series), options.Option.Animation)
	}
	gaps := map[string]bool{}
	for _, d := range options.Option.Series[0].Data {
		switch v := d.Value[1].(type) {
		case string:
			if v != "-" {
				t.Errorf("%s is %q", d.Name, v)
			}
			gaps[d.Name] = true
		case float64:
			if v == 0 {
				t.Errorf("%s became 0", d.Name)
			}
		}
	}
	for _, want := range []string{"quarter ending September 2018", "quarter ending March 2017"} {
		if !gaps[want] {
			t.Errorf("the %s is not a gap", want)
		}
	}
	body := get(t, newServer(t, s, l), "/indicators/violence-rate").Body.String()
	if !strings.Contains(body, "[c]") || !strings.Contains(body, "small enough to identify someone") {
		t.Error("the suppressed quarter is not marked and explained")
	}
}

func TestDownloadsAreWhatIsShown(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	server := newServer(t, s, l)
	query := "?area=" + westMidlands + "&period=year-ending"
	doc := document(t, server, "/indicators/violence-rate"+query)
	var links []string
	for _, a := range all(all(doc, "aside")[0], "a") {
		if strings.HasPrefix(attr(a, "href"), "/indicators/") && !strings.Contains(attr(a, "href"), "/chart.") {
			links = append(links, attr(a, "href"))
		}
	}
	if len(links) != 2 {
		t.Fatalf("downloads: %v", links)
	}
	r := get(t, server, links[0])
	if got := r.Header().Get("Content-Disposition"); got != `attachment; filename="violence-rate-`+westMidlands+`-year-ending.csv"` {
		t.Errorf("disposition %q", got)
	}
	rows, err := csv.NewReader(r.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := "indicator,priority,area_code,area_name,period,period_start,period_end,numerator,denominator,value,lower,upper,unit,status,rank,rank_of,sentence,shorthand,reason,denominator_source,notes,sample,method,direction,verdict,compared_with,compared_period,compared_value,compared_numerator,compared_ratio,compared_lower,compared_upper,compared_rule,compared_care,not_compared_reason,similar_value,similar_direction,similar_rank,similar_of,force_value,force_direction,england_value,england_direction,target_value,target_direction,provisional,source,revision,made_at,breakdown_by,breakdown,accountability"
	if got := strings.Join(rows[0], ","); got != want {
		t.Errorf("columns %s", got)
	}
	areas := map[string]int{}
	for _, row := range rows[1:] {
		areas[row[2]]++
		if !strings.HasPrefix(row[4], "YE") || row[21] != "true" {
			t.Errorf("row %v", row)
		}
		if row[13] == "missing" && (row[9] != "" || row[17] != "[x]" || row[18] == "") {
			t.Errorf("missing row %v", row)
		}
	}
	shown := len(all(all(doc, "tbody")[0], "tr"))
	if areas[westMidlands] != shown || areas[coventry] != shown || len(areas) != 2 {
		t.Errorf("the file has %v, the page %d rows", areas, shown)
	}
	var objects []map[string]any
	if err := json.Unmarshal(get(t, server, links[1]).Body.Bytes(), &objects); err != nil {
		t.Fatal(err)
	}
	if len(objects) != len(rows)-1 || objects[0]["sample"] != true {
		t.Errorf("%d objects, sample %v", len(objects), objects[0]["sample"])
	}
}

const hostile = `</script><img src=x onerror=alert(1)> __f__alert(1)__f__ "quoted" 'and' {{.}}`

func TestHostileTextStaysText(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	s.ShortName, s.Name, s.Area.Name = hostile, hostile, hostile
	for i := range s.Priorities {
		s.Priorities[i].Title, s.Priorities[i].Summary, s.Priorities[i].Question, s.Priorities[i].WaitsFor = hostile, hostile, hostile, hostile
	}
	for i := range s.Indicators {
		s.Indicators[i].Title, s.Indicators[i].Unit, s.Indicators[i].Counted, s.Indicators[i].Caveats = hostile, hostile, hostile, []string{hostile}
		s.Indicators[i].SourceURL = "javascript:alert(1)"
	}
	for i := range s.Events {
		s.Events[i].Label = hostile
	}
	for i := range s.Breaks {
		s.Breaks[i].Label, s.Breaks[i].Reason = hostile, hostile
	}
	s.Similar.Name, s.Similar.Source = hostile, hostile
	for i := range l.signals {
		l.signals[i].Words = []string{hostile}
		for j := range l.signals[i].Marked {
			l.signals[i].Marked[j].Rule = hostile
		}
	}
	for i := range l.old {
		l.old[i].Cause = hostile
	}
	for i := range l.figures {
		f := &l.figures[i]
		f.Area.Name, f.Reason, f.Notes, f.Unit = "=cmd "+hostile, hostile, []string{"=cmd", hostile}, "@unit"
		if f.Sentence != "" {
			f.Sentence = hostile
		}
		f.Denominated = hostile
		for j := range f.Statements {
			f.Statements[j].Text, f.Statements[j].About = hostile, hostile
		}
		for j := range f.Comparisons {
			c := &f.Comparisons[j]
			c.With, c.Rule, c.Reason, c.Care = hostile, hostile, hostile, hostile
			if c.Group != nil {
				c.Group.Name = hostile
				for k := range c.Group.Values {
					c.Group.Values[k].Name = hostile
				}
			}
		}
	}
	for i := range l.batches {
		l.batches[i].File, l.batches[i].Member, l.batches[i].Digest = hostile, hostile, hostile
		l.batches[i].Problems = []metrics.Problem{{Sheet: hostile, Row: 2, Column: hostile, Message: hostile}}
	}
	server := newServer(t, s, l)
	var addresses []string
	for _, address := range everyPage(s) {
		addresses = append(addresses, address)
		if strings.HasPrefix(address, "/indicators/violence-rate?") {
			addresses = append(addresses, address+"&show=interval,limits,force,similar,target")
		}
	}
	for _, id := range []int64{1, 900001, idOf(t, l, "violence-rate", coventry, "2019-Q1"), idOf(t, l, "violence-rate", coventry, "YE2019-03"), idOf(t, l, "robbery-rate", coventry, "2019-Q2")} {
		addresses = append(addresses, fmt.Sprintf("/figures/%d", id))
	}
	for _, address := range addresses {
		r := get(t, server, address)
		if r.Code != http.StatusOK {
			t.Fatalf("%s: status %d", address, r.Code)
		}
		doc := parse(t, r.Body)
		for d := range doc.Descendants() {
			if d.Data == "img" {
				t.Errorf("%s: an image came to life", address)
			}
			for _, a := range d.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "href" && strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("%s: %s=%q", address, a.Key, a.Val)
				}
			}
		}
		if !strings.Contains(text(all(doc, "title")[0]), hostile) {
			t.Errorf("%s: the title is %q", address, text(all(doc, "title")[0]))
		}
		for _, data := range all(doc, "script", "type=application/json") {
			if strings.ContainsAny(data.FirstChild.Data, "<>") {
				t.Errorf("%s: the chart's data hold an angle bracket", address)
			}
			var v map[string]any
			if err := json.Unmarshal([]byte(data.FirstChild.Data), &v); err != nil {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
	rows, err := csv.NewReader(get(t, server, "/indicators/violence-rate.csv").Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if row := rows[1]; row[3] != "'=cmd "+hostile || row[12] != "'@unit" || !strings.HasPrefix(row[20], "'=cmd") {
		t.Errorf("a cell may start a formula: %q %q %q", row[3], row[12], row[20])
	}
}

func TestHeaders(t *testing.T) {
	s := defaultStrategy(t)
	server := newServer(t, s, demo(t, s))
	for _, address := range []string{"/", "/nowhere", "/indicators/violence-rate.csv", "/assets/charts.js"} {
		h := get(t, server, address).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff",
			"X-Frame-Options":         "DENY",
			"Referrer-Policy":         "same-origin",
			"Cache-Control":           "no-cache",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", address, name, got)
			}
		}
		if len(h.Get("X-Request-Id")) != 12 {
			t.Errorf("%s: request id %q", address, h.Get("X-Request-Id"))
		}
	}
	post := httptest.NewRequest(http.MethodPost, "/", nil)
	post.Header.Set("Sec-Fetch-Site", "cross-site")
	r := httptest.NewRecorder()
	server.ServeHTTP(r, post)
	if r.Code != http.StatusForbidden || !strings.Contains(r.Body.String(), "another website") {
		t.Errorf("a post from another site: %d", r.Code)
	}
	r = httptest.NewRecorder()
	server.ServeHTTP(r, httptest.NewRequest(http.MethodHead, "/indicators/violence-rate", nil))
	if r.Code != http.StatusOK {
		t.Errorf("HEAD: %d", r.Code)
	}
	if r := get(t, server, "/healthz"); r.Body.String() != "ok" {
		t.Errorf("healthz %q", r.Body.String())
	}
}

func TestErrorsAreWrittenForPeople(t *testing.T) {
	s := defaultStrategy(t)
	server := newServer(t, s, demo(t, s))
	for _, c := range []struct {
		address string
		status  int
		words   string
	}{
		{"/nowhere", 404, "There is no such page"},
		{"/priorities/none", 404, `The strategy has no priority called "none"`},
		{"/indicators/none", 404, `The strategy has no indicator called "none"`},
		{"/indicators/none.csv", 404, `The strategy has no indicator called "none"`},
		{"/indicators/violence-rate?area=E99", 404, `for the area "E99"`},
		{"/indicators/violence-rate?period=since-start", 400, "Use quarter or year-ending"},
		{"/indicators/violence-rate?period=quarter%00", 400, "Use quarter or year-ending"},
		{"/indicators/violence-rate?view=pie", 400, "Use chart or table"},
		{"/assets/none.js", 404, "There is no file at this address"},
		{"/assets/../server.go", 404, "There is no"},
	} {
		r := get(t, server, c.address)
		doc := parse(t, r.Body)
		if r.Code != c.status || !strings.Contains(text(all(doc, "main")[0]), c.words) {
			t.Errorf("%s: %d %s", c.address, r.Code, text(all(doc, "main")[0]))
		}
		if !strings.Contains(text(doc), r.Header().Get("X-Request-Id")) {
			t.Errorf("%s does not give its reference", c.address)
		}
	}
	r := httptest.NewRecorder()
	server.ServeHTTP(r, httptest.NewRequest(http.MethodPost, "/sources", nil))
	if r.Code != http.StatusMethodNotAllowed || !strings.Contains(r.Body.String(), "can only be read") {
		t.Errorf("post: %d", r.Code)
	}
}

// broken is a store that fails or panics.
type broken struct {
	ledger
	panics bool
}

func (b *broken) Figures(context.Context, metrics.FigureFilter) ([]metrics.Figure, error) {
	if b.panics {
		panic("secret in a panic")
	}
	return nil, &metrics.Error{Kind: metrics.Internal, Msg: "secret message", Err: errors.New("secret cause")}
}

func TestInternalErrorsShowNoCause(t *testing.T) {
	for _, panics := range []bool{false, true} {
		var log strings.Builder
		server, err := dashboard.New(dashboard.Config{Store: &broken{panics: panics}, Strategy: defaultStrategy(t), PublicViewing: true, Log: slog.New(slog.NewTextHandler(&log, nil)), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		r := get(t, server, "/")
		body := r.Body.String()
		if r.Code != http.StatusInternalServerError || strings.Contains(body, "secret") || !strings.Contains(body, "Something went wrong on our side") {
			t.Errorf("panics %v: %d %s", panics, r.Code, body)
		}
		id := r.Header().Get("X-Request-Id")
		if !strings.Contains(body, id) || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("panics %v: the log does not hold the cause beside the reference: %s", panics, log.String())
		}
	}
	unavailable := &ledger{err: metrics.Errorf(metrics.Unavailable, "The data are being restored. Try again in a minute.")}
	if r := get(t, newServer(t, defaultStrategy(t), unavailable), "/"); r.Code != http.StatusServiceUnavailable || !strings.Contains(r.Body.String(), "being restored") {
		t.Errorf("unavailable: %d", r.Code)
	}
}

func TestBehind(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	l.state.Behind = true
	if words := text(document(t, newServer(t, s, l), "/sources")); !strings.Contains(words, "An import was cut short") || !strings.Contains(words, "20 November 2026") {
		t.Error("the pages do not say that an import was cut short")
	}
}

func TestSources(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	server := newServer(t, s, l)
	doc := document(t, server, "/sources")
	blocks := all(doc, "section", "class=source")
	if len(blocks) != len(metrics.Sources)+1 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for at, want := range map[int][]string{
		0: {"Areas and lookups", "Files 1 file", "20 November 2026"},
		1: {"Population", "Latest release mid-2018, older than expected", "As at 30 June 2018"},
		2: {"Latest release 2019 Indices of Deprivation Files", "Open Government Licence v3.0"},
		3: {"Not imported yet. To read it: outcomes import boundaries"},
		4: {"Latest release December 2019, older than expected", "As at 31 December 2019", "94 files of 2 police forces, 2 releases superseded", "Months are missing of Warwickshire, West Midlands",
			"West Midlands January 2016 December 2019 47 files, 1 release superseded July 2018"},
		5: {"Project returns", "performance measures are made of them", fmt.Sprintf("From %d projects of the strategy", len(s.Projects)), "every quarter", "due 30 days after the quarter’s end",
			"counts of people from 1 to 4 are hidden", "No return is accepted yet."},
	} {
		words := text(blocks[at])
		for _, w := range want {
			if !strings.Contains(words, w) {
				t.Errorf("block %d does not say %q: %s", at, w, words)
			}
		}
	}
	if rows := all(doc, "tr"); len(rows) > 5 {
		t.Errorf("%d rows for 2 forces", len(rows))
	}

	// the files behind the blocks: every batch once, and what it is of its file
	seen := map[string]bool{}
	for _, a := range all(doc, "a") {
		address := attr(a, "href")
		if !strings.HasPrefix(address, "/sources/") {
			continue
		}
		files := document(t, server, address)
		for _, d := range all(files, "div", "class=scroll") {
			if attr(d, "tabindex") != "0" || attr(d, "role") != "region" || attr(d, "aria-label") == "" {
				t.Error("a table that scrolls cannot be reached by keyboard or has no name")
			}
		}
		for _, row := range all(files, "tr") {
			if id := attr(row, "id"); id != "" {
				if seen[id] {
					t.Errorf("%s is listed twice", id)
				}
				seen[id] = true
			}
		}
	}
	if len(seen) != len(l.batches) || len(seen) == 0 {
		t.Errorf("%d of %d batches are listed", len(seen), len(l.batches))
	}
	for address, want := range map[string][]string{
		"/sources/police/west-midlands": {"Files of Recorded crime: West Midlands", "47 files, 1 release superseded", "Superseded by batch", `Row 812, column LSOA code: "E0100" is not the code of an LSOA`, "crc32:1f2e3d4c", "Street-level crimes"},
		"/sources/geography":            {"35,796", "lsoa11 to district"},
		"/sources/deprivation":          {"Index of Multiple Deprivation", "IoD2019"},
	} {
		words := strings.ReplaceAll(text(document(t, server, address)), "LSOA 11", "lsoa11")
		for _, w := range want {
			if !strings.Contains(words, w) {
				t.Errorf("%s does not say %q: %s", address, w, words)
			}
		}
	}
	for _, address := range []string{"/sources/none", "/sources/police", "/sources/police/none", "/sources/deprivation/imd", "/sources/%3Cb%3E/x"} {
		if r := get(t, server, address); r.Code != http.StatusNotFound || !strings.Contains(r.Body.String(), "No files were read of") {
			t.Errorf("%s: %d", address, r.Code)
		}
	}
}

// The overview says of each source how far its data go, and quietly when that
// is less than could be expected.
func TestOverviewSaysHowFarDataGo(t *testing.T) {
	s := defaultStrategy(t)
	line := func(now time.Time) string {
		server, err := dashboard.New(dashboard.Config{Store: demo(t, s), Strategy: s, PublicViewing: true, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		found := all(document(t, server, "/"), "p", "class=asat")
		if len(found) != 1 {
			t.Fatalf("%d lines", len(found))
		}
		return text(found[0])
	}
	for now, want := range map[string]string{
		"2020-03-31": "Police data to December 2019; Indices of Deprivation 2019; population estimates to mid-2018.",
		"2020-04-01": "Police data last updated December 2019, older than expected; Indices of Deprivation 2019; population estimates to mid-2018.",
		"2026-11-23": "Police data last updated December 2019, older than expected; Indices of Deprivation 2019; population estimates last updated mid-2018, older than expected.",
	} {
		date, err := time.Parse(time.DateOnly, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := line(date); got != want {
			t.Errorf("on %s: %q, want %q", now, got, want)
		}
	}
	if found := all(document(t, newServer(t, s, &ledger{}), "/"), "p", "class=asat"); len(found) != 0 {
		t.Errorf("without data: %s", text(found[0]))
	}
}

// A strategy may leave its force area's code, and an area of another
// partnership its name, to the lookups.
func TestForceWithoutCode(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	s.Force.Code = ""
	doc := document(t, newServer(t, s, l), "/indicators/violence-rate")
	if words := text(all(doc, "div", "class=switches")[0]); !strings.Contains(words, "West Midlands force area") {
		t.Errorf("switches: %s", words)
	}
}

func TestAssets(t *testing.T) {
	sums, err := os.ReadFile("assets/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Fatalf("line %q", line)
		}
		listed[name] = sum
	}
	for _, folder := range []string{"echarts", "fonts"} { // what others made
		err := filepath.WalkDir(filepath.Join("assets", folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, _ := filepath.Rel("assets", path)
			sum := sha256.Sum256(data)
			if listed[filepath.ToSlash(name)] != hex.EncodeToString(sum[:]) {
				t.Errorf("%s is not the file that SHA256SUMS lists", name)
			}
			delete(listed, filepath.ToSlash(name))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range listed {
		t.Errorf("%s is listed and not there", name)
	}

	s := defaultStrategy(t)
	server := newServer(t, s, demo(t, s))
	doc := document(t, server, "/indicators/violence-rate")
	var addresses []string
	for _, n := range slices.Concat(all(doc, "script"), all(doc, "link")) {
		if a := attr(n, "src") + attr(n, "href"); a != "" {
			addresses = append(addresses, a)
		}
	}
	if len(addresses) < 5 {
		t.Fatalf("assets: %v", addresses)
	}
	for _, a := range addresses {
		r := get(t, server, a)
		if r.Code != http.StatusOK || r.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %d, %s", a, r.Code, r.Header().Get("Cache-Control"))
		}
		if strings.HasPrefix(a, "/assets/outcomes.css") && strings.Contains(r.Body.String(), `url("fonts/`) {
			t.Error("the stylesheet names a font without its hash")
		}
		again := httptest.NewRequest(http.MethodGet, a, nil)
		again.Header.Set("If-None-Match", r.Header().Get("ETag"))
		rr := httptest.NewRecorder()
		server.ServeHTTP(rr, again)
		if rr.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", a, rr.Code)
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	s := defaultStrategy(t)
	server := newServer(t, s, demo(t, s))
	ask := func(address, header, value string) *httptest.ResponseRecorder {
		q := httptest.NewRequest(http.MethodGet, address, nil)
		if value != "" {
			q.Header.Set(header, value)
		}
		r := httptest.NewRecorder()
		server.ServeHTTP(r, q)
		return r
	}
	const css = "/assets/outcomes.css"
	tag := ask(css, "", "").Header().Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	for sent, want := range map[string]int{
		"": 200, tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, `W/"x",W/` + tag + `, "y"`: 304, "*": 304,
		`"x"`: 200, strings.Trim(tag, `"`): 200, "W/": 200, `"x", "y"`: 200,
	} {
		if r := ask(css, "If-None-Match", sent); r.Code != want || want == 304 && r.Body.Len() > 0 {
			t.Errorf("If-None-Match: %s: %d, want %d", sent, r.Code, want)
		}
	}
	for sent, want := range map[string]bool{
		"": false, "gzip": true, "gzip, deflate, br": true, "br;q=1.0, gzip;q=0.8": true, "GZIP": true,
		"gzip;q=0": false, "gzip; q=0.000, br": false, "deflate": false, "identity": false, "gzip;q=x": false, "*;q=0": false, "gzip;q=0, *": false,
	} {
		for _, address := range []string{css, "/methods"} {
			r := ask(address, "Accept-Encoding", sent)
			if got := r.Header().Get("Content-Encoding") == "gzip"; got != want || r.Code != 200 {
				t.Errorf("%s with Accept-Encoding: %q: %d, gzip %v", address, sent, r.Code, got)
			}
			if !slices.Contains(r.Header().Values("Vary"), "Accept-Encoding") {
				t.Errorf("%s does not say that it varies", address)
			}
		}
	}
}

// A server that runs takes up the strategy that an import made the figures with.
func TestFollowsTheStrategy(t *testing.T) {
	s := defaultStrategy(t)
	l := demo(t, s)
	l.state.StrategySHA, l.state.Version = s.SHA, 1
	next, failure, reads := *s, error(nil), 0
	server, err := dashboard.New(dashboard.Config{Store: l, Strategy: s, PublicViewing: true, Now: time.Now,
		Follow: func(context.Context) (*metrics.Strategy, error) {
			reads++
			now := next
			return &now, failure
		}})
	if err != nil {
		t.Fatal(err)
	}
	title := func() string { return text(all(document(t, server, "/priorities"), "title")[0]) }
	if got := title(); !strings.HasSuffix(got, s.ShortName) {
		t.Errorf("at first %q", got)
	}
	before := reads
	if title(); reads != before {
		t.Error("the strategy is read again though nothing changed")
	}
	next.SHA, next.ShortName = "another", "Another strategy"
	if got := title(); strings.Contains(got, "Another") {
		t.Error("a strategy is shown that the figures were not made with")
	}
	l.state.StrategySHA, l.state.Version = "another", 2
	if got := title(); !strings.HasSuffix(got, "Another strategy") {
		t.Errorf("after the import %q", got)
	}
	next.Area.Name = "Renamed"
	l.state.Version = 3
	if title(); reads != before+2 {
		t.Errorf("read %d times", reads)
	}
	// one that cannot be read, or is not the one that the figures were made with
	for _, broken := range []error{errors.New("secret cause"), nil} {
		l.state.StrategySHA, failure = "third", broken
		r := get(t, server, "/")
		if r.Code != http.StatusServiceUnavailable || !strings.Contains(r.Body.String(), "could not be read just now") || strings.Contains(r.Body.String(), "secret") {
			t.Errorf("%v: %d", broken, r.Code)
		}
		if r := get(t, server, "/assets/outcomes.css"); r.Code != http.StatusOK {
			t.Errorf("the page's dress: %d", r.Code)
		}
	}
	next.SHA, next.ShortName = "third", "Third strategy"
	if got := title(); !strings.HasSuffix(got, "Third strategy") {
		t.Errorf("once it can be read %q", got)
	}
}

func TestServeStopsGracefully(t *testing.T) {
	s := defaultStrategy(t)
	server := newServer(t, s, demo(t, s))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, listener) }()
	r, err := http.Get("http://" + listener.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the server did not stop")
	}
}

func BenchmarkPage(b *testing.B) {
	s := defaultStrategy(b)
	server := newServer(b, s, demo(b, s))
	for _, address := range []string{"/", "/priorities/enforcement", "/indicators/violence-rate", "/sources"} {
		b.Run(address, func(b *testing.B) {
			for b.Loop() {
				if r := get(b, server, address); r.Code != http.StatusOK {
					b.Fatal(r.Code)
				}
			}
		})
	}
}
