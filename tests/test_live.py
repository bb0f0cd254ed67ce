"""What the site's live figures compute with. That they compute right is tested by node --test site/live/test.mjs."""

import json

import numpy as np
import pytest

from tools import live
from tools.lesson import TRACKS, choose, read

EVERY = pytest.mark.parametrize("name", live.names())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder in place of site/live."""
    monkeypatch.setattr(live, "FOLDER", tmp_path)
    return tmp_path


@EVERY
def test_weights_are_valid_and_small(name):
    file = live.FOLDER / name / "weights.json"
    assert file.stat().st_size < 60_000
    weights = json.loads(
        file.read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(f"{word} is no JSON")
    )
    assert weights == live.rounded(weights)


@EVERY
def test_a_figure_stands_behind_a_cell_that_both_tracks_have(name):
    lesson = read(choose([live.constant(name, "lesson")])[0])
    for track in TRACKS:
        assert live.constant(name, "after") in [cell.id for cell in lesson.track(track)]


def test_without_node_there_is_one_clear_error(monkeypatch, capsys):
    monkeypatch.setattr(live.shutil, "which", lambda name: None)
    monkeypatch.setattr(live, "export", lambda name: pytest.fail("nothing may run"))
    assert live.main([]) == 2
    assert capsys.readouterr().err == live.NO_NODE + "\n"


def test_an_unknown_figure_is_named(monkeypatch, capsys):
    monkeypatch.setattr(live.shutil, "which", lambda name: "/usr/bin/node")
    assert live.main(["pianola"]) == 2
    assert "no live figure is called pianola: expected some of" in capsys.readouterr().err


def test_numbers_keep_the_nine_digits_of_a_float32():
    third, values = np.float32(1 / 3), np.random.default_rng(0).normal(size=1000).astype("float32")
    assert live.rounded({"a": [third, 3, "b"], "c": np.eye(2)}) == {
        "a": [0.333333343, 3, "b"],
        "c": [[1, 0], [0, 1]],
    }
    assert np.array_equal(np.array(live.rounded(values)).astype("float32"), values)


def test_what_is_saved_is_json_and_nothing_else_is_left(folder):
    expected = [{"input": {"step": np.int64(2)}, "output": {"h": np.array([0.1, 1 / 3])}}]
    live.save("cell", {"b": [0.5]}, expected)
    assert json.loads((folder / "cell/weights.json").read_text(encoding="utf-8")) == {"b": [0.5]}
    assert json.loads((folder / "cell/expected.json").read_text(encoding="utf-8"))[0] == {
        "input": {"step": 2},
        "output": {"h": [0.1, 1 / 3]},
    }
    assert sorted(path.name for path in (folder / "cell").iterdir()) == ["expected.json", "weights.json"]


def test_what_cannot_be_written_leaves_the_old_files_as_they_were(folder):
    live.save("cell", {"b": [0.5]}, [])
    with pytest.raises(ValueError, match="Out of range float"):
        live.save("cell", {"b": [0.25]}, [{"output": np.nan}])
    assert json.loads((folder / "cell/weights.json").read_text(encoding="utf-8")) == {"b": [0.5]}
    assert json.loads((folder / "cell/expected.json").read_text(encoding="utf-8")) == []
