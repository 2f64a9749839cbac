package dashboard

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"outcomes/metrics"
)

type methodsPage struct {
	layout
	Methods []metrics.Method
}

// methods shows how figures and sentences are made, from what metrics says of itself.
func (s *Server) methods(c echo.Context) error {
	state, err := s.store.State(c.Request().Context())
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	page := methodsPage{layout: s.layout(state, "Methods", "methods"), Methods: metrics.Methods()}
	page.Here = true
	return s.render(c, 200, "methods", page)
}
