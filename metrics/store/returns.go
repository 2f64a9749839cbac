package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"

	"outcomes/metrics"
)

// KeepFile keeps a file as it came and gives its SHA-256 in hex. The same
// bytes are kept once.
func (s *Session) KeepFile(ctx context.Context, body []byte) (string, error) {
	sum := sha256.Sum256(body)
	sha := hex.EncodeToString(sum[:])
	_, err := s.tx.ExecContext(ctx, `INSERT INTO raw_file (sha, size, body, kept_at) VALUES (?,?,?,?) ON CONFLICT (sha) DO NOTHING`,
		sha, len(body), body, s.stamp())
	return sha, err
}

// RawFile gives a file as it came.
func (s reading) RawFile(ctx context.Context, sha string) ([]byte, error) {
	var body []byte
	err := s.q.QueryRowContext(ctx, `SELECT body FROM raw_file WHERE sha = ?`, sha).Scan(&body)
	if err == sql.ErrNoRows {
		return nil, metrics.Errorf(metrics.NotFound, "there is no file with the SHA-256 %s", sha)
	}
	if err != nil {
		return nil, failed("read a file", err)
	}
	return body, nil
}

// Receive writes a return that was handed in, with what was read from it and
// what was found, and gives its number. One of the same project and quarter
// that still waits for a decision is discarded: the newer takes its place.
// Its file must have been kept.
func (s *Session) Receive(ctx context.Context, sub metrics.Submission) (int64, error) {
	now := s.stamp()
	if _, err := s.tx.ExecContext(ctx, `UPDATE submission SET status = 'discarded', decided_by = ?, decided_at = ?, reason = 'A newer file took its place.'
		WHERE project = ? AND period = ? AND status = 'received'`, sub.ReceivedBy, now, sub.Project, sub.Quarter.Code()); err != nil {
		return 0, err
	}
	res, err := s.tx.ExecContext(ctx, `INSERT INTO submission (project, period, file, sha, template, sample, status, received_by, received_at)
		VALUES (?,?,?,?,?,?,'received',?,?)`, sub.Project, sub.Quarter.Code(), sub.File, sub.SHA, sub.Template, sub.Sample, sub.ReceivedBy, now)
	if err != nil {
		return 0, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, err
	}
	values := newBulk(s.tx, `INSERT INTO submission_value (submission_id, measure, part, dimension, item, value, not_available, sheet, cell) VALUES `, "", 9)
	for _, v := range sub.Values {
		if err := values.add(ctx, id, v.Measure, v.Part, v.Dimension, v.Item, v.Value, v.NotAvailable, v.Sheet, v.Cell); err != nil {
			return 0, err
		}
	}
	if err := values.flush(ctx); err != nil {
		return 0, err
	}
	return id, s.saveFindings(ctx, id, sub.Findings)
}

// saveFindings replaces what is known to be wrong with a return.
func (s *Session) saveFindings(ctx context.Context, id int64, findings []metrics.Finding) error {
	if _, err := s.tx.ExecContext(ctx, `DELETE FROM submission_finding WHERE submission_id = ?`, id); err != nil {
		return err
	}
	rows := newBulk(s.tx, `INSERT INTO submission_finding (submission_id, seq, rule, severity, sheet, cell, message, mend, reason) VALUES `, "", 9)
	for i, f := range findings {
		severity := f.Severity
		if severity == metrics.Note { // the column knows two: a note is a warning with nothing to mend
			severity, f.Mend = metrics.Warn, ""
		}
		if err := rows.add(ctx, id, i, f.Rule, severity, f.Sheet, f.Cell, f.Message, f.Mend, f.Reason); err != nil {
			return err
		}
	}
	return rows.flush(ctx)
}

// Decision is what somebody decides about a return.
type Decision struct {
	By     string // e-mail address, or "command line"
	Reason string // in words
	// Findings are those of the last screening, with a reason for each warning.
	Findings []metrics.Finding
}

// Accept puts a return in force: it becomes a batch, and one that was in force
// before stays in the history as replaced. The figures are the caller's to
// compute, in the same session. A return that somebody else decided upon in
// the meantime is a conflict; one with a failure, or a warning without a
// reason, is invalid.
func (s *Session) Accept(ctx context.Context, id int64, d Decision) error {
	sub, err := s.Submission(ctx, id)
	if err != nil {
		return err
	}
	if sub.Status != metrics.SubmissionReceived {
		return metrics.Errorf(metrics.Conflict, "this return was %s by %s on %s: nothing was changed. Open the matrix of returns to see what is held now",
			sub.Status, sub.DecidedBy, day(sub.DecidedAt))
	}
	for _, f := range d.Findings {
		if f.Severity == metrics.Fail {
			return metrics.Errorf(metrics.Invalid, "this return cannot be accepted: %s %s", f.Message, f.Mend)
		}
		if f.Severity == metrics.Warn && strings.TrimSpace(f.Reason) == "" {
			return metrics.Errorf(metrics.Invalid, "a warning waits for a reason: %s", f.Message)
		}
	}
	if len(sub.Values) == 0 {
		return metrics.Errorf(metrics.Invalid, "this return holds no number: there is nothing to accept")
	}
	rel := Release{Batch: metrics.Batch{
		Source: metrics.ReturnsSource, Release: returnRelease(sub.Project, sub.Quarter), File: sub.File, Name: sub.File,
		Size: sub.Size, Digest: "sha256:" + sub.SHA, Period: sub.Quarter.Code(),
		Account: metrics.Account{Read: int64(len(sub.Values)), Kept: int64(len(sub.Values))},
		Facts:   int64(len(sub.Values)), FactsSHA: fmt.Sprintf("submission:%d", id), Sample: sub.Sample,
	}}
	if err := sameMake(ctx, s.tx, rel); err != nil {
		return err
	}
	batch, err := s.insertBatch(ctx, s.tx, rel.Batch)
	if err != nil {
		return err
	}
	now := s.stamp()
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`UPDATE batch SET current = 0, superseded_by = ?1, replaced_by = ?1 WHERE source = ?2 AND release = ?3 AND current = 1 AND id <> ?1`,
			[]any{batch, metrics.ReturnsSource, rel.Release}},
		{`UPDATE submission SET status = 'replaced' WHERE project = ? AND period = ? AND status = 'accepted'`, []any{sub.Project, sub.Quarter.Code()}},
		{`UPDATE submission SET status = 'accepted', decided_by = ?, decided_at = ?, reason = ?, batch_id = ? WHERE id = ?`, []any{d.By, now, d.Reason, batch, id}},
		{`UPDATE house SET facts = facts + 1`, nil},
	} {
		if _, err := s.tx.ExecContext(ctx, step.query, step.args...); err != nil {
			return err
		}
	}
	return s.saveFindings(ctx, id, d.Findings)
}

// Withdraw takes an accepted return out of force, or sets aside one that waits;
// the file and the history stay. The figures are the caller's to compute, in
// the same session.
func (s *Session) Withdraw(ctx context.Context, id int64, by, reason string) error {
	sub, err := s.Submission(ctx, id)
	if err != nil {
		return err
	}
	status := metrics.SubmissionWithdrawn
	switch sub.Status {
	case metrics.SubmissionAccepted:
	case metrics.SubmissionReceived:
		status = metrics.SubmissionDiscarded
	default:
		return metrics.Errorf(metrics.Conflict, "this return is already %s: nothing was changed", sub.Status)
	}
	if strings.TrimSpace(reason) == "" {
		return metrics.Errorf(metrics.Invalid, "say why the return is withdrawn: the reason stays in its history")
	}
	if _, err := s.tx.ExecContext(ctx, `UPDATE submission SET status = ?, decided_by = ?, decided_at = ?, reason = ? WHERE id = ?`,
		status, by, s.stamp(), reason, id); err != nil {
		return err
	}
	if sub.Status == metrics.SubmissionReceived {
		return nil
	}
	if _, err := s.tx.ExecContext(ctx, `UPDATE batch SET current = 0 WHERE id = ?`, sub.Batch); err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, `UPDATE house SET facts = facts + 1`)
	return err
}

func returnRelease(project string, quarter metrics.Period) string {
	return "returns/" + project + "/" + quarter.Code()
}

// day is the date of a time stamp.
func day(stamp string) string {
	date, _, _ := strings.Cut(stamp, "T")
	return date
}

const submissionColumns = `s.id, s.project, s.period, s.file, s.sha, r.size, s.template, s.sample, s.status, s.received_by, s.received_at,
	s.decided_by, s.decided_at, s.reason, coalesce(s.batch_id, 0)`

func scanSubmission(row interface{ Scan(...any) error }) (metrics.Submission, error) {
	var sub metrics.Submission
	var period string
	err := row.Scan(&sub.ID, &sub.Project, &period, &sub.File, &sub.SHA, &sub.Size, &sub.Template, &sub.Sample, &sub.Status, &sub.ReceivedBy, &sub.ReceivedAt,
		&sub.DecidedBy, &sub.DecidedAt, &sub.Reason, &sub.Batch)
	if err != nil {
		return sub, err
	}
	sub.Quarter, err = metrics.ParsePeriod(period)
	return sub, err
}

// Submission gives one return that was handed in, with its values and findings.
func (s reading) Submission(ctx context.Context, id int64) (metrics.Submission, error) {
	sub, err := scanSubmission(s.q.QueryRowContext(ctx, `SELECT `+submissionColumns+` FROM submission s JOIN raw_file r ON r.sha = s.sha WHERE s.id = ?`, id))
	if err == sql.ErrNoRows {
		return sub, metrics.Errorf(metrics.NotFound, "there is no return with the number %d", id)
	}
	if err != nil {
		return sub, failed("read a return", err)
	}
	if sub.Values, err = s.submissionValues(ctx, id); err != nil {
		return sub, failed("read a return", err)
	}
	err = s.each(ctx, `SELECT rule, severity, sheet, cell, message, mend, reason FROM submission_finding WHERE submission_id = ? ORDER BY seq`, func(r *sql.Rows) error {
		var f metrics.Finding
		err := r.Scan(&f.Rule, &f.Severity, &f.Sheet, &f.Cell, &f.Message, &f.Mend, &f.Reason)
		if f.Severity == metrics.Warn && f.Mend == "" {
			f.Severity = metrics.Note
		}
		sub.Findings = append(sub.Findings, f)
		return err
	}, id)
	if err != nil {
		return sub, failed("read a return", err)
	}
	return sub, nil
}

func (s reading) submissionValues(ctx context.Context, id int64) ([]metrics.ReturnValue, error) {
	var out []metrics.ReturnValue
	err := s.each(ctx, `SELECT measure, part, dimension, item, value, not_available, sheet, cell FROM submission_value
		WHERE submission_id = ? ORDER BY measure, part, dimension, item`, func(r *sql.Rows) error {
		var v metrics.ReturnValue
		err := r.Scan(&v.Measure, &v.Part, &v.Dimension, &v.Item, &v.Value, &v.NotAvailable, &v.Sheet, &v.Cell)
		out = append(out, v)
		return err
	}, id)
	return out, err
}

// Submissions lists the returns that were handed in, without values and
// findings, the newest first; of every project and quarter where these are empty.
func (s reading) Submissions(ctx context.Context, project, quarter string) ([]metrics.Submission, error) {
	var out []metrics.Submission
	err := s.each(ctx, `SELECT `+submissionColumns+` FROM submission s JOIN raw_file r ON r.sha = s.sha
		WHERE (?1 = '' OR s.project = ?1) AND (?2 = '' OR s.period = ?2) ORDER BY s.id DESC`, func(r *sql.Rows) error {
		sub, err := scanSubmission(r)
		out = append(out, sub)
		return err
	}, project, quarter)
	if err != nil {
		return nil, failed("list the returns", err)
	}
	return out, nil
}

// AcceptedReturn gives the return of a project for a quarter that is in force; ok
// is false where none is.
func (s reading) AcceptedReturn(ctx context.Context, project string, quarter metrics.Period) (metrics.AcceptedReturn, bool, error) {
	ret := metrics.AcceptedReturn{Project: project, Quarter: quarter}
	var id int64
	err := s.q.QueryRowContext(ctx, `SELECT id, batch_id FROM submission WHERE project = ? AND period = ? AND status = 'accepted'`, project, quarter.Code()).Scan(&id, &ret.Batch)
	if err == sql.ErrNoRows {
		return ret, false, nil
	}
	if err == nil {
		ret.Values, err = s.submissionValues(ctx, id)
	}
	if err != nil {
		return ret, false, failed("read a return", err)
	}
	return ret, true, nil
}

// Standings gives what is on record of the returns, by project and quarter.
func (s reading) Standings(ctx context.Context) ([]metrics.Standing, error) {
	var out []metrics.Standing
	quarters := map[string]metrics.Period{}
	err := s.each(ctx, `SELECT project, period, max(id), coalesce(max(CASE status WHEN 'received' THEN id END), 0),
			coalesce(max(CASE status WHEN 'accepted' THEN id END), 0), coalesce(max(CASE status WHEN 'withdrawn' THEN id END), 0),
			coalesce(max(CASE status WHEN 'received' THEN EXISTS (SELECT 1 FROM submission_finding f WHERE f.submission_id = submission.id AND f.severity = 'fail') END), 0)
		FROM submission GROUP BY project, period`, func(r *sql.Rows) error {
		var on metrics.Standing
		var period string
		if err := r.Scan(&on.Project, &period, &on.Newest, &on.Waiting, &on.Accepted, &on.Withdrawn, &on.Broken); err != nil {
			return err
		}
		if _, ok := quarters[period]; !ok {
			var err error
			if quarters[period], err = metrics.ParsePeriod(period); err != nil {
				return err
			}
		}
		on.Quarter = quarters[period]
		out = append(out, on)
		return nil
	})
	if err != nil {
		return nil, failed("see how the returns stand", err)
	}
	return out, nil
}

// AcceptedReturns gives the returns of a project that are in force, the oldest quarter first.
func (s reading) AcceptedReturns(ctx context.Context, project string) ([]metrics.AcceptedReturn, error) {
	var f metrics.Facts
	if err := s.returnsOf(ctx, &f, project); err != nil {
		return nil, failed("read the returns of "+project, err)
	}
	return f.Returns[project], nil
}

// returns fills in the accepted returns.
func (s reading) returns(ctx context.Context, f *metrics.Facts) error { return s.returnsOf(ctx, f, "") }

// returnsOf fills in the accepted returns of a project, "" for all.
func (s reading) returnsOf(ctx context.Context, f *metrics.Facts, project string) error {
	list, err := s.returnsWhere(ctx, "s.status = 'accepted' AND (?1 = '' OR s.project = ?1)", project)
	f.Returns = map[string][]metrics.AcceptedReturn{}
	for _, ret := range list {
		f.Returns[ret.Project] = append(f.Returns[ret.Project], ret)
	}
	return err
}

// formerReturns gives those that were accepted once and are replaced or withdrawn.
func (s reading) formerReturns(ctx context.Context) ([]metrics.AcceptedReturn, error) {
	return s.returnsWhere(ctx, "s.status IN ('replaced', 'withdrawn') AND s.batch_id IS NOT NULL")
}

// returnsWhere gives returns by project, the oldest quarter first.
func (s reading) returnsWhere(ctx context.Context, where string, args ...any) (list []metrics.AcceptedReturn, err error) {
	last := int64(0)
	err = s.each(ctx, `SELECT s.id, s.project, s.period, s.batch_id, v.measure, v.part, v.dimension, v.item, v.value, v.not_available
		FROM submission s JOIN submission_value v ON v.submission_id = s.id
		WHERE `+where+` ORDER BY s.project, s.period, s.id, v.measure, v.part, v.dimension, v.item`, func(r *sql.Rows) error {
		var id, batch int64
		var project, period string
		var v metrics.ReturnValue
		if err := r.Scan(&id, &project, &period, &batch, &v.Measure, &v.Part, &v.Dimension, &v.Item, &v.Value, &v.NotAvailable); err != nil {
			return err
		}
		if id != last {
			quarter, err := metrics.ParsePeriod(period)
			if err != nil {
				return err
			}
			list = append(list, metrics.AcceptedReturn{Project: project, Quarter: quarter, Batch: batch})
			last = id
		}
		ret := &list[len(list)-1]
		ret.Values = append(ret.Values, v)
		return nil
	}, args...)
	return list, err
}
