package metrics

import (
	"fmt"
	"slices"
)

// The sentences of the map and of the pages of small areas.

// Few says whether an area has too few offences to be singled out: one more or
// one less would change its rate greatly.
func (p Place) Few() bool { return p.Count != nil && *p.Count < fewOffences }

// Noun is what so many areas of a map are called.
func (k AreaKind) Noun(n int) string {
	switch {
	case k == Ward && n == 1:
		return "ward"
	case k == Ward:
		return "wards"
	case n == 1:
		return "neighbourhood"
	}
	return "neighbourhoods"
}

// CentreCaveat stands wherever hot spots are shown.
const CentreCaveat = "A city centre has more people in it than residents: its rate, and any hot spot there, tells where offences are recorded, not how likely residents are to be harmed."

// MapReading is what can be said of a map as a whole. No single area is named.
type MapReading struct {
	Indicator Indicator
	City      Area
	Map       PlaceMap // its places are not looked at
	Areas     int      // on the map
	// Highest is the least value of the highest fifth and Lowest the greatest of
	// the lowest, as the map's key writes them; "" where there is none.
	Highest, Lowest string
	// Areas of the highest fifth, of the lowest without those with few offences,
	// with few offences, and in hot spots by confidence, without those too.
	InHighest, InLowest, Few int
	Hot99, Hot95             int
}

func (r MapReading) in() string { return "In " + r.Map.Period.Phrase() }

// among is "the 40 neighbourhoods in Coventry".
func (r MapReading) among() string {
	return fmt.Sprintf("the %s %s in %s", Whole(int64(r.Areas)), r.Map.Kind.Noun(r.Areas), r.City.Place())
}

// Rates says from where to where the areas' rates go; rest is about hot spots,
// "" where there is none.
func (r MapReading) Rates() (heading, rest string) {
	if r.Highest == "" {
		return r.unshaded(), ""
	}
	heading = fmt.Sprintf("%s, the %s rate was %s %s or more in %s of %s", r.in(), r.Indicator.Noun, r.Highest, r.Indicator.Unit, Whole(int64(r.InHighest)), r.among())
	if r.Lowest != "" {
		heading += fmt.Sprintf(", and %s or less in %s", r.Lowest, Whole(int64(r.InLowest)))
	}
	return heading + r.few() + ".", r.lay()
}

// Counts says the same of the areas' counts.
func (r MapReading) Counts() (heading, rest string) {
	if r.Highest == "" {
		return r.unshaded(), ""
	}
	heading = fmt.Sprintf("%s: %s, %s or more %s were recorded in %s of %s", r.Indicator.Title, lower(r.in()), r.Highest, r.Indicator.Counted, Whole(int64(r.InHighest)), r.among())
	if r.Lowest != "" {
		heading += fmt.Sprintf(", and %s or fewer in %s", r.Lowest, Whole(int64(r.InLowest)))
	}
	return heading + r.few() + ".", r.lay()
}

// unshaded is said of a map whose areas are in no fifths, or in the lowest only.
func (r MapReading) unshaded() string {
	if r.Few > 0 && r.Few == r.Areas {
		return fmt.Sprintf("%s, fewer than %d %s were recorded in each of %s.", r.in(), fewOffences, r.Indicator.Counted, r.among())
	}
	return fmt.Sprintf("For %s, the table has the figures of %s for %s.", r.Map.Period.Phrase(), lower(r.Indicator.Title), r.among())
}

func (r MapReading) few() string {
	switch {
	case r.Few == 0:
		return ""
	case r.Lowest != "":
		return fmt.Sprintf("; %s had fewer than %d %s", Whole(int64(r.Few)), fewOffences, r.Indicator.Counted)
	}
	return fmt.Sprintf(", and %s had fewer than %d %s", Whole(int64(r.Few)), fewOffences, r.Indicator.Counted)
}

// confidences says with what confidence the areas lie in hot spots, "" where
// none does.
func (r MapReading) confidences() string {
	switch {
	case r.Hot99 > 0 && r.Hot95 > 0:
		return fmt.Sprintf("%s with 99%% confidence and %s with 95%%", Whole(int64(r.Hot99)), Whole(int64(r.Hot95)))
	case r.Hot99 > 0:
		return "with 99% confidence"
	case r.Hot95 > 0:
		return "with 95% confidence"
	}
	return ""
}

func (r MapReading) lay() string {
	if r.Hot99+r.Hot95 == 0 {
		return ""
	}
	return fmt.Sprintf("%s lay in a hot spot, %s.", Whole(int64(r.Hot99+r.Hot95)), r.confidences())
}

// HotSpots says how many areas lie in hot spots.
func (r MapReading) HotSpots() string {
	if r.Hot99+r.Hot95 == 0 {
		return fmt.Sprintf("%s, no hot spot of %s could be told from chance among %s.", r.in(), lower(r.Indicator.Title), r.among())
	}
	mark := ","
	if r.Hot99 > 0 && r.Hot95 > 0 {
		mark = ":"
	}
	return fmt.Sprintf("%s, %s of %s lay in a hot spot of %s%s %s.", r.in(), Whole(int64(r.Hot99+r.Hot95)), r.among(), lower(r.Indicator.Title), mark, r.confidences())
}

// NotLooked is said where hot spots were not looked for, and why.
func (r MapReading) NotLooked() (heading, rest string) {
	return fmt.Sprintf("%s, hot spots of %s in %s were not looked for.", r.in(), lower(r.Indicator.Title), r.City.Place()),
		capital(because(r.Map.SpotReason)) + ". The table has the rates."
}

// Missing says why there is no map; "" where there is one.
func (m PlaceMap) Missing() string {
	if m.Status == Available {
		return ""
	}
	return fmt.Sprintf("There is no map of %s: %s.", m.Period.Phrase(), because(m.Reason))
}

// SpotWords say how hot spots were found and how to read them, or why none
// were looked for.
func (m PlaceMap) SpotWords() []string {
	if m.SpotReason != "" {
		return []string{fmt.Sprintf("No hot spots are shown: %s.", because(m.SpotReason))}
	}
	return []string{
		fmt.Sprintf("In a hot spot the rates of a %s and of the %s that touch it are together higher than chance would leave them (Getis-Ord Gi*; adjusted by the false discovery rate, FDR, for testing all of them at once, at 95%% and 99%% confidence).", m.Kind.Noun(1), m.Kind.Noun(2)),
		CentreCaveat,
	}
}

// NotOnMap is why an area has no figure in a period that has a map: the map is
// of another year's areas. It has no full stop.
func (m PlaceMap) NotOnMap() string {
	return fmt.Sprintf("the map has the %s of %d, and this is none of them", m.Kind.Noun(2), m.Vintage)
}

// ClassNames are the names of the fifths of a map's areas, by Class. Of them no
// judgement is made.
var ClassNames = [...]string{1: "Lowest", 2: "Second lowest", 3: "Middle", 4: "Second highest", 5: "Highest"}

// PlaceSentence is the latest figure of a small area's series, oldest first:
// heading says it and rest what it rests on. Without a series both are "".
func PlaceSentence(ind Indicator, city Area, series []Place) (heading, rest string) {
	if len(series) == 0 {
		return "", ""
	}
	p := series[len(series)-1]
	for _, other := range slices.Backward(series) {
		if other.Status == Available {
			p = other
			break
		}
	}
	in, name := "In "+p.Period.Phrase(), named(p.Name, p.Code)
	switch {
	case p.Few():
		return fmt.Sprintf("%s, fewer than %d %s were recorded in %s.", in, fewOffences, ind.Counted, name),
			"That is too few for a rate: one more or one less would change it greatly."
	case p.Status != Available || p.Rate == nil:
		return fmt.Sprintf("%s, there is no %s rate for %s: %s.", in, ind.Noun, name, because(p.Reason)), ""
	}
	rest = fmt.Sprintf("%s; 95%% interval of the rate %s", howMany(float64(*p.Count), ind.Counted), limits(ind, p))
	if p.Class > 0 {
		rest += fmt.Sprintf("; in the %s fifth of the %s in %s", lower(ClassNames[p.Class]), p.Kind.Noun(2), city.Place())
	}
	return fmt.Sprintf("%s, the %s rate in %s was %s.", in, ind.Noun, name, Amount(ind, *p.Rate)), rest + "."
}

func limits(ind Indicator, p Place) string { return bare(ind, *p.Lower) + " to " + bare(ind, *p.Upper) }

// Numbers are a small area's rate and its count, each in words. Where one is
// not there it says so, and why.
func (p Place) Numbers(ind Indicator) (rate, count string) {
	switch {
	case p.Few():
		return "", fmt.Sprintf("Fewer than %d %s", fewOffences, ind.Counted)
	case p.Count == nil:
		return "", "No figure: " + because(p.Reason)
	}
	count = howMany(float64(*p.Count), ind.Counted)
	if p.Residents != nil {
		count += " among " + howMany(float64(*p.Residents), "residents")
	}
	if p.Rate == nil {
		return "No rate: " + because(p.Reason), count
	}
	return fmt.Sprintf("%s (95%% interval %s)", Amount(ind, *p.Rate), limits(ind, p)), count
}

// YearsHotWords says how often an area was a hot spot, of two years or more: "2
// of the last 5 years".
func (p Place) YearsHotWords() string {
	return fmt.Sprintf("%d of the last %d years", p.YearsHot, p.OfYears)
}

// SpotHistory says whether an area was a hot spot in the latest of its years,
// and how often it was one; nil where it has no year.
func SpotHistory(places []Place) []string {
	var latest *Place
	for i, p := range places {
		if p.Period.Kind == YearEnding && (latest == nil || p.Period.Last > latest.Period.Last) {
			latest = &places[i]
		}
	}
	if latest == nil {
		return nil
	}
	p := *latest
	in := " in " + p.Period.Phrase()
	var out []string
	switch {
	case p.Few():
		return []string{fmt.Sprintf("Not singled out%s: fewer than %d.", in, fewOffences)}
	case p.Spot != NoSpot:
		out = append(out, fmt.Sprintf("A %s,%s.", p.Spot.Words(), in))
	case p.Z == nil && p.SpotWhy != "":
		out = append(out, fmt.Sprintf("No result%s: %s.", in, because(p.SpotWhy)))
	case p.Z == nil:
		return []string{"Not looked for" + in + "."}
	default:
		out = append(out, "Not a hot spot"+in+".")
	}
	switch {
	case p.OfYears > 1 && p.YearsHot > 0:
		out = append(out, fmt.Sprintf("A hot spot in %s.", p.YearsHotWords()))
	case p.OfYears > 1:
		out = append(out, fmt.Sprintf("A hot spot in none of the last %d years.", p.OfYears))
	}
	if p.Spot.Hot() {
		out = append(out, CentreCaveat)
	}
	return out
}

// NoRates says why an area has no rate to draw in any of its periods.
func NoRates(ind Indicator, series []Place) string {
	switch {
	case len(series) == 0:
		return "There are no figures of it by this length of period yet."
	case slices.ContainsFunc(series, Place.Few):
		return fmt.Sprintf("There is no line to draw: in none of the periods were %d or more %s recorded.", fewOffences, ind.Counted)
	}
	return "There is no line to draw: there is no rate in any of the periods. The table says why."
}

// Sentence says where an area stands in an edition of the Indices, "" where
// that is not known.
func (d Decile) Sentence() string {
	words := ""
	switch tenth := d.Tenth(); tenth {
	case 0:
		return ""
	case 1:
		words = "In the most deprived tenth"
	case 10:
		words = "In the least deprived tenth"
	default:
		words = fmt.Sprintf("In the %s most deprived tenth", Ordinal(tenth))
	}
	return fmt.Sprintf("%s of the neighbourhoods in England by the Indices of Deprivation %d: rank %s of %s, 1 being the most deprived.", words, d.Edition, Whole(int64(d.Rank)), Whole(int64(d.Of)))
}
