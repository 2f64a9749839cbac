package returns

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// quarter is the one that the tests' returns are of.
var quarter = metrics.QuarterOf(metrics.NewMonth(2019, time.March))

var today = time.Date(2019, 4, 15, 0, 0, 0, 0, time.UTC)

func strategy() *metrics.Strategy {
	return &metrics.Strategy{
		Name: "Invented strategy", Partnership: "Invented Partnership",
		Returns: metrics.ReturnRules{DueDays: 30, Small: 4},
		Dimensions: []metrics.Dimension{
			{ID: "age", Title: "Age band", Items: []metrics.Item{{ID: "under-10", Title: "Under 10"}, {ID: "10-14", Title: "10 to 14"}, {ID: "15-17", Title: "15 to 17"}}},
			{ID: "sex", Title: "Sex", Items: []metrics.Item{{ID: "male", Title: "Male"}, {ID: "female", Title: "Female"}, {ID: "not-stated", Title: "Not stated"}}},
		},
		Measures: []metrics.ReturnMeasure{
			{ID: "referrals-accepted", Title: "Referrals accepted", Definition: "Referrals that the project took on.", Kind: metrics.CountMeasure, Unit: "young people", Breakdowns: []string{"age", "sex"}, People: true},
			{ID: "improved", Title: "Young people with an improved outcome", Definition: "Of those who finished.", Kind: metrics.ShareMeasure, Unit: "young people who say that it is better",
				Of: "young people who finished", Breakdowns: []string{"sex"}, People: true},
			{ID: "sessions", Title: "Sessions held", Kind: metrics.CountMeasure, Unit: "sessions"},
			{ID: "since-start", Title: "Young people helped", Kind: metrics.CountMeasure, Unit: "young people", Cumulative: true, People: true},
			{ID: "spend", Title: "Spend in the quarter", Kind: metrics.MoneyMeasure, Unit: "pounds"},
			{ID: "pupils-reached", Title: "Pupils reached", Kind: metrics.CountMeasure, Unit: "pupils", People: true},
		},
		Projects: []metrics.Project{
			{ID: "staying-safe", Name: "Staying Safe", Lead: "Invented Youth Trust", From: metrics.NewMonth(2018, time.April),
				Measures: []string{"referrals-accepted", "improved", "sessions", "since-start", "spend"}},
			{ID: "mentoring", Name: "Mentoring in Schools", Lead: "Invented Schools", From: metrics.NewMonth(2018, time.April), Measures: []string{"pupils-reached"}},
		},
	}
}

type is = metrics.ReturnCell

// good are numbers with which nothing is wrong.
func good() []metrics.ReturnValue {
	var out []metrics.ReturnValue
	put := func(m, part, by, item string, v float64) {
		out = append(out, metrics.ReturnValue{ReturnCell: is{Measure: m, Part: part, Dimension: by, Item: item}, Value: v})
	}
	put("referrals-accepted", "", "", "", 41)
	put("referrals-accepted", "", "age", "under-10", 7)
	put("referrals-accepted", "", "age", "10-14", 13)
	put("referrals-accepted", "", "age", "15-17", 21)
	put("referrals-accepted", "", "sex", "male", 22)
	put("referrals-accepted", "", "sex", "female", 19)
	put("referrals-accepted", "", "sex", "not-stated", 0)
	put("improved", metrics.Numerator, "", "", 17)
	put("improved", metrics.Denominator, "", "", 28)
	for i, item := range []string{"male", "female", "not-stated"} {
		put("improved", metrics.Numerator, "sex", item, []float64{9, 8, 0}[i])
		put("improved", metrics.Denominator, "sex", item, []float64{15, 13, 0}[i])
	}
	put("sessions", "", "", "", 33)
	put("since-start", "", "", "", 127)
	put("spend", "", "", "", 12345.67)
	return out
}

// returned is an accepted return of good numbers, changed.
func returned(q metrics.Period, change func(v *metrics.ReturnValue)) metrics.AcceptedReturn {
	r := metrics.AcceptedReturn{Project: "staying-safe", Quarter: q, Values: good()}
	for i := range r.Values {
		change(&r.Values[i])
	}
	return r
}

// a little off, so that it is not the same again.
func nearby(v *metrics.ReturnValue) {
	if v.Value > 6 {
		v.Value--
	}
}

func write(t testing.TB, x *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// must stops at the first error of a chain of changes to a workbook.
func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// handed is a template with good numbers, handed in and changed by edit.
func handed(t testing.TB, edit func(x *excelize.File)) Handed {
	t.Helper()
	s := strategy()
	h := Handed{Name: FileName(s.Projects[0], quarter), Project: s.Projects[0], Quarter: quarter, Strategy: s, Today: today}
	var b bytes.Buffer
	must(t, Filled(&b, s, s.Projects[0], quarter, h.Held, false, good()))
	h.Body = b.Bytes()
	if edit != nil {
		h.Body = edited(t, h.Body, edit)
	}
	return h
}

func edited(t testing.TB, body []byte, edit func(x *excelize.File)) []byte {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(body))
	must(t, err)
	defer x.Close()
	edit(x)
	return write(t, x)
}

// in sets one cell of the filled template.
func in(t testing.TB, sheet, cell string, value any) Handed {
	t.Helper()
	return handed(t, func(x *excelize.File) { must(t, x.SetCellValue(sheet, cell, value)) })
}

// with screens good numbers with something held before.
func with(t testing.TB, held Held, edit func(x *excelize.File)) Handed {
	t.Helper()
	h := handed(t, edit)
	h.Held = held
	return h
}

// ownRows are the good numbers as a project might keep them: one table, its own
// headings and order, with blank rows.
func ownRows() [][]any {
	rows := [][]any{{"Indicator", "Period", "Breakdown", "Group", "Numerator or denominator", "Value", "Comments"}}
	s := strategy()
	values := good()
	slices.Reverse(values)
	for i, v := range values {
		m, _ := s.ReturnMeasure(v.Measure)
		name := m.Title
		if i%2 == 0 {
			name = m.ID
		}
		dim, item := any(nil), any(nil)
		if d, ok := s.Dimension(v.Dimension); ok {
			dim, item = d.Title, itemTitle(&d, v.Item)
			if i%2 == 0 {
				dim, item = d.ID, v.Item
			}
		}
		rows = append(rows, []any{name, "Jan-Mar 2019", dim, item, v.Part, v.Value, nil})
		if i%5 == 0 {
			rows = append(rows, nil)
		}
	}
	return rows
}

// own is a workbook of the project's own with these rows, from row 3.
func own(t testing.TB, rows [][]any, edit func(x *excelize.File)) Handed {
	t.Helper()
	s := strategy()
	x := excelize.NewFile()
	defer x.Close()
	must(t, x.SetSheetName("Sheet1", "Data"))
	for i, r := range rows {
		must(t, x.SetSheetRow("Data", ref(1, i+3), &r))
	}
	if edit != nil {
		edit(x)
	}
	return Handed{Name: "our numbers.xlsx", Body: write(t, x), Project: s.Projects[0], Quarter: quarter, Strategy: s, Today: today}
}

// ownWith is the project's own workbook with its rows changed.
func ownWith(t testing.TB, change func(rows [][]any) [][]any) Handed {
	t.Helper()
	return own(t, change(ownRows()), nil)
}

// periods sets the period of every row of the project's own workbook.
func periods(t testing.TB, value any) Handed {
	t.Helper()
	return ownWith(t, func(rows [][]any) [][]any {
		for _, r := range rows[1:] {
			if r != nil {
				r[1] = value
			}
		}
		return rows
	})
}

func rules(findings []metrics.Finding) []string {
	var out []string
	for _, f := range findings {
		if !slices.Contains(out, f.Rule) {
			out = append(out, f.Rule)
		}
	}
	return out
}

func describe(findings []metrics.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "\n  %s %s %s!%s: %s", f.Severity, f.Rule, f.Sheet, f.Cell, f.Message)
	}
	return b.String()
}

// repack writes a zip again, with parts put in or changed.
func repack(t testing.TB, body []byte, parts map[string]string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	must(t, err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		if _, changed := parts[f.Name]; changed {
			continue
		}
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		part, err := w.Create(f.Name)
		must(t, err)
		_, err = part.Write(content)
		must(t, err)
	}
	for name, content := range parts {
		part, err := w.Create(name)
		must(t, err)
		_, err = io.WriteString(part, content)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

// added is the good workbook with parts put into its zip.
func added(t testing.TB, parts map[string]string) Handed {
	t.Helper()
	h := handed(t, nil)
	h.Body = repack(t, h.Body, parts)
	return h
}

// equal says whether values are the good ones, in any order.
func equal(values, want []metrics.ReturnValue) string {
	got := valuesOf(metrics.AcceptedReturn{Values: values})
	if len(got) != len(want) {
		return fmt.Sprintf("%d values, want %d", len(got), len(want))
	}
	for _, w := range want {
		if g := got[w.ReturnCell]; g.Value != w.Value || g.NotAvailable != w.NotAvailable {
			return fmt.Sprintf("%v is %v (%t), want %v", w.ReturnCell, g.Value, g.NotAvailable, w.Value)
		}
	}
	return ""
}

func TestGoodReturnsPass(t *testing.T) {
	for name, h := range map[string]Handed{
		"the template": handed(t, nil),
		"its own":      own(t, ownRows(), nil),
		"with last quarter": with(t, Held{Before: []metrics.AcceptedReturn{
			returned(metrics.QuarterOf(quarter.First-1), nearby)}}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			got := Screen(context.Background(), h)
			if len(got.Findings) > 0 {
				t.Errorf("findings:%s", describe(got.Findings))
			}
			if wrong := equal(got.Values, good()); wrong != "" {
				t.Error(wrong)
			}
			if got.PersonalData || got.Sample || len(got.Grid) == 0 {
				t.Errorf("personal data %t, sample %t, %d sheets", got.PersonalData, got.Sample, len(got.Grid))
			}
			for _, v := range got.Values {
				if v.Sheet == "" || v.Cell == "" {
					t.Errorf("%v has no place", v)
				}
			}
		})
	}
}

// unpack gives the parts of a zip as texts.
func unpack(t testing.TB, body []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	must(t, err)
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		out[f.Name] = string(content)
	}
	return out
}
