"""Round and square brackets inside each other: which one closes? Generated, seeded."""

import numpy as np

from utils.datasets.types import Stream

CLOSES = {"(": ")", "[": "]"}


def load(*, seed=0, train_depth=4, test_depth=10, train_length=204_800, test_length=51_200) -> Stream:
    """Texts in which every closing bracket has the kind of the last one that is still open.

    After each bracket a coin decides whether another one opens; where nothing is open one opens, and at the depth
    given one closes. Raises ValueError for a depth below 1.
    """
    if min(train_depth, test_depth) < 1:
        raise ValueError(f"expected depths of at least 1, got {train_depth} and {test_depth}")
    rng = np.random.default_rng(seed)
    parts = [_write(rng, length, depth) for length, depth in ((train_length, train_depth), (test_length, test_depth))]
    return Stream("brackets", *parts, source="generated")


def closings(text):
    """Every closing bracket of ``text`` whose opening one is in it: places, depths, distances, piled; four int arrays.

    The depth counts the brackets that are open before it closes, the distance is that to its opening bracket, and piled
    is how many were open on top of that one, at most, in between. Raises ValueError for a bracket of the wrong kind.
    """
    found, still_open, piles = [], [], []
    for place, sign in enumerate(text):
        if sign in CLOSES:
            still_open.append(place)
            piles.append(0)
        elif still_open:
            depth, opened, piled = len(still_open), still_open.pop(), piles.pop()
            if CLOSES[text[opened]] != sign:
                raise ValueError(f"{text[opened]!r} at {opened} is closed by {sign!r} at {place}")
            found.append((place, depth, place - opened, piled))
            if piles:
                piles[-1] = max(piles[-1], piled + 1)
    return np.array(found, dtype=int).reshape(-1, 4).T


def _write(rng, length, depth):
    kinds, coins = rng.integers(0, 2, length).tolist(), rng.random(length).tolist()
    written, still_open = [], []
    for kind, coin in zip(kinds, coins, strict=True):
        if still_open and (len(still_open) >= depth or coin < 0.5):
            written.append(CLOSES[still_open.pop()])
        else:
            still_open.append("(["[kind])
            written.append(still_open[-1])
    return "".join(written)
