"""The table of versions: what is counted; neither a failure nor an empty run looks good."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tools import versions
from tools.files import ROOT
from tools.versions import Case, Result

REPORT = """\
<testsuites><testsuite>
<testcase classname="text" name="a"/>
<testcase classname="text" name="b"><failure message="assert 1 == 2">…</failure></testcase>
<testcase classname="text" name="c"><skipped message="AG News is not here"/></testcase>
<testcase classname="grade" name="d"><failure message="E">No module named 'torch'</failure></testcase>
<testcase classname="" name="parity"><error message="E">No module named 'torch'</error></testcase>
</testsuite></testsuites>"""


def outcomes(*, has_torch):
    cases = versions.cases(ElementTree.fromstring(REPORT), has_torch=has_torch)
    return [case.outcome for case in cases]


def test_what_misses_pytorch_is_told_apart_only_where_there_is_none():
    apart = ["passed", "failed", "skipped", "need PyTorch", "need PyTorch"]
    assert outcomes(has_torch=False) == apart
    assert outcomes(has_torch=True) == ["passed", "failed", "skipped", "failed", "failed"]


def some(*outcomes):
    return [Case("tests.test_text", f"test_{k}", outcome) for k, outcome in enumerate(outcomes)]


@pytest.mark.parametrize(
    "results, well",
    [
        ([Result("Python 3.12", tests=some("passed", "skipped", "need PyTorch"))], True),
        ([Result("Python 3.12", tests=some("passed")), Result("Python 3.13", "not found")], True),
        ([Result("Python 3.12", tests=some("passed", "failed"))], False),
        ([Result("Python 3.12", tests=some("skipped", "need PyTorch"))], False),
        ([Result("Colab", tests=some("passed"))], False),
        ([Result("Python 3.13", "not found")], False),
        ([], False),
    ],
)
def test_all_is_well_when_something_passed_everywhere_and_nothing_failed(results, well):
    assert versions.all_is_well(results) == well


def test_the_page_has_a_row_for_each_place_and_names_what_failed_and_what_is_untested():
    pinned = re.findall(r"(?m)^(\w+)==", (ROOT / "constraints-colab.txt").read_text(encoding="utf-8"))
    installed = dict.fromkeys(["python", *pinned], "1.0")
    cells = [Case("notebooks.tensorflow.02_rnn_anatomy.ipynb", "Cell 3", "passed")]
    colab = Result("Colab", "", installed, some("passed", "passed", "failed"), cells)
    text = versions.page([colab, Result("Python 3.12", "no python3.12 on the PATH runs")])
    assert "| Colab | 1.0 | 1.0 | 1.0 | 1.0 | untested | 2 | 0 | 0 | 1 |" in text
    assert "Failed, Colab: tests.test_text, test_2" in text
    assert "Python 3.12 is untested: no python3.12 on the PATH runs." in text
    assert "| 02_rnn_anatomy | 1 | 0 |" in text


def test_a_python_that_does_not_run_is_not_found(tmp_path, monkeypatch):
    (tmp_path / "python3.99").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    (tmp_path / "python3.99").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert versions.find_python("3.99") is None
    assert versions.find_python("{}.{}".format(*sys.version_info)) == sys.executable


@pytest.mark.parametrize(
    "names, free",
    [(["torch", "sympy"], True), (["torch", "nvidia-cudnn-cu13"], False), (["cuda-bindings"], False)],
)
def test_a_build_that_brings_cuda_is_refused(monkeypatch, names, free):
    report = json.dumps({"install": [{"metadata": {"name": name}} for name in names]})
    monkeypatch.setattr(versions, "run", lambda *command: report)
    assert versions.comes_without_cuda("python", "torch", []) == free


def test_what_pip_cannot_install_is_untested_and_says_why(monkeypatch, tmp_path):
    def fail(*command):
        raise subprocess.CalledProcessError(1, command, stderr="Looking\nERROR: No such version\n")

    monkeypatch.setattr(versions, "find_python", lambda version: sys.executable)
    monkeypatch.setattr(versions, "set_up", fail)
    result = versions.measure("Python 3.12")
    assert result.untested == "these versions could not be installed (ERROR: No such version)"


def test_an_environment_is_made_once_for_the_same_files(monkeypatch, tmp_path):
    commands = []

    def run(*command):
        commands.append(command)
        (tmp_path / "env").mkdir(exist_ok=True)
        return json.dumps({"install": [{"metadata": {"name": "nvidia-nccl"}}]})

    monkeypatch.setattr(versions, "run", run)
    for _ in range(2):
        versions.set_up(tmp_path / "env", "python3", ["-c", "constraints.txt"])
    assert len(commands) == 3, "venv, a look at PyTorch, the packages"
    assert "torch" not in (tmp_path / "env" / "requirements.txt").read_text(encoding="utf-8").replace("PyTorch", "")
