package dashboard

import (
	"maps"
	"slices"
)

// Routes lists what has a handler: "GET /priorities/:id".
func (s *Server) Routes() []string { return slices.Sorted(maps.Keys(s.routed)) }
