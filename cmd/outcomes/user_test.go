package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"outcomes/metrics"
	"outcomes/metrics/store"
)

// emptyDatabase is one with nothing in it, not even people.
func emptyDatabase(t testing.TB) string {
	t.Helper()
	db := filepath.Join(t.TempDir(), "outcomes.db")
	st, err := store.Open(t.Context(), db, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return db
}

var oneTimeLink = regexp.MustCompile(`http\S*/join/[A-Z2-7]{26}`)

// joined takes a one-time link in a browser of its own, with a password where
// one is asked.
func joined(t testing.TB, link string, form url.Values) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	res, err := client.PostForm(link, form)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Request.URL.Path != "/" {
		t.Fatalf("%s leads to %s %s", link, res.Request.URL, res.Status)
	}
	return client
}

func status(t testing.TB, client *http.Client, address string) string {
	t.Helper()
	res, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return fmt.Sprint(res.StatusCode, " ", res.Request.URL.Path)
}

var chosen = url.Values{"password": {"correct horse battery"}, "again": {"correct horse battery"}}

func TestUserCommands(t *testing.T) {
	db := emptyDatabase(t)
	does := func(want string, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if status := run(context.Background(), append([]string{"user"}, append(args, "--db", db)...), &out, &errs); status != 0 {
			t.Fatalf("%s: %s", args, errs.String())
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s says %q, want %q", args, out.String(), want)
		}
		return out.String()
	}
	refuses := func(want string, args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		if status := run(context.Background(), append([]string{"user"}, append(args, "--db", db)...), &out, &errs); status != 1 || !strings.Contains(errs.String(), want) || out.Len() > 0 {
			t.Errorf("%s: status %d, %q %q, want %q", args, status, out.String(), errs.String(), want)
		}
	}
	link := oneTimeLink.FindString(does("good once", "add", "--email", "Ann@example.org", "--name", "Ann", "--role", "administrator", "--public-url", "https://outcomes.example.org/"))
	if !strings.HasPrefix(link, "https://outcomes.example.org/join/") {
		t.Errorf("the link is %s", link)
	}
	does("invited", "list")
	refuses("here already", "add", "--email", "ann@example.org", "--name", "Ann")
	refuses("usual form", "add", "--email", "ann", "--name", "Ann")
	refuses("viewer, analyst, scrutiny, administrator", "add", "--email", "bob@example.org", "--name", "Bob", "--role", "owner")
	refuses("without a path", "add", "--email", "bob@example.org", "--name", "Bob", "--public-url", "example.org")
	refuses("without a path", "link", "ann@example.org", "--public-url", "https://example.org/outcomes")
	refuses("nobody with bob@example.org", "remove", "bob@example.org")
	refuses("nobody with bob@example.org", "role", "bob@example.org", "viewer")
	refuses("nobody with bob@example.org", "link", "bob@example.org")
	refuses("last administrator", "remove", "ann@example.org")
	does("bob@example.org", "add", "--email", "bob@example.org", "--name", "Bob")
	does("bob@example.org: analyst", "role", "BOB@example.org", "analyst")
	refuses("Choose one of the roles", "role", "bob@example.org", "owner")
	if again := oneTimeLink.FindString(does("good once", "link", "bob@example.org")); !strings.HasPrefix(again, "http://127.0.0.1:8080/join/") {
		t.Errorf("the link is %s", again)
	}
	does("bob@example.org: removed", "remove", "bob@example.org")
	refuses("has been removed", "link", "bob@example.org")
	does("removed", "list")

	trail, err := openStore(t, db).AuditTrail(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range trail {
		if e.Who != "command line" {
			t.Errorf("%+v", e)
		}
		said = append(said, e.Action+" "+e.What)
	}
	want := "person removed bob@example.org, one-time link made bob@example.org, role changed bob@example.org, person invited bob@example.org, person invited ann@example.org"
	if got := strings.Join(said, ", "); got != want {
		t.Errorf("the trail says %s, want %s", got, want)
	}
	db = filepath.Join(t.TempDir(), "none.db")
	refuses("there is no database", "list")
}

func TestServeFirstAdministrator(t *testing.T) {
	db := emptyDatabase(t)
	base, said := startedSaying(t, "serve", "--db", db, "--listen", "127.0.0.1:0")
	link := oneTimeLink.FindString(said)
	if link == "" {
		t.Fatalf("no link: %s", said)
	}
	if got := status(t, http.DefaultClient, base); got != "200 /sign-in" {
		t.Errorf("signed out: %s", got)
	}
	client := joined(t, link, url.Values{"email": {"ann@example.org"}, "name": {"Ann"}, "password": chosen["password"], "again": chosen["again"]})
	for path, want := range map[string]string{"": "200 /", "people": "200 /people", "audit": "200 /audit"} {
		if got := status(t, client, base+path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	if _, said := startedSaying(t, "serve", "--db", db, "--listen", "127.0.0.1:0"); strings.Contains(said, "/join/") {
		t.Errorf("with an administrator there is another link: %s", said)
	}
}

func TestServeAdminEmail(t *testing.T) {
	db := emptyDatabase(t)
	_, said := startedSaying(t, "serve", "--db", db, "--listen", "127.0.0.1:0", "--admin-email", "ann@example.org", "--public-url", "https://outcomes.example.org")
	if link := oneTimeLink.FindString(said); !strings.HasPrefix(link, "https://outcomes.example.org/join/") {
		t.Errorf("the link is %q", link)
	}
	p, err := openStore(t, db).Person(t.Context(), "ann@example.org")
	if err != nil || p.Role != metrics.Administrator {
		t.Errorf("%+v, %v", p, err)
	}
	for _, wrong := range [][]string{{"--admin-email", "ann"}, {"--public-url", "outcomes.example.org"}} {
		var out, errs bytes.Buffer
		args := append([]string{"serve", "--db", emptyDatabase(t), "--listen", "127.0.0.1:0"}, wrong...)
		if status := run(context.Background(), args, &out, &errs); status != 1 || errs.Len() == 0 {
			t.Errorf("%s: status %d, %s", wrong, status, errs.String())
		}
	}
}

// The demo opens at once for readers, and prints a link for each role.
func TestDemoLinks(t *testing.T) {
	base, said := startedSaying(t, "demo", "--listen", "127.0.0.1:0")
	if got := status(t, http.DefaultClient, base); got != "200 /" {
		t.Errorf("signed out: %s", got)
	}
	links := oneTimeLink.FindAllString(said, -1)
	if len(links) != len(metrics.Roles) {
		t.Fatalf("%d links: %s", len(links), said)
	}
	want := map[metrics.Role]string{metrics.Viewer: "403 /people", metrics.Analyst: "403 /people", metrics.Scrutiny: "403 /people", metrics.Administrator: "200 /people"}
	for i, role := range metrics.Roles {
		client := joined(t, links[i], nil)
		if got := status(t, client, base+"people"); got != want[role] {
			t.Errorf("%s: %s", role, got)
		}
		if got := status(t, http.DefaultClient, links[i]); !strings.HasPrefix(got, "404 ") {
			t.Errorf("%s: the link a second time: %s", role, got)
		}
	}
}
