package export

import (
	"fmt"
	"math"
	"strings"

	"outcomes/metrics"
)

var (
	coventry = metrics.Area{Code: "E08000026", Name: "Coventry", Kind: metrics.LAD}
	march    = metrics.NewMonth(2019, 3)
)

func bare() *metrics.Report {
	return &metrics.Report{
		Title: "Young Persons Violence Prevention Strategy: quarterly report", Partnership: "Coventry Community Safety Partnership",
		Area: coventry, Period: metrics.QuarterOf(march), AsAt: "2019-05-14T09:30:00Z", Address: "https://outcomes.example.org/reports/3", SHA256: strings.Repeat("ab12", 16),
		Licence: "Open Government Licence v3.0, but for the returns of projects, which are the partnership's own.",
		Cite:    "Coventry Community Safety Partnership (2019). Young Persons Violence Prevention Strategy: quarterly report, quarter ending March 2019, pack 3. https://outcomes.example.org/reports/3",
		Key:     []metrics.Shorthand{{Mark: "[c]", Meaning: "is shown where the count is small enough to identify someone"}, {Mark: "[x]", Meaning: "not available"}, {Mark: "[p]", Meaning: "provisional: may still be restated by the police"}},
	}
}

// full is a report with everything in it that a report can hold.
func full() *metrics.Report {
	r := bare()
	r.Number, r.FrozenAt, r.FrozenBy, r.Sample = 3, "2019-05-20T10:00:00Z", "Ann Example", true
	r.Headlines = []string{"In the quarter ending March 2019, violence and sexual offences crime rates were up in Coventry compared with the corresponding quarter in 2018.", "14.4% of neighbourhoods were among the 10% most deprived in England."}
	violence, chart := trend("violence-rate-quarter", "Violence and sexual offences", 21)
	chart.Markers = []metrics.ReportMarker{{At: metrics.NewMonth(2013, 1), Label: "before the axis"}, {At: metrics.NewMonth(2017, 4), Label: "Recording of stalking changed", Break: true},
		{At: metrics.NewMonth(2019, 1), Label: "City summit"}, {At: metrics.NewMonth(2019, 10), Label: "after the axis"}}
	share := &metrics.ReportTable{ID: "share-deprived", Title: "Neighbourhoods among the 10% most deprived in England, Coventry, by edition of the Indices", Source: "Source: English Indices of Deprivation, MHCLG",
		Notes:   []string{"A neighbourhood is a lower layer super output area (LSOA) of 2011.", "Editions are not to be read as a trend of the neighbourhoods' own circumstances."},
		Columns: []metrics.ReportColumn{{Head: "Edition"}, {Head: "Share of neighbourhoods", Numeric: true, Decimals: 1, Percent: true}, {Head: "Rank among districts", Numeric: true}, {Head: "What was found"}},
		Rows: [][]metrics.ReportCell{
			{{Text: "2015 Indices of Deprivation"}, {Text: "18.5%", Number: number64(36.0 / 195 * 100)}, {Text: "46", Number: number64(46)}, {Text: "[x]", Shorthand: "[x]"}},
			{{Text: "2019 Indices of Deprivation"}, {Text: "14.4%", Number: number64(28.0 / 195 * 100)}, {Text: "64", Number: number64(64)}, {Text: "Down by more than a percentage point"}},
		}}
	spend := &metrics.ReportTable{ID: "r1", Title: "Violence and sexual offences: money spent on each young person by project", Source: "Source: returns of the projects",
		Notes:   []string{"A neighbourhood is a lower layer super output area (LSOA) of 2011.", "Money is counted when it was spent."},
		Columns: []metrics.ReportColumn{{Head: "Project"}, {Head: "Money spent", Numeric: true, Decimals: 2, Pounds: true}, {Head: "Young people", Numeric: true}},
		Rows: [][]metrics.ReportCell{
			{{Text: "Staying Safe"}, {Text: "£12,345.67", Number: number64(12345.67)}, {Text: "[c]", Shorthand: "[c]", Number: number64(4)}},
			{{Text: "Mentoring Violence Prevention"}, {Text: "£0.00", Number: number64(0), Shorthand: "[p]"}, {Text: "170", Number: number64(170), Shorthand: "[p]"}},
		}}
	editions := &metrics.ReportChart{ID: "share-deprived-chart", Title: "Fewer neighbourhoods are among the most deprived", Subtitle: "Share of neighbourhoods, Coventry, by edition", Alt: "Line chart of two editions: 18.5% in 2015 and 14.4% in 2019.",
		Source: "Source: English Indices of Deprivation, MHCLG", TableID: "share-deprived", Axis: "Share of neighbourhoods", Decimals: 1, Percent: true,
		Periods: []metrics.ReportPeriod{{At: metrics.NewMonth(2015, 12), Short: "2015", Label: "2015 Indices of Deprivation"}, {At: metrics.NewMonth(2019, 12), Short: "2019", Label: "2019 Indices of Deprivation"}},
		Series:  []metrics.ReportSeries{{Name: "Share of neighbourhoods", Role: "subject", Values: []*float64{number64(36.0 / 195 * 100), number64(28.0 / 195 * 100)}, Shorthand: []string{"", ""}}}}
	r.Sections = []metrics.ReportSection{
		{Number: 1, Title: "Enforcement and criminal justice", Blocks: []metrics.ReportBlock{
			{Heading: "Violence and sexual offences"}, {Paragraph: r.Headlines[0]}, {List: []string{"6.9 per 1,000 residents (2,547 offences)", "from 5.7 (2,077)"}},
			{Chart: chart}, {Table: violence},
			{Commentary: &metrics.Commentary{Indicator: "violence", By: "Ann Example", At: "2019-05-15T08:00:00Z", Text: "The rise was talked about at the board [note 9].\n\nTwo things were asked:\n- what changed in recording\n- what the projects saw"}},
		}},
		{Number: 2, Title: "Building strong foundations", Blocks: []metrics.ReportBlock{{Paragraph: "In 2019, 14.4% of Coventry's neighbourhoods were amongst the 10% most deprived in England."}, {Chart: editions}, {Table: share}, {Table: spend}}},
		{Number: 3, Title: "Sources and methods", Blocks: []metrics.ReportBlock{{Paragraph: "A rate is called up or down where the 95% interval of the ratio of the two rates leaves out 1."}, {List: []string{"Intervals of rates are by Byar's method."}}}},
	}
	for _, f := range sample() {
		f.Area = coventry
		r.Figures = append(r.Figures, metrics.ReportFigure{Figure: f, Title: "Share of neighbourhoods", Source: "English Indices of Deprivation"})
	}
	r.Sources = []metrics.ReportSource{
		{Name: "Recorded crime", URL: "https://data.police.uk/", Publisher: "Home Office", Licence: "Open Government Licence v3.0", Latest: "March 2019", ReadAt: "2019-05-02T03:00:00Z"},
		{Name: "Returns of the projects", Publisher: "Coventry Community Safety Partnership"},
	}
	return r
}

// trend is a table of quarters and the chart drawn from it: four series, with a
// break, a number that is missing, one suppressed and one provisional.
func trend(id, title string, quarters int) (*metrics.ReportTable, *metrics.ReportChart) {
	heads := []string{"Coventry", "West Midlands force area", "Average of similar areas", "Target"}
	roles := []string{"subject", "beside", "similar", "target"}
	t := &metrics.ReportTable{ID: id, Title: title + ", offences per 1,000 residents, Coventry, by quarter", Source: "Source: recorded crime, data.police.uk",
		Notes:   []string{"Offences recorded by the police; recording has changed over the years."},
		Columns: []metrics.ReportColumn{{Head: "Period"}}}
	c := &metrics.ReportChart{ID: id + "-chart", Title: title + " up on the corresponding quarter", Subtitle: "Offences per 1,000 residents, Coventry, quarters ending June 2014 to March 2019",
		Alt:    "Line chart of four series by quarter: Coventry rises from 4.1 to 6.9 per 1,000 residents, above the average of similar areas since 2018.",
		Source: "Source: recorded crime, data.police.uk", TableID: id, Axis: "Offences per 1,000 residents", Decimals: 1}
	for i, h := range heads {
		t.Columns = append(t.Columns, metrics.ReportColumn{Head: h, Numeric: true, Decimals: 1})
		c.Series = append(c.Series, metrics.ReportSeries{Name: h, Role: roles[i]})
	}
	c.Series[0].BreakBefore = map[int]bool{quarters / 2: true}
	for q := range quarters {
		p := metrics.QuarterOf(march - metrics.Month(3*(quarters-1-q)))
		c.Periods = append(c.Periods, metrics.ReportPeriod{At: p.Last, Short: p.Last.Name()[:3] + p.Last.Name()[len(p.Last.Name())-5:], Label: p.Label()})
		row := []metrics.ReportCell{{Text: p.Label()}}
		for i := range heads {
			v := 4 + 2*math.Sin(float64(q)/3+float64(i)) + float64(q)/float64(quarters)
			cell := metrics.ReportCell{Text: metrics.Decimal(v, 1), Number: &v}
			switch {
			case i == 0 && q == 3:
				cell = metrics.ReportCell{Text: "[x]", Shorthand: "[x]"}
			case i == 1 && q == 5:
				cell = metrics.ReportCell{Text: "[c]", Shorthand: "[c]"}
			case q == quarters-1 && i < 2:
				cell.Shorthand = "[p]"
			}
			row = append(row, cell)
			s := &c.Series[i]
			s.Values, s.Shorthand = append(s.Values, cell.Number), append(s.Shorthand, cell.Shorthand)
			if i == 0 {
				var lower, upper *float64
				if cell.Number != nil {
					lower, upper = number64(v-0.4), number64(v+0.5)
				}
				s.Lower, s.Upper = append(s.Lower, lower), append(s.Upper, upper)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, c
}

// large is a report of so many charts, tables (a chart's among them) and
// figures.
func large(charts, tables, rows, figures int) *metrics.Report {
	r := bare()
	r.Number, r.FrozenAt = 4, "2019-05-20T10:00:00Z"
	section := metrics.ReportSection{Number: 1, Title: "Everything"}
	for i := range tables {
		t, c := trend(fmt.Sprintf("indicator-%d", i+1), fmt.Sprintf("Violence and sexual offences number %d", i+1), rows)
		if i < charts {
			section.Blocks = append(section.Blocks, metrics.ReportBlock{Chart: c})
		}
		section.Blocks = append(section.Blocks, metrics.ReportBlock{Table: t}, metrics.ReportBlock{Paragraph: strings.Repeat("What was found. ", 20)})
	}
	r.Sections = []metrics.ReportSection{section}
	for i := range figures {
		f := sample()[i%3]
		f.Area = coventry
		f.Indicator = fmt.Sprintf("indicator-%d", i%40)
		if f.Value != nil {
			f.Value = number64(float64(i) + 0.125)
		}
		r.Figures = append(r.Figures, metrics.ReportFigure{Figure: f, Title: "Violence and sexual offences", Source: "Recorded crime"})
	}
	return r
}
