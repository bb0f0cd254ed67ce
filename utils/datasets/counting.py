"""Counting: n letters a, then n letters b; after each b, does another one follow? Made by a rule, nothing is drawn."""

import numpy as np

from utils.datasets.types import Dataset, Sequences


def load(*, largest=12, test_largest=120) -> Dataset:
    """Row n - 1 holds n a's and n b's: n = 1 … ``largest`` to train on, n = 1 … ``test_largest`` to test on.

    Letters are the ids 1 (a) and 2 (b), padded with 0 on the right. An answer is asked for after each b and depends on
    n alone, so the test rows up to ``largest`` are those of the training; the longer ones show how far it counts.
    Raises ValueError if there is no row.
    """
    if largest < 1 or test_largest < 1:
        raise ValueError(f"expected n to go up to at least 1, got {largest} (train) and {test_largest} (test)")
    return Dataset(
        name="counting",
        classes=("another b", "end"),
        train=_rows(largest),
        test=_rows(test_largest),
        source="generated",
    )


def _rows(largest):
    n = np.arange(1, largest + 1)[:, None]
    step = np.arange(2 * largest)
    inputs = np.where(step < n, 1, np.where(step < 2 * n, 2, 0))
    targets = np.where(inputs == 2, step == 2 * n - 1, -1)
    return Sequences(inputs.astype(np.int32), targets.astype(np.int32))


def counts_up_to(part, answers):
    """For each network the largest n up to which no string of ``part`` gets a wrong answer: (network,).

    part     rows n = 1, 2, 3, … in this order, as `load` makes them
    answers  (row, time, network), above 0 where a network says that the string ends
    """
    asked, ends = part.targets >= 0, part.targets == 1
    wrong = asked[..., None] & ((answers > 0) != ends[..., None])
    return np.logical_and.accumulate(~wrong.any(axis=1)).sum(axis=0)
