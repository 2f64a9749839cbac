package stats

import "math"

// ESP2013 is the European Standard Population 2013, for the nineteen age bands
// 0–4, 5–9, … 85–89, 90 and over. It sums to 100,000. An indicator for part of
// the ages uses the weights of those bands only and says so. Do not change it.
var ESP2013 = []float64{
	5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000,
	7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000,
}

// DSRMinimum is the number of events below which no directly standardised rate
// is given.
const DSRMinimum = 10

// DSR gives a directly age-standardised rate with Dobson's interval. counts,
// populations and standard have one entry for each age band; per is the
// multiplier.
//
//	DSR = Σ wᵢOᵢ/nᵢ / Σ wᵢ × per
//	Var = Σ wᵢ²Oᵢ/nᵢ² / (Σ wᵢ)² × per²
//	limits = DSR + √(Var/O)·(Byar limit of O − O), O = Σ Oᵢ
//
// A missing count (NaN) counts as 0. Fewer than 10 events in all, or a band
// without population, is not available. Lists of unequal length, a missing
// population and negative or infinite numbers are invalid. The lower limit may
// fall below 0 when a few events carry most of the weight; the published
// method leaves it so.
//
// References: Dobson, Kuulasmaa, Eberle & Scherer 1991; APHO Technical Briefing
// 3 (2008); Morris et al. 2018 for the limit of 10 events.
func DSR(counts, populations, standard []float64, per, confidence float64) (Estimate, error) {
	return DSRRepeated([]EventFrequency{{Events: 1, Persons: counts}}, populations, standard, per, confidence)
}

// EventFrequency holds, for each age band, how many persons had so many events.
type EventFrequency struct {
	Events  float64   // events that each of these persons had: 1, 2, 3, …
	Persons []float64 // persons in each age band; NaN counts as 0
}

// DSRRepeated is DSR for events that repeat within a person: re-admissions,
// repeat victims. The events of one person are not independent, so the plain
// interval is too narrow; here
//
//	Var = Σ f²·Var(persons with f events)
//
// over the frequencies f, each variance as in DSR. The number of events is
// Σ f × persons; everything else is as in DSR.
//
// Reference: PHE Technical Guide: Confidence Intervals (2018);
// PHEindicatormethods calculate_dsr.
func DSRRepeated(frequencies []EventFrequency, populations, standard []float64, per, confidence float64) (Estimate, error) {
	if err := checkPer(per); err != nil {
		return Estimate{}, err
	}
	z, err := ZScore(confidence)
	if err != nil {
		return Estimate{}, err
	}
	if len(populations) == 0 || len(populations) != len(standard) {
		return Estimate{}, invalid("%d populations against %d standard weights", len(populations), len(standard))
	}
	var weights float64
	for i := range populations {
		if err := checkDenominator("population of an age band", populations[i]); err != nil {
			return Estimate{}, err
		}
		if err := checkCount("standard population", standard[i]); err != nil {
			return Estimate{}, err
		}
		weights += standard[i]
	}
	if weights == 0 {
		return Estimate{}, notAvailable("the standard population is 0")
	}

	var rate, variance, events float64
	for _, f := range frequencies {
		if !finite(f.Events) || f.Events <= 0 {
			return Estimate{}, invalid("%v events for a person", f.Events)
		}
		if len(f.Persons) != len(populations) {
			return Estimate{}, invalid("%d counts against %d populations", len(f.Persons), len(populations))
		}
		for i, persons := range f.Persons {
			if math.IsNaN(persons) {
				continue
			}
			if err := checkCount("count", persons); err != nil {
				return Estimate{}, err
			}
			weight := standard[i] / weights * f.Events / populations[i]
			rate += weight * persons
			variance += weight * weight * persons
			events += f.Events * persons
		}
	}
	if events < DSRMinimum {
		return Estimate{}, notAvailable("%v events: no directly standardised rate below %d", events, DSRMinimum)
	}
	count := byar(events, z)
	scale := math.Sqrt(variance / events)
	return Estimate{
		Value: rate,
		Lower: rate + scale*(count.Lower-events),
		Upper: rate + scale*(count.Upper-events),
	}.scaled(per).finish()
}

// Reference is the population that an indirect standardisation takes its rates
// from: events and population for each age band.
type Reference struct {
	Counts      []float64 // events; NaN counts as 0
	Populations []float64 // persons
}

// Expected gives the events that a population would have at the reference's
// rates: Σ (reference count / reference population) × population.
//
// A band in which the reference had no events, or in which they are missing
// (NaN), adds 0 whatever its populations. Elsewhere a reference population of 0
// is not available and a missing population invalid.
func (r Reference) Expected(populations []float64) (float64, error) {
	if len(r.Counts) != len(r.Populations) || len(populations) != len(r.Counts) {
		return 0, invalid("%d reference counts, %d reference populations, %d populations",
			len(r.Counts), len(r.Populations), len(populations))
	}
	var expected float64
	for i, count := range r.Counts {
		if count == 0 || math.IsNaN(count) {
			continue
		}
		if err := checkCount("reference count", count); err != nil {
			return 0, err
		}
		if err := checkDenominator("reference population", r.Populations[i]); err != nil {
			return 0, err
		}
		if err := checkCount("population of an age band", populations[i]); err != nil {
			return 0, err
		}
		expected += count / r.Populations[i] * populations[i]
	}
	return expected, nil
}

// Rate gives the reference's crude rate: Σ counts / Σ populations × per.
// Missing counts (NaN) count as 0.
func (r Reference) Rate(per float64) (float64, error) {
	if err := checkPer(per); err != nil {
		return 0, err
	}
	if len(r.Counts) != len(r.Populations) {
		return 0, invalid("%d reference counts against %d populations", len(r.Counts), len(r.Populations))
	}
	var count, population float64
	for i, c := range r.Counts {
		if !math.IsNaN(c) {
			if err := checkCount("reference count", c); err != nil {
				return 0, err
			}
			count += c
		}
		if err := checkCount("reference population", r.Populations[i]); err != nil {
			return 0, err
		}
		population += r.Populations[i]
	}
	if population == 0 {
		return 0, notAvailable("the reference population is 0")
	}
	return count / population * per, nil
}

// IndirectRatio gives an indirectly standardised ratio, observed/expected × per,
// with the limits of Poisson on the observed events divided by the expected:
// exact below 10 events, Byar from 10. per is 1 or 100 for a ratio (SMR); for
// an indirectly standardised rate it is the reference's crude rate
// (Reference.Rate). The expected events come from Reference.Expected.
//
// Expected events of 0 are not available; negative, NaN or infinite numbers
// are invalid. Two such ratios are comparable with their reference only, not
// with each other when the age structures differ.
//
// References: Breslow & Day 1987, vol. II; APHO Technical Briefing 3 (2008).
func IndirectRatio(observed, expected, per, confidence float64) (Estimate, error) {
	if err := checkDenominator("expected events", expected); err != nil {
		return Estimate{}, err
	}
	if err := checkPer(per); err != nil {
		return Estimate{}, err
	}
	e, err := Poisson(observed, confidence)
	if err != nil {
		return Estimate{}, err
	}
	return e.scaled(per / expected).finish()
}
