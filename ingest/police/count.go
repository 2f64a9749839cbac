package police

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"outcomes/ingest"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

var schemes = []metrics.Scheme{metrics.Scheme2010, metrics.Scheme2011, metrics.Scheme2013}

// crimeTypes are the crime types of all schemes, in order. A type's number is
// its place here, so that counts in order of number are in order of name.
var crimeTypes, crimeTypeNumbers = func() ([]string, map[string]int) {
	var all []string
	for _, s := range schemes {
		all = append(all, s.CrimeTypes()...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	numbers := make(map[string]int, len(all))
	for i, t := range all {
		numbers[t] = i
	}
	return all, numbers
}()

const (
	// maxOutcomes is how many different outcomes a file may have, none among
	// them. About thirty have ever been published.
	maxOutcomes = 128
	// maxForces is how many different forces a file's rows are told apart by.
	maxForces = 64
)

// fate is what becomes of the rows of an LSOA.
type fate int

const (
	kept    fate = iota
	outside      // in a district that is not asked for
	unknown      // in no lookup: outside too
)

// place is one LSOA of a file.
type place struct {
	number int // as lsoaNumber gives it
	fate   fate
	area   int   // its district's place in counter.areas; 0 where it is not kept
	rows   int64 // how many rows lie there
	line   int   // the first of them
}

// reporter is a force that rows name under "Reported by".
type reporter struct {
	name []byte
	rows int64
}

// counter counts the rows of one file.
type counter struct {
	file      string // for problems
	month     string
	columns   columns
	geography *metrics.Geography
	coverage  ingest.Coverage

	account  metrics.Account
	problems []metrics.Problem

	places  map[int]int // LSOA's number to its place in found
	found   []place
	byPlace []int64 // counts by place and crime type

	areas  []string // the force area first, then districts as they come
	areaOf map[string]int
	byArea []int64 // counts by area, crime type and outcome

	outcomes       []string // as they come; the first is none
	outcomeNumbers map[string]int

	reporters []reporter
	reporter  int // of the row before: nearly all rows of a file have one

	ids  map[uint64]struct{} // hashes of the Crime IDs that stood before
	seed maphash.Seed
}

func newCounter() *counter {
	return &counter{places: map[int]int{}, areaOf: map[string]int{}, outcomeNumbers: map[string]int{},
		ids: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
}

// reset makes the counter ready for another file. It keeps its room.
func (c *counter) reset(file string, month metrics.Month, cols columns, opts ingest.Options) {
	c.file, c.month, c.columns = file, month.String(), cols
	c.geography, c.coverage = opts.Geography, opts.Coverage
	if c.geography == nil {
		c.geography = metrics.NewGeography()
	}
	c.account, c.problems = metrics.Account{}, nil
	clear(c.places)
	c.found, c.byPlace = c.found[:0], c.byPlace[:0]
	clear(c.areaOf)
	c.areas, c.byArea = c.areas[:0], c.byArea[:0]
	c.area("") // the force area: its code is known when all rows are
	clear(c.outcomeNumbers)
	c.outcomes = append(c.outcomes[:0], "")
	c.outcomeNumbers[""] = 0
	c.reporters, c.reporter = c.reporters[:0], 0
	clear(c.ids)
}

// add counts the scanner's row. Its error ends the file.
func (c *counter) add(s *scanner) error {
	c.account.Read++
	cols := c.columns
	if len(s.ends) != cols.width {
		c.reject(s.line, "", "field_count", fmt.Sprintf("the row has %d fields and the header %d; look for a comma or a quote too few or too many", len(s.ends), cols.width))
		return nil
	}
	if month := s.field(cols.month); string(month) != c.month {
		if month = bytes.TrimSpace(month); string(month) != c.month {
			c.rejectMonth(s.line, string(month))
			return nil
		}
	}
	crimeType, ok := crimeTypeNumbers[string(s.field(cols.crimeType))]
	if !ok {
		text := bytes.TrimSpace(s.field(cols.crimeType))
		if crimeType, ok = crimeTypeNumbers[string(text)]; !ok {
			c.rejectCrimeType(s.line, string(text))
			return nil
		}
	}
	lsoa, number := []byte(nil), 0
	if cols.lsoa >= 0 {
		lsoa = s.field(cols.lsoa)
		if number, ok = lsoaNumber(lsoa); !ok {
			lsoa = bytes.TrimSpace(lsoa)
			number, ok = lsoaNumber(lsoa)
		}
		if !ok && len(lsoa) > 0 && !elsewhere(lsoa) {
			c.reject(s.line, columnLSOA, "lsoa_code", fmt.Sprintf("%s is not the code of an LSOA (E01 or W01 and six digits); correct it, or leave it blank if the place is not known", show(lsoa)))
			return nil
		}
	}
	outcome := 0
	if cols.outcome >= 0 {
		if outcome, ok = c.outcomeNumbers[string(s.field(cols.outcome))]; !ok {
			var err error
			if outcome, err = c.newOutcome(s); err != nil {
				return err
			}
		}
	}

	// From here on the row counts.
	c.reportedBy(s.field(cols.reportedBy))
	repeated := cols.id >= 0 && c.stoodBefore(s.field(cols.id))
	cell := crimeType*maxOutcomes + outcome
	c.byArea[cell]++
	switch {
	case len(lsoa) == 0:
		c.account.WithoutLocation++
	case number < 0:
		c.account.Outside++
	default:
		at, ok := c.places[number]
		if !ok {
			at = c.newPlace(number, string(lsoa), s.line)
		}
		p := &c.found[at]
		p.rows++
		if p.fate != kept {
			c.account.Outside++
			break
		}
		c.account.Kept++
		if repeated {
			c.account.Repeated++
		}
		c.byPlace[at*len(crimeTypes)+crimeType]++
		c.byArea[p.area*len(crimeTypes)*maxOutcomes+cell]++
	}
	return nil
}

// lsoaNumber makes a number of an LSOA's code, in the order of the codes:
// E01000001 is 1, W01000001 is 1,000,001. It is -1 where the code is not one.
func lsoaNumber(code []byte) (int, bool) {
	if len(code) != 9 || code[1] != '0' || code[2] != '1' {
		return -1, false
	}
	n := 0
	for _, d := range code[3:] {
		if d < '0' || d > '9' {
			return -1, false
		}
		n = n*10 + int(d-'0')
	}
	switch code[0] {
	case 'E':
		return n, true
	case 'W':
		return n + 1_000_000, true
	}
	return -1, false
}

// lsoaCode is the code that lsoaNumber made the number of.
func lsoaCode(number int) string {
	country := 'E'
	if number >= 1_000_000 {
		country, number = 'W', number-1_000_000
	}
	return fmt.Sprintf("%c01%06d", country, number)
}

// elsewhere says whether the code is of a small area of Northern Ireland
// (95GG40S1, N20000001) or Scotland (S01006506): no LSOA, and no mistake.
func elsewhere(code []byte) bool {
	if len(code) < 8 || len(code) > 9 {
		return false
	}
	for _, b := range code {
		if (b < '0' || b > '9') && (b < 'A' || b > 'Z') {
			return false
		}
	}
	return bytes.HasPrefix(code, []byte("95")) || code[0] == 'N' || bytes.HasPrefix(code, []byte("S01"))
}

// newPlace takes in an LSOA that the file did not have before.
func (c *counter) newPlace(number int, code string, line int) int {
	p := place{number: number, fate: unknown, line: line}
	if lad := c.geography.LSOA[code]; lad != "" {
		p.fate = outside
		if c.coverage.All || c.coverage.LADs[lad] {
			p.fate, p.area = kept, c.area(lad)
		}
	}
	at := len(c.found)
	c.places[number] = at
	c.found = append(c.found, p)
	c.byPlace = append(c.byPlace, make([]int64, len(crimeTypes))...)
	return at
}

// area gives the place of an area in areas, a new one where it is not there.
func (c *counter) area(code string) int {
	at, ok := c.areaOf[code]
	if !ok {
		at = len(c.areas)
		c.areaOf[code] = at
		c.areas = append(c.areas, code)
		c.byArea = append(c.byArea, make([]int64, len(crimeTypes)*maxOutcomes)...)
	}
	return at
}

// newOutcome takes in an outcome that the file did not have before.
func (c *counter) newOutcome(s *scanner) (int, error) {
	text := bytes.TrimSpace(s.field(c.columns.outcome))
	outcome := strings.ToValidUTF8(string(text), "\uFFFD")
	if n, ok := c.outcomeNumbers[outcome]; ok {
		return n, nil
	}
	if len(c.outcomes) == maxOutcomes {
		return 0, metrics.Errorf(metrics.Invalid, "%s, line %d, column %q: %s is the %dth different outcome, and police.uk has about thirty; the column holds something else, fetch the file again",
			c.file, s.line, columnOutcome, show(text), maxOutcomes)
	}
	n := len(c.outcomes)
	c.outcomes = append(c.outcomes, outcome)
	c.outcomeNumbers[outcome] = n
	return n, nil
}

// reportedBy counts the row for the force it names.
func (c *counter) reportedBy(name []byte) {
	if c.reporter < len(c.reporters) && bytes.Equal(name, c.reporters[c.reporter].name) {
		c.reporters[c.reporter].rows++
		return
	}
	at := slices.IndexFunc(c.reporters, func(r reporter) bool { return bytes.Equal(name, r.name) })
	if at < 0 {
		if len(c.reporters) == maxForces {
			return
		}
		at = len(c.reporters)
		c.reporters = append(c.reporters, reporter{name: bytes.Clone(name)})
	}
	c.reporter = at
	c.reporters[at].rows++
}

// force is the name that most rows are reported by.
func (c *counter) force() string {
	var most reporter
	for _, r := range c.reporters {
		if r.rows > most.rows && len(bytes.TrimSpace(r.name)) > 0 {
			most = r
		}
	}
	return strings.ToValidUTF8(string(bytes.TrimSpace(most.name)), "\uFFFD")
}

// stoodBefore says whether a row with this Crime ID was counted before. A hash
// of 64 bits is enough for that: in a file of 100,000 rows two different IDs
// meet once in three billion files.
func (c *counter) stoodBefore(id []byte) bool {
	if len(id) == 0 {
		return false
	}
	before := len(c.ids)
	c.ids[maphash.Bytes(c.seed, id)] = struct{}{}
	return len(c.ids) == before
}

func (c *counter) reject(line int, column, rule, message string) {
	c.account.Rejected++
	if len(c.problems) < ingest.MaxProblems {
		c.problems = append(c.problems, metrics.Problem{File: c.file, Row: line, Column: column, Rule: rule, Message: message, Rejects: true})
	}
}

func (c *counter) rejectMonth(line int, month string) {
	if month == "" {
		c.reject(line, columnMonth, "month", fmt.Sprintf("the month is blank; it should be %s, as in the file's name", c.month))
		return
	}
	if _, err := metrics.ParseMonth(month); err != nil {
		c.reject(line, columnMonth, "month", fmt.Sprintf("%s is not a month; it should be %s, as in the file's name", show([]byte(month)), c.month))
		return
	}
	c.reject(line, columnMonth, "month_of_file", fmt.Sprintf("the row is of %s and the file's name says %s; put the row into the file of its month", month, c.month))
}

func (c *counter) rejectCrimeType(line int, crimeType string) {
	if crimeType == "" {
		c.reject(line, columnType, "crime_type", "the crime type is blank; fill it in")
		return
	}
	c.reject(line, columnType, "crime_type", fmt.Sprintf("%s is not a crime type that police.uk has used; correct it", show([]byte(crimeType))))
}

// show quotes a cell for a message, cut short where it is long.
func show(cell []byte) string {
	const most = 60
	text := []rune(strings.ToValidUTF8(string(cell[:min(len(cell), 4*most)]), "\uFFFD"))
	if len(text) > most {
		return strconv.Quote(string(text[:most]) + "…")
	}
	return strconv.Quote(string(text))
}

// hasLSOA says whether any row that counts has an LSOA.
func (c *counter) hasLSOA() bool { return c.account.Kept+c.account.Outside > 0 }

// scheme is the crime types that the file tells apart: those of its month,
// unless the types it has contradict that. Then it is the smallest scheme that
// holds them all; where none does, the month's, and false.
func (c *counter) scheme(month metrics.Month) (metrics.Scheme, bool) {
	var seen []string
	for i, t := range crimeTypes {
		cells := c.byArea[i*maxOutcomes : (i+1)*maxOutcomes]
		if slices.ContainsFunc(cells, func(n int64) bool { return n > 0 }) {
			seen = append(seen, t)
		}
	}
	holds := func(s metrics.Scheme) bool {
		for _, t := range seen {
			if !slices.Contains(s.CrimeTypes(), t) {
				return false
			}
		}
		return true
	}
	ofMonth := metrics.SchemeOf(month)
	if holds(ofMonth) {
		return ofMonth, true
	}
	for _, s := range schemes { // smallest first
		if holds(s) {
			return s, true
		}
	}
	return ofMonth, false
}

// unknownLSOAs is the problem of the LSOAs that no lookup knows; false when there is none.
func (c *counter) unknownLSOAs() (metrics.Problem, bool) {
	var lsoas, rows int64
	var first place
	for _, p := range c.found {
		if p.fate != unknown {
			continue
		}
		if lsoas == 0 { // found is in the order of the file
			first = p
		}
		lsoas++
		rows += p.rows
	}
	return metrics.Problem{File: c.file, Row: first.line, Column: columnLSOA, Rule: "lsoa_unknown",
		Message: fmt.Sprintf("%s in %s that no lookup knows, the first %s; they are counted for the force and for no district: import the lookups of the census these codes are of",
			plural(rows, "row lies", "rows lie"), plural(lsoas, "LSOA", "LSOAs"), lsoaCode(first.number))}, lsoas > 0
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(n, 10) + " " + many
}

// facts are what was counted, in the store's order. The force area is left out
// where its code is "".
func (c *counter) facts(forceArea string) (byLSOA []store.LSOACount, byArea []store.AreaCount, byOutcome []store.OutcomeCount) {
	places := make([]int, 0, len(c.found))
	size := 0
	for i, p := range c.found {
		if p.fate == kept {
			places = append(places, i)
			for _, n := range c.byPlace[i*len(crimeTypes) : (i+1)*len(crimeTypes)] {
				if n > 0 {
					size++
				}
			}
		}
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Compare(c.found[a].number, c.found[b].number) })
	byLSOA = make([]store.LSOACount, 0, size)
	for _, at := range places {
		code := lsoaCode(c.found[at].number)
		for t, n := range c.byPlace[at*len(crimeTypes) : (at+1)*len(crimeTypes)] {
			if n > 0 {
				byLSOA = append(byLSOA, store.LSOACount{LSOA: code, Type: crimeTypes[t], Count: n})
			}
		}
	}

	c.areas[0] = forceArea
	areas := make([]int, 0, len(c.areas))
	for at, code := range c.areas {
		if code != "" {
			areas = append(areas, at)
		}
	}
	slices.SortFunc(areas, func(a, b int) int { return cmp.Compare(c.areas[a], c.areas[b]) })
	outcomes := make([]int, len(c.outcomes))
	for i := range outcomes {
		outcomes[i] = i
	}
	slices.SortFunc(outcomes, func(a, b int) int { return cmp.Compare(c.outcomes[a], c.outcomes[b]) })
	for _, at := range areas {
		for t, crimeType := range crimeTypes {
			cells := c.byArea[(at*len(crimeTypes)+t)*maxOutcomes:]
			var sum int64
			for _, o := range outcomes {
				if n := cells[o]; n > 0 {
					sum += n
					byOutcome = append(byOutcome, store.OutcomeCount{Area: c.areas[at], Type: crimeType, Outcome: c.outcomes[o], Count: n})
				}
			}
			if sum > 0 {
				byArea = append(byArea, store.AreaCount{Area: c.areas[at], Type: crimeType, Count: sum})
			}
		}
	}
	return byLSOA, byArea, byOutcome
}

// digest is the SHA-256, in hex, of what a file says: two files that say the
// same have the same, however they are written.
func digest(m *store.StreetMonth) string {
	h := sha256.New()
	var b []byte
	// Each text goes in with its length, so that no two lists read alike.
	text := func(texts ...string) {
		for _, t := range texts {
			b = strconv.AppendInt(b, int64(len(t)), 10)
			b = append(b, ':')
			b = append(b, t...)
		}
	}
	count := func(n int64) {
		b = strconv.AppendInt(b, n, 10)
		b = append(b, '\n')
		if len(b) > 1<<14 {
			h.Write(b)
			b = b[:0]
		}
	}
	text("street", m.Force, m.Slug, m.ForceArea, m.Month.String(), strconv.FormatBool(m.HasLSOA))
	count(int64(m.Scheme))
	for _, f := range m.LSOA {
		text(f.LSOA, f.Type)
		count(f.Count)
	}
	text("areas")
	for _, f := range m.Area {
		text(f.Area, f.Type)
		count(f.Count)
	}
	text("outcomes")
	for _, f := range m.Outcome {
		text(f.Area, f.Type, f.Outcome)
		count(f.Count)
	}
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil))
}
