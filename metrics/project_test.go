package metrics

import "testing"

func TestProjectRuns(t *testing.T) {
	p := Project{From: NewMonth(2018, 11), To: NewMonth(2019, 4)}
	for code, want := range map[string]bool{"2018-Q3": false, "2018-Q4": true, "2019-Q1": true, "2019-Q2": true, "2019-Q3": false} {
		q, _ := ParsePeriod(code)
		if p.Runs(q) != want {
			t.Errorf("%s: %v", code, !want)
		}
	}
	p.To = 0
	if q, _ := ParsePeriod("2030-Q1"); !p.Runs(q) {
		t.Error("a project without an end has ended")
	}
}

func TestQuarterInWords(t *testing.T) {
	for code, want := range map[string]string{
		"2019-Q1": "January to March 2019 (quarter 4 of 2018-19)",
		"2019-Q2": "April to June 2019 (quarter 1 of 2019-20)",
		"2019-Q3": "July to September 2019 (quarter 2 of 2019-20)",
		"1999-Q4": "October to December 1999 (quarter 3 of 1999-00)",
	} {
		q, _ := ParsePeriod(code)
		if got := QuarterInWords(q); got != want {
			t.Errorf("%s: %s", code, got)
		}
	}
}

func TestDue(t *testing.T) {
	q, _ := ParsePeriod("2019-Q1")
	if got := (ReturnRules{DueDays: 30}).Due(q).Format("2006-01-02"); got != "2019-04-30" {
		t.Error(got)
	}
}
