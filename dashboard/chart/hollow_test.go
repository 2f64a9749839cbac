package chart

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// A provisional value is drawn hollow by the server and the browser, and said
// in words; one that is not there is nothing.
func TestHollow(t *testing.T) {
	in := Input{Title: "T", Decimals: 1, Periods: quarters(4), Lines: []Line{
		{Name: "A", Values: values(1, 2, math.NaN(), 4), Hollow: map[int]bool{2: true, 3: true}},
		{Role: England, Name: "England", Values: values(2, 2, 2, 2), Hollow: map[int]bool{0: true}},
	}}
	svg := string(SVG(in.Fit(), Wide))
	if n := strings.Count(svg, `class="subject-dot hollow"`); n != 1 {
		t.Errorf("%d hollow points", n)
	}
	if strings.Count(svg, `class="england-dot"`) != 4 || strings.Count(svg, `class="england"`) != 1 {
		t.Errorf("England is not drawn: %s", svg)
	}
	b, err := Trend(in)
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Hollow []int
		Option struct {
			Series []struct {
				ID   string
				Data []struct{ Name string }
			}
		}
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.Hollow, []int{in.Periods[3].At}) || out.Option.Series[1].ID != "england" {
		t.Errorf("%+v", out)
	}
	if d := out.Option.Series[0].Data; d[3].Name != "quarter 3, provisional" || d[2].Name != "quarter 2" || d[0].Name != "quarter 0" {
		t.Errorf("%+v", d)
	}
	if words := in.Describe(); !strings.Contains(words, "The quarter 3 is provisional.") {
		t.Errorf("%s", words)
	}
	in.Lines[0].Hollow[1] = true
	if words := in.Describe(); !strings.Contains(words, "The 2 periods from the quarter 1 on are provisional.") {
		t.Errorf("%s", words)
	}
}
