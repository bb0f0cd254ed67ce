"""Tags that depend on neighbours: is the sum of this throw and the one k steps away odd? Generated, seeded."""

import numpy as np

from utils.datasets.types import Dataset, Sequences

LAGS = (-3, -2, -1, 1, 2, 3)


def load(*, seed=0, lags=LAGS, steps=200, batch_size=32, length=20, test_size=1000) -> Dataset:
    """Throws of a die, ids 1 to 6, and one question for each lag at each throw.

    The targets are (sequences, time, lags): whether the sum of throw t and throw t + lag is odd; -1 where throw t + lag
    lies outside the sequence. A negative lag asks about the past, a positive one about the future. The training part
    has ``steps`` batches, to be read once. Raises ValueError for a lag of 0, or one that reaches beyond every sequence.
    """
    if any(lag == 0 or abs(lag) >= length for lag in lags):
        raise ValueError(f"expected lags from 1 to {length - 1} steps, to either side, got {lags}")
    rng = np.random.default_rng(seed)
    return Dataset(
        name="future_tags",
        classes=("even", "odd"),
        train=_draw(rng, steps * batch_size, length, lags),
        test=_draw(rng, test_size, length, lags),
        source="generated",
    )


def _draw(rng, size, length, lags):
    throws = rng.integers(1, 7, (size, length), dtype=np.int32)
    targets = np.full((size, length, len(lags)), -1, dtype=np.int32)
    steps = np.arange(length)
    for k, lag in enumerate(lags):
        here = steps[(steps + lag >= 0) & (steps + lag < length)]
        targets[:, here, k] = (throws[:, here] + throws[:, here + lag]) % 2
    return Sequences(throws, targets)
