"""Reviews from a grammar of ours, plain ones and contrast pairs. Generated, seeded.

Plain: "the film was good the soup was bland my friend came along the cast was superb"; the majority of the good and bad
words decides. Contrast: "the film was not bad but good" and "the film was not good but bad", one bag, two labels.
"""

import tomllib
from pathlib import Path

import numpy as np

from utils.datasets.types import TextDataset, split_of

GRAMMAR = tomllib.loads((Path(__file__).parents[2] / "data" / "reviews.toml").read_text(encoding="utf-8"))
KINDS = tuple(GRAMMAR["contrast"])
CLASSES = ("negative", "positive")
SOURCE = "generated from data/reviews.toml"


def load(*, seed=0, train_size=4000, validation_size=500, test_size=1000) -> TextDataset:
    """Plain reviews of three to five clauses, half of them with a filler. No text occurs twice."""
    rng = np.random.default_rng(seed)
    train, validation, test = _different(lambda k: [_plain(rng)], [train_size, validation_size, test_size])
    return TextDataset("reviews", CLASSES, split_of(train), split_of(validation), split_of(test), SOURCE)


def load_contrast(*, seed=0, train_pairs=40, test_pairs=600) -> TextDataset:
    """Contrast pairs. Rows 2k and 2k + 1 of a part have one bag: first the positive text (1), then the negative (0).

    Pair k of a part is of the kind ``KINDS[k % 3]``. No text occurs twice, nor in two parts.
    """
    rng = np.random.default_rng([seed, 1])
    train, test = _different(lambda k: _pair(rng, KINDS[k % len(KINDS)]), [train_pairs, test_pairs])
    return TextDataset("contrast_reviews", CLASSES, split_of(train), split_of([]), split_of(test), SOURCE)


def _different(draw, sizes):
    """Parts of so many drawings each, none of which was drawn before; a drawing is a list of (text, label)."""
    seen, parts = set(), []
    for size in sizes:
        part = []
        for k in range(size):
            rows = draw(k)
            while rows[0][0] in seen:
                rows = draw(k)
            seen.add(rows[0][0])
            part += rows
        parts.append(part)
    return parts


def _plain(rng):
    signs = np.zeros(1)
    while signs.sum() == 0:  # with as many good words as bad ones nobody could say
        signs = rng.choice([-1, 1], size=rng.integers(3, 6))
    clauses = [
        f"the {rng.choice(GRAMMAR['things'])} was {rng.choice(GRAMMAR['good' if sign > 0 else 'bad'])}"
        for sign in signs
    ]
    if rng.random() < 0.5:
        clauses.insert(rng.integers(len(clauses)), str(rng.choice(GRAMMAR["fillers"])))
    return " ".join(clauses), int(signs.sum() > 0)


def _pair(rng, kind):
    x, y = rng.choice(GRAMMAR["things"], size=2, replace=False)
    good, bad = rng.choice(GRAMMAR["good"]), rng.choice(GRAMMAR["bad"])
    form = rng.choice(GRAMMAR["contrast"][kind])
    opening = f"{rng.choice(GRAMMAR['fillers'])} " if rng.random() < 0.5 else ""
    return [
        (opening + form.format(x=x, y=y, g=first, b=second), label)
        for first, second, label in ((good, bad, 1), (bad, good, 0))
    ]
