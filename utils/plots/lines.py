"""Lines: numbers against time or another number."""

import numpy as np
from matplotlib.dates import ConciseDateFormatter

from utils.plots.style import COLOURS, MARKERS, QUIET, legend, line_look, new_figure, number, show_figure


def curves(lines, *, xlabel, ylabel, title, chance=None, chance_label="chance", xlim=None, ylim=None, height=3.2):
    """One curve for each entry of ``lines`` (name to (x, y)); the names stand in the legend if there are several.

    Where curves run on top of each other, the later ones are thinner and dashed, so that all are seen.

    lines       name to (x (n,), y (n,))
    chance      draws a dashed line at this height, which ``chance_label`` names
    xlim, ylim  both ends of an axis; as wide as needed, if not given
    """
    figure, axes = new_figure(1, height=height)
    axis = axes[0]
    for k, (name, (x, y)) in enumerate(lines.items()):
        axis.plot(x, y, label=name, markevery=_every(len(x), k, len(lines)), **line_look(k, len(lines)))
    if chance is not None:
        axis.axhline(chance, color=COLOURS[7], linestyle="--", linewidth=1.2, label=chance_label)
    axis.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=xlim, ylim=ylim)
    if all(_whole(x) for x, _ in lines.values()):  # steps, layers: there is no half of one
        axis.xaxis.get_major_locator().set_params(integer=True)
    if len(axis.get_lines()) > 1:
        legend(axis, handlelength=3.2)
    ends = "; ".join(f"{name}: {number(y[0])} at {x[0]}, {number(y[-1])} at {x[-1]}" for name, (x, y) in lines.items())
    show_figure(figure, f"{title}. {ylabel} against {xlabel}. {ends}.")


def gradient_norms(panels, *, title, ylabel="norm of the gradient at $h_t$"):
    """Norms of gradients against time on a logarithmic axis, panels side by side with one scale.

    panels  name of a panel to {name of a curve: norms (time,)}; all panels hold the same curves
    """
    figure, axes = new_figure(len(panels), height=3.6)
    ends = []
    for axis, (panel, lines) in zip(axes, panels.items(), strict=True):
        axis.sharey(axes[0])
        for k, (name, norms) in enumerate(lines.items()):
            steps = np.arange(1, len(norms) + 1)
            axis.semilogy(
                steps, norms, label=name, markevery=_every(len(norms), k, len(lines)), **line_look(k, len(lines))
            )
            ends.append(f"{panel}, {name}: {norms[0]:.0e} at step 1, {norms[-1]:.0e} at step {len(norms)}")
        axis.set(xlabel="time step t", title=panel)
    axes[0].set_ylabel(ylabel)
    legend(axes[-1], handlelength=3.2)
    figure.suptitle(title)
    show_figure(figure, f"{title}. Gradient with respect to the state, logarithmic. {'; '.join(ends)}.")


def traces(panels, *, xlabel, title, unit_label, band, band_label):
    """All units of a state over time, panels side by side, each with its own scale; one unit stands out.

    panels      name to (states (time, units), the unit that stands out)
    unit_label  why it stands out
    band        first and last step of a shaded region, which ``band_label`` explains
    """
    figure, axes = new_figure(len(panels), height=3.1)
    ranges = []
    for axis, (name, (values, unit)) in zip(axes, panels.items(), strict=True):
        steps = np.arange(1, len(values) + 1)
        axis.axvspan(*band, color="#E4E4E4", label=band_label)
        others = np.delete(values, unit, axis=1)
        axis.plot(steps, others, color="#8C8C8C", linewidth=0.8, label=["other units"] + [None] * (others.shape[1] - 1))
        axis.plot(steps, values[:, unit], color=COLOURS[1], linewidth=2.4, label=unit_label)
        axis.set(title=name, xlabel=xlabel)
        low, high = number(values[:, unit].min()), number(values[:, unit].max())
        ranges.append(f"{name}: from {low} to {high}")
    axes[0].set_ylabel("state")
    _legend_below(figure, axes[0], ncols=3, handlelength=1.8)
    figure.suptitle(title)
    show_figure(
        figure,
        f"{title}. States over {len(values)} steps, shaded: {band_label}. The {unit_label}, {'; '.join(ranges)}.",
    )


def flags(panels, *, title, ylim=None):
    """How far flags are up or down after each word of a sentence, before and after an intervention.

    panels  sentence to a list of readings ({name of a flag: levels (words,)}, answer): the sentence as it is (solid),
            and perhaps once more after an intervention (dashed); +1 is up, -1 is down
    ylim    both ends of the levels; as wide as needed, if not given
    """
    figure, axes = new_figure(len(panels), height=4.3)
    parts = []
    for axis, (sentence, readings) in zip(axes, panels.items(), strict=True):
        axis.sharey(axes[0])
        words = sentence.split()
        for (levels, _), line, ending in zip(readings, ("-", "--"), ("", ", after the flip"), strict=False):
            for k, (name, values) in enumerate(levels.items()):
                look = {"color": COLOURS[k], "marker": MARKERS[k], "markersize": 4}
                axis.plot(values, line, label=name + ending, **look)
                parts.append(f"{name}{ending} {' '.join(number(value, 1, signed=True) for value in values)}")
        axis.axhline(0, color=QUIET, linewidth=0.8)
        axis.set_xticks(range(len(words)), words, rotation=55, ha="right", rotation_mode="anchor")
        answers = [answer for _, answer in readings]
        axis.set_title("answer: " + "\nafter the flip: ".join(answers), fontsize=10)
        parts.append(f"answer {' → '.join(answers)} ({sentence})")
    axes[0].set_ylabel("level of the flag")
    if ylim is not None:
        axes[0].set_ylim(ylim)
    _legend_below(figure, axes[-1], ncols=2, handlelength=3.2)
    figure.suptitle(title)
    show_figure(figure, f"{title}. Levels of flags after each word, +1 up and −1 down. {'; '.join(parts)}.")


def _legend_below(figure, axis, *, ncols, handlelength):
    """The legend of ``axis`` below all panels; ``handlelength`` is that of the lines, in letters."""
    look = {"handlelength": handlelength, "handletextpad": 0.5, "columnspacing": 1.2, "frameon": False}
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=ncols, **look)


def _whole(x):
    """Whether ``x`` holds whole numbers only; dates are no numbers."""
    return np.issubdtype(np.asarray(x).dtype, np.number) and np.array_equal(x, np.round(x))


def _every(points, k, lines):
    """Where line ``k`` of several has its markers: at about ten points, not at those of the other lines."""
    step = max(1, points // 10)
    return (step * k // lines, step)


def word_by_word(panels, *, ylabel, title, ylim=(-0.04, 1.04), middle=0.5):
    """A number after each word of a text, panels side by side with one scale.

    panels  text to {name of a curve: numbers (words,)}; its words are those between spaces
    ylim    both ends of the numbers
    middle  draws a thin line at this height
    """
    figure, axes = new_figure(len(panels), height=3.6)
    parts = []
    for axis, (text, lines) in zip(axes, panels.items(), strict=True):
        words = text.split()
        for k, (name, values) in enumerate(lines.items()):
            axis.plot(range(len(words)), values, label=name, **line_look(k, len(lines)))
            read = ", ".join(f"{word} {number(value)}" for word, value in zip(words, values, strict=True))
            parts.append(f"{name}: {read}")
        axis.axhline(middle, color=QUIET, linewidth=0.8)
        axis.set_xticks(range(len(words)), words, rotation=55, ha="right", rotation_mode="anchor")
        axis.set_ylim(ylim)
    axes[0].set_ylabel(ylabel)
    if max(map(len, panels.values())) > 1:
        legend(axes[-1], handlelength=3.2)
    figure.suptitle(title)
    show_figure(figure, f"{title}. {ylabel} after each word. {'; '.join(parts)}.")


def forecasts(panels, *, ylabel, title, xlabel=None, xlim=None, ylim=None):
    """What was forecast beside what came, panels side by side.

    panels      name to {name of a line: (x (n,), y (n,))}, or (x, low, high), which is drawn as a band; x are numbers
                or dates
    xlim, ylim  both ends of an axis; given, they hold for all panels, else each panel has its own
    """
    figure, axes = new_figure(len(panels), height=3.4)
    parts = []
    for axis, (panel, lines) in zip(axes, panels.items(), strict=True):
        drawn = 0
        for name, (x, *y) in lines.items():
            if len(y) == 2:
                axis.fill_between(x, *y, color=COLOURS[5], alpha=0.35, linewidth=0, label=name)
            else:
                axis.plot(x, y[0], label=name, **line_look(drawn, len(lines)) | {"marker": ""})
                drawn += 1
            ends = " and ".join(f"from {number(side[0], 1)} to {number(side[-1], 1)}" for side in y)
            parts.append(f"{panel}, {name}: {ends}")
        axis.set(title=panel, xlabel=xlabel, xlim=xlim, ylim=ylim)
        if np.issubdtype(np.asarray(x).dtype, np.datetime64):
            axis.xaxis.set_major_formatter(ConciseDateFormatter(axis.xaxis.get_major_locator()))
    axes[0].set_ylabel(ylabel)
    _legend_below(figure, axes[0], ncols=len(next(iter(panels.values()))), handlelength=3.2)
    figure.suptitle(title)
    show_figure(figure, f"{title}. {ylabel} over time. {'; '.join(parts)}.")
