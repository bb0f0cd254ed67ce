"""Run somebody else's notebook: in a copy of its folder, watched, with limits, and with nothing of it left afterwards.

`read_notebook` takes from a file what counts, and `run` runs it. All this stops mistakes and bad manners, not an
attacker: the notebook runs as the user who grades it.
"""

import contextlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from tools.copies import GB, MB, Refused, copy_submission, size_in_words
from tools.run import CELL_SECONDS, KERNEL, Client

NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
MARK = "COURSE_SUBMISSION"  # the processes of a run have this variable, also one that has left its parent
LOOK = 0.3  # seconds between two looks at a run
GRACE = 15  # seconds for the outputs of a run that was stopped to be written


class Interrupted(Exception):
    """The run was stopped from outside, as by Ctrl-C."""


@dataclass(frozen=True)
class Limits:
    """What a run may use: seconds for a cell and for all cells, bytes of memory, of outputs and of its folder."""

    cell_seconds: int = CELL_SECONDS
    run_seconds: int = 900
    memory: int = 4 * GB
    output: int = 50 * MB
    folder: int = GB


@dataclass(frozen=True)
class Run:
    """A notebook with the outputs of a run, why the run was stopped ("" if it was not), and the files not copied."""

    notebook: nbformat.NotebookNode
    stopped: str = ""
    left_out: tuple = ()


def read_notebook(path):
    """The cells of a notebook and what the course wrote about it, without outputs. Raises Refused."""
    try:
        kind = path.lstat()
        if stat.S_ISLNK(kind.st_mode):
            raise Refused("a symbolic link: hand in the file itself")
        if not stat.S_ISREG(kind.st_mode):
            raise Refused("not a notebook (not even a file)")
        if kind.st_size > 100 * MB:
            raise Refused(f"{kind.st_size // MB} MB are too many for a notebook: clear its outputs")
        found = nbformat.convert(nbformat.reader.reads(path.read_text(encoding="utf-8-sig")), 4)
        notebook = new_notebook(cells=[NEW_CELL[cell.cell_type](cell.source) for cell in found.cells])
        course = found.metadata.get("course")
        course = course if isinstance(course, dict) else {}
        notebook.metadata.course = {name: str(course.get(name, "")) for name in ("lesson", "track")}
    except FileNotFoundError:
        raise Refused("no such file") from None
    except OSError as error:
        raise Refused(f"cannot be read ({error.strerror})") from None
    except Refused:
        raise
    except Exception:  # whatever nbformat makes of a file that holds something else
        raise Refused("not a notebook") from None
    return notebook


def run(notebook, folder, course, *, seed=0, limits=None, stop=None, **environment) -> Run:
    """Run a copy of ``notebook`` in a copy of ``folder`` beside a copy of the course, on one thread.

    course       a Course
    seed         COURSE_SEED of the run
    limits       Limits; a run that goes beyond them is stopped, and what it showed until then is returned
    stop         a threading.Event: when it is set, everything is stopped and Interrupted is raised
    environment  further variables; None unsets one

    An error in a cell stops nothing. Whatever the run started has ended when this returns.
    Raises Refused if the folder cannot be copied.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as scratch:
        scratch = Path(scratch).resolve()
        place = scratch / "course" / "my" / "submission"
        left_out = copy_submission(folder, place, limits.folder)
        course.copy_needed(scratch / "course")
        for name in ("job", "tmp"):
            (scratch / name).mkdir()
        job = {"notebook": notebook, "folder": str(place), "seconds": limits.cell_seconds, "output": limits.output}
        (scratch / "job" / "job.json").write_text(json.dumps(job), encoding="utf-8")
        mark = uuid.uuid4().hex
        variables = {**KERNEL, "COURSE_SEED": str(seed), **environment, MARK: mark}
        variables |= {"TMPDIR": str(scratch / "tmp"), "JUPYTER_RUNTIME_DIR": str(scratch / "job")}
        driver = subprocess.Popen(
            [sys.executable, "-m", "tools.submissions", str(scratch / "job")],
            cwd=course.copy,
            env={name: value for name, value in {**os.environ, **variables}.items() if value is not None},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the program that waits here
        )
        why = _watch(driver, limits, stop or threading.Event(), lambda: _left_behind(mark, scratch))
        try:
            done = json.loads((scratch / "job" / "done.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Run(notebook, why or "it ended the program that ran it", left_out)
    stopped = "; ".join(filter(None, [why, done["stopped"]]))
    if done["stopped"] and not why and done["died"]:
        stopped += "; was there too little memory? fewer data, smaller state"
    return Run(nbformat.from_dict(done["notebook"]), stopped, left_out)


def _watch(driver, limits, stop, left_behind) -> str:
    """Wait for a run's end, and end all its processes; returns why it had to be stopped, or "". Raises Interrupted.

    ``left_behind`` finds those that are no longer below the driver.
    """
    end, why, seen = time.monotonic() + limits.run_seconds, "", set()
    try:
        while driver.poll() is None:
            with contextlib.suppress(psutil.Error):
                seen |= set(psutil.Process(driver.pid).children(recursive=True))
            if stop.is_set():
                raise Interrupted
            if why and time.monotonic() > end:
                driver.kill()
            elif not why and (why := _too_much(driver, seen, end, limits)):
                _end(seen)  # the driver sees that its kernel is dead, and writes what it has
                end = time.monotonic() + GRACE
            with contextlib.suppress(subprocess.TimeoutExpired):
                driver.wait(LOOK)
        return why
    finally:
        driver.kill()
        driver.wait()
        for _ in range(20):  # what is being started while others are ended is found the next time
            left = {process for process in seen | left_behind() if _lives(process)}
            if not left:
                break
            _end(left)
            time.sleep(0.1)


def _too_much(driver, seen, end, limits):
    if time.monotonic() > end:
        return f"it was stopped after {limits.run_seconds} seconds, the most for a run: fewer data, fewer passes"
    used = sum(map(_memory, seen | {psutil.Process(driver.pid)})) if driver.poll() is None else 0
    if used > limits.memory:
        return (
            f"it was stopped with over {size_in_words(limits.memory)} of memory: fewer data, smaller batches and state"
        )
    return ""


def _memory(process):
    with contextlib.suppress(psutil.Error):
        return process.memory_info().rss
    return 0


def _lives(process):
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _end(processes):
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _left_behind(mark, scratch):
    """The processes that have the mark of a run, or work in its folder: one may have been given other variables."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark or Path(process.cwd()).is_relative_to(scratch):
                found.add(process)
    return found


class _Client(Client):
    """Takes outputs until they are too many; then the kernel is ended."""

    def __init__(self, notebook, folder, *, output, **options):
        super().__init__(notebook, folder, shutdown_kernel="immediate", **options)
        self.room = output

    def process_message(self, msg, cell, cell_index):
        self.room -= len(str(msg["content"]))
        if self.room >= 0:
            return super().process_message(msg, cell, cell_index)
        _end(psutil.Process().children(recursive=True))
        return None


def _drive(folder):
    """The program that `run` starts: run the notebook of job.json, and write done.json."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    notebook, stopped, died = nbformat.from_dict(job["notebook"]), "", False
    client = _Client(notebook, job["folder"], output=job["output"], timeout=job["seconds"], allow_errors=True)
    try:
        client.execute()
    except CellTimeoutError:
        stopped = f"a cell took longer than {job['seconds']} seconds on one thread: fewer data, passes, or units"
    except DeadKernelError as error:
        died = client.room >= 0
        stopped = str(error) if died else f"its cells showed more than {size_in_words(job['output'])}: print less"
    except Exception as error:  # the kernel did not start, or said what nobody understands
        stopped = f"{type(error).__name__}: {error}"
    text = json.dumps({"notebook": notebook, "stopped": stopped, "died": died})
    (folder / "done.part").write_text(text, encoding="utf-8")
    os.replace(folder / "done.part", folder / "done.json")


if __name__ == "__main__":
    _drive(Path(sys.argv[1]))
