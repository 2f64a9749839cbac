package sample

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// The districts, from the one that the sample makes the most deprived to the
// one that it makes the least; the order is roughly what people expect, and
// invented. Those other than Coventry are a part of the real ones: their LSOAs
// are the run of codes that starts at first_lsoa.
//
//go:embed districts.csv
var districtsCSV string

// Coventry's LSOAs of 2011 and of 2021, with the wards of 2024, from the ONS
// lookups (Open Government Licence v3.0; Source: Office for National Statistics).
//
//go:embed coventry.csv
var coventryCSV string

const coventryCode = "E08000026"

// Districts that the built-in strategy compares Coventry with, with roughly
// where they lie. They have fewer residents than the others, so that the sample
// stays small, and police files with nothing in them but their own crimes.
var similar = map[string]cell{
	"E06000015": {-1_475_000, 52_920_000}, // Derby
	"E06000016": {-1_130_000, 52_635_000}, // Leicester
	"E06000023": {-2_595_000, 51_455_000}, // Bristol, City of
	"E06000026": {-4_140_000, 50_375_000}, // Plymouth
	"E06000043": {-140_000, 50_825_000},   // Brighton and Hove
	"E06000044": {-1_090_000, 50_800_000}, // Portsmouth
	"E06000045": {-1_405_000, 50_905_000}, // Southampton
	"E07000148": {1_295_000, 52_630_000},  // Norwich
	"E08000012": {-2_985_000, 53_405_000}, // Liverpool
	"E08000019": {-1_470_000, 53_380_000}, // Sheffield
	"E08000021": {-1_615_000, 54_975_000}, // Newcastle upon Tyne
	"E08000032": {-1_755_000, 53_795_000}, // Bradford
	"E08000035": {-1_550_000, 53_800_000}, // Leeds
	"E09000010": {-85_000, 51_650_000},    // Enfield
}

type district struct {
	code, name       string
	csp, cspName     string
	force, forceName string
	place            int // in the order of deprivation, from 0
	lsoas            []lsoa
	similar          bool        // one of those that Coventry is compared with
	later            []laterLSOA // Coventry only: of 2021
}

// lsoa is an LSOA of 2011. All but eight of Coventry's are those of 2021 too.
type lsoa struct {
	code, name string
	deprived   int // 0 to 9,999, the smaller the more deprived
}

type laterLSOA struct {
	from, code, name, change string
	fromName                 string
	ward, wardName           string
}

func readDistricts() ([]*district, error) {
	rows, err := csv.NewReader(strings.NewReader(districtsCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("districts.csv: %w", err)
	}
	var districts []*district
	for i, row := range rows[1:] {
		d := &district{code: row[0], name: row[1], csp: row[2], cspName: row[3], force: row[4], forceName: row[5], place: i}
		_, d.similar = similar[d.code]
		districts = append(districts, d)
		if d.code == coventryCode {
			if err := d.readCoventry(); err != nil {
				return nil, err
			}
			continue
		}
		n, err := strconv.Atoi(row[7])
		if err != nil {
			return nil, fmt.Errorf("districts.csv, line %d: %w", i+2, err)
		}
		first, err := strconv.Atoi(strings.TrimPrefix(row[6], "E01"))
		if err != nil {
			return nil, fmt.Errorf("districts.csv, line %d: %w", i+2, err)
		}
		name, _, _ := strings.Cut(d.name, ",") // LSOAs are called Bristol 001A, not Bristol, City of 001A
		for j := range n {
			code := fmt.Sprintf("E01%06d", first+j)
			d.lsoas = append(d.lsoas, lsoa{code: code, name: fmt.Sprintf("%s %03d%c", name, j/5+1, 'A'+j%5), deprived: randomFor("deprived", code).below(10_000)})
		}
	}
	return districts, nil
}

func (d *district) readCoventry() error {
	rows, err := csv.NewReader(strings.NewReader(coventryCSV)).ReadAll()
	if err != nil {
		return fmt.Errorf("coventry.csv: %w", err)
	}
	for _, row := range rows[1:] {
		if n := len(d.lsoas); n == 0 || d.lsoas[n-1].code != row[0] {
			d.lsoas = append(d.lsoas, lsoa{code: row[0], name: row[1]})
		}
		d.later = append(d.later, laterLSOA{from: row[0], fromName: row[1], code: row[2], name: row[3], change: row[4], ward: row[5], wardName: row[6]})
	}
	// Deprivation thins out from the north-east of the centre, so that the map has a shape.
	for i, c := range mosaic(len(d.lsoas)) {
		far := root(int64(c.x-2*cellWidth)*int64(c.x-2*cellWidth) + int64(c.y-2*cellHeight)*int64(c.y-2*cellHeight)*4)
		d.lsoas[i].deprived = min((int(far)/20+randomFor("deprived", d.lsoas[i].code).below(3500))*14/10, 9999)
	}
	return nil
}

// persons are the invented residents in the middle of a year, from 2001 on.
func (d *district) persons(year int) int {
	now, growth := 366_000, 12
	if d.code != coventryCode {
		r := randomFor("persons", d.code)
		now, growth = len(d.lsoas)*(1600+r.below(250)), 3+r.below(6)
		if d.similar {
			now /= 3
		}
	}
	wobble := randomFor("persons", d.code, strconv.Itoa(year)).below(now/800) - now/1600
	return now - (2019-year)*now*growth/1000 + wobble
}
