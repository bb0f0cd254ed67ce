"""AG News headlines in four topics: the 7,600 rows of the public test file. Fetched on request."""

import csv

import numpy as np

from utils.datasets import registry
from utils.datasets.types import TextDataset, split_of

CLASSES = ("World", "Sports", "Business", "Sci/Tech")


def load() -> TextDataset:
    """Title and description of each item as one text; 6,000 rows to train on and 1,600 to test, always the same.

    Raises DataError if the file is missing or damaged.
    """
    with open(registry.path("ag_news", "ag_news_test.csv"), encoding="utf-8", newline="") as file:
        rows = [(f"{title} {description}", int(label) - 1) for label, title, description in csv.reader(file)]
    order = np.random.default_rng(0).permutation(len(rows))
    train, test = np.split(order, [6000])
    return TextDataset(
        name="ag_news",
        classes=CLASSES,
        train=split_of([rows[k] for k in train]),
        validation=split_of([]),
        test=split_of([rows[k] for k in test]),
        source=registry.REGISTRY["ag_news"]["source"],
    )
