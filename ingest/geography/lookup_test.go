package geography

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outcomes/ingest"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// published gives a file of the published data, which is not part of the
// project: its folder is named by OUTCOMES_DATA or lies beside the project's.
func published(t *testing.T, path string) ingest.Input {
	t.Helper()
	dir := os.Getenv("OUTCOMES_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	file := filepath.Join(dir, filepath.FromSlash(path))
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the published data are not here, and CI must have them: %v", err)
		}
		t.Skipf("needs the published data: set OUTCOMES_DATA to their folder (%v)", err)
	}
	return input(t, file)
}

func input(t *testing.T, file string) ingest.Input {
	t.Helper()
	a, err := ingest.Find([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a.Inputs[0]
}

// written gives a file with this content; a name ending in .gz has it gzipped.
func written(t testing.TB, name, content string) ingest.Input {
	t.Helper()
	b := []byte(content)
	if strings.HasSuffix(name, ".gz") {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		w.Write(b)
		w.Close()
		b = z.Bytes()
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := ingest.Find([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	return a.Inputs[0]
}

func read(t *testing.T, in ingest.Input) (store.Release, *store.Lookup) {
	t.Helper()
	if !NewLookups().Knows(in) {
		t.Fatalf("%s is not known", in.Name)
	}
	releases, err := NewLookups().Read(context.Background(), in, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(releases) != 1 {
		t.Fatalf("%d releases, want 1", len(releases))
	}
	r := releases[0]
	a := r.Account
	if a.Read != a.Kept+a.WithoutLocation+a.Outside+a.Rejected {
		t.Errorf("the account does not add up: %+v", a)
	}
	return r, r.Facts.(*store.Lookup)
}

func TestPublishedLSOA2011To2021(t *testing.T) {
	r, l := read(t, published(t, "lookups/LSOA_(2011)_to_LSOA_(2021)_to_Local_Authority_District_(2022)_Exact_Fit_Lookup_for_EW_(V3).csv.gz"))
	if r.Release != "lookup/lsoa2011-lsoa2021-lad2022" || r.Period != "2022" {
		t.Errorf("release %q of %q", r.Release, r.Period)
	}
	if r.Account.Read != 35_796 || r.Account.Kept != 35_796 {
		t.Errorf("account %+v, want 35,796 rows, all kept", r.Account)
	}
	vintage := map[int]int{}
	coventry := map[int]int{}
	in := map[string]string{}
	for _, row := range l.LSOAs {
		vintage[row.Vintage]++
		if row.LAD == "E08000026" {
			coventry[row.Vintage]++
		}
		if row.LADYear != 2022 || row.Name == "" || row.LADName == "" {
			t.Fatalf("%+v lacks a name or its year", row)
		}
		in[fmt.Sprintf("%d %s", row.Vintage, row.Code)] = row.LAD
	}
	if vintage[2011] != 34_753 || vintage[2021] != 35_672 {
		t.Errorf("LSOAs by census %v, want 34,753 of 2011 and 35,672 of 2021", vintage)
	}
	if coventry[2011] != 195 || coventry[2021] != 203 {
		t.Errorf("Coventry's LSOAs %v, want 195 and 203", coventry)
	}
	change, here, split := map[string]int{}, map[string]int{}, map[string]int{}
	for _, c := range l.Changes {
		change[c.Change]++
		if in["2011 "+c.From] == "E08000026" {
			here[c.Change]++
			if c.Change == "S" {
				split[c.From]++
			}
		}
	}
	if got, want := fmt.Sprint(change), "map[M:239 S:1900 U:33647 X:10]"; got != want {
		t.Errorf("changes %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(here), "map[S:16 U:187]"; got != want || len(split) != 8 {
		t.Errorf("Coventry's changes %s in %d splits, want %s in 8", got, len(split), want)
	}
	// Cut up between two districts: each stays with the district of its name.
	for lsoa, lad := range map[string]string{"E01008187": "E08000037", "E01027506": "E06000057", "E01023508": "E07000242", "E01023964": "E07000241"} {
		if got := in["2011 "+lsoa]; got != lad {
			t.Errorf("%s lies in %s, want %s", lsoa, got, lad)
		}
	}
	if len(r.Problems) != 4 {
		t.Errorf("%d problems, want the 4 LSOAs in two districts: %v", len(r.Problems), r.Problems)
	}
	if in["2011 W01000001"] == "" {
		t.Error("Wales is not there")
	}
	if r.Batch.Facts != int64(len(l.LSOAs)+len(l.Changes)) || len(r.FactsSHA) != 64 || !strings.HasPrefix(r.Digest, "sha256:") {
		t.Errorf("batch %d facts, digests %q and %q", r.Batch.Facts, r.FactsSHA, r.Digest)
	}
}

func TestPublishedLookups(t *testing.T) {
	for _, c := range []struct {
		file, release, period     string
		read                      int64
		lsoas, changes, wards     int
		successors, forces, wrong int
	}{
		{"LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024)_Best_Fit_Lookup_in_EW.csv.gz", "lookup/lsoa2021-ward2024-lad2024", "2024", 35_672, 35_672, 0, 35_672, 0, 0, 0},
		{"drkane_la_all_codes.csv", "lookup/lad-successors", "", 415, 0, 0, 0, 50, 0, 0},
		{"converted/lookup_lsoa01_lsoa11.csv.gz", "lookup/lsoa2001-lsoa2011", "2011", 34_917, 34_374 + 34_753, 34_917, 0, 0, 0, 0},
		{"converted/lookup_lsoa11_lsoa21_ltla22.csv.gz", "lookup/lsoa2011-lsoa2021-lad2022", "2022", 35_795, 34_753 + 35_672, 35_795, 0, 0, 0, 3},
		{"converted/lookup_lsoa11_ltla19.csv.gz", "lookup/lsoa2011-lad2019", "2019", 34_753, 34_753, 0, 0, 0, 0, 0},
		{"converted/lookup_lsoa11_ltla21.csv.gz", "lookup/lsoa2011-lad2021", "2021", 34_753, 34_753, 0, 0, 0, 0, 0},
		{"converted/lookup_lsoa21_ward24_ltla24.csv.gz", "lookup/lsoa2021-ward2024-lad2024", "2024", 35_672, 35_672, 0, 35_672, 0, 0, 0},
		{"converted/lookup_ltla24_csp24_pfa24.csv.gz", "lookup/lad-csp-force-2024", "2024", 332, 0, 0, 0, 0, 318, 14},
	} {
		t.Run(c.file, func(t *testing.T) {
			r, l := read(t, published(t, "lookups/"+c.file))
			if r.Release != c.release || r.Period != c.period || r.Account.Read != c.read || r.Account.Rejected != 0 || len(r.Problems) != c.wrong {
				t.Errorf("%q of %q, %+v, %d problems, want %q of %q, %d read, %d problems", r.Release, r.Period, r.Account, len(r.Problems), c.release, c.period, c.read, c.wrong)
			}
			got := []int{len(l.LSOAs), len(l.Changes), len(l.Wards), len(l.Successors), len(l.Forces)}
			if want := []int{c.lsoas, c.changes, c.wards, c.successors, c.forces}; fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("LSOAs, changes, wards, successors, forces %v, want %v", got, want)
			}
			for _, f := range l.Forces {
				if f.LAD == "E08000026" && (f.Force != "E23000014" || f.CSP != "E22000336" || f.ForceName != "West Midlands") {
					t.Errorf("Coventry: %+v", f)
				}
			}
			for _, s := range l.Successors {
				if s.Code == "E08000019" && (s.Active != "E08000039" || s.Name != "Sheffield") {
					t.Errorf("Sheffield: %+v", s)
				}
			}
		})
	}
}

// The published file and the converted one say the same of wards: one digest.
func TestSameFactsSameDigest(t *testing.T) {
	a, _ := read(t, published(t, "lookups/LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024)_Best_Fit_Lookup_in_EW.csv.gz"))
	b, _ := read(t, published(t, "lookups/converted/lookup_lsoa21_ward24_ltla24.csv.gz"))
	if a.FactsSHA != b.FactsSHA {
		t.Error("two files that say the same have two digests")
	}
}

func TestNotKnown(t *testing.T) {
	for _, path := range []string{
		"lookups/drkane_area_all_codes.csv", "lookups/SOURCES.md",
		"lookups/converted/lookup_lsoa11_ward17.csv.gz", "lookups/converted/lookup_ward21_ltla21.csv.gz",
		"population/TS001_usual_residents_LSOA2021.csv", "population/converted/population19_lsoa11.csv.gz",
		"imd/converted/imd2019_england_lsoa11.csv.gz", "imd/2019/File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz",
		"imd/2019/File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx",
		"boundaries/drkane_lsoa11_E08000026.geojson",
	} {
		if NewLookups().Knows(published(t, path)) {
			t.Errorf("%s is taken for a lookup", path)
		}
	}
}

const head = "LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,CHGIND,LAD22CD,LAD22NM\n"

func TestLayoutsAreTolerant(t *testing.T) {
	for name, content := range map[string]string{
		"as published":          "\ufeff" + head + "E01000001,A 001A,E01000001,A 001A,U,E06000001,A\n",
		"CRLF, case and blanks": "lsoa11cd , LSOA11NM,Lsoa21CD ,LSOA21NM,chgind, lad22cd,LAD22NM \r\n E01000001 ,A 001A,E01000001,A 001A,u,E06000001,A\r\n",
		"quoted after the mark": "\ufeff\"lsoa11_code\",\"ltla19_code\"\r\n\"E01000001\",\"E06000001\"\r\n,\r\n",
		"other order":           "LAD19CD, LSOA11CD ,Extra\nE06000001,E01000001,x\n",
		"name with a comma":     "LSOA11CD,LSOA11NM,LAD19CD,LAD19NM\nE01000001,\"Kingston \"\"upon\"\", Hull 001A\",E06000001,\"Herefordshire, County of\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			r, l := read(t, written(t, "lookup.csv", content))
			if r.Account.Kept != 1 || l.LSOAs[0].Code != "E01000001" || l.LSOAs[0].LAD != "E06000001" {
				t.Errorf("%+v %+v", r.Account, l)
			}
		})
	}
}

func TestBadRowsAreProblems(t *testing.T) {
	var b strings.Builder
	b.WriteString(head)
	for i := range 400 {
		fmt.Fprintf(&b, "E01%06d,A 001A,E01%06d,A 001A,U,E06000001,A\n", i, i)
	}
	b.WriteString("E0100001,A 001A,E01000900,A 001A,U,E06000001,A\n") // line 402
	b.WriteString("E01000001,A 001A,E01000001,A 001A,U,E06000002,B\n")
	b.WriteString("E01000901,A 001A,E01000901,A 001A,Q,E06000001,A\n")
	b.WriteString("E01000001,A 001A,E01000001,A 001A,U,E06000001,A\n") // the same again says nothing new
	r, l := read(t, written(t, "lookup.csv", b.String()))
	if r.Account.Read != 404 || r.Account.Rejected != 3 || len(l.LSOAs) != 800 || len(l.Changes) != 400 {
		t.Errorf("%+v, %d LSOAs, %d changes", r.Account, len(l.LSOAs), len(l.Changes))
	}
	want := []metrics.Problem{
		{File: "lookup.csv", Row: 402, Column: "LSOA11CD", Rule: "lsoa_code", Rejects: true, Message: `"E0100001" is not the code of an LSOA of England or Wales, such as E01009522`},
		{File: "lookup.csv", Row: 403, Column: "LAD22CD", Rule: "contradiction", Rejects: true, Message: "E01000001 lies in district E06000002 here and in E06000001 in a row before"},
		{File: "lookup.csv", Row: 404, Column: "CHGIND", Rule: "change", Rejects: true, Message: `"Q" is not a change: U unchanged, S split, M merged or X otherwise`},
	}
	if fmt.Sprint(r.Problems) != fmt.Sprint(want) {
		t.Errorf("problems\n%v\nwant\n%v", r.Problems, want)
	}
}

func TestContradictions(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"forces":     {"LAD24CD,CSP24CD,PFA24CD\nE08000026,E22000336,E23000014\nE08000026,E22000336,E23000017\n", "lies in force area E23000017 here and in E23000014"},
		"successors": {"LADCD,LADCD_ACTIVE\nE08000019,E08000039\nE08000019,E08000038\n", "became E08000038 here and E08000039"},
		"wards":      {"LSOA21CD,WD24CD,LAD24CD\nE01000001,E05000001,E06000001\nE01000001,E05000002,E06000001\n", "fits ward E05000002 here and E05000001"},
		"changes":    {head + "E01000001,A,E01000001,A,U,E06000001,A\nE01000001,A,E01000001,A,S,E06000001,A\n", "is S here and U in a row before"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewLookups().Read(context.Background(), written(t, "lookup.csv", c.content), ingest.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestScotlandIsOutside(t *testing.T) {
	r, l := read(t, written(t, "codes.csv", "LADCD,LADNM,LADCD_ACTIVE,LADNM_ACTIVE\nS12000015,Fife,S12000047,Fife\nE08000019,Sheffield,E08000039,Sheffield\n"))
	if r.Account.Outside != 1 || r.Account.Kept != 1 || len(l.Successors) != 1 {
		t.Errorf("%+v %+v", r.Account, l)
	}
}

func TestErrors(t *testing.T) {
	ons := "LSOA_(2011)_to_LSOA_(2021)_to_Local_Authority_District_(2022)_Exact_Fit_Lookup_for_EW_(V3).csv"
	for name, c := range map[string]struct{ file, content, want string }{
		"missing LSOA 2021":   {"a.csv", "LSOA11CD,CHGIND,LAD22CD\nE01000001,U,E06000001\n", "row 1: a column is missing: there is no LSOA21CD"},
		"missing change":      {"a.csv", "LSOA11CD,LSOA21CD,LAD22CD\nE01000001,E01000001,E06000001\n", "there is no CHGIND"},
		"missing district":    {"a.csv", "CSP24CD,PFA24CD\nE22000336,E23000014\n", "there is no LAD24CD"},
		"missing old code":    {"a.csv", "LADNM,LADCD_ACTIVE\nA,E08000039\n", "there is no LADCD"},
		"another table":       {ons, "a,b,c\n1,2,3\n", `its columns are "a", "b", "c"`},
		"a web page":          {ons, "<!DOCTYPE html><p>moved", "is a web page"},
		"an old workbook":     {ons, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "old .xls"},
		"no rows":             {"a.csv", head, "has a header and no rows"},
		"cut short":           {"a.csv", head + strings.Repeat("E01000001,A,E01000001,A,U,E06000001,A\n", 500) + "E01000002,A", "ends in the middle of a row"},
		"quotation mark":      {"a.csv", head + "E01000001,\"A,E01000001,A,U,E06000001,A\n", "quotation mark"},
		"not UTF-8":           {"a.csv", head + "W01000001,Ynys M\xf4n 001A,W01000001,A,U,W06000001,A\n", "not UTF-8"},
		"too many bad rows":   {"a.csv", head + strings.Repeat("E01000001,A,E01000001,A,U,E06000001,A\n", 10) + "x,A,E01000001,A,U,E06000001,A\n", `1 of 11 rows cannot be used, more than 1 in 100, so nothing of the file is kept. The first is line 12, column LSOA11CD: "x" is not`},
		"unquoted commas":     {"a.csv", head + "E01000001,A, B,E01000001,A,U,E06000001,A\n", "the row has 8 cells where the header has 7"},
		"the force of no one": {"a.csv", "LAD24CD,PFA24CD\nE08000026,E12000005\n", `"E12000005" is not the code of a police force area`},
	} {
		t.Run(name, func(t *testing.T) {
			in := written(t, c.file, c.content)
			if !NewLookups().Knows(in) {
				t.Error("not known")
			}
			_, err := NewLookups().Read(context.Background(), in, ingest.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file) || metrics.KindOf(err) != metrics.Invalid {
				t.Errorf("error %v, want one with %q that names the file", err, c.want)
			}
		})
	}
}

func TestTruncatedGzip(t *testing.T) {
	in := written(t, "LSOA_(2011)_to_LSOA_(2021)_Lookup.csv.gz", head+strings.Repeat("E01000001,A,E01000001,A,U,E06000001,A\n", 500))
	file := in.Path
	b, _ := os.ReadFile(file)
	os.WriteFile(file, b[:len(b)-9], 0o600)
	in = input(t, file)
	_, err := NewLookups().Read(context.Background(), in, ingest.Options{})
	if err == nil || !strings.Contains(err.Error(), "cut short") || !strings.Contains(err.Error(), "fetch it again") {
		t.Errorf("error %v", err)
	}
}

func FuzzLookup(f *testing.F) {
	f.Add(head + "E01000001,A,E01000001,A,U,E06000001,A\n")
	f.Add("LAD24CD,CSP24CD,PFA24CD\nE08000026,E22000336,E23000014\n")
	f.Add("LADCD,LADCD_ACTIVE\nE08000019,E08000039\n")
	f.Add("LSOA21CD,WD24CD,LAD24CD\nE01000001,E05000001,E06000001\n,,")
	f.Add("lsoa11_code,LSOA21_CODE,change_code,\nE01000001")
	f.Fuzz(func(t *testing.T, content string) {
		if content == "" {
			return
		}
		in := written(t, "lookup.csv", content)
		known := NewLookups().Knows(in)
		releases, err := NewLookups().Read(context.Background(), in, ingest.Options{})
		if err == nil {
			a := releases[0].Account
			if !known || a.Read != a.Kept+a.Outside+a.Rejected || a.Read == 0 {
				t.Errorf("known %v, account %+v", known, a)
			}
		} else if metrics.KindOf(err) == metrics.Internal {
			t.Errorf("an error that is not for people: %v", err)
		}
	})
}
