# make lab        set up and open JupyterLab on the course
# make test       set up and run every test and every notebook
# make test-answers   Run All in every notebook with every exercise answered wrong, then right
# make fuzz       thousands of made-up inputs: files, texts, weights, claims, downloads, lessons
# make test-versions  test under other Pythons and Colab's versions, and write VERSIONS.md
# make notebooks  build the notebooks from lessons/
# make check      style, and whether the committed notebooks are up to date
# make scoreboard check every claim over SEEDS seeds (default 1) and write SCOREBOARD.md
# make bench      measure speed and write benchmarks/README.md; PARTS="cells gpu" measures only these
# make grade      grade the assignment in NOTEBOOK=path
# make links      point every link to REPO=owner/name

PYTHON ?= python3
SEEDS ?= 1
BIN := .venv/bin
READY := .venv/ready
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile

.PHONY: lab test test-answers fuzz test-versions notebooks check scoreboard bench grade links

lab: $(READY)
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks/pytorch/00_start_here.ipynb $(FLAGS)

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
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tools.build --check

scoreboard: $(READY)
	$(BIN)/python -m tools.scoreboard --seeds $(SEEDS)

bench: $(READY)
	$(BIN)/python -m benchmarks $(PARTS)

grade: $(READY)
	$(BIN)/python -m tools.grade $(NOTEBOOK)

links: $(READY)
	$(BIN)/python -m tools.links $(REPO)
	$(BIN)/python -m tools.build

$(READY): requirements.txt constraints.txt
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) was not found. Install Python 3.11, 3.12 or 3.13."; exit 1; }
	@$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt -c constraints.txt
	@touch $(READY)
