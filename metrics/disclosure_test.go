package metrics

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// roundStrategy is a small strategy of four projects with indicators that share
// measures and overlap in projects.
func roundStrategy() *Strategy {
	age := Dimension{ID: "age", Title: "Age", Items: []Item{{"under-15", "Under 15"}, {"15-17", "15 to 17"}, {"18-24", "18 to 24"}}}
	sex := Dimension{ID: "sex", Title: "Sex", Items: []Item{{"female", "Female"}, {"male", "Male"}}}
	both := []string{"age", "sex"}
	oct, apr := NewMonth(2018, time.October), NewMonth(2019, time.April)
	all := []PeriodKind{Quarter, YearToDate, YearEnding, SinceStart}
	ind := func(id, priority string, kind ValueKind, num, den Measure) Indicator {
		num.From = FromReturns
		out := Indicator{ID: id, Title: id, Noun: "counted", Counted: "young people", Unit: "young people", Priority: priority, Accountability: Performance, Kind: kind,
			Numerator: num, Per: 1, Polarity: NoJudgment, Periods: all}
		if kind == Proportion {
			den.From = FromReturns
			out.Denominator, out.Per, out.Unit, out.Noun, out.Whole, out.Decimals, out.Polarity = den, 100, "%", "share counted", "young people asked", 1, HighGood
		}
		return out
	}
	of := func(measures ...string) Measure { return Measure{Returned: measures} }
	wide := func(measures ...string) Measure {
		return Measure{Returned: measures, Projects: []string{"ay", "bee", "dee"}}
	}
	return &Strategy{
		Area:       Area{Code: "E08000001", Kind: LAD},
		Returns:    ReturnRules{DueDays: 30, Small: 4},
		Dimensions: []Dimension{age, sex},
		Priorities: []Priority{{ID: "p", Number: 1, Title: "P"}, {ID: "r", Number: 2, Title: "R"}},
		Measures: []ReturnMeasure{
			{ID: "engaged", Title: "Engaged", Kind: CountMeasure, Unit: "young people", Breakdowns: both, People: true},
			{ID: "completed", Title: "Completed", Kind: CountMeasure, Unit: "young people", Breakdowns: both, People: true},
			{ID: "improved", Title: "Improved", Kind: CountMeasure, Unit: "young people", Breakdowns: both, People: true},
			{ID: "safe", Title: "Feel safe", Kind: SurveyMeasure, Unit: "young people", Of: "young people asked", People: true},
			{ID: "through", Title: "Through", Kind: CountMeasure, Unit: "young people", People: true, Cumulative: true},
			{ID: "meetings", Title: "Meetings", Kind: CountMeasure, Unit: "meetings"},
			{ID: "spend", Title: "Spend", Kind: MoneyMeasure, Unit: Pounds},
			{ID: "budget", Title: "Budget", Kind: MoneyMeasure, Unit: Pounds},
		},
		Projects: []Project{
			{ID: "ay", Name: "Ay", Priority: "p", From: oct, Measures: []string{"engaged", "completed", "improved", "safe", "through", "meetings", "spend", "budget"}},
			{ID: "bee", Name: "Bee", Priority: "p", From: oct, Measures: []string{"engaged", "completed", "improved", "safe", "through", "meetings", "spend", "budget"}},
			{ID: "cee", Name: "Cee", Priority: "p", From: apr + 1, To: NewMonth(2020, time.May), Measures: []string{"engaged", "completed", "improved"}},
			{ID: "dee", Name: "Dee", Priority: "r", From: apr, Measures: []string{"engaged", "completed", "improved"}},
		},
		Indicators: []Indicator{
			ind("engaged", "p", Total, of("engaged"), Measure{}),
			ind("engaged-wide", "p", Total, wide("engaged"), Measure{}),
			ind("completed", "p", Total, of("completed"), Measure{}),
			ind("improved", "p", Total, of("improved"), Measure{}),
			ind("improved-share", "p", Proportion, of("improved"), of("completed")),
			ind("completed-dee", "r", Total, of("completed"), Measure{}),
			ind("touched", "p", Total, of("engaged", "completed"), Measure{}),
			ind("safe-share", "p", Proportion, of("safe"), of("safe")),
			ind("asked", "p", Total, Measure{Returned: []string{"safe"}, Part: Denominator}, Measure{}),
			ind("through", "p", Total, Measure{Returned: []string{"through"}, Projects: []string{"ay", "bee"}}, Measure{}),
			ind("meetings", "p", Total, of("meetings"), Measure{}),
			func() Indicator {
				i := ind("spend-share", "p", Proportion, of("spend"), of("budget"))
				i.Counted, i.Whole, i.Noun = "pounds", "the budget", "share of the budget that was spent"
				return i
			}(),
		},
	}
}

// draws makes returns of so many quarters; one says how large a number is.
func draws(s *Strategy, rng *rand.Rand, quarters int, one func() int, missing float64) *Facts {
	f := &Facts{Geography: NewGeography(), Returns: map[string][]AcceptedReturn{}}
	f.Geography.Names["E08000001"] = "Aton"
	batch := int64(0)
	for _, p := range s.Projects {
		through := 0
		for n := range quarters {
			q := QuarterOf(NewMonth(2018, time.October) + Month(3*n))
			if !p.Runs(q) {
				continue
			}
			batch++
			ret := AcceptedReturn{Project: p.ID, Quarter: q, Batch: batch}
			put := func(measure, part, dimension, item string, v int) {
				ret.Values = append(ret.Values, ReturnValue{ReturnCell: ReturnCell{measure, part, dimension, item}, Value: float64(v)})
			}
			// cells are counts by age and sex together, so that both add up.
			completed := map[[2]int]int{}
			for _, id := range []string{"engaged", "completed", "improved"} {
				if !slices.Contains(p.Measures, id) {
					continue
				}
				total, age, sex := 0, [3]int{}, [2]int{}
				for a := range 3 {
					for x := range 2 {
						v := one()
						switch id {
						case "completed":
							completed[[2]int{a, x}] = v
						case "improved":
							v = rng.IntN(completed[[2]int{a, x}] + 1)
						}
						total, age[a], sex[x] = total+v, age[a]+v, sex[x]+v
					}
				}
				put(id, "", "", "", total)
				for a, item := range []string{"under-15", "15-17", "18-24"} {
					put(id, "", "age", item, age[a])
				}
				for x, item := range []string{"female", "male"} {
					put(id, "", "sex", item, sex[x])
				}
			}
			for _, id := range p.Measures {
				switch id {
				case "safe":
					asked := one() + one()
					put(id, Denominator, "", "", asked)
					put(id, Numerator, "", "", rng.IntN(asked+1))
				case "through":
					through += one()
					put(id, "", "", "", through)
				case "meetings":
					put(id, "", "", "", rng.IntN(3))
				case "spend", "budget":
					put(id, "", "", "", 1000+rng.IntN(500))
				}
			}
			if rng.Float64() >= missing {
				f.Returns[p.ID] = append(f.Returns[p.ID], ret)
			}
		}
	}
	return f
}

// attacker solves all that was published. It knows how indicators are made, and
// nothing of how they are hidden.
type attacker struct {
	s     *Strategy
	now   world
	cells []string // the unknowns of the returns in force that count people
	rows  map[string][]map[string]int64
	seen  map[string]bool // rows
	solid map[string]*solver
}

// world is what some returns say, by measure, part, project, item and quarter. A
// number that is the same in two returns for a quarter is one unknown.
type world map[string]struct {
	unknown string
	value   float64
}

func worldOf(of map[string][]AcceptedReturn) world {
	w := world{}
	for project, list := range of {
		for _, ret := range list {
			for _, v := range ret.Values {
				key := unknown(project, v.Measure, v.Part, v.Dimension, v.Item, ret.Quarter)
				w[key] = struct {
					unknown string
					value   float64
				}{fmt.Sprint(key, "=", v.Value), v.Value}
			}
		}
	}
	return w
}

const attackPrime = 998244353

type solver struct {
	at   map[string]int
	rows [][]int64
	lead []int
}

func unknown(project, measure, part, dimension, item string, q Period) string {
	return strings.Join([]string{measure, part, project, dimension, item, q.Code()}, "|")
}

// group is what unknowns of one measure's part have in common.
func group(u string) string {
	m, rest, _ := strings.Cut(u, "|")
	p, _, _ := strings.Cut(rest, "|")
	return m + p
}

// sides gives the unknowns of an indicator for a period, of its numerator or
// denominator, of one project or all, of one item or the total; ok is false
// where a return is missing.
func (a *attacker) unknowns(w world, ind Indicator, denominator bool, project, dimension, item string, p Period) (out []string, sum float64, ok bool) {
	m := ind.Numerator
	if denominator {
		m = ind.Denominator
	}
	for _, pr := range a.s.Projects {
		if len(m.Projects) > 0 && !slices.Contains(m.Projects, pr.ID) || len(m.Projects) == 0 && pr.Priority != ind.Priority || project != "" && pr.ID != project {
			continue
		}
		for _, id := range m.Returned {
			if measure, _ := a.s.ReturnMeasure(id); !slices.Contains(pr.Measures, id) || dimension != "" && !measure.Asks(dimension, item) {
				continue
			}
			part := ""
			if id == "safe" {
				part = Numerator
				if denominator || m.Part == Denominator {
					part = Denominator
				}
			}
			for q := QuarterOf(max(p.First, NewMonth(2018, time.October))); q.Last <= p.Last; q = QuarterOf(q.Last + 1) {
				if !pr.Runs(q) {
					continue
				}
				c, have := w[unknown(pr.ID, id, part, dimension, item, q)]
				if !have {
					return nil, 0, false
				}
				out, sum = append(out, c.unknown), sum+c.value
				if measure, _ := a.s.ReturnMeasure(id); measure.Cumulative && pr.From < q.First {
					before, have := w[unknown(pr.ID, id, part, dimension, item, QuarterOf(q.First-1))]
					if !have || before.value > c.value {
						return nil, 0, false
					}
					out, sum = append(out, "-"+before.unknown), sum-before.value
				}
			}
		}
	}
	return out, sum, true
}

func newAttacker(s *Strategy, f *Facts) *attacker {
	a := &attacker{s: s, now: worldOf(f.Returns), rows: map[string][]map[string]int64{}, seen: map[string]bool{}, solid: map[string]*solver{}}
	for _, c := range a.now {
		measure, _, _ := strings.Cut(c.unknown, "|")
		if m, _ := s.ReturnMeasure(measure); m.People && !m.Cumulative {
			a.cells = append(a.cells, c.unknown)
		}
	}
	slices.Sort(a.cells)
	a.split(a.now, f.Returns)
	return a
}

// split says that everybody falls in one item of each breakdown.
func (a *attacker) split(w world, of map[string][]AcceptedReturn) {
	for _, p := range a.s.Projects {
		for _, ret := range of[p.ID] {
			for _, d := range a.s.Dimensions {
				for _, m := range a.s.Measures {
					if !slices.Contains(m.Breakdowns, d.ID) || !slices.Contains(p.Measures, m.ID) {
						continue
					}
					row := map[string]int64{w[unknown(p.ID, m.ID, "", "", "", ret.Quarter)].unknown: 1}
					for _, item := range m.ItemsOf(d) {
						row[w[unknown(p.ID, m.ID, "", d.ID, item.ID, ret.Quarter)].unknown] = -1
					}
					a.put(m.ID, row)
				}
			}
		}
	}
}

// put adds an equation.
func (a *attacker) put(key string, row map[string]int64) {
	if id := fmt.Sprint(key, row); !a.seen[id] {
		a.seen[id] = true
		a.rows[key] = append(a.rows[key], row)
	}
}

// sumOf counts how often each unknown is added.
func sumOf(us []string) (row map[string]int64, key string) {
	row = map[string]int64{}
	for _, u := range us {
		sign := int64(1)
		if u[0] == '-' {
			u, sign = u[1:], -1
		}
		if row[u] += sign; row[u] == 0 {
			delete(row, u)
		}
		key = group(u)
	}
	return row, key
}

// learn takes in a published sum and checks that it is true.
func (a *attacker) learn(t *testing.T, what string, us []string, sum float64, shown *float64) {
	t.Helper()
	if shown == nil {
		return
	}
	if *shown != sum {
		t.Fatalf("%s: %v is published, %v is true", what, *shown, sum)
	}
	row, key := sumOf(us)
	if len(row) > 0 {
		a.put(key, row)
	}
	for u := range row {
		if group(u) != key { // an indicator of several measures ties them together
			a.put("tied", row)
			return
		}
	}
}

// solve brings all equations into reduced echelon form. Measures that an
// indicator adds together are solved together.
func (a *attacker) solve() {
	tied := map[string]string{}
	for key := range a.rows {
		tied[key] = key
	}
	for _, row := range a.rows["tied"] {
		for u := range row {
			tied[group(u)] = "tied"
		}
	}
	all := map[string][]map[string]int64{}
	for _, key := range sortedKeys(a.rows) {
		all[tied[key]] = append(all[tied[key]], a.rows[key]...)
	}
	for key, rows := range all {
		s := &solver{at: map[string]int{}}
		for _, row := range rows {
			for _, u := range sortedKeys(row) {
				if _, ok := s.at[u]; !ok {
					s.at[u] = len(s.at)
				}
			}
		}
		for _, row := range rows {
			if v := s.reduced(row); v != nil {
				s.add(v)
			}
		}
		for k, to := range tied {
			if to == key {
				a.solid[k] = s
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (s *solver) reduced(row map[string]int64) []int64 {
	v := make([]int64, len(s.at))
	for u, x := range row {
		i, ok := s.at[u]
		if !ok {
			return v[:0] // nothing is published of it
		}
		v[i] = (x + attackPrime) % attackPrime
	}
	for i, r := range s.rows {
		if f := v[s.lead[i]]; f != 0 {
			for j := s.lead[i]; j < len(v); j++ {
				v[j] = ((v[j]-f*r[j])%attackPrime + attackPrime) % attackPrime
			}
		}
	}
	if slices.ContainsFunc(v, func(x int64) bool { return x != 0 }) {
		return v
	}
	return nil
}

func (s *solver) add(v []int64) {
	lead := slices.IndexFunc(v, func(x int64) bool { return x != 0 })
	inv, b := int64(1), v[lead]
	for n := attackPrime - 2; n > 0; n >>= 1 {
		if n&1 == 1 {
			inv = inv * b % attackPrime
		}
		b = b * b % attackPrime
	}
	for j := range v {
		v[j] = v[j] * inv % attackPrime
	}
	for _, r := range s.rows {
		if f := r[lead]; f != 0 {
			for j := range r {
				r[j] = ((r[j]-f*v[j])%attackPrime + attackPrime) % attackPrime
			}
		}
	}
	s.rows, s.lead = append(s.rows, v), append(s.lead, lead)
	// In order of their leads, so that reducing from left to right is whole.
	for i := len(s.lead) - 1; i > 0 && s.lead[i] < s.lead[i-1]; i-- {
		s.lead[i], s.lead[i-1], s.rows[i], s.rows[i-1] = s.lead[i-1], s.lead[i], s.rows[i-1], s.rows[i]
	}
}

// knows says whether a sum can be worked out.
func (a *attacker) knows(us []string) bool {
	if len(us) == 0 {
		return true
	}
	row, key := sumOf(us)
	s := a.solid[key]
	return s != nil && s.reduced(row) == nil
}

// nobody is a share's denominator as a reader knows it: also where the share is
// missing though all was returned.
func nobody(status Status, sum float64, returned bool, shown *float64) *float64 {
	if status == Missing && returned && sum == 0 {
		return &sum
	}
	return shown
}

var digits = regexp.MustCompile(`\d`)

// attack publishes a computation, works out what it can, and reports every
// small count that it found.
func attack(t *testing.T, s *Strategy, f *Facts) (shown, hidden int) {
	t.Helper()
	return attackAfter(t, s, f, Compute(s, f), nil)
}

// attackAfter attacks figures with the knowledge of what former readings showed.
// It counts what is found: no small count, neither of the returns in force nor of
// former ones, may be.
func attackAfter(t *testing.T, s *Strategy, f *Facts, result Result, former []PublishedFigure) (shown, hidden int) {
	t.Helper()
	a := newAttacker(s, f)
	byBatch := map[int64]AcceptedReturn{}
	for _, list := range f.Returns {
		for _, r := range list {
			byBatch[r.Batch] = r
		}
	}
	for _, r := range f.Former {
		byBatch[r.Batch] = r
	}
	worlds := map[string]world{}
	for _, p := range former {
		ind, _ := s.Indicator(p.Indicator)
		w, ok := worlds[fmt.Sprint(p.Batches)]
		if !ok {
			of := map[string][]AcceptedReturn{}
			for _, b := range p.Batches {
				r := byBatch[b]
				of[r.Project] = append(of[r.Project], r)
			}
			w = worldOf(of)
			a.split(w, of)
			worlds[fmt.Sprint(p.Batches)] = w
		}
		for _, g := range append([]GroupValue{{Status: p.Status, Value: p.Value, Numerator: p.Numerator, Denominator: p.Denominator}}, p.Breakdown...) {
			if g.Status == Suppressed {
				continue
			}
			project, dimension, item := "", g.By, g.Item
			if g.By == "project" {
				project, dimension, item = g.Item, "", ""
			}
			n := g.Numerator
			if n == nil {
				n = g.Value
			}
			if us, sum, ok := a.unknowns(w, ind, false, project, dimension, item, p.Period); ok {
				a.learn(t, "formerly", us, sum, n)
			}
			if us, sum, ok := a.unknowns(w, ind, true, project, dimension, item, p.Period); ok && ind.Kind == Proportion {
				a.learn(t, "formerly", us, sum, nobody(g.Status, sum, ok, g.Denominator))
			}
		}
	}
	figures := map[string]Figure{}
	for _, fig := range result.Figures {
		figures[fig.Indicator+fig.Period.Code()] = fig
	}
	for _, fig := range result.Figures {
		ind, _ := s.Indicator(fig.Indicator)
		if !s.CountsPeople(ind) {
			if fig.Status == Suppressed {
				t.Errorf("%s is hidden and counts nobody", ind.ID)
			}
			continue
		}
		what := fig.Indicator + " " + fig.Period.Code()
		us, sum, _ := a.unknowns(a.now, ind, false, "", "", "", fig.Period)
		a.learn(t, what, us, sum, fig.Numerator)
		if ind.Kind == Total {
			a.learn(t, what, us, sum, fig.Value)
		} else {
			us, sum, ok := a.unknowns(a.now, ind, true, "", "", "", fig.Period)
			a.learn(t, what, us, sum, nobody(fig.Status, sum, ok, fig.Denominator))
		}
		if fig.Status == Suppressed {
			hidden++
			if fig.Value != nil || fig.Lower != nil || fig.Upper != nil || fig.Comparisons != nil || fig.Statements != nil {
				t.Errorf("%s is suppressed and says something: %+v", what, fig)
			}
			rest := strings.NewReplacer(fig.Period.Phrase(), "", fig.Period.Label(), "").Replace(fig.Sentence)
			if digits.MatchString(rest) || !strings.Contains(fig.Sentence, "is not shown") {
				t.Errorf("%s is suppressed and says %q", what, fig.Sentence)
			}
		} else if fig.Status == Available {
			shown++
		}
		for _, cmp := range fig.Comparisons {
			if cmp.Kind != InTime || cmp.Numerator == nil && cmp.Value == nil && cmp.Ratio == nil {
				continue
			}
			other := figures[fig.Indicator+cmp.Period]
			if other.Status != Available || *other.Value != *cmp.Value || *other.Numerator != *cmp.Numerator {
				t.Errorf("%s is compared with what is not shown: %+v", what, cmp)
			}
		}
		for _, g := range fig.Breakdown {
			project, dimension, item := "", g.By, g.Item
			if g.By == "project" {
				project, dimension, item = g.Item, "", ""
			}
			us, sum, _ := a.unknowns(a.now, ind, false, project, dimension, item, fig.Period)
			a.learn(t, what+" "+g.Item, us, sum, g.Numerator)
			if ind.Kind == Total {
				a.learn(t, what+" "+g.Item, us, sum, g.Value)
			} else {
				us, sum, ok := a.unknowns(a.now, ind, true, project, dimension, item, fig.Period)
				a.learn(t, what+" "+g.Item, us, sum, nobody(g.Status, sum, ok, g.Denominator))
			}
			if g.Status == Suppressed {
				hidden++
				if g.Value != nil || g.Lower != nil || g.Upper != nil || g.Numerator != nil || g.Denominator != nil {
					t.Errorf("%s %s is suppressed and shown", what, g.Item)
				}
			} else if g.Status == Available {
				shown++
			}
		}
	}
	for _, sig := range result.Signals {
		ind, _ := s.Indicator(sig.Indicator)
		for _, fig := range result.Figures {
			if fig.Indicator == sig.Indicator && fig.Period.Kind == sig.Kind && fig.Status == Suppressed && (len(sig.Segments)+len(sig.Marked) > 0 || sig.Trend != "") {
				t.Errorf("%s: a series with a hidden figure has limits or a trend", ind.ID)
			}
		}
	}
	subtract(t, s, result.Figures)
	a.solve()
	small := func(v float64) bool { return v >= 1 && v <= float64(s.Returns.Small) }
	report := func(ind Indicator, project, dimension, item string, p Period) {
		us, n, ok := a.unknowns(a.now, ind, false, project, dimension, item, p)
		if !ok {
			return
		}
		if small(n) && a.knows(us) {
			t.Errorf("%s %s %s%s%s: %v can be worked out", ind.ID, p.Code(), project, dimension, item, n)
		}
		if ind.Kind != Proportion {
			return
		}
		of, d, ok := a.unknowns(a.now, ind, true, project, dimension, item, p)
		if !ok {
			return
		}
		if small(d) && a.knows(of) {
			t.Errorf("%s %s %s%s%s: the denominator %v can be worked out", ind.ID, p.Code(), project, dimension, item, d)
		}
		if small(d-n) && a.knows(us) && a.knows(of) {
			t.Errorf("%s %s %s%s%s: those left out, %v of %v, can be worked out", ind.ID, p.Code(), project, dimension, item, d-n, d)
		}
	}
	for _, fig := range result.Figures {
		ind, _ := s.Indicator(fig.Indicator)
		if !s.CountsPeople(ind) {
			continue
		}
		report(ind, "", "", "", fig.Period)
		for _, p := range s.Projects {
			report(ind, p.ID, "", "", fig.Period)
		}
		for _, g := range fig.Breakdown {
			if g.By != "project" {
				report(ind, "", g.By, g.Item, fig.Period)
			}
		}
	}
	if len(former) == 0 { // a project's item is in no figure; only readings of two times could tell it
		return shown, hidden
	}
	for _, p := range former {
		ind, _ := s.Indicator(p.Indicator)
		for _, g := range append([]GroupValue{{Status: p.Status}}, p.Breakdown...) {
			if g.Status != Suppressed {
				continue
			}
			project, dimension, item := "", g.By, g.Item
			if g.By == "project" {
				project, dimension, item = g.Item, "", ""
			}
			w := worlds[fmt.Sprint(p.Batches)]
			for _, denominator := range []bool{false, true}[:1+len(ind.Denominator.Returned[:min(1, len(ind.Denominator.Returned))])] {
				if us, n, ok := a.unknowns(w, ind, denominator, project, dimension, item, p.Period); ok && small(n) && a.knows(us) {
					t.Errorf("%s %s %s%s%s read %v formerly, and that can be worked out", ind.ID, p.Period.Code(), project, dimension, item, n)
				}
			}
		}
	}
	for _, r := range f.Former {
		for _, c := range worldOf(map[string][]AcceptedReturn{r.Project: {r}}) {
			measure, _, _ := strings.Cut(c.unknown, "|")
			if m, _ := s.ReturnMeasure(measure); m.People && !m.Cumulative {
				a.cells = append(a.cells, c.unknown)
			}
		}
	}
	for _, u := range a.cells {
		_, v, _ := strings.Cut(u, "=")
		if n, err := strconv.ParseFloat(v, 64); err != nil || small(n) && a.knows([]string{u}) {
			t.Errorf("%s can be worked out", u)
		}
	}
	return shown, hidden
}

// subtract takes what is shown from every total that is shown: the parts of its
// breakdowns, and the quarters of a longer time. What is left, several hidden
// counts together, must not be a small count either.
func subtract(t *testing.T, s *Strategy, figures []Figure) {
	t.Helper()
	quarters := map[string]Figure{}
	for _, fig := range figures {
		if fig.Period.Kind == Quarter {
			quarters[fig.Indicator+fig.Period.Code()] = fig
		}
	}
	for _, fig := range figures {
		ind, _ := s.Indicator(fig.Indicator)
		if fig.Status != Available || !s.CountsPeople(ind) {
			continue
		}
		check := func(how string, left float64, hidden int) {
			if hidden > 0 && left >= 1 && left <= float64(s.Returns.Small) {
				t.Errorf("%s %s less what is shown %s leaves %v for %d hidden counts", fig.Indicator, fig.Period.Code(), how, left, hidden)
			}
		}
		by := map[string]float64{}
		without := map[string]int{}
		for _, g := range fig.Breakdown {
			switch g.Status {
			case Available:
				by[g.By] += *g.Numerator
			default:
				without[g.By]++
			}
		}
		for dimension, n := range without {
			check("by "+dimension, *fig.Numerator-by[dimension], n)
		}
		if fig.Period.Kind == Quarter {
			continue
		}
		left, hidden := *fig.Numerator, 0
		for q := QuarterOf(fig.Period.First); q.Last <= fig.Period.Last; q = QuarterOf(q.Last + 1) {
			switch of := quarters[fig.Indicator+q.Code()]; of.Status {
			case Available:
				left -= *of.Numerator
			case Suppressed:
				hidden++
			}
		}
		check("by quarter", left, hidden)
	}
}

// No data, however sparse, lets a small count be worked out from what is shown.
func TestNothingHiddenCanBeWorkedOut(t *testing.T) {
	s := roundStrategy()
	runs := 60
	if testing.Short() {
		runs = 12
	}
	for seed := range runs {
		rng := rand.New(rand.NewPCG(uint64(seed), 2019))
		top := []int{2, 4, 9, 20, 60}[seed%5]
		one := func() int { return rng.IntN(top + 1) }
		if seed%3 == 0 { // many zeros
			one = func() int { return rng.IntN(2) * rng.IntN(top+1) }
		}
		f := draws(s, rng, 3+rng.IntN(6), one, []float64{0, 0, 0.1}[seed%3])
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			shown, hidden := attack(t, s, f)
			t.Logf("up to %d a cell: %d shown, %d hidden", top, shown, hidden)
		})
	}
}

// What was shown once a quarter's returns were in is shown when later ones are:
// a figure that was read out in a meeting does not vanish.
func TestWhatWasShownStays(t *testing.T) {
	s := roundStrategy()
	kept := 0
	for seed := range 30 {
		rng := rand.New(rand.NewPCG(uint64(seed), 77))
		top := []int{4, 9, 20}[seed%3]
		f := draws(s, rng, 7, func() int { return rng.IntN(top + 1) }, []float64{0, 0.1}[seed%2])
		var before map[string]*float64
		for last := range 7 {
			end := QuarterOf(NewMonth(2018, time.October) + Month(3*last))
			part := &Facts{Geography: f.Geography, Returns: map[string][]AcceptedReturn{}}
			for p, list := range f.Returns {
				part.Returns[p] = slices.DeleteFunc(slices.Clone(list), func(r AcceptedReturn) bool { return r.Quarter.First > end.First })
			}
			shown := map[string]*float64{}
			for _, fig := range Compute(s, part).Figures {
				ind, _ := s.Indicator(fig.Indicator)
				if !s.CountsPeople(ind) {
					continue
				}
				for _, g := range append([]GroupValue{{Status: fig.Status, Value: fig.Value}}, fig.Breakdown...) {
					if g.Status == Available {
						shown[strings.Join([]string{fig.Indicator, fig.Period.Code(), g.By, g.Item}, " ")] = g.Value
					}
				}
			}
			for what, v := range before {
				if now := shown[what]; now == nil || *now != *v {
					t.Errorf("%d: %s was shown, and is not when %s is in", seed, what, end.Code())
				}
				kept++
			}
			before = shown
		}
	}
	if kept < 5_000 {
		t.Errorf("only %d figures were shown", kept)
	}
}

// Returns come late, are replaced (mostly in a few numbers), withdrawn and
// accepted again: whoever has read the figures all along can work out no small
// count, of those in force or of former ones.
func TestFormerReadingsTellNoSmallNumber(t *testing.T) {
	s := roundStrategy()
	runs := 40
	if testing.Short() {
		runs = 8
	}
	readings, shown := 0, 0
	for seed := range runs {
		rng := rand.New(rand.NewPCG(uint64(seed), 4))
		top := []int{3, 6, 12, 30}[seed%4]
		quarters := 4 + rng.IntN(2)
		draw := func() []AcceptedReturn {
			var out []AcceptedReturn
			all := draws(s, rng, quarters, func() int { return rng.IntN(top + 1) }, 0)
			for _, p := range s.Projects {
				out = append(out, all.Returns[p.ID]...)
			}
			return out
		}
		first, second := draw(), draw()
		batch := int64(0)
		now := &Facts{Geography: NewGeography(), Returns: map[string][]AcceptedReturn{}}
		now.Geography.Names["E08000001"] = "Aton"
		takeOut := func(r AcceptedReturn) (was AcceptedReturn, ok bool) {
			list := slices.Clone(now.Returns[r.Project])
			i := slices.IndexFunc(list, func(x AcceptedReturn) bool { return x.Quarter == r.Quarter })
			if i < 0 {
				return was, false
			}
			was = list[i]
			now.Former = append(now.Former, was)
			now.Returns[r.Project] = slices.Delete(list, i, i+1)
			return was, true
		}
		accept := func(r AcceptedReturn) {
			takeOut(r)
			batch++
			r.Batch = batch
			list := append(slices.Clone(now.Returns[r.Project]), r)
			slices.SortFunc(list, func(a, b AcceptedReturn) int { return int(a.Quarter.First - b.Quarter.First) })
			now.Returns[r.Project] = list
		}
		order := rng.Perm(len(first))
		var back []AcceptedReturn
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			for step := 0; step < len(order)+8 && !t.Failed(); step++ {
				some := order[rng.IntN(min(step+1, len(order)))]
				switch n := rng.IntN(8); {
				case step < len(order) && n < 5:
					accept(first[order[step]])
				case n == 5: // withdrawn
					if was, ok := takeOut(first[some]); ok {
						back = append(back, was)
					}
				case n == 6 && len(back) > 0: // and accepted again
					accept(back[rng.IntN(len(back))])
				default: // one measure is corrected
					i := slices.IndexFunc(now.Returns[first[some].Project], func(x AcceptedReturn) bool { return x.Quarter == first[some].Quarter })
					if i < 0 {
						continue
					}
					r := now.Returns[first[some].Project][i]
					other := second[some]
					id := r.Values[rng.IntN(len(r.Values))].Measure
					r.Values = slices.Clone(r.Values)
					for j, v := range r.Values {
						if v.Measure == id {
							r.Values[j].Value = other.Values[j].Value
						}
					}
					accept(r)
				}
				result := Compute(s, now)
				n, _ := attackAfter(t, s, now, result, now.Published)
				shown += n
				for i := range now.Published {
					now.Published[i].InForce = false
				}
				for _, fig := range result.Figures {
					ind, _ := s.Indicator(fig.Indicator)
					if s.CountsPeople(ind) {
						now.Published = append(now.Published, PublishedFigure{Figure: fig, InForce: true})
						readings++
					}
				}
				if again := Compute(s, now); !reflect.DeepEqual(again, result) {
					t.Errorf("step %d: made again, the figures differ", step)
				}
			}
		})
	}
	t.Logf("%d readings, %d shown", readings, shown)
	if readings < 10_000 || shown < 10_000 {
		t.Errorf("only %d readings, %d shown", readings, shown)
	}
}

// A strategy that asks a project no longer, or has it no longer, does not tell its
// small number by the total that was shown before.
func TestAChangedStrategyTellsNoSmallNumber(t *testing.T) {
	before := roundStrategy()
	q := QuarterOf(NewMonth(2018, time.October))
	ret := func(project string, n float64) []AcceptedReturn {
		return []AcceptedReturn{{Project: project, Quarter: q, Batch: int64(len(project)) + int64(n), Values: []ReturnValue{{ReturnCell: ReturnCell{Measure: "engaged"}, Value: n}}}}
	}
	f := &Facts{Geography: NewGeography(), Returns: map[string][]AcceptedReturn{"ay": ret("ay", 16), "bee": ret("bee", 3)}}
	f.Geography.Names["E08000001"] = "Aton"
	engaged := func(s *Strategy) Figure {
		t.Helper()
		for _, fig := range Compute(s, f).Figures {
			if fig.Indicator == "engaged" && fig.Period == q {
				return fig
			}
		}
		t.Fatal("there is no figure")
		return Figure{}
	}
	was := engaged(before)
	if was.Status != Available || *was.Value != 19 || was.row(byProject, "ay").Status != Suppressed {
		t.Fatalf("before, it reads %+v", was)
	}
	for _, fig := range Compute(before, f).Figures {
		f.Published = append(f.Published, PublishedFigure{Figure: fig, InForce: true})
	}
	for what, change := range map[string]func(s *Strategy){
		"the project is not asked any more": func(s *Strategy) {
			s.Projects[1].Measures = slices.DeleteFunc(slices.Clone(s.Projects[1].Measures), func(id string) bool { return id == "engaged" })
		},
		"the project is gone": func(s *Strategy) { s.Projects = slices.Delete(slices.Clone(s.Projects), 1, 2) },
	} {
		after := roundStrategy()
		change(after)
		for i := range after.Indicators { // it may be named no more where it is gone
			after.Indicators[i].Numerator.Projects = slices.DeleteFunc(slices.Clone(after.Indicators[i].Numerator.Projects), func(id string) bool { _, ok := after.Project(id); return !ok })
		}
		if now := engaged(after); now.Status == Available || now.row(byProject, "ay").Status == Available {
			t.Errorf("%s: 19 less what is shown now is the small number: %+v", what, now)
		}
		// Nothing of the reading is in force any more: then it tells nothing of what is.
		again := *f
		again.Former = append(slices.Clone(f.Returns["ay"]), f.Returns["bee"]...)
		again.Returns = map[string][]AcceptedReturn{"ay": ret("ay", 30)}
		held := f
		f = &again
		if now := engaged(after); now.row(byProject, "ay").Status != Available {
			t.Errorf("%s, and all else was replaced: %+v", what, now)
		}
		f = held
	}
}

// Returns that contradict themselves (parts that do not add up, more counted
// than there were) come to an end, too, and show no small count of theirs.
func TestContradictionsAreControlled(t *testing.T) {
	s := roundStrategy()
	for seed := range 40 {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		f := draws(s, rng, 5, func() int { return rng.IntN(9) }, 0)
		for _, p := range s.Projects {
			for _, ret := range f.Returns[p.ID] {
				for i := range ret.Values {
					if v := &ret.Values[i]; v.Measure != "through" && rng.IntN(3) == 0 {
						v.Value = float64(rng.IntN(9))
					}
				}
			}
		}
		shown := 0
		for _, fig := range Compute(s, f).Figures {
			ind, _ := s.Indicator(fig.Indicator)
			if !s.CountsPeople(ind) {
				continue
			}
			if fig.Status == Available {
				shown++
			}
			for _, n := range []*float64{fig.Numerator, fig.Denominator} {
				if n != nil && *n >= 1 && *n <= 4 {
					t.Errorf("%d: %s %s shows %v", seed, fig.Indicator, fig.Period.Code(), *n)
				}
			}
			if fig.Status == Missing && digits.MatchString(fig.Reason) {
				t.Errorf("%d: %s %s is missing and says %q", seed, fig.Indicator, fig.Period.Code(), fig.Reason)
			}
		}
		if shown == 0 {
			t.Errorf("%d: nothing is shown", seed)
		}
	}
}

// Where no count is small nothing is hidden.
func TestNothingIsHiddenWithoutCause(t *testing.T) {
	s := roundStrategy()
	s.Indicators = slices.DeleteFunc(s.Indicators, func(i Indicator) bool { return i.Kind == Proportion })
	rng := rand.New(rand.NewPCG(1, 2))
	f := draws(s, rng, 8, func() int { return 40 + rng.IntN(40) }, 0)
	for _, list := range f.Returns { // those improved and those who feel safe are drawn from 0 on
		for _, ret := range list {
			for i, v := range ret.Values {
				if v.Measure == "improved" || v.Part == Numerator {
					ret.Values[i].Value += 5
				}
			}
		}
	}
	available := 0
	for _, fig := range Compute(s, f).Figures {
		switch fig.Status {
		case Available:
			available++
		case Suppressed:
			t.Errorf("%s %s is hidden", fig.Indicator, fig.Period.Code())
		}
		for _, g := range fig.Breakdown {
			if g.Status == Suppressed {
				t.Errorf("%s %s %s is hidden", fig.Indicator, fig.Period.Code(), g.Item)
			}
		}
	}
	if available < 50 {
		t.Errorf("only %d figures", available)
	}
}

// The same returns hide the same, in whatever order they are looked at.
func TestHidingIsDeterministic(t *testing.T) {
	s := roundStrategy()
	make := func() Result {
		rng := rand.New(rand.NewPCG(5, 5))
		return Compute(s, draws(s, rng, 8, func() int { return rng.IntN(9) }, 0))
	}
	first := make()
	for range 5 {
		if !reflect.DeepEqual(first, make()) {
			t.Fatal("two computations differ")
		}
	}
}

// BenchmarkDisclosure is the control of one measure that 50 projects return for
// ten years, by four dimensions, with every fourth number small.
func BenchmarkDisclosure(b *testing.B) {
	s := roundStrategy()
	dimensions := []int{5, 4, 6, 3}
	s.Dimensions, s.Projects = nil, nil
	var ids []string
	for n, items := range dimensions {
		d := Dimension{ID: fmt.Sprintf("d%d", n), Title: "D"}
		for i := range items {
			d.Items = append(d.Items, Item{ID: fmt.Sprint(i), Title: fmt.Sprint(i)})
		}
		s.Dimensions, ids = append(s.Dimensions, d), append(ids, d.ID)
	}
	s.Measures = []ReturnMeasure{{ID: "engaged", Title: "Engaged", Kind: CountMeasure, Unit: "young people", Breakdowns: ids, People: true}}
	s.Indicators = s.Indicators[:1]
	rng := rand.New(rand.NewPCG(7, 7))
	f := &Facts{Geography: NewGeography(), Returns: map[string][]AcceptedReturn{}}
	for n := range 50 {
		p := Project{ID: fmt.Sprintf("p%02d", n), Name: fmt.Sprint(n), Priority: "p", From: NewMonth(2015, time.January), Measures: []string{"engaged"}}
		s.Projects = append(s.Projects, p)
		for q := range 40 {
			ret := AcceptedReturn{Project: p.ID, Quarter: QuarterOf(p.From + Month(3*q)), Batch: int64(100*n + q)}
			total := 5 + rng.IntN(60)
			if rng.IntN(4) == 0 {
				total = rng.IntN(5)
			}
			ret.Values = append(ret.Values, ReturnValue{ReturnCell: ReturnCell{Measure: "engaged"}, Value: float64(total)})
			for d, items := range dimensions {
				left := total
				for i := range items {
					v := left
					if i < items-1 {
						v = rng.IntN(left + 1)
					}
					left -= v
					ret.Values = append(ret.Values, ReturnValue{ReturnCell: ReturnCell{"engaged", "", ids[d], fmt.Sprint(i)}, Value: float64(v)})
				}
			}
			f.Returns[p.ID] = append(f.Returns[p.ID], ret)
		}
	}
	for b.Loop() {
		hidden := 0
		for _, fig := range Compute(s, f).Figures {
			for _, g := range fig.Breakdown {
				if g.Status == Suppressed {
					hidden++
				}
			}
		}
		if hidden == 0 {
			b.Fatal("nothing is hidden")
		}
	}
}
