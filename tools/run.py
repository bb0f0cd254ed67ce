"""Run a notebook from top to bottom in a fresh kernel."""

import asyncio
import os
from contextlib import contextmanager
from datetime import datetime

import zmq
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import run_sync

CELL_SECONDS = 300
KERNEL = {  # the variables of every run; None unsets one
    "COURSE_CLAIMS": None,
    "COURSE_THREADS": None,
    "MPLBACKEND": None,
    "OMP_NUM_THREADS": "1",
    "PYTHONOPTIMIZE": None,
}


class Client(NotebookClient):
    """Runs the cells of ``notebook`` in a kernel of its own, whose working folder is ``folder``.

    ``timeout`` is the most seconds for a cell.

    It looks once a second whether the kernel has answered: pyzmq's sockets now and then miss the signal of a message
    (zeromq/pyzmq issue 2173), and the answer would be noticed only when the time for a cell is over.
    """

    def __init__(self, notebook, folder, timeout=CELL_SECONDS, record_timing=False, **options):
        super().__init__(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            record_timing=record_timing,
            extra_arguments=["--log-level=ERROR"],
            **options,
        )

    async def async_execute_cell(self, cell, *arguments, **options):
        looking = asyncio.create_task(self._look_for_answers())
        try:
            return await super().async_execute_cell(cell, *arguments, **options)
        except DeadKernelError:
            first = cell.source.strip().splitlines()[0]
            raise DeadKernelError(f"the kernel died in the cell that begins {first[:60]!r}") from None
        finally:
            looking.cancel()
            await asyncio.wait([looking])  # nothing of it is left for a loop that has ended

    execute_cell = run_sync(async_execute_cell)

    async def _look_for_answers(self):
        while True:
            await asyncio.sleep(1)
            for channel in (self.kc.shell_channel, self.kc.iopub_channel):
                channel.socket.get(zmq.EVENTS)  # what has come is then handled


def execute(notebook, folder, *, seed=0, allow_errors=False, record_timing=False, **environment):
    """Execute ``notebook`` (nbformat) in place with the working folder ``folder``, on one thread, with ``COURSE_SEED``.

    Claims are strict and asserts count, whatever was set outside. ``environment`` sets further variables, None unsets
    one. ``record_timing`` leaves in each cell's metadata when it began and ended (`seconds` reads it). Raises
    nbclient.exceptions.CellExecutionError at the first error, unless ``allow_errors``.
    """
    with _environment(**{**KERNEL, "COURSE_SEED": str(seed), **environment}):
        Client(notebook, folder, allow_errors=allow_errors, record_timing=record_timing).execute()
    return notebook


def seconds(cell) -> float:
    """How long a code cell ran that was executed with ``record_timing``."""
    times = cell.metadata.execution
    began, ended = (datetime.fromisoformat(times[name]) for name in ("iopub.execute_input", "shell.execute_reply"))
    return (ended - began).total_seconds()


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
