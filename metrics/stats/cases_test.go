package stats

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// numericCase is one case of the shared case files: published results of the
// field's reference implementations.
type numericCase struct {
	ID           string
	Method       string
	In, Expect   map[string]any
	Tolerance    *float64
	ToleranceAbs *float64 `json:"tolerance_abs"`
}

// dataDir is the folder of published data: OUTCOMES_DATA, or beside the
// repository.
func dataDir() string {
	if data := os.Getenv("OUTCOMES_DATA"); data != "" {
		return data
	}
	return filepath.Join("..", "..", "..", "shared", "data")
}

// casesDir is the folder of the shared cases, beside that of the data.
func casesDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(dataDir(), "..", "cases")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the numeric cases are not in %s", dir)
		}
		t.Skipf("SKIPPED: the numeric cases are not in %s; set OUTCOMES_DATA to the data folder beside them", dir)
	}
	return dir
}

// runners holds, for each case file, what works out a case: the results under
// the names that the case expects. A name that is expected and not given, or
// given as nil, is not available.
var runners = map[string]func(c numericCase) (map[string]any, error){
	"wilson.json":           wilsonCase,
	"byar.json":             rateCase,
	"exact_poisson.json":    rateCase,
	"mean.json":             meanCase,
	"dsr.json":              dsrCase,
	"rate_ratio.json":       ratioCase,
	"sii.json":              siiCase,
	"xmr_spc.json":          xmrCase,
	"fingertips_trend.json": trendCase,
	"funnel.json":           funnelCase,
	"quantiles.json":        quantileCase,
	"comparison.json":       comparisonCase,
	"imd_la_summary.json":   deprivationCase,
	"hotspot.json":          hotspotCase,
}

func TestCases(t *testing.T) {
	dir := casesDir(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no case files in %s", dir)
	}
	for name := range runners {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("case file %s is missing", name)
		}
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			run := runners[name]
			if run == nil {
				t.Fatal("nothing runs this file")
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var content struct{ Cases []numericCase }
			if err := json.Unmarshal(raw, &content); err != nil {
				t.Fatal(err)
			}
			if len(content.Cases) == 0 {
				t.Fatal("the file holds no case")
			}
			for _, c := range content.Cases {
				t.Run(c.ID, func(t *testing.T) {
					got, err := run(c)
					if err != nil {
						t.Fatal(err)
					}
					if len(c.Expect) == 0 {
						t.Fatal("the case expects nothing")
					}
					for key, want := range c.Expect {
						if got[key] == notInCase {
							t.Logf("%s is published and cannot be worked out from what is at hand", key)
							continue
						}
						if why := differ(c, got[key], want); why != "" {
							t.Errorf("%s: %s", key, why)
						}
					}
				})
			}
			t.Logf("%d cases", len(content.Cases))
		})
	}
}

// notInCase stands for a result whose inputs neither the case nor the data
// folder holds.
const notInCase = "not in case"

// differ says how a result differs from what is expected; "" if it does not.
func differ(c numericCase, got, want any) string {
	switch want := want.(type) {
	case nil:
		if got != nil {
			return fmt.Sprintf("got %v, want not available", got)
		}
	case float64:
		v, ok := got.(float64)
		if !ok {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
		allowed := 0.0
		if c.Tolerance != nil {
			allowed = *c.Tolerance * math.Abs(want)
		}
		if want == 0 {
			allowed = 1e-9
		}
		if c.ToleranceAbs != nil {
			allowed = *c.ToleranceAbs
		}
		if !(math.Abs(v-want) <= allowed) {
			return fmt.Sprintf("got %v, want %v within %v", v, want, allowed)
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
		for i := range want {
			if why := differ(c, list[i], want[i]); why != "" {
				return fmt.Sprintf("[%d] %s", i, why)
			}
		}
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
		for key := range want {
			if why := differ(c, m[key], want[key]); why != "" {
				return key + ": " + why
			}
		}
	default:
		if got != want {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
	}
	return ""
}

// What follows reads a case's input. A null or absent number is NaN.

func (c numericCase) num(key string) float64 { return toNum(c.In[key]) }

func (c numericCase) has(key string) bool { return c.In[key] != nil }

func (c numericCase) text(key string) string {
	s, _ := c.In[key].(string)
	return s
}

func (c numericCase) nums(key string) []float64 { return toNums(c.In[key]) }

func toNum(v any) float64 {
	if f, ok := v.(float64); ok {
		return f
	}
	return math.NaN()
}

func toNums(v any) []float64 {
	list, _ := v.([]any)
	nums := make([]float64, len(list))
	for i := range list {
		nums[i] = toNum(list[i])
	}
	return nums
}

func (c numericCase) polarity() (Polarity, error) {
	switch c.text("polarity") {
	case "high_good":
		return HighIsGood, nil
	case "low_good":
		return LowIsGood, nil
	case "none", "":
		return NoJudgement, nil
	}
	return 0, fmt.Errorf("polarity %q", c.text("polarity"))
}

// pooled gives the sums over the case's groups, or the two single numbers.
func (c numericCase) pooled(x, n string) (float64, float64) {
	if !c.has("groups") {
		return c.num(x), c.num(n)
	}
	var sumX, sumN float64
	for _, g := range c.In["groups"].([]any) {
		pair := toNums(g)
		sumX, sumN = sumX+pair[0], sumN+pair[1]
	}
	return sumX, sumN
}

// estimate gives value and limits under the usual names, none of them after an
// error; and the error, of which only its presence is compared.
func estimate(e Estimate, err error, by float64) map[string]any {
	if err != nil {
		return map[string]any{}
	}
	return map[string]any{"value": e.Value * by, "lower": e.Lower * by, "upper": e.Upper * by}
}

// withError fulfils a case that expects an error in words of its own.
func (c numericCase) withError(got map[string]any, err error) map[string]any {
	if want, ok := c.Expect["error"]; ok && err != nil {
		got["error"] = want
	}
	return got
}

func wilsonCase(c numericCase) (map[string]any, error) {
	x, n := c.pooled("x", "n")
	by := 1.0
	if c.has("multiplier") {
		by = c.num("multiplier")
	}
	e, err := Wilson(x, n, c.num("confidence"))
	return c.withError(estimate(e, err, by), err), nil
}

func rateCase(c numericCase) (map[string]any, error) {
	if !c.has("multiplier") {
		e, err := Poisson(c.num("count"), c.num("confidence"))
		if err != nil {
			return nil, err
		}
		return map[string]any{"value": e.Value, "lower_count": e.Lower, "upper_count": e.Upper}, nil
	}
	count, denominator := c.pooled("count", "denominator")
	e, err := Rate(count, denominator, c.num("multiplier"), c.num("confidence"))
	got := c.withError(estimate(e, err, 1), err)
	got["ci_method"] = sourceMethod(count)
	return got, nil
}

// sourceMethod names the interval as the cases do.
func sourceMethod(count float64) string {
	if PoissonMethod(count) == "Byar's" {
		return "Byars"
	}
	return PoissonMethod(count)
}

func meanCase(c numericCase) (map[string]any, error) {
	values := c.nums("values")
	e, err := Mean(values, c.num("confidence"))
	got := estimate(e, err, 1)
	if err == nil {
		var squares float64
		for _, v := range values {
			squares += (v - e.Value) * (v - e.Value)
		}
		got["stdev"] = math.Sqrt(squares / float64(len(values)-1))
	}
	return got, nil
}

func dsrCase(c numericCase) (map[string]any, error) {
	pop, std, per, confidence := c.nums("pop"), c.nums("std_pop"), c.num("multiplier"), c.num("confidence")
	var e Estimate
	var err error
	var total float64
	if frequencies, ok := c.In["persons_by_event_frequency"].(map[string]any); ok {
		var list []EventFrequency
		for key, persons := range frequencies {
			var f EventFrequency
			if _, err := fmt.Sscan(key, &f.Events); err != nil {
				return nil, err
			}
			f.Persons = toNums(persons)
			total += f.Events * sumPresent(f.Persons)
			list = append(list, f)
		}
		e, err = DSRRepeated(list, pop, std, per, confidence)
	} else {
		total = sumPresent(c.nums("count"))
		e, err = DSR(c.nums("count"), pop, std, per, confidence)
	}
	got := c.withError(estimate(e, err, 1), err)
	got["total_count"] = total
	return got, nil
}

func sumPresent(values []float64) (sum float64) {
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
		}
	}
	return sum
}

func ratioCase(c numericCase) (map[string]any, error) {
	confidence := c.num("confidence")
	if c.has("count1") {
		f := RateRatio
		if c.text("statistic") == "rate ratio, log-normal approximation SE=sqrt(1/a+1/b)" {
			f = RateRatioLog
		}
		e, err := f(c.num("count1"), c.num("denominator1"), c.num("count2"), c.num("denominator2"), confidence)
		got := c.withError(estimate(e, err, 1), err)
		got["ratio"] = got["value"]
		p, err := RateRatioP(c.num("count1"), c.num("denominator1"), c.num("count2"), c.num("denominator2"))
		if err == nil {
			got["p_two_sided"] = p
		}
		return got, nil
	}
	reference := Reference{Counts: c.nums("ref_count"), Populations: c.nums("ref_pop")}
	observed := sumPresent(c.nums("count"))
	expected, err := reference.Expected(c.nums("pop"))
	if err != nil {
		return nil, err
	}
	rate, err := reference.Rate(c.num("multiplier"))
	if err != nil {
		return nil, err
	}
	per := c.num("multiplier")
	if c.text("statistic") == "indirectly standardised rate" {
		per = rate
	}
	e, err := IndirectRatio(observed, expected, per, confidence)
	got := c.withError(estimate(e, err, 1), err)
	got["observed"], got["expected"], got["ref_rate"] = observed, expected, rate
	got["ci_method"] = sourceMethod(observed)
	return got, nil
}

func siiCase(c numericCase) (map[string]any, error) {
	options := SIIOptions{Multiplier: c.num("multiplier")}
	switch c.text("value_type") {
	case "rate":
		options.Scale = SIIRate
	case "proportion":
		options.Scale = SIIProportion
	case "default":
	default:
		return nil, fmt.Errorf("value type %q", c.text("value_type"))
	}
	options.Transform, _ = c.In["transform"].(bool)
	pop, value, se := c.nums("population"), c.nums("value"), c.nums("standard_error_on_transformed_scale")
	groups := make([]SIIGroup, len(pop))
	for i := range groups {
		groups[i] = SIIGroup{Population: pop[i], Value: value[i]}
		if len(se) > 0 {
			groups[i].SE = se[i]
		}
	}
	line, err := SIIPoint(groups, options)
	if err != nil {
		return c.withError(map[string]any{}, err), nil
	}
	got := map[string]any{"sii": line.SII, "rii": line.RII, "intercept": line.Intercept}
	if len(se) == 0 {
		return got, nil
	}
	options.Confidence = c.num("confidence")
	options.Repetitions = int(c.num("repetitions"))
	r, err := SII(groups, options)
	if err != nil {
		return nil, err
	}
	got["sii_lower"], got["sii_upper"] = r.SII.Lower, r.SII.Upper
	if r.RII != nil {
		got["rii_lower"], got["rii_upper"] = r.RII.Lower, r.RII.Upper
	}
	return got, nil
}

func xmrCase(c numericCase) (map[string]any, error) {
	var options XmROptions
	switch c.text("improvement_direction") {
	case "increase":
		options.Improvement = Increase
	case "decrease":
		options.Improvement = Decrease
	}
	assurance := func(a Assurance) any {
		switch a {
		case ConsistentPass:
			return "consistent_pass"
		case ConsistentFail:
			return "consistent_fail"
		case HitAndMiss:
			return "inconsistent"
		}
		return nil
	}
	if c.has("lpl") {
		a := AssuranceOf(c.num("lpl"), c.num("upl"), c.num("target"), options.Improvement)
		return map[string]any{"assurance": assurance(a)}, nil
	}
	if screen, ok := c.In["screen_outliers"].(bool); ok {
		options.NoScreening = !screen
	}
	if c.has("fix_after_n_points") {
		options.Baseline = int(c.num("fix_after_n_points"))
	}
	if c.has("trend_points") {
		options.TrendPoints = int(c.num("trend_points"))
	}
	for _, point := range c.nums("rebase_at_points") {
		options.Segments = append(options.Segments, int(point)-1)
	}
	if c.has("target") {
		target := c.num("target")
		options.Target = &target
	}
	r, err := XmR(c.nums("values"), options)
	if err != nil {
		return c.withError(map[string]any{}, err), nil
	}

	available := func(v float64) any {
		if math.IsNaN(v) {
			return nil
		}
		return v
	}
	got := map[string]any{"assurance": assurance(r.Assurance)}
	var segments, causes, types []any
	for _, s := range r.Segments {
		segments = append(segments, map[string]any{
			"start": float64(s.Start + 1), "n": float64(s.N), "mean": available(s.Mean),
			"lpl": available(s.Lower), "upl": available(s.Upper), "short_group_warning": s.Trial,
		})
	}
	for _, p := range r.Points {
		causes = append(causes, p.Rule())
		types = append(types, map[Variation]string{
			CommonVariation: "common_cause", Improvement: "special_cause_improvement", Concern: "special_cause_concern",
			NeutralHigh: "special_cause_neutral_high", NeutralLow: "special_cause_neutral_low",
		}[p.Variation])
	}
	got["segments"], got["special_cause_type"], got["point_type"] = segments, causes, types
	first := r.Segments[0]
	got["mean"], got["lpl"], got["upl"] = available(first.Mean), available(first.Lower), available(first.Upper)
	last := r.Points[len(r.Points)-1]
	height := map[bool]string{true: "high", false: "low"}[last.High]
	got["latest_variation_icon"] = map[Variation]string{
		CommonVariation: "common cause (grey)",
		Improvement:     "improvement " + height + " (blue)", Concern: "concern " + height + " (orange)",
		NeutralHigh: "neutral high (purple)", NeutralLow: "neutral low (purple)",
	}[r.Variation]
	return got, nil
}

func trendCase(c numericCase) (map[string]any, error) {
	polarity, err := c.polarity()
	if err != nil {
		return nil, err
	}
	// The cases join the words: "DecreasingAndGettingBetter".
	word := func(m TrendMarker) string {
		switch m {
		case TrendIncreasingBetter:
			return "IncreasingAndGettingBetter"
		case TrendIncreasingWorse:
			return "IncreasingAndGettingWorse"
		case TrendDecreasingBetter:
			return "DecreasingAndGettingBetter"
		case TrendDecreasingWorse:
			return "DecreasingAndGettingWorse"
		}
		return string(m)
	}
	if c.has("marker") {
		return map[string]any{"marker": word(TrendMarker(c.text("marker")).Judge(polarity))}, nil
	}

	options := TrendOptions{Polarity: polarity, Proportion: c.text("value_type") == "proportion"}
	if c.has("year_range") {
		options.YearsPooled = int(c.num("year_range"))
	}
	var points []TrendPoint
	if c.has("points") {
		// Only how many points there are, and whether the oldest is one.
		for i := range int(c.num("points")) {
			points = append(points, TrendPoint{Year: float64(2000 + i), Count: 1, Denominator: 2, Value: 1, Lower: 0, Upper: 2})
		}
		if invalid, _ := c.In["oldest_invalid"].(bool); invalid {
			points[0] = TrendPoint{Year: 2000, Count: math.NaN(), Denominator: math.NaN(), Value: math.NaN()}
		}
	} else {
		years := c.nums("year")
		at := func(key string, i int) float64 {
			if list := c.nums(key); i < len(list) {
				return list[i]
			}
			return math.NaN()
		}
		for i := range years {
			p := TrendPoint{
				Year: years[i], Count: at("count", i), Denominator: at("denominator", i),
				Value: at("value", i), Lower: at("lower", i), Upper: at("upper", i),
			}
			if c.text("value_type") == "crude rate per 1,000" {
				if e, err := Rate(p.Count, p.Denominator, 1000, c.num("confidence")); err == nil {
					p.Value, p.Lower, p.Upper = e.Value, e.Lower, e.Upper
				}
			}
			points = append(points, p)
		}
	}
	r, err := Trend(points, options)
	if err != nil {
		return nil, err
	}
	significant := r.Marker != TrendNoChange && r.Marker != TrendCannotBeCalculated
	got := map[string]any{
		"marker": word(r.Marker), "chi2": r.ChiSquared, "slope": r.Slope,
		"chi2_with_actual_years": r.ChiSquared, "slope_with_actual_years": r.Slope,
		"significant": significant, "valid": r.Marker != TrendCannotBeCalculated,
		"reason": map[string]string{
			"significant trend without outliers": "No outliers and significant trend",
			"no significant trend":               "No significant trend",
		}[r.Reason],
	}
	// Where a year is missing, the sheet numbers the periods 1 to 5.
	for i := range points {
		points[i].Year = float64(i + 1)
	}
	if numbered, err := Trend(points, options); err == nil {
		got["chi2_if_periods_numbered_1_to_5"] = numbered.ChiSquared
		got["slope_if_periods_numbered_1_to_5"] = numbered.Slope
	}
	return got, nil
}

func funnelCase(c numericCase) (map[string]any, error) {
	kinds := map[string]FunnelKind{
		"proportion": FunnelProportion, "ratio": FunnelRatio, "rate": FunnelRate, "crude rate": FunnelRate, "dsr": FunnelDSR,
	}
	kind, ok := kinds[c.text("statistic")]
	if !ok {
		return nil, fmt.Errorf("statistic %q", c.text("statistic"))
	}
	if _, ok := c.Expect["significance"]; ok {
		options := FunnelOptions{Kind: kind, Per: 1}
		var p FunnelPoint
		switch c.text("statistic") {
		case "proportion":
			p, options.Baseline = FunnelPoint{Count: c.num("numerator"), Denominator: c.num("denominator")}, c.num("baseline")
		case "ratio":
			p = FunnelPoint{Count: c.num("observed"), Denominator: c.num("expected")}
		case "crude rate":
			p, options.Baseline = FunnelPoint{Count: c.num("count"), Denominator: c.num("denominator")}, c.num("baseline_rate_per_1")
		case "dsr":
			p, options.Baseline = FunnelPoint{Count: c.num("count"), DSR: c.num("dsr_per_100000")}, c.num("baseline_rate_per_1")*100_000
			options.Per = 100_000
		}
		r, err := Funnel([]FunnelPoint{p}, options)
		if err != nil {
			return nil, err
		}
		return map[string]any{"significance": string(r.Areas[0].Verdict)}, nil
	}

	per := c.num("multiplier")
	baseline, size := c.num("baseline")*per, c.num("denominator")
	switch kind {
	case FunnelRatio:
		baseline, size = per, c.num("observed_events")
	case FunnelRate:
		baseline, size = c.num("baseline_rate"), c.num("events")
	}
	l, err := LimitsOfFunnel(kind, baseline, size, per)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"lower_95": l.Lower95, "upper_95": l.Upper95, "lower_998": l.Lower998, "upper_998": l.Upper998, "baseline": baseline,
	}, nil
}

func quantileCase(c numericCase) (map[string]any, error) {
	if c.has("all_values") {
		q := int(c.num("quintiles"))
		// The value is one of them: ask for all and find it.
		all := c.nums("all_values")
		options := QuantileOptions{Method: QuantileFingertips, HighestFirst: c.text("polarity") == "high_good"}
		quantiles, err := Quantile(all, q, options)
		if err != nil {
			return nil, err
		}
		for i, v := range all {
			if v == c.num("value") {
				return map[string]any{"category": float64(quantiles[i])}, nil
			}
		}
		return map[string]any{"category": 0.0}, nil
	}
	invert, _ := c.In["invert_lowest_quantile_is_highest_value"].(bool)
	quantiles, err := Quantile(c.nums("values"), int(c.num("quantiles")), QuantileOptions{HighestFirst: invert})
	if err != nil {
		return nil, err
	}
	list := make([]any, len(quantiles))
	for i, q := range quantiles {
		if q > 0 {
			list[i] = float64(q)
		}
	}
	return map[string]any{"quantile": list}, nil
}

func comparisonCase(c numericCase) (map[string]any, error) {
	polarity, err := c.polarity()
	if err != nil {
		return nil, err
	}
	word := func(v Verdict) (map[string]any, error) { return map[string]any{"outcome": string(v)}, nil }
	triple := func(key string) Estimate {
		v := c.nums(key)
		if len(v) != 3 {
			return NoEstimate()
		}
		return Estimate{v[0], v[1], v[2]}
	}
	confidence := func(z float64) float64 { return 1 - TwoSidedP(z) }
	whole := Estimate{c.num("value"), c.num("lower"), c.num("upper")}
	switch c.Method {
	case "CI overlaps benchmark value (95%)", "inequality: segment against the aggregate (persons) value":
		return word(Compare(whole, c.num("benchmark"), polarity))
	case "two CI levels (95% and 99.8%)":
		return word(CompareTwoLevels(
			Estimate{c.num("value"), c.num("lower95"), c.num("upper95")},
			Estimate{c.num("value"), c.num("lower998"), c.num("upper998")}, c.num("benchmark"), polarity))
	case "both intervals overlap (95%)":
		return word(CompareIntervals(triple("data"), triple("comparator"), polarity))
	case "control limits for a proportion around the benchmark":
		return word(CompareProportion(c.num("value"), c.num("denominator"), c.num("benchmark"), c.num("unit"), confidence(c.num("z")), polarity))
	case "Poisson control limits for a rate around the benchmark":
		return word(CompareRate(c.num("value"), c.num("denominator"), c.num("benchmark"), c.num("unit"), 1-2*c.num("alpha_one_sided"), polarity))
	case "single-value target (goal)":
		return word(CompareGoal(c.num("value"), c.num("target"), polarity))
	case "single-value target with CI":
		return word(CompareGoalInterval(c.num("lower"), c.num("upper"), c.num("target"), polarity))
	case "range target (amber band lower<=v<upper)":
		return word(CompareGoalRange(c.num("value"), c.num("lower_limit"), c.num("upper_limit"), polarity))
	case "most recent value against the previous one (CIs do not overlap)":
		return map[string]any{"outcome": string(CompareWithPrevious(triple("recent"), triple("previous")))}, nil
	case "quintile outcome label (NTILE 1 = lowest values)":
		return word(QuintileWord(int(c.num("ntile")), int(c.num("areas_compared")), polarity))
	}
	return nil, fmt.Errorf("method %q", c.Method)
}

// deprivationCase works out what it can: in 2025 the proportion of small areas
// in the nation's first decile, which the case holds the parts of; in 2019 that
// and the extent, with their ranks among all authorities, from the published
// ranks and populations. Scores of 2019 and populations of 2025 are not there.
func deprivationCase(c numericCase) (map[string]any, error) {
	got := make(map[string]any, len(c.Expect))
	for key := range c.Expect {
		got[key] = notInCase
	}
	const proportion = "proportion_lsoas_most_deprived_10pc"
	if c.has("lsoas_in_decile_1") {
		const national = 33755
		var areas []SmallArea
		for i := range int(c.num("lsoa_count")) {
			rank := national
			if i < int(c.num("lsoas_in_decile_1")) {
				rank = national / 10
			}
			areas = append(areas, SmallArea{Rank: rank, Population: 1500})
		}
		d, err := SummariseDeprivation(areas, national)
		if err != nil {
			return nil, err
		}
		got[proportion] = d.Proportion
		return got, nil
	}

	authorities, err := authorities2019()
	if errors.Is(err, os.ErrNotExist) {
		return got, nil
	}
	if err != nil {
		return nil, err
	}
	if len(authorities) != int(c.num("areas_ranked")) {
		return nil, fmt.Errorf("%d authorities", len(authorities))
	}
	var proportions, extents []float64
	this := 0
	for _, a := range authorities {
		d, err := SummariseDeprivation(a.areas, national2019)
		if err != nil {
			return nil, err
		}
		if a.code == c.text("area_code") {
			this = len(extents)
		}
		proportions, extents = append(proportions, d.Proportion), append(extents, d.Extent)
	}
	byProportion, err := Rank(proportions)
	if err != nil {
		return nil, err
	}
	byExtent, err := Rank(extents)
	if err != nil {
		return nil, err
	}
	got[proportion], got["rank_of_proportion"] = proportions[this], float64(byProportion[this])
	got["extent"], got["rank_of_extent"] = extents[this], float64(byExtent[this])
	return got, nil
}

const national2019 = 32844

type authority struct {
	code  string
	areas []SmallArea
}

// authorities2019 reads the small areas of the 2019 Indices: File 1 has their
// ranks, File 6 the populations that the Indices weight by.
var authorities2019 = sync.OnceValues(func() ([]authority, error) {
	folder := filepath.Join(dataDir(), "imd", "2019")
	populations, err := readGzip(filepath.Join(folder, "File_6_-_IoD2019_Population_Denominators.csv.gz"))
	if err != nil {
		return nil, err
	}
	ranks, err := readGzip(filepath.Join(folder, "File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz"))
	if err != nil {
		return nil, err
	}
	number := func(s string) (float64, error) { return strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64) }
	population := make(map[string]float64)
	for _, row := range populations[1:] {
		if population[row[0]], err = number(row[4]); err != nil {
			return nil, err
		}
	}
	byCode := make(map[string]int)
	var list []authority
	for _, row := range ranks[1:] {
		rank, err := number(row[4])
		if err != nil {
			return nil, err
		}
		i, ok := byCode[row[2]]
		if !ok {
			i = len(list)
			byCode[row[2]] = i
			list = append(list, authority{code: row[2]})
		}
		list[i].areas = append(list[i].areas, SmallArea{Rank: int(rank), Population: population[row[0]]})
	}
	return list, nil
})

func readGzip(path string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return csv.NewReader(unzipped).ReadAll()
}

func hotspotCase(c numericCase) (map[string]any, error) {
	if c.has("p_values") {
		adjusted, err := BenjaminiHochberg(c.nums("p_values"))
		if err != nil {
			return nil, err
		}
		var list, reject []any
		for _, p := range adjusted {
			list, reject = append(list, p), append(reject, p <= c.num("q"))
		}
		return map[string]any{"adjusted_p": list, "reject": reject}, nil
	}
	var points [][]float64
	for _, p := range c.In["points"].([]any) {
		points = append(points, toNums(p))
	}
	neighbours := make([][]int, len(points))
	for i, a := range points {
		for j, b := range points {
			if i != j && math.Hypot(a[0]-b[0], a[1]-b[1]) <= c.num("threshold_distance") {
				neighbours[i] = append(neighbours[i], j)
			}
		}
	}
	z, err := GiStar(c.nums("values"), neighbours)
	if err != nil {
		return nil, err
	}
	var list []any
	for _, v := range z {
		list = append(list, v)
	}
	return map[string]any{"z": list, "z_first_from_source": z[0]}, nil
}
