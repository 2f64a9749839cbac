package metrics

import (
	"fmt"
	"slices"
)

// The comparability guard: the one place that every comparison in time passes.
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
	return fmt.Sprintf("the neighbourhoods were put into fifths by the %d Indices of Deprivation and by those of %d before, so the two are not one series", now.edition, then.edition)
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
	for _, b := range c.breaksOf(ind, a) {
		if b.months(now.period) == b.months(then.period) {
			continue // both before it, or both in it as far
		}
		if b.Refuse {
			return b.Reason, ""
		}
		care = b.Reason
	}
	return "", care
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
