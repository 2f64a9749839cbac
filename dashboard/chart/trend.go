package chart

import (
	"encoding/json"
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Trend gives the chart for the browser as JSON, safe inside a script element:
// {"option": what ECharts draws, "ticks": …, "markers": …}. The last two are
// for charts.js, which thins labels out where the window is narrow. Text stays
// text: nothing in it is ever run.
func Trend(in Input) ([]byte, error) {
	in = in.Fit()
	axis := in.Scale()
	line := charts.NewLine()
	line.SetGlobalOptions(
		charts.WithAnimation(false),
		charts.WithAriaOpts(&opts.Aria{Enabled: opts.Bool(true), Label: &opts.AriaLabel{Enabled: opts.Bool(true), Description: in.Description}}),
		charts.WithTitleOpts(opts.Title{Show: opts.Bool(false)}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithToolboxOpts(opts.Toolbox{Show: opts.Bool(false)}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis", AxisPointer: &opts.AxisPointer{Type: "line"}}),
		charts.WithGridOpts(opts.Grid{Left: "52", Right: "150", Top: "24", Bottom: "52"}),
		charts.WithYAxisOpts(opts.YAxis{
			Type: "value", Min: axis.Min, Max: axis.Max, MinInterval: axis.Step, MaxInterval: axis.Step,
			SplitLine: &opts.SplitLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Color: "#d9d6ce"}},
			AxisLine:  &opts.AxisLine{Show: opts.Bool(false)},
			AxisLabel: &opts.AxisLabel{Color: axisColour, FontSize: 13},
		}),
	)
	if len(in.Periods) > 0 {
		first, last := in.span()
		line.SetGlobalOptions(charts.WithXAxisOpts(opts.XAxis{
			Type: "value", Min: first, Max: last,
			SplitLine: &opts.SplitLine{Show: opts.Bool(false)},
			AxisLine:  &opts.AxisLine{Show: opts.Bool(true), OnZero: opts.Bool(false), LineStyle: &opts.LineStyle{Color: axisColour}},
			AxisTick:  &opts.AxisTick{Show: opts.Bool(true)},
			AxisLabel: &opts.AxisLabel{Color: axisColour, FontSize: 13, Rotate: 0},
		}))
	}
	for i, l := range in.Lines {
		look := l.Look()
		symbols, dash := look.Symbol != "none", "dashed" // which dash it is charts.js knows
		if len(look.Dash) == 0 {
			dash = "solid"
		}
		line.AddSeries(l.Name, data(in, l),
			charts.WithSeriesId(string(l.role())),
			charts.WithLineChartOpts(opts.LineChart{Symbol: look.Symbol, SymbolSize: 7, ShowSymbol: opts.Bool(symbols), ConnectNulls: opts.Bool(false)}),
			charts.WithLineStyleOpts(opts.LineStyle{Color: look.Colour, Type: dash, Width: float32(look.Width)}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: look.Colour}),
			charts.WithEmphasisOpts(opts.Emphasis{Focus: "none"}),
		)
		series := &line.MultiSeries[i]
		if end := l.Last(); end >= 0 {
			symbol, size := look.Symbol, 10.0
			if !symbols { // a label needs something to hang on
				symbol, size = "circle", 0.1
			}
			series.MarkPoints = &opts.MarkPoints{Data: []any{endPoint{
				Name:  in.End(l),
				Coord: []float64{float64(in.Periods[end].At), in.round(*l.Values[end])}, Symbol: symbol, SymbolSize: size,
				Label: opts.Label{Show: opts.Bool(true), Position: "right", Formatter: "{b}", FontSize: 14, FontWeight: "600", Color: look.Colour},
			}}}
		}
		if i > 0 {
			continue
		}
		if len(in.Gaps) > 0 {
			series.MarkAreas = &opts.MarkAreas{MarkAreaStyle: opts.MarkAreaStyle{
				ItemStyle: &opts.ItemStyle{Color: "#d9d6ce", Opacity: opts.Float(0.45)},
				Label:     &opts.Label{Show: opts.Bool(true), Position: "insideTop", Color: axisColour, FontSize: 12},
			}}
			for _, g := range in.Gaps {
				from, to := in.GapEdges(g)
				series.MarkAreas.Data = append(series.MarkAreas.Data, []any{edge{Name: g.Label, XAxis: from}, edge{XAxis: to}})
			}
		}
		if len(in.Markers) > 0 {
			series.MarkLines = &opts.MarkLines{MarkLineStyle: opts.MarkLineStyle{
				Symbol: []string{"none", "none"},
				Label:  &opts.Label{Show: opts.Bool(true), Position: "end", Formatter: "{b}", Color: axisColour, FontSize: 13},
			}}
			for _, m := range in.Markers {
				style := opts.LineStyle{Color: axisColour, Type: "solid", Width: 1}
				if m.Break {
					style.Type = "dashed"
				}
				series.MarkLines.Data = append(series.MarkLines.Data, vertical{Name: m.Label, XAxis: m.At, LineStyle: style})
			}
		}
	}
	line.Validate()

	out := struct {
		Option   map[string]any `json:"option"`
		Ticks    []tick         `json:"ticks"`
		YTicks   []tick         `json:"yTicks"`
		Markers  []marker       `json:"markers"`
		Bands    [][]band       `json:"bands"`
		Limits   []limits       `json:"limits"`
		Marks    []mark         `json:"marks"`
		Hollow   []int          `json:"hollow"`
		Crowded  bool           `json:"crowded"`
		Decimals int            `json:"decimals"`
		Percent  bool           `json:"percent"`
		Pounds   bool           `json:"pounds"`
	}{Option: line.JSON(), Ticks: []tick{}, YTicks: []tick{}, Markers: []marker{}, Bands: [][]band{}, Limits: []limits{}, Marks: []mark{}, Hollow: []int{}, Crowded: in.Crowded(), Decimals: in.Decimals, Percent: in.Percent, Pounds: in.Pounds}
	for _, p := range in.Periods {
		out.Ticks = append(out.Ticks, tick{float64(p.At), p.Short})
	}
	for _, v := range axis.Ticks() {
		out.YTicks = append(out.YTicks, tick{v, in.Tick(axis, v)})
	}
	for _, m := range in.Markers {
		out.Markers = append(out.Markers, marker{m.At, m.Label, m.Key, m.Break, m.Until})
	}
	for _, l := range in.Lines {
		for _, run := range l.Runs() {
			var points []band
			for _, i := range run {
				points = append(points, band{float64(in.Periods[i].At), in.round(*l.Lower[i]), in.round(*l.Upper[i])})
			}
			out.Bands = append(out.Bands, points)
		}
	}
	for _, l := range in.Limits {
		from, to := in.GapEdges(Gap{First: l.First, Last: l.Last})
		out.Limits = append(out.Limits, limits{from, to, in.round(l.Mean), in.round(l.Lower), in.round(l.Upper)})
	}
	for _, m := range in.Marks {
		out.Marks = append(out.Marks, mark{in.Periods[m.At].At, markClass(m.Class), m.Short, m.Words, m.High})
	}
	for _, i := range in.hollow() {
		out.Hollow = append(out.Hollow, in.Periods[i].At)
	}
	return json.Marshal(out)
}

// What go-echarts has no struct for: a labelled end point, the two ends of a
// shaded stretch of the axis, and a vertical line with a style of its own.
type (
	endPoint struct {
		Name       string     `json:"name"`
		Coord      []float64  `json:"coord"`
		Symbol     string     `json:"symbol"`
		SymbolSize float64    `json:"symbolSize"`
		Label      opts.Label `json:"label"`
	}
	edge struct {
		Name  string  `json:"name,omitempty"`
		XAxis float64 `json:"xAxis"`
	}
	vertical struct {
		Name      string         `json:"name"`
		XAxis     int            `json:"xAxis"`
		LineStyle opts.LineStyle `json:"lineStyle"`
	}
	tick struct {
		At    float64 `json:"at"`
		Label string  `json:"label"`
	}
	marker struct {
		At    int    `json:"at"`
		Label string `json:"label"`
		Key   string `json:"key"`
		Break bool   `json:"break"`
		Until int    `json:"until"`
	}
	// What charts.js draws itself: a point of a band, a stretch of process
	// limits, a point out of the ordinary.
	band struct {
		At    float64 `json:"at"`
		Lower float64 `json:"lower"`
		Upper float64 `json:"upper"`
	}
	limits struct {
		From  float64 `json:"from"`
		To    float64 `json:"to"`
		Mean  float64 `json:"mean"`
		Lower float64 `json:"lower"`
		Upper float64 `json:"upper"`
	}
	mark struct {
		At    int    `json:"at"`
		Class string `json:"class"`
		Short string `json:"short"`
		Words string `json:"words"`
		High  bool   `json:"high"`
	}
)

// data gives a line's values as ECharts wants them: "-" for one that is not
// there, never 0, and one more "-" where the line must not be joined.
func data(in Input, l Line) []opts.LineData {
	var out []opts.LineData
	for i, v := range l.Values {
		at := float64(in.Periods[i].At)
		if l.Breaks[i] && i > 0 {
			out = append(out, opts.LineData{Value: []any{(at + float64(in.Periods[i-1].At)) / 2, "-"}})
		}
		d := opts.LineData{Name: in.Periods[i].Label, Value: []any{at, "-"}}
		if v != nil {
			d.Value = []any{at, in.round(*v)}
			if l.Hollow[i] {
				d.Name += ", provisional"
			}
		}
		out = append(out, d)
	}
	return out
}

// round keeps two decimals more than the page shows: enough to place a point.
func (in Input) round(v float64) float64 {
	scale := math.Pow10(in.Decimals + 2)
	return math.Round(v*scale) / scale
}

// GapEdges are the months between which a gap is shaded: half-way to the
// neighbours, and not beyond the axis.
func (in Input) GapEdges(g Gap) (from, to float64) {
	at := func(i int) float64 { return float64(in.Periods[i].At) }
	from, to = at(g.First), at(g.Last)
	if g.First > 0 {
		from = (at(g.First-1) + at(g.First)) / 2
	}
	if g.Last < len(in.Periods)-1 {
		to = (at(g.Last) + at(g.Last+1)) / 2
	}
	return from, to
}
