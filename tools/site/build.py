"""Put together what becomes a page, and let Sphinx make dist/site/ of it. No notebook is run, no network is asked."""

import os
import shutil
import subprocess
import sys

from tools.copies import files_below
from tools.files import ROOT
from tools.lesson import TITLES, TRACKS, lesson_names
from tools.live import NO_NODE
from tools.site import figures

TARGET = ROOT / "dist" / "site"
WORK = ROOT / "dist" / "site-work"
NOT_PAGES = ("site/tests/", "site/live/", "site/_", "notebooks/demos/")
PAGES = ("data/", "teaching/", "reading/", "benchmarks/", "notebooks/", "site/")
BESIDE = ("SCOREBOARD.md", "VERSIONS.md", "CONTRIBUTING.md", "README.md")

LESSONS = """\
# The lessons in {title}

[Begin with lesson 00](00_start_here.ipynb). Each lesson stands here with its results, and as a notebook to run: the
buttons above it open it on Colab or give you the file.
"""
TOC = """
```{{toctree}}
:caption: {caption}
:maxdepth: 1

{entries}
```
"""
PARTS = {  # a track's list of lessons: caption, and which names stand under it
    "The core": lambda name: name[:2] <= "10" or name.startswith("core"),
    "Applications": lambda name: "11" <= name[:2] <= "20" or name.startswith("applications"),
    "To look something up": lambda name: name == "cheat_sheet",
}


def main() -> int:
    if shutil.which("node") is None:
        print(NO_NODE, file=sys.stderr)
        return 2
    shutil.rmtree(WORK, ignore_errors=True)
    source, made = WORK / "source", WORK / "site"
    assemble(source)
    options = ["--quiet", "--fail-on-warning", "--keep-going", "-c", "site", "-d", WORK / "cache"]
    command = [sys.executable, "-m", "sphinx", *options, source, made]
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode
    if code == 0:
        figures.copy(made / "_static" / "live")
        shutil.rmtree(TARGET, ignore_errors=True)
        made.rename(TARGET)
        print(f"The site is in {TARGET.relative_to(ROOT)}. To read it: python -m http.server -d dist/site")
    return code


def assemble(folder) -> None:
    """Fill a folder with the files that become pages. It has the repository's layout, so that links hold."""
    for name in filter(is_page, files_below(ROOT)):
        path = folder / name.removeprefix("site/")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, path)
    for track in TRACKS:
        (folder / "notebooks" / track / "index.md").write_text(lessons(track), encoding="utf-8")


def is_page(name) -> bool:
    """Whether a file of the repository becomes a page, or, as a PDF, lies beside one."""
    if name in BESIDE:
        return True
    return name.startswith(PAGES) and not name.startswith(NOT_PAGES) and name.endswith((".md", ".ipynb", ".pdf"))


def lessons(track) -> str:
    """The page that lists one track's notebooks."""
    names = lesson_names()
    text = LESSONS.format(title=TITLES[track])
    for caption, belongs in PARTS.items():
        text += TOC.format(caption=caption, entries="\n".join(filter(belongs, names)))
    return text
