"""Maps: a colour for each number of a table."""

import numpy as np
from matplotlib.colors import LogNorm

from utils.plots.style import COLOURS, new_figure, show_figure


def states(values, symbols, names, *, title):
    """A heat map of states (rows, time), blue for -1, white for 0, red for 1.

    symbols  (time,) labels along the top
    names    (rows,) labels on the left
    """
    figure, axes = new_figure(1, height=3.4)
    axis = axes[0]
    image = axis.imshow(values, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    axis.set_xticks(range(len(symbols)), symbols)
    axis.set_yticks(range(len(names)), names)
    axis.xaxis.tick_top()
    axis.set(title=title)
    figure.colorbar(image, ax=axis, label="state")
    shown = " ".join(str(symbol).replace("\n", "/") for symbol in symbols)
    show_figure(figure, f"{title}. Heat map of {', '.join(names)} over {len(symbols)} steps: {shown}.")


def triangle(panels, *, title, xlabel, ylabel, label):
    """Lower triangles of square heat maps on one logarithmic scale; what is NaN or above the diagonal stays empty.

    panels  name to sizes (steps, steps), positive; row and column k are step k + 1
    """
    figure, axes = new_figure(len(panels), height=3.5)
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
    show_figure(figure, f"{title}. Triangular heat maps, {ylabel} against {xlabel}, colour: {label}. {counts}.")


def depth_and_time(panels, *, title, label):
    """What arrives at each layer and time step: heat maps side by side on one logarithmic scale.

    panels  name to sizes (levels, time), row 0 the input and row k layer k; 0, where nothing arrives, stays white
    """
    figure, axes = new_figure(len(panels), height=3.8)
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
    show_figure(figure, f"{title}. Heat maps of layers against time steps, colour: {label}. {'; '.join(corners)}.")
