package image

import (
	"sort"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// fontFamily is Liberation Sans, which the PNG is drawn with, and those that are as
// wide letter by letter, so that an SVG's text takes the room that was measured.
const fontFamily = "'Liberation Sans', Arial, Arimo, Helvetica, sans-serif"

var regular, bold = parsed(liberationsansregular.TTF), parsed(liberationsansbold.TTF)

func parsed(ttf []byte) func() *sfnt.Font {
	return sync.OnceValue(func() *sfnt.Font {
		f, err := opentype.Parse(ttf)
		if err != nil {
			panic(err) // it is compiled in: the tests see it
		}
		return f
	})
}

func (l letters) font() *sfnt.Font {
	if l.bold {
		return bold()
	}
	return regular()
}

// ruler measures text. It is not for two goroutines.
type ruler struct {
	faces map[rulerKey]font.Face
}

type rulerKey struct {
	bold bool
	size float64
}

// face is the letters' face at a scale.
func (r *ruler) face(l letters, scale float64) font.Face {
	key := rulerKey{l.bold, l.size * scale}
	if f, ok := r.faces[key]; ok {
		return f
	}
	f, err := opentype.NewFace(l.font(), &opentype.FaceOptions{Size: key.size, DPI: 72})
	if err != nil {
		panic(err) // no option of ours makes it fail
	}
	if r.faces == nil {
		r.faces = map[rulerKey]font.Face{}
	}
	r.faces[key] = f
	return f
}

// measured is the size at which widths are taken, so large that rounding to
// parts of a pixel does not matter.
const measured = 256

func (r *ruler) width(words string, l letters) float64 {
	size := l.size
	l.size = measured
	return float64(font.MeasureString(r.face(l, 1), words)) / float64(fixed.I(1)) / measured * size
}

// wrap breaks words into lines no wider than the room, and a word that is
// wider within itself. What does not fit into so many lines is cut off.
func (r *ruler) wrap(words string, room float64, lines int, l letters) []string {
	var out []string
	current := ""
	for _, word := range strings.Fields(words) {
		if len(out) > lines { // there is no end to some texts
			break
		}
		longer := word
		if current != "" {
			longer = current + " " + word
		}
		if r.width(longer, l) <= room {
			current = longer
			continue
		}
		if current != "" {
			out = append(out, current)
		}
		current = word
		for len(out) <= lines && r.width(current, l) > room {
			head, tail := r.split(current, room, l)
			if tail == "" {
				break
			}
			out, current = append(out, head), tail
		}
	}
	if current != "" {
		out = append(out, current)
	}
	if len(out) > lines {
		out = out[:lines]
		out[lines-1] = r.cut(out[lines-1]+" …", room, l)
	}
	return out
}

// split takes as many letters as fit off a word, one at least.
func (r *ruler) split(word string, room float64, l letters) (head, tail string) {
	at := 0
	for i := range word {
		if i > 0 && r.width(word[:i], l) > room {
			break
		}
		at = i
	}
	if at == 0 { // not even the first fits: take it all the same
		for i := range word {
			if i > 0 {
				return word[:i], word[i:]
			}
		}
		return word, ""
	}
	return word[:at], word[at:]
}

// cut shortens a text to the room.
func (r *ruler) cut(words string, room float64, l letters) string {
	if r.width(words, l) <= room {
		return words
	}
	runes := []rune(strings.TrimSuffix(words, " …"))
	shortened := func(n int) string { return strings.TrimSpace(string(runes[:n])) + "…" }
	n := sort.Search(len(runes), func(n int) bool { return r.width(shortened(n+1), l) > room })
	return shortened(max(n, 1))
}

// plain is a text that can be drawn in one line and written to a file: without
// control characters, and without those that turn the order of what follows.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case r == unicode.ReplacementChar, r == 0xFFFE, r == 0xFFFF, unicode.In(r, unicode.Cf, unicode.Cs):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
