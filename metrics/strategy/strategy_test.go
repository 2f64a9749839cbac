package strategy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outcomes/metrics"
)

func TestDefault(t *testing.T) {
	s, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Priorities) != 6 || len(s.Indicators) < 8 || s.Area.Code != "E08000026" {
		t.Errorf("got %d priorities, %d indicators, area %s", len(s.Priorities), len(s.Indicators), s.Area.Code)
	}
	if s.SHA == "" || len(s.Source) == 0 {
		t.Error("the strategy does not carry its source")
	}
	for _, i := range s.Indicators {
		if i.Definition == "" || i.Source == "" || len(i.Caveats) == 0 || i.Numerator.Label == "" || i.Denominator.Label == "" && i.Kind != metrics.Total {
			t.Errorf("%s lacks metadata", i.ID)
		}
	}
}

// Each mistake is named with the line that it stands on.
func TestMistakesByLine(t *testing.T) {
	text := string(defaultFile)
	lineOf := func(s string) int { return 1 + strings.Count(text[:strings.Index(text, s)], "\n") }
	for _, tt := range []struct {
		name, old, new, want string
	}{
		{"unknown field", "    headline: true", "    headlin: true", `there is no field "headlin" here`},
		{"not yaml", "  code: E08000026", "  code: [E08000026", ""},
		{"area code", "code: E08000026", "code: Coventry", "not the ONS code of a local authority district"},
		{"force code", "code: E23000014", "code: E12000005", "not the ONS code of a police force area"},
		{"date", "date: 2019-06-17", "date: June 2019", `"June 2019" is not a date`},
		{"thirteenth month", "date: 2019-06-17", "date: 2019-13-17", `"2019-13-17" is not a date`},
		{"long label", "label: City summit", "label: " + strings.Repeat("long ", 11), "room for 50"},
		{"no such priority", "priority: secondary-prevention", "priority: secondary", `there is no priority "secondary"`},
		{"polarity", "polarity: none", "polarity: bad", `polarity must be low or high or none, not "bad"`},
		{"crime type", "categories: [Robbery]", "categories: [Mugging]", `"Mugging" is not a crime type`},
		{"id twice", "id: asb-rate", "id: violence-rate", ""},
		{"kind", "kind: rate", "kind: ratio", `kind must be rate or share or inequality, not "ratio"`},
		{"measure of an inequality", "measure: gap", "measure: gini", `measure must be gap or ratio or sii or rii, not "gini"`},
		{"groups of an inequality", "groups: deprivation-quintile", "groups: ward", `groups must be deprivation-quintile, not "ward"`},
		{"measure of a rate", "    kind: rate\n", "    kind: rate\n    measure: gap\n", "only an indicator of the kind inequality has a measure"},
		{"text for a number", "from: 2019", "from: soon", ""},
		{"per", "per: 1000", "per: 0", "per must be above 0"},
		{"a day that is none", "date: 2019-06-17", "date: 2019-02-30", `"2019-02-30" is not a date`},
		{"per that is no number", "per: 1000", "per: .nan", "per must be above 0"},
		{"per without end", "per: 1000", "per: .inf", "per must be above 0"},
		{"a share not in per cent", "per: 100\n", "per: 1\n", "per must be 100"},
		{"a crime type twice", "categories: [Robbery]", "categories: [Robbery, Robbery]", "counted twice"},
		{"a period twice", "periods: [quarter, year-ending]", "periods: [quarter, quarter]", "listed twice"},
		{"an outcome misspelt", "- Status update unavailable", "- Status update unavailble", "is not an outcome of police.uk"},
		{"a number left out", "number: 2", "number: 7", "1, 2, 3 and so on"},
		{"a second document", "priorities:\n", "priorities: []\n---\nmore:\n", "a second document"},
		{"inequality of a share", "    kind: share\n    numerator:\n      from: outcomes", "    kind: inequality\n    measure: gap\n    groups: deprivation-quintile\n    numerator:\n      from: outcomes", "an inequality is of crimes for residents"},
		{"inequality beside the force", "    comparators: [corresponding-period]\n    headline: false\n    definition: >-\n      How much higher", "    comparators: [corresponding-period, force]\n    headline: false\n    definition: >-\n      How much higher", "found for the district alone"},
		{"address", "source_url: https://data.police.uk/about/", "source_url: javascript:alert(1)", "is not an address that begins with https://"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			broken := strings.Replace(text, tt.old, tt.new, 1)
			_, err := Parse("s.yaml", []byte(broken))
			var m *Mistakes
			if !errors.As(err, &m) {
				t.Fatalf("got %v, want mistakes", err)
			}
			if metrics.KindOf(err) != metrics.Invalid {
				t.Errorf("kind is %s", metrics.KindOf(err))
			}
			if tt.want != "" && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q in it", err, tt.want)
			}
			if tt.name == "id twice" {
				return // the second of the two is the wrong one
			}
			if got, want := m.List[0].Line, lineOf(tt.old); got < want || got > want+2 {
				t.Errorf("got line %d, want %d: %v", got, want, err)
			}
		})
	}
}

func TestMissingPartsAreNamed(t *testing.T) {
	_, err := Parse("s.yaml", []byte("name: x\n"))
	if err == nil {
		t.Fatal("an empty strategy was taken")
	}
	for _, want := range []string{"partnership is missing", "local authority district", "no priorities"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if _, err := Parse("s.yaml", nil); err == nil {
		t.Error("an empty file was taken")
	}
}

func TestNew(t *testing.T) {
	text, err := New(Options{Area: "E08000019", Name: "Sheffield", Force: "South Yorkshire Police", Similar: []string{"E08000016", "E08000017"}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("new", text)
	if err != nil {
		t.Fatal(err)
	}
	if s.Area.Name != "Sheffield" || s.Force.Name != "South Yorkshire" || len(s.Similar.Areas) != 2 || len(s.Indicators) < 8 {
		t.Errorf("got %+v", s)
	}
	if strings.Contains(string(text), "Coventry") {
		t.Error("another partnership's strategy names Coventry")
	}
	if _, err := New(Options{Area: "Sheffield"}); err == nil {
		t.Error("a name was taken for a code")
	}
	hostile := "</script>: __f__alert(1)__f__ #=cmd"
	text, err = New(Options{Area: "E08000019", Name: hostile})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Parse("new", text); err != nil || s.Area.Name != hostile {
		t.Errorf("the name did not survive: %v", err)
	}
}

func TestByteOrderMark(t *testing.T) {
	if _, err := Parse("s.yaml", append([]byte("\ufeff"), defaultFile...)); err != nil {
		t.Error(err)
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.yaml")
	if _, err := Load(path); metrics.KindOf(err) != metrics.NotFound {
		t.Errorf("got %v for a file that is not there", err)
	}
	if err := os.WriteFile(path, defaultFile, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(defaultFile)
	f.Add([]byte("name: ["))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse("f", b)
		if (s == nil) == (err == nil) {
			t.Errorf("neither a strategy nor a mistake, or both: %v", err)
		}
	})
}
