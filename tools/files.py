"""Where the course's folder is, and how its files are written."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]


def replace_file(path, text) -> None:
    """Write a text file at once, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".part")
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, path)
