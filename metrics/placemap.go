package metrics

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"outcomes/metrics/stats"
)

// mapQuarters is how many of the latest quarters have a map; every year ending
// has one.
const mapQuarters = 8

// yearsLooked is in how many years, each ending twelve months before the next,
// it is counted whether an area was a hot spot. It is fixed, so that nobody
// chooses the number that shows most.
const yearsLooked = 5

// onMap says whether an indicator has maps: a rate of crimes for residents.
func onMap(ind Indicator) bool {
	return ind.Kind == CrudeRate && ind.Numerator.From == FromCrimes && ind.Denominator.From == FromResidents
}

// mapper makes the maps of the strategy's own district.
type mapper struct {
	*computation
	n          *Neighbourhoods
	own        Area
	neighbours map[mapKey]adjacent // made once a layer
	residents  map[mapKey]residents
	poisson    map[int64]stats.Estimate
}

type mapKey struct {
	kind          AreaKind
	vintage, year int
}

// adjacent is which areas of a layer touch, by code.
type adjacent struct {
	of  map[string][]string
	why string // why it is not known
}

// residents is the estimate that a year's rates use.
type residents struct {
	persons map[string]int64
	label   string
	note    string
}

func (c *computation) mapper(own Area) *mapper {
	return &mapper{c, c.f.Neighbourhoods, own, map[mapKey]adjacent{}, map[mapKey]residents{}, map[int64]stats.Estimate{}}
}

// on is the same mapper for other counts; outlines and residents are the same.
func (c *mapper) on(with *computation, n *Neighbourhoods) *mapper {
	out := *c
	out.computation, out.n = with, n
	return &out
}

// placeMaps makes the maps of an indicator: by LSOA, and by ward where the
// lookup says which LSOAs make one.
func (c *mapper) placeMaps(ind Indicator) []PlaceMap {
	first, last, ok := span(c.f.Files[c.key(c.own)], c.own)
	if !ok {
		return nil
	}
	var out []PlaceMap
	for _, kind := range ind.Periods {
		list := periods(kind, first, last)
		switch kind {
		case Quarter:
			list = list[max(0, len(list)-mapQuarters):]
		case YearEnding:
		default:
			continue
		}
		for _, p := range list {
			lsoa := PlaceMap{Indicator: ind.ID, Kind: LSOA, Period: p, Status: Missing}
			ward := lsoa
			ward.Kind = Ward
			if lsoa.Reason = c.cannot(ind, c.own, p, last); lsoa.Reason != "" {
				ward.Reason = lsoa.Reason
			} else {
				c.byLSOA(ind, &lsoa)
				c.byWard(ind, lsoa, &ward)
			}
			out = append(out, lsoa)
			if len(c.n.Ward) > 0 {
				out = append(out, ward)
			}
		}
	}
	persistence(out)
	return out
}

// byLSOA counts a period's offences on the LSOAs of the census that leaves the
// fewest without a count, the newest of equals.
func (c *mapper) byLSOA(ind Indicator, m *PlaceMap) {
	values := c.n.byCode(c.n.sum(ind.Numerator.Categories, m.Period))
	var counts map[string]int64
	best := -1
	for _, v := range slices.Backward(slices.Sorted(maps.Keys(c.n.Vintages))) {
		if got := c.n.on(c.n.Vintages[v], values, true); best < 0 || len(c.n.Vintages[v])-len(got) < best {
			counts, best, m.Vintage = got, len(c.n.Vintages[v])-len(got), v
		}
	}
	if m.Vintage == 0 {
		m.Reason = "the lookups name no LSOA of " + c.own.Place()
		return
	}
	m.Status = Available
	r := c.residentsOf(m.Vintage, m.Period.MidpointYear())
	m.Denominated = r.label
	if r.note != "" {
		m.Notes = append(m.Notes, r.note)
	}
	if best > 0 {
		m.Notes = append(m.Notes, fmt.Sprintf("%d of the neighbourhoods have no count: the police's files give it for ground that was cut otherwise at another census.", best))
	}
	for _, code := range c.n.Vintages[m.Vintage] {
		p := Place{Indicator: ind.ID, Period: m.Period, Code: code, Name: cmp.Or(c.n.Names[code], code), Kind: LSOA, Vintage: m.Vintage}
		n, counted := counts[code]
		persons, lived := r.persons[code]
		c.rate(ind, &p, n, persons, counted, lived)
		m.Places = append(m.Places, p)
	}
	c.finish(m)
}

// byWard sums the LSOAs of each ward. One without a count leaves its ward
// without one.
func (c *mapper) byWard(ind Indicator, lsoa PlaceMap, m *PlaceMap) {
	if lsoa.Status != Available {
		m.Status, m.Reason = lsoa.Status, lsoa.Reason
		return
	}
	m.Status, m.Vintage, m.Denominated, m.Notes = Available, c.n.WardVintage, lsoa.Denominated, slices.Clone(lsoa.Notes)
	type total struct {
		n, persons     int64
		counted, lived bool
	}
	wards := map[string]*total{}
	for _, code := range c.n.Ward {
		wards[code] = &total{counted: true, lived: true}
	}
	for _, p := range lsoa.Places {
		in := c.wards(p.Code)
		for _, w := range in {
			t := wards[w]
			t.counted = t.counted && p.Count != nil && len(in) == 1
			t.lived = t.lived && p.Residents != nil && len(in) == 1
			if p.Count != nil {
				t.n += *p.Count
			}
			if p.Residents != nil {
				t.persons += *p.Residents
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(wards)) {
		t := wards[code]
		p := Place{Indicator: ind.ID, Period: m.Period, Code: code, Name: cmp.Or(c.n.Names[code], code), Kind: Ward, Vintage: m.Vintage}
		c.rate(ind, &p, t.n, t.persons, t.counted, t.lived)
		m.Places = append(m.Places, p)
	}
	m.Notes = append(m.Notes, "A ward is made of the LSOAs that fit it best, so it is not exactly the ward's own ground.")
	c.finish(m)
}

// wards are the wards that hold an LSOA, by the lookup or by what it was cut
// from or into.
func (c *mapper) wards(code string) []string {
	if w, ok := c.n.Ward[code]; ok {
		return []string{w}
	}
	var in []string
	g := c.n.ground()
	for _, other := range g.codes[g.of[code]] {
		if w, ok := c.n.Ward[other]; ok && !slices.Contains(in, w) {
			in = append(in, w)
		}
	}
	return in
}

// rate puts count, residents, rate and limits to a place.
func (c *mapper) rate(ind Indicator, p *Place, n, persons int64, counted, lived bool) {
	p.Status = Missing
	if counted {
		p.Count = &n
	} else {
		p.Reason = "the police's files give the count for ground that was cut otherwise at another census"
	}
	if lived {
		p.Residents = &persons
	} else if counted {
		p.Reason = "there is no population estimate of it"
	}
	if !counted || !lived {
		return
	}
	if persons <= 0 {
		p.Reason = "nobody lives there by the population estimate"
		return
	}
	e, ok := c.poisson[n] // stats.Rate, with the limits of each count found once
	if !ok {
		var err error
		if e, err = stats.Poisson(float64(n), confidence); err != nil {
			p.Reason = err.Error()
			return
		}
		c.poisson[n] = e
	}
	by := ind.Per / float64(persons)
	rate, lower, upper := e.Value*by, e.Lower*by, e.Upper*by
	p.Status, p.Rate, p.Lower, p.Upper = Available, &rate, &lower, &upper
}

// finish finds the classes and the hot spots of a map.
func (c *mapper) finish(m *PlaceMap) {
	rates, counts := make([]float64, len(m.Places)), make([]float64, len(m.Places))
	for i, p := range m.Places {
		rates[i], counts[i] = math.NaN(), math.NaN()
		if p.Status == Available {
			rates[i] = *p.Rate
		}
		if p.Count != nil {
			counts[i] = float64(*p.Count)
		}
	}
	byRate, err := stats.Quantile(rates, 5, stats.QuantileOptions{})
	byCount, err2 := stats.Quantile(counts, 5, stats.QuantileOptions{})
	if err == nil && err2 == nil {
		for i := range m.Places {
			m.Places[i].Class, m.Places[i].CountClass = byRate[i], byCount[i]
		}
	}
	if len(m.Places) < stats.HotSpotMinimum {
		m.SpotReason = fmt.Sprintf("hot spots are looked for among %d areas or more, and there are %d", stats.HotSpotMinimum, len(m.Places))
		return
	}
	layer := c.touching(m.Kind, m.Vintage)
	if m.SpotReason = layer.why; m.SpotReason != "" {
		return
	}
	at := map[string]int{}
	for i, p := range m.Places {
		at[p.Code] = i
	}
	neighbours := make([][]int, len(m.Places))
	for i, p := range m.Places {
		for _, code := range layer.of[p.Code] {
			if j, ok := at[code]; ok {
				neighbours[i] = append(neighbours[i], j)
			}
		}
	}
	m.SpotReason = spots(m.Places, neighbours)
}

// touching gives which areas of a layer touch.
func (c *mapper) touching(kind AreaKind, vintage int) adjacent {
	key := mapKey{kind: kind, vintage: vintage}
	if held, ok := c.neighbours[key]; ok {
		return held
	}
	outlines := c.n.Outlines[kind][vintage]
	a := adjacent{of: map[string][]string{}}
	if len(outlines) == 0 {
		a.why = fmt.Sprintf("the outlines of the areas of %d are not imported, so it is not known which of them touch", vintage)
	} else if lists, err := Neighbours(outlines); err != nil {
		a.why = err.Error()
	} else {
		for i, list := range lists {
			for _, j := range list {
				a.of[outlines[i].Code] = append(a.of[outlines[i].Code], outlines[j].Code)
			}
		}
	}
	c.neighbours[key] = a
	return a
}

// residentsOf gives the residents of a census's LSOAs for a year: the nearest
// estimate at or before it that has all of them, else the nearest after it,
// else the one that has most.
func (c *mapper) residentsOf(vintage, year int) residents {
	key := mapKey{vintage: vintage, year: year}
	if held, ok := c.residents[key]; ok {
		return held
	}
	codes := c.n.Vintages[vintage]
	var best residents
	for _, y := range c.n.years(year) {
		e := c.n.Residents[y]
		got := c.n.on(codes, e.Persons, false)
		if len(got) <= len(best.persons) {
			continue
		}
		best = residents{persons: got, label: e.Label}
		if y != year {
			best.note = yearNote(e.Label, y, year)
		}
		if len(got) == len(codes) {
			break
		}
	}
	c.residents[key] = best
	return best
}

func yearNote(label string, used, wanted int) string {
	if used > wanted {
		return fmt.Sprintf("The rates use the residents of a later year, %s: there are none by LSOA for %d or before.", label, wanted)
	}
	return fmt.Sprintf("The rates use the residents of an earlier year, %s: there are none by LSOA for %d.", label, wanted)
}

// persistence counts in how many of the last years each area was a hot spot.
func persistence(list []PlaceMap) {
	hot := map[AreaKind]map[Month]map[string]bool{}
	for _, m := range list {
		if m.Period.Kind != YearEnding || m.Status != Available || m.SpotReason != "" {
			continue
		}
		if hot[m.Kind] == nil {
			hot[m.Kind] = map[Month]map[string]bool{}
		}
		year := map[string]bool{}
		for _, p := range m.Places {
			if p.Z != nil {
				year[p.Code] = p.Spot.Hot()
			}
		}
		hot[m.Kind][m.Period.Last] = year
	}
	for _, m := range list {
		for i := range m.Places {
			p := &m.Places[i]
			for back := range yearsLooked {
				was, looked := hot[m.Kind][m.Period.Last-Month(12*back)][p.Code]
				if looked {
					p.OfYears++
				}
				if was {
					p.YearsHot++
				}
			}
		}
	}
}
