"""Each lesson's PyTorch notebook against its TensorFlow twin: how long it takes to run from top to bottom.

Both twins run at the same time, each in a kernel of its own on one thread, as `make test` runs notebooks on two cores:
whatever else the machine does hits both. Start-up, the kernel and the imports, is measured with a notebook that holds
nothing else, and taken off. Times are those of the clock on the wall, and each notebook runs once: a second run of
everything would not fit into ten minutes.
"""

import statistics
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from nbformat import from_dict

from benchmarks.report import Row, grid, number, table
from benchmarks.worker import ONE_THREAD
from tools.build import assemble, target
from tools.lesson import TRACKS, lesson_names, read
from tools.run import execute

SLOWER = 1.5  # how many times as long as its twin a notebook may take
LONGEST_SECONDS = 60  # the budget of a notebook
SUITE_SECONDS = 25 * 60  # the budget of `make test`
START_UPS = 3
START_UP_LESSON = "00_start_here"


def section() -> str:
    lessons = [lesson for lesson in map(read, lesson_names()) if has_code(lesson)]
    with ProcessPoolExecutor(len(TRACKS)) as pool:
        start_ups = [run_twins(pool, read(START_UP_LESSON), up_to_imports) for _ in range(START_UPS)]
        seconds = {lesson.name: run_twins(pool, lesson) for lesson in lessons}
    start_up = {track: statistics.median(times[track] for times in start_ups) for track in TRACKS}
    return describe(seconds, start_up)


def has_code(lesson) -> bool:
    return any(cell.kind == "code" for cell in lesson.cells)


def run_twins(pool, lesson, cut=lambda notebook: notebook) -> dict:
    """Seconds of both notebooks of a lesson, run at the same time: {"pytorch": …, "tensorflow": …}."""
    running = {}
    for track in TRACKS:
        running[track] = pool.submit(run, cut(assemble(lesson, track)), target(lesson, track).parent)
    return {track: seconds.result() for track, seconds in running.items()}


def run(notebook, folder) -> float:
    """Seconds from the start of the kernel to the end of the last cell."""
    start = perf_counter()
    execute(notebook, folder, **{name: value for name, value in ONE_THREAD.items() if name != "OMP_NUM_THREADS"})
    return perf_counter() - start


def up_to_imports(notebook):
    """The notebook's first cells, up to the one that imports and sets the seed."""
    last = next(k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code" and "set_seed()" in cell.source)
    short = from_dict(notebook)
    short.cells = short.cells[: last + 1]
    return short


def describe(seconds, start_up) -> str:
    """The goals, then one row for each lesson: seconds with start-up, and the ratio without it."""
    net = {name: {track: times[track] - start_up[track] for track in TRACKS} for name, times in seconds.items()}
    ratios = {name: times["tensorflow"] / times["pytorch"] for name, times in net.items()}
    slowest = max(ratios, key=lambda name: max(ratios[name], 1 / ratios[name]))
    value = max(ratios[slowest], 1 / ratios[slowest])
    longest = max(max(times.values()) for times in seconds.values())
    suite = sum(max(times.values()) for times in seconds.values())
    total = {track: sum(times[track] for times in net.values()) for track in TRACKS}
    rows = [
        Row("slower over faster", f"most different twins: {slowest}", value, at_most=SLOWER),
        Row("both", f"longest notebook, over {LONGEST_SECONDS} seconds", longest / LONGEST_SECONDS, at_most=1),
        Row("both", "all notebooks, two at a time, over 25 minutes", suite / SUITE_SECONDS, at_most=1),
        Row("TensorFlow over PyTorch", "all lessons", total["tensorflow"] / total["pytorch"]),
    ]
    lines = [
        [name, *(f"{seconds[name][track]:.0f}" for track in TRACKS), number(ratio), verdict(ratio)]
        for name, ratio in ratios.items()
    ]
    heads = ["lesson", "PyTorch, seconds", "TensorFlow, seconds", "their ratio", f"between 1/{SLOWER} and {SLOWER}"]
    return f"{table(rows)}\n\n{grid(heads, lines)}"


def verdict(ratio) -> str:
    return "met" if 1 / SLOWER <= ratio <= SLOWER else "missed"
