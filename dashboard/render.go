package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"time"

	"github.com/labstack/echo/v4"

	"outcomes/metrics"
)

//go:embed templates
var templateFiles embed.FS

// pages are the parsed templates by page name, each with the layout around it.
type pages map[string]*template.Template

func parsePages(a *assets) (pages, error) {
	shared, err := template.New("").Funcs(template.FuncMap{"asset": a.url, "day": day, "upper": upperFirst}).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/form.html")
	if err != nil {
		return nil, fmt.Errorf("parsing the layout: %w", err)
	}
	parsed := pages{}
	for _, name := range []string{"overview", "priorities", "priority", "indicator", "figure", "map", "place", "sources", "files", "methods", "api", "error", "signin", "join", "account", "people", "audit", "returns", "return", "submission", "reports", "draft", "pack", "changes"} {
		page, err := shared.Clone()
		if err == nil {
			_, err = page.ParseFS(templateFiles, "templates/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("parsing the page %s: %w", name, err)
		}
		parsed[name] = page
	}
	return parsed, nil
}

// render writes a page. It is made whole before its first byte is sent, so
// that a template that fails becomes an error page and not half a page.
func (s *Server) render(c echo.Context, status int, name string, data any) error {
	if page, ok := data.(interface{ seenBy() *visitor }); ok {
		*page.seenBy() = s.visitor(c)
	}
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, "layout", data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.HTMLBlob(status, b.Bytes())
}

// layout is what every page shows around its own content.
type layout struct {
	Title     string // before the dash in the window's title
	Short     string // the partnership's short name
	Section   string // which of the navigation's links this page is under
	Here      bool   // the page is that link's own
	Sample    bool
	Behind    bool
	FiguresAt string // when the figures were made
	Today     string
	Script    bool     // the page has a chart
	Map       bool     // there is a map to link to
	Rounds    bool     // there are returns to link to
	Reports   bool     // there are reports to link to
	Visitor   *visitor // who looks at it; render fills it in
	Preview   *preview // what a link to it looks like elsewhere; nil for nothing
}

func (l layout) seenBy() *visitor { return l.Visitor }

func (s *Server) layout(state metrics.State, title, section string) layout {
	return layout{
		Title: title, Short: s.strategy.ShortName, Section: section,
		Sample: state.Sample, Behind: state.Behind, Map: state.Mapped,
		FiguresAt: day(state.MadeAt), Today: s.now().Format("2 January 2006"), Visitor: new(visitor), Rounds: s.round != nil, Reports: s.reports != nil,
	}
}

// day writes an RFC 3339 time as a date, and leaves alone what is none.
func day(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.Format("2 January 2006")
}
