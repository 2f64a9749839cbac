package store

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"outcomes/metrics"
)

var ctx = context.Background()

// hand keeps a file and hands in a return of n young people.
func hand(t testing.TB, s *Store, project, quarter string, n float64, findings ...metrics.Finding) int64 {
	t.Helper()
	q, err := metrics.ParsePeriod(quarter)
	if err != nil {
		t.Fatal(err)
	}
	var id int64
	err = s.Update(ctx, "hand in", func(tx *Session) error {
		sha, err := tx.KeepFile(ctx, []byte("a workbook of "+project+quarter))
		if err != nil {
			return err
		}
		id, err = tx.Receive(ctx, metrics.Submission{Project: project, Quarter: q, File: project + ".xlsx", SHA: sha, Template: "1", ReceivedBy: "analyst@example.org",
			Values: []metrics.ReturnValue{
				{ReturnCell: metrics.ReturnCell{Measure: "referrals"}, Value: n, Sheet: "Totals", Cell: "D2"},
				{ReturnCell: metrics.ReturnCell{Measure: "referrals", Dimension: "age", Item: "10-14"}, NotAvailable: true, Sheet: "Age", Cell: "D2"},
			}, Findings: findings})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func decide(s *Store, id int64, findings ...metrics.Finding) error {
	return s.Update(ctx, "accept", func(tx *Session) error {
		return tx.Accept(ctx, id, Decision{By: "analyst@example.org", Findings: findings})
	})
}

func inForce(t testing.TB, s *Store, project, quarter string) (float64, bool) {
	t.Helper()
	q, _ := metrics.ParsePeriod(quarter)
	ret, ok, err := s.AcceptedReturn(ctx, project, q)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return 0, false
	}
	return ret.Values[0].Value, true
}

func TestReturnRound(t *testing.T) {
	s := open(t)
	first := hand(t, s, "mentors", "2019-Q1", 20)
	if _, ok := inForce(t, s, "mentors", "2019-Q1"); ok {
		t.Fatal("a return is in force before anybody accepted it")
	}
	if err := decide(s, first); err != nil {
		t.Fatal(err)
	}
	second := hand(t, s, "mentors", "2019-Q1", 22)
	if n, _ := inForce(t, s, "mentors", "2019-Q1"); n != 20 {
		t.Errorf("a return that waits is in force: %v", n)
	}
	if err := decide(s, second); err != nil {
		t.Fatal(err)
	}
	if n, _ := inForce(t, s, "mentors", "2019-Q1"); n != 22 {
		t.Errorf("in force: %v", n)
	}
	if old, _ := s.Submission(ctx, first); old.Status != metrics.SubmissionReplaced || len(old.Values) != 2 {
		t.Errorf("the first is %s with %d values", old.Status, len(old.Values))
	}
	got, err := s.Submission(ctx, second)
	if err != nil || got.Status != metrics.SubmissionAccepted || got.Batch == 0 || got.Values[0].Cell != "D2" || !got.Values[1].NotAvailable {
		t.Errorf("the second: %+v, %v", got, err)
	}
	body, err := s.RawFile(ctx, got.SHA)
	if err != nil || !bytes.Equal(body, []byte("a workbook of mentors2019-Q1")) || got.Size != int64(len(body)) {
		t.Errorf("the file came back as %q of %d bytes, %v", body, got.Size, err)
	}
	withdraw := func(reason string) error {
		return s.Update(ctx, "withdraw", func(tx *Session) error { return tx.Withdraw(ctx, second, "analyst@example.org", reason) })
	}
	if err := withdraw(" "); metrics.KindOf(err) != metrics.Invalid {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	if err := withdraw("the project counted twice"); err != nil {
		t.Fatal(err)
	}
	if _, ok := inForce(t, s, "mentors", "2019-Q1"); ok {
		t.Error("a withdrawn return is in force")
	}
	if err := withdraw("again"); metrics.KindOf(err) != metrics.Conflict {
		t.Errorf("withdrawn twice: %v", err)
	}
	if _, err := s.RawFile(ctx, got.SHA); err != nil {
		t.Errorf("the file of a withdrawn return is gone: %v", err)
	}
	batches, err := s.Batches(ctx)
	if err != nil || len(batches) != 2 {
		t.Fatalf("%d batches, %v", len(batches), err)
	}
	for _, b := range batches {
		if b.Current || b.Source != metrics.ReturnsSource {
			t.Errorf("batch in force after the withdrawal: %+v", b)
		}
	}
	all, err := s.Submissions(ctx, "mentors", "")
	if err != nil || len(all) != 2 || all[0].ID != second {
		t.Errorf("the history holds %d, %v", len(all), err)
	}
}

func TestReturnsThatWait(t *testing.T) {
	s := open(t)
	first, second := hand(t, s, "mentors", "2019-Q1", 20), hand(t, s, "mentors", "2019-Q1", 21)
	err := decide(s, first)
	if metrics.KindOf(err) != metrics.Conflict || !strings.Contains(err.Error(), "discarded by analyst@example.org on 2020-01-15") {
		t.Errorf("one whose place was taken: %v", err)
	}
	if err := decide(s, second); err != nil {
		t.Error(err)
	}
	if err := decide(s, second); metrics.KindOf(err) != metrics.Conflict {
		t.Errorf("accepted twice: %v", err)
	}
	if err := decide(s, 99); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("one that is not there: %v", err)
	}
}

func TestFindingsStandInTheWay(t *testing.T) {
	s := open(t)
	fail := metrics.Finding{Rule: "negative_count", Severity: metrics.Fail, Sheet: "Totals", Cell: "D2", Message: "D2 is negative.", Mend: "Give a count."}
	warn := metrics.Finding{Rule: "jump", Severity: metrics.Warn, Message: "It jumped.", Mend: "Say what happened."}
	note := metrics.Finding{Rule: "small", Severity: metrics.Note, Message: "It is small."}
	id := hand(t, s, "mentors", "2019-Q1", 20, fail, warn, note)
	got, err := s.Submission(ctx, id)
	if err != nil || !reflect.DeepEqual(got.Failures(), []metrics.Finding{fail}) || !reflect.DeepEqual(got.Warnings(), []metrics.Finding{warn}) || !reflect.DeepEqual(got.Notes(), []metrics.Finding{note}) {
		t.Errorf("%+v, %v", got.Findings, err)
	}
	for name, findings := range map[string][]metrics.Finding{"failure": {fail}, "warning without a reason": {warn}} {
		if err := decide(s, id, findings...); metrics.KindOf(err) != metrics.Invalid {
			t.Errorf("accepted with a %s: %v", name, err)
		}
	}
	warn.Reason = "a summer camp"
	if err := decide(s, id, warn, note); err != nil { // a note needs no reason
		t.Fatal(err)
	}
	if got, _ := s.Submission(ctx, id); got.Findings[0].Reason != "a summer camp" {
		t.Errorf("the reason is lost: %+v", got.Findings)
	}
}

func TestAcceptIsAllOrNothing(t *testing.T) {
	s := open(t)
	id := hand(t, s, "mentors", "2019-Q1", 20)
	stop := errors.New("the power went")
	err := s.Update(ctx, "accept", func(tx *Session) error {
		if err := tx.Accept(ctx, id, Decision{By: "x"}); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if _, ok := inForce(t, s, "mentors", "2019-Q1"); ok {
		t.Error("half an acceptance is in force")
	}
	if got, _ := s.Submission(ctx, id); got.Status != metrics.SubmissionReceived {
		t.Errorf("the return is %s", got.Status)
	}
}

func TestAuditIsOnlyAddedTo(t *testing.T) {
	s := open(t)
	for _, action := range []string{"one", "two", "three"} {
		if err := s.Update(ctx, "audit", func(tx *Session) error {
			return tx.Audit(ctx, metrics.AuditEntry{Who: "somebody", Action: action, What: "something"})
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, query := range []string{`UPDATE audit SET who = 'nobody'`, `DELETE FROM audit`} {
		if _, err := s.w.ExecContext(ctx, query); err == nil || !strings.Contains(err.Error(), "only ever added to") {
			t.Errorf("%s: %v", query, err)
		}
	}
	list, err := s.AuditTrail(ctx, 0, 2)
	if err != nil || len(list) != 2 || list[0].Action != "three" || list[0].At != "2020-01-15T12:00:00Z" {
		t.Fatalf("%+v, %v", list, err)
	}
	if older, _ := s.AuditTrail(ctx, list[1].ID, 0); len(older) != 1 || older[0].Action != "one" {
		t.Errorf("before: %+v", older)
	}
}

func TestInvitations(t *testing.T) {
	s := open(t)
	var id int64
	take := func(token string) (p metrics.Person, err error) {
		err = s.Update(ctx, "join", func(tx *Session) error { p, err = tx.TakeInvitation(ctx, token); return err })
		return p, err
	}
	must := func(f func(tx *Session) error) {
		t.Helper()
		if err := s.Update(ctx, "test", f); err != nil {
			t.Fatal(err)
		}
	}
	must(func(tx *Session) (err error) {
		id, err = tx.AddPerson(ctx, metrics.Person{Email: " Ann@Example.org", Name: "Ann", Role: metrics.Analyst})
		return err
	})
	must(func(tx *Session) error { return tx.Invite(ctx, id, "old", clock().AddDate(0, 0, 1)) })
	must(func(tx *Session) error { return tx.Invite(ctx, id, "new", clock().AddDate(0, 0, 1)) })
	if _, err := take("old"); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("an older link is good: %v", err)
	}
	if p, err := take("new"); err != nil || p.Email != "ann@example.org" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := take("new"); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("a link is good twice: %v", err)
	}
	must(func(tx *Session) error { return tx.Invite(ctx, id, "late", clock().AddDate(0, 0, -1)) })
	if _, err := take("late"); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("a link that has expired is good: %v", err)
	}
	err := s.Update(ctx, "add", func(tx *Session) error {
		_, err := tx.AddPerson(ctx, metrics.Person{Email: "ANN@example.org", Role: metrics.Viewer})
		return err
	})
	if metrics.KindOf(err) != metrics.Conflict {
		t.Errorf("added twice: %v", err)
	}
}

func TestSessions(t *testing.T) {
	s := open(t)
	x := s.Sessions()
	if err := x.Commit("token", []byte("data"), clock().AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	if b, ok, err := x.Find("token"); err != nil || !ok || string(b) != "data" {
		t.Errorf("%s %v %v", b, ok, err)
	}
	var held string
	if err := s.r.QueryRowContext(ctx, `SELECT token FROM session`).Scan(&held); err != nil || held == "token" {
		t.Errorf("the database holds the cookie itself: %q, %v", held, err)
	}
	if err := x.Commit("old", []byte("data"), clock().AddDate(0, 0, -1)); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := x.Find("old"); ok {
		t.Error("a session that has expired is found")
	}
	if err := x.Delete("token"); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := x.Find("token"); ok {
		t.Error("a session that was ended is found")
	}
}
