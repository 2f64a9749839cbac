package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"

	"outcomes/metrics"
)

// SampleMarker is the file that marks a folder, or a zip, as invented data.
// Every figure made from a folder that holds it says so.
const SampleMarker = "SAMPLE-DATA-INVENTED.txt"

// Input is one file to read: on disk, plain or gzipped, or a member of a zip.
type Input struct {
	Path   string // where it is, for messages: "archive.zip/2019-03/2019-03-west-midlands-street.csv"
	Name   string // the file's own name without folders and without .gz
	Size   int64  // bytes: of the file as it came, or of the zip's member inflated
	Sample bool   // it came with the marker of invented data

	file   string    // on disk
	member *zip.File // in a zip
}

// Archive is the files found under the paths of one import. Close it when done.
type Archive struct {
	Inputs []Input
	zips   []*zip.ReadCloser
}

// Close closes the zips.
func (a *Archive) Close() error {
	var errs []error
	for _, z := range a.zips {
		errs = append(errs, z.Close())
	}
	return errors.Join(errs...)
}

// Find lists the files under each path: the file itself, the files of a folder
// and of its folders, or the members of a zip; in order of name within a path.
// Files whose name starts with a dot are passed over.
func Find(paths []string) (*Archive, error) {
	a := &Archive{}
	for _, p := range paths {
		if err := a.add(p); err != nil {
			a.Close()
			return nil, err
		}
	}
	if len(a.Inputs) == 0 {
		a.Close()
		return nil, metrics.Errorf(metrics.Invalid, "there is no file to read in %s", strings.Join(paths, ", "))
	}
	return a, nil
}

func (a *Archive) add(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return metrics.Errorf(metrics.NotFound, "%s: there is no such file or folder", path)
		}
		return metrics.Errorf(metrics.Invalid, "%s cannot be read: %w", path, err)
	}
	if !info.IsDir() {
		return a.addFile(path, info.Size(), marked(filepath.Dir(path)))
	}
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return metrics.Errorf(metrics.Invalid, "%s cannot be read: %w", p, err)
		case strings.HasPrefix(d.Name(), ".") && p != path:
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || d.Name() == SampleMarker:
			return nil
		}
		info, err := os.Stat(p)
		if err != nil {
			return metrics.Errorf(metrics.Invalid, "%s cannot be read: %w", p, err)
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		return a.addFile(p, info.Size(), marked(filepath.Dir(p)))
	})
}

// marked says whether the folder or one above it holds the marker.
func marked(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, SampleMarker)); err == nil {
			return true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false
		}
		dir = parent
	}
}

func (a *Archive) addFile(path string, size int64, sample bool) error {
	if size == 0 {
		return metrics.Errorf(metrics.Invalid, "%s is empty: fetch it again", path)
	}
	if !strings.EqualFold(filepath.Ext(path), ".zip") {
		name := filepath.Base(path)
		if ext := filepath.Ext(name); strings.EqualFold(ext, ".gz") {
			name = strings.TrimSuffix(name, ext)
		}
		a.Inputs = append(a.Inputs, Input{Path: path, Name: name, Size: size, Sample: sample, file: path})
		return nil
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return metrics.Errorf(metrics.Invalid, "%s is not a whole zip archive (%w): it may have been cut short on the way; fetch it again", path, err)
	}
	a.zips = append(a.zips, z)
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	for _, f := range z.File {
		sample = sample || filepath.Base(f.Name) == SampleMarker
	}
	members := slices.Clone(z.File)
	slices.SortFunc(members, func(x, y *zip.File) int { return strings.Compare(x.Name, y.Name) })
	for _, f := range members {
		base := f.Name[strings.LastIndexByte(f.Name, '/')+1:]
		if f.FileInfo().IsDir() || strings.HasPrefix(base, ".") || base == SampleMarker || strings.HasPrefix(f.Name, "__MACOSX/") {
			continue
		}
		a.Inputs = append(a.Inputs, Input{Path: path + "/" + f.Name, Name: base, Size: int64(f.UncompressedSize64), Sample: sample, member: f})
	}
	return nil
}

// Open gives the file's content, inflated. What it reads is checked against
// the zip's or the gzip's own checksum when it reaches the end.
func (in Input) Open() (io.ReadCloser, error) {
	if in.member != nil {
		r, err := in.member.Open()
		if err != nil {
			return nil, in.Broken(err)
		}
		return r, nil
	}
	f, err := os.Open(in.file)
	if err != nil {
		return nil, in.Broken(err)
	}
	if !strings.EqualFold(filepath.Ext(in.file), ".gz") {
		return f, nil
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, in.Broken(err)
	}
	return gunzip{z, f}, nil
}

type gunzip struct {
	*gzip.Reader
	file *os.File
}

func (g gunzip) Close() error { return errors.Join(g.Reader.Close(), g.file.Close()) }

// Broken is the error for a file that cannot be read to its end.
func (in Input) Broken(err error) error {
	return metrics.Errorf(metrics.Invalid, "%s cannot be read to its end (%w): it may have been cut short on the way; fetch it again", in.Path, err)
}

// Bytes gives the whole content, at most limit bytes of it.
func (in Input) Bytes(limit int64) ([]byte, error) {
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, in.Broken(err)
	}
	if int64(len(b)) > limit {
		return nil, metrics.Errorf(metrics.TooLarge, "%s is larger than %d MB: it is not what its name says", in.Path, limit>>20)
	}
	return b, nil
}

// Digest identifies the file as it came: SHA-256 of a file on disk, CRC-32 and
// inflated size of a zip's member, which the zip's directory gives unread.
func (in Input) Digest() (string, error) {
	if in.member != nil {
		return fmt.Sprintf("crc32:%08x-%d", in.member.CRC32, in.member.UncompressedSize64), nil
	}
	f, err := os.Open(in.file)
	if err != nil {
		return "", in.Broken(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", in.Broken(err)
	}
	return sum(h), nil
}

func sum(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

// Member is the name within the zip, "" for a file on disk.
func (in Input) Member() string {
	if in.member != nil {
		return in.member.Name
	}
	return ""
}

// File is the name of the file on disk, without its folder: the zip's for a member.
func (in Input) File() string {
	if in.member != nil {
		return filepath.Base(strings.TrimSuffix(in.Path, "/"+in.member.Name))
	}
	return filepath.Base(in.file)
}

// IsWorkbook says whether the first bytes are those of a zip, as an .xlsx's are.
func IsWorkbook(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

// IsOldWorkbook says whether the first bytes are those of an .xls of Excel 97 to 2003,
// or of a workbook with a password.
func IsOldWorkbook(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1})
}
