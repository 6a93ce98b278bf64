# The same commands that CI runs. Each sets up what it needs; nothing is installed twice.
#
#   make quickstart    train and compare systems on built-in data, a few minutes on two cores
#   make test          the test suite
#   make help          all of them

PYTHON ?= python3
WORKERS ?= 2
# What `make quickstart` tags at its end.
SENTENCE ?= 12 Mart 2024 , 1.200 Türk lirası ve Kanada
TASK ?= spans
LANGUAGE ?= tr
# The language that it fits afterwards: one of Unicode CLDR that the run does not have.
NEW ?= hr
# One thread per test process: threads of several processes on the same cores slow each other down.
TESTING := OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
# A file of tests stays in one process, which has its models and runs; files start in the order of `tests/conftest.py`.
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q
# Checks every shape in a signature. With coverage the two together would take several times as long.
SHAPES := --jaxtyping-packages=hyperadapters,beartype.beartype
# What is the same whatever the version of the libraries: files of our own, pages, and tools of the tests.
OWN := fuzz faults config document docs benchmarks report test_configs.py
SOURCES := $(shell find src tests configs docs benchmarks -type f -not -name '*.pyc' 2>/dev/null) README.md CONTRIBUTING.md
BIN := .venv/bin

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install quickstart test test-oldest test-interop test-wheel notebooks faults fuzz kills check static rooms coverage format bench docs clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

install: .venv/installed  ## .venv with the package, editable, and the tools of its tests

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet $$(grep '^torch==' constraints.txt)
	$(BIN)/python -m pip install --quiet --use-pep517 --constraint constraints.txt --editable '.[dev]'
	touch $@

quickstart: install  ## train on built-in data, compare with baselines, write a report
	$(BIN)/hyperadapters study configs/quickstart.yaml --workers 2
	@echo '$(TASK) in $(LANGUAGE): unless you chose another, a pair never trained on. Try your own: make quickstart SENTENCE="..." LANGUAGE=sw TASK=fields'
	@echo '$(SENTENCE)' | $(BIN)/hyperadapters predict runs/quickstart/by-name/hyper-x --task $(TASK) --language $(LANGUAGE)
	@echo '$(NEW): a language that the run has never heard of gets a vector of its own; all that was there stays as it is.'
	$(BIN)/hyperadapters adapt runs/quickstart/by-name/hyper-x --language $(NEW) --output runs/quickstart/new-language-$(NEW)

test: install  ## the test suite
	$(TESTING) $(BIN)/python -m pytest $(SPREAD) --cov --cov-report=
	@touch .venv/tested

# The suite has run green on exactly these sources, and left its coverage in .coverage.
.venv/tested: .venv/installed $(SOURCES)
	$(MAKE) test

test-oldest: .venv-oldest/installed  ## with shapes checked, what needs transformers, on the oldest that is supported
	$(TESTING) .venv-oldest/bin/python -m pytest $(SPREAD) $(SHAPES) $(OWN:%=--ignore=tests/%)

.venv-oldest/installed: pyproject.toml constraints-oldest.txt
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet $$(grep '^torch==' constraints-oldest.txt)
	.venv-oldest/bin/python -m pip install --quiet --use-pep517 --constraint constraints-oldest.txt --editable '.[dev]'
	touch $@

test-interop: .venv-interop/installed  ## that `adapters` gives the same logits on the same weights
	.venv-interop/bin/python -c 'import adapters'
	$(TESTING) .venv-interop/bin/python -m pytest -q $(SHAPES) tests/interop

.venv-interop/installed: pyproject.toml constraints-interop.txt constraints-oldest.txt
	$(PYTHON) -m venv .venv-interop
	.venv-interop/bin/python -m pip install --quiet $$(grep '^torch==' constraints-oldest.txt)
	.venv-interop/bin/python -m pip install --quiet --use-pep517 --constraint constraints-interop.txt --editable '.[interop]'
	touch $@

# In an environment without the checkout: neither its folder nor an editable install is on the path.
test-wheel:  ## by hand: the wheel in an empty environment does what README and docs promise
	rm -rf .venv-wheel dist
	$(PYTHON) -m venv .venv-wheel
	$(PYTHON) -m pip wheel --quiet --no-deps --use-pep517 --wheel-dir dist .
	.venv-wheel/bin/python -m pip install --quiet $$(grep '^torch==' constraints.txt)
	.venv-wheel/bin/python -m pip install --quiet --constraint constraints.txt dist/hyperadapters-*.whl
	HF_HUB_OFFLINE=1 .venv-wheel/bin/python -I tests/installed.py README.md .venv-wheel/folder

faults: install  ## plant seeded faults in the library, one by one; each must make its test fail
	PYTHONPATH=tests $(BIN)/python -m faults.run

fuzz: install  ## damage 20,000 files that a user may have, and count what the command line says of each
	$(TESTING) PYTHONPATH=tests $(BIN)/python -m fuzz --mutants 20000 --workers $(WORKERS)

kills: install  ## kill a translation run at 30 random moments, alone and one process of two, and a shard of a study; all must go on bit-equal
	$(TESTING) PYTHONPATH=tests $(BIN)/python -m fuzz.kills --times 30
	$(TESTING) PYTHONPATH=tests $(BIN)/python -m fuzz.kills --times 30 --processes 2
	$(TESTING) PYTHONPATH=tests $(BIN)/python -m fuzz.shards --times 30

check: static rooms coverage  ## everything that must hold: format, lint, types, floors, rooms, tests, coverage

static: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What only one room may know, each as a search that must find nothing. A direction such as `de-en` is read in
# `routes.py`, for tasks and the faults of run files; the hyphens of labels (`B-PER`) are another matter.
PACKAGE := src/hyperadapters
rooms:  ## that no other room names a kind of task, or a source, or reads a direction
	@git rev-parse --git-dir > /dev/null
	@! git grep -nE '(Tagging|Classification|Mlm|Lm|Parsing|Translation|Qa|TextToText|SpanCorruption)Settings|\b(MaskedLM|LanguageModelling)\b|\b(Tagging|Classification|Parsing|Translation|QuestionAnswering|TextToText|SpanCorruption)\(|hyperadapters\.tasks\.(tagging|classification|mlm|lm|parsing|translation|question_|text_to_text|span_corruption)' \
		-- $(PACKAGE) ':!$(PACKAGE)/tasks' ':!$(PACKAGE)/__init__.py'
	@! git grep -nE 'hyperadapters\.data\.(sources|cldr|treebank)|\b(BuiltInTrees|Cldr|ConllU?|PlainText|Trees|Hub|LabelledTexts|Aligned|Pairs|Parallel|RootText|Squad)\(' \
		-- $(PACKAGE) ':!$(PACKAGE)/data'
	@! git grep -nE 'isinstance\([^)]*(Task|Source|Settings)\b' -- $(PACKAGE)
	@! git grep -nE 'Route\.parse|languages_in' \
		-- $(PACKAGE) ':!$(PACKAGE)/routes.py' ':!$(PACKAGE)/tasks' ':!$(PACKAGE)/config/cells.py'
	@! git grep -nE '(split|partition)\("-"|"-"\.join' \
		-- $(PACKAGE) ':!$(PACKAGE)/routes.py' ':!$(PACKAGE)/tasks/labels.py' ':!$(PACKAGE)/tasks/tagging.py'

coverage: .venv/tested
	$(BIN)/coverage report

format: install  ## put the code in its canonical form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install  ## speed and memory, medians
	$(BIN)/python -m benchmarks

notebooks: .venv/documented  ## run the notebooks of docs/notebooks; what they print is kept in build/notebooks
	$(TESTING) $(BIN)/python docs/execute.py docs/notebooks build/notebooks

docs: .venv/documented  ## the tree in CONTRIBUTING.md, the pages written from the code, and the site in site/
	$(BIN)/python docs/generate.py
	$(BIN)/zensical build

.venv/documented: .venv/installed
	$(BIN)/python -m pip install --quiet --use-pep517 --constraint constraints.txt --editable '.[docs]'
	touch $@

clean:  ## remove environments, caches and reports, but no runs
	rm -rf .venv .venv-oldest .venv-interop .venv-wheel .coverage .coverage.* htmlcov .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .cache build dist site
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
