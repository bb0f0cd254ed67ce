"""Cut the instructor's demo out of a lesson: a Preparation that is found by names, then steps of one idea each.

In a lesson's source, a note for the instructor (Markdown, tagged `teacher`) begins a step: its heading, such as
`### What does the forget gate do? (3 minutes)`, is what the class sees, its text is for the instructor alone. The cells
tagged `demo` between it and the next note belong to the step. `(3 minutes, alone)` marks a step for those who have no
more time. The cell for the class's guess stands on the slide that answers it, unless it has one of its own.
"""

import ast
import base64
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell

from tools.lesson import Cell, LessonError, names, names_inside

HEADING = re.compile(r"### (.+) \((\d+) minutes?(, alone)?\)\n+")
SLOWEST = 2.0  # seconds in front of a class
WIDTH = "80"  # columns of a demo's code
HIGHEST = 640  # pixels of a cell that is seen at once in JupyterLab, full screen on a projector of 1024 x 768
LINE = 17  # pixels of a line there
PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]{36})")  # its first 27 bytes
PREPARATION = "preparation"
GUESS = "my_prediction"  # the name under which a lesson keeps the guess
TICK = "**Say**, at the first ✓: this line is checked in every run, and a number has its bound beside it, in brackets."
LARGER = "from utils import plots\n\nplots.larger()  # figures for a projector"

# Functions that change what they are given, by how their names begin: a cell that calls one belongs to the Preparation
# if it reads what a demo cell needs.
CHANGING = re.compile(r"(fit|train|learn|set_|load_|compile|build|append|extend|update|teach)")
GENERATORS = {"rng"}  # any state of it will do
SHOWING = re.compile(r"(print|claim|plots|widgets|display|assert)")


@dataclass
class Step:
    """One idea of a demo: its title, minutes, the note for the instructor (Markdown), its cells.

    ``alone`` marks what an instructor shows who has five minutes.
    """

    title: str
    minutes: int
    alone: bool
    note: str
    cells: list = field(default_factory=list)


def steps(lesson, track) -> list[Step]:
    """The steps of one track's demo, in order; an empty list for a lesson without a demo. Raises LessonError."""
    found = []
    for cell in lesson.cells:
        if cell.track not in (None, track):
            continue
        if "teacher" in cell.tags:
            heading = HEADING.match(cell.source)
            if cell.kind != "markdown" or not heading:
                raise LessonError(
                    f"{lesson.name}: {cell} is a teacher's note: expected Markdown that begins with a heading such as "
                    "'### What is a gate? (3 minutes)'"
                )
            found.append(Step(heading[1], int(heading[2]), bool(heading[3]), cell.source[heading.end() :].strip()))
        elif "demo" in cell.tags:
            if not found:
                raise LessonError(f"{lesson.name}: {cell} is of the demo, but no teacher's note stands before it")
            if not cell.runs:
                raise LessonError(f"{lesson.name}: {cell} is of the demo, but no notebook runs it")
            found[-1].cells.append(cell)
    _place_the_guess(found, lesson.track(track))
    return found


def _place_the_guess(spoken, cells):
    """Put the cell that a guess is typed into on the first slide that reads it, unless it is shown already."""
    guess = next((cell for cell in cells if cell.runs and GUESS in names(cell)[0]), None)
    if guess is None or "demo" in guess.tags:
        return
    answers = (step for step in spoken if any(GUESS in names(cell)[1] for cell in step.cells))
    if step := next(answers, None):
        step.cells.insert(0, guess)


def preparation(lesson, track) -> list:
    """The code cells that the demo's cells need from the rest of the lesson, in the lesson's order.

    A cell is needed if it binds a name that a later needed cell reads, or may change what stands under such a name.
    What a function reads counts from the end, for it may be bound after the function. A cell of the demo comes into the
    Preparation as well if another cell of the Preparation needs it.
    """
    cells = [cell for cell in lesson.track(track) if cell.runs and "check" not in cell.tags]
    while cells and "demo" not in cells[-1].tags:
        cells.pop()
    shown = {cell.id for cell in cells if "demo" in cell.tags}
    needed = _closure(cells, _closure(cells, shown) - shown)
    return [cell for cell in cells if cell.id in needed]


def rebound(lesson, track) -> list[str]:
    """What a demo cell reads that is not what the lesson has at that place: a list of sentences, empty if all is well.

    The whole Preparation runs first, so a cell of it may bind anew what a demo cell from before it reads.
    """
    cells = [cell for cell in lesson.track(track) if cell.runs]
    before = preparation(lesson, track)
    found = []
    for cell in [cell for step in steps(lesson, track) for cell in step.cells]:
        for name in sorted(_reads_first(ast.parse(cell.source).body) - GENERATORS):
            meant, got = _last_binding(cells[: cells.index(cell)], name), _last_binding(before, name)
            if meant is not got:
                found.append(f"{cell} reads {name}, which {got or 'nothing'} binds anew before it")
        before.append(cell)
    return found


def _last_binding(cells, name):
    return next((cell for cell in reversed(cells) if name in names(cell)[0]), None)


def _reads_first(statements, bound=()) -> set:
    """The names that statements read at once, before they bind them."""
    bound, reads = set(bound), set()
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            pass
        elif body := getattr(statement, "body", None):  # of a loop, a with, a condition
            heads = [part for part in ast.iter_child_nodes(statement) if not isinstance(part, ast.stmt)]
            stored = {node.id for head in heads for node in ast.walk(head) if _is_stored(node)}
            reads |= {name for head in heads for name in _names_in(head)} - bound - stored
            reads |= _reads_first([*body, *getattr(statement, "orelse", [])], bound | stored)
        else:
            reads |= names(Cell("code", ast.unparse(statement)))[1] - bound
        bound |= names(Cell("code", ast.unparse(statement)))[0]
    return reads


def _is_stored(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _closure(cells, chosen) -> set:
    """The ids ``chosen`` and those of all cells that they need."""
    inside = set()  # names that functions of the chosen cells read
    while True:
        found = _walk(cells, chosen, inside)
        deferred = set().union(*(names_inside(cell) for cell in cells if cell.id in found))
        if (found, deferred) == (chosen, inside):
            return chosen
        chosen, inside = found, deferred


def _walk(cells, chosen, inside):
    """One walk from the end to the start: the ids of the chosen cells and of those they need."""
    found, needed = set(), set(inside)
    for cell in reversed(cells):
        binds, reads = names(cell)
        if cell.id in chosen or binds & needed or _changes(cell) & needed:
            found.add(cell.id)
            needed = needed - (binds - inside) | reads
    return found


def _changes(cell) -> set:
    """The names under which a cell may change something without binding them anew.

    What a call may change is the owner of its method, or its first argument; in a loop, what the loop goes through.
    """
    changed = set()
    for statement in ast.parse(cell.source).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            continue
        loops = [node for node in ast.walk(statement) if isinstance(node, (ast.For, ast.comprehension))]
        for node in ast.walk(statement):
            if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
                found = _names_in(node.value)
            elif isinstance(node, ast.Call) and CHANGING.match(_last_name(node.func)):
                found = _given(node)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not _shows(node.value):
                found = _given(node.value)
            else:
                continue
            for loop in loops:
                if found & _names_in(loop.target):
                    found |= _names_in(loop.iter)
            changed |= found
    return changed


def _given(call):
    owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return {name for part in (*owner, *call.args[:1]) for name in _names_in(part)}


def _shows(call):
    return SHOWING.match(ast.unparse(call.func))


def _names_in(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _last_name(function):
    """The last part of what is called: `fit` of `model.fit`."""
    return getattr(function, "attr", getattr(function, "id", ""))


def height(cell) -> int:
    """About how many pixels a code cell takes in JupyterLab, with its outputs as they were kept."""
    pixels = LINE * len(cell.source.splitlines()) + 12
    for output in cell.outputs:
        picture = PICTURE.search(output.get("data", {}).get("text/html", ""))
        if picture:
            pixels += int.from_bytes(base64.b64decode(picture[1])[20:24]) + 10  # where a PNG keeps its height
        else:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            pixels += LINE * len(text.splitlines()) + 4
    return pixels


def _narrow(sources) -> list[str]:
    """Pieces of code, laid out anew by ruff in lines of at most 80 columns."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{place}.py") for place in range(len(sources))]
        for file, source in zip(files, sources, strict=True):
            file.write_text(source, encoding="utf-8")
        options = ["--isolated", "--quiet", "--no-cache", "--line-length", WIDTH]
        subprocess.run([sys.executable, "-m", "ruff", "format", *options, folder], check=True)
        return [file.read_text(encoding="utf-8").strip() for file in files]


def cells(lesson, track, setup, folded) -> list:
    """The notebook's cells after its title: the Preparation, collapsed under its heading, then a slide for each step.

    ``setup`` is the code of the set-up cell, ``folded`` the metadata of cells whose code is shut. The Preparation's
    cells are the lesson's; one that a step shows again has another id here.
    """
    shut = {**folded, **_slide("skip"), "tags": [PREPARATION]}
    sources = {"set-up": setup, "larger": LARGER}
    sources |= {f"{PREPARATION}-{cell.id}": cell.source for cell in preparation(lesson, track)}
    collapsed = {"jp-MarkdownHeadingCollapsed": True, **_slide("skip")}
    made = [new_markdown_cell("## Preparation", id=PREPARATION, metadata=collapsed)]
    made += [new_code_cell(source, id=name, metadata=shut) for name, source in sources.items()]
    spoken = steps(lesson, track)
    shown = [cell for step in spoken for cell in step.cells]
    narrow = dict(zip([cell.id for cell in shown], _narrow([cell.source for cell in shown]), strict=True))
    first_tick = next((step for step in spoken if any("claim(" in cell.source for cell in step.cells)), None)
    for number, step in enumerate(spoken, start=1):
        text = f"{step.note}\n\n{TICK}" if step is first_tick else step.note
        note = f"<details><summary>For you: {_minutes(step)}</summary>\n\n{text}\n\n</details>"
        text = f"## {step.title}\n\n{note}"
        made.append(new_markdown_cell(text, id=f"step-{number}", metadata=_slide("slide")))
        for place, cell in enumerate(step.cells):
            slide = _slide("fragment" if place else "-")
            made.append(new_code_cell(narrow[cell.id], id=cell.id, metadata=slide))
    return made


def _minutes(step):
    return f"{step.minutes} minute{'s' if step.minutes > 1 else ''}"


def _slide(kind):
    return {"slideshow": {"slide_type": kind}}
