package metrics

import (
	"slices"
	"testing"
)

func TestGeography(t *testing.T) {
	g := NewGeography()
	g.Successor = map[string]string{"E08000019": "E08000039", // Sheffield, renamed
		"E07000150": "E06000061", "E07000152": "E06000061", // merged
		"X": "Y", "Y": "X"} // a lookup gone wrong
	g.ForceOf = map[string]string{"E08000019": "E23000011", "E06000061": "E23000022"}
	if got := g.Active("E08000019"); got != "E08000039" {
		t.Errorf("Sheffield is %s now", got)
	}
	if !g.Same("E08000019", "E08000039") || !g.Same("E08000026", "E08000026") {
		t.Error("a renamed district is not the same as itself")
	}
	if g.Same("E07000150", "E06000061") || g.Same("E07000150", "E07000152") {
		t.Error("a merged district is the same as one of its parts")
	}
	if got := g.Family("E07000150"); !slices.Equal(got, []string{"E06000061", "E07000150", "E07000152"}) {
		t.Errorf("family is %v", got)
	}
	for _, code := range []string{"E08000019", "E08000039"} {
		if f, ok := g.ForceArea(code); !ok || f != "E23000011" {
			t.Errorf("%s is policed by %s", code, f)
		}
	}
	if f, ok := g.ForceArea("E07000150"); !ok || f != "E23000022" {
		t.Errorf("a merged district is policed by %q", f)
	}
	g.Active("X") // must end
	if _, ok := g.ForceArea("E08000026"); ok {
		t.Error("an unknown district has a force")
	}
}
