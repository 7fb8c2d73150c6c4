# make run      set up once and start the playground       make lint   ruff and mypy
# make test     set up once and run the whole test suite   make bench  every claim about speed, measured here
# make upgrade  the newest versions that pyproject.toml allows, locked, and the whole test suite on them
# TORCH=cpu or TORCH=cuda before one of them chooses the build of torch; without it the machine decides.

PYTHON ?= $(firstword $(foreach name,python3.12 python3.11 python3,$(if $(shell $(name) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))" 2>/dev/null && echo yes),$(name))))
BIN := .venv/bin
LOCKED := $(BIN)/pip install --quiet --no-deps --require-hashes -r
.DEFAULT_GOAL := run
.PHONY: run test lint bench screenshot upgrade clean

# The stamps say that what a lock file names is installed; a second call does nothing.
.venv/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed; set PYTHON=/path/to/one."; exit 1; }
	$(PYTHON) -m venv .venv || { echo "The venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	touch $@

.venv/.app: requirements/app.lock requirements/torch.sh .venv/.made
	$(LOCKED) requirements/app.lock
	sh requirements/torch.sh $(BIN)/python
	touch $@

.venv/.tests: requirements/tests.lock .venv/.app
	$(LOCKED) requirements/tests.lock
	touch $@

.venv/.bench: requirements/benchmarks.lock .venv/.tests
	$(LOCKED) requirements/benchmarks.lock
	touch $@

.venv/.browser: .venv/.tests
	sh tests/browser.sh $(BIN)/python
	touch $@

run: .venv/.app
	$(BIN)/python app.py $(ARGS)

test: .venv/.browser
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: .venv/.tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.bench
	$(BIN)/python -m benchmarks

screenshot: .venv/.browser
	$(BIN)/python -m docs.screenshot

upgrade: .venv/.made
	$(BIN)/pip install --quiet uv
	sh requirements/upgrade.sh $(BIN)/uv --upgrade
	$(MAKE) test

clean:
	rm -rf .venv
