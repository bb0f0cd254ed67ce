"""Multi30k: captions of pictures in English, German and French. Fetched on request."""

import gzip
from collections import Counter
from itertools import product

from utils.datasets import registry
from utils.datasets.types import Dataset, Pairs
from utils.text import tokenise

LANGUAGES = ("en", "de", "fr")


def load(*, source="de", target="en", longest=10) -> Dataset:
    """Pairs of captions as lists of lower-case words, of ``longest`` words at most on both sides.

    Raises ValueError for a language that is not there or twice the same, DataError if a file is missing or damaged.
    """
    if source not in LANGUAGES or target not in LANGUAGES or source == target:
        raise ValueError(f"expected two of the languages {', '.join(LANGUAGES)}, got {source!r} and {target!r}")
    return Dataset(
        name="multi30k",
        classes=(),
        train=_pairs("train", source, target, longest),
        test=_pairs("test_2016_flickr", source, target, longest),
        source=registry.REGISTRY["multi30k"]["source"],
    )


def _pairs(part, source, target, longest):
    names = [f"multi30k/{part}.{language}.gz" for language in (source, target)]
    texts = [gzip.decompress(registry.path("multi30k", name).read_bytes()).decode("utf-8") for name in names]
    lines = [text.split("\n") for text in texts]
    pairs = [tuple(map(tokenise, pair)) for pair in zip(*lines, strict=True)]
    short = [pair for pair in pairs if min(map(len, pair)) >= 1 and max(map(len, pair)) <= longest]
    return Pairs([first for first, _ in short], [second for _, second in short])


def dictionary(pairs) -> dict[str, str]:
    """For each word of the sources the target word that keeps it company most faithfully: a translation word by word.

    Faithfulness is Dice's coefficient, twice the pairs that hold both words over the pairs that hold each.
    """
    first, second, both = Counter(), Counter(), Counter()
    for source, target in zip(pairs.sources, pairs.targets, strict=True):
        first.update(set(source))
        second.update(set(target))
        both.update(product(set(source), set(target)))
    best = {}
    for (word, other), count in both.items():
        dice = 2 * count / (first[word] + second[other])
        best[word] = max(best.get(word, (0.0, "")), (dice, other))
    return {word: other for word, (_, other) in best.items()}


def word_by_word(captions) -> list[str]:
    """The test part's sources, each word replaced by that of the training part's dictionary, where it has one."""
    words = dictionary(captions.train)
    return [" ".join(words.get(word, word) for word in text) for text in captions.test.sources]
