"""The learner's self-check: what it prints, and the sentence for each thing that can be wrong."""

import platform
import re
import subprocess
import sys

import numpy as np
import pytest

from tools.files import ROOT
from tools.lesson import lesson_names, read
from utils import environment
from utils.environment import check


def right(x, W_xh, W_hh, b_h):
    """The states in float32, as a framework gives them."""
    h, states = np.zeros((len(x), len(b_h)), "float32"), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_xh + h @ W_hh + b_h)
        states.append(h)
    return np.stack(states, axis=1)


def only(problems) -> str:
    """The single problem of a machine on which nothing else is wrong."""
    [problem] = problems
    return problem


REQUIREMENTS = """\
# What the course needs.

# the course
emoji>=2.14,<3
jupyterlab>=4.2,<5
numpy>=2.0,<3

# PyTorch track
torch>=2.6,<2.14

# TensorFlow track
keras>=3.10,<4
tensorflow>=2.20,<2.22

# building and testing the notebooks
pytest>=8.3,<10
"""


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """The versions on a well-kept machine, by name, for a small course: a test changes or deletes what it likes."""
    (tmp_path / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.11,<3.14"\n', encoding="utf-8")
    names = ("emoji", "jupyterlab", "numpy", "torch", "keras", "tensorflow", "pytest")
    versions = dict(zip(names, ("2.16.0", "4.6.6", "2.4.6", "2.13.0", "3.15.1", "2.21.0", "9.2.0"), strict=True))

    def version(name):
        if name not in versions:
            raise environment.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(environment, "COURSE", tmp_path)
    monkeypatch.setattr(environment, "version", version)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    return versions


@pytest.mark.parametrize("framework, package", [("PyTorch", "torch"), ("TensorFlow", "keras")])
def test_all_is_well_on_a_well_kept_machine(installed, capsys, framework, package):
    assert check(framework, "cpu", right) == []
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Python ") and lines[0].endswith(" OK")
    assert any(re.fullmatch(rf"{package} +{re.escape(installed[package])} +>=\S+ +OK", line) for line in lines)
    assert "device         cpu" in lines
    assert lines[-1] == f"All is well: this machine is ready for the {framework} track."


def test_a_track_needs_neither_the_other_framework_nor_the_tools_of_maintainers(installed):
    for name in ("tensorflow", "keras", "pytest", "jupyterlab"):
        del installed[name]
    assert check("PyTorch", "cpu", right) == []
    del installed["torch"]
    assert "torch is missing" in only(check("PyTorch", "cpu", right))


def test_an_unknown_framework_is_an_error():
    with pytest.raises(ValueError, match="expected PyTorch or TensorFlow, got 'JAX'"):
        check("JAX", "cpu", right)


def test_a_missing_package_is_named_with_what_to_do(installed, capsys):
    del installed["emoji"]
    problem = only(check("PyTorch", "cpu", right))
    assert problem == (
        "emoji is missing, the course needs emoji>=2.14,<3: "
        'run %pip install "emoji>=2.14,<3" in a cell and restart the kernel'
    )
    out = capsys.readouterr().out
    assert re.search(r"(?m)^emoji +- +>=2.14,<3 +missing$", out)
    assert out.endswith(f"Not ready: {problem}.\n") and "All is well" not in out


@pytest.mark.parametrize("found, state", [("1.26.4", "too old"), ("3.0.0", "too new"), ("2.0.0rc1", "too old")])
def test_a_version_out_of_range_is_too_old_or_too_new(installed, found, state):
    installed["numpy"] = found
    problem = only(check("TensorFlow", "cpu", right))
    assert problem.startswith(f"numpy {found} is {state}, the course needs numpy>=2.0,<3: run %pip install")


@pytest.mark.parametrize("found", ["2.13.0+cpu", "2.13.1.dev20261101+cu130"])
def test_local_builds_of_a_version_in_range_are_fine(installed, found):
    installed["torch"] = found
    assert check("PyTorch", "cpu", right) == []


@pytest.mark.parametrize("version, state", [((3, 10, 14), "too old"), ((3, 14, 0), "too new")])
def test_another_python_is_too_old_or_too_new(installed, monkeypatch, version, state):
    monkeypatch.setattr(sys, "version_info", (*version, "final", 0))
    found = ".".join(map(str, version))
    assert only(check("PyTorch", "cpu", right)) == (
        f"Python {found} is {state}, the course needs Python>=3.11,<3.14: "
        "set the course up again with a Python in this range"
    )


def test_a_python_without_tomllib_can_say_that_it_is_too_old():
    code = """\
import sys
sys.modules["tomllib"] = None
from utils import environment
print(environment._needed("PyTorch")[0])"""
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert answer.stdout == "Python>=3.11,<3.14\n", answer.stderr


def test_half_precision_is_told_what_to_change_in_keras_json(installed, capsys):
    problem = only(check("TensorFlow", "cpu", lambda *arrays: right(*arrays).astype("float16")))
    assert "computes in float16, the course needs float32" in problem
    assert "~/.keras/keras.json" in problem and 'write "floatx": "float32" there' in problem
    assert re.search(r"(?m)^forward pass +in float16: too coarse$", capsys.readouterr().out)


def with_sequences_exchanged(*arrays):
    states = right(*arrays)
    return np.roll(states, 1, axis=0)


@pytest.mark.parametrize("compute", [with_sequences_exchanged, lambda *arrays: right(*arrays) * np.nan])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_wrong_numbers_are_found_on_every_device(installed, capsys, compute, device):
    problem = only(check("PyTorch", device, compute))
    assert re.match(r"the tiny forward pass is off by (\de[+-]\d+|nan), expected at most 1e-0[45]: restart", problem)
    assert "COURSE_DEVICE=cpu" in problem
    assert "expected: wrong" in capsys.readouterr().out


def test_coarse_rounding_is_allowed_on_a_gpu_only(installed):
    def coarse(*arrays):
        return right(*arrays) + 5e-5

    assert check("PyTorch", "cuda", coarse) == []
    assert "off by 5e-05, expected at most 1e-05" in only(check("PyTorch", "cpu", coarse))


@pytest.mark.parametrize(
    "compute, reason",
    [
        (lambda *arrays: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda *arrays: right(*arrays)[:, -1], "ValueError: the states have shape (3, 6), expected (3, 5, 6)"),
    ],
)
def test_a_forward_pass_that_fails_is_a_problem_and_not_a_crash(installed, capsys, compute, reason):
    assert only(check("PyTorch", "cuda", compute)).startswith(f"the tiny forward pass gave {reason}: restart")
    assert re.search(r"(?m)^forward pass +failed$", capsys.readouterr().out)


def test_several_problems_get_a_line_each(installed, capsys):
    del installed["emoji"], installed["torch"]
    assert len(check("PyTorch", "cpu", right)) == 2
    assert capsys.readouterr().out.count("Not ready: ") == 2


@pytest.mark.parametrize("machine, warned", [("arm64", True), ("x86_64", False)])
def test_on_an_apple_chip_there_is_a_warning_about_mps_and_no_problem(installed, monkeypatch, capsys, machine, warned):
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert check("PyTorch", "cpu", right) == []
    assert ("MPS" in capsys.readouterr().out) == warned


def test_no_line_shows_a_path(installed, capsys):
    del installed["emoji"]
    check("PyTorch", "cpu", right)
    assert str(environment.COURSE) not in capsys.readouterr().out


@pytest.mark.parametrize("framework, packages", [("PyTorch", {"torch"}), ("TensorFlow", {"keras", "tensorflow"})])
def test_the_course_s_own_files_name_python_the_packages_and_the_framework(framework, packages):
    names = {environment.Requirement(wanted).name for wanted in environment._needed(framework)}
    assert {"Python", "numpy", "matplotlib"} | packages <= names
    assert not names & ({"torch", "keras", "tensorflow"} - packages) and "pytest" not in names


def test_on_colab_the_first_lesson_fetches_what_any_lesson_fetches():
    fetched = {name: set(read(name).colab_packages) for name in lesson_names()}
    assert set.union(*fetched.values()) <= fetched["00_start_here"]


@pytest.mark.parametrize("name", ["PyTorch", "TensorFlow"])
def test_training_is_timed_in_a_process_of_its_own(name):
    pytest.importorskip({"PyTorch": "torch", "TensorFlow": "tensorflow"}[name])
    assert 0 < environment.training_seconds(name, "1") < 60
