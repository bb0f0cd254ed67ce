"""What Sphinx changes in a page of the course (an extension of site/conf.py).

A notebook's file stays as it is, for the button that downloads it; only its page is changed: checks are folded under
their title, the links that the theme has better are taken out, live figures are put in, and each code cell gets an
address, so that the switch between the frameworks finds the same place in the twin.
"""

import json
import posixpath
import re

from docutils import nodes

from tools.files import ROOT
from tools.handout import ON_COLAB, TWIN
from tools.lesson import TITLE, TITLES, TRACKS, choose
from tools.site import figures, start
from tools.site.build import is_page

AROUND = re.compile(r"\n\nprevious: .*|\n\nnext: .*")  # the lessons before and after; the theme shows them
READING = "\n\n*To change code and answer, take the notebook: the buttons above open it on Colab or give the file.*"
WAITING = {"check": "remove-output", "what-is-left": "remove-cell"}  # by tag or id: what a page has no use for
LINK = re.compile(r"\]\(([^)#:\s]+)(#[^)\s]*)?\)")  # in Markdown: a path, perhaps with a place in it
LESSONS = re.compile(r"lesson (\d\d)")  # in the glossary
CHINESE = re.compile("[\u4e00-\u9fff]+")
LESSON = re.compile(r"lessons/(\w+)\.md")
FENCE = re.compile(r"(?ms)^( *```.*?^ *```)")  # a block of code


def setup(app):
    app.connect("source-read", change)
    app.connect("doctree-read", name_cells)
    app.connect("html-page-context", find_twin)


def change(app, page, source) -> None:
    """Change a page's text before it is read."""
    if page.startswith("notebooks/") and not page.endswith("/index"):
        notebook = json.loads(source[0])
        change_notebook(notebook, page, app.config.course)
        source[0] = json.dumps(notebook)
    else:
        source[0] = inward(source[0], page, app.config.course)
    if page == "index":
        for place, make in start.PARTS.items():
            source[0] = source[0].replace(place, make())
    if page == "glossary":
        source[0] = CHINESE.sub(r'<span lang="zh-Hant">\g<0></span>', LESSONS.sub(_numbered, source[0]))


def change_notebook(notebook, page, course) -> None:
    """Change the cells of a notebook, as JSON, for its page."""
    cells = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["id"] == "title":
            text = AROUND.sub("", TWIN.sub("", ON_COLAB.sub("", text)))
            text += READING if any(other["cell_type"] == "code" for other in notebook["cells"]) else ""
        if cell["cell_type"] == "markdown":
            text = inward(text, page, course)
        elif title := TITLE.match(text):
            _fold(cell, title[1])
            text = TITLE.sub("", text, count=1)
        tags = cell["metadata"].setdefault("tags", [])
        tags += [removed for word, removed in WAITING.items() if word in (cell["id"], *tags)]
        cell["source"] = text
        cell["metadata"]["place"] = f"cell-{cell['id']}"
        cells += [cell, *figures.after(page, cell["id"])]
    notebook["cells"] = cells


def inward(text, page, course) -> str:
    """Markdown whose relative links lead to pages of the site where there are such, and else to the repository."""
    parts = FENCE.split(text)
    parts[::2] = [LINK.sub(lambda link: _link(link, page, course), part) for part in parts[::2]]
    return "".join(parts)


def _link(link, page, course):
    path, place = link[1], link[2] or ""
    name = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    if name == "README.md" and page != "index":
        name = "index.md"
    elif lesson := LESSON.fullmatch(name):
        name = f"notebooks/{TRACKS[0]}/{lesson[1]}.ipynb"
    if (is_page(name) and name != "README.md") or (ROOT / "site" / name).exists():
        return f"]({posixpath.relpath(name, posixpath.dirname(page))}{place})"
    if (ROOT / name).exists():
        kind = "tree" if (ROOT / name).is_dir() else "blob"
        return f"](https://github.com/{course['repository']}/{kind}/{course['ref']}/{name}{place})"
    return link[0]


def _numbered(word):
    [name] = choose([word[1]])
    return f"[{word[0]}](notebooks/{TRACKS[0]}/{name}.ipynb)"


def _fold(cell, title):
    cell["metadata"].setdefault("tags", []).append("hide-input")
    cell["metadata"]["mystnb"] = {"code_prompt_show": title, "code_prompt_hide": title}


def name_cells(app, document) -> None:
    """Give each code cell of a notebook's page the address that its metadata names."""
    for node in document.findall(nodes.container):
        if node.get("nb_element") == "cell_code" and "place" in node["cell_metadata"]:
            node["ids"].append(node["cell_metadata"]["place"])


def find_twin(app, page, template, context, document) -> None:
    """Tell a page's template which track it belongs to, and where each track has the same."""
    track = next((track for track in TRACKS if page.startswith(f"notebooks/{track}/")), None)
    context["track"] = track
    context["tracks"] = [
        (name, title, page.replace(f"/{track}/", f"/{name}/") if track else f"notebooks/{name}/index")
        for name, title in TITLES.items()
    ]
