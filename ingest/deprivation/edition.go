package deprivation

import (
	"fmt"
	"regexp"
	"strconv"

	"outcomes/ingest"
	"outcomes/metrics"
)

// published is how many LSOAs of England an edition ranks.
var published = map[int]int{2007: 32482, 2010: 32482, 2015: 32844, 2019: 32844, 2025: 33755}

// census is the year of an edition's LSOAs.
var census = map[int]int{2007: 2001, 2010: 2001, 2015: 2011, 2019: 2011, 2025: 2021}

// codes tells the edition by the years of the LSOA and the district codes in its headers.
var codes = map[[2]int]int{{2011, 2013}: 2015, {2011, 2019}: 2019, {2021, 2024}: 2025}

var editionName = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:IoD|IMD|ID)[ _-]?((?:19|20)\d\d)(?:\D|$)`)

// claim is an edition and what says so.
type claim struct {
	edition int
	by      string
}

// editionOf tells which edition a table is of, from --edition, its headers and
// the names of file and sheet. They must agree: ranks put under the wrong year
// would be compared with the wrong districts. A tidy table needs --edition.
func editionOf(in ingest.Input, l *layout, asked int) (int, error) {
	var claims []claim
	if asked != 0 {
		if asked < 2000 || asked > 2100 {
			return 0, metrics.Errorf(metrics.Invalid, "%s cannot be of the edition %d: give its year, for example --edition 2010", in.Path, asked)
		}
		claims = append(claims, claim{asked, "--edition"})
	}
	if e, ok := codes[[2]int{l.lsoaYear, l.ladYear}]; ok {
		claims = append(claims, claim{e, fmt.Sprintf("its headers (LSOA codes of %d, district codes of %d)", l.lsoaYear, l.ladYear)})
	}
	for _, name := range []struct{ what, text string }{{"its name", in.Name}, {"its sheet's name", l.sheet}} {
		for _, m := range editionName.FindAllStringSubmatch(name.text, -1) {
			e, _ := strconv.Atoi(m[1])
			claims = append(claims, claim{e, name.what})
		}
	}
	if len(claims) == 0 || l.tidy && asked == 0 {
		return 0, metrics.Errorf(metrics.Invalid, "%s does not say of which edition of the Indices it is: give its year, for example --edition 2010", in.Path)
	}
	edition := claims[0].edition
	for _, c := range claims[1:] {
		if c.edition != edition {
			return 0, metrics.Errorf(metrics.Invalid, "%s: the edition is %d by %s but %d by %s: give the year of the file's ranks with --edition, or the file its own name back",
				in.Path, edition, claims[0].by, c.edition, c.by)
		}
	}
	if year, ok := census[edition]; ok && l.lsoaYear != 0 && l.lsoaYear != year {
		return 0, metrics.Errorf(metrics.Invalid, "%s: the edition is %d by %s, which ranks the LSOAs of %d, but the column %q has those of %d",
			in.Path, edition, claims[0].by, year, l.name(l.lsoa), l.lsoaYear)
	}
	return edition, nil
}
