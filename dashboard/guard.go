package dashboard

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"outcomes/dashboard/account"
	"outcomes/metrics"
)

// visitor is who looks at a page, as far as the page shows it.
type visitor struct {
	Name        string // "" for one who is not signed in
	Role        metrics.Role
	Reads       bool   // may read the pages
	Returns     bool   // may read returns
	Administers bool   // may see people and the audit trail
	SignIn      string // where to sign in; "" for one who has, and where nobody can
}

func (s *Server) visitor(c echo.Context) visitor {
	p, ok := account.Of(c.Request().Context())
	if ok {
		return visitor{Name: p.Name, Role: p.Role, Reads: account.Reading.Allows(p.Role), Returns: account.ReturnsRead.Allows(p.Role), Administers: account.Administering.Allows(p.Role)}
	}
	v := visitor{Reads: s.publicViewing}
	if s.accounts != nil {
		v.SignIn = signInURL(c)
	}
	return v
}

// signInURL is where to sign in so as to come back to what was asked for.
func signInURL(c echo.Context) string {
	r := c.Request()
	back := "/"
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		back = account.Next(r.URL.RequestURI())
	}
	if back == "/" {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(back)
}

// guard lets a request through to its route only where the table of
// permissions does. A route that the table does not have is refused.
func (s *Server) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		access, listed := account.PermissionFor(r.Method, c.Path())
		if access == account.Plain {
			return next(c)
		}
		if s.accounts != nil {
			known, err := s.accounts.Recognise(r)
			if err != nil {
				return err
			}
			r = known
			c.SetRequest(r)
		}
		p, signedIn := account.Of(r.Context())
		if signedIn && !asksAPI(r) { // which says the same to all who may ask
			// A copy from before signing in is not what this person sees.
			r.Header.Del("If-None-Match")
			r.Header.Del("If-Modified-Since")
		}
		if public := s.publicViewing && (access == account.Reading || !listed); signedIn || !public {
			c.Response().Before(func() { keepPrivate(c.Response().Header(), asksAPI(r)) })
		}
		c.Response().Header().Add("Vary", "Cookie")
		switch {
		case !listed && !s.routed[route(r.Method, c.Path())]:
			return next(c) // there is no such page, or it takes no such method
		case !listed:
			return metrics.Errorf(metrics.Forbidden, "This address is not in the list of what people may ask for, so nobody may. Nothing was changed.")
		case access.Open(s.publicViewing):
			return next(c)
		case signedIn && access.Allows(p.Role):
			return next(c)
		case signedIn:
			return metrics.Errorf(metrics.Forbidden, "This is for %s. You are signed in as %s, whose role is %s. Nothing was changed. An administrator can give you another role.", access.Who(), p.Name, p.Role)
		case isData(r), asksAPI(r):
			return metrics.Errorf(metrics.Unauthorized, "Sign in at /sign-in first.")
		}
		return c.Redirect(http.StatusSeeOther, signInURL(c))
	}
}

func route(method, pattern string) string {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return method + " " + pattern
}

// isData tells whether a program rather than a person asks.
func isData(r *http.Request) bool {
	ext := path.Ext(r.URL.Path)
	return ext == ".csv" || ext == ".json"
}

// keepPrivate lets nobody but the browser that asked keep an answer, and even
// that one only what is the same under its address for ever. A program keeps
// what the API answered and asks whether it is still so.
func keepPrivate(h http.Header, api bool) {
	if held := h.Get("Cache-Control"); strings.Contains(held, "immutable") {
		h.Set("Cache-Control", strings.Replace(held, "public", "private", 1))
		return
	}
	if api && h.Get("ETag") != "" {
		h.Set("Cache-Control", "private, no-cache")
		return
	}
	h.Set("Cache-Control", "private, no-store")
	h.Del("ETag")
	h.Del("Last-Modified")
}

// transport tells a browser that came by TLS to come by TLS again.
func (s *Server) transport(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.accounts != nil && s.accounts.Secure(c.Request()) {
			c.Response().Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// passwordTries is how often an address of the network may try a password: a
// burst, then one every three seconds.
func passwordTries() echo.MiddlewareFunc {
	return middleware.RateLimiterWithConfig(middleware.RateLimiterConfig{
		Store:               middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{Rate: 1.0 / 3, Burst: triesAtOnce, ExpiresIn: 10 * time.Minute}),
		IdentifierExtractor: func(c echo.Context) (string, error) { return network(c.RealIP()), nil },
		DenyHandler: func(c echo.Context, _ string, _ error) error {
			c.Response().Header().Set("Retry-After", "60")
			return echo.NewHTTPError(http.StatusTooManyRequests)
		},
	})
}

const triesAtOnce = 20

// network is what one visitor has: an IPv4 address, or an IPv6 network.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Unmap().Is4() {
		return ip
	}
	prefix, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}

// formLimit is the most that a form without a file may hold, in bytes.
const formLimit = 64 << 10

// posted reads a form that was sent.
func posted(c echo.Context) (url.Values, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, formLimit)
	if err := r.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, metrics.Errorf(metrics.TooLarge, "The form holds more than it can. Nothing was changed.")
		}
		return nil, metrics.Errorf(metrics.Invalid, "The form came through damaged, so nothing was changed. Go back and send it again. (%w)", err)
	}
	return r.PostForm, nil
}
