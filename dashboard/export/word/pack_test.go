package word

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outcomes/metrics"
)

// The document of a pack that another test has frozen from a whole database has
// all that its report says, and charts whose data are their tables'.
// OUTCOMES_PACK names the folder with the report as JSON and the document.
func TestGivenPack(t *testing.T) {
	dir := os.Getenv("OUTCOMES_PACK")
	if dir == "" {
		t.Skip("OUTCOMES_PACK names no pack: the tests of the command line give one")
	}
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	r := &metrics.Report{}
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(filepath.Join(dir, r.FileName()+".docx"))
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, body)
	date := func(at, layout string) string {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		return moment.UTC().Format(layout)
	}
	more := besides{front: []string{"From:\t" + r.Partnership, "Date:\t" + date(r.FrozenAt, "2 January 2006"), "Area:\t" + r.Area.Place(), "Period:\tQ" + strings.TrimPrefix(r.Period.Label(), "q"),
		"Figures as at:\t" + date(r.AsAt, "2 January 2006, 15:04 UTC"), "Version:\tP" + strings.TrimPrefix(r.Version(), "p") + ", frozen on " + date(r.FrozenAt, "2 January 2006") + " by " + r.FrozenBy, "Address:\t" + r.Address, "SHA-256:\t" + r.SHA256}}
	paragraphs, charts, tables := 0, 0, 0
	for _, s := range r.Sections {
		for _, b := range s.Blocks {
			switch {
			case b.Paragraph != "":
				paragraphs++
			case b.Chart != nil:
				charts++
			case b.Table != nil:
				tables++
			case b.Commentary != nil:
				said := []item{{style: "CommentaryLead", text: "Commentary by " + b.Commentary.By + ", " + date(b.Commentary.At, "2 January 2006")}}
				for part := range strings.SplitSeq(b.Commentary.Text, "\n") {
					if point, ok := strings.CutPrefix(part, "- "); ok {
						said = append(said, item{style: "CommentaryList", text: point})
					} else if part != "" {
						said = append(said, item{style: "Commentary", text: part})
					}
				}
				if len(said) > 2 {
					said = append(said, item{style: "Commentary", text: "End of commentary"})
				}
				more.comments = append(more.comments, said)
			}
		}
	}
	checkWords(t, d, r, more)
	checkCharts(t, d, r)
	checkPackage(t, d)
	checkOrder(t, d)
	if paragraphs < 50 || charts < 10 || tables < 20 || len(more.comments) == 0 {
		t.Errorf("%d paragraphs, %d charts, %d tables, %d comments: there is too little to look for", paragraphs, charts, tables, len(more.comments))
	}
	t.Logf("%d paragraphs, %d charts, %d tables, %d comments", paragraphs, charts, tables, len(more.comments))
}
