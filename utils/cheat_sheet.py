"""The rows of the cheat sheet, and how to take them at their word.

The page (utils.cheat_sheet_page) prints these rows. The notebook of the cheat sheet evaluates the same rows: shapes and
counts as expressions, code as code, the equations of the cells as programs. So a row that is wrong cannot be printed.

On the page: B batch, T steps, D input features, H units, L layers, d directions, G gates (RNN 1, LSTM 4, GRU 3);
V words of E numbers. Vectors are rows, arrays are (batch, time, feature).
"""

import ast
import re
from dataclasses import dataclass

import numpy as np

from utils.cells import sigmoid, zero_state
from utils.weights import GATES


@dataclass(frozen=True)
class Row:
    """One line of a table: what it is about, and what each framework says."""

    what: str
    pytorch: str
    keras: str


@dataclass(frozen=True)
class Shapes:
    """One line of the table of shapes: a layer of one direction, a stack of L layers and d directions (PyTorch), and a
    layer of one direction and of both (Keras). "–" where there is nothing to say."""

    what: str
    pytorch: str
    pytorch_stack: str
    keras: str
    keras_both: str


@dataclass(frozen=True)
class Formula:
    """A formula as it stands in a lesson, without dollar signs; ``what`` it is, and words to go with it."""

    what: str
    tex: str
    words: str = ""


@dataclass(frozen=True)
class Bug:
    """A mistake that raises nothing, and the call of utils.sanity that shows it: near 0 where the model is right."""

    what: str
    detector: str


# The cells, one step each. ``what`` is the letter that the line computes.
EQUATIONS = {
    "rnn": (
        Formula("h", r"h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)"),
        Formula("y", r"y_t = h_t W_{hy} + b_y"),
    ),
    "lstm": (
        Formula("i", r"i_t = \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i)"),
        Formula("f", r"f_t = \sigma(x_t W_{xf} + h_{t-1} W_{hf} + b_f)"),
        Formula("g", r"g_t = \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g)"),
        Formula("o", r"o_t = \sigma(x_t W_{xo} + h_{t-1} W_{ho} + b_o)"),
        Formula("c", r"c_t = f_t \odot c_{t-1} + i_t \odot g_t"),
        Formula("h", r"h_t = o_t \odot \tanh(c_t)"),
    ),
    "gru": (
        Formula("r", r"r_t = \sigma(x_t W_{xr} + b_{xr} + h_{t-1} W_{hr} + b_{hr})"),
        Formula("z", r"z_t = \sigma(x_t W_{xz} + b_{xz} + h_{t-1} W_{hz} + b_{hz})"),
        Formula("n", r"n_t = \tanh(x_t W_{xn} + b_{xn} + r_t \odot (h_{t-1} W_{hn} + b_{hn}))"),
        Formula("h", r"h_t = z_t \odot h_{t-1} + (1 - z_t) \odot n_t"),
    ),
}
# The reset gate acts after the product, as in EQUATIONS, or before it: the first term is replaced by the second.
RESET_AFTER, RESET_BEFORE = r"r_t \odot (h_{t-1} W_{hn} + b_{hn})", r"(r_t \odot h_{t-1}) W_{hn} + b_{hn}"

# How many numbers a layer has: one layer, one direction. ``what`` is the kind of layer.
PARAMETERS = (
    Row("rnn", "D·H + H·H + 2·H", "D·H + H·H + H"),
    Row("lstm", "4·(D·H + H·H + 2·H)", "4·(D·H + H·H + H)"),
    Row("gru", "3·(D·H + H·H + 2·H)", "3·(D·H + H·H + 2·H)"),
    Row("gru, reset before", "–", "3·(D·H + H·H + H)"),
)

SHAPES = (
    Shapes("input", "(B, T, D)", "(B, T, D)", "(B, T, D)", "(B, T, D)"),
    Shapes("hidden states, all", "(B, T, H)", "(B, T, d·H)", "(B, T, H)", "(B, T, 2·H)"),
    Shapes("hidden state, last", "(1, B, H)", "(L·d, B, H)", "(B, H)", "(B, H), (B, H)"),
    Shapes("cell state, last (LSTM)", "(1, B, H)", "(L·d, B, H)", "(B, H)", "(B, H), (B, H)"),
    Shapes("weights of the input", "(G·H, D)", "(G·H, D)", "(D, G·H)", "(D, G·H)"),
    Shapes("… of a layer above", "–", "(G·H, d·H)", "(H, G·H)", "(2·H, G·H)"),
    Shapes("weights of the state", "(G·H, H)", "(G·H, H)", "(H, G·H)", "(H, G·H)"),
    Shapes("bias", "(G·H,), (G·H,)", "(G·H,), (G·H,)", "(G·H,)", "(G·H,)"),
    Shapes("bias (GRU)", "(3·H,), (3·H,)", "(3·H,), (3·H,)", "(2, 3·H)", "(2, 3·H)"),
    Shapes("bias (GRU, reset before)", "–", "–", "(3·H,)", "(3·H,)"),
)

LAYERS = (
    Row("layer", "nn.LSTM(D, H, batch_first=True)", "LSTM(H, return_sequences=True, return_state=True)"),
    Row("defaults", "batch_first=False, bidirectional=False", "return_sequences=False, return_state=False"),
    Row("results", "output, (h_n, c_n) = lstm(x)", "output, h, c = lstm(x)"),
    Row("one step", "h, c = nn.LSTMCell(D, H)(x_t, (h, c))", "h, (h, c) = LSTMCell(H)(x_t, (h, c))"),
    Row("both directions", "nn.LSTM(D, H, bidirectional=True)", "Bidirectional(LSTM(H), merge_mode='concat')"),
    Row(
        "order of last states",
        "forward 0, backward 0, forward 1, backward 1",
        "forward h, forward c, backward h, backward c",
    ),
    Row("two layers", "nn.LSTM(D, H, num_layers=2)", "RNN([LSTMCell(H), LSTMCell(H)])"),
    Row("dropout between", "nn.LSTM(D, H, num_layers=2, dropout=0.1)", "Dropout(0.1)  # a layer between two others"),
    Row("dropout in the loop", "–", "LSTM(H, recurrent_dropout=0.1)"),
    Row("carry the state on", "h_n.detach()  # and hand it to the next call", "LSTM(H, stateful=True)"),
)

STARTS = (
    Row("names", "weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0", "kernel, recurrent_kernel, bias"),
    Row("bias that counts", "lstm.bias_ih_l0 + lstm.bias_hh_l0", "lstm.cell.bias"),
    Row("gates, LSTM", "i, f, g, o", "i, f, c, o  # this c is our g"),
    Row("gates, GRU", "r, z, n", "z, r, h  # this h is our n"),
    Row("reset gate acts", "after the product", "after the product  # reset_after=False: before"),
    Row("first values", "uniform between ±1/√H, all", "glorot_uniform, orthogonal, zeros"),
    Row("first forget bias", "between ±2/√H", "1  # unit_forget_bias=True"),
)

PADDING = (
    Row(
        "embedding, id 0",
        "nn.Embedding(V, E, padding_idx=0)  # zeros",
        "Embedding(V, E, mask_zero=True)  # makes a mask",
    ),
    Row(
        "leave padding out",
        "pack_padded_sequence(x, lengths, batch_first=True,\n                     enforce_sorted=False)",
        "lstm(x, mask=mask)  # by itself after Embedding\n                    # or Masking()",
    ),
    Row("outputs at padding", "zeros", "last real output  # Bidirectional: zeros"),
    Row("last state, right", "h_n[-1]", "output[:, -1]  # with a mask, one direction"),
    Row("last state, wrong", "output[:, -1]", "output[:, -1]  # without a mask"),
    Row("a row of length 0", "error", "state zero  # but not in a GPU's fast kernel"),
    Row("loss leaves out", "ignore_index=-100  # the default", "ignore_class=None  # the default"),
)

TRAINING = (
    Row("train, then ask", "model.train(); model.eval()", "model(x, training=True); model(x, training=False)"),
    Row("seed", "torch.manual_seed(0)", "keras.utils.set_random_seed(0)"),
    Row("clip the gradient", "nn.utils.clip_grad_norm_(model.parameters(), 1.0)", "Adam(global_clipnorm=1.0)"),
    Row(
        "CTC loss",
        "F.ctc_loss(log_probs, targets, input_lengths,\n           target_lengths, blank=0)",
        "tf.nn.ctc_loss(labels, logits, label_length,\n               logit_length, blank_index=0)",
    ),
    Row("attention", "F.scaled_dot_product_attention(q, k, v)  # scaled", "Attention()([q, v, k])  # not scaled"),
)

NAMES = {"Layers": LAYERS, "Weights": STARTS, "Padding": PADDING, "Training": TRAINING}

GRADIENTS = (
    Formula(
        "a step back, tanh RNN",
        r"\frac{\partial L}{\partial h_{t-1}} = "
        r"\left(\frac{\partial L}{\partial h_t} \odot (1 - h_t^2)\right) W_{hh}^\top",
    ),
    Formula("a step back, linear RNN", "", "times the spectral radius of W_hh"),
    Formula("direct path of an LSTM", r"\frac{\partial c_T}{\partial c_0} = f_T \odot f_{T-1} \odot \cdots \odot f_1"),
    Formula("mean lifetime in steps", r"\frac{1}{1 - \sigma(b_f)} = 1 + e^{b_f}"),
    Formula("for a bias of 0, 1, 4", "", "2.0, 3.7, 55.6 steps"),
    Formula("chrono start", r"b_f = \log u \qquad b_i = -b_f", "u from 1 to T − 1"),
)

READING = (
    Formula("mean over real steps", r"\sum_t m_t h_t \,/\, \sum_t m_t"),
    Formula("attention", r"\alpha_j = \frac{\exp e_j}{\sum_k \exp e_k} \qquad \mathrm{context} = \sum_j \alpha_j k_j"),
    Formula("scores: dot, additive", r"e_j = q \cdot k_j \qquad e_j = v \cdot \tanh(q W_q + k_j W_k)"),
    Formula("CTC", r"P(\text{text}) = \sum_{\text{paths of the text}} \; \prod_{t} p_t(\text{path}_t)"),
    Formula("its loss", r"\text{loss} = -\ln P(\text{text})"),
)

BUGS = (
    Bug("the last column of padded rows is read", "padding_gap(predict, tokens)"),
    Bug("batch and time changed places", "permutation_gap(predict, x)"),
    Bug("dropout is on when the model is asked", "repeat_gap(predict, x)"),
    Bug("a forecast reads both directions", "future_leak(predict, x)"),
    Bug("a GRU's reset gate acts elsewhere", "step_gap(step, reference, …)"),
)


def value(text, **sizes):
    """A shape or number of the page: ``value("(B, 2·H)", B=3, H=4)`` is (3, 8). Raises NameError or SyntaxError if the
    text is no such expression."""
    return eval(re.sub(r"√(\w+)", r"\1**0.5", text.replace("·", "*")), {}, sizes)


def run(code, names):
    """Run a piece of code of the page with ``names``, in which it binds its own; return its last expression's value."""
    *before, last = ast.parse(code).body
    exec(compile(ast.Module(before, []), "<page>", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<page>", "eval"), names)
    return exec(compile(ast.Module([last], []), "<page>", "exec"), names)


def remark(text) -> tuple[str, str]:
    """A cell of the page without its remark, and the remark: "1  # the default" gives ("1", "the default")."""
    words, _, told = text.partition("#")
    return words.strip(), told.strip()


def equations(kind, *, reset_after=True) -> list[str]:
    """The lines of one cell in LaTeX: kind "rnn", "lstm" or "gru" (which resets after or before the product)."""
    before = {} if reset_after else {RESET_AFTER: RESET_BEFORE}
    lines = [formula.tex for formula in EQUATIONS[kind] if formula.what != "y"]
    for old, new in before.items():
        lines = [line.replace(old, new) for line in lines]
    return lines


def as_python(tex) -> str:
    r"""An equation of a cell as Python: r"h_t = \tanh(x_t W_{xh})" gives "h_t = tanh(x_t @ W_xh)"."""
    code = re.sub(r"_\{t-1\}", "_before", tex)
    code = re.sub(r"_\{(\w+)\}", r"_\1", code)
    for sign, name in {r"\sigma": "sigmoid", r"\tanh": "tanh", r"\odot": "*"}.items():
        code = code.replace(sign, name)
    return re.sub(r"(?<=[\w)]) (?=W_)", " @ ", code)


def walk(x, weights):
    """Run the page's equations of one cell over x (batch, time, feature), from a state of zeros.

    weights  CellWeights, one layer and direction. Returns all hidden states (batch, time, hidden) and the last state,
    (h,) or (h, c), as utils.cells.forward does.
    """
    lines = [as_python(line) for line in equations(weights.kind, reset_after=weights.reset_after)]
    state = dict(zip(("h_before", "c_before"), zero_state(weights, len(x)), strict=False))
    names = {"sigmoid": sigmoid, "tanh": np.tanh, **_letters(weights), **state}
    outputs = []
    for t in range(x.shape[1]):
        names["x_t"] = x[:, t]
        for line in lines:
            exec(line, names)
        names |= {before: names[f"{before[0]}_t"] for before in state}
        outputs.append(names["h_t"])
    return np.stack(outputs, axis=1), tuple(names[before] for before in state)


def _letters(weights):
    """The weights under the names that the equations have for them, gate by gate: {"W_xi": (input, hidden), …}."""
    gates, found = GATES[weights.kind], {}
    parts = {"W_x": weights.W_xh, "W_h": weights.W_hh, "b_x": weights.b_x, "b_h": weights.b_h}
    for name, array in (parts | {"b_": weights.b_x + weights.b_h}).items():
        found |= {f"{name}{gate}": part for gate, part in zip(gates, np.split(array, len(gates), axis=-1), strict=True)}
    return found
