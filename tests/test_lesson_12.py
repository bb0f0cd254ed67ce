"""What lesson 12 adds: the Markov source, brackets, tiny Shakespeare, two detectors, the beginnings, the slider."""

import ipywidgets
import numpy as np
import pytest

from tools.lesson import read
from utils import datasets, sanity, widgets
from utils.datasets.brackets import closings
from utils.text import Vocabulary, known_ids


def test_a_source_writes_what_its_table_says():
    source = datasets.load("markov", seed=3, train_length=60_000, test_length=100)
    assert source.table.shape == (6, 6, 6) and np.allclose(source.table.sum(axis=2), 1)
    assert np.allclose(np.einsum("ab,abc->bc", source.pairs, source.table), source.pairs, atol=1e-6)
    ids = np.array([source.letters.index(letter) for letter in source.train])
    after = ids[2:][(ids[:-2] == 0) & (ids[1:-1] == 1)]
    assert np.allclose(np.bincount(after, minlength=6) / len(after), source.table[0, 1], atol=0.05)
    assert len(source.train) == 60_000 and len(source.test) == 100


def test_the_seed_decides_the_source():
    first, again, other = (datasets.load("markov", seed=seed, train_length=50) for seed in (1, 1, 2))
    assert first.train == again.train != other.train


@pytest.mark.parametrize(
    "options, message",
    [
        ({"letters": "aab"}, "at least two letters, each once, got 'aab'"),
        ({"letters": "a"}, "at least two letters"),
        ({"evenness": 0}, "an evenness above 0 and lengths of at least 3, got evenness 0"),
        ({"test_length": 2}, "lengths of at least 3"),
    ],
)
def test_a_source_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        datasets.load("markov", **options)


def test_brackets_close_in_the_order_in_which_they_opened_and_keep_their_depth():
    brackets = datasets.load("brackets", seed=1, train_length=2000, test_length=4000)
    for text, depth in ((brackets.train, 4), (brackets.test, 10)):
        places, depths, distances, piled = closings(text)
        assert depths.min() == 1 and depths.max() == depth and (depths + piled).max() == depth
        assert ((distances == 1) == (piled == 0) | (distances % 2 == 0)).all() or (distances % 2 == 1).all()
        assert all({text[k - d], text[k]} in ({"(", ")"}, {"[", "]"}) for k, d in zip(places, distances, strict=True))


def test_what_is_said_of_each_closing_bracket():
    places, depths, distances, piled = closings("([()])[")
    assert places.tolist() == [3, 4, 5] and depths.tolist() == [3, 2, 1]
    assert distances.tolist() == [1, 3, 5] and piled.tolist() == [0, 1, 2]
    assert closings(")]").shape == (4, 0)
    with pytest.raises(ValueError, match=r"'\(' at 0 is closed by '\]' at 1"):
        closings("(]")


def test_a_depth_of_nothing_is_refused():
    with pytest.raises(ValueError, match="depths of at least 1, got 0 and 10"):
        datasets.load("brackets", train_depth=0)


@pytest.mark.skipif(
    not datasets.is_available("tiny_shakespeare"), reason="it is not in COURSE_DATA; datasets.download fetches it"
)
def test_tiny_shakespeare_is_cut_once():
    plays = datasets.load("tiny_shakespeare")
    assert (len(plays.train), len(plays.test)) == (1_003_854, 111_540)
    assert len(set(plays.train)) == 65


TEXT = np.random.default_rng(0).integers(0, 5, (4, 30))


def knows(shift):
    """A model that is sure of the symbol ``shift`` steps after the one it has read."""
    return lambda tokens: 20.0 * np.eye(5)[np.roll(tokens, -shift, axis=1)]


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_bits_are_lowest_at_the_shift_that_a_model_knows(shift):
    bits = sanity.bits_by_shift(knows(shift), TEXT)
    assert min(bits, key=bits.get) == shift and bits[shift] < 1e-4
    assert all(value > 2 for other, value in bits.items() if other != shift)


def test_a_model_that_knows_nothing_pays_the_same_at_each_shift():
    bits = sanity.bits_by_shift(lambda tokens: np.zeros((*tokens.shape, 8)), TEXT)
    assert np.allclose(list(bits.values()), 3)


def test_the_detector_of_shifts_wants_logits_for_each_step():
    with pytest.raises(ValueError, match=r"more than 2 steps, got shape \(4, 2\)"):
        sanity.bits_by_shift(knows(1), TEXT[:, :2])
    with pytest.raises(ValueError, match=r"expected logits \(batch, time, symbols\)"):
        sanity.bits_by_shift(lambda tokens: np.zeros((4, 5)), TEXT)


def in_windows(part, stride):
    return [part[k : k + 10] for k in range(0, len(part) - 9, stride)]


def test_one_cut_shares_nothing_and_overlapping_windows_nearly_all():
    assert sanity.split_overlap(lambda stream: [in_windows(side, 10) for side in np.split(stream, [160])], 200) == 0
    assert sanity.split_overlap(lambda stream: (in_windows(stream, 3)[::2], in_windows(stream, 3)[1::2]), 200) > 0.9


def test_a_part_without_windows_is_named():
    with pytest.raises(ValueError, match="expected windows in both parts, got 200 and 0 symbols"):
        sanity.split_overlap(lambda stream: ([stream], []), 200)


def test_a_beginning_must_be_known():
    vocabulary = Vocabulary(["abc"])
    assert known_ids("cab", vocabulary) == vocabulary.ids("cab")
    with pytest.raises(ValueError, match="got an empty text: there is nothing to go on with"):
        known_ids("", vocabulary)
    with pytest.raises(ValueError, match=r"not in the vocabulary: 'x', 'y'\. Begin with"):
        known_ids("ayxyb", vocabulary)


def test_the_slider_prints_its_texts_first_and_shows_an_error_as_a_sentence(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(widgets, "display", shown.append)

    def write(beginning, temperature):
        if not beginning:
            raise ValueError("expected a beginning")
        return beginning + " and so on" * int(temperature)

    widgets.turn_up_the_heat(write, "Once", (1.0, 3.0), title="A tale")
    printed = capsys.readouterr().out
    assert printed.startswith("A tale\n\ntemperature 1.0\n  Once and so on\n\ntemperature 3.0\n")
    slider, box, text = shown[0].children
    assert isinstance(slider, ipywidgets.FloatSlider) and slider.max == 6 and slider.min > 0
    box.value = ""
    assert any("expected a beginning" in output.get("text", "") for output in text.outputs) or capsys.readouterr().out


@pytest.fixture(scope="module")
def lesson():
    """The lesson's own functions that need no framework."""
    wanted = ("def ladder", "def windows", "def sample", "def entropy(", "def entropy_of_runs")
    code = [cell.source for cell in read("12_language_models").cells if cell.source.startswith(wanted)]
    scope = {"np": np}
    exec("from collections import Counter\nfrom scipy.special import softmax", scope)
    for source in code:
        exec(source.split("\n\n\n")[0].split("\n\n\npairs")[0], scope)
    return scope


def test_the_ladder_knows_a_text_that_repeats_itself_and_survives_what_is_new(lesson):
    rungs = lesson["ladder"]("abc" * 300, "abc" * 50, 3)
    assert rungs[0] == pytest.approx(np.log2(3), abs=0.02) and max(rungs[1:]) < 0.03
    assert np.isfinite(lesson["ladder"]("abc" * 300, "abxcab", 2)).all()


def test_windows_go_on_and_a_short_text_is_named(lesson):
    pairs = lesson["windows"](np.arange(2 * 21 + 1), rows=2, window=10)
    assert [tokens.tolist()[0][0] for tokens, _ in pairs] == [0, 10]
    assert all((targets == tokens + 1).all() for tokens, targets in pairs)
    with pytest.raises(ValueError, match="a text of at least 2,049 symbols, got 0"):
        lesson["windows"](np.arange(0))
    with pytest.raises(ValueError, match="a text of at least 2,049 symbols, got 2,048"):
        lesson["windows"](np.arange(2048))


@pytest.mark.parametrize("temperature", [0, -1])
def test_a_temperature_of_0_or_below_is_refused(lesson, temperature):
    with pytest.raises(ValueError, match=f"expected a temperature above 0, got {temperature}: .*argmax"):
        lesson["sample"](np.zeros(3), temperature, np.random.default_rng(0))
