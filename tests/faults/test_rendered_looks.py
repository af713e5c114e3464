"""A look that goes on in a browser tells of the whole way, and goes nowhere that robots.txt closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.journey.looking import look_once
from linkstead.link import Outcome, Reason
from linkstead.monitor.browser import Renderer, RenderLimits, why_not
from linkstead.monitor.fetch import run
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from linkstead.link import Verdict

_MISSING = why_not()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "there is a browser"),
]

APP, OTHER = "app.example", "other.example"
TARGET = "https://example.com/lamp"
LIMITS = RenderLimits(page_seconds=8.0, settle_seconds=3.0, quiet_seconds=0.3)
DISALLOW = "User-agent: *\nDisallow: /\n"


def shell(script: str) -> Answer:
    """A page of next to nothing, which its scripts build."""
    scripts = f"<script src=/parts.js></script><script>{script}</script>"
    return Answer.html(f"<!doctype html><title>app</title><div id=root></div>{scripts}")


BUILT = shell(f"root.innerHTML = '<p>See <a href=\"{TARGET}\">the lamp</a> today.'")


def looked(web: LoopbackWeb, path: str) -> Verdict:
    settings = web.settings()
    url = web.url(APP, path)
    return run(look_once(url, TARGET, "example.com", settings, Renderer(settings, LIMITS)))


def test_the_way_to_a_page_is_told_though_a_browser_found_the_link_at_its_end() -> None:
    with LoopbackWeb({(APP, "/app"): Answer.redirect("/app/"), (APP, "/app/"): BUILT}) as web:
        verdict = looked(web, "/app")
        assert (verdict.outcome, verdict.rendered) == (Outcome.FOUND, True)
        assert verdict.page_url == web.url(APP, "/app")
        assert verdict.final_url == web.url(APP, "/app/")
        assert [hop.url for hop in verdict.redirects] == [web.url(APP, "/app")]


@pytest.mark.parametrize("closed", [True, False])
def test_scripts_lead_nowhere_that_robots_txt_closes(closed: bool) -> None:
    with LoopbackWeb(names=[APP, OTHER]) as web:
        web.pages[APP, "/app"] = shell(f"location = '{web.url(OTHER, '/built')}'")
        web.pages[OTHER, "/built"] = BUILT
        if closed:
            web.pages[OTHER, "/robots.txt"] = Answer.text(DISALLOW)
        verdict = looked(web, "/app")
        asked = web.paths(OTHER)
    if closed:
        assert asked == []
        assert (verdict.outcome, verdict.reason) == (Outcome.MISSING, Reason.REMOVED)
    else:
        assert (verdict.outcome, verdict.rendered) == (Outcome.FOUND, True)
