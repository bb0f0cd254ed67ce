"""Every kind of figure the course draws, once, in one style, each with alt text.

A figure is drawn and shown by one call. Its alt text is the output's ``text/plain`` and stands in its metadata.
"""

import base64
import io
from itertools import pairwise

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from sklearn.decomposition import PCA

from utils.outputs import show

# Okabe and Ito's colours, which colour-blind readers can tell apart; markers differ as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
# Each gate of an LSTM has one colour in all figures and on the sliders; g is the candidate, c the cell state.
GATE_COLOURS = {"f": COLOURS[1], "i": COLOURS[2], "g": COLOURS[4], "o": COLOURS[0], "c": COLOURS[7], "h": COLOURS[3]}
DPI = 110


def bars(values, *, xlabel, title, chance=None):
    """Horizontal bars, one for each entry of ``values`` (name to number), with the number beside each bar.

    chance  draws a dashed line at this value
    """
    figure, axes = _figure(1, height=0.8 + 0.42 * len(values))
    axis = axes[0]
    names = list(values)
    axis.barh(names, [values[name] for name in names], color=COLOURS[0], height=0.62)
    for row, name in enumerate(names):
        value = values[name]
        axis.annotate(f"{value:.3f}", (value, row), xytext=(4, 0), textcoords="offset points", va="center")
    if chance is not None:
        axis.axvline(chance, color=COLOURS[7], linestyle="--", linewidth=1, label="chance")
        axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    axis.invert_yaxis()
    axis.set(xlabel=xlabel, title=title)
    axis.set_xlim(0, max(values.values()) * 1.15)
    numbers = ", ".join(f"{name} {value:.3f}" for name, value in values.items())
    _show(figure, f"{title}. Bars, {xlabel}: {numbers}.")


def orders(scores, *, title, xlabel):
    """Scores of the same words in several orders: one group of bars for each order, one bar for each model.

    scores  order (a text) to {model: score}
    """
    figure, axes = _figure(1, height=1.0 + 0.62 * len(scores))
    axis = axes[0]
    models = list(next(iter(scores.values())))
    rows = np.arange(len(scores))
    for k, model in enumerate(models):
        values = [score[model] for score in scores.values()]
        places = rows + (k - (len(models) - 1) / 2) * 0.34
        axis.barh(places, values, height=0.32, color=COLOURS[k], label=model)
        for place, value in zip(places, values, strict=True):
            side = {"xytext": (4, 0), "ha": "left"} if value >= 0 else {"xytext": (-4, 0), "ha": "right"}
            axis.annotate(
                f"{value:+.2f}",
                (value, place),
                textcoords="offset points",
                va="center",
                color=COLOURS[k],
                fontsize=8,
                **side,
            )
    axis.margins(x=0.15)
    axis.axvline(0, color=COLOURS[7], linewidth=1)
    axis.set_yticks(rows, list(scores))
    axis.invert_yaxis()
    axis.set(xlabel=xlabel, title=title)
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    lines = [f"{order}: " + ", ".join(f"{m} {v:+.2f}" for m, v in score.items()) for order, score in scores.items()]
    _show(figure, f"{title}. {xlabel}. " + "; ".join(lines) + ".")


def pairs(spaces, labels, classes, *, title):
    """Where pairs of sentences lie in several spaces, projected to the two directions of largest spread.

    spaces  name of a space to points (sentences, size); rows 2k and 2k + 1 are a pair and are joined by a line
    labels  (sentences,) class 0 is drawn as a ring, class 1 as a dot: a dot in a ring is a pair on one point
    """
    figure, axes = _figure(len(spaces), height=3.6)
    lengths = []
    for axis, (name, points) in zip(axes, spaces.items(), strict=True):
        flat = PCA(2).fit_transform(points)
        for first, second in zip(flat[::2], flat[1::2], strict=True):
            axis.plot(*zip(first, second, strict=True), color="#BBBBBB", linewidth=0.8, zorder=1)
        ring, dot = flat[labels == 0], flat[labels == 1]
        axis.scatter(*ring.T, s=70, facecolors="none", edgecolors=COLOURS[1], label=classes[0], zorder=2)
        axis.scatter(*dot.T, s=16, color=COLOURS[0], label=classes[1], zorder=3)
        axis.set(title=name, xticks=[], yticks=[])
        spread = np.linalg.norm(points - points.mean(axis=0), axis=1).mean()
        lengths.append(f"{name}: {np.linalg.norm(points[::2] - points[1::2], axis=1).mean() / spread:.2f}")
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    figure.suptitle(title)
    _show(figure, f"{title}. Mean distance within a pair, in units of the spread of all points. {'; '.join(lengths)}.")


def groups(points, group, names, *, title):
    """Points (n, size) projected to two dimensions, coloured by ``group`` (n,), whose names are ``names``."""
    figure, axes = _figure(1, height=4.4)
    axis = axes[0]
    flat = PCA(2).fit_transform(points)
    for k, name in enumerate(names):
        axis.scatter(*flat[group == k].T, s=26, color=COLOURS[k], marker=MARKERS[k], alpha=0.8, label=name)
    axis.set(title=title, xticks=[], yticks=[])
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    _show(figure, f"{title}. {len(points)} points in {len(names)} groups: {', '.join(names)}.")


def curves(lines, *, xlabel, ylabel, title, chance=None):
    """One curve for each entry of ``lines`` (name to (x, y)); the names stand in the legend if there are several.

    chance  draws a dashed line at this height
    """
    figure, axes = _figure(1, height=3.2)
    axis = axes[0]
    for k, (name, (x, y)) in enumerate(lines.items()):
        axis.plot(x, y, color=COLOURS[k], marker=MARKERS[k], markersize=4, label=name)
    if chance is not None:
        axis.axhline(chance, color=COLOURS[7], linestyle="--", linewidth=1, label="chance")
    axis.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if len(axis.get_lines()) > 1:
        axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    ends = "; ".join(f"{name}: {y[0]:.2f} at {x[0]}, {y[-1]:.2f} at {x[-1]}" for name, (x, y) in lines.items())
    _show(figure, f"{title}. {ylabel} against {xlabel}. {ends}.")


def states(values, symbols, names, *, title):
    """A heat map of states (rows, time), blue for -1, white for 0, red for 1.

    symbols  (time,) labels along the top
    names    (rows,) labels on the left
    """
    figure, axes = _figure(1, height=3.4)
    axis = axes[0]
    image = axis.imshow(values, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    axis.set_xticks(range(len(symbols)), symbols)
    axis.set_yticks(range(len(names)), names)
    axis.xaxis.tick_top()
    axis.set(title=title)
    figure.colorbar(image, ax=axis, label="state")
    shown = " ".join(str(symbol).replace("\n", "/") for symbol in symbols)
    _show(figure, f"{title}. Heat map of {', '.join(names)} over {len(symbols)} steps: {shown}.")


def triangle(panels, *, title, xlabel, ylabel, label):
    """Lower triangles of square heat maps on one logarithmic scale; what is NaN or above the diagonal stays empty.

    panels  name to sizes (steps, steps), positive; row and column k are step k + 1
    """
    figure, axes = _figure(len(panels), height=3.5)
    steps = len(next(iter(panels.values())))
    lower = np.tril(np.ones((steps, steps), dtype=bool))
    shown = {name: np.where(lower, np.asarray(sizes, dtype=float), np.nan) for name, sizes in panels.items()}
    norm = LogNorm(min(map(np.nanmin, shown.values())), max(map(np.nanmax, shown.values())))
    for axis, (name, sizes) in zip(axes, shown.items(), strict=True):
        image = axis.imshow(sizes, cmap="viridis", norm=norm, interpolation="nearest")
        for row, column in np.argwhere(lower & np.isnan(sizes)):
            axis.text(column, row, "×", ha="center", va="center", color=COLOURS[6], fontsize=8)
        axis.set_xticks(range(steps), range(1, steps + 1), fontsize=8)
        axis.set_yticks(range(steps), range(1, steps + 1), fontsize=8)
        axis.set(title=name, xlabel=xlabel)
    axes[0].set(ylabel=ylabel)
    figure.colorbar(image, ax=axes, label=label, shrink=0.85)
    figure.suptitle(title)
    counts = "; ".join(f"{name}: {np.isfinite(sizes).sum()} fields" for name, sizes in shown.items())
    _show(figure, f"{title}. Triangular heat maps, {ylabel} against {xlabel}, colour: {label}. {counts}.")


def unrolled_rnn(symbols, *, title):
    """An RNN drawn twice: folded, with a loop, and unrolled over ``symbols``, one copy of the same block for each."""
    figure, axes = _figure(1, height=2.6)
    axis = axes[0]
    _block(axis, 0, "A", "$x_t$", "$h_t$")
    loop = {"arrowstyle": "-|>", "color": COLOURS[1], "linewidth": 1.5, "connectionstyle": "arc3,rad=-2.2"}
    axis.annotate("", (0.3, 0.8), (0.3, 1.2), arrowprops=loop)
    axis.text(1.35, 1, "=", fontsize=18, ha="center", va="center")
    for t, symbol in enumerate(symbols, start=1):
        x = 1.3 + 1.3 * t
        _block(axis, x, "A", f"$x_{t}$ = {symbol}", f"$h_{t}$")
        _arrow(axis, (x - 1.0, 1), (x - 0.3, 1), COLOURS[1])
    axis.text(1.85, 1.12, "$h_0$", ha="center")
    _canvas(axis, (-0.9, 1.3 + 1.3 * len(symbols) + 0.6), (-0.35, 2.35), title)
    copies = f"on the right {len(symbols)} copies of it in a row, one for each of {', '.join(symbols)}"
    _show(figure, f"{title}. On the left one block A with a loop, {copies}; the state goes from copy to copy.")


def rnn_cell(input_size, hidden_size, *, title):
    """The inside of an RNN cell, with the shape of every array for one row of a batch."""
    figure, axes = _figure(1, height=2.8)
    axis = axes[0]
    D, H = input_size, hidden_size
    for x, y, text, colour in (
        (0, 2, f"$x_t$\n(1, {D})", "white"),
        (0, 0, f"$h_{{t-1}}$\n(1, {H})", "white"),
        (1.7, 2, f"× $W_{{xh}}$\n({D}, {H})", "#CFE3F1"),
        (1.7, 0, f"× $W_{{hh}}$\n({H}, {H})", "#F7DCC8"),
        (3.3, 1, f"+ $b_h$\n({H},)", "#CDEBDD"),
        (4.7, 1, "tanh", "#EEEEEE"),
        (6.1, 1, f"$h_t$\n(1, {H})", "white"),
    ):
        box = {"boxstyle": "round,pad=0.4", "facecolor": colour, "edgecolor": COLOURS[7]}
        axis.text(x, y, text, ha="center", va="center", bbox=box)
    ends = [((0, 2), (1.7, 2)), ((0, 0), (1.7, 0)), ((1.7, 2), (3.3, 1)), ((1.7, 0), (3.3, 1))]
    for start, end in [*ends, ((3.3, 1), (4.7, 1)), ((4.7, 1), (6.1, 1))]:
        _arrow(axis, start, end, COLOURS[7], shrink=26)
    _canvas(axis, (-0.7, 6.8), (-0.6, 2.6), title)
    _show(figure, f"{title}. x times W_xh ({D}, {H}) plus h times W_hh ({H}, {H}) plus b_h ({H}), then tanh, gives h.")


def _block(axis, x, name, below, above):
    box = {"boxstyle": "square,pad=0.9", "facecolor": "#CFE3F1", "edgecolor": COLOURS[0]}
    axis.text(x, 1, name, ha="center", va="center", bbox=box)
    _arrow(axis, (x, 0.1), (x, 0.62), COLOURS[7])
    _arrow(axis, (x, 1.38), (x, 1.9), COLOURS[7])
    axis.text(x, 0.0, below, ha="center", va="top")
    axis.text(x, 1.95, above, ha="center", va="bottom")


def _arrow(axis, start, end, colour, *, shrink=0):
    """An arrow between two points that stops ``shrink`` points before each of them."""
    look = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.5, "shrinkA": shrink, "shrinkB": shrink}
    axis.annotate("", end, start, arrowprops=look)


def _canvas(axis, xlim, ylim, title):
    axis.set(xlim=xlim, ylim=ylim, title=title)
    axis.axis("off")


def gradient_norms(panels, *, title, ylabel="norm of the gradient at $h_t$"):
    """Norms of gradients against time on a logarithmic axis, panels side by side with one scale.

    panels  name of a panel to {name of a curve: norms (time,)}; all panels hold the same curves
    """
    figure, axes = _figure(len(panels), height=3.4)
    ends = []
    for axis, (panel, lines) in zip(axes, panels.items(), strict=True):
        axis.sharey(axes[0])
        for k, (name, norms) in enumerate(lines.items()):
            steps = np.arange(1, len(norms) + 1)
            every = max(1, len(norms) // 10)
            axis.semilogy(steps, norms, color=COLOURS[k], marker=MARKERS[k], markersize=4, markevery=every, label=name)
            ends.append(f"{panel}, {name}: {norms[0]:.0e} at step 1, {norms[-1]:.0e} at step {len(norms)}")
        axis.set(xlabel="time step t", title=panel)
    axes[0].set_ylabel(ylabel)
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    figure.suptitle(title)
    _show(figure, f"{title}. Gradient with respect to the state, logarithmic. {'; '.join(ends)}.")


def gate_tapes(tapes, symbols, *, title):
    """One unit of an LSTM, step by step: its two states, below them a strip for each gate, from white (0) to full (1).

    tapes    name to {"c": …, "h": …, "f": …, "i": …, "o": …}, each (time,); side by side, with one scale
    symbols  (time,) labels along the bottom, empty where none is wanted
    """
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes = figure.subplots(4, len(tapes), squeeze=False, sharex=True, sharey="row", height_ratios=[5, 1, 1, 1])
    steps, ends = np.arange(len(symbols)), []
    for column, (name, tape) in zip(axes.T, tapes.items(), strict=True):
        top, *strips = column
        for state, style in (("c", "-"), ("h", "--")):
            look = {"color": GATE_COLOURS[state], "linewidth": 1.8, "drawstyle": "steps-mid"}
            top.plot(steps, tape[state], style, label=f"${state}_t$", **look)
        top.axhline(0, color=COLOURS[6], linewidth=0.6)
        top.set_title(name, fontsize=10)
        top.spines[["top", "right"]].set_visible(False)
        for axis, gate in zip(strips, "fio", strict=True):
            shades = LinearSegmentedColormap.from_list(gate, ["white", GATE_COLOURS[gate]])
            axis.imshow(tape[gate][None], cmap=shades, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
            axis.set_yticks([0], [f"${gate}_t$"])
        labels = [(step, symbol) for step, symbol in zip(steps, symbols, strict=True) if symbol]
        strips[-1].set_xticks([step for step, _ in labels], [symbol for _, symbol in labels], fontsize=8)
        means = ", ".join(f"{gate} {tape[gate].mean():.2f}" for gate in "fio")
        ends.append(f"{name}: c ends at {tape['c'][-1]:.2f}, h at {tape['h'][-1]:.2f}; mean gates {means}")
    axes[0, -1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    figure.suptitle(title)
    _show(figure, f"{title}. States c and h of one unit over {len(steps)} steps, gates below. {'. '.join(ends)}.")


LSTM_PARTS = {  # what is lit together, and the caption
    "f ×f": "forget: $f_t \\odot c_{t-1}$",
    "i g ×i": "write: $i_t \\odot g_t$",
    "c ×f +": "carry: $c_t$ = what is kept + what is written",
    "o tanh ×o h": "read: $h_t = o_t \\odot \\tanh(c_t)$",
}
LSTM_NODES = {  # name: place and text
    "f": ((1.0, 0.9), "σ  f"),
    "i": ((2.1, 0.9), "σ  i"),
    "g": ((3.2, 0.9), "tanh  g"),
    "o": ((4.4, 0.9), "σ  o"),
    "×f": ((1.0, 2.6), "×"),
    "×i": ((2.65, 1.75), "×"),
    "+": ((2.65, 2.6), "+"),
    "tanh": ((5.3, 1.95), "tanh"),
    "×o": ((5.3, 0.9), "×"),
}
LSTM_WIRES = {  # the node that lights a wire: the wire's ends
    "f": [((1.0, 1.15), (1.0, 2.4))],
    "i": [((2.1, 1.15), (2.55, 1.6))],
    "g": [((3.2, 1.15), (2.75, 1.6))],
    "×i": [((2.65, 1.95), (2.65, 2.4))],
    "c": [((0.1, 2.6), (0.82, 2.6)), ((1.18, 2.6), (2.47, 2.6)), ((2.83, 2.6), (6.1, 2.6))],
    "o": [((4.75, 0.9), (5.12, 0.9))],
    "tanh": [((5.3, 2.6), (5.3, 2.2)), ((5.3, 1.7), (5.3, 1.1))],
    "h": [((5.48, 0.9), (6.1, 0.9))],
}


def lstm_cell(*, title):
    """The inside of an LSTM cell, four times, each time with another part lit: forget, write, carry, read."""
    figure = Figure(figsize=(7.2, 5.2), layout="constrained")
    for axis, (lit, caption) in zip(figure.subplots(2, 2).flat, LSTM_PARTS.items(), strict=True):
        _lstm_panel(axis, lit.split())
        _canvas(axis, (-0.5, 6.7), (-0.3, 3.0), "")
        axis.set_title(caption, fontsize=10)
    figure.suptitle(title)
    gates = "sigmoid gates f, i and o and the tanh candidate g all read x_t and h_{t-1}"
    path = "the cell state runs along the top, is multiplied by f, receives i times g, and leaves as c_t"
    _show(figure, f"{title}. Four panels of one diagram: {gates}; {path}; o times tanh of c_t is h_t.")


def _lstm_panel(axis, lit):
    def colour(name):
        return GATE_COLOURS.get(name[-1], COLOURS[7]) if name in lit else "#C4C4C4"

    for x in (1.0, 2.1, 3.2, 4.4):
        _arrow(axis, (x, 0.1), (x, 0.65), "#C4C4C4")
    axis.plot([0.1, 4.4], [0.1, 0.1], color="#C4C4C4", linewidth=1.5)
    for name, ends in LSTM_WIRES.items():
        for start, end in ends:
            _arrow(axis, start, end, colour(name))
    for name, ((x, y), text) in LSTM_NODES.items():
        shape = "circle,pad=0.15" if text in "×+" else "round,pad=0.3"
        box = {"boxstyle": shape, "facecolor": "white", "edgecolor": colour(name), "linewidth": 1.8}
        axis.text(x, y, text, ha="center", va="center", fontsize=9, bbox=box, color=colour(name))
    for x, y, text in ((0, 2.6, "$c_{t-1}$"), (6.45, 2.6, "$c_t$"), (6.45, 0.9, "$h_t$"), (0, 0.1, "$x_t$\n$h_{t-1}$")):
        axis.text(x, y, text, ha="center" if x else "right", va="center")


def flags(panels, *, title):
    """How far flags are up or down after each word of a sentence, before and after an intervention.

    panels  sentence to a list of readings ({name of a flag: levels (words,)}, answer): the sentence as it is (solid),
            and perhaps once more after an intervention (dashed); +1 is up, -1 is down
    """
    figure, axes = _figure(len(panels), height=3.7)
    parts = []
    for axis, (sentence, readings) in zip(axes, panels.items(), strict=True):
        axis.sharey(axes[0])
        words = sentence.split()
        for (levels, _), line, ending in zip(readings, ("-", "--"), ("", ", after the flip"), strict=False):
            for k, (name, values) in enumerate(levels.items()):
                axis.plot(values, line, color=COLOURS[k], marker=MARKERS[k], markersize=4, label=name + ending)
                parts.append(f"{name}{ending} {' '.join(f'{value:+.1f}' for value in values)}")
        axis.axhline(0, color=COLOURS[6], linewidth=0.8)
        axis.set_xticks(range(len(words)), words, rotation=55, ha="right", rotation_mode="anchor")
        answers = " → ".join(answer for _, answer in readings)
        axis.set(title=f"… {answers}")
        parts.append(f"answer {answers} ({sentence})")
    axes[0].set_ylabel("level of the flag")
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    figure.suptitle(title)
    _show(figure, f"{title}. Levels of flags after each word, +1 up and -1 down. {'; '.join(parts)}.")


def padded_batch(texts, readers, *, title):
    """A padded batch as a grid, one row for each text and one cell for each letter; padding is shaded and holds 0.

    readers  name of a reader to the column it reads in each row, (texts,); its marks stand at the foot of those cells
    """
    width = max(map(len, texts))
    figure, axes = _figure(1, height=0.9 + 0.62 * len(texts))
    axis = axes[0]
    for row, text in enumerate(texts):
        for column in range(width):
            real = column < len(text)
            colours = {"facecolor": "white" if real else "#D9D9D9", "edgecolor": COLOURS[6]}
            axis.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, **colours))
            letter, look = (text[column], {"fontsize": 12}) if real else ("0", {"color": "#595959"})
            axis.text(column, row - 0.12, letter, ha="center", va="center", **look)
    for k, (name, columns) in enumerate(readers.items()):
        places = np.asarray(columns) + 0.3 * (k - (len(readers) - 1) / 2)
        axis.scatter(
            places, np.arange(len(texts)) + 0.3, s=34, color=COLOURS[k], marker=MARKERS[k], label=name, zorder=3
        )
    axis.set_xticks(range(width), range(1, width + 1))
    axis.set(xlabel="column", yticks=[], title=title, xlim=(-0.6, width - 0.4), ylim=(len(texts) - 0.4, -0.6))
    axis.set_aspect("equal")
    axis.spines[:].set_visible(False)
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    rows = [f"{text} and {width - len(text)} of padding" for text in texts]
    reads = [f"{name} reads columns {', '.join(str(c + 1) for c in columns)}" for name, columns in readers.items()]
    _show(figure, f"{title}. A grid of {width} columns; the rows hold {'; '.join(rows)}. {'; '.join(reads)}.")


def stacked_rnn(num_layers, symbols, *, title):
    """Layers on top of each other, unrolled over ``symbols``: states go to the right, outputs go up."""
    figure, axes = _figure(1, height=1.1 + 0.85 * num_layers)
    axis = axes[0]
    for layer in range(1, num_layers + 1):
        for t, symbol in enumerate(symbols, start=1):
            x, y = 1.6 * t, 1.3 * layer
            box = {"boxstyle": "square,pad=0.6", "facecolor": "#CFE3F1", "edgecolor": COLOURS[0]}
            axis.text(x, y, f"LSTM {layer}", ha="center", va="center", bbox=box)
            _arrow(axis, (x, y - 0.95), (x, y - 0.35), COLOURS[7])
            _arrow(axis, (x - 1.22, y), (x - 0.36, y), COLOURS[1])
            axis.text(x - 0.8, y + 0.1, "h, c", ha="center", fontsize=8, color=COLOURS[1])
            below = f"$x_{t}$ = {symbol}" if layer == 1 else f"$h_{t}^{{({layer - 1})}}$"
            place = {"y": y - 1.0, "ha": "center", "va": "top"} if layer == 1 else {"y": y - 0.65, "va": "center"}
            axis.text(x if layer == 1 else x + 0.1, s=below, **place)
    for t in range(1, len(symbols) + 1):
        top = 1.3 * num_layers
        _arrow(axis, (1.6 * t, top + 0.35), (1.6 * t, top + 0.8), COLOURS[7])
        axis.text(1.6 * t, top + 0.85, f"$h_{t}^{{({num_layers})}}$", ha="center", va="bottom")
    _canvas(axis, (0.3, 1.6 * len(symbols) + 0.5), (-0.1, 1.3 * num_layers + 1.3), title)
    grid = f"{num_layers} rows of LSTM cells, one row a layer, one column for each of {', '.join(symbols)}"
    _show(figure, f"{title}. {grid}; in a row the state goes to the right, from row to row the output goes up.")


def depth_and_time(panels, *, title, label):
    """What arrives at each layer and time step: heat maps side by side on one logarithmic scale.

    panels  name to sizes (levels, time), row 0 the input and row k layer k; 0, where nothing arrives, stays white
    """
    figure, axes = _figure(len(panels), height=3.8)
    arrived = np.concatenate([sizes[sizes > 0] for sizes in panels.values()])
    norm = LogNorm(arrived.min(), arrived.max())
    corners = []
    for axis, (name, sizes) in zip(axes, panels.items(), strict=True):
        levels, steps = sizes.shape
        shown = np.where(sizes > 0, sizes, np.nan)
        image = axis.imshow(shown, cmap="viridis", norm=norm, origin="lower", aspect="auto", interpolation="nearest")
        axis.set_xticks(range(steps), range(1, steps + 1))
        axis.set_yticks(range(levels), ["input", *range(1, levels)])
        axis.set(title=name, xlabel="time step")
        corners.append(f"{name}: {sizes[-1, -1]:.0e} at the top right, {sizes[0, 0]:.0e} at the bottom left")
    axes[0].set_ylabel("layer")
    figure.colorbar(image, ax=axes, label=label, shrink=0.9)
    figure.suptitle(title)
    _show(figure, f"{title}. Heat maps of layers against time steps, colour: {label}. {'; '.join(corners)}.")


def traces(panels, *, xlabel, title, unit_label, band, band_label):
    """All units of a state over time, panels side by side, each with its own scale; one unit stands out.

    panels      name to (states (time, units), the unit that stands out)
    unit_label  why it stands out
    band        first and last step of a shaded region, which ``band_label`` explains
    """
    figure, axes = _figure(len(panels), height=3.1)
    ranges = []
    for axis, (name, (values, unit)) in zip(axes, panels.items(), strict=True):
        steps = np.arange(1, len(values) + 1)
        axis.axvspan(*band, color="#EEEEEE", label=band_label)
        others = np.delete(values, unit, axis=1)
        axis.plot(steps, others, color="#999999", linewidth=0.8, label=["other units"] + [None] * (others.shape[1] - 1))
        axis.plot(steps, values[:, unit], color=COLOURS[1], linewidth=2.2, label=unit_label)
        axis.set(title=name, xlabel=xlabel)
        ranges.append(f"{name}: from {values[:, unit].min():.2f} to {values[:, unit].max():.2f}")
    axes[0].set_ylabel("state")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(handles), frameon=False)
    figure.suptitle(title)
    _show(
        figure,
        f"{title}. States over {len(values)} steps, shaded: {band_label}. The {unit_label}, {'; '.join(ranges)}.",
    )


def two_directions(symbols, *, title):
    """A bidirectional layer over ``symbols``: two rows of cells, their states side by side, and both final states."""
    figure, axes = _figure(1, height=3.2)
    axis = axes[0]
    places = [1.6 * t for t in range(1, len(symbols) + 1)]
    rows = (("forward", "→", 0.95, "#CFE3F1", COLOURS[0]), ("backward", "←", 1.95, "#F7DCC8", COLOURS[1]))
    for name, sign, y, fill, colour in rows:
        axis.text(0.2, y, name, ha="center", va="center", color=colour)
        final = places[-1 if sign == "→" else 0]
        for t, x in enumerate(places, start=1):
            look = {"facecolor": fill, "edgecolor": colour, "linewidth": 3.5 if x == final else 1}
            box = {"boxstyle": "round,pad=0.4"} | look
            axis.text(x, y, f"$h_{t}$ {sign}", ha="center", va="center", bbox=box, zorder=3)
        for left, right in pairwise(places):
            start, end = (left, right) if sign == "→" else (right, left)
            step = 0.34 if sign == "→" else -0.34
            _arrow(axis, (start + step, y), (end - step, y), colour)
    for t, (x, symbol) in enumerate(zip(places, symbols, strict=True), start=1):
        axis.add_patch(Rectangle((x - 0.45, 0.6), 0.9, 1.7, facecolor="#F2F2F2", edgecolor="none"))
        _arrow(axis, (x, 0.15), (x, 0.6), COLOURS[7])
        _arrow(axis, (x, 2.3), (x, 2.75), COLOURS[7])
        axis.text(x, 0, symbol, ha="center", va="center")
        axis.text(x, 2.9, f"output {t}", ha="center", va="center")
    _canvas(axis, (-0.3, places[-1] + 0.7), (-0.2, 3.1), title)
    ends = f"The final states have a thick frame: forward at {symbols[-1]}, backward at {symbols[0]}"
    _show(figure, f"{title}. Two rows of cells over {', '.join(symbols)}, one from each side. {ends}.")


def _figure(panels, *, height):
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _show(figure, alt):
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    show(alt, {"image/png": {"alt": alt}}, png=base64.b64encode(png.getvalue()).decode())
