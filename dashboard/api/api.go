// Package api is what programs read: the strategy, its indicators, the figures,
// what changed of them, and the frozen report packs, as JSON under /api/v1.
// openapi.yaml describes it, and a test holds every answer against it. It reads
// what is stored and computes nothing; a figure here is the one that the pages
// and the files show. It knows nothing of the web framework: package dashboard
// routes to it, says who may ask, and turns errors into problem documents. It
// must not import the store.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"outcomes/metrics"
)

// Root is where the API begins.
const Root = "/api/v1"

// Store is what the API reads.
type Store interface {
	// State tells how the figures as a whole stand.
	State(ctx context.Context) (metrics.State, error)
	// Figures gives figures in force, ordered by indicator, area, period kind
	// and period, and the part of the list that the filter asks for.
	Figures(ctx context.Context, filter metrics.FigureFilter) ([]metrics.Figure, error)
	// CountFigures says how long the whole list is.
	CountFigures(ctx context.Context, filter metrics.FigureFilter) (int, error)
	// Figure gives a figure by its number, in force or not.
	Figure(ctx context.Context, id int64) (metrics.Figure, error)
	// Revisions gives every reading of a figure, the newest first.
	Revisions(ctx context.Context, indicator, area, period string) ([]metrics.Revision, error)
	// BatchesByID gives these batches, without their problems.
	BatchesByID(ctx context.Context, ids []int64) ([]metrics.Batch, error)
	Changes
}

// Changes are what computations changed of the figures.
type Changes interface {
	// Changes gives them, the oldest first, and the part of the list that the
	// filter asks for.
	Changes(ctx context.Context, filter metrics.ChangeFilter) ([]metrics.Change, error)
}

// Config is what an API is made of. Store and Strategy are required.
type Config struct {
	Store    Store
	Strategy *metrics.Strategy // that the figures in force were made with
	Packs    Packs             // nil where there are none
	Licence  string            // of the published data
}

// API answers programs for one strategy.
type API struct {
	store    Store
	strategy *metrics.Strategy
	packs    Packs
	licence  string
}

// New makes an API.
func New(c Config) *API {
	return &API{store: c.Store, strategy: c.Strategy, packs: c.Packs, licence: c.Licence}
}

// Route is one address of the API.
type Route struct {
	Path  string   // "/api/v1/figures/{id}"
	Gives string   // what is there, for people
	Query []string // the parameters that it takes

	answer func(*API, context.Context, request) (any, error)
}

// request is what was asked for, read and checked against its route.
type request struct {
	path  string // as it was asked for
	id    string // "{…}" of the path
	query query
}

// Routes are all addresses of the API. All of them are only read.
var Routes = []Route{
	{Root, "what there is, whose it is and when it was made", nil, (*API).index},
	{Root + "/strategy", "the strategy: its areas, priorities, projects and dated events", nil, (*API).strategyOf},
	{Root + "/priorities", "its priorities, each with the indicators under it", nil, (*API).priorities},
	{Root + "/priorities/{id}", "one priority", nil, (*API).priority},
	{Root + "/indicators", "its indicators with all that is known of them: definition, method, source, caveats, target", []string{"priority", "accountability"}, (*API).indicators},
	{Root + "/indicators/{id}", "one indicator", nil, (*API).indicator},
	{Root + "/figures", "the figures in force, by pages", figureParameters, (*API).figures},
	{Root + "/figures/{id}", "one figure with its proof: what it read before, and the files that it was made from", nil, (*API).figure},
	{Root + "/changes", "what changed of the figures since a date: from what, to what, when and why", []string{"since", "limit", "cursor"}, (*API).changes},
	{Root + "/packs", "the frozen report packs", nil, (*API).packList},
	{Root + "/packs/{number}", "one pack as it was frozen, with the digests of its files", nil, (*API).pack},
	{Root + "/openapi.yaml", "the description of all this for programs, as YAML", nil, func(*API, context.Context, request) (any, error) { return document, nil }},
	{Root + "/openapi.json", "the same as JSON", nil, func(*API, context.Context, request) (any, error) { return documentJSON() }},
}

// Answer is what is sent for a route.
type Answer struct {
	Type string // of its content
	Body []byte
}

// file is an answer that is no object of ours.
type file Answer

const jsonType = "application/json; charset=utf-8"

// Answer answers a request for one of the Routes: path is the one that was
// asked for, id what stands in its braces, and rawQuery what follows the
// question mark.
func (a *API) Answer(ctx context.Context, route Route, path, id, rawQuery string) (Answer, error) {
	q, err := parseQuery(rawQuery, route.Query)
	if err != nil {
		return Answer{}, err
	}
	said, err := route.answer(a, ctx, request{path, id, q})
	if err != nil {
		return Answer{}, err
	}
	if f, ok := said.(file); ok {
		return Answer(f), nil
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(said); err != nil {
		return Answer{}, fmt.Errorf("writing %s: %w", path, err)
	}
	return Answer{Type: jsonType, Body: b.Bytes()}, nil
}

// state is how the figures stand, as every answer with figures says it.
func (a *API) state(ctx context.Context) (metrics.State, error) {
	state, err := a.store.State(ctx)
	if err != nil {
		return state, fmt.Errorf("the store's state: %w", err)
	}
	return state, nil
}

// licenceOf is the licence that an indicator's figures are published under;
// none is given for what projects return, which is the partnership's own.
func (a *API) licenceOf(indicator string) *string {
	ind, ok := a.strategy.Indicator(indicator)
	if !ok || ind.Numerator.From == metrics.FromReturns {
		return nil
	}
	return &a.licence
}

// maybe is null for an empty text.
func maybe(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// list is never null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
