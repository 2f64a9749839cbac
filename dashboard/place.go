package dashboard

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/chart"
	"outcomes/metrics"
)

type placePage struct {
	layout
	Name, Code           string
	Heading, HeadingRest string
	MapURL               string
	Switches             []switchGroup
	Measure              string
	Chart                *chartView
	NoChart              string
	Table                *tableView
	Where                template.HTML // the city with this area marked
	History              []string      // of its hot spots
	Deciles              []string
	Residents            string
	Caveats              []string
	Source, SourceURL    string
	Rights               string
}

// placePage shows one small area's trend.
func (s *Server) placePage(c echo.Context) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	code := c.Param("code")
	if unescaped, err := url.PathUnescape(code); err == nil {
		code = unescaped
	}
	ind, err := s.mapIndicator(c.QueryParam("indicator"))
	if err != nil {
		return err
	}
	kind := metrics.PeriodKind(cmp.Or(c.QueryParam("period"), string(metrics.YearEnding)))
	if kind != metrics.YearEnding && kind != metrics.Quarter {
		return metrics.Errorf(metrics.Invalid, "The period %q is not one that neighbourhoods have figures for. Use year-ending or quarter.", string(kind))
	}
	all, err := s.store.PlaceSeries(ctx, ind.ID, code)
	if err != nil {
		return fmt.Errorf("the series of %s: %w", code, err)
	}
	if len(all) == 0 {
		return metrics.Errorf(metrics.NotFound, "There is no neighbourhood or ward with the code %q on the map of %s. Neighbourhoods are named by nine characters, such as E01009522; the map’s table lists them.", code, lowerFirst(ind.Title))
	}
	last := all[len(all)-1]
	for _, p := range all {
		if p.Period.Last > last.Period.Last {
			last = p
		}
	}
	maps, err := s.store.PlaceMaps(ctx, ind.ID)
	if err != nil {
		return fmt.Errorf("the maps of %s: %w", ind.ID, err)
	}
	all = withGaps(all, maps, last)
	city, err := s.store.Figures(ctx, metrics.FigureFilter{Indicator: ind.ID, Areas: []string{s.strategy.Area.Code}, Kind: kind})
	if err != nil {
		return fmt.Errorf("figures of %s: %w", ind.ID, err)
	}
	deciles, err := s.store.Deciles(ctx, code)
	if err != nil {
		return fmt.Errorf("the deciles of %s: %w", code, err)
	}
	atlas, err := s.atlas(ctx, state, last.Kind, last.Vintage)
	if err != nil {
		return err
	}
	page := placePageOf(s.strategy, ind, kind, all, city, deciles)
	page.layout = s.layout(state, page.Name, "map")
	page.Script = page.Chart != nil
	page.Rights = boundaryRights + "."
	if state.Sample {
		page.Rights = "The outlines are invented, as the data are."
	}
	if atlas != nil && atlas.Has(code) {
		page.Where = atlas.SVG(chart.Choropleth{Description: "Map of " + areaName(s.strategy.Area) + " with " + page.Name + " marked.", Regions: atlas.Marking(code)})
	}
	return s.render(c, 200, "place", page)
}

// withGaps adds to an area's places the periods whose map is missing, with
// the reason: a period that is left out of a series looks like one that is not.
// What lies before the area's first place is not its to miss.
func withGaps(all []metrics.Place, maps []metrics.PlaceMap, like metrics.Place) []metrics.Place {
	first := map[metrics.PeriodKind]metrics.Month{}
	held := map[metrics.Period]bool{}
	for _, p := range all {
		held[p.Period] = true
		if m, ok := first[p.Period.Kind]; !ok || p.Period.Last < m {
			first[p.Period.Kind] = p.Period.Last
		}
	}
	for _, m := range maps {
		from, ok := first[m.Period.Kind]
		if m.Kind != like.Kind || held[m.Period] || !ok || m.Period.Last < from {
			continue
		}
		reason := m.Reason
		if m.Status == metrics.Available {
			reason = m.NotOnMap()
		}
		all = append(all, metrics.Place{Indicator: like.Indicator, Period: m.Period, Code: like.Code, Name: like.Name, Kind: like.Kind, Vintage: like.Vintage, Status: metrics.Missing, Reason: reason})
	}
	return all
}

func placePageOf(strategy *metrics.Strategy, ind metrics.Indicator, kind metrics.PeriodKind, all []metrics.Place, city []metrics.Figure, deciles []metrics.Decile) placePage {
	var series []metrics.Place
	kinds := map[metrics.PeriodKind]bool{}
	for _, p := range all {
		kinds[p.Period.Kind] = true
		if p.Period.Kind == kind {
			series = append(series, p)
		}
	}
	slices.SortFunc(series, func(a, b metrics.Place) int { return int(a.Period.Last - b.Period.Last) })
	any := all[0]
	for _, p := range all {
		if p.Period.Kind == kind && p.Status == metrics.Available && (any.Period.Kind != kind || p.Period.Last >= any.Period.Last || any.Status != metrics.Available) {
			any = p
		}
	}
	page := placePage{Name: cmp.Or(any.Name, any.Code), Code: any.Code, Source: ind.Source, SourceURL: web(ind.SourceURL), Caveats: ind.Caveats,
		Measure: measure(ind) + ", " + kindBy[kind]}
	page.MapURL = mapURL(ind.ID, any.Period.Code(), any.Kind, showRate)
	indicators := switchGroup{Name: "Of"}
	for _, i := range mappable(strategy) {
		indicators.Links = append(indicators.Links, link{Text: i.Title, URL: placeURL(any.Code, i.ID, kind), Current: i.ID == ind.ID, NoFollow: true})
	}
	periods := switchGroup{Name: "Period"}
	for _, k := range []metrics.PeriodKind{metrics.YearEnding, metrics.Quarter} {
		if kinds[k] || k == kind {
			periods.Links = append(periods.Links, link{Text: kindNames[k], URL: placeURL(any.Code, ind.ID, k), Current: k == kind, NoFollow: true})
		}
	}
	for _, g := range []switchGroup{indicators, periods} {
		if len(g.Links) > 1 {
			page.Switches = append(page.Switches, g)
		}
	}
	page.Heading, page.HeadingRest = metrics.PlaceSentence(ind, strategy.Area, series)
	if page.Heading == "" {
		page.Heading = ind.Title + " in " + page.Name
	}
	page.History = metrics.SpotHistory(all)
	for _, d := range deciles {
		if words := d.Sentence(); words != "" {
			page.Deciles = append(page.Deciles, words)
		}
	}
	if any.Residents != nil {
		page.Residents = counted(float64(*any.Residents)) + " in the rates of the " + any.Period.Label()
	}
	if len(series) == 0 {
		page.NoChart = metrics.NoRates(ind, series)
		return page
	}
	page.Table = placeSeriesTable(ind, kind, page.Name, series)
	page.Chart, page.NoChart = placeChart(ind, page.Name, series, city)
	return page
}

// placeChart draws the area's rates with their intervals, beside the city's.
// It says why where there is nothing to draw.
func placeChart(ind metrics.Indicator, name string, series []metrics.Place, city []metrics.Figure) (*chartView, string) {
	in := chart.Input{Title: measure(ind), Decimals: ind.Decimals}
	var periods []metrics.Period
	for _, p := range series {
		periods = append(periods, p.Period)
	}
	in.Periods = axisOf(periods)
	n := len(periods)
	own := chart.Line{Role: chart.Subject, Name: name, Values: make([]*float64, n), Lower: make([]*float64, n), Upper: make([]*float64, n), Band: true, Breaks: map[int]bool{}}
	drawn, small := 0, 0
	for i, p := range series {
		label := "No figure"
		switch {
		case p.Few():
			label = "Fewer than 5"
			small++
		case p.Status == metrics.Available && p.Rate != nil:
			own.Values[i], own.Lower[i], own.Upper[i] = p.Rate, p.Lower, p.Upper
			drawn++
			continue
		}
		if g := len(in.Gaps) - 1; g >= 0 && in.Gaps[g].Last == i-1 && in.Gaps[g].Label == label {
			in.Gaps[g].Last = i
		} else {
			in.Gaps = append(in.Gaps, chart.Gap{First: i, Last: i, Label: label})
		}
	}
	if drawn == 0 {
		return nil, metrics.NoRates(ind, series)
	}
	in.Lines = append(in.Lines, own)
	beside := chart.Line{Role: chart.Beside, Values: make([]*float64, n), Breaks: map[int]bool{}}
	for _, f := range city {
		if at := slices.Index(periods, f.Period); at >= 0 && f.Status == metrics.Available {
			beside.Name, beside.Values[at] = areaName(f.Area), f.Value
		}
	}
	if beside.Name != "" {
		in.Lines = append(in.Lines, beside)
	}
	in = in.Fit()
	in.Description = in.Describe()
	view := &chartView{Wide: chart.SVG(in, chart.Wide), Narrow: chart.SVG(in, chart.Narrow), Paper: chart.SVG(in, chart.Paper)}
	if options, err := chart.Trend(in); err == nil {
		view.Data = template.JS(options)
	}
	if at, cut := in.Cut(); cut {
		view.Caption = append(view.Caption, "The axis starts at "+at+", not at 0.")
	}
	words := "The band is the 95% interval: in so small an area most differences from one period to the next are within it."
	if series[0].Period.Kind == metrics.YearEnding {
		words += " Years ending three months apart share nine months."
	}
	view.Caption = append(view.Caption, words)
	if small > 0 {
		view.Caption = append(view.Caption, "Periods with fewer than 5 "+ind.Counted+" are gaps: too few for a rate.")
	}
	return view, ""
}

// mark is the mark of a note under the table, which it adds where it is new.
func (t *tableView) mark(text string) string {
	at := slices.IndexFunc(t.Notes, func(n note) bool { return n.Text == text })
	if at < 0 {
		at = len(t.Notes)
		t.Notes = append(t.Notes, note{fmt.Sprintf("[note %d]", at+1), text})
	}
	return t.Notes[at].Mark
}

func placeSeriesTable(ind metrics.Indicator, kind metrics.PeriodKind, name string, series []metrics.Place) *tableView {
	t := &tableView{Caption: fmt.Sprintf("%s, %s, %s", ind.Title, name, kindBy[kind])}
	t.Head = []cell{{Text: upperFirst(ind.Counted)}, {Text: "Residents"}, {Text: "Rate " + ind.Unit}, {Text: "Lower 95% limit"}, {Text: "Upper 95% limit"}, {"Fifth", true}, {"Hot spot", true}, {Text: "Years hot"}}
	small, missing, never := false, false, false
	number := func(v *float64, write func(float64) string) cell {
		if v == nil {
			missing = true
			return cell{Text: metrics.Missing.Shorthand()}
		}
		return cell{Text: write(*v)}
	}
	in := func(v float64) string { return written(ind, v) }
	for _, place := range slices.Backward(series) {
		p := shaded{Place: place, class: classOf(showRate, place)}
		row := tableRow{Period: upperFirst(p.Period.Label())}
		var residents, offences *float64
		if p.Residents != nil {
			n := float64(*p.Residents)
			residents = &n
		}
		if p.Count != nil {
			n := float64(*p.Count)
			offences = &n
		}
		if p.Few() {
			small = true
			u := cell{Text: "[u]"}
			row.Cells = append(row.Cells, cell{Text: "fewer than 5"}, number(residents, counted), u, u, u)
		} else {
			row.Cells = append(row.Cells, number(offences, counted), number(residents, counted), number(p.Rate, in), number(p.Lower, in), number(p.Upper, in))
		}
		fifth := p.classWords(showRate)
		if p.class == "gone" && p.Reason != "" {
			fifth += " " + t.mark(upperFirst(strings.TrimSuffix(p.Reason, "."))+".")
		}
		spot := p.spotCell()
		if p.Status != metrics.Available && !p.Few() {
			spot = "No result"
		}
		row.Cells = append(row.Cells, cell{fifth, true}, cell{spot, true}, cell{Text: p.hotCell()})
		never = never || p.hotCell() == "[z]"
		t.Rows = append(t.Rows, row)
	}
	if small {
		t.Key = append(t.Key, note{"[u]", "unreliable: with fewer than 5 " + ind.Counted + " no rate is given"})
	}
	if missing {
		t.Key = append(t.Key, note{metrics.Missing.Shorthand(), "not available: there is nothing to make the figure from"})
	}
	if never {
		t.Key = append(t.Key, note{"[z]", "not applicable: hot spots were not looked for, or there is no year that ends with the period to look at"})
	}
	t.Key = append(t.Key, hotNotes...)
	return t
}
