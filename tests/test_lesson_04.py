"""What lesson 04 adds: the gradient microscope of both halves, the reach detector, adding and digits, the figure."""

import numpy as np
import pytest
import torch
from torch import nn

from utils import cells, datasets, plots, sanity
from utils.pytorch import get_weights, set_seed, state_gradients
from utils.tensorflow import get_weights as keras_weights
from utils.tensorflow import keras
from utils.tensorflow import set_seed as keras_set_seed
from utils.tensorflow import state_gradients as keras_state_gradients

BATCH, TIME, FEATURES, HIDDEN = 3, 12, 2, 5
X = np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)).astype("float32")
DIRECTION = np.random.default_rng(1).normal(size=HIDDEN)
TORCH_LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
KERAS_LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def torch_layer(kind, **options):
    torch.manual_seed(0)
    return TORCH_LAYERS[kind](FEATURES, HIDDEN, batch_first=True, **options)


def keras_layer(kind):
    layer = KERAS_LAYERS[kind](HIDDEN)
    layer.build((None, None, FEATURES))
    return layer


def by_reference(weights):
    """Norms (batch, time) by walking back through utils.cells."""
    run = cells.forward(X, weights)
    _, step_backward = cells.STEPS[weights.kind]
    state = (np.tile(DIRECTION, (BATCH, 1)), *(np.zeros((BATCH, HIDDEN)) for _ in run.state[1:]))
    norms = []
    for kept in reversed(run.kept):
        norms.append(np.sqrt(sum((part**2).sum(axis=1) for part in state)))
        _, state, _ = step_backward(state, kept, weights)
    return np.stack(norms[::-1], axis=1)


@pytest.mark.parametrize("kind", TORCH_LAYERS)
def test_the_microscope_of_both_halves_agrees_with_the_reference(kind):
    layer, keras_one = torch_layer(kind), keras_layer(kind)
    expected = by_reference(get_weights(layer)[0][0])
    np.testing.assert_allclose(state_gradients(layer, X, DIRECTION), expected, rtol=1e-4)
    expected = by_reference(keras_weights(keras_one)[0][0])
    np.testing.assert_allclose(keras_state_gradients(keras_one, X, DIRECTION), expected, rtol=1e-4)


@pytest.mark.parametrize("cell", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
def test_a_pytorch_cell_gives_what_its_layer_gives(cell):
    layer = {nn.RNNCell: nn.RNN, nn.LSTMCell: nn.LSTM, nn.GRUCell: nn.GRU}[cell](FEATURES, HIDDEN, batch_first=True)
    one = cell(FEATURES, HIDDEN)
    one.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    np.testing.assert_allclose(
        state_gradients(one, X, DIRECTION), state_gradients(layer, X, DIRECTION), rtol=1e-5, atol=1e-7
    )


def test_a_keras_cell_gives_what_its_layer_gives():
    layer = keras_layer("gru")
    np.testing.assert_array_equal(
        keras_state_gradients(layer.cell, X, DIRECTION), keras_state_gradients(layer, X, DIRECTION)
    )


def test_the_microscope_leaves_the_weights_and_their_gradients_alone():
    layer = torch_layer("rnn")
    state_gradients(layer.eval(), X, DIRECTION)
    assert all(parameter.grad is None for parameter in layer.parameters())


def test_small_gradients_are_not_rounded_to_zero():
    layer = torch_layer("rnn")
    nn.init.eye_(layer.weight_hh_l0)
    with torch.no_grad():
        layer.weight_hh_l0 *= 1e-3
    norms = state_gradients(layer, np.zeros((1, 12, FEATURES), "float32"), DIRECTION)
    assert 0 < norms[0, 0] < 1e-30
    keras_one = keras_layer("rnn")
    kernel, _, bias = keras_one.get_weights()
    keras_one.set_weights([kernel, 1e-3 * np.eye(HIDDEN), bias])
    norms = keras_state_gradients(keras_one, np.zeros((1, 12, FEATURES), "float32"), DIRECTION)
    assert 0 < norms[0, 0] < 1e-30


@pytest.mark.parametrize("options", [{"num_layers": 2}, {"bidirectional": True}])
def test_several_layers_or_directions_are_refused(options):
    with pytest.raises(ValueError, match="one layer, one direction and batch_first"):
        state_gradients(torch_layer("rnn", **options), X, DIRECTION)


def test_time_first_and_keras_bidirectional_are_refused():
    with pytest.raises(ValueError, match="batch_first=True"):
        state_gradients(nn.RNN(FEATURES, HIDDEN), X, DIRECTION)
    with pytest.raises(ValueError, match="give forward_layer or backward_layer"):
        keras_state_gradients(keras.layers.Bidirectional(keras.layers.GRU(2)), X, DIRECTION)


@pytest.mark.parametrize(
    "norms, reach",
    [
        ([1.0, 1.0, 1.0, 1.0], 3),
        ([0.0, 0.0, 0.0, 1.0], 0),
        ([1e-6, 1e-3, 0.1, 1.0], 1),
        ([1.0, 1e-3, 0.1, 1.0], 1),  # what lies behind a gap does not count
        ([[0.0, 2.0, 2.0], [0.0, 0.0, 2.0]], 1),
    ],
)
def test_the_reach_counts_the_steps_before_the_last(norms, reach):
    assert sanity.gradient_reach(norms) == reach


@pytest.mark.parametrize("norms", [[1.0], [1.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], np.ones((1, 2, 3))])
def test_a_reach_without_a_gradient_to_compare_with_is_refused(norms):
    with pytest.raises(ValueError, match="expected finite norms"):
        sanity.gradient_reach(norms)


def test_adding_marks_one_number_in_each_half_and_asks_for_their_sum():
    adding = datasets.load("adding", seed=3, train_size=50, test_size=500)
    numbers, marks = np.moveaxis(adding.test.inputs, 2, 0)
    assert adding.test.inputs.shape == (500, 40, 2) and adding.test.inputs.dtype == np.float32
    assert (marks[:, :20].sum(axis=1) == 1).all() and (marks[:, 20:].sum(axis=1) == 1).all()
    np.testing.assert_allclose((numbers * marks).sum(axis=1), adding.test.targets, rtol=1e-6)
    assert len(adding.train) == 50 and set(np.unique(marks)) == {0, 1}


def test_the_seed_decides_the_adding_problem():
    def first(seed):
        return datasets.load("adding", seed=seed, train_size=1, test_size=1).train.inputs

    assert np.array_equal(first(1), first(1)) and not np.array_equal(first(1), first(2))


def test_adding_needs_room_for_two_marks():
    assert datasets.load("adding", length=3, train_size=1, test_size=1).train.inputs.shape == (1, 3, 2)
    with pytest.raises(ValueError, match="at least 2 steps"):
        datasets.load("adding", length=1)


def test_digits_are_sequences_of_64_pixels_in_two_parts():
    digits = datasets.load("digits")
    assert digits.train.inputs.shape == (1297, 64, 1) and digits.test.inputs.shape == (500, 64, 1)
    both = np.concatenate([digits.train.inputs, digits.test.inputs])
    assert both.min() == 0 and both.max() == 1 and len(digits.classes) == 10
    assert np.bincount(digits.test.targets, minlength=10).min() > 30
    assert len(np.unique(both[:, :, 0], axis=0)) == len(both)  # no picture twice


def test_the_figure_of_gradients_has_alt_text_with_both_ends_of_each_line(capsys):
    plots.gradient_norms({"linear": {"radius 1": np.array([1e-9, 1.0])}, "tanh": {"radius 1": np.ones(2)}}, title="T")
    text = capsys.readouterr().out
    assert "linear, radius 1: 1e-09 at step 1, 1e+00 at step 2" in text and "tanh" in text


def test_the_same_seed_draws_the_same_start_again():
    """The lesson trains one start at two rates, and gets it twice by seeding twice."""

    def torch_weights():
        set_seed()
        return [array.detach().numpy() for array in nn.RNN(FEATURES, HIDDEN).parameters()]

    def weights_of_keras():
        keras_set_seed()
        return keras_layer("rnn").get_weights()

    for draw in (torch_weights, weights_of_keras):
        assert all(np.array_equal(one, other) for one, other in zip(draw(), draw(), strict=True))
