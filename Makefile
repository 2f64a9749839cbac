# Two commands are enough: `make run` serves a demo, `make test` tests everything.
# The release build needs no C compiler; only the race detector does.

BIN       := bin/outcomes
LISTEN    ?= 127.0.0.1:8080
CHROMIUM  := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
SOFFICE   := $(shell command -v soffice || command -v libreoffice)
WRITER    := $(wildcard /usr/lib*/libreoffice/program/libswlo.so /opt/libreoffice*/program/libswlo.so)
GOFILES   := $(shell git ls-files '*.go' 2>/dev/null || find . -name '*.go')
HAVE_CC   := $(shell command -v cc || command -v gcc)

.PHONY: build run test race lint bench check tools clean

build:
	CGO_ENABLED=0 go build -trimpath -o $(BIN) ./cmd/outcomes

run: build
	./$(BIN) demo --listen $(LISTEN)

# Everything, in a real browser too.
test: tools
	CGO_ENABLED=0 go test -timeout 30m ./...

# The race detector, where there is a C compiler for it: what runs on several
# goroutines, without the large published files and what counts memory, which the
# detector itself takes more of.
race:
ifneq ($(HAVE_CC),)
	CGO_ENABLED=1 go test -timeout 40m -race -skip 'Published|StepByStep|OnlyWhatIsTouched|TestNight|FitsInItsMemory' ./metrics/store ./ingest/police ./ingest/table ./dashboard/...
	CGO_ENABLED=1 go test -timeout 40m -race -run 'TestBadInput|TestCommandLine|TestHostileText' ./cmd/outcomes
else
	@echo "no C compiler: the race detector is left out"
endif

lint:
	@test -z "$$(gofmt -l $(GOFILES))" || { gofmt -l $(GOFILES); echo "gofmt would change these files: run gofmt -w on them"; exit 1; }
	go vet ./...
	go tool staticcheck ./...

bench:
	go test -run '^$$' -bench . -benchmem ./...

check: lint build test race

# What some tests need besides Go, from Debian's packages, when it is missing
# and this user may: Chromium to walk the pages, LibreOffice to open workbooks
# and documents.
tools:
	@missing=""; \
	[ -n "$(CHROMIUM)" ] || missing="chromium"; \
	[ -n "$(SOFFICE)" ] || missing="$$missing libreoffice-calc"; \
	[ -n "$(WRITER)" ] || missing="$$missing libreoffice-writer"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing for the tests: $$missing"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else \
		echo "missing, so that their tests will be skipped: $$missing. On Debian: sudo apt-get install $$missing"; \
	fi

clean:
	rm -rf bin
