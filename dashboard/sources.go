package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/account"
	"outcomes/metrics"
)

// published is what a reader should know of a source before its files.
type published struct {
	Name      string
	What      string
	Publisher string
	Site      string
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
	metrics.ReturnsSource: {Name: "Project returns",
		What: "What each project did in a quarter, in numbers: the performance measures are made of them. They are of the projects and of those who took part, not of the whole city."},
}

type sourcesPage struct {
	layout
	Sources []sourceView
	Empty   bool
}

// sourceView is a source in one block: what it is and how far it goes.
type sourceView struct {
	ID string
	published
	Origin   string // where it comes from and how often, of a source that nobody publishes
	Licence  string
	Latest   string // the newest release: "March 2019"
	AsAt     string // the day that it speaks of: "31 March 2019"
	Old      bool   // older than the publisher's rhythm would have it
	Files    string // "1,548 files of 43 police forces, 3 releases superseded"
	Gaps     string // "none", or the months that are missing
	Imported string
	Parts    []partView
	URL      string // of its files, where it has no parts
}

// partView is a police force, or a project, in a line of its source.
type partView struct {
	Name     string
	URL      string
	From, To string
	Files    string
	Gaps     string
}

// partNames are what the parts of a source are called: one, and several.
var partNames = map[metrics.Source][2]string{metrics.PoliceSource: {"police force", "police forces"}, metrics.ReturnsSource: {"project", "projects"}}

func (s *Server) sources(c echo.Context) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	holdings, err := s.store.Holdings(ctx)
	if err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	page := sourcesPage{layout: s.layout(state, "Sources", "sources"), Empty: len(holdings) == 0}
	page.Here = true
	bySource := map[metrics.Source][]metrics.Holding{}
	order := slices.Clone(metrics.Sources)
	for _, h := range holdings {
		bySource[h.Source] = append(bySource[h.Source], h)
		if !slices.Contains(order, h.Source) { // a source that this page does not know yet is shown all the same
			order = append(order, h.Source)
		}
	}
	if len(s.strategy.Projects) > 0 && !slices.Contains(order, metrics.ReturnsSource) {
		order = append(order, metrics.ReturnsSource)
	}
	for _, source := range order {
		page.Sources = append(page.Sources, s.sourceOf(source, bySource[source]))
	}
	return s.render(c, 200, "sources", page)
}

func (s *Server) sourceOf(source metrics.Source, holdings []metrics.Holding) sourceView {
	view := sourceView{ID: string(source), published: publicationOf(source), Licence: licence}
	if source == metrics.ReturnsSource {
		view.Licence, view.Origin = "", s.returnsOrigin()
	}
	if len(holdings) == 0 {
		return view
	}
	var newest string
	var files, superseded int64
	var imported string
	var gaps []string
	for _, h := range holdings {
		newest, imported = max(newest, h.Newest()), max(imported, h.ImportedAt)
		files, superseded = files+int64(h.Files), superseded+h.Superseded
	}
	for _, h := range holdings {
		if h.Part == "" {
			continue
		}
		p := partView{Name: s.partName(source, h.Part), URL: filesURL(source, h.Part), Files: tally(int64(h.Files), h.Superseded), Gaps: gapsOf(h, newest)}
		if len(h.Periods) > 0 {
			p.From, p.To = periodName(h.Periods[0]), periodName(h.Newest())
		}
		if p.Gaps != "" {
			gaps = append(gaps, p.Name)
		}
		view.Parts = append(view.Parts, p)
	}
	view.Latest, view.AsAt = periodName(newest), asAt(newest)
	view.Old = metrics.OlderThanExpected(source, newest, s.month())
	view.Files, view.Imported = tally(files, superseded), day(imported)
	if names, ok := partNames[source]; ok && len(view.Parts) > 0 {
		view.Files = plural(files, "file", "files") + " of " + plural(int64(len(view.Parts)), names[0], names[1])
		if superseded > 0 {
			view.Files += ", " + plural(superseded, "release", "releases") + " superseded"
		}
		view.Gaps = "None"
		switch {
		case len(gaps) > 4:
			view.Gaps = fmt.Sprintf("Of %d of them months are missing; the list says which", len(gaps))
		case len(gaps) > 0:
			view.Gaps = "Months are missing of " + strings.Join(gaps, ", ") + "; the list says which"
		}
		if source == metrics.ReturnsSource {
			view.Gaps = "" // which returns are due is for their own page to say
		}
	} else {
		view.URL = filesURL(source, "")
	}
	return view
}

// returnsOrigin is where projects' returns come from, how often, and what
// becomes of them.
func (s *Server) returnsOrigin() string {
	n := int64(len(s.strategy.Projects))
	words := fmt.Sprintf("From %s of the strategy, each on a workbook of its own, every quarter. A return is due %s after the quarter’s end, is checked, and counts once an analyst has accepted it.",
		plural(n, "project", "projects"), plural(int64(s.strategy.Returns.DueDays), "day", "days"))
	return words + fmt.Sprintf(" The workbooks are not published: counts of people from 1 to %d are hidden wherever figures are shown.", s.strategy.Returns.Small)
}

func publicationOf(source metrics.Source) published {
	about, ok := publications[source]
	if !ok {
		about.Name = upperFirst(string(source))
	}
	return about
}

// filesURL is the address of the list of files of a part of a source.
func filesURL(source metrics.Source, part string) string {
	address := "/sources/" + url.PathEscape(string(source))
	if part != "" {
		address += "/" + url.PathEscape(part)
	}
	return address
}

// batchURL is where a batch stands among its source's files.
func batchURL(b metrics.Batch) string {
	part := ""
	if _, ok := partNames[b.Source]; ok {
		part, _, _ = strings.Cut(strings.TrimPrefix(b.Release, string(b.Source)+"/"), "/")
	}
	return fmt.Sprintf("%s#batch-%d", filesURL(b.Source, part), b.ID)
}

// partName is the force or project that a release names.
func (s *Server) partName(source metrics.Source, part string) string {
	if source == metrics.ReturnsSource {
		for _, p := range s.strategy.Projects {
			if p.ID == part {
				return p.Name
			}
		}
	}
	return forceOf(part)
}

// month is the month of today.
func (s *Server) month() metrics.Month {
	now := s.now()
	return metrics.NewMonth(now.Year(), now.Month())
}

// periodName writes a release's period for people: "March 2019", "mid-2019",
// "2019 Indices of Deprivation".
func periodName(code string) string {
	if p, err := metrics.ParsePeriod(code); err == nil {
		return upperFirst(p.Label())
	}
	return code
}

// asAt is the day that a release speaks of, "" where its name does not say.
func asAt(code string) string {
	if year, ok := strings.CutPrefix(code, "mid-"); ok {
		return "30 June " + year
	}
	if p, err := metrics.ParsePeriod(code); err == nil && p.Kind != metrics.Edition {
		return p.Last.End().Format("2 January 2006")
	}
	return ""
}

// gapsOf says which months are missing of a part, up to the newest of all.
func gapsOf(h metrics.Holding, newest string) string {
	if h.Source != metrics.PoliceSource {
		return ""
	}
	var spans []string
	gaps := h.Gaps()
	for i := 0; i < len(gaps); {
		j := i
		for j+1 < len(gaps) && gaps[j+1] == gaps[j]+1 {
			j++
		}
		span := gaps[i].Name()
		if j > i {
			span += " to " + gaps[j].Name()
		}
		spans = append(spans, span)
		i = j + 1
	}
	if last, err := metrics.ParseMonth(h.Newest()); err == nil && h.Newest() < newest {
		spans = append(spans, "after "+last.Name())
	}
	return strings.Join(spans, ", ")
}

func tally(files, superseded int64) string {
	words := plural(files, "file", "files")
	if superseded > 0 {
		words += ", " + plural(superseded, "release", "releases") + " superseded"
	}
	return words
}

// filesPage is the files of a source, or of a part of one, by year.
type filesPage struct {
	layout
	Heading string
	Source  published
	Files   string
	Years   []yearView
}

type yearView struct {
	Name string
	ID   string
	Rows []batchView
}

// files lists the files that were read of a source or of one of its parts.
func (s *Server) files(c echo.Context) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	source, part := metrics.Source(unescaped(c.Param("source"))), unescaped(c.Param("part"))
	batches, err := s.store.BatchesOf(ctx, source, part)
	if err != nil {
		return fmt.Errorf("the ledger of %s: %w", source, err)
	}
	if len(batches) == 0 {
		return metrics.Errorf(metrics.NotFound, "No files were read of %q. The page of the sources lists those that were.", strings.TrimSpace(string(source)+" "+part))
	}
	about := publicationOf(source)
	page := filesPage{Heading: "Files of " + about.Name, Source: about}
	if part != "" {
		page.Heading += ": " + s.partName(source, part)
	}
	page.layout = s.layout(state, page.Heading, "sources")
	files := map[string]bool{}
	var superseded int64
	for _, b := range batches {
		if b.Current {
			files[b.Period+" "+b.Digest] = true // several releases may be made of one
		} else {
			superseded++
		}
	}
	page.Files = tally(int64(len(files)), superseded)
	// newest period first, of a period what was read last first
	slices.SortStableFunc(batches, func(a, b metrics.Batch) int {
		return cmp.Or(strings.Compare(yearOf(b.Period), yearOf(a.Period)), strings.Compare(b.Period, a.Period), cmp.Compare(b.ID, a.ID))
	})
	for _, b := range batches {
		year := yearOf(b.Period)
		if n := len(page.Years); n == 0 || page.Years[n-1].ID != "year-"+year {
			page.Years = append(page.Years, yearView{Name: cmp.Or(year, "Without a period"), ID: "year-" + year})
		}
		last := &page.Years[len(page.Years)-1]
		last.Rows = append(last.Rows, batchOf(b, seesReturns(ctx)))
	}
	return s.render(c, 200, "files", page)
}

func unescaped(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// yearOf is the year in the name of a period, "" where it has none.
func yearOf(period string) string {
	for i := 0; i+4 <= len(period); i++ {
		if y := period[i : i+4]; strings.Trim(y, "0123456789") == "" {
			return y
		}
	}
	return ""
}

// domains are the domains of the Indices of Deprivation by the names in their releases.
var domains = map[string]string{
	"imd": "Index of Multiple Deprivation", "idaci": "Income deprivation affecting children", "idaopi": "Income deprivation affecting older people",
	"education": "Education, skills and training domain", "health": "Health deprivation and disability domain", "housing": "Barriers to housing and services domain", "environment": "Living environment domain",
}

// releaseTokens are the words in the names of the lookups.
var releaseTokens = map[string]string{"lsoa": "LSOA", "ward": "ward", "wards": "wards", "lad": "district", "csp": "Community Safety Partnership", "force": "police force area", "successors": "its successor"}

// contentOf says which part of its file a release is: of one file several may be made.
func contentOf(b metrics.Batch) string {
	_, rest, _ := strings.Cut(b.Release, "/")
	switch b.Source {
	case metrics.PoliceSource:
		return "Street-level crimes"
	case metrics.ReturnsSource:
		return "Quarterly return"
	case metrics.DeprivationSource:
		return cmp.Or(domains[rest], upperFirst(strings.ReplaceAll(rest, "_", " "))+" domain")
	case metrics.PopulationSource:
		if rest == "ages" {
			return "Residents by age"
		}
		return "Residents"
	case metrics.GeographySource:
		words := strings.Split(rest, "-")
		for i, w := range words {
			name := strings.TrimRight(w, "0123456789")
			words[i] = strings.TrimSpace(cmp.Or(releaseTokens[name], name) + " " + w[len(name):])
		}
		return upperFirst(strings.Join(words, " to "))
	}
	return upperFirst(strings.ReplaceAll(rest, "-", " "))
}

// forceOf writes the name of a force as releases have it: "west-midlands".
func forceOf(part string) string {
	words := strings.Fields(strings.ReplaceAll(part, "-", " "))
	for i, w := range words {
		if w != "and" {
			words[i] = upperFirst(w)
		}
	}
	return strings.Join(words, " ")
}

// batchView is a batch in a list of files.
type batchView struct {
	ID          int64
	URL         string // of it among its source's files
	Period      string
	Content     string // which part of the file it is: a domain, a lookup
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

// seesReturns says whether whoever asks may read returns as they came.
func seesReturns(ctx context.Context) bool {
	who, _ := account.Of(ctx)
	return account.ReturnsRead.Allows(who.Role)
}

// batchOf is a batch for a reader. Name, size and digest of a project's
// workbook are for those who may read returns: with a digest a guess at what
// the workbook holds could be proved right.
func batchOf(b metrics.Batch, returns bool) batchView {
	if b.Source == metrics.ReturnsSource && !returns {
		b.File, b.Member, b.Digest, b.Size = "A project’s workbook", "", "", 0
	}
	v := batchView{
		ID: b.ID, URL: batchURL(b), Period: b.Period, Content: contentOf(b), File: b.File, Member: b.Member, Digest: b.Digest,
		ShortDigest: shortDigest(b.Digest), ImportedAt: day(b.ImportedAt),
	}
	if b.Digest != "" {
		v.Size = bytesWritten(b.Size)
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
