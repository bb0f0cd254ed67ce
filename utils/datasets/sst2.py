"""SST-2: sentences from film reviews, negative or positive (Stanford Sentiment Treebank). Fetched on request."""

import csv

from utils.datasets import registry
from utils.datasets.types import TextDataset, split_of


def load() -> TextDataset:
    """Whole sentences in the public three parts: 6,920 to train on, 872 to validate, 1,821 to test.

    Raises DataError if a file is missing or damaged.
    """
    train, validation, test = (_read(registry.path("sst2", f"sst2/{part}.tsv")) for part in ("train", "dev", "test"))
    return TextDataset(
        name="sst2",
        classes=("negative", "positive"),
        train=train,
        validation=validation,
        test=test,
        source=registry.REGISTRY["sst2"]["source"],
    )


def _read(path):
    """One sentence and its label a line, with a tab between them; quotation marks are signs like others."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return split_of([(text, int(label)) for text, label in rows])
