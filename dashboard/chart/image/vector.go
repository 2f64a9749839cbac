package image

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// vector is a pen that writes SVG, with presentation attributes only: a style,
// the policy that pages and pictures are served under would refuse.
type vector struct {
	b     bytes.Buffer
	ruler ruler
	w, h  float64
	name  string
	words string
}

func newVector(o Options, name, words string) *vector {
	v := &vector{w: o.Width, h: o.Height, name: name, words: words}
	return v
}

// document is all that was drawn, with what stands around it.
func (v *vector) document() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" aria-labelledby="chart-title chart-description" xml:lang="en-GB" font-family="%[3]s">`+"\n", number(v.w), number(v.h), fontFamily)
	fmt.Fprintf(&b, `<title id="chart-title">%s</title>`+"\n"+`<desc id="chart-description">%s</desc>`+"\n", escaped(v.name), escaped(v.words))
	fmt.Fprintf(&b, `<rect width="%s" height="%s" fill="%s"/>`+"\n", number(v.w), number(v.h), paper)
	b.Write(v.b.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (v *vector) group(name string) { fmt.Fprintf(&v.b, `<g data-part="%s">`+"\n", escaped(name)) }
func (v *vector) end()              { v.b.WriteString("</g>\n") }

func (v *vector) line(points []point, s stroke) {
	if len(points) == 2 {
		fmt.Fprintf(&v.b, `<line x1="%s" y1="%s" x2="%s" y2="%s"%s/>`+"\n", number(points[0].x), number(points[0].y), number(points[1].x), number(points[1].y), s.attributes())
		return
	}
	fmt.Fprintf(&v.b, `<polyline points="%s" fill="none"%s/>`+"\n", list(points), s.attributes())
}

func (v *vector) area(points []point, fill string, opacity float64, s stroke) {
	faint := ""
	if opacity < 1 {
		faint = fmt.Sprintf(` fill-opacity="%s"`, number(opacity))
	}
	fmt.Fprintf(&v.b, `<polygon points="%s" fill="%s"%s%s/>`+"\n", list(points), fill, faint, s.attributes())
}

func (v *vector) circle(at point, r float64, fill string, s stroke) {
	fmt.Fprintf(&v.b, `<circle cx="%s" cy="%s" r="%s" fill="%s"%s/>`+"\n", number(at.x), number(at.y), number(r), fill, s.attributes())
}

func (v *vector) text(at point, words string, l letters) {
	weight := ""
	if l.bold {
		weight = ` font-weight="700"`
	}
	side := ""
	if l.anchor != start {
		side = fmt.Sprintf(` text-anchor="%s"`, l.anchor)
	}
	// Whatever font the reader has, the words take the room that was measured.
	fmt.Fprintf(&v.b, `<text x="%s" y="%s" font-size="%s"%s%s fill="%s" textLength="%s" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n",
		number(at.x), number(at.y), number(l.size), weight, side, l.colour, number(v.ruler.width(words, l)), escaped(words))
}

func (s stroke) attributes() string {
	if s.width == 0 {
		return ""
	}
	out := fmt.Sprintf(` stroke="%s" stroke-width="%s" stroke-linejoin="round"`, s.colour, number(s.width))
	if len(s.dash) > 0 {
		var lengths []string
		for _, d := range s.dash {
			lengths = append(lengths, number(d))
		}
		out += fmt.Sprintf(` stroke-dasharray="%s"`, strings.Join(lengths, " "))
	}
	if s.round {
		out += ` stroke-linecap="round"`
	}
	return out
}

func list(points []point) string {
	var words []string
	for _, p := range points {
		words = append(words, number(p.x)+","+number(p.y))
	}
	return strings.Join(words, " ")
}

// number writes a length with as many decimals as one can see.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

func escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
