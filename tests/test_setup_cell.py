"""The set-up cell, here and as on Colab: a stand-in for google.colab, an empty folder, a repository on this machine."""

import json
import os
import shutil
import subprocess
import sys
import types

import pytest

from tools.build import assemble
from tools.files import ROOT
from tools.lesson import lesson_names, read
from utils import setup

# Runs the cell and prints what it did. argv: on Colab or not, the versions that are found there, names the cell sees.
DRIVER = """
import importlib.metadata, json, subprocess, sys, types
on_colab, versions, names = json.loads(sys.argv[1])
if on_colab:
    sys.modules["google.colab"] = types.ModuleType("google.colab")
run, calls, installed = subprocess.run, [], importlib.metadata.version
def version(name):
    if name not in ("emoji", "pooch"):
        return installed(name)
    if name not in versions:
        raise importlib.metadata.PackageNotFoundError(name)
    return versions[name]
importlib.metadata.version = version
def record(command, **options):
    calls.append(command[0] if command[0] == "git" else command[3:])
    return run(command, **options) if command[0] == "git" else None
subprocess.run = record
cell = sys.stdin.read()
exec("import utils", {}) if "utils" in names else None
exec(cell, {"__name__": "__main__", **names})
import utils.claims
print(json.dumps({"calls": calls, "from": utils.claims.__file__}))
"""
ENOUGH = {"emoji": "2.15.0", "pooch": "1.8.2"}


@pytest.fixture(scope="module")
def cell():
    [found] = [cell for cell in assemble(read("01_embeddings"), "pytorch").cells if cell.id == "set-up"]
    return found.source


@pytest.fixture
def published(tmp_path):
    """A small repository that stands in for the published one; returns the environment that redirects git to it."""
    origin = tmp_path / "origin"
    shutil.copytree(ROOT / "utils", origin / "utils")
    for name in ("requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, origin)
    git = ["git", "-C", str(origin), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(origin)], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message=course"], check=True)
    return redirected(f"file://{origin}")


def redirected(address):
    """An environment in which git looks for the published repository elsewhere."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{address}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/OWNER/NAME",
    }


def run_cell(cell, folder, *, on_colab, versions=ENOUGH, environment=(), **names):
    """What the cell did, or what it wrote when it failed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", DRIVER, json.dumps([on_colab, versions, names])]
    environment = {**os.environ, "PYTHONUTF8": "1", **dict(environment)}
    result = subprocess.run(command, input=cell, cwd=folder, env=environment, capture_output=True, encoding="utf-8")
    return json.loads(result.stdout) if result.returncode == 0 else result.stderr


def home(place):
    return {"calls": [], "from": str(place / "utils" / "claims.py")}


def test_the_first_sentence_of_a_lesson_comes_before_the_folded_cell():
    for name in lesson_names():
        cells = assemble(read(name), "pytorch").cells
        places = [k for k, cell in enumerate(cells) if cell.id == "set-up"]
        code = [k for k, cell in enumerate(cells) if cell.cell_type == "code"]
        assert places == code[:1], name
        if places:
            assert cells[1].cell_type == "markdown" and places == [2], name
            assert cells[2].metadata == {"jupyter": {"source_hidden": True}, "cellView": "form"}
            assert cells[2].source.startswith("# @title Set-up")


def test_on_colab_the_course_is_fetched_once(cell, published, tmp_path):
    folder = tmp_path / "content"
    first = run_cell(cell, folder, on_colab=True, environment=published)
    assert first["calls"] == ["git"]
    assert first["from"] == str(folder / "rnn-course" / "utils" / "claims.py")
    second = run_cell(cell, folder, on_colab=True)
    assert second["calls"] == [] and second["from"] == first["from"]


@pytest.mark.parametrize("emoji", [{}, {"emoji": "1.7.0"}, {"emoji": "3.0.0"}])
def test_on_colab_what_is_missing_or_out_of_range_comes_in_the_version_of_the_course(cell, published, tmp_path, emoji):
    versions = {"pooch": "1.8.2", **emoji}
    result = run_cell(cell, tmp_path / "content", on_colab=True, versions=versions, environment=published)
    assert result["calls"] == ["git", ["install", "--quiet", "emoji==2.16.0"]]


def test_every_package_of_a_lesson_has_a_range_and_a_pin(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(setup, "_fits", lambda name: not setup.Requirement(name))
    commands = []
    monkeypatch.setattr(subprocess, "run", lambda command, **options: commands.append(command))
    packages = {name for lesson in lesson_names() for name in read(lesson).colab_packages}
    setup.ready(" ".join(sorted(packages)))
    assert [item.split("==")[0] for item in commands[0][5:]] == sorted(packages)
    monkeypatch.undo()
    assert all(isinstance(setup._fits(name), bool) for name in packages)


def test_what_pip_says_is_shown_and_a_package_in_use_asks_for_a_restart(monkeypatch, capsys):
    def fail(command, **options):
        raise subprocess.CalledProcessError(1, command, stderr="no matching distribution")

    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(setup, "version", lambda name: "0.1")
    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(RuntimeError, match="pip could not install emoji: no matching distribution"):
        setup.ready("emoji")
    monkeypatch.setattr(subprocess, "run", lambda command, **options: None)
    monkeypatch.setitem(sys.modules, "emoji", types.ModuleType("emoji"))
    setup.ready("emoji")
    assert capsys.readouterr().out == "emoji was in use already: restart the session and run all cells.\n"


def test_a_repository_that_cannot_be_fetched_is_named_with_git_s_reason(cell, tmp_path):
    message = run_cell(cell, tmp_path / "content", on_colab=True, environment=redirected("file:///no/where"))
    assert "RuntimeError: The course could not be fetched from https://github.com/OWNER/NAME: fatal:" in message
    assert "Is there a network, and is the repository public?" in message and "CalledProcessError" not in message


def test_without_git_the_message_says_so(cell, tmp_path):
    message = run_cell(cell, tmp_path / "content", on_colab=True, environment={"PATH": str(tmp_path)})
    assert "could not be fetched from https://github.com/OWNER/NAME:" in message and "'git'" in message


def test_a_folder_left_from_an_earlier_try_is_named(cell, published, tmp_path):
    left = tmp_path / "content" / "rnn-course"
    left.mkdir(parents=True)
    (left / "half").touch()
    message = run_cell(cell, left.parent, on_colab=True, environment=published)
    assert f"If {left} is left from an earlier try, remove it." in message and (left / "half").exists()


@pytest.mark.parametrize("folder", ["notebooks/pytorch", "my/tensorflow", "."])
def test_elsewhere_nothing_is_fetched_or_installed(cell, course, folder):
    assert run_cell(cell, course / folder, on_colab=False, versions={}) == home(course)


@pytest.fixture
def course(tmp_path):
    """A course in a folder with a space in its name."""
    folder = tmp_path / "the course"
    shutil.copytree(ROOT / "utils", folder / "utils", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_folder_above_the_course_may_be_the_working_folder(cell, course):
    assert run_cell(cell, course.parent, on_colab=False) == home(course)


def test_vs_code_may_work_in_any_folder(cell, course, tmp_path):
    notebook = str(course / "notebooks" / "pytorch" / "01_embeddings.ipynb")
    assert run_cell(cell, tmp_path / "else" / "where", on_colab=False, __vsc_ipynb_file__=notebook) == home(course)


def test_a_safe_path_is_no_hindrance(cell, course):
    assert run_cell(cell, course / "my", on_colab=False, environment={"PYTHONSAFEPATH": "1"}) == home(course)


def test_another_package_called_utils_steps_aside(cell, course, tmp_path):
    (tmp_path / "other" / "utils").mkdir(parents=True)
    (tmp_path / "other" / "utils" / "__init__.py").touch()
    environment = {"PYTHONPATH": str(tmp_path / "other")}
    assert run_cell(cell, course / "my", on_colab=False, environment=environment, utils="imported") == home(course)


def test_a_notebook_outside_the_course_says_what_to_do_and_where_it_looked(cell, tmp_path):
    message = run_cell(cell, tmp_path / "else" / "where", on_colab=False)
    assert (
        f"FileNotFoundError: The course's folder utils/ is neither in {tmp_path / 'else' / 'where'} nor above"
        in message
    )
    assert "open this notebook inside the course's folder" in message
