"""Tiny Shakespeare: a million characters from Shakespeare's plays. Fetched on request."""

from utils.datasets import registry
from utils.datasets.types import Stream


def load() -> Stream:
    """The first 90 % to train on, the rest to test. Raises DataError if the file is missing or damaged."""
    text = registry.path("tiny_shakespeare", "tinyshakespeare.txt").read_text(encoding="utf-8")
    edge = len(text) * 9 // 10
    return Stream("tiny_shakespeare", text[:edge], text[edge:], source=registry.REGISTRY["tiny_shakespeare"]["source"])
