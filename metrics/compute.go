package metrics

import (
	"fmt"
	"maps"
	"slices"

	"outcomes/metrics/stats"
)

// confidence is that of every interval shown.
const confidence = 0.95

// NeedsOf gives the areas and domains that the strategy's figures are made
// for: its district, the similar ones, its force area.
func NeedsOf(s *Strategy, g *Geography) Needs {
	var n Needs
	for _, a := range districtsOf(s, g) {
		n.LADs = append(n.LADs, g.Active(a.Code))
	}
	if f, ok := forceOf(s, g); ok {
		n.Forces = append(n.Forces, f.Code)
	}
	add := func(list *[]string, types []string) {
		for _, t := range types {
			if !slices.Contains(*list, t) {
				*list = append(*list, t)
			}
		}
	}
	if ComparesWithEngland(s) {
		add(&n.Forces, g.EnglishForces())
	}
	for _, i := range s.Indicators {
		if i.Kind == Inequality || onMap(i) {
			n.Neighbourhoods = g.Active(s.Area.Code)
			add(&n.NeighbourhoodCrimes, i.Numerator.Categories)
		}
		for _, m := range []Measure{i.Numerator, i.Denominator} {
			switch m.From {
			case FromCrimes:
				add(&n.Crimes, m.Categories)
			case FromOutcomes:
				add(&n.Outcomes, m.Categories)
			}
		}
	}
	return n
}

// PoliceAreas are the force areas on whose files the strategy's figures
// depend: its own and those that police its similar areas.
func PoliceAreas(s *Strategy, g *Geography) []string {
	var out []string
	if f, ok := forceOf(s, g); ok {
		out = append(out, f.Code)
	}
	for _, a := range districtsOf(s, g) {
		if code, ok := g.ForceArea(a.Code); ok && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

// OwnArea is the strategy's district, named by the lookups where the file does not.
func OwnArea(s *Strategy, g *Geography) Area {
	a := s.Area
	if a.Name == "" {
		a.Name = g.Names[a.Code]
	}
	if a.Name == "" {
		a.Name = a.Code
	}
	return a
}

func districtsOf(s *Strategy, g *Geography) []Area {
	areas := []Area{OwnArea(s, g)}
	for _, code := range s.Similar.Areas {
		if g.Active(code) == g.Active(s.Area.Code) {
			continue
		}
		name := g.Names[code]
		if name == "" {
			name = code
		}
		areas = append(areas, Area{Code: code, Name: name, Kind: LAD})
	}
	return areas
}

// forceOf is the strategy's force area; ok is false until the file or the lookups name it.
func forceOf(s *Strategy, g *Geography) (Area, bool) {
	f := Area{Code: s.Force.Code, Name: s.Force.Name, Kind: Force}
	if f.Code == "" {
		code, ok := g.ForceArea(s.Area.Code)
		if !ok {
			return f, false
		}
		f.Code = code
	}
	if f.Name == "" {
		f.Name = g.Names[f.Code]
	}
	if f.Name == "" {
		f.Name = f.Code
	}
	return f, true
}

// Result is what a computation makes.
type Result struct {
	Figures []Figure
	Signals []Signal
	Maps    []PlaceMap // of the own district, by LSOA and ward
}

// Compute makes the strategy's figures from the facts: every indicator, area
// and period, the missing ones with their reason among them; and what their
// series say over time. It is a pure function; the same facts give the same
// figures, in the same order.
func Compute(s *Strategy, f *Facts) Result {
	return newComputation(s, f).make(func(Part) bool { return true })
}

func find(series []Figure, p Period) *Figure {
	for i := range series {
		if series[i].Period == p {
			return &series[i]
		}
	}
	return nil
}

type computation struct {
	s *Strategy
	f *Facts
	g *Geography

	areas []Area // the own district, the similar ones, the force area
	force *Area  // nil where it is not known

	slopes map[string]slope // by the numbers that they were found from
}

func newComputation(s *Strategy, f *Facts) *computation {
	c := &computation{s: s, f: f, g: f.Geography, areas: districtsOf(s, f.Geography), slopes: map[string]slope{}}
	if force, ok := forceOf(s, c.g); ok {
		c.force = &force
		c.areas = append(c.areas, force)
	}
	return c
}

// key is what facts of an area go by.
func (c *computation) key(a Area) string {
	if a.Kind == LAD {
		return c.g.Active(a.Code)
	}
	return a.Code
}

// monthly makes the series of an indicator that is counted by month: for each
// kind of period, from the first month that can answer to the last, without a hole.
func (c *computation) monthly(ind Indicator, a Area) []Figure {
	files := c.f.Files[c.key(a)]
	first, last, ok := span(files, a)
	if !ok {
		return nil
	}
	var out []Figure
	for _, kind := range ind.Periods {
		var series []Figure
		grounds := map[Period]ground{}
		for _, p := range periods(kind, first, last) {
			fig, base := c.figure(ind, a, p, last)
			series = append(series, fig)
			if fig.Status == Available {
				grounds[p] = ground{period: p, base: base}
			}
		}
		c.inTime(ind, a, series, grounds)
		out = append(out, series...)
	}
	return out
}

// periods are those of a kind from the first month to the last: the quarters
// that hold them, and each year ending with a quarter that has twelve months.
func periods(kind PeriodKind, first, last Month) []Period {
	var out []Period
	if kind == Monthly {
		for m := first; m <= last; m++ {
			out = append(out, MonthPeriod(m))
		}
		return out
	}
	for end := QuarterOf(first).Last; end <= QuarterOf(last).Last; end += 3 {
		p := QuarterOf(end)
		if kind == YearEnding {
			if p = YearEndingIn(end); p.First < first {
				continue // the series has not had twelve months yet
			}
		}
		out = append(out, p)
	}
	return out
}

// span is the first and last month with a file that can answer for the area.
func span(files map[Month]StreetFile, a Area) (first, last Month, ok bool) {
	for _, m := range slices.Sorted(maps.Keys(files)) {
		if a.Kind == LAD && !files[m].HasLSOA {
			continue
		}
		if !ok {
			first, ok = m, true
		}
		last = m
	}
	return first, last, ok
}

// figure makes one figure, and gives the census base of its denominator (0 where it has none).
func (c *computation) figure(ind Indicator, a Area, p Period, last Month) (Figure, int) {
	fig := Figure{Indicator: ind.ID, Priority: ind.Priority, Area: a, Period: p, Unit: ind.Unit, Status: Missing}
	if fig.Reason = c.cannot(ind, a, p, last); fig.Reason != "" {
		return fig, 0
	}
	num := c.count(ind.Numerator, a, p)
	var den float64
	var base int
	if ind.Denominator.From == FromResidents {
		e, year, ok := c.residents(a, p.MidpointYear())
		if !ok {
			fig.Reason = fmt.Sprintf("no population estimate of %s for %d or a year before it has been imported", a.Name, p.MidpointYear())
			return fig, 0
		}
		den, base = float64(e.Persons), e.Base
		fig.Batches = e.Batches
		fig.Denominated = fmt.Sprintf("ONS mid-%d population estimate", year)
		if year != p.MidpointYear() {
			fig.Notes = append(fig.Notes, fmt.Sprintf("The rate uses the mid-%d population estimate: none for %d has been imported.", year, p.MidpointYear()))
		}
	} else {
		den = c.count(ind.Denominator, a, p)
		if den == 0 {
			fig.Reason = nothingToShare(ind)
			return fig, 0
		}
	}
	fig.Numerator, fig.Denominator = &num, &den
	fig.Batches = c.batches(a, p, fig.Batches)
	measure(ind, &fig)
	provisional(ind, &fig, last)
	return fig, base
}

// batches are those of the population estimate and of the period's files.
func (c *computation) batches(a Area, p Period, population []int64) []int64 {
	out := slices.Clone(population)
	for m := p.First; m <= p.Last; m++ {
		out = append(out, c.f.Files[c.key(a)][m].Batches...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// measure puts value and interval to a figure that has its two numbers.
func measure(ind Indicator, fig *Figure) {
	num, den := *fig.Numerator, *fig.Denominator
	var e stats.Estimate
	var err error
	if ind.Kind == CrudeRate {
		fig.Method = "Byar"
		if num < 10 {
			fig.Method = "Exact"
		}
		e, err = stats.Rate(num, den, ind.Per, confidence)
	} else {
		fig.Method = "Wilson"
		e, err = stats.Wilson(num, den, confidence)
		e = stats.Estimate{Value: e.Value * ind.Per, Lower: e.Lower * ind.Per, Upper: e.Upper * ind.Per}
	}
	if err != nil { // numbers that no share or rate can be made of
		fig.Status, fig.Reason, fig.Method = Missing, err.Error(), ""
		return
	}
	fig.Status = Available
	fig.Value, fig.Lower, fig.Upper = &e.Value, &e.Lower, &e.Upper
}

// cannot says why a period has no figure, "" when it has.
func (c *computation) cannot(ind Indicator, a Area, p Period, last Month) string {
	files := c.f.Files[c.key(a)]
	force := c.forceName(files)
	var missing, later, others, unplaced []string
	var other string // a crime type that a file does not know
	var when Month
	for m := p.First; m <= p.Last; m++ {
		file, ok := files[m]
		switch {
		case !ok && m > last:
			later = append(later, m.Name())
		case !ok:
			missing = append(missing, m.Name())
		case file.ForOthers:
			others = append(others, m.Name())
		case a.Kind == LAD && !file.HasLSOA:
			unplaced = append(unplaced, m.Name())
		default:
			for _, t := range ind.Numerator.Categories {
				if !file.Scheme.Distinguishes(t) {
					other, when = t, m
				}
			}
		}
	}
	switch {
	case len(missing) > 0:
		return filesOf(force, missing, "has not been imported", "have not been imported")
	case len(later) > 0:
		return filesOf(force, later, "has not come in yet", "have not come in yet")
	case len(others) > 0:
		return filesOf(force, others, "was read for other areas: import it again", "were read for other areas: import them again")
	case len(unplaced) > 0:
		return filesOf(force, unplaced, "names no LSOA, so nothing in it can be placed in a district", "name no LSOA, so nothing in them can be placed in a district")
	case other != "":
		return fmt.Sprintf("in %s the police published other crime types: what they counted then does not carry over into %q", when.Name(), other)
	}
	return ""
}

func (c *computation) forceName(files map[Month]StreetFile) string {
	for _, m := range slices.Backward(slices.Sorted(maps.Keys(files))) {
		if files[m].Force != "" {
			return files[m].Force
		}
	}
	return "police"
}

// count sums a measure over the period's months. Whether every month can
// answer was asked before: an absent count is a zero.
func (c *computation) count(m Measure, a Area, p Period) float64 {
	var n int64
	key := c.key(a)
	for _, t := range m.Categories {
		if m.From == FromCrimes {
			for month := p.First; month <= p.Last; month++ {
				n += c.f.Crimes[key][t][month]
			}
			continue
		}
		for outcome, months := range c.f.Outcomes[key][t] {
			if len(m.Outcomes) > 0 && !slices.Contains(m.Outcomes, outcome) || slices.Contains(m.Except, outcome) {
				continue
			}
			for month := p.First; month <= p.Last; month++ {
				n += months[month]
			}
		}
	}
	return float64(n)
}

// districts are those that an area is made of, under their codes in use now.
func (c *computation) districts(a Area) []string {
	switch a.Kind {
	case Force:
		return c.g.DistrictsNow(a.Code)
	case Country:
		return c.g.EnglishDistricts()
	}
	return []string{c.key(a)}
}

// residents gives the estimate of a year, or of the nearest year before it. A
// force area's is the sum of its districts', of one year and one census base;
// England's is its own where that is held, which is the same sum.
func (c *computation) residents(a Area, year int) (Estimate, int, bool) {
	lads := c.districts(a)
	if len(lads) == 0 {
		return Estimate{}, 0, false
	}
	for y := year; y > year-100; y-- {
		if own := c.f.Residents[a.Code][y]; a.Kind == Country && own.Persons > 0 {
			return own, y, true
		}
		sum, ok := Estimate{}, true
		for i, lad := range lads {
			e, held := c.f.Residents[lad][y]
			if !held || e.Persons <= 0 || i > 0 && e.Base != sum.Base {
				ok = false
				break
			}
			sum.Persons += e.Persons
			sum.Base = e.Base
			sum.Batches = append(sum.Batches, e.Batches...)
		}
		if ok {
			return sum, y, true
		}
	}
	return Estimate{}, 0, false
}
