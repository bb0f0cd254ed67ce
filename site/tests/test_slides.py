"""Slides in a real browser: one idea each, nothing below the screen, notes for the instructor, no network."""

import pytest

from tools import demo
from tools.lesson import TRACKS, lesson_names, read
from tools.slides.export import write

LESSONS = [name for name in lesson_names() if name[0].isdigit() and not name.startswith("00")]
HEIGHT = 720  # of a slide, as the template sets it; it is scaled to the screen

# For each slide: its title, its height with all that appears on it, whether a note belongs to it, its pictures.
SLIDES = """() => {
    document.querySelectorAll(".fragment").forEach(part => part.classList.add("visible"));
    return Reveal.getSlides().map(slide => {
        const hidden = [slide.style.display, slide.parentElement.style.display];
        slide.style.display = slide.parentElement.style.display = "block";
        const found = {
            title: slide.querySelector("h2").innerText.replace("¶", "").trim(),
            titles: slide.querySelectorAll("h2").length,
            high: slide.scrollHeight,
            note: slide.querySelector("aside.notes")?.textContent ?? "",
            code: slide.querySelectorAll(".jp-CodeCell").length,
        };
        [slide.style.display, slide.parentElement.style.display] = hidden;
        return found;
    });
}"""


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("name", LESSONS)
def test_slides_of_a_demo(page, name, track):
    lesson = read(name)
    page.goto(write(lesson, track).as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    slides = page.evaluate(SLIDES)
    steps = demo.steps(lesson, track)
    assert list(dict.fromkeys(slide["title"] for slide in slides)) == [step.title for step in steps]
    assert all(slide["titles"] == 1 for slide in slides), "one idea a slide"
    assert sum(slide["code"] for slide in slides) == sum(len(step.cells) for step in steps)
    assert sum("minute" in slide["note"] for slide in slides) == len(steps)
    assert {slide["title"]: slide["high"] for slide in slides if slide["high"] > HEIGHT} == {}


def test_keys_lead_through_the_slides(page):
    page.goto(write(read("05_lstm_gates"), "pytorch").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    first = page.locator("section.present h2").first.inner_text()
    for _ in range(4):
        page.keyboard.press("Space")
    assert page.locator("section.present h2").first.inner_text() != first


def test_what_a_cell_shows_appears_one_step_after_its_code(page):
    page.goto(write(read("05_lstm_gates"), "pytorch").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.evaluate("Reveal.slide(1)")  # a slide of one cell
    shown = "() => Reveal.getCurrentSlide().querySelector('.jp-OutputArea').closest('.fragment').matches('.visible')"
    assert page.evaluate("() => !Reveal.getCurrentSlide().querySelector('.jp-CodeCell').closest('.fragment')")
    assert not page.evaluate(shown)
    page.keyboard.press("Space")
    assert page.evaluate(shown)
