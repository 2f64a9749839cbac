package metrics

import "slices"

// Area is a place that figures are given for, by its ONS code.
type Area struct {
	Code string
	Name string
	Kind AreaKind
}

// AreaKind is the sort of area.
type AreaKind string

const (
	LAD   AreaKind = "lad"   // local authority district
	Force AreaKind = "force" // police force area, E23…
	LSOA  AreaKind = "lsoa"  // lower layer super output area
	Ward  AreaKind = "ward"  // electoral ward

	Country AreaKind = "country" // England, as a benchmark
)

// Geography is what the imported lookups say of areas: which LSOA lies in which
// district, which district in which force area, and which code followed which.
type Geography struct {
	// LSOA gives the district of an LSOA of 2001, 2011 or 2021, as the lookup
	// wrote it. A code that lived through several censuses keeps its newest district.
	LSOA map[string]string
	// Successor gives the code that replaced a district's code. A renamed
	// district has one predecessor, a merged one several.
	Successor map[string]string
	// ForceOf gives the police force area of a district.
	ForceOf map[string]string
	// Names gives the name of a district or force area.
	Names map[string]string
	// Version is another one after every import of lookups; 0 for none.
	Version int64
}

// NewGeography is a geography that knows nothing yet.
func NewGeography() *Geography {
	return &Geography{LSOA: map[string]string{}, Successor: map[string]string{}, ForceOf: map[string]string{}, Names: map[string]string{}}
}

// Active follows a district's code to the one in use now. An unknown code is its own.
func (g *Geography) Active(code string) string {
	for range 10 { // codes are replaced a few times at most; a cycle in a lookup must not hang us
		next, ok := g.Successor[code]
		if !ok || next == code {
			return code
		}
		code = next
	}
	return code
}

// Family is every code that became the same district as this one, this one
// among them, in order. A merged district's family holds those it was made of.
func (g *Geography) Family(code string) []string {
	active := g.Active(code)
	family := []string{active}
	if code != active {
		family = append(family, code)
	}
	for old := range g.Successor {
		if old != active && old != code && g.Active(old) == active {
			family = append(family, old)
		}
	}
	slices.Sort(family)
	return family
}

// Same says whether two codes name one district under an old and a new code:
// the district was given a new code, not merged with others.
func (g *Geography) Same(a, b string) bool {
	if a == b {
		return true
	}
	return g.Active(a) == g.Active(b) && len(g.Family(a)) == 2
}

// ForceArea is the police force area of a district, whichever of its codes is given.
func (g *Geography) ForceArea(lad string) (string, bool) {
	if f, ok := g.ForceOf[lad]; ok {
		return f, true
	}
	for _, code := range g.Family(lad) {
		if f, ok := g.ForceOf[code]; ok {
			return f, true
		}
	}
	return "", false
}

// Districts are the districts of a force area, as the lookup wrote them, in order.
func (g *Geography) Districts(force string) []string {
	var lads []string
	for lad, f := range g.ForceOf {
		if f == force {
			lads = append(lads, lad)
		}
	}
	slices.Sort(lads)
	return lads
}

// DistrictsNow are the districts of a force area under their codes in use now, in order.
func (g *Geography) DistrictsNow(force string) []string {
	var lads []string
	for _, lad := range g.Districts(force) {
		lads = append(lads, g.Active(lad))
	}
	slices.Sort(lads)
	return slices.Compact(lads)
}
