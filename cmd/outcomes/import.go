package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"outcomes/ingest"
	"outcomes/ingest/deprivation"
	"outcomes/ingest/geography"
	"outcomes/ingest/police"
	"outcomes/ingest/population"
	"outcomes/ingest/table"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// readers are the sources that files can be imported from.
func readers() map[metrics.Source]ingest.Reader {
	list := map[metrics.Source]ingest.Reader{}
	for _, r := range []ingest.Reader{geography.NewLookups(), population.New(), deprivation.New(), geography.NewBoundaries(), police.New()} {
		list[r.Source()] = r
	}
	return list
}

func importCommand() *cobra.Command {
	var h house
	var edition int
	var names []string
	for _, s := range metrics.Sources {
		names = append(names, string(s))
	}
	cmd := &cobra.Command{
		Use:   "import SOURCE PATH…",
		Short: "Read published files into the database and make the figures anew",
		Long: `Read published files into the database and make the strategy's figures anew.

SOURCE is one of ` + strings.Join(names, ", ") + `; import them in this order. PATH is a file, a
folder or a zip, plain or .gz. In a folder, files of another layout are passed over.

  geography    ONS lookups: LSOA 2011 to LSOA 2021 to district, LSOA 2021 to ward to
               district, district to Community Safety Partnership to police force area,
               old district codes to new (.csv)
  population   ONS mid-year estimates: the published workbook (sheets MYE2 - Persons and
               MYE 5), or a CSV with the columns area_code,area_name,year,persons[,age]
  deprivation  English Indices of Deprivation, File 1, 2 or 7 as published (.xlsx, .csv),
               or a CSV with the columns lsoa_code,rank and --edition
  boundaries   outlines of LSOAs or wards (GeoJSON, longitude and latitude)
  police       data.police.uk street-level files, YYYY-MM-FORCE-street.csv

An import is all or nothing: after an error the database is as it was. Reading the same
file again changes nothing; a newer release of a month replaces that month.`,
		Args: cobra.MatchAll(cobra.MinimumNArgs(2), func(_ *cobra.Command, args []string) error {
			if !slices.Contains(names, args[0]) {
				return metrics.Errorf(metrics.Invalid, "there is no source %q: one of %s", args[0], strings.Join(names, ", "))
			}
			return nil
		}),
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if cmd.Flags().Changed("edition") && args[0] != string(metrics.DeprivationSource) {
				return metrics.Errorf(metrics.Invalid, "--edition is for the source deprivation only")
			}
			st, err := store.Open(ctx, h.db, now)
			if err != nil {
				return err
			}
			defer st.Close()
			s, err := h.choose(ctx, st)
			if err != nil {
				return err
			}
			watch := newWatcher(cmd.ErrOrStderr())
			defer watch.Done()
			report, err := ingest.Import{
				Store: st, Strategy: s, Reader: readers()[metrics.Source(args[0])], Paths: args[1:],
				Edition: edition, WhyNot: table.WhyNot, Watch: watch,
			}.Run(ctx)
			watch.Done()
			if err != nil {
				return err
			}
			printReport(cmd.OutOrStdout(), report)
			return nil
		},
	}
	h.flags(cmd, true)
	cmd.Flags().IntVar(&edition, "edition", 0, "the `year` of the edition of the Indices, for a file that does not say")
	return cmd
}

// printReport writes the account of an import.
func printReport(w io.Writer, r ingest.Report) {
	for _, p := range r.PassedOver {
		fmt.Fprintf(w, "passed over: %s: %s\n", p.Path, p.Why)
	}
	var before, same, added int
	for _, f := range r.Files {
		switch {
		case f.Known != "":
			before++
		case f.Same:
			same++
		default:
			added++
		}
	}
	fmt.Fprintf(w, "%s: %s\n", r.Source, plural(len(r.Files), "file"))
	if added > 0 {
		fmt.Fprintf(w, "  brought facts          %9d\n", added)
	}
	if same > 0 {
		fmt.Fprintf(w, "  said what is held      %9d\n", same)
	}
	if before > 0 {
		fmt.Fprintf(w, "  were read before       %9d\n", before)
	}
	a := r.Account
	if added+same > 0 {
		fmt.Fprintf(w, "rows read                %9d\n", a.Read)
		fmt.Fprintf(w, "  kept                   %9d\n", a.Kept)
		fmt.Fprintf(w, "  without location       %9d\n", a.WithoutLocation)
		fmt.Fprintf(w, "  outside the coverage   %9d\n", a.Outside)
		fmt.Fprintf(w, "  rejected               %9d\n", a.Rejected)
	}
	for _, c := range r.Rules {
		fmt.Fprintf(w, "    %s: %d, the first at %s\n", c.Rule, c.Count, where(c.First))
	}
	if a.Repeated > 0 {
		fmt.Fprintf(w, "  of the kept, with a Crime ID seen before in their file: %d\n", a.Repeated)
	}
	for _, n := range r.Notices {
		fmt.Fprintf(w, "note: %s%s\n", where(n.First), more(n.Count-1))
	}
	if r.Source == metrics.PoliceSource && added+same > 0 {
		fmt.Fprintln(w, "kept are the rows in the strategy's districts; its force area's figures count all rows of the force's files but the rejected")
	}
	for _, gap := range r.Gaps {
		fmt.Fprintf(w, "missing: %s\n", gap)
	}
	f := r.Figures
	switch {
	case !r.Changed() && f.New+f.Revised+f.Retired == 0:
		fmt.Fprintln(w, "nothing changed")
	default:
		fmt.Fprintf(w, "figures: %d; %d new, %d revised, %d retired\n", f.Figures, f.New, f.Revised, f.Retired)
	}
}

// more says that a note stands for others of its kind.
func more(n int64) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more of this kind, on the page /sources)", n)
}

func where(p metrics.Problem) string {
	at := p.File
	if p.Sheet != "" {
		at += ", sheet " + p.Sheet
	}
	if p.Row > 0 {
		at += fmt.Sprintf(", line %d", p.Row)
	}
	if p.Column != "" {
		at += ", column " + p.Column
	}
	return at + ": " + p.Message
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
