package geography

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"outcomes/ingest/table"
)

// layout says what a lookup's columns hold. Lookups are known by their header,
// whatever the file is called: ONS gives every edition a new name.
type layout struct {
	kind    kind
	release string
	period  string
	header  []string

	from, to columns // LSOAs of the earlier and the later census; to alone where there is one
	change   int     // column of the change code
	ward     columns
	lad      columns // for successors, the old code
	active   columns // of successors
	csp      columns
	force    columns
}

type kind int

const (
	changes    kind = iota + 1 // LSOAs of one census to the next, and their district
	districts                  // LSOAs to districts, perhaps with wards
	forces                     // districts to police force areas
	successors                 // old district codes to those in use
)

// columns are where an area's code and name stand; -1 where the file has none.
type columns struct {
	year       int // of the codes: 2021
	code, name int
}

var none = columns{code: -1, name: -1}

func (c columns) there() bool { return c.code >= 0 }

// dated matches the columns of ONS (LSOA21CD, WD24NM) and of the R package
// geographr (lsoa21_code, ward24_name). Welsh names (…NMW) are not among them.
var dated = regexp.MustCompile(`^(lsoa|wd|ward|lad|ltla|csp|pfa)(\d\d)_?(cd|code|nm|name)$`)

// layoutOf recognises a lookup by its header. It gives nil for a header that is
// none of ours, and an error for one that is and lacks a column.
func layoutOf(header []string) (*layout, error) {
	l := &layout{header: make([]string, len(header)), from: none, to: none, ward: none, lad: none, active: none, csp: none, force: none, change: -1}
	var lsoa []columns // in order of census
	plain := map[string]int{}
	for i, cell := range header {
		l.header[i] = strings.TrimSpace(cell)
		name := table.Header(cell)
		if _, ok := plain[name]; !ok {
			plain[name] = i
		}
		m := dated.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		year, _ := strconv.Atoi(m[2])
		year += 2000
		var c *columns
		switch m[1] {
		case "lsoa":
			c = census(&lsoa, year)
		case "wd", "ward":
			c = newest(&l.ward, year)
		case "lad", "ltla":
			c = newest(&l.lad, year)
		case "csp":
			c = newest(&l.csp, year)
		case "pfa":
			c = newest(&l.force, year)
		}
		if c == nil {
			continue
		}
		if m[3] == "cd" || m[3] == "code" {
			c.code = i
		} else {
			c.name = i
		}
	}
	if i, ok := plain["chgind"]; ok {
		l.change = i
	} else if i, ok := plain["change_code"]; ok {
		l.change = i
	}
	_, compiled := plain["areacode"] // a table of areas of every kind, not of districts
	switch _, replaced := plain["ladcd_active"]; {
	case replaced && !compiled && len(lsoa) == 0:
		return l, l.asSuccessors(plain)
	case l.force.there():
		return l, l.asForces()
	case len(lsoa) >= 2 || len(lsoa) == 1 && l.change >= 0:
		return l, l.asChanges(lsoa)
	case len(lsoa) == 1 && lsoa[0].there() && (l.lad.there() || l.ward.there() && lsoa[0].year == 2021):
		l.asDistricts(lsoa[0])
		return l, nil
	}
	return nil, nil
}

// census gives the columns of the LSOAs of a census.
func census(lsoa *[]columns, year int) *columns {
	at := 0
	for ; at < len(*lsoa); at++ {
		if (*lsoa)[at].year == year {
			return &(*lsoa)[at]
		}
		if (*lsoa)[at].year > year {
			break
		}
	}
	c := none
	c.year = year
	*lsoa = append((*lsoa)[:at], append([]columns{c}, (*lsoa)[at:]...)...)
	return &(*lsoa)[at]
}

// newest gives the columns of the newest codes of a kind: a lookup may carry
// the district codes of two years. It is nil for older ones.
func newest(c *columns, year int) *columns {
	switch {
	case year < c.year:
		return nil
	case year > c.year:
		*c = none
		c.year = year
	}
	return c
}

func (l *layout) asSuccessors(plain map[string]int) error {
	at := func(name string) int {
		if i, ok := plain[name]; ok {
			return i
		}
		return -1
	}
	l.kind, l.release = successors, "lookup/lad-successors"
	l.lad = columns{code: at("ladcd"), name: at("ladnm")}
	l.active = columns{code: at("ladcd_active"), name: at("ladnm_active")}
	if !l.lad.there() {
		return missing("LADCD", "the old district code", l.header)
	}
	return nil
}

func (l *layout) asForces() error {
	l.kind = forces
	l.period = strconv.Itoa(l.force.year)
	l.release = "lookup/lad-force-" + l.period
	if l.csp.there() {
		l.release = "lookup/lad-csp-force-" + l.period
	}
	if !l.lad.there() {
		return missing(fmt.Sprintf("LAD%02dCD", l.force.year%100), "the district code", l.header)
	}
	return nil
}

func (l *layout) asChanges(lsoa []columns) error {
	l.kind = changes
	if len(lsoa) < 2 {
		other := 11
		if lsoa[0].year == 2011 {
			other = 21
		}
		return missing(fmt.Sprintf("LSOA%02dCD", other), "the LSOA code of the other census", l.header)
	}
	l.from, l.to = lsoa[len(lsoa)-2], lsoa[len(lsoa)-1]
	for _, c := range []columns{l.from, l.to} {
		if !c.there() {
			return missing(fmt.Sprintf("LSOA%02dCD", c.year%100), fmt.Sprintf("the LSOA code of %d", c.year), l.header)
		}
	}
	if l.change < 0 {
		return missing("CHGIND", "how the LSOA changed: U, S, M or X", l.header)
	}
	l.release = fmt.Sprintf("lookup/lsoa%d-lsoa%d", l.from.year, l.to.year)
	l.period = strconv.Itoa(l.to.year)
	if l.lad.there() {
		l.release += fmt.Sprintf("-lad%d", l.lad.year)
		l.period = strconv.Itoa(l.lad.year)
	}
	return nil
}

func (l *layout) asDistricts(lsoa columns) {
	l.kind, l.to = districts, lsoa
	l.release = fmt.Sprintf("lookup/lsoa%d", lsoa.year)
	if lsoa.year != 2021 {
		l.ward = none // wards are kept for the LSOAs of today only
	}
	if l.ward.there() {
		l.release += fmt.Sprintf("-ward%d", l.ward.year)
		l.period = strconv.Itoa(l.ward.year)
	}
	if l.lad.there() {
		l.release += fmt.Sprintf("-lad%d", l.lad.year)
		l.period = strconv.Itoa(l.lad.year)
	}
}

// errColumn marks a header that is one of ours and lacks a column.
var errColumn = errors.New("a column is missing")

func missing(column, meaning string, header []string) error {
	return fmt.Errorf("%w: there is no %s (%s); the columns are %s", errColumn, column, meaning, table.Quote(header))
}
