package dashboard

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"outcomes/dashboard/account"
	"outcomes/dashboard/api"
	"outcomes/metrics"
)

// Store is what the pages read.
type Store interface {
	// Figures gives the current revisions, ordered by indicator, area, period
	// kind and period.
	Figures(ctx context.Context, filter metrics.FigureFilter) ([]metrics.Figure, error)
	Ledger
	// State tells how the figures as a whole stand.
	State(ctx context.Context) (metrics.State, error)
	// Signals gives what an indicator's series say over time.
	Signals(ctx context.Context, indicator, area string, kind metrics.PeriodKind) ([]metrics.Signal, error)
	Proofs
	Places
	// What the API reads besides, for its lists.
	CountFigures(ctx context.Context, filter metrics.FigureFilter) (int, error)
	api.Changes
}

// Ledger is what was read.
type Ledger interface {
	// Holdings gives what is held, by source and part, in order of both.
	Holdings(ctx context.Context) ([]metrics.Holding, error)
	// BatchesOf gives what was read of a part of a source, newest first, with
	// each batch's problems; of a source without parts, part is "".
	BatchesOf(ctx context.Context, source metrics.Source, part string) ([]metrics.Batch, error)
	// NewestPeriods gives the newest period held of each source that comes by
	// periods, of the police that of the area's own force.
	NewestPeriods(ctx context.Context, area string) (map[metrics.Source]string, error)
}

// Proofs are what a figure was made from, and what it read before.
type Proofs interface {
	// Figure gives a figure by its number, in force or not.
	Figure(ctx context.Context, id int64) (metrics.Figure, error)
	// Revisions gives every reading of a figure, the newest first.
	Revisions(ctx context.Context, indicator, area, period string) ([]metrics.Revision, error)
	// BatchesByID gives these batches, without their problems.
	BatchesByID(ctx context.Context, ids []int64) ([]metrics.Batch, error)
}

// Config is what a Server is made of. Store, Strategy and Now are required.
type Config struct {
	Store    Store
	Strategy *metrics.Strategy
	// Follow gives the strategy that the stored figures were made with: it is
	// asked after every import. Where it is nil, Strategy stays.
	Follow        func(context.Context) (*metrics.Strategy, error)
	Accounts      *account.Accounts // nil where nobody can sign in
	PublicViewing bool              // everybody may read the pages
	Round         Round             // of the projects' returns; nil where there is none
	Packs         Packs             // commentary and the frozen report packs; nil where there are none
	Site          string            // where the pages are found, "https://outcomes.example.org"; "" for the accounts' public address
	Log           *slog.Logger
	Now           func() time.Time
}

// Server answers the pages' requests.
type Server struct {
	store    Store
	strategy *metrics.Strategy
	log      *slog.Logger
	now      func() time.Time
	assets   *assets
	pages    pages
	handler  http.Handler
	atlases  *atlases

	following *following
	refusal   error               // that every page is answered with
	tries     echo.MiddlewareFunc // counts passwords over all strategies

	round         Round
	reports       Packs
	api           *api.API
	accounts      *account.Accounts
	publicViewing bool
	site          string          // where the pages are found, without a path; "" where that is not known
	routed        map[string]bool // "GET /priorities/:id": what has a handler
}

// contentSecurity is the policy of design.md: nothing inline, nothing from elsewhere.
const contentSecurity = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// New makes a server of the pages. It reads its templates and assets, and
// nothing of the store yet.
func New(config Config) (*Server, error) {
	if config.Store == nil || config.Strategy == nil || config.Now == nil {
		return nil, metrics.Errorf(metrics.Internal, "the dashboard needs a store, a strategy and a clock")
	}
	if config.Accounts == nil && !config.PublicViewing {
		return nil, metrics.Errorf(metrics.Internal, "nobody can sign in and viewing is not public: nobody could read a page")
	}
	s := &Server{store: config.Store, strategy: config.Strategy, log: config.Log, now: config.Now,
		round: config.Round, reports: config.Packs, accounts: config.Accounts, publicViewing: config.PublicViewing, site: config.Site, routed: map[string]bool{}}
	if s.site == "" && s.accounts != nil {
		s.site = s.accounts.PublicURL
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.atlases, s.following = new(atlases), &following{read: config.Follow, sha: config.Strategy.SHA, version: -1, server: s}
	s.tries = passwordTries()
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = parsePages(s.assets); err != nil {
		return nil, err
	}
	s.handler, err = s.routes()
	return s, err
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.current(r).handler.ServeHTTP(w, r)
}

// Serve answers requests from the listener until ctx ends; requests that are
// under way may then finish within ten seconds.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := server.Shutdown(deadline)
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	<-served // http.ErrServerClosed
	return err
}

func (s *Server) routes() (*echo.Echo, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.fail

	crossOrigin := http.NewCrossOriginProtection()
	if s.accounts != nil {
		if s.accounts.BehindProxy {
			e.IPExtractor = echo.ExtractIPFromXFFHeader()
		}
		if s.accounts.PublicURL != "" {
			if err := crossOrigin.AddTrustedOrigin(s.accounts.PublicURL); err != nil {
				return nil, metrics.Errorf(metrics.Invalid, "the public address %s: %w", s.accounts.PublicURL, err)
			}
		}
	}
	e.Use(
		requestID,
		middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
			HandleError: true,
			LogMethod:   true, LogURI: true, LogStatus: true, LogLatency: true, LogError: true, LogResponseSize: true,
			LogValuesFunc: s.logRequest,
		}),
		middleware.RecoverWithConfig(middleware.RecoverConfig{
			DisableErrorHandler: true, // the panic goes on as an error, with its stack, to the one place that logs
			LogErrorFunc: func(_ echo.Context, err error, stack []byte) error {
				return &metrics.Error{Kind: metrics.Internal, Msg: "panic", Err: errors.New(err.Error() + "\n" + string(stack))}
			},
		}),
		middleware.SecureWithConfig(middleware.SecureConfig{
			XSSProtection:         "0", // the browsers' old filter did harm; the policy below replaces it
			ContentTypeNosniff:    "nosniff",
			XFrameOptions:         "DENY",
			ReferrerPolicy:        "same-origin",
			ContentSecurityPolicy: contentSecurity,
		}),
		func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				if err := crossOrigin.Check(c.Request()); err != nil {
					return &metrics.Error{Kind: metrics.Forbidden, Msg: "This request came from another website, so nothing was changed. Go to the page here and try again.", Err: err}
				}
				return next(c)
			}
		},
		s.transport,
		s.guard,
		func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				accepted := ""
				if takesGzip(c.Request()) {
					accepted = "gzip"
				}
				c.Request().Header.Set(echo.HeaderAcceptEncoding, accepted) // the next one looks for the word only
				return next(c)
			}
		},
		middleware.GzipWithConfig(middleware.GzipConfig{
			MinLength: 1024,
			Skipper: func(c echo.Context) bool { // assets are kept compressed, and a PNG is
				path := c.Request().URL.Path
				return strings.HasPrefix(path, assetPrefix) || strings.HasSuffix(path, picturePNG)
			},
		}),
	)

	if s.refusal != nil {
		e.Use(func(echo.HandlerFunc) echo.HandlerFunc { return func(echo.Context) error { return s.refusal } })
	}
	read := func(path string, handler echo.HandlerFunc) {
		e.GET(path, handler)
		e.HEAD(path, handler)
	}
	for path, handler := range map[string]echo.HandlerFunc{
		"/":                            s.overview,
		"/priorities":                  s.priorityList,
		"/priorities/:id":              s.priority,
		"/indicators/:id":              s.indicator,
		"/indicators/:id" + picturePNG: s.picture(picturePNG),
		"/indicators/:id" + pictureSVG: s.picture(pictureSVG),
		"/figures/:id":                 s.figure,
		"/map":                         s.mapPage,
		"/map/outlines.json":           s.outlines,
		"/places/:code":                s.placePage,
		"/sources":                     s.sources,
		"/sources/:source":             s.files,
		"/sources/:source/:part":       s.files,
		"/methods":                     s.methods,
		"/healthz":                     healthz,
		assetPrefix + "*":              s.asset,
		"/api":                         s.apiPage,
	} {
		read(path, handler)
	}
	s.routeAPI(read)
	if s.accounts != nil {
		tries := s.tries
		read("/sign-in", s.signInForm)
		e.POST("/sign-in", s.signIn, tries)
		e.POST("/sign-out", s.signOut)
		read("/join/:token", s.joinForm)
		e.POST("/join/:token", s.join, tries)
		read("/account", s.accountForm)
		e.POST("/account", s.changePassword, tries)
		read("/people", s.peopleList)
		e.POST("/people", s.invite)
		e.POST("/people/:id/role", s.changeRole)
		e.POST("/people/:id/link", s.newLink)
		e.POST("/people/:id/remove", s.removePerson)
		read("/audit", s.audit)
		read("/audit.csv", s.auditCSV)
	}
	read("/reports/export/:format", s.exported)
	if s.reports != nil {
		read("/reports", s.reportList)
		read("/reports/:number", s.pack)
		read("/reports/:number/changes", s.packChanges)
		for _, format := range LedgerFormats {
			read("/reports/:number/changes."+format, s.packChangesFile(format))
		}
		read("/reports/:number/files/*", s.packFile)
	}
	if s.accounts != nil && s.reports != nil {
		read("/reports/draft", s.draft)
		read("/reports/draft/:format", s.draftFile)
		e.POST("/reports/draft/comment", s.comment)
		e.POST("/reports", s.freeze)
	}
	if s.accounts != nil && s.round != nil {
		read("/returns", s.returns)
		read("/returns/:project/:quarter", s.returnOf)
		e.POST("/returns/:project/:quarter", s.handIn)
		read("/returns/:project/:quarter/template.xlsx", s.returnTemplate)
		read("/returns/submissions/:id", s.submission)
		read("/returns/submissions/:id/file", s.submissionFile)
		read("/returns/submissions/:id/marked.xlsx", s.submissionMarked)
		e.POST("/returns/submissions/:id/accept", s.accept)
		e.POST("/returns/submissions/:id/withdraw", s.withdraw)
	}
	for _, r := range e.Routes() {
		s.routed[route(r.Method, r.Path)] = true
	}
	return e, nil
}

func healthz(c echo.Context) error { return c.String(http.StatusOK, "ok") }

// requestID gives every request an id of its own: one sent by the client would
// be somebody else's text in our log.
func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderXRequestID, strings.ToLower(rand.Text()[:12]))
		return next(c)
	}
}

func requestIDOf(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

func (s *Server) logRequest(c echo.Context, v middleware.RequestLoggerValues) error {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("id", requestIDOf(c)), slog.String("method", v.Method), slog.String("uri", logged(v.URI)),
		slog.Int("status", v.Status), slog.Duration("took", v.Latency), slog.Int64("bytes", v.ResponseSize),
	}
	if v.Error != nil {
		attrs = append(attrs, slog.String("error", v.Error.Error()))
		if cause := errors.Unwrap(v.Error); cause != nil {
			attrs = append(attrs, slog.String("cause", cause.Error()))
		}
		if v.Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
	}
	s.log.LogAttrs(c.Request().Context(), level, "request", attrs...)
	return nil
}

// logged is an address as the log may hold it: whoever reads the log shall not
// come in by somebody's one-time link.
func logged(uri string) string {
	if strings.HasPrefix(uri, "/join/") {
		return "/join/…"
	}
	return uri
}
