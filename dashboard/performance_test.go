package dashboard

import (
	"html/template"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics"
)

// Where nobody was in a group, its counts are 0 and only the share is missing.
func TestBreakdownOfNobody(t *testing.T) {
	s := &metrics.Strategy{Dimensions: []metrics.Dimension{{ID: "age", Title: "Age band"}}}
	ind := metrics.Indicator{ID: "improved-share", Title: "Improved", Counted: "young people", Kind: metrics.Proportion, Accountability: metrics.Performance,
		Denominator: metrics.Measure{Label: "young people who completed"}}
	of := func(item string, n, d float64) metrics.GroupValue {
		g := metrics.GroupValue{By: "age", Item: item, Label: item, Numerator: &n, Denominator: &d, Status: metrics.Missing}
		if d > 0 {
			g.Value, g.Lower, g.Upper, g.Status = new(50.0), new(40.0), new(60.0), metrics.Available
		}
		return g
	}
	f := metrics.Figure{Status: metrics.Available, Breakdown: []metrics.GroupValue{of("10-14", 10, 20), of("15-17", 0, 0)}}
	views, key := breakdownsOf(s, ind, f, written)
	if want := []string{"15-17", "0", "0", "[x]", "[x]", "[x]"}; len(views) != 1 || !slices.Equal(views[0].Rows[1], want) {
		t.Errorf("%+v, want the row %q", views, want)
	}
	if len(key) != 1 || key[0].Text != "not available: the counts are 0, and there is nothing to take a share of" {
		t.Errorf("the key is %+v", key)
	}
	table := tableOf(choice{indicator: ind, kind: metrics.Quarter}, "the projects", []metrics.Figure{{Status: metrics.Missing, Numerator: new(0.0), Denominator: new(0.0), Reason: "nobody completed"}}, nil, metrics.Signal{})
	var got []string
	for _, c := range table.Rows[0].Cells {
		got = append(got, c.Text)
	}
	if want := []string{"0", "0", "[x]", "[x]", "[x]", "Nobody completed"}; !slices.Equal(got, want) {
		t.Errorf("the table's row is %q, want %q", got, want)
	}
}

// The axis of time begins with the first figure, shown or hidden; what is
// missing before it is left out.
func TestAxisBeginsWithTheFirstFigure(t *testing.T) {
	var figures []metrics.Figure
	for i, status := range []metrics.Status{metrics.Missing, metrics.Suppressed, metrics.Missing, metrics.Available, metrics.Suppressed} {
		f := metrics.Figure{Period: metrics.QuarterOf(metrics.NewMonth(2018, 10) + metrics.Month(3*i)), Status: status}
		if status == metrics.Available {
			f.Value = new(20.0)
		}
		figures = append(figures, f)
	}
	if got := periodsOf(figures); len(got) != 4 || got[0].Code() != "2019-Q1" {
		t.Errorf("the axis has %v", got)
	}
	ind := metrics.Indicator{Kind: metrics.Total, Accountability: metrics.Performance}
	in := trendOf(&metrics.Strategy{}, choice{indicator: ind, kind: metrics.Quarter}, metrics.IndicatorSummary{Latest: &figures[3]}, figures, nil, metrics.Signal{}).input()
	if len(in.Gaps) != 3 || in.Gaps[0].First != 0 || in.Gaps[0].Label != "Not shown" || in.Gaps[1].Label != "No figure" {
		t.Errorf("the gaps are %+v", in.Gaps)
	}
}

// A table of nothing but [c] is one sentence.
func TestBreakdownAllHidden(t *testing.T) {
	s := &metrics.Strategy{Dimensions: []metrics.Dimension{{ID: "age", Title: "Age band"}, {ID: "sex", Title: "Sex"}}}
	group := func(by, label string, status metrics.Status) metrics.GroupValue {
		g := metrics.GroupValue{By: by, Label: label, Status: status}
		if status == metrics.Available {
			g.Value = new(0.0)
		}
		return g
	}
	f := metrics.Figure{Status: metrics.Available, Period: metrics.QuarterOf(metrics.NewMonth(2019, 3)), Breakdown: []metrics.GroupValue{
		group("project", "Staying Safe", metrics.Available),
		group("age", "10 to 14", metrics.Suppressed), group("age", "15 to 17", metrics.Suppressed),
		group("sex", "Female", metrics.Suppressed), group("sex", "Male", metrics.Suppressed), group("sex", "Not stated", metrics.Available)}}
	views, key := breakdownsOf(s, metrics.Indicator{Kind: metrics.Total, Counted: "young people"}, f, written)
	var said []string
	for _, v := range views {
		said = append(said, v.Hidden)
	}
	if want := []string{"", "By age band: every number of the quarter ending March 2019 is hidden as [c].", ""}; !slices.Equal(said, want) || len(key) != 1 {
		t.Errorf("it says %q, with the key %+v; want %q", said, key, want)
	}
	text, err := template.New("").Funcs(template.FuncMap{"asset": func(string) string { return "" }}).ParseFS(templateFiles, "templates/parts.html")
	if err != nil {
		t.Fatal(err)
	}
	for i, tables := range []int{1, 0, 1} {
		var b strings.Builder
		if err := text.ExecuteTemplate(&b, "groups", views[i]); err != nil || strings.Count(b.String(), "<table>") != tables || strings.Contains(b.String(), "hidden as [c]") != (tables == 0) {
			t.Errorf("breakdown %d: %v %s", i, err, b.String())
		}
	}
}
