// Package strategy reads strategy files: a partnership's areas, priorities and
// indicators. A wrong file gets the line of each mistake and a sentence, and
// nothing of it is used. It embeds the default strategy, Coventry's.
package strategy

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"outcomes/metrics"
)

//go:embed strategy.yaml
var defaultFile []byte

// Default is the strategy that is built in.
func Default() (*metrics.Strategy, error) {
	s, err := Parse("the built-in strategy", defaultFile)
	if err == nil {
		s.BuiltIn = true
	}
	return s, err
}

// Load reads the strategy file at path.
func Load(path string) (*metrics.Strategy, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, metrics.Errorf(metrics.NotFound, "the strategy file %s cannot be read: %w", path, err)
	}
	return Parse(path, b)
}

// Mistake is one thing wrong with a strategy file.
type Mistake struct {
	Line    int // 0 when it is the file's as a whole
	Message string
}

// Mistakes is the error for a wrong file: what is wrong, in the order of its lines.
type Mistakes struct {
	File string
	List []Mistake
}

func (m *Mistakes) Error() string {
	var b strings.Builder
	for i, x := range m.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		if x.Line > 0 {
			fmt.Fprintf(&b, "%s:%d: %s", m.File, x.Line, x.Message)
		} else {
			fmt.Fprintf(&b, "%s: %s", m.File, x.Message)
		}
	}
	return b.String()
}

// The file as written. metrics.Strategy is what the rest of the house sees.
type file struct {
	Name        string      `yaml:"name"`
	Partnership string      `yaml:"partnership"`
	ShortName   string      `yaml:"short_name"`
	From        int         `yaml:"from"`
	To          int         `yaml:"to"`
	Area        area        `yaml:"area"`
	Force       area        `yaml:"force"`
	Similar     similar     `yaml:"similar"`
	Events      []event     `yaml:"events"`
	Breaks      []brk       `yaml:"breaks"`
	Priorities  []priority  `yaml:"priorities"`
	Indicators  []indicator `yaml:"indicators"`
	Returns     rules       `yaml:"returns"`
	Dimensions  []dimension `yaml:"dimensions"`
	Measures    []returned  `yaml:"measures"`
	Projects    []project   `yaml:"projects"`
}

type area struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"`
}

type similar struct {
	Name     string   `yaml:"name"`
	Source   string   `yaml:"source"`
	Date     string   `yaml:"date"`
	Proposal bool     `yaml:"proposal"`
	Areas    []string `yaml:"areas"`
}

type brk struct {
	From       string   `yaml:"from"`
	To         string   `yaml:"to"`
	Label      string   `yaml:"label"`
	Reason     string   `yaml:"reason"`
	Refuse     bool     `yaml:"refuse"`
	Indicators []string `yaml:"indicators"`
	Areas      []string `yaml:"areas"`
}

type target struct {
	Baseline   milestone   `yaml:"baseline"`
	Value      *float64    `yaml:"value"`
	By         string      `yaml:"by"`
	Milestones []milestone `yaml:"milestones"`
}

type milestone struct {
	Period string   `yaml:"period"`
	Value  *float64 `yaml:"value"`
}

type step struct {
	From   string `yaml:"from"`
	Reason string `yaml:"reason"`
}

type event struct {
	Date  string `yaml:"date"`
	Label string `yaml:"label"`
}

type priority struct {
	ID       string `yaml:"id"`
	Number   int    `yaml:"number"`
	Title    string `yaml:"title"`
	Summary  string `yaml:"summary"`
	Question string `yaml:"question"`
	WaitsFor string `yaml:"waits_for"`
}

type indicator struct {
	ID             string   `yaml:"id"`
	Title          string   `yaml:"title"`
	Noun           string   `yaml:"noun"`
	Short          string   `yaml:"short"`
	Counted        string   `yaml:"counted"`
	Whole          string   `yaml:"whole"`
	Priority       string   `yaml:"priority"`
	Accountability string   `yaml:"accountability"`
	Asks           string   `yaml:"asks"`
	Kind           string   `yaml:"kind"`
	Measure        string   `yaml:"measure"`
	Groups         string   `yaml:"groups"`
	Numerator      measure  `yaml:"numerator"`
	Denominator    measure  `yaml:"denominator"`
	Per            float64  `yaml:"per"`
	Unit           string   `yaml:"unit"`
	Polarity       string   `yaml:"polarity"`
	Decimals       float64  `yaml:"decimals"`
	Periods        []string `yaml:"periods"`
	Comparators    []string `yaml:"comparators"`
	Headline       bool     `yaml:"headline"`
	Settles        int      `yaml:"settles_after_months"`
	Provisional    int      `yaml:"provisional_months"`
	Target         *target  `yaml:"target"`
	Steps          []step   `yaml:"steps"`
	Definition     string   `yaml:"definition"`
	Rationale      string   `yaml:"rationale"`
	Source         string   `yaml:"source"`
	SourceURL      string   `yaml:"source_url"`
	Method         string   `yaml:"method"`
	Frequency      string   `yaml:"frequency"`
	Caveats        []string `yaml:"caveats"`
}

type measure struct {
	From         string   `yaml:"from"`
	Categories   []string `yaml:"categories"`
	Outcomes     []string `yaml:"outcomes"`
	Except       []string `yaml:"except"`
	Domain       string   `yaml:"domain"`
	MostDeprived int      `yaml:"most_deprived"`
	Measures     []string `yaml:"measures"`
	Part         string   `yaml:"part"`
	Projects     []string `yaml:"projects"`
	Label        string   `yaml:"label"`
}

// Parse reads a strategy file; name stands for it in messages. The error is
// *Mistakes, wrapped in a *metrics.Error.
func Parse(name string, text []byte) (*metrics.Strategy, error) {
	var f file
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	tree, err := parser.ParseBytes(text, 0)
	if err == nil && len(tree.Docs) > 1 {
		return nil, wrong(name, []Mistake{{tree.Docs[1].GetToken().Position.Line, "a second document begins here (---): a strategy is one document"}})
	}
	if err == nil {
		err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f)
	}
	if err != nil {
		return nil, wrong(name, []Mistake{syntax(err)})
	}
	c := &check{tree: tree}
	s := c.strategy(f)
	if len(c.mistakes) > 0 {
		slices.SortStableFunc(c.mistakes, func(a, b Mistake) int { return a.Line - b.Line })
		return nil, wrong(name, c.mistakes)
	}
	s.Source = text
	sum := sha256.Sum256(text)
	s.SHA = hex.EncodeToString(sum[:])
	return s, nil
}

func wrong(name string, list []Mistake) error {
	m := &Mistakes{name, list}
	return &metrics.Error{Kind: metrics.Invalid, Msg: m.Error(), Err: m}
}

// syntax turns the YAML library's error into a line and a sentence.
func syntax(err error) Mistake {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		return Mistake{0, "it is not a strategy file: " + err.Error()}
	}
	line, msg := at.GetToken().Position.Line, at.GetMessage()
	if field, ok := strings.CutPrefix(msg, "unknown field "); ok {
		return Mistake{line, fmt.Sprintf("there is no field %s here: check its spelling and its indentation", field)}
	}
	return Mistake{line, msg}
}

// check turns the file into a strategy and collects what is wrong with it.
type check struct {
	tree     *ast.File
	mistakes []Mistake
}

// bad notes a mistake at the node of a YAML path, or the nearest one above it that exists.
func (c *check) bad(path, format string, args ...any) {
	c.mistakes = append(c.mistakes, Mistake{c.line(path), fmt.Sprintf(format, args...)})
}

func (c *check) line(path string) int {
	for path != "" {
		if p, err := yaml.PathString("$" + path); err == nil {
			if node, err := p.FilterFile(c.tree); err == nil && node != nil && node.GetToken() != nil {
				line := node.GetToken().Position.Line
				if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
					line = m.Values[0].Key.GetToken().Position.Line
				}
				return line
			}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

var (
	idPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	ladPattern  = regexp.MustCompile(`^[EW]0[6-9]\d{6}$`)
	pfaPattern  = regexp.MustCompile(`^(E23|W15)\d{6}$`)
	datePattern = regexp.MustCompile(`^\d{4}-\d{2}(-\d{2})?$`)
)

// Domains are the domains of the Indices of Deprivation that an indicator can name.
var Domains = []string{"imd", "income", "employment", "education", "health", "crime", "housing", "environment", "idaci", "idaopi"}

func (c *check) strategy(f file) *metrics.Strategy {
	c.need(".name", f.Name)
	c.need(".partnership", f.Partnership)
	c.need(".short_name", f.ShortName)
	if f.From < 1990 || f.From > 2100 || f.To < f.From || f.To > 2100 {
		c.bad(".from", "from and to must be the years in which the strategy begins and ends, such as 2019 and 2029")
	}
	if !ladPattern.MatchString(f.Area.Code) {
		c.bad(".area.code", "%q is not the ONS code of a local authority district, such as E08000026", f.Area.Code)
	}
	if f.Force.Code != "" && !pfaPattern.MatchString(f.Force.Code) {
		c.bad(".force.code", "%q is not the ONS code of a police force area, such as E23000014", f.Force.Code)
	}
	s := &metrics.Strategy{
		Name: f.Name, Partnership: f.Partnership, ShortName: f.ShortName, From: f.From, To: f.To,
		Area:    metrics.Area{Code: f.Area.Code, Name: f.Area.Name, Kind: metrics.LAD},
		Force:   metrics.Area{Code: f.Force.Code, Name: ForceName(f.Force.Name), Kind: metrics.Force},
		Similar: metrics.SimilarGroup(f.Similar),
	}
	c.similar(f)
	for i, e := range f.Events {
		c.event(fmt.Sprintf(".events[%d]", i), e)
		s.Events = append(s.Events, metrics.Event(e))
	}
	c.priorities(f, s)
	c.round(f, s)
	c.indicators(f, s)
	c.breaks(f, s)
	return s
}

func (c *check) breaks(f file, s *metrics.Strategy) {
	for i, b := range f.Breaks {
		path := fmt.Sprintf(".breaks[%d]", i)
		c.month(path+".from", b.From)
		if b.To != "" {
			c.month(path+".to", b.To)
		}
		if b.To != "" && b.To < b.From {
			c.bad(path+".to", "the break ends before it begins")
		}
		c.need(path+".label", b.Label)
		c.need(path+".reason", b.Reason)
		if n := len([]rune(b.Label)); n > 50 {
			c.bad(path+".label", "the label has %d characters; a chart has room for 50", n)
		}
		for j, id := range b.Indicators {
			if _, ok := s.Indicator(id); !ok {
				c.bad(fmt.Sprintf("%s.indicators[%d]", path, j), "there is no indicator %q in this file", id)
			}
		}
		for j, code := range b.Areas {
			if !ladPattern.MatchString(code) && !pfaPattern.MatchString(code) {
				c.bad(fmt.Sprintf("%s.areas[%d]", path, j), "%q is not the ONS code of a district (E08000026) or a police force area (E23000014)", code)
			}
		}
		s.Breaks = append(s.Breaks, metrics.Break(b))
	}
}

func (c *check) month(path, value string) {
	if _, err := metrics.ParseMonth(value); err != nil {
		c.bad(path, "%s", err)
	}
}

// target checks that there is a way to say whether a target is on track: where
// it starts, where it goes, and by when.
func (c *check) target(path string, x indicator) *metrics.Target {
	t := x.Target
	if t == nil {
		if i := slices.Index(x.Comparators, "target"); i >= 0 {
			c.bad(fmt.Sprintf("%s.comparators[%d]", path, i), "there is no target to compare with: give the indicator a target, or leave this out")
		}
		return nil
	}
	out := &metrics.Target{By: t.By}
	at := path + ".target"
	if !slices.Contains(x.Comparators, "target") {
		c.bad(at, "nothing is compared with this target: add target to the comparators")
	}
	if t.Value == nil {
		c.bad(at+".value", "the target has no value")
	} else {
		out.Value = *t.Value
	}
	by, err := metrics.ParsePeriod(t.By)
	switch {
	case err != nil:
		c.bad(at+".by", "%s", err)
	case !slices.Contains(x.Periods, string(by.Kind)):
		c.bad(at+".by", "%s is of the kind %s, and the indicator has no figures of it: choose one of %s", t.By, by.Kind, strings.Join(x.Periods, ", "))
	}
	if x.Polarity == "none" {
		c.bad(at, "an indicator without a judgement cannot have a target: polarity must be low or high")
	}
	var after metrics.Period // that of the point before
	read := func(path string, m milestone) metrics.Milestone {
		if m.Value == nil {
			c.bad(path+".value", "the value is missing")
			return metrics.Milestone{}
		}
		p, err2 := metrics.ParsePeriod(m.Period)
		switch {
		case err2 != nil:
			c.bad(path+".period", "%s", err2)
		case err != nil:
		case p.Kind != by.Kind:
			c.bad(path+".period", "%s is of the kind %s, and the target's %s of the kind %s: a path runs over periods of one kind", m.Period, p.Kind, t.By, by.Kind)
		case p.Last >= by.Last:
			c.bad(path+".period", "%s is not before the target's own period, %s", m.Period, t.By)
		case p.Last <= after.Last:
			c.bad(path+".period", "%s is not after %s, which stands before it", m.Period, after.Code())
		default:
			after = p
		}
		return metrics.Milestone{Period: m.Period, Value: *m.Value}
	}
	// Without a baseline the target stands and says that it cannot be judged.
	if t.Baseline.Period != "" || t.Baseline.Value != nil {
		out.Baseline = read(at+".baseline", t.Baseline)
		if t.Value != nil && t.Baseline.Value != nil && (x.Polarity == "low" && *t.Value >= *t.Baseline.Value || x.Polarity == "high" && *t.Value <= *t.Baseline.Value) {
			c.bad(at+".value", "the target %v is no better than the baseline %v where %s is good", *t.Value, *t.Baseline.Value, x.Polarity)
		}
	}
	for i, m := range t.Milestones {
		out.Milestones = append(out.Milestones, read(fmt.Sprintf("%s.milestones[%d]", at, i), m))
	}
	return out
}

func (c *check) steps(path string, x indicator) []metrics.Step {
	var out []metrics.Step
	for i, st := range x.Steps {
		at := fmt.Sprintf("%s.steps[%d]", path, i)
		c.month(at+".from", st.From)
		c.need(at+".reason", st.Reason)
		if i > 0 && st.From <= x.Steps[i-1].From {
			c.bad(at+".from", "steps must be in order of time")
		}
		out = append(out, metrics.Step(st))
	}
	return out
}

func (c *check) similar(f file) {
	seen := map[string]bool{}
	for i, code := range f.Similar.Areas {
		path := fmt.Sprintf(".similar.areas[%d]", i)
		if !ladPattern.MatchString(code) {
			c.bad(path, "%q is not the ONS code of a local authority district, such as E08000026", code)
		}
		if seen[code] {
			c.bad(path, "%s is named twice", code)
		}
		seen[code] = true
	}
	if len(f.Similar.Areas) > 0 {
		c.need(".similar.name", f.Similar.Name)
	}
}

func (c *check) event(path string, e event) {
	bad := !datePattern.MatchString(e.Date)
	if !bad {
		_, err := time.Parse(time.DateOnly, (e.Date + "-01")[:10])
		bad = err != nil
	}
	if bad {
		c.bad(path+".date", "%q is not a date: write it as 2019-06-17 or 2019-06", e.Date)
	}
	c.need(path+".label", e.Label)
	if n := len([]rune(e.Label)); n > 50 {
		c.bad(path+".label", "the label has %d characters; a chart has room for 50", n)
	}
}

func (c *check) priorities(f file, s *metrics.Strategy) {
	if len(f.Priorities) == 0 {
		c.bad(".priorities", "the strategy has no priorities: list at least one")
	}
	ids, numbers := map[string]bool{}, map[int]bool{}
	for i, p := range f.Priorities {
		path := fmt.Sprintf(".priorities[%d]", i)
		c.id(path, p.ID, ids)
		if p.Number < 1 || p.Number > len(f.Priorities) || numbers[p.Number] {
			c.bad(path+".number", "the numbers must be 1, 2, 3 and so on, each once")
		}
		numbers[p.Number] = true
		c.need(path+".title", p.Title)
		c.need(path+".waits_for", p.WaitsFor)
		s.Priorities = append(s.Priorities, metrics.Priority(p))
	}
}

func (c *check) indicators(f file, s *metrics.Strategy) {
	ids := map[string]bool{}
	for i, x := range f.Indicators {
		path := fmt.Sprintf(".indicators[%d]", i)
		c.id(path, x.ID, ids)
		for field, value := range map[string]string{"title": x.Title, "noun": x.Noun, "counted": x.Counted, "unit": x.Unit,
			"definition": x.Definition, "source": x.Source, "method": x.Method} {
			c.need(path+"."+field, value)
		}
		if _, ok := s.Priority(x.Priority); !ok {
			c.bad(path+".priority", "there is no priority %q in this file", x.Priority)
		}
		c.oneOf(path+".accountability", x.Accountability, "population", "performance")
		performance := x.Accountability == "performance"
		if performance {
			c.performance(path, x, s)
			if x.Kind == "total" && x.Per == 0 {
				x.Per = 1
			}
		} else {
			c.oneOf(path+".kind", x.Kind, "rate", "share", "inequality")
			c.population(path, x)
			c.measures(path, x)
		}
		c.inequality(path, x)
		c.oneOf(path+".polarity", x.Polarity, "low", "high", "none")
		switch {
		case !(x.Per > 0) || math.IsInf(x.Per, 0): // not a number, too
			c.bad(path+".per", "per must be above 0: 1000 for a rate per 1,000, 100 for a share in per cent")
		case x.Kind == "share" && x.Per != 100:
			c.bad(path+".per", "a share is in per cent: per must be 100")
		}
		if x.Settles < 0 || x.Settles > 36 {
			c.bad(path+".settles_after_months", "settles_after_months must be from 0 to 36")
		}
		if x.Provisional < 0 || x.Provisional > 36 {
			c.bad(path+".provisional_months", "provisional_months must be from 0 to 36")
		}
		if x.Decimals < 0 || x.Decimals > 4 || x.Decimals != math.Trunc(x.Decimals) {
			c.bad(path+".decimals", "decimals must be a whole number from 0 to 4")
		}
		if x.SourceURL != "" {
			if u, err := url.Parse(x.SourceURL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
				c.bad(path+".source_url", "%q is not an address that begins with https://", x.SourceURL)
			}
		}
		ind := metrics.Indicator{
			ID: x.ID, Title: x.Title, Noun: x.Noun, Short: x.Short, Counted: x.Counted, Whole: x.Whole, Settles: x.Settles, Provisional: x.Provisional, Priority: x.Priority,
			Accountability: metrics.Accountability(x.Accountability), Asks: metrics.Asks(x.Asks), Kind: metrics.ValueKind(x.Kind),
			Measure:   metrics.InequalityMeasure(x.Measure),
			Numerator: x.Numerator.metric(), Denominator: x.Denominator.metric(),
			Per: x.Per, Unit: x.Unit, Polarity: metrics.Polarity(x.Polarity), Decimals: int(x.Decimals),
			Comparators: x.Comparators, Headline: x.Headline,
			Target: c.target(path, x), Steps: c.steps(path, x),
			Definition: x.Definition, Rationale: x.Rationale, Source: x.Source, SourceURL: x.SourceURL,
			Method: x.Method, Frequency: x.Frequency, Caveats: x.Caveats,
		}
		if len(x.Periods) == 0 {
			c.bad(path+".periods", "list the periods: quarter and year-ending, or edition")
		}
		for j, p := range x.Periods {
			at := fmt.Sprintf("%s.periods[%d]", path, j)
			switch {
			case performance:
				c.oneOf(at, p, "quarter", "year-to-date", "year-ending", "since-start")
			case x.Numerator.From == "deprivation":
				c.oneOf(at, p, "edition")
			default:
				c.oneOf(at, p, "month", "quarter", "year-ending")
			}
			if slices.Contains(x.Periods[:j], p) {
				c.bad(at, "the period %s is listed twice", p)
			}
			ind.Periods = append(ind.Periods, metrics.PeriodKind(p))
		}
		for j, p := range x.Comparators {
			c.oneOf(fmt.Sprintf("%s.comparators[%d]", path, j), p, "corresponding-period", "force", "similar", "england", "target")
		}
		s.Indicators = append(s.Indicators, ind)
	}
}

// inequality checks what only an indicator of the kind inequality has.
func (c *check) inequality(path string, x indicator) {
	if x.Kind != "inequality" {
		if x.Measure != "" {
			c.bad(path+".measure", "only an indicator of the kind inequality has a measure")
		}
		if x.Groups != "" {
			c.bad(path+".groups", "only an indicator of the kind inequality has groups")
		}
		return
	}
	c.oneOf(path+".measure", x.Measure, "gap", "ratio", "sii", "rii")
	c.oneOf(path+".groups", x.Groups, "deprivation-quintile")
	for j, p := range x.Comparators {
		if p == "force" || p == "similar" || p == "england" {
			c.bad(fmt.Sprintf("%s.comparators[%d]", path, j), "an inequality is found for the district alone, so it cannot be compared with %s: corresponding-period and target can", p)
		}
	}
}

// measures checks that numerator and denominator are of kinds that make the
// indicator's kind: a rate is crimes for residents, a share is part of a whole.
func (c *check) measures(path string, x indicator) {
	num, den := path+".numerator", path+".denominator"
	c.oneOf(num+".from", x.Numerator.From, "crimes", "outcomes", "deprivation")
	c.oneOf(den+".from", x.Denominator.From, "residents", "outcomes", "deprivation")
	switch {
	case x.Kind == "inequality" && (x.Numerator.From != "crimes" || x.Denominator.From != "residents"):
		c.bad(path+".kind", "an inequality is of crimes for residents: numerator from crimes, denominator from residents")
	case x.Kind == "rate" && (x.Numerator.From != "crimes" || x.Denominator.From != "residents"):
		c.bad(path+".kind", "a rate is crimes for residents: numerator from crimes, denominator from residents")
	case x.Kind == "share" && x.Numerator.From != x.Denominator.From:
		c.bad(path+".kind", "a share is part of a whole: numerator and denominator must come from the same")
	}
	if x.Numerator.From == "crimes" || x.Numerator.From == "outcomes" {
		if len(x.Numerator.Categories) == 0 {
			c.bad(num+".categories", "name the crime types that are counted")
		}
		for i, t := range x.Numerator.Categories {
			if slices.Contains(x.Numerator.Categories[:i], t) {
				c.bad(fmt.Sprintf("%s.categories[%d]", num, i), "%q is listed twice, and would be counted twice", t)
			}
			if !metrics.Scheme2013.Distinguishes(t) {
				c.bad(fmt.Sprintf("%s.categories[%d]", num, i), "%q is not a crime type of police.uk: one of %s", t, strings.Join(metrics.Scheme2013.CrimeTypes(), ", "))
			}
		}
	}
	if x.Numerator.From == "outcomes" {
		if len(x.Numerator.Outcomes) == 0 {
			c.bad(num+".outcomes", "name the outcomes that are counted")
		}
		if !slices.Equal(x.Numerator.Categories, x.Denominator.Categories) {
			c.bad(den+".categories", "the denominator must be of the same crime types as the numerator")
		}
		for path, list := range map[string][]string{num + ".outcomes": x.Numerator.Outcomes, den + ".except": x.Denominator.Except} {
			for i, o := range list {
				if !slices.Contains(metrics.Outcomes, o) {
					c.bad(fmt.Sprintf("%s[%d]", path, i), "%q is not an outcome of police.uk: check its spelling", o)
				}
			}
		}
		for i, o := range x.Numerator.Outcomes {
			if slices.Contains(x.Denominator.Except, o) {
				c.bad(fmt.Sprintf("%s.outcomes[%d]", num, i), "%q is counted in the numerator but left out of the denominator", o)
			}
		}
	}
	if x.Numerator.From == "deprivation" {
		c.oneOf(num+".domain", x.Numerator.Domain, Domains...)
		if x.Denominator.Domain != x.Numerator.Domain {
			c.bad(den+".domain", "the denominator must be of the numerator's domain, %s", x.Numerator.Domain)
		}
		if x.Numerator.MostDeprived < 1 || x.Numerator.MostDeprived > 99 {
			c.bad(num+".most_deprived", "say which part is counted: 10 for the most deprived tenth")
		}
	}
}

func (m measure) metric() metrics.Measure {
	return metrics.Measure{From: metrics.MeasureSource(m.From), Categories: m.Categories, Outcomes: m.Outcomes, Except: m.Except,
		Domain: m.Domain, MostDeprived: m.MostDeprived, Returned: m.Measures, Part: m.Part, Projects: m.Projects, Label: m.Label}
}

func (c *check) need(path, value string) {
	if strings.TrimSpace(value) == "" {
		c.bad(path, "%s is missing", path[strings.LastIndexByte(path, '.')+1:])
	}
}

func (c *check) id(path, id string, seen map[string]bool) {
	switch {
	case !idPattern.MatchString(id):
		c.bad(path+".id", "%q cannot be an id: small letters, digits and single hyphens, as in violence-rate", id)
	case seen[id]:
		c.bad(path+".id", "the id %s is used twice", id)
	}
	seen[id] = true
}

func (c *check) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		c.bad(path, "%s must be %s, not %q", path[strings.LastIndexByte(path, '.')+1:], strings.Join(allowed, " or "), value)
	}
}

// ForceName is a force's name as its area is called: "South Yorkshire" for
// South Yorkshire Police.
func ForceName(name string) string {
	for _, suffix := range []string{" Police Service", " Police", " Constabulary"} {
		if short, ok := strings.CutSuffix(name, suffix); ok {
			return short
		}
	}
	return name
}

// Options are what another partnership is known by.
type Options struct {
	Area    string   // its district's code
	Name    string   // the district's name; "" to take it from the lookups
	Force   string   // its force's name; "" to take it from the lookups
	Similar []string // the codes of its similar areas
}

// New writes a strategy file for another partnership: the default's priorities
// and indicators on its areas.
func New(o Options) ([]byte, error) {
	name, partnership, short := "Violence prevention strategy", "Community Safety Partnership", "Violence prevention"
	if o.Name != "" {
		name, partnership, short = name+" for "+o.Name, o.Name+" "+partnership, o.Name+" violence prevention"
	}
	head := yaml.MapSlice{
		{Key: "name", Value: name},
		{Key: "partnership", Value: partnership},
		{Key: "short_name", Value: short},
		{Key: "from", Value: 2019},
		{Key: "to", Value: 2029},
		{Key: "area", Value: named(o.Area, o.Name)},
	}
	if o.Force != "" {
		head = append(head, yaml.MapItem{Key: "force", Value: named("", o.Force)})
	}
	if len(o.Similar) > 0 {
		head = append(head, yaml.MapItem{Key: "similar", Value: yaml.MapSlice{
			{Key: "name", Value: "Similar areas as entered by the partnership"},
			{Key: "areas", Value: o.Similar},
		}})
	}
	b, err := yaml.Marshal(head)
	if err != nil {
		return nil, metrics.Errorf(metrics.Internal, "write the strategy: %w", err)
	}
	tail, err := withoutProjects(defaultFile)
	if err != nil {
		return nil, err
	}
	text := slices.Concat(
		[]byte("# A strategy file for outcomes. Check it with `outcomes strategy check FILE`.\n"+
			"# The years, names and words below are a start: make them your own. `events:` (a\n"+
			"# list of date and label) marks happenings on the charts.\n\n"),
		b, tail)
	if _, err := Parse("the new strategy", text); err != nil {
		return nil, err
	}
	return text, nil
}

func named(code, name string) yaml.MapSlice {
	var m yaml.MapSlice
	if code != "" {
		m = append(m, yaml.MapItem{Key: "code", Value: code})
	}
	if name != "" {
		m = append(m, yaml.MapItem{Key: "name", Value: name})
	}
	return m
}
