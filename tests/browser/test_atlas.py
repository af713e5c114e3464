"""The open index in a real browser: a domain one types, its lists, by keyboard, at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe import complaints

if TYPE_CHECKING:
    from watching import Watched

pytestmark = pytest.mark.browser


def test_a_domain_is_found_by_keyboard_and_its_lists_lead_on(watched: Watched) -> None:
    page = watched.go("/")
    page.get_by_role("link", name="Domains").first.click()
    page.get_by_label("Domain", exact=True).fill("https://harborlight.example/guides/")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="harborlight.example").wait_for()
    assert page.locator("dl.counts").get_by_text("Domain authority").is_visible()
    page.get_by_role("link", name="Next").click()
    page.get_by_text("51–100").wait_for()
    page.get_by_role("link", name="Backlinks", exact=True).last.click()
    page.get_by_text("crawl CC-SAMPLE-1").wait_for()
    outside = page.locator("tbody a[target=_blank]").first
    assert outside.get_attribute("rel") == "noopener noreferrer nofollow"
    assert complaints(watched) == []
    watched.assert_quiet()


def test_a_gap_is_asked_for_by_typing_the_others(watched: Watched) -> None:
    page = watched.go("/domains/harborlight.example/?part=gap")
    page.get_by_label("Other domains").fill("rival.example")
    page.keyboard.press("Enter")
    page.get_by_text("Shared").wait_for()
    assert page.locator("tbody tr").count() > 5
    page.get_by_role("link", name="Overlap").click()
    page.get_by_label("Other domains").fill("rival.example")
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Jaccard similarity").wait_for()
    watched.assert_quiet()


def test_a_domain_that_is_not_there_is_no_dead_end(watched: Watched) -> None:
    page = watched.go("/domains/nowhere.example/")
    assert page.get_by_text("nowhere.example is not in cc-main-sample").is_visible()
    page.get_by_label("Another domain", exact=True).fill("rival.example")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="rival.example").wait_for()
    watched.assert_quiet()


def test_links_are_narrowed_by_filters_and_compared_between_crawls(watched: Watched) -> None:
    page = watched.go("/domains/harborlight.example/?part=backlinks")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Anchor text").fill("words 2")
    page.get_by_role("button", name="Show these").click()
    page.get_by_role("link", name="Remove: Anchor text words 2").wait_for()
    assert page.locator("tbody tr").count() == 14
    assert complaints(watched) == []
    page.get_by_role("link", name="Lost", exact=True).click()
    page.get_by_text("CC-SAMPLE-0 against CC-SAMPLE-1").wait_for()
    assert page.locator("tbody").get_by_text("harborlight.example/once").is_visible()
    page.get_by_role("link", name="Summary").click()
    page.get_by_text("Referring pages").wait_for()
    assert complaints(watched) == []
    watched.assert_quiet()


def test_a_name_is_suggested_while_it_is_typed(watched: Watched) -> None:
    page = watched.go("/domains/")
    page.get_by_label("Domain", exact=True).press_sequentially("site15")
    page.locator("#known-domains option").first.wait_for(state="attached")
    assert page.locator("#known-domains option").first.get_attribute("value") == "site150.com"
    watched.assert_quiet()


def test_no_question_is_wider_than_a_telephone(watched: Watched) -> None:
    for part in ("referring", "backlinks", "lost", "intersect", "summary"):
        page = watched.go(f"/domains/harborlight.example/?part={part}")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    watched.assert_quiet()
