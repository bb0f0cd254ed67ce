"""How Sphinx makes the site; `make site` calls it. What is changed in pages stands in tools/site/pages.py."""

import tomllib
from pathlib import Path

from sphinxcontrib import katex

ROOT = Path(__file__).parents[1]
COURSE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["course"]

project = "Recurrent neural networks"
author = "the authors of the RNN course"
project_copyright = author
language = "en"

extensions = ["myst_nb", "sphinx_copybutton", "sphinxcontrib.katex", "tools.site.pages"]
exclude_patterns = ["README.md"]  # the start page takes a part of it
myst_enable_extensions = ["dollarmath", "attrs_block"]
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "myst"  # with tables

katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60  # seconds, for a busy machine, where the usual way to Node.js may be
katex.KaTeXServer.start_server_process = katex.KaTeXServer.start_network_socket  # refused; this one tries again
katex_prerender = True  # equations become HTML and MathML when the site is built, not when it is read
katex_css_path = "katex/katex.min.css"

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
templates_path = ["_templates"]
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_css_files = ["course.css"]
html_js_files = [("course.js", {"type": "module"})]
html_show_sphinx = False
html_sourcelink_suffix = ""
html_theme_options = {
    "repository_url": f"https://github.com/{COURSE['repository']}",
    "repository_branch": COURSE["ref"],
    "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    "use_repository_button": True,
    "use_fullscreen_button": False,
    "article_header_start": ["toggle-primary-sidebar.html", "tracks.html"],
    "navbar_persistent": [],  # the search stands in the sidebar
    "search_bar_text": "Search the course",
    "back_to_top_button": False,  # it would lie on figures
    "home_page_in_toc": True,
    "show_toc_level": 2,
}


def setup(app):
    app.add_config_value("course", COURSE, "html")
