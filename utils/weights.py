"""One layout for recurrent weights, and its conversion to and from each framework's.

The layout is that of the formulas: rows are inputs, columns are units, gates lie side by side.

    kind   gates (columns)            step
    rnn    h                          tanh(x W_xh + b_x + h W_hh + b_h)
    lstm   i, f, g, o                 see utils.cells
    gru    r, z, n                    see utils.cells

PyTorch stores the transposes and two biases. Keras stores this layout with one bias for RNN and LSTM, orders the
gates of a GRU z, r, h, and keeps two biases for a GRU only with ``reset_after=True``.
"""

from dataclasses import dataclass, replace

import numpy as np

GATES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}
KERAS_GATES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("z", "r", "n")}


@dataclass(frozen=True)
class CellWeights:
    """The weights of one cell: one layer, one direction.

    kind         "rnn", "lstm" or "gru"
    W_xh         (input_size, gates × hidden_size)
    W_hh         (hidden_size, gates × hidden_size)
    b_x, b_h     (gates × hidden_size,) the bias that goes with the input, and with the state
    reset_after  GRU only: the reset gate acts after the product with W_hh (PyTorch, Keras's default) or before it

    Raises ValueError if the shapes do not fit together.
    """

    kind: str
    W_xh: np.ndarray
    W_hh: np.ndarray
    b_x: np.ndarray
    b_h: np.ndarray
    reset_after: bool = True

    def __post_init__(self):
        if self.kind not in GATES:
            raise ValueError(f"unknown kind {self.kind!r}: expected one of {', '.join(GATES)}")
        columns = len(GATES[self.kind]) * self.hidden_size
        expected = {
            "W_xh": (self.input_size, columns),
            "W_hh": (self.hidden_size, columns),
            "b_x": (columns,),
            "b_h": (columns,),
        }
        for name, shape in expected.items():
            got = getattr(self, name).shape
            if got != shape:
                gates = ", ".join(GATES[self.kind])
                raise ValueError(f"{self.kind} (gates {gates}): expected {name} of shape {shape}, got {got}")

    @property
    def input_size(self) -> int:
        return self.W_xh.shape[0]

    @property
    def hidden_size(self) -> int:
        return self.W_hh.shape[0]


# All weights of a recurrent network: a list of layers, each a list of one or two directions (forward, backward).
Layers = list[list[CellWeights]]


def with_forget_bias(layers, bias) -> Layers:
    """A copy of LSTM weights in which the forget gate's bias is ``bias``: a number, or one for each unit (hidden,)."""
    return [[_with_forget_bias(cell, bias) for cell in directions] for directions in layers]


def _with_forget_bias(cell, bias):
    if cell.kind != "lstm":
        raise ValueError(f"expected LSTM weights, got {cell.kind}: only an LSTM has a forget gate")
    forget = slice(cell.hidden_size, 2 * cell.hidden_size)
    b_x, b_h = cell.b_x.copy(), cell.b_h.copy()
    b_x[forget], b_h[forget] = bias, 0
    return replace(cell, b_x=b_x, b_h=b_h)


def reorder_gates(array, order, into) -> np.ndarray:
    """Reorder the gates along the last axis: ``reorder_gates(W, "zrn", into="rzn")``.

    Raises ValueError if the two orders do not hold the same gates, or the axis cannot be cut into so many.
    """
    if sorted(order) != sorted(into) or len(set(order)) != len(order):
        raise ValueError(f"expected two orders of the same gates, got {', '.join(order)} and {', '.join(into)}")
    if array.shape[-1] % len(order):
        raise ValueError(f"cannot cut {array.shape[-1]} columns into {len(order)} gates ({', '.join(order)})")
    blocks = dict(zip(order, np.split(array, len(order), axis=-1), strict=True))
    return np.concatenate([blocks[gate] for gate in into], axis=-1)


def shape_of(layers: Layers) -> str:
    """A network's shape in words, for error messages: "2 layers × 1 direction of lstm, input 24, hidden 48"."""
    if not layers or not layers[0]:
        return "no layers"
    first = layers[0][0]
    counted = f"{len(layers)} layer{'s' * (len(layers) > 1)} × {len(layers[0])} direction{'s' * (len(layers[0]) > 1)}"
    return f"{counted} of {first.kind}, input {first.input_size}, hidden {first.hidden_size}"


def check_same_shape(weights: Layers, layer: Layers) -> None:
    """Raise ValueError unless both have the same kind, number of layers and directions, and sizes."""

    def shapes(network):
        return [[(w.kind, w.W_xh.shape, w.W_hh.shape) for w in directions] for directions in network]

    if shapes(weights) != shapes(layer):
        raise ValueError(f"these weights do not fit the layer: expected {shape_of(layer)}; got {shape_of(weights)}")


def from_pytorch(arrays, kind) -> Layers:
    """From the named arrays of an nn.RNN, nn.LSTM or nn.GRU (``weight_ih_l0``, …, ``bias_hh_l1_reverse``)."""
    layers = []
    while f"weight_ih_l{len(layers)}" in arrays:
        suffixes = [f"l{len(layers)}{back}" for back in ("", "_reverse") if f"weight_ih_l{len(layers)}{back}" in arrays]
        layers.append(
            [
                CellWeights(
                    kind,
                    arrays[f"weight_ih_{suffix}"].T,
                    arrays[f"weight_hh_{suffix}"].T,
                    arrays[f"bias_ih_{suffix}"],
                    arrays[f"bias_hh_{suffix}"],
                )
                for suffix in suffixes
            ]
        )
    if not layers:
        raise ValueError(f"expected arrays named weight_ih_l0, weight_hh_l0, …, got {', '.join(arrays) or 'none'}")
    return layers


def to_pytorch(layers: Layers) -> dict[str, np.ndarray]:
    """To the named arrays of an nn.RNN, nn.LSTM or nn.GRU. Raises ValueError for a GRU that resets before."""
    arrays = {}
    for number, directions in enumerate(layers):
        for weights, back in zip(directions, ("", "_reverse"), strict=False):
            if weights.kind == "gru" and not weights.reset_after:
                raise ValueError("PyTorch's GRU resets after the product; these weights have reset_after=False")
            suffix = f"l{number}{back}"
            arrays[f"weight_ih_{suffix}"] = weights.W_xh.T
            arrays[f"weight_hh_{suffix}"] = weights.W_hh.T
            arrays[f"bias_ih_{suffix}"] = weights.b_x
            arrays[f"bias_hh_{suffix}"] = weights.b_h
    return arrays


def from_keras(arrays, kind, *, directions=1, reset_after=True) -> Layers:
    """From what ``get_weights()`` of each layer gives, one list of arrays for each layer.

    A bidirectional layer's list holds the forward arrays, then the backward ones. Keras's single bias becomes b_x.
    """
    layers = []
    for number, layer_arrays in enumerate(arrays):
        if len(layer_arrays) != 3 * directions:
            raise ValueError(
                f"layer {number}: expected kernel, recurrent kernel and bias for {directions} direction(s), "
                f"got {len(layer_arrays)} arrays"
            )
        cells = [layer_arrays[start : start + 3] for start in range(0, len(layer_arrays), 3)]
        layers.append([_cell_from_keras(cell, kind, reset_after) for cell in cells])
    return layers


def to_keras(layers: Layers) -> list[list[np.ndarray]]:
    """To what ``set_weights()`` of each layer takes. The two biases are added up where Keras has one."""
    return [[array for weights in directions for array in _cell_to_keras(weights)] for directions in layers]


def _cell_from_keras(arrays, kind, reset_after):
    kernel, recurrent, bias = (reorder_gates(np.asarray(a), KERAS_GATES[kind], into=GATES[kind]) for a in arrays)
    two_biases = kind == "gru" and reset_after
    if bias.ndim != (2 if two_biases else 1):
        raise ValueError(f"{kind}, reset_after={reset_after}: a bias of shape {bias.shape} does not fit")
    b_x, b_h = bias if two_biases else (bias, np.zeros_like(bias))
    return CellWeights(kind, kernel, recurrent, b_x, b_h, reset_after)


def _cell_to_keras(weights):
    two_biases = weights.kind == "gru" and weights.reset_after
    bias = np.stack([weights.b_x, weights.b_h]) if two_biases else weights.b_x + weights.b_h
    arrays = (weights.W_xh, weights.W_hh, bias)
    return [reorder_gates(array, GATES[weights.kind], into=KERAS_GATES[weights.kind]) for array in arrays]
