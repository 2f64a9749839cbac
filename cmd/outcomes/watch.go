package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"outcomes/ingest"
)

// watcher shows how an import goes on: a bar on a terminal, plain lines elsewhere.
type watcher struct {
	w   io.Writer
	bar *progressbar.ProgressBar // nil where w is not a terminal
	tty bool
}

func newWatcher(w io.Writer) *watcher {
	f, ok := w.(*os.File)
	return &watcher{w: w, tty: ok && term.IsTerminal(int(f.Fd()))}
}

func (x *watcher) Begin(files int, bytes int64) {
	if x.tty {
		x.bar = progressbar.NewOptions64(bytes, progressbar.OptionSetWriter(x.w), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(plural(files, "file")), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6))
		return
	}
	fmt.Fprintf(x.w, "reading %s\n", plural(files, "file"))
}

// Read is called from several goroutines; the bar has a lock of its own.
func (x *watcher) Read(bytes int) {
	if x.bar != nil {
		_ = x.bar.Add(bytes) // a bar that cannot be drawn is no reason to stop
	}
}

func (x *watcher) File(f ingest.FileReport) {
	if x.bar != nil {
		return
	}
	switch {
	case f.Known != "":
		fmt.Fprintf(x.w, "%s: read before (%s)\n", f.Path, f.Known)
	case f.Same:
		fmt.Fprintf(x.w, "%s: %s, says what is held\n", f.Path, plural(int(f.Account.Read), "row"))
	default:
		fmt.Fprintf(x.w, "%s: %s\n", f.Path, plural(int(f.Account.Read), "row"))
	}
}

func (x *watcher) Computing() {
	x.Done()
	if !x.tty {
		fmt.Fprintln(x.w, "making the figures")
	}
}

// Done takes the bar away.
func (x *watcher) Done() {
	if x.bar != nil {
		_ = x.bar.Clear()
		x.bar = nil
	}
}
