package metrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func square(code string, lon, lat float64) Outline {
	const d = 0.01
	return Outline{Code: code, Name: code, Geometry: fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]}`,
		lon, lat, lon+d, lat, lon+d, lat+d, lon, lat+d, lon, lat)}
}

// grid is six rows of six squares and an island.
func grid() []Outline {
	var out []Outline
	for i := range 36 {
		out = append(out, square(fmt.Sprintf("E0100%04d", i), -1.5+0.01*float64(i%6), 52.4+0.01*float64(i/6)))
	}
	return append(out, square("E01009999", -1, 53))
}

func TestNeighbours(t *testing.T) {
	lists, err := Neighbours(grid())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int][]int{0: {1, 6, 7}, 7: {0, 1, 2, 6, 8, 12, 13, 14}, 35: {28, 29, 34}, 36: nil} {
		if !slices.Equal(lists[i], want) {
			t.Errorf("area %d: %v, want %v", i, lists[i], want)
		}
	}
	for _, bad := range []string{``, `{"type":"Point","coordinates":[1,2]}`, `{"type":"Polygon","coordinates":7}`} {
		if _, err := Neighbours([]Outline{{Code: "E01000001", Geometry: []byte(bad)}}); err == nil || !strings.Contains(err.Error(), "E01000001") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// mapFacts are a district of the grid's 37 LSOAs, five of which have many
// offences, one of them few residents.
func mapFacts() (*Strategy, *Facts) {
	s, f := smallStrategy(), smallFacts()
	n := &Neighbourhoods{Vintages: map[int][]string{}, Names: map[string]string{}, Counts: map[string]map[Month][]int64{},
		Residents: map[int]LSOAEstimate{2018: {Label: "ONS mid-2018 population estimate", Persons: map[string]int64{}}},
		Outlines:  map[AreaKind]map[int][]Outline{LSOA: {2011: grid()}}, Ward: map[string]string{}, WardVintage: 2020}
	for i, o := range grid() {
		n.Codes = append(n.Codes, o.Code)
		n.Residents[2018].Persons[o.Code] = 1000
		n.Ward[o.Code] = fmt.Sprintf("E0500000%d", i/6)
	}
	n.Vintages[2011] = n.Codes
	n.Residents[2018].Persons["E01000014"] = 100
	months := map[Month][]int64{}
	for m := NewMonth(2018, 1); m <= NewMonth(2019, 12); m++ {
		list := make([]int64, 37)
		for i := range list {
			list[i] = 2
		}
		for _, i := range []int{7, 8, 13} {
			list[i] = 40
		}
		list[14] = 0
		if m == NewMonth(2019, 12) {
			list[14] = 4
		}
		list[36] = 3
		months[m] = list
	}
	n.Counts["Violence and sexual offences"] = months
	f.Neighbourhoods = n
	return s, f
}

func mapOf(t *testing.T, list []PlaceMap, kind AreaKind, period string) PlaceMap {
	t.Helper()
	for _, m := range list {
		if m.Indicator == "violence-rate" && m.Kind == kind && m.Period.Code() == period {
			return m
		}
	}
	t.Fatalf("there is no map %s %s", kind, period)
	return PlaceMap{}
}

func TestPlaceMaps(t *testing.T) {
	s, f := mapFacts()
	maps := Compute(s, f).Maps
	m := mapOf(t, maps, LSOA, "YE2019-12")
	if len(m.Places) != 37 || m.Status != Available || m.Vintage != 2011 || m.SpotReason != "" || len(m.Notes) != 1 {
		t.Fatalf("%+v", m)
	}
	p := m.Places[7]
	near(t, "rate", p.Rate, 480)
	if *p.Count != 480 || *p.Residents != 1000 || *p.Lower >= 480 || *p.Upper <= 480 || !p.Spot.Hot() || p.Spot.Words() == "" || p.Class != 5 || p.YearsHot != 2 || p.OfYears != 2 {
		t.Errorf("%+v", p)
	}
	if p := m.Places[14]; *p.Count != 4 || p.Spot != NoSpot || !strings.Contains(p.SpotWhy, "fewer than 5 offences") || p.Z == nil || p.YearsHot != 0 {
		t.Errorf("few offences: %+v", p)
	}
	if p := m.Places[36]; p.Z != nil || p.Spot != NoSpot || p.SpotWhy == "" || p.OfYears != 0 {
		t.Errorf("the island: %+v", p)
	}
	// No robbery in months whose files are in is a zero on every area.
	for _, m := range maps {
		if m.Indicator == "robbery-rate" && m.Kind == LSOA && m.Period.Code() == "2019-Q1" {
			if *m.Places[0].Count != 0 || *m.Places[0].Rate != 0 || *m.Places[0].Upper <= 0 || !strings.Contains(m.SpotReason, "equal") {
				t.Errorf("%+v %q", m.Places[0], m.SpotReason)
			}
		}
	}
	w := mapOf(t, maps, Ward, "YE2019-12")
	if len(w.Places) != 7 || *w.Places[0].Count != 6*24 || *w.Places[0].Residents != 6000 || !strings.Contains(w.SpotReason, "there are 7") {
		t.Errorf("%+v", w)
	}
}

func TestPlaceMapsMissing(t *testing.T) {
	s, f := mapFacts()
	delete(f.Files["E08000001"], NewMonth(2018, 6))
	delete(f.Neighbourhoods.Residents[2018].Persons, "E01000003")
	f.Neighbourhoods.Outlines = nil
	maps := Compute(s, f).Maps
	if m := mapOf(t, maps, LSOA, "2018-Q2"); m.Status != Missing || m.Places != nil || !strings.Contains(m.Reason, "June 2018") {
		t.Errorf("%+v", m)
	}
	m := mapOf(t, maps, LSOA, "2019-Q1")
	if p := m.Places[3]; p.Status != Missing || p.Rate != nil || *p.Count != 6 || p.Reason == "" {
		t.Errorf("%+v", p)
	}
	if !strings.Contains(m.SpotReason, "outlines") {
		t.Error(m.SpotReason)
	}
	if w := mapOf(t, maps, Ward, "2019-Q1"); w.Places[0].Rate != nil || w.Places[1].Rate == nil {
		t.Errorf("%+v", w.Places[:2])
	}
	f.Neighbourhoods = nil
	if maps := Compute(s, f).Maps; maps != nil {
		t.Error("maps of nothing")
	}
}

// An LSOA that was split has no count where the files give its parent's, so the
// map is on the census that the files are on.
func TestPlaceMapsThroughASplit(t *testing.T) {
	s, f := mapFacts()
	n := f.Neighbourhoods
	last := n.Codes[35]
	n.Codes = append(n.Codes, "E01010001", "E01010002")
	n.Vintages = map[int][]string{2011: n.Codes[:37], 2021: slices.Concat(n.Codes[:35], n.Codes[36:])}
	n.Changes = []LSOAChange{{2011, last, "E01010001", "S"}, {2011, last, "E01010002", "S"}}
	for m, list := range n.Counts["Violence and sexual offences"] {
		list = append(slices.Clone(list), 0, 0)
		if m >= NewMonth(2019, 7) {
			list[35], list[37], list[38] = 0, 3, 4
		}
		n.Counts["Violence and sexual offences"][m] = list
	}
	n.Residents[2021] = LSOAEstimate{Label: "Census 2021", Persons: map[string]int64{"E01010001": 500, "E01010002": 600}}
	for _, c := range n.Codes[:37] {
		n.Residents[2021].Persons[c] = 1000
	}
	delete(n.Residents[2021].Persons, last)
	maps := Compute(s, f).Maps
	before, across, after := mapOf(t, maps, LSOA, "2019-Q1"), mapOf(t, maps, LSOA, "YE2019-12"), mapOf(t, maps, LSOA, "2019-Q4")
	if before.Vintage != 2011 || across.Vintage != 2011 || after.Vintage != 2021 {
		t.Fatalf("on %d, %d and %d", before.Vintage, across.Vintage, after.Vintage)
	}
	if p := across.Places[35]; p.Code != last || *p.Count != 6*2+6*7 {
		t.Errorf("across the split: %+v", p)
	}
	if p := after.Places[len(after.Places)-1]; p.Code != "E01010002" || *p.Count != 12 || *p.Residents != 600 || !strings.Contains(after.Notes[0], "later year") {
		t.Errorf("after it: %+v %q", p, after.Notes)
	}
}
