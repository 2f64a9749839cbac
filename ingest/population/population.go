// Package population reads mid-year population estimates: the workbook of the
// Office for National Statistics (sheets MYE 5 and MYE2 - Persons), a tidy
// CSV area_code,area_name,year,persons, and the residents of LSOAs (Census
// table TS001, mid-year totals). It must not import another source's package.
package population

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"outcomes/ingest"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// Reader reads files of population estimates.
type Reader struct{}

// New gives a reader.
func New() *Reader { return &Reader{} }

// Source is the mid-year estimates.
func (*Reader) Source() metrics.Source { return metrics.PopulationSource }

// fileName is how ONS names the workbook.
var fileName = regexp.MustCompile(`(?i)^uk(midyearestimates|popestimates).*\.xlsx$`)

// Knows says whether the file holds mid-year estimates: the workbook by its
// name or its sheets, the tidy CSV by its header.
func (*Reader) Knows(in ingest.Input) bool {
	if fileName.MatchString(filepath.Base(in.Name)) {
		return true
	}
	book, err := table.Open(in)
	if err != nil {
		return false
	}
	defer book.Close()
	if slices.ContainsFunc(book.Sheets(), func(s string) bool { return isTotals(s) || isAges(s) }) {
		return true
	}
	if _, ok := findLSOAs(book); ok {
		return true
	}
	_, err = findTidy(book)
	return err == nil
}

// Read reads the file into a release for each year's totals and, where ages
// are given, one for each year's ages.
func (*Reader) Read(ctx context.Context, in ingest.Input, opts ingest.Options) ([]store.Release, error) {
	book, err := table.Open(in)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	t := &tables{in: in, book: book, releases: map[key]*release{}}
	if out, ok, err := t.readsLSOAs(ctx, in); ok {
		if err == nil && opts.Progress != nil {
			opts.Progress(int(in.Size))
		}
		return out, err
	}
	sheets := book.Sheets()
	totals, ages := slices.IndexFunc(sheets, isTotals), slices.IndexFunc(sheets, isAges)
	if totals < 0 && ages < 0 {
		err = t.readTidy(ctx)
	}
	if totals >= 0 {
		err = t.readTotals(ctx, sheets[totals])
	}
	if ages >= 0 && err == nil {
		err = t.readAges(ctx, sheets[ages])
	}
	if err != nil {
		return nil, err
	}
	digest, err := in.Digest()
	if err != nil {
		return nil, err
	}
	t.compare()
	var out []store.Release
	for _, k := range t.order() {
		r := t.releases[k]
		if err := t.check(r); err != nil {
			return nil, err
		}
		out = append(out, r.release(in, k, digest))
	}
	if opts.Progress != nil {
		opts.Progress(int(in.Size))
	}
	return out, nil
}

// key tells a file's releases apart: totals and ages of a year are two.
type key struct {
	year int
	ages bool
}

// release is what is read of one year.
type release struct {
	base     int
	rows     []store.EstimateRow
	sizes    []store.AreaSize
	account  metrics.Account
	problems []metrics.Problem
	bad      int64            // rejected rows that should have been right
	firstBad *metrics.Problem // the first of them
	rowOf    map[string]int   // where an area, or an area's age, stood

	sheet, column string // where the estimates stand, for messages
}

// tableOf names the table that a release's rows are of: a workbook's sheet has
// all its years in each row, a tidy CSV has a row for each.
func tableOf(sheet, release string) string {
	if sheet != "" {
		return sheet
	}
	return release
}

// tables reads a file's tables into releases.
type tables struct {
	in       ingest.Input
	book     *table.Book
	releases map[key]*release
}

// baseOf is the census that a year's estimates are based on, where the file does not say.
func baseOf(year int) int {
	if year >= 2021 {
		return 2021
	}
	return 2011
}

// at gives the release of a year, a new one the first time.
func (t *tables) at(k key, sheet string) *release {
	r := t.releases[k]
	if r == nil {
		r = &release{base: baseOf(k.year), rowOf: map[string]int{}, sheet: sheet}
		t.releases[k] = r
	}
	return r
}

// order is the releases' order: by year, totals before ages.
func (t *tables) order() []key {
	var keys []key
	for k := range t.releases {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.year != b.year {
			return a.year - b.year
		}
		if a.ages == b.ages {
			return 0
		}
		if a.ages {
			return 1
		}
		return -1
	})
	return keys
}

// areaCode is the form of ONS codes: England, Wales, Scotland, Northern
// Ireland, and the United Kingdom and its parts.
var areaCode = regexp.MustCompile(`^[EWSNK]\d{8}$`)

// notPublished is what stands in a cell whose estimate the publisher does not
// give: [x] not available, [u] unreliable, [c] confidential.
var notPublished = regexp.MustCompile(`^(\[[a-z]\]|:|\.\.)$`)

// note keeps a problem of a release. fault says that the row should have been
// right; what the publisher left out, or gives in parts, is no fault.
func (t *tables) note(r *release, p metrics.Problem, fault bool) {
	p.File = t.in.Name
	if fault {
		r.bad++
		if r.firstBad == nil || p.Row < r.firstBad.Row {
			r.firstBad = &p
		}
	}
	if p.Rejects {
		r.account.Rejected++
	}
	if len(r.problems) < ingest.MaxProblems {
		r.problems = append(r.problems, p)
	}
}

// badCell is why a cell does not hold an estimate.
type badCell struct {
	rule, message string
	fault         bool // of the file; false where the publisher gives none
}

// noteCell keeps the problem of an area's cell; the row is not counted.
func (t *tables) noteCell(r *release, row int, column, area string, bad *badCell) {
	t.note(r, metrics.Problem{Sheet: r.sheet, Row: row, Column: column, Rule: bad.rule, Message: area + ": " + bad.message, Rejects: true}, bad.fault)
}

// estimate reads a cell that holds a number of persons.
func estimate(cell string) (int64, *badCell) {
	if notPublished.MatchString(strings.ToLower(cell)) {
		return 0, &badCell{"not_published", fmt.Sprintf("the publisher gives %s in place of an estimate; the area has none for the year, which is not zero", cell), false}
	}
	n, err := table.ParseCount(cell)
	switch {
	case cell == "":
		return 0, &badCell{"persons", "there is no number of persons; if the cell shows one, it is a formula: open the workbook and save it again", true}
	case err != nil:
		return 0, &badCell{"persons", err.Error() + " of persons", true}
	case n > 10_000_000_000:
		return 0, &badCell{"persons", cell + " persons are more than live on Earth", true}
	}
	return n, nil
}

// inhabited reads a cell that holds all persons of a district or a larger
// area: nobody lives in none.
func inhabited(cell string) (int64, *badCell) {
	n, bad := estimate(cell)
	if bad == nil && n == 0 {
		bad = &badCell{"persons", "an estimate of 0 residents is none, for people live in every district: give the estimate, or leave the row out", true}
	}
	return n, bad
}

// compare notes where the sheet of ages and the sheet of totals differ. Both
// are kept: figures of all ages use the one, figures of an age group the other.
func (t *tables) compare() {
	for k, ages := range t.releases {
		totals := t.releases[key{year: k.year}]
		if !k.ages || totals == nil {
			continue
		}
		sum := map[string]int64{}
		for _, row := range ages.rows {
			sum[row.Area] += row.Persons
		}
		for _, row := range totals.rows {
			if s, ok := sum[row.Area]; ok && s != row.Persons {
				t.note(ages, metrics.Problem{
					Sheet: ages.sheet, Row: ages.rowOf[row.Area], Rule: "total_differs",
					Message: fmt.Sprintf("%s %s: the ages of %d sum to %d, but the total is given as %d: the two are not of one release", row.Area, row.Name, k.year, s, row.Persons),
				}, false)
			}
		}
	}
}

// check is the error for a release with too many bad rows, or none that is good.
func (t *tables) check(r *release) error {
	if p := r.firstBad; p != nil && float64(r.bad) > ingest.TooManyBad*float64(r.account.Read) {
		return metrics.Errorf(metrics.Invalid, "%s: %s. %d of %d rows cannot be used, this is the first; nothing was kept",
			t.book.At(p.Sheet, p.Row, p.Column), p.Message, r.bad, r.account.Read)
	}
	if len(r.rows) == 0 {
		return metrics.Errorf(metrics.Invalid, "%s has no estimate of an area in it: fetch the file again", t.book.At(r.sheet, 0, r.column))
	}
	return nil
}

// release gives a year's facts with their batch.
func (r *release) release(in ingest.Input, k key, digest string) store.Release {
	slices.SortFunc(r.rows, func(a, b store.EstimateRow) int {
		if c := strings.Compare(a.Area, b.Area); c != 0 {
			return c
		}
		return a.Age - b.Age
	})
	slices.SortFunc(r.sizes, func(a, b store.AreaSize) int { return strings.Compare(a.Area, b.Area) })
	h := sha256.New()
	fmt.Fprintf(h, "%d %d\n", k.year, r.base)
	for _, row := range r.rows {
		fmt.Fprintf(h, "%s %q %d %d\n", row.Area, row.Name, row.Age, row.Persons)
	}
	for _, s := range r.sizes {
		fmt.Fprintf(h, "%s %g km2\n", s.Area, s.Km2)
	}
	period := fmt.Sprintf("mid-%d", k.year)
	name := period
	if k.ages {
		name += "/ages"
	}
	return store.Release{
		Batch: metrics.Batch{
			Source:  metrics.PopulationSource,
			Release: name,
			File:    in.File(), Member: in.Member(), Size: in.Size, Digest: digest,
			Period:  period,
			Account: r.account, Problems: r.problems,
			Facts: int64(len(r.rows)), FactsSHA: hex.EncodeToString(h.Sum(nil)),
			Sample: in.Sample,
		},
		Table: tableOf(r.sheet, name),
		Facts: &store.Estimates{Year: k.year, Base: r.base, Rows: r.rows, Areas: r.sizes},
	}
}
