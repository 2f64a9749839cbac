package geography

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"outcomes/ingest"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// Lookups reads the lookups of the ONS Open Geography Portal, as CSV or .xlsx.
type Lookups struct{}

// NewLookups gives the reader of lookups.
func NewLookups() *Lookups { return &Lookups{} }

// Source is geography.
func (*Lookups) Source() metrics.Source { return metrics.GeographySource }

// claimsLookup matches the names of the portal's downloads of lookups that we read.
var claimsLookup = regexp.MustCompile(`(?i)^(lsoa|lower_layer_super_output_area)s?[_ ]?\(20\d\d\)[_ ]to[_ ](lsoa|lower_layer|electoral_ward|ward)` +
	`|^(lad|local_authority_district).*[_ ]to[_ ].*(csp|community_safety|pfa|police_force)`)

// Knows says whether a sheet's header, or the name the portal gave the file, is
// that of a lookup that we read.
func (*Lookups) Knows(in ingest.Input) bool {
	if claimsLookup.MatchString(in.Name) {
		return true
	}
	switch strings.ToLower(filepath.Ext(in.Name)) {
	case ".csv", ".xlsx":
	default:
		return false
	}
	book, err := table.Open(in)
	if err != nil {
		return false
	}
	defer book.Close()
	_, l, err := find(book)
	return l != nil || errors.Is(err, errColumn)
}

// find gives the sheet that holds a lookup, and its layout; none of both when
// there is no such sheet. Headers stand on the first row.
func find(book *table.Book) (string, *layout, error) {
	for _, sheet := range book.Sheets() {
		for row, err := range book.Rows(sheet) {
			if err != nil {
				return "", nil, err
			}
			l, err := layoutOf(row.Cells)
			if err != nil {
				return "", nil, metrics.Errorf(metrics.Invalid, "%s: %w", book.At(sheet, row.Number, ""), err)
			}
			if l != nil {
				return sheet, l, nil
			}
			break
		}
	}
	return "", nil, nil
}

// Read reads a lookup into one release.
func (*Lookups) Read(ctx context.Context, in ingest.Input, opts ingest.Options) ([]store.Release, error) {
	book, err := table.Open(in)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	sheet, l, err := find(book)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, table.WhyNot(in)
	}
	f := &lookup{layout: l, account: account{file: in.Name, sheet: sheet},
		seenLSOA: map[lsoaKey]int{}, seenChange: map[[2]string]string{}, seenWard: map[string]string{}, seenLAD: map[string]string{}, csps: map[string]string{}}
	isCSV := sheet == ""
	header, last := true, 0 // the cells of the last row
	for row, err := range book.Rows(sheet) {
		if err != nil {
			return nil, err
		}
		if header {
			header = false
			continue
		}
		if row.Blank() {
			continue // as spreadsheets write them at the end
		}
		if f.Read++; f.Read%10_000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		last = len(row.Cells)
		// Cells are missing at the end of a workbook's rows when they are blank; a CSV has them all.
		if isCSV && last != len(l.header) {
			f.reject(row.Number, "all", "cells", "the row has %d cells where the header has %d", last, len(l.header))
			continue
		}
		f.row(row)
	}
	switch {
	case f.Read == 0:
		return nil, metrics.Errorf(metrics.Invalid, "%s has a header and no rows: fetch it again", in.Path)
	case isCSV && last < len(l.header):
		return nil, metrics.Errorf(metrics.Invalid, "%s ends in the middle of a row: it was cut short on the way; fetch it again", in.Path)
	}
	if err := f.tooManyBad(in.Path, "line"); err != nil {
		return nil, err
	}
	if opts.Progress != nil {
		opts.Progress(int(in.Size))
	}
	f.Kept = f.Read - f.Rejected - f.Outside
	b, err := f.batch(in, metrics.GeographySource, l.release, l.period)
	if err != nil {
		return nil, err
	}
	n, sha := canonical(&f.facts)
	return release(b, &f.facts, n, sha), nil
}

// lookup is a file on its way to facts.
type lookup struct {
	account
	*layout
	facts store.Lookup

	// What the file has said already, to tell repetition from contradiction.
	seenLSOA   map[lsoaKey]int      // place in facts.LSOAs
	seenChange map[[2]string]string // from and to: the change code
	seenWard   map[string]string    // of an LSOA
	seenLAD    map[string]string    // of a district: its force area, or its successor
	csps       map[string]string    // of a district: the partnership that is kept
}

type lsoaKey struct {
	vintage int
	code    string
}

// row reads one row.
func (f *lookup) row(row table.Row) {
	line, cell := row.Number, row.Cell
	// code checks a cell against the form of its codes.
	code := func(c columns, form *regexp.Regexp, what string) (string, bool) {
		s := cell(c.code)
		if form.MatchString(s) {
			return s, true
		}
		f.reject(line, f.header[c.code], what+"_code", "%q is not the code of %s", s, article[what])
		return "", false
	}
	switch f.kind {
	case changes:
		from, ok := code(f.from, lsoaCode, "lsoa")
		if !ok {
			return
		}
		to, ok := code(f.to, lsoaCode, "lsoa")
		if !ok {
			return
		}
		lad := ""
		if f.lad.there() {
			if lad, ok = code(f.lad, ladCode, "lad"); !ok {
				return
			}
		}
		how := strings.ToUpper(cell(f.change))
		if len(how) != 1 || !strings.Contains("USMX", how) {
			f.reject(line, f.header[f.change], "change", "%q is not a change: U unchanged, S split, M merged or X otherwise", how)
			return
		}
		pair := [2]string{from, to}
		if held, ok := f.seenChange[pair]; ok && held != how {
			f.reject(line, f.header[f.change], "contradiction", "%s to %s is %s here and %s in a row before", from, to, how, held)
			return
		}
		ladName := cell(f.lad.name)
		// The district is the later LSOA's, so that one may not have two.
		if !f.addLSOA(line, store.LSOARow{Vintage: f.to.year, Code: to, Name: cell(f.to.name), LAD: lad, LADName: ladName, LADYear: f.lad.year}) {
			return
		}
		f.addEarlier(line, store.LSOARow{Vintage: f.from.year, Code: from, Name: cell(f.from.name), LAD: lad, LADName: ladName, LADYear: f.lad.year})
		if _, ok := f.seenChange[pair]; !ok {
			f.seenChange[pair] = how
			f.facts.Changes = append(f.facts.Changes, store.LSOAChange{FromVintage: f.from.year, ToVintage: f.to.year, From: from, To: to, Change: how})
		}
	case districts:
		lsoa, ok := code(f.to, lsoaCode, "lsoa")
		if !ok {
			return
		}
		lad, ward := "", ""
		if f.lad.there() {
			if lad, ok = code(f.lad, ladCode, "lad"); !ok {
				return
			}
		}
		if f.ward.there() {
			if ward, ok = code(f.ward, wardCode, "ward"); !ok {
				return
			}
			if held, ok := f.seenWard[lsoa]; ok && held != ward {
				f.reject(line, f.header[f.ward.code], "contradiction", "%s fits ward %s here and %s in a row before", lsoa, ward, held)
				return
			}
		}
		if !f.addLSOA(line, store.LSOARow{Vintage: f.to.year, Code: lsoa, Name: cell(f.to.name), LAD: lad, LADName: cell(f.lad.name), LADYear: f.lad.year}) {
			return
		}
		if _, ok := f.seenWard[lsoa]; !ok && ward != "" {
			f.seenWard[lsoa] = ward
			f.facts.Wards = append(f.facts.Wards, store.WardRow{LSOA: lsoa, Ward: ward, WardName: cell(f.ward.name), Year: f.ward.year})
		}
	case forces:
		if f.elsewhere(cell(f.lad.code)) {
			return
		}
		lad, ok := code(f.lad, ladCode, "lad")
		if !ok {
			return
		}
		force, ok := code(f.force, forceCode, "force")
		if !ok {
			return
		}
		csp := cell(f.csp.code)
		if csp != "" {
			if csp, ok = code(f.csp, cspCode, "csp"); !ok {
				return
			}
		}
		held, seen := f.seenLAD[lad]
		if seen && held != force {
			f.reject(line, f.header[f.force.code], "contradiction", "%s lies in force area %s here and in %s in a row before", lad, force, held)
		}
		if seen && held == force && csp != f.csps[lad] {
			// A merged district may still have the partnerships of those it was made of.
			f.note(line, f.header[f.csp.code], "two_partnerships", "%s (%s) has more than one Community Safety Partnership; %s is kept, %s is not", lad, cell(f.lad.name), f.csps[lad], csp)
		}
		if !seen {
			f.seenLAD[lad], f.csps[lad] = force, csp
			f.facts.Forces = append(f.facts.Forces, store.ForceRow{LAD: lad, LADName: cell(f.lad.name), CSP: csp, CSPName: cell(f.csp.name), Force: force, ForceName: cell(f.force.name)})
		}
	case successors:
		if f.elsewhere(cell(f.lad.code)) {
			return
		}
		old, ok := code(f.lad, ladCode, "lad")
		if !ok {
			return
		}
		active, ok := code(f.active, ladCode, "lad")
		if !ok {
			return
		}
		held, seen := f.seenLAD[old]
		if seen && held != active {
			f.reject(line, f.header[f.active.code], "contradiction", "%s became %s here and %s in a row before", old, active, held)
		}
		if seen {
			return
		}
		f.seenLAD[old] = active
		if old != active { // a code in use needs no successor
			f.facts.Successors = append(f.facts.Successors, store.SuccessorRow{Code: old, Name: cell(f.lad.name), Active: active, ActiveName: cell(f.active.name)})
		}
	}
}

var article = map[string]string{
	"lsoa":  "an LSOA of England or Wales, such as E01009522",
	"lad":   "a local authority district, such as E08000026",
	"ward":  "a ward, such as E05001218",
	"csp":   "a Community Safety Partnership, such as E22000336",
	"force": "a police force area, such as E23000014",
}

// elsewhere counts a row of Scotland or Northern Ireland, which have their own
// police and their own indices.
func (f *lookup) elsewhere(code string) bool {
	if !elsewhere.MatchString(code) {
		return false
	}
	f.Outside++
	return true
}

// addLSOA keeps an LSOA once. It rejects the row that puts it in a second district.
func (f *lookup) addLSOA(line int, row store.LSOARow) bool {
	key := lsoaKey{row.Vintage, row.Code}
	i, ok := f.seenLSOA[key]
	if !ok {
		f.seenLSOA[key] = len(f.facts.LSOAs)
		f.facts.LSOAs = append(f.facts.LSOAs, row)
		return true
	}
	if held := f.facts.LSOAs[i]; held.LAD != row.LAD {
		f.reject(line, f.header[f.lad.code], "contradiction", "%s lies in district %s here and in %s in a row before", row.Code, row.LAD, held.LAD)
		return false
	}
	return true
}

// addEarlier keeps an LSOA of the earlier census once. A few of those were cut
// up between two districts; they belong to the one that their name carries:
// "Gateshead 024C" to Gateshead, though a part of it is Northumberland's now.
func (f *lookup) addEarlier(line int, row store.LSOARow) {
	key := lsoaKey{row.Vintage, row.Code}
	i, ok := f.seenLSOA[key]
	if !ok {
		f.seenLSOA[key] = len(f.facts.LSOAs)
		f.facts.LSOAs = append(f.facts.LSOAs, row)
		return
	}
	held := f.facts.LSOAs[i]
	if held.LAD == row.LAD {
		return
	}
	if carries(row.Name, row.LADName) && !carries(held.Name, held.LADName) {
		f.facts.LSOAs[i] = row
	}
	f.note(line, f.header[f.lad.code], "two_districts", "%s (%s) lies in two districts, %s and %s; its crimes are counted for %s",
		row.Code, row.Name, held.LAD, row.LAD, f.facts.LSOAs[i].LAD)
}

func carries(lsoa, lad string) bool { return lad != "" && strings.HasPrefix(lsoa, lad+" ") }

// canonical puts the facts in order and gives their number and digest: two
// files that say the same, in whatever order or layout, have one digest.
func canonical(l *store.Lookup) (int, hash.Hash) {
	slices.SortFunc(l.LSOAs, func(a, b store.LSOARow) int {
		return cmp.Or(cmp.Compare(a.Vintage, b.Vintage), strings.Compare(a.Code, b.Code))
	})
	slices.SortFunc(l.Changes, func(a, b store.LSOAChange) int {
		return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To))
	})
	slices.SortFunc(l.Wards, func(a, b store.WardRow) int { return strings.Compare(a.LSOA, b.LSOA) })
	slices.SortFunc(l.Successors, func(a, b store.SuccessorRow) int { return strings.Compare(a.Code, b.Code) })
	slices.SortFunc(l.Forces, func(a, b store.ForceRow) int { return strings.Compare(a.LAD, b.LAD) })

	h := sha256.New()
	json.NewEncoder(h).Encode(l) // strings and numbers into a hash: it cannot fail
	return len(l.LSOAs) + len(l.Changes) + len(l.Wards) + len(l.Successors) + len(l.Forces), h
}
