package dashboard_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// people is the store as accounts see it.
type people struct{ *store.Store }

func (p people) Change(ctx context.Context, what string, f func(account.Changes) error) error {
	return p.Update(ctx, what, func(tx *store.Session) error { return f(tx) })
}

// nothingDue is a round in which no return has come. What would change
// something is counted and goes no further.
type nothingDue struct {
	*store.Store
	asked atomic.Int64
}

var errNothing = metrics.Errorf(metrics.NotFound, "there is no such return")

func (n *nothingDue) Template(context.Context, io.Writer, metrics.Project, metrics.Period) error {
	return errNothing
}
func (n *nothingDue) Preview(context.Context, int64) (dashboard.Preview, error) {
	return dashboard.Preview{}, errNothing
}
func (n *nothingDue) Marked(context.Context, io.Writer, int64) error { return errNothing }
func (n *nothingDue) HandIn(context.Context, dashboard.HandIn) (dashboard.Handed, error) {
	n.asked.Add(1)
	return dashboard.Handed{}, errNothing
}
func (n *nothingDue) Accept(context.Context, int64, dashboard.Acceptance) error {
	n.asked.Add(1)
	return errNothing
}
func (n *nothingDue) Withdraw(context.Context, int64, string, string) error {
	n.asked.Add(1)
	return errNothing
}

// site is a server on a real database, with people.
type site struct {
	*dashboard.Server
	store    *store.Store
	accounts *account.Accounts
	round    *nothingDue
	base     string
	log      *bytes.Buffer // to be read when no request is under way

	mu  sync.Mutex
	now time.Time
}

func (s *site) on(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func newSite(t testing.TB, c account.Config, public bool) *site {
	t.Helper()
	s := &site{log: new(bytes.Buffer), now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.now
	}
	var err error
	if s.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "site.db"), clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	c.Store, c.Sessions, c.Now = people{s.store}, s.store.Sessions(), clock
	if s.accounts, err = account.New(c); err != nil {
		t.Fatal(err)
	}
	s.round = &nothingDue{Store: s.store}
	s.served(t, s.store, s.store, public)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.base = server.URL
	return s
}

// served makes the site's server anew, with what it reads from.
func (s *site) served(t testing.TB, from dashboard.Store, packs dashboard.Packs, public bool) {
	t.Helper()
	var err error
	s.Server, err = dashboard.New(dashboard.Config{Store: from, Strategy: defaultStrategy(t), Accounts: s.accounts, Round: s.round, Packs: packs, PublicViewing: public,
		Now: s.accounts.Now, Log: slog.New(slog.NewTextHandler(s.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
}

const password = "correct horse battery"

// browser is one that follows no redirect by itself.
func browser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// answer is what a server said, its body read.
type answer struct {
	*http.Response
	body string
}

// refused tells whether the answer is a door that stays shut.
func (a answer) refused() bool {
	return a.StatusCode == http.StatusUnauthorized || a.StatusCode == http.StatusForbidden ||
		a.StatusCode == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/sign-in")
}

func (a answer) parsed(t testing.TB) *html.Node {
	t.Helper()
	return parse(t, strings.NewReader(a.body))
}

func ask(t testing.TB, client *http.Client, method, address string, form url.Values, headers ...string) answer {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res, string(b)}
}

// join invites somebody and takes the link in a browser of theirs.
func (s *site) join(t testing.TB, email string, role metrics.Role) *http.Client {
	t.Helper()
	token, err := s.accounts.Invite(t.Context(), account.CommandLine, metrics.Person{Email: email, Name: "Ann " + upper(string(role)), Role: role})
	if err != nil {
		t.Fatal(err)
	}
	client := browser(t)
	if a := ask(t, client, "POST", s.base+"/join/"+token, url.Values{"password": {password}, "again": {password}}); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/" {
		t.Fatalf("joining: %s\n%s", a.Status, a.body)
	}
	return client
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (s *site) signIn(t testing.TB, client *http.Client, email string) answer {
	t.Helper()
	return ask(t, client, "POST", s.base+"/sign-in", url.Values{"email": {email}, "password": {password}})
}

func (s *site) person(t testing.TB, email string) metrics.Person {
	t.Helper()
	p, err := s.store.Person(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (s *site) trail(t testing.TB) []string {
	t.Helper()
	list, err := s.store.AuditTrail(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range slices.Backward(list) {
		out = append(out, e.Who+": "+e.Action+" "+e.What)
	}
	return out
}

// held is all that a request could have changed.
func (s *site) held(t testing.TB) any {
	t.Helper()
	list, err := s.store.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		list[i].Failed, list[i].LockedUntil = 0, ""
	}
	return []any{list, s.trail(t), s.round.asked.Load()}
}

// doors is who may ask for each route: signed-out, viewer, analyst, scrutiny,
// administrator; "r" is for the signed-out where viewing is public.
var doors = map[string]string{
	"GET /assets/*":                                "yyyyy",
	"GET /healthz":                                 "yyyyy",
	"GET /sign-in":                                 "yyyyy",
	"POST /sign-in":                                "yyyyy",
	"POST /sign-out":                               "yyyyy",
	"GET /join/:token":                             "yyyyy",
	"POST /join/:token":                            "yyyyy",
	"GET /":                                        "ryyyy",
	"GET /priorities":                              "ryyyy",
	"GET /priorities/:id":                          "ryyyy",
	"GET /indicators/:id":                          "ryyyy",
	"GET /indicators/:id/chart.png":                "ryyyy",
	"GET /indicators/:id/chart.svg":                "ryyyy",
	"GET /figures/:id":                             "ryyyy",
	"GET /map":                                     "ryyyy",
	"GET /map/outlines.json":                       "ryyyy",
	"GET /places/:code":                            "ryyyy",
	"GET /sources":                                 "ryyyy",
	"GET /sources/:source":                         "ryyyy",
	"GET /sources/:source/:part":                   "ryyyy",
	"GET /methods":                                 "ryyyy",
	"GET /reports":                                 "ryyyy",
	"GET /reports/export/:format":                  "ryyyy",
	"GET /reports/draft":                           "nnyyy",
	"GET /reports/draft/:format":                   "nnyyy",
	"POST /reports/draft/comment":                  "nnnyy",
	"POST /reports":                                "nnnyy",
	"GET /reports/:number":                         "ryyyy",
	"GET /reports/:number/changes":                 "ryyyy",
	"GET /reports/:number/changes.csv":             "ryyyy",
	"GET /reports/:number/changes.docx":            "ryyyy",
	"GET /reports/:number/changes.json":            "ryyyy",
	"GET /reports/:number/changes.xlsx":            "ryyyy",
	"GET /reports/:number/files/*":                 "ryyyy",
	"GET /returns":                                 "nnyyy",
	"GET /returns/:project/:quarter":               "nnyyy",
	"POST /returns/:project/:quarter":              "nnyny",
	"GET /api":                                     "ryyyy",
	"GET /api/v1":                                  "ryyyy",
	"GET /api/v1/strategy":                         "ryyyy",
	"GET /api/v1/priorities":                       "ryyyy",
	"GET /api/v1/priorities/:id":                   "ryyyy",
	"GET /api/v1/indicators":                       "ryyyy",
	"GET /api/v1/indicators/:id":                   "ryyyy",
	"GET /api/v1/figures":                          "ryyyy",
	"GET /api/v1/figures/:id":                      "ryyyy",
	"GET /api/v1/changes":                          "ryyyy",
	"GET /api/v1/packs":                            "ryyyy",
	"GET /api/v1/packs/:number":                    "ryyyy",
	"GET /api/v1/openapi.yaml":                     "ryyyy",
	"GET /api/v1/openapi.json":                     "ryyyy",
	"GET /returns/:project/:quarter/template.xlsx": "nnyny",
	"GET /returns/submissions/:id":                 "nnyyy",
	"GET /returns/submissions/:id/file":            "nnyny",
	"GET /returns/submissions/:id/marked.xlsx":     "nnyny",
	"POST /returns/submissions/:id/accept":         "nnyny",
	"POST /returns/submissions/:id/withdraw":       "nnyny",
	"GET /account":                                 "nyyyy",
	"POST /account":                                "nyyyy",
	"GET /people":                                  "nnnny",
	"POST /people":                                 "nnnny",
	"POST /people/:id/role":                        "nnnny",
	"POST /people/:id/link":                        "nnnny",
	"POST /people/:id/remove":                      "nnnny",
	"GET /audit":                                   "nnnny",
	"GET /audit.csv":                               "nnnny",
}

// addressOf is an address of a route, of something that is not there where
// that would change something.
func addressOf(base, pattern string) string {
	path := strings.NewReplacer(":id", "999999", ":token", "AAAAAAAAAAAAAAAAAAAAAAAAAA", ":code", "E01000001", ":number", "999999", ":source", "police", ":part", "none", ":project", "none", ":quarter", "2019-Q1", "*", "none.css").Replace(pattern)
	return base + path
}

// Every route with every role, with and without public viewing, and as another
// site would ask.
func TestEveryRouteWithEveryRole(t *testing.T) {
	for _, public := range []bool{false, true} {
		t.Run(fmt.Sprintf("public %v", public), func(t *testing.T) {
			s := newSite(t, account.Config{}, public)
			names := []string{"signed out", "viewer", "analyst", "scrutiny", "administrator"}
			clients := []*http.Client{browser(t)}
			for _, r := range metrics.Roles {
				clients = append(clients, s.join(t, string(r)+"@example.org", r))
			}
			routes := s.Routes()
			if len(routes) < 20 {
				t.Fatalf("%d routes: there is too little to check", len(routes))
			}
			for r := range account.Permissions {
				if !slices.Contains(routes, r) {
					t.Errorf("the table of permissions has %s, which no route is", r)
				}
			}
			// Signing out comes last: it takes the sessions that the others need.
			slices.SortStableFunc(routes, func(a, b string) int {
				return strings.Count(a, "/sign-out") - strings.Count(b, "/sign-out")
			})
			for _, r := range routes {
				if _, ok := account.Permissions[r]; !ok {
					t.Errorf("%s is missing in account.Permissions", r)
				}
				want, ok := doors[r]
				if !ok {
					t.Errorf("%s is missing in this test's table", r)
					continue
				}
				method, pattern, _ := strings.Cut(r, " ")
				at := addressOf(s.base, pattern)
				for i, client := range clients {
					open := want[i] == 'y' || want[i] == 'r' && public
					before := s.held(t)
					if method == "POST" {
						for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
							if a := ask(t, client, method, at, url.Values{}, h...); a.StatusCode != http.StatusForbidden {
								t.Errorf("%s as %s with %s: %s", r, names[i], h, a.Status)
							}
						}
						if after := s.held(t); !reflect.DeepEqual(before, after) {
							t.Errorf("%s as %s from another site has changed something", r, names[i])
						}
					}
					var form url.Values
					if method == "POST" {
						form = url.Values{}
					}
					a := ask(t, client, method, at, form)
					if a.refused() == open {
						t.Errorf("%s as %s: %s %s", r, names[i], a.Status, a.Header.Get("Location"))
					}
					if a.StatusCode >= 500 {
						t.Errorf("%s as %s: %s", r, names[i], a.Status)
					}
					if method == "GET" {
						if h := ask(t, client, "HEAD", at, nil); h.StatusCode != a.StatusCode {
							t.Errorf("HEAD %s as %s: %s, GET %s", pattern, names[i], h.Status, a.Status)
						}
					}
					if open {
						continue
					}
					if after := s.held(t); !reflect.DeepEqual(before, after) {
						t.Errorf("%s as %s was refused and has changed something", r, names[i])
					}
					data := strings.HasSuffix(pattern, ".csv") || strings.HasSuffix(pattern, ".json")
					switch {
					case i == 0 && strings.HasPrefix(pattern, "/api/"):
						if a.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") {
							t.Errorf("%s signed out: %s, %s", r, a.Status, a.Header.Get("Content-Type"))
						}
					case i == 0 && data:
						if a.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
							t.Errorf("%s signed out: %s, %s", r, a.Status, a.Header.Get("Content-Type"))
						}
					case i == 0:
						if a.StatusCode != http.StatusSeeOther {
							t.Errorf("%s signed out: %s", r, a.Status)
						}
					case data:
						if a.StatusCode != http.StatusForbidden || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
							t.Errorf("%s as %s: %s, %s", r, names[i], a.Status, a.Header.Get("Content-Type"))
						}
					default:
						if a.StatusCode != http.StatusForbidden || !strings.Contains(text(a.parsed(t)), "Nothing was changed.") {
							t.Errorf("%s as %s: %s, without a sentence", r, names[i], a.Status)
						}
					}
				}
			}
		})
	}
}

// A route that is in no table is refused, whoever asks.
func TestUnlistedRouteIsRefused(t *testing.T) {
	s := newSite(t, account.Config{}, true)
	client := s.join(t, "ann@example.org", metrics.Administrator)
	held := account.Permissions["GET /methods"]
	delete(account.Permissions, "GET /methods")
	defer func() { account.Permissions["GET /methods"] = held }()
	for _, c := range []*http.Client{client, browser(t)} {
		if a := ask(t, c, "GET", s.base+"/methods", nil); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s", a.Status)
		}
	}
	if a := ask(t, client, "GET", s.base+"/no-such-page", nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("a page that is not: %s", a.Status)
	}
	if a := ask(t, client, "POST", s.base+"/sources", url.Values{}); a.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a page that can only be read: %s", a.Status)
	}
}

func TestSignInAndBack(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	s.join(t, "ann@example.org", metrics.Viewer)
	client := browser(t)
	a := ask(t, client, "GET", s.base+"/map?by=ward&show=hotspots", nil)
	at := a.Header.Get("Location")
	if a.StatusCode != http.StatusSeeOther || at != "/sign-in?next=%2Fmap%3Fby%3Dward%26show%3Dhotspots" {
		t.Fatalf("%s %s", a.Status, at)
	}
	page := ask(t, client, "GET", s.base+at, nil)
	doc := page.parsed(t)
	if page.Header.Get("Cache-Control") != "private, no-store" || len(all(doc, "nav", "aria-label=Main")) != 0 || strings.HasPrefix(text(all(doc, "title")[0]), "Error: ") {
		t.Errorf("the page: %s, %s", page.Header.Get("Cache-Control"), text(all(doc, "title")[0]))
	}
	var next string
	for _, in := range all(doc, "input") {
		if attr(in, "name") == "next" {
			next = attr(in, "value")
		}
	}
	wrong := ask(t, client, "POST", s.base+"/sign-in", url.Values{"email": {"ann@example.org"}, "password": {"wrong password"}, "next": {next}})
	doc = wrong.parsed(t)
	if wrong.StatusCode != http.StatusUnauthorized || len(wrong.Cookies()) != 0 || !strings.HasPrefix(text(all(doc, "title")[0]), "Error: ") ||
		!strings.Contains(text(all(doc, "div", "class=problems")[0]), "There is a problem") || len(all(doc, "input", "aria-invalid=true")) != 1 {
		t.Errorf("a wrong password: %s\n%s", wrong.Status, wrong.body)
	}
	for _, link := range all(all(doc, "div", "class=problems")[0], "a") {
		if id := strings.TrimPrefix(attr(link, "href"), "#"); len(all(doc, "input", "id="+id)) != 1 {
			t.Errorf("the summary leads to %s, where nothing is", id)
		}
	}
	a = ask(t, client, "POST", s.base+"/sign-in", url.Values{"email": {"ann@example.org"}, "password": {password}, "next": {next}})
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/map?by=ward&show=hotspots" {
		t.Fatalf("%s %s", a.Status, a.Header.Get("Location"))
	}
	c := a.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" || !c.Expires.IsZero() || c.MaxAge != 0 || len(c.Value) < 30 {
		t.Errorf("the cookie: %+v", c)
	}
	a = ask(t, client, "GET", s.base+"/", nil)
	mast := text(all(a.parsed(t), "header")[0])
	if a.StatusCode != http.StatusOK || !strings.Contains(mast, "Ann Viewer, viewer") || !strings.Contains(mast, "Sign out") || strings.Contains(mast, "People") {
		t.Errorf("%s, %s", a.Status, mast)
	}
	if a.Header.Get("Cache-Control") != "private, no-store" || !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Cookie") {
		t.Errorf("headers of a page: %v", a.Header)
	}
	if a := ask(t, client, "GET", s.base+"/sign-in?next=%2Fmap", nil); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/map" {
		t.Errorf("signing in when signed in: %s %s", a.Status, a.Header.Get("Location"))
	}
	if a := ask(t, client, "POST", s.base+"/sign-out", url.Values{}); a.StatusCode != http.StatusSeeOther {
		t.Error(a.Status)
	}
	if a := ask(t, client, "GET", s.base+"/", nil, "Cookie", c.Name+"="+c.Value); !a.refused() {
		t.Errorf("the cookie from before signing out: %s", a.Status)
	}
	said := s.trail(t)
	for _, want := range []string{"command line: person invited ann@example.org", "ann@example.org: password set by a one-time link ann@example.org",
		"not known: sign-in failed ann@example.org", "ann@example.org: signed in ann@example.org", "ann@example.org: signed out ann@example.org"} {
		if !slices.Contains(said, want) {
			t.Errorf("the trail does not say %q: %q", want, said)
		}
	}
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	s.join(t, "ann@example.org", metrics.Viewer)
	for _, next := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "/sign-out"} {
		client := browser(t)
		page := ask(t, client, "GET", s.base+"/sign-in?next="+url.QueryEscape(next), nil)
		if strings.Contains(page.body, "evil.example") || strings.Contains(page.body, "alert(1)") {
			t.Errorf("%q is on the page", next)
		}
		a := ask(t, client, "POST", s.base+"/sign-in", url.Values{"email": {"ann@example.org"}, "password": {password}, "next": {next}})
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/" {
			t.Errorf("%q leads to %s %s", next, a.Status, a.Header.Get("Location"))
		}
	}
}

// A session that somebody else made up or began is not the one that signs in.
func TestSessionFixation(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	s.join(t, "ann@example.org", metrics.Viewer)
	s.join(t, "mallory@example.org", metrics.Viewer)
	mallory := browser(t)
	theirs := s.signIn(t, mallory, "mallory@example.org").Cookies()[0]
	for _, token := range []string{"made-up", theirs.Value} {
		a := ask(t, browser(t), "POST", s.base+"/sign-in", url.Values{"email": {"ann@example.org"}, "password": {password}}, "Cookie", "outcomes="+token)
		if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 || a.Cookies()[0].Value == token {
			t.Fatalf("%s: %s, %v", token, a.Status, a.Cookies())
		}
		if b := ask(t, browser(t), "GET", s.base+"/", nil, "Cookie", "outcomes="+token); !b.refused() {
			t.Errorf("the session %s from before signing in is good: %s", token, b.Status)
		}
	}
	if a := ask(t, browser(t), "GET", s.base+"/?outcomes="+theirs.Value, nil); !a.refused() {
		t.Errorf("a token in the address: %s", a.Status)
	}
}

func TestSessionEnds(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	admin := s.join(t, "admin@example.org", metrics.Administrator)
	client := s.join(t, "ann@example.org", metrics.Analyst)
	in := func(what string, client *http.Client, want bool) {
		t.Helper()
		if a := ask(t, client, "GET", s.base+"/account", nil); a.refused() == want {
			t.Errorf("%s: %s", what, a.Status)
		}
	}
	in("at first", client, true)
	s.on(11 * time.Hour)
	in("after 11 idle hours", client, true)
	s.on(11 * time.Hour)
	in("after 11 more", client, true)
	s.on(12 * time.Hour)
	in("after 12 idle hours", client, false)
	s.signIn(t, client, "ann@example.org")
	for range 20 {
		s.on(8 * time.Hour)
		in("used every 8 hours, in the first week", client, true)
	}
	s.on(8 * time.Hour)
	in("after a week", client, false)

	s.signIn(t, client, "ann@example.org")
	s.signIn(t, admin, "admin@example.org")
	ann := s.person(t, "ann@example.org")
	at := fmt.Sprintf("%s/people/%d", s.base, ann.ID)
	if a := ask(t, admin, "POST", at+"/role", url.Values{"role": {"viewer"}}); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != fmt.Sprintf("/people?done=role&person=%d", ann.ID) {
		t.Fatalf("%s\n%s", a.Status, a.body)
	}
	in("after a change of role", client, false)
	if a := ask(t, admin, "POST", at+"/role", url.Values{"role": {"analyst"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatal(a.Status)
	}
	in("after the change back", client, false)

	s.signIn(t, client, "ann@example.org")
	other := browser(t)
	s.signIn(t, other, "ann@example.org")
	in("a second browser", other, true)
	if a := ask(t, client, "POST", s.base+"/account", url.Values{"current": {password}, "password": {"another password"}, "again": {"another password"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%s", a.Status, a.body)
	}
	in("the browser that changed the password", client, true)
	in("another browser after the password has changed", other, false)

	if a := ask(t, admin, "POST", at+"/remove", url.Values{}); a.StatusCode != http.StatusSeeOther {
		t.Fatal(a.Status)
	}
	in("after removal", client, false)
	if a := ask(t, client, "GET", s.base+"/", nil); !a.refused() {
		t.Errorf("a page after removal: %s", a.Status)
	}
}

// What was asked for before signing out, and comes in after it, does not bring
// the session back.
func TestSignedOutStaysOut(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	client := s.join(t, "ann@example.org", metrics.Viewer)
	token := ""
	u, _ := url.Parse(s.base)
	for _, c := range client.Jar.Cookies(u) {
		token = c.Value
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Cookie", "outcomes="+token)
	known, err := s.accounts.Recognise(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := account.Of(known.Context()); !ok {
		t.Fatal("the session is not known")
	}
	ask(t, client, "POST", s.base+"/sign-out", url.Values{})
	if err := s.store.Sessions().Refresh(t.Context(), token, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.store.Sessions().FindCtx(t.Context(), token); found || err != nil {
		t.Errorf("the session is back: %v, %v", found, err)
	}
}

func TestRoleHoldsAtOnce(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	client := s.join(t, "ann@example.org", metrics.Administrator)
	s.join(t, "bob@example.org", metrics.Administrator)
	if a := ask(t, client, "GET", s.base+"/people", nil); a.StatusCode != http.StatusOK {
		t.Fatal(a.Status)
	}
	if _, err := s.accounts.ChangeRole(t.Context(), account.CommandLine, s.person(t, "ann@example.org").ID, metrics.Viewer); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"email": {"mallory@example.org"}, "name": {"Mallory"}, "role": {"administrator"}}
	if a := ask(t, client, "POST", s.base+"/people", form); !a.refused() {
		t.Errorf("with the session from before: %s", a.Status)
	}
	s.signIn(t, client, "ann@example.org")
	if a := ask(t, client, "POST", s.base+"/people", form); a.StatusCode != http.StatusForbidden {
		t.Errorf("signed in anew: %s", a.Status)
	}
	if list, _ := s.store.People(t.Context()); len(list) != 2 {
		t.Errorf("there are %d people", len(list))
	}
}

func TestPeoplePage(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	admin := s.join(t, "admin@example.org", metrics.Administrator)
	a := ask(t, admin, "POST", s.base+"/people", url.Values{"email": {"ann"}, "name": {""}, "role": {"owner"}})
	doc := a.parsed(t)
	if a.StatusCode != http.StatusUnprocessableEntity || !strings.HasPrefix(text(all(doc, "title")[0]), "Error: ") {
		t.Errorf("%s %s", a.Status, text(all(doc, "title")[0]))
	}
	links := all(all(doc, "div", "class=problems")[0], "a")
	if len(links) != 3 {
		t.Errorf("%d problems", len(links))
	}
	ids := map[string]bool{}
	for d := range doc.Descendants() {
		if id := attr(d, "id"); id != "" && ids[id] {
			t.Errorf("the id %s occurs twice", id)
		} else {
			ids[id] = true
		}
	}
	for _, l := range links {
		if !ids[strings.TrimPrefix(attr(l, "href"), "#")] {
			t.Errorf("the summary leads to %s, where nothing is", attr(l, "href"))
		}
	}
	for _, in := range append(all(doc, "input"), all(doc, "select")...) {
		labelled := attr(in, "type") == "hidden"
		for _, l := range all(doc, "label") {
			labelled = labelled || attr(l, "for") == attr(in, "id")
		}
		if !labelled {
			t.Errorf("%s has no label", attr(in, "id"))
		}
	}

	a = ask(t, admin, "POST", s.base+"/people", url.Values{"email": {"ann@example.org"}, "name": {`Ann <script>alert(1)</script>`}, "role": {"analyst"}})
	link := regexp.MustCompile(regexp.QuoteMeta(s.base) + `/join/[A-Z2-7]{26}`).FindString(a.body)
	if a.StatusCode != http.StatusOK || link == "" || a.Header.Get("Cache-Control") != "private, no-store" || strings.Contains(a.body, "<script>alert") {
		t.Fatalf("%s\n%s", a.Status, a.body)
	}
	if again := ask(t, admin, "GET", s.base+"/people", nil); strings.Contains(again.body, "/join/") || !strings.Contains(again.body, "ann@example.org") {
		t.Error("the link is shown a second time, or Ann is not")
	}
	page := ask(t, browser(t), "GET", link, nil)
	if page.StatusCode != http.StatusOK || !strings.Contains(text(page.parsed(t)), "invited as analyst") {
		t.Errorf("%s", page.Status)
	}
	if page := ask(t, browser(t), "GET", link, nil); page.StatusCode != http.StatusOK {
		t.Errorf("looking at the link has used it up: %s", page.Status)
	}
	ann := browser(t)
	if a := ask(t, ann, "POST", link, url.Values{"password": {"short"}, "again": {"short"}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "at least 12 characters") {
		t.Errorf("%s", a.Status)
	}
	if a := ask(t, ann, "POST", link, url.Values{"password": {password}, "again": {password}}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%s", a.Status)
	}
	for _, method := range []string{"GET", "POST"} {
		if a := ask(t, browser(t), method, link, url.Values{}); a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "has been used") {
			t.Errorf("the used link, %s: %s", method, a.Status)
		}
	}
	if token := strings.TrimPrefix(link, s.base+"/join/"); strings.Contains(s.log.String(), token) || !strings.Contains(s.log.String(), "/join/…") {
		t.Error("the log holds the one-time link, or no such request")
	}

	me := s.person(t, "admin@example.org")
	for _, do := range []string{"remove", "role"} {
		a := ask(t, admin, "POST", fmt.Sprintf("%s/people/%d/%s", s.base, me.ID, do), url.Values{"role": {"viewer"}})
		doc := a.parsed(t)
		if a.StatusCode != http.StatusConflict || !strings.Contains(text(all(doc, "div", "class=problems")[0]), "last administrator") ||
			len(all(doc, "tr", "id="+strings.TrimPrefix(attr(all(all(doc, "div", "class=problems")[0], "a")[0], "href"), "#"))) != 1 {
			t.Errorf("%s the last administrator: %s", do, a.Status)
		}
	}
	if got := s.person(t, "admin@example.org"); got != me {
		t.Errorf("%+v", got)
	}
	id := s.person(t, "ann@example.org").ID
	if a := ask(t, admin, "POST", fmt.Sprintf("%s/people/%d/link", s.base, id), url.Values{}); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "/join/") {
		t.Errorf("a new link: %s", a.Status)
	}
	a = ask(t, admin, "POST", fmt.Sprintf("%s/people/%d/remove", s.base, id), url.Values{})
	if page := ask(t, admin, "GET", s.base+a.Header.Get("Location"), nil); !strings.Contains(text(page.parsed(t)), "ann@example.org has been removed.") {
		t.Errorf("nothing says that Ann is gone: %s", a.Header.Get("Location"))
	}
	if a := ask(t, admin, "POST", s.base+"/people/first/remove", url.Values{}); a.StatusCode != http.StatusNotFound {
		t.Errorf("%s", a.Status)
	}
}

func TestFirstAdministratorsPage(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	token, err := s.accounts.FirstAdministrator(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	client := browser(t)
	doc := ask(t, client, "GET", s.base+"/join/"+token, nil).parsed(t)
	for _, id := range []string{"email", "name", "password", "again"} {
		if len(all(doc, "input", "id="+id)) != 1 {
			t.Errorf("nothing asks for %s", id)
		}
	}
	a := ask(t, client, "POST", s.base+"/join/"+token, url.Values{"email": {"ann@example.org"}, "name": {"Ann"}, "password": {password}, "again": {password}})
	if a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%s", a.Status, a.body)
	}
	if a := ask(t, client, "GET", s.base+"/people", nil); a.StatusCode != http.StatusOK {
		t.Error(a.Status)
	}
}

func TestAuditPage(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	admin := s.join(t, "admin@example.org", metrics.Administrator)
	if _, err := s.accounts.Invite(t.Context(), account.CommandLine, metrics.Person{Email: "=cmd@example.org", Name: "Ann", Role: metrics.Viewer}); err != nil {
		t.Fatal(err)
	}
	err := s.store.Update(t.Context(), "test", func(tx *store.Session) error {
		for i := range 120 {
			if err := tx.Audit(t.Context(), metrics.AuditEntry{Who: "ann@example.org", Action: "return accepted", What: fmt.Sprintf("project %d", i), Detail: "<b>=1+1</b>"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a := ask(t, admin, "GET", s.base+"/audit", nil)
	doc := a.parsed(t)
	if n := len(all(doc, "tr")); n != 101 || !strings.Contains(a.body, "project 119") || strings.Contains(a.body, "<b>=1+1") {
		t.Errorf("%d rows", n)
	}
	older := all(doc, "a", "rel=next")
	if len(older) != 1 {
		t.Fatalf("%d links to older entries", len(older))
	}
	a = ask(t, admin, "GET", s.base+attr(older[0], "href"), nil)
	if strings.Contains(a.body, "project 20<") || !strings.Contains(a.body, "project 19<") || !strings.Contains(a.body, "person invited") || len(all(a.parsed(t), "a", "rel=next")) != 0 {
		t.Error("the older page is not the rest")
	}
	for _, before := range []string{"x", "0", "-1", "99999999999999999999"} {
		if a := ask(t, admin, "GET", s.base+"/audit?before="+before, nil); a.StatusCode != http.StatusBadRequest {
			t.Errorf("before=%s: %s", before, a.Status)
		}
	}
	a = ask(t, admin, "GET", s.base+"/audit.csv", nil)
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	trail := s.trail(t)
	if len(rows) != len(trail)+1 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/csv") || a.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%d rows of %d entries, %v", len(rows), len(trail), a.Header)
	}
	safe := 0
	for _, row := range rows[1:] {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a spreadsheet takes %q for a formula", cell)
			}
			if cell == "'=cmd@example.org" {
				safe++
			}
		}
	}
	if safe == 0 {
		t.Error("the address that looks like a formula is not there")
	}
}

// What a browser keeps of a page from before signing in is not shown after.
func TestKeptPagesDifferByPerson(t *testing.T) {
	s := newSite(t, account.Config{}, true)
	client := s.join(t, "ann@example.org", metrics.Viewer)
	for _, path := range []string{"/", "/sources", "/methods", "/indicators/violence-rate.csv"} {
		out := ask(t, browser(t), "GET", s.base+path, nil)
		if out.StatusCode != http.StatusOK || out.Header.Get("Cache-Control") != "no-cache" || !strings.Contains(strings.Join(out.Header.Values("Vary"), ","), "Cookie") {
			t.Errorf("%s signed out: %s, %v", path, out.Status, out.Header)
		}
		tag := out.Header.Get("ETag")
		if tag == "" {
			tag = "*"
		}
		in := ask(t, client, "GET", s.base+path, nil, "If-None-Match", tag)
		if in.StatusCode != http.StatusOK || in.Header.Get("Cache-Control") != "private, no-store" || in.Header.Get("ETag") != "" {
			t.Errorf("%s signed in: %s, %v", path, in.Status, in.Header)
		}
		if strings.HasPrefix(out.Header.Get("Content-Type"), "text/html") && (strings.Contains(out.body, "Ann Viewer") || !strings.Contains(in.body, "Ann Viewer")) {
			t.Errorf("%s does not say who looks", path)
		}
	}
	again := ask(t, browser(t), "GET", s.base+"/", nil)
	if strings.Contains(again.body, "Ann Viewer") {
		t.Error("somebody signed out sees what was made for Ann")
	}
}

func TestTransport(t *testing.T) {
	for _, test := range []struct {
		name    string
		config  account.Config
		headers []string
		secure  bool
	}{
		{"plain", account.Config{}, nil, false},
		{"forged header", account.Config{}, []string{"X-Forwarded-Proto", "https"}, false},
		{"behind a proxy with TLS", account.Config{BehindProxy: true}, []string{"X-Forwarded-Proto", "https"}, true},
		{"behind a proxy without", account.Config{BehindProxy: true}, []string{"X-Forwarded-Proto", "http"}, false},
		{"public address", account.Config{PublicURL: "https://outcomes.example.org"}, nil, true},
		{"public address without TLS", account.Config{PublicURL: "http://outcomes.example.org"}, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, test.config, false)
			s.join(t, "ann@example.org", metrics.Viewer)
			a := ask(t, browser(t), "POST", s.base+"/sign-in", url.Values{"email": {"ann@example.org"}, "password": {password}}, test.headers...)
			if a.StatusCode != http.StatusSeeOther || a.Cookies()[0].Secure != test.secure || (a.Header.Get("Strict-Transport-Security") != "") != test.secure {
				t.Errorf("%s, %+v, HSTS %q", a.Status, a.Cookies()[0], a.Header.Get("Strict-Transport-Security"))
			}
			if test.config.PublicURL != "" { // a proxy may ask for us by another name
				a := ask(t, browser(t), "POST", s.base+"/sign-in", url.Values{"email": {"ann@example.org"}, "password": {password}}, "Origin", test.config.PublicURL)
				if a.StatusCode != http.StatusSeeOther {
					t.Errorf("from the public address: %s", a.Status)
				}
			}
		})
	}
}

func TestTooManyTries(t *testing.T) {
	try := func(s *site, headers ...string) int {
		return ask(t, browser(t), "POST", s.base+"/sign-in", url.Values{}, headers...).StatusCode
	}
	s := newSite(t, account.Config{BehindProxy: true}, false)
	stopped := 0
	for range 30 {
		if try(s, "X-Forwarded-For", "203.0.113.7") == http.StatusTooManyRequests {
			stopped++
		}
	}
	if stopped == 0 {
		t.Error("thirty tries at once are let through")
	}
	if got := try(s, "X-Forwarded-For", "203.0.113.8"); got != http.StatusUnprocessableEntity {
		t.Errorf("another address: %d", got)
	}
	s = newSite(t, account.Config{}, false) // no proxy of ours: the header is the visitor's own
	stopped = 0
	for i := range 30 {
		if try(s, "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i)) == http.StatusTooManyRequests {
			stopped++
		}
	}
	if stopped == 0 {
		t.Error("a header that anybody can write goes round the limit")
	}
	a := ask(t, browser(t), "POST", s.base+"/sign-in", url.Values{})
	for a.StatusCode != http.StatusTooManyRequests {
		a = ask(t, browser(t), "POST", s.base+"/sign-in", url.Values{})
	}
	if !strings.Contains(text(a.parsed(t)), "Wait a minute") || a.Header.Get("Retry-After") == "" {
		t.Errorf("%s\n%s", a.Status, a.body)
	}
}

func TestFormLimit(t *testing.T) {
	s := newSite(t, account.Config{}, false)
	admin := s.join(t, "admin@example.org", metrics.Administrator)
	big := url.Values{"email": {strings.Repeat("a", 100<<10)}}
	for _, path := range []string{"/sign-in", "/account", "/people"} {
		if a := ask(t, admin, "POST", s.base+path, big); a.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
}
