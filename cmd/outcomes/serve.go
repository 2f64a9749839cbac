package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"syscall"

	"github.com/spf13/cobra"

	"outcomes/dashboard"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

func serveCommand() *cobra.Command {
	var h house
	var listen string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the board's pages",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := store.OpenExisting(cmd.Context(), h.db, now)
			if err != nil {
				return err
			}
			defer st.Close()
			return serve(cmd.Context(), st, h.choose, listen, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	h.flags(cmd, true)
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "the `address` to serve on")
	return cmd
}

// serve serves until the context ends. Figures that another strategy made are
// made anew first.
func serve(ctx context.Context, st *store.Store, choose func([]byte) (*metrics.Strategy, error), listen string, stdout, stderr io.Writer) error {
	stored, err := st.StrategySource(ctx)
	if err != nil {
		return err
	}
	s, err := choose(stored)
	if err != nil {
		return err
	}
	state, err := st.State(ctx)
	if err != nil {
		return err
	}
	if state.StrategySHA != s.SHA {
		err := st.Update(ctx, "make the figures", func(tx *store.Session) error {
			g, err := tx.Geography(ctx)
			if err != nil {
				return err
			}
			if err := checkForce(s, g); err != nil {
				return err
			}
			_, err = tx.Compute(ctx, s, "another strategy file")
			return err
		})
		if err != nil {
			return err
		}
	}
	g, err := st.Geography(ctx)
	if err != nil {
		return err
	}
	s.Area = metrics.OwnArea(s, g)
	srv, err := dashboard.New(dashboard.Config{Store: st, Strategy: s, Log: slog.New(slog.NewTextHandler(stderr, nil)), Now: now})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return metrics.Errorf(metrics.Unavailable, "something else is listening on %s: choose another address with --listen", listen)
	}
	if err != nil {
		return metrics.Errorf(metrics.Invalid, "cannot listen on %s: %w", listen, err)
	}
	fmt.Fprintf(stdout, "%s: http://%s/  (Ctrl-C ends it)\n", s.ShortName, listener.Addr())
	return srv.Serve(ctx, listener)
}
