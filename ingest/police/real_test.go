package police

import (
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"outcomes/ingest"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// dataFolder finds the published files that some tests read: OUTCOMES_DATA, or
// shared/data beside the repository.
func dataFolder(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("OUTCOMES_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(folder, "police-uk")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no published files in %s: CI needs them, set OUTCOMES_DATA", folder)
		}
		t.Skipf("no published files in %s: set OUTCOMES_DATA to the folder that holds police-uk", folder)
	}
	return folder
}

// content is the text of a published file.
func content(t testing.TB, path string) []byte {
	t.Helper()
	r, err := find(t, path).Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// england is a geography of the published lookups: LSOA 2011 in districts of
// 2019, and the force areas of 2024.
func england(t testing.TB) *metrics.Geography {
	t.Helper()
	g := metrics.NewGeography()
	lookup := func(name string, take func(get func(string) string)) {
		r := csv.NewReader(bytes.NewReader(content(t, filepath.Join(dataFolder(t), "lookups", "converted", name))))
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, fields := range rows[1:] {
			take(func(column string) string { return fields[slices.Index(rows[0], column)] })
		}
	}
	lookup("lookup_lsoa11_ltla19.csv.gz", func(get func(string) string) {
		g.LSOA[get("lsoa11_code")] = get("ltla19_code")
	})
	lookup("lookup_ltla24_csp24_pfa24.csv.gz", func(get func(string) string) {
		g.ForceOf[get("ltla24_code")] = get("pfa24_code")
		g.Names[get("ltla24_code")], g.Names[get("pfa24_code")] = get("ltla24_name"), get("pfa24_name")
	})
	return g
}

// streetFile finds a published file of a force and month.
func streetFile(t testing.TB, slug, month string) ingest.Input {
	t.Helper()
	path := filepath.Join(dataFolder(t), "police-uk", "street", slug, month, month+"-"+slug+"-street.csv")
	if _, err := os.Stat(path); err != nil {
		path += ".gz"
	}
	return find(t, path)
}

// total sums an area's counts of a crime type, of all when it is "".
func total(m *store.StreetMonth, area, crimeType string) int64 {
	var sum int64
	for _, a := range m.Area {
		if a.Area == area && (crimeType == "" || a.Type == crimeType) {
			sum += a.Count
		}
	}
	return sum
}

func TestForceAreaOfLookups(t *testing.T) { testForceAreas(t, england(t)) }

func TestReadSouthYorkshire(t *testing.T) {
	const violence = "Violence and sexual offences"
	opts := ingest.Options{Geography: england(t), Coverage: ingest.Coverage{
		LADs: map[string]bool{"E08000019": true, "E08000039": true}, Forces: map[string]bool{"E23000011": true}}}
	var all metrics.Account
	for _, quarter := range []struct {
		months          []string
		sheffield, area int64
	}{
		{[]string{"2018-01", "2018-02", "2018-03"}, 3196, 9833},
		{[]string{"2019-01", "2019-02", "2019-03"}, 4033, 11765},
	} {
		var sheffield, area int64
		for _, month := range quarter.months {
			b, m := read(t, streetFile(t, "south-yorkshire", month), opts)
			if m.Force != "South Yorkshire Police" || m.ForceArea != "E23000011" || !m.HasLSOA || m.Scheme != metrics.Scheme2013 {
				t.Errorf("%s: %s, %s, %v, %d", month, m.Force, m.ForceArea, m.HasLSOA, m.Scheme)
			}
			if len(b.Problems) != 0 {
				t.Errorf("%s: %+v", month, b.Problems[0])
			}
			sheffield += total(m, "E08000019", violence)
			area += total(m, "E23000011", violence)
			all = all.Add(b.Account)
		}
		if sheffield != quarter.sheffield || area != quarter.area {
			t.Errorf("%s in %v: %d in Sheffield, want %d; %d in the force area, want %d",
				violence, quarter.months, sheffield, quarter.sheffield, area, quarter.area)
		}
	}
	if share := 100 * float64(all.WithoutLocation) / float64(all.Read); share < 3 || share > 5 {
		t.Errorf("%.1f%% of %d rows have no location", share, all.Read)
	}
}

// A force's file holds crimes in its neighbours' areas.
func TestReadWarwickshire(t *testing.T) {
	opts := ingest.Options{Geography: england(t), Coverage: ingest.Coverage{
		LADs: map[string]bool{"E08000026": true}, Forces: map[string]bool{"E23000014": true}}}
	var account metrics.Account
	for _, month := range []string{"2018-10", "2018-11", "2018-12", "2019-01", "2019-02"} {
		b, m := read(t, streetFile(t, "warwickshire", month), opts)
		if m.ForceArea != "E23000017" || total(m, "E23000014", "") != 0 || total(m, "E08000026", "") != b.Account.Kept {
			t.Errorf("%s: areas %+v", month, m.Area)
		}
		account = account.Add(b.Account)
	}
	if account.Read != 22648 || account.Kept != 52 || account.Rejected != 0 {
		t.Errorf("account %+v, want 52 of 22,648 kept", account)
	}
}

func TestReadWestMidlands2011(t *testing.T) {
	opts := ingest.Options{Geography: england(t), Coverage: ingest.Coverage{
		LADs: map[string]bool{"E08000026": true}, Forces: map[string]bool{"E23000014": true}}}
	b, m := read(t, streetFile(t, "west-midlands", "2011-02"), opts)
	if want := (metrics.Account{Read: 25558, WithoutLocation: 25558}); b.Account != want {
		t.Errorf("account %+v, want %+v", b.Account, want)
	}
	if m.HasLSOA || m.Scheme != metrics.Scheme2010 || total(m, "E23000014", "Violent crime") != 3037 || total(m, "E23000014", "") != 25558 {
		t.Errorf("LSOA %v, scheme %d, %+v", m.HasLSOA, m.Scheme, m.Area)
	}
}

// Crime IDs repeat within a month, and every row counts all the same.
func TestReadCityOfLondon(t *testing.T) {
	g := england(t)
	files, err := filepath.Glob(filepath.Join(dataFolder(t), "police-uk", "street", "city-of-london", "*", "*-street.csv*"))
	if err != nil || len(files) != 45 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var account metrics.Account
	var repeated int64
	for _, path := range files {
		in := find(t, path)
		b, m := read(t, in, ingest.Options{Geography: g, Coverage: ingest.Coverage{All: true}})
		if m.ForceArea != "E23000034" {
			t.Errorf("%s: force area %q", in.Name, m.ForceArea)
		}
		account = account.Add(b.Account)
		repeated += repeats(t, content(t, path), g)
	}
	if account.Read != 28761 || account.Rejected != 0 {
		t.Errorf("account %+v, want 28,761 read and none rejected", account)
	}
	if account.Repeated != repeated || repeated == 0 {
		t.Errorf("%d repeat a Crime ID, want %d", account.Repeated, repeated)
	}
}

// repeats counts, the plain way, the rows in a known LSOA whose Crime ID stood before.
func repeats(t *testing.T, text []byte, g *metrics.Geography) int64 {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		if row[0] != "" && seen[row[0]] && g.LSOA[row[7]] != "" {
			n++
		}
		seen[row[0]] = true
	}
	return n
}

// Published files are cut into the fields that encoding/csv finds, and counted
// as a plain count of those does.
func TestReadAgreesWithCSV(t *testing.T) {
	g := england(t)
	files, err := filepath.Glob(filepath.Join(dataFolder(t), "police-uk", "street", "*", "*-0[12]", "*-street.csv*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		text := content(t, path)
		if diff := agreesWithCSV(t, text); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(rows[0]) != 12 {
			continue
		}
		want := map[store.OutcomeCount]int64{}
		for _, row := range rows[1:] {
			if lad := g.LSOA[strings.TrimSpace(row[7])]; lad != "" {
				want[store.OutcomeCount{Area: lad, Type: row[9], Outcome: row[10]}]++
			}
		}
		_, m := read(t, find(t, path), ingest.Options{Geography: g, Coverage: ingest.Coverage{All: true}})
		for _, o := range m.Outcome {
			if o.Area == m.ForceArea {
				continue
			}
			key := o
			key.Count = 0
			if want[key] != o.Count {
				t.Errorf("%s: %+v, want %d", path, o, want[key])
			}
			delete(want, key)
		}
		if len(want) > 0 {
			t.Errorf("%s: %d counts are missing", path, len(want))
		}
	}
}
