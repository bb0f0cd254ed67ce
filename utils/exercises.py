"""Exercises that check themselves, and errors that teach.

`exercise` turns a function full of asserts into a check that never stops Run All.
`shows` runs lines that must fail and prints the first line of the error.
"""

import functools
from contextlib import contextmanager

from utils.outputs import show
from utils.remaining import EXERCISES


class _Unsolved(Exception):
    """The learner's function still returns `...`."""


def exercise(number):
    """Decorate a check: a function of one answer whose asserts carry a hint.

    The decorated check prints one line: waiting (the answer, or what it returns, is still ``...``),
    a hint (an assert failed, or the answer's own code raised), or solved.
    The state travels in the output's metadata under "exercise".

    Raises RuntimeError where Python leaves asserts out: every answer would be right.
    """
    if not __debug__:
        raise RuntimeError(
            "the checks are made of asserts, which this Python leaves out: "
            "start it without -O, unset PYTHONOPTIMIZE, and restart the kernel"
        )

    def decorate(check):
        @functools.wraps(check)
        def run(answer):
            try:
                if answer is ...:
                    raise _Unsolved
                check(_stop_at_ellipsis(answer) if callable(answer) else answer)
            except _Unsolved:
                _show(number, "waiting", f"{number} is waiting for you.")
            except AssertionError as hint:
                _show(number, "wrong", f"✗ {number} not yet: {_first_line(hint)}")
            except Exception as error:
                stop = f"it stopped with {type(error).__name__}: {_first_line(error)}"
                _show(number, "wrong", f"✗ {number} not yet: {stop}")
            else:
                _show(number, "solved", f"✓ {number} solved.")

        return run

    return decorate


@contextmanager
def shows(error):
    """Run a block that must raise ``error``; print the error's first line.

    Raises AssertionError when the block raises nothing. Any other error passes through.
    """
    try:
        yield
    except error as raised:
        print(f"{type(raised).__name__}: {_first_line(raised)}")
    else:
        raise AssertionError(f"expected {error.__name__}, but nothing was raised")


def _stop_at_ellipsis(function):
    @functools.wraps(function)
    def run(*args, **kwargs):
        result = function(*args, **kwargs)
        if result is ...:
            raise _Unsolved
        return result

    return run


def _first_line(error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _show(number, state, line):
    EXERCISES[number] = state
    show(line, {"exercise": {"number": number, "state": state}})
