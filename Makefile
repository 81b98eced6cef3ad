# Every target makes its own environment first: `make tables` works in a fresh clone on a machine with
# Python 3.11 or 3.12, git and make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Tried in this order; `make PYTHON=/path/to/python3.12 tables` decides otherwise.
PYTHON ?= python3.11 python3.12 python3
VENV := .venv
INSTALLED := $(VENV)/.installed

# Jobs that the workflow starts find the environment's programs on the path.
IN_VENV := env PATH="$(CURDIR)/$(VENV)/bin:$$PATH" DVC_NO_ANALYTICS=1

SUPPORTED := import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))

.PHONY: help environment tables test reproduce lint lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment: $(INSTALLED) ## make .venv from the lock file, or bring it up to date

# The marker is removed first and written last. Without it the environment may be half made, by a kill
# or a full disk, and is begun anew. uv comes out of the lock, with its hash, by the pip that any Python
# brings; it installs the rest about five times faster than pip. pip remains for networks that only
# pip is configured for.
$(INSTALLED): requirements.lock pyproject.toml
	@if ! rm $@ 2>/dev/null; then
		for candidate in $(PYTHON); do
			if "$$candidate" -c '$(SUPPORTED)' 2>/dev/null; then python=$$candidate; break; fi
		done
		if [ -z "$${python:-}" ]; then
			echo "MTL Tables needs Python 3.11 or 3.12 with the venv module; none of these is: $(PYTHON)." >&2
			echo "Install one (Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python3.12 ..." >&2
			exit 1
		fi
		echo "Making $(VENV) with $$($$python --version)"
		"$$python" -m venv --clear $(VENV)
	fi
	echo "Installing requirements.lock (about 6 GB, most of it torch)"
	pip="$(VENV)/bin/python -m pip --disable-pip-version-check"
	awk '/^uv==/ {print; inside = 1; next} inside {print} inside && !/\\$$/ {exit}' requirements.lock >$(VENV)/uv.lock
	$$pip install --quiet --require-hashes --no-deps --requirement $(VENV)/uv.lock
	if ! UV_HTTP_TIMEOUT=300 $(VENV)/bin/uv pip sync --quiet --python $(VENV)/bin/python --require-hashes requirements.lock; then
		echo "uv could not install; trying pip, which takes some minutes" >&2
		$$pip install --quiet --require-hashes --requirement requirements.lock
	fi
	$$pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	touch $@

tables: $(INSTALLED) ## restore or train every run, render every table and figure
	@$(IN_VENV) dvc pull
	$(IN_VENV) snakemake --cores all

test: $(INSTALLED) ## run the whole test suite
	@$(IN_VENV) pytest --numprocesses logical --maxprocesses 8

# Works in a clone of the last commit, so that the stored results stay as they are and an interrupted
# reproduction goes on where it stopped. What git holds of the results is removed there, but for the
# reference; real data is linked, twins are generated anew.
reproduce: $(INSTALLED) ## train every run again and compare the tables with the stored reference
	@clone=.cache/reproduce/$$(git rev-parse HEAD)
	if [ ! -e $$clone ]; then
		rm -rf $$clone.tmp
		git clone --quiet . $$clone.tmp
		find $$clone.tmp/results -mindepth 1 -maxdepth 1 ! -name reference -exec rm -rf {} +
		mkdir -p data/raw $$clone.tmp/data/raw
		find $(CURDIR)/data/raw -mindepth 1 -maxdepth 1 -type d ! -name twins -exec ln -sn {} $$clone.tmp/data/raw/ \;
		mv $$clone.tmp $$clone
	fi
	cd $$clone
	$(IN_VENV) PYTHONPATH="$$PWD" snakemake --cores all --config restore=false
	$(IN_VENV) PYTHONPATH="$$PWD" mtl drift
	echo "The new tables are in $$clone/results"

lint: $(INSTALLED) ## check format, style, types, the workflow and the schemas
	@$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	$(IN_VENV) mypy
	$(IN_VENV) snakefmt --check Snakefile workflow
	$(IN_VENV) snakemake --lint
	$(IN_VENV) mtl schema --check

# Solved together with every extra, so that one can be added later without moving a locked version, and
# then cut down to what every clone needs. One version serves all supported Pythons. Versions stay as
# they are unless pyproject.toml rules them out; `make lock UPGRADE=--upgrade` takes the newest.
SOLVE := uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
	--no-emit-index-url --no-emit-find-links --quiet
lock: $(INSTALLED) ## solve requirements.lock again after a change of pyproject.toml
	@mkdir -p .cache
	cp requirements.lock .cache/every-extra.lock
	export UV_CUSTOM_COMPILE_COMMAND='make lock'
	$(IN_VENV) $(SOLVE) $(UPGRADE) --all-extras --output-file .cache/every-extra.lock
	$(IN_VENV) $(SOLVE) $(UPGRADE) --extra dev --generate-hashes --constraints .cache/every-extra.lock \
		--output-file requirements.lock
	sed -i '/^    #   -c /d' requirements.lock

clean: ## remove the environment and the tools' caches, never data, results or interrupted training
	@rm -rf $(VENV) build dist .snakemake .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
