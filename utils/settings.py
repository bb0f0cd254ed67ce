"""What the environment may set: the seed and the device of a run.

``COURSE_SEED`` (a whole number, default 0) seeds everything random.
``COURSE_DEVICE`` (``auto``, ``cpu`` or ``gpu``, default ``auto``) chooses where models run.
"""

import os

DEVICES = ("auto", "cpu", "gpu")


def course_seed() -> int:
    """The seed of this run: ``COURSE_SEED``, or 0. Raises ValueError if it is not a whole number >= 0."""
    text = os.environ.get("COURSE_SEED", "0")
    if not text.isdecimal():
        raise ValueError(f"COURSE_SEED must be a whole number such as 0 or 7, not {text!r}")
    return int(text)


def course_device() -> str:
    """Where models should run: ``COURSE_DEVICE``, or "auto". Raises ValueError for any other word."""
    text = os.environ.get("COURSE_DEVICE", "auto")
    if text not in DEVICES:
        raise ValueError(f"COURSE_DEVICE must be one of {', '.join(DEVICES)}, not {text!r}")
    return text
