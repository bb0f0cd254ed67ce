"""Films of a sprite that walks towards a goal: in which direction does it want to go? Generated, seeded."""

from dataclasses import dataclass

import numpy as np

from utils.datasets.types import Dataset, Films

SPRITES = np.array(
    [
        [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
        [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
        [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
        [[1, 1, 1], [1, 0, 1], [1, 1, 1]],
    ],
    dtype=np.float32,
)
DIRECTIONS = ("right", "left", "down", "up")
OPPOSITE = np.array([1, 0, 3, 2])  # OPPOSITE[label] is the direction of the film run backwards
STRIDE, NOISE = 2, 0.1
_MOVES = np.array([[0, 1], [0, -1], [1, 0], [-1, 0]]) * STRIDE  # rows, columns


@dataclass(frozen=True, kw_only=True)
class Walks(Films):
    """Films of one walker each. ``moves`` (films, frames - 1): the direction of each of its steps."""

    moves: np.ndarray


def load(*, seed=0, train_size=2000, test_size=1000, frames=8, size=8, faithful=0.8) -> Dataset:
    """Films in which each step goes towards the goal with the probability ``faithful``, else in another direction.

    The label is the goal; each goal has as many films. Each film of a part is there a second time, run backwards, with
    the opposite label: film k and film k + half. Who walks out on one side comes in on the other. Raises ValueError
    for sizes that 8 does not divide, fewer than two frames, a picture smaller than a sprite, or a probability outside
    1/4 to 1.
    """
    if train_size % 8 or test_size % 8 or min(train_size, test_size) < 8:
        given = f"{train_size} and {test_size}"
        raise ValueError(f"expected sizes that 8 divides, four goals with as many films and reversals, got {given}")
    if frames < 2 or size < 3 or not 0.25 <= faithful <= 1:
        given = f"{frames} frames, size {size}, faithful {faithful}"
        raise ValueError(f"expected at least 2 frames, a size of at least 3 and faithful from 0.25 to 1, got {given}")
    rng = np.random.default_rng(seed)
    parts = [_walks(rng, count // 2, frames, size, faithful) for count in (train_size, test_size)]
    return Dataset("moving_sprites", DIRECTIONS, *parts, source="generated")


def _walks(rng, count, frames, size, faithful):
    goals = rng.permutation(np.arange(count) % 4)
    others = (goals[:, None] + rng.integers(1, 4, size=(count, frames - 1))) % 4
    moves = np.where(rng.random((count, frames - 1)) < faithful, goals[:, None], others)
    start = rng.integers(size, size=(count, 1, 2))
    places = np.concatenate([start, start + _MOVES[moves].cumsum(axis=1)], axis=1)  # (films, frames, 2)
    films = rng.normal(0, NOISE, size=(count, frames, size, size)).astype(np.float32)
    sprites = SPRITES[rng.integers(len(SPRITES), size=count)]
    film, frame = np.mgrid[:count, :frames]
    for row in range(3):
        for column in range(3):
            at = (film, frame, (places[..., 0] + row) % size, (places[..., 1] + column) % size)
            films[at] += sprites[:, None, row, column]
    return Walks(
        frames=np.concatenate([films, films[:, ::-1]])[..., None],
        labels=np.concatenate([goals, OPPOSITE[goals]]).astype(np.int32),
        moves=np.concatenate([moves, OPPOSITE[moves][:, ::-1]]),
    )
