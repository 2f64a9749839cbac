package metrics

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Part is what a computation makes, or leaves as it is, as one: the series of
// an indicator and an area, the editions of the Indices for an indicator and
// all districts, or an indicator's maps.
//
// Each part is made from a selection of the facts and from nothing else, and
// its digest is taken of the same selection. A part whose digest is what it was
// would therefore come out as it did, and need not be made again.
type Part struct {
	Indicator string
	Area      string // "" of editions and of maps
	Maps      bool
	// Domain is whose ranks [Facts].Editions must hold when the part is made,
	// "" where it needs none. They are not in the digest: the batches are that
	// they came from.
	Domain string
	// Digest stands for all that the part is made from: the facts, the
	// lookups, the strategy and the program.
	Digest string
}

// Key names the part among all of a strategy's.
func (p Part) Key() string {
	switch {
	case p.Maps:
		return p.Indicator + " maps"
	case p.Area == "":
		return p.Indicator + " editions"
	}
	return p.Indicator + " " + p.Area
}

// Parts are the parts of a strategy's figures, in order, with their digests.
// Facts.Editions may be empty here.
func Parts(s *Strategy, f *Facts) ([]Part, error) {
	c := newComputation(s, f)
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write down the strategy: %w", err)
	}
	head := fmt.Sprintf("%s %d %s", program(), f.Geography.Version, text)
	var out []Part
	returned := "" // digest of all returns, once it is asked for
	for _, ind := range s.Indicators {
		switch {
		case ind.Numerator.From == FromDeprivation:
			d, err := digest(head, ind.ID, c.forEditions())
			if err != nil {
				return nil, err
			}
			out = append(out, Part{Indicator: ind.ID, Domain: ind.Numerator.Domain, Digest: d})
			continue
		case ind.Kind == Inequality:
			d, err := digest(head, ind.ID, c.forInequality(ind))
			if err != nil {
				return nil, err
			}
			out = append(out, Part{Indicator: ind.ID, Area: c.areas[0].Code, Digest: d})
			continue
		case ind.Numerator.From == FromReturns: // what may be shown of one depends on all
			if returned == "" {
				if returned, err = digest(head, "returns", c.forReturns()); err != nil {
					return nil, err
				}
			}
			d, err := digest(returned, ind.ID, nil)
			if err != nil {
				return nil, err
			}
			out = append(out, Part{Indicator: ind.ID, Area: c.areas[0].Code, Digest: d})
			continue
		}
		if c.mapped(ind) {
			d, err := digest(head, ind.ID, c.forMaps(ind))
			if err != nil {
				return nil, err
			}
			out = append(out, Part{Indicator: ind.ID, Maps: true, Digest: d})
		}
		beside, err := digest(head, ind.ID, c.forBenchmarks(ind))
		if err != nil {
			return nil, err
		}
		first, all := len(out), []string{beside}
		for _, a := range c.areas {
			d, err := digest(head, ind.ID+" "+a.Code, c.forSeries(ind, a))
			if err != nil {
				return nil, err
			}
			all = append(all, d)
			out = append(out, Part{Indicator: ind.ID, Area: a.Code, Digest: d})
		}
		// The own district is set beside all the others.
		if out[first].Digest, err = digest(head, ind.ID, all); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// digest stands for a part's facts, and all else that it is made from.
func digest(head, part string, facts any) (string, error) {
	if f, ok := facts.(*Facts); ok {
		// The lookups' version is in the head; the batches stand for the ranks.
		selected := *f
		selected.Geography, selected.Editions = nil, nil
		facts = selected
	}
	text, err := json.Marshal(facts)
	if err != nil {
		return "", fmt.Errorf("write down the facts of %s: %w", part, err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n", head, part)
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// forEditions selects what the editions of an indicator are made from. Any
// file of an edition may bring its districts' names, so all batches count.
func (c *computation) forEditions() *Facts {
	return &Facts{Geography: c.g, Editions: c.f.Editions, EditionBatches: c.f.EditionBatches}
}

// forSeries selects what the series of an indicator and an area is made from.
func (c *computation) forSeries(ind Indicator, a Area) *Facts {
	key := c.key(a)
	f := &Facts{Geography: c.g, Files: map[string]map[Month]StreetFile{key: c.f.Files[key]}, Beside: map[string]map[string]map[Month]bool{key: c.f.Beside[key]},
		Crimes: map[string]map[string]map[Month]int64{key: {}}, Outcomes: map[string]map[string]map[string]map[Month]int64{key: {}},
		Residents: map[string]map[int]Estimate{}}
	for _, m := range []Measure{ind.Numerator, ind.Denominator} {
		for _, t := range m.Categories {
			switch m.From {
			case FromCrimes:
				f.Crimes[key][t] = c.f.Crimes[key][t]
			case FromOutcomes:
				f.Outcomes[key][t] = c.f.Outcomes[key][t]
			}
		}
		if m.From == FromResidents {
			for _, lad := range c.districts(a) {
				f.Residents[lad] = c.f.Residents[lad]
			}
		}
	}
	return f
}

// forReturns selects what the performance figures are made from.
func (c *computation) forReturns() *Facts {
	return &Facts{Geography: c.g, Returns: c.f.Returns}
}

// forBenchmarks selects what is read when the own district's series is set
// beside others, besides their series: the residents that all of them are rates
// of, and what England's figure is made from where it is asked for.
func (c *computation) forBenchmarks(ind Indicator) *Facts {
	f := &Facts{Geography: c.g, Files: map[string]map[Month]StreetFile{}, Crimes: map[string]map[string]map[Month]int64{},
		Outcomes: map[string]map[string]map[string]map[Month]int64{}, Residents: map[string]map[int]Estimate{}}
	if ind.Denominator.From == FromResidents {
		for _, a := range c.areas {
			for _, lad := range c.districts(a) {
				f.Residents[lad] = c.f.Residents[lad]
			}
		}
	}
	if setBesideEngland(ind) {
		c.forEngland(ind, f)
	}
	return f
}

// forInequality selects what an inequality of the own district is made from.
func (c *computation) forInequality(ind Indicator) *Facts {
	key := c.key(c.areas[0])
	f := &Facts{Geography: c.g, Files: map[string]map[Month]StreetFile{key: c.f.Files[key]}, Beside: map[string]map[string]map[Month]bool{key: c.f.Beside[key]}}
	if n := c.f.Neighbourhoods.counting(ind.Numerator.Categories); n != nil {
		n.Outlines, n.Ward, n.WardVintage = nil, nil, 0
		f.Neighbourhoods = n
	}
	return f
}

// forMaps selects what an indicator's maps are made from.
func (c *computation) forMaps(ind Indicator) *Facts {
	f := c.forInequality(ind)
	f.Neighbourhoods = c.f.Neighbourhoods.counting(ind.Numerator.Categories)
	f.Neighbourhoods.Ranks = nil
	return f
}

// counting is the same with the counts of these crime types alone.
func (n *Neighbourhoods) counting(types []string) *Neighbourhoods {
	if n == nil {
		return nil
	}
	n.ground() // found once for all
	out := *n
	out.Counts = map[string]map[Month][]int64{}
	for _, t := range types {
		out.Counts[t] = n.Counts[t]
	}
	return &out
}

// mapped says whether an indicator has maps here.
func (c *computation) mapped(ind Indicator) bool {
	return c.f.Neighbourhoods != nil && onMap(ind)
}

// on is the same computation on a selection of the facts.
func (c *computation) on(f *Facts) *computation {
	out := *c
	out.f = f
	return &out
}

// ComputeParts makes some of a strategy's parts: their figures, signals and
// maps are those that [Compute] would give.
func ComputeParts(s *Strategy, f *Facts, parts []Part) Result {
	wanted := map[string]bool{}
	for _, p := range parts {
		wanted[p.Key()] = true
	}
	return newComputation(s, f).make(func(p Part) bool { return wanted[p.Key()] })
}

// make makes the parts that are wanted, each from its selection of the facts.
func (c *computation) make(wanted func(Part) bool) Result {
	var out Result
	own := c.areas[0]
	shared := c.mapper(own)
	fromReturns := false
	for _, ind := range c.s.Indicators {
		switch {
		case ind.Numerator.From == FromDeprivation:
			if wanted(Part{Indicator: ind.ID}) {
				out.Figures = append(out.Figures, c.on(c.forEditions()).editions(ind)...)
			}
			continue
		case ind.Kind == Inequality:
			if wanted(Part{Indicator: ind.ID, Area: own.Code}) {
				list := c.on(c.forInequality(ind)).unequal(ind, own)
				out.Figures = append(out.Figures, list...)
				out.Signals = append(out.Signals, c.signals(ind, own, list)...)
			}
			continue
		case ind.Numerator.From == FromReturns:
			fromReturns = fromReturns || wanted(Part{Indicator: ind.ID, Area: own.Code})
			continue
		}
		if c.mapped(ind) && wanted(Part{Indicator: ind.ID, Maps: true}) {
			f := c.forMaps(ind)
			out.Maps = append(out.Maps, shared.on(c.on(f), f.Neighbourhoods).placeMaps(ind)...)
		}
		series := map[string][]Figure{}
		for _, a := range c.areas {
			if wanted(Part{Indicator: ind.ID, Area: a.Code}) || wanted(Part{Indicator: ind.ID, Area: own.Code}) {
				series[a.Code] = c.on(c.forSeries(ind, a)).monthly(ind, a)
			}
		}
		for _, a := range c.areas {
			if !wanted(Part{Indicator: ind.ID, Area: a.Code}) {
				continue
			}
			list := series[a.Code]
			if a.Code == own.Code {
				c.on(c.forBenchmarks(ind)).benchmarks(ind, list, series, c.force)
			}
			for i, fig := range list {
				var forces *Figure
				if a.Code == own.Code && c.force != nil && slices.Contains(ind.Comparators, "force") {
					forces = find(series[c.force.Code], fig.Period)
				}
				list[i].Sentence = sentence(ind, fig, forces)
				list[i].Statements = statements(ind, fig)
			}
			out.Figures = append(out.Figures, list...)
			out.Signals = append(out.Signals, c.signals(ind, a, list)...)
		}
	}
	if fromReturns {
		facts := c.forReturns()
		facts.Published, facts.Former = c.f.Published, c.f.Former // in no digest
		some := c.on(facts).returned(own)
		out.Figures, out.Signals = append(out.Figures, some.Figures...), append(out.Signals, some.Signals...)
	}
	return out
}
