package dashboard

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/api"
	"outcomes/metrics"
)

// What programs ask: the answers are made in package api; here they are routed,
// tagged and sent, and errors become problem documents.

// asksAPI tells whether a request is for the API, also for what it does not have.
func asksAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// routeAPI adds the API's addresses to those that are read.
func (s *Server) routeAPI(read func(string, echo.HandlerFunc)) {
	var packs api.Packs
	if s.reports != nil {
		packs = packsForAPI{s}
	}
	s.api = api.New(api.Config{Store: s.store, Strategy: s.strategy, Packs: packs, Licence: licence})
	braces := strings.NewReplacer("{", ":", "}", "")
	for _, r := range api.Routes {
		read(braces.Replace(r.Path), func(c echo.Context) error { return s.answer(c, r) })
	}
}

// zippedFrom is the size from which answers are sent compressed.
const zippedFrom = 1024

// answer sends what the API says. Its ETag is of the content, so that one that
// is held is good as long as nothing in it has changed, whatever else was
// imported; as compressed the same content is another representation.
func (s *Server) answer(c echo.Context, r api.Route) error {
	id := ""
	if names := c.ParamNames(); len(names) > 0 {
		id = unescaped(c.Param(names[0]))
	}
	asked := c.Request()
	said, err := s.api.Answer(asked.Context(), r, asked.URL.EscapedPath(), id, asked.URL.RawQuery)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(said.Body)
	etag := hex.EncodeToString(sum[:16])
	if len(said.Body) >= zippedFrom && takesGzip(asked) {
		etag += "-gzip"
	}
	etag = `"` + etag + `"`
	header := c.Response().Header()
	header.Set("ETag", etag)
	header.Set("Cache-Control", "no-cache")
	if held(asked, etag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, said.Type, said.Body)
}

// sendProblem sends an error to a program.
func sendProblem(c echo.Context, status int, heading, message string) {
	if status == http.StatusUnauthorized {
		// There is no scheme for the pages' own session; this one says what to bring.
		c.Response().Header().Set("WWW-Authenticate", `Cookie realm="outcomes", form-action="/sign-in", cookie-name="outcomes"`)
	}
	if message == "" {
		message = heading + "."
	}
	p := api.Problem{Type: typeOfProblem(status), Title: heading, Status: status, Detail: message, Instance: c.Request().URL.EscapedPath(), Reference: requestIDOf(c)}
	_ = c.Blob(status, api.ProblemType, p.JSON())
}

// problemKind is a kind of error that the API's page describes.
type problemKind struct {
	ID     string
	Status int
	Words  string
}

// problemKinds are those that come from the API.
var problemKinds = []problemKind{
	{"invalid", http.StatusBadRequest, "A parameter is not known, is given twice or has a value that cannot be. The detail says which, and what is allowed."},
	{"sign-in", http.StatusUnauthorized, "Viewing is not public, and the request came without a session."},
	{"not-allowed", http.StatusForbidden, "Whoever is signed in may not ask for this, or another website sent the request."},
	{"not-found", http.StatusNotFound, "There is nothing at this address: no such figure, indicator, priority or pack."},
	{"read-only", http.StatusMethodNotAllowed, "The API is only read: GET, or HEAD for the headers alone."},
	{"fault", http.StatusInternalServerError, "The fault is on our side. Whoever runs the service finds it in the log by the reference."},
	{"unavailable", http.StatusServiceUnavailable, "The figures cannot be read just now. Try again in a minute."},
}

// typeOfProblem is where a problem is described; one that says no more than its
// status has the type that RFC 9457 has for those.
func typeOfProblem(status int) string {
	for _, k := range problemKinds {
		if k.Status == status {
			return "/api#problem-" + k.ID
		}
	}
	return "about:blank"
}

type apiPage struct {
	layout
	Routes   []apiRoute
	Problems []problemKind
	Example  string // an address to ask
	Base     string // of the site
	Public   bool   // nobody has to sign in
	Licence  string
	OpenAPI  []string
}

type apiRoute struct {
	Path   string
	URL    string // "" where it has a part that has to be filled in
	Gives  string
	Params []string
}

// apiPage tells people what programs can read here.
func (s *Server) apiPage(c echo.Context) error {
	state, err := s.store.State(c.Request().Context())
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	page := apiPage{layout: s.layout(state, "The API", "methods"), Problems: problemKinds, Public: s.publicViewing, Licence: licence, Base: s.base(c)}
	for _, r := range api.Routes {
		one := apiRoute{Path: r.Path, Gives: r.Gives, Params: r.Query}
		if !strings.Contains(r.Path, "{") && !slices.Contains(r.Query, "since") {
			one.URL = r.Path
		}
		page.Routes = append(page.Routes, one)
	}
	ask := url.Values{"limit": {"5"}}
	if at := slices.IndexFunc(s.strategy.Indicators, func(i metrics.Indicator) bool { return i.Headline && len(i.Periods) > 0 }); at >= 0 {
		ask.Set("indicator", s.strategy.Indicators[at].ID)
		ask.Set("period_kind", string(s.strategy.Indicators[at].Periods[0]))
	}
	page.Example = page.Base + api.Root + "/figures?" + ask.Encode()
	return s.render(c, http.StatusOK, "api", page)
}

// base is the site's address, for an example that works when it is copied.
func (s *Server) base(c echo.Context) string {
	if s.accounts != nil {
		return s.accounts.Base(c.Request())
	}
	return c.Scheme() + "://" + c.Request().Host
}
