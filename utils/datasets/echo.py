"""Echo: repeat the bit seen some steps ago, in streams that do not end. Generated, seeded."""

import numpy as np

from utils.datasets.types import Dataset, Sequences


def load(*, seed=0, lag=8, colours=1, streams=32, train_length=9600, test_length=1600) -> Dataset:
    """Rows are streams; the answer at every step is the bit of ``lag`` steps before.

    Bits are the ids 1 (zero) and 2 (one), so that 0 stays free for padding. With more than one colour each bit comes in
    a random one, which the answer does not depend on: zeros are the ids from 1 to ``colours``, ones the next
    ``colours``. The streams are running already when recording begins: an answer is asked for at every step, but the
    first ``lag`` of each stream can only be guessed. Raises ValueError for a lag or a number of colours below 1.
    """
    if lag < 1:
        raise ValueError(f"expected a lag of at least 1 step, got {lag}")
    if colours < 1:
        raise ValueError(f"expected at least 1 colour, got {colours}")
    rng = np.random.default_rng(seed)
    return Dataset(
        name="echo",
        classes=("zero", "one"),
        train=_draw(rng, streams, train_length, lag, colours),
        test=_draw(rng, streams, test_length, lag, colours),
        source="generated",
    )


def _draw(rng, streams, length, lag, colours):
    bits = rng.integers(0, 2, (streams, lag + length), dtype=np.int32)
    ids = 1 + bits * colours
    if colours > 1:
        ids += rng.integers(0, colours, ids.shape, dtype=np.int32)
    return Sequences(ids[:, lag:].astype(np.int32), bits[:, :-lag].copy())
