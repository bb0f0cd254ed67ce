"""Strings of one to four spoken digits: synthetic voices, those of the test not heard in training."""

import importlib

import numpy as np

from utils import sound
from utils.datasets.types import Dataset, Utterances

SECONDS, LENGTHS = 1.6, (1, 2, 3, 4)
CLASSES = ("–", *"0123456789")  # id 0 is the blank, and the padding of the labels


def synthesiser(name=None):
    """The module that speaks: "espeak" or "tones"; without a name eSpeak NG if it is installed, else the tones.

    Raises ValueError for another name, ImportError where espeak is asked for and is not installed.
    """
    if name not in (None, "espeak", "tones"):
        raise ValueError(f"expected 'espeak' or 'tones', got {name!r}")
    try:
        return importlib.import_module(f"utils.datasets.voices_{name or 'espeak'}")
    except (ImportError, OSError) as error:
        if name:
            raise ImportError(f"no eSpeak NG here ({error}): install espeakng-loader, or take voices='tones'") from None
        return importlib.import_module("utils.datasets.voices_tones")


def load(*, seed=0, train_size=1000, test_size=300, voices=None, noise=(20, 40), speed=(190, 250)) -> Dataset:
    """Recordings of 1.6 s as log-mel spectrograms (63 frames, 20 bands), and the ids of their digits: digit + 1.

    voices  "espeak", "tones" or None, as for `synthesiser`
    noise   how many decibels the noise is softer than the voice: from, to
    speed   words a minute: from, to

    With eSpeak NG another run of the notebook gives the same data, a second call in one run nearly the same.

    Raises ValueError for sizes below 1, or a speed at which four digits do not fit into the recording.
    """
    if min(train_size, test_size) < 1:
        raise ValueError(f"expected sizes of at least 1, got {train_size} and {test_size}")
    if speed[0] < 150:
        raise ValueError(f"expected at least 150 words a minute, got {speed[0]}: {SECONDS} s would be too short")
    voice = synthesiser(voices)
    rng = np.random.default_rng(seed)
    parts = ((train_size, voice.TRAIN), (test_size, voice.TEST))
    train, test = (_spoken(size, names, voice, rng, noise, speed) for size, names in parts)
    return Dataset("spoken_digits", CLASSES, train, test, f"spoken by {voice.NAME}, generated")


def string_of(ids) -> str:
    """The digits of some ids as a text: [5, 1, 8, 0] gives "407"; blanks are left out."""
    return "".join(CLASSES[k] for k in ids if k)


def utterances(waves, digits, rate, rng, *, noise, speakers) -> Utterances:
    """Recordings of sounds as log-mel spectrograms, with the ids of their digits."""
    clips = [sound.log_mel(sound.record(wave, rate, SECONDS, rng, noise=noise), rate) for wave in waves]
    labels = np.zeros((len(clips), max(LENGTHS)), dtype=np.int32)
    for row, string in enumerate(digits):
        labels[row, : len(string)] = [int(digit) + 1 for digit in string]
    return Utterances(np.array(clips), labels, speakers)


def random_digits(rng) -> str:
    return "".join(map(str, rng.integers(0, 10, size=rng.choice(LENGTHS))))


def _spoken(size, names, voice, rng, noise, speed):
    waves, strings, speakers = [], [], []
    while len(waves) < size:
        digits, name = random_digits(rng), names[rng.integers(len(names))]
        options = {"words_per_minute": rng.integers(speed[0], speed[1] + 1), "pitch": rng.integers(35, 66)}
        wave = sound.trim(voice.speak(digits, name, **options))
        if len(wave) <= SECONDS * voice.RATE:
            waves.append(wave)
            strings.append(digits)
            speakers.append(name)
    return utterances(waves, strings, voice.RATE, rng, noise=noise, speakers=speakers)
