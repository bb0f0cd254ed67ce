"""A real browser for the tests of slides and site: the Chromium of this machine."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def chromium():
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.exit(f"A browser is needed: install Chromium, so that one of {', '.join(NAMES)} is found.", returncode=2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
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
