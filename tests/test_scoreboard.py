"""Claims over seeds: what is measured, kept, summed up and complained about."""

import json

import pytest

from tools import scoreboard
from tools.digest import own_digest
from tools.lesson import parse
from tools.scoreboard import failures, page, rows, worst


def record(value, holds=True, **bounds):
    return {"text": "accuracy", "value": value, "holds": holds, **(bounds or {"at_least": 0.9})}


def entry(pytorch, tensorflow):
    """A lesson's measurements from the records of its seeds."""
    both = {"pytorch": pytorch, "tensorflow": tensorflow}
    return {
        track: {
            "digest": "d",
            "seeds": {str(k): {"claims": [r], "leaderboard": [], "error": None} for k, r in enumerate(records)},
        }
        for track, records in both.items()
    }


@pytest.fixture
def board(monkeypatch, tmp_path):
    """A scoreboard of its own, whose notebooks are not run: every measurement is counted instead."""
    measured = []

    def measure(lesson, track, seed):
        measured.append((track, seed))
        row = {"model": "RNN", "accuracy": 0.7 + seed / 100, "parameters": 10}
        return {"claims": [record(0.95 + seed / 1000)], "leaderboard": [row], "error": None}

    class Now:
        """Runs at once what would go to another process."""

        def __init__(self, processes):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def submit(self, function, *arguments):
            from concurrent.futures import Future

            future = Future()
            future.set_result(function(*arguments))
            return future

    monkeypatch.setattr(scoreboard, "STORE", tmp_path / "data" / "scoreboard.json")
    monkeypatch.setattr(scoreboard, "PAGE", tmp_path / "SCOREBOARD.md")
    monkeypatch.setattr(scoreboard, "LEADERBOARD", tmp_path / "leaderboard.json")
    monkeypatch.setattr(scoreboard, "measure", measure)
    monkeypatch.setattr(scoreboard, "ProcessPoolExecutor", Now)
    return measured


def test_only_seeds_that_were_not_measured_are_run(board):
    assert scoreboard.main(["--seeds", "2", "01"]) == 0
    assert sorted(board) == [("pytorch", 0), ("pytorch", 1), ("tensorflow", 0), ("tensorflow", 1)]
    board.clear()
    assert scoreboard.main(["--seeds", "3", "01"]) == 0
    assert sorted(board) == [("pytorch", 0), ("pytorch", 2), ("tensorflow", 0), ("tensorflow", 2)]
    assert "3 of 3" in scoreboard.PAGE.read_text(encoding="utf-8")


def test_everything_is_measured_again_on_request(board):
    scoreboard.main(["--seeds", "2", "01"])
    board.clear()
    scoreboard.main(["--seeds", "2", "--again", "01"])
    assert len(board) == 4


def test_fewer_seeds_forget_nothing(board):
    scoreboard.main(["--seeds", "3", "01"])
    scoreboard.main(["01"])
    assert "3 of 3" in scoreboard.PAGE.read_text(encoding="utf-8")


def test_the_rows_of_the_running_task_are_medians_over_the_seeds(board):
    scoreboard.main(["--seeds", "3", "01"])
    [row] = json.loads(scoreboard.LEADERBOARD.read_text(encoding="utf-8"))
    expected = {"lesson": "01_embeddings", "model": "RNN", "parameters": 10, "pytorch": 0.71, "tensorflow": 0.71}
    assert row == expected


def test_results_of_older_code_are_dropped(board):
    scoreboard.main(["--seeds", "2", "01"])
    store = json.loads(scoreboard.STORE.read_text(encoding="utf-8"))
    store["01_embeddings"]["pytorch"]["digest"] = "older"
    scoreboard.STORE.write_text(json.dumps(store), encoding="utf-8")
    board.clear()
    scoreboard.main(["--seeds", "2", "01"])
    assert sorted(board) == [("pytorch", 0), ("pytorch", 1), ("tensorflow", 0)]


def test_an_unknown_lesson_and_no_seeds_are_refused(board, capsys):
    assert scoreboard.main(["77"]) == 2
    assert "unknown lesson '77'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        scoreboard.main(["--seeds", "0"])
    assert "--seeds must be at least 1, got 0" in capsys.readouterr().err


def test_nine_of_ten_seeds_are_enough_and_eight_are_not():
    good, bad = record(0.95), record(0.5, holds=False)
    assert failures(entry([good] * 9 + [bad], [good] * 10)) == []
    assert failures(entry([good] * 8 + [bad] * 2, [good] * 10)) == ["accuracy (PyTorch)"]


def test_a_claim_that_one_track_never_makes_is_a_failure():
    only = entry([record(0.95)], [record(0.95)])
    only["tensorflow"]["seeds"]["0"]["claims"] = []
    assert failures(only) == ["accuracy (TensorFlow)"]
    assert "not measured" in page({"01_x": only})


def test_an_error_in_a_notebook_is_a_failure():
    broken = entry([record(0.95)], [record(0.95)])
    broken["pytorch"]["seeds"]["0"]["error"] = "NameError: x"
    assert failures(broken) == ["NameError: x"]
    assert "Does not hold: NameError: x" in page({"01_x": broken})


@pytest.mark.parametrize(
    "values, bounds, expected",
    [
        ([0.95, 0.99, 0.91], {"at_least": 0.9}, 0.91),
        ([0.1, 0.3, 0.2], {"at_most": 0.5}, 0.3),
        ([0.5, 0.47, 0.51], {"equals": 0.5, "within": 0.05}, 0.47),
        ([0.1, 0.45, 0.2], {"at_least": 0.0, "at_most": 0.5}, 0.45),
    ],
)
def test_the_worst_value_is_the_one_closest_to_its_bound(values, bounds, expected):
    assert worst([record(value, **bounds) for value in values]) == expected


def test_the_page_shows_bound_median_worst_and_seeds_held():
    text = page({"01_x": entry([record(0.95), record(0.97), record(0.99)], [record(0.92)])})
    assert "| accuracy | ≥ 0.9 | 0.97 | 0.95 | 3 of 3 | 0.92 | 0.92 | 1 of 1 |" in text
    assert rows(entry([record(0.95)], [record(0.92)]))[0]["text"] == "accuracy"


def test_a_bound_that_differs_is_shown_for_one_seed_and_track_and_says_so():
    records = [record(value, equals=value, within=0.1) for value in (1.4, 1.7, 1.5)]
    lesson = entry(records, records)
    for track in lesson.values():  # as after a run: the committed notebook's seed comes last
        track["seeds"]["0"] = track["seeds"].pop("0")
    assert rows(lesson)[0]["bound"] == "= 1.4 ± 0.1 (PyTorch, seed 0)"
    assert rows(entry(records[:1], records[:1]))[0]["bound"] == "= 1.4 ± 0.1"


def test_claims_are_read_from_the_committed_notebook_or_from_a_run(monkeypatch):
    import nbformat

    from tools.lesson import read

    executed = []

    def execute(notebook, folder, *, seed, allow_errors, COURSE_CLAIMS):
        assert allow_errors and COURSE_CLAIMS == "warn"  # else a broken claim hides those behind it
        executed.append(seed)
        error = nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=[])
        shown = nbformat.v4.new_output("display_data", data={}, metadata={"claim": record(0.1, holds=False)})
        next(cell for cell in notebook.cells if cell.cell_type == "code").outputs = [shown, error]
        return notebook

    monkeypatch.setattr(scoreboard, "execute", execute)
    lesson = read("01_embeddings")
    monkeypatch.setattr(scoreboard, "check", lambda *job: [])
    assert len(scoreboard.measure(lesson, "pytorch", 0)["claims"]) > 5 and executed == []
    expected = {"claims": [record(0.1, holds=False)], "leaderboard": [], "error": "NameError: x"}
    assert scoreboard.measure(lesson, "pytorch", 4) == expected
    monkeypatch.setattr(scoreboard, "check", lambda *job: ["stale"])
    scoreboard.measure(lesson, "pytorch", 0)
    assert executed == [4, 0]


def test_a_better_hint_costs_no_seeds_and_another_claim_does():
    source = """---
jupyter:
  course:
    title: Test
---

# Cells

```python
total = 1 + 1
```

```python tags=["check"]
# @title Check of 9.1
assert True, "a hint"
```
"""
    digests = [
        own_digest(parse("09_test", text), "pytorch")
        for text in (source, source.replace("a hint", "a better hint"), source.replace("1 + 1", "1 + 2"))
    ]
    assert digests[0] == digests[1] != digests[2]
