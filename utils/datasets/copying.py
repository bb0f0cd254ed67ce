"""Copying: read a few symbols, then give them back in the same order. Generated, seeded."""

import numpy as np

from utils.datasets.types import Dataset, Sequences

SYMBOLS = "ABCDEF"


def load(*, seed=0, length=3, train_size=6400, test_size=1000) -> Dataset:
    """Rows of 2 × ``length`` steps: first the symbols, ids 1 to 6, then as many times the id 7, "your turn".

    Answers are asked for in the second half: the symbols again, in the order in which they came. Training rows are
    meant to be read once, in order. Raises ValueError for a length below 1.
    """
    if length < 1:
        raise ValueError(f"expected at least 1 symbol to copy, got {length}")
    rng = np.random.default_rng(seed)
    return Dataset(
        name="copying",
        classes=tuple(SYMBOLS),
        train=_draw(rng, train_size, length),
        test=_draw(rng, test_size, length),
        source="generated",
    )


def _draw(rng, size, length):
    symbols = rng.integers(0, len(SYMBOLS), (size, length), dtype=np.int32)
    turn, silence = np.full_like(symbols, len(SYMBOLS) + 1), np.full_like(symbols, -1)
    return Sequences(np.hstack([symbols + 1, turn]), np.hstack([silence, symbols]))
