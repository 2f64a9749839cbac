package dashboard_test

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"outcomes/metrics"
)

// idOf is the number of a figure in force.
func idOf(t testing.TB, l *ledger, indicator, area, period string) int64 {
	t.Helper()
	for _, f := range l.figures {
		if f.Indicator == indicator && f.Area.Code == area && f.Period.Code() == period {
			return f.ID
		}
	}
	t.Fatalf("there is no figure %s %s %s", indicator, area, period)
	return 0
}

// numbers are the numbers in a text, their thousands' commas taken out.
func numbers(t testing.TB, words string) []float64 {
	t.Helper()
	var out []float64
	for _, n := range regexp.MustCompile(`-?[0-9][0-9,]*(\.[0-9]+)?`).FindAllString(words, -1) {
		v, err := strconv.ParseFloat(strings.ReplaceAll(n, ",", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// rowsOf are the terms of a list and what stands beside them.
func rowsOf(n *html.Node) map[string]string {
	out := map[string]string{}
	for _, div := range all(n, "div") {
		dt, dd := all(div, "dt"), all(div, "dd")
		if len(dt) == 1 && len(dd) == 1 {
			out[text(dt[0])] = text(dd[0])
		}
	}
	return out
}

// Whoever puts the proof's numbers into its formulas gets its values.
func TestProofArithmetic(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	server := newServer(t, s, l)
	checked := map[string]int{}
	for _, f := range l.figures {
		if f.ID%5 != 0 && f.Period.Code() != "2019-Q1" {
			continue // enough of them
		}
		address := fmt.Sprintf("/figures/%d", f.ID)
		doc := document(t, server, address)
		formulas := all(doc, "p", "class=formula")
		if f.Status != metrics.Available {
			if len(formulas) != 0 || !strings.Contains(text(doc), "[x] not available") || !strings.Contains(text(doc), f.Reason[1:]) {
				t.Errorf("%s: the proof of a missing figure does not say so", address)
			}
			checked["missing"]++
			continue
		}
		ind, _ := s.Indicator(f.Indicator)
		if len(formulas) != 1 {
			t.Fatalf("%s: %d formulas", address, len(formulas))
		}
		if n := numbers(t, text(formulas[0])); len(n) < 4 || !close(n[0]/n[1]*n[len(n)-2], n[len(n)-1], ind.Decimals+2) || !close(n[len(n)-1], *f.Value, ind.Decimals+2) {
			t.Errorf("%s: %s", address, text(formulas[0]))
		}
		sections := map[string]map[string]string{}
		for _, section := range all(doc, "div", "class=compared") {
			sections[attr(all(section, "h3")[0], "id")] = rowsOf(section)
		}
		for _, c := range f.Comparisons {
			rows := sections["with-"+string(c.Kind)]
			if rows == nil {
				t.Errorf("%s: the comparison %s is not there", address, c.Kind)
				continue
			}
			if c.Direction == metrics.NotCompared {
				if !strings.EqualFold(rows["Why not"], c.Reason) {
					t.Errorf("%s: %s: why not: %q", address, c.Kind, rows["Why not"])
				}
				checked["refused"]++
				continue
			}
			if !strings.EqualFold(rows["Rule"], c.Rule) {
				t.Errorf("%s: %s: rule %q", address, c.Kind, rows["Rule"])
			}
			n := numbers(t, rows["Arithmetic"])
			switch {
			case c.Ratio != nil:
				// both values are rounded as shown, and so may the ratio be off
				if len(n) != 3 || math.Abs(n[0]/n[1]-n[2]) > 0.006*n[2] || !close(n[2], *c.Ratio, 4) {
					t.Errorf("%s: ratio %s", address, rows["Arithmetic"])
				}
				if limits := numbers(t, strings.TrimPrefix(rows["Result"], "95%")); len(limits) != 2 || limits[0] > n[2] || limits[1] < n[2] {
					t.Errorf("%s: ratio's interval %s", address, rows["Result"])
				}
				checked["ratio"]++
			case c.Group != nil:
				sum := 0.0
				for _, v := range n[:len(n)-2] {
					sum += v
				}
				if mean := n[len(n)-1]; len(n) != c.Group.Members+2 || !close(sum/n[len(n)-2], mean, ind.Decimals+2) || !close(mean, *c.Value, ind.Decimals+2) {
					t.Errorf("%s: mean %s", address, rows["Arithmetic"])
				}
				if !strings.Contains(rows["Result"], "not the police.uk group") {
					t.Errorf("%s: the group is not said to be a proposal", address)
				}
				checked["group"]++
			}
		}
		if quote := all(doc, "p", "class=quote"); len(quote) != 1 || text(quote[0]) != f.Sentence || attr(quote[0], "id") != "sentence" {
			t.Errorf("%s: its sentence is not there", address)
		}
	}
	for _, what := range []string{"missing", "refused", "ratio", "group"} {
		if checked[what] < 5 {
			t.Errorf("only %d proofs with %s checked", checked[what], what)
		}
	}
}

// close says whether two numbers are the same at so many decimals, up to the
// last one.
func close(a, b float64, decimals int) bool {
	return math.Abs(a-b) <= 1.01*math.Pow10(-decimals)
}

func TestProofOfAReading(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	server := newServer(t, s, l)
	id := idOf(t, l, "violence-rate", coventry, "2019-Q1")
	doc := document(t, server, fmt.Sprintf("/figures/%d", id))
	words := text(doc)
	for _, want := range []string{"Violence and sexual offences, Coventry, quarter ending March 2019", "ONS mid-2018 population estimate", "by Byar’s method",
		"ukmidyearestimates2018.xlsx", "sha256:" + strings.Repeat("01ab", 16), "438", "Open Government Licence v3.0", "Reading 2 (this one)", "import police", "In force", "Replaced"} {
		if !strings.Contains(words, want) {
			t.Errorf("the proof does not say %q", want)
		}
	}
	if strings.Contains(words, "This reading was replaced") {
		t.Error("the reading in force is said to be replaced")
	}
	f, _ := l.Figure(t.Context(), id)
	statements := all(all(doc, "ul", "class=statements")[0], "li")
	if len(statements) != len(f.Statements) || len(statements) < 4 {
		t.Fatalf("%d statements for %d", len(statements), len(f.Statements))
	}
	for i, st := range f.Statements {
		if attr(statements[i], "id") == "" || !strings.Contains(text(statements[i]), st.Text) {
			t.Errorf("statement %d: %q", i, text(statements[i]))
		}
	}
	var links []string
	for _, a := range all(doc, "a") {
		links = append(links, attr(a, "href"))
	}
	for _, want := range []string{"/sources/population#batch-2", "/methods#rate", "/methods#ratio", "/methods#similar", "/figures/900001", "/indicators/violence-rate?area=" + coventry + "&period=quarter"} {
		if !slices.Contains(links, want) {
			t.Errorf("the proof does not lead to %s: %v", want, links)
		}
	}

	old := document(t, server, "/figures/900001")
	note := all(old, "div", "class=replaced")
	if len(note) != 1 || !strings.Contains(text(note[0]), "This reading was replaced on 20 November 2026 (import police)") {
		t.Fatalf("the old reading does not say that it was replaced: %s", text(old))
	}
	if a := all(note[0], "a"); len(a) != 1 || attr(a[0], "href") != fmt.Sprintf("/figures/%d", id) {
		t.Error("the old reading does not lead to the one in force")
	}

	for _, none := range []string{"0", "-1", "123456789", "x", "1e3", "99999999999999999999"} {
		r := get(t, server, "/figures/"+none)
		if r.Code != http.StatusNotFound || !strings.Contains(text(parse(t, r.Body)), "There is no figure with the number") {
			t.Errorf("/figures/%s: %d", none, r.Code)
		}
	}

	// A figure that is retired, of an indicator that the strategy has no longer.
	l.figures = slices.DeleteFunc(l.figures, func(f metrics.Figure) bool { return f.ID == id })
	s.Indicators = slices.DeleteFunc(s.Indicators, func(i metrics.Indicator) bool { return i.ID == "violence-rate" })
	if words := text(document(t, server, "/figures/900001")); !strings.Contains(words, "no longer made") {
		t.Errorf("a retired figure: %s", words)
	}
}

// A figure that may not be shown shows no number, even where one was left in.
func TestSuppressedProofHasNoNumbers(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	id := idOf(t, l, "violence-rate", coventry, "2019-Q1")
	var secret string
	for i := range l.figures {
		if f := &l.figures[i]; f.ID == id {
			f.Status, f.Reason, f.Sentence, f.Statements = metrics.Suppressed, "too few to show", "It is not shown.", nil
			secret = metrics.Decimal(*f.Numerator, 0)
		}
	}
	l.old = nil
	doc := document(t, newServer(t, s, l), fmt.Sprintf("/figures/%d", id))
	if words := text(doc); strings.Contains(words, secret) || !strings.Contains(words, "[c] not shown") || len(all(doc, "p", "class=formula")) != 0 || len(all(doc, "div", "class=compared")) != 0 {
		t.Errorf("a suppressed figure's proof: %s", words)
	} else if strings.Contains(words, "small enough") || !strings.Contains(words, "Too few to show.") && !strings.Contains(words, "too few to show.") {
		t.Errorf("the proof gives a reason that is not the figure's: %s", words)
	}
}

// A measure of inequality shows the groups that it is made of.
func TestProofOfInequality(t *testing.T) {
	s := richStrategy(t)
	l := demo(t, s)
	number := func(v float64) *float64 { return &v }
	f := metrics.Figure{ID: 77_000, Revision: 1, Indicator: "violence-gap", Area: s.Area, Period: metrics.QuarterOf(metrics.NewMonth(2019, 12)), Status: metrics.Available,
		Numerator: number(900), Denominator: number(60_000), Value: number(15), Lower: number(12), Upper: number(18), Method: "MOVER on Byar's limits", Sentence: "There is a gap."}
	for i, rate := range []float64{20, 5} {
		f.Breakdown = append(f.Breakdown, metrics.GroupValue{Label: []string{"Most deprived fifth", "Least deprived fifth"}[i], Status: metrics.Available,
			Numerator: number(rate * 30), Denominator: number(30_000), Value: number(rate), Lower: number(rate - 1), Upper: number(rate + 1)})
	}
	ind := slices.IndexFunc(s.Indicators, func(i metrics.Indicator) bool { return i.Kind == metrics.Inequality && i.Measure == metrics.Gap })
	if ind < 0 {
		t.Fatal("the strategy has no gap")
	}
	f.Indicator = s.Indicators[ind].ID
	l.figures = append(slices.DeleteFunc(l.figures, func(o metrics.Figure) bool { return o.Indicator == f.Indicator }), f)
	server := newServer(t, s, l)
	doc := document(t, server, "/figures/77000")
	if got := text(all(doc, "p", "class=formula")[0]); !strings.HasPrefix(got, "20.0") || !strings.Contains(got, " − 5.0") || numbers(t, got)[2] != 15 {
		t.Errorf("the gap's arithmetic: %s", got)
	}
	for _, address := range []string{"/figures/77000", "/indicators/" + f.Indicator} {
		if words := text(document(t, server, address)); !strings.Contains(words, "Most deprived fifth 600 30,000 20.0") || !strings.Contains(words, "Least deprived fifth 150 30,000 5.0") {
			t.Errorf("%s does not show the groups: %s", address, words)
		}
	}
}

func TestMethodsPage(t *testing.T) {
	s := defaultStrategy(t)
	doc := document(t, newServer(t, s, demo(t, s)), "/methods")
	sections := map[string]string{}
	for _, section := range all(doc, "section", "class=method") {
		sections[attr(section, "id")] = text(section)
	}
	for _, m := range metrics.Methods() {
		words := sections[m.ID]
		for _, want := range append([]string{m.Title, m.Plain, m.Reference, m.Formula}, m.Edges...) {
			if !strings.Contains(words, strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s does not say %q", m.ID, want)
			}
		}
	}
	if links := all(all(doc, "nav", "aria-label=Methods")[0], "a"); len(links) != len(metrics.Methods()) {
		t.Errorf("%d links for %d methods", len(links), len(metrics.Methods()))
	}
	if a := all(doc, "a", "aria-current=page"); len(a) != 1 || text(a[0]) != "Methods" {
		t.Error("the navigation does not say where we are")
	}
}
