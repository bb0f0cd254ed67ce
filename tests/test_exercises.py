"""The exercise helper; and of every lesson: stubs wait, wrong answers get a hint, solutions pass."""

import os
import re
import subprocess
import sys

import pytest

from tools.files import ROOT
from tools.lesson import TRACKS, lesson_names, names, read
from utils import outputs
from utils.exercises import exercise, shows


@exercise("9.1")
def check_number(answer):
    assert answer == 42, "multiply six by seven"


@exercise("9.2")
def check_function(square):
    assert square(3) == 9, "three times three"


@pytest.mark.parametrize(
    "check, answer, line",
    [
        (check_number, ..., "9.1 is waiting for you."),
        (check_number, 41, "✗ 9.1 not yet: multiply six by seven"),
        (check_number, 42, "✓ 9.1 solved."),
        (check_function, lambda x: ..., "9.2 is waiting for you."),
        (check_function, lambda x: x + x, "✗ 9.2 not yet: three times three"),
        (check_function, lambda x: x / 0, "✗ 9.2 not yet: it stopped with ZeroDivisionError: division by zero"),
        (check_function, 9, "✗ 9.2 not yet: it stopped with TypeError: 'int' object is not callable"),
        (check_function, lambda x: x * x, "✓ 9.2 solved."),
    ],
)
def test_a_check_prints_one_line_and_never_raises(capsys, check, answer, line):
    check(answer)
    assert capsys.readouterr().out == line + "\n"


def test_an_assert_without_a_hint_still_gives_a_line(capsys):
    @exercise("9.3")
    def check(answer):
        raise AssertionError

    check(False)
    assert capsys.readouterr().out == "✗ 9.3 not yet: AssertionError\n"


def test_in_a_notebook_the_state_travels_in_the_metadata(monkeypatch):
    shown = []
    monkeypatch.setattr(outputs, "get_ipython", lambda: "a kernel")
    monkeypatch.setattr(outputs, "display", lambda data, metadata, raw: shown.append(metadata))
    check_number(42)
    assert shown == [{"exercise": {"number": "9.1", "state": "solved"}}]


def test_shows_prints_the_first_line_of_the_error(capsys):
    with shows(ValueError):
        raise ValueError("first line\nsecond line")
    assert capsys.readouterr().out == "ValueError: first line\n"


def test_shows_fails_when_nothing_is_raised():
    with pytest.raises(AssertionError, match="expected ValueError, but nothing was raised"), shows(ValueError):
        pass


def test_shows_lets_other_errors_through():
    with pytest.raises(KeyError), shows(ValueError):
        raise KeyError("another")


def cells_needed(cells, last):
    """The cells that bind, directly or through others, the names that ``cells[last]`` reads; and that cell."""
    chosen, wanted = [cells[last]], names(cells[last])[1]
    for cell in reversed(cells[:last]):
        binds, reads = names(cell)
        if binds & wanted:
            chosen.insert(0, cell)
            wanted = (wanted - binds) | reads
    return chosen


def expected(cell):
    """What a check must print: that it waits, that it is solved, or the hint that a wrong answer names."""
    if "wrong" not in cell.tags:
        return ["✓" if "solution" in cell.tags else "waiting"]
    hint = re.match(r"# hint: (.+)\n", cell.source)
    assert hint, f"{cell} is a wrong answer: begin it with '# hint: …', words of the line that the check must print"
    return ["✗", hint[1].strip()]


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("name", [name for name in lesson_names() if name[0].isdigit()])
def test_stub_wrong_answers_and_solution_of_every_exercise(capsys, name, track):
    """A walk through the notebook that leaves out the cells that no exercise needs."""
    cells = [cell for cell in read(name).cells if cell.kind == "code" and cell.track in (None, track)]
    answers = {place for place, cell in enumerate(cells) if cell.tags & {"check", "wrong", "solution"}}
    tags = {tag for place in answers for tag in cells[place].tags}
    assert {"check", "wrong", "solution"} <= tags, f"{name} has cells tagged {tags}"
    needed, namespace = set(), {}
    for place in answers:
        earlier = [cell for cell in cells[:place] if not cell.tags & {"wrong", "solution"}]
        needed |= {id(cell) for cell in cells_needed([*earlier, cells[place]], len(earlier))}
    for place, cell in enumerate(cells):
        if place in answers:
            words, before = expected(cell), dict(namespace)
            capsys.readouterr()
            exec(cell.source, before)
            line = capsys.readouterr().out
            for word in words:
                assert word in line, f"{name} ({track}): {cell} got the line {line!r}, expected {word!r} in it"
            raw = "it stopped with" in line and not any("it stopped with" in word for word in words)
            assert not raw, f"{name} ({track}): {cell} got a raw error, expected a hint: {line!r}"
            if "check" in cell.tags:  # a check is called again by the answers after it
                namespace = before
        elif id(cell) in needed:
            exec(cell.source, namespace)


def test_where_asserts_are_left_out_no_answer_is_called_right():
    code = 'from utils.exercises import exercise\nexercise("0.1")(lambda answer: None)(1)'
    environment = {**os.environ, "PYTHONOPTIMIZE": "1"}
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
    assert answer.returncode == 1 and "solved" not in answer.stdout
    assert "RuntimeError: the checks are made of asserts, which this Python leaves out" in answer.stderr
    assert "unset PYTHONOPTIMIZE" in answer.stderr
