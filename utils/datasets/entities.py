"""Sentences with names to be tagged as persons or places, by context alone. Generated, seeded; the names are Faker's.

Names of persons and of places come from one list of surnames ("Jordan", "Lincoln"), so a name does not say what it is.
"""

import itertools
import re
import tomllib
from pathlib import Path

import numpy as np

from utils.datasets.types import Dataset, Tagged

WORDS = tomllib.loads((Path(__file__).parents[2] / "data" / "entities.toml").read_text(encoding="utf-8"))
TEST_NAMES = 300


def load(*, seed=0, train_size=2048, test_size=1000) -> Dataset:
    """Sentences as lists of words, with a BIO tag for each word. No name of the test part occurs in the training part.

    A name has one or two words; each surname is used about equally often. After "nobody forgets" and the like it may be
    a person or a place: that cannot be known.
    """
    from faker.providers.person.en_US import Provider  # only here: a lesson that loads other sets needs no Faker

    rng = np.random.default_rng(seed)
    names = rng.permutation(sorted(set(Provider.last_names)))
    return Dataset(
        name="entities",
        classes=("O", "B-PER", "I-PER", "B-LOC", "I-LOC"),
        train=_draw(rng, names[TEST_NAMES:], train_size),
        test=_draw(rng, names[:TEST_NAMES], test_size),
        source="generated from data/entities.toml, with surnames from the package Faker",
    )


def is_clear(words, tags) -> bool:
    """Whether a sentence decides its tags: no frame that fits both kinds of names, no two names side by side."""
    touching = any(before != "O" and tag.startswith("B-") for before, tag in itertools.pairwise(tags))
    return not touching and not any(frame in " ".join(words) for frame in WORDS["open"])


def _draw(rng, names, size):
    deck = itertools.cycle(names)
    rows = [_sentence(rng, deck) for _ in range(size)]
    return Tagged([words for words, _ in rows], [tags for _, tags in rows])


def _sentence(rng, deck):
    text = str(rng.choice(WORDS["patterns"]))
    while slot := re.search(r"\[(\w+)\]", text):
        text = text.replace(slot[0], str(rng.choice(WORDS[slot[1]])))
    words, tags = [], []
    for word in text.split():
        kind = str(rng.choice(["PER", "LOC"])) if word == "ANY" else word
        if kind in ("PER", "LOC"):
            name = [str(part) for part in itertools.islice(deck, rng.integers(1, 3))]
            words += name
            tags += [f"B-{kind}", f"I-{kind}"][: len(name)]
        else:
            words.append(word)
            tags.append("O")
    return words, tags
