package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"outcomes/metrics/stats"
)

// Neighbours gives for each outline the places of its neighbours: areas that
// share a point of their boundaries (queen contiguity), their points rounded to
// five decimals of a degree, about a metre. Outlines of one file share their
// points; those of two files cut from different sources may not.
//
// Reference: Cliff & Ord 1981.
func Neighbours(outlines []Outline) ([][]int, error) {
	type point struct{ lon, lat int32 }
	at := make(map[point][]int32, 64*len(outlines))
	for i, o := range outlines {
		err := eachPosition(o.Geometry, func(lon, lat float64) {
			p := point{int32(math.Round(lon * 1e5)), int32(math.Round(lat * 1e5))}
			if list := at[p]; len(list) == 0 || list[len(list)-1] != int32(i) {
				at[p] = append(list, int32(i))
			}
		})
		if err != nil {
			return nil, fmt.Errorf("the outline of %s: %w", o.Code, err)
		}
	}
	out := make([][]int, len(outlines))
	seen := map[[2]int32]bool{}
	for _, areas := range at {
		for i, a := range areas {
			for _, b := range areas[i+1:] {
				if pair := [2]int32{min(a, b), max(a, b)}; a != b && !seen[pair] {
					seen[pair] = true
					out[a] = append(out[a], int(b))
					out[b] = append(out[b], int(a))
				}
			}
		}
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out, nil
}

// eachPosition hands over the positions of a Polygon or MultiPolygon.
func eachPosition(geometry []byte, do func(lon, lat float64)) error {
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal(geometry, &g); err != nil {
		return err
	}
	var shape [][][][2]float64
	switch g.Type {
	case "Polygon":
		shape = make([][][][2]float64, 1)
		if err := json.Unmarshal(g.Coordinates, &shape[0]); err != nil {
			return err
		}
	case "MultiPolygon":
		if err := json.Unmarshal(g.Coordinates, &shape); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%q is neither a Polygon nor a MultiPolygon", g.Type)
	}
	for _, polygon := range shape {
		for _, ring := range polygon {
			for _, p := range ring {
				do(p[0], p[1])
			}
		}
	}
	return nil
}

// fewOffences is the count from which an area may be singled out as a hot or a
// cold spot.
const fewOffences = 5

// spots marks the hot and cold spots among a map's areas: Gi* on the rates with
// neighbours by place in the list, at 95% and 99% confidence after adjustment
// for the false discovery rate. It gives the reason where it cannot be done.
//
// References: Ord & Getis 1995; Caldas de Castro & Singer 2006.
func spots(places []Place, neighbours [][]int) string {
	values := make([]float64, len(places))
	for i, p := range places {
		values[i] = math.NaN()
		if p.Status == Available {
			values[i] = *p.Rate
		}
	}
	found, err := stats.HotSpots(values, neighbours)
	if err != nil {
		return err.Error()
	}
	for i := range places {
		p, s := &places[i], found[i]
		switch {
		case p.Status != Available:
			p.SpotWhy = "it has no rate"
			continue
		case math.IsNaN(s.Z):
			p.SpotWhy = "it has no neighbour with a rate"
			continue
		}
		p.Z = &s.Z
		if s.Confidence == 0 {
			continue
		}
		if *p.Count < fewOffences {
			p.SpotWhy = "areas with fewer than 5 offences are not singled out"
			continue
		}
		p.Spot = map[bool]Spot{true: Hot95, false: Cold95}[s.Z > 0]
		if s.Confidence == 0.99 {
			p.Spot = map[bool]Spot{true: Hot99, false: Cold99}[s.Z > 0]
		}
	}
	return ""
}
