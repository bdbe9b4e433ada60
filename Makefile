# Everything sets up its own environment if it is missing. `make help` lists the targets.
PYTHON ?= python3
VENV   ?= .venv
# The CPU build of torch, for machines where plain `torch` would pull CUDA:
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
# Processes that share the tests
WORKERS ?= 2
BIN     = $(VENV)/bin
PIP_EXTRA = $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX),)
READY   = $(VENV)/.cellwright-ready

.PHONY: help demo test test-all check bench clean
help:
	@echo "make demo      set up and answer examples/rfx/ev_cylindrical_4680.pdf"
	@echo "make test      set up and run the tests        make test-all  the slow ones too"
	@echo "make check     ruff, mypy --strict, import direction, file sizes"
	@echo "make bench     the timed benchmarks"

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Cellwright needs Python >= 3.11, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_EXTRA) -c constraints.txt -e '.[dev]'
	touch $@

demo: $(READY)
	@$(BIN)/cellwright design examples/rfx/ev_cylindrical_4680.pdf || test $$? -eq 3

test: $(READY)
	@$(BIN)/python -m pytest -q -n $(WORKERS) -m 'not slow'

test-all: $(READY)
	@$(BIN)/python -m pytest -q -n $(WORKERS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/contracts

bench: $(READY)
	$(BIN)/python -m evals.bench

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
