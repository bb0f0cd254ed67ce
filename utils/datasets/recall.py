"""Recall: store pairs of a key and a value, and say the value of a key that is asked for. Generated, seeded."""

import numpy as np

from utils.datasets.types import Dataset, Sequences

ASK = ("stored", "next")


def load(*, seed=0, pairs=32, values=8, steps=500, batch_size=32, test_size=1000, ask="stored") -> Dataset:
    """Each step stores a new key with a value, and asks for the value of a key; the answer follows at once.

    A step has three ids: the stored key (from 1 to ``pairs``), its value (the next ``values`` ids), and the key that is
    asked for (the last ``pairs`` ids); 0 stays free for padding. Each key is stored once, in a random order.

    pairs, values      how many keys and values there are; a sequence has ``pairs`` steps
    steps, batch_size  there are steps * batch_size training sequences
    ask                "stored": for one of the keys stored up to this step, each as often as any other. "next": for the
                       key of the step to come, whose value nobody can know yet; nothing is asked at the last step

    Raises ValueError for fewer than two pairs or values, or another ``ask``.
    """
    if pairs < 2 or values < 2:
        raise ValueError(f"expected at least 2 pairs and 2 values, got {pairs} and {values}")
    if ask not in ASK:
        raise ValueError(f"expected ask to be one of {', '.join(ASK)}, got {ask!r}")
    rng = np.random.default_rng(seed)
    return Dataset(
        name="recall",
        classes=tuple(f"value {k}" for k in range(1, values + 1)),
        train=_draw(rng, steps * batch_size, pairs, values, ask),
        test=_draw(rng, test_size, pairs, values, ask),
        source="generated",
    )


def _draw(rng, rows, pairs, values, ask):
    keys = rng.permuted(np.tile(np.arange(pairs), (rows, 1)), axis=1)
    stored = rng.integers(values, size=(rows, pairs))
    if ask == "stored":
        step = rng.integers(np.arange(1, pairs + 1), size=(rows, pairs))  # any step up to the present one
    else:
        step = np.tile(np.minimum(np.arange(1, pairs + 1), pairs - 1), (rows, 1))
    asked, answers = (np.take_along_axis(array, step, axis=1) for array in (keys, stored))
    if ask == "next":
        answers[:, -1] = -1
    ids = np.stack([1 + keys, 1 + pairs + stored, 1 + pairs + values + asked], axis=2)
    return Sequences(ids.astype(np.int32), answers.astype(np.int32))
