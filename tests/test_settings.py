"""The variables that change a run: what they mean, and that nonsense is refused."""

import os
import subprocess
import sys

import pytest

from tools.files import ROOT
from utils import settings

DEFAULTS = [
    (settings.course_seed, "COURSE_SEED", 0),
    (settings.course_device, "COURSE_DEVICE", "auto"),
    (settings.course_threads, "COURSE_THREADS", 1),
    (settings.course_claims, "COURSE_CLAIMS", "strict"),
]


@pytest.mark.parametrize("read, variable, default", DEFAULTS)
def test_what_holds_unless_something_is_set(monkeypatch, read, variable, default):
    monkeypatch.delenv(variable, raising=False)
    assert read() == default


@pytest.mark.parametrize(
    "read, variable, text, value",
    [
        (settings.course_threads, "COURSE_THREADS", "4", 4),
        (settings.course_threads, "COURSE_THREADS", "all", None),
        (settings.course_claims, "COURSE_CLAIMS", "warn", "warn"),
        (settings.course_claims, "COURSE_CLAIMS", "strict", "strict"),
    ],
)
def test_what_can_be_set(monkeypatch, read, variable, text, value):
    monkeypatch.setenv(variable, text)
    assert read() == value


@pytest.mark.parametrize("read, variable, default", DEFAULTS)
@pytest.mark.parametrize("text", ["", "-1", "1.5", "some", "ALL"])
def test_nonsense_is_refused_with_the_name_of_the_variable(monkeypatch, read, variable, default, text):
    monkeypatch.setenv(variable, text)
    with pytest.raises(ValueError, match=f"{variable} must be .* not '{text}'"):
        read()


def test_no_thread_at_all_is_refused(monkeypatch):
    monkeypatch.setenv("COURSE_THREADS", "0")
    with pytest.raises(ValueError, match="a whole number such as 1 or 4, or all, not '0'"):
        settings.course_threads()


THREADS = {
    "pytorch": "import utils.pytorch, torch; print(torch.get_num_threads())",
    "tensorflow": (
        "import utils.tensorflow, tensorflow as tf; t = tf.config.threading;"
        "print(t.get_intra_op_parallelism_threads(), t.get_inter_op_parallelism_threads())"
    ),
}


@pytest.mark.parametrize(
    "track, setting, found",
    [
        ("pytorch", None, "1"),
        ("pytorch", "3", "3"),
        ("pytorch", "all", "2"),
        ("tensorflow", None, "1 1"),
        ("tensorflow", "3", "3 3"),
        ("tensorflow", "all", "0 0"),  # its own choice
    ],
)
def test_both_tracks_compute_on_one_thread_unless_told_otherwise(track, setting, found):
    environment = {**os.environ, "OMP_NUM_THREADS": "2"}
    environment.pop("COURSE_THREADS", None)
    if setting:
        environment["COURSE_THREADS"] = setting
    command = [sys.executable, "-c", THREADS[track]]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
    assert answer.stdout.strip() == found, answer.stderr
