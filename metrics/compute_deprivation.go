package metrics

import (
	"fmt"
	"maps"
	"slices"
)

// editionBand is the move of a share between editions, in percentage points,
// from which on up or down is said.
const editionBand = 1

// share is a district's part in the most deprived tenth of an edition.
type share struct {
	code, name    string
	deprived, all int
	lsoas         map[string]bool
	rank          int
	parts         int // how many of the edition's districts it is made of
}

// editions makes an indicator's figures from the Indices of Deprivation: for
// every district of every edition, ranked among that edition's own, and for
// the strategy's district under the code that the strategy gives it.
func (c *computation) editions(ind Indicator) []Figure {
	own := OwnArea(c.s, c.g)
	var out []Figure
	before := map[string]Figure{} // by the district's one key through renamings
	lsoasBefore := map[string]map[string]bool{}
	before2 := 0 // the edition before
	for _, year := range slices.Sorted(maps.Keys(c.f.Editions)) {
		ranks := c.f.Editions[year][ind.Numerator.Domain]
		if len(ranks) == 0 {
			continue
		}
		shares, unplaced, lookedUp := c.shares(ranks, ind.Numerator.MostDeprived)
		shares = c.withOwn(shares, own)
		now := map[string]Figure{}
		lsoasNow := map[string]map[string]bool{}
		for _, s := range shares {
			area := Area{Code: s.code, Name: s.name, Kind: LAD}
			if c.g.Same(s.code, own.Code) {
				area = own
			}
			num, den := float64(s.deprived), float64(s.all)
			fig := Figure{Indicator: ind.ID, Priority: ind.Priority, Area: area, Period: EditionOf(year), Unit: ind.Unit,
				Numerator: &num, Denominator: &den, Denominated: fmt.Sprintf("LSOAs of the %d edition", year)}
			if b, ok := c.f.EditionBatches[year][ind.Numerator.Domain]; ok {
				fig.Batches = []int64{b}
			}
			measure(ind, &fig)
			if s.rank > 0 {
				of := 0
				for _, o := range shares {
					of += min(o.rank, 1)
				}
				fig.Rank, fig.RankOf = &s.rank, &of
			}
			if s.parts > 1 {
				fig.Notes = append(fig.Notes, fmt.Sprintf("The edition has %d districts where there is one now: the share is of all their neighbourhoods, and there is no rank.", s.parts))
			}
			if lookedUp {
				fig.Notes = append(fig.Notes, "The file of this edition does not name its districts: share and rank are of the districts of today, by the lookups.")
			}
			if unplaced > 0 {
				fig.Notes = append(fig.Notes, fmt.Sprintf("%d of the edition's LSOAs could not be placed in a district, so shares and ranks may be a little off.", unplaced))
			}
			key := c.districtKey(area.Code)
			if old, ok := before[key]; ok {
				cmp := Comparison{Kind: InTime, With: "previous edition", Period: EditionOf(before2).Code(), Value: old.Value, Numerator: old.Numerator,
					Rule: "up or down where the share moved by one percentage point or more: all neighbourhoods are counted, not a sample, and a smaller move can be one of them crossing the line"}
				change := 0
				switch moved := *fig.Value - *old.Value; {
				case moved >= editionBand:
					change = 1
				case moved <= -editionBand:
					change = -1
				}
				cmp.Direction, cmp.Verdict = judged(change, ind.Polarity)
				fig.Comparisons = append(fig.Comparisons, cmp)
				if !maps.Equal(lsoasBefore[key], s.lsoas) {
					fig.BreakBefore = redrawn(old, fig)
					fig.Comparisons[0].Care = fig.BreakBefore
				}
				fig.Sentence = editionSentence(ind, fig, &old)
			} else {
				fig.Sentence = editionSentence(ind, fig, nil)
			}
			if c.g.Same(area.Code, own.Code) && slices.Contains(ind.Comparators, string(WithEngland)) {
				fig.Comparisons = append(fig.Comparisons, englishShare(ind, fig, ranks))
				fig.Statements = statements(ind, fig)
			}
			now[key], lsoasNow[key] = fig, s.lsoas
			out = append(out, fig)
		}
		before, lsoasBefore, before2 = now, lsoasNow, year
	}
	return out
}

// districtKey is one key for all codes that a district has had, its own code
// where it was merged with others.
func (c *computation) districtKey(code string) string {
	if active := c.g.Active(code); c.g.Same(code, active) {
		return active
	}
	return code
}

// shares counts each district's LSOAs and those among the most deprived so
// many per cent of the edition: ranks up to that part of the number of LSOAs,
// rounded down, as the publisher's deciles are made. Districts rank by their
// share, the largest first; equal shares share the rank.
// lookedUp says that the file does not name its districts and that those of
// today were taken.
func (c *computation) shares(ranks []DeprivationRank, percent int) (list []share, unplaced int, lookedUp bool) {
	limit := deprivedTo(len(ranks), percent)
	byCode := map[string]*share{}
	for _, r := range ranks {
		code, name := r.LAD, r.LADName
		if code == "" {
			code = c.g.Active(c.g.LSOA[r.LSOA])
			name = c.g.Names[code]
			lookedUp = true
		}
		if code == "" {
			unplaced++
			continue
		}
		s := byCode[code]
		if s == nil {
			if name == "" {
				name = code
			}
			s = &share{code: code, name: name, lsoas: map[string]bool{}, parts: 1}
			byCode[code] = s
		}
		s.all++
		s.lsoas[r.LSOA] = true
		if r.Rank <= limit {
			s.deprived++
		}
	}
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		s := *byCode[code]
		s.rank = 1
		for _, o := range byCode {
			if o.deprived*s.all > s.deprived*o.all { // a larger share, compared without rounding
				s.rank++
			}
		}
		list = append(list, s)
	}
	return list, unplaced, lookedUp
}

// withOwn adds the strategy's district where the edition has it in parts only.
func (c *computation) withOwn(list []share, own Area) []share {
	sum := share{code: own.Code, name: own.Name, lsoas: map[string]bool{}}
	for _, s := range list {
		if c.g.Same(s.code, own.Code) {
			return list
		}
		if c.g.Active(s.code) == c.g.Active(own.Code) {
			sum.deprived += s.deprived
			sum.all += s.all
			sum.parts++
			maps.Copy(sum.lsoas, s.lsoas)
		}
	}
	if sum.parts == 0 {
		return list
	}
	return append(list, sum)
}
