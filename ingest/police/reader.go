// Package police reads the street-level crime files of data.police.uk, one a
// force and month: every row is accounted for, and counted by LSOA, by district
// and for the force area. It does not write: the store does.
package police

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync"

	"outcomes/ingest"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// Reader reads street-level files. It keeps nothing between files, and several
// goroutines may use it at once.
type Reader struct{}

// New gives a reader.
func New() Reader { return Reader{} }

// Source is police.uk.
func (Reader) Source() metrics.Source { return metrics.PoliceSource }

var streetName = regexp.MustCompile(`^(\d{4}-\d{2})-([a-z0-9]+(?:-[a-z0-9]+)*)-street\.csv$`)

// Knows says whether the file's name is that of a street-level file,
// YYYY-MM-FORCE-street.csv. The outcomes and the stop and search files are not known.
func (Reader) Knows(in ingest.Input) bool { return streetName.MatchString(in.Name) }

// worker is the room that one file's reading needs, used again for the next.
type worker struct {
	scanner scanner
	counter *counter
}

var workers = sync.Pool{New: func() any {
	return &worker{scanner: scanner{buf: make([]byte, bufferSize), limit: rowLimit}, counter: newCounter()}
}}

// Read reads one file into its one release, whose facts are a *store.StreetMonth.
// Rows that cannot be read are problems of the release. The error is Invalid
// where the file is not what its name says, cannot be read to its end, has no
// rows, or has more than ingest.TooManyBad of them (and more than one) rejected.
func (Reader) Read(ctx context.Context, in ingest.Input, opts ingest.Options) ([]store.Release, error) {
	name := streetName.FindStringSubmatch(in.Name)
	if name == nil {
		return nil, metrics.Errorf(metrics.Invalid, "%s is not named as a street-level file of police.uk is: YYYY-MM-FORCE-street.csv", in.Path)
	}
	month, err := metrics.ParseMonth(name[1])
	if err != nil {
		return nil, metrics.Errorf(metrics.Invalid, "%s: the file's name should start with its month, and %w", in.Path, err)
	}
	digestOfFile, err := in.Digest()
	if err != nil {
		return nil, err
	}
	content, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()

	w := workers.Get().(*worker)
	defer func() {
		w.scanner.src, w.scanner.filled = nil, nil
		workers.Put(w)
	}()
	w.scanner.reset(content, watch(ctx, in.Size, opts.Progress))
	facts, err := w.read(in, month, name[2], opts)
	if err != nil {
		return nil, err
	}
	c := w.counter
	return []store.Release{{
		Batch: metrics.Batch{
			Source:   metrics.PoliceSource,
			Release:  "police/" + facts.Slug + "/" + month.String(),
			File:     in.File(),
			Member:   in.Member(),
			Size:     in.Size,
			Digest:   digestOfFile,
			Period:   metrics.MonthPeriod(month).Code(),
			Account:  c.account,
			Facts:    int64(len(facts.LSOA) + len(facts.Area) + len(facts.Outcome)),
			FactsSHA: digest(facts),
			Problems: c.problems,
			Sample:   in.Sample,
		},
		Facts: facts,
	}}, nil
}

// watch gives what is to be done as bytes are read: tell progress, and stop
// when the context ends. Progress is told no more bytes than the file has as
// it came, for a gzip inflates to more.
func watch(ctx context.Context, size int64, progress func(int)) func(int) error {
	return func(n int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if told := min(int64(n), size); progress != nil && told > 0 {
			size -= told
			progress(int(told))
		}
		return nil
	}
}

// read reads the scanner's file. What became of its rows is in the counter.
func (w *worker) read(in ingest.Input, month metrics.Month, slug string, opts ingest.Options) (*store.StreetMonth, error) {
	s, c := &w.scanner, w.counter
	cols, err := w.header(in)
	if err != nil {
		return nil, err
	}
	c.reset(in.Path, month, cols, opts)
	for {
		fault, err := s.scan(cols.width)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, broken(in, err)
		}
		switch fault {
		case badQuote:
			c.account.Read++
			c.reject(s.line, "", "quote", "a quote opens a field and is not closed, or text follows the quote that closes it; correct the quotes, or fetch the file again")
		case tooLong:
			c.account.Read++
			c.reject(s.line, "", "row_length", fmt.Sprintf("the row is longer than %d bytes; fetch the file again", s.limit))
		default:
			if err := c.add(s); err != nil {
				return nil, err
			}
		}
		// A file of another kind is rejected row by row: no need to read all of it.
		if c.account.Rejected > 10*ingest.MaxProblems && c.account.Rejected*2 > c.account.Read {
			break
		}
	}
	if err := c.tooManyBad(); err != nil {
		return nil, err
	}

	m := &store.StreetMonth{Slug: slug, Month: month, Force: c.force(), HasLSOA: c.hasLSOA()}
	if m.Force == "" {
		m.Force = slug
	}
	m.ForceArea = ForceArea(c.geography, slug, m.Force)
	if byRows := ForceArea(c.geography, "", m.Force); byRows != "" && byRows != m.ForceArea {
		return nil, metrics.Errorf(metrics.Invalid, "%s: the file's name says %s, and its rows are reported by %s; give it the name of its force, or fetch it again", in.Path, slug, show([]byte(m.Force)))
	}
	counted := m.ForceArea
	if !c.coverage.All && !c.coverage.Forces[counted] {
		counted = ""
	}
	m.LSOA, m.Area, m.Outcome = c.facts(counted)

	var ofFile []metrics.Problem
	var fits bool
	if m.Scheme, fits = c.scheme(month); !fits {
		ofFile = append(ofFile, metrics.Problem{File: in.Path, Column: columnType, Rule: "crime_type_scheme",
			Message: fmt.Sprintf("the crime types are of different times: no one list that police.uk has used holds them all; they are counted as those of %s", month.Name())})
	}
	if p, any := c.unknownLSOAs(); any {
		ofFile = append(ofFile, p)
	}
	if len(ofFile) > 0 {
		all := append(ofFile, c.problems...)
		c.problems = all[:min(len(all), ingest.MaxProblems)]
	}
	return m, nil
}

// header reads the file's first row.
func (w *worker) header(in ingest.Input) (columns, error) {
	s := &w.scanner
	start, err := s.start()
	if err != nil {
		return columns{}, broken(in, err)
	}
	if len(bytes.TrimSpace(start)) == 0 {
		return columns{}, metrics.Errorf(metrics.Invalid, "%s is empty: fetch it again", in.Path)
	}
	if what := notCSV(start); what != "" {
		return columns{}, metrics.Errorf(metrics.Invalid, "%s is not what its name says: it looks like %s, not CSV; fetch it again from data.police.uk", in.Path, what)
	}
	fault, err := s.scan(0)
	switch {
	case err == io.EOF:
		return columns{}, metrics.Errorf(metrics.Invalid, "%s is empty: fetch it again", in.Path)
	case err != nil:
		return columns{}, broken(in, err)
	case fault != noFault:
		return columns{}, metrics.Errorf(metrics.Invalid, "%s, line %d: this is not the header of a CSV file; fetch it again from data.police.uk", in.Path, s.line)
	}
	if bytes.IndexByte(s.row, '\r') >= 0 {
		return columns{}, metrics.Errorf(metrics.Invalid, "%s: its lines end in a carriage return alone, as old programs write them; save it again as CSV, or fetch it again", in.Path)
	}
	return readHeader(s, in.Path)
}

// broken is the error for a file whose reading ended before the file did.
func broken(in ingest.Input, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s was not read to its end: %w", in.Path, err)
	}
	return in.Broken(err)
}

// tooManyBad is the error for a file of which too little can be used.
func (c *counter) tooManyBad() error {
	a := c.account
	if a.Read == 0 {
		return metrics.Errorf(metrics.Invalid, "%s holds a header and no rows: a force always has crimes in a month, so the file is not whole; fetch it again", c.file)
	}
	// One bad row is never too many, unless it is all there is.
	if a.Rejected != a.Read && (a.Rejected <= 1 || float64(a.Rejected) <= ingest.TooManyBad*float64(a.Read)) {
		return nil
	}
	first := c.problems[0]
	where := fmt.Sprintf("line %d", first.Row)
	if first.Column != "" {
		where += fmt.Sprintf(", column %q", first.Column)
	}
	return metrics.Errorf(metrics.Invalid, "%s: %d of %d rows cannot be used, and more than %g%% is too many; nothing of the file was kept. The first is %s: %s",
		c.file, a.Rejected, a.Read, ingest.TooManyBad*100, where, first.Message)
}
