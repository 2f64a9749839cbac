package main

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// paragraphs are those of a Word document, its tables' among them, without their markup.
func paragraphs(t testing.TB, path string) []string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	var text strings.Builder
	for d := xml.NewDecoder(f); ; {
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			text.Write(tok)
		case xml.EndElement:
			if tok.Name.Local == "p" {
				out = append(out, text.String())
				text.Reset()
			}
		}
	}
}

// sentenceWith is the first paragraph that holds all of these.
func sentenceWith(paragraphs []string, parts ...string) string {
	for _, p := range paragraphs {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(p, part)
		}
		if all {
			return p
		}
	}
	return ""
}

// The real South Yorkshire files, and the sentences of the council's report.
func TestPublishedReportOfSheffield(t *testing.T) {
	data := published(t)
	db, _ := sheffield(t, data)
	outcomes(t, "import", "police", filepath.Join(data, "police-uk", "street", "south-yorkshire"), "--db", db)
	out := filepath.Join(t.TempDir(), "report.docx")
	outcomes(t, "report", "--db", db, "--period", "2019-Q1", "--format", "docx", "--out", out)
	said := paragraphs(t, out)
	if got := sentenceWith(said, "violence and sexual offences", "4,033", "3,196"); got == "" {
		t.Errorf("no sentence states 3,196 and 4,033: %s", strings.Join(said, "\n"))
	}
}

func TestPublishedReportOfTheIndices(t *testing.T) {
	data := published(t)
	db := base(t, data)
	out := filepath.Join(t.TempDir(), "report.docx")
	outcomes(t, "report", "--db", db, "--period", "2019-Q1", "--format", "docx", "--out", out)
	if got := sentenceWith(paragraphs(t, out), "14.4%", "64th", "18.5%", "46th"); got == "" {
		t.Errorf("no sentence says 18.5%% (46th) and 14.4%% (64th): %s", strings.Join(paragraphs(t, out), "\n"))
	}
}
