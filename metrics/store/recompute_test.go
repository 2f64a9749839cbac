package store

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outcomes/metrics/strategy"
)

// BenchmarkRecompute is a night's work on one core: Coventry's strategy with 14
// similar areas, a force of 1,700 LSOAs, three and a half years, an England of
// 33,000 LSOAs in three editions of the Indices. One month of the own force is
// added and all figures are brought up to it; all are made anew; nothing has
// changed. Each is a process of its own, so that its peak memory is its alone.
func BenchmarkRecompute(b *testing.B) {
	const months = 42
	w := newWorld(b, 203, 250, 200, 228, 125)
	ready := filepath.Join(b.TempDir(), "ready.db")
	s, err := Open(context.Background(), ready, clock)
	if err != nil {
		b.Fatal(err)
	}
	save(b, s, w.ground()...)
	w.coverAs(b, s, "w")
	for n := range months - 1 {
		for f := range w.forces {
			save(b, s, w.month(f, n, 1))
		}
	}
	for f := range w.forces[1:] {
		save(b, s, w.month(f+1, months-1, 1))
	}
	compute(b, s)
	if _, err := s.w.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for _, work := range []string{"a month more", "all anew", "nothing changed"} {
		b.Run(work, func(b *testing.B) {
			var peak, inside float64
			db := filepath.Join(b.TempDir(), "night.db")
			for b.Loop() {
				b.StopTimer()
				for _, tail := range []string{"-wal", "-shm"} {
					os.Remove(db + tail)
				}
				copyFile(b, ready, db)
				cmd := exec.Command(os.Args[0], "-test.run=^TestNight$", "-test.count=1", "-test.v")
				cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "OUTCOMES_NIGHT="+db, "OUTCOMES_NIGHT_WORK="+work)
				b.StartTimer()
				out, err := cmd.CombinedOutput()
				if err != nil {
					b.Fatalf("%v: %s", err, out)
				}
				var seconds, mb float64
				_, report, _ := strings.Cut(string(out), "computed in ")
				if _, err := fmt.Sscanf(report, "%f s, at most %f MB", &seconds, &mb); err != nil {
					b.Fatalf("the night's work does not say what it took: %v: %s", err, out)
				}
				inside += seconds
				peak = max(peak, mb)
			}
			b.ReportMetric(inside/float64(b.N), "compute-s")
			b.ReportMetric(peak, "peak-MB")
		})
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestNight is the process that BenchmarkRecompute measures.
func TestNight(t *testing.T) {
	db := os.Getenv("OUTCOMES_NIGHT")
	if db == "" {
		t.Skip("this is BenchmarkRecompute's other process")
	}
	ctx := context.Background()
	s, err := OpenExisting(ctx, db, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	st, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("OUTCOMES_NIGHT_WORK") == "a month more" {
		w := newWorld(t, 203, 250, 200, 0, 0)
		save(t, s, w.month(0, 41, 1))
	}
	if os.Getenv("OUTCOMES_NIGHT_WORK") == "all anew" {
		if _, err := s.w.Exec(`DELETE FROM figure; DELETE FROM place; DELETE FROM place_map; DELETE FROM part`); err != nil {
			t.Fatal(err)
		}
	}
	var done Computed
	started := time.Now()
	err = s.Update(ctx, "night", func(tx *Session) (err error) {
		done, err = tx.Compute(ctx, st, "night")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(started)
	fmt.Printf("computed in %.3f s, at most %.1f MB\n", took.Seconds(), peakMB(t))
	if done.Figures < 1000 {
		t.Errorf("%+v", done)
	}
	fmt.Println(done.Figures, "figures,", done.New, "new,", done.Revised, "revised;", len(done.Made), "parts made,", len(done.Kept), "kept")
}

// peakMB is the most memory that this process has had at once, as the system
// counts it: the heap, the database's pages and the program itself.
func peakMB(t testing.TB) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skipf("the system does not say how much memory a process had: %v", err)
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	if _, err := fmt.Sscan(line, &kb); err != nil {
		t.Fatal(err)
	}
	return kb / 1024
}
