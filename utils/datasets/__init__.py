"""The course's data sets: `load`, `is_available`, `download`. data/README.md has a card for each.

Generated sets and sets inside an installed package need no network. The classic sets are fetched only by
`download`, into the folder named by ``COURSE_DATA`` or the user's cache, and are checked by sha256.
"""

from utils.datasets import (
    adding,
    ag_news,
    brackets,
    copying,
    count_since_reset,
    counting,
    dates,
    digits,
    echo,
    emoji_names,
    entities,
    free_spoken_digits,
    future_tags,
    latch,
    markov,
    multi30k,
    parity,
    pronouns,
    readings,
    registry,
    reversed_digits,
    reviews,
    same_bag,
    spoken_digits,
    sst2,
    stories,
    surnames,
    surnames_18,
    tiny_shakespeare,
    wnut17,
)
from utils.datasets.registry import DataError
from utils.datasets.types import (
    Dataset,
    Pairs,
    Sequences,
    Series,
    Split,
    Stories,
    Stream,
    Tagged,
    TextDataset,
    Utterances,
)

__all__ = [
    "DataError",
    "Dataset",
    "Pairs",
    "Sequences",
    "Series",
    "Split",
    "Stories",
    "Stream",
    "Tagged",
    "TextDataset",
    "Utterances",
    "download",
    "is_available",
    "load",
    "names",
]

_LOADERS = {
    "adding": adding.load,
    "ag_news": ag_news.load,
    "brackets": brackets.load,
    "copying": copying.load,
    "count_since_reset": count_since_reset.load,
    "contrast_reviews": reviews.load_contrast,
    "counting": counting.load,
    "dates": dates.load,
    "digits": digits.load,
    "echo": echo.load,
    "emoji_names": emoji_names.load,
    "entities": entities.load,
    "free_spoken_digits": free_spoken_digits.load,
    "future_tags": future_tags.load,
    "latch": latch.load,
    "markov": markov.load,
    "multi30k": multi30k.load,
    "parity": parity.load,
    "pronouns": pronouns.load,
    "readings": readings.load,
    "reversed_digits": reversed_digits.load,
    "reviews": reviews.load,
    "same_bag": same_bag.load,
    "spoken_digits": spoken_digits.load,
    "sst2": sst2.load,
    "stories": stories.load,
    "surnames": surnames.load,
    "surnames_18": surnames_18.load,
    "tiny_shakespeare": tiny_shakespeare.load,
    "wnut17": wnut17.load,
}


def names() -> list[str]:
    """The names that `load` knows."""
    return sorted(_LOADERS)


def load(name, **options):
    """Return the data set ``name``, in a form of `utils.datasets.types`. Options are those of its own ``load``.

    Raises ValueError for an unknown name, DataError if a file is missing or damaged. Downloads nothing.
    """
    return _LOADERS[_known(name)](**options)


def is_available(name) -> bool:
    """Whether ``load(name)`` works right now, without a network. A damaged file counts as missing."""
    return _known(name) not in registry.REGISTRY or registry.is_complete(name)


def download(name) -> None:
    """Fetch the files of a classic set, check them and keep them. Does nothing where none are needed.

    Raises ValueError for an unknown name, DataError when a file cannot be fetched, checked or stored.
    """
    if _known(name) in registry.REGISTRY:
        registry.download(name)


def _known(name):
    if name not in _LOADERS:
        raise ValueError(f"unknown data set {name!r}: expected one of {', '.join(names())}")
    return name
