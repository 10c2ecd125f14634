# The board's verbs. Needs Python 3.11 or newer, git and make; the rest comes with `make run`.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test bench check scan lint format messages lock clean

# The first Python on this machine that is new enough; PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo $$name && break; done)

VENV := .venv
BIN := $(VENV)/bin
# Hashes for everything, and wheels only: nothing is built from what nobody checked.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	--require-hashes --only-binary :all:
PIP_INSTALL_BOARD := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	--no-deps --no-build-isolation --editable .
LOCK := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-annotate --python-version 3.11 --custom-compile-command 'make lock'
SOURCES := jobboard tests migrations config.py wsgi.py $(wildcard benchmarks)

help:
	@echo 'make run      the board with its demo at http://127.0.0.1:$${PORT:-8000}'
	@echo 'make test     everything that must hold'
	@echo 'make bench    benchmarks, as ratios'
	@echo 'make check    the long checks'
	@echo 'make scan     outside scanners, those that are installed'
	@echo 'make format   put Python and templates in order'
	@echo 'make lint     what make test checks before its tests'
	@echo 'make lock     newest versions of what we depend on, with their hashes'
	@echo 'make clean    remove what make made (not the database in instance/)'

# ------------------------------------------------------------------------------------- start

run: $(VENV)/run.stamp
	@DEMO=1 exec $(BIN)/jobboard serve --prepare

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo 'The board needs Python 3.11 or newer; none was found (PYTHON=/path/to/python names one).' >&2; \
		exit 1; fi
	@if ! $(PYTHON) -m venv $(VENV) >/tmp/board-venv.$$$$ 2>&1; then \
		cat /tmp/board-venv.$$$$ >&2; rm -rf $(VENV) /tmp/board-venv.$$$$; \
		echo >&2; \
		echo 'This Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv' >&2; \
		exit 1; fi; rm -f /tmp/board-venv.$$$$

$(VENV)/run.stamp: $(BIN)/python requirements/run.txt pyproject.toml
	@echo 'Installing what the board needs (the first time only) ...'
	@$(PIP_INSTALL) -r requirements/run.txt
	@$(PIP_INSTALL_BOARD)
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements/test.txt
	@echo 'Installing what the tests need (the first time only) ...'
	@$(PIP_INSTALL) -r requirements/test.txt
	@touch $@

# -------------------------------------------------------------------------------------- test

# One that fails does not hide the others; the tests' own counts are the last line.
define CHECKS
	failed=''; \
	step() { label=$$1; shift; echo "--- $$label"; "$$@" || failed="$$failed, $$label"; }; \
	step format $(BIN)/ruff format --check --quiet $(SOURCES); \
	step lint $(BIN)/ruff check --quiet $(SOURCES); \
	step types $(BIN)/mypy; \
	step contracts $(BIN)/lint-imports --no-cache; \
	step templates $(BIN)/djlint templates --lint --check; \
	failed=$${failed#, }
endef

test: $(VENV)/test.stamp
	@$(CHECKS); \
	echo '--- pytest'; \
	BOARD_FAILED_CHECKS="$$failed" $(BIN)/python -m pytest -q -n auto --dist worksteal; status=$$?; \
	[ -z "$$failed" ] && exit $$status || exit 1

lint: $(VENV)/test.stamp
	@$(CHECKS); \
	[ -z "$$failed" ] || { echo "failed: $$failed" >&2; exit 1; }

check: $(VENV)/test.stamp
	@$(BIN)/python -m pytest -q -m long

bench: $(VENV)/test.stamp
	@$(BIN)/python -m benchmarks

scan: $(VENV)/test.stamp
	@.ci/scan

# --------------------------------------------------------------------------------- look after

format: $(VENV)/test.stamp
	@$(BIN)/ruff check --quiet --fix-only $(SOURCES)
	@$(BIN)/ruff format --quiet $(SOURCES)
	@$(BIN)/djlint templates --reformat --quiet || true

# The texts that people read, gathered for the translators.
messages: $(VENV)/run.stamp
	@$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k lazy_gettext -k _l --add-location=file --sort-by-file \
		--project='Job board' --copyright-holder='the authors' -o jobboard/translations/messages.pot .

lock: $(VENV)/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	@$(LOCK) --upgrade pyproject.toml requirements/build.in -o requirements/run.txt
	@$(LOCK) --upgrade -c requirements/run.txt --extra test pyproject.toml requirements/build.in \
		-o requirements/test.txt

clean:
	rm -rf $(VENV) jobboard.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
