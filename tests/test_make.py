"""What `make` says on a machine that cannot run the course."""

import os
import shutil
import subprocess

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


def test_with_the_wrong_python_make_says_so_in_one_line(tmp_path):
    old = tmp_path / "old-python"
    script = "import sys; sys.version_info = (3, 9); import runpy; runpy.run_path(sys.argv[1], run_name='__main__')"
    old.write_text(f'#!/bin/sh\nexec python3 -c "{script}" "$@"\n', encoding="utf-8")
    old.chmod(0o755)
    code, text = make(tmp_path, str(old))
    assert code != 0
    assert text.splitlines()[0].startswith("The course needs Python 3.11, 3.12 or 3.13, but this is Python 3.9.")
    assert not (tmp_path / ".venv").exists()
