"""The four example files of the project, data/example_*: what they hold, generated and seeded.

`contents` gives their text; a test compares it with the files.
"""

import numpy as np

from utils.datasets.made_series import load_seasonal

CHARACTERS, PAIRS, STEPS = 24_000, 1_000, 1_500
PEOPLE, CLIPS_EACH = "abcdefghijkl", 4  # four of each motion
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
ONES += ["seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WHO = ["cook", "sailor", "baker", "farmer", "painter", "miller"]
WORDS = {
    "adjective": ["poor", "young", "tired", "happy", "tall", "quiet"],
    "thing": ["boat", "pear", "letter", "lamp", "basket", "kite"],
    "place": ["lake", "garden", "market", "bridge", "mill"],
    "verb": ["finds", "carries", "paints", "hides", "wants"],
}


def contents() -> dict[str, str]:
    """The text of each example file by the name of its brief."""
    return {"generator": _text(), "translator": _pairs(), "forecaster": _series(), "classifier": _motions()}


def _text() -> str:
    """Little stories of two sentences: whoever the first one names comes back at the end of the second."""
    rng, text = np.random.default_rng(0), ""
    while len(text) < CHARACTERS:
        who = rng.choice(WHO)
        one, other = ({kind: rng.choice(words) for kind, words in WORDS.items()} for _ in range(2))
        text += f"the {one['adjective']} {who} {one['verb']} a {one['thing']} near the {one['place']}.\n"
        text += f"what a {other['adjective']} {other['thing']}, says the {who}.\n"
    return text


def in_words(number) -> str:
    """A whole number from 0 to 9,999 in English words: 342 is "three hundred and forty two"."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {ONES[number % 10]}" if number % 10 else "")
    size, word, small = (1000, "thousand", 100) if number >= 1000 else (100, "hundred", 100)
    rest = number % size
    joint = " and " if rest < small else " "
    return f"{in_words(number // size)} {word}" + (joint + in_words(rest) if rest else "")


def _pairs() -> str:
    numbers = np.random.default_rng(0).permutation(10_000)[:PAIRS]
    return "source,target\n" + "".join(f"{in_words(number)},{number}\n" for number in numbers)


def _series() -> str:
    values = load_seasonal(length=STEPS).values
    return "step,value\n" + "".join(f"{step},{value:.2f}\n" for step, value in enumerate(values))


def _motions() -> str:
    """What a finger draws: where it is on a screen of 100 by 100 points, at 12 to 20 moments."""
    rng, lines, clip = np.random.default_rng(0), ["clip,person,label,x,y"], 0
    for person in PEOPLE:
        size, tilt = rng.uniform(15, 35), rng.uniform(-0.5, 0.5)
        for label in ("left", "right", "zigzag") * CLIPS_EACH:
            clip += 1
            way = np.linspace(0, 1, rng.integers(12, 21)) * rng.uniform(0.8, 1.2)
            angle = 2 * np.pi * (way if label == "left" else -way) + rng.uniform(0, 2 * np.pi)
            zigzag = np.stack([2 * way - 1, np.sign(np.sin(6 * np.pi * way)) * 0.7])
            shape = zigzag if label == "zigzag" else np.stack([np.cos(angle), np.sin(angle)])
            turned = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]) @ shape
            points = 50 + rng.normal(scale=8, size=(2, 1)) + size * turned + rng.normal(scale=4, size=shape.shape)
            lines += [f"{clip},{person},{label},{x},{y}" for x, y in np.rint(points).astype(int).T]
    return "\n".join(lines) + "\n"
