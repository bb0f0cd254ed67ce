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


def accuracy_by_counting(dataset, *, left=False, right=False) -> float:
    """Test accuracy of the most frequent reading in training, beside the same left neighbour, right neighbour, or both.

    Where training has not seen both neighbours together, the right one alone decides, then the left one, then none.
    """
    counts = defaultdict(Counter)
    for phrase, k, reading in _asked(dataset.train):
        for context in _contexts(phrase, k, left, right):
            counts[context][reading] += 1
    hits = []
    for phrase, k, reading in _asked(dataset.test):
        known = next(context for context in _contexts(phrase, k, left, right) if context in counts)
        hits.append(counts[known].most_common(1)[0][0] == reading)
    return float(np.mean(hits))


def _asked(part):
    """Each ambiguous character: its phrase, its place, its reading."""
    rows = zip(part.words, part.tags, strict=True)
    return [(phrase, k, tag) for phrase, tags in rows for k, tag in enumerate(tags) if tag != NOT_ASKED]


def _contexts(phrase, k, left, right):
    """What to look up for character k, the most telling first; "" stands beside the ends of a phrase."""
    before, here, after = ["", *phrase, ""][k : k + 3]
    both = [(before, here, after)] * (left and right)
    return [*both, *[(None, here, after)] * right, *[(before, here, None)] * left, (None, here, None)]
