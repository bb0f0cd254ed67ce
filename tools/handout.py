"""Make a handout for a class, dist/handout/ and dist/handout.zip: `python -m tools.handout`.

It holds the notebooks without solutions and outputs, and all that they need to run. The checks stay.
"""

import argparse
import re
import shutil
import sys
import zipfile

import nbformat

from tools import saving
from tools.build import assemble
from tools.copies import NEEDED, files_below
from tools.files import ROOT
from tools.lesson import TRACKS, LessonError, lesson_names, read

TARGET = ROOT / "dist" / "handout"
BESIDE = ("LICENSE", "LICENSE-TEXT")  # so far as they are there
ON_COLAB = re.compile(r"\[!\[Open in Colab\].*\n\n| \(\[on Colab\]\([^)]*\)\)")  # those notebooks hold the solutions
TWIN = re.compile(r"\[the same in \w+\]\([^)]*\) · ")

README = """\
# Recurrent neural networks: notebooks for the class

You need Python 3.11, 3.12 or 3.13 and about 4 GB of disk. In this folder, once:

```text
python3 -m venv .venv
source .venv/bin/activate        (Windows: .venv\\Scripts\\activate)
pip install -r requirements.txt -c constraints.txt
```

On Linux without an NVIDIA GPU, write `PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu` in front of `pip`. That
saves gigabytes. Then, each time:

```text
source .venv/bin/activate
jupyter lab FIRST
```

Keep the notebooks in this folder or in folders inside it: they look for `utils/` above them. Where they speak of
`make`, take the lines above instead. Every exercise has a check that says whether your answer is right; the solutions
are not here. An assignment is handed in as a folder of its own: the notebook, and beside it the files that it reads.
"""


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.handout", description=__doc__.splitlines()[0])
    parser.add_argument("--track", choices=TRACKS, help="default: both")
    track = parser.parse_args(arguments).track
    try:
        folder = make(TARGET, [track] if track else TRACKS)
    except (LessonError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{folder.relative_to(ROOT)} and {pack(folder).relative_to(ROOT)} are made.")
    return 0


def make(folder, tracks=TRACKS, lessons=None):
    """Make the handout in ``folder``, in the place of an older one, for some tracks and lessons (None: all).

    Returns the folder. Raises LessonError, OSError.
    """
    if folder.exists():
        shutil.rmtree(folder)
    for name in files_below(ROOT):
        if name.split("/")[0] in (*NEEDED, *BESIDE):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for track in tracks:
        (folder / "notebooks" / track).mkdir(parents=True)
        for name in lessons or lesson_names():
            path = folder / "notebooks" / track / f"{name}.ipynb"
            path.write_text(nbformat.writes(notebook(read(name), track, tracks)) + "\n", encoding="utf-8")
    first = f"notebooks/{tracks[0]}/00_start_here.ipynb"
    (folder / "README.md").write_text(README.replace("FIRST", first), encoding="utf-8")
    return folder


def notebook(lesson, track, tracks=TRACKS):
    """A lesson's notebook as the class gets it: without outputs, solutions and links to notebooks that hold them."""
    found = assemble(lesson, track)
    found.cells = [cell for cell in found.cells if "solution" not in cell.metadata.get("tags", [])]
    title = found.cells[0]
    title.source = ON_COLAB.sub("", title.source)
    if len(tracks) == 1:
        title.source = TWIN.sub("", title.source)
    found.metadata.course.cells = saving.fingerprint(found)
    return found


def pack(folder):
    """Pack a folder as a zip beside it; returns the path of the zip."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(files_below(folder)):
            file.write(folder / name, f"{folder.name}/{name}")
    return path


if __name__ == "__main__":
    sys.exit(main())
