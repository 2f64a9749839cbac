package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"outcomes/metrics"
)

// ReportColumns are the columns of a report's CSV: those of the figures, then
// what the report says of all of them, on each row, so that a row that was cut
// out of the file still says where it came from.
var ReportColumns = append(slices.Clone(Columns), "indicator_title", "report", "report_version", "as_at", "licence", "address", "report_sha256")

// ReportCSV writes a report's figures as CSV does, with ReportColumns.
func ReportCSV(w io.Writer, r *metrics.Report) error {
	out := csv.NewWriter(w)
	if err := out.Write(ReportColumns); err != nil {
		return err
	}
	if err := reportRows(r, out.Write); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// reportRows gives the rows of ReportColumns, without the header.
func reportRows(r *metrics.Report, write func([]string) error) error {
	about := aboutOf(r)
	for _, f := range r.Figures {
		more := besides{write: write, of: []string{text(f.Title), text(r.Title), text(r.Version()), text(r.AsAt), text(r.Licence), text(r.Address), text(r.SHA256)}}
		if err := rows(more, []metrics.Figure{f.Figure}, about); err != nil {
			return err
		}
	}
	return nil
}

// besides writes rows with the same cells at the end of each.
type besides struct {
	write func([]string) error
	of    []string
}

func (b besides) Write(row []string) error { return b.write(append(slices.Clone(row), b.of...)) }
func (besides) Flush()                     {}
func (besides) Error() error               { return nil }

// aboutOf is what a report says of its figures.
func aboutOf(r *metrics.Report) About {
	about := About{Sample: r.Sample, Sources: map[string]string{}, Accountable: map[string]metrics.Accountability{}}
	for _, f := range r.Figures {
		if about.Sources[f.Indicator] == "" {
			about.Sources[f.Indicator], about.Accountable[f.Indicator] = f.Source, f.Accountability
		}
	}
	return about
}

type reportFile struct {
	Report  reportRecord    `json:"report"`
	Figures json.RawMessage `json:"figures"` // as JSON writes them
}

type reportRecord struct {
	Title       string            `json:"title"`
	Partnership string            `json:"partnership"`
	AreaCode    string            `json:"area_code"`
	AreaName    string            `json:"area_name"`
	Period      string            `json:"period"`
	PeriodLabel string            `json:"period_label"`
	PeriodStart string            `json:"period_start"`
	PeriodEnd   string            `json:"period_end"`
	Version     string            `json:"version"`
	Number      int               `json:"number"` // 0 of a draft
	AsAt        string            `json:"as_at"`
	FrozenAt    string            `json:"frozen_at"`
	FrozenBy    string            `json:"frozen_by"`
	Address     string            `json:"address"`
	SHA256      string            `json:"sha256"` // of a pack's report; "" of a draft
	Sample      bool              `json:"sample"`
	Headlines   []string          `json:"headlines"`
	Licence     string            `json:"licence"`
	Citation    string            `json:"citation"`
	Shorthand   []shorthandRecord `json:"shorthand"`
	Indicators  []indicatorRecord `json:"indicators"`
	Sources     []sourceRecord    `json:"sources"`
	Commentary  []commentRecord   `json:"commentary"` // by people, beside indicators
}

type commentRecord struct {
	Indicator string `json:"indicator"`
	By        string `json:"by"`
	At        string `json:"at"`
	Text      string `json:"text"`
}

type shorthandRecord struct {
	Mark    string `json:"mark"`
	Meaning string `json:"meaning"`
}

type indicatorRecord struct {
	Indicator string `json:"indicator"`
	Title     string `json:"title"`
	Source    string `json:"source"`
}

type sourceRecord struct {
	Name      string `json:"name"`
	URL       string `json:"url"`
	Publisher string `json:"publisher"`
	Licence   string `json:"licence"`
	Latest    string `json:"latest"`
	ReadAt    string `json:"read_at"`
}

// ReportJSON writes an object: report, which says what the report is, and
// figures, an array as JSON writes it.
func ReportJSON(w io.Writer, r *metrics.Report) error {
	about := aboutOf(r)
	of := reportRecord{
		Title: r.Title, Partnership: r.Partnership, AreaCode: r.Area.Code, AreaName: r.Area.Name,
		Period: r.Period.Code(), PeriodLabel: r.Period.Label(), PeriodStart: r.Period.StartDate(), PeriodEnd: r.Period.EndDate(),
		Version: r.Version(), Number: r.Number, AsAt: r.AsAt, FrozenAt: r.FrozenAt, FrozenBy: r.FrozenBy, Address: r.Address, SHA256: r.SHA256, Sample: r.Sample,
		Headlines: append([]string{}, r.Headlines...), Licence: r.Licence, Citation: r.Cite,
		Shorthand: []shorthandRecord{}, Indicators: []indicatorRecord{}, Sources: []sourceRecord{}, Commentary: []commentRecord{},
	}
	for _, sec := range r.Sections {
		for _, b := range sec.Blocks {
			if c := b.Commentary; c != nil {
				of.Commentary = append(of.Commentary, commentRecord{c.Indicator, c.By, c.At, c.Text})
			}
		}
	}
	for _, k := range keyOf(r, marksOf(r)) {
		of.Shorthand = append(of.Shorthand, shorthandRecord{k.Mark, k.Meaning})
	}
	figures := make([]metrics.Figure, len(r.Figures))
	named := map[string]bool{}
	for i, f := range r.Figures {
		figures[i] = f.Figure
		if !named[f.Indicator] {
			named[f.Indicator] = true
			of.Indicators = append(of.Indicators, indicatorRecord{f.Indicator, f.Title, about.Sources[f.Indicator]})
		}
	}
	for _, s := range r.Sources {
		of.Sources = append(of.Sources, sourceRecord{s.Name, s.URL, s.Publisher, s.Licence, s.Latest, s.ReadAt})
	}
	var body bytes.Buffer
	if err := JSON(&body, figures, about); err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(reportFile{of, body.Bytes()})
}

// notApplicable stands where there is nothing to say: no cell of a worksheet's
// table is empty, since those who hear a table cannot tell empty from forgotten.
const notApplicable = "[z]"

// meanings are of the shorthands that a report's own key may not explain.
var meanings = []metrics.Shorthand{
	{Mark: metrics.Suppressed.Shorthand(), Meaning: "confidential: the count is small enough to identify someone"},
	{Mark: metrics.Missing.Shorthand(), Meaning: "not available"},
	{Mark: notApplicable, Meaning: "not applicable: there is nothing to say here"},
	{Mark: metrics.ProvisionalMark, Meaning: "provisional: may still be restated by its publisher"},
	{Mark: metrics.RevisedMark, Meaning: "revised since the report before"},
	{Mark: "[e]", Meaning: "estimated"},
	{Mark: "[f]", Meaning: "forecast"},
	{Mark: "[b]", Meaning: "break in the series: not comparable with the one before"},
	{Mark: "[low]", Meaning: "rounds to 0 and is not 0"},
	{Mark: "[u]", Meaning: "of low reliability"},
}

// keyOf explains shorthands: the report's key, and those used besides.
func keyOf(r *metrics.Report, used map[string]bool) []metrics.Shorthand {
	key := slices.Clone(r.Key)
	for _, m := range meanings {
		if used[m.Mark] && !slices.ContainsFunc(key, func(k metrics.Shorthand) bool { return k.Mark == m.Mark }) {
			key = append(key, m)
		}
	}
	return key
}

// marksOf are the shorthands of the figures and tables.
func marksOf(r *metrics.Report) map[string]bool {
	used := map[string]bool{}
	use := func(signs string) {
		for _, sign := range strings.Fields(signs) {
			used[sign] = true
		}
	}
	for _, f := range r.Figures {
		use(f.Shorthand())
	}
	for _, s := range r.Sections {
		for _, b := range s.Blocks {
			if b.Table != nil {
				for _, row := range b.Table.Rows {
					for _, c := range row {
						use(c.Shorthand)
					}
				}
			}
		}
	}
	return used
}

// stamp is when a report was made, for a document's properties and a zip's
// entries: the same report makes the same bytes.
func stamp(r *metrics.Report) time.Time {
	for _, at := range []string{r.FrozenAt, r.AsAt} {
		if t, err := time.Parse(time.RFC3339, at); err == nil && t.Year() >= 1980 && t.Year() < 2100 { // what a zip can write
			return t.UTC().Truncate(time.Second)
		}
	}
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
}

// day is a moment as a date in words, the text itself where it is none.
func day(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return at
	}
	return t.UTC().Format("2 January 2006")
}

// version is a report's version in words, with its date.
func version(r *metrics.Report) string {
	if r.Number == 0 && !r.OfPages {
		return "draft: its figures may still change"
	}
	said := r.Version()
	if r.FrozenAt != "" {
		said += ", frozen on " + day(r.FrozenAt)
	}
	if r.FrozenBy != "" {
		said += " by " + r.FrozenBy
	}
	return said
}

// sampleWarning is what every file and worksheet of invented data says.
const sampleWarning = "Invented sample data: no number here is real."

// methods are the paragraphs of the sections on methods.
func methods(r *metrics.Report) []string {
	var out []string
	for _, s := range r.Sections {
		if !strings.Contains(strings.ToLower(s.Title), "method") {
			continue
		}
		for _, b := range s.Blocks {
			if b.Paragraph != "" {
				out = append(out, b.Paragraph)
			}
			out = append(out, b.List...)
		}
	}
	return out
}
