"""Count since reset: how many ticks have there been since the last reset? Generated, seeded."""

import numpy as np

from utils.datasets.types import Dataset, Series


def load(*, seed=0, length=30, train_size=4800, test_length=120, test_size=200) -> Dataset:
    """Two features a step, a tick and a reset, at most one of them 1; the target of each step is the count so far.

    A step is a reset with probability 0.08, a tick with 0.37, else nothing happens. A count begins at 0 and goes back
    to 0 at a reset. Training rows are meant to be read once, in order. Raises ValueError for a length below 1.
    """
    if length < 1 or test_length < 1:
        raise ValueError(f"expected at least 1 step, got {length} (train) and {test_length} (test)")
    rng = np.random.default_rng(seed)
    return Dataset(
        name="count_since_reset",
        classes=(),
        train=_draw(rng, train_size, length),
        test=_draw(rng, test_size, test_length),
        source="generated",
    )


def _draw(rng, size, length):
    kinds = rng.choice(3, p=[0.55, 0.37, 0.08], size=(size, length))
    ticks, resets = kinds == 1, kinds == 2
    total = ticks.cumsum(axis=1)
    at_reset = np.maximum.accumulate(np.where(resets, total, 0), axis=1)  # the total when it was last reset
    return Series(np.stack([ticks, resets], axis=2).astype(np.float32), (total - at_reset).astype(np.float32))
