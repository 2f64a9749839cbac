package strategy

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"outcomes/metrics"
)

// WriteSimilar writes the `similar:` section of a strategy file; names gives
// the areas' names, which stand behind their codes as comments.
func WriteSimilar(g metrics.SimilarGroup, names map[string]string) ([]byte, error) {
	head, err := yaml.MarshalWithOptions(yaml.MapSlice{{Key: "similar", Value: yaml.MapSlice{
		{Key: "name", Value: g.Name},
		{Key: "source", Value: g.Source},
		{Key: "date", Value: g.Date},
		{Key: "proposal", Value: g.Proposal},
	}}})
	if err != nil {
		return nil, metrics.Errorf(metrics.Internal, "write the group: %w", err)
	}
	var b bytes.Buffer
	b.Write(head)
	b.WriteString("  areas:\n")
	for _, code := range g.Areas {
		fmt.Fprintf(&b, "    - %s", code)
		if name := strings.Join(strings.Fields(names[code]), " "); name != "" {
			fmt.Fprintf(&b, " # %s", name)
		}
		b.WriteByte('\n')
	}
	var back struct {
		Similar similar `yaml:"similar"`
	}
	if err := yaml.UnmarshalWithOptions(b.Bytes(), &back, yaml.Strict()); err != nil || !slices.Equal(back.Similar.Areas, g.Areas) || back.Similar.Name != g.Name {
		return nil, metrics.Errorf(metrics.Internal, "the group cannot be written as a section of a strategy file: %w", err)
	}
	return b.Bytes(), nil
}
