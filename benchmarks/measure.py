"""A stopwatch that takes turns, the median ratio of two columns of times, and the exponent of a growth."""

import statistics
import time

import numpy as np


def interleaved(functions, *, rounds, clock=time.process_time) -> dict[str, list[float]]:
    """Seconds that each function takes, ``rounds`` times: {name: [seconds, …]}.

    functions  name to a function without arguments
    clock      by default the processor time of this process, which other programs disturb least

    Each function is called once to warm up. Then they take turns, so that a busy moment of the machine hits all.
    """
    for function in functions.values():
        function()
    seconds = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            start = clock()
            function()
            seconds[name].append(clock() - start)
    return seconds


def times_as_long(slow, fast) -> float:
    """How many times as long ``slow`` took as ``fast``: the median over rounds, each compared within itself."""
    return statistics.median(a / b for a, b in zip(slow, fast, strict=True))


def exponent(sizes, values) -> float:
    """The p of the best fit values ~ sizes^p: the slope of the line through their logarithms."""
    slope, _ = np.polyfit(np.log(sizes), np.log(values), 1)
    return float(slope)
