"""How time and memory of a training step grow as length, batch or state double, against what the lessons say.

A step is forward, backward and Adam's update of a library LSTM. One size doubles four times, the others stay. The
figure is the exponent p of the best fit cost ~ size^p: 1 means that the cost doubles with the size, 2 that it becomes
four times as large. Memory is the largest the process ever held, beyond what it held before the first of these steps;
the sizes come in growing order, since a process does not give all of it back. Every size that doubles has a process of
its own. "Memory kept" is a control: after each step PyTorch's process gives memory back to the system, which fills it
with zeros before the next; there it does not.
"""

import resource
import statistics

from benchmarks import worker
from benchmarks.measure import exponent, interleaved
from benchmarks.report import Row, table
from tools.lesson import TITLES, TRACKS

FIXED = {"num_steps": 64, "batch_size": 128, "input_size": 64, "hidden_size": 64}
SIZES = (32, 64, 128, 256, 512)
NAMES = {"num_steps": "length", "batch_size": "batch", "hidden_size": "state"}
ROUNDS = 3

# Linux: what a process frees, it keeps for itself.
KEEP_MEMORY = worker.ONE_THREAD | {"MALLOC_MMAP_THRESHOLD_": str(2**32), "MALLOC_TRIM_THRESHOLD_": str(2**33)}

# What doubles: bounds of the exponents of time and of memory that follow from what the lessons say.
SAID = {
    "num_steps": {"time": {"at_least": 0.85, "at_most": 1.15}, "memory": {"at_least": 0.85, "at_most": 1.15}},
    "batch_size": {"time": {"at_most": 1.0}, "memory": {}},
    "hidden_size": {"time": {"at_most": 2.0}, "memory": {}},
}


def measure(half, doubled) -> dict:
    """For one framework and the size that doubles: the exponents {"time": p, "memory": p}."""
    half.training_step(**dict.fromkeys(FIXED, 8))()
    before = peak_memory()
    steps, memory = {}, []
    for size in SIZES:
        steps[size] = half.training_step(**FIXED | {doubled: size})
        steps[size]()
        steps[size]()
        memory.append(peak_memory() - before)
    seconds = [statistics.median(times) for times in interleaved(steps, rounds=ROUNDS).values()]
    return {"time": exponent(SIZES, seconds), "memory": exponent(SIZES, memory)}


def peak_memory() -> int:
    """The most that this process ever held, in the unit of the system."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def section() -> str:
    rows = []
    for doubled, said in SAID.items():
        results = {TITLES[track]: worker.measure("growth", track, doubled) for track in TRACKS}
        results["PyTorch, memory kept"] = worker.measure("growth", "pytorch", doubled, environment=KEEP_MEMORY)
        for cost, bounds in said.items():
            for where, result in results.items():
                rows.append(Row(where, f"{cost} ~ {NAMES[doubled]}^p", result[cost], **bounds))
    return table(rows)
