"""`ready`: what a notebook's set-up cell does once it has found the course: on Colab, install what is missing."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

COURSE = Path(__file__).parents[1]


def ready(packages) -> None:
    """On Colab, install those of ``packages`` (names, with spaces) that are missing or not in the course's range.

    Only they are named to pip, each in the version that the course was made with: what Colab brings stays.
    Raises RuntimeError with pip's reason if that fails. Elsewhere nothing happens.
    """
    if "google.colab" not in sys.modules:
        return
    wanted = [name for name in packages.split() if not _fits(name)]
    if not wanted:
        return
    pins = dict(line.split("==") for line in _lines("constraints.txt"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", *(f"{name}=={pins[name]}" for name in wanted)]
    try:
        subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"pip could not install {', '.join(wanted)}: {error.stderr}") from None
    if loaded := [name for name in wanted if name in sys.modules]:
        print(f"{', '.join(loaded)} was in use already: restart the session and run all cells.")


def _fits(name) -> bool:
    """Whether a package is installed in a version that requirements.txt allows."""
    [allowed] = [Requirement(line) for line in _lines("requirements.txt") if Requirement(line).name == name]
    try:
        return allowed.specifier.contains(version(name), prereleases=True)
    except PackageNotFoundError:
        return False


def _lines(file):
    """The lines of a file of requirements, in small letters, without comments."""
    text = (COURSE / file).read_text(encoding="utf-8").lower()
    return [line for line in text.splitlines() if line and not line.startswith("#")]
