package population_test

import (
	"fmt"
	"strings"
	"testing"
)

// Nobody living in a district is no estimate: the row is rejected, by its
// number. Nobody of an age, or in an LSOA, is one.
func TestZeroResidents(t *testing.T) {
	// A hundred good rows, so that one bad one is not too many.
	rows := func(zero string) string {
		var b strings.Builder
		b.WriteString("area_code,area_name,year,persons\n" + zero)
		for i := range 100 {
			fmt.Fprintf(&b, "E07%06d,District,2019,1000\n", i+1)
		}
		return b.String()
	}
	releases, err := read(write(t, "zero.csv", rows("E08000026,Coventry,2019,0\n")))
	if err != nil {
		t.Fatal(err)
	}
	r := releases[0]
	if persons(releases, "mid-2019", "E08000026", -1) != -1 || r.Account.Rejected != 1 || r.Account.Kept != 100 || len(r.Problems) != 1 {
		t.Fatalf("%+v, %v", r.Account, r.Problems)
	}
	if p := r.Problems[0]; p.Row != 2 || p.Column != "persons" || !p.Rejects || !strings.Contains(p.Message, "E08000026 Coventry: an estimate of 0 residents") {
		t.Errorf("%+v", p)
	}
	if releases, err := read(write(t, "lsoa.csv", rows("E01009522,Coventry 014A,2019,0\n"))); err != nil || persons(releases, "mid-2019", "E01009522", -1) != 0 {
		t.Errorf("an LSOA without residents: %v", err)
	}

	// Alone it is all of the file, which is refused with the row.
	if _, err := read(write(t, "alone.csv", "area_code,area_name,year,persons\nE08000026,Coventry,2019,0\n")); err == nil || !strings.Contains(err.Error(), "row 2") || !strings.Contains(err.Error(), "0 residents") {
		t.Errorf("%v", err)
	}

	ages := func(n int) string {
		var b strings.Builder
		b.WriteString("area_code,area_name,year,age,persons\n")
		for age := range 91 {
			count := 0
			if age > 30 {
				count = n
			}
			fmt.Fprintf(&b, "E08000026,Coventry,2019,%d,%d\n", age, count)
		}
		return b.String()
	}
	if releases, err := read(write(t, "ages.csv", ages(5))); err != nil || persons(releases, "mid-2019/ages", "E08000026", 0) != 0 || persons(releases, "mid-2019/ages", "E08000026", 40) != 5 {
		t.Errorf("an age that nobody is of: %v", err)
	}
	if _, err := read(write(t, "none.csv", ages(0))); err == nil || !strings.Contains(err.Error(), "nobody of any age") {
		t.Errorf("%v", err)
	}

	book := workbook(t, sheet{"MYE 5", [][]any{
		{"Population estimates mid-2019"},
		{"Code", "Name", "Geography", "Area (sq km)", "Estimated Population mid-2019"},
		{"E08000026", "Coventry", "Metropolitan District", 98.6, 0},
	}})
	if _, err := read(write(t, "ukmidyearestimates2019.xlsx", book)); err == nil || !strings.Contains(err.Error(), "0 residents") || !strings.Contains(err.Error(), "row 3") {
		t.Errorf("%v", err)
	}
}
