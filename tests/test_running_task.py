"""The leaderboard: earlier lessons from the file, this lesson from this run."""

import json

import pytest

from utils import outputs, running_task
from utils.running_task import earlier_rows, leaderboard

ROWS = [
    {"lesson": "02_rnn_anatomy", "model": "RNN", "parameters": 10280, "pytorch": 0.7, "tensorflow": 0.69},
    {"lesson": "05_lstm_gates", "model": "LSTM", "parameters": 28904, "pytorch": 0.8, "tensorflow": 0.79},
]


@pytest.fixture(autouse=True)
def board(monkeypatch, tmp_path):
    path = tmp_path / "leaderboard.json"
    path.write_text(json.dumps(ROWS), encoding="utf-8")
    monkeypatch.setattr(running_task, "LEADERBOARD", path)
    return path


def test_only_rows_of_earlier_lessons_are_shown(capsys):
    assert [row["model"] for row in earlier_rows("05_lstm_gates")] == ["RNN"]
    leaderboard("05_lstm_gates", {"LSTM": (0.8123, 28904), "majority": (0.125, None)})
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| RNN | 0.700 (PyTorch), 0.690 (TensorFlow) | 10,280 | lesson 02 |",
        "| LSTM | 0.812 | 28,904 | this run |",
        "| majority | 0.125 | – | this run |",
    ]


def test_the_rows_of_this_run_are_recorded(monkeypatch):
    shown = []
    monkeypatch.setattr(outputs, "get_ipython", lambda: "a kernel")
    monkeypatch.setattr(outputs, "display", lambda data, metadata, raw: shown.append((data, metadata)))
    leaderboard("02_rnn_anatomy", {"RNN": (0.7, 10280)})
    [(data, metadata)] = shown
    assert metadata == {"leaderboard": {"rows": [{"model": "RNN", "accuracy": 0.7, "parameters": 10280}]}}
    assert data["text/markdown"].count("\n") == 2


def test_without_a_file_there_are_no_earlier_rows(board):
    board.unlink()
    assert earlier_rows("05_lstm_gates") == []
