package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf8"

	"outcomes/metrics"
)

// csvRows reads the CSV from its start, each time it is called.
func (b *Book) csvRows(yield func(Row, error) bool) {
	file, err := b.in.Open()
	if err != nil {
		yield(Row{}, err)
		return
	}
	defer file.Close()
	text := bufio.NewReader(&limited{file, maxText})
	if bom, _ := text.Peek(3); string(bom) == "\ufeff" {
		text.Discard(3)
	}
	r := csv.NewReader(text)
	r.FieldsPerRecord = -1 // note lines under a table are shorter; a row that lacks a cell is told by its reader
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			yield(Row{}, b.csvError(err))
			return
		}
		line, _ := r.FieldPos(0)
		for _, c := range cells {
			if !utf8.ValidString(c) {
				yield(Row{}, metrics.Errorf(metrics.Invalid, "%s is not UTF-8 text: save the file as “CSV UTF-8”", b.At("", line, "")))
				return
			}
		}
		if len(cells) > maxColumns {
			yield(Row{}, metrics.Errorf(metrics.TooLarge, "%s has %d columns: that is not a published table", b.At("", line, ""), len(cells)))
			return
		}
		if !yield(Row{line, cells}, nil) {
			return
		}
	}
}

func (b *Book) csvError(err error) error {
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return metrics.Errorf(metrics.Invalid, "%s is not CSV (%w): a quotation mark is missing or stands where it should not; correct the line or fetch the file again", b.At("", bad.Line, ""), bad.Err)
	}
	if errors.Is(err, errTooLong) {
		return metrics.Errorf(metrics.TooLarge, "%s holds more than %d MB: it is not a published table", b.in.Path, maxText>>20)
	}
	return b.in.Broken(err)
}

var errTooLong = errors.New("too long")

// limited fails a read that goes beyond what is left, where io.LimitReader
// would end it as if the file ended there.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLong
	}
	return n, err
}
