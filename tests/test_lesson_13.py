"""What lesson 13 adds: pairs and stories, the end symbol, its attention and beam search, the alignment figure."""

import re
from datetime import date

import numpy as np
import pytest

from tools.lesson import definitions
from utils import datasets, plots, sanity
from utils.datasets import DataError, Pairs
from utils.datasets.dates import LANGUAGES, written
from utils.datasets.multi30k import dictionary, word_by_word
from utils.text import END, START, Vocabulary, encode_to_end, until_end


def from_the_lesson(*names):
    found = definitions("13_attention", "pytorch")
    return [found[name] for name in names]


def test_the_target_of_a_number_is_the_number_backwards():
    numbers = datasets.load("reversed_digits", seed=1, train_size=200, test_size=5)
    for part in (numbers.train, numbers.test):
        assert all(
            source[::-1] == target and source.isdigit()
            for source, target in zip(part.sources, part.targets, strict=True)
        )
    assert {len(source) for source in numbers.train.sources} == set(range(2, 13))
    assert [len(source) for source in numbers.test.sources[::5]] == [2, 4, 6, 8, 10, 12]


@pytest.mark.parametrize("options", [{"longest": 1}, {"test_lengths": (0, 3)}])
def test_a_number_without_digits_is_refused(options):
    with pytest.raises(ValueError, match="expected lengths of at least 1 digit"):
        datasets.load("reversed_digits", **options)


def test_a_date_and_its_iso_form_are_the_same_day_and_no_test_day_is_trained_on():
    dates = datasets.load("dates", seed=2, train_size=3000, test_size=300)
    assert not set(dates.train.targets) & set(dates.test.targets)
    assert len(set(dates.train.targets)) == 3000
    for text, iso in zip(dates.test.sources, dates.test.targets, strict=True):
        day = date.fromisoformat(iso)
        assert iso[:4] in text and re.search(rf"(?<!\d){day.day}(?!\d)", text)
    assert any("月" in text for text in dates.train.sources) and any("août" in text for text in dates.train.sources)


def test_a_date_is_written_in_five_languages_traditional_chinese_among_them():
    texts = written("1968-10-03")
    assert len(texts) == len(LANGUAGES) == 5
    assert texts["French"] == "jeudi 3 octobre 1968" and "1968年10月3日" in texts["Traditional Chinese"]


@pytest.mark.parametrize("text", ["1968-02-30", "3 October", "", None, "2150-01-01", "19681003"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="expected a day from 1900-01-01 to 2099-12-31, written like 1968-10-03"):
        written(text)


def test_more_dates_than_there_are_days_are_refused():
    with pytest.raises(ValueError, match="73,049 together"):
        datasets.load("dates", train_size=73_000, test_size=50)


@pytest.mark.parametrize("facts", [1, 2])
def test_the_answer_of_a_story_follows_from_its_sentences(facts):
    stories = datasets.load("stories", facts=facts, seed=4, train_size=300, test_size=10)
    for sentences, question, answer in zip(
        stories.train.sentences, stories.train.questions, stories.train.answers, strict=True
    ):
        who = question[-1]
        if facts == 2:
            [who] = [words[0] for words in sentences if words[1] == "took" and words[-1] == question[-1]]
        places = [words[-1] for words in sentences if words[0] == who and words[1] == "went"]
        assert places[-1] == stories.classes[answer] and len(sentences) == 8


def test_stories_of_three_facts_are_refused():
    with pytest.raises(ValueError, match="expected 1 or 2 facts"):
        datasets.load("stories", facts=3)


@pytest.mark.parametrize("name", ["reversed_digits", "dates", "stories"])
def test_the_seed_decides_the_data(name):
    def first(seed):
        part = datasets.load(name, seed=seed, train_size=20, test_size=1).train
        return part.sentences if name == "stories" else part.sources

    assert first(1) == first(1) and first(1) != first(2)


def test_pairs_need_a_target_each_and_no_text_is_empty():
    with pytest.raises(ValueError, match="one target for each of 2 sources, got 1"):
        Pairs(["a", "b"], ["a"])
    with pytest.raises(ValueError, match="pair 1 has an empty text"):
        Pairs(["a", "b"], ["a", ""])


def test_the_end_symbol_stands_behind_each_text():
    symbols = Vocabulary(["ab", [START, END]])
    encoded = encode_to_end(["a", "ab"], symbols).padded()
    assert encoded.tolist() == [
        [symbols.id("a"), symbols.id(END), 0],
        [symbols.id("a"), symbols.id("b"), symbols.id(END)],
    ]
    assert [until_end(row, symbols) for row in encoded] == [["a"], ["a", "b"]]
    assert until_end(encoded[1, :2], symbols) == ["a", "b"]


def test_a_vocabulary_without_the_end_symbol_is_refused():
    with pytest.raises(ValueError, match="the vocabulary has no <end>: a decoder could never stop"):
        encode_to_end(["ab"], Vocabulary(["ab"]))


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match="text 1 has no tokens"):
        encode_to_end(["ab", ""], Vocabulary(["ab", [START, END]]))


@pytest.mark.skipif(not datasets.is_available("multi30k"), reason="Multi30k is not in COURSE_DATA")
def test_multi30k_has_short_captions_in_two_languages():
    captions = datasets.load("multi30k", source="de", target="en")
    assert (len(captions.train), len(captions.test)) == (10_574, 389)
    assert max(map(len, captions.train.sources + captions.train.targets)) == 10


def test_multi30k_says_how_to_fetch_it_and_which_languages_it_has(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert not datasets.is_available("multi30k")
    with pytest.raises(DataError, match=r"train.de.gz is not in .*datasets.download\('multi30k'\)"):
        datasets.load("multi30k")
    with pytest.raises(ValueError, match="two of the languages en, de, fr, got 'de' and 'de'"):
        datasets.load("multi30k", source="de", target="de")


def test_the_dictionary_takes_the_most_faithful_word():
    pairs = Pairs([["ein", "hund"], ["ein", "kind"], ["hund"]], [["a", "dog"], ["a", "child"], ["dog"]])
    assert dictionary(pairs) == {"ein": "a", "hund": "dog", "kind": "child"}
    captions = datasets.Dataset("captions", (), pairs, Pairs([["ein", "pferd"]], [["a", "horse"]]), "made up")
    assert word_by_word(captions) == ["a pferd"]


def test_attention_gives_padding_nothing_and_refuses_a_mask_that_hides_everything():
    softmax, attend = from_the_lesson("softmax", "attend")
    keys, real = np.eye(3), np.array([True, True, False])
    context, weights = attend(np.array([[1.0, 2.0, 900.0]]), keys, real)
    assert weights[0, 2] == 0 and np.allclose(weights[0, :2], softmax(np.array([1.0, 2.0])))
    assert np.allclose(context, weights)
    with pytest.raises(ValueError, match="the mask hides every key"):
        attend(np.zeros((1, 3)), keys, np.zeros(3, dtype=bool))


def test_a_beam_as_wide_as_all_sequences_finds_the_best():
    [beam_search] = from_the_lesson("beam_search")
    table = np.log(np.random.default_rng(0).dirichlet(np.ones(3), 13))

    def step(symbols):
        return table[sum(4**k * (1 + symbol) for k, symbol in enumerate(symbols)) % 13]

    found = beam_search(step, width=27, steps=3)
    each = {
        (a, b, c): step([])[a] + step([a])[b] + step([a, b])[c] for a in range(3) for b in range(3) for c in range(3)
    }
    assert tuple(found[0][1]) == max(each, key=each.get) and found[0][0] == pytest.approx(max(each.values()))
    assert len(found) == 27 and found[0][0] >= beam_search(step, width=1, steps=3)[0][0]


def test_a_beam_stops_at_the_end_symbol():
    [beam_search] = from_the_lesson("beam_search")
    assert beam_search(lambda symbols: np.log([0.1, 0.9]), width=2, steps=5, end=1)[0][1] == [1]


@pytest.mark.parametrize("width", [0, -1])
def test_a_beam_of_nothing_is_refused(width):
    [beam_search] = from_the_lesson("beam_search")
    with pytest.raises(ValueError, match="expected a beam of at least 1, got"):
        beam_search(lambda symbols: np.zeros(2), width=width, steps=2)


def test_the_padding_detector_takes_a_loss_as_a_function_of_its_targets():
    targets = np.array([[3, 1, 0], [2, 2, 1]])
    assert sanity.padding_gap(lambda t: t[t != 0].mean(), targets) == 0
    assert sanity.padding_gap(lambda t: t.mean(), targets) > 0.1


def test_the_alignment_figure_says_where_each_symbol_looks(capsys):
    plots.alignment(np.eye(2)[::-1], "ab", "BA", title="Turned")
    assert "B at 2 (b), A at 1 (a)" in capsys.readouterr().out
