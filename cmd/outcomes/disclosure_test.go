package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"outcomes/metrics"
)

// shownPart is one group, or a figure as a whole, as a download gives it.
type shownPart struct {
	By          string   `json:"breakdown_by"`
	Label       string   `json:"breakdown"`
	Status      string   `json:"status"`
	Shorthand   string   `json:"shorthand"`
	Value       *float64 `json:"value"`
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"`
	Lower       *float64 `json:"lower"`
	Upper       *float64 `json:"upper"`
}

type shownFigure struct {
	Period string `json:"period"`
	shownPart
	Comparisons []any       `json:"comparisons"`
	Breakdown   []shownPart `json:"breakdown"`
}

// counts are the numbers of people in it, by name; nil where not shown.
func (p shownPart) counts(share bool) map[string]*float64 {
	if share {
		return map[string]*float64{"numerator": p.Numerator, "denominator": p.Denominator}
	}
	return map[string]*float64{"value": p.Value}
}

// Whoever reads the demo's pages, charts and downloads of what projects return
// about people finds no small number in them, and can work none out: not as a
// total less its shown parts, and not as one period less another.
func TestNoOutputTellsASmallNumber(t *testing.T) {
	o := newOffice(t)
	if err := demoReturns(t.Context(), o.round.Store, o.clock, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	s := o.round.strategy
	small := func(n float64) bool { return n >= 1 && n <= float64(s.Returns.Small) }
	read := func(path string) string {
		w := o.do(metrics.Viewer, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s answers %d", path, w.Code)
		}
		return w.Body.String()
	}
	hidden, subtracted, charts, rows := 0, 0, 0, 0
	for _, ind := range s.Indicators {
		if ind.Accountability != metrics.Performance || !s.CountsPeople(ind) {
			continue
		}
		share := ind.Kind == metrics.Proportion
		series := map[metrics.PeriodKind]map[string]shownFigure{}
		for _, kind := range ind.Periods {
			at := func(ext string) string { return fmt.Sprintf("/indicators/%s%s?period=%s", ind.ID, ext, kind) }
			var figures []shownFigure
			if err := json.Unmarshal([]byte(read(at(".json"))), &figures); err != nil {
				t.Fatal(err)
			}
			sameAsCSV(t, ind.ID+" "+string(kind), figures, read(at(".csv")))
			page := read(at(""))
			points := chartPoints(t, page)
			charts += len(points)
			rows += mixedRows(t, at(""), page)
			series[kind] = map[string]shownFigure{}
			for _, f := range figures {
				series[kind][f.Period] = f
				what := ind.ID + " " + f.Period
				period, err := metrics.ParsePeriod(f.Period)
				if err != nil {
					t.Fatal(err)
				}
				if points[float64(period.Last)] && f.Value == nil {
					t.Errorf("%s has no value and is drawn on the chart", what)
				}
				if f.Status != "available" && len(f.Comparisons) > 0 {
					t.Errorf("%s is not shown and is compared", what)
				}
				for _, p := range append([]shownPart{f.shownPart}, f.Breakdown...) {
					if p.Status == "suppressed" {
						hidden++
						if p.Shorthand != "[c]" || p.Value != nil || p.Numerator != nil || p.Denominator != nil || p.Lower != nil || p.Upper != nil {
							t.Errorf("%s %s is suppressed and shown: %+v", what, p.Label, p)
						}
					}
					for name, n := range p.counts(share) {
						if n != nil && small(*n) {
							t.Errorf("%s %s shows the %s %v", what, p.Label, name, *n)
						}
					}
				}
				for name, total := range f.counts(share) {
					subtracted += lone(t, small, what, name, share, total, f.Breakdown)
				}
			}
		}
		subtracted += overTime(t, small, ind.ID, share, series)
	}
	if hidden < 100 || subtracted < 100 || charts < 50 || rows < 50 {
		t.Errorf("%d hidden numbers, %d subtractions, %d points and %d rows with [c]: there is too little to check", hidden, subtracted, charts, rows)
	}
}

// lone looks for a dimension with one small group hidden and all others shown:
// the total tells it. It gives how many dimensions had something hidden.
func lone(t *testing.T, small func(float64) bool, what, name string, share bool, total *float64, groups []shownPart) int {
	t.Helper()
	looked := 0
	by := map[string][]shownPart{}
	for _, g := range groups {
		by[g.By] = append(by[g.By], g)
	}
	for dimension, list := range by {
		left, unknown := 0.0, 0
		for _, g := range list {
			switch n := g.counts(share)[name]; {
			case g.Status == "suppressed":
				unknown++
			case n != nil:
				left += *n
			}
		}
		if unknown == 0 || total == nil {
			continue
		}
		looked++
		if unknown == 1 && small(*total-left) {
			t.Errorf("%s: by %s, the %s %v less what is shown gives the one that is hidden: %v", what, dimension, name, *total, *total-left)
		}
	}
	return looked
}

// overTime takes one shown period from another and looks whether a hidden
// quarter is left, of the whole and of each group. It gives how many it took.
func overTime(t *testing.T, small func(float64) bool, id string, share bool, series map[metrics.PeriodKind]map[string]shownFigure) int {
	t.Helper()
	looked := 0
	parts := func(f shownFigure) map[string]shownPart {
		out := map[string]shownPart{"all": f.shownPart}
		for _, g := range f.Breakdown {
			out[g.By+" "+g.Label] = g
		}
		return out
	}
	quarters := series[metrics.Quarter]
	for _, kind := range []metrics.PeriodKind{metrics.YearToDate, metrics.SinceStart, metrics.YearEnding} {
		for code, f := range series[kind] {
			p, err := metrics.ParsePeriod(code)
			if err != nil {
				t.Fatal(err)
			}
			for other, g := range series[kind] {
				q, err := metrics.ParsePeriod(other)
				if err != nil {
					t.Fatal(err)
				}
				// A longer period from the same start, less a shorter one, is a quarter;
				// so is the first one itself.
				if kind == metrics.YearEnding || p.First != q.First || q.Last+3 != p.Last {
					continue
				}
				for label, a := range parts(f) {
					b := parts(g)[label]
					hiddenQuarter, ok := quarters[metrics.QuarterOf(p.Last).Code()]
					if !ok {
						continue
					}
					for name, n := range a.counts(share) {
						m := b.counts(share)[name]
						if n == nil || m == nil {
							continue
						}
						looked++
						if parts(hiddenQuarter)[label].Status == "suppressed" && small(*n-*m) {
							t.Errorf("%s: %s of %s, %v, less %s, %v, gives the hidden quarter: %v", id, label, code, *n, other, *m, *n-*m)
						}
					}
				}
			}
			// What holds one quarter hidden and all its others shown tells it.
			for label, a := range parts(f) {
				for name, n := range a.counts(share) {
					unknown, all, left := 0, true, 0.0
					for m := metrics.QuarterOf(p.First).First; m <= p.Last; m += 3 {
						q, ok := quarters[metrics.QuarterOf(m).Code()]
						switch part := parts(q)[label]; {
						case !ok:
							all = false
						case part.Status == "suppressed":
							unknown++
						case part.counts(share)[name] == nil:
							all = false
						default:
							left += *part.counts(share)[name]
						}
					}
					if n == nil || !all || unknown == 0 {
						continue
					}
					looked++
					if unknown == 1 && small(*n-left) {
						t.Errorf("%s: %s of %s less the quarters that are shown gives the one that is hidden", id, label, code)
					}
				}
			}
		}
	}
	return looked
}

// sameAsCSV compares the two downloads, number by number.
func sameAsCSV(t *testing.T, what string, figures []shownFigure, file string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	number := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	i := 0
	for _, f := range figures {
		for _, p := range append([]shownPart{f.shownPart}, f.Breakdown...) {
			if i++; i >= len(rows) {
				t.Fatalf("%s: the CSV ends before the JSON", what)
			}
			for name, want := range map[string]string{"period": f.Period, "breakdown_by": p.By, "breakdown": p.Label, "status": p.Status, "value": number(p.Value),
				"numerator": number(p.Numerator), "denominator": number(p.Denominator), "lower": number(p.Lower), "upper": number(p.Upper)} {
				if got := rows[i][at[name]]; got != want {
					t.Errorf("%s: row %d has the %s %q, the JSON %q", what, i+1, name, got, want)
				}
			}
		}
	}
	if i != len(rows)-1 {
		t.Errorf("%s: the CSV has %d rows, the JSON %d", what, len(rows)-1, i)
	}
}

var chartData = regexp.MustCompile(`(?s)<script type="application/json" id="trend-options">(.*?)</script>`)

// chartPoints are the months at which the page's chart draws a value, of
// whatever series.
func chartPoints(t *testing.T, page string) map[float64]bool {
	t.Helper()
	out := map[float64]bool{}
	m := chartData.FindStringSubmatch(page)
	if m == nil {
		return out
	}
	var options struct {
		Option struct {
			Series []struct {
				Data []struct {
					Value []any `json:"value"`
				} `json:"data"`
			} `json:"series"`
		} `json:"option"`
	}
	if err := json.Unmarshal([]byte(m[1]), &options); err != nil {
		t.Fatalf("the chart's options: %v", err)
	}
	for _, s := range options.Option.Series {
		for _, d := range s.Data {
			if len(d.Value) < 2 {
				continue
			}
			at, ok := d.Value[0].(float64)
			if _, drawn := d.Value[1].(float64); ok && drawn {
				out[at] = true
			}
		}
	}
	return out
}

var (
	tableRow  = regexp.MustCompile(`(?s)<tr[ >].*?</tr>`)
	tableCell = regexp.MustCompile(`(?s)<td[^>]*>(.*?)</td>`)
	aNumber   = regexp.MustCompile(`^[£\d][\d,.]*%?$`)
)

// mixedRows looks for a row of a table in which [c] stands beside a number: of
// what is suppressed nothing is shown. It gives how many rows have [c].
func mixedRows(t *testing.T, path, page string) int {
	t.Helper()
	n := 0
	for _, row := range tableRow.FindAllString(page, -1) {
		confidential, numbers := false, []string{}
		for _, c := range tableCell.FindAllStringSubmatch(row, -1) {
			switch text := strings.TrimSpace(c[1]); {
			case text == "[c]":
				confidential = true
			case aNumber.MatchString(text):
				numbers = append(numbers, text)
			}
		}
		if confidential {
			if n++; len(numbers) > 0 {
				t.Errorf("%s: [c] stands beside %v: %s", path, numbers, row)
			}
		}
	}
	return n
}
