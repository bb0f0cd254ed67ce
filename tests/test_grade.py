"""The grading of the assignment: unsolved, solved, and solved wrongly in the ways that matter."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import grade
from tools.build import assemble
from tools.files import ROOT
from tools.lesson import TRACKS, read
from utils.datasets import own_texts

REPORT = "A report of my own. " * 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A learner's folder inside a copy of the course, with an own CSV file."""
    course = tmp_path_factory.mktemp("course")
    for name in ("utils", "data"):
        shutil.copytree(ROOT / name, course / name)
    (course / "mine").mkdir()
    head, *rows = own_texts.EXAMPLE.read_text(encoding="utf-8").splitlines()
    own = [head, *(f"and {row}" for row in rows)]
    (course / "mine" / "my_texts.csv").write_text("\n".join(own), encoding="utf-8")
    return course / "mine"


def solved(track, **changes):
    """The assignment with the answers of its source; ``changes`` replaces cells by the name that they bind."""
    lesson = read("core_assignment")
    notebook = assemble(lesson, track)
    answers = {
        name: cell.source
        for cell in lesson.cells
        if "answer" in cell.tags and cell.track in (None, track)
        for name in ("baseline", "rnn", "my_bound")
        if f"{name} = " in cell.source or f"def {name}(" in cell.source
    }
    answers["my_file"] = 'my_file = "my_texts.csv"\ntexts = own_texts.read_csv(my_file)'
    for name, source in {**answers, **changes}.items():
        place = next(k for k, cell in enumerate(notebook.cells) if cell.source.startswith(f"{name} = "))
        notebook.cells[place].source = source
    notebook.cells.append(new_markdown_cell(REPORT))
    return notebook


def run(notebook, folder, *, mixed_labels=False):
    pytest.importorskip({"pytorch": "torch", "tensorflow": "tensorflow"}[notebook.metadata.course.track])
    return grade._run((notebook, folder, 0, mixed_labels))


@pytest.mark.parametrize("track", TRACKS)
def test_a_good_solution_gets_all_points(folder, track, capsys):
    path = folder / f"{track}.ipynb"
    nbformat.write(solved(track), path)
    assert grade.main([str(path)]) == 0, capsys.readouterr().out
    assert "10 of 10 points" in capsys.readouterr().out


def test_the_unsolved_assignment_gets_a_point_for_running(folder, monkeypatch):
    empty = assemble(read("core_assignment"), "pytorch")
    once = run(empty, folder)
    monkeypatch.setattr(grade, "ProcessPoolExecutor", ThreadPoolExecutor)
    monkeypatch.setattr(grade, "_run", lambda job: once)
    lines = grade.grade(empty, folder)
    assert [line.points for line in lines] == [1, 0, 0, 0, 0, 0, 0]
    assert all(line.hint for line in lines[1:])
    rubric = next(cell.source for cell in read("core_assignment").cells if "| points |" in cell.source)
    promised = [int(row.split("|")[1]) for row in rubric.splitlines() if row.endswith("program |")]
    assert promised == [line.of for line in lines] and sum(promised) == 10


def test_answers_learned_from_the_test_part_are_found_out(folder):
    cheat = """\
known = dict(zip(texts.test.texts, texts.test.labels))
def rnn(some):
    print("one moment")
    return np.array([known.get(one, len(one) % 2) for one in some])"""
    notebook = solved("pytorch", rnn=cheat)
    real, mixed = (grade._measured(run(notebook, folder, mixed_labels=mixed)) for mixed in (False, True))
    assert real["rnn"] == mixed["rnn"] == 1
    line = grade._learns(real, mixed)
    assert line.points == 0 and "has it seen the test part?" in line.hint


@pytest.mark.parametrize(
    "rnn, hint",
    [
        ("rnn = baseline", "it reads no order"),
        ("def rnn(some):\n    return np.array([(max(map(len, some)) - len(one)) % 2 for one in some])", "the padding"),
    ],
)
def test_a_bag_and_a_padding_bug_lose_their_points_and_an_error_is_named(folder, rnn, hint):
    done = run(solved("pytorch", rnn=rnn, my_bound="my_bound = 1 / 0"), folder)
    shown = " ".join(
        output.data["text/plain"] for cell in done.cells for output in cell.get("outputs", []) if "data" in output
    )
    assert hint in shown and grade._step(done, "A.3", 2, "").points == 0
    assert grade._runs(done) == grade.Line(0, 1, "runs from top to bottom", "ZeroDivisionError: division by zero")
    assert grade._claim([grade._measured(done)] * 3).points == 0


@pytest.mark.parametrize(
    "majority, real, mixed, points",
    [
        (0.5, 0.95, 0.52, 2),
        (0.5, 0.58, 0.52, 0),  # hardly better than one class
        (0.9, 0.97, 0.90, 2),  # half of what is missing to 1 is enough
        (0.5, 0.98, 0.83, 2),  # luck with mixed labels on a small test part is no proof
        (0.5, 0.98, 0.97, 0),
    ],
)
def test_learning_is_judged_by_the_true_and_the_mixed_labels(majority, real, mixed, points):
    line = grade._learns({"majority": majority, "rnn": real}, {"majority": majority, "rnn": mixed})
    assert line.points == points and bool(line.hint) == (points == 0)


def test_a_cell_that_takes_too_long_is_named(folder, monkeypatch):
    monkeypatch.setattr("tools.run.CELL_SECONDS", 2)
    endless = new_notebook(cells=[new_code_cell("while True:\n    pass")])
    done = grade._run((endless, folder, 0, False))
    assert grade._runs(done).points == 0 and "a cell took longer than" in grade._runs(done).hint
    assert grade._measured(done) is None


def test_the_report_is_counted_without_the_assignment_s_own_words():
    empty = assemble(read("core_assignment"), "pytorch")
    assert grade._report(empty).hint == "it has 0"
    own, heading = " ".join(["word"] * 150), "## Report\n\n"
    for text in (heading + own, f"{heading}{own}\n\n### Report of mistakes\n\nfew", empty.cells[-1].source + own):
        assert grade._report(new_notebook(cells=[new_markdown_cell("# 1"), new_markdown_cell(text)])).points == 1
    assert grade._report(new_notebook(cells=[new_markdown_cell(own)])).hint == "the heading '## Report' is missing"


@pytest.mark.parametrize(
    "bound, leads, expected",
    [(0.3, (0.4, 0.42, 0.44), 2), (0.39, (0.4, 0.42, 0.44), 1), (0.41, (0.4, 0.42, 0.44), 0), (-1, (0.4, 0.4, 0.4), 1)],
)
def test_a_bound_must_hold_with_a_margin_and_say_something(bound, leads, expected):
    measured = [{"bound": bound, "rnn": 0.5 + lead, "baseline": 0.5} for lead in leads]
    assert grade._claim(measured).points == expected


@pytest.mark.parametrize("content, message", [(None, "no such file"), ("text,label", "not a notebook")])
def test_what_is_no_notebook_is_refused(tmp_path, capsys, content, message):
    path = tmp_path / "x.ipynb"
    if content:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as error:
        grade.main([str(path)])
    assert error.value.code == 2 and message in capsys.readouterr().err
