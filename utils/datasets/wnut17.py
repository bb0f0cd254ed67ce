"""WNUT17: new and rare names in posts from social media, six kinds of entities. Fetched on request."""

from itertools import groupby

from utils.datasets import registry
from utils.datasets.types import Dataset, Tagged


def load() -> Dataset:
    """Posts as lists of words with BIO tags: the public training file, and the development file to test on.

    Raises DataError if a file is missing or damaged.
    """
    train, test = (_read(registry.path("wnut17", name)) for name in ("wnut17train.conll", "emerging.dev.conll"))
    return Dataset(
        name="wnut17",
        classes=("O", *sorted({tag for tags in train.tags for tag in tags} - {"O"})),
        train=train,
        test=test,
        source=registry.REGISTRY["wnut17"]["source"],
    )


def _read(path):
    """One word and its tag a line, with a tab between them; an empty line ends a post."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]
    posts = [[line.split("\t") for line in group] for full, group in groupby(lines, key=bool) if full]
    return Tagged([[word for word, _ in post] for post in posts], [[tag for _, tag in post] for post in posts])
