# make demo     see it work, on a database of its own
# make test     the tests, but for the slow ones: minutes
# make test-all all tests
# make check    lint, format and types: under a minute
# make install  only the environment, in .venv
# make run      the bot in Discord (needs TOUCHSTONE_DISCORD_TOKEN)
# make bench    processor time a message
# make evaluate how well it works, on the labelled messages of tests/evaluation
# make texts    bring the catalogues of texts up to date with the code
# make vectors  the vectors of the shipped packs, after a change to these
# make manual   the manual page, from the commands
# make docs     the documents as a small site, in build/docs
# make fuzz     a million hostile inputs
# make audit    ask whether a weakness of a pinned package is known; says so where nobody can be asked
# make lock     choose the newest versions of all dependencies, and pin them

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --quiet
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
.PHONY: install demo test test-all check run bench evaluate texts vectors manual docs fuzz audit lock
PROCESSES = $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) * 3 // 2)")
.DELETE_ON_ERROR:
# Tests start hundreds of processes, each of which would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE
# As the program has it (bot/terminal/__init__.py): tests and measurements are of what runs.
export OPENBLAS_NUM_THREADS = 1

install: $(VENV)/.runtime

demo: install
	@$(BIN)/touchstone demo

run: install
	@$(BIN)/touchstone run

bench: $(VENV)/.dev
	@mkdir -p build
	@$(BIN)/python -m tests.bench --json build/bench.json

evaluate: $(VENV)/.dev
	@$(BIN)/python -m tests.evaluation

# Half again as many processes as processors, as tests wait for files and sockets; in the whole run, whose tests of the
# bot as a process must not wait long, one for each. What is grouped there shares a module's costly set-up.
test: $(VENV)/.dev
	$(BIN)/pytest -n $(PROCESSES) --dist worksteal

test-all: $(VENV)/.dev
	$(BIN)/pytest -n auto --dist loadgroup --all

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

texts: $(VENV)/.runtime
	@$(BIN)/python -m tests.bot.catalogue

vectors: $(VENV)/.dev
	@$(BIN)/python -m tests.claims.packs.embedding

manual: $(VENV)/.dev
	@$(BIN)/python -m docs.site --manual

docs: $(VENV)/.dev
	@$(BIN)/python -m docs.site

fuzz: $(VENV)/.dev
	@$(BIN)/python -m tests.fuzz

# In an environment of its own: it needs much that nothing else does.
audit: $(VENV)/.made
	@mkdir -p build
	@{ $(PYTHON) -m venv build/audit && build/audit/bin/python -m pip --disable-pip-version-check --retries 1 --timeout 10 install --quiet pip-audit; } \
		>build/audit.log 2>&1 || { echo "Not audited: pip-audit cannot be installed here (build/audit.log)."; exit 0; }; \
	build/audit/bin/pip-audit --requirement requirements/dev.lock --disable-pip --timeout 10 --progress-spinner off >build/audit.log 2>&1; \
	code=$$?; cat build/audit.log; \
	if [ $$code != 0 ] && ! grep -q "^Found [0-9]* known vulnerabilit" build/audit.log; then \
		echo "Not audited: nobody could be asked."; code=0; fi; \
	exit $$code

lock: $(VENV)/.made
	$(PIP) uv
	$(COMPILE) --output-file requirements/runtime.lock
	$(COMPILE) --group dev --all-extras --constraints requirements/runtime.lock --output-file requirements/dev.lock

# Stamps: a second run finds them newer than what they depend on, and starts at once.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Touchstone needs Python 3.11 or newer as '$(PYTHON)'. Name another one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python cannot make virtual environments. On Debian or Ubuntu: sudo apt-get install python3-venv, then run make again."; exit 1; }
	@echo "Making $(VENV) and installing what Touchstone needs: once, a minute or two."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements/runtime.lock pyproject.toml
	@$(PIP) --require-hashes --requirement requirements/runtime.lock
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.lock
	@$(PIP) --require-hashes --requirement requirements/dev.lock
	@touch $@
