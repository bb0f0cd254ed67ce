"""Handwritten digits of 8 × 8 pixels, read pixel by pixel: 64 steps of one number. Inside the package scikit-learn."""

import numpy as np
from sklearn.datasets import load_digits

from utils.datasets.types import Dataset, Series


def load(*, test_size=500) -> Dataset:
    """Pictures as sequences (64, 1), row after row, brightness from 0 to 1; the same shuffled split in every run."""
    pictures, labels = load_digits(return_X_y=True)
    inputs = (pictures[:, :, None] / 16).astype(np.float32)
    test, train = np.split(np.random.default_rng(0).permutation(len(labels)), [test_size])
    return Dataset(
        name="digits",
        classes=tuple("0123456789"),
        train=Series(inputs[train], labels[train].astype(np.int32)),
        test=Series(inputs[test], labels[test].astype(np.int32)),
        source="digits of the package scikit-learn",
    )
