package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"outcomes/dashboard"
	"outcomes/ingest/returns"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// round is the quarterly round: the workbooks of package returns over the
// store, for the pages and for the command line.
type round struct {
	*store.Store
	strategy *metrics.Strategy
	now      func() time.Time
	sample   bool // what it writes is invented
	kept     *screenings
}

// screening is what was found in a file, and what it was screened against.
type screening struct {
	key string
	returns.Screening
}

// screenings are those of the last files that were looked at: a preview is
// opened again and again while nothing changes.
type screenings struct {
	mu   sync.Mutex
	last []screening // the latest first
}

// maxScreenings is how many are kept: a few megabytes each at most.
const maxScreenings = 8

func (k *screenings) get(key string) (screening, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.last, func(s screening) bool { return s.key == key })
	if i < 0 {
		return screening{}, false
	}
	found := k.last[i]
	k.last = slices.Insert(slices.Delete(k.last, i, i+1), 0, found)
	return found, true
}

func (k *screenings) put(found screening) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last = slices.DeleteFunc(k.last, func(s screening) bool { return s.key == found.key })
	k.last = slices.Insert(k.last, 0, found)
	if len(k.last) > maxScreenings {
		k.last = slices.Delete(k.last, maxScreenings, len(k.last))
	}
}

// newRound is the round of a strategy. The strategy is copied: a server gives
// its own one the names that the lookups know, and figures are made without.
func newRound(st *store.Store, s *metrics.Strategy, now func() time.Time) *round {
	own := *s
	return &round{Store: st, strategy: &own, now: now, kept: &screenings{}}
}

// records is what a session or the store itself can be asked.
type records interface {
	AcceptedReturns(ctx context.Context, project string) ([]metrics.AcceptedReturn, error)
}

// held is what a project returned before, as it is in force.
func held(ctx context.Context, rec records, project string, quarter metrics.Period) (returns.Held, error) {
	all, err := rec.AcceptedReturns(ctx, project)
	h := returns.Held{Before: all}
	for i, r := range all {
		if r.Quarter == quarter {
			h.Now = &all[i]
			h.Before = slices.Delete(slices.Clone(all), i, i+1)
		}
	}
	return h, err
}

func (r *round) Template(ctx context.Context, w io.Writer, p metrics.Project, q metrics.Period) error {
	h, err := held(ctx, r.Store, p.ID, q)
	if err != nil {
		return err
	}
	return returns.Template(w, r.strategy, p, q, h, r.sample)
}

// handed is a file that was handed in, as far as screening it depends on it.
type handed struct {
	name, sha string
	project   metrics.Project
	quarter   metrics.Period
}

// against names all that the screening of a file depends on beside the
// strategy: the file, the day, and the returns that are in force.
func (r *round) against(in handed, h returns.Held) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q %s %s %s", in.sha, in.name, in.project.ID, in.quarter.Code(), r.now().Format(time.DateOnly))
	for _, ret := range h.Before {
		fmt.Fprintf(&b, " %s:%d", ret.Quarter.Code(), ret.Batch)
	}
	if h.Now != nil {
		fmt.Fprintf(&b, " now:%d", h.Now.Batch)
	}
	return b.String()
}

// screen screens a file against what is in force, unless it did and nothing
// that it depends on has changed. body reads the file.
func (r *round) screen(ctx context.Context, in handed, body func() ([]byte, error)) (screening, returns.Held, error) {
	h, err := held(ctx, r.Store, in.project.ID, in.quarter)
	if err != nil {
		return screening{}, h, err
	}
	key := r.against(in, h)
	if found, ok := r.kept.get(key); ok {
		return found, h, nil
	}
	content, err := body()
	if err != nil {
		return screening{}, h, err
	}
	found := screening{key, returns.Screen(ctx, returns.Handed{Name: in.name, Body: content, Project: in.project, Quarter: in.quarter, Strategy: r.strategy, Held: h, Today: r.now()})}
	if err := ctx.Err(); err != nil {
		return found, h, err
	}
	if !found.PersonalData {
		r.kept.put(found)
	}
	return found, h, nil
}

// screenKept screens a file that was handed in.
func (r *round) screenKept(ctx context.Context, sub metrics.Submission, p metrics.Project) (screening, returns.Held, error) {
	return r.screen(ctx, handed{sub.File, sub.SHA, p, sub.Quarter}, func() ([]byte, error) { return r.RawFile(ctx, sub.SHA) })
}

// screenAhead screens a return that is to be accepted, before the database is
// held for it.
func (r *round) screenAhead(ctx context.Context, id int64) (screening, error) {
	sub, err := r.Submission(ctx, id)
	if err != nil || sub.Status != metrics.SubmissionReceived {
		return screening{}, err
	}
	p, err := r.stood(sub)
	if err != nil {
		return screening{}, err
	}
	found, _, err := r.screenKept(ctx, sub, p)
	return found, err
}

// stood is a submission's project, which the strategy may have no longer.
func (r *round) stood(sub metrics.Submission) (metrics.Project, error) {
	p, ok := r.strategy.Project(sub.Project)
	if !ok {
		return p, metrics.Errorf(metrics.Conflict, "the strategy has no project %q any more: its returns stay in the history, and nothing can be decided about them", sub.Project)
	}
	return p, nil
}

func (r *round) HandIn(ctx context.Context, in dashboard.HandIn) (dashboard.Handed, error) {
	var done dashboard.Handed
	if in.SHA != "" {
		body, err := r.RawFile(ctx, in.SHA)
		if err != nil {
			return done, err
		}
		in.Body = body
	}
	what := in.Project.ID + " " + in.Quarter.Code()
	sha := fmt.Sprintf("%x", sha256.Sum256(in.Body))
	which := fmt.Sprintf("%s bytes, SHA-256 %s", metrics.Whole(int64(len(in.Body))), sha) // of a file that is not kept
	found, _, err := r.screen(ctx, handed{in.Name, sha, in.Project, in.Quarter}, func() ([]byte, error) { return in.Body, nil })
	if err != nil {
		return done, err
	}
	err = r.Update(ctx, "take a return in", func(tx *store.Session) error {
		audit := func(action, detail string) error {
			return tx.Audit(ctx, metrics.AuditEntry{Who: in.Who, Action: action, What: what, Detail: detail})
		}
		if found.PersonalData {
			done.Refused = found.Findings
			return audit("return refused", "it seems to hold personal data; the file was not kept: "+which) // its name may be somebody's
		}
		if found.Unscreened {
			done.Refused = found.Findings
			return audit("return refused", "it could not be read, and so not be looked through for personal data; the file was not kept: "+in.Name+", "+which+", "+strings.Join(rulesOf(found.Findings), ", "))
		}
		if len(found.Values) == 0 && slices.Contains(rulesOf(found.Findings), "not_your_project") { // nor does it displace one that waits
			done.Refused = slices.DeleteFunc(found.Findings, func(f metrics.Finding) bool { return f.Rule != "not_your_project" })
			return audit("return refused", "it is of another project; the file was not kept: "+in.Name+", "+which)
		}
		list, err := tx.Submissions(ctx, in.Project.ID, in.Quarter.Code())
		if err != nil {
			return err
		}
		if done.SHA, err = tx.KeepFile(ctx, in.Body); err != nil {
			return err
		}
		if len(list) > 0 && list[0].ID != in.Seen {
			done.Ahead = &list[0]
			return audit("file kept", fmt.Sprintf("%s, SHA-256 %s: return %d had been handed in meanwhile", in.Name, done.SHA, list[0].ID))
		}
		if done.ID, err = tx.Receive(ctx, metrics.Submission{
			Project: in.Project.ID, Quarter: in.Quarter, File: in.Name, SHA: done.SHA, Template: found.Template, Sample: found.Sample || r.sample,
			ReceivedBy: in.Who, Values: found.Values, Findings: found.Findings,
		}); err != nil {
			return err
		}
		return audit("return uploaded", fmt.Sprintf("return %d", done.ID))
	})
	return done, err
}

// rulesOf are the checks that found something, each once.
func rulesOf(findings []metrics.Finding) []string {
	var out []string
	for _, f := range findings {
		if !slices.Contains(out, f.Rule) {
			out = append(out, f.Rule)
		}
	}
	return out
}

func (r *round) Preview(ctx context.Context, id int64) (dashboard.Preview, error) {
	sub, err := r.Submission(ctx, id)
	if err != nil {
		return dashboard.Preview{}, err
	}
	v := dashboard.Preview{Submission: sub}
	project, ok := r.strategy.Project(sub.Project)
	if !ok || sub.Status != metrics.SubmissionReceived {
		h, err := held(ctx, r.Store, sub.Project, sub.Quarter)
		v.Held, v.Before = before(h, sub.Quarter)
		return v, err
	}
	found, h, err := r.screenKept(ctx, sub, project)
	if err != nil {
		return v, err
	}
	v.Values, v.Findings = found.Values, found.Findings
	v.Held, v.Before = before(h, sub.Quarter)
	v.At, v.Read = map[metrics.ReturnCell]dashboard.Place{}, map[dashboard.Place]string{}
	for _, n := range found.Unread {
		v.At[n.ReturnCell] = dashboard.Place{Sheet: n.Sheet, Cell: n.Cell}
	}
	for _, sheet := range found.Grid {
		for _, row := range sheet.Rows {
			for _, cell := range row.Cells {
				v.Read[dashboard.Place{Sheet: sheet.Name, Cell: cell.Ref}] = cell.Text
			}
		}
	}
	return v, nil
}

// before are the numbers in force for a quarter and for the one before it.
func before(h returns.Held, quarter metrics.Period) (now, last []metrics.ReturnValue) {
	if h.Now != nil {
		now = h.Now.Values
	}
	for _, r := range h.Before {
		if r.Quarter.Last+1 == quarter.First {
			last = r.Values
		}
	}
	return now, last
}

func (r *round) Accept(ctx context.Context, id int64, a dashboard.Acceptance) error {
	found, err := r.screenAhead(ctx, id)
	if err != nil {
		return err
	}
	return r.Update(ctx, "accept a return", func(tx *store.Session) error {
		if err := r.acceptIn(ctx, tx, id, found, a); err != nil {
			return err
		}
		done, err := tx.Compute(ctx, r.strategy, fmt.Sprintf("return %d accepted", id))
		if err == nil && !a.Hide {
			err = r.hiding(done.Hidden)
		}
		return err
	})
}

// hiding says which figures that are shown now a return would hide; nil where
// there is none.
func (r *round) hiding(hidden []metrics.Figure) error {
	var out dashboard.Hiding
	for _, f := range hidden {
		ind, _ := r.strategy.Indicator(f.Indicator)
		out = append(out, ind.Title+", "+f.Period.Label())
	}
	if len(out) == 0 {
		return nil
	}
	return metrics.Errorf(metrics.Conflict, "%w", out)
}

// acceptIn puts a return in force, without the figures. found is what it was
// screened for just before; another return may have been decided upon since,
// and then this one is to be looked at again.
func (r *round) acceptIn(ctx context.Context, tx *store.Session, id int64, found screening, a dashboard.Acceptance) error {
	sub, err := tx.Submission(ctx, id)
	if err != nil {
		return err
	}
	decision := store.Decision{By: a.Who, Reason: a.Reason}
	if sub.Status == metrics.SubmissionReceived { // else Accept says who was first
		project, err := r.stood(sub)
		if err != nil {
			return err
		}
		h, err := held(ctx, tx, project.ID, sub.Quarter)
		if err != nil {
			return err
		}
		if found.key != r.against(handed{sub.File, sub.SHA, project, sub.Quarter}, h) {
			return metrics.Errorf(metrics.Conflict, "what this return is checked against changed at this very moment, as when another return of the project is accepted: look at what is found now, then accept it")
		}
		if !sameValues(found.Values, sub.Values) {
			return metrics.Errorf(metrics.Conflict, "what the strategy asks of the project has changed since this return was handed in: hand the same file in again, and it is read anew")
		}
		decision.Findings = slices.Clone(found.Findings)
		for i, f := range decision.Findings {
			if f.Severity != metrics.Warn {
				continue
			}
			decision.Findings[i].Reason = a.Reasons[dashboard.FindingKey(f)]
			if decision.Findings[i].Reason == "" {
				decision.Findings[i].Reason = a.Same
			}
		}
		decision.Reason = reasonOf(a, decision.Findings)
	}
	if err := tx.Accept(ctx, id, decision); err != nil {
		return err
	}
	return tx.Audit(ctx, metrics.AuditEntry{Who: a.Who, Action: "return accepted", What: sub.Project + " " + sub.Quarter.Code(),
		Detail: strings.TrimSuffix(fmt.Sprintf("return %d: %s", id, decision.Reason), ": ")})
}

// reasonOf is the reason of a decision: the one that was given for it, else
// those for its warnings, else what was said without there being a warning.
func reasonOf(a dashboard.Acceptance, findings []metrics.Finding) string {
	if a.Reason != "" {
		return a.Reason
	}
	var reasons []string
	for _, f := range findings {
		if f.Reason != "" && !slices.Contains(reasons, f.Reason) {
			reasons = append(reasons, f.Reason)
		}
	}
	if len(reasons) == 0 {
		return a.Same
	}
	return strings.Join(reasons, "; ")
}

// sameValues says whether two readings of a file are one, in whatever order.
func sameValues(a, b []metrics.ReturnValue) bool {
	if len(a) != len(b) {
		return false
	}
	held := map[metrics.ReturnValue]bool{}
	for _, v := range a {
		held[v] = true
	}
	return !slices.ContainsFunc(b, func(v metrics.ReturnValue) bool { return !held[v] })
}

func (r *round) Withdraw(ctx context.Context, id int64, who, reason string) error {
	return r.Update(ctx, "withdraw a return", func(tx *store.Session) error {
		if err := withdrawIn(ctx, tx, id, who, reason); err != nil {
			return err
		}
		_, err := tx.Compute(ctx, r.strategy, fmt.Sprintf("return %d withdrawn", id))
		return err
	})
}

// withdrawIn takes a return out of force, without the figures.
func withdrawIn(ctx context.Context, tx *store.Session, id int64, who, reason string) error {
	sub, err := tx.Submission(ctx, id)
	if err != nil {
		return err
	}
	if err := tx.Withdraw(ctx, id, who, reason); err != nil {
		return err
	}
	action := "return set aside"
	if sub.Status == metrics.SubmissionAccepted {
		action = "return withdrawn"
	}
	return tx.Audit(ctx, metrics.AuditEntry{Who: who, Action: action, What: sub.Project + " " + sub.Quarter.Code(), Detail: fmt.Sprintf("return %d: %s", id, reason)})
}

func (r *round) Marked(ctx context.Context, w io.Writer, id int64) error {
	v, err := r.Preview(ctx, id)
	if err != nil {
		return err
	}
	body, err := r.RawFile(ctx, v.SHA)
	if err != nil {
		return err
	}
	if err := returns.Mark(w, body, v.Findings); err != nil {
		return metrics.Errorf(metrics.Invalid, "this file cannot be marked: %w", err)
	}
	return nil
}
