package dashboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/metrics"
)

// published is what a reader should know of a source before its files.
type published struct {
	Name      string
	What      string
	Publisher string
	URL       string
	Command   string
}

// licence is the same for all of them.
const licence = "Open Government Licence v3.0"

var publications = map[metrics.Source]published{
	metrics.GeographySource: {"Areas and lookups",
		"Which neighbourhood lies in which district and police force area, and which code followed which.",
		"Office for National Statistics", "https://geoportal.statistics.gov.uk/", "outcomes import geography PATH…"},
	metrics.PopulationSource: {"Population",
		"Mid-year estimates of residents: the denominators of the rates.",
		"Office for National Statistics", "https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/populationestimates", "outcomes import population PATH…"},
	metrics.DeprivationSource: {"English Indices of Deprivation",
		"The rank of every neighbourhood of England by deprivation, published every few years.",
		"Ministry of Housing, Communities and Local Government", "https://www.gov.uk/government/collections/english-indices-of-deprivation", "outcomes import deprivation PATH…"},
	metrics.BoundarySource: {"Boundaries",
		"The outlines of neighbourhoods and wards.",
		"Office for National Statistics and Ordnance Survey", "https://geoportal.statistics.gov.uk/", "outcomes import boundaries PATH…"},
	metrics.PoliceSource: {"Recorded crime",
		"Street-level crimes and their outcomes, as each police force publishes them every month.",
		"data.police.uk", "https://data.police.uk/", "outcomes import police PATH…"},
}

type sourcesPage struct {
	layout
	Sources []sourceView
	Empty   bool
}

type sourceView struct {
	ID string
	published
	Licence string
	Batches string // "42 releases in force, 3 superseded"
	Newest  string // when the newest was imported
	Groups  []batchGroup
}

// batchGroup is the batches of one force, or all of a source that has no forces.
type batchGroup struct {
	Name    string
	Summary string
	Open    bool
	Rows    []batchView
}

type batchView struct {
	ID          int64
	Period      string
	File        string
	Member      string
	Size        string
	Digest      string
	ShortDigest string
	Account     []string // read, kept, without location, outside, rejected
	ImportedAt  string
	State       string
	Superseded  bool
	Problems    []string
	More        string
	Count       string
}

// problemsShown is how many of a batch's problems the page repeats.
const problemsShown = 10

func (s *Server) sources(c echo.Context) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	batches, err := s.store.Batches(ctx)
	if err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	page := sourcesPage{layout: s.layout(state, "Sources", "sources"), Empty: len(batches) == 0}
	page.Here = true
	bySource := map[metrics.Source][]metrics.Batch{}
	for _, b := range batches {
		bySource[b.Source] = append(bySource[b.Source], b)
	}
	order := slices.Clone(metrics.Sources)
	for _, b := range batches { // a source that this page does not know yet is shown all the same
		if !slices.Contains(order, b.Source) {
			order = append(order, b.Source)
		}
	}
	for _, source := range order {
		page.Sources = append(page.Sources, sourceOf(source, bySource[source]))
	}
	return s.render(c, 200, "sources", page)
}

func sourceOf(source metrics.Source, batches []metrics.Batch) sourceView {
	about, ok := publications[source]
	if !ok {
		about.Name = upperFirst(string(source))
	}
	view := sourceView{ID: string(source), published: about, Licence: licence}
	if len(batches) == 0 {
		return view
	}
	view.Batches = tally(batches)
	view.Newest = day(batches[0].ImportedAt)
	var names []string
	groups := map[string][]metrics.Batch{}
	for _, b := range batches {
		name := ""
		if source == metrics.PoliceSource {
			name = forceOf(b.Release)
		}
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], b)
	}
	slices.Sort(names)
	for _, name := range names {
		members := groups[name]
		// newest period first, and of a period the one in force first
		slices.SortStableFunc(members, func(a, b metrics.Batch) int {
			if c := strings.Compare(b.Period, a.Period); c != 0 {
				return c
			}
			return int(b.ID - a.ID)
		})
		g := batchGroup{Name: name, Open: len(members) <= 12 && len(names) == 1}
		var summary []string
		if name == "" {
			g.Name = "Files"
		} else {
			summary = append(summary, tally(members))
		}
		if first, last := members[len(members)-1].Period, members[0].Period; first != last && first != "" {
			summary = append(summary, first+" to "+last)
		}
		g.Summary = strings.Join(summary, ", ")
		for _, b := range members {
			g.Rows = append(g.Rows, batchOf(b))
		}
		view.Groups = append(view.Groups, g)
	}
	return view
}

func tally(batches []metrics.Batch) string {
	var current, superseded int64
	for _, b := range batches {
		if b.Current {
			current++
		} else {
			superseded++
		}
	}
	words := plural(current, "release in force", "releases in force")
	if superseded > 0 {
		words += ", " + metrics.Whole(superseded) + " superseded"
	}
	return words
}

// forceOf is the force in the name of a release: "police/west-midlands/2019-03".
func forceOf(release string) string {
	parts := strings.Split(release, "/")
	if len(parts) < 2 {
		return ""
	}
	words := strings.Fields(strings.ReplaceAll(parts[1], "-", " "))
	for i, w := range words {
		if w != "and" {
			words[i] = upperFirst(w)
		}
	}
	return strings.Join(words, " ")
}

func batchOf(b metrics.Batch) batchView {
	v := batchView{
		ID: b.ID, Period: b.Period, File: b.File, Member: b.Member, Size: bytesWritten(b.Size), Digest: b.Digest,
		ShortDigest: shortDigest(b.Digest), ImportedAt: day(b.ImportedAt),
	}
	for _, n := range []int64{b.Account.Read, b.Account.Kept, b.Account.WithoutLocation, b.Account.Outside, b.Account.Rejected} {
		v.Account = append(v.Account, metrics.Whole(n))
	}
	switch {
	case b.Current:
		v.State = "In force"
	case b.Superseded != 0:
		v.State, v.Superseded = fmt.Sprintf("Superseded by batch %d", b.Superseded), true
	default:
		v.State, v.Superseded = "Not in force", true
	}
	if v.Period == "" {
		v.Period = "No period"
	}
	for i, p := range b.Problems {
		if i == problemsShown {
			v.More = fmt.Sprintf("and %s more", metrics.Whole(int64(len(b.Problems)-i)))
			break
		}
		v.Problems = append(v.Problems, problem(p))
	}
	v.Count = plural(int64(len(b.Problems)), "problem", "problems")
	return v
}

func shortDigest(digest string) string {
	kind, hex, ok := strings.Cut(digest, ":")
	if !ok || len(hex) <= 12 {
		return digest
	}
	return kind + ":" + hex[:12] + "…"
}

func problem(p metrics.Problem) string {
	var where []string
	if p.Sheet != "" {
		where = append(where, "sheet "+p.Sheet)
	}
	if p.Row > 0 {
		where = append(where, "row "+metrics.Whole(int64(p.Row)))
	}
	if p.Column != "" {
		where = append(where, "column "+p.Column)
	}
	words := p.Message
	if len(where) > 0 {
		words = upperFirst(strings.Join(where, ", ")) + ": " + words
	}
	if p.Rejects {
		words += " (not counted)"
	}
	return words
}
