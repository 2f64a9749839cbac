package returns

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

func TestStatePeriod(t *testing.T) {
	good := map[string]string{
		"2019-Q1": "2019-Q1", "2019 q1": "2019-Q1", "Q1 2019": "2019-Q1", "Quarter 1 of 2019": "2019-Q1",
		"Q4 2018/19": "2019-Q1", "Q4 2018-2019": "2019-Q1", "2018/19 Q4": "2019-Q1", "FY2018/19, Q1": "2018-Q2", "Q3 FY 2018/19": "2018-Q4", "Q4 1999/00": "2000-Q1",
		"Jan-Mar 2019": "2019-Q1", "Jan – Mar 2019": "2019-Q1", "January to March 2019": "2019-Q1", "Oct 2018 to Dec 2018": "2018-Q4", "1 January to 31 March 2019": "2019-Q1",
		"January to March 2019 (quarter 4 of 2018-19)": "2019-Q1", "quarter ending March 2019": "2019-Q1", "Three months to 30 June 2019": "2019-Q2", "Sept": "",
		"2019-03-31": "2019-Q1", "2019-01-01T00:00:00": "2019-Q1", "31 March 2019": "2019-Q1", "31-Mar-2019": "2019-Q1", "1st April 2019": "2019-Q2",
		"31/03/2019": "2019-Q1", "03/31/2019": "2019-Q1", "01/02/2019": "2019-Q1", "31.12.2018": "2018-Q4",
	}
	bad := map[string]string{
		"Q4 2018/20": "time_period_consecutive", "Q4 2019/2019": "time_period_consecutive", "2018/18": "time_period_consecutive",
		"March 2019": "time_period_length", "2019-03": "time_period_length", "2019": "time_period_length", "2018/19": "time_period_length", "Feb-Apr 2019": "time_period_length",
		"Jan-Jun 2019": "time_period_length", "quarter ending May 2019": "time_period_length", "Jan 2018 to Mar 2019": "time_period_length",
		"03/04/2019": "date_as_text", "10/12/2018": "", "12/01/2019": "date_as_text",
		"spring": "time_identifier_valid", "Q5 2019": "time_identifier_valid", "31 February 2019": "time_identifier_valid", "2019-13-01": "time_identifier_valid", "": "time_identifier_valid", "Q1": "time_identifier_valid", "2O19-Q1": "time_identifier_valid",
	}
	for text, want := range good {
		if want == "" {
			continue
		}
		if st, ok := statePeriod(cell{text: text}, false); !ok || st.rule != "" || st.quarter.Code() != want {
			t.Errorf("%q is %s (%s), want %s", text, st.quarter.Code(), st.rule, want)
		}
	}
	for text, want := range bad {
		if st, _ := statePeriod(cell{text: text}, false); st.rule != want {
			t.Errorf("%q fails %q, want %q", text, st.rule, want)
		}
	}
	for _, n := range []struct {
		text     string
		from1904 bool
		format   cellFormat
		quarter  string
		rule     string
	}{
		{"43555", false, dateFormat, "2019-Q1", ""}, // 31 March 2019
		{"43555.75", false, dateFormat, "2019-Q1", ""},
		{"42093", true, dateFormat, "2019-Q1", ""},
		{"43556", false, plainFormat, "2019-Q2", ""},
		{"2019", false, plainFormat, "", "time_period_length"},
		{"201819", false, plainFormat, "", "time_period_length"},
		{"201903", false, plainFormat, "", "time_period_length"},
		{"202120", false, plainFormat, "", "time_period_consecutive"},
		{"4", false, plainFormat, "", "time_identifier_valid"},
		{"1e300", false, dateFormat, "", "time_identifier_valid"},
		{"x", false, dateFormat, "", "time_identifier_valid"},
	} {
		st, _ := statePeriod(cell{text: n.text, kind: numberCell, format: n.format}, n.from1904)
		if st.rule != n.rule || n.rule == "" && st.quarter.Code() != n.quarter {
			t.Errorf("%s is %s (%s), want %s (%s)", n.text, st.quarter.Code(), st.rule, n.quarter, n.rule)
		}
	}
}

// A quarter's number with one year may be either year's: that is told, and
// where the workbook speaks of financial years it is not taken at all.
func TestQuarterOfEitherYear(t *testing.T) {
	sessions := func(rows ...[]any) Handed { return own(t, rows, nil) }
	line := func(text string) Handed {
		return sessions([]any{text}, []any{"Measure", "Value"}, []any{"Sessions held", 33})
	}
	fileName := line("Q1 2019")
	fileName.Name = "return 2018-19.xlsx"
	for name, tt := range map[string]struct {
		h    Handed
		rule string // "" where nothing is to be told
		read bool
	}{
		"a column of periods":            {periods(t, "Q1 2019"), "quarter_either_year", true},
		"the year first":                 {periods(t, "2019 Q1"), "quarter_either_year", true},
		"the house's code":               {periods(t, "2019-q1"), "", true},
		"a financial year":               {periods(t, "Q4 2018-19"), "", true},
		"a financial year first":         {periods(t, "2018/19 Q4"), "", true},
		"with its months":                {periods(t, "Q1 2019 (Jan to Mar)"), "", true},
		"with the financial months":      {periods(t, "Q4 2018 (Jan-Mar)"), "", true},
		"with the other months":          {periods(t, "Q1 2019 (Apr-Jun)"), "wrong_quarter_code", false},
		"with neither's months":          {periods(t, "Q1 2019 (Jul-Sep)"), "time_identifier_valid", false},
		"a line above":                   {line("Quarter 1 of 2019"), "quarter_either_year", true},
		"a heading":                      {sessions([]any{"Measure", "Q4 2018", "Q1 2019"}, []any{"Sessions held", 20, 33}), "quarter_either_year", true},
		"a heading in a financial year":  {sessions([]any{"Return 2018/19"}, []any{"Measure", "Q4 2018", "Q1 2019"}, []any{"Sessions held", 20, 33}), "wrong_quarter_code", false},
		"rows in a financial year":       {sessions([]any{"Return for the financial year"}, []any{"Measure", "Quarter", "Value"}, []any{"Sessions held", "Q1 2019", 33}), "wrong_quarter_code", false},
		"a file's name":                  {fileName, "wrong_quarter_code", true}, // the line is above the table
		"a note of the financial year":   {sessions([]any{"Measure", "Quarter", "Value", "Notes"}, []any{"Sessions held", "Q1 2019", 33, "more than in 2017-18"}), "quarter_either_year", true},
		"the template's words above":     {sessions([]any{"January to March 2019 (quarter 4 of 2018-19)"}, []any{"Measure", "Quarter", "Value"}, []any{"Sessions held", "Q1 2019", 33}), "quarter_either_year", true},
		"years that do not follow":       {sessions([]any{"2015-30 strategy"}, []any{"Measure", "Quarter", "Value"}, []any{"Sessions held", "Q1 2019", 33}), "quarter_either_year", true},
		"another quarter's by each year": {periods(t, "Q3 2017"), "wrong_quarter", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := Screen(context.Background(), tt.h)
			var told []string
			for _, r := range rules(got.Findings) {
				if checkOf[r].Stage == PeriodStage && r != "period_unstated" {
					told = append(told, r)
				}
			}
			if tt.rule == "" && len(told) > 0 || tt.rule != "" && !slices.Equal(told, []string{tt.rule}) {
				t.Errorf("told of %q, want %q:%s", told, tt.rule, describe(got.Findings))
			}
			read := slices.ContainsFunc(got.Values, func(v metrics.ReturnValue) bool { return v.Measure == "sessions" && v.Value == 33 })
			if read != tt.read {
				t.Errorf("read %t, want %t:%s", read, tt.read, describe(got.Findings))
			}
		})
	}
}

func TestPersonIn(t *testing.T) {
	for text, want := range map[string]string{
		"see 943 476 5919": "an NHS number", "9434765919": "an NHS number", "NHS 943-476-5919.": "an NHS number", "943\u00a0476\u00a05919": "an NHS number",
		"9434765918": "", "0000000000": "", "19434765919": "", "9434765919.5": "", "1,234,567,890": "", "0121 496 0000": "a telephone number", "ring 07700 900123": "a telephone number", "(+44) 7700-900123": "a telephone number", "+44 (0)24 7683 3333.": "a telephone number",
		"0121 496": "", "01 02 03 04": "", "0.123456789": "", "012345 of 67890": "",
		"CV1 5RR": "a postcode", "cv1 5rr": "a postcode", "lives in CV15RR now": "a postcode", "lives at cv1 5rr since may": "a postcode", "we met in e1 2nd time": "", "SW1A 1AA": "a postcode", "XX1 1AA": "", "Q4 2018/19": "", "FY18 19": "", "Year 7 2nd term": "", "Y7 2ND": "",
		"ask jo.smith@example.org": "an e-mail address", "@home": "", "jo@": "",
		"DOB 12/03/2004": "a date of birth", "born 1 May 2004": "a date of birth", "date of birth: 2004-05-01": "a date of birth", "newborn 1": "", "dob": "", "12/03/2004": "",
		"Referrals accepted": "", "": "", "10 to 14": "", "12345.67": "",
	} {
		if got := personIn(text); got != want {
			t.Errorf("%q looks like %q, want %q", text, got, want)
		}
	}
}

// What was not looked through for personal data is said to be so.
func TestUnscreened(t *testing.T) {
	cut := handed(t, nil)
	cut.Body = cut.Body[:len(cut.Body)/2]
	fault := handed(t, nil)
	fault.Strategy = nil
	for name, tt := range map[string]struct {
		h    Handed
		want bool
	}{
		"a good workbook": {handed(t, nil), false}, "one with macros": {added(t, map[string]string{"xl/vbaProject.bin": "macro"}), false},
		"a cut one": {cut, true}, "a password": {named(t, "secret.xlsx", locked(t)), true}, "words": {named(t, "a.csv", []byte("a,b")), true},
		"an old one": {named(t, "old.xls", kept(t, "old.xls")), true}, "a fault": {fault, true},
		"too large": {named(t, "big.xlsx", make([]byte, maxFile+1)), true}, "an address": {named(t, "a.csv", []byte("jo@example.org")), false},
	} {
		if got := Screen(context.Background(), tt.h); got.Unscreened != tt.want {
			t.Errorf("%s: unscreened %t, want %t:%s", name, got.Unscreened, tt.want, describe(got.Findings))
		}
	}
}

// Days of birth and homes in the words of a note; the days of a project, and
// where it met, are neither. The project of the tests began in April 2018.
func TestBirthsAndHomesInNotes(t *testing.T) {
	for text, want := range map[string]string{
		"JS, 03/04/2005, moved to another school": "a date of birth", "3 April 2005": "a date of birth", "the boy (3rd Apr 2005) left": "a date of birth", "April 3, 2005": "a date of birth",
		"03.04.2005": "a date of birth", "04/23/2005": "a date of birth", "2005-04-03": "a date of birth", "03/04/1918": "", "13-11-1971 came to us": "a date of birth",
		"03/04/2018": "", "We met on 3 April 2018 and 12/05/2018": "", "planned for 3 May 2019": "", "31/02/2005": "", "03/13/205": "", "3 of 4 in 2005": "", "1/2 of 2005": "", "April 2005": "", "1.2.2005.1": "",
		"open since 3 April 2015": "", "launched on 1 September 2014": "", "the policy published 12 March 2012": "", "3 March 2017": "", "Sessions 12/13/2005": "a date of birth",
		"quarter ending 31 March 2015": "",
		"John Smith, 12 High Street":   "a person's address", "12 High Street: Emily Jones": "a person's address", "We visited Jack O’Brien at 7a, Holly Road twice": "a person's address",
		"john smith, 12 high street": "a person's address", "lives at 12 High Street": "a person's address", "Priya, 4 St Mary's Close": "a person's address",
		"Sessions were held at 12 High Street": "", "At 12 George Street we met weekly": "", "12 High Street": "", "20 young people went to court": "", "St John Ambulance, 12 High Street": "",
		"The youth club, 12 High Street, and the Henry Parkes school": "", "John Gulson School, 12 High Street": "", "3 sessions in Victoria Square": "",
	} {
		want := want
		if want != "" {
			want = "The cell looks as if it held " + want + "."
		}
		got := Screen(context.Background(), in(t, "Totals", "E7", text))
		said := ""
		if got.PersonalData {
			said = got.Findings[0].Message
		}
		if said != want {
			t.Errorf("%q: %q, want %q", text, said, want)
		}
	}
	date := func(days int) Handed { return styled(t, "E7", days, excelize.Style{NumFmt: 14}) }
	periodsOf := func(head string) Handed {
		return own(t, [][]any{{"Measure", head, "Value"}, {"Sessions held", "31/03/2015", 20}, {"Sessions held", "31/03/2019", 33}}, nil)
	}
	for name, tt := range map[string]struct {
		h    Handed
		want bool
	}{
		"a date of 2005":    {date(38445), true},
		"a date of 2018":    {date(43400), false},
		"of the other year": {date(43555 - 1462), false},
		"a number of 2005":  {in(t, "Totals", "E7", 38445), false},
		"a comment": {handed(t, func(x *excelize.File) {
			must(t, x.AddComment("Totals", excelize.Comment{Author: "x", Cell: "A7", Text: "she is of 3 April 2005"}))
		}), true},
		"when the file was made": {handed(t, func(x *excelize.File) {
			must(t, x.SetDocProps(&excelize.DocProperties{Created: "2005-04-03T09:00:00Z"}))
		}), false},
		"old quarters":    {periodsOf("Quarter"), false},
		"other old dates": {periodsOf("Date"), true},
	} {
		if got := Screen(context.Background(), tt.h); got.PersonalData != tt.want {
			t.Errorf("%s: personal data %t, want %t:%s", name, got.PersonalData, tt.want, describe(got.Findings))
		}
	}
}

// A heading of several things is of persons where one of them is.
func TestHeadingsOfSeveralThings(t *testing.T) {
	for head, want := range map[string]bool{
		"Name / activity attended": true, "Activity attended / name": true, "Name, session": true, "Name and activity attended": true, "Young person/group": true,
		"Activity / session": false, "School name / area": false, "Name and address of school": false, "Group / Item": false, "Project / measure name": false,
	} {
		h := own(t, [][]any{{"Our numbers"}, {head, "Sessions"}, {"J. Doe, boxing", 4}, {"K. Roe, five-a-side football", 6}}, nil)
		if got := Screen(context.Background(), h); got.PersonalData != want {
			t.Errorf("%q: personal data %t, want %t:%s", head, got.PersonalData, want, describe(got.Findings))
		}
	}
}

func TestPersonalDataIsRefusedAndNotRepeated(t *testing.T) {
	const secret = "jo.smith@example.org"
	for name, h := range map[string]Handed{
		"a number's cell": in(t, "Totals", "D10", secret),
		"the cover":       in(t, coverSheet, "A20", "Contact: "+secret),
		"a comment": handed(t, func(x *excelize.File) {
			must(t, x.AddComment("Totals", excelize.Comment{Author: "x", Cell: "A7", Text: "ask " + secret}))
		}),
		"a sheet's name":  handed(t, func(x *excelize.File) { must(t, x.SetSheetName("By sex", secret)) }),
		"the file's name": named(t, secret+".xlsx", nil),
		"a hidden sheet": handed(t, func(x *excelize.File) {
			_, err := x.NewSheet("list")
			must(t, err, x.SetCellValue("list", "C3", secret), x.SetSheetVisible("list", false, true))
		}),
		"a column of names": own(t, [][]any{{"Measure", "Value", "Young person"}, {"Sessions held", 1, secret[:4]}}, nil),
		"rich text": handed(t, func(x *excelize.File) {
			must(t, x.SetCellRichText("Totals", "E8", []excelize.RichTextRun{{Text: "jo.smith"}, {Text: "@example.org", Font: &excelize.Font{Bold: true}}}))
		}),
		"a column of surnames":      own(t, [][]any{{"Our numbers"}, {"Surname", "Age"}, {secret[:4], 14}}, nil),
		"a heading in other words":  own(t, [][]any{{"Our numbers"}, {"Names of young people", "Age"}, {secret[:4], 14}}, nil),
		"a column of children":      own(t, [][]any{{"Child", "Measure", "Value"}, {secret[:4], "Sessions held", 1}}, nil),
		"names without a heading":   own(t, [][]any{{"Measure", "Value"}, {"Sessions held", 1}, nil, {nil, nil, "Jo.s Smith"}, {nil, nil, "Emily Jones"}, {nil, nil, "JACK O’BRIEN"}}, nil),
		"a mobile that is a number": in(t, "Totals", "E8", 7700900123),
		"a footer": handed(t, func(x *excelize.File) {
			must(t, x.SetHeaderFooter("Totals", &excelize.HeaderFooterOptions{OddFooter: "&L" + secret}))
		}),
		"the properties": handed(t, func(x *excelize.File) { must(t, x.SetDocProps(&excelize.DocProperties{Description: secret})) }),
		"a formula": handed(t, func(x *excelize.File) {
			must(t, x.SetCellFormula("Totals", "E8", `IF(FALSE,"`+secret+`","")`))
		}),
		"names that few lists have": own(t, [][]any{{"Measure", "Value"}, {"Sessions held", 1}, nil, {nil, nil, "Kwame Boateng"}, {nil, nil, "Priya Patel"}}, nil),
		"addresses":                 own(t, [][]any{{"Our numbers"}, {"Address", "Sessions", "Year"}, {"12 High Street, Hillfields, Coventry", 3, 2019}, {"The Old Bakery, 3 Far Gosford Street", 2, 2019}}, nil),
		"long names":                own(t, [][]any{{"Our numbers"}, {"Name", "School", "Year"}, {"Xa Yb Zc Wd", "x", 9}}, nil),
		"dates of birth":            own(t, [][]any{{"Measure", "Value", "Born"}, {"Sessions held", 1, 38000}}, nil),
		"a link": handed(t, func(x *excelize.File) {
			must(t, x.SetCellHyperLink("Totals", "E8", "mailto:"+secret, "External"))
		}),
		"a drop-down's hint": handed(t, func(x *excelize.File) {
			dv := excelize.NewDataValidation(true)
			dv.SetSqref("H1")
			dv.SetInput("Ask", "ask "+secret)
			must(t, x.AddDataValidation("Totals", dv))
		}),
		"a text that no cell shows": replacing(t, "xl/sharedStrings.xml", "</sst>", "<si><t>"+secret+"</t></si></sst>"),
		"custom XML":                added(t, map[string]string{"customXml/item1.xml": "<a><b>" + secret + "</b></a>"}),
		"a sheet that nothing refers to": added(t, map[string]string{
			"xl/worksheets/sheet99.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>` + secret + `</t></is></c></row></sheetData></worksheet>`}),
		"a chart":              added(t, map[string]string{"xl/charts/chart1.xml": "<c:chart xmlns:c=\"c\"><c:pt><c:v>" + secret + "</c:v></c:pt></c:chart>"}),
		"names and schools":    own(t, [][]any{{"Measure", "Value", "Child's name and school"}, {"Sessions held", 1, secret[:4] + ", Lyng Hall"}}, nil),
		"their initials":       own(t, [][]any{{"Measure", "Value", "YP initials"}, {"Sessions held", 1, secret[:4]}}, nil),
		"a CSV":                named(t, "return.csv", []byte("Child,Postcode\nJo,CV1 5RR\n")),
		"several names a cell": in(t, "Totals", "E8", "Came: Jo.s Smith; Emily Jones; Jack O’Brien, Aisha"),
		"a register in a row":  own(t, [][]any{{"Measure", "Value"}, {"Sessions held", 1}, nil, {"Jack Jo.smith", "Emily Jones", "Aisha"}}, nil),
		"pairs of names":       own(t, [][]any{{"Measure", "Value", "Came"}, {"Sessions held", 1, "Jack and Emily"}, {"Referrals accepted", 2, "Aisha Khan & Omar"}}, nil),
		"a sheet a child": handed(t, func(x *excelize.File) {
			for _, name := range []string{"Emily Jo.s", "Jack Jo.s"} {
				_, err := x.NewSheet(name)
				must(t, err, x.SetCellValue(name, "A1", "Sessions"))
			}
		}),
		"names in a drop-down": handed(t, func(x *excelize.File) {
			dv := excelize.NewDataValidation(true)
			dv.SetSqref("H1")
			must(t, dv.SetDropList([]string{"Jack Jo.smith", "Emily Jones", "Aisha Khan"}), x.AddDataValidation("Totals", dv))
		}),
		"names under a title": own(t, [][]any{{"Our numbers"}, {"Name", "School", "Year"}, {secret[:4], "x", 9}}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			got := Screen(context.Background(), h)
			if !got.PersonalData || len(got.Findings) == 0 || len(got.Values) > 0 || len(got.Grid) > 0 {
				t.Errorf("personal data %t, %d findings, %d values, %d sheets", got.PersonalData, len(got.Findings), len(got.Values), len(got.Grid))
			}
			for _, f := range got.Findings {
				if f.Rule != "person_data" || strings.Contains(fmt.Sprint(f), "jo.s") {
					t.Errorf("the finding tells: %+v", f)
				}
			}
		})
	}
}

// Words that are about no person are not refused.
func TestNoPersonalData(t *testing.T) {
	for name, rows := range map[string][][]any{
		"lines to fill in": {{"Our return"}, {"Name", "Youth Trust"}, {"Phone", "as before"}, {"Quarter", "2019-Q1"}, {"Measure", "Value"}, {"Sessions held", 3}},
		"a group":          {{"2019-Q1"}, {"Measure", "Group", "Numerator or denominator", "Value"}, {"Sessions held", "Victim", "numerator", 3}, {"Sessions held", "Pupil", "numerator", 3}},
		"nothing below":    {{"2019-Q1"}, {"Measure", "Value", "Surname"}, {"Sessions held", 3}},
	} {
		if got := Screen(context.Background(), own(t, rows, nil)); got.PersonalData {
			t.Errorf("%s: findings:%s", name, describe(got.Findings))
		}
	}
}

// A preview does not fill memory with the blanks between far cells.
func TestGridIsCut(t *testing.T) {
	rows := [][]any{{"2019-Q1"}, {"Measure", "Value"}}
	for range 2000 {
		rows = append(rows, []any{"Sessions held", 3})
	}
	got := Screen(context.Background(), own(t, rows, func(x *excelize.File) {
		for i := range 2000 {
			must(t, x.SetCellValue("Data", ref(maxCol, i+5), 1))
		}
	}))
	cells := 0
	for _, sh := range got.Grid {
		for _, r := range sh.Rows {
			cells += len(r.Cells)
		}
	}
	if cells == 0 || cells > maxGrid || !got.Grid[0].Cut {
		t.Errorf("%d cells, cut %t", cells, got.Grid[0].Cut)
	}
}

// What is wrong with the period of many rows is told once, with how many they
// are and the first of them.
func TestRowsAreToldOfTogether(t *testing.T) {
	rows := 0
	for _, r := range ownRows()[1:] {
		if r != nil {
			rows++
		}
	}
	const asked = "January to March 2019 (quarter 4 of 2018-19)"
	for _, tt := range []struct {
		name string
		h    Handed
		rule string
		says string
	}{
		{"the financial year's quarter", periods(t, "Q4 2018"), "wrong_quarter_code", fmt.Sprintf("“Q4 2018” is October to December 2018 (quarter 3 of 2018-19) as it stands, and this return is of %s. It is so in %d rows; this is the first.", asked, rows)},
		{"a year-first code of another quarter", periods(t, "2018-Q2"), "wrong_quarter", fmt.Sprintf("“2018-Q2” is of April to June 2018 (quarter 1 of 2018-19), and this return is of %s. %d rows are of another quarter; this is the first.", asked, rows)},
		{"a year-first code to come", periods(t, "2019-Q2"), "period_is_not_due", fmt.Sprintf("“2019-Q2” is April to June 2019 (quarter 1 of 2019-20), which has not ended, and this return is of %s. It is so in %d rows; this is the first.", asked, rows)},
		{"a month", periods(t, "March 2019"), "time_period_length", fmt.Sprintf("“March 2019” is a month, not a quarter. It is so in %d rows; this is the first.", rows)},
		{"a date of another quarter", serial(t, 43_400, false), "wrong_quarter", "the date is of October to December 2018"},
		{"no period", periods(t, nil), "filter_blanks", fmt.Sprintf("The row does not say its period. It is so in %d rows; this is the first.", rows)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []metrics.Finding
			for _, f := range Screen(context.Background(), tt.h).Findings {
				if f.Rule == tt.rule {
					got = append(got, f)
				}
			}
			if len(got) != 1 || got[0].Cell != "B4" || !strings.Contains(got[0].Message, tt.says) {
				t.Errorf("found:%s\nwant it to say %s", describe(got), tt.says)
			}
		})
	}
	// Each text is told of once: the second is another mistake.
	h := ownWith(t, func(rows [][]any) [][]any { rows[4][1], rows[7][1] = "spring", "early spring"; return rows })
	if got := rules(Screen(context.Background(), h).Findings); !slices.Contains(got, "time_identifier_valid") {
		t.Errorf("found %q", got)
	} else if said := describe(Screen(context.Background(), h).Findings); !strings.Contains(said, "“spring”") || !strings.Contains(said, "“early spring”") {
		t.Errorf("found:%s", said)
	}
}

// Workbooks of a project's own, in other shapes than the template's.
func TestOwnWorkbooks(t *testing.T) {
	totals := func(rows [][]any) [][]any { // the totals alone, of each measure
		for _, v := range good() {
			if v.Dimension == "" && v.Measure != "improved" {
				rows = append(rows, []any{v.Measure, v.Value})
			}
		}
		return rows
	}
	tests := []struct {
		name string
		h    Handed
		want []string                         // rules that it trips
		has  map[metrics.ReturnCell]float64   // of what was read
		not  func(v metrics.ReturnValue) bool // what must not have been read
	}{
		{"the quarter as a heading", own(t, totals([][]any{{"Measure", "Jan-Mar 2019"}}), nil), []string{"cross_meta_to_data", "filter_defaults"}, map[is]float64{{Measure: "sessions"}: 33}, nil},
		{"several quarters", own(t, [][]any{{"Measure", "2018-Q4", "2019-Q1"}, {"Sessions held", 20, 33}}, nil), []string{"cross_meta_to_data"}, map[is]float64{{Measure: "sessions"}: 33}, nil},
		{"another quarter alone", own(t, [][]any{{"Measure", "Oct-Dec 2018"}, {"Sessions held", 20}}, nil), []string{"wrong_quarter"}, nil, nil},
		{"a quarter to come", own(t, [][]any{{"Measure", "Apr-Jun 2019"}, {"Sessions held", 20}}, nil), []string{"period_is_not_due"}, nil, nil},
		{"numerator and denominator as columns", own(t, [][]any{{"Quarter:", "2019-Q1"}, {"Measure", "Numerator", "Out of"}, {"improved", 17, 28}, {"sessions", 33, nil}}, nil),
			[]string{"cross_meta_to_data"}, map[is]float64{{Measure: "improved", Part: metrics.Numerator}: 17, {Measure: "improved", Part: metrics.Denominator}: 28, {Measure: "sessions"}: 33}, nil},
		{"a column for a dimension", own(t, [][]any{{"2019-Q1"}, {"KPI", "Age", "Number"}, {"Referrals accepted", "10–14", "13 "}, {"Referrals accepted", "under 10", "1,007"}}, nil),
			[]string{"filter_defaults", "cross_meta_to_data"}, map[is]float64{{Measure: "referrals-accepted", Dimension: "age", Item: "10-14"}: 13, {Measure: "referrals-accepted", Dimension: "age", Item: "under-10"}: 1007}, nil},
		{"a total among the groups", own(t, [][]any{{"2019-Q1"}, {"KPI", "Age", "Number"}, {"Referrals accepted", "Total", 13}}, nil), []string{"total_rows_in_data", "cross_meta_to_data"}, nil, nil},
		{"columns of groups", own(t, [][]any{{"2019-Q1"}, {"Measure", "Male", "Female"}, {"Referrals accepted", 22, 19}}, nil), []string{"indicator_smushed"}, nil, nil},
		{"a group in the measure", own(t, [][]any{{"2019-Q1"}, {"Measure", "Value"}, {"Referrals accepted - female", 19}}, nil), []string{"indicator_smushed", "cross_meta_to_data"}, nil, nil},
		{"an id and a title that disagree", own(t, [][]any{{"2019-Q1"}, {"Measure ID", "Measure", "Value"}, {"sessions", "Spend in the quarter", 19}}, nil), []string{"indicator_unknown", "cross_meta_to_data"}, nil, func(v metrics.ReturnValue) bool { return true }},
		{"a project's column", own(t, [][]any{{"2019-Q1"}, {"Project", "Measure", "Value"}, {"Mentoring in Schools", "Pupils reached", 300}, {"Staying Safe", "Sessions held", 33}}, nil),
			[]string{"not_your_project", "cross_meta_to_data"}, map[is]float64{{Measure: "sessions"}: 33}, func(v metrics.ReturnValue) bool { return v.Value == 300 }},
		{"history in the rows", own(t, [][]any{{"Measure", "Quarter", "Value"}, {"Sessions held", "2018-Q4", 20}, {"Sessions held", "2018-Q3", 21}, {"Sessions held", "2019-Q1", 33}}, nil),
			[]string{"wrong_quarter", "cross_meta_to_data"}, map[is]float64{{Measure: "sessions"}: 33}, nil},
		{"no heading over a column", own(t, [][]any{{"2019-Q1"}, {"Measure", "Value"}, {"Sessions held", 33, 7}}, nil), []string{"col_unexpected", "cross_meta_to_data"}, nil, func(v metrics.ReturnValue) bool { return v.Value == 7 }},
		{"a total of quarters", own(t, [][]any{{"Measure", "2018-Q4", "2019-Q1", "Total"}, {"Sessions held", 20, nil, 53}}, nil),
			[]string{"total_column", "value_blank", "cross_meta_to_data"}, nil, func(v metrics.ReturnValue) bool { return true }},
		{"a total of other quarters", own(t, [][]any{{"Measure", "2018-Q3", "2018-Q4", "Total"}, {"Sessions held", 20, 33, 53}}, nil),
			[]string{"total_column", "wrong_quarter"}, nil, func(v metrics.ReturnValue) bool { return true }},
		{"a value beside quarters", own(t, [][]any{{"Measure", "2018-Q3", "2018-Q4", "Value"}, {"Sessions held", 20, 33, 53}}, nil),
			[]string{"total_column", "wrong_quarter"}, nil, func(v metrics.ReturnValue) bool { return true }},
		{"this quarter beside the last", own(t, [][]any{{"2019-Q1"}, {"Measure", "2018-Q4", "This quarter"}, {"Sessions held", 20, 33}}, nil), []string{"cross_meta_to_data"}, map[is]float64{{Measure: "sessions"}: 33}, nil},
		{"a total beside groups", own(t, [][]any{{"2019-Q1"}, {"Measure", "Sex", "Number", "Total"}, {"Referrals accepted", "Male", nil, 41}}, nil),
			[]string{"total_column", "value_blank", "filter_defaults", "cross_meta_to_data"}, nil, func(v metrics.ReturnValue) bool { return true }},
		{"a total of columns of groups", own(t, [][]any{{"2019-Q1"}, {"Measure", "Male", "Female", "Total"}, {"Referrals accepted", 22, 19, 41}}, nil),
			[]string{"total_column", "indicator_smushed"}, nil, func(v metrics.ReturnValue) bool { return true }},
		{"a total beside the parts of a share", own(t, [][]any{{"2019-Q1"}, {"Measure", "Numerator", "Total"}, {"Sessions held", nil, 33}}, nil),
			[]string{"total_column", "value_blank", "cross_meta_to_data"}, nil, func(v metrics.ReturnValue) bool { return true }},
		{"a row of totals", own(t, [][]any{{"Measure", "2018-Q4", "2019-Q1"}, {"Sessions held", 20, 33}, {"Total", 20, 33}}, nil),
			[]string{"total_rows_in_data", "cross_meta_to_data"}, map[is]float64{{Measure: "sessions"}: 33}, nil},
		{"TRUE", own(t, [][]any{{"2019-Q1"}, {"Measure", "Value"}, {"Sessions held", true}}, nil), []string{"value_numeric", "cross_meta_to_data"}, nil, func(v metrics.ReturnValue) bool { return true }},
		{"rich text", own(t, [][]any{{"2019-Q1"}, {"Measure", "Value"}, {"x", 33}}, func(x *excelize.File) {
			must(t, x.SetCellRichText("Data", "A5", []excelize.RichTextRun{{Text: "Sessions "}, {Text: "held", Font: &excelize.Font{Bold: true}}}))
		}), []string{"cross_meta_to_data"}, map[is]float64{{Measure: "sessions"}: 33}, nil},
		{"a hidden sheet", own(t, [][]any{{"2019-Q1"}, {"Measure", "Value"}, {"Sessions held", 33}}, func(x *excelize.File) {
			_, err := x.NewSheet("More")
			must(t, err, x.SetSheetRow("More", "A1", &[]any{"Measure", "Value"}), x.SetSheetRow("More", "A2", &[]any{"Spend in the quarter", 7}), x.SetSheetVisible("More", false))
		}), []string{"hidden_rows_cols_sheets", "cross_meta_to_data"}, nil, nil},
		{"a hidden column", own(t, [][]any{{"2019-Q1"}, {"Measure", "Value"}, {"Sessions held", 33}}, func(x *excelize.File) { must(t, x.SetColVisible("Data", "B", false)) }),
			[]string{"hidden_rows_cols_sheets", "cross_meta_to_data"}, nil, nil},
		{"two lines of headings", own(t, [][]any{{"2019-Q1"}, {"Measure", "Numerator", "Denominator"}, {nil, "Number", "Number"}, {"improved", 17, 28}}, nil), []string{"two_header_rows", "cross_meta_to_data"}, nil, nil},
		{"words alone", own(t, [][]any{{"Dear colleague,"}, {"we reached 33."}}, nil), []string{"sheet_unread", "col_required"}, nil, nil},
		{"a percentage", own(t, [][]any{{"2019-Q1"}, {"Measure", "Numerator", "Denominator"}, {"improved", "85%", 28}}, nil), []string{"unit_valid", "cross_meta_to_data"}, map[is]float64{{Measure: "improved", Part: metrics.Denominator}: 28}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Screen(context.Background(), tt.h)
			var unlooked []string
			for _, r := range rules(got.Findings) {
				if !slices.Contains(tt.want, r) {
					unlooked = append(unlooked, r)
				}
			}
			for _, r := range tt.want {
				if !slices.Contains(rules(got.Findings), r) && r != "filter_defaults" {
					t.Errorf("%s is not found", r)
				}
			}
			if len(unlooked) > 0 || t.Failed() {
				t.Errorf("findings:%s", describe(got.Findings))
			}
			values := valuesOf(metrics.AcceptedReturn{Values: got.Values})
			for c, want := range tt.has {
				if v, ok := values[c]; !ok || v.Value != want {
					t.Errorf("%v is %v (%t), want %v", c, v.Value, ok, want)
				}
			}
			for _, v := range got.Values {
				if tt.not != nil && tt.not(v) {
					t.Errorf("%+v was read", v)
				}
			}
		})
	}
}

func TestMatch(t *testing.T) {
	known := map[string]string{"under 10": "u10", "under 18": "u18", "referrals accepted": "ra", "referrals accepted x": "rax", "male": "m", "female": "f"}
	for text, want := range map[string]string{"Under 10": "u10", "UNDER  10.": "u10", "undr 10": "u10", "under 11": "", "Referals accepted": "ra", "femal": "", "females": "f", "mal": ""} {
		if id, _ := match(text, known); id != want {
			t.Errorf("%q is %q, want %q", text, id, want)
		}
	}
	if id, near := match("referrals accepted", known); id != "ra" || near {
		t.Errorf("a name as it is held: %q, near %t", id, near)
	}
}

func TestIdentify(t *testing.T) {
	body := handed(t, nil).Body
	for _, tt := range []struct {
		name, project, quarter string
		body                   []byte
	}{
		{"anything.xlsx", "staying-safe", "2019-Q1", body},
		{"mentoring-2018-Q4.xlsx", "staying-safe", "2019-Q1", body},
		{"return-mentoring-2018-Q4-v1.xlsx", "mentoring", "2018-Q4", nil},
		{"mentoring 2018-q4 (1).xlsx", "mentoring", "2018-Q4", []byte("PK\x03\x04 not whole")},
		{"numbers.xlsx", "", "", nil},
	} {
		p, q, ok := Identify(tt.name, tt.body)
		if ok != (tt.project != "") || p != tt.project || ok && q.Code() != tt.quarter {
			t.Errorf("%s is of %q, %s (%t), want %q, %s", tt.name, p, q.Code(), ok, tt.project, tt.quarter)
		}
	}
}

// Failures are kept before warnings, so that none is lost by the cap.
func TestFindingsAreCapped(t *testing.T) {
	rows := [][]any{{"2019-Q1"}, {"Measure", "Breakdown", "Group", "Value"}}
	for range 1500 {
		rows = append(rows, []any{"Referrals accepted", "Age", "Under 10", "-"})
	}
	rows = append(rows, []any{"Sessions held", nil, nil, "many"})
	got := Screen(context.Background(), own(t, rows, nil))
	if len(got.Findings) != maxFindings || got.More < 1500 {
		t.Fatalf("%d findings kept, %d not", len(got.Findings), got.More)
	}
	if !slices.Contains(rules(got.Findings), "value_numeric") {
		t.Error("a failure was lost")
	}
}

// A fault within reading is a finding, not a crash.
func TestPanicIsAFinding(t *testing.T) {
	h := handed(t, nil)
	h.Strategy = nil
	got := Screen(context.Background(), h)
	if r := rules(got.Findings); !slices.Equal(r, []string{"file_broken"}) || len(got.Values) > 0 {
		t.Errorf("findings:%s", describe(got.Findings))
	}
}

// project40 has 40 measures with all breakdowns.
func project40() (*metrics.Strategy, []metrics.ReturnValue) {
	s := strategy()
	s.Dimensions[0].Items = append(s.Dimensions[0].Items, metrics.Item{ID: "18-24", Title: "18 to 24"}, metrics.Item{ID: "25", Title: "25"})
	s.Dimensions = append(s.Dimensions, metrics.Dimension{ID: "ethnic", Title: "Ethnic group", Items: []metrics.Item{{ID: "asian", Title: "Asian"}, {ID: "black", Title: "Black"},
		{ID: "mixed", Title: "Mixed"}, {ID: "white", Title: "White"}, {ID: "other", Title: "Other"}, {ID: "unknown", Title: "Not given"}}})
	s.Measures, s.Projects[0].Measures = nil, nil
	for i := range 40 {
		m := metrics.ReturnMeasure{ID: fmt.Sprintf("measure-%02d", i), Title: fmt.Sprintf("Measure number %02d", i), Kind: metrics.CountMeasure, Unit: "young people", Of: "all young people", Breakdowns: []string{"age", "sex", "ethnic"}, People: true}
		if i%4 == 0 {
			m.Kind = metrics.ShareMeasure
		}
		s.Measures = append(s.Measures, m)
		s.Projects[0].Measures = append(s.Projects[0].Measures, m.ID)
	}
	var values []metrics.ReturnValue
	for _, c := range s.Cells(s.Projects[0]) {
		d, _ := s.Dimension(c.Dimension)
		v := 90.0 / float64(max(len(d.Items), 1))
		if c.Dimension == "" {
			v = 90
		}
		if c.Part == metrics.Denominator {
			v *= 2
		}
		values = append(values, metrics.ReturnValue{ReturnCell: c, Value: v})
	}
	return s, values
}

func handed40(t testing.TB) Handed {
	t.Helper()
	s, values := project40()
	var b bytes.Buffer
	must(t, Filled(&b, s, s.Projects[0], quarter, Held{}, false, values))
	return Handed{Name: "r.xlsx", Body: b.Bytes(), Project: s.Projects[0], Quarter: quarter, Strategy: s, Today: today}
}

func TestFortyMeasures(t *testing.T) {
	h := handed40(t)
	got := Screen(context.Background(), h)
	if r := rules(got.Findings); !slices.Equal(r, []string{"round_number_run"}) || len(got.Values) != len(h.Strategy.Cells(h.Project)) {
		t.Errorf("%d values of %d; findings:%s", len(got.Values), len(h.Strategy.Cells(h.Project)), describe(got.Findings))
	}
}

func BenchmarkScreen(b *testing.B) {
	h := handed40(b)
	b.SetBytes(int64(len(h.Body)))
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if got := Screen(context.Background(), h); len(got.Values) == 0 {
			b.Fatal("nothing was read")
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapSys+after.StackSys)/(1<<20), "MB-held")
}

func BenchmarkTemplate(b *testing.B) {
	s, values := project40()
	for b.Loop() {
		var out bytes.Buffer
		must(b, Filled(&out, s, s.Projects[0], quarter, Held{}, false, values))
	}
}

// FuzzScreen holds that whatever a file is, screening it ends, in findings for
// people, and so does handing it back.
func FuzzScreen(f *testing.F) {
	body := handed(f, nil).Body
	parts := unpack(f, body)
	f.Add([]byte("xl/worksheets/sheet4.xml"), []byte(parts["xl/worksheets/sheet4.xml"]))
	f.Add([]byte("xl/workbook.xml"), []byte(parts["xl/workbook.xml"]))
	f.Add([]byte("xl/sharedStrings.xml"), []byte(parts["xl/sharedStrings.xml"]))
	f.Add([]byte("xl/styles.xml"), []byte(parts["xl/styles.xml"]))
	f.Add([]byte("xl/_rels/workbook.xml.rels"), []byte(parts["xl/_rels/workbook.xml.rels"]))
	f.Add([]byte("xl/worksheets/sheet4.xml"), []byte(`<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>`))
	f.Add([]byte(""), body[:len(body)/2])
	f.Add([]byte(""), []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	f.Fuzz(func(t *testing.T, name, content []byte) {
		h := handed0
		if h.Body = content; len(name) > 0 {
			if len(name) > 100 || bytes.ContainsAny(name, "\x00") {
				return
			}
			h.Body = repack(t, body, map[string]string{string(name): string(content)})
		}
		got := Screen(context.Background(), h)
		for _, g := range got.Findings {
			if c, ok := checkOf[g.Rule]; !ok || g.Message == "" || g.Severity != c.Severity {
				t.Fatalf("not a finding for people: %+v", g)
			}
		}
		if len(got.Findings) == 0 && len(got.Values) == 0 {
			t.Fatal("nothing was read and nothing is wrong")
		}
		var out bytes.Buffer
		if err := Mark(&out, h.Body, got.Findings); err != nil {
			t.Fatal(err)
		}
		Identify("x.xlsx", h.Body)
	})
}

// handed0 is what the fuzzed files are screened against.
var handed0 = func() Handed {
	s := strategy()
	return Handed{Name: "r.xlsx", Project: s.Projects[0], Quarter: quarter, Strategy: s, Today: today}
}()

// replacing is the good template with a text in one of its parts replaced.
func replacing(t *testing.T, part, old, with string) Handed {
	t.Helper()
	h := handed(t, nil)
	was := unpack(t, h.Body)[part]
	if !strings.Contains(was, old) {
		t.Fatalf("%s does not hold %s", part, old)
	}
	h.Body = repack(t, h.Body, map[string]string{part: strings.Replace(was, old, with, 1)})
	return h
}

// What a return says of young people, and of its own project, is no column of names.
func TestWordsThatAreNoNames(t *testing.T) {
	for name, h := range map[string]Handed{
		"notes": handed(t, func(x *excelize.File) {
			must(t, x.SetCellValue("Totals", "E7", "One young person moved away"), x.SetCellValue("Totals", "E8", "As planned"), x.SetCellValue("Totals", "E9", "A pupil came twice"))
		}),
		"numbers under young people":  own(t, [][]any{{"Measure", "Young people"}, {"Sessions held", 33}, {"Referrals accepted", 12}}, nil),
		"who made the file":           handed(t, func(x *excelize.File) { must(t, x.SetDocProps(&excelize.DocProperties{Creator: "worker@example.org"})) }),
		"case numbers":                own(t, [][]any{{"Area", "Case numbers"}, {"Hillfields", 20}, nil, {"Measure", "Value"}, {"Sessions held", 33}}, nil),
		"issues to address":           own(t, [][]any{{"Issues to address"}, {"Late referrals"}, nil, {"Measure", "Value"}, {"Sessions held", 33}}, nil),
		"comments":                    own(t, [][]any{{"Comment on young people"}, {"Most came from the north of the city."}, nil, {"Measure", "Value"}, {"Sessions held", 33}}, nil),
		"parents":                     own(t, [][]any{{"Parents", "Sessions"}, {"Coffee mornings", 4}, {"Evening groups", 6}}, nil),
		"a project's name":            own(t, [][]any{{"Project name", "Staying Safe"}, nil, {"Measure", "Value"}, {"Sessions held", 33}}, nil),
		"schools called after people": own(t, [][]any{{"Measure", "Value", "Schools"}, {"Sessions held", 33, "Henry Parkes"}, {"Referrals accepted", 12, "Richard Lee"}, {nil, nil, "John Gulson"}}, nil),
		"streets":                     own(t, [][]any{{"Measure", "Value", "Notes"}, {"Sessions held", 33, "George Street"}, {"Referrals accepted", 12, "Victoria Road"}}, nil),
		"a firm of two":               in(t, "Totals", "E7", "Evaluated by Harris and Lewis"),
		"a list of days":              in(t, "Totals", "E7", "Sessions in April, May and June; at Grace Academy, the Henry Parkes school and on George Street"),
		"schools and months":          own(t, [][]any{{"Measure", "Value", "Notes"}, {"Sessions held", 33, "April"}, {"Referrals accepted", 12, "Grace Academy"}}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			if got := Screen(context.Background(), h); got.PersonalData {
				t.Errorf("taken for personal data:%s", describe(got.Findings))
			}
		})
	}
}

// A number is digits: what a programming language also takes for one is none.
func TestNumbersAreWrittenInDigits(t *testing.T) {
	for stored, good := range map[string]bool{"33": true, "3.3E1": true, "+33": true, "33.": true, "0x21": false, "0b1": false, "1_000": false, "NaN": false, "Inf": false, "infinity": false, "1e999": false, "": false} {
		h := replacing(t, "xl/worksheets/sheet4.xml", "<v>33</v>", "<v>"+stored+"</v>")
		got := Screen(context.Background(), h)
		read := slices.ContainsFunc(got.Values, func(v metrics.ReturnValue) bool { return v.Measure == "sessions" && v.Value == 33 })
		if read != good {
			t.Errorf("%q read %t, want %t;%s", stored, read, good, describe(got.Findings))
		}
	}
	for _, text := range []string{"1.2.3%", "1,2,3%", ",%", "33,3", "1,2345", "३३", "３３", "0x21", "1e3", "33 000", "1'000"} {
		got := Screen(context.Background(), in(t, "Totals", "D10", text))
		if !slices.ContainsFunc(got.Findings, func(f metrics.Finding) bool { return f.Cell == "D10" && f.Rule == "value_numeric" }) {
			t.Errorf("%q passes as a number;%s", text, describe(got.Findings))
		}
	}
}

// What lies outside the cells is limited: to look through it takes time, also
// while other people wait.
func TestHiddenPartsAreLimited(t *testing.T) {
	for name, part := range map[string]string{
		"a long text":    "<a>" + strings.Repeat("a.", 3<<20) + "1@</a>",
		"many elements":  "<a>" + strings.Repeat("<b/>", maxAsideParts+1) + "</a>",
		"many long ones": "<a>" + strings.Repeat("<b>"+strings.Repeat("+44 1 ", 1000)+"</b>", 1000) + "</a>",
	} {
		got := Screen(context.Background(), added(t, map[string]string{"customXml/item1.xml": part}))
		if !slices.ContainsFunc(got.Findings, func(f metrics.Finding) bool { return f.Rule == "zip_bomb" }) {
			t.Errorf("%s passes:%s", name, describe(got.Findings))
		}
	}
}

// Pounds that more than double, or fall to less than half, are asked about.
func TestMoneyThatJumps(t *testing.T) {
	for was, told := range map[float64]bool{12000: false, 6200: false, 6100: true, 24600: false, 25000: true, 0: false} {
		got := Screen(context.Background(), with(t, last(only("spend", was)), nil))
		said := slices.ContainsFunc(got.Findings, func(f metrics.Finding) bool {
			return f.Rule == "jump_vs_last_quarter" && f.Cell == "D12" && strings.Contains(f.Message, "£12,345.67")
		})
		if said != told {
			t.Errorf("from £%v to £12,345.67: told %t;%s", was, said, describe(got.Findings))
		}
	}
}
