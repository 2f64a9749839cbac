package strategy

import (
	"slices"
	"strings"
	"testing"

	"outcomes/metrics"
)

func TestDefaultGroup(t *testing.T) {
	s, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	g := s.Similar
	if !g.Proposal || len(g.Areas) != 14 || slices.Contains(g.Areas, s.Area.Code) || g.Date == "" || !strings.Contains(g.Source, "not the police.uk group") {
		t.Errorf("%+v", g)
	}
	for _, id := range []string{"asb-rate", "violence-rate", "weapons-rate", "robbery-rate"} {
		if i, ok := s.Indicator(id); !ok || !slices.Contains(i.Comparators, "similar") {
			t.Errorf("%s is not compared with similar areas", id)
		}
	}
	if len(s.Breaks) == 0 || s.Breaks[0].From != "2020-03" || s.Breaks[0].To != "2021-06" || s.Breaks[0].Refuse {
		t.Errorf("breaks %+v", s.Breaks)
	}
	// Another partnership takes over the breaks, not the group.
	text, err := New(Options{Area: "E08000019"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := Parse("new", text)
	if err != nil {
		t.Fatal(err)
	}
	if len(other.Similar.Areas) != 0 || len(other.Breaks) != len(s.Breaks) {
		t.Errorf("group %+v, %d breaks", other.Similar, len(other.Breaks))
	}
}

// What is written can be pasted into a strategy file and reads back.
func TestWriteSimilar(t *testing.T) {
	for _, names := range []map[string]string{
		nil,
		{"E06000023": "Bristol, City of", "E08000035": "Leeds"},
		{"E06000023": "A\nareas: [x] # \"", "E08000035": "</script>"},
	} {
		want := metrics.SimilarGroup{Name: "Group: of # two", Source: "nearest: \"by\" hand; 'so'", Date: "2019-12", Proposal: true, Areas: []string{"E06000023", "E08000035"}}
		text, err := WriteSimilar(want, names)
		if err != nil {
			t.Fatal(err)
		}
		file, err := New(Options{Area: "E08000026"})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse("pasted", slices.Concat(file, []byte("\n"), text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		g := s.Similar
		if g.Name != want.Name || g.Source != want.Source || g.Date != want.Date || !g.Proposal || !slices.Equal(g.Areas, want.Areas) {
			t.Errorf("got %+v", g)
		}
		if !strings.HasPrefix(string(text), "similar:\n") || strings.Count(string(text), "\n") != 8 {
			t.Errorf("got\n%s", text)
		}
	}
}
