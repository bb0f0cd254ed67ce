"""Surnames of eighteen origins, the set of PyTorch's tutorial on character RNNs. Fetched on request."""

import unicodedata
from pathlib import PurePosixPath

from utils.datasets import registry
from utils.datasets.surnames import three_parts
from utils.datasets.types import TextDataset


def load() -> TextDataset:
    """Each name once in each of its origins, split 70/15/15, the same in every run.

    Nothing else is cleaned: a name of several origins is one row for each of them, so it may be in several parts.
    Raises DataError if a file is missing or damaged.
    """
    files = [file["name"] for file in registry.REGISTRY["surnames_18"]["files"]]
    rows = {(name, label) for label, file in enumerate(files) for name in _names(file)}
    train, validation, test = three_parts(rows)
    return TextDataset(
        name="surnames_18",
        classes=tuple(PurePosixPath(file).stem for file in files),
        train=train,
        validation=validation,
        test=test,
        source=registry.REGISTRY["surnames_18"]["source"],
    )


def _names(file):
    lines = registry.path("surnames_18", file).read_text(encoding="utf-8").splitlines()
    return [unicodedata.normalize("NFC", line.strip()) for line in lines if line.strip()]
