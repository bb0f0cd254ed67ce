"""Read a lesson's source and cut it into the cells of each track.

A lesson is Jupytext Markdown in lessons/. Cells without a tag are shared; a `pytorch` code cell is directly followed
by its `tensorflow` sibling. What is wrong with a source is said in a LessonError that names the cell.
"""

import ast
import builtins
import functools
import re
import symtable
from dataclasses import dataclass, field

import jupytext

from tools.files import ROOT

TRACKS = ("pytorch", "tensorflow")
TITLES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow"}
TAGS = {*TRACKS, "check", "solution", "wrong", "answer", "demo", "teacher", "nbval-check-output"}
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
FOR_TESTS = {"wrong", "answer"}  # answers to exercises and to the assignment: they stay out of the notebooks
FOR_OTHERS = {*FOR_TESTS, "teacher"}  # not for learners
TITLE = re.compile(r"# @title (.+)\n?")  # the first line of a check or a solution
GENERATOR = "genexpr"  # what symtable calls a generator expression; unlike a function it runs at once
NEVER_INSTALL = {"torch", "tensorflow", "keras", "numpy", "ipywidgets"}


class LessonError(ValueError):
    """A lesson's source that cannot be built; says which lesson, which cell, what was expected."""


@dataclass
class Cell:
    """One cell of a lesson: ``kind`` is "markdown" or "code"; ``id`` is the same in both tracks where it is shared."""

    kind: str
    source: str
    tags: set = field(default_factory=set)
    id: str = ""

    @property
    def track(self):
        """The track this cell belongs to, or None if it is shared."""
        return next((track for track in TRACKS if track in self.tags), None)

    @property
    def runs(self):
        """Whether the notebook executes this cell. Solutions are shown there, and run by the tests alone."""
        return self.kind == "code" and not self.tags & {"solution", *FOR_TESTS}

    def __str__(self):
        return f"the {self.kind} cell that begins {self.source.splitlines()[0][:60]!r}"


@dataclass
class Lesson:
    """A lesson: its file name without ending, front matter and cells."""

    name: str
    title: str
    colab_packages: list
    cells: list

    @property
    def number(self):
        """The lesson's number, such as "05"; None for quizzes, assignment and project."""
        first = self.name.split("_")[0]
        return first if first.isdigit() else None

    @property
    def needs(self) -> set:
        """The numbers of the lessons that its head names after "You need"."""
        head = re.search(r"(?m)^You need: (.*)$", "\n".join(cell.source for cell in self.cells))
        return set(re.findall(r"\b\d\d\b", head[1])) if head else set()

    def track(self, track) -> list:
        """The cells of one track's notebook, in order."""
        return [cell for cell in self.cells if cell.track in (None, track) and not cell.tags & FOR_OTHERS]


def lesson_names() -> list[str]:
    """The names of all lessons, in order."""
    return sorted(path.stem for path in (ROOT / "lessons").glob("*.md"))


def choose(wanted) -> list[str]:
    """The lessons asked for by name or number ("01_embeddings", "01"); all of them if none is asked for."""
    known = lesson_names()
    chosen = []
    for name in wanted:
        matches = [lesson for lesson in known if lesson == name or lesson.split("_")[0] == name]
        if not matches:
            raise LessonError(f"unknown lesson {name!r}: expected one of {', '.join(known)}")
        chosen += matches
    return chosen or known


def read(name) -> Lesson:
    """Read lessons/NAME.md. Raises LessonError."""
    return parse(name, (ROOT / "lessons" / f"{name}.md").read_text(encoding="utf-8"))


def definitions(name, track) -> dict:
    """The imports, functions and classes that a lesson's cells hold, {name: object}, as its learners get them.

    Nothing else of the lesson is run: a name that only a run would bind has to be put into the dictionary, which is the
    functions' namespace. Cells of checks are left out.
    """
    found = {"__name__": name}
    for cell in read(name).track(track):
        if cell.runs and "check" not in cell.tags:
            body = [node for node in ast.parse(cell.source).body if isinstance(node, DEFINITIONS)]
            exec(compile(ast.Module(body, []), f"<lesson {name}>", "exec"), found)
    return found


def parse(name, text) -> Lesson:
    """Cut a lesson's text into cells, check them and give them their ids. Raises LessonError."""
    notebook = _notebook(name, text)
    course = notebook.metadata.get("course", {})
    if "title" not in course:
        raise LessonError(f"{name}: the front matter lacks a title under jupyter: course:")
    if "minutes" in course:
        raise LessonError(f"{name}: minutes are computed (tools/length.py): take 'minutes:' out of the front matter")
    packages = list(course.get("colab_packages", []))
    if NEVER_INSTALL & set(packages):
        raise LessonError(f"{name}: colab_packages must not hold {NEVER_INSTALL & set(packages)}: Colab has its own")

    cells = [Cell(cell.cell_type, cell.source.strip(), set(cell.metadata.get("tags", []))) for cell in notebook.cells]
    lesson = Lesson(name, course["title"], packages, [cell for cell in cells if cell.source])
    _check_tags(lesson)
    _check_siblings(lesson)
    _give_ids(lesson)
    for track in TRACKS:
        _check_names(lesson, track)
    return lesson


def _notebook(name, text):
    try:
        notebook = jupytext.reads(text, {"extension": ".md", "split_at_heading": True})
    except Exception as error:  # of jupytext, nbformat or YAML
        raise LessonError(f"{name}: jupytext cannot read it ({str(error).splitlines()[0]})") from None
    if not isinstance(notebook.metadata.get("course", {}), dict):
        raise LessonError(f"{name}: expected a title and more under jupyter: course:, got {notebook.metadata.course!r}")
    return notebook


def _check_tags(lesson):
    for cell in lesson.cells:
        if cell.tags - TAGS:
            known = ", ".join(sorted(TAGS))
            raise LessonError(f"{lesson.name}: {cell} has unknown tags {cell.tags - TAGS}, expected {known}")
        if len(cell.tags & set(TRACKS)) > 1:
            raise LessonError(f"{lesson.name}: {cell} has the tags of both tracks; leave both out to share it")
        if "check" in cell.tags and not TITLE.match(cell.source):
            raise LessonError(f"{lesson.name}: {cell} is collapsed: begin it with a line '# @title Check of …'")
        if "solution" in cell.tags:
            _check_solution(lesson, cell)


def _check_solution(lesson, cell):
    if not cell.source.startswith("# @title Solution of "):
        raise LessonError(f"{lesson.name}: {cell} is a solution: begin it with a line '# @title Solution of …'")
    others = cell.tags - {"solution", *TRACKS}
    if others:
        raise LessonError(f"{lesson.name}: {cell} is a solution, which no notebook runs: take out {sorted(others)}")


def _check_siblings(lesson):
    code = [(place, cell) for place, cell in enumerate(lesson.cells) if cell.kind == "code"]
    for place, cell in code:
        if cell.track == "pytorch":
            neighbour, expected = lesson.cells[place + 1 : place + 2], "tensorflow"
        elif cell.track == "tensorflow":
            neighbour, expected = lesson.cells[max(place - 1, 0) : place], "pytorch"
        else:
            continue
        if not (neighbour and neighbour[0].kind == "code" and neighbour[0].track == expected):
            side = "directly after" if expected == "tensorflow" else "directly before"
            raise LessonError(f"{lesson.name}: {cell} ({cell.track}) has no {expected} sibling {side} it")
        if cell.tags - {cell.track} != neighbour[0].tags - {expected}:
            tags = f"{sorted(cell.tags)} and {sorted(neighbour[0].tags)}"
            raise LessonError(f"{lesson.name}: {cell} and its sibling differ in tags: {tags}")


def _give_ids(lesson):
    """Ids from the nearest heading and a counter; siblings share a number, a note of one track gets a suffix.

    Teachers' notes get none: they do not move the ids of the cells around them.
    """
    slug, count, seen = "start", 0, set()
    for cell in lesson.cells:
        if "teacher" in cell.tags:
            continue
        heading = re.match(r"#+ +(.+)", cell.source) if cell.kind == "markdown" else None
        if heading:
            slug, count = _slug(heading[1]), 0
        note = cell.kind == "markdown" and cell.track
        if not note and cell.track != "tensorflow":
            count += 1
        cell.id = f"{slug}-{count}" + (f"-{cell.track}" if note else "")
        if (cell.id, cell.track) in seen:
            raise LessonError(f"{lesson.name}: two cells get the id {cell.id!r}: rename a heading or join the notes")
        seen.add((cell.id, cell.track))


def _slug(heading) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", heading.lower().replace("×", "x")).strip("-")
    return words[:48].strip("-") or "section"


def _check_names(lesson, track):
    """Every name that a shared cell reads must have been bound by an earlier cell that this track's notebook runs."""
    bound = set(dir(builtins))
    for cell in lesson.cells:
        if cell.kind != "code" or cell.track not in (None, track):
            continue
        binds, reads = names(cell)
        unbound = sorted(reads - bound - binds)
        if unbound and cell.track is None:
            raise LessonError(
                f"{lesson.name}: {cell} is shared and reads {', '.join(unbound)}, which no earlier {track} cell binds"
                " (solutions and wrong answers do not run in a notebook)"
            )
        if cell.runs:
            bound |= binds


def names(cell):
    """The global names a code cell binds and the ones it reads: two sets."""
    symbols = _table(cell).get_symbols()
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
    reads = {s.get_name() for s in symbols if s.is_referenced()}
    return binds, reads.union(*map(_reads, _table(cell).get_children()))


def names_inside(cell) -> set:
    """The global names that the functions and classes of a code cell read, when they are called."""
    later = [child for child in _table(cell).get_children() if child.get_name() != GENERATOR]
    return set().union(*map(_reads, later))


def _reads(table) -> set:
    """The global names that a function, a class or a comprehension reads."""
    reads = {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return reads.union(*map(_reads, table.get_children()))


def _table(cell):
    try:
        return _symbols(cell.source)
    except SyntaxError as error:
        raise LessonError(f"{cell} is not valid Python: {error}") from None


@functools.cache
def _symbols(source):
    tree = _AsGenerators().visit(ast.parse(source))
    return symtable.symtable(ast.unparse(tree), "<cell>", "exec")


class _AsGenerators(ast.NodeTransformer):
    """Makes a generator expression of each comprehension: from Python 3.12 on, symtable gives the names inside a
    comprehension to the scope around it."""

    def visit_ListComp(self, node):
        return self.generic_visit(ast.GeneratorExp(node.elt, node.generators))

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node):
        return self.generic_visit(ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators))
