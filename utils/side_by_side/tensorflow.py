"""Networks side by side in Keras: states are (batch, network, hidden), and each network has matrices of its own.

In `einsum`, b is the batch, k the network, d an input, h a hidden unit, g a column of the gates.
"""

import utils.tensorflow  # noqa: F401, isort: skip (it comes before keras)

import keras
import numpy as np
from keras import ops

from utils.side_by_side import from_arrays, to_arrays


def rnn_step(from_x, from_h, state):
    return (ops.tanh(from_x + from_h),)


def lstm_step(from_x, from_h, state):
    _, c = state
    i, f, g, o = ops.split(from_x + from_h, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


def gru_step(from_x, from_h, state):
    (h,) = state
    (x_r, x_z, x_n), (h_r, h_z, h_n) = ops.split(from_x, 3, axis=-1), ops.split(from_h, 3, axis=-1)
    r, z = ops.sigmoid(x_r + h_r), ops.sigmoid(x_z + h_z)
    n = ops.tanh(x_n + r * h_n)
    return (z * h + (1 - z) * n,)


LOSSES = {
    "squared": lambda truth, answers: (answers - truth) ** 2,
    "logistic": lambda truth, answers: ops.softplus(answers) - truth * answers,
}
STEPS = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


class SideBySideCell(keras.layers.Layer):
    """One step of all networks: from (batch, input) to one number each, (batch, network). See `side_by_side`."""

    def __init__(self, networks, step=None):
        super().__init__()
        self.kind = networks[0].cell.kind
        self.step = step or STEPS[self.kind]
        self.arrays = to_arrays(networks)
        state_shape = self.arrays[4].shape  # that of w_y: (network, hidden)
        self.state_size = [state_shape] * (2 if self.kind == "lstm" else 1)
        self.output_size = len(networks)

    def get_initial_state(self, batch_size):
        return [ops.zeros((batch_size, *size)) for size in self.state_size]

    def build(self, input_shape):
        constant = keras.initializers.Constant
        weights = [self.add_weight(shape=a.shape, initializer=constant(a)) for a in self.arrays]
        self.W_xh, self.W_hh, self.b_x, self.b_h, self.w_y, self.b_y = weights
        self.b_h.trainable = self.kind == "gru"  # elsewhere it would be b_x a second time

    def call(self, x_t, state):
        from_x = ops.einsum("bd,kdg->bkg", x_t, self.W_xh) + self.b_x
        from_h = ops.einsum("bkh,khg->bkg", state[0], self.W_hh) + self.b_h
        state = self.step(from_x, from_h, state)
        return ops.sum(state[0] * self.w_y, axis=-1) + self.b_y, list(state)

    def networks(self):
        """The networks with the weights of now."""
        arrays = (self.W_xh, self.W_hh, self.b_x, self.b_h, self.w_y, self.b_y)
        return from_arrays(self.kind, [np.asarray(array).astype(float) for array in arrays])


class SideBySide(keras.Sequential):
    """Networks of one kind as one model: from (batch, time, input) to one number each, (batch, time, network).

    step  makes the state after, a tuple that begins with h, from ``x_t W_xh + b_x``, ``h W_hh + b_h`` and the state
          before; each is (batch, network, columns). Default: the step of the kind
    """

    def __init__(self, networks, step=None):
        cell = SideBySideCell(networks, step)
        input_size = networks[0].cell.input_size
        super().__init__([keras.Input((None, input_size)), keras.layers.RNN(cell, return_sequences=True)])

    def networks(self):
        """The networks with the weights of now."""
        return self.layers[0].cell.networks()


def train(networks, inputs, targets, *, loss, learning_rate, batch_size, epochs=1, asked=None, step=None):
    """Train networks side by side with Adam, batches in order; the learning rate falls to 0 along a half cosine.

    loss   "squared", or "logistic" for targets 0 and 1
    asked  (sequences, time) 0 where a step's answer does not count; default: all count

    The loss is the mean over the networks. Returns the trained model.
    """
    model = SideBySide(networks, step)
    asked = np.ones_like(targets) if asked is None else asked
    targets = np.stack([targets, asked], axis=-1).astype("float32")
    steps = epochs * -(-len(inputs) // batch_size)
    falling = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    model.compile(
        optimizer=keras.optimizers.Adam(falling, epsilon=1e-7, global_clipnorm=1.0),
        loss=lambda target, answers: _mean_loss(loss, target, answers),
    )
    model.optimizer.build(model.trainable_variables)
    rows = np.tile(np.arange(len(inputs)), epochs)  # one epoch of all: Keras's epochs cost time of their own
    model.fit(inputs[rows], targets[rows], batch_size=batch_size, epochs=1, shuffle=False, verbose=0)
    return model


def _mean_loss(loss, target, answers):
    truth, asked = target[..., :1], target[..., 1:]
    losses = LOSSES[loss](truth, answers)
    return ops.sum(ops.mean(losses * asked, axis=-1)) / ops.sum(asked)
