package strategy

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics"
)

// Each priority that works through projects asks all three questions.
func TestDefaultProjects(t *testing.T) {
	s, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if s.Returns != (metrics.ReturnRules{DueDays: 30, Small: 4}) || len(s.Projects) < 11 || len(s.Dimensions) != 3 {
		t.Errorf("rules %+v, %d projects, %d dimensions", s.Returns, len(s.Projects), len(s.Dimensions))
	}
	for _, id := range []string{"primary-prevention", "secondary-prevention", "tertiary-prevention", "attitudinal-change"} {
		asks := map[metrics.Asks]int{}
		for _, ind := range s.ByPriority(id) {
			if ind.Accountability == metrics.Performance {
				asks[ind.Asks]++
			}
		}
		if asks[metrics.HowMuch] == 0 || asks[metrics.HowWell] == 0 || asks[metrics.BetterOff] == 0 {
			t.Errorf("%s asks %v", id, asks)
		}
	}
	for _, ind := range s.Indicators {
		if (ind.Accountability == metrics.Performance) != (ind.Numerator.From == metrics.FromReturns) {
			t.Errorf("%s is of %s and from %s", ind.ID, ind.Accountability, ind.Numerator.From)
		}
		if ind.Accountability == metrics.Performance && len(s.Contributors(ind)) == 0 {
			t.Errorf("no project contributes to %s", ind.ID)
		}
	}
	ind, ok := s.Indicator("referral-process-total")
	if names := s.Contributors(ind); !ok || ind.Periods[0] != metrics.SinceStart || len(names) != 2 {
		t.Errorf("the report's figure: %+v, of %d projects", ind.Periods, len(names))
	}
	if m, _ := s.ReturnMeasure("hospital-attendances"); m.Asks("age", "25") || !m.Asks("age", "18-24") || !m.Asks("sex", "male") || m.Asks("faith", "none") {
		t.Errorf("attendances of under-25s are asked by %v without %v", m.Breakdowns, m.Without)
	}
	if m, _ := s.ReturnMeasure("professionals-trained"); m.People {
		t.Error("professionals are counted as young people are")
	}
}

// Each mistake is named with the line that it stands on.
func TestProjectMistakesByLine(t *testing.T) {
	text := string(defaultFile)
	for _, tt := range []struct {
		name, old, new, want string
		at                   string // where the mistake is found, if not at old
	}{
		{"due", "due_after_days: 30", "due_after_days: 0", "due_after_days must be from 1 to 180", ""},
		{"small", "small: 4", "small: 0", "small must be from 1 to 20", ""},
		{"small that is a word", "small: 4", "small: few", "", ""},
		{"dimension twice", "- id: sex\n", "- id: age\n", "the id age is used twice", ""},
		{"dimension called project", "- id: age\n", "- id: project\n", "a dimension cannot be called project", ""},
		{"dimension too long for a worksheet", "title: Age band", "title: " + strings.Repeat("Age band ", 4), "a workbook has room for 28", ""},
		{"dimension no worksheet can be called", "title: Age band", "title: Age/band", "cannot be a worksheet's name", ""},
		{"item twice", "{id: male, ", "{id: female, ", "the item female is listed twice", ""},
		{"item of two words", "{id: male, ", "{id: male sex, ", "cannot be an item's id", ""},
		{"item's title twice", "title: Male}", "title: female}", `two items of sex are called "female"`, ""},
		{"item without a title", "{id: male, title: Male}", "{id: male}", "title is missing", ""},
		{"measure twice", "  - id: budget\n", "  - id: spend\n", "the id spend is used twice", ""},
		{"measure's title twice", "title: Budget\n", "title: Spend\n", `two measures are called "Spend"`, ""},
		{"measure's title too long", "title: Budget\n", "title: " + strings.Repeat("Budget ", 13) + "\n", "a workbook has room for 80", ""},
		{"measure's kind", "kind: money", "kind: cash", `kind must be count or share or money or survey, not "cash"`, ""},
		{"share without of", "    of: schools eligible\n", "", "of is missing", "  - id: schools-taking-part\n"},
		{"of of a count", "    unit: meetings\n", "    unit: meetings\n    of: panels\n", "only a share or a survey measure is of something", ""},
		{"part of nothing", "part_of: referrals-received", "part_of: referrals", `there is no measure "referrals"`, ""},
		{"part of itself", "part_of: referrals-received", "part_of: referrals-accepted", "a measure is no part of itself", ""},
		{"part of another unit", "part_of: referrals-received", "part_of: hospital-attendances", "both must be counts, of the same unit", ""},
		{"part of each other", "    breakdowns: [age, sex, ethnic-group]\n", "    breakdowns: [age, sex, ethnic-group]\n    part_of: referrals-accepted\n", "referrals-received is a part of itself, by way of referrals-accepted", "  - id: referrals-accepted\n"},
		{"no such dimension", "breakdowns: [age, sex, ethnic-group]", "breakdowns: [age, sex, faith]", `there is no dimension "faith"`, ""},
		{"a dimension twice", "breakdowns: [age, sex, ethnic-group]", "breakdowns: [age, sex, sex]", "the breakdown sex is listed twice", ""},
		{"a breakdown without an unknown item", `without: ["25"]`, `without: ["26"]`, `the dimension age has no item "26"`, ""},
		{"a breakdown without an item twice", `without: ["25"]`, `without: ["25", "25"]`, "the item 25 is left out twice", ""},
		{"a breakdown without any item", `without: ["25"]`, `without: [under-10, 10-14, 15-17, 18-24, "25"]`, "every item of age is left out", ""},
		{"an item left out of no dimension", `{by: age, without: ["25"]}`, `{by: years, without: ["25"]}`, `there is no dimension "years"`, ""},
		{"a breakdown by nothing", `{by: age, without: ["25"]}`, `{without: ["25"]}`, "a breakdown is a dimension's id", ""},
		{"a breakdown of a list", `{by: age, without: ["25"]}`, `[age]`, "a breakdown is a dimension's id", ""},
		{"a breakdown with another field", `{by: age, without: ["25"]}`, `{by: age, except: ["25"]}`, `no field "except"`, ""},
		{"a part asked for what its whole is not", "part_of: hospital-attendances\n    breakdowns: [{by: age, without: [\"25\"]}", "part_of: hospital-attendances\n    breakdowns: [age", "is asked by age for 25, and hospital-attendances", ""},
		{"money of people", "    kind: money\n    unit: £\n", "    kind: money\n    unit: £\n    people: true\n", "money is no count of people", ""},
		{"money in pence", "    unit: £\n    polarity: none\n", "    unit: pence\n    polarity: none\n", "the unit of money must be £", ""},
		{"a measure nobody returns", "      - panel-meetings\n", "", "", ""},
		{"project twice", "  - id: secondary-panels\n", "  - id: primary-panels\n", "the id primary-panels is used twice", ""},
		{"project's name twice", "name: Secondary Panels", "name: Primary panels", `two projects are called "Primary panels"`, ""},
		{"project's name too long", "name: Secondary Panels", "name: " + strings.Repeat("Panels ", 13), "a workbook has room for 80", ""},
		{"project of no priority", "    lead: Primary head teachers\n    priority: secondary-prevention", "    lead: Primary head teachers\n    priority: panels", `there is no priority "panels"`, ""},
		{"project without a lead", "    lead: Primary head teachers\n", "", "lead is missing", "  - id: primary-panels\n"},
		{"from in words", "    from: 2019-07\n", "    from: July 2019\n", `"July 2019" is not a month`, ""},
		{"from too long ago", "    from: 2019-07\n", "    from: 0019-07\n", "between 1990 and 2100", ""},
		{"to before from", "    to: 2019-08\n", "    to: 2019-06\n", "the project ends before it begins", ""},
		{"no such measure", "      - panel-meetings\n      - cases-discussed\n", "      - panel-meetings\n      - cases\n", `there is no measure "cases"`, ""},
		{"a measure of a project twice", "      - panel-meetings\n      - cases-discussed\n", "      - panel-meetings\n      - panel-meetings\n", "panel-meetings is listed twice", ""},
		{"asks", "asks: how-well", "asks: how-often", `asks must be how-much or how-well or better-off, not "how-often"`, ""},
		{"an unknown measure", "measures: [feel-safe]", "measures: [feel-well]", `there is no measure "feel-well"`, ""},
		{"population sources", "    numerator:\n      from: returns\n      measures: [cases-discussed]", "    numerator:\n      from: crimes\n      categories: [Robbery]", "never from what belongs to the whole city", ""},
		{"a population share of returns", "    denominator:\n      from: returns\n      measures: [hospital-attendances]", "    denominator:\n      from: residents\n      measures: [hospital-attendances]", "must come from returns, too", ""},
		{"returns of the whole city", "    accountability: performance\n    asks: how-much\n", "    accountability: population\n", "accountability must be performance", ""},
		{"a question for the whole city", "    accountability: population\n", "    accountability: population\n    asks: how-much\n", "only a performance indicator asks", ""},
		{"measures of crimes", "      categories: [Robbery]\n", "      categories: [Robbery]\n      measures: [spend]\n", "measures, projects and part are for what comes from returns", ""},
		{"similar projects", "    decimals: 0\n    periods: [since-start, quarter, year-to-date, year-ending]\n    comparators: [corresponding-period]", "    decimals: 0\n    periods: [since-start, quarter, year-to-date, year-ending]\n    comparators: [similar]", "projects are not compared with similar", ""},
		{"an edition of returns", "periods: [since-start, quarter,", "periods: [edition, quarter,", "periods[0] must be quarter or year-to-date or year-ending or since-start", ""},
		{"a project that is not there", "projects: [early-intervention-youth-fund, strengthening-families]", "projects: [early-intervention-youth-fund, horizon]", `there is no project "horizon"`, ""},
		{"a project twice in an indicator", "projects: [early-intervention-youth-fund, strengthening-families]", "projects: [strengthening-families, strengthening-families]", "named twice", ""},
		{"a project that does not return it", "projects: [early-intervention-youth-fund, strengthening-families]", "projects: [primary-panels]", "no project of this indicator returns referral-process", ""},
		{"a measure counted twice", "measures: [cases-discussed]", "measures: [cases-discussed, cases-discussed]", "would be counted twice", ""},
		{"measures of two kinds", "measures: [cases-discussed]", "measures: [cases-discussed, panel-meetings]", "count different things", ""},
		{"a total with a denominator", "measures: [cases-discussed]\n      label: cases discussed\n", "measures: [cases-discussed]\n      label: cases discussed\n    denominator:\n      from: returns\n      measures: [cases-discussed]\n", "a total has no denominator", ""},
		{"a total with decimals", "    polarity: none\n    decimals: 0\n    periods: [since-start", "    polarity: none\n    decimals: 1\n    periods: [since-start", "a count has no decimals", ""},
		{"a part of a count", "measures: [cases-discussed]\n", "measures: [cases-discussed]\n      part: denominator\n", "is no share, and has no parts", ""},
		{"a share of a count by itself", "measures: [hospital-attendances]\n      label: hospital attendances\n", "measures: [hospital-met]\n      label: hospital attendances\n", "must be of two measures", ""},
		{"a share of another share", "    denominator:\n      from: returns\n      measures: [campaign-aware]", "    denominator:\n      from: returns\n      measures: [feel-safe]", "numerator and denominator must both name it", ""},
		{"a share of what others return", "    denominator:\n      from: returns\n      measures: [hospital-attendances]", "    denominator:\n      from: returns\n      measures: [young-people-engaged]", "returns only one of numerator and denominator", ""},
		{"a share of money in people", "    denominator:\n      from: returns\n      measures: [budget]", "    denominator:\n      from: returns\n      measures: [young-people-engaged]", "must both count people", ""},
		{"a performance rate", "    asks: how-much\n    kind: total\n", "    asks: how-much\n    kind: rate\n", `kind must be total or share, not "rate"`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := strings.Index(text, tt.old)
			if at < 0 {
				t.Fatalf("the default strategy has no %q", tt.old)
			}
			_, err := Parse("s.yaml", []byte(strings.Replace(text, tt.old, tt.new, 1)))
			if tt.name == "a measure nobody returns" { // another project returns it, so there are two to take out
				_, err = Parse("s.yaml", []byte(strings.ReplaceAll(text, tt.old, "")))
				tt.want, tt.at = "no project returns the measure panel-meetings", "  - id: panel-meetings\n"
			}
			var m *Mistakes
			if !errors.As(err, &m) {
				t.Fatalf("got %v, want mistakes", err)
			}
			words := strings.TrimPrefix(tt.want, "periods[0] ")
			i := slices.IndexFunc(m.List, func(x Mistake) bool { return strings.Contains(x.Message, words) })
			if i < 0 {
				t.Fatalf("got %q, want %q in it", err, words)
			}
			if tt.at != "" {
				at = strings.Index(text, tt.at)
			}
			if got, want := m.List[i].Line, 1+strings.Count(text[:at], "\n"); got < want-3 || got > want+3 {
				t.Errorf("got line %d, want about %d: %v", got, want, err)
			}
		})
	}
}

// A strategy without projects loads, with the usual rules.
func TestWithoutProjects(t *testing.T) {
	text, err := withoutProjects(defaultFile)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(defaultFile), "\n# The partnership's priorities.")
	whole := head + string(text)
	for name, text := range map[string]string{
		"as new writes it":  whole,
		"without the round": whole[:strings.Index(whole, "\n# The quarterly round")],
	} {
		s, err := Parse("s.yaml", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(s.Projects)+len(s.Measures) > 0 || s.Returns != (metrics.ReturnRules{DueDays: 30, Small: 4}) || len(s.Indicators) < 8 {
			t.Errorf("%s: %d projects, %d measures, rules %+v", name, len(s.Projects), len(s.Measures), s.Returns)
		}
		for _, ind := range s.Indicators {
			if ind.Accountability != metrics.Population {
				t.Errorf("%s: %s is of %s", name, ind.ID, ind.Accountability)
			}
		}
	}
}

// The example in a new strategy is one that loads.
func TestNewShowsAProject(t *testing.T) {
	text, err := New(Options{Area: "E08000019", Name: "Sheffield"})
	if err != nil {
		t.Fatal(err)
	}
	_, example, ok := strings.Cut(string(text), "\n# measures:\n")
	if !ok {
		t.Fatal("a new strategy shows no project")
	}
	example = regexp.MustCompile(`(?m)^# ?`).ReplaceAllString("# measures:\n"+example, "")
	rounds, indicators, ok := strings.Cut(example, "indicators:\n")
	if !ok {
		t.Fatal("the example has no indicator")
	}
	before, after, ok := strings.Cut(string(text), "\n# The quarterly round")
	if !ok {
		t.Fatal("a new strategy has no quarterly round")
	}
	s, err := Parse("s.yaml", []byte(before+"\n"+indicators+"\n# The quarterly round"+after+rounds))
	if err != nil {
		t.Fatal(err)
	}
	ind, _ := s.Indicator("young-people-engaged")
	if len(s.Projects) != 1 || len(s.Contributors(ind)) != 1 || !s.CountsPeople(ind) {
		t.Errorf("%d projects; %+v", len(s.Projects), ind)
	}
}
