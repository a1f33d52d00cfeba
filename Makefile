# make check: judge the shipped plan on the shipped evidence
# make test:  run all tests
# Both need git, make and Python 3.11 or newer, and build what else they need in .venv.

.DEFAULT_GOAL := check
.PHONY: check report test integration spark falsify coverage test-long mutants fuzz reliability lint bombs bench sample pictures reproduce docs wheel pins clean

PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for python in $(PYTHONS); do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
ifneq ($(shell $(or $(PYTHON),false) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null),True)
$(error Python 3.11 or newer is needed; name it with: make PYTHON=…)
endif

VENV ?= .venv
BIN := $(VENV)/bin
WORLDS ?= 20000

# The environment is made anew when what goes into it, the interpreter or its place changes.
KEY := $(shell { $(PYTHON) -VV; pwd; cat pyproject.toml src/ccpolicy/__init__.py requirements/*.txt; } | cksum | cut -d ' ' -f 1)
RUN := $(VENV)/run-$(KEY)
DEV := $(VENV)/dev-$(KEY)
SPARK := $(VENV)/spark-$(KEY)
DOCS := $(VENV)-docs/docs-$(KEY)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
INSTALL := $(PIP) install --only-binary :all: --require-hashes

# What stands in the caller's environment does not get between.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV COVERAGE_PROCESS_START
# What is compiled once need not be at every start, of which the tests have hundreds.
unexport PYTHONDONTWRITEBYTECODE
export PIP_ROOT_USER_ACTION := ignore

check: $(RUN)
	@mkdir -p reports
	@$(BIN)/ccpolicy check --report json=reports/assessment.json --report html=reports/compliance.html

report: check

# What Python and git are enough for, but for attacks at length.
test: $(DEV)
	$(BIN)/pytest -n auto --dist worksteal -m "not integration"

# With a browser, database servers and other people's pipelines; full disks, kills, spoilt evidence.
integration: $(DEV)
	$(BIN)/pytest -n auto --dist worksteal -m integration

# Have a Spark where the tests look for one, by which they then judge, too: 520 MB, some minutes.
spark: $(SPARK)

# All tests, half as long again, and how much of the program they run.
coverage: $(DEV)
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto --dist worksteal
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Edit the evidence as each demand of the plan would be broken, and see that its controls turn.
falsify: $(RUN)
	$(BIN)/ccpolicy test --falsify --require-all

test-long: $(DEV)
	CCPOLICY_WORLDS=$(WORLDS) $(BIN)/pytest -n auto --dist worksteal tests/oracle

# Change the program in one small place after another, and ask whether a test notices.
MUTANTS ?= 500
mutants: $(DEV)
	@cd tools && $(abspath $(BIN))/python -m mutants measure
	@cd tools && $(abspath $(BIN))/python -m mutants run --count $(MUTANTS)

# Hostile bytes for every reader, each for so many seconds; an hour and more by hand.
FUZZ ?= 10
fuzz: $(DEV)
	@cd tests && $(abspath $(BIN))/python -m fuzz --seconds $(FUZZ)

# Run what attacks the program for long, and write docs/reliability.md from what came of it.
reliability: $(DEV)
	$(BIN)/python tools/reliability.py run worlds $(WORLDS)
	$(BIN)/python tools/reliability.py run metamorphic 50
	$(BIN)/python tools/reliability.py run faults 250
	$(BIN)/python tools/reliability.py run attacks
	@cd tests && $(abspath $(BIN))/python -m fuzz --seconds 3600 --log ../docs/reliability/fuzz.jsonl
	$(BIN)/python tools/reliability.py

lint: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m ccpolicy.checks.portable
	$(BIN)/ccpolicy lint

# Try small hostile inputs, each in a process of its own with limits.
bombs: $(DEV)
	@cd tests && $(abspath $(BIN))/python -m bombs $(ARGS)

# Measure speed, all or the parts in ARGS, and write docs/performance.md from what came of it.
bench: $(DEV)
	@cd tests && $(abspath $(BIN))/python -m bench $(ARGS); code=$$?; \
		cd ../tools && $(abspath $(BIN))/python -m performance && exit $$code

# Make the sample, the schemas, the translations, the list of messages, the glossary, the reference
# and what the READMEs show again.
sample: $(DEV)
	@cd tools && $(abspath $(BIN))/python -m sample ../evidence
	$(BIN)/python -m ccpolicy.policy.schemas policy/schemas
	@cd tools && $(abspath $(BIN))/python -m sample.history .. ../src/ccpolicy/examples/centre.bundle
	$(BIN)/python tools/translations.py
	$(BIN)/python tools/messages.py
	$(BIN)/python tools/glossary.py
	@cd tools && $(abspath $(BIN))/python -m reference
	$(BIN)/python tools/readme.py
	$(BIN)/python tools/pictures.py

# Take the pictures of the report again, with Chromium; a test says when that is due.
pictures: $(DEV)
	$(BIN)/python tools/pictures.py
	$(BIN)/python tools/pictures.py report

# Make everything again that is kept though it is made, and compare.
MADE := evidence policy/schemas reports src/ccpolicy/examples src/ccpolicy/locale \
	src/ccpolicy/messages docs/messages.md docs/messages.zh.md docs/glossary.md docs/glossary.zh.md \
	docs/reference docs/pictures README.md README.zh.md recipes
reproduce: sample check
	git diff --exit-code --stat -- $(MADE)
	@new=$$(git ls-files --others --exclude-standard -- $(MADE)); \
		test -z "$$new" || { echo "made, but not kept: $$new" >&2; exit 1; }

# The documentation as a site, in build/site; what makes it has an environment of its own. With
# --quiet MkDocs would not count what it warns of.
docs: $(DOCS)
	NO_MKDOCS_2_WARNING=1 $(VENV)-docs/bin/mkdocs build
	$(VENV)-docs/bin/python tools/docs_site.py build/site

# Build the wheel and try it in an environment of its own, away from the checkout.
wheel: $(DEV)
	rm -rf dist
	$(PIP) wheel --no-build-isolation --no-deps --wheel-dir dist .
	tests/try_wheel.sh $(PYTHON) dist/*.whl

# Pin the newest versions, whatever else this machine takes packages from. Review what changed.
PUBLIC := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null
COMPILE := $(PUBLIC) $(VENV)-pins/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe \
	--strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links
pins:
	$(PYTHON) -m venv --clear $(VENV)-pins
	$(PUBLIC) $(VENV)-pins/bin/python -m pip install --quiet --upgrade pip pip-tools
	$(COMPILE) --output-file requirements/build.txt requirements/build.in
	$(COMPILE) --output-file requirements/docs.txt requirements/docs.in
	$(COMPILE) --output-file requirements/spark.txt requirements/spark.in
	$(COMPILE) --output-file requirements/run.txt pyproject.toml
	$(COMPILE) --output-file requirements/dev.txt --extra dev \
		--constraint requirements/build.txt --constraint requirements/run.txt pyproject.toml

clean:
	rm -rf $(VENV) $(VENV)-pins $(VENV)-docs build dist .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN):
	@echo "Building $(VENV) with $$($(PYTHON) -V)" >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) -r requirements/build.txt -r requirements/run.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(DEV): $(RUN)
	@$(INSTALL) -r requirements/build.txt -r requirements/dev.txt
	@touch $@

# Of pyspark there is only source, so that a wheel of it is built here, by what is pinned.
$(SPARK): $(DEV)
	@$(INSTALL) --no-binary pyspark --no-build-isolation -r requirements/spark.txt
	@touch $@

$(DOCS):
	@$(PYTHON) -m venv --clear $(VENV)-docs
	@$(VENV)-docs/bin/python -m pip --disable-pip-version-check --no-input --quiet install \
		--only-binary :all: --require-hashes -r requirements/docs.txt
	@touch $@
