package metrics

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// The arithmetic is an input of every figure: figures that another version of
// it made are made again. No number that somebody has to remember to raise says
// which version it is, but its text.
//
//go:embed *.go stats/*.go
var sources embed.FS

// program stands for this package's text and that of [stats], what they are
// built with, and the machine, whose processor may round otherwise.
var program = sync.OnceValue(func() string {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			fmt.Fprintln(h, d.Path, d.Version)
		}
	}
	fmt.Fprintln(h, SourceDigest(sources, ".", "stats"))
	return hex.EncodeToString(h.Sum(nil))
})

// SourceDigest stands for the text of the files in these folders, those of
// tests left out. It panics where a folder is not there: both are in the binary.
func SourceDigest(sources embed.FS, folders ...string) string {
	h := sha256.New()
	for _, folder := range folders {
		files, err := sources.ReadDir(folder)
		if err != nil {
			panic(err)
		}
		for _, f := range files {
			if f.IsDir() || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			text, err := sources.ReadFile(path.Join(folder, f.Name()))
			if err != nil {
				panic(err)
			}
			fmt.Fprintln(h, f.Name(), len(text))
			h.Write(text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
