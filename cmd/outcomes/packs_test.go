package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"outcomes/dashboard"
	"outcomes/dashboard/export"
	"outcomes/ingest"
	"outcomes/ingest/returns"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
	"outcomes/metrics/strategy"
)

// The demo's database takes long to make: tests copy it.
var demoFile = sync.OnceValues(func() (string, error) {
	dir, err := samples()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "demo")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	st, err := makeDemo(context.Background(), dir, io.Discard)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "outcomes.db"), st.Close()
})

// demoOffice is the office over a copy of the demo's database.
func demoOffice(t testing.TB) *office {
	t.Helper()
	from, err := demoFile()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	clock := newDemoClock(demoDay)
	st, err := store.Open(t.Context(), write(t, t.TempDir(), "outcomes.db", b), clock.now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	o := officeOf(t, st, s, clock)
	t.Cleanup(func() { o.round.Close() })
	return o
}

// as answers a request of somebody.
func (o *office) as(role metrics.Role, path string) *httptest.ResponseRecorder {
	return o.do(role, httptest.NewRequest(http.MethodGet, path, nil))
}

func (o *office) send(role metrics.Role, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.do(role, r)
}

var digestField = regexp.MustCompile(`name="digest" value="([0-9a-f]+)"`)

// choiceForm is a choice as the draft's forms hand it on.
func choiceForm(period string, indicators ...string) url.Values {
	form := url.Values{"period": {period}}
	if len(indicators) > 0 {
		form["indicator"] = indicators
	}
	return form
}

// digest is that of a draft as somebody reads it now.
func (o *office) digest(form url.Values) string {
	o.t.Helper()
	res := o.as(metrics.Scrutiny, "/reports/draft?"+form.Encode())
	m := digestField.FindStringSubmatch(res.Body.String())
	if res.Code != http.StatusOK || m == nil {
		o.t.Fatalf("the draft answers %d: %.2000s", res.Code, res.Body)
	}
	return m[1]
}

// freeze reads a draft, freezes it and gives the pack's path.
func (o *office) freeze(form url.Values) string {
	o.t.Helper()
	form = maps.Clone(form)
	form.Set("digest", o.digest(form))
	form.Set("sure", "yes")
	res := o.send(metrics.Scrutiny, "/reports", form)
	at := res.Header().Get("Location")
	if res.Code != http.StatusSeeOther || !strings.HasPrefix(at, "/reports/") {
		o.t.Fatalf("freezing answers %d: %.2000s", res.Code, res.Body)
	}
	return at
}

// packNow is all that is served of a pack: its page and its files, the members
// of zips too.
func (o *office) packNow(number int) map[string]string {
	o.t.Helper()
	pack, err := o.round.Pack(o.t.Context(), number)
	if err != nil {
		o.t.Fatal(err)
	}
	out := map[string]string{}
	get := func(name, path string) []byte {
		res := o.as(metrics.Scrutiny, path)
		if res.Code != http.StatusOK {
			o.t.Fatalf("GET %s answers %d: %s", path, res.Code, res.Body)
		}
		out[name] = res.Body.String()
		return res.Body.Bytes()
	}
	at := fmt.Sprintf("/reports/%d", number)
	get("the page", at)
	get("the API", fmt.Sprintf("/api/v1/packs/%d", number))
	for _, f := range pack.Files {
		body := get(f.Name, at+"/files/"+f.Name)
		if int64(len(body)) != f.Size {
			o.t.Errorf("%s has %d bytes, and the pack says %d", f.Name, len(body), f.Size)
		}
		if !slices.Contains([]string{".zip", ".docx", ".xlsx"}, filepath.Ext(f.Name)) {
			continue
		}
		z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			o.t.Fatal(f.Name, err)
		}
		for _, m := range z.File {
			r, err := m.Open()
			if err != nil {
				o.t.Fatal(err)
			}
			member, err := io.ReadAll(r)
			if err != nil {
				o.t.Fatal(f.Name, m.Name, err)
			}
			out[f.Name+": "+m.Name] = string(member)
		}
	}
	return out
}

// same says what of a pack is served otherwise than it was.
func same(t *testing.T, when string, before, now map[string]string) {
	t.Helper()
	if len(before) != len(now) {
		t.Errorf("%s, the pack has %d pages, files and members, and had %d", when, len(now), len(before))
	}
	for name, was := range before {
		if is := now[name]; is != was {
			i := 0
			for i < min(len(is), len(was)) && is[i] == was[i] {
				i++
			}
			t.Errorf("%s, %s is another from byte %d: %.80q, and was %.80q", when, name, i, is[i:], was[i:])
		}
	}
}

// changes reads a pack's ledger as its page, its CSV and the store tell it, and
// fails where they disagree: by figure, the causes.
func (o *office) changes(number int) (map[string]metrics.LedgerLine, string) {
	o.t.Helper()
	started := time.Now()
	lines, err := o.round.Ledger(o.t.Context(), number, o.round.strategy)
	if err != nil {
		o.t.Fatal(err)
	}
	took := time.Since(started)
	page := o.as(metrics.Viewer, fmt.Sprintf("/reports/%d/changes", number))
	file := o.as(metrics.Viewer, fmt.Sprintf("/reports/%d/changes.csv", number))
	if page.Code != http.StatusOK || file.Code != http.StatusOK {
		o.t.Fatalf("the changes answer %d and %d: %s", page.Code, file.Code, page.Body)
	}
	text := html.UnescapeString(page.Body.String())
	rows, err := csv.NewReader(file.Body).ReadAll()
	if err != nil {
		o.t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	if len(rows) != len(lines)+1 {
		o.t.Fatalf("the CSV has %d figures, the ledger %d", len(rows)-1, len(lines))
	}
	out := map[string]metrics.LedgerLine{}
	for i, l := range lines {
		row, causes := rows[i+1], strings.Join(l.Causes, " ")
		if row[column["indicator"]] != l.Then.Indicator || row[column["changed"]] != strconv.FormatBool(l.Changed) || row[column["causes"]] != causes {
			o.t.Errorf("the CSV says %v of %v %q", row, l.Changed, causes)
		}
		for prefix, f := range map[string]*metrics.Figure{"then": &l.Then.Figure, "now": l.Now} {
			if f == nil || f.Status != metrics.Suppressed {
				continue
			}
			if row[column[prefix+"_shorthand"]] != "[c]" {
				o.t.Errorf("the CSV does not mark the suppressed figure %s: %v", f.Key(), row)
			}
			for _, name := range []string{"value", "numerator", "denominator", "lower", "upper"} {
				if v := row[column[prefix+"_"+name]]; v != "" {
					o.t.Errorf("the CSV tells the suppressed figure %s: %v", f.Key(), row)
				}
			}
			if f.Value != nil || f.Numerator != nil || f.Denominator != nil || f.Lower != nil || f.Upper != nil {
				o.t.Errorf("the ledger tells the suppressed figure %s", f.Key())
			}
		}
		if !l.Changed {
			continue
		}
		if len(l.Causes) == 0 {
			o.t.Errorf("%s of %s changed, and nothing says why", l.Then.Indicator, l.Then.Period.Code())
		}
		for _, c := range l.Causes {
			if !strings.Contains(text, c) {
				o.t.Errorf("the page of changes does not say %q", c)
			}
		}
		out[l.Then.Indicator+" "+l.Then.Area.Code+" "+l.Then.Period.Code()] = l
	}
	o.t.Logf("%d of %d figures changed; told in %v", len(out), len(lines), took.Round(time.Millisecond))
	return out, text
}

// load imports files with the program's own readers.
func (o *office) load(source metrics.Source, paths ...string) {
	o.t.Helper()
	_, err := ingest.Import{Store: o.round.Store, Strategy: func([]byte) (*metrics.Strategy, error) { return o.round.strategy, nil }, Check: checkForce, Reader: readers()[source], Paths: paths, WhyNot: table.WhyNot}.Run(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
}

// handInAgain hands a project's accepted return in once more with one number
// changed, and accepts it.
func (o *office) handInAgain(project, quarter, measure string, add float64, name string) {
	o.t.Helper()
	p, q := must(o.round.strategy.Project(project)), quarterOf(o.t, quarter)
	h, err := held(o.t.Context(), o.round.Store, project, q)
	if err != nil || h.Now == nil {
		o.t.Fatal("no return of ", project, err)
	}
	values := slices.Clone(h.Now.Values)
	found := false
	for i, v := range values {
		if v.Measure == measure && v.Dimension == "" {
			values[i].Value, found = v.Value+add, true
		}
	}
	if !found {
		o.t.Fatal(project, " returns no ", measure)
	}
	var b bytes.Buffer
	if err := returns.Filled(&b, o.round.strategy, p, q, returns.Held{Before: h.Before}, true, values); err != nil {
		o.t.Fatal(err)
	}
	res := o.upload(metrics.Analyst, "/returns/"+project+"/"+quarter, strconv.FormatInt(o.accepted(project, quarter), 10), name, b.Bytes())
	at := submissionPath.FindString(res.Header().Get("Location"))
	if res.Code != http.StatusSeeOther || at == "" {
		o.t.Fatalf("the upload answers %d: %s", res.Code, res.Body)
	}
	o.post(at+"/accept", url.Values{"same": {"They counted again."}, "note": {"They counted again."}}, http.StatusSeeOther)
}

// accepted is the number of the return that is in force.
func (o *office) accepted(project, quarter string) int64 {
	o.t.Helper()
	list, err := o.round.Submissions(o.t.Context(), project, quarter)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, sub := range list {
		if sub.Status == metrics.SubmissionAccepted {
			return sub.ID
		}
	}
	o.t.Fatal("no return of ", project, " is in force")
	return 0
}

func quarterOf(t testing.TB, code string) metrics.Period {
	t.Helper()
	q, err := metrics.ParsePeriod(code)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// without is the built-in strategy as a file without an indicator.
func without(t testing.TB, indicator string) *metrics.Strategy {
	t.Helper()
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	text := string(s.Source)
	from := strings.Index(text, "  - id: "+indicator+"\n")
	if from < 0 {
		t.Fatal("the strategy has no ", indicator)
	}
	to := from + 1 + strings.Index(text[from+1:], "\n  - id: ")
	if s, err = strategy.Parse("other.yaml", []byte(text[:from]+text[to+1:])); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Indicator(indicator); ok {
		t.Fatal("it is still there")
	}
	return s
}

// use puts another strategy in force, as `outcomes serve --strategy` does.
func (o *office) use(s *metrics.Strategy) {
	o.t.Helper()
	err := o.round.Update(o.t.Context(), "make the figures", func(tx *store.Session) error {
		_, err := tx.Compute(o.t.Context(), s, "another strategy file")
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.serve(o.round.Store, s)
}

// restart closes the database and opens it again.
func (o *office) restart() {
	o.t.Helper()
	path := filepath.Join(filepath.Dir(o.databasePath()), "outcomes.db")
	if err := o.round.Close(); err != nil {
		o.t.Fatal(err)
	}
	st, err := store.Open(o.t.Context(), path, o.clock.now)
	if err != nil {
		o.t.Fatal(err)
	}
	o.serve(st, o.round.strategy)
}

// streetFile is a month's file of a force in the sample, with its lines changed:
// keep is told each one, without the heading, and gives what stands in its place,
// "" for none.
func streetFile(t testing.TB, month, force string, keep func(n int, line string) string) []byte {
	t.Helper()
	text := string(inflate(t, filepath.Join(sampleFolder(t), "police", month, month+"-"+force+"-street.csv.gz")))
	head, rest, _ := strings.Cut(text, "\n")
	var b strings.Builder
	b.WriteString(head + "\n")
	n := 0
	for line := range strings.Lines(rest) {
		b.WriteString(keep(n, line))
		n++
	}
	return []byte(b.String())
}

// A pack stays as it was, to the byte, whatever happens to the figures; its
// ledger says what happened, and why.
func TestPackStays(t *testing.T) {
	o := demoOffice(t)
	const quarter = "2019-Q1"
	if at := o.freeze(choiceForm(quarter)); at != "/reports/1" {
		t.Fatalf("the first pack is at %s", at)
	}
	first := o.packNow(1)
	if len(first) < 100 {
		t.Fatalf("the pack has %d pages, files and members", len(first))
	}
	if changed, text := o.changes(1); len(changed) != 0 || !strings.Contains(text, "has changed") {
		t.Fatalf("nothing happened, and %d figures changed", len(changed))
	}
	dir := t.TempDir()
	write(t, dir, ingest.SampleMarker, nil)
	const force, own = "west-midlands", "E08000026"
	day := demoDay
	secret := "kayleigh-own-copy.xlsx"
	steps := []struct {
		when   string
		do     func()
		figure string // that changes by it
		now    func(then, now *metrics.Figure) bool
		want   []string // in its causes
	}{
		{"after a later month", func() {
			later := streetFile(t, "2019-12", force, func(_ int, line string) string {
				return strings.ReplaceAll(line, ",2019-12,", ",2020-01,")
			})
			o.load(metrics.PoliceSource, write(t, dir, "2020-01-west-midlands-street.csv", later))
		}, "violence-outcome-share " + own + " 2019-Q1", func(then, now *metrics.Figure) bool { // what became of its offences has come in: it is compared
			return *now.Value == *then.Value && len(then.Apart(*now)) == 1 && then.Apart(*now)[0][0].Direction == metrics.NotCompared
		}, []string{"21 January 2020: other police files were imported."}},
		{"after March 2019 was restated", func() {
			restated := streetFile(t, "2019-03", force, func(n int, line string) string {
				if n%3 == 0 && strings.Contains(line, "Violence and sexual offences") {
					return ""
				}
				return line
			})
			o.load(metrics.PoliceSource, write(t, dir, "2019-03-west-midlands-street.csv", restated))
		}, "violence-rate " + own + " 2019-Q1", func(then, now *metrics.Figure) bool { return now != nil && *now.Numerator < *then.Numerator },
			[]string{"22 January 2020: the police restated March 2019 (2019-03-west-midlands-street.csv, read on 22 January 2020, took the place of 2019-03-west-midlands-street.csv.gz, read on 20 January 2020)."}},
		{"after the population estimates changed", func() {
			o.load(metrics.PopulationSource, write(t, dir, "revised-estimates.csv", []byte("area_code,area_name,year,persons\nE08000026,Coventry,2018,390000\nE08000026,Coventry,2019,395000\n")))
		}, "asb-rate " + own + " 2019-Q1", func(then, now *metrics.Figure) bool { return now != nil && *now.Denominator != *then.Denominator },
			[]string{"23 January 2020: the population estimates of mid-201", "changed (revised-estimates.csv, read on 23 January 2020"}},
		{"after a return was replaced", func() { o.handInAgain("early-intervention-youth-fund", quarter, "spend", 777, secret) },
			"secondary-spend-share " + own + " 2019-Q1", func(then, now *metrics.Figure) bool { return now != nil && *now.Numerator == *then.Numerator+777 },
			[]string{"24 January 2020: the return of Early Intervention Youth Fund for January to March 2019 (quarter 4 of 2018-19) was replaced by a newer one."}},
		{"after a return was withdrawn", func() {
			at := fmt.Sprintf("/returns/submissions/%d/withdraw", o.accepted("strengthening-families", quarter))
			o.post(at, url.Values{"reason": {"They counted Jordan twice."}}, http.StatusSeeOther)
		}, "primary-spend-share " + own + " 2019-Q1", func(then, now *metrics.Figure) bool { return now == nil || now.Status != metrics.Available },
			[]string{"25 January 2020: the return of Strengthening Families for January to March 2019 (quarter 4 of 2018-19) was withdrawn."}},
		{"after an indicator was retired", func() { o.use(without(t, "robbery-rate")) },
			"robbery-rate " + own + " 2019-Q1", func(_, now *metrics.Figure) bool { return now == nil },
			[]string{"26 January 2020: the strategy file was changed; the figure is no longer made."}},
		{"after a restart", o.restart, "robbery-rate " + own + " 2019-Q1", func(_, now *metrics.Figure) bool { return now == nil }, nil},
	}
	told := map[string]bool{}
	for _, st := range steps {
		day = day.AddDate(0, 0, 1)
		o.clock.set(day)
		st.do()
		same(t, st.when, first, o.packNow(1))
		changed, text := o.changes(1)
		for _, never := range []string{secret, "Jordan", "import police", "import population", "return " + strconv.FormatInt(1, 10) + " "} {
			if strings.Contains(text, never) {
				t.Errorf("%s, the page of changes says %q", st.when, never)
			}
		}
		for key, l := range changed {
			for _, c := range l.Causes {
				if !told[c] {
					told[c] = true
					t.Logf("%s: %s", key, c)
				}
			}
		}
		line, ok := changed[st.figure]
		if !ok || !st.now(&line.Then.Figure, line.Now) {
			t.Errorf("%s, %s reads %+v", st.when, st.figure, line.Now)
		}
		for _, want := range st.want {
			if !strings.Contains(strings.Join(line.Causes, " "), want) {
				t.Errorf("%s, the causes of %s are %q, without %q", st.when, st.figure, line.Causes, want)
			}
		}
	}

	// A newer one of the same choice: the older says so, and is as it was besides.
	day = day.AddDate(0, 0, 1)
	o.clock.set(day)
	if at := o.freeze(choiceForm(quarter)); at != "/reports/2" {
		t.Fatalf("the second pack is at %s", at)
	}
	now := o.packNow(1)
	page := now["the page"]
	from, to := strings.Index(page, `<section class="banner" aria-label="Superseded">`), strings.Index(page, `<div class="head">`)
	if from < 0 || !strings.Contains(page[from:to], `href="/reports/2"`) {
		t.Fatal("the page does not say that there is a newer pack")
	}
	now["the page"] = page[:from] + page[to:]
	const none = `"superseded_by":null`
	if strings.Count(first["the API"], none) != 2 || !strings.Contains(now["the API"], `"superseded_by":2`) {
		t.Error("the API does not say which pack is newer")
	}
	now["the API"] = regexp.MustCompile(`"superseded_by":(2|"[^"]+/packs/2")`).ReplaceAllString(now["the API"], none)
	same(t, "superseded, but for its notice", first, now)
	if _, text := o.changes(2); !strings.Contains(text, "None of the") {
		t.Error("figures changed since a pack that was frozen just now")
	}
}

// packNumbers are the numbers of the packs that there are, the oldest first.
func (o *office) packNumbers() []int {
	o.t.Helper()
	list, err := o.round.Packs(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	var out []int
	for _, p := range list {
		out = append(out, p.Number)
	}
	slices.Sort(out)
	return out
}

// Officers who freeze at once get a pack each or a clear refusal, and no pack
// has anything of another's.
func TestFreezingAtOnce(t *testing.T) {
	o := demoOffice(t)
	server := o.server.(*dashboard.Server)
	type result struct {
		number int
		words  string
	}
	results := make(chan result)
	n := 0
	for _, indicator := range []string{"violence-rate", "robbery-rate"} {
		form := choiceForm("2019-Q1", indicator)
		form.Set("digest", o.digest(form))
		form.Set("sure", "yes")
		for range 2 { // both officers have read the same draft
			n++
			go func() {
				res := o.send(metrics.Scrutiny, "/reports", form)
				number, _ := strconv.Atoi(strings.TrimPrefix(res.Header().Get("Location"), "/reports/"))
				results <- result{number, html.UnescapeString(res.Body.String())}
			}()
			n++
			go func() {
				choice := metrics.ReportChoice{Period: quarterOf(t, "2019-Q1"), Indicators: []string{indicator}}
				number, err := server.Freeze(context.Background(), choice, "", metrics.Person{Name: "Somebody", Email: "somebody@example.org"})
				results <- result{number, fmt.Sprint(err)}
			}()
		}
	}
	var got []int
	for range n {
		r := <-results
		switch {
		case r.number > 0:
			got = append(got, r.number)
		case !strings.Contains(r.words, "The draft is another than the one you read") && !strings.Contains(r.words, "froze this report as report pack"):
			t.Errorf("a refusal does not say why: %.500s", r.words)
		}
	}
	slices.Sort(got)
	if len(got) < n/2 { // those that asked for the draft as it is are never refused
		t.Fatalf("%d of %d were frozen", len(got), n)
	}
	for i, number := range got {
		if number != i+1 {
			t.Fatalf("the packs have the numbers %v", got)
		}
	}
	if held := o.packNumbers(); !slices.Equal(held, got) {
		t.Fatalf("there are the packs %v, and the officers were told of %v", held, got)
	}
	for _, number := range got {
		p, err := o.round.Pack(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		if p.Report.Number != number || p.Report.Hashed().SHA256 != p.SHA256 {
			t.Errorf("pack %d holds report %d with another hash", number, p.Report.Number)
		}
		mine, sums := fmt.Sprintf("_pack-%d.", number), ""
		for _, f := range p.Files {
			body, err := o.round.PackFile(t.Context(), number, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			if sum := fmt.Sprintf("%x", sha256.Sum256(body.Body)); sum != f.SHA256 {
				t.Errorf("%s of pack %d has another SHA-256 than the pack says", f.Name, number)
			}
			if strings.Contains(f.Name, "_pack-") && !strings.Contains(f.Name, mine) {
				t.Errorf("pack %d has the file %s", number, f.Name)
			}
			if f.Name == export.SumsName {
				sums = string(body.Body)
			}
		}
		for _, f := range p.Files {
			if f.Name != export.SumsName && !strings.Contains(sums, f.SHA256+"  "+f.Name) {
				t.Errorf("the list of SHA-256 of pack %d does not have %s", number, f.Name)
			}
		}
	}
}

// What cannot be frozen is refused in words, and nothing of it is kept.
func TestFreezingIsRefused(t *testing.T) {
	o := demoOffice(t)
	quarter := choiceForm("2019-Q1")
	read := maps.Clone(quarter)
	read.Set("digest", o.digest(quarter))
	refused := func(what string, form url.Values, want ...string) {
		t.Helper()
		form = maps.Clone(form)
		form.Set("sure", "yes")
		res := o.send(metrics.Scrutiny, "/reports", form)
		text := html.UnescapeString(res.Body.String())
		if res.Code != http.StatusConflict {
			t.Errorf("%s: freezing answers %d", what, res.Code)
		}
		for _, w := range append(want, "<title>Error: ", "There is a problem") {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the page does not say %q", what, w)
			}
		}
	}
	// A comment was written, and a return replaced, after the draft was read.
	o.comment(metrics.Administrator, "2019-Q1", "violence-rate", "0", "Written meanwhile.", http.StatusSeeOther)
	refused("a comment meanwhile", read, "The draft is another than the one you read", "Nothing was frozen", "Written meanwhile.")
	read.Set("digest", o.digest(quarter))
	o.handInAgain("early-intervention-youth-fund", "2019-Q1", "spend", 5, "return.xlsx")
	refused("figures meanwhile", read, "The draft is another than the one you read")

	waits := choiceForm("2019-Q3")
	waits.Set("digest", o.digest(waits))
	refused("a return waits", waits, "It cannot be frozen yet. ", "return waits for a decision", "or set it aside")
	_, err := o.server.(*dashboard.Server).Freeze(t.Context(), metrics.ReportChoice{Period: quarterOf(t, "2019-Q3")}, "", metrics.Person{Name: "Somebody"})
	if metrics.KindOf(err) != metrics.Conflict || !strings.Contains(err.Error(), "waits for a decision") {
		t.Errorf("from the command line: %v", err)
	}
	for _, form := range []url.Values{choiceForm("1999-Q1"), choiceForm("2019-Q1", "no-such-indicator"), choiceForm("2019-03")} {
		res := o.send(metrics.Scrutiny, "/reports", form)
		if res.Code != http.StatusNotFound && res.Code != http.StatusBadRequest {
			t.Errorf("%v: freezing answers %d", form, res.Code)
		}
	}
	for _, role := range []metrics.Role{"", metrics.Viewer, metrics.Analyst} {
		want := http.StatusForbidden
		if role == "" {
			want = http.StatusUnauthorized
		}
		form := maps.Clone(quarter)
		form.Set("digest", o.digest(quarter))
		form.Set("sure", "yes")
		if res := o.send(role, "/reports", form); res.Code != want && res.Code != http.StatusSeeOther || strings.HasPrefix(res.Header().Get("Location"), "/reports/") {
			t.Errorf("%q freezes and is answered %d", role, res.Code)
		}
		o.comment(role, "2019-Q1", "robbery-rate", "0", "Not mine to say.", 0)
	}
	if got := o.packNumbers(); len(got) != 0 {
		t.Errorf("there are the packs %v", got)
	}
	said, err := o.round.Comments(t.Context(), quarterOf(t, "2019-Q1"))
	if err != nil || len(said) != 1 || said[0].Text != "Written meanwhile." {
		t.Errorf("the comments are %+v, %v", said, err)
	}
	trail, err := o.round.AuditTrail(t.Context(), 0, 0)
	if err != nil || slices.ContainsFunc(trail, func(e metrics.AuditEntry) bool { return e.Action == "report frozen" }) {
		t.Errorf("the audit trail says that something was frozen (%v)", err)
	}
	if at := o.freeze(quarter); at != "/reports/1" {
		t.Errorf("after all these, the first pack is at %s", at)
	}
}

// comment writes beside an indicator as the form does; status 0 takes any.
func (o *office) comment(role metrics.Role, quarter, indicator, seen, text string, status int) string {
	o.t.Helper()
	res := o.send(role, "/reports/draft/comment", url.Values{"period": {quarter}, "beside": {indicator}, "seen": {seen}, "text": {text}})
	if status != 0 && res.Code != status {
		o.t.Fatalf("the comment is answered %d: %.1000s", res.Code, res.Body)
	}
	return res.Body.String()
}

// hostile is a comment of exactly n bytes with everything in it that a page, a
// document, a workbook or a table could trip over.
func hostile(n int) string {
	const nasty = "<script>alert('x')</script> ]]> <!-- --> &amp; &#0; <w:t>x</w:t> </aside></article> \"quoted\" {{.Pack}} 🙂👩‍👩‍👧 e\u0301 \u200f\u202Eright to left\u202C \uFFFE\uFFFF\u0085\u2028"
	lines := []string{"=cmd|' /C calc'!A0", "+1+1", "@SUM(1+1)", "- an item of a list", "- =HYPERLINK(\"http://example.org\")", "", "-2+3", "\x00\x01\x1b[31m\x7f\x08control", nasty, ""}
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(lines[i%len(lines)] + "\n")
	}
	// Whole characters, and no blank at the end, where it would be cut off.
	out := strings.ToValidUTF8(b.String()[:n-200], "")
	return out + strings.Repeat("x", n-len(out))
}

// A comment of 100 kB of hostile text is kept and stands on the page and in
// every file as text; a longer one is refused, and nothing that was typed is lost.
func TestHostileCommentary(t *testing.T) {
	o := demoOffice(t)
	const most, quarter, indicator = 100 << 10, "2019-Q1", "violence-rate"
	typed := hostile(most)
	page := o.comment(metrics.Scrutiny, quarter, indicator, "0", strings.Repeat("é", most/2)+"x", http.StatusConflict)
	if !strings.Contains(page, "too long by 1 byte: it can have 102,400.") || !strings.Contains(page, strings.Repeat("é", most/2)+"x</textarea>") {
		t.Error("a comment that is too long is not refused with its text left in the form")
	}
	if res := o.send(metrics.Scrutiny, "/reports/draft/comment", url.Values{"period": {quarter}, "beside": {indicator}, "seen": {"0"}, "text": {strings.Repeat("x", 5*most)}}); res.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a comment of 500 kB is answered %d", res.Code)
	}
	o.comment(metrics.Scrutiny, quarter, indicator, "0", typed, http.StatusSeeOther)
	list, err := o.round.Comments(t.Context(), quarterOf(t, quarter))
	if err != nil || len(list) != 1 {
		t.Fatal(len(list), err)
	}
	// What is kept is what was typed, but for characters that nothing can show.
	if got := len(list[0].Text); got < most*9/10 || strings.ContainsFunc(list[0].Text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }) {
		t.Errorf("%d bytes are kept of %d, or control characters", got, most)
	}

	started := time.Now()
	at := o.freeze(choiceForm(quarter, indicator))
	t.Logf("frozen in %v", time.Since(started).Round(time.Millisecond))
	parts := o.packNow(1)
	if at != "/reports/1" {
		t.Fatal(at)
	}
	const said = "=cmd|' /C calc'!A0"
	for name, body := range parts {
		if strings.Contains(body, "<script>alert") {
			if !strings.HasSuffix(name, ".json") && name != "the API" { // data, where no text is markup
				t.Errorf("%s has the script", name)
			}
		}
		if strings.ContainsAny(body, "\x00\x01\x1b\x08") && !slices.Contains([]string{".zip", ".docx", ".xlsx", ".png", ".bin"}, filepath.Ext(name)) {
			t.Errorf("%s has control characters", name)
		}
		if strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") || strings.HasSuffix(name, ".svg") {
			d := xml.NewDecoder(strings.NewReader(body))
			for {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Errorf("%s is not well-formed: %v", name, err)
					break
				}
			}
		}
	}
	item := strings.Count(list[0].Text, "- an item of a list")
	document := ""
	for name, body := range parts {
		if strings.HasSuffix(name, ".docx: word/document.xml") && !strings.Contains(name, ".zip") {
			document = html.UnescapeString(body)
		}
	}
	shown := html.UnescapeString(parts["the page"])
	for what, text := range map[string]string{"page": shown, "document": document} {
		if n := strings.Count(text, said); n < item {
			t.Errorf("the %s says %q %d times, and it was written %d times", what, said, n, item)
		}
		if strings.Count(text, "an item of a list") < item || !strings.Contains(text, "]]> <!-- -->") || !strings.Contains(text, "🙂👩‍👩‍👧") || !strings.Contains(text, "Commentary") {
			t.Errorf("the %s does not have the comment as it was written", what)
		}
	}
	if !strings.Contains(parts["the API"], "an item of a list") {
		t.Error("the API does not have the comment")
	}
	for name, body := range parts {
		if filepath.Ext(name) == ".csv" {
			rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, row := range rows {
				for _, cell := range row {
					if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") {
						t.Errorf("%s has the formula %.80q", name, cell)
					}
				}
			}
		}
		if filepath.Ext(name) != ".xlsx" {
			continue
		}
		x, err := excelize.OpenReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(name, err)
		}
		times := 0
		for _, sheet := range x.GetSheetList() {
			rows, err := x.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows {
				for j, cell := range row {
					times += strings.Count(cell, said)
					at, err := excelize.CoordinatesToCellName(j+1, i+1)
					if err != nil {
						t.Fatal(err)
					}
					if f, err := x.GetCellFormula(sheet, at); err != nil || f != "" {
						t.Errorf("%s, %s %s is a formula: %q %v", name, sheet, at, f, err)
					}
				}
			}
		}
		if times < item && !strings.Contains(name, ": word/embeddings/") { // the data of a chart
			t.Errorf("%s says %q %d times, and it was written %d times", name, said, times, item)
		}
		x.Close()
	}
}

// Of two who write beside the same indicator the second is told who wrote, sees
// what stands there and finds what he typed in the form; then it is his to keep
// or to take back.
func TestTwoWriteBesideOneIndicator(t *testing.T) {
	o := demoOffice(t)
	const quarter, indicator = "2019-Q1", "violence-rate"
	o.comment(metrics.Administrator, quarter, indicator, "0", "First, by the administrator.", http.StatusSeeOther)
	page := o.comment(metrics.Scrutiny, quarter, indicator, "0", "Second & <careful>.", http.StatusConflict)
	for _, want := range []string{"<title>Error: ", "Some administrator wrote here while you did", ">Second &amp; &lt;careful&gt;.</textarea>", "<p>First, by the administrator.</p>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the second is not shown %q", want)
		}
	}
	list, err := o.round.Comments(t.Context(), quarterOf(t, quarter))
	if err != nil || len(list) != 1 || list[0].Text != "First, by the administrator." {
		t.Fatalf("there stands %+v, %v", list, err)
	}
	seen := strconv.FormatInt(list[0].ID, 10)
	if !strings.Contains(page, `name="beside" value="`+indicator+`"><input type="hidden" name="seen" value="`+seen+`"`) {
		t.Error("the form cannot be sent again, now that its writer knows")
	}
	o.comment(metrics.Scrutiny, quarter, indicator, seen, "Second & <careful>.", http.StatusSeeOther)
	if page = o.as(metrics.Analyst, "/reports/draft?period="+quarter).Body.String(); !strings.Contains(page, "<p>Second &amp; &lt;careful&gt;.</p>") || strings.Contains(page, "First, by") {
		t.Error("the draft does not have the second comment in the first one's place")
	}
	list, err = o.round.Comments(t.Context(), quarterOf(t, quarter))
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	o.comment(metrics.Scrutiny, quarter, indicator, strconv.FormatInt(list[0].ID, 10), "", http.StatusSeeOther)
	if page = o.as(metrics.Analyst, "/reports/draft?period="+quarter).Body.String(); strings.Contains(page, "careful") || strings.Contains(page, `class="commentary"`) {
		t.Error("the draft still has the comment that was taken back")
	}
	// In another quarter's reports there was never one.
	if page = o.as(metrics.Analyst, "/reports/draft?period=2019-Q2").Body.String(); strings.Contains(page, `class="commentary"`) {
		t.Error("a comment stands in another quarter's report")
	}
}

// A report of 40 indicators over 15 years is written in every format, and can be
// frozen; measured beside it is how long that takes.
func TestLargeReport(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	s := o.round.strategy
	var measures []string
	for i := range 40 {
		m := metrics.ReturnMeasure{ID: fmt.Sprintf("measure-%d", i), Title: fmt.Sprintf("Measure %d", i), Kind: metrics.CountMeasure, Unit: "young people", People: i%2 == 0}
		s.Measures, measures = append(slices.Clip(s.Measures), m), append(measures, m.ID)
	}
	s.Projects = nil
	for i := range 2 {
		s.Projects = append(s.Projects, metrics.Project{ID: fmt.Sprintf("project-%d", i), Name: fmt.Sprintf("Project %d", i), Lead: "Somebody", Priority: s.Priorities[i].ID, From: metrics.NewMonth(2004, time.January), Measures: measures})
	}
	var chosen []string
	for i, id := range measures {
		ind := metrics.Indicator{
			ID: "total-" + id, Title: fmt.Sprintf("People seen, of kind %d", i), Noun: "seen", Counted: "young people", Priority: s.Priorities[1+i%3].ID, Accountability: metrics.Performance, Definition: "How many were seen.",
			Asks: []metrics.Asks{metrics.HowMuch, metrics.HowWell, metrics.BetterOff}[i%3], Kind: metrics.Total,
			Numerator: metrics.Measure{From: metrics.FromReturns, Returned: []string{id}, Projects: []string{s.Projects[0].ID, s.Projects[1].ID}, Label: "people seen"}, Unit: "young people", Polarity: metrics.NoJudgment,
			Periods: []metrics.PeriodKind{metrics.Quarter, metrics.YearToDate}, Comparators: []string{"corresponding-period"}, Source: "Projects’ returns",
		}
		s.Indicators, chosen = append(slices.Clip(s.Indicators), ind), append(chosen, ind.ID)
	}
	slices.Sort(chosen)
	s.SHA = "forty"
	err := o.round.Update(ctx, "test", func(tx *store.Session) error {
		for n, p := range s.Projects {
			for q := metrics.QuarterOf(p.From); q.Last < metrics.NewMonth(2020, time.January); q = metrics.QuarterOf(q.Last + 1) {
				sha, err := tx.KeepFile(ctx, []byte(p.ID+q.Code()))
				if err != nil {
					return err
				}
				sub := metrics.Submission{Project: p.ID, Quarter: q, File: "return.xlsx", SHA: sha, ReceivedBy: "test"}
				for i, c := range s.Cells(p) {
					sub.Values = append(sub.Values, metrics.ReturnValue{ReturnCell: c, Value: float64((i*7 + n*3 + int(q.Last)) % 60)})
				}
				id, err := tx.Receive(ctx, sub)
				if err != nil {
					return err
				}
				if err := tx.Accept(ctx, id, store.Decision{By: "test"}); err != nil {
					return err
				}
			}
		}
		_, err := tx.Compute(ctx, s, "test")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o.serve(o.round.Store, s)
	server := o.server.(*dashboard.Server)
	choice := metrics.ReportChoice{Period: quarterOf(t, "2019-Q3"), Indicators: chosen, Years: 15}
	measured := func(what string, do func() int) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		started := time.Now()
		size := do()
		took := time.Since(started)
		runtime.ReadMemStats(&after)
		t.Logf("%-6s %6d kB in %v, %d MB allocated", what, size/1000, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)/1_000_000)
	}
	var r *metrics.Report
	measured("draft", func() int {
		var checks []metrics.ReportCheck
		var err error
		if r, checks, err = server.Draft(ctx, choice); err != nil {
			t.Fatal(err)
		}
		for _, c := range checks {
			if c.Stops {
				t.Errorf("it cannot be frozen: %s", c.Message)
			}
		}
		return 0
	})
	charts, hidden, most := 0, 0, 0
	for _, sec := range r.Sections {
		for _, b := range sec.Blocks {
			if b.Chart != nil {
				charts++
				most = max(most, len(b.Chart.Periods))
			}
		}
	}
	for _, f := range r.Figures {
		if f.Status == metrics.Suppressed {
			hidden++
			if f.Value != nil || f.Numerator != nil {
				t.Errorf("%s is suppressed and tells its number", f.Key())
			}
		}
	}
	t.Logf("%d figures, of which %d are suppressed; %d charts of %d periods at most", len(r.Figures), hidden, charts, most)
	if charts != 40 || most < 60 || hidden == 0 {
		t.Errorf("%d charts of %d periods, %d suppressed figures", charts, most, hidden)
	}
	for _, format := range dashboard.ReportFormats {
		measured(format, func() int {
			var b bytes.Buffer
			if err := dashboard.WriteReport(&b, r, format); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			if b.Len() < 10_000 {
				t.Errorf("%s has %d bytes", format, b.Len())
			}
			return b.Len()
		})
	}
	measured("pack", func() int {
		number, err := server.Freeze(ctx, choice, "", metrics.Person{Name: "Sam Officer", Email: "sam@example.org"})
		if err != nil || number != 1 {
			t.Fatal(number, err)
		}
		return 0
	})
	measured("page", func() int { return o.as(metrics.Viewer, "/reports/1").Body.Len() })
	if res := o.as(metrics.Viewer, "/reports/1"); res.Code != http.StatusOK {
		t.Errorf("the pack's page answers %d", res.Code)
	}

	// The same pack, when the strategy has none of its indicators any more.
	first := o.packNow(1)
	builtin, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	o.use(builtin)
	same(t, "with all its indicators retired", first, o.packNow(1))
	changed, _ := o.changes(1)
	if len(changed) != len(r.Figures) {
		t.Errorf("%d of %d figures are no longer made", len(changed), len(r.Figures))
	}
	if res := o.as(metrics.Scrutiny, "/reports/draft?"+choiceForm("2019-Q3", chosen...).Encode()); res.Code != http.StatusNotFound || !strings.Contains(res.Body.String(), "it may have been retired") {
		t.Errorf("a draft of retired indicators answers %d: %.800s", res.Code, res.Body)
	}
}

// A disk that fills while a report is written leaves the file that was there.
func TestDiskFillsWhileExporting(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "outcomes")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	o := demoOffice(t)
	db := filepath.Join(filepath.Dir(o.databasePath()), "outcomes.db")
	if err := o.round.Close(); err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, format := range dashboard.ReportFormats {
		out := write(t, dir, "report."+format, []byte("last quarter's"))
		// No file may grow beyond 64 kB.
		said, err := exec.Command("bash", "-c", `ulimit -f 64 && exec "$@"`, "bash", binary, "report", "--db", db, "--period", "2019-Q1", "--format", format, "--out", out).CombinedOutput()
		if err == nil || !strings.Contains(string(said), "could not be written") || !strings.Contains(string(said), "what was there is as it was") || strings.Contains(string(said), "goroutine") {
			t.Errorf("%s: %v: %s", format, err, said)
		}
		if b, err := os.ReadFile(out); err != nil || string(b) != "last quarter's" {
			t.Errorf("%s: the file that was there holds %d bytes now (%v)", format, len(b), err)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != len(dashboard.ReportFormats) {
		t.Errorf("in the folder are %v, %v", left, err)
	}
	said, err := exec.Command("bash", "-c", `ulimit -f 64 && exec "$@"`, "bash", binary, "report", "--db", db, "--period", "2019-Q1", "--out", filepath.Join(dir, "pack.docx"), "--freeze", "--by", "Sam Officer").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "nothing was changed") {
		t.Errorf("freezing: %v: %s", err, said)
	}
	// Nor is anything frozen for a file that could never be written.
	said, err = exec.Command(binary, "report", "--db", db, "--period", "2019-Q1", "--out", filepath.Join(dir, "missing", "pack.docx"), "--freeze", "--by", "Sam Officer").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "cannot be written") {
		t.Errorf("freezing into no folder: %v: %s", err, said)
	}
	packs := func() int {
		t.Helper()
		st := openStore(t, db)
		defer st.Close()
		list, err := st.Packs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if now, err := os.ReadFile(db); err != nil || !bytes.Equal(now, was) || packs() != 0 {
		t.Error("the database is another", err)
	}
	out := outcomes(t, "report", "--db", db, "--period", "2019-Q1", "--format", "csv", "--out", filepath.Join(dir, "pack.csv"), "--freeze", "--by", "Sam Officer")
	if !strings.Contains(out, "report pack 1") || packs() != 1 {
		t.Errorf("with room, freezing says %s", out)
	}
}
