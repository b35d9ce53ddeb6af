# Everything a developer or user types; each target says what it does.
SHELL := /bin/bash
SOURCES := Package.swift Sources Tests

.PHONY: build release dist demo test chaos fuzz swarm bench judge lint format clean

build: ## Build for debugging.
	@deploy/local/require-packages
	swift build

release: ## Build optimised, the Swift runtime linked in.
	@deploy/local/require-packages
	@deploy/local/build-release

dist: release ## Pack the program with its libraries: dist/mlctl-VERSION-linux-ARCH.tar.gz.
	@deploy/dist/make-dist

test: ## All tests and the format lint: what continuous integration runs.
	@deploy/local/require-packages
	swift build --build-tests
	swift test --skip-build --skip EndToEndTests --skip ServiceTests
	# Those that start processes, one at a time.
	swift test --skip-build --no-parallel --filter 'EndToEndTests|ServiceTests'
	swift format lint --strict --recursive --parallel $(SOURCES)

demo: ## Build a release and show a cluster on this machine, in under a minute.
	@deploy/local/require-packages
	@deploy/local/build-release
	@deploy/local/demo

chaos: ## Kill the real scheduler 500 times, workers, trainers, daemons under commands; 300 jobs in every averaging mode.
	swift build --build-tests
	MLCTL_CHAOS=$${MLCTL_CHAOS:-500} MLCTL_IDLE=$${MLCTL_IDLE:-10000} \
	  MLCTL_CHAOS_TABLE=$${MLCTL_CHAOS_TABLE:-300} \
	  MLCTL_CHAOS_EXPERIMENTS=$${MLCTL_CHAOS_EXPERIMENTS:-100} \
	  MLCTL_CHAOS_TABLE_FROM=$${MLCTL_CHAOS_TABLE_FROM:-0} swift test --skip-build \
	  --no-parallel --filter 'ChaosTests|HostileLoadTests|LinkTests'

fuzz: ## A million damaged inputs for each parser; prints the seed and how far it is.
	swift build --build-tests
	MLCTL_FUZZ=$${MLCTL_FUZZ:-1000000} swift test --skip-build --filter \
	  'JobSpecificationTests.MutationTests|WireFuzzTests|BodyFuzzTests|ArchiveFuzzTests'

swarm: release ## Ten thousand simulated lives of a cluster with faults; prints every broken seed.
	.build/release/mlctl simulate --chaos --seeds 1..10000

bench: release ## Measure, side by side with the peers; writes Benchmarks/Results.
	Benchmarks/run

judge: release ## Have onnx, onnxruntime and safetensors judge exported models.
	Benchmarks/judge

lint: ## Check the formatting.
	swift format lint --strict --recursive --parallel $(SOURCES)

format: ## Format all sources in place.
	swift format --in-place --recursive --parallel $(SOURCES)

clean: ## Remove what was built.
	rm -rf .build
