# Every target is a thin call; the logic is in tools/ and in the dlbook package.
PYTHON ?= python3
RUN := .venv/bin/python
# To be set in a call, as in `make serve PORT=9000`; a variable of the shell that has the name by chance is not.
JOBS := 2
SHARE :=
SOLUTIONS :=
FRESH :=
CHAPTER :=
HOST :=
PORT :=
ONLY :=
NOTEBOOK :=
export JUPYTER_PLATFORM_DIRS := 1
# What happens here depends on the project alone, and all text is UTF-8: without a locale Python takes that.
OTHERS := PYTHON% LC_% LANG% PYTEST_% MYPY% RUFF_% GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
unexport $(filter-out PYTHON,$(filter $(OTHERS),$(.VARIABLES)))
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help env book why test unit test-jax lint format serve lab full linkcheck bench pdf wheel lock canary clean distclean
.NOTPARALLEL:

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

env:  ## install the environment from the lock file into .venv; EXTRA=cuda adds what an NVIDIA card needs
	@$(PYTHON) tools/bootstrap.py $(if $(filter command,$(origin EXTRA)),--extra "$(EXTRA)")

book: env  ## execute the notebooks that changed, or ONLY=lstm of them, and build the pages in _build/html
	$(RUN) tools/build.py --jobs $(JOBS) $(if $(ONLY),--only "$(ONLY)")

why: env  ## what changed in NOTEBOOK=lstm, or in all, since it last ran
	@$(RUN) tools/why.py $(if $(NOTEBOOK),"$(NOTEBOOK)")

test: book lint  ## lint, types, and all tests; FRESH=1 executes the notebooks again, SHARE=1/3 visits a third of the pages
	$(RUN) tools/check.py --jobs $(JOBS) $(strip $(if $(FRESH),--fresh) $(if $(SHARE),--share $(SHARE)))

unit: env  ## only the tests of the package and of the notebooks' form (seconds)
	$(RUN) tools/check.py --jobs $(JOBS) --unit

test-jax: env  ## the Keras notebooks on the JAX backend, or SHARE=1/3 of them
	KERAS_BACKEND=jax $(RUN) tools/check.py --jobs $(JOBS) --keras-notebooks $(if $(SHARE),--share $(SHARE))

lint: env  ## style and types of code and notebooks
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

format: env  ## mend style and normalize the notebooks
	$(RUN) tools/format.py
	$(RUN) tools/notebooks.py fix

serve: book  ## show the built pages to this machine; PORT= and HOST= for another address
	$(RUN) tools/serve.py $(if $(PORT),--port "$(PORT)") $(if $(HOST),--host "$(HOST)")

lab: env  ## open the chapters in JupyterLab
	$(RUN) tools/lab.py

full: env  ## run every notebook with real data and longer training (wants a GPU and a network)
	.venv/bin/dlbook run --profile full --out runs/full --resume

linkcheck: book  ## ask every address that the pages link to
	$(RUN) tools/build.py --jobs $(JOBS) --builder linkcheck

pdf: book  ## print the chapters, or CHAPTER=markov of them, into _build/pdf (wants Chromium); SOLUTIONS=1 adds those
	$(RUN) tools/pdf.py $(if $(CHAPTER),--chapter "$(CHAPTER)") $(if $(SOLUTIONS),--solutions)

bench: env  ## print the tables of benchmarks/
	$(RUN) benchmarks/run_all.py

wheel: env  ## build dlbook as one file for other machines, in _build/wheel
	$(RUN) tools/wheel.py

lock:  ## renew uv.lock and environment.yml
	@$(PYTHON) tools/bootstrap.py --lock
	$(RUN) tools/environment.py --upgrade

canary: env  ## test a copy of the book against the newest releases of everything
	$(RUN) tools/canary.py

clean:  ## remove everything that was built
	rm -rf _build runs .pytest_cache .ruff_cache .mypy_cache .hypothesis

distclean: clean  ## remove the environment as well
	rm -rf .venv .uv
