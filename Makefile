PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH) # the stages call leaky by name

.PHONY: run test lint bench ui lock clean

run: .venv/ready ## set everything up and run the main job on the simulated firm
	$(BIN)/dvc repro
	@echo; $(BIN)/dvc metrics show; ls data/exports/*/accounts.*

test: .venv/ready-dev ## set everything up and run all tests
	$(BIN)/pytest -n 2 --dist loadfile

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ready-dev
	$(BIN)/python -m benchmarks.features

ui: .venv/ready
	$(BIN)/python -m models.relocation data
	$(BIN)/mlflow ui --backend-store-uri sqlite:///data/mlflow.db --host 127.0.0.1

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock: ## pin all dependencies anew, with hashes
	$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -q uv
	.venv-lock/bin/uv pip compile pyproject.toml --group build --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --custom-compile-command "make lock" -q -o requirements.lock
	.venv-lock/bin/uv pip compile pyproject.toml --group build --group dev --extra spark -c requirements.lock --generate-hashes \
	  --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" -q -o requirements-dev.lock
	rm -rf .venv-lock

clean:
	rm -rf .venv data/simulated data/tables data/snapshots data/model data/scores data/exports data/runs data/mlflow.db data/mlartifacts
