"""Learners' copies in my/, and what they wrote into the course's notebooks: nothing is ever lost."""

import json
import subprocess
import sys
from datetime import datetime

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import lesson, my, saving

NAMES = ("00_start_here", "05_lstm_gates")


def write(path, *sources, built=True):
    """A notebook as the build writes it, or as a learner leaves it: with the fingerprint of other cells."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    if built:
        notebook.metadata["course"] = {"cells": saving.fingerprint(notebook)}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def add(path, source):
    """What a learner does: one more cell."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_code_cell(source))
    nbformat.write(notebook, path)


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture
def course(monkeypatch, tmp_path):
    """A course of two lessons; JupyterLab is not started, only noted."""
    (tmp_path / "lessons").mkdir()
    for name in NAMES:
        (tmp_path / "lessons" / f"{name}.md").touch()
        for track in lesson.TRACKS:
            write(tmp_path / "notebooks" / track / f"{name}.ipynb", track, name)
    for module in (my, lesson):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(
        my, "open_lab", lambda path, more: print("opens", path.relative_to(tmp_path).as_posix(), *more) or 0
    )
    return tmp_path


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_lab_makes_copies_for_both_tracks_and_opens_the_one_asked_for(course, capsys):
    assert my.main(["lab", "--track", "tensorflow", "--port", "8899"]) == 0
    for track in lesson.TRACKS:
        assert files(course / "my" / track) == files(course / "notebooks" / track)
    assert capsys.readouterr().out.splitlines() == [
        "Your copies for PyTorch: 2 new in my/pytorch. Work in them.",
        "Your copies for TensorFlow: 2 new in my/tensorflow. Work in them.",
        "opens my/tensorflow/00_start_here.ipynb --port 8899",
    ]


def test_lab_never_touches_a_copy_that_is_there(course, capsys):
    my.main(["lab"])
    add(course / "my" / "pytorch" / "05_lstm_gates.ipynb", "mine")
    (course / "my" / "tensorflow" / "05_lstm_gates.ipynb").unlink()
    before = files(course / "my" / "pytorch")
    capsys.readouterr()
    my.main(["lab"])
    assert files(course / "my" / "pytorch") == before
    assert capsys.readouterr().out.splitlines() == [
        "Your copies for TensorFlow: 1 new in my/tensorflow. Work in them.",
        "opens my/pytorch/00_start_here.ipynb",
    ]


def test_lab_names_older_copies_in_one_line_and_replaces_nothing(course, capsys):
    my.main(["lab"])
    add(course / "my" / "pytorch" / "00_start_here.ipynb", "mine")
    write(course / "notebooks" / "pytorch" / "05_lstm_gates.ipynb", "better")
    before = files(course / "my")
    capsys.readouterr()
    my.main(["lab"])
    [line, _] = capsys.readouterr().out.splitlines()
    assert "newer versions than your copies of pytorch/05_lstm_gates. " in line and "make reset LESSON=05" in line
    assert "python -m tools.my reset 05" in line
    assert files(course / "my") == before


def test_reset_renews_one_lesson_in_both_tracks_and_keeps_each_old_copy(course, capsys):
    my.main(["lab"])
    own = course / "my" / "pytorch" / "05_lstm_gates.ipynb"
    for answer in ("first", "second"):  # within one second, most likely
        add(own, answer)
        assert my.main(["reset", "05"]) == 0
        assert sources(own) == ["pytorch", "05_lstm_gates"]
    kept = sorted(own.parent.glob("05_lstm_gates_*.ipynb"))
    assert [sources(path)[-1] for path in kept] == ["first", "second"]
    out = capsys.readouterr().out
    assert f"my/pytorch/05_lstm_gates.ipynb is new; yours is now my/pytorch/{kept[0].name}." in out
    assert "my/tensorflow/05_lstm_gates.ipynb is as the course gives it: nothing to do." in out
    assert len(list((course / "my" / "tensorflow").iterdir())) == len(NAMES)


def test_reset_of_one_track_leaves_the_other(course):
    my.main(["lab"])
    for track in lesson.TRACKS:
        add(course / "my" / track / "05_lstm_gates.ipynb", "mine")
    my.main(["reset", "05", "--track", "tensorflow"])
    assert [len(sources(course / "my" / track / "05_lstm_gates.ipynb")) for track in lesson.TRACKS] == [3, 2]


def test_reset_makes_a_copy_that_is_missing(course, capsys):
    my.main(["reset", "05_lstm_gates", "--track", "pytorch"])
    assert [str(path) for path in files(course / "my")] == ["pytorch/05_lstm_gates.ipynb"]
    assert capsys.readouterr().out == "my/pytorch/05_lstm_gates.ipynb is new.\n"


def test_reset_says_when_the_course_s_own_notebook_was_edited(course, capsys):
    add(course / "notebooks" / "pytorch" / "05_lstm_gates.ipynb", "mine")
    my.main(["reset", "05", "--track", "pytorch"])
    assert "notebooks/pytorch/05_lstm_gates.ipynb itself was edited" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["reset", ""], "which lesson? For example: make reset LESSON=05"),
        (["reset", "05", "--track", "jax"], "invalid choice: 'jax'"),
        (["lab", "--track", "jax"], "invalid choice: 'jax'"),
        (["reset", "05", "--port"], "unrecognized arguments: --port"),
        ([], "required: command"),
    ],
)
def test_a_wrong_word_is_named(course, capsys, arguments, message):
    with pytest.raises(SystemExit):
        my.main(arguments)
    assert message in capsys.readouterr().err


def test_an_unknown_lesson_and_a_folder_that_cannot_be_made_get_one_line(course, capsys):
    assert my.main(["reset", "77"]) == 2
    (course / "my").write_text("a file", encoding="utf-8")
    assert my.main(["lab"]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("unknown lesson '77'") and str(course / "my") in second


def test_a_demo_is_opened_in_a_fresh_copy_without_outputs_and_the_old_one_is_kept(course, capsys):
    theirs = course / "notebooks" / "demos" / "tensorflow" / "05_lstm_gates.ipynb"
    write(theirs, "a demo")
    notebook = nbformat.read(theirs, as_version=4)
    notebook.cells[0].outputs, notebook.cells[0].execution_count = [new_output("stream", text="the answer")], 3
    nbformat.write(notebook, theirs)
    assert my.main(["demo", "05", "--track", "tensorflow"]) == 0
    own = course / "my" / "demos" / "tensorflow" / "05_lstm_gates.ipynb"
    assert "the answer" in theirs.read_text(encoding="utf-8") and sources(own) == ["a demo"]
    assert "the answer" not in own.read_text(encoding="utf-8") and not saving.was_edited(own)
    assert my.main(["demo", "05", "--track", "tensorflow"]) == 0
    assert "as the course gives it: nothing to do." in capsys.readouterr().out
    add(own, "said in class")
    assert my.main(["demo", "05", "--track", "tensorflow", "--no-browser"]) == 0
    assert len(files(own.parent)) == 2 and "said in class" not in own.read_text(encoding="utf-8")
    assert capsys.readouterr().out.endswith("opens my/demos/tensorflow/05_lstm_gates.ipynb --no-browser\n")
    assert my.main(["demo", "05"]) == 2
    assert "notebooks/demos/pytorch/05_lstm_gates.ipynb does not exist" in capsys.readouterr().err


def test_lab_is_started_as_a_module_on_lesson_00_of_the_track(monkeypatch):
    started = []

    class Process:
        def __init__(self, command, cwd):
            started.append((command, cwd))

        def wait(self):
            return 3

    monkeypatch.setattr(subprocess, "Popen", Process)
    monkeypatch.setattr(my.signal, "signal", lambda number, what: None)
    assert my.open_lab(my.mine("tensorflow", "00_start_here"), ["--no-browser"]) == 3
    page = "--LabApp.default_url=/lab/tree/my/tensorflow/00_start_here.ipynb"
    assert started == [([sys.executable, "-m", "jupyterlab", page, "--no-browser"], my.ROOT)]
    monkeypatch.setattr(my, "find_spec", lambda name: None)
    assert my.open_lab(my.mine("pytorch", "00_start_here")) == 1


def test_other_outputs_and_metadata_are_no_edit(tmp_path):
    path = tmp_path / "a.ipynb"
    write(path, "x = 1", "print(x)")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="1")]
    notebook.cells[1].execution_count = 7
    notebook.cells[0].metadata["scrolled"] = True
    notebook.metadata["kernelspec"] = {"name": "other", "display_name": "Other"}
    nbformat.write(notebook, path)
    assert not saving.was_edited(path)


@pytest.mark.parametrize(
    "edit",
    [
        lambda cells: cells.append(new_code_cell("more")),
        lambda cells: cells.pop(),
        lambda cells: cells.reverse(),
        lambda cells: cells[0].update(source="x = 2"),
        lambda cells: cells[0].update(cell_type="markdown"),
    ],
)
def test_another_source_kind_order_or_number_of_cells_is_an_edit(tmp_path, edit):
    path = tmp_path / "a.ipynb"
    write(path, "x = 1", "print(x)")
    notebook = nbformat.read(path, as_version=4)
    edit(notebook.cells)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert saving.was_edited(path)


def test_what_nobody_can_read_counts_as_an_edit_and_what_is_not_there_does_not(tmp_path):
    conflict, stripped = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    conflict.write_text('<<<<<<< HEAD\n{"cells": []}', encoding="utf-8")
    write(stripped, "x = 1", built=False)
    assert saving.was_edited(conflict) and saving.was_edited(stripped)
    assert not saving.was_edited(tmp_path / "c.ipynb")


def test_kept_copies_bear_the_time_and_never_replace_one_another(tmp_path):
    path, now = tmp_path / "a.ipynb", datetime(2026, 3, 1, 9, 5, 7)
    kept = []
    for content in ("one", "two", "three"):
        path.write_text(content, encoding="utf-8")
        kept.append(saving.keep(path, tmp_path / "my", now))
    assert [one.name for one in kept] == [
        "a_2026-03-01_09-05-07.ipynb",
        "a_2026-03-01_09-05-07_2.ipynb",
        "a_2026-03-01_09-05-07_3.ipynb",
    ]
    assert [one.read_text(encoding="utf-8") for one in kept] == ["one", "two", "three"]
