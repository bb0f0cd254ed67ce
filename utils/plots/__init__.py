"""Every kind of figure the course draws, once, in one style, each with alt text; one module for each kind.

A figure is drawn and shown by one call. Its alt text is the output's ``text/plain`` and stands in its metadata.
"""

from utils.plots.bars import bars, orders
from utils.plots.diagrams import lstm_cell, padded_batch, rnn_cell, stacked_rnn, two_directions, unrolled_rnn
from utils.plots.lines import curves, flags, gradient_norms, traces
from utils.plots.maps import depth_and_time, states, triangle
from utils.plots.points import groups, pairs, starts
from utils.plots.style import COLOURS, GATE_COLOURS, MARKERS
from utils.plots.tapes import gate_tapes

__all__ = [
    "COLOURS",
    "GATE_COLOURS",
    "MARKERS",
    "bars",
    "curves",
    "depth_and_time",
    "flags",
    "gate_tapes",
    "gradient_norms",
    "groups",
    "lstm_cell",
    "orders",
    "padded_batch",
    "pairs",
    "rnn_cell",
    "stacked_rnn",
    "starts",
    "states",
    "traces",
    "triangle",
    "two_directions",
    "unrolled_rnn",
]
