"""Make what the site's live figures compute with: `python -m tools.live [figure …] [--pictures]`.

A figure is a folder of site/live. Its export.py is run in a kernel after all cells of the lesson's PyTorch notebook,
and writes weights.json and expected.json with `rounded` and `save`. Then Node draws picture.svg; --pictures only draws.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
from nbclient.exceptions import CellExecutionError

from tools import build
from tools.files import ROOT, replace_file
from tools.lesson import choose, read
from tools.run import execute

FOLDER = ROOT / "site" / "live"
NO_NODE = "Node.js 20 or newer is needed, and no program called node was found: see https://nodejs.org"


class LiveError(Exception):
    """What is wrong, and what to do, in a sentence."""


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.live", description=__doc__.splitlines()[0])
    parser.add_argument("figures", nargs="*", help="names, such as gate_piano; default: all")
    parser.add_argument("--pictures", action="store_true", help="run no notebook, only draw the pictures")
    options = parser.parse_args(arguments)
    try:
        if shutil.which("node") is None:
            raise LiveError(NO_NODE)
        for name in _choose(options.figures):
            if not options.pictures:
                export(name)
            draw(name)
            print(f"{(FOLDER / name).relative_to(ROOT)}: {'drawn' if options.pictures else 'exported and drawn'}")
    except (LiveError, CellExecutionError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def names() -> list[str]:
    """The names of all live figures."""
    return sorted(path.parent.name for path in FOLDER.glob("*/figure.js"))


def constant(name, word) -> str:
    """What a figure.js exports as ``word``, a text of one line: its lesson, or the cell that it stands after."""
    source = (FOLDER / name / "figure.js").read_text(encoding="utf-8")
    return re.search(rf'(?m)^export const {word} = "(.+)";$', source)[1]


def export(name) -> None:
    """Run the notebook of a figure's lesson, and after it the figure's export.py. Raises CellExecutionError."""
    lesson = read(choose([constant(name, "lesson")])[0])
    notebook = build.assemble(lesson, "pytorch")
    source = (FOLDER / name / "export.py").read_text(encoding="utf-8")
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    execute(notebook, build.target(lesson, "pytorch").parent, COURSE_DATA=None)


def draw(name) -> None:
    """Write a figure's static picture."""
    command = ["node", str(FOLDER / "picture.mjs"), name]
    drawn = subprocess.run(command, capture_output=True, encoding="utf-8")
    if drawn.returncode:
        raise LiveError(f"{name} could not be drawn:\n{drawn.stderr.strip()}")
    replace_file(FOLDER / name / "picture.svg", drawn.stdout)


def rounded(values):
    """Numbers, arrays, and lists and dictionaries of them, as JSON takes them, with the nine digits of a float32."""
    if isinstance(values, np.ndarray | np.generic):
        return rounded(values.tolist())
    if isinstance(values, dict):
        return {name: rounded(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [rounded(value) for value in values]
    return float(f"{values:.9g}") if isinstance(values, float) else values


def save(name, weights, expected) -> None:
    """Write a figure's weights.json and expected.json.

    weights   what the figure computes with, as `rounded` gives it
    expected  list of {"input": …, "output": what compute must give for it}, computed from these very weights
    """
    texts = {"weights.json": _json(weights), "expected.json": _json(expected)}
    for file, text in texts.items():
        replace_file(FOLDER / name / file, text)


def _json(values):
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)
    return text + "\n"


def _plain(array):
    return array.tolist()  # an array, or a number of NumPy's


def _choose(wanted):
    unknown = [name for name in wanted if name not in names()]
    if unknown:
        raise LiveError(f"no live figure is called {', '.join(unknown)}: expected some of {', '.join(names())}")
    return wanted or names()


if __name__ == "__main__":
    sys.exit(main())
