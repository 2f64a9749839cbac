package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"outcomes/metrics"
)

// query are the parameters of a request, each given once and not empty.
type query map[string]string

const (
	defaultLimit = 100
	mostLimit    = 1000
)

// parseQuery reads what follows the question mark. A parameter that the route
// does not take is refused: who misspells a filter must not get everything.
func parseQuery(raw string, takes []string) (query, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, &metrics.Error{Kind: metrics.Invalid, Err: err, Msg: "What follows the question mark of the address cannot be read. Write it as name=value, with & between, and other characters than letters and digits as %XX."}
	}
	q := query{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch given := values[name]; {
		case len(takes) == 0:
			return nil, metrics.Errorf(metrics.Invalid, "This address takes no parameters, and %s was given. Leave out what follows the question mark.", quoted(name))
		case !slices.Contains(takes, name):
			return nil, metrics.Errorf(metrics.Invalid, "There is no parameter %s here. Use %s.", quoted(name), or(takes))
		case len(given) > 1:
			return nil, metrics.Errorf(metrics.Invalid, "The parameter %s is given %d times. Give it once.", name, len(given))
		case given[0] == "":
			return nil, metrics.Errorf(metrics.Invalid, "The parameter %s is empty. Give it a value, or leave it out.", name)
		default:
			q[name] = given[0]
		}
	}
	return q, nil
}

// quoted repeats what was given, cut short where it is long.
func quoted(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// or lists words: "a, b or c".
func or[T ~string](words []T) string {
	var out []string
	for _, w := range words {
		out = append(out, string(w))
	}
	if n := len(out); n > 1 {
		return strings.Join(out[:n-1], ", ") + " or " + out[n-1]
	}
	return strings.Join(out, "")
}

// oneOf is a parameter that has to be one of some words; "" where it is not given.
func oneOf[T ~string](q query, name string, allowed []T) (T, error) {
	value, ok := q[name]
	switch {
	case !ok:
		return "", nil
	case len(allowed) == 0:
		return "", metrics.Errorf(metrics.Invalid, "The %s %s is not known: the strategy has none.", name, quoted(value))
	case !slices.Contains(allowed, T(value)):
		return "", metrics.Errorf(metrics.Invalid, "The %s %s is not known. Use %s.", strings.ReplaceAll(name, "_", " "), quoted(value), or(allowed))
	}
	return T(value), nil
}

func (a *API) indicatorParameter(q query) (string, error) {
	var ids []string
	for _, i := range a.strategy.Indicators {
		ids = append(ids, i.ID)
	}
	return oneOf(q, "indicator", ids)
}

func (a *API) priorityParameter(q query) (string, error) {
	var ids []string
	for _, p := range a.strategy.Priorities {
		ids = append(ids, p.ID)
	}
	return oneOf(q, "priority", ids)
}

// area is a code of the Office for National Statistics; nil where none is given.
func (q query) area() ([]string, error) {
	code, ok := q["area"]
	if !ok {
		return nil, nil
	}
	if len(code) != 9 || !strings.Contains("EWSNKJ", code[:1]) || strings.Trim(code[1:], "0123456789") != "" {
		return nil, metrics.Errorf(metrics.Invalid, "The area %s is not a code. Write the nine characters of the Office for National Statistics, such as E08000026.", quoted(code))
	}
	return []string{code}, nil
}

func (q query) period() (string, error) {
	code, ok := q["period"]
	if !ok {
		return "", nil
	}
	if len(code) > 40 {
		code = code[:40] + "…"
	}
	p, err := metrics.ParsePeriod(code)
	if err != nil {
		return "", metrics.Errorf(metrics.Invalid, "The parameter period is wrong: %w.", err)
	}
	return p.Code(), nil
}

// months are the first and last month that a period may end in, by the days
// that are given: a period ends on the last day of its last month. A month
// stands for its first day as from, and for its last as to.
func (q query) months() (from, to metrics.Month, err error) {
	earliest := metrics.NewMonth(1000, time.January)
	read := func(name string) (month metrics.Month, last bool, err error) {
		value := q[name]
		month, err = metrics.ParseMonth(value)
		last = true
		if err != nil {
			var day time.Time
			day, err = time.Parse(time.DateOnly, value)
			month, last = metrics.NewMonth(day.Year(), day.Month()), day.AddDate(0, 0, 1).Day() == 1
		}
		if err != nil || month < earliest {
			return 0, false, metrics.Errorf(metrics.Invalid, "The day %s of %s cannot be read. Write it as 2019-03-31, or a month as 2019-03.", quoted(value), name)
		}
		return month, last, nil
	}
	if _, ok := q["from"]; ok {
		if from, _, err = read("from"); err != nil {
			return 0, 0, err
		}
	}
	if _, ok := q["to"]; ok {
		var last bool
		if to, last, err = read("to"); err != nil {
			return 0, 0, err
		}
		if !last {
			to--
		}
		if to < from {
			return 0, 0, metrics.Errorf(metrics.Invalid, "Nothing ends between %s and %s. Give a later day as to, or an earlier one as from.", q["from"], q["to"])
		}
	}
	return from, to, nil
}

func (q query) limit() (int, error) {
	value, ok := q["limit"]
	if !ok {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > mostLimit || strings.Trim(value, "0123456789") != "" {
		return 0, metrics.Errorf(metrics.Invalid, "The limit %s is not one. Use a whole number from 1 to %d.", quoted(value), mostLimit)
	}
	return n, nil
}

// since is a moment in UTC, as the store writes them.
func (q query) since() (string, error) {
	value, ok := q["since"]
	if !ok {
		return "", metrics.Errorf(metrics.Invalid, "Say since when: since=2026-11-20, or with the time, since=2026-11-20T02:30:00Z.")
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		t, err = time.Parse(time.DateOnly, value)
	}
	if err != nil || t.UTC().Year() < 0 || t.UTC().Year() > 9999 {
		return "", metrics.Errorf(metrics.Invalid, "The moment %s of since cannot be read. Write a day as 2026-11-20, or a moment as 2026-11-20T02:30:00Z; a + in it has to be written %%2B.", quoted(value))
	}
	return t.UTC().Format(time.RFC3339), nil
}

// A cursor is a place in a list, which nobody but us has to read.

func cursorOf(place any) string {
	b, _ := json.Marshal(place) // of texts and numbers: it does not fail
	return base64.RawURLEncoding.EncodeToString(b)
}

func (q query) cursor(place any) (given bool, err error) {
	value, ok := q["cursor"]
	if !ok {
		return false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(value)
	if err == nil {
		err = json.Unmarshal(b, place)
	}
	if err != nil {
		return false, badCursor(err)
	}
	return true, nil
}

func badCursor(err error) error {
	return &metrics.Error{Kind: metrics.Invalid, Err: err, Msg: "The cursor is not one of ours. Follow the link that is called next in the answer before, as it is."}
}

// with is the address of the same request with another parameter.
func (r request) with(name, value string) string {
	values := url.Values{}
	for k, v := range r.query {
		values.Set(k, v)
	}
	if value == "" {
		values.Del(name)
	} else {
		values.Set(name, value)
	}
	if len(values) == 0 {
		return r.path
	}
	return r.path + "?" + values.Encode()
}

// pageLinks lead through a list.
type pageLinks struct {
	Self  string  `json:"self"`
	First string  `json:"first"`
	Next  *string `json:"next"`
}

func (r request) links(next string) pageLinks {
	l := pageLinks{Self: r.with("cursor", r.query["cursor"]), First: r.with("cursor", "")}
	if next != "" {
		address := r.with("cursor", next)
		l.Next = &address
	}
	return l
}

// at is the address of one thing: "/api/v1/figures/12".
func at(kind string, id any) string {
	return Root + "/" + kind + "/" + url.PathEscape(fmt.Sprint(id))
}
