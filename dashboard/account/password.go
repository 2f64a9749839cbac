package account

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"outcomes/metrics"
)

// cost is the second choice of RFC 9106, section 4: 64 MiB, three passes, four
// lanes, 128 bits of salt, 256 bits of key.
var cost = &argon2id.Params{Memory: 64 << 10, Iterations: 3, Parallelism: 4, SaltLength: 16, KeyLength: 32}

// hashedAtOnce bounds the memory that people who sign in can take: 64 MiB each.
const hashedAtOnce = 2

const (
	shortestPassword = 12 // characters
	longestPassword  = 200
)

func hash(password string) (string, error) { return argon2id.CreateHash(password, cost) }

// hash waits for a place first.
func (a *Accounts) hash(ctx context.Context, password string) (string, error) {
	if err := a.place(ctx); err != nil {
		return "", err
	}
	defer func() { <-a.hashing }()
	return hash(password)
}

func (a *Accounts) matches(ctx context.Context, password, encoded string) (bool, error) {
	if err := a.place(ctx); err != nil {
		return false, err
	}
	defer func() { <-a.hashing }()
	return argon2id.ComparePasswordAndHash(password, encoded)
}

func (a *Accounts) place(ctx context.Context) error {
	select {
	case a.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func checkPassword(password, again, email string) Problems {
	switch n := utf8.RuneCountInString(password); {
	case n == 0:
		return Problems{{"password", "Choose a password."}}
	case n < shortestPassword:
		return Problems{{"password", fmt.Sprintf("The password is too short: it needs at least %d characters. Three words are easy to remember.", shortestPassword)}}
	case n > longestPassword:
		return Problems{{"password", fmt.Sprintf("The password is too long: it can have at most %d characters.", longestPassword)}}
	case address(password) == email:
		return Problems{{"password", "The password is the e-mail address. Choose one that others cannot guess."}}
	case password != again:
		return Problems{{"again", "The two passwords differ. Type the same one twice."}}
	}
	return nil
}

// Wrong passwords lock the address for a time that doubles with each one more.
const (
	wrongBeforeLock = 5
	firstLock       = 15 * time.Minute
	longestLock     = 24 * time.Hour
)

func lockFor(failed int) time.Duration {
	if failed < wrongBeforeLock {
		return 0
	}
	lock := firstLock
	for range failed - wrongBeforeLock {
		if lock *= 2; lock >= longestLock {
			return longestLock
		}
	}
	return lock
}

// refused is all that somebody learns whom a password did not let in, whether
// the address is unknown, removed or locked, or the password wrong.
const refused = "The e-mail address or the password is not right. After five wrong passwords an address is locked for 15 minutes, and longer with each one more."

// SignIn checks address and password. from is the network address that asks.
// Whoever is refused learns nothing about whether the address is known, by
// word or by the time it takes.
func (a *Accounts) SignIn(ctx context.Context, email, password, from string) (metrics.Person, error) {
	return a.check(ctx, email, password, from, func(tx Changes, p metrics.Person) error {
		return tx.Audit(ctx, metrics.AuditEntry{Who: p.Email, Action: "signed in", What: p.Email, Detail: "from " + from})
	})
}

// check goes on to then, in the same transaction, when the password is right.
func (a *Accounts) check(ctx context.Context, email, password, from string, then func(Changes, metrics.Person) error) (metrics.Person, error) {
	p, err := a.Store.Person(ctx, address(email))
	if err != nil && metrics.KindOf(err) != metrics.NotFound {
		return p, err
	}
	known := err == nil && p.RemovedAt == "" && p.Password != ""
	encoded := a.nobody
	if known {
		encoded = p.Password
	}
	match, err := a.matches(ctx, password, encoded)
	if err != nil {
		return p, fmt.Errorf("checking a password: %w", err)
	}
	let := false
	err = a.Store.Change(ctx, "sign in", func(tx Changes) error {
		let = false
		entry := metrics.AuditEntry{Who: "not known", Action: "sign-in failed", What: "an address that is not here", Detail: "from " + from}
		if !known {
			return tx.Audit(ctx, entry) // without what was typed: people type passwords there
		}
		// Others may have tried meanwhile: what counts is what is held now.
		held, err := tx.PersonByID(ctx, p.ID)
		if err != nil {
			return err
		}
		entry.What = held.Email
		now := a.Now().UTC()
		switch {
		case held.RemovedAt != "" || held.Password != p.Password:
			return tx.Audit(ctx, entry)
		case held.LockedUntil > now.Format(time.RFC3339):
			entry.Detail += ", while locked"
			return tx.Audit(ctx, entry)
		case !match:
			held.Failed++
			lock := lockFor(held.Failed)
			if lock > 0 {
				held.LockedUntil = now.Add(lock).Format(time.RFC3339)
			}
			if err := tx.SavePerson(ctx, held); err != nil {
				return err
			}
			if err := tx.Audit(ctx, entry); err != nil || lock == 0 {
				return err
			}
			return tx.Audit(ctx, metrics.AuditEntry{Who: "not known", Action: "locked", What: held.Email, Detail: fmt.Sprintf("until %s, after %d wrong passwords", held.LockedUntil, held.Failed)})
		}
		held.Failed, held.LockedUntil = 0, ""
		if err := tx.SavePerson(ctx, held); err != nil {
			return err
		}
		if err := then(tx, held); err != nil {
			return err
		}
		let = true
		p, err = tx.PersonByID(ctx, held.ID)
		return err
	})
	if err != nil {
		return p, err
	}
	if !let {
		return metrics.Person{}, metrics.Errorf(metrics.Unauthorized, "%s", refused)
	}
	return p, nil
}

// ChangePassword sets a person's own password; all of their sessions end. A
// wrong current one counts as a wrong one at sign-in does.
func (a *Accounts) ChangePassword(ctx context.Context, p metrics.Person, current, password, again, from string) (metrics.Person, error) {
	wrong := checkPassword(password, again, p.Email)
	if p.Password != "" && current == "" {
		wrong = append(Problems{{"current", "Enter the password that you have now."}}, wrong...)
	}
	if len(wrong) > 0 {
		return p, wrong
	}
	encoded, err := a.hash(ctx, password)
	if err != nil {
		return p, err
	}
	set := func(tx Changes, held metrics.Person) error {
		held.Password = encoded
		if err := tx.SavePerson(ctx, held); err != nil {
			return err
		}
		return tx.Audit(ctx, metrics.AuditEntry{Who: held.Email, Action: "password changed", What: held.Email, Detail: "from " + from})
	}
	if p.Password == "" { // came by a link that signs in directly
		err := a.Store.Change(ctx, "set a password", func(tx Changes) error {
			held, err := present(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			if held.Password != "" {
				return metrics.Errorf(metrics.Conflict, "Somebody has just set this password. Sign in with it.")
			}
			if err := set(tx, held); err != nil {
				return err
			}
			p, err = tx.PersonByID(ctx, p.ID)
			return err
		})
		return p, err
	}
	changed, err := a.check(ctx, p.Email, current, from, set)
	if metrics.KindOf(err) == metrics.Unauthorized {
		return p, Problems{{"current", "This is not the password that you have now. After five wrong ones the address is locked for a while."}}
	}
	return changed, err
}
