package api

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"outcomes/dashboard/export"
	"outcomes/metrics"
)

// Packs are the frozen report packs.
type Packs interface {
	// Packs lists them, in any order.
	Packs(ctx context.Context) ([]Pack, error)
	// PackReport gives the report of one as it was frozen.
	PackReport(ctx context.Context, number int) (*metrics.Report, error)
}

// Pack is what the list of packs says of one.
type Pack struct {
	Number       int
	Title        string
	Period       metrics.Period
	FrozenAt     string // RFC 3339
	FrozenBy     string
	Address      string // of its page
	SupersededBy int    // the number of a newer one of the same kind; 0 where there is none
	Files        []PackFile
}

// PackFile is one file of a pack.
type PackFile struct {
	Name   string
	SHA256 string // in hex
	Size   int64  // bytes
	URL    string // where it is found
}

type packHead struct {
	Number       int        `json:"number"`
	Title        string     `json:"title"`
	Period       string     `json:"period"`
	FrozenAt     string     `json:"frozen_at"`
	FrozenBy     string     `json:"frozen_by"`
	Address      string     `json:"address"`
	SupersededBy *int       `json:"superseded_by"`
	Files        []packFile `json:"files"`
	Links        packLinks  `json:"links"`
}

type packFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	URL    string `json:"url"`
}

type packLinks struct {
	Self         string  `json:"self"`
	SupersededBy *string `json:"superseded_by"`
}

func headOf(p Pack) packHead {
	out := packHead{Number: p.Number, Title: p.Title, Period: p.Period.Code(), FrozenAt: p.FrozenAt, FrozenBy: p.FrozenBy, Address: p.Address, Files: []packFile{},
		Links: packLinks{Self: at("packs", p.Number)}}
	if p.SupersededBy != 0 {
		newer := at("packs", p.SupersededBy)
		out.SupersededBy, out.Links.SupersededBy = &p.SupersededBy, &newer
	}
	for _, f := range p.Files {
		out.Files = append(out.Files, packFile(f))
	}
	return out
}

type packPage struct {
	Total int        `json:"total"`
	Packs []packHead `json:"packs"`
	Links selfLink   `json:"links"`
}

func (a *API) heads(ctx context.Context) ([]Pack, error) {
	if a.packs == nil {
		return nil, nil
	}
	list, err := a.packs.Packs(ctx)
	if err != nil {
		return nil, fmt.Errorf("the packs: %w", err)
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Pack) int { return b.Number - a.Number }) // the newest first
	return list, nil
}

func (a *API) packList(ctx context.Context, r request) (any, error) {
	list, err := a.heads(ctx)
	if err != nil {
		return nil, err
	}
	out := packPage{Total: len(list), Packs: []packHead{}, Links: selfLink{r.path}}
	for _, p := range list {
		out.Packs = append(out.Packs, headOf(p))
	}
	return out, nil
}

// pack is a report as it was frozen.
type pack struct {
	packHead
	Partnership string       `json:"partnership"`
	Area        area         `json:"area"`
	AsAt        string       `json:"as_at"`
	Sample      bool         `json:"sample"`
	Headlines   []string     `json:"headlines"`
	Sections    []section    `json:"sections"`
	Figures     []packFigure `json:"figures"`
	Sources     []packSource `json:"sources"`
	Shorthand   []shorthand  `json:"shorthand"`
	Licence     string       `json:"licence"`
	Citation    string       `json:"citation"`
}

type section struct {
	Number int     `json:"number"`
	Title  string  `json:"title"`
	Blocks []block `json:"blocks"`
}

// block is one thing in a section; the others of its fields are null.
type block struct {
	Heading    *string     `json:"heading"`
	Paragraph  *string     `json:"paragraph"`
	List       []string    `json:"list"`
	Commentary *commentary `json:"commentary"`
	Chart      *chart      `json:"chart"`
	Table      *table      `json:"table"`
}

type commentary struct {
	Indicator string `json:"indicator"`
	By        string `json:"by"`
	At        string `json:"at"`
	Text      string `json:"text"`
}

// chart is what a chart says; its numbers are in its table.
type chart struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	Alt      string `json:"alt"`
	Source   string `json:"source"`
	Table    string `json:"table"`
}

type table struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Source  string   `json:"source"`
	Notes   []string `json:"notes"`
	Columns []string `json:"columns"`
	Rows    [][]cell `json:"rows"`
}

type cell struct {
	Text      string   `json:"text"`
	Number    *float64 `json:"number"`
	Shorthand string   `json:"shorthand"`
}

type packFigure struct {
	Title string `json:"title"`
	figure
}

type packSource struct {
	Name      string `json:"name"`
	URL       string `json:"url"`
	Publisher string `json:"publisher"`
	Licence   string `json:"licence"`
	Latest    string `json:"latest"`
	ReadAt    string `json:"read_at"`
}

type shorthand struct {
	Mark    string `json:"mark"`
	Meaning string `json:"meaning"`
}

func (a *API) pack(ctx context.Context, r request) (any, error) {
	unknown := metrics.Errorf(metrics.NotFound, "There is no pack with the number %s. %s/packs lists those that were frozen.", quoted(r.id), Root)
	number, err := strconv.Atoi(r.id)
	if err != nil || number < 1 || strings.Trim(r.id, "0123456789") != "" {
		return nil, unknown
	}
	list, err := a.heads(ctx)
	if err != nil {
		return nil, err
	}
	n := slices.IndexFunc(list, func(p Pack) bool { return p.Number == number })
	if n < 0 {
		return nil, unknown
	}
	report, err := a.packs.PackReport(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("pack %d: %w", number, err)
	}
	return a.packOf(list[n], report), nil
}

func (a *API) packOf(p Pack, r *metrics.Report) pack {
	out := pack{
		packHead: headOf(p), Partnership: r.Partnership, Area: areaOf(r.Area), AsAt: r.AsAt, Sample: r.Sample, Headlines: list(r.Headlines),
		Sections: []section{}, Figures: []packFigure{}, Sources: []packSource{}, Shorthand: []shorthand{}, Licence: r.Licence, Citation: r.Cite,
	}
	for _, s := range r.Sections {
		one := section{s.Number, s.Title, []block{}}
		for _, b := range s.Blocks {
			one.Blocks = append(one.Blocks, blockOf(b))
		}
		out.Sections = append(out.Sections, one)
	}
	frozen := metrics.State{MadeAt: r.AsAt, Sample: r.Sample}
	for _, f := range r.Figures {
		about := export.About{Sample: r.Sample, Sources: map[string]string{f.Indicator: f.Source}, Accountable: map[string]metrics.Accountability{f.Indicator: f.Accountability}}
		one := a.figureOf(f.Figure, frozen, about)
		one.Licence = maybe(f.Licence) // as it was: the strategy may have retired the indicator since
		out.Figures = append(out.Figures, packFigure{f.Title, one})
	}
	for _, s := range r.Sources {
		out.Sources = append(out.Sources, packSource(s))
	}
	for _, s := range r.Key {
		out.Shorthand = append(out.Shorthand, shorthand(s))
	}
	return out
}

func blockOf(b metrics.ReportBlock) block {
	out := block{Heading: maybe(b.Heading), Paragraph: maybe(b.Paragraph), List: b.List}
	if c := b.Commentary; c != nil {
		out.Commentary = &commentary{c.Indicator, c.By, c.At, c.Text}
	}
	if c := b.Chart; c != nil {
		out.Chart = &chart{c.ID, c.Title, c.Subtitle, c.Alt, c.Source, c.TableID}
	}
	if t := b.Table; t != nil {
		out.Table = &table{ID: t.ID, Title: t.Title, Source: t.Source, Notes: list(t.Notes), Columns: []string{}, Rows: [][]cell{}}
		for _, c := range t.Columns {
			out.Table.Columns = append(out.Table.Columns, c.Head)
		}
		for _, row := range t.Rows {
			cells := make([]cell, len(row))
			for i, c := range row {
				if c.Shorthand == metrics.Suppressed.Shorthand() || c.Shorthand == metrics.Missing.Shorthand() { // a shorthand for no number
					c.Text, c.Number = c.Shorthand, nil
				}
				if c.Number != nil && (math.IsNaN(*c.Number) || math.IsInf(*c.Number, 0)) {
					c.Number = nil
				}
				cells[i] = cell(c)
			}
			out.Table.Rows = append(out.Table.Rows, cells)
		}
	}
	return out
}
