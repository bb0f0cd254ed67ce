"""Reference RNN, LSTM and GRU in NumPy float64, forward and backward: the judge of every other implementation.

Written to be read, not to be fast. One function makes one step forward, one takes the same step backward; `forward`
and `backward` walk through time, `forward_layers` and `backward_layers` through layers and directions.

Shapes: x (batch, time, feature), h and c (batch, hidden), weights as in utils.weights. The state of an RNN or GRU is
(h,), that of an LSTM is (h, c).

Sources: J. Elman, Finding Structure in Time (1990); S. Hochreiter and J. Schmidhuber, Long Short-Term Memory (1997),
with the forget gate of F. Gers and others (2000); K. Cho and others (2014) for the GRU, whose update gate is written
here as PyTorch and Keras do: z keeps the old state.
"""

from dataclasses import dataclass

import numpy as np

from utils.weights import CellWeights


def sigmoid(a):
    """1 / (1 + exp(-a)), written with tanh so that large numbers do not overflow."""
    return 0.5 * (1 + np.tanh(0.5 * a))


# One step of each cell: (x_t, state before, weights) -> (state after, what the backward step needs).


def rnn_step(x, state, w):
    """h_t = tanh(x_t W_xh + b_x + h_{t-1} W_hh + b_h)"""
    (h,) = state
    h_new = np.tanh(x @ w.W_xh + w.b_x + h @ w.W_hh + w.b_h)
    return (h_new,), (x, h, h_new)


def lstm_step(x, state, w):
    """c_t = f c_{t-1} + i g and h_t = o tanh(c_t), with gates i, f, o in (0, 1) and candidate g in (-1, 1)."""
    h, c = state
    i, f, g, o = np.split(x @ w.W_xh + w.b_x + h @ w.W_hh + w.b_h, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c_new = f * c + i * g
    h_new = o * np.tanh(c_new)
    return (h_new, c_new), (x, h, c, i, f, g, o, c_new)


def gru_step(x, state, w):
    """h_t = z h_{t-1} + (1 - z) n, where the reset gate r decides how much of h_{t-1} the new state n sees.

    reset_after:  n = tanh(x W_n + b_xn + r (h W_hn + b_hn))
    otherwise:    n = tanh(x W_n + b_xn + (r h) W_hn + b_hn)
    """
    (h,) = state
    H = h.shape[1]
    from_x = x @ w.W_xh + w.b_x
    rz = sigmoid(from_x[:, : 2 * H] + h @ w.W_hh[:, : 2 * H] + w.b_h[: 2 * H])
    r, z = rz[:, :H], rz[:, H:]
    W_n, b_n = w.W_hh[:, 2 * H :], w.b_h[2 * H :]
    from_h = h @ W_n + b_n if w.reset_after else (r * h) @ W_n + b_n
    n = np.tanh(from_x[:, 2 * H :] + (r * from_h if w.reset_after else from_h))
    return (z * h + (1 - z) * n,), (x, h, r, z, n, from_h)


# One step backward: (gradient of the state after, what the forward step kept, weights)
# -> (gradient of x_t, gradient of the state before, gradients of W_xh, W_hh, b_x, b_h).


def rnn_step_backward(d_state, kept, w):
    (d_h,), (x, h, h_new) = d_state, kept
    d_a = d_h * (1 - h_new**2)  # a is what tanh is applied to
    return d_a @ w.W_xh.T, (d_a @ w.W_hh.T,), (x.T @ d_a, h.T @ d_a, d_a.sum(0), d_a.sum(0))


def lstm_step_backward(d_state, kept, w):
    (d_h, d_c), (x, h, c, i, f, g, o, c_new) = d_state, kept
    tanh_c = np.tanh(c_new)
    d_c = d_c + d_h * o * (1 - tanh_c**2)
    d_a = np.concatenate(
        [d_c * g * i * (1 - i), d_c * c * f * (1 - f), d_c * i * (1 - g**2), d_h * tanh_c * o * (1 - o)], axis=1
    )
    return d_a @ w.W_xh.T, (d_a @ w.W_hh.T, d_c * f), (x.T @ d_a, h.T @ d_a, d_a.sum(0), d_a.sum(0))


def gru_step_backward(d_state, kept, w):
    (d_h_new,), (x, h, r, z, n, from_h) = d_state, kept
    H = h.shape[1]
    W_rz, W_n = w.W_hh[:, : 2 * H], w.W_hh[:, 2 * H :]
    d_n = d_h_new * (1 - z) * (1 - n**2)
    d_z = d_h_new * (h - n) * z * (1 - z)
    d_from_h = d_n * r if w.reset_after else d_n
    seen = h if w.reset_after else r * h  # what W_n is multiplied with
    d_seen = d_from_h @ W_n.T
    d_r = (d_n * from_h if w.reset_after else d_seen * h) * r * (1 - r)
    d_rz = np.concatenate([d_r, d_z], axis=1)
    d_h = d_h_new * z + d_rz @ W_rz.T + (d_seen if w.reset_after else d_seen * r)
    d_a = np.concatenate([d_rz, d_n], axis=1)
    d_W_hh = np.concatenate([h.T @ d_rz, seen.T @ d_from_h], axis=1)
    return d_a @ w.W_xh.T, (d_h,), (x.T @ d_a, d_W_hh, d_a.sum(0), np.concatenate([d_rz, d_from_h], axis=1).sum(0))


STEPS = {
    "rnn": (rnn_step, rnn_step_backward),
    "lstm": (lstm_step, lstm_step_backward),
    "gru": (gru_step, gru_step_backward),
}


@dataclass(frozen=True)
class Run:
    """A walk through time: ``outputs`` (batch, time, hidden), the last ``state``, and what `backward` needs."""

    outputs: np.ndarray
    state: tuple
    kept: list
    weights: CellWeights


def zero_state(weights, batch_size) -> tuple:
    """The state before the first step: zeros, (h,) or (h, c)."""
    return tuple(np.zeros((batch_size, weights.hidden_size)) for _ in range(2 if weights.kind == "lstm" else 1))


def forward(x, weights, state=None) -> Run:
    """Walk through x (batch, time, feature) from ``state`` (default: zeros).

    Raises ValueError if x has no time step, or not the number of features the weights expect.
    """
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 3 or x.shape[1] == 0 or x.shape[2] != weights.input_size:
        raise ValueError(f"expected x (batch, time >= 1, feature = {weights.input_size}), got shape {x.shape}")
    step, _ = STEPS[weights.kind]
    state = zero_state(weights, len(x)) if state is None else state
    outputs, kept = [], []
    for t in range(x.shape[1]):
        state, step_kept = step(x[:, t], state, weights)
        outputs.append(state[0])
        kept.append(step_kept)
    return Run(np.stack(outputs, axis=1), state, kept, weights)


def backward(run, d_outputs, d_state=None):
    """Backpropagation through time.

    d_outputs  gradient of the loss with respect to ``run.outputs`` (batch, time, hidden)
    d_state    gradient with respect to the last state, beyond its part in the outputs (default: zeros)

    Returns the gradients of x (batch, time, feature), of the first state, and of the weights, as CellWeights.
    """
    w = run.weights
    _, step_backward = STEPS[w.kind]
    d_state = zero_state(w, len(d_outputs)) if d_state is None else d_state
    d_x = []
    totals = [np.zeros(array.shape) for array in (w.W_xh, w.W_hh, w.b_x, w.b_h)]
    for t in reversed(range(len(run.kept))):
        d_state = (d_state[0] + d_outputs[:, t], *d_state[1:])
        d_x_t, d_state, d_weights = step_backward(d_state, run.kept[t], w)
        d_x.insert(0, d_x_t)
        for total, part in zip(totals, d_weights, strict=True):
            total += part  # the weights are shared by all steps: their gradients add up
    return np.stack(d_x, axis=1), d_state, CellWeights(w.kind, *totals, w.reset_after)


def forward_layers(x, layers):
    """Layers on top of each other, each with one or two directions.

    Returns the outputs of the top layer (batch, time, directions × hidden) and all runs, for `backward_layers`.
    The second direction reads from the end to the beginning; its outputs are put back in the order of the input.
    """
    runs = []
    for directions in layers:
        runs.append([forward(_turn(x, k), weights) for k, weights in enumerate(directions)])
        x = np.concatenate([_turn(run.outputs, k) for k, run in enumerate(runs[-1])], axis=2)
    return x, runs


def backward_layers(runs, d_outputs):
    """Backpropagation through layers and time: the gradients of x and of all weights, in the layout of ``layers``."""
    gradients = []
    for layer_runs in reversed(runs):
        parts = np.split(d_outputs, len(layer_runs), axis=2)
        results = [backward(run, _turn(part, k)) for k, (run, part) in enumerate(zip(layer_runs, parts, strict=True))]
        d_outputs = sum(_turn(d_x, k) for k, (d_x, _, _) in enumerate(results))
        gradients.insert(0, [d_weights for _, _, d_weights in results])
    return d_outputs, gradients


def _turn(sequence, direction):
    """The sequence as direction 0 (as it is) or 1 (from the end) reads it."""
    return sequence[:, ::-1] if direction else sequence
