package metrics

// Status tells a figure's three states apart, from the store to the tooltip.
type Status string

const (
	Available  Status = "available"
	Missing    Status = "missing"    // [x]: there is nothing to make it from
	Suppressed Status = "suppressed" // [c]: there is, and it may not be shown
)

// Shorthand is the status as spreadsheets write it: "", "[x]" or "[c]".
func (s Status) Shorthand() string {
	switch s {
	case Missing:
		return "[x]"
	case Suppressed:
		return "[c]"
	}
	return ""
}

// ProvisionalMark is the shorthand of a figure that may still be restated.
const ProvisionalMark = "[p]"

// RevisedMark is the shorthand of a figure that has another value than in the
// report before.
const RevisedMark = "[r]"

// Shorthand is what a table or file writes for the figure's state: that of its
// status; "[p]" for one that is provisional, "[r]" for one that is revised, "[p] [r]"
// for one that is both, "" for any other that is available.
func (f Figure) Shorthand() string {
	switch {
	case f.Status != Available:
		return f.Status.Shorthand()
	case f.Provisional && f.Revised:
		return ProvisionalMark + " " + RevisedMark
	case f.Provisional:
		return ProvisionalMark
	case f.Revised:
		return RevisedMark
	}
	return ""
}

// Figure is one value of one indicator for one area and one period, with all
// that a page or an export says of it. Nothing after metrics computes.
type Figure struct {
	ID       int64  // given by the store
	Revision int    // 1 for the first; given by the store
	MadeAt   string // when this revision was stored, RFC 3339; given by the store

	Indicator string // the indicator's id
	Priority  string // the priority's id
	Area      Area
	Period    Period

	Status Status
	// Provisional says that its latest months may still be restated by the
	// publisher; marked [p]. Never true of a figure that is not available.
	Provisional bool
	Reason      string // why it is missing or suppressed, a sentence without the full stop

	// Numbers are nil where they are not available; a zero is a zero.
	Numerator, Denominator *float64
	Value, Lower, Upper    *float64 // in the indicator's unit; the limits are of the 95% interval
	Unit                   string
	Rank, RankOf           *int // 1 is the largest value; among the edition's own districts

	Method      string       // of the interval: "Byar", "Exact", "Wilson", or "" where none applies
	Denominated string       // which denominator: "ONS mid-2022 estimate"
	Revised     bool         // in a report: it has another value than in the report before
	Notes       []string     // sentences that must stand beside the value
	BreakBefore string       // why the figure is not comparable with the one before it, "" when it is
	Comparisons []Comparison // the one in time first
	Sentence    string       // the first of the statements, or why there is no figure
	Statements  []Statement  // what else can be said of it, in order
	Batches     []int64      // what it was made from, by the store's numbers, in order
	Breakdown   []GroupValue // of an inequality: its groups, the most deprived first; of returns: by project, then by each dimension
}

// GroupValue is one group of a figure that compares groups. Numbers are nil
// where they are not available; a share of nobody has its counts, both 0.
type GroupValue struct {
	By                     string // what the groups are told apart by: "" for deprivation, "project", or a dimension's ID
	Item                   string // the project's or the item's ID; "" for deprivation
	Label                  string // "Most deprived fifth"
	Numerator, Denominator *float64
	Value, Lower, Upper    *float64 // in the unit of a rate, a share or a total, with its 95% interval where it has one
	Status                 Status
}

// OfNobody says that a share is missing because there was nobody to take it of:
// its counts are known all the same, and 0.
func (f Figure) OfNobody() bool { return ofNobody(f.Status, f.Denominator) }

// OfNobody says the same of a group.
func (g GroupValue) OfNobody() bool { return ofNobody(g.Status, g.Denominator) }

func ofNobody(status Status, denominator *float64) bool {
	return status == Missing && denominator != nil && *denominator == 0
}

// Revision is one reading of a figure through time.
type Revision struct {
	Figure  Figure
	Current bool
	Cause   string // what made it read so: "import police"
}

// Statement is a sentence made from a figure and one of its comparisons. One
// that would not be fair is refused, and says why instead.
type Statement struct {
	About   string // "similar", "force", "england", "target", "chance"
	Text    string
	Refused bool
}

// Direction is what a comparison found.
type Direction string

const (
	Up          Direction = "up"
	Down        Direction = "down"
	AboutSame   Direction = "about the same"
	NotCompared Direction = "not compared"

	// With a benchmark of the same period.
	Higher  Direction = "higher"
	Lower   Direction = "lower"
	Similar Direction = "about the same"

	// With a target.
	Met      Direction = "met"
	OnTrack  Direction = "on track"
	OffTrack Direction = "off track"
)

// Verdict is the direction read with the indicator's polarity.
type Verdict string

const (
	Better     Verdict = "better"
	Worse      Verdict = "worse"
	Same       Verdict = "same"
	NoVerdict  Verdict = "none" // up or down where neither is good
	NoCompared Verdict = "not compared"
)

// Comparison sets a figure beside another one. Rule names the test that spoke.
type Comparison struct {
	Kind      ComparisonKind
	With      string    // "corresponding quarter", "previous year ending", "similar areas"
	Period    string    // code of the other's period
	Value     *float64  // the other's value: for similar areas the mean of the members' values
	Numerator *float64  // the other's numerator, where it has one
	Direction Direction // of the figure from the other
	Verdict   Verdict
	Rule      string   // "up or down where the 95% interval of the ratio of the two rates leaves out 1"
	Ratio     *float64 // this / other, for two rates in time
	Lower     *float64 // of the ratio's 95% interval
	Upper     *float64
	Reason    string // why not compared
	Care      string // what has to be said beside it: a lockdown, a change in recording
	Basis     string // what the other's value was made from, where it is no figure of its own
	Group     *Group // of a comparison with similar areas
}

// ComparisonKind is what a figure is set beside.
type ComparisonKind string

const (
	InTime      ComparisonKind = "time"
	WithSimilar ComparisonKind = "similar"
	WithForce   ComparisonKind = "force"
	WithEngland ComparisonKind = "england"
	WithTarget  ComparisonKind = "target"
)

// Group is how the members of a similar group spread, and where the figure stands.
type Group struct {
	Date                                                  string // when the group was published or proposed, YYYY or YYYY-MM
	Name                                                  string
	Proposal                                              bool // made by this program, not the police.uk group
	Members                                               int  // the area itself among them
	Rank                                                  int  // 1 has the highest value; equal values share a rank
	Least, LowerQuartile, Median, UpperQuartile, Greatest float64
	Values                                                []Member // in order of value, the highest first
}

// Member is one area of a group.
type Member struct {
	Code, Name string
	Value      float64
}

// FigureFilter chooses figures. Empty fields choose all.
type FigureFilter struct {
	Indicator string
	Priority  string
	Areas     []string // area codes
	Kind      PeriodKind
	Period    string // period code
	Status    Status
	// From and To are the first and the last month that a period may end in; 0 for any.
	From, To Month
	// After and Limit choose a part of the list: at most so many, behind this place of it.
	After *FigureKey
	Limit int
	// Brief leaves out what a page of many figures does not show and what is
	// most of them to read: the groups of similar areas, the statements but for
	// Sentence, the batches and the breakdown.
	Brief bool
}

// FigureKey names a figure, whichever reading of it is in force.
type FigureKey struct {
	Indicator, Area string // its id, its code
	Period          Period
}

// Key is the figure's name.
func (f Figure) Key() FigureKey { return FigureKey{f.Indicator, f.Area.Code, f.Period} }

// State is what the store holds as a whole.
type State struct {
	Sample      bool   // the facts are invented
	MadeAt      string // when the figures were last computed, RFC 3339; "" for never
	Behind      bool   // facts were read after the figures were made: an import was cut short
	Version     int64  // of the facts: another one after every import; 0 before the first
	Mapped      bool   // there are maps of small areas, and outlines to draw them with
	StrategySHA string // of the strategy that the figures were made with; "" for none
}
