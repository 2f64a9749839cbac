package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"outcomes/metrics/strategy"
)

func strategyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "strategy", Short: "Write or check a strategy file"}
	var o strategy.Options
	write := &cobra.Command{
		Use:   "new --area CODE",
		Short: "Print a strategy file for another partnership: the built-in priorities and indicators on its areas",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := strategy.New(o)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	write.Flags().StringVar(&o.Area, "area", "", "the ONS `CODE` of the local authority district, such as E08000019")
	write.Flags().StringVar(&o.Name, "area-name", "", "the district's name (default: the lookups know it)")
	write.Flags().StringVar(&o.Force, "force", "", "the police force's name (default: the lookups know it)")
	write.Flags().StringSliceVar(&o.Similar, "similar", nil, "the ONS codes of similar areas, with commas between")
	if err := write.MarkFlagRequired("area"); err != nil {
		panic(err) // the flag is defined four lines above
	}
	check := &cobra.Command{
		Use:   "check FILE",
		Short: "Say what is wrong with a strategy file, by line",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := strategy.Load(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: in order; %s, %s, area %s\n", args[0],
				plural(len(s.Indicators), "indicator"), priorities(len(s.Priorities)), s.Area.Code)
			return nil
		},
	}
	cmd.AddCommand(write, check, similarCommand())
	return cmd
}

func priorities(n int) string {
	if n == 1 {
		return "1 priority"
	}
	return fmt.Sprintf("%d priorities", n)
}
