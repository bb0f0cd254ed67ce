"""Bars: one number each, or the repeats of one number."""

import numpy as np
from matplotlib.lines import Line2D

from utils.plots.style import COLOURS, QUIET, decimals_for, legend, new_figure, number, show_figure


def bars(values, *, xlabel, title, chance=None, chance_label="chance", decimals=None):
    """Horizontal bars, one for each entry of ``values``, with the number beside each bar.

    values    name to a number, or to the numbers of several runs (runs,): the bar ends at their median, which stands
              on the right, and a dot stands for each run; dots of close numbers are side by side
    chance    draws a dashed line at this value, which ``chance_label`` names
    decimals  of the numbers beside the bars; as many as say something, if not given
    """
    runs = {name: np.atleast_1d(np.asarray(value, dtype=float)) for name, value in values.items()}
    decimals = decimals_for(list(runs.values())) if decimals is None else decimals
    several = any(len(run) > 1 for run in runs.values())
    figure, axes = new_figure(
        1, height=0.85 + (0.42 + 0.1 * several) * len(runs) + 0.25 * (several or chance is not None)
    )
    axis = axes[0]
    parts = []
    lowest, highest = min(map(np.min, runs.values())), max(map(np.max, runs.values()))
    reach = max(highest, 0) - min(lowest, 0) or 1
    for row, (name, run) in enumerate(runs.items()):
        middle = np.median(run)
        _bar(axis, row, middle, 0.62, COLOURS[0])
        text = number(middle, decimals)
        if len(run) > 1:
            dots = {"s": 18, "color": "white", "edgecolors": COLOURS[7], "linewidths": 0.8, "clip_on": False}
            axis.scatter(run, row + _side_by_side(run, 0.015 * reach), zorder=3, **dots)
            parts.append(f"{name} {text}, runs from {number(run.min(), decimals)} to {number(run.max(), decimals)}")
        else:
            parts.append(f"{name} {text}")
        if several:
            axis.text(1.02, row, text, transform=axis.get_yaxis_transform(), va="center")
        else:
            side = {"xytext": (6, 0), "ha": "left"} if middle >= 0 else {"xytext": (-6, 0), "ha": "right"}
            axis.annotate(text, (middle, row), textcoords="offset points", va="center", **side)
    axis.set_yticks(range(len(runs)), list(runs))
    marks = []
    if several:
        axis.text(1.02, 1.0, "median", transform=axis.transAxes, va="bottom", color=QUIET)
        dot = {"marker": "o", "markersize": 4.5, "color": "white", "markeredgecolor": COLOURS[7], "linestyle": ""}
        marks.append(Line2D([], [], label="one run; the bar is the median", **dot))
    if chance is not None:
        line = axis.axvline(chance, color=COLOURS[7], linestyle="--", linewidth=1.2, label=chance_label)
        marks.append(line)
        parts.append(f"{chance_label} {number(chance, decimals)}")
    if marks:
        figure.legend(handles=marks, loc="outside lower right", ncols=len(marks), frameon=False)
    axis.invert_yaxis()
    axis.set(xlabel=xlabel, title=title)
    room = (0.05 if several else 0.15) * reach
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
        axis.margins(x=0.3)
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


def _side_by_side(run, near):
    """How far each dot stands from the middle of its bar: the dots of runs that are ``near`` each other share it."""
    places, column = np.zeros(len(run)), np.round(run / near)
    for where in np.unique(column):
        [group] = np.nonzero(column == where)
        step = min(0.16, 0.6 / max(len(group) - 1, 1))
        places[group] = step * (np.arange(len(group)) - (len(group) - 1) / 2)
    return places


def _bar(axis, place, value, height, colour, label=None):
    """A bar and a mark at its end, by which a bar of no length is seen, too."""
    axis.barh(place, value, height=height, color=colour, label=label)
    ends = [place - height / 2, place + height / 2]
    axis.plot([value] * 2, ends, color=colour, linewidth=2.5, solid_capstyle="butt", clip_on=False)
