.ONESHELL:
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_QUIET := -q --disable-pip-version-check
LOCK_FLAGS ?=
WHEELS_FOR ?=
PEERS := $(basename $(notdir $(wildcard benchmarks/peers/*.txt)))

.PHONY: help install demo bench bench-peers scale test lint format crash soak payloads workbooks laws docs words mutants lock wheel wheelhouse installed audit pictures clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12

$(VENV)/.ok: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install $(PIP_QUIET) --require-hashes -r requirements.lock
	$(BIN)/pip install $(PIP_QUIET) --no-deps --no-build-isolation -e .
	mkdir -p .dev && ln -sfn .. .dev/skolemiljo
	touch $@

install: $(VENV)/.ok ## Make .venv from the lock file, with the project editable in it

demo: $(VENV)/.ok ## Run the whole suite against invented data; results in build/demo
	$(BIN)/skolemiljo demo --out build/demo

pictures: demo ## Make the pictures in docs/pictures anew from the demo, in Chromium
	$(BIN)/python -m skolemiljo.tests.pictures

bench: $(VENV)/.ok ## Measure time and memory, as ratios within one run; see benchmarks/README.md
	$(BIN)/python benchmarks/measure.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/written.py

bench-peers: $(VENV)/.ok $(PEERS:%=build/peers/%/.tried) ## Measure against what others would pick, each in an environment of its own; see benchmarks/README.md
	$(BIN)/python benchmarks/peers/compare.py

build/peers/%/.tried: benchmarks/peers/%.txt
	rm -rf $(@D) && mkdir -p $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install $(PIP_QUIET) -r $< && touch $(@D)/.ok || echo "$*: a package could not be had"
	touch $@

scale: $(VENV)/.ok ## Judge 100 000 cases, and write a night of 20 000 back whole: time, memory, requests (an hour)
	$(BIN)/python benchmarks/growth.py 100 1000 10000 100000
	$(BIN)/python benchmarks/written.py scale

test: lint ## Lint, then run the tests
	$(BIN)/pytest -n 2 --dist loadgroup

lint: $(VENV)/.ok ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ok ## Put the code in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

laws: $(VENV)/.ok ## Change every fact of every example, and hold the verdicts to the laws (an hour at most)
	mkdir -p build && rm -f build/laws.jsonl
	SKOLEMILJOTEST_LAWS=whole SKOLEMILJOTEST_LAWS_REPORT=build/laws.jsonl $(BIN)/pytest -q tests/laws -n 2; held=$$?; \
		$(BIN)/python -m skolemiljo.tests.laws build/laws.jsonl && exit $$held

docs: $(VENV)/.ok ## Write the documents that are made from the rules and the plan, and the examples' whole answers
	$(BIN)/python -m skolemiljo.commands.documents docs
	$(BIN)/python -m skolemiljo.tests.rules.test_rules

words: $(VENV)/.ok ## Bring the catalogues of words in step with the source, and say what has no translation
	$(BIN)/python -m skolemiljo.commands.catalogue

crash: $(VENV)/.ok ## Kill a syncing process at 200 instants; every flag must stand exactly once
	SKOLEMILJOTEST_CRASHES=200 SKOLEMILJOTEST_CRASHES_POSTGRES=48 $(BIN)/pytest tests/reliability/test_crash.py -n 2

soak: $(VENV)/.ok ## Live 100 nights with 5 % of requests failing; the flags must end as without faults
	mkdir -p build
	SKOLEMILJOTEST_NIGHTS=100 SKOLEMILJOTEST_SOAK_REPORT=build/soak.json $(BIN)/pytest tests/reliability/test_soak.py
	cat build/soak.json

payloads: $(VENV)/.ok ## Send 10 000 malformed payloads through each connector: typed errors or valid reads, nothing else
	mkdir -p build && rm -f build/payloads.jsonl
	SKOLEMILJOTEST_PAYLOADS=10000 SKOLEMILJOTEST_PAYLOADS_REPORT=build/payloads.jsonl $(BIN)/pytest tests/reliability/test_payloads.py -n 2
	cat build/payloads.jsonl

workbooks: $(VENV)/.ok ## Read 2 000 malformed workbooks: typed errors with a cell or valid reads, nothing else
	mkdir -p build
	SKOLEMILJOTEST_WORKBOOKS=2000 SKOLEMILJOTEST_WORKBOOKS_REPORT=build/workbooks.json $(BIN)/pytest tests/reliability/test_workbooks.py
	cat build/workbooks.json

mutants: $(VENV)/.ok ## Change the rules in one place at a time; at most one change in ten may go unnoticed (an hour)
	nice $(BIN)/python tests/mutants.py

lock: ## Write the lock files anew; LOCK_FLAGS=--upgrade takes the newest releases
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install $(PIP_QUIET) uv
	compile="build/lock/bin/uv pip compile -q --no-config --universal --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --python-version 3.11"
	$$compile --all-extras $(LOCK_FLAGS) -o requirements.lock pyproject.toml
	at_work="--extra xlsx --extra pdf --extra word --extra notify --extra postgres --extra maskinporten --constraint requirements.lock"
	$$compile $$at_work -o deploy/requirements.lock pyproject.toml
	$$compile $$at_work --extra cluster -o deploy/requirements-fleet.lock pyproject.toml

wheel: $(VENV)/.ok ## Build the release in dist/: the source, and the wheel from it; docs/operations.md installs it
	rm -rf build/lib dist && mkdir -p build
	$(BIN)/python -m build --no-isolation > build/wheel.log 2>&1 || { cat build/wheel.log; exit 1; }
	ls dist

wheelhouse: wheel ## All that a server without internet needs, in dist/wheelhouse; WHEELS_FOR="--platform win_amd64" for another system
	rm -rf dist/wheelhouse && mkdir -p dist/wheelhouse
	$(BIN)/pip download $(PIP_QUIET) --require-hashes --no-deps --only-binary=:all: $(WHEELS_FOR) \
	  -d dist/wheelhouse -r deploy/requirements.lock
	cp dist/skolemiljo-*.whl deploy/requirements.lock deploy/install dist/wheelhouse/

installed: wheelhouse ## Install from the wheel house in a clean folder, as the container does, and use what was installed
	rm -rf build/installed build/tried && mkdir -p build/tried
	dist/wheelhouse/install dist/wheelhouse build/installed
	cd build/tried && for form in text html pdf xlsx csv json; do
	  ../installed/bin/skolemiljo assess ../../docs/example-case.json --as-of 2026-03-20T08:00 --fail-on never --format $$form \
	    --out report.$$form
	done
	../installed/bin/skolemiljo explain VA-08 > rule.txt && ls -s

audit: $(VENV)/.ok ## Known vulnerabilities, licences and a bill of materials; results in build/audit
	rm -f build/audit/vulnerabilities.json
	$(PYTHON) -m venv build/audit/venv
	build/audit/venv/bin/pip install $(PIP_QUIET) pip-audit pip-licenses cyclonedx-bom
	found=0
	build/audit/venv/bin/pip-audit --disable-pip --require-hashes -r requirements.lock \
	  -f json -o build/audit/vulnerabilities.json 2> build/audit/pip-audit.log || found=$$?
	skipped=$$({ grep -os '"skip_reason"' build/audit/vulnerabilities.json || true; } | wc -l)
	if grep -q '^Found ' build/audit/pip-audit.log
	then cat build/audit/pip-audit.log; exit 1
	elif [ "$$found" -ne 0 ]
	then echo "vulnerabilities: NOT CHECKED, the service could not be reached (build/audit/pip-audit.log)"
	elif [ "$$skipped" -gt 0 ]
	then echo "vulnerabilities: NOT CHECKED for $$skipped packages, the service did not answer about them"
	else echo "vulnerabilities: none known"
	fi
	# axe-playwright-python (tests only) leaves the field empty; its repository says MIT.
	build/audit/venv/bin/pip-licenses --python $(BIN)/python --format csv --output-file build/audit/licences.csv \
	  --partial-match --allow-only "MIT;BSD;Apache;PSF;MPL;Mozilla" --ignore-packages axe-playwright-python
	build/audit/venv/bin/cyclonedx-py environment --of JSON -o build/audit/bom.cdx.json $(BIN)/python
	echo "licences: build/audit/licences.csv, bill of materials: build/audit/bom.cdx.json"

clean: ## Remove what the targets made, .venv included
	rm -rf $(VENV) .dev build dist *.egg-info mutants .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
