package metrics

import "strings"

// Source names where facts come from.
type Source string

const (
	GeographySource   Source = "geography"
	PopulationSource  Source = "population"
	DeprivationSource Source = "deprivation"
	BoundarySource    Source = "boundaries"
	PoliceSource      Source = "police"
	ReturnsSource     Source = "returns" // projects' quarterly returns, accepted one by one
)

// Sources lists them in the order in which they must first be imported.
var Sources = []Source{GeographySource, PopulationSource, DeprivationSource, BoundarySource, PoliceSource}

// Account is what became of a file's rows: Read = Kept + WithoutLocation + Outside + Rejected.
type Account struct {
	Read            int64
	Kept            int64
	WithoutLocation int64 // no LSOA: counted for the force, for no district
	Outside         int64 // in an area that the strategy does not ask for
	Rejected        int64 // could not be read
	Repeated        int64 // rows kept whose Crime ID stood in the file before; not a part of the sum
}

// Add sums two accounts.
func (a Account) Add(b Account) Account {
	return Account{a.Read + b.Read, a.Kept + b.Kept, a.WithoutLocation + b.WithoutLocation,
		a.Outside + b.Outside, a.Rejected + b.Rejected, a.Repeated + b.Repeated}
}

// Problem is a row or cell that could not be used, or that a reader should
// know of. Row counts from 1, the header among them; 0 when it is the file's.
type Problem struct {
	File    string
	Sheet   string
	Row     int
	Column  string
	Rule    string // short name of the check: "lsoa_code", "month_of_file"
	Message string // what is wrong and what to do
	Rejects bool   // the row was not counted
}

// Batch is one release read from one file: what the ledger keeps of it.
type Batch struct {
	ID         int64
	Source     Source
	Release    string // what it is a release of: "police/west-midlands/2019-03", "IoD2019/imd"
	File       string // the file's name, without the folder it was read from
	Member     string // the member's name, for a zip
	Name       string // the name of what was read, without folders and .gz; set by the run
	Size       int64  // bytes, of the file as it came or of the member inflated
	Digest     string // "sha256:…" of the file as it came, or "crc32:…" of the zip's member
	Period     string // "2019-03", "IoD2019", "mid-2019"
	Coverage   string // digest of the areas that were kept; "" where everything is
	Account    Account
	Facts      int64  // how many facts it brought
	FactsSHA   string // digest of the facts: two files that say the same are one
	Problems   []Problem
	Sample     bool // invented data
	ImportedAt string
	Current    bool  // its facts are in force
	Superseded int64 // id of the batch that replaced it, 0 when none
}

// Holding is what is held of a source, or of one part of it, in a line.
type Holding struct {
	Source     Source
	Part       string   // the police force or the project, as releases name it; "" where a source has no parts
	Files      int      // that have facts in force, each once
	Superseded int64    // releases that are no longer in force
	Periods    []string // of the releases in force, in order
	ImportedAt string   // when the newest of the whole source was read, RFC 3339
}

// Newest is the latest of the periods, "" where there is none.
func (h Holding) Newest() string {
	if len(h.Periods) == 0 {
		return ""
	}
	return h.Periods[len(h.Periods)-1]
}

// Gaps are the months between the first and the last that nothing is held of,
// where the source comes by the month.
func (h Holding) Gaps() []Month {
	var gaps []Month
	last := Month(-1)
	for _, code := range h.Periods {
		m, err := ParseMonth(code)
		if err != nil {
			return nil
		}
		for missing := last + 1; last >= 0 && missing < m; missing++ {
			gaps = append(gaps, missing)
		}
		last = m
	}
	return gaps
}

// expected is how many months after the end of its period a source's newest
// may be the newest still: police files come monthly, some two months late;
// population estimates yearly, a year after the middle of theirs. The Indices
// come when they come.
var expected = map[Source]Month{PoliceSource: 3, PopulationSource: 18}

// OlderThanExpected says whether a source's newest period is older than its
// publisher's rhythm would have it in the month now. A period of another form
// than the source's, or a source without a rhythm, is never.
func OlderThanExpected(source Source, period string, now Month) bool {
	allowed, ok := expected[source]
	if !ok {
		return false
	}
	end, err := ParseMonth(strings.Replace(period, "mid-", "", 1) + map[Source]string{PopulationSource: "-12"}[source])
	return err == nil && now-end > allowed
}
