"""Parity: after every bit, is the number of ones so far even or odd? Generated, seeded."""

import numpy as np

from utils.datasets.types import Dataset, Sequences


def load(*, seed=0, steps=500, batch_size=32, train_length=24, test_length=400, test_size=1000) -> Dataset:
    """Training sequences in an order that grows: first short ones, later longer ones; test sequences are much longer.

    Bits are the ids 1 (zero) and 2 (one), so that 0 stays free for padding. All training rows have ``train_length``
    columns; row k belongs to training step k // batch_size and asks for answers only in its first 2 + step // 15
    columns (at most all of them).
    """
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (steps * batch_size, train_length))
    lengths = np.minimum(2 + np.arange(steps) // 15, train_length).repeat(batch_size)
    asked = np.arange(train_length) < lengths[:, None]
    test_bits = rng.integers(0, 2, (test_size, test_length))
    return Dataset(
        name="parity",
        classes=("even", "odd"),
        train=Sequences(_ids(bits), np.where(asked, _parity(bits), -1).astype(np.int32)),
        test=Sequences(_ids(test_bits), _parity(test_bits)),
        source="generated",
    )


def _ids(bits):
    return (bits + 1).astype(np.int32)


def _parity(bits):
    return (bits.cumsum(axis=1) % 2).astype(np.int32)
