package metrics

// Strategy is a partnership's strategy: its areas, priorities and indicators.
// It is read from a file by package strategy; nothing in the code is about one city.
type Strategy struct {
	Name        string // "Young Persons Violence Prevention Strategy"
	Partnership string // who owns it
	ShortName   string // for the masthead
	From, To    int    // years
	Area        Area   // the district; Name may be empty until the lookups are in
	Force       Area   // the police force area; Code may be empty until the lookups are in
	Similar     SimilarGroup
	Priorities  []Priority
	Events      []Event
	Breaks      []Break
	Indicators  []Indicator

	Projects   []Project       // that return what they did, each quarter
	Measures   []ReturnMeasure // what they return
	Dimensions []Dimension     // by which people are told apart there
	Returns    ReturnRules

	// BuiltIn is true of the strategy that comes with the program.
	BuiltIn bool
	// Source is the file's text and SHA its SHA-256 in hex: figures remember
	// which strategy they were made with.
	Source []byte
	SHA    string
}

// SimilarGroup names the areas that a district is compared with.
//
// Groups are not symmetric: that X is in Y's group does not put Y in X's.
type SimilarGroup struct {
	Name     string // "most similar group, police.uk, 2019"
	Source   string
	Date     string   // when it was published, YYYY or YYYY-MM
	Proposal bool     // made by this program from open data, not the police.uk group
	Areas    []string // district codes, the own area among them or not
}

// Break is a happening that makes figures before, during or after it hard to
// compare: a change in recording, a lockdown, a move to another computer.
type Break struct {
	From   string // YYYY-MM, the first month that is different
	To     string // YYYY-MM, the last one; "" where everything since is different
	Label  string // 50 characters at most
	Reason string // a sentence for whoever compares across it
	Refuse bool   // comparisons across it are refused; else they carry the reason
	// Indicators and Areas limit what it touches; empty for all.
	Indicators []string
	Areas      []string
}

// Target is what an indicator is to come to, from where and by when.
type Target struct {
	Baseline   Milestone   // where it started
	Value      float64     // in the indicator's unit
	By         string      // period code
	Milestones []Milestone // on the way
}

// Milestone is a value at a period.
type Milestone struct {
	Period string // period code
	Value  float64
}

// Step is a month from which a process is known to run differently, so that
// its process limits are calculated anew.
type Step struct {
	From   string // YYYY-MM
	Reason string
}

// Priority is one of the strategy's priorities.
type Priority struct {
	ID       string // in addresses: "enforcement"
	Number   int
	Title    string
	Summary  string // what the priority is about, a sentence or two
	Question string // what a board member may ask
	WaitsFor string // what has to come in before a priority without data can say anything
}

// Event is a dated happening that charts mark.
type Event struct {
	Date  string // YYYY-MM-DD or YYYY-MM
	Label string // 50 characters at most
}

// Month is the month the event fell in.
func (e Event) Month() (Month, error) {
	if len(e.Date) < 7 {
		return ParseMonth(e.Date)
	}
	return ParseMonth(e.Date[:7])
}

// Accountability is one of the two kinds of indicator that are never mixed.
type Accountability string

const (
	Population  Accountability = "population"  // belongs to the whole city
	Performance Accountability = "performance" // belongs to a project and its participants
)

// Polarity says which way is good.
type Polarity string

const (
	HighGood   Polarity = "high"
	LowGood    Polarity = "low"
	NoJudgment Polarity = "none"
)

// ValueKind is how a value is made.
type ValueKind string

const (
	CrudeRate  ValueKind = "rate"       // events per so many residents
	Proportion ValueKind = "share"      // part of a whole, as a percentage
	Inequality ValueKind = "inequality" // a measure over the deprivation fifths of a rate
	Total      ValueKind = "total"      // a count, or pounds, added up over projects
)

// Asks is the question of Results-Based Accountability that a performance
// indicator answers.
type Asks string

const (
	HowMuch   Asks = "how-much"   // how much did we do?
	HowWell   Asks = "how-well"   // how well did we do it?
	BetterOff Asks = "better-off" // is anyone better off?
)

// InequalityMeasure is how the rates of the fifths are made into one number.
type InequalityMeasure string

const (
	Gap   InequalityMeasure = "gap"   // the most deprived fifth's rate less the least deprived fifth's
	Ratio InequalityMeasure = "ratio" // the one divided by the other
	SII   InequalityMeasure = "sii"   // slope index of inequality
	RII   InequalityMeasure = "rii"   // relative index of inequality
)

// Indicator is declared in the strategy file, not coded.
type Indicator struct {
	ID             string
	Title          string // "Violence and sexual offences"
	Noun           string // stands before "rate" in a sentence: "violence and sexual offences crime"
	Short          string // its name within a sentence, without an article: "violence"
	Counted        string // what the numerator counts, plural: "offences"
	Whole          string // what a share is of, plural: "offences with a known outcome"
	Priority       string // the priority's ID
	Accountability Accountability
	Asks           Asks // of a performance indicator
	Kind           ValueKind
	Measure        InequalityMeasure // of an inequality
	Numerator      Measure
	Denominator    Measure
	Per            float64 // 1000 for a rate per 1,000; 100 for a share
	Unit           string  // "per 1,000 residents"
	Polarity       Polarity
	Decimals       int
	Periods        []PeriodKind
	Comparators    []string // "corresponding-period", "force", "similar", "england", "target"
	Headline       bool     // shown on the overview
	Settles        int      // months until a figure is whole; younger ones are not compared
	Provisional    int      // the latest so many months may still be restated by the publisher
	Target         *Target
	Steps          []Step

	Definition string
	Rationale  string
	Source     string
	SourceURL  string
	Method     string // how value and interval are made
	Frequency  string
	Caveats    []string
}

// Measure says what a numerator or denominator is counted from.
type Measure struct {
	From         MeasureSource
	Categories   []string // crime types, for crimes and outcomes
	Outcomes     []string // outcomes that count; all when empty
	Except       []string // outcomes that do not count
	Domain       string   // of the Indices of Deprivation: "imd", "education", "income"
	MostDeprived int      // the most deprived so many per cent
	Returned     []string // measures of projects' returns; of a share, its numerator or denominator
	Part         string   // of a returned share that is added up by itself: its numerator, unless it says "denominator"
	Projects     []string // whose returns are added up; those of the indicator's priority when empty
	Label        string   // in words, for the page and the metadata
}

// MeasureSource is the kind of fact that a measure counts.
type MeasureSource string

const (
	FromCrimes      MeasureSource = "crimes"      // police.uk street-level files
	FromOutcomes    MeasureSource = "outcomes"    // the outcome column of the same
	FromResidents   MeasureSource = "residents"   // ONS mid-year estimates
	FromDeprivation MeasureSource = "deprivation" // English Indices of Deprivation
	FromReturns     MeasureSource = "returns"     // projects' quarterly returns
)

// Indicator gives the indicator with this id.
func (s *Strategy) Indicator(id string) (Indicator, bool) {
	for _, i := range s.Indicators {
		if i.ID == id {
			return i, true
		}
	}
	return Indicator{}, false
}

// Priority gives the priority with this id.
func (s *Strategy) Priority(id string) (Priority, bool) {
	for _, p := range s.Priorities {
		if p.ID == id {
			return p, true
		}
	}
	return Priority{}, false
}

// ByPriority gives the indicators of a priority, in the file's order.
func (s *Strategy) ByPriority(id string) []Indicator {
	var out []Indicator
	for _, i := range s.Indicators {
		if i.Priority == id {
			out = append(out, i)
		}
	}
	return out
}
