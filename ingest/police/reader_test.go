package police

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"outcomes/ingest"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

const (
	header     = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context"
	header2011 = "Month,Reported by,Falls within,Easting,Northing,Location,Crime type,Context"
	fileName   = "2019-03-west-midlands-street.csv"
)

// midlands is a geography of two districts of West Midlands and one of Warwickshire.
func midlands() *metrics.Geography {
	g := metrics.NewGeography()
	g.LSOA = map[string]string{
		"E01009500": "E08000026", "E01009501": "E08000026", "E01009502": "E08000026", // Coventry
		"E01008800": "E08000025", // Birmingham
		"E01031100": "E07000221", // Stratford-on-Avon
		"W01000001": "W06000015", // Cardiff
	}
	g.ForceOf = map[string]string{"E08000026": "E23000014", "E08000025": "E23000014", "E07000221": "E23000017", "W06000015": "W15000003"}
	g.Names = map[string]string{"E23000014": "West Midlands", "E23000017": "Warwickshire", "W15000003": "South Wales"}
	return g
}

// coventry is what a strategy for Coventry asks for.
func coventry() ingest.Options {
	return ingest.Options{Geography: midlands(), Coverage: ingest.Coverage{
		LADs: map[string]bool{"E08000026": true}, Forces: map[string]bool{"E23000014": true}}}
}

func everything() ingest.Options {
	return ingest.Options{Geography: midlands(), Coverage: ingest.Coverage{All: true}}
}

// crime is a row of the layout of today.
func crime(id, lsoa, crimeType, outcome string) string {
	return strings.Join([]string{id, "2019-03", "West Midlands Police", "West Midlands Police", "-1.51", "52.41", "On or near High Street",
		lsoa, "A place", crimeType, outcome, ""}, ",")
}

// good is so many rows in Coventry with nothing wrong.
func good(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = crime(fmt.Sprintf("%064x", i+1), "E01009500", "Burglary", "Under investigation")
	}
	return rows
}

func file(rows ...string) string { return strings.Join(rows, "\n") + "\n" }

// open writes a file and gives it as an import finds it.
func open(t testing.TB, name string, content []byte) ingest.Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return find(t, path)
}

func find(t testing.TB, path string) ingest.Input {
	t.Helper()
	a, err := ingest.Find([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	if len(a.Inputs) != 1 {
		t.Fatalf("%s holds %d files, want one", path, len(a.Inputs))
	}
	return a.Inputs[0]
}

// read reads one file that has nothing against it.
func read(t testing.TB, in ingest.Input, opts ingest.Options) (metrics.Batch, *store.StreetMonth) {
	t.Helper()
	releases, err := New().Read(context.Background(), in, opts)
	if err != nil {
		t.Fatal(err)
	}
	if len(releases) != 1 {
		t.Fatalf("%d releases, want one", len(releases))
	}
	m, ok := releases[0].Facts.(*store.StreetMonth)
	if !ok {
		t.Fatalf("facts are %T", releases[0].Facts)
	}
	checkSums(t, releases[0].Batch, m)
	return releases[0].Batch, m
}

func readText(t testing.TB, name, content string, opts ingest.Options) (metrics.Batch, *store.StreetMonth) {
	t.Helper()
	return read(t, open(t, name, []byte(content)), opts)
}

// checkSums holds what is true of every release: the account adds up, and the
// facts are in order and add up to it.
func checkSums(t testing.TB, b metrics.Batch, m *store.StreetMonth) {
	t.Helper()
	a := b.Account
	if a.Read != a.Kept+a.WithoutLocation+a.Outside+a.Rejected {
		t.Errorf("the account does not add up: %+v", a)
	}
	if a.Repeated > a.Kept {
		t.Errorf("more repeated than kept: %+v", a)
	}
	if len(b.Problems) > ingest.MaxProblems {
		t.Errorf("%d problems kept", len(b.Problems))
	}
	if want := int64(len(m.LSOA) + len(m.Area) + len(m.Outcome)); b.Facts != want {
		t.Errorf("%d facts, want %d", b.Facts, want)
	}
	var byLSOA, byDistrict, byForce int64
	for _, f := range m.LSOA {
		byLSOA += f.Count
	}
	byArea := map[[2]string]int64{}
	for _, f := range m.Area {
		byArea[[2]string{f.Area, f.Type}] += f.Count
		if f.Area == m.ForceArea {
			byForce += f.Count
		} else {
			byDistrict += f.Count
		}
	}
	for _, f := range m.Outcome {
		byArea[[2]string{f.Area, f.Type}] -= f.Count
	}
	for k, n := range byArea {
		if n != 0 {
			t.Errorf("outcomes and crimes of %s differ by %d", k, n)
		}
	}
	if byLSOA != a.Kept || byDistrict != a.Kept {
		t.Errorf("%d rows kept, %d by LSOA and %d by district", a.Kept, byLSOA, byDistrict)
	}
	if byForce != 0 && byForce != a.Read-a.Rejected {
		t.Errorf("%d rows count, %d for the force", a.Read-a.Rejected, byForce)
	}
	if !slices.IsSortedFunc(m.LSOA, func(a, b store.LSOACount) int { return strings.Compare(a.LSOA+a.Type, b.LSOA+b.Type) }) ||
		!slices.IsSortedFunc(m.Area, func(a, b store.AreaCount) int { return strings.Compare(a.Area+a.Type, b.Area+b.Type) }) ||
		!slices.IsSortedFunc(m.Outcome, func(a, b store.OutcomeCount) int {
			return strings.Compare(a.Area+"\x00"+a.Type+"\x00"+a.Outcome, b.Area+"\x00"+b.Type+"\x00"+b.Outcome)
		}) {
		t.Error("the facts are not in order")
	}
}

func TestKnows(t *testing.T) {
	for name, want := range map[string]bool{
		"2019-03-west-midlands-street.csv":          true,
		"2019-13-west-midlands-street.csv":          true, // only claims to be one: reading says so
		"2019-03-btp-street.csv":                    true,
		"2019-03-west-midlands-outcomes.csv":        false,
		"2019-03-west-midlands-stop-and-search.csv": false,
		"2019-03-street.csv":                        false,
		"west-midlands-street.csv":                  false,
		"2019-03-west-midlands-street.xlsx":         false,
		"2019-03-west-midlands-street.csv.part":     false,
		"2019-03-<script>-street.csv":               false,
	} {
		if got := New().Knows(ingest.Input{Name: name}); got != want {
			t.Errorf("Knows(%s) = %v", name, got)
		}
	}
}

func TestRead(t *testing.T) {
	content := file(header,
		crime("a1", "E01009500", "Burglary", "Under investigation"),
		crime("a2", "E01009500", "Burglary", "Under investigation"),
		crime("a3", "E01009500", "Robbery", "Offender given a caution"),
		crime("", "E01009501", "Anti-social behaviour", ""),
		crime("a1", "E01009501", "Burglary", "Local resolution"), // a Crime ID that stood before
		crime("a4", "", "Burglary", "Under investigation"),       // no location
		crime("a5", "E01008800", "Drugs", "Local resolution"),    // Birmingham
		crime("a6", "E01999999", "Drugs", "Local resolution"),    // in no lookup
		crime("a7", "E01999998", "Drugs", ""),
		crime("a8", "E01999999", "Drugs", ""),
		crime("a9", "S01006506", "Drugs", ""), // Scotland
		crime("b1", "95GG40S1", "Drugs", ""),  // Northern Ireland
		crime("b2", "E010095", "Drugs", ""),   // no code
	)
	b, m := readText(t, fileName, content, coventry())

	wantAccount := metrics.Account{Read: 13, Kept: 5, WithoutLocation: 1, Outside: 6, Rejected: 1, Repeated: 1}
	if b.Account != wantAccount {
		t.Errorf("account %+v, want %+v", b.Account, wantAccount)
	}
	want := &store.StreetMonth{
		Force: "West Midlands Police", Slug: "west-midlands", ForceArea: "E23000014",
		Month: metrics.NewMonth(2019, 3), HasLSOA: true, Scheme: metrics.Scheme2013,
		LSOA: []store.LSOACount{
			{LSOA: "E01009500", Type: "Burglary", Count: 2}, {LSOA: "E01009500", Type: "Robbery", Count: 1},
			{LSOA: "E01009501", Type: "Anti-social behaviour", Count: 1}, {LSOA: "E01009501", Type: "Burglary", Count: 1},
		},
		Area: []store.AreaCount{
			{Area: "E08000026", Type: "Anti-social behaviour", Count: 1}, {Area: "E08000026", Type: "Burglary", Count: 3}, {Area: "E08000026", Type: "Robbery", Count: 1},
			{Area: "E23000014", Type: "Anti-social behaviour", Count: 1}, {Area: "E23000014", Type: "Burglary", Count: 4}, {Area: "E23000014", Type: "Drugs", Count: 6}, {Area: "E23000014", Type: "Robbery", Count: 1},
		},
		Outcome: []store.OutcomeCount{
			{Area: "E08000026", Type: "Anti-social behaviour", Count: 1},
			{Area: "E08000026", Type: "Burglary", Outcome: "Local resolution", Count: 1},
			{Area: "E08000026", Type: "Burglary", Outcome: "Under investigation", Count: 2},
			{Area: "E08000026", Type: "Robbery", Outcome: "Offender given a caution", Count: 1},
			{Area: "E23000014", Type: "Anti-social behaviour", Count: 1},
			{Area: "E23000014", Type: "Burglary", Outcome: "Local resolution", Count: 1},
			{Area: "E23000014", Type: "Burglary", Outcome: "Under investigation", Count: 3},
			{Area: "E23000014", Type: "Drugs", Count: 4},
			{Area: "E23000014", Type: "Drugs", Outcome: "Local resolution", Count: 2},
			{Area: "E23000014", Type: "Robbery", Outcome: "Offender given a caution", Count: 1},
		},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got\n%+v\nwant\n%+v", m, want)
	}

	if b.Source != metrics.PoliceSource || b.Release != "police/west-midlands/2019-03" || b.Period != "2019-03" || b.File != fileName || b.Member != "" ||
		b.Size != int64(len(content)) || !strings.HasPrefix(b.Digest, "sha256:") || len(b.FactsSHA) != 64 || b.Sample {
		t.Errorf("batch %+v", b)
	}
	if len(b.Problems) != 2 {
		t.Fatalf("problems %+v", b.Problems)
	}
	if p := b.Problems[0]; p.Rule != "lsoa_unknown" || p.Rejects || p.Row != 9 || p.Column != "LSOA code" ||
		!strings.HasPrefix(p.Message, "3 rows lie in 2 LSOAs that no lookup knows, the first E01999999;") {
		t.Errorf("problem %+v", p)
	}
	if p := b.Problems[1]; p.Rule != "lsoa_code" || !p.Rejects || p.Row != 14 || !strings.HasSuffix(p.File, fileName) {
		t.Errorf("problem %+v", p)
	}
}

func TestReadEverything(t *testing.T) {
	content := file(header, crime("a1", "E01009500", "Burglary", ""), crime("a2", "E01031100", "Burglary", ""),
		crime("a3", "W01000001", "Burglary", ""), crime("a4", "E01999999", "Burglary", ""), crime("a5", "", "Burglary", ""))
	b, m := readText(t, fileName, content, everything())
	if want := (metrics.Account{Read: 5, Kept: 3, WithoutLocation: 1, Outside: 1}); b.Account != want {
		t.Errorf("account %+v, want %+v", b.Account, want)
	}
	var areas []string
	for _, a := range m.Area {
		areas = append(areas, fmt.Sprint(a.Area, " ", a.Count))
	}
	if want := []string{"E07000221 1", "E08000026 1", "E23000014 5", "W06000015 1"}; !slices.Equal(areas, want) {
		t.Errorf("areas %q, want %q", areas, want)
	}
	if m.LSOA[2].LSOA != "W01000001" {
		t.Errorf("LSOAs %+v", m.LSOA)
	}

	t.Run("without a geography", func(t *testing.T) {
		b, m := readText(t, fileName, content, ingest.Options{Coverage: ingest.Coverage{All: true}})
		if b.Account.Outside != 4 || len(m.Area) != 0 || m.ForceArea != "" {
			t.Errorf("account %+v, areas %+v, force %q", b.Account, m.Area, m.ForceArea)
		}
	})
	t.Run("a force without an area", func(t *testing.T) {
		_, m := readText(t, "2019-03-btp-street.csv", strings.ReplaceAll(content, "West Midlands Police", "British Transport Police"), everything())
		if m.ForceArea != "" || m.Force != "British Transport Police" || len(m.Area) != 3 {
			t.Errorf("force %q %q, areas %+v", m.Force, m.ForceArea, m.Area)
		}
	})
	t.Run("a force that is not asked for", func(t *testing.T) {
		_, m := readText(t, "2019-03-warwickshire-street.csv", strings.ReplaceAll(content, "West Midlands Police", "Warwickshire Police"), coventry())
		if m.ForceArea != "E23000017" || len(m.Area) != 1 || m.Area[0].Area != "E08000026" {
			t.Errorf("force area %q, areas %+v", m.ForceArea, m.Area)
		}
	})
}

// What a file says does not depend on how it is written.
func TestReadWritten(t *testing.T) {
	rows := append([]string{header}, good(20)...)
	rows = append(rows, crime("", "", "Anti-social behaviour", ""), crime("x", "E01008800", "Drugs", ""))
	b, _ := readText(t, fileName, file(rows...), coventry())

	quote := func(row string) string { return `"` + strings.ReplaceAll(row, ",", `","`) + `"` }
	quoted := make([]string, len(rows))
	backwards := make([]string, len(rows))
	wider := make([]string, len(rows))
	for i, row := range rows {
		quoted[i] = quote(row)
		fields := strings.Split(row, ",")
		slices.Reverse(fields)
		backwards[i] = strings.Join(fields, ",")
		wider[i] = "more," + row + ",and more"
		if i == 0 {
			wider[i] = "First," + row + ",Last"
		}
	}
	hostile := slices.Clone(rows)
	hostile[3] = strings.Replace(hostile[3], "On or near High Street", "\"On or near \"\"The\"\" Arcade,\r\n</script>\n=cmd\"", 1)
	for name, content := range map[string]string{
		"CRLF":                          strings.Join(rows, "\r\n") + "\r\n",
		"BOM":                           "\xef\xbb\xbf" + file(rows...),
		"last line without end":         strings.Join(rows, "\n"),
		"quoted":                        file(quoted...),
		"quoted, CRLF, BOM":             "\xef\xbb\xbf" + strings.Join(quoted, "\r\n"),
		"columns backwards":             file(backwards...),
		"more columns":                  file(wider...),
		"blanks in the header":          strings.Replace(file(rows...), "LSOA code,LSOA name", " LSOA code ,LSOA name  ", 1),
		"header in capitals":            strings.ToUpper(header) + "\n" + file(rows[1:]...),
		"blanks around fields":          strings.NewReplacer("E01009500,", " E01009500 ,", "Burglary,", "Burglary ,", ",2019-03,", ", 2019-03,", "investigation,", "investigation ,").Replace(file(rows...)),
		"empty lines":                   strings.Join(rows, "\n\n") + "\n\n\n",
		"a location of several lines":   file(hostile...),
		"rows in another order":         file(append([]string{rows[0], rows[len(rows)-1]}, rows[1:len(rows)-1]...)...),
		"some reported by another":      strings.Replace(file(rows...), "West Midlands Police,West", "British Transport Police,West", 3),
		"reported by nobody in between": strings.Replace(file(rows...), "West Midlands Police,West", ",West", 3),
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := readText(t, fileName, content, coventry())
			if got.FactsSHA != b.FactsSHA {
				t.Error("the facts differ")
			}
			if got.Account != b.Account {
				t.Errorf("account %+v, want %+v", got.Account, b.Account)
			}
			if len(got.Problems) != 0 {
				t.Errorf("problems %+v", got.Problems)
			}
		})
	}

	t.Run("gzip", func(t *testing.T) {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		w.Write([]byte(file(rows...)))
		w.Close()
		got, _ := read(t, open(t, fileName+".gz", z.Bytes()), coventry())
		if got.FactsSHA != b.FactsSHA || got.File != fileName+".gz" || got.Digest == b.Digest || got.Size != int64(z.Len()) {
			t.Errorf("batch %+v", got)
		}
	})
	t.Run("zip", func(t *testing.T) {
		got, _ := read(t, open(t, "archive.zip", zipped(t, "2019-03/"+fileName, file(rows...))), coventry())
		if got.FactsSHA != b.FactsSHA || got.File != "archive.zip" || got.Member != "2019-03/"+fileName || !strings.HasPrefix(got.Digest, "crc32:") {
			t.Errorf("batch %+v", got)
		}
	})
	t.Run("other facts", func(t *testing.T) {
		seen := map[string]string{b.FactsSHA: "the first"}
		for name, of := range map[string][2]string{
			"another count":   {fileName, file(rows[:len(rows)-1]...)},
			"another outcome": {fileName, strings.Replace(file(rows...), "Under investigation", "Local resolution", 1)},
			"another month":   {"2019-04-west-midlands-street.csv", strings.ReplaceAll(file(rows...), "2019-03", "2019-04")},
			"another force":   {"2019-03-btp-street.csv", strings.ReplaceAll(file(rows...), "West Midlands Police", "British Transport Police")},
		} {
			got, _ := readText(t, of[0], of[1], coventry())
			if other, same := seen[got.FactsSHA]; same {
				t.Errorf("%s has the digest of %s", name, other)
			}
			seen[got.FactsSHA] = name
		}
	})
}

func zipped(t testing.TB, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte(content))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadRejects(t *testing.T) {
	for _, tt := range []struct {
		name, row, column, rule, message string
	}{
		{"a field too few", strings.TrimSuffix(crime("x", "E01009500", "Drugs", ""), ","), "", "field_count", "11 fields and the header 12"},
		{"a field too many", crime("x", "E01009500", "Drugs", "") + ",", "", "field_count", "13 fields"},
		{"one field", "the end", "", "field_count", "1 fields"},
		{"stray quote", strings.Replace(crime("x", "E01009500", "Drugs", ""), "On or", `"On or`, 1), "", "quote", "is not closed"},
		{"text after a quote", strings.Replace(crime("x", "E01009500", "Drugs", ""), "On or", `"On" or`, 1), "", "quote", "text follows"},
		{"very long", crime("x", "E01009500", "Drugs", strings.Repeat("x", rowLimit)), "", "row_length", "longer than 16384 bytes"},
		{"month blank", strings.Replace(crime("x", "E01009500", "Drugs", ""), "2019-03", "", 1), "Month", "month", "is blank; it should be 2019-03"},
		{"month in words", strings.Replace(crime("x", "E01009500", "Drugs", ""), "2019-03", "Mar-19", 1), "Month", "month", `"Mar-19" is not a month`},
		{"month impossible", strings.Replace(crime("x", "E01009500", "Drugs", ""), "2019-03", "2019-13", 1), "Month", "month", `"2019-13" is not a month`},
		{"month of another file", strings.Replace(crime("x", "E01009500", "Drugs", ""), "2019-03", "2019-02", 1), "Month", "month_of_file", "of 2019-02 and the file's name says 2019-03"},
		{"crime type blank", crime("x", "E01009500", " ", ""), "Crime type", "crime_type", "is blank"},
		{"crime type unknown", crime("x", "E01009500", "</script>", ""), "Crime type", "crime_type", `"</script>" is not a crime type`},
		{"crime type very long", crime("x", "E01009500", strings.Repeat("é", 500), ""), "Crime type", "crime_type", `…" is not a crime type`},
		{"crime type of no text", crime("x", "E01009500", "\xff\x00", ""), "Crime type", "crime_type", "\"\uFFFD\\x00\" is not"},
		{"LSOA of letters", crime("x", "Coventry 001A", "Drugs", ""), "LSOA code", "lsoa_code", `"Coventry 001A" is not the code of an LSOA`},
		{"LSOA too short", crime("x", "E0100950", "Drugs", ""), "LSOA code", "lsoa_code", "is not the code"},
		{"LSOA too long", crime("x", "E010095001", "Drugs", ""), "LSOA code", "lsoa_code", "is not the code"},
		{"LSOA of a letter and digits", crime("x", "E01O09500", "Drugs", ""), "LSOA code", "lsoa_code", "is not the code"},
		{"a middle layer area", crime("x", "E02001234", "Drugs", ""), "LSOA code", "lsoa_code", "is not the code"},
		{"LSOA in small letters", crime("x", "e01009500", "Drugs", ""), "LSOA code", "lsoa_code", "is not the code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := append([]string{header}, good(150)...)
			rows[100] = strings.Replace(rows[100], "On or near", "\"On,\nor\" near", 1)
			rows[100] = strings.Replace(rows[100], "\" near High Street", " near High Street\"", 1) // on two lines
			rows = slices.Insert(rows, 120, tt.row)
			b, _ := readText(t, fileName, file(rows...), coventry())
			if want := (metrics.Account{Read: 151, Kept: 150, Rejected: 1}); b.Account != want {
				t.Errorf("account %+v, want %+v", b.Account, want)
			}
			if len(b.Problems) != 1 {
				t.Fatalf("problems %+v", b.Problems)
			}
			p := b.Problems[0]
			if p.Row != 122 || p.Column != tt.column || p.Rule != tt.rule || !p.Rejects || !strings.Contains(p.Message, tt.message) {
				t.Errorf("problem %+v, want line 122, column %q, rule %s, %q", p, tt.column, tt.rule, tt.message)
			}
			if !utf8.ValidString(p.Message) || len(p.Message) > 400 {
				t.Errorf("message %q", p.Message)
			}
		})
	}
}

// What looks odd and is counted all the same.
func TestReadAccepts(t *testing.T) {
	for name, row := range map[string]string{
		"outcome that is hostile text":   crime("x", "E01009500", "Drugs", "</script><img onerror=alert(1)>"),
		"outcome that is a formula":      crime("x", "E01009500", "Drugs", "=cmd|'/c calc'!A0"),
		"outcome that is not UTF-8":      crime("x", "E01009500", "Drugs", "caf\xe9"),
		"older crime type":               crime("x", "E01009500", "Violent crime", ""),
		"neither force nor street":       "x,2019-03,,,,,,E01009500,,Drugs,,",
		"quote within an unquoted field": strings.Replace(crime("x", "E01009500", "Drugs", ""), "On or near", `On or "near"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			b, m := readText(t, fileName, file(append([]string{header, row}, good(10)...)...), coventry())
			if b.Account.Kept != 11 || b.Account.Rejected != 0 {
				t.Errorf("account %+v", b.Account)
			}
			for _, o := range m.Outcome {
				if !utf8.ValidString(o.Outcome) {
					t.Errorf("outcome %q is not text", o.Outcome)
				}
			}
		})
	}
}

func TestReadRepeated(t *testing.T) {
	content := file(header,
		crime("one", "E01009500", "Drugs", ""), crime("one", "E01009500", "Drugs", ""), // exact duplicate
		crime("two", "", "Drugs", ""), crime("two", "E01009501", "Burglary", ""), // once without location
		crime("three", "E01009500", "Drugs", ""), crime("three", "E01008800", "Drugs", ""), // the other one is outside
		crime("", "E01009500", "Anti-social behaviour", ""), crime("", "E01009500", "Anti-social behaviour", ""), // blank is no ID
	)
	b, _ := readText(t, fileName, content, coventry())
	if want := (metrics.Account{Read: 8, Kept: 6, WithoutLocation: 1, Outside: 1, Repeated: 2}); b.Account != want {
		t.Errorf("account %+v, want %+v", b.Account, want)
	}
}

func TestReadTooManyBad(t *testing.T) {
	bad := crime("x", "nowhere", "Drugs", "")
	for _, tt := range []struct {
		name      string
		good, bad int
		ok        bool
	}{
		{"one of two", 1, 1, true},
		{"the only one", 0, 1, false},
		{"two of ten", 8, 2, false},
		{"two of 200", 198, 2, true},
		{"two of 199", 197, 2, false},
		{"three of 299", 296, 3, false},
		{"three of 300", 297, 3, true},
		{"all of many", 0, 30_000, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := append([]string{header}, good(tt.good)...)
			for range tt.bad {
				rows = append(rows, bad)
			}
			in := open(t, fileName, []byte(file(rows...)))
			if tt.ok {
				read(t, in, coventry())
				return
			}
			releases, err := New().Read(context.Background(), in, coventry())
			if metrics.KindOf(err) != metrics.Invalid || releases != nil {
				t.Fatalf("releases %v, error %v", releases, err)
			}
			for _, word := range []string{in.Path, "more than 1%", fmt.Sprintf("line %d, column \"LSOA code\": \"nowhere\"", tt.good+2), "correct it"} {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
			if tt.bad < 100 && !strings.Contains(err.Error(), fmt.Sprintf(": %d of %d rows", tt.bad, tt.bad+tt.good)) {
				t.Errorf("%q does not say how many", err)
			}
		})
	}
}

func TestReadMaxProblems(t *testing.T) {
	rows := append([]string{header, crime("u", "E01999999", "Drugs", "")}, good(150_000)...)
	for range ingest.MaxProblems + 200 {
		rows = append(rows, crime("x", "nowhere", "Drugs", ""))
	}
	b, _ := readText(t, fileName, file(rows...), coventry())
	if b.Account.Rejected != ingest.MaxProblems+200 || len(b.Problems) != ingest.MaxProblems {
		t.Errorf("%d rejected, %d problems kept", b.Account.Rejected, len(b.Problems))
	}
	if b.Problems[0].Rule != "lsoa_unknown" {
		t.Errorf("the file's own problem is not the first: %+v", b.Problems[0])
	}
}

func TestReadRefuses(t *testing.T) {
	without := func(column string) string {
		return strings.Replace(header, column, "Other", 1) + "\n" + crime("x", "E01009500", "Drugs", "")
	}
	text16 := utf16.Encode([]rune(file(header, crime("x", "E01009500", "Drugs", ""))))
	little, big := new(bytes.Buffer), new(bytes.Buffer)
	binary.Write(little, binary.LittleEndian, text16)
	binary.Write(big, binary.BigEndian, text16)
	many := header
	for i := range 60 {
		many += fmt.Sprintf(",more %d", i)
	}
	outcomesFlood := []string{header}
	for i := range 300 {
		outcomesFlood = append(outcomesFlood, crime("x", "E01009500", "Drugs", fmt.Sprintf("outcome %d", i)))
	}
	for _, tt := range []struct {
		name, file, content string
		words               []string
	}{
		{"a web page", fileName, "\n<!DOCTYPE html><html><title>Not found</title></html>", []string{"looks like a web page", "fetch it again"}},
		{"a web page with a BOM", fileName, "\xef\xbb\xbf<html>", []string{"looks like a web page"}},
		{"a zip", fileName, string(zipped(t, fileName, header)), []string{"a zip archive"}},
		{"gzip within", fileName, "\x1f\x8b\x08\x00", []string{"looks like gzip"}},
		{"an old workbook", fileName, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", []string{"an old Excel workbook"}},
		{"JSON", fileName, `[{"category":"burglary"}]`, []string{"looks like JSON"}},
		{"UTF-16", fileName, "\xff\xfe" + little.String(), []string{"UTF-16"}},
		{"UTF-16, the other way", fileName, "\xfe\xff" + big.String(), []string{"UTF-16"}},
		{"UTF-16 without a mark", fileName, little.String(), []string{"UTF-16"}},
		{"binary", fileName, "\x7fELF\x00\x00", []string{"binary"}},
		{"blank", fileName, " \n\r\n", []string{"is empty", "fetch it again"}},
		{"only a BOM", fileName, "\xef\xbb\xbf", []string{"is empty"}},
		{"no rows", fileName, header + "\n", []string{"a header and no rows", "fetch it again"}},
		{"no rows and no line end", fileName, header, []string{"a header and no rows"}},
		{"no Crime ID", fileName, without("Crime ID"), []string{"line 1", `no column "Crime ID"`, `"Month", "Reported by"`}},
		{"no Month", fileName, without("Month"), []string{"line 1", `no column "Month"`}},
		{"no Reported by", fileName, without("Reported by"), []string{`no column "Reported by"`}},
		{"no LSOA code", fileName, without("LSOA code"), []string{`no column "LSOA code"`, `"LSOA name"`}},
		{"no Crime type", fileName, without("Crime type"), []string{`no column "Crime type"`}},
		{"no outcome", fileName, without("Last outcome category"), []string{`no column "Last outcome category"`}},
		{"no Crime type in 2011", "2011-02-west-midlands-street.csv", strings.Replace(header2011, "Crime type", "Type", 1) + "\n", []string{`no column "Crime type"`}},
		{"no header", fileName, file(good(3)...), []string{"no columns", `"Burglary"`}},
		{"a column twice", fileName, header + ",Month\n" + crime("x", "E01009500", "Drugs", "") + ",", []string{`"Month" stands more than once`}},
		{"semicolons", fileName, strings.ReplaceAll(file(header), ",", ";"), []string{"no columns", "Crime ID;Month;"}},
		{"outcomes file", fileName, "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type\n", []string{`"Crime type"`, "-outcomes.csv"}},
		{"stop and search file", fileName, "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome\n", []string{"-stop-and-search.csv"}},
		{"too many columns", fileName, many, []string{"72 columns"}},
		{"no line ends", fileName, strings.Repeat("x", 3*rowLimit), []string{"line 1", "not the header"}},
		{"open quote in the header", fileName, "\"" + header + "\nx\n", []string{"line 1", "not the header"}},
		{"carriage returns alone", fileName, strings.ReplaceAll(file(append([]string{header}, good(3)...)...), "\n", "\r"), []string{"carriage return"}},
		{"month of the name", "2019-13-west-midlands-street.csv", file(header, crime("x", "E01009500", "Drugs", "")), []string{`"2019-13" is not a month`}},
		{"another month's file", "2019-04-west-midlands-street.csv", file(append([]string{header}, good(200)...)...), []string{"200 of 200 rows", "line 2", `column "Month"`, "2019-04"}},
		{"another force's file", "2019-03-warwickshire-street.csv", file(append([]string{header}, good(3)...)...), []string{"name says warwickshire", `"West Midlands Police"`}},
		{"too many outcomes", fileName, file(outcomesFlood...), []string{"line 129", `column "Last outcome category"`, `"outcome 127"`}},
		{"another name", "crimes.csv", header, []string{"YYYY-MM-FORCE-street.csv"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := open(t, tt.file, []byte(tt.content))
			releases, err := New().Read(context.Background(), in, coventry())
			if metrics.KindOf(err) != metrics.Invalid || releases != nil {
				t.Fatalf("releases %v, error %v", releases, err)
			}
			for _, word := range append(tt.words, in.Path) {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
			if len(err.Error()) > 900 {
				t.Errorf("%d bytes are too many to read: %q", len(err.Error()), err)
			}
		})
	}
}

func TestReadCutShort(t *testing.T) {
	whole := file(append([]string{header}, good(5000)...)...)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(whole))
	w.Close()
	member := zipped(t, "2019-03/"+fileName, whole)
	flipped := bytes.Clone(member)
	flipped[len(flipped)/2] ^= 0xff
	for name, in := range map[string]ingest.Input{
		"gzip cut short":     open(t, fileName+".gz", z.Bytes()[:z.Len()/2]),
		"gzip cut at once":   open(t, fileName+".gz", z.Bytes()[:5]),
		"not gzip":           open(t, fileName+".gz", []byte(whole)),
		"zip member damaged": open(t, "archive.zip", flipped),
	} {
		t.Run(name, func(t *testing.T) {
			releases, err := New().Read(context.Background(), in, coventry())
			if metrics.KindOf(err) != metrics.Invalid || releases != nil {
				t.Fatalf("releases %v, error %v", releases, err)
			}
			if !strings.Contains(err.Error(), "cannot be read to its end") || !strings.Contains(err.Error(), fileName) {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestRead2011(t *testing.T) {
	row := func(crimeType, context string) string {
		return "2011-02,West Midlands Police,West Midlands Police,408811.0,284398.0,On or near Alfred Road," + crimeType + "," + context
	}
	content := strings.Join([]string{header2011, row("Violent crime", ""), row("Violent crime", "Airport"), row("Other crime", ""), row("Robbery", "")}, "\r\n")
	b, m := readText(t, "2011-02-west-midlands-street.csv", content, coventry())
	if want := (metrics.Account{Read: 4, WithoutLocation: 4}); b.Account != want {
		t.Errorf("account %+v, want %+v", b.Account, want)
	}
	want := []store.AreaCount{{Area: "E23000014", Type: "Other crime", Count: 1}, {Area: "E23000014", Type: "Robbery", Count: 1}, {Area: "E23000014", Type: "Violent crime", Count: 2}}
	if m.HasLSOA || m.Scheme != metrics.Scheme2010 || len(m.LSOA) != 0 || !slices.Equal(m.Area, want) {
		t.Errorf("facts %+v", m)
	}
}

func TestReadHasLSOA(t *testing.T) {
	for name, tt := range map[string]struct {
		lsoas []string
		want  bool
	}{
		"all blank":     {[]string{"", "", " "}, false},
		"one":           {[]string{"", "E01009500"}, true},
		"one outside":   {[]string{"", "E01008800"}, true},
		"one not known": {[]string{"", "E01999999"}, true},
		"one no code":   {[]string{"", "", "E01"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			rows := []string{header}
			for _, lsoa := range tt.lsoas {
				rows = append(rows, crime("", lsoa, "Drugs", ""))
			}
			if _, m := readText(t, fileName, file(rows...), coventry()); m.HasLSOA != tt.want {
				t.Errorf("got %v", m.HasLSOA)
			}
		})
	}
}

func TestReadScheme(t *testing.T) {
	for _, tt := range []struct {
		name, month string
		types       []string
		want        metrics.Scheme
		problem     bool
	}{
		{"today", "2019-03", []string{"Violence and sexual offences", "Possession of weapons", "Other crime"}, metrics.Scheme2013, false},
		{"2010", "2011-08", []string{"Violent crime", "Other crime"}, metrics.Scheme2010, false},
		{"2011", "2011-09", []string{"Violent crime", "Drugs"}, metrics.Scheme2011, false},
		{"types in all of them", "2019-03", []string{"Burglary", "Robbery"}, metrics.Scheme2013, false},
		{"today's types early", "2011-02", []string{"Violence and sexual offences", "Burglary"}, metrics.Scheme2013, false},
		{"2011's types early", "2011-02", []string{"Violent crime", "Drugs"}, metrics.Scheme2011, false},
		{"2011's types late", "2019-03", []string{"Violent crime", "Public disorder and weapons"}, metrics.Scheme2011, false},
		{"2010's types late", "2019-03", []string{"Violent crime", "Other crime"}, metrics.Scheme2010, false},
		{"types of different times", "2019-03", []string{"Violent crime", "Violence and sexual offences"}, metrics.Scheme2013, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := []string{header}
			for _, crimeType := range tt.types {
				rows = append(rows, strings.Replace(crime("", "E01009500", crimeType, ""), "2019-03", tt.month, 1))
			}
			b, m := readText(t, tt.month+"-west-midlands-street.csv", file(rows...), coventry())
			if m.Scheme != tt.want {
				t.Errorf("scheme %d, want %d", m.Scheme, tt.want)
			}
			if got := len(b.Problems) == 1 && b.Problems[0].Rule == "crime_type_scheme" && !b.Problems[0].Rejects; got != tt.problem {
				t.Errorf("problems %+v", b.Problems)
			}
			if b.Account.Kept != int64(len(tt.types)) {
				t.Errorf("account %+v", b.Account)
			}
		})
	}
}

func TestReadForceUnnamed(t *testing.T) {
	_, m := readText(t, fileName, strings.ReplaceAll(file(append([]string{header}, good(3)...)...), "West Midlands Police", ""), coventry())
	if m.Force != "west-midlands" || m.ForceArea != "E23000014" {
		t.Errorf("force %q %q", m.Force, m.ForceArea)
	}
}

func TestReadForceFlood(t *testing.T) {
	rows := append([]string{header}, good(300)...)
	for i := range 200 {
		rows[i+1] = strings.Replace(rows[i+1], "West Midlands Police", fmt.Sprintf("Force %d", i/2), 1)
	}
	rows = append(rows[:1], append(good(3), rows[1:]...)...)
	b, m := readText(t, fileName, file(rows...), coventry())
	if m.Force != "West Midlands Police" || b.Account.Kept != 303 {
		t.Errorf("force %q, account %+v", m.Force, b.Account)
	}
}

func TestReadProgress(t *testing.T) {
	whole := file(append([]string{header}, good(5000)...)...)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(whole))
	w.Close()
	for name, in := range map[string]ingest.Input{
		"plain": open(t, fileName, []byte(whole)),
		"zip":   open(t, "archive.zip", zipped(t, fileName, whole)),
		"gzip":  open(t, fileName+".gz", z.Bytes()), // never more than the file's own size
	} {
		t.Run(name, func(t *testing.T) {
			var told int64
			opts := coventry()
			opts.Progress = func(n int) { told += int64(n) }
			read(t, in, opts)
			if told != in.Size {
				t.Errorf("told of %d bytes of %d", told, in.Size)
			}
		})
	}
}

func TestReadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	opts := coventry()
	opts.Progress = func(int) { cancel() }
	in := open(t, fileName, []byte(file(append([]string{header}, good(5000)...)...)))
	if _, err := New().Read(ctx, in, opts); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Readings at once, and one after another in the same room, do not touch each other.
func TestReadAtOnce(t *testing.T) {
	type one struct {
		in   ingest.Input
		want metrics.Batch
	}
	var files []one
	for i, crimeType := range metrics.Scheme2013.CrimeTypes() {
		rows := append([]string{header}, good(50*i)...)
		rows = append(rows, crime("", "E01009501", crimeType, fmt.Sprintf("outcome %d", i)), crime("", "E01031100", crimeType, ""), crime("", "bad", crimeType, ""))
		in := open(t, fileName, []byte(file(rows...)))
		b, _ := read(t, in, everything())
		files = append(files, one{in, b})
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, f := range files {
				releases, err := New().Read(context.Background(), f.in, everything())
				if err != nil {
					t.Error(err)
				} else if !reflect.DeepEqual(releases[0].Batch, f.want) {
					t.Errorf("got %+v, want %+v", releases[0].Batch, f.want)
				}
			}
		})
	}
	wg.Wait()
}

// FuzzRead holds of any file: no panic, an account that adds up, and the same
// answer however the bytes arrive and however large the buffer is.
func FuzzRead(f *testing.F) {
	f.Add([]byte(file(append([]string{header}, good(3)...)...)))
	f.Add([]byte(file(header, crime("a", "E01009500", "Drugs", "x"), crime("a", "", "Drugs", ""), crime("", "W01000001", "Other crime", ""), "bad", crime("b", "95GG40S1", "Drugs", ""))))
	f.Add([]byte("\xef\xbb\xbf" + strings.ReplaceAll(header, ",", "\r\n")))
	f.Add([]byte(header + "\r\n\"a\",2019-03,,,,,\"x\ny\",E01009500,,\"Drugs\",\"\",\r\n\"open,2019-03"))
	f.Add([]byte(header2011 + "\n2019-03,Kent Police,,,,,Burglary,\n"))
	geography := midlands()
	f.Fuzz(func(t *testing.T, content []byte) {
		type answer struct {
			facts    *store.StreetMonth
			account  metrics.Account
			problems []metrics.Problem
			err      string
		}
		var want answer
		for i, buffer := range []int{4096, 257, 300} {
			w := &worker{scanner: scanner{buf: make([]byte, buffer), limit: 256}, counter: newCounter()}
			w.scanner.reset(bytes.NewReader(content), nil)
			opts := ingest.Options{Geography: geography, Coverage: coventry().Coverage}
			m, err := w.read(ingest.Input{Path: fileName, Name: fileName}, metrics.NewMonth(2019, 3), "west-midlands", opts)
			got := answer{facts: m, account: w.counter.account, problems: w.counter.problems}
			if err != nil {
				got = answer{err: err.Error()}
			} else {
				b := metrics.Batch{Account: got.account, Problems: got.problems, Facts: int64(len(m.LSOA) + len(m.Area) + len(m.Outcome))}
				checkSums(t, b, m)
			}
			if i == 0 {
				want = got
			} else if !reflect.DeepEqual(got, want) {
				t.Errorf("with a buffer of %d:\ngot  %+v\nwant %+v", buffer, got, want)
			}
		}
	})
}
