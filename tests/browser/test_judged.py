"""Audits and incidents in a real browser: folded evidence, suppression by keyboard, any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe import complaints

if TYPE_CHECKING:
    from site_process import Site

    from watching import Watched

pytestmark = pytest.mark.browser


def test_an_audit_is_read_and_a_rule_suppressed_without_a_mouse(watched: Watched, site: Site) -> None:
    page = watched.go(f"/p/{site.full}/audits/")
    assert page.get_by_text("of 100:").is_visible()
    assert complaints(watched) == []
    article = page.locator("article").last
    rule = article.get_attribute("id")
    evidence = article.get_by_text("Evidence", exact=True)
    if evidence.count():
        evidence.focus()
        page.keyboard.press("Enter")
        article.get_by_role("region").wait_for()
    article.locator("summary", has_text="Suppress").focus()
    page.keyboard.press("Enter")
    article.get_by_label("Why it does not concern this site").fill("known, and meant so")
    page.keyboard.press("Enter")
    page.get_by_text(f"{rule} is kept off the list from the next audit on.").wait_for()
    assert page.get_by_text("known, and meant so").is_visible()
    page.locator("form", has_text="Hear it again").get_by_role("button").first.click()
    page.get_by_text(f"{rule} is heard again from the next audit on.").wait_for()
    assert complaints(watched) == []
    watched.assert_quiet()


def test_no_page_of_them_is_wider_than_a_telephone(watched: Watched, site: Site) -> None:
    for path in (f"/p/{site.full}/audits/", f"/p/{site.full}/incidents/", f"/p/{site.empty}/audits/"):
        page = watched.go(path)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    watched.assert_quiet()
