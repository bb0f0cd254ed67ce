"""The latch: report a symbol that was seen once, after many that do not matter. Generated, seeded.

Source: the task is in the spirit of Y. Bengio, P. Simard and P. Frasconi, Learning Long-Term Dependencies with Gradient
Descent is Difficult (1994), whose latch holds one bit.
"""

import numpy as np

from utils.datasets.types import Dataset, Series

CLASSES = ("A", "B", "C", "D")
DISTRACTORS = ("w", "x", "y", "z")


def load(*, seed=0, distractors=100, mixed=False, train_size=12_800, test_size=1000) -> Dataset:
    """Sequences (distractors + 1, 8), one-hot: a symbol A to D, then distractors w to z; the target is the symbol.

    mixed  whether the training symbols stand anywhere, mostly near the end: the distance to the last step is drawn
           evenly on a logarithmic scale, up to ``distractors``. The test symbols stand first in any case.

    Training rows are meant to be read once, in order. Raises ValueError without a distractor.
    """
    if distractors < 1:
        raise ValueError(f"expected at least 1 distractor, got {distractors}")
    rng = np.random.default_rng(seed)
    return Dataset(
        name="latch",
        classes=CLASSES,
        train=_draw(rng, train_size, distractors, mixed),
        test=_draw(rng, test_size, distractors, mixed=False),
        source="generated",
    )


def _draw(rng, size, distractors, mixed):
    symbols = rng.integers(4, 8, (size, distractors + 1))
    targets = rng.integers(0, 4, size)
    back = distractors
    if mixed:
        back = np.exp(rng.uniform(0, np.log(distractors + 2), size)).astype(int) - 1  # 0 to distractors
    symbols[np.arange(size), distractors - back] = targets
    return Series(np.eye(8, dtype=np.float32)[symbols], targets.astype(np.int32))
