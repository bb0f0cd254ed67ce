"""Guess the next character of a text from counts: the baseline of a network that reads characters."""

from collections import Counter

import numpy as np


def bits_of_counts(train_text, test_text, before) -> float:
    """Bits per character of ``test_text``, each guessed from how often it came after the last ``before`` ones.

    Counted is in ``train_text``. Each character is counted a tenth of a time more than it came, so that what was never
    seen is not impossible. Raises ValueError if a text is too short.
    """
    size = before + 1
    if before < 0 or min(len(train_text), len(test_text)) < size:
        raise ValueError(f"expected texts of at least before + 1 = {size} characters")
    runs = Counter(train_text[k : k + size] for k in range(len(train_text) - before))
    starts = Counter(train_text[k : k + before] for k in range(len(train_text) - before))
    tests = [test_text[k : k + size] for k in range(len(test_text) - before)]
    kinds = len(set(train_text))
    shares = [(runs[run] + 0.1) / (starts[run[:-1]] + 0.1 * kinds) for run in tests]
    return float(-np.mean(np.log2(shares)))
