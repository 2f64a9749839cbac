package dashboard_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/dashboard/api"
	"outcomes/dashboard/export"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// fill brings a site's store through what the months bring: lookups, residents,
// the Indices, police files, one of them replaced; projects' returns, one of
// them replaced; and an indicator about people that the strategy has no longer.
// All is invented.
func fill(t testing.TB, s *site) {
	t.Helper()
	ctx := t.Context()
	update := func(f func(*store.Session) error) {
		t.Helper()
		if err := s.store.Update(ctx, "test", f); err != nil {
			t.Fatal(err)
		}
	}
	batch := func(source metrics.Source, release, period string, version int) metrics.Batch {
		sum := fmt.Sprintf("%064x", len(release)*1000+version)
		return metrics.Batch{Source: source, Release: release, File: period + ".csv", Name: release, Digest: "sha256:" + sum, Size: 1234, Period: period, FactsSHA: release + fmt.Sprint(version), Sample: true}
	}
	strategy := defaultStrategy(t)
	similar := strategy.Similar.Areas[:3]
	districts := append([]string{coventry, "E08000025"}, similar...)
	lookup := &store.Lookup{}
	var lsoas []string
	for i, code := range districts {
		lsoa := fmt.Sprintf("E0100000%d", i+1)
		lsoas = append(lsoas, lsoa)
		for _, vintage := range []int{2011, 2021} {
			lookup.LSOAs = append(lookup.LSOAs, store.LSOARow{Vintage: vintage, Code: lsoa, Name: "Neighbourhood " + fmt.Sprint(i), LAD: code, LADName: "District " + fmt.Sprint(i), LADYear: 2022})
		}
		force := westMidlands
		if i > 1 {
			force = fmt.Sprintf("E2300010%d", i)
		}
		lookup.Forces = append(lookup.Forces, store.ForceRow{LAD: code, LADName: "District " + fmt.Sprint(i), CSP: "E22" + code[3:], CSPName: "Partnership", Force: force, ForceName: "Force " + force})
	}
	ground := []store.Release{{Batch: batch(metrics.GeographySource, "lookup", "2022", 1), Facts: lookup}}
	for year := 2017; year <= 2019; year++ {
		e := &store.Estimates{Year: year, Base: 2011}
		for i, code := range districts {
			e.Rows = append(e.Rows, store.EstimateRow{Area: code, Name: code, Age: -1, Persons: int64(300_000 + 10_000*i + 1_000*(year-2017))})
		}
		ground = append(ground, store.Release{Batch: batch(metrics.PopulationSource, fmt.Sprintf("mid-%d", year), fmt.Sprintf("mid-%d", year), 1), Facts: e})
	}
	for _, edition := range []int{2015, 2019} {
		for _, domain := range []string{"imd", "education", "income"} {
			d := &store.DeprivationRanks{Edition: edition, Domain: domain}
			for i, lsoa := range lsoas {
				d.Ranks = append(d.Ranks, metrics.DeprivationRank{LSOA: lsoa, LAD: districts[i], LADName: "District " + fmt.Sprint(i), Rank: (i+edition)%len(lsoas) + 1})
			}
			release := fmt.Sprintf("IoD%d/%s", edition, domain)
			ground = append(ground, store.Release{Batch: batch(metrics.DeprivationSource, release, fmt.Sprintf("IoD%d", edition), 1), Facts: d})
		}
	}
	update(func(tx *store.Session) error { _, err := tx.Save(ctx, ground); return err })
	update(func(tx *store.Session) error {
		g, err := tx.Geography(ctx)
		if err != nil {
			return err
		}
		areas := store.LSOAsOf(g, districts)
		for _, f := range lookup.Forces {
			areas[f.Force] = ""
		}
		return tx.SaveCoverage(ctx, "c", areas)
	})
	police := func(force, slug string, of []int, m metrics.Month, version int) store.Release {
		file := &store.StreetMonth{Force: slug, Slug: slug, ForceArea: force, Month: m, HasLSOA: true, Scheme: metrics.Scheme2013}
		total := map[string]int64{}
		for _, i := range of {
			for k, crime := range []string{"Violence and sexual offences", "Robbery", "Possession of weapons", "Anti-social behaviour"} {
				n := int64(400+40*k+30*i+int(m)%7*9+version*25) / int64(1+5*(k%2))
				file.LSOA = append(file.LSOA, store.LSOACount{LSOA: lsoas[i], Type: crime, Count: n})
				file.Area = append(file.Area, store.AreaCount{Area: districts[i], Type: crime, Count: n})
				file.Outcome = append(file.Outcome, store.OutcomeCount{Area: districts[i], Type: crime, Outcome: "Local resolution", Count: n / 5},
					store.OutcomeCount{Area: districts[i], Type: crime, Outcome: "Unable to prosecute suspect", Count: n - n/5})
				total[crime] += n
			}
		}
		for crime, n := range total {
			file.Area = append(file.Area, store.AreaCount{Area: force, Type: crime, Count: n})
		}
		rel := store.Release{Batch: batch(metrics.PoliceSource, "police/"+slug+"/"+m.String(), m.String(), version), Facts: file}
		rel.Digest = fmt.Sprintf("crc32:%08x", int(m)*100+version)
		rel.Member, rel.Coverage = m.String()+"/"+slug+"-street.csv", "c"
		rel.Account = metrics.Account{Read: 10, Kept: 10}
		return rel
	}
	var files []store.Release
	for m := metrics.NewMonth(2018, 1); m <= metrics.NewMonth(2019, 12); m++ {
		files = append(files, police(westMidlands, "west-midlands", []int{0, 1}, m, 1))
		for i := 2; i < len(districts); i++ {
			files = append(files, police(fmt.Sprintf("E2300010%d", i), fmt.Sprintf("force-%d", i), []int{i}, m, 1))
		}
	}
	update(func(tx *store.Session) error { _, err := tx.Save(ctx, files); return err })

	// A project's return: so many young people of whom a few are of one group.
	number := 0
	hand := func(id string, quarter string, people, few float64) {
		t.Helper()
		p, ok := strategy.Project(id)
		q, err := metrics.ParsePeriod(quarter)
		if !ok || err != nil {
			t.Fatalf("%s %s: %v", id, quarter, err)
		}
		sub := metrics.Submission{Project: id, Quarter: q, File: fmt.Sprintf("somebodys-name-%d.xlsx", number), Sample: true, ReceivedBy: "analyst@example.org"}
		for _, cell := range strategy.Cells(p) {
			v := metrics.ReturnValue{ReturnCell: cell, Value: people}
			m, _ := strategy.ReturnMeasure(cell.Measure)
			if cell.Dimension != "" {
				d, _ := strategy.Dimension(cell.Dimension)
				switch cell.Item {
				case d.Items[0].ID:
					v.Value = people - few
				case d.Items[1].ID:
					v.Value = few
				default:
					v.Value = 0
				}
			}
			if m.Kind == metrics.MoneyMeasure {
				v.Value = 20_000
			}
			sub.Values = append(sub.Values, v)
		}
		number++
		update(func(tx *store.Session) error {
			var err error
			if sub.SHA, err = tx.KeepFile(ctx, fmt.Append(nil, "workbook ", number)); err != nil {
				return err
			}
			id, err := tx.Receive(ctx, sub)
			if err != nil {
				return err
			}
			return tx.Accept(ctx, id, store.Decision{By: "analyst@example.org", Reason: "test"})
		})
	}
	compute := func(strategy *metrics.Strategy, cause string) {
		t.Helper()
		update(func(tx *store.Session) error { _, err := tx.Compute(ctx, strategy, cause); return err })
		s.on(24 * time.Hour)
	}
	former := defaultStrategy(t)
	old, ok := former.Indicator(engaged)
	if !ok {
		t.Fatalf("the strategy has no %s", engaged)
	}
	old.ID = formerly
	former.Indicators = append(former.Indicators, old)
	former.SHA = strings.Repeat("0", 64)
	for _, p := range strategy.Projects {
		if p.Priority == old.Priority {
			hand(p.ID, "2019-Q2", 61, 17)
			hand(p.ID, "2019-Q3", 57, 2)
			hand(p.ID, "2019-Q4", 2, 1)
		}
	}
	compute(former, "import returns")
	for _, p := range strategy.Projects {
		if p.Priority == old.Priority {
			hand(p.ID, "2019-Q2", 64, 19)
			break
		}
	}
	compute(strategy, "return accepted")
	update(func(tx *store.Session) error {
		_, err := tx.Save(ctx, []store.Release{police(westMidlands, "west-midlands", []int{0, 1}, metrics.NewMonth(2019, 3), 2)})
		return err
	})
	compute(strategy, "import police")
}

const (
	engaged  = "tertiary-young-people-engaged"
	formerly = "engaged-formerly" // an indicator that the strategy has no longer
)

// frozen are two packs, the older of them superseded.
type packs = dashboard.Packs

type frozen struct{ packs }

func (frozen) PacksWith(context.Context, int64) ([]int, error) { return []int{2}, nil }

func (frozen) Packs(context.Context) ([]metrics.Pack, error) {
	p := metrics.Pack{Number: 1, Title: "Quarterly report", Period: metrics.QuarterOf(metrics.NewMonth(2019, 3)), FrozenAt: "2026-11-24T09:00:00Z", FrozenBy: "Some scrutiny", SupersededBy: 2,
		Files: []metrics.PackFile{{Name: "strategy-report.docx", SHA256: strings.Repeat("ab", 32), Size: 4711}}}
	newer := p
	newer.Number, newer.SupersededBy, newer.Files = 2, 0, nil
	return []metrics.Pack{p, newer}, nil
}

func (frozen) Pack(_ context.Context, number int) (metrics.Pack, error) {
	value, hidden := 6.9, leak
	r := &metrics.Report{Number: number, Title: "Quarterly report", Partnership: "A board", Area: metrics.Area{Code: coventry, Name: "Coventry", Kind: metrics.LAD},
		Period: metrics.QuarterOf(metrics.NewMonth(2019, 3)), AsAt: "2026-11-24T09:00:00Z", FrozenAt: "2026-11-24T09:00:00Z", FrozenBy: "Some scrutiny", Sample: true,
		Headlines: []string{"One headline."}, Licence: "Open Government Licence v3.0", Cite: "A board, Quarterly report.",
		Sources: []metrics.ReportSource{{Name: "Recorded crime", URL: "https://data.police.uk/", Publisher: "data.police.uk", Licence: "OGL", Latest: "March 2019", ReadAt: "2026-11-24T09:00:00Z"}},
		Key:     []metrics.Shorthand{{Mark: "[c]", Meaning: "confidential"}},
		Sections: []metrics.ReportSection{{Number: 1, Title: "Violence", Blocks: []metrics.ReportBlock{
			{Heading: "Trend"}, {Paragraph: "It rose."}, {List: []string{"a", "b"}}, {Commentary: &metrics.Commentary{Indicator: "violence-rate", By: "Some scrutiny", At: "2026-11-24T09:00:00Z", Text: "Note."}},
			{Chart: &metrics.ReportChart{ID: "c", Title: "It rose", Subtitle: "Rate", Alt: "A line.", Source: "Source: police", TableID: "t"}},
			{Table: &metrics.ReportTable{ID: "t", Title: "Rate", Source: "Source: police", Columns: []metrics.ReportColumn{{Head: "Period"}, {Head: "Rate", Numeric: true}},
				Rows: [][]metrics.ReportCell{{{Text: "March 2019"}, {Text: "6.9", Number: &value}}, {{Text: "June 2019"}, {Text: fmt.Sprint(leak), Number: &hidden, Shorthand: "[c]"}}}}},
		}}},
		Figures: []metrics.ReportFigure{{Title: "Violence", Source: "police", Licence: "Open Government Licence v3.0", Figure: leaky(metrics.Figure{ID: 1, Revision: 1, MadeAt: "2026-11-24T09:00:00Z", Indicator: "violence-rate", Priority: "enforcement",
			Area: metrics.Area{Code: coventry, Name: "Coventry"}, Period: metrics.QuarterOf(metrics.NewMonth(2019, 3)), Unit: "per 1,000", Status: metrics.Suppressed})}},
	}
	return metrics.Pack{Number: number, Report: r}, nil
}

// apiSite is a filled site with packs.
func apiSite(t testing.TB, public bool, with func(dashboard.Store) dashboard.Store) *site {
	t.Helper()
	s := newSite(t, account.Config{}, public)
	fill(t, s)
	var from dashboard.Store = s.store
	if with != nil {
		from = with(from)
	}
	s.served(t, from, frozen{}, public)
	return s
}

// specification is the document that the site itself hands out.
func specification(t testing.TB, s *site, client *http.Client) *openapi3.T {
	t.Helper()
	a := ask(t, client, "GET", s.base+"/api/v1/openapi.yaml", nil)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/yaml; charset=utf-8" {
		t.Fatalf("the document: %s, %s", a.Status, a.Header.Get("Content-Type"))
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// valid holds an answer against what the document says of its path.
func valid(t testing.TB, doc *openapi3.T, path string, a answer) {
	t.Helper()
	item := doc.Paths.Value(path)
	if item == nil {
		item = doc.Paths.Value("/api/v1") // an address that is none: a problem, as everywhere
	}
	if a.StatusCode == http.StatusNotModified { // the library passes these over
		for name := range item.Get.Responses.Status(304).Value.Headers {
			if a.Header.Get(name) == "" {
				t.Errorf("%s: %s without %s", path, a.Status, name)
			}
		}
		if a.body != "" {
			t.Errorf("%s: %s with a body", path, a.Status)
		}
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: &http.Request{Method: "GET"}, Route: &routers.Route{Spec: doc, Path: path, PathItem: item, Method: "GET", Operation: item.Get}},
		Status:                 a.StatusCode, Header: a.Header, Body: io.NopCloser(strings.NewReader(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if err := openapi3filter.ValidateResponse(t.Context(), input); err != nil {
		t.Errorf("%s: %s is not as described: %v\n%.600s", path, a.Status, err, a.body)
	}
	if a.StatusCode != http.StatusOK {
		if p := problemOf(t, a); p.Status != a.StatusCode || p.Title == "" || !strings.HasSuffix(p.Detail, ".") || p.Reference != a.Header.Get("X-Request-Id") || !strings.HasPrefix(p.Instance, "/api/") {
			t.Errorf("%s: %s: the problem is %+v", path, a.Status, p)
		}
	}
}

func problemOf(t testing.TB, a answer) api.Problem {
	t.Helper()
	var p api.Problem
	if a.Header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
		t.Errorf("%s %s: %s", a.Request.URL, a.Status, a.Header.Get("Content-Type"))
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Errorf("%s %s: %v: %s", a.Request.URL, a.Status, err, a.body)
	}
	return p
}

func decoded[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", a.Request.URL, a.Status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%s: %v", a.Request.URL, err)
	}
	return v
}

// object is JSON as it comes.
type object = map[string]any

func objects(v any) []object {
	var out []object
	for _, o := range v.([]any) {
		out = append(out, o.(object))
	}
	return out
}

// pages follows the links of a list from its first page to its last.
func pages(t testing.TB, client *http.Client, base, address, what string) (items []object, total int) {
	t.Helper()
	for n := 0; ; n++ {
		page := decoded[object](t, ask(t, client, "GET", base+address, nil))
		items = append(items, objects(page[what])...)
		if n, ok := page["total"].(float64); ok {
			total = int(n)
		}
		links := page["links"].(object)
		if self := links["self"].(string); !sameAddress(t, self, address) {
			t.Fatalf("%s calls itself %s", address, self)
		}
		next, ok := links["next"].(string)
		if !ok {
			return items, total
		}
		if n > 10_000 {
			t.Fatalf("%s has no end", address)
		}
		address = next
	}
}

func sameAddress(t testing.TB, a, b string) bool {
	t.Helper()
	x, err := url.Parse(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := url.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return x.Path == y.Path && x.Query().Encode() == y.Query().Encode()
}

// apiAddresses are addresses of every route: every figure, every reading, every
// filter once.
func apiAddresses(t testing.TB, s *site, client *http.Client) map[string][]string {
	t.Helper()
	strategy := defaultStrategy(t)
	out := map[string][]string{
		"/api/v1":                {"/api/v1"},
		"/api/v1/strategy":       {"/api/v1/strategy"},
		"/api/v1/priorities":     {"/api/v1/priorities"},
		"/api/v1/indicators":     {"/api/v1/indicators", "/api/v1/indicators?priority=enforcement", "/api/v1/indicators?accountability=performance&priority=tertiary-prevention"},
		"/api/v1/packs":          {"/api/v1/packs"},
		"/api/v1/packs/{number}": {"/api/v1/packs/1", "/api/v1/packs/2"},
		"/api/v1/openapi.yaml":   {"/api/v1/openapi.yaml"},
		"/api/v1/openapi.json":   {"/api/v1/openapi.json"},
		"/api/v1/figures": {"/api/v1/figures", "/api/v1/figures?limit=1000", "/api/v1/figures?limit=3", "/api/v1/figures?indicator=violence-rate", "/api/v1/figures?priority=enforcement&status=available",
			"/api/v1/figures?area=" + coventry, "/api/v1/figures?area=E01000001", "/api/v1/figures?period=2019-Q1", "/api/v1/figures?period_kind=edition", "/api/v1/figures?from=2019-03-31&to=2019-06",
			"/api/v1/figures?status=suppressed", "/api/v1/figures?status=missing"},
		"/api/v1/changes": {"/api/v1/changes?since=2026-01-01&limit=1000", "/api/v1/changes?since=2026-11-25T00:00:00Z", "/api/v1/changes?since=2099-01-01", "/api/v1/changes?since=2026-11-24T10:00:00%2B01:00&limit=2"},
	}
	for _, p := range strategy.Priorities {
		out["/api/v1/priorities/{id}"] = append(out["/api/v1/priorities/{id}"], "/api/v1/priorities/"+p.ID)
	}
	for _, i := range strategy.Indicators {
		out["/api/v1/indicators/{id}"] = append(out["/api/v1/indicators/{id}"], "/api/v1/indicators/"+i.ID)
	}
	ids := map[string]bool{}
	figures, _ := pages(t, client, s.base, "/api/v1/figures?limit=1000", "figures")
	for _, f := range figures {
		ids[f["links"].(object)["self"].(string)] = true
	}
	changes, _ := pages(t, client, s.base, "/api/v1/changes?since=2020-01-01&limit=1000", "changes")
	for _, c := range changes {
		for _, side := range []string{"from", "to"} {
			if r, ok := c[side].(object); ok {
				ids[fmt.Sprintf("/api/v1/figures/%.0f", r["figure"])] = true
			}
		}
	}
	out["/api/v1/figures/{id}"] = slices.Sorted(maps.Keys(ids))
	return out
}

// The document and the router have the same addresses, with the same
// parameters, and each answer of each is as it is described.
func TestAPIIsAsDescribed(t *testing.T) {
	s := apiSite(t, true, nil)
	client := browser(t)
	doc := specification(t, s, client)
	described := map[string][]string{}
	for path, item := range doc.Paths.Map() {
		if len(item.Operations()) != 1 || item.Get == nil {
			t.Errorf("%s is described with other methods than GET", path)
			continue
		}
		described[path] = nil
		for _, p := range item.Get.Parameters {
			if p.Value.In == "query" {
				described[path] = append(described[path], p.Value.Name)
			}
		}
	}
	routed := map[string][]string{}
	for _, r := range s.Routes() {
		method, pattern, _ := strings.Cut(r, " ")
		if strings.HasPrefix(pattern, "/api/") {
			routed[regexp.MustCompile(`:(\w+)`).ReplaceAllString(pattern, "{$1}")] = nil
			if method != "GET" {
				t.Errorf("%s is not only read", r)
			}
		}
	}
	for _, r := range api.Routes {
		if _, ok := routed[r.Path]; !ok {
			t.Errorf("%s is not routed", r.Path)
		}
		routed[r.Path] = r.Query
	}
	for path := range routed {
		if _, ok := described[path]; !ok {
			t.Errorf("%s is not described", path)
		} else if !slices.Equal(routed[path], described[path]) {
			t.Errorf("%s takes %v, and is described with %v", path, routed[path], described[path])
		}
	}
	for path := range described {
		if _, ok := routed[path]; !ok {
			t.Errorf("%s is described, and is not routed", path)
		}
	}
	closed(t, doc)

	seen := map[string]int{}
	addresses := apiAddresses(t, s, client)
	for path := range described {
		for _, address := range addresses[path] {
			a := ask(t, client, "GET", s.base+address, nil)
			if a.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", address, a.Status)
			}
			valid(t, doc, path, a)
			seen[path+" 200"]++
			if seen[path+" 304"] > 3 { // these stand for the others
				continue
			}
			valid(t, doc, path, ask(t, client, "GET", s.base+address, nil, "If-None-Match", `"x", `+a.Header.Get("ETag")))
			seen[path+" 304"]++
			sign := "?"
			if strings.Contains(address, "?") {
				sign = "&"
			}
			bad := ask(t, client, "GET", s.base+address+sign+"indicater=violence-rate", nil)
			if bad.StatusCode != http.StatusBadRequest || !strings.Contains(problemOf(t, bad).Detail, `"indicater"`) {
				t.Errorf("%s with an unknown parameter: %s %s", address, bad.Status, bad.body)
			}
			valid(t, doc, path, bad)
			post := ask(t, client, "POST", s.base+address, url.Values{})
			if allow := post.Header.Get("Allow"); post.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(allow, "GET") || !strings.Contains(allow, "HEAD") || strings.Contains(allow, "POST") {
				t.Errorf("POST %s: %s, Allow: %s", address, post.Status, allow)
			}
			valid(t, doc, path, post)
			cross := ask(t, client, "POST", s.base+address, url.Values{}, "Sec-Fetch-Site", "cross-site")
			if cross.StatusCode != http.StatusForbidden {
				t.Errorf("POST %s from another site: %s", address, cross.Status)
			}
			valid(t, doc, path, cross)
		}
		if seen[path+" 200"] == 0 || seen[path+" 304"] == 0 {
			t.Errorf("no answer of %s was looked at", path)
		}
	}
	for path, none := range map[string][]string{
		"/api/v1/figures/{id}":    {"0", "-1", "+1", "x", "1e3", "99999999", "99999999999999999999", "%2e%2e", "1%2F2"},
		"/api/v1/indicators/{id}": {"none", "%22%3E", "violence-rate%2F"},
		"/api/v1/priorities/{id}": {"none"},
		"/api/v1/packs/{number}":  {"0", "3", "x", "01x"},
		"/api/v1/{none}":          {"none", "figures/1/2", ""},
		"/api/{none}":             {"v2", "v2/figures"},
	} {
		for _, id := range none {
			address := path[:strings.Index(path, "{")] + id
			a := ask(t, client, "GET", s.base+address, nil)
			if a.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s", address, a.Status)
			}
			valid(t, doc, path, a)
		}
	}
	if yaml, json := ask(t, client, "GET", s.base+"/api/v1/openapi.yaml", nil), ask(t, client, "GET", s.base+"/api/v1/openapi.json", nil); json.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("the document as JSON: %s", json.Header.Get("Content-Type"))
	} else {
		loader := openapi3.NewLoader()
		a, err := loader.LoadFromData([]byte(yaml.body))
		if err != nil {
			t.Fatal(err)
		}
		b, err := openapi3.NewLoader().LoadFromData([]byte(json.body))
		if err != nil {
			t.Fatal(err)
		}
		x, _ := a.MarshalJSON()
		y, _ := b.MarshalJSON()
		if !bytes.Equal(x, y) {
			t.Error("the document is another one as JSON")
		}
	}

	// Where signing in is asked for, a program is told so, and not led to a form.
	s = apiSite(t, false, nil)
	in := s.join(t, "ann@example.org", metrics.Viewer)
	for path, list := range addresses {
		out := ask(t, client, "GET", s.base+list[0], nil)
		if out.StatusCode != http.StatusUnauthorized || out.Header.Get("Location") != "" || out.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s signed out: %s %v", path, out.Status, out.Header)
		}
		valid(t, doc, path, out)
		a := ask(t, in, "GET", s.base+list[0], nil)
		if a.Header.Get("Cache-Control") != "private, no-cache" || !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Cookie") {
			t.Errorf("%s signed in: %v", path, a.Header)
		}
		valid(t, doc, path, a)
		same := ask(t, in, "GET", s.base+list[0], nil, "If-None-Match", a.Header.Get("ETag"))
		if same.StatusCode != http.StatusNotModified || same.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s held by who is signed in: %s", path, same.Status)
		}
		if out := ask(t, client, "GET", s.base+list[0], nil, "If-None-Match", a.Header.Get("ETag")); out.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s held by who is signed out: %s", path, out.Status)
		}
	}
}

// closed makes sure that the document would not pass over a field: every object
// says that it has no others, and that it has all of its own.
func closed(t testing.TB, doc *openapi3.T) {
	t.Helper()
	open := []string{"FigureFields", "PackFields"} // closed by what is made of them
	for name, ref := range doc.Components.Schemas {
		schema := ref.Value
		if len(schema.Properties) == 0 && len(schema.AllOf) == 0 {
			continue
		}
		isClosed := schema.AdditionalProperties.Has != nil && !*schema.AdditionalProperties.Has || schema.UnevaluatedProperties.Has != nil && !*schema.UnevaluatedProperties.Has
		if isClosed == slices.Contains(open, name) {
			t.Errorf("%s closed: %v", name, isClosed)
		}
		for property := range schema.Properties {
			if !slices.Contains(schema.Required, property) {
				t.Errorf("%s.%s is described as one that may be absent", name, property)
			}
		}
	}
}

// A document that leaves a field out, or has one too many, is found.
func TestAPIValidationBites(t *testing.T) {
	s := newSite(t, account.Config{}, true)
	client := browser(t)
	doc := specification(t, s, client)
	a := ask(t, client, "GET", s.base+"/api/v1", nil)
	for what, body := range map[string]string{
		"a field more": strings.Replace(a.body, `{"name"`, `{"more":1,"name"`, 1),
		"a field less": strings.Replace(a.body, `"version":"1",`, ``, 1),
		"another type": strings.Replace(a.body, `"sample":false`, `"sample":"no"`, 1),
	} {
		if body == a.body {
			t.Fatalf("%s: nothing was changed", what)
		}
		b := a
		b.body = body
		if looked := (&looking{TB: t}); true {
			valid(looked, doc, "/api/v1", b)
			if !looked.failed {
				t.Errorf("%s is not found", what)
			}
		}
	}
	figures := ask(t, client, "GET", s.base+"/api/v1/figures", nil)
	figures.body = strings.Replace(figures.body, `"figures":[]`, `"figures":[{"id":1}]`, 1)
	if looked := (&looking{TB: t}); true {
		valid(looked, doc, "/api/v1/figures", figures)
		if !looked.failed {
			t.Error("a figure without its fields is not found")
		}
	}
}

// looking notes that a check failed, and lets the test go on.
type looking struct {
	testing.TB
	failed bool
}

func (l *looking) Errorf(string, ...any) { l.failed = true }

// Every figure comes once, in the order of the store, whatever the size of the
// pages, under the names of the CSV's columns and as the CSV reads.
func TestAPIFigures(t *testing.T) {
	s := apiSite(t, true, nil)
	client := browser(t)
	strategy := defaultStrategy(t)
	stored := func(filter metrics.FigureFilter) []metrics.Figure {
		t.Helper()
		list, err := s.store.Figures(t.Context(), filter)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	all := stored(metrics.FigureFilter{})
	count := map[metrics.Status]int{}
	for _, f := range all {
		count[f.Status]++
	}
	if count[metrics.Available] < 100 || count[metrics.Missing] < 5 || count[metrics.Suppressed] < 5 {
		t.Fatalf("there is too little to look at: %v", count)
	}
	for _, size := range []int{7, 100, 1000} {
		items, total := pages(t, client, s.base, "/api/v1/figures?limit="+strconv.Itoa(size), "figures")
		if total != len(all) || len(items) != len(all) {
			t.Fatalf("in pages of %d: %d figures of %d, the store has %d", size, len(items), total, len(all))
		}
		for i, f := range items {
			if int64(f["id"].(float64)) != all[i].ID {
				t.Fatalf("figure %d in pages of %d is %v, in the store %d", i, size, f["id"], all[i].ID)
			}
		}
	}
	about := export.AboutOf(strategy, true)
	items, _ := pages(t, client, s.base, "/api/v1/figures?limit=1000", "figures")
	for i, f := range items {
		for _, column := range export.Columns {
			if _, ok := f[column]; !ok && column != "breakdown_by" {
				t.Fatalf("a figure has no %s", column)
			}
		}
		b, err := json.Marshal(export.RecordOf(all[i], about))
		if err != nil {
			t.Fatal(err)
		}
		var want object
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if all[i].Status == metrics.Suppressed {
			want["statements"] = []any{}
		}
		for name, v := range want {
			if fmt.Sprint(f[name]) != fmt.Sprint(v) {
				t.Errorf("figure %d: %s is %v, in the files %v", all[i].ID, name, f[name], v)
			}
		}
		if f["as_at"] == nil || f["sample"] != true {
			t.Errorf("figure %d: as at %v, sample %v", all[i].ID, f["as_at"], f["sample"])
		}
		ind, _ := strategy.Indicator(all[i].Indicator)
		if (f["licence"] == nil) != (ind.Accountability == metrics.Performance) {
			t.Errorf("figure %d of %s: licence %v", all[i].ID, all[i].Indicator, f["licence"])
		}
	}

	march, june := metrics.NewMonth(2019, 3), metrics.NewMonth(2019, 6)
	for address, filter := range map[string]metrics.FigureFilter{
		"indicator=violence-rate":                      {Indicator: "violence-rate"},
		"priority=enforcement&area=" + coventry:        {Priority: "enforcement", Areas: []string{coventry}},
		"period=2019-Q1":                               {Period: "2019-Q1"},
		"period_kind=quarter&status=suppressed":        {Kind: metrics.Quarter, Status: metrics.Suppressed},
		"from=2019-03&to=2019-06":                      {From: march, To: june},
		"from=2019-03-31&to=2019-06-30":                {From: march, To: june},
		"from=2019-03-01&to=2019-07-30":                {From: march, To: june},
		"to=2019-06-29":                                {To: june - 1},
		"area=E01000001":                               {Areas: []string{"E01000001"}},
		"area=" + westMidlands + "&indicator=asb-rate": {Areas: []string{westMidlands}, Indicator: "asb-rate"},
	} {
		want := stored(filter)
		items, total := pages(t, client, s.base, "/api/v1/figures?limit=50&"+address, "figures")
		if total != len(want) || len(items) != len(want) {
			t.Errorf("%s: %d figures of %d, the store has %d", address, len(items), total, len(want))
		}
		if len(want) == 0 && !strings.Contains(address, "E01") {
			t.Errorf("%s: there are none", address)
		}
	}

	for address, say := range map[string]string{
		"figures?limit=0": "1 to 1000", "figures?limit=1001": "1 to 1000", "figures?limit=+5": "1 to 1000", "figures?limit=x": "1 to 1000",
		"figures?limit=5&limit=6": "given 2 times", "figures?limit=": "is empty", "figures?indicator=none": "violence-rate", "figures?priority=none": "enforcement",
		"figures?area=Coventry": "E08000026", "figures?area=e08000026": "nine characters", "figures?period=2019": "2019-Q1", "figures?period_kind=year": "year-ending",
		"figures?status=hidden": "available, missing or suppressed", "figures?from=March": "2019-03-31", "figures?to=2019-02-30": "2019-03-31", "figures?from=2019-06&to=2019-03": "later day",
		"figures?from=2019-03-02&to=2019-03-30": "later day", "figures?to=0000-01": "2019-03-31",
		"figures?cursor=x": "next", "figures?cursor=WyJhIl0": "next", "figures?%zz=1": "question mark", "figures?a;b": "question mark",
		"figures?indicators=violence-rate": "Use indicator, priority", "strategy?x=1": "takes no parameters",
		"indicators?accountability=none": "population or performance", "changes": "since=", "changes?since=yesterday": "2026-11-20", "changes?since=2026-11-20T02:30:00+01:00": "%2B",
		"changes?since=2026-11-20&cursor=e": "next", "changes?since=2026-11-20&limit=2000": "1 to 1000",
		"figures?indicator=" + strings.Repeat("x", 5000): "…",
	} {
		a := ask(t, client, "GET", s.base+"/api/v1/"+address, nil)
		if p := problemOf(t, a); a.StatusCode != http.StatusBadRequest || !strings.Contains(p.Detail, say) || len(p.Detail) > 2500 || p.Type != "/api#problem-invalid" {
			t.Errorf("%.80s: %s, %s", address, a.Status, p.Detail)
		}
	}
}

// What the list of changes says is what the readings say, and of figures about
// people it says no more than the page of a figure.
func TestAPIChanges(t *testing.T) {
	s := apiSite(t, true, nil)
	client := browser(t)
	strategy := defaultStrategy(t)
	list, _ := pages(t, client, s.base, "/api/v1/changes?since=2026-11-01&limit=1000", "changes")
	inParts, _ := pages(t, client, s.base, "/api/v1/changes?since=2026-11-01&limit=9", "changes")
	if len(inParts) != len(list) {
		t.Fatalf("%d changes, in parts %d", len(list), len(inParts))
	}
	seen := map[string]int{}
	last := ""
	for i, c := range list {
		if fmt.Sprint(c) != fmt.Sprint(inParts[i]) {
			t.Fatalf("change %d is another one in parts", i)
		}
		if at := c["at"].(string); at < last {
			t.Errorf("%s after %s", at, last)
		} else {
			last = at
		}
		from, _ := c["from"].(object)
		to, _ := c["to"].(object)
		ind, known := strategy.Indicator(c["indicator"].(string))
		people := strategy.CountsPeople(ind) || !known
		kind := c["change"].(string)
		if (from == nil) != (kind == "made") || (to == nil) != (kind == "retired") {
			t.Errorf("%s: from %v to %v", kind, from, to)
		}
		for side, r := range map[string]object{"from": from, "to": to} {
			if r == nil {
				continue
			}
			id := int64(r["figure"].(float64))
			f, err := s.store.Figure(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			withheld := people && r["in_force"] == false
			if r["withheld"] != withheld {
				t.Errorf("%s %s of %s: withheld is %v", kind, side, c["indicator"], r["withheld"])
			}
			if withheld {
				seen["withheld "+kind]++
				if r["value"] != nil || r["numerator"] != nil || r["status"] != "suppressed" {
					t.Errorf("a former reading of %s is told: %v", c["indicator"], r)
				}
			} else if (r["value"] == nil) != (f.Value == nil) || f.Value != nil && !close(*f.Value, r["value"].(float64), 5) || r["status"] != string(f.Status) {
				t.Errorf("figure %d reads %v and %v", id, r["value"], f.Value)
			}
		}
		if kind == "revised" && !people && from["value"] == to["value"] && from["status"] == to["status"] && from["numerator"] == to["numerator"] && from["lower"] == to["lower"] && from["rank"] == to["rank"] && from["denominator"] == to["denominator"] {
			t.Errorf("nothing changed: %v", c)
		}
		seen[kind]++
		if known {
			seen[fmt.Sprintf("%s people %v", kind, people)]++
		}
	}
	for _, want := range []string{"made", "revised", "retired", "revised people true", "revised people false", "withheld made", "withheld revised", "withheld retired"} {
		if seen[want] == 0 {
			t.Errorf("there is no change that is %s: %v", want, seen)
		}
	}
	// The last computation's changes are those of the newest day.
	state, err := s.store.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	newest, _ := pages(t, client, s.base, "/api/v1/changes?since="+url.QueryEscape(state.MadeAt), "changes")
	if len(newest) == 0 || len(newest) == len(list) {
		t.Errorf("%d changes since %s", len(newest), state.MadeAt)
	}
	for _, c := range newest {
		if c["cause"] != "import police" || c["at"] != state.MadeAt {
			t.Errorf("%v %v", c["at"], c["cause"])
		}
	}
}

// The proof of a figure says what its page says, and withholds what that does.
func TestAPIProof(t *testing.T) {
	s := apiSite(t, true, nil)
	client := browser(t)
	strategy := defaultStrategy(t)
	withheld, shown, unnamed, named := 0, 0, 0, 0
	for _, address := range apiAddresses(t, s, client)["/api/v1/figures/{id}"] {
		p := decoded[object](t, ask(t, client, "GET", s.base+address, nil))
		ind, known := strategy.Indicator(p["indicator"].(string))
		people := strategy.CountsPeople(ind) || !known
		page := ask(t, client, "GET", s.base+p["links"].(object)["page"].(string), nil)
		if kept := strings.Contains(page.body, "A former reading of a figure about people is not shown"); kept != (p["withheld"] != nil) || kept != (people && p["in_force"] == false) {
			t.Errorf("%s: the page withholds %v, the API %v", address, kept, p["withheld"])
		}
		if p["withheld"] != nil {
			withheld++
			if p["value"] != nil || p["status"] != "suppressed" || p["sentence"] != "" || len(p["breakdown"].([]any)) > 0 {
				t.Errorf("%s: %v", address, p)
			}
		}
		current := 0
		for _, r := range objects(p["revisions"]) {
			if r["in_force"] == true {
				current++
				if p["current"] != r["figure"] {
					t.Errorf("%s: the reading in force is %v and %v", address, p["current"], r["figure"])
				}
			} else if people && (r["withheld"] != true || r["value"] != nil) {
				t.Errorf("%s: a former reading is told: %v", address, r)
			} else if r["value"] != nil {
				shown++
			}
		}
		if current > 1 || (current == 0) != (p["current"] == nil) {
			t.Errorf("%s: %d readings in force, current %v", address, current, p["current"])
		}
		for _, b := range objects(p["batches"]) {
			if b["source"] == "returns" {
				unnamed++
				if b["file"] != nil || b["digest"] != nil || b["size"] != nil || b["member"] != nil {
					t.Errorf("%s: a project's workbook is named: %v", address, b)
				}
			} else if b["file"] != nil && b["digest"] != nil {
				named++
			}
		}
	}
	if withheld == 0 || shown == 0 || unnamed == 0 || named == 0 {
		t.Errorf("withheld %d, former readings shown %d, workbooks %d, files %d", withheld, shown, unnamed, named)
	}
}

// leak is a number that nobody may see.
const leak = 98765.4321

// leaky leaves numbers in a figure that may not be shown.
func leaky(f metrics.Figure) metrics.Figure {
	if f.Status != metrics.Suppressed {
		return f
	}
	v, n := leak, 98765
	f.Numerator, f.Denominator, f.Value, f.Lower, f.Upper, f.Rank, f.RankOf = &v, &v, &v, &v, &v, &n, &n
	f.Comparisons = []metrics.Comparison{
		{Kind: metrics.InTime, Value: &v, Numerator: &v, Ratio: &v, Lower: &v, Upper: &v, Direction: metrics.Up},
		{Kind: metrics.WithSimilar, Value: &v, Direction: metrics.Higher, Group: &metrics.Group{Rank: n, Members: n, Median: v, Values: []metrics.Member{{Code: coventry, Value: v}}}},
		{Kind: metrics.WithForce, Value: &v}, {Kind: metrics.WithEngland, Value: &v}, {Kind: metrics.WithTarget, Value: &v}}
	f.Statements = []metrics.Statement{{About: "force", Text: "It was 98,765.4 there, that is 98765.4321."}}
	f.Breakdown = []metrics.GroupValue{{By: "project", Label: "A", Numerator: &v, Denominator: &v, Value: &v, Lower: &v, Upper: &v, Status: metrics.Suppressed}, {By: "project", Label: "B", Value: &v, Status: metrics.Suppressed}}
	return f
}

// leakyStore is a store that has left numbers in whatever may not be shown.
type leakyStore struct{ dashboard.Store }

func (l leakyStore) Figures(ctx context.Context, filter metrics.FigureFilter) ([]metrics.Figure, error) {
	list, err := l.Store.Figures(ctx, filter)
	for i := range list {
		list[i] = leaky(list[i])
	}
	return list, err
}

func (l leakyStore) Figure(ctx context.Context, id int64) (metrics.Figure, error) {
	f, err := l.Store.Figure(ctx, id)
	return leaky(f), err
}

func (l leakyStore) Revisions(ctx context.Context, indicator, area, period string) ([]metrics.Revision, error) {
	list, err := l.Store.Revisions(ctx, indicator, area, period)
	for i := range list {
		list[i].Figure = leaky(list[i].Figure)
	}
	return list, err
}

func (l leakyStore) Changes(ctx context.Context, filter metrics.ChangeFilter) ([]metrics.Change, error) {
	list, err := l.Store.Changes(ctx, filter)
	for i := range list {
		for _, f := range []*metrics.Figure{list[i].From, list[i].To} {
			if f != nil {
				*f = leaky(*f)
			}
		}
	}
	return list, err
}

// No answer has a number of a suppressed figure: not as metrics hands them over,
// and not where one was left in by mistake. Nor does any name a project's
// workbook, or tell what a figure about people read before.
func TestAPILeaksNothing(t *testing.T) {
	s := apiSite(t, true, func(st dashboard.Store) dashboard.Store { return leakyStore{st} })
	client := browser(t)
	suppressed, answers := 0, 0
	for _, list := range apiAddresses(t, s, client) {
		for _, address := range list {
			a := ask(t, client, "GET", s.base+address, nil)
			answers++
			for _, secret := range []string{"98765", "98,765", "somebodys-name"} {
				if at := strings.Index(a.body, secret); at >= 0 {
					t.Errorf("%s: …%s…", address, a.body[max(0, at-200):min(len(a.body), at+50)])
				}
			}
			if strings.Contains(address, "openapi") {
				continue
			}
			var v any
			if err := json.Unmarshal([]byte(a.body), &v); err != nil {
				t.Fatal(err)
			}
			suppressed += mute(t, address, v)
		}
	}
	if answers < 200 || suppressed < 50 {
		t.Errorf("%d answers with %d suppressed figures: there was too little to look at", answers, suppressed)
	}
}

// mute finds the objects of status suppressed, and complains of any number
// about them but who they are.
func mute(t testing.TB, address string, v any) (found int) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			found += mute(t, address, one)
		}
	case object:
		if v["status"] == "suppressed" {
			found++
			for name, one := range v {
				switch name {
				case "id", "figure", "revision", "current", "revisions", "batches":
					continue
				}
				if _, isNumber := one.(float64); isNumber {
					t.Errorf("%s: a suppressed figure has %s: %v", address, name, one)
				}
				if l, isList := one.([]any); isList && len(l) > 0 && name != "notes" && name != "breakdown" { // its groups have a status of their own
					t.Errorf("%s: a suppressed figure has %s: %v", address, name, one)
				}
			}
			if v["shorthand"] != "[c]" {
				t.Errorf("%s: a suppressed figure is marked %v", address, v["shorthand"])
			}
		}
		for _, one := range v {
			found += mute(t, address, one)
		}
	}
	return found
}

// ETags change with the content and with nothing else; they are not shared by
// an answer and its compressed self.
func TestAPIETags(t *testing.T) {
	s := apiSite(t, true, nil)
	client := browser(t)
	const address = "/api/v1/figures?indicator=violence-rate&limit=50"
	plain := func(address string, headers ...string) answer {
		return ask(t, client, "GET", s.base+address, nil, append([]string{"Accept-Encoding", "identity"}, headers...)...)
	}
	first := plain(address)
	zipped := ask(t, client, "GET", s.base+address, nil, "Accept-Encoding", "gzip")
	if zipped.Header.Get("Content-Encoding") != "gzip" || first.Header.Get("Content-Encoding") != "" || zipped.Header.Get("ETag") == first.Header.Get("ETag") {
		t.Errorf("plain %v\ncompressed %v", first.Header, zipped.Header)
	}
	if len(zipped.body) > len(first.body)/3 {
		t.Errorf("compressed it has %d bytes of %d", len(zipped.body), len(first.body))
	}
	if first.Header.Get("Cache-Control") != "no-cache" || len(first.Header.Values("Access-Control-Allow-Origin")) > 0 {
		t.Errorf("%v", first.Header)
	}
	if same := ask(t, client, "GET", s.base+address, nil, "Accept-Encoding", "gzip", "If-None-Match", zipped.Header.Get("ETag")); same.StatusCode != http.StatusNotModified || same.body != "" || same.Header.Get("ETag") != zipped.Header.Get("ETag") {
		t.Errorf("compressed, held: %s %v", same.Status, same.Header)
	}
	if other := plain(address, "If-None-Match", zipped.Header.Get("ETag")); other.StatusCode != http.StatusOK {
		t.Errorf("plain, compressed held: %s", other.Status)
	}
	for _, held := range []string{first.Header.Get("ETag"), `W/` + first.Header.Get("ETag"), `"x", ` + first.Header.Get("ETag"), "*"} {
		if same := plain(address, "If-None-Match", held); same.StatusCode != http.StatusNotModified || same.body != "" {
			t.Errorf("%s: %s", held, same.Status)
		}
	}
	if head := ask(t, client, "HEAD", s.base+address, nil, "Accept-Encoding", "identity"); head.StatusCode != http.StatusOK || head.body != "" || head.Header.Get("ETag") != first.Header.Get("ETag") || head.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
		t.Errorf("HEAD: %s %v", head.Status, head.Header)
	}
	if options := ask(t, client, "OPTIONS", s.base+address, nil, "Origin", "https://other.example", "Access-Control-Request-Method", "GET"); options.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("other websites may read: %v", options.Header)
	}
	strategyTag := plain("/api/v1/strategy").Header.Get("ETag")

	// The figures are made anew without one of them.
	fewer := defaultStrategy(t)
	fewer.Indicators = slices.DeleteFunc(fewer.Indicators, func(i metrics.Indicator) bool { return i.ID == "robbery-rate" })
	fewer.SHA = strings.Repeat("1", 64)
	if err := s.store.Update(t.Context(), "test", func(tx *store.Session) error {
		_, err := tx.Compute(t.Context(), fewer, "another strategy file")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if again := plain(address, "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusOK || again.Header.Get("ETag") == first.Header.Get("ETag") {
		t.Errorf("after a computation: %s", again.Status) // as_at is another one
	}
	if same := plain("/api/v1/strategy", "If-None-Match", strategyTag); same.StatusCode != http.StatusNotModified {
		t.Errorf("the strategy, which is the same: %s", same.Status)
	}
	robbery, _ := pages(t, client, s.base, "/api/v1/figures?indicator=robbery-rate", "figures")
	changes, _ := pages(t, client, s.base, "/api/v1/changes?since=2026-11-27&limit=1000", "changes")
	retired := 0
	for _, c := range changes {
		if c["change"] == "retired" && c["indicator"] == "robbery-rate" && c["to"] == nil && c["from"].(object)["value"] != nil {
			retired++
		}
	}
	if len(robbery) != 0 || retired == 0 {
		t.Errorf("%d figures are left, %d are told as retired", len(robbery), retired)
	}
}

func TestAPIPacks(t *testing.T) {
	s := newSite(t, account.Config{}, true)
	client := browser(t)
	doc := specification(t, s, client)
	none := ask(t, client, "GET", s.base+"/api/v1/packs", nil)
	if p := decoded[object](t, none); p["total"] != 0.0 || len(p["packs"].([]any)) != 0 {
		t.Errorf("without packs: %s", none.body)
	}
	valid(t, doc, "/api/v1/packs", none)
	if a := ask(t, client, "GET", s.base+"/api/v1/packs/1", nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("without packs: %s", a.Status)
	}
	s.served(t, s.store, frozen{}, true)
	list := objects(decoded[object](t, ask(t, client, "GET", s.base+"/api/v1/packs", nil))["packs"])
	if len(list) != 2 || list[0]["number"] != 2.0 || list[0]["superseded_by"] != nil || list[1]["superseded_by"] != 2.0 || list[1]["links"].(object)["superseded_by"] != "/api/v1/packs/2" {
		t.Errorf("the list: %v", list)
	}
	p := decoded[object](t, ask(t, client, "GET", s.base+"/api/v1/packs/1", nil))
	file := objects(p["files"])[0]
	if file["sha256"] != strings.Repeat("ab", 32) || file["size"] != 4711.0 || p["frozen_by"] != "Some scrutiny" || len(objects(p["sections"])[0]["blocks"].([]any)) != 6 || len(p["figures"].([]any)) != 1 {
		t.Errorf("the pack: %v", p)
	}
}

// A store that fails says so as a problem, and tells no cause.
func TestAPIFailure(t *testing.T) {
	s := newSite(t, account.Config{}, true)
	s.served(t, failing{s.store}, nil, true)
	for _, path := range []string{"/api/v1", "/api/v1/figures", "/api/v1/figures/1", "/api/v1/changes?since=2026-01-01"} {
		a := ask(t, browser(t), "GET", s.base+path, nil)
		if p := problemOf(t, a); a.StatusCode != http.StatusInternalServerError || strings.Contains(a.body, "secret") || p.Type != "/api#problem-fault" || a.Header.Get("ETag") != "" {
			t.Errorf("%s: %s %s", path, a.Status, a.body)
		}
	}
}

type failing struct{ dashboard.Store }

func (failing) State(context.Context) (metrics.State, error) {
	return metrics.State{}, errors.New("secret cause")
}

func TestAPIPage(t *testing.T) {
	s := newSite(t, account.Config{}, true)
	client := browser(t)
	a := ask(t, client, "GET", s.base+"/api", nil)
	doc := a.parsed(t)
	words := text(doc)
	for _, r := range api.Routes {
		if !strings.Contains(words, r.Path) || !strings.Contains(words, r.Gives) {
			t.Errorf("the page does not tell of %s", r.Path)
		}
	}
	example := regexp.MustCompile(`curl '([^']+)'`).FindStringSubmatch(words)
	if example == nil || !strings.HasPrefix(example[1], s.base) {
		t.Fatalf("there is no example: %s", words)
	}
	if got := ask(t, client, "GET", example[1], nil); got.StatusCode != http.StatusOK {
		t.Errorf("the example answers %s: %s", got.Status, got.body)
	}
	ids := map[string]bool{}
	for d := range doc.Descendants() {
		ids[attr(d, "id")] = true
	}
	for _, path := range []string{"/api/v1/none", "/api/v1/figures?x=1"} {
		if _, at, _ := strings.Cut(problemOf(t, ask(t, client, "GET", s.base+path, nil)).Type, "#"); !ids[at] {
			t.Errorf("the problem of %s leads to #%s, which is not on the page", path, at)
		}
	}
	if a := ask(t, client, "GET", s.base+"/", nil); !strings.Contains(a.body, `href="/api"`) {
		t.Error("no page leads to the API's")
	}
	s = newSite(t, account.Config{}, false)
	if a := ask(t, client, "GET", s.base+"/api", nil); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the page where signing in is asked for: %s", a.Status)
	}
	if a := ask(t, client, "GET", s.base+"/sign-in", nil); strings.Contains(a.body, `href="/api"`) {
		t.Error("who may not read is led to the API")
	}
}

func BenchmarkAPIFigures(b *testing.B) {
	s := apiSite(b, true, nil)
	for _, address := range []string{"/api/v1/figures?limit=100", "/api/v1/figures?limit=1000", "/api/v1/changes?since=2026-01-01&limit=100"} {
		b.Run(address, func(b *testing.B) {
			for b.Loop() {
				if r := get(b, s, address); r.Code != http.StatusOK {
					b.Fatal(r.Code)
				}
			}
		})
	}
}
