# `make demo` and `make test` each do the whole set-up by themselves; a second run starts in seconds.

PYTHON ?= $(firstword $(shell command -v python3.11 python3 2>/dev/null) python3.11)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.tryon-stamp
PYTEST_FLAGS ?=
QA_FLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup system browser supplies demo test check qa bench clean

help: ## show this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: supplies ## venv, pinned packages, system libraries, third-party data

system:
	@bash .ci/system-packages.sh "$(PYTHON)"

$(STAMP): pyproject.toml constraints.txt | system
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo 'Installing the pinned packages into $(VENV); the first time takes a few minutes.'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

browser:
	@bash .ci/system-packages.sh "$(PYTHON)" browser

supplies: $(STAMP)
	@$(BIN)/tryon setup

demo: setup ## dress two portraits and print the page of pictures
	@$(BIN)/tryon demo

test: setup browser ## run all tests
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

check: $(STAMP) ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

qa: setup ## replay the bundled recordings and hold every gate (report in out/qa)
	@$(BIN)/tryon qa run $(QA_FLAGS)

bench: setup ## measure the try-on against the detector alone
	@$(BIN)/tryon bench

clean: ## remove the venv, caches and results (not the cache of third-party data)
	rm -rf $(VENV) build dist out demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find tryon shows service tests -type d -name __pycache__ -prune -exec rm -rf {} +
