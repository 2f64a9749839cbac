package strategy

import (
	"strings"
	"testing"
)

// A target that cannot be what was meant is a mistake: figures would be judged by it.
func TestTargetMistakes(t *testing.T) {
	const comparators = "    comparators: [corresponding-period, force, similar]\n"
	text := string(defaultFile)
	at := strings.Index(text, "  - id: violence-rate")
	if at < 0 || !strings.Contains(text[at:], comparators) {
		t.Fatal("the default strategy has no violence rate with these comparators: the test has nothing to change")
	}
	with := func(comparators string, target string) string {
		return text[:at] + strings.Replace(text[at:], "    comparators: [corresponding-period, force, similar]\n", "    comparators: ["+comparators+"]\n"+target, 1)
	}
	const compared = "corresponding-period, force, similar, target"
	good := "    target:\n      baseline: {period: YE2019-03, value: 26}\n      value: 20\n      by: YE2029-03\n      milestones:\n        - {period: YE2024-03, value: 23}\n"
	if _, err := Parse("s.yaml", []byte(with(compared, good))); err != nil {
		t.Fatalf("a good target: %v", err)
	}
	for name, tt := range map[string]struct{ comparators, old, new, want string }{
		"not compared with":          {"corresponding-period", "", "", "add target to the comparators"},
		"kinds that differ":          {compared, "period: YE2019-03", "period: 2019-Q1", "a path runs over periods of one kind"},
		"a kind without figures":     {compared, "by: YE2029-03", "by: IoD2029", "the indicator has no figures of it"},
		"milestone after the target": {compared, "period: YE2024-03", "period: YE2035-03", "is not before the target's own period"},
		"milestone before the start": {compared, "period: YE2024-03", "period: YE2018-03", "is not after YE2019-03"},
		"baseline after the target":  {compared, "period: YE2019-03", "period: YE2039-03", "is not before the target's own period"},
		"no better than it was":      {compared, "value: 20", "value: 40", "is no better than the baseline"},
	} {
		_, err := Parse("s.yaml", []byte(with(tt.comparators, strings.Replace(good, tt.old, tt.new, 1))))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, tt.want)
		}
	}
	if _, err := Parse("s.yaml", []byte(with(compared, ""))); err == nil || !strings.Contains(err.Error(), "no target to compare with") {
		t.Errorf("no target: %v", err)
	}
}

func TestBreakAreas(t *testing.T) {
	text := string(defaultFile)
	for areas, want := range map[string]string{"[E08000026, E23000014]": "", "[Sheffield]": `"Sheffield" is not the ONS code`, "[E99999999]": "is not the ONS code"} {
		broken := strings.Replace(text, "\nbreaks:\n", "\nbreaks:\n  - from: 2020-01\n    label: New system\n    reason: The force changed its system.\n    areas: "+areas+"\n", 1)
		if broken == text {
			t.Fatal("the default strategy has no breaks: the test has nothing to change")
		}
		_, err := Parse("s.yaml", []byte(broken))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", areas, err, want)
		}
	}
}
