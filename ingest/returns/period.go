package returns

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// stated is what a cell says about the period.
type stated struct {
	quarter metrics.Period // zero where rule is set
	style   string         // how it is written: "quarter", "financial quarter", "months", "date"
	n, year int            // of a quarter whose number may be either year's: 4, 2018 for "Q4 2018/19" as for "Q4 2018"
	other   metrics.Period // the financial year's quarter where the calendar year's was taken and nothing says which is meant, else zero
	serial  float64        // of a date that is a number
	rule    string         // the check that it fails, "" where it is understood
	message string         // behind the place: "“March 2019” is a month"
}

var (
	codeFirst   = regexp.MustCompile(`^(\d{4})[ -]?q(?:uarter)? ?([1-4])$`)
	codeLast    = regexp.MustCompile(`^(?:q|qtr|quarter) ?([1-4])[ ,]*(?:of )?(\d{4})$`)
	fiscalLast  = regexp.MustCompile(`^(?:q|qtr|quarter) ?([1-4])[ ,]*(?:of )?(?:fy ?)?(\d{4}) ?[/-] ?(\d{2}|\d{4})$`)
	fiscalFirst = regexp.MustCompile(`^(?:fy ?)?(\d{4}) ?[/-] ?(\d{2}|\d{4}),? (?:q|qtr|quarter) ?([1-4])$`)
	fiscalYear  = regexp.MustCompile(`^(?:fy ?)?(\d{4}) ?[/-] ?(\d{2}|\d{4})$`)
	calendar    = regexp.MustCompile(`^\d{4}$`)
	isoMonth    = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)
	monthRange  = regexp.MustCompile(`^(?:\d{1,2} )?([a-z]+)\.?(?: (\d{4}))? ?(?:-|to|/) ?(?:\d{1,2} )?([a-z]+)\.? (\d{4})$`)
	oneMonth    = regexp.MustCompile(`^([a-z]+)\.?[ -](\d{4})$`)
	ending      = regexp.MustCompile(`^(?:the )?(?:quarter|(?:three|3) months) (?:ending|ended|to) (?:\d{1,2} )?([a-z]+) (\d{4})$`)
	isoDate     = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:[t ][\d:.]*z?)?$`)
	wordDate    = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]+)[ ,-]+(\d{4})$`)
	slashDate   = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$`)
	inBrackets  = regexp.MustCompile(` ?\([^)]*\)$`)
	houseCode   = regexp.MustCompile(`^\d{4}-q[1-4]$`)
	monthsAside = regexp.MustCompile(`\(([a-z]+)\.? ?(?:-|to|/) ?([a-z]+)\.?(?: \d{4})?\)$`)
	ofFinancial = regexp.MustCompile(`\bfinancial (?:year|quarter)|\bfy ?\d{2}|\b(20\d{2}) ?[/-] ?(20\d{2}|\d{2})(?:\D|$)`)
)

// statePeriod reads a period as projects write it. ok is false where the cell
// is not about a period at all, as far as can be told.
func statePeriod(c cell, date1904 bool) (st stated, ok bool) {
	if c.kind == numberCell {
		return stateSerial(c, date1904)
	}
	said := "“" + shorten(c.text) + "”"
	text := inBrackets.ReplaceAllString(normal(c.text), "")
	year := func(s string) int { n, _ := strconv.Atoi(s); return n }
	is := func(style string, m metrics.Month) (stated, bool) {
		return stated{quarter: metrics.QuarterOf(m), style: style}, true
	}
	fails := func(rule, message string) (stated, bool) { return stated{rule: rule, message: message}, true }
	fiscal := func(q, from, to string) (stated, bool) {
		if !follows(from, to) {
			return fails("time_period_consecutive", said+" names two years that do not follow one another")
		}
		n := year(q)
		return stated{quarter: financialQuarter(n, year(from)), style: "financial quarter", n: n, year: year(from)}, true
	}
	// A number and one year can be of either kind of year, unless months stand behind them.
	numbered := func(q, y string) (stated, bool) {
		st, _ := is("quarter", metrics.NewMonth(year(y), time.Month(3*year(q))))
		st.n, st.year = year(q), year(y)
		financial := financialQuarter(st.n, st.year)
		m := monthsAside.FindStringSubmatch(normal(c.text))
		switch {
		case m == nil:
			st.other = financial
		case spans(m[1], m[2], financial):
			st.quarter = financial
		case !spans(m[1], m[2], st.quarter):
			return fails("time_identifier_valid", said+" gives months that are not those of the quarter")
		}
		return st, true
	}
	day := func(y, m, d int) (stated, bool) {
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		if m < 1 || m > 12 || t.Day() != d {
			return fails("time_identifier_valid", said+" is not a day")
		}
		return is("date", metrics.NewMonth(y, time.Month(m)))
	}
	if m := codeFirst.FindStringSubmatch(text); m != nil {
		if !houseCode.MatchString(text) {
			return numbered(m[2], m[1])
		}
		// The house's own code: of the calendar year, without a doubt.
		return is("quarter", metrics.NewMonth(year(m[1]), time.Month(3*year(m[2]))))
	}
	if m := codeLast.FindStringSubmatch(text); m != nil {
		return numbered(m[1], m[2])
	}
	if m := fiscalLast.FindStringSubmatch(text); m != nil {
		return fiscal(m[1], m[2], m[3])
	}
	if m := fiscalFirst.FindStringSubmatch(text); m != nil {
		return fiscal(m[3], m[1], m[2])
	}
	if isoMonth.MatchString(text) {
		// 2010-11 is a month as it is a financial year; both are too long or too short.
		return fails("time_period_length", said+" is a month or a year, not a quarter")
	}
	if m := fiscalYear.FindStringSubmatch(text); m != nil {
		if !follows(m[1], m[2]) {
			return fails("time_period_consecutive", said+" names two years that do not follow one another")
		}
		return fails("time_period_length", said+" is a year, not a quarter")
	}
	if calendar.MatchString(text) {
		return fails("time_period_length", said+" is a year, not a quarter")
	}
	if m := isoDate.FindStringSubmatch(text); m != nil {
		return day(year(m[1]), year(m[2]), year(m[3]))
	}
	if m := wordDate.FindStringSubmatch(text); m != nil {
		if month, ok := monthNamed(m[2]); ok {
			return day(year(m[3]), int(month), year(m[1]))
		}
	}
	if m := slashDate.FindStringSubmatch(text); m != nil {
		d, mo := year(m[1]), year(m[2])
		switch {
		case d <= 12 && mo <= 12 && (d-1)/3 != (mo-1)/3:
			return fails("date_as_text", said+" is a date typed as text, and which number is the month cannot be told")
		case mo > 12:
			return day(year(m[3]), d, mo) // month first
		}
		return day(year(m[3]), mo, d)
	}
	if m := ending.FindStringSubmatch(text); m != nil {
		if month, ok := monthNamed(m[1]); ok {
			if month%3 != 0 {
				return fails("time_period_length", said+" does not end with March, June, September or December")
			}
			return is("months", metrics.NewMonth(year(m[2]), month))
		}
	}
	if m := monthRange.FindStringSubmatch(text); m != nil {
		from, ok1 := monthNamed(m[1])
		to, ok2 := monthNamed(m[3])
		if ok1 && ok2 {
			last := metrics.NewMonth(year(m[4]), to)
			first := metrics.NewMonth(year(m[4]), from)
			if m[2] != "" {
				first = metrics.NewMonth(year(m[2]), from)
			}
			if metrics.QuarterOf(last).First != first || last%3 != 2 {
				return fails("time_period_length", said+" is not one of the four quarters of a year")
			}
			return is("months", last)
		}
	}
	if m := oneMonth.FindStringSubmatch(text); m != nil {
		if _, ok := monthNamed(m[1]); ok {
			return fails("time_period_length", said+" is a month, not a quarter")
		}
	}
	return stated{rule: "time_identifier_valid", message: said + " is not understood as a quarter"}, false
}

// stateSerial reads a number in a column of periods: a date counted in days, a
// year, or a month or financial year of six digits.
func stateSerial(c cell, date1904 bool) (stated, bool) {
	said := "“" + shorten(c.text) + "”"
	if len(c.text) == 6 && c.format != dateFormat {
		if follows(c.text[:4], c.text[4:]) {
			return stated{rule: "time_period_length", message: said + " is a financial year, not a quarter"}, true
		}
		if c.text[4:] >= "01" && c.text[4:] <= "12" {
			return stated{rule: "time_period_length", message: said + " is a month, not a quarter"}, true
		}
		return stated{rule: "time_period_consecutive", message: said + " names two years that do not follow one another"}, true
	}
	v, err := strconv.ParseFloat(c.text, 64)
	if !storedNumber.MatchString(c.text) {
		err = strconv.ErrSyntax
	}
	switch {
	case err == nil && v >= 1990 && v < 2100 && c.format != dateFormat:
		return stated{rule: "time_period_length", message: said + " is a year, not a quarter"}, true
	case err == nil && v >= 30_000 && v < 80_000: // 1982 to 2119, counted from 1900
		if t, err := excelize.ExcelDateToTime(v, date1904); err == nil {
			return stated{quarter: metrics.QuarterOf(metrics.NewMonth(t.Year(), t.Month())), style: "date", serial: v}, true
		}
	}
	return stated{rule: "time_identifier_valid", message: said + " is not understood as a quarter"}, false
}

// wrongQuarter says which check a period fails that is understood and is not
// the quarter that is asked for.
func wrongQuarter(st stated, asked metrics.Period, date1904 bool, today time.Time) string {
	if st.serial > 0 {
		if t, err := excelize.ExcelDateToTime(st.serial, !date1904); err == nil && metrics.QuarterOf(metrics.NewMonth(t.Year(), t.Month())) == asked {
			return "date_1900_1904"
		}
	}
	if st.n > 0 {
		calendar := metrics.QuarterOf(metrics.NewMonth(st.year, time.Month(3*st.n)))
		financial := financialQuarter(st.n, st.year)
		// “Q4 2019” for January to March 2019 names the year in which it ends.
		ends := metrics.QuarterOf(financial.First - 12)
		if asked == calendar || asked == financial || asked == ends {
			return "wrong_quarter_code"
		}
	}
	if !today.After(st.quarter.Last.End()) {
		return "period_is_not_due"
	}
	return "wrong_quarter"
}

// financialQuarter is a quarter of the financial year that begins in April of a year.
func financialQuarter(n, year int) metrics.Period {
	return metrics.QuarterOf(metrics.NewMonth(year, time.April) + metrics.Month(3*(n-1)))
}

// spans says whether a quarter is from the one month to the other.
func spans(from, to string, q metrics.Period) bool {
	first, ok1 := monthNamed(from)
	last, ok2 := monthNamed(to)
	return ok1 && ok2 && first == q.First.Start().Month() && last == q.Last.Start().Month()
}

// speaksOfFinancialYears says whether a text names a financial year, and not
// only beside the months of a quarter, as the template does.
func speaksOfFinancialYears(c cell) bool {
	if st, ok := statePeriod(c, false); c.kind == numberCell || ok && st.style == "months" {
		return false
	}
	m := ofFinancial.FindStringSubmatch(normal(c.text))
	return m != nil && (m[1] == "" || follows(m[1], m[2]))
}

// follows says whether the second year is the one after the first: "2018", "19" or "2019".
func follows(first, second string) bool {
	a, err1 := strconv.Atoi(first)
	b, err2 := strconv.Atoi(second)
	if err1 != nil || err2 != nil {
		return false
	}
	if len(second) == 4 {
		return b == a+1
	}
	return b == (a+1)%100
}

func monthNamed(s string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		if s == name || len(s) >= 3 && len(s) <= 4 && strings.HasPrefix(name, s) {
			return m, true
		}
	}
	return 0, false
}
