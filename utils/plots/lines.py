"""Lines: numbers against time or another number."""

import numpy as np

from utils.plots.style import COLOURS, MARKERS, new_figure, show_figure


def curves(lines, *, xlabel, ylabel, title, chance=None):
    """One curve for each entry of ``lines`` (name to (x, y)); the names stand in the legend if there are several.

    chance  draws a dashed line at this height
    """
    figure, axes = new_figure(1, height=3.2)
    axis = axes[0]
    for k, (name, (x, y)) in enumerate(lines.items()):
        axis.plot(x, y, color=COLOURS[k], marker=MARKERS[k], markersize=4, label=name)
    if chance is not None:
        axis.axhline(chance, color=COLOURS[7], linestyle="--", linewidth=1, label="chance")
    axis.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if len(axis.get_lines()) > 1:
        axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    ends = "; ".join(f"{name}: {y[0]:.2f} at {x[0]}, {y[-1]:.2f} at {x[-1]}" for name, (x, y) in lines.items())
    show_figure(figure, f"{title}. {ylabel} against {xlabel}. {ends}.")


def gradient_norms(panels, *, title, ylabel="norm of the gradient at $h_t$"):
    """Norms of gradients against time on a logarithmic axis, panels side by side with one scale.

    panels  name of a panel to {name of a curve: norms (time,)}; all panels hold the same curves
    """
    figure, axes = new_figure(len(panels), height=3.4)
    ends = []
    for axis, (panel, lines) in zip(axes, panels.items(), strict=True):
        axis.sharey(axes[0])
        for k, (name, norms) in enumerate(lines.items()):
            steps = np.arange(1, len(norms) + 1)
            every = max(1, len(norms) // 10)
            axis.semilogy(steps, norms, color=COLOURS[k], marker=MARKERS[k], markersize=4, markevery=every, label=name)
            ends.append(f"{panel}, {name}: {norms[0]:.0e} at step 1, {norms[-1]:.0e} at step {len(norms)}")
        axis.set(xlabel="time step t", title=panel)
    axes[0].set_ylabel(ylabel)
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
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
    show_figure(
        figure,
        f"{title}. States over {len(values)} steps, shaded: {band_label}. The {unit_label}, {'; '.join(ranges)}.",
    )


def flags(panels, *, title):
    """How far flags are up or down after each word of a sentence, before and after an intervention.

    panels  sentence to a list of readings ({name of a flag: levels (words,)}, answer): the sentence as it is (solid),
            and perhaps once more after an intervention (dashed); +1 is up, -1 is down
    """
    figure, axes = new_figure(len(panels), height=3.7)
    parts = []
    for axis, (sentence, readings) in zip(axes, panels.items(), strict=True):
        axis.sharey(axes[0])
        words = sentence.split()
        for (levels, _), line, ending in zip(readings, ("-", "--"), ("", ", after the flip"), strict=False):
            for k, (name, values) in enumerate(levels.items()):
                axis.plot(values, line, color=COLOURS[k], marker=MARKERS[k], markersize=4, label=name + ending)
                parts.append(f"{name}{ending} {' '.join(f'{value:+.1f}' for value in values)}")
        axis.axhline(0, color=COLOURS[6], linewidth=0.8)
        axis.set_xticks(range(len(words)), words, rotation=55, ha="right", rotation_mode="anchor")
        answers = " → ".join(answer for _, answer in readings)
        axis.set(title=f"… {answers}")
        parts.append(f"answer {answers} ({sentence})")
    axes[0].set_ylabel("level of the flag")
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    figure.suptitle(title)
    show_figure(figure, f"{title}. Levels of flags after each word, +1 up and -1 down. {'; '.join(parts)}.")
