"""Chromium, a signed-in page, and one server for all tests of this folder."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from site_process import Site

    from watching import Watched


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    pytest.importorskip("django", reason="the pages need Linkstead's server packages")
    from site_process import running

    with running(tmp_path_factory.mktemp("site")) as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    api = pytest.importorskip("playwright.sync_api", reason="browser tests need the playwright package")
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )
    if found is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(site: Site, chromium: Browser) -> dict[str, object]:
    from watching import cookies_of

    return cookies_of(site, chromium)


@pytest.fixture
def watched(site: Site, chromium: Browser, signed_in: dict[str, object]) -> Iterator[Watched]:
    """A signed-in page that remembers every complaint."""
    from watching import visiting

    with visiting(site, chromium, signed_in) as page:
        yield page


@pytest.fixture
def without_scripts(site: Site, chromium: Browser, signed_in: dict[str, object]) -> Iterator[Watched]:
    """The same in a browser that runs no scripts."""
    from watching import visiting

    with visiting(site, chromium, signed_in, scripts=False) as page:
        yield page
