"""Points: many vectors, projected to a plane."""

import numpy as np
from sklearn.decomposition import PCA

from utils.plots.style import COLOURS, MARKERS, QUIET, legend, new_figure, show_figure


def pairs(spaces, labels, classes, *, title):
    """Where pairs of sentences lie in several spaces, projected to the two directions of largest spread.

    spaces  name of a space to points (sentences, size); rows 2k and 2k + 1 are a pair and are joined by a line
    labels  (sentences,) class 0 is drawn as a ring, class 1 as a dot: a dot in a ring is a pair on one point
    """
    figure, axes = new_figure(len(spaces), height=3.6)
    lengths = []
    for axis, (name, points) in zip(axes, spaces.items(), strict=True):
        flat = _flat(axis, points)
        for first, second in zip(flat[::2], flat[1::2], strict=True):
            axis.plot(*zip(first, second, strict=True), color="#999999", linewidth=0.8, zorder=1)
        ring, dot = flat[labels == 0], flat[labels == 1]
        axis.scatter(*ring.T, s=70, facecolors="none", edgecolors=COLOURS[1], label=classes[0], zorder=2)
        axis.scatter(*dot.T, s=16, color=COLOURS[0], label=classes[1], zorder=3)
        axis.set_title(name)
        spread = np.linalg.norm(points - points.mean(axis=0), axis=1).mean()
        lengths.append(f"{name}: {np.linalg.norm(points[::2] - points[1::2], axis=1).mean() / spread:.2f}")
    axes[-1].set_ylabel("")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    figure.suptitle(title)
    show_figure(
        figure, f"{title}. Mean distance within a pair, in units of the spread of all points. {'; '.join(lengths)}."
    )


def groups(points, group, names, *, title, words=None, labels=16):
    """Points projected to the two directions of largest spread, coloured by their group.

    points  (n, size)
    group   (n,) numbers of groups, whose names are ``names``
    words   (n,) the words of the points; at most ``labels`` of them are written, spread over the map
    """
    figure, axes = new_figure(1, height=4.6)
    axis = axes[0]
    flat = _flat(axis, points)
    for k, name in enumerate(names):
        look = {"color": COLOURS[k % len(COLOURS)], "marker": MARKERS[k % len(MARKERS)]}
        axis.scatter(*flat[group == k].T, s=26, alpha=0.7, label=name, **look)
    written = [] if words is None else _apart(flat, labels)
    middle = np.median(flat[:, 0])
    for row in written:
        side = {"xytext": (5, 4), "ha": "left"} if flat[row, 0] < middle else {"xytext": (-5, 4), "ha": "right"}
        box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
        axis.annotate(words[row], flat[row], textcoords="offset points", zorder=4, bbox=box, **side)
    axis.set_title(title)
    legend(axis)
    read = [f"{words[row]} ({names[group[row]]})" for row in written]
    some = f" Among them: {', '.join(read)}." if read else ""
    show_figure(figure, f"{title}. {len(points)} points in {len(names)} groups: {', '.join(names)}.{some}")


def _flat(axis, points):
    """The points (n, size) in the plane of the largest spread, (n, 2); names both axes."""
    with np.errstate(invalid="ignore"):  # points that are all the same have no spread
        projection = PCA(2).fit(points)
    shares = [0 if np.isnan(share) else share for share in projection.explained_variance_ratio_]
    axis.set(xticks=[], yticks=[])
    axis.set_xlabel(f"direction of largest spread ({shares[0]:.0%})", color=QUIET)
    axis.set_ylabel(f"second direction ({shares[1]:.0%})", color=QUIET)
    return projection.transform(points)


def _apart(flat, count):
    """Rows of at most ``count`` points (n, 2) that lie far from each other."""
    scaled = flat / (np.ptp(flat, axis=0) + 1e-12) * [1.0, 2.0]  # words are broad and low
    chosen = [int(np.linalg.norm(scaled - scaled.mean(axis=0), axis=1).argmax())]
    distance = np.linalg.norm(scaled - scaled[chosen[0]], axis=1)
    while len(chosen) < count and distance.max() > 0.12:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(scaled - scaled[chosen[-1]], axis=1))
    return chosen
