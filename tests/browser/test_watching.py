"""The monitor in a real browser: live figures, hosts, the plan, kept copies, the crawler's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import harbour
import pytest
from axe import complaints
from patrolled import LONG_HOST

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from site_process import Site

    from watching import Watched

pytestmark = pytest.mark.browser


def test_the_monitor_is_in_the_rail_and_its_figures_stay_fresh(site: Site, watched: Watched) -> None:
    page = watched.go(site.overview)
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Monitor").click()
    page.get_by_role("heading", name="Monitor", exact=True).wait_for()
    assert page.get_by_text("Nothing is looking at links now").is_visible()
    page.locator(".chart-view[data-drawn] svg").wait_for()
    page.get_by_role("button", name="Check all now").click()
    running = page.locator("#now .job", has_text="All links")
    running.locator(".run.waiting").wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/monitor/now/")):
        pass
    stop = running.get_by_role("button", name="Stop this check")
    stop.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/monitor/now/")):
        pass
    page.wait_for_function("document.activeElement?.id?.startsWith('stop-')", timeout=5_000)
    assert complaints(watched) == [], "while a check goes on"
    page.keyboard.press("Enter")
    running.get_by_text("Cancelled.").wait_for()
    watched.assert_quiet()


def test_a_host_is_paused_and_resumed_where_it_was_found(site: Site, watched: Watched) -> None:
    page = watched.go(f"{site.monitor}?name=hostile")
    page.get_by_role("button", name="Pause hostile.example").click()
    page.locator(".toast", has_text="hostile.example is left alone").wait_for()
    assert "name=hostile" in page.url
    row = page.locator("#hosts tbody tr")
    assert row.count() == 1
    assert "paused by hand" in row.inner_text()
    page.get_by_role("button", name="Resume hostile.example").click()
    page.locator(".toast", has_text="is looked at again").wait_for()
    page.get_by_role("button", name="Check now hostile.example").click()
    page.locator("#now .job", has_text="chosen link").first.wait_for()
    page.get_by_role("button", name="Stop this check").first.click()
    page.locator("#now").get_by_text("Cancelled.").first.wait_for()
    watched.assert_quiet()


def test_the_keyboard_reaches_hosts_and_their_links(site: Site, watched: Watched) -> None:
    page = watched.go(site.monitor)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("#hosts tbody tr").nth(1).get_attribute("data-current") == ""
    name = page.locator("#hosts tbody tr").nth(1).locator("a").inner_text()
    page.keyboard.press("Enter")
    page.locator(".chip", has_text=name).wait_for()
    watched.go(site.monitor)
    page.keyboard.press("/")
    page.keyboard.type("mooring")
    page.keyboard.press("Enter")
    page.wait_for_url("**name=mooring*")
    assert all("mooring" in text for text in page.locator("#hosts tbody tr a").all_inner_texts())
    watched.assert_quiet()


@pytest.mark.parametrize("width", [390, 768, 1024, 1440])
def test_a_very_long_host_name_keeps_the_table_in_its_place(site: Site, watched: Watched, width: int) -> None:
    page = watched.page
    page.set_viewport_size({"width": width, "height": 844})
    watched.go(f"{site.monitor}?name=nobody-would-want")
    assert page.locator("#hosts tbody a").first.get_attribute("title") == LONG_HOST
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints(watched) == []
    watched.assert_quiet()


def test_the_monitor_works_without_scripts(site: Site, without_scripts: Watched) -> None:
    page = without_scripts.go(site.monitor)
    page.get_by_role("navigation", name="Kinds of hosts").get_by_role("link", name="Blocked").click()
    assert "show=blocked" in page.url
    assert set(page.locator("#hosts tbody .host-state").all_inner_texts()) == {
        "blocked: a challenge or captcha page"
    }
    page.get_by_label("Find a host by its name").fill("qqq")
    page.keyboard.press("Enter")
    page.get_by_text("No such host").wait_for()
    page.goto(f"{site.address}{site.hostile_backlink}")
    page.get_by_role("link", name="Show where the link stands").click()
    assert page.locator("mark").first.is_visible()


def test_a_plan_is_changed_and_taken_back(site: Site, watched: Watched) -> None:
    page = watched.go(site.monitor)
    page.get_by_role("link", name="Plan").click()
    field = page.get_by_label("All others: days from look to look")
    field.fill("99")
    page.get_by_role("button", name="Keep this plan").click()
    page.get_by_text("From one hour to 30 is possible.").wait_for()
    assert field.get_attribute("aria-invalid") == "true"
    assert complaints(watched) == [], "with an error"
    field.fill("3")
    page.get_by_role("button", name="Keep this plan").click()
    page.locator(".toast", has_text="The plan is kept").wait_for()
    assert field.input_value() == "3"
    page.get_by_role("button", name="Back to the defaults").click()
    page.locator(".toast", has_text="The defaults hold again").wait_for()
    assert field.input_value() == "7"
    assert [said for said in watched.complaints if "422" not in said] == []


def test_a_hostile_page_s_source_is_shown_as_text(site: Site, watched: Watched) -> None:
    page = watched.go(site.hostile_backlink)
    mark = page.locator("#source mark")
    mark.wait_for()
    assert harbour.HOSTILE in mark.inner_text()
    assert "[U+202E]" in mark.inner_text()
    assert page.locator("#source img, #source script, #source a[href*=harborlight]").count() == 0
    assert complaints(watched) == [], "with the source"
    page.get_by_text("2 kept copies").click()
    page.get_by_role("link", name="Show the copy of").last.click()
    page.locator("#source mark").wait_for()
    with page.expect_download() as brought:
        page.get_by_role("link", name="Download the copy of").first.click()
    assert brought.value.suggested_filename.startswith("hostile.example-")
    assert brought.value.suggested_filename.endswith(".warc.gz")
    watched.assert_quiet()


def test_nothing_of_a_damaged_copy_is_shown(site: Site, watched: Watched) -> None:
    page = watched.go(f"{site.backlinks}{site.damaged}/")
    page.locator("#source .note.error", has_text="is damaged").wait_for()
    assert page.locator("#source mark").count() == 0
    watched.assert_quiet()


def test_whoever_finds_the_crawler_in_a_log_reads_its_page_without_an_account(
    site: Site, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site.address}/bot")
    page.get_by_role("heading", name="the visitor in your log").wait_for()
    assert page.get_by_text("User-agent: Linkstead").count() == 2
    context.close()
