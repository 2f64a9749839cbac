package population

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// isTotals says whether a sheet is MYE 5: every area's total, year by year.
func isTotals(sheet string) bool { return sheetName(sheet) == "mye5" }

// isAges says whether a sheet is MYE2 - Persons: one year by single year of age.
func isAges(sheet string) bool { return sheetName(sheet) == "mye2-persons" }

func sheetName(s string) string { return strings.ReplaceAll(table.Header(s), " ", "") }

// headerRows is how far down a sheet its header is looked for.
const headerRows = 20

var (
	totalHeader = regexp.MustCompile(`^estimated population,? mid-?\s?(\d{4})`)
	ageHeader   = regexp.MustCompile(`^(\d{1,2})\+?$`)
	titleYear   = regexp.MustCompile(`(?i)\bmid-?\s?(\d{4})\b`)
)

// columns is where a sheet has its columns.
type columns struct {
	header     table.Row
	code, name int
	allAges    int
	km2        int         // the area's size; -1 when missing
	years      map[int]int // column by year
	ages       [91]int     // column by age, 90 being 90 and over; -1 when missing
	title      string      // what stands above the header
}

// findColumns looks for the row with Code and Name among a sheet's first.
func (t *tables) findColumns(sheet string) (columns, error) {
	c := columns{years: map[int]int{}, allAges: -1, km2: -1}
	var widest table.Row
	for row, err := range t.book.Rows(sheet) {
		if err != nil {
			return c, err
		}
		if row.Number > headerRows {
			break
		}
		headers := make([]string, len(row.Cells))
		for i, cell := range row.Cells {
			headers[i] = table.Header(cell)
		}
		c.code, c.name = slices.Index(headers, "code"), slices.Index(headers, "name")
		if c.code < 0 || c.name < 0 {
			c.title += " " + strings.Join(headers, " ")
			if len(row.Cells) > len(widest.Cells) {
				widest = row
			}
			continue
		}
		c.header = row
		for age := range c.ages {
			c.ages[age] = -1
		}
		for i, h := range headers {
			if m := totalHeader.FindStringSubmatch(h); m != nil {
				year, _ := strconv.Atoi(m[1])
				c.years[year] = i
			} else if m := ageHeader.FindStringSubmatch(h); m != nil {
				if age, _ := strconv.Atoi(m[1]); age <= 90 {
					c.ages[age] = i
				}
			} else if h == "all ages" {
				c.allAges = i
			} else if strings.HasPrefix(h, "area (sq km") {
				c.km2 = i
			}
		}
		return c, nil
	}
	return c, metrics.Errorf(metrics.Invalid, `%s: none of the first %d rows is a header with the columns "Code" and "Name"; the widest has %s. Fetch the workbook as published again`,
		t.book.At(sheet, 0, ""), headerRows, table.Quote(widest.Cells))
}

func (t *tables) missing(sheet string, c columns, what string) error {
	return metrics.Errorf(metrics.Invalid, "%s: there is no column %s; the columns are %s. Fetch the workbook as published again",
		t.book.At(sheet, c.header.Number, ""), what, table.Quote(c.header.Cells))
}

// isRow says whether a row below the header is a row of the table rather than
// a note under it: it has an area's code, or something where the numbers stand.
func (c *columns) isRow(row table.Row) bool {
	if areaCode.MatchString(row.Cell(c.code)) || row.Cell(c.allAges) != "" {
		return true
	}
	for _, i := range c.years {
		if row.Cell(i) != "" {
			return true
		}
	}
	return false
}

// area counts the row in the release and gives its area. ok is false where it
// has none that can be used: a row without a code, such as "Unassigned", is
// outside of every area.
func (t *tables) area(r *release, c *columns, row table.Row) (code, name string, ok bool) {
	r.account.Read++
	code, name = row.Cell(c.code), strings.Join(strings.Fields(row.Cell(c.name)), " ")
	if code == "" {
		r.account.Outside++
		return "", "", false
	}
	problem := metrics.Problem{Sheet: r.sheet, Row: row.Number, Column: c.header.Cell(c.code), Rejects: true}
	if !areaCode.MatchString(code) {
		problem.Rule, problem.Message = "area_code", fmt.Sprintf("%q is not the code of an area: a letter and eight digits, as E08000026", code)
		t.note(r, problem, true)
		return "", "", false
	}
	if before, seen := r.rowOf[code]; seen {
		problem.Rule, problem.Message = "area_repeated", fmt.Sprintf("%s stood in row %d before: that row was counted, this one was not", code, before)
		t.note(r, problem, true)
		return "", "", false
	}
	r.rowOf[code] = row.Number
	return code, name, true
}

func (t *tables) readTotals(ctx context.Context, sheet string) error {
	c, err := t.findColumns(sheet)
	if err != nil {
		return err
	}
	if len(c.years) == 0 {
		return t.missing(sheet, c, `"Estimated Population mid-" and a year`)
	}
	for year, column := range c.years {
		t.at(key{year: year}, sheet).column = header(c.header, column)
	}
	newest := slices.Max(slices.Collect(maps.Keys(c.years)))
	for row, err := range t.book.Rows(sheet) {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if row.Number <= c.header.Number || !c.isRow(row) {
			continue
		}
		for year, column := range c.years {
			r := t.releases[key{year: year}]
			code, name, ok := t.area(r, &c, row)
			if !ok {
				continue
			}
			persons, bad := inhabited(row.Cell(column))
			if bad != nil {
				t.noteCell(r, row.Number, r.column, code+" "+name, bad)
				continue
			}
			r.account.Kept++
			r.rows = append(r.rows, store.EstimateRow{Area: code, Name: name, Age: -1, Persons: persons})
			if year == newest {
				t.addSize(r, &c, row, code, name)
			}
		}
	}
	t.noteBases(sheet)
	return nil
}

// addSize reads how large an area is. A size that cannot be read is no reason
// to leave out the estimate beside it: it is noted and the area has none.
func (t *tables) addSize(r *release, c *columns, row table.Row, code, name string) {
	cell := row.Cell(c.km2)
	if c.km2 < 0 || cell == "" || notPublished.MatchString(strings.ToLower(cell)) {
		return
	}
	km2, err := strconv.ParseFloat(strings.ReplaceAll(cell, ",", ""), 64)
	if err != nil || !(km2 > 0 && km2 < 1e6) {
		t.note(r, metrics.Problem{Sheet: r.sheet, Row: row.Number, Column: header(c.header, c.km2), Rule: "area_size",
			Message: fmt.Sprintf("%s %s: %q is not a size in square kilometres, so the area has no density", code, name, cell)}, false)
		return
	}
	r.sizes = append(r.sizes, store.AreaSize{Area: code, Km2: km2})
}

// noteBases says of a workbook with years on both sides of the 2021 Census
// what was taken for granted of the earlier ones, for the sheet does not say.
func (t *tables) noteBases(sheet string) {
	order := t.order()
	if last := order[len(order)-1]; baseOf(last.year) == 2011 {
		return
	}
	for _, k := range order {
		if baseOf(k.year) == 2011 {
			t.note(t.releases[k], metrics.Problem{Sheet: sheet, Column: t.releases[k].column, Rule: "census_base",
				Message: fmt.Sprintf("mid-%d is taken as the series based on the 2011 Census; if the publisher has revised it to that of 2021, import it as a CSV with the column census_base", k.year)}, false)
		}
	}
}

func (t *tables) readAges(ctx context.Context, sheet string) error {
	c, err := t.findColumns(sheet)
	if err != nil {
		return err
	}
	if c.allAges < 0 {
		return t.missing(sheet, c, `"All ages"`)
	}
	for age, column := range c.ages {
		if column < 0 {
			return t.missing(sheet, c, fmt.Sprintf("for the age %d", age))
		}
	}
	m := titleYear.FindStringSubmatch(c.title)
	if m == nil {
		return metrics.Errorf(metrics.Invalid, "%s: the title above the table does not name its year, as “mid-2019” would: fetch the workbook as published again", t.book.At(sheet, 0, ""))
	}
	year, _ := strconv.Atoi(m[1])
	r := t.at(key{year, true}, sheet)
	for row, err := range t.book.Rows(sheet) {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if row.Number <= c.header.Number || !c.isRow(row) {
			continue
		}
		if code, name, ok := t.area(r, &c, row); ok {
			t.addAges(r, &c, row, code, name)
		}
	}
	return nil
}

// addAges reads an area's persons by single year of age, all or none of them.
func (t *tables) addAges(r *release, c *columns, row table.Row, code, name string) {
	total, bad := inhabited(row.Cell(c.allAges))
	if bad != nil {
		t.noteCell(r, row.Number, header(c.header, c.allAges), code+" "+name, bad)
		return
	}
	ages := make([]store.EstimateRow, 0, len(c.ages))
	var sum int64
	for age, column := range c.ages {
		persons, bad := estimate(row.Cell(column))
		if bad != nil {
			t.noteCell(r, row.Number, header(c.header, column), code+" "+name, bad)
			return
		}
		sum += persons
		ages = append(ages, store.EstimateRow{Area: code, Name: name, Age: age, Persons: persons})
	}
	if sum != total {
		t.note(r, metrics.Problem{Sheet: r.sheet, Row: row.Number, Column: header(c.header, c.allAges), Rule: "ages_sum", Rejects: true,
			Message: fmt.Sprintf("%s %s: the ages sum to %d, but all ages are given as %d: the ages were not counted", code, name, sum, total)}, true)
		return
	}
	r.account.Kept++
	r.rows = append(r.rows, ages...)
}

// header is a column's header as the sheet writes it, on one line.
func header(row table.Row, column int) string {
	return strings.Join(strings.Fields(row.Cell(column)), " ")
}
