package police

import (
	"bytes"
	"fmt"
	"strings"

	"outcomes/ingest"
	"outcomes/metrics"
)

// The columns that are read, by their names in the header.
const (
	columnID         = "Crime ID"
	columnMonth      = "Month"
	columnReportedBy = "Reported by"
	columnLSOA       = "LSOA code"
	columnType       = "Crime type"
	columnOutcome    = "Last outcome category"
	columnEasting    = "Easting"
)

// columns are where a file has the columns that are read; -1 where its layout
// has none. The layout of 2011 has grid coordinates and neither Crime ID, LSOA
// nor outcome.
type columns struct {
	width                                           int
	id, month, reportedBy, lsoa, crimeType, outcome int
}

// maxColumns is how many columns a header may have. Twelve are published.
const maxColumns = 64

// readHeader finds the columns in the scanner's row, the file's first.
func readHeader(s *scanner, file string) (columns, error) {
	if len(s.ends) > maxColumns {
		return columns{}, metrics.Errorf(metrics.Invalid, "%s, line %d: the header has %d columns and a street-level file of police.uk twelve; fetch the file again", file, s.line, len(s.ends))
	}
	names := make([]string, len(s.ends))
	at, twice := map[string]int{}, map[string]bool{}
	for i := range s.ends {
		names[i] = strings.ToValidUTF8(string(bytes.TrimSpace(s.field(i))), "\uFFFD")
		key := strings.ToLower(names[i])
		if _, before := at[key]; before {
			twice[key] = true
		}
		at[key] = i
	}
	var missing, ambiguous []string
	find := func(name string) int {
		i, ok := at[strings.ToLower(name)]
		if !ok {
			missing = append(missing, name)
			return -1
		}
		if twice[strings.ToLower(name)] {
			ambiguous = append(ambiguous, name)
		}
		return i
	}
	c := columns{width: len(names), id: -1, lsoa: -1, outcome: -1}
	c.month, c.reportedBy, c.crimeType = find(columnMonth), find(columnReportedBy), find(columnType)
	_, lsoa := at[strings.ToLower(columnLSOA)]
	_, grid := at[strings.ToLower(columnEasting)]
	if lsoa || !grid {
		c.id, c.lsoa, c.outcome = find(columnID), find(columnLSOA), find(columnOutcome)
	}
	if len(missing) == 0 {
		if len(ambiguous) > 0 {
			return columns{}, metrics.Errorf(metrics.Invalid, "%s, line %d: %s stands more than once in the header, which has %s; remove one, or fetch the file again", file, s.line, quoted(ambiguous), quoted(names))
		}
		return c, nil
	}
	hint := "fetch the file again from data.police.uk"
	if _, ok := at["outcome type"]; ok {
		hint = "this is the layout of police.uk's outcomes files, whose names end in -outcomes.csv"
	}
	if _, ok := at["object of search"]; ok {
		hint = "this is the layout of police.uk's stop and search files, whose names end in -stop-and-search.csv"
	}
	word := "column"
	if len(missing) > 1 {
		word = "columns"
	}
	return columns{}, metrics.Errorf(metrics.Invalid, "%s, line %d: there is no %s %s in the header, which has %s; %s",
		file, s.line, word, quoted(missing), quoted(names), hint)
}

// quoted lists names for a message.
func quoted(names []string) string {
	var b strings.Builder
	for i, n := range names {
		if i == 20 {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(show([]byte(n)))
	}
	return b.String()
}

// notCSV says what a file looks like that starts with these bytes and is not
// CSV; "" when it may be.
func notCSV(start []byte) string {
	for _, kind := range []struct{ magic, what string }{
		{"\x1f\x8b", "gzip"},
		{"%PDF", "a PDF"},
		{"\xff\xfe", "UTF-16 text, as Excel saves \"Unicode text\""},
		{"\xfe\xff", "UTF-16 text"},
	} {
		if bytes.HasPrefix(start, []byte(kind.magic)) {
			return kind.what
		}
	}
	text := bytes.TrimLeft(start, " \t\r\n")
	switch {
	case ingest.IsWorkbook(start):
		return "a zip archive or an Excel workbook"
	case ingest.IsOldWorkbook(start):
		return "an old Excel workbook"
	case bytes.HasPrefix(text, []byte("<")):
		return "a web page"
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		return "JSON"
	case bytes.IndexByte(start[:min(len(start), 512)], 0) >= 0:
		return "binary data or UTF-16 text"
	}
	return ""
}
