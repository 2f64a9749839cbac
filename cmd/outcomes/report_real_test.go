package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// paragraphsOf are a document's paragraphs as they are read.
func paragraphsOf(t *testing.T, path string) []string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for z := html.NewTokenizer(strings.NewReader(string(partOf(t, body, "word/document.xml")))); ; {
		switch kind := z.Next(); {
		case kind == html.ErrorToken:
			return out
		case kind == html.TextToken && len(out) > 0:
			out[len(out)-1] += z.Token().Data
		case kind == html.StartTagToken && z.Token().Data == "w:p":
			out = append(out, "")
		}
	}
}

// said holds that one paragraph of a document has all of these words.
func said(t *testing.T, paragraphs []string, words ...string) {
	t.Helper()
	if !slices.ContainsFunc(paragraphs, func(p string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(p, w) })
	}) {
		t.Errorf("no paragraph says %q", words)
	}
}

// The report of the first quarter of 2019 from the published files, as an
// officer asks for it on the command line, states what the police published.
func TestReportOfPublishedSouthYorkshire(t *testing.T) {
	data := published(t)
	db, strategy := sheffield(t, data)
	outcomes(t, "import", "police", filepath.Join(data, "police-uk", "street", "south-yorkshire"), "--db", db, "--strategy", strategy)
	out := filepath.Join(t.TempDir(), "report.docx")
	printed := outcomes(t, "report", "--period", "2019-Q1", "--format", "docx", "--out", out, "--db", db, "--strategy", strategy)
	if !strings.Contains(printed, out) || !strings.Contains(printed, "quarter ending March 2019, draft") {
		t.Errorf("the command printed %q", printed)
	}
	paragraphs := paragraphsOf(t, out)
	said(t, paragraphs, "In the quarter ending March 2019, violence and sexual offences crime rates were up in Sheffield and up in the South Yorkshire force area", "(4,033 offences)", "(3,196)")
	said(t, paragraphs, "Sheffield, quarter ending March 2019")
}

// With the built-in strategy and the published Indices, it states the shares of
// neighbourhoods and the ranks of both editions: in the standard report, which
// says what it has no figures of, and in one of that indicator alone.
func TestReportOfPublishedIndices(t *testing.T) {
	data := published(t)
	db := base(t, data)
	out := filepath.Join(t.TempDir(), "report.docx")
	for name, chosen := range map[string][]string{"standard": nil, "one indicator": {"--indicator", "neighbourhoods-most-deprived-10"}, "one priority": {"--priority", "strong-foundations"}} {
		t.Run(name, func(t *testing.T) {
			outcomes(t, slices.Concat([]string{"report", "--period", "2019-Q1", "--out", out, "--db", db}, chosen)...)
			paragraphs := paragraphsOf(t, out)
			said(t, paragraphs, "In 2019, 14.4% of the neighbourhoods in Coventry (28 of 195)", "(rank: 64th of 317 districts)", "down from 18.5% in 2015 (rank: 46th of 326)")
			if name == "standard" {
				said(t, paragraphs, "There is no figure of it for the quarter ending March 2019: nothing has been imported of Recorded crime.")
			}
		})
	}
}
