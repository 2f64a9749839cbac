package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = repository(t)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.ImportPath == "outcomes" || strings.HasPrefix(p.ImportPath, "outcomes/") {
			list = append(list, p)
		}
	}
	if len(list) < 12 {
		t.Fatalf("go list names %d packages of ours: there is nothing to check", len(list))
	}
	return list
}

// repository is the folder of go.mod.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Data walk through the rooms in one direction: cmd → dashboard, ingest → metrics.
func TestRooms(t *testing.T) {
	room := func(path string) string {
		path = strings.TrimPrefix(path, "outcomes/")
		return path[:strings.IndexByte(path+"/", '/')]
	}
	may := map[string][]string{"cmd": {"cmd", "dashboard", "ingest", "metrics"}, "dashboard": {"dashboard", "metrics"}, "ingest": {"ingest", "metrics"}, "metrics": {"metrics"}}
	for _, p := range packages(t) {
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, "outcomes/") && !slices.Contains(may[room(p.ImportPath)], room(dep)) {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
	// The centre does no input or output, and the pages read the store through
	// an interface of their own.
	for _, p := range packages(t) {
		if p.ImportPath == "outcomes/metrics" || p.ImportPath == "outcomes/metrics/stats" {
			for _, imp := range p.Imports {
				if slices.Contains([]string{"os", "io/fs", "net/http", "database/sql", "outcomes/metrics/store"}, imp) {
					t.Errorf("%s imports %s", p.ImportPath, imp)
				}
			}
		}
		if strings.HasPrefix(p.ImportPath, "outcomes/dashboard") && slices.Contains(p.Deps, "outcomes/metrics/store") {
			t.Errorf("%s depends on the store", p.ImportPath)
		}
	}
}

// Each third-party package has the rooms that may import it.
func TestThirdParties(t *testing.T) {
	allowed := map[string][]string{
		"modernc.org/sqlite":               {"outcomes/metrics/store"},
		"github.com/pressly/goose":         {"outcomes/metrics/store"},
		"github.com/labstack/echo":         {"outcomes/dashboard"},
		"github.com/go-echarts/go-echarts": {"outcomes/dashboard/chart"},
		"github.com/xuri/excelize":         {"outcomes/ingest/table", "outcomes/ingest/deprivation", "outcomes/ingest/population", "outcomes/ingest/returns", "outcomes/ingest/sample", "outcomes/dashboard/export", "outcomes/dashboard/export/word"},
		"github.com/alexedwards/scs":       {"outcomes/dashboard/account"},
		"github.com/alexedwards/argon2id":  {"outcomes/dashboard/account"},
		"github.com/goccy/go-yaml":         {"outcomes/metrics/strategy", "outcomes/dashboard/api"}, // the API hands its description out as JSON too
		"gonum.org/v1/gonum":               {"outcomes/metrics/stats"},
		"gonum.org/v1/plot":                {"outcomes/dashboard/chart/image"},
		"codeberg.org/go-fonts/liberation": {"outcomes/dashboard/chart/image"},
		"golang.org/x/image":               {"outcomes/dashboard/chart/image"},
		"github.com/klauspost/compress":    {"outcomes/ingest"},
		"github.com/spf13/cobra":           {"outcomes/cmd/outcomes"},
		"github.com/schollz/progressbar":   {"outcomes/cmd/outcomes"},
		"golang.org/x/term":                {"outcomes/cmd/outcomes"},
	}
	used := map[string]bool{}
	for _, p := range packages(t) {
		for _, imp := range p.Imports {
			first, _, _ := strings.Cut(imp, "/")
			if !strings.Contains(first, ".") {
				continue // the standard library or ours
			}
			ok := false
			for prefix, rooms := range allowed {
				if imp == prefix || strings.HasPrefix(imp, prefix+"/") {
					used[prefix] = true
					ok = slices.Contains(rooms, p.ImportPath)
				}
			}
			if !ok {
				t.Errorf("%s imports %s, which is not its to import", p.ImportPath, imp)
			}
		}
	}
	for prefix := range allowed {
		if !used[prefix] {
			t.Errorf("nothing imports %s: take it out of the list and of go.mod", prefix)
		}
	}
}

// The SQLite driver crashes with another libc than the one it was made with.
func TestLibcIsTheDrivers(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("there is no build information")
	}
	version := map[string]string{}
	for _, d := range info.Deps {
		version[d.Path] = d.Version
	}
	cmd := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite")
	cmd.Dir = repository(t)
	path, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(strings.TrimSpace(string(path)))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`modernc\.org/libc (v\S+)`).FindSubmatch(mod)
	if m == nil {
		t.Fatal("the driver's go.mod names no libc")
	}
	if got := version["modernc.org/libc"]; got != string(m[1]) {
		t.Errorf("the binary has libc %s, modernc.org/sqlite %s wants %s: pin that one in go.mod", got, version["modernc.org/sqlite"], m[1])
	}
}

// The clock is passed in: below cmd nothing asks for the time itself.
func TestNobodyAsksForTheTime(t *testing.T) {
	root := repository(t)
	calls := 0
	for _, room := range []string{"cmd", "dashboard", "ingest", "metrics"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok || !slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
					return true
				}
				if of, ok := sel.X.(*ast.Ident); !ok || of.Name != "time" || of.Obj != nil {
					return true
				}
				calls++
				if room != "cmd" {
					t.Errorf("%s: time.%s: take the clock from whoever calls", set.Position(sel.Pos()), sel.Sel.Name)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if calls == 0 {
		t.Error("not even cmd asks for the time: the test does not find what it looks for")
	}
}
