# make run   set up once and start the playground       make lint   ruff and mypy
# make test  set up once and run the whole test suite   make bench  every claim about speed, measured here

PYTHON ?= $(firstword $(foreach name,python3.12 python3.11 python3,$(if $(shell $(name) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))" 2>/dev/null && echo yes),$(name))))
BIN := .venv/bin
.DEFAULT_GOAL := run
.PHONY: run test lint bench screenshot clean

# The stamps say that what a file of requirements names is installed; a second call does nothing.
.venv/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed; set PYTHON=/path/to/one."; exit 1; }
	$(PYTHON) -m venv .venv || { echo "The venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	touch $@

.venv/.app: requirements.txt .venv/.made
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

.venv/.tests: tests/requirements.txt .venv/.app
	$(BIN)/pip install --quiet -r tests/requirements.txt
	touch $@

.venv/.bench: benchmarks/requirements.txt .venv/.tests
	$(BIN)/pip install --quiet -r benchmarks/requirements.txt
	touch $@

.venv/.browser: .venv/.tests
	sh tests/browser.sh $(BIN)/python
	touch $@

run: .venv/.app
	$(BIN)/python app.py $(ARGS)

test: .venv/.browser
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/.tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.bench
	$(BIN)/python -m benchmarks

screenshot: .venv/.browser
	$(BIN)/python docs/screenshot.py

clean:
	rm -rf .venv
