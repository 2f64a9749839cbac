// Package image draws a report's chart as a picture that stands on its own, PNG
// or SVG, for documents, link previews and whoever takes a chart along. It is
// laid out once and drawn by two pens, so that both are the same picture, and
// as the pages draw it: package chart has the colours, the scale and the
// places of the labels. It is the only importer of gonum's plot.
package image

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"outcomes/dashboard/chart"
	"outcomes/metrics"
)

// Options say how a picture is made. The zero value is a picture for a page or
// a document, 900 by 420 pixels of the stylesheet.
type Options struct {
	Width, Height float64 // 0 for 900 by 420, or 1200 by 630 with the title
	Scale         float64 // pixels of a PNG for one of these; 0 for 1
	Title         bool    // title, subtitle and source stand inside: for link previews, which have no page around them
	Sample        bool    // the data are invented: the picture says so
}

// What a picture may measure: a chart's words must fit, and nobody shall ask for
// one that fills the memory.
const (
	leastWidth, leastHeight, greatestSide = 300, 220, 4000
	leastScale, greatestScale             = 0.5, 4
)

func (o Options) checked() (Options, error) {
	if o.Width == 0 && o.Height == 0 {
		o.Width, o.Height = 900, 420
		if o.Title {
			o.Width, o.Height = 1200, 630
		}
	}
	if o.Scale == 0 {
		o.Scale = 1
	}
	within := func(v, least, greatest float64) bool { return v >= least && v <= greatest } // and not NaN
	if !within(o.Width, leastWidth, greatestSide) || !within(o.Height, leastHeight, greatestSide) || !within(o.Scale, leastScale, greatestScale) ||
		o.Width*o.Height*o.Scale*o.Scale > greatestSide*greatestSide {
		return o, metrics.Errorf(metrics.Invalid, "a picture of %g by %g pixels at a scale of %g cannot be drawn", o.Width, o.Height, o.Scale)
	}
	return o, nil
}

// SVG writes the chart as a document of its own. It has no script, no style
// sheet and asks for nothing from elsewhere; its title and its text
// alternative are in it.
func SVG(w io.Writer, c metrics.ReportChart, o Options) error {
	o, err := o.checked()
	if err != nil {
		return err
	}
	v := newVector(o, named(c, o), alt(c, o))
	draw(v, c, o)
	if _, err := w.Write(v.document()); err != nil {
		return fmt.Errorf("writing the picture of %s: %w", c.ID, err)
	}
	return nil
}

// PNG writes the chart as pixels, with the title and the text alternative in
// its text chunks.
func PNG(w io.Writer, c metrics.ReportChart, o Options) error {
	o, err := o.checked()
	if err != nil {
		return err
	}
	p := newRaster(o)
	draw(p, c, o)
	var b bytes.Buffer
	if err := p.encode(&b, named(c, o), alt(c, o), o); err != nil {
		return fmt.Errorf("the picture of %s: %w", c.ID, err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the picture of %s: %w", c.ID, err)
	}
	return nil
}

// invented is the mark on a picture of invented data, and said in its words.
const (
	invented      = "Invented data"
	inventedWords = "Invented data: nothing here was measured or recorded anywhere."
)

// named is the picture's title.
func named(c metrics.ReportChart, o Options) string {
	name := c.Title
	if name == "" {
		name = c.Axis
	}
	if o.Sample {
		name += " (invented data)"
	}
	return plain(name)
}

// alt is the text alternative.
func alt(c metrics.ReportChart, o Options) string {
	words := c.Alt
	if words == "" { // of a chart without one at least what it is
		words = chart.Of(c).Describe()
	}
	if o.Sample {
		words = inventedWords + " " + words
	}
	return plain(words)
}

// From the tokens of the stylesheet, in light.
const (
	ink        = "#1B1F24"
	soft       = "#545D67"
	axisColour = "#595959"
	gridColour = "#D9D6CE"
	eventLine  = "#9AA0A6"
	gapColour  = "#E9E6DE"
	bandColour = "#CBDAE8"
	banner     = "#FFF1C2"
	bannerInk  = "#3D3200"
	paper      = "#FFFFFF"

	bandOpacity = 0.75
)

type point struct{ x, y float64 }

// rect is a place on the picture, from its upper left corner to its lower right.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) overlaps(o rect) bool {
	return r.x0 < o.x1 && o.x0 < r.x1 && r.y0 < o.y1 && o.y0 < r.y1
}

// crossed tells whether a line between two points runs through the place.
func (r rect) crossed(a, b point) bool {
	// Cut the line at each of the four sides in turn (Liang and Barsky).
	from, to := 0.0, 1.0
	for _, side := range [4][2]float64{{a.x - b.x, a.x - r.x0}, {b.x - a.x, r.x1 - a.x}, {a.y - b.y, a.y - r.y0}, {b.y - a.y, r.y1 - a.y}} {
		along, left := side[0], side[1]
		switch {
		case along == 0 && left < 0:
			return false
		case along < 0:
			from = math.Max(from, left/along)
		case along > 0:
			to = math.Min(to, left/along)
		}
	}
	return from < to
}

// stroke is how a line is drawn.
type stroke struct {
	colour string
	width  float64
	dash   []float64
	round  bool // its dashes have round ends: dots
}

// letters is how a text is drawn.
type letters struct {
	size   float64
	bold   bool
	colour string
	anchor anchor
}

type anchor string

const (
	start  anchor = "start"
	middle anchor = "middle"
	end    anchor = "end"
)

// pen draws on a sheet whose upper left corner is 0, 0.
type pen interface {
	group(name string) // until end, what is drawn belongs together
	end()
	line(points []point, s stroke)
	area(points []point, fill string, opacity float64, s stroke)
	circle(at point, r float64, fill string, s stroke)
	text(at point, words string, l letters) // at is on the line that the letters stand on
}
