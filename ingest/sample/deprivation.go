package sample

import (
	"cmp"
	"slices"
	"strconv"
)

// edition says how the sample's Indices come out for Coventry.
type edition struct {
	year, ladYear int
	// For each domain, how many of Coventry's LSOAs are in the most deprived
	// tenth and how many districts have a larger share there. For the overall
	// index they are those of the real editions, which the scrutiny report names.
	domains []domainResult
}

type domainResult struct {
	domain, header string
	here, above    int
}

var editions = []edition{
	{2015, 2013, []domainResult{
		{"imd", "Index of Multiple Deprivation (IMD)", 36, 45},
		{"income", "Income", 34, 46},
		{"employment", "Employment", 33, 47},
		{"education", "Education, Skills and Training", 33, 44},
		{"health", "Health Deprivation and Disability", 35, 46},
		{"crime", "Crime", 29, 52},
		{"housing", "Barriers to Housing and Services", 22, 60},
		{"environment", "Living Environment", 31, 50},
	}},
	{2019, 2019, []domainResult{
		{"imd", "Index of Multiple Deprivation (IMD)", 28, 63},
		{"income", "Income", 29, 60},
		{"employment", "Employment", 27, 62},
		{"education", "Education, Skills and Training", 30, 55},
		{"health", "Health Deprivation and Disability", 30, 58},
		{"crime", "Crime", 31, 54},
		{"housing", "Barriers to Housing and Services", 24, 62},
		{"environment", "Living Environment", 26, 61},
	}},
}

// writeDeprivation writes File 1 (the overall index) and File 2 (the domains)
// of two editions, one as a workbook and the others as CSV, as they are about.
func writeDeprivation(w *writer, districts []*district) {
	if w.err != nil {
		return
	}
	for _, e := range editions {
		year := "(" + strconv.Itoa(e.ladYear) + ")"
		area := []string{"LSOA code (2011)", "LSOA name (2011)", "Local Authority District code " + year, "Local Authority District name " + year}
		ranked := make([]map[string]int, len(e.domains))
		for i, d := range e.domains {
			ranked[i] = ranks(e, d, districts)
		}
		n := len(ranked[0])
		file1 := [][]string{append(slices.Clone(area), e.domains[0].header+" Rank", e.domains[0].header+" Decile")}
		if e.year == 2015 {
			file1[0][4] += " (where 1 is most deprived)"
			file1[0][5] += " (where 1 is most deprived 10% of LSOAs)"
		}
		file2 := [][]string{slices.Clone(area)}
		for _, d := range e.domains {
			file2[0] = append(file2[0], d.header+" Rank (where 1 is most deprived)", d.header+" Decile (where 1 is most deprived 10% of LSOAs)")
		}
		for _, d := range sortedByCode(districts) {
			for _, l := range d.lsoas {
				row := []string{l.code, l.name, d.code, d.name}
				for i := range e.domains {
					rank := ranked[i][l.code]
					row = append(row, strconv.Itoa(rank), strconv.Itoa(decile(rank, n)))
				}
				file2 = append(file2, row)
				first := slices.Clone(row[:6])
				if e.year == 2019 { // published with thousands commas
					first[4] = thousands(ranked[0][l.code])
				}
				file1 = append(file1, first)
			}
		}
		if e.year == 2015 {
			b, err := workbook("Invented Index of Multiple Deprivation 2015", sheet{"Notes", [][]any{{"These ranks are invented."}}}, sheet{"IMD 2015", cells(file1)})
			if err != nil {
				w.err = err
				return
			}
			w.file("deprivation/File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx", b)
			w.file("deprivation/File_2_ID_2015_Domains_of_deprivation.csv", table(true, file2))
			continue
		}
		w.file("deprivation/File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv", table(true, file1))
		w.file("deprivation/File_2_-_IoD2019_Domains_of_Deprivation.csv", table(true, file2))
	}
}

// cells makes numbers of the ranks and deciles, the last two columns.
func cells(rows [][]string) [][]any {
	var out [][]any
	for i, row := range rows {
		var r []any
		for j, c := range row {
			if n, err := strconv.Atoi(c); i > 0 && j >= 4 && err == nil {
				r = append(r, n)
			} else {
				r = append(r, c)
			}
		}
		out = append(out, r)
	}
	return out
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	if n >= 1000 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}

func sortedByCode(districts []*district) []*district {
	return slices.SortedFunc(slices.Values(districts), func(a, b *district) int { return cmp.Compare(a.lsoas[0].code, b.lsoas[0].code) })
}

// decile is the publisher's: decile 1 is the ranks up to a tenth of all, rounded down.
func decile(rank, n int) int {
	for d := 1; d < 10; d++ {
		if rank <= d*n/10 {
			return d
		}
	}
	return 10
}

// ranks gives every LSOA its rank in a domain.
func ranks(e edition, result domainResult, districts []*district) map[string]int {
	n := 0
	for _, d := range districts {
		n += len(d.lsoas)
	}
	tenth := n / 10
	type scored struct {
		code  string
		score int
	}
	var most, others []scored
	in := inTenth(result, districts, tenth)
	for i, d := range districts {
		var own []scored
		for _, l := range d.lsoas {
			// The same neighbourhoods stay near the top: domains differ somewhat, editions little.
			score := l.deprived + randomFor(result.domain, l.code).below(1500) + randomFor(result.domain, strconv.Itoa(e.year), l.code).below(600)
			own = append(own, scored{l.code, score})
		}
		slices.SortFunc(own, func(a, b scored) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.code, b.code)) })
		most = append(most, own[:in[i]]...)
		for _, s := range own[in[i]:] {
			others = append(others, scored{s.code, s.score + d.place*12})
		}
	}
	rank := map[string]int{}
	place := 0
	for _, list := range [][]scored{most, others} {
		slices.SortFunc(list, func(a, b scored) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.code, b.code)) })
		for i, s := range list {
			place++
			rank[s.code] = place
			// A few share a rank, as in the published editions; none across the line.
			if i > 0 && place%487 == 0 {
				rank[s.code] = place - 1
			}
		}
	}
	return rank
}

// inTenth says how many LSOAs of each district are in the most deprived tenth:
// so many of Coventry's, a larger share of the districts that stand above it
// and a smaller share of the others, the tenth in all.
func inTenth(result domainResult, districts []*district, tenth int) []int {
	in := make([]int, len(districts))
	left := tenth
	var above []int // districts, the most deprived first
	for i, d := range districts {
		n := len(d.lsoas)
		switch {
		case d.code == coventryCode:
			in[i] = result.here
		case len(above) < result.above:
			above = append(above, i)
			in[i] = n*result.here/195 + 1 // the least that is a larger share
		default:
			most := (n*result.here - 1) / 195 // the most that is a smaller share
			in[i] = most * (len(districts) - i) / (2 * len(districts))
		}
		left -= in[i]
	}
	// The rest goes to those above, in rounds that reach fewer and fewer of them.
	for reach := len(above); left > 0; reach = reach * 3 / 4 {
		if reach < 3 {
			reach = len(above)
		}
		for _, i := range above[:reach] {
			if left > 0 && in[i] < len(districts[i].lsoas)*2/3 {
				in[i]++
				left--
			}
		}
	}
	return in
}
