package main

import (
	"context"

	"outcomes/metrics"
	"outcomes/metrics/store"
	"outcomes/metrics/strategy"
)

// following gives the strategy that the figures in the store were made with,
// whatever strategy the server was started with: the pages speak of those figures.
func following(st *store.Store) func(context.Context) (*metrics.Strategy, error) {
	return func(ctx context.Context) (*metrics.Strategy, error) {
		source, err := st.StrategySource(ctx)
		if err != nil {
			return nil, err
		}
		s, err := builtIn(nil)
		if source != nil {
			s, err = strategy.Parse("the strategy in the database", source)
		}
		if err != nil {
			return nil, err
		}
		g, err := st.Geography(ctx)
		if err != nil {
			return nil, err
		}
		s.Area = metrics.OwnArea(s, g)
		return s, nil
	}
}
