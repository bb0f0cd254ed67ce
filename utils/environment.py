"""`check`: is this machine ready for the course? It prints one line for each thing it looks at, then a verdict.

Versions are read from the metadata of the installed packages and compared with requirements.txt and pyproject.toml.
"""

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement
from packaging.version import Version

from utils import cells
from utils.weights import CellWeights

COURSE = Path(__file__).parents[1]
TRAININGS = {
    "PyTorch": """
import utils.pytorch, torch
lstm = torch.nn.LSTM(32, 64, batch_first=True)
optimizer, x = torch.optim.Adam(lstm.parameters()), torch.ones(64, 20, 32)
def step():
    optimizer.zero_grad()
    lstm(x)[0].square().mean().backward()
    optimizer.step()
""",
    "TensorFlow": """
import utils.tensorflow, keras
model = keras.Sequential([keras.Input((20, 32)), keras.layers.LSTM(64, return_sequences=True)])
model.compile(optimizer="adam", loss="mse")
x, y = keras.ops.ones((64, 20, 32)), keras.ops.zeros((64, 20, 64))
def step():
    model.train_on_batch(x, y)
""",
}
STOPWATCH = """
from time import perf_counter
for _ in range(3):
    step()
start = perf_counter()
for _ in range(20):
    step()
print(perf_counter() - start)
"""
OPENS_NOTEBOOKS = "jupyterlab"  # not needed where something else has opened the notebook, as on Colab


def check(framework_name, device_name, compute) -> list[str]:
    """Look at Python, the packages and a tiny forward pass; print what was found and return what is wrong.

    framework_name  "PyTorch" or "TensorFlow"; raises ValueError for any other
    device_name     where models run: "cpu", or another word for a device that may round more coarsely
    compute         function (x, W_xh, W_hh, b_h) to all states of a tanh RNN that starts at zero, NumPy float32:
                    (batch, time, input), (input, hidden), (hidden, hidden), (hidden,) to (batch, time, hidden)

    Returns one sentence for each problem: what came, what was expected, what to do. An empty list is good news.
    """
    problems = [problem for wanted in _needed(framework_name) if (problem := _check_version(wanted))]
    _line("device", device_name)
    if (platform.system(), platform.machine()) == ("Darwin", "arm64"):
        _line("warning", "LSTMs on Apple's MPS have given wrong results (PyTorch issues 80306, 94754): stay on the CPU")
    if problem := _check_numbers(device_name, compute):
        problems.append(problem)
    for problem in problems:
        print(f"Not ready: {problem}.")
    if not problems:
        print(f"All is well: this machine is ready for the {framework_name} track.")
    return problems


def training_seconds(framework_name, threads) -> float:
    """Seconds of twenty training steps of a small LSTM (batches of 64 sequences, 20 steps, 64 units).

    framework_name  "PyTorch" or "TensorFlow"
    threads         what ``COURSE_THREADS`` is set to: "1", another number, or "all"

    They are made in a new process, since TensorFlow fixes its threads when it starts; start and warm-up do not count.
    """
    path = os.pathsep.join([str(COURSE), *filter(None, [os.environ.get("PYTHONPATH")])])
    surroundings = os.environ | {"COURSE_THREADS": threads, "COURSE_DEVICE": "cpu", "PYTHONPATH": path}
    surroundings.pop("OMP_NUM_THREADS", None)  # it would hold "all" down
    command = [sys.executable, "-c", TRAININGS[framework_name] + STOPWATCH]
    return float(subprocess.run(command, env=surroundings, capture_output=True, encoding="utf-8", check=True).stdout)


def _needed(framework_name) -> list[str]:
    """What a learner of one track needs, such as "numpy>=2.0,<3"; Python comes first."""
    text = (COURSE / "requirements.txt").read_text(encoding="utf-8")
    groups = dict(re.findall(r"# (.+)\n((?:[^#\n].*\n)+)", text))  # a comment, then its lines
    track = f"{framework_name} track"
    if track not in groups:
        raise ValueError(f"expected PyTorch or TensorFlow, got {framework_name!r}")
    project = (COURSE / "pyproject.toml").read_text(encoding="utf-8")
    python = re.search(r'(?m)^requires-python = "(.+)"', project)[1]  # tomllib is missing in a Python that is too old
    packages = (groups["the course"] + groups[track]).splitlines()
    return ["Python" + python, *(p for p in packages if Requirement(p).name != OPENS_NOTEBOOKS)]


def _check_version(wanted):
    name, bounds = Requirement(wanted).name, Requirement(wanted).specifier
    found = _found(name)
    state = _compare(Version(found), bounds) if found else "missing"
    _line(name, f"{found or '-':14} {wanted.removeprefix(name):14} {state}")
    if state == "OK":
        return None
    what = f"{name} {found}" if found else name
    remedy = f'run %pip install "{wanted}" in a cell and restart the kernel'
    if name == "Python":
        remedy = "set the course up again with a Python in this range"
    return f"{what} is {state}, the course needs {wanted}: {remedy}"


def _found(name):
    """The version of Python or of an installed package, None if it is missing."""
    if name == "Python":
        return "{}.{}.{}".format(*sys.version_info)
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _compare(found, bounds) -> str:
    if bounds.contains(found, prereleases=True):
        return "OK"
    too_old = any(found < Version(bound.version) for bound in bounds if bound.operator == ">=")
    return "too old" if too_old else "too new"


def _check_numbers(device_name, compute):
    """Compare a tiny RNN of the framework with the same in NumPy and float64."""
    tolerance = 1e-5 if device_name == "cpu" else 1e-4  # a GPU adds up in an order of its own
    rng = np.random.default_rng(0)
    shapes = (3, 5, 4), (4, 6), (6, 6), (6,)  # x, W_xh, W_hh, b_h
    arrays = [rng.uniform(-1, 1, shape).astype("float32") for shape in shapes]
    x, W_xh, W_hh, b_h = arrays
    expected = cells.forward(x, CellWeights("rnn", W_xh, W_hh, b_h, np.zeros_like(b_h))).outputs
    try:
        states = np.asarray(compute(*arrays))
        if states.shape != expected.shape:
            raise ValueError(f"the states have shape {states.shape}, expected {expected.shape}")
    except Exception as error:
        _line("forward pass", "failed")
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return f"the tiny forward pass gave {reason}: restart the kernel with COURSE_DEVICE=cpu and run all cells"
    if states.dtype.itemsize < 4:
        _line("forward pass", f"in {states.dtype}: too coarse")
        return (
            f"the framework computes in {states.dtype}, the course needs float32: Keras reads this from "
            '~/.keras/keras.json (or the folder KERAS_HOME); write "floatx": "float32" there and restart the kernel'
        )
    gap = np.abs(states - expected).max()
    good = gap <= tolerance
    _line("forward pass", f"{gap:.0e} from NumPy's, at most {tolerance:.0e} expected: {'OK' if good else 'wrong'}")
    remedy = "restart the kernel with COURSE_DEVICE=cpu; if it stays, install the framework again"
    return None if good else f"the tiny forward pass is off by {gap:.0e}, expected at most {tolerance:.0e}: {remedy}"


def _line(name, text):
    print(f"{name:14} {text}")
