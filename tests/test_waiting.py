"""The line that shows a learner how far a training is."""

import time

import nbformat
import numpy as np
import pytest
import torch
from torch import nn

from tools.run import execute
from utils import pytorch, tensorflow, waiting


class Shell:
    """A kernel whose front end says whether a person could be asked."""

    def __init__(self, allow_stdin):
        self.parent = {"content": {"allow_stdin": allow_stdin}}

    def get_parent(self):
        return self.parent


class Shown:
    """Takes the place of IPython's display: it keeps the line's texts."""

    def __init__(self):
        self.texts = []

    def __call__(self, data, raw, display_id):
        assert raw and display_id
        self.update(data, raw=raw)
        return self

    def update(self, data, *, raw):
        self.texts.append(data["text/plain"])


@pytest.fixture
def clock(monkeypatch):
    """The time in seconds, as a list of one number that a test may change."""
    now = [0.0]
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def shown(monkeypatch):
    shown = Shown()
    monkeypatch.setattr(waiting, "display", shown)
    monkeypatch.setattr(waiting, "get_ipython", lambda: Shell(True))
    return shown


def test_a_long_loop_shows_a_line_that_counts_and_is_gone_at_the_end(shown, clock):
    for step in waiting.progress(range(5)):
        assert shown.texts == ([] if step < 2 else shown.texts)
        clock[0] += 2
    assert shown.texts == [
        "training: 2 of 5, about 6 s left …",
        "training: 3 of 5, about 4 s left …",
        "training: 4 of 5, about 2 s left …",
        "",
    ]


def test_a_short_loop_shows_nothing(shown, clock):
    for _ in waiting.progress(range(29)):
        clock[0] += 0.1
    assert shown.texts == []


def test_the_line_is_renewed_twice_a_second_at_most(shown, clock):
    for _ in waiting.progress(range(1000)):
        clock[0] += 0.01
    assert 12 <= len(shown.texts) <= 16


def test_what_has_no_length_is_counted(shown, clock):
    for _ in waiting.progress((k for k in range(3)), "reading"):
        clock[0] += 4
    assert shown.texts == ["reading: 1 done, 4 s so far …", "reading: 2 done, 8 s so far …", ""]


def test_the_line_is_gone_after_an_error_too(shown, clock):
    with pytest.raises(KeyboardInterrupt):
        for step in waiting.progress(range(9)):
            clock[0] += 2
            if step == 5:
                raise KeyboardInterrupt
    assert len(shown.texts) > 1 and shown.texts[-1] == ""


@pytest.mark.parametrize("shell", [None, object(), Shell(False)])
def test_nothing_is_shown_where_nobody_waits(shown, clock, monkeypatch, shell):
    monkeypatch.setattr(waiting, "get_ipython", lambda: shell)
    for _ in waiting.progress(range(5)):
        clock[0] += 2
    assert shown.texts == []


def test_an_executed_notebook_records_no_line(tmp_path):
    code = (
        "import sys; sys.path.insert(0, {root!r})\n"
        "from utils import waiting\n"
        "waiting.FIRST_AFTER = 0\n"
        "for _ in waiting.progress(range(3)):\n"
        "    pass\n"
        "print(waiting.somebody_waits())"
    )
    root = str(waiting.__file__).rsplit("/utils/", 1)[0]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code.format(root=root))])
    [output] = execute(notebook, tmp_path).cells[0].outputs
    assert output.text == "False\n"


class Batches(list):
    """One batch of four texts of three tokens, `fit`'s input in both tracks."""

    def __init__(self):
        super().__init__([(np.array([[1, 2, 3], [3, 2, 1], [1, 1, 1], [2, 2, 2]]), np.array([0, 1, 0, 1]))])


class Mean(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(4, 2)

    def forward(self, tokens):
        return self.table(tokens).mean(dim=1)


def test_both_trainings_show_the_line(shown, monkeypatch):
    monkeypatch.setattr(waiting, "FIRST_AFTER", 0)
    monkeypatch.setattr(waiting, "EVERY", 0)
    torch.manual_seed(0)
    pytorch.fit(Mean(), Batches(), epochs=3, learning_rate=0.1)
    assert shown.texts[1].startswith("training: 1 of 3, about ") and shown.texts[-1] == ""
    shown.texts.clear()
    keras = tensorflow.keras
    model = keras.Sequential([keras.layers.Embedding(4, 2), keras.layers.GlobalAveragePooling1D()])
    model.build((None, None))
    tensorflow.fit(model, Batches(), epochs=3, learning_rate=0.1)
    assert shown.texts[0].startswith("training: 1 of 3, about ") and shown.texts[-1] == ""


def test_a_step_costs_next_to_nothing(shown):
    start = time.perf_counter()
    for _ in waiting.progress(range(100_000)):
        pass
    assert time.perf_counter() - start < 1  # ten microseconds a step, on a busy machine
