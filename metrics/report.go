package metrics

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Report is what the partnership says of a period: headlines, a section a
// priority, how things were counted, what changed. A draft is composed from
// the figures in force; a pack is a report that was frozen: it is kept as it
// was and never made again. Every export, page and picture of a report is
// written from this and from nothing else, so that they cannot disagree.
//
// Suppressed numbers have been taken out: where a cell or a chart's value is
// suppressed there is its shorthand and no number.
type Report struct {
	Number      int      // of the pack, from 1; 0 of a draft
	OfPages     bool     // no draft: what the pages show now, as a file
	Name        string   // of its files: "strategy-report", "violence-rate"
	Title       string   // "Young Persons Violence Prevention Strategy: quarterly report"
	Partnership string   // who publishes it, and who is its author in documents
	Area        Area     // the district
	Period      Period   // the quarter it is of
	AsAt        string   // when the figures in it were made, RFC 3339
	FrozenAt    string   // RFC 3339; "" of a draft
	FrozenBy    string   // who froze it; "" of a draft
	Address     string   // where it is found: absolute where the server's address is known, else the path
	Sample      bool     // the data are invented: every page and sheet says so
	Headlines   []string // six sentences at most
	Sections    []ReportSection
	// Figures are those that the report shows, copied, in the order of its sections.
	Figures []ReportFigure
	Sources []ReportSource
	Licence string // of the data, a sentence
	Key     []Shorthand
	// SHA256 is the pack's hash, in hex: of all else that the report says; "" of
	// a draft.
	SHA256 string
	// Cite is how the report is cited: publisher, title, period, date, address.
	Cite string
}

// ReportSection is a numbered section. Its paragraphs are numbered within it.
type ReportSection struct {
	Number int
	Title  string
	Blocks []ReportBlock
}

// ReportBlock is one thing in a section. Exactly one of the fields is set.
type ReportBlock struct {
	Heading    string // within the section
	Paragraph  string // numbered in Word, as in a council report: 3.1, 3.2
	List       []string
	Commentary *Commentary
	Chart      *ReportChart
	Table      *ReportTable
}

// Commentary is what a person wrote beside an indicator. It is never generated
// and stands apart from the words that are.
type Commentary struct {
	Indicator string
	By        string // the person's name
	At        string // RFC 3339
	Text      string // plain text: paragraphs are parted by a blank line, an item of a list starts with "- "
}

// ReportTable is a table with one row of headings.
type ReportTable struct {
	ID      string // "violence-rate-quarter": of letters, digits and hyphens; no two in a report are the same
	Title   string // what it shows, where, when
	Source  string // "Source: recorded crime, data.police.uk"
	Notes   []string
	Columns []ReportColumn
	Rows    [][]ReportCell // as long as Columns each
}

// ReportColumn is a column of a table. No two headings in a table are the same.
type ReportColumn struct {
	Head     string
	Numeric  bool
	Decimals int
	Percent  bool // the numbers are percentages: 14.4 is 14.4%
	Pounds   bool
}

// ReportCell is a cell of a table.
type ReportCell struct {
	Text      string   // as it is read: "6.9", "4,033", "14.4%", "[c]"; never empty
	Number    *float64 // as Kept; nil in a column of words and where there is a shorthand for no number
	Shorthand string   // "[x]", "[c]"; or "[p]" beside a number
}

// ReportChart is a chart, and the data that it draws. Its table, where the same
// numbers stand, follows it and is named by TableID.
type ReportChart struct {
	ID       string // "violence-rate-quarter-chart"
	Title    string // the message, about ten words
	Subtitle string // measure, place, period
	Alt      string // the text alternative; not the title again
	Source   string
	TableID  string
	Axis     string // what is measured: "Offences per 1,000 residents"
	Decimals int
	Percent  bool
	Pounds   bool
	Count    bool           // a count or an amount: its axis starts at 0 and has whole numbers only
	Periods  []ReportPeriod // oldest first
	Series   []ReportSeries // four at most; the first is the subject
	Markers  []ReportMarker // events and breaks, oldest first
}

// ReportPeriod is a place on a chart's axis.
type ReportPeriod struct {
	At    Month  // its last month
	Short string // "Mar 2019"
	Label string // "quarter ending March 2019"; stands in the table's first column
}

// ReportSeries is one line of a chart.
type ReportSeries struct {
	Name         string       // as its column in the chart's table is headed
	Role         string       // "subject", "beside", "similar", "england" or "target"
	Values       []*float64   // as Kept
	Lower, Upper []*float64   // of the intervals, or nil
	Shorthand    []string     // by period, as in the table's cell: "[x]" and "[c]" where there is no value, "[p]" beside one
	BreakBefore  map[int]bool // periods whose value is not comparable with the one before: not joined
}

// ReportMarker is an event or a break at a month.
type ReportMarker struct {
	At    Month
	Label string // 50 characters at most
	Break bool
}

// Kept is a number as a report and all files keep it: to six decimals, which is
// finer than any page shows and hides the noise of binary fractions.
func Kept(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// ReportFigure is a figure with what an export says of it besides.
type ReportFigure struct {
	Figure
	Title          string // the indicator's
	Source         string // where the counts come from
	Licence        string // of the published data that it is made from; "" of projects' numbers
	Accountability Accountability
}

// ReportSource is a source that a report draws on.
type ReportSource struct {
	Name      string // "Recorded crime, data.police.uk"
	URL       string
	Publisher string
	Licence   string
	Latest    string // its newest period, in words
	ReadAt    string // when it was last read, RFC 3339
}

// Shorthand is a sign that stands for or beside a number, and what it means.
type Shorthand struct{ Mark, Meaning string }

// FileName is a report's file name without the ending: report, area, period, version.
func (r Report) FileName() string {
	version := "draft"
	switch {
	case r.Number > 0:
		version = "pack-" + strconv.Itoa(r.Number)
	case r.OfPages:
		version = "figures-as-at-" + r.AsAt[:min(len("2006-01-02"), len(r.AsAt))]
	}
	return cmp.Or(slug(r.Name), "strategy-report") + "_" + slug(r.Area.Place()) + "_" + slug(r.Period.Code()) + "_" + version
}

// Version is "draft", "pack 3", or "figures in force" of what the pages show.
func (r Report) Version() string {
	switch {
	case r.Number > 0:
		return "pack " + strconv.Itoa(r.Number)
	case r.OfPages:
		return "figures in force"
	}
	return "draft"
}

// slug is a text for a file's name: lower case letters and digits, hyphens between.
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			gap = false
		} else {
			gap = true
		}
	}
	return b.String()
}

// ReportChoice is what a report is of. Without priorities and indicators it is
// the standard quarterly report, of every indicator of every priority.
type ReportChoice struct {
	Period     Period   // a quarter
	Priorities []string // their IDs
	Indicators []string // their IDs
	// Years is how many years before the quarter charts and tables go back; 0
	// stands for four.
	Years int
}

// Same says whether two choices are of the same report, whichever years its
// charts go back.
func (c ReportChoice) Same(other ReportChoice) bool {
	return c.Period == other.Period && slices.Equal(c.Priorities, other.Priorities) && slices.Equal(c.Indicators, other.Indicators)
}

// Tidy is the choice with each priority and indicator once, in order.
func (c ReportChoice) Tidy() ReportChoice {
	tidy := func(ids []string) []string {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
		slices.Sort(ids)
		return slices.Compact(ids)
	}
	c.Priorities, c.Indicators = tidy(c.Priorities), tidy(c.Indicators)
	return c
}

// Standard says whether nothing was chosen besides the quarter.
func (c ReportChoice) Standard() bool { return len(c.Priorities) == 0 && len(c.Indicators) == 0 }

// ReportCheck is a line of a report's checklist, before it is frozen.
type ReportCheck struct {
	ID      string // "return-waits"
	Stops   bool   // the report cannot be frozen while it holds
	Message string // a sentence: what is so
	Mend    string // a sentence: what to do about it
	URL     string // the page where it is done; "" for none
}
