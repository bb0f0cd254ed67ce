"""Memory and processor time of learners who run whole notebooks: `python -m benchmarks.capacity`.

It writes the tables of teaching/README.md from which a class's machine is chosen, and takes about fifteen minutes. It
needs Linux, which says for each process which memory is its own (RssAnon) and which belongs to files, the libraries,
that all kernels of one environment share (RssFile).

    run           one notebook in a kernel of its own
    run_together  the same notebook in several kernels at once
    server        a JupyterLab server with one notebook open
    learners      how many learners a machine holds, from these numbers
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
import psutil
import requests
from jupyter_core.paths import jupyter_runtime_dir

from benchmarks import report
from tools.files import ROOT
from tools.length import minutes
from tools.lesson import TITLES, TRACKS, choose, read
from tools.run import Client

PAGE = ROOT / "teaching" / "README.md"
LESSONS = ("02", "05", "11", "13", "16", "18")  # from light to heavy
TOGETHER = "05"
SYSTEM_MIB = 2048  # kept free for the system, the hub and its proxy
MIB = 2**20


class CapacityError(Exception):
    """The measurement is not possible here; the message says why."""


@dataclass(frozen=True)
class Memory:
    """MiB of a process and of all that it has started: ``own`` is its alone, ``libraries`` is shared with others."""

    own: float
    libraries: float


@dataclass(frozen=True)
class Run:
    """One notebook from top to bottom: own MiB at the peak and at the end, MiB of libraries, processor seconds."""

    peak: float
    end: float
    libraries: float
    processor: float


def memory(process) -> Memory:
    """What a psutil.Process and its descendants hold now; one that has ended meanwhile counts nothing.

    Raises CapacityError where the system does not tell.
    """
    if not Path("/proc/self/status").exists():
        raise CapacityError("expected Linux with /proc/PID/status, which tells own memory from shared: measure there")
    held = [_status(each.pid) for each in _with_descendants(process)]
    return Memory(sum(own for own, _ in held), max((libraries for _, libraries in held), default=0.0))


def _with_descendants(process):
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _status(pid) -> tuple[float, float]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    values = dict(line.split(":", 1) for line in lines)
    return tuple(int(values.get(key, "0 kB").split()[0]) * 1024 / MIB for key in ("RssAnon", "RssFile"))


def proportional(process) -> float:
    """MiB of all that ``process`` has started, not itself: each shared page is divided among those who share it."""
    total = 0
    for each in _with_descendants(process)[1:]:
        try:
            total += each.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / MIB


@contextmanager
def watching(look, *, every):
    """Call ``look()`` beside the block, ``every`` so many seconds; gives the list of what it returned."""
    seen, done = [look()], threading.Event()

    def watch():
        while not done.wait(every):
            seen.append(look())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def run(notebook, folder) -> Run:
    """Run an nbformat notebook as a learner does with Run All, in a fresh kernel that works in ``folder``."""
    client = Client(notebook, folder)
    client.timeout = -1  # a busy machine is no failure
    with client.setup_kernel():
        kernel = psutil.Process(client.km.provisioner.pid)
        with watching(lambda: memory(kernel), every=0.1) as seen:
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
        used, end = kernel.cpu_times(), memory(kernel)
        seen.append(end)
    return Run(
        peak=max(each.own for each in seen),
        end=end.own,
        libraries=max(each.libraries for each in seen),
        processor=used.user + used.system + used.children_user + used.children_system,
    )


def run_together(track, name, kernels) -> tuple[list[Run], float]:
    """The same lesson in several kernels at once: each one's Run, and the most MiB that all together held.

    Each is a process of this module, which starts the kernel; COURSE_… and OMP_NUM_THREADS are as a learner has them.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("COURSE_", "OMP_"))}
    command = [sys.executable, "-m", "benchmarks.capacity", track, name]
    started = [
        psutil.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, encoding="utf-8")
        for _ in range(kernels)
    ]
    with watching(lambda: sum(proportional(each) for each in started), every=1) as seen:
        answers = [each.communicate()[0] for each in started]
    if any(each.returncode for each in started):
        raise CapacityError(f"lesson {name} ({track}) did not run to its end; the reason stands above")
    return [Run(**json.loads(answer.splitlines()[-1])) for answer in answers], max(seen)


def server() -> Memory:
    """A JupyterLab server in the course's folder that has given out its page and started a kernel, without that."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("w", encoding="utf-8") as stream:
            command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.port=0", "--allow-root"]
            process = subprocess.Popen(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT)
        try:
            file = Path(jupyter_runtime_dir()) / f"jpserver-{process.pid}.json"
            address, token = _answer(file, process, log)
            session = requests.Session()
            session.headers["Authorization"] = f"token {token}"
            path = f"notebooks/pytorch/{choose([TOGETHER])[0]}.ipynb"
            wanted = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
            for page in ("lab", f"api/contents/{path}", "lab/api/settings"):
                session.get(address + page, timeout=60).raise_for_status()
            session.post(address + "api/sessions", json=wanted, timeout=60).raise_for_status()
            time.sleep(3)
            return Memory(*_status(process.pid))
        finally:
            process.terminate()
            process.wait(timeout=60)


def _answer(file, process, log) -> tuple[str, str]:
    """Address and token of a server that has just been started."""
    for _ in range(600):
        if process.poll() is not None:
            raise CapacityError(f"JupyterLab ended at once:\n{log.read_text(encoding='utf-8')[-2000:]}")
        if file.exists():
            said = json.loads(file.read_text(encoding="utf-8"))
            return said["url"], said["token"]
        time.sleep(0.1)
    raise CapacityError("JupyterLab did not answer within a minute")


def learners(machine, needed, libraries) -> int:
    """How many learners fit on a machine of ``machine`` MiB: each needs ``needed``, and all share ``libraries``."""
    return max(0, math.floor((machine - SYSTEM_MIB - libraries) / needed))


def hundred(mib) -> int:
    """MiB rounded up to a full hundred: a class is planned with no finer number."""
    return 100 * math.ceil(mib / 100)


def notebooks_table(runs) -> str:
    """``runs`` maps (track, number) to (Run, the lesson's minutes)."""
    rows = [
        [
            TITLES[track],
            number,
            *(f"{mib:.0f}" for mib in (run.peak, run.end, run.libraries)),
            f"{run.processor:.0f}",
            str(needed),
            f"{run.processor / (60 * needed):.1%}",
        ]
        for (track, number), (run, needed) in runs.items()
    ]
    heads = ["", "lesson", "own, peak", "own, end", "libraries", "processor s", "minutes", "busy"]
    return report.grid(heads, rows)


def together_table(rounds) -> str:
    """``rounds`` maps (track, kernels) to what run_together gave."""
    rows = []
    for (track, kernels), (runs, held) in rounds.items():
        processor = sum(run.processor for run in runs) / kernels
        formula = max(run.libraries for run in runs) + sum(run.peak for run in runs)
        rows.append([TITLES[track], str(kernels), f"{held:.0f}", f"{formula:.0f}", f"{processor:.0f}"])
    return report.grid(["", "kernels at once", "held", "libraries + peaks", "processor s of each"], rows)


def learners_table(runs, server) -> str:
    """How many learners fit, with one notebook each at its peak, and with two more left open."""
    rows = []
    for track in dict.fromkeys(track for track, _ in runs):
        own = [run for (of, _), (run, _) in runs.items() if of == track]
        libraries = hundred(max(run.libraries for run in own) + server.libraries)
        one = hundred(max(run.peak for run in own) + server.own)
        three = one + 2 * hundred(max(run.end for run in own))
        for what, needed in (("one notebook", one), ("three notebooks", three)):
            fit = [str(learners(1024 * gib, needed, libraries)) for gib in (16, 64, 256)]
            rows.append([TITLES[track], what, str(libraries), str(needed), *fit])
    return report.grid(["", "open", "L", "needed", "16 GiB", "64 GiB", "256 GiB"], rows)


def section() -> str:
    """Measure everything and give the three tables."""
    runs = {}
    for track in TRACKS:
        for number in LESSONS:
            [name] = choose([number])
            [one], _ = run_together(track, name, 1)
            runs[track, number] = one, minutes(read(name), track)[0]
            print(track, number, one, flush=True)
    [name] = choose([TOGETHER])
    rounds = {(track, kernels): run_together(track, name, kernels) for track in TRACKS for kernels in (1, 2, 4)}
    lab = server()
    return "\n\n".join(
        [
            notebooks_table(runs),
            f"The JupyterLab server itself: {lab.own:.0f} MiB of its own, {lab.libraries:.0f} MiB of libraries.",
            learners_table(runs, lab),
            f"Lesson {TOGETHER} in several kernels at once:",
            together_table(rounds),
        ]
    )


def main(arguments=None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments:  # one kernel, for run_together
            track, name = arguments
            folder = ROOT / "notebooks" / track
            print(json.dumps(asdict(run(nbformat.read(folder / f"{name}.ipynb", as_version=4), folder))))
        else:
            report.write("capacity", section(), PAGE)
    except CapacityError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
