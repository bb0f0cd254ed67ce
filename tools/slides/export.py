"""From a built demo to one HTML file of slides."""

import argparse
import copy
import re
import sys
from importlib.resources import files

import nbformat
from nbconvert import SlidesExporter

from tools import demo
from tools.build import target
from tools.files import ROOT, replace_file
from tools.lesson import TRACKS, LessonError, choose, read

TITLE = 60  # pixels that a slide's title takes
STEP = re.compile(r"(?s)(## .*?)\n\n<details><summary>(.*?)</summary>\n\n(.*)\n\n</details>")  # title, minutes, note
ASSETS = {  # what the template puts into the page: name to a file of reveal.js
    "reveal_css": "dist/reveal.css",
    "theme_css": "dist/theme/white.css",
    "reveal_js": "dist/reveal.js",
    "notes_js": "plugin/notes/notes.js",
}


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.slides", description="Slides of a lesson's demo.")
    parser.add_argument("lesson", help="name or number, such as 05_lstm_gates or 05")
    parser.add_argument("track", choices=TRACKS)
    options = parser.parse_args(arguments)
    if not options.lesson:
        parser.error("which lesson? For example: make slides LESSON=05 TRACK=pytorch")
    try:
        for name in choose([options.lesson]):
            print(write(read(name), options.track).relative_to(ROOT))
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def write(lesson, track):
    """Write dist/slides/TRACK/LESSON.html; returns its path. Raises LessonError for a lesson without a demo."""
    source = target(lesson, track, "demo")
    if not source.exists():
        raise LessonError(f"{lesson.name} has no demo: expected {source.relative_to(ROOT)}")
    page = ROOT / "dist" / "slides" / track / f"{lesson.name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    replace_file(page, export(nbformat.read(source, as_version=4)))
    return page


def export(notebook) -> str:
    """The HTML of a demo's slides."""
    exporter = SlidesExporter(
        template_name="course",
        extra_template_basedirs=[str(ROOT / "tools" / "slides")],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    reveal = files("sphinx_revealjs") / "_static" / "revealjs"
    assets = {name: (reveal / path).read_text(encoding="utf-8") for name, path in ASSETS.items()}
    assets["theme_css"] = re.sub(r"@import[^;]+;", "", assets["theme_css"])  # fonts of its own, in other files
    html, _ = exporter.from_notebook_node(on_slides(notebook), resources={"course": assets})
    return html


def on_slides(notebook):
    """The notebook cut for a screen: notes stand apart, and a step that is too high goes on below, under its title."""
    notebook = copy.deepcopy(notebook)
    cells, title, used = [], None, 0
    for cell in notebook.cells:
        if step := STEP.match(cell.source) if cell.cell_type == "markdown" else None:
            title, minutes, note = step.groups()
            cells += [_markdown(title, "slide"), _markdown(f"**{minutes}**\n\n{note}", "notes")]
            used = TITLE
            continue
        if cell.cell_type == "code" and title:
            high = demo.height(cell)
            if used > TITLE and used + high > demo.HIGHEST + TITLE:
                cells.append(_markdown(title, "subslide"))
                cell.metadata.slideshow.slide_type = "-"
                used = TITLE
            used += high
        cells.append(cell)
    notebook.cells = cells
    return notebook


def _markdown(text, kind):
    return nbformat.v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})
