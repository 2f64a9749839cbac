package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"outcomes/dashboard"
	"outcomes/metrics/store"
	"outcomes/metrics/strategy"
)

// A server that runs takes up the strategy that another process made the
// figures with, and the built-in one again after it.
func TestServerFollowsAnImport(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "outcomes.db")
	st, err := store.Open(ctx, path, now)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s, err := builtIn(nil)
	if err != nil {
		t.Fatal(err)
	}
	srv, err := dashboard.New(dashboard.Config{Store: st, Strategy: s, Follow: following(st), PublicViewing: true, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	title := func() string {
		r := httptest.NewRecorder()
		srv.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/methods", nil))
		_, rest, _ := strings.Cut(r.Body.String(), "<title>")
		title, _, _ := strings.Cut(rest, "</title>")
		return title
	}
	if got := title(); !strings.HasSuffix(got, s.ShortName) {
		t.Fatalf("at first %q", got)
	}
	other, err := strategy.Parse("other.yaml", bytes.ReplaceAll(s.Source, []byte(s.ShortName), []byte("Another board")))
	if err != nil {
		t.Fatal(err)
	}
	writer, err := store.OpenExisting(ctx, path, now) // as another process would
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	for _, c := range []struct {
		name string
		do   func(tx *store.Session) error
	}{
		{"Another board", func(tx *store.Session) error { _, err := tx.Compute(ctx, other, "import police"); return err }},
		{s.ShortName, func(tx *store.Session) error { _, err := tx.Compute(ctx, s, "import police"); return err }},
	} {
		if err := writer.Update(ctx, "test", c.do); err != nil {
			t.Fatal(err)
		}
		if got := title(); !strings.HasSuffix(got, c.name) {
			t.Errorf("after the import %q, want %q", got, c.name)
		}
	}
}
