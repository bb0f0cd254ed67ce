"""What the environment may set: seed, device and threads of a run, and what a failed claim does.

``COURSE_SEED`` (a whole number, default 0) seeds everything random.
``COURSE_DEVICE`` (``auto``, ``cpu`` or ``gpu``, default ``auto``) chooses where models run.
``COURSE_THREADS`` (a whole number, or ``all``; default 1) says how many threads of the CPU they use.
``COURSE_CLAIMS`` (``strict`` or ``warn``, default ``strict``) says whether a claim that fails stops the notebook.
"""

import os

DEVICES = ("auto", "cpu", "gpu")
CLAIMS = ("strict", "warn")


def course_seed() -> int:
    """The seed of this run: ``COURSE_SEED``, or 0. Raises ValueError if it is not a whole number >= 0."""
    text = os.environ.get("COURSE_SEED", "0")
    if not text.isdecimal():
        raise ValueError(f"COURSE_SEED must be a whole number such as 0 or 7, not {text!r}")
    return int(text)


def course_device() -> str:
    """Where models should run: ``COURSE_DEVICE``, or "auto". Raises ValueError for any other word."""
    return _one_of(DEVICES, "COURSE_DEVICE")


def course_threads() -> int | None:
    """How many threads of the CPU models use: ``COURSE_THREADS``, or 1; None for "all", the framework's own choice.

    One is the default because the models are small: several threads wait for one another more than they compute, most
    of all where another program keeps a core busy. Raises ValueError if it is no whole number >= 1.
    """
    text = os.environ.get("COURSE_THREADS", "1")
    if text == "all":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"COURSE_THREADS must be a whole number such as 1 or 4, or all, not {text!r}")
    return int(text)


def course_claims() -> str:
    """What a claim that fails does: ``COURSE_CLAIMS``, or "strict". Raises ValueError for any other word."""
    return _one_of(CLAIMS, "COURSE_CLAIMS")


def _one_of(words, variable):
    """The value of a variable, by default the first of the words it may hold."""
    text = os.environ.get(variable, words[0])
    if text not in words:
        raise ValueError(f"{variable} must be one of {', '.join(words)}, not {text!r}")
    return text
