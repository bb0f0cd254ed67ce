"""Grade an assignment, or all below a folder: `python -m tools.grade NOTEBOOK`. It runs copies and changes nothing.

Gives the ten points that a program can give, for the assignment of the core or for the project. The notebook is run
with three seeds, and once with the targets of its training part mixed: what it learns then must be worth less than what
it learns from the true ones. tools/submissions.py runs it, tools/points.py judges,
tools/grade_class.py keeps the table of a class.
"""

import argparse
import copy
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import psutil
from nbformat.v4 import new_code_cell

from tools.copies import Course, Refused
from tools.files import ROOT
from tools.grade_class import FILE, as_text, grade_folder
from tools.points import LINES, SEEDS, Graded, assignment_of, judge, measurement
from tools.submissions import Limits, read_notebook, run

RUNS = [*(f"seed {seed}" for seed in SEEDS), "mixed targets"]
AT_A_TIME = 2
ALARM = "!!!"

# Added at the end of the notebook: what its functions reach on the test part, whatever its own cells say.
MEASURE = """\
from dataclasses import asdict
from utils.outputs import show
again = DATA.again()
found = {"bound": None if my_bound is ... else float(my_bound)}
for name, function in (("baseline", baseline), ("rnn", rnn)):
    judged = again.judge(function)
    found[name] = {**asdict(judged), "skill": judged.skill}
show("measured", {"measured": found})
"""


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.grade", description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path, help="the filled-in assignment, or a folder with many of them")
    path = parser.parse_args(arguments).notebook.resolve()
    try:
        return grade_all(path) if path.is_dir() else grade_one(path)
    except Refused as error:
        parser.error(f"{path}: {error}")


def grade_one(path) -> int:
    """Grade one notebook; the exit code is 1 for less than all points or a changed course, 130 after Ctrl-C.

    Raises copies.Refused if it is no assignment.
    """
    notebook, changes = read_notebook(path), ""
    assignment_of(notebook)
    with Course(apart_from=_not_watched(path.parent)) as course:
        try:
            graded = grade(notebook, path.parent, course, at_a_time=AT_A_TIME, say=print)
        except KeyboardInterrupt:
            print("Stopped.")
            return 130
        finally:
            if changes := course.put_back():
                print(f"{ALARM} While the notebook ran, {changes}.")
    for line in graded.lines:
        print(f"{line.points} of {line.of}  {line.what}" + (f": {line.hint}" if line.hint else ""))
    print(f"{graded.points} of {graded.of} points. A reader gives up to five more for data, mistakes and conclusion.")
    return 0 if graded.points == graded.of and not changes else 1


def grade_all(folder, limits=None) -> int:
    """Grade all notebooks below a folder; the exit code is 1 if one of them changed the course, 130 after Ctrl-C.

    Prints the table and leaves it in the folder as grades.csv. Raises copies.Refused if there is nothing to grade.
    """
    stop, going_on, alarms = threading.Event(), set(), []
    columns = ["assignment", "track", "points", *LINES, *(f"lead_{seed}" for seed in SEEDS), "reason", "hints"]

    def look(when):
        """Put back what changed; returns a sentence about it, or ""."""
        if not (changes := course.put_back()):
            return ""
        alarms.append(f"{ALARM} {when}, {changes}.")
        print(alarms[-1], flush=True)
        return alarms[-1]

    def row(path):
        name, alarm = path.relative_to(folder).as_posix(), ""
        notebook = read_notebook(path)
        going_on.add(name)
        try:
            graded = grade(notebook, path.parent, course, limits=limits, stop=stop)
        finally:
            beside = ", ".join(sorted(going_on - {name}))
            alarm = look(f"While {name} ran" + (f" (beside {beside})" if beside else ""))
            going_on.discard(name)
        return graded.row(alarm)

    with Course(apart_from=_not_watched(folder)) as course:
        try:
            table = grade_folder(folder, row, columns, at_a_time=_at_a_time(), stop=stop)
        except KeyboardInterrupt:
            print(f"Stopped. What is finished is in {folder / FILE}; the same command goes on with the rest.")
            return 130
        finally:
            look("At the end")
    print(as_text(table, columns[2:-2]))
    print(f"The table is in {table.path}. A reader gives up to five more points for data, mistakes and conclusion.")
    for alarm in alarms:
        print(alarm)
    return 1 if alarms else 0


def _not_watched(folder):
    """The folder of the submissions, where their owner may be at work. If that is the course's own, only the table."""
    return (folder / FILE, folder / "grades.part") if ROOT.is_relative_to(folder) else (folder,)


def _at_a_time():
    """As many as there are processors, and as memory allows."""
    return max(1, min(os.cpu_count(), psutil.virtual_memory().total // Limits().memory))


def grade(notebook, folder, course, *, at_a_time=1, limits=None, stop=None, say=None) -> Graded:
    """Run the notebook up to four times in copies of ``folder``, and judge what it shows.

    Where the first run gives nothing to measure, the other three would add no point, and are left out. ``say`` is told
    which runs are going on. Raises copies.Refused if it is no assignment, or if its folder cannot be copied.
    """
    to_run, stop, started = with_measure(notebook), stop or threading.Event(), []

    def one(seed, mixed):
        if started and started[0].done() and measurement(started[0].result()) is None:
            return None
        return run(to_run, folder, course, seed=seed, limits=limits, stop=stop, COURSE_MIXED_LABELS=mixed)

    with ThreadPoolExecutor(at_a_time) as pool:
        try:
            for seed, mixed in [*((seed, None) for seed in SEEDS), (0, "1")]:
                started.append(pool.submit(one, seed, mixed))
            _say_what_goes_on(started, at_a_time, say)
            for _ in as_completed(started):
                _say_what_goes_on(started, at_a_time, say)
            *runs, control = [each.result() for each in started]
        except KeyboardInterrupt:
            stop.set()
            raise
    return judge(notebook, runs, control)


def with_measure(notebook):
    """A copy of an assignment with one more cell, which measures what its functions reach. Raises copies.Refused."""
    longer = copy.deepcopy(notebook)
    longer.cells.append(new_code_cell(MEASURE.replace("DATA", assignment_of(notebook).data)))
    return longer


def _say_what_goes_on(runs, at_a_time, say):
    over = [name for name, run in zip(RUNS, runs, strict=True) if run.done()]
    going_on = [name for name in RUNS if name not in over][:at_a_time]
    if going_on and say:
        say(f"{len(over)} of {len(RUNS)} runs are over; going on: {', '.join(going_on)}", flush=True)


if __name__ == "__main__":
    for name in ("SIGTERM", "SIGHUP"):  # as Ctrl-C: end what runs, keep what is finished
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    sys.exit(main())
