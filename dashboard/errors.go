package dashboard

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"outcomes/metrics"
)

var statusOf = map[metrics.Kind]int{
	metrics.Invalid:      http.StatusBadRequest,
	metrics.Unauthorized: http.StatusUnauthorized,
	metrics.NotFound:     http.StatusNotFound,
	metrics.Conflict:     http.StatusConflict,
	metrics.Forbidden:    http.StatusForbidden,
	metrics.TooLarge:     http.StatusRequestEntityTooLarge,
	metrics.Unavailable:  http.StatusServiceUnavailable,
	metrics.Internal:     http.StatusInternalServerError,
}

// errorPage is what went wrong, for the person who sees it.
type errorPage struct {
	layout
	Heading   string
	Message   string
	RequestID string
}

// fail turns any error into a page for people. The cause is logged with the
// request and never shown.
func (s *Server) fail(err error, c echo.Context) {
	if c.Response().Committed || errors.Is(err, context.Canceled) {
		return
	}
	status, heading, message := explain(err)
	if asksAPI(c.Request()) {
		sendProblem(c, status, heading, message)
		return
	}
	if (status == http.StatusUnauthorized || status == http.StatusForbidden) && isData(c.Request()) {
		_ = c.String(status, message+" Reference: "+requestIDOf(c)+"\n") // for a program, not a page
		return
	}
	page := errorPage{
		layout:    s.layout(s.stateOrNone(c), heading, ""),
		Heading:   heading,
		Message:   message,
		RequestID: requestIDOf(c),
	}
	if err := s.render(c, status, "error", page); err != nil {
		s.log.Error("error page", "id", requestIDOf(c), "error", err)
		if !c.Response().Committed {
			_ = c.String(http.StatusInternalServerError, "Something went wrong. Reference: "+requestIDOf(c))
		}
	}
}

func explain(err error) (status int, heading, message string) {
	if e, ok := errors.AsType[*metrics.Error](err); ok && e.Kind != metrics.Internal {
		status, message = statusOf[e.Kind], e.Msg
	} else if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		status = e.Code
	}
	switch status {
	case http.StatusBadRequest:
		heading = "This address does not say what to show"
	case http.StatusUnauthorized:
		heading = "Sign in first"
	case http.StatusConflict:
		heading = "This could not be done"
	case http.StatusRequestEntityTooLarge:
		heading = "This is too large"
	case http.StatusTooManyRequests:
		heading = "Too many tries"
		message = "Wait a minute and try again."
	case http.StatusForbidden:
		heading = "This is not allowed"
	case http.StatusNotFound:
		heading = "There is no such page"
		if message == "" {
			message = "If you typed the address, check it. If you followed a link, what it led to may have been renamed."
		}
	case http.StatusMethodNotAllowed:
		heading = "This page can only be read"
		message = "It takes nothing in, so nothing was changed."
	case http.StatusServiceUnavailable:
		heading = "This cannot be shown just now"
	default:
		if status >= 400 && status < 500 {
			heading = "This request could not be understood"
			break
		}
		return http.StatusInternalServerError, "Something went wrong on our side", "The figures are safe. Try again in a minute; if it stays so, tell the person who runs this service the reference below."
	}
	return status, heading, message
}

// stateOrNone is the state for an error page, which must appear even when the
// store is what failed.
func (s *Server) stateOrNone(c echo.Context) metrics.State {
	state, err := s.store.State(c.Request().Context())
	if err != nil {
		return metrics.State{}
	}
	return state
}
