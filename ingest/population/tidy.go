package population

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// tidy is where a tidy table has its columns; age and base may be -1.
type tidy struct {
	sheet                                string
	header                               table.Row
	area, name, year, persons, age, base int
}

// findTidy looks for a sheet whose first row is the tidy header. The error
// lists the columns there are.
func findTidy(book *table.Book) (tidy, error) {
	var first tidy
	for _, sheet := range book.Sheets() {
		for row, err := range book.Rows(sheet) {
			if err != nil {
				return tidy{}, err
			}
			if row.Blank() {
				continue
			}
			headers := make([]string, len(row.Cells))
			for i, c := range row.Cells {
				headers[i] = table.Header(c)
			}
			column := func(name string) int { return slices.Index(headers, name) }
			l := tidy{sheet, row, column("area_code"), column("area_name"), column("year"), column("persons"), column("age"), column("census_base")}
			if min(l.area, l.name, l.year, l.persons) >= 0 {
				return l, nil
			}
			if first.header.Number == 0 {
				first = l
			}
			break
		}
	}
	if first.header.Number == 0 {
		return first, metrics.Errorf(metrics.Invalid, "%s has no table in it: fetch it again", book.At("", 0, ""))
	}
	return first, metrics.Errorf(metrics.Invalid, `%s: this is neither the workbook with the sheets "MYE 5" and "MYE2 - Persons" nor a table with the columns area_code, area_name, year, persons; the columns are %s`,
		book.At(first.sheet, first.header.Number, ""), table.Quote(first.header.Cells))
}

// readTidy reads a tidy table. A row without an age is an area's total.
func (t *tables) readTidy(ctx context.Context) error {
	l, err := findTidy(t.book)
	if err != nil {
		return err
	}
	read := map[key][]placed{}
	strays := &release{} // rows whose year or age cannot be read: they belong to no release
	for row, err := range t.book.Rows(l.sheet) {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if row.Number > l.header.Number && !row.Blank() {
			t.addTidy(&l, row, read, strays)
		}
	}
	order := t.order()
	if len(order) == 0 {
		if strays.firstBad != nil {
			strays.sheet = l.sheet
			return t.check(strays)
		}
		return metrics.Errorf(metrics.Invalid, "%s has a header and no rows under it: fetch the file again", t.book.At(l.sheet, 0, ""))
	}
	for _, k := range order {
		r := t.releases[k]
		t.settle(&l, r, read[k])
		if k.ages {
			t.wholeAges(&l, r)
		}
		slices.SortStableFunc(r.problems, func(a, b metrics.Problem) int { return a.Row - b.Row })
	}
	// Every row must be in an account: the strays are in that of the first release.
	r := t.releases[order[0]]
	r.account = r.account.Add(strays.account)
	r.problems = append(strays.problems, r.problems...)
	if r.bad += strays.bad; strays.firstBad != nil {
		r.firstBad = strays.firstBad
	}
	return nil
}

// placed is an estimate with the row it stands in.
type placed struct {
	store.EstimateRow
	row int
}

// addTidy reads a row into those of its release, or says why it cannot be used.
func (t *tables) addTidy(l *tidy, row table.Row, read map[key][]placed, strays *release) {
	var k key
	year, yearErr := strconv.Atoi(row.Cell(l.year))
	age, ageErr := parseAge(row.Cell(l.age))
	r := strays
	if yearErr == nil && year >= 1900 && year <= 2100 && ageErr == nil {
		k = key{year, age >= 0}
		r = t.at(k, l.sheet)
		r.column = header(l.header, l.persons)
	}
	r.account.Read++
	reject := func(column int, rule, format string, args ...any) {
		t.note(r, metrics.Problem{Sheet: l.sheet, Row: row.Number, Column: header(l.header, column), Rule: rule, Message: fmt.Sprintf(format, args...), Rejects: true}, true)
	}
	code, name := row.Cell(l.area), strings.Join(strings.Fields(row.Cell(l.name)), " ")
	switch {
	case code == "":
		r.account.Outside++
		return
	case !areaCode.MatchString(code):
		reject(l.area, "area_code", "%q is not the code of an area: a letter and eight digits, as E08000026", code)
		return
	case r == strays && ageErr == nil:
		reject(l.year, "year", "%q is not a year, as 2019", row.Cell(l.year))
		return
	case r == strays:
		reject(l.age, "age", "%v", ageErr)
		return
	}
	if base := row.Cell(l.base); base != "" {
		switch {
		case base != "2011" && base != "2021":
			reject(l.base, "census_base", "%q is not the census of a series: write 2011 or 2021", base)
			return
		case len(read[k]) == 0:
			r.base, _ = strconv.Atoi(base)
		}
		if base != strconv.Itoa(r.base) {
			reject(l.base, "census_base", "the rows of %d before it are of the series based on the %d Census, this one on that of %s: the two are not one series", year, r.base, base)
			return
		}
	}
	count := estimate // nobody of an age is an estimate
	if age < 0 && !lsoaCode.MatchString(code) {
		count = inhabited
	}
	persons, bad := count(row.Cell(l.persons))
	if bad != nil {
		t.noteCell(r, row.Number, header(l.header, l.persons), code+" "+name, bad)
		return
	}
	read[k] = append(read[k], placed{store.EstimateRow{Area: code, Name: name, Age: age, Persons: persons}, row.Number})
}

// settle keeps the rows of a release that stand alone for their area and age.
// Of rows that say the same the first is kept. Rows that say different things
// are mostly parts of an area, as where one district has several Community
// Safety Partnerships; none of them is the area's number, nor need their sum be.
func (t *tables) settle(l *tidy, r *release, read []placed) {
	type place struct {
		area string
		age  int
	}
	same := map[place][]placed{}
	for _, p := range read {
		at := place{p.Area, p.Age}
		same[at] = append(same[at], p)
	}
	for _, p := range read {
		all := same[place{p.Area, p.Age}]
		problem := metrics.Problem{Sheet: l.sheet, Row: p.row, Column: header(l.header, l.area), Rejects: true}
		switch {
		case slices.ContainsFunc(all, func(o placed) bool { return o.Persons != p.Persons }):
			problem.Rule = "area_in_parts"
			problem.Message = fmt.Sprintf("%s has %d rows with different numbers, %d here (%s): they are parts of the area or different estimates, so none was counted; give the area one row", p.Area, len(all), p.Persons, p.Name)
			t.note(r, problem, false)
		case p.row != all[0].row:
			problem.Rule = "area_repeated"
			problem.Message = fmt.Sprintf("%s stood in row %d before with the same number: that row was counted, this one was not", p.Area, all[0].row)
			t.note(r, problem, true)
		default:
			r.rowOf[fmt.Sprintf("%s %d", p.Area, p.Age)] = p.row
			r.account.Kept++
			r.rows = append(r.rows, p.EstimateRow)
		}
	}
}

// parseAge reads a single year of age: 90 and "90+" are 90 and over, "" is -1, all ages.
func parseAge(s string) (int, error) {
	if s == "" {
		return -1, nil
	}
	n, err := table.ParseCount(strings.TrimSuffix(s, "+"))
	if err != nil || n > 90 || strings.HasSuffix(s, "+") && n != 90 {
		return 0, fmt.Errorf("%q is not a single year of age: write 0 to 89 or 90+, or leave it blank for all ages", s)
	}
	return int(n), nil
}

// wholeAges rejects the areas that lack an age: summed over an age group, the
// missing one would count as nobody.
func (t *tables) wholeAges(l *tidy, r *release) {
	count, persons := map[string]int64{}, map[string]int64{}
	for _, row := range r.rows {
		count[row.Area]++
		persons[row.Area] += row.Persons
	}
	said := map[string]bool{}
	r.rows = slices.DeleteFunc(r.rows, func(row store.EstimateRow) bool {
		if count[row.Area] == 91 && (persons[row.Area] > 0 || lsoaCode.MatchString(row.Area)) {
			return false
		}
		p := metrics.Problem{Sheet: l.sheet, Row: r.rowOf[fmt.Sprintf("%s %d", row.Area, row.Age)], Column: header(l.header, l.age), Rule: "ages", Rejects: true,
			Message: fmt.Sprintf("%s %s has %d of the 91 ages, 0 to 89 and 90+: an area needs all of them", row.Area, row.Name, count[row.Area])}
		if count[row.Area] == 91 {
			p.Message = fmt.Sprintf("%s %s has nobody of any age, and people live in every district: give its estimates, or leave it out", row.Area, row.Name)
		}
		r.account.Kept--
		if said[row.Area] { // once an area is enough, but every row is in the account
			r.account.Rejected++
			r.bad++
			return true
		}
		said[row.Area] = true
		t.note(r, p, true)
		return true
	})
}
