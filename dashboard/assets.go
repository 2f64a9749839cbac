package dashboard

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"outcomes/metrics"
)

//go:embed assets
var assetFiles embed.FS

const assetPrefix = "/assets/"

// assets are the files that pages are dressed with, each under an address that
// holds its content's hash, so that a browser may keep it for ever.
type assets struct {
	byName map[string]*asset
}

type asset struct {
	data   []byte
	hash   string
	mime   string
	zipped func() []byte // nil where compressing is no gain
}

var mimeTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2",
	".svg": "image/svg+xml", ".json": "application/json",
}

func loadAssets() (*assets, error) {
	a := &assets{byName: map[string]*asset{}}
	err := fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := assetFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		file := &asset{data: data, hash: hex.EncodeToString(sum[:6]), mime: mimeTypes[path.Ext(name)]}
		if file.mime == "" {
			file.mime = "text/plain; charset=utf-8" // licences
		}
		if path.Ext(name) != ".woff2" {
			file.zipped = sync.OnceValue(func() []byte { return compress(data) })
		}
		a.byName[strings.TrimPrefix(name, "assets/")] = file
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the embedded assets: %w", err)
	}
	// The stylesheet names the fonts; it must name them by their hash as well.
	css := a.byName["outcomes.css"]
	for name, file := range a.byName {
		css.data = bytes.ReplaceAll(css.data, []byte(`url("`+name+`")`), []byte(`url("`+assetPrefix+name+"?v="+file.hash+`")`))
	}
	sum := sha256.Sum256(css.data)
	css.hash = hex.EncodeToString(sum[:6])
	css.zipped = sync.OnceValue(func() []byte { return compress(css.data) })
	return a, nil
}

func compress(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data) // a bytes.Buffer does not fail
	w.Close()
	return b.Bytes()
}

// url is the address of an asset. An unknown name is a mistake of ours that a
// page's first rendering shows.
func (a *assets) url(name string) (string, error) {
	file, ok := a.byName[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %q", name)
	}
	return assetPrefix + name + "?v=" + file.hash, nil
}

func (s *Server) asset(c echo.Context) error {
	file, ok := s.assets.byName[c.Param("*")]
	if !ok {
		return metrics.Errorf(metrics.NotFound, "There is no file at this address.")
	}
	header := c.Response().Header()
	header.Set("Vary", "Accept-Encoding")
	if c.QueryParam("v") == file.hash {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		header.Set("Cache-Control", "no-cache") // asked for without its hash, it may change
	}
	etag := `"` + file.hash + `"`
	header.Set("ETag", etag)
	if held(c.Request(), etag) {
		return c.NoContent(http.StatusNotModified)
	}
	if file.zipped != nil && takesGzip(c.Request()) {
		header.Set("Content-Encoding", "gzip")
		return c.Blob(http.StatusOK, file.mime, file.zipped())
	}
	return c.Blob(http.StatusOK, file.mime, file.data)
}

// held says whether the client has a version with this ETag: If-None-Match is
// * or a list, in which W/ makes no difference.
func held(r *http.Request, etag string) bool {
	for _, line := range r.Header.Values("If-None-Match") {
		for tag := range strings.SplitSeq(line, ",") { // none of our tags has a comma in it
			if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}

// takesGzip says whether the client accepts gzip, by name or by *. A quality
// of 0 refuses, and one that cannot be read does too.
func takesGzip(r *http.Request) bool {
	any := false
	for coding := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(coding, ";")
		quality := 1.0
		for param := range strings.SplitSeq(params, ";") {
			key, value, ok := strings.Cut(param, "=")
			if !ok || !strings.EqualFold(strings.TrimSpace(key), "q") {
				continue
			}
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				q = 0
			}
			quality = q
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return quality > 0
		case "*":
			any = quality > 0
		}
	}
	return any
}
