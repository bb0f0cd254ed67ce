"""What lesson 08 says and its notebooks do not show: who drops a Keras mask, and when the padding detector is blind."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from utils import sanity
from utils.pytorch import start_like_keras
from utils.tensorflow import keras

TOKENS = np.array([[2, 3, 4, 0, 0], [5, 2, 3, 4, 2]], dtype="int32")


def model_with(step):
    """A Keras LSTM behind an embedding that masks, with one step between the two."""
    tokens = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(6, 3, mask_zero=True)(tokens)
    return keras.Model(tokens, keras.layers.LSTM(4)(step(vectors)))


def gap(model):
    return sanity.padding_gap(lambda tokens: model(tokens).numpy(), TOKENS)


@pytest.mark.parametrize("step", [lambda v: keras.ops.clip(v, -10, 10), lambda v: v * 2.0, keras.ops.tanh])
def test_a_plain_operation_drops_the_mask_in_silence(step):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gap(model_with(step)) > 1e-3


@pytest.mark.parametrize("layer", [keras.layers.Lambda(lambda v: 2 * v), keras.layers.Reshape((-1, 3))])
def test_a_layer_that_does_not_know_masks_drops_it_with_a_warning(layer):
    with pytest.warns(UserWarning, match="destroy the mask"):
        assert gap(model_with(layer)) > 1e-3


@pytest.mark.parametrize("layer", [keras.layers.Dropout(0.5), keras.layers.Dense(3), keras.layers.LayerNormalization()])
def test_a_layer_that_knows_masks_hands_it_on(layer):
    assert gap(model_with(layer)) < 1e-6


def test_under_a_mask_padding_may_be_on_either_side():
    x = np.random.default_rng(0).normal(size=(1, 3, 2)).astype("float32")
    layer = keras.layers.LSTM(4, use_cudnn=False)
    right = layer(x, mask=np.array([[True, True, False]]))
    left = layer(np.roll(x, 1, axis=1), mask=np.array([[False, True, True]]))
    np.testing.assert_allclose(right, left, atol=1e-6)


def test_the_detector_is_blind_to_padding_read_first_while_vector_and_biases_are_zero():
    torch.manual_seed(0)
    embedding = nn.Embedding(6, 3, padding_idx=0)
    rnn = nn.LSTM(3, 4, batch_first=True, bidirectional=True)

    def backward_half(tokens):
        return rnn(embedding(torch.as_tensor(tokens)))[0][:, 0, 4:].detach().numpy()

    start_like_keras(rnn)
    assert sanity.padding_gap(backward_half, TOKENS) == 0
    nn.init.constant_(rnn.bias_ih_l0_reverse, 0.5)
    assert sanity.padding_gap(backward_half, TOKENS) > 1e-3
