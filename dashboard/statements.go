package dashboard

import (
	"slices"
	"strings"

	"outcomes/metrics"
)

// statementView is a sentence about a figure besides its first.
type statementView struct {
	ID      string // its anchor on the proof's page
	Text    string
	Refused string  // "Not compared" or "Not said" of one that would not be fair
	Sign    verdict // its icon; Words is "" where the text says all
	URL     string  // of its proof, "" where the figure is not stored
}

func statementsOf(f metrics.Figure) []statementView {
	var out []statementView
	for i, st := range f.Statements {
		v := statementView{ID: anchor("statement", st.About, i, f.Statements), Text: st.Text, Sign: verdict{Class: "none", Mark: "dot"}}
		if c, ok := f.Comparison(metrics.ComparisonKind(st.About)); ok {
			v.Sign = comparisonSign(c)
		}
		if st.Refused {
			v.Sign, v.Refused = verdict{Class: "none", Mark: "unknown"}, "Not said"
			if comparedTitles[metrics.ComparisonKind(st.About)] != "" {
				v.Refused = "Not compared"
			}
		}
		if address := figureURL(f); address != "" {
			v.URL = address + "#" + v.ID
		}
		out = append(out, v)
	}
	return out
}

// anchor is an id for a place on a page: its name, with a number where the
// name occurs twice. Letters that no id should have are left out.
func anchor(prefix, about string, at int, all []metrics.Statement) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, about)
	if clean == "" || slices.ContainsFunc(all[:at], func(s metrics.Statement) bool { return s.About == about }) {
		clean += string(rune('a' + at%26))
	}
	return prefix + "-" + clean
}

// comparisonSign is the icon of what a comparison found.
func comparisonSign(c metrics.Comparison) verdict {
	out := verdict{Class: "none", Mark: "level"}
	switch c.Verdict {
	case metrics.Better:
		out.Class = "better"
	case metrics.Worse:
		out.Class = "worse"
	case metrics.Same:
		out.Class = "same"
	}
	switch c.Direction {
	case metrics.Up, metrics.Higher:
		out.Mark = "up"
	case metrics.Down, metrics.Lower:
		out.Mark = "down"
	case metrics.NotCompared:
		out.Class, out.Mark = "none", "unknown"
	case metrics.Met, metrics.OnTrack:
		out.Mark = "tick"
	case metrics.OffTrack:
		out.Mark = "cross"
	}
	return out
}

// signalView is what a series says over time, in words with icons.
type signalView struct {
	Badges []badge
	Trend  *verdict
	Words  []string
	Plain  string // what the limits are, in one line
	Link   string
	URL    string // of the method
}

// badge is an icon of variation or assurance: a letter in a shape, beside its word.
type badge struct {
	Class  string // better, worse, same, none
	Letter string
	Words  string
}

var variationBadges = map[string]badge{
	"common cause": {"same", "~", "Usual variation"},
	"improvement":  {"better", "", "Improvement"},
	"concern":      {"worse", "", "Concern"},
	"neutral high": {"none", "H", "Unusually high"},
	"neutral low":  {"none", "L", "Unusually low"},
}

var assuranceBadges = map[string]badge{
	"consistently passing": {"better", "P", "Target met consistently"},
	"consistently failing": {"worse", "F", "Target missed consistently"},
	"hit and miss":         {"same", "?", "Target met or missed by chance"},
}

var processNoun = map[metrics.PeriodKind]string{metrics.Monthly: "month", metrics.Quarter: "quarter"}

func signalOf(ind metrics.Indicator, kind metrics.PeriodKind, s metrics.Signal) *signalView {
	if len(s.Words) == 0 {
		return nil
	}
	v := &signalView{Words: s.Words}
	if noun := processNoun[kind]; noun != "" {
		v.Plain = "Process limits show how far a figure moves from " + noun + " to " + noun + " while nothing changes."
		v.Link, v.URL = "How process limits are made", methodURL("xmr")
		if b, ok := variationBadges[s.Variation]; ok {
			if b.Letter == "" && s.High {
				b.Letter = "H"
			} else if b.Letter == "" {
				b.Letter = "L"
			}
			v.Badges = append(v.Badges, b)
			if b, ok := assuranceBadges[s.Assurance]; ok {
				v.Badges = append(v.Badges, b)
			}
		}
		return v
	}
	if s.Trend != "" {
		v.Plain = "The recent trend is a screen by a straight line through five years that do not overlap."
		v.Link, v.URL = "How the recent trend is found", methodURL("trend")
		t := verdict{Class: "none", Mark: "level", Words: upperFirst(strings.ToLower(s.Trend))}
		words := t.Words
		switch {
		case strings.HasPrefix(words, "Cannot"):
			t.Mark, t.Words = "unknown", "Recent trend: cannot be calculated"
		case strings.HasPrefix(words, "Increasing"):
			t.Mark = "up"
		case strings.HasPrefix(words, "Decreasing"):
			t.Mark = "down"
		default:
			t.Class = "same"
		}
		switch {
		case strings.HasSuffix(words, "better"):
			t.Class = "better"
		case strings.HasSuffix(words, "worse"):
			t.Class = "worse"
		}
		v.Trend = &t
	}
	return v
}
