package main

import (
	"bufio"
	"bytes"
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
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/metrics"
	"outcomes/metrics/store"
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
	srv, err := dashboard.New(dashboard.Config{Store: st, Strategy: s, PublicViewing: true, Log: slog.New(slog.DiscardHandler), Now: now})
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/", "/priorities/enforcement", "/indicators/violence-rate", "/indicators/neighbourhoods-most-deprived-10", "/indicators/violence-rate.csv", "/map", "/sources", "/sources/police/west-midlands", "/methods",
		"/api/v1/figures?limit=100", "/api/v1/figures?limit=100&indicator=violence-rate", "/api/v1/figures?limit=100&status=suppressed", "/api/v1/changes?since=2019-01-01&limit=100", "/api/v1/indicators"} {
		b.Run(path, func(b *testing.B) {
			before := cpuTime(b)
			for b.Loop() {
				w := httptest.NewRecorder()
				srv.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
			b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// BenchmarkReport is the time for the demo's standard report: to compose it, for
// its draft's page, and to write it; and the peak memory of the program that
// does all of it, from its start, as far as looking each 2 ms sees it.
func BenchmarkReport(b *testing.B) {
	c := newCommittee(b)
	choice := standard(b, "2019-Q2")
	measured := func(name string, once func() error) {
		b.Run(name, func(b *testing.B) {
			before := cpuTime(b)
			for b.Loop() {
				if err := once(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
	measured("compose", func() error {
		_, _, err := c.srv.Compose(b.Context(), choice, nil, nil)
		return err
	})
	measured("draft page", func() error {
		w := c.do(metrics.Scrutiny, httptest.NewRequest(http.MethodGet, dashboard.DraftURL(choice), nil))
		if w.Code != http.StatusOK {
			return fmt.Errorf("%d: %s", w.Code, w.Body)
		}
		return nil
	})
	r, _, err := c.srv.Compose(b.Context(), choice, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, format := range dashboard.ReportFormats {
		measured(format, func() error { return dashboard.WriteReport(io.Discard, r, format) })
	}
	binary := filepath.Join(b.TempDir(), "outcomes")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, format := range dashboard.ReportFormats {
		b.Run("program "+format, func(b *testing.B) {
			peak := int64(0)
			for b.Loop() {
				cmd := exec.Command(binary, "report", "--period", "2019-Q2", "--format", format, "--out", filepath.Join(b.TempDir(), "report."+format), "--db", c.path)
				var said bytes.Buffer
				cmd.Stdout, cmd.Stderr = &said, &said
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- cmd.Wait() }()
				for running := true; running; {
					select {
					case err := <-ended:
						if running = false; err != nil {
							b.Fatalf("%v: %s", err, &said)
						}
					case <-time.After(2 * time.Millisecond):
						peak = max(peak, residentPeak(cmd.Process.Pid))
					}
				}
			}
			b.ReportMetric(float64(peak)/1024, "peak-MB")
		})
	}
}

// residentPeak is the most memory that a running program has had so far, in
// kilobytes; 0 where it has ended. The usage that is told at its end would count
// what this one had when it started the other.
func residentPeak(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	var peak int64
	for line := range strings.Lines(string(status)) {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			fmt.Sscan(text, &peak)
		}
	}
	return peak
}

// cpuTime is what the process has used of all processors, rubbish collected
// with it: on a machine that has other work it says more than the clock.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkReturnsPages is the server's time for the matrix of returns and a
// priority's page over 2,000 returns of 40 measures from ten years.
func BenchmarkReturnsPages(b *testing.B) {
	o := newOffice(b)
	ctx := context.Background()
	s := o.round.strategy
	// Fifty projects of the built-in ones' kind, each with forty measures.
	var measures []metrics.ReturnMeasure
	var ids []string
	for i := range 40 {
		m := metrics.ReturnMeasure{ID: fmt.Sprintf("measure-%d", i), Title: fmt.Sprintf("Measure %d", i), Kind: metrics.CountMeasure, Unit: "young people", People: true}
		measures, ids = append(measures, m), append(ids, m.ID)
	}
	s.Measures = append(slices.Clone(s.Measures), measures...)
	s.Projects = nil
	for i := range 50 {
		pri := s.Priorities[i%len(s.Priorities)]
		s.Projects = append(s.Projects, metrics.Project{ID: fmt.Sprintf("project-%d", i), Name: fmt.Sprintf("Project %d", i), Lead: "Somebody", Priority: pri.ID, From: metrics.NewMonth(2010, time.January), Measures: ids})
	}
	const priority = "tertiary-prevention"
	own := []string{"primary-prevention", "secondary-prevention", priority, "attitudinal-change"}
	for i, m := range measures {
		s.Indicators = append(slices.Clip(s.Indicators), metrics.Indicator{
			ID: "total-" + m.ID, Title: m.Title, Noun: "seen", Counted: m.Unit, Priority: own[i%len(own)], Accountability: metrics.Performance,
			Asks: []metrics.Asks{metrics.HowMuch, metrics.HowWell, metrics.BetterOff}[i%3], Kind: metrics.Total,
			Numerator: metrics.Measure{From: metrics.FromReturns, Returned: []string{m.ID}, Projects: []string{s.Projects[i].ID, s.Projects[i+1].ID}, Label: m.Title}, Unit: m.Unit, Polarity: metrics.NoJudgment,
			Periods: []metrics.PeriodKind{metrics.Quarter, metrics.YearToDate}, Comparators: []string{"corresponding-period"},
		})
	}
	s.SHA = "bench"
	n := 0
	err := o.round.Update(ctx, "bench", func(tx *store.Session) error {
		for _, p := range s.Projects {
			for q := metrics.QuarterOf(p.From); q.Last < metrics.NewMonth(2020, time.January); q = metrics.QuarterOf(q.Last + 1) {
				sha, err := tx.KeepFile(ctx, []byte(p.ID+q.Code()))
				if err != nil {
					return err
				}
				sub := metrics.Submission{Project: p.ID, Quarter: q, File: "return.xlsx", SHA: sha, ReceivedBy: "bench"}
				for i, c := range s.Cells(p) {
					sub.Values = append(sub.Values, metrics.ReturnValue{ReturnCell: c, Value: float64(10 + (i*7+n*3)%40)})
				}
				id, err := tx.Receive(ctx, sub)
				if err != nil {
					return err
				}
				if err := tx.Accept(ctx, id, store.Decision{By: "bench"}); err != nil {
					return err
				}
				n++
			}
		}
		_, err := tx.Compute(ctx, s, "bench")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if n != 2000 {
		b.Fatalf("%d returns", n)
	}
	accounts, err := accountsOf(o.round.Store, account.Config{Direct: true})
	if err != nil {
		b.Fatal(err)
	}
	srv, err := dashboard.New(dashboard.Config{Store: o.round.Store, Strategy: s, Accounts: accounts, PublicViewing: true, Round: o.round, Log: slog.New(slog.DiscardHandler), Now: o.clock.now})
	if err != nil {
		b.Fatal(err)
	}
	o.server = srv
	for _, path := range []string{"/returns", "/returns?to=2015-Q4", "/priorities/" + priority, "/indicators/total-measure-2", "/returns/project-2/2019-Q4"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if w := o.do(metrics.Analyst, httptest.NewRequest(http.MethodGet, path, nil)); w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
	// One return after another is replaced with one number changed: each figure
	// that it is in gets a former reading, which all later ones are seen beside.
	b.Run("replace a return", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			err := o.round.Update(ctx, "bench", func(tx *store.Session) error {
				p := s.Projects[i%len(s.Projects)]
				ret, ok, err := tx.AcceptedReturn(ctx, p.ID, metrics.QuarterOf(metrics.NewMonth(2019, time.April)))
				if err != nil || !ok {
					return fmt.Errorf("no return: %w", err)
				}
				ret.Values[i%len(ret.Values)].Value += 6
				sha, err := tx.KeepFile(ctx, fmt.Append(nil, p.ID, i))
				if err != nil {
					return err
				}
				id, err := tx.Receive(ctx, metrics.Submission{Project: p.ID, Quarter: ret.Quarter, File: "return.xlsx", SHA: sha, ReceivedBy: "bench", Values: ret.Values})
				if err != nil {
					return err
				}
				if err := tx.Accept(ctx, id, store.Decision{By: "bench"}); err != nil {
					return err
				}
				_, err = tx.Compute(ctx, s, "bench")
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
