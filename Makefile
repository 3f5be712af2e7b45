# For people: `make view`, `make test`, and `make docs`, which writes the site into out/site. All set up .venv first: `make view`
# with what looking at rooms needs, the others with everything, torch included.
PYTHON ?= python3
PIP_INSTALL_ARGS ?=
BIN := .venv/bin

.PHONY: view test fuzz docs system setup

view: system .venv/view-done
	$(BIN)/cocogan-view

test: setup
	scripts/system_libraries.sh xvfb xdotool nodejs chromium gcc libc6-dev libopenxr-dev
	scripts/page_packages.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) docs
	mkdir -p out && $(BIN)/cocogan-view --headless --screenshot out/view.png --size 640x360 && test -s out/view.png
	$(BIN)/python -m pytest

# Ten thousand broken files of each class for every reader; what fails is kept in out/fuzz.
fuzz: setup
	$(BIN)/python -m tests.fuzz $(CASES)

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict

setup: system .venv/done

system:
	scripts/system_libraries.sh libegl1 libgl1

.venv/done: requirements.lock
.venv/view-done: requirements-view.lock
.venv/done .venv/view-done: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_INSTALL_ARGS) -r $(filter %.lock,$^)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
