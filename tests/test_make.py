"""What `make` says on a machine that cannot run the course."""

import os
import shutil
import subprocess
import sys

import pytest

from tools.check_python import problem
from tools.files import ROOT


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_three_versions_are_good(version):
    assert problem(version, True) is None


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_too_old_and_too_new_are_named(version):
    message = problem(version, True)
    assert f"this is Python {version[0]}.{version[1]}" in message and "3.11, 3.12 or 3.13" in message


def test_a_missing_venv_says_what_to_install():
    assert "sudo apt install python3-venv" in problem((3, 11), False)


def make(folder, python):
    """`make test` in a copy of what it needs, with another Python; returns its exit code and what it printed."""
    for name in ("Makefile", "requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "check_python.py", folder / "tools")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    result = subprocess.run(
        ["make", "test", f"PYTHON={python}"], cwd=folder, env=environment, capture_output=True, encoding="utf-8"
    )
    return result.returncode, result.stdout + result.stderr


def test_without_python_make_says_so_in_one_line(tmp_path):
    code, text = make(tmp_path, "python-that-is-not-here")
    assert code != 0
    assert text.splitlines()[0] == "python-that-is-not-here was not found. Install Python 3.11, 3.12 or 3.13."
    assert not (tmp_path / ".venv").exists()


def copy_of_make(folder):
    """A folder with a finished .venv whose Python is ours; make believes that everything is installed."""
    for name in ("tools", "utils", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (folder / ".venv" / "ready").touch()
    return python


def run_make(folder, *arguments):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    result = subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, encoding="utf-8")
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("goal", ["lab", "test", "notebooks"])
def test_a_python_that_is_gone_is_named_and_the_way_out(tmp_path, goal):
    python = copy_of_make(tmp_path)
    python.unlink()
    python.symlink_to("/gone/python3.12")
    code, text = run_make(tmp_path, goal)
    assert code != 0
    assert text.splitlines()[0] == (
        ".venv is broken: the Python it was made with is gone. Remove .venv (rm -r .venv) and run make again."
    )


def test_the_name_of_a_notebook_may_hold_spaces(tmp_path):
    copy_of_make(tmp_path)
    (tmp_path / "my notebook.ipynb").write_text("no notebook", encoding="utf-8")
    _, text = run_make(tmp_path, "grade", "NOTEBOOK=my notebook.ipynb")
    assert "my notebook.ipynb: not a notebook" in text


def test_reset_without_a_lesson_says_how(tmp_path):
    copy_of_make(tmp_path)
    _, text = run_make(tmp_path, "reset")
    assert "which lesson? For example: make reset LESSON=05" in text


def test_with_the_wrong_python_make_says_so_in_one_line(tmp_path):
    old = tmp_path / "old-python"
    script = "import sys; sys.version_info = (3, 9); import runpy; runpy.run_path(sys.argv[1], run_name='__main__')"
    old.write_text(f'#!/bin/sh\nexec python3 -c "{script}" "$@"\n', encoding="utf-8")
    old.chmod(0o755)
    code, text = make(tmp_path, str(old))
    assert code != 0
    assert text.splitlines()[0].startswith("The course needs Python 3.11, 3.12 or 3.13, but this is Python 3.9.")
    assert not (tmp_path / ".venv").exists()


def test_wheels_that_are_not_there_are_named_before_anything_is_installed(tmp_path):
    copy_of_make(tmp_path)
    (tmp_path / ".venv" / "ready").unlink()
    code, text = run_make(tmp_path, "lab", "WHEELS=/media/usb stick", f"PYTHON={sys.executable}")
    assert code != 0
    assert text.splitlines()[0] == ("WHEELS=/media/usb stick is no folder: give the one that make wheelhouse has made.")


def test_with_wheels_pip_looks_nowhere_else(tmp_path):
    (tmp_path / "usb stick").mkdir()
    copy_of_make(tmp_path)
    (tmp_path / ".venv" / "ready").unlink()
    _, text = run_make(tmp_path, "--dry-run", "lab", "WHEELS=usb stick", f"PYTHON={sys.executable}")
    install = text.replace("\\\n", " ").split("pip install")[1].split("\n")[0].split()
    assert " ".join(install) == ('--quiet --no-index --find-links "usb stick" -r requirements.txt -c constraints.txt')
