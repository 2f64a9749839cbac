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
	var hand handing
	var names []string
	for _, s := range metrics.Sources {
		names = append(names, string(s))
	}
	names = append(names, string(metrics.ReturnsSource))
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
  returns      projects' quarterly workbooks (.xlsx), each by itself: handed in and screened,
               and with --accept put in force; --reason says why warnings may pass

An import of published files is all or nothing: after an error the database is as it was. Reading the same
file again changes nothing; a newer release of a month replaces that month.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return metrics.Errorf(metrics.Invalid, "say what to import from where: outcomes import SOURCE PATH…, with SOURCE one of %s", strings.Join(names, ", "))
			}
			if !slices.Contains(names, args[0]) {
				return metrics.Errorf(metrics.Invalid, "there is no source %q: one of %s", args[0], strings.Join(names, ", "))
			}
			return nil
		},
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if cmd.Flags().Changed("edition") && args[0] != string(metrics.DeprivationSource) {
				return metrics.Errorf(metrics.Invalid, "--edition is for the source deprivation only")
			}
			if args[0] == string(metrics.ReturnsSource) {
				return h.handIn(ctx, hand, args[1:], cmd.OutOrStdout())
			}
			if hand != (handing{}) {
				return metrics.Errorf(metrics.Invalid, "--project, --period, --accept, --reason and --hide are for the source returns only")
			}
			if h.strategy != "" { // a wrong file is told before a database is made
				if _, err := h.choose(nil); err != nil {
					return err
				}
			}
			st, undo, err := h.create(ctx)
			if err != nil {
				return err
			}
			watch := newWatcher(cmd.ErrOrStderr())
			defer watch.Done()
			report, err := ingest.Import{
				Store: st, Strategy: h.choose, Check: checkForce, Reader: readers()[metrics.Source(args[0])], Paths: args[1:],
				Edition: edition, WhyNot: whyNot(metrics.Source(args[0])), Watch: watch,
			}.Run(ctx)
			watch.Done()
			st.Close()
			if err != nil {
				undo()
				return err
			}
			printReport(cmd.OutOrStdout(), report)
			return nil
		},
	}
	h.flags(cmd, true)
	cmd.Flags().IntVar(&edition, "edition", 0, "the `year` of the edition of the Indices, for a file that does not say")
	cmd.Flags().StringVar(&hand.project, "project", "", "of a return: the project's `ID`, for a file that does not say")
	cmd.Flags().StringVar(&hand.period, "period", "", "of a return: the calendar `quarter`, such as 2019-Q3, for a file that does not say")
	cmd.Flags().BoolVar(&hand.accept, "accept", false, "of a return: put it in force where no check fails")
	cmd.Flags().BoolVar(&hand.hide, "hide", false, "of a return that is accepted: also where figures that are shown now would be hidden with it")
	cmd.Flags().StringVar(&hand.reason, "reason", "", "of a return that is accepted: why its warnings may pass, in `words`")
	return cmd
}

// whyNot explains what a file that a source does not know looks like.
func whyNot(source metrics.Source) func(ingest.Input) error {
	if source != metrics.BoundarySource {
		return table.WhyNot
	}
	return func(in ingest.Input) error {
		return metrics.Errorf(metrics.Invalid, "%s is not a GeoJSON file with the outlines of LSOAs or wards (LSOA11CD, LSOA21CD or WD..CD among its properties); TopoJSON and other layouts are not read", in.Path)
	}
}

// checkForce refuses a strategy whose police force is not the one that the
// lookups give its district: its figures would stand under another's name.
func checkForce(s *metrics.Strategy, g *metrics.Geography) error {
	code, ok := g.ForceArea(s.Area.Code)
	if !ok {
		return nil // the lookups do not say yet
	}
	named := s.Force.Code
	if named == "" && s.Force.Name != "" {
		named = police.ForceArea(g, "", s.Force.Name)
	}
	if named == code || named == "" && s.Force.Name == "" {
		return nil
	}
	given := strings.TrimSpace(s.Force.Name + " " + s.Force.Code)
	return metrics.Errorf(metrics.Conflict, "the strategy's police force is %q, but by the lookups %s is in the force area %s (%s): mend `force:` in the strategy file, or leave it out", given, s.Area.Code, g.Names[code], code)
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
