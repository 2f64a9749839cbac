package metrics

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Pack is a report that was frozen: it is never changed, and its files are kept
// as they were written.
type Pack struct {
	Number       int // from 1, without gaps
	Title        string
	Period       Period
	Choice       ReportChoice
	FrozenAt     string // RFC 3339
	FrozenBy     string // the person's name
	SHA256       string // the report's hash, in hex
	SupersededBy int    // the newest later pack of the same choice; 0 where there is none
	Files        []PackFile
	Report       *Report // nil in a list
}

// PackFile is a file of a pack.
type PackFile struct {
	Name   string
	SHA256 string // in hex
	Size   int64  // bytes
	Body   []byte // nil unless it is asked for
}

// Comment is one version of what was written beside an indicator for the
// reports of a quarter. The newest is in force; an empty text takes it back.
type Comment struct {
	ID        int64
	Period    Period
	Indicator string
	By        string // the person's name
	Email     string
	At        string // RFC 3339
	Text      string
}

// LedgerLine is a figure of a pack, then and now.
type LedgerLine struct {
	Then ReportFigure
	Now  *Figure // in force; nil where it is no longer made
	// Changed says that it reads otherwise; Causes then say why, the oldest
	// first, each a sentence.
	Changed bool
	Causes  []string
}

// Hashed is the report with its hash: the SHA-256 of all that it says, as JSON,
// in hex.
func (r Report) Hashed() Report {
	r.SHA256 = ""
	body, err := json.Marshal(r)
	if err != nil { // a number that is none: no figure is made with one
		panic(err)
	}
	sum := sha256.Sum256(body)
	r.SHA256 = hex.EncodeToString(sum[:])
	return r
}

// Reads says whether two figures read the same: their numbers and what stands
// in the place of numbers.
func (f Figure) Reads(other Figure) bool {
	return f.Status == other.Status && f.Provisional == other.Provisional && equal(f.Value, other.Value) && equal(f.Numerator, other.Numerator) &&
		equal(f.Denominator, other.Denominator) && equal(f.Lower, other.Lower) && equal(f.Upper, other.Upper) &&
		equal(f.Rank, other.Rank) && equal(f.RankOf, other.RankOf)
}

// equal says whether two numbers are the same, or both missing.
func equal[T comparable](a, b *T) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
