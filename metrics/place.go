package metrics

// Place is one small area, an LSOA or a ward, on the map of an indicator in a
// period: a count, the residents, a rate with its interval, and what the test
// for hot spots found. Numbers are nil where they are not available; a count
// of 0 in a period whose files are all in is a true zero.
type Place struct {
	Indicator string
	Period    Period
	Code      string
	Name      string
	Kind      AreaKind // LSOA or Ward
	Vintage   int      // of the code: 2011 or 2021; of a ward, the year of the lookup

	Status Status // Available or Missing
	Reason string // why it has no rate, a sentence without the full stop

	Count              *int64
	Residents          *int64
	Rate, Lower, Upper *float64 // per so many residents, as the indicator says; the limits are of the 95% interval
	// Class is the fifth of the map's areas that the rate falls in, 1 the
	// lowest and 5 the highest; CountClass the same of the count. 0 for none.
	Class, CountClass int

	Z       *float64 // Gi*; nil where there is no result
	Spot    Spot
	SpotWhy string // why it has no result or is not singled out, "" otherwise
	// YearsHot says in how many of the OfYears years that end with the period
	// and have a map (five at most, none overlapping) it was a hot spot.
	YearsHot, OfYears int
}

// Spot is what the test for hot spots found, "" for nothing out of the ordinary.
type Spot string

const (
	NoSpot Spot = ""
	Hot95  Spot = "hot-95"  // a hot spot, 95% confidence (FDR)
	Hot99  Spot = "hot-99"  // a hot spot, 99% confidence (FDR)
	Cold95 Spot = "cold-95" // a cold spot, 95% confidence (FDR)
	Cold99 Spot = "cold-99" // a cold spot, 99% confidence (FDR)
)

// Hot says whether it is a hot spot.
func (s Spot) Hot() bool { return s == Hot95 || s == Hot99 }

// Words names the finding for a reader, "" for nothing out of the ordinary.
func (s Spot) Words() string {
	switch s {
	case Hot95:
		return "hot spot, 95% confidence (FDR)"
	case Hot99:
		return "hot spot, 99% confidence (FDR)"
	case Cold95:
		return "cold spot, 95% confidence (FDR)"
	case Cold99:
		return "cold spot, 99% confidence (FDR)"
	}
	return ""
}

// PlaceMap is what is said of an indicator's map in a period as a whole.
type PlaceMap struct {
	Indicator   string
	Kind        AreaKind // LSOA or Ward
	Period      Period
	Vintage     int    // of its areas' codes, to fetch the outlines by
	Status      Status // Missing where a month's file is; it has no places then
	Reason      string
	Denominated string   // "Census 2021" or "ONS mid-2020 population estimate"
	Notes       []string // sentences that must stand beside the map
	SpotReason  string   // why no hot spots were looked for, "" where they were
	Places      []Place  // in order of code; nil where only the maps are asked for
}

// Outline is the boundary of a small area.
type Outline struct {
	Code, Name string
	Geometry   []byte // a GeoJSON geometry, Polygon or MultiPolygon, in longitude and latitude
}
