package image

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	pixels "image/draw"
	"image/png"
	"maps"
	"math"
	"slices"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// raster is a pen that draws pixels on gonum's canvas, on which a point is a
// pixel of ours and y goes up.
type raster struct {
	canvas *vgimg.Canvas
	img    pixels.Image
	ruler  ruler
	h      float64
	scale  float64
}

const pointsPerInch = 72

func newRaster(o Options) *raster {
	dpi := int(math.Round(pointsPerInch * o.Scale))
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(o.Width), vg.Length(o.Height)), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(tint(paper, 1)))
	return &raster{canvas: c, img: c.Image(), h: o.Height, scale: float64(dpi) / pointsPerInch}
}

func (r *raster) group(string) {}
func (r *raster) end()         {}

func (r *raster) at(p point) vg.Point { return vg.Point{X: vg.Length(p.x), Y: vg.Length(r.h - p.y)} }

func (r *raster) path(points []point, closed bool) vg.Path {
	var path vg.Path
	for i, p := range points {
		if i == 0 {
			path.Move(r.at(p))
		} else {
			path.Line(r.at(p))
		}
	}
	if closed {
		path.Close()
	}
	return path
}

func (r *raster) use(s stroke) {
	r.canvas.SetLineWidth(vg.Length(s.width))
	r.canvas.SetColor(tint(s.colour, 1))
	var dash []vg.Length
	for _, d := range s.dash {
		dash = append(dash, vg.Length(d))
	}
	r.canvas.SetLineDash(dash, 0)
}

func (r *raster) line(points []point, s stroke) {
	if s.round && len(s.dash) == 2 { // the canvas has no round ends: dots are drawn one by one
		r.canvas.SetColor(tint(s.colour, 1))
		for _, p := range dots(points, s.dash[0]+s.dash[1]) {
			r.canvas.Fill(r.disc(p, s.width/2))
		}
		return
	}
	if len(points) == 2 && (points[0].x == points[1].x || points[0].y == points[1].y) {
		points = []point{r.crisp(points[0], points, s.width), r.crisp(points[1], points, s.width)}
	}
	r.use(s)
	r.canvas.Stroke(r.path(points, false))
}

// crisp moves a point of an upright or level line so that the line fills whole
// pixels.
func (r *raster) crisp(p point, points []point, width float64) point {
	to := func(v float64) float64 {
		half := math.Max(1, math.Round(width*r.scale)) / 2
		return (math.Round(v*r.scale-half) + half) / r.scale
	}
	if points[0].x == points[1].x {
		p.x = to(p.x)
	}
	if points[0].y == points[1].y {
		p.y = to(p.y)
	}
	return p
}

// dots are the points along a line, so far from each other.
func dots(points []point, step float64) []point {
	var out []point
	left := 0.0 // to go before the next
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		for ; left <= length && length > 0; left += step {
			t := left / length
			out = append(out, point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)})
		}
		left -= length
	}
	return out
}

func (r *raster) disc(at point, radius float64) vg.Path {
	var path vg.Path
	path.Move(r.at(point{at.x + radius, at.y}))
	path.Arc(r.at(at), vg.Length(radius), 0, 2*math.Pi)
	path.Close()
	return path
}

func (r *raster) area(points []point, fill string, opacity float64, s stroke) {
	r.fill(r.path(points, true), fill, opacity, s)
}

func (r *raster) circle(at point, radius float64, fill string, s stroke) {
	r.fill(r.disc(at, radius), fill, 1, s)
}

func (r *raster) fill(path vg.Path, fill string, opacity float64, s stroke) {
	r.canvas.SetColor(tint(fill, opacity))
	r.canvas.Fill(path)
	if s.width > 0 {
		r.use(s)
		r.canvas.Stroke(path)
	}
}

// text draws letters itself: the canvas would make a face anew for each text and
// smooth what is smooth.
func (r *raster) text(at point, words string, l letters) {
	x := at.x
	switch l.anchor {
	case middle:
		x -= r.ruler.width(words, l) / 2
	case end:
		x -= r.ruler.width(words, l)
	}
	d := font.Drawer{Dst: r.img, Src: image.NewUniform(tint(l.colour, 1)), Face: r.ruler.face(l, r.scale),
		Dot: fixed.Point26_6{X: fixed.Int26_6(math.Round(x * r.scale * 64)), Y: fixed.I(int(math.Round(at.y * r.scale)))}} // letters stand on whole pixels
	d.DrawString(words)
}

// tint reads a colour "#12436D".
func tint(hex string, opacity float64) color.NRGBA {
	v, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		panic(err) // they are all in the code
	}
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), uint8(math.Round(opacity * 255))}
}

// encode writes the PNG, with its words and how large it is meant to be after
// the header.
func (r *raster) encode(b *bytes.Buffer, name, words string, o Options) error {
	var plainPNG bytes.Buffer
	if err := png.Encode(&plainPNG, indexed(r.img)); err != nil {
		return err
	}
	const header = 8 + 4 + 4 + 13 + 4 // the signature and IHDR
	data := plainPNG.Bytes()
	b.Write(data[:header])
	perMetre := binary.BigEndian.AppendUint32(nil, uint32(math.Round(96*r.scale/0.0254))) // a pixel of the stylesheet is 1/96 inch
	chunk(b, "pHYs", append(append(perMetre, perMetre...), 1))
	international(b, "Title", name)
	international(b, "Description", words)
	if o.Sample {
		international(b, "Disclaimer", inventedWords)
	}
	b.Write(data[header:])
	return nil
}

// indexed is the picture with a palette of the 256 colours that it has most of,
// the shades at the letters' edges among them, each other shade the nearest of these.
// It is encoded several times faster and a third as large, and nobody sees
// the difference.
func indexed(img image.Image) image.Image {
	full, ok := img.(*image.RGBA)
	if !ok {
		return img
	}
	bounds := full.Bounds()
	// A row is mostly runs of one colour: each run is looked up once.
	runs := func(visit func(y, from, to int, c uint32)) {
		for y := range bounds.Dy() {
			row := full.Pix[y*full.Stride : y*full.Stride+4*bounds.Dx()]
			from, c := 0, binary.BigEndian.Uint32(row)
			for x := 1; x < bounds.Dx(); x++ {
				if next := binary.BigEndian.Uint32(row[4*x:]); next != c {
					visit(y, from, x, c)
					from, c = x, next
				}
			}
			visit(y, from, bounds.Dx(), c)
		}
	}
	count := map[uint32]int{}
	runs(func(_, from, to int, c uint32) { count[c] += to - from })
	colours := slices.SortedFunc(maps.Keys(count), func(a, b uint32) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	at := func(c uint32) [3]int { return [3]int{int(c >> 24), int(c >> 16 & 255), int(c >> 8 & 255)} }
	var palette color.Palette
	index := make(map[uint32]uint8, len(colours))
	for i, c := range colours {
		rgb := at(c)
		if i < 256 {
			palette = append(palette, color.RGBA{uint8(rgb[0]), uint8(rgb[1]), uint8(rgb[2]), 255})
			index[c] = uint8(i)
			continue
		}
		least := math.MaxInt
		for n, other := range colours[:256] {
			o := at(other)
			if d := square(rgb[0]-o[0]) + square(rgb[1]-o[1]) + square(rgb[2]-o[2]); d < least {
				least, index[c] = d, uint8(n)
			}
		}
	}
	out := image.NewPaletted(bounds, palette)
	runs(func(y, from, to int, c uint32) {
		n := index[c]
		row := out.Pix[y*out.Stride:]
		for x := from; x < to; x++ {
			row[x] = n
		}
	})
	return out
}

func square(n int) int { return n * n }

// international writes a text chunk in UTF-8.
func international(b *bytes.Buffer, keyword, words string) {
	data := append([]byte(keyword), 0, 0, 0) // not compressed
	data = append(append(data, "en-GB"...), 0, 0)
	chunk(b, "iTXt", append(data, words...))
}

func chunk(b *bytes.Buffer, kind string, data []byte) {
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	body := append([]byte(kind), data...)
	b.Write(body)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
}
