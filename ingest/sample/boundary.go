package sample

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The mosaic is of hexagons that stand on a corner, about half a square
// kilometre each, in millionths of a degree around the middle of the city.
// Neighbours share their corners exactly.
const (
	centreLon, centreLat = -1_510_000, 52_410_000
	cellWidth            = 5_620 // half the width
	cellHeight           = 1_978 // a quarter of the height
)

// cell is the middle of a hexagon, from the centre.
type cell struct{ x, y int }

// mosaic gives n hexagons that form a disc, from north to south so that those
// that follow each other lie together.
func mosaic(n int) []cell {
	type placed struct {
		cell
		row int
	}
	var all []placed
	const reach = 12
	for row := -reach; row <= reach; row++ {
		for column := -reach; column <= reach; column++ {
			c := cell{2*cellWidth*column + cellWidth*(row&1), 3 * cellHeight * row}
			all = append(all, placed{c, row})
		}
	}
	// A degree of longitude is 0.61 of one of latitude here.
	far := func(p placed) int { return p.x*p.x*61/100*61/100 + p.y*p.y }
	slices.SortFunc(all, func(a, b placed) int {
		return cmp.Or(cmp.Compare(far(a), far(b)), cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x))
	})
	all = all[:n]
	// Bands of two rows, to and fro, each walked in pairs.
	band := func(p placed) int { return (reach + 1 - p.row) / 2 }
	slices.SortFunc(all, func(a, b placed) int {
		if c := cmp.Compare(band(a), band(b)); c != 0 {
			return c
		}
		forth := 1 - 2*(band(a)%2)
		return cmp.Or(forth*cmp.Compare(a.x, b.x), cmp.Compare(b.y, a.y))
	})
	cells := make([]cell, n)
	for i, p := range all {
		cells[i] = p.cell
	}
	return cells
}

// The corners of a hexagon from the top, anticlockwise as GeoJSON wants its
// outlines, and of its western and eastern half.
var (
	whole   = []cell{{0, 2}, {-1, 1}, {-1, -1}, {0, -2}, {1, -1}, {1, 1}, {0, 2}}
	western = []cell{{0, 2}, {-1, 1}, {-1, -1}, {0, -2}, {0, 2}}
	eastern = []cell{{0, 2}, {0, -2}, {1, -1}, {1, 1}, {0, 2}}
)

func outline(c cell, corners []cell) string {
	var b strings.Builder
	b.WriteString("[ [ ")
	for i, corner := range corners {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "[ %s, %s ]", degrees(centreLon+c.x+corner.x*cellWidth), degrees(centreLat+c.y+corner.y*cellHeight))
	}
	b.WriteString(" ] ]")
	return b.String()
}

// degrees writes millionths of a degree.
func degrees(millionths int) string {
	sign := ""
	if millionths < 0 {
		sign, millionths = "-", -millionths
	}
	return fmt.Sprintf("%s%d.%06d", sign, millionths/1_000_000, millionths%1_000_000)
}

// writeBoundaries writes Coventry's LSOAs of 2011 and 2021 as a mosaic. An LSOA
// that was split is a hexagon cut in two.
func writeBoundaries(w *writer, districts []*district) {
	d := districts[slices.IndexFunc(districts, func(d *district) bool { return d.code == coventryCode })]
	at := map[string]cell{}
	cells := mosaic(len(d.lsoas))
	var then, now []string
	feature := func(year int, code, name, outline string) string {
		return fmt.Sprintf(`{ "type": "Feature", "properties": { "LSOA%dCD": %s, "LSOA%dNM": %s, "LADCD_ACTIVE": %s, "NOTE": "Invented shape: not where this area lies" }, "geometry": { "type": "Polygon", "coordinates": %s } }`,
			year%100, strconv.Quote(code), year%100, strconv.Quote(name), strconv.Quote(d.code), outline)
	}
	for i, l := range d.lsoas {
		at[l.code] = cells[i]
		then = append(then, feature(2011, l.code, l.name, outline(cells[i], whole)))
	}
	before := ""
	for _, l := range d.later {
		corners := whole
		if l.change == "S" {
			corners = western
			if l.from == before {
				corners = eastern
			}
		}
		before = l.from
		now = append(now, feature(2021, l.code, l.name, outline(at[l.from], corners)))
	}
	w.file("boundaries/lsoa_2011_E08000026.geojson", collection(then))
	w.file("boundaries/lsoa_2021_E08000026.geojson", collection(now))
}

func collection(features []string) []byte {
	return []byte(`{
"type": "FeatureCollection",
"name": "Invented shapes",
"crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:OGC:1.3:CRS84" } },
"features": [
` + strings.Join(features, ",\n") + "\n]\n}\n")
}
