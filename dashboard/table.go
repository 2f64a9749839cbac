package dashboard

import (
	"fmt"
	"slices"
	"strings"

	"outcomes/dashboard/export"
	"outcomes/metrics"
)

// tableView is the figures of the chart as a table, newest first.
type tableView struct {
	Caption string
	Period  string // what the periods are: "Quarter ending"
	Head    []cell
	Rows    []tableRow
	Notes   []note
	Key     []note // what [x] and [c] mean, where they occur
}

type tableRow struct {
	Period string
	URL    string // of the figure's proof
	Cells  []cell
}

type cell struct {
	Text  string
	Words bool // set to the left, as words are
}

type note struct{ Mark, Text string }

// rowWords stand over the periods of a table that are named by their last month.
var rowWords = map[metrics.PeriodKind]string{metrics.Monthly: "Month", metrics.Quarter: "Quarter ending", metrics.YearEnding: "Year ending",
	metrics.YearToDate: "Financial year to the end of", metrics.SinceStart: "Since the start, to the end of"}

// tableOf lays out figures of a place, or of the projects.
func tableOf(ch choice, place string, subject, beside []metrics.Figure, signal metrics.Signal) *tableView {
	ind, kind := ch.indicator, ch.kind
	value := "Rate " + ind.Unit
	if ind.Kind == metrics.Proportion {
		value = "Share"
	}
	if ind.Kind == metrics.Inequality {
		value = upperFirst(unitWords(ind))
	}
	if ind.Kind == metrics.Total {
		value = upperFirst(ind.Counted)
	}
	t := &tableView{Period: "Period", Caption: fmt.Sprintf("%s, %s, %s", ind.Title, place, kindBy[kind])}
	ranked := slices.ContainsFunc(subject, func(f metrics.Figure) bool { return f.Rank != nil })
	compared := ""
	for _, f := range subject {
		if c, ok := f.Comparison(metrics.InTime); ok {
			compared = c.With
		}
	}
	numerator, denominator := upperFirst(ind.Counted), upperFirst(noun(ind.Denominator.Label))
	switch {
	case numerator == "":
		numerator = "Numerator"
	case ind.Kind == metrics.Proportion:
		numerator += " counted" // those of the numerator, beside all of them
	}
	if denominator == "" {
		denominator = "Denominator"
	}
	t.Head = []cell{{Text: numerator}, {Text: denominator}, {Text: value}, {Text: "Lower 95% limit"}, {Text: "Upper 95% limit"}}
	if ind.Kind == metrics.Total { // a number, and nothing that it is divided by
		t.Head = []cell{{Text: value}}
	}
	if ranked {
		t.Head = append(t.Head, cell{Text: "Rank of districts"})
	}
	if compared != "" {
		t.Head = append(t.Head, cell{"Against the " + compared, true})
	}
	if len(beside) > 0 {
		t.Head = append(t.Head, cell{Text: areaName(beside[0].Area)})
	}
	// What the chart shows the table shows; on its own it shows all.
	similar := (ch.view == "table" || ch.shows(showSimilar)) && slices.ContainsFunc(subject, func(f metrics.Figure) bool {
		c, ok := f.Comparison(metrics.WithSimilar)
		return ok && c.Value != nil
	})
	if similar {
		t.Head = append(t.Head, cell{Text: "Mean of similar areas"})
	}
	england := (ch.view == "table" || ch.shows(showEngland)) && slices.ContainsFunc(subject, func(f metrics.Figure) bool {
		c, ok := f.Comparison(metrics.WithEngland)
		return ok && c.Value != nil
	})
	if england {
		t.Head = append(t.Head, cell{Text: "England"})
	}
	marked := map[string]string{}
	if ch.view == "table" || ch.shows(showLimits) {
		for _, c := range signal.Marked {
			marked[c.Period] = upperFirst(c.Rule) + "."
		}
	}
	t.Head = append(t.Head, cell{"Notes", true})

	if words := rowWords[kind]; words != "" {
		t.Period = words
	}
	shown := map[metrics.Status]bool{}
	var lacks missingWords
	other := map[metrics.Period]metrics.Figure{}
	for _, f := range beside {
		other[f.Period] = f
	}
	for _, f := range slices.Backward(subject) {
		shown[f.Status] = true
		if f.Status == metrics.Missing {
			lacks.add(f.OfNobody())
		}
		number := func(v *float64, write func(float64) string) cell {
			switch {
			case f.OfNobody() && v != nil:
				return cell{Text: write(*v)}
			case f.Status != metrics.Available:
				return cell{Text: f.Status.Shorthand()}
			case v == nil:
				shown[metrics.Missing] = true
				return cell{Text: metrics.Missing.Shorthand()}
			}
			return cell{Text: write(*v)}
		}
		in := func(v float64) string { return written(ind, v) }
		row := tableRow{Period: upperFirst(f.Period.Label()), URL: figureURL(f)}
		if rowWords[kind] != "" {
			row.Period = f.Period.Last.Name()
		}
		if ind.Kind == metrics.Total {
			row.Cells = append(row.Cells, number(f.Value, in))
		} else {
			row.Cells = append(row.Cells, number(f.Numerator, counted), number(f.Denominator, counted),
				number(f.Value, in), number(f.Lower, in), number(f.Upper, in))
		}
		if ranked {
			rank := cell{Text: f.Status.Shorthand()}
			if f.Status == metrics.Available && f.Rank != nil && f.RankOf != nil {
				rank.Text = fmt.Sprintf("%s of %d", metrics.Ordinal(*f.Rank), *f.RankOf)
			} else if rank.Text == "" {
				shown[metrics.Missing] = true
				rank.Text = metrics.Missing.Shorthand()
			}
			row.Cells = append(row.Cells, rank)
		}
		if compared != "" {
			row.Cells = append(row.Cells, cell{t.direction(f), true})
		}
		if len(beside) > 0 {
			o, ok := other[f.Period]
			text := metrics.Missing.Shorthand()
			if ok && o.Status == metrics.Available && o.Value != nil {
				text = written(ind, *o.Value)
			} else if ok && o.Status != metrics.Available {
				text = o.Status.Shorthand()
				shown[o.Status] = true
			} else {
				shown[metrics.Missing] = true
			}
			row.Cells = append(row.Cells, cell{Text: text})
		}
		benchmark := func(kind metrics.ComparisonKind) {
			text := metrics.Missing.Shorthand()
			if c, ok := f.Comparison(kind); ok && c.Value != nil && f.Status == metrics.Available {
				text = written(ind, *c.Value)
			} else {
				shown[metrics.Missing] = true
			}
			row.Cells = append(row.Cells, cell{Text: text})
		}
		if similar {
			benchmark(metrics.WithSimilar)
		}
		if england {
			benchmark(metrics.WithEngland)
		}
		row.Cells = append(row.Cells, cell{t.remarks(f, marked[f.Period.Code()]), true})
		t.Rows = append(t.Rows, row)
	}
	if shown[metrics.Missing] {
		t.Key = append(t.Key, lacks.note())
	}
	if shown[metrics.Suppressed] {
		t.Key = append(t.Key, note{metrics.Suppressed.Shorthand(), suppressedKey})
	}
	if slices.ContainsFunc(subject, func(f metrics.Figure) bool { return f.Provisional }) {
		t.Key = append(t.Key, note{metrics.ProvisionalMark, "provisional: the counts of the latest months may still be restated"})
	}
	return t
}

// direction is what the comparison in time found, with the mark of the note
// that says why it was not made, or what to read it with.
func (t *tableView) direction(f metrics.Figure) string {
	c, ok := f.Comparison(metrics.InTime)
	if f.Status != metrics.Available || !ok {
		return upperFirst(string(metrics.NotCompared))
	}
	words := upperFirst(string(c.Direction))
	switch {
	case c.Direction == metrics.NotCompared && c.Reason != "":
		return words + " " + t.noted("Not compared: "+strings.TrimSuffix(c.Reason, ".")+".")
	case c.Care != "" && c.Care != f.BreakBefore: // which the last column notes
		return words + " " + t.noted("With care: "+strings.TrimSuffix(c.Care, ".")+".")
	}
	return words
}

// noted is the mark of a note under the table, a new one where it is not there yet.
func (t *tableView) noted(text string) string {
	at := slices.IndexFunc(t.Notes, func(n note) bool { return n.Text == text })
	if at < 0 {
		at = len(t.Notes)
		t.Notes = append(t.Notes, note{fmt.Sprintf("[note %d]", at+1), text})
	}
	return t.Notes[at].Mark
}

// remarks is what the row's last cell says: the reason why there is no figure,
// or what is out of the ordinary and the marks of the notes under the table.
func (t *tableView) remarks(f metrics.Figure, signal string) string {
	if f.Status != metrics.Available {
		if f.Reason == "" {
			return "No reason is recorded"
		}
		return upperFirst(f.Reason)
	}
	var marks []string
	if signal != "" {
		marks = append(marks, signal)
	}
	if f.Provisional {
		marks = append(marks, metrics.ProvisionalMark)
	}
	for _, text := range export.Notes(f) {
		marks = append(marks, t.noted(text))
	}
	if len(marks) == 0 {
		return "None"
	}
	return strings.Join(marks, " ")
}
