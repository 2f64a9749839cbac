package deprivation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/ingest"
	"outcomes/ingest/deprivation"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// find gives one file as the runner would.
func find(t testing.TB, path string) ingest.Input {
	t.Helper()
	a, err := ingest.Find([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a.Inputs[0]
}

// write makes a file and finds it.
func write(t testing.TB, name, content string) ingest.Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return find(t, path)
}

// sample makes a file beside the marker of invented data, so that it may have
// fewer LSOAs than a published edition.
func sample(t testing.TB, name, content string) ingest.Input {
	t.Helper()
	dir := t.TempDir()
	for file, text := range map[string]string{ingest.SampleMarker: "invented", name: content} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return find(t, filepath.Join(dir, name))
}

const (
	header2015 = "LSOA code (2011),LSOA name (2011),Local Authority District code (2013),Local Authority District name (2013)"
	header2019 = "LSOA code (2011),LSOA name (2011),Local Authority District code (2019),Local Authority District name (2019)"
	header2025 = "LSOA code (2021),LSOA name (2021),Local Authority District code (2024),Local Authority District name (2024)"
	imdRank    = "Index of Multiple Deprivation (IMD) Rank"
	imdDecile  = "Index of Multiple Deprivation (IMD) Decile"
)

// rows are n rows of File 1's layout, ranks in order; the first tenth is in decile 1.
func rows(n int) []string {
	out := make([]string, n)
	for i := range out {
		decile := 2
		if i < n/10 {
			decile = 1
		}
		out[i] = fmt.Sprintf("E01%06d,Place %d,E08000026,Coventry,%d,%d", i+1, i+1, i+1, decile)
	}
	return out
}

func file(header string, rows []string) string {
	return header + "\n" + strings.Join(rows, "\n") + "\n"
}

func TestReadCSV(t *testing.T) {
	body := rows(200)
	slices.Reverse(body)
	body[0] = `E01000200,Place 200,E08000026," Coventry  ","000,200",2` + "\r"
	in := sample(t, "imd.csv", "\ufeff"+file(header2019+","+imdRank+" (where 1 is most deprived) ,"+imdDecile+" (where 1 is most deprived 10% of LSO", append(body, ",,,,,", "")))
	if !deprivation.New().Knows(in) {
		t.Fatal("the file is not known")
	}
	var progress int
	releases, err := deprivation.New().Read(context.Background(), in, ingest.Options{Progress: func(n int) { progress += n }})
	if err != nil {
		t.Fatal(err)
	}
	if len(releases) != 1 {
		t.Fatalf("%d releases, want 1", len(releases))
	}
	r := releases[0]
	if r.Source != metrics.DeprivationSource || r.Release != "IoD2019/imd" || r.Period != "IoD2019" || r.File != "imd.csv" || !r.Sample ||
		r.Size != in.Size || !strings.HasPrefix(r.Digest, "sha256:") || r.Batch.Facts != 200 || len(r.FactsSHA) != 64 || progress != int(in.Size) {
		t.Errorf("batch %+v", r.Batch)
	}
	if want := (metrics.Account{Read: 200, Kept: 200}); r.Account != want {
		t.Errorf("account %+v, want %+v", r.Account, want)
	}
	facts := r.Facts.(*store.DeprivationRanks)
	last := metrics.DeprivationRank{LSOA: "E01000200", LAD: "E08000026", LADName: "Coventry", Rank: 200}
	if facts.Edition != 2019 || facts.Domain != "imd" || len(facts.Ranks) != 200 || facts.Ranks[0].LSOA != "E01000001" || facts.Ranks[199] != last {
		t.Errorf("edition %d, domain %s, last %+v", facts.Edition, facts.Domain, facts.Ranks[199])
	}
}

// workbook makes an .xlsx whose second sheet has the lines, comma separated.
func workbook(t testing.TB, sheet string, lines []string) string {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(x.SetSheetName("Sheet1", "Notes"))
	must(x.SetCellStr("Notes", "B7", "LSOA code and rank are on the next sheet"))
	_, err := x.NewSheet(sheet)
	must(err)
	for i, line := range lines {
		for j, text := range strings.Split(line, ",") {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			must(err)
			if n := 0; i > 0 {
				if _, err := fmt.Sscanf(text, "%d", &n); err == nil && fmt.Sprint(n) == text {
					must(x.SetCellInt(sheet, cell, int64(n)))
					continue
				}
			}
			must(x.SetCellStr(sheet, cell, text))
		}
	}
	var b bytes.Buffer
	must(x.Write(&b))
	return b.String()
}

func TestReadWorkbook(t *testing.T) {
	lines := append([]string{header2019 + "," + imdRank + "," + imdDecile}, rows(100)...)
	asCSV, err := deprivation.New().Read(context.Background(), sample(t, "imd.csv", strings.Join(lines, "\n")), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ranks.xlsx", "a workbook named.csv"} {
		in := sample(t, name, workbook(t, "IMD2019", lines))
		if !deprivation.New().Knows(in) {
			t.Fatalf("%s is not known", name)
		}
		releases, err := deprivation.New().Read(context.Background(), in, ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if releases[0].FactsSHA != asCSV[0].FactsSHA {
			t.Errorf("%s: other facts than in the CSV", name)
		}
	}
}

// File 7: every domain, the scores and sub-domains passed over.
func TestReadAllDomains(t *testing.T) {
	names := []string{"Index of Multiple Deprivation (IMD)", "Income", "Employment", "Education, Skills and Training", "Health Deprivation and Disability", "Crime",
		"Barriers to Housing and Services", "Living Environment", "Income Deprivation Affecting Children Index (IDACI)", "Income Deprivation Affecting Older People (IDAOPI)",
		"Children and Young People Sub-domain", "Outdoors Sub-domain"}
	header := header2025
	for _, n := range names {
		header += fmt.Sprintf(`,"%s Score (rate)","%s Rank (where 1 is most deprived)","%s Decile (where 1 is most deprived 10%% of LSOAs)"`, n, n, n)
	}
	var body []string
	for i := range 50 {
		row := fmt.Sprintf("E01%06d,Place,E06000001,Hartlepool", i+1)
		for d := range names {
			rank := (i+d)%50 + 1
			row += fmt.Sprintf(",0.5,%d,%d", rank, (rank-1)/5+1)
		}
		body = append(body, row)
	}
	releases, err := deprivation.New().Read(context.Background(), sample(t, "all.csv", file(header, body)), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"imd", "income", "employment", "education", "health", "crime", "housing", "environment", "idaci", "idaopi"}
	if len(releases) != len(want) {
		t.Fatalf("%d releases, want %d", len(releases), len(want))
	}
	for d, r := range releases {
		facts := r.Facts.(*store.DeprivationRanks)
		if r.Release != "IoD2025/"+want[d] || facts.Domain != want[d] || facts.Ranks[0].Rank != d+1 {
			t.Errorf("release %d: %s, first rank %d; want %s, %d", d, r.Release, facts.Ranks[0].Rank, want[d], d+1)
		}
	}
}

func TestReadTidy(t *testing.T) {
	in := sample(t, "old ranks.csv", "lsoa_code,rank,lad_code,lad_name,domain\nE01000001,1,00CQ,Coventry,IMD\nE01000002,2,00CQ,Coventry,imd\n"+
		"E01000001,2,00CQ,Coventry,income\nE01000002,1,,,Income\nE01000003,3,,,income\n")
	if !deprivation.New().Knows(in) {
		t.Fatal("the file is not known")
	}
	if _, err := deprivation.New().Read(context.Background(), in, ingest.Options{}); err == nil || !strings.Contains(err.Error(), "--edition 2010") {
		t.Errorf("without an edition: %v", err)
	}
	releases, err := deprivation.New().Read(context.Background(), in, ingest.Options{Edition: 2010})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range releases {
		got = append(got, fmt.Sprint(r.Release, " ", r.Account.Read, " ", ranksOf(r)))
	}
	want := []string{"IoD2010/imd 2 [{E01000001 00CQ Coventry 1} {E01000002 00CQ Coventry 2}]",
		"IoD2010/income 3 [{E01000001 00CQ Coventry 2} {E01000002   1} {E01000003   3}]"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func ranksOf(r store.Release) []metrics.DeprivationRank {
	return r.Facts.(*store.DeprivationRanks).Ranks
}

// A bad row in a hundred and more is a problem, not the end.
func TestRejectedRows(t *testing.T) {
	tests := []struct {
		name   string
		row    string // in place of the last of 200
		rule   string
		column string
		says   string
	}{
		{"a code of Wales", "W01000001,Place,W06000001,Anglesey,200,2", "lsoa_code", "LSOA code (2011)", "not an LSOA of England"},
		{"a wrong code", "E0100001,Place,E08000026,Coventry,200,2", "lsoa_code", "LSOA code (2011)", `"E0100001" is not an LSOA code`},
		{"no code", ",Place,E08000026,Coventry,200,2", "lsoa_code", "LSOA code (2011)", "there is no LSOA code"},
		{"a county", "E01000200,Place,E10000031,Warwickshire,200,2", "lad_code", "Local Authority District code (2019)", `"E10000031"`},
		{"no rank", "E01000200,Place,E08000026,Coventry,,2", "rank", imdRank, "there is no rank"},
		{"rank 0", "E01000200,Place,E08000026,Coventry,0,2", "rank", imdRank, "0 is not a rank"},
		{"a broken rank", "E01000200,Place,E08000026,Coventry,20.5,2", "rank", imdRank, `"20.5" is not a whole number`},
		{"an error of the spreadsheet", "E01000200,Place,E08000026,Coventry,#N/A,2", "rank", imdRank, `"#N/A"`},
		{"a huge rank", "E01000200,Place,E08000026,Coventry,9999999999,2", "rank", imdRank, "is not a rank"},
		{"a short row", "E01000200", "lad_code", "Local Authority District code (2019)", `""`},
		{"twice", "E01000001,Place,E08000026,Coventry,200,2", "lsoa_repeated", "LSOA code (2011)", "stood in row 2 before"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := rows(200)
			body[199] = tt.row
			if tt.rule == "lsoa_repeated" {
				body = append(body, body[199])
				body[199] = rows(200)[199]
			}
			in := sample(t, "imd.csv", file(header2019+","+imdRank+","+imdDecile, body))
			releases, err := deprivation.New().Read(context.Background(), in, ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			r := releases[0]
			if r.Account.Rejected != 1 || r.Account.Read != r.Account.Kept+1 || len(r.Problems) != 1 {
				t.Fatalf("account %+v, problems %v", r.Account, r.Problems)
			}
			p := r.Problems[0]
			if p.File != "imd.csv" || p.Row != len(body)+1 || p.Rule != tt.rule || p.Column != tt.column || !p.Rejects || !strings.Contains(p.Message, tt.says) {
				t.Errorf("problem %+v", p)
			}
		})
	}
	t.Run("a wrong decile", func(t *testing.T) {
		body := rows(200)
		body[199] = "E01000200,Place,E08000026,Coventry,200,11"
		releases, err := deprivation.New().Read(context.Background(), sample(t, "imd.csv", file(header2019+","+imdRank+","+imdDecile, body)), ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r := releases[0]; r.Account.Kept != 200 || len(r.Problems) != 1 || r.Problems[0].Rejects {
			t.Errorf("account %+v, problems %v", r.Account, r.Problems)
		}
	})
}

func TestRefusedFiles(t *testing.T) {
	full := header2019 + "," + imdRank + "," + imdDecile
	replaced := func(i int, row string) []string {
		body := rows(200)
		body[i] = row
		return body
	}
	plain := func(t testing.TB, name, content string) ingest.Input { return write(t, name, content) }
	tests := []struct {
		name    string
		make    func(t testing.TB, name, content string) ingest.Input
		file    string
		content string
		edition int
		want    []string
	}{
		{"old workbook", plain, "File_1_IMD.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, []string{"File_1_IMD.xlsx is an old .xls workbook"}},
		{"web page", plain, "File_1_IMD.csv", "<html>", 0, []string{"is a web page"}},
		{"cut workbook", plain, "File_1_IMD.xlsx", workbook(t, "IMD2019", []string{full})[:3000], 0, []string{"is not a whole .xlsx workbook"}},
		{"other content", plain, "File_1_IMD.csv", "area,rank\nx,1\n", 0, []string{"File_1_IMD.csv, row 1", `there is no column "LSOA code"`, `"area", "rank"`}},
		{"no rank", plain, "File_1_IMD.csv", header2019 + "\nE01000001,a,E08000026,b\n", 0, []string{"row 1", `"Index of Multiple Deprivation (IMD) Rank"`, `the columns are "LSOA code (2011)"`}},
		{"no rank on a sheet", plain, "File_1.xlsx", workbook(t, "IMD2019", []string{header2019, "x"}), 0, []string{`File_1.xlsx, sheet "IMD2019", row 1: there is no column`}},
		{"no district", plain, "File_1.csv", "LSOA code (2011)," + imdRank + "\nE01000001,1\n", 0, []string{`there is no column "Local Authority District code"`}},
		{"no district name", plain, "File_1.csv", "LSOA code (2011),Local Authority District code (2019)," + imdRank + "\nE01000001,E08000026,1\n", 0, []string{`"Local Authority District name"`}},
		{"a domain twice", plain, "File_1.csv", header2019 + ",Crime Rank,Crime Rank (where 1 is most deprived)\n", 0, []string{`"Crime Rank" and "Crime Rank (where 1 is most deprived)" both hold`}},
		{"tidy without rank", plain, "File_1.csv", "lsoa_code,score\nE01000001,1\n", 2010, []string{`there is no column "rank"`}},
		{"tidy with an unknown domain", plain, "x.csv", "lsoa_code,rank,domain\nE01000001,1,incme\n", 2010, []string{`row 2, column "domain": "incme" is not a domain`}},
		{"header only", plain, "File_1.csv", full + "\n", 0, []string{"no rows under it"}},
		{"broken quotes", plain, "File_1.csv", full + "\nE01000001,\"a,E08000026,b,1,1\n", 0, []string{"row 2 is not CSV"}},

		{"no edition", plain, "imd.csv", file(strings.NewReplacer(" (2011)", "", " (2019)", "").Replace(full), rows(200)), 0, []string{"does not say of which edition", "--edition"}},
		{"header against --edition", sample, "imd.csv", file(full, rows(200)), 2015, []string{"2015 by --edition", "2019 by its headers (LSOA codes of 2011, district codes of 2019)"}},
		{"header against name", sample, "File_1_ID_2015_x.csv", file(full, rows(200)), 0, []string{"2019 by its headers", "2015 by its name"}},
		{"header against sheet", sample, "File_1.xlsx", workbook(t, "IMD 2015", append([]string{full}, rows(200)...)), 0, []string{"2015 by its sheet's name"}},
		{"tidy's name against --edition", plain, "IoD2019.csv", "lsoa_code,rank\nE01000001,1\n", 2010, []string{"2010 by --edition but 2019 by its name"}},
		{"LSOAs of another census", sample, "imd.csv", file(strings.ReplaceAll(full, "(2019)", "(2020)"), rows(200)), 2025, []string{"ranks the LSOAs of 2021", "those of 2011"}},
		{"not a year", plain, "imd.csv", file(full, rows(200)), 19, []string{"cannot be of the edition 19"}},

		{"too many bad", sample, "imd.csv", file(full, append(rows(200), "x", "y", "z")), 0, []string{`imd.csv, row 202, column "LSOA code (2011)"`, "3 of 203 rows cannot be used"}},
		{"extract", sample, "imd.csv", file(full, rows(200)[100:]), 0, []string{"holds the 100 LSOAs of one district, ranked up to 200: it is an extract of the edition"}},
		{"extract with the end missing", plain, "imd.csv", file(full, rows(200)), 0, []string{"holds 200 of the 32,844 LSOAs of the edition of 2019"}},
		{"too many for the edition", plain, "imd.csv", file(header2019+","+imdRank, rows(32845)), 0, []string{"holds 32,845 LSOAs, but the edition of 2019 ranks 32,844"}},
		{"smallest rank missing", sample, "imd.csv", file(full, replaced(0, "E01000001,Place,E08000026,Coventry,2,1")), 0, []string{"its smallest rank is 2, not 1"}},
		{"deciles for ranks", sample, "imd.csv", file(full, func() (body []string) {
			for i := range 200 {
				body = append(body, fmt.Sprintf("E01%06d,Place,E08000026,Coventry,%d,%d", i, i/20+1, i/20+1))
			}
			return body
		}()), 0, []string{"its 200 LSOAs are ranked up to 10 only"}},
		{"decile against rank", sample, "imd.csv", file(full, replaced(20, "E01000021,Place,E08000026,Coventry,21,1")), 0, []string{`row 22, column "` + imdDecile + `"`, "the decile is 1 but the rank 21", "decile 1 is rank 1 to 20"}},
		{"rank against decile", sample, "imd.csv", file(full, replaced(19, "E01000020,Place,E08000026,Coventry,20,2")), 0, []string{"row 21", "the decile is 2 but the rank 20"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := tt.make(t, tt.file, tt.content)
			if !deprivation.New().Knows(in) {
				t.Error("the file is not known")
			}
			releases, err := deprivation.New().Read(context.Background(), in, ingest.Options{Edition: tt.edition})
			if err == nil {
				t.Fatalf("it was read: %+v", releases[0].Batch)
			}
			if metrics.KindOf(err) != metrics.Invalid {
				t.Errorf("kind %s", metrics.KindOf(err))
			}
			for _, want := range append(tt.want, tt.file) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q\ndoes not say %q", err, want)
				}
			}
		})
	}
	t.Run("two tables", func(t *testing.T) {
		x := excelize.NewFile()
		defer x.Close()
		if _, err := x.NewSheet("Copy"); err != nil {
			t.Fatal(err)
		}
		for _, s := range x.GetSheetList() {
			if err := x.SetSheetRow(s, "A1", &[]any{"LSOA code (2011)", "Income Rank"}); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := x.Write(&b); err != nil {
			t.Fatal(err)
		}
		_, err := deprivation.New().Read(context.Background(), write(t, "x.xlsx", b.String()), ingest.Options{})
		if err == nil || !strings.Contains(err.Error(), `the sheets "Sheet1" and "Copy" both hold`) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := deprivation.New().Read(ctx, write(t, "imd.csv", file(full, rows(5000))), ingest.Options{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestKnows(t *testing.T) {
	tests := []struct {
		name, content string
		want          bool
	}{
		{"File_1_anything.csv", "x", true},
		{"file 2 - domains.xlsx", "x", true},
		{"File_7_-_All.csv", "x", true},
		{"File_10_-_Summaries.csv", "x,y", false},
		{"File_14.csv", "x,y", false},
		{"File_1_old.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", false},
		{"my copy.csv", header2019 + "," + imdRank + "\n", true},
		{"idaci.csv", header2019 + ",Income Deprivation Affecting Children Index (IDACI) Rank (where 1 is most deprived)\n", true},
		{"scores.csv", header2019 + ",Income Score (rate)\n", false},
		{"sub-domains.csv", header2019 + ",Adult Skills Sub-domain Rank (where 1 is most deprived)\n", false},
		{"tidy.csv", "rank,lsoa_code\n", true},
		{"r.csv", "lsoa11_code,IMD_rank\n", false},
		{"page.csv", "<html>", false},
		{"empty.csv", "\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := deprivation.New().Knows(write(t, tt.name, tt.content)); got != tt.want {
				t.Errorf("known: %v, want %v", got, tt.want)
			}
		})
	}
}

// The order of a file's rows, and where it stood, do not change what it says.
func TestFactsDigest(t *testing.T) {
	full := header2015 + "," + imdRank + "," + imdDecile
	body := rows(300)
	sha := func(name string, body []string) string {
		releases, err := deprivation.New().Read(context.Background(), sample(t, name, file(full, body)), ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return releases[0].FactsSHA
	}
	want := sha("a.csv", body)
	shuffled := slices.Clone(body)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if got := sha("b.csv", shuffled); got != want {
		t.Error("rows in another order have another digest")
	}
	body[299] = "E01000300,Place,E08000026,Coventry,299,2"
	if got := sha("a.csv", body); got == want {
		t.Error("another rank has the same digest")
	}
}

// FuzzRead holds that whatever a file says, it is read whole with every row in
// the account, or refused in words for people.
func FuzzRead(f *testing.F) {
	full := header2019 + "," + imdRank + "," + imdDecile
	f.Add([]byte(file(full, rows(3))))
	f.Add([]byte("\ufefflsoa_code,rank,domain\r\nE01000001,\"1\",imd\r\n,,,\r\n"))
	f.Add([]byte("lsoa_code,rank\nE01000001,1\nE01000001,1\n"))
	f.Add([]byte(header2025 + ",Crime Rank\nE01000001,,E06000001,,1e0\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) == 0 {
			return
		}
		in := sample(t, "f.csv", string(content))
		known := deprivation.New().Knows(in)
		releases, err := deprivation.New().Read(context.Background(), in, ingest.Options{Edition: 2019})
		if err != nil {
			if metrics.KindOf(err) == metrics.Internal {
				t.Fatalf("not an error for people: %v", err)
			}
			return
		}
		if !known || len(releases) == 0 {
			t.Fatalf("read, but known: %v, releases: %d", known, len(releases))
		}
		for _, r := range releases {
			if a := r.Account; a.Read != a.Kept+a.Rejected || a.Kept != int64(len(ranksOf(r))) || a.Kept != r.Batch.Facts {
				t.Fatalf("%s: account %+v of %d facts", r.Release, a, r.Batch.Facts)
			}
		}
	})
}
