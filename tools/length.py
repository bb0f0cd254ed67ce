"""How long a lesson is: `python -m tools.length [lesson …]` prints it beside the limits.

Counted are the words of the Markdown (tags, display formulas and solutions left out), the visible code cells and their
non-empty lines (checks, solutions and answers are not visible), and the claims that the committed notebook shows. The
section "Go deeper" counts apart.
"""

import argparse
import re
import sys

import nbformat

from tools.files import ROOT
from tools.lesson import TRACKS, LessonError, choose, read
from tools.quiz import questions
from tools.run import records

DEEPER = "Go deeper"
WORDS_A_MINUTE = 150
SECONDS_A_LINE = 5
EXERCISE_MINUTES = 8  # in a lesson
ASSIGNMENT_MINUTES = 40  # for an exercise of the assignment, on texts of one's own
QUESTION_MINUTES = 1  # in a lesson: the thinking, besides the reading
QUIZ_MINUTES = 2  # for a question of the quiz that stands alone
DEEPER_SLOWER = 2  # what is denser takes twice as long to read
LIMITS = {"words": 2500, "cells": 32, "lines": 280, "claims": 22, "minutes": 70}
DEEPER_LIMITS = {"words": 900, "cells": 12, "claims": 12}


def minutes(lesson, track) -> tuple[int, int]:
    """Minutes for the lesson and for its "Go deeper" (0 without one), each rounded to five.

    Reading: 150 words and 12 lines of visible code a minute, half as many in "Go deeper". Work: a minute for a
    question, 2 in the quiz that stands alone; 8 for an exercise, 40 for one of the assignment. And one minute in which
    the notebook runs. Readers who worked through lessons took about this long, some a fifth longer.
    """
    main, deeper = parts(lesson, track)
    needed = _reading(main) + _work(lesson, main) + 1
    return _to_five(needed), _to_five(DEEPER_SLOWER * _reading(deeper) + _work(lesson, deeper)) if deeper else 0


def parts(lesson, track) -> tuple[list, list]:
    """The cells of one track without those of "Go deeper", and those."""
    main, deeper, inside = [], [], False
    for cell in lesson.track(track):
        heading = re.match(r"## (.+)", cell.source) if cell.kind == "markdown" else None
        inside = heading[1].strip() == DEEPER if heading else inside
        (deeper if inside else main).append(cell)
    return main, deeper


def lengths(lesson, track) -> tuple[dict, dict]:
    """Words, cells, lines, claims and minutes of a lesson without "Go deeper", and of that."""
    notebook = nbformat.read(ROOT / "notebooks" / track / f"{lesson.name}.ipynb", as_version=4)
    shown = {cell.id: len(records(nbformat.from_dict({"cells": [cell]}), "claim")) for cell in notebook.cells}
    return tuple(
        {
            "words": _words(cells),
            "cells": len(_visible(cells)),
            "lines": _lines(cells),
            "claims": sum(shown.get(cell.id, 0) for cell in cells),
            "minutes": needed,
        }
        for cells, needed in zip(parts(lesson, track), minutes(lesson, track), strict=True)
    )


def too_long(lesson, track) -> list[str]:
    """Where a lesson is longer than its limits: a list of sentences, empty if all is well."""
    return [
        f"{lesson.name} ({track}){where}: {length[what]} {what}, expected at most {limit}: cut, or move to {DEEPER!r}"
        for where, length, limits in _limited(lesson, track)
        for what, limit in limits.items()
        if length[what] > limit
    ]


def _limited(lesson, track):
    """Both parts of a lesson: name, length and limits. Assignment and quiz have none."""
    main, deeper = lengths(lesson, track)
    yield "", main, LIMITS if lesson.number else {}
    if deeper["words"]:
        yield f", {DEEPER}", deeper, DEEPER_LIMITS


def _reading(cells):
    return _words(cells) / WORDS_A_MINUTE + _lines(cells) * SECONDS_A_LINE / 60


def _work(lesson, cells):
    exercises = sum("check" in cell.tags for cell in cells)
    asked = sum(len(questions(cell.source)) for cell in cells if cell.kind == "markdown")
    if lesson.number:
        return exercises * EXERCISE_MINUTES + asked * QUESTION_MINUTES
    return exercises * ASSIGNMENT_MINUTES + asked * QUIZ_MINUTES


def _to_five(minutes):
    return max(5, 5 * round(minutes / 5))


def _words(cells):
    prose = "\n".join(cell.source for cell in cells if cell.kind == "markdown")
    prose = re.sub(r"(?s)\$\$.+?\$\$|</?[a-z][^>]*>", " ", prose)
    return sum(any(map(str.isalnum, word)) for word in prose.split())


def _visible(cells):
    return [cell for cell in cells if cell.runs and "check" not in cell.tags]


def _lines(cells):
    return sum(bool(line.strip()) for cell in _visible(cells) for line in cell.source.splitlines())


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.length", description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="names or numbers, such as 01_embeddings or 01; default: all")
    try:
        lessons = [read(name) for name in choose(parser.parse_args(arguments).lessons)]
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    row = "{:<62}" + "{:>13}" * len(LIMITS)
    print(row.format("found (limit)", *LIMITS))
    for lesson, track in ((lesson, track) for lesson in lessons for track in TRACKS):
        for where, length, limits in _limited(lesson, track):
            cells = [f"{n} ({limits[what]})" if what in limits else n for what, n in length.items()]
            print(row.format(f"{lesson.name} ({track}){where}", *cells))
    problems = [problem for lesson in lessons for track in TRACKS for problem in too_long(lesson, track)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
