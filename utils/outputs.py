"""Show something in a notebook together with a record that tools can read; print its text elsewhere. Keep it quiet."""

import contextlib
import os
import sys

from IPython import get_ipython
from IPython.display import display


def show(text, metadata, **more):
    """Display ``text`` with ``metadata``; ``more`` holds richer forms by name (``html``, ``markdown``).

    Without a kernel, as in tests and scripts, the text alone is printed.
    """
    if get_ipython() is None:
        print(text)
        return
    kinds = {"html": "text/html", "markdown": "text/markdown"}
    data = {"text/plain": text} | {kinds[name]: value for name, value in more.items()}
    display(data, metadata=metadata, raw=True)


@contextlib.contextmanager
def quiet_libraries():
    """Send what C++ libraries write to stderr while they start to nowhere. Python's own errors still arrive."""
    sys.stderr.flush()
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(nowhere)
        os.close(saved)
