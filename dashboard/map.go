package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/chart"
	"outcomes/metrics"
)

// Places is what the map and the pages of small areas read.
type Places interface {
	// PlaceMaps gives the maps there are of an indicator, without their places.
	PlaceMaps(ctx context.Context, indicator string) ([]metrics.PlaceMap, error)
	// Places gives one of them with its places.
	Places(ctx context.Context, indicator, period string, kind metrics.AreaKind) (metrics.PlaceMap, error)
	// PlaceSeries gives one area's places in all maps of an indicator.
	PlaceSeries(ctx context.Context, indicator, code string) ([]metrics.Place, error)
	// Outlines gives the boundaries of a district's LSOAs or wards.
	Outlines(ctx context.Context, lad string, kind metrics.AreaKind, vintage int) ([]metrics.Outline, error)
	// Deciles gives an LSOA's place in the Indices of Deprivation, newest first.
	Deciles(ctx context.Context, lsoa string) ([]metrics.Decile, error)
}

// What a map shows, by the names in the address.
const (
	showRate  = "rate"
	showCount = "count"
	showSpots = "hotspots"
)

// boundaryRights is what the licence of the published boundaries asks for.
const boundaryRights = "Contains OS data © Crown copyright and database right; Source: Office for National Statistics licensed under the Open Government Licence v.3.0"

// mapChoice is what a map's address asks to see.
type mapChoice struct {
	indicator metrics.Indicator
	kind      metrics.AreaKind
	show      string
	period    metrics.Period
	decimals  int // of the classes' bounds: as many as tell two classes apart
}

func mapURL(indicator, period string, kind metrics.AreaKind, show string) string {
	return "/map?" + url.Values{"indicator": {indicator}, "period": {period}, "by": {string(kind)}, "show": {show}}.Encode()
}

func (ch mapChoice) url() string {
	return mapURL(ch.indicator.ID, ch.period.Code(), ch.kind, ch.show)
}

func placeURL(code, indicator string, kind metrics.PeriodKind) string {
	return "/places/" + url.PathEscape(code) + "?" + url.Values{"indicator": {indicator}, "period": {string(kind)}}.Encode()
}

// mappable are the strategy's indicators that have maps: rates of recorded
// crime among residents.
func mappable(s *metrics.Strategy) []metrics.Indicator {
	var out []metrics.Indicator
	for _, i := range s.Indicators {
		if i.Kind == metrics.CrudeRate && i.Numerator.From == metrics.FromCrimes && i.Denominator.From == metrics.FromResidents {
			out = append(out, i)
		}
	}
	return out
}

// mapIndicator is the indicator that an address names; where it names none,
// violence, or the first that has a map.
func (s *Server) mapIndicator(id string) (metrics.Indicator, error) {
	list := mappable(s.strategy)
	if len(list) == 0 {
		return metrics.Indicator{}, metrics.Errorf(metrics.NotFound, "There is no map: the strategy has no indicator that is a rate of recorded crime among residents.")
	}
	at := slices.IndexFunc(list, func(i metrics.Indicator) bool { return i.ID == id })
	if id == "" {
		at = max(0, slices.IndexFunc(list, func(i metrics.Indicator) bool {
			return slices.Contains(i.Numerator.Categories, "Violence and sexual offences")
		}))
	}
	if at < 0 {
		var names []string
		for _, i := range list {
			names = append(names, i.ID)
		}
		return metrics.Indicator{}, metrics.Errorf(metrics.NotFound, "There is no map of an indicator called %q. Those with a map are %s.", id, strings.Join(names, ", "))
	}
	return list[at], nil
}

// parseMap reads what a map's address asks for, from among the maps there are.
func (s *Server) parseMap(c echo.Context, ind metrics.Indicator, maps []metrics.PlaceMap) (mapChoice, error) {
	ch := mapChoice{indicator: ind, kind: metrics.AreaKind(cmp.Or(c.QueryParam("by"), string(metrics.LSOA))), show: cmp.Or(c.QueryParam("show"), showRate)}
	if ch.kind != metrics.LSOA && ch.kind != metrics.Ward {
		return ch, metrics.Errorf(metrics.Invalid, "A map by %q is not known. Use lsoa or ward.", string(ch.kind))
	}
	if !slices.Contains([]string{showRate, showCount, showSpots}, ch.show) {
		return ch, metrics.Errorf(metrics.Invalid, "The map cannot show %q. Use rate, count or hotspots.", ch.show)
	}
	own := slices.DeleteFunc(slices.Clone(maps), func(m metrics.PlaceMap) bool { return m.Kind != ch.kind })
	if len(own) == 0 {
		return ch, metrics.Errorf(metrics.NotFound, "There is no map by ward: the lookup from neighbourhoods to wards is not imported. `outcomes import geography` reads it.")
	}
	asked := c.QueryParam("period")
	if asked == "" {
		ch.period = newest(own)
		return ch, nil
	}
	var err error
	if ch.period, err = metrics.ParsePeriod(asked); err != nil {
		return ch, err
	}
	if !slices.ContainsFunc(own, func(m metrics.PlaceMap) bool { return m.Period == ch.period }) {
		latest := newest(own)
		return ch, metrics.Errorf(metrics.NotFound, "There is no map of %s for the %s. The newest is of the %s: leave the period out of the address to see it.", lowerFirst(ind.Title), ch.period.Label(), latest.Label())
	}
	return ch, nil
}

// newest is the latest period with a map: a year ending where there is one.
func newest(maps []metrics.PlaceMap) metrics.Period {
	best := maps[0]
	worth := func(m metrics.PlaceMap) int {
		n := 0
		if m.Status == metrics.Available {
			n += 2
		}
		if m.Period.Kind == metrics.YearEnding {
			n++
		}
		return n
	}
	for _, m := range maps[1:] {
		if c := cmp.Or(cmp.Compare(worth(m), worth(best)), cmp.Compare(m.Period.Last, best.Period.Last)); c > 0 {
			best = m
		}
	}
	return best.Period
}

func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' { // an abbreviation
		return s
	}
	return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):]
}

// atlases are the outlines made ready to be drawn, kept until something is
// imported: reading them takes longer than all the rest of a page.
type atlases struct {
	mu   sync.Mutex
	held map[layer]atlasOf
}

// layer is a set of outlines.
type layer struct {
	kind    metrics.AreaKind
	vintage int
}

type atlasOf struct {
	version int64 // of the facts
	atlas   *chart.Atlas
}

// mostAtlases bounds what asking for outlines of odd years can make us keep.
const mostAtlases = 8

// atlas gives the outlines of the strategy's district; nil where there are
// none, or none that can be drawn.
func (s *Server) atlas(ctx context.Context, state metrics.State, kind metrics.AreaKind, vintage int) (*chart.Atlas, error) {
	key := layer{kind, vintage}
	s.atlases.mu.Lock()
	held, ok := s.atlases.held[key]
	s.atlases.mu.Unlock()
	if ok && held.version == state.Version && state.Version != 0 {
		return held.atlas, nil
	}
	outlines, err := s.store.Outlines(ctx, s.strategy.Area.Code, kind, vintage)
	if err != nil {
		return nil, fmt.Errorf("the outlines: %w", err)
	}
	var atlas *chart.Atlas
	if len(outlines) > 0 {
		if atlas, err = chart.NewAtlas(outlines); err != nil {
			s.log.Warn("outlines that cannot be drawn", "kind", kind, "vintage", vintage, "error", err)
			atlas = nil
		}
	}
	s.atlases.mu.Lock()
	defer s.atlases.mu.Unlock()
	if s.atlases.held == nil || len(s.atlases.held) >= mostAtlases {
		s.atlases.held = map[layer]atlasOf{}
	}
	s.atlases.held[key] = atlasOf{state.Version, atlas}
	return atlas, nil
}

func outlinesURL(kind metrics.AreaKind, vintage int, digest string) string {
	return "/map/outlines.json?" + url.Values{"by": {string(kind)}, "vintage": {strconv.Itoa(vintage)}, "v": {digest}}.Encode()
}

// outlines hands over the boundaries as GeoJSON, to be kept by the browser for
// as long as their address stays the same.
func (s *Server) outlines(c echo.Context) error {
	kind := metrics.AreaKind(cmp.Or(c.QueryParam("by"), string(metrics.LSOA)))
	if kind != metrics.LSOA && kind != metrics.Ward {
		return metrics.Errorf(metrics.Invalid, "Outlines by %q are not known. Use lsoa or ward.", string(kind))
	}
	vintage := 0
	if kind == metrics.LSOA {
		vintage = 2021
	}
	if asked := c.QueryParam("vintage"); asked != "" {
		var err error
		if vintage, err = strconv.Atoi(asked); err != nil {
			return metrics.Errorf(metrics.Invalid, "%q is not the year of a set of outlines. Use 2011 or 2021 for LSOAs.", asked)
		}
	}
	state, err := s.store.State(c.Request().Context())
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	atlas, err := s.atlas(c.Request().Context(), state, kind, vintage)
	if err != nil {
		return err
	}
	if atlas == nil {
		return metrics.Errorf(metrics.NotFound, "There are no such outlines. `outcomes import boundaries` reads them.")
	}
	header, etag := c.Response().Header(), `"`+atlas.Digest+`"`
	header.Set("ETag", etag)
	header.Set("Cache-Control", "no-cache")
	if c.QueryParam("v") == atlas.Digest {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if held(c.Request(), etag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "application/geo+json", atlas.GeoJSON)
}

type mapPage struct {
	layout
	Heading, HeadingRest string
	Sub                  string
	Waiting              bool // there is nothing to map yet
	NoMaps               bool // for want of counts, not of outlines
	Missing              string
	NoOutlines           string
	NotLooked            bool // hot spots were asked for and not looked for
	Switches             []switchGroup
	Period               string
	Earlier, Later       *link
	Years                []link
	Drawn                *mapView
	Table                *placeTable
	Spots                []string // about the hot spots, in sentences
	Caveats              []string
	Notes                []string
	Source, SourceURL    string
	IndicatorURL         string
	Indicator            string
	Areas, AreasAre      string
	Rights               string
}

type mapView struct {
	Title   string
	Drawing template.HTML
	Data    template.JS
	Key     []shade
	Caption []string
}

// shade is a class of the map in its key.
type shade struct {
	Swatch template.HTML
	Words  string
	Range  string
	Areas  string
}

type placeTable struct {
	Caption string
	Head    []cell
	Rows    []placeRow
	Key     []note
}

type placeRow struct {
	Rank  string
	Area  link
	Code  string
	Class string
	Cells []cell
	New   bool // the first of its class
}

// mapPage shows the map of an indicator, or says what it waits for.
func (s *Server) mapPage(c echo.Context) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	ind, err := s.mapIndicator(c.QueryParam("indicator"))
	if err != nil {
		return err
	}
	maps, err := s.store.PlaceMaps(ctx, ind.ID)
	if err != nil {
		return fmt.Errorf("the maps of %s: %w", ind.ID, err)
	}
	page := mapPage{layout: s.layout(state, "Map", "map"), Rights: boundaryRights}
	page.Here = true
	if len(maps) == 0 {
		page.Waiting, page.NoMaps = true, true
		page.Heading = "There is no map yet."
		return s.render(c, 200, "map", page)
	}
	ch, err := s.parseMap(c, ind, maps)
	if err != nil {
		return err
	}
	m, err := s.store.Places(ctx, ind.ID, ch.period.Code(), ch.kind)
	if err != nil {
		return fmt.Errorf("the map of %s: %w", ind.ID, err)
	}
	var atlas *chart.Atlas
	if m.Status == metrics.Available {
		if atlas, err = s.atlas(ctx, state, ch.kind, m.Vintage); err != nil {
			return err
		}
	}
	// A switch to a layer is there where the layer can be drawn.
	shown := slices.DeleteFunc(slices.Clone(maps), func(o metrics.PlaceMap) bool { return o.Kind != ch.kind })
	if other := slices.IndexFunc(maps, func(o metrics.PlaceMap) bool {
		return o.Kind != ch.kind && o.Period == ch.period && o.Status == m.Status
	}); other >= 0 {
		drawn := m.Status != metrics.Available // a period without a map keeps its switches
		if !drawn {
			there, err := s.atlas(ctx, state, maps[other].Kind, maps[other].Vintage)
			if err != nil {
				return err
			}
			drawn = there != nil
		}
		if drawn {
			shown = maps
		}
	}
	page.fill(s.strategy, ch, shown, m, atlas, state.Sample)
	return s.render(c, 200, "map", page)
}

func (page *mapPage) fill(strategy *metrics.Strategy, ch mapChoice, maps []metrics.PlaceMap, m metrics.PlaceMap, atlas *chart.Atlas, sample bool) {
	ind := ch.indicator
	city := areaName(strategy.Area)
	page.Title = "Map of " + lowerFirst(ind.Title) + ", " + ch.period.Label()
	page.Indicator, page.IndicatorURL = ind.Title, indicatorURL(ind.ID, "", strategy.Area.Code, ch.period.Kind, "", "")
	page.Source, page.SourceURL = ind.Source, web(ind.SourceURL)
	page.Period = upperFirst(ch.period.Label())
	if sample {
		page.Rights = "The outlines are invented, as the data are: they are not where these areas lie."
	}
	page.Areas, page.AreasAre = "Neighbourhoods", "Lower layer super output areas (LSOAs) of the census, of 1,000 to 3,000 residents each."
	if ch.kind == metrics.Ward {
		page.Areas, page.AreasAre = "Wards", "Electoral wards, each made of the neighbourhoods (LSOAs) that fit it best."
	}
	page.switches(strategy, ch, maps)
	page.periods(ch, maps)
	if ch.show == showSpots && m.Status == metrics.Available && m.SpotReason != "" { // then there is nothing to map, and the table is of rates
		page.NotLooked, ch.show = true, showRate
	}
	sorted := sortPlaces(ch, m.Places)
	ch.decimals = apart(ch, sorted)
	page.Heading, page.HeadingRest = page.heading(strategy.Area, ch, m, sorted)
	page.Sub = strings.Join([]string{map[string]string{showRate: measure(ind), showCount: ind.Title + ", number of " + ind.Counted, showSpots: "Hot spots of " + lowerFirst(ind.Title)}[ch.show],
		ch.period.Label(), map[metrics.AreaKind]string{metrics.LSOA: fmt.Sprintf("by neighbourhood (LSOA of %d)", m.Vintage), metrics.Ward: "by ward"}[ch.kind]}, ", ")
	if m.Status != metrics.Available {
		page.Sub = ""
		page.Missing = m.Missing() + " Choose another period above."
		return
	}
	page.Notes = m.Notes
	if m.Denominated != "" {
		page.Notes = append([]string{"Residents: " + m.Denominated + "."}, m.Notes...)
	}
	page.Spots = m.SpotWords()
	page.Table = placeTableOf(city, ch, m, sorted)
	if page.NotLooked {
		return
	}
	if atlas == nil {
		page.NoOutlines = "The table has all that the map would show, but there are no outlines to draw it with."
		return
	}
	c := chart.Choropleth{Description: describeMap(city, ch, m, sorted)}
	for _, p := range sorted {
		c.Regions = append(c.Regions, chart.Region{Code: p.Code, Name: cmp.Or(p.Name, p.Code), Class: p.class, Words: p.words(ch, len(sorted)), URL: placeURL(p.Code, ind.ID, ch.period.Kind)})
	}
	page.Drawn = &mapView{Title: page.Sub, Drawing: chart.Patterns + atlas.SVG(c), Key: keyOf(ch, sorted)}
	if options, err := atlas.Options(c, outlinesURL(ch.kind, m.Vintage, atlas.Digest)); err == nil { // without them the server's drawing stays
		page.Drawn.Data = template.JS(options)
	}
	if n := count(sorted, func(p shaded) bool { return !atlas.Has(p.Code) }); n > 0 {
		page.Drawn.Caption = append(page.Drawn.Caption, fmt.Sprintf("%s of the %d %s no outline and %s in the table only.", metrics.Whole(int64(n)), len(sorted), hasHave(ch.kind, n), isAre(n)))
	}
	if m.SpotReason == "" && (ch.show == showSpots || page.HeadingRest != "") {
		page.Drawn.Caption = append(page.Drawn.Caption, metrics.CentreCaveat)
	}
	if ch.show != showSpots {
		page.Drawn.Caption = append(page.Drawn.Caption, "The darker, the more. The shades are fifths of the "+ch.kind.Noun(2)+" with a "+map[string]string{showRate: "rate", showCount: "count"}[ch.show]+", in order of it.")
		if count(sorted, shaded.Few) > 0 {
			page.Drawn.Caption[len(page.Drawn.Caption)-1] += " Those with fewer than 5 " + ind.Counted + ", whatever their fifth, are in the lowest."
		}
	}
	page.Drawn.Caption = append(page.Drawn.Caption, strings.TrimSuffix(page.Rights, ".")+".")
}

func hasHave(kind metrics.AreaKind, n int) string {
	if n == 1 {
		return kind.Noun(2) + " has"
	}
	return kind.Noun(2) + " have"
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func (page *mapPage) switches(strategy *metrics.Strategy, ch mapChoice, maps []metrics.PlaceMap) {
	// The first row of choices may be followed by robots, the rest multiplies.
	indicators := switchGroup{Name: "Of"}
	for _, i := range mappable(strategy) {
		to := ch
		to.indicator = i
		indicators.Links = append(indicators.Links, link{Text: i.Title, URL: to.url(), Current: i.ID == ch.indicator.ID, NoFollow: true})
	}
	show := switchGroup{Name: "Shown as"}
	for _, o := range []struct{ name, words string }{{showRate, "Rate"}, {showCount, "Count"}, {showSpots, "Hot spots"}} {
		to := ch
		to.show = o.name
		show.Links = append(show.Links, link{Text: o.words, URL: to.url(), Current: o.name == ch.show, NoFollow: ch.show != showRate || ch.kind != metrics.LSOA})
	}
	by := switchGroup{Name: "By"}
	for _, kind := range []metrics.AreaKind{metrics.LSOA, metrics.Ward} {
		at := slices.IndexFunc(maps, func(m metrics.PlaceMap) bool { return m.Kind == kind && m.Period == ch.period })
		if at < 0 {
			continue
		}
		to := ch
		to.kind = kind
		by.Links = append(by.Links, link{Text: upperFirst(kind.Noun(1)), URL: to.url(), Current: kind == ch.kind, NoFollow: true})
	}
	for _, g := range []switchGroup{indicators, show, by} {
		if len(g.Links) > 1 {
			page.Switches = append(page.Switches, g)
		}
	}
}

// periods are the ways to other times: a year earlier and later, the years
// that end in the same month, and the other months and lengths of period.
func (page *mapPage) periods(ch mapChoice, maps []metrics.PlaceMap) {
	to := func(words string, p metrics.Period) link {
		other := ch
		other.period = p
		return link{Text: words, URL: other.url(), Current: p == ch.period, NoFollow: true}
	}
	var same []metrics.Period // of the kind
	kinds := map[metrics.PeriodKind][]metrics.Period{}
	for _, m := range maps {
		if m.Kind == ch.kind {
			kinds[m.Period.Kind] = append(kinds[m.Period.Kind], m.Period)
		}
	}
	same = kinds[ch.period.Kind]
	slices.SortFunc(same, func(a, b metrics.Period) int { return int(a.Last - b.Last) })
	months := map[int]metrics.Period{} // the nearest period that ends in the month
	for _, p := range same {
		month := int(p.Last) % 12
		if best, ok := months[month]; !ok || distance(p, ch.period) < distance(best, ch.period) {
			months[month] = p
		}
		if month != int(ch.period.Last)%12 {
			continue
		}
		l := to(strconv.Itoa(p.Last.Year()), p)
		page.Years = append(page.Years, l)
		switch p.Last {
		case ch.period.Last - 12:
			page.Earlier = &l
		case ch.period.Last + 12:
			page.Later = &l
		}
	}
	ends := switchGroup{Name: "Ending in"}
	for month := range 12 {
		if p, ok := months[month]; ok {
			l := to(p.Last.Of().String(), p)
			l.Current = month == int(ch.period.Last)%12
			ends.Links = append(ends.Links, l)
		}
	}
	lengths := switchGroup{Name: "Length"}
	for _, o := range []struct {
		kind  metrics.PeriodKind
		words string
	}{{metrics.YearEnding, "Year"}, {metrics.Quarter, "Quarter"}} {
		if list := kinds[o.kind]; len(list) > 0 {
			best := list[0]
			for _, p := range list {
				if distance(p, ch.period) < distance(best, ch.period) {
					best = p
				}
			}
			l := to(o.words, best)
			l.Current = o.kind == ch.period.Kind
			lengths.Links = append(lengths.Links, l)
		}
	}
	for _, g := range []switchGroup{lengths, ends} {
		if len(g.Links) > 1 {
			page.Switches = append(page.Switches, g)
		}
	}
}

func distance(a, b metrics.Period) metrics.Month { return max(a.Last-b.Last, b.Last-a.Last) }

// shaded is an area with its shade and its place in the order of the shades.
type shaded struct {
	metrics.Place
	class string // of the stylesheet: c1 to c5, hot99 and so on, plain, none
	value float64
	rank  int // by value; 0 where it has none to be singled out by
}

// The classes from the one that heads the table to the one that ends it.
var classOrder = []string{"hot99", "hot95", "c5", "c4", "c3", "c2", "c1", "plain", "cold95", "cold99", "gone"}

func classOf(show string, p metrics.Place) string {
	small := p.Few()
	switch {
	case show == showSpots && p.Z == nil && !small:
		return "gone"
	case show == showSpots && p.Spot.Hot() && small: // never singled out
		return "plain"
	case show == showSpots && p.Spot != metrics.NoSpot:
		return strings.ReplaceAll(string(p.Spot), "-", "")
	case show == showSpots:
		return "plain"
	case show == showCount && p.Count == nil, show == showRate && p.Status != metrics.Available:
		return "gone"
	case small:
		return "c1"
	}
	class := p.Class
	if show == showCount {
		class = p.CountClass
	}
	if class == 0 { // fewer areas than classes
		return "plain"
	}
	return "c" + strconv.Itoa(class)
}

// sortPlaces puts the areas in the order of their shades: by class, by value
// within it, those with few offences after the others, by name.
func sortPlaces(ch mapChoice, places []metrics.Place) []shaded {
	out := make([]shaded, len(places))
	for i, p := range places {
		s := shaded{Place: p, class: classOf(ch.show, p), value: -1}
		switch {
		case s.Few():
		case ch.show == showCount && p.Count != nil:
			s.value = float64(*p.Count)
		case ch.show != showCount && p.Rate != nil:
			s.value = *p.Rate
		}
		out[i] = s
	}
	slices.SortFunc(out, func(a, b shaded) int {
		return cmp.Or(cmp.Compare(slices.Index(classOrder, a.class), slices.Index(classOrder, b.class)),
			cmp.Compare(b.value, a.value), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Code, b.Code))
	})
	for i := range out {
		if p := &out[i]; p.value >= 0 {
			p.rank = 1 + count(out, func(o shaded) bool { return o.value > p.value })
		}
	}
	return out
}

func count(list []shaded, is func(shaded) bool) int {
	n := 0
	for _, p := range list {
		if is(p) {
			n++
		}
	}
	return n
}

// spotClasses are the names of the classes that hot spots have.
var spotClasses = map[string]string{"hot99": "Hot spot, 99% confidence", "hot95": "Hot spot, 95% confidence", "cold99": "Cold spot, 99% confidence", "cold95": "Cold spot, 95% confidence"}

func (p shaded) classWords(show string) string {
	switch {
	case p.class == "gone" && show == showSpots:
		return "No result"
	case p.class == "gone":
		return "No figure"
	case p.class == "plain" && show == showSpots:
		return "Nothing out of the ordinary"
	case p.class == "plain":
		return "Not classed"
	}
	if words, ok := spotClasses[p.class]; ok {
		return words
	}
	fifth, _ := strconv.Atoi(strings.TrimPrefix(p.class, "c"))
	return metrics.ClassNames[fifth]
}

// spotCell is what is said of an area's hot spot.
func (p shaded) spotCell() string {
	switch {
	case p.Few():
		return "Not singled out"
	case p.Spot != metrics.NoSpot: // "Hot, 99%"
		words, confidence, _ := strings.Cut(string(p.Spot), "-")
		return upperFirst(words) + ", " + confidence + "%"
	case p.Z == nil && p.SpotWhy != "":
		return "No result: " + p.SpotWhy
	case p.Z == nil:
		return "No result"
	}
	return "None"
}

// hotCell is in how many of the last years an area was a hot spot.
func (p shaded) hotCell() string {
	if p.OfYears == 0 || p.Few() {
		return "[z]"
	}
	return fmt.Sprintf("%d of %d", p.YearsHot, p.OfYears)
}

// words are what is said of an area where the pointer rests on it.
func (p shaded) words(ch mapChoice, of int) string {
	ind := ch.indicator
	lines := []string{cmp.Or(p.Name, p.Code)}
	rate, number := p.Numbers(ind)
	if ch.show == showCount || p.Rate == nil {
		rate, number = number, rate
	}
	for _, line := range []string{rate, number} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	switch {
	case ch.show == showSpots && p.Few():
	case ch.show == showSpots && p.class != "gone":
		words := p.classWords(ch.show)
		if p.OfYears > 1 && (p.YearsHot > 0 || p.Spot.Hot()) {
			words += "; a hot spot in " + p.YearsHotWords()
		}
		lines = append(lines, words)
	case p.rank > 0 && strings.HasPrefix(p.class, "c"):
		lines = append(lines, p.classWords(ch.show)+" fifth; "+metrics.Highest(p.rank)+" of "+counted(float64(of)))
	}
	return strings.Join(lines, "\n")
}

// bounds are the least and the greatest value of a class, as it is written;
// ok is false where all of its areas have too few offences.
func bounds(ch mapChoice, places []shaded, class string) (low, high string, ok bool) {
	var least, greatest float64
	for _, p := range places {
		if p.class != class || p.value < 0 {
			continue
		}
		if !ok {
			least, greatest = p.value, p.value
		}
		least, greatest, ok = min(least, p.value), max(greatest, p.value), true
	}
	write := func(v float64) string {
		if ch.show == showCount {
			return counted(v)
		}
		return metrics.Decimal(v, ch.decimals)
	}
	return write(least), write(greatest), ok
}

// apart gives the decimals in which no class ends where the next begins, two
// more than the indicator's at most.
func apart(ch mapChoice, places []shaded) int {
	most := ch.indicator.Decimals + 2
	for ch.decimals = ch.indicator.Decimals; ch.decimals < most; ch.decimals++ {
		touch := false
		for class := range 4 {
			_, high, ok := bounds(ch, places, "c"+strconv.Itoa(class+1))
			low, _, next := bounds(ch, places, "c"+strconv.Itoa(class+2))
			touch = touch || ok && next && high == low
		}
		if !touch {
			break
		}
	}
	return ch.decimals
}

// heading says the answer: from where to where the areas go, and how many stand
// out. No single area is named: the table has them all.
func (page *mapPage) heading(city metrics.Area, ch mapChoice, m metrics.PlaceMap, places []shaded) (heading, rest string) {
	if m.Status != metrics.Available {
		return ch.indicator.Title + " in " + areaName(city) + ": no map of the " + ch.period.Label(), ""
	}
	r := metrics.MapReading{
		Indicator: ch.indicator, City: city, Map: m, Areas: len(places),
		InHighest: count(places, func(p shaded) bool { return p.class == "c5" }),
		InLowest:  count(places, func(p shaded) bool { return p.class == "c1" && !p.Few() }),
		Few:       count(places, shaded.Few),
		Hot99:     count(places, func(p shaded) bool { return p.Spot == metrics.Hot99 && !p.Few() }),
		Hot95:     count(places, func(p shaded) bool { return p.Spot == metrics.Hot95 && !p.Few() }),
	}
	if low, _, ok := bounds(ch, places, "c5"); ok {
		r.Highest = low
	}
	if _, high, ok := bounds(ch, places, "c1"); ok {
		r.Lowest = high
	}
	switch {
	case page.NotLooked:
		return r.NotLooked()
	case ch.show == showSpots:
		return r.HotSpots(), ""
	case ch.show == showCount:
		return r.Counts()
	}
	return r.Rates()
}

// keyOf is the key of the map: each class in words, from where to where, and
// how many areas.
func keyOf(ch mapChoice, places []shaded) []shade {
	var out []shade
	for _, class := range classOrder {
		var one *shaded
		n, small := 0, 0
		for i := range places {
			if places[i].class == class {
				n++
				one = &places[i]
				if places[i].Few() {
					small++
				}
			}
		}
		if n == 0 {
			continue
		}
		s := shade{Swatch: chart.Swatch(class), Words: one.classWords(ch.show), Areas: plural(int64(n), ch.kind.Noun(1), ch.kind.Noun(2))}
		if ch.show == showSpots || class == "gone" || class == "plain" {
			out = append(out, s)
			continue
		}
		s.Words += " fifth"
		switch class {
		case "c5":
			s.Words = "Most: " + lowerFirst(s.Words)
		case "c1":
			s.Words = "Fewest: " + lowerFirst(s.Words)
		}
		low, high, ok := bounds(ch, places, class)
		switch {
		case ok && low == high:
			s.Range = low
		case ok:
			s.Range = low + " to " + high
		}
		if small > 0 && ok {
			s.Areas += fmt.Sprintf(", %d of them with fewer than 5 %s", small, ch.indicator.Counted)
		} else if small > 0 {
			s.Range = "fewer than 5 " + ch.indicator.Counted
		}
		out = append(out, s)
	}
	return out
}

// describeMap is the map in words, for those who do not see it.
func describeMap(city string, ch mapChoice, m metrics.PlaceMap, places []shaded) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Map of the %d %s in %s, shaded by ", len(places), ch.kind.Noun(len(places)), city)
	switch ch.show {
	case showRate:
		fmt.Fprintf(&b, "%s in the %s, in five classes; the darker, the more.", lowerFirst(measure(ch.indicator)), ch.period.Label())
	case showCount:
		fmt.Fprintf(&b, "the number of %s (%s) in the %s, in five classes; the darker, the more.", ch.indicator.Counted, lowerFirst(ch.indicator.Title), ch.period.Label())
	default:
		fmt.Fprintf(&b, "hot spots of %s in the %s.", lowerFirst(ch.indicator.Title), ch.period.Label())
	}
	for _, k := range keyOf(ch, places) {
		fmt.Fprintf(&b, " %s", k.Words)
		if k.Range != "" {
			fmt.Fprintf(&b, ", %s", k.Range)
		}
		fmt.Fprintf(&b, ": %s.", k.Areas)
	}
	b.WriteString(" The table that follows has every one of them in the order of the shades.")
	return b.String()
}

// hotNotes explain the two columns about hot spots.
var hotNotes = []note{
	{"Hot, 99%", "a hot spot with 99% confidence, adjusted by the false discovery rate; the same with 95%, and with cold for a cold spot"},
	{"Years hot", "in how many of the last years, five at most, that end with the period and have a map it was a hot spot"},
}

func placeTableOf(city string, ch mapChoice, m metrics.PlaceMap, places []shaded) *placeTable {
	ind := ch.indicator
	by := map[string]string{showRate: "the highest rate first", showCount: "the highest count first", showSpots: "hot spots first, then by rate"}[ch.show]
	t := &placeTable{
		Caption: fmt.Sprintf("%s in %s by %s, %s, %s", ind.Title, city, ch.kind.Noun(1), ch.period.Label(), by),
		Head:    []cell{{Text: upperFirst(ind.Counted)}, {Text: "Residents"}, {Text: "Rate " + ind.Unit}, {Text: "Lower 95% limit"}, {Text: "Upper 95% limit"}},
	}
	if ch.show != showSpots {
		t.Head = append(t.Head, cell{"Fifth", true})
	}
	if m.SpotReason == "" {
		t.Head = append(t.Head, cell{"Hot spot", true}, cell{Text: "Years hot"})
	}
	small, never, missing := false, false, false
	x := func() cell { missing = true; return cell{Text: metrics.Missing.Shorthand()} }
	number := func(v *float64) cell {
		if v == nil {
			return x()
		}
		return cell{Text: written(ind, *v)}
	}
	before := ""
	for i, p := range places {
		row := placeRow{Area: link{Text: cmp.Or(p.Name, p.Code), URL: placeURL(p.Code, ind.ID, ch.period.Kind), NoFollow: i > 0}, Code: p.Code, Class: p.class, New: before != "" && p.class != before}
		before = p.class
		row.Rank = "[u]"
		if p.rank > 0 {
			row.Rank = strconv.Itoa(p.rank)
		}
		residents := x
		if p.Residents != nil {
			residents = func() cell { return cell{Text: counted(float64(*p.Residents))} }
		}
		switch {
		case p.Few():
			small = true
			row.Cells = append(row.Cells, cell{Text: "fewer than 5"}, residents(), cell{Text: "[u]"}, cell{Text: "[u]"}, cell{Text: "[u]"})
		case p.Count == nil:
			row.Rank = x().Text
			row.Cells = append(row.Cells, x(), residents(), x(), x(), x())
		default:
			if p.rank == 0 {
				row.Rank = x().Text
			}
			row.Cells = append(row.Cells, cell{Text: counted(float64(*p.Count))}, residents(), number(p.Rate), number(p.Lower), number(p.Upper))
		}
		if ch.show != showSpots {
			words := p.classWords(ch.show)
			if p.class == "gone" && p.Reason != "" {
				words += ": " + p.Reason
			}
			row.Cells = append(row.Cells, cell{words, true})
		}
		if m.SpotReason == "" {
			spot := p.spotCell()
			if p.Status != metrics.Available && !p.Few() {
				spot = "No result"
				if ch.show == showSpots && p.Reason != "" {
					spot += ": " + p.Reason
				}
			}
			years := p.hotCell()
			never = never || years == "[z]"
			row.Cells = append(row.Cells, cell{spot, true}, cell{Text: years})
		}
		t.Rows = append(t.Rows, row)
	}
	if small {
		t.Key = append(t.Key, note{"[u]", "unreliable: with fewer than 5 " + ind.Counted + " no rate is given and the area is not singled out; it is in the lowest class"})
	}
	if missing {
		t.Key = append(t.Key, note{metrics.Missing.Shorthand(), "not available: there is nothing to make the figure from; the row says why"})
	}
	if never {
		t.Key = append(t.Key, note{"[z]", "not applicable: hot spots were not looked for, or there is no year that ends with the period to look at"})
	}
	if m.SpotReason == "" {
		t.Key = append(t.Key, hotNotes...)
	}
	return t
}
