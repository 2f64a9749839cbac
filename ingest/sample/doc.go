// Package sample writes a small set of invented data in the formats of the
// publishers, for the demo and for tests. The codes and names of areas are the
// real ones, for they are public identifiers; every figure and every outline is
// made up. The same bytes come out each time: there is no clock in it and no
// chance, and its arithmetic is on whole numbers, which all machines do alike.
package sample

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"outcomes/ingest"
	"outcomes/metrics"
)

const marker = `The data in this folder are invented. They have the layout of the files of police.uk, the Office for
National Statistics and the English Indices of Deprivation, and the real codes and names of areas, so
that the program can be tried; no number and no outline in them is real. Every page and export that is
made from a folder with this file says so. Do not put real data here.
`

// Write writes the sample into a folder, which it makes. A sample that is
// there already is written again; a folder with anything else in it is refused,
// for the marker would have its files taken for invented.
func Write(dir string) error {
	if err := free(dir); err != nil {
		return err
	}
	w := &writer{dir: dir}
	w.file(ingest.SampleMarker, []byte(marker))
	districts, err := readDistricts()
	if err != nil {
		return err
	}
	writeGeography(w, districts)
	writePopulation(w, districts)
	writeDeprivation(w, districts)
	writeBoundaries(w, districts)
	writePolice(w, districts)
	if w.err != nil {
		return metrics.Errorf(metrics.Internal, "the sample cannot be written to %s: %w", dir, w.err)
	}
	return nil
}

// free says whether the sample may be written to the folder.
func free(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil
	case err != nil:
		return metrics.Errorf(metrics.Invalid, "the sample cannot be written to %s: %w", dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, ingest.SampleMarker)); err != nil {
		return metrics.Errorf(metrics.Conflict, "%s holds files that are not the sample's: name a folder that is empty or does not exist", dir)
	}
	return nil
}

// Set is a part of the sample: what to import from where.
type Set struct {
	Source metrics.Source
	Path   string
}

// Sources lists the parts of the sample in a folder, in the order in which they
// are to be imported.
func Sources(dir string) []Set {
	var sets []Set
	for _, s := range metrics.Sources {
		sets = append(sets, Set{s, filepath.Join(dir, string(s))})
	}
	return sets
}

// writer writes files below a folder until the first error.
type writer struct {
	dir string
	err error
}

func (w *writer) file(name string, content []byte) {
	if w.err != nil {
		return
	}
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if w.err = os.MkdirAll(filepath.Dir(path), 0o755); w.err == nil {
		w.err = os.WriteFile(path, content, 0o644)
	}
}

// gzipped writes a file compressed. Its header has no name and no time.
func (w *writer) gzipped(name string, content []byte) {
	if w.err != nil {
		return
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if w.err = err; err == nil {
		w.file(name, b.Bytes())
	}
}
