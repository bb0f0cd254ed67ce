"""The site in a real browser, and its files: links, sizes, twins, search, quizzes, live figures, access for all."""

import functools
import re
import threading
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe

from tools.files import ROOT
from tools.lesson import TRACKS, choose, lesson_names
from tools.site import figures
from tools.site.build import TARGET

MB = 2**20
LESSON = "notebooks/pytorch/05_lstm_gates.html"
PLACE = "how-long-a-cell-remembers"
PAGES = ("index.html", LESSON.replace("pytorch", "tensorflow"), "notebooks/pytorch/core_quiz.html")
LIVE = tuple(f"notebooks/pytorch/{choose([each['lesson']])[0]}.html" for each in figures.described())
OTHERS = ("glossary.html", "teaching/README.html", "SCOREBOARD.html", "data/README.html", "search.html?q=forget")
LOADING = {"link": "href", "script": "src", "img": "src"}  # what a browser fetches by itself
STEPS = {"slider": "ArrowRight", "select": "ArrowDown", "button": "Enter"}


class Page(HTMLParser):
    """The links, the addresses and the places of one HTML file."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.places = set(), set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.places |= {found.get("id"), found.get("name")}
        if tag == "a" and "href" in found:
            self.links.add(found["href"])
        if found.get("rel") not in ("index", "search", "next", "prev", "canonical") and LOADING.get(tag) in found:
            self.loaded.add(found[LOADING[tag]])


@functools.cache
def pages() -> dict:
    return {path.relative_to(TARGET).as_posix(): Page(path) for path in TARGET.rglob("*.html") if is_page(path)}


def is_page(path):
    return "_static" not in path.parts


@pytest.fixture(scope="session")
def address():
    """The site, as a server on this machine gives it."""
    handler = functools.partial(Quiet, directory=TARGET)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_every_link_leads_somewhere():
    broken = []
    for name, page in pages().items():
        for link in page.links | page.loaded:
            path, place = urldefrag(urljoin(name, unquote(link.split("?")[0])))
            if re.match(r"\w+:", path):
                continue
            if not (TARGET / path).exists() or (place and path in pages() and place not in pages()[path].places):
                broken.append((name, link))
    assert broken == []


def test_nothing_is_loaded_from_elsewhere():
    outside = re.compile(r"(https?:)?//")
    assert {link for page in pages().values() for link in page.loaded if outside.match(link)} == set()


def test_sizes():
    assert sum(path.stat().st_size for path in TARGET.rglob("*") if path.is_file()) < 60 * MB
    assert {name for name in pages() if (TARGET / name).stat().st_size > 3 * MB} == set()


@pytest.mark.parametrize("name", lesson_names())
def test_twins_have_the_same_places(name):
    places = [
        {place for place in pages()[f"notebooks/{track}/{name}.html"].places if str(place).startswith("cell-")}
        for track in TRACKS
    ]
    assert places[0] == places[1]


@pytest.mark.parametrize("track", TRACKS)
def test_a_page_offers_the_course_s_own_notebook(track):
    name = f"notebooks/{track}/05_lstm_gates"
    links = pages()[f"{name}.html"].links
    assert f"../../_sources/{name}.ipynb" in links
    assert (TARGET / "_sources" / f"{name}.ipynb").read_bytes() == (ROOT / f"{name}.ipynb").read_bytes()
    assert any(re.match(rf"https://colab\.research\.google\.com/github/.*/{name}\.ipynb$", link) for link in links)


def test_equations_and_tables_are_set():
    for name in pages():
        text = (TARGET / name).read_text(encoding="utf-8")
        assert "katex-error" not in text and "|—|" not in text and "| --- |" not in text, name
    assert "<math " in (TARGET / LESSON).read_text(encoding="utf-8")


def test_the_switch_keeps_the_place_and_is_remembered(page, address):
    page.goto(f"{address}{LESSON}#{PLACE}")
    page.locator(f"#{PLACE}").evaluate("part => part.scrollIntoView()")
    page.get_by_role("navigation", name="Framework").get_by_role("link", name="TensorFlow").click()
    page.wait_for_url(f"**/tensorflow/05_lstm_gates.html#{PLACE}")
    assert abs(page.locator(f"#{PLACE}").bounding_box()["y"]) < 200
    page.goto(f"{address}index.html")
    page.locator(".lesson-map a").nth(2).click()
    page.wait_for_url("**/notebooks/tensorflow/02_rnn_anatomy.html")


def test_a_quiz_opens_by_click_and_by_keyboard(page, address):
    page.goto(f"{address}notebooks/pytorch/core_quiz.html")
    options = page.locator("article details")
    assert options.count() > 50
    assert options.locator("blockquote:visible").count() == 0
    options.nth(0).locator("summary").click()
    options.nth(1).locator("summary").focus()
    page.keyboard.press("Enter")
    assert [options.nth(k).locator("blockquote").is_visible() for k in range(3)] == [True, True, False]


def test_solutions_and_checks_are_folded(page, address):
    page.goto(f"{address}{LESSON}")
    for words in ("Solution of 5.1", "Check of 5.1"):
        part = page.locator("details").filter(has=page.locator("summary", has_text=words)).first
        assert not part.locator("pre").first.is_visible()
        part.locator("summary").click()
        assert part.locator("pre").first.is_visible()


@pytest.mark.parametrize("track", TRACKS)
def test_the_search_finds_and_shows_one_framework(page, address, track):
    page.goto(f"{address}notebooks/{track}/index.html")  # this is the choice
    page.goto(f"{address}search.html?q=chrono")
    found = page.locator("#search-results li a:visible")
    found.first.wait_for()
    page.wait_for_function("document.querySelector('.search-summary')?.textContent.includes('found')")
    own = [link for link in found.evaluate_all("links => links.map(link => link.href)") if "/notebooks/" in link]
    assert any("05_lstm_gates" in link for link in own)
    assert all(f"/{track}/" in link for link in own)
    page.get_by_label("in both frameworks").check()
    assert found.count() > len(own)


@pytest.mark.parametrize("figure", figures.described(), ids=lambda figure: figure["name"])
def test_a_live_figure_answers_the_keyboard(page, address, figure):
    [name] = choose([figure["lesson"]])
    for track in TRACKS:
        page.goto(f"{address}notebooks/{track}/{name}.html")
        live = page.locator(f"#live-{figure['name']}")
        drawing = live.locator(".live-drawing")
        drawing.wait_for()
        controls = live.locator(".live-controls").locator("input, select, button:not([aria-disabled=true])")
        for k in range(controls.count()):
            before = drawing.inner_html()
            controls.nth(k).focus()
            page.keyboard.press(STEPS[controls.nth(k).evaluate(KIND)])
            if drawing.inner_html() != before:
                break
        else:
            raise AssertionError("no control changed the drawing")
        assert live.locator(".live-outcome").inner_text()


KIND = "control => control.type === 'range' ? 'slider' : control.localName"


def test_without_scripts_a_figure_is_a_picture(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{LESSON}")
    picture = page.locator("figure.live img")
    picture.scroll_into_view_if_needed()
    assert picture.bounding_box()["height"] > 100
    context.close()


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("name", (*PAGES, *LIVE, *OTHERS))
def test_no_page_is_wider_than_the_screen(page, address, name, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address + name)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", (*PAGES, *LIVE, *OTHERS))
def test_nobody_is_kept_out(page, address, name, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(address + name)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert {each["id"]: [node["html"][:200] for node in each["nodes"][:3]] for each in serious} == {}
