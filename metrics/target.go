package metrics

// Path gives where the way from baseline to target stands at a period:
// straight between its points, level after the last. ok is false before the
// baseline, without one, and for another kind of period than the target's.
func (t *Target) Path(p Period) (value float64, ok bool) {
	by, err := ParsePeriod(t.By)
	if err != nil || by.Kind != p.Kind || t.Baseline.Period == "" {
		return 0, false
	}
	return pathTo(t, by, p)
}

// Of says whether the target is one for this kind of period.
func (t *Target) Of(kind PeriodKind) bool {
	by, err := ParsePeriod(t.By)
	return err == nil && by.Kind == kind
}
