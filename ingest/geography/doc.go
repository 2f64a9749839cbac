// Package geography reads what says where areas lie: the ONS lookups between
// LSOAs, wards, districts and police force areas, and their boundaries as
// GeoJSON. It reads files into facts; it opens no database.
package geography

import (
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"regexp"

	"outcomes/ingest"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// The forms of ONS codes. England's begin with E, Wales' with W.
var (
	lsoaCode  = regexp.MustCompile(`^[EW]01\d{6}$`)
	wardCode  = regexp.MustCompile(`^[EW]05\d{6}$`)
	ladCode   = regexp.MustCompile(`^[EW]0[6789]\d{6}$`)
	cspCode   = regexp.MustCompile(`^(E22|W14)\d{6}$`)
	forceCode = regexp.MustCompile(`^(E23|W15)\d{6}$`)
	elsewhere = regexp.MustCompile(`^[SN]\d{8}$`) // Scotland, Northern Ireland
)

// account gathers what became of a file's rows.
type account struct {
	metrics.Account
	file     string
	sheet    string
	problems []metrics.Problem
	first    metrics.Problem // the first row that was rejected
}

// reject counts a row that cannot be used.
func (a *account) reject(row int, column, rule, format string, args ...any) {
	p := metrics.Problem{File: a.file, Sheet: a.sheet, Row: row, Column: column, Rule: rule, Message: fmt.Sprintf(format, args...), Rejects: true}
	if a.Rejected == 0 {
		a.first = p
	}
	a.Rejected++
	a.keep(p)
}

// note keeps something that a reader should know of a row that was used.
func (a *account) note(row int, column, rule, format string, args ...any) {
	a.keep(metrics.Problem{File: a.file, Sheet: a.sheet, Row: row, Column: column, Rule: rule, Message: fmt.Sprintf(format, args...)})
}

func (a *account) keep(p metrics.Problem) {
	if len(a.problems) < ingest.MaxProblems {
		a.problems = append(a.problems, p)
	}
}

// tooManyBad is the error for a file of which so much cannot be used that it
// is likely to be something else. unit is what its rows are: "line", "feature".
func (a *account) tooManyBad(path, unit string) error {
	if float64(a.Rejected) <= ingest.TooManyBad*float64(a.Read) {
		return nil
	}
	return metrics.Errorf(metrics.Invalid, "%s: %d of %d rows cannot be used, more than 1 in 100, so nothing of the file is kept. The first is %s %d, column %s: %s",
		path, a.Rejected, a.Read, unit, a.first.Row, a.first.Column, a.first.Message)
}

// batch is the release's account, ready for the ledger.
func (a *account) batch(in ingest.Input, source metrics.Source, release, period string) (metrics.Batch, error) {
	digest, err := in.Digest()
	if err != nil {
		return metrics.Batch{}, err
	}
	return metrics.Batch{
		Source: source, Release: release, Period: period,
		File: in.File(), Member: in.Member(), Size: in.Size, Digest: digest,
		Account: a.Account, Problems: a.problems, Sample: in.Sample,
	}, nil
}

func release(b metrics.Batch, facts store.Facts, n int, sha hash.Hash) []store.Release {
	b.Facts, b.FactsSHA = int64(n), hex.EncodeToString(sha.Sum(nil))
	return []store.Release{{Batch: b, Facts: facts}}
}

// watched reports what is read of a file and stops at a limit: a gzip of a few
// kilobytes may inflate without end.
type watched struct {
	r        io.Reader
	path     string
	left     int64
	limit    int64
	progress func(int)
}

func watch(in ingest.Input, r io.Reader, limit int64, opts ingest.Options) *watched {
	return &watched{r, in.Path, limit, limit, opts.Progress}
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.left -= int64(n); w.left < 0 {
		return 0, metrics.Errorf(metrics.TooLarge, "%s is larger than %d MB: it is not what its name says", w.path, w.limit>>20)
	}
	if w.progress != nil && n > 0 {
		w.progress(n)
	}
	return n, err
}
