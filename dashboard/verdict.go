package dashboard

import "outcomes/metrics"

// verdict is how a verdict looks: words from metrics, a colour and a shape, so
// that none of the three is needed to understand the other two.
type verdict struct {
	Class string // better, worse, same, none, wait
	Mark  string // up, down, level, unknown, wait, tick, cross, dot
	Words string
}

func verdictOf(v metrics.Verdict, words string, latest *metrics.Figure) verdict {
	out := verdict{Class: "none", Mark: "level", Words: words}
	switch {
	case latest == nil:
		out.Class, out.Mark = "wait", "wait"
		return out
	case v == metrics.Better:
		out.Class = "better"
	case v == metrics.Worse:
		out.Class = "worse"
	case v == metrics.Same:
		out.Class = "same"
		return out
	case v == metrics.NoCompared:
		out.Mark = "unknown"
		return out
	}
	for _, c := range latest.Comparisons {
		if c.Verdict != v {
			continue
		}
		switch c.Direction {
		case metrics.Up:
			out.Mark = "up"
		case metrics.Down:
			out.Mark = "down"
		}
		break
	}
	return out
}
