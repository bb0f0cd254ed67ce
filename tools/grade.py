"""Grade an assignment: `python -m tools.grade NOTEBOOK`. Changes nothing; the notebook is run in its own folder.

Gives the ten points that a program can give, for the assignment of the core or for the project. The notebook is run
with three seeds, and once with the targets of its training part mixed: what it learns then must be worth less than what
it learns from the true ones.
"""

import argparse
import copy
import multiprocessing
import re
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_output

from tools.lesson import read
from tools.run import CELL_SECONDS, execute, records
from utils.text import tokenise

SEEDS = (0, 1, 2)
RUNS = [*(f"seed {seed}" for seed in SEEDS), "mixed targets"]
AT_A_TIME = 2
LEARNS = 0.25  # so much of the way from the simplest answer to the best one a network has to cover
LOOSE = 0.15  # a bound that is farther than this below the worst value says nothing
WORDS = 150

# Scripts without spaces between words, and how many of their letters count as a word.
UNSPACED = {
    # Chinese and Japanese
    r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]": 2,
    # Thai and Lao, Burmese, Khmer
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]": 4,
}
SENTENCE_ENDS = re.compile(r"[.!?…]+(?=\s|$)|[。！？।॥]+|\n+")

# Added at the end of the notebook: what its functions reach on the test part, whatever its own cells say.
MEASURE = """\
from dataclasses import asdict
from utils.outputs import show
again = DATA.again()
found = {"bound": None if my_bound is ... else float(my_bound)}
for name, function in (("baseline", baseline), ("rnn", rnn)):
    judged = again.judge(function)
    found[name] = {**asdict(judged), "skill": judged.skill}
show("measured", {"measured": found})
"""


@dataclass(frozen=True)
class Assignment:
    """What the program can grade: the name of its source, the letter of its steps, the data's name in the notebook,
    what the network of its third step is, and what it learns from.
    """

    lesson: str
    letter: str
    data: str
    network: str
    targets: str


ASSIGNMENTS = (
    Assignment(
        "core_assignment", "A", "texts", "a network that reads the order, and takes no notice of padding", "labels"
    ),
    Assignment(
        "applications_project",
        "P",
        "data",
        "a network that reads the order, and takes no notice of its neighbours in the batch or of the future",
        "targets",
    ),
)


@dataclass(frozen=True)
class Line:
    """One line of the grading: points gained, points to be had, what for, and what is missing or was seen."""

    points: int
    of: int
    what: str
    hint: str = ""


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.grade", description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path, help="the filled-in assignment, with its data beside it")
    path = parser.parse_args(arguments).notebook
    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        parser.error(f"{path}: no such file")
    except OSError as error:
        parser.error(f"{path}: cannot be read ({error.strerror})")
    except Exception:  # whatever nbformat makes of a file that holds something else
        parser.error(f"{path}: not a notebook")
    lines = grade(notebook, path.parent)
    for line in lines:
        print(f"{line.points} of {line.of}  {line.what}" + (f": {line.hint}" if line.hint else ""))
    gained, of = sum(line.points for line in lines), sum(line.of for line in lines)
    print(f"{gained} of {of} points. A reader gives up to five more for data, mistakes and conclusion.")
    return 0 if gained == of else 1


def grade(notebook, folder) -> list[Line]:
    """Run the notebook four times, in ``folder``, and judge what it shows. Says which runs are going on."""
    assignment = which(notebook)
    jobs = [(notebook, folder, seed, False) for seed in SEEDS] + [(notebook, folder, 0, True)]
    # A process of its own for each, not a copy of this one: copies would share the event loop that talks to kernels.
    with ProcessPoolExecutor(AT_A_TIME, mp_context=multiprocessing.get_context("spawn")) as pool:
        started = [pool.submit(_run, job) for job in jobs]
        _say_what_goes_on(started)
        for _ in as_completed(started):
            _say_what_goes_on(started)
        *runs, control = [run.result() for run in started]
    measured = [_measured(run) for run in runs]
    return [
        _runs(runs[0]),
        _step(runs[0], f"{assignment.letter}.1", 1, "your own data"),
        _step(runs[0], f"{assignment.letter}.2", 1, "a baseline"),
        _step(runs[0], f"{assignment.letter}.3", 2, assignment.network),
        _learns(
            measured[0],
            _measured(control),
            _why_not_measured(runs[0]) or _why_not_measured(control),
            targets=assignment.targets,
        ),
        _claim(measured),
        _report(notebook),
    ]


def which(notebook) -> Assignment:
    """The assignment that a notebook is: the one whose steps it checks most often; the core's if it checks none."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return max(ASSIGNMENTS, key=lambda one: len(re.findall(rf'@exercise\("{one.letter}\.\d"\)', code)))


def _say_what_goes_on(runs):
    over = [name for name, run in zip(RUNS, runs, strict=True) if run.done()]
    going_on = [name for name in RUNS if name not in over][:AT_A_TIME]
    if going_on:
        print(f"{len(over)} of {len(RUNS)} runs are over; going on: {', '.join(going_on)}", flush=True)


def _run(job):
    notebook, folder, seed, mixed_targets = job
    notebook = copy.deepcopy(notebook)
    notebook.cells.append(new_code_cell(MEASURE.replace("DATA", which(notebook).data)))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []  # those of an earlier run count for nothing
    try:
        execute(notebook, folder, seed=seed, allow_errors=True, COURSE_MIXED_LABELS="1" if mixed_targets else None)
    except CellTimeoutError:
        slow = f"a cell took longer than {CELL_SECONDS} seconds on one thread: fewer texts, fewer passes, smaller state"
        _stopped(notebook, "CellTimeoutError", slow)
    except DeadKernelError as error:
        _stopped(notebook, "DeadKernelError", f"{error}; was there too little memory? fewer texts, smaller state")
    return notebook


def _stopped(notebook, name, why):
    """Note in front of the first cell why the cells after the last outputs did not run."""
    notebook.cells.insert(0, new_code_cell(outputs=[new_output("error", ename=name, evalue=why)]))


def _measured(run):
    """What the added cell recorded, or None if it stopped."""
    return next(iter(records(run, "measured")), None)


def _why_not_measured(run) -> str:
    """The error that stopped the added cell, or the one that stopped the notebook before it."""
    errors = [output for output in run.cells[-1].get("outputs", []) if output.output_type == "error"]
    return f"{errors[0].ename}: {errors[0].evalue}".splitlines()[0] if errors else _runs(run).hint


def _runs(run):
    outputs = [output for cell in run.cells[:-1] for output in cell.get("outputs", [])]
    errors = [f"{output.ename}: {output.evalue}" for output in outputs if output.output_type == "error"]
    return Line(int(not errors), 1, "runs from top to bottom", errors[0].splitlines()[0] if errors else "")


def _step(run, number, of, what):
    states = [record["state"] for record in records(run, "exercise") if record["number"] == number]
    solved = states[-1:] == ["solved"]
    return Line(of * solved, of, what, "" if solved else f"{number} is not solved; its check says what is missing")


def _learns(real, mixed, why="", *, targets="labels"):
    """Judge how much of the way from the simplest answer to the best one is covered, and what is left with mixed ones.

    With classes ``learned`` is the mean over them: naming one class gets 1 of them right, however many texts it has.
    """
    what = f"learns from the {targets}"
    if real is None or mixed is None:
        return Line(0, 2, what, f"the network gives no answers{f' ({why})' if why else ''}")
    true, control = real["rnn"], mixed["rnn"]
    seen = f"{true['learned']:.3f} {true['unit']}, where {true['simplest']} gives {true['naive']:.3f}"
    if true["skill"] < LEARNS:
        needed = true["naive"] + LEARNS * (true["best"] - true["naive"])
        return Line(0, 2, what, f"{seen}; {needed:.3f} is needed")
    left = f"with mixed {targets} {{}}{control['learned']:.3f}"
    if control["skill"] > LEARNS and control["skill"] > true["skill"] - LEARNS:
        hint = f"{seen}; {left.format('it reaches ')}, nearly the same: has it seen the test part?"
        return Line(0, 2, what, hint)
    return Line(2, 2, what, f"{seen}; {left.format('')}")


def _claim(measured):
    what = "a claim that holds for three seeds, with a margin"
    if None in measured:
        return Line(0, 2, what, "there is nothing to compare: see above")
    leads, bound = [one["rnn"]["score"] - one["baseline"]["score"] for one in measured], measured[0]["bound"]
    seeds = ", ".join(map(str, SEEDS))
    seen = f"with seeds {seeds} the RNN's lead was {', '.join(f'{lead:.3f}' for lead in leads)}"
    if bound is None:
        return Line(0, 2, what, f"{seen}; there is no bound")
    margin, spread = min(leads) - bound, max(leads) - min(leads)
    seen += f", the bound is {bound:.3f}"
    if margin < 0:
        return Line(0, 2, what, f"{seen}: it does not hold")
    if margin < spread / 2:
        return Line(1, 2, what, f"{seen}: leave a margin of half the spread, {spread / 2:.3f}")
    if margin > LOOSE:
        return Line(1, 2, what, f"{seen}: so loose that it says little")
    return Line(2, 2, what, seen)


def _report(notebook):
    """Count the words of the Markdown after the heading "Report"; the assignment's own text there does not count."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    what = f"a report of {WORDS} words"
    _, *report = re.split(r"(?im)^##[ \t]+report[ \t#]*\r?$", text, maxsplit=1)
    if not report:
        return Line(0, 1, what, "the heading '## Report' is missing")
    own = report[0]
    for line in filter(None, read(which(notebook).lesson).cells[-1].source.splitlines()):
        own = own.replace(line, "")
    words = count_words(own)
    return Line(int(words >= WORDS), 1, what, f"it has {words}; a sentence that comes again does not count again")


def count_words(text) -> int:
    """The words of a text's different sentences. Where a script sets no spaces, some letters count as a word."""
    different = {tuple(tokenise(sentence)): sentence for sentence in SENTENCE_ENDS.split(text)}
    return sum(_count(sentence) for sentence in different.values())


def _count(sentence) -> int:
    count = 0
    for letters, size in UNSPACED.items():
        sentence, found = re.subn(letters, " ", sentence)
        count += -(-found // size)
    return count + sum(bool(tokenise(word)) for word in sentence.split())


if __name__ == "__main__":
    sys.exit(main())
