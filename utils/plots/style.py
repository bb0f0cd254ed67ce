"""The one style of all figures: colours, size, and how a figure is shown with its alt text."""

import base64
import io

from matplotlib.figure import Figure

from utils.outputs import show

# Okabe and Ito's colours, which colour-blind readers can tell apart; markers differ as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
# Each gate of an LSTM has one colour in all figures and on the sliders; g is the candidate, c the cell state.
GATE_COLOURS = {"f": COLOURS[1], "i": COLOURS[2], "g": COLOURS[4], "o": COLOURS[0], "c": COLOURS[7], "h": COLOURS[3]}
DPI = 110


def new_figure(panels, *, height):
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def show_figure(figure, alt):
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    show(alt, {"image/png": {"alt": alt}}, png=base64.b64encode(png.getvalue()).decode())
