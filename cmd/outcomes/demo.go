package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

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
			return serve(ctx, st, builtIn, listen, cmd.OutOrStdout(), cmd.ErrOrStderr())
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
	st, err := store.Open(ctx, filepath.Join(dir, "outcomes.db"), now)
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
	return st, nil
}

func builtIn([]byte) (*metrics.Strategy, error) { return strategy.Default() }
