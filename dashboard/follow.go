package dashboard

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"outcomes/metrics"
)

// following is the server as it is for the strategy that the figures in force
// were made with. An import may bring another one while the server runs. A
// request is answered by one server from beginning to end, and so by one strategy.
type following struct {
	read func(context.Context) (*metrics.Strategy, error)

	mu      sync.Mutex
	sha     string
	version int64 // of the facts: areas may have got their names with them
	server  *Server
}

// current gives the server for the strategy of the figures in force.
func (s *Server) current(r *http.Request) *Server {
	f := s.following
	if f == nil || f.read == nil || strings.HasPrefix(r.URL.Path, assetPrefix) {
		return s
	}
	ctx := r.Context()
	state, err := s.store.State(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil || state.StrategySHA == "" || state.StrategySHA == f.sha && state.Version == f.version {
		return f.server // a store that fails fails the page too
	}
	strategy, err := f.read(ctx)
	if err == nil && strategy.SHA != state.StrategySHA {
		err = metrics.Errorf(metrics.Internal, "the figures were made with the strategy %s, and the one that is read is %s", state.StrategySHA, strategy.SHA)
	}
	if err != nil {
		s.log.Error("the strategy that the figures were made with", "error", err)
		refusing, err := s.with(f.server.strategy, &metrics.Error{Kind: metrics.Unavailable, Err: err,
			Msg: "The figures were made anew with a strategy that could not be read just now. Try again in a minute; if it stays so, the server has to be started anew with the version of the program that made them."})
		if err != nil {
			return f.server
		}
		return refusing
	}
	server, err := s.with(strategy, nil)
	if err != nil {
		s.log.Error("the strategy that the figures were made with", "error", err)
		return f.server
	}
	f.sha, f.version, f.server = state.StrategySHA, state.Version, server
	return server
}

// with gives a server like this one for another strategy, or one that answers
// every page with an error.
func (s *Server) with(strategy *metrics.Strategy, refusal error) (*Server, error) {
	other := *s
	other.strategy, other.refusal, other.following = strategy, refusal, nil
	other.atlases, other.routed = new(atlases), map[string]bool{}
	var err error
	other.handler, err = other.routes()
	return &other, err
}
