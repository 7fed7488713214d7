# Two commands do everything:  make study   and   make test
SPACE  ?= vae_lambda
PYTHON ?= python3
BIN    := .venv/bin

.PHONY: study test bench clean

study: .venv/installed
	$(BIN)/python -m study.launch --space $(SPACE)

test: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: .venv/installed
	$(BIN)/python -m benchmarks.throughput

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	@echo "installing (5.5 GB, one to a few minutes the first time) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf .venv *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
