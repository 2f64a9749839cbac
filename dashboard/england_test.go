package dashboard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"outcomes/metrics"
)

// With the files of all English forces England is a line, a column and a
// sentence with its proof; without one of them it is refused, and why.
func TestEnglandOnThePages(t *testing.T) {
	s := richStrategy(t)
	f := invented()
	delete(f.Geography.ForceOf, "E06000023") // England is one force here
	l := demo(t, s)
	l.figures = nil
	for i, fig := range metrics.Compute(s, f).Figures {
		fig.ID = int64(i + 1)
		l.figures = append(l.figures, fig)
	}
	server := newServer(t, s, l)
	const page = "/indicators/violence-rate?period=year-ending"
	doc := document(t, server, page+"&show=interval,england")
	if _, lines := pictureOf(t, doc); !slices.Contains(lines, "england") {
		t.Errorf("lines %v", lines)
	}
	if caption := text(all(doc, "figcaption")[0]); !strings.Contains(caption, "England: ") || !strings.Contains(caption, "files of the 1 English police forces, British Transport Police not among them") {
		t.Errorf("the caption: %s", caption)
	}
	heads := all(doc, "th", "scope=col")
	if !slices.ContainsFunc(heads, func(n *html.Node) bool { return text(n) == "England" }) {
		t.Error("the table has no column of England")
	}
	ind, _ := s.Indicator("violence-rate")
	latest := metrics.IndicatorSummaryOf(ind, coventry, metrics.YearEnding, l.figures).Latest
	c, ok := latest.Comparison(metrics.WithEngland)
	if !ok || c.Value == nil {
		t.Fatalf("%+v", c)
	}
	proof := text(document(t, server, fmt.Sprintf("/figures/%d", latest.ID)))
	for _, want := range []string{"With England", "Made from", c.Basis[1:], "in England ("} {
		if !strings.Contains(proof, want) {
			t.Errorf("the proof does not say %q", want)
		}
	}

	refused := document(t, newServer(t, s, demo(t, s)), page+"&show=interval,england")
	if _, lines := pictureOf(t, refused); slices.Contains(lines, "england") {
		t.Error("England is drawn without its figure")
	}
	const why = "is not compared with England: files of 1 of 2 English forces are imported for all of its months; there is none of Avon and Somerset."
	if words := text(all(refused, "ul", "class=statements")[0]); !strings.Contains(words, why) {
		t.Errorf("statements: %s", words)
	}
}

// Provisional figures are marked in the table, drawn hollow and said in words;
// the reason for what is not compared stands under the table.
func TestProvisionalAndReasonsOnThePage(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	doc := document(t, newServer(t, s, l), "/indicators/violence-rate?period=quarter")
	body := all(doc, "tbody")[len(all(doc, "tbody"))-1]
	rows := all(body, "tr")
	key := text(all(doc, "dl", "class=tablekey")[0])
	if !strings.Contains(text(rows[0]), "[p]") || strings.Contains(text(rows[1]), "[p]") || !strings.Contains(key, "[p] provisional: ") {
		t.Errorf("rows %q, %q; key %s", text(rows[0]), text(rows[1]), key)
	}
	if n := len(all(doc, "circle", "class=hollow")); n != 3 { // one in each drawing
		t.Errorf("%d hollow points", n)
	}
	if caption := text(all(doc, "figcaption")[0]); !strings.Contains(caption, "Provisional, and drawn as a hollow circle where nothing else marks it: the quarter ending December 2019.") {
		t.Errorf("the caption: %s", caption)
	}
	// The quarter with the month that is missing leaves the one a year later without a comparison.
	said := false
	for _, r := range rows {
		if words := text(r); strings.Contains(words, "September 2019") {
			said = true
			if !strings.Contains(words, "Not compared [note ") {
				t.Errorf("the row: %s", words)
			}
		}
	}
	if !said || !strings.Contains(key, "Not compared: the West Midlands Police file for July 2018 has not been imported.") {
		t.Errorf("the reason is not under the table: %s", key)
	}
}
