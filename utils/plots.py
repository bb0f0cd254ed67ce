"""Every kind of figure the course draws, once, in one style, each with alt text.

A figure is drawn and shown by one call. Its alt text is the output's ``text/plain`` and stands in its metadata.
"""

import base64
import io

import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

# Okabe and Ito's colours, which colour-blind readers can tell apart; markers differ as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
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


def _figure(panels, *, height):
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _show(figure, alt):
    if get_ipython() is None:
        print(alt)
        return
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    data = {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": alt}
    display(data, metadata={"image/png": {"alt": alt}}, raw=True)
