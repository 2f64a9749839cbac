package police

import (
	"bytes"
	"io"
)

// The scanner reads a file in one large buffer and cuts rows and fields out of
// it in place: the files of a whole country are millions of rows, of which we
// look at six fields.
const (
	bufferSize = 256 << 10
	// rowLimit is the longest row that is read, in bytes. Published rows are
	// under 400; without a limit one stray quote would swallow the rest of a file.
	rowLimit = 16 << 10
)

// fault is why a row could not be cut into fields.
type fault int

const (
	noFault  fault = iota
	badQuote       // a quote opens a field and nothing closes it, or text follows the closing quote
	tooLong        // over rowLimit
)

// scanner reads the rows of a CSV file as encoding/csv does (quoted fields,
// doubled quotes, line ends within quotes, LF and CRLF, empty lines passed
// over), with two differences: a quote within an unquoted field is text, and a
// row whose quotes are wrong costs its own line only, never the lines after it.
type scanner struct {
	src    io.Reader
	filled func(n int) error // called as n bytes were read; its error ends the reading; may be nil
	limit  int               // of a row; the buffer must hold more

	buf      []byte
	pos, end int // what of buf is still to be cut into rows
	eof      bool

	// The current row.
	line int    // the physical line it starts on, from 1
	row  []byte // its text without quotes; valid until the next row
	ends []int  // where in row each field ends; a field starts one byte after the end before
	next int    // the line after it

	unquoted []byte // room for row where quotes had to be taken out
}

// reset makes the scanner ready for another file. It keeps its buffers.
func (s *scanner) reset(src io.Reader, filled func(int) error) {
	s.src, s.filled = src, filled
	s.pos, s.end, s.eof = 0, 0, false
	s.line, s.next = 0, 1
	s.row, s.ends = nil, s.ends[:0]
}

// field is the text of the row's field i.
func (s *scanner) field(i int) []byte {
	if i == 0 {
		return s.row[:s.ends[0]]
	}
	return s.row[s.ends[i-1]+1 : s.ends[i]]
}

// scan goes to the next row that is not empty; io.EOF when there is none.
// Width is how many fields a row should have, 0 when that is not known yet: a
// row that runs over several lines and then has another number is taken for a
// stray quote, and given up at the end of its first line.
func (s *scanner) scan(width int) (fault, error) {
	for {
		if s.end-s.pos <= s.limit && !s.eof {
			if err := s.fill(); err != nil {
				return noFault, err
			}
		}
		rest := s.buf[s.pos:s.end]
		if len(rest) == 0 {
			return noFault, io.EOF
		}
		s.line = s.next
		length := bytes.IndexByte(rest, '\n')
		taken := length + 1
		if length < 0 {
			length, taken = len(rest), len(rest)
		}
		if length > s.limit {
			s.ends = s.ends[:0]
			return tooLong, s.skipLine()
		}
		line := rest[:length]
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		if len(line) == 0 {
			s.pos += taken
			s.next++
			continue
		}
		if bytes.IndexByte(line, '"') < 0 {
			s.pos += taken
			s.next++
			s.split(line)
			return noFault, nil
		}
		if n, lines, ok := s.unquote(rest); ok && (lines == 1 || width == 0 || len(s.ends) == width) {
			s.pos += n
			s.next += lines
			return noFault, nil
		}
		s.pos += taken
		s.next++
		s.ends = s.ends[:0]
		return badQuote, nil
	}
}

// split cuts a line without quotes at its commas.
func (s *scanner) split(line []byte) {
	ends, at := s.ends[:0], 0
	for {
		i := bytes.IndexByte(line[at:], ',')
		if i < 0 {
			break
		}
		ends = append(ends, at+i)
		at += i + 1
	}
	s.row, s.ends = line, append(ends, len(line))
}

// unquote cuts the row at the start of rest, taking its quotes out, and says
// how many bytes and lines it took. Not ok means that the quotes are wrong, or
// that the row is still open at the limit or at the end of the file.
func (s *scanner) unquote(rest []byte) (taken, lines int, ok bool) {
	// Rest is more than the limit unless the file ends in it. What the answer
	// is must not depend on how much of the file happens to be in the buffer.
	whole := len(rest) <= s.limit
	text := rest[:min(len(rest), s.limit+1)]
	row, ends := s.unquoted[:0], s.ends[:0]
	defer func() { s.unquoted, s.ends, s.row = row, ends, row }()
	i, lines := 0, 1
	for {
		if i < len(text) && text[i] == '"' {
			i++
			for {
				j := bytes.IndexByte(text[i:], '"')
				if j < 0 {
					return 0, 0, false
				}
				lines += bytes.Count(text[i:i+j], []byte{'\n'})
				row = append(row, text[i:i+j]...)
				i += j + 1
				if i == len(text) || text[i] != '"' {
					break
				}
				row = append(row, '"')
				i++
			}
		} else {
			start := i
			for i < len(text) && text[i] != ',' && text[i] != '\n' {
				i++
			}
			field := text[start:i]
			if n := len(field); n > 0 && field[n-1] == '\r' && (i == len(text) || text[i] == '\n') {
				field = field[:n-1]
			}
			row = append(row, field...)
		}
		ends = append(ends, len(row))
		switch after := text[i:]; {
		case len(after) == 0 || len(after) == 1 && after[0] == '\r':
			return len(text), lines, whole
		case after[0] == '\n':
			return i + 1, lines, true
		case after[0] == '\r' && after[1] == '\n':
			return i + 2, lines, true
		case after[0] == ',':
			row = append(row, ',')
			i++
		default: // text after the closing quote
			return 0, 0, false
		}
	}
}

// skipLine passes over a line of any length.
func (s *scanner) skipLine() error {
	s.next++
	for {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], '\n'); i >= 0 {
			s.pos += i + 1
			return nil
		}
		s.pos = s.end
		if s.eof {
			return nil
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// fill moves what is left to the front of the buffer and reads until the
// buffer is full or the file ends.
func (s *scanner) fill() error {
	s.end = copy(s.buf, s.buf[s.pos:s.end])
	s.pos = 0
	before := s.end
	for idle := 0; s.end < len(s.buf) && !s.eof; {
		n, err := s.src.Read(s.buf[s.end:])
		s.end += n
		switch {
		case err == io.EOF:
			s.eof = true
		case err != nil:
			return err
		case n == 0:
			if idle++; idle == 100 {
				return io.ErrNoProgress
			}
		}
	}
	if s.filled == nil {
		return nil
	}
	return s.filled(s.end - before)
}

// start gives what the file starts with, at most so much as a row may have,
// without the mark that some programs put before UTF-8 text. It is called
// before the first row.
func (s *scanner) start() ([]byte, error) {
	if err := s.fill(); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(s.buf[:s.end], []byte("\xef\xbb\xbf")) {
		s.pos = 3
	}
	return s.buf[s.pos:max(s.pos, min(s.end, s.limit))], nil
}
