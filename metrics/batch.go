package metrics

// Source names where facts come from.
type Source string

const (
	GeographySource   Source = "geography"
	PopulationSource  Source = "population"
	DeprivationSource Source = "deprivation"
	BoundarySource    Source = "boundaries"
	PoliceSource      Source = "police"
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
