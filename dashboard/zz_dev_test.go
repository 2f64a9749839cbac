package dashboard_test

import (
	"net/http"
	"os"
	"testing"

	"outcomes/metrics"
)

func TestDev(t *testing.T) {
	addr := os.Getenv("DEVADDR")
	if addr == "" {
		t.Skip()
	}
	s := defaultStrategy(t)
	go http.ListenAndServe("127.0.0.1:8098", newServer(t, s, &ledger{}))
	h := defaultStrategy(t)
	evil := `</script><img src=x onerror=alert(1)> __f__alert(1)__f__ =cmd Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch`
	h.Area.Name, h.ShortName = evil, evil
	for i := range h.Indicators {
		h.Indicators[i].Title += evil
	}
	h.Priorities[4].Title = evil
	l := demo(t, h)
	l.state.Behind = true
	go http.ListenAndServe("127.0.0.1:8097", newServer(t, h, l))
	_ = metrics.Quarter
	http.ListenAndServe(addr, newServer(t, s, demo(t, s)))
}
