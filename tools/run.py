"""Run a notebook from top to bottom in a fresh kernel."""

import os
from contextlib import contextmanager

from nbclient import NotebookClient

CELL_SECONDS = 300


def execute(notebook, folder, *, seed=0, allow_errors=False, **environment):
    """Execute ``notebook`` (nbformat) in place with the working folder ``folder``, on one thread, with ``COURSE_SEED``.

    ``environment`` sets further variables, None unsets one. Raises
    nbclient.exceptions.CellExecutionError at the first error, unless ``allow_errors``.
    """
    with _environment(COURSE_SEED=str(seed), OMP_NUM_THREADS="1", MPLBACKEND=None, **environment):
        NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            allow_errors=allow_errors,
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],
        ).execute()
    return notebook


def records(notebook, kind) -> list[dict]:
    """The records of one kind ("claim", "exercise") in a notebook's outputs, in order."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [dict(output.metadata[kind]) for output in outputs if kind in output.get("metadata", {})]


@contextmanager
def _environment(**values):
    saved = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(saved)


def _set(values):
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
