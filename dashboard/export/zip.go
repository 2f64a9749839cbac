package export

import (
	"archive/zip"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"outcomes/metrics"
)

// File is a file of a zip.
type File struct {
	Name string // "charts/violence.png": with slashes, and no way out of its folder
	Body []byte
}

// SumsName is the file of a zip that lists the SHA-256 of all others.
const SumsName = "SHA256SUMS"

// Sums lists the files' SHA-256 as `sha256sum -c` reads it.
func Sums(files []File) string {
	var b strings.Builder
	for _, f := range files {
		sum := sha256.Sum256(f.Body)
		b.WriteString(hex.EncodeToString(sum[:]) + "  " + f.Name + "\n")
	}
	return b.String()
}

// Zip writes a report's files into one, with a readme, how to cite it, the
// licence and a list of checksums. The same files make the same bytes.
func Zip(w io.Writer, r *metrics.Report, files []File) error {
	all := []File{
		{"README.txt", []byte(readme(r, files))},
		{"CITATION.txt", []byte(citation(r))},
		{"LICENCE.txt", []byte(licence(r))},
	}
	all = append(all, files...)
	taken := map[string]bool{strings.ToLower(SumsName): true}
	for _, f := range all {
		if !fs.ValidPath(f.Name) || f.Name == "." || strings.ContainsFunc(f.Name, func(c rune) bool { return c == '\\' || c == ':' || unicode.IsControl(c) }) {
			return fmt.Errorf("write the zip of %s: %q is not a name that a file in it can have", r.FileName(), f.Name)
		}
		if name := strings.ToLower(f.Name); taken[name] { // Windows and macOS unpack both into one
			return fmt.Errorf("write the zip of %s: two files are named %q", r.FileName(), f.Name)
		} else {
			taken[name] = true
		}
	}
	all = append(all, File{SumsName, []byte(Sums(all))})
	if err := pack(w, r, all); err != nil {
		return fmt.Errorf("write the zip of %s: %w", r.FileName(), err)
	}
	return nil
}

// packed are endings of files in which there is nothing left to press out.
var packed = []string{".docx", ".xlsx", ".png", ".zip"}

// pack writes a zip whose entries all have the report's time.
func pack(w io.Writer, r *metrics.Report, files []File) error {
	out := zip.NewWriter(w)
	// One compressor for all entries, which are written one after another: each
	// takes a megabyte. At this level it takes half the time of the usual one and
	// makes a tenth more bytes.
	press, err := flate.NewWriter(nil, 4)
	if err != nil {
		return err
	}
	out.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		press.Reset(w)
		return press, nil
	})
	at := stamp(r)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: at}
		if slices.Contains(packed, path.Ext(f.Name)) {
			h.Method = zip.Store
		}
		entry, err := out.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.Body); err != nil {
			return err
		}
	}
	return out.Close()
}

// heading is a report's title, area and period, and how far to trust it.
func heading(r *metrics.Report) []string {
	lines := []string{
		flat(r.Title),
		flat(r.Area.Place()) + ", " + r.Period.Label() + ", " + flat(version(r)),
	}
	if r.Sample {
		lines = append(lines, "", strings.ToUpper(sampleWarning))
	}
	return append(lines, "")
}

func readme(r *metrics.Report, files []File) string {
	lines := heading(r)
	lines = append(lines, "Published by: "+flat(r.Partnership), "Figures as at: "+day(r.AsAt))
	if r.Address != "" {
		lines = append(lines, "Address: "+flat(r.Address))
	}
	if r.SHA256 != "" {
		lines = append(lines, "SHA-256 of the report: "+r.SHA256)
	}
	lines = append(lines, "", "THE FILES", "")
	charts := map[string]string{}
	for _, s := range r.Sections {
		for _, b := range s.Blocks {
			if b.Chart != nil {
				charts[b.Chart.ID] = b.Chart.Title
			}
		}
	}
	for _, f := range files {
		lines = append(lines, "- "+f.Name+": "+describe(f.Name, charts))
	}
	lines = append(lines,
		"- CITATION.txt: how to cite the report",
		"- LICENCE.txt: what may be done with it",
		"- "+SumsName+": the SHA-256 of every other file; `sha256sum -c "+SumsName+"` tells whether one has changed",
		"", "SHORTHAND", "")
	for _, k := range keyOf(r, marksOf(r)) {
		lines = append(lines, "- "+flat(k.Mark)+" "+flat(k.Meaning))
	}
	lines = append(lines, "- In the CSV and the JSON a number that is not there is empty or null, and the column shorthand says why. Percentages are numbers: 14.4 is 14.4%.",
		"", "HOW THE FIGURES WERE MADE", "")
	if said := methods(r); len(said) > 0 {
		for _, m := range said {
			lines = append(lines, "- "+flat(m))
		}
	} else {
		lines = append(lines, "The column method of the CSV names each figure's method, the column notes what must stand beside it.")
	}
	lines = append(lines, "", "SOURCES", "")
	for _, s := range r.Sources {
		line := "- " + flat(s.Name) + ", " + flat(s.Publisher)
		if s.Latest != "" {
			line += ", to " + flat(s.Latest)
		}
		if s.ReadAt != "" {
			line += ", read on " + day(s.ReadAt)
		}
		if s.URL != "" {
			line += ": " + flat(s.URL)
		}
		lines = append(lines, line)
	}
	return paper(lines)
}

func describe(name string, charts map[string]string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	switch ext := path.Ext(name); ext {
	case ".docx":
		return "the report, to read and edit in Word"
	case ".xlsx":
		return "its tables, charts and figures as a workbook"
	case ".csv":
		return "its figures, one row a figure"
	case ".json":
		return "the same figures with every comparison, and what the report says of itself"
	case ".png", ".svg":
		if title := flat(charts[base]); title != "" {
			return "chart: " + title
		}
		return "a chart"
	default:
		return "a file of the report"
	}
}

func citation(r *metrics.Report) string {
	lines := heading(r)
	lines = append(lines, "Please cite as:", "", flat(r.Cite))
	return paper(lines)
}

func licence(r *metrics.Report) string {
	lines := heading(r)
	lines = append(lines, flat(r.Licence), "")
	for _, s := range r.Sources {
		if s.Licence != "" {
			lines = append(lines, "- "+flat(s.Name)+", "+flat(s.Publisher)+": "+flat(s.Licence))
		}
	}
	return paper(lines)
}

// flat is a text on one line and without what a text file must not hold.
func flat(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// paper sets lines for reading where nothing breaks them, 78 letters wide. An
// address stays whole.
func paper(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		indent, width := "", 0
		if strings.HasPrefix(line, "- ") {
			indent = "  "
		}
		for i, word := range strings.Fields(line) {
			n := len([]rune(word))
			switch {
			case i == 0:
			case width+1+n > 78:
				b.WriteString("\n" + indent)
				width = len(indent)
			default:
				b.WriteByte(' ')
				width++
			}
			b.WriteString(word)
			width += n
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
