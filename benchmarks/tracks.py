"""Each lesson's PyTorch notebook beside its TensorFlow twin: how long it took when it was built.

The build runs two notebooks at a time, each in a kernel of its own on one thread, and keeps their seconds by the clock
on the wall. Start-up and imports do not count in the ratio of twins. Each notebook runs once: the figures are as good
as the machine was quiet.
"""

import nbformat

from benchmarks.report import Row, grid, number, table
from tools.build import target
from tools.lesson import TRACKS, lesson_names, read

SHORTEST_SECONDS = 2  # a notebook that computes for less is not compared
SLOWER = 1.5  # how many times as long as its twin a notebook may take
LONGEST_SECONDS = 60  # the budget of a notebook


def section() -> str:
    lessons = [read(name) for name in lesson_names() if name[0].isdigit()]
    return describe({lesson.name: {track: built(lesson, track) for track in TRACKS} for lesson in lessons})


def built(lesson, track) -> dict:
    """The seconds that the build kept: of the imports and of the rest."""
    return nbformat.read(target(lesson, track), as_version=4).metadata.course.seconds


def describe(seconds) -> str:
    """The goals, then one row for each lesson: seconds after the imports, and their ratio.

    seconds  {lesson: {track: {"imports": seconds, "lesson": seconds}}}
    """
    net = {name: {track: times[track]["lesson"] for track in TRACKS} for name, times in seconds.items()}
    long_enough = [name for name, times in net.items() if min(times.values()) >= SHORTEST_SECONDS]
    ratios = {name: net[name]["tensorflow"] / net[name]["pytorch"] for name in long_enough}
    apart = {
        name: Row("slower over faster", f"most different twins: {name}", max(ratio, 1 / ratio), at_most=SLOWER)
        for name, ratio in ratios.items()
    }
    longest = max(sum(times[track].values()) for times in seconds.values() for track in TRACKS)
    total = {track: sum(times[track] for times in net.values()) for track in TRACKS}
    rows = [
        max(apart.values(), key=lambda row: row.value),
        Row("both", f"longest notebook, over {LONGEST_SECONDS} seconds", longest / LONGEST_SECONDS, at_most=1),
        Row("TensorFlow over PyTorch", "all lessons", total["tensorflow"] / total["pytorch"]),
    ]
    lines = []
    for name, times in net.items():
        compared = [number(ratios[name]), apart[name].verdict] if name in ratios else ["–", "–"]
        lines.append([name, *(f"{times[track]:.1f}" for track in TRACKS), *compared])
    heads = ["lesson", "PyTorch, seconds", "TensorFlow, seconds", "their ratio", f"between 1/{SLOWER} and {SLOWER}"]
    return f"{table(rows)}\n\n{grid(heads, lines)}"
