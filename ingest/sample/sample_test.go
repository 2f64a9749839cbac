package sample_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"outcomes/ingest"
	"outcomes/ingest/deprivation"
	"outcomes/ingest/geography"
	"outcomes/ingest/police"
	"outcomes/ingest/population"
	"outcomes/ingest/returns"
	"outcomes/ingest/sample"
	"outcomes/metrics"
	"outcomes/metrics/store"
	"outcomes/metrics/strategy"
)

var folder string

// written is the sample, written once for all tests.
var written = sync.OnceValue(func() error { return sample.Write(folder) })

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "sample"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func dir(t *testing.T) string {
	t.Helper()
	if err := written(); err != nil {
		t.Fatal(err)
	}
	return folder
}

// content is a digest of every file under a folder: of what a .gz holds, not of
// how a release of Go compresses it.
func content(t *testing.T, dir string) (sum string, bytesOf map[string][]byte) {
	t.Helper()
	h := sha256.New()
	bytesOf = map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		name = filepath.ToSlash(name)
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		bytesOf[name] = b
		switch filepath.Ext(name) {
		case ".gz":
			b = inflated(t, path)
		case ".xlsx":
			b = []byte(fmt.Sprint(rows(t, path)))
		}
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil)), bytesOf
}

func inflated(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rows are the cells of a workbook, sheet after sheet.
func rows(t *testing.T, path string) [][]string {
	t.Helper()
	x, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	var all [][]string
	for _, s := range x.GetSheetList() {
		r, err := x.GetRows(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, []string{s}), r...)
	}
	return all
}

func table(t *testing.T, b []byte) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// published is the digest of the sample. Where it is changed on purpose, the
// test says the new one.
const published = "cc68be7d46f721391fc07fe89063e7400985106e87e27add64181bc13406bfe2"

func TestDeterministic(t *testing.T) {
	sum, first := content(t, dir(t))
	if sum != published {
		t.Errorf("the sample has changed: its digest is %s, want %s", sum, published)
	}
	again := t.TempDir()
	start := time.Now()
	for range 2 { // the second time over the first
		if err := sample.Write(again); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("written twice in %v", time.Since(start))
	_, second := content(t, again)
	if !slices.Equal(slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(second))) {
		t.Fatal("other files the second time")
	}
	size, inflatedSize := 0, 0
	for name, b := range first {
		if !bytes.Equal(b, second[name]) {
			t.Errorf("%s has other bytes the second time", name)
		}
		size += len(b)
		if strings.HasSuffix(name, ".gz") {
			inflatedSize += len(inflated(t, filepath.Join(folder, filepath.FromSlash(name))))
		}
	}
	t.Logf("%d files, %d KB; the police files inflate to %d KB", len(first), size>>10, inflatedSize>>10)
	if size > 12<<20 || inflatedSize > 48<<20 {
		t.Error("the sample is no longer small")
	}
}

func TestMarker(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(dir(t), ingest.SampleMarker))
	if err != nil || !strings.Contains(string(b), "invented") {
		t.Errorf("the marker: %q, %v", b, err)
	}
	for _, s := range sample.Sources(folder) {
		a, err := ingest.Find([]string{s.Path})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		for _, in := range a.Inputs {
			if !in.Sample {
				t.Errorf("%s is not marked as invented", in.Path)
			}
		}
	}
}

// Real data must not come to stand under the marker.
func TestWriteRefusesAFolderInUse(t *testing.T) {
	d := t.TempDir()
	if err := os.WriteFile(filepath.Join(d, "2019-03-west-midlands-street.csv"), []byte("real"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sample.Write(d); metrics.KindOf(err) != metrics.Conflict {
		t.Errorf("error %v, want a conflict", err)
	}
	if entries, _ := os.ReadDir(d); len(entries) != 1 {
		t.Error("something was written")
	}
}

// Every reader knows its part of the sample and takes every row of it.
func TestReadersTakeAll(t *testing.T) {
	readers := []ingest.Reader{geography.NewLookups(), population.New(), deprivation.New(), geography.NewBoundaries(), police.New()}
	opts := ingest.Options{Geography: metrics.NewGeography(), Coverage: ingest.Coverage{All: true}}
	files := map[metrics.Source]int{}
	for i, s := range sample.Sources(dir(t)) {
		if s.Source != metrics.Sources[i] || readers[i].Source() != s.Source {
			t.Fatalf("%s comes as number %d", s.Source, i+1)
		}
		a, err := ingest.Find([]string{s.Path})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		for _, in := range a.Inputs {
			if !readers[i].Knows(in) {
				t.Errorf("%s does not know %s", s.Source, in.Name)
				continue
			}
			releases, err := readers[i].Read(context.Background(), in, opts)
			if err != nil {
				t.Error(err)
				continue
			}
			for _, r := range releases {
				if len(r.Problems) > 0 || r.Account.Rejected > 0 || r.Account.Kept == 0 {
					t.Errorf("%s: %+v, problems %v", r.Release, r.Account, r.Problems[:min(3, len(r.Problems))])
				}
				if l, ok := r.Facts.(*store.Lookup); ok {
					for _, row := range l.LSOAs {
						opts.Geography.LSOA[row.Code] = row.LAD
					}
				}
			}
			files[s.Source]++
		}
	}
	want := map[metrics.Source]int{"geography": 4, "population": 2, "deprivation": 4, "boundaries": 2, "police": 586}
	if !maps.Equal(files, want) {
		t.Errorf("files read %v, want %v", files, want)
	}
}

func TestCoventry(t *testing.T) {
	changes := table(t, file(t, "geography", "LSOA_(2011)"))
	then, now, split := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, r := range changes[1:] {
		if r[5] == "E08000026" {
			then[r[0]], now[r[2]] = true, true
			if r[4] == "S" {
				split[r[0]]++
			}
		}
	}
	if len(then) != 195 || len(now) != 203 || len(split) != 8 {
		t.Errorf("%d LSOAs of 2011, %d of 2021, %d split", len(then), len(now), len(split))
	}
	force := map[string]string{}
	for _, r := range table(t, file(t, "geography", "LAD_"))[1:] {
		force[r[0]] = r[4]
	}
	if force["E08000026"] != "E23000014" || force["E07000222"] != "E23000017" {
		t.Errorf("Coventry in %s, Warwick in %s", force["E08000026"], force["E07000222"])
	}
}

// file gives the file of a part whose name starts so.
func file(t *testing.T, part, start string) []byte {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir(t), part))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), start) {
			b, err := os.ReadFile(filepath.Join(folder, part, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	t.Fatalf("there is no %s… in %s", start, part)
	return nil
}

// position recomputes, from a table of the Indices, how many of Coventry's
// LSOAs are in the most deprived tenth and where that puts the city.
func position(t *testing.T, rows [][]string, column int) (here, of, rank, districts int) {
	t.Helper()
	tenth := len(rows) / 10
	in, all := map[string]int{}, map[string]int{}
	var ranks []int
	for _, r := range rows {
		n, err := strconv.Atoi(strings.ReplaceAll(r[column], ",", ""))
		if err != nil {
			t.Fatal(err)
		}
		ranks = append(ranks, n)
		all[r[2]]++
		if n <= tenth {
			in[r[2]]++
		}
		if first := r[column+1] == "1"; first != (n <= tenth) {
			t.Fatalf("%s: rank %d, decile %s", r[0], n, r[column+1])
		}
	}
	slices.Sort(ranks)
	ties := 0
	for i, n := range ranks {
		switch {
		case n == i+1:
		case i > 0 && n == ranks[i-1]:
			ties++
		default:
			t.Fatalf("rank %d stands at place %d", n, i+1)
		}
	}
	if ties == 0 || ties > 20 || len(rows)%10 == 0 {
		t.Errorf("%d ties among %d LSOAs", ties, len(rows))
	}
	const city = "E08000026"
	rank = 1
	for d := range all {
		if d != city && in[d]*all[city] >= in[city]*all[d] {
			rank++
			if in[d]*all[city] == in[city]*all[d] {
				t.Errorf("%s ties with Coventry", d)
			}
		}
	}
	return in[city], all[city], rank, len(all)
}

func TestDeprivation(t *testing.T) {
	sheet := rows(t, filepath.Join(dir(t), "deprivation", "File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx"))
	start := slices.IndexFunc(sheet, func(r []string) bool { return len(r) > 0 && r[0] == "LSOA code (2011)" })
	old := table(t, file(t, "deprivation", "File_2_ID_2015"))
	now1 := table(t, file(t, "deprivation", "File_1_-_IMD2019"))
	now := table(t, file(t, "deprivation", "File_2_-_IoD2019"))
	for name, c := range map[string]struct {
		rows       [][]string
		column     int
		here, rank int
	}{
		"2015, File 1":    {sheet[start+1:], 4, 36, 46},
		"2015, File 2":    {old[1:], 4, 36, 46},
		"2019, File 1":    {now1[1:], 4, 28, 64},
		"2019, File 2":    {now[1:], 4, 28, 64},
		"income 2015":     {old[1:], 6, 34, 47},
		"income 2019":     {now[1:], 6, 29, 61},
		"education 2015":  {old[1:], 10, 33, 45},
		"education 2019":  {now[1:], 10, 30, 56},
		"employment 2019": {now[1:], 8, 27, 63},
	} {
		here, of, rank, districts := position(t, c.rows, c.column)
		if here != c.here || of != 195 || rank != c.rank || districts != 137 {
			t.Errorf("%s: %d of %d, rank %d of %d, want %d of 195, rank %d", name, here, of, rank, districts, c.here, c.rank)
		}
	}
}

// counts reads the police files: crimes by area, crime type and quarter.
func counts(t *testing.T) (city, area map[string]map[string]int, outcomes map[string]map[string]int) {
	t.Helper()
	lad := map[string]string{}
	for _, r := range table(t, file(t, "geography", "LSOA_(2011)"))[1:] {
		lad[r[0]] = r[5]
	}
	city, area, outcomes = map[string]map[string]int{}, map[string]map[string]int{}, map[string]map[string]int{}
	add := func(m map[string]map[string]int, a, b string) {
		if m[a] == nil {
			m[a] = map[string]int{}
		}
		m[a][b]++
	}
	files, err := filepath.Glob(filepath.Join(dir(t), "police", "*", "*.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		month := filepath.Base(filepath.Dir(path))
		m, err := metrics.ParseMonth(month)
		if err != nil {
			t.Fatal(err)
		}
		quarter := metrics.QuarterOf(m).Code()
		ids := map[string]bool{}
		repeats, nowhere, comma, strays := 0, 0, 0, 0
		b := inflated(t, path)
		all := table(t, b)
		if len(all[0]) != 12 || all[0][11] != "Context" {
			t.Fatalf("%s: %v", path, all[0])
		}
		wm := strings.Contains(path, "west-midlands")
		similar := !wm && !strings.Contains(path, "warwickshire") // small files, of the districts that Coventry is compared with
		for _, r := range all[1:] {
			if r[1] != month || len(r) != 12 {
				t.Fatalf("%s: %v", path, r)
			}
			if asb := r[9] == "Anti-social behaviour"; asb != (r[0] == "") || asb != (r[10] == "") {
				t.Fatalf("%s: Crime ID or outcome of %v", path, r)
			}
			if r[0] != "" && ids[r[0]] {
				repeats++
			}
			ids[r[0]] = true
			if r[7] == "" {
				nowhere++
			} else if lad[r[7]] == "" {
				t.Fatalf("%s: %s lies nowhere", path, r[7])
			}
			if strings.Contains(r[6], ",") {
				comma++
			}
			if wm {
				add(area, r[9], quarter)
			}
			if lad[r[7]] == "E08000026" {
				add(city, r[9], quarter)
				if r[9] == "Violence and sexual offences" {
					add(outcomes, quarter, r[10])
				}
				if !wm {
					strays++
				}
			}
		}
		if similar {
			if nowhere > len(all)/5 || strays > 0 || len(all) < 30 || len(all) > 600 {
				t.Errorf("%s: %d of %d rows have no location, %d lie in Coventry", path, nowhere, len(all)-1, strays)
			}
			continue
		}
		if share := float64(nowhere) / float64(len(all)-1); share < 0.015 || share > 0.06 {
			t.Errorf("%s: %.3f of the rows have no location", path, share)
		}
		if comma == 0 || repeats > 10 || !wm && (strays < 3 || strays > 15) {
			t.Errorf("%s: %d commas, %d repeats, %d in Coventry", path, comma, repeats, strays)
		}
		if crlf := bytes.Contains(b, []byte("\r\n")); crlf != (int(m)%5 == 0) {
			t.Errorf("%s: CRLF %v", path, crlf)
		}
	}
	return city, area, outcomes
}

func TestPolice(t *testing.T) {
	city, area, outcomes := counts(t)
	if len(city) != 14 || len(area) != 14 {
		t.Errorf("%d and %d crime types, want 14", len(city), len(area))
	}
	for month, want := range map[string]int{"2016-07": 14, "2017-02": 13, "2017-08": 13, "2019-12": 14, "2020-01": 0} {
		files, _ := filepath.Glob(filepath.Join(folder, "police", month, "*"))
		if len(files) != want {
			t.Errorf("%d files of %s, want %d", len(files), month, want)
		}
	}
	residents := map[string]map[int]float64{}
	sheet := rows(t, filepath.Join(folder, "population", "ukmidyearestimates20192020ladcodes.xlsx"))
	sheet = sheet[slices.IndexFunc(sheet, func(r []string) bool { return len(r) == 1 && r[0] == "MYE 5" }):]
	header := sheet[slices.IndexFunc(sheet, func(r []string) bool { return len(r) > 0 && r[0] == "Code" })]
	for _, r := range sheet {
		for i, h := range header {
			if year, ok := strings.CutPrefix(h, "Estimated Population mid-"); ok && len(r) > 4 && r[0] != "Code" {
				y, _ := strconv.Atoi(year)
				n, err := strconv.ParseFloat(r[i], 64)
				if err != nil {
					t.Fatal(err)
				}
				if residents[r[0]] == nil {
					residents[r[0]] = map[int]float64{}
				}
				residents[r[0]][y] = n
			}
		}
	}
	const cov, wm = "E08000026", "E11000005" // the county has the force's districts
	if p := residents[cov]; p[2015] < 340_000 || p[2019] > 370_000 || p[2019] <= p[2015] || len(p) != 19 {
		t.Errorf("Coventry's residents: %v", p)
	}
	rate := func(m map[string]map[string]int, place, crime, quarter string) float64 {
		y, _ := strconv.Atoi(quarter[:4])
		return float64(m[crime][quarter]) / residents[place][y] * 1000
	}
	const violence = "Violence and sexual offences"
	for _, m := range []struct {
		counts map[string]map[string]int
		place  string
	}{{city, cov}, {area, wm}} {
		before, now := rate(m.counts, m.place, violence, "2018-Q1"), rate(m.counts, m.place, violence, "2019-Q1")
		if r := now / before; r < 1.15 || r > 1.25 {
			t.Errorf("%s: violence %.2f and %.2f a thousand, a ratio of %.3f, want a clear rise", m.place, before, now, r)
		}
		for q, n := range m.counts[violence] {
			if r := rate(m.counts, m.place, violence, q); q != "2017-Q1" && (r < 4.5 || r > 10) {
				t.Errorf("%s %s: %d offences, %.2f a thousand, not credible", m.place, q, n, r)
			}
		}
		if m.counts[violence]["2018-Q3"] <= m.counts[violence]["2018-Q1"] || m.counts[violence]["2018-Q3"] <= m.counts[violence]["2018-Q4"] {
			t.Errorf("%s: summer is not higher: %v", m.place, m.counts[violence])
		}
	}
	if r := rate(city, cov, violence, "2019-Q4") / rate(city, cov, violence, "2018-Q4"); r < 0.96 || r > 1.04 {
		t.Errorf("violence in Coventry at the end of 2019 is %.3f of a year before, want about the same", r)
	}
	year := func(m map[string]map[string]int, place, crime string) float64 {
		return rate(m, place, crime, "2018-Q2") + rate(m, place, crime, "2018-Q3") + rate(m, place, crime, "2018-Q4") + rate(m, place, crime, "2019-Q1")
	}
	for _, crime := range []string{violence, "Possession of weapons", "Robbery"} {
		if c, f := year(city, cov, crime), year(area, wm, crime); c >= f {
			t.Errorf("%s: %.2f a thousand in Coventry, %.2f in the force area, want less", crime, c, f)
		}
	}
	if then, now := city["Anti-social behaviour"]["2016-Q4"], city["Anti-social behaviour"]["2019-Q4"]; float64(now) > 0.85*float64(then) {
		t.Errorf("anti-social behaviour from %d to %d: not falling", then, now)
	}
	share := func(quarter string) (resolved float64, open float64) {
		var known, all, yes float64
		for outcome, n := range outcomes[quarter] {
			all += float64(n)
			if outcome == "Under investigation" || outcome == "Status update unavailable" {
				continue
			}
			known += float64(n)
			for _, s := range []string{"Offender", "Court", "court", "Local resolution", "Suspect charged"} {
				if strings.Contains(outcome, s) {
					yes += float64(n)
					break
				}
			}
		}
		return yes / known, 1 - known/all
	}
	first, _ := share("2016-Q4")
	mid, before := share("2018-Q4")
	last, open := share("2019-Q4")
	if first < 0.15 || first > 0.22 || mid >= first || last < 0.12 || last > 0.2 || open < before+0.2 {
		t.Errorf("violence resolved %.3f, %.3f, %.3f; open %.3f and %.3f", first, mid, last, before, open)
	}
	t.Logf("violence by quarter, Coventry %v\nforce %v\nASB %v\nweapons %v\nrobbery %v\nresolved %.3f %.3f %.3f", city[violence], area[violence], city["Anti-social behaviour"], city["Possession of weapons"], city["Robbery"], first, mid, last)
}

func TestBoundaries(t *testing.T) {
	for name, want := range map[string]int{"lsoa_2011": 195, "lsoa_2021": 203} {
		var c struct {
			Features []struct {
				Properties map[string]string
				Geometry   struct{ Coordinates [][][]float64 }
			}
		}
		if err := json.Unmarshal(file(t, "boundaries", name), &c); err != nil {
			t.Fatal(err)
		}
		if len(c.Features) != want {
			t.Errorf("%s: %d features, want %d", name, len(c.Features), want)
		}
		area := 0.0
		for _, f := range c.Features {
			if !strings.Contains(f.Properties["NOTE"], "Invented") {
				t.Fatal("a shape does not say that it is invented")
			}
			ring := f.Geometry.Coordinates[0]
			for i := range len(ring) - 1 {
				area += (ring[i][0]*ring[i+1][1] - ring[i+1][0]*ring[i][1]) / 2
			}
		}
		// 195 hexagons, anticlockwise, halves or whole.
		if hexagon := 6 * 0.005620 * 0.001978; area < 194.99*hexagon || area > 195.01*hexagon {
			t.Errorf("%s: the mosaic covers %.2f hexagons", name, area/hexagon)
		}
	}
}

// The residents of Coventry's LSOAs add up to the city's.
func TestResidentsOfLSOAs(t *testing.T) {
	codes := map[string]map[string]bool{"2011": {}, "2021": {}}
	for _, r := range table(t, file(t, "geography", "LSOA_(2011)"))[1:] {
		if r[5] == "E08000026" {
			codes["2011"][r[0]], codes["2021"][r[2]] = true, true
		}
	}
	sum, n := map[string]int{}, map[string]int{}
	for _, r := range table(t, file(t, "population", "lsoa_estimates"))[1:] {
		census := "2011"
		if r[2] >= "2021" {
			census = "2021"
		}
		persons, err := strconv.Atoi(r[3])
		if err != nil || persons < 500 || persons > 9000 || !codes[census][r[0]] {
			t.Fatalf("%v", r)
		}
		sum[r[2]] += persons
		n[r[2]]++
	}
	if want := map[string]int{"2015": 195, "2016": 195, "2017": 195, "2018": 195, "2019": 195, "2021": 203}; !maps.Equal(n, want) {
		t.Errorf("LSOAs by year %v, want %v", n, want)
	}
	sheet := rows(t, filepath.Join(dir(t), "population", "ukmidyearestimates20192020ladcodes.xlsx"))
	sheet = sheet[slices.IndexFunc(sheet, func(r []string) bool { return len(r) == 1 && r[0] == "MYE 5" }):]
	header := sheet[slices.IndexFunc(sheet, func(r []string) bool { return len(r) > 0 && r[0] == "Code" })]
	city := sheet[slices.IndexFunc(sheet, func(r []string) bool { return len(r) > 0 && r[0] == "E08000026" })]
	for year := 2015; year <= 2019; year++ {
		at := slices.Index(header, fmt.Sprintf("Estimated Population mid-%d", year))
		if got := strconv.Itoa(sum[strconv.Itoa(year)]); got != city[at] {
			t.Errorf("the LSOAs have %s residents in %d, the city %s", got, year, city[at])
		}
	}
}

// Of an invented return, too, a part is not more than its whole: what it counts
// is among what the other measure counts, in every group.
func TestReturnsAddUp(t *testing.T) {
	s, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	list, err := sample.Returns(s)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, r := range list {
		got := returns.Screen(context.Background(), returns.Handed{Name: r.Name, Body: r.Body, Project: r.Project, Quarter: r.Quarter, Strategy: s, Today: time.Date(2019, 12, 1, 0, 0, 0, 0, time.UTC)})
		at := map[metrics.ReturnCell]float64{}
		for _, v := range got.Values {
			at[v.ReturnCell] = v.Value
		}
		for c, n := range at {
			m, _ := s.ReturnMeasure(c.Measure)
			whole := c
			if whole.Measure = m.PartOf; m.PartOf == "" {
				continue
			}
			if of, ok := at[whole]; ok {
				compared++
				if n > of && r.Fate != sample.Waiting {
					t.Errorf("%s: %v of %v is %v, of %v", r.Name, n, c, n, of)
				}
			}
		}
		for _, f := range got.Findings {
			if f.Severity == metrics.Fail {
				t.Errorf("%s: %s %s: %s", r.Name, f.Rule, f.Cell, f.Message)
			}
		}
	}
	if compared < 300 {
		t.Errorf("%d numbers compared", compared)
	}
}
