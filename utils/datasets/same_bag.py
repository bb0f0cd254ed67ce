"""Pairs of sentences with the same words in another order, and opposite labels. Generated, seeded.

"the film was not good but bad" is negative, "the film was not bad but good" is positive.
"""

import itertools
import tomllib
from pathlib import Path

import numpy as np

from utils.datasets.types import TextDataset, split_of

WORDS = tomllib.loads((Path(__file__).parents[2] / "data" / "same_bag.toml").read_text(encoding="utf-8"))


def load(*, seed=0, train_pairs=1000, validation_pairs=200, test_pairs=800) -> TextDataset:
    """Draw pairs without repetition: no pair of one part occurs in another.

    Rows 2k and 2k + 1 of a part are a pair: the same bag of words, first the negative sentence (0), then the
    positive one (1). Raises ValueError when more pairs are asked for than exist.
    """
    choices = list(itertools.product(WORDS["subjects"], WORDS["fillers"], WORDS["positive"], WORDS["negative"]))
    ends = np.cumsum([train_pairs, validation_pairs, test_pairs])
    if ends[-1] > len(choices):
        raise ValueError(f"asked for {ends[-1]} pairs, but only {len(choices)} different ones exist")
    drawn = np.random.default_rng(seed).permutation(len(choices))[: ends[-1]]
    parts = [[row for k in part for row in _pair(*choices[k])] for part in np.split(drawn, ends[:-1])]
    return TextDataset(
        name="same_bag",
        classes=("negative", "positive"),
        train=split_of(parts[0]),
        validation=split_of(parts[1]),
        test=split_of(parts[2]),
        source="generated from data/same_bag.toml",
    )


def _pair(subject, filler, good, bad):
    opening = f"{subject} not {filler} ".replace("  ", " ")
    return (f"{opening}{good} but {bad}", 0), (f"{opening}{bad} but {good}", 1)
