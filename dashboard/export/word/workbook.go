package word

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// sheet is how a chart's data lie in its workbook: a row a period under one
// row of headings. The series stand beside the periods, so that Word shows
// them as one range; what explains them stands to their right.
type sheet struct {
	name         string
	rows         int
	columns      []column
	values       []int // the column of each line, counted from 0
	below, above int   // those of the subject's intervals as they are drawn
}

type column struct {
	head   string
	format string // of numbers; "" for words
	cell   func(i int) any
}

// cell is the reference of a cell; row 0 is the headings.
func (s sheet) cell(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row+1, true)
	if err != nil { // more columns than a sheet has
		return ""
	}
	return "'" + s.name + "'!" + name
}

// span is the reference of a column's cells, without its heading.
func (s sheet) span(column int) string {
	_, last, _ := strings.Cut(s.cell(column, s.rows), "!")
	return s.cell(column, 1) + ":" + last
}

// serial is a month's last day as a spreadsheet counts days.
func serial(m metrics.Month) float64 {
	return m.End().Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
}

func (c *chart) sheet() sheet {
	s := sheet{name: c.sheetName, rows: len(c.Periods)}
	add := func(head, format string, cell func(int) any) int {
		s.columns = append(s.columns, column{head, format, cell})
		return len(s.columns) - 1
	}
	optional := func(v *float64) any {
		if v == nil {
			return nil
		}
		return *v
	}
	if c.dated != "" {
		add("Last day of the period", "d mmm yyyy", func(i int) any { return serial(c.Periods[i].At) })
	} else {
		add("Period", "", func(i int) any { return line(c.Periods[i].Short) })
	}
	format := c.format(c.Decimals)
	for _, l := range c.lines {
		// A spreadsheet draws a cell of words as 0, so a period without a value
		// has an empty cell here and its sign in the column that says so.
		s.values = append(s.values, add(l.name, format, func(i int) any {
			if !c.has(l, i) {
				return nil
			}
			return *c.Series[l.series].Values[i]
		}))
	}
	add("Period in full", "", func(i int) any { return line(c.Periods[i].Label) })
	for _, of := range c.Series {
		signs := false
		for i, v := range of.Values {
			signs = signs || v == nil || sign(of, i) != ""
		}
		mark := func(i int) any {
			if v := sign(of, i); v != "" {
				return v
			}
			if of.Values[i] == nil {
				return metrics.Missing.Shorthand()
			}
			return nil
		}
		if signs {
			add(line(of.Name)+": sign", "", mark)
		}
		limit := func(words string, limits []*float64) {
			if len(limits) == 0 {
				return
			}
			add(line(of.Name)+": "+words, format, func(i int) any {
				if of.Values[i] == nil {
					return mark(i)
				}
				return optional(limits[i])
			})
		}
		limit("lower limit", of.Lower)
		limit("upper limit", of.Upper)
	}
	if c.bars() {
		of := c.Series[0]
		s.below = add(line(of.Name)+": from lower limit to value", format, func(i int) any { return optional(distance(at(of.Lower, i), of.Values[i])) })
		s.above = add(line(of.Name)+": from value to upper limit", format, func(i int) any { return optional(distance(of.Values[i], at(of.Upper, i))) })
	}
	return s
}

// workbook is the chart's data as Word opens them for "Edit data".
func (c *chart) workbook(r *metrics.Report, made time.Time) ([]byte, error) {
	x := excelize.NewFile()
	defer x.Close()
	s := c.sheet()
	b := &book{x: x, styles: map[string]int{}}
	b.do(x.SetSheetName("Sheet1", s.name))
	for j, col := range s.columns {
		name, err := excelize.ColumnNumberToName(j + 1)
		b.do(err)
		b.do(x.SetColWidth(s.name, name, name, 18))
		b.set(s.name, j, 0, col.head, "", true)
		for i := range s.rows {
			b.set(s.name, j, i+1, col.cell(i), col.format, false)
		}
	}
	last, err := excelize.CoordinatesToCellName(len(s.columns), s.rows+1)
	b.do(err)
	b.do(x.SetSheetDimension(s.name, "A1:"+last))
	const about = "About"
	_, err = x.NewSheet(about)
	b.do(err)
	b.do(x.SetColWidth(about, "A", "A", 100))
	var lines []string
	if r.Sample {
		lines = append(lines, invented+".")
	}
	lines = append(lines, line(c.Title), line(c.Subtitle), line(c.Source), line(r.Title)+", "+r.Version()+", "+r.Period.Label()+".")
	if r.AsAt != "" {
		lines = append(lines, "Figures as at "+moment(r.AsAt)+".")
	}
	lines = append(lines, "A cell of a line is empty where the period has no value, as its column of signs says, or lies beyond a break in the series.")
	for _, k := range r.Key {
		lines = append(lines, line(k.Mark)+" "+line(k.Meaning))
	}
	row := 0
	for _, l := range lines {
		if l != "" {
			b.set(about, 0, row, l, "", false)
			row++
		}
	}
	props := &excelize.DocProperties{Title: line(c.Title), Creator: line(r.Partnership), LastModifiedBy: line(r.Partnership), Language: "en-GB"}
	if !made.IsZero() {
		props.Created = made.Format(time.RFC3339)
		props.Modified = props.Created
	}
	b.do(x.SetDocProps(props))
	x.SetActiveSheet(0)
	var out bytes.Buffer
	if b.err == nil {
		b.err = x.Write(&out)
	}
	if b.err != nil {
		return nil, fmt.Errorf("write the data of chart %d: %w", c.number, b.err)
	}
	return out.Bytes(), nil
}

// book writes cells; the first error stops it.
type book struct {
	x      *excelize.File
	styles map[string]int // by number format
	err    error
}

func (b *book) do(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) set(sheet string, column, row int, value any, format string, bold bool) {
	if b.err != nil || value == nil {
		return
	}
	cell, err := excelize.CoordinatesToCellName(column+1, row+1)
	if err != nil {
		b.err = err
		return
	}
	key := format
	if bold {
		key = "heading"
	}
	style, ok := b.styles[key]
	if !ok {
		look := &excelize.Style{Font: &excelize.Font{Family: "Arial", Size: 12, Bold: bold}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: format == ""}}
		if format != "" {
			look.CustomNumFmt = &format
		}
		if style, err = b.x.NewStyle(look); err != nil {
			b.err = err
			return
		}
		b.styles[key] = style
	}
	switch v := value.(type) {
	case float64:
		b.do(b.x.SetCellValue(sheet, cell, v))
	case string: // as it is: no text becomes a formula or a number
		b.do(b.x.SetCellStr(sheet, cell, v))
	}
	b.do(b.x.SetCellStyle(sheet, cell, cell, style))
}
