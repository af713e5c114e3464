# One command each; everything is installed into .venv by the first that needs it.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SITE ?=
FILES ?=
LINT_PATHS := src tests bench

.PHONY: run audit test check lint types imports core parts browser-packages bench nightly format clean

run: $(VENV)/.server  ## install, make a sample project, start everything on localhost
	$(BIN)/linkstead prepare --sample
	$(BIN)/linkstead serve

audit: $(VENV)/.core  ## the main job without a server: make audit SITE=example.com FILES="a.csv b.zip"
	@test -n "$(SITE)" || { echo 'Say which site: make audit SITE=example.com FILES="export.csv"'; exit 2; }
	@$(BIN)/linkstead audit $(SITE) $(FILES) --html $(SITE)-report.html; status=$$?; \
	test $$status -gt 1 && exit $$status; echo "The report is in $(SITE)-report.html"

test: check core parts  ## everything that must hold before a change lands

check: lint types imports  ## style, types, import rules

lint: $(VENV)/.dev
	$(BIN)/ruff check $(LINT_PATHS)
	$(BIN)/ruff format --check $(LINT_PATHS)

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

core: $(VENV)-core/.done  ## the unit tests of the built package, where Django is not installed
	$(VENV)-core/bin/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall .
	$(VENV)-core/bin/python -c "import importlib.util as u, sys; sys.exit(u.find_spec('django') is not None)"
	$(VENV)-core/bin/python -m pytest tests/unit -n 2 --dist loadscope

# the browser's tests by themselves: Playwright keeps an event loop running in its process
parts: $(VENV)/.dev browser-packages  ## the tests of all real parts, PostgreSQL and browser included
	$(BIN)/python -m pytest tests/browser -n 2 --dist loadscope
	$(BIN)/python -m pytest --ignore=tests/browser --ignore=tests/unit -n 2 --dist loadscope

# Debian's Chromium, where that is possible; its tests skip and say so elsewhere
browser-packages:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	  && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || true

bench: $(VENV)/.dev  ## every benchmark in its short form, as one table
	$(BIN)/python -m bench --short

# some hours; each part by itself stands in docs/faults.md
nightly: $(VENV)/.dev browser-packages  ## the fault tests in their long form, the soak, the farm
	LINKSTEAD_LONG_TESTS=1 DELIVERY_KILLS=200 $(BIN)/python -m pytest tests/faults --timeout 7200
	$(BIN)/python -m tests.faults.soak --minutes 20
	$(BIN)/python -m bench.watching --minutes 60

format: $(VENV)/.dev
	$(BIN)/ruff check --fix $(LINT_PATHS)
	$(BIN)/ruff format $(LINT_PATHS)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.server: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[server]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.core $(VENV)/.server

$(VENV)-core/.done: pyproject.toml
	$(PYTHON) -m venv $(VENV)-core
	$(VENV)-core/bin/pip install --quiet --disable-pip-version-check '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-core build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
