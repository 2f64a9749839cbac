// Package account is who may do what: people and their one-time links,
// passwords, sessions, and the table of what each role may ask for. It speaks
// net/http, not Echo, and keeps what it knows in a Store; it must not import
// the store or ingest.
package account

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/alexedwards/scs/v2"

	"outcomes/metrics"
)

// Store is what is kept of people.
type Store interface {
	People(ctx context.Context) ([]metrics.Person, error)
	Person(ctx context.Context, email string) (metrics.Person, error)
	PersonByID(ctx context.Context, id int64) (metrics.Person, error)
	// Invited gives the person whom a one-time link invites while it is good.
	Invited(ctx context.Context, token string, now time.Time) (metrics.Person, error)
	AuditTrail(ctx context.Context, before int64, limit int) ([]metrics.AuditEntry, error)
	// Change runs f in one transaction; an error from f undoes all of it.
	Change(ctx context.Context, what string, f func(Changes) error) error
}

// Changes is what a transaction may write.
type Changes interface {
	People(ctx context.Context) ([]metrics.Person, error)
	Person(ctx context.Context, email string) (metrics.Person, error)
	PersonByID(ctx context.Context, id int64) (metrics.Person, error)
	AddPerson(ctx context.Context, p metrics.Person) (int64, error)
	// SavePerson raises the person's epoch with every change of role,
	// password or removal.
	SavePerson(ctx context.Context, p metrics.Person) error
	Invite(ctx context.Context, person int64, token string, expires time.Time) error
	TakeInvitation(ctx context.Context, token string) (metrics.Person, error)
	Audit(ctx context.Context, e metrics.AuditEntry) error
}

// Sessions is where sessions are kept.
type Sessions interface {
	scs.CtxStore
	// Refresh writes a session only while it is there.
	Refresh(ctx context.Context, token string, data []byte) error
}

// Config is what Accounts are made of.
type Config struct {
	Store       Store
	Sessions    Sessions // may be nil where nobody signs in: on the command line
	Now         func() time.Time
	PublicURL   string // "https://outcomes.example.org" where the pages have an address of their own
	BehindProxy bool   // X-Forwarded-For and X-Forwarded-Proto are the proxy's and can be trusted
	Direct      bool   // a one-time link signs in by itself, without a password: the demo's links
}

// Accounts decide who is who.
type Accounts struct {
	Config
	manager *scs.SessionManager
	nobody  string        // hash of a password that nobody has
	hashing chan struct{} // a place for each password that may be hashed at a time
}

// CommandLine is who did what was done from the command line.
const CommandLine = "command line"

// LinkGoodFor is how long a one-time link can be used.
const LinkGoodFor = 7 * 24 * time.Hour

// New makes the accounts over a store.
func New(c Config) (*Accounts, error) {
	nobody, err := hash(rand.Text())
	if err != nil {
		return nil, err
	}
	a := &Accounts{Config: c, manager: scs.New(), nobody: nobody, hashing: make(chan struct{}, hashedAtOnce)}
	a.manager.Store = c.Sessions
	return a, nil
}

// Problem is what is wrong with something that was filled in.
type Problem struct {
	Field   string // the form field's name
	Message string // what is wrong and what to do, a sentence
}

// Problems are all that is wrong with what was filled in.
type Problems []Problem

func (p Problems) Error() string {
	var words []string
	for _, x := range p {
		words = append(words, x.Message)
	}
	return strings.Join(words, " ")
}

// Of gives the message for a field, "" when nothing is wrong with it.
func (p Problems) Of(field string) string {
	for _, x := range p {
		if x.Field == field {
			return x.Message
		}
	}
	return ""
}

// address is an e-mail address as it is kept.
func address(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func checkAddress(email string) Problems {
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > 254 {
		return Problems{{"email", "Enter an e-mail address in the usual form, like name@example.org."}}
	}
	return nil
}

func checkName(name string) Problems {
	switch {
	case name == "":
		return Problems{{"name", "Enter the person's name."}}
	case len(name) > 100 || strings.ContainsFunc(name, unicode.IsControl):
		return Problems{{"name", "Enter a name of at most 100 letters, on one line."}}
	}
	return nil
}

func checkRole(role metrics.Role) Problems {
	if !slices.Contains(metrics.Roles, role) {
		var names []string
		for _, r := range metrics.Roles {
			names = append(names, string(r))
		}
		return Problems{{"role", "Choose one of the roles: " + strings.Join(names, ", ") + "."}}
	}
	return nil
}

// Link is the address of a one-time link on a site.
func Link(base, token string) string { return strings.TrimSuffix(base, "/") + "/join/" + token }

// Invite adds a person and gives the token of the one-time link that lets them in.
func (a *Accounts) Invite(ctx context.Context, by string, p metrics.Person) (token string, err error) {
	p.Email, p.Name = address(p.Email), strings.TrimSpace(p.Name)
	if wrong := slices.Concat(checkAddress(p.Email), checkName(p.Name), checkRole(p.Role)); len(wrong) > 0 {
		return "", wrong
	}
	err = a.Store.Change(ctx, "invite somebody", func(tx Changes) error {
		held, err := tx.Person(ctx, p.Email)
		if err == nil && held.RemovedAt == "" {
			return Problems{{"email", p.Email + " is here already, as " + string(held.Role) + ". Change the role, or make a new link."}}
		}
		if err != nil && metrics.KindOf(err) != metrics.NotFound {
			return err
		}
		id, err := tx.AddPerson(ctx, p)
		if err != nil {
			return err
		}
		token, err = a.link(ctx, tx, id)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, metrics.AuditEntry{Who: by, Action: "person invited", What: p.Email, Detail: string(p.Role)})
	})
	return token, err
}

func (a *Accounts) link(ctx context.Context, tx Changes, id int64) (string, error) {
	token := rand.Text()
	return token, tx.Invite(ctx, id, token, a.Now().Add(LinkGoodFor))
}

// NewLink gives the token of a new one-time link for a person, for whom the
// first was lost or the password is forgotten. The password that is held stays
// good until the link is used.
func (a *Accounts) NewLink(ctx context.Context, by string, id int64) (token string, err error) {
	err = a.Store.Change(ctx, "make a one-time link", func(tx Changes) error {
		p, err := present(ctx, tx, id)
		if err != nil {
			return err
		}
		if token, err = a.link(ctx, tx, id); err != nil {
			return err
		}
		return tx.Audit(ctx, metrics.AuditEntry{Who: by, Action: "one-time link made", What: p.Email})
	})
	return token, err
}

// present gives a person who has not been removed.
func present(ctx context.Context, tx Changes, id int64) (metrics.Person, error) {
	p, err := tx.PersonByID(ctx, id)
	if err == nil && p.RemovedAt != "" {
		err = metrics.Errorf(metrics.NotFound, "%s has been removed: invite them again", p.Email)
	}
	return p, err
}

// ChangeRole gives a person another role, which their open pages feel with the
// next request: their sessions end.
func (a *Accounts) ChangeRole(ctx context.Context, by string, id int64, role metrics.Role) (metrics.Person, error) {
	if wrong := checkRole(role); len(wrong) > 0 {
		return metrics.Person{}, wrong
	}
	return a.alter(ctx, by, id, "change a role", func(p *metrics.Person) metrics.AuditEntry {
		was := p.Role
		p.Role = role
		if was == role {
			return metrics.AuditEntry{}
		}
		return metrics.AuditEntry{Action: "role changed", Detail: string(was) + " to " + string(role)}
	})
}

// Remove takes a person's access away. Their sessions end; what they did stays.
func (a *Accounts) Remove(ctx context.Context, by string, id int64) (metrics.Person, error) {
	return a.alter(ctx, by, id, "remove somebody", func(p *metrics.Person) metrics.AuditEntry {
		p.RemovedAt, p.Password = a.Now().UTC().Format(time.RFC3339), ""
		return metrics.AuditEntry{Action: "person removed", Detail: string(p.Role)}
	})
}

// alter changes a person unless it is the last administrator who would go.
func (a *Accounts) alter(ctx context.Context, by string, id int64, what string, f func(*metrics.Person) metrics.AuditEntry) (p metrics.Person, err error) {
	err = a.Store.Change(ctx, what, func(tx Changes) error {
		was, err := present(ctx, tx, id)
		if err != nil {
			return err
		}
		p = was
		entry := f(&p)
		if entry.Action == "" {
			return nil
		}
		if was.Role == metrics.Administrator && (p.Role != metrics.Administrator || p.RemovedAt != "") {
			if err := another(ctx, tx, was); err != nil {
				return err
			}
		}
		if err := tx.SavePerson(ctx, p); err != nil {
			return err
		}
		entry.Who, entry.What = by, p.Email
		return tx.Audit(ctx, entry)
	})
	return p, err
}

// another makes sure that there is an administrator besides p. Beside one who
// can sign in, one who is only invited does not count: the invitation may
// never be taken.
func another(ctx context.Context, tx Changes, p metrics.Person) error {
	people, err := tx.People(ctx)
	if err != nil {
		return err
	}
	for _, o := range people {
		if o.ID != p.ID && o.RemovedAt == "" && o.Role == metrics.Administrator && (o.Password != "" || p.Password == "") {
			return nil
		}
	}
	return metrics.Errorf(metrics.Conflict, "%s is the last administrator who can sign in. Make somebody else an administrator first, and wait until they have signed in.", p.Email)
}

// FirstAdministrator gives the token of a one-time link for the first
// administrator, "" where somebody is here already. The join page asks for the
// name, and for the address where none is given here. Each call voids the link
// of the call before.
func (a *Accounts) FirstAdministrator(ctx context.Context, email string) (token string, err error) {
	email = address(email)
	if email != "" {
		if wrong := checkAddress(email); len(wrong) > 0 {
			return "", wrong
		}
	}
	err = a.Store.Change(ctx, "invite the first administrator", func(tx Changes) error {
		people, err := tx.People(ctx)
		if err != nil {
			return err
		}
		var first metrics.Person
		for _, p := range people {
			if p.RemovedAt != "" {
				continue
			}
			if p.Name != "" {
				return nil
			}
			first = p
		}
		if first.ID == 0 {
			if first.ID, err = tx.AddPerson(ctx, metrics.Person{Email: email, Role: metrics.Administrator}); err != nil {
				return err
			}
		} else if email != "" && first.Email != email {
			first.Email = email
			if err := tx.SavePerson(ctx, first); err != nil {
				return err
			}
		}
		if token, err = a.link(ctx, tx, first.ID); err != nil {
			return err
		}
		return tx.Audit(ctx, metrics.AuditEntry{Who: CommandLine, Action: "person invited", What: email, Detail: "the first administrator"})
	})
	return token, err
}

// Invited gives the person whom a one-time link invites.
func (a *Accounts) Invited(ctx context.Context, token string) (metrics.Person, error) {
	return a.Store.Invited(ctx, token, a.Now())
}

// Join uses a one-time link up: it sets the person's password and, for the
// first administrator, name and address where they are not held. Where links
// sign in directly no password is asked.
func (a *Accounts) Join(ctx context.Context, token, email, name, password, again string) (metrics.Person, error) {
	p, err := a.Invited(ctx, token)
	if err != nil {
		return p, err
	}
	var wrong Problems
	if p.Name == "" {
		p.Name = strings.TrimSpace(name)
		wrong = checkName(p.Name)
	}
	if p.Email == "" {
		p.Email = address(email)
		wrong = append(wrong, checkAddress(p.Email)...)
	}
	var encoded string
	if !a.Direct {
		if wrong = append(wrong, checkPassword(password, again, p.Email)...); len(wrong) == 0 {
			if encoded, err = a.hash(ctx, password); err != nil {
				return p, err
			}
		}
	}
	if len(wrong) > 0 {
		return p, wrong
	}
	err = a.Store.Change(ctx, "take an invitation", func(tx Changes) error {
		held, err := tx.TakeInvitation(ctx, token)
		if err != nil {
			return err
		}
		if held.Email == "" {
			switch _, err := tx.Person(ctx, p.Email); {
			case err == nil:
				return Problems{{"email", p.Email + " is taken. Enter another address."}}
			case metrics.KindOf(err) != metrics.NotFound:
				return err
			}
		}
		held.Email, held.Name = p.Email, p.Name
		action := "signed in by a one-time link"
		if !a.Direct {
			held.Password, action = encoded, "password set by a one-time link"
		}
		held.Failed, held.LockedUntil = 0, ""
		if err := tx.SavePerson(ctx, held); err != nil {
			return err
		}
		if err := tx.Audit(ctx, metrics.AuditEntry{Who: held.Email, Action: action, What: held.Email}); err != nil {
			return err
		}
		p, err = tx.PersonByID(ctx, held.ID)
		return err
	})
	return p, err
}

// Secure tells whether a request came by TLS, as far as it was said to be
// known: to this server, to the proxy before it, or by the public address.
func (a *Accounts) Secure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(a.PublicURL, "https://") || a.BehindProxy && r.Header.Get("X-Forwarded-Proto") == "https"
}

// Base is the site's address for links that leave it.
func (a *Accounts) Base(r *http.Request) string {
	switch {
	case a.PublicURL != "":
		return a.PublicURL
	case a.Secure(r):
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Next is where to go after signing in: an address on this site that was asked
// for before, else the first page. Anything that could lead elsewhere, or back
// to signing in, is the first page.
func Next(asked string) string {
	u, err := url.Parse(asked) // refuses control characters
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(asked, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsRune(u.Path, '\\') {
		return "/"
	}
	for _, own := range []string{"/sign-in", "/sign-out", "/join/"} {
		if strings.HasPrefix(u.Path, own) {
			return "/"
		}
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// Standing says in words whether a person can sign in.
func (a *Accounts) Standing(p metrics.Person) string {
	now := a.Now().UTC().Format(time.RFC3339)
	switch {
	case p.RemovedAt != "":
		return "removed"
	case p.LockedUntil > now:
		return "locked after wrong passwords"
	case p.Password == "" && !a.Direct:
		return "invited"
	}
	return "can sign in"
}
