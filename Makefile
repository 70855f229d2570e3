# Everything a person needs: make run, make test. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
CITY ?= dezhou

.PHONY: help setup run test test-slow bench lint clean lock

help: ## say what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready huiyin/web/static/vendor/.ready ## put everything into .venv and node_modules, from the pinned lists

.venv/.ready: requirements/dev.txt pyproject.toml
	@tools/need python
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.ready: package-lock.json
	@tools/npm ci --silent
	@touch $@

huiyin/web/static/vendor/.ready: node_modules/.ready tools/vendor.py
	$(BIN)/python tools/vendor.py

run: setup ## start the platform with its own database, one city and demonstration accounts
	$(BIN)/huiyin serve --demo --city $(CITY)

test: setup ## run every default test
	$(BIN)/python -m pytest -n auto

test-slow: setup ## run the long proofs as well
	$(BIN)/python -m pytest -m slow

lint: setup ## check style, types and the order of the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy huiyin
	$(BIN)/lint-imports
	$(BIN)/huiyin django makemigrations --check --dry-run

bench: setup ## measure speed as ratios and write var/bench.json
	$(BIN)/huiyin bench

lock: ## write the pinned lists anew (needs uv)
	uv pip compile pyproject.toml --extra embedded --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/runtime.txt
	uv pip compile pyproject.toml --extra embedded --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.txt

clean: ## remove what set-up and runs have made; never the data in var/
	rm -rf .venv node_modules huiyin/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
