"""Build the notebooks from the lessons: `python -m tools.build [lesson …] [--check]`.

A lesson gives each track the learner's notebook and, if it has teacher's notes, the instructor's demo (tools/demo.py).
Outputs are kept while a digest of everything they depend on is unchanged; otherwise the notebook is executed.
--check changes nothing: it says which committed notebooks differ from what their lesson would give.
"""

import argparse
import functools
import re
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import demo, saving
from tools.digest import digest
from tools.files import ROOT, replace_file
from tools.length import minutes
from tools.lesson import TITLE, TITLES, TRACKS, LessonError, choose, lesson_names, read
from tools.quiz import spaced
from tools.run import execute, seconds

SETUP = (ROOT / "tools" / "setup_cell.py").read_text(encoding="utf-8").strip()
LEFT = "# @title What is left\nfrom utils import remaining\n\nremaining.summary()"
KEPT = ("tags", "jupyter", "cellView", "slideshow", "jp-MarkdownHeadingCollapsed")  # metadata of a cell that we set
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}

SAVED = (
    "To save what you wrote in my/ and have the course's notebook back, run: python -m tools.build {0}. "
    "For the course itself, edit lessons/{0}.md."
)

# Paths, and addresses in memory, which differ in every run.
MACHINE = re.compile(
    r"site-packages|ipykernel_\d| at 0x[0-9a-f]{6}|" + "|".join(re.escape(str(p)) for p in {ROOT, Path.home()})
)


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="names or numbers, such as 01_embeddings or 01; default: all")
    parser.add_argument("--check", action="store_true", help="change nothing, report what is out of date")
    options = parser.parse_args(arguments)
    try:
        lessons = [read(name) for name in choose(options.lessons)]
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    jobs = [(lesson, track, kind) for lesson in lessons for track in TRACKS for kind in kinds(lesson)]
    if options.check:
        problems = [problem for job in jobs for problem in check(*job)]
    else:
        with ProcessPoolExecutor(2) as pool:
            problems = [problem for problem in pool.map(_build_one, jobs) if problem]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def kinds(lesson) -> tuple:
    """The kinds of notebook that each track of a lesson gets: of ASSEMBLERS."""
    return tuple(ASSEMBLERS) if demo.steps(lesson, TRACKS[0]) else ("learner",)


def target(lesson, track, kind="learner") -> Path:
    """Where the notebook of one lesson, track and kind lies."""
    folder = ROOT / "notebooks" / "demos" if kind == "demo" else ROOT / "notebooks"
    return folder / track / f"{lesson.name}.ipynb"


def assemble(lesson, track):
    """The learner's notebook of one track, without outputs."""
    cells = [new_markdown_cell(_title(lesson, track), id="title")]
    for cell, source in zip(lesson.track(track), _sources(lesson, track), strict=True):
        make = new_code_cell if cell.runs else new_markdown_cell
        tags = sorted(cell.tags - {"demo"})
        metadata = {"tags": tags} if tags else {}
        if "check" in cell.tags:
            metadata |= FOLDED
        cells.append(make(source, id=cell.id, metadata=metadata))
    if any(cell.runs for cell in lesson.track(track)):
        cells.insert(_after_introduction(cells), new_code_cell(_setup(lesson), id="set-up", metadata=FOLDED))
        cells.append(new_code_cell(LEFT, id="what-is-left", metadata=FOLDED))
    return _notebook(lesson, track, cells, [cell.source for cell in lesson.track(track) if cell.runs])


def assemble_demo(lesson, track):
    """The instructor's demo of one track, without outputs."""
    cells = demo.cells(lesson, track, _setup(lesson), FOLDED)
    title = new_markdown_cell(_demo_title(lesson, track), id="title", metadata={"slideshow": {"slide_type": "skip"}})
    sources = [cell.source for cell in cells if cell.cell_type == "code" and cell.id != "set-up"]
    return _notebook(lesson, track, [title, *cells], sources)


ASSEMBLERS = {"learner": assemble, "demo": assemble_demo}


def _notebook(lesson, track, cells, sources):
    notebook = new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "colab": {"name": f"{lesson.name}.ipynb", "provenance": [], "toc_visible": True},
            "course": {"lesson": lesson.name, "track": track, "digest": digest(lesson, sources)},
        }
    )
    notebook.metadata.course.cells = saving.fingerprint(notebook)
    return notebook


def build(lesson, track, kind="learner") -> bool:
    """Write the notebook of one track; returns whether it had to be executed.

    Raises CellExecutionError if a cell fails, LessonError if an output holds what must not be published or a demo's
    cell is slow. Nothing is written then. A notebook that somebody has edited since it was built is saved in my/ first.
    """
    notebook, path = ASSEMBLERS[kind](lesson, track), target(lesson, track, kind)
    committed, edited = saving.read(path), saving.was_edited(path)
    fresh = edited or not committed or not _same_code(committed, notebook)
    if fresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        execute(notebook, path.parent, record_timing=True)
        notebook.metadata.course.seconds = _demo_seconds(notebook) if kind == "demo" else _seconds(notebook)
        _normalise(notebook)
    else:
        _keep_outputs(committed, notebook)
    nbformat.validate(notebook)
    if edited:
        kept = saving.save(path, ROOT)
        print(f"{path.relative_to(ROOT)} is not as it was built: saved as {kept.relative_to(ROOT)}", flush=True)
    replace_file(path, nbformat.writes(notebook) + "\n")
    return fresh


def check(lesson, track, kind="learner") -> list[str]:
    """What is out of date in a committed notebook: a list of sentences, empty if all is well."""
    path = target(lesson, track, kind)
    remedy = f"edit lessons/{lesson.name}.md and run: python -m tools.build {lesson.name}"
    if not path.exists():
        return [f"{path.relative_to(ROOT)} is missing; {remedy}"]
    committed, notebook = saving.read(path), ASSEMBLERS[kind](lesson, track)
    if saving.was_edited(path):
        return [f"{path.relative_to(ROOT)} is not as it was built: somebody edited it. {SAVED.format(lesson.name)}"]
    problems = []
    if _without_outputs(committed) != _without_outputs(notebook):
        problems.append(f"{path.relative_to(ROOT)} differs from its lesson; {remedy}")
    if _built_from(committed) != notebook.metadata.course.digest:
        problems.append(f"the outputs of {path.relative_to(ROOT)} are older than the code they come from; {remedy}")
    return problems


def _seconds(notebook) -> dict:
    """How many seconds a notebook ran: up to the end of its imports, and after them."""
    code = _code_cells(notebook)
    imports = next((k for k, cell in enumerate(code) if "set_seed()" in cell.source), 0) + 1
    parts = {"imports": code[:imports], "lesson": code[imports:]}
    return {name: round(sum(map(seconds, cells)), 1) for name, cells in parts.items()}


def _demo_seconds(notebook) -> dict:
    """How many seconds a demo's Preparation and each of its cells took. Raises LessonError for a slow cell.

    What the Preparation shows is left out: nobody looks at it.
    """
    times = {demo.PREPARATION: 0.0}
    for cell in _code_cells(notebook):
        if demo.PREPARATION in cell.metadata.get("tags", []):
            times[demo.PREPARATION] += seconds(cell)
            cell.outputs = []
        else:
            times[cell.id] = round(seconds(cell), 2)
    times[demo.PREPARATION] = round(times[demo.PREPARATION], 2)
    slow = {name: time for name, time in times.items() if time > demo.SLOWEST and name != demo.PREPARATION}
    if slow:
        found = ", ".join(f"{name} ({time} s)" for name, time in slow.items())
        raise LessonError(
            f"the demo's cells {found} let a class wait: expected at most {demo.SLOWEST} s; take the tag demo from "
            "what computes, so that it comes into the Preparation"
        )
    return times


def _build_one(job):
    lesson, track, kind = job
    try:
        fresh = build(lesson, track, kind)
    except (CellExecutionError, LessonError) as error:
        return f"{lesson.name} ({track}, {kind}): {error}"
    print(f"{target(lesson, track, kind).relative_to(ROOT)}: {'executed' if fresh else 'outputs kept'}", flush=True)


def _title(lesson, track):
    course = _course()
    other = next(t for t in TRACKS if t != track)
    page = f"https://colab.research.google.com/github/{course['repository']}/blob/{course['ref']}/notebooks"
    colab = {each: f"{page}/{each}/{lesson.name}.ipynb" for each in TRACKS}
    badge = f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab[track]})"
    twin = f"[the same in {TITLES[other]}](../{other}/{lesson.name}.ipynb) ([on Colab]({colab[other]}))"
    needed, deeper = minutes(lesson, track)
    length = f"about {needed} minutes" + (f", and {deeper} more to go deeper" if deeper else "")
    links = [f"{word}: {link}" for word, link in zip(("previous", "next"), _neighbours(lesson), strict=True) if link]
    lines = [f"# {_name(lesson)}", badge, f"**{TITLES[track]}** · {twin} · {length}", " · ".join(links)]
    return "\n\n".join(filter(None, lines))


def _demo_title(lesson, track):
    spoken = sum(step.minutes for step in demo.steps(lesson, track))
    lines = [
        f"# Demo of {_name(lesson)} ({TITLES[track]})",
        f"About {spoken} minutes, for the front of a class. `make demo LESSON={lesson.number} TRACK={track}` opens a "
        "copy without outputs, so that the class guesses first. The learners' notebook: "
        f"[{_name(lesson)}](../../{track}/{lesson.name}.ipynb).",
        "- **Before class**, select the first slide's title, choose *Run, Run All Above Selected Cell*, and leave the "
        "kernel on: then every cell answers at once. [lessons.md](../../../teaching/lessons.md) says how many seconds "
        "this takes.\n"
        "- **Your notes** stand under each title, shut. On your own screen keep the course's file open, "
        f"`notebooks/demos/{track}/{lesson.name}.ipynb`, with its notes open and its outputs; or print it.\n"
        "- **In class**, Shift+Enter goes one cell on: from a title to its first cell, then each cell of the slide in "
        "turn. Notes say which question comes before which cell.",
    ]
    return "\n\n".join(lines)


def _name(lesson):
    return f"{lesson.number} · {lesson.title}" if lesson.number else lesson.title


def _neighbours(lesson):
    """Links to the numbered lessons before and after this one, in its own track; None where there is none."""
    names = [name for name in lesson_names() if name[0].isdigit()]
    place = names.index(lesson.name) if lesson.name in names else len(names) + 1
    around = [names[k] if 0 <= k < len(names) else None for k in (place - 1, place + 1)]
    return [name and f"[{_name(_read(name))}]({name}.ipynb)" for name in around]


_read = functools.cache(read)


def _sources(lesson, track):
    """What a notebook shows of each cell: solutions shut, quizzes with air, and the way on at the end."""
    cells = lesson.track(track)
    sources = spaced([_shut(cell.source) if "solution" in cell.tags else cell.source for cell in cells])
    following = _neighbours(lesson)[1]
    if following and sources[-1].startswith("## Where next"):
        sources[-1] += f"\n\n**Next:** {following}"
    return sources


def _shut(source):
    """A solution as Markdown that everywhere stays shut until it is opened."""
    title, code = TITLE.match(source)[1], TITLE.sub("", source, count=1)
    return f"<details><summary>{title}</summary>\n\n```python\n{code}\n```\n\n</details>"


def _setup(lesson):
    course = _course()
    values = {"OWNER/NAME": course["repository"], "REF": course["ref"], "PACKAGES": " ".join(lesson.colab_packages)}
    return re.sub("|".join(values), lambda name: values[name[0]], SETUP)


def _after_introduction(cells):
    """The place after the title and the Markdown that follows it, up to the next heading or the first code."""
    return next((k for k, cell in enumerate(cells) if k and (cell.cell_type == "code" or cell.source[0] == "#")), 1)


def _course():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["course"]


def _same_code(committed, notebook):
    """Whether two notebooks have as many code cells, and their outputs depend on the same."""
    digests = _built_from(committed), _built_from(notebook)
    return digests[0] == digests[1] and len(_code_cells(committed)) == len(_code_cells(notebook))


def _code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _keep_outputs(committed, notebook):
    """Give a notebook the outputs and seconds of the committed one, whose code cells are the same, in the same order.

    Their ids need not be: another heading gives other ids.
    """
    pairs = list(zip(_code_cells(committed), _code_cells(notebook), strict=True))
    for kept, cell in pairs:
        cell.outputs, cell.execution_count = kept.outputs, kept.execution_count
    if times := committed.metadata.course.get("seconds"):
        ids = {kept.id: cell.id for kept, cell in pairs}
        notebook.metadata.course.seconds = {ids.get(name, name): value for name, value in times.items()}


def _normalise(notebook):
    """Drop what only a running kernel can show; refuse warnings, log lines, errors and machine paths."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = nbformat.from_dict({"name": "python"})
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        cell.outputs = [output for output in cell.outputs if not _is_live(output)]
        for output in cell.outputs:
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            if output.get("name") == "stderr" or output.output_type == "error":
                raise LessonError(f"cell {cell.id} wrote a warning or an error: {text[:300]!r}")
            if MACHINE.search(text):
                raise LessonError(f"cell {cell.id} shows a path or an address of this machine: {text[:300]!r}")


def _is_live(output):
    """Whether an output lives only where the notebook runs: a control, or a sound, which is never published."""
    data = output.get("data", {})
    return "application/vnd.jupyter.widget-view+json" in data or "<audio" in data.get("text/html", "")


def _built_from(notebook):
    return notebook.metadata.get("course", {}).get("digest")


def _without_outputs(notebook):
    """What a lesson decides in its notebook; what JupyterLab or Colab adds when they save one is left out."""
    course = {k: v for k, v in notebook.metadata.get("course", {}).items() if k not in ("digest", "seconds")}
    cells = [[cell.get("id"), cell.cell_type, cell.source, *map(cell.metadata.get, KEPT)] for cell in notebook.cells]
    return [*cells, notebook.metadata.get("colab"), course]


if __name__ == "__main__":
    sys.exit(main())
