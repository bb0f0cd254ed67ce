"""The set-up cell, here and as on Colab: a stand-in for google.colab, an empty folder, a repository on this machine."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tools.build import assemble
from tools.files import ROOT
from tools.lesson import read

# Runs the cell and prints what it did. argv: on Colab or not, the packages that are missing.
DRIVER = """
import importlib.util, json, subprocess, sys, types
on_colab, missing = json.loads(sys.argv[1])
if on_colab:
    sys.modules["google.colab"] = types.ModuleType("google.colab")
find, run, calls = importlib.util.find_spec, subprocess.run, []
importlib.util.find_spec = lambda name: None if name in missing else find(name)
def record(command, **options):
    calls.append(command[0] if command[0] == "git" else command[3:])
    return run(command, **options) if command[0] == "git" else None
subprocess.run = record
exec(sys.stdin.read())
import utils.claims
print(json.dumps({"calls": calls, "from": utils.claims.__file__}))
"""


@pytest.fixture(scope="module")
def cell():
    return assemble(read("01_embeddings"), "pytorch").cells[1].source


@pytest.fixture
def published(tmp_path):
    """A small repository that stands in for the published one; returns the environment that redirects git to it."""
    origin = tmp_path / "origin"
    shutil.copytree(ROOT / "utils", origin / "utils")
    git = ["git", "-C", str(origin), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(origin)], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message=course"], check=True)
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{origin}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/OWNER/NAME",
    }


def run_cell(cell, folder, *, on_colab, missing=(), environment=()):
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", DRIVER, json.dumps([on_colab, list(missing)])]
    result = subprocess.run(
        command, input=cell, cwd=folder, env={**os.environ, **dict(environment)}, capture_output=True, text=True
    )
    return json.loads(result.stdout) if result.returncode == 0 else result.stderr


def test_on_colab_the_course_is_fetched_once(cell, published, tmp_path):
    folder = tmp_path / "content"
    first = run_cell(cell, folder, on_colab=True, environment=published)
    assert first["calls"] == ["git"]
    assert first["from"] == str(folder / "rnn-course" / "utils" / "claims.py")
    second = run_cell(cell, folder, on_colab=True)
    assert second["calls"] == [] and second["from"] == first["from"]


def test_on_colab_only_missing_packages_are_installed(cell, published, tmp_path):
    result = run_cell(cell, tmp_path / "content", on_colab=True, missing=["emoji", "torch"], environment=published)
    assert result["calls"] == ["git", ["install", "--quiet", "emoji"]]


def test_elsewhere_nothing_is_fetched_or_installed(cell):
    result = run_cell(cell, ROOT / "notebooks" / "pytorch", on_colab=False, missing=["emoji"])
    assert result == {"calls": [], "from": str(ROOT / "utils" / "claims.py")}


def test_a_notebook_outside_the_course_says_what_to_do(cell, tmp_path):
    message = run_cell(cell, tmp_path / "elsewhere", on_colab=False)
    assert "FileNotFoundError: utils/ not found: open this notebook from inside the course's folder" in message
