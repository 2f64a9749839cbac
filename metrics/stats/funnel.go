package stats

import "math"

// FunnelKind says what a funnel plot shows.
type FunnelKind int

const (
	// FunnelProportion plots proportions against their denominator. The default.
	FunnelProportion FunnelKind = iota
	// FunnelRatio plots ratios of observed to expected events.
	FunnelRatio
	// FunnelRate plots crude rates.
	FunnelRate
	// FunnelDSR plots directly standardised rates.
	FunnelDSR
)

// FunnelVerdict is the word for a point; the number is the one-sided
// probability of the limit it lies outside of.
type FunnelVerdict string

const (
	FunnelHigh998        FunnelVerdict = "High (0.001)"
	FunnelHigh95         FunnelVerdict = "High (0.025)"
	FunnelNotSignificant FunnelVerdict = "Not significant"
	FunnelLow95          FunnelVerdict = "Low (0.025)"
	FunnelLow998         FunnelVerdict = "Low (0.001)"
	// FunnelNotApplicable is for standardised rates of fewer than 10 events.
	FunnelNotApplicable FunnelVerdict = "Not applicable for events less than 10 for dsrs"
)

// FunnelLimits holds the control limits at one place of a funnel, in the unit
// of the values.
type FunnelLimits struct{ Lower95, Upper95, Lower998, Upper998 float64 }

// LimitsOfFunnel gives the control limits around a baseline, both in units of
// per. For proportions, at a denominator of so many people, clipped to 0..1
// times per:
//
//	p₀ ∓ z·√(p₀(1−p₀)/n)
//
// which is the value whose Wilson interval just touches p₀. For everything
// else, at so many events E, with the exact Poisson limits of E:
//
//	lower = baseline × E/upper(E), upper = baseline × E/lower(E)
//
// The baseline of a ratio is 1 × per. A size of 0 is not available; negative,
// NaN or infinite numbers, and a proportion above 1, are invalid.
//
// References: Spiegelhalter 2005; PHE Technical Guide: Funnel Plots (2017).
func LimitsOfFunnel(kind FunnelKind, baseline, size, per float64) (FunnelLimits, error) {
	if err := checkCount("baseline", baseline); err != nil {
		return FunnelLimits{}, err
	}
	if err := checkDenominator("denominator or events", size); err != nil {
		return FunnelLimits{}, err
	}
	if err := checkPer(per); err != nil {
		return FunnelLimits{}, err
	}
	if kind < FunnelProportion || kind > FunnelDSR {
		return FunnelLimits{}, invalid("funnel kind %d", kind)
	}
	if kind == FunnelProportion && baseline > per {
		return FunnelLimits{}, invalid("baseline proportion %v is above %v", baseline, per)
	}
	at := func(confidence float64) (lower, upper float64) {
		p, _ := tail(confidence)
		if kind == FunnelProportion {
			p0 := baseline / per
			width := upperNormal(p) * math.Sqrt(p0*(1-p0)/size)
			return math.Max(0, p0-width) * per, math.Min(1, p0+width) * per
		}
		e := exactPoisson(size, p)
		return baseline * size / e.Upper, baseline * size / e.Lower
	}
	var l FunnelLimits
	l.Lower95, l.Upper95 = at(0.95)
	l.Lower998, l.Upper998 = at(0.998)
	if !finite(l.Upper998) {
		return FunnelLimits{}, notAvailable("%v events have no upper limit", size)
	}
	return l, nil
}

// FunnelPoint is one area of a funnel plot.
type FunnelPoint struct {
	// Count is the numerator of a proportion, or the events.
	Count float64
	// Denominator is the people of a proportion, the person-years of a crude
	// rate, or the expected events of a ratio. A standardised rate has none.
	Denominator float64
	// DSR is the standardised rate, per FunnelOptions.Per.
	DSR float64
}

// FunnelOptions holds the choices of Funnel. Its zero value is a funnel of
// proportions, from 0 to 1, around their pooled value.
type FunnelOptions struct {
	Kind FunnelKind
	// Per is the unit of values and baseline: 100 for percentages and ratios,
	// 100,000 for rates; 0 means 1.
	Per float64
	// Baseline is what the funnel is around, per Per. 0 means the pooled value
	// Σ count/Σ denominator (1 × Per for ratios); standardised rates have no
	// pooled value and must give it.
	Baseline float64
}

// FunnelArea is what the funnel says of one area.
type FunnelArea struct {
	Value float64 // in units of Per; NaN when not applicable
	// Limits are those at the area's own denominator or events. All are NaN
	// when the area has no events, where the limits have no ratio.
	Limits  FunnelLimits
	Verdict FunnelVerdict
}

// FunnelResult is a funnel plot's numbers.
type FunnelResult struct {
	Baseline float64 // per Per
	Areas    []FunnelArea
	// Overdispersed is true when most areas lie outside the 95% limits. Say so
	// then, and do not call them all outliers.
	Overdispersed bool
}

// Funnel compares areas with a baseline by control limits at 95% and 99.8%.
// Proportions lie outside when they are strictly outside the limits of
// LimitsOfFunnel; ratios and rates when the exact Poisson interval of their
// events excludes the events expected at the baseline, which is the same
// comparison and has an answer for no events too. Standardised rates of fewer
// than 10 events are not applicable; for the others the expected events are
// count × baseline/DSR.
//
// The baseline is pooled, Σ count/Σ denominator, not a mean of the areas.
// A denominator of 0 is not available: leave such areas out. Negative, NaN or
// infinite numbers, and a proportion above 1, are invalid; no areas at all are
// not available.
//
// References: Spiegelhalter 2005; PHE Technical Guide: Funnel Plots (2017);
// PHEindicatormethods phe_funnel_significance.
func Funnel(points []FunnelPoint, options FunnelOptions) (FunnelResult, error) {
	kind, per, baseline := options.Kind, options.Per, options.Baseline
	if per == 0 {
		per = 1
	}
	if err := checkPer(per); err != nil {
		return FunnelResult{}, err
	}
	if err := checkCount("baseline", baseline); err != nil {
		return FunnelResult{}, err
	}
	if kind < FunnelProportion || kind > FunnelDSR {
		return FunnelResult{}, invalid("funnel kind %d", kind)
	}
	var counts, denominators float64
	for _, p := range points {
		if err := checkCount("count", p.Count); err != nil {
			return FunnelResult{}, err
		}
		if kind != FunnelDSR {
			if err := checkDenominator("denominator", p.Denominator); err != nil {
				return FunnelResult{}, err
			}
		}
		if kind == FunnelProportion && p.Count > p.Denominator {
			return FunnelResult{}, invalid("numerator %v is greater than denominator %v", p.Count, p.Denominator)
		}
		counts += p.Count
		denominators += p.Denominator
	}
	if len(points) == 0 {
		return FunnelResult{}, notAvailable("no areas")
	}
	if baseline == 0 {
		switch kind {
		case FunnelRatio:
			baseline = per
		case FunnelDSR:
			return FunnelResult{}, invalid("a funnel of standardised rates needs a baseline")
		default:
			baseline = counts / denominators * per
		}
	}

	result := FunnelResult{Baseline: baseline}
	outside := 0
	for _, p := range points {
		area, err := p.judge(kind, baseline, per)
		if err != nil {
			return FunnelResult{}, err
		}
		if area.Verdict != FunnelNotSignificant && area.Verdict != FunnelNotApplicable {
			outside++
		}
		result.Areas = append(result.Areas, area)
	}
	result.Overdispersed = 2*outside > len(points)
	return result, nil
}

func (p FunnelPoint) judge(kind FunnelKind, baseline, per float64) (FunnelArea, error) {
	nan := math.NaN()
	area := FunnelArea{Limits: FunnelLimits{nan, nan, nan, nan}}
	var expected float64
	switch kind {
	case FunnelProportion:
		area.Value = p.Count / p.Denominator * per
		limits, err := LimitsOfFunnel(kind, baseline, p.Denominator, per)
		if err != nil {
			return FunnelArea{}, err
		}
		area.Limits = limits
		area.Verdict = funnelVerdict(
			area.Value > limits.Upper998, area.Value > limits.Upper95,
			area.Value < limits.Lower95, area.Value < limits.Lower998)
		return area, nil
	case FunnelDSR:
		if p.Count < DSRMinimum {
			area.Value, area.Verdict = nan, FunnelNotApplicable
			return area, nil
		}
		if err := checkDenominator("standardised rate", p.DSR); err != nil {
			return FunnelArea{}, err
		}
		area.Value = p.DSR
		expected = p.Count * baseline / p.DSR
	default:
		area.Value = p.Count / p.Denominator * per
		expected = p.Denominator * baseline / per
	}
	if !finite(area.Value) || !finite(expected) {
		return FunnelArea{}, invalid("numbers too large or too small to calculate with")
	}
	if limits, err := LimitsOfFunnel(kind, baseline, p.Count, per); err == nil {
		area.Limits = limits
	}
	p95, _ := tail(0.95)
	p998, _ := tail(0.998)
	e95, e998 := exactPoisson(p.Count, p95), exactPoisson(p.Count, p998)
	area.Verdict = funnelVerdict(
		e998.Lower > expected, e95.Lower > expected,
		e95.Upper < expected, e998.Upper < expected)
	return area, nil
}

func funnelVerdict(high998, high95, low95, low998 bool) FunnelVerdict {
	switch {
	case high998:
		return FunnelHigh998
	case high95:
		return FunnelHigh95
	case low998:
		return FunnelLow998
	case low95:
		return FunnelLow95
	}
	return FunnelNotSignificant
}
