"""A source of letters whose entropy is known: the next letter depends on the last two. Generated, seeded."""

from dataclasses import dataclass

import numpy as np

from utils.datasets.types import Stream

LETTERS = "abcdef"


@dataclass(frozen=True)
class MarkovSource(Stream):
    """Two texts of one source, and the source itself.

    letters  the letters that it writes
    table    (letters, letters, letters) probability of the next letter after the last two: table[a, b] adds up to 1
    pairs    (letters, letters) how often the last two letters are a, b in the long run
    """

    letters: str
    table: np.ndarray
    pairs: np.ndarray


def load(*, seed=0, letters=LETTERS, evenness=0.3, train_length=204_800, test_length=51_200) -> MarkovSource:
    """A table drawn at random, and a text that it writes, cut into a training and a test part.

    evenness  the smaller, the fewer letters are probable after a pair (the parameter of a Dirichlet distribution)

    Raises ValueError for fewer than two different letters, an evenness of 0 or below, or a length below 3.
    """
    if len(set(letters)) != len(letters) or len(letters) < 2:
        raise ValueError(f"expected at least two letters, each once, got {letters!r}")
    if evenness <= 0 or min(train_length, test_length) < 3:
        given = f"evenness {evenness} and lengths {train_length} and {test_length}"
        raise ValueError(f"expected an evenness above 0 and lengths of at least 3, got {given}")
    rng = np.random.default_rng(seed)
    table = rng.dirichlet(np.full(len(letters), evenness), size=(len(letters), len(letters)))
    text = _write(rng, table, letters, train_length + test_length)
    return MarkovSource(
        name="markov",
        train=text[:train_length],
        test=text[train_length:],
        source="generated",
        letters=letters,
        table=table,
        pairs=_long_run(table),
    )


def _write(rng, table, letters, length, warm_up=100):
    ends, draws = table.cumsum(axis=2).tolist(), rng.random(warm_up + length).tolist()
    last, here, written = 0, 1, []
    for draw in draws:
        row = ends[last][here]
        letter = next((k for k, end in enumerate(row) if draw < end), len(row) - 1)
        written.append(letter)
        last, here = here, letter
    return "".join(letters[k] for k in written[warm_up:])


def _long_run(table, steps=4000):
    """The share of each pair, averaged over many steps from equal shares, so that a source that cycles settles too."""
    pairs = np.full(table.shape[:2], 1 / table.shape[0] ** 2)
    total = np.zeros_like(pairs)
    for step in range(steps):
        pairs = np.einsum("ab,abc->bc", pairs, table)
        total += pairs * (step >= steps // 2)
    return total / total.sum()
