"""Build the notebooks from the lessons: `python -m tools.build [lesson …] [--check]`.

Outputs are kept while a digest of everything they depend on is unchanged; otherwise the notebook is executed.
--check changes nothing: it says which committed notebooks differ from what their lesson would give.
"""

import argparse
import ast
import functools
import hashlib
import re
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import saving
from tools.files import ROOT, replace_file
from tools.length import minutes
from tools.lesson import TITLE, TITLES, TRACKS, LessonError, choose, lesson_names, read
from tools.quiz import spaced
from tools.run import execute
from utils.running_task import earlier_rows

SETUP = (ROOT / "tools" / "setup_cell.py").read_text(encoding="utf-8").strip()
LEFT = "# @title What is left\nfrom utils import remaining\n\nremaining.summary()"
OURS = ("utils", "cluster")  # what a notebook imports from the course
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
    jobs = [(lesson, track) for lesson in lessons for track in TRACKS]
    if options.check:
        problems = [problem for job in jobs for problem in check(*job)]
    else:
        with ProcessPoolExecutor(2) as pool:
            problems = [problem for problem in pool.map(_build_one, jobs) if problem]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def target(lesson, track) -> Path:
    """Where the notebook of one lesson and track lies."""
    return ROOT / "notebooks" / track / f"{lesson.name}.ipynb"


def assemble(lesson, track):
    """The notebook of one track, without outputs."""
    cells = [new_markdown_cell(_title(lesson, track), id="title")]
    for cell, source in zip(lesson.track(track), _sources(lesson, track), strict=True):
        make = new_code_cell if cell.runs else new_markdown_cell
        metadata = {"tags": sorted(cell.tags)} if cell.tags else {}
        if "check" in cell.tags:
            metadata |= FOLDED
        cells.append(make(source, id=cell.id, metadata=metadata))
    if _code(lesson, track):
        cells.insert(_after_introduction(cells), new_code_cell(_setup(lesson), id="set-up", metadata=FOLDED))
        cells.append(new_code_cell(LEFT, id="what-is-left", metadata=FOLDED))
    notebook = new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "colab": {"name": f"{lesson.name}.ipynb", "provenance": [], "toc_visible": True},
            "course": {"lesson": lesson.name, "track": track, "digest": digest(lesson, track)},
        }
    )
    notebook.metadata.course.cells = saving.fingerprint(notebook)
    return notebook


def build(lesson, track) -> bool:
    """Write the notebook of one track; returns whether it had to be executed.

    Raises CellExecutionError if a cell fails, LessonError if an output holds what must not be published.
    Nothing is written then. A notebook that somebody has edited since it was built is saved in my/ first.
    """
    notebook, path = assemble(lesson, track), target(lesson, track)
    committed, edited = saving.read(path), saving.was_edited(path)
    fresh = edited or not committed or _built_from(committed) != notebook.metadata.course.digest
    if fresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        execute(notebook, path.parent)
        _normalise(notebook)
    else:
        _keep_outputs(committed, notebook)
    nbformat.validate(notebook)
    if edited:
        kept = saving.save(path)
        print(f"{path.relative_to(ROOT)} is not as it was built: saved as {kept.relative_to(ROOT)}", flush=True)
    replace_file(path, nbformat.writes(notebook) + "\n")
    return fresh


def check(lesson, track) -> list[str]:
    """What is out of date in a committed notebook: a list of sentences, empty if all is well."""
    path = target(lesson, track)
    remedy = f"edit lessons/{lesson.name}.md and run: python -m tools.build {lesson.name}"
    if not path.exists():
        return [f"{path.relative_to(ROOT)} is missing; {remedy}"]
    committed, notebook = saving.read(path), assemble(lesson, track)
    if saving.was_edited(path):
        return [f"{path.relative_to(ROOT)} is not as it was built: somebody edited it. {SAVED.format(lesson.name)}"]
    problems = []
    if _without_outputs(committed) != _without_outputs(notebook):
        problems.append(f"{path.relative_to(ROOT)} differs from its lesson; {remedy}")
    if _built_from(committed) != notebook.metadata.course.digest:
        problems.append(f"the outputs of {path.relative_to(ROOT)} are older than the code they come from; {remedy}")
    return problems


def digest(lesson, track) -> str:
    """A fingerprint of all that the outputs depend on: the code of the cells and of the course, data/, the versions.

    Only the modules that the cells import count, followed through. Comments and docstrings do not count.
    """
    code = _code(lesson, track)
    modules = _modules(code)
    parts = [_bare(source) for source in code]
    parts += [f"{module}\n{_bare(_module_file(module).read_text(encoding='utf-8'))}" for module in sorted(modules)]
    parts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "data").glob("*.toml"))]
    if "utils.running_task" in modules:
        parts.append(repr(earlier_rows(lesson.name)))
    parts.append((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    return _fingerprint(parts)


def own_digest(lesson, track) -> str:
    """A fingerprint of the code that one track's claims depend on: its cells without the checks of exercises."""
    return _fingerprint([_bare(cell.source) for cell in lesson.track(track) if cell.runs and "check" not in cell.tags])


def _code(lesson, track):
    return [cell.source for cell in lesson.track(track) if cell.runs]


def _fingerprint(parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _build_one(job):
    lesson, track = job
    try:
        fresh = build(lesson, track)
    except (CellExecutionError, LessonError) as error:
        return f"{lesson.name} ({track}): {error}"
    print(f"{target(lesson, track).relative_to(ROOT)}: {'executed' if fresh else 'outputs kept'}", flush=True)


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


def _modules(sources) -> set[str]:
    """The course's modules that pieces of code import, followed through."""
    found, todo = set(), list(sources)
    while todo:
        for node in ast.walk(ast.parse(todo.pop())):
            candidates = []
            if isinstance(node, ast.Import):
                candidates = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                candidates = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for module in candidates:
                if module.split(".")[0] in OURS and module not in found and _module_file(module):
                    found.add(module)
                    todo.append(_module_file(module).read_text(encoding="utf-8"))
    return found


def _module_file(module):
    base = ROOT.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.exists()), None)


def _bare(source) -> str:
    """Code without comments, docstrings and layout; the same under every Python, as `ast.unparse` is not."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node, clean=False):
            node.body[0] = ast.Pass()
        elif isinstance(node, ast.JoinedStr):  # Python 3.12 ends a nested format with an empty text
            node.values = [part for part in node.values if getattr(part, "value", None) != ""]
    return repr(_plain(tree))


def _plain(node):
    """A syntax tree as tuples and lists; what is empty is left out, for newer Pythons have more fields."""
    if isinstance(node, ast.AST):
        fields = ((name, _plain(value)) for name, value in ast.iter_fields(node) if value not in (None, []))
        return (type(node).__name__, *fields)
    return [_plain(item) for item in node] if isinstance(node, list) else node


def _keep_outputs(committed, notebook):
    kept = {cell.id: cell for cell in committed.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.id in kept:
            cell.outputs, cell.execution_count = kept[cell.id].outputs, kept[cell.id].execution_count


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
    course = {key: value for key, value in notebook.metadata.get("course", {}).items() if key != "digest"}
    cells = [
        [cell.get("id"), cell.cell_type, cell.source, *map(cell.metadata.get, ("tags", "jupyter", "cellView"))]
        for cell in notebook.cells
    ]
    return [*cells, notebook.metadata.get("colab"), course]


if __name__ == "__main__":
    sys.exit(main())
