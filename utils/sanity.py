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
