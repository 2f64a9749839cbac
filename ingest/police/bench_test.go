package police

import (
	"archive/zip"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"outcomes/ingest"
	"outcomes/metrics"
)

// BenchmarkRead reads an archive of the whole country's size on two goroutines,
// as a run does, and sets the time beside that of unzip -p on the same file.
// OUTCOMES_ARCHIVE names the archive; without it one month is made by the tool
// policearchive, where that is at hand.
func BenchmarkRead(b *testing.B) {
	archive := archivePath(b)
	unzip := unzipTime(b, archive)
	geography := invented()
	for _, coverage := range []struct {
		name string
		of   ingest.Coverage
	}{
		{"everything", ingest.Coverage{All: true}},
		{"one partnership", ingest.Coverage{LADs: map[string]bool{"E08000041": true}}},
	} {
		b.Run(coverage.name, func(b *testing.B) {
			opts := ingest.Options{Geography: geography, Coverage: coverage.of}
			var rows, bytes int64
			peak := watchHeap()
			b.ResetTimer()
			for b.Loop() {
				rows, bytes = readArchive(b, archive, opts)
			}
			b.StopTimer()
			each := b.Elapsed() / time.Duration(b.N)
			b.SetBytes(bytes)
			b.ReportMetric(float64(rows)/each.Seconds(), "rows/s")
			b.ReportMetric(float64(peak())/(1<<20), "peak-heap-MB")
			if unzip > 0 {
				b.ReportMetric(unzip.Seconds(), "unzip-s")
				b.ReportMetric(each.Seconds()/unzip.Seconds(), "of-unzip")
			}
		})
	}
}

// readArchive reads every file of an archive as a run does and lets the facts go.
func readArchive(b *testing.B, archive string, opts ingest.Options) (rows, bytes int64) {
	a, err := ingest.Find([]string{archive})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	inputs := make(chan ingest.Input, len(a.Inputs))
	for _, in := range a.Inputs {
		inputs <- in
		bytes += in.Size
	}
	close(inputs)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for in := range inputs {
				releases, err := New().Read(context.Background(), in, opts)
				if err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				rows += releases[0].Account.Read
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return rows, bytes
}

// watchHeap samples the heap until the function it gives is called, which
// gives the most bytes that were in use.
func watchHeap() func() uint64 {
	runtime.GC()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		var m runtime.MemStats
		var peak uint64
		for {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

// unzipTime is how long unzip -p takes to write the archive's content to
// nowhere, the shortest of three; 0 where there is no unzip.
func unzipTime(b *testing.B, archive string) time.Duration {
	if _, err := exec.LookPath("unzip"); err != nil {
		b.Log("unzip is not installed: no time to compare with")
		return 0
	}
	var best time.Duration
	for range 3 {
		cmd := exec.Command("sh", "-c", `unzip -p "$1" | wc -c`, "sh", archive)
		start := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("unzip -p %s: %v: %s", archive, err, out)
		}
		if took := time.Since(start); best == 0 || took < best {
			best = took
		}
	}
	return best
}

// archivePath finds the archive, or makes it.
func archivePath(b *testing.B) string {
	if path := os.Getenv("OUTCOMES_ARCHIVE"); path != "" {
		return path
	}
	tool := filepath.Join(dataFolder(b), "..", "tools", "policearchive")
	if _, err := os.Stat(tool); err != nil {
		b.Skip("no archive to read: set OUTCOMES_ARCHIVE, or OUTCOMES_DATA to the folder beside tools/policearchive")
	}
	path := filepath.Join(os.TempDir(), "outcomes-policearchive-1.zip")
	if z, err := zip.OpenReader(path); err == nil {
		z.Close()
		return path
	}
	made := fmt.Sprintf("%s.%d", path, os.Getpid())
	cmd := exec.Command("go", "run", ".", "-months", "1", "-from", "2018-01", "-out", made)
	cmd.Dir = tool
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("making the archive: %v: %s", err, out)
	}
	if err := os.Rename(made, path); err != nil {
		b.Fatal(err)
	}
	return path
}

// invented is a geography that holds the archive's LSOAs, whose codes the tool
// invents: 5,000 numbers a force, here one district a force.
func invented() *metrics.Geography {
	g := metrics.NewGeography()
	for n := 1000; n < 230_000; n++ {
		g.LSOA[lsoaCode(n)] = fmt.Sprintf("E08%06d", (n-1000)/5000)
	}
	return g
}
