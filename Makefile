# "make help" lists the targets. Building and running need Go, git and make only.

GO      ?= go
BIN     := bin
FUZZTIME ?= 30s
ARGS    ?=

VERSION := $(shell git describe --tags --dirty 2>/dev/null || echo 0.1.0-dev)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

# No program of ours needs a C compiler; the race detector does, and says so.
export CGO_ENABLED := 0

.DEFAULT_GOAL := build

.PHONY: build
build: ## build every program into bin/
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/...

.PHONY: run
run: build ## run the gateway with its built-in broker; ARGS='--log-level debug' adds flags
	./$(BIN)/mqttsn-gateway run $(ARGS)

.PHONY: demo
demo: build ## run the gateway, simulated sensors and a subscriber that shows their readings; ARGS as for run
	./$(BIN)/testbed demo $(ARGS)

.PHONY: demo-xbee
demo-xbee: build ## the same with an emulated XBee network, whose modem is pulled out now and then
	./$(BIN)/testbed demo-xbee --unplug 8s $(ARGS)

.PHONY: quick
quick: ## unit tests only: under a minute, needs nothing but Go
	$(GO) test -short -shuffle=on ./...

.PHONY: test
test: deps ## all tests; installs mosquitto, tshark and chromium first where they are missing
	$(GO) test -shuffle=on -timeout 8m $$($(GO) list ./... | grep -v -e /testbed/xbee -e /e2e/radios)
	$(GO) test -shuffle=on -timeout 8m -p 1 ./testbed/xbee ./gateway/e2e/radios # by themselves: they measure time

.PHONY: deps
deps: ## install the programs that the tests talk to
	@./.ci/deps

.PHONY: race
race: ## unit tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -short -timeout 8m ./...

.PHONY: fuzz
fuzz: ## every fuzz target, each for FUZZTIME
	@./.ci/fuzz $(FUZZTIME)

.PHONY: bench
bench: build deps ## measure the programs on this machine, beside mosquitto, and write docs/performance.md: some ten minutes
	$(GO) run ./docs/performance $(ARGS) >docs/performance.md.new
	mv docs/performance.md.new docs/performance.md

.PHONY: benchstat
benchstat: ## every Go benchmark ten times, as benchstat reads it
	$(GO) test -run '^$$' -bench . -benchmem -count 10 ./...

.PHONY: soak-xbee
soak-xbee: ## 30 minutes of an XBee network with losses, resets and unplugs, and a ledger of what arrives
	$(GO) test -count 1 -timeout 45m -run TestSoak -v ./gateway/e2e/radios -soak 30m

SEEDS ?= 2000
FROM  ?= 1

.PHONY: sim
sim: ## live through SEEDS simulations of an hour and more each, from seed FROM on; docs/simulation.md says what they are
	$(GO) test -count 1 -timeout 12h -run 'TestSim$$$$' -v ./gateway/sim -seeds $(SEEDS) -from $(FROM)

# The long forms of gateway/ledger; what the packets were is kept in bin/soak.
SOAK = mkdir -p $(BIN)/soak && $(GO) test -count=1 -v -timeout 40m -artifacts -outputdir $(CURDIR)/$(BIN)/soak ./gateway/ledger -devices 200

.PHONY: soak-crash
soak-crash: deps ## kill the gateway 50 times in each mode, and stop it 50 times, under load: some eight minutes
	$(SOAK) -kills 50 -run TestCrash
	$(SOAK) -kills 50 -run TestStop

.PHONY: soak-outage
soak-outage: deps ## take broker and disk away for a minute, and empty a spool over a bad line: some four minutes
	$(SOAK) -outage 60s -run TestOutage
	$(SOAK) -outage 6s -run TestDisk
	$(SOAK) -kills 10 -run TestSpool

.PHONY: soak-restarts
soak-restarts: deps ## restart the broker ten times under 500 devices with sessions of their own there: some two minutes
	$(SOAK) -devices 500 -restarts 10 -run TestBrokerRestarts

.PHONY: soak-broker
soak-broker: deps ## 1,000 MQTT clients beside 1,000 devices at the built-in broker for ten minutes
	$(SOAK) -clients 1000 -soak 10m -run TestBroker

.PHONY: soak-figures
soak-figures: ## recovery with 10,000 and 100,000 sessions; octets written a message, for ten minutes each
	$(SOAK) -sessions 10000 -run TestRecovery
	$(SOAK) -sessions 100000 -run TestRecovery
	$(SOAK) -write 10m -run TestWrites

.PHONY: lint
lint: ## gofmt, go vet, go mod tidy, staticcheck, and whether generated files are current
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "not formatted with gofmt:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) tool staticcheck ./...
	@$(GO) run ./docs/thirdparty | diff -u docs/third-party.md - || { echo 'docs/third-party.md is not current: run "make docs"'; exit 1; }

PLATFORMS := amd64 arm64 armv7 armv6

.PHONY: cross
cross: $(PLATFORMS:%=cross-%) ## build for linux on amd64, arm64, armv7 and armv6, into bin/linux-*/
cross-armv7: export GOARM := 7
cross-armv6: export GOARM := 6
$(PLATFORMS:%=cross-%): cross-%:
	GOOS=linux GOARCH=$(patsubst armv%,arm,$*) $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/linux-$*/ ./cmd/...

.PHONY: packages
packages: $(PLATFORMS:%=package-%) ## .deb and .rpm for amd64, arm64, armhf (ARMv7) and armv6, into bin/packages/

# Debian and Raspberry Pi OS call ARMv6 and ARMv7 armhf both: the files' names tell them apart.
package-amd64: export ARCH := amd64
package-arm64: export ARCH := arm64
package-armv7: export ARCH := arm7
package-armv6: export ARCH := arm6
$(PLATFORMS:%=package-%): export VERSION := $(patsubst v%,%,$(VERSION))
$(PLATFORMS:%=package-%): package-%: cross-% $(BIN)/nfpm manuals
	mkdir -p $(BIN)/packages
	for kind in deb rpm; do \
		ROOT=$(BIN)/linux-$* MANUALS=$(BIN)/manuals $(BIN)/nfpm package -f packaging/nfpm.yaml -p $$kind \
			-t $(BIN)/packages/mqttsn-gateway_$${VERSION}_$(patsubst armv7,armhf,$*).$$kind || exit 1; \
	done

# A module of its own keeps what the packager needs out of ours.
$(BIN)/nfpm: packaging/tools/go.mod
	cd packaging/tools && $(GO) build -o $(abspath $@) github.com/goreleaser/nfpm/v2/cmd/nfpm

.PHONY: manuals
manuals: build # pages for man, and completions for shells
	rm -rf $(BIN)/manuals
	mkdir -p $(BIN)/manuals
	for program in mqttsn-gateway mqttsn; do \
		$(BIN)/$$program man $(BIN)/manuals/man1 && \
		for shell in bash zsh fish; do \
			$(BIN)/$$program completion $$shell >$(BIN)/manuals/$$program.$$shell || exit 1; \
		done || exit 1; \
	done
	gzip -9n $(BIN)/manuals/man1/*.1

.PHONY: docs
docs: ## write the generated files again
	$(GO) generate ./...
	$(GO) run ./docs/thirdparty >docs/third-party.md.new
	mv docs/third-party.md.new docs/third-party.md

.PHONY: ci
ci: ## what CI runs: test, lint, race, cross, and a short fuzz
	$(MAKE) test
	$(MAKE) lint
	$(MAKE) race
	$(MAKE) cross
	$(MAKE) fuzz FUZZTIME=5s

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BIN)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
