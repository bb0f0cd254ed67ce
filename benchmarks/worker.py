"""Measure with one framework in a process of its own: `python -m benchmarks.worker PART FRAMEWORK [argument …]`."""

import json
import os
import subprocess
import sys
from importlib import import_module

from tools.files import ROOT

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")}


def measure(part, framework, *arguments, environment=ONE_THREAD):
    """What ``measure(half, *arguments)`` of a part returns in the half of ``framework``; it travels as JSON.

    By default the process computes on one thread.
    """
    command = [sys.executable, "-m", "benchmarks.worker", part, framework, *arguments]
    process = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, encoding="utf-8", check=True
    )
    return json.loads(process.stdout.splitlines()[-1])


if __name__ == "__main__":
    part, framework, *arguments = sys.argv[1:]
    half = import_module(f"benchmarks.{framework}")
    print(json.dumps(import_module(f"benchmarks.{part}").measure(half, *arguments)))
