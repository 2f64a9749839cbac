package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"outcomes/dashboard/export"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

func figuresCommand() *cobra.Command {
	var h house
	var filter metrics.FigureFilter
	var area, format string
	cmd := &cobra.Command{
		Use:   "figures",
		Short: "Print the stored figures",
		Long: `Print the stored figures: every indicator, area and period, or those chosen.

A period is written 2019-03 (month), 2019-Q1 (calendar quarter), YE2019-03 (year ending),
FY2018-19 (financial year) or IoD2019 (edition of the Indices of Deprivation).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if !slices.Contains([]string{"table", "csv", "json"}, format) {
				return metrics.Errorf(metrics.Invalid, "there is no format %q: table, csv or json", format)
			}
			if filter.Period != "" {
				if _, err := metrics.ParsePeriod(filter.Period); err != nil {
					return err
				}
			}
			st, err := store.OpenToRead(ctx, h.db)
			if err != nil {
				return err
			}
			defer st.Close()
			if area != "" {
				g, err := st.Geography(ctx)
				if err != nil {
					return err
				}
				filter.Areas = []string{area}
				for _, code := range g.Family(area) { // a district under its other code
					if code != area && g.Same(code, area) {
						filter.Areas = append(filter.Areas, code)
					}
				}
			}
			figures, err := st.Figures(ctx, filter)
			if err != nil {
				return err
			}
			if len(figures) == 0 {
				return noFigures(cmd, st, filter, area)
			}
			state, err := st.State(ctx)
			if err != nil {
				return err
			}
			if format != "table" {
				stored, err := st.StrategySource(ctx)
				if err != nil {
					return err
				}
				s, err := h.choose(stored)
				if err != nil {
					return err
				}
				write := export.CSV
				if format == "json" {
					write = export.JSON
				}
				return write(cmd.OutOrStdout(), figures, export.AboutOf(s, state.Sample))
			}
			if state.Sample {
				fmt.Fprintln(cmd.OutOrStdout(), "Sample data, invented.")
			}
			return printTable(cmd.OutOrStdout(), figures)
		},
	}
	h.flags(cmd, false)
	cmd.Flags().StringVar(&filter.Indicator, "indicator", "", "only the indicator with this `ID`")
	cmd.Flags().StringVar(&area, "area", "", "only the area with this ONS `CODE`, old or new")
	cmd.Flags().StringVar(&filter.Period, "period", "", "only this `period`, such as 2019-Q1")
	cmd.Flags().StringVar(&format, "format", "table", "table, csv or json")
	return cmd
}

// noFigures says which of the choices there is nothing of.
func noFigures(cmd *cobra.Command, st *store.Reader, filter metrics.FigureFilter, area string) error {
	all, err := st.Figures(cmd.Context(), metrics.FigureFilter{})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return metrics.Errorf(metrics.NotFound, "there are no figures yet: import the published files first (`outcomes import --help`)")
	}
	var ids []string
	hasIndicator, hasArea := filter.Indicator == "", area == ""
	for _, f := range all {
		if !slices.Contains(ids, f.Indicator) {
			ids = append(ids, f.Indicator)
		}
		hasIndicator = hasIndicator || f.Indicator == filter.Indicator
		hasArea = hasArea || slices.Contains(filter.Areas, f.Area.Code)
	}
	switch {
	case !hasIndicator:
		return metrics.Errorf(metrics.NotFound, "there are no figures of an indicator %q: there are figures of %s", filter.Indicator, strings.Join(ids, ", "))
	case !hasArea:
		return metrics.Errorf(metrics.NotFound, "there are no figures for an area %q: give the ONS code of a district or force area of the strategy", area)
	}
	return metrics.Errorf(metrics.NotFound, "there is no figure that fits all of what was asked for: leave out one of --indicator, --area and --period to see what there is")
}

// printTable prints the figures for people.
func printTable(out io.Writer, figures []metrics.Figure) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "INDICATOR\tAREA\tPERIOD\tVALUE\t95% INTERVAL\tCOUNT\tOF\tRANK\tUNIT")
	for _, f := range figures {
		if f.Status != metrics.Available {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\t\t\t\t%s\n", f.Indicator, f.Area.Name, f.Period.Code(), f.Status.Shorthand(), f.Reason)
			continue
		}
		rank := ""
		if f.Rank != nil {
			rank = fmt.Sprintf("%d of %d", *f.Rank, *f.RankOf)
		}
		interval := ""
		if f.Lower != nil && f.Upper != nil {
			interval = metrics.Decimal(*f.Lower, 2) + " to " + metrics.Decimal(*f.Upper, 2)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Indicator, f.Area.Name, f.Period.Code(), metrics.Decimal(*f.Value, 2),
			interval, counted(f.Numerator), counted(f.Denominator), rank, f.Unit)
	}
	return w.Flush()
}

// counted is a count of a figure, "" where it has none: a total is of nothing.
func counted(n *float64) string {
	if n == nil {
		return ""
	}
	return metrics.Decimal(*n, 0)
}
