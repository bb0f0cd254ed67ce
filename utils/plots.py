"""Every kind of figure the course draws, once, in one style, each with alt text.

A figure is drawn and shown by one call. Its alt text is the output's ``text/plain`` and stands in its metadata.
"""

import base64
import io

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

from utils.outputs import show

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


def gradient_norms(panels, *, title):
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
    axes[0].set_ylabel("norm of the gradient at $h_t$")
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    figure.suptitle(title)
    _show(figure, f"{title}. Norm of the gradient with respect to the state, logarithmic. {'; '.join(ends)}.")


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
