# Every target makes .venv and installs what it needs there, and does so again only when pyproject.toml changes.
#
#   make run     the tour, without a front end, its outputs on the screen
#   make lab     JupyterLab in notebooks/, which may use the tools in tests/granted/
#   make test    all tests, including those that drive JupyterLab in headless Chromium, and those of the browser kernel
#   make test-python   the same without the browser kernel
#   make quick   the tests that start no kernel, no browser and are not slow
#   make lint    ruff, mypy, and for the browser kernel ESLint, Prettier and tsc
#   make docs    the documentation site, in docs/_build
#   make bench   the figures of docs/comparison.md, against ipykernel on this machine
#   make wasm    Monty in WebAssembly, for the browser
#   make site    a JupyterLite site with the kernel for browsers and the sample notebooks, in browser/site
#   make bench-browser   the figures of browser/README.md, against Pyodide's kernel in Chromium on this machine
#   make fuzz    what parses the text of strangers, with two fuzzers, a browser and texts that double, for ten minutes
#   make soak    50,000 cells in one kernel, eight kernels for ten minutes, and kernels killed 400 times
#
# ARGS is passed on to pytest, the benchmarks, the fuzzers and the soak; SECONDS=600, CELLS=50000, KERNELS=8 and KILLS=400 set how long they run.

.DEFAULT_GOAL := help
.PHONY: help run lab labextension test test-python test-browser test-typescript test-site test-timeline test-firefox quick lint format docs bench bench-browser fuzz soak browser browser-data site wasm wasm-check wasm-lint clean
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
# The first of these that is new enough. Override: make PYTHON=/path/to/python
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
SOURCES := pyproject.toml hatch_build.py labextension/prebuild.py docs/help_page.py monty_kernel/__init__.py $(wildcard kernelspec/*)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@sed -n 's/^#   //p' Makefile

# An environment whose Python is gone or too old is made anew; one that works is kept, whoever made it.
BROKEN := $(shell $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || echo broken)
.PHONY: broken

$(BIN)/pip: $(BROKEN)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; make PYTHON=/path/to/python says where it is." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/installed-%: $(SOURCES) $(BROKEN) | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	@touch $@

run: $(VENV)/installed-run
	@$(BIN)/python notebooks/show.py notebooks/tour.ipynb

lab: $(VENV)/installed-lab
	@$(IF_NODE) $(SUBMAKE) labextension; fi
	JUPYTER_CONFIG_PATH=$(CURDIR)/tests/granted $(BIN)/jupyter lab --notebook-dir=. --LabApp.default_url=/lab/tree/notebooks $(if $(filter 0,$(shell id -u)),--allow-root)

test: test-python test-browser

test-python: $(VENV)/installed-test browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --durations 15 $(ARGS)

quick: $(VENV)/installed-test
	$(BIN)/python -m pytest -n 2 --dist loadfile -q -m "not slow and not browser and not process" $(ARGS)

lint: $(VENV)/installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@$(IF_NODE) $(SUBMAKE) browser-data && npm run --silent lint; fi

format: $(VENV)/installed-test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(VENV)/installed-docs
	$(BIN)/python -m sphinx -E -a -W --keep-going -n -q -b html docs docs/_build

bench: $(VENV)/installed-test browser
	@$(IF_NODE) $(SUBMAKE) labextension; fi
	$(BIN)/python -m benchmarks $(ARGS)

fuzz: $(VENV)/installed-test $(VENV)/installed-fuzz
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),600) $(ARGS)

soak: $(VENV)/installed-test
	$(BIN)/python -m tests.soak --cells $(or $(CELLS),50000) --kernels $(or $(KERNELS),8) --seconds $(or $(SECONDS),600) $(ARGS)
	MONTY_KILLS=$(or $(KILLS),400) $(BIN)/python -m pytest -q --timeout 3600 tests/timetravel/test_killed_kernels.py

browser:
	@.ci/install-chromium

# By another name, so that `make -n` prints these lines too: it runs whatever names $(MAKE).
SUBMAKE := $(MAKE) --no-print-directory

# Whoever works on the Python side alone needs no Node; CI does.
IF_NODE := if ! command -v npm >/dev/null; then echo "*** SKIPPED: browser/ and labextension/, which need Node 20 and npm ***" >&2; test -z "$$CI"; else

# Its engine needs Rust for WebAssembly, which build.sh installs where it may.
IF_BROWSER := if ! command -v npm >/dev/null; then echo "*** SKIPPED: browser/, which needs Node 20 and npm ***" >&2; test -z "$$CI"; \
	elif ! browser/wasm/build.sh can; then echo "*** SKIPPED: browser/, for want of that Rust ***" >&2; test -z "$$CI"; else

# The browser kernel --------------------------------------------------------------------------------------------------

NODE_MODULES := node_modules/.package-lock.json
$(NODE_MODULES): package.json package-lock.json $(wildcard browser/*/package.json labextension/package.json)
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || { echo "Node 20 or newer is needed for browser/, with npm." >&2; exit 1; }
	npm ci --silent

# what both kernels share, as data, and the messages to the engine
browser-data: $(VENV)/installed-test $(NODE_MODULES)
	@PYTHON=$(abspath $(BIN)/python) npm run --silent generate --workspace browser/kernel

# What JupyterLab shows: built if its sources changed, and linked into the environment
EXTENSIONS := $(VENV)/share/jupyter/labextensions
labextension: $(BIN)/pip $(NODE_MODULES)
	@$(BIN)/python -c 'import jupyter_builder' 2>/dev/null || $(BIN)/python -m pip install --quiet jupyter-builder
	$(BIN)/python labextension/prebuild.py
	@mkdir -p $(EXTENSIONS) && ln -sfn $(CURDIR)/labextension/prebuilt $(EXTENSIONS)/monty-kernel

EXTENSION := browser/jupyterlite_monty_kernel/labextension/package.json
SITE := browser/site/jupyter-lite.json

site: $(VENV)/installed-site
	@$(IF_BROWSER) $(SUBMAKE) browser-data wasm && $(SUBMAKE) $(SITE); fi

# made by the targets before; looked for when they are through
$(EXTENSION): $(filter-out %.pyc,$(shell find browser/kernel/src labextension/src labextension/style -type f)) $(wildcard browser/kernel/*.*) browser/wasm/dist/monty.wasm monty_kernel/__init__.py
	PATH=$(abspath $(BIN)):$$PATH npm run --silent build --workspace browser/kernel

$(SITE): $(EXTENSION) browser/pyproject.toml browser/README.md $(wildcard browser/lite/*.json notebooks/*.ipynb)
	rm -rf browser/dist browser/site browser/lite/contents browser/lite/.jupyterlite.doit.db
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir browser/dist ./browser
	mkdir -p "browser/lite/contents/in a folder"
	cp notebooks/*.ipynb browser/lite/contents
	cp notebooks/tour.ipynb "browser/lite/contents/in a folder"
	@cd browser/lite && $(abspath $(BIN))/jupyter lite build --LiteBuildConfig.federated_extensions="$$(echo ../dist/*.whl)" \
		>../dist/site.log 2>&1 || { cat ../dist/site.log >&2; exit 1; }
	touch $@

bench-browser: $(VENV)/installed-test browser site
	$(BIN)/python -m browser.bench $(ARGS)

test-browser: test-typescript test-site test-timeline

# in Node, with the engine
test-typescript: $(VENV)/installed-test
	@$(IF_BROWSER) $(SUBMAKE) browser-data wasm && npm test --silent; fi

# in Chromium; in the order that browser/tests/conftest.py says
test-site: $(VENV)/installed-test browser
	@$(IF_BROWSER) $(SUBMAKE) site && \
		$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15 browser/tests $(ARGS); fi

# in JupyterLab, in Chromium
test-timeline: $(VENV)/installed-test browser
	@$(IF_NODE) $(SUBMAKE) labextension && $(BIN)/python -m pytest -n 2 --dist loadfile --durations 5 labextension/tests/browser $(ARGS); fi

# A few of them in Firefox, whose driver takes minutes to build.
test-firefox: $(VENV)/installed-test $(VENV)/installed-firefox site
	GECKODRIVER=$$(.ci/install-firefox) $(BIN)/python -m pytest browser/firefox $(ARGS)

wasm:
	@browser/wasm/build.sh

# Builds twice from nothing: an hour.
wasm-check:
	@browser/wasm/build.sh check

wasm-lint:
	@browser/wasm/build.sh lint

clean:
	rm -rf $(VENV) node_modules .fuzz dist docs/_build browser/bench/dist browser/dist browser/site browser/wasm/dist browser/wasm/target .pytest_cache .mypy_cache .ruff_cache
