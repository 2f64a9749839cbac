package metrics

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"outcomes/metrics/stats"
)

func goFiles(t *testing.T, dir string) []*ast.File {
	t.Helper()
	var out []*ast.File
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != ".":
			return fs.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, 0)
		out = append(out, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every statistical function that figures are made with stands on the page of
// methods, and the page names none that is not there.
func TestMethodsListWhatIsUsed(t *testing.T) {
	exported := map[string]bool{}
	for _, f := range goFiles(t, "stats") {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() {
				exported[fn.Name.Name] = true
			}
		}
	}
	listed, ids := map[string]bool{"NoEstimate": true, "ZScore": true}, map[string]bool{} // these two are no methods of their own
	for _, m := range Methods() {
		if m.ID == "" || m.Title == "" || m.Plain == "" || m.Reference == "" || len(m.Edges) == 0 {
			t.Errorf("the method %q is not whole", m.ID)
		}
		if ids[m.ID] {
			t.Errorf("the method %q is listed twice", m.ID)
		}
		ids[m.ID] = true
		for _, name := range m.Functions {
			if !exported[name] {
				t.Errorf("%s names %s, which package stats has not", m.ID, name)
			}
			listed[name] = true
		}
		for _, words := range append([]string{m.Plain}, m.Edges...) {
			if !strings.HasSuffix(words, ".") || strings.Contains(words, "  ") {
				t.Errorf("%s: %q is not a sentence", m.ID, words)
			}
		}
	}
	used := 0
	for _, f := range goFiles(t, ".") {
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "stats" && exported[sel.Sel.Name] {
				used++
				if !listed[sel.Sel.Name] {
					t.Errorf("stats.%s is used and not listed among the methods", sel.Sel.Name)
				}
			}
			return true
		})
	}
	if used < 8 {
		t.Errorf("only %d uses of stats found", used)
	}
	for _, id := range []string{Figure{Method: "Byar"}.IntervalMethod(), Figure{Method: "Exact"}.IntervalMethod(), Figure{Method: "Wilson"}.IntervalMethod(),
		Figure{Method: gapMethod}.IntervalMethod(), Figure{Method: ratioMethod}.IntervalMethod(), Figure{Method: slopeMethod}.IntervalMethod()} {
		if !ids[id] {
			t.Errorf("there is no method %q", id)
		}
	}
	for _, kind := range []ComparisonKind{InTime, WithSimilar, WithForce, WithEngland, WithTarget} {
		for _, value := range []ValueKind{CrudeRate, Proportion, Inequality} {
			for _, d := range []Direction{Up, NotCompared} {
				if id := (Comparison{Kind: kind, Direction: d}).MethodOf(Indicator{Kind: value}); !ids[id] {
					t.Errorf("there is no method %q for a comparison of kind %s", id, kind)
				}
			}
		}
	}
}

// The numbers in the methods' words are those that the code works with.
func TestMethodsSayWhatTheCodeDoes(t *testing.T) {
	text := map[string]string{}
	for _, m := range Methods() {
		text[m.ID] = strings.Join(append([]string{m.Plain, m.Formula}, m.Edges...), " ")
	}
	says := func(id, want string) {
		t.Helper()
		if !strings.Contains(text[id], want) {
			t.Errorf("%s does not say %q", id, want)
		}
	}
	z, err := stats.ZScore(confidence)
	if err != nil {
		t.Fatal(err)
	}
	says("rate", fmt.Sprintf("z = %.6f", z))
	says("rate", fmt.Sprintf("%g%% intervals", 100*confidence))
	says("rate", fmt.Sprintf("Below %d, exact", stats.ByarFrom))
	if stats.PoissonMethod(stats.ByarFrom-1) != "Exact" || stats.PoissonMethod(stats.ByarFrom) == "Exact" {
		t.Error("the interval does not change its method where the text says")
	}
	z998, err := stats.ZScore(0.998)
	if err != nil {
		t.Fatal(err)
	}
	says("overlap", fmt.Sprintf("moved by %g percentage point", float64(editionBand)))
	says("trend", fmt.Sprintf("above %.4f", z998*z998))
	says("trend", small(stats.TrendPoints)+" latest years")
	says("hot-spots", fmt.Sprintf("Fewer than %d areas", stats.HotSpotMinimum))

	series := []float64{10, 12, 9, 13, 10, 11, 12, 9, 10, 13, 11, 12, 10}
	x, err := stats.XmR(series, stats.XmROptions{})
	if err != nil {
		t.Fatal(err)
	}
	says("xmr", fmt.Sprintf("%.2f × mean moving range", (x.Segments[0].Upper-x.Segments[0].Mean)/x.Segments[0].MeanRange))
	if x.Trial {
		t.Errorf("%d points have trial limits", len(series))
	}
	if y, err := stats.XmR(series[:12], stats.XmROptions{}); err != nil || !y.Trial {
		t.Errorf("12 points have full limits: %v", err)
	}
	says("xmr", fmt.Sprintf("Below %d periods", len(series)))

	// One range r among ranges of 1 is left out from 3.267 times the mean on.
	screened := func(r float64) bool {
		values := []float64{0, r}
		for i := range 20 {
			values = append(values, r+float64(1-i%2))
		}
		x, err := stats.XmR(values, stats.XmROptions{})
		return err == nil && math.Abs(x.Segments[0].MeanRange-1) < 1e-9
	}
	edge := 3.267 * 20 / (21 - 3.267) // r = 3.267 (20 + r)/21
	if screened(edge-0.001) || !screened(edge+0.001) {
		t.Errorf("a moving range is not left out from 3.267 times the mean on")
	}
	says("xmr", "3.267 times their mean")
	for n, want := range map[int]bool{6: false, 7: true} {
		values := slices.Repeat([]float64{12, 10}, 10)
		for range n {
			values = append(values, 12.5)
		}
		values = append(values, 8)
		x, err := stats.XmR(values, stats.XmROptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := x.Points[len(values)-2].Cause == stats.Shift; got != want {
			t.Errorf("%d points on one side of the mean are a shift: %v", n, got)
		}
	}
	says("xmr", "Rule 4: 7 periods or more")
}
