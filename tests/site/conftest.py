"""Fixtures: the site under test, its database, and a headless Chromium of the machine.

SITE and DUCKDB_PATH name another site and its database; by default those of `make test-site`.
"""

import os
import shutil
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SITE = Path(os.environ.get("SITE") or ROOT / "target/test/site").resolve()
DATABASE = Path(os.environ.get("DUCKDB_PATH") or ROOT / "target/test/medallion.duckdb").resolve()
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="session")
def site():
    """The folder of the site."""
    assert (SITE / "index.html").is_file(), f"There is no site in {SITE}: run `make test-site`."
    return SITE


@pytest.fixture(scope="session")
def database():
    """A read-only connection to the database the site was made of."""
    with duckdb.connect(str(DATABASE), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def browser():
    """Chromium; a machine without one fails, for a site nobody has looked at is not tested."""
    named = os.environ.get("CHROMIUM")
    path = named or next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if not path:
        pytest.fail("No Chromium on this machine: `apt install chromium`, or name one in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


class Watched:
    """A page that remembers what a reader should never meet: errors and requests to elsewhere."""

    def __init__(self, page, site, is_ours):
        self.page, self.site, self.problems = page, site, []
        page.on("request", self._asked)
        # dbt's documentation asks for icons whose names are templates: its own affair.
        if is_ours:
            page.on("console", self._heard)
            page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
            page.on("requestfailed", self._failed)

    def _failed(self, request):
        # Going to the next page ends what this one still waits for.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url}")

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _asked(self, request):
        url = request.url.split("#")[0]
        if not url.startswith((self.site.as_uri(), "data:", "blob:", "about:")):
            self.problems.append(f"request to {url}")

    def open(self, name):
        """Open a page of the site by its path."""
        self.page.goto(f"{self.site.as_uri()}/{name}")
        return self.page


@pytest.fixture
def visit(browser, site):
    """`visit(name, width=1280, scheme='light')`: a watched page; what it met must be nothing at the end.

    is_ours: of a page another tool wrote, only requests to elsewhere are held against it.
    """
    contexts, pages = [], []

    def make(name, width=1280, scheme="light", is_ours=True):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        watched = Watched(context.new_page(), site, is_ours)
        pages.append((name, watched))
        return watched.open(name)

    yield make
    for context in contexts:
        context.close()
    assert [(name, watched.problems) for name, watched in pages if watched.problems] == []
