package geography

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"outcomes/ingest"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

func outlines(t *testing.T, in ingest.Input) (store.Release, *store.Boundaries) {
	t.Helper()
	if !NewBoundaries().Knows(in) {
		t.Fatalf("%s is not known", in.Name)
	}
	releases, err := NewBoundaries().Read(context.Background(), in, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := releases[0]
	if a := r.Account; a.Read != a.Kept+a.Outside+a.Rejected {
		t.Errorf("the account does not add up: %+v", a)
	}
	return r, r.Facts.(*store.Boundaries)
}

func TestPublishedBoundaries(t *testing.T) {
	for _, c := range []struct {
		file, release string
		rows          int
		kind          metrics.AreaKind
		first, name   string
		lad           string
	}{
		{"drkane_lsoa11_E08000026.geojson", "boundaries/lsoa-2011", 195, metrics.LSOA, "E01009522", "Coventry 014A", "E08000026"},
		{"drkane_lsoa_E08000026.geojson", "boundaries/lsoa-2021", 203, metrics.LSOA, "E01009522", "Coventry 014A", "E08000026"},
		{"drkane_ward_E08000026.geojson", "boundaries/ward-2025", 18, metrics.Ward, "E05001218", "Bablake", "E08000026"},
		{"drkane_ward_E47000007.geojson", "boundaries/ward-2025", 192, metrics.Ward, "E05001218", "Bablake", "E08000026"},
		{"drkane_lsoa11_E47000007_WMCA.geojson.gz", "boundaries/lsoa-2011", 1680, metrics.LSOA, "E01008881", "Birmingham 067A", "E08000025"},
		{"drkane_lsoa21_E47000007_WMCA.geojson.gz", "boundaries/lsoa-2021", 1719, metrics.LSOA, "E01008881", "Birmingham 067A", "E08000025"},
		{"martinjc_lsoa_by_lad_E08000026.json", "boundaries/lsoa-2011", 195, metrics.LSOA, "E01009522", "Coventry 014A", ""},
		{"martinjc_wards_by_lad_E08000026.json", "boundaries/ward-2013", 18, metrics.Ward, "E05001218", "Bablake", ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			in := published(t, "boundaries/"+c.file)
			r, b := outlines(t, in)
			if r.Release != c.release || len(b.Rows) != c.rows || len(r.Problems) != 0 || r.Account.Kept != int64(c.rows) || r.Batch.Facts != int64(c.rows) {
				t.Fatalf("%q, %d rows, %+v, problems %v", r.Release, len(b.Rows), r.Account, r.Problems)
			}
			if f := b.Rows[0]; f.Kind != c.kind || f.Code != c.first || f.Name != c.name || f.LAD != c.lad || !strings.HasSuffix(r.Release, fmt.Sprint(f.Vintage)) || r.Period != fmt.Sprint(f.Vintage) {
				t.Errorf("the first is %s %d %s %q in %q", f.Kind, f.Vintage, f.Code, f.Name, f.LAD)
			}
			size := 0
			for _, row := range b.Rows {
				size += len(row.Geometry)
				var tight bytes.Buffer
				if err := json.Compact(&tight, row.Geometry); err != nil || !bytes.Equal(tight.Bytes(), row.Geometry) {
					t.Fatalf("%s: not compact JSON: %v", row.Code, err)
				}
			}
			if size > c.rows*8000 {
				t.Errorf("%d bytes of outlines, %d each: not compact", size, size/c.rows)
			}
		})
	}
}

func TestBoundariesNotKnown(t *testing.T) {
	for _, path := range []string{
		"boundaries/drkane_msoa_E08000026.geojson", "boundaries/SOURCES.md",
		"boundaries/martinjc_lsoa_by_lad_topo_E08000026.json", "boundaries/martinjc_wards_by_lad_topo_E08000026.json",
		"police-uk/api/neighbourhood_boundary_stmarks.json", "lookups/drkane_la_all_codes.csv",
	} {
		if NewBoundaries().Knows(published(t, path)) {
			t.Errorf("%s is taken for boundaries", path)
		}
	}
}

// area is a feature with this geometry.
func area(code, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"LSOA21CD":%q,"LSOA21NM":"Coventry 001A"},"geometry":%s}`, code, geometry)
}

const square = `{"type":"Polygon","coordinates":[[[-1.5123456789,52.4],[-1.5,52.4,80],[-1.5,52.4100001],[-1.5123456789,52.4]]]}`

func features(f ...string) string {
	return `{"type":"FeatureCollection","name":"x","features":[` + strings.Join(f, ",") + `]}`
}

func many(n int) []string {
	var f []string
	for i := range n {
		f = append(f, area(fmt.Sprintf("E01%06d", i), square))
	}
	return f
}

func TestGeometryIsCompact(t *testing.T) {
	multi := `{"type":"MultiPolygon","coordinates":[[[[-0.0000001,52],[0.1,52],[0.1,52.1],[-0.0000001,52]]],[[[-1,52],[-1.1,52],[-1.1,52.1],[-1,52]]]]}`
	// The properties may follow the geometry, the crs the features, and a mark stand before all.
	_, b := outlines(t, written(t, "areas.json.gz", "\ufeff"+`{"features":[`+area("E01000001", square)+`,{"geometry":`+multi+`,"properties":{"lsoa21cd":"E01000002","lad24cd":"E08000026"},"type":"Feature"}],"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4326"}},"type":"FeatureCollection"}`))
	want := []string{
		`{"type":"Polygon","coordinates":[[[-1.512346,52.4],[-1.5,52.4],[-1.5,52.41],[-1.512346,52.4]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[0,52],[0.1,52],[0.1,52.1],[0,52]]],[[[-1,52],[-1.1,52],[-1.1,52.1],[-1,52]]]]}`,
	}
	for i, w := range want {
		if got := string(b.Rows[i].Geometry); got != w {
			t.Errorf("%s, want %s", got, w)
		}
	}
	if b.Rows[1].LAD != "E08000026" {
		t.Errorf("the district is %q", b.Rows[1].LAD)
	}
}

func TestBadFeatures(t *testing.T) {
	for name, c := range map[string]struct{ feature, column, want string }{
		"open ring":       {area("E01009522", `{"type":"Polygon","coordinates":[[[-1,52],[-1.1,52],[-1.1,52.1],[-1,52.2]]]}`), "geometry", "feature 401 (E01009522): a ring is not closed: its last position is not its first"},
		"short ring":      {area("E01009522", `{"type":"Polygon","coordinates":[[[-1,52],[-1.1,52],[-1,52]]]}`), "geometry", "a ring has 3 positions"},
		"no geometry":     {area("E01009522", `null`), "geometry", "has no geometry"},
		"empty":           {area("E01009522", `{"type":"MultiPolygon","coordinates":[[]]}`), "geometry", "is empty"},
		"a point":         {area("E01009522", `{"type":"Point","coordinates":[-1,52]}`), "geometry", `is a "Point"`},
		"other nesting":   {area("E01009522", `{"type":"Polygon","coordinates":[[-1,52],[-1.1,52]]}`), "geometry", "not those of a Polygon"},
		"half a position": {area("E01009522", `{"type":"Polygon","coordinates":[[[-1],[-1],[-1],[-1]]]}`), "geometry", "not both longitude and latitude"},
		"turned round":    {area("E01009522", `{"type":"Polygon","coordinates":[[[52,-1],[52,-1.1],[52.1,-1.1],[52,-1]]]}`), "geometry", "latitude stands before longitude"},
		"France":          {area("E01009522", `{"type":"Polygon","coordinates":[[[2,48],[2.1,48],[2.1,48.1],[2,48]]]}`), "geometry", "not in the United Kingdom"},
		"code":            {area("E02001958", square), "LSOA21CD", `"E02001958" stands in LSOA21CD`},
		"no code":         {`{"type":"Feature","properties":null,"geometry":` + square + `}`, "LSOA21CD", "feature 401 (no code)"},
		"twice":           {area("E01000007", square), "LSOA21CD", "E01000007 has an outline already"},
	} {
		t.Run(name, func(t *testing.T) {
			r, b := outlines(t, written(t, "a.geojson", features(append(many(400), c.feature)...)))
			if len(b.Rows) != 400 || r.Account.Rejected != 1 || len(r.Problems) != 1 {
				t.Fatalf("%d rows, %+v, %v", len(b.Rows), r.Account, r.Problems)
			}
			if p := r.Problems[0]; p.Row != 401 || p.Column != c.column || !p.Rejects || !strings.Contains(p.Message, c.want) {
				t.Errorf("problem %+v, want %q in %s", p, c.want, c.column)
			}
		})
	}
}

func TestScottishWardsAreOutside(t *testing.T) {
	ward := `{"type":"Feature","properties":{"WD24CD":%q,"WD24NM":"A"},"geometry":` + square + `}`
	r, b := outlines(t, written(t, "a.geojson", features(fmt.Sprintf(ward, "E05001218"), fmt.Sprintf(ward, "S13002516"))))
	if r.Account.Outside != 1 || len(b.Rows) != 1 || b.Rows[0].Kind != metrics.Ward || b.Rows[0].Vintage != 2024 {
		t.Errorf("%+v %+v", r.Account, b.Rows)
	}
}

func TestBoundaryErrors(t *testing.T) {
	grid := `{"type":"Polygon","coordinates":[[[431915,280748],[431916,280748],[431916,280749],[431915,280748]]]}`
	for name, c := range map[string]struct{ content, want string }{
		"grid":         {features(area("E01009522", grid)), "a.geojson, feature 1 (E01009522): the coordinates are eastings and northings"},
		"crs":          {strings.Replace(features(many(1)...), `"name":"x"`, `"crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::27700"}}`, 1), "coordinates are in urn:ogc:def:crs:EPSG::27700"},
		"cut short":    {features(many(5)...)[:700], "cut short on the way"},
		"not JSON":     {"<html>gone</html>", "is not whole GeoJSON"},
		"no features":  {features(), "has no features"},
		"topology":     {`{"type":"Topology","objects":{}}`, "TopoJSON"},
		"one feature":  {area("E01009522", square), "not a FeatureCollection"},
		"more behind":  {features(many(1)...) + "{}", "something follows"},
		"too many bad": {features(append(many(50), area("E01009522", `null`))...), "1 of 51 rows cannot be used, more than 1 in 100, so nothing of the file is kept. The first is feature 51, column geometry"},
		"other areas":  {`{"type":"FeatureCollection","features":[{"properties":{"MSOA21CD":"E02001958"},"geometry":` + square + `}]}`, "none of the properties"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewBoundaries().Read(context.Background(), written(t, "a.geojson", c.content), ingest.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "a.geojson") || metrics.KindOf(err) != metrics.Invalid {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	for _, name := range []string{"lsoa_2021.geojson", "Wards_(May_2025).geojson"} {
		if !NewBoundaries().Knows(written(t, name, "<html>gone</html>")) {
			t.Errorf("%s claims to be boundaries: reading it must say what is wrong", name)
		}
	}
}

func FuzzBoundaries(f *testing.F) {
	f.Add(features(area("E01009522", square)))
	f.Add(features(area("E01009522", `{"type":"MultiPolygon","coordinates":[[[[0,52],[0.1,52],[0.1,52.1],[0,52]]]]}`)))
	f.Add(`{"type":"Topology"}`)
	f.Add(`{"crs":null,"features":[{}],"type":"FeatureCollection"}`)
	f.Fuzz(func(t *testing.T, content string) {
		if content == "" {
			return
		}
		releases, err := NewBoundaries().Read(context.Background(), written(t, "lsoa.geojson", content), ingest.Options{})
		if err != nil {
			if metrics.KindOf(err) == metrics.Internal {
				t.Errorf("an error that is not for people: %v", err)
			}
			return
		}
		for _, row := range releases[0].Facts.(*store.Boundaries).Rows {
			if !json.Valid(row.Geometry) {
				t.Errorf("%s: %s", row.Code, row.Geometry)
			}
		}
	})
}
