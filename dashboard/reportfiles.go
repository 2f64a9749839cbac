package dashboard

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"outcomes/dashboard/chart/image"
	"outcomes/dashboard/export"
	"outcomes/dashboard/export/word"
	"outcomes/metrics"
)

// ReportFormats are the files that a report can be had as, by the ending of
// their names, the first one read by most people.
var ReportFormats = []string{"docx", "xlsx", "csv", "json", "zip"}

// WriteReport writes a report in one of ReportFormats. The same report makes the
// same bytes.
func WriteReport(w io.Writer, r *metrics.Report, format string) error {
	switch format {
	case "docx":
		return word.Write(w, r)
	case "xlsx":
		return export.Workbook(w, r)
	case "csv":
		return export.ReportCSV(w, r)
	case "json":
		return export.ReportJSON(w, r)
	case "zip":
		files, err := ReportFiles(r)
		if err != nil {
			return err
		}
		return export.Zip(w, r, files)
	}
	return metrics.Errorf(metrics.Invalid, "there is no format %q: one of %s", format, strings.Join(ReportFormats, ", "))
}

// ReportFiles are all files of a report but the zip that holds them: the
// document, the workbook, the figures, and each chart as PNG and SVG.
func ReportFiles(r *metrics.Report) ([]export.File, error) {
	var out []export.File
	add := func(name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, export.File{Name: name, Body: b.Bytes()})
		return nil
	}
	for _, format := range ReportFormats {
		if format == "zip" {
			continue
		}
		if err := add(r.FileName()+"."+format, func(w io.Writer) error { return WriteReport(w, r, format) }); err != nil {
			return nil, err
		}
	}
	o := image.Options{Title: true, Sample: r.Sample}
	for _, s := range r.Sections {
		for _, b := range s.Blocks {
			if b.Chart == nil {
				continue
			}
			if err := add("charts/"+b.Chart.ID+".png", func(w io.Writer) error { return image.PNG(w, *b.Chart, o) }); err != nil {
				return nil, err
			}
			if err := add("charts/"+b.Chart.ID+".svg", func(w io.Writer) error { return image.SVG(w, *b.Chart, o) }); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
