"""The adding problem: add up the two marked numbers of a long sequence. Generated, seeded.

Source: S. Hochreiter and J. Schmidhuber, Long Short-Term Memory (1997), in the form of Q. Le, N. Jaitly and G. Hinton,
A Simple Way to Initialize Recurrent Networks of Rectified Linear Units (2015).
"""

import numpy as np

from utils.datasets.types import Dataset, Series


def load(*, seed=0, length=40, train_size=25_600, test_size=4000) -> Dataset:
    """Sequences (length, 2): a number in [0, 1) and a mark at every step; the target is the sum of the marked numbers.

    One mark lies in the first half, one in the second. Training rows are meant to be read once, in order.
    Raises ValueError for fewer than two steps.
    """
    if length < 2:
        raise ValueError(f"expected at least 2 steps, one for each mark, got {length}")
    rng = np.random.default_rng(seed)
    return Dataset(
        name="adding",
        classes=(),
        train=_draw(rng, train_size, length),
        test=_draw(rng, test_size, length),
        source="generated",
    )


def _draw(rng, size, length):
    numbers, marks, rows = rng.random((size, length)), np.zeros((size, length)), np.arange(size)
    marks[rows, rng.integers(0, length // 2, size)] = 1
    marks[rows, rng.integers(length // 2, length, size)] = 1
    inputs = np.stack([numbers, marks], axis=2).astype(np.float32)
    return Series(inputs, (numbers * marks).sum(axis=1).astype(np.float32))
