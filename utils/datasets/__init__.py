"""The course's data sets: `load`, `is_available`, `download`. data/README.md has a card for each.

Generated sets and sets inside an installed package need no network. The classic sets are fetched only by
`download`, into the folder named by ``COURSE_DATA`` or the user's cache, and are checked by sha256.
"""

from utils.datasets import (
    adding,
    ag_news,
    bouncing_sprites,
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
    gun_point,
    latch,
    made_series,
    markov,
    moving_sprites,
    multi30k,
    parity,
    pronouns,
    readings,
    real_series,
    recall,
    registry,
    reversed_digits,
    reviews,
    same_bag,
    scenes,
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
    Films,
    Pairs,
    Sequences,
    Series,
    Split,
    Stories,
    Stream,
    Tagged,
    TextDataset,
    TimeSeries,
    Utterances,
    fill_forward,
)

__all__ = [
    "DataError",
    "Dataset",
    "Films",
    "Pairs",
    "Sequences",
    "Series",
    "Split",
    "Stories",
    "Stream",
    "Tagged",
    "TextDataset",
    "TimeSeries",
    "Utterances",
    "download",
    "fill_forward",
    "is_available",
    "load",
    "names",
]

_LOADERS = {
    "adding": adding.load,
    "ag_news": ag_news.load,
    "beijing_air": real_series.load_beijing,
    "bouncing_sprites": bouncing_sprites.load,
    "brackets": brackets.load,
    "copying": copying.load,
    "count_since_reset": count_since_reset.load,
    "contrast_reviews": reviews.load_contrast,
    "counting": counting.load,
    "dates": dates.load,
    "digit_scenes": scenes.load_digits,
    "digits": digits.load,
    "echo": echo.load,
    "emoji_names": emoji_names.load,
    "entities": entities.load,
    "free_spoken_digits": free_spoken_digits.load,
    "future_tags": future_tags.load,
    "gun_point": gun_point.load,
    "latch": latch.load,
    "markov": markov.load,
    "melbourne_weather": real_series.load_melbourne,
    "moving_sprites": moving_sprites.load,
    "multi30k": multi30k.load,
    "parity": parity.load,
    "pronouns": pronouns.load,
    "random_walk": made_series.load_walk,
    "readings": readings.load,
    "recall": recall.load,
    "reversed_digits": reversed_digits.load,
    "reviews": reviews.load,
    "same_bag": same_bag.load,
    "scenes": scenes.load,
    "seasonal": made_series.load_seasonal,
    "seattle_weather": real_series.load_seattle,
    "sp500": real_series.load_sp500,
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
