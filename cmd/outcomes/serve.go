package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

func serveCommand() *cobra.Command {
	var h house
	var x access
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
			return service{
				choose: h.choose, listen: listen, publicViewing: x.publicViewing, now: now, stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(),
				accounts: func(ctx context.Context, at net.Addr) (*account.Accounts, error) {
					return x.accounts(ctx, st, at, cmd.OutOrStdout(), cmd.ErrOrStderr())
				},
			}.run(cmd.Context(), st)
		},
	}
	h.flags(cmd, true)
	x.flags(cmd)
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "the `address` to serve on")
	return cmd
}

// service is what is served, where and to whom.
type service struct {
	choose         func([]byte) (*metrics.Strategy, error)
	listen         string
	accounts       func(context.Context, net.Addr) (*account.Accounts, error) // told where it listens
	publicViewing  bool
	stdout, stderr io.Writer
	now            func() time.Time
	sample         bool // templates are of an invented strategy's round
}

// run serves until the context ends. Figures that another strategy made are
// made anew first.
func (v service) run(ctx context.Context, st *store.Store) error {
	stored, err := st.StrategySource(ctx)
	if err != nil {
		return err
	}
	s, err := v.choose(stored)
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
	returns := newRound(st, s, v.now)
	returns.sample = v.sample
	s.Area = metrics.OwnArea(s, g)
	listener, err := net.Listen("tcp", v.listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return metrics.Errorf(metrics.Unavailable, "something else is listening on %s: choose another address with --listen", v.listen)
	}
	if err != nil {
		return metrics.Errorf(metrics.Invalid, "cannot listen on %s: %w", v.listen, err)
	}
	defer listener.Close()
	accounts, err := v.accounts(ctx, listener.Addr())
	if err != nil {
		return err
	}
	srv, err := dashboard.New(dashboard.Config{
		Store: st, Strategy: s, Follow: following(st), Accounts: accounts, PublicViewing: v.publicViewing, Round: returns, Packs: st,
		Log: slog.New(slog.NewTextHandler(v.stderr, nil)), Now: v.now,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(v.stdout, "%s: http://%s/  (Ctrl-C ends it)\n", s.ShortName, listener.Addr())
	return srv.Serve(ctx, listener)
}
