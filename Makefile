# Aerostat: all that one does with a clone. `make help` says what there is.
SWIFT ?= swift
.DEFAULT_GOAL := help
.PHONY: help lab build demo knees bench bench-device bench-many balance simulate guest bare-metal conformance test guests fuzz lint docs clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: ## Set up QEMU and the guests under .cache/lab (once; needs the network)
	@Lab/setup.sh

build: ## Build the programs (release)
	@$(SWIFT) build -c release --product aerostat
	@$(SWIFT) build -c release --product aerostat-lab

demo: lab build ## Watch the experiment: killed or alive, alive and well (about 10 minutes)
	@.build/release/aerostat-lab demo

knees: lab build ## Watch a guest that is on its knees without running out of memory, on the newest kernel (2 minutes)
	@.build/release/aerostat-lab knees

bench: lab build ## Measure growing balloons in real guests against QEMU's own device (most of an hour; --quick: minutes)
	@.build/release/aerostat-lab bench

bench-device: lab build ## Measure the device without a guest: messages, discards, the peers' algorithms
	@.build/release/aerostat-lab bench-device

simulate: build ## Hold our arbiter against its rivals on traces (AEROSTAT_TRACES=FOLDER), in virtual time
	@.build/release/aerostat-lab simulate

bench-many: lab build ## Measure one daemon with 1 to 1,000 simulated guests (some minutes)
	@.build/release/aerostat-lab bench-many

balance: lab build ## Share 1.8 GiB among three guests of 1 GiB, ours against what people run today (25 minutes)
	@.build/release/aerostat-lab balance

guest: ## Build the bare-metal images, guest and tester: Embedded Swift for x86_64, riscv64, aarch64
	@Guest/build.sh

bare-metal: build guest ## Fly the bare-metal images against QEMU's balloon and ours (about 2 minutes)
	@Lab/setup.sh --all-targets
	@.build/release/aerostat-lab bare-metal

conformance: build guest ## Run the conformance kit against our device and QEMU's (about 2 minutes)
	@Lab/setup.sh
	@.build/release/aerostat-lab conformance

test: lab ## Build and run all tests, those with real guests too
	@Guest/build.sh x86_64
	@$(SWIFT) build --build-tests
	@AEROSTAT=$(CURDIR)/.build/debug/aerostat $(SWIFT) test --skip-build --no-parallel

guests: lab ## Fly the odd guests on every kernel over both doors, of which `make test` flies a part (20 minutes)
	@$(SWIFT) build --build-tests
	@AEROSTAT=$(CURDIR)/.build/debug/aerostat AEROSTAT_GUESTS=all $(SWIFT) test --skip-build --no-parallel --filter OddGuests

SECONDS ?= 60
fuzz: ## Fuzz what guests and VMMs can write, SECONDS=60 for each target
	@Fuzz/run.sh $(SECONDS)

lint: ## Check what needs no build: the sources' format, the rules of the house (Lint/house.py), the scripts
	@SWIFT=$(SWIFT) Lint/run.sh

docs: ## Build the library products' documentation with DocC; warnings are errors
	@SWIFT=$(SWIFT) Lint/docs.sh

clean: ## Remove what was built and what the lab has fetched
	@rm -rf .build Guest/.build .cache figures
