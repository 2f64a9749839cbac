package word

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"outcomes/metrics"
)

// An invented report with everything that a report can have.

func p(v float64) *float64 { return &v }

// periods are n quarters up to a month, or what lies step months apart.
func periods(last metrics.Month, n int, step metrics.Month) []metrics.ReportPeriod {
	out := make([]metrics.ReportPeriod, n)
	for i := range out {
		m := last - step*metrics.Month(n-1-i)
		label := m.Name()
		if step == 3 {
			label = "quarter ending " + m.Name()
		}
		out[i] = metrics.ReportPeriod{At: m, Short: m.Start().Format("Jan 2006"), Label: label}
	}
	return out
}

// values are numbers that go up and down a little, the same each time.
func values(n int, from, to, swing float64) []*float64 {
	out := make([]*float64, n)
	for i := range out {
		out[i] = p(from + (to-from)*float64(i)/float64(max(n-1, 1)) + swing*math.Sin(float64(i)*1.7))
	}
	return out
}

func shifted(of []*float64, by float64) []*float64 {
	out := make([]*float64, len(of))
	for i, v := range of {
		if v != nil {
			out[i] = p(*v + by)
		}
	}
	return out
}

// tableOf is the table of a chart, as a report has it.
func tableOf(c *metrics.ReportChart) *metrics.ReportTable {
	t := &metrics.ReportTable{ID: c.TableID, Title: "The figures of the chart: " + c.Subtitle, Source: c.Source, Columns: []metrics.ReportColumn{{Head: "Period"}}}
	for _, s := range c.Series {
		t.Columns = append(t.Columns, metrics.ReportColumn{Head: s.Name, Numeric: true, Decimals: c.Decimals, Percent: c.Percent, Pounds: c.Pounds})
	}
	written := &chart{ReportChart: c}
	for i, period := range c.Periods {
		row := []metrics.ReportCell{{Text: capital(period.Label)}}
		for _, s := range c.Series {
			cell := metrics.ReportCell{Number: s.Values[i], Shorthand: sign(s, i)}
			if s.Values[i] == nil {
				cell.Text = sign(s, i)
			} else {
				cell.Text = strings.TrimSpace(written.write(*s.Values[i], c.Decimals) + " " + sign(s, i))
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func signs(n int, at map[int]string) []string {
	out := make([]string, n)
	for i, s := range at {
		out[i] = s
	}
	return out
}

func without(of []*float64, at ...int) []*float64 {
	for _, i := range at {
		of[i] = nil
	}
	return of
}

const secret = 3.1415 // the number behind each suppressed cell: it may stand nowhere

func report() *metrics.Report {
	march := metrics.NewMonth(2019, 3)
	violence := &metrics.ReportChart{
		ID: "violence-rate-quarter-chart", TableID: "violence-rate-quarter", Title: "Recorded violence in Midborough rose above the average of similar areas",
		Subtitle: "Violence and sexual offences per 1,000 residents, Midborough, quarters to March 2019",
		Alt:      "Line chart of the rate of recorded violence in 17 quarters. Midborough rises from 5.1 to 6.9 per 1,000 residents; the West Midshire force area and similar areas rise less, to 6.4 and 6.1.",
		Source:   "Source: recorded crime, data.police.uk", Axis: "Offences per 1,000 residents", Decimals: 1, Periods: periods(march, 17, 3),
		Series: []metrics.ReportSeries{
			{Name: "Midborough", Role: "subject", Values: values(17, 5.1, 6.9, 0.25), Lower: shifted(values(17, 5.1, 6.9, 0.25), -0.3), Upper: shifted(values(17, 5.1, 6.9, 0.25), 0.3), Shorthand: signs(17, map[int]string{15: "[p]", 16: "[p]"})},
			{Name: "West Midshire force area", Role: "beside", Values: values(17, 4.9, 6.4, 0.15)},
			{Name: "Average of similar areas", Role: "similar", Values: values(17, 5.3, 6.3, 0.2)},
			{Name: "England", Role: "england", Values: values(17, 4.1, 5.4, 0.1)},
		},
		Markers: []metrics.ReportMarker{{At: metrics.NewMonth(2017, 6), Label: "Recording rules changed"}, {At: metrics.NewMonth(2019, 1), Label: "City summit"}, {At: metrics.NewMonth(2019, 2), Label: "Partnership Board is formed"}, {At: metrics.NewMonth(2024, 1), Label: "Later than the chart"}},
	}
	weapons := &metrics.ReportChart{
		ID: "weapons-chart", TableID: "weapons", Title: "Possession of weapons: two quarters cannot be shown, and the count was changed",
		Subtitle: "Offences, Midborough, quarters to March 2019", Alt: "Line chart of 13 quarters with a gap in the two quarters to June 2017 and a break before March 2018; the latest value is 41.",
		Source: "Source: recorded crime, data.police.uk", Axis: "Offences", Periods: periods(march, 13, 3),
		Series: []metrics.ReportSeries{{Name: "Midborough", Role: "subject", Values: without(values(13, 22, 41, 3), 4, 5, 10), Shorthand: signs(13, map[int]string{4: "[c]", 5: "[c]", 10: "[x]"}), BreakBefore: map[int]bool{8: true},
			Lower: without(values(13, 18, 35, 3), 4, 5, 10), Upper: without(values(13, 26, 47, 3), 4, 5, 10)}},
		Markers: []metrics.ReportMarker{{At: metrics.NewMonth(2018, 2), Label: "Offences counted anew", Break: true}},
	}
	years := []int{2010, 2015, 2019, 2025}
	deprived := &metrics.ReportChart{
		ID: "deprived-chart", TableID: "deprived", Title: "Fewer neighbourhoods are amongst the most deprived tenth",
		Subtitle: "Share of neighbourhoods amongst the 10% most deprived in England, Midborough", Alt: "Line chart of four editions: 19.1% in 2010, 18.5% in 2015, 14.4% in 2019 and 13.8% in 2025; the target is 10%.",
		Source: "Source: English Indices of Deprivation, Ministry of Housing, Communities and Local Government", Axis: "Neighbourhoods amongst the 10% most deprived", Decimals: 1, Percent: true,
		Series: []metrics.ReportSeries{
			{Name: "Midborough", Role: "subject", Values: []*float64{p(19.0625), p(18.461538461538463), p(14.358974358974358), p(13.8)}},
			{Name: "Target", Role: "target", Values: []*float64{nil, p(18.46), p(14.8), p(10)}, Shorthand: []string{"[x]", "", "", ""}},
		},
	}
	for _, y := range years {
		deprived.Periods = append(deprived.Periods, metrics.ReportPeriod{At: metrics.NewMonth(y, 12), Short: fmt.Sprint(y), Label: fmt.Sprintf("%d Indices of Deprivation", y)})
	}
	spend := &metrics.ReportChart{
		ID: "spend-chart", TableID: "spend", Title: "Each young person reached cost less than in the year before", Subtitle: "Pounds spent for each young person reached, all projects, Midborough",
		Alt: "Line chart of five quarters: from £1,412.50 to £1,268.00.", Source: "Source: project returns", Axis: "Pounds for each young person", Decimals: 2, Pounds: true, Periods: periods(march, 5, 3),
		Series: []metrics.ReportSeries{{Name: "All projects", Role: "subject", Values: []*float64{p(1412.5), p(1390), p(1330.25), p(1301), p(1268)}, Shorthand: signs(5, map[int]string{4: "[p]"})}},
	}
	months := &metrics.ReportChart{
		ID: "months-chart", TableID: "months", Title: "Antisocial behaviour follows the seasons", Subtitle: "Incidents of antisocial behaviour, Midborough, months to March 2019",
		Alt: "Line chart of 60 months between 310 and 520 incidents, highest each summer; the latest value is 350.", Source: "Source: data.police.uk", Axis: "Incidents", Periods: periods(march, 60, 1),
		Series: []metrics.ReportSeries{{Name: "Midborough", Role: "subject", Values: values(60, 400, 420, 80), Shorthand: signs(60, map[int]string{59: "[p]"})}, {Name: "Northborough", Role: "beside", Values: values(60, 380, 330, 60)}},
	}
	nothing := &metrics.ReportChart{ID: "none-chart", Title: "Mentoring has not been returned yet", Subtitle: "Young people mentored", Alt: "No chart: there is no value yet.", Source: "Source: project returns", Axis: "Young people", Periods: periods(march, 2, 3),
		Series: []metrics.ReportSeries{{Name: "Mentoring", Role: "subject", Values: []*float64{nil, nil}, Shorthand: []string{"[x]", "[x]"}}}}

	overview := &metrics.ReportTable{ID: "overview", Title: "Indicators of the strategy at a glance, Midborough, March 2019", Source: "Source: recorded crime, data.police.uk; English Indices of Deprivation; project returns", Notes: []string{"A rate is offences for each 1,000 residents of the mid-2017 estimate."},
		Columns: []metrics.ReportColumn{{Head: "Indicator"}, {Head: "Latest period"}, {Head: "Value", Numeric: true, Decimals: 1}, {Head: "A year before", Numeric: true, Decimals: 1}, {Head: "Direction"}}}
	for _, row := range [][]string{
		{"Violence and sexual offences per 1,000 residents", "Quarter ending March 2019", "6.9 [p]", "6.5", "Up"},
		{"Possession of weapons", "Quarter ending March 2019", "41", "38", "About the same"},
		{"Neighbourhoods amongst the 10% most deprived", "2025 Indices", "13.8%", "14.4%", "Down"},
		{"Young people at highest risk who were mentored", "Quarter ending March 2019", "[c]", "[c]", "Not compared"},
	} {
		var cells []metrics.ReportCell
		for j, text := range row {
			c := metrics.ReportCell{Text: text}
			if text == "[c]" {
				c.Shorthand = text
			} else if j == 2 || j == 3 {
				v := 0.0
				fmt.Sscanf(text, "%f", &v)
				c.Number = &v
			}
			cells = append(cells, c)
		}
		overview.Rows = append(overview.Rows, cells)
	}
	wide := &metrics.ReportTable{ID: "wide", Title: "Project measures by quarter, all projects", Source: "Source: project returns", Columns: []metrics.ReportColumn{{Head: "Measure"}}}
	for _, q := range periods(march, 8, 3) {
		wide.Columns = append(wide.Columns, metrics.ReportColumn{Head: q.Short, Numeric: true})
	}
	for i, m := range []string{"Young people referred", "Young people who started", "Young people who finished", "Sessions held", "Parents and carers reached", "Schools that took part"} {
		row := []metrics.ReportCell{{Text: m}}
		for j := range 8 {
			if i == 5 && j < 3 {
				row = append(row, metrics.ReportCell{Text: "[c]", Shorthand: "[c]"})
				continue
			}
			v := float64(40 + 137*i + 11*j)
			row = append(row, metrics.ReportCell{Text: metrics.Decimal(v, 0), Number: &v})
		}
		wide.Rows = append(wide.Rows, row)
	}

	return &metrics.Report{
		Number: 3, Title: "Young Persons Violence Prevention Strategy: quarterly report", Partnership: "Midborough Community Safety Partnership",
		Area: metrics.Area{Code: "E08009999", Name: "Midborough", Kind: metrics.LAD}, Period: metrics.QuarterOf(march),
		AsAt: "2019-05-12T08:15:00Z", FrozenAt: "2019-05-14T09:30:00Z", FrozenBy: "Amina Okafor", Address: "https://outcomes.midborough.example/reports/3", SHA256: strings.Repeat("ab12", 16), Sample: true,
		Headlines: []string{
			"In the quarter ending March 2019, violence and sexual offences crime rates were up in Midborough compared with the corresponding quarter in 2018: 6.9 per 1,000 residents (2,410 offences), from 6.5 (2,262).",
			"In the year ending March 2019 the violence and sexual offences rate in Midborough was higher than the average across similar areas (26.1 against 24.9 per 1,000 residents).",
			"In 2019, 14.4% of Midborough's neighbourhoods were amongst the 10% most deprived in England (rank: 64th), from 18.5% in 2015 (rank: 46th).",
		},
		Sections: []metrics.ReportSection{
			{Number: 1, Title: "What this report covers", Blocks: []metrics.ReportBlock{
				{Paragraph: "This report says how the indicators of the strategy stood in the quarter ending March 2019. It covers:"},
				{List: []string{"the six priorities of the strategy", "what the projects did", "how the figures were made, and what changed since the last pack"}},
				{Paragraph: "Population indicators speak of the whole city. Performance measures speak of the projects and of those who took part in them."},
				{Table: overview},
			}},
			{Number: 2, Title: "Building strong foundations", Blocks: []metrics.ReportBlock{
				{Heading: "Neighbourhoods amongst the most deprived tenth"},
				{Paragraph: "In 2015, 18.5% of Midborough's neighbourhoods were amongst the 10% most deprived in England (rank: 46th). In 2019, this was 14.4% (rank: 64th)."},
				{Chart: deprived}, {Table: tableOf(deprived)},
			}},
			{Number: 3, Title: "Enforcement and criminal justice", Blocks: []metrics.ReportBlock{
				{Heading: "Violence and sexual offences"},
				{Paragraph: "In the quarter ending March 2019, violence and sexual offences crime rates were up in Midborough, and up in the West Midshire force area, compared with the corresponding quarter in 2018."},
				{Commentary: &metrics.Commentary{Indicator: "violence-rate", By: "Tomasz Bell-Greene", At: "2019-05-13T16:02:00Z", Text: "The rise was discussed by the Board on 3 May 2019. Members asked for three things:\n\n- a breakdown by ward\n- a comparison with hospital admissions\n- a note on recording\n\nThe police will bring the first two to the next meeting.\nThe third is attached."}},
				{Chart: violence}, {Table: tableOf(violence)},
				{Heading: "Possession of weapons"},
				{Paragraph: "Two quarters are not shown since the count is small enough to identify someone."},
				{Chart: weapons}, {Table: tableOf(weapons)},
				{Commentary: &metrics.Commentary{By: "Amina Okafor", At: "2019-05-13T10:00:00Z", Text: "Searches were fewer in this quarter."}},
				{Chart: months},
			}},
			{Number: 4, Title: "Secondary prevention", Blocks: []metrics.ReportBlock{
				{Paragraph: "The projects reached 612 young people in the quarter."},
				{Chart: spend}, {Table: tableOf(spend)}, {Table: wide}, {Chart: nothing},
			}},
			{Number: 5, Title: "Sources and methods", Blocks: []metrics.ReportBlock{
				{Paragraph: "A rate is the count for each 1,000 residents. Its 95% interval is Byar's."},
				{Heading: "Changes since the last pack"},
				{Paragraph: "The police revised March 2018: 2,262 offences, before 2,258."},
			}},
		},
		Sources: []metrics.ReportSource{
			{Name: "Recorded crime, data.police.uk", URL: "https://data.police.uk/data/", Publisher: "Home Office", Licence: "Open Government Licence v3.0", Latest: "March 2019", ReadAt: "2019-05-12T02:00:00Z"},
			{Name: "English Indices of Deprivation", URL: "https://www.gov.uk/government/collections/english-indices-of-deprivation", Publisher: "Ministry of Housing, Communities and Local Government", Licence: "Open Government Licence v3.0", Latest: "2019 edition", ReadAt: "2019-05-01T02:00:00Z"},
			{Name: "Project returns", Publisher: "Midborough Community Safety Partnership", Licence: "", Latest: "Quarter ending March 2019", ReadAt: "2019-05-10T12:00:00Z"},
		},
		Licence: "Contains public sector information licensed under the Open Government Licence v3.0.",
		Key:     []metrics.Shorthand{{Mark: "[c]", Meaning: "confidential: shown where the count is small enough to identify someone"}, {Mark: "[x]", Meaning: "not available: there is nothing to make the figure from"}, {Mark: "[p]", Meaning: "provisional: the figure may still be restated"}},
		Cite:    "Midborough Community Safety Partnership, Young Persons Violence Prevention Strategy: quarterly report, quarter ending March 2019, pack 3, 14 May 2019, https://outcomes.midborough.example/reports/3",
	}
}

func write(t testing.TB, r *metrics.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
