package deprivation_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"outcomes/ingest"
	"outcomes/ingest/deprivation"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// published gives the path of a published file, which the project does not hold.
func published(t testing.TB, path string) string {
	t.Helper()
	root := os.Getenv("OUTCOMES_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	path = filepath.Join(root, filepath.FromSlash(path))
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the published file is missing, set OUTCOMES_DATA to its folder: %v", err)
		}
		t.Skipf("the published file is missing, set OUTCOMES_DATA to its folder: %v", err)
	}
	return path
}

const (
	file1of2015 = "imd/2015/File_1_ID_2015_Index_of_Multiple_Deprivation.xlsx"
	file1of2019 = "imd/2019/File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx"
	file1of2025 = "imd/2025/File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx"
	file1asCSV  = "imd/2019/File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz"
	file2of2019 = "imd/2019/File_2_-_IoD2019_Domains_of_Deprivation.csv.gz"
	file10      = "imd/2019/File_10_-_IoD2019_Local_Authority_District_Summaries__lower-tier__.xlsx"
	warrington  = "imd/2019/File_7_-_All_IoD2019_Scores_Warrington_ONLY_127_rows.csv"
	ladsOf2025  = "imd/converted/imd2025_england_ltla24.csv.gz"
)

func readPublished(t testing.TB, path string, opts ingest.Options) []store.Release {
	t.Helper()
	in := find(t, published(t, path))
	if !deprivation.New().Knows(in) {
		t.Fatalf("%s is not known", in.Name)
	}
	releases, err := deprivation.New().Read(context.Background(), in, opts)
	if err != nil {
		t.Fatal(err)
	}
	return releases
}

// district is a district's LSOAs, those in the most deprived tenth, and its
// place by that share.
type district struct{ most, all, place int }

func districts(ranks []metrics.DeprivationRank) map[string]district {
	d := map[string]district{}
	for _, r := range ranks {
		x := d[r.LAD]
		x.all++
		if r.Rank <= len(ranks)/10 {
			x.most++
		}
		d[r.LAD] = x
	}
	for code, x := range d {
		x.place = 1
		for _, y := range d {
			if y.most*x.all > x.most*y.all {
				x.place++
			}
		}
		d[code] = x
	}
	return d
}

func TestPublishedFile1(t *testing.T) {
	tests := []struct {
		path     string
		edition  int
		lsoas    int
		lads     int
		coventry district
	}{
		{file1of2015, 2015, 32844, 326, district{36, 195, 46}},
		{file1of2019, 2019, 32844, 317, district{28, 195, 64}},
		{file1asCSV, 2019, 32844, 317, district{28, 195, 64}},
		{file1of2025, 2025, 33755, 296, district{36, 203, 48}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			start := time.Now()
			releases := readPublished(t, tt.path, ingest.Options{})
			t.Logf("read in %v", time.Since(start))
			if len(releases) != 1 {
				t.Fatalf("%d releases, want 1", len(releases))
			}
			r := releases[0]
			if want := fmt.Sprintf("IoD%d/imd", tt.edition); r.Release != want {
				t.Errorf("release %s, want %s", r.Release, want)
			}
			if want := (metrics.Account{Read: int64(tt.lsoas), Kept: int64(tt.lsoas)}); r.Account != want || len(r.Problems) != 0 {
				t.Errorf("account %+v with problems %v, want %+v", r.Account, r.Problems, want)
			}
			d := districts(ranksOf(r))
			if len(d) != tt.lads || d["E08000026"] != tt.coventry {
				t.Errorf("%d districts, Coventry %v; want %d, %v", len(d), d["E08000026"], tt.lads, tt.coventry)
			}
		})
	}
}

func TestPublishedXLSXAndCSVAreTheSameFacts(t *testing.T) {
	x := readPublished(t, file1of2019, ingest.Options{})[0]
	c := readPublished(t, file1asCSV, ingest.Options{})[0]
	i := slices.IndexFunc(readPublished(t, file2of2019, ingest.Options{}), func(r store.Release) bool { return r.Release == x.Release && r.FactsSHA == x.FactsSHA })
	if x.FactsSHA != c.FactsSHA || i < 0 {
		t.Errorf("digests of the facts: xlsx %s, csv %s, also in File 2: %v", x.FactsSHA, c.FactsSHA, i >= 0)
	}
	if x.Digest == c.Digest {
		t.Error("two files have one digest")
	}
}

func TestPublishedFile2(t *testing.T) {
	var names []string
	for _, r := range readPublished(t, file2of2019, ingest.Options{}) {
		names = append(names, strings.TrimPrefix(r.Release, "IoD2019/"))
		if r.Account.Kept != 32844 || r.Facts.(*store.DeprivationRanks).Domain != names[len(names)-1] {
			t.Errorf("%s: %+v", r.Release, r.Account)
		}
	}
	if want := []string{"imd", "income", "employment", "education", "health", "crime", "housing", "environment"}; !slices.Equal(names, want) {
		t.Errorf("releases %v, want %v", names, want)
	}
}

func TestPublishedExtractIsRefused(t *testing.T) {
	in := find(t, published(t, warrington))
	if !deprivation.New().Knows(in) {
		t.Fatal("File 7 is not known")
	}
	_, err := deprivation.New().Read(context.Background(), in, ingest.Options{})
	if !errors.Is(err, ingest.ErrExtract) || !strings.Contains(err.Error(), "holds the 127 LSOAs of one district, ranked up to ") {
		t.Errorf("error %v", err)
	}
}

func TestPublishedOthersAreNotKnown(t *testing.T) {
	for _, path := range []string{file10, ladsOf2025,
		"imd/2019/File_14_-_IoD2015_Recast_to_2019_Local_Authority_District__lower-tier__Boundaries.xlsx",
		"imd/2019/File_6_-_IoD2019_Population_Denominators.csv.gz", "imd/2019/File_6_-_IoD2019_Population_Denominators.xlsx",
		"imd/converted/imd2007_england_lsoa01.csv.gz", "imd/converted/imd2010_england_lsoa01.csv.gz", "imd/converted/imd2015_england_lsoa11.csv.gz",
		"imd/converted/imd2019_england_lsoa11.csv.gz", "imd/converted/imd2025_england_lsoa21.csv.gz",
		"imd/converted/traffordDataLab_IoD2015_lad.csv", "imd/SOURCES.md",
		"population/ukmidyearestimates20192020ladcodes.xlsx", "population/ukmidyearestimates20192020ladcodes__saved_2020-06-23.xls",
	} {
		in := find(t, published(t, path))
		if deprivation.New().Knows(in) {
			t.Errorf("%s is known", path)
		}
	}
}

// The shares and places computed from LSOA ranks are those that the publisher
// prints for every district (File 10).
func TestPublishedDistrictSummaries(t *testing.T) {
	compare := func(t *testing.T, computed map[string]district, printed map[string][2]string) {
		t.Helper()
		if len(computed) != len(printed) {
			t.Errorf("%d districts computed, %d printed", len(computed), len(printed))
		}
		for code, p := range printed {
			share, err := strconv.ParseFloat(p[0], 64)
			if err != nil {
				t.Fatal(err)
			}
			d := computed[code]
			if got := math.Round(float64(d.most)/float64(d.all)*1e4) / 1e4; math.Abs(got-share) > 1e-9 || strconv.Itoa(d.place) != p[1] {
				t.Errorf("%s: computed %.4f place %d, printed %s place %s", code, got, d.place, p[0], p[1])
			}
		}
	}
	t.Run("2019", func(t *testing.T) {
		book, err := table.Open(find(t, published(t, file10)))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		printed := map[string][2]string{}
		for row, err := range book.Rows("IMD") {
			if err != nil {
				t.Fatal(err)
			}
			if row.Number == 1 {
				if row.Cell(6) != "IMD - Proportion of LSOAs in most deprived 10% nationally" {
					t.Fatalf("the column is %q", row.Cell(6))
				}
				continue
			}
			printed[row.Cell(0)] = [2]string{row.Cell(6), row.Cell(7)}
		}
		if len(printed) != 317 {
			t.Fatalf("File 10 has %d districts", len(printed))
		}
		compare(t, districts(ranksOf(readPublished(t, file1of2019, ingest.Options{})[0])), printed)
	})
	t.Run("2025", func(t *testing.T) {
		rows := convertedRows(t, ladsOf2025)
		share := slices.Index(rows[0], "imd_proportion_of_lso_as_in_most_deprived_10_percent_nationally")
		place := slices.Index(rows[0], "imd_rank_of_proportion_of_lso_as_in_most_deprived_10_percent_nationally")
		printed := map[string][2]string{}
		for _, r := range rows[1:] {
			printed[r[0]] = [2]string{r[share], r[place]}
		}
		if len(printed) != 296 {
			t.Fatalf("the file has %d districts", len(printed))
		}
		compare(t, districts(ranksOf(readPublished(t, file1of2025, ingest.Options{})[0])), printed)
	})
}

func convertedRows(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(published(t, path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The tables converted by others hold every domain's rank of four editions. As
// tidy tables they are read, and where the publisher gave deciles these agree
// with ours in every domain.
func TestPublishedConvertedTables(t *testing.T) {
	for _, tt := range []struct {
		path    string
		edition int
		lsoas   int64
		header  string // of the published layout; "" for a tidy table
		imd     string // the published file that says the same
	}{
		{"imd/converted/imd2007_england_lsoa01.csv.gz", 2007, 32482, "", ""},
		{"imd/converted/imd2010_england_lsoa01.csv.gz", 2010, 32482, "", ""},
		{"imd/converted/imd2019_england_lsoa11.csv.gz", 2019, 32844, header2019, file1of2019},
		{"imd/converted/imd2025_england_lsoa21.csv.gz", 2025, 33755, header2025, file1of2025},
	} {
		rows := convertedRows(t, tt.path)
		for i, h := range rows[0] {
			name, ok := strings.CutSuffix(h, "_rank")
			if !ok {
				continue
			}
			t.Run(fmt.Sprint(tt.edition, " ", name), func(t *testing.T) {
				var b strings.Builder
				if tt.header == "" {
					b.WriteString("lsoa_code,rank\n")
					for _, r := range rows[1:] {
						fmt.Fprintf(&b, "%s,%s\n", r[0], r[i])
					}
				} else {
					decile := slices.Index(rows[0], name+"_decile")
					b.WriteString(tt.header + ",IMD Rank,IMD Decile\n")
					for _, r := range rows[1:] {
						fmt.Fprintf(&b, "%s,,E08000026,,%s,%s\n", r[0], r[i], r[decile])
					}
				}
				in := write(t, "ranks.csv", b.String())
				if !deprivation.New().Knows(in) {
					t.Fatal("the table is not known")
				}
				releases, err := deprivation.New().Read(context.Background(), in, ingest.Options{Edition: tt.edition})
				if err != nil {
					t.Fatal(err)
				}
				r := releases[0]
				if want := fmt.Sprintf("IoD%d/imd", tt.edition); r.Release != want || r.Account.Kept != tt.lsoas || len(r.Problems) != 0 {
					t.Errorf("%s: %+v, %v; want %s of %d", r.Release, r.Account, r.Problems, want, tt.lsoas)
				}
				if name != "IMD" || tt.imd == "" {
					return
				}
				for i, p := range ranksOf(readPublished(t, tt.imd, ingest.Options{})[0]) {
					if got := ranksOf(r)[i]; got.LSOA != p.LSOA || got.Rank != p.Rank {
						t.Fatalf("%+v, published %+v", got, p)
					}
				}
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, path := range []string{file1of2019, file1asCSV, file2of2019} {
		b.Run(filepath.Base(path), func(b *testing.B) {
			in := find(b, published(b, path))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := deprivation.New().Read(context.Background(), in, ingest.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
