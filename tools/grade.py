"""Grade an assignment: `python -m tools.grade NOTEBOOK`. Changes nothing; the notebook is run in its own folder.

Gives the ten points of the assignment that a program can give. The notebook is run with three seeds, and once with the
labels of its training part mixed: what it learns then must be worth less than what it learns from the true ones.
"""

import argparse
import copy
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError
from nbformat.v4 import new_code_cell, new_output

from tools.lesson import read
from tools.run import CELL_SECONDS, execute, records

SEEDS = (0, 1, 2)
BETTER = 0.1  # by so much a network has to be better than naming one class, or by half of what is missing to 1
LOOSE = 0.15  # a bound that is farther than this below the worst value says nothing
WORDS = 150

# Added at the end of the notebook: what its functions reach on the test part, whatever its own cells say.
MEASURE = """\
import numpy as np
from utils.datasets import own_texts
from utils.outputs import show
again = own_texts.read_csv(my_file)
found = {"bound": None if my_bound is ... else float(my_bound)}
found["majority"] = float(np.bincount(again.test.labels).max() / len(again.test))
for name, classify in (("baseline", baseline), ("rnn", rnn)):
    found[name] = float((np.asarray(classify(again.test.texts)) == again.test.labels).mean())
show("measured", {"measured": found})
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
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []  # those of an earlier run count for nothing
    try:
        execute(notebook, folder, seed=seed, allow_errors=True, COURSE_MIXED_LABELS="1" if mixed_labels else None)
    except CellTimeoutError:
        slow = f"a cell took longer than {CELL_SECONDS} seconds on one thread: fewer texts, fewer passes, smaller state"
        stopped = new_output("error", ename="CellTimeoutError", evalue=slow)
        notebook.cells.insert(0, new_code_cell(outputs=[stopped]))
    return notebook


def _measured(run):
    """What the added cell recorded, or None if it stopped."""
    return next(iter(records(run, "measured")), None)


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
    better = min(BETTER, (1 - real["majority"]) / 2)
    if real["rnn"] < real["majority"] + better:
        hint = (
            f"{real['rnn']:.3f} of the test part is hardly better than {real['majority']:.3f}, always naming one class"
        )
        return Line(0, 2, what, hint)
    if mixed["rnn"] > real["majority"] + better and mixed["rnn"] > real["rnn"] - better:
        hint = f"with mixed labels it reaches {mixed['rnn']:.3f}, nearly the same: has it seen the test part?"
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
    what = f"a report of {WORDS} words"
    _, heading, report = text.partition("\n## Report\n")
    if not heading:
        return Line(0, 1, what, "the heading '## Report' is missing")
    for line in read("core_assignment").cells[-1].source.splitlines():
        report = report.replace(line, "")
    words = len(report.split())
    return Line(1, 1, what) if words >= WORDS else Line(0, 1, what, f"it has {words}")


if __name__ == "__main__":
    sys.exit(main())
