"""From a lesson to its notebooks: what is executed, what is kept, what is refused."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

import conftest
from tools import build, digest, links, run
from tools.files import ROOT
from tools.lesson import LessonError, parse, read
from tools.run import records

FRONT = "---\njupyter:\n  course:\n    title: A lesson\n    colab_packages: [emoji]\n---\n\n## Start\n\n"


def lesson(source):
    return parse("99_test", f"{FRONT}```python\n{source}\n```\n")


@pytest.fixture
def house(monkeypatch, tmp_path):
    """An empty course whose notebooks land in a folder of their own."""
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "utils").symlink_to(ROOT / "utils")
    (tmp_path / "data").mkdir()
    for module in (build, digest):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def executed(monkeypatch):
    """Replaces the kernel: each execution leaves one output and is counted."""
    runs = []

    def execute(notebook, folder, **options):
        runs.append(notebook)
        notebook.cells[-2].outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"run {len(runs)}")]

    monkeypatch.setattr(build, "execute", execute)
    monkeypatch.setattr(build, "seconds", lambda cell: 0.04)
    return runs


def output_of(path):
    return nbformat.read(path, as_version=4).cells[-2].outputs[0].text


def test_a_notebook_is_executed_and_keeps_what_a_reader_needs(house):
    text = (
        "import ipywidgets\nfrom IPython.display import display\nfrom utils.claims import claim\n"
        "display(ipywidgets.Button())\nclaim('sum', 1 + 1, equals=2)"
    )
    build.build(lesson(text), "pytorch")
    notebook = nbformat.read(house / "notebooks" / "pytorch" / "99_test.ipynb", as_version=4)
    assert records(notebook, "claim") == [{"text": "sum", "value": 2.0, "holds": True, "equals": 2.0}]
    assert [output.output_type for output in notebook.cells[-2].outputs] == ["display_data"], "the widget is left out"
    assert notebook.cells[-1].outputs[0].text == "The one claim held.\n"
    assert notebook.metadata.kernelspec.name == "python3" and "widgets" not in notebook.metadata
    assert [cell.id for cell in notebook.cells] == ["title", "set-up", "start-1", "start-2", "what-is-left"]
    assert build.check(lesson(text), "pytorch") == []


def test_a_failing_cell_leaves_no_notebook(house):
    with pytest.raises(CellExecutionError, match="ClaimError"):
        build.build(lesson("from utils.claims import claim\nclaim('one', 1, equals=2)"), "pytorch")
    assert not list(house.rglob("*.ipynb")) and not list(house.rglob("*.part"))


@pytest.mark.parametrize(
    "source", ["import warnings\nwarnings.warn('old')", "import sys\nprint('log', file=sys.stderr)"]
)
def test_warnings_and_log_lines_are_refused(house, source):
    with pytest.raises(LessonError, match="cell start-2 wrote a warning or an error"):
        build.build(lesson(source), "pytorch")
    assert not list(house.rglob("*.ipynb"))


@pytest.mark.parametrize("source", ["'/usr/lib/site-packages/numpy'", "object()"])
def test_paths_and_addresses_of_the_machine_are_refused(house, source):
    with pytest.raises(LessonError, match="cell start-2 shows a path or an address of this machine"):
        build.build(lesson(source), "pytorch")


def test_outputs_are_kept_while_the_code_is_the_same(house, executed):
    path = house / "notebooks" / "pytorch" / "99_test.ipynb"
    assert build.build(lesson("x = 1  # one"), "pytorch")
    assert not build.build(lesson("x = 1  # a better comment"), "pytorch")
    assert output_of(path) == "run 1" and "a better comment" in path.read_text(encoding="utf-8")
    assert build.build(lesson("x = 2"), "pytorch")
    assert output_of(path) == "run 2"


def test_outputs_stay_when_a_heading_gives_the_cells_other_ids(house, executed):
    text = f"{FRONT}```python\nx = 1\n```\n"
    build.build(parse("99_test", text), "pytorch")
    path = house / "notebooks" / "pytorch" / "99_test.ipynb"
    before = nbformat.read(path, as_version=4)
    assert not build.build(parse("99_test", text.replace("## Start", "## Begin")), "pytorch")
    after = nbformat.read(path, as_version=4)
    assert after.cells[-2].id == "begin-2" and after.cells[-2].outputs == before.cells[-2].outputs != []
    assert after.metadata.course.seconds == before.metadata.course.seconds


def test_outputs_are_renewed_when_a_helper_data_or_versions_change(house, executed):
    (house / "utils").unlink()
    (house / "utils").mkdir()
    (house / "utils" / "helper.py").write_text("from utils import deeper\n", encoding="utf-8")
    (house / "utils" / "deeper.py").write_text('"""What it is."""\nvalue = 1\n', encoding="utf-8")
    (house / "utils" / "other.py").write_text("value = 1\n", encoding="utf-8")
    text = lesson("from utils import helper")
    assert build.build(text, "pytorch")
    for path, content, expected in [
        ("utils/other.py", "value = 2\n", False),
        ("utils/deeper.py", '"""What it is, said better."""\nvalue = 1  # one\n', False),
        ("utils/deeper.py", '"""What it is."""\nvalue = 2\n', True),
        ("data/words.toml", "words = []\n", True),
        ("constraints.txt", "numpy==0.1\n", True),
    ]:
        (house / path).write_text(content, encoding="utf-8")
        assert bool(build.check(text, "pytorch")) == expected, path
        assert build.build(text, "pytorch") == expected, path


def test_the_fingerprint_of_code_is_the_same_under_every_python():
    code = """\
@decorated
def f(x, *, k=1):
    'words'
    return f"{x!r:>{k}} {x['a']}" if x else (y := -1.5e3)
class C(f, k=2):
    n: int = 3
match f(2):
    case {"a": [1, *_]} | None: print("it's", b"x", ..., 1j)
"""
    assert digest.fingerprint([digest.bare(code)]) == "3c4f8def43b63d21"


def test_check_names_the_lesson_to_edit(house, executed):
    assert build.check(lesson("x = 1"), "pytorch") == [
        "notebooks/pytorch/99_test.ipynb is missing; edit lessons/99_test.md and run: python -m tools.build 99_test"
    ]
    build.build(lesson("x = 1"), "pytorch")
    problems = build.check(lesson("x = 2"), "pytorch")
    assert "differs from its lesson; edit lessons/99_test.md" in problems[0]
    assert "are older than the code they come from" in problems[1]


def test_check_notices_an_edited_notebook(house, executed):
    build.build(lesson("x = 1"), "pytorch")
    path = house / "notebooks" / "pytorch" / "99_test.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("x = 1", "x = 3"), encoding="utf-8")
    assert build.check(lesson("x = 1"), "pytorch") == [
        "notebooks/pytorch/99_test.ipynb is not as it was built: somebody edited it. To save what you wrote in my/ and "
        "have the course's notebook back, run: python -m tools.build 99_test. For the course itself, edit "
        "lessons/99_test.md."
    ]


def assembled(tag, source):
    """The last cell of a lesson that ends with one tagged cell, before the one that says what is left."""
    text = f'{FRONT}```python tags=["{tag}"]\n{source}\n```\n'
    cells = build.assemble(parse("99_test", text), "pytorch").cells
    return [cell for cell in cells if cell.id != "what-is-left"][-1]


def test_checks_are_collapsed_in_jupyterlab_and_on_colab(house):
    cell = assembled("check", "# @title Check of 9.1\nx = 1")
    assert cell.metadata == {"tags": ["check"], "jupyter": {"source_hidden": True}, "cellView": "form"}


def test_a_solution_is_shut_and_never_runs(house, executed):
    cell = assembled("solution", "# @title Solution of 9.1\nx = 1\n\n\ny = x")
    assert (cell.cell_type, cell.id) == ("markdown", "start-2")
    assert cell.source == (
        "<details><summary>Solution of 9.1</summary>\n\n```python\nx = 1\n\n\ny = x\n```\n\n</details>"
    )


def test_a_lesson_leads_to_its_neighbours_and_its_twin_also_on_colab():
    def around(name, track):
        cells = build.assemble(read(name), track).cells
        return cells[0].source, [cell for cell in cells if cell.cell_type == "markdown"][-1].source

    title, end = around("05_lstm_gates", "pytorch")
    assert "(../tensorflow/05_lstm_gates.ipynb) ([on Colab](https://colab.research.google.com/github/" in title
    assert "previous: [04 · Vanishing and exploding gradients](04_vanishing_and_exploding_gradients.ipynb) · " in title
    assert "next: [06 · Flags in the cell" in title and "**Next:** [06 · Flags" in end
    assert "previous" not in around("00_start_here", "pytorch")[0]
    assert "next:" not in around("20_more_than_one_device", "pytorch")[0]
    assert not re.search("next:|previous:", around("core_quiz", "tensorflow")[0])


def test_the_command_refuses_an_unknown_lesson(capsys):
    assert build.main(["77_nothing"]) == 2
    assert "unknown lesson '77_nothing': expected one of" in capsys.readouterr().err


def test_the_command_reports_a_failing_lesson_and_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(build, "read", lambda name: lesson("x = 1"))
    monkeypatch.setattr(build, "check", lambda lesson, track, kind: [f"{track} is stale"])
    assert build.main(["--check", "01"]) == 1
    assert capsys.readouterr().err == "pytorch is stale\ntensorflow is stale\n"


def test_the_environment_of_a_run_does_not_stay(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "7")
    with run._environment(COURSE_SEED="3", OMP_NUM_THREADS=None):
        assert run.os.environ["COURSE_SEED"] == "3"
    assert run.os.environ["COURSE_SEED"] == "7"


def test_links_change_the_address_once(tmp_path, monkeypatch, capsys):
    copy = Path(shutil.copy(ROOT / "pyproject.toml", tmp_path))
    for page in links.PAGES:
        (tmp_path / page).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / page, tmp_path / page)
    monkeypatch.setattr(links, "ROOT", tmp_path)
    assert links.main(["ada/rnn-course"]) == 0
    changed = copy.read_text(encoding="utf-8")
    assert 'repository = "ada/rnn-course"' in changed
    address = build._course()["repository"]
    for page in links.PAGES:
        before, after = ((folder / page).read_text(encoding="utf-8") for folder in (ROOT, tmp_path))
        assert address not in after and after.count("ada/rnn-course") == before.count(address) > 0
    assert "https://ada.github.io/rnn-course/" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert len(changed.splitlines()) == len((ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines())
    assert links.main(["no address"]) == 2
    assert "expected one address such as owner/name, got no address" in capsys.readouterr().err


def edit(path, old, new):
    """What a learner does to one cell in JupyterLab, which rewrites metadata, too."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
        cell.metadata["trusted"] = True
    notebook.metadata["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    nbformat.write(notebook, path)


def test_what_a_learner_wrote_is_saved_before_each_build_also_when_the_lesson_has_changed(house, executed, capsys):
    path = house / "notebooks" / "pytorch" / "99_test.ipynb"
    build.build(lesson("x = ..."), "pytorch")
    for source, answer in [("x = ...", "x = 1"), ("x = ...", "x = 2"), ("x = ...  # new", "x = 3")]:
        edit(path, "x = ...", answer)
        assert build.build(lesson(source), "pytorch"), "its outputs are a learner's: executed again"
        assert answer not in path.read_text(encoding="utf-8") and build.check(lesson(source), "pytorch") == []
    kept = sorted((house / "my" / "pytorch").iterdir())
    answers = [nbformat.read(one, as_version=4).cells[-2].source for one in kept]
    assert answers == ["x = 1", "x = 2", "x = 3"]
    lines = [f"notebooks/pytorch/99_test.ipynb is not as it was built: saved as my/pytorch/{one.name}" for one in kept]
    assert capsys.readouterr().out.splitlines() == lines


def test_a_notebook_that_was_only_opened_and_saved_is_no_work_of_a_learner(house, executed, capsys):
    path = house / "notebooks" / "pytorch" / "99_test.ipynb"
    build.build(lesson("x = 1"), "pytorch")
    edit(path, "", "")
    assert build.check(lesson("x = 1"), "pytorch") == []
    assert not build.build(lesson("x = 1"), "pytorch")
    assert build.build(lesson("x = 2"), "pytorch")
    assert not (house / "my").exists() and capsys.readouterr().out == ""


def test_a_conflict_of_git_in_a_notebook_is_saved_too(house, executed):
    path = house / "notebooks" / "pytorch" / "99_test.ipynb"
    build.build(lesson("x = 1"), "pytorch")
    path.write_text("<<<<<<< HEAD\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert "is not as it was built" in build.check(lesson("x = 1"), "pytorch")[0]
    build.build(lesson("x = 1"), "pytorch")
    [kept] = (house / "my" / "pytorch").iterdir()
    assert kept.read_text(encoding="utf-8").startswith("<<<<<<< HEAD") and build.check(lesson("x = 1"), "pytorch") == []


def test_a_build_that_fails_leaves_a_learner_s_work_where_it_is(house):
    path = house / "notebooks" / "pytorch" / "99_test.ipynb"
    build.build(lesson("x = 1"), "pytorch")
    edit(path, "x = 1", "x = 3")
    with pytest.raises(CellExecutionError):
        build.build(lesson("1 / 0"), "pytorch")
    assert "x = 3" in path.read_text(encoding="utf-8") and not (house / "my").exists()


def test_the_tests_run_notebooks_of_lessons_and_leave_a_learner_s_own_alone(tmp_path):
    own = ROOT / "notebooks" / "pytorch" / "my_assignment.ipynb"
    assert conftest.pytest_ignore_collect(own) is True
    assert conftest.pytest_ignore_collect(own.with_name("01_embeddings.ipynb")) is None
    assert conftest.pytest_ignore_collect(ROOT / "tests" / "test_build.py") is None


def test_on_colab_a_notebook_has_its_name_and_its_contents_open():
    colab = build.assemble(lesson("x = 1"), "pytorch").metadata.colab
    assert colab == {"name": "99_test.ipynb", "provenance": [], "toc_visible": True}
