"""Fingerprints of code: of all that a notebook's outputs depend on, and of what a lesson's claims depend on."""

import ast
import hashlib

from tools.files import ROOT
from utils.running_task import earlier_rows

OURS = ("utils", "cluster")  # what a notebook imports from the course


def digest(lesson, sources) -> str:
    """A fingerprint of all that outputs depend on: the code of the cells and of the course, data/, the versions.

    Only the modules that the code cells (``sources``) import count, followed through. Comments and docstrings do not
    count.
    """
    used = modules(sources)
    parts = [bare(source) for source in sources]
    parts += [f"{module}\n{bare(_module_file(module).read_text(encoding='utf-8'))}" for module in sorted(used)]
    parts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "data").glob("*.toml"))]
    if "utils.running_task" in used:
        parts.append(repr(earlier_rows(lesson.name)))
    parts.append((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    return fingerprint(parts)


def own_digest(lesson, track) -> str:
    """A fingerprint of the code that one track's claims depend on: its cells without the checks of exercises.

    How the code is cut into cells does not count.
    """
    sources = [cell.source for cell in lesson.track(track) if cell.runs and "check" not in cell.tags]
    return fingerprint([bare("\n".join(sources))])


def fingerprint(parts) -> str:
    """Sixteen hexadecimal digits for a list of texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def modules(sources) -> set[str]:
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


def bare(source) -> str:
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
