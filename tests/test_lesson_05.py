"""What lesson 05 adds: the latch, the lifetimes detector, the tape and cell figures, the gate piano."""

import numpy as np
import pytest
import torch
from torch import nn

from utils import datasets, plots, sanity, widgets
from utils.datasets import latch
from utils.pytorch import get_weights, set_forget_bias, set_weights, start_like_keras
from utils.tensorflow import get_weights as keras_weights
from utils.tensorflow import keras
from utils.weights import with_forget_bias


def symbols_of(inputs):
    """The letters of one-hot rows, as strings."""
    return ["".join((*latch.CLASSES, *latch.DISTRACTORS)[k] for k in row) for row in inputs.argmax(axis=2)]


def test_the_latch_shows_one_symbol_first_and_asks_for_it():
    data = datasets.load("latch", seed=1, distractors=20, train_size=50, test_size=400)
    assert data.train.inputs.shape == (50, 21, 8) and data.test.inputs.dtype == np.float32
    assert (data.test.inputs.sum(axis=2) == 1).all()
    for text, target in zip(symbols_of(data.test.inputs), data.test.targets, strict=True):
        assert text[0] == "ABCD"[target] and set(text[1:]) <= set("wxyz")
    assert np.bincount(data.test.targets).min() > 70  # four classes, balanced


def test_mixed_training_symbols_stand_anywhere_mostly_near_the_end_and_test_symbols_first():
    data = datasets.load("latch", seed=1, distractors=20, mixed=True, train_size=4000, test_size=50)
    places = []
    for text, target in zip(symbols_of(data.train.inputs), data.train.targets, strict=True):
        [place] = [t for t, symbol in enumerate(text) if symbol in "ABCD"]
        assert text[place] == "ABCD"[target]
        places.append(20 - place)  # distance to the last step
    assert set(places) == set(range(21)) and 2 <= np.median(places) <= 4
    assert all(text[0] in "ABCD" for text in symbols_of(data.test.inputs))


def test_the_seed_decides_the_latch():
    def first(seed):
        return datasets.load("latch", seed=seed, train_size=1, test_size=1).train.inputs

    assert np.array_equal(first(1), first(1)) and not np.array_equal(first(1), first(2))


def test_a_latch_without_distractors_is_refused():
    with pytest.raises(ValueError, match="at least 1 distractor, got 0"):
        datasets.load("latch", distractors=0)


def two_layers():
    lstm = nn.LSTM(3, 6, num_layers=2, bidirectional=True)
    start_like_keras(lstm, forget_bias=1.0)
    return lstm


def test_lifetimes_of_a_correct_start_are_those_of_the_bias_in_every_cell():
    np.testing.assert_allclose(sanity.forget_lifetimes(get_weights(two_layers())), np.full((2, 2), 1 + np.e), rtol=1e-6)
    layer = keras.layers.LSTM(5)
    layer.build((None, None, 3))
    np.testing.assert_allclose(sanity.forget_lifetimes(keras_weights(layer)), [[1 + np.e]], rtol=1e-6)


def test_lifetimes_reveal_a_bias_in_the_wrong_quarter_a_forgotten_layer_and_two_biases():
    wrong_quarter, forgotten, twice = two_layers(), two_layers(), two_layers()
    with torch.no_grad():
        for name, bias in wrong_quarter.named_parameters():
            if name.startswith("bias_ih"):
                bias[:6], bias[6:12] = 1, 0
        for name, bias in twice.named_parameters():
            if name.startswith("bias"):
                bias[6:12] = 1
    np.testing.assert_allclose(sanity.forget_lifetimes(get_weights(wrong_quarter)), 2, rtol=1e-6)
    np.testing.assert_allclose(sanity.forget_lifetimes(get_weights(twice)), 1 + np.e**2, rtol=1e-6)
    layers = get_weights(forgotten)
    set_weights(forgotten, [with_forget_bias(layers[:1], 3.0)[0], with_forget_bias(layers[1:], 0.0)[0]])
    np.testing.assert_allclose(sanity.forget_lifetimes(get_weights(forgotten)), [[1 + np.e**3] * 2, [2, 2]], rtol=1e-6)


def test_one_unit_that_lives_for_ever_does_not_hide_the_others():
    lstm = nn.LSTM(3, 5)
    set_forget_bias(lstm, np.array([0, 0, 0, 20, 20]))
    assert sanity.forget_lifetimes(get_weights(lstm)) == [[2]]


def test_lifetimes_of_a_gru_are_refused():
    with pytest.raises(ValueError, match="expected LSTM weights, got gru"):
        sanity.forget_lifetimes(get_weights(nn.GRU(2, 3)))
    with pytest.raises(ValueError, match="got none"):
        sanity.forget_lifetimes([])


def play(f, i, o):
    return {"c": np.full(3, f), "h": np.full(3, o), "f": np.full(3, f), "i": np.full(3, i), "o": np.full(3, o)}


def test_the_tapes_alt_text_holds_the_ends_of_the_states_and_the_mean_gates(capsys):
    plots.gate_tapes({"left": play(1, 0.5, 0), "right": play(0.25, 1, 1)}, ["write", "", "read"], title="T")
    text = capsys.readouterr().out
    assert "left: c ends at 1.00, h at 0.00; mean gates f 1.00, i 0.50, o 0.00" in text and "right: c ends" in text


@pytest.fixture
def piano(monkeypatch):
    """The gate piano over `play`, and the tapes drawn so far."""
    drawn, displayed = [], []
    monkeypatch.setattr(plots, "gate_tapes", lambda tapes, symbols, **look: drawn.append(tapes))
    monkeypatch.setattr(widgets, "display", displayed.append)
    widgets.gate_piano(play, ["", "", ""], {"open": (1, 1, 1), "deaf": (1, 0, 1)}, title="t")
    return displayed[0], drawn


def test_the_static_tapes_come_first(piano):
    _, drawn = piano
    assert list(drawn[0]) == ["open", "deaf"] and drawn[0]["deaf"]["i"][0] == 0


def test_a_slider_moves_its_own_gate_and_has_its_colour(piano):
    box, drawn = piano
    sliders = box.children[:3]
    for slider, gate, value in zip(sliders, "fio", (0.5, 0.25, 0.75), strict=True):
        assert slider.style.handle_color == plots.GATE_COLOURS[gate]
        slider.value = value
    [(name, tape)] = drawn[-1].items()
    assert name == "f = 0.50, i = 0.25, o = 0.75"
    assert (tape["f"][0], tape["i"][0], tape["o"][0]) == (0.5, 0.25, 0.75)
