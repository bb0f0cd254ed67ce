"""Copies of folders: a submission's to run, and the course's to run from and to put back what was changed in it."""

import contextlib
import fnmatch
import os
import shutil
import stat
import tempfile
import threading
from pathlib import Path

from tools.files import ROOT

MB, GB = 2**20, 2**30
NEEDED = ("utils", "cluster", "data", "requirements.txt", "constraints.txt", "pyproject.toml")  # what notebooks read
CACHES = (
    *(".git", ".venv", ".versions", ".ipynb_checkpoints", "__pycache__", "__MACOSX", "._*", ".*_cache", ".coverage*"),
    *("site-packages", "node_modules", "_build"),
)


class Refused(Exception):
    """A notebook that cannot be graded; says why and what to do."""


def files_below(folder, apart_from=()):
    """Yield the names, relative to ``folder`` and with /, of all files and links in it; links are not followed.

    Caches, git's and Python's own folders, and the paths in ``apart_from`` are left out.
    """
    for place, folders, files in os.walk(folder):
        here = Path(place)
        wanted = [name for name in [*folders, *files] if not _is_cache(name) and here / name not in apart_from]
        folders[:] = [name for name in folders if name in wanted]
        links = [name for name in folders if (here / name).is_symlink()]
        for name in [*links, *(name for name in files if name in wanted)]:
            yield (here / name).relative_to(folder).as_posix()


def copy_submission(folder, place, most) -> tuple:
    """Copy the files below ``folder``, links and the course's own helpers left out; returns what was left out and why.

    Raises Refused if they are more than ``most`` bytes, or cannot be read.
    """
    size, left_out = 0, []
    own = {(folder / name).parent for name in files_below(folder) if f"/{name}".endswith("/utils/claims.py")}
    place.mkdir(parents=True)
    for name in files_below(folder, {*own, folder / "grades.csv"}):
        source, target = folder / name, place / name
        try:
            kind = source.lstat()
            if not stat.S_ISREG(kind.st_mode):
                left_out.append(f"{name} (not a file, but {'a link' if stat.S_ISLNK(kind.st_mode) else 'a device'})")
                continue
            size += kind.st_size
            if size > most:
                raise Refused(
                    f"its folder holds more than {size_in_words(most)}: notebook and data need a folder of their own"
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        except OSError as error:
            raise Refused(f"{name} beside it cannot be copied ({error.strerror})") from None
    return (*left_out, *(f"{path.relative_to(folder).as_posix()} (the course's own is used)" for path in own))


class Course:
    """The course's folder as it is now, copied: to run from, and to put back what somebody else's program changes.

    ``my/``, ``dist/``, caches, git's and Python's folders, and the paths in ``apart_from`` are not watched.
    """

    def __init__(self, root=ROOT, apart_from=()):
        self.root = root
        self._apart_from = {root / "my", root / "dist", *apart_from}
        self._lock = threading.Lock()
        self._scratch = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
        self.copy = Path(self._scratch.name).resolve()
        self._names = set(files_below(root, self._apart_from))
        for name in self._names:
            self._give(name, self.root, self.copy)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._scratch.cleanup()

    def copy_needed(self, place) -> None:
        """Copy what notebooks import and read of the course into a folder."""
        for name in self._names:
            if name.split("/")[0] in NEEDED:
                self._give(name, self.copy, place)

    def put_back(self) -> str:
        """Put back every file that was changed, removed or added since; returns a sentence about them, or "".

        What was found in their places is kept in a new folder in my/.
        """
        with self._lock:
            there = set(files_below(self.root, self._apart_from))
            changed = sorted(
                self._names ^ there | {name for name in self._names & there if not self._is_as_before(name)}
            )
            if not changed:
                return ""
            (self.root / "my").mkdir(exist_ok=True)
            kept = Path(tempfile.mkdtemp(prefix="changed_while_grading_", dir=self.root / "my"))
            for name in changed:
                if os.path.lexists(self.root / name):
                    (kept / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.move(self.root / name, kept / name)
                if name in self._names:
                    self._give(name, self.copy, self.root)
        some = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        return (
            f"files of the course were changed, added or removed: {some}. All is as before; what was found there is "
            f"in {kept.relative_to(self.root).as_posix()}"
        )

    def _is_as_before(self, name):
        with contextlib.suppress(OSError):
            return _signature(self.root / name) == _signature(self.copy / name)
        return False

    @staticmethod
    def _give(name, source, target):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, target / name, follow_symlinks=False)


def size_in_words(number) -> str:
    """A number of bytes, such as 512 MB or 4 GB."""
    return f"{number / GB:.3g} GB" if number >= GB else f"{number / MB:.3g} MB"


def _is_cache(name):
    return any(fnmatch.fnmatch(name, pattern) for pattern in CACHES)


def _signature(path):
    """What a file is: mode and content, or where a link leads."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return mode, os.readlink(path)
    return mode, path.read_bytes() if stat.S_ISREG(mode) else None
