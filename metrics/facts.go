package metrics

// Facts are what figures are computed from, at the level of districts and
// force areas. The store gathers them; Compute reads them.
type Facts struct {
	Geography *Geography
	// Files tells, for each district and force area and each month, what the
	// police.uk file of its force holds for it. A month without an entry is
	// missing. Districts go by the code in use now, here and below.
	Files map[string]map[Month]StreetFile
	// Crimes are counts by area, crime type and month. An absent entry in a
	// month that has a file is a true zero, if the file has that crime type.
	Crimes map[string]map[string]map[Month]int64
	// Outcomes are counts by area, crime type, outcome and month.
	Outcomes map[string]map[string]map[string]map[Month]int64
	// Beside are the forces besides its own whose files hold crimes in a
	// district, by district and the force's name, with the months for which
	// their files are held and were counted for it.
	Beside map[string]map[string]map[Month]bool
	// Residents are mid-year estimates by district and year.
	Residents map[string]map[int]Estimate
	// Editions are the Indices of Deprivation: ranks by edition year and domain.
	// They are many, and are read for the parts that are made from them.
	Editions map[int]map[string][]DeprivationRank
	// EditionBatches are the batches in force by edition year and domain,
	// whether their ranks are read or not.
	EditionBatches map[int]map[string]int64
	// Neighbourhoods are the own district's facts by LSOA; nil where no
	// indicator needs them.
	Neighbourhoods *Neighbourhoods
	// Returns are the accepted returns of projects, by project, the oldest quarter first.
	Returns map[string][]AcceptedReturn
	// Published are the readings that figures about people had so far, those in
	// force and former ones: what was shown once is known for ever. They are read
	// for the parts that are made from returns, and are in no digest: a reading is
	// made from the same facts as its part.
	Published []PublishedFigure
	// Former are the returns that were accepted once and are replaced or
	// withdrawn; former readings were made from them.
	Former []AcceptedReturn
	// Sample says that the facts are invented.
	Sample bool
}

// PublishedFigure is a reading that a figure has or had.
type PublishedFigure struct {
	Figure
	InForce bool
}

// StreetFile is what a month's file of a force can answer.
type StreetFile struct {
	Force string // the force's name as the file writes it
	// ForOthers is true where the file was counted for other areas, or before
	// a lookup changed this one's LSOAs: it has to be read again.
	ForOthers bool
	HasLSOA   bool   // false for the layout of 2011, which gives grid coordinates only
	Scheme    Scheme // which crime types the file distinguishes
	// Batches are those that the area's counts of the month came from: its own
	// force's file first, then those of others with crimes in its LSOAs.
	Batches []int64
	NoLSOA  int64 // rows without location
	Read    int64
}

// Estimate is a mid-year population estimate.
type Estimate struct {
	Persons int64
	// Base is the census that the series is based on, 2011 or 2021. Estimates
	// of different bases are not one series.
	Base int
	// Ages gives persons by single year of age, the last entry being 90 and
	// over; nil where only the total is published.
	Ages []int64
	// Batches are those it was read in.
	Batches []int64
}

// DeprivationRank is one LSOA's rank in one domain of one edition, 1 = most deprived.
type DeprivationRank struct {
	LSOA    string
	LAD     string // the district's code in the edition's own file; "" where the file has none
	LADName string
	Rank    int
}

// Needs are the areas that figures are made for, and what of them is counted.
type Needs struct {
	LADs   []string // districts, by the code in use now
	Forces []string
	// Crimes and Outcomes are the crime types whose counts, and whose outcomes'
	// counts, are wanted.
	Crimes, Outcomes []string
	// Neighbourhoods is the district whose facts by LSOA are wanted, "" for
	// none, and NeighbourhoodCrimes the types that are counted there.
	Neighbourhoods      string
	NeighbourhoodCrimes []string
}

// Scheme is the set of crime types that police.uk distinguished at a time.
type Scheme int

const (
	Scheme2010 Scheme = 2010 // six types, to August 2011
	Scheme2011 Scheme = 2011 // eleven types, September 2011 to April 2013
	Scheme2013 Scheme = 2013 // fourteen types, since May 2013
)

var schemes = map[Scheme][]string{
	Scheme2010: {"Anti-social behaviour", "Burglary", "Robbery", "Vehicle crime", "Violent crime", "Other crime"},
	Scheme2011: {"Anti-social behaviour", "Burglary", "Robbery", "Vehicle crime", "Violent crime", "Criminal damage and arson",
		"Shoplifting", "Other theft", "Drugs", "Public disorder and weapons", "Other crime"},
	Scheme2013: {"Anti-social behaviour", "Bicycle theft", "Burglary", "Criminal damage and arson", "Drugs", "Other crime", "Other theft",
		"Possession of weapons", "Public order", "Robbery", "Shoplifting", "Theft from the person", "Vehicle crime",
		"Violence and sexual offences"},
}

// CrimeTypes are the crime types of a scheme.
func (s Scheme) CrimeTypes() []string { return schemes[s] }

// SchemeOf is the scheme in use in a month.
func SchemeOf(m Month) Scheme {
	switch {
	case m < NewMonth(2011, 9):
		return Scheme2010
	case m < NewMonth(2013, 5):
		return Scheme2011
	default:
		return Scheme2013
	}
}

// narrowed are types of the same name whose meaning changed: once others were
// split off, the earlier counts are of something wider.
var narrowed = map[string]Scheme{
	"Other crime": Scheme2013,
	"Other theft": Scheme2013,
}

// Distinguishes says whether counts of a crime type under this scheme mean
// what they mean today. "Violent crime" does not carry over into "Violence and
// sexual offences", nor "Other crime" of 2011 into that of today.
func (s Scheme) Distinguishes(crimeType string) bool {
	if from, ok := narrowed[crimeType]; ok && s < from {
		return false
	}
	for _, t := range schemes[s] {
		if t == crimeType {
			return true
		}
	}
	return false
}

// Outcomes are the outcomes that police.uk's street-level files give, "" where
// an incident has none.
var Outcomes = []string{"",
	"Action to be taken by another organisation", "Awaiting court outcome", "Court case unable to proceed", "Court result unavailable",
	"Defendant found not guilty", "Defendant sent to Crown Court", "Formal action is not in the public interest",
	"Further action is not in the public interest", "Further investigation is not in the public interest",
	"Investigation complete; no suspect identified", "Local resolution", "Offender deprived of property", "Offender fined",
	"Offender given a caution", "Offender given a drugs possession warning", "Offender given absolute discharge",
	"Offender given community sentence", "Offender given conditional discharge", "Offender given penalty notice",
	"Offender given suspended prison sentence", "Offender ordered to pay compensation", "Offender otherwise dealt with",
	"Offender sent to prison", "Status update unavailable", "Suspect charged", "Suspect charged as part of another case",
	"Unable to prosecute suspect", "Under investigation",
}
