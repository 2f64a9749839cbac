package metrics

import (
	"maps"
	"slices"
)

// Neighbourhoods are the facts of the strategy's own district by LSOA.
//
// An LSOA has a code of a census. Most codes live on unchanged (U); some LSOAs
// were split (S) or merged (M), a few cut otherwise (X). Codes that share
// ground are one piece here: counts and residents are only ever added up
// within a piece, never shared out.
type Neighbourhoods struct {
	// Codes are the district's LSOAs of every census, in order.
	Codes []string
	// Vintages gives the codes of a census: 2011, 2021.
	Vintages map[int][]string
	Names    map[string]string // of LSOAs and wards
	Changes  []LSOAChange
	// Counts are crimes by type and month, by place in Codes. A month that has
	// a file and no entry here has none.
	Counts map[string]map[Month][]int64
	// Residents are estimates by year.
	Residents map[int]LSOAEstimate
	// Ranks are those of the LSOAs, and of what they were cut from or into, in
	// the Index of Multiple Deprivation, by edition year.
	Ranks map[int]LSOARanks
	// Ward gives the ward of an LSOA, as the newest lookup has it.
	Ward map[string]string
	// WardVintage is the year of the ward outlines, or of the lookup without any.
	WardVintage int
	// Outlines are the boundaries by kind and vintage.
	Outlines map[AreaKind]map[int][]Outline

	pieces *pieces
}

// LSOAChange says which LSOA of the next census an LSOA became: U unchanged,
// S split, M merged, X otherwise.
type LSOAChange struct {
	FromVintage      int
	From, To, Change string
}

// LSOAEstimate is a year's residents by LSOA.
type LSOAEstimate struct {
	Label   string // "Census 2021", "ONS mid-2020 population estimate"
	Base    int    // the census of the series
	Persons map[string]int64
	Batches []int64
}

// LSOARanks are the ranks of some LSOAs in an edition, 1 = most deprived.
type LSOARanks struct {
	Of    int // how many LSOAs, or the last rank where that is greater, the edition has
	Rank  map[string]int
	Batch int64
}

// pieces are the codes put together by the ground they share.
type pieces struct {
	of     map[string]int // the piece of a code
	codes  [][]string     // the codes of a piece, in order
	odd    []bool         // cut otherwise than by split or merge, or across the district's edge
	before map[string][]string
	after  map[string][]string
}

func (n *Neighbourhoods) ground() *pieces {
	if n.pieces != nil {
		return n.pieces
	}
	own := map[string]bool{}
	for _, c := range n.Codes {
		own[c] = true
	}
	p := &pieces{of: map[string]int{}, before: map[string][]string{}, after: map[string][]string{}}
	root := map[string]string{}
	find := func(c string) string {
		for root[c] != "" && root[c] != c {
			c = root[c]
		}
		return c
	}
	odd := map[string]bool{}
	for _, ch := range n.Changes {
		if ch.From == ch.To {
			continue
		}
		p.before[ch.To] = append(p.before[ch.To], ch.From)
		p.after[ch.From] = append(p.after[ch.From], ch.To)
		if !own[ch.From] && !own[ch.To] || ch.FromVintage < 2011 { // counts and residents are of 2011 or 2021
			continue
		}
		if a, b := find(ch.From), find(ch.To); a != b {
			root[a] = b
		}
		if ch.Change == "X" || own[ch.From] != own[ch.To] {
			odd[ch.From], odd[ch.To] = true, true
		}
	}
	at := map[string]int{}
	for _, c := range n.Codes {
		r := find(c)
		i, ok := at[r]
		if !ok {
			i = len(p.codes)
			at[r] = i
			p.codes, p.odd = append(p.codes, nil), append(p.odd, false)
		}
		p.of[c] = i
		p.codes[i] = append(p.codes[i], c)
		p.odd[i] = p.odd[i] || odd[c]
	}
	n.pieces = p
	return p
}

// sum adds up the counts of crime types over a period, by place in Codes.
func (n *Neighbourhoods) sum(types []string, p Period) []int64 {
	out := make([]int64, len(n.Codes))
	for _, t := range types {
		for m := p.First; m <= p.Last; m++ {
			for i, k := range n.Counts[t][m] {
				out[i] += k
			}
		}
	}
	return out
}

// byCode gives a sum as a map of what is not zero.
func (n *Neighbourhoods) byCode(sum []int64) map[string]int64 {
	out := map[string]int64{}
	for i, k := range sum {
		if k != 0 {
			out[n.Codes[i]] = k
		}
	}
	return out
}

// years are the years with estimates, nearest at or before the year first, then
// nearest after it.
func (n *Neighbourhoods) years(year int) []int {
	years := slices.Collect(maps.Keys(n.Residents))
	slices.SortFunc(years, func(a, b int) int {
		if (a <= year) != (b <= year) {
			if a <= year {
				return -1
			}
			return 1
		}
		if a <= year {
			return b - a
		}
		return a - b
	})
	return years
}

// on puts values by code (counts with their zeros left out, or residents) on
// the codes of one census. In a piece that the census has as one LSOA they are
// summed; in one that it has as several each keeps its own, and is left out
// where a value is given for ground that it is only a part of. zero says that
// a code without a value has 0 (counts); else it is left out (residents).
func (n *Neighbourhoods) on(vintage []string, values map[string]int64, zero bool) map[string]int64 {
	g := n.ground()
	here := map[string]bool{}
	in := map[int]int{} // codes of the vintage in a piece
	for _, c := range vintage {
		here[c] = true
		in[g.of[c]]++
	}
	out := make(map[string]int64, len(vintage))
	for _, c := range vintage {
		piece := g.of[c]
		own, held := values[c]
		elsewhere, sum := false, own
		for _, other := range g.codes[piece] {
			if v, ok := values[other]; ok && !here[other] {
				elsewhere = true
				sum += v
			}
		}
		switch {
		case held && !zero || !elsewhere && zero:
			out[c] = own
		case elsewhere && in[piece] == 1 && !g.odd[piece] && (zero || n.whole(g.codes[piece], c, values)):
			out[c] = sum
		}
	}
	return out
}

// whole says whether every other code of a piece has a value: a merged LSOA's
// residents are the sum of all its parts or nothing.
func (n *Neighbourhoods) whole(codes []string, not string, values map[string]int64) bool {
	for _, c := range codes {
		if _, ok := values[c]; !ok && c != not {
			return false
		}
	}
	return true
}

// fifth gives the deprivation fifth of a code under an edition's ranks, by the
// code itself, else by what it was made of, else by what became of it; 0 where
// these differ or are not known.
func (n *Neighbourhoods) fifth(code string, fifths map[string]int) int {
	if q, ok := fifths[code]; ok {
		return q
	}
	g := n.ground()
	if i, ok := g.of[code]; ok && g.odd[i] {
		return 0
	}
	for _, way := range []map[string][]string{g.before, g.after} {
		if q := agreed(code, way, fifths, 0); q != 0 {
			return q
		}
	}
	return 0
}

func agreed(code string, way map[string][]string, fifths map[string]int, depth int) int {
	if depth > 3 { // censuses are few; a cycle in a lookup must not hang us
		return 0
	}
	found := 0
	for _, other := range way[code] {
		q, ok := fifths[other]
		if !ok {
			q = agreed(other, way, fifths, depth+1)
		}
		if q == 0 || found != 0 && q != found {
			return 0
		}
		found = q
	}
	return found
}
