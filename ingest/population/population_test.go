package population_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"outcomes/ingest"
	"outcomes/ingest/population"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

func find(t testing.TB, path string) ingest.Input {
	t.Helper()
	a, err := ingest.Find([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a.Inputs[0]
}

func write(t testing.TB, name, content string) ingest.Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return find(t, path)
}

func read(in ingest.Input) ([]store.Release, error) {
	return population.New().Read(context.Background(), in, ingest.Options{})
}

func rowsOf(r store.Release) []store.EstimateRow { return r.Facts.(*store.Estimates).Rows }

// persons is an area's number, at an age or (-1) in all; -1 when there is none.
func persons(releases []store.Release, release, area string, ages ...int) int64 {
	sum := int64(-1)
	for _, r := range releases {
		for _, row := range rowsOf(r) {
			if r.Release == release && row.Area == area && slices.Contains(ages, row.Age) {
				sum = max(sum, 0) + row.Persons
			}
		}
	}
	return sum
}

func names(releases []store.Release) []string {
	var n []string
	for _, r := range releases {
		n = append(n, r.Release)
	}
	return n
}

// sheet is a sheet of a workbook made for a test: rows from the first on.
type sheet struct {
	name string
	rows [][]any
}

func workbook(t testing.TB, sheets ...sheet) string {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(x.SetSheetName("Sheet1", "Contents "))
	for _, s := range sheets {
		_, err := x.NewSheet(s.name)
		must(err)
		for i, r := range s.rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			must(err)
			must(x.SetSheetRow(s.name, cell, &r))
		}
	}
	var b bytes.Buffer
	must(x.Write(&b))
	return b.String()
}

// totals is a sheet MYE 5 as ONS lays it out, with the given rows.
func totals(rows ...[]any) sheet {
	head := [][]any{{"Contents"}, nil, {"MYE5: Population estimates: Population density"}, nil, nil, nil, nil,
		{"Code ", "Name", "Geography [note 1]", "Area (sq km)", "Estimated Population\nmid-2019 [note 9]", "2019 people per sq. km", "Estimated Population mid-2018", "2018 people per sq. km"}}
	return sheet{"MYE 5 ", append(head, rows...)}
}

// ages is a sheet MYE2 - Persons; an area's total is given, one person of each
// age but the rest at 90.
func ages(rows ...[]any) sheet {
	header := []any{"Code", "Name", "Geography1", "All ages"}
	for age := range 90 {
		header = append(header, age)
	}
	return sheet{"MYE2 - Persons", append([][]any{nil, nil, {"MYE2: Population estimates: Persons by single year of age, mid-2019"}, nil, append(header, "90+")}, rows...)}
}

func byAge(code, name string, all int) []any {
	row := []any{code, name, "Unitary Authority", all}
	for range 90 {
		row = append(row, 1)
	}
	return append(row, all-90)
}

func TestReadWorkbook(t *testing.T) {
	in := write(t, "estimates.xlsx", workbook(t,
		ages(byAge("E08000026", "Coventry ", 371521), byAge("K02000001", "UNITED KINGDOM", 1000)),
		totals(
			[]any{"K02000001", "UNITED KINGDOM", "Country", 242749, 66796807, 275, 66435550, 274},
			[]any{"E08000026", "Coventry ", "Metropolitan District", 98.6, "371,521", 3767, 366785, 3719},
			[]any{"S12000033", "Aberdeen", "Council Area", 186, "[x]", nil, 227560.0, 1225},
			[]any{nil, "Unassigned", nil, nil, 12, nil, 13},
			nil,
			[]any{"1. Further information is in the notes."},
			[]any{nil, "Source: Office for National Statistics"},
		)))
	if !population.New().Knows(in) {
		t.Fatal("the workbook is not known")
	}
	releases, err := read(in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(releases), []string{"mid-2018", "mid-2019", "mid-2019/ages"}; !slices.Equal(got, want) {
		t.Fatalf("releases %v, want %v", got, want)
	}
	wantAccounts := []metrics.Account{{Read: 4, Kept: 3, Outside: 1}, {Read: 4, Kept: 2, Outside: 1, Rejected: 1}, {Read: 2, Kept: 2}}
	for i, r := range releases {
		if r.Account != wantAccounts[i] {
			t.Errorf("%s: account %+v, want %+v", r.Release, r.Account, wantAccounts[i])
		}
		if r.Source != metrics.PopulationSource || r.File != "estimates.xlsx" || r.Batch.Facts != int64(len(rowsOf(r))) || len(r.FactsSHA) != 64 || !strings.HasPrefix(r.Digest, "sha256:") {
			t.Errorf("batch %+v", r.Batch)
		}
		if f := r.Facts.(*store.Estimates); f.Base != 2011 || !slices.IsSortedFunc(f.Rows, func(a, b store.EstimateRow) int {
			if c := strings.Compare(a.Area, b.Area); c != 0 {
				return c
			}
			return a.Age - b.Age
		}) {
			t.Errorf("%s: base %d, or rows out of order", r.Release, f.Base)
		}
	}
	if releases[1].Period != "mid-2019" || releases[2].Period != "mid-2019" {
		t.Errorf("periods %q, %q", releases[1].Period, releases[2].Period)
	}
	if got, want := rowsOf(releases[1])[0], (store.EstimateRow{Area: "E08000026", Name: "Coventry", Age: -1, Persons: 371521}); got != want {
		t.Errorf("Coventry is %+v, want %+v", got, want)
	}
	if got := persons(releases, "mid-2019/ages", "E08000026", 10, 11, 90); got != 2+371521-90 {
		t.Errorf("Coventry's ages 10, 11 and 90+ are %d", got)
	}
	if p := releases[1].Problems; len(p) != 1 || p[0].Rule != "not_published" || p[0].Row != 11 || p[0].Sheet != "MYE 5 " || p[0].Column != "Estimated Population mid-2019 [note 9]" || !p[0].Rejects {
		t.Errorf("problems %+v", p)
	}
	if p := releases[2].Problems; len(p) != 1 || p[0].Rule != "total_differs" || p[0].Rejects || !strings.Contains(p[0].Message, "K02000001 UNITED KINGDOM: the ages of 2019 sum to 1000, but the total is given as 66796807") {
		t.Errorf("problems %+v", p)
	}
}

// many are n areas of a hundred persons, so that one bad row is below 1%.
func many(n int, row func(code, name string) []any) [][]any {
	var out [][]any
	for i := range n {
		out = append(out, row(fmt.Sprintf("E07%06d", i+1), "Place"))
	}
	return out
}

func TestRejectedRowsOfWorkbook(t *testing.T) {
	good := func(code, name string) []any { return []any{code, name, "District", 1, 100, 1, 100, 1} }
	tests := []struct {
		name, rule, says string
		row              []any
	}{
		{"wrong code", "area_code", `"E0700001" is not the code of an area`, []any{"E0700001", "Place", "", 1, 5, 1, 5}},
		{"twice", "area_repeated", "E07000001 stood in row 9 before", good("E07000001", "Place")},
		{"blank", "persons", "there is no number of persons", []any{"E07000999", "Place"}},
		{"text", "persons", `"many" is not a whole number`, []any{"E07000999", "Place", "", 1, "many", 1, "many"}},
		{"part of a person", "persons", `"1.5" is not a whole number`, []any{"E07000999", "Place", "", 1, 1.5, 1, 1.5}},
		{"too many", "persons", "more than live on Earth", []any{"E07000999", "Place", "", 1, "99999999999", 1, "99999999999"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			releases, err := read(write(t, "x.xlsx", workbook(t, totals(append(many(150, good), tt.row)...))))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range releases {
				if want := (metrics.Account{Read: 151, Kept: 150, Rejected: 1}); r.Account != want || len(r.Problems) != 1 {
					t.Fatalf("%s: account %+v, problems %v", r.Release, r.Account, r.Problems)
				}
				if p := r.Problems[0]; p.Row != 159 || p.Rule != tt.rule || !p.Rejects || !strings.Contains(p.Message, tt.says) {
					t.Errorf("%s: problem %+v", r.Release, p)
				}
			}
		})
	}
	t.Run("ages", func(t *testing.T) {
		wrong := byAge("E07000999", "Place", 200)
		wrong[3] = 201
		hole := byAge("E07000998", "Place", 200)
		hole[20] = "[u]"
		rows := append(many(150, func(code, name string) []any { return byAge(code, name, 100) }), wrong, hole)
		releases, err := read(write(t, "x.xlsx", workbook(t, ages(rows...))))
		if err != nil {
			t.Fatal(err)
		}
		r := releases[0]
		if want := (metrics.Account{Read: 152, Kept: 150, Rejected: 2}); r.Account != want || r.Batch.Facts != 150*91 {
			t.Errorf("account %+v, %d facts", r.Account, r.Batch.Facts)
		}
		if p := r.Problems; len(p) != 2 || p[0].Rule != "ages_sum" || !strings.Contains(p[0].Message, "the ages sum to 200, but all ages are given as 201") ||
			p[1].Rule != "not_published" || p[1].Column != "16" {
			t.Errorf("problems %+v", p)
		}
	})
}

// A workbook with years on both sides of the Census says what was taken for granted.
func TestBases(t *testing.T) {
	s := totals([]any{"E08000026", "Coventry", "", 1, 1, 1, 2, 1})
	s.rows[7][4] = "Estimated Population mid-2022"
	releases, err := read(write(t, "x.xlsx", workbook(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	old, rebased := releases[0], releases[1]
	if old.Facts.(*store.Estimates).Base != 2011 || len(old.Problems) != 1 || old.Problems[0].Rule != "census_base" || old.Problems[0].Rejects {
		t.Errorf("%s: %+v", old.Release, old.Problems)
	}
	if rebased.Release != "mid-2022" || rebased.Facts.(*store.Estimates).Base != 2021 || len(rebased.Problems) != 0 {
		t.Errorf("%s: %+v", rebased.Release, rebased.Problems)
	}
}

func TestReadTidy(t *testing.T) {
	var b strings.Builder
	b.WriteString("\ufeffarea_code,area_name,year,persons,age,census_base\r\n" +
		"E08000026,Coventry ,2019,\"371,521\",,\r\n" +
		"E08000026,Coventry,2022,355600,,\r\n" +
		",Unassigned,2022,5,,\r\n" +
		"E08000026,Coventry,2020,344300,,2021\r\n")
	for age := range 90 {
		fmt.Fprintf(&b, "E08000026,Coventry,2019,1000,%d,\r\n", age)
	}
	b.WriteString("E08000026,Coventry,2019,281521,90+,\r\n,,,,,\r\n\r\n")
	in := write(t, "tidy.csv", b.String())
	if !population.New().Knows(in) {
		t.Fatal("the table is not known")
	}
	releases, err := read(in)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range releases {
		got = append(got, fmt.Sprint(r.Release, " base ", r.Facts.(*store.Estimates).Base, " ", r.Account, len(r.Problems)))
	}
	want := []string{"mid-2019 base 2011 {1 1 0 0 0 0} 0", "mid-2019/ages base 2011 {91 91 0 0 0 0} 0", "mid-2020 base 2021 {1 1 0 0 0 0} 0", "mid-2022 base 2021 {2 1 0 1 0 0} 0"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if n := persons(releases, "mid-2019/ages", "E08000026", 90); n != 281521 {
		t.Errorf("90 and over: %d", n)
	}
}

// tidy is a table of 200 good rows and the given ones.
func tidy(rows ...string) string {
	var b strings.Builder
	b.WriteString("area_code,area_name,year,persons,age,census_base\n")
	for i := range 200 {
		fmt.Fprintf(&b, "E07%06d,Place,2019,100,,\n", i+1)
	}
	b.WriteString(strings.Join(rows, "\n") + "\n")
	return b.String()
}

func TestRejectedRowsOfTidy(t *testing.T) {
	tests := []struct{ name, row, rule, column, says string }{
		{"code", "E0700001,Place,2019,5,,", "area_code", "area_code", "is not the code of an area"},
		{"year", "E07000999,Place,mid-2019,5,,", "year", "year", `"mid-2019" is not a year`},
		{"year out of range", "E07000999,Place,19,5,,", "year", "year", `"19" is not a year`},
		{"age", "E07000999,Place,2019,5,20-24,", "age", "age", `"20-24" is not a single year of age`},
		{"age over 90", "E07000999,Place,2019,5,91,", "age", "age", `"91"`},
		{"open age", "E07000999,Place,2019,5,85+,", "age", "age", `"85+"`},
		{"no persons", "E07000999,Place,2019,,,", "persons", "persons", "E07000999 Place: there is no number"},
		{"negative", "E07000999,Place,2019,-5,,", "persons", "persons", `"-5" is not a whole number`},
		{"not published", "E07000999,Place,2019,[x],,", "not_published", "persons", "gives [x]"},
		{"twice", "E07000001,Place,2019,100,,", "area_repeated", "area_code", "stood in row 2 before"},
		{"another base", "E07000999,Place,2019,5,,2021", "census_base", "census_base", "the two are not one series"},
		{"unknown base", "E07000999,Place,2019,5,,2031", "census_base", "census_base", "write 2011 or 2021"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			releases, err := read(write(t, "tidy.csv", tidy(tt.row)))
			if err != nil {
				t.Fatal(err)
			}
			r := releases[0]
			if want := (metrics.Account{Read: 201, Kept: 200, Rejected: 1}); len(releases) != 1 || r.Account != want || len(r.Problems) != 1 {
				t.Fatalf("%v: account %+v, problems %v", names(releases), r.Account, r.Problems)
			}
			if p := r.Problems[0]; p.File != "tidy.csv" || p.Row != 202 || p.Rule != tt.rule || p.Column != tt.column || !p.Rejects || !strings.Contains(p.Message, tt.says) {
				t.Errorf("problem %+v", p)
			}
		})
	}
}

// Neither part of an area is the area's number.
func TestAreaInParts(t *testing.T) {
	releases, err := read(write(t, "tidy.csv", tidy("E06000060,Wycombe,2019,182400,,", "E06000060,Aylesbury Vale,2019,208100,,", "E06000060,Chiltern,2019,97700,,")))
	if err != nil {
		t.Fatal(err)
	}
	r := releases[0]
	if want := (metrics.Account{Read: 203, Kept: 200, Rejected: 3}); r.Account != want || len(r.Problems) != 3 || persons(releases, "mid-2019", "E06000060", -1) != -1 {
		t.Fatalf("account %+v, problems %v", r.Account, r.Problems)
	}
	if p := r.Problems[1]; p.Row != 203 || p.Rule != "area_in_parts" || !strings.Contains(p.Message, "E06000060 has 3 rows with different numbers, 208100 here (Aylesbury Vale)") {
		t.Errorf("problem %+v", p)
	}
}

func TestRefusedFiles(t *testing.T) {
	noYear := ages(byAge("E08000026", "Coventry", 100))
	noYear.rows[2] = []any{"MYE2"}
	noAge := ages(byAge("E08000026", "Coventry", 100))
	noAge.rows[4][10] = "six"
	noAll := ages(byAge("E08000026", "Coventry", 100))
	noAll.rows[4][3] = "Persons"
	tests := []struct {
		name, file, content string
		want                []string
	}{
		{"old workbook", "ukmidyearestimates2019.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", []string{"is an old .xls workbook", "save it as .xlsx"}},
		{"cut short", "ukmidyearestimates2019.xlsx", workbook(t, totals())[:2000], []string{"is not a whole .xlsx workbook"}},
		{"another workbook", "ukmidyearestimates2019.xlsx", workbook(t, sheet{"Median age", [][]any{{"Code", "Age"}}}), []string{`sheet "Median age", row 1`, `neither the workbook with the sheets "MYE 5"`, `"Code", "Age"`}},
		{"empty workbook", "ukmidyearestimates2019.xlsx", workbook(t), []string{"has no table in it"}},
		{"no header", "x.xlsx", workbook(t, sheet{"MYE5", [][]any{{"a", "b"}}}), []string{`x.xlsx, sheet "MYE5"`, `the columns "Code" and "Name"`, `"a", "b"`}},
		{"no years", "x.xlsx", workbook(t, sheet{"MYE 5", [][]any{{"Code", "Name", "Population"}}}), []string{"row 1", `"Estimated Population mid-"`, `"Population"`}},
		{"no rows", "x.xlsx", workbook(t, totals()), []string{"has no estimate of an area in it"}},
		{"ages without a year", "x.xlsx", workbook(t, noYear), []string{"does not name its year"}},
		{"an age missing", "x.xlsx", workbook(t, noAge), []string{`sheet "MYE2 - Persons", row 5`, "no column for the age 6"}},
		{"no total", "x.xlsx", workbook(t, noAll), []string{`no column "All ages"`}},
		{"too many bad", "x.xlsx", workbook(t, totals([]any{"E08000026", "Coventry", "", 1, 5, 1, "five"})), []string{`sheet "MYE 5 ", row 9, column "Estimated Population mid-2018"`, `"five" is not a whole number of persons`, "1 of 1 rows"}},
		{"too many bad rows", "x.csv", tidy("x,,2019,1,,", "y,,2019,1,,", "z,,2019,1,,"), []string{`x.csv, row 202, column "area_code"`, "3 of 203 rows"}},
		{"too many strays", "x.csv", tidy("E08000026,,now,1,,", "E08000026,,now,1,,", "E08000026,,now,1,,"), []string{`row 202, column "year"`, "3 of 203 rows"}},
		{"strays only", "x.csv", "area_code,area_name,year,persons\nE08000026,Coventry,now,1\n", []string{`row 2, column "year"`}},
		{"ages missing", "x.csv", "area_code,area_name,year,persons,age\nE08000026,Coventry,2019,1,10\nE08000026,Coventry,2019,1,11\n", []string{`row 2, column "age"`, "has 2 of the 91 ages"}},
		{"header only", "x.csv", "area_code,area_name,year,persons\n", []string{"no rows under it"}},
		{"broken quotes", "x.csv", "area_code,area_name,year,persons\nE08000026,\"Coventry,2019,1\n", []string{"row 2 is not CSV"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := write(t, tt.file, tt.content)
			if !population.New().Knows(in) {
				t.Error("the file is not known")
			}
			releases, err := read(in)
			if err == nil {
				t.Fatalf("it was read: %v", names(releases))
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
	t.Run("stopped", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for file, content := range map[string]string{"x.csv": tidy(), "x.xlsx": workbook(t, totals(), ages())} {
			if _, err := population.New().Read(ctx, write(t, file, content), ingest.Options{}); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error %v", file, err)
			}
		}
	})
}

func TestKnows(t *testing.T) {
	for name, content := range map[string]string{
		"ukmidyearestimates2019.xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		"census.csv":                 "total,2021 super output area - middle layer,mnemonic\n",
		"page.csv":                   "<html>",
		"other.xlsx":                 workbook(t, sheet{"MYE6", [][]any{{"Code", "Name"}}}),
		"nothing.csv":                "\n",
	} {
		if population.New().Knows(write(t, name, content)) {
			t.Errorf("%s is known", name)
		}
	}
}

// published gives a published file, which the project does not hold.
func published(t testing.TB, path string) ingest.Input {
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
	return find(t, path)
}

func TestPublishedWorkbook(t *testing.T) {
	in := published(t, "population/ukmidyearestimates20192020ladcodes.xlsx")
	start := time.Now()
	if !population.New().Knows(in) {
		t.Fatal("the workbook is not known")
	}
	looked := time.Since(start)
	releases, err := read(in)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("looked at in %v, both in %v", looked, time.Since(start))
	var want []string
	for year := 2001; year <= 2019; year++ {
		want = append(want, fmt.Sprint("mid-", year))
	}
	if got := names(releases); !slices.Equal(got, append(want, "mid-2019/ages")) {
		t.Errorf("releases %v", got)
	}
	for _, r := range releases {
		if a := r.Account; a.Read != a.Kept || a.Kept < 380 || len(r.Problems) != 0 || r.Facts.(*store.Estimates).Base != 2011 {
			t.Errorf("%s: %+v %v", r.Release, a, r.Problems)
		}
	}
	young := []int{10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24}
	for _, tt := range []struct {
		release string
		ages    []int
		want    int64
	}{{"mid-2019", []int{-1}, 371521}, {"mid-2018", []int{-1}, 366785}, {"mid-2019/ages", young, 85900}} {
		if got := persons(releases, tt.release, "E08000026", tt.ages...); got != tt.want {
			t.Errorf("Coventry %s %v: %d, want %d", tt.release, tt.ages, got, tt.want)
		}
	}
}

func TestPublishedTidy(t *testing.T) {
	in := published(t, "population/lad_mid2022_rounded.csv")
	if !population.New().Knows(in) {
		t.Fatal("the table is not known")
	}
	releases, err := read(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(releases) != 1 || releases[0].Facts.(*store.Estimates).Base != 2021 || persons(releases, "mid-2022", "E08000026", -1) != 355600 {
		t.Errorf("%v: Coventry %d", names(releases), persons(releases, "mid-2022", "E08000026", -1))
	}
	// Its rows are of Community Safety Partnerships: five districts of 2022 stand
	// there in parts, with the district's code on each.
	if a, want := releases[0].Account, (metrics.Account{Read: 303, Kept: 289, Rejected: 14}); a != want || len(releases[0].Problems) != 14 {
		t.Errorf("account %+v, problems %v", a, releases[0].Problems)
	}
	if n := persons(releases, "mid-2022", "E06000060", -1); n != -1 {
		t.Errorf("Buckinghamshire, in four parts, is given %d", n)
	}
}

func TestPublishedOldWorkbookIsRefusedInWords(t *testing.T) {
	in := published(t, "population/ukmidyearestimates20192020ladcodes__saved_2020-06-23.xls")
	if population.New().Knows(in) {
		t.Error("it is known")
	}
	const want = "is an old .xls workbook (Excel 97–2003) or has a password: open it and save it as .xlsx"
	if _, err := read(in); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Read: %v", err)
	}
	if err := table.WhyNot(in); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("WhyNot: %v", err)
	}
}

func TestPublishedOthersAreNotKnown(t *testing.T) {
	for _, path := range []string{"population/SOURCES.md", "population/converted/population19_ltla19.csv.gz",
		"imd/2019/File_6_-_IoD2019_Population_Denominators.csv.gz", "imd/2019/File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx"} {
		if population.New().Knows(published(t, path)) {
			t.Errorf("%s is known", path)
		}
	}
}

// FuzzTidy holds that whatever a table says, every row is in an account, or it
// is refused in words for people.
func FuzzTidy(f *testing.F) {
	f.Add([]byte("area_code,area_name,year,persons,age,census_base\nE08000026,Coventry,2022,5,,2021\nE08000026,Coventry,2022,6,,\n"))
	f.Add([]byte("\ufeffarea_code,area_name,year,persons\r\nE08000026,\"a\nb\",2019,\"1,000\"\r\n,,,\r\n"))
	f.Add([]byte("area_code,area_name,year,persons,age\nE08000026,a,2019,1,90+\nE08000026,a,2019,1,90\n,b,2019,1,3\nx,,,\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) == 0 {
			return
		}
		in := write(t, "f.csv", string(content))
		known := population.New().Knows(in)
		releases, err := read(in)
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
			if a := r.Account; a.Read != a.Kept+a.Outside+a.Rejected || a.Kept != int64(len(rowsOf(r))) || a.Kept == 0 {
				t.Fatalf("%s: account %+v of %d facts", r.Release, a, len(rowsOf(r)))
			}
		}
	})
}

// The sizes of areas come with the newest year's totals; one that cannot be
// read is noted and costs its area nothing else.
func TestSizes(t *testing.T) {
	releases, err := read(write(t, "estimates.xlsx", workbook(t, totals(
		[]any{"E08000026", "Coventry", "Metropolitan District", 98.6, 371521, 3767, 366785, 3719},
		[]any{"E08000025", "Birmingham", "Metropolitan District", "1,268", 1141816, 4264, 1139900, 4255},
		[]any{"E08000027", "Dudley", "Metropolitan District", "large", 321596, 3283, 320626, 3272},
		[]any{"E08000028", "Sandwell", "Metropolitan District", nil, 328450, 3839, 327378, 3827},
		[]any{"E08000029", "Solihull", "Metropolitan District", 0, 216374, 1214, 214909, 1206},
		[]any{"E08000030", "Walsall", "Metropolitan District", "[x]", 285478, 2745, 283378, 2725},
		[]any{"E08000031", "Wolverhampton", "Metropolitan District", 69, "[x]", nil, 262357, 3778},
	))))
	if err != nil {
		t.Fatal(err)
	}
	want := []store.AreaSize{{Area: "E08000025", Km2: 1268}, {Area: "E08000026", Km2: 98.6}}
	if got := releases[1].Facts.(*store.Estimates).Areas; !slices.Equal(got, want) {
		t.Errorf("sizes %v, want %v", got, want)
	}
	if got := releases[0].Facts.(*store.Estimates).Areas; got != nil {
		t.Errorf("sizes with an older year: %v", got)
	}
	var rules []string
	for _, p := range releases[1].Problems {
		rules = append(rules, fmt.Sprint(p.Row, " ", p.Rule, " ", p.Rejects))
	}
	if want := []string{"11 area_size false", "13 area_size false", "15 not_published true"}; !slices.Equal(rules, want) {
		t.Errorf("problems %v, want %v", rules, want)
	}
	if a := releases[1].Account; a.Kept != 6 || a.Rejected != 1 {
		t.Errorf("account %+v", a)
	}
}

// A tidy table may be of LSOAs.
func TestTidyOfLSOAs(t *testing.T) {
	releases, err := read(write(t, "lsoa.csv", "area_code,area_name,year,persons\nE01009522,Coventry 014A,2019,1500\nW01001476,Somewhere 001A,2019,1600\nE01009522,Coventry 014A,2021,1700\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(releases) != 2 || persons(releases, "mid-2019", "E01009522", -1) != 1500 || persons(releases, "mid-2019", "W01001476", -1) != 1600 || persons(releases, "mid-2021", "E01009522", -1) != 1700 {
		t.Errorf("%+v", releases)
	}
}
