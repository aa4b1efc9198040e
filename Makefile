# Aerostat: all that one does with a clone. `make help` says what there is.
SWIFT ?= swift
SOURCES := Sources Tests Fuzz Package.swift
.DEFAULT_GOAL := help
.PHONY: help lab build demo bench test fuzz lint clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: ## Set up QEMU and the guests under .cache/lab (once; needs the network)
	@Lab/setup.sh

build: ## Build the programs (release)
	@$(SWIFT) build -c release --product aerostat
	@$(SWIFT) build -c release --product aerostat-lab

demo: lab build ## Watch the experiment: killed or alive, alive and well (about 6 minutes)
	@.build/release/aerostat-lab demo

bench: lab build ## Measure inflating 512 MiB against QEMU's own device, and an idle daemon
	@.build/release/aerostat-lab bench

test: lab ## Build and run all tests, those with real guests too
	@$(SWIFT) build --build-tests
	@AEROSTAT=$(CURDIR)/.build/debug/aerostat $(SWIFT) test --skip-build

SECONDS ?= 60
fuzz: ## Fuzz what guests and VMMs can write, SECONDS=60 for each target
	@Fuzz/run.sh $(SECONDS)

lint: ## Check the sources' format, and the scripts' grammar
	@$(SWIFT) format lint --strict --recursive $(SOURCES)
	@for script in Lab/setup.sh Lab/lib/*.sh Fuzz/run.sh .ci/run; do bash -n "$$script" || exit 1; done
	@sh -n Lab/guest/init

clean: ## Remove what was built and what the lab has fetched
	@rm -rf .build .cache figures
