package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"outcomes/metrics"
	"outcomes/metrics/store"
)

// Import is one import: the files under Paths, read by Reader, kept in Store,
// and the strategy's figures made anew. It is one transaction: on an error, or
// when the program is stopped, facts and figures are those from before.
type Import struct {
	Store *store.Store
	// Strategy gives the strategy, from the text of the one that the database
	// was last used with (nil for none or the built-in one). It is asked within
	// the transaction: two imports at once see the same one.
	Strategy func(stored []byte) (*metrics.Strategy, error)
	// Check says what of the strategy the lookups contradict; it may be nil.
	Check   func(*metrics.Strategy, *metrics.Geography) error
	Reader  Reader
	Paths   []string
	Edition int // of the Indices, for files that do not say
	// WhyNot explains what a file that the source does not know looks like.
	WhyNot func(Input) error
	// Watch is told how the import goes on; it may be nil.
	Watch Watcher
}

// Watcher is told how an import goes on, always from one goroutine at a time.
type Watcher interface {
	Begin(files int, bytes int64)
	Read(bytes int)  // called from the readers' goroutines
	File(FileReport) // one file is done
	Computing()      // all files are done, figures are being made
}

// FileReport is what became of one file.
type FileReport struct {
	Path    string
	Account metrics.Account
	Saved   []store.Saved
	Known   string // when it was read before, RFC 3339; "" when it was not
	Same    bool   // it says what is held already
}

// Report is the account of an import.
type Report struct {
	Source     metrics.Source
	Files      []FileReport
	PassedOver []PassedOver // files in a folder or zip that are not this source's
	Account    metrics.Account
	Rules      []RuleCount // why rows were rejected, the most frequent rule first
	Notices    []RuleCount // what a reader should know of rows that were kept, the same way
	Gaps       []string    // in words: months without a file, forces without any
	Figures    store.Computed
}

// PassedOver is a file that was not read, and why.
type PassedOver struct{ Path, Why string }

// RuleCount is how many rows a rule spoke of, and the first of them.
type RuleCount struct {
	Rule  string
	Count int64
	First metrics.Problem
}

// Changed says whether anything was added or replaced.
func (r Report) Changed() bool {
	return slices.ContainsFunc(r.Files, func(f FileReport) bool {
		return slices.ContainsFunc(f.Saved, func(s store.Saved) bool { return s.Changed })
	})
}

// Run carries the import out.
func (i Import) Run(ctx context.Context) (Report, error) {
	report := Report{Source: i.Reader.Source()}
	archive, err := Find(i.Paths)
	if err != nil {
		return report, err
	}
	defer archive.Close()
	inputs, err := i.choose(archive, &report)
	if err != nil {
		return report, err
	}
	err = i.Store.Update(ctx, "import "+string(report.Source), func(tx *store.Session) error {
		stored, err := tx.StrategySource(ctx)
		if err != nil {
			return err
		}
		strategy, err := i.Strategy(stored)
		if err != nil {
			return err
		}
		if err := i.read(ctx, tx, strategy, inputs, &report); err != nil {
			return err
		}
		g, err := tx.Geography(ctx)
		if err != nil {
			return err
		}
		if i.Check != nil {
			if err := i.Check(strategy, g); err != nil {
				return err
			}
		}
		if i.Watch != nil {
			i.Watch.Computing()
		}
		if report.Gaps, err = i.gaps(ctx, tx, strategy, g); err != nil {
			return err
		}
		report.Figures, err = tx.Compute(ctx, strategy, "import "+string(report.Source))
		return err
	})
	return report, err
}

// gaps says which months are missing between the first and the last of the
// forces whose files the strategy's areas depend on.
func (i Import) gaps(ctx context.Context, tx *store.Session, s *metrics.Strategy, g *metrics.Geography) ([]string, error) {
	switch i.Reader.Source() {
	case metrics.GeographySource:
		_, areas := coverage(s, g)
		n, err := tx.StreetFilesOfOthers(ctx, coverageDigest(areas))
		if err != nil || n == 0 {
			return nil, err
		}
		return []string{fmt.Sprintf("%d police files were counted for other areas, or before these lookups: import them again", n)}, nil
	case metrics.PoliceSource:
	default:
		return nil, nil
	}
	var out []string
	for _, area := range metrics.PoliceAreas(s, g) {
		force, months, err := tx.StreetMonths(ctx, area)
		if err != nil {
			return nil, err
		}
		if len(months) == 0 {
			out = append(out, fmt.Sprintf("no file of %s (%s) is held: what is counted from it has no figure", g.Names[area], area))
			continue
		}
		var missing []string
		for n, m := range months[1:] {
			for gap := months[n] + 1; gap < m; gap++ {
				missing = append(missing, gap.String())
			}
		}
		if len(missing) > 12 {
			missing = append(missing[:12], fmt.Sprintf("and %d more", len(missing)-12))
		}
		if len(missing) > 0 {
			out = append(out, fmt.Sprintf("%s, %s to %s: no file for %s", force, months[0], months[len(months)-1], strings.Join(missing, ", ")))
		}
	}
	if !metrics.ComparesWithEngland(s) {
		return out, nil
	}
	held, all := 0, g.EnglishForces()
	for _, area := range all {
		_, months, err := tx.StreetMonths(ctx, area)
		if err != nil {
			return nil, err
		}
		held += min(1, len(months))
	}
	if held < len(all) {
		out = append(out, fmt.Sprintf("files of %d of %d English forces are held: nothing is compared with England until all are", held, len(all)))
	}
	return out, nil
}

// choose keeps the files that the source knows. In a folder or zip the others
// are passed over; a file that was named is the one the user meant.
func (i Import) choose(archive *Archive, report *Report) ([]Input, error) {
	var inputs []Input
	for _, in := range archive.Inputs {
		switch {
		case i.Reader.Knows(in):
			inputs = append(inputs, in)
		case i.named(in):
			return nil, i.WhyNot(in)
		case strings.EqualFold(filepath.Ext(in.Name), ".xls"): // it may be the very file, in a format that cannot be read
			report.PassedOver = append(report.PassedOver, PassedOver{in.Path, i.WhyNot(in).Error()})
		default:
			report.PassedOver = append(report.PassedOver, PassedOver{in.Path, "not a layout that this source reads"})
		}
	}
	if len(inputs) == 0 {
		return nil, metrics.Errorf(metrics.Invalid, "none of the %d files in %s is of a layout that the source %q reads: see `outcomes import --help` for the layouts",
			len(archive.Inputs), strings.Join(i.Paths, ", "), report.Source)
	}
	return inputs, nil
}

// named says whether the file itself was given, not a folder or zip that holds it.
func (i Import) named(in Input) bool {
	return slices.ContainsFunc(i.Paths, func(p string) bool { return filepath.Clean(p) == filepath.Clean(in.Path) })
}

// result is a file on its way from the readers to the store.
type result struct {
	in       Input
	known    string
	releases []store.Release
	err      error
}

// read reads the files on all cores and keeps them one after the other, in
// their order.
func (i Import) read(ctx context.Context, tx *store.Session, s *metrics.Strategy, inputs []Input, report *Report) error {
	opts, digest, err := i.options(ctx, tx, s)
	if err != nil {
		return err
	}
	var bytes int64
	for _, in := range inputs {
		bytes += in.Size
	}
	if i.Watch != nil {
		i.Watch.Begin(len(inputs), bytes)
		opts.Progress = i.Watch.Read
	}
	known, err := i.known(ctx, tx, inputs, digest, report)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	// A file holds its place in the line before it is read, so that no more
	// than a few wait in memory and they come out in order.
	line := make(chan chan result, workers)
	go func() {
		defer close(line)
		for n, in := range inputs {
			place := make(chan result, 1)
			select {
			case line <- place:
			case <-ctx.Done():
				return
			}
			if known[n] != "" {
				place <- result{in: in, known: known[n]}
				continue
			}
			go func() {
				releases, err := i.Reader.Read(ctx, in, opts)
				place <- result{in: in, releases: releases, err: err}
			}()
		}
	}()
	came := map[string]metrics.Batch{} // by release, from which of the files
	for place := range line {
		res := <-place
		if errors.Is(res.err, ErrExtract) && !i.named(res.in) {
			report.PassedOver = append(report.PassedOver, PassedOver{res.in.Path, res.err.Error()})
			continue
		}
		if res.err != nil {
			return res.err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rivals(came, res); err != nil {
			return err
		}
		if err := i.keep(ctx, tx, res, digest, report); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// rivals is the error for a file of the same force and month as one before it
// in the import that says something else: which of the two is right is not for
// the order of their names to decide.
func rivals(came map[string]metrics.Batch, res result) error {
	for _, rel := range res.releases {
		facts, ok := rel.Facts.(*store.StreetMonth)
		if !ok {
			continue
		}
		before, ok := came[rel.Release]
		if ok && before.FactsSHA != rel.FactsSHA {
			return metrics.Errorf(metrics.Conflict, "%s and %s are both of %s in %s and say different things: import the one that is right without the other; nothing was kept",
				before.File, res.in.Path, facts.Force, facts.Month.Name())
		}
		came[rel.Release] = metrics.Batch{File: res.in.Path, FactsSHA: rel.FactsSHA}
	}
	return nil
}

// known says of each input when it was read before, "" for those to read. A
// file whose facts were replaced since is read again, unless the file that
// replaced them comes in the same import: then the two would take turns.
func (i Import) known(ctx context.Context, tx *store.Session, inputs []Input, coverage string, report *Report) ([]string, error) {
	known := make([]string, len(inputs))
	digests := make([]string, len(inputs))
	at := map[[2]string]int{}  // name and digest, the last of the inputs that has them
	differ := map[string]int{} // names, and how many different files have them
	for n, in := range inputs {
		var err error
		if digests[n], err = in.Digest(); err != nil {
			return nil, err
		}
		key := [2]string{in.Name, digests[n]}
		if _, ok := at[key]; !ok {
			differ[in.Name]++
		}
		at[key] = n
	}
	for n, in := range inputs {
		if last := at[[2]string{in.Name, digests[n]}]; last != n { // the same file twice
			known[n] = "in this import"
			continue
		}
		if report.Source == metrics.PoliceSource && differ[in.Name] > 1 {
			continue // one force's month twice: what they say has to be set side by side
		}
		before, ok, err := tx.Known(ctx, report.Source, in.Name, digests[n], coverage)
		if err != nil {
			return nil, err
		}
		_, here := at[[2]string{before.Name, before.Digest}]
		if ok && (before.Intact || here && before.Coverage == coverage && before.Digest != digests[n]) {
			known[n] = before.At
		}
	}
	return known, nil
}

func (i Import) keep(ctx context.Context, tx *store.Session, res result, coverage string, report *Report) error {
	file := FileReport{Path: res.in.Path, Known: res.known}
	for n := range res.releases {
		res.releases[n].Coverage, res.releases[n].Name = coverage, res.in.Name
	}
	var err error
	if file.Saved, err = tx.Save(ctx, res.releases); err != nil {
		return fmt.Errorf("%s: %w", res.in.Path, err)
	}
	tables := map[string]metrics.Account{}
	for _, rel := range res.releases {
		// Of a table's releases the one with the most rejected rows speaks for it.
		if a, ok := tables[rel.Table]; !ok || rel.Account.Rejected > a.Rejected {
			tables[rel.Table] = rel.Account
		}
	}
	for _, a := range tables {
		file.Account = file.Account.Add(a)
	}
	report.add(res.releases)
	file.Same = res.known == "" && !slices.ContainsFunc(file.Saved, func(s store.Saved) bool { return s.Changed })
	report.Account = report.Account.Add(file.Account)
	report.Files = append(report.Files, file)
	if i.Watch != nil {
		i.Watch.File(file)
	}
	return nil
}

// add counts a file's problems: a row that several releases reject counts once.
func (r *Report) add(releases []store.Release) {
	seen := map[metrics.Problem]bool{}
	for _, rel := range releases {
		for _, p := range rel.Problems {
			if seen[p] {
				continue
			}
			seen[p] = true
			list := &r.Notices
			if p.Rejects {
				list = &r.Rules
			}
			at := slices.IndexFunc(*list, func(c RuleCount) bool { return c.Rule == p.Rule })
			if at < 0 {
				at = len(*list)
				*list = append(*list, RuleCount{Rule: p.Rule, First: p})
			}
			(*list)[at].Count++
		}
	}
	slices.SortStableFunc(r.Rules, func(a, b RuleCount) int { return int(b.Count - a.Count) })
}

// options gathers what a reader needs: the lookups, and which areas are kept.
func (i Import) options(ctx context.Context, tx *store.Session, s *metrics.Strategy) (Options, string, error) {
	g, err := tx.Geography(ctx)
	if err != nil {
		return Options{}, "", err
	}
	opts := Options{Geography: g, Edition: i.Edition}
	if i.Reader.Source() != metrics.PoliceSource {
		return opts, "", nil
	}
	cover, areas := coverage(s, g)
	for area, lsoas := range areas {
		switch {
		case lsoas != "" || cover.Forces[area]:
		case area != g.Active(s.Area.Code): // of the similar group: comparisons say that it has no figure
			delete(areas, area)
			delete(cover.LADs, area)
		default:
			return opts, "", metrics.Errorf(metrics.Conflict, "no LSOA of the district %s is known: import the lookups first (`outcomes import geography PATH`)", area)
		}
	}
	opts.Coverage = cover
	digest := coverageDigest(areas)
	return opts, digest, tx.SaveCoverage(ctx, digest, areas)
}

// coverage gives the areas that the strategy asks for, and for each a digest
// of its LSOAs.
func coverage(s *metrics.Strategy, g *metrics.Geography) (Coverage, map[string]string) {
	needs := metrics.NeedsOf(s, g)
	areas := store.LSOAsOf(g, needs.LADs)
	cover := Coverage{LADs: map[string]bool{}, Forces: map[string]bool{}}
	for _, lad := range needs.LADs {
		for _, code := range g.Family(lad) {
			cover.LADs[code] = true
		}
	}
	for _, force := range needs.Forces {
		cover.Forces[force] = true
		areas[force] = ""
	}
	return cover, areas
}

// coverageDigest changes with the areas that are kept and with the LSOAs that
// the lookups put in them: files counted under another have to be read again.
func coverageDigest(areas map[string]string) string {
	h := sha256.New()
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		fmt.Fprintf(h, "%s %s\n", area, areas[area])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
