package dashboard

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/account"
	"outcomes/metrics"
)

// field is something to fill in.
type field struct {
	Name         string // and its id
	Label        string
	Hint         string
	Type         string // text, email, password
	Value        string
	Autocomplete string
	Problem      string // what is wrong with it, "" when nothing is
}

// form is what pages with something to fill in share.
type form struct {
	Problems account.Problems
	Fields   []field
}

// asked lists the fields with what is wrong with each.
func asked(problems account.Problems, fields ...field) form {
	for i := range fields {
		fields[i].Problem = problems.Of(fields[i].Name)
	}
	return form{Problems: problems, Fields: fields}
}

// titled is a page's title: one with a problem says so first.
func titled(title string, problems account.Problems) string {
	if len(problems) > 0 {
		return "Error: " + title
	}
	return title
}

type signInPage struct {
	layout
	form
	Next string
}

func (s *Server) signInForm(c echo.Context) error {
	next := account.Next(c.QueryParam("next"))
	if _, ok := account.Of(c.Request().Context()); ok {
		return c.Redirect(http.StatusSeeOther, next)
	}
	return s.signInPage(c, http.StatusOK, next, "", nil)
}

func (s *Server) signInPage(c echo.Context, status int, next, email string, problems account.Problems) error {
	return s.render(c, status, "signin", signInPage{
		layout: s.layout(s.stateOrNone(c), titled("Sign in", problems), ""),
		form: asked(problems,
			field{Name: "email", Label: "E-mail address", Type: "email", Value: email, Autocomplete: "username"},
			field{Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password"}),
		Next: next,
	})
}

func (s *Server) signIn(c echo.Context) error {
	values, err := posted(c)
	if err != nil {
		return err
	}
	next, email := account.Next(values.Get("next")), values.Get("email")
	var problems account.Problems
	if email == "" {
		problems = append(problems, account.Problem{Field: "email", Message: "Enter your e-mail address."})
	}
	if values.Get("password") == "" {
		problems = append(problems, account.Problem{Field: "password", Message: "Enter your password."})
	}
	if len(problems) > 0 {
		return s.signInPage(c, http.StatusUnprocessableEntity, next, email, problems)
	}
	p, err := s.accounts.SignIn(c.Request().Context(), email, values.Get("password"), c.RealIP())
	if metrics.KindOf(err) == metrics.Unauthorized {
		return s.signInPage(c, http.StatusUnauthorized, next, email, account.Problems{{Field: "email", Message: err.Error()}})
	}
	if err != nil {
		return err
	}
	if err := s.accounts.Begin(c.Response(), c.Request(), p); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

func (s *Server) signOut(c echo.Context) error {
	if err := s.accounts.SignOut(c.Response(), c.Request()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

type joinPage struct {
	layout
	form
	Person metrics.Person
	Direct bool // no password is asked
}

func (s *Server) joinForm(c echo.Context) error {
	p, err := s.accounts.Invited(c.Request().Context(), c.Param("token"))
	if err != nil {
		return badLink(err)
	}
	return s.joinPage(c, http.StatusOK, p, p, nil)
}

// badLink is what somebody reads whose link is used, expired or made up.
func badLink(err error) error {
	if metrics.KindOf(err) != metrics.NotFound {
		return err
	}
	return &metrics.Error{Kind: metrics.NotFound, Msg: "This link has been used, has expired or was never made. Ask an administrator for a new one.", Err: err}
}

func (s *Server) joinPage(c echo.Context, status int, held, typed metrics.Person, problems account.Problems) error {
	var fields []field
	if held.Email == "" {
		fields = append(fields, field{Name: "email", Label: "Your e-mail address", Type: "email", Value: typed.Email, Autocomplete: "username"})
	}
	if held.Name == "" {
		fields = append(fields, field{Name: "name", Label: "Your name", Type: "text", Value: typed.Name, Autocomplete: "name"})
	}
	if !s.accounts.Direct {
		fields = append(fields, newPassword()...)
	}
	return s.render(c, status, "join", joinPage{
		layout: s.layout(s.stateOrNone(c), titled("Join", problems), ""),
		form:   asked(problems, fields...), Person: held, Direct: s.accounts.Direct,
	})
}

func newPassword() []field {
	return []field{
		{Name: "password", Label: "New password", Hint: "At least 12 characters.", Type: "password", Autocomplete: "new-password"},
		{Name: "again", Label: "New password again", Type: "password", Autocomplete: "new-password"},
	}
}

func (s *Server) join(c echo.Context) error {
	ctx, token := c.Request().Context(), c.Param("token")
	values, err := posted(c)
	if err != nil {
		return err
	}
	held, err := s.accounts.Invited(ctx, token)
	if err != nil {
		return badLink(err)
	}
	p, err := s.accounts.Join(ctx, token, values.Get("email"), values.Get("name"), values.Get("password"), values.Get("again"))
	if problems, ok := errors.AsType[account.Problems](err); ok {
		return s.joinPage(c, http.StatusUnprocessableEntity, held, p, problems)
	}
	if err != nil {
		return badLink(err)
	}
	if err := s.accounts.Begin(c.Response(), c.Request(), p); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

type accountPage struct {
	layout
	form
	Person  metrics.Person
	May     string
	Changed bool
}

// may says what a role may do.
var may = map[metrics.Role]string{
	metrics.Viewer:        "You may read the pages.",
	metrics.Analyst:       "You may read the pages, and hand in, accept and withdraw returns.",
	metrics.Scrutiny:      "You may read the pages and the returns, and change nothing.",
	metrics.Administrator: "You may do everything: read the pages, decide on returns, and say who else may.",
}

func (s *Server) accountForm(c echo.Context) error {
	return s.accountPage(c, http.StatusOK, nil)
}

func (s *Server) accountPage(c echo.Context, status int, problems account.Problems) error {
	p, _ := account.Of(c.Request().Context())
	var fields []field
	if p.Password != "" {
		fields = append(fields, field{Name: "current", Label: "Password now", Type: "password", Autocomplete: "current-password"})
	}
	return s.render(c, status, "account", accountPage{
		layout: s.layout(s.stateOrNone(c), titled("Your account", problems), ""),
		form:   asked(problems, append(fields, newPassword()...)...),
		Person: p, May: may[p.Role], Changed: c.QueryParam("changed") != "" && len(problems) == 0,
	})
}

func (s *Server) changePassword(c echo.Context) error {
	values, err := posted(c)
	if err != nil {
		return err
	}
	p, _ := account.Of(c.Request().Context())
	p, err = s.accounts.ChangePassword(c.Request().Context(), p, values.Get("current"), values.Get("password"), values.Get("again"), c.RealIP())
	if problems, ok := errors.AsType[account.Problems](err); ok {
		return s.accountPage(c, http.StatusUnprocessableEntity, problems)
	}
	if err != nil {
		return err
	}
	if err := s.accounts.Begin(c.Response(), c.Request(), p); err != nil { // the change has ended this session too
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/account?changed=1")
}
