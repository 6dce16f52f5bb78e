# `make setup` makes .venv from the pinned, hashed requirements; every other target does so first, when needed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
PYTEST := $(BIN)/python -m pytest -q

# What the tests compile is kept: it is a third of the unit part's time
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo test unit bench soak lint lock clean

setup: $(READY)

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv)."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "No virtual environment could be made (Debian: apt-get install python3-venv)."; exit 1; }
	$(BIN)/python -m pip install -qq --disable-pip-version-check --root-user-action=ignore --require-hashes -r requirements.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check --root-user-action=ignore --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q connector
	$(BIN)/python -c "from hypothesis.strategies import text; text().validate()"
	@touch $@

# ONCE=1 ends after the table instead of serving on; SEED=7 makes other people; ORG=professional plays it elsewhere;
# UNPROVED=flipped where whatever rests on memory is the other way
demo: $(READY)
	$(BIN)/accord demo $(if $(ONCE),--once) $(if $(SEED),--seed $(SEED)) $(if $(ORG),--org $(ORG)) $(if $(PEOPLE),--people $(PEOPLE)) \
	  $(if $(UNPROVED),--unproved $(UNPROVED))

test: unit
	$(PYTEST) -n 2 -m "not unit" --durations=5

unit: $(READY)
	$(PYTEST) -n 2 -m unit -p no:schemathesis

# JSON=1 prints one JSON object instead of the table
bench: $(READY)
	$(BIN)/python -m tests.bench $(if $(JSON),--json)

soak: $(READY)
	HISTORIES=$(or $(HISTORIES),10000) $(PYTEST) -m property

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Takes some minutes: it reads the hashes of every file of every package
lock: $(READY)
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --all-extras --strip-extras \
	  --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header \
	  --output-file requirements.txt pyproject.toml

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist
