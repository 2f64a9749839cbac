package account_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"outcomes/dashboard/account"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// people is the store as accounts see it.
type people struct{ *store.Store }

func (p people) Change(ctx context.Context, what string, f func(account.Changes) error) error {
	return p.Update(ctx, what, func(tx *store.Session) error { return f(tx) })
}

// clock stands still until it is told to go on.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) on(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func open(t testing.TB, config account.Config) (*account.Accounts, *clock) {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "people.db"), c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	config.Store, config.Sessions, config.Now = people{st}, st.Sessions(), c.now
	a, err := account.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

const password = "correct horse battery"

// joined invites somebody and takes the invitation.
func joined(t testing.TB, a *account.Accounts, email string, role metrics.Role) metrics.Person {
	t.Helper()
	token, err := a.Invite(t.Context(), account.CommandLine, metrics.Person{Email: email, Name: "Ann Example", Role: role})
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Join(t.Context(), token, "", "", password, password)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// trail is the audit trail, the oldest first, as "who: action what (detail)".
func trail(t testing.TB, a *account.Accounts) []string {
	t.Helper()
	list, err := a.Store.AuditTrail(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range slices.Backward(list) {
		out = append(out, strings.TrimSuffix(fmt.Sprintf("%s: %s %s (%s)", e.Who, e.Action, e.What, e.Detail), " ()"))
	}
	return out
}

func TestInvitationIsChecked(t *testing.T) {
	a, _ := open(t, account.Config{})
	for _, test := range []struct {
		p    metrics.Person
		want string
	}{
		{metrics.Person{Name: "Ann", Role: metrics.Viewer}, "email"},
		{metrics.Person{Email: "ann", Name: "Ann", Role: metrics.Viewer}, "email"},
		{metrics.Person{Email: "Ann <ann@example.org>", Name: "Ann", Role: metrics.Viewer}, "email"},
		{metrics.Person{Email: strings.Repeat("a", 250) + "@example.org", Name: "Ann", Role: metrics.Viewer}, "email"},
		{metrics.Person{Email: "ann@example.org", Name: " ", Role: metrics.Viewer}, "name"},
		{metrics.Person{Email: "ann@example.org", Name: "Ann\nBcc: all", Role: metrics.Viewer}, "name"},
		{metrics.Person{Email: "ann@example.org", Name: "Ann", Role: "owner"}, "role"},
	} {
		_, err := a.Invite(t.Context(), account.CommandLine, test.p)
		if wrong, ok := errors.AsType[account.Problems](err); !ok || wrong.Of(test.want) == "" {
			t.Errorf("%+v: %v, want a problem with %s", test.p, err, test.want)
		}
	}
	if list, err := a.Store.People(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("there are %d people, %v", len(list), err)
	}
	ann := joined(t, a, " Ann@Example.org ", metrics.Viewer)
	if ann.Email != "ann@example.org" || !strings.HasPrefix(ann.Password, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Errorf("%+v", ann)
	}
	if _, err := a.Invite(t.Context(), account.CommandLine, metrics.Person{Email: "ANN@example.org", Name: "Ann", Role: metrics.Analyst}); err == nil || !strings.Contains(err.Error(), "here already, as viewer") {
		t.Errorf("a second invitation: %v", err)
	}
}

func TestPasswordIsChecked(t *testing.T) {
	a, _ := open(t, account.Config{})
	token, err := a.Invite(t.Context(), account.CommandLine, metrics.Person{Email: "ann.example@example.org", Name: "Ann", Role: metrics.Viewer})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ password, again, field, want string }{
		{"", "", "password", "Choose a password"},
		{"eleven char", "eleven char", "password", "at least 12 characters"},
		{"ÄÖÜäöüßéèê!", "ÄÖÜäöüßéèê!", "password", "at least 12 characters"}, // 11 characters of 21 bytes
		{strings.Repeat("a", 201), strings.Repeat("a", 201), "password", "at most 200 characters"},
		{"Ann.Example@example.org", "Ann.Example@example.org", "password", "is the e-mail address"},
		{password, password + "!", "again", "differ"},
	} {
		_, err := a.Join(t.Context(), token, "", "", test.password, test.again)
		wrong, ok := errors.AsType[account.Problems](err)
		if !ok || !strings.Contains(wrong.Of(test.field), test.want) {
			t.Errorf("%q: %v", test.password, err)
		}
	}
	if _, err := a.Join(t.Context(), token, "", "", password, password); err != nil {
		t.Errorf("after the mistakes the link is not good any more: %v", err)
	}
}

func TestOneTimeLink(t *testing.T) {
	a, clock := open(t, account.Config{})
	refused := func(what, token string) {
		t.Helper()
		if _, err := a.Invited(t.Context(), token); metrics.KindOf(err) != metrics.NotFound {
			t.Errorf("%s: shown: %v", what, err)
		}
		if _, err := a.Join(t.Context(), token, "", "", password, password); metrics.KindOf(err) != metrics.NotFound {
			t.Errorf("%s: taken: %v", what, err)
		}
	}
	invite := func(email string) string {
		t.Helper()
		token, err := a.Invite(t.Context(), account.CommandLine, metrics.Person{Email: email, Name: "Ann", Role: metrics.Viewer})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	refused("forged", "AAAAAAAAAAAAAAAAAAAAAAAAAA")
	refused("empty", "")

	token := invite("used@example.org")
	p, err := a.Join(t.Context(), token, "", "", password, password)
	if err != nil {
		t.Fatal(err)
	}
	refused("used", token)

	token, err = a.NewLink(t.Context(), account.CommandLine, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.SignIn(t.Context(), p.Email, password, "192.0.2.1"); err != nil {
		t.Errorf("a new link has made the password void before it was used: %v", err)
	}
	second, err := a.NewLink(t.Context(), account.CommandLine, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	refused("replaced by a newer one", token)
	if _, err := a.Join(t.Context(), second, "", "", "another password", "another password"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.SignIn(t.Context(), p.Email, password, "192.0.2.1"); metrics.KindOf(err) != metrics.Unauthorized {
		t.Errorf("the old password: %v", err)
	}

	token = invite("late@example.org")
	clock.on(account.LinkGoodFor - time.Second)
	if _, err := a.Invited(t.Context(), token); err != nil {
		t.Errorf("a second before it expires: %v", err)
	}
	clock.on(time.Second)
	refused("expired", token)

	token = invite("removed@example.org")
	removed, err := a.Store.Person(t.Context(), "removed@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Remove(t.Context(), account.CommandLine, removed.ID); err != nil {
		t.Fatal(err)
	}
	refused("of somebody removed", token)
	if _, err := a.NewLink(t.Context(), account.CommandLine, removed.ID); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("a link for somebody removed: %v", err)
	}
}

func TestLockout(t *testing.T) {
	a, clock := open(t, account.Config{})
	joined(t, a, "ann@example.org", metrics.Analyst)
	try := func(email, password string) string {
		t.Helper()
		p, err := a.SignIn(t.Context(), email, password, "192.0.2.1")
		if err == nil {
			return "in as " + p.Email
		}
		if metrics.KindOf(err) != metrics.Unauthorized || p.ID != 0 {
			t.Errorf("%s: %+v, %v", email, p, err)
		}
		return err.Error()
	}
	unknown := try("nobody@example.org", "wrong password")
	for i := range 4 {
		if got := try("ann@example.org", "wrong password"); got != unknown {
			t.Errorf("try %d says %q, an unknown address %q", i+1, got, unknown)
		}
	}
	if got := try("ANN@example.org", password); got != "in as ann@example.org" {
		t.Fatalf("after four wrong passwords the right one: %s", got)
	}
	// The right one starts the count anew; then each lock is twice as long, up to a day.
	for range 5 {
		try("ann@example.org", "wrong password")
	}
	for _, lock := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		clock.on(lock - time.Second)
		if got := try("ann@example.org", password); got != unknown {
			t.Fatalf("a second before the lock of %v ends the right password: %s", lock, got)
		}
		clock.on(time.Second)
		if got := try("ann@example.org", "wrong password"); got != unknown {
			t.Fatal(got)
		}
	}
	clock.on(24 * time.Hour)
	if got := try("ann@example.org", password); got != "in as ann@example.org" {
		t.Errorf("when the lock has ended the right password: %s", got)
	}
	said := trail(t, a)
	for _, want := range []string{
		"not known: sign-in failed an address that is not here (from 192.0.2.1)",
		"not known: sign-in failed ann@example.org (from 192.0.2.1)",
		"not known: locked ann@example.org (until 2026-11-24T09:15:00Z, after 5 wrong passwords)",
		"not known: sign-in failed ann@example.org (from 192.0.2.1, while locked)",
		"ann@example.org: signed in ann@example.org (from 192.0.2.1)",
	} {
		if !slices.Contains(said, want) {
			t.Errorf("the trail does not say %q", want)
		}
	}
	if all := strings.Join(said, "\n"); strings.Contains(all, "wrong password\n") || strings.Contains(all, password) || strings.Contains(all, "nobody@example.org") {
		t.Errorf("the trail holds what was typed:\n%s", all)
	}
}

// Many guesses at once are counted as many: the lock closes before the right one.
func TestGuessesAtOnce(t *testing.T) {
	a, _ := open(t, account.Config{})
	joined(t, a, "ann@example.org", metrics.Analyst)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if _, err := a.SignIn(t.Context(), "ann@example.org", fmt.Sprintf("guess number %d", i), "192.0.2.1"); metrics.KindOf(err) != metrics.Unauthorized {
				t.Errorf("guess %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	p, err := a.Store.Person(t.Context(), "ann@example.org")
	if err != nil || p.Failed != 5 || p.LockedUntil == "" {
		t.Errorf("after twelve guesses: %d counted, locked until %q, %v", p.Failed, p.LockedUntil, err)
	}
	if _, err := a.SignIn(t.Context(), "ann@example.org", password, "192.0.2.1"); metrics.KindOf(err) != metrics.Unauthorized {
		t.Errorf("the right password while locked: %v", err)
	}
}

func TestNobodyWithoutAPassword(t *testing.T) {
	a, _ := open(t, account.Config{})
	if _, err := a.FirstAdministrator(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Invite(t.Context(), account.CommandLine, metrics.Person{Email: "ann@example.org", Name: "Ann", Role: metrics.Viewer}); err != nil {
		t.Fatal(err)
	}
	gone := joined(t, a, "gone@example.org", metrics.Viewer)
	if _, err := a.Remove(t.Context(), account.CommandLine, gone.ID); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"", "ann@example.org", "gone@example.org"} {
		for _, word := range []string{"", password} {
			if p, err := a.SignIn(t.Context(), email, word, "192.0.2.1"); metrics.KindOf(err) != metrics.Unauthorized {
				t.Errorf("%q with %q: %+v, %v", email, word, p, err)
			}
		}
	}
}

func TestLastAdministrator(t *testing.T) {
	a, _ := open(t, account.Config{})
	ann := joined(t, a, "ann@example.org", metrics.Administrator)
	stays := func(what string) {
		t.Helper()
		if _, err := a.Remove(t.Context(), "ann@example.org", ann.ID); metrics.KindOf(err) != metrics.Conflict {
			t.Errorf("%s: removed: %v", what, err)
		}
		if _, err := a.ChangeRole(t.Context(), "ann@example.org", ann.ID, metrics.Viewer); metrics.KindOf(err) != metrics.Conflict {
			t.Errorf("%s: demoted: %v", what, err)
		}
		if p, err := a.Store.PersonByID(t.Context(), ann.ID); err != nil || p != ann {
			t.Errorf("%s: %+v, %v", what, p, err)
		}
	}
	stays("alone")
	if _, err := a.Invite(t.Context(), "ann@example.org", metrics.Person{Email: "bob@example.org", Name: "Bob", Role: metrics.Administrator}); err != nil {
		t.Fatal(err)
	}
	stays("beside one who is only invited")
	bob, err := a.Store.Person(t.Context(), "bob@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Remove(t.Context(), "ann@example.org", bob.ID); err != nil {
		t.Errorf("the one who is only invited: %v", err)
	}
	stays("beside one who was removed")
	joined(t, a, "bob@example.org", metrics.Administrator)
	if _, err := a.ChangeRole(t.Context(), "bob@example.org", ann.ID, metrics.Viewer); err != nil {
		t.Errorf("one of two: %v", err)
	}
	if _, err := a.ChangeRole(t.Context(), "bob@example.org", ann.ID, metrics.Viewer); err != nil {
		t.Errorf("the same role again: %v", err)
	}
	n := 0
	for _, line := range trail(t, a) {
		if line == "bob@example.org: role changed ann@example.org (administrator to viewer)" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the trail says %d times that ann's role changed", n)
	}
}

func TestFirstAdministrator(t *testing.T) {
	t.Run("asked", func(t *testing.T) {
		a, _ := open(t, account.Config{})
		old, err := a.FirstAdministrator(t.Context(), "")
		if err != nil || old == "" {
			t.Fatal(old, err)
		}
		token, err := a.FirstAdministrator(t.Context(), "") // started again before the link was used
		if err != nil || token == "" || token == old {
			t.Fatal(token, err)
		}
		if _, err := a.Invited(t.Context(), old); metrics.KindOf(err) != metrics.NotFound {
			t.Errorf("the link before: %v", err)
		}
		_, err = a.Join(t.Context(), token, "ann", "", password, password)
		if wrong, ok := errors.AsType[account.Problems](err); !ok || wrong.Of("email") == "" || wrong.Of("name") == "" {
			t.Errorf("without address and name: %v", err)
		}
		p, err := a.Join(t.Context(), token, "Ann@example.org", "Ann", password, password)
		if err != nil || p.Email != "ann@example.org" || p.Name != "Ann" || p.Role != metrics.Administrator {
			t.Errorf("%+v, %v", p, err)
		}
		if token, err := a.FirstAdministrator(t.Context(), "other@example.org"); err != nil || token != "" {
			t.Errorf("another first administrator: %q, %v", token, err)
		}
	})
	t.Run("named", func(t *testing.T) {
		a, _ := open(t, account.Config{})
		if _, err := a.FirstAdministrator(t.Context(), "ann"); err == nil {
			t.Error("an address that is none was taken")
		}
		token, err := a.FirstAdministrator(t.Context(), "ann@example.org")
		if err != nil {
			t.Fatal(err)
		}
		p, err := a.Join(t.Context(), token, "mallory@example.org", "Ann", password, password)
		if err != nil || p.Email != "ann@example.org" {
			t.Errorf("%+v, %v", p, err)
		}
	})
	t.Run("taken address", func(t *testing.T) {
		a, _ := open(t, account.Config{})
		token, err := a.FirstAdministrator(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		joined(t, a, "bob@example.org", metrics.Viewer)
		_, err = a.Join(t.Context(), token, "bob@example.org", "Ann", password, password)
		if wrong, ok := errors.AsType[account.Problems](err); !ok || wrong.Of("email") == "" {
			t.Errorf("%v", err)
		}
		if _, err := a.Join(t.Context(), token, "ann@example.org", "Ann", password, password); err != nil {
			t.Errorf("the link is used up by a mistake: %v", err)
		}
	})
	t.Run("somebody is here", func(t *testing.T) {
		a, _ := open(t, account.Config{})
		if _, err := a.Invite(t.Context(), account.CommandLine, metrics.Person{Email: "ann@example.org", Name: "Ann", Role: metrics.Administrator}); err != nil {
			t.Fatal(err)
		}
		if token, err := a.FirstAdministrator(t.Context(), ""); err != nil || token != "" {
			t.Errorf("%q, %v", token, err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	a, _ := open(t, account.Config{})
	ann := joined(t, a, "ann@example.org", metrics.Viewer)
	for _, test := range []struct{ current, next, field string }{
		{"", "another password", "current"},
		{"wrong password", "another password", "current"},
		{password, "short", "password"},
	} {
		_, err := a.ChangePassword(t.Context(), ann, test.current, test.next, test.next, "192.0.2.1")
		if wrong, ok := errors.AsType[account.Problems](err); !ok || wrong.Of(test.field) == "" {
			t.Errorf("%q to %q: %v", test.current, test.next, err)
		}
	}
	if p, _ := a.Store.PersonByID(t.Context(), ann.ID); p.Failed != 1 || p.Password != ann.Password {
		t.Errorf("after the mistakes: %d counted", p.Failed)
	}
	changed, err := a.ChangePassword(t.Context(), ann, password, "another password", "another password", "192.0.2.1")
	if err != nil || changed.Epoch <= ann.Epoch || changed.Failed != 0 {
		t.Errorf("%+v, %v", changed, err)
	}
	if _, err := a.SignIn(t.Context(), ann.Email, password, "192.0.2.1"); metrics.KindOf(err) != metrics.Unauthorized {
		t.Errorf("the old password: %v", err)
	}
	if _, err := a.SignIn(t.Context(), ann.Email, "another password", "192.0.2.1"); err != nil {
		t.Error(err)
	}
}

func TestDirect(t *testing.T) {
	a, _ := open(t, account.Config{Direct: true})
	token, err := a.Invite(t.Context(), account.CommandLine, metrics.Person{Email: "viewer@example.org", Name: "Sample viewer", Role: metrics.Viewer})
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Join(t.Context(), token, "", "", "", "")
	if err != nil || p.Email != "viewer@example.org" || p.Password != "" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := a.Join(t.Context(), token, "", "", "", ""); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("a second time: %v", err)
	}
	if _, err := a.SignIn(t.Context(), p.Email, "", "192.0.2.1"); metrics.KindOf(err) != metrics.Unauthorized {
		t.Errorf("without a password: %v", err)
	}
	changed, err := a.ChangePassword(t.Context(), p, "", password, password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.ChangePassword(t.Context(), p, "", "another password", "another password", "192.0.2.1"); metrics.KindOf(err) != metrics.Conflict {
		t.Errorf("setting it twice: %v", err)
	}
	if p, err := a.SignIn(t.Context(), p.Email, password, "192.0.2.1"); err != nil || p.ID != changed.ID {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestNext(t *testing.T) {
	for asked, want := range map[string]string{
		"/returns":                        "/returns",
		"/map?by=ward&show=hotspots":      "/map?by=ward&show=hotspots",
		"/indicators/a%2Fb?period=YE#top": "/indicators/a%2Fb?period=YE",
		"":                                "/",
		"returns":                         "/",
		"https://evil.example/":           "/",
		"//evil.example/":                 "/",
		"///evil.example/":                "/",
		`/\evil.example/`:                 "/",
		`\\evil.example/`:                 "/",
		`/%5cevil.example/`:               "/",
		"/\t/evil.example/":               "/",
		"/\n/evil.example/":               "/",
		"/%2F/evil.example":               "/",
		"javascript:alert(1)":             "/",
		"http:evil.example":               "/",
		"//user@evil.example/":            "/",
		" //evil.example/":                "/",
		"/sign-out":                       "/",
		"/sign-in?next=/sign-in":          "/",
		"/join/ABC":                       "/",
		"/%zz":                            "/",
	} {
		if got := account.Next(asked); got != want {
			t.Errorf("%q leads to %q, want %q", asked, got, want)
		}
	}
}

func FuzzNext(f *testing.F) {
	for _, s := range []string{"/", "//a", `/\a`, "/a?b#c", "/\x00", "/..//a", "/.//a"} {
		f.Add(s)
	}
	base, _ := url.Parse("https://here.example/sign-in")
	f.Fuzz(func(t *testing.T, asked string) {
		next := account.Next(asked)
		to, err := base.Parse(next)
		if err != nil || to.Host != "here.example" || to.Scheme != "https" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
			t.Errorf("%q leads to %q", asked, next)
		}
	})
}

// Who has what, written out a second time.
func TestAccess(t *testing.T) {
	for access, want := range map[account.Access]string{
		account.Plain: "yyyy", account.Anyone: "yyyy", account.Reading: "yyyy", account.SignedIn: "yyyy",
		account.ReturnsRead: "nyyy", account.ReturnsWrite: "nyny", account.ReportsDraft: "nyyy", account.ReportsFreeze: "nnyy", account.Administering: "nnny", "": "nnnn", "made up": "nnnn",
	} {
		got := ""
		for _, r := range []metrics.Role{metrics.Viewer, metrics.Analyst, metrics.Scrutiny, metrics.Administrator} {
			if access.Allows(r) {
				got += "y"
			} else {
				got += "n"
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", access, got, want)
		}
		closed := access != account.Plain && access != account.Anyone
		if access.Allows("owner") == closed || access.Open(false) == closed {
			t.Errorf("%s: a role that is none, or nobody, has it", access)
		}
		if access.Open(true) != (!closed || access == account.Reading) {
			t.Errorf("%s: public viewing opens it", access)
		}
	}
	if got := account.ReturnsWrite.Who(); got != "analysts and administrators" {
		t.Error(got)
	}
}
