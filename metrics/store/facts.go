package store

import "outcomes/metrics"

// Release is a batch with its facts: one release of one source, read from one file.
type Release struct {
	metrics.Batch
	// Table tells the tables of a file apart. Releases of one table share its
	// rows: the file's account counts them once.
	Table string
	Facts Facts
}

// Facts are what a release brings. Each kind knows how it is written and what
// it replaces.
type Facts interface {
	facts()
}

// StreetMonth is a police.uk street-level file of one force and month, counted.
// It replaces what was held of that force and month.
type StreetMonth struct {
	Force     string // as the file writes it: "West Midlands Police"
	Slug      string // as the file's name writes it: "west-midlands"
	ForceArea string // its area's code, E23…; "" for a force without one
	Month     metrics.Month
	HasLSOA   bool
	Scheme    metrics.Scheme
	LSOA      []LSOACount    // in order of LSOA and crime type
	Area      []AreaCount    // districts and the force area, in order of area and crime type
	Outcome   []OutcomeCount // the same, in order of area, crime type and outcome
}

// LSOACount is how many crimes of a type a file has in an LSOA.
type LSOACount struct {
	LSOA  string
	Type  string
	Count int64
}

// AreaCount is the same for a district (its rows with an LSOA there) or the
// force area (all of the file's rows).
type AreaCount struct {
	Area  string
	Type  string
	Count int64
}

// OutcomeCount is how many crimes of a type have an outcome in a district or force area.
// Outcome is "" where the file has none.
type OutcomeCount struct {
	Area    string
	Type    string
	Outcome string
	Count   int64
}

// DeprivationRanks are the ranks of one domain of one edition. They replace
// what was held of that edition and domain.
type DeprivationRanks struct {
	Edition int    // 2019
	Domain  string // "imd", "income", "employment", "education", "health", "crime", "housing", "environment", "idaci", "idaopi"
	Ranks   []metrics.DeprivationRank
}

// Estimates are mid-year population estimates of one year. They replace what
// was held of the same areas and year, total and ages each on their own.
type Estimates struct {
	Year int
	Base int // the census of the series: 2011 or 2021
	Rows []EstimateRow
	// Areas are the sizes of the areas, where the file gives them; of a file
	// with several years they are with the newest.
	Areas []AreaSize
}

// AreaSize is how large an area is.
type AreaSize struct {
	Area string
	Km2  float64
}

// EstimateRow is an area's estimate: its total (Age -1) or one year of age, 90 for 90 and over.
type EstimateRow struct {
	Area    string
	Name    string
	Age     int
	Persons int64
}

// Lookup is what a geography file says. It replaces, code by code, what was held.
type Lookup struct {
	LSOAs      []LSOARow
	Changes    []LSOAChange
	Wards      []WardRow
	Successors []SuccessorRow
	Forces     []ForceRow
}

// LSOARow says in which district an LSOA of a census lies. LAD is "" in a
// lookup that does not say (2001 to 2011).
type LSOARow struct {
	Vintage int // 2001, 2011, 2021
	Code    string
	Name    string
	LAD     string
	LADName string
	LADYear int // of the district codes: 2022
}

// LSOAChange says which LSOA of the next census an LSOA became:
// U unchanged, S split, M merged, X otherwise.
type LSOAChange struct {
	FromVintage, ToVintage int
	From, To               string
	Change                 string
}

// WardRow says which ward an LSOA of 2021 fits best.
type WardRow struct {
	LSOA     string
	Ward     string
	WardName string
	Year     int // of the ward codes: 2024
}

// SuccessorRow says which district code is in use now for an old one.
type SuccessorRow struct {
	Code       string
	Name       string
	Active     string
	ActiveName string
}

// ForceRow says in which Community Safety Partnership and police force area a district lies.
type ForceRow struct {
	LAD, LADName     string
	CSP, CSPName     string
	Force, ForceName string
}

// Boundaries are outlines of areas. They replace, code by code, what was held.
type Boundaries struct {
	Rows []BoundaryRow
}

// BoundaryRow is one area's outline, in longitude and latitude (WGS84).
type BoundaryRow struct {
	Kind     metrics.AreaKind // lsoa or ward
	Vintage  int              // 2011, 2021; of a ward, its year
	Code     string
	Name     string
	LAD      string // "" where the file does not say
	Geometry []byte // a GeoJSON geometry
}

func (*StreetMonth) facts()      {}
func (*DeprivationRanks) facts() {}
func (*Estimates) facts()        {}
func (*Lookup) facts()           {}
func (*Boundaries) facts()       {}
