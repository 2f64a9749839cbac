package metrics

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Remade is what happened to a figure once: a computation made it read
// otherwise, or stopped making it.
type Remade struct {
	At         string      // RFC 3339
	Cause      string      // the computation's: "import police"
	Strategy   bool        // the strategy's file was another from then on
	Return     *Submission // the return that the computation was for; nil where it was for none
	Came, Went []Batch     // what the figure was made from since then, and no longer
	Retired    bool        // it is no longer made
}

// RemadeWords says as a sentence what happened to a figure: the police restated a
// month, a return was withdrawn, the strategy's file changed. Returns are named by
// project and quarter, never by their files' names.
func (s *Strategy) RemadeWords(r Remade, indicator string) string {
	var said []string
	if _, known := s.Indicator(indicator); r.Retired && !known {
		said = append(said, "the indicator was taken out of the strategy’s file")
	} else if r.Strategy {
		said = append(said, "the strategy’s file changed")
	}
	for _, source := range slices.Concat(Sources, []Source{ReturnsSource}) {
		of := func(list []Batch) []Batch {
			return slices.DeleteFunc(slices.Clone(list), func(b Batch) bool { return b.Source != source })
		}
		came, went := of(r.Came), of(r.Went)
		switch {
		case len(came)+len(went) == 0:
		case source == ReturnsSource:
			said = append(said, s.returnsWords(came, went, strings.HasSuffix(r.Cause, " withdrawn"))...)
		default:
			said = append(said, changeOf(source, came, went)+" ("+exchanged(came, went)+")")
		}
	}
	if len(said) == 0 && r.Return != nil {
		became := "accepted"
		if strings.HasSuffix(r.Cause, " withdrawn") {
			became = "withdrawn"
		}
		said = append(said, s.returnWords(r.Return.Project, r.Return.Quarter.Code())+" was "+became)
	}
	if len(said) == 0 {
		said = append(said, "the figures were made anew ("+r.Cause+")")
	}
	if r.Retired {
		said = append(said, "the figure is no longer made")
	}
	return "On " + dayWords(r.At) + " " + strings.Join(said, "; ") + "."
}

// returnsWords says what became of returns that a figure is made from, or was.
func (s *Strategy) returnsWords(came, went []Batch, withdrawn bool) []string {
	var out []string
	say := func(b Batch, became string) {
		part := strings.Split(b.Release, "/") // returns/project/quarter
		out = append(out, s.returnWords(part[min(1, len(part)-1)], b.Period)+" was "+became)
	}
	for _, b := range came {
		if at := slices.IndexFunc(went, func(w Batch) bool { return w.Release == b.Release }); at >= 0 {
			say(b, "replaced by a later one")
			went = slices.Delete(went, at, at+1)
			continue
		}
		say(b, "accepted")
	}
	for _, b := range went {
		if withdrawn {
			say(b, "withdrawn")
		} else {
			say(b, "taken out of the figures")
		}
	}
	return out
}

// returnWords names a return: "the return of Catch22 assemblies for July to
// September 2019 (quarter 2 of 2019-20)".
func (s *Strategy) returnWords(project, quarter string) string {
	if p, ok := s.Project(project); ok {
		project = p.Name
	}
	if q, err := ParsePeriod(quarter); err == nil {
		quarter = QuarterInWords(q)
	}
	return "the return of " + project + " for " + quarter
}

// changeOf says what came of a source, or went.
func changeOf(source Source, came, went []Batch) string {
	verb := map[bool]string{true: "added", false: "taken out"}[len(went) == 0]
	switch source {
	case PoliceSource:
		var again, added, gone []string // months
		note := func(list, other []Batch, only *[]string) {
			for _, b := range list {
				to := only
				if slices.ContainsFunc(other, func(o Batch) bool { return o.Release == b.Release }) {
					to = &again
				}
				if name := monthWords(b.Period); !slices.Contains(*to, name) {
					*to = append(*to, name)
				}
			}
		}
		note(came, went, &added)
		note(went, came, &gone)
		var said []string
		if len(again) > 0 {
			said = append(said, "the police restated "+monthsWords(again))
		}
		if len(added) > 0 {
			said = append(said, "police files of "+monthsWords(added)+" were added")
		}
		if len(gone) > 0 {
			said = append(said, "police files of "+monthsWords(gone)+" were taken out")
		}
		return strings.Join(said, " and ")
	case PopulationSource:
		if len(came) > 0 && len(went) > 0 {
			return "population estimates changed"
		}
		return "population estimates were " + verb
	case DeprivationSource:
		if len(came) > 0 && len(went) > 0 {
			return "the Indices of Deprivation were published anew"
		}
		return "files of the Indices of Deprivation were " + verb
	case GeographySource, BoundarySource:
		if len(came) > 0 && len(went) > 0 {
			return "the lookup of areas changed"
		}
		return "files of the lookup of areas were " + verb
	}
	return string(source) + " changed"
}

// exchanged says which files took the place of which.
func exchanged(came, went []Batch) string {
	names := func(list []Batch) string {
		var out []string
		for _, b := range list {
			name := b.File
			if b.Member != "" {
				name = b.Member[strings.LastIndexByte(b.Member, '/')+1:]
			}
			if b.ImportedAt != "" {
				name += ", read on " + dayWords(b.ImportedAt)
			}
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		if len(out) > 3 {
			out = append(out[:3], fmt.Sprintf("and %d more", len(out)-3))
		}
		return strings.Join(out, "; ")
	}
	if len(came) > 0 && len(went) > 0 {
		return names(came) + ", took the place of " + names(went)
	}
	return names(slices.Concat(came, went))
}

// monthsWords names three months, and says how many more there are.
func monthsWords(names []string) string {
	if len(names) > 3 {
		names = append(slices.Clone(names[:3]), fmt.Sprintf("%d more months", len(names)-3))
	}
	return listed(names)
}

func monthWords(code string) string {
	if p, err := ParsePeriod(code); err == nil {
		return p.Last.Name()
	}
	return code
}

// dayWords is the day of a moment, the text itself where it is none.
func dayWords(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return at
	}
	return t.UTC().Format("2 January 2006")
}
