"""Digits that six people spoke (Free Spoken Digit Dataset), put together to strings. Fetched on request.

Ten takes of each digit and speaker: 600 small files at 8,000 samples a second.
"""

import functools

import numpy as np

from utils import sound
from utils.datasets import registry
from utils.datasets.spoken_digits import CLASSES, SECONDS, random_digits, utterances
from utils.datasets.types import Dataset

RATE, TAKES = 8_000, 10
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
LONGEST_PAUSE = 0.06  # seconds between two digits


def load(*, seed=0, held_out=("theo",), train_size=1000, test_size=300, noise=(20, 40)) -> Dataset:
    """Strings of 1 to 4 digits by one speaker each, as `spoken_digits.load` gives them.

    held_out  the speakers of the test part; the others speak in the training part

    Each take is trimmed and brought to the same loudness. Raises ValueError for unknown speakers, for none or for all,
    DataError if a file is missing or damaged.
    """
    others = [speaker for speaker in SPEAKERS if speaker not in held_out]
    if isinstance(held_out, str) or not set(held_out) < set(SPEAKERS) or not held_out:
        raise ValueError(f"expected some of the speakers {', '.join(SPEAKERS)}, in a tuple, got {held_out!r}")
    rng = np.random.default_rng(seed)
    parts = ((train_size, others), (test_size, held_out))
    train, test = (_strings(size, speakers, rng, noise) for size, speakers in parts)
    source = registry.REGISTRY["free_spoken_digits"]["source"]
    return Dataset("free_spoken_digits", CLASSES, train, test, source)


def _strings(size, speakers, rng, noise):
    waves, strings, names = [], [], []
    while len(waves) < size:
        digits, speaker = random_digits(rng), speakers[rng.integers(len(speakers))]
        parts = []
        for digit in digits:
            parts += [_take(digit, speaker, rng.integers(TAKES)), np.zeros(rng.integers(0, int(LONGEST_PAUSE * RATE)))]
        wave = np.concatenate(parts[:-1])
        if len(wave) <= SECONDS * RATE:
            waves.append(wave)
            strings.append(digits)
            names.append(speaker)
    return utterances(waves, strings, RATE, rng, noise=noise, speakers=names)


@functools.cache
def _take(digit, speaker, take):
    path = registry.path("free_spoken_digits", f"fsdd/{digit}_{speaker}_{take}.wav")
    wave = sound.trim(sound.read_wav(path, rate=RATE), share=0.05)
    return wave / np.sqrt((wave**2).mean())
