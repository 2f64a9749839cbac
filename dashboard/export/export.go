// Package export writes figures and reports as files that people take along:
// CSV, JSON, an Excel workbook and a zip of all, for the pages' downloads and for
// the command line alike. It writes what metrics made and computes nothing. It must not import the web or the store.
package export

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"outcomes/metrics"
)

// Columns are the columns of the CSV, in order. JSON objects have the same names.
var Columns = []string{
	"indicator", "priority", "area_code", "area_name", "period", "period_start", "period_end",
	"numerator", "denominator", "value", "lower", "upper", "unit", "status", "rank", "rank_of", "sentence",
	"shorthand", "reason", "denominator_source", "notes", "sample",
	"method", "direction", "verdict", "compared_with", "compared_period", "compared_value", "compared_numerator",
	"compared_ratio", "compared_lower", "compared_upper", "compared_rule", "compared_care", "not_compared_reason",
	"similar_value", "similar_direction", "similar_rank", "similar_of", "force_value", "force_direction",
	"england_value", "england_direction", "target_value", "target_direction",
	"provisional", "source", "revision", "made_at",
	"breakdown_by", "breakdown",
	"accountability",
}

// About is what a file says of its figures besides what they know themselves.
type About struct {
	Sample  bool              // they are invented
	Sources map[string]string // by indicator, where the counts come from
	// Accountable says by indicator whose figures they are: of the whole area, or
	// of projects in it and those who took part.
	Accountable map[string]metrics.Accountability
}

// AboutOf is what a file says of the figures of a strategy.
func AboutOf(s *metrics.Strategy, sample bool) About {
	out := About{Sample: sample, Sources: map[string]string{}, Accountable: map[string]metrics.Accountability{}}
	for _, ind := range s.Indicators {
		out.Sources[ind.ID], out.Accountable[ind.ID] = ind.Source, ind.Accountability
	}
	return out
}

// CSV writes figures as tidy CSV in UTF-8: one header row, one row a figure, and
// after a figure that is broken down one row a group of it, which is told from
// the figure by the columns breakdown_by and breakdown.
// A number that is missing or suppressed is an empty cell, and the columns
// status, shorthand and reason say which. No text cell can start a formula in
// a spreadsheet.
func CSV(w io.Writer, figures []metrics.Figure, about About) error {
	out := csv.NewWriter(w)
	if err := out.Write(Columns); err != nil {
		return err
	}
	return rows(out, figures, about)
}

// rowWriter takes the rows of a file: a csv.Writer, or what makes another file
// of the same rows.
type rowWriter interface {
	Write([]string) error
	Flush()
	Error() error
}

// rows writes the figures' rows, without the header.
func rows(out rowWriter, figures []metrics.Figure, about About) error {
	for _, f := range figures {
		f = shown(f)
		row := []string{
			text(f.Indicator), text(f.Priority), text(f.Area.Code), text(f.Area.Name),
			text(f.Period.Code()), f.Period.StartDate(), f.Period.EndDate(),
			number(f.Numerator), number(f.Denominator), number(f.Value), number(f.Lower), number(f.Upper),
			text(f.Unit), text(string(f.Status)), whole(f.Rank), whole(f.RankOf), text(f.Sentence),
			f.Shorthand(), text(f.Reason), text(f.Denominated), text(strings.Join(Notes(f), " ")),
			strconv.FormatBool(about.Sample),
		}
		s := summaryOf(f, about)
		row = append(row, text(s.Method), text(s.Direction), text(s.Verdict), text(s.With), text(s.Period), number(s.Value), number(s.Numerator),
			number(s.Ratio), number(s.Lower), number(s.Upper), text(s.Rule), text(s.Care), text(s.Why),
			number(s.Similar), text(s.SimilarDirection), whole(s.SimilarRank), whole(s.SimilarOf), number(s.Force), text(s.ForceDirection),
			number(s.England), text(s.EnglandDirection), number(s.Target), text(s.TargetDirection),
			strconv.FormatBool(s.Provisional), text(s.Source), strconv.Itoa(s.Revision), text(s.MadeAt), "", "", text(s.Accountability))
		if err := out.Write(row); err != nil {
			return err
		}
		for _, g := range breakdownOf(f) {
			if err := out.Write(groupRow(row, g)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// Record is a figure as JSON. Its names are the CSV's columns; numbers are
// null where they are not available.
type Record struct {
	Indicator         string   `json:"indicator"`
	Priority          string   `json:"priority"`
	AreaCode          string   `json:"area_code"`
	AreaName          string   `json:"area_name"`
	Period            string   `json:"period"`
	PeriodStart       string   `json:"period_start"`
	PeriodEnd         string   `json:"period_end"`
	Numerator         *float64 `json:"numerator"`
	Denominator       *float64 `json:"denominator"`
	Value             *float64 `json:"value"`
	Lower             *float64 `json:"lower"`
	Upper             *float64 `json:"upper"`
	Unit              string   `json:"unit"`
	Status            string   `json:"status"`
	Rank              *int     `json:"rank"`
	RankOf            *int     `json:"rank_of"`
	Sentence          string   `json:"sentence"`
	Shorthand         string   `json:"shorthand"`
	Reason            string   `json:"reason"`
	DenominatorSource string   `json:"denominator_source"`
	Notes             []string `json:"notes"`
	Sample            bool     `json:"sample"`
	summary
	Comparisons []comparison `json:"comparisons"`
	Statements  []statement  `json:"statements"`
	Breakdown   []part       `json:"breakdown"`
}

// part is one group of a figure that is broken down.
type part struct {
	By          string   `json:"breakdown_by"` // "project", "age", "deprivation"
	Label       string   `json:"breakdown"`
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"`
	Value       *float64 `json:"value"`
	Lower       *float64 `json:"lower"`
	Upper       *float64 `json:"upper"`
	Status      string   `json:"status"`
	Shorthand   string   `json:"shorthand"`
}

// breakdownOf are a figure's groups, each without the numbers that its status
// forbids. A figure that is suppressed can have groups that are shown; one that
// is missing has none to add up.
func breakdownOf(f metrics.Figure) []part {
	out := []part{}
	if f.Status == metrics.Missing {
		return out
	}
	for _, g := range f.Breakdown {
		p := part{By: g.By, Label: g.Label, Status: string(g.Status), Shorthand: g.Status.Shorthand()}
		if p.By == "" {
			p.By = "deprivation"
		}
		if g.Status == metrics.Available {
			p.Value, p.Lower, p.Upper = finite(g.Value), finite(g.Lower), finite(g.Upper)
		}
		if g.Status == metrics.Available || g.OfNobody() {
			p.Numerator, p.Denominator = finite(g.Numerator), finite(g.Denominator)
		}
		out = append(out, p)
	}
	return out
}

// groupRow is the row of a group under its figure's.
func groupRow(figure []string, g part) []string {
	at := map[string]string{
		"numerator": number(g.Numerator), "denominator": number(g.Denominator), "value": number(g.Value), "lower": number(g.Lower), "upper": number(g.Upper),
		"status": text(g.Status), "shorthand": g.Shorthand, "breakdown_by": text(g.By), "breakdown": text(g.Label),
	}
	out := make([]string, len(figure))
	for i, name := range Columns {
		switch name {
		case "indicator", "priority", "area_code", "area_name", "period", "period_start", "period_end", "unit", "sample", "method", "source", "revision", "made_at", "accountability":
			out[i] = figure[i]
		default:
			out[i] = at[name]
		}
	}
	return out
}

// summary is what a row says of how a figure was made and what it was set
// beside: the comparison in time first (compared_lower and compared_upper are
// of the ratio's interval), then the benchmarks.
type summary struct {
	Method           string   `json:"method"`
	Direction        string   `json:"direction"`
	Verdict          string   `json:"verdict"`
	With             string   `json:"compared_with"`
	Period           string   `json:"compared_period"`
	Value            *float64 `json:"compared_value"`
	Numerator        *float64 `json:"compared_numerator"`
	Ratio            *float64 `json:"compared_ratio"`
	Lower            *float64 `json:"compared_lower"`
	Upper            *float64 `json:"compared_upper"`
	Rule             string   `json:"compared_rule"`
	Care             string   `json:"compared_care"`
	Why              string   `json:"not_compared_reason"`
	Similar          *float64 `json:"similar_value"`
	SimilarDirection string   `json:"similar_direction"`
	SimilarRank      *int     `json:"similar_rank"`
	SimilarOf        *int     `json:"similar_of"`
	Force            *float64 `json:"force_value"`
	ForceDirection   string   `json:"force_direction"`
	England          *float64 `json:"england_value"`
	EnglandDirection string   `json:"england_direction"`
	Target           *float64 `json:"target_value"`
	TargetDirection  string   `json:"target_direction"`
	Provisional      bool     `json:"provisional"`
	Source           string   `json:"source"`
	Revision         int      `json:"revision"`
	MadeAt           string   `json:"made_at"`
	Accountability   string   `json:"accountability"` // "population" or "performance"
}

// summaryOf is of a figure without the numbers that its status forbids.
func summaryOf(f metrics.Figure, about About) summary {
	s := summary{Method: f.Method, Provisional: f.Provisional, Source: about.Sources[f.Indicator], Revision: f.Revision, MadeAt: f.MadeAt,
		Accountability: string(about.Accountable[f.Indicator])}
	for _, c := range f.Comparisons {
		value, direction := finite(c.Value), string(c.Direction)
		switch c.Kind {
		case metrics.InTime:
			s.Direction, s.Verdict, s.With, s.Period = direction, string(c.Verdict), c.With, c.Period
			s.Value, s.Numerator, s.Ratio, s.Lower, s.Upper = value, finite(c.Numerator), finite(c.Ratio), finite(c.Lower), finite(c.Upper)
			s.Rule, s.Care, s.Why = c.Rule, c.Care, c.Reason
		case metrics.WithSimilar:
			s.Similar, s.SimilarDirection = value, direction
			if c.Group != nil {
				s.SimilarRank, s.SimilarOf = &c.Group.Rank, &c.Group.Members
			}
		case metrics.WithForce:
			s.Force, s.ForceDirection = value, direction
		case metrics.WithEngland:
			s.England, s.EnglandDirection = value, direction
		case metrics.WithTarget:
			s.Target, s.TargetDirection = value, direction
		}
	}
	return s
}

type comparison struct {
	Kind      string   `json:"kind"`
	With      string   `json:"with"`
	Period    string   `json:"period"`
	Value     *float64 `json:"value"`
	Numerator *float64 `json:"numerator"`
	Direction string   `json:"direction"`
	Verdict   string   `json:"verdict"`
	Rule      string   `json:"rule"`
	Ratio     *float64 `json:"ratio"`
	Lower     *float64 `json:"lower"`
	Upper     *float64 `json:"upper"`
	Reason    string   `json:"reason"`
	Care      string   `json:"care"`
	Basis     string   `json:"basis"`
	Group     *group   `json:"group"`
}

// statement is a sentence besides the first; one that would not be fair is
// refused and says why.
type statement struct {
	About   string `json:"about"`
	Text    string `json:"text"`
	Refused bool   `json:"refused"`
}

// group is how similar areas spread; the comparison's value is their mean.
type group struct {
	Name          string   `json:"name"`
	Proposal      bool     `json:"proposal"`
	Members       int      `json:"members"`
	Rank          int      `json:"rank"`
	Least         *float64 `json:"least"`
	LowerQuartile *float64 `json:"lower_quartile"`
	Median        *float64 `json:"median"`
	UpperQuartile *float64 `json:"upper_quartile"`
	Greatest      *float64 `json:"greatest"`
	Values        []member `json:"values"`
}

type member struct {
	Code  string   `json:"area_code"`
	Name  string   `json:"area_name"`
	Value *float64 `json:"value"`
}

func groupOf(g *metrics.Group) *group {
	if g == nil {
		return nil
	}
	out := &group{Name: g.Name, Proposal: g.Proposal, Members: g.Members, Rank: g.Rank, Least: finite(&g.Least), LowerQuartile: finite(&g.LowerQuartile),
		Median: finite(&g.Median), UpperQuartile: finite(&g.UpperQuartile), Greatest: finite(&g.Greatest)}
	for _, m := range g.Values {
		out.Values = append(out.Values, member{m.Code, m.Name, finite(&m.Value)})
	}
	return out
}

// RecordOf is a figure without the numbers that its status forbids, with all
// comparisons and statements besides.
func RecordOf(f metrics.Figure, about About) Record {
	f = shown(f)
	r := Record{
		Indicator: f.Indicator, Priority: f.Priority, AreaCode: f.Area.Code, AreaName: f.Area.Name,
		Period: f.Period.Code(), PeriodStart: f.Period.StartDate(), PeriodEnd: f.Period.EndDate(),
		Numerator: finite(f.Numerator), Denominator: finite(f.Denominator),
		Value: finite(f.Value), Lower: finite(f.Lower), Upper: finite(f.Upper),
		Unit: f.Unit, Status: string(f.Status), Rank: f.Rank, RankOf: f.RankOf, Sentence: f.Sentence,
		Shorthand: f.Shorthand(), Reason: f.Reason, DenominatorSource: f.Denominated,
		Notes: Notes(f), Sample: about.Sample, summary: summaryOf(f, about), Comparisons: []comparison{}, Statements: []statement{},
	}
	for _, c := range f.Comparisons {
		r.Comparisons = append(r.Comparisons, comparison{string(c.Kind), c.With, c.Period, finite(c.Value), finite(c.Numerator),
			string(c.Direction), string(c.Verdict), c.Rule, finite(c.Ratio), finite(c.Lower), finite(c.Upper), c.Reason, c.Care, c.Basis, groupOf(c.Group)})
	}
	for _, s := range f.Statements {
		r.Statements = append(r.Statements, statement{s.About, s.Text, s.Refused})
	}
	r.Breakdown = breakdownOf(f)
	return r
}

// JSON writes figures as an array of objects named as the CSV's columns, with
// all comparisons and statements besides.
func JSON(w io.Writer, figures []metrics.Figure, about About) error {
	records := make([]Record, 0, len(figures))
	for _, f := range figures {
		records = append(records, RecordOf(f, about))
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(records)
}

// Notes are the sentences that must stand beside a figure, a break in its
// series among them.
func Notes(f metrics.Figure) []string {
	notes := append([]string{}, f.Notes...)
	if f.BreakBefore != "" {
		notes = append(notes, "Break in the series: "+f.BreakBefore)
	}
	return notes
}

// shown is the figure without the numbers that its status forbids. metrics has
// already taken them out; a file cannot be called back, so it is made sure of here.
func shown(f metrics.Figure) metrics.Figure {
	if f.Status == metrics.Available {
		return f
	}
	if !f.OfNobody() {
		f.Numerator, f.Denominator = nil, nil
	}
	f.Value, f.Lower, f.Upper, f.Rank, f.RankOf = nil, nil, nil, nil, nil
	f.Comparisons, f.Provisional = nil, false
	return f
}

// text makes a cell safe to open in a spreadsheet: one that would be taken for
// a formula is given an apostrophe. Control characters, at which some programs
// stop reading, are taken out.
func text(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\t' && c != '\r' && c != '\n' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

func number(v *float64) string {
	v = finite(v)
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// finite gives the number as files keep it. What is no number is none.
func finite(v *float64) *float64 {
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return nil
	}
	r := metrics.Kept(*v)
	return &r
}

func whole(v *int) string {
	if v == nil {
		return ""
	}
	return strconv.Itoa(*v)
}
