"""Draws the pictures of the documentation: `python tests/browser/pictures.py docs/images`.

Real pages of a real server over the invented profile of harbour.py, 1440 by 900.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from seed import EMAIL, PASSWORD
from site_process import Site, running

LINKS = 41_208


def main(folder: Path) -> None:
    """Start a server, sign in, take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, running(Path(data), LINKS, "--calm") as site:
        _take(site, folder)


def _take(site: Site, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
        page.goto(f"{site.address}/")
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Projects").wait_for()
        page.goto(f"{site.address}{site.overview}")
        page.locator(".chart-view[data-drawn] svg").wait_for()
        page.screenshot(path=folder / "overview.png")
        asked = "?authority=20&target=https://harborlight.example/guides/*&from=2026-01-01"
        page.goto(f"{site.address}{site.backlinks}{asked}")
        page.wait_for_function("'ready' in document.documentElement.dataset")
        page.screenshot(path=folder / "backlinks.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
