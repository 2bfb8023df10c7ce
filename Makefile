# One word for everything. `make run` and `make test` do all the set-up on a fresh machine.

VENV := .venv
BIN := $(VENV)/bin
# The first supported Python that is found; PYTHON=… on the command line overrides the search.
PYTHON ?= $(shell for version in 3.12 3.13 3.11; do \
	command -v python$$version >/dev/null 2>&1 && python$$version -c 'import venv, ensurepip' >/dev/null 2>&1 \
	&& { echo python$$version; break; }; done; \
	python3 -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit(1)' 2>/dev/null && echo python3)
INTERPRETER := $(firstword $(PYTHON))

# Two processes share the tests, file by file, in their order; at the end it says what was left out.
# A third was tried on two cores: it saves nothing, and browsers wait for each other.
TOGETHER := -n 2 --dist loadfile --no-loadscope-reorder -rfEs

.PHONY: run class test test-all check format messages bench weights clean

run: $(VENV)/.run  ## the app in the browser
	$(BIN)/streamlit run app.py

class: $(VENV)/.run  ## the app for everybody in this network; prints the address that they open
	$(BIN)/python -m ui.frame.classroom

test: $(VENV)/.dev  ## every test, fast to slow
	$(BIN)/python -m pytest $(TOGETHER)

test-all: $(VENV)/.dev  ## the same, with the long repetitions
	DIGITSCOPE_KILLS=20 DIGITSCOPE_RELOADS=20 DIGITSCOPE_JUNK=10000 $(BIN)/python -m pytest $(TOGETHER)

check: $(VENV)/.dev  ## lint, format and types, changing nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What the code says goes into the catalogue of every language; LANGUAGE=de begins another one.
messages: $(VENV)/.run  ## bring the catalogues in ui/locale up to date
	$(BIN)/python -m ui.locale.messages $(LANGUAGE)

bench: $(VENV)/.dev  ## print the speeds, as ratios in one run
	$(BIN)/python -m tests.benchmarks

weights: $(VENV)/.run  ## make the shipped weights again (needs full MNIST in the Keras cache)
	$(BIN)/python -m model.train --data full --epochs 40 --batch-size 64 --learning-rate 0.002 \
		--schedule cosine --augment drawings --seed 1 --out model/pretrained
	$(BIN)/python -m model.train --data european --epochs 6 --batch-size 64 --learning-rate 0.0008 \
		--schedule cosine --augment drawings --seed 2 --out model/pretrained \
		--start model/pretrained/weights.npz
	$(BIN)/python -m model.train_detector --out model/pretrained
	$(BIN)/python -m model.train_detector --digits 14000 --hands 5000 --none 11000 --epochs 4 \
		--measured 12 --seed 13 --out model/pretrained --start model/pretrained/detector.npz

clean:  ## remove what the other words made
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(INTERPRETER)" || { echo "DigitScope needs Python 3.11, 3.12 or 3.13 with venv: none was found. Install one, or name it: make run PYTHON=/path/to/python3.12"; exit 1; }
	$(INTERPRETER) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.run
