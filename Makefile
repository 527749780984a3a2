# Needs Python 3.11 or newer, make and git; everything else goes into .venv.
# `make help` lists what can be asked for.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# The first interpreter that is new enough; `make demo PYTHON=/path/to/python` names another one.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
BIN := .venv/bin
UV := $(BIN)/uv
WORKERS ?= 2
ARGS ?=

INSTALLER := .venv/.installer
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --annotation-style line

# What the pages are built from; the stamp is younger than all of it when they are up to date.
WEB := src/huitong/_web/.built
WEB_SOURCES := $(shell find web -name node_modules -prune -o -type f ! -name '*.test.*' ! -name schema.d.ts -print)

.NOTPARALLEL:
.PHONY: help demo web test check fix bench simulate lock upgrade clean

help: ## Show this list.
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

demo: $(RUNTIME) $(WEB) ## Run the demo and serve the API until Ctrl-C (ARGS=--once: figures only).
	@$(BIN)/huitong demo $(ARGS)

web: $(RUNTIME) $(WEB) ## Build the front ends into the package, with Node from PyPI.

test: $(DEVELOPMENT) $(WEB) ## Run every test (PG=15: on an installed PostgreSQL 15; ARGS="-k name").
	@$(BIN)/python tools/browser.py
	@$(if $(PG),$(BIN)/python tools/on_postgresql.py $(PG) --) $(BIN)/pytest -n $(WORKERS) $(ARGS)

check: $(DEVELOPMENT) ## Check format, style, types, imports and the house rules, in under a minute.
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/front_ends.py check
	@$(BIN)/pytest -q -n $(WORKERS) tests/tidy

fix: $(DEVELOPMENT) ## Format the code and repair what can be repaired.
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet

bench: $(DEVELOPMENT) ## Measure the platform beside its baselines; results in bench/results.
	@$(BIN)/python -m bench $(ARGS)

simulate: $(DEVELOPMENT) ## Run the long simulation (ARGS="--operations 1000000 --seed 7").
	@$(BIN)/python -m tests.simulation $(ARGS)

lock: $(INSTALLER) ## Write the locks anew for a changed pyproject.toml, keeping versions.
	@echo uv | $(COMPILE) - --output-file requirements/installer.lock
	@$(COMPILE) pyproject.toml --extra demo --group build --output-file requirements/runtime.lock
	@$(COMPILE) pyproject.toml --extra demo --extra identity --extra splink --extra dev --group build \
		--constraint requirements/runtime.lock --output-file requirements/dev.lock

upgrade: $(INSTALLER) ## Write the locks anew with the newest versions.
	@$(MAKE) --no-print-directory lock COMPILE="$(COMPILE) --upgrade"

clean: ## Remove .venv and everything that was built; the data in .huitong stays.
	@rm -rf web/node_modules src/huitong/_web .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLER): requirements/installer.lock
	@test -n "$(PYTHON)" || { echo "Huitong needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than the Python 3.11 that Huitong needs: name a newer one with make PYTHON=/path/to/python." >&2; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment: install its venv module (Debian and Ubuntu: python3-venv)." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.lock
	@touch $@

$(RUNTIME): requirements/runtime.lock pyproject.toml $(INSTALLER)
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/runtime.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@rm -f $(DEVELOPMENT)
	@touch $@

# Either environment builds the same pages, so whoever asks names one of them first.
$(WEB): $(WEB_SOURCES) tools/front_ends.py
	@echo "Building the pages; the first time fetches their parts, about a minute …"
	@$(BIN)/python tools/front_ends.py build
	@touch $@

# What development needs contains what running needs, so neither undoes the other.
$(DEVELOPMENT): requirements/dev.lock requirements/runtime.lock pyproject.toml $(INSTALLER)
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(RUNTIME) $@
