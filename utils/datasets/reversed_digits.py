"""Numbers and the same numbers written backwards: 4 7 1 gives 1 7 4. Generated, seeded."""

import numpy as np

from utils.datasets.types import Dataset, Pairs


def load(*, seed=0, train_size=12_800, longest=12, test_lengths=(2, 4, 6, 8, 10, 12), test_size=200) -> Dataset:
    """Pairs of texts of digits; the target is the source read from its end.

    The training part has all lengths from 2 to ``longest``, the test part ``test_size`` pairs of each of
    ``test_lengths``, in this order. Raises ValueError for a length below 1.
    """
    if longest < 2 or min(test_lengths) < 1:
        raise ValueError(f"expected lengths of at least 1 digit, and 2 for the longest, got {test_lengths}, {longest}")
    rng = np.random.default_rng(seed)
    return Dataset(
        name="reversed_digits",
        classes=(),
        train=_pairs(rng, rng.integers(2, longest + 1, train_size)),
        test=_pairs(rng, np.repeat(test_lengths, test_size)),
        source="generated",
    )


def _pairs(rng, lengths):
    digits = "".join(map(str, rng.integers(0, 10, lengths.sum())))
    ends = np.cumsum(lengths)
    sources = [digits[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    return Pairs(sources, [source[::-1] for source in sources])
