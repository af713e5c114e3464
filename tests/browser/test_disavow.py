"""The disavow file in a real browser: decided, brought, mended, simulated, by keyboard and at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe import complaints

if TYPE_CHECKING:
    from pathlib import Path

    from site_process import Site

    from watching import Watched

pytestmark = pytest.mark.browser


def test_a_file_is_brought_mended_and_simulated(watched: Watched, site: Site, tmp_path: Path) -> None:
    page = watched.go(f"{site.triage}?sort=links")  # a domain with live links, whatever is judged worst
    name = page.locator("tbody tr a.top").first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.get_by_text("1 domain is marked for the disavow file.").wait_for()
    page.get_by_role("link", name="Disavow file").first.click()
    page.get_by_role("heading", name="As it would be now").wait_for()
    assert page.get_by_text("Decided since:").is_visible()
    given = tmp_path / "mine.txt"
    given.write_bytes(
        b'# mine\nspam.example.net\ndomain:"><script>alert(1)</script>\nhttps://a.example.net/en/\n'
    )
    page.get_by_label("The file that you have").set_input_files(given)
    page.get_by_role("button", name="Bring it").click()
    page.get_by_text("Kept as version").wait_for()
    assert page.get_by_text("meant: domain:spam.example.net").is_visible()
    assert complaints(watched) == []
    page.get_by_role("button", name="Mend and keep").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Kept as version").wait_for()
    assert page.get_by_text("meant: domain:spam.example.net").count() == 0
    page.get_by_role("link", name="What it would cut").click()
    page.get_by_role("heading", name="The best links that would go").wait_for()
    assert page.locator("tbody").get_by_text(name).first.is_visible()
    assert complaints(watched) == []
    watched.assert_quiet()


def test_no_page_of_it_is_wider_than_a_telephone(watched: Watched, site: Site) -> None:
    for path in (f"/p/{site.full}/disavow/", f"/p/{site.full}/disavow/cut/", f"/p/{site.empty}/disavow/"):
        page = watched.go(path)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    watched.assert_quiet()
