package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"outcomes/ingest"
	"outcomes/ingest/table"
)

// published gives the folder of real published files. They are not part of the
// project: without them the test is skipped, but not in CI.
func published(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("OUTCOMES_DATA")
	if dir == "" {
		dir = filepath.Join(repository(t), "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the published files are not in %s, and in CI they must be", dir)
		}
		t.Skipf("the published files are not in %s: set OUTCOMES_DATA to test on them", dir)
	}
	return dir
}

// outcomes runs a command line and gives what it printed.
func outcomes(t testing.TB, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if status := run(context.Background(), args, &stdout, &stderr); status != 0 {
		t.Fatalf("outcomes %s: status %d: %s", strings.Join(args, " "), status, stderr.String())
	}
	return stdout.String()
}

// rows runs `outcomes figures` and gives its CSV by column.
func rows(t testing.TB, db string, args ...string) []map[string]string {
	t.Helper()
	out := outcomes(t, append([]string{"figures", "--db", db, "--format", "csv"}, args...)...)
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		list = append(list, row)
	}
	return list
}

// figure gives the one figure that the choice leaves.
func figure(t testing.TB, db, indicator, area, period string) map[string]string {
	t.Helper()
	list := rows(t, db, "--indicator", indicator, "--area", area, "--period", period)
	if len(list) != 1 {
		t.Fatalf("%s %s %s: %d figures", indicator, area, period, len(list))
	}
	return list[0]
}

// base makes a database with the published geography, population and Indices.
func base(t testing.TB, data string, strategy ...string) string {
	t.Helper()
	db := filepath.Join(t.TempDir(), "outcomes.db")
	for _, args := range [][]string{
		{"geography", filepath.Join(data, "lookups")},
		{"population", filepath.Join(data, "population")},
		{"deprivation", filepath.Join(data, "imd")},
	} {
		outcomes(t, slices.Concat([]string{"import"}, args, []string{"--db", db}, strategy)...)
	}
	return db
}

// The report's figures of deprivation, and every other district's against the
// publisher's own summaries (File 10).
func TestPublishedDeprivation(t *testing.T) {
	data := published(t)
	db := base(t, data)
	const indicator = "neighbourhoods-most-deprived-10"
	for _, tt := range []struct{ period, numerator, denominator, percent, rank, of string }{
		{"IoD2015", "36", "195", "18.5", "46", "326"},
		{"IoD2019", "28", "195", "14.4", "64", "317"},
		{"IoD2025", "36", "203", "17.7", "48", "296"},
	} {
		f := figure(t, db, indicator, "E08000026", tt.period)
		v, _ := strconv.ParseFloat(f["value"], 64)
		if f["numerator"] != tt.numerator || f["denominator"] != tt.denominator || f["rank"] != tt.rank || f["rank_of"] != tt.of || fmt.Sprintf("%.1f", v) != tt.percent {
			t.Errorf("%s: got %v", tt.period, f)
		}
		if !strings.Contains(f["sentence"], tt.percent+"%") || !strings.Contains(f["sentence"], "of "+tt.of+" districts") {
			t.Errorf("%s: sentence %q", tt.period, f["sentence"])
		}
	}
	// Sheffield got a new code in 2025; either finds all three editions.
	for _, code := range []string{"E08000019", "E08000039"} {
		if got := rows(t, db, "--indicator", indicator, "--area", code); len(got) != 3 {
			t.Errorf("%s: %d editions", code, len(got))
		}
	}
	for year, summary := range map[string]map[string][2]string{
		"IoD2019": file10(t, filepath.Join(data, "imd", "2019", "File_10_-_IoD2019_Local_Authority_District_Summaries__lower-tier__.xlsx"), "IMD", 0, 6, 7),
		"IoD2025": file10(t, filepath.Join(data, "imd", "converted", "imd2025_england_ltla24.csv.gz"), "", 0, 6, 7),
	} {
		checked := 0
		for _, f := range rows(t, db, "--indicator", indicator, "--period", year) {
			want, ok := summary[f["area_code"]]
			if !ok {
				t.Errorf("%s: File 10 has no %s (%s)", year, f["area_code"], f["area_name"])
				continue
			}
			share, _ := strconv.ParseFloat(want[0], 64)
			got, _ := strconv.ParseFloat(f["value"], 64)
			if math.Abs(got/100-share) > 0.00006 || f["rank"] != want[1] {
				t.Errorf("%s %s: %s ranked %s, File 10 has %v", year, f["area_name"], f["value"], f["rank"], want)
			}
			checked++
		}
		if checked < 290 {
			t.Errorf("%s: %d districts checked only", year, checked)
		}
	}
}

// file10 reads share and rank by district out of a table.
func file10(t testing.TB, path, sheet string, code, share, rank int) map[string][2]string {
	t.Helper()
	archive, err := ingest.Find([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	book, err := table.Open(archive.Inputs[0])
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	out := map[string][2]string{}
	for row, err := range book.Rows(sheet) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(row.Cell(code), "E") {
			out[row.Cell(code)] = [2]string{row.Cell(share), row.Cell(rank)}
		}
	}
	return out
}

// sheffield makes a database for Sheffield with the real South Yorkshire files.
func sheffield(t testing.TB, data string) (db, strategy string) {
	t.Helper()
	strategy = filepath.Join(t.TempDir(), "sheffield.yaml")
	text := outcomes(t, "strategy", "new", "--area", "E08000019", "--area-name", "Sheffield", "--force", "South Yorkshire Police")
	if err := os.WriteFile(strategy, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	outcomes(t, "strategy", "check", strategy)
	return base(t, data, "--strategy", strategy), strategy
}

func TestPublishedSouthYorkshire(t *testing.T) {
	data := published(t)
	db, strategy := sheffield(t, data)
	files := filepath.Join(data, "police-uk", "street", "south-yorkshire")
	account := outcomes(t, "import", "police", files, "--db", db, "--strategy", strategy)
	if !strings.Contains(account, "rows read                   652082") {
		t.Errorf("the account: %s", account)
	}
	for _, tt := range []struct{ area, period, count string }{
		{"E08000019", "2018-Q1", "3196"}, {"E08000019", "2019-Q1", "4033"},
		{"E23000011", "2018-Q1", "9833"}, {"E23000011", "2019-Q1", "11765"},
	} {
		if f := figure(t, db, "violence-rate", tt.area, tt.period); f["numerator"] != tt.count {
			t.Errorf("%s %s: %s", tt.area, tt.period, f["numerator"])
		}
	}
	f := figure(t, db, "violence-rate", "E08000019", "2019-Q1")
	if !strings.HasPrefix(f["sentence"], "In the quarter ending March 2019, violence and sexual offences crime rates were up in Sheffield and up in the South Yorkshire force area, compared with the corresponding quarter in 2018.") {
		t.Errorf("sentence: %s", f["sentence"])
	}
	for _, period := range []string{"2019-Q3", "YE2019-09", "YE2019-12", "YE2020-03", "YE2020-06"} {
		f := figure(t, db, "violence-rate", "E08000019", period)
		if f["value"] != "" || f["status"] != "missing" || !strings.Contains(f["sentence"], "July 2019") {
			t.Errorf("%s: %v", period, f)
		}
	}
	// The same again, file by file and in a zip, changes nothing.
	before := outcomes(t, "figures", "--db", db, "--format", "json")
	again := outcomes(t, "import", "police", files, "--db", db)
	if !strings.Contains(again, "nothing changed") {
		t.Errorf("the second time: %s", again)
	}
	if after := outcomes(t, "figures", "--db", db, "--format", "json"); after != before {
		t.Error("reading the same files again changed a figure")
	}
}

// counts writes the West Midlands' real counts back as monthly files, with the
// tool that comes with the data.
func counts(t testing.TB, data string) (dir, source string) {
	t.Helper()
	dir = t.TempDir()
	source = filepath.Join(data, "police-uk", "street", "west-midlands-aggregate", "wm_lsoa_month_category_2023-06_2026-03.csv.gz")
	tool := filepath.Join(data, "..", "tools", "policefromcounts")
	cmd := exec.Command("go", "run", "-C", tool, ".", "-in", source, "-out", dir)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir, source
}

func TestPublishedCoventry(t *testing.T) {
	data := published(t)
	dir, source := counts(t, data)
	db := base(t, data)
	outcomes(t, "import", "police", dir, "--db", db)

	// Another way to the same numbers: the table that the files came from.
	want := map[string]int{}
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
	for row, err := range book.Rows("") {
		if err != nil {
			t.Fatal(err)
		}
		if row.Cell(2) != "Coventry" || row.Cell(3) != "Violence and sexual offences" {
			continue
		}
		month, _ := strconv.Atoi(row.Cell(5))
		n, _ := strconv.Atoi(row.Cell(6))
		want[fmt.Sprintf("%s-Q%d", row.Cell(4), (month+2)/3)] += n
	}
	list := rows(t, db, "--indicator", "violence-rate", "--area", "E08000026")
	given := 0
	for _, f := range list {
		missing := f["period_start"] <= "2024-10-01" && f["period_end"] >= "2024-10-31" || f["period"] == "2023-Q3"
		if missing != (f["value"] == "") {
			t.Errorf("%s: value %q, reason %q", f["period"], f["value"], f["reason"])
		}
		if missing && f["period"] != "2023-Q3" && !strings.Contains(f["sentence"], "October 2024") {
			t.Errorf("%s does not say why: %s", f["period"], f["sentence"])
		}
		if n, ok := want[f["period"]]; ok && !missing {
			given++
			if f["numerator"] != strconv.Itoa(n) {
				t.Errorf("%s: %s, the table has %d", f["period"], f["numerator"], n)
			}
			if !strings.Contains(f["notes"], "mid-2022") {
				t.Errorf("%s does not say which estimate it uses: %q", f["period"], f["notes"])
			}
		}
	}
	if given < 9 {
		t.Errorf("%d quarters checked only, of %v", given, slices.Sorted(maps.Keys(want)))
	}
	f := figure(t, db, "violence-rate", "E08000026", "2026-Q1")
	if f["numerator"] != "3494" || !strings.Contains(f["sentence"], "were about the same in Coventry") {
		t.Errorf("%v", f)
	}
}

// An import that is killed leaves the figures as they were, and the next one completes.
func TestKilledImport(t *testing.T) {
	data := published(t)
	binary := filepath.Join(t.TempDir(), "outcomes")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	db, strategy := sheffield(t, data)
	files := filepath.Join(data, "police-uk", "street", "south-yorkshire")
	outcomes(t, "import", "police", filepath.Join(files, "2018-01"), "--db", db, "--strategy", strategy)
	before := outcomes(t, "figures", "--db", db, "--format", "json")

	started := time.Now()
	whole := filepath.Join(t.TempDir(), "whole.db")
	outcomes(t, "import", "geography", filepath.Join(data, "lookups"), "--db", whole, "--strategy", strategy)
	cmd := exec.Command(binary, "import", "police", files, "--db", whole, "--strategy", strategy)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	took := time.Since(started)

	killed := 0
	for i := range 8 {
		cmd := exec.Command(binary, "import", "police", files, "--db", db, "--strategy", strategy)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took * time.Duration(i) / 20)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if cmd.Wait() == nil {
			break // it had ended before
		}
		killed++
		if after := outcomes(t, "figures", "--db", db, "--format", "json"); after != before {
			t.Fatalf("killed after %v, the figures are others", took*time.Duration(i)/20)
		}
	}
	if killed < 3 {
		t.Fatalf("the import was killed %d times only", killed)
	}
	outcomes(t, "import", "police", files, "--db", db, "--strategy", strategy)
	if f := figure(t, db, "violence-rate", "E08000019", "2019-Q1"); f["numerator"] != "4033" {
		t.Errorf("after the next run: %v", f)
	}
}
