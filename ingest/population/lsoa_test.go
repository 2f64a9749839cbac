package population_test

import (
	"fmt"
	"strings"
	"testing"

	"outcomes/ingest/population"
	"outcomes/metrics/store"
)

const ts001 = `total,2021 super output area - lower layer,mnemonic
2284,Hartlepool 001A,E01011954
0,Merthyr Tydfil 008F,W01001898
,,
,"In order to protect against disclosure of personal information, records",
,affected.,
`

func TestCensusOfLSOAs(t *testing.T) {
	in := write(t, "TS001.csv", ts001)
	if !population.New().Knows(in) {
		t.Fatal("it is not known")
	}
	releases, err := read(in)
	if err != nil || len(releases) != 1 {
		t.Fatalf("%v, %v", names(releases), err)
	}
	r := releases[0]
	e := r.Facts.(*store.Estimates)
	if r.Release != "census-2021/lsoa" || r.Period != "census-2021" || e.Year != 2021 || e.Base != 2021 {
		t.Errorf("%s %s %d %d", r.Release, r.Period, e.Year, e.Base)
	}
	if persons(releases, "census-2021/lsoa", "E01011954", -1) != 2284 || persons(releases, "census-2021/lsoa", "W01001898", -1) != 0 {
		t.Errorf("%+v", e.Rows)
	}
	if a := r.Account; a.Read != 2 || a.Kept != 2 || a.Rejected != 0 {
		t.Errorf("the notes under the table are in the account: %+v", a)
	}
}

const midYear = `"lsoa11_name","lsoa11_code","total_population","0","1"
"Hartlepool 009A","E01011949",1954,27,22
"Hartlepool 009B","E01011950",1500,27,22
`

func TestMidYearOfLSOAs(t *testing.T) {
	for name, want := range map[string]string{
		"population17_lsoa11.csv":              "mid-2017/lsoa",
		"population2019_lsoa11.csv":            "mid-2019/lsoa",
		"lsoa2011-mid-2020.csv":                "mid-2020/lsoa",
		"SAPE_lsoa11_mid19.csv":                "mid-2019/lsoa",
		"LSOA11 population estimates 2018.csv": "mid-2018/lsoa",
	} {
		releases, err := read(write(t, name, midYear))
		if err != nil || len(releases) != 1 || releases[0].Release != want {
			t.Errorf("%s: %v, %v", name, names(releases), err)
			continue
		}
		if e := releases[0].Facts.(*store.Estimates); len(e.Rows) != 2 || e.Rows[0].Age != -1 || e.Rows[0].Persons != 1954 || e.Base != 2011 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for _, name := range []string{"lsoa11.csv", "2019-2020_lsoa11.csv", "people.csv"} {
		if _, err := read(write(t, name, midYear)); err == nil || !strings.Contains(err.Error(), "give it a name with the year") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBadRowsOfLSOAs(t *testing.T) {
	var b strings.Builder
	b.WriteString(ts001)
	for i := range 400 {
		fmt.Fprintf(&b, "100,Filler,E01900%03d\n", i)
	}
	releases, err := read(write(t, "TS001.csv", b.String()+"7,Twice,E01011954\n8,Wrong,E0101195\n9,Scotland,S01000001\n5,Nowhere,\n"))
	if err != nil {
		t.Fatal(err)
	}
	a := releases[0].Account
	if a.Read != 406 || a.Kept != 402 || a.Rejected != 2 || a.Outside != 2 || len(releases[0].Problems) != 2 {
		t.Errorf("%+v %+v", a, releases[0].Problems)
	}
	if _, err := read(write(t, "TS001.csv", ts001+"x,Wrong,E01011955\n")); err == nil || !strings.Contains(err.Error(), "cannot be used") {
		t.Errorf("a third of the rows bad: %v", err)
	}
	if _, err := read(write(t, "TS001.csv", "total,2021 super output area - lower layer,mnemonic\n")); err == nil {
		t.Error("a table without rows was read")
	}
}

func TestPublishedLSOAs(t *testing.T) {
	for file, want := range map[string]struct {
		release  string
		coventry int64
		rows     int64
	}{
		"TS001_usual_residents_LSOA2021.csv":   {"census-2021/lsoa", 0, 35672},
		"converted/population17_lsoa11.csv.gz": {"mid-2017/lsoa", 360149, 34753},
		"converted/population19_lsoa11.csv.gz": {"mid-2019/lsoa", 371521, 34753},
		"converted/population20_lsoa11.csv.gz": {"mid-2020/lsoa", 379387, 34753},
	} {
		releases, err := read(published(t, "population/"+file))
		if err != nil || len(releases) != 1 {
			t.Errorf("%s: %v", file, err)
			continue
		}
		r := releases[0]
		if r.Release != want.release || r.Account.Read != want.rows || r.Account.Kept != want.rows {
			t.Errorf("%s: %s %+v", file, r.Release, r.Account)
		}
		var sum int64
		for _, row := range rowsOf(r) {
			if strings.HasPrefix(row.Name, "Coventry ") {
				sum += row.Persons
			}
		}
		if want.coventry != 0 && sum != want.coventry || sum < 340_000 {
			t.Errorf("%s: Coventry has %d, the districts' estimate is %d", file, sum, want.coventry)
		}
	}
}
