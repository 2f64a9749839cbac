package dashboard

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/account"
	"outcomes/dashboard/export"
	"outcomes/metrics"
)

type personView struct {
	metrics.Person
	Standing string
	Roles    []option
}

// option is a choice of a list.
type option struct {
	Value  string
	Words  string
	Chosen bool
}

func roleOptions(chosen metrics.Role) []option {
	var out []option
	for _, r := range metrics.Roles {
		out = append(out, option{string(r), upperFirst(string(r)), r == chosen})
	}
	return out
}

type peoplePage struct {
	layout
	form
	People  []personView
	Removed []metrics.Person
	Roles   []option
	Wrong   string // what is wrong with the chosen role
	Said    string // what has just been done
	Link    string // a one-time link, shown once
	Invited string // whom it is for
	Until   string // how long it is good
}

// said is what the page says after it was left and come back to.
func said(what string, p metrics.Person) string {
	switch what {
	case "role":
		return fmt.Sprintf("The role of %s is now %s.", p.Email, p.Role)
	case "removed":
		if p.RemovedAt != "" {
			return fmt.Sprintf("%s has been removed.", p.Email)
		}
	}
	return ""
}

func (s *Server) peopleList(c echo.Context) error {
	return s.peoplePage(c, http.StatusOK, peoplePage{}, metrics.Person{Role: metrics.Viewer}, nil)
}

// peoplePage shows the page with what was typed of somebody to invite.
func (s *Server) peoplePage(c echo.Context, status int, page peoplePage, typed metrics.Person, problems account.Problems) error {
	list, err := s.accounts.Store.People(c.Request().Context())
	if err != nil {
		return err
	}
	page.layout = s.layout(s.stateOrNone(c), titled("People", problems), "people")
	page.Here = true
	page.form = asked(problems,
		field{Name: "email", Label: "E-mail address", Type: "email", Value: typed.Email, Autocomplete: "off"},
		field{Name: "name", Label: "Name", Type: "text", Value: typed.Name, Autocomplete: "off"})
	page.Roles, page.Wrong = roleOptions(typed.Role), problems.Of("role")
	changed, _ := strconv.ParseInt(c.QueryParam("person"), 10, 64)
	for _, p := range list {
		if p.ID == changed && len(problems) == 0 {
			page.Said = said(c.QueryParam("done"), p)
		}
		if p.RemovedAt != "" {
			p.RemovedAt = day(p.RemovedAt)
			page.Removed = append(page.Removed, p)
			continue
		}
		page.People = append(page.People, personView{p, s.accounts.Standing(p), roleOptions(p.Role)})
	}
	return s.render(c, status, "people", page)
}

// handedOut is the page with a one-time link on it.
func (s *Server) handedOut(c echo.Context, email, token string) error {
	return s.peoplePage(c, http.StatusOK, peoplePage{
		Link: account.Link(s.accounts.Base(c.Request()), token), Invited: email, Until: s.now().Add(account.LinkGoodFor).Format("2 January 2006"),
	}, metrics.Person{Role: metrics.Viewer}, nil)
}

func by(c echo.Context) string {
	p, _ := account.Of(c.Request().Context())
	return p.Email
}

func (s *Server) invite(c echo.Context) error {
	values, err := posted(c)
	if err != nil {
		return err
	}
	typed := metrics.Person{Email: values.Get("email"), Name: values.Get("name"), Role: metrics.Role(values.Get("role"))}
	token, err := s.accounts.Invite(c.Request().Context(), by(c), typed)
	if problems, ok := errors.AsType[account.Problems](err); ok {
		return s.peoplePage(c, http.StatusUnprocessableEntity, peoplePage{}, typed, problems)
	}
	if err != nil {
		return err
	}
	return s.handedOut(c, typed.Email, token)
}

// numbered is the person whom an address names.
func numbered(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return 0, metrics.Errorf(metrics.NotFound, "There is nobody with the number %q. The list of people shows who there is.", c.Param("id"))
	}
	return id, nil
}

func (s *Server) newLink(c echo.Context) error {
	id, err := numbered(c)
	if err != nil {
		return err
	}
	token, err := s.accounts.NewLink(c.Request().Context(), by(c), id)
	if err != nil {
		return err
	}
	p, err := s.accounts.Store.PersonByID(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return s.handedOut(c, p.Email, token)
}

func (s *Server) changeRole(c echo.Context) error {
	values, err := posted(c)
	if err != nil {
		return err
	}
	id, err := numbered(c)
	if err != nil {
		return err
	}
	_, err = s.accounts.ChangeRole(c.Request().Context(), by(c), id, metrics.Role(values.Get("role")))
	return s.altered(c, "role", id, err)
}

func (s *Server) removePerson(c echo.Context) error {
	id, err := numbered(c)
	if err != nil {
		return err
	}
	_, err = s.accounts.Remove(c.Request().Context(), by(c), id)
	return s.altered(c, "removed", id, err)
}

func (s *Server) altered(c echo.Context, done string, id int64, err error) error {
	row := fmt.Sprintf("person-%d", id)
	problems, ok := errors.AsType[account.Problems](err)
	if ok {
		problems[0].Field = row
	} else if metrics.KindOf(err) == metrics.Conflict {
		problems = account.Problems{{Field: row, Message: err.Error()}}
	} else if err != nil {
		return err
	}
	if len(problems) > 0 {
		return s.peoplePage(c, http.StatusConflict, peoplePage{}, metrics.Person{Role: metrics.Viewer}, problems)
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/people?done=%s&person=%d", done, id))
}

type auditPage struct {
	layout
	Entries []metrics.AuditEntry
	Older   string // where older ones are
	Newest  bool
}

// auditShown is how many entries a page of the trail has.
const auditShown = 100

func (s *Server) audit(c echo.Context) error {
	var before int64
	if asked := c.QueryParam("before"); asked != "" {
		n, err := strconv.ParseInt(asked, 10, 64)
		if err != nil || n < 1 {
			return metrics.Errorf(metrics.Invalid, "before=%s names no entry: it is a whole number.", asked)
		}
		before = n
	}
	trail, err := s.accounts.Store.AuditTrail(c.Request().Context(), before, auditShown+1)
	if err != nil {
		return err
	}
	page := auditPage{layout: s.layout(s.stateOrNone(c), "Audit trail", "audit"), Newest: before == 0}
	page.Here = true
	if len(trail) > auditShown {
		trail = trail[:auditShown]
		page.Older = fmt.Sprintf("/audit?before=%d", trail[auditShown-1].ID)
	}
	for i := range trail {
		if at, err := time.Parse(time.RFC3339, trail[i].At); err == nil {
			trail[i].At = at.UTC().Format("2 January 2006, 15:04:05")
		}
	}
	page.Entries = trail
	return s.render(c, http.StatusOK, "audit", page)
}

func (s *Server) auditCSV(c echo.Context) error {
	trail, err := s.accounts.Store.AuditTrail(c.Request().Context(), 0, 0)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := export.Audit(&b, trail); err != nil {
		return fmt.Errorf("writing the audit trail: %w", err)
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="audit.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}
