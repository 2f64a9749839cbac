package metrics

import (
	"fmt"
	"slices"
	"strings"
)

// England as a benchmark. Its count for a month is the sum of what the files of
// all English police forces hold, with and without a location, and its residents
// are those of all English districts. It exists for a period only where every
// force answers for every month: a sum that lacks a force is not England's.

// EnglandCode is the code of England.
const EnglandCode = "E92000001"

var country = Area{Code: EnglandCode, Name: "England", Kind: Country}

// setBesideEngland says whether an indicator is compared with England by the
// forces' files; the Indices of Deprivation know England's share themselves.
func setBesideEngland(i Indicator) bool {
	return slices.Contains(i.Comparators, string(WithEngland)) && (i.Numerator.From == FromCrimes || i.Numerator.From == FromOutcomes)
}

// ComparesWithEngland says whether any indicator of the strategy needs the
// files of all English forces.
func ComparesWithEngland(s *Strategy) bool {
	return slices.ContainsFunc(s.Indicators, setBesideEngland)
}

// forEngland adds to a selection of the facts what a comparison of an indicator
// with England is made from.
func (c *computation) forEngland(ind Indicator, f *Facts) {
	for _, force := range c.g.EnglishForces() {
		f.Files[force], f.Crimes[force], f.Outcomes[force] = c.f.Files[force], c.f.Crimes[force], c.f.Outcomes[force]
	}
	if ind.Denominator.From == FromResidents {
		for _, lad := range append(c.g.EnglishDistricts(), country.Code) {
			f.Residents[lad] = c.f.Residents[lad]
		}
	}
}

// withEngland sets the district beside England.
func (c *computation) withEngland(ind Indicator, fig Figure) Comparison {
	p := fig.Period
	refuse := func(reason string) Comparison { return refused(WithEngland, country.Name, p, reason) }
	if !setBesideEngland(ind) {
		return refuse("there is no way to find England's figure for an indicator of this kind")
	}
	forces := c.g.EnglishForces()
	if len(forces) == 0 {
		return refuse("the lookups do not say which police forces England has")
	}
	if why := c.lacking(ind, p, forces); why != "" {
		return refuse(why)
	}
	why, care := c.guardBeside(ind, p, fig.Area, country)
	if why != "" {
		return refuse(why)
	}
	whole := Figure{Numerator: new(float64), Denominator: new(float64)}
	for _, code := range forces {
		force := Area{Code: code, Kind: Force}
		*whole.Numerator += c.count(ind.Numerator, force, p)
		if ind.Denominator.From != FromResidents {
			*whole.Denominator += c.count(ind.Denominator, force, p)
		}
	}
	of := ind.Denominator.Label
	if ind.Denominator.From == FromResidents {
		e, year, ok := c.residents(country, p.MidpointYear())
		if !ok {
			return refuse(fmt.Sprintf("there is no population estimate of every English district for %d or a year before it", p.MidpointYear()))
		}
		if sum, whole := c.inDistricts(year, e.Base); whole && differ(e.Persons, sum) {
			return refuse(fmt.Sprintf("the mid-%d estimates of the lookups' English districts sum to %s residents and England's own estimate is %s: the lookups are of another time",
				year, Whole(sum), Whole(e.Persons)))
		}
		*whole.Denominator = float64(e.Persons)
		of = fmt.Sprintf("residents (ONS mid-%d population estimates)", year)
	}
	if measure(ind, &whole); whole.Status != Available {
		return refuse(whole.Reason)
	}
	cmp := beside(ind, fig, Comparison{Kind: WithEngland, With: country.Name, Care: care}, *whole.Value)
	cmp.Numerator = whole.Numerator
	cmp.Basis = fmt.Sprintf("%s %s in the files of the %d English police forces, British Transport Police not among them, for %s %s",
		Decimal(*whole.Numerator, 0), ind.Counted, len(forces), Decimal(*whole.Denominator, 0), of)
	return cmp
}

// inDistricts is the sum of a year's estimates over the English districts of the
// lookups; whole is false where one has none under its code in use now, as one
// that was merged later.
func (c *computation) inDistricts(year, base int) (sum int64, whole bool) {
	for _, lad := range c.districts(country) {
		e := c.f.Residents[lad][year]
		if e.Persons <= 0 || e.Base != base {
			return 0, false
		}
		sum += e.Persons
	}
	return sum, true
}

// differ says whether two estimates are further apart than rounding explains.
func differ(a, b int64) bool {
	d := a - b
	if d < 0 {
		d = -d
	}
	return d*1000 > a
}

// lacking says which forces do not answer for a period, "" where all do.
func (c *computation) lacking(ind Indicator, p Period, forces []string) string {
	held, first := 0, ""
	for _, code := range forces {
		why := c.gap(ind, p, Area{Code: code, Kind: Force})
		if why == "" {
			held++
		} else if first == "" {
			first = why
		}
	}
	if held == len(forces) {
		return ""
	}
	whole := ""
	if p.Months() > 1 {
		whole = " for all of its months"
	}
	return fmt.Sprintf("files of %d of %d English forces are imported%s; %s", held, len(forces), whole, first)
}

// gap says why a force does not answer for a period, "" where it does.
func (c *computation) gap(ind Indicator, p Period, force Area) string {
	name := c.g.Names[force.Code]
	if name == "" {
		name = force.Code
	}
	months := 0
	for m := p.First; m <= p.Last; m++ {
		if _, ok := c.f.Files[force.Code][m]; ok {
			months++
		}
	}
	switch {
	case months == 0:
		return fmt.Sprintf("there is none of %s", name)
	case months < p.Months():
		return fmt.Sprintf("of %s there are %d of %d", name, months, p.Months())
	}
	if why := c.cannot(ind, force, p, p.Last); why != "" {
		return why
	}
	for m := p.First; m <= p.Last; m++ {
		if c.silent(ind, force.Code, m) {
			return fmt.Sprintf("that of %s for %s holds nothing of the kinds that are counted", name, m.Name())
		}
	}
	return ""
}

// silent says whether a force's file of a month is empty but for its name, as
// where a force has stopped to supply its crimes and goes on to supply its
// incidents of anti-social behaviour. A whole force without any is no zero.
func (c *computation) silent(ind Indicator, force string, m Month) bool {
	const incidents = "Anti-social behaviour"
	wanted := slices.Contains(ind.Numerator.Categories, incidents)
	for t, months := range c.f.Crimes[force] {
		if months[m] > 0 && (t == incidents) == wanted {
			return false
		}
	}
	for t, outcomes := range c.f.Outcomes[force] {
		for _, months := range outcomes {
			if months[m] > 0 && (t == incidents) == wanted {
				return false
			}
		}
	}
	return true
}

// englishShare sets a district's share of most deprived neighbourhoods beside
// England's in the same edition.
func englishShare(ind Indicator, fig Figure, ranks []DeprivationRank) Comparison {
	last, limit, deprived := 0, deprivedTo(len(ranks), ind.Numerator.MostDeprived), 0
	for _, r := range ranks {
		last = max(last, r.Rank)
		if r.Rank <= limit {
			deprived++
		}
	}
	if last > len(ranks) {
		return refused(WithEngland, country.Name, fig.Period, fmt.Sprintf("the edition ranks %s neighbourhoods and %s of them are held", Whole(int64(last)), Whole(int64(len(ranks)))))
	}
	whole := Figure{Numerator: new(float64), Denominator: new(float64)}
	*whole.Numerator, *whole.Denominator = float64(deprived), float64(len(ranks))
	if measure(ind, &whole); whole.Status != Available {
		return refused(WithEngland, country.Name, fig.Period, whole.Reason)
	}
	cmp := beside(ind, fig, Comparison{Kind: WithEngland, With: country.Name}, *whole.Value)
	cmp.Numerator = whole.Numerator
	cmp.Basis = fmt.Sprintf("%s of the edition's %s %s", Whole(int64(deprived)), Whole(int64(len(ranks))), ind.Counted)
	return cmp
}

// deprivedTo is the last rank that is among the most deprived so many per cent
// of n neighbourhoods, as the publisher's deciles are made.
func deprivedTo(n, percent int) int { return n * percent / 100 }

// EnglishForces are the police force areas of England that the lookups name, in order.
func (g *Geography) EnglishForces() []string {
	var out []string
	for _, force := range g.ForceOf {
		if strings.HasPrefix(force, "E23") {
			out = append(out, force)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// EnglishDistricts are the districts of England that the lookups put in a force
// area, under their codes in use now, in order.
func (g *Geography) EnglishDistricts() []string {
	var out []string
	for lad := range g.ForceOf {
		if now := g.Active(lad); strings.HasPrefix(now, "E0") {
			out = append(out, now)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
