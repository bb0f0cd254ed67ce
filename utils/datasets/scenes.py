"""Scenes on a board of 3 × 3 cells and their captions: where each thing lies is known. Generated, seeded.

`load` draws coloured shapes, `load_digits` puts handwritten digits of the package scikit-learn on the board.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits as read_digits

from utils.datasets.types import Dataset

COLOURS = np.array([(1, 0.1, 0.1), (0.1, 0.8, 0.2), (0.2, 0.3, 1), (1, 0.9, 0.1)], np.float32)
SHAPES = {
    "circle": ("..##..", ".####.", "######", "######", ".####.", "..##.."),
    "square": ("######", "######", "######", "######", "######", "######"),
    "triangle": ("..##..", "..##..", ".####.", ".####.", "######", "######"),
    "cross": ("##..##", "######", ".####.", ".####.", "######", "##..##"),
    "plus": ("..##..", "..##..", "######", "######", "..##..", "..##.."),
    "ring": (".####.", "##..##", "#....#", "#....#", "##..##", ".####."),
    "heart": (".#..#.", "######", "######", ".####.", "..##..", "......"),
    "arrow": ("...#..", "...##.", "######", "######", "...##.", "...#.."),
}
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
GRID, CELL = 3, 8  # cells on a side of the board, pixels on a side of a cell
NOISE = 0.05


@dataclass(frozen=True)
class Scenes:
    """Pictures of things on a board, and what is to be said of each.

    pictures  (scenes, 24, 24, 3) float32, red, green and blue
    captions  lists of words: a noun for each thing, in reading order, with "left-of" or "above" between two
    nouns     (scenes, things) class numbers of the things, in reading order
    cells     (scenes, things) the cells in which they lie, 0 to 8, row by row
    """

    pictures: np.ndarray
    captions: list[list[str]]
    nouns: np.ndarray
    cells: np.ndarray

    def __len__(self) -> int:
        return len(self.pictures)


def load(*, seed=0, train_size=12_800, test_size=500, things=3) -> Dataset:
    """Shapes of 6 × 6 pixels, each somewhere in its cell, in one of four colours that the caption does not tell.

    Raises ValueError for a part without scenes, or for other than 1 to 9 things.
    """
    masks = np.array([[[sign == "#" for sign in row] for row in rows] for rows in SHAPES.values()], np.float32)
    by_class = [masks[k : k + 1] for k in range(len(masks))]
    parts = _parts(seed, (by_class, by_class), (train_size, test_size), things, tuple(SHAPES))
    return Dataset("scenes", tuple(SHAPES), *parts, source="generated")


def load_digits(*, seed=0, train_size=12_800, test_size=500, things=3) -> Dataset:
    """Handwritten digits of 8 × 8 pixels, coloured; those of the test part occur in no scene of the training part."""
    drawings, labels = read_digits(return_X_y=True)
    drawings = (drawings.reshape(-1, CELL, CELL) / 16).astype(np.float32)
    test, train = np.split(np.random.default_rng(0).permutation(len(labels)), [500])
    masks = [[drawings[rows][labels[rows] == k] for k in range(10)] for rows in (train, test)]
    parts = _parts(seed, masks, (train_size, test_size), things, DIGITS)
    return Dataset("digit_scenes", DIGITS, *parts, source="digits of the package scikit-learn, put on a board")


def window(cell) -> tuple[slice, slice]:
    """The rows and columns of a picture that a cell, 0 to 8, covers: ``picture[window(4)]`` is the middle one."""
    if not 0 <= cell < GRID**2:
        raise ValueError(f"expected a cell from 0 to {GRID**2 - 1}, row by row, got {cell}")
    row, column = divmod(int(cell), GRID)
    return slice(CELL * row, CELL * (row + 1)), slice(CELL * column, CELL * (column + 1))


def _parts(seed, masks, sizes, things, names):
    if min(sizes) < 1 or not 1 <= things <= GRID**2:
        given = f"{sizes[0]} and {sizes[1]} scenes of {things} things"
        raise ValueError(f"expected at least 1 scene in each part, and 1 to {GRID**2} things, got {given}")
    rng = np.random.default_rng(seed)
    return [_scenes(rng, by_class, count, things, names) for by_class, count in zip(masks, sizes, strict=True)]


def _scenes(rng, by_class, count, things, names):
    """``by_class``: for each class an array (drawings, size, size) of what it may look like, from 0 to 1."""
    places = rng.permuted(np.tile(np.arange(GRID**2), (count, 1)), axis=1)
    cells = np.sort(places[:, :things], axis=1)
    nouns, colours = rng.integers(len(names), size=(count, things)), rng.integers(len(COLOURS), size=(count, things))
    counts = np.array([len(drawings) for drawings in by_class])
    chosen = rng.integers(counts[nouns]) + np.append(0, counts.cumsum()[:-1])[nouns]
    every = np.concatenate(by_class)
    size = every.shape[1]
    corners = rng.integers(CELL - size + 1, size=(count, things, 2)) + CELL * np.stack(np.divmod(cells, GRID), axis=2)
    pictures = np.zeros((count, GRID * CELL, GRID * CELL, 3), np.float32)
    scene, pixel = np.arange(count)[:, None, None], np.arange(size)
    for k in range(things):
        rows, columns = corners[:, k, :1, None] + pixel[:, None], corners[:, k, 1:, None] + pixel
        pictures[scene, rows, columns] = every[chosen[:, k]][..., None] * COLOURS[colours[:, k], None, None]
    pictures += NOISE * rng.normal(size=pictures.shape).astype(np.float32)
    captions = [_caption([names[k] for k in row], where) for row, where in zip(nouns, cells, strict=True)]
    return Scenes(pictures, captions, nouns, cells)


def _caption(words, cells):
    caption = [words[0]]
    for word, before, here in zip(words[1:], cells[:-1], cells[1:], strict=True):
        caption += ["left-of" if before // GRID == here // GRID else "above", word]
    return caption
