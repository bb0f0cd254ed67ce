"""Start a job of one or several processes on this machine, wait for it, and leave none of them behind.

    ended = run(torchrun("cluster/train_pytorch.py", "--out", folder, processes=2))     torchrun starts the two itself
    ended = run(workers("cluster/train_tensorflow.py", "--out", folder, processes=2))   each worker is started by us

Ports are free ones of this machine. A job has a time limit; when one of its processes fails, the others are stopped.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils.waiting import Line

GRACE = 5.0  # seconds that the others have to end by themselves when one has failed, and to obey when told to stop
OWN = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "TF_CONFIG")


@dataclass
class Ended:
    """How a job ended: the exit code of each process that we started (-9: by signal 9), what they wrote, who failed.

    first  the process that failed first, None if none did; of torchrun's own processes only ``reason`` tells
    """

    codes: list[int]
    said: list[str]
    first: int | None = None

    @property
    def ok(self) -> bool:
        return not any(self.codes)

    @property
    def reason(self) -> str:
        """Which process failed first, and why, as far as it told."""
        if self.first is None:
            return "all ended well"
        said = self.said[self.first]
        inside = re.search(
            r"Root Cause.*?rank\s*:\s*(\d+).*?exitcode\s*:\s*(-?\d+)", said, re.DOTALL
        )  # torchrun's report
        process, code = map(int, inside.groups()) if inside else (self.first, self.codes[self.first])
        if code < 0:
            return f"process {process} was killed by signal {-code}"
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        told = [line for line in lines if "expected" in line] or lines[-1:] or ["nothing was written"]
        return f"process {process} ended with code {code}: {told[0]}"


def torchrun(script, *options, processes):
    """The job that starts ``processes`` copies of a PyTorch script: [(command, variables)]."""
    head = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return [([*head, str(script), *map(str, options)], {})]


def workers(script, *options, processes):
    """The job of so many workers of a TensorFlow script, each told where all are: [(command, variables)]."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(processes)]}
    command = [sys.executable, str(script), *map(str, options)]
    tasks = ({"cluster": cluster, "task": {"type": "worker", "index": k}} for k in range(processes))
    return [(command, {"TF_CONFIG": json.dumps(task)}) for task in tasks]


def free_ports(count):
    """So many different ports that nobody uses at this moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def run(job, *, seconds=240.0) -> Ended:
    """Run a job to its end, each process with one thread of the CPU.

    job      [(command, variables of its own)], one for each process to start
    seconds  its time limit

    When one process fails, the others get a few seconds, then they are stopped. Raises TimeoutError, with the last
    line that was written, if the job is not over in time. Whatever happens, no process is left.
    """
    own = {name: value for name, value in os.environ.items() if name not in OWN}
    base = {**own, "OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    start, line, running = time.monotonic(), Line("the job runs"), []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, str(k)) for k in range(len(job))]
        try:
            for (command, variables), file in zip(job, files, strict=True):
                with file.open("wb") as output:
                    running.append(
                        subprocess.Popen(
                            command,
                            env={**base, **variables},
                            stdin=subprocess.DEVNULL,
                            stdout=output,
                            stderr=output,
                            start_new_session=True,
                        )
                    )
            in_time, first = _wait(running, start + seconds, line)
        finally:
            _stop(running)
            line.end()
        ended = Ended([one.returncode for one in running], [_text(file) for file in files], first)
    if not in_time:
        said = [text.strip().splitlines()[-1] for text in ended.said if text.strip()]
        last = f"; the last it wrote: {said[-1]}" if said else ""
        raise TimeoutError(f"expected the job to end within {seconds:g} s, and stopped it{last}")
    return ended


def read(folder) -> dict:
    """The record that a script left in a folder: losses (list), weights (steps, all weights), seconds for a step, …

    Raises FileNotFoundError if there is none: the job has not come to its end.
    """
    path = Path(folder, "record.json")
    if not path.exists():
        raise FileNotFoundError(f"no record.json in {folder}: the job did not come to its end; look at what it wrote")
    return {**json.loads(path.read_text(encoding="utf-8")), "weights": np.load(path.with_name("weights.npy"))}


def _wait(running, until, line):
    """Wait until all have ended, or one has failed and the others have had their time.

    Returns whether that was before ``until``, and which one failed first, or None.
    """
    first = failed_at = None
    while True:
        codes, now = [one.poll() for one in running], time.monotonic()
        if first is None and any(codes):
            first, failed_at = next(k for k, code in enumerate(codes) if code), now
        if None not in codes or (first is not None and now > failed_at + GRACE):
            return True, first
        if now > until:
            return False, first
        line.at(0)
        time.sleep(0.05)


def _stop(running):
    """Tell those that still run to stop (torchrun hands that on to its own processes), then kill them."""
    for one in running:
        if one.poll() is None:
            one.terminate()
    for one in running:
        try:
            one.wait(GRACE * 4)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()


def _text(file):
    return file.read_text(encoding="utf-8", errors="replace")
