package sample

import (
	"bytes"
	"slices"

	"outcomes/ingest/returns"
	"outcomes/metrics"
)

// Fate is what becomes of an invented return.
type Fate string

const (
	Accepted  Fate = "accepted"
	Waiting   Fate = "waiting"   // for a decision
	Withdrawn Fate = "withdrawn" // after it was accepted
)

// Return is an invented return of a project, as it would be handed in.
type Return struct {
	Project metrics.Project
	Quarter metrics.Period
	Name    string // the file's
	Body    []byte
	Fate    Fate
}

// lastQuarter is the newest for which there are invented returns.
var lastQuarter = metrics.QuarterOf(metrics.NewMonth(2019, 9))

// Returns invents the returns of a strategy's projects, the oldest quarter
// first. Of the newest quarter one project is late, one return waits with a
// number that jumps, and one is withdrawn again.
func Returns(s *metrics.Strategy) ([]Return, error) {
	var out []Return
	held := map[string][]metrics.AcceptedReturn{}
	for q := metrics.QuarterOf(metrics.NewMonth(2018, 10)); q.Last <= lastQuarter.Last; q = metrics.QuarterOf(q.Last + 1) {
		for _, p := range s.Projects {
			if !p.Runs(q) || q == lastQuarter && p.ID == lateProject {
				continue
			}
			r := Return{Project: p, Quarter: q, Name: p.ID + "-" + q.Code() + ".xlsx", Fate: Accepted}
			if q == lastQuarter {
				switch p.ID {
				case waitingProject:
					r.Fate = Waiting
				case withdrawnProject:
					r.Fate = Withdrawn
				}
			}
			values := invent(s, p, q, held[p.ID], r.Fate == Waiting)
			var b bytes.Buffer
			if err := returns.Filled(&b, s, p, q, returns.Held{Before: held[p.ID]}, true, values); err != nil {
				return nil, err
			}
			r.Body = b.Bytes()
			out = append(out, r)
			held[p.ID] = append(held[p.ID], metrics.AcceptedReturn{Project: p.ID, Quarter: q, Values: values})
		}
	}
	return out, nil
}

const (
	lateProject      = "catch22-assemblies"
	waitingProject   = "magistrates-in-schools"
	withdrawnProject = "primary-panels"
)

// level is about how much a project returns in a quarter of a measure.
type level struct {
	count int64
	of    int64 // of a share: how many were asked
	of100 int64 // and how many in a hundred said yes
}

var levels = map[string]level{
	"referrals-received":     {count: 25},
	"referrals-accepted":     {count: 20},
	"young-people-engaged":   {count: 17},
	"young-people-completed": {count: 12},
	"young-people-improved":  {count: 8},
	"hospital-attendances":   {count: 26},
	"hospital-met":           {count: 15},
	"hospital-represented":   {of: 14, of100: 14},
	"pupils-reached":         {count: 340},
	"schools-taking-part":    {of: 24, of100: 42},
	"professionals-trained":  {count: 28},
	"panel-meetings":         {count: 3},
	"cases-discussed":        {count: 14},
	"co-production":          {count: 13},
	"decisions-shaped":       {count: 3},
	"feel-safe":              {of: 150, of100: 61},
	"campaign-aware":         {of: 150, of100: 34},
	"spend":                  {count: 18400},
	"budget":                 {count: 20000},
}

// throughReferral are the totals since the start of the two projects whose
// referral process the report speaks of: 170 together by September 2019.
var throughReferral = map[string][]int{
	"early-intervention-youth-fund": {21, 45, 70, 97},
	"strengthening-families":        {16, 35, 53, 73},
}

// season is how busy a calendar quarter is, in hundredths.
var season = [4]int64{104, 108, 82, 106}

// weights say how those whom a project works with are told apart, roughly.
var weights = map[string][]int{
	"age":          {6, 34, 38, 19, 3},
	"sex":          {31, 63, 1, 5},
	"ethnic-group": {17, 19, 13, 41, 4, 6},
}

// invent gives the numbers of one return. Every number is made up.
func invent(s *metrics.Strategy, p metrics.Project, q metrics.Period, before []metrics.AcceptedReturn, jumps bool) []metrics.ReturnValue {
	var out []metrics.ReturnValue
	add := func(c metrics.ReturnCell, v float64) { out = append(out, metrics.ReturnValue{ReturnCell: c, Value: v}) }
	ceiling := map[string]int{} // of a measure that is a part of another
	fell := map[string][]int{}  // how a measure's people fall into groups
	for _, id := range p.Measures {
		m, ok := s.ReturnMeasure(id)
		if !ok {
			continue
		}
		r := randomFor("return", p.ID, q.Code(), id)
		l := levels[id]
		if l == (level{}) { // a measure of another strategy
			l = level{count: 20, of: 40, of100: 50}
		}
		grown := 85 + 5*int64(len(before)) // work starts slowly
		busy := season[int(q.Last.Of())/3-1] * min(grown, 105) / 100
		switch m.Kind {
		case metrics.MoneyMeasure:
			v := l.count
			if id != "budget" {
				v += int64(r.below(3000)) - 1500
			}
			pence := 0.0
			if id != "budget" {
				pence = float64(r.below(100)) / 100
			}
			add(metrics.ReturnCell{Measure: id}, float64(v)+pence)
		case metrics.ShareMeasure, metrics.SurveyMeasure:
			of := int(l.of)
			if m.People {
				of = max(1, r.around(l.of*busy*10))
			}
			yes := min(of, r.around(int64(of)*min(l.of100*grown/90, 95)*10))
			add(metrics.ReturnCell{Measure: id, Part: metrics.Numerator}, float64(yes))
			add(metrics.ReturnCell{Measure: id, Part: metrics.Denominator}, float64(of))
		default:
			n := r.around(l.count * busy * 10)
			if m.Cumulative {
				n = total(p.ID, id, before, n)
			}
			if top, ok := ceiling[m.PartOf]; ok {
				n = min(n, top)
			}
			for _, by := range m.Breakdowns { // no more than there are in the groups that it is asked by
				d, _ := s.Dimension(by)
				if whole := fell[m.PartOf+" "+by]; whole != nil {
					n = min(n, sum(asked(m, d, whole)))
				}
			}
			ceiling[id] = n
			if jumps && len(out) == 0 {
				n *= 3
			}
			if id == "co-production" && len(before) == 0 {
				out = append(out, metrics.ReturnValue{ReturnCell: metrics.ReturnCell{Measure: id}, NotAvailable: true})
				break
			}
			add(metrics.ReturnCell{Measure: id}, float64(n))
			for _, by := range m.Breakdowns {
				d, _ := s.Dimension(by)
				r := randomFor("return", p.ID, q.Code(), id, by)
				likely := weights[by]
				if len(likely) != len(d.Items) {
					likely = slices.Repeat([]int{1}, len(d.Items))
				}
				groups := shareOut(r, n, asked(m, d, likely))
				if whole := fell[m.PartOf+" "+by]; whole != nil { // some of those who are counted there
					groups = drawFrom(r, n, asked(m, d, whole))
				}
				fell[id+" "+by] = groups
				for i, k := range groups {
					if m.Asks(by, d.Items[i].ID) {
						add(metrics.ReturnCell{Measure: id, Dimension: by, Item: d.Items[i].ID}, float64(k))
					}
				}
			}
		}
	}
	return out
}

// total is a measure's total since the start: the one that the report gives, or
// the quarter's number on top of the one before.
func total(project, measure string, before []metrics.AcceptedReturn, n int) int {
	if list := throughReferral[project]; len(before) < len(list) {
		return list[len(before)]
	}
	if len(before) > 0 {
		for _, v := range before[len(before)-1].Values {
			if v.ReturnCell == (metrics.ReturnCell{Measure: measure}) {
				return int(v.Value) + n
			}
		}
	}
	return n
}

// asked are the numbers of a dimension's groups, 0 for those that the measure is not asked by.
func asked(m metrics.ReturnMeasure, d metrics.Dimension, groups []int) []int {
	out := slices.Clone(groups)
	for i, item := range d.Items {
		if !m.Asks(d.ID, item.ID) {
			out[i] = 0
		}
	}
	return out
}

func sum(groups []int) int {
	n := 0
	for _, k := range groups {
		n += k
	}
	return n
}

// shareOut lets n people fall into groups, by weights.
func shareOut(r *random, n int, weights []int) []int {
	out := make([]int, len(weights))
	all := sum(weights)
	for range n {
		out[pick(weights, r.below(all))]++
	}
	return out
}

// drawFrom takes n people from groups of so many.
func drawFrom(r *random, n int, groups []int) []int {
	out, left := make([]int, len(groups)), slices.Clone(groups)
	for all := sum(left); n > 0 && all > 0; n, all = n-1, all-1 {
		i := pick(left, r.below(all))
		out[i]++
		left[i]--
	}
	return out
}

// pick is the group that the at-th of all belongs to.
func pick(groups []int, at int) int {
	for i, k := range groups {
		if at -= k; at < 0 {
			return i
		}
	}
	return len(groups) - 1
}
