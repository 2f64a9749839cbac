package word

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// convert has LibreOffice open a file and save it in another format. It gives
// nothing where LibreOffice cannot open it.
func convert(t *testing.T, soffice, name string, body []byte, to string) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), body, 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	out := filepath.Join(dir, "out")
	cmd := exec.CommandContext(ctx, soffice, "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", to, "--outdir", out, filepath.Join(dir, name))
	// LibreOffice is several processes, which outlive the first if that is ended alone.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Logf("LibreOffice says: %v\n%s", err, said)
		return nil
	}
	ending, _, _ := strings.Cut(to, ":")
	converted, err := os.ReadFile(filepath.Join(out, strings.TrimSuffix(name, filepath.Ext(name))+"."+ending))
	if err != nil {
		t.Logf("LibreOffice says: %s", said)
		return nil
	}
	for _, word := range []string{"warning", "repair", "corrupt", "error"} {
		if strings.Contains(strings.ToLower(string(said)), word) && !strings.Contains(string(said), "javaldx") {
			t.Errorf("LibreOffice says: %s", said)
		}
	}
	return converted
}

func TestLibreOffice(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	// Its word processor is a package of its own.
	if err != nil || len(convert(t, soffice, "plain.txt", []byte("A plain text.\n"), "odt")) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("LibreOffice Writer is not here, and CI must have it: install libreoffice-writer")
		}
		t.Skip("LibreOffice Writer is not here: install libreoffice-writer to run this test")
	}
	r := report()
	body := write(t, r)
	t.Run("as PDF", func(t *testing.T) {
		if pdf := convert(t, soffice, "report.docx", body, "pdf"); !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Error("LibreOffice made no PDF of it")
		}
	})
	t.Run("as text", func(t *testing.T) {
		text := string(convert(t, soffice, "report.docx", body, "txt:Text (encoded):UTF8"))
		for _, h := range r.Headlines {
			if !strings.Contains(text, h) {
				t.Errorf("%q is lost", h)
			}
		}
		// Numbered as a council report is: LibreOffice counted, we wrote no number.
		for _, want := range []string{"3\tEnforcement and criminal justice", "3.1\tIn the quarter ending March 2019", "3.2\tTwo quarters are not shown", "5.2\tThe police revised", "Commentary by Tomasz Bell-Greene, 13 May 2019", "Table 3", "Chart 2"} {
			spaced := strings.Replace(want, "\t", " ", 1)
			if !strings.Contains(text, want) && !strings.Contains(text, spaced) {
				t.Errorf("%q is not in the text", want)
			}
		}
	})
	t.Run("as OpenDocument", func(t *testing.T) {
		d := open(t, convert(t, soffice, "report.docx", body, "odt"))
		charts := 0
		for name, content := range d.parts {
			if strings.HasSuffix(name, "/content.xml") && bytes.Contains(content, []byte("chart:chart")) {
				charts++
				if !bytes.Contains(content, []byte("chart:series")) {
					t.Errorf("%s has no series", name)
				}
			}
		}
		if charts != 5 {
			t.Errorf("%d charts are left of 5", charts)
		}
		content := string(d.parts["content.xml"])
		for what, want := range map[string]int{"<table:table ": 7, "<table:table-header-rows>": 7} {
			if got := strings.Count(content, what); got != want {
				t.Errorf("%d %s, want %d", got, what, want)
			}
		}
		for _, s := range r.Sections {
			if !strings.Contains(content, s.Title+"</text:h>") && !strings.Contains(content, s.Title+"<text:bookmark-end") {
				t.Errorf("%q is no heading", s.Title)
			}
		}
	})
	t.Run("with hostile and very long text", func(t *testing.T) {
		if pdf := convert(t, soffice, "report.docx", write(t, hostile()), "pdf"); !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Error("LibreOffice made no PDF of it")
		}
	})
}
