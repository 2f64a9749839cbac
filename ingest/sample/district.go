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

type district struct {
	code, name       string
	csp, cspName     string
	force, forceName string
	place            int // in the order of deprivation, from 0
	lsoas            []lsoa
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
		for j := range n {
			code := fmt.Sprintf("E01%06d", first+j)
			d.lsoas = append(d.lsoas, lsoa{code: code, name: fmt.Sprintf("%s %03d%c", d.name, j/5+1, 'A'+j%5), deprived: randomFor("deprived", code).below(10_000)})
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
		d.lsoas[i].deprived = min(int(far)/20+randomFor("deprived", d.lsoas[i].code).below(3500), 9999)
	}
	return nil
}

// persons are the invented residents in the middle of a year, from 2001 on.
func (d *district) persons(year int) int {
	now, growth := 366_000, 12
	if d.code != coventryCode {
		r := randomFor("persons", d.code)
		now, growth = len(d.lsoas)*(1600+r.below(250)), 3+r.below(6)
	}
	wobble := randomFor("persons", d.code, strconv.Itoa(year)).below(now/800) - now/1600
	return now - (2019-year)*now*growth/1000 + wobble
}
