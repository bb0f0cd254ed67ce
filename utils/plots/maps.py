"""Maps: a colour for each number of a table or of a picture."""

from itertools import pairwise

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from utils.plots.style import COLOURS, QUIET, legend, new_figure, number, show_figure


def states(values, symbols, names, *, title, symbol_names=(), label="state"):
    """A heat map of states (rows, time), blue for -1, white for 0, red for 1; + and - tell them apart without colour.

    symbols       (time,) labels along the top; those of several lines are several rows of labels
    names         (rows,) labels on the left
    symbol_names  what each row of labels along the top says, such as ("bit", "answer")
    """
    values = np.asarray(values)
    figure, axes = new_figure(1, height=1.5 + 0.2 * len(values))
    axis = axes[0]
    image = axis.imshow(values, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    if values.shape[1] <= 40:
        for row, column in np.argwhere(np.abs(values) >= 0.5):
            sign = "+" if values[row, column] > 0 else "−"
            colour = "white" if abs(values[row, column]) > 0.75 else "black"
            axis.text(column, row, sign, ha="center", va="center", color=colour)
    axis.set_xticks(range(len(symbols)), symbols)
    axis.set_yticks(range(len(names)), names)
    axis.xaxis.tick_top()
    if symbol_names:
        box = {"xy": (0, 1), "xycoords": "axes fraction", "textcoords": "offset points", "ha": "right", "va": "bottom"}
        axis.annotate("\n".join(symbol_names), xytext=(-5, 6), **box)
    axis.set_title(title, pad=10)
    bar = figure.colorbar(image, ax=axis, label=label, ticks=[-1, -0.5, 0, 0.5, 1])
    bar.ax.axhline(0.5, color="black", linewidth=0.6)
    bar.ax.axhline(-0.5, color="black", linewidth=0.6)
    shown = " ".join(str(symbol).replace("\n", "/") for symbol in symbols)
    top = f" ({'/'.join(symbol_names)})" if symbol_names else ""
    show_figure(figure, f"{title}. Heat map of {', '.join(names)} over {len(symbols)} steps{top}: {shown}.")


def triangle(panels, *, title, xlabel, ylabel, label, cut_label="cut off"):
    """Lower triangles of square heat maps on one logarithmic scale; what lies above the diagonal stays empty.

    panels     name to sizes (steps, steps), positive; row and column k are step k + 1; NaN where something is missing,
               drawn as a cross
    cut_label  what a cross means
    """
    figure, axes = new_figure(len(panels), height=3.7)
    steps = len(next(iter(panels.values())))
    lower = np.tril(np.ones((steps, steps), dtype=bool))
    shown = {name: np.where(lower, np.asarray(sizes, dtype=float), np.nan) for name, sizes in panels.items()}
    norm = LogNorm(min(map(np.nanmin, shown.values())), max(map(np.nanmax, shown.values())))
    every = 1 if steps * len(panels) <= 16 else 2 if steps * len(panels) <= 32 else 5
    ticks = range(every - 1, steps, every)
    for axis, (name, sizes) in zip(axes, shown.items(), strict=True):
        image = axis.imshow(sizes, cmap="viridis", norm=norm, interpolation="nearest")
        missing = np.argwhere(lower & np.isnan(sizes))
        if len(missing):
            axis.scatter(*missing.T[::-1], marker="x", s=22, color=QUIET, linewidth=1, label=cut_label)
            axis.legend(loc="upper right", frameon=False, handletextpad=0.1, borderpad=0)
        axis.set_xticks(ticks, [k + 1 for k in ticks])
        axis.set_yticks(ticks, [k + 1 for k in ticks])
        axis.set(title=name, xlabel=xlabel)
    axes[0].set(ylabel=ylabel)
    figure.colorbar(image, ax=axes, label=label, shrink=0.85)
    figure.suptitle(title)
    counts = "; ".join(f"{name}: {np.isfinite(sizes).sum()} fields" for name, sizes in shown.items())
    show_figure(figure, f"{title}. Triangular heat maps, {ylabel} against {xlabel}, colour: {label}. {counts}.")


def depth_and_time(panels, *, title, label):
    """What arrives at each layer and time step: heat maps side by side on one logarithmic scale.

    panels  name to sizes (levels, time), row 0 the input and row k layer k; 0, where nothing arrives, has a cross
    """
    figure, axes = new_figure(len(panels), height=3.8)
    arrived = np.concatenate([sizes[sizes > 0] for sizes in panels.values()])
    norm = LogNorm(arrived.min(), arrived.max())
    corners = []
    for axis, (name, sizes) in zip(axes, panels.items(), strict=True):
        levels, steps = sizes.shape
        shown = np.where(sizes > 0, sizes, np.nan)
        image = axis.imshow(shown, cmap="viridis", norm=norm, origin="lower", aspect="auto", interpolation="nearest")
        nothing = np.argwhere(sizes == 0)
        if len(nothing):
            axis.scatter(*nothing.T[::-1], marker="x", s=22, color=QUIET, linewidth=1, label="nothing arrives")
        every = 1 if steps * len(panels) <= 24 else 2 if steps * len(panels) <= 48 else 5
        axis.set_xticks(range(every - 1, steps, every), range(every, steps + 1, every))
        axis.set_yticks(range(levels), ["input", *range(1, levels)])
        axis.set(title=name, xlabel="time step")
        corners.append(f"{name}: {sizes[-1, -1]:.0e} at the top right, {sizes[0, 0]:.0e} at the bottom left")
    axes[0].set_ylabel("layer")
    handles, labels = next((marks for marks in (a.get_legend_handles_labels() for a in axes) if marks[0]), ([], []))
    if handles:
        figure.legend(handles, labels, loc="outside lower right", frameon=False)
    figure.colorbar(image, ax=axes, label=label, shrink=0.9)
    figure.suptitle(title)
    show_figure(figure, f"{title}. Heat maps of layers against time steps, colour: {label}. {'; '.join(corners)}.")


def alignment(weights, sources, targets, *, title):
    """Where a decoder looks: a row for each symbol that it writes, a column for each symbol that it may read.

    weights  (target, source) between 0 and 1, the darker the larger; each row's largest has a ring
    """
    weights = np.asarray(weights)
    figure, axes = new_figure(1, height=1.5 + 0.22 * len(weights))
    axis = axes[0]
    image = axis.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    top = weights.argmax(axis=1)
    axis.scatter(top, range(len(top)), s=42, facecolors="none", edgecolors="black", linewidth=0.9)
    axis.set_xticks(range(len(sources)), ["␣" if symbol == " " else symbol for symbol in sources])
    axis.set_yticks(range(len(targets)), targets)
    axis.xaxis.tick_top()
    axis.set(title=title, ylabel="written")
    axis.set_xlabel("read")
    figure.colorbar(image, ax=axis, label="attention", shrink=0.85)
    looks = ", ".join(f"{target} at {k + 1} ({sources[k]})" for target, k in zip(targets, top, strict=True))
    show_figure(figure, f"{title}. Rows are written symbols, columns read ones; the largest weights: {looks}.")


def film_strip(films, *, title, first=1):
    """Films below each other, a picture for each frame, black for 1 and white for 0; frames that are missing are empty.

    films  name to a list of pictures (height, width) or (height, width, 1), all films of one length; None where a film
           has no such frame
    first  the number of the first frame
    """
    length = len(next(iter(films.values())))
    figure = Figure(figsize=(7.2, 0.6 + 0.95 * min(7.2 / length, 1.1) * len(films)), layout="constrained")
    axes = figure.subplots(len(films), length, squeeze=False)
    seen = []
    for row, (name, frames) in zip(axes, films.items(), strict=True):
        for axis, frame in zip(row, frames, strict=True):
            _picture(axis, frame)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
        there = [first + k for k, frame in enumerate(frames) if frame is not None]
        seen.append(f"{' '.join(name.split())}: frames {there[0]} to {there[-1]}")
    for k, axis in enumerate(axes[0]):
        axis.set_title(str(first + k), fontsize=10)
    figure.suptitle(title)
    show_figure(figure, f"{title}. Film strips, a picture for each frame. {'; '.join(seen)}.")


def pictures(panels, *, title):
    """Pictures beside each other, black for 1 and white for 0.

    panels  name to a picture (height, width) or (height, width, 1), or None for an empty one
    """
    figure, axes = new_figure(len(panels), height=2.9)
    said = []
    for axis, (name, frame) in zip(axes, panels.items(), strict=True):
        _picture(axis, frame)
        axis.set_title(name)
        dark = "empty" if frame is None else f"{int((np.asarray(frame) >= 0.5).sum())} dark pixels"
        said.append(f"{name}: {dark}")
    figure.suptitle(title)
    show_figure(figure, f"{title}. Pictures side by side. {'; '.join(said)}.")


def _picture(axis, frame):
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(frame is not None)
    axis.spines[:].set_color(QUIET)
    if frame is not None:
        frame = np.asarray(frame)
        axis.imshow(frame.reshape(frame.shape[:2]), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")


def spikes(clip, probabilities, names, *, hop, title):
    """A spectrogram, and below it what a network says at each frame.

    clip           (frames, bands) loudness, the lowest band first
    probabilities  (frames, symbols) the first of which is the blank; only symbols that reach a half are drawn, and
                   named where they are on top
    names          (symbols,)
    hop            seconds from frame to frame
    """
    clip, probabilities = np.asarray(clip), np.asarray(probabilities)
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.1])
    seconds = hop * np.arange(len(clip))
    _spectrogram(above, clip, hop)
    above.set_title(title)
    below.spines[["top", "right"]].set_visible(False)
    below.plot(seconds, probabilities[:, 0], color=COLOURS[6], linewidth=1.4, label=f"{names[0]} (blank)")
    for k in range(1, len(names)):
        if probabilities[:, k].max() >= 0.5:
            below.plot(seconds, probabilities[:, k], color=COLOURS[(k - 1) % 6], linewidth=1.8)
    spoken, tops = [], probabilities.argmax(axis=1)
    edges = [0, *(np.flatnonzero(np.diff(tops)) + 1), len(tops)]
    for start, end in pairwise(edges):
        symbol, middle = tops[start], (seconds[start] + seconds[end - 1]) / 2
        if symbol:
            below.text(middle, 1.03, names[symbol], ha="center", va="bottom", fontweight="bold")
            spoken.append(f"{names[symbol]} for {end - start} frames at {number(middle)} s")
    below.set(xlabel="seconds", ylabel="probability", ylim=(-0.04, 1.2))
    legend(below)
    blank = f"the blank is on top in {np.mean(tops == 0):.0%} of {len(clip)} frames"
    others = ", ".join(spoken) or "no other symbol is"
    show_figure(figure, f"{title}. Spectrogram above, probabilities below: {blank}; {others}.")


def spectrograms(panels, *, hop, title):
    """Spectrograms above each other, on one scale of colours and time.

    panels  name to (frames, bands), the lowest band first; all of one shape
    hop     seconds from frame to frame
    """
    figure = Figure(figsize=(7.2, 0.8 + 1.5 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    low, high = min(clip.min() for clip in panels.values()), max(clip.max() for clip in panels.values())
    for axis, (name, clip) in zip(axes, panels.items(), strict=True):
        image = _spectrogram(axis, clip, hop, vmin=low, vmax=high)
        axis.set_title(name, fontsize=10)
    axes[-1].set_xlabel("seconds")
    figure.colorbar(image, ax=axes, label="log power")
    figure.suptitle(title)
    sizes = "; ".join(f"{name}: {len(clip)} frames of {clip.shape[1]} bands" for name, clip in panels.items())
    show_figure(figure, f"{title}. Spectrograms, time to the right, low bands below. {sizes}.")


def _spectrogram(axis, clip, hop, **colours):
    """A clip (frames, bands) over seconds, the lowest band at the bottom."""
    axis.set_ylabel("band")
    ends = (-hop / 2, hop * (len(clip) - 0.5), 0.5, clip.shape[1] + 0.5)
    look = {"origin": "lower", "aspect": "auto", "interpolation": "nearest"}
    return axis.imshow(clip.T, cmap="magma", extent=ends, **look, **colours)


def scenes(pictures, captions, *, title):
    """Coloured pictures (height, width, 3) of boards of 3 × 3 cells beside each other, each with its caption below."""
    figure, axes = new_figure(len(pictures), height=2.8)
    for axis, picture, caption in zip(axes, pictures, captions, strict=True):
        _board(axis, picture)
        axis.set_xlabel(caption.replace(" above ", "\nabove ").replace(" left-of ", "\nleft-of "))
    figure.suptitle(title)
    show_figure(figure, f"{title}. Boards of 3 by 3 cells: {'; '.join(captions)}.")


def gaze_strips(strips, *, title):
    """Where a captioner looks: a picture, then one for each word, lit where the gaze rests. Strips below each other.

    strips  name to (picture (height, width, 3), words, gazes (words, 9)), all strips of one length. A frame marks the
            cell with the largest weight, and the weight stands below.
    """
    length = max(len(words) for _, words, _ in strips.values())
    figure = Figure(figsize=(7.2, 0.5 + 1.75 * len(strips)), layout="constrained")
    axes = figure.subplots(len(strips), length + 1, squeeze=False)
    said = []
    for row, (name, (picture, words, gazes)) in zip(axes, strips.items(), strict=True):
        shown = np.clip(picture, 0, 1)
        _board(row[0], shown)
        row[0].set_title(name, fontsize=10)
        looks = []
        for axis, word, gaze in zip(row[1:], words, np.asarray(gazes), strict=False):
            light = np.kron(gaze.reshape(3, 3), np.ones((8, 8)))[..., None]
            _board(axis, 0.3 * shown + light * (0.7 * shown + 0.4 * (1 - shown)))
            top = int(gaze.argmax())
            down, right = divmod(top, 3)
            frame = {"fill": False, "edgecolor": "white", "linewidth": 1.6}
            axis.add_patch(Rectangle((8 * right - 0.1, 8 * down - 0.1), 7.2, 7.2, **frame))
            axis.set_title(word, fontsize=10)
            axis.set_xlabel(number(gaze[top]), fontsize=10)
            looks.append(f"{word} {number(gaze[top])} on row {down + 1}, column {right + 1}")
        for axis in row[1 + len(words) :]:
            axis.set_visible(False)
        said.append(f"{' '.join(name.split())}: {', '.join(looks)}")
    figure.suptitle(title)
    show_figure(figure, f"{title}. For each word the largest weight and its cell. {'; '.join(said)}.")


def _board(axis, picture):
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
    axis.imshow(np.clip(picture, 0, 1), interpolation="nearest")
    for edge in (7.5, 15.5):
        axis.axhline(edge, color=QUIET, linewidth=0.8)
        axis.axvline(edge, color=QUIET, linewidth=0.8)
