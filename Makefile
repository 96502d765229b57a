# make demo · make test · make lint · make bench · make docs : each does all its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ASSETS := src/redball/reports/assets/coastline.json
VENDOR := src/redball/web/static/vendor/LICENCES.txt

.PHONY: help setup assets demo test test-long lint bench docs lock clean

help:
	@echo "make demo   the exercise coalition, from raw data to pages on this machine (Ctrl-C ends it)"
	@echo "make test   every test"
	@echo "make test-long  ten times as many random cases as make test"
	@echo "make lint   style, types, rows of the house"
	@echo "make bench  speed against named peers (SIZE=S M L XL)"
	@echo "make docs   the generated reference pages"

setup: $(VENV)/.ready $(ASSETS) $(VENDOR)

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Coastlines and borders (Natural Earth, public domain), scripts and fonts of the web face come
# from npm once, at build time.
NODE := tools/build_assets/node_modules/.ready
$(NODE): tools/build_assets/package-lock.json
	npm ci --prefix tools/build_assets --no-audit --no-fund --ignore-scripts --silent
	@touch $@

$(ASSETS): $(NODE) tools/build_assets/build.py | $(VENV)/.ready
	$(BIN)/python -m tools.build_assets.build
	@touch $@

$(VENDOR): $(NODE) $(ASSETS) tools/build_assets/vendor.py tools/build_assets/web_map.py | $(VENV)/.ready
	$(BIN)/python -m tools.build_assets.vendor
	$(BIN)/python -m tools.build_assets.web_map
	@touch $@

assets: $(ASSETS) $(VENDOR)

demo: setup $(VENV)/.kernels
	$(BIN)/redball demo --dir redball-demo --serve

# Numba notices a change in a kernel's own file, not in files of kernels that it calls.
KERNELS := $(shell grep -rl "redball.model.compiled" --include='*.py' src) $(shell find src/redball/simulation -name '*.py')
$(VENV)/.kernels: $(KERNELS) | $(VENV)/.ready
	find src -name '*.nb[ic]' -delete
	$(BIN)/python -m tools.warm
	@touch $@

# Three workers for two cores: many tests wait for a process, a disk or a browser. Frames of tests are
# small: threads inside of each worker only wake each other, and cost a third of all time.
# pytest is started with the browser that the report is looked at with, where one can be had.
test: setup $(VENV)/.kernels
	$(BIN)/python tools/find_browser.py
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 3 --dist worksteal -q

# kill -9 at random, 300 rounds for each store and way, with the control that must lose; properties
# on ten times as many examples.
test-long: setup
	REDBALL_LONG=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/contract/test_store_kill.py tests/property -q

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_hosts.py

SIZE ?= S M L
bench: setup $(VENV)/.bench $(VENV)/.kernels
	$(BIN)/python -m benchmarks --size $(SIZE)

# Peers that only the benchmarks compare with.
$(VENV)/.bench: requirements/bench.txt | $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

docs: setup
	$(BIN)/python tools/build_docs.py

# Only when a dependency changes; needs uv. The file names no index and no host.
lock:
	uv pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--extra postgres --group dev pyproject.toml -o requirements/dev.txt
	uv pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--extra postgres --group dev --group bench pyproject.toml -c requirements/dev.txt \
		-o requirements/bench.txt

clean:
	rm -rf $(VENV) redball-demo build dist tools/build_assets/node_modules src/redball/reports/assets/*.json src/redball/web/static/vendor
