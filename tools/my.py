"""Own copies of the notebooks, in my/: `python -m tools.my lab`, `python -m tools.my reset 05`, `… demo 05`.

lab    copies each notebook that is not there yet, and opens lesson 00 in JupyterLab
reset  gives a fresh copy of one lesson, and keeps the old one beside it
demo   gives a fresh copy of a lesson's demo without outputs, for instructors, and opens it in JupyterLab

None ever replaces anybody's work.
"""

import argparse
import os
import signal
import subprocess
import sys
from importlib.util import find_spec

import nbformat

from tools import saving
from tools.files import ROOT
from tools.lesson import TITLES, TRACKS, LessonError, choose, lesson_names

FIRST = "00_start_here"


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.my", description=__doc__.splitlines()[0], allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    lab = commands.add_parser("lab", help="make the copies that are missing and open JupyterLab", allow_abbrev=False)
    lab.add_argument("--track", choices=TRACKS, default=TRACKS[0])
    reset = commands.add_parser("reset", help="a fresh copy of one lesson; the old one is kept", allow_abbrev=False)
    reset.add_argument("lesson", help="name or number, such as 05_lstm_gates or 05")
    reset.add_argument("--track", choices=TRACKS, help="default: both")
    demo = commands.add_parser("demo", help="open a lesson's demo, for an instructor", allow_abbrev=False)
    demo.add_argument("lesson", help="name or number, such as 05_lstm_gates or 05")
    demo.add_argument("--track", choices=TRACKS, default=TRACKS[0])
    options, more = parser.parse_known_args(arguments)
    if more and options.command == "reset":
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    if options.command != "lab" and not options.lesson:
        parser.error(f"which lesson? For example: make {options.command} LESSON=05")
    try:
        if options.command == "lab":
            copy_missing()
            name_older()
            return open_lab(mine(options.track, FIRST), more)
        if options.command == "demo":
            [name] = choose([options.lesson])
            renew(f"demos/{options.track}", name)
            return open_lab(mine(f"demos/{options.track}", name), more)
        for name in choose([options.lesson]):
            for track in [options.track] if options.track else TRACKS:
                renew(track, name)
    except (LessonError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def notebook(track, name):
    """The course's notebook of one track and lesson; a demo lies in the track "demos/pytorch" or "demos/tensorflow"."""
    return ROOT / "notebooks" / track / f"{name}.ipynb"


def mine(track, name):
    """The learner's copy of it."""
    return ROOT / "my" / track / f"{name}.ipynb"


def copy_missing() -> None:
    """Copy each notebook of the course that has no copy yet."""
    for track in TRACKS:
        made = 0
        for name in lesson_names():
            if notebook(track, name).exists() and not mine(track, name).exists():
                _write(_fresh(track, name), mine(track, name))
                made += 1
        if made:
            print(f"Your copies for {TITLES[track]}: {made} new in {_shown(mine(track, FIRST).parent)}. Work in them.")


def name_older() -> None:
    """Say in one line which copies were made from an older notebook than the course's; change nothing."""
    older = [
        f"{track}/{name}"
        for track in TRACKS
        for name in lesson_names()
        if (theirs := saving.built(saving.read(notebook(track, name))))
        and theirs != saving.built(saving.read(mine(track, name)))
    ]
    if older:
        first = older[0].split("/")[1].split("_")[0]
        print(
            f"The course has newer versions than your copies of {', '.join(older)}. To renew one and keep yours beside "
            f"it: make reset LESSON={first} (python -m tools.my reset {first})"
        )


def renew(track, name) -> None:
    """Give a fresh copy of one notebook; the old copy stays beside it, with the time in its name."""
    theirs, own = notebook(track, name), mine(track, name)
    if not theirs.exists():
        raise LessonError(f"{_shown(theirs)} does not exist: lessons 01 to 20 have a demo, and nothing else has")
    if saving.was_edited(theirs):
        print(f"{_shown(theirs)} itself was edited. To have the course's cells run first: python -m tools.build {name}")
    fresh = _fresh(track, name)
    if not own.exists():
        _write(fresh, own)
        print(f"{_shown(own)} is new.")
    elif own.read_bytes() == fresh:
        print(f"{_shown(own)} is as the course gives it: nothing to do.")
    else:
        kept = saving.keep(own, own.parent)
        _write(fresh, own)
        print(f"{_shown(own)} is new; yours is now {_shown(kept)}.")


def open_lab(path, more=()) -> int:
    """Open JupyterLab on a notebook; returns its exit code."""
    if find_spec("jupyterlab") is None:
        print("JupyterLab is missing: pip install -r requirements.txt -c constraints.txt", file=sys.stderr)
        return 1
    page = f"/lab/tree/{_shown(path)}"
    process = subprocess.Popen([sys.executable, "-m", "jupyterlab", f"--LabApp.default_url={page}", *more], cwd=ROOT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for JupyterLab, which asks whether it is meant
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # JupyterLab does not stay behind alone
    return process.wait()


def _fresh(track, name) -> bytes:
    """What a copy begins with: the course's notebook. A demo begins without outputs, for a class is to guess them."""
    content = notebook(track, name).read_bytes()
    if not track.startswith("demos/"):
        return content
    shown = nbformat.reads(content.decode(), as_version=4)
    for cell in shown.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return f"{nbformat.writes(shown)}\n".encode()


def _write(content, target):
    """Write at once, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_suffix(".part")
    scratch.write_bytes(content)
    os.replace(scratch, target)


def _shown(path):
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main())
