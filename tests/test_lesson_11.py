"""What lesson 11 adds: reviews and contrast pairs, SST-2, the detector of near copies, the running sentiment."""

import numpy as np
import pytest

from utils import datasets, plots, sanity, widgets
from utils.datasets import DataError
from utils.datasets.reviews import GRAMMAR, KINDS
from utils.text import Vocabulary, encode, tokenise


def twins(part):
    return list(zip(part.texts[::2], part.texts[1::2], strict=True))


def test_the_majority_of_the_clauses_decides_a_plain_review():
    part = datasets.load("reviews", seed=3, train_size=300).train
    for text, label in zip(part.texts, part.labels, strict=True):
        good, bad = (sum(word in GRAMMAR[mind] for word in text.split()) for mind in ("good", "bad"))
        assert good != bad and label == (good > bad) and 3 <= good + bad <= 5
    assert 0.4 < part.labels.mean() < 0.6


def test_not_and_but_stand_in_fillers_only():
    for text in datasets.load("reviews", seed=3, train_size=300).train.texts:
        for filler in GRAMMAR["fillers"]:
            text = text.replace(filler, "")
        assert not {"not", "but", "and"} & set(text.split())


def test_contrast_twins_have_one_bag_two_orders_and_two_labels():
    part = datasets.load("contrast_reviews", seed=3).test
    assert len(part) == 1200 and part.labels.tolist() == [1, 0] * 600
    for positive, negative in twins(part):
        assert sorted(positive.split()) == sorted(negative.split()) and positive != negative


def test_in_a_contrast_text_not_turns_the_next_word_around():
    part = datasets.load("contrast_reviews", seed=3).test
    for text, label in zip(part.texts, part.labels, strict=True):
        read = text.split()
        values = [
            (word in GRAMMAR["good"]) - (word in GRAMMAR["bad"])
            if before != "not"
            else (word in GRAMMAR["bad"]) - (word in GRAMMAR["good"])
            for before, word in zip(["", *read], read, strict=False)
        ]
        assert sum(values) == (2 if label else -2)


def test_the_kinds_take_turns():
    pairs = twins(datasets.load("contrast_reviews", test_pairs=9).test)
    assert all("but not" in positive for positive, _ in pairs[KINDS.index("… but not") :: 3])
    assert all("and the" in positive for positive, _ in pairs[KINDS.index("two clauses") :: 3])


@pytest.mark.parametrize("name", ["reviews", "contrast_reviews"])
def test_no_text_occurs_twice_and_the_seed_decides(name):
    one, again, other = (datasets.load(name, seed=seed) for seed in (1, 1, 2))
    texts = [*one.train.texts, *one.validation.texts, *one.test.texts]
    assert len(texts) == len(set(texts))
    assert one.train.texts == again.train.texts != other.train.texts


def test_every_word_of_the_contrast_set_is_in_the_plain_reviews():
    words = Vocabulary(map(tokenise, datasets.load("reviews").train.texts))
    assert 1 not in encode(map(tokenise, datasets.load("contrast_reviews").test.texts), words).flat


@pytest.mark.skipif(
    not datasets.is_available("sst2"), reason="SST-2 is not in COURSE_DATA; datasets.download fetches it"
)
def test_sst2_has_its_public_parts():
    films = datasets.load("sst2")
    assert (len(films.train), len(films.validation), len(films.test)) == (6920, 872, 1821)
    assert all(tokenise(text) for part in (films.train, films.validation, films.test) for text in part.texts)


def test_sst2_says_how_to_fetch_it(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert not datasets.is_available("sst2")
    with pytest.raises(DataError, match=r"sst2/train.tsv is not in .*datasets.download\('sst2'\)"):
        datasets.load("sst2")


LONG = "the film was good the plot was fine the ending was clumsy"


@pytest.mark.parametrize(
    "test, share",
    [
        ([LONG], 1),
        ([LONG.title() + "!"], 1),
        ([LONG.replace("plot", "soup")], 1),
        (["really " + LONG, "the music was poor and we did not book"], 0.5),
        (["good film"], 1),
        (["film good"], 0),
    ],
)
def test_near_copies_finds_texts_that_differ_in_a_word(test, share):
    assert sanity.near_copies([LONG, "good film"], test) == share


def test_near_copies_measures_runs_in_common():
    train, test = ["a b c d e"], ["a b c d x"]  # two runs of three in both, four in either
    assert sanity.near_copies(train, test, share=0.5) == 1
    assert sanity.near_copies(train, test, share=0.51) == 0
    assert sanity.near_copies(train, test, run=1, share=0.6) == 1


@pytest.mark.parametrize("train, test", [([], ["a"]), (["a"], []), (["a"], ["a", " … "]), ([""], ["a"])])
def test_near_copies_needs_texts_with_words(train, test):
    with pytest.raises(ValueError, match="expected texts with at least one word in both parts"):
        sanity.near_copies(train, test)


def read(words):
    return {"toy": np.linspace(0.2, 0.8, len(words))}


def test_the_running_sentiment_tells_its_numbers(capsys):
    plots.word_by_word({"not bad": {"toy": [0.5, 0.75]}}, ylabel="probability", title="Running")
    assert "toy: not 0.50, bad 0.75" in capsys.readouterr().out


@pytest.fixture
def box(monkeypatch):
    shown = []
    monkeypatch.setattr(widgets, "display", shown.append)
    widgets.read_a_review(["not bad", "bad"], read, {"not", "bad"}, ylabel="probability", title="Running")
    return shown[0].children[0]


def test_the_static_curves_come_first(monkeypatch, capsys):
    monkeypatch.setattr(widgets, "display", lambda control: None)
    widgets.read_a_review(["not bad", "bad"], read, {"not", "bad"}, ylabel="probability", title="Running")
    first = capsys.readouterr().out
    assert first.startswith("Running. probability after each word. toy: not 0.20, bad 0.80; toy: bad 0.20.")


@pytest.mark.parametrize(
    "typed, said",
    [
        ("Bad, not bad", "toy: bad 0.20, not 0.50, bad 0.80"),
        ("not ugly", "unknown to the models, all read as one and the same word: ugly"),
        ("  ", "1 to 30 words, please, not 0"),
        ("bad " * 31, "1 to 30 words, please, not 31"),
    ],
)
def test_the_box_draws_what_is_typed_or_says_what_is_missing(box, capsys, typed, said):
    capsys.readouterr()
    box.value = typed
    assert said in capsys.readouterr().out
