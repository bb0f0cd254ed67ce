"""Grading somebody else's notebooks: where they run, what stops them, what they leave, and the table of a class."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import grade, grade_class, points, submissions
from tools.copies import Course, Refused, copy_submission, files_below
from tools.submissions import Interrupted, Limits, read_notebook

FIND = "import sys\nsys.path.insert(0, '../..')  # as the set-up cell does"
CHECK = '@exercise("A.1")'
FILLED = """\
# @exercise("A.1")
import os
from dataclasses import dataclass

@dataclass
class Judged:
    score: float
    learned: float
    skill: float
    naive: float = 0.5
    best: float = 1.0
    unit: str = "in the mean over the classes"
    simplest: str = "naming one class"

class texts:
    def again():
        return texts

    def judge(function):
        value = function() + int(os.environ["COURSE_SEED"]) / 100
        return Judged(value, value, 2 * value - 1)

def baseline():
    return 0.5

def rnn():
    return 0.5 if "COURSE_MIXED_LABELS" in os.environ else 0.9

my_bound = 0.3
"""


def notebook(*sources, lesson="core_assignment", track="pytorch"):
    made = new_notebook(cells=[new_code_cell(source) for source in sources])
    made.metadata.course = nbformat.from_dict({"lesson": lesson, "track": track})
    return made


@pytest.fixture(scope="module", autouse=True)
def plain_kernels(tmp_path_factory):
    """Kernels that do not import the framework first, as those of the other tests do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        yield


@pytest.fixture(scope="module")
def course(copy_of_course):
    with Course(copy_of_course) as course:
        yield course


@pytest.fixture
def run(course, tmp_path):
    """Run cells in a submission's folder, with small limits; returns the Run."""
    folder = tmp_path / "handed in"
    folder.mkdir()

    def run(*sources, course=course, stop=None, **limits):
        return submissions.run(notebook(*sources), folder, course, limits=Limits(**limits), stop=stop)

    return run


def shown(done):
    outputs = [output for cell in done.notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


# What stops a run


def test_an_endless_cell_is_stopped_and_what_ran_before_is_kept(run):
    done = run("print('before')", "while True:\n    pass", "print('after')", cell_seconds=2)
    assert done.stopped.startswith("a cell took longer than 2 seconds") and shown(done) == "before\n"


def test_many_short_cells_are_stopped_when_the_time_for_all_is_over(run):
    start = time.monotonic()
    done = run(*["import time; time.sleep(1)"] * 60, run_seconds=4)
    assert done.stopped.startswith("it was stopped after 4 seconds") and time.monotonic() - start < 40


def test_too_much_memory_is_stopped_also_where_a_child_takes_it(run):
    child = "import time; taken = bytearray(700 * 2**20); taken[::4096] = taken[::4096]; time.sleep(60)"
    done = run(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])", memory=600 * 2**20)
    assert done.stopped.startswith("it was stopped with over 600 MB of memory")
    assert "the kernel died in the cell that begins 'import subprocess, sys'" in done.stopped


def test_too_much_output_is_stopped(run):
    done = run("print('before')", "while True:\n    print('x' * 10_000)", output=2**20)
    assert done.stopped == "its cells showed more than 1 MB: print less" and shown(done).startswith("before\n")


def test_what_a_notebook_leaves_in_the_background_is_ended_also_when_it_ends_its_runner(run, tmp_path):
    leave = f"""\
import os, signal, subprocess
subprocess.Popen("setsid sleep 1000 & echo $! > {tmp_path}/pids", shell=True, start_new_session=True).wait()
subprocess.Popen("sleep 1000 & echo $! >> {tmp_path}/pids", shell=True, start_new_session=True, env={{}}).wait()
print(os.getpid(), file=open("{tmp_path}/pids", "a"))
os.kill(os.getppid(), signal.SIGKILL)"""
    assert run(leave).stopped == "it ended the program that ran it"
    pids = list(map(int, (tmp_path / "pids").read_text(encoding="utf-8").split()))
    assert len(pids) == 3
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids)


def test_a_run_can_be_stopped_from_outside(run):
    stop = threading.Event()
    threading.Timer(2, stop.set).start()
    start = time.monotonic()
    with pytest.raises(Interrupted):
        run("import time; time.sleep(100)", stop=stop)
    assert time.monotonic() - start < 40


# Where it runs, and what it can change


@pytest.fixture
def small_course(tmp_path, copy_of_course):
    """A course that may be spoilt."""
    root = shutil.copytree(copy_of_course, tmp_path / "the course")
    with Course(root) as course:
        yield course


def content(root):
    return {name: (root / name).read_bytes() for name in files_below(root, {root / "my"})}


def test_a_notebook_writes_into_its_copy_and_what_it_changes_in_the_course_is_put_back(run, small_course):
    root, before = small_course.root, content(small_course.root)
    done = run(
        FIND,
        "import utils.claims\nfrom pathlib import Path\nPath(utils.claims.__file__).write_text('pass')",
        "Path('../../data/README.md').write_text('mine')\nPath('mine.csv').write_text('mine')",
        "print(Path.cwd(), utils.claims.__file__)",
        f"import shutil\nroot = Path({str(root)!r})\nshutil.rmtree(root / 'cluster')",
        "(root / 'data' / 'new.csv').write_text('new')",
        course=small_course,
    )
    assert not done.stopped and str(root) not in shown(done)
    lost = {name for name in before if name.startswith("cluster/")}
    assert lost and content(root) == {name: before[name] for name in before.keys() - lost} | {"data/new.csv": b"new"}
    said = small_course.put_back()
    assert content(root) == before and said.startswith("files of the course were changed, added or removed: cluster/")
    [kept] = (root / "my").iterdir()
    assert (kept / "data" / "new.csv").read_text(encoding="utf-8") == "new" and said.endswith(f"my/{kept.name}")


@pytest.mark.parametrize("what", ["changed", "a link", "a folder", "a pipe", "the folder a link", "not to be run"])
def test_every_kind_of_change_is_put_back(tmp_path, what):
    root, other = tmp_path / "course", tmp_path / "other"
    (root / "utils").mkdir(parents=True)
    (root / ".venv").mkdir()
    file = root / "utils" / "claims.py"
    file.write_text("claim", encoding="utf-8")
    file.chmod(0o640)
    with Course(root) as course:
        if what == "the folder a link":
            shutil.move(root / "utils", other)
            (root / "utils").symlink_to(other)
        elif what == "not to be run":
            file.chmod(0o755)
        else:
            file.unlink()
            make = {"changed": lambda: file.write_text("Claim", encoding="utf-8"), "a pipe": lambda: os.mkfifo(file)}
            make |= {"a link": lambda: file.symlink_to("/dev/zero"), "a folder": file.mkdir}
            make[what]()
        (root / ".venv" / "package").touch()  # not the course's
        assert "utils" in course.put_back()
        assert (
            file.read_text(encoding="utf-8") == "claim" and not (root / "utils").is_symlink() and not file.is_symlink()
        )
        assert file.stat().st_mode & 0o777 == 0o640 and course.put_back() == ""


def test_links_pipes_and_a_learner_s_own_utils_are_not_copied(tmp_path):
    folder, target = tmp_path / "in", tmp_path / "out"
    (folder / "utils").mkdir(parents=True)
    (folder / "utils" / "claims.py").write_text("def claim(*_): pass", encoding="utf-8")
    (folder / "other utils").mkdir()
    (folder / "other utils" / "mine.csv").write_text("a,b", encoding="utf-8")
    (folder / "secret").symlink_to("/etc/passwd")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    left_out = copy_submission(folder, target, most=100)
    assert set(left_out) == {
        "round (not a file, but a link)",
        "secret (not a file, but a link)",
        "pipe (not a file, but a device)",
        "utils (the course's own is used)",
    }
    assert list(files_below(target)) == ["other utils/mine.csv"]
    (folder / "large").write_bytes(bytes(101))
    with pytest.raises(Refused, match="notebook and data need a folder of their own"):
        copy_submission(folder, tmp_path / "again", most=100)


# What is not a notebook


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text,label",
        "[]",
        "{}",
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        "[" * 100_000,
        "\xff",
        "null",
    ],
    ids=["empty", "csv", "list", "object", "no cells", "deep", "latin", "null"],
)
def test_what_is_no_notebook_is_refused(tmp_path, text):
    path = tmp_path / "x.ipynb"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Refused, match="not a notebook"):
        read_notebook(path)


@pytest.mark.parametrize(
    "course, lesson", [({"lesson": "core_assignment"}, "core_assignment"), ("mine", ""), ({"lesson": 5}, "5")]
)
def test_a_notebook_is_read_whatever_its_metadata_are(tmp_path, course, lesson):
    odd = notebook("1")
    odd.cells[0]["more"] = 1
    odd.cells.append(new_markdown_cell("## Report"))
    odd.metadata = {"kernelspec": {"name": "another"}, "course": course}
    path = tmp_path / "x.ipynb"
    path.write_text("\ufeff" + json.dumps(odd), encoding="utf-8")
    found = read_notebook(path)
    assert [cell.source for cell in found.cells] == ["1", "## Report"] and found.cells[0].outputs == []
    assert found.metadata == {"course": {"lesson": lesson, "track": ""}}


def test_a_notebook_of_version_3_is_read(tmp_path):
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell("1")])])
    path = tmp_path / "old.ipynb"
    path.write_text(nbformat.v3.writes_json(old), encoding="utf-8")
    assert [cell.source for cell in read_notebook(path).cells] == ["1"]


# The table of a class


@pytest.fixture(scope="module")
def graded(tmp_path_factory, copy_of_course):
    """A folder of submissions, graded: the folder, the rows of its table by notebook, the exit code, what was said."""
    folder = tmp_path_factory.mktemp("class")
    filled = (FIND, FILLED)
    handed_in = {
        "good/core.ipynb": filled,
        "no file/core.ipynb": ("open('my_texts.csv')", CHECK),
        "王 小明/core.ipynb": ("input('my_file?')",),
        "dies/core.ipynb": ("import os; os._exit(1)",),
        "lesson.ipynb": ("1 + 1",),
        ".ipynb_checkpoints/core.ipynb": filled,
        "__MACOSX/good/._core.ipynb": filled,
    }
    for name, sources in handed_in.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        made = notebook(*sources, lesson="05_lstm_gates" if name == "lesson.ipynb" else "core_assignment")
        nbformat.write(made, folder / name)
    (folder / "no file" / "my_texts.csv").symlink_to("/etc/passwd")
    (folder / "text.ipynb").write_text("no notebook", encoding="utf-8")
    (folder / "link.ipynb").symlink_to(folder / "good" / "core.ipynb")
    (folder / "=1+1.ipynb").mkdir()
    (folder / "=1+1.ipynb" / "=2.ipynb").touch()
    said = io.StringIO()
    with contextlib.redirect_stdout(said), pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "Course", lambda apart_from: Course(copy_of_course, apart_from))
        code = grade.grade_all(folder, Limits(run_seconds=200))
    with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["notebook"]: row for row in csv.DictReader(file)}
    return folder, rows, code, said.getvalue()


def test_each_notebook_has_a_row_and_the_good_one_its_points_and_leads(graded):
    folder, rows, code, _ = graded
    expected = {path.relative_to(folder).as_posix() for path in folder.rglob("*.ipynb") if path.is_file()}
    expected -= {".ipynb_checkpoints/core.ipynb", "__MACOSX/good/._core.ipynb", "=1+1.ipynb/=2.ipynb"}
    assert rows.keys() == expected | {"./=1+1.ipynb/=2.ipynb"} and code == 0
    good = rows["good/core.ipynb"]
    assert [good[line] for line in grade.LINES] == ["1", "0", "0", "0", "2", "2", "0"] and good["points"] == "5 of 10"
    assert [good[f"lead_{seed}"] for seed in grade.SEEDS] == ["0.400"] * 3 and good["reason"] == ""
    assert good["assignment"] == "core_assignment" and good["track"] == "pytorch"
    assert good["hints"].startswith("data: A.1 is not solved") and "report: the heading" in good["hints"]


@pytest.mark.parametrize(
    "name, column, text",
    [
        ("text.ipynb", "reason", "could not be graded: not a notebook"),
        ("link.ipynb", "reason", "could not be graded: a symbolic link: hand in the file itself"),
        ("lesson.ipynb", "reason", "could not be graded: not an assignment"),
        ("./=1+1.ipynb/=2.ipynb", "reason", "could not be graded: not a notebook"),
        ("dies/core.ipynb", "reason", "the kernel died in the cell that begins 'import os; os._exit(1)'"),
        ("no file/core.ipynb", "hints", "No such file or directory: 'my_texts.csv'; not copied: my_texts.csv"),
        ("王 小明/core.ipynb", "hints", "it asks for input, and nobody is there to answer"),
        ("王 小明/core.ipynb", "hints", "learns: the network gives no answers"),
    ],
)
def test_each_row_says_what_is_wrong_and_so_does_the_printed_table(graded, name, column, text):
    _, rows, _, said = graded
    assert text in rows[name][column]
    table = said.split("  notebook\n", 1)[1]
    below = table.split(f"  {name}\n", 1)[1]
    assert text in re.split(r"(?m)^ {0,3}\S|^ {5,}\S", below)[0]


def test_progress_is_said(graded):
    folder, rows, _, said = graded
    assert said.startswith(f"{len(rows)} notebooks, 0 with a row in {folder / 'grades.csv'} already; ")
    assert len(re.findall(rf"(?m)^\d+ of {len(rows)}: ", said)) == len(rows)
    assert "\nThe table is in " in said


COLUMNS = ["points", "reason", "hints"]


def some_notebooks(folder):
    for name in ("a", "b", "c"):
        (folder / f"{name}.ipynb").write_text(name, encoding="utf-8")
    return lambda path: {"points": path.read_text(encoding="utf-8"), "reason": "", "hints": ""}


def test_what_is_finished_is_kept_after_an_interruption_and_the_rest_is_graded_then(tmp_path):
    grade_one, stop, calls = some_notebooks(tmp_path), threading.Event(), []

    def interrupted(line, **_):
        if line.startswith("1 of 3"):
            raise KeyboardInterrupt

    def waits(path):
        if path.name != "a.ipynb":
            stop.wait(30)
            raise Interrupted
        return grade_one(path)

    with pytest.raises(KeyboardInterrupt):
        grade_class.grade_folder(tmp_path, waits, COLUMNS, at_a_time=2, stop=stop, say=interrupted)
    assert stop.is_set() and (tmp_path / "grades.csv").read_text(encoding="utf-8-sig").splitlines()[1:] == [
        f"a.ipynb,a,,,{grade_class._digest(tmp_path / 'a.ipynb')}"
    ]

    def counted(path):
        calls.append(path.stem)
        return grade_one(path)

    def again():
        calls.clear()
        table = grade_class.grade_folder(tmp_path, counted, COLUMNS, at_a_time=1, stop=stop, say=lambda *_, **__: None)
        return sorted(calls), [row["points"] for row in table.rows.values()]

    assert again()[0] == ["b", "c"]
    (tmp_path / "b.ipynb").write_text("B", encoding="utf-8")  # handed in again
    (tmp_path / "c.ipynb").unlink()
    assert again() == (["b"], ["a", "B"]) and again()[0] == []


def test_an_error_in_one_row_stops_no_other_and_a_table_of_somebody_else_is_left_alone(tmp_path):
    grade_one = some_notebooks(tmp_path)

    def breaks(path):
        return grade_one(path) if path.stem != "b" else 1 / 0

    def all_rows():
        stop = threading.Event()
        return grade_class.grade_folder(tmp_path, breaks, COLUMNS, at_a_time=2, stop=stop, say=lambda *_, **__: None)

    rows = all_rows().rows
    assert rows["b.ipynb"]["reason"] == "could not be graded: ZeroDivisionError: division by zero"
    assert rows["c.ipynb"]["points"] == "c"
    (tmp_path / "grades.csv").write_text("name;grade\nAlice;10\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"its grades.csv is not as this program writes it: rename it"):
        all_rows()
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8") == "name;grade\nAlice;10\n"


def test_a_folder_without_notebooks_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        grade.main([str(tmp_path)])
    assert "there is no notebook in this folder, nor below it" in capsys.readouterr().err


def test_names_are_printed_so_that_no_terminal_and_no_spreadsheet_takes_them_for_a_command():
    assert grade_class._shown("\x1b[2J\n.ipynb") == "./\\x1b[2J\\n.ipynb"
    assert grade_class._shown("@sum.ipynb") == "./@sum.ipynb"
    assert grade_class._shown(os.fsdecode(b"a\xff.ipynb")) == "a\\udcff.ipynb"
    assert grade_class._shown("王 小明/é.ipynb") == "王 小明/é.ipynb"


def test_one_notebook_that_changes_the_course_is_named_and_costs_the_good_exit_code(tmp_path, monkeypatch, capsys):
    root = tmp_path / "course"
    (root / "utils").mkdir(parents=True)
    (root / "utils" / "claims.py").write_text("claim", encoding="utf-8")
    monkeypatch.setattr(grade, "Course", lambda apart_from: Course(root, apart_from))

    def harmful(*_, **__):
        (root / "utils" / "claims.py").write_text("pass", encoding="utf-8")
        lines = [points.Line(0, 1, name) for name in grade.LINES]
        return grade.Graded("core_assignment", "pytorch", lines, [None] * 3, "")

    monkeypatch.setattr(grade, "grade", harmful)
    path = tmp_path / "mine" / "core.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook(CHECK), path)
    assert grade.main([str(path)]) == 1
    assert "!!! While the notebook ran, files of the course were changed" in capsys.readouterr().out
    assert (root / "utils" / "claims.py").read_text(encoding="utf-8") == "claim"
    assert grade.main([str(path.parent)]) == 1
    assert "!!! While core.ipynb ran, files of" in capsys.readouterr().out
    assert "utils/claims.py" in (path.parent / "grades.csv").read_text(encoding="utf-8-sig")
    assert (
        len(list((root / "my").iterdir())) == 2
        and Path(root / "utils" / "claims.py").read_text(encoding="utf-8") == "claim"
    )
