package metrics

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
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
	Then  ReportFigure
	Where string  // in words: "Coventry", "the projects, Primary prevention"
	Now   *Figure // in force; nil where it is no longer made
	// Changed says that it reads otherwise; Causes then say why, the oldest
	// first, each a sentence.
	Changed bool
	Causes  []string
	// In words: what it read and reads, and what else of it reads otherwise: what it
	// is compared with, and its groups.
	Was, Is string
	Beside  []string
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

// Reads says whether two figures read the same: their numbers, what stands in the
// place of numbers, what they are compared with, and their groups.
func (f Figure) Reads(other Figure) bool {
	return f.Status == other.Status && f.Provisional == other.Provisional && same(f.Value, other.Value) && same(f.Numerator, other.Numerator) &&
		same(f.Denominator, other.Denominator) && same(f.Lower, other.Lower) && same(f.Upper, other.Upper) &&
		equal(f.Rank, other.Rank) && equal(f.RankOf, other.RankOf) && len(f.Apart(other)) == 0 && len(f.GroupsApart(other)) == 0
}

// GroupsApart gives the groups of two readings of a figure that do not read the
// same, then and now; one that there is in one of them only is nil in the other.
func (f Figure) GroupsApart(now Figure) [][2]*GroupValue {
	return apart(f.Breakdown, now.Breakdown, func(a, b GroupValue) bool { return a.By == b.By && a.Item == b.Item && a.Label == b.Label }, GroupValue.reads)
}

// Apart does the same for what the two are compared with.
func (f Figure) Apart(now Figure) [][2]*Comparison {
	return apart(f.Comparisons, now.Comparisons, func(a, b Comparison) bool { return a.Kind == b.Kind && a.With == b.With }, Comparison.reads)
}

// apart pairs what is alike in two lists, and gives the pairs that do not read the
// same. One that there is in one of them only is nil in the other.
func apart[T any](then, now []T, alike, reads func(a, b T) bool) (out [][2]*T) {
	find := func(list []T, like T) *T {
		if i := slices.IndexFunc(list, func(one T) bool { return alike(one, like) }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for i, one := range then {
		if other := find(now, one); other == nil || !reads(one, *other) {
			out = append(out, [2]*T{&then[i], other})
		}
	}
	for i, one := range now {
		if find(then, one) == nil {
			out = append(out, [2]*T{nil, &now[i]})
		}
	}
	return out
}

// reads says whether two groups alike read the same.
func (g GroupValue) reads(other GroupValue) bool {
	return g.Status == other.Status && same(g.Value, other.Value) && same(g.Numerator, other.Numerator) && same(g.Denominator, other.Denominator) &&
		same(g.Lower, other.Lower) && same(g.Upper, other.Upper)
}

// Revises says whether a figure has another value than it had, both of them shown.
func (f Figure) Revises(then Figure) bool {
	return f.Status == Available && then.Status == Available && !(same(f.Value, then.Value) && same(f.Numerator, then.Numerator) && same(f.Denominator, then.Denominator))
}

// reads says whether two comparisons with the same read the same.
func (c Comparison) reads(other Comparison) bool {
	place := func(g *Group) [2]int {
		if g == nil {
			return [2]int{}
		}
		return [2]int{g.Rank, g.Members}
	}
	return c.Period == other.Period && c.Direction == other.Direction && c.Verdict == other.Verdict && same(c.Value, other.Value) && same(c.Numerator, other.Numerator) &&
		same(c.Ratio, other.Ratio) && same(c.Lower, other.Lower) && same(c.Upper, other.Upper) && place(c.Group) == place(other.Group)
}

// same says whether two numbers are kept as the same ([Kept]), or both missing.
func same(a, b *float64) bool {
	return (a == nil) == (b == nil) && (a == nil || Kept(*a) == Kept(*b))
}

// equal says whether two numbers are the same, or both missing.
func equal[T comparable](a, b *T) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
