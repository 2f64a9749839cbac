package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"outcomes/dashboard"
	"outcomes/dashboard/account"
	"outcomes/ingest/returns"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

func returnsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "returns", Short: "The projects' quarterly returns: templates, checks, withdrawing"}
	cmd.AddCommand(templateCommand(), withdrawCommand(),
		listCommand("checks", "List the checks that a return is screened by", checkRows),
		listCommand("projects", "List the projects that return something", projectRows),
		listCommand("measures", "List the measures that projects return", measureRows))
	return cmd
}

// stored gives the strategy that the flags or the database choose; there need
// be no database.
func (h *house) stored(ctx context.Context) (*metrics.Strategy, error) {
	if _, err := os.Stat(h.db); h.strategy != "" || err != nil {
		return h.choose(nil)
	}
	st, err := store.OpenExisting(ctx, h.db, now)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	source, err := st.StrategySource(ctx)
	if err != nil {
		return nil, err
	}
	return h.choose(source)
}

// projectQuarter looks up what the flags name.
func projectQuarter(s *metrics.Strategy, project, period string) (metrics.Project, metrics.Period, error) {
	p, ok := s.Project(project)
	if !ok {
		var ids []string
		for _, p := range s.Projects {
			ids = append(ids, p.ID)
		}
		if len(ids) == 0 {
			return p, metrics.Period{}, metrics.Errorf(metrics.NotFound, "the strategy has no projects: declare them in the strategy file")
		}
		return p, metrics.Period{}, metrics.Errorf(metrics.NotFound, "the strategy has no project %q: one of %s", project, strings.Join(ids, ", "))
	}
	q, err := metrics.ParsePeriod(period)
	if err != nil || q.Kind != metrics.Quarter {
		return p, q, metrics.Errorf(metrics.Invalid, "%q is not a quarter: write it as 2019-Q3, the third quarter of the calendar year", period)
	}
	if !p.Runs(q) {
		return p, q, metrics.Errorf(metrics.Invalid, "%s did not run in %s: there is no return", p.Name, metrics.QuarterInWords(q))
	}
	return p, q, nil
}

// roundOf opens the database for the round.
func (h *house) roundOf(ctx context.Context) (*round, error) {
	st, err := store.OpenExisting(ctx, h.db, now)
	if err != nil {
		return nil, err
	}
	source, err := st.StrategySource(ctx)
	if err == nil {
		var s *metrics.Strategy
		if s, err = h.choose(source); err == nil {
			return newRound(st, s, now), nil
		}
	}
	st.Close()
	return nil, err
}

func templateCommand() *cobra.Command {
	var h house
	var project, period, out string
	cmd := &cobra.Command{
		Use:   "template --project ID --period 2019-Q3 --out FILE",
		Short: "Write the workbook that a project fills in for a quarter",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			s, err := h.stored(ctx)
			if err != nil {
				return err
			}
			p, q, err := projectQuarter(s, project, period)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if _, missing := os.Stat(h.db); missing != nil {
				err = returns.Template(&b, s, p, q, returns.Held{}, false)
			} else {
				var r *round
				if r, err = h.roundOf(ctx); err == nil {
					defer r.Close()
					err = r.Template(ctx, &b, p, q)
				}
			}
			if err != nil {
				return err
			}
			if err := os.WriteFile(out, b.Bytes(), 0o644); err != nil {
				return metrics.Errorf(metrics.Invalid, "the template cannot be written: %w", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %s\n", out, p.Name, metrics.QuarterInWords(q))
			return nil
		},
	}
	h.flags(cmd, true)
	cmd.Flags().StringVar(&project, "project", "", "the project's `ID` (outcomes returns projects lists them)")
	cmd.Flags().StringVar(&period, "period", "", "the calendar `quarter`, such as 2019-Q3")
	cmd.Flags().StringVar(&out, "out", "", "the `file` to write")
	required(cmd, "project", "period", "out")
	return cmd
}

func required(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined just before
		}
	}
}

func withdrawCommand() *cobra.Command {
	var h house
	var reason string
	cmd := &cobra.Command{
		Use:   "withdraw NUMBER --reason TEXT",
		Short: "Take an accepted return out of the figures, or set aside one that waits",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var id int64
			if _, err := fmt.Sscanf(args[0], "%d", &id); err != nil || fmt.Sprint(id) != args[0] {
				return metrics.Errorf(metrics.Invalid, "%q is not the number of a return: it is in the address of its page, and what `outcomes import returns` prints", args[0])
			}
			r, err := h.roundOf(cmd.Context())
			if err != nil {
				return err
			}
			defer r.Close()
			if err := r.Withdraw(cmd.Context(), id, account.CommandLine, reason); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "return %d is withdrawn; the file and its history stay\n", id)
			return nil
		},
	}
	h.flags(cmd, true)
	cmd.Flags().StringVar(&reason, "reason", "", "why, in `words` that stay in the history")
	required(cmd, "reason")
	return cmd
}

// listCommand prints rows, the first of them the headings.
func listCommand(name, short string, rows func(*metrics.Strategy) [][]string) *cobra.Command {
	var h house
	var format string
	cmd := &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := h.stored(cmd.Context())
			if err != nil {
				return err
			}
			switch format {
			case "csv":
				w := csv.NewWriter(cmd.OutOrStdout())
				if err := w.WriteAll(rows(s)); err != nil {
					return err
				}
				return w.Error()
			case "table":
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				for i, row := range rows(s) {
					if i == 0 {
						for j := range row {
							row[j] = strings.ToUpper(row[j])
						}
					}
					fmt.Fprintln(w, strings.Join(row, "\t"))
				}
				return w.Flush()
			}
			return metrics.Errorf(metrics.Invalid, "there is no format %q: table or csv", format)
		},
	}
	h.flags(cmd, true)
	cmd.Flags().StringVar(&format, "format", "table", "`format`: table or csv")
	return cmd
}

func checkRows(*metrics.Strategy) [][]string {
	out := [][]string{{"id", "stage", "severity", "title", "looks for", "mend"}}
	for _, c := range returns.Checks() {
		out = append(out, []string{c.ID, string(c.Stage), string(c.Severity), c.Title, c.Looks, c.Mend})
	}
	return out
}

func projectRows(s *metrics.Strategy) [][]string {
	out := [][]string{{"id", "name", "lead", "priority", "from", "to", "measures"}}
	for _, p := range s.Projects {
		to := ""
		if p.To != 0 {
			to = p.To.String()
		}
		out = append(out, []string{p.ID, p.Name, p.Lead, p.Priority, p.From.String(), to, strings.Join(p.Measures, " ")})
	}
	return out
}

func measureRows(s *metrics.Strategy) [][]string {
	out := [][]string{{"id", "title", "kind", "unit", "of", "cumulative", "people", "breakdowns", "definition"}}
	for _, m := range s.Measures {
		var by []string
		for _, d := range m.Breakdowns {
			if without := m.Without[d]; len(without) > 0 {
				d += " (without " + strings.Join(without, " ") + ")"
			}
			by = append(by, d)
		}
		out = append(out, []string{m.ID, m.Title, string(m.Kind), m.Unit, m.Of, fmt.Sprint(m.Cumulative), fmt.Sprint(m.People), strings.Join(by, " "), m.Definition})
	}
	return out
}

// handing is how returns are imported from the command line.
type handing struct {
	project, period string
	accept          bool
	reason          string
	hide            bool
}

// run hands in files, each by itself: what is wrong with one does not stop the
// next. An error at the end says how many cannot be accepted as they are.
func (x handing) run(ctx context.Context, r *round, paths []string, w io.Writer) error {
	if len(paths) > 1 && x.period != "" && x.project != "" {
		return metrics.Errorf(metrics.Invalid, "--project and --period name one return: give one file with them")
	}
	if x.reason != "" && !x.accept {
		return metrics.Errorf(metrics.Invalid, "--reason goes with --accept")
	}
	if x.hide && !x.accept {
		return metrics.Errorf(metrics.Invalid, "--hide goes with --accept")
	}
	failed := 0
	for _, path := range paths {
		ok, err := x.file(ctx, r, path, w)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !ok {
			failed++
		}
	}
	if failed > 0 {
		return metrics.Errorf(metrics.Invalid, "%s of %d cannot be accepted as it is: see above for each cell and how to mend it", plural(failed, "file"), len(paths))
	}
	return nil
}

// handIn hands files in, in a database that is made where there is none. One
// that was made and holds no return in the end is taken away again.
func (h *house) handIn(ctx context.Context, x handing, paths []string, w io.Writer) error {
	if _, err := os.Stat(h.db); err == nil {
		r, err := h.roundOf(ctx)
		if err != nil {
			return err
		}
		defer r.Close()
		return x.run(ctx, r, paths, w)
	}
	s, err := h.choose(nil)
	if err != nil {
		return err
	}
	st, undo, err := h.create(ctx)
	if err != nil {
		return err
	}
	r := newRound(st, s, now)
	// The database remembers the strategy that its figures were made with.
	err = r.Update(ctx, "start a database", func(tx *store.Session) error {
		_, err := tx.Compute(ctx, r.strategy, "start of the database")
		return err
	})
	if err == nil {
		err = x.run(ctx, r, paths, w)
	}
	list, listErr := r.Submissions(context.WithoutCancel(ctx), "", "")
	r.Close()
	if listErr == nil && len(list) == 0 {
		undo()
	}
	return err
}

// file hands in one file, and accepts it where that is asked and possible.
func (x handing) file(ctx context.Context, r *round, path string, w io.Writer) (ok bool, err error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return false, metrics.Errorf(metrics.NotFound, "the file cannot be read: %w", errors.Unwrap(err))
	}
	name := filepath.Base(path)
	project, period := x.project, x.period
	if project == "" || period == "" {
		says, quarter, known := returns.Identify(name, body)
		if !known {
			return false, metrics.Errorf(metrics.Invalid, "the file does not say which project and quarter it is of: name them with --project and --period")
		}
		if project == "" {
			project = says
		}
		if period == "" {
			period = quarter.Code()
		}
	}
	p, q, err := projectQuarter(r.strategy, project, period)
	if err != nil {
		return false, err
	}
	in := dashboard.HandIn{Project: p, Quarter: q, Name: name, Body: body, Who: account.CommandLine}
	list, err := r.Submissions(ctx, p.ID, q.Code())
	if err != nil {
		return false, err
	}
	if len(list) > 0 {
		in.Seen = list[0].ID
	}
	done, err := r.HandIn(ctx, in)
	switch {
	case err != nil:
		return false, err
	case done.Ahead != nil:
		return false, metrics.Errorf(metrics.Conflict, "%s handed in return %d at this very moment: look at it on the page /returns, then import this one again", done.Ahead.ReceivedBy, done.Ahead.ID)
	case len(done.Refused) > 0:
		fmt.Fprintf(w, "%s: refused, and not kept\n", path)
		printFindings(w, done.Refused)
		return false, nil
	}
	sub, err := r.Submission(ctx, done.ID)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(w, "%s: return %d, %s, %s: %s read, %s, %s\n", path, sub.ID, p.Name, q.Code(), plural(len(sub.Values), "number"),
		plural(len(sub.Failures()), "failure"), plural(len(sub.Warnings()), "warning"))
	printFindings(w, sub.Findings)
	if len(sub.Failures()) > 0 {
		fmt.Fprintf(w, "  not accepted; what was in force stays in force\n")
		return false, nil
	}
	if !x.accept {
		fmt.Fprintf(w, "  waits for a decision, on the page /returns/submissions/%d\n", sub.ID)
		return true, nil
	}
	if err := r.Accept(ctx, sub.ID, dashboard.Acceptance{Who: account.CommandLine, Reason: x.reason, Same: x.reason, Hide: x.hide}); err != nil {
		if hides := (dashboard.Hiding)(nil); errors.As(err, &hides) {
			fmt.Fprintf(w, "  not accepted: %v; it waits, and --hide accepts it all the same\n", err)
			return false, nil
		}
		if metrics.KindOf(err) == metrics.Invalid {
			fmt.Fprintf(w, "  not accepted: %v\n", err)
			return false, nil
		}
		return false, err
	}
	fmt.Fprintln(w, "  accepted; its numbers are in the figures")
	return true, nil
}

func printFindings(w io.Writer, findings []metrics.Finding) {
	for _, f := range findings {
		at := f.Sheet
		if f.Cell != "" {
			at += " " + f.Cell
		}
		if at == "" {
			at = "the file"
		}
		fmt.Fprintf(w, "  %-7s  %s: %s [%s]\n", f.Severity, at, f.Message, f.Rule)
		if f.Mend != "" {
			fmt.Fprintf(w, "           %s\n", f.Mend)
		}
	}
}
