package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"outcomes/metrics"
	"outcomes/metrics/strategy"
)

// world is an invented England about a strategy's district: its force area with
// all districts, the similar areas each in a force of their own, and districts
// that nobody compares with. All of it follows from its numbers.
type world struct {
	strategy *metrics.Strategy
	first    metrics.Month

	districts []district // the own one first, then those of its force, the similar ones, the rest
	forces    []invented // the own one first
	editions  []int
	years     []int // of the population estimates
	corners   int   // points of an outline
	wards     int   // of the own district
}

type district struct {
	code, force string
	lsoas       []string
}

type invented struct{ code, slug string }

const (
	ownDistrict = "E08000026"
	ownForce    = "E23000014"
)

// newWorld gives the own district so many LSOAs, the other districts of its
// force so many each, the similar ones and the rest so many each.
func newWorld(t testing.TB, own, inForce, similar, rest, others int) *world {
	t.Helper()
	st, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{strategy: st, first: metrics.NewMonth(2022, 10), editions: []int{2015, 2019, 2025}, years: []int{2019, 2020, 2021, 2022, 2023, 2024}, corners: 100, wards: 18}
	w.forces = []invented{{ownForce, "west-midlands"}}
	next := 1
	add := func(code, force string, n int) {
		d := district{code: code, force: force}
		for range n {
			d.lsoas = append(d.lsoas, fmt.Sprintf("E01%06d", next))
			next++
		}
		w.districts = append(w.districts, d)
	}
	add(ownDistrict, ownForce, own)
	for _, code := range []string{"E08000025", "E08000027", "E08000028", "E08000029", "E08000030", "E08000031"} {
		add(code, ownForce, inForce)
	}
	for i, code := range st.Similar.Areas {
		f := invented{fmt.Sprintf("E2300010%d", i), fmt.Sprintf("force-%d", i)}
		w.forces = append(w.forces, f)
		add(code, f.code, similar)
	}
	for i := range rest {
		add(fmt.Sprintf("E0700%04d", 900+i), "E23000099", others)
	}
	return w
}

func (w *world) random(parts ...any) *rand.Rand {
	sum := sha256.Sum256(fmt.Append(nil, parts...))
	return rand.New(rand.NewChaCha8(sum))
}

func batchOf(source metrics.Source, release, period string, content any) metrics.Batch {
	sum := sha256.Sum256(fmt.Append(nil, release, content))
	sha := hex.EncodeToString(sum[:])
	return metrics.Batch{Source: source, Release: release, File: release + ".csv", Name: release, Digest: "sha256:" + sha, Period: period, FactsSHA: sha, Sample: false}
}

// lookups places the LSOAs of three censuses; one in fifty was split at the
// last. Version 2 moves one LSOA of the own district's neighbour into it.
func (w *world) lookups(version int) Release {
	l := &Lookup{}
	for _, d := range w.districts {
		for i, code := range d.lsoas {
			lad := d.code
			if version == 2 && d.code == "E08000029" && i == 0 {
				lad = ownDistrict
			}
			for _, vintage := range []int{2001, 2011, 2021} {
				row := LSOARow{vintage, code, "Name of " + code, lad, "District " + lad, 2020 + version}
				if vintage == 2001 {
					row.LAD, row.LADName = "", ""
				}
				l.LSOAs = append(l.LSOAs, row)
			}
			l.Changes = append(l.Changes, LSOAChange{2001, 2011, code, code, "U"})
			change := LSOAChange{2011, 2021, code, code, "U"}
			if i%50 == 49 {
				change.Change = "S"
				for n := range 2 {
					part := fmt.Sprintf("E01%06d", 200_000+2*number(code)+n)
					l.LSOAs = append(l.LSOAs, LSOARow{2021, part, "Part of " + code, lad, "District " + lad, 2020 + version})
					l.Changes = append(l.Changes, LSOAChange{2011, 2021, code, part, "S"})
				}
				continue
			}
			l.Changes = append(l.Changes, change)
			if d.code == ownDistrict {
				l.Wards = append(l.Wards, WardRow{code, fmt.Sprintf("E0500%04d", i%w.wards), fmt.Sprintf("Ward %d", i%w.wards), 2024})
			}
		}
		l.Forces = append(l.Forces, ForceRow{d.code, "District " + d.code, "E22" + d.code[3:], "Partnership", d.force, "Force " + d.force})
	}
	// The similar areas' list has codes in use now; one was another before.
	l.Successors = []SuccessorRow{{"E08000019", "Old Sheffield", "E08000039", "Sheffield"}}
	return Release{Batch: batchOf(metrics.GeographySource, "lookup", fmt.Sprint(2020+version), version), Facts: l}
}

func number(code string) int {
	n, _ := lsoaNumber(code)
	return int(n % 1_000_000)
}

// estimates are the residents of every district, with ages, and every LSOA.
func (w *world) estimates(year, version int) Release {
	e := &Estimates{Year: year, Base: 2011}
	if year > 2020 {
		e.Base = 2021
	}
	for _, d := range w.districts {
		r := w.random("people", year, version, d.code)
		var all int64
		var ages []EstimateRow
		for age := range 91 {
			n := int64(20*len(d.lsoas) - age + r.IntN(100))
			all += n
			ages = append(ages, EstimateRow{d.code, "District " + d.code, age, n})
		}
		e.Rows = append(e.Rows, EstimateRow{d.code, "District " + d.code, -1, all})
		e.Rows = append(e.Rows, ages...)
		for _, code := range d.lsoas {
			e.Rows = append(e.Rows, EstimateRow{code, code, -1, 1200 + int64(r.IntN(900))})
		}
	}
	period := fmt.Sprintf("mid-%d", year)
	return Release{Batch: batchOf(metrics.PopulationSource, period, period, version), Facts: e}
}

// ranks puts the LSOAs of all districts in a random order. The oldest edition
// does not name its districts.
func (w *world) ranks(edition int, domain string, version int) Release {
	d := &DeprivationRanks{Edition: edition, Domain: domain}
	for _, in := range w.districts {
		for _, code := range in.lsoas {
			row := metrics.DeprivationRank{LSOA: code, LAD: in.code, LADName: "District " + in.code}
			if edition == w.editions[0] {
				row.LAD, row.LADName = "", ""
			}
			d.Ranks = append(d.Ranks, row)
		}
	}
	for i, rank := range w.random("ranks", edition, domain, version).Perm(len(d.Ranks)) {
		d.Ranks[i].Rank = rank + 1
	}
	release := fmt.Sprintf("IoD%d/%s", edition, domain)
	return Release{Batch: batchOf(metrics.DeprivationSource, release, release, version), Facts: d}
}

// outlines are squares side by side, each with so many points.
func (w *world) outlines() Release {
	b := &Boundaries{}
	square := func(kind metrics.AreaKind, vintage int, code string, n int) {
		x, y, side := -1.6+0.01*float64(n%40), 52.3+0.01*float64(n/40), w.corners/4
		var ring []byte
		point := func(x, y float64) { ring = fmt.Appendf(ring, "[%.5f,%.5f],", x, y) }
		for _, edge := range [][4]float64{{0, 0, 1, 0}, {1, 0, 0, 1}, {1, 1, -1, 0}, {0, 1, 0, -1}} {
			for i := range side {
				at := 0.01 * float64(i) / float64(side)
				point(x+0.01*edge[0]+at*edge[2], y+0.01*edge[1]+at*edge[3])
			}
		}
		point(x, y)
		b.Rows = append(b.Rows, BoundaryRow{Kind: kind, Vintage: vintage, Code: code, Name: "Outline " + code, LAD: ownDistrict,
			Geometry: fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[%s]]}`, ring[:len(ring)-1])})
	}
	n := 0
	for _, d := range w.districts {
		if d.force != ownForce {
			continue
		}
		for _, code := range d.lsoas {
			square(metrics.LSOA, 2011, code, n)
			square(metrics.LSOA, 2021, code, n)
			n++
		}
	}
	for i := range w.wards {
		square(metrics.Ward, 2024, fmt.Sprintf("E0500%04d", i), i)
	}
	for i := range b.Rows {
		b.Rows[i].LAD = ""
	}
	return Release{Batch: batchOf(metrics.BoundarySource, "boundaries", "2024", 1), Facts: b}
}

// month is a force's file of the n-th month: all of the own force's LSOAs, and
// of the other forces those of the similar district.
func (w *world) month(force, n, version int) Release {
	f, m := w.forces[force], w.first+metrics.Month(n)
	file := &StreetMonth{Force: "Force " + f.code, Slug: f.slug, ForceArea: f.code, Month: m, HasLSOA: true, Scheme: metrics.Scheme2013}
	r := w.random("crimes", f.slug, n, version)
	total := map[string]int64{}
	var read int64
	types := slices.Sorted(slices.Values(metrics.Scheme2013.CrimeTypes()))
	outcomes := slices.Sorted(slices.Values(metrics.Outcomes))
	var areas []string
	for _, d := range w.districts {
		if d.force != f.code {
			continue
		}
		areas = append(areas, d.code)
		in := map[string]int64{}
		for _, code := range d.lsoas {
			for _, t := range types {
				mean := 2
				if t == "Violence and sexual offences" {
					mean = 6 + number(code)%7
				}
				if k := int64(r.IntN(2 * mean)); k > 0 {
					file.LSOA = append(file.LSOA, LSOACount{code, t, k})
					in[t] += k
				}
			}
		}
		for _, t := range types {
			file.Area = append(file.Area, AreaCount{d.code, t, in[t]})
			total[t] += in[t]
			read += in[t]
			for i, o := range outcomes {
				if k := in[t] * int64(1+(i*7+r.IntN(5))%11) / 150; k > 0 {
					file.Outcome = append(file.Outcome, OutcomeCount{d.code, t, o, k})
				}
			}
		}
	}
	areas = append(areas, f.code)
	for _, t := range types {
		file.Area = append(file.Area, AreaCount{f.code, t, total[t] * 21 / 20})
		for i, o := range outcomes {
			if k := total[t] * int64(1+i%11) / 150; k > 0 {
				file.Outcome = append(file.Outcome, OutcomeCount{f.code, t, o, k})
			}
		}
	}
	slices.SortFunc(file.Area, func(a, b AreaCount) int { return slices.Index(areas, a.Area) - slices.Index(areas, b.Area) })
	rel := Release{Batch: batchOf(metrics.PoliceSource, "police/"+f.slug+"/"+m.String(), m.String(), version), Facts: file}
	rel.Coverage = "w"
	rel.Account = metrics.Account{Read: read, Kept: read}
	return rel
}

// coverAs says that the police files of a coverage were counted for all areas as
// the lookups now place their LSOAs.
func (w *world) coverAs(t testing.TB, s *Store, coverage string) {
	t.Helper()
	err := s.Update(context.Background(), "test", func(tx *Session) error {
		g, err := tx.Geography(context.Background())
		if err != nil {
			return err
		}
		var lads []string
		for _, d := range w.districts {
			lads = append(lads, d.code)
		}
		areas := LSOAsOf(g, lads)
		for _, f := range w.forces {
			areas[f.code] = ""
		}
		return tx.SaveCoverage(context.Background(), coverage, areas)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ground is all but the police's files.
func (w *world) ground() []Release {
	out := []Release{w.lookups(1)}
	for _, y := range w.years {
		out = append(out, w.estimates(y, 1))
	}
	for _, e := range w.editions {
		for _, domain := range []string{"imd", "education", "income"} {
			out = append(out, w.ranks(e, domain, 1))
		}
	}
	return append(out, w.outlines())
}
