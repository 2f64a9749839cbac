package metrics

import (
	"testing"
	"time"
)

func TestPeriods(t *testing.T) {
	for _, tt := range []struct {
		code, label, start, end string
		midpoint                int
	}{
		{"2019-03", "March 2019", "2019-03-01", "2019-03-31", 2019},
		{"2020-02", "February 2020", "2020-02-01", "2020-02-29", 2020},
		{"2019-Q1", "quarter ending March 2019", "2019-01-01", "2019-03-31", 2019},
		{"2018-Q4", "quarter ending December 2018", "2018-10-01", "2018-12-31", 2018},
		{"YE2019-03", "year ending March 2019", "2018-04-01", "2019-03-31", 2018},
		{"YE2018-12", "year ending December 2018", "2018-01-01", "2018-12-31", 2018},
		{"YE2019-06", "year ending June 2019", "2018-07-01", "2019-06-30", 2018},
		{"YE2020-06", "year ending June 2020", "2019-07-01", "2020-06-30", 2019}, // 366 days
		{"YE2019-09", "year ending September 2019", "2018-10-01", "2019-09-30", 2019},
		{"FY2018-19", "financial year 2018-19", "2018-04-01", "2019-03-31", 2018},
		{"FY1999-00", "financial year 1999-00", "1999-04-01", "2000-03-31", 1999},
		{"FYTD2019-06", "financial year to June 2019", "2019-04-01", "2019-06-30", 2019},
		{"FYTD2019-03", "financial year to March 2019", "2018-04-01", "2019-03-31", 2018},
		{"2018-10--2019-03", "time from October 2018 to March 2019", "2018-10-01", "2019-03-31", 2018},
		{"IoD2019", "2019 Indices of Deprivation", "2019-01-01", "2019-12-31", 2019},
	} {
		p, err := ParsePeriod(tt.code)
		if err != nil {
			t.Errorf("%s: %v", tt.code, err)
			continue
		}
		if p.Code() != tt.code || p.Label() != tt.label || p.StartDate() != tt.start || p.EndDate() != tt.end || p.MidpointYear() != tt.midpoint {
			t.Errorf("%s: got %s, %q, %s to %s, %d", tt.code, p.Code(), p.Label(), p.StartDate(), p.EndDate(), p.MidpointYear())
		}
	}
	for _, code := range []string{"", "2019", "2019-13", "2019-Q5", "2019-Q0", "YE2019", "YE2019-00", "FY2018-20", "iod2019", "2019-Q1 ", "Q1-2019", "FY2018-2019", "FYTD2019", "2019-03--2018-10", "2018-10--", "2018-13--2019-03"} {
		if _, err := ParsePeriod(code); KindOf(err) != Invalid {
			t.Errorf("%q was taken: %v", code, err)
		}
	}
}

func TestYearBefore(t *testing.T) {
	for code, want := range map[string]string{"2019-Q1": "2018-Q1", "YE2019-03": "YE2018-03", "2019-01": "2018-01", "FY2018-19": "FY2017-18", "FYTD2019-06": "FYTD2018-06"} {
		p, _ := ParsePeriod(code)
		before, ok := p.YearBefore()
		if !ok || before.Code() != want {
			t.Errorf("before %s: got %s, want %s", code, before.Code(), want)
		}
	}
	if _, ok := EditionOf(2019).YearBefore(); ok {
		t.Error("an edition has a corresponding period a year earlier")
	}
}

func FuzzPeriod(f *testing.F) {
	f.Add(2019, 3)
	f.Add(1999, 12)
	f.Fuzz(func(t *testing.T, year, month int) {
		if year < 1000 || year > 9999 || month < 1 || month > 12 {
			t.Skip()
		}
		m := NewMonth(year, time.Month(month))
		for _, p := range []Period{MonthPeriod(m), QuarterOf(m), YearEndingIn(m), FinancialYearFrom(year), EditionOf(year)} {
			if p.First.Year() < 1000 || p.Last.Year() > 9999 {
				continue
			}
			back, err := ParsePeriod(p.Code())
			if err != nil || back != p {
				t.Errorf("%s came back as %v (%v)", p.Code(), back, err)
			}
			if mid := p.MidpointYear(); mid < p.First.Year() || mid > p.Last.Year() {
				t.Errorf("the midpoint of %s is in %d", p.Code(), mid)
			}
		}
	})
}
