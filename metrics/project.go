package metrics

import (
	"fmt"
	"slices"
	"time"
)

// Project is one that tells the partnership each quarter what it did.
type Project struct {
	ID       string // in addresses and files: "early-intervention-youth-fund"
	Name     string
	Lead     string // the organisation that leads it, and returns
	Priority string // the priority's ID
	Summary  string // what it does, a sentence
	From     Month  // the first month of its work
	To       Month  // the last one; 0 while it runs
	Measures []string
}

// Runs says whether the project owes a return for the quarter: it worked in at
// least one of the quarter's months.
func (p Project) Runs(quarter Period) bool {
	return p.From <= quarter.Last && (p.To == 0 || p.To >= quarter.First)
}

// MeasureKind is what kind of number a project returns.
type MeasureKind string

const (
	CountMeasure  MeasureKind = "count"  // a whole number
	ShareMeasure  MeasureKind = "share"  // so many of so many, both whole numbers and both returned
	MoneyMeasure  MeasureKind = "money"  // pounds, with pence
	SurveyMeasure MeasureKind = "survey" // so many of those who answered a survey
)

// Parts of a measure that a return holds: one for a count or money, two for a share.
const (
	TheCount    = ""            // of a count or of money
	Numerator   = "numerator"   // of a share: those of whom it is true
	Denominator = "denominator" // of a share: all of whom it was asked
)

// ReturnMeasure is what projects are asked for each quarter. Indicators are
// made from these by adding projects up.
type ReturnMeasure struct {
	ID         string // "referrals-accepted"
	Title      string // "Referrals accepted"
	Definition string // what counts and what does not
	Kind       MeasureKind
	Unit       string // what is counted, plural: "young people", "meetings", "pounds"
	Of         string // what a share is of, plural: "young people who completed"
	Polarity   Polarity
	Breakdowns []string // dimensions by which the count, or the share's numerator and denominator, is returned too
	// Without are the items of those dimensions by which it is not asked, because
	// it counts nobody there: of a measure of people under 25, the age band 25.
	Without map[string][]string
	// Cumulative says that projects return the total since their start, not
	// the quarter's: the quarter's is the difference.
	Cumulative bool
	// PartOf is the measure whose count this one's is among: in no return, and in
	// no group of it, is it larger. "" where there is none.
	PartOf string
	// People says that it counts people, so that small counts are suppressed.
	People bool
}

// Parts are the numbers that a return holds for the measure, in order.
func (m ReturnMeasure) Parts() []string {
	if m.Kind == ShareMeasure || m.Kind == SurveyMeasure {
		return []string{Numerator, Denominator}
	}
	return []string{TheCount}
}

// Asks says whether the measure is returned for an item of a dimension.
func (m ReturnMeasure) Asks(dimension, item string) bool {
	return slices.Contains(m.Breakdowns, dimension) && !slices.Contains(m.Without[dimension], item)
}

// ItemsOf are the items of a dimension that the measure is returned by, in order.
func (m ReturnMeasure) ItemsOf(d Dimension) []Item {
	return slices.DeleteFunc(slices.Clone(d.Items), func(i Item) bool { return !m.Asks(d.ID, i.ID) })
}

// Whole says whether the measure's numbers are whole ones.
func (m ReturnMeasure) Whole() bool { return m.Kind != MoneyMeasure }

// Dimension is a way in which people are told apart in a return.
type Dimension struct {
	ID    string // "age"
	Title string // "Age band"
	Items []Item // every person falls in exactly one
}

// Item is one value of a dimension.
type Item struct {
	ID    string // "10-14"
	Title string // "10 to 14"
}

// ReturnRules is how the quarterly round goes.
type ReturnRules struct {
	DueDays int // a return is due so many days after the quarter's end
	// Small is the largest count of people that is suppressed; counts from 1
	// to it are.
	Small int
}

// Due is the day on which the returns of a quarter are due, midnight UTC.
func (r ReturnRules) Due(quarter Period) time.Time {
	return quarter.Last.End().AddDate(0, 0, r.DueDays)
}

// Project gives the project with this id.
func (s *Strategy) Project(id string) (Project, bool) {
	for _, p := range s.Projects {
		if p.ID == id {
			return p, true
		}
	}
	return Project{}, false
}

// ReturnMeasure gives the measure with this id.
func (s *Strategy) ReturnMeasure(id string) (ReturnMeasure, bool) {
	for _, m := range s.Measures {
		if m.ID == id {
			return m, true
		}
	}
	return ReturnMeasure{}, false
}

// Dimension gives the dimension with this id.
func (s *Strategy) Dimension(id string) (Dimension, bool) {
	for _, d := range s.Dimensions {
		if d.ID == id {
			return d, true
		}
	}
	return Dimension{}, false
}

// ReturnCell names one number of a return. Dimension and Item are empty for
// the total.
type ReturnCell struct {
	Measure   string
	Part      string
	Dimension string
	Item      string
}

// Cells are the numbers that a return of the project holds, in the order of
// its workbook: measure by measure, its total, then its breakdowns.
func (s *Strategy) Cells(p Project) []ReturnCell {
	var out []ReturnCell
	for _, id := range p.Measures {
		m, ok := s.ReturnMeasure(id)
		if !ok {
			continue
		}
		for _, part := range m.Parts() {
			out = append(out, ReturnCell{id, part, "", ""})
		}
		for _, by := range m.Breakdowns {
			d, _ := s.Dimension(by)
			for _, item := range m.ItemsOf(d) {
				for _, part := range m.Parts() {
					out = append(out, ReturnCell{id, part, by, item.ID})
				}
			}
		}
	}
	return out
}

// ReturnValue is one number of a return, with the place in the workbook that it came from.
type ReturnValue struct {
	ReturnCell
	Value float64
	// NotAvailable is true where the project says that it has no number ([x]); Value is 0 then.
	NotAvailable bool
	Sheet, Cell  string // "Referrals", "D7"
}

// AcceptedReturn is the return of a project for a quarter that an analyst accepted.
type AcceptedReturn struct {
	Project string
	Quarter Period
	Batch   int64
	Values  []ReturnValue
}

// QuarterInWords is a calendar quarter as people who plan by financial years
// read it: "January to March 2019 (quarter 4 of 2018-19)".
func QuarterInWords(q Period) string {
	fy := q.First.Year()
	if q.First.Of() < time.April {
		fy--
	}
	n := (int(q.First.Of())+8)%12/3 + 1
	return fmt.Sprintf("%s to %s (quarter %d of %d-%02d)", q.First.Of(), q.Last.Name(), n, fy, (fy+1)%100)
}
