package export

import (
	"archive/zip"
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func files(t testing.TB) []File {
	t.Helper()
	r := full()
	name := r.FileName()
	var c, j bytes.Buffer
	must(t, ReportCSV(&c, r), ReportJSON(&j, r))
	return []File{{name + ".docx", []byte("PK…")}, {name + ".xlsx", workbook(t, r)}, {name + ".csv", c.Bytes()}, {name + ".json", j.Bytes()},
		{"charts/violence-rate-quarter-chart.png", []byte("\x89PNG")}, {"charts/other.svg", []byte("<svg/>")}}
}

func zipped(t testing.TB, files []File) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, Zip(&b, full(), files))
	return b.Bytes()
}

func TestZip(t *testing.T) {
	given := files(t)
	body := zipped(t, given)
	if !bytes.Equal(body, zipped(t, files(t))) {
		t.Error("the same files make two zips")
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	must(t, err)
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		if !f.Modified.Equal(stamp(full())) {
			t.Errorf("%s is of %s", f.Name, f.Modified)
		}
	}
	want := []string{"README.txt", "CITATION.txt", "LICENCE.txt"}
	for _, f := range given {
		want = append(want, f.Name)
	}
	if want = append(want, "SHA256SUMS"); !slices.Equal(names, want) {
		t.Errorf("it holds %q, want %q", names, want)
	}
	parts := unpack(t, body)
	for _, f := range given {
		if parts[f.Name] != string(f.Body) {
			t.Errorf("%s is another", f.Name)
		}
		if !strings.Contains(parts["README.txt"], f.Name) {
			t.Errorf("the readme does not name %s", f.Name)
		}
	}
	flatReadme := strings.Join(strings.Fields(parts["README.txt"]), " ")
	for _, s := range []string{"INVENTED SAMPLE DATA", "pack 3, frozen on 20 May 2019", "Figures as at: 14 May 2019", "[c] is shown where the count", "[p] provisional", "Byar's method", "https://data.police.uk/",
		"chart: Violence and sexual offences up on the corresponding quarter", "https://outcomes.example.org/reports/3"} {
		if !strings.Contains(flatReadme, s) {
			t.Errorf("the readme does not say %q:\n%s", s, parts["README.txt"])
		}
	}
	for name, s := range map[string]string{"CITATION.txt": full().Cite, "LICENCE.txt": full().Licence} {
		if said := strings.Join(strings.Fields(parts[name]), " "); !strings.Contains(said, s) || !strings.Contains(said, "INVENTED") {
			t.Errorf("%s says %q", name, said)
		}
	}
	for _, name := range []string{"README.txt", "CITATION.txt", "LICENCE.txt"} {
		for line := range strings.Lines(parts[name]) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 78 && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s has a line of %d letters: %s", name, n, line)
			}
		}
	}

	sha, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("sha256sum is not here")
	}
	dir := t.TempDir()
	for name, body := range parts {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755), os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644))
	}
	run := func() (string, error) {
		cmd := exec.Command(sha, "--strict", "-c", SumsName)
		cmd.Dir = dir
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	if said, err := run(); err != nil || strings.Count(said, ": OK") != len(parts)-1 {
		t.Errorf("sha256sum says %v:\n%s", err, said)
	}
	must(t, os.WriteFile(filepath.Join(dir, "README.txt"), []byte("changed"), 0o644))
	if said, err := run(); err == nil {
		t.Errorf("a changed file is not found out:\n%s", said)
	}
}

func TestZipRefusesNames(t *testing.T) {
	for _, name := range []string{"", ".", "../x", "/etc/passwd", "a//b", `a\b`, "C:x", "a\nb", "README.txt", "readme.TXT", "sha256sums", "a/../b"} {
		var b bytes.Buffer
		if err := Zip(&b, full(), []File{{"a.csv", nil}, {name, nil}}); err == nil || !strings.Contains(err.Error(), "strategy-report_coventry_2019-q1_pack-3") {
			t.Errorf("%q: %v", name, err)
		} else if b.Len() > 0 {
			t.Errorf("%q: %d bytes were written", name, b.Len())
		}
	}
	if err := Zip(io.Discard, full(), []File{{"a.csv", nil}, {"A.csv", nil}}); err == nil {
		t.Error("two files of one name")
	}
}

// Without methods and sources the readme still says where to look.
func TestZipOfABareReport(t *testing.T) {
	var b bytes.Buffer
	must(t, Zip(&b, bare(), nil))
	if s := unpack(t, b.Bytes())["README.txt"]; !strings.Contains(s, "draft") || !strings.Contains(s, "The column method") || strings.Contains(s, "INVENTED") {
		t.Error(s)
	}
}

// A pack's files as they come: a megabyte of documents and 50 pictures.
func BenchmarkZip(b *testing.B) {
	r := large(25, 30, 40, 1000)
	var c, j bytes.Buffer
	must(b, ReportCSV(&c, r), ReportJSON(&j, r))
	noise := func(n int) []byte {
		out := make([]byte, n)
		src := rand.NewChaCha8([32]byte{})
		_, _ = src.Read(out)
		return out
	}
	all := []File{{"a.docx", noise(1 << 20)}, {"a.xlsx", noise(1 << 20)}, {"a.csv", c.Bytes()}, {"a.json", j.Bytes()}}
	for _, n := range strings.Split("abcdefghijklmnopqrstuvwxy", "") {
		all = append(all, File{"charts/" + n + ".png", noise(60 << 10)}, File{"charts/" + n + ".svg", bytes.Repeat([]byte(`<path d="M1 2L3 4"/>`), 1000)})
	}
	b.ReportAllocs()
	for b.Loop() {
		must(b, Zip(io.Discard, r, all))
	}
}
