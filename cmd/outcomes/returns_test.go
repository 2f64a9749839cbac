package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// office is the pages over a real database, with one person of each role.
type office struct {
	t       testing.TB
	round   *round
	clock   *demoClock
	server  http.Handler
	cookies map[metrics.Role]*http.Cookie
}

func newOffice(t testing.TB) *office {
	t.Helper()
	ctx := context.Background()
	clock := newDemoClock(demoDay)
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "outcomes.db"), clock.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(ctx, "make the figures", func(tx *store.Session) error {
		_, err := tx.Compute(ctx, s, "test")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return officeOf(t, st, s, clock)
}

// officeOf is the office of a database that is there already.
func officeOf(t testing.TB, st *store.Store, s *metrics.Strategy, clock *demoClock) *office {
	t.Helper()
	ctx := context.Background()
	o := &office{t: t, clock: clock, cookies: map[metrics.Role]*http.Cookie{}}
	accounts := o.serve(st, s)
	for _, role := range metrics.Roles {
		token, err := accounts.Invite(ctx, "test", metrics.Person{Email: string(role) + "@example.org", Name: "Some " + string(role), Role: role})
		if err != nil {
			t.Fatal(err)
		}
		res := o.do("", httptest.NewRequest(http.MethodPost, "/join/"+token, nil))
		for _, c := range res.Result().Cookies() {
			o.cookies[role] = c
		}
		if o.cookies[role] == nil {
			t.Fatalf("the %s cannot sign in: %d", role, res.Code)
		}
	}
	return o
}

// serve makes the office's pages anew, over a database and a strategy.
func (o *office) serve(st *store.Store, s *metrics.Strategy) *account.Accounts {
	o.t.Helper()
	accounts, err := accountsOf(st, account.Config{Direct: true})
	if err != nil {
		o.t.Fatal(err)
	}
	o.round = newRound(st, s, o.clock.now)
	if o.server, err = dashboard.New(dashboard.Config{Store: st, Strategy: s, Accounts: accounts, PublicViewing: true, Round: o.round, Packs: st, Log: slog.New(slog.DiscardHandler), Now: o.clock.now}); err != nil {
		o.t.Fatal(err)
	}
	return accounts
}

func (o *office) do(role metrics.Role, r *http.Request) *httptest.ResponseRecorder {
	if c := o.cookies[role]; c != nil {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	o.server.ServeHTTP(w, r)
	return w
}

func (o *office) get(path string, status int) string {
	o.t.Helper()
	w := o.do(metrics.Analyst, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != status {
		o.t.Fatalf("GET %s answers %d, not %d: %s", path, w.Code, status, w.Body)
	}
	return w.Body.String()
}

func (o *office) post(path string, form url.Values, status int) *httptest.ResponseRecorder {
	o.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := o.do(metrics.Analyst, r)
	if w.Code != status {
		o.t.Fatalf("POST %s answers %d, not %d: %s", path, w.Code, status, w.Body)
	}
	return w
}

// upload hands a file in, as the form does.
func (o *office) upload(role metrics.Role, path, seen, name string, body []byte) *httptest.ResponseRecorder {
	o.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("seen", seen); err != nil {
		o.t.Fatal(err)
	}
	if body != nil {
		part, err := m.CreateFormFile("file", name)
		if err != nil {
			o.t.Fatal(err)
		}
		if _, err := part.Write(body); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		o.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return o.do(role, r)
}

// figures is every figure in force, as the command line prints them.
func (o *office) figures(indicator string, kind metrics.PeriodKind) map[string]metrics.Figure {
	o.t.Helper()
	list, err := o.round.Figures(context.Background(), metrics.FigureFilter{Indicator: indicator, Kind: kind})
	if err != nil {
		o.t.Fatal(err)
	}
	out := map[string]metrics.Figure{}
	for _, f := range list {
		out[f.Period.Code()] = f
	}
	return out
}

const hospital = "teachable-moments"

// hospitalNumbers are what the hospital project returns of a quarter; others of
// its numbers are 0, and spending as budgeted.
var hospitalNumbers = map[string]float64{"hospital-attendances": 24, "hospital-met": 13, "young-people-engaged": 3, "spend": 20000, "budget": 20000}

// filledIn is the project's template for a quarter with numbers typed into its
// open cells; change has the last word on the open book.
func (o *office) filledIn(project, quarter string, change func(x *excelize.File, at func(measure, part, group string) (sheet, cell string))) []byte {
	o.t.Helper()
	return fillIn(o.t, o.round.strategy, []byte(o.get("/returns/"+project+"/"+quarter+"/template.xlsx", 200)), project, change)
}

// fillIn types numbers into the open cells of a project's template: as a
// person would, by the words in its rows.
func fillIn(t testing.TB, s *metrics.Strategy, template []byte, project string, change func(x *excelize.File, at func(measure, part, group string) (sheet, cell string))) []byte {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(template))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	titles := map[string]string{}
	for _, m := range s.Measures {
		titles[m.Title] = m.ID
	}
	type place struct{ sheet, cell string }
	places, open := map[string]place{}, 0
	for _, sheet := range x.GetSheetList() {
		rows, err := x.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		now := 0 // the column of the numbers, once the heading has been passed
		for i, row := range rows {
			if now == 0 {
				now = slices.Index(row, "This quarter") + 1
				continue
			}
			if len(row) < 3 || titles[row[0]] == "" {
				continue
			}
			id, what, who := titles[row[0]], row[1], ""
			if now == 5 { // beside a column of the group
				who = row[2]
			}
			part := "numerator"
			if strings.HasPrefix(what, "Out of") {
				part = "denominator"
			}
			cell, err := excelize.CoordinatesToCellName(now, i+1)
			if err != nil {
				t.Fatal(err)
			}
			places[id+"|"+part+"|"+who] = place{sheet, cell}
			open++
			value := hospitalNumbers[id]
			if who != "" && who != "Not stated" && who != "15 to 17" {
				value = 0 // all are of one age, and nothing else is known of them
			}
			if err := x.SetCellValue(sheet, cell, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	if open != len(s.Cells(must(s.Project(project)))) {
		t.Fatalf("the template of %s has %d open cells, and %d numbers are asked for", project, open, len(s.Cells(must(s.Project(project)))))
	}
	if change != nil {
		change(x, func(measure, part, group string) (string, string) {
			p, ok := places[measure+"|"+part+"|"+group]
			if !ok {
				t.Fatalf("the template has no cell for %s %s %s", measure, part, group)
			}
			return p.sheet, p.cell
		})
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// notKnown says of one number of a return that it is not known, in another way
// than is asked: a warning, and nothing worse.
func notKnown(t testing.TB) func(x *excelize.File, at func(measure, part, group string) (string, string)) {
	return func(x *excelize.File, at func(measure, part, group string) (string, string)) {
		sheet, cell := at("hospital-represented", "denominator", "")
		if err := x.SetCellValue(sheet, cell, "n/a"); err != nil {
			t.Fatal(err)
		}
	}
}

func must(p metrics.Project, _ bool) metrics.Project { return p }

var submissionPath = regexp.MustCompile(`^/returns/submissions/\d+`)

// One return through the whole round: handed in with a fault, mended, accepted
// with reasons, in the figures, withdrawn, and out of them again.
func TestRound(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	if body := o.get("/returns", 200); !strings.Contains(body, "Overdue") || !strings.Contains(body, page) {
		t.Fatal("the matrix does not show that the return is overdue")
	}
	wrong := o.filledIn(hospital, "2019-Q3", func(x *excelize.File, at func(m, p, g string) (string, string)) {
		sheet, cell := at("hospital-attendances", "numerator", "")
		if err := x.SetCellValue(sheet, cell, "about twenty"); err != nil {
			t.Fatal(err)
		}
	})
	res := o.upload(metrics.Analyst, page, "0", "first.xlsx", wrong)
	if res.Code != http.StatusSeeOther {
		t.Fatalf("the upload answers %d: %s", res.Code, res.Body)
	}
	first := submissionPath.FindString(res.Header().Get("Location"))
	body := o.get(first, 200)
	for _, want := range []string{"<title>Error: ", "There is a problem", "about twenty", "value_numeric"} {
		if !strings.Contains(body, want) {
			t.Errorf("the preview of a wrong return lacks %q", want)
		}
	}
	for _, m := range regexp.MustCompile(`<a href="#(cell-[^"]+)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(body, `id="`+m[1]+`"`) {
			t.Errorf("the summary links to #%s, which is not on the page", m[1])
		}
	}
	if !strings.Contains(body, `<a href="#cell-`) {
		t.Error("the summary links to no cell")
	}
	o.post(first+"/accept", url.Values{"same": {"it is right"}}, http.StatusBadRequest)
	if len(o.figures("hospital-attendances", metrics.Quarter)) != 0 {
		t.Fatal("a return with a failure has made figures")
	}
	if got := o.get(first+"/file", 200); got != string(wrong) {
		t.Error("the file is not handed back as it came")
	}

	right := o.filledIn(hospital, "2019-Q3", notKnown(t))
	res = o.upload(metrics.Analyst, page, first[strings.LastIndex(first, "/")+1:], "mended.xlsx", right)
	second := submissionPath.FindString(res.Header().Get("Location"))
	if second == "" || second == first {
		t.Fatalf("the mended return is at %q: %s", second, res.Body)
	}
	body = o.get(second, 200)
	if strings.Contains(body, "There is a problem") || !strings.Contains(body, "Accept this return") {
		t.Fatalf("the mended return cannot be accepted: %s", body)
	}
	if _, notes, ok := strings.Cut(body, `<h2 id="notes">For information</h2>`); !ok || !strings.Contains(notes, "Nothing has to be done") {
		t.Error("small numbers are not told of")
	}
	// The warning waits for a reason; that small numbers are hidden is only told.
	if got := o.post(second+"/accept", url.Values{}, http.StatusBadRequest).Body.String(); strings.Count(got, ">Say why this may pass. ") != 1 || strings.Count(got, `name="reason"`) != 2 {
		t.Error("a warning without a reason passes, or nobody is told, or more is asked than that reason")
	}
	o.post(second+"/accept", url.Values{"same": {"the project confirmed it"}, "note": {"checked by telephone"}}, http.StatusSeeOther)
	f, ok := o.figures("hospital-attendances", metrics.Quarter)["2019-Q3"]
	if !ok || f.Status != metrics.Available || *f.Value != 24 {
		t.Fatalf("after accepting, the figure is %+v", f)
	}
	if body := o.get("/priorities/tertiary-prevention", 200); !strings.Contains(body, "24 hospital attendances") {
		t.Error("the priority's page does not show the accepted number")
	} else if number, words := strings.Index(body, `<p class="n">24</p>`), strings.Index(body, "24 hospital attendances"); number < 0 || number > words {
		t.Error("the priority's page does not give a measure's number before its sentence")
	}
	sub, err := o.round.Submission(context.Background(), 2)
	if err != nil || sub.Status != metrics.SubmissionAccepted || sub.Reason != "checked by telephone" || sub.DecidedBy != "analyst@example.org" {
		t.Errorf("the decision is recorded as %+v, %v", sub, err)
	}
	for _, w := range sub.Warnings() {
		if w.Reason != "the project confirmed it" {
			t.Errorf("the warning %s has the reason %q", w.Rule, w.Reason)
		}
	}
	o.post(second+"/accept", url.Values{"same": {"again"}}, http.StatusConflict)
	o.post(second+"/withdraw", url.Values{}, http.StatusBadRequest)
	o.post(second+"/withdraw", url.Values{"reason": {"counted twice"}}, http.StatusSeeOther)
	if f, ok := o.figures("hospital-attendances", metrics.Quarter)["2019-Q3"]; ok && f.Status == metrics.Available {
		t.Fatalf("after withdrawing, the figure is %+v", f)
	}
	if body := o.get("/returns", 200); !strings.Contains(body, "Overdue, withdrawn") {
		t.Error("the matrix does not say that the return was withdrawn")
	}
	trail, err := o.round.AuditTrail(context.Background(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, e := range trail {
		if strings.HasPrefix(e.Action, "return ") {
			actions = append(actions, e.Action)
		}
	}
	if got := strings.Join(actions, ", "); got != "return withdrawn, return accepted, return uploaded, return uploaded" {
		t.Errorf("the audit trail says %q", got)
	}
}

// A return that would hide figures which are shown now is not accepted unless
// somebody says so, having read which they are.
func TestFiguresAreHiddenKnowingly(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	hand := func(seen string, met float64) string {
		t.Helper()
		usual := hospitalNumbers["hospital-met"]
		defer func() { hospitalNumbers["hospital-met"] = usual }()
		hospitalNumbers["hospital-met"] = met
		book := o.filledIn(hospital, "2019-Q3", nil)
		res := o.upload(metrics.Analyst, page, seen, "return.xlsx", book)
		at := submissionPath.FindString(res.Header().Get("Location"))
		if at == "" {
			t.Fatalf("the upload answers %d: %s", res.Code, res.Body)
		}
		return at
	}
	met := func() metrics.Figure { return o.figures("hospital-met-share", metrics.Quarter)["2019-Q3"] }
	reasons := url.Values{"same": {"the project confirmed it"}}
	o.post(hand("0", 13)+"/accept", reasons, http.StatusSeeOther)
	if f := met(); f.Status != metrics.Available {
		t.Fatalf("the share is %+v", f)
	}
	second := hand("1", 3)
	body := o.post(second+"/accept", reasons, http.StatusConflict).Body.String()
	ind, _ := o.round.strategy.Indicator("hospital-met-share")
	for _, want := range []string{"There is a problem", ind.Title, "July to September 2019", `name="hide"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	if f := met(); f.Status != metrics.Available {
		t.Fatalf("the share was hidden all the same: %+v", f)
	}
	reasons.Set("hide", "yes")
	o.post(second+"/accept", reasons, http.StatusSeeOther)
	if f := met(); f.Status != metrics.Suppressed {
		t.Fatalf("after accepting, the share is %+v", f)
	}
}

// Two hand in at once: the second is told, its file is kept, and it can be
// handed in on purpose.
func TestTwoAtOnce(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	one, two := o.filledIn(hospital, "2019-Q3", nil), o.filledIn(hospital, "2019-Q3", func(x *excelize.File, at func(m, p, g string) (string, string)) {
		sheet, cell := at("spend", "numerator", "")
		if err := x.SetCellValue(sheet, cell, 19000); err != nil {
			t.Fatal(err)
		}
	})
	if res := o.upload(metrics.Analyst, page, "0", "one.xlsx", one); res.Code != http.StatusSeeOther {
		t.Fatal(res.Code, res.Body)
	}
	res := o.upload(metrics.Administrator, page, "0", "two.xlsx", two)
	if res.Code != http.StatusConflict {
		t.Fatalf("the second upload answers %d: %s", res.Code, res.Body)
	}
	body := res.Body.String()
	for _, want := range []string{"<title>Error: ", "analyst@example.org handed in", "one.xlsx", "two.xlsx", "Your file is kept"} {
		if !strings.Contains(body, want) {
			t.Errorf("the second is not told %q", want)
		}
	}
	sha := regexp.MustCompile(`name="sha" value="([0-9a-f]{64})"`).FindStringSubmatch(body)
	seen := regexp.MustCompile(`name="seen" value="(\d+)"`).FindStringSubmatch(body)
	if sha == nil || seen == nil {
		t.Fatal("the second cannot hand in on purpose")
	}
	list, err := o.round.Submissions(context.Background(), hospital, "2019-Q3")
	if err != nil || len(list) != 1 || list[0].File != "one.xlsx" {
		t.Fatalf("handed in are %+v, %v", list, err)
	}
	o.post(page, url.Values{"sha": {sha[1]}, "name": {"two.xlsx"}, "seen": {seen[1]}}, http.StatusSeeOther)
	list, err = o.round.Submissions(context.Background(), hospital, "2019-Q3")
	if err != nil || len(list) != 2 || list[0].File != "two.xlsx" || list[1].Status != metrics.SubmissionDiscarded {
		t.Fatalf("handed in are %+v, %v", list, err)
	}
	if kept, err := o.round.RawFile(context.Background(), list[1].SHA); err != nil || !bytes.Equal(kept, one) {
		t.Error("the first file is lost")
	}
}

// A preview is screened once while nothing changes that it depends on, and what
// was found before another return was accepted is not what is accepted by.
func TestScreenedOnce(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	upload := func(quarter string) (id int64) {
		t.Helper()
		o.upload(metrics.Analyst, "/returns/"+hospital+"/"+quarter, "0", quarter+".xlsx", o.filledIn(hospital, quarter, notKnown(t)))
		list, err := o.round.Submissions(ctx, hospital, quarter)
		if err != nil || len(list) != 1 {
			t.Fatalf("handed in are %+v, %v", list, err)
		}
		return list[0].ID
	}
	preview := func(id int64) dashboard.Preview {
		t.Helper()
		v, err := o.round.Preview(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	// What was found is marked, to tell it from what is found anew.
	mark := func() {
		for i := range o.round.kept.last {
			o.round.kept.last[i].Findings = []metrics.Finding{{Rule: "kept", Severity: metrics.Note}}
		}
	}
	marked := func(v dashboard.Preview) bool { return len(v.Findings) == 1 && v.Findings[0].Rule == "kept" }
	third, second := upload("2019-Q3"), upload("2019-Q2")
	mark()
	if !marked(preview(third)) || !marked(preview(second)) {
		t.Fatal("what was found when the return was handed in is not kept")
	}
	found, err := o.round.screenAhead(ctx, third)
	if err != nil {
		t.Fatal(err)
	}
	why := dashboard.Acceptance{Who: "analyst@example.org", Reason: "checked", Same: "checked", Hide: true}
	if err := o.round.Accept(ctx, second, why); err != nil {
		t.Fatal(err)
	}
	err = o.round.Update(ctx, "accept", func(tx *store.Session) error { return o.round.acceptIn(ctx, tx, third, found, why) })
	if metrics.KindOf(err) != metrics.Conflict || !strings.Contains(err.Error(), "at this very moment") {
		t.Errorf("a return is accepted by what was found before another was: %v", err)
	}
	if marked(preview(third)) {
		t.Error("a preview is not screened anew after another return was accepted")
	}
	mark()
	day := o.clock.now()
	o.clock.set(day.AddDate(0, 0, 1))
	if marked(preview(third)) {
		t.Error("a preview is not screened anew on another day")
	}
	if err := o.round.Accept(ctx, third, why); err != nil {
		t.Error(err)
	}
	for i := range 3 * maxScreenings {
		o.round.kept.put(screening{key: fmt.Sprint(i)})
	}
	if n := len(o.round.kept.last); n != maxScreenings {
		t.Errorf("%d screenings are kept", n)
	}
}

// A file that seems to hold personal data is refused, and neither it nor what
// was found in it is kept.
func TestPersonalDataIsNotKept(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	body := o.filledIn(hospital, "2019-Q3", func(x *excelize.File, at func(m, p, g string) (string, string)) {
		sheet, cell := at("spend", "numerator", "")
		col, row, err := excelize.CellNameToCoordinates(cell)
		if err != nil {
			t.Fatal(err)
		}
		notes, err := excelize.CoordinatesToCellName(col+1, row)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.SetCellValue(sheet, notes, "ask kayleigh.smith@example.com"); err != nil {
			t.Fatal(err)
		}
	})
	res := o.upload(metrics.Analyst, page, "0", "return.xlsx", body)
	if res.Code != http.StatusUnprocessableEntity || strings.Contains(res.Body.String(), "kayleigh") || !strings.Contains(res.Body.String(), "not kept") {
		t.Fatalf("the upload answers %d: %s", res.Code, res.Body)
	}
	list, err := o.round.Submissions(context.Background(), "", "")
	if err != nil || len(list) != 0 {
		t.Errorf("handed in are %+v, %v", list, err)
	}
	trail, err := o.round.AuditTrail(context.Background(), 0, 1)
	if err != nil || trail[0].Action != "return refused" || strings.Contains(trail[0].Detail, "kayleigh") {
		t.Errorf("the audit trail says %+v, %v", trail, err)
	}
	held, err := os.ReadFile(o.databasePath())
	if err != nil || bytes.Contains(held, body[:200]) {
		t.Errorf("the file is in the database (%v)", err)
	}
}

// databasePath is the database's file with all that was written to it.
func (o *office) databasePath() string {
	o.t.Helper()
	copied := filepath.Join(o.t.TempDir(), "copy.db")
	src, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(copied)), "*", "outcomes.db-wal"))
	if err != nil || len(src) != 1 {
		o.t.Fatalf("the database's log is not found: %v %v", src, err)
	}
	return src[0]
}

// What is wrong with an upload is said on the page, with the form, and nothing
// is kept.
func TestBadUploads(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	for _, bad := range []struct {
		name   string
		body   []byte
		status int
		says   string
	}{
		{"no file", nil, http.StatusBadRequest, "Select a file"},
		{"an empty file", []byte{}, http.StatusBadRequest, "The selected file is empty"},
		{"30 MB of nothing", make([]byte, 30<<20), http.StatusRequestEntityTooLarge, "smaller than 10 MB"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			res := o.upload(metrics.Analyst, page, "0", "a.xlsx", bad.body)
			if res.Code != bad.status || !strings.Contains(res.Body.String(), bad.says) || !strings.Contains(res.Body.String(), "<title>Error: ") || !strings.Contains(res.Body.String(), `id="file"`) {
				t.Errorf("answers %d: %s", res.Code, res.Body)
			}
		})
	}
	for _, path := range []string{"/returns/no-such-project/2019-Q3", "/returns/" + hospital + "/2019-13", "/returns/" + hospital + "/2019-03", "/returns/" + hospital + "/2018-Q1", "/returns/submissions/99", "/returns/submissions/x"} {
		if w := o.do(metrics.Analyst, httptest.NewRequest(http.MethodGet, path, nil)); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
	list, err := o.round.Submissions(context.Background(), "", "")
	if err != nil || len(list) != 0 {
		t.Errorf("handed in are %+v, %v", list, err)
	}
}

// A file that cannot be read cannot be looked through for personal data: only
// its name, size and digest are kept, and why it was refused.
func TestUnreadableFilesAreNotKept(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	good := o.filledIn(hospital, "2019-Q3", nil)
	locked, err := excelize.Encrypt(good, &excelize.Options{Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	part, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(make([]byte, 50<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		body []byte
		rule string
		says string
	}{
		{"cut.xlsx", good[:len(good)/2], "file_broken", "cut short"},
		{"locked.xlsx", locked, "file_password", "password protected"},
		{"bomb.xlsx", bomb.Bytes(), "zip_bomb", "MB"},
		{"words.xlsx", []byte("not a workbook"), "file_type", "must be an .xlsx workbook"},
		{"names.csv", []byte("Somebody,12\nSomebody Else,14\n"), "file_type", "must be an .xlsx workbook"},
	} {
		res := o.upload(metrics.Analyst, page, "0", tt.name, tt.body)
		if body := res.Body.String(); res.Code != http.StatusUnprocessableEntity || !strings.Contains(body, tt.says) || !strings.Contains(body, "The file was not kept.") {
			t.Errorf("%s: the upload answers %d: %s", tt.name, res.Code, body)
		}
		trail, err := o.round.AuditTrail(context.Background(), 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{tt.name + ", " + metrics.Whole(int64(len(tt.body))) + " bytes", fmt.Sprintf("%x", sha256.Sum256(tt.body)), tt.rule} {
			if trail[0].Action != "return refused" || !strings.Contains(trail[0].Detail, want) {
				t.Errorf("the audit trail does not say %q: %+v", want, trail[0])
			}
		}
		if _, err := o.round.RawFile(context.Background(), fmt.Sprintf("%x", sha256.Sum256(tt.body))); metrics.KindOf(err) != metrics.NotFound {
			t.Errorf("%s is kept: %v", tt.name, err)
		}
	}
	// A name can be somebody's, also of a file that is not read.
	o.upload(metrics.Analyst, page, "0", "kayleigh.smith@example.com.xls", []byte("not a workbook"))
	if trail, err := o.round.AuditTrail(context.Background(), 0, 1); err != nil || strings.Contains(trail[0].Detail, "kayleigh") || !strings.Contains(trail[0].Detail, "personal data") {
		t.Errorf("the audit trail says %+v, %v", trail, err)
	}
	if list, err := o.round.Submissions(context.Background(), "", ""); err != nil || len(list) != 0 {
		t.Errorf("handed in are %+v, %v", list, err)
	}
}

// An analyst sees the numbers of their own upload only, and decides on no
// other's; an administrator sees all, and what the command line handed in is
// every analyst's.
func TestNumbersAreTheUploadersOwn(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	body := o.filledIn(hospital, "2019-Q3", func(x *excelize.File, at func(m, p, g string) (string, string)) {
		sheet, cell := at("spend", "numerator", "")
		if err := x.SetCellValue(sheet, cell, "about 98765"); err != nil {
			t.Fatal(err)
		}
	})
	get := func(role metrics.Role, path string) *httptest.ResponseRecorder {
		return o.do(role, httptest.NewRequest(http.MethodGet, path, nil))
	}
	if res := o.upload(metrics.Administrator, page, "0", "one.xlsx", body); res.Code != http.StatusSeeOther {
		t.Fatal(res.Code)
	}
	w := get(metrics.Analyst, "/returns/submissions/1")
	if told := w.Body.String(); w.Code != http.StatusOK || strings.Contains(told, "98765") || strings.Contains(told, "value_numeric") || strings.Contains(told, "The whole return") ||
		strings.Contains(told, "/file") || strings.Contains(told, "/accept") || !strings.Contains(told, "are for whoever handed it in") || !strings.Contains(told, "/1/withdraw") {
		t.Errorf("another analyst sees, %d: %s", w.Code, told)
	}
	for _, path := range []string{"/returns/submissions/1/file", "/returns/submissions/1/marked.xlsx"} {
		if w := get(metrics.Analyst, path); w.Code != http.StatusForbidden {
			t.Errorf("%s answers another analyst %d", path, w.Code)
		}
	}
	if told := get(metrics.Analyst, page).Body.String(); strings.Contains(told, "/submissions/1/file") || !strings.Contains(told, "/submissions/1") {
		t.Error("another analyst's page links to the file, or not to the return")
	}
	if w := o.post("/returns/submissions/1/accept", url.Values{"same": {"x"}}, http.StatusForbidden); strings.Contains(w.Body.String(), "98765") || !strings.Contains(w.Body.String(), "Nothing was changed") {
		t.Errorf("another analyst's decision is answered %s", w.Body)
	}
	if res := o.upload(metrics.Analyst, page, "1", "two.xlsx", body); res.Code != http.StatusSeeOther {
		t.Fatal(res.Code)
	}
	for _, role := range []metrics.Role{metrics.Analyst, metrics.Administrator} {
		if told := get(role, "/returns/submissions/2").Body.String(); !strings.Contains(told, "98765") || get(role, "/returns/submissions/2/file").Code != http.StatusOK {
			t.Errorf("%s does not see what the analyst handed in", role)
		}
	}
	p, _ := o.round.strategy.Project(hospital)
	q, err := metrics.ParsePeriod("2019-Q3")
	if err != nil {
		t.Fatal(err)
	}
	done, err := o.round.HandIn(context.Background(), dashboard.HandIn{Project: p, Quarter: q, Name: "three.xlsx", Body: body, Seen: 2, Who: account.CommandLine})
	if err != nil || done.ID != 3 {
		t.Fatalf("handed in: %+v, %v", done, err)
	}
	if told := get(metrics.Analyst, "/returns/submissions/3").Body.String(); !strings.Contains(told, "98765") {
		t.Error("the analyst does not see what the command line handed in")
	}
}

// Who may not decide on returns sees no number of one, and changes nothing.
func TestReturnsByRole(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	body := o.filledIn(hospital, "2019-Q3", func(x *excelize.File, at func(m, p, g string) (string, string)) {
		sheet, cell := at("spend", "numerator", "")
		if err := x.SetCellValue(sheet, cell, "about 98765"); err != nil {
			t.Fatal(err)
		}
	})
	if res := o.upload(metrics.Analyst, page, "0", "one.xlsx", body); res.Code != http.StatusSeeOther {
		t.Fatal(res.Code)
	}
	seen := o.do(metrics.Analyst, httptest.NewRequest(http.MethodGet, "/returns/submissions/1", nil)).Body.String()
	if !strings.Contains(seen, "98765") || !strings.Contains(seen, "The whole return") {
		t.Error("the analyst does not see what was handed in")
	}
	w := o.do(metrics.Scrutiny, httptest.NewRequest(http.MethodGet, "/returns/submissions/1", nil))
	if told := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(told, "The checks found 1 thing to be mended") || strings.Contains(told, "value_numeric") || strings.Contains(told, "98765") ||
		strings.Contains(told, "The whole return") || strings.Contains(told, "<form method=\"post\" action=\"/returns") || strings.Contains(told, "/file") {
		t.Errorf("scrutiny sees, %d: %s", w.Code, told)
	}
	for _, role := range []metrics.Role{"", metrics.Viewer, metrics.Scrutiny} {
		for _, path := range []string{page + "/template.xlsx", "/returns/submissions/1/file", "/returns/submissions/1/marked.xlsx"} {
			w := o.do(role, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code == http.StatusOK {
				t.Errorf("%q may read %s", role, path)
			}
		}
		for _, path := range []string{"/returns/submissions/1/accept", "/returns/submissions/1/withdraw"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("same=x&reason=x"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if w := o.do(role, r); w.Code == http.StatusSeeOther && strings.Contains(w.Header().Get("Location"), "said=") {
				t.Errorf("%q may post %s", role, path)
			}
		}
		if res := o.upload(role, page, "1", "two.xlsx", body); strings.Contains(res.Header().Get("Location"), "submissions") {
			t.Errorf("%q may upload", role)
		}
	}
	list, err := o.round.Submissions(context.Background(), "", "")
	if err != nil || len(list) != 1 || list[0].Status != metrics.SubmissionReceived {
		t.Errorf("handed in are %+v, %v", list, err)
	}
	o.post("/returns/submissions/1/withdraw", url.Values{"reason": {"3 children aged 10-14 only"}}, http.StatusSeeOther)
	for _, path := range []string{page, "/returns/submissions/1"} {
		if told := o.do(metrics.Scrutiny, httptest.NewRequest(http.MethodGet, path, nil)).Body.String(); strings.Contains(told, "3 children") {
			t.Errorf("%s tells scrutiny the reason, which tells a number", path)
		}
	}
	w = o.do(metrics.Scrutiny, httptest.NewRequest(http.MethodGet, page, nil))
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "/submissions/1/") || strings.Contains(w.Body.String(), `type="file"`) {
		t.Errorf("scrutiny sees more of a return than its history: %d", w.Code)
	}
}

// A file that cannot be accepted is no return: the project still owes it.
func TestOverdueUntilItCanBeAccepted(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	late := func() bool {
		_, list, found := strings.Cut(o.get("/returns", http.StatusOK), `id="overdue"`)
		list, _, _ = strings.Cut(list, "</section>")
		return found && strings.Contains(list, page)
	}
	if !late() {
		t.Fatal("the return is not overdue to begin with")
	}
	if res := o.upload(metrics.Analyst, page, "0", "nothing.xlsx", []byte("no workbook")); res.Code != http.StatusUnprocessableEntity || !late() {
		t.Error("a file that is no workbook clears the project", res.Code)
	}
	wrong := o.filledIn(hospital, "2019-Q3", func(x *excelize.File, at func(m, p, g string) (string, string)) {
		sheet, cell := at("spend", "numerator", "")
		if err := x.SetCellValue(sheet, cell, "about 98765"); err != nil {
			t.Fatal(err)
		}
	})
	if res := o.upload(metrics.Analyst, page, "0", "wrong.xlsx", wrong); res.Code != http.StatusSeeOther {
		t.Fatal(res.Code)
	}
	if !late() || !strings.Contains(o.get("/returns", http.StatusOK), "to be mended") {
		t.Error("a workbook that cannot be accepted clears the project")
	}
	if !strings.Contains(o.get(page, http.StatusOK), "Received, to be mended") {
		t.Error("the return's page says another state than the matrix")
	}
	if res := o.upload(metrics.Analyst, page, "1", "one.xlsx", o.filledIn(hospital, "2019-Q3", nil)); res.Code != http.StatusSeeOther {
		t.Fatal(res.Code)
	}
	if late() {
		t.Error("a return that can be accepted counts as overdue")
	}
	o.post("/returns/submissions/2/accept", url.Values{"same": {"the project confirmed it"}}, http.StatusSeeOther)
	if sub, err := o.round.Submission(context.Background(), 2); err != nil || sub.Reason != "the project confirmed it" {
		t.Errorf("the decision's reason is %q, %v", sub.Reason, err)
	}
	owed := regexp.MustCompile(`(\d+) returns of projects are overdue`)
	count := func() int {
		m := owed.FindStringSubmatch(o.get("/", http.StatusOK)) // which has figures now
		if m == nil {
			t.Fatal("the overview does not say how many returns are overdue")
		}
		n, _ := strconv.Atoi(m[1])
		return n
	}
	listed := 0
	_, list, _ := strings.Cut(o.get("/returns", http.StatusOK), `id="overdue"`)
	list, _, _ = strings.Cut(list, "</section>")
	if listed = strings.Count(list, "<a "); listed == 0 || count() != listed {
		t.Errorf("the overview counts %d overdue returns, the page of returns lists %d", count(), listed)
	}
	o.post("/returns/submissions/2/withdraw", url.Values{"reason": {"counted twice"}}, http.StatusSeeOther)
	if !late() || !strings.Contains(o.get("/returns", http.StatusOK), "Overdue, withdrawn") || !strings.Contains(o.get(page, http.StatusOK), "Overdue, withdrawn") {
		t.Error("the matrix or the return's page does not say that a withdrawn return is owed again")
	}
}

// With the digest of a project's workbook a guess at what it holds could be
// proved right: it is for those who may read returns.
func TestDigestsOfReturnsAreNotForEverybody(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	if res := o.upload(metrics.Analyst, page, "0", "our-return.xlsx", o.filledIn(hospital, "2019-Q3", nil)); res.Code != http.StatusSeeOther {
		t.Fatal(res.Code)
	}
	o.post("/returns/submissions/1/accept", url.Values{"same": {"the project confirmed it"}}, http.StatusSeeOther)
	sub, err := o.round.Submission(context.Background(), 1)
	if err != nil || sub.Status != metrics.SubmissionAccepted {
		t.Fatal(sub.Status, err)
	}
	var figure int64
	for _, f := range o.figures("hospital-attendances", metrics.Quarter) {
		if f.Period == sub.Quarter {
			figure = f.ID
		}
	}
	if figure == 0 {
		t.Fatal("no figure was made of the return")
	}
	for _, path := range []string{"/sources/returns/" + hospital, fmt.Sprintf("/figures/%d", figure)} {
		for role, sees := range map[metrics.Role]bool{metrics.Viewer: false, metrics.Scrutiny: true, metrics.Analyst: true} {
			w := o.do(role, httptest.NewRequest(http.MethodGet, path, nil))
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, "2019-Q3") {
				t.Fatalf("%s for a %s: %d", path, role, w.Code)
			}
			for _, secret := range []string{sub.SHA[:12], "our-return.xlsx"} {
				if strings.Contains(body, secret) != sees {
					t.Errorf("%s shows %q to a %s: %t", path, secret, role, !sees)
				}
			}
		}
	}
}

// The same from the command line.
func TestReturnsFromTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "outcomes.db")
	file := filepath.Join(dir, "return.xlsx")
	outcomes(t, "returns", "template", "--project", hospital, "--period", "2019-Q3", "--out", file, "--db", db)
	template, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, fillIn(t, s, template, hospital, notKnown(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	// A database that nothing was handed in to is not left behind.
	if code := run(t.Context(), []string{"import", "returns", filepath.Join(dir, "none.xlsx"), "--db", db}, &out, &errs); code == 0 {
		t.Error("a file that is not there is handed in")
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("a database was made for nothing")
	}
	if code := run(t.Context(), []string{"import", "returns", file, "--db", db, "--accept"}, &out, &errs); code == 0 || !strings.Contains(out.String(), "a warning waits for a reason") {
		t.Errorf("without a reason: %d\n%s%s", code, &out, &errs)
	}
	said := outcomes(t, "import", "returns", file, "--db", db, "--accept", "--reason", "the project confirmed it")
	if !strings.Contains(said, "accepted; its numbers are in the figures") {
		t.Errorf("the import says %s", said)
	}
	if said := outcomes(t, "figures", "--db", db, "--indicator", "hospital-attendances", "--format", "csv"); !strings.Contains(said, "2019-Q3") || !strings.Contains(said, ",24,") {
		t.Errorf("the figures are %s", said)
	}
	if said := outcomes(t, "figures", "--db", db, "--period", "2019-Q3"); !strings.Contains(said, "hospital-attendances") || !strings.Contains(said, "  24.00  ") {
		t.Errorf("the table of figures is %s", said)
	}
	outcomes(t, "returns", "withdraw", "2", "--reason", "counted twice", "--db", db)
	out.Reset()
	if code := run(t.Context(), []string{"figures", "--db", db, "--format", "csv"}, &out, &errs); code == 0 || out.Len() > 0 {
		t.Errorf("after withdrawing the figures are %s", &out)
	}
	broken := fillIn(t, s, template, hospital, func(x *excelize.File, at func(m, p, g string) (string, string)) {
		sheet, cell := at("spend", "numerator", "")
		if err := x.SetCellValue(sheet, cell, "NULL"); err != nil {
			t.Fatal(err)
		}
	})
	if err := os.WriteFile(file, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if code := run(t.Context(), []string{"import", "returns", file, "--db", db, "--accept", "--reason", "x"}, &out, io.Discard); code == 0 || !strings.Contains(out.String(), "[null_words]") {
		t.Errorf("a failure: %d\n%s", code, &out)
	}
	for _, list := range []string{"checks", "projects", "measures"} {
		table, csv := outcomes(t, "returns", list, "--db", db), outcomes(t, "returns", list, "--format", "csv", "--db", db)
		if strings.Count(table, "\n") < 10 || strings.Count(csv, "\n") < 10 || !strings.HasPrefix(csv, "id,") {
			t.Errorf("returns %s prints %s", list, csv)
		}
	}
}

// Accepting that is killed leaves the figures as they were or as they would
// be, never between.
func TestKilledAccept(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "outcomes")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	db := filepath.Join(dir, "outcomes.db")
	st, err := store.Open(t.Context(), db, now)
	if err != nil {
		t.Fatal(err)
	}
	st.Close()
	// Two returns that differ in a share, taken in turn.
	var files [2]string
	for i, back := range []float64{6, 8} {
		files[i] = filepath.Join(dir, "return-"+strings.Repeat("a", i+1)+".xlsx")
		outcomes(t, "returns", "template", "--project", hospital, "--period", "2019-Q3", "--out", files[i], "--db", db)
		template, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		body := fillIn(t, s, template, hospital, func(x *excelize.File, at func(m, p, g string) (string, string)) {
			for part, n := range map[string]float64{"numerator": back, "denominator": 20} {
				sheet, cell := at("hospital-represented", part, "")
				if err := x.SetCellValue(sheet, cell, n); err != nil {
					t.Fatal(err)
				}
			}
		})
		if err := os.WriteFile(files[i], body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	inForce := func() string {
		t.Helper()
		var values []string
		for _, row := range rows(t, db) {
			if row["period"] == "2019-Q3" {
				values = append(values, row["indicator"]+"="+row["value"])
			}
		}
		slices.Sort(values)
		return strings.Join(values, " ")
	}
	var whole [2]string
	var took time.Duration
	for i := range files {
		started := time.Now()
		if out, err := exec.Command(binary, "import", "returns", files[i], "--db", db, "--accept", "--reason", "test").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		took, whole[i] = time.Since(started), inForce()
	}
	if whole[0] == whole[1] || !strings.Contains(whole[1], "hospital-represented-share=40 ") {
		t.Fatalf("the two returns make the figures %q and %q", whole[0], whole[1])
	}
	killed := 0
	for i := range 12 {
		cmd := exec.Command(binary, "import", "returns", files[i%2], "--db", db, "--accept", "--reason", "test")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took * time.Duration(i+1) / 13)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if cmd.Wait() != nil {
			killed++
		}
		if got := inForce(); got != whole[0] && got != whole[1] {
			t.Fatalf("killed after %v, the figures are %s", took*time.Duration(i+1)/13, got)
		}
	}
	if killed < 3 {
		t.Fatalf("the import was killed %d times only", killed)
	}
	outcomes(t, "import", "returns", files[0], "--db", db, "--accept", "--reason", "test")
	if got := inForce(); got != whole[0] {
		t.Errorf("after the next one the figures are %s", got)
	}
}

// The invented returns go through the very same round, and the referral total
// since the start reads what the report says.
func TestSampleReturns(t *testing.T) {
	o := newOffice(t)
	var said bytes.Buffer
	if err := demoReturns(t.Context(), o.round.Store, o.clock, &said); err != nil {
		t.Fatal(err)
	}
	f := o.figures("referral-process-total", metrics.SinceStart)["2018-10--2019-09"]
	if f.Value == nil || *f.Value != 170 {
		t.Errorf("the referral total is %+v", f)
	}
	standings, err := o.round.Standings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	states := map[metrics.ReturnState]int{}
	for _, on := range standings {
		p, _ := o.round.strategy.Project(on.Project)
		states[o.round.strategy.State(p, on.Quarter, on, demoDay)]++
	}
	if states[metrics.InHand] != 1 || states[metrics.TakenBack] != 1 || states[metrics.InForce] < 20 {
		t.Errorf("the sample's returns stand as %v", states)
	}
	list, err := o.round.Submissions(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range list {
		if !sub.Sample {
			t.Errorf("return %d does not say that it is invented", sub.ID)
		}
		full, err := o.round.Submission(t.Context(), sub.ID)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(full.Failures()); n > 0 {
			t.Errorf("%s has %d failures: %s", sub.File, n, full.Failures()[0].Message)
		}
		if sub.Status == metrics.SubmissionReceived && len(full.Warnings()) == 0 {
			t.Errorf("%s waits without a warning", sub.File)
		}
	}
	hidden := 0
	all, err := o.round.Figures(t.Context(), metrics.FigureFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		for _, g := range f.Breakdown {
			if g.Status == metrics.Suppressed {
				hidden++
			}
		}
	}
	if hidden == 0 {
		t.Error("nothing is suppressed in the sample: it does not show what suppression looks like")
	}
}

// What a figure about people read before is not shown: beside what it reads
// now it could tell a small number.
func TestFormerReadingsOfPeopleAreWithheld(t *testing.T) {
	o := newOffice(t)
	seen, old := "0", int64(0)
	for _, back := range []float64{6, 8} {
		body := o.filledIn(hospital, "2019-Q3", func(x *excelize.File, at func(m, p, g string) (string, string)) {
			for part, n := range map[string]float64{"numerator": back, "denominator": 20} {
				sheet, cell := at("hospital-represented", part, "")
				if err := x.SetCellValue(sheet, cell, n); err != nil {
					t.Fatal(err)
				}
			}
		})
		at := submissionPath.FindString(o.upload(metrics.Analyst, "/returns/"+hospital+"/2019-Q3", seen, "return.xlsx", body).Header().Get("Location"))
		o.post(at+"/accept", url.Values{"same": {"confirmed"}}, http.StatusSeeOther)
		seen = at[strings.LastIndex(at, "/")+1:]
		if old == 0 {
			old = o.figures("hospital-represented-share", metrics.Quarter)["2019-Q3"].ID
		}
	}
	now := o.figures("hospital-represented-share", metrics.Quarter)["2019-Q3"]
	if now.ID == old || now.Value == nil || *now.Value != 40 {
		t.Fatalf("the figure in force is %+v", now)
	}
	for id, shown := range map[int64]bool{old: false, now.ID: true} {
		body := o.get("/figures/"+strconv.FormatInt(id, 10), 200)
		if strings.Contains(body, "30.0") || strings.Contains(body, "6 of 20") {
			t.Errorf("the page of figure %d tells what it read before", id)
		}
		if !strings.Contains(body, "40.0") || strings.Contains(body, "A former reading of a figure about people is not shown") == shown {
			t.Errorf("the page of figure %d does not say which reading it is: %s", id, body)
		}
	}
}

// Another project's workbook, uploaded by mistake, is not kept among this one's
// and does not displace the return that waits.
func TestAnotherProjectsWorkbookDisplacesNothing(t *testing.T) {
	o := newOffice(t)
	page := "/returns/" + hospital + "/2019-Q3"
	if res := o.upload(metrics.Analyst, page, "0", "good.xlsx", o.filledIn(hospital, "2019-Q3", nil)); res.Code != http.StatusSeeOther {
		t.Fatal(res.Code, res.Body)
	}
	other := o.round.strategy.Projects[slices.IndexFunc(o.round.strategy.Projects, func(p metrics.Project) bool { return p.ID != hospital && p.Runs(quarterOf(t, "2019-Q3")) })]
	var book bytes.Buffer
	if err := o.round.Template(t.Context(), &book, other, quarterOf(t, "2019-Q3")); err != nil {
		t.Fatal(err)
	}
	res := o.upload(metrics.Analyst, page, "1", "other.xlsx", book.Bytes())
	if body := html.UnescapeString(res.Body.String()); res.Code != http.StatusUnprocessableEntity || !strings.Contains(body, other.Name) || !strings.Contains(body, "The file was not kept") {
		t.Errorf("another project's workbook answers %d: %.1500s", res.Code, body)
	}
	list, err := o.round.Submissions(t.Context(), hospital, "2019-Q3")
	if err != nil || len(list) != 1 || list[0].Status != metrics.SubmissionReceived || list[0].File != "good.xlsx" {
		t.Errorf("what waits: %+v, %v", list, err)
	}
}
