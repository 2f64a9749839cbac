// Package word writes a report as a Word document (Office Open XML, .docx) in
// the style of a council report: real headings, numbered paragraphs, tables
// with a header row and a text alternative, and charts that Word itself draws
// and edits, each with its data in a workbook.
//
// It writes what metrics made and computes no statistics. It must not import
// the web or the store. The parts of the document are written here and not by
// a library: none that is kept and open writes multilevel numbering, repeated
// header rows and chart parts with their data together.
package word

import (
	"archive/zip"
	"cmp"
	"io"
	"math"
	"strconv"
	"time"

	"outcomes/metrics"
)

// Write writes a report as a Word document. The same report gives the same
// bytes. What the report says wrong of itself, such as a row with a cell too
// few or a number where it is suppressed, is told before anything is written.
func Write(w io.Writer, r *metrics.Report) error {
	d, err := plan(r)
	if err != nil {
		return err
	}
	out := &archive{zip: zip.NewWriter(w), at: d.at}
	d.parts(out)
	if out.err == nil {
		out.err = out.zip.Close()
	}
	if out.err != nil {
		return metrics.Errorf(metrics.Unavailable, "The Word document could not be written whole. Try again. (%w)", out.err)
	}
	return nil
}

// document is a report with what has to be known of it before its first word
// is written: which charts it has, how its tables are numbered, what it links to.
type document struct {
	r      *metrics.Report
	at     time.Time      // when the report was frozen, else when its figures were made
	charts []*chart       // in the order of the sections
	tables map[string]int // the number of a table, by its id
	links  []string       // addresses, in order of their first use
	linkAt map[string]int // place in links
	starts []int          // section numbers that do not follow the one before, in order
}

// plan reads a report through once.
func plan(r *metrics.Report) (*document, error) {
	if r == nil {
		return nil, metrics.Errorf(metrics.Internal, "There is no report to write.")
	}
	d := &document{r: r, tables: map[string]int{}, linkAt: map[string]int{}}
	stamp := cmp.Or(r.FrozenAt, r.AsAt)
	if stamp != "" {
		at, err := time.Parse(time.RFC3339, stamp)
		if err != nil {
			return nil, metrics.Errorf(metrics.Internal, "The report's date %q cannot be read: it must be written as 2019-05-14T09:30:00Z. (%w)", stamp, err)
		}
		d.at = at.UTC()
	}
	numbered := 0
	for i, s := range r.Sections {
		if i == 0 && s.Number != 1 || i > 0 && s.Number != r.Sections[i-1].Number+1 {
			d.starts = append(d.starts, max(s.Number, 0))
		}
		for _, b := range s.Blocks {
			switch {
			case b.Table != nil:
				if err := checkTable(b.Table); err != nil {
					return nil, err
				}
				numbered++
				if _, twice := d.tables[b.Table.ID]; !twice {
					d.tables[b.Table.ID] = numbered
				}
			case b.Chart != nil:
				if err := checkChart(b.Chart); err != nil {
					return nil, err
				}
				d.charts = append(d.charts, newChart(b.Chart, len(d.charts)+1, r.Sample))
			}
		}
	}
	d.link(r.Address)
	for _, s := range r.Sources {
		d.link(s.URL)
	}
	return d, nil
}

func checkTable(t *metrics.ReportTable) error {
	if len(t.Columns) == 0 {
		return metrics.Errorf(metrics.Internal, "The report's table %q has no columns.", t.Title)
	}
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return metrics.Errorf(metrics.Internal, "The report's table %q has %d cells in row %d where it has %d columns.", t.Title, len(row), i+1, len(t.Columns))
		}
		for _, c := range row {
			if c.Shorthand == suppressed && c.Number != nil {
				return metrics.Errorf(metrics.Internal, "The report's table %q has a number in row %d that must not be shown. Nothing was written.", t.Title, i+1)
			}
		}
	}
	return nil
}

var suppressed = metrics.Suppressed.Shorthand()

func checkChart(c *metrics.ReportChart) error {
	n := len(c.Periods)
	for _, s := range c.Series {
		if len(s.Values) != n {
			return metrics.Errorf(metrics.Internal, "The report's chart %q has %d values for %q where it has %d periods.", c.Title, len(s.Values), s.Name, n)
		}
		for _, got := range []int{len(s.Lower), len(s.Upper), len(s.Shorthand)} {
			if got != 0 && got != n {
				return metrics.Errorf(metrics.Internal, "The report's chart %q has %d limits or signs for %q where it has %d periods.", c.Title, got, s.Name, n)
			}
		}
		for i := range n {
			for _, v := range []*float64{s.Values[i], at(s.Lower, i), at(s.Upper, i)} {
				if v == nil {
					continue
				}
				if math.IsNaN(*v) || math.IsInf(*v, 0) {
					return metrics.Errorf(metrics.Internal, "The report's chart %q has something for %q in the %s that is no number.", c.Title, s.Name, c.Periods[i].Label)
				}
				if sign(s, i) == suppressed {
					return metrics.Errorf(metrics.Internal, "The report's chart %q has a number for %q in the %s that must not be shown. Nothing was written.", c.Title, s.Name, c.Periods[i].Label)
				}
			}
		}
	}
	return nil
}

// at is an optional series' number for a period.
func at(numbers []*float64, i int) *float64 {
	if i >= len(numbers) {
		return nil
	}
	return numbers[i]
}

// sign is a series' shorthand for a period.
func sign(s metrics.ReportSeries, i int) string {
	if i >= len(s.Shorthand) {
		return ""
	}
	return s.Shorthand[i]
}

// archive is the file that the parts are written to, one after the other; the
// first error stops it.
type archive struct {
	zip *zip.Writer
	at  time.Time
	err error
}

func (a *archive) open(name string, method uint16) io.Writer {
	if a.err != nil {
		return nil
	}
	h := &zip.FileHeader{Name: name, Method: method}
	if a.at.Year() >= 1980 { // the format's first year
		h.Modified = a.at
	}
	var w io.Writer
	w, a.err = a.zip.CreateHeader(h)
	if a.err != nil {
		return nil
	}
	return w
}

// xml writes a part of markup.
func (a *archive) xml(name string, write func(markup)) {
	w := a.open(name, zip.Deflate)
	if w == nil {
		return
	}
	m := markupTo(w)
	m.put(declaration)
	write(m)
	a.err = m.Flush()
}

// file writes a part that is packed already.
func (a *archive) file(name string, body []byte) {
	if w := a.open(name, zip.Store); w != nil {
		_, a.err = w.Write(body)
	}
}

// parts writes the whole document.
func (d *document) parts(a *archive) {
	a.xml("[Content_Types].xml", d.contentTypes)
	a.xml("_rels/.rels", func(m markup) {
		m.relationships(
			relationship{"rId1", officeRelation + "officeDocument", "word/document.xml", false},
			relationship{"rId2", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "docProps/core.xml", false},
			relationship{"rId3", officeRelation + "extended-properties", "docProps/app.xml", false},
		)
	})
	a.xml("docProps/core.xml", d.core)
	a.xml("docProps/app.xml", d.app)
	a.xml("word/styles.xml", styles)
	a.xml("word/numbering.xml", d.numbering)
	a.xml("word/settings.xml", settings)
	a.xml("word/fontTable.xml", fonts)
	a.xml("word/header1.xml", d.header)
	a.xml("word/footer1.xml", d.footer)
	a.xml("word/_rels/document.xml.rels", d.relations)
	a.xml("word/document.xml", d.body)
	for _, c := range d.charts {
		if a.err != nil {
			return
		}
		if c.empty() {
			continue
		}
		number := strconv.Itoa(c.number)
		book, err := c.workbook(d.r, d.at)
		if err != nil {
			a.err = err
			return
		}
		a.xml("word/charts/chart"+number+".xml", c.part)
		a.xml("word/charts/_rels/chart"+number+".xml.rels", func(m markup) {
			list := []relationship{{"rId1", officeRelation + "package", "../embeddings/Microsoft_Excel_Worksheet" + number + ".xlsx", false}}
			if len(c.marks) > 0 {
				list = append(list, relationship{"rId2", officeRelation + "chartUserShapes", "../drawings/drawing" + number + ".xml", false})
			}
			m.relationships(list...)
		})
		if len(c.marks) > 0 {
			a.xml("word/drawings/drawing"+number+".xml", c.shapes)
		}
		a.file("word/embeddings/Microsoft_Excel_Worksheet"+number+".xlsx", book)
	}
}
