"""Films of sprites that move straight on and bounce off the walls: what comes next? Generated, seeded."""

import numpy as np

from utils.datasets.moving_sprites import SPRITES
from utils.datasets.types import Dataset, Films

SPEEDS = np.array([(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)])  # pixels a frame


def load(*, seed=0, train_size=150, test_size=300, frames=10, size=12, sprites=2) -> Dataset:
    """Films of black and white pixels, 0 or 1, without labels: all that is to be said of a film is how it goes on.

    Raises ValueError for fewer than one film, frame or sprite, or a picture without room to move.
    """
    if min(train_size, test_size, frames, sprites) < 1 or size < 4:
        given = f"{train_size} and {test_size} films, {frames} frames, {sprites} sprites, size {size}"
        raise ValueError(f"expected at least 1 film in each part, 1 frame, 1 sprite and a size of 4, got {given}")
    rng = np.random.default_rng(seed)
    parts = [Films(_bouncing(rng, count, frames, size, sprites)) for count in (train_size, test_size)]
    return Dataset("bouncing_sprites", (), *parts, source="generated")


def _bouncing(rng, count, frames, size, sprites):
    films, room = np.zeros((count, frames, size, size, 1), dtype=np.float32), size - 3
    film, frame = np.mgrid[:count, :frames]
    for _ in range(sprites):
        start = rng.integers(room + 1, size=(count, 1, 2))
        speed = SPEEDS[rng.integers(len(SPEEDS), size=count)][:, None]
        straight = start + speed * np.arange(frames)[:, None]  # (films, frames, 2)
        places = room - np.abs(room - straight % (2 * room))  # a mirror at each wall
        shapes = SPRITES[rng.integers(len(SPRITES), size=count)]
        for row in range(3):
            for column in range(3):
                at = (film, frame, places[..., 0] + row, places[..., 1] + column, 0)
                films[at] = np.maximum(films[at], shapes[:, None, row, column])
    return films
