"""Bars: one number each."""

import numpy as np

from utils.plots.style import COLOURS, new_figure, show_figure


def bars(values, *, xlabel, title, chance=None):
    """Horizontal bars, one for each entry of ``values`` (name to number), with the number beside each bar.

    chance  draws a dashed line at this value
    """
    figure, axes = new_figure(1, height=0.8 + 0.42 * len(values))
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
    show_figure(figure, f"{title}. Bars, {xlabel}: {numbers}.")


def orders(scores, *, title, xlabel):
    """Scores of the same words in several orders: one group of bars for each order, one bar for each model.

    scores  order (a text) to {model: score}
    """
    figure, axes = new_figure(1, height=1.0 + 0.62 * len(scores))
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
    show_figure(figure, f"{title}. {xlabel}. " + "; ".join(lines) + ".")
