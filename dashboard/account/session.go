package account

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"outcomes/metrics"
)

const (
	cookieName = "outcomes"
	idle       = 12 * time.Hour     // a session ends when nothing was asked for so long
	lifetime   = 7 * 24 * time.Hour // and at the latest so long after signing in
	seenEvery  = 10 * time.Minute   // how often it is written down that something was asked
)

type personKey struct{}

// Of gives who is signed in, of a request's context.
func Of(ctx context.Context) (metrics.Person, bool) {
	p, ok := ctx.Value(personKey{}).(metrics.Person)
	return p, ok
}

// Recognise gives the request with who is signed in in its context. The person
// is read anew with every request, so a change of role holds at once; a
// session from before a change of role or password, or of somebody removed, is
// nobody's.
func (a *Accounts) Recognise(r *http.Request) (*http.Request, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil || cookie.Value == "" {
		return r, nil
	}
	ctx, err := a.manager.Load(r.Context(), cookie.Value)
	if err != nil {
		return r, fmt.Errorf("looking up a session: %w", err)
	}
	id := a.manager.GetInt64(ctx, "person")
	if id == 0 {
		return r, nil
	}
	r = r.WithContext(ctx)
	now := a.Now()
	since, seen := time.Unix(a.manager.GetInt64(ctx, "since"), 0), time.Unix(a.manager.GetInt64(ctx, "seen"), 0)
	if now.Sub(seen) >= idle || now.Sub(since) >= lifetime {
		return r, nil
	}
	p, err := a.Store.PersonByID(ctx, id)
	if err != nil {
		return r, err
	}
	if p.RemovedAt != "" || p.Epoch != a.manager.GetInt64(ctx, "epoch") {
		return r, nil
	}
	if now.Sub(seen) >= seenEvery {
		if err := a.saw(ctx, id, p.Epoch, since, now); err != nil {
			return r, err
		}
	}
	return r.WithContext(context.WithValue(ctx, personKey{}, p)), nil
}

// saw writes down when a session was last used. An import may hold the
// database for longer than a page can wait: then the next request does it.
func (a *Accounts) saw(ctx context.Context, id, epoch int64, since, now time.Time) error {
	data, err := a.manager.Codec.Encode(a.manager.Deadline(ctx), map[string]any{"person": id, "epoch": epoch, "since": since.Unix(), "seen": now.Unix()})
	if err != nil {
		return fmt.Errorf("encoding a session: %w", err)
	}
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	if err := a.Sessions.Refresh(short, a.manager.Token(ctx), data); err != nil && short.Err() == nil && metrics.KindOf(err) != metrics.Unavailable {
		return err
	}
	return nil
}

// Begin signs a person in: a new session under a new token, whatever the
// request brought.
func (a *Accounts) Begin(w http.ResponseWriter, r *http.Request, p metrics.Person) error {
	ctx, err := a.manager.Load(r.Context(), "") // what Recognise has loaded stays
	if err != nil {
		return fmt.Errorf("beginning a session: %w", err)
	}
	if err := a.manager.RenewToken(ctx); err != nil { // deletes the session before
		return fmt.Errorf("beginning a session: %w", err)
	}
	now := a.Now()
	a.manager.Put(ctx, "person", p.ID)
	a.manager.Put(ctx, "epoch", p.Epoch)
	a.manager.Put(ctx, "since", now.Unix())
	a.manager.Put(ctx, "seen", now.Unix())
	a.manager.SetDeadline(ctx, now.Add(lifetime).UTC())
	token, _, err := a.manager.Commit(ctx)
	if err != nil {
		return fmt.Errorf("beginning a session: %w", err)
	}
	http.SetCookie(w, a.cookie(r, token))
	return nil
}

// SignOut ends the request's session.
func (a *Accounts) SignOut(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if p, ok := Of(ctx); ok {
		err := a.Store.Change(ctx, "sign out", func(tx Changes) error {
			return tx.Audit(ctx, metrics.AuditEntry{Who: p.Email, Action: "signed out", What: p.Email})
		})
		if err != nil {
			return err
		}
		if err := a.manager.Destroy(ctx); err != nil {
			return fmt.Errorf("ending a session: %w", err)
		}
	}
	gone := a.cookie(r, "")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	return nil
}

// cookie lives until the browser is closed; how long it is good the server
// decides. Lax, not Strict: who follows a link from an e-mail is signed in.
func (a *Accounts) cookie(r *http.Request, token string) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: a.Secure(r)}
}
