package returns

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A small file whose cells show one long text over and over is refused, and one
// that stays below that is screened all the same.
func TestOneTextInManyCells(t *testing.T) {
	book := func(cells int) Handed {
		return handed(t, func(x *excelize.File) {
			text := strings.Repeat("came 3 times, ", 700) // 10 kB
			for i := range cells {
				must(t, x.SetCellValue("Totals", fmt.Sprintf("Z%d", i+20), text))
			}
		})
	}
	got := Screen(context.Background(), book(200))
	if len(got.Findings) != 1 || got.Findings[0].Rule != "zip_bomb" {
		t.Errorf("200 cells of 10 kB: findings:%s", describe(got.Findings))
	}
	for _, f := range Screen(context.Background(), book(80)).Findings {
		if f.Rule == "zip_bomb" {
			t.Errorf("80 cells of 10 kB: findings:%s", describe(got.Findings))
		}
	}
}

// The name of a project's own file may say that it is another's.
func TestFileOfAnotherProject(t *testing.T) {
	h := own(t, [][]any{{"Measure", "2019-Q1"}, {"Sessions held", 3}}, nil)
	for _, p := range h.Strategy.Projects {
		h.Name = p.ID + "-" + h.Quarter.Code() + ".xlsx"
		other := false
		for _, f := range Screen(context.Background(), h).Findings {
			other = other || f.Rule == "not_your_project"
		}
		if other != (p.ID != h.Project.ID) {
			t.Errorf("%s, handed in for %s: another's %t", h.Name, h.Project.ID, other)
		}
	}
}
