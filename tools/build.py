"""Build the notebooks from the lessons: `python -m tools.build [lesson …] [--check]`.

Outputs are kept while a digest of everything they depend on is unchanged; otherwise the notebook is executed.
--check changes nothing: it says which committed notebooks differ from what their lesson would give.
"""

import argparse
import ast
import hashlib
import re
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.files import ROOT, replace_file
from tools.length import minutes
from tools.lesson import TITLE, TITLES, TRACKS, LessonError, choose, read
from tools.run import execute
from utils.running_task import earlier_rows

SETUP = """\
# Set-up: finds the course's helpers. On Colab it fetches them first, with the packages that Colab lacks.
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

places = [Path.cwd(), *Path.cwd().parents, Path.cwd() / "rnn-course"]
course = next((place for place in places if (place / "utils" / "claims.py").exists()), None)
if "google.colab" in sys.modules:
    if course is None:
        course = places[-1]
        source = ["--branch", "{ref}", "https://github.com/{repository}"]
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", *source, str(course)], check=True)
    missing = [package for package in {packages} if find_spec(package) is None]
    if missing:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)
if course is None:
    raise FileNotFoundError("utils/ not found: open this notebook from inside the course's folder")
sys.path.insert(0, str(course))"""

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
    if _code(lesson, track):
        cells.append(new_code_cell(_setup(lesson), id="set-up"))
    for cell in lesson.track(track):
        make = new_code_cell if cell.runs else new_markdown_cell
        metadata = {"tags": sorted(cell.tags)} if cell.tags else {}
        if "check" in cell.tags:
            metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
        source = _shut(cell.source) if "solution" in cell.tags else cell.source
        cells.append(make(source, id=cell.id, metadata=metadata))
    notebook = new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "course": {"lesson": lesson.name, "track": track, "digest": digest(lesson, track)},
        }
    )
    return notebook


def build(lesson, track) -> bool:
    """Write the notebook of one track; returns whether it had to be executed.

    Raises CellExecutionError if a cell fails, LessonError if an output holds what must not be published.
    Nothing is written then.
    """
    notebook, path = assemble(lesson, track), target(lesson, track)
    committed = nbformat.read(path, as_version=4) if path.exists() else None
    fresh = not committed or committed.metadata.get("course", {}).get("digest") != notebook.metadata.course.digest
    if fresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        execute(notebook, path.parent)
        _normalise(notebook)
    else:
        _keep_outputs(committed, notebook)
    nbformat.validate(notebook)
    replace_file(path, nbformat.writes(notebook) + "\n")
    return fresh


def check(lesson, track) -> list[str]:
    """What is out of date in a committed notebook: a list of sentences, empty if all is well."""
    path = target(lesson, track)
    remedy = f"edit lessons/{lesson.name}.md and run: python -m tools.build {lesson.name}"
    if not path.exists():
        return [f"{path.relative_to(ROOT)} is missing; {remedy}"]
    committed, notebook = nbformat.read(path, as_version=4), assemble(lesson, track)
    problems = []
    if _without_outputs(committed) != _without_outputs(notebook):
        problems.append(f"{path.relative_to(ROOT)} differs from its lesson; {remedy}")
    if committed.metadata.get("course", {}).get("digest") != notebook.metadata.course.digest:
        problems.append(f"the outputs of {path.relative_to(ROOT)} are older than the code they come from; {remedy}")
    return problems


def digest(lesson, track) -> str:
    """A fingerprint of all that the outputs depend on: the code of the cells and of `utils`, data/, the versions.

    Only the `utils` modules that the cells import count, followed through. Comments and docstrings do not count.
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
    """A fingerprint of the code of one track's cells alone."""
    return _fingerprint([_bare(source) for source in _code(lesson, track)])


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
    page = f"https://colab.research.google.com/github/{course['repository']}/blob/{course['ref']}"
    badge = f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({page}/notebooks/{track}/{lesson.name}.ipynb)"
    twin = f"[the same lesson in {TITLES[other]}](../{other}/{lesson.name}.ipynb)"
    title = f"{lesson.number} · {lesson.title}" if lesson.number else lesson.title
    needed, deeper = minutes(lesson, track)
    length = f"about {needed} minutes" + (f", and {deeper} more to go deeper" if deeper else "")
    return f"# {title}\n\n{badge}\n\n**{TITLES[track]}** · {twin} · {length}"


def _shut(source):
    """A solution as Markdown that everywhere stays shut until it is opened."""
    title, code = TITLE.match(source)[1], TITLE.sub("", source, count=1)
    return f"<details><summary>{title}</summary>\n\n```python\n{code}\n```\n\n</details>"


def _setup(lesson):
    return SETUP.format(packages=repr(lesson.colab_packages).replace("'", '"'), **_course())


def _course():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["course"]


def _modules(sources) -> set[str]:
    """The `utils` modules that pieces of code import, followed through."""
    found, todo = set(), list(sources)
    while todo:
        for node in ast.walk(ast.parse(todo.pop())):
            candidates = []
            if isinstance(node, ast.Import):
                candidates = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                candidates = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for module in candidates:
                if module.split(".")[0] == "utils" and module not in found and _module_file(module):
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
        cell.outputs = [o for o in cell.outputs if "application/vnd.jupyter.widget-view+json" not in o.get("data", {})]
        for output in cell.outputs:
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            if output.get("name") == "stderr" or output.output_type == "error":
                raise LessonError(f"cell {cell.id} wrote a warning or an error: {text[:300]!r}")
            if MACHINE.search(text):
                raise LessonError(f"cell {cell.id} shows a path or an address of this machine: {text[:300]!r}")


def _without_outputs(notebook):
    bare = nbformat.from_dict(notebook)
    bare.metadata.get("course", {}).pop("digest", None)
    return [
        {"id": cell.id, "type": cell.cell_type, "source": cell.source, "metadata": cell.metadata} for cell in bare.cells
    ] + [bare.metadata]


if __name__ == "__main__":
    sys.exit(main())
