# Two commands do everything:  make study   and   make test   (then: make ui)
SPACE  ?= vae_lambda
PYTHON ?= python3
BIN    := .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # else each of many processes compiles all that it imports

.PHONY: study test test-faults check static pytest-trainables pytest-study pytest-others pytest-faults \
        pytest-kills pytest-outages test-cluster soak ui site bench clean

study: .venv/installed
	$(BIN)/python -m study.launch --space $(SPACE)

# Two suites side by side: most tests of study/ wait for processes, most others compute.
TWO := $(MAKE) --no-print-directory -j2 -Otarget
test: .venv/installed
	$(TWO) static pytest-study pytest-trainables pytest-others

# Kills, outages, a full disk: whatever happens, the same command finishes the study.
test-faults: .venv/installed
	$(TWO) pytest-kills pytest-outages

# Both, without a core that waits between them; the longest first.
check: .venv/installed
	$(TWO) static pytest-faults pytest-study pytest-trainables pytest-others

FAULTS := -m 'faults and not soak'
static: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
pytest-trainables: .venv/installed
	$(BIN)/python -m pytest tests/trainables
pytest-study: .venv/installed
	$(BIN)/python -m pytest tests/study
pytest-others: .venv/installed
	$(BIN)/python -m pytest --ignore=tests/study --ignore=tests/trainables
pytest-faults: .venv/installed
	$(BIN)/python -m pytest $(FAULTS)
pytest-kills: .venv/installed
	$(BIN)/python -m pytest $(FAULTS) -k 'not test_outages'
pytest-outages: .venv/installed
	$(BIN)/python -m pytest $(FAULTS) -k test_outages

# Real nodes, servers and watchers, in namespaces that vanish with the test: some 8 minutes.
# ONLY="-k slurm" is the shortest: a study on two nodes, in a minute.
APART := unshare $(if $(filter-out 0,$(shell id -u)),--map-root-user) \
         --net --mount --pid --fork --mount-proc --kill-child
test-cluster: .venv/installed
	@if $(APART) true; then \
	  $(APART) env STUDY_LAB=1 $(BIN)/python -m pytest -m cluster -rs tests/cluster $(ONLY); \
	else echo "test-cluster was not run: namespaces are refused here (try as root)"; fi

# The same faults and many more, for up to an hour.
soak: .venv/installed
	$(BIN)/python -m pytest -m 'faults or soak'

# MLflow's pages over the records, on this machine only, open at the last study.
ui: .venv/installed
	@$(BIN)/python -m study.ui

# The documents as a site with a search box: site/index.html. A dead link ends it.
site: .venv/installed
	@$(BIN)/sphinx-build -qW --keep-going -b html docs site
	@echo site/index.html

bench: .venv/installed
	$(BIN)/python -m benchmarks.throughput

# uv fetches and unpacks side by side, which saves minutes; it reads no pip.conf, so it is told
# pip's index. Where it fails (another index is needed, a certificate of your own), pip does it all.
PIP    := $(BIN)/python -m pip --disable-pip-version-check
UV     := $(BIN)/uv --quiet pip install --python $(BIN)/python
WANTED := -c constraints.txt -e '.[dev]'
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	@echo "installing (6.5 GB, half a minute to a few minutes the first time) ..."
	@index=$${UV_INDEX_URL:-$${PIP_INDEX_URL:-$$($(PIP) config get global.index-url 2>/dev/null)}}; \
	if [ "$$index" ]; then export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"; fi; \
	if ! $(PIP) install --quiet -c constraints.txt uv 2>/dev/null || ! $(UV) $(WANTED); then \
	  echo "uv cannot install it here, so pip does, which takes longer ..."; \
	  $(PIP) install --quiet $(WANTED); \
	fi
	touch $@

clean:
	rm -rf .venv *.egg-info .import_linter_cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
