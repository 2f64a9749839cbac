package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"outcomes/ingest/sample"
	"outcomes/metrics/store"
)

// samples gives a folder with the sample, written once for all tests.
var samples = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "outcomes-test-")
	if err != nil {
		return "", err
	}
	return dir, sample.Write(filepath.Join(dir, "sample"))
})

func sampleFolder(t testing.TB) string {
	t.Helper()
	dir, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "sample")
}

func TestMain(m *testing.M) {
	status := m.Run()
	if dir, err := samples(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(status)
}

// small makes a database with a little of the sample: enough for figures.
func small(t testing.TB, extra ...string) (db, files string) {
	t.Helper()
	files = sampleFolder(t)
	db = filepath.Join(t.TempDir(), "outcomes.db")
	for _, source := range []string{"geography", "population", "deprivation"} {
		outcomes(t, slices.Concat([]string{"import", source, filepath.Join(files, source), "--db", db}, extra)...)
	}
	outcomes(t, "import", "police", filepath.Join(files, "police", "2019-01"), filepath.Join(files, "police", "2019-02"), filepath.Join(files, "police", "2019-03"), "--db", db)
	return db, files
}

func write(t testing.TB, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func inflate(t testing.TB, path string) []byte {
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

func zipped(t testing.TB, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Each wrong file gives one clear error, exit status 1, and the database as it was.
func TestBadInput(t *testing.T) {
	db, files := small(t)
	before := outcomes(t, "figures", "--db", db, "--format", "json")
	ledger := batches(t, db)

	// Below the sample's folder, so that all of it counts as sample data.
	dir, err := os.MkdirTemp(files, "bad")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	good := inflate(t, filepath.Join(files, "police", "2019-04", "2019-04-west-midlands-street.csv.gz"))
	const name = "2019-04-west-midlands-street.csv"
	lines := bytes.SplitAfter(good, []byte("\n"))
	header := lines[0]
	old := append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, make([]byte, 600)...)
	whole := zipped(t, "2019-04/"+name, good)
	broken := bytes.Clone(good)
	for n, at := 0, len(header); n < len(lines)/50; n++ { // one row in fifty loses its month
		at += bytes.Index(broken[at:], []byte(",2019-04,")) + 1
		copy(broken[at:], "20x9-0y")
	}
	in := func(sub string) string {
		d := filepath.Join(dir, sub)
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
		return d
	}
	// The same month in two folders: as it is, and without its last row.
	twice := in("twice")
	write(t, in("twice/a"), name, good)
	write(t, in("twice/b"), name+".gz", gzipped(t, bytes.Join(lines[:len(lines)-2], nil)))
	tests := []struct {
		name, source, path string
		want               []string
	}{
		{"two files of one month", "police", twice, []string{filepath.Join(twice, "a", name), filepath.Join(twice, "b", name+".gz"), "West Midlands Police in April 2019", "different things"}},
		{"no such file", "police", filepath.Join(dir, "none.csv"), []string{"none.csv", "no such file"}},
		{"empty file", "police", write(t, in("empty"), name, nil), []string{name, "is empty"}},
		{"empty folder", "police", in("nothing"), []string{"no file to read"}},
		{"truncated zip", "police", write(t, in("cut"), "archive.zip", whole[:len(whole)-300]), []string{"archive.zip", "fetch it again"}},
		{"zip with damage inside", "police", write(t, in("damaged"), "archive.zip", damage(whole)), []string{"archive.zip", name, "fetch it again"}},
		{"truncated gzip", "police", write(t, in("cutgz"), name+".gz", gzipped(t, good)[:2000]), []string{name, "fetch it again"}},
		{"a missing column", "police", write(t, in("column"), name, bytes.Replace(good, []byte("Crime type"), []byte("Kind"), 1)), []string{name, "line 1", "Crime type"}},
		{"another month's rows", "police", write(t, in("month"), "2019-05-west-midlands-street.csv", good), []string{"line 2", "Month", "2019-04"}},
		{"too many bad rows", "police", write(t, in("bad"), name, broken), []string{name, "line", "Month"}},
		{"a web page", "police", write(t, in("html"), name, []byte("<!DOCTYPE html><html><body>Sign in</body></html>")), []string{name, "web page"}},
		{"an old workbook", "deprivation", write(t, in("xls"), "File_1_IMD.xls", old), []string{"File_1_IMD.xls", "save it as .xlsx"}},
		{"an old workbook of estimates", "population", write(t, in("xls"), "ukmidyearestimates.xls", old), []string{"save it as .xlsx"}},
		{"the wrong source", "police", filepath.Join(files, "population"), []string{"none of the", "police"}},
		{"a wrong code", "geography", write(t, in("code"), "LSOA_lookup.csv", []byte("LSOA11CD,LSOA11NM,LAD22CD,LAD22NM\nCoventry,Coventry 001A,E08000026,Coventry\n")), []string{"LSOA_lookup.csv", "LSOA11CD", "Coventry"}},
		{"an edition that is not said", "deprivation", write(t, in("tidy"), "ranks.csv", []byte("lsoa_code,rank\nE01000001,1\n")), []string{"--edition"}},
		{"TopoJSON", "boundaries", write(t, in("topo"), "outlines.json", []byte(`{"type":"Topology","objects":{}}`)), []string{"outlines.json", "GeoJSON", "TopoJSON"}},
		{"no source", "weather", dir, []string{"weather", "police"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := run(context.Background(), []string{"import", tt.source, tt.path, "--db", db}, &stdout, &stderr)
			said := lastLine(stderr.String())
			if status != 1 {
				t.Errorf("status %d: %s%s", status, stdout.String(), said)
			}
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("%q lacks %q", said, want)
				}
			}
			if strings.Count(stderr.String(), "outcomes: ") != 1 {
				t.Errorf("not one error: %s", stderr.String())
			}
			if after := outcomes(t, "figures", "--db", db, "--format", "json"); after != before {
				t.Error("figures changed")
			}
			if after := batches(t, db); after != ledger {
				t.Errorf("%d batches, there were %d", after, ledger)
			}
		})
	}
	t.Run("a good file before the bad one is not kept either", func(t *testing.T) {
		d := in("two")
		write(t, d, name, good)
		write(t, d, "2019-05-west-midlands-street.csv", good)
		var stdout, stderr bytes.Buffer
		if status := run(context.Background(), []string{"import", "police", d, "--db", db}, &stdout, &stderr); status != 1 {
			t.Fatalf("status %d", status)
		}
		if after := batches(t, db); after != ledger {
			t.Errorf("%d batches, there were %d", after, ledger)
		}
	})
	t.Run("a single bad row is a problem in the account", func(t *testing.T) {
		one := bytes.Replace(good, []byte("Violence and sexual offences"), []byte("=cmd|' /C calc'!A0"), 1)
		out := outcomes(t, "import", "police", write(t, in("one"), name, one), "--db", db)
		if !strings.Contains(out, "rejected                       1") || !strings.Contains(out, "crime_type: 1, the first at") || !strings.Contains(out, "line ") {
			t.Errorf("the account: %s", out)
		}
	})
}

func lastLine(s string) string {
	at := strings.Index(s, "outcomes: ")
	return s[max(at, 0):]
}

// damage changes a byte in the middle of the compressed content.
func damage(b []byte) []byte {
	out := bytes.Clone(b)
	for i := len(out) / 2; i < len(out)/2+8; i++ {
		out[i] ^= 0x5a
	}
	return out
}

func gzipped(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// batches counts the batches that the ledger holds.
func batches(t testing.TB, db string) int {
	t.Helper()
	st := openStore(t, db)
	defer st.Close()
	list, err := st.Batches(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// empty makes a database that nothing was imported into.
func empty(t testing.TB, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "empty.db")
	st, err := store.Open(context.Background(), path, now)
	if err != nil {
		t.Fatal(err)
	}
	st.Close()
	return path
}

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	wrong := write(t, dir, "wrong.yaml", []byte("name: x\ncolour: blue\n"))
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"figures without a database", []string{"figures", "--db", filepath.Join(dir, "none.db")}, "there is no database"},
		{"a wrong period", []string{"figures", "--db", filepath.Join(dir, "none.db"), "--period", "March 2019"}, "is not a period"},
		{"a wrong format", []string{"figures", "--format", "pdf"}, `no format "pdf"`},
		{"a wrong strategy", []string{"strategy", "check", wrong}, "wrong.yaml:2:"},
		{"an import with a wrong strategy", []string{"import", "police", dir, "--db", filepath.Join(dir, "x.db"), "--strategy", wrong}, "wrong.yaml:2:"},
		{"serving with a wrong strategy", []string{"serve", "--db", empty(t, dir), "--strategy", wrong}, "wrong.yaml:2:"},
		{"a strategy without an area", []string{"strategy", "new"}, "area"},
		{"a strategy for a name", []string{"strategy", "new", "--area", "Sheffield"}, "not the ONS code"},
		{"an unknown command", []string{"reprot"}, "unknown command"},
		{"police before geography", []string{"import", "police", filepath.Join(sampleFolder(t), "police", "2019-01"), "--db", filepath.Join(dir, "y.db")}, "import the lookups first"},
		{"an address in use", []string{"serve", "--db", empty(t, dir), "--listen", "256.0.0.1:1"}, "cannot listen on"},
		{"serving a database that is not there", []string{"serve", "--db", filepath.Join(dir, "typo.db")}, "there is no database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if status := run(context.Background(), tt.args, &stdout, &stderr); status != 1 {
				t.Errorf("status %d", status)
			}
			if !strings.Contains(stderr.String(), tt.want) {
				t.Errorf("%q lacks %q", stderr.String(), tt.want)
			}
		})
	}
	db, _ := small(t)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--indicator", "violence"}, `no figures of an indicator "violence"`},
		{[]string{"--area", "E08999999"}, `no figures for an area "E08999999"`},
		{[]string{"--indicator", "violence-rate", "--period", "1999-Q1"}, "no figure that fits"},
	} {
		var stdout, stderr bytes.Buffer
		if status := run(context.Background(), append([]string{"figures", "--db", db}, tt.args...), &stdout, &stderr); status != 1 || !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("%v: status %d, %q", tt.args, status, stderr.String())
		}
	}
	// Invented data say so in every form of output.
	if out := outcomes(t, "figures", "--db", db); !strings.Contains(out, "invented") {
		t.Error("the table does not say that the data are invented")
	}
	for _, row := range rows(t, db) {
		if row["sample"] != "true" {
			t.Fatal("a row of the CSV does not say that it is invented")
		}
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(outcomes(t, "figures", "--db", db, "--format", "json")), &list); err != nil || len(list) == 0 || list[0]["sample"] != true {
		t.Errorf("JSON: %v, %d figures", err, len(list))
	}
}

// Text that would be code in a page, a chart or a spreadsheet comes out as text.
func TestHostileText(t *testing.T) {
	const hostile = `</script><img src=x onerror=alert(1)>__f__alert(1)__f__`
	dir := t.TempDir()
	text := outcomes(t, "strategy", "new", "--area", "E08000026", "--area-name", "=cmd "+hostile)
	text = strings.Replace(text, "title: Violence and sexual offences", "title: '=cmd "+hostile+"'", 1)
	text = strings.Replace(text, "noun: violence and sexual offences crime", "noun: '"+hostile+"'", 1)
	text = strings.Replace(text, "unit: per 1,000 residents", "unit: '"+hostile+"'", 1)
	text = strings.Replace(text, "title: Building strong foundations", "title: '"+hostile+"'", 1)
	text = strings.Replace(text, "events: (a", "events (a", 1) + "\nevents:\n  - {date: 2019-02, label: '</script>__f__alert(1)__f__'}\n"
	strategy := write(t, dir, "hostile.yaml", []byte(text))
	db, files := small(t, "--strategy", strategy)

	odd, err := os.MkdirTemp(files, "odd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(odd) })
	tidy := "area_code,area_name,year,persons\nE08000026,\"" + hostile + "\",2019,370000\nE08000025,\"=cmd\",2019,abc\n" + strings.Repeat("", 1)
	var b strings.Builder
	b.WriteString(tidy)
	for i := range 300 {
		b.WriteString("E0700" + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)) + "0,x,2019,1000\n")
	}
	outcomes(t, "import", "population", write(t, odd, "=cmd<img src=x onerror=alert(1)>.csv", []byte(b.String())), "--db", db)

	for _, row := range rows(t, db) {
		for column, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && !regexp.MustCompile(`^-?[0-9.]+$`).MatchString(cell) {
				t.Fatalf("column %s begins a formula: %s", column, cell)
			}
		}
	}
	base := served(t, db)
	pages, downloads := crawl(t, base)
	if len(pages) < 20 || len(downloads) < 4 {
		t.Fatalf("%d pages, %d downloads", len(pages), len(downloads))
	}
	seen := false
	for _, at := range pages {
		res, err := http.Get(at)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Type == html.TextNode && strings.Contains(n.Data, "onerror=alert(1)") {
				seen = true
			}
			if n.Type != html.ElementNode {
				continue
			}
			kind := ""
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || n.Data == "img" && a.Val == "x" {
					t.Errorf("%s: <%s %s=%q>", at, n.Data, a.Key, a.Val)
				}
				if a.Key == "type" || a.Key == "src" {
					kind += a.Key + "=" + a.Val + " "
				}
			}
			if n.Data == "script" && !strings.Contains(kind, "src=/assets/") {
				if !strings.Contains(kind, "type=application/json") || !json.Valid([]byte(n.FirstChild.Data)) {
					t.Errorf("%s: a script that is neither ours nor data: %s", at, kind)
				}
			}
		}
	}
	if !seen {
		t.Error("the hostile text is on no page: there was nothing to check")
	}
}
