package metrics

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Month counts calendar months: year*12 + month-1. It orders and subtracts as a number does.
type Month int

// NewMonth gives the month m (1 to 12) of a year.
func NewMonth(year int, m time.Month) Month { return Month(year*12 + int(m) - 1) }

var monthCode = regexp.MustCompile(`^(\d{4})-(0[1-9]|1[0-2])$`)

// ParseMonth reads YYYY-MM.
func ParseMonth(s string) (Month, error) {
	m := monthCode.FindStringSubmatch(s)
	if m == nil {
		return 0, Errorf(Invalid, "%q is not a month: write it as 2019-03", s)
	}
	y, _ := strconv.Atoi(m[1])
	n, _ := strconv.Atoi(m[2])
	return NewMonth(y, time.Month(n)), nil
}

// Year is the calendar year that holds the month.
func (m Month) Year() int { return int(m) / 12 }

// Of is the month within its year.
func (m Month) Of() time.Month { return time.Month(int(m)%12 + 1) }

// String is the month's code, YYYY-MM.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), int(m.Of())) }

// Name is the month in words, "March 2019".
func (m Month) Name() string { return fmt.Sprintf("%s %d", m.Of(), m.Year()) }

// Start is the month's first day at midnight, UTC.
func (m Month) Start() time.Time { return time.Date(m.Year(), m.Of(), 1, 0, 0, 0, 0, time.UTC) }

// End is the month's last day at midnight, UTC.
func (m Month) End() time.Time { return (m + 1).Start().AddDate(0, 0, -1) }

// PeriodKind tells the kinds of period apart; figures of different kinds are never compared.
type PeriodKind string

const (
	Monthly       PeriodKind = "month"          // 2019-03
	Quarter       PeriodKind = "quarter"        // 2019-Q1, calendar quarter
	YearEnding    PeriodKind = "year-ending"    // YE2019-03, the twelve months to the end of March 2019
	FinancialYear PeriodKind = "financial-year" // FY2018-19, April 2018 to March 2019
	Edition       PeriodKind = "edition"        // IoD2019, an edition of the Indices of Deprivation
	YearToDate    PeriodKind = "year-to-date"   // FYTD2019-06, April of the financial year to the end of June 2019
	SinceStart    PeriodKind = "since-start"    // 2018-10--2019-03, all that was done from October 2018 to March 2019
)

// Period is the time a figure speaks of. First and Last are its months, both
// included; an edition has its year's January and December there, for ordering only.
type Period struct {
	Kind        PeriodKind
	First, Last Month
}

// MonthPeriod is one calendar month.
func MonthPeriod(m Month) Period { return Period{Monthly, m, m} }

// QuarterOf is the calendar quarter that holds m.
func QuarterOf(m Month) Period {
	first := m - Month(int(m)%3)
	return Period{Quarter, first, first + 2}
}

// YearEndingIn is the twelve months of which m is the last.
func YearEndingIn(m Month) Period { return Period{YearEnding, m - 11, m} }

// FinancialYearFrom is April of the year to March of the next.
func FinancialYearFrom(year int) Period {
	first := NewMonth(year, time.April)
	return Period{FinancialYear, first, first + 11}
}

// YearToDateIn is April of the financial year that holds m, to m.
func YearToDateIn(m Month) Period {
	year := m.Year()
	if m.Of() < time.April {
		year--
	}
	return Period{YearToDate, NewMonth(year, time.April), m}
}

// SinceStartOf is everything from one month to another.
func SinceStartOf(from, to Month) Period { return Period{SinceStart, from, to} }

// EditionOf is the edition of the Indices of Deprivation named by its year.
func EditionOf(year int) Period {
	return Period{Edition, NewMonth(year, time.January), NewMonth(year, time.December)}
}

var periodCodes = regexp.MustCompile(`^(?:(\d{4}-\d{2})|(\d{4})-Q([1-4])|YE(\d{4}-\d{2})|FY(\d{4})-(\d{2})|IoD(\d{4})|FYTD(\d{4}-\d{2})|(\d{4}-\d{2})--(\d{4}-\d{2}))$`)

// ParsePeriod reads a period's code: 2019-03, 2019-Q1, YE2019-03, FY2018-19, IoD2019,
// FYTD2019-06 or 2018-10--2019-03.
func ParsePeriod(code string) (Period, error) {
	bad := Errorf(Invalid, "%q is not a period: write a month as 2019-03, a quarter as 2019-Q1, a year ending as YE2019-03, a financial year as FY2018-19, a financial year to date as FYTD2019-06, all since a start as 2018-10--2019-03, an edition of the Indices as IoD2019", code)
	m := periodCodes.FindStringSubmatch(code)
	switch {
	case m == nil:
		return Period{}, bad
	case m[1] != "" || m[4] != "":
		month, err := ParseMonth(m[1] + m[4])
		if err != nil {
			return Period{}, bad
		}
		if m[4] != "" {
			return YearEndingIn(month), nil
		}
		return MonthPeriod(month), nil
	case m[2] != "":
		y, _ := strconv.Atoi(m[2])
		q, _ := strconv.Atoi(m[3])
		return QuarterOf(NewMonth(y, time.Month(q*3))), nil
	case m[5] != "":
		y, _ := strconv.Atoi(m[5])
		if end, _ := strconv.Atoi(m[6]); end != (y+1)%100 {
			return Period{}, bad
		}
		return FinancialYearFrom(y), nil
	case m[8] != "":
		month, err := ParseMonth(m[8])
		if err != nil {
			return Period{}, bad
		}
		return YearToDateIn(month), nil
	case m[9] != "":
		from, err := ParseMonth(m[9])
		to, err2 := ParseMonth(m[10])
		if err != nil || err2 != nil || from > to {
			return Period{}, bad
		}
		return SinceStartOf(from, to), nil
	default:
		y, _ := strconv.Atoi(m[7])
		return EditionOf(y), nil
	}
}

// Code is the period's code, the same in files, addresses and exports.
func (p Period) Code() string {
	switch p.Kind {
	case Quarter:
		return fmt.Sprintf("%d-Q%d", p.Last.Year(), int(p.Last.Of())/3)
	case YearEnding:
		return "YE" + p.Last.String()
	case FinancialYear:
		return fmt.Sprintf("FY%d-%02d", p.First.Year(), p.Last.Year()%100)
	case Edition:
		return fmt.Sprintf("IoD%d", p.Last.Year())
	case YearToDate:
		return "FYTD" + p.Last.String()
	case SinceStart:
		return p.First.String() + "--" + p.Last.String()
	default:
		return p.Last.String()
	}
}

// Label is the period in words, to stand after "the": "quarter ending March 2019".
func (p Period) Label() string {
	switch p.Kind {
	case Quarter:
		return "quarter ending " + p.Last.Name()
	case YearEnding:
		return "year ending " + p.Last.Name()
	case FinancialYear:
		return fmt.Sprintf("financial year %d-%02d", p.First.Year(), p.Last.Year()%100)
	case Edition:
		return fmt.Sprintf("%d Indices of Deprivation", p.Last.Year())
	case YearToDate:
		return "financial year to " + p.Last.Name()
	case SinceStart:
		return fmt.Sprintf("time from %s to %s", p.First.Name(), p.Last.Name())
	default:
		return p.Last.Name()
	}
}

// Phrase is the period as it stands in a sentence after "in" or "for": "the
// quarter ending March 2019", but "March 2019" for a month.
func (p Period) Phrase() string {
	if p.Kind == Monthly {
		return p.Label()
	}
	return "the " + p.Label()
}

// Months is how many months the period holds.
func (p Period) Months() int { return int(p.Last-p.First) + 1 }

// StartDate is the first day, YYYY-MM-DD.
func (p Period) StartDate() string { return p.First.Start().Format(time.DateOnly) }

// EndDate is the last day, YYYY-MM-DD.
func (p Period) EndDate() string { return p.Last.End().Format(time.DateOnly) }

// MidpointYear is the calendar year that holds the instant half-way between
// the first day's start and the last day's end. A year ending in June has its
// midpoint in the last days of the year before.
func (p Period) MidpointYear() int {
	start, end := p.First.Start(), (p.Last + 1).Start()
	mid := start.Add(end.Sub(start) / 2)
	return mid.Year()
}

// YearBefore is the corresponding period a year earlier: the quarter's
// corresponding quarter, the year ending's previous year. Editions have none,
// nor has all that was done since a start.
func (p Period) YearBefore() (Period, bool) {
	if p.Kind == Edition || p.Kind == SinceStart {
		return Period{}, false
	}
	return Period{p.Kind, p.First - 12, p.Last - 12}, true
}
