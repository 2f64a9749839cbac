package metrics

import (
	"slices"
	"time"
)

// Standing is what is on record for a project and a quarter: the submissions
// that decide how it stands.
type Standing struct {
	Project string
	Quarter Period
	// Waiting, Accepted and Withdrawn are the newest submissions of that status; 0 where there is none.
	Waiting, Accepted, Withdrawn int64
	// Newest is the newest of any status.
	Newest int64
	// Broken says that the one that waits has a failure: it cannot be accepted as it is.
	Broken bool
}

// State is how a return stands on a day, seen from what is on record of it. One
// that waits for a decision is received, also where an older one is in force.
func (s *Strategy) State(p Project, quarter Period, on Standing, today time.Time) ReturnState {
	day := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case on.Waiting != 0:
		return InHand
	case on.Accepted != 0:
		return InForce
	case on.Withdrawn != 0:
		return TakenBack
	case !p.Runs(quarter):
		return NothingExpects
	case !day.After(quarter.Last.End()):
		return NotDue
	case day.After(s.Returns.Due(quarter)):
		return Overdue
	}
	return Due
}

// Owes says whether the project has yet to hand in the return: it is overdue,
// and none is in force or waits that could be. A file that cannot be accepted is
// no return.
func (s *Strategy) Owes(p Project, quarter Period, on Standing, today time.Time) bool {
	if on.Accepted != 0 || on.Waiting != 0 && !on.Broken {
		return false
	}
	return s.State(p, quarter, Standing{}, today) == Overdue
}

// Quarters are those in which any project runs, from the first to the one that
// holds today, the oldest first.
func (s *Strategy) Quarters(today time.Time) []Period {
	var out []Period
	if len(s.Projects) == 0 {
		return nil
	}
	first := slices.MinFunc(s.Projects, func(a, b Project) int { return int(a.From - b.From) }).From
	for m := QuarterOf(first).First; m <= NewMonth(today.Year(), today.Month()); m += 3 {
		q := QuarterOf(m)
		if slices.ContainsFunc(s.Projects, func(p Project) bool { return p.Runs(q) }) {
			out = append(out, q)
		}
	}
	return out
}
