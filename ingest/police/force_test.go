package police

import (
	"testing"

	"outcomes/metrics"
)

// policed is every force's name as the lookups of 2024 write it.
var policed = map[string]string{
	"E23000001": "Metropolitan Police", "E23000002": "Cumbria", "E23000003": "Lancashire", "E23000004": "Merseyside",
	"E23000005": "Greater Manchester", "E23000006": "Cheshire", "E23000007": "Northumbria", "E23000008": "Durham",
	"E23000009": "North Yorkshire", "E23000010": "West Yorkshire", "E23000011": "South Yorkshire", "E23000012": "Humberside",
	"E23000013": "Cleveland", "E23000014": "West Midlands", "E23000015": "Staffordshire", "E23000016": "West Mercia",
	"E23000017": "Warwickshire", "E23000018": "Derbyshire", "E23000019": "Nottinghamshire", "E23000020": "Lincolnshire",
	"E23000021": "Leicestershire", "E23000022": "Northamptonshire", "E23000023": "Cambridgeshire", "E23000024": "Norfolk",
	"E23000025": "Suffolk", "E23000026": "Bedfordshire", "E23000027": "Hertfordshire", "E23000028": "Essex",
	"E23000029": "Thames Valley", "E23000030": "Hampshire", "E23000031": "Surrey", "E23000032": "Kent", "E23000033": "Sussex",
	"E23000034": "London, City of", "E23000035": "Devon & Cornwall", "E23000036": "Avon and Somerset", "E23000037": "Gloucestershire",
	"E23000038": "Wiltshire", "E23000039": "Dorset", "W15000001": "North Wales", "W15000002": "Gwent", "W15000003": "South Wales",
	"W15000004": "Dyfed-Powys",
}

// forceFiles are the forces of police.uk: the files' names and the rows' names.
var forceFiles = []struct{ slug, name, area string }{
	{"avon-and-somerset", "Avon and Somerset Constabulary", "E23000036"},
	{"bedfordshire", "Bedfordshire Police", "E23000026"},
	{"btp", "British Transport Police", ""},
	{"cambridgeshire", "Cambridgeshire Constabulary", "E23000023"},
	{"cheshire", "Cheshire Constabulary", "E23000006"},
	{"city-of-london", "City of London Police", "E23000034"},
	{"cleveland", "Cleveland Police", "E23000013"},
	{"cumbria", "Cumbria Constabulary", "E23000002"},
	{"derbyshire", "Derbyshire Constabulary", "E23000018"},
	{"devon-and-cornwall", "Devon & Cornwall Police", "E23000035"},
	{"dorset", "Dorset Police", "E23000039"},
	{"durham", "Durham Constabulary", "E23000008"},
	{"dyfed-powys", "Dyfed-Powys Police", "W15000004"},
	{"essex", "Essex Police", "E23000028"},
	{"gloucestershire", "Gloucestershire Constabulary", "E23000037"},
	{"greater-manchester", "Greater Manchester Police", "E23000005"},
	{"gwent", "Gwent Police", "W15000002"},
	{"hampshire", "Hampshire Constabulary", "E23000030"},
	{"hertfordshire", "Hertfordshire Constabulary", "E23000027"},
	{"humberside", "Humberside Police", "E23000012"},
	{"kent", "Kent Police", "E23000032"},
	{"lancashire", "Lancashire Constabulary", "E23000003"},
	{"leicestershire", "Leicestershire Police", "E23000021"},
	{"lincolnshire", "Lincolnshire Police", "E23000020"},
	{"merseyside", "Merseyside Police", "E23000004"},
	{"metropolitan", "Metropolitan Police Service", "E23000001"},
	{"norfolk", "Norfolk Constabulary", "E23000024"},
	{"north-wales", "North Wales Police", "W15000001"},
	{"north-yorkshire", "North Yorkshire Police", "E23000009"},
	{"northamptonshire", "Northamptonshire Police", "E23000022"},
	{"northern-ireland", "Police Service of Northern Ireland", ""},
	{"northumbria", "Northumbria Police", "E23000007"},
	{"nottinghamshire", "Nottinghamshire Police", "E23000019"},
	{"south-wales", "South Wales Police", "W15000003"},
	{"south-yorkshire", "South Yorkshire Police", "E23000011"},
	{"staffordshire", "Staffordshire Police", "E23000015"},
	{"suffolk", "Suffolk Constabulary", "E23000025"},
	{"surrey", "Surrey Police", "E23000031"},
	{"sussex", "Sussex Police", "E23000033"},
	{"thames-valley", "Thames Valley Police", "E23000029"},
	{"warwickshire", "Warwickshire Police", "E23000017"},
	{"west-mercia", "West Mercia Police", "E23000016"},
	{"west-midlands", "West Midlands Police", "E23000014"},
	{"west-yorkshire", "West Yorkshire Police", "E23000010"},
	{"wiltshire", "Wiltshire Police", "E23000038"},
}

func TestForceArea(t *testing.T) {
	g := metrics.NewGeography()
	for code, name := range policed {
		g.Names[code] = name
		g.ForceOf["district of "+code] = code
	}
	g.Names["E12000005"] = "West Midlands" // the region, which polices nothing
	testForceAreas(t, g)
}

// testForceAreas holds that every force is found by its file's name alone, and
// by its rows' name alone.
func testForceAreas(t *testing.T, g *metrics.Geography) {
	t.Helper()
	met := map[string]bool{}
	for _, f := range forceFiles {
		if got := ForceArea(g, f.slug, ""); got != f.area {
			t.Errorf("the file's name %s: got %q, want %q", f.slug, got, f.area)
		}
		if got := ForceArea(g, "", f.name); got != f.area {
			t.Errorf("the rows' name %s: got %q, want %q", f.name, got, f.area)
		}
		if got := ForceArea(g, f.slug, f.name); got != f.area {
			t.Errorf("%s, %s: got %q, want %q", f.slug, f.name, got, f.area)
		}
		met[f.area] = true
	}
	for _, code := range g.ForceOf {
		if !met[code] {
			t.Errorf("no file is of %s, %s", code, g.Names[code])
		}
	}
}

func TestForceAreaUnknown(t *testing.T) {
	if got := ForceArea(metrics.NewGeography(), "kent", "Kent Police"); got != "" {
		t.Errorf("got %q from an empty lookup", got)
	}
	g := metrics.NewGeography()
	g.ForceOf["E07000105"] = "E23000032" // in the lookup, with no name
	if got := ForceArea(g, "police", ""); got != "" {
		t.Errorf("got %q for a name that says nothing", got)
	}
}
