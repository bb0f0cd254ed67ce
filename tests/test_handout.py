"""The handout for a class: no solutions, no outputs, and all that its notebooks need."""

import re
import zipfile

import nbformat
import pytest

from tools import handout
from tools.copies import files_below
from tools.lesson import TRACKS, lesson_names, read
from tools.run import execute

SOME = ("00_start_here", "05_lstm_gates", "core_quiz")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return handout.make(tmp_path_factory.mktemp("dist") / "handout", ["pytorch"], SOME)


def code_lines(text):
    return {line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")}


@pytest.mark.parametrize("name", lesson_names())
def test_no_solution_and_every_check_is_in_a_handout_notebook(name):
    lesson = read(name)
    for track in TRACKS:
        found = handout.notebook(lesson, track)
        sources = [cell.source for cell in found.cells]
        solutions = [cell.source for cell in lesson.track(track) if "solution" in cell.tags]
        kept = [cell.source for cell in lesson.track(track) if "solution" not in cell.tags]
        only_there = set().union(*map(code_lines, solutions)) - set().union(*map(code_lines, kept))
        assert not only_there & set().union(*map(code_lines, sources))
        assert not re.search(r"<details><summary>Solution|\bsolution_\d", "\n".join(sources))
        assert {cell.source for cell in lesson.track(track) if "check" in cell.tags} <= set(sources)
        assert not any(cell.get("outputs") for cell in found.cells)
        assert "colab" not in found.cells[0].source and found.cells[0].source.startswith("# ")


def test_a_handout_holds_what_it_needs_and_nothing_else(made):
    names = set(files_below(made))
    assert {"README.md", "requirements.txt", "constraints.txt", "utils/claims.py", "data/registry.toml"} <= names
    assert {name for name in names if name.endswith(".ipynb")} == {f"notebooks/pytorch/{name}.ipynb" for name in SOME}
    assert not {name.split("/")[0] for name in names} & {"lessons", "tools", "tests", "my", "benchmarks"}
    assert "jupyter lab notebooks/pytorch/00_start_here.ipynb" in (made / "README.md").read_text(encoding="utf-8")


def test_with_one_track_no_title_leads_to_the_other(made):
    title = nbformat.read(made / "notebooks/pytorch/05_lstm_gates.ipynb", as_version=4).cells[0].source
    assert "**PyTorch** · about " in title and "(04_" in title and "tensorflow" not in title
    assert "../tensorflow/05_lstm_gates.ipynb" in handout.notebook(read("05_lstm_gates"), "pytorch").cells[0].source


def test_the_zip_is_the_folder_and_an_older_handout_is_replaced(made):
    with zipfile.ZipFile(handout.pack(made)) as file:
        packed = {name: file.read(name) for name in file.namelist()}
    assert packed == {f"handout/{name}": (made / name).read_bytes() for name in files_below(made)}
    (made / "old.txt").touch()
    handout.make(made, ["pytorch"], SOME)
    assert not (made / "old.txt").exists()


def test_a_notebook_of_the_handout_runs_with_the_handout_s_own_helpers(made):
    path = made / "notebooks" / "pytorch" / "00_start_here.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import utils\nprint(utils.__path__)"))
    execute(notebook, path.parent)
    assert str(made / "utils") in notebook.cells[-1].outputs[0].text
