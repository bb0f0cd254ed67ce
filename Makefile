# make lab        set up, copy the notebooks to my/ and open JupyterLab there; TRACK=tensorflow opens that track
# make reset      give a fresh copy of LESSON=05 in my/ and keep the old one beside it
# make test       set up and run every test and every notebook
# make test-answers   Run All in every notebook with every exercise answered wrong, then right
# make fuzz       thousands of made-up inputs: files, texts, weights, claims, downloads, lessons
# make test-versions  test under other Pythons and Colab's versions, and write VERSIONS.md
# make notebooks  build the notebooks from lessons/
# make check      style, and whether the committed notebooks are up to date
# make scoreboard check every claim over SEEDS seeds (default 1) and write SCOREBOARD.md
# make bench      measure speed and write benchmarks/README.md; PARTS="cells gpu" measures only these
# make grade      grade the assignment or project in NOTEBOOK=path, or all those in NOTEBOOK=folder into one table
# make handout    put the notebooks without solutions and outputs into dist/handout.zip; TRACK=pytorch: one track
# make links      point every link to REPO=owner/name

PYTHON ?= python3
SEEDS ?= 1
TRACK ?=
BIN := .venv/bin
READY := .venv/ready
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile

unexport PYTHONOPTIMIZE PYTHONSAFEPATH # tests are made of asserts, and are started in this folder

.PHONY: sound lab reset test test-answers fuzz test-versions notebooks check scoreboard bench grade handout links

lab: $(READY)
	$(BIN)/python -m tools.my lab $(if $(TRACK),--track "$(TRACK)") $(FLAGS)

reset: $(READY)
	$(BIN)/python -m tools.my reset "$(LESSON)" $(if $(TRACK),--track "$(TRACK)")

test: $(READY)
	$(PYTEST) tests --cov --cov-fail-under=95
	$(PYTEST) notebooks --nbval-lax --nbval-current-env --nbval-cell-timeout=300

test-answers: $(READY)
	$(PYTEST) tests/test_faults.py -m whole_course --dist load

fuzz: $(READY)
	OMP_NUM_THREADS=1 HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -q -s tests/test_properties.py

test-versions:
	$(PYTHON) -m tools.versions

notebooks: $(READY)
	$(BIN)/python -m tools.build

check: $(READY)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m tools.build --check

scoreboard: $(READY)
	$(BIN)/python -m tools.scoreboard --seeds $(SEEDS)

bench: $(READY)
	$(BIN)/python -m benchmarks $(PARTS)

grade: $(READY)
	$(BIN)/python -m tools.grade "$(NOTEBOOK)"

handout: $(READY)
	$(BIN)/python -m tools.handout $(if $(TRACK),--track "$(TRACK)")

links: $(READY)
	$(BIN)/python -m tools.links $(REPO)
	$(BIN)/python -m tools.build

# A finished .venv whose Python has been removed or replaced cannot be mended: its packages belong to the old one.
sound:
	@[ ! -e $(READY) ] || $(BIN)/python -c "import packaging" 2> /dev/null || { \
		echo ".venv is broken: the Python it was made with is gone. Remove .venv (rm -r .venv) and run make again."; exit 1; }

$(READY): requirements.txt constraints.txt | sound
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) was not found. Install Python 3.11, 3.12 or 3.13."; exit 1; }
	@$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt -c constraints.txt
	@touch $(READY)
