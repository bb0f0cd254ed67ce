"""The benchmarks' own parts: texts, stopwatch, fits, page, and that both sides of a comparison do the same."""

from collections import Counter
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from benchmarks import applications, gpu, news, pipeline, pytorch, report, tensorflow, tracks
from benchmarks.__main__ import PARTS, main
from benchmarks.measure import exponent, interleaved, times_as_long
from benchmarks.report import Row, table
from tools.lesson import definitions
from utils.datasets.types import Split
from utils.text import tokenise

HALVES = {"pytorch": pytorch, "tensorflow": tensorflow}


@pytest.fixture(scope="module")
def texts():
    return news.make(600, seed=3)


def test_the_same_seed_gives_the_same_texts(texts):
    again, other = news.make(600, seed=3), news.make(600, seed=4)
    assert again.texts == texts.texts and np.array_equal(again.labels, texts.labels)
    assert other.texts != texts.texts


def test_texts_have_the_shape_of_news(texts):
    lengths = [len(tokenise(text)) for text in texts.texts]
    assert 38 <= np.mean(lengths) <= 42 and min(lengths) >= 10
    assert min(np.bincount(texts.labels, minlength=4)) > 100
    assert len(set(news.words())) == 95_000


def test_words_follow_zipf(texts):
    counts = Counter(word for text in texts.texts for word in tokenise(text))
    ranks = {word: rank for rank, word in enumerate(news.words())}
    few = sum(count for word, count in counts.items() if ranks[word] < 100)
    assert 0.25 <= few / counts.total() <= 0.45  # a hundred words make a third of all text
    assert sum(count == 1 for count in counts.values()) > len(counts) / 2


def test_topic_words_belong_to_one_topic(texts):
    ranks = {word: rank for rank, word in enumerate(news.words())}
    topical = Counter()
    for text, label in zip(texts.texts, texts.labels, strict=True):
        topical.update((ranks[word] % 4 == label) for word in tokenise(text) if 200 <= ranks[word] < 1000)
    assert topical[True] > 1.5 * topical[False]  # common words fall on any topic


def test_functions_take_turns_after_a_warm_up():
    calls, clock = [], iter([0, 1, 10, 12, 20, 21, 30, 34])
    steps = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    seconds = interleaved(steps, rounds=2, clock=lambda: next(clock))
    assert calls == ["a", "b"] * 3
    assert seconds == {"a": [1, 1], "b": [2, 4]}
    assert times_as_long(seconds["b"], seconds["a"]) == 3


@pytest.mark.parametrize("power", [0, 1, 2])
def test_the_exponent_of_a_known_growth_is_found(power):
    sizes = np.array([32, 64, 128, 256])
    assert exponent(sizes, 3.0 * sizes**power) == pytest.approx(power)


def test_a_goal_is_met_or_missed():
    assert Row("", "", 2.0, at_least=2).verdict == "met"
    assert Row("", "", 1.9, at_least=2).verdict == "missed"
    assert Row("", "", 1.2, at_least=0.9, at_most=1.1).verdict == "missed"
    assert Row("", "", 1.2).verdict == "–"
    line = table([Row("PyTorch", "course over common", 16.24, at_least=15)]).splitlines()[-1]
    assert line == "| PyTorch | course over common | 16.2 | ≥ 15 | met |"


def test_a_part_is_written_between_its_markers_and_the_others_stay(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(
        "before\n<!-- cells -->\nold\n<!-- end of cells -->\nbetween\n<!-- gpu -->\nkept\n<!-- end of gpu -->\n",
        encoding="utf-8",
    )
    report.write("cells", r"new \1", page)
    text = page.read_text(encoding="utf-8")
    assert r"new \1" in text and "old" not in text and report.machine() in text
    assert text.startswith("before\n<!-- cells -->") and text.endswith(
        "between\n<!-- gpu -->\nkept\n<!-- end of gpu -->\n"
    )
    with pytest.raises(ValueError, match="<!-- tracks -->"):
        report.write("tracks", "", page)


def test_the_page_has_a_place_for_every_part():
    text = report.PAGE.read_text(encoding="utf-8")
    for part in PARTS:
        assert text.count(f"<!-- {part} -->") == text.count(f"<!-- end of {part} -->") == 1


def read_by(made):
    """How often a pipeline's batches hold each text, as (ids, label), in one pass."""
    rows = Counter()
    for batch, labels in made.data:
        in_model = isinstance(made, tensorflow.Pipeline) and not made.setting.once
        tokens = np.asarray(made.model.layers[0](batch) if in_model else batch)
        rows.update((tuple(row[row != 0]), int(label)) for row, label in zip(tokens, np.asarray(labels), strict=True))
    return rows


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_both_pipelines_read_the_same(half, texts, monkeypatch):
    monkeypatch.setattr(news, "VOCABULARY_SIZE", 2000)  # the others are unknown
    few = Split(texts.texts[:40], texts.labels[:40])
    settings = [pipeline.Setting(once=once, batch_size=16, every_word=True) for once in (False, True)]
    common, course = (read_by(half.Pipeline(setting, few, seed=0)) for setting in settings)
    assert common == course and common.total() == 40


@pytest.mark.parametrize("name", ["common", "course"])
@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_pipeline_learns(half, name, monkeypatch):
    for constant, value in (("VOCABULARY_SIZE", 2000), ("TOPIC_SHARE", 0.6)):  # small and easy, to be quick
        monkeypatch.setattr(news, constant, value)
    for constant, value in (("TARGET", 0.45), ("SLICE", 400), ("PATIENCE", 4)):  # a guess: 0.25
        monkeypatch.setattr(pipeline, constant, value)
    made = news.make(600, seed=0)
    train, test = Split(made.texts[:400], made.labels[:400]), Split(made.texts[400:], made.labels[400:])
    setting = replace(half.PIPELINES[name], batch_size=16)
    assert pipeline.seconds_to_target(half.Pipeline, setting, train, test, seed=0) > 0


def test_training_in_slices_stops_at_the_target():
    class Learner:
        """Gets a tenth better with every slice."""

        def __init__(self, setting, train, *, seed):
            self.slices = 0

        def train(self, num_texts):
            self.slices += 1

        def accuracy(self, test):
            return self.slices / 10

    assert pipeline.seconds_to_target(Learner, None, None, None, seed=0) < 1
    with pytest.raises(RuntimeError, match="did not reach"):
        pipeline.seconds_to_target(type("Never", (Learner,), {"accuracy": lambda *_: 0.0}), None, None, None, seed=0)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_by_hand_and_library_give_the_same_gradients(half, kind):
    by_hand, library = half.layer_steps(kind, batch_size=3, num_steps=4, size=5)
    (our_x, *our_weights), (their_x, *their_weights) = by_hand(), library()
    assert np.allclose(our_x, their_x, atol=1e-5)
    assert np.allclose(all_numbers(our_weights), all_numbers(their_weights), atol=1e-5)


def all_numbers(arrays):
    """What is in the arrays, sorted: the libraries arrange their weights differently."""
    return np.sort(np.concatenate([np.ravel(array) for array in arrays]))


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_training_step_lowers_the_loss(half):
    step = half.training_step(batch_size=4, num_steps=3, input_size=5, hidden_size=6)
    first = step()
    assert all(step() < first for _ in range(3))


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_the_grid_of_two_places(half):
    ratios = gpu.compare(half, "cpu", "cpu", hidden_sizes=(2,), batch_sizes=(4, 5))
    assert np.shape(ratios) == (1, 2) and np.all(np.array(ratios) > 0)
    text = gpu.describe([[0.5, 2, 0.5], [0.5, 2, 2]], hidden_sizes=(2, 3), batch_sizes=(4, 5, 6))
    assert "| 3 | 0.50 | 2.00 | 2.00 |" in text
    assert text.endswith("batches of 4 never; 5 sequences from a state of 2 on; 6 sequences from a state of 3 on.")


def test_without_a_gpu_the_last_table_stays(monkeypatch, capsys):
    monkeypatch.setattr(gpu.worker, "measure", lambda *arguments, **options: None)
    before = report.PAGE.read_bytes()
    assert main(["gpu"]) == 0
    assert report.PAGE.read_bytes() == before
    assert "what stands on the page stays" in capsys.readouterr().out


def test_where_the_gpu_becomes_faster():
    sizes = (64, 128, 256)
    assert gpu.crossover([0.5, 1.2, 3], sizes) == 128
    assert gpu.crossover([1.5, 0.9, 3], sizes) == 256
    assert gpu.crossover([1.5, 1.2, 0.9], sizes) is None


def test_twins_are_compared_without_their_start_up():
    seconds = {
        "00": {"pytorch": (4.8, 0.2), "tensorflow": (2.5, 2.5)},
        "01": {"pytorch": (2, 10), "tensorflow": (10, 10)},
        "02": {"pytorch": (2, 4), "tensorflow": (10, 15)},
    }
    names = ("imports", "lesson")
    text = tracks.describe(
        {
            name: {track: dict(zip(names, pair, strict=True)) for track, pair in times.items()}
            for name, times in seconds.items()
        }
    )
    assert "| 00 | 0.2 | 2.5 | – | – |" in text  # too short to say anything
    assert "| 01 | 10.0 | 10.0 | 1.00 | met |" in text and "| 02 | 4.0 | 15.0 | 3.75 | missed |" in text
    assert "most different twins: 02 | 3.75 | ≤ 1.5 | missed |" in text
    assert f"over 60 seconds | {25 / 60:.2f} | ≤ 1 | met |" in text


@pytest.mark.parametrize("track", HALVES)
def test_the_definitions_of_a_lesson_are_what_its_cells_define(track):
    lesson = definitions("12_language_models", track)
    assert {"language_model", "train", "score", "windows", "write"} <= lesson.keys()
    assert "reader" not in lesson and not any(name.startswith("check_") for name in lesson)


def trained_on(size, clock):
    clock[0] += 5 + size / 100  # five seconds to begin with, then a hundred samples a second
    return size


def test_a_race_ends_at_the_goal_and_what_is_paid_once_slows_nobody(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(applications.time, "process_time", lambda: clock[0])
    way = (lambda size: trained_on(size, clock), 100)
    found = applications.race({"lesson": way}, lambda model: model >= 300)
    assert found["lesson"] == {"speed": pytest.approx(100), "seconds": pytest.approx(9)}
    with pytest.raises(RuntimeError, match="the goal was not reached with 409,600 samples"):
        applications.race({"lesson": way}, lambda model: False)


def test_the_table_of_applications():
    race = {"lesson": {"speed": 60, "seconds": 2}, "tutorial": {"speed": 3, "seconds": 5}}
    speech = {"lesson": {"speed": 500}, "one": {"speed": 50}}
    result = {"characters": race, "translation": race, "speech": speech, "video": race}
    result["writing"] = {"kept": 3000, "again": 100}
    slower = result | {"writing": {"kept": 900, "again": 100}, "video": {"lesson": {"speed": 40}}}
    lines = applications.describe({"pytorch": result, "tensorflow": slower}).splitlines()
    assert "| PyTorch | lesson 12: characters per second, lesson over tutorial | 20.0 | ≥ 10 | met |" in lines
    assert "| PyTorch | lesson 13: time to equal held-out score, tutorial over lesson | 2.50 | ≥ 5 | missed |" in lines
    assert "| PyTorch | lesson 14: recordings per second, batches of 32 over one by one | 10.0 | – | – |" in lines
    assert lines[-2].endswith("| 3.33 | ≤ 3 | missed |") and lines[-1].endswith("| 1.50 | – | – |")


@pytest.mark.parametrize("track", HALVES)
def test_the_steps_of_the_tutorials_learn(track):
    step_of = import_module(f"benchmarks.tutorials.{track}")
    model = definitions("12_language_models", track)["language_model"](5, 4, 8)
    step, line = step_of.character_step(model), np.array([1, 2, 3, 4, 1, 2, 3, 4, 1], "int32")
    score = definitions("12_language_models", track)["score"]
    batch = [(line[None, :-1], line[None, 1:])]
    before = score(model, batch)
    for _ in range(20):
        step(line)
    assert score(model, batch) < 0.8 * before

    lesson = definitions("13_attention", track)
    model = lesson["Translator"](6, 6, 8)
    source = np.array([[1, 2, 3, 0], [3, 2, 1, 4]], "int32")
    before, target = np.array([[5, 3, 2], [5, 4, 1]], "int32"), np.array([[3, 2, 0], [4, 1, 2]], "int32")
    step = step_of.translation_step(model)
    for _ in range(60):
        step(source, before, target)
    said = lesson["logits_of"](model, source, before).argmax(axis=2)
    assert np.array_equal(said[target != 0], target[target != 0])

    lesson = definitions("14_speech_and_ctc", track) | step_of.LOSSES
    model, clip = lesson["recogniser"](), np.eye(6, 20, dtype="float32")
    step = step_of.recording_step(model, lesson["ctc"])
    for _ in range(60):
        step(clip, np.array([3, 5], "int32"))
    assert lesson["collapse"](lesson["predict"](model, clip[None])[0].argmax(axis=1)) == (3, 5)
