"""What earns points in an assignment: the lines of a grading, each judged from what runs of the notebook showed."""

import re
from dataclasses import dataclass

from nbformat.v4 import new_notebook

from tools.copies import Refused
from tools.lesson import TRACKS, read
from tools.run import records
from utils.text import tokenise

SEEDS = (0, 1, 2)
LINES = ("runs", "data", "baseline", "network", "learns", "claim", "report")  # the lines' names in a table
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


@dataclass(frozen=True)
class Graded:
    """What a notebook gets: the source it is built from, its track, its lines (one for each of LINES), the RNN's lead
    with each seed (None where it was not measured), and why it had to be stopped ("" if it was not).
    """

    assignment: str
    track: str
    lines: list[Line]
    leads: list[float | None]
    stopped: str

    @property
    def points(self) -> int:
        return sum(line.points for line in self.lines)

    @property
    def of(self) -> int:
        return sum(line.of for line in self.lines)

    def row(self, alarm="") -> dict:
        """The row of a table: points for each line, leads, what stopped it or what it did, hints where points lack."""
        missing = [(name, line) for name, line in zip(LINES, self.lines, strict=True) if line.points < line.of]
        return {
            "assignment": self.assignment,
            "track": self.track,
            "points": f"{self.points} of {self.of}",
            **{name: line.points for name, line in zip(LINES, self.lines, strict=True)},
            **{f"lead_{s}": "" if lead is None else f"{lead:.3f}" for s, lead in zip(SEEDS, self.leads, strict=True)},
            "reason": " ".join(filter(None, [self.stopped, alarm])),
            "hints": " | ".join(f"{name}: {line.hint or 'see the reason'}" for name, line in missing),
        }


def assignment_of(notebook) -> Assignment:
    """The assignment that a notebook is: the one whose steps it checks most often, or that it is built from.

    Raises copies.Refused if it is none.
    """
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    checks = {one: len(re.findall(rf'@exercise\("{one.letter}\.\d"\)', code)) for one in ASSIGNMENTS}
    best = max(ASSIGNMENTS, key=lambda one: (checks[one], one.lesson == notebook.metadata.course.lesson))
    if not checks[best] and best.lesson != notebook.metadata.course.lesson:
        raise Refused("not an assignment: it has none of the checks of A.1 to A.4 or of P.1 to P.4")
    return best


def judge(notebook, runs, control) -> Graded:
    """Judge an assignment by its runs with SEEDS and by one with mixed targets; None stands for a run left out.

    Raises copies.Refused if it is no assignment.
    """
    assignment = assignment_of(notebook)
    every = [measurement(run) for run in runs]
    lines = [
        _runs(runs[0]),
        _step(runs[0], f"{assignment.letter}.1", 1, "your own data"),
        _step(runs[0], f"{assignment.letter}.2", 1, "a baseline"),
        _step(runs[0], f"{assignment.letter}.3", 2, assignment.network),
        _learns(
            every[0],
            measurement(control),
            _why_not_measured(runs[0]) or _why_not_measured(control),
            targets=assignment.targets,
        ),
        _claim(every, next(filter(None, map(_why_not_measured, runs)), "")),
        _report(notebook, assignment.lesson),
    ]
    leads = [None if one is None else _lead(one) for one in every]
    track = notebook.metadata.course.track
    return Graded(assignment.lesson, track if track in TRACKS else "", lines, leads, runs[0].stopped)


def measurement(run):
    """What the last cell, added by tools.grade, recorded; None if it stopped, or if the run was left out."""
    return next(iter(records(new_notebook(cells=run.notebook.cells[-1:]), "measured")), None) if run else None


def _why_not_measured(run) -> str:
    """The error that stopped the added cell, or the one that stopped the notebook before it; "" if it was measured."""
    if run is None or measurement(run) is not None:
        return ""
    return next(_errors(run.notebook.cells[-1:]), "") or _runs(run).hint


def _errors(cells):
    """The errors in the outputs of cells, a line for each."""
    for output in (output for cell in cells for output in cell.get("outputs", []) if output.output_type == "error"):
        name, why = output.ename, output.evalue
        if name == "StdinNotImplementedError":
            why = "it asks for input, and nobody is there to answer"
        yield f"{name}: {why}".splitlines()[0]


def _runs(run):
    why = run.stopped or next(_errors(run.notebook.cells[:-1]), "")
    if why and run.left_out:
        why += f"; not copied: {', '.join(run.left_out)}"
    return Line(int(not why), 1, "runs from top to bottom", why)


def _step(run, number, of, what):
    states = [record["state"] for record in records(run.notebook, "exercise") if record["number"] == number]
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


def _lead(measured):
    return measured["rnn"]["score"] - measured["baseline"]["score"]


def _claim(measured, why=""):
    what = "a claim that holds for three seeds, with a margin"
    if None in measured:
        return Line(0, 2, what, f"there is nothing to compare{f' ({why})' if why else ''}")
    leads, bound = [_lead(one) for one in measured], measured[0]["bound"]
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


def _report(notebook, lesson):
    """Count the words of the Markdown after the heading "Report"; the lesson's own text there does not count."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    what = f"a report of {WORDS} words"
    _, *report = re.split(r"(?im)^##[ \t]+report[ \t#]*\r?$", text, maxsplit=1)
    if not report:
        return Line(0, 1, what, "the heading '## Report' is missing")
    own = report[0]
    for line in filter(None, read(lesson).cells[-1].source.splitlines()):
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
