"""Learners' work in notebooks that the build writes: has it changed since, and where is it kept?

The build leaves a fingerprint of a notebook's cells in its metadata, where JupyterLab and Colab leave it when they
save. Kept copies lie in my/ and never replace one another.
"""

import hashlib
import json
from datetime import datetime

import nbformat


def fingerprint(notebook) -> str:
    """A fingerprint of kind and source of all cells, in order; outputs, numbers and metadata do not count."""
    cells = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]


def read(path):
    """The notebook in a file; None if there is no file, or if it holds no notebook, as after a conflict in git."""
    try:
        return nbformat.read(path, as_version=4)
    except (FileNotFoundError, nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError):
        return None


def built(notebook) -> str | None:
    """The fingerprint that the build left, None if it left none."""
    return notebook.metadata.get("course", {}).get("cells") if notebook else None


def was_edited(path) -> bool:
    """Whether a file holds other cells than the build put there; a file that nobody can read counts as edited."""
    if not path.exists():
        return False
    notebook = read(path)
    return notebook is None or built(notebook) != fingerprint(notebook)


def save(path, course):
    """Copy a notebook of the folder ``course`` to its place in my/, under a name with the time; returns where it is."""
    return keep(path, course / "my" / path.parent.relative_to(course / "notebooks"))


def keep(path, folder, now=None):
    """Copy a file into a folder, with the time in its name; never replaces anything. Returns the new path."""
    folder.mkdir(parents=True, exist_ok=True)
    content, time = path.read_bytes(), f"{now or datetime.now():%Y-%m-%d_%H-%M-%S}"
    count = 1
    while True:
        kept = folder / f"{path.stem}_{time}{f'_{count}' if count > 1 else ''}{path.suffix}"
        try:
            with kept.open("xb") as file:
                file.write(content)
        except FileExistsError:
            count += 1
        else:
            return kept
