package population

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"outcomes/ingest"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// Two layouts give the residents of every LSOA: the Census table TS001 as Nomis
// writes it (total, 2021 super output area - lower layer, mnemonic; notes under
// the table) and mid-year tables with lsoa11_code and total_population, of
// which the totals only are kept.

// lsoas is where a table of LSOAs has its columns.
type lsoas struct {
	sheet               string
	header              table.Row
	code, name, persons int
	census              int // the Census' year; 0 for mid-year estimates
}

var (
	lsoaCode     = regexp.MustCompile(`^[EW]01\d{6}$`)
	censusColumn = regexp.MustCompile(`^(\d{4}) super output area - lower layer$`)
	lsoaColumn   = regexp.MustCompile(`^lsoa\d\d_?(code|cd)$`)
)

// findLSOAs looks for a sheet whose first row that is not blank is the header
// of one of the two layouts.
func findLSOAs(book *table.Book) (lsoas, bool) {
	for _, sheet := range book.Sheets() {
		for row, err := range book.Rows(sheet) {
			if err != nil {
				return lsoas{}, false
			}
			if row.Blank() {
				continue
			}
			l := lsoas{sheet: sheet, header: row, code: -1, name: -1, persons: -1}
			mnemonic := -1
			for i, c := range row.Cells {
				h := table.Header(c)
				switch {
				case h == "total" || h == "total_population":
					l.persons = i
				case h == "mnemonic":
					mnemonic = i
				case lsoaColumn.MatchString(h):
					l.code = i
				case strings.HasPrefix(h, "lsoa") && (strings.HasSuffix(h, "name") || strings.HasSuffix(h, "nm")):
					l.name = i
				}
				if m := censusColumn.FindStringSubmatch(h); m != nil {
					l.name = i
					l.census, _ = strconv.Atoi(m[1])
				}
			}
			if l.census != 0 {
				l.code = mnemonic
			}
			if l.code >= 0 && l.persons >= 0 {
				return l, true
			}
			break
		}
	}
	return lsoas{}, false
}

var (
	lsoaWord  = regexp.MustCompile(`(?i)lsoa[_-]?(20)?\d\d`)
	digits    = regexp.MustCompile(`\d+`)
	shortYear = regexp.MustCompile(`(?i)(?:population|mid|mye)[_-]?(\d\d)(?:\D|$)`)
)

// yearOf reads the year out of a file's name: population17_lsoa11.csv.gz is of
// mid-2017, for the table itself does not say.
func yearOf(name string) (int, bool) {
	base := lsoaWord.ReplaceAllString(filepath.Base(name), "_")
	year := 0
	for _, d := range digits.FindAllString(base, -1) {
		if len(d) != 4 || d < "1900" || d > "2100" {
			continue
		}
		if year != 0 {
			return 0, false // of two years, which?
		}
		year, _ = strconv.Atoi(d)
	}
	if year != 0 {
		return year, true
	}
	if m := shortYear.FindStringSubmatch(base); m != nil {
		year, _ := strconv.Atoi(m[1])
		return 2000 + year, true
	}
	return 0, false
}

// readLSOAs reads a table of LSOAs into one release.
func (t *tables) readLSOAs(ctx context.Context, l lsoas) error {
	year := l.census
	if year == 0 {
		var ok bool
		if year, ok = yearOf(t.in.Name); !ok {
			return metrics.Errorf(metrics.Invalid, "%s does not say which year its estimates are of, and neither does its name: give it a name with the year, as population2019_lsoa11.csv, and import it again", t.in.Path)
		}
	}
	r := t.at(key{year: year}, l.sheet)
	r.column = header(l.header, l.persons)
	if l.census != 0 {
		r.base = l.census
	}
	for row, err := range t.book.Rows(l.sheet) {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		code, cell := row.Cell(l.code), row.Cell(l.persons)
		if row.Number <= l.header.Number || code == "" && cell == "" {
			continue // above the table, or a note under it
		}
		r.account.Read++
		reject := func(column int, rule, format string, args ...any) {
			t.note(r, metrics.Problem{Sheet: l.sheet, Row: row.Number, Column: header(l.header, column), Rule: rule, Message: fmt.Sprintf(format, args...), Rejects: true}, true)
		}
		name := strings.Join(strings.Fields(row.Cell(l.name)), " ")
		switch {
		case code == "":
			r.account.Outside++
			continue
		case !lsoaCode.MatchString(code):
			if areaCode.MatchString(code) { // Scotland's data zones, a total of the country
				r.account.Outside++
				continue
			}
			reject(l.code, "area_code", "%q is not the code of an LSOA: E01 or W01 and six digits", code)
			continue
		case r.rowOf[code] != 0:
			reject(l.code, "area_repeated", "%s stood in row %d before: that row was counted, this one was not", code, r.rowOf[code])
			continue
		}
		r.rowOf[code] = row.Number
		persons, bad := estimate(cell)
		if bad != nil {
			t.noteCell(r, row.Number, r.column, code+" "+name, bad)
			continue
		}
		r.account.Kept++
		r.rows = append(r.rows, store.EstimateRow{Area: code, Name: name, Age: -1, Persons: persons})
	}
	return nil
}

// named gives the release of a table of LSOAs its own name: the same year's
// estimates of districts are another release.
func (l lsoas) named(rel store.Release) store.Release {
	if l.census != 0 {
		rel.Period = fmt.Sprintf("census-%d", l.census)
	}
	rel.Release = rel.Period + "/lsoa"
	rel.Table = tableOf(l.sheet, rel.Release)
	return rel
}

// readsLSOAs reads the file if it is a table of LSOAs.
func (t *tables) readsLSOAs(ctx context.Context, in ingest.Input) ([]store.Release, bool, error) {
	l, ok := findLSOAs(t.book)
	if !ok {
		return nil, false, nil
	}
	if err := t.readLSOAs(ctx, l); err != nil {
		return nil, true, err
	}
	digest, err := in.Digest()
	if err != nil {
		return nil, true, err
	}
	var out []store.Release
	for _, k := range t.order() {
		if err := t.check(t.releases[k]); err != nil {
			return nil, true, err
		}
		out = append(out, l.named(t.releases[k].release(in, k, digest)))
	}
	return out, true, nil
}
