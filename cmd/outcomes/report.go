package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/metrics"
)

func reportCommand() *cobra.Command {
	var h house
	var choice metrics.ReportChoice
	var period, format, out, by, site string
	var freeze bool
	cmd := &cobra.Command{
		Use:   "report --period 2019-Q1 --format docx --out FILE",
		Short: "Write the quarterly report, or one of chosen priorities and indicators",
		Long: `Write the standard quarterly report, or one of chosen priorities and indicators, from the figures in force:

  docx  the report to read and edit in Word, charts too
  xlsx  its tables, charts and figures as a workbook
  csv   its figures, one row a figure
  json  the same figures with every comparison
  zip   all of these, with the charts as pictures, a readme, citation and licence

What people wrote beside indicators is in it. The checklist says what stands in the way of freezing it, and
what to know besides. With --freeze it becomes a report pack: numbered, kept with all its files, never changed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if !slices.Contains(dashboard.ReportFormats, format) {
				return metrics.Errorf(metrics.Invalid, "there is no format %q: one of %s", format, strings.Join(dashboard.ReportFormats, ", "))
			}
			var err error
			if choice.Period, err = metrics.ParsePeriod(period); err != nil {
				return err
			}
			srv, done, err := h.reporter(ctx, site)
			if err != nil {
				return err
			}
			defer done()
			choice = choice.Tidy()
			if freeze {
				return freezeTo(ctx, srv, choice, metrics.Person{Name: by, Email: account.CommandLine}, format, out, cmd.OutOrStdout())
			}
			r, checks, err := srv.Draft(ctx, choice)
			if err != nil {
				return err
			}
			if err := writeWhole(out, func(w io.Writer) error { return dashboard.WriteReport(w, r, format) }); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %s, %s, %s\n", out, r.Title, r.Area.Place(), r.Period.Label(), r.Version())
			for _, c := range checks {
				kind := "note"
				if c.Stops {
					kind = "stops"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "  %-5s  %s %s [%s]\n", kind, c.Message, c.Mend, c.ID)
			}
			return nil
		},
	}
	h.flags(cmd, true)
	cmd.Flags().StringVar(&period, "period", "", "the calendar `quarter`, such as 2019-Q1")
	cmd.Flags().StringVar(&format, "format", "docx", strings.Join(dashboard.ReportFormats, ", "))
	cmd.Flags().StringVar(&out, "out", "", "the `FILE` to write")
	cmd.Flags().StringSliceVar(&choice.Priorities, "priority", nil, "only the priority with this `ID`; may be given several times")
	cmd.Flags().StringSliceVar(&choice.Indicators, "indicator", nil, "only the indicator with this `ID`; may be given several times")
	cmd.Flags().IntVar(&choice.Years, "years", 0, "how many years before the quarter charts and tables go back (default 4)")
	cmd.Flags().BoolVar(&freeze, "freeze", false, "make it a report pack, and write the pack's file")
	cmd.Flags().StringVar(&by, "by", "", "with --freeze: the `name` of who freezes it")
	cmd.Flags().StringVar(&site, "public-url", "", "the `address` at which the pages are found: it stands in the report")
	required(cmd, "period", "out")
	cmd.AddCommand(changesCommand())
	return cmd
}

func changesCommand() *cobra.Command {
	var h house
	var format, out string
	cmd := &cobra.Command{
		Use:   "changes NUMBER",
		Short: "Write what has changed since a report pack, and why: the figures then and now",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := strconv.Atoi(args[0])
			if err != nil || number < 1 {
				return metrics.Errorf(metrics.Invalid, "%q is not the number of a report pack: they are numbered from 1", args[0])
			}
			srv, done, err := h.reporter(cmd.Context(), "")
			if err != nil {
				return err
			}
			defer done()
			return writeWhole(out, func(w io.Writer) error {
				_, err := srv.WriteLedger(cmd.Context(), w, number, format)
				return err
			})
		},
	}
	h.flags(cmd, true)
	cmd.Flags().StringVar(&format, "format", "csv", strings.Join(dashboard.LedgerFormats, ", "))
	cmd.Flags().StringVar(&out, "out", "", "the `FILE` to write")
	required(cmd, "out")
	return cmd
}

// freezeTo freezes a report and writes one of the pack's files.
func freezeTo(ctx context.Context, srv *dashboard.Server, choice metrics.ReportChoice, who metrics.Person, format, out string, stdout io.Writer) error {
	if strings.TrimSpace(who.Name) == "" {
		return metrics.Errorf(metrics.Invalid, "--freeze needs --by NAME: a pack says who froze it")
	}
	var p metrics.Pack
	err := writeWhole(out, func(w io.Writer) error { // where it cannot be written nothing is frozen
		number, err := srv.Freeze(ctx, choice, "", who)
		if err != nil {
			return err
		}
		var body []byte
		if p, body, err = srv.PackAs(ctx, number, format); err != nil {
			return err
		}
		_, err = w.Write(body)
		return err
	})
	if err != nil && p.Number > 0 {
		return metrics.Errorf(metrics.KindOf(err), "report pack %d was frozen, and its page has all its files, but %w", p.Number, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: report pack %d, %s, %s, SHA-256 %s\n", out, p.Number, p.Title, p.Period.Label(), p.SHA256)
	return nil
}

// reporter gives what composes reports from the database, and how to close it.
// site is where the pages are found, "" where that is not known.
func (h *house) reporter(ctx context.Context, site string) (*dashboard.Server, func() error, error) {
	if site != "" {
		var err error
		if site, err = siteOf(site); err != nil {
			return nil, nil, err
		}
	}
	r, err := h.roundOf(ctx)
	if err != nil {
		return nil, nil, err
	}
	g, err := r.Geography(ctx)
	if err == nil {
		r.strategy.Area = metrics.OwnArea(r.strategy, g)
		var srv *dashboard.Server
		if srv, err = dashboard.New(dashboard.Config{Store: r.Store, Strategy: r.strategy, PublicViewing: true, Round: r, Packs: r.Store, Site: site, Now: now}); err == nil {
			return srv, r.Close, nil
		}
	}
	r.Close()
	return nil, nil, err
}

// writeWhole writes a file as a whole or not at all: what was there stays until
// all of it is on the disk.
//
// A link is followed. What is no file, a device or a folder, is left alone.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if is, err := os.Stat(path); err == nil && !is.Mode().IsRegular() {
		return metrics.Errorf(metrics.Invalid, "%s is not a file that can be written: name a file", path)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return metrics.Errorf(metrics.Invalid, "%s cannot be written: %w", path, err)
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	disk := faultOf{w: tmp}
	err = write(&disk)
	if disk.err != nil {
		err = disk.err
	}
	if err != nil {
		if metrics.KindOf(err) != metrics.Internal {
			return err
		}
		return metrics.Errorf(metrics.Unavailable, "%s could not be written: %w; what was there is as it was", path, err)
	}
	for _, step := range []func() error{func() error { return tmp.Chmod(0o644) }, tmp.Sync, tmp.Close, func() error { return os.Rename(tmp.Name(), path) }} {
		if err := step(); err != nil {
			return metrics.Errorf(metrics.Unavailable, "%s could not be written: %w; what was there is as it was", path, err)
		}
	}
	return nil
}

// faultOf remembers why a file could not be written: what writes to it may say
// it in words of its own.
type faultOf struct {
	w   io.Writer
	err error
}

func (f *faultOf) Write(b []byte) (int, error) {
	n, err := f.w.Write(b)
	if err != nil {
		f.err = err
	}
	return n, err
}
