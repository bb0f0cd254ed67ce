"""Sentences that stop at "because"; which pronoun goes on, she, he or they? Generated, seeded.

"Alice still laughed because" asks for she, "Alice and Tom laughed today because" for they.
"""

import random
import tomllib
from pathlib import Path

import numpy as np

from utils.datasets.types import TextDataset, split_of

WORDS = tomllib.loads((Path(__file__).parents[2] / "data" / "pronouns.toml").read_text(encoding="utf-8"))
CLASSES = ("she", "he", "they")
LONGEST = 19  # words: name, "and", name, 8 fillers, verb, 6 fillers, "because"


def load(*, seed=0, train_size=44_800, validation_size=600, test_size=800) -> TextDataset:
    """Sentences without repetition: none occurs twice, neither within a part nor in two parts.

    Half of those drawn have two different names, in any mixture. Up to 8 fillers stand before the verb, up to 6 after.
    Raises ValueError for a negative size.
    """
    sizes = [train_size, validation_size, test_size]
    if min(sizes) < 0:
        raise ValueError(f"expected sizes of 0 or more, got train, validation and test sizes {sizes}")
    rng = random.Random(seed)
    labels = {}
    while len(labels) < sum(sizes):
        text, label = _sentence(rng)
        labels[text] = label
    rows = list(labels.items())
    rng.shuffle(rows)  # short sentences run out early: this spreads them over the parts
    ends = np.cumsum(sizes)
    return TextDataset(
        name="pronouns",
        classes=CLASSES,
        train=split_of(rows[: ends[0]]),
        validation=split_of(rows[ends[0] : ends[1]]),
        test=split_of(rows[ends[1] :]),
        source="generated from data/pronouns.toml",
    )


def _sentence(rng):
    first, second = rng.sample(WORDS["feminine"] + WORDS["masculine"], 2)
    plural = rng.random() < 0.5
    subject = [first, "and", second] if plural else [first]
    before, after = (rng.choices(WORDS["fillers"], k=rng.randint(0, most)) for most in (8, 6))
    label = CLASSES.index("they" if plural else "she" if first in WORDS["feminine"] else "he")
    return " ".join([*subject, *before, rng.choice(WORDS["verbs"]), *after, "because"]), label
