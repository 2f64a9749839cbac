package dashboard_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"outcomes/dashboard"
	"outcomes/metrics"
)

// atlas is a ledger with maps: forty neighbourhoods on a grid, eight in a row,
// in two years and two quarters, and five wards. The year between is missing.
type atlas struct {
	*ledger
	maps     []metrics.PlaceMap
	outlines map[metrics.AreaKind][]metrics.Outline
	deciles  []metrics.Decile
}

func (a *atlas) PlaceMaps(_ context.Context, indicator string) ([]metrics.PlaceMap, error) {
	var out []metrics.PlaceMap
	for _, m := range a.maps {
		if m.Indicator == indicator {
			m.Places = nil
			out = append(out, m)
		}
	}
	return out, a.err
}

func (a *atlas) Places(_ context.Context, indicator, period string, kind metrics.AreaKind) (metrics.PlaceMap, error) {
	for _, m := range a.maps {
		if m.Indicator == indicator && m.Period.Code() == period && m.Kind == kind {
			return m, a.err
		}
	}
	return metrics.PlaceMap{}, metrics.Errorf(metrics.NotFound, "there is no map")
}

func (a *atlas) PlaceSeries(_ context.Context, indicator, code string) ([]metrics.Place, error) {
	var out []metrics.Place
	for _, m := range a.maps {
		for _, p := range m.Places {
			if m.Indicator == indicator && p.Code == code {
				out = append(out, p)
			}
		}
	}
	return out, a.err
}

func (a *atlas) Outlines(_ context.Context, _ string, kind metrics.AreaKind, _ int) ([]metrics.Outline, error) {
	return a.outlines[kind], a.err
}

func (a *atlas) Deciles(context.Context, string) ([]metrics.Decile, error) { return a.deciles, a.err }

// place makes a place of a count among a thousand residents.
func place(indicator string, period metrics.Period, kind metrics.AreaKind, i int, count int64) metrics.Place {
	residents, rate := int64(1000), float64(count)
	lower, upper, z := rate*0.8, rate*1.3, float64(i)/10-2
	p := metrics.Place{Indicator: indicator, Period: period, Kind: kind, Vintage: 2021, Status: metrics.Available,
		Code: fmt.Sprintf("E01%06d", 9000+i), Name: fmt.Sprintf("Coventry %03dA", i),
		Count: &count, Residents: &residents, Rate: &rate, Lower: &lower, Upper: &upper, Z: &z, OfYears: 2}
	if kind == metrics.Ward {
		p.Code, p.Name, p.Z, p.OfYears = fmt.Sprintf("E05%06d", 1200+i), fmt.Sprintf("Ward %d", i), nil, 0
	}
	return p
}

func square(code, name string, column, row int) metrics.Outline {
	west, south := -1.6+0.01*float64(column), 52.3+0.01*float64(row)
	return metrics.Outline{Code: code, Name: name, Geometry: fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[%[1]f,%[2]f],[%[3]f,%[2]f],[%[3]f,%[4]f],[%[1]f,%[4]f],[%[1]f,%[2]f]]]}`, west, south, west+0.01, south+0.01)}
}

const (
	fewCode     = "E01009003" // 3 offences, and marked as a hot spot by mistake
	missingCode = "E01009017"
	hotCode     = "E01009039"
)

func mapped(t testing.TB, s *metrics.Strategy) *atlas {
	a := &atlas{ledger: demo(t, s), outlines: map[metrics.AreaKind][]metrics.Outline{}, deciles: []metrics.Decile{{Edition: 2025, Rank: 3375, Of: 33755}, {Edition: 2019, Rank: 3285, Of: 32844}}}
	a.state.Mapped, a.state.Version = true, 7
	march := metrics.NewMonth(2019, time.March)
	for _, ind := range []string{"violence-rate", "robbery-rate"} {
		for _, period := range []metrics.Period{metrics.YearEndingIn(march - 24), metrics.YearEndingIn(march - 12), metrics.YearEndingIn(march), metrics.YearEndingIn(march - 3), metrics.QuarterOf(march), metrics.QuarterOf(march - 3)} {
			m := metrics.PlaceMap{Indicator: ind, Kind: metrics.LSOA, Period: period, Vintage: 2021, Status: metrics.Available, Denominated: "Census 2021", Notes: []string{"The rates use the residents of a later year."}}
			wards := m
			wards.Kind, wards.SpotReason = metrics.Ward, "hot spots are looked for among 30 areas or more, and there are 5"
			if period == metrics.YearEndingIn(march-12) {
				m.Status, m.Reason = metrics.Missing, "there is no West Midlands Police file for July 2017"
				wards.Status, wards.Reason = m.Status, m.Reason
				a.maps = append(a.maps, m, wards)
				continue
			}
			for i := range 40 {
				p := place(ind, period, metrics.LSOA, i, int64(i*3+(i*7)%5))
				p.Class, p.CountClass = i/8+1, i/8+1
				switch p.Code {
				case fewCode:
					n := int64(3)
					p.Count, p.Class, p.CountClass, p.Spot = &n, 5, 5, metrics.Hot99
				case missingCode:
					p.Status, p.Reason, p.Class, p.Rate, p.Lower, p.Upper, p.Residents, p.Z = metrics.Missing, "there is no population estimate of it", 0, nil, nil, nil, nil, nil
				case hotCode:
					p.Spot, p.YearsHot = metrics.Hot99, 2
				case "E01009038", "E01009037":
					p.Spot, p.YearsHot = metrics.Hot95, 1
				}
				m.Places = append(m.Places, p)
			}
			for i := range 5 {
				p := place(ind, period, metrics.Ward, i, int64(100+i*20))
				p.Class, p.CountClass = i+1, i+1
				wards.Places = append(wards.Places, p)
			}
			a.maps = append(a.maps, m, wards)
		}
	}
	for i := range 40 {
		a.outlines[metrics.LSOA] = append(a.outlines[metrics.LSOA], square(fmt.Sprintf("E01%06d", 9000+i), fmt.Sprintf("Coventry %03dA", i), i%8, i/8))
	}
	for i := range 5 {
		a.outlines[metrics.Ward] = append(a.outlines[metrics.Ward], square(fmt.Sprintf("E05%06d", 1200+i), fmt.Sprintf("Ward %d", i), i, 0))
	}
	return a
}

func mapServer(t testing.TB, s *metrics.Strategy, a *atlas) *dashboard.Server {
	t.Helper()
	server, err := dashboard.New(dashboard.Config{Store: a, Strategy: s, PublicViewing: true, Now: func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// mapAddresses are all kinds of map and place.
var mapAddresses = []string{"/map", "/map?show=count", "/map?show=hotspots", "/map?by=ward", "/map?by=ward&show=hotspots", "/map?period=YE2018-03", "/map?period=2019-Q1&indicator=robbery-rate",
	"/places/" + hotCode, "/places/" + fewCode + "?period=quarter", "/places/" + missingCode, "/places/E05001201"}

func TestMapsAreWhole(t *testing.T) {
	s := defaultStrategy(t)
	server := mapServer(t, s, mapped(t, s))
	for _, address := range mapAddresses {
		doc := document(t, server, address)
		if n := len(all(doc, "h1")); n != 1 {
			t.Errorf("%s: %d h1", address, n)
		}
		if !slices.ContainsFunc(all(doc, "a"), func(a *html.Node) bool { return attr(a, "href") == "/map" && attr(a, "aria-current") != "" }) {
			t.Errorf("%s: the navigation does not say that this is under the map", address)
		}
		ids := map[string]bool{}
		for d := range doc.Descendants() {
			if d.Type != html.ElementNode {
				continue
			}
			if attr(d, "style") != "" || d.Data == "style" || d.Data == "script" && attr(d, "src") == "" && attr(d, "type") != "application/json" {
				t.Errorf("%s: inline style or script on %s", address, d.Data)
			}
			if id := attr(d, "id"); id != "" {
				if ids[id] {
					t.Errorf("%s: the id %q occurs twice", address, id)
				}
				ids[id] = true
			}
			if d.Data == "th" && (text(d) == "" || attr(d, "scope") == "") {
				t.Errorf("%s: a header cell is empty or has no scope", address)
			}
			if d.Data == "td" && text(d) == "" {
				t.Errorf("%s: an empty cell", address)
			}
			if d.Data == "use" && !ids[strings.TrimPrefix(attr(d, "href"), "#")] && len(all(doc, "g", "id=areas")) == 0 {
				t.Errorf("%s: a drawing uses what is not there", address)
			}
		}
		if words := text(doc); strings.Contains(words, "NaN") || strings.Contains(words, "..") || strings.Contains(words, " .") || strings.Contains(words, "%!") {
			t.Errorf("%s: NaN or a slip in %s", address, words)
		}
	}
}

// mapRows are the rows of a map's table: code, class, cells.
type mapRow struct {
	code, class string
	cells       []string
}

func mapRows(doc *html.Node) []mapRow {
	var out []mapRow
	for _, tr := range all(all(doc, "table", "class=places")[0], "tr")[1:] {
		r := mapRow{code: text(all(tr, "span", "class=small")[0]), class: attr(all(tr, "rect")[0], "class")}
		for _, td := range all(tr, "td") {
			r.cells = append(r.cells, text(td))
		}
		out = append(out, r)
	}
	return out
}

type mapData struct {
	Option struct {
		Series []struct {
			Data []struct{ Name, Title, Class, Pattern, Words, URL string }
		}
	}
	Outlines string
}

func dataOf(t testing.TB, doc *html.Node) mapData {
	t.Helper()
	var data mapData
	for _, script := range all(doc, "script", "id=map-options") {
		if err := json.Unmarshal([]byte(script.FirstChild.Data), &data); err != nil {
			t.Fatal(err)
		}
	}
	return data
}

func TestTableIsInTheOrderOfTheShades(t *testing.T) {
	s := defaultStrategy(t)
	a := mapped(t, s)
	server := mapServer(t, s, a)
	for show, order := range map[string][]string{"rate": {"c5", "c4", "c3", "c2", "c1", "gone"}, "count": {"c5", "c4", "c3", "c2", "c1"}, "hotspots": {"hot99", "hot95", "plain", "gone"}} {
		t.Run(show, func(t *testing.T) {
			doc := document(t, server, "/map?show="+show)
			rows := mapRows(doc)
			if len(rows) != 40 {
				t.Fatalf("%d rows", len(rows))
			}
			classes := map[string]string{}
			var seen []string
			for i, r := range rows {
				classes[r.code] = r.class
				if len(seen) == 0 || seen[len(seen)-1] != r.class {
					seen = append(seen, r.class)
				}
				if i == 0 || r.class != rows[i-1].class {
					continue
				}
				rank, err := strconv.Atoi(r.cells[0])
				before, _ := strconv.Atoi(rows[i-1].cells[0])
				if err == nil && rank < before {
					t.Errorf("rank %d after %d", rank, before)
				}
			}
			if !slices.Equal(seen, order) {
				t.Errorf("the table's classes follow each other as %v, want %v", seen, order)
			}
			// the drawing, the browser's map and the key say the same
			drawn := map[string]int{}
			for _, p := range all(all(doc, "g", "id=areas")[0], "path") {
				drawn[attr(p, "class")]++
			}
			sent := map[string]int{}
			for _, d := range dataOf(t, doc).Option.Series[0].Data {
				sent[d.Class]++
				if classes[d.Name] != d.Class {
					t.Errorf("%s is %s on the map and %s in the table", d.Name, d.Class, classes[d.Name])
				}
			}
			listed := map[string]int{}
			for _, r := range rows {
				listed[r.class]++
			}
			for class, n := range listed {
				if drawn[class] != n || sent[class] != n {
					t.Errorf("%s: %d in the table, %d drawn, %d sent", class, n, drawn[class], sent[class])
				}
			}
			key := all(all(doc, "dl", "class=shades")[0], "dt")
			if len(key) != len(order) {
				t.Errorf("%d classes in the key, want %d", len(key), len(order))
			}
		})
	}
}

func TestSmallNumbersAreNotSingledOut(t *testing.T) {
	s := defaultStrategy(t)
	server := mapServer(t, s, mapped(t, s))
	for show, class := range map[string]string{"rate": "c1", "count": "c1", "hotspots": "plain"} {
		doc := document(t, server, "/map?show="+show)
		found := false
		for _, r := range mapRows(doc) {
			if r.code != fewCode {
				continue
			}
			found = true
			if r.class != class || r.cells[0] != "[u]" || r.cells[1] != "fewer than 5" || r.cells[3] != "[u]" || r.cells[4] != "[u]" || strings.Contains(strings.Join(r.cells, " "), "Hot,") {
				t.Errorf("%s: %+v", show, r)
			}
		}
		if !found {
			t.Fatalf("%s: the area is not in the table", show)
		}
		for _, d := range dataOf(t, doc).Option.Series[0].Data {
			if d.Name == fewCode && (!strings.Contains(d.Words, "Fewer than 5 offences") || strings.Contains(d.Words, "interval") || strings.Contains(strings.ToLower(d.Words), "hot")) {
				t.Errorf("%s: the map says %q", show, d.Words)
			}
		}
		if !strings.Contains(text(all(doc, "dl", "class=tablekey")[0]), "[u] unreliable: with fewer than 5 offences") {
			t.Errorf("%s: no key for [u]", show)
		}
	}
	if h := text(all(document(t, server, "/map?show=hotspots"), "h1")[0]); h != "In the year ending March 2019, 3 of the 40 neighbourhoods in Coventry lay in a hot spot of violence and sexual offences: 1 with 99% confidence and 2 with 95%." {
		t.Errorf("h1 %q", h)
	}
}

func TestMapSaysTheAnswer(t *testing.T) {
	s := defaultStrategy(t)
	server := mapServer(t, s, mapped(t, s))
	doc := document(t, server, "/map")
	h := text(all(doc, "h1")[0])
	for _, want := range []string{"In the year ending March 2019, the violence and sexual offences crime rate was", "or more in 8 of the 40 neighbourhoods in Coventry", "had fewer than 5 offences", "3 lay in a hot spot, 1 with 99% confidence and 2 with 95%."} {
		if !strings.Contains(h, want) {
			t.Errorf("the heading does not say %q: %s", want, h)
		}
	}
	words := text(doc)
	for _, want := range []string{"The darker, the more", "Most: highest fifth", "Fewest: lowest fifth", "A city centre has more people in it than residents", "Residents: Census 2021.", "The outlines are invented"} {
		if !strings.Contains(words, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, r := range mapRows(doc) {
		line := strings.Join(r.cells, " | ")
		switch r.code {
		case missingCode:
			if !strings.Contains(line, "[x]") || !strings.Contains(line, "there is no population estimate of it") {
				t.Errorf("missing: %s", line)
			}
		case hotCode:
			if !strings.Contains(line, "Hot, 99% | 2 of 2") {
				t.Errorf("hot: %s", line)
			}
		}
	}
	alt := attr(all(doc, "svg", "role=img")[0], "aria-label")
	for _, want := range []string{"Map of the 40 neighbourhoods in Coventry", "the darker, the more", "Most: highest fifth", "8 neighbourhoods"} {
		if !strings.Contains(alt, want) {
			t.Errorf("the text alternative does not say %q: %s", want, alt)
		}
	}

	wards := document(t, server, "/map?by=ward&show=hotspots")
	if len(all(wards, "figure")) != 0 || len(all(wards, "table")) != 1 {
		t.Error("with five areas: a map of hot spots, or no table")
	}
	if words := text(wards); !strings.Contains(words, "there are 5") || !strings.Contains(words, "were not looked for") || strings.Contains(words, "Hot, 9") {
		t.Errorf("with five areas: %s", words)
	}
	real := mapped(t, s)
	real.state.Sample = false
	if words := text(document(t, mapServer(t, s, real), "/map")); !strings.Contains(words, "Contains OS data © Crown copyright and database right; Source: Office for National Statistics licensed under the Open Government Licence v.3.0") {
		t.Error("the boundaries' owners are not named")
	}
}

func TestMapThroughTime(t *testing.T) {
	s := defaultStrategy(t)
	server := mapServer(t, s, mapped(t, s))
	doc := document(t, server, "/map?indicator=robbery-rate&show=count&by=lsoa&period=YE2019-03")
	line := all(doc, "nav", "class=timeline")[0]
	if words := text(line); !strings.Contains(words, "A year earlier") || !strings.Contains(words, "No later year") || !strings.Contains(words, "2017 2018 2019") {
		t.Errorf("the years: %s", words)
	}
	earlier := attr(all(line, "a")[0], "href")
	for _, want := range []string{"indicator=robbery-rate", "show=count", "by=lsoa", "period=YE2018-03"} {
		if !strings.Contains(earlier, want) {
			t.Errorf("the year earlier forgets %s: %s", want, earlier)
		}
	}
	missing := document(t, server, earlier)
	if words := text(all(missing, "main")[0]); !strings.Contains(words, "There is no map of the year ending March 2018: there is no West Midlands Police file for July 2017.") || len(all(missing, "table")) != 0 {
		t.Errorf("a missing map: %s", words)
	}
	current := map[string]bool{}
	for _, a := range all(all(doc, "main")[0], "a", "aria-current=true") {
		current[text(a)] = true
	}
	for _, want := range []string{"Robbery", "Count", "Neighbourhood", "Year", "March", "2019"} {
		if !current[want] {
			t.Errorf("%q is not marked as current: %v", want, current)
		}
	}
	// every choice leads somewhere
	methods := document(t, server, "/methods")
	for _, a := range all(all(doc, "main")[0], "a") {
		if _, id, ok := strings.Cut(attr(a, "href"), "/methods#"); ok && len(all(methods, "section", "id="+id)) != 1 {
			t.Errorf("the methods have nothing called %s", id)
		}
		if to, _, _ := strings.Cut(attr(a, "href"), "#"); strings.HasPrefix(to, "/") {
			if r := get(t, server, to); r.Code != http.StatusOK {
				t.Errorf("%s: %d", to, r.Code)
			}
		}
	}
}

func TestMapErrorsAreWrittenForPeople(t *testing.T) {
	s := defaultStrategy(t)
	a := mapped(t, s)
	server := mapServer(t, s, a)
	for _, c := range []struct {
		address string
		status  int
		words   string
	}{
		{"/map?indicator=none", 404, `no map of an indicator called "none"`},
		{"/map?indicator=neighbourhoods-most-deprived-10", 404, "Those with a map are"},
		{"/map?period=soon", 400, `"soon" is not a period`},
		{"/map?period=YE2009-03", 404, "The newest is of the year ending March 2019"},
		{"/map?by=street", 400, "Use lsoa or ward"},
		{"/map?show=pie", 400, "Use rate, count or hotspots"},
		{"/map/outlines.json?by=street", 400, "Use lsoa or ward"},
		{"/map/outlines.json?vintage=new", 400, "Use 2011 or 2021"},
		{"/places/E01999999", 404, `no neighbourhood or ward with the code "E01999999"`},
		{"/places/%3Cscript%3E", 404, `the code "<script>"`},
		{"/places/" + hotCode + "?period=month", 400, "Use year-ending or quarter"},
		{"/places/" + hotCode + "?indicator=none", 404, `no map of an indicator called "none"`},
	} {
		r := get(t, server, c.address)
		if words := text(all(parse(t, r.Body), "main")[0]); r.Code != c.status || !strings.Contains(words, c.words) {
			t.Errorf("%s: %d %s", c.address, r.Code, words)
		}
	}
	a.maps = slices.DeleteFunc(a.maps, func(m metrics.PlaceMap) bool { return m.Kind == metrics.Ward })
	if r := get(t, server, "/map?by=ward"); r.Code != http.StatusNotFound || !strings.Contains(r.Body.String(), "outcomes import geography") {
		t.Errorf("no wards: %d", r.Code)
	}
	if words := text(all(document(t, server, "/map"), "div", "class=switches")[0]); strings.Contains(words, "Ward") {
		t.Error("a switch to wards that are not there")
	}
	a = mapped(t, s)
	a.outlines[metrics.Ward] = nil
	server = mapServer(t, s, a)
	if words := text(all(document(t, server, "/map"), "div", "class=switches")[0]); strings.Contains(words, "Ward") {
		t.Error("a switch to wards that cannot be drawn")
	}
	if words := text(document(t, server, "/map?by=ward")); !strings.Contains(words, "no outlines to draw it with") || !strings.Contains(words, "Neighbourhood") {
		t.Error("wards by their address without outlines: no words, or no way back")
	}
	s.Indicators = nil
	if r := get(t, server, "/map"); r.Code != http.StatusNotFound || !strings.Contains(r.Body.String(), "no indicator that is a rate") {
		t.Errorf("no indicator: %d", r.Code)
	}
}

func TestMapWithoutOutlinesOrFigures(t *testing.T) {
	s := defaultStrategy(t)
	a := mapped(t, s)
	a.outlines = nil
	server := mapServer(t, s, a)
	doc := document(t, server, "/map")
	if words := text(doc); !strings.Contains(words, "no outlines to draw it with") || !strings.Contains(words, "outcomes import boundaries") {
		t.Error("the page does not say how to get outlines")
	}
	if len(mapRows(doc)) != 40 || len(all(doc, "figure")) != 0 || len(all(doc, "script", "type=application/json")) != 0 {
		t.Error("without outlines the table should stand alone")
	}
	if r := get(t, server, "/map/outlines.json"); r.Code != http.StatusNotFound {
		t.Errorf("outlines: %d", r.Code)
	}
	document(t, server, "/places/"+hotCode)

	empty := document(t, newServer(t, s, &ledger{}), "/map")
	if words := text(all(empty, "main")[0]); !strings.Contains(words, "There is no map yet") || !strings.Contains(words, "outcomes import boundaries") || !strings.Contains(words, "outcomes import police") {
		t.Errorf("the empty map: %s", words)
	}
	if slices.ContainsFunc(all(empty, "a"), func(a *html.Node) bool { return attr(a, "href") == "/map" }) {
		t.Error("the navigation leads to a map that is not there")
	}
}

func TestOutlinesAreKept(t *testing.T) {
	s := defaultStrategy(t)
	a := mapped(t, s)
	a.outlines[metrics.LSOA] = append(a.outlines[metrics.LSOA], metrics.Outline{Code: "E01000bad", Geometry: []byte(`{"type":"Point","coordinates":[1,2]}`)})
	server := mapServer(t, s, a)
	address := dataOf(t, document(t, server, "/map")).Outlines
	r := get(t, server, address)
	if r.Code != http.StatusOK || r.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || r.Header().Get("ETag") == "" {
		t.Fatalf("%s: %d %v", address, r.Code, r.Header())
	}
	var geo struct {
		Features []struct {
			Properties map[string]string
			Geometry   struct{ Coordinates [][][][2]float64 }
		}
	}
	if err := json.Unmarshal(r.Body.Bytes(), &geo); err != nil {
		t.Fatal(err)
	}
	if len(geo.Features) != 40 || geo.Features[0].Properties["code"] != "E01009000" {
		t.Fatalf("%d features", len(geo.Features))
	}
	for _, f := range geo.Features {
		ring := f.Geometry.Coordinates[0][0]
		if len(ring) != 5 || ring[0] != ring[4] {
			t.Errorf("%s: %v", f.Properties["code"], ring)
		}
	}
	again := httptest.NewRequest(http.MethodGet, address, nil)
	again.Header.Set("If-None-Match", r.Header().Get("ETag"))
	rr := httptest.NewRecorder()
	server.ServeHTTP(rr, again)
	if rr.Code != http.StatusNotModified {
		t.Errorf("again: %d", rr.Code)
	}
	if r := get(t, server, "/map/outlines.json?by=lsoa&vintage=2021&v=old"); r.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("an old address is kept: %v", r.Header())
	}
	// a new import makes them anew
	a.outlines[metrics.LSOA] = a.outlines[metrics.LSOA][:39]
	a.state.Version++
	if next := dataOf(t, document(t, server, "/map")).Outlines; next == address {
		t.Error("other outlines have the same address")
	}
}

func TestHostileNamesOnTheMap(t *testing.T) {
	s := defaultStrategy(t)
	a := mapped(t, s)
	s.Area.Name = hostile
	for i := range a.maps {
		m := &a.maps[i]
		m.Notes, m.Denominated = []string{hostile}, hostile
		if m.Reason != "" {
			m.Reason = hostile
		}
		for j := range m.Places {
			m.Places[j].Name = hostile
			if m.Places[j].Reason != "" {
				m.Places[j].Reason, m.Places[j].SpotWhy = hostile, hostile
			}
		}
	}
	for _, list := range a.outlines {
		for i := range list {
			list[i].Name = hostile
		}
	}
	for i := range s.Indicators {
		s.Indicators[i].Title, s.Indicators[i].Noun, s.Indicators[i].Unit, s.Indicators[i].Counted = hostile, hostile, hostile, hostile
		s.Indicators[i].SourceURL = "javascript:alert(1)"
	}
	server := mapServer(t, s, a)
	for _, address := range mapAddresses {
		doc := document(t, server, address)
		for d := range doc.Descendants() {
			if d.Data == "img" {
				t.Errorf("%s: an image came to life", address)
			}
			for _, at := range d.Attr {
				if strings.HasPrefix(at.Key, "on") || at.Key == "href" && strings.HasPrefix(at.Val, "javascript:") {
					t.Errorf("%s: %s=%q", address, at.Key, at.Val)
				}
			}
		}
		for _, data := range all(doc, "script", "type=application/json") {
			if strings.ContainsAny(data.FirstChild.Data, "<>") {
				t.Errorf("%s: the data hold an angle bracket", address)
			}
		}
	}
	if body := get(t, server, "/map/outlines.json").Body.Bytes(); !json.Valid(body) || bytes.Contains(body, []byte("<")) {
		t.Error("the outlines are not JSON, or hold an angle bracket")
	}
}

func TestPlacePage(t *testing.T) {
	s := defaultStrategy(t)
	a := mapped(t, s)
	server := mapServer(t, s, a)
	doc := document(t, server, "/places/"+hotCode+"?indicator=violence-rate")
	h := text(all(doc, "h1")[0])
	if !strings.HasPrefix(h, "In the year ending March 2019, the violence and sexual offences crime rate in Coventry 039A was 1") || !strings.Contains(h, "in the highest fifth of the neighbourhoods in Coventry.") {
		t.Errorf("h1 %q", h)
	}
	words := text(doc)
	for _, want := range []string{hotCode, "Back to the map", "In the most deprived tenth of the neighbourhoods in England by the Indices of Deprivation 2025: rank 3,375 of 33,755, 1 being the most deprived.",
		"In the 2nd most deprived tenth of the neighbourhoods in England by the Indices of Deprivation 2019", "A hot spot, 99% confidence (FDR), in the year ending March 2019.", "A hot spot in 2 of the last 2 years.",
		"[note 1] There is no West Midlands Police file for July 2017."} {
		if !strings.Contains(words, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	rows := all(all(doc, "tbody")[0], "tr")
	if len(rows) != 4 || !strings.Contains(text(rows[2]), "[x]") {
		t.Errorf("%d rows; the missing year: %s", len(rows), text(rows[min(2, len(rows)-1)]))
	}
	pictures := all(doc, "svg", "role=img")
	if len(pictures) != 4 { // wide, narrow, for paper, where it is
		t.Fatalf("%d drawings", len(pictures))
	}
	if alt := attr(pictures[0], "aria-label"); !strings.Contains(alt, "No figure for the year ending March 2018") {
		t.Errorf("the gap is not in the words: %s", alt)
	}
	if len(all(pictures[0], "polygon", "class=band"))+len(all(pictures[0], "line", "class=whisker")) == 0 {
		t.Error("the intervals are not drawn")
	}
	if n := len(all(doc, "path", "class=here")); n != 1 {
		t.Errorf("%d areas are marked", n)
	}

	small := document(t, server, "/places/"+fewCode)
	words = text(small)
	for _, want := range []string{"In the year ending March 2019, fewer than 5 offences were recorded in Coventry 003A.", "too few for a rate", "There is no line to draw", "Not singled out in the year ending March 2019"} {
		if !strings.Contains(words, want) {
			t.Errorf("small numbers: the page does not say %q: %s", want, words)
		}
	}
	if strings.Contains(words, "Hot, 99% 2") || strings.Contains(words, "9.0 per") {
		t.Error("small numbers: singled out")
	}
	quarters := document(t, server, "/places/"+hotCode+"?period=quarter")
	if n := len(all(all(quarters, "tbody")[0], "tr")); n != 2 {
		t.Errorf("%d quarters", n)
	}
}

func BenchmarkMap(b *testing.B) {
	s := defaultStrategy(b)
	server := mapServer(b, s, mapped(b, s))
	for _, address := range []string{"/map", "/places/" + hotCode} {
		b.Run(cmp.Or(strings.SplitN(address, "/", 3)[1], address), func(b *testing.B) {
			for b.Loop() {
				if r := get(b, server, address); r.Code != http.StatusOK {
					b.Fatal(r.Code)
				}
			}
		})
	}
}
