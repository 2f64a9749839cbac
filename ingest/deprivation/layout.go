package deprivation

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"outcomes/ingest/table"
	"outcomes/metrics"
)

// layout is where a table has its columns, found by their headers: the
// publisher moves and adds columns from one edition to the next. A column that
// the table does not have is -1.
type layout struct {
	sheet  string
	header table.Row
	tidy   bool // our own lsoa_code,rank rather than a published layout

	lsoa, lad, ladName int
	domain             int // tidy tables only: the row's domain
	ranks              []rankColumn

	lsoaYear, ladYear int // of the codes, as the headers say; 0 where they do not
}

// rankColumn is the rank of one domain, with its decile beside it.
type rankColumn struct {
	domain       string
	rank, decile int
}

// domains are the domains by every name the editions' headers give them.
// Sub-domains and the supplementary scores are not among them.
var domains = map[string]string{
	"index of multiple deprivation (imd)": "imd",
	"index of multiple deprivation":       "imd",
	"imd":                                 "imd",
	"income":                              "income",
	"income deprivation":                  "income",
	"employment":                          "employment",
	"employment deprivation":              "employment",
	"education, skills and training":      "education",
	"education, skills and training deprivation": "education",
	"education":                         "education",
	"health deprivation and disability": "health",
	"health and disability":             "health",
	"health":                            "health",
	"crime":                             "crime",
	"barriers to housing and services":  "housing",
	"housing":                           "housing",
	"living environment":                "environment",
	"living environment deprivation":    "environment",
	"environment":                       "environment",
	"income deprivation affecting children index (idaci)": "idaci",
	"income deprivation affecting children (idaci)":       "idaci",
	"idaci": "idaci",
	"income deprivation affecting older people index (idaopi)":   "idaopi",
	"income deprivation affecting older people (idaopi)":         "idaopi",
	"income deprivation affecting older people's index (idaopi)": "idaopi",
	"idaopi": "idaopi",
}

// domainNames are the domains in the order in which releases are given.
var domainNames = []string{"imd", "income", "employment", "education", "health", "crime", "housing", "environment", "idaci", "idaopi"}

var (
	lsoaHeader = regexp.MustCompile(`^lsoa code(?: \((\d{4})\))?$`)
	ladHeader  = regexp.MustCompile(`^local authority (?:district )?(code|name)(?: \((\d{4})\))?$`)
	// The words in brackets behind "Rank" differ by year, and some files have them cut off.
	domainHeader = regexp.MustCompile(`^(.+?)(?: domain)? (rank|decile)(?: \(.*)?$`)
)

// headerRows is how far down a sheet its header is looked for.
const headerRows = 20

// findLayouts gives the tables of ranks in the book, whole or not, by their
// header rows. first is the row to show when there is none.
func findLayouts(book *table.Book) (found []layout, firstSheet string, first table.Row, err error) {
	for _, sheet := range book.Sheets() {
		seen := 0
		for row, err := range book.Rows(sheet) {
			if err != nil {
				return nil, "", table.Row{}, err
			}
			if len(row.Cells) > len(first.Cells) && !row.Blank() {
				firstSheet, first = sheet, row
			}
			if l, ok := layoutOf(row); ok {
				l.sheet = sheet
				found = append(found, l)
				break
			}
			if seen++; seen == headerRows {
				break
			}
		}
	}
	return found, firstSheet, first, nil
}

// layoutOf reads a row as a header. ok says that it is one: it has a column of LSOA codes.
func layoutOf(row table.Row) (l layout, ok bool) {
	l = layout{header: row, lsoa: -1, lad: -1, ladName: -1, domain: -1}
	headers := make([]string, len(row.Cells))
	for i, c := range row.Cells {
		headers[i] = table.Header(c)
	}
	if l.lsoa = slices.Index(headers, "lsoa_code"); l.lsoa >= 0 {
		l.tidy = true
		l.lad = slices.Index(headers, "lad_code")
		l.ladName = slices.Index(headers, "lad_name")
		l.domain = slices.Index(headers, "domain")
		if i := slices.Index(headers, "rank"); i >= 0 {
			l.ranks = []rankColumn{{domain: "imd", rank: i, decile: -1}}
		}
		return l, true
	}
	deciles := map[string]int{}
	for i, h := range headers {
		if m := lsoaHeader.FindStringSubmatch(h); m != nil && l.lsoa < 0 {
			l.lsoa = i
			l.lsoaYear, _ = strconv.Atoi(m[1])
		} else if m := ladHeader.FindStringSubmatch(h); m != nil && m[1] == "code" {
			l.lad = i
			l.ladYear, _ = strconv.Atoi(m[2])
		} else if m != nil {
			l.ladName = i
		} else if m := domainHeader.FindStringSubmatch(h); m != nil && domains[m[1]] != "" {
			if m[2] == "decile" {
				deciles[domains[m[1]]] = i
			} else {
				l.ranks = append(l.ranks, rankColumn{domain: domains[m[1]], rank: i})
			}
		}
	}
	for i, r := range l.ranks {
		l.ranks[i].decile = -1
		if d, ok := deciles[r.domain]; ok {
			l.ranks[i].decile = d
		}
	}
	return l, l.lsoa >= 0
}

// name is the header of a column as the file writes it, without the blanks around it.
func (l *layout) name(column int) string {
	return strings.Join(strings.Fields(l.header.Cell(column)), " ")
}

// check is the error for a table that lacks a column or has one twice.
func (l *layout) check(book *table.Book) error {
	missing := func(what string) error {
		return metrics.Errorf(metrics.Invalid, "%s: there is no column %s; the columns are %s. Fetch the file as published again",
			book.At(l.sheet, l.header.Number, ""), what, table.Quote(l.header.Cells))
	}
	switch {
	case l.tidy && len(l.ranks) == 0:
		return missing(`"rank"`)
	case l.tidy:
		return nil
	case len(l.ranks) == 0:
		return missing(`"Index of Multiple Deprivation (IMD) Rank", nor the rank of another domain`)
	case l.lad < 0:
		return missing(`"Local Authority District code"`)
	case l.ladName < 0:
		return missing(`"Local Authority District name"`)
	}
	seen := map[string]int{}
	for _, r := range l.ranks {
		if other, ok := seen[r.domain]; ok {
			return metrics.Errorf(metrics.Invalid, "%s: the columns %q and %q both hold the rank of the domain %q: delete the one that is not as published",
				book.At(l.sheet, l.header.Number, ""), l.name(other), l.name(r.rank), r.domain)
		}
		seen[r.domain] = r.rank
	}
	return nil
}
