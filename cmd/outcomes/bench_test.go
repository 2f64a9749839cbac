package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"outcomes/dashboard"
)

// BenchmarkImportPolice imports three months of the whole country into a new
// database with the real program, and sets time and memory beside `unzip -p |
// wc -c` on the same archive in the same run. OUTCOMES_ARCHIVE names the
// archive; else the tool policearchive makes one, where it is at hand. Two
// coverages: one district with its force, and every district of the country.
func BenchmarkImportPolice(b *testing.B) {
	archive := archive(b)
	binary := filepath.Join(b.TempDir(), "outcomes")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	unzip := time.Duration(1 << 62)
	if _, err := exec.LookPath("unzip"); err != nil {
		b.Skip("unzip is not installed: there is nothing to compare with")
	}
	for range 3 {
		started := time.Now()
		if out, err := exec.Command("sh", "-c", `unzip -p "$0" | wc -c`, archive).CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		unzip = min(unzip, time.Since(started))
	}
	for _, coverage := range []struct {
		name  string
		areas int
	}{{"one partnership", 15}, {"whole country", 44}} {
		b.Run(coverage.name, func(b *testing.B) {
			dir := b.TempDir()
			strategy, lookup := invented(b, dir, coverage.areas)
			var rows, bytes, peak int64
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				db := filepath.Join(dir, fmt.Sprintf("%d.db", n))
				if out, err := exec.Command(binary, "import", "geography", lookup, "--db", db, "--strategy", strategy).CombinedOutput(); err != nil {
					b.Fatalf("%v: %s", err, out)
				}
				runtime.GC()
				b.StartTimer()
				cmd := exec.Command(binary, "import", "police", archive, "--db", db, "--strategy", strategy)
				out, err := cmd.CombinedOutput()
				if err != nil {
					b.Fatalf("%v: %s", err, out)
				}
				b.StopTimer()
				peak = max(peak, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
				for line := range strings.Lines(string(out)) {
					if text, ok := strings.CutPrefix(line, "rows read"); ok {
						fmt.Sscan(text, &rows)
					}
				}
				if info, err := os.Stat(db); err == nil {
					bytes = info.Size()
				}
				os.Remove(db)
				b.StartTimer()
			}
			each := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(rows)/each.Seconds(), "rows/s")
			b.ReportMetric(unzip.Seconds(), "unzip-s")
			b.ReportMetric(each.Seconds()/unzip.Seconds(), "of-unzip")
			b.ReportMetric(float64(peak)/1024, "peak-MB")
			b.ReportMetric(float64(bytes)/(1<<20), "database-MB")
		})
	}
}

func archive(b *testing.B) string {
	if path := os.Getenv("OUTCOMES_ARCHIVE"); path != "" {
		return path
	}
	tool := filepath.Join(published(b), "..", "tools", "policearchive")
	path := filepath.Join(b.TempDir(), "archive.zip")
	cmd := exec.Command("go", "run", "-C", tool, ".", "-months", "3", "-out", path)
	cmd.Stdout = io.Discard
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	return path
}

// invented writes a lookup that gives each of the archive's 44 forces one
// district with all the LSOAs that the archive invents for it, and a strategy
// of the first with so many similar areas.
func invented(b *testing.B, dir string, areas int) (strategy, lookup string) {
	b.Helper()
	lookup = filepath.Join(dir, "lookup.csv")
	f, err := os.Create(lookup)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "LSOA11CD,LSOA11NM,LAD22CD,LAD22NM")
	var similar []string
	for force := range 44 {
		lad := fmt.Sprintf("E0700%04d", force+1)
		if force > 0 && force < areas {
			similar = append(similar, lad)
		}
		for n := range 4900 {
			fmt.Fprintf(w, "E01%06d,Invented %d,%s,District %d\n", 1000+force*5000+n, n, lad, force+1)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	strategy = filepath.Join(dir, "strategy.yaml")
	text := outcomes(b, "strategy", "new", "--area", "E07000001", "--area-name", "First", "--similar", strings.Join(similar, ","))
	if err := os.WriteFile(strategy, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return strategy, lookup
}

// BenchmarkPages is the server's time for a page of the demo: the whole router
// over the real database, without the network.
func BenchmarkPages(b *testing.B) {
	ctx := context.Background()
	st, err := makeDemo(ctx, b.TempDir(), io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	s, err := builtIn(nil)
	if err != nil {
		b.Fatal(err)
	}
	srv, err := dashboard.New(dashboard.Config{Store: st, Strategy: s, Log: slog.New(slog.DiscardHandler), Now: now})
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/", "/priorities/enforcement", "/indicators/violence-rate", "/indicators/neighbourhoods-most-deprived-10", "/indicators/violence-rate.csv", "/sources"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				srv.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
