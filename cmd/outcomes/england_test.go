package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics"
	"outcomes/metrics/strategy"
)

// besideEngland writes the built-in strategy with violence compared with England.
func besideEngland(t *testing.T) string {
	t.Helper()
	s, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	head, tail, ok := strings.Cut(string(s.Source), "  - id: violence-rate\n")
	if !ok {
		t.Fatal("the built-in strategy has no violence-rate")
	}
	const comparators = "comparators: [corresponding-period, force, similar"
	if !strings.Contains(tail, comparators+"]") {
		t.Fatal("violence-rate has other comparators")
	}
	return write(t, t.TempDir(), "england.yaml", []byte(head+"  - id: violence-rate\n"+strings.Replace(tail, comparators, comparators+", england", 1)))
}

// In the sample some forces have no file: England is refused, and says how many
// have one. What the others hold in all is kept, without their districts.
func TestSampleEngland(t *testing.T) {
	file := besideEngland(t)
	db, _ := small(t, "--strategy", file)
	var figures []struct {
		Comparisons []struct {
			Kind, Direction, Reason string
			Value                   *float64
		}
		Statements []struct {
			About, Text string
			Refused     bool
		}
	}
	out := outcomes(t, "figures", "--db", db, "--indicator", "violence-rate", "--area", "E08000026", "--period", "2019-Q1", "--format", "json")
	if err := json.Unmarshal([]byte(out), &figures); err != nil || len(figures) != 1 {
		t.Fatalf("%v: %d figures", err, len(figures))
	}
	st := openStore(t, db)
	defer st.Close()
	ctx := context.Background()
	g, err := st.Geography(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s, err := strategy.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	forces := g.EnglishForces()
	needs := metrics.NeedsOf(s, g)
	facts, _, err := st.Facts(ctx, g, needs)
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, force := range forces {
		if len(facts.Files[force]) == 3 {
			held++
			if n := facts.Crimes[force]["Violence and sexual offences"][metrics.NewMonth(2019, 2)]; n == 0 {
				t.Errorf("the total of %s is not kept", g.Names[force])
			}
		}
	}
	if held != 14 || len(forces) < 30 {
		t.Fatalf("%d of %d forces", held, len(forces))
	}
	if len(facts.Crimes["E07000218"]) > 0 { // North Warwickshire
		t.Error("the counts of a district that nobody asked for are kept")
	}
	want := "files of 14 of 34 English forces are imported for all of its months; there is none of "
	f := figures[0]
	if !slices.ContainsFunc(f.Statements, func(s struct {
		About, Text string
		Refused     bool
	}) bool {
		return s.About == "england" && s.Refused && strings.Contains(s.Text, want)
	}) {
		t.Errorf("%+v", f.Statements)
	}
	for _, c := range f.Comparisons {
		if c.Kind == "england" && (c.Direction != "not compared" || c.Value != nil || !strings.HasPrefix(c.Reason, want)) {
			t.Errorf("%+v", c)
		}
	}
	account := outcomes(t, "import", "police", filepath.Join(sampleFolder(t), "police", "2019-04"), "--db", db)
	if !strings.Contains(account, "files of 14 of 34 English forces are held") {
		t.Errorf("the account does not say what lacks: %s", account)
	}
}

// The lookups' English districts are all of England, each once: their estimates
// sum to its own but for two that have none; and the forces are the thirty-nine.
func TestPublishedEngland(t *testing.T) {
	data := published(t)
	db, file := filepath.Join(t.TempDir(), "outcomes.db"), besideEngland(t)
	outcomes(t, "import", "geography", filepath.Join(data, "lookups"), "--db", db, "--strategy", file)
	outcomes(t, "import", "population", filepath.Join(data, "population"), "--db", db)
	outcomes(t, "import", "deprivation", filepath.Join(data, "imd", "2019"), "--db", db)
	st := openStore(t, db)
	defer st.Close()
	ctx := context.Background()
	g, err := st.Geography(ctx)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := strategy.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	facts, _, err := st.Facts(ctx, g, metrics.NeedsOf(s, g))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(g.EnglishForces()); n != 39 {
		t.Errorf("%d English forces", n)
	}
	var sum int64
	var lacking []string
	for _, lad := range g.EnglishDistricts() {
		e := facts.Residents[lad][2019]
		if sum += e.Persons; e.Persons == 0 {
			lacking = append(lacking, g.Names[lad])
		}
	}
	// ONS: 56,286,961 in mid-2019, 753,278 of them in the districts that were
	// merged into two of Northamptonshire in 2021.
	slices.Sort(lacking)
	if own := facts.Residents[metrics.EnglandCode][2019].Persons; own != 56_286_961 || own-sum != 753_278 || strings.Join(lacking, ", ") != "North Northamptonshire, West Northamptonshire" {
		t.Errorf("the districts have %d residents, England %d; none in %v", sum, own, lacking)
	}
	// 3,284 of the 32,844 neighbourhoods of 2019.
	fig := figure(t, db, "neighbourhoods-most-deprived-10", "E08000026", "IoD2019")
	if fig["england_value"] != "9.998782" || fig["england_direction"] != "higher" {
		t.Errorf("England's share: %s, Coventry's is %s", fig["england_value"], fig["england_direction"])
	}
}
