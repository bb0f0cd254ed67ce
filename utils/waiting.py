"""A sign of life while a learner waits: one line, after three seconds, that counts on and is gone at the end.

    for epoch in progress(range(epochs)):
        ...

The line is written only where somebody sits in front of the notebook: the front end says with every cell whether a
person could be asked for input, and nbclient, nbval and the like say no. So builds and tests show and record nothing.
"""

import html
import time

from IPython import get_ipython
from IPython.display import display

FIRST_AFTER = 3.0  # seconds of silence, for what is over sooner needs no line
EVERY = 0.5  # seconds between two updates


def progress(steps, what="training"):
    """Yield what ``steps`` yields, and show how far it is: for loops that may take over three seconds.

    steps  anything to loop over; of a range or a list, which have a length, the line tells how many steps are left
    """
    line = Line(what, len(steps) if hasattr(steps, "__len__") else None)
    try:
        for done, step in enumerate(steps):
            line.at(done)
            yield step
    finally:
        line.end()


class Line:
    """The line itself, for loops that are not ours: call ``at`` with the number of steps done, in the end ``end``."""

    def __init__(self, what, total=None):
        self.what, self.total = what, total
        self.silent = not somebody_waits()
        self.start = time.monotonic()
        self.next = self.start + FIRST_AFTER
        self.shown = None

    def at(self, done):
        """Show that ``done`` steps are done, if it is time to."""
        if self.silent or (now := time.monotonic()) < self.next:
            return
        self.next = now + EVERY
        self._show(words(self.what, done, self.total, now - self.start))

    def end(self):
        """Take the line away."""
        if self.shown is not None:
            self._show("")

    def _show(self, text):
        data = {"text/plain": text, "text/html": html.escape(text)}
        if self.shown is None:
            self.shown = display(data, raw=True, display_id=True)
        else:
            self.shown.update(data, raw=True)


def words(what, done, total, seconds) -> str:
    """What the line says after ``done`` of ``total`` steps (None: nobody knows how many) and ``seconds``."""
    if total is None:
        return f"{what}: {done} done, {seconds:.0f} s so far …"
    left = f", about {seconds / done * (total - done):.0f} s left" if done else ""
    return f"{what}: {done} of {total}{left} …"


def somebody_waits() -> bool:
    """Whether the cell that runs was started by a person, in Jupyter, Colab or an editor, not by a program."""
    shell = get_ipython()
    if not hasattr(shell, "get_parent"):
        return False
    return bool(shell.get_parent().get("content", {}).get("allow_stdin"))
