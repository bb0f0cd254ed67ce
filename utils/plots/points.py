"""Points: many vectors, projected to a plane; many starts, side by side."""

import numpy as np
from sklearn.decomposition import PCA

from utils.plots.style import COLOURS, MARKERS, new_figure, show_figure


def pairs(spaces, labels, classes, *, title):
    """Where pairs of sentences lie in several spaces, projected to the two directions of largest spread.

    spaces  name of a space to points (sentences, size); rows 2k and 2k + 1 are a pair and are joined by a line
    labels  (sentences,) class 0 is drawn as a ring, class 1 as a dot: a dot in a ring is a pair on one point
    """
    figure, axes = new_figure(len(spaces), height=3.6)
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
    show_figure(
        figure, f"{title}. Mean distance within a pair, in units of the spread of all points. {'; '.join(lengths)}."
    )


def groups(points, group, names, *, title):
    """Points (n, size) projected to two dimensions, coloured by ``group`` (n,), whose names are ``names``."""
    figure, axes = new_figure(1, height=4.4)
    axis = axes[0]
    flat = PCA(2).fit_transform(points)
    for k, name in enumerate(names):
        axis.scatter(*flat[group == k].T, s=26, color=COLOURS[k], marker=MARKERS[k], alpha=0.8, label=name)
    axis.set(title=title, xticks=[], yticks=[])
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    show_figure(figure, f"{title}. {len(points)} points in {len(names)} groups: {', '.join(names)}.")


def starts(values, *, xlabel, title, mark=None, mark_label=None):
    """Several starts of each of several networks: a dot for each start, a line at their median.

    values  name to numbers, one for each start; names stand on the left, the first on top
    mark    draws a dashed line at this value, which ``mark_label`` explains
    """
    figure, axes = new_figure(1, height=1.0 + 0.42 * len(values))
    axis = axes[0]
    for row, numbers in enumerate(values.values()):
        label = "one start" if row == 0 else None
        heights = row + np.linspace(-0.16, 0.16, len(numbers))  # so that equal numbers do not hide each other
        axis.scatter(np.sort(numbers), heights, s=26, color=COLOURS[0], alpha=0.7, label=label)
        middle = np.median(numbers)
        axis.plot([middle, middle], [row - 0.36, row + 0.36], color=COLOURS[1], linewidth=3, label=label and "median")
    if mark is not None:
        axis.axvline(mark, color=COLOURS[7], linestyle="--", linewidth=1, label=mark_label)
    axis.set_yticks(range(len(values)), list(values))
    axis.invert_yaxis()
    axis.set_xlim(left=0)
    axis.set(xlabel=xlabel, title=title)
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    parts = [f"{name} {np.median(n):.3g} ({min(n):.3g} to {max(n):.3g})" for name, n in values.items()]
    show_figure(figure, f"{title}. {xlabel}, median (smallest to largest of the starts): {'; '.join(parts)}.")
