"""Triage in a real browser: domains decided about by keyboard, taken back, and read by others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe import complaints

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from site_process import Site

    from watching import Watched

pytestmark = pytest.mark.browser


def first_name(page: Page) -> str:
    return page.locator("tbody tr a.top").first.inner_text()


def test_a_domain_is_decided_about_and_taken_back_without_a_mouse(watched: Watched, site: Site) -> None:
    page = watched.go(site.triage)
    name = first_name(page)
    page.keyboard.press("j")
    page.keyboard.press("w")
    page.get_by_text("1 domain is watched.").wait_for()
    assert first_name(page) != name
    assert page.locator("tr[data-current]").count() == 1, "the next domain is the current one"
    assert complaints(watched) == []
    page.keyboard.press("u")
    page.get_by_text("1 domain is as before.").wait_for()
    assert first_name(page) == name
    watched.assert_quiet()


def open_all(watched: Watched, site: Site) -> None:
    """Take back what another test decided to disavow: all tests of a process share one site."""
    page = watched.go(f"{site.triage}?show=disavow")
    if page.locator("tbody tr").count():
        page.get_by_label("Choose all on this page").check()
        page.keyboard.press("o")
        page.get_by_text(re.compile("open again")).wait_for()


def test_several_domains_are_decided_about_at_once_with_a_note(watched: Watched, site: Site) -> None:
    open_all(watched, site)
    page = watched.go(site.triage)
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.get_by_text("2 chosen").wait_for()
    page.get_by_label("Why, for those who read it later").fill('paid links "><script>alert(1)</script>')
    page.get_by_role("button", name="Disavow d").click()
    page.get_by_text("2 domains are marked for the disavow file.").wait_for()
    page.get_by_role("link", name="Disavow 2").click()
    assert page.get_by_text("paid links").count() == 2
    page.locator("tbody tr a.top").first.click()
    page.get_by_role("heading", name="Decisions").wait_for()
    assert page.get_by_text("paid links").is_visible()
    assert complaints(watched) == []
    page = watched.go(f"{site.triage}?show=disavow")
    page.get_by_label("Choose all on this page").check()
    page.keyboard.press("o")
    page.get_by_text("2 domains are open again.").wait_for()
    watched.assert_quiet()


def test_the_list_works_without_scripts(without_scripts: Watched, site: Site) -> None:
    page = without_scripts.go(site.triage)
    page.locator("tbody input[type=checkbox]").nth(1).check()
    page.get_by_role("button", name="Keep e").click()
    page.get_by_text("1 domain is kept.").wait_for()
    page.get_by_role("button", name="Undo u").click()
    page.get_by_text("1 domain is as before.").wait_for()


def test_letters_that_are_written_decide_nothing(watched: Watched, site: Site) -> None:
    page = watched.go(site.triage)
    before = page.locator("tbody tr").count()
    page.get_by_label("Find a domain by its name").click()
    page.keyboard.type("drew")
    assert page.url.endswith(site.triage)
    assert page.locator("tbody tr").count() == before
    watched.assert_quiet()


def test_a_telephone_shows_the_whole_list(watched: Watched, site: Site) -> None:
    page = watched.go(f"{site.triage}?show=all")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("tbody input[type=checkbox]").first.check()
    assert page.get_by_role("button", name="Watch").is_visible()
    watched.assert_quiet()


def test_domains_are_judged_on_request_and_the_page_tells_when_it_is_done(
    watched: Watched, site: Site
) -> None:
    page = watched.go(f"/p/{site.idle}/triage/")
    page.get_by_text("No domain is judged yet").wait_for()
    assert complaints(watched) == []
    page.get_by_role("button", name="Judge now").click()
    page.locator(".toast", has_text="A worker will judge the domains").wait_for()
    assert page.get_by_role("button", name="Judge now").count() == 0
    page.get_by_role("link", name="Show the list anew").click(timeout=60_000)
    page.get_by_role("button", name="Judge now").wait_for()
    assert page.get_by_text("not judged").count() == 0
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Spam likelihood")
    assert complaints(watched) == []
    watched.assert_quiet()
