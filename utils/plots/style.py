"""The one style of all figures: colours, sizes, numbers, and how a figure is shown with its alt text."""

import base64
import html
import io
import math

import numpy as np
from matplotlib.figure import Figure

from utils.outputs import show

# Okabe and Ito's colours, which colour-blind readers can tell apart; markers and dashes differ as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
# Each gate of an LSTM has one colour in all figures and on the sliders; g is the candidate, c the cell state.
GATE_COLOURS = {"f": COLOURS[1], "i": COLOURS[2], "g": COLOURS[4], "o": COLOURS[0], "c": COLOURS[7], "h": COLOURS[3]}
TEXT, QUIET = "#000000", "#595959"  # words are black or dark grey: no colour of lines is dark enough to be read
DPI = 110

_scale = 1.0  # of figures in front of a class, whose words are larger


def larger(scale=1.25) -> None:
    """From now on, draw every figure with words and lines ``scale`` times as large, for a projector. 1 is the default.

    A figure keeps its width of 792 pixels, so that it still fits beside JupyterLab's bars on a projector of 1024.
    """
    global _scale
    _scale = scale


def new_figure(panels, *, height):
    """A figure of the course's width and ``height`` inches, and its ``panels`` axes side by side."""
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def line_look(k, lines) -> dict:
    """The look of line ``k`` of ``lines``: the later a line is drawn, the thinner it is, so that none is hidden."""
    return {
        "color": COLOURS[k % len(COLOURS)],
        "linestyle": DASHES[k % len(DASHES)],
        "linewidth": 1.6 + min(0.6 * (lines - 1 - k), 1.8),
        "marker": MARKERS[k % len(MARKERS)],
        "markersize": 5,
    }


def legend(axis, **options):
    """The legend of ``axis``, on the right of it."""
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, **options)


def number(value, decimals=2, *, signed=False) -> str:
    """``value`` with a true minus (−), and never −0.00; ``signed`` puts a + before what is above zero."""
    text = f"{abs(value):.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return ("−" if value < 0 else "+" if signed else "") + text


def decimals_for(samples) -> int:
    """How many decimals tell something about ``samples`` (a list of lists, the repeats of one number): 0 to 4.

    Repeats: down to the first digit that differs between them, at least two. Else two, or as many as the smallest
    number needs to be more than a zero. From 100 on there are none.
    """
    sizes = [abs(np.median(sample)) for sample in samples]
    spread = max(np.ptp(sample) for sample in samples)
    wanted = 2 if spread == 0 else min(max(2, math.ceil(-math.log10(spread))), 3)
    small = min((size for size in sizes if size > 1e-4), default=1.0)
    if max(sizes) >= 100:
        return 0
    return min(max(wanted, math.ceil(-math.log10(small))), 4)


def show_figure(figure, alt):
    """Show ``figure`` as a picture whose description is ``alt``.

    The picture is HTML, for JupyterLab and nbconvert give the alt text of HTML to a screen reader, but drop that of an
    image. ``alt`` is the plain text as well.
    """
    png = io.BytesIO()
    figure.set_size_inches(figure.get_size_inches() / _scale)
    figure.savefig(png, format="png", dpi=DPI * _scale, metadata={"Software": None})
    source = f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
    show(alt, {}, html=f'<img alt="{html.escape(alt)}" src="{source}">')
