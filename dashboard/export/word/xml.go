package word

import (
	"bufio"
	"io"
	"strings"
	"unicode"
)

const declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// markup writes the XML of a part. Its first error stays and is told by Flush.
// What goes through put must be markup already; words go through escaped.
type markup struct{ *bufio.Writer }

func markupTo(w io.Writer) markup { return markup{bufio.NewWriterSize(w, 1<<15)} }

func (m markup) put(parts ...string) {
	for _, p := range parts {
		m.WriteString(p)
	}
}

var escapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;",
	// A reader of XML turns these into spaces where they stand in an attribute.
	"\t", "&#9;", "\n", "&#10;", "\r", "&#13;",
)

// escaped is a text as it may stand in an element or between the quotes of an
// attribute. Characters that XML has no way to write are left out; bytes that
// are no character become U+FFFD.
func escaped(s string) string { return escapes.Replace(held(s)) }

// held is a text without the characters that XML cannot hold, and without
// those that turn the direction of whatever follows: in a name they would have
// the report's own words and numbers read backwards.
func held(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// line is a text on one line, as titles, names and properties must be.
func line(s string) string { return strings.Join(strings.Fields(held(s)), " ") }

// runs are a text as runs of a paragraph, with run properties in front of the
// size and direction that the text itself asks for. A line feed is a new line
// within the paragraph.
func (m markup) runs(text, properties string) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	for _, part := range directions(held(text)) {
		rtl := ""
		if part.rightToLeft {
			rtl = "<w:rtl/>"
		}
		m.put("<w:r>")
		if properties+rtl != "" {
			m.put("<w:rPr>", properties, rtl, "</w:rPr>")
		}
		rest := part.text
		for {
			i := strings.IndexAny(rest, "\n\t")
			words := rest
			if i >= 0 {
				words = rest[:i]
			}
			if words != "" {
				m.put(`<w:t xml:space="preserve">`, escaped(words), "</w:t>")
			}
			if i < 0 {
				break
			}
			if rest[i] == '\t' {
				m.put("<w:tab/>")
			} else {
				m.put("<w:br/>")
			}
			rest = rest[i+1:]
		}
		m.put("</w:r>")
	}
}

type directed struct {
	text        string
	rightToLeft bool
}

// directions parts a text where its direction changes: Word orders the words
// of Hebrew, Arabic or Urdu rightly only in runs that are marked so. What has
// no direction of its own, as a space, goes with the letters before it.
func directions(s string) []directed {
	if strings.IndexFunc(s, rightToLeft) < 0 {
		return []directed{{text: s}}
	}
	var out []directed
	start, current := 0, false
	for i, r := range s {
		if rtl := rightToLeft(r); rtl != current && (rtl || unicode.IsLetter(r) || unicode.IsDigit(r)) {
			if i > start {
				out = append(out, directed{s[start:i], current})
			}
			start, current = i, rtl
		}
	}
	return append(out, directed{s[start:], current})
}

func rightToLeft(r rune) bool {
	return r >= 0x590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Samaritan, unicode.Mandaic)
}
