# Everything below bootstraps itself from Python >= 3.11, pip, make and git.
PYTHON ?= python3
UV := PYTHONPATH=.tools $(PYTHON) -m uv
RUN := .venv/bin/python

.PHONY: setup demo run test check bench bench-short test-browser lock clean

setup: .venv/ready

.tools/ready:
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv
	@touch $@

.venv/ready: requirements-dev.lock | .tools/ready
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python .venv --require-hashes --compile-bytecode requirements-dev.lock
	@touch $@

demo: setup
	$(RUN) -m bot demo

run: setup
	$(RUN) -m bot run

test: setup
	$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/browser

check: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	.venv/bin/hadolint Dockerfile

bench: setup
	$(RUN) -m bench

bench-short: setup
	$(RUN) -m bench --short

test-browser: setup
	tests/browser/install
	$(RUN) -m pytest tests/browser -p no:cacheprovider

# The lock holds hashes and no address, so that it works with any index.
COMPILE := pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
lock: .tools/ready
	$(UV) $(COMPILE) pyproject.toml -o requirements.lock
	$(UV) $(COMPILE) --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis data/demo
