"""A number in a lesson's prose that is a result must come from somewhere.

Looked at are decimals, percentages and "n times" outside formulas, code and quizzes. Each must be a value or a bound of
a claim, be printed by a cell, stand in the lesson's code, or be worked out in its sentence; or the sentence names its
source by its year or an issue. A sentence that names another lesson may take its numbers from there.
"""

import ast
import functools
import re

import nbformat
import pytest

from tools.build import target
from tools.files import ROOT
from tools.lesson import TRACKS, choose, lesson_names, read
from tools.quiz import START
from tools.run import records

ALLOWED = {  # {lesson: {number as it is written: reason}}: numbers that are no results
    "02_rnn_anatomy": {"0.003": "the learning rate of the running task, which stands in utils.running_task"},
}

NUMBER = r"(?:\d[\d,]*)?\.?\d+"
RESULT = re.compile(
    rf"(?<![\w.,])(?:({NUMBER})\s?(?:%|per\s+cent)|({NUMBER})\s+times\b|(\d*\.\d+))(?![\w.,]*\d|\s?[kMG]B)"
)
NO_PROSE = re.compile(r"(?s)```.*?```|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`|<(code|details)>.*?</\1>|\]\([^)]*\)")
NAMES = re.compile(r"(?i)\b(?:exercises?|check of|solution of|version|python|pytorch|tensorflow|keras|numpy) \d+\.\d+")
WORKED_OUT = re.compile(r"[=·×÷^²³]|\d\s*[+−/]\s*\.?\d|to the power|divided by|square root")
SOURCE = re.compile(r"\b(?:19|20)\d\d\b|\bissues? \d+")


def sentences(markdown):
    """The sentences of a piece of Markdown, without formulas, code and the questions of a quiz."""
    prose = NAMES.sub("", NO_PROSE.sub(" … ", START.split(markdown)[0] + _after_quiz(markdown)))
    lines = re.split(r"\n\s*\n|\n(?=[-|#\d])", prose)
    return [" ".join(part.split()) for line in lines for part in re.split(r"(?<=[.?!:;])\s+(?=[A-Z*(])", line)]


def _after_quiz(markdown):
    return "\n\n" + markdown.rpartition("</details>")[2] if START.search(markdown) else ""


def unbound(sentence, known):
    """The numbers of a sentence that look like results and are none of the known ones."""
    if SOURCE.search(sentence) or WORKED_OUT.search(sentence):
        return []
    return [found[0] for found in RESULT.finditer(sentence) if not _is_known(found, known)]


def _is_known(found, known):
    """Whether a number is one of the known ones, rounded to the digits that it is written with."""
    percent, times, decimal = found.groups()
    written = (percent or times or decimal).replace(",", "")
    digits, number = len(written.partition(".")[2]), float(written)
    scales = (1, 100) if percent else (1,)
    return any(abs(scale * value - number) <= 0.5001 * 10**-digits for value in known for scale in scales)


@functools.cache
def known_numbers(name):
    """All numbers of a lesson's code, and of the claims and outputs of its notebooks."""
    lesson = read(name)
    known = set()
    for cell in lesson.cells:
        if cell.kind == "code":
            constants = (node.value for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Constant))
            known |= {abs(float(value)) for value in constants if isinstance(value, (int, float))}
    for track in TRACKS:
        notebook = nbformat.read(target(lesson, track), as_version=4)
        for claim in records(notebook, "claim"):
            known |= {abs(float(value)) for value in claim.values() if isinstance(value, (int, float))}
        for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            known |= {float(number.replace(",", "")) for number in re.findall(rf"{NUMBER}(?:e[+-]\d+)?", text)}
    return known


@pytest.mark.parametrize("name", [name for name in lesson_names() if name[0].isdigit()])
def test_every_result_in_the_prose_has_an_origin(name):
    problems = []
    for cell in read(name).cells:
        for sentence in sentences(cell.source) if cell.kind == "markdown" else []:
            others = [other for number in re.findall(r"\b(?:0\d|1\d)\b", sentence) for other in _lesson(number)]
            known = set.union(*(known_numbers(lesson) for lesson in {name, *others}))
            numbers = [number for number in unbound(sentence, known) if number not in ALLOWED.get(name, {})]
            problems += [f"{name}: {', '.join(numbers)} in {sentence!r}"] if numbers else []
    told = "results in the prose that no claim, output or code holds; claim or print them, or name their source:"
    assert not problems, "\n".join([told, *problems])


def _lesson(number):
    return choose([number]) if any(name.startswith(f"{number}_") for name in lesson_names()) else []


def test_no_allowed_number_has_left_its_lesson():
    for name, numbers in ALLOWED.items():
        text = " ".join(sentence for cell in read(name).cells for sentence in sentences(cell.source))
        assert all(number in text for number in numbers), f"{name} no longer has all of {sorted(numbers)}"


@pytest.mark.parametrize(
    "sentence, expected",
    [
        ("It reaches .85 of them.", []),
        ("It reaches 0.852 and then .861.", [".861"]),
        ("It reaches 85 per cent, not 86 % of them.", ["86 %"]),
        ("It is 12 times as fast and 13 times as large.", ["13 times"]),
        ("Over 1,200 times, in 1.9 MB.", []),
        ("They reported .91 (Elman, 1990).", []),
        ("That is 0.7 · 0.7 = 0.49.", []),
        ("It has 3 layers, and the mean of 5 runs.", []),
    ],
)
def test_which_numbers_are_found(sentence, expected):
    assert unbound(sentence, {0.8523, 12.2, 1200.0}) == expected


def test_formulas_code_quizzes_and_numbers_of_exercises_are_no_prose():
    text = (
        "## H\n\n**1.** Is it .1?\n\n<details><summary>A. .2</summary>\n\n.3\n\n</details>\n\nIt is .4 in"
        " exercise 9.1, $.5$ and `.6`.\nAnd then."
    )
    assert [unbound(sentence, set()) for sentence in sentences(text)] == [[], [".4"], []]


@pytest.mark.parametrize(
    "page, lesson", [("grid_lstm", "17_grid_lstm"), ("show_attend_and_tell", "18_show_attend_and_tell")]
)
def test_the_bounds_on_a_paper_s_card_are_those_of_its_lesson(page, lesson):
    text = (ROOT / "reading" / f"{page}.md").read_text(encoding="utf-8")
    found = {(kind, float(bound)) for kind, bound in re.findall(r"at (least|most) (\d+(?:\.\d+)?(?:e-\d+)?)", text)}
    notebook = nbformat.read(target(read(lesson), "pytorch"), as_version=4)
    claimed = {
        (kind, float(record[f"at_{kind}"]))
        for record in records(notebook, "claim")
        for kind in ("least", "most")
        if record.get(f"at_{kind}") is not None
    }
    assert found and found <= claimed, f"no claim of lesson {lesson[:2]} has these bounds: {found - claimed}"
