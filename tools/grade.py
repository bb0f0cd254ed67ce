"""Grade an assignment: `python -m tools.grade NOTEBOOK`. Changes nothing; the notebook is run in its own folder.

Gives the ten points of the assignment that a program can give. The notebook is run with three seeds, and once with the
labels of its training part mixed: what it learns then must be worth no more than guessing.
"""

import argparse
import copy
import json
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from tools.lesson import read
from tools.run import execute, records

SEEDS = (0, 1, 2)
GUESSING = 0.1  # trained on mixed labels, a network may be this much better than always naming one class
LOOSE = 0.15  # a bound that is farther than this below the worst value says nothing
WORDS = 150

# Added at the end of the notebook: what its functions reach on the test part, whatever its own cells say.
MEASURE = """\
import json
import numpy as np
from utils.datasets import own_texts
again = own_texts.read_csv(my_file)
found = {"bound": None if my_bound is ... else float(my_bound)}
found["majority"] = float(np.bincount(again.test.labels).max() / len(again.test))
for name, classify in (("baseline", baseline), ("rnn", rnn)):
    found[name] = float((np.asarray(classify(again.test.texts)) == again.test.labels).mean())
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Line:
    """One line of the grading: points gained, points to be had, what for, and what is missing."""

    points: int
    of: int
    what: str
    hint: str = ""


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.grade", description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path, help="the filled-in assignment, with its CSV file beside it")
    path = parser.parse_args(arguments).notebook
    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        parser.error(f"{path}: no such file")
    except (nbformat.reader.NotJSONError, UnicodeDecodeError):
        parser.error(f"{path}: not a notebook")
    lines = grade(notebook, path.parent)
    for line in lines:
        print(f"{line.points} of {line.of}  {line.what}" + (f": {line.hint}" if line.hint else ""))
    gained, of = sum(line.points for line in lines), sum(line.of for line in lines)
    print(f"{gained} of {of} points. A reader gives up to five more for data, mistakes and conclusion.")
    return 0 if gained == of else 1


def grade(notebook, folder) -> list[Line]:
    """Run the notebook four times, in ``folder``, and judge what it shows."""
    jobs = [(notebook, folder, seed, False) for seed in SEEDS] + [(notebook, folder, 0, True)]
    with ProcessPoolExecutor(2) as pool:
        *runs, control = pool.map(_run, jobs)
    measured = [_measured(run) for run in runs]
    return [
        _runs(runs[0]),
        _step(runs[0], "A.1", 1, "your own data"),
        _step(runs[0], "A.2", 1, "a baseline"),
        _step(runs[0], "A.3", 2, "a network that reads the order, and takes no notice of padding"),
        _learns(measured[0], _measured(control)),
        _claim(measured),
        _report(notebook),
    ]


def _run(job):
    notebook, folder, seed, mixed_labels = job
    notebook = copy.deepcopy(notebook)
    notebook.cells.append(new_code_cell(MEASURE))
    return execute(notebook, folder, seed=seed, allow_errors=True, COURSE_MIXED_LABELS="1" if mixed_labels else None)


def _measured(run):
    """What the added cell printed, or None if it stopped."""
    outputs = run.cells[-1].outputs
    return json.loads(outputs[-1].text) if outputs and outputs[-1].output_type == "stream" else None


def _runs(run):
    outputs = [output for cell in run.cells[:-1] for output in cell.get("outputs", [])]
    errors = [f"{output.ename}: {output.evalue}" for output in outputs if output.output_type == "error"]
    return Line(int(not errors), 1, "runs from top to bottom", errors[0].splitlines()[0] if errors else "")


def _step(run, number, of, what):
    states = [record["state"] for record in records(run, "exercise") if record["number"] == number]
    solved = states[-1:] == ["solved"]
    return Line(of * solved, of, what, "" if solved else f"{number} is not solved; its check says what is missing")


def _learns(real, mixed):
    what = "learns from the labels"
    if real is None or mixed is None:
        return Line(0, 2, what, "the network gives no answers")
    limit = real["majority"] + GUESSING
    if real["rnn"] <= limit:
        hint = (
            f"{real['rnn']:.3f} of the test part is hardly better than {real['majority']:.3f}, always naming one class"
        )
        return Line(0, 2, what, hint)
    if mixed["rnn"] > limit:
        hint = f"trained on mixed labels it still reaches {mixed['rnn']:.3f}: it must have seen the test part"
        return Line(0, 2, what, hint)
    return Line(2, 2, what)


def _claim(measured):
    what = "a claim that holds for three seeds, with a margin"
    if None in measured or measured[0]["bound"] is None:
        return Line(0, 2, what, "there is no bound, or nothing to compare it with")
    leads, bound = [one["rnn"] - one["baseline"] for one in measured], measured[0]["bound"]
    margin, spread = min(leads) - bound, max(leads) - min(leads)
    seen = f"the lead was {', '.join(f'{lead:.3f}' for lead in leads)}, the bound is {bound:.3f}"
    if margin < 0:
        return Line(0, 2, what, f"{seen}: it does not hold")
    if margin < spread / 2:
        return Line(1, 2, what, f"{seen}: leave a margin of half the spread, {spread / 2:.3f}")
    if margin > LOOSE:
        return Line(1, 2, what, f"{seen}: so loose that it says little")
    return Line(2, 2, what)


def _report(notebook):
    """Count the words of the Markdown after the heading "Report"; the assignment's own text there does not count."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    report = re.split(r"(?m)^#+ Report\b.*$", text)[-1]
    words = len(report.split()) - len(_own_text().split())
    what = f"a report of {WORDS} words"
    return Line(1, 1, what) if words >= WORDS else Line(0, 1, what, f"it has {max(words, 0)}")


def _own_text():
    """What the assignment itself says under "Report"."""
    cells = read("core_assignment").cells
    return cells[-1].source.split("\n", 1)[1]


if __name__ == "__main__":
    sys.exit(main())
