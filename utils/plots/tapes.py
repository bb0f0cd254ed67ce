"""Tapes: the states of one LSTM unit with its gates below."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from utils.plots.style import COLOURS, GATE_COLOURS, QUIET, number, show_figure

GATE_NAMES = {"f": "f forget", "i": "i input", "o": "o output"}


def gate_tapes(tapes, symbols, *, title, c_limits=None, xlabel="step", height=3.9):
    """One unit of an LSTM, step by step: its cell state, its hidden state, and a strip for each gate.

    The strips go from white (0, shut) to full colour (1, open). The hidden state lies between -1 and 1 and has a panel
    of its own, so that it is seen beside a large cell state.

    tapes     name to {"c": …, "h": …, "f": …, "i": …, "o": …}, each (time,); side by side
    symbols   (time,) labels along the bottom, empty where none is wanted
    c_limits  lowest and highest cell state of the axis; if not given, one scale for all tapes, or one for each where
              a shared one would flatten some
    """
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.subplots(5, len(tapes), squeeze=False, sharex=True, height_ratios=[4.2, 2.6, 1, 1, 1])
    shared = c_limits or _shared_limits([tape["c"] for tape in tapes.values()])
    steps, ends = np.arange(len(symbols)), []
    for column, (name, tape) in zip(axes.T, tapes.items(), strict=True):
        for axis, state in zip(column[:2], "ch", strict=True):
            look = {"color": GATE_COLOURS[state], "linewidth": 2, "drawstyle": "steps-mid"}
            axis.plot(steps, tape[state], **look)
            axis.axhline(0, color=COLOURS[6], linewidth=0.6)
            if np.ptp(tape[state]) == 0:
                axis.text(
                    0.5, 0.95, f"stays at {number(tape[state][0])}", ha="center", va="top", transform=axis.transAxes
                )
            axis.spines[["top", "right"]].set_visible(False)
        column[0].set_ylim(shared or _limits(tape["c"]))
        column[1].set(ylim=(-1.15, 1.15), yticks=[-1, 0, 1])
        column[0].set_title(name, fontsize=10)
        for axis, gate in zip(column[2:], GATE_NAMES, strict=True):
            shades = LinearSegmentedColormap.from_list(gate, ["white", GATE_COLOURS[gate]])
            axis.imshow(tape[gate][None], cmap=shades, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
            axis.set_yticks([])
            axis.spines[:].set_color(QUIET)
        labels = [(step, symbol) for step, symbol in zip(steps, symbols, strict=True) if symbol]
        column[-1].set_xticks([step for step, _ in labels], [symbol.replace("-", "−") for _, symbol in labels])
        column[-1].set_xlabel(xlabel)
        means = ", ".join(f"{gate} {tape[gate].mean():.2f}" for gate in GATE_NAMES)
        ends.append(f"{name}: c ends at {number(tape['c'][-1])}, h at {number(tape['h'][-1])}; mean gates {means}")
    for axis in axes[1, 1:]:
        axis.set_yticklabels([])
    if shared:
        for axis in axes[0, 1:]:
            axis.set_yticklabels([])
    for axis, label in zip(axes[:, 0], ("c cell\nstate", "h hidden\nstate", *GATE_NAMES.values()), strict=True):
        axis.set_ylabel(label, rotation=0, ha="right", va="center")
    figure.align_ylabels(axes[:, 0])
    figure.suptitle(title)
    scales = "" if shared or len(tapes) == 1 else " Each panel has its own scale for c."
    text = f"{title}. Cell state c and hidden state h of one unit over {len(steps)} steps, gates below.{scales}"
    show_figure(figure, f"{text} {'. '.join(ends)}.")


def _shared_limits(states):
    """Limits for all ``states`` (a list of (time,)), or None if the smallest would look flat beside the largest."""
    sizes = [np.abs(values).max() for values in states]
    return None if max(sizes) > 6 * min(sizes) > 0 else _limits(np.concatenate(states))


def _limits(values):
    """Lowest and highest of ``values``, zero included, with some room, and never less than 1 apart."""
    low, high = min(0.0, float(np.min(values))), max(0.0, float(np.max(values)))
    room = 0.08 * max(high - low, 1.0)
    return low - room, max(high, low + 1.0) + room
