package store

import (
	"path/filepath"
	"testing"
	"time"

	"outcomes/metrics"
)

func TestEpochAndSessions(t *testing.T) {
	ctx := t.Context()
	clock := func() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }
	s, err := Open(ctx, filepath.Join(t.TempDir(), "people.db"), clock)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var id int64
	must := func(f func(*Session) error) {
		t.Helper()
		if err := s.Update(ctx, "test", f); err != nil {
			t.Fatal(err)
		}
	}
	must(func(tx *Session) (err error) {
		id, err = tx.AddPerson(ctx, metrics.Person{Email: "ann@example.org", Name: "Ann", Role: metrics.Viewer})
		return err
	})
	for _, test := range []struct {
		what   string
		change func(*metrics.Person)
		rises  int64
	}{
		{"nothing", func(*metrics.Person) {}, 0},
		{"name and address", func(p *metrics.Person) { p.Name, p.Email = "Anna", "anna@example.org" }, 0},
		{"failed tries and a lock", func(p *metrics.Person) { p.Failed, p.LockedUntil = 5, "2026-11-24T09:15:00Z" }, 0},
		{"role", func(p *metrics.Person) { p.Role = metrics.Analyst }, 1},
		{"role and password", func(p *metrics.Person) { p.Role, p.Password = metrics.Viewer, "encoded" }, 1},
		{"removal", func(p *metrics.Person) { p.RemovedAt = "2026-11-24T09:00:00Z" }, 1},
	} {
		was, err := s.PersonByID(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		want := was
		test.change(&want)
		must(func(tx *Session) error { return tx.SavePerson(ctx, want) })
		want.Epoch += test.rises
		if got, err := s.PersonByID(ctx, id); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", test.what, got, err, want)
		}
	}
	was, _ := s.PersonByID(ctx, id)
	must(func(tx *Session) error {
		_, err := tx.AddPerson(ctx, metrics.Person{Email: "anna@example.org", Name: "Anna", Role: metrics.Viewer})
		return err
	})
	if back, err := s.PersonByID(ctx, id); err != nil || back.Epoch <= was.Epoch || back.Password != "" || back.RemovedAt != "" {
		t.Errorf("who came back: %+v, %v", back, err)
	}

	x := s.Sessions()
	if err := x.Refresh(ctx, "token", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if _, found, err := x.FindCtx(ctx, "token"); found || err != nil {
		t.Errorf("a session that never began: %v, %v", found, err)
	}
	if err := x.CommitCtx(ctx, "token", []byte("one"), clock().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := x.Refresh(ctx, "token", []byte("two")); err != nil {
		t.Fatal(err)
	}
	if data, found, err := x.FindCtx(ctx, "token"); string(data) != "two" || !found || err != nil {
		t.Errorf("%q, %v, %v", data, found, err)
	}
}
