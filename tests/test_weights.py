"""The canonical layout of recurrent weights: what fits and what is refused."""

from itertools import chain

import numpy as np
import pytest
import torch
from torch import nn

from utils import cells, pytorch
from utils import tensorflow as tensorflow_half
from utils.tensorflow import keras
from utils.weights import GATES, CellWeights, from_keras, from_pytorch, reorder_gates

RNG = np.random.default_rng(0)


def cell(kind, inputs=3, hidden=4, reset_after=True):
    columns = len(GATES[kind]) * hidden
    arrays = (RNG.normal(size=shape) for shape in [(inputs, columns), (hidden, columns), (columns,), (columns,)])
    return CellWeights(kind, *arrays, reset_after)


def test_gates_are_reordered_by_name():
    assert reorder_gates(np.array([1, 1, 2, 2, 3, 3]), "zrn", into="rzn").tolist() == [2, 2, 1, 1, 3, 3]


@pytest.mark.parametrize(
    "columns, order, into, message",
    [
        (6, "zrn", "zri", "expected two orders of the same gates, got z, r, n and z, r, i"),
        (6, "zzn", "nzz", "two orders of the same gates"),
        (7, "zrn", "rzn", r"cannot cut 7 columns into 3 gates \(z, r, n\)"),
    ],
)
def test_a_wrong_gate_order_is_refused(columns, order, into, message):
    with pytest.raises(ValueError, match=message):
        reorder_gates(np.zeros(columns), order, into)


def test_a_wrong_shape_names_the_array_and_the_gates():
    good = cell("lstm")
    with pytest.raises(ValueError, match=r"lstm \(gates i, f, g, o\): expected W_xh of shape \(3, 16\), got \(3, 12\)"):
        CellWeights("lstm", np.zeros((3, 12)), good.W_hh, good.b_x, good.b_h)
    with pytest.raises(ValueError, match="unknown kind 'elman': expected one of rnn, lstm, gru"):
        CellWeights("elman", good.W_xh, good.W_hh, good.b_x, good.b_h)


@pytest.mark.parametrize(
    "layers, got",
    [
        ([[cell("lstm")]], "1 layer × 1 direction of lstm, input 3, hidden 4"),
        ([[cell("gru")], [cell("gru", 4)]], "2 layers × 1 direction of gru"),
        ([[cell("gru"), cell("gru")]], "1 layer × 2 directions of gru"),
        ([[cell("gru", hidden=5)]], "hidden 5"),
        ([], "no layers"),
    ],
)
def test_weights_of_another_network_are_refused_in_both_tracks(layers, got):
    expected = "these weights do not fit the layer: expected 1 layer × 1 direction of gru, input 3, hidden 4; got .*"
    with pytest.raises(ValueError, match=expected + got):
        pytorch.set_weights(nn.GRU(3, 4), layers)
    layer = keras.layers.GRU(4)
    layer.build((None, None, 3))
    with pytest.raises(ValueError, match=expected + got):
        tensorflow_half.set_weights(layer, layers)


def test_pytorch_has_no_gru_that_resets_before():
    with pytest.raises(
        ValueError, match="PyTorch's GRU resets after the product; these weights have reset_after=False"
    ):
        pytorch.set_weights(nn.GRU(3, 4), [[cell("gru", reset_after=False)]])


def test_arrays_that_are_no_recurrent_weights_are_refused():
    with pytest.raises(ValueError, match=r"expected arrays named weight_ih_l0, .* got bias"):
        from_pytorch({"bias": np.zeros(3)}, "rnn")
    with pytest.raises(
        ValueError, match=r"layer 0: expected kernel, recurrent kernel and bias for 2 direction\(s\), got 3"
    ):
        from_keras([[np.zeros((3, 4)), np.zeros((4, 4)), np.zeros(4)]], "rnn", directions=2)
    with pytest.raises(ValueError, match=r"gru, reset_after=False: a bias of shape \(2, 12\) does not fit"):
        from_keras([[np.zeros((3, 12)), np.zeros((4, 12)), np.zeros((2, 12))]], "gru", reset_after=False)


def test_a_layer_that_was_never_called_has_no_weights_yet():
    with pytest.raises(
        ValueError, match=r"gru.* has no weights yet: Keras creates them when the layer is first called"
    ):
        tensorflow_half.get_weights(keras.layers.GRU(4))


def test_mixed_precision_is_refused_in_both_tracks():
    layer = keras.layers.LSTM(4, dtype="mixed_float16")
    layer.build((None, None, 3))
    with pytest.raises(ValueError, match="expected to compute in float32 or float64, got float16"):
        tensorflow_half.get_weights(layer)
    with pytest.raises(ValueError, match=r"expected weights in float32 or float64, got torch\.bfloat16"):
        pytorch.get_weights(nn.LSTM(3, 4).to(torch.bfloat16))


@pytest.mark.parametrize("layer", [nn.Linear(3, 4), nn.RNN(3, 4, bias=False), nn.LSTM(3, 4, proj_size=2)])
def test_other_pytorch_layers_are_refused(layer):
    with pytest.raises(ValueError, match=r"expected an nn\.RNN|expected a layer with biases"):
        pytorch.get_weights(layer)


@pytest.mark.parametrize(
    "layers, message",
    [
        ([keras.layers.Dense(4)], "expected a SimpleRNN, LSTM, GRU or Bidirectional of these, got Dense"),
        ([keras.layers.SimpleRNN(4, activation="relu")], "expected a layer with bias and tanh"),
        ([keras.layers.GRU(4), keras.layers.LSTM(4)], "expected layers of one kind, got"),
        ([], "expected layers of one kind, got none"),
    ],
)
def test_other_keras_layers_are_refused(layers, message):
    for layer in layers:
        layer.build((None, None, 3))
    with pytest.raises(ValueError, match=message):
        tensorflow_half.get_weights(layers)


@pytest.mark.parametrize("shape", [(2, 0, 3), (2, 5), (2, 5, 4)])
def test_the_reference_refuses_what_is_no_sequence(shape):
    with pytest.raises(ValueError, match=r"expected x \(batch, time >= 1, feature = 3\), got shape"):
        cells.forward(np.zeros(shape), cell("rnn"))


def test_sigmoid_survives_large_numbers():
    assert cells.sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(("num_layers", "directions"), [(1, 1), (2, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("bias", [3.0, [1.0, 2.0, 3.0, 4.0]])
def test_the_forget_bias_is_set_in_all_layers_and_directions_and_nothing_else_moves(num_layers, directions, bias):
    torch_lstm = nn.LSTM(3, 4, num_layers=num_layers, bidirectional=directions == 2)
    keras_lstms = [keras.layers.LSTM(4, return_sequences=True) for _ in range(num_layers)]
    if directions == 2:
        keras_lstms = [keras.layers.Bidirectional(lstm) for lstm in keras_lstms]
    keras.Sequential([keras.Input((None, 3)), *keras_lstms])
    for half, network in ((pytorch, torch_lstm), (tensorflow_half, keras_lstms)):
        before = half.get_weights(network)
        half.set_forget_bias(network, bias)
        after = half.get_weights(network)
        for old, new in zip(chain(*before), chain(*after), strict=True):
            assert (new.W_xh == old.W_xh).all() and (new.W_hh == old.W_hh).all()
            total, was = (np.split(cell.b_x + cell.b_h, 4) for cell in (new, old))
            assert np.allclose(total[1], bias)
            assert all(np.allclose(total[gate], was[gate]) for gate in (0, 2, 3))


def test_only_an_lstm_has_a_forget_bias():
    with pytest.raises(ValueError, match="expected LSTM weights, got gru"):
        pytorch.set_forget_bias(nn.GRU(2, 3), 1.0)


@pytest.mark.parametrize("make", [nn.RNN, nn.LSTM, nn.GRU])
def test_a_pytorch_layer_can_start_as_keras_starts(make):
    torch.manual_seed(0)
    layer = make(5, 8, num_layers=2, bidirectional=True)
    pytorch.start_like_keras(layer, forget_bias=2.0)
    for cell in chain(*pytorch.get_weights(layer)):
        assert np.allclose(cell.W_hh @ cell.W_hh.T, np.eye(8), atol=1e-5)  # rows of the wide matrix
        limit = np.sqrt(6 / sum(cell.W_xh.shape))
        assert 0.8 * limit < np.abs(cell.W_xh).max() <= limit
        expected = np.zeros_like(cell.b_x)
        expected[8:16] = 2.0 * (make is nn.LSTM)
        assert np.allclose(cell.b_x, expected) and not cell.b_h.any()
    learning = {name for name, parameter in layer.named_parameters() if parameter.requires_grad}
    assert ("bias_hh_l0" in learning) == (make is nn.GRU) and "bias_ih_l1_reverse" in learning
