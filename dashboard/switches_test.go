package dashboard_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"outcomes/metrics"
)

// picture is what a page's chart says of itself: its lines, bands and limits.
type picture struct {
	Option struct {
		Series []struct{ ID, Name string }
	}
	Bands  [][]struct{ At, Lower, Upper float64 }
	Limits []struct{ From, To, Mean, Lower, Upper float64 }
	Marks  []struct {
		At           int
		Class, Words string
	}
	Markers []struct {
		At, Until int
		Label     string
		Break     bool
	}
}

func pictureOf(t *testing.T, doc *html.Node) (p picture, lines []string) {
	t.Helper()
	if err := json.Unmarshal([]byte(all(doc, "script", "type=application/json")[0].FirstChild.Data), &p); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Option.Series {
		lines = append(lines, s.ID)
	}
	return p, lines
}

// Each switch turns its thing on and off, in the options for the browser and
// in both drawings of the server.
func TestSwitches(t *testing.T) {
	s := richStrategy(t)
	server := newServer(t, s, demo(t, s))
	has := map[string]func(doc *html.Node, p picture, lines []string) (browser, drawn bool){
		"interval": func(doc *html.Node, p picture, _ []string) (bool, bool) {
			return len(p.Bands) > 0, len(all(doc, "polygon", "class=band")) > 0
		},
		"limits": func(doc *html.Node, p picture, _ []string) (bool, bool) {
			return len(p.Limits) > 0, len(all(doc, "line", "class=limit")) >= 4 && len(all(doc, "line", "class=mean")) >= 2
		},
		"force": func(doc *html.Node, _ picture, lines []string) (bool, bool) {
			return slices.Contains(lines, "beside"), len(all(doc, "polyline", "class=beside")) > 0
		},
		"similar": func(doc *html.Node, _ picture, lines []string) (bool, bool) {
			return slices.Contains(lines, "similar"), len(all(doc, "polyline", "class=similar")) > 0
		},
		"england": func(doc *html.Node, _ picture, lines []string) (bool, bool) {
			return slices.Contains(lines, "england"), len(all(doc, "polyline", "class=england")) > 0
		},
		"target": func(doc *html.Node, _ picture, lines []string) (bool, bool) {
			return slices.Contains(lines, "target"), len(all(doc, "polyline", "class=target")) > 0
		},
	}
	for _, c := range []struct {
		address string
		on      []string
	}{
		{"/indicators/violence-rate", []string{"interval", "limits", "force"}},
		{"/indicators/violence-rate?show=none", nil},
		{"/indicators/violence-rate?show=limits", []string{"limits"}},
		{"/indicators/violence-rate?show=similar,interval", []string{"interval", "similar"}},
		{"/indicators/violence-rate?period=year-ending", []string{"interval", "force"}},
		{"/indicators/neighbourhoods-most-deprived-10", []string{"interval", "england"}},
		{"/indicators/neighbourhoods-most-deprived-10?show=interval", []string{"interval"}},
		{"/indicators/violence-rate?period=year-ending&show=interval,limits,force,similar,target", []string{"interval", "force", "similar", "target"}},
		{"/indicators/violence-rate?period=year-ending&show=target", []string{"target"}},
		{"/indicators/robbery-rate?period=month", []string{"interval", "limits", "force"}},
		{"/indicators/violence-rate?show=target", nil}, // the target is one for years
		{"/indicators/violence-rate?area=" + westMidlands, []string{"interval", "limits", "force"}},
	} {
		doc := document(t, server, c.address)
		p, lines := pictureOf(t, doc)
		for name, shows := range has {
			browser, drawn := shows(doc, p, lines)
			if want := slices.Contains(c.on, name); browser != want || drawn != want {
				t.Errorf("%s: %s is shown by the browser %v, by the server %v, want %v", c.address, name, browser, drawn, want)
			}
		}
		if len(lines) > 4 {
			t.Errorf("%s: %d lines", c.address, len(lines))
		}
	}
	for _, wrong := range []string{"all", "interval,", "none,limits", "<b>"} {
		if r := get(t, server, "/indicators/violence-rate?show="+wrong); r.Code != http.StatusBadRequest || !strings.Contains(r.Body.String(), "or none") {
			t.Errorf("show=%s: %d", wrong, r.Code)
		}
	}
}

// A switch leads to the state that its words promise, and back again; states
// that no page has by itself are not for robots.
func TestSwitchesLeadBack(t *testing.T) {
	s := richStrategy(t)
	server := newServer(t, s, demo(t, s))
	type state struct {
		on       bool
		href     string
		nofollow bool
	}
	read := func(address string) map[string]state {
		out := map[string]state{}
		for _, a := range all(all(document(t, server, address), "nav", "aria-label=On")[0], "a") {
			words, promise, _ := strings.Cut(text(a), ":")
			on := strings.Contains(attr(a, "class"), "on")
			if on != strings.Contains(promise, "hide") || on == strings.Contains(promise, "show it") {
				t.Errorf("%s: %q says %q", address, words, promise)
			}
			out[words] = state{on, attr(a, "href"), attr(a, "rel") == "nofollow"}
		}
		return out
	}
	const home = "/indicators/violence-rate?area=" + coventry + "&period=quarter"
	start := read(home)
	if len(start) != 4 { // interval, limits, force, similar
		t.Fatalf("switches: %v", start)
	}
	for words, st := range start {
		if !st.nofollow || !strings.Contains(st.href, "show=") {
			t.Errorf("%s leads robots to %s", words, st.href)
		}
		there := read(st.href)
		if there[words].on == st.on {
			t.Errorf("%s changes nothing", words)
		}
		if back := there[words]; back.href != home || back.nofollow {
			t.Errorf("%s does not lead back: %+v", words, back)
		}
		for other, o := range there {
			if other != words && o.on != start[other].on {
				t.Errorf("%s changes %s as well", words, other)
			}
		}
		// The other switches keep the choice.
		for _, a := range all(all(document(t, server, st.href), "nav", "aria-label=Period")[0], "a") {
			// years show no limits anyway, so there the choice goes without saying
			byItself := words == "Process limits" && strings.HasSuffix(attr(a, "href"), "period=year-ending")
			if strings.Contains(attr(a, "href"), "show=") == byItself || attr(a, "rel") != "nofollow" {
				t.Errorf("%s is lost on the way to %s", words, attr(a, "href"))
			}
		}
	}
}

func TestStatementsAndSignal(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	server := newServer(t, s, l)
	for _, period := range []string{"quarter", "year-ending"} {
		ind, _ := s.Indicator("violence-rate")
		sum := metrics.IndicatorSummaryOf(ind, coventry, metrics.PeriodKind(period), l.figures)
		doc := document(t, server, "/indicators/violence-rate?period="+period)
		items := all(all(doc, "ul", "class=statements")[0], "li")
		if len(items) != len(sum.Latest.Statements) || len(items) < 4 {
			t.Fatalf("%s: %d statements on the page, the figure has %d", period, len(items), len(sum.Latest.Statements))
		}
		refused := 0
		for i, st := range sum.Latest.Statements {
			if !strings.Contains(text(items[i]), st.Text) || len(all(items[i], "svg")) != 1 {
				t.Errorf("%s: statement %d: %s", period, i, text(items[i]))
			}
			if said := strings.HasPrefix(text(items[i]), "Not compared."); said != st.Refused {
				t.Errorf("%s: statement %d is refused: %v, the page says %q", period, i, st.Refused, text(items[i]))
			}
			if st.Refused {
				refused++
			}
		}
		if refused == 0 {
			t.Error("no statement is refused")
		}
		signals, _ := l.Signals(t.Context(), "violence-rate", coventry, metrics.PeriodKind(period))
		words := text(all(doc, "section", "class=signal")[0])
		for _, want := range signals[0].Words {
			if !strings.Contains(words, want) {
				t.Errorf("%s: the page does not say %q: %s", period, want, words)
			}
		}
		icons := len(all(all(doc, "section", "class=signal")[0], "svg"))
		if period == "quarter" && (icons > 0) != (signals[0].Variation != "") {
			t.Errorf("%d icons for the variation %q", icons, signals[0].Variation)
		}
		if links := all(all(doc, "section", "class=signal")[0], "a"); len(links) != 1 || !strings.HasPrefix(attr(links[0], "href"), "/methods#") {
			t.Error("the signal does not lead to its method")
		}
	}
	// Trial limits have words and no icon.
	for i := range l.signals {
		sig := &l.signals[i]
		if sig.Indicator == "violence-rate" && sig.Area == coventry && sig.Kind == metrics.Quarter {
			sig.Variation, sig.Assurance, sig.Marked, sig.Words = "", "", nil, []string{"The process limits are trial limits."}
			for j := range sig.Segments {
				sig.Segments[j].Trial = true
			}
		}
	}
	doc := document(t, server, "/indicators/violence-rate")
	if n := len(all(all(doc, "section", "class=signal")[0], "svg")); n != 0 {
		t.Errorf("trial limits have %d icons", n)
	}
	if !strings.Contains(text(all(doc, "figcaption")[0]), "trial limits") {
		t.Error("the caption does not say that the limits are trial limits")
	}
}

// A special cause is marked by a shape in the picture, by words in its text,
// in the caption and in the table.
func TestMarks(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	for i := range l.signals {
		sig := &l.signals[i]
		if sig.Indicator == "violence-rate" && sig.Area == coventry && sig.Kind == metrics.Quarter {
			sig.Marked = []metrics.SpecialCause{
				{Period: "2016-Q2", Variation: "improvement", Rule: "below the process limit"},
				{Period: "2017-Q4", Variation: "neutral high", Rule: "above the process limit", High: true},
				{Period: "2019-Q4", Variation: "concern", Rule: "in a run of seven or more quarters above the mean", High: true},
			}
		}
	}
	server := newServer(t, s, l)
	doc := document(t, server, "/indicators/violence-rate")
	for class, shape := range map[string]string{"better": "circle", "worse": "rect", "none": "polygon"} {
		if n := len(all(doc, shape, "class=mark", "class="+class)); n != 3 { // one for a page, one for a phone, one for paper
			t.Errorf("%d marks of %s", n, class)
		}
	}
	p, _ := pictureOf(t, doc)
	if len(p.Marks) != 3 {
		t.Errorf("marks %v", p.Marks)
	}
	svg := text(all(doc, "svg", "class=wide")[0])
	for _, want := range []string{"below limit", "above limit", "run above mean"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture does not say %q", want)
		}
	}
	if words := text(all(doc, "figcaption")[0]); !strings.Contains(words, "quarter ending December 2019 (in a run of seven or more quarters above the mean)") || !strings.Contains(words, "a square is a concern") {
		t.Errorf("caption: %s", words)
	}
	for _, row := range all(doc, "tr") {
		if words := text(row); strings.HasPrefix(words, "June 2016") && !strings.Contains(words, "Below the process limit.") {
			t.Errorf("row: %s", words)
		}
	}
	off := document(t, server, "/indicators/violence-rate?show=interval")
	if len(all(off, "circle", "class=mark"))+len(all(off, "rect", "class=mark")) > 0 {
		t.Error("marks are drawn without the limits")
	}
}

func TestBreaksAreDrawn(t *testing.T) {
	s := richStrategy(t)
	server := newServer(t, s, demo(t, s))
	p, _ := pictureOf(t, document(t, server, "/indicators/robbery-rate"))
	found := map[string]bool{}
	for _, m := range p.Markers {
		if m.Break {
			found[m.Label] = true
		}
		if m.Label == "Quiet months" && (m.At != int(metrics.NewMonth(2017, 2)) || m.Until != int(metrics.NewMonth(2017, 4))) {
			t.Errorf("the break stands at %d to %d", m.At, m.Until)
		}
	}
	if !found["Quiet months"] || !found["New recording system"] || found["Break in the series"] {
		t.Errorf("breaks %v", found)
	}
	doc := document(t, server, "/indicators/robbery-rate")
	if words := text(all(doc, "figcaption")[0]); !strings.Contains(words, "Break before the quarter ending June 2019: the police moved to another system") {
		t.Errorf("caption: %s", words)
	}
	if len(all(doc, "line", "class=break")) < 4 {
		t.Error("the breaks are not drawn")
	}
	// The refused one parts the line: July 2018 is missing and 2019-Q2 begins anew.
	if n := len(all(all(doc, "svg", "class=wide")[0], "polyline", "class=subject")); n != 3 {
		t.Errorf("the line has %d pieces, want 3", n)
	}
	other, _ := pictureOf(t, document(t, server, "/indicators/violence-rate"))
	for _, m := range other.Markers {
		if m.Label == "New recording system" {
			t.Error("a break is drawn on an indicator that it does not touch")
		}
	}
}

func TestSimilarAreas(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	server := newServer(t, s, l)
	doc := document(t, server, "/indicators/violence-rate")
	group := all(doc, "section", "class=group")
	if len(group) != 1 {
		t.Fatal("the similar areas are not shown")
	}
	words := text(group[0])
	for _, want := range []string{"Four districts", "proposed by this program, not the police.uk group", "Nearest by open data (2019).", "All on one scale", "quarter ending December 2019"} {
		if !strings.Contains(words, want) {
			t.Errorf("the group does not say %q: %s", want, words)
		}
	}
	panels := all(group[0], "li")
	if len(panels) != 4 || !strings.HasPrefix(text(panels[0]), "Coventry") || attr(panels[0], "class") != "own" {
		t.Fatalf("%d panels, the first %q", len(panels), text(panels[0]))
	}
	for i, panel := range panels {
		svg := all(panel, "svg", "role=img")
		if len(svg) != 1 || attr(svg[0], "aria-label") == "" || len(all(svg[0], "polyline", "class=own")) < 2 {
			t.Errorf("panel %d has no picture, or one without the gap", i)
		}
	}
	f, err := l.Figure(t.Context(), idOf(t, l, "violence-rate", coventry, "2019-Q4"))
	if err != nil {
		t.Fatal(err)
	}
	cmp, _ := f.Comparison(metrics.WithSimilar)
	rows := all(all(group[0], "tbody")[0], "tr")
	for i, m := range cmp.Group.Values {
		if got := text(rows[i]); !strings.HasPrefix(got, metrics.Ordinal(i+1)+" "+m.Name) || !strings.HasSuffix(got, metrics.Decimal(m.Value, 1)) {
			t.Errorf("row %d is %q, want %s %v", i, got, m.Name, m.Value)
		}
	}
	for _, a := range all(group[0], "a") {
		address, _, _ := strings.Cut(attr(a, "href"), "#")
		if r := get(t, server, address); r.Code != http.StatusOK {
			t.Errorf("%s: %d", attr(a, "href"), r.Code)
		}
	}
	// Without figures of the group there is none, and the statement says why.
	without := defaultStrategy(t)
	doc = document(t, newServer(t, without, demo(t, without)), "/indicators/violence-rate")
	if len(all(doc, "section", "class=group")) != 0 {
		t.Error("a group without figures is shown")
	}
}
