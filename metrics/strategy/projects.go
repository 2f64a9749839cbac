package strategy

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"outcomes/metrics"
)

// The quarterly round, as written in the file: how it goes, what projects
// return, and by what people are told apart.

type rules struct {
	DueDays *int `yaml:"due_after_days"`
	Small   *int `yaml:"small"`
}

type dimension struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	Items []item `yaml:"items"`
}

type item struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
}

type returned struct {
	ID         string      `yaml:"id"`
	Title      string      `yaml:"title"`
	Definition string      `yaml:"definition"`
	Kind       string      `yaml:"kind"`
	Unit       string      `yaml:"unit"`
	Of         string      `yaml:"of"`
	Polarity   string      `yaml:"polarity"`
	Breakdowns []breakdown `yaml:"breakdowns"`
	Cumulative bool        `yaml:"cumulative"`
	PartOf     string      `yaml:"part_of"`
	People     bool        `yaml:"people"`
}

// breakdown is a dimension, written by its id alone or with the items that the
// measure is not asked by: {by: age, without: ["25"]}.
type breakdown struct {
	By      string
	Without []string
	odd     bool // written in neither way
}

// UnmarshalYAML reads either way; the check of the measures tells of a third.
func (b *breakdown) UnmarshalYAML(node ast.Node) error {
	if _, ok := node.(ast.MapNode); ok {
		var long struct {
			By      string   `yaml:"by"`
			Without []string `yaml:"without"`
		}
		err := yaml.NodeToValue(node, &long, yaml.Strict())
		b.By, b.Without = long.By, long.Without
		return err
	}
	b.odd = yaml.NodeToValue(node, &b.By) != nil
	return nil
}

type project struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	Lead     string   `yaml:"lead"`
	Priority string   `yaml:"priority"`
	Summary  string   `yaml:"summary"`
	From     string   `yaml:"from"`
	To       string   `yaml:"to"`
	Measures []string `yaml:"measures"`
}

// What a workbook has room for.
const (
	longestSheet = 28 // of a worksheet’s name, which Excel cuts at 31, after “By ”
	longestTitle = 80 // a cell of the first column
)

// The rules of a strategy that says nothing of them.
const (
	usualDueDays = 30
	usualSmall   = 4
)

var itemPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// round checks the quarterly round: rules, dimensions, measures and projects.
func (c *check) round(f file, s *metrics.Strategy) {
	s.Returns = metrics.ReturnRules{DueDays: usualDueDays, Small: usualSmall}
	if d := f.Returns.DueDays; d != nil {
		if s.Returns.DueDays = *d; *d < 1 || *d > 180 {
			c.bad(".returns.due_after_days", "due_after_days must be from 1 to 180: returns are due so many days after the quarter's end")
		}
	}
	if n := f.Returns.Small; n != nil {
		if s.Returns.Small = *n; *n < 1 || *n > 20 {
			c.bad(".returns.small", "small must be from 1 to 20: counts of people from 1 up to it are not shown")
		}
	}
	c.dimensions(f, s)
	c.returnMeasures(f, s)
	c.projects(f, s)
}

func (c *check) dimensions(f file, s *metrics.Strategy) {
	ids := map[string]bool{}
	for i, d := range f.Dimensions {
		path := fmt.Sprintf(".dimensions[%d]", i)
		c.id(path, d.ID, ids)
		if d.ID == "project" {
			c.bad(path+".id", "a dimension cannot be called project: totals are told apart by project anyhow")
		}
		c.need(path+".title", d.Title)
		c.sheetName(path+".title", d.Title)
		if len(d.Items) < 2 {
			c.bad(path+".items", "list at least two items: every person falls in exactly one")
		}
		out := metrics.Dimension{ID: d.ID, Title: d.Title}
		items, titles := map[string]bool{}, map[string]bool{}
		for j, x := range d.Items {
			at := fmt.Sprintf("%s.items[%d]", path, j)
			if !itemPattern.MatchString(x.ID) {
				c.bad(at+".id", "%q cannot be an item's id: small letters, digits and single hyphens, as in 10-14", x.ID)
			}
			if items[x.ID] {
				c.bad(at+".id", "the item %s is listed twice", x.ID)
			}
			items[x.ID] = true
			c.need(at+".title", x.Title)
			if key := strings.ToLower(strings.TrimSpace(x.Title)); titles[key] && key != "" {
				c.bad(at+".title", "two items of %s are called %q", d.ID, x.Title)
			} else {
				titles[key] = true
			}
			c.room(at+".title", x.Title, longestTitle)
			out.Items = append(out.Items, metrics.Item(x))
		}
		s.Dimensions = append(s.Dimensions, out)
	}
}

func (c *check) returnMeasures(f file, s *metrics.Strategy) {
	ids, titles := map[string]bool{}, map[string]bool{}
	for i, m := range f.Measures {
		path := fmt.Sprintf(".measures[%d]", i)
		c.id(path, m.ID, ids)
		c.need(path+".title", m.Title)
		c.room(path+".title", m.Title, longestTitle)
		if key := strings.ToLower(strings.TrimSpace(m.Title)); titles[key] && key != "" {
			c.bad(path+".title", "two measures are called %q, and a workbook could not tell them apart", m.Title)
		} else {
			titles[key] = true
		}
		c.need(path+".definition", m.Definition)
		c.need(path+".unit", m.Unit)
		c.oneOf(path+".kind", m.Kind, "count", "share", "money", "survey")
		c.oneOf(path+".polarity", m.Polarity, "low", "high", "none")
		share := m.Kind == "share" || m.Kind == "survey"
		switch {
		case share && strings.TrimSpace(m.Of) == "":
			c.bad(path+".of", "of is missing: say what the share is of, as in young people who completed")
		case !share && m.Of != "":
			c.bad(path+".of", "only a share or a survey measure is of something")
		}
		if m.Kind == "money" {
			if m.People {
				c.bad(path+".people", "money is no count of people")
			}
			if m.Unit != metrics.Pounds {
				c.bad(path+".unit", "the unit of money must be %s", metrics.Pounds)
			}
			if len(m.Breakdowns) > 0 {
				c.bad(path+".breakdowns", "money is not broken down: only counts and shares of people are")
			}
		}
		by, without := c.breakdowns(path, m, s)
		s.Measures = append(s.Measures, metrics.ReturnMeasure{ID: m.ID, Title: m.Title, Definition: m.Definition, Kind: metrics.MeasureKind(m.Kind),
			Unit: m.Unit, Of: m.Of, Polarity: metrics.Polarity(m.Polarity), Breakdowns: by, Without: without, Cumulative: m.Cumulative, PartOf: m.PartOf, People: m.People})
	}
	for i, m := range s.Measures {
		if m.PartOf == "" {
			continue
		}
		at := fmt.Sprintf(".measures[%d].part_of", i)
		whole, ok := s.ReturnMeasure(m.PartOf)
		switch {
		case !ok:
			c.bad(at, "there is no measure %q in this file", m.PartOf)
		case whole.ID == m.ID:
			c.bad(at, "a measure is no part of itself")
		case m.Kind != metrics.CountMeasure || whole.Kind != metrics.CountMeasure || m.Cumulative != whole.Cumulative || m.People != whole.People || m.Unit != whole.Unit:
			c.bad(at, "%s is no part of %s: both must be counts, of the same unit, both or neither of people, and both of the quarter or both since the start", m.ID, whole.ID)
		case partOfItself(s, m):
			c.bad(at, "%s is a part of itself, by way of %s", m.ID, whole.ID)
		}
		for _, by := range m.Breakdowns {
			for _, item := range whole.Without[by] {
				if m.Asks(by, item) {
					c.bad(at, "%s is asked by %s for %s, and %s, which it is a part of, is not", m.ID, by, item, whole.ID)
				}
			}
		}
	}
}

// breakdowns checks by what a measure is returned, and gives the dimensions with
// the items of each that it is not asked by.
func (c *check) breakdowns(path string, m returned, s *metrics.Strategy) (by []string, without map[string][]string) {
	for j, b := range m.Breakdowns {
		at := fmt.Sprintf("%s.breakdowns[%d]", path, j)
		d, ok := s.Dimension(b.By)
		switch {
		case b.odd || b.By == "":
			c.bad(at, "a breakdown is a dimension's id, as in age, or one with the items that are not asked, as in {by: age, without: [\"25\"]}")
			continue
		case !ok:
			c.bad(at, "there is no dimension %q in this file", b.By)
		case slices.Contains(by, b.By):
			c.bad(at, "the breakdown %s is listed twice", b.By)
		}
		by = append(by, b.By)
		out := map[string]bool{}
		for k, item := range b.Without {
			at := fmt.Sprintf("%s.without[%d]", at, k)
			if ok && !slices.ContainsFunc(d.Items, func(i metrics.Item) bool { return i.ID == item }) {
				c.bad(at, "the dimension %s has no item %q", b.By, item)
			}
			if out[item] {
				c.bad(at, "the item %s is left out twice", item)
			}
			out[item] = true
		}
		if ok && len(b.Without) > 0 && !slices.ContainsFunc(d.Items, func(i metrics.Item) bool { return !out[i.ID] }) {
			c.bad(at, "every item of %s is left out: leave out the breakdown instead", b.By)
		}
		if len(b.Without) > 0 {
			if without == nil {
				without = map[string][]string{}
			}
			without[b.By] = b.Without
		}
	}
	return by, without
}

// partOfItself follows a measure's wholes.
func partOfItself(s *metrics.Strategy, m metrics.ReturnMeasure) bool {
	at := m
	for range s.Measures {
		whole, ok := s.ReturnMeasure(at.PartOf)
		if !ok {
			return false
		}
		if whole.ID == m.ID {
			return true
		}
		at = whole
	}
	return true
}

func (c *check) projects(f file, s *metrics.Strategy) {
	ids, names := map[string]bool{}, map[string]bool{}
	returned := map[string]bool{}
	for i, p := range f.Projects {
		path := fmt.Sprintf(".projects[%d]", i)
		c.id(path, p.ID, ids)
		c.need(path+".name", p.Name)
		c.room(path+".name", p.Name, longestTitle)
		if key := strings.ToLower(strings.TrimSpace(p.Name)); names[key] && key != "" {
			c.bad(path+".name", "two projects are called %q", p.Name)
		} else {
			names[key] = true
		}
		c.need(path+".lead", p.Lead)
		c.need(path+".summary", p.Summary)
		if _, ok := s.Priority(p.Priority); !ok {
			c.bad(path+".priority", "there is no priority %q in this file", p.Priority)
		}
		out := metrics.Project{ID: p.ID, Name: p.Name, Lead: p.Lead, Priority: p.Priority, Summary: p.Summary, Measures: p.Measures}
		c.month(path+".from", p.From)
		out.From, _ = metrics.ParseMonth(p.From)
		if p.From != "" && out.From != 0 && (out.From.Year() < 1990 || out.From.Year() > 2100) {
			c.bad(path+".from", "a project begins between 1990 and 2100, not in %d", out.From.Year())
		}
		if p.To != "" {
			c.month(path+".to", p.To)
			if out.To, _ = metrics.ParseMonth(p.To); out.To != 0 && out.To < out.From {
				c.bad(path+".to", "the project ends before it begins")
			}
		}
		if len(p.Measures) == 0 {
			c.bad(path+".measures", "list what the project returns, at least one measure")
		}
		for j, id := range p.Measures {
			at := fmt.Sprintf("%s.measures[%d]", path, j)
			if _, ok := s.ReturnMeasure(id); !ok {
				c.bad(at, "there is no measure %q in this file", id)
			}
			if slices.Contains(p.Measures[:j], id) {
				c.bad(at, "the measure %s is listed twice", id)
			}
			returned[id] = true
		}
		s.Projects = append(s.Projects, out)
	}
	for i, m := range s.Measures {
		if !returned[m.ID] {
			c.bad(fmt.Sprintf(".measures[%d].id", i), "no project returns the measure %s: name it among a project's measures, or take it out", m.ID)
		}
	}
}

// room checks that a name fits where a workbook shows it.
func (c *check) room(path, name string, longest int) {
	if n := utf8.RuneCountInString(name); n > longest {
		c.bad(path, "it has %d characters; a workbook has room for %d", n, longest)
	}
	if strings.ContainsAny(name, "\n\r\t") {
		c.bad(path, "it must stand on one line")
	}
}

// sheetName checks that a worksheet can be called so.
func (c *check) sheetName(path, name string) {
	c.room(path, name, longestSheet)
	if strings.ContainsAny(name, `[]:*?/\`) || strings.HasPrefix(name, "'") || strings.HasSuffix(name, "'") {
		c.bad(path, "%q cannot be a worksheet's name: leave out [ ] : * ? / \\ and an apostrophe at either end", name)
	}
}

// performance checks what a performance indicator has of its own, and that it
// is made from projects' returns and from nothing else.
func (c *check) performance(path string, x indicator, s *metrics.Strategy) {
	num, den := path+".numerator", path+".denominator"
	c.oneOf(path+".asks", x.Asks, "how-much", "how-well", "better-off")
	c.oneOf(path+".kind", x.Kind, "total", "share")
	if x.Numerator.From != "returns" {
		c.bad(num+".from", "a performance indicator is made from projects' returns, and never from what belongs to the whole city: from must be returns, not %q", x.Numerator.From)
		return
	}
	for j, p := range x.Comparators {
		if p != "corresponding-period" && p != "target" {
			c.bad(fmt.Sprintf("%s.comparators[%d]", path, j), "projects are not compared with %s: corresponding-period and target can be", p)
		}
	}
	if x.Settles != 0 || x.Provisional != 0 {
		c.bad(path, "settles_after_months and provisional_months are for published data: a return is whole once it is accepted")
	}
	upper := c.side(num, x, x.Numerator, s)
	if x.Kind == "total" {
		if x.Denominator.From != "" {
			c.bad(den, "a total has no denominator")
		}
		c.total(path, x, upper)
		return
	}
	if x.Numerator.Part != "" || x.Denominator.Part != "" {
		c.bad(path, "part is for a total: a share takes its numerator and its denominator from where they belong")
	}
	if x.Denominator.From != "returns" {
		c.bad(den+".from", "a share is part of a whole: its denominator must come from returns, too")
		return
	}
	lower := c.side(den, x, x.Denominator, s)
	if len(upper) == 0 || len(lower) == 0 {
		return
	}
	if one, other := upper[0], lower[0]; one.Whole() != other.Whole() || one.People != other.People {
		c.bad(den+".measures", "a share is part of a whole: %s and %s must both count people, both count other things, or both be money", one.ID, other.ID)
	}
	if !slices.Equal(x.Numerator.Projects, x.Denominator.Projects) {
		c.bad(den+".projects", "the denominator must be of the numerator's projects")
	}
	both := func(m measure) string { return strings.Join(m.Measures, " ") }
	for _, m := range slices.Concat(upper, lower) {
		if len(m.Parts()) == 2 && both(x.Numerator) != both(x.Denominator) {
			c.bad(den+".measures", "%s is returned as a share: numerator and denominator must both name it", m.ID)
			return
		}
		if len(m.Parts()) == 1 && both(x.Numerator) == both(x.Denominator) {
			c.bad(den+".measures", "%s is no share: numerator and denominator must be of two measures", m.ID)
			return
		}
	}
	for _, p := range s.Projects {
		has := func(list []metrics.ReturnMeasure) bool {
			return slices.ContainsFunc(list, func(m metrics.ReturnMeasure) bool { return slices.Contains(p.Measures, m.ID) })
		}
		chosen := slices.Contains(x.Numerator.Projects, p.ID) || len(x.Numerator.Projects) == 0 && p.Priority == x.Priority
		if chosen && has(upper) != has(lower) {
			c.bad(den+".measures", "the project %s returns only one of numerator and denominator, so the share would be of others than it counts", p.ID)
		}
	}
}

// side checks one side of a performance indicator and gives its measures.
func (c *check) side(path string, x indicator, m measure, s *metrics.Strategy) []metrics.ReturnMeasure {
	if len(m.Categories)+len(m.Outcomes)+len(m.Except)+m.MostDeprived > 0 || m.Domain != "" {
		c.bad(path, "categories, outcomes and domains are of published data: from returns there are measures")
	}
	if len(m.Measures) == 0 {
		c.bad(path+".measures", "name the measures that are added up")
	}
	for j, id := range m.Projects {
		at := fmt.Sprintf("%s.projects[%d]", path, j)
		if _, ok := s.Project(id); !ok {
			c.bad(at, "there is no project %q in this file", id)
		}
		if slices.Contains(m.Projects[:j], id) {
			c.bad(at, "the project %s is named twice", id)
		}
	}
	var out []metrics.ReturnMeasure
	for j, id := range m.Measures {
		at := fmt.Sprintf("%s.measures[%d]", path, j)
		found, ok := s.ReturnMeasure(id)
		if !ok {
			c.bad(at, "there is no measure %q in this file", id)
			continue
		}
		if slices.Contains(m.Measures[:j], id) {
			c.bad(at, "%s is listed twice, and would be counted twice", id)
		}
		if len(out) > 0 && (found.Unit != out[0].Unit || found.People != out[0].People || found.Kind != out[0].Kind) {
			c.bad(at, "%s and %s count different things and cannot be added up", out[0].ID, id)
		}
		if !slices.ContainsFunc(s.Projects, func(p metrics.Project) bool {
			return slices.Contains(p.Measures, id) && (slices.Contains(m.Projects, p.ID) || len(m.Projects) == 0 && p.Priority == x.Priority)
		}) {
			c.bad(at, "no project of this indicator returns %s: its projects are those of its priority, or those that it names", id)
		}
		out = append(out, found)
	}
	return out
}

// total checks an indicator that adds up.
func (c *check) total(path string, x indicator, upper []metrics.ReturnMeasure) {
	part := path + ".numerator.part"
	if x.Numerator.Part != "" {
		c.oneOf(part, x.Numerator.Part, "numerator", "denominator")
	}
	for _, m := range upper {
		if x.Numerator.Part != "" && len(m.Parts()) == 1 {
			c.bad(part, "%s is no share, and has no parts", m.ID)
		}
		if (m.Kind == metrics.MoneyMeasure) != (x.Unit == metrics.Pounds) {
			c.bad(path+".unit", "the unit of money is %s, and of nothing else", metrics.Pounds)
		}
	}
	if x.Per != 0 && x.Per != 1 {
		c.bad(path+".per", "a total is per nothing: leave per out")
	}
	if x.Decimals != math.Trunc(x.Decimals) || x.Unit != metrics.Pounds && x.Decimals != 0 {
		c.bad(path+".decimals", "a count has no decimals")
	}
}

// population checks that an indicator of the whole city takes nothing from projects.
func (c *check) population(path string, x indicator) {
	if x.Asks != "" {
		c.bad(path+".asks", "only a performance indicator asks: %q is about the whole city", x.ID)
	}
	for side, m := range map[string]measure{"numerator": x.Numerator, "denominator": x.Denominator} {
		if m.From == "returns" {
			c.bad(path+"."+side+".from", "projects' returns belong to the projects and their participants, not to the whole city: accountability must be performance")
		} else if len(m.Measures)+len(m.Projects) > 0 || m.Part != "" {
			c.bad(path+"."+side, "measures, projects and part are for what comes from returns")
		}
	}
}

// withoutProjects is the built-in strategy from its priorities on, without
// what is another partnership's own: the projects, what they return, and the
// performance indicators that are made from it. An example takes their place.
func withoutProjects(text []byte) ([]byte, error) {
	var at []int
	for _, heading := range []string{"\n# The partnership's priorities.", "\n  # Performance indicators", "\n# The quarterly round", "\n# What projects return"} {
		i := bytes.Index(text, []byte(heading))
		if i < 0 || len(at) > 0 && i < at[len(at)-1] {
			return nil, metrics.Errorf(metrics.Internal, "the built-in strategy has no section %q where it is looked for", strings.TrimSpace(heading))
		}
		at = append(at, i)
	}
	return slices.Concat(text[at[0]:at[1]], text[at[2]:at[3]], []byte(exampleProject)), nil
}

// exampleProject shows how projects are written: take out the signs before the
// lines and it loads.
const exampleProject = `
# What projects return, the projects, and the indicators that are made from their returns. This
# is an example: take out the "# " before its lines, make it yours, and move the indicator to the
# end of ` + "`indicators:`" + ` above, indented as the others are. A measure's kind is count, share (with ` + "`of`" + `),
# survey (with ` + "`of`" + `) or money; ` + "`people: true`" + ` keeps small counts from being shown.
# measures:
#   - id: young-people-engaged
#     title: Young people engaged
#     definition: Young people who came to a first session in the quarter.
#     kind: count
#     unit: young people
#     polarity: none
#     breakdowns: [age, sex, ethnic-group]
#     people: true
# projects:
#   - id: street-work
#     name: Street work
#     lead: Youth service
#     priority: secondary-prevention
#     summary: Youth workers meet young people where they are.
#     from: 2019-04
#     measures:
#       - young-people-engaged
# indicators:
#   - id: young-people-engaged
#     title: Young people engaged
#     noun: engaged by the projects
#     counted: young people
#     priority: secondary-prevention
#     accountability: performance
#     asks: how-much
#     kind: total
#     numerator:
#       from: returns
#       measures: [young-people-engaged]
#       label: young people engaged in the quarter
#     unit: young people
#     polarity: none
#     decimals: 0
#     periods: [quarter, year-to-date, year-ending, since-start]
#     comparators: [corresponding-period]
#     headline: false
#     definition: Young people who took up work with the priority's projects.
#     source: quarterly returns of the projects, as accepted
#     method: Added up over the projects, given only where all of them have returned every quarter.
`
