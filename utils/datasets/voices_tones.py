"""Digits without a synthesiser: buzzing tones of ours, where the package espeakng-loader is not installed.

A digit is a hum whose two resonances glide from one vowel to another, some with a hiss before it; a voice is a pitch
and a shift of the resonances. It is no speech, but it has what the lesson needs: ten sounds, and voices that differ.
The same names as `utils.datasets.voices_espeak`.
"""

import numpy as np

NAME = "tones"
RATE = 8_000
DIGITS = (  # (first, second resonance) in Hz at the beginning and at the end; the kind of hiss before it (0: none)
    ((300, 2200), (500, 900), 1),
    ((400, 800), (600, 1200), 0),
    ((320, 900), (300, 1000), 2),
    ((500, 1000), (300, 2300), 2),
    ((550, 850), (500, 1300), 1),
    ((750, 1200), (400, 2000), 1),
    ((400, 2000), (450, 1900), 3),
    ((550, 1800), (450, 1500), 3),
    ((500, 1900), (300, 2200), 0),
    ((700, 1300), (350, 2100), 0),
)
_TRAIN = [(hum, shift) for hum in (95, 115, 140, 180, 210) for shift in (0.9, 1.1)]
_TEST = [(105, 1.0), (125, 0.95), (160, 1.05), (195, 1.15), (230, 1.2)]
_VOICES = {f"{hum} Hz, {shift:.2f}": (hum, shift) for hum, shift in _TRAIN + _TEST}
TRAIN, TEST = tuple(_VOICES)[: len(_TRAIN)], tuple(_VOICES)[len(_TRAIN) :]


def speak(digits, voice, *, words_per_minute=220, pitch=50) -> np.ndarray:
    """The sound of some digits, such as "407", between -1 and 1: (samples,). The same in every run.

    Raises ValueError for an unknown voice or what is no digit.
    """
    if not digits or not set(digits) <= set("0123456789"):
        raise ValueError(f"expected digits, such as '407', got {digits!r}")
    if voice not in _VOICES:
        raise ValueError(f"there is no voice {voice!r}; the course's voices are {'; '.join(_VOICES)}")
    hum, shift = _VOICES[voice]
    seed = [*map(int, digits), hum, int(100 * shift), int(words_per_minute), int(pitch)]
    rng = np.random.default_rng(seed)
    seconds = 0.22 * 220 / words_per_minute
    hum = hum * (1 + (pitch - 50) / 150)
    parts = [_digit(*DIGITS[int(digit)], hum, shift, seconds * rng.uniform(0.85, 1.15), rng) for digit in digits]
    return np.concatenate(parts)


def _digit(begin, end, hiss, hum, shift, seconds, rng):
    samples = np.arange(int(seconds * RATE))
    mix = samples / len(samples)
    first, second = (shift * (a + (b - a) * mix) for a, b in zip(begin, end, strict=True))
    tone = np.zeros(len(samples))
    for overtone in np.arange(hum, 3_800, hum):
        loud = 1 / (1 + ((overtone - first) / 80) ** 2) + 0.6 / (1 + ((overtone - second) / 120) ** 2)
        tone += loud * np.sin(2 * np.pi * overtone * samples / RATE + rng.uniform(0, 2 * np.pi))
    tone *= np.sqrt(np.sin(np.pi * mix))
    if hiss:
        noise = rng.normal(size=int(0.06 * RATE))
        sharp = np.diff(noise, prepend=0) if hiss == 3 else np.convolve(noise, np.ones(hiss) / hiss, "same")
        tone = np.concatenate([0.5 * sharp, tone])
    return tone / np.abs(tone).max() / 2
