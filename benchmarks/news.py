"""Texts in the shape of AG News, from a seeded generator: for measuring speed, not for teaching.

Like the real set, four topics, some 40 words a text, and a vocabulary of 95,000 words of which most are rare. About one
word in seven belongs to the topic; the others follow Zipf's law.
"""

from itertools import product

import numpy as np

from utils.datasets.types import Split

NUM_CLASSES = 4
VOCABULARY_SIZE = 95_000
MEAN_LENGTH = 40
TOPIC_SHARE = 0.15  # of the words of a text
TOPIC_WORDS = slice(200, 1000)  # ranks of the words that belong to a topic, in turn to topic 0, 1, 2, 3

SYLLABLES = ["".join(pair) for pair in product("bdfgjklmnprstvz", "aeiou")]


def words() -> np.ndarray:
    """The 95,000 words, the commonest first: 5,625 of two syllables, then some of three."""
    short, long = product(SYLLABLES, repeat=2), product(SYLLABLES, repeat=3)
    return np.array(["".join(word) for word in [*short, *long]][:VOCABULARY_SIZE], dtype=object)


def make(num_texts, *, seed) -> Split:
    """``num_texts`` texts and their topics. The same seed gives the same texts."""
    rng = np.random.default_rng(seed)
    vocabulary = words()
    frequencies = np.cumsum(1 / (np.arange(VOCABULARY_SIZE) + 2.7))
    labels = rng.integers(0, NUM_CLASSES, num_texts)
    texts = []
    for label, length in zip(labels, np.clip(rng.normal(MEAN_LENGTH, 12, num_texts), 10, 150).astype(int), strict=True):
        ranks = np.searchsorted(frequencies, rng.uniform(0, frequencies[-1], length))
        topical = rng.random(length) < TOPIC_SHARE
        ranks[topical] = rng.choice(np.arange(VOCABULARY_SIZE)[TOPIC_WORDS][label::NUM_CLASSES], topical.sum())
        text = " ".join(vocabulary[ranks])
        texts.append(text.capitalize() + ".")
    return Split(texts, labels.astype(np.int32))
