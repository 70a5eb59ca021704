# `make help` lists what can be made. PYTHON names the Python that makes the environment.
PYTHON ?= python3
BIN := .venv/bin
QGIS_BIN := .venv-qgis/bin
QT6_BIN := .venv-qt6/bin
export PYTHON

# What a QGIS or Conda shell sets for its own libraries breaks those of the environment.
unexport PYTHONHOME PYTHONPATH PROJ_LIB PROJ_DATA GDAL_DATA GDAL_DRIVER_PATH LD_LIBRARY_PATH

# Without bytecode every process compiles anew what it imports: ten seconds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help env qgis-env demo test test-fast test-runtime test-dock test-plugin test-window test-matrix \
	lint types format evaluate bench wheel package release-tree lock translations clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: .venv/.made ## make the runtime environment in .venv (again only when its needs have changed)

.venv/.made: pyproject.toml backend/pyproject.toml constraints.txt scripts/make_env.sh
	@scripts/make_env.sh
	@touch $@

qgis-env: .venv-qgis/.made ## install QGIS if it is missing, and make the plugin's test environments

.venv-qgis/.made: constraints-qgis.txt scripts/make_qgis_env.sh
	@scripts/make_qgis_env.sh
	@touch $@

demo: env qgis-env ## ask the default model about real imagery, then open QGIS on it
	@$(BIN)/python -m scripts.demo

# What needs little more than one core runs side by side: pip, apt and mypy.
test: ## run the linters and every test
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line lint types qgis-env
	@$(MAKE) --no-print-directory test-runtime test-dock test-plugin test-window

test-fast: env qgis-env ## run the tests that take no more than a few seconds
	@$(BIN)/pytest $(BY_FILE) -m "not slow"
	@$(QGIS_BIN)/pytest $(BY_TEST) -m "not slow" tests/plugin tests/dock

test-runtime: env qgis-env ## run the tests of the runtime and of the plugin's package
	@printf '\n== Runtime and package ==\n'
	@$(BIN)/pytest $(BY_FILE)

test-dock: qgis-env ## run the tests of the dock under Qt 5, and of dock and plugin under Qt 6
	@printf '\n== Dock, Qt 5 ==\n'
	@$(QGIS_BIN)/pytest $(BY_TEST) tests/dock
	@printf '\n== Dock and plugin, Qt 6 ==\n'
	@$(QT6_BIN)/pytest $(BY_TEST) tests/dock tests/qt6

test-plugin: env qgis-env ## run the tests of the plugin inside QGIS
	@printf '\n== Plugin ==\n'
	@$(QGIS_BIN)/pytest $(BY_TEST) tests/plugin

test-window: env qgis-env ## drive the QGIS window with the built package; screenshots in window-output/
	@printf '\n== QGIS window ==\n'
	@$(QGIS_BIN)/pytest --durations 5 tests/window

test-matrix: env qgis-env ## test the plugin in several versions of QGIS (hours, as root); reports in matrix-output/
	@scripts/qgis_matrix.sh

# Every worker computes on one core: more threads than cores make each other wait. One that hung and was
# ended is not started again: its file would hang once more.
# The runtime's files share models that are made once; the plugin's tests share nothing.
PYTEST_OPTIONS := --numprocesses auto --maxprocesses 4 --max-worker-restart 0 --durations 5
BY_FILE := $(PYTEST_OPTIONS) --dist loadfile
BY_TEST := $(PYTEST_OPTIONS) --dist worksteal
test%: export OMP_NUM_THREADS := 1

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

evaluate: env ## score the default model on scenes that it was never trained on
	@$(BIN)/unirs evaluate generated

bench: env ## measure the speed and memory of the default model
	@$(BIN)/unirs bench

wheel: env ## build the wheel, with the default model in it, into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls -lh dist/*.whl

package: env qgis-env ## build the zip that QGIS's plugin manager installs, into dist/
	@$(BIN)/python -m scripts.package

release-tree: env qgis-env ## put the package into a repository that qgis-plugin-ci releases, in dist/release/
	@$(BIN)/python -m scripts.release_tree

lock: env ## write anew which exact files the plugin's set-up installs (asks the package index)
	@$(BIN)/python -m scripts.lock

translations: env qgis-env ## bring the translations in line with the plugin's texts
	@$(BIN)/python -m scripts.translate

clean: ## delete what builds, tests and the demo made (the environments stay)
	rm -rf build dist demo-output window-output matrix-output .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path './.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
