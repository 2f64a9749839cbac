package main

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"outcomes/metrics"
)

// Whoever reads a pack's ledger can read the pack: what a figure about people read
// there is set beside what it reads now, alike for all, and no [c] stands for a
// number that the pack prints.
func TestLedgerByRole(t *testing.T) {
	o := demoOffice(t)
	if at := o.freeze(choiceForm("2019-Q2")); at != "/reports/1" {
		t.Fatalf("frozen at %s", at)
	}
	o.handInAgain("magistrates-in-schools", "2019-Q2", "pupils-reached", 30, "again.xlsx")
	read := func(role metrics.Role, path string) string {
		t.Helper()
		res := o.as(role, path)
		if res.Code != http.StatusOK {
			t.Fatalf("%q: %s answers %d", role, path, res.Code)
		}
		return res.Body.String()
	}
	first := ""
	for _, role := range append([]metrics.Role{""}, metrics.Roles...) {
		rows, err := csv.NewReader(strings.NewReader(read(role, "/reports/1/changes.csv"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
		changed := 0
		for _, row := range rows[1:] {
			if at(row, "changed") == "false" {
				if at(row, "then_value") != at(row, "now_value") || at(row, "then_shorthand") != at(row, "now_shorthand") {
					t.Errorf("%q: one that has not changed: %q", role, row)
				}
				continue
			}
			if at(row, "indicator") != "primary-pupils-reached" {
				continue
			}
			changed++
			if at(row, "then_value") == "" || at(row, "then_shorthand") == "[c]" || at(row, "now_value") == "" {
				t.Errorf("%q reads %q", role, row)
			}
		}
		if changed == 0 {
			t.Errorf("%q reads of no change", role)
		}
		if page := read(role, "/reports/1/changes"); page == "" || first != "" && changesTable(t, page) != first {
			t.Errorf("%q: the page says something else than to others", role)
		} else {
			first = changesTable(t, page)
		}
		book, err := excelize.OpenReader(strings.NewReader(read(role, "/reports/1/changes.xlsx")))
		if err != nil {
			t.Fatal(err)
		}
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				if len(row) > 5 && strings.HasPrefix(row[0], "Pupils reached") && row[4] == "Yes" && row[5] == "[c]" {
					t.Errorf("%q, workbook: %q", role, row)
				}
			}
		}
		book.Close()
	}
}

// changesTable is the part of a page of changes that holds them.
func changesTable(t *testing.T, page string) string {
	t.Helper()
	from, to := strings.Index(page, "<tbody>"), strings.Index(page, "</tbody>")
	if from < 0 || to < from {
		t.Fatal("the page has no table")
	}
	return page[from:to]
}
