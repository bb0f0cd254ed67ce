# make lab        set up, copy the notebooks to my/ and open JupyterLab there; TRACK=tensorflow opens that track
# make reset      give a fresh copy of LESSON=05 in my/ and keep the old one beside it
# make demo       open the demo of LESSON=05 for the front of a class, in JupyterLab; TRACK=tensorflow opens that track
# make slides     write the demo of LESSON=05 as slides, one HTML file in dist/slides/
# make test       set up and run every test and every notebook
# make test-answers   Run All in every notebook with every exercise answered wrong, then right
# make test-demos run every demo of both tracks (make test runs those of lesson 05)
# make site       make the web site from the committed notebooks, in dist/site (needs Node.js)
# make test-site  make the site, and try it and the slides of every demo in a browser (needs Node.js and Chromium)
# make live       compute again what the site's live figures show; FIGURES="gate_piano" only these
# make fuzz       thousands of made-up inputs: files, texts, weights, claims, downloads, lessons
# make test-versions  test under other Pythons and Colab's versions, and write VERSIONS.md
# make notebooks  build the notebooks and teaching/lessons.md from lessons/
# make check      style, and whether the committed notebooks are up to date
# make scoreboard check every claim over SEEDS seeds (default 1) and write SCOREBOARD.md
# make bench      measure speed and write benchmarks/README.md; PARTS="cells gpu" measures only these
# make grade      grade the assignment or project in NOTEBOOK=path, or all those in NOTEBOOK=folder into one table
# make cheat-sheet  write teaching/cheat_sheet.pdf, one page to print
# make handout    put the notebooks without solutions and outputs into dist/handout.zip; TRACK=pytorch: one track
# make links      point every link to REPO=owner/name
# make wheelhouse collect all wheels in dist/wheelhouse, for a room without internet: make lab WHEELS=folder

PYTHON ?= python3
SEEDS ?= 1
TRACK ?=
WHEELS ?=
BIN := .venv/bin
READY := .venv/ready
READY_SITE := .venv/ready_site
NBVAL = --nbval-lax --nbval-current-env --nbval-cell-timeout=300
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile

unexport PYTHONOPTIMIZE PYTHONSAFEPATH # tests are made of asserts, and are started in this folder

.PHONY: sound lab reset demo slides site live test test-demos test-site test-answers fuzz test-versions notebooks check scoreboard \
	bench grade handout cheat-sheet links wheelhouse

lab: $(READY)
	$(BIN)/python -m tools.my lab $(if $(TRACK),--track "$(TRACK)") $(FLAGS)

reset: $(READY)
	$(BIN)/python -m tools.my reset "$(LESSON)" $(if $(TRACK),--track "$(TRACK)")

demo: $(READY)
	$(BIN)/python -m tools.my demo "$(LESSON)" $(if $(TRACK),--track "$(TRACK)") $(FLAGS)

slides: $(READY_SITE)
	$(BIN)/python -m tools.slides "$(LESSON)" "$(or $(TRACK),pytorch)"

test: $(READY)
	$(PYTEST) tests --cov --cov-fail-under=95
	$(PYTEST) notebooks/pytorch notebooks/tensorflow notebooks/demos/*/05_* $(NBVAL)

test-demos: $(READY)
	$(PYTEST) notebooks/demos $(NBVAL)

site: $(READY_SITE)
	$(BIN)/python -m tools.site

live: $(READY)
	$(BIN)/python -m tools.live $(FIGURES)

test-site: site
	node --test site/live/test.mjs
	$(BIN)/python -m pip install --quiet -r site/tests/requirements.txt -c constraints.txt
	$(BIN)/python -m pytest -q -n 2 -p no:cacheprovider site/tests

test-answers: $(READY)
	$(PYTEST) tests/test_faults.py -m whole_course --dist load

fuzz: $(READY)
	OMP_NUM_THREADS=1 HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -q -s tests/test_properties.py

test-versions:
	$(PYTHON) -m tools.versions

notebooks: $(READY)
	$(BIN)/python -m tools.build
	$(BIN)/python -m tools.instructors

check: $(READY)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m tools.build --check
	$(BIN)/python -m tools.instructors --check

scoreboard: $(READY)
	$(BIN)/python -m tools.scoreboard --seeds $(SEEDS)

bench: $(READY)
	$(BIN)/python -m benchmarks $(PARTS)

grade: $(READY)
	$(BIN)/python -m tools.grade "$(NOTEBOOK)"

handout: $(READY)
	$(BIN)/python -m tools.handout $(if $(TRACK),--track "$(TRACK)")

cheat-sheet: $(READY)
	$(BIN)/python -m tools.cheat_sheet

links: $(READY)
	$(BIN)/python -m tools.links $(REPO)
	$(BIN)/python -m tools.build

wheelhouse: $(READY)
	$(BIN)/python -m pip wheel --quiet --wheel-dir dist/wheelhouse -r requirements.txt -c constraints.txt
	@du -sh dist/wheelhouse

# A finished .venv whose Python has been removed or replaced cannot be mended: its packages belong to the old one.
sound:
	@[ ! -e $(READY) ] || $(BIN)/python -c "import packaging" 2> /dev/null || { \
		echo ".venv is broken: the Python it was made with is gone. Remove .venv (rm -r .venv) and run make again."; exit 1; }

$(READY): requirements.txt constraints.txt | sound
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) was not found. Install Python 3.11, 3.12 or 3.13."; exit 1; }
	@$(PYTHON) tools/check_python.py
	@[ -z "$(WHEELS)" ] || [ -d "$(WHEELS)" ] || { \
		echo "WHEELS=$(WHEELS) is no folder: give the one that make wheelhouse has made."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet $(if $(WHEELS),--no-index --find-links "$(WHEELS)") \
		-r requirements.txt -c constraints.txt
	@touch $(READY)

$(READY_SITE): site/requirements.txt $(READY)
	$(BIN)/python -m pip install --quiet -r site/requirements.txt -c constraints.txt
	@touch $(READY_SITE)
