"""Two time series at the two poles: a random walk, which nobody can forecast, and a season. Generated, seeded."""

import numpy as np

from utils.datasets.types import TimeSeries


def load_walk(*, seed=0, length=2000) -> TimeSeries:
    """Each value is the one before plus a draw from a normal distribution of width 1: the best forecast is no change.

    Raises ValueError for a length below 2.
    """
    steps = np.random.default_rng(seed).normal(size=_checked(length))
    return TimeSeries("random_walk", np.arange(length), steps.cumsum(), 1, "generated")


def load_seasonal(*, seed=0, length=2000, period=12, height=3.0, kept=0.5, noise=0.5) -> TimeSeries:
    """A sine wave plus a disturbance, of which the share ``kept`` stays to the next step, and a new one comes on top.

    noise  width of the new disturbances; with them alone, the best possible forecast is off by them alone

    Raises ValueError for a length or a period below 2, or a share that is not between -1 and 1.
    """
    if period < 2 or not -1 < kept < 1:
        raise ValueError(f"expected a period of at least 2 and -1 < kept < 1, got {period} and {kept}")
    disturbances = np.random.default_rng(seed).normal(scale=noise, size=_checked(length))
    for t in range(1, length):
        disturbances[t] += kept * disturbances[t - 1]
    times = np.arange(length)
    wave = height * np.sin(2 * np.pi * times / period)
    return TimeSeries("seasonal", times, wave + disturbances, 1, "generated")


def _checked(length):
    if length < 2:
        raise ValueError(f"expected a length of at least 2, got {length}")
    return length
