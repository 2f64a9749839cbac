package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"outcomes/ingest/sample"
	"outcomes/metrics"
	"outcomes/metrics/store"
	"outcomes/metrics/strategy"
)

// refusal runs a command line that must fail and gives what it said.
func refusal(t testing.TB, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if status := run(context.Background(), args, &stdout, &stderr); status != 1 || stdout.Len() > 0 {
		t.Fatalf("outcomes %s: status %d, printed %q", strings.Join(args, " "), status, stdout.String())
	}
	return stderr.String()
}

// The built-in strategy's group is what the command proposes from the published
// files; each import that lacks is named.
func TestPublishedSimilarAreas(t *testing.T) {
	data := published(t)
	dir := t.TempDir()
	db := empty(t, dir)
	similar := func(args ...string) []string {
		return slices.Concat([]string{"strategy", "similar", "--area", "E08000026", "--db", db}, args)
	}
	for _, step := range []struct{ lacking, source, path string }{
		{"outcomes import geography", "geography", "lookups"},
		{"outcomes import population", "population", filepath.Join("population", "ukmidyearestimates20192020ladcodes.xlsx")},
		{"outcomes import deprivation", "deprivation", filepath.Join("imd", "2019")},
	} {
		if said := refusal(t, similar()...); !strings.Contains(said, step.lacking) {
			t.Errorf("before %s: %s", step.source, said)
		}
		outcomes(t, "import", step.source, filepath.Join(data, step.path), "--db", db)
	}

	out := outcomes(t, similar("--format", "csv")...)
	list, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 16 || list[1][1] != "Coventry" || list[1][2] != "0.000000" {
		t.Fatalf("%d rows, the first %v", len(list), list[1])
	}
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	// Mid-2019: 371,521 residents, 85,900 of them aged 10 to 24, 3,753 a square kilometre.
	if own := list[1]; own[4] != "371521" || fmt.Sprintf("%.0f", number(own[5])) != "3753" || fmt.Sprintf("%.0f", number(own[6])*3715.21) != "85900" {
		t.Errorf("Coventry's numbers: %v", own)
	}
	s, err := strategy.Default()
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	before := 0.0
	for _, r := range list[2:] {
		codes = append(codes, r[0])
		if d := number(r[2]); d < before || d == 0 {
			t.Errorf("%s: distance %v after %v", r[1], d, before)
		} else {
			before = d
		}
		if !strings.Contains(r[7], "not the police.uk group") {
			t.Errorf("%s does not say whose proposal it is", r[1])
		}
	}
	if !slices.Equal(codes, s.Similar.Areas) {
		t.Errorf("the built-in group is %v, proposed is %v", s.Similar.Areas, codes)
	}

	// Manchester would be among the nearest, but its force publishes nothing.
	said := list[1][7]
	if slices.Contains(codes, "E08000003") {
		t.Errorf("the group is %v", codes)
	}
	if kept := outcomes(t, similar("--unpublished")...); !strings.Contains(kept, "\nE08000003") || strings.Contains(kept, "\nE09000010") || strings.Contains(kept, "published no files") {
		t.Errorf("got\n%s", kept)
	}
	if shown := outcomes(t, similar()...); !strings.Contains(shown, "Left out: Manchester, because Greater Manchester Police") || !strings.Contains(shown, "\nE09000010") {
		t.Errorf("got\n%s", shown)
	}
	const why = "without Manchester, because Greater Manchester Police has published no files since July 2019"
	if !strings.Contains(said, why) || !strings.Contains(s.Similar.Source, why) {
		t.Errorf("the reason is not in the proposal or not in the built-in group:\n%s\n%s", said, s.Similar.Source)
	}

	table := outcomes(t, similar("--n", "3", "--except", "E06000043")...)
	for _, want := range []string{"this program's proposal, not the police.uk group", "Left out: Brighton and Hove", "Bristol, City of", "371,521", "Indices of Deprivation 2019", "mid-2019"} {
		if !strings.Contains(table, want) {
			t.Errorf("%q is not in\n%s", want, table)
		}
	}
	if strings.Count(table, "\nE0") != 4 || strings.Contains(table, "\nE06000043") {
		t.Errorf("got\n%s", table)
	}

	// The section can be pasted into a strategy file.
	section := outcomes(t, similar("--format", "yaml")...)
	if !strings.Contains(section, "proposal: true") || !strings.Contains(section, "# Bristol, City of") {
		t.Errorf("got\n%s", section)
	}
	file := filepath.Join(dir, "pasted.yaml")
	if err := os.WriteFile(file, []byte(outcomes(t, "strategy", "new", "--area", "E08000026")+"\n"+section), 0o600); err != nil {
		t.Fatal(err)
	}
	outcomes(t, "strategy", "check", file)

	// A district by its old code is the same district; one made of others has their sum.
	if out := outcomes(t, "strategy", "similar", "--area", "E08000019", "--db", db, "--n", "1"); !strings.Contains(out, "similar to Sheffield") {
		t.Errorf("got\n%s", out)
	}
	if out := outcomes(t, "strategy", "similar", "--area", "E06000066", "--db", db, "--format", "csv", "--n", "1"); !strings.Contains(out, "E06000066,Somerset,0.000000") {
		t.Errorf("got\n%s", out)
	}
	for _, tt := range []struct{ args, want string }{
		{"--area E08000999", "no district E08000999"},
		{"--area W06000015", "not in England"},
		{"--area E08000026 --n 0", "1 or more"},
		{"--area E08000026 --format json", `no format "json"`},
		{"--area E08000026 --except Leeds", `no district "Leeds"`},
		{"--n 3", "area"},
	} {
		if said := refusal(t, slices.Concat([]string{"strategy", "similar", "--db", db}, strings.Fields(tt.args))...); !strings.Contains(said, tt.want) {
			t.Errorf("%s: %s", tt.args, said)
		}
	}
	if said := refusal(t, "strategy", "similar", "--area", "E08000026", "--db", filepath.Join(dir, "none.db")); !strings.Contains(said, "there is no database") {
		t.Error(said)
	}
}

// The section's date is the clock's.
func TestSimilarSectionIsDated(t *testing.T) {
	var out strings.Builder
	p := &proposal{others: []metrics.Neighbour{{DistrictProfile: metrics.DistrictProfile{Code: "E08000035", Name: "Leeds"}}}}
	if err := p.yaml(&out, time.Date(2020, 3, 31, 23, 0, 0, 0, time.UTC)); err != nil || !strings.Contains(out.String(), "date: 2020-03\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// In the sample, as in the scrutiny report, Coventry's rates of violence and
// weapons are below the mean of its group, and its file of each month is there
// for every member.
func TestSampleSimilarAreas(t *testing.T) {
	db := filepath.Join(t.TempDir(), "outcomes.db")
	for _, set := range sample.Sources(sampleFolder(t)) {
		outcomes(t, "import", string(set.Source), set.Path, "--db", db)
	}
	st, err := store.OpenExisting(context.Background(), db, now)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	compared := 0
	for _, indicator := range []string{"violence-rate", "weapons-rate", "robbery-rate", "asb-rate"} {
		figures, err := st.Figures(context.Background(), metrics.FigureFilter{Indicator: indicator, Areas: []string{"E08000026"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range figures {
			for _, c := range f.Comparisons {
				if c.Kind != metrics.WithSimilar {
					continue
				}
				compared++
				if c.Group == nil || c.Group.Members != 15 || !c.Group.Proposal {
					t.Fatalf("%s %s: %+v", indicator, f.Period.Code(), c)
				}
				if f.Period.Code() != "YE2019-03" {
					continue
				}
				if spread := c.Group.Greatest / c.Group.Least; spread < 1.3 || spread > 5 {
					t.Errorf("%s: from %v to %v", indicator, c.Group.Least, c.Group.Greatest)
				}
				if report := indicator == "violence-rate" || indicator == "weapons-rate"; report && c.Direction != metrics.Lower {
					t.Errorf("%s in Coventry is %s", indicator, c.Direction)
				}
			}
		}
	}
	if compared < 4*20 {
		t.Errorf("%d comparisons only", compared)
	}
}
