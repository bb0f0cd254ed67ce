"""Every kind of figure the course draws, once, in one style, each with alt text; one module for each kind.

A figure is drawn and shown by one call. Its alt text is the output's plain text and the description of its image.
Words and numbers are at least 10 points high and dark enough to be read.
"""

from utils.plots.bars import bars, orders
from utils.plots.diagrams import (
    grid_place,
    lattice,
    lstm_cell,
    padded_batch,
    rnn_cell,
    scan_rounds,
    stacked_rnn,
    two_directions,
    unrolled_rnn,
)
from utils.plots.lines import curves, flags, forecasts, gradient_norms, traces, word_by_word
from utils.plots.maps import (
    alignment,
    depth_and_time,
    film_strip,
    gaze_strips,
    pictures,
    scenes,
    spectrograms,
    spikes,
    states,
    triangle,
)
from utils.plots.points import groups, pairs
from utils.plots.style import COLOURS, GATE_COLOURS, MARKERS, larger
from utils.plots.tapes import gate_tapes

__all__ = [
    "COLOURS",
    "GATE_COLOURS",
    "MARKERS",
    "alignment",
    "bars",
    "curves",
    "depth_and_time",
    "film_strip",
    "flags",
    "forecasts",
    "gate_tapes",
    "gaze_strips",
    "gradient_norms",
    "grid_place",
    "groups",
    "larger",
    "lattice",
    "lstm_cell",
    "orders",
    "padded_batch",
    "pairs",
    "pictures",
    "rnn_cell",
    "scan_rounds",
    "scenes",
    "spectrograms",
    "spikes",
    "stacked_rnn",
    "states",
    "traces",
    "triangle",
    "two_directions",
    "unrolled_rnn",
    "word_by_word",
]
