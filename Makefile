PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH) # the stages call leaky by name

.PHONY: run test lint docs words bench ui lock clean

run: .venv/ready ## set everything up and run the main job on the simulated firm
	$(BIN)/dvc repro
	@ls data/exports/*/accounts.html >/dev/null 2>&1 || $(BIN)/dvc repro -f -s export # somebody took them away
	@echo; $(BIN)/dvc metrics show; ls data/exports/*/accounts.*

test: .venv/ready-dev ## set everything up and run all tests; COVERAGE=--cov measures what they reach
	$(BIN)/pytest -n 2 --dist loadfile $(COVERAGE)

lint: .venv/ready-dev ## what looks at the code without running it: .pre-commit-config.yaml
	$(BIN)/pre-commit run --all-files

docs: .venv/ready-dev ## write the reference from the code and build the pages into build/docs
	$(BIN)/python docs/from_code.py
	$(BIN)/python -m sphinx -q -W --keep-going -d build/doctrees docs build/docs
	@echo "open build/docs/index.html"

words: .venv/ready-dev ## bring the catalogues of languages up to what the code says
	$(BIN)/python docs/catalogues.py

bench: .venv/ready-dev
	$(BIN)/python -m benchmarks.features

ui: .venv/ready
	$(BIN)/python -m models.relocation data
	@# without seven processes for jobs, which nobody asks for
	MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false $(BIN)/mlflow ui --backend-store-uri sqlite:///data/mlflow.db --host 127.0.0.1

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# One set of versions for every Python that requires-python allows, with markers where a package is needed on some alone.
# Extras are pinned by name: where they are not, pip 23 takes the newest release for them, which has no hash here.
PIN := uv pip compile -q --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url \
  --no-strip-extras --custom-compile-command "make lock" pyproject.toml --group build

lock: ## pin all dependencies anew, with hashes
	$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -q --disable-pip-version-check uv
	.venv-lock/bin/$(PIN) -o requirements.lock
	.venv-lock/bin/$(PIN) --group dev --extra spark -c requirements.lock -o requirements-dev.lock
	rm -rf .venv-lock

clean:
	rm -rf .venv build .dvc/cache .dvc/tmp data/simulated data/tables data/snapshots data/model data/scores data/runs \
	  data/mlflow.db data/mlartifacts data/fingerprint.json data/exported.json
