// Package stats is the statistics of the field as pure functions on numbers:
// intervals, standardised rates, inequality slopes, charts over time, funnels,
// comparisons and hot spots, each by the method that public health
// intelligence in England publishes. Every docstring names its formula, the
// units, what happens at the edges, and the reference.
//
// Three rules hold everywhere. A confidence is two-sided and lies between 0
// and 1 (0.95, 0.998), and its quantile is exact, not 1.96. A value that
// cannot be had is an error or a word, never 0. Input that is negative where
// it cannot be, infinite or not a number is refused; where a series may have
// gaps, NaN stands for a missing value and the docstring says so.
//
// The package knows nothing of areas, periods or indicators, does no input or
// output, and imports nothing of this module.
package stats
