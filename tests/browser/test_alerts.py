"""The pages of alerts in a real browser: inbox, channels, one channel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe import complaints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from site_process import Site

    from watching import Watched

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
ALERTS = 130


@pytest.fixture(scope="module")
def alerted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own, with alerts in its full project and none in the empty one."""
    pytest.importorskip("django", reason="the pages need Linkstead's server packages")
    from site_process import running

    data = tmp_path_factory.mktemp("alerted")
    with running(data, 300) as site:
        seeded = subprocess.run(
            [sys.executable, str(HERE / "alerts_seed.py"), str(site.full), str(ALERTS)],
            env=os.environ | {"LINKSTEAD_DATA": str(data)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert seeded.returncode == 0, seeded.stderr[-4_000:]
        yield site


@pytest.fixture(scope="module")
def cookies(alerted: Site, chromium: Browser) -> dict[str, object]:
    from watching import cookies_of

    return cookies_of(alerted, chromium)


@pytest.fixture
def visit(alerted: Site, chromium: Browser, cookies: dict[str, object]) -> Iterator[Watched]:
    from watching import visiting

    with visiting(alerted, chromium, cookies) as page:
        yield page


@pytest.fixture
def plain_visit(alerted: Site, chromium: Browser, cookies: dict[str, object]) -> Iterator[Watched]:
    """The same without scripts."""
    from watching import visiting

    with visiting(alerted, chromium, cookies, scripts=False) as page:
        yield page


def _pages(site: Site) -> tuple[str, ...]:
    full = f"/p/{site.full}/alerts/"
    return (
        full,
        f"{full}?show=targets",
        f"{full}?show=incidents",
        f"/p/{site.empty}/alerts/",
        f"{full}channels/",
        f"{full}channels/1/",
        f"{full}channels/2/",
        f"/p/{site.empty}/alerts/channels/",
    )


@pytest.mark.timeout(300)
def test_no_page_of_alerts_shuts_anybody_out(alerted: Site, visit: Watched) -> None:
    for path in _pages(alerted):
        visit.page.set_viewport_size({"width": 1440, "height": 900})
        for scheme in ("light", "dark"):
            visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            visit.go(path)
            assert complaints(visit) == [], f"{path}, {scheme}"
        visit.page.set_viewport_size({"width": 390, "height": 844})
        assert complaints(visit) == [], f"{path}, on a phone"
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} scrolls sideways"
    visit.assert_quiet()


def test_the_inbox_is_read_page_by_page_and_marked_read(alerted: Site, plain_visit: Watched) -> None:
    page = plain_visit.go(f"/p/{alerted.full}/alerts/")
    assert page.locator(".rail .count").inner_text().startswith("99+")
    assert page.locator("img[src=x]").count() == 0
    assert page.locator(".alert.unread").count() == 50
    page.get_by_role("link", name="Older").click()
    page.get_by_role("link", name="Older").click()
    # the invented profile has a few events of its own
    assert ALERTS - 100 <= page.locator(".alert").count() < 100
    page.get_by_role("link", name="Newer").click()
    assert page.locator(".alert").count() == 50
    page.get_by_role("link", name="Lost").click()
    page.wait_for_url("**show=lost")
    page.locator(".alert .kind").first.wait_for()
    assert set(page.locator(".alert .kind").all_inner_texts()) == {"lost", "not found"}
    page.get_by_role("button", name="Mark all read").click()
    assert page.locator(".alert.unread").count() == 0
    assert page.locator(".rail .count").count() == 0
    page.get_by_role("link", name="See the backlink").first.click()
    page.get_by_role("heading", name="What the sources say").wait_for()


def test_an_incident_is_read_under_its_kind_and_leads_to_its_page(alerted: Site, visit: Watched) -> None:
    page = visit.go(f"/p/{alerted.full}/alerts/")
    page.get_by_label("Kinds of alerts").get_by_role("link", name="Incidents").click()
    page.wait_for_url("**show=incidents")
    (words,) = page.locator(".alert .told").all_inner_texts()
    assert "Links with marks of spam since 18 Nov 2026: " in words
    assert words.endswith("So far 214 domains with 236 links.")
    assert page.locator("img[src=x]").count() == 0
    page.get_by_role("link", name="See the incident").click()
    page.get_by_role("heading", name="Incidents", exact=True).wait_for()
    page = visit.go(f"/p/{alerted.full}/alerts/channels/1/")
    assert page.get_by_label("incident", exact=True).is_checked()
    visit.assert_quiet()


def test_the_keyboard_walks_through_the_inbox(alerted: Site, visit: Watched) -> None:
    page = visit.go(f"/p/{alerted.full}/alerts/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(".alert").nth(1).get_attribute("data-current") == ""
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/backlinks/" in url)
    page.go_back()
    page.wait_for_function("'ready' in document.documentElement.dataset")
    page.keyboard.press("n")
    page.wait_for_url("**before=**")
    visit.assert_quiet()


def test_a_webhook_is_added_and_its_secret_shown_once(alerted: Site, plain_visit: Watched) -> None:
    page = plain_visit.go(f"/p/{alerted.empty}/alerts/channels/")
    page.get_by_label("Address", exact=True).fill("http://192.168.0.7/hook")
    page.get_by_role("button", name="Add the webhook").click()
    assert "not posted to" in page.locator(".errors").inner_text()
    page.get_by_label("Address", exact=True).fill("https://hooks.example/links")
    page.get_by_role("button", name="Add the webhook").click()
    assert page.locator("#secret").inner_text().startswith("lsw_")
    page.get_by_role("link", name="I have it").click()
    assert page.locator("#secret").count() == 0
    page.get_by_label("anchor changed").uncheck()
    page.get_by_role("button", name="Save").click()
    assert not page.get_by_label("anchor changed").is_checked()
    assert page.get_by_label("lost", exact=True).is_checked()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("nothing gathers for this channel").wait_for()
    page.get_by_text("Delete the channel…").click()
    page.get_by_role("button", name="Yes, delete it").click()
    page.get_by_role("heading", name="Nobody is told yet").wait_for()


def test_a_parked_message_says_why_and_can_be_sent_again(alerted: Site, visit: Watched) -> None:
    page = visit.go(f"/p/{alerted.full}/alerts/channels/1/")
    parked = page.locator("#deliveries .job", has_text="nobody of that name")
    parked.get_by_role("button", name="Send it again").click()
    page.locator(".toast", has_text="sent again").wait_for()
    assert page.locator("#deliveries .run.failed").count() == 0
    visit.assert_quiet()
