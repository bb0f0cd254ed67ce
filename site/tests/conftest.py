"""A real browser for the tests of slides and site: the Chromium of this machine."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium():
    return next(filter(None, map(shutil.which, NAMES)), None)


def pytest_sessionstart():
    """Asked before the tests are dealt to processes: what one of those says in leaving is not shown."""
    if not find_chromium():
        pytest.exit(f"A browser is needed: install Chromium, so that one of {', '.join(NAMES)} is found.", returncode=2)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page of a projector's size; whatever it asks of a network, and every error of a script, fails the test."""
    page = chromium.new_page(viewport={"width": 1024, "height": 768})
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:", "http://127.0.0.1:"))]
    assert not errors
