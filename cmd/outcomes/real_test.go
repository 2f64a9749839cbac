package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
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
	"outcomes/metrics"
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

// A file whose facts were replaced, by a wrong file or for another strategy's
// areas, is put back in force by importing it again.
func TestPutBackInForce(t *testing.T) {
	data := published(t)
	db, sheffield := sheffield(t, data)
	var files []string
	for _, m := range []string{"2019-01", "2019-02", "2019-03"} {
		files = append(files, filepath.Join(data, "police-uk", "street", "south-yorkshire", m))
	}
	police := func(strategy string) string {
		return outcomes(t, slices.Concat([]string{"import", "police"}, files, []string{"--db", db, "--strategy", strategy})...)
	}
	right := func(when string) {
		t.Helper()
		if f := figure(t, db, "violence-rate", "E08000019", "2019-Q1"); f["numerator"] != "4033" || f["denominator"] != "584853" {
			t.Errorf("%s: %v", when, f)
		}
	}
	police(sheffield)
	right("at first")

	other := filepath.Join(t.TempDir(), "barnsley.yaml")
	if err := os.WriteFile(other, []byte(outcomes(t, "strategy", "new", "--area", "E08000016", "--area-name", "Barnsley")), 0o600); err != nil {
		t.Fatal(err)
	}
	police(other)
	if f := figure(t, db, "violence-rate", "E08000016", "2019-Q1"); f["status"] != "available" {
		t.Errorf("Barnsley: %v", f)
	}
	police(sheffield)
	right("after another strategy")

	// The new code of the district asks for the same area.
	text := outcomes(t, "strategy", "new", "--area", "E08000039", "--area-name", "Sheffield")
	if err := os.WriteFile(other, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	outcomes(t, "import", "population", filepath.Join(data, "population"), "--db", db, "--strategy", other)
	if f := figure(t, db, "violence-rate", "E08000019", "2019-Q1"); f["numerator"] != "4033" || f["area_code"] != "E08000039" {
		t.Errorf("under its new code: %v", f)
	}
	police(sheffield)

	wrong := filepath.Join(t.TempDir(), "wrong.csv")
	if err := os.WriteFile(wrong, []byte("area_code,area_name,year,persons\nE08000019,Sheffield,2019,300000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	outcomes(t, "import", "population", wrong, "--db", db)
	outcomes(t, "import", "population", filepath.Join(data, "population"), "--db", db)
	right("after a wrong estimate")
	if again := outcomes(t, "import", "population", filepath.Join(data, "population"), "--db", db); !strings.Contains(again, "nothing changed") {
		t.Errorf("once more: %s", again)
	}
}

// Somerset was merged twice: its residents are those of the districts that
// cover it once, and its force area has a rate.
func TestMergedDistrict(t *testing.T) {
	data := published(t)
	strategy := filepath.Join(t.TempDir(), "somerset.yaml")
	if err := os.WriteFile(strategy, []byte(outcomes(t, "strategy", "new", "--area", "E06000066", "--area-name", "Somerset")), 0o600); err != nil {
		t.Fatal(err)
	}
	db := base(t, data, "--strategy", strategy)
	st := openStore(t, db)
	defer st.Close()
	g, err := st.Geography(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := st.Facts(context.Background(), g, metrics.Needs{LADs: []string{"E06000066"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Residents["E06000066"][2019].Persons; got != 562225 {
		t.Errorf("Somerset had %d residents in mid-2019, want 562,225 by the workbook", got)
	}
	// Three of the four districts of 2019 are in the edition of 2019; no rank
	// for the sum of parts.
	fig := figure(t, db, "neighbourhoods-most-deprived-10", "E06000066", "IoD2019")
	if fig["rank"] != "" || fig["value"] == "" || !strings.Contains(fig["notes"], "districts where there is one now") {
		t.Errorf("%v", fig)
	}
}

// A strategy of another force than the lookups know is refused.
func TestWrongForce(t *testing.T) {
	data := published(t)
	dir := t.TempDir()
	for name, force := range map[string]string{"another": "West Midlands Police", "none": "Gotham Police"} {
		strategy := filepath.Join(dir, name+".yaml")
		if err := os.WriteFile(strategy, []byte(outcomes(t, "strategy", "new", "--area", "E08000019", "--force", force)), 0o600); err != nil {
			t.Fatal(err)
		}
		db := filepath.Join(dir, name+".db")
		var stdout, stderr bytes.Buffer
		if status := run(context.Background(), []string{"import", "geography", filepath.Join(data, "lookups"), "--db", db, "--strategy", strategy}, &stdout, &stderr); status != 1 || !strings.Contains(stderr.String(), "South Yorkshire (E23000011)") {
			t.Errorf("%s: status %d, %s", name, status, stderr.String())
		}
		if _, err := os.Stat(db); err == nil {
			t.Errorf("%s: a failed first import left a database", name)
		}
	}
}

// The comparison with similar areas, against a count of the files' rows.
func TestPublishedSimilarGroup(t *testing.T) {
	data := published(t)
	group := []string{"E08000016", "E08000017", "E08000018", "E08000019"} // Barnsley, Doncaster, Rotherham, Sheffield
	db, file := filepath.Join(t.TempDir(), "outcomes.db"), filepath.Join(t.TempDir(), "sheffield.yaml")
	text := outcomes(t, "strategy", "new", "--area", "E08000019", "--area-name", "Sheffield", "--similar", strings.Join(group, ","))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	workbook := filepath.Join(data, "population", "ukmidyearestimates20192020ladcodes.xlsx")
	street := filepath.Join(data, "police-uk", "street", "south-yorkshire")
	outcomes(t, "import", "geography", filepath.Join(data, "lookups"), "--db", db, "--strategy", file)
	outcomes(t, "import", "population", workbook, "--db", db)
	outcomes(t, "import", "police", street, "--db", db)

	// Offences of the twelve months by district of 2019, row by row.
	lad, name := map[string]string{}, map[string]string{}
	lookup, err := csv.NewReader(bytes.NewReader(inflate(t, filepath.Join(data, "lookups", "converted", "lookup_lsoa11_ltla19.csv.gz")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range lookup[1:] {
		lad[r[1]], name[r[3]] = r[3], r[2]
	}
	offences := map[string]float64{}
	for _, month := range []string{"2018-04", "2018-05", "2018-06", "2018-07", "2018-08", "2018-09", "2018-10", "2018-11", "2018-12", "2019-01", "2019-02", "2019-03"} {
		all, err := csv.NewReader(bytes.NewReader(inflate(t, filepath.Join(street, month, month+"-south-yorkshire-street.csv.gz")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all[1:] {
			if r[9] == "Violence and sexual offences" {
				offences[lad[r[7]]]++
			}
		}
	}
	residents := file10(t, workbook, "MYE 5", 0, 6, 6) // mid-2018, in the middle of the year
	rates, mean := map[string]float64{}, 0.0
	for _, code := range group {
		n, err := strconv.ParseFloat(residents[code][0], 64)
		if err != nil {
			t.Fatal(err)
		}
		rates[name[code]] = 1000 * offences[code] / n
		mean += rates[name[code]] / 4
	}
	rank := 1
	for _, r := range rates {
		if r > rates["Sheffield"] {
			rank++
		}
	}

	var figures []struct {
		Value       float64
		Comparisons []struct {
			Kind, Direction, Verdict, Reason string
			Value                            float64
			Group                            *struct {
				Name          string
				Proposal      bool
				Members, Rank int
				Values        []struct {
					Name  string `json:"area_name"`
					Value float64
				}
			}
		}
		Statements []struct{ About, Text string }
	}
	out := outcomes(t, "figures", "--db", db, "--indicator", "violence-rate", "--area", "E08000019", "--period", "YE2019-03", "--format", "json")
	if err := json.Unmarshal([]byte(out), &figures); err != nil || len(figures) != 1 {
		t.Fatalf("%v: %d figures", err, len(figures))
	}
	f := figures[0]
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-4 { // printed with a few decimals
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	near("Sheffield", f.Value, rates["Sheffield"])
	compared := false
	for _, c := range f.Comparisons {
		if c.Kind != "similar" {
			continue
		}
		compared = true
		near("the group's mean", c.Value, mean)
		if c.Group == nil {
			t.Fatalf("not compared: %s", c.Reason)
		}
		if c.Group.Rank != rank || c.Group.Members != 4 || c.Group.Proposal || len(c.Group.Values) != 4 {
			t.Errorf("group %+v, want rank %d of 4", c.Group, rank)
		}
		for _, m := range c.Group.Values {
			near(m.Name, m.Value, rates[m.Name])
		}
		if c.Direction != "lower" || c.Verdict != "better" {
			t.Errorf("%s, %s", c.Direction, c.Verdict)
		}
	}
	want := fmt.Sprintf("In the year ending March 2019, the violence and sexual offences crime rate in Sheffield was lower than the average across similar areas (%.1f against %.1f per 1,000 residents; %s highest of 4).",
		rates["Sheffield"], mean, metrics.Ordinal(rank))
	said := ""
	for _, s := range f.Statements {
		if s.About == "similar" {
			said = s.Text
		}
	}
	if !compared || said != want {
		t.Errorf("said %q\nwant %q", said, want)
	}
	t.Logf("rates %v, mean %.3f, rank %d; %s", rates, mean, rank, said)
}
