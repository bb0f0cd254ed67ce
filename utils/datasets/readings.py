"""Chinese characters with several readings: how is this one read here? Real phrases, inside the package `pypinyin`."""

from collections import Counter, defaultdict

import numpy as np

from utils.datasets.types import Dataset, Tagged

NOT_ASKED = "-"
LONGEST = 4  # 98 % of the phrases are no longer


def load() -> Dataset:
    """Phrases of two to four characters; the tag of an ambiguous one is its reading, all others have the tag "-".

    Ambiguous is a character that occurs 100 times or more and whose most frequent reading has a share of at most 95 %.
    Only phrases with such a character are kept. Split 80/20 by phrase, the same in every run.
    """
    from pypinyin.phrases_dict import phrases_dict  # only here: it is large, and other lessons do not need it

    phrases = {
        phrase: [first for first, *_ in readings]
        for phrase, readings in phrases_dict.items()
        if len(phrase) == len(readings) and len(phrase) <= LONGEST
    }
    uses = defaultdict(Counter)
    for phrase, readings in phrases.items():
        for character, reading in zip(phrase, readings, strict=True):
            uses[character][reading] += 1
    asked = {c for c, counts in uses.items() if counts.total() >= 100 and max(counts.values()) <= 0.95 * counts.total()}
    rows = [
        (list(phrase), [reading if c in asked else NOT_ASKED for c, reading in zip(phrase, readings, strict=True)])
        for phrase, readings in sorted(phrases.items())
        if asked & set(phrase)
    ]
    order = np.random.default_rng(0).permutation(len(rows))
    train, test = ([rows[k] for k in part] for part in np.split(order, [round(0.8 * len(rows))]))
    return Dataset(
        name="readings",
        classes=tuple(sorted({tag for _, tags in rows for tag in tags})),
        train=Tagged([words for words, _ in train], [tags for _, tags in train]),
        test=Tagged([words for words, _ in test], [tags for _, tags in test]),
        source="phrases of the package pypinyin",
    )
