package ingest

import (
	"context"
	"errors"

	"outcomes/metrics"
	"outcomes/metrics/store"
)

// Reader reads the files of one source. A package for a source gives one; cmd
// introduces it to Run.
type Reader interface {
	// Source names the source.
	Source() metrics.Source
	// Knows says whether the file is of a layout that the source reads, from
	// its name and, where that does not tell, its first rows. A file that only
	// claims to be one (right name, wrong content) is known: reading it gives
	// the error that says what is wrong.
	Knows(in Input) bool
	// Read reads one file into its releases. Rows that cannot be used are
	// problems of a release; an error means that nothing of the file is kept.
	// A part of a file that is whole in itself is refused with ErrExtract. It
	// is called from several goroutines at once.
	Read(ctx context.Context, in Input, opts Options) ([]store.Release, error)
}

// ErrExtract is in the error for a file that was cut out of a published one on
// purpose, one council's rows of a national table. A folder that holds one is
// read without it; naming the file is an error.
var ErrExtract = errors.New("an extract")

// Options are what a reader needs to know of the rest of the house.
type Options struct {
	Geography *metrics.Geography
	Coverage  Coverage
	Edition   int             // of the Indices, for a file that does not say: --edition
	Progress  func(bytes int) // called as bytes are read; may be nil
}

// Coverage is the areas whose facts are kept.
type Coverage struct {
	All bool
	// LADs are the districts, every code of each; Forces the force areas.
	LADs   map[string]bool
	Forces map[string]bool
}

// MaxProblems is how many problems of a file are kept with their words; the
// account counts all.
const MaxProblems = 1000

// TooManyBad is the share of rejected rows above which a file is refused whole.
const TooManyBad = 0.01
