package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"outcomes/metrics"
	"outcomes/metrics/store"
	"outcomes/metrics/strategy"
)

func similarCommand() *cobra.Command {
	var h house
	var area, format string
	var except []string
	var n int
	var all bool
	cmd := &cobra.Command{
		Use:   "similar --area CODE",
		Short: "Propose a group of similar areas from what is imported",
		Long: `Propose a group of similar areas from what is imported: the lookups, the population
workbook and the Index of Multiple Deprivation. The districts of England are set side by
side by four numbers, and the nearest are listed with their distance. Districts whose
police force is known to publish no files are left out, for a group that holds one could
not be compared with; --unpublished keeps them.

It is this program's proposal, not the most similar group of police.uk. Where the
partnership has a group of police.uk or HMICFRS, enter that in the strategy file.
--format yaml prints a section to paste into it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"table", "yaml", "csv"}, format) {
				return metrics.Errorf(metrics.Invalid, "there is no format %q: table, yaml or csv", format)
			}
			p, err := propose(cmd, h.db, area, except, n, all)
			if err != nil {
				return err
			}
			switch format {
			case "yaml":
				return p.yaml(cmd.OutOrStdout(), now())
			case "csv":
				return p.csv(cmd.OutOrStdout())
			}
			return p.table(cmd.OutOrStdout())
		},
	}
	h.flags(cmd, false)
	cmd.Flags().StringVar(&area, "area", "", "the ONS `CODE` of the local authority district, such as E08000026")
	cmd.Flags().IntVar(&n, "n", 14, "how many areas besides that one")
	cmd.Flags().StringSliceVar(&except, "except", nil, "the ONS codes of districts to leave out, with commas between")
	cmd.Flags().BoolVar(&all, "unpublished", false, "keep districts whose police force publishes no files")
	cmd.Flags().StringVar(&format, "format", "table", "table, yaml or csv")
	if err := cmd.MarkFlagRequired("area"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}

// proposal is a proposed group with what it was made from.
type proposal struct {
	own    metrics.DistrictProfile
	others []metrics.Neighbour
	left   []string // names of districts that were to be left out
	silent []string // districts left out because of their police force, with the reason
	from   store.Profiles
	sample bool
}

func propose(cmd *cobra.Command, db, area string, except []string, n int, all bool) (*proposal, error) {
	ctx := cmd.Context()
	st, err := store.OpenToRead(ctx, db)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	from, err := st.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	g, err := st.Geography(ctx)
	if err != nil {
		return nil, err
	}
	code := g.Active(area)
	if n < 1 {
		return nil, metrics.Errorf(metrics.Invalid, "--n is how many areas besides that one: 1 or more, not %d", n)
	}
	others, err := metrics.ProposeSimilar(code, from.Districts, len(from.Districts)) // those left out stay in the z-scores
	if err != nil {
		return nil, err
	}
	var left []string
	for _, c := range except {
		at := slices.IndexFunc(from.Districts, func(d metrics.DistrictProfile) bool { return d.Code == g.Active(c) })
		if at < 0 {
			return nil, metrics.Errorf(metrics.NotFound, "there is no district %q to leave out: give its ONS code, such as E08000026", c)
		}
		left = append(left, from.Districts[at].Name)
		others = slices.DeleteFunc(others, func(a metrics.Neighbour) bool { return a.Code == from.Districts[at].Code })
	}
	var silent []string
	for !all {
		at := slices.IndexFunc(others[:min(n, len(others))], func(a metrics.Neighbour) bool {
			_, ok := metrics.DoesNotPublish(g, a.Code)
			return ok
		})
		if at < 0 {
			break
		}
		force, _ := metrics.DoesNotPublish(g, others[at].Code)
		silent = append(silent, fmt.Sprintf("%s, because %s has published no files since %s", others[at].Name, force.Name, force.Since.Name()))
		others = slices.Delete(others, at, at+1)
	}
	others = others[:min(n, len(others))]
	state, err := st.State(ctx)
	if err != nil {
		return nil, err
	}
	own := slices.IndexFunc(from.Districts, func(d metrics.DistrictProfile) bool { return d.Code == code })
	return &proposal{from.Districts[own], others, left, silent, from, state.Sample}, nil
}

// source says how the group was made.
func (p *proposal) source() string {
	s := fmt.Sprintf("proposed by this program from open data, not the police.uk group: %s; English Indices of Deprivation %d and ONS mid-%d population estimates",
		metrics.SimilarityMethod, p.from.Edition, p.from.Year)
	if len(p.left) > 0 {
		s += "; without " + strings.Join(p.left, ", ")
	}
	for _, district := range p.silent {
		s += "; without " + district
	}
	if p.sample {
		s = "made from invented sample data; " + s
	}
	return s
}

// list is the area itself and then the others.
func (p *proposal) list() []metrics.Neighbour {
	return append([]metrics.Neighbour{{DistrictProfile: p.own}}, p.others...)
}

func (p *proposal) table(out io.Writer) error {
	if p.sample {
		fmt.Fprintln(out, "Sample data, invented.")
	}
	fmt.Fprintf(out, "Areas similar to %s: this program's proposal, not the police.uk group.\n", p.own.Name)
	fmt.Fprintf(out, "The %s.\nFrom the English Indices of Deprivation %d and the ONS mid-%d population estimates.\n", metrics.SimilarityMethod, p.from.Edition, p.from.Year)
	fmt.Fprint(out, "Deprivation is the mean place of the district's LSOAs among England's, 0% the most deprived.\n\n")
	if len(p.left) > 0 {
		fmt.Fprintf(out, "Left out: %s.\n\n", strings.Join(p.left, ", "))
	}
	for _, district := range p.silent {
		fmt.Fprintf(out, "Left out: %s.\n\n", district)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CODE\tAREA\tDISTANCE\tDEPRIVATION\tRESIDENTS\tPER SQ KM\tAGED 10-24")
	for _, a := range p.list() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s%%\t%s\t%s\t%s%%\n", a.Code, a.Name, metrics.Decimal(a.Distance, 3), metrics.Decimal(*a.Deprivation, 1),
			metrics.Decimal(*a.Residents, 0), metrics.Decimal(*a.Density(), 0), metrics.Decimal(*a.Young, 1))
	}
	return w.Flush()
}

func (p *proposal) csv(out io.Writer) error {
	w := csv.NewWriter(out)
	w.Write([]string{"area_code", "area_name", "distance", "deprivation_mean_rank_percent", "residents", "residents_per_sq_km", "aged_10_to_24_percent", "source"})
	for _, a := range p.list() {
		w.Write([]string{a.Code, a.Name, number(a.Distance, 6), number(*a.Deprivation, 4),
			number(*a.Residents, 0), number(*a.Density(), 2), number(*a.Young, 4), p.source()})
	}
	w.Flush()
	return w.Error()
}

// number writes a number for machines.
func number(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }

// yaml prints the section of a strategy file; date is the day of the proposal.
func (p *proposal) yaml(out io.Writer, date time.Time) error {
	group := metrics.SimilarGroup{Name: "Similar areas proposed from open data", Source: p.source(), Date: date.Format("2006-01"), Proposal: true}
	names := map[string]string{}
	for _, a := range p.others {
		group.Areas = append(group.Areas, a.Code)
		names[a.Code] = a.Name
	}
	text, err := strategy.WriteSimilar(group, names)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}
