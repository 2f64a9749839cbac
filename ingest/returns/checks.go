package returns

import "outcomes/metrics"

// Stage groups the checks. Findings are given in the order of the stages, and
// a stage is not run when an earlier one leaves it nothing to look at.
type Stage string

const (
	FileStage       Stage = "file"
	ShapeStage      Stage = "shape"
	PeriodStage     Stage = "period"
	IDStage         Stage = "ids"
	FilterStage     Stage = "filters"
	ValueStage      Stage = "values"
	DuplicateStage  Stage = "duplicates"
	DisclosureStage Stage = "disclosure"
	MetadataStage   Stage = "metadata"
)

var stages = []Stage{FileStage, ShapeStage, PeriodStage, IDStage, FilterStage, ValueStage, DuplicateStage, DisclosureStage, MetadataStage}

// Check is one of the named checks that a return is screened by.
type Check struct {
	ID       string // "parts_ne_total"
	Stage    Stage
	Severity metrics.Severity
	Title    string // what it is about, a few words
	Looks    string // what it looks for, a sentence
	Mend     string // what to do about a finding, a sentence; "" of a note
}

// Checks lists the checks in the order of their stages.
func Checks() []Check { return append([]Check(nil), checks...) }

var checks = []Check{
	{"file_selected", FileStage, metrics.Fail, "A file is selected", "No file came with the form.", "Select the project's workbook and upload it again."},
	{"file_empty", FileStage, metrics.Fail, "The file holds something", "The file has no content, or every cell of it is blank.", "Upload the workbook that was filled in."},
	{"file_size", FileStage, metrics.Fail, "The file is small enough", "The file is larger than 10 MB.", "Take pictures and other sheets out of the workbook; a return needs less than 1 MB."},
	{"file_type", FileStage, metrics.Fail, "The file is an .xlsx workbook", "The file is an old .xls, a .csv, an .xlsm or anything but an .xlsx workbook, by its name or by its content.", "Open the file in a spreadsheet program and save it as “Excel Workbook (.xlsx)”."},
	{"file_password", FileStage, metrics.Fail, "The file has no password", "The file is encrypted with a password.", "Open the file with its password, take the password off (File, Info, Protect Workbook, Encrypt with Password) and save it."},
	{"filename_special", FileStage, metrics.Fail, "The file's name can be kept", "The name has a control character or one of < > : \" / \\ | ? * in it, or starts with = + - @.", "Give the file a plain name of letters, numbers and hyphens."},
	{"file_broken", FileStage, metrics.Fail, "The file is whole", "The file is cut short, damaged, or made by a program that does not keep to the format.", "Open the workbook in a spreadsheet program, save it again under another name and upload that one."},
	{"screening_stopped", FileStage, metrics.Fail, "The screening came to its end", "The screening was stopped before it had looked at everything.", "Upload the file again."},
	{"zip_bomb", FileStage, metrics.Fail, "The file unpacks to a sensible size", "The file unpacks to more than 48 MB, its tables to more than 16 MB, or it has more than 500 parts.", "Copy the table alone into a new workbook, or fill in the template."},
	{"sheet_size", FileStage, metrics.Fail, "The sheets have a sensible size", "More than 50,000 cells are filled in, or a filled cell lies below row 20,000 or right of column 256.", "Copy the table alone into a new workbook, or fill in the template."},
	{"macro_present", FileStage, metrics.Fail, "The file has no macros", "The workbook holds macros or active controls.", "Save the workbook as “Excel Workbook (.xlsx)”, which leaves macros out."},
	{"external_links", FileStage, metrics.Fail, "The file stands alone", "The workbook takes values from other workbooks or from a database.", "Break the links (Data, Edit Links, Break Link), so that the values themselves stay, and save it."},
	{"embedded_files", FileStage, metrics.Fail, "No other file lies within", "Another document is embedded in the workbook.", "Take the embedded document out of the workbook."},
	{"hidden_copies", FileStage, metrics.Fail, "No other data is kept out of sight", "A pivot table, a slicer or a data model keeps a copy of the data that it was made from, names among it, even where its sheet is gone.", "Copy the table alone into a new workbook, or fill in the template."},
	{"pictures", FileStage, metrics.Warn, "Pictures are looked at", "The workbook holds pictures. They are kept with the file and cannot be read here.", "Look at them: a picture of a list or of a person must be taken out. A logo may stay."},
	{"file_template", FileStage, metrics.Fail, "The template is one of ours", "The sheet “About this file” lacks the project, the quarter or the version, or names a version that is not known here.", "Download the template again and copy the numbers into it."},
	{"template_version_old", FileStage, metrics.Warn, "The template is today's", "The template was made before the measures that are asked for, or the template itself, changed.", "Check that each number still answers what is asked now; next time, download the template anew."},

	{"sheet_name", ShapeStage, metrics.Fail, "The template's sheets are all there", "A sheet of the template is missing or has another name.", "Give the sheet its name back, or download the template again."},
	{"sheet_unread", ShapeStage, metrics.Warn, "Every sheet is read", "A sheet holds something, but no table of measures is found in it, so that nothing of it was read.", "Check that the sheet holds no number of the return; else give its table a heading row with “Measure” and “This quarter”."},
	{"col_required", ShapeStage, metrics.Fail, "The columns needed are there", "A table has no column for the measure or none for the number.", "Give the table a heading row with at least “Measure” and “This quarter”."},
	{"col_unexpected", ShapeStage, metrics.Fail, "No column is unknown", "A column's heading is not known, or it holds something and has no heading.", "Delete the column, or give it one of the template's headings."},
	{"col_name_duplicate", ShapeStage, metrics.Fail, "No column comes twice", "Two columns of a table have the same heading, or both seem to hold the numbers.", "Delete the column that is not the quarter's number."},
	{"merged_cells", ShapeStage, metrics.Fail, "No cells are merged in the table", "Cells are merged within a table.", "Unmerge the cells and write the text into each row."},
	{"hidden_rows_cols_sheets", ShapeStage, metrics.Fail, "Nothing is hidden", "A hidden sheet, row or column holds something.", "Show what is hidden (select all, right-click, Unhide) or delete it."},
	{"two_header_rows", ShapeStage, metrics.Fail, "There is one heading row", "A table has a second row of headings.", "Keep one row of headings, directly above the first row of numbers."},
	{"total_rows_in_data", ShapeStage, metrics.Fail, "No total rows among the groups", "A row adds up measures, or a row of a table of groups gives the total.", "Delete the row; the total of a measure is a row without a group."},
	{"total_column", ShapeStage, metrics.Fail, "No column of totals is taken for the quarter's", "A column of numbers without a quarter stands among columns of quarters, or a column “Total” beside groups or beside other numbers.", "Delete the column; if it holds the quarter's numbers, give it the heading “This quarter”."},
	{"indicator_smushed", ShapeStage, metrics.Fail, "A group has its own column", "A heading or a measure's name holds a group too, such as “Referrals, male”.", "Write the measure and the group into columns of their own, a row for each group."},
	{"formula_cells", ShapeStage, metrics.Fail, "Numbers are typed, not calculated", "A number is calculated by a formula.", "Copy the cell and paste it as a value."},
	{"formula_no_value", ShapeStage, metrics.Fail, "Formulas have values", "A formula was never calculated, so that there is no number.", "Type the number, or open the workbook in a spreadsheet program, paste the cell as a value and save it."},
	{"error_values", ShapeStage, metrics.Fail, "No cell is an error", "A cell shows an error such as #REF! or #N/A.", "Type the number; [x] if you have none."},

	{"period_is_not_due", PeriodStage, metrics.Fail, "The quarter has ended", "The return is for a quarter that has not ended, or in which the project did not run.", "Choose the quarter again; a return is taken from the day after the quarter's last."},
	{"period_already_accepted", PeriodStage, metrics.Warn, "Nothing is accepted for the quarter yet", "A return for this project and quarter is already accepted.", "Say why the new return should replace it; the old one stays in the history."},
	{"wrong_quarter", PeriodStage, metrics.Fail, "The file is of this quarter", "The template, a column or a row is of another quarter.", "Upload the workbook of this quarter, or delete the rows of other quarters."},
	{"wrong_quarter_code", PeriodStage, metrics.Fail, "Quarters are of calendar years", "The quarter's number is that of the financial year where the calendar year's is meant, or the reverse; or it is written with one year, as “Q2 2019”, in a workbook that speaks of financial years.", "Write the months, as in “Jan-Mar 2019”, or the calendar quarter, as in “2019-Q1”."},
	{"quarter_either_year", PeriodStage, metrics.Warn, "A quarter's number is of one kind of year", "A quarter is written with one year, as “Q2 2019”, which may be the calendar year's or the financial year's; it was taken for the calendar year's.", "Make sure with the project which months are meant; next time, write “Apr-Jun 2019” or “2019-Q2”."},
	{"time_identifier_valid", PeriodStage, metrics.Fail, "The period is understood", "The text in a period column is not understood.", "Write the quarter as “2019-Q1” or “Jan-Mar 2019”."},
	{"time_identifier_mix", PeriodStage, metrics.Fail, "Periods are written in one way", "Periods are written as quarters in one row and as dates or financial quarters in another.", "Write every period in the same way, as “2019-Q1”."},
	{"time_period_length", PeriodStage, metrics.Fail, "The period is a quarter", "The period is a month, a year or another length of time.", "Give the number of the whole quarter, and write the quarter as “2019-Q1”."},
	{"time_period_consecutive", PeriodStage, metrics.Fail, "Financial years follow on", "The two years of a financial year do not follow one another.", "Write the financial year as in “2018/19”."},
	{"date_as_text", PeriodStage, metrics.Fail, "Dates are clear", "A date is typed as text in which day and month may be either way round.", "Write the quarter as “2019-Q1”, or the date as “2019-03-31”."},
	{"date_1900_1904", PeriodStage, metrics.Fail, "Dates are counted from the right year", "A date falls in the quarter only if days are counted from 1904 where the workbook counts from 1900, or the reverse: it was pasted from another workbook.", "Type the date again, or write the quarter as “2019-Q1”."},
	{"period_unstated", PeriodStage, metrics.Warn, "The file says its quarter", "A workbook of the project's own says nowhere which quarter it is of.", "Make sure with the project that it is this quarter's."},

	{"unknown_project", IDStage, metrics.Fail, "The project is known", "The workbook names a project that the strategy does not have.", "Write the project's name as the strategy has it, or upload the workbook under its own project."},
	{"not_your_project", IDStage, metrics.Fail, "The file is of this project", "The workbook is of another project.", "Upload it under the project that it is of."},
	{"indicator_unknown", IDStage, metrics.Fail, "The measure is known", "The measure's name is not one that the strategy has.", "Write the measure as the template has it, or delete the row."},

	{"filter_whitespace", FilterStage, metrics.Fail, "No stray blanks in a group's name", "A group's name starts or ends with a blank, or holds two in a row or one that does not break.", "Type the group's name again, as the template has it."},
	{"filter_blanks", FilterStage, metrics.Fail, "Every row says what it counts", "A row has a number but no measure, or lacks its group or its part.", "Fill in the blank cell, or delete the row."},
	{"filter_defaults", FilterStage, metrics.Fail, "Every measure has its total", "A measure is given by groups without its total.", "Add a row with the measure's total, without a group."},
	{"filter_item_unknown", FilterStage, metrics.Fail, "The group is known", "A group, or what is counted, is not one that the measure is asked by.", "Write the group as the template has it."},
	{"filter_item_left_out", FilterStage, metrics.Fail, "Nobody is counted in a group that is not asked", "A row gives a number for a group of which the measure counts nobody, such as the age 25 for people under 25.", "Take the people of this group out of the measure's total and of its other groups, and delete the row; if they are in the wrong group, move them to theirs."},
	{"category_new_spelling", FilterStage, metrics.Warn, "Names are spelt as they are held", "A name is nearly, not quite, one that is known, and was read as that one.", "Make sure that it is the one meant."},

	{"value_blank", ValueStage, metrics.Fail, "Every number is given", "The cell of a number that is asked for is blank.", "Give a number, 0 if there were none, or [x] if you have none to give."},
	{"value_numeric", ValueStage, metrics.Fail, "A number is a number", "The cell holds words, TRUE or FALSE, or a number that is not written clearly.", "Write the number in digits, as 1234 or 1,234; words go into the Notes column."},
	{"null_words", ValueStage, metrics.Fail, "Nothing is said by a number or [x]", "The cell says NULL, NA, none or nil, which may mean zero or not known.", "Write 0 if there were none, [x] if it is not known."},
	{"legacy_symbols", ValueStage, metrics.Warn, "Not available is written [x]", "The cell holds N/A, a dash, dots or another old sign, read as [x].", "Make sure that the number is not known; if there were none, it is 0."},
	{"ind_invalid_entry", ValueStage, metrics.Fail, "Shorthand other than [x] is not used", "The cell holds a shorthand in brackets other than [x].", "Give the true number; small numbers are hidden here, not in the return. [x] if you have none."},
	{"dp_values", ValueStage, metrics.Fail, "Decimals fit the measure", "A count is not a whole number, or pounds have more than two decimals.", "Give a whole number; pounds with pence."},
	{"unit_valid", ValueStage, metrics.Fail, "Numbers are in the measure's unit", "A percentage is given where a count is asked, or a currency sign where pounds are not; or the row's or the column's unit is a percentage, thousands, or money where a count is asked.", "Give the count itself, and pounds not in thousands; a share's percentage is worked out from its two numbers."},
	{"unit_other", ValueStage, metrics.Warn, "The row's unit is the measure's", "A column “Unit” names another unit than the one that the measure is asked in.", "Make sure that the number counts what is asked."},
	{"value_is_date", ValueStage, metrics.Fail, "No number has become a date", "The spreadsheet program took what was typed for a date.", "Set the cell's format to “Number” and type the number again."},
	{"negative_count", ValueStage, metrics.Fail, "No number is below 0", "A number is negative.", "Give the quarter's number; corrections of an earlier quarter come as a new return of that quarter."},
	{"numerator_gt_denominator", ValueStage, metrics.Fail, "A part is not more than its whole", "The first number of a share is larger than the one it is out of.", "Check both numbers; they may have been swapped."},
	{"part_gt_whole", ValueStage, metrics.Fail, "A measure is not more than the one it is among", "A count is larger than that of the measure whose people or cases it is among, in all or in a group: more accepted than were referred.", "Check both numbers and their groups: who is counted in the one is counted in the other, in the same group."},
	{"percent_gt_100", ValueStage, metrics.Fail, "No percentage is above 100", "A percentage above 100 is given.", "Give the count itself; a share's percentage is worked out from its two numbers."},
	{"parts_ne_total", ValueStage, metrics.Fail, "Groups add up to the total", "The groups of a breakdown add up to another number than the total.", "Check the groups and the total; those not known go under “not stated”."},
	{"cumulative_fell", ValueStage, metrics.Warn, "A total since the start does not fall", "A total since the start, of people or of money, is lower than last quarter's.", "Make sure that it is the total since the start and not the quarter's number."},
	{"jump_vs_last_quarter", ValueStage, metrics.Warn, "No jump from last quarter", "A total lies outside the band in which last quarter's would fall by chance 998 times of 1,000 (Poisson); pounds are more than twice, or less than half of, last quarter's.", "Make sure that the number is right, and say what happened."},
	{"spend_over_budget", ValueStage, metrics.Warn, "No more is spent than was budgeted", "Money that an indicator sets against other money, as spending against the budget, is more than it, over the quarters of the financial year so far; of totals since the start, since then.", "Make sure that both amounts are right, and say how the rest is paid for."},
	{"identical_to_last_quarter", ValueStage, metrics.Warn, "Not last quarter's numbers again", "All numbers of a measure, or of the return, are the same as last quarter's.", "Make sure that it is not last quarter's workbook again."},
	{"zero_after_long_nonzero", ValueStage, metrics.Warn, "No sudden zero", "A total is 0 after four quarters or more in which it never was.", "Make sure that 0 is true and not a number that is missing."},
	{"round_number_run", ValueStage, metrics.Warn, "Numbers do not look estimated", "Five numbers or more in a row end in 0.", "Make sure that these are counts and not estimates."},

	{"general_dupes", DuplicateStage, metrics.Fail, "Each number comes once", "The same number is given in two places.", "Delete one of the two."},
	{"duplicate_of_held_data", DuplicateStage, metrics.Warn, "What changes is meant", "A number is other than the one that is held for the quarter, or none is.", "Make sure that the new numbers are the right ones, and say why they changed."},

	{"small_number", DisclosureStage, metrics.Note, "Small numbers are hidden", "Counts of people are so small that somebody may be known from them. Nothing is asked: they are hidden as [c] wherever figures are shown.", ""},
	{"person_data", DisclosureStage, metrics.Fail, "Nothing about a person", "A cell, a comment, a header or footer, the file's properties or another hidden text looks like an NHS number, a postcode, a date of birth, a telephone number, an e-mail address, a person's address, or a column of names. A full date from before the project began, 3 to 100 years before the quarter's end, counts as one of birth.", "Take it out of the workbook and upload it again. The file was not kept."},

	{"cross_meta_to_data", MetadataStage, metrics.Fail, "What is asked is answered", "A number that is asked for has no row in the workbook.", "Add the row; [x] if you have no number."},
	{"cross_data_to_meta", MetadataStage, metrics.Warn, "Only what is asked is answered", "A measure or a group is given that this project is not asked for; it was not read.", "Nothing, if the row is kept for the project's own use; else ask for the measure to be added to the strategy."},
}

var checkOf = func() map[string]Check {
	m := map[string]Check{}
	for _, c := range checks {
		m[c.ID] = c
	}
	return m
}()

// NotApplied is a check of upload screening that returns are not screened by.
type NotApplied struct {
	ID  string
	Why string
}

// NotAppliedChecks lists the checks that are usual in screening uploaded data
// and have nothing to look at in a workbook of a project, each with the reason.
func NotAppliedChecks() []NotApplied { return append([]NotApplied(nil), notApplied...) }

var notApplied = []NotApplied{
	{"file_virus", "There is no virus scanner in the program, and looking for one test string would only seem to be one. Nothing in a file is ever run; macros, active controls, links and embedded files are refused. Scan uploads on the server."},
	{"filename_spaces", "The file is kept by its SHA-256, not by its name; browsers add a blank and a number to a second download."},
	{"col_order", "Columns are found by their headings, so that any order is read."},
	{"col_name_spaces", "Headings are words for people, not names for programs."},
	{"col_snake_case", "Headings are words for people, not names for programs."},
	{"col_var_start", "Headings are words for people, not names for programs."},
	{"blank_rows_inside", "Blank rows are passed over: projects use them to set measures apart."},
	{"time_period_numeric", "Periods are words or dates; what is not understood is time_identifier_valid."},
	{"geog_level_valid", "A return has no areas: a project is one place."},
	{"geog_level_completed", "A return has no areas: a project is one place."},
	{"geog_overcompleted", "A return has no areas: a project is one place."},
	{"geog_combos", "A return has no areas: a project is one place."},
	{"geog_na_code", "A return has no areas: a project is one place."},
	{"indicator_under_review", "Measures have no such state: one under review is taken off the strategy's list, and is indicator_unknown then."},
	{"filter_not_singular", "Breakdowns are set by the strategy, not by the file."},
	{"filter_item_limit", "Breakdowns are set by the strategy, not by the file."},
	{"ci_order", "Returns hold no intervals: they are worked out from the counts."},
	{"meta_label_present", "Labels are the strategy's, and checked when it is loaded."},
	{"meta_dupe_label", "Labels are the strategy's, and checked when it is loaded."},
}
