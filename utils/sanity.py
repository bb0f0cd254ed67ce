"""Detectors of silent bugs: each returns one number that a correct model keeps near zero.

They take a plain function from NumPy arrays to NumPy arrays, so they work with any framework.
"""

import numpy as np


def padding_gap(predict, tokens, *, extra=5) -> float:
    """How far predictions move when only padding is added.

    predict  function from token ids (batch, time), int32, to predictions (batch, ...)
    tokens   padded batch of token ids (batch, time); id 0 is padding
    extra    how many columns of padding to add on the right

    Returns the largest absolute change. Padding carries no information, so a correct
    model returns 0 up to rounding (about 1e-6 in float32).
    """
    tokens = np.asarray(tokens)
    if tokens.ndim != 2 or extra < 1:
        raise ValueError(f"expected tokens (batch, time) and extra >= 1, got shape {tokens.shape} and extra={extra}")
    padded = np.pad(tokens, ((0, 0), (0, extra)))
    return float(np.abs(np.asarray(predict(padded)) - np.asarray(predict(tokens))).max())


def permutation_gap(predict, batch) -> float:
    """How far predictions move when only the order of the rows in the batch changes.

    predict  function from a batch (batch, ...) to predictions (batch, ...)
    batch    array whose first axis is the batch, at least two rows

    Returns the largest absolute change. The rows of a batch know nothing of each other, so a correct model returns 0
    up to rounding; axes in the wrong order give a large number.
    """
    batch = np.asarray(batch)
    if len(batch) < 2:
        raise ValueError(f"expected a batch of at least two rows, got shape {batch.shape}")
    turned = np.asarray(predict(batch[::-1].copy()))
    return float(np.abs(turned[::-1] - np.asarray(predict(batch))).max())
