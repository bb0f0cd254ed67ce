"""The library's LSTM on a GPU against the CPU: tokens per second in training, and from which size on the GPU is faster.

A token is one step of one sequence. The CPU computes on all its cores, as it would without a GPU. Times are those of
the clock on the wall: a GPU works while the processor waits. Without a GPU there is nothing to compare.
"""

import os
from time import perf_counter

from benchmarks import worker
from benchmarks.measure import interleaved, times_as_long
from benchmarks.report import grid, number
from tools.lesson import TITLES, TRACKS

HIDDEN_SIZES = (64, 128, 256, 512, 1024)
BATCH_SIZES = (32, 64, 128, 256, 512, 1024)
NUM_STEPS = 16
INPUT_SIZE = 64
ROUNDS = 3


def measure(half) -> list[list[float]] | None:
    """GPU over CPU, tokens per second, for each state (rows) and batch (columns); None without a GPU."""
    places = half.places()
    return compare(half, *places) if len(places) == 2 else None


def compare(half, cpu, gpu, hidden_sizes=HIDDEN_SIZES, batch_sizes=BATCH_SIZES):
    """The grid of `measure` for two places."""
    return [[_faster(half, cpu, gpu, hidden, batch) for batch in batch_sizes] for hidden in hidden_sizes]


def _faster(half, cpu, gpu, hidden_size, batch_size):
    sizes = {"batch_size": batch_size, "num_steps": NUM_STEPS, "input_size": INPUT_SIZE, "hidden_size": hidden_size}
    steps = {name: half.training_step(**sizes, place=place) for name, place in (("cpu", cpu), ("gpu", gpu))}
    seconds = interleaved(steps, rounds=ROUNDS, clock=perf_counter)
    return times_as_long(seconds["cpu"], seconds["gpu"])


def section() -> str | None:
    """The grid of each track that sees a GPU; None if none does, so that what stands on the page stays."""
    all_cores = {"OMP_NUM_THREADS": str(os.cpu_count()), "COURSE_THREADS": "all"}
    found = {track: worker.measure("gpu", track, environment=all_cores) for track in TRACKS}
    if not any(found.values()):
        return None
    return "\n\n".join(
        f"{TITLES[track]}:\n\n{describe(ratios)}" if ratios else f"{TITLES[track]}: no GPU was present."
        for track, ratios in found.items()
    )


def describe(ratios, hidden_sizes=HIDDEN_SIZES, batch_sizes=BATCH_SIZES) -> str:
    """The grid as a table with the batch in columns, and a sentence on the crossover."""
    rows = [[str(hidden), *map(number, row)] for hidden, row in zip(hidden_sizes, ratios, strict=True)]
    heads = ["state \\ batch", *map(str, batch_sizes)]
    faster = [
        f"{batch} sequences from a state of {hidden} on"
        if (hidden := crossover(column, hidden_sizes))
        else f"{batch} never"
        for batch, column in zip(batch_sizes, zip(*ratios, strict=True), strict=True)
    ]
    return f"{grid(heads, rows)}\n\nThe GPU is faster with batches of {'; '.join(faster)}."


def crossover(ratios, sizes):
    """The smallest size from which on all ratios are above 1, or None."""
    above = None
    for ratio, size in zip(reversed(ratios), reversed(sizes), strict=True):
        if ratio <= 1:
            break
        above = size
    return above
