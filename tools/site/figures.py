"""The live figures of site/live on the site: which page has which, and what a browser needs of them."""

import functools
import json
import shutil
import subprocess
from html import escape

from tools.live import FOLDER

IN_TENSORFLOW = " Its network was trained in PyTorch; that of this page has weights and units of its own."
SHARED = ("lib.js", "live.css")
OF_EACH = ("figure.js", "weights.json", "picture.svg")


@functools.cache
def described() -> list:
    """What each figure says of itself: a list of {name, title, lesson, after, text} and, if so, {trained: True}."""
    command = ["node", str(FOLDER / "describe.mjs")]
    return json.loads(subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout)


def after(page, cell) -> list[dict]:
    """The figures, as notebook cells, that follow one cell of a notebook's page."""
    number = page.split("/")[-1].split("_")[0]
    return [_cell(each, page) for each in described() if (each["lesson"], each["after"]) == (number, cell)]


def _cell(figure, page):
    name, title, text = figure["name"], escape(figure["title"]), escape(figure["text"])
    if figure.get("trained") and page.startswith("notebooks/tensorflow/"):
        text += IN_TENSORFLOW
    picture = f"{'../' * page.count('/')}_static/live/{name}/picture.svg"
    source = (
        f'<figure class="live" data-live="{name}" id="live-{name}">\n'
        f"<figcaption><strong>{title}.</strong> {text}</figcaption>\n"
        f'<img src="{picture}" alt="{title}">\n</figure>'
    )
    return {"cell_type": "markdown", "id": f"live-{name}", "metadata": {}, "source": source}


def copy(folder) -> None:
    """Copy what a browser needs into a folder of the site."""
    for name in (*SHARED, *(f"{each['name']}/{file}" for each in described() for file in OF_EACH)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(FOLDER / name, folder / name)
