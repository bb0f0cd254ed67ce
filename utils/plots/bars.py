"""Bars: one number each, or the repeats of one number."""

import numpy as np
from matplotlib.lines import Line2D

from utils.plots.style import COLOURS, QUIET, decimals_for, legend, new_figure, number, show_figure


def bars(values, *, xlabel, title, chance=None, chance_label="chance", decimals=None):
    """Horizontal bars, one for each entry of ``values``, with the number beside each bar.

    values    name to a number, or to the numbers of several runs (runs,): the bar ends at their median, and a dot
              stands for each run
    chance    draws a dashed line at this value, which ``chance_label`` names
    decimals  of the numbers beside the bars; as many as say something, if not given
    """
    runs = {name: np.atleast_1d(np.asarray(value, dtype=float)) for name, value in values.items()}
    decimals = decimals_for(list(runs.values())) if decimals is None else decimals
    several = any(len(run) > 1 for run in runs.values())
    figure, axes = new_figure(1, height=0.85 + 0.42 * len(runs) + 0.25 * (several or chance is not None))
    axis = axes[0]
    parts = []
    for row, (name, run) in enumerate(runs.items()):
        middle = np.median(run)
        _bar(axis, row, middle, 0.62, COLOURS[0])
        text = number(middle, decimals)
        if len(run) > 1:
            axis.scatter(run, np.full(len(run), row), s=26, color="white", edgecolors=COLOURS[7], zorder=3)
            parts.append(f"{name} {text}, runs from {number(run.min(), decimals)} to {number(run.max(), decimals)}")
        else:
            parts.append(f"{name} {text}")
        end = min(run) if middle < 0 else max(run)
        side = {"xytext": (6, 0), "ha": "left"} if middle >= 0 else {"xytext": (-6, 0), "ha": "right"}
        axis.annotate(text, (end, row), textcoords="offset points", va="center", **side)
    axis.set_yticks(range(len(runs)), list(runs))
    marks = []
    if several:
        dot = {"marker": "o", "markersize": 5, "color": "white", "markeredgecolor": COLOURS[7], "linestyle": ""}
        marks.append(Line2D([], [], label="one run; the bar is the median", **dot))
    if chance is not None:
        line = axis.axvline(chance, color=COLOURS[7], linestyle="--", linewidth=1.2, label=chance_label)
        marks.append(line)
        parts.append(f"{chance_label} {number(chance, decimals)}")
    if marks:
        figure.legend(handles=marks, loc="outside lower right", ncols=len(marks), frameon=False)
    axis.invert_yaxis()
    axis.set(xlabel=xlabel, title=title)
    lowest, highest = min(map(np.min, runs.values())), max(map(np.max, runs.values()))
    room = 0.15 * (max(highest, 0) - min(lowest, 0) or 1)
    axis.set_xlim(lowest - room if lowest < 0 else 0, highest + room if highest > 0 else room)
    show_figure(figure, f"{title}. Bars, {xlabel}: {'; '.join(parts) if several else ', '.join(parts)}.")


def orders(scores, *, title, xlabel, xlim=None):
    """Scores of the same words in several orders: one group of bars for each order, one bar for each model.

    scores  order (a text) to {model: score}
    xlim    both ends of the axis, the numbers beside the bars included; as wide as needed, if not given
    """
    models = list(next(iter(scores.values())))
    figure, axes = new_figure(1, height=0.95 + (0.3 + 0.24 * len(models)) * len(scores))
    axis = axes[0]
    rows = np.arange(len(scores))
    step = 0.76 / len(models)
    for k, model in enumerate(models):
        for row, score in zip(rows, scores.values(), strict=True):
            value, place = score[model], row + (k - (len(models) - 1) / 2) * step
            _bar(axis, place, value, 0.94 * step, COLOURS[k], label=model if row == 0 else None)
            side = {"xytext": (5, 0), "ha": "left"} if round(value, 2) >= 0 else {"xytext": (-5, 0), "ha": "right"}
            axis.annotate(number(value, signed=True), (value, place), textcoords="offset points", va="center", **side)
    if xlim is None:
        axis.margins(x=0.22)
    else:
        axis.set_xlim(xlim)
    axis.axvline(0, color=QUIET, linewidth=1)
    axis.set_yticks(rows, list(scores))
    axis.invert_yaxis()
    axis.set(xlabel=xlabel, title=title)
    legend(axis)
    lines = [
        f"{order}: " + ", ".join(f"{model} {number(value, signed=True)}" for model, value in score.items())
        for order, score in scores.items()
    ]
    show_figure(figure, f"{title}. {xlabel}. " + "; ".join(lines) + ".")


def _bar(axis, place, value, height, colour, label=None):
    """A bar and a mark at its end, by which a bar of no length is seen, too."""
    axis.barh(place, value, height=height, color=colour, label=label)
    ends = [place - height / 2, place + height / 2]
    axis.plot([value] * 2, ends, color=colour, linewidth=2.5, solid_capstyle="butt", clip_on=False)
