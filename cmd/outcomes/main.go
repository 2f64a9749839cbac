// Outcomes is how a partnership sees whether its long-term strategy works.
// This command wires the rooms of the house together, one file a subcommand.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"outcomes/metrics"
	"outcomes/metrics/store"
	"outcomes/metrics/strategy"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out one command line and gives the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "outcomes",
		Short:         "See whether a partnership's long-term strategy works",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(importCommand(), returnsCommand(), figuresCommand(), reportCommand(), strategyCommand(), userCommand(), serveCommand(), demoCommand())
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(stderr, "outcomes: stopped; nothing was changed")
	default:
		fmt.Fprintf(stderr, "outcomes: %v\n", err)
	}
	return 1
}

// house is what most commands open: the database and the strategy.
type house struct {
	db       string
	strategy string
}

func (h *house) flags(cmd *cobra.Command, withStrategy bool) {
	cmd.Flags().StringVar(&h.db, "db", "outcomes.db", "the database file")
	if withStrategy {
		cmd.Flags().StringVar(&h.strategy, "strategy", "", "the strategy `file` (default: the one that the database was last used with, else the built-in one)")
	}
}

// choose gives the strategy: the file's, else the one that the database's
// figures were made with, else the built-in one.
func (h *house) choose(stored []byte) (*metrics.Strategy, error) {
	switch {
	case h.strategy != "":
		return strategy.Load(h.strategy)
	case stored != nil:
		return strategy.Parse("the strategy in "+h.db, stored)
	}
	return strategy.Default()
}

// create opens the database at the path, making it when it is not there. undo
// takes a database that was made for nothing away again.
func (h *house) create(ctx context.Context) (st *store.Store, undo func(), err error) {
	_, missing := os.Stat(h.db)
	st, err = store.Open(ctx, h.db, now)
	undo = func() {
		if missing != nil {
			for _, suffix := range []string{"", "-wal", "-shm"} {
				os.Remove(h.db + suffix)
			}
		}
	}
	return st, undo, err
}

func now() time.Time { return time.Now() }
