package metrics

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The comparability guard: the one place that every comparison passes, in time
// (guard) and with a benchmark of the same period (guardBeside).
// Breaks are data: those that the strategy declares, and those that the facts
// show (another census under the population, other LSOAs, a month without a
// file, crime types that do not carry over; the last two leave no figure, so
// that there is nothing to compare).

const rebased = "the population estimates were rebased on the 2021 Census, so rates before and after are not one series"

// ground is what a figure stands on, as far as comparing goes.
type ground struct {
	period Period
	base   int // census of its denominator, 0 where it has none
	// edition of the Indices that put its neighbourhoods into fifths, 0 where none did
	edition int
}

// regrouped is why measures of inequality on two editions are not one series.
func regrouped(now, then ground) string {
	return fmt.Sprintf("this period's neighbourhoods are put into fifths by the %d Indices of Deprivation and the earlier period's by the %d Indices, so the two are not one series", now.edition, then.edition)
}

// guard says whether a figure may be set beside an earlier one: refuse is why
// not, care is what has to be said with it.
func (c *computation) guard(ind Indicator, a Area, now, then ground) (refuse, care string) {
	if now.base != then.base {
		return rebased, ""
	}
	if now.edition != then.edition {
		return regrouped(now, then), ""
	}
	var cares []string
	for _, b := range c.breaksOf(ind, a) {
		if b.months(now.period) == b.months(then.period) {
			continue // both before it, or both in it as far
		}
		if b.Refuse {
			return b.Reason, ""
		}
		cares = append(cares, b.Reason)
	}
	return "", strings.Join(append(cares, c.halfHeld(a, now.period, then.period)...), "; ")
}

// halfHeld says of which other forces that record crimes in a district the
// files are held for one of two periods more than for the other, so that their
// crimes would make a change where there is none.
func (c *computation) halfHeld(a Area, now, then Period) []string {
	forces := c.f.Beside[c.key(a)]
	held := func(force string, p Period) int {
		n := 0
		for m := p.First; m <= p.Last; m++ {
			if forces[force][m] {
				n++
			}
		}
		return n
	}
	words := func(n, of int) string {
		switch n {
		case 0:
			return "none"
		case of:
			return "all"
		}
		return fmt.Sprintf("%d of %d months", n, of)
	}
	var out []string
	for _, force := range slices.Sorted(maps.Keys(forces)) {
		if n, before := held(force, now), held(force, then); n != before {
			out = append(out, fmt.Sprintf("%s records crimes in %s too, and its files are held for %s of this period and %s of the earlier one",
				force, a.Place(), words(n, now.Months()), words(before, then.Months())))
		}
	}
	return out
}

// guardBeside says whether an area's figure may be set beside another area's of
// the same period: refuse is why not, care is what has to be said with it. That
// both count the same crime types in every month is asked before either is made.
func (c *computation) guardBeside(ind Indicator, p Period, a, other Area) (refuse, care string) {
	var cares []string
	if ind.Denominator.From == FromResidents {
		here, hereYear, ok := c.residents(a, p.MidpointYear())
		there, thereYear, also := c.residents(other, p.MidpointYear())
		if ok && also && here.Base != there.Base {
			return fmt.Sprintf("the population estimate of %s is based on the %d Census and that of %s on the %d Census, so the two rates are not of one kind",
				a.Place(), here.Base, other.Place(), there.Base), ""
		}
		if ok && also && hereYear != thereYear {
			cares = append(cares, fmt.Sprintf("the rate of %s uses the mid-%d population estimate and that of %s the mid-%d one", a.Place(), hereYear, other.Place(), thereYear))
		}
	}
	// A break of one of the two leaves its counts of another kind than the other's.
	is := func(b declared) func(declared) bool {
		return func(o declared) bool { return o.from == b.from && o.to == b.to && o.Reason == b.Reason }
	}
	here, there := c.breaksOf(ind, a), c.breaksOf(ind, other)
	for _, b := range here {
		if b.months(p) > 0 && !slices.ContainsFunc(there, is(b)) {
			cares = append(cares, b.Reason)
		}
	}
	for _, b := range there {
		if b.months(p) > 0 && !slices.ContainsFunc(here, is(b)) {
			cares = append(cares, b.Reason)
		}
	}
	return "", strings.Join(cares, "; ")
}

// breakBefore says why a series does not go on from one figure to the next.
func (c *computation) breakBefore(ind Indicator, a Area, now, then ground) string {
	if now.base != 0 && then.base != 0 && now.base != then.base {
		return rebased
	}
	if now.edition != then.edition {
		return regrouped(now, then)
	}
	for _, b := range c.breaksOf(ind, a) {
		if b.Refuse && b.months(now.period) > 0 && b.months(then.period) == 0 {
			return b.Reason
		}
	}
	return ""
}

// declared is a break of the strategy with its months read.
type declared struct {
	Break
	from, to Month
}

// months is how many of a period's months a break touches.
func (b declared) months(p Period) int {
	return max(0, int(min(b.to, p.Last)-max(b.from, p.First))+1)
}

// breaksOf are the declared breaks that touch an indicator and an area.
func (c *computation) breaksOf(ind Indicator, a Area) []declared {
	var out []declared
	for _, b := range c.s.Breaks {
		if len(b.Indicators) > 0 && !slices.Contains(b.Indicators, ind.ID) {
			continue
		}
		if len(b.Indicators) == 0 && ind.Accountability == Performance {
			continue // one for the whole city says nothing of a project
		}
		if len(b.Areas) > 0 && !slices.ContainsFunc(b.Areas, func(code string) bool { return c.g.Active(code) == c.key(a) }) {
			continue
		}
		from, err := ParseMonth(b.From)
		if err != nil {
			continue // the loader refuses such a file
		}
		to := NewMonth(9999, 12)
		if b.To != "" {
			if to, err = ParseMonth(b.To); err != nil {
				continue
			}
		}
		out = append(out, declared{b, from, to})
	}
	return out
}

// redrawn is the guard's word for editions with other LSOAs.
func redrawn(old, now Figure) string {
	return fmt.Sprintf("the neighbourhoods were redrawn between the editions (%s in %d, %s in %d), so the share is compared with care",
		Decimal(*old.Denominator, 0), old.Period.Last.Year(), Decimal(*now.Denominator, 0), now.Period.Last.Year())
}
