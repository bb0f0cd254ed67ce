"""Each lesson's PyTorch notebook against its TensorFlow twin: how long it takes to run from top to bottom.

Two notebooks run at any time, each in a kernel of its own on one thread, as `make test` runs them on two cores.
Start-up does not count in the ratio of twins: a stopwatch inside the notebook starts after the imports. It shows
processor time, which on a quiet machine is that of the clock on the wall. The budgets are for whole runs by the clock
on the wall. Each notebook runs once: a second run of everything would take too long.
"""

from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from nbformat.v4 import new_code_cell

from benchmarks.report import Row, grid, number, table
from benchmarks.worker import ONE_THREAD
from tools.build import assemble, target
from tools.lesson import TRACKS, lesson_names, read
from tools.run import execute

AT_ONCE = 2  # notebooks
SHORTEST_SECONDS = 2  # a notebook that computes for less is not compared
SLOWER = 1.5  # how many times as long as its twin a notebook may take
LONGEST_SECONDS = 60  # the budget of a notebook
SUITE_MINUTES = 25  # the budget of `make test`

START = "from time import process_time as _clock\n_start = _clock()"
STOP = "print(_clock() - _start)"


def section() -> str:
    lessons = [read(name) for name in lesson_names() if name[0].isdigit()]
    start = perf_counter()
    with ProcessPoolExecutor(AT_ONCE) as pool:
        last_first = [(lesson, track) for lesson in reversed(lessons) for track in TRACKS]  # short ones come at the end
        runs = {(lesson.name, track): pool.submit(run, lesson, track) for lesson, track in last_first}
        seconds = {lesson.name: {track: runs[lesson.name, track].result() for track in TRACKS} for lesson in lessons}
    return describe(seconds, perf_counter() - start)


def with_stopwatch(notebook):
    """The notebook with a cell after the imports that starts a stopwatch, and one at the end that prints it."""
    code = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    imports = next(k for k in code if "set_seed()" in notebook.cells[k].source)
    notebook.cells.insert(imports + 1, new_code_cell(START))
    notebook.cells.append(new_code_cell(STOP))
    return notebook


def run(lesson, track) -> tuple[float, float]:
    """Seconds of the whole run, kernel and imports included, and those on the stopwatch."""
    notebook = with_stopwatch(assemble(lesson, track))
    start = perf_counter()
    threads = {name: value for name, value in ONE_THREAD.items() if name != "OMP_NUM_THREADS"}
    execute(notebook, target(lesson, track).parent, **threads)
    return perf_counter() - start, float(notebook.cells[-1].outputs[0].text)


def describe(seconds, suite) -> str:
    """The goals, then one row for each lesson: seconds after the imports, and their ratio.

    seconds  {lesson: {track: (whole run, on the stopwatch)}}
    suite    seconds that all of them took, ``AT_ONCE`` notebooks at a time
    """
    whole, net = ({name: {t: times[t][k] for t in TRACKS} for name, times in seconds.items()} for k in (0, 1))
    long_enough = [name for name, times in net.items() if min(times.values()) >= SHORTEST_SECONDS]
    ratios = {name: net[name]["tensorflow"] / net[name]["pytorch"] for name in long_enough}
    apart = {
        name: Row("slower over faster", f"most different twins: {name}", max(ratio, 1 / ratio), at_most=SLOWER)
        for name, ratio in ratios.items()
    }
    longest = max(max(times.values()) for times in whole.values())
    share = suite / 60 / SUITE_MINUTES
    total = {track: sum(times[track] for times in net.values()) for track in TRACKS}
    rows = [
        max(apart.values(), key=lambda row: row.value),
        Row("both", f"longest notebook, over {LONGEST_SECONDS} seconds", longest / LONGEST_SECONDS, at_most=1),
        Row("both", f"all lessons, {AT_ONCE} at a time, over {SUITE_MINUTES} minutes", share, at_most=1),
        Row("TensorFlow over PyTorch", "all lessons", total["tensorflow"] / total["pytorch"]),
    ]
    lines = []
    for name, times in net.items():
        compared = [number(ratios[name]), apart[name].verdict] if name in ratios else ["–", "–"]
        lines.append([name, *(f"{times[track]:.1f}" for track in TRACKS), *compared])
    heads = ["lesson", "PyTorch, seconds", "TensorFlow, seconds", "their ratio", f"between 1/{SLOWER} and {SLOWER}"]
    return f"{table(rows)}\n\n{grid(heads, lines)}"
