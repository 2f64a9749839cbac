package main

import (
	"context"
	"io"
	"regexp"
	"testing"
	"time"

	"outcomes/metrics/store"
)

func openStore(t testing.TB, db string) *store.Store {
	t.Helper()
	st, err := store.OpenExisting(context.Background(), db, now)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// served runs `outcomes serve` on a database, open to all readers, and gives
// its address.
func served(t testing.TB, db string) string {
	t.Helper()
	return started(t, "serve", "--db", db, "--listen", "127.0.0.1:0", "--public-viewing")
}

// started runs a command that serves until it is stopped, and gives the
// address that it says.
func started(t testing.TB, args ...string) string {
	t.Helper()
	base, _ := startedSaying(t, args...)
	return base
}

// startedSaying gives besides what the command said until it served.
func startedSaying(t testing.TB, args ...string) (base, said string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	var stderr lines
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, w, &stderr)
		w.Close()
	}()
	t.Cleanup(func() {
		cancel()
		go io.Copy(io.Discard, r)
		select {
		case status := <-ended:
			if status != 0 {
				t.Errorf("%s ended with status %d: %s", args[0], status, stderr.String())
			}
		case <-time.After(30 * time.Second):
			t.Errorf("%s does not end", args[0])
		}
	})
	address := regexp.MustCompile(`(http://[0-9.]+:\d+/)  \(Ctrl-C ends it\)`)
	var heard []byte
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		heard = append(heard, buf[:n]...)
		if a := address.FindSubmatch(heard); a != nil {
			go io.Copy(io.Discard, r)
			return string(a[1]), string(heard)
		}
		if err != nil {
			t.Fatalf("%s said no address: %s%s", args[0], heard, stderr.String())
		}
	}
}
