package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"

	"outcomes/metrics"
)

const personColumns = `id, email, name, role, password, created_at, removed_at, failed, locked_until, epoch`

func scanPerson(row interface{ Scan(...any) error }) (metrics.Person, error) {
	var p metrics.Person
	err := row.Scan(&p.ID, &p.Email, &p.Name, &p.Role, &p.Password, &p.CreatedAt, &p.RemovedAt, &p.Failed, &p.LockedUntil, &p.Epoch)
	return p, err
}

// People lists everybody who may sign in, or once could, by e-mail address.
func (s reading) People(ctx context.Context) ([]metrics.Person, error) {
	var out []metrics.Person
	err := s.each(ctx, `SELECT `+personColumns+` FROM person ORDER BY email`, func(r *sql.Rows) error {
		p, err := scanPerson(r)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, failed("list the people", err)
	}
	return out, nil
}

// Person gives who goes by an e-mail address, in any case of letters.
func (s reading) Person(ctx context.Context, email string) (metrics.Person, error) {
	return s.person(ctx, `email = ?`, strings.ToLower(strings.TrimSpace(email)), email)
}

// PersonByID gives a person by number.
func (s reading) PersonByID(ctx context.Context, id int64) (metrics.Person, error) {
	return s.person(ctx, `id = ?`, id, "that number")
}

func (s reading) person(ctx context.Context, where string, arg any, name string) (metrics.Person, error) {
	p, err := scanPerson(s.q.QueryRowContext(ctx, `SELECT `+personColumns+` FROM person WHERE `+where, arg))
	if err == sql.ErrNoRows {
		return p, metrics.Errorf(metrics.NotFound, "there is nobody with %s here: `outcomes user list` shows who there is", name)
	}
	if err != nil {
		return p, failed("look up a person", err)
	}
	return p, nil
}

// AddPerson adds somebody who may sign in once the invitation is taken. One
// who was removed comes back with the new name and role, without a password.
func (s *Session) AddPerson(ctx context.Context, p metrics.Person) (int64, error) {
	email := strings.ToLower(strings.TrimSpace(p.Email))
	held, err := s.Person(ctx, email)
	switch {
	case err == nil && held.RemovedAt == "":
		return 0, metrics.Errorf(metrics.Conflict, "%s is there already, as %s: `outcomes user role` changes the role", email, held.Role)
	case err == nil:
		_, err := s.tx.ExecContext(ctx, `UPDATE person SET name = ?, role = ?, password = '', removed_at = '', failed = 0, locked_until = '', epoch = epoch + 1 WHERE id = ?`, p.Name, p.Role, held.ID)
		return held.ID, err
	case metrics.KindOf(err) != metrics.NotFound:
		return 0, err
	}
	res, err := s.tx.ExecContext(ctx, `INSERT INTO person (email, name, role, created_at) VALUES (?,?,?,?)`, email, p.Name, p.Role, s.stamp())
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// SavePerson writes a person who is there: address, name, role, password,
// failed tries, lock and removal. A change of role, password or removal ends
// the person's sessions, for they are of an earlier epoch.
func (s *Session) SavePerson(ctx context.Context, p metrics.Person) error {
	_, err := s.tx.ExecContext(ctx, `UPDATE person SET email = ?1, name = ?2, role = ?3, password = ?4, removed_at = ?5, failed = ?6, locked_until = ?7,
		epoch = epoch + CASE WHEN role <> ?3 OR password <> ?4 OR removed_at <> ?5 THEN 1 ELSE 0 END WHERE id = ?8`,
		p.Email, p.Name, p.Role, p.Password, p.RemovedAt, p.Failed, p.LockedUntil, p.ID)
	return err
}

// Invite makes a token good once, until it expires, for a person; older ones
// of the same person are void. Only the token's hash is kept.
func (s *Session) Invite(ctx context.Context, person int64, token string, expires time.Time) error {
	if _, err := s.tx.ExecContext(ctx, `DELETE FROM invitation WHERE person_id = ?`, person); err != nil {
		return err
	}
	_, err := s.tx.ExecContext(ctx, `INSERT INTO invitation (hash, person_id, expires) VALUES (?,?,?)`, hashed(token), person, expires.UTC().Format(time.RFC3339))
	return err
}

// Invited gives the person whom a token invites, while it is good.
func (s reading) Invited(ctx context.Context, token string, now time.Time) (metrics.Person, error) {
	var id int64
	err := s.q.QueryRowContext(ctx, `SELECT i.person_id FROM invitation i JOIN person p ON p.id = i.person_id
		WHERE i.hash = ? AND i.used_at = '' AND i.expires > ? AND p.removed_at = ''`,
		hashed(token), now.UTC().Format(time.RFC3339)).Scan(&id)
	if err == sql.ErrNoRows {
		return metrics.Person{}, metrics.Errorf(metrics.NotFound, "this link has been used, has expired or was never made: ask an administrator for a new one")
	}
	if err != nil {
		return metrics.Person{}, failed("look up an invitation", err)
	}
	return s.PersonByID(ctx, id)
}

// TakeInvitation uses a token up and gives whom it invites.
func (s *Session) TakeInvitation(ctx context.Context, token string) (metrics.Person, error) {
	p, err := s.Invited(ctx, token, s.now())
	if err != nil {
		return p, err
	}
	_, err = s.tx.ExecContext(ctx, `UPDATE invitation SET used_at = ? WHERE hash = ?`, s.stamp(), hashed(token))
	return p, err
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Audit adds a line to the audit trail. It stands or falls with the session's
// other writes.
func (s *Session) Audit(ctx context.Context, e metrics.AuditEntry) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO audit (at, who, action, what, detail) VALUES (?,?,?,?,?)`, s.stamp(), e.Who, e.Action, e.What, e.Detail)
	return err
}

// AuditTrail gives up to limit lines before the one with that number, the
// newest first; before 0 is from the end, limit 0 is all.
func (s reading) AuditTrail(ctx context.Context, before int64, limit int) ([]metrics.AuditEntry, error) {
	if limit == 0 {
		limit = -1
	}
	var out []metrics.AuditEntry
	err := s.each(ctx, `SELECT id, at, who, action, what, detail FROM audit WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2`, func(r *sql.Rows) error {
		var e metrics.AuditEntry
		err := r.Scan(&e.ID, &e.At, &e.Who, &e.Action, &e.What, &e.Detail)
		out = append(out, e)
		return err
	}, before, limit)
	if err != nil {
		return nil, failed("read the audit trail", err)
	}
	return out, nil
}

// Sessions keeps the sessions of those who are signed in. It has the methods
// that a session manager asks of its store.
type Sessions struct{ s *Store }

// Sessions are the store's.
func (s *Store) Sessions() Sessions { return Sessions{s} }

// FindCtx gives a session's data by its token; found is false when there is
// none or it has expired.
func (x Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = x.s.r.QueryRowContext(ctx, `SELECT data FROM session WHERE token = ? AND expiry > ?`, hashed(token), x.s.now().Unix()).Scan(&data)
	if err == sql.ErrNoRows {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, failed("look up a session", err)
	}
	return data, true, nil
}

// CommitCtx writes a session.
func (x Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return x.s.Update(ctx, "keep a session", func(s *Session) error {
		_, err := s.tx.ExecContext(ctx, `INSERT INTO session (token, data, expiry) VALUES (?,?,?)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry`, hashed(token), data, expiry.Unix())
		return err
	})
}

// Refresh writes a session that is there. One that has ended meanwhile is not
// brought back.
func (x Sessions) Refresh(ctx context.Context, token string, data []byte) error {
	return x.s.Update(ctx, "keep a session", func(s *Session) error {
		_, err := s.tx.ExecContext(ctx, `UPDATE session SET data = ? WHERE token = ?`, data, hashed(token))
		return err
	})
}

// DeleteCtx ends a session. One that is not there is no error.
func (x Sessions) DeleteCtx(ctx context.Context, token string) error {
	return x.s.Update(ctx, "end a session", func(s *Session) error {
		_, err := s.tx.ExecContext(ctx, `DELETE FROM session WHERE token = ? OR expiry <= ?`, hashed(token), s.now().Unix())
		return err
	})
}

// Find, Commit and Delete are the same without a context.
func (x Sessions) Find(token string) ([]byte, bool, error) {
	return x.FindCtx(context.Background(), token)
}

// Commit writes a session.
func (x Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return x.CommitCtx(context.Background(), token, data, expiry)
}

// Delete ends a session.
func (x Sessions) Delete(token string) error { return x.DeleteCtx(context.Background(), token) }
