"""Your own texts: a CSV file with the columns text and label, cut into three parts.

With ``COURSE_MIXED_LABELS`` set, the labels of the training part are mixed: a control that `tools.grade` runs. What is
learned from mixed labels must not help on the test part.
"""

import csv
import os
from pathlib import Path

import numpy as np

from utils.datasets.registry import DataError
from utils.datasets.types import TextDataset, split_of

EXAMPLE = Path(__file__).parents[2] / "data" / "example_texts.csv"
COLUMNS = ["text", "label"]
MIN_TEXTS = 200
MIN_TEXTS_OF_A_CLASS = 20
SHARES = (0.7, 0.15, 0.15)  # train, validation, test


def read_csv(path) -> TextDataset:
    """Read a CSV file (UTF-8, first line ``text,label``) and cut it 70 / 15 / 15 % into training, validation and test.

    The cut is the same in every run. A text that occurs twice stays in one part. The classes are the labels in
    alphabetical order. Raises DataError, which names the file and the line, for anything that cannot be used: no file,
    other columns, another encoding, an empty cell, too few texts, or fewer than two classes.
    """
    rows = _rows(path)
    labels = [label for _, label in rows]
    classes = tuple(sorted(set(labels)))
    small = [name for name in classes if labels.count(name) < MIN_TEXTS_OF_A_CLASS]
    if len(classes) < 2:
        raise DataError(f"{path}: expected at least two different labels, got only {classes[0]!r}")
    if small:
        few = f"{small[0]!r} has {labels.count(small[0])}"
        raise DataError(f"{path}: expected at least {MIN_TEXTS_OF_A_CLASS} texts of each label, but {few}: join labels")

    texts = sorted({text for text, _ in rows})
    order = np.random.default_rng(0).permutation(len(texts))
    ends = np.round(np.cumsum(SHARES) * len(texts)).astype(int)
    part_of = {texts[k]: int(np.searchsorted(ends, place, side="right")) for place, k in enumerate(order)}
    parts = [[(text, classes.index(label)) for text, label in rows if part_of[text] == part] for part in range(3)]
    if os.environ.get("COURSE_MIXED_LABELS"):
        mixed = np.random.default_rng(0).permutation([label for _, label in parts[0]])
        parts[0] = [(text, int(label)) for (text, _), label in zip(parts[0], mixed, strict=True)]
    return TextDataset("own_texts", classes, *(split_of(part) for part in parts), source=str(path))


def _rows(path) -> list[tuple[str, str]]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            lines = list(reader)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; give its path as seen from the notebook's folder") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8; in a spreadsheet, save it as 'CSV UTF-8'") from None
    except csv.Error as error:
        hint = "put the whole text in double quotes, and write each quote inside it twice"
        raise DataError(f"{path}, line {reader.line_num}: {error}; {hint}") from None
    if not lines or [name.strip().lower() for name in lines[0]] != COLUMNS:
        got = ",".join(lines[0]) if lines else "an empty file"
        raise DataError(f"{path}: expected the first line 'text,label', got {got!r}")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        if len(line) != 2:
            hint = "put texts that hold a comma in double quotes"
            raise DataError(f"{path}, row {number}: expected two columns, got {len(line)}; {hint}")
        text, label = (cell.strip() for cell in line)
        if not text or not label:
            raise DataError(
                f"{path}, row {number}: {'text' if not text else 'label'} is empty; fill it or delete the row"
            )
        rows.append((text, label))
    if len(rows) < MIN_TEXTS:
        raise DataError(f"{path}: expected at least {MIN_TEXTS} texts, got {len(rows)}")
    return rows
