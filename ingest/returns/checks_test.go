package returns

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// fixture trips a check, and passes it.
type fixture struct {
	trips  func(t *testing.T) Handed
	passes func(t *testing.T) Handed // nil for the good template
	cell   string                    // where it trips, "Totals!D7"; "" where it is the file's or does not matter
	says   string                    // part of the message
}

// kept reads a small file that is made by other programs.
func kept(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "testdata", "returns", name))
	must(t, err)
	return body
}

func named(t *testing.T, name string, body []byte) Handed {
	h := handed(t, nil)
	h.Name = name
	if body != nil {
		h.Body = body
	}
	return h
}

// serial is a date as the project's own workbook has it.
func serial(t *testing.T, days float64, from1904 bool) Handed {
	rows := ownRows()
	for _, r := range rows[1:] {
		if r != nil {
			r[1] = nil
		}
	}
	return own(t, rows, func(x *excelize.File) {
		style, err := x.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err, x.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &from1904}))
		for i, r := range rows[1:] {
			if r != nil {
				must(t, x.SetCellValue("Data", ref(2, i+4), days), x.SetCellStyle("Data", ref(2, i+4), ref(2, i+4), style))
			}
		}
	})
}

func styled(t *testing.T, cell string, value any, style excelize.Style) Handed {
	return handed(t, func(x *excelize.File) {
		id, err := x.NewStyle(&style)
		must(t, err, x.SetCellValue("Totals", cell, value), x.SetCellStyle("Totals", cell, cell, id))
	})
}

// wide is a workbook of the project's own, a column for each group.
func wide(t *testing.T, head string) Handed {
	return own(t, [][]any{{"Measure", head, "Value"}, {"Sessions held", 3, 33}}, nil)
}

func last(change func(v *metrics.ReturnValue)) Held {
	return Held{Before: []metrics.AcceptedReturn{returned(metrics.QuarterOf(quarter.First-1), change)}}
}

func only(measure string, value float64) func(v *metrics.ReturnValue) {
	return func(v *metrics.ReturnValue) {
		nearby(v)
		if v.Measure == measure && v.Dimension == "" {
			v.Value = value
		}
	}
}

func year(change func(v *metrics.ReturnValue)) Held {
	var h Held
	for i := 4; i >= 1; i-- {
		h.Before = append(h.Before, returned(metrics.QuarterOf(quarter.First-metrics.Month(3*i)), change))
	}
	return h
}

func now(change func(v *metrics.ReturnValue)) Held {
	r := returned(quarter, change)
	return Held{Now: &r}
}

// Cells of the filled template: the totals are in D7 (referrals), D8 and D9
// (improved), D10 (sessions), D11 (since the start), D12 (spend); by age in
// E7:E9; by sex in E7:E9 (referrals) and E10:E15 (improved).
var fixtures = map[string]fixture{
	"file_selected": {trips: func(t *testing.T) Handed { h := named(t, "", nil); h.Body = nil; return h }},
	"file_empty": {
		trips:  func(t *testing.T) Handed { h := handed(t, nil); h.Body = nil; return h },
		passes: func(t *testing.T) Handed { return own(t, [][]any{{"x"}}, nil) },
	},
	"file_size": {
		trips:  func(t *testing.T) Handed { return named(t, "big.xlsx", make([]byte, maxFile+1)) },
		passes: func(t *testing.T) Handed { return named(t, "big.xlsx", make([]byte, maxFile)) },
		says:   "10 MB",
	},
	"file_type":         {trips: func(t *testing.T) Handed { return named(t, "old.xls", kept(t, "old.xls")) }, says: "old .xls"},
	"file_password":     {trips: func(t *testing.T) Handed { return named(t, "secret.xlsx", locked(t)) }, passes: func(t *testing.T) Handed { return named(t, "old.xls", kept(t, "old.xls")) }},
	"filename_special":  {trips: func(t *testing.T) Handed { return named(t, "=cmd.xlsx", nil) }, passes: func(t *testing.T) Handed { return named(t, "Q4 return (2).xlsx", nil) }},
	"file_broken":       {trips: func(t *testing.T) Handed { h := handed(t, nil); h.Body = h.Body[:len(h.Body)/2]; return h }, says: "cut short"},
	"screening_stopped": {trips: func(t *testing.T) Handed { return handed(t, nil) }}, // the test stops it
	"zip_bomb": {
		trips: func(t *testing.T) Handed {
			return added(t, map[string]string{"xl/worksheets/sheet1.xml": strings.Repeat(" ", 30<<20)})
		}, says: "30 MB",
	},
	"sheet_size": {
		trips: func(t *testing.T) Handed {
			return own(t, ownRows(), func(x *excelize.File) { must(t, x.SetCellValue("Data", "A90000", 1)) })
		},
		passes: func(t *testing.T) Handed {
			return own(t, ownRows(), func(x *excelize.File) { must(t, x.SetRowHeight("Data", 90000, 30)) })
		},
		says: "A90000",
	},
	"macro_present": {trips: func(t *testing.T) Handed { return added(t, map[string]string{"xl/vbaProject.bin": "macro"}) }},
	"external_links": {trips: func(t *testing.T) Handed {
		return added(t, map[string]string{"xl/externalLinks/externalLink1.xml": "<externalLink/>"})
	}},
	"embedded_files": {trips: func(t *testing.T) Handed { return added(t, map[string]string{"xl/embeddings/oleObject1.bin": "ole"}) }},
	"hidden_copies": {trips: func(t *testing.T) Handed {
		return added(t, map[string]string{"xl/pivotCache/pivotCacheDefinition1.xml": "<pivotCacheDefinition/>"})
	}},
	"pictures":             {trips: func(t *testing.T) Handed { return added(t, map[string]string{"xl/media/image1.png": "png"}) }},
	"file_template":        {trips: func(t *testing.T) Handed { return in(t, aboutSheet, "B5", "99") }},
	"template_version_old": {trips: func(t *testing.T) Handed { return in(t, aboutSheet, "B10", "0123456789ab") }},

	"sheet_name": {trips: func(t *testing.T) Handed {
		return handed(t, func(x *excelize.File) { must(t, x.SetSheetName("By sex", "By gender")) })
	}, says: "By sex"},
	"sheet_unread": {trips: func(t *testing.T) Handed {
		return handed(t, func(x *excelize.File) {
			_, err := x.NewSheet("Workings")
			must(t, err, x.SetCellValue("Workings", "B2", 12))
		})
	}, passes: func(t *testing.T) Handed {
		return handed(t, func(x *excelize.File) { _, err := x.NewSheet("Sheet3"); must(t, err) }) // a blank sheet is nothing
	}},
	"col_required": {trips: func(t *testing.T) Handed {
		return own(t, [][]any{{"Measure", "Comments"}, {"Sessions held", "33"}}, nil)
	}, cell: "Data!A3"},
	"col_unexpected": {trips: func(t *testing.T) Handed {
		return own(t, [][]any{{"Measure", "Value", "Colour"}, {"Sessions held", 33, "red"}}, nil)
	}, cell: "Data!C3", says: "Colour"},
	"col_name_duplicate": {trips: func(t *testing.T) Handed {
		return own(t, [][]any{{"Measure", "Value", "Count"}, {"Sessions held", 33, 34}}, nil)
	}, cell: "Data!C3"},
	"merged_cells": {
		trips: func(t *testing.T) Handed {
			return own(t, ownRows(), func(x *excelize.File) { must(t, x.MergeCell("Data", "A4", "A5")) })
		},
		passes: func(t *testing.T) Handed {
			return own(t, ownRows(), func(x *excelize.File) {
				must(t, x.SetCellValue("Data", "A1", "Our numbers"), x.MergeCell("Data", "A1", "F1"))
			})
		}, cell: "Data!A4",
	},
	"hidden_rows_cols_sheets": {
		trips: func(t *testing.T) Handed {
			return handed(t, func(x *excelize.File) { must(t, x.SetRowVisible("Totals", 8, false)) })
		},
		passes: func(t *testing.T) Handed {
			return handed(t, func(x *excelize.File) { must(t, x.SetRowVisible("Totals", 80, false)) })
		},
		cell: "Totals!A8",
	},
	"two_header_rows": {trips: func(t *testing.T) Handed {
		return ownWith(t, func(rows [][]any) [][]any { return slices.Insert(rows, 8, rows[0]) })
	}, cell: "Data!A11"},
	"total_rows_in_data": {trips: func(t *testing.T) Handed {
		return ownWith(t, func(rows [][]any) [][]any {
			return append(rows, []any{"Total", "Jan-Mar 2019", nil, nil, nil, 300})
		})
	}},
	"total_column": {
		trips: func(t *testing.T) Handed {
			return own(t, [][]any{{"Measure", "2018-Q4", "2019-Q1", "Total"}, {"Sessions held", 20, 33, 53}}, nil)
		},
		passes: func(t *testing.T) Handed {
			return own(t, [][]any{{"2019-Q1"}, {"Measure", "Total"}, {"Sessions held", 33}}, nil)
		}, cell: "Data!D3",
	},
	"indicator_smushed": {trips: func(t *testing.T) Handed { return wide(t, "male_count") }, passes: func(t *testing.T) Handed { return wide(t, "Comments") }, cell: "Data!B3"},
	"formula_cells":     {trips: func(t *testing.T) Handed { return formula(t, "<v>33</v>") }, cell: "Totals!D10"},
	"formula_no_value":  {trips: func(t *testing.T) Handed { return formula(t, "") }, passes: func(t *testing.T) Handed { return formula(t, "<v>33</v>") }, cell: "Totals!D10"},
	"error_values":      {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", "#REF!") }, cell: "Totals!D10", says: "#REF!"},

	"period_is_not_due": {
		trips: func(t *testing.T) Handed { h := handed(t, nil); h.Today = quarter.Last.End(); return h },
		passes: func(t *testing.T) Handed {
			h := handed(t, nil)
			h.Today = quarter.Last.End().AddDate(0, 0, 1)
			return h
		},
	},
	"period_already_accepted": {trips: func(t *testing.T) Handed { return with(t, now(nearby), nil) }},
	"wrong_quarter": {trips: func(t *testing.T) Handed {
		h := handed(t, nil)
		h.Quarter = metrics.QuarterOf(quarter.First - 1)
		return h
	}},
	"wrong_quarter_code":    {trips: func(t *testing.T) Handed { return periods(t, "Q4 2018") }, passes: func(t *testing.T) Handed { return periods(t, "Q4 2018/19") }, says: "October to December 2018"},
	"quarter_either_year":   {trips: func(t *testing.T) Handed { return periods(t, "Q1 2019") }, passes: func(t *testing.T) Handed { return periods(t, "Q1 2019 (Jan-Mar)") }, cell: "Data!B4", says: "“Q1 2019” can be January to March 2019, by the calendar year, or April to June 2019, by the financial year 2019-20. It was taken for January to March 2019."},
	"time_identifier_valid": {trips: func(t *testing.T) Handed { return periods(t, "spring") }, passes: func(t *testing.T) Handed { return periods(t, "quarter ending March 2019") }, cell: "Data!B4"},
	"time_identifier_mix": {trips: func(t *testing.T) Handed {
		return ownWith(t, func(rows [][]any) [][]any { rows[4][1] = "2019-03-31"; return rows })
	}, passes: func(t *testing.T) Handed { return periods(t, "2019-03-31") }, cell: "Data!B7"},
	"time_period_length":      {trips: func(t *testing.T) Handed { return periods(t, "March 2019") }, passes: func(t *testing.T) Handed { return periods(t, "January to March 2019") }},
	"time_period_consecutive": {trips: func(t *testing.T) Handed { return periods(t, "Q4 2018/20") }, passes: func(t *testing.T) Handed { return periods(t, "2018/19 Q4") }},
	"date_as_text":            {trips: func(t *testing.T) Handed { return periods(t, "03/04/2019") }, passes: func(t *testing.T) Handed { return periods(t, "31/03/2019") }},
	"date_1900_1904": {
		trips:  func(t *testing.T) Handed { return serial(t, 43555-1462, false) },
		passes: func(t *testing.T) Handed { return serial(t, 43555-1462, true) },
		cell:   "Data!B4",
	},
	"period_unstated": {trips: func(t *testing.T) Handed { return noPeriod(t, "ours.xlsx") }, passes: func(t *testing.T) Handed { return noPeriod(t, "staying-safe-2019-Q1.xlsx") }},

	"unknown_project":   {trips: func(t *testing.T) Handed { return ofProject(t, "Somebody Else") }, passes: func(t *testing.T) Handed { return ofProject(t, "staying safe") }, cell: "Data!B1"},
	"not_your_project":  {trips: func(t *testing.T) Handed { h := handed(t, nil); h.Project = h.Strategy.Projects[1]; return h }, says: "Mentoring in Schools"},
	"indicator_unknown": {trips: func(t *testing.T) Handed { return ownMale(t, 0, "Bicycles sold") }, cell: "Data!A20"},

	"filter_whitespace": {trips: func(t *testing.T) Handed { return ownMale(t, 3, "Male\u00a0") }, passes: func(t *testing.T) Handed { return ownMale(t, 3, "male") }},
	"filter_blanks":     {trips: func(t *testing.T) Handed { return ownMale(t, 3, nil) }},
	"filter_defaults": {trips: func(t *testing.T) Handed {
		return ownWith(t, func(rows [][]any) [][]any {
			return slices.DeleteFunc(rows, func(r []any) bool {
				return r != nil && (r[0] == "referrals-accepted" || r[0] == "Referrals accepted") && r[2] == nil
			})
		})
	}, says: "Referrals accepted"},
	"filter_item_unknown": {trips: func(t *testing.T) Handed { return ownMale(t, 3, "Martian") }},
	"filter_item_left_out": {
		trips:  func(t *testing.T) Handed { return without(t, 3) },
		passes: func(t *testing.T) Handed { return without(t, 0) }, cell: "By sex!E9", says: "“Referrals accepted” counts nobody of the sex Not stated, and the row gives “3”",
	},
	"category_new_spelling": {trips: func(t *testing.T) Handed { return ownMale(t, 0, "Referals accepted") }, passes: func(t *testing.T) Handed { return ownMale(t, 3, "MALE") }, cell: "Data!A20"},

	"value_blank":       {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", nil) }, passes: func(t *testing.T) Handed { return in(t, "Totals", "D10", "[x]") }, cell: "Totals!D10"},
	"value_numeric":     {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", "about 33") }, passes: func(t *testing.T) Handed { return in(t, "Totals", "D10", "1,233\u00a0") }, cell: "Totals!D10"},
	"null_words":        {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", "None") }, cell: "Totals!D10"},
	"legacy_symbols":    {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", "–") }, passes: func(t *testing.T) Handed { return in(t, "Totals", "D10", "[X]") }, cell: "Totals!D10"},
	"ind_invalid_entry": {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", "[c]") }, cell: "Totals!D10"},
	"dp_values":         {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", 33.5) }, passes: func(t *testing.T) Handed { return in(t, "Totals", "D10", 33.0000000001) }, cell: "Totals!D10"},
	"unit_valid":        {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", "85%") }, passes: func(t *testing.T) Handed { return in(t, "Totals", "D12", "£12,345.67") }, cell: "Totals!D10"},
	"unit_other": {
		trips:  func(t *testing.T) Handed { return inUnit(t, "Sessions held", "hours") },
		passes: func(t *testing.T) Handed { return inUnit(t, "Sessions held", "session") }, cell: "Data!C5", says: "“Sessions held” says that its unit is “hours”; it was read as the number of sessions",
	},
	"value_is_date": {
		trips:  func(t *testing.T) Handed { return styled(t, "D10", 43528, excelize.Style{NumFmt: 14}) },
		passes: func(t *testing.T) Handed { return styled(t, "D10", 33, excelize.Style{NumFmt: 3}) },
		cell:   "Totals!D10",
	},
	"negative_count":           {trips: func(t *testing.T) Handed { return in(t, "Totals", "D10", -1) }, passes: func(t *testing.T) Handed { return in(t, "Totals", "D10", 0) }, cell: "Totals!D10"},
	"numerator_gt_denominator": {trips: func(t *testing.T) Handed { return in(t, "By sex", "E10", 16) }, cell: "By sex!E10"},
	"part_gt_whole":            {trips: func(t *testing.T) Handed { return among(t, 42) }, passes: func(t *testing.T) Handed { return among(t, 41) }, cell: "Totals!D10", says: "more than the 41 of “Referrals accepted” that it is among (D7)"},
	"percent_gt_100":           {trips: func(t *testing.T) Handed { return styled(t, "D10", 1.2, excelize.Style{NumFmt: 9}) }, passes: func(t *testing.T) Handed { return styled(t, "D10", 0.8, excelize.Style{NumFmt: 9}) }, cell: "Totals!D10", says: "120%"},
	"parts_ne_total":           {trips: func(t *testing.T) Handed { return in(t, "By age band", "E8", 14) }, cell: "Totals!D7", says: "42"},
	"cumulative_fell":          {trips: func(t *testing.T) Handed { return with(t, last(only("since-start", 128)), nil) }, passes: func(t *testing.T) Handed { return with(t, last(only("since-start", 127)), nil) }, cell: "Totals!D11"},
	"jump_vs_last_quarter": {
		trips:  func(t *testing.T) Handed { return with(t, last(only("sessions", 90)), nil) },
		passes: func(t *testing.T) Handed { return with(t, last(only("sessions", 40)), nil) }, cell: "Totals!D10",
	},
	"spend_over_budget": {
		// 12,345.67 of 13,000 in this quarter, and before it in the financial year.
		trips:  func(t *testing.T) Handed { return budgeted(t, 700, 0) },
		passes: func(t *testing.T) Handed { return budgeted(t, 654.33, 0) },
		cell:   "Totals!D12", says: "“Spend in the quarter” is £13,045.67 from October 2018 to March 2019, more than the £13,000 of “Budget” (D13).",
	},
	"identical_to_last_quarter": {trips: func(t *testing.T) Handed { return with(t, last(func(*metrics.ReturnValue) {}), nil) }, passes: func(t *testing.T) Handed { return with(t, last(nearby), nil) }},
	"zero_after_long_nonzero": {
		trips: func(t *testing.T) Handed {
			return with(t, year(nearby), func(x *excelize.File) { must(t, x.SetCellValue("Totals", "D10", 0)) })
		},
		passes: func(t *testing.T) Handed {
			return with(t, year(only("sessions", 0)), func(x *excelize.File) { must(t, x.SetCellValue("Totals", "D10", 0)) })
		}, cell: "Totals!D10",
	},
	"round_number_run": {trips: func(t *testing.T) Handed {
		return handed(t, func(x *excelize.File) {
			for row, v := range map[int]int{10: 20, 11: 40, 12: 10, 13: 30, 14: 0, 15: 0, 9: 10} {
				must(t, x.SetCellValue("By sex", ref(5, row), v))
			}
		})
	}, cell: "By sex!E9"},

	"general_dupes": {trips: func(t *testing.T) Handed {
		return ownWith(t, func(rows [][]any) [][]any { return append(rows, rows[3]) })
	}},
	"duplicate_of_held_data": {trips: func(t *testing.T) Handed {
		return with(t, now(func(v *metrics.ReturnValue) {
			if v.Measure == "sessions" {
				v.Value = 30
			}
		}), nil)
	}, says: "from 30 to 33"},
	"small_number": {trips: func(t *testing.T) Handed { return in(t, "By age band", "E7", 4) }, passes: func(t *testing.T) Handed { return in(t, "By age band", "E7", 5) }, cell: "By age band!E7", says: "Nothing has to be done"},
	"person_data": {
		trips:  func(t *testing.T) Handed { return in(t, "Totals", "E7", "see 943 476 5919") },
		passes: func(t *testing.T) Handed { return in(t, "Totals", "E7", "see 943 476 5918") }, cell: "Totals!E7",
	},
	"cross_meta_to_data": {trips: func(t *testing.T) Handed {
		return ownWith(t, func(rows [][]any) [][]any {
			return slices.DeleteFunc(rows, func(r []any) bool { return r != nil && (r[0] == "sessions" || r[0] == "Sessions held") })
		})
	}, says: "Sessions held"},
	"cross_data_to_meta": {trips: func(t *testing.T) Handed {
		return ownWith(t, func(rows [][]any) [][]any {
			return append(rows, []any{"Pupils reached", "Jan-Mar 2019", nil, nil, nil, 300})
		})
	}, says: "Pupils reached"},
}

// inUnit is a workbook of the project's own with one number, and a column for its unit.
func inUnit(t *testing.T, measure, unit string) Handed {
	return own(t, [][]any{{"2019-Q1"}, {"Measure", "Value", "Unit"}, {measure, 33, unit}}, nil)
}

// A row's unit other than the measure's is told of, and one that makes another
// number of it is not read.
func TestUnits(t *testing.T) {
	const spend, sessions, people = "Spend in the quarter", "Sessions held", "Referrals accepted"
	for _, tt := range []struct {
		measure, unit, rule string
	}{
		{spend, "£", ""}, {spend, "Pounds", ""}, {spend, "", ""}, {spend, "GBP", ""}, {spend, "£000", "unit_valid"}, {spend, "£'000s", "unit_valid"}, {spend, "£k", "unit_valid"},
		{spend, "thousands", "unit_valid"}, {spend, "£ million", "unit_valid"}, {spend, "pence", "unit_valid"}, {spend, "$", "unit_valid"}, {spend, "%", "unit_valid"}, {spend, "young people", "unit_other"},
		{sessions, "sessions", ""}, {sessions, "Number", ""}, {sessions, "No.", ""}, {sessions, "number of sessions", ""}, {sessions, "How many: sessions", ""}, {sessions, "%", "unit_valid"},
		{sessions, "per cent", "unit_valid"}, {sessions, "Percentage", "unit_valid"}, {sessions, "thousands", "unit_valid"}, {sessions, "000s", "unit_valid"}, {sessions, "per 1,000 residents", "unit_valid"},
		{sessions, "£", "unit_valid"}, {sessions, "people", "unit_other"}, {people, "people", ""}, {people, "Young people", ""}, {people, "number of young people", ""}, {people, "families", "unit_other"},
	} {
		got := Screen(context.Background(), inUnit(t, tt.measure, tt.unit))
		var told []string
		for _, f := range got.Findings {
			if strings.HasPrefix(f.Rule, "unit_") {
				told = append(told, f.Rule+" "+f.Cell)
			}
		}
		want := []string{tt.rule + " C5"}
		if tt.rule == "" {
			want = nil
		}
		if !slices.Equal(told, want) || len(got.Values) == 1 != (tt.rule != "unit_valid") {
			t.Errorf("%s in %q: told of %q, %d numbers read:%s", tt.measure, tt.unit, told, len(got.Values), describe(got.Findings))
		}
	}
	for head, told := range map[string]bool{"2019-Q1": false, "2019-Q1 (£000)": true, "2019-Q1 (thousands)": true, "Jan-Mar 2019 (%)": true, "January to March 2019 (quarter 4 of 2018-19)": false} {
		got := Screen(context.Background(), own(t, [][]any{{"Measure", head}, {spend, 33}}, nil))
		if i := slices.IndexFunc(got.Findings, func(f metrics.Finding) bool { return f.Rule == "unit_valid" && f.Cell == "B3" }); (i >= 0) != told {
			t.Errorf("a column %q: told %t:%s", head, i >= 0, describe(got.Findings))
		}
	}
}

// among is the good workbook with so many sessions, each of them for somebody
// who was referred.
func among(t *testing.T, sessions int) Handed {
	h := in(t, "Totals", "D10", sessions)
	h.Strategy.Measures = slices.Clone(h.Strategy.Measures)
	i := slices.IndexFunc(h.Strategy.Measures, func(m metrics.ReturnMeasure) bool { return m.ID == "sessions" })
	h.Strategy.Measures[i].PartOf = "referrals-accepted"
	return h
}

// without is the good workbook with so many in a group that is not asked any more.
func without(t *testing.T, n int) Handed {
	h := in(t, "By sex", "E9", n)
	h.Strategy.Measures = slices.Clone(h.Strategy.Measures)
	h.Strategy.Measures[0].Without = map[string][]string{"sex": {"not-stated"}}
	return h
}

// A group that is not asked is not missed, has no row in the template, and one
// that says there was nobody is only told of.
func TestGroupLeftOut(t *testing.T) {
	old := without(t, 0)
	got := Screen(context.Background(), old)
	rules := []string{}
	for _, f := range got.Findings {
		rules = append(rules, f.Rule+" "+f.Sheet+"!"+f.Cell)
	}
	if want := []string{"template_version_old " + aboutSheet + "!", "cross_data_to_meta By sex!A9"}; !slices.Equal(rules, want) {
		t.Errorf("found %q, want %q", rules, want)
	}
	var b bytes.Buffer
	must(t, Filled(&b, old.Strategy, old.Project, old.Quarter, old.Held, false, good()))
	old.Body = b.Bytes()
	got = Screen(context.Background(), old)
	if len(got.Findings) > 0 || len(got.Values) != len(good())-1 {
		t.Errorf("%d numbers of a new template; findings:%s", len(got.Values), describe(got.Findings))
	}
	x, err := excelize.OpenReader(&b)
	must(t, err)
	defer x.Close()
	for cell, want := range map[string]string{"A8": "Referrals accepted", "C8": "Female", "A9": "Young people with an improved outcome"} {
		if text, err := x.GetCellValue("By sex", cell); err != nil || text != want {
			t.Errorf("By sex!%s is %q, want %q; %v", cell, text, want, err)
		}
	}
	if text, _ := x.GetCellValue(meaningSheet, "D6"); text != "age band, sex (not Not stated)" {
		t.Errorf("asked by %q", text)
	}
	// The groups that are asked have to make the total.
	h := old
	h.Body = edited(t, old.Body, func(x *excelize.File) { must(t, x.SetCellValue("By sex", "E8", 18)) })
	if got := Screen(context.Background(), h); len(got.Findings) != 1 || got.Findings[0].Rule != "parts_ne_total" {
		t.Errorf("findings:%s", describe(got.Findings))
	}
}

// budgeted is the good workbook with a budget of 13,000 for its spending, after
// a quarter in which so much was spent of so much.
func budgeted(t *testing.T, spent, budget float64) Handed {
	t.Helper()
	h := handed(t, nil)
	s := h.Strategy
	side := func(id string) metrics.Measure {
		return metrics.Measure{From: metrics.FromReturns, Returned: []string{id}}
	}
	s.Measures = append(s.Measures, metrics.ReturnMeasure{ID: "budget", Title: "Budget", Kind: metrics.MoneyMeasure, Unit: metrics.Pounds})
	s.Indicators = append(s.Indicators, metrics.Indicator{ID: "spent", Kind: metrics.Proportion, Numerator: side("spend"), Denominator: side("budget")})
	s.Projects[0].Measures = append(slices.Clone(s.Projects[0].Measures), "budget")
	h.Project = s.Projects[0]
	add := func(values []metrics.ReturnValue, v float64) []metrics.ReturnValue {
		return append(values, metrics.ReturnValue{ReturnCell: is{Measure: "budget"}, Value: v})
	}
	last, year := returned(metrics.QuarterOf(quarter.First-1), only("spend", spent)), returned(metrics.QuarterOf(quarter.First-12), only("spend", 90_000))
	last.Values, year.Values = add(last.Values, budget), add(year.Values, 1)
	h.Held = Held{Before: []metrics.AcceptedReturn{year, last}} // that of another financial year does not matter
	var b bytes.Buffer
	must(t, Filled(&b, s, h.Project, h.Quarter, h.Held, false, add(good(), 13_000)))
	h.Body = b.Bytes()
	return h
}

// Money since the start is set against a budget since the start, and does not fall.
func TestCumulativeMoney(t *testing.T) {
	h := budgeted(t, 12_500, 20_000)
	for i := range h.Strategy.Measures {
		m := &h.Strategy.Measures[i]
		m.Cumulative = m.Cumulative || m.Kind == metrics.MoneyMeasure
	}
	said := describe(Screen(context.Background(), h).Findings)
	for _, want := range []string{"cumulative_fell Totals!D12: “Spend in the quarter” is a total since the start and fell from £12,500 to £12,345.67.", "cumulative_fell Totals!D13: “Budget”"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:%s", want, said)
		}
	}
	if strings.Contains(said, "spend_over_budget") {
		t.Errorf("12,345.67 of 13,000 is too much:%s", said)
	}
	h.Body = edited(t, h.Body, func(x *excelize.File) { must(t, x.SetCellValue("Totals", "D12", 13_000.01)) })
	if said := describe(Screen(context.Background(), h).Findings); !strings.Contains(said, "is £13,000.01 since the start, more than the £13,000 of “Budget”") {
		t.Errorf("13,000.01 of 13,000 passes:%s", said)
	}
}

// locked is the good workbook with a password.
func locked(t testing.TB) []byte {
	t.Helper()
	body, err := excelize.Encrypt(handed(t, nil).Body, &excelize.Options{Password: "secret"})
	must(t, err)
	return body
}

// formula is the good workbook with a number made by a formula, calculated or not.
func formula(t *testing.T, value string) Handed {
	t.Helper()
	h := handed(t, func(x *excelize.File) { must(t, x.SetCellFormula("Totals", "D10", "30+3")) })
	made := regexp.MustCompile(`<f>30\+3</f>(<v>[^<]*</v>)?`)
	for name, content := range unpack(t, h.Body) {
		if made.MatchString(content) {
			h.Body = repack(t, h.Body, map[string]string{name: made.ReplaceAllString(content, "<f>30+3</f>"+value)})
			return h
		}
	}
	t.Fatal("the workbook has no formula")
	return h
}

// noPeriod is a workbook of the project's own without a period.
func noPeriod(t *testing.T, name string) Handed {
	h := ownWith(t, func(rows [][]any) [][]any {
		for i, r := range rows {
			if r != nil {
				rows[i] = slices.Delete(slices.Clone(r), 1, 2)
			}
		}
		return rows
	})
	h.Name = name
	return h
}

// ofProject is a workbook of the project's own that names a project above its table.
func ofProject(t *testing.T, name string) Handed {
	return own(t, ownRows(), func(x *excelize.File) {
		must(t, x.SetCellValue("Data", "A1", "Project"), x.SetCellValue("Data", "B1", name))
	})
}

// ownMale changes a cell of the row of referrals of males.
func ownMale(t *testing.T, col int, value any) Handed {
	return ownWith(t, func(rows [][]any) [][]any {
		for _, r := range rows {
			if r != nil && (r[3] == "male" || r[3] == "Male") && (r[0] == "referrals-accepted" || r[0] == "Referrals accepted") {
				r[col] = value
				return rows
			}
		}
		t.Fatal("the workbook has no row of males")
		return nil
	})
}

func TestEveryCheckHasFixtures(t *testing.T) {
	list := Checks()
	if len(list) < 60 {
		t.Fatalf("%d checks: there is nothing to check", len(list))
	}
	seen := map[string]bool{}
	for _, c := range list {
		t.Run(c.ID, func(t *testing.T) {
			if seen[c.ID] || c.Title == "" || c.Looks == "" || (c.Mend == "") != (c.Severity == metrics.Note) || !slices.Contains(stages, c.Stage) || !slices.Contains(metrics.Severities, c.Severity) {
				t.Errorf("the check is given twice or not whole: %+v", c)
			}
			seen[c.ID] = true
			f, ok := fixtures[c.ID]
			if !ok {
				t.Fatal("the check has no fixture")
			}
			ctx, stop := context.WithCancel(context.Background())
			if c.ID == "screening_stopped" {
				stop()
			}
			defer stop()
			got := Screen(ctx, f.trips(t))
			i := slices.IndexFunc(got.Findings, func(g metrics.Finding) bool {
				return g.Rule == c.ID && (f.cell == "" || g.Sheet+"!"+g.Cell == f.cell)
			})
			if i < 0 {
				t.Fatalf("not found, at %q; findings:%s", f.cell, describe(got.Findings))
			}
			if g := got.Findings[i]; g.Severity != c.Severity || g.Message == "" || g.Mend != c.Mend || !strings.Contains(g.Message, f.says) {
				t.Errorf("the finding is %+v, want it to say %q", g, f.says)
			}
			passes := f.passes
			if passes == nil {
				passes = func(t *testing.T) Handed { return handed(t, nil) }
			}
			h := passes(t)
			for _, g := range Screen(context.Background(), h).Findings {
				if g.Rule == c.ID {
					t.Errorf("found in what should pass: %+v", g)
				}
			}
		})
	}
	for id := range fixtures {
		if !seen[id] {
			t.Errorf("the fixture %s is of no check", id)
		}
	}
}

// Every check of the field's list is one of ours or has a reason not to be.
func TestNoCheckIsForgotten(t *testing.T) {
	field := strings.Fields(`file_selected file_type file_size file_empty file_password file_virus file_template filename_spaces filename_special zip_bomb
		macro_present external_links template_version_old sheet_name col_required col_unexpected col_order col_name_duplicate col_name_spaces col_snake_case
		col_var_start merged_cells hidden_rows_cols_sheets formula_cells error_values two_header_rows blank_rows_inside total_rows_in_data indicator_smushed
		time_period_numeric time_identifier_valid time_period_length time_identifier_mix time_period_consecutive period_is_not_due period_already_accepted
		wrong_quarter_code date_as_text date_1900_1904 geog_level_valid geog_level_completed geog_overcompleted geog_combos geog_na_code unknown_project
		not_your_project indicator_unknown indicator_under_review filter_whitespace filter_blanks filter_not_singular filter_item_limit filter_defaults
		category_new_spelling value_numeric null_words ind_invalid_entry legacy_symbols dp_values unit_valid negative_count numerator_gt_denominator
		percent_gt_100 ci_order parts_ne_total jump_vs_last_quarter identical_to_last_quarter zero_after_long_nonzero round_number_run general_dupes
		duplicate_of_held_data small_number person_data meta_label_present meta_dupe_label cross_meta_to_data cross_data_to_meta`)
	not := map[string]bool{}
	for _, n := range NotAppliedChecks() {
		if n.Why == "" {
			t.Errorf("%s has no reason", n.ID)
		}
		not[n.ID] = true
	}
	for _, id := range field {
		if _, ours := checkOf[id]; ours == not[id] {
			t.Errorf("%s: a check of ours %t, not applied %t; want one of the two", id, ours, not[id])
		}
	}
}
