# The two that a newcomer needs: make demo, make test. Everything else: make help.
# Nothing is installed outside .venv. Which Python: make PYTHON=python3.12 test

PYTHON ?= python3
WORKERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# One thread in each worker's numerical libraries: more of them than cores spin against each other.
THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
UV_COMPILE := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header \
	--universal --python-version 3.11

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo install install-dev preflight test test-postgres torture fast check docs-check schema bench lock news clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo: install ## install, make the sample market, qualify it, say where the report is
	@mkdir -p demo
	@$(BIN)/leadline sample demo/deals.csv
	@$(BIN)/leadline qualify demo/deals.csv --outcome 'Stage=Closed Won' --capacity 50/week \
		--out demo/scored.csv --report demo/report.html --save demo/model
	@echo
	@echo "The report is at $(CURDIR)/demo/report.html - open it in any browser."
	@echo "The ranked list is at demo/scored.csv, the model at demo/model. Your own file:"
	@echo "  $(BIN)/leadline qualify FILE --outcome COLUMN=VALUE"

install: $(VENV)/.runs ## .venv with what is needed to run
install-dev: $(VENV)/.tests ## .venv with what is needed to test too

preflight:
	@tools/preflight $(PYTHON)

$(BIN)/pip: | preflight
	@echo "Making $(VENV) and installing from the locks; this takes a minute or two, once."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runs: requirements-build.txt requirements.txt pyproject.toml | $(BIN)/pip
	@$(PIP) install --require-hashes -r requirements-build.txt
	@$(PIP) install --require-hashes --no-build-isolation -r requirements.txt
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tests: requirements-dev.txt tests/sdk/package-lock.json $(VENV)/.runs
	@$(PIP) install --require-hashes --no-build-isolation -r requirements-dev.txt
	@if command -v npm >/dev/null; then npm ci --prefix tests/sdk --ignore-scripts --no-audit --no-fund --silent; \
	else echo "npm is not here: the tests with Segment's clients for node and browsers are skipped."; fi
	@touch $@

test: install-dev ## the whole suite: tests, style, types, import order, docs
	$(THREADS) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

test-postgres: install-dev ## what touches the record, on a private PostgreSQL from the installed server
	$(THREADS) $(BIN)/python tools/postgres.py $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m record

torture: install-dev ## 5,000 power cuts and, on each database, 1,000 kills under load (a quarter of an hour)
	$(THREADS) $(BIN)/python tools/postgres.py $(BIN)/python tools/torture.py

fast: install-dev ## the tests that take seconds
	$(THREADS) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m 'not slow'

check: install-dev ## style, types and import order
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs-check: install-dev ## the docs: examples run, options and links are there
	$(THREADS) $(BIN)/python -m pytest tests/test_docs.py

schema: install-dev ## write docs/reference/qualify.schema.json anew from the records
	$(BIN)/python tools/schema.py

bench: install-dev ## quality and speed beside the peers, in an environment of its own
	bash benchmarks/run.sh $$(date +%F)

lock: install-dev ## compile the locks anew (needs uv in .venv: .venv/bin/pip install uv)
	$(UV_COMPILE) requirements-build.in -o requirements-build.txt
	$(UV_COMPILE) requirements.in -o requirements.txt
	$(UV_COMPILE) requirements-spark.in -c requirements.txt -o requirements-spark.txt
	$(UV_COMPILE) requirements-dev.in -o requirements-dev.txt

news: install-dev ## show what the changelog would say
	$(BIN)/towncrier build --draft --version next

clean: ## remove what was made, .venv too
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf src/*.egg-info
