# For people: `make view`, `make test`, and `make docs`, which writes the site into out/site. All set up .venv first: `make view`
# with what looking at rooms needs, the others with everything, torch included.
PYTHON ?= python3
PIP_INSTALL_ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
HASHED := --no-deps --require-hashes
ifeq ($(PIP_INSTALL_ARGS),)
TORCH := $(PIP) --no-index $(HASHED) -r requirements-torch-cpu.lock 2>/dev/null || $(PIP) $(HASHED) -r requirements-torch.lock
else
TORCH := $(PIP) $(PIP_INSTALL_ARGS) $$(grep -o '^torch==[0-9.]*' requirements-torch.lock)
endif

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

# Ten thousand broken files of each class for every reader; what fails is kept in out/fuzz, to be moved into tests/fuzz/corpus.
fuzz: setup
	$(BIN)/python -m tests.fuzz $(CASES)

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict

setup: system .venv/done

system:
	scripts/system_libraries.sh libegl1 libgl1

# Every file that is installed must have a hash that the lock files know. torch: its build for CPUs only if its wheel is at
# hand (pip's find-links), else the index's, with CUDA; with PIP_INSTALL_ARGS that source's, whose hash is not known.
.venv/done: requirements.lock requirements-torch.lock requirements-torch-cpu.lock
.venv/view-done: requirements-view.lock
.venv/done .venv/view-done: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	$(PIP) $(HASHED) -r $(firstword $(filter %.lock,$^))
	$(if $(filter .venv/done,$@),$(TORCH))
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/pip check
	touch $@
