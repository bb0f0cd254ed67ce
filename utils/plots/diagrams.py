"""Diagrams: how a network is built; they show no data."""

from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from utils.plots.style import COLOURS, GATE_COLOURS, MARKERS, QUIET, TEXT, legend, new_figure, number, show_figure


def unrolled_rnn(symbols, *, title):
    """An RNN drawn twice: folded, with a loop, and unrolled over ``symbols``, one copy of the same block for each."""
    figure, axes = new_figure(1, height=2.6)
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
    show_figure(figure, f"{title}. On the left one block A with a loop, {copies}; the state goes from copy to copy.")


def rnn_cell(input_size, hidden_size, *, title):
    """The inside of an RNN cell, with the shape of every array for one row of a batch."""
    figure, axes = new_figure(1, height=2.8)
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
    show_figure(
        figure, f"{title}. x times W_xh ({D}, {H}) plus h times W_hh ({H}, {H}) plus b_h ({H}), then tanh, gives h."
    )


LSTM_PARTS = {  # what is lit together, and the caption
    "f ×f old_c": "forget: $f_t \\odot c_{t-1}$",
    "i g ×i": "write: $i_t \\odot g_t$",
    "old_c c ×f +": "carry: $c_t$ = what is kept + what is written",
    "o tanh ×o h": "read: $h_t = o_t \\odot \\tanh(c_t)$",
}


LSTM_NODES = {  # name: place and text
    "f": ((1.0, 0.9), "σ  f"),
    "i": ((2.0, 0.9), "σ  i"),
    "g": ((3.12, 0.9), "tanh\ng"),
    "o": ((4.3, 0.9), "σ  o"),
    "×f": ((1.0, 2.6), "×"),
    "×i": ((2.65, 1.75), "×"),
    "+": ((2.65, 2.6), "+"),
    "tanh": ((5.3, 1.95), "tanh"),
    "×o": ((5.3, 0.9), "×"),
}


LSTM_WIRES = {  # the node that lights a wire: the wire's ends
    "f": [((1.0, 1.15), (1.0, 2.4))],
    "i": [((2.0, 1.15), (2.55, 1.6))],
    "g": [((3.12, 1.3), (2.75, 1.6))],
    "×i": [((2.65, 1.95), (2.65, 2.4))],
    "old_c": [((0.1, 2.6), (0.82, 2.6))],
    "c": [((1.18, 2.6), (2.47, 2.6)), ((2.83, 2.6), (6.1, 2.6))],
    "o": [((4.7, 0.9), (5.12, 0.9))],
    "tanh": [((5.3, 2.6), (5.3, 2.2)), ((5.3, 1.7), (5.3, 1.1))],
    "h": [((5.48, 0.9), (6.1, 0.9))],
}


def lstm_cell(*, title):
    """The inside of an LSTM cell, four times, each time with another part lit: forget, write, carry, read."""
    figure = Figure(figsize=(7.2, 5.4), layout="constrained")
    for axis, (lit, caption) in zip(figure.subplots(2, 2).flat, LSTM_PARTS.items(), strict=True):
        _lstm_panel(axis, lit.split())
        _canvas(axis, (-0.5, 6.7), (-0.3, 3.0), "")
        axis.set_title(caption, fontsize=10)
    figure.suptitle(title)
    gates = "sigmoid gates f, i and o and the tanh candidate g all read x_t and h_{t-1}"
    path = "the cell state runs along the top, is multiplied by f, receives i times g, and leaves as c_t"
    show_figure(figure, f"{title}. Four panels of one diagram: {gates}; {path}; o times tanh of c_t is h_t.")


def _lstm_panel(axis, lit):
    def colour(name):
        return GATE_COLOURS.get(name[-1], COLOURS[7]) if name in lit else "#B5B5B5"

    for x in (1.0, 2.0, 3.12, 4.3):
        _arrow(axis, (x, 0.1), (x, 0.65 if x != 3.12 else 0.5), "#B5B5B5")
    axis.plot([0.1, 4.3], [0.1, 0.1], color="#B5B5B5", linewidth=1.5)
    for name, ends in LSTM_WIRES.items():
        for start, end in ends:
            _arrow(axis, start, end, colour(name), linewidth=2.4 if name in lit else 1.2)
    for name, ((x, y), text) in LSTM_NODES.items():
        shape = "circle,pad=0.15" if text in "×+" else "round,pad=0.3"
        width = 2.6 if name in lit else 1.2
        box = {"boxstyle": shape, "facecolor": "white", "edgecolor": colour(name), "linewidth": width}
        look = {"color": TEXT, "weight": "bold"} if name in lit else {"color": QUIET}
        axis.text(x, y, text, ha="center", va="center", bbox=box, **look)
    for x, y, text in ((0, 2.6, "$c_{t-1}$"), (6.45, 2.6, "$c_t$"), (6.45, 0.9, "$h_t$"), (0, 0.1, "$x_t$\n$h_{t-1}$")):
        axis.text(x, y, text, ha="center" if x else "right", va="center")


def stacked_rnn(num_layers, symbols, *, title):
    """Layers on top of each other, unrolled over ``symbols``: states go to the right, outputs go up."""
    figure, axes = new_figure(1, height=1.1 + 0.85 * num_layers)
    axis = axes[0]
    for layer in range(1, num_layers + 1):
        for t, symbol in enumerate(symbols, start=1):
            x, y = 1.6 * t, 1.3 * layer
            box = {"boxstyle": "square,pad=0.6", "facecolor": "#CFE3F1", "edgecolor": COLOURS[0]}
            axis.text(x, y, f"LSTM {layer}", ha="center", va="center", bbox=box)
            _arrow(axis, (x, y - 0.95), (x, y - 0.35), COLOURS[7])
            _arrow(axis, (x - 1.22, y), (x - 0.36, y), COLOURS[1])
            axis.text(x - 0.8, y + 0.1, "h, c", ha="center")
            below = f"$x_{t}$ = {symbol}" if layer == 1 else f"$h_{t}^{{({layer - 1})}}$"
            place = {"y": y - 1.0, "ha": "center", "va": "top"} if layer == 1 else {"y": y - 0.65, "va": "center"}
            axis.text(x if layer == 1 else x + 0.1, s=below, **place)
    for t in range(1, len(symbols) + 1):
        top = 1.3 * num_layers
        _arrow(axis, (1.6 * t, top + 0.35), (1.6 * t, top + 0.8), COLOURS[7])
        axis.text(1.6 * t, top + 0.85, f"$h_{t}^{{({num_layers})}}$", ha="center", va="bottom")
    _canvas(axis, (0.3, 1.6 * len(symbols) + 0.5), (-0.1, 1.3 * num_layers + 1.3), title)
    grid = f"{num_layers} rows of LSTM cells, one row a layer, one column for each of {', '.join(symbols)}"
    show_figure(figure, f"{title}. {grid}; in a row the state goes to the right, from row to row the output goes up.")


def two_directions(symbols, *, title):
    """A bidirectional layer over ``symbols``: two rows of cells, their states side by side, and both final states."""
    figure, axes = new_figure(1, height=3.2)
    axis = axes[0]
    places = [1.6 * t for t in range(1, len(symbols) + 1)]
    rows = (("forward", "→", 0.95, "#CFE3F1", COLOURS[0]), ("backward", "←", 1.95, "#F7DCC8", COLOURS[1]))
    for name, sign, y, fill, colour in rows:
        axis.text(0.2, y, name, ha="center", va="center")
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
    show_figure(figure, f"{title}. Two rows of cells over {', '.join(symbols)}, one from each side. {ends}.")


def padded_batch(texts, readers, *, title):
    """A padded batch as a grid, one row for each text and one cell for each letter; padding is shaded and holds 0.

    readers  name of a reader to the column it reads in each row, (texts,); its marks stand at the foot of those cells
    """
    width = max(map(len, texts))
    figure, axes = new_figure(1, height=0.9 + 0.62 * len(texts))
    axis = axes[0]
    for row, text in enumerate(texts):
        for column in range(width):
            real = column < len(text)
            colours = {"facecolor": "white" if real else "#D9D9D9", "edgecolor": COLOURS[6]}
            axis.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, **colours))
            letter, look = (text[column], {"fontsize": 12}) if real else ("0", {"color": "#4A4A4A"})
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
    legend(axis)
    rows = [f"{text} and {width - len(text)} of padding" for text in texts]
    reads = [f"{name} reads columns {', '.join(str(c + 1) for c in columns)}" for name, columns in readers.items()]
    show_figure(figure, f"{title}. A grid of {width} columns; the rows hold {'; '.join(rows)}. {'; '.join(reads)}.")


def _block(axis, x, name, below, above):
    box = {"boxstyle": "square,pad=0.9", "facecolor": "#CFE3F1", "edgecolor": COLOURS[0]}
    axis.text(x, 1, name, ha="center", va="center", bbox=box)
    _arrow(axis, (x, 0.1), (x, 0.62), COLOURS[7])
    _arrow(axis, (x, 1.38), (x, 1.9), COLOURS[7])
    axis.text(x, 0.0, below, ha="center", va="top")
    axis.text(x, 1.95, above, ha="center", va="bottom")


def _arrow(axis, start, end, colour, *, shrink=0, linewidth=1.5):
    """An arrow between two points that stops ``shrink`` points before each of them."""
    look = {"arrowstyle": "-|>", "color": colour, "linewidth": linewidth, "shrinkA": shrink, "shrinkB": shrink}
    axis.annotate("", end, start, arrowprops=look)


def _canvas(axis, xlim, ylim, title):
    axis.set(xlim=xlim, ylim=ylim, title=title)
    axis.axis("off")


def lattice(paths, probabilities, label, *, title):
    """All ways through a CTC lattice: frames from left to right, the label with its blanks from top to bottom.

    paths          one path a row: a symbol of ``label``, or "–" for the blank, at each frame; all collapse to ``label``
    probabilities  (paths,) probability of each path
    label          the symbols, such as "11"

    The thicker a line and the larger a dot, the larger its share of the sum over all paths.
    """
    slots = ["–", *(sign for symbol in label for sign in (symbol, "–"))]
    frames, total = len(paths[0]) if len(paths) else 1, np.sum(probabilities)
    dots, lines = np.zeros((len(slots), frames)), {}
    for path, probability in zip(paths, probabilities, strict=True):
        slot = 0 if path[0] == "–" else 1
        walk = [slot]
        for symbol in path[1:]:
            slot = next(s for s in (slot, slot + 1, slot + 2) if slots[s] == symbol)
            walk.append(slot)
        dots[walk, range(frames)] += probability / total
        for t, step in enumerate(pairwise(walk)):
            lines[t, step] = lines.get((t, step), 0) + probability / total
    figure, axes = new_figure(1, height=1.1 + 0.42 * len(slots))
    axis = axes[0]
    for (t, (a, b)), share in lines.items():
        axis.plot([t, t + 1], [a, b], color=COLOURS[0], linewidth=0.6 + 7 * share, alpha=0.55, solid_capstyle="round")
    rows, columns = np.indices(dots.shape)
    on = dots > 0
    axis.scatter(columns[~on], rows[~on], s=12, color="#B0B0B0", label="no path comes here")
    axis.scatter(columns[on], rows[on], s=30 + 330 * dots[on], color=COLOURS[0], zorder=3)
    axis.set_xticks(range(frames), range(1, frames + 1))
    axis.set_yticks(range(len(slots)), slots)
    axis.set(title=title, xlabel="frame", ylabel="slot", ylim=(len(slots) - 0.5, -0.5), xlim=(-0.4, frames - 0.6))
    legend(axis)
    main = "; ".join(f"frame {t + 1}: {slots[dots[:, t].argmax()]} {number(dots[:, t].max())}" for t in range(frames))
    show_figure(figure, f"{title}. {len(paths)} paths through {len(slots)} slots. The largest share of each {main}.")


def grid_place(*, title):
    """One place of a stack beside one of a Grid LSTM: what comes in from the left and from below, and what goes on."""
    figure, axes = new_figure(2, height=3.3)
    for axis, name, inside, memory in zip(
        axes, ("stack", "Grid LSTM"), ("one cell", "two cells"), (False, True), strict=True
    ):
        axis.add_patch(Rectangle((1, 1), 2, 2, facecolor="#F2F2F2", edgecolor=QUIET))
        axis.text(1.1, 2.85, inside, ha="left", va="top")
        for place, letter, width in ((1.5, "h", 1.5), (2.4, "m", 4)):
            colour = COLOURS[1]
            if letter == "m":
                axis.plot([1, 3], [place, place], color=colour, linewidth=width, alpha=0.45)
            _arrow(axis, (0.35, place), (1, place), colour, linewidth=width)
            _arrow(axis, (3, place), (3.65, place), colour, linewidth=width)
            axis.text(0.3, place, f"${letter}$ of time", ha="right", va="center")
            if letter == "m" and not memory:
                continue
            colour = COLOURS[0]
            if letter == "m":
                axis.plot([place, place], [1, 3], color=colour, linewidth=width, alpha=0.45)
            _arrow(axis, (place, 0.35), (place, 1), colour, linewidth=width)
            _arrow(axis, (place, 3), (place, 3.65), colour, linewidth=width)
            axis.text(place, 0.25, f"${letter}$ of\ndepth", ha="center", va="top")
        _canvas(axis, (-0.8, 3.8), (-0.45, 3.8), "")
        axis.set_title(name)
    figure.suptitle(title)
    stack = "in the stack h and a memory m go from left to right, but from below to above only h"
    grid = "in the Grid LSTM a pair of h and m goes from left to right, and another from below to above"
    show_figure(figure, f"{title}. Two blocks with arrows: {stack}; {grid}. Thick arrows for m go straight through.")


def scan_rounds(steps, *, title):
    """A loop beside a scan of Hillis and Steele over ``steps`` steps: lines show which result needs which other one.

    Steps run from left to right. On the left each state waits for the one before. On the right a row is a round; all
    dots of a row can be computed at once. Raises ValueError for fewer than two steps.
    """
    if steps < 2:
        raise ValueError(f"expected at least 2 steps, got {steps}")
    figure, axes = new_figure(2, height=3.6)
    dots = {"s": 60, "zorder": 3}
    for t in range(1, steps + 1):
        if t > 1:
            _arrow(axes[0], (t - 1, t - 1), (t, t), COLOURS[1], shrink=5)
        axes[0].scatter([t], [t], color=COLOURS[0], **dots)
    reach, rounds = 1, 0
    axes[1].scatter(range(1, steps + 1), [0] * steps, color=QUIET, **dots)
    while reach < steps:
        rounds += 1
        for t in range(1, steps + 1):
            axes[1].plot([t, t], [rounds - 1, rounds], color="#B5B5B5", linewidth=1.2)
            if t > reach:
                axes[1].plot([t - reach, t], [rounds - 1, rounds], color=COLOURS[1], linewidth=1.6)
        axes[1].scatter(range(1, steps + 1), [rounds] * steps, color=COLOURS[0], **dots)
        reach *= 2
    axes[0].set(
        ylabel="order of the results", yticks=range(1, steps + 1), title=f"loop: {steps - 1} waits", xlabel="step"
    )
    axes[1].set(ylabel="round", yticks=range(rounds + 1), title=f"scan: {rounds} rounds", xlabel="step")
    for axis in axes:
        axis.set_xticks(range(1, steps + 1))
    figure.suptitle(title)
    show_figure(
        figure,
        f"{title}. On the left {steps} states in a chain, each waits for the one before. On the right {rounds} rows of "
        f"{steps} dots; in row k each dot takes in the one 2^(k-1) steps before it, so {rounds} rows do for all.",
    )
