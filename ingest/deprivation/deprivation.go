// Package deprivation reads the English Indices of Deprivation as published
// (Files 1, 2 and 7 of the editions of 2015, 2019 and 2025, as .xlsx or .csv)
// and, for any edition, a tidy CSV lsoa_code,rank. It must not import another
// source's package.
package deprivation

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

// Reader reads the files of the Indices.
type Reader struct{}

// New gives a reader.
func New() *Reader { return &Reader{} }

// Source is the Indices of Deprivation.
func (*Reader) Source() metrics.Source { return metrics.DeprivationSource }

// fileName is the publisher's name of the files that hold ranks: File 1 (IMD),
// File 2 (domains) and File 7 (everything), not File 10 or 14.
var fileName = regexp.MustCompile(`(?i)^file[ _-]*[127](?:\D|$)`)

// Knows says whether the file holds ranks of LSOAs: by the publisher's name,
// else by a header with a column of LSOA codes and one of ranks.
func (*Reader) Knows(in ingest.Input) bool {
	ext := strings.ToLower(filepath.Ext(in.Name))
	if fileName.MatchString(in.Name) && (ext == ".xlsx" || ext == ".csv") {
		return true
	}
	book, err := table.Open(in)
	if err != nil {
		return false
	}
	defer book.Close()
	layouts, _, _, err := findLayouts(book)
	return err == nil && slices.ContainsFunc(layouts, func(l layout) bool { return len(l.ranks) > 0 })
}

// Read reads the file into a release for each domain it ranks.
func (*Reader) Read(ctx context.Context, in ingest.Input, opts ingest.Options) ([]store.Release, error) {
	book, err := table.Open(in)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	l, err := oneLayout(book)
	if err != nil {
		return nil, err
	}
	edition, err := editionOf(in, l, opts.Edition)
	if err != nil {
		return nil, err
	}
	t := &tableReader{in: in, book: book, layout: l, byDomain: map[string]*domain{}}
	if err := t.read(ctx); err != nil {
		return nil, err
	}
	digest, err := in.Digest()
	if err != nil {
		return nil, err
	}
	var releases []store.Release
	for _, name := range domainNames {
		d, ok := t.byDomain[name]
		if !ok {
			continue
		}
		if err := t.check(d, edition); err != nil {
			return nil, err
		}
		releases = append(releases, d.release(in, edition, digest))
	}
	if opts.Progress != nil {
		opts.Progress(int(in.Size))
	}
	return releases, nil
}

// oneLayout gives the book's table of ranks, with every column it needs.
func oneLayout(book *table.Book) (*layout, error) {
	layouts, sheet, first, err := findLayouts(book)
	if err != nil {
		return nil, err
	}
	ranked := slices.DeleteFunc(slices.Clone(layouts), func(l layout) bool { return len(l.ranks) == 0 })
	switch {
	case len(ranked) > 1:
		return nil, metrics.Errorf(metrics.Invalid, "%s: the sheets %q and %q both hold a table of ranks: keep the one that is as published",
			book.At("", 0, ""), ranked[0].sheet, ranked[1].sheet)
	case len(ranked) == 1:
		return &ranked[0], ranked[0].check(book)
	case len(layouts) > 0:
		return nil, layouts[0].check(book)
	case first.Number == 0:
		return nil, metrics.Errorf(metrics.Invalid, "%s has no table in it: fetch the file as published again", book.At("", 0, ""))
	}
	return nil, metrics.Errorf(metrics.Invalid, `%s: there is no column "LSOA code" within the first %d rows; the columns are %s. Fetch the file as published again`,
		book.At(sheet, first.Number, ""), headerRows, table.Quote(first.Cells))
}

// domain is what is read of one domain.
type domain struct {
	name    string
	columns rankColumn
	rows    []rankedRow
	rowOf   map[string]int // by LSOA
	repeats int64          // rejected rows whose LSOA stood before

	account  metrics.Account
	problems []metrics.Problem
}

type rankedRow struct {
	metrics.DeprivationRank
	row    int
	decile int64 // 0 where the file has none
}

// tableReader reads one table into its domains.
type tableReader struct {
	in       ingest.Input
	book     *table.Book
	layout   *layout
	byDomain map[string]*domain
}

func (t *tableReader) domain(columns rankColumn) *domain {
	d := t.byDomain[columns.domain]
	if d == nil {
		d = &domain{name: columns.domain, columns: columns, rowOf: map[string]int{}}
		t.byDomain[columns.domain] = d
	}
	return d
}

func (t *tableReader) read(ctx context.Context) error {
	for row, err := range t.book.Rows(t.layout.sheet) {
		if err != nil {
			return err
		}
		if row.Number <= t.layout.header.Number || row.Blank() {
			continue
		}
		if row.Number%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for _, columns := range t.layout.ranks {
			if t.layout.domain >= 0 {
				name := row.Cell(t.layout.domain)
				if columns.domain = domains[table.Header(name)]; columns.domain == "" {
					return metrics.Errorf(metrics.Invalid, "%s: %q is not a domain: write one of %s",
						t.book.At(t.layout.sheet, row.Number, t.layout.name(t.layout.domain)), name, strings.Join(domainNames, ", "))
				}
			}
			t.add(t.domain(columns), row)
		}
	}
	if len(t.byDomain) == 0 {
		return metrics.Errorf(metrics.Invalid, "%s has a header and no rows under it: fetch the file again", t.book.At(t.layout.sheet, 0, ""))
	}
	return nil
}

var (
	englishLSOA = regexp.MustCompile(`^E01\d{6}$`)
	anyArea     = regexp.MustCompile(`^[A-Z]\d{8}$`)
	district    = regexp.MustCompile(`^E0[6-9]\d{6}$`)
	oldDistrict = regexp.MustCompile(`^\d\d[A-Z]{2}$`) // until 2011: 00CQ was Coventry
)

// add reads a row's rank in one domain, or says why it cannot be used.
func (t *tableReader) add(d *domain, row table.Row) {
	l := t.layout
	d.account.Read++
	reject := func(column int, rule, format string, args ...any) {
		d.account.Rejected++
		t.problem(d, row.Number, column, rule, true, format, args...)
	}
	lsoa, lad := row.Cell(l.lsoa), row.Cell(l.lad)
	switch {
	case lsoa == "":
		reject(l.lsoa, "lsoa_code", "there is no LSOA code%s", t.blankHint())
		return
	case !englishLSOA.MatchString(lsoa) && anyArea.MatchString(lsoa):
		reject(l.lsoa, "lsoa_code", "%s is not an LSOA of England: the Indices rank those only, E01 and six digits", lsoa)
		return
	case !englishLSOA.MatchString(lsoa):
		reject(l.lsoa, "lsoa_code", "%q is not an LSOA code: E01 and six digits", lsoa)
		return
	case !district.MatchString(lad) && !(l.tidy && (lad == "" || oldDistrict.MatchString(lad))):
		reject(l.lad, "lad_code", "%q is not the code of a local authority district of England: E06 to E09 and six digits", lad)
		return
	}
	rank, err := table.ParseCount(row.Cell(d.columns.rank))
	switch {
	case err != nil && row.Cell(d.columns.rank) == "":
		reject(d.columns.rank, "rank", "there is no rank%s", t.blankHint())
		return
	case err != nil:
		reject(d.columns.rank, "rank", "%v: a rank is 1 or more", err)
		return
	case rank < 1 || rank > 1_000_000:
		reject(d.columns.rank, "rank", "%d is not a rank: the most deprived LSOA has 1, the least deprived as many as there are", rank)
		return
	}
	if before, ok := d.rowOf[lsoa]; ok {
		d.repeats++
		reject(l.lsoa, "lsoa_repeated", "%s stood in row %d before: that row was counted, this one was not", lsoa, before)
		return
	}
	r := rankedRow{DeprivationRank: metrics.DeprivationRank{LSOA: lsoa, LAD: lad, Rank: int(rank)}, row: row.Number}
	r.LADName = strings.Join(strings.Fields(row.Cell(l.ladName)), " ")
	if d.columns.decile >= 0 {
		if r.decile, err = table.ParseCount(row.Cell(d.columns.decile)); err != nil || r.decile < 1 || r.decile > 10 {
			r.decile = 0
			t.problem(d, row.Number, d.columns.decile, "decile", false, "%q is not a decile, 1 to 10: the row was counted by its rank", row.Cell(d.columns.decile))
		}
	}
	d.rowOf[lsoa] = row.Number
	d.account.Kept++
	d.rows = append(d.rows, r)
}

// blankHint says, of a workbook, what a blank cell may be: a formula whose
// result was never stored reads as blank.
func (t *tableReader) blankHint() string {
	if t.layout.sheet == "" {
		return ""
	}
	return ": if the cell shows one, it is a formula; open the workbook and save it again"
}

// problem notes a problem of a row. The first that rejects is always among those kept.
func (t *tableReader) problem(d *domain, row, column int, rule string, rejects bool, format string, args ...any) {
	first := rejects && d.account.Rejected == 1
	if len(d.problems) >= ingest.MaxProblems && !first {
		return
	}
	d.problems = append(d.problems, metrics.Problem{
		File: t.in.Name, Sheet: t.layout.sheet, Row: row, Column: t.layout.name(column),
		Rule: rule, Message: fmt.Sprintf(format, args...), Rejects: rejects,
	})
}

// oneDistrict says whether all rows are of the same district: somebody cut it
// out of the edition.
func oneDistrict(rows []rankedRow) bool {
	return rows[0].LAD != "" && !slices.ContainsFunc(rows, func(r rankedRow) bool { return r.LAD != rows[0].LAD })
}

// check is the error for ranks that are not those of a whole edition.
func (t *tableReader) check(d *domain, edition int) error {
	column := t.book.At(t.layout.sheet, 0, t.layout.name(d.columns.rank))
	if t.layout.domain >= 0 {
		column += fmt.Sprintf(", domain %q", d.name)
	}
	fail := func(format string, args ...any) error {
		return metrics.Errorf(metrics.Invalid, "%s: %s", column, fmt.Sprintf(format, args...))
	}
	a := d.account
	if float64(a.Rejected) > ingest.TooManyBad*float64(a.Read) {
		p := d.problems[slices.IndexFunc(d.problems, func(p metrics.Problem) bool { return p.Rejects })]
		return metrics.Errorf(metrics.Invalid, "%s: %s. %s of %s rows cannot be used, this is the first; nothing was kept",
			t.book.At(p.Sheet, p.Row, p.Column), p.Message, thousands(a.Rejected), thousands(a.Read))
	}
	rows := a.Read - d.repeats
	lowest, highest := d.rows[0].Rank, 0
	for _, r := range d.rows {
		lowest, highest = min(lowest, r.Rank), max(highest, r.Rank)
	}
	whole := rows
	n, ok := published[edition]
	ok = ok && !t.in.Sample
	switch {
	case int64(highest) > rows && oneDistrict(d.rows):
		return &metrics.Error{Kind: metrics.Invalid, Err: ingest.ErrExtract, Msg: fmt.Sprintf("%s: holds the %s LSOAs of one district, ranked up to %s: it is an extract of the edition; the most deprived tenth can only be told from the whole file",
			column, thousands(rows), thousands(int64(highest)))}
	case int64(highest) > rows:
		return fail("holds %s LSOAs but ranks up to %s: it is an extract of the edition, or was cut short; the most deprived tenth can only be told from the whole file",
			thousands(rows), thousands(int64(highest)))
	case ok && rows < int64(n):
		return fail("holds %s of the %s LSOAs of the edition of %d: it was cut short; fetch the whole file", thousands(rows), thousands(int64(n)), edition)
	case ok && a.Kept > int64(n):
		return fail("holds %s LSOAs, but the edition of %d ranks %s: it is not of that edition", thousands(a.Kept), edition, thousands(int64(n)))
	case int64(lowest) > 1+a.Rejected:
		return fail("its smallest rank is %s, not 1: the most deprived LSOAs are missing from the file", thousands(int64(lowest)))
	case int64(highest) < rows*9/10: // ties at the end take some ranks, never a tenth
		return fail("its %s LSOAs are ranked up to %s only: these are not ranks among all LSOAs", thousands(rows), thousands(int64(highest)))
	case ok:
		whole = int64(n)
	}
	tenth := int(whole / 10)
	for _, r := range d.rows {
		if r.decile != 0 && (r.decile == 1) != (r.Rank <= tenth) {
			return metrics.Errorf(metrics.Invalid, "%s: the decile is %d but the rank %s; of %s LSOAs decile 1 is rank 1 to %s. The two columns are not of one table: fetch the file again",
				t.book.At(t.layout.sheet, r.row, t.layout.name(d.columns.decile)), r.decile, thousands(int64(r.Rank)), thousands(whole), thousands(int64(tenth)))
		}
	}
	return nil
}

// release gives the domain's facts with their batch. Files that say the same,
// File 1 and File 7, .xlsx and .csv, have the same digest of their facts.
func (d *domain) release(in ingest.Input, edition int, digest string) store.Release {
	facts := &store.DeprivationRanks{Edition: edition, Domain: d.name, Ranks: make([]metrics.DeprivationRank, len(d.rows))}
	for i, r := range d.rows {
		facts.Ranks[i] = r.DeprivationRank
	}
	slices.SortFunc(facts.Ranks, func(a, b metrics.DeprivationRank) int { return strings.Compare(a.LSOA, b.LSOA) })
	h := sha256.New()
	fmt.Fprintf(h, "%d %s\n", edition, d.name)
	for _, r := range facts.Ranks {
		fmt.Fprintf(h, "%s %q %q %d\n", r.LSOA, r.LAD, r.LADName, r.Rank)
	}
	period := metrics.EditionOf(edition).Code()
	return store.Release{
		Batch: metrics.Batch{
			Source:  metrics.DeprivationSource,
			Release: period + "/" + d.name,
			File:    in.File(), Member: in.Member(), Size: in.Size, Digest: digest,
			Period:  period,
			Account: d.account, Problems: d.problems,
			Facts: int64(len(facts.Ranks)), FactsSHA: hex.EncodeToString(h.Sum(nil)),
			Sample: in.Sample,
		},
		Facts: facts,
	}
}

// thousands writes a count for people: 32,844.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
