package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/ingest"
	"outcomes/ingest/sample"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
	"outcomes/metrics/strategy"
)

func demoCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Make invented sample data, import it with the real importers and serve it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			dir, err := os.MkdirTemp("", "outcomes-demo-")
			if err != nil {
				return metrics.Errorf(metrics.Unavailable, "there is no room for the sample: %w", err)
			}
			defer os.RemoveAll(dir)
			st, err := makeDemo(ctx, dir, cmd.OutOrStdout())
			if err != nil {
				return err
			}
			defer st.Close()
			clock := newDemoClock(demoDay)
			return service{
				choose: builtIn, listen: listen, publicViewing: true, now: clock.now, sample: true, stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(),
				accounts: func(ctx context.Context, at net.Addr) (*account.Accounts, error) {
					return demoAccounts(ctx, st, clock.now, at, cmd.OutOrStdout())
				},
			}.run(ctx, st)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "the `address` to serve on")
	return cmd
}

// makeDemo writes the sample under dir and imports it into a database there.
func makeDemo(ctx context.Context, dir string, stdout io.Writer) (*store.Store, error) {
	fmt.Fprintln(stdout, "Making sample data (all of it is invented) …")
	files := filepath.Join(dir, "sample")
	if err := sample.Write(files); err != nil {
		return nil, err
	}
	clock := newDemoClock(demoDay)
	st, err := store.Open(ctx, filepath.Join(dir, "outcomes.db"), clock.now)
	if err != nil {
		return nil, err
	}
	list := readers()
	for _, src := range sample.Sources(files) {
		report, err := ingest.Import{Store: st, Strategy: builtIn, Check: checkForce, Reader: list[src.Source], Paths: []string{src.Path}, WhyNot: table.WhyNot}.Run(ctx)
		if err != nil {
			st.Close()
			return nil, err
		}
		fmt.Fprintf(stdout, "  %-12s %s, %s\n", src.Source, plural(len(report.Files), "file"), plural(int(report.Account.Read), "row"))
	}
	if err := demoReturns(ctx, st, clock, stdout); err != nil {
		st.Close()
		return nil, err
	}
	return st, nil
}

// demoDay is the day on which the demo is looked at: the sample ends shortly
// before, the returns of the last quarter of 2019 are due and not yet in.
var demoDay = time.Date(2020, time.January, 20, 9, 0, 0, 0, time.UTC)

// demoClock goes as clocks go, from a day in the past.
type demoClock struct {
	mu       sync.Mutex
	from, at time.Time // it showed from when it was at
}

func newDemoClock(day time.Time) *demoClock {
	c := &demoClock{}
	c.set(day)
	return c
}

func (c *demoClock) set(day time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.from, c.at = day, now()
}

func (c *demoClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.from.Add(now().Sub(c.at))
}

// demoReturns hands the invented returns in, quarter by quarter, as an analyst
// would, and decides on them.
func demoReturns(ctx context.Context, st *store.Store, clock *demoClock, stdout io.Writer) error {
	s, err := builtIn(nil)
	if err != nil {
		return err
	}
	list, err := sample.Returns(s)
	if err != nil {
		return err
	}
	const who, why = "analyst@example.org", "Invented for the demo."
	r := newRound(st, s, clock.now)
	for _, in := range list {
		clock.set(in.Quarter.Last.End().AddDate(0, 0, 20).Add(9 * time.Hour))
		done, err := r.HandIn(ctx, dashboard.HandIn{Project: in.Project, Quarter: in.Quarter, Name: in.Name, Body: in.Body, Who: who})
		if err != nil {
			return err
		}
		if in.Fate == sample.Waiting {
			continue
		}
		found, err := r.screenAhead(ctx, done.ID)
		if err != nil {
			return err
		}
		err = st.Update(ctx, "accept a sample", func(tx *store.Session) error { // the figures are made once, at the end
			if err := r.acceptIn(ctx, tx, done.ID, found, dashboard.Acceptance{Who: who, Reason: why, Same: why}); err != nil {
				return err
			}
			if in.Fate == sample.Withdrawn {
				clock.set(clock.now().AddDate(0, 0, 3))
				return withdrawIn(ctx, tx, done.ID, who, "Invented for the demo: the project found that it had counted a meeting twice.")
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	clock.set(demoDay)
	err = st.Update(ctx, "make the figures", func(tx *store.Session) error {
		_, err := tx.Compute(ctx, s, "import returns")
		return err
	})
	fmt.Fprintf(stdout, "  %-12s %s\n", metrics.ReturnsSource, plural(len(list), "file"))
	return err
}

func builtIn([]byte) (*metrics.Strategy, error) { return strategy.Default() }
