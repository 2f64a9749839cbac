package dashboard_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"outcomes/dashboard"
	"outcomes/metrics"
	"outcomes/metrics/strategy"
)

const (
	coventry     = "E08000026"
	westMidlands = "E23000014"
)

// ledger is what the pages read, held in memory: the figures are real ones,
// computed from the facts below.
type ledger struct {
	noPlaces
	figures []metrics.Figure
	signals []metrics.Signal
	old     []metrics.Revision // readings no longer in force
	batches []metrics.Batch
	state   metrics.State
	err     error
}

// noPlaces is a store without maps.
type noPlaces struct{}

func (noPlaces) PlaceMaps(context.Context, string) ([]metrics.PlaceMap, error) { return nil, nil }

func (noPlaces) Places(context.Context, string, string, metrics.AreaKind) (metrics.PlaceMap, error) {
	return metrics.PlaceMap{}, metrics.Errorf(metrics.NotFound, "there is no map")
}

func (noPlaces) PlaceSeries(context.Context, string, string) ([]metrics.Place, error) {
	return nil, nil
}

func (noPlaces) Outlines(context.Context, string, metrics.AreaKind, int) ([]metrics.Outline, error) {
	return nil, nil
}

func (noPlaces) Deciles(context.Context, string) ([]metrics.Decile, error) { return nil, nil }

func (l *ledger) Signals(_ context.Context, indicator, area string, kind metrics.PeriodKind) ([]metrics.Signal, error) {
	var out []metrics.Signal
	for _, s := range l.signals {
		if s.Indicator == indicator && (area == "" || s.Area == area) && (kind == "" || s.Kind == kind) {
			out = append(out, s)
		}
	}
	return out, l.err
}

func (l *ledger) Figure(_ context.Context, id int64) (metrics.Figure, error) {
	for _, f := range l.figures {
		if f.ID == id {
			return f, l.err
		}
	}
	for _, r := range l.old {
		if r.Figure.ID == id {
			return r.Figure, l.err
		}
	}
	return metrics.Figure{}, metrics.Errorf(metrics.NotFound, "there is no figure with the number %d", id)
}

func (l *ledger) Revisions(_ context.Context, indicator, area, period string) ([]metrics.Revision, error) {
	var out []metrics.Revision
	for _, f := range l.figures {
		if f.Indicator == indicator && f.Area.Code == area && f.Period.Code() == period {
			out = append(out, metrics.Revision{Figure: f, Current: true, Cause: "import police"})
		}
	}
	for _, r := range l.old {
		if f := r.Figure; f.Indicator == indicator && f.Area.Code == area && f.Period.Code() == period {
			out = append(out, r)
		}
	}
	return out, l.err
}

func (l *ledger) BatchesByID(_ context.Context, ids []int64) ([]metrics.Batch, error) {
	var out []metrics.Batch
	for _, b := range slices.Backward(l.batches) {
		if slices.Contains(ids, b.ID) {
			out = append(out, b)
		}
	}
	return out, l.err
}

func (l *ledger) Figures(_ context.Context, filter metrics.FigureFilter) ([]metrics.Figure, error) {
	var out []metrics.Figure
	for _, f := range l.figures {
		if (filter.Indicator == "" || f.Indicator == filter.Indicator) &&
			(filter.Priority == "" || f.Priority == filter.Priority) &&
			(len(filter.Areas) == 0 || slices.Contains(filter.Areas, f.Area.Code)) &&
			(filter.Kind == "" || f.Period.Kind == filter.Kind) &&
			(filter.From == 0 || f.Period.Last >= filter.From) && (filter.To == 0 || f.Period.Last <= filter.To) &&
			(filter.Period == "" || f.Period.Code() == filter.Period) {
			out = append(out, f)
		}
	}
	return out, l.err
}

func (l *ledger) CountFigures(ctx context.Context, filter metrics.FigureFilter) (int, error) {
	list, err := l.Figures(ctx, filter)
	return len(list), err
}

// Changes are none: nothing was computed here.
func (l *ledger) Changes(context.Context, metrics.ChangeFilter) ([]metrics.Change, error) {
	return nil, l.err
}

func (l *ledger) State(context.Context) (metrics.State, error) { return l.state, l.err }

// part is the force of a police release.
func part(b metrics.Batch) string {
	if b.Source != metrics.PoliceSource {
		return ""
	}
	return strings.Split(b.Release, "/")[1]
}

func (l *ledger) Holdings(context.Context) ([]metrics.Holding, error) {
	var out []metrics.Holding
	for _, b := range l.batches {
		at := slices.IndexFunc(out, func(h metrics.Holding) bool { return h.Source == b.Source && h.Part == part(b) })
		if at < 0 {
			at, out = len(out), append(out, metrics.Holding{Source: b.Source, Part: part(b), ImportedAt: b.ImportedAt})
		}
		h := &out[at]
		if !b.Current {
			h.Superseded++
			continue
		}
		h.Files++
		if b.Period != "" && !slices.Contains(h.Periods, b.Period) {
			h.Periods = append(h.Periods, b.Period)
			slices.Sort(h.Periods)
		}
	}
	return out, l.err
}

func (l *ledger) BatchesOf(_ context.Context, source metrics.Source, of string) ([]metrics.Batch, error) {
	var out []metrics.Batch
	for _, b := range l.batches {
		if b.Source == source && part(b) == of {
			out = append(out, b)
		}
	}
	return out, l.err
}

func (l *ledger) NewestPeriods(context.Context, string) (map[metrics.Source]string, error) {
	out := map[metrics.Source]string{}
	for _, b := range l.batches {
		if b.Current && b.Period != "" {
			out[b.Source] = max(out[b.Source], b.Period)
		}
	}
	return out, l.err
}

func defaultStrategy(t testing.TB) *metrics.Strategy {
	t.Helper()
	s, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// richStrategy is the default one with a group of similar areas that the facts
// below know, a target, months, and two declared breaks.
func richStrategy(t testing.TB) *metrics.Strategy {
	t.Helper()
	s := defaultStrategy(t)
	s.Similar = metrics.SimilarGroup{Name: "Four districts", Source: "nearest by open data", Date: "2019", Proposal: true, Areas: []string{"E08000025", "E08000027", "E08000028"}}
	s.Breaks = []metrics.Break{
		{From: "2017-02", To: "2017-04", Label: "Quiet months", Reason: "less was recorded from February to April 2017"},
		{From: "2019-04", Label: "New recording system", Reason: "the police moved to another system in April 2019", Refuse: true, Indicators: []string{"robbery-rate"}},
	}
	for i := range s.Indicators {
		ind := &s.Indicators[i]
		if ind.Kind != metrics.CrudeRate || ind.Numerator.From != metrics.FromCrimes {
			continue
		}
		ind.Comparators = []string{"corresponding-period", "force", "similar", "england", "target"}
		switch ind.ID {
		case "robbery-rate":
			ind.Periods = append(slices.Clone(ind.Periods), metrics.Monthly)
		case "violence-rate":
			ind.Target = &metrics.Target{Baseline: metrics.Milestone{Period: "YE2017-03", Value: 26}, Value: 20, By: "YE2020-03"}
		}
	}
	return s
}

// invented are facts for Coventry and its force over four years, July 2018
// missing, and three editions of the Indices of Deprivation.
func invented() *metrics.Facts {
	g := metrics.NewGeography()
	g.ForceOf[coventry], g.ForceOf["E08000025"] = westMidlands, westMidlands
	g.ForceOf["E06000023"], g.Names["E23000036"] = "E23000036", "Avon and Somerset" // without a file, so that England has no figure
	g.Names["E08000027"], g.Names["E08000028"] = "Dudley", "Sandwell"
	g.Names[coventry], g.Names["E08000025"], g.Names[westMidlands] = "Coventry", "Birmingham", "West Midlands"
	f := &metrics.Facts{
		Geography: g, Files: map[string]map[metrics.Month]metrics.StreetFile{}, Sample: true,
		Crimes:    map[string]map[string]map[metrics.Month]int64{},
		Outcomes:  map[string]map[string]map[string]map[metrics.Month]int64{},
		Residents: map[string]map[int]metrics.Estimate{coventry: {}, "E08000025": {}, "E08000027": {}, "E08000028": {}},
		Editions:  map[int]map[string][]metrics.DeprivationRank{},
	}
	random := rand.New(rand.NewPCG(1, 2))
	monthly := map[string][2]float64{"Violence and sexual offences": {700, 9}, "Possession of weapons": {21, 0.4}, "Robbery": {55, 0.8}, "Anti-social behaviour": {1050, -6}}
	for _, code := range []string{coventry, westMidlands, "E08000025", "E08000027", "E08000028"} {
		f.Files[code] = map[metrics.Month]metrics.StreetFile{}
		f.Crimes[code] = map[string]map[metrics.Month]int64{}
		f.Outcomes[code] = map[string]map[string]map[metrics.Month]int64{}
		scale := 1.0
		if code == westMidlands {
			scale = 4.6
		} else if code != coventry {
			scale = map[string]float64{"E08000025": 3.6, "E08000027": 0.7, "E08000028": 1.1}[code]
		}
		for _, kind := range slices.Sorted(strings.SplitSeq("Anti-social behaviour,Possession of weapons,Robbery,Violence and sexual offences", ",")) {
			f.Crimes[code][kind] = map[metrics.Month]int64{}
			f.Outcomes[code][kind] = map[string]map[metrics.Month]int64{}
			for m := metrics.NewMonth(2016, 1); m <= metrics.NewMonth(2019, 12); m++ {
				if m == metrics.NewMonth(2018, 7) {
					continue
				}
				f.Files[code][m] = metrics.StreetFile{Force: "West Midlands Police", HasLSOA: true, Scheme: metrics.Scheme2013}
				n := (monthly[kind][0] + monthly[kind][1]*float64(m-metrics.NewMonth(2016, 1))) * scale * (0.94 + 0.12*random.Float64())
				f.Crimes[code][kind][m] = int64(n)
				for outcome, part := range map[string]float64{"Suspect charged": 0.08, "Local resolution": 0.05, "Unable to prosecute suspect": 0.5, "Under investigation": 0.37} {
					if f.Outcomes[code][kind][outcome] == nil {
						f.Outcomes[code][kind][outcome] = map[metrics.Month]int64{}
					}
					f.Outcomes[code][kind][outcome][m] = int64(n * part)
				}
			}
		}
	}
	for year := 2015; year <= 2018; year++ {
		f.Residents[coventry][year] = metrics.Estimate{Persons: int64(345000 + 6000*(year-2015)), Base: 2011}
		f.Residents["E08000027"][year] = metrics.Estimate{Persons: 321000, Base: 2011}
		f.Residents["E08000028"][year] = metrics.Estimate{Persons: 327000, Base: 2011}
		f.Residents["E08000025"][year] = metrics.Estimate{Persons: int64(1110000 + 9000*(year-2015)), Base: 2011}
	}
	for year, deprived := range map[int]int{2015: 36, 2019: 28, 2025: 36} {
		f.Editions[year] = map[string][]metrics.DeprivationRank{}
		all := 195
		if year == 2025 {
			all = 203
		}
		for _, domain := range []string{"imd", "education", "income"} {
			var ranks []metrics.DeprivationRank
			own := 0
			for i := range 2000 {
				r := metrics.DeprivationRank{LSOA: fmt.Sprintf("E01%06d", i+year/2025*5000), LAD: fmt.Sprintf("E07%06d", i%20), LADName: fmt.Sprintf("District %d", i%20), Rank: i + 1}
				if i < deprived || i >= 2000-(all-deprived) { // the same neighbourhoods, some of them moved up
					r.LAD, r.LADName = coventry, "Coventry"
					r.LSOA = fmt.Sprintf("E01%06d", 900000+year/2025*5000+own)
					own++
				}
				ranks = append(ranks, r)
			}
			f.Editions[year][domain] = ranks
		}
	}
	return f
}

// demo is a ledger with figures of every indicator and a hundred batches.
func demo(t testing.TB, s *metrics.Strategy) *ledger {
	made := metrics.Compute(s, invented())
	l := &ledger{figures: made.Figures, signals: made.Signals, state: metrics.State{Sample: true, MadeAt: "2026-11-20T02:30:00Z"}}
	slices.SortStableFunc(l.figures, func(a, b metrics.Figure) int {
		if c := strings.Compare(a.Indicator, b.Indicator); c != 0 {
			return c
		}
		if c := strings.Compare(a.Area.Code, b.Area.Code); c != 0 {
			return c
		}
		if c := strings.Compare(string(a.Period.Kind), string(b.Period.Kind)); c != 0 {
			return c
		}
		return int(a.Period.Last - b.Period.Last)
	})
	id := int64(0)
	add := func(b metrics.Batch) {
		id++
		b.ID, b.ImportedAt, b.Sample = id, "2026-11-20T02:30:00Z", true
		l.batches = append(l.batches, b)
	}
	add(metrics.Batch{Source: metrics.GeographySource, Release: "lookup/lsoa11-lad", File: "LSOA_(2011)_to_LSOA_(2021)_to_Local_Authority_District_(2022)_Exact_Fit_Lookup_for_EW_(V3).csv", Size: 4_512_331, Digest: "sha256:" + strings.Repeat("9f3c", 16), Account: metrics.Account{Read: 35796, Kept: 35796}, Current: true})
	add(metrics.Batch{Source: metrics.PopulationSource, Release: "ons/mid-2018", File: "ukmidyearestimates2018.xlsx", Size: 998_001, Digest: "sha256:" + strings.Repeat("01ab", 16), Period: "mid-2018", Account: metrics.Account{Read: 438, Kept: 438}, Current: true})
	add(metrics.Batch{Source: metrics.DeprivationSource, Release: "IoD2019/imd", File: "File_7_-_All_IoD2019_Scores.csv", Size: 9_000_000, Digest: "sha256:" + strings.Repeat("77aa", 16), Period: "IoD2019", Account: metrics.Account{Read: 32844, Kept: 32844}, Current: true})
	for _, force := range []string{"west-midlands", "warwickshire"} {
		for m := metrics.NewMonth(2016, 1); m <= metrics.NewMonth(2019, 12); m++ {
			if m == metrics.NewMonth(2018, 7) {
				continue
			}
			b := metrics.Batch{Source: metrics.PoliceSource, Release: "police/" + force + "/" + m.String(), File: "2019-12.zip", Member: m.String() + "/" + m.String() + "-" + force + "-street.csv", Size: 5_234_112, Digest: "crc32:1f2e3d4c", Period: m.String(), Account: metrics.Account{Read: 24011, Kept: 23110, WithoutLocation: 870, Outside: 30, Rejected: 1}, Current: true}
			if m == metrics.NewMonth(2019, 3) {
				b.Problems = []metrics.Problem{{File: b.File, Row: 812, Column: "LSOA code", Rule: "lsoa_code", Message: `"E0100" is not the code of an LSOA. Check the file against data.police.uk`, Rejects: true}}
				old := b
				old.Current, old.Superseded = false, id+2
				add(old)
			}
			add(b)
		}
	}
	slices.Reverse(l.batches)
	for i := range l.figures {
		f := &l.figures[i]
		f.ID, f.Revision, f.MadeAt, f.Batches = int64(i+1), 1, "2026-11-20T02:30:00Z", []int64{2, 3}
		if f.Indicator == "violence-rate" && f.Area.Code == coventry && f.Period.Code() == "2019-Q1" {
			before := *f
			before.ID, before.Sentence = 900001, "It read otherwise."
			n, v := *f.Numerator-5, *f.Value-0.02
			before.Numerator, before.Value = &n, &v
			before.MadeAt = "2026-10-20T02:30:00Z"
			f.Revision = 2
			l.old = append(l.old, metrics.Revision{Figure: before, Cause: "import police"})
		}
	}
	return l
}

func newServer(t testing.TB, s *metrics.Strategy, l *ledger) *dashboard.Server {
	t.Helper()
	server, err := dashboard.New(dashboard.Config{Store: l, Strategy: s, PublicViewing: true, Now: func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return server
}
