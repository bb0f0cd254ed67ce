"""What lesson 09 adds: tags from the future, sentences with names, readings, WNUT17, the leak detector, the figure."""

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from utils import datasets, plots, sanity
from utils.datasets import DataError, Tagged
from utils.datasets.entities import is_clear
from utils.datasets.future_tags import LAGS
from utils.datasets.readings import accuracy_by_counting

ROOT = Path(__file__).parents[1]


def legal(tags):
    """Whether every I- continues a name of its kind."""
    return all(
        not tag.startswith("I-") or before[2:] == tag[2:] for before, tag in zip(["O", *tags], tags, strict=False)
    )


def names_of(part):
    return [
        w
        for words, tags in zip(part.words, part.tags, strict=True)
        for w, t in zip(words, tags, strict=True)
        if t != "O"
    ]


def test_a_future_tag_is_the_parity_of_two_throws():
    dice = datasets.load("future_tags", seed=3, steps=2, test_size=5)
    assert dice.train.inputs.shape == (64, 20) and dice.test.targets.shape == (5, 20, len(LAGS))
    assert set(np.unique(dice.train.inputs)) == set(range(1, 7))
    for row, answers in zip(dice.test.inputs, dice.test.targets, strict=True):
        for t in range(20):
            for lag, answer in zip(LAGS, answers[t], strict=True):
                inside = 0 <= t + lag < 20
                assert answer == ((row[t] + row[t + lag]) % 2 if inside else -1)


def test_the_seed_decides_the_throws():
    def first(seed):
        return datasets.load("future_tags", seed=seed, steps=1, test_size=1).train.inputs

    assert np.array_equal(first(1), first(1)) and not np.array_equal(first(1), first(2))


@pytest.mark.parametrize("lags", [(0,), (1, 20), (-20,)])
def test_a_lag_that_asks_nothing_is_refused(lags):
    with pytest.raises(ValueError, match="expected lags from 1 to 19 steps, to either side"):
        datasets.load("future_tags", lags=lags)


@pytest.fixture(scope="module", params=[0, 1, 2])
def sentences(request):
    return datasets.load("entities", seed=request.param)


def test_no_name_of_the_test_sentences_occurs_in_training(sentences):
    train, test = set(names_of(sentences.train)), set(names_of(sentences.test))
    assert len(train) == 700 and len(test) == 300 and not train & test and "Jordan" in train | test


def test_names_are_rare_and_all_other_words_are_not(sentences):
    """Lesson 09 keeps words that occur 12 times: every word of the templates, and no name."""
    counts = Counter(word for words in sentences.train.words for word in words)
    names = set(names_of(sentences.train))
    assert max(counts[name] for name in names) < 12 <= min(counts[word] for word in counts if word not in names)
    words = {word for row in sentences.test.words for word in row} - set(names_of(sentences.test))
    assert words <= counts.keys()


def test_the_tags_of_the_sentences_are_legal_and_names_have_one_or_two_words(sentences):
    assert (len(sentences.train), len(sentences.test)) == (2048, 1000)
    for tags in [*sentences.train.tags, *sentences.test.tags]:
        assert legal(tags) and set(tags) <= set(sentences.classes)
        assert not any(a[:2] == b[:2] == "I-" for a, b in pairwise(tags))


def test_the_kind_of_a_name_follows_from_the_words_after_it(sentences):
    kinds = {"born": set(), "founded": set()}
    for words, tags in zip(sentences.test.words, sentences.test.tags, strict=True):
        if words[0] not in ("in", "near", "outside"):  # these put a place in front
            for word in kinds.keys() & set(words):
                kinds[word] |= {tag[2:] for tag in tags if tag != "O"}
    assert kinds == {"born": {"PER"}, "founded": {"LOC"}}


@pytest.mark.parametrize(
    "text, tags, clear",
    [
        ("Jordan was founded in spring .", "B-LOC O O O O O", True),
        ("in Jordan Hill they say .", "O B-LOC I-LOC O O O", True),
        ("nobody forgets Jordan .", "O O B-PER O", False),  # may be either
        ("in Jordan Lincoln Kelly sang .", "O B-LOC B-PER I-PER O O", False),  # where does the place end?
    ],
)
def test_a_sentence_is_clear_if_its_words_decide(text, tags, clear):
    assert is_clear(text.split(), tags.split()) == clear


def test_most_sentences_are_clear_and_some_are_not(sentences):
    clear = [is_clear(*pair) for pair in zip(sentences.test.words, sentences.test.tags, strict=True)]
    assert 0.5 < np.mean(clear) < 0.8


def test_the_seed_decides_the_sentences():
    assert (
        datasets.load("entities", seed=5, train_size=9).train == datasets.load("entities", seed=5, train_size=9).train
    )
    assert (
        datasets.load("entities", seed=5, train_size=9).train != datasets.load("entities", seed=6, train_size=9).train
    )


def test_a_sentence_with_a_tag_too_few_is_refused():
    with pytest.raises(ValueError, match="sentence 1: expected one tag a word, got 2 words and 1 tags"):
        Tagged([["a"], ["b", "c"]], [["O"], ["O"]])


@pytest.fixture(scope="module")
def readings():
    return datasets.load("readings")


def test_readings_are_asked_for_ambiguous_characters_only(readings):
    asked = {}
    for part in (readings.train, readings.test):
        for phrase, tags in zip(part.words, part.tags, strict=True):
            assert 2 <= len(phrase) <= 4 and set(tags) - {"-"}
            for character, tag in zip(phrase, tags, strict=True):
                asked.setdefault(character, Counter())[tag] += 1
    ambiguous = {character: counts for character, counts in asked.items() if "-" not in counts}
    assert all(set(counts) == {"-"} for character, counts in asked.items() if character not in ambiguous)
    assert 70 <= len(ambiguous) <= 90
    for counts in ambiguous.values():
        assert counts.total() >= 100 and max(counts.values()) <= 0.95 * counts.total()
    assert {"cháng", "zhǎng"} <= set(ambiguous["长"])


def test_a_reading_belongs_to_its_phrase(readings):
    known = {
        "".join(p): t for part in (readings.train, readings.test) for p, t in zip(part.words, part.tags, strict=True)
    }
    assert known["长城"][0] == "cháng" and known["长大"][0] == "zhǎng" and known["银行"] == ["-", "háng"]


def test_counting_looks_at_the_neighbours_it_is_asked_about():
    train = Tagged([["a", "x"], ["a", "x"], ["b", "x"], ["x", "c"]], [["-", "1"], ["-", "1"], ["-", "2"], ["3", "-"]])
    test = Tagged(
        [["b", "x"], ["x", "c"], ["a", "x", "c"], ["d", "x"]], [["-", "2"], ["3", "-"], ["-", "3", "-"], ["-", "1"]]
    )
    phrases = datasets.Dataset("phrases", ("-", "1", "2", "3"), train, test, "made up")
    assert accuracy_by_counting(phrases) == 1 / 4  # always 1
    assert accuracy_by_counting(phrases, left=True) == 3 / 4  # after a: 1, so the third is missed
    assert accuracy_by_counting(phrases, right=True) == 3 / 4  # before the end: 1, so the first is missed
    assert accuracy_by_counting(phrases, left=True, right=True) == 1


def test_both_neighbours_tell_more_of_a_reading_than_one(readings):
    usual = accuracy_by_counting(readings)
    left, right = accuracy_by_counting(readings, left=True), accuracy_by_counting(readings, right=True)
    both = accuracy_by_counting(readings, left=True, right=True)
    assert usual + 0.02 < min(left, right) and max(left, right) + 0.01 < both


def test_no_phrase_is_in_both_parts_and_the_parts_are_the_same_in_every_run(readings):
    train, test = ({"".join(phrase) for phrase in part.words} for part in (readings.train, readings.test))
    assert not train & test and len(train) + len(test) > 15_000
    code = "from utils import datasets; print(''.join(datasets.load('readings').test.words[0]))"
    other_hashes = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONIOENCODING": "utf-8"}
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=other_hashes, capture_output=True, check=True)
    assert answer.stdout.decode().strip() == "".join(readings.test.words[0])


@pytest.mark.skipif(
    not datasets.is_available("wnut17"), reason="WNUT17 is not in COURSE_DATA; datasets.download fetches it"
)
def test_wnut17_has_six_kinds_of_names_and_legal_tags():
    posts = datasets.load("wnut17")
    assert (len(posts.train), len(posts.test), len(posts.classes)) == (3394, 1009, 13)
    tags = [tag for row in posts.train.tags for tag in row]
    assert len(tags) == 62_730 and tags.count("O") / len(tags) == pytest.approx(0.95, abs=0.001)
    assert {tag for row in posts.test.tags for tag in row} <= set(posts.classes)
    assert all(word and word == word.strip() for row in posts.train.words for word in row)


def test_wnut17_says_how_to_fetch_it(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert not datasets.is_available("wnut17")
    with pytest.raises(DataError, match=r"wnut17train.conll is not in .*datasets.download\('wnut17'\)"):
        datasets.load("wnut17")


BATCH = np.random.default_rng(0).normal(size=(3, 7))


@pytest.mark.parametrize(
    "leaks",
    [
        lambda x: x[:, ::-1],
        lambda x: x - x.mean(axis=1, keepdims=True),
        lambda x: x - x.mean(),
        lambda x: np.roll(x, -1, axis=1),
        lambda x: np.stack([x, np.roll(x, -1, axis=1)], axis=2),
    ],
)
def test_the_detector_finds_a_leak_from_the_future(leaks):
    assert sanity.future_leak(leaks, BATCH) > 0.01


@pytest.mark.parametrize("causal", [lambda x: x, lambda x: np.cumsum(x, axis=1), lambda x: np.stack([x, x**2], axis=2)])
def test_the_detector_passes_what_looks_back_only(causal):
    assert sanity.future_leak(causal, BATCH) == 0


def filled_in_one_row(row):
    def predict(x):
        outputs = x.copy()
        outputs[row, 0] = x[row, 1]
        return outputs

    return predict


@pytest.mark.parametrize("row", [0, -1])
def test_the_detector_finds_a_leak_in_the_first_and_in_the_last_row(row):
    assert sanity.future_leak(filled_in_one_row(row), BATCH) > 0.01


def test_the_detector_takes_missing_outputs_as_they_are():
    assert sanity.future_leak(lambda x: np.where(np.arange(x.shape[1]) == 0, np.nan, x), BATCH) == 0
    assert sanity.future_leak(lambda x: np.where(x[:, -1:] > 0, np.nan, x), BATCH) == np.inf


def test_the_detector_needs_rows_steps_and_an_output_for_each_step():
    for predict, batch in (
        (np.sin, BATCH[:1]),
        (np.sin, BATCH[:, :1]),
        (np.sin, BATCH[0]),
        (lambda x: x.sum(axis=1), BATCH),
    ):
        with pytest.raises(ValueError, match="an output for each step"):
            sanity.future_leak(predict, batch)


def test_the_figure_says_where_both_final_states_are(capsys):
    plots.two_directions(["Jordan", "was", "founded"], title="Both")
    assert "forward at founded, backward at Jordan" in capsys.readouterr().out
