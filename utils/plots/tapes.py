"""Tapes: the states of one LSTM unit with its gates below."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from utils.plots.style import COLOURS, GATE_COLOURS, show_figure


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
    show_figure(figure, f"{title}. States c and h of one unit over {len(steps)} steps, gates below. {'. '.join(ends)}.")
