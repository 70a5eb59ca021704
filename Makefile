# `make help` lists what can be made. PYTHON names the Python that makes the environment.
PYTHON ?= python3
BIN := .venv/bin
OUTPUT ?= runs/mini
export PYTHON

# What a QGIS or Conda shell sets for its own libraries breaks those of the environment.
unexport PYTHONHOME PYTHONPATH PROJ_LIB PROJ_DATA GDAL_DATA GDAL_DRIVER_PATH LD_LIBRARY_PATH

.DEFAULT_GOAL := help
.PHONY: help env demo test test-fast lint types format train-mini evaluate bench wheel clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: .venv/.made ## make the runtime environment in .venv (again only when its needs have changed)

.venv/.made: pyproject.toml constraints.txt scripts/make_env.sh
	@scripts/make_env.sh
	@touch $@

demo: env ## write two dated rasters and a video, and ask the default model about them
	@$(BIN)/python scripts/demo.py

test: lint types ## run the linters, the type checks and every test
	@printf '\n== Tests ==\n'
	@$(BIN)/pytest $(PYTEST_OPTIONS)

test-fast: env ## run the tests that take no more than a few seconds
	@$(BIN)/pytest $(PYTEST_OPTIONS) -m "not slow"

# Every worker computes on one core: more threads than cores make each other wait.
PYTEST_OPTIONS := --numprocesses auto --maxprocesses 4 --dist loadfile --durations 5
test test-fast: export OMP_NUM_THREADS := 1

lint: env ## check style and formatting
	@printf '\n== Style (ruff) ==\n'
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: env ## check types
	@printf '\n== Types (mypy) ==\n'
	@$(BIN)/mypy

format: env ## format the code and mend what can be mended by machine
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

train-mini: env ## train the default model anew into OUTPUT; RASTERS="naip" lets real dates join
	@$(BIN)/unirs train mini --folder $(OUTPUT) $(RASTERS:%=--rasters %) --publish $(OUTPUT)/unirs-mini

evaluate: env ## score the default model on scenes that it was never trained on
	@$(BIN)/unirs evaluate mini

bench: env ## measure the speed and memory of the default model
	@$(BIN)/unirs bench

wheel: env ## build the wheel, with the default model in it, into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls -lh dist/*.whl

clean: ## delete what builds, tests and the demo made (the environment stays)
	rm -rf build dist demo-output .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
