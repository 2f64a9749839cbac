package sample

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The years of the workbook's time series, the newest first, as published.
const firstYear, lastYear = 2001, 2019

// writePopulation writes the mid-year estimates in the layout of the ONS
// workbook: the header on the fifth row, sums of areas among the districts.
func writePopulation(w *writer, districts []*district) {
	if w.err != nil {
		return
	}
	notes := sheet{"Notes and definitions", [][]any{{"Contents"}, nil, {"These estimates are invented. They have the layout of the workbook of the Office for National Statistics."}}}
	ages := sheet{"MYE2 - Persons", [][]any{{"Contents"}, nil, {"MYE2: Population estimates: Persons by single year of age and sex for local authorities in the UK, mid-2019 (invented)"}, nil}}
	totals := sheet{"MYE 5", [][]any{{"Contents"}, nil, {"MYE5: Population estimates: Population density for local authorities in the UK, mid-2001 to mid-2019 (invented)"}, nil}}

	header := []any{"Code", "Name", "Geography1", "All ages"}
	for age := range 90 {
		header = append(header, age)
	}
	ages.rows = append(ages.rows, append(header, "90+"))
	header = []any{"Code", "Name", "Geography1", "Area (sq km)"}
	for year := lastYear; year >= firstYear; year-- {
		header = append(header, fmt.Sprintf("Estimated Population mid-%d", year), fmt.Sprintf("%d people per sq. km", year))
	}
	totals.rows = append(totals.rows, header)

	add := func(code, name, geography string, of []*district) {
		area := 0
		byAge := make([]int, 91)
		for _, d := range of {
			area += len(d.lsoas)/2 + 1
			for age, n := range d.ages() {
				byAge[age] += n
			}
		}
		all := 0
		row := []any{code, name, geography, nil}
		for _, n := range byAge {
			all += n
			row = append(row, n)
		}
		row[3] = all
		ages.rows = append(ages.rows, row)
		row = []any{code, name, geography, area}
		for year := lastYear; year >= firstYear; year-- {
			persons := 0
			for _, d := range of {
				persons += d.persons(year)
			}
			row = append(row, persons, persons/area)
		}
		totals.rows = append(totals.rows, row)
	}
	add("E92000001", "ENGLAND", "Country", districts)
	add("E11000005", "West Midlands (Met County)", "Metropolitan County", withForce(districts, "E23000014"))
	for _, d := range districts {
		add(d.code, d.name, kindOf(d.code), []*district{d})
	}
	b, err := workbook("Invented mid-year population estimates", notes, ages, totals)
	if err != nil {
		w.err = err
		return
	}
	w.file("population/ukmidyearestimates20192020ladcodes.xlsx", b)
	writeLSOAs(w, districts)
}

// writeLSOAs writes the residents of Coventry's LSOAs as a tidy table: of those
// of 2011 for the five years to 2019, of those of 2021 for that year.
func writeLSOAs(w *writer, districts []*district) {
	d := districts[slices.IndexFunc(districts, func(d *district) bool { return d.code == coventryCode })]
	rows := [][]string{{"area_code", "area_name", "year", "persons"}}
	add := func(year int, codes, names []string, weights []int) {
		before, given, all := 0, 0, 0
		for _, n := range weights {
			all += n
		}
		for i, code := range codes {
			before += weights[i]
			persons := d.persons(year)*before/all - given // the sum is exact
			given += persons
			rows = append(rows, []string{code, names[i], strconv.Itoa(year), strconv.Itoa(persons)})
		}
	}
	// Most LSOAs have 1,300 to 2,200 residents; those that were split had grown.
	weight := func(code string) int { return 1300 + randomFor("residents", code).below(900) }
	parts := map[string]int{}
	for _, l := range d.later {
		parts[l.from]++
	}
	var codes, names []string
	var weights []int
	for _, l := range d.lsoas {
		codes, names, weights = append(codes, l.code), append(names, l.name), append(weights, weight(l.code)*parts[l.code])
	}
	for year := 2015; year <= lastYear; year++ {
		add(year, codes, names, weights)
	}
	codes, names, weights = nil, nil, nil
	for _, l := range d.later {
		codes, names, weights = append(codes, l.code), append(names, l.name), append(weights, weight(l.from))
	}
	add(2021, codes, names, weights)
	w.file("population/lsoa_estimates_coventry.csv", table(false, rows))
}

// kindOf is the sort of district as the workbook names it.
func kindOf(code string) string {
	switch {
	case strings.HasPrefix(code, "E06"):
		return "Unitary Authority"
	case strings.HasPrefix(code, "E08"):
		return "Metropolitan District"
	}
	return "Non-metropolitan District"
}

func withForce(districts []*district, force string) []*district {
	var in []*district
	for _, d := range districts {
		if d.force == force {
			in = append(in, d)
		}
	}
	return in
}

// ages are the residents of 2019 by single year of age, the last being 90 and
// over. Coventry has its students.
func (d *district) ages() []int {
	weight := func(age int) int {
		switch {
		case age < 18:
			return 125
		case age < 25 && d.code == coventryCode:
			return 260
		case age < 25:
			return 120
		case age < 55:
			return 132
		case age < 90:
			return 132 - (age-55)*3
		}
		return 80
	}
	all := 0
	for age := range 91 {
		all += weight(age)
	}
	persons := d.persons(lastYear)
	ages := make([]int, 91)
	before, given := 0, 0
	for age := range ages {
		before += weight(age)
		ages[age] = persons*before/all - given // what the shares so far come to, less what is given: the sum is exact
		given += ages[age]
	}
	return ages
}
