"""Each track stands by itself: without the other half and the other framework its lessons still start."""

import json
import shutil
import subprocess
import sys

import pytest

from tools.digest import modules
from tools.files import ROOT
from tools.lesson import TRACKS, lesson_names, read

# Blocks a framework, then runs the first cells of several notebooks, up to the imports.
DRIVER = """
import json, sys
blocked, lessons = json.loads(sys.argv[1])
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in blocked:
            raise ModuleNotFoundError(f"{name} is not installed here")
sys.meta_path.insert(0, Blocked())
sys.path.insert(0, ".")
for cells in lessons:
    namespace = {}
    for cell in cells:
        exec(cell, namespace)
    assert namespace["seed"] == 0
print("all lessons start")
"""
FRAMEWORKS = {"pytorch": ["torch"], "tensorflow": ["tensorflow", "keras"]}
OTHER = {"pytorch": "tensorflow", "tensorflow": "pytorch"}


def code(name, track):
    return [cell.source for cell in read(name).track(track) if cell.kind == "code"]


@pytest.mark.parametrize("track", TRACKS)
def test_no_lesson_imports_the_other_half(track):
    for name in lesson_names():
        assert f"utils.{OTHER[track]}" not in modules(code(name, track)), name


@pytest.mark.parametrize("track", TRACKS)
def test_every_lesson_starts_without_the_other_half(tmp_path, track):
    for folder in ("cluster", "data", "utils"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "utils" / f"{OTHER[track]}.py").unlink()
    lessons = []
    for name in lesson_names():
        cells = code(name, track)
        if not cells:
            continue  # the quiz
        last = next(k for k, cell in enumerate(cells) if "set_seed()" in cell)
        lessons.append(cells[: last + 1])
    lessons.sort(key=lambda cells: "logical_device" not in "".join(cells))  # first, before TensorFlow computes
    command = [sys.executable, "-c", DRIVER, json.dumps([FRAMEWORKS[OTHER[track]], lessons])]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert result.stdout.endswith("all lessons start\n"), result.stderr
