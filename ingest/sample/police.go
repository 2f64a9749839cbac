package sample

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"outcomes/metrics"
)

// The months of the police files. Two are missing on purpose, as happens with
// the published ones: a quarter or year that holds such a month has no figure.
var (
	firstMonth = metrics.NewMonth(2016, time.July)
	lastMonth  = metrics.NewMonth(2019, time.December)
	missing    = map[string]metrics.Month{
		"west-midlands": metrics.NewMonth(2017, time.February),
		"warwickshire":  metrics.NewMonth(2017, time.August),
	}
)

type force struct {
	slug, name, area string
	similar          bool // only the crimes of the districts that Coventry is compared with
}

var forces = []force{
	{"west-midlands", "West Midlands Police", "E23000014", false},
	{"warwickshire", "Warwickshire Police", "E23000017", false},
	{"avon-and-somerset", "Avon and Somerset Constabulary", "E23000036", true},
	{"derbyshire", "Derbyshire Constabulary", "E23000018", true},
	{"devon-and-cornwall", "Devon & Cornwall Police", "E23000035", true},
	{"hampshire", "Hampshire Constabulary", "E23000030", true},
	{"leicestershire", "Leicestershire Police", "E23000021", true},
	{"merseyside", "Merseyside Police", "E23000004", true},
	{"metropolitan", "Metropolitan Police Service", "E23000001", true},
	{"norfolk", "Norfolk Constabulary", "E23000024", true},
	{"northumbria", "Northumbria Police", "E23000007", true},
	{"south-yorkshire", "South Yorkshire Police", "E23000011", true},
	{"sussex", "Sussex Police", "E23000033", true},
	{"west-yorkshire", "West Yorkshire Police", "E23000010", true},
}

// crimeType is one of the fourteen, with its invented story.
type crimeType struct {
	name string
	// Crimes a month for each million residents, in 2018: of Coventry, of the
	// other districts of the West Midlands, of Warwickshire's.
	coventry, others, warwickshire int64
	// Level by quarter in thousandths, from 2016-Q3 to 2019-Q4.
	level, levelOthers [14]int64
	season             *[12]int64 // by month in thousandths
	unsolved           int        // of 100 with an outcome, how many have no suspect
}

var (
	summer = &[12]int64{950, 880, 985, 1000, 1055, 1065, 1090, 1065, 1010, 1005, 965, 960}
	winter = &[12]int64{1060, 960, 1000, 960, 950, 940, 950, 950, 980, 1060, 1090, 1090}
	flat   = &[12]int64{1010, 930, 1010, 990, 1010, 990, 1010, 1010, 990, 1010, 990, 980}

	falling = [14]int64{1190, 1165, 1140, 1115, 1090, 1065, 1045, 1015, 985, 960, 935, 910, 890, 870}
	rising  = [14]int64{820, 835, 850, 870, 890, 915, 930, 960, 985, 1010, 1030, 1045, 1055, 1070}
	steady  = [14]int64{1000, 1010, 1000, 990, 1005, 1010, 1000, 995, 1000, 1005, 1000, 990, 1000, 1000}

	// Up by a fifth in the quarter ending March 2019, then levelling off: about
	// the same as a year before by the end of 2019.
	violence       = [14]int64{780, 795, 815, 830, 850, 870, 885, 955, 1005, 1045, 1040, 1035, 1035, 1045}
	violenceOthers = [14]int64{800, 810, 830, 850, 880, 895, 905, 960, 1010, 1050, 1070, 1065, 1075, 1090}
)

var crimeTypes = []crimeType{
	{"Anti-social behaviour", 820, 900, 520, falling, falling, summer, 0},
	{"Bicycle theft", 40, 30, 35, steady, steady, summer, 92},
	{"Burglary", 195, 235, 150, steady, steady, winter, 88},
	{"Criminal damage and arson", 200, 220, 170, steady, steady, flat, 70},
	{"Drugs", 70, 80, 55, rising, steady, flat, 8},
	{"Other crime", 60, 65, 50, rising, rising, flat, 20},
	{"Other theft", 155, 165, 140, falling, falling, flat, 78},
	{"Possession of weapons", 66, 102, 40, rising, rising, flat, 10},
	{"Public order", 160, 190, 120, rising, rising, summer, 35},
	{"Robbery", 152, 205, 40, rising, rising, winter, 72},
	{"Shoplifting", 180, 170, 140, steady, steady, flat, 50},
	{"Theft from the person", 55, 50, 25, steady, steady, winter, 94},
	{"Vehicle crime", 240, 290, 160, steady, rising, winter, 93},
	{"Violence and sexual offences", 2080, 2720, 1330, violence, violenceOthers, summer, 16},
}

// writePolice writes the street-level files of police.uk, gzipped.
func writePolice(w *writer, districts []*district) {
	coventry := districts[slices.IndexFunc(districts, func(d *district) bool { return d.code == coventryCode })]
	for _, f := range forces {
		places := map[string][]*place{}
		own := slices.DeleteFunc(withForce(districts, f.area), func(d *district) bool { return f.similar && !d.similar })
		slices.SortFunc(own, func(a, b *district) int { return strings.Compare(a.name, b.name) })
		for _, d := range own {
			places[d.code] = placesOf(d)
		}
		neighbour := f.slug == "warwickshire"
		if neighbour {
			places[coventry.code] = placesOf(coventry)
		}
		for m := firstMonth; m <= lastMonth; m++ {
			if m == missing[f.slug] {
				continue
			}
			file := &street{force: f, month: m, chance: randomFor("police", f.slug, m.String()), places: places, lineEnd: "\n"}
			if int(m)%5 == 0 {
				file.lineEnd = "\r\n" // both are published
			}
			file.header()
			for _, d := range own {
				file.district(d)
			}
			if neighbour {
				file.strays(coventry)
			}
			file.unlocated()
			w.gzipped(fmt.Sprintf("police/%s/%s-%s-street.csv.gz", m, m, f.slug), file.out)
		}
	}
}

// place is where an LSOA's crimes are put, and how many of its district's.
type place struct {
	lsoa
	upTo     int // sum of the weights up to this one
	lon, lat int // millionths of a degree
}

// Where the districts lie, roughly; within them an LSOA's place is invented.
var middles = map[string]cell{
	"Birmingham": {-1_890_000, 52_480_000}, "Dudley": {-2_085_000, 52_510_000}, "Sandwell": {-2_010_000, 52_515_000},
	"Solihull": {-1_780_000, 52_410_000}, "Walsall": {-1_980_000, 52_590_000}, "Wolverhampton": {-2_125_000, 52_590_000},
	"North Warwickshire": {-1_630_000, 52_560_000}, "Nuneaton and Bedworth": {-1_470_000, 52_510_000},
	"Rugby": {-1_260_000, 52_370_000}, "Stratford-on-Avon": {-1_700_000, 52_190_000}, "Warwick": {-1_560_000, 52_290_000},
}

// placesOf spreads a district's crimes: more where it is deprived, most of all
// in the centre.
func placesOf(d *district) []*place {
	var places []*place
	upTo := 0
	cells := mosaic(len(d.lsoas))
	for i, l := range d.lsoas {
		weight := 20 + (10_000-l.deprived)/140 + randomFor("crime", l.code).below(25)
		near := root(int64(cells[i].x*cells[i].x) + int64(4*cells[i].y*cells[i].y))
		if near < 22_000 {
			weight += 130 - int(near)/250
		}
		upTo += weight
		middle := cell{centreLon, centreLat}
		switch {
		case d.similar:
			middle = similar[d.code]
		case d.code != coventryCode:
			middle = middles[d.name]
		}
		places = append(places, &place{l, upTo, middle.x + cells[i].x, middle.y + cells[i].y})
	}
	return places
}

const typeCount = 14 // of crime types

// street is a file on its way.
type street struct {
	force   force
	month   metrics.Month
	chance  *random
	places  map[string][]*place // by district
	lineEnd string
	out     []byte
	last    string         // the Crime ID before
	nowhere [typeCount]int // rows without location, by crime type
}

func (f *street) header() {
	f.out = append(f.out, "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context"...)
	f.out = append(f.out, f.lineEnd...)
}

// district writes a district's crimes, in order of LSOA and crime type.
func (f *street) district(d *district) {
	places := f.places[d.code]
	counts := make([][typeCount]int, len(places))
	quarter := int(f.month-firstMonth) / 3
	for t, crime := range crimeTypes {
		rate, level := crime.others, crime.levelOthers
		switch {
		case d.code == coventryCode:
			rate, level = crime.coventry, crime.level
		case f.force.slug == "warwickshire":
			rate = crime.warwickshire
		case d.similar: // each has its own level, from two thirds of the others' to four thirds
			rate = rate * int64(670+randomFor("level", d.code, crime.name).below(670)) / 1000
		}
		expected := int64(d.persons(f.month.Year())) * rate * level[quarter] / 1_000_000 * crime.season[f.month.Of()-1] / 1000 // thousandths of a crime
		for range f.chance.around(expected) {
			if f.chance.below(1000) < 30 {
				f.nowhere[t]++
				continue
			}
			counts[f.pick(places)][t]++
		}
	}
	for i, p := range places {
		for t := range crimeTypes {
			for range counts[i][t] {
				f.row(t, p)
			}
		}
	}
}

func (f *street) pick(places []*place) int {
	n := f.chance.below(places[len(places)-1].upTo)
	return sort.Search(len(places), func(i int) bool { return places[i].upTo > n })
}

// strays writes the few crimes that a force records in its neighbour's area.
func (f *street) strays(d *district) {
	places := f.places[d.code]
	for range 6 + f.chance.below(7) {
		f.row(f.chance.below(typeCount), places[f.pick(places)])
	}
}

func (f *street) unlocated() {
	for t := range crimeTypes {
		for range f.nowhere[t] {
			f.row(t, nil)
		}
	}
}

// row writes one crime; p is nil where it has no location.
func (f *street) row(t int, p *place) {
	crime := &crimeTypes[t]
	asb := t == 0 // has neither a Crime ID nor an outcome
	if !asb {
		if f.last == "" || f.chance.below(1500) > 0 { // now and then a Crime ID repeats
			f.last = fmt.Sprintf("%016x%016x%016x%016x", f.chance.next(), f.chance.next(), f.chance.next(), f.chance.next())
		}
		f.out = append(f.out, f.last...)
	}
	f.add(f.month.String())
	f.add(f.force.name)
	f.add(f.force.name)
	if p == nil {
		f.out = append(f.out, ",,,No Location,,"...)
	} else {
		spot := f.chance.below(6) // crimes are put on the nearest of a few map points
		f.add(degrees(p.lon + spot*700 - 1750))
		f.add(degrees(p.lat + (spot*5%7)*450 - 1350))
		f.add(location(p.code, spot))
		f.add(p.code)
		f.add(p.name)
	}
	f.add(crime.name)
	if asb {
		f.add("")
	} else {
		f.add(f.outcome(crime))
	}
	f.out = append(f.out, ',')
	f.out = append(f.out, f.lineEnd...)
}

func (f *street) add(cell string) {
	f.out = append(f.out, ',')
	f.out = append(f.out, cell...)
}

var (
	trees  = []string{"Alder", "Beech", "Cedar", "Elder", "Hawthorn", "Hazel", "Juniper", "Larch", "Maple", "Poplar", "Rowan", "Sycamore", "Whitebeam"}
	ways   = []string{"Avenue", "Close", "Crescent", "Drive", "Gardens", "Grove", "Lane", "Road", "Street", "Walk"}
	sights = []string{"Parking Area", "Supermarket", "Shopping Area", "Petrol Station", "Park/Open Space", "Sports/Recreation Area", "Nightclub", "Further/Higher Educational Building"}
)

// location names one of an LSOA's map points.
func location(lsoa string, spot int) string {
	r := randomFor("location", lsoa, string(rune('0'+spot)))
	switch r.below(12) {
	case 0:
		return `"On or near ` + trees[r.below(len(trees))] + ` Road, Corner Of ` + trees[r.below(len(trees))] + ` Street"`
	case 1, 2:
		return "On or near " + sights[r.below(len(sights))]
	}
	return "On or near " + trees[r.below(len(trees))] + " " + ways[r.below(len(ways))]
}

// outcome is what the file says became of a crime. The latest months have more
// that are still under investigation; fewer are resolved from year to year.
func (f *street) outcome(crime *crimeType) string {
	age := int(lastMonth - f.month)
	n := f.chance.below(100)
	if open := max(44-6*age, 2); n < open {
		return "Under investigation"
	} else if n < open+2 {
		return "Status update unavailable"
	}
	resolved := 22 - int(f.month-firstMonth)/7 // of 100 crimes with a suspect, more below for some types
	switch crime.name {
	case "Drugs":
		resolved *= 4
	case "Possession of weapons", "Shoplifting":
		resolved *= 3
	}
	if f.chance.below(100) < crime.unsolved {
		return "Investigation complete; no suspect identified"
	}
	if f.chance.below(100) < resolved*108/100 {
		return settled[f.chance.below(len(settled))]
	}
	return ended[f.chance.below(len(ended))]
}

// Outcomes as often as they stand here.
var (
	settled = []string{
		"Court result unavailable", "Court result unavailable", "Court result unavailable", "Court result unavailable", "Awaiting court outcome",
		"Local resolution", "Local resolution", "Local resolution", "Offender given a caution", "Offender given a caution", "Offender given a caution",
		"Offender sent to prison", "Offender given community sentence", "Offender given conditional discharge", "Suspect charged as part of another case",
	}
	ended = []string{
		"Unable to prosecute suspect", "Unable to prosecute suspect", "Unable to prosecute suspect", "Unable to prosecute suspect", "Unable to prosecute suspect",
		"Unable to prosecute suspect", "Unable to prosecute suspect", "Unable to prosecute suspect", "Unable to prosecute suspect", "Unable to prosecute suspect",
		"Action to be taken by another organisation", "Further investigation is not in the public interest", "Formal action is not in the public interest",
	}
)
