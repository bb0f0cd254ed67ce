"""Many small recurrent networks trained at the same time, side by side along one axis: for comparisons over several
starts, which one after the other would take long. Lesson 07 uses it.

Each network is a cell and one linear unit, so it answers with one number at every step. The networks read the same
batches and share no weight: each learns for itself. Here are the weights, in NumPy; utils.side_by_side.pytorch and
utils.side_by_side.tensorflow train them.
"""

from dataclasses import dataclass, replace

import numpy as np

from utils import cells, weights
from utils.weights import GATES, CellWeights


@dataclass(frozen=True)
class Network:
    """A cell and the linear unit that reads its state: w_y (hidden,) and b_y."""

    cell: CellWeights
    w_y: np.ndarray
    b_y: float

    def answers(self, x) -> np.ndarray:
        """Its answers (batch, time) to x (batch, time, input), computed by utils.cells."""
        return cells.forward(x, self.cell).outputs @ self.w_y + self.b_y

    def memory(self, x) -> np.ndarray:
        """What it carries from step to step over x, (batch, time, hidden): c of an LSTM, else h."""
        run = cells.forward(x, self.cell)
        if self.cell.kind != "lstm":
            return run.outputs
        return np.stack([step[-1] for step in run.kept], axis=1)  # an LSTM's step keeps its new c last


def draw(kind, count, *, input_size, hidden_size, rng) -> list[Network]:
    """``count`` networks of one kind ("rnn", "lstm", "gru") with the weights that Keras starts with.

    Input weights and w_y Glorot uniform, recurrent weights orthogonal, biases 0, the forget bias of an LSTM 1.
    """
    columns = len(GATES[kind]) * hidden_size
    networks = []
    for _ in range(count):
        W_xh = rng.uniform(-1, 1, (input_size, columns)) * np.sqrt(6 / (input_size + columns))
        Q, R = np.linalg.qr(rng.normal(size=(columns, hidden_size)))
        W_hh = (Q * np.sign(np.diag(R))).T
        w_y = rng.uniform(-1, 1, hidden_size) * np.sqrt(6 / (hidden_size + 1))
        networks.append(Network(CellWeights(kind, W_xh, W_hh, np.zeros(columns), np.zeros(columns)), w_y, 0.0))
    return with_keep_bias(networks, 1.0) if kind == "lstm" else networks


def with_keep_bias(networks, bias) -> list[Network]:
    """Copies in which the gate that keeps the state, f of an LSTM or z of a GRU, has another bias."""
    return [replace(network, cell=_with_keep_bias(network.cell, bias)) for network in networks]


def _with_keep_bias(cell, bias):
    if cell.kind == "lstm":
        return weights.with_forget_bias([[cell]], bias)[0][0]
    if cell.kind != "gru":
        raise ValueError(f"expected an LSTM or a GRU, got {cell.kind}: it has no gate that keeps the state")
    b_x = cell.b_x.copy()
    b_x[cell.hidden_size : 2 * cell.hidden_size] = bias
    return replace(cell, b_x=b_x)


def to_arrays(networks) -> list[np.ndarray]:
    """The weights with the networks along the first axis: W_xh, W_hh, b_x, b_h, w_y, b_y."""
    rows = [(n.cell.W_xh, n.cell.W_hh, n.cell.b_x, n.cell.b_h, n.w_y, n.b_y) for n in networks]
    return [np.stack(arrays).astype(np.float32) for arrays in zip(*rows, strict=True)]


def from_arrays(kind, arrays) -> list[Network]:
    """The way back from `to_arrays`."""
    return [Network(CellWeights(kind, *row[:4]), row[4], float(row[5])) for row in zip(*arrays, strict=True)]
