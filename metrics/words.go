package metrics

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"outcomes/metrics/stats"
)

// This file is the one place that writes sentences from figures, in the forms
// of police.uk's and the council's reports. Plain words, the numbers after
// them, no causes and no adjectives.

// Decimal writes a number with so many decimals and commas between thousands.
func Decimal(x float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, part, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if part != "" {
		whole += "." + part
	}
	if x < 0 && strings.Trim(whole, "0.,") != "" {
		whole = "-" + whole
	}
	return whole
}

// Whole writes a count with commas between thousands.
func Whole(n int64) string { return Decimal(float64(n), 0) }

// Ordinal writes 1st, 2nd, 3rd, 11th, 112th.
func Ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return Whole(int64(n)) + suffix
}

// listed joins words as people do: "a", "a and b", "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// listedNames lists names, which may hold a comma or an "and" of their own:
// "Bristol, City of; Brighton and Hove; and Southampton".
func listedNames(names []string) string {
	for _, n := range names {
		if len(names) > 1 && (strings.Contains(n, ", ") || strings.Contains(n, " and ")) {
			return strings.Join(names[:len(names)-1], "; ") + "; and " + names[len(names)-1]
		}
	}
	return listed(names)
}

// Place is an area's name as it stands in a sentence.
func (a Area) Place() string {
	name := named(a.Name, a.Code)
	if a.Kind == Force {
		return "the " + name + " force area"
	}
	return name
}

// named is a name as it stands in a sentence: on one line, and the code where
// there is none.
func named(name, code string) string {
	for _, s := range []string{name, code} {
		if s = strings.Join(strings.Fields(s), " "); s != "" {
			return s
		}
	}
	return "this area"
}

// because is a reason as it stands after a colon: on one line, without a full
// stop, and without the kind of error that it came as.
func because(reason string) string {
	for _, kind := range []error{stats.ErrNotAvailable, stats.ErrInvalid} {
		reason = strings.TrimPrefix(reason, kind.Error()+": ")
	}
	if reason = strings.TrimRight(strings.Join(strings.Fields(reason), " "), ". "); reason == "" {
		return "no reason is recorded"
	}
	return reason
}

// filesOf says of a force's files for months what one of them, or several, do.
func filesOf(force string, months []string, one, several string) string {
	if len(months) == 1 {
		return fmt.Sprintf("the %s file for %s %s", force, months[0], one)
	}
	return fmt.Sprintf("the %s files for %s %s", force, listed(months), several)
}

// nothingToShare is why there is no share where its denominator is 0.
func nothingToShare(ind Indicator) string {
	return fmt.Sprintf("there were no %s to take a share of", whole(ind))
}

// howMany is a count with what it counts: "1 offence", "3,494 offences".
func howMany(n float64, plural string) string {
	if n == 1 {
		plural = one(plural)
	}
	return Decimal(n, 0) + " " + plural
}

// one is the singular of what is counted: "offence" of "offences", "offence
// with a known outcome" of "offences with a known outcome".
func one(plural string) string {
	head, rest := plural, ""
	for _, after := range []string{" with ", " of ", " in ", " that ", " who ", " among "} {
		if at := strings.Index(head, after); at >= 0 {
			head, rest = head[:at], head[at:]+rest
		}
	}
	switch {
	case strings.HasSuffix(head, "people"):
		head = strings.TrimSuffix(head, "people") + "person"
	case strings.HasSuffix(head, "children"):
		head = strings.TrimSuffix(head, "ren")
	case strings.HasSuffix(head, "ies"):
		head = strings.TrimSuffix(head, "ies") + "y"
	case !strings.HasSuffix(head, "ss"):
		head = strings.TrimSuffix(head, "s")
	}
	return head + rest
}

// Amount writes a figure's value with its unit, in the indicator's decimals:
// "9.8 per 1,000 residents", "14.4%".
func Amount(ind Indicator, value float64) string {
	if ind.Kind == Proportion {
		return Decimal(value, ind.Decimals) + "%"
	}
	if ind.Unit == Pounds {
		return pounds(value, ind.Decimals)
	}
	return strings.TrimRight(Decimal(value, ind.Decimals)+" "+ind.Unit, " ") // a total has no unit
}

// bare is the value without its unit, for the second number in a sentence.
func bare(ind Indicator, value float64) string {
	if ind.Kind == Proportion || ind.Unit == Pounds {
		return Amount(ind, value)
	}
	return Decimal(value, ind.Decimals)
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// lower begins a text with a small letter, but not an abbreviation.
func lower(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	if next, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsUpper(next) {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}

// missingSentence says why there is no figure, or why it is not shown.
func missingSentence(fig Figure) string {
	return missing(fig, fig.Area.Place()+" for "+fig.Period.Phrase())
}

func missing(fig Figure, of string) string {
	if fig.Status == Suppressed {
		return fmt.Sprintf("The figure for %s is not shown: %s.", of, because(fig.Reason))
	}
	return fmt.Sprintf("There is no figure for %s: %s.", of, because(fig.Reason))
}

// sentence says what a figure of a monthly series reads, beside the force
// area's where that is given.
func sentence(ind Indicator, fig Figure, force *Figure) string {
	if fig.Status != Available {
		return missingSentence(fig)
	}
	var s string
	cmp, ok := firstComparison(fig)
	compared := ok && cmp.Direction != NotCompared
	switch {
	case ind.Kind == Proportion:
		s = shareSentence(ind, fig, cmp, compared)
	case compared && fig.Period.Kind == Quarter:
		s = changeSentence(ind, fig, cmp, force)
	default:
		s = levelSentence(ind, fig, cmp, compared)
	}
	if ok && !compared {
		return s + notCompared(cmp)
	}
	return s + withCare(cmp)
}

// notCompared is the sentence that a figure is not compared in time, and why.
func notCompared(cmp Comparison) string {
	with := cmp.With
	if with == "" {
		with = "period a year earlier"
	}
	return fmt.Sprintf(" It is not compared with the %s: %s.", with, because(cmp.Reason))
}

// firstComparison is the comparison in time, which a figure's sentence tells.
func firstComparison(fig Figure) (Comparison, bool) { return fig.Comparison(InTime) }

// Comparison gives the figure's comparison of a kind.
func (f Figure) Comparison(kind ComparisonKind) (Comparison, bool) {
	for _, c := range f.Comparisons {
		if c.Kind == kind {
			return c, true
		}
	}
	return Comparison{}, false
}

// changeSentence is the form of police.uk's quarterly comparison, which the
// council's report quotes.
func changeSentence(ind Indicator, fig Figure, cmp Comparison, force *Figure) string {
	places := fmt.Sprintf("%s in %s", cmp.Direction, fig.Area.Place())
	if force != nil {
		if f, ok := firstComparison(*force); ok && f.Direction != NotCompared {
			if f.Direction == AboutSame && cmp.Direction == AboutSame {
				places += " and in " + force.Area.Place()
			} else {
				places += fmt.Sprintf(" and %s in %s", f.Direction, force.Area.Place())
			}
		}
	}
	return fmt.Sprintf("In %s, %s rates were %s, compared with the corresponding quarter in %d. The rate in %s was %s (%s), %s %s (%s).",
		fig.Period.Phrase(), ind.Noun, places, fig.Period.Last.Year()-1,
		fig.Area.Place(), Amount(ind, *fig.Value), howMany(*fig.Numerator, ind.Counted), fromOrAgainst(cmp),
		bare(ind, *cmp.Value), Decimal(*cmp.Numerator, 0))
}

func fromOrAgainst(cmp Comparison) string {
	if cmp.Direction == AboutSame {
		return "against"
	}
	return "from"
}

func levelSentence(ind Indicator, fig Figure, cmp Comparison, compared bool) string {
	s := fmt.Sprintf("In %s, the %s rate in %s was %s (%s)",
		fig.Period.Phrase(), ind.Noun, fig.Area.Place(), Amount(ind, *fig.Value), howMany(*fig.Numerator, ind.Counted))
	if compared {
		s += change(ind, fig, cmp)
	}
	return s + "."
}

func shareSentence(ind Indicator, fig Figure, cmp Comparison, compared bool) string {
	s := fmt.Sprintf("In %s, in %s, the %s was %s (%s of %s)",
		fig.Area.Place(), fig.Period.Phrase(), ind.Noun, Amount(ind, *fig.Value), Decimal(*fig.Numerator, 0), howMany(*fig.Denominator, whole(ind)))
	if compared {
		s += change(ind, fig, cmp)
	}
	return s + "."
}

// whole names what a share is of.
func whole(ind Indicator) string {
	if ind.Whole != "" {
		return ind.Whole
	}
	return ind.Counted
}

// change is the half-sentence that sets a figure beside the one a year earlier.
func change(ind Indicator, fig Figure, cmp Comparison) string {
	when := "in the corresponding quarter in " + strconv.Itoa(fig.Period.Last.Year()-1)
	if before, ok := fig.Period.YearBefore(); ok && fig.Period.Kind != Quarter {
		when = "in " + before.Phrase()
	}
	then := bare(ind, *cmp.Value) + " " + when
	if ind.Kind != Inequality { // whose numbers are not one count
		then = fmt.Sprintf("%s (%s) %s", bare(ind, *cmp.Value), Decimal(*cmp.Numerator, 0), when)
	}
	if cmp.Direction == AboutSame {
		return ", about the same as " + then
	}
	return fmt.Sprintf(", %s from %s", cmp.Direction, then)
}

// statements says what a figure's benchmarks and its target tell, and what
// change could be told from chance.
func statements(ind Indicator, fig Figure) []Statement {
	var out []Statement
	if fig.Status != Available {
		return nil
	}
	for _, cmp := range fig.Comparisons {
		if cmp.Kind == InTime {
			continue
		}
		out = append(out, statement(ind, fig, cmp))
	}
	if n, ok := fallFromChance(ind, fig); ok {
		out = append(out, Statement{About: "chance", Text: fmt.Sprintf("A fall of at least %s %s in a quarter would be needed before it could be told from chance.", Whole(n), ind.Counted)})
	}
	return out
}

func statement(ind Indicator, fig Figure, cmp Comparison) Statement {
	about := string(cmp.Kind)
	if cmp.Direction == NotCompared {
		return Statement{About: about, Refused: true, Text: fmt.Sprintf("For %s, %s is not compared with %s: %s.", fig.Period.Phrase(), fig.Area.Place(), cmp.With, because(cmp.Reason))}
	}
	subject := fmt.Sprintf("In %s, the %s in %s was", fig.Period.Phrase(), measuredWords(ind), fig.Area.Place())
	if ind.Kind == Proportion { // its noun may end in a place of its own
		subject = fmt.Sprintf("In %s, in %s, the %s was", fig.Area.Place(), fig.Period.Phrase(), ind.Noun)
	}
	if cmp.Kind == WithTarget {
		by := ""
		if p, err := ParsePeriod(ind.Target.By); err == nil {
			by = " by " + p.Phrase()
		}
		target := bare(ind, *cmp.Value) + by
		words := map[Direction]string{Met: "at or beyond the target of " + target, OnTrack: "on track for the target of " + target, OffTrack: "off track for the target of " + target}
		return Statement{About: about, Text: fmt.Sprintf("%s %s, %s.", subject, Amount(ind, *fig.Value), words[cmp.Direction]) + withCare(cmp)}
	}
	than := string(cmp.Direction) + " than"
	if cmp.Direction == Similar {
		than = "about the same as"
	}
	against := fmt.Sprintf("%s against %s", bare(ind, *fig.Value), Amount(ind, *cmp.Value))
	if cmp.Kind == WithSimilar {
		s := fmt.Sprintf("%s %s the average across similar areas (%s; %s of %s).", subject, than, against, cmp.Group.place(), Whole(int64(cmp.Group.Members)))
		if cmp.Group.Proposal {
			s += " The group of similar areas is proposed by this program from open data; it is not the police.uk group."
		}
		return Statement{About: about, Text: s + withCare(cmp)}
	}
	return Statement{About: about, Text: fmt.Sprintf("%s %s in %s (%s).", subject, than, cmp.With, against) + withCare(cmp)}
}

// place is where a figure stands in its group: "2nd highest", "joint highest"
// where another one has its value.
func (g Group) place() string {
	words := Highest(g.Rank)
	if g.Rank >= 1 && g.Rank < len(g.Values) && g.Values[g.Rank].Value == g.Values[g.Rank-1].Value {
		words = "joint " + words
	}
	return words
}

// Highest is a rank of which 1 has the highest value: "highest", "2nd highest".
func Highest(rank int) string {
	if rank == 1 {
		return "highest"
	}
	return Ordinal(rank) + " highest"
}

// Words is what a comparison found and how that is judged: "Up: worse".
func (c Comparison) Words() string {
	words := capital(string(c.Direction))
	switch c.Verdict {
	case Better:
		words += ": better"
	case Worse:
		words += ": worse"
	case NoVerdict:
		words += ": " + noJudgement
	}
	return words
}

// noJudgement is said of a change where the polarity makes no judgement.
const noJudgement = "neither way is good by itself"

// Spread says how the values of a comparison's group lie; "" where it has none.
func (c Comparison) Spread(ind Indicator) string {
	if c.Group == nil || c.Value == nil {
		return ""
	}
	g := c.Group
	return fmt.Sprintf("From %s to %s; the middle half of the areas lie between %s and %s. The mean is %s.",
		bare(ind, g.Least), bare(ind, g.Greatest), bare(ind, g.LowerQuartile), bare(ind, g.UpperQuartile), bare(ind, *c.Value))
}

// withCare is the sentence that has to stand beside a comparison, "" for none.
func withCare(cmp Comparison) string {
	if cmp.Care == "" {
		return ""
	}
	return " " + capital(because(cmp.Care)) + "."
}

// fallFromChance is the smallest fall in a quarter's count, at the same
// population, whose rate ratio's 95% interval lies below 1.
func fallFromChance(ind Indicator, fig Figure) (int64, bool) {
	if ind.Kind != CrudeRate || fig.Period.Kind != Quarter || *fig.Numerator < 1 {
		return 0, false
	}
	count := *fig.Numerator
	n := sort.Search(int(count)+1, func(fall int) bool {
		r, err := stats.RateRatio(count-float64(fall), *fig.Denominator, count, *fig.Denominator, confidence)
		return err == nil && r.Upper < 1
	})
	return int64(n), n <= int(count)
}

// domainWords are how a domain of the Indices is named in a sentence.
var domainWords = map[string]string{
	"imd": "", "income": " by income", "employment": " by employment", "education": " by education, skills and training",
	"health": " by health and disability", "crime": " by crime", "housing": " by barriers to housing and services",
	"environment": " by living environment", "idaci": " by income deprivation of children", "idaopi": " by income deprivation of older people",
}

// domain names a domain after "most deprived in England".
func domain(code string) string {
	words, ok := domainWords[code]
	if !ok {
		return " by " + code
	}
	return words
}

// editionSentence is the report's form for the Indices of Deprivation.
func editionSentence(ind Indicator, fig Figure, old *Figure) string {
	s := fmt.Sprintf("In %d, %s of the neighbourhoods in %s (%s of %s) were amongst the %d%% most deprived in England%s",
		fig.Period.Last.Year(), Amount(ind, *fig.Value), fig.Area.Place(), Decimal(*fig.Numerator, 0), Decimal(*fig.Denominator, 0),
		ind.Numerator.MostDeprived, domain(ind.Numerator.Domain))
	if fig.Rank != nil {
		s += fmt.Sprintf(" (rank: %s of %s)", Ordinal(*fig.Rank), howMany(float64(*fig.RankOf), "districts"))
	}
	if cmp, ok := firstComparison(fig); ok && old != nil {
		word := ", " + string(cmp.Direction) + " from "
		if cmp.Direction == AboutSame {
			word = ", about the same as "
		}
		s += word + Amount(ind, *old.Value) + " in " + strconv.Itoa(old.Period.Last.Year())
		if old.Rank != nil {
			s += fmt.Sprintf(" (rank: %s of %s)", Ordinal(*old.Rank), Whole(int64(*old.RankOf)))
		}
	}
	s += "."
	if fig.BreakBefore != "" {
		s += " " + capital(because(fig.BreakBefore)) + "."
	}
	return s
}
