package main

import (
	"context"
	"math"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"outcomes/ingest"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// coventry makes a database with the West Midlands' real counts and Coventry's
// real boundaries.
func coventry(t testing.TB) (db, source string) {
	t.Helper()
	data := published(t)
	dir, source := counts(t, data)
	db = base(t, data)
	for _, name := range []string{"drkane_lsoa_E08000026.geojson", "drkane_ward_E08000026.geojson"} {
		outcomes(t, "import", "boundaries", filepath.Join(data, "boundaries", name), "--db", db)
	}
	outcomes(t, "import", "police", dir, "--db", db)
	return db, source
}

// The LSOAs' counts are the table's, quarter by quarter; the gap and the map are
// made of them.
func TestPublishedNeighbourhoods(t *testing.T) {
	db, source := coventry(t)
	ctx := context.Background()
	st, err := store.OpenExisting(ctx, db, now)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()

	archive, err := ingest.Find([]string{source})
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	book, err := table.Open(archive.Inputs[0])
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	want := map[string]map[string]int64{} // by period and LSOA
	total := map[string]int64{}
	for row, err := range book.Rows("") {
		if err != nil {
			t.Fatal(err)
		}
		if row.Cell(2) != "Coventry" || row.Cell(3) != "Violence and sexual offences" {
			continue
		}
		month, _ := strconv.Atoi(row.Cell(5))
		n, _ := strconv.Atoi(row.Cell(6))
		period := row.Cell(4) + "-Q" + strconv.Itoa((month+2)/3)
		if want[period] == nil {
			want[period] = map[string]int64{}
		}
		want[period][row.Cell(0)] += int64(n)
		total[period] += int64(n)
	}

	maps, err := st.PlaceMaps(ctx, "violence-rate")
	if err != nil {
		t.Fatal(err)
	}
	quarters := 0
	for _, head := range maps {
		if head.Period.Kind != metrics.Quarter {
			continue
		}
		code := head.Period.Code()
		m, err := st.Places(ctx, "violence-rate", code, head.Kind)
		if err != nil {
			t.Fatal(err)
		}
		if code == "2024-Q4" {
			if m.Status != metrics.Missing || len(m.Places) != 0 || m.Reason == "" {
				t.Errorf("the quarter with October 2024: %+v", m)
			}
			continue
		}
		quarters++
		var sum int64
		for _, p := range m.Places {
			sum += *p.Count
			if m.Kind == metrics.LSOA && *p.Count != want[code][p.Code] {
				t.Errorf("%s %s: %d, the table has %d", code, p.Code, *p.Count, want[code][p.Code])
			}
		}
		if areas := map[metrics.AreaKind]int{metrics.LSOA: 203, metrics.Ward: 18}[m.Kind]; len(m.Places) != areas || sum != total[code] {
			t.Errorf("%s by %s: %d areas with %d offences, the table has %d", code, m.Kind, len(m.Places), sum, total[code])
		}
	}
	if quarters != 14 {
		t.Errorf("%d maps of quarters checked", quarters)
	}

	year, err := st.Places(ctx, "violence-rate", "YE2026-03", metrics.LSOA)
	if err != nil {
		t.Fatal(err)
	}
	outlines, err := st.Outlines(ctx, "E08000026", metrics.LSOA, year.Vintage)
	if err != nil || len(outlines) != 203 {
		t.Fatalf("%d outlines, %v", len(outlines), err)
	}
	neighbours, err := metrics.Neighbours(outlines)
	if err != nil {
		t.Fatal(err)
	}
	links := 0
	for i, list := range neighbours {
		if len(list) == 0 {
			t.Errorf("%s has no neighbour", outlines[i].Code)
		}
		links += len(list)
	}
	if mean := float64(links) / 203; mean < 5 || mean > 7 {
		t.Errorf("an LSOA has %.2f neighbours on average", mean)
	}
	hot := 0
	for _, p := range year.Places {
		if p.Spot.Hot() {
			hot++
		}
		if p.Z == nil || p.Spot.Hot() && (*p.Count < 5 || p.OfYears < 1 || p.YearsHot < 1) {
			t.Errorf("%+v", p)
		}
		if p.Name == "Coventry 031F" && p.Spot != metrics.Hot99 { // the city centre
			t.Errorf("the city centre is %q", p.Spot)
		}
	}
	if hot < 5 || hot > 20 {
		t.Errorf("%d hot spots of 203", hot)
	}
	wards, err := st.Outlines(ctx, "E08000026", metrics.Ward, 0)
	if err != nil || len(wards) != 18 {
		t.Errorf("%d outlines of wards, %v", len(wards), err)
	}

	// The fifths hold all the district's offences of the quarter.
	for _, id := range []string{"violence-gap", "violence-sii", "violence-rii"} {
		list, err := st.Figures(ctx, metrics.FigureFilter{Indicator: id, Period: "2026-Q1"})
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %d figures, %v", id, len(list), err)
		}
		f := list[0]
		var sum, residents float64
		for _, g := range f.Breakdown {
			sum += *g.Numerator
			residents += *g.Denominator
		}
		if sum != 3494 || *f.Numerator != sum || residents != *f.Denominator || math.Abs(residents-345_000) > 2000 || *f.Lower >= *f.Value || *f.Value >= *f.Upper {
			t.Errorf("%s: %v offences, %v residents, %v (%v to %v)", id, sum, residents, *f.Value, *f.Lower, *f.Upper)
		}
		if f.Comparisons[0].Direction != metrics.AboutSame {
			t.Errorf("%s: %+v", id, f.Comparisons[0])
		}
	}
}

// BenchmarkCompute makes all figures and maps from Coventry's real counts: all
// anew, and again where nothing changed.
func BenchmarkCompute(b *testing.B) {
	db, _ := coventry(b)
	ctx := context.Background()
	st, err := store.OpenExisting(ctx, db, now)
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	s, err := builtIn(nil)
	if err != nil {
		b.Fatal(err)
	}
	compute := func(s *metrics.Strategy) {
		err := st.Update(ctx, "benchmark", func(tx *store.Session) error {
			_, err := tx.Compute(ctx, s, "benchmark")
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name  string
		clear bool
	}{{"all", true}, {"nothing changed", false}} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			var peak uint64
			for b.Loop() {
				if tt.clear {
					b.StopTimer()
					none := *s
					none.Indicators = nil
					compute(&none)
					runtime.GC()
					b.StartTimer()
				}
				compute(s)
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
			b.ReportMetric(float64(peak)/(1<<20), "heap-MB")
		})
	}
}
