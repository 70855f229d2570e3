# Everything a person needs: make run, make test. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
CITY ?= dezhou

.PHONY: help setup run stop switch spark check test test-unseen test-pages test-slow test-switch test-spark bench lint docs clean lock

help: ## say what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
	@printf '\nVariables: CITY=%s PORT= PYTHON=%s; those of the program: docs/environment.md\n' '$(CITY)' '$(PYTHON)'

setup: .venv/.ready huiyin/web/static/vendor/.ready ## put everything into .venv and node_modules, from the pinned lists

.venv/.ready: requirements/dev.txt pyproject.toml
	@tools/need python room
	@echo "setting up Python packages ..."
	$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt || { tools/need packages; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.ready: package-lock.json | .venv/.ready
	@echo "setting up browser packages ..."
	@tools/npm ci --silent || { tools/need packages; exit 1; }
	@touch $@

huiyin/web/static/vendor/.ready: node_modules/.ready .venv/.ready tools/vendor.py
	@$(BIN)/python tools/vendor.py

run: setup ## start the platform with its own database, one city and demonstration accounts
	@tools/need postgres
	@exec $(BIN)/huiyin serve --demo --city $(CITY) $(if $(PORT),--port $(PORT))

stop: ## stop what `make run` started, and its database
	@$(BIN)/huiyin stop

check: ## say whether the installation is sound
	@$(BIN)/huiyin check

switch: ## bring the telephone switch (Asterisk, from Debian) into var/switch
	@tools/switch

.venv/.spark: requirements/spark.txt .venv/.ready
	@command -v java >/dev/null || { echo "missing: Java 17 (Debian: apt install default-jre-headless)" >&2; exit 1; }
	@echo "setting up Spark (430 MB) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/spark.txt || { tools/need packages; exit 1; }
	@touch $@

spark: .venv/.spark ## bring Spark's client, for a city that assesses on its own cluster

test: setup ## run every default test
	@tools/need postgres
	$(BIN)/python -m pytest -n auto --dist loadgroup

test-unseen: setup ## run the default tests that need no browser
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not (browser or slow or switch or pages or cluster)"

test-pages: setup ## open every page at both widths, with axe
	$(BIN)/python -m pytest -m pages -n auto --dist loadgroup

test-slow: setup ## run the long proofs as well
	$(BIN)/python -m pytest -m slow -n auto --dist loadgroup

lint: setup ## check style, types and the order of the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy huiyin
	$(BIN)/lint-imports
	$(BIN)/huiyin django makemigrations --check --dry-run

test-switch: setup switch ## run the tests with real calls through a real switch
	@command -v sipp >/dev/null || { echo "missing: sipp (Debian: apt install sip-tester)" >&2; exit 1; }
	$(BIN)/python -m pytest -m switch

test-spark: setup spark ## assess on a Spark cluster of one master and two workers, equal to DuckDB
	$(BIN)/python -m pytest -m cluster

bench: setup ## measure speed as ratios and write var/bench.json
	$(BIN)/huiyin bench

docs: setup ## write the pages of docs/ that are made from the code
	@$(BIN)/huiyin docs

lock: ## write the pinned lists anew (needs uv)
	uv pip compile pyproject.toml --extra embedded --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/runtime.txt
	uv pip compile pyproject.toml --extra embedded --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.txt

clean: ## remove what set-up and runs have made; never the data in var/
	rm -rf .venv node_modules huiyin/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
