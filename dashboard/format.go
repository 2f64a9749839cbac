package dashboard

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"outcomes/metrics"
)

// How numbers and names are written on the pages.

// written is a value in the indicator's decimals and without its unit's
// words: "17.7%" or "9.8".
func written(ind metrics.Indicator, v float64) string {
	if ind.Kind == metrics.Proportion || ind.Unit == metrics.Pounds {
		return metrics.Amount(ind, v)
	}
	return metrics.Decimal(v, ind.Decimals)
}

// unitWords are the words after the value: "per 1,000 residents".
func unitWords(ind metrics.Indicator) string {
	if ind.Kind == metrics.Proportion {
		return strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(ind.Unit, "per cent"), "%"))
	}
	if ind.Unit == metrics.Pounds { // stands before the value
		return ""
	}
	return ind.Unit
}

// counted is a count with its thousands grouped.
func counted(v float64) string {
	if v == math.Trunc(v) {
		return metrics.Decimal(v, 0)
	}
	return metrics.Decimal(v, 1)
}

// noun is the first words of a label, without what explains them: "residents"
// of "residents, ONS mid-year estimate".
func noun(label string) string {
	label, _, _ = strings.Cut(label, ",")
	label, _, _ = strings.Cut(label, " (")
	return label
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// plural writes a number and its noun: "1 file", "1,204 files".
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return metrics.Whole(n) + " " + many
}

var kindNames = map[metrics.PeriodKind]string{
	metrics.Monthly: "Months", metrics.Quarter: "Quarters", metrics.YearEnding: "Years ending",
	metrics.FinancialYear: "Financial years", metrics.Edition: "Editions",
	metrics.YearToDate: "Financial year to date", metrics.SinceStart: "Since the start",
}

var kindBy = map[metrics.PeriodKind]string{
	metrics.Monthly: "by month", metrics.Quarter: "by quarter", metrics.YearEnding: "by year ending each quarter",
	metrics.FinancialYear: "by financial year", metrics.Edition: "by edition of the Indices of Deprivation",
	metrics.YearToDate: "financial year to date, by quarter", metrics.SinceStart: "since the start, by quarter",
}

// areaName is the area's name, its code where the lookups are not in yet.
func areaName(a metrics.Area) string {
	switch {
	case a.Name == "":
		return a.Code
	case a.Kind == metrics.Force:
		return a.Name + " force area"
	}
	return a.Name
}

// the is a period within a sentence: "the quarter ending March 2019", but
// "March 2019" for a month.
func the(p metrics.Period) string { return periodArticle(p) + p.Label() }

func periodArticle(p metrics.Period) string {
	if p.Kind == metrics.Monthly {
		return ""
	}
	return "the "
}

func priorityURL(id string) string { return "/priorities/" + url.PathEscape(id) }

// indicatorURL is the address of an indicator's page, or with ext ".csv" or
// ".json" of the figures on it. Empty choices are left to the page.
func indicatorURL(id, ext, area string, kind metrics.PeriodKind, view, show string) string {
	query := url.Values{}
	for key, value := range map[string]string{"area": area, "period": string(kind), "view": view, "show": show} {
		if value != "" {
			query.Set(key, value)
		}
	}
	address := "/indicators/" + url.PathEscape(id) + ext
	if len(query) > 0 {
		address += "?" + strings.ReplaceAll(query.Encode(), "%2C", ",") // a comma may stand in a query, and reads better
	}
	return address
}

// figureURL is the address of a figure's proof, "" for one that is not stored.
func figureURL(f metrics.Figure) string {
	if f.ID == 0 {
		return ""
	}
	return "/figures/" + strconv.FormatInt(f.ID, 10)
}

// methodURL is where a method is explained, "" for none.
func methodURL(id string) string {
	if id == "" {
		return ""
	}
	return "/methods#" + id
}

// bytesWritten is a file's size for people.
func bytesWritten(n int64) string {
	switch {
	case n < 1000:
		return plural(n, "byte", "bytes")
	case n < 1_000_000:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
}

// lead parts a sentence where its answer ends and its numbers begin, so that
// a heading can set the second part smaller. Nothing is left out: a sentence
// that has no such place is all lead.
func lead(sentence string) (answer, rest string) {
	depth := 0
	for i, r := range sentence {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth > 0 || i < 30 || i+2 >= len(sentence) || sentence[i+1] != ' ':
		case r == ':' && sentence[i+2] >= '0' && sentence[i+2] <= '9':
			return sentence[:i+1], sentence[i+2:]
		case r == '.' && (sentence[i-1] == ')' || sentence[i-1] >= '0' && sentence[i-1] <= '9'):
			return sentence[:i+1], sentence[i+2:]
		}
	}
	return sentence, ""
}
